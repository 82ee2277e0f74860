//! Tells the log of what was raised anonymously when its day is over.
//!
//! An event has its place in the log, between others of which it is known to the second who did them. So none is written
//! with an anonymous row: all of a day are told of together, by the system, on a later day, in the order of their ids, which
//! are random. `tutti serve` does so once an hour, and `tutti remind` when it is run.

use sea_orm::sea_query::{Condition, ExprTrait as _};
use tutti_entity::feedback::upward_feedback;

use super::store;
use crate::store::tx::changes::Change;
use crate::store::tx::{Once, Work};
use crate::store::{At, Outcome, Tx};

/// What the log calls that something was raised.
pub const RAISED: &str = "upward_feedback.raised";

/// Tells of those of past days.
#[derive(Clone, Copy, Debug)]
pub struct Tell;

/// What the log says of one.
fn changes(row: &upward_feedback::Model) -> Vec<Change> {
    let said = |field: &str, after: Option<String>| {
        after.map(|after| Change { field: field.to_owned(), before: None, after: Some(after) })
    };
    [
        said("kind", Some(sea_orm::ActiveEnum::to_value(&row.kind))),
        said("text", Some(row.text.clone())),
        said("communication", row.communication_id.map(|id| id.to_string())),
        said("asked", row.asked_id.map(|id| id.to_string())),
        said("raisedOn", Some(row.raised_on.to_string())),
        said("dueOn", Some(row.due_on.to_string())),
    ]
    .into_iter()
    .flatten()
    .collect()
}

impl Work for Tell {
    type Reply = Once<usize>;

    async fn run(&self, tx: &Tx<'_>) -> Outcome<Once<usize>> {
        let past = At::TOP.col(upward_feedback::Column::UntoldOn).lt(tx.scope().today());
        let mut rows = tx.hold_all::<upward_feedback::Entity>(Condition::all().add(past)).await?;
        if rows.is_empty() {
            return Ok(Once { answer: 0, wrote: false });
        }
        rows.sort_by_key(|row| row.id);
        tx.note_all::<upward_feedback::Entity>(&rows, changes, RAISED.into()).await?;
        store::told(tx, &rows).await?;
        Ok(Once { answer: rows.len(), wrote: true })
    }
}
