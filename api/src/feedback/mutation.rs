//! Root fields that change upward feedback. What they do is in `commands`.

use async_graphql::parser::types::Selection;
use async_graphql::{Context, Object};

use super::inputs::{
    UpwardFeedbackAnswerInput, UpwardFeedbackRaiseInput, UpwardFeedbackResolveInput, UpwardFeedbackVoteInput,
};
use super::types::UpwardFeedbackPayload;
use crate::graphql::gate::needs;
use crate::graphql::{Fault, payload};
use crate::store::WriteOptions;

/// Refuses what is not the one root field of its operation: no log hears of the request, and so of nothing beside it.
fn alone(ctx: &Context<'_>) -> Result<(), Fault> {
    match ctx.query_env.operation.node.selection_set.node.items.as_slice() {
        [one] if matches!(one.node, Selection::Field(_)) => Ok(()),
        _ => Err(Fault::bad_input(
            "Nothing logs a request that raises something anonymously: send it alone, with no other field beside \
             `upwardFeedbackRaise` and in no fragment.",
        )),
    }
}

/// Mutations of upward feedback.
#[derive(Debug, Default)]
pub struct FeedbackMutation;

#[Object]
impl FeedbackMutation {
    /// Raises a question, an idea or a concern: on a communication, with somebody, or with the programme office. It is to be
    /// answered within 14 days. Of an anonymous one nobody can find out who raised it: its id is random, of its moment the day
    /// alone is kept, the log hears of it the day after (`event` is null), and the request is in no log. INVALID for an
    /// anonymous one with an idempotency key, for `askedId` beside `communicationId`, and for somebody who is not ACTIVE;
    /// BAD_USER_INPUT for an anonymous one that is not the only root field of its operation;
    /// FORBIDDEN for an anonymous one with a key of a machine; CONFLICT for a communication that was not sent, and for an
    /// anonymous one on a communication that was for fewer than 5 people.
    #[graphql(directive = needs::apply("feedback.raise".to_owned()))]
    async fn upward_feedback_raise(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to raise.")] input: UpwardFeedbackRaiseInput,
        #[graphql(desc = "How to carry it out.")] options: Option<WriteOptions>,
    ) -> Result<UpwardFeedbackPayload<UpwardFeedbackRaiseInput>, Fault> {
        if input.is_anonymous() {
            alone(ctx)?;
        }
        Ok(payload::run(ctx, &input, options).await?.into())
    }

    /// Answers what is OPEN. ILLEGAL_TRANSITION for what was answered, FORBIDDEN for whoever is neither asked nor of the
    /// programme office.
    #[graphql(directive = needs::apply("feedback.answer".to_owned()))]
    async fn upward_feedback_answer(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The answer.")] input: UpwardFeedbackAnswerInput,
        #[graphql(desc = "How to carry it out.")] options: Option<WriteOptions>,
    ) -> Result<UpwardFeedbackPayload<UpwardFeedbackAnswerInput>, Fault> {
        Ok(payload::run(ctx, &input, options).await?.into())
    }

    /// Tells what became of what was answered: something was done about it, or nothing will be. INVALID for another state
    /// than ACTED and DECLINED, ILLEGAL_TRANSITION for what was not answered, or is over, FORBIDDEN for whoever is neither
    /// asked nor of the programme office.
    #[graphql(directive = needs::apply("feedback.answer".to_owned()))]
    async fn upward_feedback_resolve(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What became of it.")] input: UpwardFeedbackResolveInput,
        #[graphql(desc = "How to carry it out.")] options: Option<WriteOptions>,
    ) -> Result<UpwardFeedbackPayload<UpwardFeedbackResolveInput>, Fault> {
        Ok(payload::run(ctx, &input, options).await?.into())
    }

    /// Votes for something, once a person, or takes the vote back. Who votes is told to nobody, in no event either; it is kept,
    /// so that nobody votes twice. A vote is no change: the version stays. CONFLICT for what is ACTED or DECLINED, FORBIDDEN
    /// for a key of a machine.
    #[graphql(directive = needs::apply("feedback.raise".to_owned()))]
    async fn upward_feedback_vote(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "For what.")] input: UpwardFeedbackVoteInput,
        #[graphql(desc = "How to carry it out.")] options: Option<WriteOptions>,
    ) -> Result<UpwardFeedbackPayload<UpwardFeedbackVoteInput>, Fault> {
        Ok(payload::run(ctx, &input, options).await?.into())
    }
}
