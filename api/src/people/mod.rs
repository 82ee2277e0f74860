//! People and org units.
//!
//! Always: one address belongs to one person, whatever its case; an org unit is part of at most one
//! other, and never of itself; somebody who has left keeps their history.

pub mod mutation;
pub mod query;
pub mod rules;
pub mod store;
pub mod types;
