//! What comes back up: questions, ideas and concerns, and who votes for them.

pub mod upward_feedback;
pub mod upward_vote;
