//! Connections that stay: WebSockets, and streams of server-sent events.
//!
//! What holds for both: what runs over them has been admitted as any other request; whose token is not good any more
//! does not stay; what waits for somebody is bounded, and who takes in nothing is sent away instead of being stored up
//! for; and a page of another site opens none, unless the configuration lets its origin in.

pub(super) mod places;
pub(super) mod protocol;
pub(super) mod socket;
pub(super) mod stream;
mod whole;

use actix_web::{
    HttpRequest,
    http::header::{self, HeaderMap},
};

use super::{State, cors, negotiate};

/// Whether a WebSocket is asked for.
pub(super) fn wants_a_socket(request: &HttpRequest) -> bool {
    let upgrade = request.headers().get(header::UPGRADE).and_then(|value| value.to_str().ok());
    upgrade.is_some_and(|upgrade| upgrade.eq_ignore_ascii_case("websocket"))
}

/// What is streamed to a caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Streams {
    /// Whatever they ask for.
    All,
    /// Subscriptions; the answer of anything else is JSON, which they would rather have.
    Subscriptions,
    /// Nothing.
    Nothing,
}

/// What `Accept` says: a stream is asked for by its name. Where JSON is named as well, with a higher quality or with the
/// same and before it, a stream is for what cannot come otherwise.
pub(super) fn streams(headers: &HeaderMap) -> Streams {
    let accepted = headers.get_all(header::ACCEPT).filter_map(|value| value.to_str().ok());
    let (mut stream, mut json) = (0, 0);
    for range in accepted.flat_map(|value| value.split(',')) {
        let mut parts = range.split(';').map(str::trim);
        let name = parts.next().unwrap_or_default().to_ascii_lowercase();
        let quality = parts.find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")));
        let quality = quality.map_or(1000, negotiate::thousandths);
        match name.as_str() {
            "text/event-stream" => stream = stream.max(quality),
            // What stands after the stream has to be wanted more.
            "application/json" | "application/graphql-response+json" if quality > stream => {
                json = json.max(quality);
            }
            _ => {}
        }
    }
    match stream {
        0 => Streams::Nothing,
        _ if json >= stream => Streams::Subscriptions,
        _ => Streams::All,
    }
}

/// Whether whoever asks is no page of another site. Browsers say of which site a page is, and let it open a WebSocket
/// to any; nobody else says so.
pub(super) fn is_from_here<B>(state: &State<B>, headers: &HeaderMap) -> bool {
    let Some(origin) = headers.get(header::ORIGIN) else { return true };
    if cors::allowed_origin(&state.settings.cors_origins, headers).is_some() {
        return true;
    }
    let text = |value: &header::HeaderValue| value.to_str().map(str::to_ascii_lowercase).ok();
    let own = headers.get(header::HOST).and_then(text);
    let origin = text(origin).and_then(|origin| Some(origin.split_once("://")?.1.to_owned()));
    own.is_some() && origin == own
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::{ACCEPT, HeaderValue};

    use super::*;

    #[test]
    fn a_stream_is_asked_for_by_its_name() {
        let json_first = "application/graphql-response+json, application/graphql+json, application/json, \
                          text/event-stream, multipart/mixed";
        for (accept, expected) in [
            ("text/event-stream", Streams::All),
            ("Text/Event-Stream, application/json", Streams::All),
            ("text/event-stream, */*;q=0.1", Streams::All),
            ("application/json;q=0.9, text/event-stream", Streams::All),
            ("application/json, Text/Event-Stream;q=0.5", Streams::Subscriptions),
            ("text/event-stream;q=0.5, application/json", Streams::Subscriptions),
            // What urql sends with every request.
            (json_first, Streams::Subscriptions),
            ("text/event-stream;q=0", Streams::Nothing),
            ("text/event-stream; q=0.000, application/json", Streams::Nothing),
            ("text/*", Streams::Nothing),
            ("*/*", Streams::Nothing),
            ("application/json", Streams::Nothing),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT, HeaderValue::from_static(accept));
            assert_eq!(streams(&headers), expected, "{accept}");
        }
    }
}
