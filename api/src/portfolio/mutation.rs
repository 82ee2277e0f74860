//! Root fields that change portfolios and initiatives. What they do is in `commands`.

use async_graphql::{Context, Object};

use super::inputs::{
    InitiativeArchiveInput, InitiativeCreateInput, InitiativeReassignInput, InitiativeRescheduleInput,
    InitiativeTransitionInput, InitiativeUnarchiveInput, InitiativeUpdateInput, PortfolioArchiveInput,
    PortfolioCreateInput, PortfolioUnarchiveInput, PortfolioUpdateInput,
};
use super::types::{InitiativePayload, PortfolioPayload};
use crate::graphql::gate::needs;
use crate::graphql::{Fault, payload};
use crate::store::WriteOptions;

/// Mutations of portfolios and initiatives.
#[derive(Debug, Default)]
pub struct PortfolioMutation;

#[Object]
impl PortfolioMutation {
    /// Enters a portfolio. NOT_FOUND or INVALID for an owner who is not there or not ACTIVE, INVALID for a cadence
    /// that is none.
    #[graphql(directive = needs::apply("portfolio.manage".to_owned()))]
    async fn portfolio_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The portfolio.")] input: PortfolioCreateInput,
        #[graphql(desc = "How to carry it out.")] options: Option<WriteOptions>,
    ) -> Result<PortfolioPayload<PortfolioCreateInput>, Fault> {
        Ok(payload::run(ctx, &input, options).await?.into())
    }

    /// Changes a portfolio. CONFLICT when it is archived, IN_USE for another currency when it has initiatives.
    #[graphql(directive = needs::apply("portfolio.manage".to_owned()))]
    async fn portfolio_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to change.")] input: PortfolioUpdateInput,
        #[graphql(desc = "How to carry it out.")] options: Option<WriteOptions>,
    ) -> Result<PortfolioPayload<PortfolioUpdateInput>, Fault> {
        Ok(payload::run(ctx, &input, options).await?.into())
    }

    /// Puts a portfolio away. IN_USE when it has initiatives that have not ended.
    #[graphql(directive = needs::apply("portfolio.manage".to_owned()))]
    async fn portfolio_archive(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which portfolio.")] input: PortfolioArchiveInput,
        #[graphql(desc = "How to carry it out.")] options: Option<WriteOptions>,
    ) -> Result<PortfolioPayload<PortfolioArchiveInput>, Fault> {
        Ok(payload::run(ctx, &input, options).await?.into())
    }

    /// Takes a portfolio out again.
    #[graphql(directive = needs::apply("portfolio.manage".to_owned()))]
    async fn portfolio_unarchive(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which portfolio.")] input: PortfolioUnarchiveInput,
        #[graphql(desc = "How to carry it out.")] options: Option<WriteOptions>,
    ) -> Result<PortfolioPayload<PortfolioUnarchiveInput>, Fault> {
        Ok(payload::run(ctx, &input, options).await?.into())
    }

    /// Enters an initiative as PROPOSED. CONFLICT when the portfolio is archived, INVALID for dates, owner, sponsor
    /// or reviewer that cannot be.
    #[graphql(directive = needs::apply("initiative.create".to_owned()))]
    async fn initiative_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The initiative.")] input: InitiativeCreateInput,
        #[graphql(desc = "How to carry it out.")] options: Option<WriteOptions>,
    ) -> Result<InitiativePayload<InitiativeCreateInput>, Fault> {
        Ok(payload::run(ctx, &input, options).await?.into())
    }

    /// Changes an initiative. CONFLICT when it is archived or has ended.
    #[graphql(directive = needs::apply("initiative.change".to_owned()))]
    async fn initiative_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to change.")] input: InitiativeUpdateInput,
        #[graphql(desc = "How to carry it out.")] options: Option<WriteOptions>,
    ) -> Result<InitiativePayload<InitiativeUpdateInput>, Fault> {
        Ok(payload::run(ctx, &input, options).await?.into())
    }

    /// Moves an initiative along the state machine. ILLEGAL_TRANSITION, naming the moves that are open; REQUIRED
    /// where a reason is needed; CONFLICT when it is archived; FORBIDDEN for approving, rejecting and closing by others than the programme office.
    #[graphql(directive = needs::apply("initiative.change".to_owned()))]
    async fn initiative_transition(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Where to.")] input: InitiativeTransitionInput,
        #[graphql(desc = "How to carry it out.")] options: Option<WriteOptions>,
    ) -> Result<InitiativePayload<InitiativeTransitionInput>, Fault> {
        Ok(payload::run(ctx, &input, options).await?.into())
    }

    /// Moves the due date of an initiative and keeps the move with its reason. CONFLICT when it is archived or
    /// has ended; INVALID for the same date, one
    /// before the start, or a note that says too little.
    #[graphql(directive = needs::apply("initiative.change".to_owned()))]
    async fn initiative_reschedule(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "To when, and why.")] input: InitiativeRescheduleInput,
        #[graphql(desc = "How to carry it out.")] options: Option<WriteOptions>,
    ) -> Result<InitiativePayload<InitiativeRescheduleInput>, Fault> {
        Ok(payload::run(ctx, &input, options).await?.into())
    }

    /// Gives an initiative another owner. CONFLICT when it is archived or has ended; INVALID for somebody who is not ACTIVE or is its reviewer.
    #[graphql(directive = needs::apply("initiative.change".to_owned()))]
    async fn initiative_reassign(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "To whom.")] input: InitiativeReassignInput,
        #[graphql(desc = "How to carry it out.")] options: Option<WriteOptions>,
    ) -> Result<InitiativePayload<InitiativeReassignInput>, Fault> {
        Ok(payload::run(ctx, &input, options).await?.into())
    }

    /// Puts an initiative away. CONFLICT while it is running.
    #[graphql(directive = needs::apply("initiative.change".to_owned()))]
    async fn initiative_archive(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which initiative.")] input: InitiativeArchiveInput,
        #[graphql(desc = "How to carry it out.")] options: Option<WriteOptions>,
    ) -> Result<InitiativePayload<InitiativeArchiveInput>, Fault> {
        Ok(payload::run(ctx, &input, options).await?.into())
    }

    /// Takes an initiative out again.
    #[graphql(directive = needs::apply("initiative.change".to_owned()))]
    async fn initiative_unarchive(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which initiative.")] input: InitiativeUnarchiveInput,
        #[graphql(desc = "How to carry it out.")] options: Option<WriteOptions>,
    ) -> Result<InitiativePayload<InitiativeUnarchiveInput>, Fault> {
        Ok(payload::run(ctx, &input, options).await?.into())
    }
}
