//! Root fields that import, and that give people their calendars. What they do is in `import` and `calendar`.

use async_graphql::{Context, Object};

use super::calendar::{self, FeedCreate};
use super::inputs::{CalendarFeedCreateInput, CalendarFeedRevokeInput, InitiativesImportInput};
use super::types::{CalendarFeedCreatePayload, CalendarFeedPayload, InitiativesImportPayload};
use crate::access::secret::Secret;
use crate::graphql::gate::needs;
use crate::graphql::{Fault, payload};
use crate::store::WriteOptions;

/// Mutations that take data in and let it out.
#[derive(Debug, Default)]
pub struct ExchangeMutation;

#[Object]
impl ExchangeMutation {
    /// Enters many initiatives as PROPOSED, each checked as by `initiativeCreate`, with consecutive codes in the
    /// order of the rows and an event for each. Every row has its result, with the codes NOT_FOUND, FORBIDDEN,
    /// CONFLICT, REQUIRED and INVALID and paths such as `["input", "rows", "3", "dueOn"]`, rows counted from 0.
    /// REQUIRED for no rows, LIMIT_EXCEEDED for more than 1 000.
    #[graphql(directive = needs::apply("initiative.create".to_owned()))]
    async fn initiatives_import(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The rows, and what to do when some of them cannot be written.")]
        input: InitiativesImportInput,
        #[graphql(desc = "How to carry it out.")] options: Option<WriteOptions>,
    ) -> Result<InitiativesImportPayload, Fault> {
        Ok(payload::run_many(ctx, &input, options).await?.into())
    }

    /// Makes the secret address of a calendar with your deadlines, and shows it this once: the initiatives that
    /// you own, sponsor or review and that have not ended, your milestones, your actions and your next reports. An
    /// address that you have is revoked. FORBIDDEN for a key, INVALID for a reason that is too long.
    #[graphql(directive = needs::apply("account.own".to_owned()))]
    async fn calendar_feed_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Why.")] input: CalendarFeedCreateInput,
    ) -> Result<CalendarFeedCreatePayload, Fault> {
        let secret = Secret::new(calendar::SECRET)?;
        let answer = payload::run(ctx, &FeedCreate { input: &input, hash: &secret.hash }, None).await?;
        Ok(CalendarFeedCreatePayload {
            path: answer.row.as_ref().map(|_| format!("/calendar/{}.ics", secret.text)),
            calendar_feed: answer.row.map(Into::into),
            user_errors: answer.problems,
            event: answer.event.map(Into::into),
        })
    }

    /// Revokes the address of your calendar, at once and for good. NOT_FOUND for one that is not there for you,
    /// FORBIDDEN for one of somebody else, INVALID for a reason that is too long, VERSION_CONFLICT where you named another
    /// version.
    #[graphql(directive = needs::apply("account.own".to_owned()))]
    async fn calendar_feed_revoke(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which address.")] input: CalendarFeedRevokeInput,
        #[graphql(desc = "How to carry it out.")] options: Option<WriteOptions>,
    ) -> Result<CalendarFeedPayload<CalendarFeedRevokeInput>, Fault> {
        Ok(payload::run(ctx, &input, options).await?.into())
    }
}
