//! `/graphiql`: an IDE in the browser, for developers.
//!
//! Its files come from the place that the operator names, and this module names them: each with its
//! version and its hash. A browser runs only what has that hash, so whoever runs that place cannot put
//! other code in front of people who paste their access tokens. The content policy allows these very
//! files and this site, and nothing else.

use actix_web::{
    HttpRequest, HttpResponse,
    http::{
        StatusCode,
        header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, ContentType},
    },
    web::Data,
};

use super::{Backend, State, answer};

const PAGE: &str = include_str!("graphiql.html");
const LOADING: &str = include_str!("graphiql_loading.html");
const HELP: &str = include_str!("graphiql_help.html");
const SCRIPT: &str = include_str!("graphiql.js");

/// A file of the IDE.
struct Asset {
    /// Where it lies below the base: package, version and the path inside of the package.
    path: &'static str,
    /// What it must hash to. Another version needs another hash.
    integrity: &'static str,
}

const STYLE: Asset = Asset {
    path: "graphiql@3.8.3/graphiql.min.css",
    integrity: "sha384-Mq3vbRBY71jfjQAt/DcjxUIYY33ksal4cgdRt9U/hNPvHBCaT2JfJ/PTRiPKf0aM",
};

/// In the order in which they need each other.
const SCRIPTS: [Asset; 3] = [
    Asset {
        path: "react@18.3.1/umd/react.production.min.js",
        integrity: "sha384-DGyLxAyjq0f9SPpVevD6IgztCFlnMF6oW/XQGmfe+IsZ8TqEiDrcHkMLKI6fiB/Z",
    },
    Asset {
        path: "react-dom@18.3.1/umd/react-dom.production.min.js",
        integrity: "sha384-gTGxhz21lVGYNMcdJOyq01Edg0jhn/c22nsx0kyqP0TxaV5WVdsSH1fSDUf5YJj1",
    },
    Asset {
        path: "graphiql@3.8.3/graphiql.min.js",
        integrity: "sha384-HbRVEFG0JGJZeAHCJ9Xm2+tpknBQ7QZmNlO/DgZtkZ0aJSypT96YYGRNod99l9Ie",
    },
];

/// The page; without a place for its files, a page that says how to set one and how to do without.
pub async fn page<B: Backend>(state: Data<State<B>>, request: HttpRequest) -> HttpResponse {
    if !state.settings.graphiql {
        return switched_off();
    }
    let info = request.connection_info();
    let help = help(info.scheme(), info.host());
    let (body, scripts, styles) = match base(&state.settings.graphiql_assets_url) {
        // The policy knows no paths of this site, only the whole of it.
        Some(base) if base.starts_with('/') => {
            (loading(base, &help), "'self'".to_owned(), " 'self'".to_owned())
        }
        Some(base) => {
            let scripts = SCRIPTS.map(|script| script.address(base)).join(" ");
            (loading(base, &help), format!("'self' {scripts}"), format!(" {}", STYLE.address(base)))
        }
        None => (help, "'none'".to_owned(), String::new()),
    };
    // The IDE styles its elements from scripts, and its fonts are inside of its stylesheet.
    let policy = format!(
        "default-src 'none'; script-src {scripts}; style-src 'unsafe-inline'{styles}; \
         font-src data:; img-src 'self' data:; connect-src 'self'; \
         base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    );
    HttpResponse::Ok()
        .content_type(ContentType::html())
        .insert_header((CONTENT_SECURITY_POLICY, policy))
        .insert_header((CACHE_CONTROL, "no-store"))
        .body(PAGE.replace("{body}", body.trim_end()))
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

/// The base of the files' addresses, without a slash at the end. `None` for what is neither an `http(s)`
/// URL nor a path of this site. Quotes, spaces and semicolons would reach into the page or the policy,
/// so only plain characters pass; and no brackets, as a policy cannot name an IPv6 address.
pub fn base(url: &str) -> Option<&str> {
    let base = url.trim().trim_end_matches('/');
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:/@%+".contains(&byte);
    let place = match base.split_once("://") {
        Some(("http" | "https", rest)) => !rest.is_empty() && !rest.starts_with('/'),
        _ => base.starts_with('/') && !base.starts_with("//"),
    };
    (place && base.bytes().all(plain)).then_some(base)
}

impl Asset {
    /// For the page and the policy.
    fn address(&self, base: &str) -> String {
        format!("{base}/{}", self.path)
    }

    /// The attributes that let nothing but this very file pass. Hashes of another site's files are
    /// checked only when that site lets this one read them, hence `crossorigin`.
    fn checked(&self) -> String {
        format!("integrity=\"{}\" crossorigin=\"anonymous\"", self.integrity)
    }
}

/// What stands in the page until the IDE replaces it; the help waits for the case that it cannot.
fn loading(base: &str, help: &str) -> String {
    let style = format!("<link rel=\"stylesheet\" href=\"{}\" {}>", STYLE.address(base), STYLE.checked());
    let scripts = SCRIPTS
        .map(|script| format!("<script src=\"{}\" {}></script>", script.address(base), script.checked()));
    LOADING
        .replace("{base}", base)
        .replace("{style}", &style)
        .replace("{scripts}", &scripts.join("\n    "))
        .replace("{help}", help.trim_end())
}

/// How to get the IDE, and how to query without it at the address where the page was asked for.
fn help(scheme: &str, host: &str) -> String {
    // The line is made to be pasted into a shell, so the request may bring no other characters into it.
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._:[]".contains(&byte);
    let address = if matches!(scheme, "http" | "https") && !host.is_empty() && host.bytes().all(plain) {
        format!("{scheme}://{host}")
    } else {
        "http://127.0.0.1:8000".to_owned()
    };
    let files: Vec<_> =
        SCRIPTS.iter().chain([&STYLE]).map(|asset| format!("<li>{}</li>", asset.path)).collect();
    HELP.replace("{files}", &files.join("\n      ")).replace("{address}", &address)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_places_pass() {
        for (url, expected) in [
            ("https://cdn.example/npm/", Some("https://cdn.example/npm")),
            ("http://localhost:8081", Some("http://localhost:8081")),
            ("/assets", Some("/assets")),
            ("", None),
            ("/", None),
            ("//cdn.example", None),
            ("javascript:alert(1)", None),
            ("https://", None),
            ("https:///npm", None),
            ("http://[::1]:8081", None),
            ("https://a.example; script-src *", None),
            ("https://a.example/\"><script>", None),
        ] {
            assert_eq!(base(url), expected, "{url}");
        }
    }

    #[test]
    fn every_file_is_checked() {
        let page = loading("https://cdn.example", "");
        for asset in SCRIPTS.iter().chain([&STYLE]) {
            // 384 bits are 64 letters.
            assert_eq!(asset.integrity.strip_prefix("sha384-").map(str::len), Some(64), "{}", asset.path);
            let checked = format!("{}\" {}", asset.address("https://cdn.example"), asset.checked());
            assert!(page.contains(&checked), "{page}");
        }
        assert_eq!(page.matches("https://cdn.example/").count(), page.matches("integrity=").count());
    }

    #[test]
    fn the_help_names_the_address_that_was_asked() {
        for (scheme, host, expected) in [
            ("https", "tutti.example", "curl https://tutti.example/graphql "),
            ("http", "[::1]:9000", "curl http://[::1]:9000/graphql "),
            ("http", "a;reboot", "curl http://127.0.0.1:8000/graphql "),
            ("http", "<b>", "curl http://127.0.0.1:8000/graphql "),
            ("file", "tutti.example", "curl http://127.0.0.1:8000/graphql "),
            ("http", "", "curl http://127.0.0.1:8000/graphql "),
        ] {
            assert!(help(scheme, host).contains(expected), "{scheme} {host}");
        }
    }
}
