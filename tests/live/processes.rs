//! Several servers on one PostgreSQL, one of which is killed while all of them write.

use std::{
    cell::RefCell,
    rc::Rc,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use super::socket::{Came, Socket};
use crate::crash::{Caller, Server};
use crate::harness::{Harness, Kind, Suite};

pub fn register(suite: &mut Suite) {
    suite.both("live::several_servers_tell_the_same_and_one_may_die", several);
}

const CREATED: &str =
    "subscription($after: String) { events(after: $after, filter: {action: {eq: \"initiative.created\"}}) {
    cursor node { id } } }";

/// What a subscriber has heard so far: the ids of events, and the last cursor.
type Heard = Rc<RefCell<(Vec<String>, Value)>>;

/// Listens until the server is gone.
async fn listen(url: String, token: String, heard: Heard) {
    let mut socket = Socket::open(url.trim_end_matches("/graphql"), &token).await;
    let after = heard.borrow().1.clone();
    socket.subscribe("1", CREATED, json!({ "after": after })).await;
    while let Some(came) = socket.hear_within(Duration::from_mins(1)).await {
        let Came::Message(message) = came else { return };
        assert_eq!(message["type"], "next", "{message}");
        let event = &message["payload"]["data"]["events"];
        let mut heard = heard.borrow_mut();
        heard.0.push(event["node"]["id"].as_str().unwrap().to_owned());
        heard.1 = event["cursor"].clone();
    }
}

async fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let began = Instant::now();
    while !is_so() {
        assert!(began.elapsed() < Duration::from_mins(1), "{what} does not come");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// The connection of whoever seals the log for all of them.
const SEALER: &str = "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 1
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
    AND (classid::bigint << 32) | objid::bigint = hashtextextended('tutti/seal', 0)";

/// Waits for somebody else than this who does the work that one does for all.
async fn sealer(h: &Harness, not: Option<i32>) -> i32 {
    let began = Instant::now();
    loop {
        let found: Option<i32> = h.sql(SEALER).await.first().map(|row| row.try_get("", "pid").unwrap());
        match found {
            Some(pid) if Some(pid) != not => return pid,
            _ => assert!(began.elapsed() < Duration::from_secs(5), "nobody does what one does for all"),
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn several(h: Harness) {
    let mut servers = vec![Server::start(&h)];
    let mut first = None;
    // An SQLite file belongs to one server.
    if h.kind() == Kind::Postgres {
        first = Some(sealer(&h, None).await);
        servers.extend([Server::start(&h), Server::start(&h)]);
    }
    let caller = Caller::new();
    let heard: Vec<Heard> = servers.iter().map(|_| Heard::default()).collect();
    for (server, heard) in servers.iter().zip(&heard) {
        drop(actix_web::rt::spawn(listen(server.url.clone(), caller.token.clone(), Rc::clone(heard))));
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
    let acknowledged = Rc::new(RefCell::new(Vec::new()));
    let is_enough = Rc::new(RefCell::new(false));
    let writers: Vec<_> = (0..6)
        .map(|writer| {
            let (caller, url) = (caller.clone(), servers[writer % servers.len()].url.clone());
            let (acknowledged, is_enough) = (Rc::clone(&acknowledged), Rc::clone(&is_enough));
            actix_web::rt::spawn(async move {
                for number in 0.. {
                    let created = caller.create(&url, &format!("{writer}/{number}")).await;
                    let Some((_, event)) = created else { return };
                    acknowledged.borrow_mut().push(event);
                    if *is_enough.borrow() {
                        return;
                    }
                }
            })
        })
        .collect();
    until("a first lot", || acknowledged.borrow().len() >= 60).await;
    if servers.len() > 1 {
        // Nothing that it holds is written down, and nobody is told that it goes.
        assert_eq!(Some(sealer(&h, None).await), first, "it goes from hand to hand without a need");
        servers[0].process.kill().unwrap();
        servers[0].process.wait().unwrap();
        sealer(&h, first).await;
    }
    until("a second lot", || acknowledged.borrow().len() >= 150).await;
    *is_enough.borrow_mut() = true;
    for writer in writers {
        writer.await.unwrap();
    }
    // Whoever was connected to the one that died goes on with another, after what they heard last.
    if servers.len() > 1 {
        drop(actix_web::rt::spawn(listen(
            servers[1].url.clone(),
            caller.token.clone(),
            Rc::clone(&heard[0]),
        )));
    }
    let sql = "SELECT CAST(count(*) AS bigint) AS n FROM events WHERE action = 'initiative.created'";
    let all: i64 = h.sql(sql).await[0].try_get("", "n").unwrap();
    let all = usize::try_from(all).unwrap();
    for heard in &heard {
        until("all of it", || heard.borrow().0.len() >= all).await;
    }
    tokio::time::sleep(Duration::from_millis(500)).await;
    let first = heard[0].borrow().0.clone();
    for heard in &heard {
        let heard = heard.borrow();
        assert_eq!(heard.0.len(), all, "something was told twice");
        assert_eq!(heard.0, first, "not all were told the same in the same order");
    }
    for event in acknowledged.borrow().iter() {
        assert!(first.contains(event), "what was acknowledged was not told");
    }
}
