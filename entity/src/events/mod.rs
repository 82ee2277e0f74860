//! The event log and what remembers the first answer under an idempotency key.

pub mod event;
pub mod event_seal;
pub mod idempotency_key;
