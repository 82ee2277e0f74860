//! The links in mails: one says which communication is acknowledged for whom, and until when; another that somebody wants no
//! more digests; and nobody can make one but us.
//!
//! What a link says is signed with HMAC-SHA-256 under a key that is derived from the server's signing key for this purpose
//! alone, so that neither is good for the other. With another signing key the links of mails that are out are not good any more.

use aws_lc_rs::{hkdf, hmac};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use tutti_entity::ids::{CommunicationId, PersonId, TypedId as _};
use uuid::Uuid;

use crate::graphql::Fault;

/// For what the key is: another purpose has another key.
const ACKNOWLEDGES: &[u8] = b"tutti acknowledgement link, first form";
/// The same of links that end the digest of somebody.
const UNSUBSCRIBES: &[u8] = b"tutti unsubscribe link, first form";

/// How many bytes a link says: a communication, a person, and seconds since 1970.
const SAID: usize = 16 + 16 + 8;

/// What a link says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Said {
    /// What is acknowledged.
    pub communication: CommunicationId,
    /// For whom.
    pub person: PersonId,
    /// Until when the link is good.
    pub until: DateTime<Utc>,
}

/// Makes and reads links.
#[derive(Clone)]
pub struct Links {
    acknowledges: hmac::Key,
    unsubscribes: hmac::Key,
}

/// The keys are never shown.
impl std::fmt::Debug for Links {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Links").finish_non_exhaustive()
    }
}

/// A key that is derived from this secret for this purpose.
fn key(secret: &[u8], purpose: &[u8]) -> Result<hmac::Key, Fault> {
    let mut key = [0; 32];
    let extracted = hkdf::Salt::new(hkdf::HKDF_SHA256, &[]).extract(secret);
    let purpose = [purpose];
    let expanded =
        extracted.expand(&purpose, hkdf::HKDF_SHA256).and_then(|key_material| key_material.fill(&mut key));
    expanded.map_err(Fault::internal)?;
    Ok(hmac::Key::new(hmac::HMAC_SHA256, &key))
}

/// What is said, with what shows that we said it.
fn sign(key: &hmac::Key, mut said: Vec<u8>) -> String {
    let tag = hmac::sign(key, &said);
    said.extend_from_slice(tag.as_ref());
    URL_SAFE_NO_PAD.encode(said)
}

/// Reads this text, of which so many bytes say something.
fn verified(key: &hmac::Key, text: &str, said: usize) -> Option<Vec<u8>> {
    let mut bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
    let (said, tag) = bytes.split_at_checked(said)?;
    hmac::verify(key, said, tag).ok()?;
    let length = said.len();
    bytes.truncate(length);
    Some(bytes)
}

fn moment(bytes: &[u8]) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp(i64::from_be_bytes(bytes.try_into().ok()?), 0)
}

impl Links {
    /// With keys that are derived from this secret.
    ///
    /// # Errors
    /// An internal fault, when none can be derived.
    pub fn new(secret: &[u8]) -> Result<Self, Fault> {
        Ok(Self { acknowledges: key(secret, ACKNOWLEDGES)?, unsubscribes: key(secret, UNSUBSCRIBES)? })
    }

    /// The text with which this person ends their digest, good until then.
    #[must_use]
    pub fn unsubscribe(&self, person: PersonId, until: DateTime<Utc>) -> String {
        let mut bytes = person.uuid().as_bytes().to_vec();
        bytes.extend_from_slice(&until.timestamp().to_be_bytes());
        sign(&self.unsubscribes, bytes)
    }

    /// Who ends their digest with this text, where we made it and it is still good.
    #[must_use]
    pub fn unsubscribes(&self, text: &str, now: DateTime<Utc>) -> Option<PersonId> {
        let bytes = verified(&self.unsubscribes, text, 16 + 8)?;
        let (person, until) = bytes.split_at_checked(16)?;
        (now < moment(until)?).then_some(PersonId(Uuid::from_slice(person).ok()?))
    }

    /// The text that stands for this.
    #[must_use]
    pub fn make(&self, said: Said) -> String {
        let mut bytes = Vec::with_capacity(SAID + 32);
        bytes.extend_from_slice(said.communication.uuid().as_bytes());
        bytes.extend_from_slice(said.person.uuid().as_bytes());
        bytes.extend_from_slice(&said.until.timestamp().to_be_bytes());
        sign(&self.acknowledges, bytes)
    }

    /// What this text says, where we made it and it is still good.
    #[must_use]
    pub fn read(&self, text: &str, now: DateTime<Utc>) -> Option<Said> {
        let bytes = verified(&self.acknowledges, text, SAID)?;
        let (communication, rest) = bytes.split_at_checked(16)?;
        let (person, until) = rest.split_at_checked(16)?;
        let until = moment(until)?;
        let said = Said {
            communication: CommunicationId(Uuid::from_slice(communication).ok()?),
            person: PersonId(Uuid::from_slice(person).ok()?),
            until,
        };
        (now < until).then_some(said)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeDelta;
    use proptest::prelude::*;

    fn said() -> Said {
        Said {
            communication: CommunicationId(Uuid::from_u128(7)),
            person: PersonId(Uuid::from_u128(9)),
            until: "2025-06-30T00:00:00Z".parse().unwrap(),
        }
    }

    #[test]
    fn a_link_says_what_it_was_made_for_until_it_ends() {
        let links = Links::new(b"secret").unwrap();
        let text = links.make(said());
        assert_eq!(text, links.make(said()));
        let second = TimeDelta::seconds(1);
        assert_eq!(links.read(&text, said().until - second), Some(said()));
        assert_eq!(links.read(&text, said().until), None);
        let others = Links::new(b"another").unwrap();
        assert_eq!(others.read(&text, said().until - second), None);
        assert!(text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)), "{text}");
        assert!(!format!("{links:?}").contains("Key"));
    }

    #[test]
    fn a_link_of_one_purpose_is_not_good_for_another() {
        let links = Links::new(b"secret").unwrap();
        let (person, until) = (said().person, said().until);
        let before = until - TimeDelta::seconds(1);
        let text = links.unsubscribe(person, until);
        assert_eq!(links.unsubscribes(&text, before), Some(person));
        assert_eq!(links.unsubscribes(&text, until), None);
        assert_eq!(Links::new(b"another").unwrap().unsubscribes(&text, before), None);
        assert_eq!(links.unsubscribes(&links.make(said()), before), None);
        assert_eq!(links.read(&text, before), None);
        for at in 0..text.len() {
            let mut other = text.clone().into_bytes();
            other[at] = if other[at] == b'A' { b'B' } else { b'A' };
            // The last letter holds bits that say nothing.
            let forged = links.unsubscribes(&String::from_utf8(other).unwrap(), before);
            assert!(forged.is_none() || at + 1 == text.len(), "{at}");
        }
    }

    proptest! {
        /// Whatever is changed of a link, it is not good.
        #[test]
        fn no_link_is_made_of_another(at in 0_usize..72, flip in 1_u8.., cut in 0_usize..97) {
            let links = Links::new(b"secret").unwrap();
            let (text, before) = (links.make(said()), said().until - TimeDelta::days(1));
            let mut bytes = URL_SAFE_NO_PAD.decode(&text).unwrap();
            bytes[at] ^= flip;
            prop_assert_eq!(links.read(&URL_SAFE_NO_PAD.encode(&bytes), before), None);
            if cut < text.len() {
                prop_assert_eq!(links.read(&text[..cut], before), None);
            }
            prop_assert_eq!(links.read(&format!("{text}A"), before), None);
        }
    }
}
