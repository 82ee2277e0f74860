//! The webhook of the demo: it leads nowhere, is disabled, and has no secret, so that nothing is ever sent by itself.

use crate::accounts::commands::KeyCreate;
use crate::accounts::inputs::ApiKeyCreateInput;
use crate::events::types::EventFilter;
use crate::graphql::filter::StringFilter;
use crate::webhooks::commands::WebhookCreate;
use crate::webhooks::inputs::WebhookCreateInput;
use crate::webhooks::rules::networks::Targets;

use async_graphql::MaybeUndefined;

use super::{ADMIN, Seeder};

/// No key has this digest.
const OF_NO_KEY: &str = "of no key";
const QUERY: &str = "query ($event: ID!) {
  node(id: $event) { ... on Event { id action at reason actor { name } subject { id ... on Initiative { code title dueOn } } } }
}";

impl Seeder<'_> {
    /// Makes it, after everything else has happened.
    pub(super) async fn webhook(&self) -> Result<(), String> {
        let key = ApiKeyCreateInput {
            name: "The eyes of the data warehouse".to_owned(),
            roles: Vec::new(),
            read_only: Some(true),
            expires_on: None,
        };
        let made = KeyCreate { input: &key, hash: OF_NO_KEY };
        let key = self.write(Some(ADMIN), "apiKeyCreate", &made).await?;
        let action = StringFilter {
            starts_with: MaybeUndefined::Value("initiative.".to_owned()),
            ..StringFilter::default()
        };
        let filter = EventFilter { action: Some(Box::new(action)), ..EventFilter::default() };
        let input = WebhookCreateInput {
            url: "https://warehouse.example.invalid/tutti".to_owned(),
            query: QUERY.to_owned(),
            filter: Some(filter),
            api_key_id: key.id,
            enabled: Some(false),
        };
        let targets = Targets::default();
        let create = WebhookCreate { input: &input, secret: &[], safe: None, targets: &targets, found: &[] };
        self.write(Some(ADMIN), "webhookCreate", &create).await?;
        Ok(())
    }
}
