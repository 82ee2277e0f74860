//! What a plan pays for one period, calculated by one person and approved by another; or the difference that a
//! corrected number makes later.

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use super::terms::Snapshot;
use crate::ids::{PayoutRunId, PersonId, RewardPlanId};
use crate::value::{CurrencyCode, choice};

choice! {
    /// What a run is for.
    RunKind {
        /// It pays a period.
        Final,
        /// It corrects what was paid for a period.
        TrueUp,
    }
}

choice! {
    /// Where a run stands.
    RunState {
        /// It waits for an approver.
        Calculated,
        /// It is approved and can be paid.
        Approved,
        /// It is paid.
        Paid,
    }
}

/// One run.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "payout_runs")]
#[serde(rename_all = "camelCase")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PayoutRunId,
    /// Counts the changes, from 1.
    pub version: i32,
    /// The plan.
    #[serde(rename = "plan")]
    pub plan_id: RewardPlanId,
    /// What it is for.
    pub kind: RunKind,
    /// Where it stands.
    pub state: RunState,
    /// The first day of the period that it pays or corrects.
    pub period_start: NaiveDate,
    /// The last day.
    pub period_end: NaiveDate,
    /// The run whose awards it takes back and makes anew; none where it pays.
    #[serde(rename = "corrects")]
    pub corrects_id: Option<PayoutRunId>,
    /// What was known of the KPIs.
    #[serde(rename = "_snapshot")]
    pub snapshot: Snapshot,
    /// SHA-256 of it, hexadecimal.
    pub snapshot_hash: String,
    /// What every award was multiplied by, as a fraction in lowest terms.
    #[serde(rename = "_factor")]
    pub factor: String,
    /// By what the pool cut every award, as a fraction in lowest terms; none where it did not.
    #[serde(rename = "_scale")]
    pub scale: Option<String>,
    /// How many people it has lines for.
    #[serde(rename = "_people")]
    pub people: i32,
    /// All lines together, in minor units.
    #[serde(rename = "_totalMinor")]
    pub total_minor: i64,
    /// That of the plan.
    #[serde(rename = "_currency")]
    pub currency: CurrencyCode,
    /// Up to which change of who takes part it knew.
    #[serde(rename = "_roster")]
    pub roster: i32,
    /// Who calculated it.
    #[serde(rename = "calculatedBy")]
    pub calculated_by_id: PersonId,
    /// When.
    pub calculated_at: DateTime<Utc>,
    /// The approver with a line of their own who approved it first; somebody else has to as well.
    #[serde(rename = "signedBy")]
    pub signed_by_id: Option<PersonId>,
    /// When.
    pub signed_at: Option<DateTime<Utc>>,
    /// Who approved it.
    #[serde(rename = "approvedBy")]
    pub approved_by_id: Option<PersonId>,
    /// When.
    pub approved_at: Option<DateTime<Utc>>,
    /// When it was marked as paid.
    pub paid_at: Option<DateTime<Utc>>,
    /// When it was dropped, or calculated anew by another run, before anybody approved it.
    pub superseded_at: Option<DateTime<Utc>>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

crate::row::row!(PayoutRunId);
