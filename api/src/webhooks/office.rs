//! What all parts of the room share: the settings, the safe, and what a key is told of an event.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use async_graphql::{Context, Response, Value};
use chrono::SecondsFormat;
use futures_util::FutureExt as _;
use serde_json::json;
use tutti_entity::events::event;
use tutti_entity::ids::EventId;
use tutti_entity::webhooks::webhook;

use super::document::{self, Rules};
use super::rules::networks::Targets;
use super::safe::Safe;
use super::settings::Settings;
use crate::access::Viewer;
use crate::graphql::limits::{SchemaIndex, trim_errors};
use crate::graphql::{Fault, FaultCode, Problem, ProblemCode};
use crate::schema::TuttiSchema;
use crate::store::meter::{Meter, measured};
use crate::store::{Database, Scope, World};

/// How large a message is at most, in bytes.
const LARGEST_BODY: usize = 1024 * 1024;

/// What became of messages in this process.
#[derive(Debug, Default)]
pub struct Counts {
    /// Those that were taken.
    pub delivered: AtomicU64,
    /// Attempts in vain.
    pub failed: AtomicU64,
    /// Those that are on their way.
    pub on_their_way: AtomicU64,
}

/// What all parts of the room share.
pub struct Office {
    schema: TuttiSchema,
    index: Arc<SchemaIndex>,
    pub(super) database: Database,
    pub(super) world: Arc<World>,
    pub(super) safe: Safe,
    pub(super) settings: Settings,
    /// What became of messages in this process.
    pub counts: Counts,
}

impl std::fmt::Debug for Office {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Office").field("settings", &self.settings).finish_non_exhaustive()
    }
}

/// Why there is no message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum NoBody {
    /// The database cannot be reached: nobody's fault.
    NotNow,
    /// The query comes to nothing, and why.
    Refused(String),
}

/// Whether this is among what is wrong with an answer.
fn has(response: &Response, code: FaultCode) -> bool {
    response.errors.iter().any(|error| {
        let found = error.extensions.as_ref().and_then(|extensions| extensions.get("code"));
        matches!(found, Some(Value::String(found)) if found == code.as_str())
    })
}

impl Office {
    /// With the schema that checks everything, since what was checked once may have been by a release before.
    #[must_use]
    pub fn new(
        (schema, index, database, world): (TuttiSchema, Arc<SchemaIndex>, Database, Arc<World>),
        safe: Safe,
        settings: Settings,
    ) -> Arc<Self> {
        Arc::new(Self { schema, index, database, world, safe, settings, counts: Counts::default() })
    }

    /// The same with other settings.
    #[must_use]
    pub fn with(&self, settings: Settings) -> Arc<Self> {
        let (schema, index) = (self.schema.clone(), Arc::clone(&self.index));
        let (database, world) = (self.database.clone(), Arc::clone(&self.world));
        Self::new((schema, index, database, world), self.safe.clone(), settings)
    }

    /// The office of the house that a request is in.
    pub(super) fn of<'c>(ctx: &Context<'c>) -> Result<&'c Self, Fault> {
        let office = ctx.data_opt::<Arc<Self>>();
        office.map(Arc::as_ref).ok_or_else(|| Fault::internal("a request without an office"))
    }

    /// Where webhooks may lead.
    #[must_use]
    pub fn targets(&self) -> &Targets {
        &self.settings.targets
    }

    /// Seals and opens secrets.
    #[must_use]
    pub fn safe(&self) -> &Safe {
        &self.safe
    }

    /// What somebody sees.
    pub(super) fn scope(&self, viewer: Viewer) -> Scope {
        Scope::new(self.database.clone(), Arc::clone(&self.world), viewer)
    }

    /// What the query answers to whoever asks. Nobody waits for it forever, and a panic in it is a fault like others.
    async fn ask(&self, viewer: Viewer, query: &str, event: EventId) -> Result<Response, Problem> {
        let rules = Rules { index: &self.index, limits: &self.settings.limits };
        let request = document::request(query, event, rules)?.data(self.scope(viewer));
        let meter = Meter::new(event.to_string());
        let asking = AssertUnwindSafe(measured(meter, Box::pin(self.schema.execute(request)))).catch_unwind();
        let failed = |message: &str| Problem::new(ProblemCode::Invalid, "query", message);
        match tokio::time::timeout(self.settings.deadline, asking).await {
            Ok(Ok(response)) => Ok(response),
            Ok(Err(_)) => Err(failed("The query cannot be answered; the log of the server has more of it.")),
            Err(_) => Err(failed("The answer of the query takes too long.")),
        }
    }

    /// What is wrong with a query for whoever has these rights: asked about an event that nobody knows.
    pub(super) async fn problems_of(&self, viewer: Viewer, query: &str) -> Vec<Problem> {
        let nothing = EventId(uuid::Uuid::nil());
        let response = match self.ask(viewer, query, nothing).await {
            Ok(response) => response,
            Err(problem) => return vec![problem],
        };
        let problem = |(message, place): (String, Option<(usize, usize)>)| {
            let told = place.map_or(message.clone(), |(line, column)| document::at(line, column, &message));
            Problem::new(ProblemCode::Invalid, "query", told)
        };
        let errors = trim_errors(response.errors, &self.settings.limits).into_iter();
        let told = errors.map(|error| {
            let place = error.locations.first().map(|place| (place.line, place.column));
            (error.message, place)
        });
        told.map(problem).collect()
    }

    /// The message of an event: what happened and when, and what the query answers.
    ///
    /// # Errors
    /// Why there is none.
    pub(super) async fn body(
        &self,
        viewer: Viewer,
        query: &str,
        event: &event::Model,
    ) -> Result<String, NoBody> {
        let refused = |why: &str| NoBody::Refused(format!("There is nothing to send: {why}"));
        let response =
            self.ask(viewer, query, event.id).await.map_err(|problem| refused(&problem.message))?;
        if has(&response, FaultCode::Unavailable) {
            return Err(NoBody::NotNow);
        }
        // What is missing for no reason of its own is not told as if it were so.
        if has(&response, FaultCode::Timeout) || has(&response, FaultCode::Internal) {
            return Err(refused("a part of it could not be read."));
        }
        let data = response.data.into_json().unwrap_or_default();
        let errors = trim_errors(response.errors, &self.settings.limits);
        if let (true, Some(error)) = (data.is_null(), errors.first()) {
            return Err(refused(&error.message));
        }
        let at = event.at.to_rfc3339_opts(SecondsFormat::AutoSi, true);
        let mut body = json!({ "type": event.action, "timestamp": at, "data": data });
        if let (Some(fields), false) = (body.as_object_mut(), errors.is_empty()) {
            fields.insert("errors".to_owned(), json!(errors));
        }
        let body = body.to_string();
        if body.len() > LARGEST_BODY {
            return Err(refused(&format!(
                "the message has {} bytes, and at most {LARGEST_BODY} are sent.",
                body.len()
            )));
        }
        Ok(body)
    }

    /// The secrets with which a webhook signs at this moment, the newest first; none where no key of the server opens
    /// them.
    pub(super) fn secrets(&self, webhook: &webhook::Model) -> Vec<Vec<u8>> {
        let now = self.world.now();
        let newest = self.safe.open(webhook.id, &webhook.secret);
        let is_good = webhook.former_secret_until.is_some_and(|until| now < until);
        let former = webhook.former_secret.as_deref().filter(|_| is_good && newest.is_some());
        let former = former.and_then(|kept| self.safe.open(webhook.id, kept));
        newest.into_iter().chain(former).map(|opened| opened.secret).collect()
    }

    /// Counts an attempt.
    pub(super) fn count(&self, was_taken: bool) {
        let counted = if was_taken { &self.counts.delivered } else { &self.counts.failed };
        counted.fetch_add(1, Ordering::Relaxed);
    }
}
