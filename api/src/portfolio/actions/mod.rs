//! Who does what by when.
//!
//! Always: an action has exactly one person who does it, and a day; it is OPEN until it is done or, with a reason,
//! dropped, and stays as it was from then on; and one about a risk belongs to the initiative of that risk.

pub mod commands;
pub mod inputs;
pub mod mutation;
pub mod query;
pub mod rules;
pub mod store;
pub mod types;
