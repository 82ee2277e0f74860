//! Connections that stay: WebSockets, and streams of server-sent events.
//!
//! What holds for both: what runs over them has been admitted as any other request; whose token is not good any more
//! does not stay; what waits for somebody is bounded, and who takes in nothing is sent away instead of being stored up
//! for; and a page of another site opens none, unless the configuration lets its origin in.

pub(super) mod protocol;
pub(super) mod socket;
pub(super) mod stream;

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use actix_web::{
    HttpRequest,
    http::header::{self, HeaderMap},
};

use super::{Backend, State, cors};

/// Whether a WebSocket is asked for.
pub(super) fn wants_a_socket(request: &HttpRequest) -> bool {
    let upgrade = request.headers().get(header::UPGRADE).and_then(|value| value.to_str().ok());
    upgrade.is_some_and(|upgrade| upgrade.eq_ignore_ascii_case("websocket"))
}

/// Whether a stream of events is asked for.
pub(super) fn wants_a_stream(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(header::ACCEPT).filter_map(|value| value.to_str().ok());
    accepted.flat_map(|value| value.split(',')).any(|range| {
        let name = range.split(';').next().unwrap_or_default().trim();
        name.eq_ignore_ascii_case("text/event-stream")
    })
}

/// Whether whoever asks is no page of another site. Browsers say of which site a page is, and let it open a WebSocket
/// to any; nobody else says so.
fn is_from_here<B>(state: &State<B>, headers: &HeaderMap) -> bool {
    let Some(origin) = headers.get(header::ORIGIN) else { return true };
    if cors::allowed_origin(&state.settings.cors_origins, headers).is_some() {
        return true;
    }
    let text = |value: &header::HeaderValue| value.to_str().map(str::to_ascii_lowercase).ok();
    let own = headers.get(header::HOST).and_then(text);
    let origin = text(origin).and_then(|origin| Some(origin.split_once("://")?.1.to_owned()));
    own.is_some() && origin == own
}

/// A place among the connections that stay, for as long as it is held.
struct Place(Arc<AtomicUsize>);

impl Place {
    /// A place, if there is one left.
    fn take<B: Backend>(state: &State<B>) -> Option<Self> {
        let most = state.settings.live.most;
        let taken = state
            .staying
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |taken| (taken < most).then_some(taken + 1));
        taken.ok().map(|_| Self(Arc::clone(&state.staying)))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// What is said to whoever finds none.
const FULL: &str = "As many are connected as can be. Try again in a moment.";

#[cfg(test)]
mod tests {
    use actix_web::http::header::{ACCEPT, HeaderValue};

    use super::*;

    #[test]
    fn a_stream_is_asked_for_by_its_name() {
        for (accept, wants) in [
            ("text/event-stream", true),
            ("application/json, Text/Event-Stream;q=0.5", true),
            ("text/*", false),
            ("*/*", false),
            ("application/json", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT, HeaderValue::from_static(accept));
            assert_eq!(wants_a_stream(&headers), wants, "{accept}");
        }
    }
}
