//! KPIs, their targets, what was measured of them, and which initiatives are to move them.

pub mod kpi;
pub mod kpi_link;
pub mod kpi_target;
pub mod measurement;
