//! The first answer given under a key, kept for 24 hours.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::ids::{EventId, PersonId};

/// One key of one person.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "idempotency_keys")]
pub struct Model {
    /// Whose key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub person_id: PersonId,
    /// The key as they sent it.
    #[sea_orm(primary_key, auto_increment = false)]
    pub key: String,
    /// The mutation and its input, hashed: SHA-256, hexadecimal.
    pub input_hash: String,
    /// The row that was answered, as JSON; empty until the transaction is about to commit.
    pub answer: String,
    /// The event that was answered.
    pub event_id: Option<EventId>,
    /// When the key was first seen.
    pub created_at: DateTime<Utc>,
}

/// No relations: conditions on other tables are written where they are used.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
