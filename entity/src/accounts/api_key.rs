//! A key that a machine calls with.

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::ids::{ApiKeyId, PersonId};
use crate::people::role_grant::Roles;

/// One key.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "api_keys")]
#[serde(rename_all = "camelCase")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ApiKeyId,
    /// Counts the changes, from 1.
    pub version: i32,
    /// What it is for.
    pub name: String,
    /// The name, folded, for search and order.
    pub name_folded: String,
    /// Who made it: it acts for them, and never may more than they do.
    #[serde(rename = "person")]
    pub person_id: PersonId,
    /// Which of their roles it has.
    pub roles: Roles,
    /// Whether it only reads.
    pub read_only: bool,
    /// Its SHA-256, in base 64: unique.
    #[serde(skip)]
    pub hash: String,
    /// The last day on which it is good.
    pub expires_on: NaiveDate,
    /// When it was last used, to the minute.
    #[serde(rename = "_lastUsedAt")]
    pub last_used_at: Option<DateTime<Utc>>,
    /// When it was revoked, if it was.
    pub revoked_at: Option<DateTime<Utc>>,
    /// When the row was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

crate::row::row!(ApiKeyId);
