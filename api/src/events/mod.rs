//! Everything that happened, in one order.
//!
//! Always: an event is written in the transaction of its change and is never changed. Features do not
//! write events; the write envelope does.

pub mod query;
pub mod store;
pub mod types;
