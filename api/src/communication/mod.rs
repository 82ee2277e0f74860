//! Leadership communication: who tells whom what, on which way, whether it came on time and whom it reached.
//!
//! Always: whom a communication is for is worked out when it is sent and never again, one receipt a person, in one
//! transaction of a few statements however many there are; a communication that was sent never changes, and a correction
//! is another one that points to it; whoever was not in an audience sees nothing of what was not for everyone; and a
//! moment that nobody knows is missing.
//!
//! No channel reaches anybody by itself. A mail is delivered when the mail server took it; whoever was at a meeting, saw a
//! film or read a page is recorded with `communicationReceiptsRecord`; and whoever acknowledges a communication has it.

pub mod cadence;
pub mod commands;
pub mod handover;
pub mod inputs;
pub mod mutation;
pub mod query;
pub mod rules;
pub mod sight;
pub mod store;
pub mod types;

pub use commands::{acknowledge, deliver, may_send};
