//! How far people have come with a change, and what keeps them from it.
//!
//! Always: what one person answered is seen by that person alone, who alone records it; of groups only numbers of people
//! are told, as they are now, and only so that nobody can work out those of fewer than five; and an answer does not change,
//! a later one takes its place.

pub mod commands;
pub mod inputs;
pub mod mutation;
pub mod query;
pub mod rules;
pub mod store;
pub mod types;
