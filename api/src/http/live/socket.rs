//! A WebSocket that speaks `graphql-transport-ws`.
//!
//! One task holds a connection. It never waits for a client without looking whether that client has to go, and it
//! keeps one bounded queue of messages for all operations of the connection. Each operation runs in a task of its own, so
//! that none of them stands still, with a transaction open, because the client takes nothing in.

use std::{
    collections::HashMap,
    convert::Infallible,
    sync::Arc,
    time::{Duration, Instant},
};

use actix_web::{
    HttpRequest, HttpResponse,
    http::{StatusCode, header},
    rt,
    web::{self, Data},
};
use actix_ws::{Closed, Message, MessageStream, ProtocolError, Session};
use async_graphql::parser::types::OperationType;
use serde_json::Value;
use tokio::sync::{mpsc, watch};
use tokio::task::{AbortHandle, JoinError, JoinSet};
use tokio::time::{MissedTickBehavior, interval, sleep, timeout};

use super::is_from_here;
use super::places::{Holder, Place};
use super::protocol::{self, End, Said};
use super::whole::{Came, Whole};
use crate::access::Caller;
use crate::graphql::limits::server_error;
use crate::graphql::live::{Farewell, Line, Told, Update, failure, payload};
use crate::graphql::{Fault, FaultCode};
use crate::http::answer::{self, Refusal};
use crate::http::graphql::{Seen, came_of, codes, execute, in_time, prepare, report};
use crate::http::parameters::Sent;
use crate::http::{Backend, State};
use crate::store::meter::{Meter, measured};

/// How many operations of a connection may run at once.
const MOST_OPERATIONS: usize = 100;
/// How long the last message of the server may take.
const LAST: Duration = Duration::from_secs(1);
/// What a connection costs whoever opens it, in points.
const UPGRADE: u64 = 1;
/// The longest message, in bytes, that does not begin an operation, or comes from somebody who has not signed in.
const SMALL: usize = 8 * 1024;

/// Answers the handshake, and talks from there on.
pub fn open<B: Backend>(state: Data<State<B>>, request: &HttpRequest, payload: web::Payload) -> HttpResponse {
    if !is_from_here(&state, request.headers()) {
        return answer::plain(StatusCode::FORBIDDEN, "Pages of this origin may not connect.");
    }
    let offered = request.headers().get_all(header::SEC_WEBSOCKET_PROTOCOL);
    let mut offered = offered.filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(','));
    if !offered.any(|name| name.trim() == protocol::NAME) {
        return answer::plain(StatusCode::BAD_REQUEST, "Offer the protocol `graphql-transport-ws`.");
    }
    let caller = Caller { address: state.settings.proxies.address_of(request) };
    if let Err(fault) = state.backend.charge(None, &caller, UPGRADE, 0) {
        return answer::plain(StatusCode::TOO_MANY_REQUESTS, &fault.message);
    }
    let place = match state.staying.take(Holder::Network(caller.network())) {
        Ok(place) => place,
        Err(full) => return answer::plain(StatusCode::SERVICE_UNAVAILABLE, full.message()),
    };
    match actix_ws::handle_with_protocols(request, payload, &[protocol::NAME]) {
        Err(error) => {
            answer::plain(error.as_response_error().status_code(), "This is no handshake of a WebSocket.")
        }
        Ok((response, session, messages)) => {
            let messages = messages.max_frame_size(SMALL);
            let header = request.headers().get(header::AUTHORIZATION);
            let (to, told) = mpsc::channel(state.settings.live.queue);
            let talk = Talk {
                caller,
                place,
                whole: Whole::default(),
                // What is no text is no token either.
                header: header.map(|value| value.to_str().unwrap_or_default().to_owned()),
                state,
                session,
                guest: None,
                farewell: None,
                operations: HashMap::new(),
                to,
            };
            rt::spawn(talk.go_on(messages, told));
            response
        }
    }
}

/// Why a talk stops.
enum Stop {
    /// The client is gone.
    Gone,
    /// The client said goodbye, and hears it back.
    Closed(Option<actix_ws::CloseReason>),
    /// The server ends it.
    End(End),
}

impl From<End> for Stop {
    fn from(end: End) -> Self {
        Self::End(end)
    }
}

/// What has become of an operation.
enum Outcome<B: Backend> {
    Answer(Arc<str>),
    Refused(Arc<str>),
    Subscribed(B::Subscription),
}

/// What runs, and which operation it is.
type Running<B> = JoinSet<(Arc<str>, Outcome<B>)>;

/// An operation of a connection, which ends when this is dropped.
struct Operation<B: Backend> {
    /// The very text that its messages are told under: a second operation may have the same id later, and is not told
    /// what was meant for the first.
    key: Arc<str>,
    stop: AbortHandle,
    /// A subscription is held for as long as it goes on.
    subscription: Option<B::Subscription>,
}

impl<B: Backend> Drop for Operation<B> {
    fn drop(&mut self) {
        self.stop.abort();
    }
}

/// One connection.
struct Talk<B: Backend> {
    state: Data<State<B>>,
    caller: Caller,
    place: Place,
    header: Option<String>,
    session: Session,
    whole: Whole,
    guest: Option<Arc<B::Guest>>,
    farewell: Option<watch::Receiver<Option<Farewell>>>,
    /// Those that go on, by their ids.
    operations: HashMap<Arc<str>, Operation<B>>,
    to: mpsc::Sender<Told>,
}

/// Waits until somebody has to go, who may be nobody yet.
async fn told_to_go(farewell: &mut Option<watch::Receiver<Option<Farewell>>>) -> Farewell {
    if let Some(farewell) = farewell
        && let Ok(why) = farewell.wait_for(Option::is_some).await
        && let Some(why) = *why
    {
        return why;
    }
    std::future::pending().await
}

impl<B: Backend> Talk<B> {
    async fn go_on(mut self, messages: MessageStream, mut told: mpsc::Receiver<Told>) {
        let Err(stop) = self.talk(messages, &mut told).await;
        self.operations.clear();
        let reason = match stop {
            Stop::Gone => return,
            Stop::Closed(reason) => reason,
            Stop::End(end) => Some(end.reason()),
        };
        // Who takes in nothing does not hear this either, and finds the connection closed.
        let _ = timeout(LAST, self.session.close(reason)).await;
    }

    async fn talk(
        &mut self,
        mut messages: MessageStream,
        told: &mut mpsc::Receiver<Told>,
    ) -> Result<Infallible, Stop> {
        let settings = self.state.settings.live.clone();
        let init = sleep(settings.init_timeout);
        tokio::pin!(init);
        let mut pings = interval(settings.ping);
        pings.set_missed_tick_behavior(MissedTickBehavior::Delay);
        pings.tick().await;
        let mut heard = Instant::now();
        let mut running: Running<B> = JoinSet::new();
        let mut most = SMALL;
        loop {
            tokio::select! {
                message = messages.recv() => {
                    heard = Instant::now();
                    self.hear(message, most, &mut running).await?;
                    if most == SMALL && self.is_known() {
                        most = self.state.settings.max_body_bytes.max(SMALL);
                        messages = messages.max_frame_size(most);
                    }
                }
                Some(told) = told.recv() => self.pass_on(told).await?,
                Some(done) = running.join_next() => self.settle(done).await?,
                why = told_to_go(&mut self.farewell) => return Err(End::from(why).into()),
                () = &mut init, if self.guest.is_none() => return Err(End::InitTimeout.into()),
                _ = pings.tick() => {
                    if heard.elapsed() > settings.ping * 2 {
                        return Err(Stop::Gone);
                    }
                    self.ping().await?;
                }
            }
        }
    }

    /// Whether somebody is connected who has shown who they are.
    fn is_known(&self) -> bool {
        let guest = self.guest.as_ref();
        guest.is_some_and(|guest| self.state.backend.viewer_of(guest).is_some())
    }

    async fn hear(
        &mut self,
        frame: Option<Result<Message, ProtocolError>>,
        most: usize,
        running: &mut Running<B>,
    ) -> Result<(), Stop> {
        let text = match self.whole.take(frame.ok_or(Stop::Gone)?, most)? {
            Came::Text(text) => text,
            Came::Ping(bytes) => return self.pong(&bytes).await,
            Came::Nothing => return Ok(()),
            Came::Close(reason) => return Err(Stop::Closed(reason)),
        };
        let said = protocol::read(&text).map_err(End::BadMessage)?;
        if text.len() > SMALL && !matches!(said, Said::Subscribe(..)) {
            return Err(End::TooLarge.into());
        }
        match said {
            Said::Init(authorization) => self.init(authorization).await,
            Said::Ping(payload) => self.say(protocol::pong(payload)).await,
            Said::Pong => Ok(()),
            Said::Subscribe(id, parameters) => self.begin(id, parameters, text.len(), running).await,
            Said::Complete(id) => {
                self.operations.remove(id.as_str());
                Ok(())
            }
        }
    }

    async fn init(&mut self, authorization: Option<String>) -> Result<(), Stop> {
        if self.guest.is_some() {
            return Err(End::TooManyInits.into());
        }
        let authorization = authorization.or_else(|| self.header.take());
        let welcome = self.state.backend.welcome(authorization.as_deref(), &self.caller);
        let meter = Meter::new((self.state.settings.request_ids)());
        let guest = match timeout(self.state.settings.deadline, measured(meter, welcome)).await {
            Ok(Ok(guest)) => guest,
            Ok(Err(fault)) => {
                let come_again = matches!(
                    fault.code,
                    FaultCode::Unavailable | FaultCode::Internal | FaultCode::Throttled | FaultCode::Timeout
                );
                let end =
                    if come_again { End::TryAgain(fault.message) } else { End::Forbidden(fault.message) };
                return Err(end.into());
            }
            Err(_) => return Err(End::TryAgain("Signing in took too long.".to_owned()).into()),
        };
        if let Some(viewer) = self.state.backend.viewer_of(&guest) {
            let name = self.state.backend.name_of(&viewer);
            self.place.pass_to(name).map_err(|full| End::TryAgain(full.message().to_owned()))?;
        }
        self.farewell = Some(self.state.backend.farewell(&guest));
        self.guest = Some(Arc::new(guest));
        self.say(protocol::ACK.to_owned()).await
    }

    async fn begin(
        &mut self,
        id: String,
        parameters: Value,
        size: usize,
        running: &mut Running<B>,
    ) -> Result<(), Stop> {
        let Some(guest) = self.guest.clone() else { return Err(End::Unauthorized.into()) };
        if self.operations.contains_key(id.as_str()) {
            return Err(End::Duplicate(id).into());
        }
        if self.operations.len() >= MOST_OPERATIONS {
            let message = format!("A connection has at most {MOST_OPERATIONS} operations at once.");
            let fault = Fault::new(FaultCode::QueryTooComplex, message);
            let errors = failure(vec![server_error(fault)], &self.state.settings.limits);
            return self.say(protocol::error(&id, &errors)).await;
        }
        let key: Arc<str> = id.into();
        let operation = Begun {
            state: Data::clone(&self.state),
            guest,
            caller: self.caller.clone(),
            line: Line { operation: Arc::clone(&key), cost: 0, to: self.to.clone() },
            sent: Sent::Message(parameters, size),
        };
        let named = Arc::clone(&key);
        let stop = running.spawn_local(async move { (named, operation.run().await) });
        let begun = Operation { key: Arc::clone(&key), stop, subscription: None };
        self.operations.insert(key, begun);
        Ok(())
    }

    /// Whether this very operation goes on, and not another under the same id.
    fn goes_on(&self, key: &Arc<str>) -> bool {
        self.operations.get(key).is_some_and(|own| Arc::ptr_eq(&own.key, key))
    }

    async fn settle(&mut self, done: Result<(Arc<str>, Outcome<B>), JoinError>) -> Result<(), Stop> {
        let (key, outcome) = match done {
            Ok((key, outcome)) => (key, outcome),
            // The client did not wait for it.
            Err(error) if error.is_cancelled() => return Ok(()),
            Err(_) => return Err(End::TryAgain("An operation has failed on our side.".to_owned()).into()),
        };
        let key = &key;
        if !self.goes_on(key) {
            return Ok(());
        }
        match outcome {
            Outcome::Answer(payload) => {
                self.operations.remove(key);
                self.say(protocol::next(key, &payload)).await?;
                self.say(protocol::complete(key)).await
            }
            Outcome::Refused(errors) => {
                self.operations.remove(key);
                self.say(protocol::error(key, &errors)).await
            }
            Outcome::Subscribed(subscription) => {
                if let Some(operation) = self.operations.get_mut(key) {
                    operation.subscription = Some(subscription);
                }
                Ok(())
            }
        }
    }

    async fn pass_on(&mut self, told: Told) -> Result<(), Stop> {
        let Told { operation, update } = told;
        if !self.goes_on(&operation) {
            return Ok(());
        }
        match update {
            Update::Next(payload) => self.say(protocol::next(&operation, &payload)).await,
            Update::Failed(errors) => {
                self.operations.remove(&operation);
                self.say(protocol::error(&operation, &errors)).await
            }
        }
    }

    async fn say(&mut self, text: String) -> Result<(), Stop> {
        let patience = self.state.settings.live.patience;
        sent(self.session.text(text), patience, &mut self.farewell).await
    }

    async fn ping(&mut self) -> Result<(), Stop> {
        let patience = self.state.settings.live.patience;
        sent(self.session.ping(b""), patience, &mut self.farewell).await
    }

    async fn pong(&mut self, bytes: &[u8]) -> Result<(), Stop> {
        let patience = self.state.settings.live.patience;
        sent(self.session.pong(bytes), patience, &mut self.farewell).await
    }
}

/// Waits until something is on its way, for as long as that may take and the client may stay.
async fn sent(
    sending: impl Future<Output = Result<(), Closed>>,
    patience: Duration,
    farewell: &mut Option<watch::Receiver<Option<Farewell>>>,
) -> Result<(), Stop> {
    tokio::select! {
        sent = timeout(patience, sending) => match sent {
            Ok(sent) => sent.map_err(|_| Stop::Gone),
            Err(_) => Err(End::TooSlow.into()),
        },
        why = told_to_go(farewell) => Err(End::from(why).into()),
    }
}

/// An operation that begins.
struct Begun<B: Backend> {
    state: Data<State<B>>,
    guest: Arc<B::Guest>,
    caller: Caller,
    line: Line,
    sent: Sent<'static>,
}

impl<B: Backend> Begun<B> {
    /// Runs under a meter of its own, and leaves a line in the log as every request does.
    async fn run(self) -> Outcome<B> {
        let started = Instant::now();
        let state = Data::clone(&self.state);
        let meter = Meter::new((state.settings.request_ids)());
        let mut seen = Seen::default();
        let work = in_time(state.settings.deadline, self.operate(&mut seen));
        let (outcome, status, codes) = match measured(Arc::clone(&meter), work).await {
            Ok((outcome, codes)) => (outcome, StatusCode::OK, codes),
            Err(refusal) => {
                let codes = codes(&refusal.errors);
                (Outcome::Refused(failure(refusal.errors, &state.settings.limits)), refusal.status, codes)
            }
        };
        report(&state, &meter, &seen, status, &codes, started.elapsed());
        outcome
    }

    async fn operate(self, seen: &mut Seen) -> Result<(Outcome<B>, Vec<FaultCode>), Refusal> {
        let backend = &self.state.backend;
        let viewer = backend.viewer_of(&self.guest);
        let prepared = prepare(&self.state, viewer.as_ref(), &self.caller, &self.sent, seen)?;
        if prepared.operation == OperationType::Subscription {
            let line = Line { cost: prepared.cost, ..self.line };
            let subscription = backend.subscribe(&self.guest, prepared.request, line).await;
            let subscription = subscription.map_err(Refusal::graphql)?;
            return Ok((Outcome::Subscribed(subscription), Vec::new()));
        }
        // Rights are looked up as for any other request: what is known of a guest is as old as the last event.
        let viewer = backend.viewer_now(&self.guest).await.map_err(Refusal::from)?;
        let limits = &self.state.settings.limits;
        let response = came_of(execute(&self.state, prepared, viewer, self.caller).await, limits)?;
        let codes = codes(&response.errors);
        Ok((Outcome::Answer(payload(response, limits)), codes))
    }
}
