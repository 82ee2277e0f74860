//! Webhooks: other systems are told of what happens, in the words of their own query.
//!
//! Always: a webhook is told of an event only if the key that it belongs to may see it at the moment at which it is
//! told, and of nothing in it that the key may not read. One process at a time follows the log in its order ([`spread`])
//! and queues each event for each webhook once, in the transaction that moves its place in the log: whatever is killed
//! when, nothing is lost and nothing queued twice. Telling ([`deliver`]) is at least once: where a process dies after the
//! receiver took a message and before that was written down, the message is sent again, under the same `webhook-id`, by
//! which receivers know it. No receiver holds up another.
//!
//! Secrets are in the database under a key of the server alone ([`safe`]), are shown once, and are in no log. Nothing
//! that was sent or answered is kept: what a message says is worked out anew for each attempt.

pub mod commands;
mod deliver;
mod document;
pub mod inputs;
pub mod mutation;
pub mod office;
pub mod query;
pub mod rules;
pub mod safe;
pub mod settings;
mod spread;
mod store;
mod stored;
mod target;
pub mod types;
pub mod worker;
