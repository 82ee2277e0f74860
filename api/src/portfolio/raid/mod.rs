//! Dependencies between initiatives, and their risks, assumptions and issues.

pub mod store;
