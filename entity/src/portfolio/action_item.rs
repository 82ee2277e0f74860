//! Who does what by when.

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::ids::{ActionItemId, InitiativeId, PersonId, RaidItemId};
use crate::text::Text;
use crate::value::choice;

choice! {
    /// Where an action stands.
    Status as "ActionStatus" {
        /// To be done.
        Open,
        /// Done.
        Done,
        /// Not wanted any more, with a reason.
        Dropped,
    }
}

/// One action.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "action_items")]
#[serde(rename_all = "camelCase")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ActionItemId,
    /// Counts the changes, from 1.
    pub version: i32,
    /// What is to be done.
    pub title: String,
    /// The title, folded, for search and order.
    pub title_folded: String,
    /// Who does it.
    #[serde(rename = "assignee")]
    pub assignee_id: PersonId,
    /// By when.
    pub due_on: NaiveDate,
    /// Where it stands.
    pub status: Status,
    /// The initiative for which it is done; none for one of the programme office itself.
    #[serde(rename = "initiative")]
    pub initiative_id: Option<InitiativeId>,
    /// The risk, assumption or issue about which it does something.
    #[serde(rename = "raidItem")]
    pub raid_item_id: Option<RaidItemId>,
    /// More about it, in words.
    pub note: Option<String>,
    /// Who asked for it.
    #[serde(rename = "createdBy")]
    pub created_by_id: PersonId,
    /// When it was done.
    pub completed_at: Option<DateTime<Utc>>,
    /// When the row was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

crate::row::row!(
    ActionItemId,
    within maybe initiative_id,
    found by |row| Text::called(&row.title).saying(row.note.as_deref())
);
