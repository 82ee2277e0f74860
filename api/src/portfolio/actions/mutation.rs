//! Root fields that change actions. What they do is in `commands`.

use async_graphql::{Context, Object};

use super::inputs::{
    ActionItemCompleteInput, ActionItemCreateInput, ActionItemDropInput, ActionItemUpdateInput,
};
use super::types::ActionItemPayload;
use crate::graphql::gate::needs;
use crate::graphql::{Fault, payload};
use crate::store::WriteOptions;

/// Mutations of actions.
#[derive(Debug, Default)]
pub struct ActionMutation;

#[Object]
impl ActionMutation {
    /// Asks somebody to do something by a day, for an initiative, about a risk, or for the programme office itself.
    /// For the programme office and leaders, for who owns, backs or reviews the initiative, and for who looks after
    /// the risk. CONFLICT when the initiative is archived or has ended; INVALID for somebody who is not ACTIVE, and
    /// for a risk of another initiative.
    #[graphql(directive = needs::apply("action.manage".to_owned()))]
    async fn action_item_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who is to do what by when.")] input: ActionItemCreateInput,
        #[graphql(desc = "How to carry it out.")] options: Option<WriteOptions>,
    ) -> Result<ActionItemPayload<ActionItemCreateInput>, Fault> {
        Ok(payload::run(ctx, &input, options).await?.into())
    }

    /// Changes an action; also for who has it and for who asked for it. CONFLICT when it is DONE or DROPPED; INVALID
    /// as when it was created.
    #[graphql(directive = needs::apply("action.manage".to_owned()))]
    async fn action_item_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to change.")] input: ActionItemUpdateInput,
        #[graphql(desc = "How to carry it out.")] options: Option<WriteOptions>,
    ) -> Result<ActionItemPayload<ActionItemUpdateInput>, Fault> {
        Ok(payload::run(ctx, &input, options).await?.into())
    }

    /// Says that an action is done; also for who has it and for who asked for it. ILLEGAL_TRANSITION when it is DONE
    /// or DROPPED already.
    #[graphql(directive = needs::apply("action.manage".to_owned()))]
    async fn action_item_complete(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which action.")] input: ActionItemCompleteInput,
        #[graphql(desc = "How to carry it out.")] options: Option<WriteOptions>,
    ) -> Result<ActionItemPayload<ActionItemCompleteInput>, Fault> {
        Ok(payload::run(ctx, &input, options).await?.into())
    }

    /// Says that an action is not wanted any more, and why; also for who has it and for who asked for it.
    /// ILLEGAL_TRANSITION when it is DONE or DROPPED already.
    #[graphql(directive = needs::apply("action.manage".to_owned()))]
    async fn action_item_drop(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which action, and why.")] input: ActionItemDropInput,
        #[graphql(desc = "How to carry it out.")] options: Option<WriteOptions>,
    ) -> Result<ActionItemPayload<ActionItemDropInput>, Fault> {
        Ok(payload::run(ctx, &input, options).await?.into())
    }
}
