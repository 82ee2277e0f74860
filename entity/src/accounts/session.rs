//! A sign-in, from then until it ends.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::ids::{PersonId, SessionId};

/// One session: the family of the refresh tokens that follow from one sign-in.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "sessions")]
#[serde(rename_all = "camelCase")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SessionId,
    /// Counts the changes, from 1.
    pub version: i32,
    /// Who signed in.
    #[serde(rename = "person")]
    pub person_id: PersonId,
    /// From where.
    pub address: String,
    /// When it was last used to get a new access token.
    #[serde(rename = "_lastUsedAt")]
    pub last_used_at: DateTime<Utc>,
    /// When it ends by itself, unless it is used before.
    #[serde(rename = "_expiresAt")]
    pub expires_at: DateTime<Utc>,
    /// When it was ended, if it was.
    pub ended_at: Option<DateTime<Utc>>,
    /// When the row was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

crate::row::row!(SessionId);
