//! What it takes to tell many of what happens: things are recorded one after the other while so many listen.

use std::{
    cell::{Cell, RefCell},
    net::SocketAddr,
    rc::Rc,
    time::{Duration, Instant},
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    task::LocalSet,
};

use crate::load::Connection;

/// How many listen.
pub const LISTENERS: usize = 1_000;
/// How much happens.
pub const EVENTS: u32 = 100;

/// What they are told.
const SUBSCRIPTION: &str =
    "subscription { events { cursor node { at action actor { name } subject { id } } } }";
/// How each message of a stream begins.
const MESSAGE: &[u8] = b"event: next";
/// How long the server has to let everybody in.
const TO_COME_IN: Duration = Duration::from_secs(2);

/// How it went.
pub struct Told {
    /// From the first that happened to the last that was told.
    pub took: Duration,
    /// How long it took from when something had happened until the last of all heard of it, the quickest first.
    pub delays: Vec<Duration>,
}

/// How one listens to the server.
pub fn to_tutti(token: &str) -> Rc<[u8]> {
    let body = serde_json::json!({ "query": SUBSCRIPTION }).to_string();
    let head = format!(
        "POST /graphql HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\nAccept: text/event-stream\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    Rc::from((head + &body).into_bytes())
}

/// How one listens to the bare handler.
pub fn to_bare() -> Rc<[u8]> {
    Rc::from(&b"GET /listen HTTP/1.1\r\nHost: localhost\r\n\r\n"[..])
}

/// Somebody who listens until all was told, and says when each came.
async fn listen(address: SocketAddr, request: Rc<[u8]>, came_in: Rc<Cell<usize>>) -> Vec<Instant> {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(&request).await.unwrap();
    let (mut buffer, mut heard, mut is_in) = (Vec::with_capacity(16 * 1024), Vec::new(), false);
    while heard.len() < EVENTS as usize {
        let read = stream.read_buf(&mut buffer).await.unwrap();
        assert!(read > 0, "the server hung up: {}", String::from_utf8_lossy(&buffer));
        if !is_in && buffer.windows(4).any(|window| window == b"\r\n\r\n") {
            assert!(buffer.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&buffer));
            is_in = true;
            came_in.set(came_in.get() + 1);
        }
        while is_in && let Some(at) = buffer.windows(MESSAGE.len()).position(|window| window == MESSAGE) {
            heard.push(Instant::now());
            buffer.drain(..at + MESSAGE.len());
        }
        if is_in {
            // The beginning of the next message may have come.
            buffer.drain(..buffer.len().saturating_sub(MESSAGE.len()));
        }
    }
    heard
}

/// Has so many listen, and so much happen: `record` makes the request of the so many-th time. `ready` is called when all
/// have come in.
pub async fn tell(
    address: SocketAddr,
    listening: &Rc<[u8]>,
    record: impl Fn(u32) -> Rc<[u8]>,
    ready: impl AsyncFnOnce(),
) -> Told {
    let (came_in, times) = (Rc::new(Cell::new(0)), Rc::new(RefCell::new(Vec::new())));
    let tasks = LocalSet::new();
    for _ in 0..LISTENERS {
        let listening = listen(address, Rc::clone(listening), Rc::clone(&came_in));
        let times = Rc::clone(&times);
        tasks.spawn_local(async move {
            let heard = listening.await;
            times.borrow_mut().push(heard);
        });
    }
    let happened = tasks
        .run_until(async {
            while came_in.get() < LISTENERS {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            tokio::time::sleep(TO_COME_IN).await;
            ready().await;
            let mut recorder = Connection::open(address).await;
            let mut happened = Vec::new();
            for time in 0..EVENTS {
                let body = recorder.ask(&record(time)).await;
                assert!(body.starts_with(b"{\"data\""), "{}", String::from_utf8_lossy(body));
                happened.push(Instant::now());
            }
            happened
        })
        .await;
    tasks.await;
    let times = times.take();
    let last = |number: usize| times.iter().map(|heard| heard[number]).max().unwrap();
    let mut delays: Vec<Duration> =
        happened.iter().enumerate().map(|(number, at)| last(number).saturating_duration_since(*at)).collect();
    delays.sort_unstable();
    Told { took: last(EVENTS as usize - 1).saturating_duration_since(happened[0]), delays }
}
