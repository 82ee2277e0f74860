//! `/graphql`: one request from its headers to its answer.
//!
//! Nothing runs before the request has been parsed, its sender is known, its limits are kept and its price
//! is paid. It is paid in two parts: what reading costs before anything is read, because a request that is
//! refused has cost that as well, and the rest once the limits know it. Who pays is known by then, so that
//! nobody pays for a stranger behind the same address. What runs is cancelled at the deadline and when the client hangs up; a panic in it is answered as a fault
//! of ours and never drops the connection.

use std::{
    any::Any,
    collections::BTreeMap,
    panic::AssertUnwindSafe,
    pin::pin,
    sync::Arc,
    time::{Duration, Instant},
};

use actix_web::{
    HttpMessage, HttpRequest, HttpResponse,
    http::{
        Method, StatusCode,
        header::{self, HeaderMap},
    },
    web::{self, Data},
};
use async_graphql::{
    Name, Request, Response, ServerError, Value,
    parser::types::{ExecutableDocument, OperationType},
};
use futures_util::FutureExt;

use super::{
    Backend, Rules, State,
    answer::{self, Body, Refusal},
    body,
    live::{self, Streams},
    negotiate::{self, Media},
    parameters::Sent,
};
use crate::{
    access::Caller,
    graphql::{
        Fault, FaultCode,
        limits::{self, Admission, Limits, Shape, admit, trim_errors},
    },
    store::meter::{self, Meter},
};

/// How many bytes to read cost a point. Reading so much of a query takes about as long as answering a
/// field of a row; JSON is several times cheaper.
const BYTES_FOR_A_POINT: usize = 64;

/// What became known about a request on its way, for the log and the metrics.
#[derive(Debug, Default)]
pub struct Seen {
    /// What it asked for, once it was admitted.
    pub admission: Option<Admission>,
    /// Whether somebody is signed in.
    pub signed_in: bool,
}

/// The handler.
pub async fn graphql<B: Backend>(
    state: Data<State<B>>,
    request: HttpRequest,
    payload: web::Payload,
) -> HttpResponse {
    if live::wants_a_socket(&request) {
        return live::socket::open(state, &request, payload);
    }
    let streams = live::streams(request.headers());
    if streams == Streams::All {
        return live::stream::open(state, &request, payload).await;
    }
    let started = Instant::now();
    let mut seen = Seen::default();
    let (media, outcome) = match negotiate::answer_media(request.headers()) {
        Ok(media) => (media, run(&state, &request, payload, streams, &mut seen).await),
        Err(refusal) => (Media::Json, Err(refusal)),
    };
    let outcome = match outcome {
        Ok(Answered::Stream(response)) => {
            report(&state, &meter_of(&request), &seen, response.status(), &[], started.elapsed());
            return response;
        }
        Ok(Answered::Once(response)) => Ok(response),
        Err(refusal) => Err(refusal),
    };
    let shows_cost = request.headers().get("x-tutti-cost").is_some_and(|value| value == "1");
    let cost = seen.admission.as_ref().map(|admission| admission.cost).filter(|_| shows_cost);
    let (response, codes) = render(&state, media, outcome, cost);
    let meter = meter_of(&request);
    report(&state, &meter, &seen, response.status(), &codes, started.elapsed());
    response
}

/// The meter of an HTTP request.
pub(super) fn meter_of(request: &HttpRequest) -> Arc<Meter> {
    request.extensions().get::<Arc<Meter>>().cloned().unwrap_or_default()
}

async fn run<B: Backend>(
    state: &State<B>,
    request: &HttpRequest,
    payload: web::Payload,
    streams: Streams,
    seen: &mut Seen,
) -> Result<Answered, Refusal> {
    let sent = sent(state, request, payload).await?;
    in_time(state.settings.deadline, answer(state, request, sent, streams, seen)).await
}

/// What a request is answered with.
enum Answered {
    /// One answer.
    Once(Response),
    /// One after another.
    Stream(HttpResponse),
}

/// What a request brings with it.
pub(super) async fn sent<'r, B: Backend>(
    state: &State<B>,
    request: &'r HttpRequest,
    payload: web::Payload,
) -> Result<Sent<'r>, Refusal> {
    match *request.method() {
        Method::GET => Ok(Sent::Url(request.query_string())),
        Method::POST => {
            let settings = &state.settings;
            negotiate::check_content_type(request.headers())?;
            let (limit, patience) = (settings.max_body_bytes, settings.body_timeout);
            Ok(Sent::Body(body::read(request.headers(), payload, limit, patience).await?))
        }
        _ => {
            let refusal = Refusal::http(StatusCode::METHOD_NOT_ALLOWED, "Send a POST, or a GET for a query.");
            Err(refusal.with(header::ALLOW, "GET, POST"))
        }
    }
}

/// Does work under a deadline, and keeps a panic in it from the connection.
pub(super) async fn in_time<T>(
    deadline: Duration,
    work: impl Future<Output = Result<T, Refusal>>,
) -> Result<T, Refusal> {
    let mut work = pin!(AssertUnwindSafe(work).catch_unwind());
    let mut steps = meter::steps();
    loop {
        return match tokio::time::timeout(deadline, work.as_mut()).await {
            Ok(Ok(answered)) => answered,
            Ok(Err(panic)) => Err(Fault::internal(panic_text(panic.as_ref())).into()),
            // Long work that tells how far it is goes on for as long as it comes further.
            Err(_) if meter::steps() > steps => {
                steps = meter::steps();
                continue;
            }
            Err(_) => Err(super::too_long(deadline).into()),
        };
    }
}

fn panic_text(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("a panic without text")
}

/// From what was sent to the engine's answer.
async fn answer<B: Backend>(
    state: &State<B>,
    http: &HttpRequest,
    sent: Sent<'_>,
    streams: Streams,
    seen: &mut Seen,
) -> Result<Answered, Refusal> {
    let caller = Caller { address: state.settings.proxies.address_of(http) };
    let viewer = sign_in(state.backend.as_ref(), http.headers(), &caller).await?;
    let prepared = prepare(state, viewer.as_ref(), &caller, &sent, seen)?;
    if prepared.operation == OperationType::Mutation && *http.method() == Method::GET {
        return Err(no_mutation());
    }
    if prepared.operation == OperationType::Subscription && streams == Streams::Subscriptions {
        if !live::is_from_here(state, http.headers()) {
            return Err(Refusal::http(StatusCode::FORBIDDEN, "Pages of this origin may not connect."));
        }
        let header =
            http.headers().get(header::AUTHORIZATION).map(|value| value.to_str().unwrap_or_default());
        let guest = state.backend.welcome(header, &caller).await.map_err(no_good_token)?;
        let flow = live::stream::flow(state, prepared, guest, &caller).await?;
        return Ok(Answered::Stream(flow.response()));
    }
    if prepared.operation == OperationType::Subscription {
        let message =
            "A subscription needs a transport that streams: a WebSocket, or `Accept: text/event-stream`.";
        return Err(Fault::bad_input(message).into());
    }
    Ok(Answered::Once(execute(state, prepared, viewer, caller).await))
}

/// A request that may run.
pub(super) struct Prepared {
    /// The request, its document attached.
    pub request: Request,
    /// What it is.
    pub operation: OperationType,
    /// What it costs, in points.
    pub cost: u64,
    rules: Rules,
    /// Its document, where that is kept once all was well with it.
    new: Option<(String, Arc<ExecutableDocument>, Shape)>,
}

/// Runs it, and remembers the document where all was well with it.
pub(super) async fn execute<B: Backend>(
    state: &State<B>,
    prepared: Prepared,
    viewer: Option<B::Viewer>,
    caller: Caller,
) -> Response {
    let Prepared { request, operation, rules, new, .. } = prepared;
    // What is written is small, and whoever waits for the one writer keeps no reader waiting.
    let is_query = operation == OperationType::Query;
    let _place = if is_query { state.places.acquire().await.ok() } else { None };
    let response = state.backend.execute(request, rules, viewer, caller).await;
    if let Some((text, document, shape)) = new.filter(|_| response.errors.is_empty()) {
        state.documents.keep(&text, document, shape);
    }
    response
}

/// What links and images of other sites could send as well.
pub(super) fn no_mutation() -> Refusal {
    let refusal = Refusal::http(StatusCode::METHOD_NOT_ALLOWED, "Send a mutation as a POST.");
    refusal.with(header::ALLOW, "POST")
}

/// Reads what was sent, keeps the limits and takes the price: what may run, and what it is.
pub(super) fn prepare<B: Backend>(
    state: &State<B>,
    viewer: Option<&B::Viewer>,
    caller: &Caller,
    sent: &Sent<'_>,
    seen: &mut Seen,
) -> Result<Prepared, Refusal> {
    let (backend, limits) = (&state.backend, &state.settings.limits);
    seen.signed_in = viewer.is_some();
    let entry = u64::try_from(sent.len() / BYTES_FOR_A_POINT).unwrap_or(u64::MAX).max(1);
    backend.charge(viewer, caller, entry, 0)?;
    let parameters = sent.read()?;
    let document = match state.documents.parsed(&parameters.query) {
        Some(known) => known,
        None => {
            Arc::new(limits::parse(&parameters.query, limits).map_err(|error| Refusal::graphql(vec![error]))?)
        }
    };
    let mut request = parameters.into_request()?;
    let name = request.operation_name.as_deref();
    let mut admission = admit(backend.index(), &document, name, &request.variables, limits)?;
    admission.cost = admission.cost.max(entry);
    let cost = admission.cost;
    let (operation_type, needs_viewer) = (admission.operation_type, admission.needs_viewer);
    seen.admission = Some(admission);
    if cost > entry {
        backend.charge(viewer, caller, cost, entry)?;
    }
    if needs_viewer && viewer.is_none() {
        return Err(Fault::unauthenticated().into());
    }
    let shape = limits::shape(&request.query, &document, &request.variables);
    let is_checked = shape.is_some_and(|shape| state.documents.checked(&request.query, shape));
    let new =
        shape.filter(|_| !is_checked).map(|shape| (request.query.clone(), Arc::clone(&document), shape));
    request.set_parsed_query(Arc::unwrap_or_clone(document));
    let rules = if is_checked { Rules::Checked } else { Rules::Unchecked };
    Ok(Prepared { request, operation: operation_type, cost, rules, new })
}

async fn sign_in<B: Backend>(
    backend: &B,
    headers: &HeaderMap,
    caller: &Caller,
) -> Result<Option<B::Viewer>, Refusal> {
    let Some(value) = headers.get(header::AUTHORIZATION) else {
        return Ok(backend.authenticate(None, caller).await?);
    };
    // What is no text is no token either.
    let found = backend.authenticate(Some(value.to_str().unwrap_or_default()), caller).await;
    found.map_err(no_good_token)
}

/// RFC 6750, 3.1: the caller did send a token, so it has to get another one.
pub(super) fn no_good_token(fault: Fault) -> Refusal {
    match fault.code {
        FaultCode::Unauthenticated => {
            Refusal::from(fault).with(header::WWW_AUTHENTICATE, "Bearer error=\"invalid_token\"")
        }
        _ => fault.into(),
    }
}

/// Whether what the engine answers came of running, or nothing ran at all: then it is a refusal.
pub(super) fn came_of(mut response: Response, limits: &Limits) -> Result<Response, Refusal> {
    response.errors = trim_errors(response.errors, limits);
    // The engine answers null where nothing ran; what ran says where in the answer it failed.
    let ran = response.errors.iter().any(|error| !error.path.is_empty());
    if response.data == Value::Null && !ran && !response.errors.is_empty() {
        return Err(Refusal::graphql(response.errors));
    }
    Ok(response)
}

/// The answer, and the codes of its errors.
pub(super) fn render<B: Backend>(
    state: &State<B>,
    media: Media,
    outcome: Result<Response, Refusal>,
    cost: Option<u64>,
) -> (HttpResponse, Vec<FaultCode>) {
    let limits = &state.settings.limits;
    let mut extensions = BTreeMap::new();
    let outcome = outcome.and_then(|response| {
        let mut response = came_of(response, limits)?;
        extensions = std::mem::take(&mut response.extensions);
        Ok((response.data, response.errors))
    });
    if let Some(requested) = cost {
        let numbers = [("requested", requested), ("limit", limits.cost)];
        let numbers = numbers.into_iter().map(|(name, value)| (Name::new(name), Value::from(value)));
        extensions.insert("cost".to_owned(), Value::Object(numbers.collect()));
    }
    match outcome {
        Ok((data, errors)) => {
            let body = Body { errors: &errors, data: Some(&data), extensions: &extensions };
            let response = match answer::throttled(&data, &errors) {
                None => answer::graphql(StatusCode::OK, media, &body),
                Some(wait) => {
                    let mut response = answer::graphql(StatusCode::TOO_MANY_REQUESTS, media, &body);
                    response.headers_mut().insert(header::RETRY_AFTER, wait);
                    response
                }
            };
            (response, codes(&errors))
        }
        Err(mut refusal) => {
            refusal.errors = trim_errors(refusal.errors, limits);
            let body = Body { errors: &refusal.errors, data: None, extensions: &extensions };
            let mut response = answer::graphql(refusal.status_in(media), media, &body);
            if let Some((name, value)) = refusal.header {
                response.headers_mut().insert(name, value);
            }
            if refusal.close {
                response.head_mut().set_connection_type(actix_web::http::ConnectionType::Close);
            }
            (response, codes(&refusal.errors))
        }
    }
}

/// Each code once.
pub(super) fn codes(errors: &[ServerError]) -> Vec<FaultCode> {
    let mut codes = Vec::new();
    for code in errors.iter().map(answer::code_of) {
        if !codes.contains(&code) {
            codes.push(code);
        }
    }
    codes
}

/// One line in the log and one observation in the metrics, unless nothing may tell when the request came.
pub(super) fn report<B: Backend>(
    state: &State<B>,
    meter: &Meter,
    seen: &Seen,
    status: StatusCode,
    codes: &[FaultCode],
    elapsed: Duration,
) {
    if meter.is_left_out() {
        return;
    }
    let admission = seen.admission.as_ref();
    state.metrics.record(seen, status, codes, elapsed, meter.statements());
    let codes: Vec<&str> = codes.iter().map(|code| code.as_str()).collect();
    tracing::info!(
        request_id = %meter.request_id,
        operation = admission.map_or("-", |admission| label(&admission.operation_label)),
        kind = kind(seen),
        status = status.as_u16(),
        errors = %codes.join(","),
        micros = micros(elapsed),
        statements = meter.statements(),
        database_micros = micros(meter.database_time()),
        cost = admission.map(|admission| admission.cost),
        "request"
    );
}

/// The kind of the operation, as far as the request got.
pub fn kind(seen: &Seen) -> &'static str {
    match seen.admission.as_ref().map(|admission| admission.operation_type) {
        Some(OperationType::Query) => "query",
        Some(OperationType::Mutation) => "mutation",
        Some(OperationType::Subscription) => "subscription",
        None => "none",
    }
}

/// The operation's name when it is short enough for a log and a label.
pub fn label(name: &str) -> &str {
    let fine = (1..=64).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if fine { name } else { "other" }
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}
