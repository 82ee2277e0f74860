//! Secrets that are shown once: made at random, kept as a digest alone.
//!
//! They have 256 bits of their own, so that a plain digest cannot be turned around; passwords, which
//! people choose, go through [`super::password`].

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::graphql::Fault;

/// A secret that was just made.
pub struct Secret {
    /// What its bearer gets to see, once.
    pub text: String,
    /// What is kept of it.
    pub hash: String,
}

/// The secret itself is never shown.
impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Secret").field("hash", &self.hash).finish_non_exhaustive()
    }
}

impl Secret {
    /// A new secret that starts with this, so that people and scanners of source code know it by sight.
    ///
    /// # Errors
    /// An internal fault, when the machine has no randomness to give.
    pub fn new(prefix: &str) -> Result<Self, Fault> {
        let text = format!("{prefix}{}", URL_SAFE_NO_PAD.encode(random::<32>()?));
        Ok(Self { hash: hash(&text), text })
    }
}

/// What is kept of a secret: it is found by this.
#[must_use]
pub fn hash(secret: &str) -> String {
    URL_SAFE_NO_PAD.encode(digest(&SHA256, secret.as_bytes()))
}

/// Bytes that nobody can foresee.
///
/// # Errors
/// An internal fault, when the machine has none to give.
pub fn random<const N: usize>() -> Result<[u8; N], Fault> {
    let mut bytes = [0; N];
    aws_lc_rs::rand::fill(&mut bytes).map_err(Fault::internal)?;
    Ok(bytes)
}

/// What chance says, so that not all who wait come back at once; the middle, when the machine has no randomness to give.
#[must_use]
pub fn dice() -> u8 {
    let [thrown] = random::<1>().unwrap_or([128]);
    thrown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_found_by_its_hash_and_shown_nowhere() {
        let (one, other) = (Secret::new("tutti_").unwrap(), Secret::new("tutti_").unwrap());
        assert!(one.text.starts_with("tutti_") && one.text.len() == 6 + 43);
        assert_ne!(one.text, other.text);
        assert_eq!(one.hash, hash(&one.text));
        assert!(!format!("{one:?}").contains(&one.text[6..]));
    }
}
