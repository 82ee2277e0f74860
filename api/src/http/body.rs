//! Reading a body that stays inside its bounds of size and time.

use std::time::Duration;

use actix_web::{
    http::{
        StatusCode,
        header::{self, HeaderMap},
    },
    web,
};
use futures_util::StreamExt;

use super::answer::Refusal;

/// Reads the whole body.
pub async fn read(
    headers: &HeaderMap,
    payload: web::Payload,
    limit: usize,
    patience: Duration,
) -> Result<Vec<u8>, Refusal> {
    let declared =
        headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    if declared.is_some_and(|declared| declared > limit) {
        return Err(too_large(limit));
    }
    let slow = |_| {
        let message = format!("The body did not arrive within {} ms.", patience.as_millis());
        Refusal::http(StatusCode::REQUEST_TIMEOUT, message).closing()
    };
    tokio::time::timeout(patience, collect(payload, limit)).await.map_err(slow)?
}

async fn collect(mut payload: web::Payload, limit: usize) -> Result<Vec<u8>, Refusal> {
    let mut body = Vec::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|_| {
            Refusal::http(StatusCode::BAD_REQUEST, "The body could not be read to its end.").closing()
        })?;
        if body.len().saturating_add(chunk.len()) > limit {
            return Err(too_large(limit));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

fn too_large(limit: usize) -> Refusal {
    let message = format!("The body is larger than {limit} bytes, which is the limit.");
    Refusal::http(StatusCode::PAYLOAD_TOO_LARGE, message).closing()
}
