//! What was measured of a KPI in one period, in one org unit or in the whole organisation: one revision of it.
//! What it says never changes; a correction is the next revision.

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::ids::{KpiId, MeasurementId, OrgUnitId, PersonId};
use crate::text::Text;
use crate::value::{Quantity, choice};

choice! {
    /// Why a locked number is corrected.
    RestatementReason {
        /// Answers or cases came in after the lock.
        LateData,
        /// Something was counted twice.
        Duplicates,
        /// A scale was read the wrong way, or by the wrong factor.
        ScaleError,
        /// Somebody was counted who should not have been, or the other way round.
        Eligibility,
        /// The definition was applied wrongly.
        Definition,
        /// The number was manipulated.
        Fraud,
        /// A system delivered wrong data.
        SystemError,
    }
}

choice! {
    /// Whether the numbers of a period may still be recorded anew.
    PeriodState {
        /// They may.
        Open,
        /// They may not: a correction is a restatement, which a second person approves.
        Locked,
    }
}

/// One revision.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "measurements")]
#[serde(rename_all = "camelCase")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: MeasurementId,
    /// Counts the changes, from 1: a decision about a restatement is one.
    pub version: i32,
    /// The KPI.
    #[serde(rename = "kpi")]
    pub kpi_id: KpiId,
    /// The unit in which it was measured; none for the whole organisation.
    #[serde(rename = "orgUnit")]
    pub org_unit_id: Option<OrgUnitId>,
    /// The first day of the period.
    pub period_start: NaiveDate,
    /// Its last day.
    pub period_end: NaiveDate,
    /// Which revision of this period and unit it is, from 1.
    pub revision: i32,
    /// How many answered, where that was counted.
    pub responses: Option<i32>,
    /// How many said 9 or 10.
    pub promoters: Option<i32>,
    /// How many said 7 or 8.
    pub passives: Option<i32>,
    /// How many said 0 to 6.
    pub detractors: Option<i32>,
    /// How many are satisfied.
    pub satisfied: Option<i32>,
    /// What is divided.
    pub numerator: Option<Quantity>,
    /// By what it is divided.
    pub denominator: Option<Quantity>,
    /// The number itself, where nothing is counted or divided.
    #[serde(rename = "value")]
    pub amount: Option<Quantity>,
    /// The story behind the number, Markdown.
    pub story: Option<String>,
    /// Why a locked number was corrected; none for what was recorded before the lock.
    pub reason: Option<RestatementReason>,
    /// The same in words.
    pub reason_text: Option<String>,
    /// Who recorded it.
    #[serde(rename = "recordedBy")]
    pub recorded_by_id: PersonId,
    /// When.
    pub recorded_at: DateTime<Utc>,
    /// Since when it is in force; none while a restatement waits for a second person, and after it was declined.
    pub in_force_at: Option<DateTime<Utc>>,
    /// Who approved a restatement; never the one who recorded it.
    #[serde(rename = "approvedBy")]
    pub approved_by_id: Option<PersonId>,
    /// When a restatement was declined or withdrawn.
    pub declined_at: Option<DateTime<Utc>>,
    /// Who did so.
    #[serde(rename = "declinedBy")]
    pub declined_by_id: Option<PersonId>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

crate::row::row!(
    MeasurementId,
    found by |row| Text::shown_as(format!("Measurement of {} to {}", row.period_start, row.period_end))
        .saying(row.story.as_deref())
        .saying(row.reason_text.as_deref())
);
