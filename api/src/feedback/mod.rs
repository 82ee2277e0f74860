//! What comes back up: questions, ideas and concerns, each answered or openly unanswered.
//!
//! Always: one goes from OPEN to ANSWERED and from there to ACTED or DECLINED, so that nothing is declined without an answer;
//! whoever is asked finds it in their work until it is answered; somebody votes once, and who votes is told to nobody; and an
//! anonymous one has no author anywhere: not in its row, which knows its day alone, not in an id, and in no event, log line,
//! idempotency key or lock that was written with it. The log hears of it when its day is over ([`telling`]).

pub mod commands;
pub mod handover;
pub mod inputs;
pub mod mutation;
pub mod open;
pub mod query;
pub mod rules;
pub mod store;
pub mod telling;
pub mod types;
