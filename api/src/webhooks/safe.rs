//! The secrets of webhooks at rest: sealed with AES-256-GCM under a key that is derived from the server's signing key for
//! this purpose alone, and bound to the webhook that they are of.
//!
//! The server has to sign with them, so that they cannot be kept as digests. Whoever has the database without the key file
//! has no secret. While the private half of an older signing key is among the keys that verify, what was sealed under it is
//! opened as well, and sealed anew.

use std::sync::Arc;

use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use aws_lc_rs::hkdf;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use tutti_entity::ids::{TypedId as _, WebhookId};

use crate::graphql::Fault;

/// For what the key is: another purpose has another key.
const PURPOSE: &[u8] = b"tutti webhook secrets, first form";

/// Seals and opens.
#[derive(Clone)]
pub struct Safe(Arc<[RandomizedNonceKey]>);

/// The keys are never shown.
impl std::fmt::Debug for Safe {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Safe").finish_non_exhaustive()
    }
}

/// What was sealed.
#[derive(PartialEq, Eq)]
pub struct Opened {
    /// The secret.
    pub secret: Vec<u8>,
    /// Whether it is sealed under the key that seals now.
    pub is_current: bool,
}

fn key(secret: &[u8]) -> Result<RandomizedNonceKey, Fault> {
    let mut key = [0; 32];
    let extracted = hkdf::Salt::new(hkdf::HKDF_SHA256, &[]).extract(secret);
    let expanded =
        extracted.expand(&[PURPOSE], hkdf::HKDF_SHA256).and_then(|material| material.fill(&mut key));
    expanded.map_err(Fault::internal)?;
    RandomizedNonceKey::new(&AES_256_GCM, &key).map_err(Fault::internal)
}

impl Safe {
    /// With keys that are derived from these secrets: the first seals, all of them open.
    ///
    /// # Errors
    /// An internal fault, when none can be derived.
    pub fn new<'s>(secrets: impl IntoIterator<Item = &'s [u8]>) -> Result<Self, Fault> {
        let keys: Vec<_> = secrets.into_iter().map(key).collect::<Result<_, _>>()?;
        Ok(Self(keys.into()))
    }

    /// What is kept of a secret of this webhook.
    ///
    /// # Errors
    /// An internal fault, when it cannot be sealed.
    pub fn seal(&self, webhook: WebhookId, secret: &[u8]) -> Result<String, Fault> {
        let key = self.0.first().ok_or_else(|| Fault::internal("a safe without a key"))?;
        let mut sealed = secret.to_vec();
        let bound = Aad::from(*webhook.uuid().as_bytes());
        let nonce = key.seal_in_place_append_tag(bound, &mut sealed).map_err(Fault::internal)?;
        Ok(STANDARD_NO_PAD.encode([nonce.as_ref().as_slice(), &sealed].concat()))
    }

    /// The secret of this webhook, where one of the keys opens what is kept of it.
    #[must_use]
    pub fn open(&self, webhook: WebhookId, kept: &str) -> Option<Opened> {
        let bytes = STANDARD_NO_PAD.decode(kept).ok()?;
        let (nonce, sealed) = bytes.split_at_checked(NONCE_LEN)?;
        self.0.iter().enumerate().find_map(|(number, key)| {
            let mut sealed = sealed.to_vec();
            let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
            let bound = Aad::from(*webhook.uuid().as_bytes());
            let secret = key.open_in_place(nonce, bound, &mut sealed).ok()?.to_vec();
            Some(Opened { secret, is_current: number == 0 })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn a_secret_is_opened_for_its_webhook_by_a_key_that_is_known() {
        let [one, other] = [7, 8].map(|number| WebhookId(Uuid::from_u128(number)));
        let safe = Safe::new([b"first".as_slice()]).unwrap();
        let kept = safe.seal(one, b"the secret").unwrap();
        assert!(kept != safe.seal(one, b"the secret").unwrap() && !kept.contains("secret"));
        let opened = safe.open(one, &kept).unwrap();
        assert!(opened.secret == b"the secret" && opened.is_current);
        assert!(safe.open(other, &kept).is_none(), "it is another's");
        // With a new key it is opened for as long as the old one is known, and not without it.
        let newer = Safe::new([b"second".as_slice(), b"first"]).unwrap();
        let opened = newer.open(one, &kept).unwrap();
        assert!(opened.secret == b"the secret" && !opened.is_current);
        assert!(Safe::new([b"second".as_slice()]).unwrap().open(one, &kept).is_none());
        let mut bytes = STANDARD_NO_PAD.decode(&kept).unwrap();
        for at in 0..bytes.len() {
            bytes[at] ^= 1;
            assert!(safe.open(one, &STANDARD_NO_PAD.encode(&bytes)).is_none(), "byte {at}");
            bytes[at] ^= 1;
        }
        for text in ["", "?", "AAAA", &kept[..10]] {
            assert!(safe.open(one, text).is_none());
        }
        assert!(!format!("{safe:?}").contains("Key"));
    }
}
