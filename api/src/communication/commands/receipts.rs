//! Whom a communication reached: delivered, acknowledged, or recorded by hand.
//!
//! Always: whoever writes a receipt holds its communication, those who acknowledge it beside one another, and whoever
//! records many alone; so that what was acknowledged meanwhile is not written over.

use std::collections::{HashMap, HashSet};

use async_graphql::MaybeUndefined;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use tutti_entity::communication::{communication, receipt};
use tutti_entity::ids::{CommunicationId, PersonId};

use super::may_send;
use crate::communication::inputs::{
    CommunicationAcknowledgeInput, CommunicationReceiptsRecordInput, ReceiptInput,
};
use crate::communication::rules::receipts::{MOST_ROWS, Moments, Noted, Span, Told};
use crate::communication::{rules, store};
use crate::exchange::inputs::ImportPolicy;
use crate::graphql::{Fault, Problem, ProblemCode, scalars};
use crate::store::tx::Action;
use crate::store::tx::changes::Change;
use crate::store::tx::{Reply, Work};
use crate::store::{Command, Outcome, Tx};

/// What is written to the log of somebody who acknowledged a communication.
const ACKNOWLEDGED: &str = "communication.acknowledged";

fn moment(at: DateTime<Utc>) -> String {
    async_graphql::ScalarType::to_value(&scalars::DateTime(at)).to_string().trim_matches('"').to_owned()
}

/// What the log says of somebody's receipt.
fn told_of(person: PersonId, field: &str, before: Option<String>, after: Option<String>) -> Change {
    Change { field: format!("receipts.{person}.{field}"), before, after }
}

fn stranger(field: &str) -> Problem {
    Problem::new(ProblemCode::NotFound, field, "They are not in its audience.")
}

/// Keeps that a communication reached these people of its audience at this moment, where that was not known. Answers of how
/// many.
///
/// # Errors
/// When the database refuses.
pub async fn deliver(
    tx: &Tx<'_>,
    communication: CommunicationId,
    people: &[PersonId],
    at: DateTime<Utc>,
) -> Outcome<u64> {
    store::held(tx, communication).await?;
    store::delivered(tx, communication, people, at).await
}

/// Keeps that somebody acknowledged a communication themselves at this moment, and tells the log, with how they did where
/// that has to be said. Answers whether they had not done so before. Whoever calls this has made sure that it is them,
/// and holds the communication until the end.
///
/// # Errors
/// NOT_FOUND at `id` for somebody who is not in its audience.
pub async fn acknowledge(
    tx: &Tx<'_>,
    row: &communication::Model,
    person: PersonId,
    at: DateTime<Utc>,
    how: Option<&str>,
) -> Outcome<bool> {
    let before = store::receipts(tx, row.id, &[person]).await?.remove(&person);
    let before = before.ok_or_else(|| stranger("id"))?;
    // Of two who do so for the same person at once the second finds it done.
    let theirs = before.acknowledged_at.is_some() && before.recorded_by_id.is_none();
    if theirs || !store::acknowledged(tx, row.id, person, at).await? {
        return Ok(false);
    }
    let after = receipt::Model {
        acknowledged_at: before.acknowledged_at.or(Some(at)),
        delivered_at: before.delivered_at.or(Some(at)),
        recorded_by_id: None,
        ..before.clone()
    };
    tx.tell::<communication::Entity>(
        row,
        &changes(&before, &after),
        Action { name: ACKNOWLEDGED, reason: how },
    )
    .await?;
    Ok(true)
}

impl Command for CommunicationAcknowledgeInput {
    type Entity = communication::Entity;

    async fn run(&self, tx: &Tx<'_>) -> Outcome<communication::Model> {
        let row = tx.get::<communication::Entity>(self.id, "id").await?;
        let Some(me) = tx.scope().viewer().related_as() else {
            let message = "A key acknowledges nothing: people do.";
            return Err(Problem::new(ProblemCode::Forbidden, "id", message).into());
        };
        rules::sent(row.state)?;
        let message = "You are not in its audience.";
        acknowledge(tx, &row, me, tx.now(), None).await.map_err(|refusal| match refusal {
            crate::store::Refusal::Problems(_) => Problem::new(ProblemCode::Forbidden, "id", message).into(),
            other => other,
        })?;
        Ok(row)
    }
}

/// What became of one row.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RecordedRow {
    /// The receipt as it is then; none where the row was refused.
    pub receipt: Option<receipt::Model>,
    /// What the caller has to mend of it.
    pub problems: Vec<Problem>,
}

/// What became of many rows, in the order in which they were sent.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Recorded {
    communication: CommunicationId,
    /// The rows.
    pub rows: Vec<RecordedRow>,
}

impl Reply for Recorded {
    fn wrote(&self) -> bool {
        self.rows.iter().any(|row| row.receipt.is_some())
    }

    fn keep(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string(self)
    }

    async fn again(tx: &Tx<'_>, kept: &str) -> Outcome<Self> {
        let mut first: Self =
            serde_json::from_str(kept).map_err(|_| Fault::internal("a first answer has no receipts"))?;
        let people = |row: &RecordedRow| row.receipt.as_ref().map(|receipt| receipt.person_id);
        let people: Vec<PersonId> = first.rows.iter().filter_map(people).collect();
        let seen = store::seen_receipts(tx, first.communication, &people).await?;
        for (number, row) in first.rows.iter_mut().enumerate() {
            if row.receipt.as_ref().is_some_and(|receipt| !seen.contains_key(&receipt.person_id)) {
                let message = "There is no receipt of theirs any more.";
                let gone = Problem::new(ProblemCode::NotFound, "personId", message).in_row(number);
                *row = RecordedRow { receipt: None, problems: vec![gone] };
            }
        }
        Ok(first)
    }
}

fn told(input: &MaybeUndefined<scalars::DateTime>) -> Told {
    match input {
        MaybeUndefined::Undefined => None,
        MaybeUndefined::Null => Some(None),
        MaybeUndefined::Value(at) => Some(Some(at.0)),
    }
}

impl From<&ReceiptInput> for Noted {
    fn from(row: &ReceiptInput) -> Self {
        Self {
            delivered: told(&row.delivered_at),
            opened: told(&row.opened_at),
            acknowledged: told(&row.acknowledged_at),
        }
    }
}

fn known(row: &receipt::Model) -> Moments {
    Moments {
        delivered: row.delivered_at,
        opened: row.opened_at,
        acknowledged: row.acknowledged_at,
        recorded: row.recorded_by_id.is_some(),
    }
}

/// What the log says of a receipt; nothing where it stays as it is.
fn changes(before: &receipt::Model, after: &receipt::Model) -> Vec<Change> {
    let of = |row: &receipt::Model| {
        [
            ("deliveredAt", row.delivered_at.map(moment)),
            ("openedAt", row.opened_at.map(moment)),
            ("acknowledgedAt", row.acknowledged_at.map(moment)),
        ]
    };
    let person = after.person_id;
    of(before)
        .into_iter()
        .zip(of(after))
        .filter(|((_, before), (_, after))| before != after)
        .map(|((field, before), (_, after))| told_of(person, field, before, after))
        .collect()
}

impl CommunicationReceiptsRecordInput {
    fn enough(&self) -> Result<(), Problem> {
        if self.rows.is_empty() {
            return Err(Problem::new(ProblemCode::Required, "rows", "There are no rows."));
        }
        if self.rows.len() > MOST_ROWS {
            let message = format!("{} rows are too many; a call takes {MOST_ROWS}.", self.rows.len());
            return Err(Problem::new(ProblemCode::LimitExceeded, "rows", message));
        }
        Ok(())
    }

    /// What becomes of each receipt, or what is wrong with its row.
    fn checked(
        &self,
        tx: &Tx<'_>,
        span: Span,
        held: &HashMap<PersonId, receipt::Model>,
    ) -> Vec<Result<(receipt::Model, receipt::Model), Vec<Problem>>> {
        let by = tx.scope().viewer().person_id();
        let mut seen = HashSet::new();
        let mut one = |row: &ReceiptInput| {
            let before = held.get(&row.person_id).ok_or_else(|| vec![stranger("personId")])?;
            if !seen.insert(row.person_id) {
                let message = "They are there twice: one row says what is known of somebody.";
                return Err(vec![Problem::new(ProblemCode::Conflict, "personId", message)]);
            }
            let now = Noted::from(row).onto(known(before), span)?;
            let kept = before.acknowledged_at == now.acknowledged && before.recorded_by_id.is_some();
            let after = receipt::Model {
                delivered_at: now.delivered,
                opened_at: now.opened,
                acknowledged_at: now.acknowledged,
                recorded_by_id: if kept { before.recorded_by_id } else { by.filter(|_| now.recorded) },
                ..before.clone()
            };
            Ok((before.clone(), after))
        };
        self.rows.iter().map(&mut one).collect()
    }
}

impl Work for CommunicationReceiptsRecordInput {
    type Reply = Recorded;

    async fn run(&self, tx: &Tx<'_>) -> Outcome<Recorded> {
        self.enough()?;
        let row = tx.parent::<communication::Entity>(self.id, "id").await?;
        may_send(tx, &row, "id").await?;
        rules::sent(row.state)?;
        let day_before = row.sent_on.and_then(|day| day.pred_opt());
        let from = day_before.and_then(|day| tx.scope().world().end_of(day));
        let span = Span { from, to: tx.now() };
        let people: Vec<PersonId> = self.rows.iter().map(|row| row.person_id).collect();
        let held = store::receipts(tx, row.id, &people).await?;
        let checked = self.checked(tx, span, &held);
        let reject = self.policy.unwrap_or(ImportPolicy::RejectAll) == ImportPolicy::RejectAll;
        let refused = reject && checked.iter().any(Result::is_err);
        let (mut rows, mut after, mut log) = (Vec::with_capacity(checked.len()), Vec::new(), Vec::new());
        for (number, checked) in checked.into_iter().enumerate() {
            rows.push(match checked {
                Err(problems) => RecordedRow {
                    receipt: None,
                    problems: problems.into_iter().map(|problem| problem.in_row(number)).collect(),
                },
                Ok(_) if refused => RecordedRow { receipt: None, problems: Vec::new() },
                Ok((before, now)) => {
                    let changes = changes(&before, &now);
                    if !changes.is_empty() {
                        log.extend(changes);
                        after.push(now.clone());
                    }
                    RecordedRow { receipt: Some(now), problems: Vec::new() }
                }
            });
        }
        store::keep_receipts(tx, &after).await?;
        if !log.is_empty() {
            tx.tell::<communication::Entity>(&row, &log, "communication.receipts_recorded".into()).await?;
        }
        Ok(Recorded { communication: row.id, rows })
    }
}
