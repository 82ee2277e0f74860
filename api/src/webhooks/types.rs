//! Webhooks as those who look after them see them.

use async_graphql::{ComplexObject, Context, SimpleObject};
use tutti_entity::accounts::api_key;
use tutti_entity::events::event;
use tutti_entity::ids::{ApiKeyId, EventId, Kind, TypedId as _, WebhookDeliveryId, WebhookId};
use tutti_entity::webhooks::webhook::{self, WebhookStatus};
use tutti_entity::webhooks::webhook_delivery::{self, DeliveryState};

use crate::accounts::types::ApiKey;
use crate::events::types::Event;
use crate::graphql::filter::{Col, DateTimeFilter, EnumFilter, Id, IdFilter, IntFilter};
use crate::graphql::payload::payload_name;
use crate::graphql::scalars::DateTime;
use crate::graphql::{Connection, Fault, Listed, Page, Problem};
use crate::store::Scope;
use crate::{filter, order, payload};

/// Another system that is told of events, in the words of a query of its own.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct Webhook {
    /// Its id: `whk_…`.
    pub id: WebhookId,
    /// Counts the changes, from 1. Send it as `expectedVersion`.
    pub version: i32,
    /// Where it is told.
    pub url: String,
    /// What it is told of an event: a GraphQL document that takes the id of the event as `$event: ID!`.
    pub query: String,
    /// Of which events, as the JSON of the filter; null for all.
    pub filter: Option<String>,
    /// Whether it is told of events.
    pub status: WebhookStatus,
    /// Why it was disabled, where somebody or something said why; null while it is ACTIVE.
    pub reason: Option<String>,
    /// Until when the secret before the last `webhookSecretRotate` signs as well; null where there is none.
    pub former_secret_until: Option<DateTime>,
    /// When it was made.
    pub created_at: DateTime,
    /// When it last changed.
    pub updated_at: DateTime,
    #[graphql(skip)]
    api_key_id: ApiKeyId,
}

impl From<webhook::Model> for Webhook {
    fn from(row: webhook::Model) -> Self {
        let webhook::Model {
            id,
            version,
            url,
            query,
            filter,
            api_key_id,
            status,
            reason,
            secret: _,
            former_secret: _,
            former_secret_until,
            after_place: _,
            created_at,
            updated_at,
        } = row;
        Self {
            id,
            version,
            url,
            query,
            filter,
            status,
            reason,
            former_secret_until: former_secret_until.map(DateTime),
            created_at: DateTime(created_at),
            updated_at: DateTime(updated_at),
            api_key_id,
        }
    }
}

#[ComplexObject]
impl Webhook {
    /// The key with whose rights it sees events and reads what it is told of them; null when it is not there for you.
    async fn api_key(&self, ctx: &Context<'_>) -> Option<Result<ApiKey, Fault>> {
        let row = Scope::of(ctx).ok()?.one::<api_key::Entity>(self.api_key_id).await.transpose()?;
        Some(row.map(Into::into))
    }

    /// What it was told of, or is to be, and what became of it: kept for 90 days after the last attempt unless the server
    /// is configured otherwise.
    #[expect(clippy::too_many_arguments, reason = "a list takes six arguments")]
    async fn deliveries(
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
        filter: Option<WebhookDeliveryFilter>,
        #[graphql(desc = "In which order, at most 5 keys; by creation by default.")] order_by: Option<
            Vec<WebhookDeliveryOrder>,
        >,
    ) -> Result<Connection<WebhookDelivery>, Fault> {
        let page = Page { first, after, last, before, filter, order_by };
        page.of_parent(ctx, webhook_delivery::Column::WebhookId, self.id.uuid()).await
    }
}

filter! {
    /// Which webhooks.
    WebhookFilter for webhook {
        /// By id.
        id: IdFilter = Id(webhook::Column::Id, Kind::Webhook),
        /// By whether they are told of events.
        status: EnumFilter<WebhookStatus> = Col(webhook::Column::Status),
        /// By the id of the key that they belong to.
        api_key_id: IdFilter = Id(webhook::Column::ApiKeyId, Kind::ApiKey),
        /// By when they were made.
        created_at: DateTimeFilter = Col(webhook::Column::CreatedAt),
    }
}

order! {
    /// Sorts webhooks.
    WebhookOrder, WebhookOrderField "What webhooks can be sorted by.", webhook {
        /// By when they were made.
        CreatedAt => [CreatedAt],
    }
}

impl Listed for Webhook {
    const NAME: &'static str = "Webhook";
    type Entity = webhook::Entity;
    type Filter = WebhookFilter;
    type Order = WebhookOrder;
    const ID: webhook::Column = webhook::Column::Id;
}

/// That a webhook is to be told of an event, and what became of it.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct WebhookDelivery {
    /// Its id: `whd_…`. Receivers get it as `webhook-id`, the same however often it is sent.
    pub id: WebhookDeliveryId,
    /// Counts the changes that somebody made, from 1. Send it as `expectedVersion`.
    pub version: i32,
    /// What became of it.
    pub state: DeliveryState,
    /// How often it was tried.
    pub attempts: i32,
    /// When it was queued first.
    pub queued_at: DateTime,
    /// When it was tried last; null before that.
    pub last_at: Option<DateTime>,
    /// When it is tried next; null where it is not.
    pub next_at: Option<DateTime>,
    /// The HTTP status of the last answer; null where there was none.
    pub status_code: Option<i32>,
    /// How long the last attempt took, in milliseconds; null before that.
    pub duration_ms: Option<i32>,
    /// Why the last attempt came to nothing, at most 500 bytes; null where it did not. What receivers answer beside
    /// their status is kept nowhere.
    pub error: Option<String>,
    #[graphql(skip)]
    webhook_id: WebhookId,
    #[graphql(skip)]
    event_id: EventId,
}

impl From<webhook_delivery::Model> for WebhookDelivery {
    fn from(row: webhook_delivery::Model) -> Self {
        let webhook_delivery::Model {
            id,
            version,
            webhook_id,
            event_id,
            position: _,
            state,
            attempts,
            first_at: _,
            next_at,
            last_at,
            status_code,
            duration_ms,
            error,
            created_at,
            updated_at: _,
        } = row;
        Self {
            id,
            version,
            state,
            attempts,
            queued_at: DateTime(created_at),
            last_at: last_at.map(DateTime),
            next_at: next_at.map(DateTime),
            status_code,
            duration_ms,
            error,
            webhook_id,
            event_id,
        }
    }
}

#[ComplexObject]
impl WebhookDelivery {
    /// Who is told.
    async fn webhook(&self, ctx: &Context<'_>) -> Result<Webhook, Fault> {
        Ok(Scope::of(ctx)?.the::<webhook::Entity>(self.webhook_id).await?.into())
    }

    /// Of what; null when it is not there for you, or was given up.
    async fn event(&self, ctx: &Context<'_>) -> Option<Result<Event, Fault>> {
        let row = Scope::of(ctx).ok()?.one::<event::Entity>(self.event_id).await.transpose()?;
        Some(row.map(Into::into))
    }
}

filter! {
    /// Which deliveries.
    WebhookDeliveryFilter for webhook_delivery {
        /// By id.
        id: IdFilter = Id(webhook_delivery::Column::Id, Kind::WebhookDelivery),
        /// By the id of the event.
        event_id: IdFilter = Id(webhook_delivery::Column::EventId, Kind::Event),
        /// By what became of them.
        state: EnumFilter<DeliveryState> = Col(webhook_delivery::Column::State),
        /// By the HTTP status of the last answer; `isNull: true` for those without one.
        status_code: IntFilter = Col(webhook_delivery::Column::StatusCode),
        /// By when they were queued first.
        queued_at: DateTimeFilter = Col(webhook_delivery::Column::CreatedAt),
    }
}

order! {
    /// Sorts deliveries.
    WebhookDeliveryOrder, WebhookDeliveryOrderField "What deliveries can be sorted by.", webhook_delivery {
        /// By when they were queued first.
        QueuedAt => [CreatedAt],
    }
}

impl Listed for WebhookDelivery {
    const NAME: &'static str = "WebhookDelivery";
    type Entity = webhook_delivery::Entity;
    type Filter = WebhookDeliveryFilter;
    type Order = WebhookDeliveryOrder;
    const ID: webhook_delivery::Column = webhook_delivery::Column::Id;
}

payload! {
    /// What a mutation of a webhook answers.
    WebhookPayload {
        /// The webhook; null when something has to be mended.
        webhook: Webhook = webhook
    }
}

payload! {
    /// What sending a message again answers.
    WebhookDeliveryPayload {
        /// The delivery; null when something has to be mended.
        webhook_delivery: WebhookDelivery = webhook_delivery
    }
}

/// A webhook with a secret that was just made.
#[derive(Debug, SimpleObject)]
#[graphql(name_type)]
pub struct WebhookSecretPayload<I: async_graphql::InputType + 'static> {
    /// What verifies its messages, `whsec_…`, shown this once; null in a dry run, and where an idempotency key repeats an
    /// answer.
    pub secret: Option<String>,
    /// The webhook; null when something has to be mended.
    pub webhook: Option<Webhook>,
    /// What you have to mend. Where there is anything in it nothing was written.
    pub user_errors: Vec<Problem>,
    /// What the log says of it.
    pub event: Option<Event>,
    #[graphql(skip)]
    pub(super) input: std::marker::PhantomData<fn(I)>,
}

impl<I: async_graphql::InputType + 'static> async_graphql::TypeName for WebhookSecretPayload<I> {
    fn type_name() -> std::borrow::Cow<'static, str> {
        payload_name::<I>().into()
    }
}

/// A header of a message.
#[derive(Clone, Debug, SimpleObject)]
pub struct WebhookHeader {
    /// Its name, lower case.
    pub name: String,
    /// Its value.
    pub value: String,
}

/// A message as it would be sent at this moment.
#[derive(Clone, Debug, SimpleObject)]
pub struct WebhookRequest {
    /// Where to.
    pub url: String,
    /// Its headers, the signature among them.
    pub headers: Vec<WebhookHeader>,
    /// Its body: JSON with `type` (what was done), `timestamp` (when it happened), `data` (what the query answers) and,
    /// where a part of that could not be read, `errors`.
    pub body: String,
    /// Whether the filter lets the event through, so that it is sent when it happens.
    pub matches_filter: bool,
}

/// What looking at a message answers. Nothing is sent and nothing is written.
#[derive(Debug, SimpleObject)]
pub struct WebhookDryRunPayload {
    /// The message; null when something has to be mended.
    pub request: Option<WebhookRequest>,
    /// What you have to mend.
    pub user_errors: Vec<Problem>,
    /// Always null: nothing happens that the log could tell of.
    pub event: Option<Event>,
}
