//! Asking the provider for its keys: small answers, soon, from where it was configured, or none at all.

use std::time::Duration;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use ureq::Agent;
use ureq::http::{StatusCode, Uri};

use super::keys::KeySet;

/// The largest answer that is read, in bytes.
const LARGEST_ANSWER: u64 = 256 * 1024;

/// How long an answer may take, with everything that comes before it.
const PATIENCE: Duration = Duration::from_secs(5);

/// Where the provider's keys come from.
pub struct Source {
    issuer: String,
    /// Whether even the provider itself is asked without TLS, on this machine.
    is_plain: bool,
    agent: Agent,
}

/// What we read of the discovery document.
#[derive(Deserialize)]
struct Discovery {
    issuer: String,
    jwks_uri: String,
}

/// Whether this can be a provider to trust: a URL without user, query and fragment, with `https`, or
/// with `http` on this machine. Whoever could change its answers could sign in as anybody.
#[must_use]
pub fn is_issuer(url: &str) -> bool {
    (is_https(url) || is_loopback(url)) && !url.contains(['?', '#', '@'])
}

fn is_https(url: &str) -> bool {
    parsed(url).is_some_and(|uri| uri.scheme_str() == Some("https"))
}

fn is_loopback(url: &str) -> bool {
    parsed(url).is_some_and(|uri| {
        let host = uri.host().unwrap_or_default();
        let address = host.trim_start_matches('[').trim_end_matches(']').parse::<std::net::IpAddr>();
        uri.scheme_str() == Some("http") && (host == "localhost" || address.is_ok_and(|ip| ip.is_loopback()))
    })
}

/// Read by the same code as when it is asked, so that both mean the same host.
fn parsed(url: &str) -> Option<Uri> {
    url.parse::<Uri>().ok().filter(|uri| uri.host().is_some_and(|host| !host.is_empty()))
}

impl Source {
    /// The provider with this URL, which [`is_issuer`] has found good.
    pub fn new(issuer: &str) -> Self {
        let is_plain = is_loopback(issuer);
        let config = Agent::config_builder()
            .timeout_global(Some(PATIENCE))
            .max_redirects(0)
            // An hour later no connection is open any more.
            .max_idle_connections(0)
            .http_status_as_error(false);
        // What is on this machine no proxy reaches.
        let config = if is_plain { config.proxy(None) } else { config };
        Self { issuer: issuer.to_owned(), is_plain, agent: config.build().into() }
    }

    /// The keys that the provider has now. Waits, so it belongs on a thread of its own. Why there are
    /// none is for the operator, in the log.
    pub fn fetch(&self) -> Option<KeySet> {
        self.keys()
            .inspect(
                |keys| tracing::debug!(issuer = %self.issuer, keys = keys.len(), "identity provider asked"),
            )
            .inspect_err(
                |cause| tracing::warn!(issuer = %self.issuer, %cause, "no keys of the identity provider"),
            )
            .ok()
    }

    fn keys(&self) -> Result<KeySet, String> {
        let place = format!("{}/.well-known/openid-configuration", self.issuer.trim_end_matches('/'));
        let Discovery { issuer, jwks_uri } = self.get(&place)?;
        if issuer != self.issuer {
            return Err(format!("{place} is about another issuer, `{issuer}`"));
        }
        if !self.may_ask(&jwks_uri) {
            return Err(format!("{place} names keys at `{jwks_uri}`, which is no https URL"));
        }
        KeySet::new(self.get(&jwks_uri)?).map_err(|cause| format!("{jwks_uri}: {cause}"))
    }

    /// Whether keys from there are the provider's own: what came over TLS never leads to a place without.
    fn may_ask(&self, url: &str) -> bool {
        is_https(url) || (self.is_plain && is_loopback(url))
    }

    fn get<T: DeserializeOwned>(&self, url: &str) -> Result<T, String> {
        let failed = |cause: ureq::Error| format!("{url}: {cause}");
        let mut response = self.agent.get(url).call().map_err(failed)?;
        // A redirect is none either: it would lead away from where we were told to look.
        if response.status() != StatusCode::OK {
            return Err(format!("{url} answers {}", response.status()));
        }
        let body = response.body_mut().with_config().limit(LARGEST_ANSWER).read_to_vec().map_err(failed)?;
        serde_json::from_slice(&body).map_err(|cause| format!("{url} is not what was expected: {cause}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_safe_places_are_trusted() {
        for (url, expected) in [
            ("https://id.example.org", true),
            ("https://id.example.org/", true),
            ("https://id.example.org:8443/realms/tutti", true),
            ("http://localhost:8080/realms/tutti", true),
            ("http://127.0.0.1:8080", true),
            ("http://[::1]:8080", true),
            ("http://id.example.org", false),
            ("http://127.0.0.1.example.org", false),
            ("http://127.0.0.1@example.org", false),
            ("http://localhost.example.org", false),
            ("http://192.168.0.1", false),
            ("https://user:secret@id.example.org", false),
            ("https://id.example.org?a=b", false),
            ("https://id.example.org#a", false),
            ("https://id.example.org/a b", false),
            ("https://", false),
            ("https:///realms", false),
            ("ftp://id.example.org", false),
            ("file:///tmp/id", false),
            ("id.example.org", false),
            ("", false),
        ] {
            assert_eq!(is_issuer(url), expected, "{url}");
        }
    }
    #[test]
    fn a_provider_never_leads_to_a_less_safe_place() {
        let (remote, local) = (Source::new("https://id.example.org"), Source::new("http://localhost:8080"));
        for (url, from_remote, from_local) in [
            ("https://keys.example.org/keys", true, true),
            ("http://localhost:8080/keys", false, true),
            ("http://id.example.org/keys", false, false),
            ("file:///etc/keys", false, false),
            ("/keys", false, false),
        ] {
            assert_eq!((remote.may_ask(url), local.may_ask(url)), (from_remote, from_local), "{url}");
        }
    }
}
