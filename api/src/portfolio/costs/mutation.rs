//! Root fields that change budgets and costs. What they do is in `commands`.

use async_graphql::{Context, Object};

use super::inputs::{
    BudgetLineCreateInput, BudgetLineRemoveInput, BudgetLineUpdateInput, CostEntryRecordInput,
    CostEntryReverseInput,
};
use super::types::{BudgetLinePayload, CostEntryPayload};
use crate::graphql::gate::needs;
use crate::graphql::{Fault, payload};
use crate::store::WriteOptions;

/// Mutations of budget lines and costs.
#[derive(Debug, Default)]
pub struct CostMutation;

#[Object]
impl CostMutation {
    /// Enters a line of a budget. CONFLICT when the initiative is archived or has ended, INVALID for an amount in
    /// another currency, with more decimals than it has, of nothing or less, or too large, and for a month that is
    /// none.
    #[graphql(directive = needs::apply("budget.record".to_owned()))]
    async fn budget_line_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The line.")] input: BudgetLineCreateInput,
        #[graphql(desc = "How to carry it out.")] options: Option<WriteOptions>,
    ) -> Result<BudgetLinePayload<BudgetLineCreateInput>, Fault> {
        Ok(payload::run(ctx, &input, options).await?.into())
    }

    /// Changes a line of a budget. CONFLICT when it was removed, or the initiative is archived or has ended; INVALID as
    /// when it was entered.
    #[graphql(directive = needs::apply("budget.record".to_owned()))]
    async fn budget_line_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to change.")] input: BudgetLineUpdateInput,
        #[graphql(desc = "How to carry it out.")] options: Option<WriteOptions>,
    ) -> Result<BudgetLinePayload<BudgetLineUpdateInput>, Fault> {
        Ok(payload::run(ctx, &input, options).await?.into())
    }

    /// Removes a line of a budget; it stays in the list, marked. CONFLICT when the initiative is archived or has ended.
    #[graphql(directive = needs::apply("budget.record".to_owned()))]
    async fn budget_line_remove(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which line.")] input: BudgetLineRemoveInput,
        #[graphql(desc = "How to carry it out.")] options: Option<WriteOptions>,
    ) -> Result<BudgetLinePayload<BudgetLineRemoveInput>, Fault> {
        Ok(payload::run(ctx, &input, options).await?.into())
    }

    /// Records a cost. CONFLICT when the initiative is archived; INVALID for an amount in another currency, with more
    /// decimals than it has, of nothing or too large, and for an ACTUAL that is still to come. One that takes what
    /// is spent to 80 % or 100 % of the budget leaves an event of that as well: `budget.threshold_80`,
    /// `budget.threshold_100`.
    #[graphql(directive = needs::apply("cost.record".to_owned()))]
    async fn cost_entry_record(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The cost.")] input: CostEntryRecordInput,
        #[graphql(desc = "How to carry it out.")] options: Option<WriteOptions>,
    ) -> Result<CostEntryPayload<CostEntryRecordInput>, Fault> {
        Ok(payload::run(ctx, &input, options).await?.into())
    }

    /// Takes a cost back with a new entry of the opposite amount on the same day, which it answers. CONFLICT for a
    /// reversal, for what was reversed already, and when the initiative is archived.
    #[graphql(directive = needs::apply("cost.record".to_owned()))]
    async fn cost_entry_reverse(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which cost, and why.")] input: CostEntryReverseInput,
        #[graphql(desc = "How to carry it out.")] options: Option<WriteOptions>,
    ) -> Result<CostEntryPayload<CostEntryReverseInput>, Fault> {
        Ok(payload::run(ctx, &input, options).await?.into())
    }
}
