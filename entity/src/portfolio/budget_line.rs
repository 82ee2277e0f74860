//! A line of the budget of an initiative. One that was removed stays.

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use super::cost_entry::CostCategory;
use crate::ids::{BudgetLineId, InitiativeId};
use crate::value::CurrencyCode;

/// One line.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "budget_lines")]
#[serde(rename_all = "camelCase")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: BudgetLineId,
    /// Counts the changes, from 1.
    pub version: i32,
    /// The initiative whose money it is.
    #[serde(rename = "initiative")]
    pub initiative_id: InitiativeId,
    /// On what it is to be spent.
    pub category: CostCategory,
    /// How much, in minor units of the currency; more than nothing.
    pub amount_minor: i64,
    /// ISO 4217; that of the portfolio, which keeps it once it has an initiative.
    pub currency: CurrencyCode,
    /// The month for which it is meant, by its first day; none where it is meant for the whole time.
    pub month: Option<NaiveDate>,
    /// What it is for, in words.
    pub note: Option<String>,
    /// When it was removed.
    pub removed_at: Option<DateTime<Utc>>,
    /// When the row was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

crate::row::row!(BudgetLineId, within initiative_id);
