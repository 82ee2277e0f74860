//! An address that is told of events, in the words of a query of its own.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::ids::{ApiKeyId, WebhookId};
use crate::value::choice;

choice! {
    /// Whether a webhook is told of events.
    WebhookStatus {
        /// It is told.
        Active,
        /// It is told of nothing until it is enabled again.
        Disabled,
        /// It has ended for good; its log stays.
        Deleted,
    }
}

/// One webhook.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "webhooks")]
#[serde(rename_all = "camelCase")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: WebhookId,
    /// Counts the changes, from 1.
    pub version: i32,
    /// Where it is told.
    pub url: String,
    /// What it is told of an event: a GraphQL document.
    pub query: String,
    /// Of which events, as JSON; none for all.
    pub filter: Option<String>,
    /// The key with whose rights it sees events and reads what it is told of them.
    #[serde(rename = "apiKey")]
    pub api_key_id: ApiKeyId,
    /// Whether it is told of events.
    pub status: WebhookStatus,
    /// Why it was disabled, where somebody or something said why.
    #[serde(rename = "_reason")]
    pub reason: Option<String>,
    /// What signs, sealed with a key of the server.
    #[serde(skip)]
    pub secret: String,
    /// What signed before it, sealed likewise.
    #[serde(skip)]
    pub former_secret: Option<String>,
    /// Until when that one signs as well.
    pub former_secret_until: Option<DateTime<Utc>>,
    /// The place in the log after which it is told.
    #[serde(skip)]
    pub after_place: i64,
    /// When the row was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

crate::row::row!(WebhookId);
