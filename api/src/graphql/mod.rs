//! The kit: what every feature builds on, and what knows no feature.

pub mod error;

pub use error::{Fault, FaultCode};
