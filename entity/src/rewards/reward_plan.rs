//! A plan of shared rewards: one set of KPIs, weights, curves and gates for everybody in it.

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use super::terms::{Gates, Metrics};
use crate::ids::RewardPlanId;
use crate::value::{CurrencyCode, choice};

choice! {
    /// Where a plan stands.
    State as "PlanState" {
        /// It is being built.
        Draft,
        /// It is frozen and pays.
        Active,
        /// It pays no more.
        Closed,
    }
}

choice! {
    /// How often a plan pays.
    PayoutCadence {
        /// Once, for its whole time.
        Once,
        /// For each calendar month.
        Monthly,
        /// For every three months from its first day on.
        Quarterly,
        /// For every twelve months from its first day on.
        Yearly,
    }
}

choice! {
    /// What happens where a KPI has no number that can be paid on.
    MissingKpiPolicy {
        /// Nothing is paid until it has one.
        Pending,
        /// The last locked number stands in for it, and the run says so.
        Carry,
        /// The other KPIs are weighted up to the whole.
        Reweight,
    }
}

/// One plan.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "reward_plans")]
#[serde(rename_all = "camelCase")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: RewardPlanId,
    /// Counts the changes, from 1.
    pub version: i32,
    /// What it is called.
    pub name: String,
    /// The name, folded, for search and order.
    pub name_folded: String,
    /// Where it stands.
    pub state: State,
    /// Its first day.
    #[serde(rename = "from")]
    pub from_day: NaiveDate,
    /// Its last day.
    #[serde(rename = "to")]
    pub to_day: NaiveDate,
    /// How often it pays.
    pub cadence: PayoutCadence,
    /// ISO 4217; of all its amounts.
    pub currency: CurrencyCode,
    /// The most that it pays of a target award, in hundredths of a percent; none for no such bound.
    pub cap_bp: Option<i32>,
    /// The most that it pays in all in one period, in minor units; none for no such bound.
    pub pool_minor: Option<i64>,
    /// What happens where a KPI has no number.
    pub missing_kpi_policy: MissingKpiPolicy,
    /// What it pays for.
    pub metrics: Metrics,
    /// Without what it pays less.
    pub gates: Gates,
    /// Counts the changes of who takes part, so that a run knows whether somebody has come or gone since.
    #[serde(rename = "_roster")]
    pub roster: i32,
    /// When it was frozen.
    pub activated_at: Option<DateTime<Utc>>,
    /// When it ended.
    pub closed_at: Option<DateTime<Utc>>,
    /// When the row was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

crate::row::row!(RewardPlanId, found by |row| crate::text::Text::called(&row.name));
