//! Cursors: the values that a row is ordered by, and its id.
//!
//! They hold no page number and no key that could expire: a cursor stays good when rows before it come
//! and go, and even when its own row is gone. They name the list and the order they are from, so that
//! a cursor from another list is refused instead of paging through nonsense.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Datelike, NaiveDate, Utc};
use sea_orm::{QueryResult, sea_query::Value};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::Fault;

/// The kinds of values that lists are ordered by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum KeyKind {
    /// Text.
    Text,
    /// A whole number.
    Int,
    /// A calendar date.
    Date,
    /// An instant.
    Instant,
    /// An id.
    Id,
}

/// One value that a row is ordered by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Key {
    /// No value.
    Null,
    /// A whole number.
    Int(i64),
    /// Anything else, as text.
    Text(String),
}

impl KeyKind {
    /// Reads the value from a row.
    ///
    /// # Errors
    /// When the row has no such column.
    pub fn read(self, row: &QueryResult, column: &str) -> Result<Key, sea_orm::DbErr> {
        let text = match self {
            Self::Text => row.try_get::<Option<String>>("", column)?,
            Self::Int => return Ok(read_int(row, column)?.map_or(Key::Null, Key::Int)),
            Self::Date => row.try_get::<Option<NaiveDate>>("", column)?.map(|day| day.to_string()),
            Self::Instant => {
                row.try_get::<Option<DateTime<Utc>>>("", column)?.map(|at| at.timestamp_micros().to_string())
            }
            Self::Id => row.try_get::<Option<Uuid>>("", column)?.map(|id| id.simple().to_string()),
        };
        Ok(text.map_or(Key::Null, Key::Text))
    }

    /// The value as the database is asked for it; `None` where the key is null, an error where a
    /// cursor was made up.
    fn value(self, key: &Key) -> Result<Option<Value>, ()> {
        let value = match (self, key) {
            (_, Key::Null) => return Ok(None),
            (Self::Int, Key::Int(number)) => (*number).into(),
            (Self::Text, Key::Text(text)) if !text.contains('\0') => text.clone().into(),
            (Self::Date, Key::Text(text)) => text.parse::<NaiveDate>().ok().filter(is_kept).ok_or(())?.into(),
            (Self::Instant, Key::Text(text)) => {
                let micros = text.parse().map_err(drop)?;
                let at = DateTime::<Utc>::from_timestamp_micros(micros).ok_or(())?;
                if !is_kept(&at) {
                    return Err(());
                }
                at.into()
            }
            (Self::Id, Key::Text(text)) => Uuid::try_parse(text).map_err(drop)?.into(),
            _ => return Err(()),
        };
        Ok(Some(value))
    }
}

/// Years that every database can be asked about; no list has a row beyond them.
fn is_kept(day: &impl Datelike) -> bool {
    (1..=9999).contains(&day.year())
}

/// PostgreSQL tells 32 from 64 bits apart.
fn read_int(row: &QueryResult, column: &str) -> Result<Option<i64>, sea_orm::DbErr> {
    match row.try_get::<Option<i64>>("", column) {
        Ok(number) => Ok(number),
        Err(_) => Ok(row.try_get::<Option<i32>>("", column)?.map(i64::from)),
    }
}

#[derive(Serialize, Deserialize)]
struct Text(String, Vec<Key>);

/// Writes a cursor. `list` names the list and its order.
#[must_use]
pub fn encode(list: &str, keys: Vec<Key>) -> String {
    let json = serde_json::to_vec(&Text(list.to_owned(), keys)).unwrap_or_default();
    URL_SAFE_NO_PAD.encode(json)
}

/// Reads a cursor of this list: the values it stands at, null where there is none.
///
/// # Errors
/// BAD_USER_INPUT when it is no cursor, or one of another list or order.
pub fn decode(
    argument: &str,
    text: &str,
    list: &str,
    kinds: &[KeyKind],
) -> Result<Vec<Option<Value>>, Fault> {
    let no_cursor = || {
        Fault::bad_input(format!(
            "`{argument}` is not a cursor: send an `endCursor` or `cursor` of this list."
        ))
    };
    let json = URL_SAFE_NO_PAD.decode(text).map_err(|_| no_cursor())?;
    let Text(from, keys) = serde_json::from_slice(&json).map_err(|_| no_cursor())?;
    if from != list {
        return Err(Fault::bad_input(format!(
            "`{argument}` is a cursor from another list or another `orderBy`: cursors go on only in the list and order \
             they are from."
        )));
    }
    // Beside them may stand what could be seen, which a list does not ask for.
    if keys.len() != kinds.len() && keys.len() != kinds.len() + 1 {
        return Err(no_cursor());
    }
    kinds.iter().zip(&keys).map(|(kind, key)| kind.value(key).map_err(|()| no_cursor())).collect()
}

/// What could be seen when the page was read that this cursor is from, where it says so beside so many keys.
#[must_use]
pub fn seen(text: &str, keys: usize) -> Option<String> {
    let json = URL_SAFE_NO_PAD.decode(text).ok()?;
    let Text(_, all) = serde_json::from_slice(&json).ok()?;
    match all.into_iter().nth(keys)? {
        Key::Text(seen) => Some(seen),
        Key::Null | Key::Int(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_says_what_was_seen_beside_its_keys() {
        let keys = vec![Key::Int(7), Key::Text("5:9:6".into())];
        let text = encode("Event:+position", keys);
        let values = decode("after", &text, "Event:+position", &[KeyKind::Int]).unwrap();
        assert_eq!(values, [Some(7_i64.into())]);
        assert_eq!(seen(&text, 1).as_deref(), Some("5:9:6"));
        assert_eq!(seen(&text, 2), None);
        assert_eq!(seen(&encode("Event:+position", vec![Key::Int(7)]), 1), None);
        assert_eq!(seen("?", 0), None);
    }

    #[test]
    fn a_cursor_reads_back() {
        let keys = vec![Key::Text("2025-03-01".into()), Key::Null, Key::Int(-7)];
        let text = encode("Initiative:DUE_ON", keys);
        let kinds = [KeyKind::Date, KeyKind::Text, KeyKind::Int];
        let values = decode("after", &text, "Initiative:DUE_ON", &kinds).unwrap();
        let day = NaiveDate::from_ymd_opt(2025, 3, 1).unwrap();
        assert_eq!(values, [Some(day.into()), None, Some((-7_i64).into())]);
    }

    #[test]
    fn a_made_up_cursor_is_refused() {
        let other = encode("Person:NAME", vec![Key::Int(1)]);
        let error = decode("after", &other, "Initiative:DUE_ON", &[KeyKind::Int]).unwrap_err();
        assert!(error.message.contains("another list"), "{}", error.message);
        for (keys, kind) in [
            (vec![Key::Text("x".into())], KeyKind::Int),
            (vec![Key::Text("2025-13-01".into())], KeyKind::Date),
            (vec![Key::Text("a\0".into())], KeyKind::Text),
            (vec![Key::Int(1)], KeyKind::Text),
            (vec![Key::Text("99999999999999999999".into())], KeyKind::Instant),
            (vec![Key::Text("-8334000000000000000".into())], KeyKind::Instant),
            (vec![Key::Text("-200000-01-01".into())], KeyKind::Date),
            (vec![], KeyKind::Int),
        ] {
            assert!(decode("after", &encode("L", keys), "L", &[kind]).is_err());
        }
        for text in ["", "?", "W10", "bm90IGpzb24"] {
            assert!(decode("after", text, "L", &[KeyKind::Int]).is_err());
        }
    }
}
