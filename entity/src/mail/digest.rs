//! That the digest of a day was queued for everybody who wants it: at most once a day.

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::entity::prelude::*;

/// The digest of one day.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "digests")]
pub struct Model {
    /// Its id, by which its mails name it.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The day; each comes once.
    pub day: NaiveDate,
    /// When its mails were queued.
    pub queued_at: DateTime<Utc>,
}

/// No relations: conditions on other tables are written where they are used.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
