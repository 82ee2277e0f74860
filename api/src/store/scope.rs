//! One request's view of the house: who calls, when, with which database.

use std::sync::Arc;

use async_graphql::Context;
use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{ConnectionTrait, DatabaseBackend, QueryResult, StatementBuilder};
use uuid::Uuid;

use super::{Database, Find, World, meter};
use crate::access::{Capability, Place, Viewer, Visible};
use crate::graphql::{Fault, batch::Batcher};

/// One request's view of the house.
#[derive(Debug)]
pub struct Scope {
    database: Database,
    world: Arc<World>,
    viewer: Viewer,
    now: DateTime<Utc>,
    today: NaiveDate,
    request_id: String,
    /// Loads by id and by parent, batched for this viewer.
    pub(crate) batcher: Batcher,
}

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
            batcher: Batcher::default(),
        }
    }

    /// The scope of the request that a resolver works for.
    ///
    /// # Errors
    /// UNAUTHENTICATED when nobody is signed in.
    pub fn of<'c>(ctx: &Context<'c>) -> Result<&'c Self, Fault> {
        ctx.data_opt::<Self>().ok_or_else(Fault::unauthenticated)
    }

    /// Who calls.
    #[must_use]
    pub fn viewer(&self) -> &Viewer {
        &self.viewer
    }

    /// Whether the caller may do this here.
    #[must_use]
    pub fn may(&self, capability: Capability, place: Place) -> bool {
        self.viewer.may(capability, place)
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

    /// Time, ids and the organisation's settings.
    #[must_use]
    pub fn world(&self) -> &World {
        &self.world
    }

    /// A new id.
    #[must_use]
    pub fn new_id(&self) -> Uuid {
        self.world.new_id(self.now)
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

    /// Runs a select that a store built, on the readers.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn rows(&self, select: &impl StatementBuilder) -> Result<Vec<QueryResult>, Fault> {
        Ok(self.database.reader().query_all(select).await?)
    }
}
