//! The messages of `graphql-transport-ws`, and the codes with which a connection ends.

use actix_ws::{CloseCode, CloseReason};
use serde_json::{Map, Value, json};

use crate::graphql::live::Farewell;

/// The name of the protocol.
pub const NAME: &str = "graphql-transport-ws";

/// The longest id of an operation, in bytes.
const LONGEST_ID: usize = 256;

/// What a client says.
#[derive(Debug, PartialEq)]
pub enum Said {
    /// `connection_init`, with the `Authorization` that its payload holds.
    Init(Option<String>),
    /// `ping`, with its payload.
    Ping(Option<Value>),
    /// `pong`.
    Pong,
    /// `subscribe`: the id of the operation, and its parameters.
    Subscribe(String, Value),
    /// `complete`: the id of an operation.
    Complete(String),
}

/// Reads what a client says.
///
/// # Errors
/// What is wrong with it, for the reason of the close code 4400.
pub fn read(text: &str) -> Result<Said, &'static str> {
    let Ok(Value::Object(mut message)) = serde_json::from_str(text) else {
        return Err("A message is a JSON object.");
    };
    let Some(Value::String(kind)) = message.remove("type") else {
        return Err("A message has a type.");
    };
    match kind.as_str() {
        "connection_init" => {
            object_or_nothing(&message)?;
            Ok(Said::Init(authorization(message.get("payload"))?))
        }
        "ping" => {
            object_or_nothing(&message)?;
            Ok(Said::Ping(message.remove("payload").filter(|payload| !payload.is_null())))
        }
        "pong" => {
            object_or_nothing(&message)?;
            Ok(Said::Pong)
        }
        "subscribe" => {
            let id = id(&mut message)?;
            match message.remove("payload") {
                Some(payload @ Value::Object(_)) if payload.get("query").is_some_and(Value::is_string) => {
                    Ok(Said::Subscribe(id, payload))
                }
                _ => Err("`subscribe` has a payload with a `query`."),
            }
        }
        "complete" => Ok(Said::Complete(id(&mut message)?)),
        _ => Err("The type of the message is unknown."),
    }
}

fn object_or_nothing(message: &Map<String, Value>) -> Result<(), &'static str> {
    match message.get("payload") {
        None | Some(Value::Null | Value::Object(_)) => Ok(()),
        Some(_) => Err("A payload is a JSON object."),
    }
}

fn id(message: &mut Map<String, Value>) -> Result<String, &'static str> {
    match message.remove("id") {
        Some(Value::String(id)) if (1..=LONGEST_ID).contains(&id.len()) => Ok(id),
        _ => Err("The message has an `id` of 1 to 256 bytes."),
    }
}

/// What stands for the header of that name, which browsers cannot send, whatever its case.
fn authorization(payload: Option<&Value>) -> Result<Option<String>, &'static str> {
    let fields = payload.and_then(Value::as_object).into_iter().flatten();
    let mut found = fields.filter(|(name, _)| name.eq_ignore_ascii_case("authorization"));
    match (found.next(), found.next()) {
        (None, _) | (Some((_, Value::Null)), None) => Ok(None),
        (Some((_, Value::String(text))), None) => Ok(Some(text.clone())),
        _ => Err("`authorization` in the payload is one text."),
    }
}

/// `connection_ack`.
pub const ACK: &str = r#"{"type":"connection_ack"}"#;

/// `pong`, with what was sent with the ping.
pub fn pong(payload: Option<Value>) -> String {
    match payload {
        Some(payload) => json!({ "type": "pong", "payload": payload }).to_string(),
        None => r#"{"type":"pong"}"#.to_owned(),
    }
}

/// `next`, with an answer that is JSON already.
pub fn next(id: &str, payload: &str) -> String {
    with_payload("next", id, payload)
}

/// `error`, with a list of errors that is JSON already.
pub fn error(id: &str, errors: &str) -> String {
    with_payload("error", id, errors)
}

fn with_payload(kind: &str, id: &str, payload: &str) -> String {
    let id = Value::from(id).to_string();
    let parts = [r#"{"id":"#, &id, r#","type":""#, kind, r#"","payload":"#, payload, "}"];
    parts.concat()
}

/// `complete`.
pub fn complete(id: &str) -> String {
    json!({ "id": id, "type": "complete" }).to_string()
}

/// Why a connection ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// A message that is none.
    BadMessage(&'static str),
    /// A message larger than the limit.
    TooLarge,
    /// `subscribe` before `connection_ack`.
    Unauthorized,
    /// A token that is not good, or not any more.
    Forbidden(String),
    /// No `connection_init` in time.
    InitTimeout,
    /// An operation under the id of one that runs.
    Duplicate(String),
    /// A second `connection_init`.
    TooManyInits,
    /// The client takes in less than it is told.
    TooSlow,
    /// The server closes.
    Closing,
    /// Whoever connects may, but not now.
    TryAgain(String),
}

impl From<Farewell> for End {
    fn from(why: Farewell) -> Self {
        match why {
            Farewell::NotWelcome => Self::Forbidden("The access token is not good any more.".to_owned()),
            Farewell::TooSlow => Self::TooSlow,
            Farewell::Closing => Self::Closing,
        }
    }
}

impl End {
    /// The code and the reason.
    pub fn reason(&self) -> CloseReason {
        let (code, text) = match self {
            Self::BadMessage(why) => (CloseCode::Other(4400), (*why).to_owned()),
            Self::TooLarge => (CloseCode::Size, "The message is too large.".to_owned()),
            Self::Unauthorized => (CloseCode::Other(4401), "Unauthorized".to_owned()),
            Self::Forbidden(why) => (CloseCode::Other(4403), why.clone()),
            Self::InitTimeout => (CloseCode::Other(4408), "Connection initialisation timeout".to_owned()),
            Self::Duplicate(id) => (CloseCode::Other(4409), format!("Subscriber for {id} already exists")),
            Self::TooManyInits => (CloseCode::Other(4429), "Too many initialisation requests".to_owned()),
            Self::TooSlow => (
                CloseCode::Again,
                "You take in less than you are told. Go on after your last cursor.".to_owned(),
            ),
            Self::Closing => (CloseCode::Restart, "The server restarts. Connect again.".to_owned()),
            Self::TryAgain(why) => (CloseCode::Again, why.clone()),
        };
        CloseReason { code, description: Some(text) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_read() {
        for (text, said) in [
            (r#"{"type":"connection_init"}"#, Said::Init(None)),
            (r#"{"type":"connection_init","payload":null}"#, Said::Init(None)),
            (
                r#"{"type":"connection_init","payload":{"Authorization":"Bearer x"}}"#,
                Said::Init(Some("Bearer x".into())),
            ),
            (r#"{"type":"connection_init","payload":{"authorization":null,"other":[1]}}"#, Said::Init(None)),
            (r#"{"type":"ping"}"#, Said::Ping(None)),
            (r#"{"type":"ping","payload":{"a":1}}"#, Said::Ping(Some(json!({ "a": 1 })))),
            (r#"{"type":"pong","payload":{}}"#, Said::Pong),
            (
                r#"{"type":"subscribe","id":"1","payload":{"query":"{a}"}}"#,
                Said::Subscribe("1".into(), json!({ "query": "{a}" })),
            ),
            (r#"{"type":"complete","id":"1"}"#, Said::Complete("1".into())),
        ] {
            assert_eq!(read(text), Ok(said), "{text}");
        }
        for text in [
            "",
            "[]",
            "{}",
            "1",
            r#"{"type":1}"#,
            r#"{"type":"start"}"#,
            r#"{"type":"ping","payload":[]}"#,
            r#"{"type":"connection_init","payload":"x"}"#,
            r#"{"type":"subscribe","id":"1"}"#,
            r#"{"type":"connection_init","payload":{"authorization":"a","Authorization":"b"}}"#,
            r#"{"type":"connection_init","payload":{"authorization":1}}"#,
            r#"{"type":"subscribe","payload":{"query":"{a}"}}"#,
            r#"{"type":"subscribe","id":"","payload":{"query":"{a}"}}"#,
            r#"{"type":"subscribe","id":"1","payload":{"query":1}}"#,
            r#"{"type":"complete"}"#,
            r#"{"type":"complete","id":1}"#,
        ] {
            assert!(read(text).is_err(), "{text}");
        }
    }

    #[test]
    fn messages_are_written() {
        assert_eq!(next("a\"b", r#"{"data":1}"#), r#"{"id":"a\"b","type":"next","payload":{"data":1}}"#);
        assert_eq!(error("1", "[]"), r#"{"id":"1","type":"error","payload":[]}"#);
        let complete: Value = serde_json::from_str(&complete("1")).unwrap();
        assert_eq!(complete, json!({ "id": "1", "type": "complete" }));
        assert_eq!(pong(None), r#"{"type":"pong"}"#);
        assert!(pong(Some(json!({ "a": 1 }))).contains(r#""payload":{"a":1}"#));
    }

    #[test]
    fn every_end_has_its_code() {
        let code = |end: End| u16::from(end.reason().code);
        for (end, expected) in [
            (End::BadMessage(""), 4400),
            (End::TooLarge, 1009),
            (End::Unauthorized, 4401),
            (End::from(Farewell::NotWelcome), 4403),
            (End::InitTimeout, 4408),
            (End::Duplicate("1".into()), 4409),
            (End::TooManyInits, 4429),
            (End::from(Farewell::TooSlow), 1013),
            (End::from(Farewell::Closing), 1012),
            (End::TryAgain(String::new()), 1013),
        ] {
            assert_eq!(code(end.clone()), expected, "{end:?}");
        }
    }
}
