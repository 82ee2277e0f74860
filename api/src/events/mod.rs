//! Everything that happened, in one order.
//!
//! Always: an event is written in the transaction of its change and is never changed. Features do not
//! write events; the write envelope does. Whoever follows the log gets every event once, and all get them in
//! the same order ([`follow`]).

pub mod follow;
pub mod interest;
pub mod query;
pub mod rules;
pub mod seals;
pub mod sight;
pub mod store;
pub mod subscription;
pub mod types;
