//! Webhooks: who is told of what happens, and what became of telling them.

pub mod webhook;
pub mod webhook_delivery;
