//! What the mutations do inside their transaction: read, ask the rule, write with the event.

use async_graphql::MaybeUndefined;
use tutti_entity::accounts::api_key;
use tutti_entity::ids::{ApiKeyId, PersonId, WebhookId};
use tutti_entity::webhooks::webhook::{self, WebhookStatus};
use tutti_entity::webhooks::webhook_delivery::{self, DeliveryState};

use super::inputs::{
    WebhookCreateInput, WebhookDeleteInput, WebhookRedeliverInput, WebhookSecretRotateInput,
    WebhookUpdateInput,
};
use super::rules::{self, networks::Targets};
use super::safe::Safe;
use super::{store, stored};
use crate::access::{Capability, Place};
use crate::events::types::EventFilter;
use crate::graphql::{Check, Problem, ProblemCode};
use crate::store::tx::Action;
use crate::store::{Command, Outcome, Tx};

/// How long a reason is at most, in characters.
const LONGEST_REASON: usize = 1_000;

/// The person who calls, themselves and not through a key: a key makes nothing that outlives it.
pub(super) fn oneself(tx: &Tx<'_>, field: &str) -> Outcome<PersonId> {
    tx.require(Capability::WebhooksManage, Place::default(), field)?;
    let person = tx.scope().viewer().related_as();
    let message = "A key cannot do this; somebody who has signed in can.";
    Ok(person.ok_or_else(|| Problem::new(ProblemCode::Forbidden, field, message))?)
}

/// Looks at the key that a webhook is to belong to. With the key of somebody else one would be told what they may see.
async fn key(tx: &Tx<'_>, id: ApiKeyId, me: PersonId, check: &mut Check) -> Outcome<()> {
    let key = tx.get::<api_key::Entity>(id, "apiKeyId").await?;
    if key.person_id != me {
        let message = "The webhook would see what somebody else may see: name a key that you made.";
        check.that(false, ProblemCode::Invalid, "apiKeyId", message);
    } else if let Some(why) = rules::key_refusal(key.revoked_at, key.expires_on, tx.scope().today()) {
        check.that(false, ProblemCode::Invalid, "apiKeyId", why);
    }
    Ok(())
}

fn url(text: &str, targets: &Targets, check: &mut Check) {
    if let Err(why) = rules::destination(text, targets) {
        check.add(Problem::new(ProblemCode::Invalid, "url", why));
    }
}

fn filter(filter: Option<&EventFilter>) -> Outcome<Option<String>> {
    Ok(filter.map(stored::write).transpose()?)
}

fn status(enabled: bool) -> WebhookStatus {
    if enabled { WebhookStatus::Active } else { WebhookStatus::Disabled }
}

fn was_deleted(field: &str) -> Problem {
    Problem::new(ProblemCode::IllegalTransition, field, "The webhook was deleted, which is for good.")
}

/// Makes a webhook.
#[derive(Debug)]
pub struct WebhookCreate<'a> {
    /// The input.
    pub input: &'a WebhookCreateInput,
    /// What signs its messages.
    pub secret: &'a [u8],
    /// Seals it; none for one that is to get its secret later.
    pub safe: Option<&'a Safe>,
    /// Where it may lead.
    pub targets: &'a Targets,
    /// What was found to be wrong with its query and its filter.
    pub found: &'a [Problem],
}

impl Command for WebhookCreate<'_> {
    type Entity = webhook::Entity;

    async fn run(&self, tx: &Tx<'_>) -> Outcome<webhook::Model> {
        let me = oneself(tx, "url")?;
        let asked = self.input;
        let mut check = Check::default();
        url(&asked.url, self.targets, &mut check);
        self.found.iter().for_each(|problem| check.add(problem.clone()));
        key(tx, asked.api_key_id, me, &mut check).await?;
        check.done()?;
        // Two at the same moment are counted one after the other.
        tx.exclusive("webhooks").await?;
        if store::how_many(tx).await? >= rules::MOST {
            let message = format!("There are {} webhooks. Delete one first.", rules::MOST);
            return Err(Problem::new(ProblemCode::LimitExceeded, "url", message).into());
        }
        let id = tx.new_id();
        let row = webhook::Model {
            id,
            version: 1,
            url: asked.url.clone(),
            query: asked.query.clone(),
            filter: filter(asked.filter.as_ref())?,
            api_key_id: asked.api_key_id,
            status: status(asked.enabled != Some(false)),
            reason: None,
            secret: self.safe.map(|safe| safe.seal(id, self.secret)).transpose()?.unwrap_or_default(),
            former_secret: None,
            former_secret_until: None,
            after_place: 0,
            created_at: tx.now(),
            updated_at: tx.now(),
        };
        let row = tx.insert::<webhook::Entity>(row, "webhook.created".into()).await?;
        tx.mark(&store::from_now_on(id)).await?;
        Ok(row)
    }
}

/// Changes a webhook.
#[derive(Debug)]
pub struct WebhookUpdate<'a> {
    /// The input.
    pub input: &'a WebhookUpdateInput,
    /// Where it may lead.
    pub targets: &'a Targets,
    /// What was found to be wrong with its query and its filter.
    pub found: &'a [Problem],
}

impl WebhookUpdateInput {
    /// Whether all that is asked for is that it is told no more.
    fn only_disables(&self) -> bool {
        self.enabled == MaybeUndefined::Value(false)
            && self.url.is_undefined()
            && self.query.is_undefined()
            && self.filter.is_undefined()
            && self.api_key_id.is_undefined()
    }
}

impl Command for WebhookUpdate<'_> {
    type Entity = webhook::Entity;

    async fn run(&self, tx: &Tx<'_>) -> Outcome<webhook::Model> {
        let before = tx.subject::<webhook::Entity>(self.input.id, "id").await?;
        let me = oneself(tx, "id")?;
        if before.status == WebhookStatus::Deleted {
            return Err(was_deleted("id").into());
        }
        let asked = self.input;
        let mut check = Check::default();
        let is_active = before.status == WebhookStatus::Active;
        let after = webhook::Model {
            url: check.kept("url", &asked.url, before.url.clone()),
            query: check.kept("query", &asked.query, before.query.clone()),
            filter: match &asked.filter {
                MaybeUndefined::Undefined => before.filter.clone(),
                MaybeUndefined::Null => None,
                MaybeUndefined::Value(asked) => filter(Some(asked))?,
            },
            api_key_id: check.kept("apiKeyId", &asked.api_key_id, before.api_key_id),
            status: status(check.kept("enabled", &asked.enabled, is_active)),
            ..before.clone()
        };
        let reason = check.prose("reason", asked.reason.as_deref(), LONGEST_REASON);
        if after.url != before.url {
            url(&after.url, self.targets, &mut check);
        }
        self.found.iter().for_each(|problem| check.add(problem.clone()));
        if !asked.only_disables() {
            key(tx, after.api_key_id, me, &mut check).await?;
        }
        check.done()?;
        let begins = !is_active && after.status == WebhookStatus::Active;
        let ends = is_active && after.status == WebhookStatus::Disabled;
        let told = if begins {
            None
        } else if ends {
            reason.clone()
        } else {
            before.reason.clone()
        };
        let after = webhook::Model { reason: told, ..after };
        let name = match (begins, ends) {
            (true, _) => "webhook.enabled",
            (_, true) => "webhook.disabled",
            _ => "webhook.updated",
        };
        let action = Action { name, reason: reason.as_deref() };
        let row = tx.update::<webhook::Entity>(&before, after, action).await?;
        if begins {
            tx.mark(&store::from_now_on(row.id)).await?;
            tx.mark(&store::begin_anew(row.id, tx.now())).await?;
        }
        Ok(row)
    }
}

impl Command for WebhookDeleteInput {
    type Entity = webhook::Entity;

    async fn run(&self, tx: &Tx<'_>) -> Outcome<webhook::Model> {
        let before = tx.subject::<webhook::Entity>(self.id, "id").await?;
        oneself(tx, "id")?;
        let mut check = Check::default();
        let reason = check.prose("reason", self.reason.as_deref(), LONGEST_REASON);
        check.done()?;
        if before.status == WebhookStatus::Deleted {
            return Ok(before);
        }
        let after = webhook::Model {
            status: WebhookStatus::Deleted,
            reason: reason.clone(),
            secret: String::new(),
            former_secret: None,
            former_secret_until: None,
            ..before.clone()
        };
        let action = Action { name: "webhook.deleted", reason: reason.as_deref() };
        let row = tx.update::<webhook::Entity>(&before, after, action).await?;
        tx.mark(&store::drop_all_of(row.id, "The webhook was deleted.")).await?;
        Ok(row)
    }
}

/// Gives a webhook another secret; the one before signs beside it for a day.
#[derive(Debug)]
pub struct SecretRotate<'a> {
    /// The input.
    pub input: &'a WebhookSecretRotateInput,
    /// What signs its messages from now on.
    pub secret: &'a [u8],
    /// Seals it.
    pub safe: &'a Safe,
}

impl Command for SecretRotate<'_> {
    type Entity = webhook::Entity;

    async fn run(&self, tx: &Tx<'_>) -> Outcome<webhook::Model> {
        let before = tx.subject::<webhook::Entity>(self.input.id, "id").await?;
        oneself(tx, "id")?;
        if before.status == WebhookStatus::Deleted {
            return Err(was_deleted("id").into());
        }
        // What no key of the server opens any more signs nothing.
        let former = self.safe.open(before.id, &before.secret).map(|_| before.secret.clone());
        let after = webhook::Model {
            secret: self.safe.seal(before.id, self.secret)?,
            former_secret_until: former.is_some().then(|| tx.now() + rules::OVERLAP),
            former_secret: former,
            ..before.clone()
        };
        tx.update::<webhook::Entity>(&before, after, "webhook.secret_rotated".into()).await
    }
}

impl Command for WebhookRedeliverInput {
    type Entity = webhook_delivery::Entity;

    async fn run(&self, tx: &Tx<'_>) -> Outcome<webhook_delivery::Model> {
        let before = tx.subject::<webhook_delivery::Entity>(self.delivery_id, "deliveryId").await?;
        oneself(tx, "deliveryId")?;
        let webhook = tx.get::<webhook::Entity>(before.webhook_id, "deliveryId").await?;
        if webhook.status == WebhookStatus::Deleted {
            return Err(was_deleted("deliveryId").into());
        }
        let after = webhook_delivery::Model {
            state: DeliveryState::Queued,
            first_at: None,
            next_at: Some(tx.now()),
            error: None,
            ..before.clone()
        };
        tx.update::<webhook_delivery::Entity>(&before, after, "webhook_delivery.queued_again".into()).await
    }
}

/// Disables a webhook because of something that nobody decided.
#[derive(Debug)]
pub(super) struct Disable<'a> {
    pub(super) id: WebhookId,
    pub(super) why: &'a str,
}

impl Disable<'_> {
    /// Does it inside a transaction.
    pub(super) async fn within(&self, tx: &Tx<'_>) -> Outcome<webhook::Model> {
        let before = tx.subject::<webhook::Entity>(self.id, "id").await?;
        if before.status != WebhookStatus::Active {
            return Ok(before);
        }
        let (status, reason) = (WebhookStatus::Disabled, Some(self.why.to_owned()));
        let after = webhook::Model { status, reason, ..before.clone() };
        let action = Action { name: "webhook.disabled", reason: Some(self.why) };
        tx.update::<webhook::Entity>(&before, after, action).await
    }
}

impl Command for Disable<'_> {
    type Entity = webhook::Entity;

    async fn run(&self, tx: &Tx<'_>) -> Outcome<webhook::Model> {
        self.within(tx).await
    }
}
