//! The event log, how far its readers have come, and what remembers the first answer under an idempotency key.

pub mod event;
pub mod event_seal;
pub mod idempotency_key;
pub mod log_reader;
