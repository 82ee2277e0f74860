//! Single sign-on: tokens of one identity provider (OpenID Connect) that are good here as well.
//!
//! Which provider is configuration, and nothing that a token says changes it: the keys come from the
//! provider's own discovery document, a key's type decides which algorithm it verifies, and of
//! algorithms there are three (RS256, ES256, EdDSA), none with a shared secret. Every refusal is the
//! same [`Fault`] as for our own tokens.
//!
//! The keys are kept. Whoever comes with a known key never waits for the provider: keys older than an
//! hour are looked up again behind the scenes, and stay good while that fails. Only an unknown key
//! waits for a look, and all who come with one wait for the same. However many tokens are sent, the
//! provider is asked at most once a minute, or every ten seconds while it fails.

mod cache;
mod claims;
mod fetch;
mod keys;

#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use serde::Deserialize;
use tutti_entity::people::role_grant::Role;

use self::cache::Cache;
use self::fetch::Source;
pub use self::fetch::is_issuer;
use self::keys::{Asked, Key, Lookup};
use super::token::refused;
use crate::graphql::{Fault, FaultCode};

/// The longest token that is read at all, in bytes.
const LONGEST_TOKEN: usize = 16 * 1024;

/// How old the keys may get before they are looked up again.
const STALE: TimeDelta = TimeDelta::hours(1);

/// How long after a look an unknown key is not worth another.
const UNKNOWN: TimeDelta = TimeDelta::minutes(1);

/// Which provider to trust, and what its tokens say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The provider's URL, exactly as it stands in the `iss` of its tokens.
    pub issuer: String,
    /// What the provider calls this service: the `aud` of a token has to name it.
    pub audience: String,
    /// The claim that holds somebody's address: a name, or a path with dots.
    pub email_claim: String,
    /// The claim that holds roles, a list or a single one: a name, or a path with dots.
    pub roles_claim: Option<String>,
    /// Which value of that claim gives which role; other values give none.
    pub roles: Vec<(String, Role)>,
}

/// Whom the provider vouches for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// Their address.
    pub email: String,
    /// The roles that the provider gives them, each once.
    pub roles: Vec<Role>,
    /// Until when it does.
    pub until: DateTime<Utc>,
}

/// An identity provider that is trusted.
pub struct Provider {
    settings: Settings,
    source: Arc<Source>,
    cache: Cache,
}

impl fmt::Debug for Provider {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Provider").field("settings", &self.settings).finish_non_exhaustive()
    }
}

impl Provider {
    /// The provider. It is not asked for anything before somebody comes with a token of it.
    ///
    /// # Errors
    /// A sentence, when its URL is none to trust (see [`is_issuer`]) or no audience is named.
    pub fn new(settings: Settings) -> Result<Self, String> {
        if !is_issuer(&settings.issuer) {
            return Err(format!("`{}` is no URL of an identity provider.", settings.issuer));
        }
        if settings.audience.is_empty() {
            return Err("Tokens of the identity provider need an audience to be checked for.".to_owned());
        }
        let source = Arc::new(Source::new(&settings.issuer));
        Ok(Self { settings, source, cache: Cache::default() })
    }

    /// Whether the token says that it comes from this provider, which proves nothing yet.
    #[must_use]
    pub fn claims_to_be_from(&self, token: &str) -> bool {
        unverified_issuer(token).is_some_and(|issuer| issuer == self.settings.issuer)
    }

    /// Whom the token is about, when this provider signed it for us and it is good at this moment.
    ///
    /// # Errors
    /// `UNAUTHENTICATED`, always the same, when it is not good; `UNAVAILABLE` when its key is unknown and
    /// the provider cannot be asked.
    pub async fn verify(&self, token: &str, now: DateTime<Utc>) -> Result<Identity, Fault> {
        if !self.claims_to_be_from(token) {
            return Err(refused());
        }
        let asked = Asked::read(token).ok_or_else(refused)?;
        let key = self.key(&asked, now).await?;
        let claims = key.read(token).ok_or_else(refused)?;
        self.settings.identity(&claims, now.timestamp()).ok_or_else(refused)
    }

    async fn key(&self, asked: &Asked, now: DateTime<Utc>) -> Result<Arc<Key>, Fault> {
        match self.cache.find(asked) {
            Lookup::Found(key) => {
                self.cache.look_if_due(&self.source, now, STALE);
                return Ok(key);
            }
            Lookup::Unfit => return Err(refused()),
            Lookup::Unknown => {
                self.cache.look_if_due(&self.source, now, UNKNOWN);
                self.cache.look_ended().await;
            }
        }
        match self.cache.find(asked) {
            Lookup::Found(key) => Ok(key),
            Lookup::Unknown if self.cache.has_failed() => Err(unavailable()),
            Lookup::Unknown | Lookup::Unfit => Err(refused()),
        }
    }
}

/// Who a token says made it. Of a long one nothing is read.
fn unverified_issuer(token: &str) -> Option<String> {
    #[derive(Deserialize)]
    struct Issuer {
        iss: String,
    }

    if token.len() > LONGEST_TOKEN {
        return None;
    }
    let payload = URL_SAFE_NO_PAD.decode(token.split('.').nth(1)?).ok()?;
    serde_json::from_slice::<Issuer>(&payload).ok().map(|claims| claims.iss)
}

fn unavailable() -> Fault {
    Fault::new(FaultCode::Unavailable, "The identity provider cannot be reached; try again in a moment.")
}
