//! What keeps people from a change, and what of it may be told. Pure: plain values in, a verdict out.

pub mod barriers;
pub mod suppression;
