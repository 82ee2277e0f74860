//! Root fields that change key messages and communications. What they do is in `commands`.

use async_graphql::{Context, Object};

use super::inputs::{
    CommunicationAcknowledgeInput, CommunicationCancelInput, CommunicationCorrectInput,
    CommunicationPlanInput, CommunicationReceiptsRecordInput, CommunicationSendInput,
    CommunicationUpdateInput, KeyMessageCreateInput, KeyMessageUpdateInput,
};
use super::types::{CommunicationPayload, CommunicationReceiptsRecordPayload, KeyMessagePayload};
use crate::graphql::gate::needs;
use crate::graphql::{Fault, payload};
use crate::store::WriteOptions;

/// Mutations of what leaders say.
#[derive(Debug, Default)]
pub struct CommunicationMutation;

#[Object]
impl CommunicationMutation {
    /// Enters a key message. FORBIDDEN where you may not plan communications; NOT_FOUND for the initiative; INVALID for a target
    /// that is not 1 to 100.
    #[graphql(directive = needs::apply("communication.send".to_owned()))]
    async fn key_message_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The message.")] input: KeyMessageCreateInput,
        #[graphql(desc = "How to carry it out.")] options: Option<WriteOptions>,
    ) -> Result<KeyMessagePayload<KeyMessageCreateInput>, Fault> {
        Ok(payload::run(ctx, &input, options).await?.into())
    }

    /// Changes a key message. What was said with it counts from then on towards the new target. CONFLICT for its text, its purpose
    /// and its initiative once a communication was sent that carries it; INVALID and NOT_FOUND as when it was entered.
    #[graphql(directive = needs::apply("communication.send".to_owned()))]
    async fn key_message_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to change.")] input: KeyMessageUpdateInput,
        #[graphql(desc = "How to carry it out.")] options: Option<WriteOptions>,
    ) -> Result<KeyMessagePayload<KeyMessageUpdateInput>, Fault> {
        Ok(payload::run(ctx, &input, options).await?.into())
    }

    /// Plans a communication. FORBIDDEN for a LEADER who names another sender, and for the programme office beyond what it looks
    /// after; INVALID for a sender who is not ACTIVE, for a day that is over, for the purpose CORRECTION, and for tiers without
    /// units; NOT_FOUND for an initiative, a key message, a unit or a person; LIMIT_EXCEEDED for more than 20 initiatives, 200 units or
    /// 500 people.
    #[graphql(directive = needs::apply("communication.send".to_owned()))]
    async fn communication_plan(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The communication.")] input: CommunicationPlanInput,
        #[graphql(desc = "How to carry it out.")] options: Option<WriteOptions>,
    ) -> Result<CommunicationPayload<CommunicationPlanInput>, Fault> {
        Ok(payload::run(ctx, &input, options).await?.into())
    }

    /// Changes a communication that is PLANNED; CONFLICT for one that was sent or called off, and for the day of one whose day is
    /// over: send it late, or call it off. As when it was planned else.
    #[graphql(directive = needs::apply("communication.send".to_owned()))]
    async fn communication_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to change.")] input: CommunicationUpdateInput,
        #[graphql(desc = "How to carry it out.")] options: Option<WriteOptions>,
    ) -> Result<CommunicationPayload<CommunicationUpdateInput>, Fault> {
        Ok(payload::run(ctx, &input, options).await?.into())
    }

    /// Sends a communication: whom it is for is worked out and stays, and each of them has a receipt. A mail is handed to the mail
    /// server after that; on every other way it is sent by whoever speaks, and this says that it was. ILLEGAL_TRANSITION when it is
    /// not PLANNED; INVALID where nobody ACTIVE is in its audience, and where its sender is not ACTIVE; FORBIDDEN as when it was
    /// planned.
    #[graphql(directive = needs::apply("communication.send".to_owned()))]
    async fn communication_send(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which communication.")] input: CommunicationSendInput,
        #[graphql(desc = "How to carry it out.")] options: Option<WriteOptions>,
    ) -> Result<CommunicationPayload<CommunicationSendInput>, Fault> {
        Ok(payload::run(ctx, &input, options).await?.into())
    }

    /// Calls a communication off. ILLEGAL_TRANSITION when it is not PLANNED. One that is called off after the day for which it was
    /// planned counts as planned and not sent on time.
    #[graphql(directive = needs::apply("communication.send".to_owned()))]
    async fn communication_cancel(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which communication, and why.")] input: CommunicationCancelInput,
        #[graphql(desc = "How to carry it out.")] options: Option<WriteOptions>,
    ) -> Result<CommunicationPayload<CommunicationCancelInput>, Fault> {
        Ok(payload::run(ctx, &input, options).await?.into())
    }

    /// Plans the correction of a communication that was sent, which stays as it is: a new one that points to it, of the purpose
    /// CORRECTION, which serves the same initiatives and carries the same key message. CONFLICT when it was not SENT; and as when a
    /// communication is planned.
    #[graphql(directive = needs::apply("communication.send".to_owned()))]
    async fn communication_correct(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What it corrects, and what is right.")] input: CommunicationCorrectInput,
        #[graphql(desc = "How to carry it out.")] options: Option<WriteOptions>,
    ) -> Result<CommunicationPayload<CommunicationCorrectInput>, Fault> {
        Ok(payload::run(ctx, &input, options).await?.into())
    }

    /// Records for yourself that a communication reached you and that you took note of it, opened or not. Done again it changes
    /// nothing. FORBIDDEN where you are not in its audience, and for a key; CONFLICT when it was not SENT.
    #[graphql(directive = needs::apply("communication.acknowledge".to_owned()))]
    async fn communication_acknowledge(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which communication.")] input: CommunicationAcknowledgeInput,
        #[graphql(desc = "How to carry it out.")] options: Option<WriteOptions>,
    ) -> Result<CommunicationPayload<CommunicationAcknowledgeInput>, Fault> {
        Ok(payload::run(ctx, &input, options).await?.into())
    }

    /// Records whom a communication reached: who was at a town hall or a meeting, saw a film, or signed a list. FORBIDDEN as for
    /// sending it; CONFLICT when it was not SENT, and for somebody who is there twice or acknowledged it themselves at another moment;
    /// NOT_FOUND for somebody who is not in its audience; REQUIRED for no rows and for a row that says nothing; INVALID for a moment to
    /// come or before the day on which it was sent, and for a delivery after it was opened or acknowledged; LIMIT_EXCEEDED for more
    /// than 1 000 rows. Paths such as `["input", "rows", "3", "openedAt"]` count from 0.
    #[graphql(directive = needs::apply("communication.send".to_owned()))]
    async fn communication_receipts_record(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which communication, and what is known of whom.")]
        input: CommunicationReceiptsRecordInput,
        #[graphql(desc = "How to carry it out.")] options: Option<WriteOptions>,
    ) -> Result<CommunicationReceiptsRecordPayload, Fault> {
        Ok(payload::carry_out(ctx, &input, options).await?.into())
    }
}
