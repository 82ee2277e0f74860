//! A stream of server-sent events: `graphql-sse` in its distinct connections mode, one operation a request.
//!
//! What is wrong with the HTTP request, with who sends it or with our side has its status, as without a stream. What
//! is wrong with the GraphQL request comes as an event, because browsers show no page the body of an error.

use std::{collections::VecDeque, convert::Infallible, sync::Arc, time::Instant};

use actix_web::{
    HttpRequest, HttpResponse,
    http::{
        Method, StatusCode,
        header::{self, HeaderName},
    },
    web::{self, Bytes, Data},
};
use async_graphql::{Response, parser::types::OperationType};
use futures_util::stream;
use tokio::sync::{mpsc, watch};
use tokio::time::{Interval, MissedTickBehavior, interval};

use super::is_from_here;
use super::places::{Holder, Place};
use crate::access::Caller;
use crate::access::token::refused;
use crate::graphql::limits::{Limits, server_error};
use crate::graphql::live::{self, Farewell, Line, Told, Update, failure};
use crate::graphql::{Fault, FaultCode};
use crate::http::answer::Refusal;
use crate::http::graphql::{
    Prepared, Seen, came_of, codes, execute, in_time, meter_of, no_good_token, no_mutation, prepare, render,
    report, sent,
};
use crate::http::negotiate::Media;
use crate::http::parameters::Sent;
use crate::http::{Backend, State};

/// Says that nothing has happened, so that nobody in between gives the connection up.
const NOTHING: &str = ":\n\n";
/// The end of an operation.
const COMPLETE: &str = "event: complete\ndata:\n\n";
/// Asks reverse proxies to pass on what comes as it comes.
const X_ACCEL_BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");

/// The handler.
pub async fn open<B: Backend>(
    state: Data<State<B>>,
    request: &HttpRequest,
    payload: web::Payload,
) -> HttpResponse {
    let started = Instant::now();
    let mut seen = Seen::default();
    let (response, codes) = match begin(&state, request, payload, &mut seen).await {
        Ok(Begun::Answer(response)) => {
            let codes = codes(&response.errors);
            (once(next(&live::payload(*response, &state.settings.limits))), codes)
        }
        Ok(Begun::Flow(flow)) => (flow.response(), Vec::new()),
        Err(refusal) if refusal.is_about_the_text() => {
            let codes = codes(&refusal.errors);
            (once(next(&errors_alone(&failure(refusal.errors, &state.settings.limits)))), codes)
        }
        Err(refusal) => render(&state, Media::Json, Err(refusal), None),
    };
    report(&state, &meter_of(request), &seen, response.status(), &codes, started.elapsed());
    response
}

/// What a request comes to.
enum Begun<B: Backend> {
    Answer(Box<Response>),
    Flow(Box<Flow<B>>),
}

async fn begin<B: Backend>(
    state: &Data<State<B>>,
    request: &HttpRequest,
    payload: web::Payload,
    seen: &mut Seen,
) -> Result<Begun<B>, Refusal> {
    if !is_from_here(state, request.headers()) {
        return Err(Refusal::http(StatusCode::FORBIDDEN, "Pages of this origin may not connect."));
    }
    let sent = sent(state, request, payload).await?;
    in_time(state.settings.deadline, operate(state, request, sent, seen)).await
}

async fn operate<B: Backend>(
    state: &Data<State<B>>,
    http: &HttpRequest,
    sent: Sent<'_>,
    seen: &mut Seen,
) -> Result<Begun<B>, Refusal> {
    let backend = &state.backend;
    let caller = Caller { address: state.settings.proxies.address_of(http) };
    let header = http.headers().get(header::AUTHORIZATION);
    // What is no text is no token either.
    let header = header.map(|value| value.to_str().unwrap_or_default());
    let guest = backend.welcome(header, &caller).await.map_err(no_good_token)?;
    let viewer = backend.viewer_of(&guest);
    let prepared = prepare(state, viewer.as_ref(), &caller, &sent, seen)?;
    let operation = prepared.operation;
    if operation == OperationType::Mutation && *http.method() == Method::GET {
        return Err(no_mutation());
    }
    if operation != OperationType::Subscription {
        let response = execute(state, prepared, viewer, caller).await;
        return Ok(Begun::Answer(Box::new(came_of(response, &state.settings.limits)?)));
    }
    Ok(Begun::Flow(flow(state, prepared, guest, &caller).await?))
}

/// Subscribes somebody, who is told in a stream.
pub async fn flow<B: Backend>(
    state: &State<B>,
    prepared: Prepared,
    guest: B::Guest,
    caller: &Caller,
) -> Result<Box<Flow<B>>, Refusal> {
    let backend = &state.backend;
    let holder = match backend.viewer_of(&guest) {
        Some(viewer) => Holder::Known(backend.name_of(&viewer)),
        None => Holder::Network(caller.network()),
    };
    let place = state.staying.take(holder);
    let place = place.map_err(|full| Fault::new(FaultCode::Unavailable, full.message()))?;
    // Before anything else: who is bidden farewell meanwhile is gone, and hears it.
    let farewell = backend.farewell(&guest);
    let (to, told) = mpsc::channel(state.settings.live.queue);
    let line = Line { operation: Arc::from(""), cost: prepared.cost, to };
    let subscription = backend.subscribe(&guest, prepared.request, line).await.map_err(Refusal::graphql)?;
    let mut pings = interval(state.settings.live.ping);
    pings.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let limits = state.settings.limits.clone();
    let held = (subscription, guest, place);
    // The first says at once that all is well.
    let ready = VecDeque::from([Bytes::from_static(NOTHING.as_bytes())]);
    Ok(Box::new(Flow { told, farewell, pings, limits, ready, ends: false, held: Some(held) }))
}

/// What comes over a connection, one piece after another.
pub struct Flow<B: Backend> {
    told: mpsc::Receiver<Told>,
    farewell: watch::Receiver<Option<Farewell>>,
    pings: Interval,
    limits: Limits,
    ready: VecDeque<Bytes>,
    ends: bool,
    /// What ends when the connection does.
    held: Option<(B::Subscription, B::Guest, Place)>,
}

impl<B: Backend> Flow<B> {
    /// The answer, which goes on for as long as the connection does.
    pub fn response(self: Box<Self>) -> HttpResponse {
        let pieces = stream::unfold(self, |mut flow| async move {
            let piece = flow.piece().await?;
            Some((Ok::<_, Infallible>(piece), flow))
        });
        head().streaming(pieces)
    }

    async fn piece(&mut self) -> Option<Bytes> {
        loop {
            if let Some(piece) = self.ready.pop_front() {
                return Some(piece);
            }
            if self.ends {
                self.held = None;
                return None;
            }
            tokio::select! {
                told = self.told.recv() => match told {
                    Some(Told { update: Update::Next(payload), .. }) => self.ready.push_back(next(&payload)),
                    Some(Told { update: Update::Failed(errors), .. }) => self.end_with(&errors, true),
                    None => self.ends = true,
                },
                // Whenever it was said, also before anybody listened.
                why = bidden(&mut self.farewell) => match why {
                    Some(why) => self.bid_farewell(why),
                    None => self.ends = true,
                },
                _ = self.pings.tick() => self.ready.push_back(Bytes::from_static(NOTHING.as_bytes())),
            }
        }
    }

    fn end_with(&mut self, errors: &str, is_complete: bool) {
        self.ready.push_back(next(&errors_alone(errors)));
        if is_complete {
            self.ready.push_back(Bytes::from_static(COMPLETE.as_bytes()));
        }
        self.ends = true;
    }

    /// Who is to come again finds the stream broken off, and no end of the operation.
    fn bid_farewell(&mut self, why: Farewell) {
        let (fault, is_complete) = match why {
            Farewell::NotWelcome => (refused(), true),
            Farewell::TooSlow => {
                let message = "You take in less than you are told. Go on after your last cursor.";
                (Fault::new(FaultCode::Throttled, message), false)
            }
            Farewell::Closing => {
                self.ends = true;
                return;
            }
        };
        self.end_with(&failure(vec![server_error(fault)], &self.limits), is_complete);
    }
}

/// Waits until somebody has to go; none where nobody is left to say so.
async fn bidden(farewell: &mut watch::Receiver<Option<Farewell>>) -> Option<Farewell> {
    *farewell.wait_for(Option::is_some).await.ok()?
}

fn head() -> actix_web::HttpResponseBuilder {
    let mut response = HttpResponse::Ok();
    response
        .insert_header((header::CONTENT_TYPE, "text/event-stream; charset=utf-8"))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::VARY, "Accept"))
        // Compressed, events would wait for others to be compressed with.
        .insert_header((header::CONTENT_ENCODING, "identity"))
        .insert_header((X_ACCEL_BUFFERING, "no"));
    response
}

/// One event and the end.
fn once(event: Bytes) -> HttpResponse {
    head().body([event, Bytes::from_static(COMPLETE.as_bytes())].concat())
}

/// JSON has no line ends but escaped ones, so that it fits the one line of an event.
fn next(payload: &str) -> Bytes {
    ["event: next\ndata: ", payload, "\n\n"].concat().into()
}

fn errors_alone(errors: &str) -> String {
    [r#"{"errors":"#, errors, "}"].concat()
}
