//! What is around every answer: the request's id and meter, cross-origin headers, `nosniff`.

use std::sync::Arc;

use actix_web::{
    Error, HttpMessage,
    body::{EitherBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::header::{HeaderName, HeaderValue, X_CONTENT_TYPE_OPTIONS},
    middleware::Next,
    web::Data,
};

use super::{Backend, State, cors};
use crate::store::meter::{Meter, measured};

const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The middleware. Everything inside runs under the request's meter.
pub async fn envelope<B: Backend, M: MessageBody + 'static>(
    state: Data<State<B>>,
    request: ServiceRequest,
    next: Next<M>,
) -> Result<ServiceResponse<EitherBody<M>>, Error> {
    let origins = state.settings.cors_origins.as_slice();
    let origin = cors::allowed_origin(origins, request.headers());
    let meter = Meter::new((state.settings.request_ids)());
    let id = HeaderValue::from_str(&meter.request_id).ok();
    request.extensions_mut().insert(Arc::clone(&meter));
    let mut response = if origin.is_some() && cors::is_preflight(&request) {
        request.into_response(cors::preflight()).map_into_right_body()
    } else {
        measured(meter, next.call(request)).await?.map_into_left_body()
    };
    let headers = response.headers_mut();
    if let Some(id) = id {
        headers.insert(X_REQUEST_ID, id);
    }
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if !origins.is_empty() {
        cors::mark(headers, origin);
    }
    Ok(response)
}
