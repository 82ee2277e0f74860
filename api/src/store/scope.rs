//! One request's view of the house: who calls, when, with which database.

use std::sync::{
    Arc, OnceLock,
    atomic::{AtomicU64, Ordering},
};

use async_graphql::Context;
use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{ConnectionTrait, DatabaseBackend, QueryResult, StatementBuilder};

use super::{Database, Find, World, meter};
use crate::access::{Capability, Place, Viewer, Visible};
use crate::graphql::batch::{Batcher, Loader};
use crate::graphql::needed::Named;
use crate::graphql::{Fault, FaultCode};

/// One request's view of the house.
#[derive(Debug)]
pub struct Scope {
    database: Database,
    world: Arc<World>,
    viewer: Viewer,
    signed_in: OnceLock<Viewer>,
    now: DateTime<Utc>,
    today: NaiveDate,
    request_id: String,
    named: Named,
    produced: AtomicU64,
    /// Loads by id and by parent, batched for this viewer.
    pub(crate) batcher: Batcher,
}

/// How many objects one request may produce. The price of a query counts lists by what they are taken to
/// hold; this counts what they held.
const MOST_OBJECTS: u64 = 50_000;

impl Scope {
    /// The scope of one request. Its clock stands still: one request has one moment.
    #[must_use]
    pub fn new(database: Database, world: Arc<World>, viewer: Viewer) -> Self {
        let now = world.now();
        Self {
            today: world.day(now),
            now,
            request_id: meter::request_id(),
            database,
            world,
            viewer,
            named: Named::all(),
            signed_in: OnceLock::new(),
            produced: AtomicU64::new(0),
            batcher: Batcher::default(),
        }
    }

    /// For a request that asks for these fields and no others, so that no more has to be read.
    #[must_use]
    pub fn naming(self, named: Named) -> Self {
        Self { named, ..self }
    }

    /// The scope of the request that a resolver works for.
    ///
    /// # Errors
    /// UNAUTHENTICATED when nobody is signed in.
    pub fn of<'c>(ctx: &Context<'c>) -> Result<&'c Self, Fault> {
        let scope = Self::of_anybody(ctx)?;
        if scope.viewer().is_somebody() { Ok(scope) } else { Err(Fault::unauthenticated()) }
    }

    /// The same where nobody has to be signed in.
    ///
    /// # Errors
    /// An internal fault where the request has no scope, which it always has.
    pub fn of_anybody<'c>(ctx: &Context<'c>) -> Result<&'c Self, Fault> {
        ctx.data_opt::<Self>().ok_or_else(|| Fault::internal("a request without a scope"))
    }

    /// Who calls.
    #[must_use]
    pub fn viewer(&self) -> &Viewer {
        self.signed_in.get().unwrap_or(&self.viewer)
    }

    /// From here on the request is this person's, who has signed in with it: what it goes on to select is
    /// read with their eyes. Whoever was signed in before stays who they are.
    pub(crate) fn sign_in(&self, viewer: Viewer) {
        if self.viewer.is_nobody() && self.signed_in.set(viewer).is_ok() {
            self.batcher.clear();
        }
    }

    /// Whether the caller may do this here.
    #[must_use]
    pub fn may(&self, capability: Capability, place: Place) -> bool {
        self.viewer().may(capability, place)
    }

    /// The moment of the request.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.now
    }

    /// The organisation's calendar day at the moment of the request.
    #[must_use]
    pub fn today(&self) -> NaiveDate {
        self.today
    }

    /// When this day was over, so that what was recorded from then on was not known on it. None for today and the days
    /// to come, of which all counts that is known now.
    #[must_use]
    pub fn known_before(&self, day: NaiveDate) -> Option<DateTime<Utc>> {
        (day < self.today).then(|| self.world.end_of(day)).flatten()
    }

    /// Time, ids and the organisation's settings.
    #[must_use]
    pub fn world(&self) -> &World {
        &self.world
    }

    /// The fields that are asked for.
    #[must_use]
    pub fn named(&self) -> &Named {
        &self.named
    }

    /// What names the request in logs and events.
    #[must_use]
    pub fn request_id(&self) -> &str {
        &self.request_id
    }

    /// The connections.
    #[must_use]
    pub fn database(&self) -> &Database {
        &self.database
    }

    /// Which database it is.
    #[must_use]
    pub fn backend(&self) -> DatabaseBackend {
        self.database.backend()
    }

    /// The only door to rows: those of this entity that the viewer may see.
    #[must_use]
    pub fn find<E: Visible>(&self) -> Find<'_, E> {
        Find::new(self)
    }

    /// Counts objects that a list is about to answer. Every list does, so that no answer outgrows memory.
    ///
    /// # Errors
    /// QUERY_TOO_COMPLEX when the request has produced too many.
    pub fn produce(&self, objects: usize) -> Result<(), Fault> {
        let more = u64::try_from(objects).unwrap_or(u64::MAX);
        let all = self.produced.fetch_add(more, Ordering::Relaxed).saturating_add(more);
        if all > MOST_OBJECTS {
            let message =
                format!("The query answers more than {MOST_OBJECTS} objects. Ask for smaller pages.");
            return Err(Fault::new(FaultCode::QueryTooComplex, message));
        }
        Ok(())
    }

    /// The list that this loader has under this key, loaded together with those of its siblings.
    ///
    /// # Errors
    /// When loading fails, or the request has produced too much.
    pub async fn load_list<L, V>(&self, loader: &L, key: L::Key) -> Result<Vec<V>, Fault>
    where
        L: Loader<Value = Vec<V>>,
    {
        let rows = self.load(loader, key).await?.unwrap_or_default();
        self.produce(rows.len())?;
        Ok(rows)
    }

    /// Runs a select whose conditions the caller made up, where it is given up after a while.
    ///
    /// # Errors
    /// When the database cannot be read; TIMEOUT when it takes too long.
    pub async fn guarded_rows(&self, select: &impl StatementBuilder) -> Result<Vec<QueryResult>, Fault> {
        let _under_way = self.batcher.under_way();
        Ok(self.database.guarded_reader().query_all(select).await?)
    }

    /// Runs a select that a store built, on the readers.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn rows(&self, select: &impl StatementBuilder) -> Result<Vec<QueryResult>, Fault> {
        let _under_way = self.batcher.under_way();
        Ok(self.database.reader().query_all(select).await?)
    }
}
