//! Which media type the caller wants back, and whether what it sent is one we read.

use actix_web::http::{
    StatusCode,
    header::{self, HeaderMap},
};

use super::answer::Refusal;

/// The two media types of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Media {
    /// `application/graphql-response+json`: the status says whether the request was good.
    GraphqlResponse,
    /// `application/json`: what clients from before the other one expect.
    Json,
}

impl Media {
    /// The value of `Content-Type`.
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::GraphqlResponse => "application/graphql-response+json; charset=utf-8",
            Self::Json => "application/json; charset=utf-8",
        }
    }

    const fn subtype(self) -> &'static str {
        match self {
            Self::GraphqlResponse => "graphql-response+json",
            Self::Json => "json",
        }
    }
}

/// How well a media range of `Accept` fits; a higher one is better. First the quality in thousandths,
/// then how exactly it names the type.
type Fit = (u16, u8);

/// The media type for the answer.
///
/// The highest quality wins, then the range that names a type over a wildcard. What is left undecided
/// goes to `application/graphql-response+json` when both are named, and to `application/json` when
/// neither is: a client that knows the former names it.
pub fn answer_media(headers: &HeaderMap) -> Result<Media, Refusal> {
    let accept: Vec<&str> = headers.get_all(header::ACCEPT).filter_map(|value| value.to_str().ok()).collect();
    let accept = accept.join(",");
    if accept.trim().is_empty() {
        return Ok(Media::Json);
    }
    let new = fit(&accept, Media::GraphqlResponse);
    let old = fit(&accept, Media::Json);
    match (new, old) {
        ((0, _), (0, _)) => Err(Refusal::http(
            StatusCode::NOT_ACCEPTABLE,
            "The answer can be application/graphql-response+json or application/json; `Accept` takes neither.",
        )),
        (new, old) if new > old || (new == old && new.1 == EXACT) => Ok(Media::GraphqlResponse),
        _ => Ok(Media::Json),
    }
}

const EXACT: u8 = 2;

/// The most exact range that covers the media type decides its quality (RFC 9110, 12.5.1).
fn fit(accept: &str, media: Media) -> Fit {
    let ranges = accept.split(',').filter_map(|range| {
        let mut parts = range.split(';').map(str::trim);
        let exactness = match parts.next()?.to_ascii_lowercase().as_str() {
            "*/*" => 0,
            "application/*" => 1,
            name if name.strip_prefix("application/") == Some(media.subtype()) => EXACT,
            _ => return None,
        };
        let mut quality = 1000;
        for part in parts {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            match name.trim().to_ascii_lowercase().as_str() {
                "q" => quality = thousandths(value.trim()),
                "charset" if !is_utf8(value) => return None,
                _ => {}
            }
        }
        Some((exactness, quality))
    });
    ranges.max().map_or((0, 0), |(exactness, quality)| (quality, exactness))
}

/// `0.5` as 500. A quality that does not parse counts as none.
pub fn thousandths(quality: &str) -> u16 {
    let (whole, fraction) = quality.split_once('.').unwrap_or((quality, ""));
    let fraction = format!("{fraction:0<3}");
    match (whole, fraction.len(), fraction.parse::<u16>()) {
        ("1", 3, Ok(0)) => 1000,
        ("0", 3, Ok(parsed)) => parsed,
        _ => 0,
    }
}

fn is_utf8(charset: &str) -> bool {
    charset.trim().trim_matches('"').eq_ignore_ascii_case("utf-8")
}

/// Refuses a body that is not plain JSON in UTF-8. Nothing else is read, so that no page of another
/// site can write without asking first.
pub fn check_content_type(headers: &HeaderMap) -> Result<(), Refusal> {
    let wrong = |message| Err(Refusal::http(StatusCode::UNSUPPORTED_MEDIA_TYPE, message));
    let encoding = headers.get(header::CONTENT_ENCODING).map(|value| value.to_str().unwrap_or_default());
    if encoding.is_some_and(|encoding| !encoding.eq_ignore_ascii_case("identity")) {
        return wrong("Send the body without `Content-Encoding`.");
    }
    let mut given = headers.get_all(header::CONTENT_TYPE);
    let (Some(value), None) = (given.next(), given.next()) else {
        return wrong("Send `Content-Type: application/json`.");
    };
    let mut parts = value.to_str().unwrap_or_default().split(';').map(str::trim);
    let json = parts.next().is_some_and(|name| name.eq_ignore_ascii_case("application/json"));
    let utf8 = parts.all(|part| {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        part.is_empty() || (name.trim().eq_ignore_ascii_case("charset") && is_utf8(value))
    });
    if json && utf8 { Ok(()) } else { wrong("Send `Content-Type: application/json`, in UTF-8.") }
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;

    use super::*;

    #[test]
    fn accept() {
        use Media::{GraphqlResponse, Json};
        for (accept, expected) in [
            ("", Some(Json)),
            ("*/*", Some(Json)),
            ("application/*", Some(Json)),
            ("application/json", Some(Json)),
            ("APPLICATION/JSON; charset=UTF-8", Some(Json)),
            ("application/graphql-response+json", Some(GraphqlResponse)),
            ("application/graphql-response+json; charset=\"utf-8\"", Some(GraphqlResponse)),
            ("application/graphql-response+json, application/json", Some(GraphqlResponse)),
            ("application/json, application/graphql-response+json", Some(GraphqlResponse)),
            ("application/graphql-response+json, application/json;q=0.9", Some(GraphqlResponse)),
            ("application/graphql-response+json;q=0.8, application/json;q=0.9", Some(Json)),
            ("application/graphql-response+json;q=0.5, */*;q=0.1", Some(GraphqlResponse)),
            ("application/graphql-response+json, */*", Some(GraphqlResponse)),
            ("application/json, */*", Some(Json)),
            ("application/json;q=0, */*", Some(GraphqlResponse)),
            ("application/graphql-response+json;q=0, */*;q=0.1", Some(Json)),
            ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", Some(Json)),
            ("text/html", None),
            ("application/json;q=0", None),
            ("application/json;q=0.000", None),
            ("application/json;q=nonsense", None),
            ("application/json; charset=utf-16", None),
            ("application/jsonx", None),
        ] {
            let mut headers = HeaderMap::new();
            if !accept.is_empty() {
                headers.insert(header::ACCEPT, HeaderValue::from_str(accept).unwrap());
            }
            assert_eq!(answer_media(&headers).ok(), expected, "{accept}");
        }
    }

    #[test]
    fn quality() {
        for (text, expected) in [
            ("1", 1000),
            ("1.0", 1000),
            ("0.5", 500),
            ("0.123", 123),
            ("0", 0),
            ("2", 0),
            ("0.1234", 0),
            ("-1", 0),
        ] {
            assert_eq!(thousandths(text), expected, "{text}");
        }
    }

    #[test]
    fn content_type() {
        for (given, fine) in [
            (vec!["application/json"], true),
            (vec!["Application/JSON; Charset=\"UTF-8\""], true),
            (vec!["application/json;"], true),
            (vec!["application/json; charset=latin1"], false),
            (vec!["application/json; boundary=x"], false),
            (vec!["text/plain"], false),
            (vec!["application/x-www-form-urlencoded"], false),
            (vec!["multipart/form-data; boundary=x"], false),
            (vec!["application/graphql"], false),
            (vec![], false),
            (vec!["application/json", "text/plain"], false),
        ] {
            let mut headers = HeaderMap::new();
            for value in &given {
                headers.append(header::CONTENT_TYPE, HeaderValue::from_str(value).unwrap());
            }
            assert_eq!(check_content_type(&headers).is_ok(), fine, "{given:?}");
        }
    }
}
