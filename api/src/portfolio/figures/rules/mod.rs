//! The formulas, with their worked numbers. Pure: plain values in, a verdict out.

pub mod attention;
pub mod earned;
pub mod exact;
pub mod facts;
pub mod health;
pub mod summary;
