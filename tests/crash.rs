//! The real server in a process of its own, killed in the middle of writes and asked to stop in the
//! middle of one.

use std::{
    cell::RefCell,
    io::{BufRead as _, BufReader},
    process::{Child, Command, ExitStatus, Stdio},
    rc::Rc,
    time::{Duration, Instant},
};

use awc::http::header;
use sea_orm::ConnectionTrait as _;
use serde_json::{Value, json};
use tutti::access::token::Keys;
use tutti::store::World;
use uuid::Uuid;

use crate::harness::{Harness, Kind, Suite, key_file, person};
use crate::write::new_initiative;

pub fn register(suite: &mut Suite) {
    suite.both("crash::what_was_acknowledged_survives_a_kill", killed);
    suite.both("crash::a_request_that_runs_is_finished_before_the_end", stopped);
}

/// The server, which ends with this value.
pub struct Server {
    /// The process.
    pub process: Child,
    /// Where it answers.
    pub url: String,
}

impl Server {
    /// Starts one on the database of this test.
    pub fn start(h: &Harness) -> Self {
        Self::with(h, &[])
    }

    /// The same with more settings.
    pub fn with(h: &Harness, more: &[&str]) -> Self {
        let mut process = h
            .command(&["serve"])
            .args(["--listen", "127.0.0.1:0", "--workers", "2", "--log", "warn"])
            .args(["--database-connections", "4", "--shutdown-grace", "10s"])
            .args(more)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let url = lines.find_map(|line| Some(line.unwrap().strip_prefix("listening on ")?.to_owned()));
        Self { process, url: url.expect("the server says where it listens") }
    }

    fn signal(&self, signal: &str) {
        let sent = Command::new("kill").args([signal, &self.process.id().to_string()]).status().unwrap();
        assert!(sent.success());
    }

    async fn end(&mut self) -> ExitStatus {
        let began = Instant::now();
        loop {
            if let Some(status) = self.process.try_wait().unwrap() {
                return status;
            }
            assert!(began.elapsed() < Duration::from_secs(20), "the server does not end");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Somebody who calls the server; its clock is that of the machine.
#[derive(Clone)]
pub struct Caller {
    client: awc::Client,
    /// The header that says who calls.
    pub token: String,
}

impl Caller {
    /// Somebody of the programme office.
    pub fn new() -> Self {
        let keys = Keys::load_or_create(&key_file()).unwrap();
        let (now, hour) = (World::machine_clock(), Duration::from_hours(1));
        let token = keys.mint(&person("pmo").to_string(), None, now, hour, Uuid::from_u128(1)).unwrap();
        let client = awc::Client::builder().timeout(Duration::from_secs(20)).finish();
        Self { client, token: format!("Bearer {token}") }
    }

    /// The data, or nothing where no answer came.
    async fn send(&self, url: &str, query: &str, variables: Value) -> Option<Value> {
        let request = self
            .client
            .post(url)
            .insert_header((header::AUTHORIZATION, self.token.as_str()))
            .insert_header((header::CONTENT_TYPE, "application/json"));
        let body = json!({ "query": query, "variables": variables }).to_string();
        let mut response = request.send_body(body).await.ok()?;
        let body = response.body().limit(1 << 20).await.ok()?;
        let json: Value = serde_json::from_slice(&body).ok()?;
        assert!(json.get("errors").is_none(), "{json}");
        Some(json["data"].clone())
    }

    /// Enters an initiative under this key: its id and the id of its event.
    pub async fn create(&self, url: &str, key: &str) -> Option<(String, String)> {
        let query = "mutation($input: InitiativeCreateInput!, $options: WriteOptions) { initiativeCreate(input: $input, options: $options) \
                     { initiative { id } event { id } userErrors { code } } }";
        let variables = json!({ "input": new_initiative(key), "options": { "idempotencyKey": key } });
        let payload = self.send(url, query, variables).await?["initiativeCreate"].clone();
        assert_eq!(payload["userErrors"], json!([]));
        let id = |noun: &str| payload[noun]["id"].as_str().unwrap().to_owned();
        Some((id("initiative"), id("event")))
    }
}

async fn count(h: &Harness, what: &str) -> i64 {
    let rows = h.sql(&format!("SELECT CAST(count(*) AS bigint) AS n FROM {what}")).await;
    rows[0].try_get("", "n").unwrap()
}

async fn killed(h: Harness) {
    let mut server = Server::start(&h);
    let caller = Caller::new();
    let acknowledged = Rc::new(RefCell::new(Vec::new()));
    let writers: Vec<_> = (0..6)
        .map(|writer| {
            let (caller, url) = (caller.clone(), server.url.clone());
            let acknowledged = Rc::clone(&acknowledged);
            actix_web::rt::spawn(async move {
                for number in 0.. {
                    let key = format!("{writer}/{number}");
                    let Some(ids) = caller.create(&url, &key).await else { return key };
                    acknowledged.borrow_mut().push((key, ids));
                }
                String::new()
            })
        })
        .collect();
    let began = Instant::now();
    while acknowledged.borrow().len() < 60 {
        assert!(began.elapsed() < Duration::from_mins(1), "the server stopped answering");
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    server.process.kill().unwrap();
    server.process.wait().unwrap();
    let mut unanswered = Vec::new();
    for writer in writers {
        unanswered.push(writer.await.unwrap());
    }
    let acknowledged = acknowledged.take();

    let server = Server::start(&h);
    let nodes = "query($ids: [ID!]!) { nodes(ids: $ids) { id ... on Event { action subject { id } } } }";
    for (key, (initiative, event)) in &acknowledged {
        let found = caller.send(&server.url, nodes, json!({ "ids": [initiative, event] })).await.unwrap();
        let subject = json!({ "id": event, "action": "initiative.created", "subject": { "id": initiative } });
        assert_eq!(found["nodes"], json!([{ "id": initiative }, subject]), "{key} was acknowledged");
    }
    // A caller who heard nothing sends again under the same key, and so do some who did hear.
    for key in &unanswered {
        caller.create(&server.url, key).await.unwrap();
    }
    for (key, ids) in acknowledged.iter().take(5) {
        assert_eq!(caller.create(&server.url, key).await.as_ref(), Some(ids), "{key}");
    }
    let all = i64::try_from(acknowledged.len() + unanswered.len()).unwrap();
    assert_eq!(count(&h, "initiatives").await, all);
    assert_eq!(count(&h, "events WHERE action = 'initiative.created'").await, all);
    let codes = "(SELECT max(code_number) AS code_number FROM initiatives) AS last WHERE code_number = ";
    assert_eq!(count(&h, &format!("{codes}{all}")).await, 1, "the codes have holes");
}

async fn stopped(h: Harness) {
    let mut server = Server::start(&h);
    let caller = Caller::new();
    assert!(caller.create(&server.url, "before").await.is_some());
    // Somebody holds what the next request needs.
    let holder = h.database().begin().await.unwrap();
    if h.kind() == Kind::Postgres {
        holder.execute_unprepared("LOCK TABLE initiatives IN EXCLUSIVE MODE").await.unwrap();
    }
    let (waiting, url) = (caller.clone(), server.url.clone());
    let running = actix_web::rt::spawn(async move { waiting.create(&url, "during").await });
    // Nothing shows from outside that a request waits; this is ample for it to arrive.
    tokio::time::sleep(Duration::from_secs(2)).await;
    server.signal("-TERM");
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert!(server.process.try_wait().unwrap().is_none(), "the server left while a request ran");
    assert!(Caller::new().create(&server.url, "after").await.is_none(), "a new request was taken");
    holder.rollback().await.unwrap();
    assert!(running.await.unwrap().is_some(), "the request that ran got no answer");
    let status = server.end().await;
    assert!(status.success(), "{status}");
    assert_eq!(count(&h, "initiatives").await, 2);
}
