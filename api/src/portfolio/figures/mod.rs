//! What the facts of initiatives come to: earned value, health, and what a portfolio adds up to.
//!
//! Always: a figure is worked out exactly and rounded once; one that cannot be computed says why; a figure of a
//! past day is made of what was known when that day was over, and never changes; sums are sums of their parts.

pub mod query;
pub mod rules;
pub mod store;
pub mod types;
