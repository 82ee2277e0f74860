//! What the mutations take.

use async_graphql::{InputObject, MaybeUndefined};
use tutti_entity::ids::{ApiKeyId, EventId, WebhookDeliveryId, WebhookId};

use crate::events::types::EventFilter;

/// A new webhook. It is told of what happens from now on.
#[derive(Clone, Debug, InputObject)]
pub struct WebhookCreateInput {
    /// Where it is told: an `https` URL of at most 2 000 bytes without user, password and fragment, on any port. Where the
    /// host is, or its name leads to, an address that is none of the internet, nothing is sent.
    pub url: String,
    /// What it is told of an event: a GraphQL document with one query that takes the id of the event as `$event: ID!`, such
    /// as `query ($event: ID!) { node(id: $event) { ... on Event { action at subject { id } } } }`. It keeps the limits of
    /// every query.
    pub query: String,
    /// Of which events, as in `events`; of all that its key sees by default.
    pub filter: Option<EventFilter>,
    /// The key with whose rights it sees events and reads what it is told of them: one that you made and that is good. One
    /// that only reads is enough.
    pub api_key_id: ApiKeyId,
    /// Whether it is told of events. True by default.
    pub enabled: Option<bool>,
}

/// Changes of a webhook. What is left out stays as it is.
#[derive(Clone, Debug, InputObject)]
pub struct WebhookUpdateInput {
    /// Which one.
    pub id: WebhookId,
    /// Where it is told.
    pub url: MaybeUndefined<String>,
    /// What it is told of an event.
    pub query: MaybeUndefined<String>,
    /// Of which events; null for all.
    pub filter: MaybeUndefined<EventFilter>,
    /// The key that it belongs to: one of yours. Needed where it belongs to a key of somebody else, unless all that you do
    /// is to disable it.
    pub api_key_id: MaybeUndefined<ApiKeyId>,
    /// Whether it is told of events. One that is enabled again is told of what comes from then on, and of what still waits.
    pub enabled: MaybeUndefined<bool>,
    /// Why, for the log: at most 1 000 characters.
    pub reason: Option<String>,
}

/// A webhook to end for good.
#[derive(Clone, Debug, InputObject)]
pub struct WebhookDeleteInput {
    /// Which one.
    pub id: WebhookId,
    /// Why, for the log: at most 1 000 characters.
    pub reason: Option<String>,
}

/// A webhook that is to have another secret.
#[derive(Clone, Debug, InputObject)]
pub struct WebhookSecretRotateInput {
    /// Which one.
    pub id: WebhookId,
}

/// A message to look at.
#[derive(Clone, Debug, InputObject)]
pub struct WebhookDryRunInput {
    /// Which webhook: one that belongs to a key of yours.
    pub id: WebhookId,
    /// Of which event, whether the filter lets it through or not.
    pub event_id: EventId,
}

/// A message to send again.
#[derive(Clone, Debug, InputObject)]
pub struct WebhookRedeliverInput {
    /// Which one, by the id in the log of its webhook, which receivers know it by.
    pub delivery_id: WebhookDeliveryId,
}
