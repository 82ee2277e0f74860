//! How a plan is made, what it pays, and how what it paid is corrected. Pure.

pub mod award;
pub mod curve;
pub mod factor;
pub mod period;
pub mod plan;
pub mod roster;
pub mod run;
pub mod snapshot;
pub mod trace;
