//! Access tokens: short-lived JSON Web Tokens that this server alone signs and reads.
//!
//! One algorithm (`EdDSA` over Ed25519), one key, one issuer, one audience: what a token says about how it
//! wants to be checked is never believed. Every refusal is the same [`Fault`], so that nobody
//! learns from it which part of a forged token was right.

mod key_file;

#[cfg(test)]
mod tests;

use std::fmt;
use std::path::Path;
use std::time::Duration;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::graphql::{Fault, FaultCode};

/// The server and those who call it are one party: whoever else signs or accepts tokens has another name.
const TUTTI: &str = "tutti";

/// How many characters of the public key's digest name the key: 96 bits.
const KEY_ID_LENGTH: usize = 16;

/// How far, in seconds, the clock of the instance that made a token may run ahead of ours. A token
/// gets no such time at its end.
const NOT_BEFORE_LEEWAY: i64 = 5;

/// What a token says about its bearer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    /// Who signed the token: always `tutti`.
    pub iss: String,
    /// Whom the token is for: always `tutti`.
    pub aud: String,
    /// Who is calling.
    pub sub: String,
    /// When the token was made, in seconds since 1970.
    pub iat: i64,
    /// From when on the token is good, in seconds since 1970.
    pub nbf: i64,
    /// From when on the token is not good any more, in seconds since 1970.
    pub exp: i64,
    /// Names this one token.
    pub jti: Uuid,
}

/// The key that signs access tokens, and all that is derived from it.
pub struct Keys {
    id: String,
    signing: EncodingKey,
    verifying: DecodingKey,
    validation: Validation,
}

/// The key itself is never shown.
impl fmt::Debug for Keys {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Keys").field("id", &self.id).finish_non_exhaustive()
    }
}

impl Keys {
    /// The key in this file, made when the file is missing. Processes that start at the same time
    /// all end with the same key.
    ///
    /// # Errors
    /// A sentence, when the folder is missing, when the file cannot be read or made, when others than
    /// its owner may read it, or when it holds no Ed25519 key.
    pub fn load_or_create(path: &Path) -> Result<Self, String> {
        let pkcs8 = key_file::load_or_create(path)?;
        Self::from_pkcs8(&pkcs8).ok_or_else(|| key_file::not_a_key(path))
    }

    fn from_pkcs8(pkcs8: &[u8]) -> Option<Self> {
        let pair = Ed25519KeyPair::from_pkcs8(pkcs8).ok()?;
        let public = pair.public_key().as_ref();
        Some(Self {
            id: key_id(public),
            signing: EncodingKey::from_ed_der(pkcs8),
            verifying: DecodingKey::from_ed_der(public),
            validation: validation(),
        })
    }

    /// What tokens call this key (`kid`).
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// A token for this subject, good from now on for `ttl` (in whole seconds).
    ///
    /// # Errors
    /// An internal fault, when the token would outlast the calendar or cannot be signed.
    pub fn mint(&self, subject: &str, now: DateTime<Utc>, ttl: Duration, jti: Uuid) -> Result<String, Fault> {
        let made = now.timestamp();
        let exp =
            made.checked_add_unsigned(ttl.as_secs()).ok_or_else(|| Fault::internal("token lifetime"))?;
        let claims = Claims {
            iss: TUTTI.to_owned(),
            aud: TUTTI.to_owned(),
            sub: subject.to_owned(),
            iat: made,
            nbf: made,
            exp,
            jti,
        };
        let header = Header { kid: Some(self.id.clone()), ..Header::new(Algorithm::EdDSA) };
        jsonwebtoken::encode(&header, &claims, &self.signing).map_err(Fault::internal)
    }

    /// What the token says, when this server signed it and it is good at this moment.
    ///
    /// # Errors
    /// Always the same fault, with the code `UNAUTHENTICATED`.
    pub fn verify(&self, token: &str, now: DateTime<Utc>) -> Result<Claims, Fault> {
        self.read(token).filter(|claims| is_good_at(claims, now.timestamp())).ok_or_else(refused)
    }

    /// The claims of a token that this key signed for us, whatever its time.
    fn read(&self, token: &str) -> Option<Claims> {
        let data = jsonwebtoken::decode::<Claims>(token, &self.verifying, &self.validation).ok()?;
        (data.header.kid.as_deref() == Some(&self.id)).then_some(data.claims)
    }
}

/// Tokens made before the key was known by this name would be refused, so this must never change.
fn key_id(public: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(digest(&SHA256, public)).chars().take(KEY_ID_LENGTH).collect()
}

/// The library checks everything but the time: it would ask the system's clock, and time is a parameter.
fn validation() -> Validation {
    let mut validation = Validation::new(Algorithm::EdDSA);
    validation.validate_exp = false;
    validation.validate_nbf = false;
    validation.set_issuer(&[TUTTI]);
    validation.set_audience(&[TUTTI]);
    validation.set_required_spec_claims(&["iss", "aud", "sub", "exp", "nbf"]);
    validation
}

fn is_good_at(claims: &Claims, now: i64) -> bool {
    now < claims.exp && claims.nbf <= now.saturating_add(NOT_BEFORE_LEEWAY)
}

fn refused() -> Fault {
    Fault::new(FaultCode::Unauthenticated, "The access token is not valid or has expired.")
}
