//! A client of the WebSocket, which speaks the protocol to the letter.

use std::{pin::Pin, time::Duration};

use awc::{
    error::WsProtocolError,
    ws::{Frame, Message},
};
use futures_util::{Sink, SinkExt as _, Stream, StreamExt as _};
use serde_json::{Value, json};

/// A client of the WebSocket.
pub struct Socket {
    to: Pin<Box<dyn Sink<Message, Error = WsProtocolError>>>,
    from: Pin<Box<dyn Stream<Item = Result<Frame, WsProtocolError>>>>,
}

/// What came.
#[derive(Clone, Debug, PartialEq)]
pub enum Came {
    /// A message.
    Message(Value),
    /// The server has ended, with this code.
    Closed(u16),
    /// The connection is gone.
    Gone,
}

impl Socket {
    /// Connects, with this `Authorization` in the first message.
    pub async fn open(url: &str, authorization: &str) -> Self {
        let request = awc::Client::new().ws(format!("{url}/graphql")).protocols(["graphql-transport-ws"]);
        let (_, framed) = request.max_frame_size(1 << 20).connect().await.unwrap();
        let (to, from) = framed.split();
        let mut socket = Self { to: Box::pin(to), from: Box::pin(from) };
        let payload = json!({ "authorization": authorization });
        socket.say(json!({ "type": "connection_init", "payload": payload })).await;
        assert_eq!(socket.hear().await, Came::Message(json!({ "type": "connection_ack" })));
        socket
    }

    /// Says something.
    pub async fn say(&mut self, message: Value) {
        self.to.send(Message::Text(message.to_string().into())).await.unwrap();
    }

    /// Begins an operation, and waits until all that was begun has been taken in.
    pub async fn subscribe(&mut self, id: &str, query: &str, variables: Value) {
        let payload = json!({ "query": query, "variables": variables });
        self.say(json!({ "type": "subscribe", "id": id, "payload": payload })).await;
        // Nothing says that a subscription stands; an operation that comes after it is not faster by so much.
        tokio::time::sleep(Duration::from_millis(300)).await;
    }

    /// What comes next.
    pub async fn hear(&mut self) -> Came {
        self.hear_within(Duration::from_secs(10)).await.expect("something comes")
    }

    /// What comes within this time, if anything does.
    pub async fn hear_within(&mut self, patience: Duration) -> Option<Came> {
        loop {
            let frame = tokio::time::timeout(patience, self.from.next()).await.ok()?;
            return Some(match frame {
                Some(Ok(Frame::Text(text))) => Came::Message(serde_json::from_slice(&text).unwrap()),
                Some(Ok(Frame::Close(reason))) => Came::Closed(reason.map_or(0, |reason| reason.code.into())),
                Some(Ok(Frame::Ping(bytes))) => {
                    self.to.send(Message::Pong(bytes)).await.unwrap();
                    continue;
                }
                Some(Ok(Frame::Pong(_))) => continue,
                Some(Ok(frame)) => panic!("{frame:?}"),
                Some(Err(_)) | None => Came::Gone,
            });
        }
    }

    /// The data of the next answer of this operation.
    pub async fn next(&mut self, id: &str) -> Value {
        match self.hear().await {
            Came::Message(message) if message["type"] == "next" && message["id"] == id => {
                assert!(message["payload"].get("errors").is_none(), "{message}");
                message["payload"]["data"].clone()
            }
            other => panic!("{other:?}"),
        }
    }

    /// Fails where anything comes within a while.
    pub async fn hears_nothing(&mut self) {
        let came = self.hear_within(Duration::from_millis(700)).await;
        assert_eq!(came, None);
    }
}
