//! Root fields that send mails again, and say who gets the daily digest. What they do is in `commands`.

use async_graphql::{Context, Object};

use super::inputs::{CommunicationMailRetryInput, PersonDigestSetInput};
use crate::communication::types::CommunicationPayload;
use crate::graphql::gate::needs;
use crate::graphql::{Fault, payload};
use crate::people::types::PersonPayload;
use crate::store::WriteOptions;

/// Mutations of mails.
#[derive(Debug, Default)]
pub struct MailMutation;

#[Object]
impl MailMutation {
    /// Has mails of a communication sent again that failed and, where you say so, those that may have arrived. CONFLICT where
    /// there is none, LIMIT_EXCEEDED for too many people, FORBIDDEN for whoever may not send the communication.
    #[graphql(directive = needs::apply("communication.send".to_owned()))]
    async fn communication_mail_retry(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which mails.")] input: CommunicationMailRetryInput,
        #[graphql(desc = "How to carry it out.")] options: Option<WriteOptions>,
    ) -> Result<CommunicationPayload<CommunicationMailRetryInput>, Fault> {
        Ok(payload::run(ctx, &input, options).await?.into())
    }
    /// Says whether you get the daily digest: a mail each morning with what is overdue, due within a week, to acknowledge, to
    /// answer and escalated to you, in the language that you read. On a day on which there is nothing no mail comes. Off until
    /// you want it; each mail holds a link that ends it without signing in. FORBIDDEN for a key.
    #[graphql(directive = needs::apply("account.own".to_owned()))]
    async fn person_digest_set(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whether you want it.")] input: PersonDigestSetInput,
        #[graphql(desc = "How to carry it out.")] options: Option<WriteOptions>,
    ) -> Result<PersonPayload<PersonDigestSetInput>, Fault> {
        Ok(payload::run(ctx, &input, options).await?.into())
    }
}
