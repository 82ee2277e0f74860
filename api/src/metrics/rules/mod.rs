//! What may be said about KPIs, and what they come to. Pure: plain values in, a verdict out.

pub mod exact;
pub mod measure;
pub mod revision;
pub mod statistics;
pub mod tally;
pub mod target;
