//! Status reports: what the owner says, beside what the figures say.

pub mod rules;
pub mod store;
