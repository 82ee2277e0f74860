//! KPIs, targets, measurements and links as callers see them.

mod kpi;
mod link;
mod list;
mod measurement;

pub use kpi::{Kpi, KpiPayload, KpiPeriodLockPayload, KpiTarget, KpiTargetPayload, Trend};
pub use link::{KpiLink, KpiLinkFilter, KpiLinkPayload};
pub use list::{KpiFilter, KpiOrder, MeasurementFilter, MeasurementOrder};
pub use measurement::{
    Interval, Measurement, MeasurementPayload, MeasurementsRecordPayload, MeasurementsRecordResult,
};
