//! Root fields that look after webhooks.

use std::marker::PhantomData;

use async_graphql::{Context, InputType, MaybeUndefined, Object};
use tutti_entity::accounts::api_key;
use tutti_entity::events::event;
use tutti_entity::ids::ApiKeyId;
use tutti_entity::webhooks::webhook::{self, WebhookStatus};

use super::commands::{SecretRotate, WebhookCreate, WebhookUpdate};
use super::inputs::{
    WebhookCreateInput, WebhookDeleteInput, WebhookDryRunInput, WebhookRedeliverInput,
    WebhookSecretRotateInput, WebhookUpdateInput,
};
use super::office::{NoBody, Office};
use super::rules::signature;
use super::types::{
    WebhookDeliveryPayload, WebhookDryRunPayload, WebhookHeader, WebhookPayload, WebhookRequest,
    WebhookSecretPayload,
};
use super::{store, stored};
use crate::access::secret::random;
use crate::access::{Capability, Place, Shown, Viewer};
use crate::events::sight::seen;
use crate::events::types::EventFilter;
use crate::graphql::filter::{Asked, Filter as _};
use crate::graphql::gate::needs;
use crate::graphql::{Fault, FaultCode, Problem, ProblemCode, payload};
use crate::store::{Answer, At, Scope, WriteOptions, find};

/// How many bytes a secret has.
const SECRET: usize = 32;

/// Mutations about webhooks.
#[derive(Debug, Default)]
pub struct WebhooksMutation;

/// Somebody with the rights of a key of whoever calls; none where it is not theirs or not good, which the command tells.
async fn as_key(scope: &Scope, office: &Office, id: ApiKeyId) -> Result<Option<Viewer>, Fault> {
    let me = scope.viewer().related_as();
    if me.is_none() || !scope.may(Capability::WebhooksManage, Place::default()) {
        return Ok(None);
    }
    let key = scope.one::<api_key::Entity>(id).await?;
    let Some(key) = key.filter(|key| Some(key.person_id) == me) else { return Ok(None) };
    Viewer::read(office.database.reader(), Shown::Key(&key.hash), scope.today()).await
}

/// What is wrong with a query and a filter for whoever has the rights of this key.
async fn problems(
    ctx: &Context<'_>,
    key: ApiKeyId,
    query: &str,
    filter: Option<&EventFilter>,
) -> Result<Vec<Problem>, Fault> {
    let (scope, office) = (Scope::of(ctx)?, Office::of(ctx)?);
    let Some(viewer) = as_key(scope, office, key).await? else { return Ok(Vec::new()) };
    let mut found = office.problems_of(viewer.clone(), query).await;
    let theirs = office.scope(viewer);
    if let Some(Err(fault)) = filter.map(|filter| filter.condition(&Asked::new(&theirs), At::TOP)) {
        found.push(Problem::new(ProblemCode::Invalid, "filter", fault.message));
    }
    Ok(found)
}

/// The same for what a webhook comes to with these changes.
async fn problems_after(ctx: &Context<'_>, input: &WebhookUpdateInput) -> Result<Vec<Problem>, Fault> {
    let scope = Scope::of(ctx)?;
    let Some(before) = scope.one::<webhook::Entity>(input.id).await? else { return Ok(Vec::new()) };
    let is_the_same =
        input.query.is_undefined() && input.filter.is_undefined() && input.api_key_id.is_undefined();
    if is_the_same && input.enabled != MaybeUndefined::Value(true) {
        return Ok(Vec::new());
    }
    let key = input.api_key_id.value().copied().unwrap_or(before.api_key_id);
    let query = input.query.value().unwrap_or(&before.query);
    let kept = match (&input.filter, before.filter.as_deref()) {
        (MaybeUndefined::Undefined, Some(text)) => stored::read(text).map(Some),
        (asked, _) => Ok(asked.value().cloned()),
    };
    match kept {
        Ok(filter) => problems(ctx, key, query, filter.as_ref()).await,
        Err(fault) => Ok(vec![Problem::new(ProblemCode::Invalid, "filter", fault.message)]),
    }
}

/// What a new secret answers: shown where it is the one that was written.
fn with_secret<I: InputType + 'static>(
    office: &Office,
    answer: Answer<webhook::Entity>,
    secret: &[u8],
    options: Option<&WriteOptions>,
) -> WebhookSecretPayload<I> {
    let dry = options.is_some_and(|options| options.dry_run == Some(true));
    // A repeated answer is that of another secret.
    let kept = answer.row.as_ref().and_then(|row| office.safe().open(row.id, &row.secret));
    let is_written = kept.is_some_and(|kept| kept.secret == secret) && !dry;
    WebhookSecretPayload {
        secret: is_written.then(|| signature::shown(secret)),
        webhook: answer.row.map(Into::into),
        user_errors: answer.problems,
        event: answer.event.map(Into::into),
        input: PhantomData,
    }
}

/// What a message would be at this moment.
async fn message(
    scope: &Scope,
    office: &Office,
    input: &WebhookDryRunInput,
) -> Result<Result<WebhookRequest, Problem>, Fault> {
    let refused = |code, field: &str, message: &str| Ok(Err(Problem::new(code, field, message)));
    let Some(webhook) = scope.one::<webhook::Entity>(input.id).await? else {
        return refused(ProblemCode::NotFound, "id", "There is no Webhook with this id.");
    };
    if webhook.status == WebhookStatus::Deleted {
        return refused(ProblemCode::IllegalTransition, "id", "The webhook was deleted, which is for good.");
    }
    let Some(viewer) = as_key(scope, office, webhook.api_key_id).await? else {
        let message =
            "What it would be told is for whoever made its key, and for nobody while that is not good.";
        return refused(ProblemCode::Forbidden, "id", message);
    };
    let theirs = office.scope(viewer.clone());
    let event = store::event(&office.database, input.event_id).await?;
    let is_seen =
        |places: &std::collections::HashSet<i64>, event: &event::Model| places.contains(&event.position);
    let event = match event {
        Some(event) if is_seen(&seen(&theirs, &[&event], find::always()).await?, &event) => event,
        _ => {
            return refused(
                ProblemCode::NotFound,
                "eventId",
                "There is no Event with this id that its key sees.",
            );
        }
    };
    let condition = match webhook.filter.as_deref() {
        Some(text) => stored::read(text).and_then(|filter| filter.condition(&Asked::new(&theirs), At::TOP)),
        None => Ok(find::always()),
    };
    let condition = match condition {
        Ok(condition) => condition,
        Err(fault) => return refused(ProblemCode::Invalid, "id", &fault.message),
    };
    let matches_filter = is_seen(&seen(&theirs, &[&event], condition).await?, &event);
    let secrets = office.secrets(&webhook);
    if secrets.is_empty() {
        let message =
            "No key of the server opens its secret; give it another one with `webhookSecretRotate`.";
        return refused(ProblemCode::Invalid, "id", message);
    }
    let body = match office.body(viewer, &webhook.query, &event).await {
        Ok(body) => body,
        Err(NoBody::NotNow) => {
            let message = "The database cannot be reached. Try again in a moment.";
            return Err(Fault::new(FaultCode::Unavailable, message));
        }
        Err(NoBody::Refused(why)) => return refused(ProblemCode::Invalid, "id", &why),
    };
    // It is known by another name than what is queued: it was never sent.
    let id = format!("dry_run_{}", input.event_id);
    let headers = signature::headers(&secrets, &id, office.world.now(), body.as_bytes());
    let headers = headers.into_iter().map(|(name, value)| WebhookHeader { name: name.to_owned(), value });
    Ok(Ok(WebhookRequest { url: webhook.url, headers: headers.collect(), body, matches_filter }))
}

#[Object]
impl WebhooksMutation {
    /// Makes a webhook, which is told of each event that its key sees and its filter lets through, in the order of the log,
    /// from now on; and shows the secret with which its messages are verified, this once. REQUIRED or INVALID with the line
    /// and column for a query that cannot run, INVALID for a URL that nothing is sent to, for a filter that its key may not
    /// use and for a key of somebody else or one that is not good any more, FORBIDDEN for whoever calls with a key,
    /// LIMIT_EXCEEDED beyond 100 webhooks.
    #[graphql(directive = needs::apply("webhooks.manage".to_owned()))]
    async fn webhook_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The webhook.")] input: WebhookCreateInput,
        #[graphql(desc = "How to carry it out.")] options: Option<WriteOptions>,
    ) -> Result<WebhookSecretPayload<WebhookCreateInput>, Fault> {
        let (office, secret) = (Office::of(ctx)?, random::<SECRET>()?);
        let found = problems(ctx, input.api_key_id, &input.query, input.filter.as_ref()).await?;
        let (safe, targets) = (Some(office.safe()), office.targets());
        let create = WebhookCreate { input: &input, secret: &secret, safe, targets, found: &found };
        let answer = payload::run(ctx, &create, options.clone()).await?;
        Ok(with_secret(office, answer, &secret, options.as_ref()))
    }

    /// Changes a webhook, disables it or enables it again. Codes as for `webhookCreate`, ILLEGAL_TRANSITION for one that was
    /// deleted. INVALID where it belongs to the key of somebody else and you do more than to disable it: what it is told is
    /// for their eyes; name a key of yours to take it over.
    #[graphql(directive = needs::apply("webhooks.manage".to_owned()))]
    async fn webhook_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The changes.")] input: WebhookUpdateInput,
        #[graphql(desc = "How to carry it out.")] options: Option<WriteOptions>,
    ) -> Result<WebhookPayload<WebhookUpdateInput>, Fault> {
        let found = problems_after(ctx, &input).await?;
        let update = WebhookUpdate { input: &input, targets: Office::of(ctx)?.targets(), found: &found };
        Ok(payload::run(ctx, &update, options).await?.into())
    }

    /// Ends a webhook for good: what waits for it is dropped, its secret is forgotten, its log stays. NOT_FOUND for one that
    /// is not there, FORBIDDEN for whoever calls with a key.
    #[graphql(directive = needs::apply("webhooks.manage".to_owned()))]
    async fn webhook_delete(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which webhook.")] input: WebhookDeleteInput,
        #[graphql(desc = "How to carry it out.")] options: Option<WriteOptions>,
    ) -> Result<WebhookPayload<WebhookDeleteInput>, Fault> {
        Ok(payload::run(ctx, &input, options).await?.into())
    }

    /// Gives a webhook another secret, and shows it this once. For 24 hours its messages carry two signatures, that of the
    /// new secret first; then the one before is good no more. ILLEGAL_TRANSITION for one that was deleted, FORBIDDEN for
    /// whoever calls with a key.
    #[graphql(directive = needs::apply("webhooks.manage".to_owned()))]
    async fn webhook_secret_rotate(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which webhook.")] input: WebhookSecretRotateInput,
        #[graphql(desc = "How to carry it out.")] options: Option<WriteOptions>,
    ) -> Result<WebhookSecretPayload<WebhookSecretRotateInput>, Fault> {
        let (office, secret) = (Office::of(ctx)?, random::<SECRET>()?);
        let rotate = SecretRotate { input: &input, secret: &secret, safe: office.safe() };
        let answer = payload::run(ctx, &rotate, options.clone()).await?;
        Ok(with_secret(office, answer, &secret, options.as_ref()))
    }

    /// Shows the message that a webhook would be sent of an event at this moment, signed, and sends nothing. NOT_FOUND for an
    /// event that its key does not see, FORBIDDEN where the key is not yours or not good any more, INVALID where its query
    /// comes to nothing or no key of the server opens its secret, ILLEGAL_TRANSITION for one that was deleted.
    #[graphql(directive = needs::apply("webhooks.manage".to_owned()))]
    async fn webhook_dry_run(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which message.")] input: WebhookDryRunInput,
    ) -> Result<WebhookDryRunPayload, Fault> {
        let (request, problem) = match message(Scope::of(ctx)?, Office::of(ctx)?, &input).await? {
            Ok(request) => (Some(request), None),
            Err(problem) => (None, Some(problem)),
        };
        Ok(WebhookDryRunPayload { request, user_errors: problem.into_iter().collect(), event: None })
    }

    /// Queues a message again, whatever became of it, or tries one at once that waits. Receivers get it under the same id as
    /// before. While its webhook is disabled it waits. NOT_FOUND for one that is not there, ILLEGAL_TRANSITION where its
    /// webhook was deleted, FORBIDDEN for whoever calls with a key.
    #[graphql(directive = needs::apply("webhooks.manage".to_owned()))]
    async fn webhook_redeliver(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which message.")] input: WebhookRedeliverInput,
        #[graphql(desc = "How to carry it out.")] options: Option<WriteOptions>,
    ) -> Result<WebhookDeliveryPayload<WebhookRedeliverInput>, Fault> {
        Ok(payload::run(ctx, &input, options).await?.into())
    }
}
