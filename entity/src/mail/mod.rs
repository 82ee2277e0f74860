//! Mails that are on their way.

pub mod queued;
