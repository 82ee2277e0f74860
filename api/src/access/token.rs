//! Access tokens: short-lived JSON Web Tokens that this server alone signs and reads.
//!
//! One algorithm (`EdDSA` over Ed25519), one issuer, one audience: what a token says about how it
//! wants to be checked is never believed, but for the name of its key, and only keys of ours have
//! names. One key signs; others may verify beside it, so that keys can change without signing anybody
//! out. Every refusal is the same [`Fault`], so that nobody learns from it which part of a forged
//! token was right.

mod key_file;

#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
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

/// Tokens whose signature is remembered at most.
const MOST_REMEMBERED: usize = 10_000;

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
    /// The session it was made for; none for one made at the command line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sid: Option<Uuid>,
}

/// The key that signs access tokens, and those that verify them.
pub struct Keys {
    signing: EncodingKey,
    /// The public half of the signing key first, then the others.
    verifying: Vec<PublicKey>,
    /// The signing key's name.
    id: String,
    validation: Validation,
    /// The claims of tokens whose signature was right, by their digest: the same token comes with every request of
    /// its bearer, and a signature takes longer to verify than a small question takes to answer. Whether it is
    /// still good is asked each time.
    verified: Mutex<HashMap<[u8; 32], Claims>>,
    /// The secret of the key that signs.
    seed: Vec<u8>,
}

/// A key that verifies.
struct PublicKey {
    id: String,
    key: DecodingKey,
    /// The key's 32 bytes as a JSON Web Key has them.
    x: String,
    /// The secret of the key, where its file holds more than the public half.
    seed: Option<Vec<u8>>,
}

impl PublicKey {
    fn new(bytes: &[u8], seed: Option<Vec<u8>>) -> Self {
        let (key, x) = (DecodingKey::from_ed_der(bytes), URL_SAFE_NO_PAD.encode(bytes));
        Self { id: key_id(bytes), key, x, seed }
    }
}

/// The key itself is never shown.
impl fmt::Debug for Keys {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verifying: Vec<_> = self.verifying.iter().map(|public| &public.id).collect();
        out.debug_struct("Keys").field("id", &self.id).field("verifying", &verifying).finish_non_exhaustive()
    }
}

impl Keys {
    /// The secret of the signing key, for keys that are derived from it for another purpose.
    fn seed(pkcs8: &[u8]) -> Option<Vec<u8>> {
        use aws_lc_rs::encoding::{AsBigEndian as _, Curve25519SeedBin};
        let pair = Ed25519KeyPair::from_pkcs8(pkcs8).ok()?;
        let seed: Curve25519SeedBin<'_> = pair.seed().ok()?.as_be_bytes().ok()?;
        Some(seed.as_ref().to_vec())
    }

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
        let seed = Self::seed(pkcs8)?;
        let public = PublicKey::new(&public_half(pkcs8)?, Some(seed.clone()));
        Some(Self {
            signing: EncodingKey::from_ed_der(pkcs8),
            id: public.id.clone(),
            verifying: vec![public],
            validation: validation(),
            verified: Mutex::default(),
            seed,
        })
    }

    /// The same, and the keys in these files verify as well: private ones in PKCS#8 or public ones, in
    /// PEM. A key that is named twice, or signs already, counts once.
    ///
    /// # Errors
    /// A sentence, when a file cannot be read, when it holds a private key that others than its owner may
    /// read, or when it holds no Ed25519 key.
    pub fn with_verifying(mut self, paths: &[PathBuf]) -> Result<Self, String> {
        for path in paths {
            let (public, seed) = key_file::load_public(path)?;
            let public = PublicKey::new(&public, seed);
            if self.verifying.iter().all(|known| known.id != public.id) {
                self.verifying.push(public);
            }
        }
        Ok(self)
    }

    /// The secret from which keys for other purposes are derived. It is used for nothing else, and shown to nobody.
    pub(crate) fn secret(&self) -> &[u8] {
        &self.seed
    }

    /// The same of all keys that verify and whose secret is known, that of the signing key first: what was sealed under a
    /// former signing key is opened with it.
    pub(crate) fn secrets(&self) -> impl Iterator<Item = &[u8]> {
        self.verifying.iter().filter_map(|public| public.seed.as_deref())
    }

    /// What tokens call the key that signs (`kid`).
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The keys that verify, as a JSON Web Key Set (RFC 7517, RFC 8037), the one that signs first.
    #[must_use]
    pub fn jwks(&self) -> String {
        let jwk = |public: &PublicKey| {
            serde_json::json!({
                "kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": public.id, "x": public.x,
            })
        };
        let keys: Vec<_> = self.verifying.iter().map(jwk).collect();
        serde_json::json!({ "keys": keys }).to_string()
    }

    /// A token for this subject and session, good from now on for `ttl` (in whole seconds).
    ///
    /// # Errors
    /// An internal fault, when the token would outlast the calendar or cannot be signed.
    pub fn mint(
        &self,
        subject: &str,
        session: Option<Uuid>,
        now: DateTime<Utc>,
        ttl: Duration,
        jti: Uuid,
    ) -> Result<String, Fault> {
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
            sid: session,
        };
        let header = Header { kid: Some(self.id.clone()), ..Header::new(Algorithm::EdDSA) };
        jsonwebtoken::encode(&header, &claims, &self.signing).map_err(Fault::internal)
    }

    /// What the token says, when this server signed it and it is good at this moment.
    ///
    /// # Errors
    /// Always the same fault, with the code `UNAUTHENTICATED`.
    pub fn verify(&self, token: &str, now: DateTime<Utc>) -> Result<Claims, Fault> {
        let claims = self.remembered(token, now).ok_or_else(refused)?;
        if is_good_at(&claims, now.timestamp()) { Ok(claims) } else { Err(refused()) }
    }

    /// What [`Self::read`] says, remembered.
    fn remembered(&self, token: &str, now: DateTime<Utc>) -> Option<Claims> {
        let digest = <[u8; 32]>::try_from(digest(&SHA256, token.as_bytes()).as_ref()).ok()?;
        let verified = || self.verified.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(claims) = verified().get(&digest) {
            return Some(claims.clone());
        }
        let claims = self.read(token)?;
        let mut verified = verified();
        if verified.len() >= MOST_REMEMBERED {
            verified.retain(|_, claims| is_good_at(claims, now.timestamp()));
            if verified.len() >= MOST_REMEMBERED {
                verified.clear();
            }
        }
        verified.insert(digest, claims.clone());
        Some(claims)
    }

    /// The claims of a token that the key it names signed for us, whatever its time.
    fn read(&self, token: &str) -> Option<Claims> {
        let kid = jsonwebtoken::decode_header(token).ok()?.kid?;
        let public = self.verifying.iter().find(|public| public.id == kid)?;
        let data = jsonwebtoken::decode::<Claims>(token, &public.key, &self.validation).ok()?;
        Some(data.claims)
    }
}

/// The public key that belongs to a private one.
fn public_half(pkcs8: &[u8]) -> Option<Vec<u8>> {
    let pair = Ed25519KeyPair::from_pkcs8(pkcs8).ok()?;
    Some(pair.public_key().as_ref().to_vec())
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

/// The one answer to every token that is not good here, whoever made it.
#[must_use]
pub fn refused() -> Fault {
    Fault::new(FaultCode::Unauthenticated, "The access token is not valid or has expired.")
}
