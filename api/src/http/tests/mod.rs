//! A toy house behind the real server, and a client that writes its requests byte by byte.

use std::{
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, AtomicU64, Ordering},
    },
    time::Duration,
};

use actix_web::dev::ServerHandle;
use async_graphql::{Context, InputObject, Object, Request, Response, Schema, ServerError, Subscription};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use super::*;
use crate::graphql::{FaultCode, limits::server_error, live::Update};
use crate::store::meter;

mod known;
mod live;
mod log;
mod pages;
mod price;
mod spec;
mod trouble;

/// Counts what must be seen from outside.
#[derive(Default)]
struct Witness {
    bumps: AtomicU32,
    started: AtomicU32,
    dropped: AtomicU32,
    charges: Mutex<Vec<(String, u64)>>,
    rules: Mutex<Vec<Rules>>,
}

/// How long a request may take here.
const DEADLINE: Duration = Duration::from_millis(500);

struct DropGuard(Arc<Witness>);

impl Drop for DropGuard {
    fn drop(&mut self) {
        self.0.dropped.fetch_add(1, Ordering::SeqCst);
    }
}

#[derive(InputObject)]
struct Point {
    x: i32,
    y: Option<i32>,
}

struct Query;

#[Object]
impl Query {
    async fn hello(&self, name: Option<String>) -> String {
        format!("hello {}", name.unwrap_or_default())
    }

    async fn sum(&self, point: Point, factor: i32) -> i32 {
        (point.x + point.y.unwrap_or(0)) * factor
    }

    async fn viewer(&self, context: &Context<'_>) -> String {
        context.data_unchecked::<String>().clone()
    }

    async fn soft(&self) -> Option<async_graphql::Result<i32>> {
        tokio::task::yield_now().await;
        Some(Err(Fault::new(FaultCode::Forbidden, "not yours").into()))
    }

    async fn hard(&self) -> async_graphql::Result<i32> {
        tokio::task::yield_now().await;
        Err(Fault::new(FaultCode::Unavailable, "gone").into())
    }

    async fn broken(&self) -> usize {
        [0; 4].iter().position(|number| *number == 1).expect("secret detail")
    }

    async fn slow(&self, context: &Context<'_>) -> i32 {
        let witness = context.data_unchecked::<Arc<Witness>>();
        let _guard = DropGuard(Arc::clone(witness));
        witness.started.fetch_add(1, Ordering::SeqCst);
        tokio::time::sleep(Duration::from_secs(30)).await;
        1
    }

    /// Long work that comes further for three times as long as a request may take, or stops doing so.
    async fn long(&self, steps: u32) -> u32 {
        for _ in 0..steps {
            tokio::time::sleep(DEADLINE / 4).await;
            meter::came_further();
        }
        if steps < 12 {
            tokio::time::sleep(Duration::from_secs(30)).await;
        }
        steps
    }

    async fn address(&self, context: &Context<'_>) -> String {
        context.data_unchecked::<Caller>().address.to_string()
    }

    async fn later(&self) -> Option<async_graphql::Result<i32>> {
        Some(Err(Fault::throttled("Wait a little.", 9).into()))
    }

    async fn latest(&self) -> async_graphql::Result<i32> {
        Err(Fault::throttled("Wait longer.", 90).into())
    }

    async fn counted(&self) -> String {
        meter::count(
            Duration::from_millis(2),
            &sea_orm::Statement::from_string(sea_orm::DatabaseBackend::Sqlite, "SELECT 1"),
        );
        meter::request_id()
    }
}

struct Mutation;

#[Object]
impl Mutation {
    async fn bump(&self, context: &Context<'_>) -> u32 {
        context.data_unchecked::<Arc<Witness>>().bumps.fetch_add(1, Ordering::SeqCst) + 1
    }
}

struct Counting;

#[Subscription]
impl Counting {
    async fn count(&self) -> impl futures_util::Stream<Item = i32> {
        futures_util::stream::empty()
    }

    async fn refused(&self) -> impl futures_util::Stream<Item = i32> {
        futures_util::stream::empty()
    }

    async fn expires(&self) -> impl futures_util::Stream<Item = i32> {
        futures_util::stream::empty()
    }

    async fn closes(&self) -> impl futures_util::Stream<Item = i32> {
        futures_util::stream::empty()
    }

    async fn slow(&self) -> impl futures_util::Stream<Item = i32> {
        futures_util::stream::empty()
    }

    async fn fails(&self) -> impl futures_util::Stream<Item = i32> {
        futures_util::stream::empty()
    }
}

struct Toy {
    schema: Schema<Query, Mutation, Counting>,
    index: SchemaIndex,
    ready: bool,
    witness: Arc<Witness>,
}

/// Somebody who stays: who they are, and how they are sent away.
struct Guest(Option<String>, watch::Sender<Option<Farewell>>);

impl Backend for Toy {
    type Viewer = String;
    type Guest = Guest;
    type Subscription = (DropGuard, Line);

    async fn welcome(&self, authorization: Option<&str>, caller: &Caller) -> Result<Guest, Fault> {
        let viewer = self.authenticate(authorization, caller).await?;
        Ok(Guest(viewer, watch::Sender::new(None)))
    }

    fn viewer_of(&self, guest: &Guest) -> Option<String> {
        guest.0.clone()
    }

    async fn viewer_now(&self, guest: &Guest) -> Result<Option<String>, Fault> {
        Ok(guest.0.clone())
    }

    fn name_of(&self, viewer: &String) -> Arc<str> {
        viewer.as_str().into()
    }

    fn farewell(&self, guest: &Guest) -> watch::Receiver<Option<Farewell>> {
        guest.1.subscribe()
    }

    /// Counts to three, and then does what the field is called.
    async fn subscribe(
        &self,
        guest: &Guest,
        mut request: Request,
        line: Line,
    ) -> Result<(DropGuard, Line), Vec<ServerError>> {
        let text = format!("{:?}", request.parsed_query().unwrap().operations);
        self.witness.started.fetch_add(1, Ordering::SeqCst);
        if text.contains("refused") {
            return Err(vec![server_error(Fault::bad_input("Nothing is told of that."))]);
        }
        let (guest, held) = (guest.1.clone(), line.clone());
        actix_web::rt::spawn(async move {
            for number in 1..=3 {
                let next = Update::Next(format!("{{\"data\":{{\"count\":{number}}}}}").into());
                let _ = line.to.send(line.told(next)).await;
            }
            if text.contains("expires") {
                guest.send_replace(Some(Farewell::NotWelcome));
            } else if text.contains("closes") {
                guest.send_replace(Some(Farewell::Closing));
            } else if text.contains("slow") {
                guest.send_replace(Some(Farewell::TooSlow));
            } else if text.contains("fails") {
                let _ = line.to.send(line.told(Update::Failed("[{\"message\":\"so\"}]".into()))).await;
            }
        });
        Ok((DropGuard(Arc::clone(&self.witness)), held))
    }

    async fn authenticate(&self, authorization: Option<&str>, _: &Caller) -> Result<Option<String>, Fault> {
        match authorization {
            None => Ok(None),
            Some("Bearer anna") => Ok(Some("anna".to_owned())),
            Some("Bearer spendthrift") => Ok(Some("spendthrift".to_owned())),
            Some("Bearer stranger") => Err(Fault::new(FaultCode::Forbidden, "not here")),
            Some("Bearer unlucky") => Err(Fault::new(FaultCode::Unavailable, "no database")),
            Some(_) => Err(Fault::unauthenticated()),
        }
    }

    /// Notes who pays; the spendthrift has five points in all.
    fn charge(&self, viewer: Option<&String>, caller: &Caller, cost: u64, paid: u64) -> Result<(), Fault> {
        let payer = viewer.cloned().unwrap_or_else(|| caller.address.to_string());
        let poor = payer == "spendthrift";
        let mut charges = self.witness.charges.lock().unwrap();
        charges.push((payer, cost - paid));
        let theirs = charges.iter().filter(|(payer, _)| payer == "spendthrift");
        let spent: u64 = theirs.map(|(_, cost)| cost).sum();
        if poor && spent > 5 { Err(Fault::throttled("Wait a little.", 7)) } else { Ok(()) }
    }

    async fn execute(
        &self,
        request: Request,
        rules: Rules,
        viewer: Option<String>,
        caller: Caller,
    ) -> Response {
        self.witness.rules.lock().unwrap().push(rules);
        let request = request.data(caller);
        let request = match viewer {
            Some(viewer) => request.data(viewer),
            None => request,
        };
        self.schema.execute(request).await
    }

    async fn ready(&self) -> Result<(), String> {
        if self.ready { Ok(()) } else { Err("Two migrations are not applied.".to_owned()) }
    }

    fn index(&self) -> &SchemaIndex {
        &self.index
    }

    /// There is one calendar; reading it may fail as reading anything may.
    async fn calendar(&self, secret: &str) -> Result<Option<String>, Fault> {
        match secret {
            "good" => Ok(Some("BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n".to_owned())),
            "unlucky" => Err(Fault::new(FaultCode::Unavailable, "no database")),
            _ => Ok(None),
        }
    }

    /// There is one link, and it is never a secret that is shown.
    async fn by_link(
        &self,
        _: Errand,
        token: &str,
        _: &Caller,
        pressed: bool,
    ) -> Result<(bool, String), Fault> {
        match token {
            "good" => Ok((true, format!("<p>pressed: {pressed}</p>"))),
            "unlucky" => Err(Fault::new(FaultCode::Unavailable, "no database")),
            "often" => Err(Fault::throttled("Too many attempts.".to_owned(), 7)),
            _ => Ok((false, "<p>not good</p>".to_owned())),
        }
    }

    fn jwks(&self) -> String {
        r#"{"keys":[]}"#.to_owned()
    }

    fn gauges(&self) -> Vec<(&'static str, &'static str, f64)> {
        vec![("pool_connections", "Open connections", 3.0)]
    }
}

fn toy(ready: bool, witness: &Arc<Witness>) -> Toy {
    let schema = Schema::build(Query, Mutation, Counting).data(Arc::clone(witness)).finish();
    let index = SchemaIndex::from_sdl(&schema.sdl()).unwrap();
    Toy { schema, index, ready, witness: Arc::clone(witness) }
}

fn next_id() -> String {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    format!("{:016x}", NEXT.fetch_add(1, Ordering::Relaxed))
}

/// A server on a free port, stopped when the test ends.
struct House {
    address: SocketAddr,
    witness: Arc<Witness>,
    handle: ServerHandle,
}

fn house(change: impl FnOnce(&mut HttpSettings)) -> House {
    house_that(true, change)
}

fn house_that(ready: bool, change: impl FnOnce(&mut HttpSettings)) -> House {
    let witness = Arc::new(Witness::default());
    let mut settings = HttpSettings {
        deadline: DEADLINE,
        body_timeout: Duration::from_millis(300),
        max_body_bytes: 10_000,
        workers: Some(1),
        shutdown_grace: Duration::from_secs(1),
        ..HttpSettings::new(next_id)
    };
    change(&mut settings);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let server = serve(listener, Arc::new(toy(ready, &witness)), settings).unwrap();
    let handle = server.handle();
    actix_web::rt::spawn(server);
    House { address, witness, handle }
}

impl House {
    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    /// Sends one request as written, `Connection: close` added, and reads the answer to its end.
    async fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Reply {
        let mut text = format!("{method} {path} HTTP/1.1\r\nHost: toy\r\nConnection: close\r\n");
        for &(name, value) in headers {
            text.extend([name, ": ", value, "\r\n"]);
        }
        text.extend(["Content-Length: ", &body.len().to_string(), "\r\n\r\n"]);
        let mut stream = self.connect().await;
        stream.write_all(text.as_bytes()).await.unwrap();
        // The server may answer and hang up before it has read all of a large body.
        let _ = stream.write_all(body).await;
        Reply::read(&mut stream).await
    }

    async fn get(&self, path: &str, headers: &[(&str, &str)]) -> Reply {
        self.send("GET", path, headers, b"").await
    }

    /// A JSON post, as an old client (`application/json`) or a new one sends it.
    async fn post(&self, accept: &str, body: &str) -> Reply {
        let headers =
            [("Accept", accept), ("Content-Type", "application/json"), ("Authorization", "Bearer anna")];
        self.send("POST", "/graphql", &headers, body.as_bytes()).await
    }

    async fn stop(self) {
        self.handle.stop(false).await;
    }
}

/// An answer.
#[derive(Debug)]
struct Reply {
    status: u16,
    head: String,
    body: Vec<u8>,
}

impl Reply {
    async fn read(stream: &mut TcpStream) -> Self {
        let mut bytes = Vec::new();
        let _ = tokio::time::timeout(Duration::from_secs(5), stream.read_to_end(&mut bytes)).await;
        let split = bytes.windows(4).position(|window| window == b"\r\n\r\n").expect("an answer");
        let head = String::from_utf8(bytes[..split].to_vec()).unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Self { status, head, body: bytes[split + 4..].to_vec() }
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (key, value) = line.split_once(": ")?;
            key.eq_ignore_ascii_case(name).then_some(value)
        })
    }

    fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("{self:?}"))
    }

    fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    /// The code of the first error; every error has to have one, and a message.
    fn code(&self) -> Option<String> {
        let json = self.json();
        let errors = json.get("errors")?.as_array().unwrap().clone();
        for error in &errors {
            assert!(error["message"].is_string() && error["extensions"]["code"].is_string(), "{json}");
        }
        errors[0]["extensions"]["code"].as_str().map(str::to_owned)
    }

    fn has_data(&self) -> bool {
        self.json().get("data").is_some()
    }
}

const NEW: &str = "application/graphql-response+json";
const OLD: &str = "application/json";

fn ask(query: &str) -> String {
    serde_json::json!({ "query": query }).to_string()
}
