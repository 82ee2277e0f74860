//! Mails that are on their way.

pub mod mail;
