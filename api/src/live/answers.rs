//! Working out what somebody is told: which events are about what they ask, and the answer of each.

use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use async_graphql::parser::types::{ExecutableDocument, OperationDefinition, Selection};
use async_graphql::{Name, Request, Response, ServerError, Value, Variables};
use futures_util::FutureExt as _;
use futures_util::stream::{BoxStream, StreamExt as _};
use tokio::sync::Semaphore;
use tokio::time::Instant;

use super::feed::Happened;
use super::guests::Sight;
use super::{Schemas, Settings};
use crate::access::Viewer;
use crate::events::interest::{Interest, Turn};
use crate::events::sight::seen;
use crate::graphql::limits::server_error;
use crate::graphql::live::payload;
use crate::graphql::{Fault, FaultCode};
use crate::store::meter::{Meter, measured};
use crate::store::{Database, Scope, World, find};

/// For how long an answer is tried anew that the database did not give.
const PATIENCE: Duration = Duration::from_mins(1);
/// How many bytes of an answer cost a point.
const BYTES_FOR_A_POINT: usize = 1024;
/// How long to wait between two tries.
const TROUBLE: Duration = Duration::from_millis(250);

/// What somebody asks, ready to be asked again for each event.
pub(super) struct Question {
    query: String,
    operation: Option<String>,
    variables: Variables,
    document: ExecutableDocument,
}

/// Something that is true of the one who asked for it, or of all who have the same rights.
pub(super) struct Found<T> {
    pub(super) what: T,
    /// Whether it was asked who they are, so that it holds for nobody else.
    pub(super) is_personal: bool,
}

impl Question {
    /// What an admitted request asks.
    pub(super) fn new(mut request: Request) -> Result<Self, Vec<ServerError>> {
        let document = request.parsed_query().map_err(|error| vec![error])?.clone();
        let Request { query, operation_name, variables, .. } = request;
        Ok(Self { query, operation: operation_name, variables, document })
    }

    fn request(&self) -> Request {
        let mut request = Request::new(self.query.clone()).variables(self.variables.clone());
        request.operation_name.clone_from(&self.operation);
        request.set_parsed_query(self.document.clone());
        request
    }

    /// The same for all who ask the same: where they begin does not count, as long as the cursor comes in a variable
    /// that says nothing else.
    pub(super) fn key(&self) -> Arc<str> {
        let mut variables = self.variables.clone();
        if let Some(cursor) = self.cursor_variable().filter(|name| self.mentions(name) == 2) {
            variables.remove(cursor.as_str());
        }
        let variables = serde_json::to_string(&variables).unwrap_or_default();
        let operation = self.operation.as_deref().unwrap_or_default();
        [operation, "\0", &variables, "\0", &self.query].concat().into()
    }

    fn chosen(&self) -> Option<&OperationDefinition> {
        let mut operations = self.document.operations.iter();
        let is_it = |name: Option<&str>| self.operation.is_none() || self.operation.as_deref() == name;
        operations.find(|(name, _)| is_it(name.map(Name::as_str))).map(|(_, operation)| &operation.node)
    }

    /// The variable that holds the cursor.
    fn cursor_variable(&self) -> Option<String> {
        let root = self.chosen()?.selection_set.node.items.first()?;
        let Selection::Field(field) = &root.node else { return None };
        // A variable is written with a dollar, and nothing else begins with one.
        field.node.get_argument("after")?.node.to_string().strip_prefix('$').map(str::to_owned)
    }

    /// How often a variable is written: where it is declared, and where it is used.
    fn mentions(&self, name: &str) -> usize {
        let is_name = |letter: char| letter == '_' || letter.is_ascii_alphanumeric();
        let after = |at: usize| self.query.get(at + name.len() + 1..).and_then(|rest| rest.chars().next());
        self.query
            .match_indices(&format!("${name}"))
            .filter(|(at, _)| !after(*at).is_some_and(is_name))
            .count()
    }
}

/// Works out what people are told.
pub(super) struct Answers {
    pub(super) schemas: Schemas,
    pub(super) database: Database,
    pub(super) world: Arc<World>,
    pub(super) settings: Settings,
    /// How many answers were worked out.
    pub(super) worked_out: AtomicU64,
    /// The places of those that are worked out at once: whoever asks something by themselves has the others.
    pub(super) places: Semaphore,
}

impl Answers {
    fn scope(&self, viewer: Viewer) -> Scope {
        Scope::new(self.database.clone(), Arc::clone(&self.world), viewer)
    }

    fn run(&self, question: &Question, viewer: Viewer, turn: Turn) -> BoxStream<'static, Response> {
        let schema = match turn {
            Turn::Asked(_) => &self.schemas.strict,
            Turn::Told(_) => &self.schemas.checked,
        };
        schema.execute_stream(question.request().data(self.scope(viewer)).data(turn))
    }

    /// What the question is about, for somebody who may ask it.
    pub(super) async fn interest(
        &self,
        question: &Question,
        viewer: Viewer,
    ) -> Result<Interest, Vec<ServerError>> {
        let (turn, slot) = Turn::asked();
        let mut answers = self.run(question, viewer, turn);
        while let Some(answer) = answers.next().await {
            if !answer.errors.is_empty() {
                return Err(answer.errors);
            }
        }
        let interest = slot.lock().unwrap_or_else(PoisonError::into_inner).take();
        interest.ok_or_else(|| vec![server_error(Fault::internal("a subscription without an interest"))])
    }

    /// Those of these events that somebody may see and wants to be told of.
    pub(super) async fn wanted(
        &self,
        interest: &Interest,
        sight: &Sight,
        events: &[Happened],
    ) -> Result<Found<Vec<Happened>>, Fault> {
        let is_near = |event: &Happened| interest.within.is_none() || event.within_id == interest.within;
        let mut events: Vec<Happened> = events.iter().filter(|event| is_near(event)).cloned().collect();
        let (viewer, asked) = sight.viewer.watched();
        if !events.is_empty() {
            let scope = self.scope(viewer);
            let which = interest.condition(&scope)?.unwrap_or_else(find::always);
            let asked_about: Vec<_> = events.iter().map(AsRef::as_ref).collect();
            let place = self.places.acquire().await;
            let places = seen(&scope, &asked_about, which).await?;
            drop(place);
            events.retain(|event| places.contains(&event.position));
        }
        if interest.together {
            events = events.pop().into_iter().collect();
        }
        Ok(Found { what: events, is_personal: asked.load(Ordering::Relaxed) })
    }

    /// What somebody is told of this event; none where there is nothing to tell, or nobody left who waits for it.
    ///
    /// # Errors
    /// UNAVAILABLE where the database could not be asked for too long. Nobody is told that instead of the event: who
    /// goes on after their last cursor is told of the event then.
    pub(super) async fn answer(
        &self,
        question: &Question,
        sight: &Sight,
        event: &Happened,
        is_waited_for: &(dyn Fn() -> bool + Sync),
    ) -> Result<Found<Option<Arc<str>>>, Fault> {
        let began = Instant::now();
        loop {
            let (viewer, asked) = sight.viewer.watched();
            let meter = Meter::new(event.id.to_string());
            let mut answers = self.run(question, viewer, Turn::Told(Arc::clone(event)));
            let work = AssertUnwindSafe(measured(meter, async move { answers.next().await })).catch_unwind();
            let place = self.places.acquire().await;
            let response = match tokio::time::timeout(self.settings.deadline, work).await {
                Ok(Ok(response)) => response,
                Ok(Err(_)) => Some(failed(Fault::internal("a panic while somebody was to be told"))),
                Err(_) => Some(failed(Fault::new(FaultCode::Timeout, "The answer took too long."))),
            };
            drop(place);
            if response.as_ref().is_some_and(is_without_database) {
                if !is_waited_for() {
                    return Ok(Found { what: None, is_personal: true });
                }
                if began.elapsed() > PATIENCE {
                    let message = "The database cannot be asked. Go on after your last cursor.";
                    return Err(Fault::new(FaultCode::Unavailable, message));
                }
                tokio::time::sleep(TROUBLE).await;
                continue;
            }
            self.worked_out.fetch_add(1, Ordering::Relaxed);
            let what = response.map(|response| payload(response, &self.settings.limits));
            return Ok(Found { what, is_personal: asked.load(Ordering::Relaxed) });
        }
    }
}

/// What it costs to tell somebody of something that costs so much to work out, for so many who are told alike: a share of
/// that, and what lies in their queue.
pub(super) fn price(cost: u64, alike: usize, answer: Option<&Arc<str>>) -> u64 {
    let sharers = u64::try_from(alike).unwrap_or(u64::MAX).max(1);
    let length = answer.map_or(0, |answer| answer.len() / BYTES_FOR_A_POINT);
    cost.div_ceil(sharers).saturating_add(u64::try_from(length).unwrap_or(u64::MAX))
}

fn failed(fault: Fault) -> Response {
    Response::from_errors(vec![server_error(fault)])
}

fn is_without_database(response: &Response) -> bool {
    response.errors.iter().any(|error| {
        let code = error.extensions.as_ref().and_then(|extensions| extensions.get("code"));
        matches!(code, Some(Value::String(code)) if code == FaultCode::Unavailable.as_str())
    })
}
