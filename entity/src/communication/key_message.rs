//! What people are to hear again and again, until it has reached them.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use super::communication::Purpose;
use crate::ids::{InitiativeId, KeyMessageId};
use crate::text::Text;

/// One key message.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "key_messages")]
#[serde(rename_all = "camelCase")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: KeyMessageId,
    /// Counts the changes, from 1.
    pub version: i32,
    /// The initiative that it is about; none where it is about the whole organisation.
    #[serde(rename = "initiative")]
    pub initiative_id: Option<InitiativeId>,
    /// The message, as it is to be understood.
    pub text: String,
    /// The message, folded, for filters.
    pub text_folded: String,
    /// What it is to do.
    pub purpose: Purpose,
    /// How often it is to reach everybody.
    pub target_exposures: i32,
    /// When the row was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

crate::row::row!(KeyMessageId, within maybe initiative_id, found by |row| Text::called(&row.text));
