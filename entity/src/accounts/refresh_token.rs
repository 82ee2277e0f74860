//! A token that is exchanged once for an access token and the next token of its session.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::ids::SessionId;

/// One token, as far as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "refresh_tokens")]
pub struct Model {
    /// Its SHA-256, in base 64.
    #[sea_orm(primary_key, auto_increment = false)]
    pub hash: String,
    /// The session that it belongs to.
    pub session_id: SessionId,
    /// When it was exchanged; a second time ends the session.
    pub used_at: Option<DateTime<Utc>>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
}

/// No relations: conditions on other tables are written where they are used.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
