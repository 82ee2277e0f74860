//! Root fields that change reward plans and runs. What they do is in `commands`.

use async_graphql::{Context, Object};

use super::inputs::{
    ParticipationAddInput, ParticipationEndInput, ParticipationsAddInput, PayoutRunApproveInput,
    PayoutRunCalculateInput, PayoutRunDropInput, PayoutRunMarkPaidInput, PayoutRunTrueUpInput,
    RewardPlanActivateInput, RewardPlanCloseInput, RewardPlanCreateInput, RewardPlanUpdateInput,
};
use super::types::{ParticipationPayload, ParticipationsAddPayload, PayoutRunPayload, RewardPlanPayload};
use crate::graphql::gate::needs;
use crate::graphql::{Fault, payload};
use crate::store::WriteOptions;

/// Mutations of shared rewards.
#[derive(Debug, Default)]
pub struct RewardsMutation;

#[Object]
impl RewardsMutation {
    /// Writes a plan as a draft. INVALID unless weights come to 100 %, curves have two points at least and go the good way of
    /// their KPI, and its days are whole periods; REQUIRED without a metric, and for a CAP or MULTIPLY without its factor;
    /// NOT_FOUND for a KPI that there is not; CONFLICT for a KPI or the name of a group that comes twice; LIMIT_EXCEEDED for
    /// more than 50 metrics, gates or groups, or 20 points.
    #[graphql(directive = needs::apply("reward.build".to_owned()))]
    async fn reward_plan_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The plan.")] input: RewardPlanCreateInput,
        #[graphql(desc = "How to carry it out.")] options: Option<WriteOptions>,
    ) -> Result<RewardPlanPayload<RewardPlanCreateInput>, Fault> {
        Ok(payload::run(ctx, &input, options).await?.into())
    }

    /// Changes a draft. CONFLICT once the plan is active; IN_USE for days on which somebody takes part, and for a group in
    /// which somebody does; and as when it was written.
    #[graphql(directive = needs::apply("reward.build".to_owned()))]
    async fn reward_plan_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to change.")] input: RewardPlanUpdateInput,
        #[graphql(desc = "How to carry it out.")] options: Option<WriteOptions>,
    ) -> Result<RewardPlanPayload<RewardPlanUpdateInput>, Fault> {
        Ok(payload::run(ctx, &input, options).await?.into())
    }

    /// Freezes a draft: from now on it is seen by everybody and pays, and nothing of it is changed. ILLEGAL_TRANSITION for
    /// what is no draft; REQUIRED without a group; CONFLICT where a KPI has turned round since its curve was written.
    #[graphql(directive = needs::apply("reward.build".to_owned()))]
    async fn reward_plan_activate(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The plan.")] input: RewardPlanActivateInput,
        #[graphql(desc = "How to carry it out.")] options: Option<WriteOptions>,
    ) -> Result<RewardPlanPayload<RewardPlanActivateInput>, Fault> {
        Ok(payload::run(ctx, &input, options).await?.into())
    }

    /// Closes a plan, which pays no more, or drops a draft. What it has paid can still be corrected. ILLEGAL_TRANSITION for
    /// one that is closed.
    #[graphql(directive = needs::apply("reward.build".to_owned()))]
    async fn reward_plan_close(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The plan.")] input: RewardPlanCloseInput,
        #[graphql(desc = "How to carry it out.")] options: Option<WriteOptions>,
    ) -> Result<RewardPlanPayload<RewardPlanCloseInput>, Fault> {
        Ok(payload::run(ctx, &input, options).await?.into())
    }

    /// Lets somebody take part in a plan. INVALID for days beyond those of the plan and for somebody who has left; CONFLICT
    /// where they take part on one of the days already, and when the plan is closed. A run that waits has to be calculated
    /// again; what was paid is corrected by a true-up that names its period.
    #[graphql(directive = needs::apply("reward.build".to_owned()))]
    async fn participation_add(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who takes part.")] input: ParticipationAddInput,
        #[graphql(desc = "How to carry it out.")] options: Option<WriteOptions>,
    ) -> Result<ParticipationPayload<ParticipationAddInput>, Fault> {
        Ok(payload::run(ctx, &input, options).await?.into())
    }

    /// Lets many people take part at once, each as `participationAdd` does. LIMIT_EXCEEDED for more than 1 000 rows.
    #[graphql(directive = needs::apply("reward.build".to_owned()))]
    async fn participations_add(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who takes part, and what happens to good rows where others are refused.")]
        input: ParticipationsAddInput,
        #[graphql(desc = "How to carry it out.")] options: Option<WriteOptions>,
    ) -> Result<ParticipationsAddPayload, Fault> {
        Ok(payload::run_many(ctx, &input, options).await?.into())
    }

    /// Ends a participation earlier than it was to end. INVALID for a day after that, or before the day before its first;
    /// CONFLICT when the plan is closed.
    #[graphql(directive = needs::apply("reward.build".to_owned()))]
    async fn participation_end(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who, and from when on.")] input: ParticipationEndInput,
        #[graphql(desc = "How to carry it out.")] options: Option<WriteOptions>,
    ) -> Result<ParticipationPayload<ParticipationEndInput>, Fault> {
        Ok(payload::run(ctx, &input, options).await?.into())
    }

    /// Calculates what a plan pays for a period: all lines or none. Calculated again before anybody approved it, the run takes
    /// the place of the one before. CONFLICT unless the plan is active, every KPI is locked through the last day of the
    /// period and there are numbers to pay on, as the plan says; and when the period is approved already. INVALID for a
    /// day on which no period begins.
    #[graphql(directive = needs::apply("reward.build".to_owned()))]
    async fn payout_run_calculate(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The plan, and the period.")] input: PayoutRunCalculateInput,
        #[graphql(desc = "How to carry it out.")] options: Option<WriteOptions>,
    ) -> Result<PayoutRunPayload<PayoutRunCalculateInput>, Fault> {
        Ok(payload::run(ctx, &input, options).await?.into())
    }

    /// Corrects what was paid for a period after a number or who took part in it has changed: takes back each award and makes
    /// it anew, so that all lines of somebody for a period come to the last award. CONFLICT unless the last run of the
    /// period is paid, and where nothing has changed.
    #[graphql(directive = needs::apply("reward.build".to_owned()))]
    async fn payout_run_true_up(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The plan, and the period.")] input: PayoutRunTrueUpInput,
        #[graphql(desc = "How to carry it out.")] options: Option<WriteOptions>,
    ) -> Result<PayoutRunPayload<PayoutRunTrueUpInput>, Fault> {
        Ok(payload::run(ctx, &input, options).await?.into())
    }

    /// Approves a run. FORBIDDEN for who calculated it. Of an approver with a line of their own it takes a second one: the run
    /// keeps who signed it first and waits. CONFLICT where a number or who takes part has changed since it was calculated,
    /// and for the same signature twice; ILLEGAL_TRANSITION for one that is approved, was dropped or calculated anew.
    #[graphql(directive = needs::apply("reward.approve".to_owned()))]
    async fn payout_run_approve(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The run.")] input: PayoutRunApproveInput,
        #[graphql(desc = "How to carry it out.")] options: Option<WriteOptions>,
    ) -> Result<PayoutRunPayload<PayoutRunApproveInput>, Fault> {
        Ok(payload::run(ctx, &input, options).await?.into())
    }

    /// Drops a run that waits and that nobody shall approve any more, as when there is nothing left to correct or its plan
    /// is closed: it counts no more and waits for nobody. ILLEGAL_TRANSITION for one that is approved, was dropped or
    /// calculated anew; REQUIRED without a reason.
    #[graphql(directive = needs::apply("reward.build".to_owned()))]
    async fn payout_run_drop(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The run, and why.")] input: PayoutRunDropInput,
        #[graphql(desc = "How to carry it out.")] options: Option<WriteOptions>,
    ) -> Result<PayoutRunPayload<PayoutRunDropInput>, Fault> {
        Ok(payload::run(ctx, &input, options).await?.into())
    }

    /// Says that a run was paid. ILLEGAL_TRANSITION unless it is approved.
    #[graphql(directive = needs::apply("reward.build".to_owned()))]
    async fn payout_run_mark_paid(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The run.")] input: PayoutRunMarkPaidInput,
        #[graphql(desc = "How to carry it out.")] options: Option<WriteOptions>,
    ) -> Result<PayoutRunPayload<PayoutRunMarkPaidInput>, Fault> {
        Ok(payload::run(ctx, &input, options).await?.into())
    }
}
