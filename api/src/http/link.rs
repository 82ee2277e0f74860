//! `/acknowledge/…` and `/unsubscribe/…`: the links of mails, for whoever has them, without signing in. What the path holds is all
//! that it shows, so it is in no log, no metric and no answer. Only a POST writes: whatever follows links by itself does not
//! send one, and mail programs that end a digest with one click (RFC 8058) do.

use std::{sync::Arc, time::Instant};

use actix_web::{
    HttpMessage as _, HttpRequest, HttpResponse,
    http::{
        Method, StatusCode,
        header::{self, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY},
    },
    web::{self, Data},
};

use super::{Backend, Errand, State, answer::Refusal, too_long};
use crate::access::Caller;
use crate::graphql::Fault;
use crate::store::meter::Meter;

/// What the page may do: send its own form to where it came from, and nothing else.
const POLICY: &str = "default-src 'none'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// The handler of links that acknowledge.
pub async fn acknowledge<B: Backend>(
    state: Data<State<B>>,
    request: HttpRequest,
    token: web::Path<String>,
) -> HttpResponse {
    answer(&state, &request, &token, Errand::Acknowledge).await
}

/// The handler of links that end the digest.
pub async fn unsubscribe<B: Backend>(
    state: Data<State<B>>,
    request: HttpRequest,
    token: web::Path<String>,
) -> HttpResponse {
    answer(&state, &request, &token, Errand::Unsubscribe).await
}

async fn answer<B: Backend>(
    state: &State<B>,
    request: &HttpRequest,
    token: &str,
    errand: Errand,
) -> HttpResponse {
    let started = Instant::now();
    let caller = Caller { address: state.settings.proxies.address_of(request) };
    let pressed = *request.method() == Method::POST;
    let deadline = state.settings.deadline;
    let asked = state.backend.by_link(errand, token, &caller, pressed);
    let answered = tokio::time::timeout(deadline, asked).await.unwrap_or_else(|_| Err(too_long(deadline)));
    let response = match answered {
        Ok((is_good, page)) => shown(if is_good { StatusCode::OK } else { StatusCode::NOT_FOUND }, page),
        Err(fault) => refuse(fault),
    };
    let meter = request.extensions().get::<Arc<Meter>>().cloned().unwrap_or_default();
    tracing::info!(
        request_id = %meter.request_id,
        ?errand,
        pressed,
        status = response.status().as_u16(),
        micros = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX),
        statements = meter.statements(),
        "link of a mail"
    );
    response
}

/// A page that nobody keeps, frames or runs anything in, and that does not tell where its reader comes from.
fn shown(status: StatusCode, page: String) -> HttpResponse {
    HttpResponse::build(status)
        .insert_header((CONTENT_TYPE, "text/html; charset=utf-8"))
        .insert_header((CONTENT_SECURITY_POLICY, POLICY))
        .insert_header((REFERRER_POLICY, "no-referrer"))
        .insert_header((CACHE_CONTROL, "no-store"))
        .body(page)
}

/// A refusal as somebody with a browser reads it.
fn refuse(fault: Fault) -> HttpResponse {
    let Refusal { status, header, errors, .. } = fault.into();
    // Only sentences of ours stand here; none says what was sent.
    let told: Vec<_> = errors.iter().map(|error| format!("<p>{}</p>\n", error.message)).collect();
    let mut response = shown(status, format!("<!DOCTYPE html>\n<title>Tutti</title>\n{}", told.concat()));
    if let Some((name, value)) = header {
        response.headers_mut().insert(name, value);
    }
    response
}

/// Another method.
pub async fn only_these() -> HttpResponse {
    let mut response =
        shown(StatusCode::METHOD_NOT_ALLOWED, "<!DOCTYPE html>\n<title>Tutti</title>\n".to_owned());
    response.headers_mut().insert(header::ALLOW, header::HeaderValue::from_static("GET, HEAD, POST"));
    response
}
