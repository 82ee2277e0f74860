//! What mutations answer: one row, or many with what became of each.
//!
//! Whatever it is, it is kept under the idempotency key and given again; and where nothing of it was written
//! the transaction is rolled back and the key is free.

use sea_orm::EntityTrait;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;
use tutti_entity::Row;
use tutti_entity::events::event;
use tutti_entity::ids::TypedId;
use uuid::Uuid;

use super::{Command, Outcome, Tx, WriteOptions, from_json, json};
use crate::access::Visible;
use crate::graphql::{Fault, Problem, ProblemCode};
use crate::store::Scope;

/// One mutation, whatever it answers: what it does inside the transaction. Most are a [`Command`].
pub trait Work: Send + Sync {
    /// What it answers.
    type Reply: Reply;

    /// Checks the input against the rules and writes. It may run more than once, each time in a transaction of
    /// its own of which at most one is kept.
    fn run(&self, tx: &Tx<'_>) -> impl Future<Output = Outcome<Self::Reply>> + Send;

    /// Whether nothing may remember who called and when. Then the moment of the transaction is the beginning of its day,
    /// new ids are random and say nothing of when they were made, no event is written (whoever keeps the room tells the
    /// log later, when that says nothing any more), no idempotency key is taken, and the request is in neither the log
    /// nor the metrics. What the rows themselves say is for the command.
    fn leaves_no_trace(&self) -> bool {
        false
    }
}

impl<C: Command> Work for C {
    type Reply = One<C::Entity>;

    async fn run(&self, tx: &Tx<'_>) -> Outcome<One<C::Entity>> {
        Command::run(self, tx).await.map(One)
    }

    fn leaves_no_trace(&self) -> bool {
        Command::leaves_no_trace(self)
    }
}

/// What a mutation answers when it was carried out.
pub trait Reply: Send + Sync + Sized {
    /// Whether anything was written. Where nothing was, nothing is kept.
    fn wrote(&self) -> bool {
        true
    }

    /// The text that is kept under an idempotency key.
    ///
    /// # Errors
    /// When there is no such text.
    fn keep(&self) -> Result<String, serde_json::Error>;

    /// The first answer, given again. What the caller may not see any more does not exist for them, first
    /// answer or not.
    fn again(tx: &Tx<'_>, kept: &str) -> impl Future<Output = Outcome<Self>> + Send;
}

/// What became of a mutation.
#[derive(Debug)]
pub struct Done<R> {
    /// What it answers; none where it was refused.
    pub reply: Option<R>,
    /// What the caller has to mend, and nothing was written.
    pub problems: Vec<Problem>,
    /// What the log says of it; of many rows, the last event.
    pub event: Option<event::Model>,
}

impl<R: Reply> Done<R> {
    pub(super) fn refused(problems: Vec<Problem>) -> Self {
        Self { reply: None, problems, event: None }
    }

    pub(super) fn wrote(&self) -> bool {
        self.reply.as_ref().is_some_and(Reply::wrote)
    }
}

/// One row.
#[derive(Debug)]
pub struct One<E: EntityTrait>(pub E::Model);

/// Of whom a first answer speaks.
#[derive(Deserialize)]
struct Subject<I> {
    id: I,
}

impl<E: Row + Visible> Reply for One<E> {
    fn keep(&self) -> Result<String, serde_json::Error> {
        Ok(json(&self.0)?.to_string())
    }

    async fn again(tx: &Tx<'_>, kept: &str) -> Outcome<Self> {
        let subject: Subject<E::Id> =
            from_json(kept).ok_or_else(|| Fault::internal("a first answer has no id"))?;
        let today = tx.told::<E>(subject.id, "id").await?;
        // A release in between may have changed the columns: then the row as it is now has to do.
        Ok(Self(from_json::<E::Model>(kept).unwrap_or(today)))
    }
}

/// What work answers that nobody sends twice under a key, such as that of the system itself.
#[derive(Debug)]
pub struct Once<T> {
    /// The answer.
    pub answer: T,
    /// Whether anything was written.
    pub wrote: bool,
}

impl<T: Send + Sync> Reply for Once<T> {
    fn wrote(&self) -> bool {
        self.wrote
    }

    fn keep(&self) -> Result<String, serde_json::Error> {
        Ok(String::new())
    }

    async fn again(_: &Tx<'_>, _: &str) -> Outcome<Self> {
        Err(Fault::internal("work without a key has no first answer").into())
    }
}

impl Scope {
    /// Carries out work for which nobody waits who could mend anything: what refuses it is a fault.
    ///
    /// # Errors
    /// Faults.
    pub async fn see_to<W: Work>(&self, work: &W) -> Result<W::Reply, Fault> {
        let Done { reply, problems, .. } =
            self.carry_out(work, &WriteOptions::default(), String::new).await?;
        reply.ok_or_else(|| Fault::internal(format!("what nobody can mend was refused: {problems:?}")))
    }
}

/// What became of one of many rows.
#[derive(Debug)]
pub struct Item<E: EntityTrait> {
    /// The row as written; none where it was not.
    pub row: Option<E::Model>,
    /// What the caller has to mend of it.
    pub problems: Vec<Problem>,
}

/// What became of many rows, in the order in which they were sent.
#[derive(Debug)]
pub struct Many<E: EntityTrait>(pub Vec<Item<E>>);

/// An [`Item`] as it is kept.
#[derive(Serialize, Deserialize)]
struct Kept {
    row: Option<Value>,
    problems: Vec<Problem>,
}

impl Kept {
    fn id<I: TypedId + DeserializeOwned>(&self) -> Option<Uuid> {
        I::deserialize(self.row.as_ref()?.get("id")?).ok().map(TypedId::uuid)
    }
}

impl<E: Row + Visible> Reply for Many<E> {
    fn wrote(&self) -> bool {
        self.0.iter().any(|item| item.row.is_some())
    }

    fn keep(&self) -> Result<String, serde_json::Error> {
        let kept = |item: &Item<E>| {
            Ok(Kept { row: item.row.as_ref().map(json).transpose()?, problems: item.problems.clone() })
        };
        serde_json::to_string(&self.0.iter().map(kept).collect::<Result<Vec<_>, serde_json::Error>>()?)
    }

    async fn again(tx: &Tx<'_>, kept: &str) -> Outcome<Self> {
        let kept: Vec<Kept> = from_json(kept).ok_or_else(|| Fault::internal("a first answer has no rows"))?;
        let today = tx.by_ids::<E>(kept.iter().filter_map(Kept::id::<E::Id>)).await?;
        let items = kept.into_iter().enumerate().map(|(row, mut kept)| {
            let Some(id) = kept.id::<E::Id>() else { return Item { row: None, problems: kept.problems } };
            // A row can have been named twice.
            let Some(now) = today.get(&id).cloned() else {
                let message = format!("There is no {} with this id any more.", E::Id::KIND.type_name());
                let gone = Problem::at(ProblemCode::NotFound, &["input"], message).in_row(row);
                return Item { row: None, problems: vec![gone] };
            };
            let first = kept.row.take().and_then(|row| serde_json::from_value(row).ok());
            Item { row: Some(first.unwrap_or(now)), problems: kept.problems }
        });
        Ok(Self(items.collect()))
    }
}

/// What a mutation of many rows answers with.
#[derive(Debug)]
pub struct Answers<E: EntityTrait> {
    /// What became of each row, in their order; empty where the call was refused as a whole.
    pub results: Vec<Item<E>>,
    /// What the caller has to mend where nothing was written: all problems of all rows.
    pub problems: Vec<Problem>,
    /// The last event of those that tell of the rows.
    pub event: Option<event::Model>,
}

impl<E: Row + Visible> From<Done<Many<E>>> for Answers<E> {
    fn from(done: Done<Many<E>>) -> Self {
        let nothing = !done.wrote();
        let results = done.reply.map(|Many(items)| items).unwrap_or_default();
        let mut problems = done.problems;
        if nothing {
            problems.extend(results.iter().flat_map(|item| item.problems.clone()));
        }
        Self { results, problems, event: done.event.filter(|_| !nothing) }
    }
}
