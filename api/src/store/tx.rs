//! The one write envelope: rows and their event in one commit, for every mutation alike.
//!
//! A mutation is a [`Command`]. [`Scope::write`] gives it a transaction and, without the command
//! knowing, `idempotencyKey`, `expectedVersion`, `dryRun` and another try where the database could not
//! serialise it. Rows change through [`Tx::insert`] and [`Tx::update`], which write the event with the
//! fields before and after: nobody can write without one.

use std::{
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use async_graphql::InputObject;
use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveModelTrait, ActiveValue, ConnectionTrait, DatabaseBackend, DatabaseTransaction, DbErr, EntityTrait,
    FromQueryResult, IntoActiveModel, Iterable, SqlErr, StatementBuilder,
    sea_query::{Expr, ExprTrait, LockType, Query, SelectStatement, Value},
};
use serde::{Serialize, de::DeserializeOwned};
use tutti_entity::Row;
use tutti_entity::events::event;
use tutti_entity::ids::TypedId;

use super::index::{self, Entry};
use super::{At, Scope, error, find, meter};
use crate::access::{Capability, Place, Visible};
use crate::graphql::{Fault, FaultCode, Problem, ProblemCode};

pub mod changes;
mod idempotency;
mod many;
mod reply;
mod trace;

pub use reply::{Answers, Done, Item, Many, Once, One, Reply, Work};

pub use many::Known;
use many::Told;
use trace::Trace;

/// How a mutation is to be carried out. Every mutation takes it but those that take or hand out a secret.
#[derive(Clone, Debug, Default, InputObject)]
pub struct WriteOptions {
    /// 1 to 255 characters of your choice. The same key within 24 hours returns the first answer and
    /// writes nothing again; other input under the key is refused with IDEMPOTENCY_MISMATCH. A refused
    /// mutation wrote nothing and does not use the key up.
    pub idempotency_key: Option<String>,
    /// Refuses with VERSION_CONFLICT when the object has moved on since it was read: the `version` that
    /// you read. INVALID where something is made that has no version yet.
    pub expected_version: Option<i32>,
    /// Validates and answers as if written, and writes nothing. False by default.
    pub dry_run: Option<bool>,
}

/// Why a command came to nothing.
#[derive(Debug)]
pub enum Refusal {
    /// The caller can mend it.
    Problems(Vec<Problem>),
    /// The caller cannot.
    Fault(Fault),
    /// The database could not serialise the transaction; another try may succeed.
    Retry(DbErr),
}

/// What a command comes to.
pub type Outcome<T> = Result<T, Refusal>;

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Self {
        Self::Problems(vec![problem])
    }
}

impl From<Vec<Problem>> for Refusal {
    fn from(problems: Vec<Problem>) -> Self {
        Self::Problems(problems)
    }
}

impl From<Fault> for Refusal {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl From<DbErr> for Refusal {
    fn from(error: DbErr) -> Self {
        if error::worth_a_retry(&error) {
            return Self::Retry(error);
        }
        // Rules check first and name the field; this is the backstop for two callers at the same moment.
        let message = match error::constraint(&error) {
            Some(SqlErr::UniqueConstraintViolation(_)) => {
                "Something with the same unique value exists already."
            }
            Some(SqlErr::ForeignKeyConstraintViolation(_)) => "Something that this refers to does not exist.",
            _ => return Self::Fault(error.into()),
        };
        Self::Problems(vec![Problem::at(ProblemCode::Conflict, &["input"], message)])
    }
}

/// One mutation: its input, and what it does inside the transaction.
pub trait Command: Send + Sync {
    /// What it answers with.
    type Entity: Row + Visible;

    /// Checks the input against the rules and writes. It may run more than once, each time in a
    /// transaction of its own of which at most one is kept.
    fn run(&self, tx: &Tx<'_>) -> impl Future<Output = Outcome<<Self::Entity as EntityTrait>::Model>> + Send;

    /// Whether nothing may remember who called and when: see [`Work::leaves_no_trace`].
    fn leaves_no_trace(&self) -> bool {
        false
    }
}

/// What is said of a change in the log.
#[derive(Clone, Copy, Debug)]
pub struct Action<'a> {
    /// What was done: `initiative.rescheduled`.
    pub name: &'a str,
    /// Why, in the words of who did it.
    pub reason: Option<&'a str>,
}

impl<'a> From<&'a str> for Action<'a> {
    fn from(name: &'a str) -> Self {
        Self { name, reason: None }
    }
}

/// What a mutation answers with.
#[derive(Debug)]
pub struct Answer<E: EntityTrait> {
    /// The row as written.
    pub row: Option<E::Model>,
    /// What the caller has to mend, and nothing was written.
    pub problems: Vec<Problem>,
    /// What the log says of it.
    pub event: Option<event::Model>,
}

/// A mutation's transaction.
#[derive(Debug)]
pub struct Tx<'s> {
    scope: &'s Scope,
    db: DatabaseTransaction,
    expected_version: Option<i32>,
    version_checked: AtomicBool,
    now: Mutex<DateTime<Utc>>,
    event: Mutex<Option<event::Model>>,
    trace: Trace,
}

/// How often a transaction is tried where the database could not serialise it.
const TRIES: u32 = 6;

impl Scope {
    /// Carries a command out. `fingerprint` stands for the mutation and its input, and is asked for only
    /// when the caller sent an idempotency key.
    ///
    /// # Errors
    /// Faults; what the caller can mend is in the answer.
    pub async fn write<C: Command>(
        &self,
        command: &C,
        options: &WriteOptions,
        fingerprint: impl Fn() -> String + Send + Sync,
    ) -> Result<Answer<C::Entity>, Fault> {
        let Done { reply, problems, event } = self.carry_out(command, options, fingerprint).await?;
        Ok(Answer { row: reply.map(|One(row)| row), problems, event })
    }

    /// The same for work that answers something else than one row.
    ///
    /// # Errors
    /// Faults; what the caller can mend is in the answer.
    pub async fn carry_out<W: Work>(
        &self,
        work: &W,
        options: &WriteOptions,
        fingerprint: impl Fn() -> String + Send + Sync,
    ) -> Result<Done<W::Reply>, Fault> {
        let claim = match trace::admit(work, options)
            .and_then(|()| idempotency::Claim::new(self, options, fingerprint))
        {
            Ok(claim) => claim,
            Err(problem) => return Ok(Done::refused(vec![problem])),
        };
        for attempt in 1.. {
            match self.attempt(work, options, claim.as_ref()).await {
                Ok(done) => {
                    // The mutations of one request share the scope, and read anew after each of them.
                    self.batcher.clear();
                    return Ok(done);
                }
                Err(Refusal::Problems(problems)) => return Ok(Done::refused(problems)),
                Err(Refusal::Fault(fault)) => return Err(fault),
                Err(Refusal::Retry(error)) if attempt >= TRIES => {
                    tracing::warn!(attempt, cause = ?error, "giving the transaction up");
                    let message = "Too many change the same at this moment. Try again in a moment.";
                    return Err(Fault::new(FaultCode::Unavailable, message));
                }
                Err(Refusal::Retry(error)) => {
                    tracing::debug!(attempt, cause = ?error, "trying the transaction again");
                    tokio::time::sleep(Duration::from_millis(u64::from(attempt * attempt) * 4)).await;
                }
            }
        }
        Err(Fault::internal("the retries ended without an answer"))
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one place where a mutation's transaction begins"
    )]
    async fn attempt<W: Work>(
        &self,
        work: &W,
        options: &WriteOptions,
        claim: Option<&idempotency::Claim>,
    ) -> Outcome<Done<W::Reply>> {
        let tx = Tx {
            scope: self,
            db: self.database().begin().await?,
            expected_version: options.expected_version,
            version_checked: AtomicBool::new(false),
            now: Mutex::new(trace::moment(work, self.world())),
            event: Mutex::new(None),
            trace: Trace::of(work),
        };
        match tx.answer(work, claim).await {
            Ok(done) if options.dry_run == Some(true) || !done.wrote() => {
                tx.db.rollback().await?;
                Ok(done)
            }
            Ok(done) => {
                tx.trace.leave();
                tx.db.commit().await?;
                self.database().waking.wrote();
                Ok(done)
            }
            Err(refusal) => {
                // What went wrong first is what the caller has to hear.
                if let Err(error) = tx.db.rollback().await {
                    tracing::debug!(cause = ?error, "the rollback failed; the connection is dropped");
                }
                Err(refusal)
            }
        }
    }
}

impl Tx<'_> {
    async fn answer<W: Work>(&self, work: &W, claim: Option<&idempotency::Claim>) -> Outcome<Done<W::Reply>> {
        if let Some(claim) = claim
            && let Some(first) = self.claim::<W::Reply>(claim).await?
        {
            return Ok(first);
        }
        let reply = Work::run(work, self).await?;
        if self.expected_version.is_some() && !self.version_checked.load(Ordering::Relaxed) {
            let message = "This mutation creates; there is no version to expect yet.";
            return Err(Problem::at(ProblemCode::Invalid, &["options", "expectedVersion"], message).into());
        }
        let event = self.event.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(claim) = claim {
            self.settle(claim, &reply, event.as_ref()).await?;
        }
        Ok(Done { reply: Some(reply), problems: Vec::new(), event })
    }

    /// The request this transaction belongs to.
    #[must_use]
    pub fn scope(&self) -> &Scope {
        self.scope
    }

    /// The moment of the change: after the subject was held, so that the changes of a row come one after
    /// the other however long they waited, and never before its last one.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        *self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn not_before(&self, last_change: DateTime<Utc>) {
        if self.trace.is_none() {
            return;
        }
        let now = Ord::max(self.scope.world().now(), last_change);
        *self.now.lock().unwrap_or_else(PoisonError::into_inner) = now;
    }

    /// A new id.
    #[must_use]
    pub fn new_id<I: TypedId>(&self) -> I {
        let world = self.scope.world();
        I::from_uuid(if self.trace.is_none() { world.unlinked_id() } else { world.new_id(self.now()) })
    }

    /// Runs a statement that a store built inside the transaction.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn rows(&self, select: &SelectStatement) -> Outcome<Vec<sea_orm::QueryResult>> {
        Ok(self.db.query_all(select).await?)
    }

    /// The row with this id if the viewer may see it, which nobody changes until the end.
    ///
    /// # Errors
    /// NOT_FOUND at this field of the input.
    pub async fn get<E: Row + Visible>(&self, id: E::Id, field: &str) -> Outcome<E::Model> {
        self.hold::<E>(id, field, LockType::Share).await
    }

    /// The row that a mutation is about: as [`Tx::get`], and it still has the version that the caller
    /// expects.
    ///
    /// # Errors
    /// NOT_FOUND, or VERSION_CONFLICT at `options.expectedVersion`.
    pub async fn subject<E: Row + Visible>(&self, id: E::Id, field: &str) -> Outcome<E::Model> {
        let mut row = self.hold::<E>(id, field, LockType::NoKeyUpdate).await?;
        let stamp = E::stamp(&mut row);
        let version = *stamp.version;
        self.not_before(*stamp.updated_at);
        if let Some(expected) = self.expected_version {
            self.version_checked.store(true, Ordering::Relaxed);
            if expected != version {
                let message =
                    format!("It has moved on: you expected version {expected}, it is at {version}.");
                let path = ["options", "expectedVersion"];
                return Err(Problem::at(ProblemCode::VersionConflict, &path, message).into());
            }
        }
        Ok(row)
    }

    /// The row under which something is made that has to agree with its siblings: as [`Tx::get`], but whoever makes
    /// or changes another part of it waits until the end.
    ///
    /// # Errors
    /// NOT_FOUND at this field of the input.
    pub async fn parent<E: Row + Visible>(&self, id: E::Id, field: &str) -> Outcome<E::Model> {
        let mut row = self.hold::<E>(id, field, LockType::NoKeyUpdate).await?;
        self.not_before(*E::stamp(&mut row).updated_at);
        Ok(row)
    }

    /// The row that a first answer was about: one that the viewer may see, or that was taken away and of which they are
    /// told.
    async fn told<E: Row + Visible>(&self, id: E::Id, field: &str) -> Outcome<E::Model> {
        self.one::<E>(find::told::<E>(self.scope.viewer()), id, field, LockType::Share).await
    }

    async fn hold<E: Row + Visible>(&self, id: E::Id, field: &str, lock: LockType) -> Outcome<E::Model> {
        self.one::<E>(find::visible::<E>(self.scope.viewer()), id, field, lock).await
    }

    async fn one<E: Row + Visible>(
        &self,
        mut select: SelectStatement,
        id: E::Id,
        field: &str,
        lock: LockType,
    ) -> Outcome<E::Model> {
        select.and_where(At::TOP.col(E::ID).eq(id.uuid()));
        if self.scope.backend() == DatabaseBackend::Postgres {
            select.lock(lock);
        }
        let row = self.db.query_one(&select).await?.ok_or_else(|| {
            let kind = E::Id::KIND.type_name();
            Problem::new(ProblemCode::NotFound, field, format!("There is no {kind} with this id."))
        })?;
        Ok(E::Model::from_query_result(&row, "")?)
    }

    /// Refuses with FORBIDDEN unless the viewer may do this here.
    ///
    /// # Errors
    /// FORBIDDEN at this field of the input.
    pub fn require(&self, capability: Capability, place: Place, field: &str) -> Outcome<()> {
        if self.scope.may(capability, place) {
            return Ok(());
        }
        Err(Problem::new(ProblemCode::Forbidden, field, "You may not do this here.").into())
    }

    /// Writes a new row and its event.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn insert<E: Row>(&self, row: E::Model, action: Action<'_>) -> Outcome<E::Model>
    where
        E::ActiveModel: Send,
    {
        self.insert_telling::<E>(row, &[], action).await
    }

    /// The same where the event has more to tell than the fields of the row, such as the parts that come with it.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn insert_telling<E: Row>(
        &self,
        row: E::Model,
        more: &[changes::Change],
        action: Action<'_>,
    ) -> Outcome<E::Model>
    where
        E::ActiveModel: Send,
    {
        self.append::<E>(row.clone()).await?;
        index::keep(&self.db, Entry::of::<E>(&row)).await?;
        let changes = changes::between_and(None, &row, more).map_err(Fault::internal)?;
        self.record(&[Told::of::<E>(&row, changes)], action).await?;
        Ok(row)
    }

    /// Writes a row that is a fact of its own and is reported by another row's event.
    ///
    /// # Errors
    /// When the database refuses.
    #[expect(clippy::disallowed_methods, reason = "this is the one place where rows are inserted")]
    pub async fn append<E: EntityTrait>(&self, row: E::Model) -> Outcome<()>
    where
        E::Model: IntoActiveModel<E::ActiveModel>,
        E::ActiveModel: Send,
    {
        E::insert(every_column::<E>(row)).exec_without_returning(&self.db).await?;
        Ok(())
    }

    /// Writes what changed of a row, counts its version up, and writes the event. Where nothing changed
    /// nothing is written.
    ///
    /// # Errors
    /// VERSION_CONFLICT when somebody else was faster, or when the database refuses.
    pub async fn update<E: Row>(
        &self,
        before: &E::Model,
        after: E::Model,
        action: Action<'_>,
    ) -> Outcome<E::Model> {
        self.update_telling::<E>(before, after, &[], action).await
    }

    /// The same where the event has more to tell than the fields of the row: a row that stays as it is counts as
    /// changed where there is more.
    ///
    /// # Errors
    /// As [`Tx::update`].
    pub async fn update_telling<E: Row>(
        &self,
        before: &E::Model,
        mut after: E::Model,
        more: &[changes::Change],
        action: Action<'_>,
    ) -> Outcome<E::Model> {
        if *before == after && more.is_empty() {
            return Ok(after);
        }
        let version = {
            let stamp = E::stamp(&mut after);
            let version = *stamp.version;
            *stamp.version = version.saturating_add(1);
            *stamp.updated_at = self.now();
            version
        };
        let mut update = Query::update();
        update.table(E::default());
        for (column, value) in changed::<E>(before, &after) {
            update.value(column, value);
        }
        update.and_where(Expr::col(E::ID).eq(E::id(&after).uuid()));
        update.and_where(Expr::col(E::VERSION).eq(version));
        if self.db.execute(&update).await?.rows_affected() != 1 {
            let message = "Somebody else changed it at the same moment. Read it again.";
            return Err(Problem::at(ProblemCode::VersionConflict, &["input", "id"], message).into());
        }
        index::keep(&self.db, Entry::of_changed::<E>(before, &after)).await?;
        let changes = changes::between_and(Some(before), &after, more).map_err(Fault::internal)?;
        self.record(&[Told::of::<E>(&after, changes)], action).await?;
        Ok(after)
    }

    /// Holds this name until the end of the transaction: whoever wants it as well waits. For rules about
    /// several rows, which no lock of a row can keep. SQLite has one writer, who holds everything.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn exclusive(&self, name: &str) -> Outcome<()> {
        if self.scope.backend() == DatabaseBackend::Postgres {
            let key = Expr::cust_with_values("pg_advisory_xact_lock(hashtextextended($1, 0))::text", [name]);
            let lock = SelectStatement::new().expr(key).to_owned();
            // It belongs to the control of the transaction, which is not counted.
            meter::measured(meter::Meter::new(meter::request_id()), self.db.query_all(&lock)).await?;
        }
        Ok(())
    }

    /// Writes what nobody would look for in the log: that a key was used, that a token was exchanged.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn mark(&self, statement: &impl StatementBuilder) -> Outcome<()> {
        self.db.execute(statement).await?;
        Ok(())
    }

    /// The same for rows that a statement works out for itself, however many: answers how many it wrote.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn mark_all(&self, statement: &impl StatementBuilder) -> Outcome<u64> {
        Ok(self.db.execute(statement).await?.rows_affected())
    }

    /// The same where the statement answers rows: what it took.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn take(&self, statement: &impl StatementBuilder) -> Outcome<Vec<sea_orm::QueryResult>> {
        Ok(self.db.query_all(statement).await?)
    }

    /// Counts a named counter up and answers its new value, starting at 1. Two callers never get the
    /// same value; a rolled back transaction gives its value back.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn count_up(&self, counter: &str) -> Outcome<i32> {
        self.count_up_by(counter, 1).await
    }

    /// The same in one step for many: answers the last of so many values, all of which are the caller's.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn count_up_by(&self, counter: &str, by: i32) -> Outcome<i32> {
        let mut insert = Query::insert();
        insert
            .into_table("counters")
            .columns(["name", "value"])
            .values([counter.into(), by.into()])
            .map_err(Fault::internal)?
            .on_conflict(
                sea_orm::sea_query::OnConflict::column("name")
                    .value("value", Expr::col(("counters", "value")).add(by))
                    .to_owned(),
            )
            .returning_col("value");
        let row = self.db.query_one(&insert).await?;
        let row = row.ok_or_else(|| Fault::internal("a counter answered nothing"))?;
        Ok(row.try_get("", "value")?)
    }
}

/// A row of which every column is to be written.
fn every_column<E: EntityTrait>(row: E::Model) -> E::ActiveModel
where
    E::Model: IntoActiveModel<E::ActiveModel>,
{
    let mut active = row.into_active_model();
    for column in E::Column::iter() {
        if let Some(value) = active.get(column).into_value() {
            active.set(column, value);
        }
    }
    active
}

fn changed<E: Row>(before: &E::Model, after: &E::Model) -> Vec<(E::Column, Value)> {
    let (before, after) = (before.clone().into_active_model(), after.clone().into_active_model());
    let value = |row: &E::ActiveModel, column| match row.get(column) {
        ActiveValue::Set(value) | ActiveValue::Unchanged(value) => Some(value),
        ActiveValue::NotSet => None,
    };
    E::Column::iter()
        .filter(|column| value(&before, *column) != value(&after, *column))
        .filter_map(|column| Some((column, value(&after, column)?)))
        .collect()
}

/// The JSON of a row, as events and first answers keep it.
fn json<T: Serialize>(row: &T) -> Result<serde_json::Value, serde_json::Error> {
    serde_json::to_value(row)
}

fn from_json<T: DeserializeOwned>(text: &str) -> Option<T> {
    serde_json::from_str(text).ok()
}
