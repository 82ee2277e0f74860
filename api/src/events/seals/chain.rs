//! What a seal says of events, and of the seal before it. Pure.

use aws_lc_rs::digest::{Context, SHA256};
use chrono::{DateTime, Utc};
use tutti_entity::events::{event, event_seal};
use tutti_entity::ids::TypedId as _;

/// What goes into a hash: every part with its length before it, so that no two lists of parts read the same.
struct Hash(Context);

impl Hash {
    /// A hash for one purpose, which cannot be taken for one of another.
    fn of(purpose: &str) -> Self {
        let mut hash = Self(Context::new(&SHA256));
        hash.part(purpose.as_bytes());
        hash
    }

    fn part(&mut self, bytes: &[u8]) {
        let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        self.0.update(&length.to_be_bytes());
        self.0.update(bytes);
    }

    fn number(&mut self, number: i64) {
        self.part(&number.to_be_bytes());
    }

    /// A part that may be missing, which is something else than an empty one.
    fn maybe(&mut self, bytes: Option<&[u8]>) {
        self.part(if bytes.is_some() { b"+" } else { b"-" });
        self.part(bytes.unwrap_or_default());
    }

    fn end(self) -> Vec<u8> {
        self.0.finish().as_ref().to_vec()
    }
}

fn hex(bytes: &[u8]) -> String {
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits.filter_map(|digit| char::from_digit(digit.into(), 16)).collect()
}

/// Every column of an event but the transaction that wrote it, whose number begins anew in another cluster.
fn of_event(event: &event::Model) -> Vec<u8> {
    let event::Model {
        id,
        transaction: _,
        position,
        at,
        actor_id,
        api_key_id,
        action,
        subject_kind,
        subject_id,
        within_id,
        changes,
        reason,
        request_id,
    } = event;
    let mut hash = Hash::of("tutti event 1");
    hash.part(id.uuid().as_bytes());
    hash.number(*position);
    hash.number(at.timestamp_micros());
    hash.maybe(actor_id.as_ref().map(|id| id.0.as_bytes().as_slice()));
    hash.maybe(api_key_id.as_ref().map(|id| id.0.as_bytes().as_slice()));
    hash.part(action.as_bytes());
    hash.part(subject_kind.as_bytes());
    hash.part(subject_id.as_bytes());
    hash.maybe(within_id.as_ref().map(|id| id.as_bytes().as_slice()));
    hash.part(changes.as_bytes());
    hash.maybe(reason.as_deref().map(str::as_bytes));
    hash.maybe(request_id.as_deref().map(str::as_bytes));
    hash.end()
}

/// Events that are to come under one seal.
pub struct Lot {
    hash: Hash,
    /// How many there are.
    pub events: i64,
    /// The place of the last.
    pub through: i64,
}

impl Lot {
    /// None yet, after this place.
    #[must_use]
    pub fn after(place: i64) -> Self {
        Self { hash: Hash::of("tutti events 1"), events: 0, through: place }
    }

    /// Takes the next.
    pub fn take(&mut self, event: &event::Model) {
        self.hash.part(&of_event(event));
        self.events = self.events.saturating_add(1);
        self.through = event.position;
    }

    /// What they are.
    #[must_use]
    pub fn digest(self) -> String {
        hex(&self.hash.end())
    }
}

/// Sets the next seal on these events.
#[must_use]
pub fn seal(before: Option<&event_seal::Model>, lot: Lot, at: DateTime<Utc>) -> event_seal::Model {
    let (events, through) = (lot.events, lot.through);
    let mut seal = event_seal::Model {
        number: before.map_or(0, |seal| seal.number).saturating_add(1),
        through,
        events,
        digest: lot.digest(),
        hash: String::new(),
        sealed_at: at,
        pruned_at: None,
    };
    seal.hash = hash_of(before, &seal);
    seal
}

/// What the hash of a seal has to be that follows this one. Whether its events are still there is no part of it.
#[must_use]
pub fn hash_of(before: Option<&event_seal::Model>, seal: &event_seal::Model) -> String {
    let event_seal::Model { number, through, events, digest, hash: _, sealed_at, pruned_at: _ } = seal;
    let mut hash = Hash::of("tutti seal 1");
    hash.maybe(before.map(|seal| seal.hash.as_bytes()));
    hash.number(*number);
    hash.number(*through);
    hash.number(*events);
    hash.part(digest.as_bytes());
    hash.number(sealed_at.timestamp_micros());
    hex(&hash.end())
}

#[cfg(test)]
mod tests {
    use tutti_entity::ids::{EventId, PersonId};
    use uuid::Uuid;

    use super::*;

    fn event(position: i64) -> event::Model {
        event::Model {
            id: EventId(Uuid::from_u128(u128::try_from(position).unwrap())),
            transaction: 7,
            position,
            at: DateTime::UNIX_EPOCH,
            actor_id: Some(PersonId(Uuid::from_u128(1))),
            api_key_id: None,
            action: "initiative.created".to_owned(),
            subject_kind: "ini".to_owned(),
            subject_id: Uuid::from_u128(2),
            within_id: None,
            changes: "[]".to_owned(),
            reason: None,
            request_id: Some("a".to_owned()),
        }
    }

    fn digest(events: &[event::Model]) -> String {
        let mut lot = Lot::after(0);
        for event in events {
            lot.take(event);
        }
        lot.digest()
    }

    #[test]
    fn every_change_of_an_event_is_another_digest() {
        type Change = fn(&mut event::Model);
        let plain = digest(&[event(1), event(2)]);
        let changes: [Change; 11] = [
            |event| event.id = EventId(Uuid::from_u128(99)),
            |event| event.position = 3,
            |event| event.at += chrono::TimeDelta::microseconds(1),
            |event| event.actor_id = None,
            |event| event.action.push('x'),
            |event| event.subject_kind = "per".to_owned(),
            |event| event.subject_id = Uuid::from_u128(3),
            |event| event.within_id = Some(Uuid::from_u128(0)),
            |event| event.changes = "[1]".to_owned(),
            |event| event.reason = Some(String::new()),
            |event| event.request_id = None,
        ];
        for (number, change) in changes.iter().enumerate() {
            let mut other = event(2);
            change(&mut other);
            assert_ne!(digest(&[event(1), other]), plain, "change {number}");
        }
        assert_ne!(digest(&[event(1)]), plain);
        assert_ne!(digest(&[event(2), event(1)]), plain);
        let mut elsewhere = event(2);
        elsewhere.transaction = 99;
        assert_eq!(digest(&[event(1), elsewhere]), plain);
        // A letter does not wander from one field into the next.
        let (mut one, mut other) = (event(1), event(1));
        (one.action, one.subject_kind) = ("ab".to_owned(), "c".to_owned());
        (other.action, other.subject_kind) = ("a".to_owned(), "bc".to_owned());
        assert_ne!(digest(&[one]), digest(&[other]));
    }

    #[test]
    fn seals_hang_on_one_another() {
        let lot = |position| {
            let mut lot = Lot::after(0);
            lot.take(&event(position));
            lot
        };
        let first = seal(None, lot(1), DateTime::UNIX_EPOCH);
        let second = seal(Some(&first), lot(2), DateTime::UNIX_EPOCH);
        assert_eq!((first.number, second.number, second.through, second.events), (1, 2, 2, 1));
        assert_eq!(hash_of(Some(&first), &second), second.hash);
        let mut other = first.clone();
        other.hash = "0".repeat(64);
        assert_ne!(hash_of(Some(&other), &second), second.hash);
        assert_ne!(hash_of(None, &second), second.hash);
        let pruned = event_seal::Model { pruned_at: Some(DateTime::UNIX_EPOCH), ..second.clone() };
        assert_eq!(hash_of(Some(&first), &pruned), second.hash);
        let moved = event_seal::Model { through: 3, ..second };
        assert_ne!(hash_of(Some(&first), &moved), moved.hash);
    }
}
