//! What the mutations of KPIs, targets, links and measurements do inside their transaction.

mod kpi;
mod link;
mod lock;
mod measurement;
mod restatement;

pub use measurement::{Said, Settled, Taken, check, write};
