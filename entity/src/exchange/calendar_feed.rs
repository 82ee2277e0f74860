//! The secret address under which a calendar program reads somebody's deadlines.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::ids::{CalendarFeedId, PersonId};

/// One address; nobody has two that are good.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "calendar_feeds")]
#[serde(rename_all = "camelCase")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: CalendarFeedId,
    /// Counts the changes, from 1.
    pub version: i32,
    /// Whose deadlines it tells.
    #[serde(rename = "person")]
    pub person_id: PersonId,
    /// The SHA-256 of the secret, which is kept nowhere.
    #[serde(rename = "_hash")]
    pub hash: String,
    /// When it stopped being good.
    pub revoked_at: Option<DateTime<Utc>>,
    /// When the row was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

crate::row::row!(CalendarFeedId);
