//! That one initiative needs another to be finished by a day.

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::ids::{DependencyId, InitiativeId};

/// One dependency.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "dependencies")]
#[serde(rename_all = "camelCase")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: DependencyId,
    /// Counts the changes, from 1.
    pub version: i32,
    /// The initiative that has to finish first.
    #[serde(rename = "giver")]
    pub giver_id: InitiativeId,
    /// The initiative that waits for it.
    #[serde(rename = "taker")]
    pub taker_id: InitiativeId,
    /// The day on which the taker needs it.
    pub needed_on: NaiveDate,
    /// What is needed, in words.
    pub note: Option<String>,
    /// When it was removed; none while it holds.
    pub removed_at: Option<DateTime<Utc>>,
    /// When the row was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

crate::row::row!(DependencyId, within taker_id);
