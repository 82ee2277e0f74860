//! The kit: what every feature builds on, and what knows no feature.

pub mod error;
pub mod limits;

pub use error::{Fault, FaultCode};
