//! Tokens made by hand, so that they can say what no library would let them say.

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::hmac;
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use crate::harness::key_file;

/// What stands before the 32 bytes of an Ed25519 public key in its usual form (RFC 8410).
const SPKI: [u8; 12] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];

/// A key that signs.
pub struct Signer {
    pair: Ed25519KeyPair,
    /// What tokens call it.
    pub kid: String,
}

pub fn text(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The first two parts of a token.
pub fn message(header: &Value, claims: &Value) -> String {
    format!("{}.{}", text(header.to_string()), text(claims.to_string()))
}

impl Signer {
    fn new(pair: Ed25519KeyPair) -> Self {
        let name = text(digest(&SHA256, pair.public_key().as_ref()));
        Self { pair, kid: name[..16].to_owned() }
    }

    /// The house's own.
    pub fn of_the_house() -> Self {
        let pem = std::fs::read_to_string(key_file()).unwrap();
        let body: String = pem.lines().filter(|line| !line.starts_with("-----")).collect();
        Self::new(Ed25519KeyPair::from_pkcs8(&STANDARD.decode(body).unwrap()).unwrap())
    }

    /// One that nobody knows.
    pub fn stranger() -> Self {
        Self::new(Ed25519KeyPair::generate().unwrap())
    }

    /// The key's 32 public bytes.
    pub fn public(&self) -> &[u8] {
        self.pair.public_key().as_ref()
    }

    /// As the key set of an issuer shows it.
    pub fn jwk(&self) -> Value {
        json!({
            "kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": self.kid,
            "x": text(self.public()),
        })
    }

    /// Every form of the public key that a verifier might take for a shared secret.
    pub fn public_forms(&self) -> Vec<Vec<u8>> {
        let der = [&SPKI, self.public()].concat();
        let pem =
            format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", STANDARD.encode(&der));
        vec![
            self.public().to_vec(),
            der,
            pem.trim_end().as_bytes().to_vec(),
            pem.into_bytes(),
            text(self.public()).into_bytes(),
            self.jwk().to_string().into_bytes(),
        ]
    }

    /// The header of its tokens.
    pub fn header(&self) -> Value {
        json!({ "alg": "EdDSA", "typ": "JWT", "kid": self.kid })
    }

    /// A token over these claims.
    pub fn token(&self, claims: &Value) -> String {
        self.token_with(&self.header(), claims)
    }

    /// A token with this header over these claims.
    pub fn token_with(&self, header: &Value, claims: &Value) -> String {
        let message = message(header, claims);
        format!("{message}.{}", text(self.pair.sign(message.as_bytes())))
    }
}

/// A token with HMAC and SHA-256, under this secret.
pub fn shared(secret: &[u8], kid: &str, claims: &Value) -> String {
    let message = message(&json!({ "alg": "HS256", "typ": "JWT", "kid": kid }), claims);
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), message.as_bytes());
    format!("{message}.{}", text(tag))
}

/// The same claims with one changed, or left out for null.
pub fn with(claims: &Value, name: &str, value: Value) -> Value {
    let mut claims = claims.clone();
    match value {
        Value::Null => drop(claims.as_object_mut().unwrap().remove(name)),
        value => claims[name] = value,
    }
    claims
}
