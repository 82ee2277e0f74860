//! Whether the process lives, and whether it can serve. For load balancers: plain text, no sign-in.

use actix_web::{HttpResponse, http::header::ContentType, web::Data};

use super::{Backend, State};

/// `/healthz`: the process answers.
pub async fn alive() -> HttpResponse {
    HttpResponse::Ok().content_type(ContentType::plaintext()).body("ok")
}

/// `/readyz`: the database is there and as the program expects it; otherwise 503 and what is wrong.
pub async fn ready<B: Backend>(state: Data<State<B>>) -> HttpResponse {
    let asked = tokio::time::timeout(state.settings.deadline, state.backend.ready()).await;
    match asked.unwrap_or_else(|_| Err("The database did not answer in time.".to_owned())) {
        Ok(()) => HttpResponse::Ok().content_type(ContentType::plaintext()).body("ready"),
        Err(sentence) => {
            HttpResponse::ServiceUnavailable().content_type(ContentType::plaintext()).body(sentence)
        }
    }
}
