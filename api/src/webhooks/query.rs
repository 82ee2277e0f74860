//! Root fields that read webhooks. One by its id is a `node`.

use async_graphql::{Context, Object};
use tutti_entity::ids::WebhookId;
use tutti_entity::webhooks::webhook;

use super::types::{Webhook, WebhookFilter, WebhookOrder};
use crate::graphql::gate::needs;
use crate::graphql::{Connection, Fault, Page};
use crate::store::Scope;

/// Root fields about webhooks.
#[derive(Debug, Default)]
pub struct WebhooksQuery;

#[Object]
impl WebhooksQuery {
    /// All webhooks, also those that were deleted.
    #[graphql(directive = needs::apply("webhooks.read".to_owned()))]
    #[expect(clippy::too_many_arguments, reason = "a list takes six arguments")]
    async fn webhooks(
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
        filter: Option<WebhookFilter>,
        #[graphql(desc = "In which order, at most 5 keys; by creation by default.")] order_by: Option<
            Vec<WebhookOrder>,
        >,
    ) -> Result<Connection<Webhook>, Fault> {
        Page { first, after, last, before, filter, order_by }.of_all(Scope::of(ctx)?).await
    }

    /// The webhook with this id; null when there is none for you.
    #[graphql(directive = needs::apply("webhooks.read".to_owned()))]
    async fn webhook(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id: `whk_…`.")] id: WebhookId,
    ) -> Result<Option<Webhook>, Fault> {
        Ok(Scope::of(ctx)?.one::<webhook::Entity>(id).await?.map(Into::into))
    }
}
