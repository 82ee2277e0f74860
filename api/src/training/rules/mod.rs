//! What holds of training. Pure: plain values in, a verdict out.

pub mod attendance;
pub mod certificate;
pub mod coverage;
pub mod session;
