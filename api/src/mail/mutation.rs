//! Root fields that send mails again. What they do is in `commands`.

use async_graphql::{Context, Object};

use super::inputs::CommunicationMailRetryInput;
use crate::communication::types::CommunicationPayload;
use crate::graphql::gate::needs;
use crate::graphql::{Fault, payload};
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
}
