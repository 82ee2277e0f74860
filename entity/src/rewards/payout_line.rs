//! What a run pays one person for one participation, or takes back. Never changed.

use sea_orm::entity::prelude::*;

use crate::ids::{ParticipationId, PayoutLineId, PayoutRunId, PersonId, RewardGroupId};
use crate::value::{CurrencyCode, choice};

choice! {
    /// What a line does.
    LineKind {
        /// It pays an award.
        Award,
        /// It takes back what was paid before.
        Reversal,
    }
}

/// One line.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "payout_lines")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PayoutLineId,
    /// The run.
    pub run_id: PayoutRunId,
    /// What it does.
    pub kind: LineKind,
    /// Who takes part.
    pub participation_id: ParticipationId,
    /// Whose award it is.
    pub person_id: PersonId,
    /// The group.
    pub group_id: RewardGroupId,
    /// What is paid for a whole period at 100 %, in minor units.
    pub target_minor: i64,
    /// How much, in minor units; less than nothing for what is taken back.
    pub amount_minor: i64,
    /// By how much the new award differs from the one that was taken back; none where nothing was.
    pub adjusts_minor: Option<i64>,
    /// That of the plan.
    pub currency: CurrencyCode,
    /// On how many days of the period they took part.
    pub service_days: i32,
    /// How many days the period has.
    pub period_days: i32,
}

crate::row::keyed!(PayoutLineId);
