//! What becomes of what somebody is asked when they leave: somebody else is asked, in the transaction of their leaving.

use tutti_entity::feedback::upward_feedback;
use tutti_entity::ids::PersonId;

use super::store;
use crate::store::tx::Action;
use crate::store::{Outcome, Tx};

/// Asks another what one person is asked and that is not over, each with an event of its own.
///
/// # Errors
/// When the database refuses.
pub async fn hand_over(tx: &Tx<'_>, from: PersonId, to: PersonId, reason: Option<&str>) -> Outcome<()> {
    let rows = tx.hold_all_there_are::<upward_feedback::Entity>(store::open_with(from)).await?;
    let updated = Action { name: "upward_feedback.handed_over", reason };
    tx.update_all::<upward_feedback::Entity>(rows, |row| row.asked_id = Some(to), updated).await
}
