//! Connections that stay, against the toy house: the protocols to the letter, and how connections end.

use std::pin::Pin;

use actix_ws::{Item, Message, ProtocolError};
use awc::ws::Frame;
use futures_util::{Sink, SinkExt as _, Stream, StreamExt as _};
use serde_json::{Value, json};

use super::*;

/// A client of the WebSocket.
struct Socket {
    to: Pin<Box<dyn Sink<Message, Error = ProtocolError>>>,
    from: Pin<Box<dyn Stream<Item = Result<Frame, ProtocolError>>>>,
}

/// What came: a message, or the code with which the server ended.
#[derive(Clone, Debug, PartialEq)]
enum Came {
    Message(Value),
    Closed(u16),
    Gone,
}

impl Socket {
    async fn open(house: &House, headers: &[(&str, &str)]) -> Result<Self, u16> {
        let mut request = awc::Client::new()
            .ws(format!("http://{}/graphql", house.address))
            .protocols(["graphql-transport-ws"]);
        for (name, value) in headers {
            request = request.set_header(*name, *value);
        }
        let (response, framed) = request.connect().await.map_err(|error| match error {
            awc::error::WsClientError::InvalidResponseStatus(status) => status.as_u16(),
            other => panic!("{other}"),
        })?;
        assert_eq!(response.headers().get("sec-websocket-protocol").unwrap(), "graphql-transport-ws");
        let (to, from) = framed.split();
        Ok(Self { to: Box::pin(to), from: Box::pin(from) })
    }

    /// Opened, and acknowledged as anna.
    async fn of_anna(house: &House) -> Self {
        let mut socket = Self::open(house, &[]).await.unwrap();
        socket.say(json!({ "type": "connection_init", "payload": { "Authorization": "Bearer anna" } })).await;
        assert_eq!(socket.hear().await, Came::Message(json!({ "type": "connection_ack" })));
        socket
    }

    async fn say(&mut self, message: Value) {
        self.send(Message::Text(message.to_string().into())).await;
    }

    async fn send(&mut self, message: Message) {
        self.to.send(message).await.unwrap();
    }

    async fn ask(&mut self, id: &str, query: &str) {
        self.say(json!({ "type": "subscribe", "id": id, "payload": { "query": query } })).await;
    }

    async fn hear(&mut self) -> Came {
        loop {
            let frame =
                tokio::time::timeout(Duration::from_secs(5), self.from.next()).await.expect("an answer");
            return match frame {
                Some(Ok(Frame::Text(text))) => Came::Message(serde_json::from_slice(&text).unwrap()),
                Some(Ok(Frame::Close(reason))) => Came::Closed(reason.map_or(0, |reason| reason.code.into())),
                Some(Ok(Frame::Ping(bytes))) => {
                    self.send(Message::Pong(bytes)).await;
                    continue;
                }
                Some(Ok(Frame::Pong(_))) => continue,
                Some(Ok(frame)) => panic!("{frame:?}"),
                Some(Err(_)) | None => Came::Gone,
            };
        }
    }

    async fn hears(&mut self, expected: &[Came]) {
        for expected in expected {
            assert_eq!(&self.hear().await, expected);
        }
    }
}

fn next(id: &str, data: &Value) -> Came {
    Came::Message(json!({ "type": "next", "id": id, "payload": { "data": data } }))
}

fn complete(id: &str) -> Came {
    Came::Message(json!({ "type": "complete", "id": id }))
}

fn counted(id: &str) -> [Came; 3] {
    [1, 2, 3].map(|count| next(id, &json!({ "count": count })))
}

#[actix_web::test]
async fn operations_run_over_a_socket() {
    let house = house(|_| {});
    let mut socket = Socket::of_anna(&house).await;
    socket.ask("a", "{ viewer }").await;
    socket.hears(&[next("a", &json!({ "viewer": "anna" })), complete("a")]).await;
    // The id is free again, also for something that changes.
    socket.ask("a", "mutation { bump }").await;
    socket.hears(&[next("a", &json!({ "bump": 1 })), complete("a")]).await;
    socket.ask("s", "subscription { count }").await;
    socket.hears(&counted("s")).await;
    socket.say(json!({ "type": "ping", "payload": { "x": 1 } })).await;
    socket.hears(&[Came::Message(json!({ "type": "pong", "payload": { "x": 1 } }))]).await;
    socket.say(json!({ "type": "pong" })).await;
    assert_eq!(house.witness.dropped.load(Ordering::SeqCst), 0);
    socket.say(json!({ "type": "complete", "id": "s" })).await;
    socket.ask("s", "subscription { fails }").await;
    socket.hears(&counted("s")).await;
    let error = Came::Message(json!({ "type": "error", "id": "s", "payload": [{ "message": "so" }] }));
    socket.hears(&[error]).await;
    assert_eq!(house.witness.dropped.load(Ordering::SeqCst), 2, "a subscription ends with its operation");
    socket.send(Message::Close(Some(actix_ws::CloseCode::Normal.into()))).await;
    socket.hears(&[Came::Closed(1000)]).await;
    house.stop().await;
}

#[actix_web::test]
async fn what_a_client_does_not_wait_for_is_not_gone_on_with() {
    let house = house(|settings| settings.deadline = Duration::from_secs(20));
    let mut socket = Socket::of_anna(&house).await;
    let witness = Arc::clone(&house.witness);
    let come_to = async |started: u32, dropped: u32| {
        let counts = || (witness.started.load(Ordering::SeqCst), witness.dropped.load(Ordering::SeqCst));
        for _ in 0..500 {
            if counts() == (started, dropped) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("begun and ended: {:?}, not {:?}", counts(), (started, dropped));
    };
    for number in 1..=3 {
        socket.ask("1", "{ slow }").await;
        come_to(number, number - 1).await;
        socket.say(json!({ "type": "complete", "id": "1" })).await;
        come_to(number, number).await;
    }
    // The same where the client goes without a word.
    socket.ask("1", "{ slow }").await;
    come_to(4, 3).await;
    drop(socket);
    come_to(4, 4).await;
    house.stop().await;
}

#[actix_web::test]
async fn what_is_wrong_with_an_operation_is_its_error() {
    let house = house(|_| {});
    let mut socket = Socket::of_anna(&house).await;
    for (query, code) in [
        ("{ nothing }", "BAD_USER_INPUT"),
        ("{", "BAD_USER_INPUT"),
        ("subscription { refused }", "BAD_USER_INPUT"),
        ("subscription { a: count b: count }", "BAD_USER_INPUT"),
        ("{ slow }", "TIMEOUT"),
    ] {
        socket.ask("1", query).await;
        let Came::Message(message) = socket.hear().await else { panic!("{query} ends the connection") };
        assert_eq!(message["type"], "error", "{query}");
        assert_eq!(message["payload"][0]["extensions"]["code"], code, "{query}");
    }
    // An error of a field comes with what came of the rest.
    socket.ask("1", "{ soft hello }").await;
    let Came::Message(message) = socket.hear().await else { panic!() };
    assert_eq!(message["payload"]["data"], json!({ "soft": null, "hello": "hello " }));
    assert_eq!(message["payload"]["errors"][0]["extensions"]["code"], "FORBIDDEN");
    socket.hears(&[complete("1")]).await;
    house.stop().await;
}

#[actix_web::test]
async fn every_breach_of_the_protocol_has_its_code() {
    let house = house(|settings| settings.live.init_timeout = Duration::from_millis(300));
    let init = json!({ "type": "connection_init" });
    let subscribe =
        json!({ "type": "subscribe", "id": "1", "payload": { "query": "subscription { count }" } });
    let text = |message: &Value| Message::Text(message.to_string().into());
    let large = json!({ "type": "ping", "payload": { "x": "x".repeat(20_000) } });
    let half = large.to_string().split_at(9_000).0.to_owned();
    let rest = large.to_string().split_at(9_000).1.to_owned();
    for (messages, code) in [
        (vec![], 4408),
        (vec![Message::Text("nonsense".into())], 4400),
        (vec![Message::Binary("{}".into())], 4400),
        (vec![text(&json!({ "type": "start" }))], 4400),
        (vec![text(&subscribe)], 4401),
        (vec![text(&init), text(&init)], 4429),
        (vec![text(&init), text(&subscribe), text(&subscribe)], 4409),
        (
            vec![text(&json!({ "type": "connection_init", "payload": { "authorization": "Bearer bob" } }))],
            4403,
        ),
        (
            vec![text(
                &json!({ "type": "connection_init", "payload": { "authorization": "Bearer stranger" } }),
            )],
            4403,
        ),
        (
            vec![text(
                &json!({ "type": "connection_init", "payload": { "authorization": "Bearer unlucky" } }),
            )],
            1013,
        ),
        (vec![text(&init), text(&large)], 1009),
        // What is small enough for an operation is too large for anything else, and before it is known who asks.
        (vec![text(&json!({ "type": "connection_init", "payload": { "x": "x".repeat(9_000) } }))], 1009),
        (
            vec![
                text(&init),
                Message::Continuation(Item::FirstText(half.into())),
                Message::Continuation(Item::Last(rest.into())),
            ],
            1009,
        ),
    ] {
        let mut socket = Socket::open(&house, &[]).await.unwrap();
        for message in messages {
            socket.send(message).await;
        }
        let came = loop {
            match socket.hear().await {
                Came::Message(_) => {}
                other => break other,
            }
        };
        assert_eq!(came, Came::Closed(code));
    }
    house.stop().await;
}

#[actix_web::test]
async fn who_has_to_go_hears_why() {
    let house = house(|_| {});
    for (query, code) in [("expires", 4403), ("closes", 1012), ("slow", 1013)] {
        let mut socket = Socket::of_anna(&house).await;
        socket.ask("1", &format!("subscription {{ {query} }}")).await;
        let mut came = socket.hear().await;
        while let Came::Message(_) = came {
            came = socket.hear().await;
        }
        assert_eq!(came, Came::Closed(code), "{query}");
    }
    house.stop().await;
}

#[actix_web::test]
async fn the_handshake_is_for_those_who_speak_the_protocol_and_come_from_here() {
    let house = house(|settings| {
        settings.cors_origins = vec!["https://app.example".to_owned()];
        settings.live.most = 2;
    });
    let own = format!("http://{}", house.address);
    for (origin, expected) in [
        ("https://app.example", Ok(())),
        (own.as_str(), Ok(())),
        ("https://evil.example", Err(403)),
        ("https://app.example.evil", Err(403)),
        ("null", Err(403)),
    ] {
        let opened = Socket::open(&house, &[("Origin", origin)]).await;
        assert_eq!(opened.map(|_| ()), expected, "{origin}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let upgrade = [
        ("Upgrade", "websocket"),
        ("Connection", "Upgrade"),
        ("Sec-WebSocket-Version", "13"),
        ("Sec-WebSocket-Key", "x3JJHMbDL1EzLkh9GBhXDw=="),
    ];
    for protocol in ["graphql-ws", "graphql-transport-ws2"] {
        let headers: Vec<_> = upgrade.into_iter().chain([("Sec-WebSocket-Protocol", protocol)]).collect();
        assert_eq!(house.get("/graphql", &headers).await.status, 400, "{protocol}");
    }
    assert_eq!(house.get("/graphql", &upgrade).await.status, 400);
    // A header signs in as well, and who comes when all places are taken is told to try again.
    let mut one = Socket::open(&house, &[("Authorization", "Bearer anna")]).await.unwrap();
    one.say(json!({ "type": "connection_init" })).await;
    one.hears(&[Came::Message(json!({ "type": "connection_ack" }))]).await;
    one.ask("1", "{ viewer }").await;
    one.hears(&[next("1", &json!({ "viewer": "anna" })), complete("1")]).await;
    let other = Socket::of_anna(&house).await;
    assert_eq!(Socket::open(&house, &[]).await.err(), Some(503));
    drop(other);
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert!(Socket::open(&house, &[]).await.is_ok(), "a place is free again");
    house.stop().await;
}

#[actix_web::test]
async fn a_client_that_reads_nothing_is_not_stored_up_for() {
    let house = house(|settings| {
        settings.live.queue = 2;
        settings.live.patience = Duration::from_millis(300);
        settings.live.most = 1;
    });
    let mut socket = Socket::of_anna(&house).await;
    // Far more than the sockets of both sides hold.
    let filler = "x".repeat(8_000);
    for number in 0..4_000 {
        let query = format!("{{ hello(name: \"{filler}\") }}");
        let message =
            json!({ "type": "subscribe", "id": format!("{number}"), "payload": { "query": query } });
        let sending = socket.to.send(Message::Text(message.to_string().into()));
        match tokio::time::timeout(Duration::from_millis(500), sending).await {
            Ok(Ok(())) => {}
            _ => break,
        }
    }
    tokio::time::sleep(Duration::from_secs(2)).await;
    // The place is free although the client still holds its end.
    assert!(Socket::open(&house, &[]).await.is_ok());
    drop(socket);
    house.stop().await;
}

/// The events of a stream, each as its name and its data.
fn events(text: &str) -> Vec<(String, String)> {
    let blocks = text.split("\n\n").filter(|block| !block.is_empty() && *block != ":");
    let field = |block: &str, name: &str| {
        block.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default().trim_start().to_owned()
    };
    blocks.map(|block| (field(block, "event:"), field(block, "data:"))).collect()
}

/// The body without the lengths of its chunks, where it has come in such.
fn unchunked(body: &[u8]) -> String {
    let mut text = String::new();
    let mut rest = std::str::from_utf8(body).unwrap();
    while let Some((length, after)) = rest.split_once("\r\n") {
        let length = usize::from_str_radix(length, 16).unwrap();
        if length == 0 {
            return text;
        }
        text.push_str(&after[..length]);
        rest = after[length..].trim_start_matches("\r\n");
    }
    text + rest
}

impl House {
    async fn stream(&self, query: &str, headers: &[(&str, &str)]) -> Reply {
        let own = [("Accept", "text/event-stream"), ("Content-Type", "application/json")];
        let headers: Vec<_> = own.iter().chain(headers).copied().collect();
        self.send("POST", "/graphql", &headers, ask(query).as_bytes()).await
    }
}

#[actix_web::test]
async fn events_are_streamed() {
    let house = house(|settings| settings.live.ping = Duration::from_millis(100));
    let anna = [("Authorization", "Bearer anna")];
    for (query, last) in [
        ("{ viewer }", r#"{"data":{"viewer":"anna"}}"#),
        ("mutation { bump }", r#"{"data":{"bump":1}}"#),
        ("subscription { fails }", r#"{"errors":[{"message":"so"}]}"#),
    ] {
        let reply = house.stream(query, &anna).await;
        assert_eq!(
            (reply.status, reply.header("content-type")),
            (200, Some("text/event-stream; charset=utf-8"))
        );
        let events = events(&unchunked(&reply.body));
        let [.., (name, data), (complete, nothing)] = &events[..] else { panic!("{events:?}") };
        assert_eq!((name.as_str(), data.as_str()), ("next", last));
        assert_eq!((complete.as_str(), nothing.as_str()), ("complete", ""));
    }
    // What has to end without being complete breaks off; who is not welcome any more is told so.
    let closes = events(&unchunked(&house.stream("subscription { closes }", &anna).await.body));
    assert!(closes.iter().all(|(name, _)| name == "next"), "{closes:?}");
    let expires = events(&unchunked(&house.stream("subscription { expires }", &anna).await.body));
    let [.., (_, data), (complete, _)] = &expires[..] else { panic!("{expires:?}") };
    assert!(data.contains("UNAUTHENTICATED") && complete == "complete", "{expires:?}");
    house.stop().await;
}

#[actix_web::test]
async fn what_is_wrong_with_a_stream_is_told_where_it_can_be_read() {
    let house = house(|_| {});
    let anna = [("Authorization", "Bearer anna")];
    for query in ["{ nothing }", "{", "subscription { refused }", "subscription { a: count b: count }"] {
        let reply = house.stream(query, &anna).await;
        let events = events(&unchunked(&reply.body));
        let [(name, data), (complete, _)] = &events[..] else { panic!("{query} {events:?}") };
        assert_eq!((reply.status, name.as_str(), complete.as_str()), (200, "next", "complete"), "{query}");
        assert!(data.contains("BAD_USER_INPUT"), "{data}");
    }
    let status =
        async |headers: &[(&str, &str)]| house.stream("subscription { count }", headers).await.status;
    assert_eq!(status(&[("Authorization", "Bearer nobody")]).await, 401);
    assert_eq!(
        status(&[("Authorization", "Bearer spendthrift"), ("Origin", "https://evil.example")]).await,
        403
    );
    assert_eq!(status(&[("Authorization", "Bearer unlucky")]).await, 503);
    let get = "/graphql?query=mutation%20%7B%20bump%20%7D";
    let reply = house.get(get, &[("Accept", "text/event-stream"), ("Authorization", "Bearer anna")]).await;
    assert_eq!(reply.status, 405);
    house.stop().await;
}

#[actix_web::test]
async fn a_stream_ends_with_its_client() {
    let house = house(|settings| {
        settings.live.ping = Duration::from_millis(50);
        settings.live.most = 1;
    });
    let body = ask("subscription { count }");
    let head = format!(
        "POST /graphql HTTP/1.1\r\nHost: toy\r\nAccept: text/event-stream\r\nContent-Type: application/json\r\n\
         Authorization: Bearer anna\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let mut stream = house.connect().await;
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut bytes = [0; 4096];
    let mut text = String::new();
    while text.matches("event: next").count() < 3 {
        let read = stream.read(&mut bytes).await.unwrap();
        text.push_str(std::str::from_utf8(&bytes[..read]).unwrap());
    }
    assert_eq!(house.witness.dropped.load(Ordering::SeqCst), 0);
    assert_eq!(house.stream("subscription { count }", &[("Authorization", "Bearer anna")]).await.status, 503);
    drop(stream);
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(house.witness.dropped.load(Ordering::SeqCst), 1);
    house.stop().await;
}

#[actix_web::test]
async fn what_runs_goes_on_while_a_client_reads_nothing() {
    let house = house(|settings| {
        settings.live.patience = Duration::from_secs(30);
        settings.deadline = Duration::from_secs(4);
    });
    let mut socket = Socket::of_anna(&house).await;
    socket.ask("slow", "{ slow }").await;
    // Far more answers than the sockets of both sides hold, so that whoever says them waits.
    let filler = "x".repeat(8_000);
    for number in 0..4_000 {
        let query = format!("{{ hello(name: \"{filler}\") }}");
        let message =
            json!({ "type": "subscribe", "id": format!("{number}"), "payload": { "query": query } });
        let sending = socket.to.send(Message::Text(message.to_string().into()));
        if tokio::time::timeout(Duration::from_millis(500), sending).await.is_err() {
            break;
        }
    }
    let dropped = || house.witness.dropped.load(Ordering::SeqCst);
    assert_eq!(dropped(), 0, "it took too long until the client is not heard any more");
    // Its time is over although the client takes nothing in, and what it held is free.
    tokio::time::sleep(Duration::from_secs(5)).await;
    assert_eq!(dropped(), 1);
    drop(socket);
    house.stop().await;
}

#[actix_web::test]
async fn what_is_asked_together_goes_on_when_one_of_it_is_given_up() {
    let house = house(|settings| settings.deadline = Duration::from_secs(20));
    let mut socket = Socket::of_anna(&house).await;
    // One that takes long is given up while another is worked on, again and again.
    for number in 0..20 {
        socket.ask("long", "{ slow }").await;
        socket.ask("a", "{ long(steps: 12) }").await;
        socket.say(json!({ "type": "complete", "id": "long" })).await;
        if number == 0 {
            socket.hears(&[next("a", &json!({ "long": 12 })), complete("a")]).await;
        } else {
            socket.say(json!({ "type": "complete", "id": "a" })).await;
        }
    }
    socket.ask("b", "{ viewer }").await;
    socket.hears(&[next("b", &json!({ "viewer": "anna" })), complete("b")]).await;
    house.stop().await;
}

#[actix_web::test]
async fn one_network_leaves_room_for_those_who_sign_in() {
    let house = house(|settings| settings.live.most = 20);
    let mut strangers = Vec::new();
    for _ in 0..10 {
        strangers.push(Socket::open(&house, &[]).await.unwrap());
    }
    assert_eq!(Socket::open(&house, &[]).await.err(), Some(503), "one network has half of the house");
    // Who signs in gives the place of their network back.
    let anna = json!({ "type": "connection_init", "payload": { "Authorization": "Bearer anna" } });
    strangers[0].say(anna).await;
    assert_eq!(strangers[0].hear().await, Came::Message(json!({ "type": "connection_ack" })));
    strangers.push(Socket::open(&house, &[]).await.unwrap());
    house.stop().await;
}

#[actix_web::test]
async fn who_names_json_first_has_streams_for_subscriptions_only() {
    let house = house(|_| {});
    let accept = "application/graphql-response+json, application/json, text/event-stream, multipart/mixed";
    let send = async |query: &str| {
        let headers =
            [("Accept", accept), ("Content-Type", "application/json"), ("Authorization", "Bearer anna")];
        house.send("POST", "/graphql", &headers, ask(query).as_bytes()).await
    };
    let reply = send("{ viewer }").await;
    assert_eq!(reply.header("content-type"), Some("application/graphql-response+json; charset=utf-8"));
    let reply = send("subscription { fails }").await;
    assert_eq!(reply.header("content-type"), Some("text/event-stream; charset=utf-8"));
    let events = events(&unchunked(&reply.body));
    assert_eq!(events.last().map(|(name, _)| name.as_str()), Some("complete"), "{events:?}");
    house.stop().await;
}
