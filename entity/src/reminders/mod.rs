//! What the log was told of work that is due.

pub mod reminder;
