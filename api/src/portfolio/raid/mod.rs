//! Dependencies between initiatives, and their risks, assumptions and issues.
//!
//! Always: dependencies run in no circle, whoever adds them at the same moment; the score of an item is its
//! probability times its impact; its amounts are in the currency of the portfolio; it moves only along the table
//! in [`rules::next`]; and what has materialised has exactly one issue that took its place.

pub mod commands;
pub mod inputs;
pub mod mutation;
pub mod query;
pub mod rules;
pub mod store;
pub mod types;
