//! `/.well-known/jwks.json`: the public keys that verify access tokens, for services that are shown one.
//! No sign-in: public keys are no secret.

use actix_web::{
    HttpResponse,
    http::header::{CACHE_CONTROL, CONTENT_TYPE},
    web::Data,
};

use super::{Backend, State};

/// The keys. A new one has to be shown for as long as this may be cached before it signs.
pub async fn show<B: Backend>(state: Data<State<B>>) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "application/jwk-set+json"))
        .insert_header((CACHE_CONTROL, "public, max-age=300"))
        .body(state.backend.jwks())
}
