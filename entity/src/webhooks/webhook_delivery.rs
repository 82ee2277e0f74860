//! That a webhook is to be told of an event, and what became of it.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::ids::{EventId, WebhookDeliveryId, WebhookId};
use crate::value::choice;

choice! {
    /// What became of telling a webhook of an event.
    DeliveryState as "WebhookDeliveryState" {
        /// It is still to be told, for the first time or again.
        Queued,
        /// The receiver took it.
        Delivered,
        /// The receiver did not take it, and it is not tried any more.
        Failed,
        /// It is not told: its key may not see the event any more, the event is no longer there, or the webhook was
        /// deleted.
        Dropped,
    }
}

/// One event for one webhook. What the worker writes of its attempts is no change that somebody made.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "webhook_deliveries")]
#[serde(rename_all = "camelCase")]
pub struct Model {
    /// Its id, which receivers know it by.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: WebhookDeliveryId,
    /// Counts the changes, from 1.
    pub version: i32,
    /// Which webhook.
    #[serde(rename = "webhook")]
    pub webhook_id: WebhookId,
    /// Of which event.
    #[serde(rename = "event")]
    pub event_id: EventId,
    /// The place of the event in the log.
    #[serde(rename = "_position")]
    pub position: i64,
    /// What became of it.
    pub state: DeliveryState,
    /// How often it was tried.
    #[serde(rename = "_attempts")]
    pub attempts: i32,
    /// When it was first tried since it was queued last.
    #[serde(rename = "_firstAt")]
    pub first_at: Option<DateTime<Utc>>,
    /// When it is tried next; none where it is not.
    #[serde(rename = "_nextAt")]
    pub next_at: Option<DateTime<Utc>>,
    /// When it was tried last.
    #[serde(rename = "_lastAt")]
    pub last_at: Option<DateTime<Utc>>,
    /// What the receiver answered last, as an HTTP status; none where it did not answer.
    #[serde(rename = "_statusCode")]
    pub status_code: Option<i32>,
    /// How long the last attempt took, in milliseconds.
    #[serde(rename = "_durationMs")]
    pub duration_ms: Option<i32>,
    /// Why the last attempt came to nothing.
    #[serde(rename = "_error")]
    pub error: Option<String>,
    /// When it was queued first.
    pub created_at: DateTime<Utc>,
    /// When somebody last changed it.
    pub updated_at: DateTime<Utc>,
}

crate::row::row!(WebhookDeliveryId);
