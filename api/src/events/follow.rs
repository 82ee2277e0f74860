//! Following the log: every event once, in one order that is the same for all who follow.
//!
//! Always: what [`Follow::read`] answers is settled. Nothing is ever put in before it, so that a reader may keep the
//! place of the last event as its cursor and go on from there in another process or after a week.
//!
//! On SQLite one transaction writes at a time, and places are in the order of commits. On PostgreSQL transactions take
//! places while others that began before them still run. A reader that meets an empty place asks which transactions
//! are writing events at that moment, as only those could hold it, and waits for these very ones to end, as `CREATE
//! INDEX CONCURRENTLY` does. Who begins to write later gets a place further on and is not waited for; nor is anybody
//! who does not write events, however long they run.

use std::time::{Duration, Instant};

use sea_orm::sea_query::{Expr, ExprTrait, Order, Query};
use sea_orm::{ConnectionTrait, DatabaseBackend, FromQueryResult, Iterable, Statement};
use tutti_entity::events::event::{self, Column as C};

use super::rules::{Reading, Since, Snapshot};
use crate::graphql::Fault;
use crate::store::Database;

/// The transactions that write events in this database. Whoever writes to a table holds this lock on it from before
/// the first place is taken until after the commit can be seen.
const WRITERS: &str = "SELECT DISTINCT virtualtransaction AS writer FROM pg_locks \
     WHERE locktype = 'relation' AND mode = 'RowExclusiveLock' AND relation = 'events'::regclass \
     AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";

/// How long to wait before it is looked again who is writing, for whoever joins.
const LOOK: Duration = Duration::from_millis(50);
/// After how long it is told that somebody keeps all who read the log waiting.
const LONG: Duration = Duration::from_secs(30);

/// A place up to which nobody has read, and who may still write before it.
#[derive(Debug)]
struct Fence {
    through: i64,
    writers: Vec<String>,
    since: Instant,
    was_told: bool,
}

impl Fence {
    fn new(through: i64, writers: Vec<String>) -> Self {
        Self { through, writers, since: Instant::now(), was_told: false }
    }

    /// Whether all have ended who were writing when it was put up.
    async fn is_down(&mut self, database: &Database) -> Result<bool, Fault> {
        if !self.writers.is_empty() {
            let writing = writers(database).await?;
            self.writers.retain(|writer| writing.contains(writer));
        }
        if !self.was_told && self.since.elapsed() > LONG && !self.writers.is_empty() {
            self.was_told = true;
            tracing::warn!(
                transactions = %self.writers.join(" "),
                place = self.through,
                "a transaction that writes events keeps all who read the log waiting (`virtualtransaction` in pg_locks)"
            );
        }
        Ok(self.writers.is_empty())
    }
}

/// Somebody who follows the log.
#[derive(Debug)]
pub struct Follow {
    database: Database,
    reading: Reading,
    fence: Option<Fence>,
}

impl Follow {
    /// Goes on after this place.
    #[must_use]
    pub fn after(database: Database, place: i64) -> Self {
        let mut reading = Reading::after(place);
        if database.backend() == DatabaseBackend::Sqlite {
            reading.close(i64::MAX);
        }
        Self { database, reading, fence: None }
    }

    /// Begins where the log ends, once all have ended who were writing before that: up to there everything is known
    /// that will ever be there.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn joining(database: Database) -> Result<Self, Fault> {
        // The end first: whoever takes a place before it and is not found writing then has ended.
        let end = now(&database).await?.place;
        if database.backend() == DatabaseBackend::Postgres {
            let mut fence = Fence::new(end, writers(&database).await?);
            while !fence.is_down(&database).await? {
                tokio::time::sleep(LOOK).await;
            }
        }
        Ok(Self::after(database, end))
    }

    /// The place that was reached.
    #[must_use]
    pub fn reached(&self) -> i64 {
        self.reading.reached()
    }

    /// Whether events are there that cannot be read yet: somebody may still write before them.
    #[must_use]
    pub fn waits(&self) -> bool {
        self.fence.is_some()
    }

    /// The next events, at most so many; none where there are no more for now.
    ///
    /// # Errors
    /// When the database cannot be read; the same are read again then.
    pub async fn read(&mut self, most: u64) -> Result<Vec<event::Model>, Fault> {
        loop {
            self.look_behind_the_fence().await?;
            let mut events = beyond(&self.database, self.reading.reached(), i64::MAX, most).await?;
            let places: Vec<i64> = events.iter().map(|event| event.position).collect();
            let passed = self.reading.pass(&places);
            let is_stuck = passed == 0 && !events.is_empty();
            if !is_stuck || self.fence.is_some() {
                events.truncate(passed);
                return Ok(events);
            }
            let through = places.last().copied().unwrap_or_default();
            let writers = writers(&self.database).await?;
            if writers.is_empty() {
                self.reading.close(through);
            } else {
                self.fence = Some(Fence::new(through, writers));
                return Ok(Vec::new());
            }
        }
    }

    async fn look_behind_the_fence(&mut self) -> Result<(), Fault> {
        let Some(fence) = &mut self.fence else { return Ok(()) };
        if fence.is_down(&self.database).await? {
            self.reading.close(fence.through);
            self.fence = None;
        }
        Ok(())
    }
}

async fn writers(database: &Database) -> Result<Vec<String>, Fault> {
    let statement = Statement::from_string(DatabaseBackend::Postgres, WRITERS);
    let rows = database.reader().query_all_raw(statement).await?;
    Ok(rows.iter().map(|row| row.try_get("", "writer")).collect::<Result<_, _>>()?)
}

/// The events after one place and up to another, in their order, at most so many.
///
/// # Errors
/// When the database cannot be read.
pub async fn beyond(
    database: &Database,
    place: i64,
    through: i64,
    most: u64,
) -> Result<Vec<event::Model>, Fault> {
    let mut select = Query::select();
    select
        .columns(C::iter())
        .from(event::Entity)
        .and_where(Expr::col(C::Position).gt(place))
        .and_where(Expr::col(C::Position).lte(through))
        .order_by(C::Position, Order::Asc)
        .limit(most);
    rows(database, &select).await
}

/// What was found of what came late.
#[derive(Debug)]
pub struct Late {
    /// The events.
    pub events: Vec<event::Model>,
    /// How many were looked at to find them.
    pub looked_at: usize,
    /// The last place that was looked at; none at the end.
    pub last: Option<i64>,
}

/// What came late for somebody who was told so far: events after one place and up to another that they could not see
/// then. At most so many are looked at.
///
/// # Errors
/// When the database cannot be read.
pub async fn late(
    database: &Database,
    since: &Since,
    place: i64,
    through: i64,
    most: u64,
) -> Result<Late, Fault> {
    let Some(seen) = &since.seen else { return Ok(Late { events: Vec::new(), looked_at: 0, last: None }) };
    let mut select = Query::select();
    select
        .columns(C::iter())
        .from(event::Entity)
        .and_where(Expr::col(C::Transaction).gte(seen.first_running()))
        .and_where(Expr::col(C::Position).gt(place))
        .and_where(Expr::col(C::Position).lte(Ord::min(through, since.place)))
        .order_by(C::Position, Order::Asc)
        .limit(most);
    let mut events = rows(database, &select).await?;
    let (looked_at, last) = (events.len(), events.last().map(|event| event.position));
    events.retain(|event| since.is_news(event.position, event.transaction));
    Ok(Late { events, looked_at, last })
}

async fn rows(
    database: &Database,
    select: &sea_orm::sea_query::SelectStatement,
) -> Result<Vec<event::Model>, Fault> {
    let rows = database.reader().query_all(select).await?;
    Ok(rows.iter().map(|row| event::Model::from_query_result(row, "")).collect::<Result<_, _>>()?)
}

/// Where the log ends at this moment, for somebody who wants to be told what comes from now on.
///
/// # Errors
/// When the database cannot be read.
pub async fn now(database: &Database) -> Result<Since, Fault> {
    let backend = database.backend();
    let seen = if backend == DatabaseBackend::Postgres { "pg_current_snapshot()::text" } else { "NULL" };
    let sql = format!("SELECT COALESCE(MAX(position), 0) AS place, {seen} AS seen FROM events");
    let row = database.reader().query_one_raw(Statement::from_string(backend, sql)).await?;
    let row = row.ok_or_else(|| Fault::internal("an aggregate without a row"))?;
    let seen: Option<String> = row.try_get("", "seen")?;
    Ok(Since { place: row.try_get("", "place")?, seen: seen.as_deref().and_then(Snapshot::read) })
}
