//! A risk, an assumption or an issue of an initiative.

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::ids::{InitiativeId, PersonId, RaidItemId};
use crate::text::Text;
use crate::value::{CurrencyCode, choice};

choice! {
    /// What kind of item it is.
    Kind as "RaidKind" {
        /// It may happen, and would harm.
        Risk,
        /// It is taken for granted, and may turn out to be wrong.
        Assumption,
        /// It has happened.
        Issue,
    }
}

choice! {
    /// Where an item stands.
    Status as "RaidStatus" {
        /// Nothing was decided yet.
        Open,
        /// Something is done about it.
        Mitigating,
        /// It is lived with.
        Accepted,
        /// It has happened; an issue took its place.
        Materialised,
        /// It is over.
        Closed,
    }
}

/// One item.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "raid_items")]
#[serde(rename_all = "camelCase")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: RaidItemId,
    /// Counts the changes, from 1.
    pub version: i32,
    /// The initiative it is about.
    #[serde(rename = "initiative")]
    pub initiative_id: InitiativeId,
    /// What kind it is.
    pub kind: Kind,
    /// What it is, in words.
    pub title: String,
    /// The title, folded, for search and order.
    pub title_folded: String,
    /// Who looks after it.
    #[serde(rename = "owner")]
    pub owner_id: PersonId,
    /// How likely it is, 1 to 5.
    pub probability: i32,
    /// How much it would harm, 1 to 5.
    pub impact: i32,
    /// Probability times impact, kept for order.
    #[serde(rename = "_score")]
    pub score: i32,
    /// What it would cost, in minor units of the currency.
    pub impact_cost_minor: Option<i64>,
    /// ISO 4217; that of the portfolio.
    pub currency: CurrencyCode,
    /// What is done about it, in words.
    pub response: Option<String>,
    /// By when something has to be done about it.
    pub due_on: Option<NaiveDate>,
    /// Where it stands.
    pub status: Status,
    /// The risk or assumption that this issue came of.
    #[serde(rename = "cameOf")]
    pub came_of_id: Option<RaidItemId>,
    /// When the row was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

crate::row::row!(
    RaidItemId,
    within initiative_id,
    found by |row| Text::called(&row.title).saying(row.response.as_deref())
);
