//! What mutations of milestones and baselines take. In updates an absent field stays and an explicit null clears.

use async_graphql::{InputObject, MaybeUndefined};
use tutti_entity::ids::{InitiativeId, MilestoneId, PersonId};
use tutti_entity::portfolio::date_move::MoveReason;
use tutti_entity::portfolio::milestone::CreditRule;

use crate::graphql::scalars::{Date, Percent};

/// A new milestone. It starts as PLANNED.
#[derive(Clone, Debug, InputObject)]
pub struct MilestoneCreateInput {
    /// The initiative that it is a part of; neither archived nor ended.
    pub initiative_id: InitiativeId,
    /// The result, 1 to 200 characters.
    pub title: String,
    /// Who answers for it; ACTIVE. The owner of the initiative by default.
    pub owner_id: Option<PersonId>,
    /// Its share of the work in the next baseline: more than 0, at most 100. None by default; without one it is
    /// not part of the baseline and earns nothing.
    pub weight: Option<Percent>,
    /// How it earns its weight; ZERO_HUNDRED by default.
    pub credit_rule: Option<CreditRule>,
    /// The day it is to be reached; not before the initiative starts.
    pub due_on: Date,
}

/// What to change of a milestone. Its date, its progress and its status have mutations of their own.
#[derive(Clone, Debug, InputObject)]
pub struct MilestoneUpdateInput {
    /// The milestone.
    pub id: MilestoneId,
    /// The result, 1 to 200 characters; cannot be cleared.
    pub title: MaybeUndefined<String>,
    /// Who answers for it; ACTIVE; cannot be cleared.
    pub owner_id: MaybeUndefined<PersonId>,
    /// Its share of the work in the next baseline: more than 0, at most 100; null clears. The current baseline
    /// keeps the weight that was agreed.
    pub weight: MaybeUndefined<Percent>,
    /// How it earns its weight; cannot be cleared.
    pub credit_rule: MaybeUndefined<CreditRule>,
}

/// A move of the due date of a milestone.
#[derive(Clone, Debug, InputObject)]
pub struct MilestoneMoveInput {
    /// The milestone; neither DONE nor CANCELLED.
    pub id: MilestoneId,
    /// The new due date; not before the initiative starts.
    pub due_on: Date,
    /// Why, as a code.
    pub reason: MoveReason,
    /// Why, in words: 10 to 1 000 characters.
    pub note: String,
}

/// The beginning of work on a milestone.
#[derive(Clone, Debug, InputObject)]
pub struct MilestoneStartInput {
    /// The milestone; PLANNED.
    pub id: MilestoneId,
    /// The day on which it began; today or before, today by default.
    pub on: Option<Date>,
}

/// How far a milestone is.
#[derive(Clone, Debug, InputObject)]
pub struct MilestoneProgressInput {
    /// The milestone; neither DONE nor CANCELLED.
    pub id: MilestoneId,
    /// How far, 0 to 100. More than 0 starts a PLANNED one; 100 does not complete it.
    pub percent_complete: Percent,
    /// The day from which it is so far: today or any day before, back to the one on which it was last completed or
    /// reopened. Today by default.
    pub effective_on: Option<Date>,
    /// Why, at most 1 000 characters.
    pub reason: Option<String>,
}

/// The completion of a milestone.
#[derive(Clone, Debug, InputObject)]
pub struct MilestoneCompleteInput {
    /// The milestone; PLANNED or IN_PROGRESS.
    pub id: MilestoneId,
    /// The day on which it was reached: today or before, and not before a day of which progress was told. Today by
    /// default.
    pub on: Option<Date>,
}

/// That a milestone was not reached after all.
#[derive(Clone, Debug, InputObject)]
pub struct MilestoneReopenInput {
    /// The milestone; DONE.
    pub id: MilestoneId,
    /// Why, 1 to 1 000 characters.
    pub reason: String,
}

/// That a milestone is not wanted any more.
#[derive(Clone, Debug, InputObject)]
pub struct MilestoneCancelInput {
    /// The milestone; PLANNED or IN_PROGRESS.
    pub id: MilestoneId,
    /// Why, 1 to 1 000 characters.
    pub reason: String,
}

/// What to agree on.
#[derive(Clone, Debug, InputObject)]
pub struct BaselineApproveInput {
    /// The initiative, as it is planned now; neither archived nor ended.
    pub initiative_id: InitiativeId,
    /// Why, 1 to 1 000 characters.
    pub reason: String,
}
