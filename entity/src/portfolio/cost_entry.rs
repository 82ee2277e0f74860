//! A cost of an initiative, never changed afterwards: a correction is a reversal, and a new entry.

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::ids::{CostEntryId, InitiativeId, PersonId};
use crate::value::CurrencyCode;

/// On what money is spent.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Hash,
    EnumIter,
    DeriveActiveEnum,
    async_graphql::Enum,
    Serialize,
    Deserialize,
)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::None)", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum CostCategory {
    /// The time of people of the organisation.
    People,
    /// Systems, licences and devices.
    Technology,
    /// Training and those who train.
    Training,
    /// Campaigns, letters, events.
    Communication,
    /// Consultants and suppliers.
    External,
    /// Anything else.
    Other,
}

/// Whether money is spent or promised.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Hash,
    EnumIter,
    DeriveActiveEnum,
    async_graphql::Enum,
    Serialize,
    Deserialize,
)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::None)", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum CostKind {
    /// Spent.
    Actual,
    /// Promised, such as by an order; open until it is reversed.
    Commitment,
}

/// One entry.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "cost_entries")]
#[serde(rename_all = "camelCase")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: CostEntryId,
    /// Always 1.
    pub version: i32,
    /// The initiative whose cost it is.
    #[serde(rename = "initiative")]
    pub initiative_id: InitiativeId,
    /// On what it is spent.
    pub category: CostCategory,
    /// Whether it is spent or promised.
    pub kind: CostKind,
    /// How much, in minor units of the currency; less than nothing for a credit, never nothing.
    pub amount_minor: i64,
    /// ISO 4217; that of the portfolio, which keeps it once it has an initiative.
    pub currency: CurrencyCode,
    /// The day on which it falls.
    pub incurred_on: NaiveDate,
    /// What it was for, in words.
    pub note: Option<String>,
    /// The entry that this one takes back.
    #[serde(rename = "reversalOf")]
    pub reversal_of_id: Option<CostEntryId>,
    /// Who recorded it.
    #[serde(rename = "recordedBy")]
    pub recorded_by_id: PersonId,
    /// When it was recorded.
    pub recorded_at: DateTime<Utc>,
}

crate::row::keyed!(CostEntryId);

/// Written once: what a change would move on is there, and nothing ever changes.
impl crate::row::Row for Entity {
    const VERSION: Column = Column::Version;

    const UPDATED_AT: Column = Column::RecordedAt;

    fn stamp(row: &mut Model) -> crate::row::Stamp<'_> {
        crate::row::Stamp { version: &mut row.version, updated_at: &mut row.recorded_at }
    }

    fn within(row: &Model) -> Option<Uuid> {
        Some(row.initiative_id.0)
    }
}
