//! A small identity provider on this machine, with keys of every kind, that counts what it is asked.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;

use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256, RsaKeyPair,
};
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::*;

/// Making one takes a while, so all providers of these tests share two.
static RSA: LazyLock<[RsaKeyPair; 2]> =
    LazyLock::new(|| [(); 2].map(|()| RsaKeyPair::generate(KeySize::Rsa2048).unwrap()));

/// A key that signs.
pub enum Signer {
    Rsa(&'static RsaKeyPair),
    Ec(EcdsaKeyPair),
    Ed(Ed25519KeyPair),
}

pub fn rsa() -> Signer {
    Signer::Rsa(&RSA[0])
}

pub fn other_rsa() -> Signer {
    Signer::Rsa(&RSA[1])
}

pub fn ec() -> Signer {
    Signer::Ec(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap())
}

pub fn ed() -> Signer {
    Signer::Ed(Ed25519KeyPair::generate().unwrap())
}

impl Signer {
    pub fn algorithm(&self) -> &'static str {
        match self {
            Self::Rsa(_) => "RS256",
            Self::Ec(_) => "ES256",
            Self::Ed(_) => "EdDSA",
        }
    }

    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        let random = SystemRandom::new();
        match self {
            Self::Rsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &random, message, &mut signature).unwrap();
                signature
            }
            Self::Ec(pair) => pair.sign(&random, message).unwrap().as_ref().to_vec(),
            Self::Ed(pair) => pair.sign(message).as_ref().to_vec(),
        }
    }

    pub fn jwk(&self, kid: &str) -> Value {
        let text = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        let mut jwk = match self {
            Self::Rsa(pair) => {
                let public = pair.public_key();
                let (n, e) = (public.modulus(), public.exponent());
                json!({
                    "kty": "RSA",
                    "n": text(n.big_endian_without_leading_zero()),
                    "e": text(e.big_endian_without_leading_zero()),
                })
            }
            Self::Ec(pair) => {
                let (x, y) = pair.public_key().as_ref()[1..].split_at(32);
                json!({ "kty": "EC", "crv": "P-256", "x": text(x), "y": text(y) })
            }
            Self::Ed(pair) => {
                json!({ "kty": "OKP", "crv": "Ed25519", "x": text(pair.public_key().as_ref()) })
            }
        };
        jwk["kid"] = kid.into();
        jwk["use"] = "sig".into();
        jwk["alg"] = self.algorithm().into();
        jwk
    }

    /// Whatever somebody might take for a shared secret: every public form of this RSA key.
    pub fn public_forms(&self) -> Vec<Vec<u8>> {
        let Self::Rsa(pair) = self else { panic!("only an RSA key has these") };
        let public = pair.public_key();
        let spki: PublicKeyX509Der = public.as_der().unwrap();
        let pem = |name: &str, der: &[u8]| {
            let lines: Vec<String> = STANDARD
                .encode(der)
                .as_bytes()
                .chunks(64)
                .map(|l| String::from_utf8_lossy(l).into())
                .collect();
            format!("-----BEGIN {name}-----\n{}\n-----END {name}-----\n", lines.join("\n"))
        };
        let modulus = public.modulus().big_endian_without_leading_zero().to_vec();
        let pems = [pem("PUBLIC KEY", spki.as_ref()), pem("RSA PUBLIC KEY", public.as_ref())];
        let texts = pems.iter().flat_map(|pem| [pem.clone(), pem.trim_end().to_owned()]);
        let jwk = [self.jwk("rsa").to_string(), URL_SAFE_NO_PAD.encode(&modulus)];
        let mut forms: Vec<Vec<u8>> = texts.chain(jwk).map(String::into_bytes).collect();
        forms.extend([spki.as_ref().to_vec(), public.as_ref().to_vec(), modulus]);
        forms
    }

    /// A token with this header, or one that names this key, over these claims.
    pub fn token(&self, kid: &str, claims: &Value) -> String {
        self.token_with(&json!({ "alg": self.algorithm(), "typ": "JWT", "kid": kid }), claims)
    }

    pub fn token_with(&self, header: &Value, claims: &Value) -> String {
        let message = format!("{}.{}", part(header), part(claims));
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(self.sign(message.as_bytes())))
    }
}

pub fn part(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

/// What the provider answers next.
pub struct Answers {
    pub discovery: Option<Value>,
    pub keys: Vec<Value>,
    /// What stands before the keys: nothing, or much.
    pub padding: usize,
    /// The status line of both answers, and headers.
    pub status: String,
    /// Whether it hangs up without a word.
    pub is_down: bool,
    /// Whether it waits before each answer until this is over.
    pub is_slow: bool,
}

/// The provider.
pub struct Issuer {
    pub url: String,
    pub answers: Mutex<Answers>,
    discoveries: AtomicUsize,
    looks: AtomicUsize,
    ended: AtomicBool,
}

impl Issuer {
    pub fn start(keys: Vec<Value>) -> Arc<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/realms/tutti", listener.local_addr().unwrap());
        let answers = Answers {
            discovery: None,
            keys,
            padding: 0,
            status: "200 OK".to_owned(),
            is_down: false,
            is_slow: false,
        };
        let issuer = Arc::new(Self {
            url,
            answers: Mutex::new(answers),
            discoveries: AtomicUsize::new(0),
            looks: AtomicUsize::new(0),
            ended: AtomicBool::new(false),
        });
        let serving = Arc::clone(&issuer);
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if serving.ended.load(Ordering::SeqCst) {
                    return;
                }
                let serving = Arc::clone(&serving);
                std::thread::spawn(move || serving.answer(stream));
            }
        });
        issuer
    }

    /// How often it was asked for its discovery document and for its keys.
    pub fn asked(&self) -> (usize, usize) {
        (self.discoveries.load(Ordering::SeqCst), self.looks.load(Ordering::SeqCst))
    }

    pub fn change(&self, change: impl FnOnce(&mut Answers)) {
        change(&mut self.answers.lock().unwrap());
    }

    fn answer(&self, mut stream: TcpStream) {
        let mut head = Vec::new();
        let mut byte = [0];
        while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|read| read == 1) {
            head.extend(byte);
        }
        let head = String::from_utf8(head).unwrap();
        let is_discovery = head.starts_with("GET /realms/tutti/.well-known/openid-configuration ");
        let is_look = head.starts_with("GET /realms/tutti/keys ");
        self.discoveries.fetch_add(usize::from(is_discovery), Ordering::SeqCst);
        self.looks.fetch_add(usize::from(is_look), Ordering::SeqCst);
        while self.answers.lock().unwrap().is_slow {
            std::thread::sleep(Duration::from_millis(5));
        }
        let answers = self.answers.lock().unwrap();
        if answers.is_down {
            return;
        }
        let body = if is_discovery {
            let usual = json!({ "issuer": self.url, "jwks_uri": format!("{}/keys", self.url) });
            answers.discovery.clone().unwrap_or(usual).to_string()
        } else {
            assert!(is_look, "{head}");
            format!("{}{}", " ".repeat(answers.padding), json!({ "keys": answers.keys }))
        };
        let head = format!(
            "HTTP/1.1 {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
            answers.status,
            body.len()
        );
        // Who asked may have read enough.
        let _ = stream.write_all(&[head.as_bytes(), body.as_bytes()].concat());
    }

    /// What a good token of this provider says.
    pub fn claims(&self) -> Value {
        let now = at(0).timestamp();
        json!({
            "iss": self.url, "aud": "tutti-api", "sub": "f:1:anna", "iat": now, "nbf": now, "exp": now + 300,
            "email": "anna@example.org", "email_verified": true,
            "realm_access": { "roles": ["cx-office", "offline_access"] },
            "groups": "cx-audit",
        })
    }

    /// The same with one claim changed, or left out.
    pub fn claims_with(&self, name: &str, value: Option<Value>) -> Value {
        let mut claims = self.claims();
        match value {
            Some(value) => claims[name] = value,
            None => drop(claims.as_object_mut().unwrap().remove(name)),
        }
        claims
    }

    pub fn settings(&self) -> Settings {
        Settings {
            issuer: self.url.clone(),
            audience: "tutti-api".to_owned(),
            email_claim: "email".to_owned(),
            roles_claim: Some("realm_access.roles".to_owned()),
            roles: vec![("cx-office".to_owned(), Role::Pmo), ("cx-audit".to_owned(), Role::Auditor)],
        }
    }

    pub fn provider(&self) -> Provider {
        Provider::new(self.settings()).unwrap()
    }

    /// Ends the thread that listens.
    pub fn stop(&self) {
        self.change(|answers| answers.is_slow = false);
        self.ended.store(true, Ordering::SeqCst);
        let address = self.url.trim_start_matches("http://").split('/').next().unwrap();
        drop(TcpStream::connect(address));
    }
}
