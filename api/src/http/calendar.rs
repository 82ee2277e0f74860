//! `/calendar/….ics`: somebody's deadlines for their calendar program, which cannot sign in. The secret in the path
//! is all that it shows, so it is in no log, no metric and no answer, and what is not good looks like a path where
//! nothing is.

use std::{collections::BTreeMap, sync::Arc, time::Instant};

use actix_web::{
    HttpMessage as _, HttpRequest, HttpResponse,
    http::{
        StatusCode,
        header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, EntityTag, Header as _, IfNoneMatch},
    },
    web::{self, Data},
};
use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::{
    Backend, State,
    answer::{self, Body, Refusal},
    negotiate::Media,
    not_found, too_long,
};
use crate::access::Caller;
use crate::graphql::Fault;
use crate::store::meter::Meter;

/// What asking for a calendar costs whoever asks, in points: a handful of statements.
const COST: u64 = 100;

/// The handler.
pub async fn show<B: Backend>(
    state: Data<State<B>>,
    request: HttpRequest,
    secret: web::Path<String>,
) -> HttpResponse {
    let started = Instant::now();
    let caller = Caller { address: state.settings.proxies.address_of(&request) };
    let response = match read(&state, &caller, &secret).await {
        Ok(Some(text)) => fresh(&request, text),
        Ok(None) => not_found().await,
        Err(fault) => refuse(fault),
    };
    let meter = request.extensions().get::<Arc<Meter>>().cloned().unwrap_or_default();
    tracing::info!(
        request_id = %meter.request_id,
        status = response.status().as_u16(),
        micros = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX),
        statements = meter.statements(),
        "calendar"
    );
    response
}

async fn read<B: Backend>(state: &State<B>, caller: &Caller, secret: &str) -> Result<Option<String>, Fault> {
    state.backend.charge(None, caller, COST, 0)?;
    let deadline = state.settings.deadline;
    tokio::time::timeout(deadline, state.backend.calendar(secret))
        .await
        .unwrap_or_else(|_| Err(too_long(deadline)))
}

/// The calendar, unless whoever asks has it already. Nobody between us and them may keep it.
fn fresh(request: &HttpRequest, text: String) -> HttpResponse {
    let tag = EntityTag::new_weak(URL_SAFE_NO_PAD.encode(digest(&SHA256, text.as_bytes())));
    let known = match IfNoneMatch::parse(request) {
        Ok(IfNoneMatch::Any) => true,
        Ok(IfNoneMatch::Items(tags)) => tags.iter().any(|known| known.weak_eq(&tag)),
        Err(_) => false,
    };
    let status = if known { StatusCode::NOT_MODIFIED } else { StatusCode::OK };
    let mut response = HttpResponse::build(status);
    response.insert_header((ETAG, tag.to_string())).insert_header((CACHE_CONTROL, "private, no-cache"));
    if known {
        return response.finish();
    }
    response.insert_header((CONTENT_TYPE, "text/calendar; charset=utf-8")).body(text)
}

/// A refusal in the shape of every error.
fn refuse(fault: Fault) -> HttpResponse {
    let Refusal { status, errors, header, .. } = fault.into();
    let body = Body { errors: &errors, data: None, extensions: &BTreeMap::new() };
    let mut response = answer::graphql(status, Media::Json, &body);
    if let Some((name, value)) = header {
        response.headers_mut().insert(name, value);
    }
    response
}
