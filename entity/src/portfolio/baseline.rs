//! What was agreed of an initiative: its dates, its budget and the weights of its milestones. Written once.

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::ids::{BaselineId, InitiativeId, PersonId};
use crate::value::CurrencyCode;

/// One baseline. The one with the highest number is the current one.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "baselines")]
#[serde(rename_all = "camelCase")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: BaselineId,
    /// Always 1.
    pub version: i32,
    /// The initiative it is of.
    #[serde(rename = "initiative")]
    pub initiative_id: InitiativeId,
    /// Counts the baselines of the initiative, from 1.
    pub number: i32,
    /// Who approved it.
    #[serde(rename = "approvedBy")]
    pub approved_by_id: PersonId,
    /// When it was approved.
    pub approved_at: DateTime<Utc>,
    /// Why, in words.
    pub reason: String,
    /// The first day of work, as agreed.
    pub starts_on: NaiveDate,
    /// The day the initiative is to be finished, as agreed.
    pub due_on: NaiveDate,
    /// The sum of the budget lines that day, in minor units of the currency.
    #[serde(rename = "_budgetMinor")]
    pub budget_minor: i64,
    /// ISO 4217; that of the portfolio.
    #[serde(rename = "_currency")]
    pub currency: CurrencyCode,
}

crate::row::keyed!(BaselineId);

/// Written once: what a change would move on is there, and nothing ever changes.
impl crate::row::Row for Entity {
    const VERSION: Column = Column::Version;

    const UPDATED_AT: Column = Column::ApprovedAt;

    fn stamp(row: &mut Model) -> crate::row::Stamp<'_> {
        crate::row::Stamp { version: &mut row.version, updated_at: &mut row.approved_at }
    }

    fn within(row: &Model) -> Option<Uuid> {
        Some(row.initiative_id.0)
    }
}
