//! What the mutations of key messages and communications do inside their transaction.
//!
//! Always: whoever sends, changes or calls off a communication holds it first, so that of two who do so at once one comes
//! first and the other is told; and whoever speaks is asked whether they are at work when the communication is sent, not
//! only when it was planned.

mod draft;
mod key_message;
mod receipts;
mod send;

use std::collections::BTreeSet;

use chrono::NaiveDate;
use tutti_entity::Row;
use tutti_entity::communication::communication;
use tutti_entity::ids::{InitiativeId, TypedId};
use tutti_entity::people::person;
use tutti_entity::portfolio::initiative;
use uuid::Uuid;

use super::store;
use crate::access::{Capability, Place, Visible};
use crate::graphql::{Check, Problem, ProblemCode};
use crate::store::tx::changes::Change;
use crate::store::{Outcome, Tx};

pub use receipts::{Recorded, RecordedRow, acknowledge, deliver};

/// The calendar day of the organisation on which the change happens.
fn today(tx: &Tx<'_>) -> NaiveDate {
    tx.scope().world().day(tx.now())
}

/// Refuses whoever neither speaks for anybody there nor is this one and may speak for themselves. What serves initiatives is
/// in their portfolios, and all of it has to be within what the viewer may.
fn speaks_for(
    tx: &Tx<'_>,
    sender: &person::Model,
    initiatives: &[initiative::Model],
    field: &str,
) -> Outcome<()> {
    let by_sender = Place { org_unit: sender.org_unit_id, ..Place::default() };
    let within = |row: &initiative::Model| Place { portfolio: Some(row.portfolio_id), ..by_sender };
    let places: Vec<Place> =
        if initiatives.is_empty() { vec![by_sender] } else { initiatives.iter().map(within).collect() };
    let may = |capability| places.iter().all(|place| tx.scope().may(capability, *place));
    let is_sender = tx.scope().viewer().related_as() == Some(sender.id);
    if may(Capability::CommunicationPlan) || (is_sender && may(Capability::CommunicationSend)) {
        return Ok(());
    }
    let message = "A LEADER speaks for themselves; the programme office for anybody, where it works.";
    Err(Problem::new(ProblemCode::Forbidden, field, message).into())
}

/// Who says something, and which initiatives it serves.
#[derive(Clone, Debug)]
pub struct Spoken {
    /// Who says it.
    pub sender: person::Model,
    /// What it serves.
    pub served: BTreeSet<InitiativeId>,
}

/// Refuses whoever may not send this communication. Answers what was asked for it.
///
/// # Errors
/// FORBIDDEN at this field.
pub async fn may_send(tx: &Tx<'_>, row: &communication::Model, field: &str) -> Outcome<Spoken> {
    let sender = tx.get::<person::Entity>(row.sender_id, field).await?;
    let served = store::served(tx, row.id).await?;
    let of = initiatives(tx, &mut Check::default(), &served).await?;
    speaks_for(tx, &sender, &of, field)?;
    Ok(Spoken { sender, served })
}

/// The rows with these ids, which nobody changes until the end; those that are not there are told at this path.
async fn known<E: Row + Visible>(
    tx: &Tx<'_>,
    check: &mut Check,
    ids: impl Iterator<Item = E::Id>,
    path: &[&str],
) -> Outcome<Vec<E::Model>> {
    let ids: BTreeSet<Uuid> = ids.map(TypedId::uuid).collect();
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut rows = tx.by_ids::<E>(ids.iter().copied()).await?;
    if rows.len() < ids.len() {
        let message = format!("There is no {} with one of these ids.", E::Id::KIND.type_name());
        check.add(Problem::at(ProblemCode::NotFound, path, message));
    }
    Ok(ids.iter().filter_map(|id| rows.remove(id)).collect())
}

/// The initiatives with these ids.
async fn initiatives(
    tx: &Tx<'_>,
    check: &mut Check,
    ids: &BTreeSet<InitiativeId>,
) -> Outcome<Vec<initiative::Model>> {
    known::<initiative::Entity>(tx, check, ids.iter().copied(), &["input", "initiativeIds"]).await
}

/// Ids as the log tells them; none where there are none.
fn told<I: ToString>(ids: &BTreeSet<I>) -> Option<String> {
    let ids: Vec<_> = ids.iter().map(ToString::to_string).collect();
    Some(ids.join(", ")).filter(|ids| !ids.is_empty())
}

/// What an event says of a list; none where it stays the same.
fn changed<I: ToString + PartialEq>(
    field: &str,
    before: &BTreeSet<I>,
    after: &BTreeSet<I>,
) -> Option<Change> {
    let change = || Change { field: field.to_owned(), before: told(before), after: told(after) };
    (before != after).then(change)
}
