//! Root fields that change milestones and baselines. What they do is in `commands`.

use async_graphql::{Context, Object};

use super::inputs::{
    BaselineApproveInput, MilestoneCancelInput, MilestoneCompleteInput, MilestoneCreateInput,
    MilestoneMoveInput, MilestoneProgressInput, MilestoneReopenInput, MilestoneStartInput,
    MilestoneUpdateInput,
};
use super::types::{BaselinePayload, MilestonePayload};
use crate::graphql::gate::needs;
use crate::graphql::{Fault, payload};
use crate::store::WriteOptions;

/// Mutations of milestones and baselines.
#[derive(Debug, Default)]
pub struct PlanMutation;

#[Object]
impl PlanMutation {
    /// Plans a milestone. CONFLICT when the initiative is archived or has ended; INVALID for a weight or a date that
    /// cannot be, and for an owner who is not ACTIVE.
    #[graphql(directive = needs::apply("initiative.change".to_owned()))]
    async fn milestone_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The milestone.")] input: MilestoneCreateInput,
        #[graphql(desc = "How to carry it out.")] options: Option<WriteOptions>,
    ) -> Result<MilestonePayload<MilestoneCreateInput>, Fault> {
        Ok(payload::run(ctx, &input, options).await?.into())
    }

    /// Changes a milestone. CONFLICT when the initiative is archived or has ended; INVALID as when it was planned. A
    /// baseline that was approved stays as it is.
    #[graphql(directive = needs::apply("initiative.change".to_owned()))]
    async fn milestone_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to change.")] input: MilestoneUpdateInput,
        #[graphql(desc = "How to carry it out.")] options: Option<WriteOptions>,
    ) -> Result<MilestonePayload<MilestoneUpdateInput>, Fault> {
        Ok(payload::run(ctx, &input, options).await?.into())
    }

    /// Moves the due date of a milestone and keeps the move with its reason. CONFLICT when it is DONE or CANCELLED,
    /// or the initiative is archived or has ended; INVALID for the same date, one before the initiative starts, or
    /// a note that says too little.
    #[graphql(directive = needs::apply("initiative.change".to_owned()))]
    async fn milestone_move(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "To when, and why.")] input: MilestoneMoveInput,
        #[graphql(desc = "How to carry it out.")] options: Option<WriteOptions>,
    ) -> Result<MilestonePayload<MilestoneMoveInput>, Fault> {
        Ok(payload::run(ctx, &input, options).await?.into())
    }

    /// Says that work on a milestone has begun: PLANNED → IN_PROGRESS. ILLEGAL_TRANSITION from any other status;
    /// CONFLICT when the initiative is archived or has ended; INVALID for a day that is still to come.
    #[graphql(directive = needs::apply("milestone.progress".to_owned()))]
    async fn milestone_start(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which milestone.")] input: MilestoneStartInput,
        #[graphql(desc = "How to carry it out.")] options: Option<WriteOptions>,
    ) -> Result<MilestonePayload<MilestoneStartInput>, Fault> {
        Ok(payload::run(ctx, &input, options).await?.into())
    }

    /// Says how far a milestone is from a day on; what was told before stays readable as it was known. More than 0
    /// starts a PLANNED one. CONFLICT when it is DONE or CANCELLED, or the initiative is archived or has ended;
    /// INVALID for less than 0 or more than 100, for a day that is still to come, and for one before it was last
    /// completed or reopened.
    #[graphql(directive = needs::apply("milestone.progress".to_owned()))]
    async fn milestone_progress(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How far, and from when.")] input: MilestoneProgressInput,
        #[graphql(desc = "How to carry it out.")] options: Option<WriteOptions>,
    ) -> Result<MilestonePayload<MilestoneProgressInput>, Fault> {
        Ok(payload::run(ctx, &input, options).await?.into())
    }

    /// Says that a milestone was reached: it is DONE and 100 % complete from that day on. ILLEGAL_TRANSITION when it
    /// is DONE or CANCELLED; CONFLICT when the initiative is archived or has ended; INVALID for a day that is still
    /// to come, or before one of which progress was told.
    #[graphql(directive = needs::apply("milestone.progress".to_owned()))]
    async fn milestone_complete(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which milestone, and when.")] input: MilestoneCompleteInput,
        #[graphql(desc = "How to carry it out.")] options: Option<WriteOptions>,
    ) -> Result<MilestonePayload<MilestoneCompleteInput>, Fault> {
        Ok(payload::run(ctx, &input, options).await?.into())
    }

    /// Takes a completion back from today on: DONE → IN_PROGRESS, as far as it was before. ILLEGAL_TRANSITION from
    /// any other status; REQUIRED without a reason; CONFLICT when the initiative is archived or has ended.
    #[graphql(directive = needs::apply("milestone.progress".to_owned()))]
    async fn milestone_reopen(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which milestone, and why.")] input: MilestoneReopenInput,
        #[graphql(desc = "How to carry it out.")] options: Option<WriteOptions>,
    ) -> Result<MilestonePayload<MilestoneReopenInput>, Fault> {
        Ok(payload::run(ctx, &input, options).await?.into())
    }

    /// Gives a milestone up, for good: PLANNED or IN_PROGRESS → CANCELLED. The current baseline keeps it; the next
    /// one does without. ILLEGAL_TRANSITION when it is DONE or CANCELLED; REQUIRED without a reason; CONFLICT when
    /// the initiative is archived or has ended.
    #[graphql(directive = needs::apply("initiative.change".to_owned()))]
    async fn milestone_cancel(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which milestone, and why.")] input: MilestoneCancelInput,
        #[graphql(desc = "How to carry it out.")] options: Option<WriteOptions>,
    ) -> Result<MilestonePayload<MilestoneCancelInput>, Fault> {
        Ok(payload::run(ctx, &input, options).await?.into())
    }

    /// Agrees on an initiative as it is planned now: freezes its dates, the dates and weights of its milestones, and
    /// the sum of its budget lines as its next baseline. CONFLICT when it is archived or has ended; INVALID unless
    /// the milestones that are not CANCELLED weigh exactly 100 % together; REQUIRED without a reason.
    #[graphql(directive = needs::apply("initiative.decide".to_owned()))]
    async fn baseline_approve(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Of which initiative, and why.")] input: BaselineApproveInput,
        #[graphql(desc = "How to carry it out.")] options: Option<WriteOptions>,
    ) -> Result<BaselinePayload<BaselineApproveInput>, Fault> {
        Ok(payload::run(ctx, &input, options).await?.into())
    }
}
