//! KPIs: what is measured, what it is to come to, and what it came to as known at any moment.
//!
//! Always: a number is made of counts or exact numbers and rounded once; what was recorded never changes, a
//! correction is another revision; a locked period changes only by a restatement that a second person approves;
//! and what was in force on a day as known at a moment stays the same whatever comes later.

pub mod commands;
pub mod handover;
pub mod inputs;
pub mod moved;
pub mod mutation;
pub mod query;
pub mod readings;
pub mod rules;
pub mod store;
pub mod types;
