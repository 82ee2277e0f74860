//! Per leader: what was planned, what was sent and when, how it landed, and how long they were silent.
//!
//! Always: whoever leads is there, also whoever planned and said nothing; of what is still to come nothing is counted as
//! late; and a few statements tell of all leaders together.

pub mod query;
pub mod rules;
pub mod store;
pub mod types;
