//! Root fields that read reward plans.

use async_graphql::{Context, Object};
use tutti_entity::ids::{PayoutRunId, RewardPlanId};
use tutti_entity::rewards::{payout_run, reward_plan};

use super::types::{PayoutRun, RewardPlan, RewardPlanFilter, RewardPlanOrder};
use crate::graphql::gate::needs;
use crate::graphql::{Connection, Fault, Page};
use crate::store::Scope;

/// Root fields about shared rewards.
#[derive(Debug, Default)]
pub struct RewardsQuery;

#[Object]
impl RewardsQuery {
    /// The plans of shared rewards; drafts only where you may see awards.
    #[graphql(directive = needs::apply("rewards.read".to_owned()))]
    #[expect(clippy::too_many_arguments, reason = "a list takes six arguments")]
    async fn reward_plans(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first so many rows after `after`: 0 to 200, 50 by default.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Where the page starts: a cursor of this list.")] after: Option<String>,
        #[graphql(desc = "The last so many rows before `before`: 0 to 200.")] last: Option<i32>,
        #[graphql(desc = "Where the page ends: a cursor of this list.")] before: Option<String>,
        #[graphql(
            desc = "Which rows; all by default. At most 200 comparisons, 3 relations inside one another."
        )]
        filter: Option<RewardPlanFilter>,
        #[graphql(desc = "In which order, at most 5 keys; by creation by default.")] order_by: Option<
            Vec<RewardPlanOrder>,
        >,
    ) -> Result<Connection<RewardPlan>, Fault> {
        Page { first, after, last, before, filter, order_by }.of_all(Scope::of(ctx)?).await
    }

    /// The plan with this id; null when there is none for you.
    #[graphql(directive = needs::apply("rewards.read".to_owned()))]
    async fn reward_plan(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: RewardPlanId,
    ) -> Result<Option<RewardPlan>, Fault> {
        Ok(Scope::of(ctx)?.one::<reward_plan::Entity>(id).await?.map(Into::into))
    }

    /// The run with this id; null when there is none for you.
    #[graphql(directive = needs::apply("rewards.read".to_owned()))]
    async fn payout_run(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: PayoutRunId,
    ) -> Result<Option<PayoutRun>, Fault> {
        Ok(Scope::of(ctx)?.one::<payout_run::Entity>(id).await?.map(Into::into))
    }
}
