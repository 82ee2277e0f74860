//! What becomes of the communications that somebody was to send when they leave: somebody else sends them, in the
//! transaction of their leaving.

use tutti_entity::communication::communication;
use tutti_entity::ids::PersonId;

use super::store;
use crate::store::tx::Action;
use crate::store::{Outcome, Tx};

/// Gives the communications that one person was to send to another, each with an event of its own. What was sent stays
/// theirs.
///
/// # Errors
/// When the database refuses.
pub async fn hand_over(tx: &Tx<'_>, from: PersonId, to: PersonId, reason: Option<&str>) -> Outcome<()> {
    // Whoever lets somebody go need not see what they were to say.
    let planned = tx.hold_all_there_are::<communication::Entity>(store::planned_by(from)).await?;
    let updated = Action { name: "communication.updated", reason };
    tx.update_all::<communication::Entity>(planned, |row| row.sender_id = to, updated).await
}
