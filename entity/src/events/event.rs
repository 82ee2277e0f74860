//! Something that happened: written once, in the transaction of the change, and never changed.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::ids::{ApiKeyId, EventId, PersonId};

/// One event.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "events")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: EventId,
    /// The transaction that wrote it, on PostgreSQL; 0 on SQLite, which has one writer.
    pub transaction: i64,
    /// Its place in the log, given by the database.
    pub position: i64,
    /// When it happened.
    pub at: DateTime<Utc>,
    /// Who did it; none for the system itself.
    pub actor_id: Option<PersonId>,
    /// The key that a machine called with on their behalf.
    pub api_key_id: Option<ApiKeyId>,
    /// What was done: `initiative.rescheduled`.
    pub action: String,
    /// What kind of thing it was done to: the prefix of its id.
    pub subject_kind: String,
    /// What it was done to.
    pub subject_id: Uuid,
    /// The initiative that it was done to, or to a part of which.
    pub within_id: Option<Uuid>,
    /// The fields that changed: a JSON list of `{field, before, after}`.
    pub changes: String,
    /// Why, in the words of who did it.
    pub reason: Option<String>,
    /// The request that did it.
    pub request_id: Option<String>,
}

crate::row::keyed!(EventId);
