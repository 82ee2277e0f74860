//! Train the trainer: what is taught, at which sessions, who attended, and who may train others.
//!
//! Always: whether the trainer of a session might train is judged for the day on which it was held, and a session of
//! one who might not is flagged, never refused; the flag is judged anew when a certificate of its trainer is issued or
//! revoked; the day on which a certificate ends is kept when it is issued, and no later change of the curriculum moves
//! it; one certificate of a person, a curriculum and a level is in force; and what changes the lineage of one curriculum
//! happens one after the other.

pub mod adoption;
pub mod cascade;
pub mod commands;
pub mod inputs;
pub mod mutation;
pub mod query;
pub mod rules;
pub mod standing;
pub mod store;
pub mod types;
