//! Mails that are on their way.

pub mod digest;
pub mod queued;
