//! How a message is signed, as the Standard Webhooks convention has it: HMAC-SHA-256 over its id, its moment and its
//! body. Pure.

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};

/// What secrets begin with, so that people and scanners of source code know them by sight.
pub const PREFIX: &str = "whsec_";

/// What a receiver gets to see of a secret, once.
#[must_use]
pub fn shown(secret: &[u8]) -> String {
    format!("{PREFIX}{}", STANDARD.encode(secret))
}

/// One signature.
#[must_use]
pub fn signature(secret: &[u8], id: &str, at: DateTime<Utc>, body: &[u8]) -> String {
    let mut signing = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, secret));
    signing.update(format!("{id}.{}.", at.timestamp()).as_bytes());
    signing.update(body);
    format!("v1,{}", STANDARD.encode(signing.sign()))
}

/// The headers of a message: signed with each of these secrets, the newest first.
#[must_use]
pub fn headers(secrets: &[Vec<u8>], id: &str, at: DateTime<Utc>, body: &[u8]) -> Vec<(&'static str, String)> {
    let signatures: Vec<_> = secrets.iter().map(|secret| signature(secret, id, at, body)).collect();
    vec![
        ("content-type", "application/json".to_owned()),
        ("user-agent", concat!("Tutti/", env!("CARGO_PKG_VERSION")).to_owned()),
        ("webhook-id", id.to_owned()),
        ("webhook-timestamp", at.timestamp().to_string()),
        ("webhook-signature", signatures.join(" ")),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_signed_as_the_convention_has_it() {
        // The example of the convention.
        let secret = STANDARD.decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let at = DateTime::from_timestamp(1_614_265_330, 0).unwrap();
        let (id, body) = ("msg_p5jXN8AQM9LWM0D4loKWxJek", br#"{"test": 2432232314}"#);
        let expected = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
        assert_eq!(signature(&secret, id, at, body), expected);
        assert_eq!(shown(&secret), "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
        let other = vec![7; 32];
        let headers = headers(&[secret, other.clone()], id, at, body);
        let of = |name: &str| headers.iter().find(|(known, _)| *known == name).unwrap().1.clone();
        assert_eq!(of("webhook-signature"), format!("{expected} {}", signature(&other, id, at, body)));
        assert_eq!((of("webhook-id"), of("webhook-timestamp")), (id.to_owned(), "1614265330".to_owned()));
    }

    #[test]
    fn whatever_is_changed_is_another_signature() {
        let at = DateTime::UNIX_EPOCH;
        let plain = signature(&[1; 32], "whd_1", at, b"{}");
        assert_ne!(signature(&[2; 32], "whd_1", at, b"{}"), plain);
        assert_ne!(signature(&[1; 32], "whd_2", at, b"{}"), plain);
        assert_ne!(signature(&[1; 32], "whd_1", at + chrono::TimeDelta::seconds(1), b"{}"), plain);
        assert_ne!(signature(&[1; 32], "whd_1", at, b"{ }"), plain);
    }
}
