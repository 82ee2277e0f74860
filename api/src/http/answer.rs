//! What goes back: a body in GraphQL's shape and the status that fits it.
//!
//! Which status a refusal gets:
//!
//! | what is wrong | `application/graphql-response+json` | `application/json` |
//! |---|---|---|
//! | the HTTP request: method, types, size, JSON, parameters | its 4xx | the same |
//! | the GraphQL request: syntax, validation, variables, limits | 400 | 200 |
//! | not signed in, not allowed, too many requests | 401, 403, 429 | the same |
//! | our side: deadline, database, a fault of ours | 504, 503, 500 | the same |
//! | a field, while it ran | 200 with `data` | 200 with `data` |
//! | too many requests, found while it ran, and nothing came of it | 429 with `data` | the same |
//!
//! The right column is what clients from before the media type rely on: any other status than 200
//! means that no GraphQL answer is in the body. For what is not the request's text we do not follow
//! it, because proxies and monitors look at the status alone.

use std::collections::BTreeMap;

use actix_web::{
    HttpResponse,
    http::{
        StatusCode,
        header::{self, HeaderName, HeaderValue},
    },
};
use async_graphql::{ServerError, Value};
use serde::Serialize;

use super::negotiate::Media;
use crate::graphql::{Fault, FaultCode, limits::server_error};

/// A request that is answered with errors alone.
#[derive(Debug)]
pub struct Refusal {
    pub status: StatusCode,
    pub errors: Vec<ServerError>,
    /// A header that the status asks for.
    pub header: Option<(HeaderName, HeaderValue)>,
    /// The rest of the request was not read, so the connection cannot go on.
    pub close: bool,
    /// The HTTP request was fine and the GraphQL text in it was not.
    text_at_fault: bool,
}

impl Refusal {
    /// The HTTP request itself is wrong.
    pub fn http(status: StatusCode, message: impl Into<String>) -> Self {
        let code =
            if status == StatusCode::REQUEST_TIMEOUT { FaultCode::Timeout } else { FaultCode::BadUserInput };
        let errors = vec![server_error(Fault::new(code, message))];
        Self { status, errors, header: None, close: false, text_at_fault: false }
    }

    /// Adds the header that the status asks for.
    pub fn with(self, name: HeaderName, value: &'static str) -> Self {
        Self { header: Some((name, HeaderValue::from_static(value))), ..self }
    }

    /// Ends the connection after the answer.
    pub fn closing(self) -> Self {
        Self { close: true, ..self }
    }

    /// The GraphQL request was refused with these errors; the first one decides the status.
    pub fn graphql(errors: Vec<ServerError>) -> Self {
        let code = errors.first().map_or(FaultCode::Internal, code_of);
        let status = status_of(code);
        let text_at_fault = status == StatusCode::BAD_REQUEST;
        let header = match status {
            StatusCode::UNAUTHORIZED => Some((header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))),
            StatusCode::TOO_MANY_REQUESTS => Some((header::RETRY_AFTER, retry_after(&errors).into())),
            _ => None,
        };
        Self { status, errors, header, close: false, text_at_fault }
    }

    /// Whether the HTTP request was fine and the GraphQL text in it was not.
    pub fn is_about_the_text(&self) -> bool {
        self.text_at_fault
    }

    /// The status for a client that asked for this media type.
    pub fn status_in(&self, media: Media) -> StatusCode {
        if self.text_at_fault && media == Media::Json { StatusCode::OK } else { self.status }
    }
}

impl From<Fault> for Refusal {
    fn from(fault: Fault) -> Self {
        Self::graphql(vec![server_error(fault)])
    }
}

const fn status_of(code: FaultCode) -> StatusCode {
    match code {
        FaultCode::BadUserInput | FaultCode::QueryTooComplex | FaultCode::QueryTooDeep => {
            StatusCode::BAD_REQUEST
        }
        FaultCode::Unauthenticated => StatusCode::UNAUTHORIZED,
        FaultCode::Forbidden => StatusCode::FORBIDDEN,
        FaultCode::Throttled => StatusCode::TOO_MANY_REQUESTS,
        FaultCode::Timeout => StatusCode::GATEWAY_TIMEOUT,
        FaultCode::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        FaultCode::Internal => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// The code of an error. One that is not of the closed list is a fault of ours.
pub fn code_of(error: &ServerError) -> FaultCode {
    let code = error.extensions.as_ref().and_then(|extensions| extensions.get("code"));
    let known = FaultCode::ALL.into_iter().find(|known| match code {
        Some(Value::String(text)) => text == known.as_str(),
        _ => false,
    });
    known.unwrap_or(FaultCode::Internal)
}

/// The longest of the waits that these errors ask for, in seconds.
fn retry_after(errors: &[ServerError]) -> u64 {
    let seconds = errors.iter().filter_map(|error| match error.extensions.as_ref()?.get("retryAfter")? {
        Value::Number(seconds) => seconds.as_u64(),
        _ => None,
    });
    // Now is no time to try again.
    seconds.max().unwrap_or(1)
}

/// The value of `Retry-After` where something asked to wait while the request ran, and nothing came of it.
pub fn throttled(data: &Value, errors: &[ServerError]) -> Option<HeaderValue> {
    let nothing = match data {
        Value::Null => true,
        Value::Object(fields) => fields.values().all(|field| *field == Value::Null),
        _ => false,
    };
    let throttled = errors.iter().any(|error| code_of(error) == FaultCode::Throttled);
    (nothing && throttled).then(|| retry_after(errors).into())
}

/// The body of an answer. Without `data` when nothing ran.
#[derive(Serialize)]
pub struct Body<'a> {
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub errors: &'a [ServerError],
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data: Option<&'a Value>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub extensions: &'a BTreeMap<String, Value>,
}

/// An answer of `/graphql`.
pub fn graphql(status: StatusCode, media: Media, body: &Body<'_>) -> HttpResponse {
    match serde_json::to_string(body) {
        Ok(text) => HttpResponse::build(status)
            .insert_header((header::CONTENT_TYPE, media.content_type()))
            .insert_header((header::CACHE_CONTROL, "no-store"))
            .insert_header((header::VARY, "Accept"))
            .body(text),
        Err(error) => {
            let errors = [server_error(Fault::internal(error))];
            plain(StatusCode::INTERNAL_SERVER_ERROR, &errors.map(|error| error.message).concat())
        }
    }
}

/// An error outside of `/graphql`, in the same shape.
pub fn plain(status: StatusCode, message: &str) -> HttpResponse {
    let code = if status.is_server_error() { FaultCode::Unavailable } else { FaultCode::BadUserInput };
    let code = if status == StatusCode::INTERNAL_SERVER_ERROR { FaultCode::Internal } else { code };
    HttpResponse::build(status).insert_header((header::CONTENT_TYPE, Media::Json.content_type())).body(
        serde_json::json!({ "errors": [{ "message": message, "extensions": { "code": code.as_str() } }] })
            .to_string(),
    )
}

/// Says which methods a path takes.
pub fn allow(response: &mut HttpResponse, methods: &'static str) {
    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static(methods));
}
