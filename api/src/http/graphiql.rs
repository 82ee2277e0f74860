//! `/graphiql`: an IDE in the browser, for developers.
//!
//! Its assets come from the place that the operator names; nothing is fetched from a host of our own
//! choosing. The content policy allows that place and this site, and nothing else.

use actix_web::{
    HttpResponse,
    http::{
        StatusCode,
        header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, ContentType},
    },
    web::Data,
};

use super::{Backend, State, answer};

const PAGE: &str = include_str!("graphiql.html");
const HELP: &str = include_str!("graphiql_help.html");
const SCRIPT: &str = include_str!("graphiql.js");

/// The page; without a place for its assets, a page that says how to set one.
pub async fn page<B: Backend>(state: Data<State<B>>) -> HttpResponse {
    if !state.settings.graphiql {
        return switched_off();
    }
    let (page, source) = match Assets::parse(&state.settings.graphiql_assets_url) {
        Some(assets) => (PAGE.replace("{assets}", &escape(&assets.base)), assets.source),
        None => (HELP.to_owned(), "'none'".to_owned()),
    };
    let own = if source == "'self'" || source == "'none'" { String::new() } else { source };
    let policy = format!(
        "default-src 'none'; script-src 'self' {own}; style-src 'self' 'unsafe-inline' {own}; \
         font-src 'self' data: {own}; img-src 'self' data:; connect-src 'self'; \
         base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    );
    HttpResponse::Ok()
        .content_type(ContentType::html())
        .insert_header((CONTENT_SECURITY_POLICY, policy))
        .insert_header((CACHE_CONTROL, "no-store"))
        .body(page)
}

/// The few lines that start the IDE. A file of its own, because the policy allows no inline script.
pub async fn script<B: Backend>(state: Data<State<B>>) -> HttpResponse {
    if !state.settings.graphiql {
        return switched_off();
    }
    HttpResponse::Ok().content_type("text/javascript; charset=utf-8").body(SCRIPT)
}

fn switched_off() -> HttpResponse {
    answer::plain(StatusCode::NOT_FOUND, "GraphiQL is switched off.")
}

/// Where the assets are.
#[derive(Debug, PartialEq)]
struct Assets {
    /// The base of their addresses, without a slash at the end.
    base: String,
    /// The same for the content policy.
    source: String,
}

impl Assets {
    /// `None` for what is neither an `http(s)` URL nor a path of this site. Quotes, spaces and
    /// semicolons would reach into the page or the policy, so only plain characters pass.
    fn parse(url: &str) -> Option<Self> {
        let base = url.trim().trim_end_matches('/');
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:/@%+[]".contains(&byte);
        if !base.bytes().all(plain) {
            return None;
        }
        if base.starts_with('/') && !base.starts_with("//") {
            return Some(Self { base: base.to_owned(), source: "'self'".to_owned() });
        }
        let (scheme, rest) = base.split_once("://")?;
        let host = rest.split('/').next().filter(|host| !host.is_empty())?;
        matches!(scheme, "http" | "https")
            .then(|| Self { base: base.to_owned(), source: format!("{scheme}://{host}") })
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_places_pass() {
        for (url, expected) in [
            ("https://cdn.example/npm/", Some(("https://cdn.example/npm", "https://cdn.example"))),
            ("http://localhost:8081", Some(("http://localhost:8081", "http://localhost:8081"))),
            ("/assets", Some(("/assets", "'self'"))),
            ("", None),
            ("//cdn.example", None),
            ("javascript:alert(1)", None),
            ("https://", None),
            ("https://a.example; script-src *", None),
            ("https://a.example/\"><script>", None),
        ] {
            let found = Assets::parse(url);
            let found = found.as_ref().map(|assets| (assets.base.as_str(), assets.source.as_str()));
            assert_eq!(found, expected, "{url}");
        }
    }
}
