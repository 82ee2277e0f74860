//! Status reports: what the owner says, beside what the figures say.
//!
//! Always: a report that is out never changes, a correction supersedes it; an initiative has one report a period and
//! one that is the latest; a draft is there only for those who may publish it and for auditors, in every list, count,
//! filter and event; nobody acknowledges what they wrote or published; and what changed between two reports is read
//! from the pictures that were kept when they were published, never from what is there today.

pub mod commands;
pub mod inputs;
pub mod mutation;
pub mod query;
pub mod rules;
pub mod store;
pub mod types;
