//! A seal on a part of the log: what it held, and that nothing of it was changed since.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

/// One seal.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "event_seals")]
pub struct Model {
    /// Counts from 1, without a hole.
    #[sea_orm(primary_key, auto_increment = false)]
    pub number: i64,
    /// The place of the last event under it; the first comes after the last of the seal before.
    pub through: i64,
    /// How many events are under it.
    pub events: i64,
    /// What these events are, as the hash over their hashes, in hexadecimal digits.
    pub digest: String,
    /// The hash over all of this and the hash of the seal before, in hexadecimal digits.
    pub hash: String,
    /// When it was set.
    pub sealed_at: DateTime<Utc>,
    /// When its events were given up, if they were.
    pub pruned_at: Option<DateTime<Utc>>,
}

/// No relations: conditions on other tables are written where they are used.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
