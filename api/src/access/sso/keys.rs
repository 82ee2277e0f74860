//! The provider's public keys (RFC 7517), and which of them a token asks for.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde::Deserialize;
use serde_json::Value;

/// How many keys a provider may have.
const MOST_KEYS: usize = 100;

/// How long an RSA modulus has to be at least, in bits.
const SHORTEST_RSA: usize = 2048;

/// How long the key of an elliptic curve is, in bytes: each of two coordinates, or the one of Ed25519.
const CURVE_LENGTH: usize = 32;

/// What a token says about the key that signed it.
#[derive(Debug)]
pub struct Asked {
    algorithm: Algorithm,
    id: Option<String>,
}

impl Asked {
    /// `None` for a token that cannot be good whatever the keys are.
    pub fn read(token: &str) -> Option<Self> {
        let header = jsonwebtoken::decode_header(token).ok()?;
        // What is critical has to be understood (RFC 7515, section 4.1.11), and we understand nothing of it.
        let known = matches!(header.alg, Algorithm::RS256 | Algorithm::ES256 | Algorithm::EdDSA);
        (known && header.crit.is_none()).then_some(Self { algorithm: header.alg, id: header.kid })
    }
}

/// One key, for the one algorithm that it can verify.
pub struct Key {
    id: Option<String>,
    verifying: DecodingKey,
    validation: Validation,
}

/// The keys of a provider.
#[derive(Default)]
pub struct KeySet(Vec<Arc<Key>>);

/// What a set knows of the key that a token asks for.
pub enum Lookup {
    /// This is the one.
    Found(Arc<Key>),
    /// There are such keys, but none, or more than one, that could have signed it.
    Unfit,
    /// There is no such key; the provider may have a new one.
    Unknown,
}

/// A set of keys as a provider shows it.
#[derive(Deserialize)]
pub struct Shown {
    keys: Vec<Value>,
}

/// What we read of a key, whatever its type.
#[derive(Deserialize)]
pub(super) struct Jwk {
    kty: String,
    kid: Option<String>,
    #[serde(rename = "use")]
    purpose: Option<String>,
    key_ops: Option<Vec<String>>,
    alg: Option<String>,
    crv: Option<String>,
    n: Option<String>,
    e: Option<String>,
    x: Option<String>,
    y: Option<String>,
}

impl KeySet {
    /// The keys that can verify. Others do no harm: a provider may have keys for other purposes.
    pub fn new(shown: Shown) -> Result<Self, String> {
        if shown.keys.len() > MOST_KEYS {
            return Err(format!("there are {} keys; at most {MOST_KEYS} are read", shown.keys.len()));
        }
        let keys = shown.keys.into_iter().filter_map(|key| Key::new(serde_json::from_value(key).ok()?));
        Ok(Self(keys.map(Arc::new).collect()))
    }

    /// How many keys can verify.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// The key of that name, for that algorithm; without a name, the only one for that algorithm.
    pub fn find(&self, asked: &Asked) -> Lookup {
        let named = |key: &&Arc<Key>| asked.id.is_none() || key.id == asked.id;
        let mut fitting =
            self.0.iter().filter(named).filter(|key| key.validation.algorithms.contains(&asked.algorithm));
        match (fitting.next(), asked.id.is_some() || fitting.next().is_none()) {
            (Some(key), true) => Lookup::Found(Arc::clone(key)),
            _ if self.0.iter().any(|key| named(&key)) => Lookup::Unfit,
            _ => Lookup::Unknown,
        }
    }
}

impl Key {
    pub(super) fn new(jwk: Jwk) -> Option<Self> {
        let signs = jwk.purpose.as_deref().is_none_or(|purpose| purpose == "sig");
        let verifies = jwk.key_ops.is_none_or(|ops| ops.iter().any(|op| op == "verify"));
        let (algorithm, name, verifying) = match (jwk.kty.as_str(), jwk.crv.as_deref()) {
            ("RSA", _) => (Algorithm::RS256, "RS256", rsa(&jwk.n?, &jwk.e?)?),
            ("EC", Some("P-256")) => (Algorithm::ES256, "ES256", p256(&jwk.x?, &jwk.y?)?),
            ("OKP", Some("Ed25519")) => {
                (Algorithm::EdDSA, "EdDSA", DecodingKey::from_ed_der(&coordinate(&jwk.x?)?))
            }
            _ => return None,
        };
        let agrees = jwk.alg.is_none_or(|alg| alg == name);
        (signs && verifies && agrees).then(|| Self {
            id: jwk.kid,
            verifying,
            validation: signature_alone(algorithm),
        })
    }

    /// What a token says that this key signed.
    pub fn read(&self, token: &str) -> Option<Value> {
        jsonwebtoken::decode(token, &self.verifying, &self.validation).ok().map(|data| data.claims)
    }
}

/// The library checks the signature alone: it would ask the system's clock, and time is a parameter.
fn signature_alone(algorithm: Algorithm) -> Validation {
    let mut validation = Validation::new(algorithm);
    validation.validate_exp = false;
    validation.validate_aud = false;
    validation.required_spec_claims.clear();
    validation
}

fn rsa(modulus: &str, exponent: &str) -> Option<DecodingKey> {
    let (modulus, exponent) = (number(modulus)?, number(exponent)?);
    let leading = modulus.first().map_or(0, |byte| byte.leading_zeros());
    let bits = (modulus.len() * 8).checked_sub(usize::try_from(leading).ok()?)?;
    (bits >= SHORTEST_RSA).then(|| DecodingKey::from_rsa_raw_components(&modulus, &exponent))
}

fn p256(x: &str, y: &str) -> Option<DecodingKey> {
    // An uncompressed point begins with 4 (SEC 1, section 2.3.3).
    let point = [vec![4], coordinate(x)?, coordinate(y)?].concat();
    Some(DecodingKey::from_ec_der(&point))
}

fn coordinate(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok().filter(|bytes| bytes.len() == CURVE_LENGTH)
}

/// A number without the zeros that some providers put before it.
fn number(text: &str) -> Option<Vec<u8>> {
    let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
    Some(bytes.into_iter().skip_while(|byte| *byte == 0).collect())
}
