//! What leaders say: key messages, communications, whom these were meant for, and whom they reached.

pub mod audience_person;
pub mod audience_unit;
#[expect(clippy::module_inception, reason = "the table is called as the feature is")]
pub mod communication;
pub mod key_message;
pub mod receipt;
pub mod served_initiative;
