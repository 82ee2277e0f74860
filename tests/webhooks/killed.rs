//! A server that is killed while it tells.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::time::{Duration, Instant};

use serde_json::json;

use super::{Does, Receiver, house, made, settings};
use crate::crash::{Caller, Server};
use crate::harness::{Harness, Kind, Suite};

pub fn register(suite: &mut Suite) {
    suite.both("webhooks::a_killed_server_loses_nothing_and_renames_nothing", killed);
}

const SETTINGS: [&str; 6] = [
    "--webhook-allow-networks",
    "127.0.0.0/8",
    "--webhook-allow-http",
    "true",
    "--webhook-retry-after",
    "200ms",
];

async fn killed(h: Harness) {
    // Some messages are not taken at first, and all take a moment.
    let receiver =
        Receiver::start(|_, before| if before % 7 == 3 { Does::Answer(503) } else { Does::Slowly(200, 15) })
            .await;
    let admin = h.as_("admin").in_(&house(&h, settings()));
    let filter = json!({ "filter": { "action": { "eq": "initiative.created" } } });
    made(&admin, &receiver.url("/"), filter).await;
    let caller = Caller::new();
    let acknowledged: Rc<RefCell<BTreeSet<String>>> = Rc::default();
    // An SQLite file belongs to one server; on PostgreSQL another one takes over.
    let mut other = (h.kind() == Kind::Postgres).then(|| Server::with(&h, &SETTINGS));
    for round in 0..4 {
        let mut server = Server::with(&h, &SETTINGS);
        let is_over = Rc::new(RefCell::new(false));
        let writers: Vec<_> = (0..4)
            .map(|writer| {
                let (caller, url) = (caller.clone(), server.url.clone());
                let (acknowledged, is_over) = (Rc::clone(&acknowledged), Rc::clone(&is_over));
                actix_web::rt::spawn(async move {
                    for number in 0.. {
                        let key = format!("{round}/{writer}/{number}");
                        let Some((_, event)) = caller.create(&url, &key).await else { return };
                        acknowledged.borrow_mut().insert(event);
                        if *is_over.borrow() {
                            return;
                        }
                    }
                })
            })
            .collect();
        let (before, began) = (receiver.got("/").len(), Instant::now());
        while receiver.got("/").len() < before + 10 {
            assert!(began.elapsed() < Duration::from_mins(1), "nothing is told");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        // Whoever tells at the moment is killed.
        let victim = match &mut other {
            Some(other) if round % 2 == 0 => other,
            _ => &mut server,
        };
        victim.process.kill().unwrap();
        victim.process.wait().unwrap();
        *is_over.borrow_mut() = true;
        for writer in writers {
            writer.await.unwrap();
        }
        if h.kind() == Kind::Postgres && round % 2 == 0 {
            other = Some(Server::with(&h, &SETTINGS));
        }
    }
    let _last = Server::with(&h, &SETTINGS);
    let events = "SELECT CAST(count(*) AS bigint) AS n FROM events WHERE action = 'initiative.created'";
    let rows = "SELECT CAST(count(*) AS bigint) AS n FROM webhook_deliveries";
    let taken = "SELECT CAST(count(*) AS bigint) AS n FROM webhook_deliveries WHERE state = 'DELIVERED'";
    let count = async |sql: &str| h.sql(sql).await[0].try_get::<i64>("", "n").unwrap();
    let began = Instant::now();
    loop {
        let told: BTreeSet<_> = receiver.got("/").iter().map(super::Got::event).collect();
        if count(events).await == count(taken).await && acknowledged.borrow().is_subset(&told) {
            break;
        }
        assert!(
            began.elapsed() < Duration::from_mins(2),
            "{} of {} are told",
            told.len(),
            acknowledged.borrow().len()
        );
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    // Each event was queued once, whatever was killed when, and has one name however often it was sent.
    assert_eq!(count(events).await, count(rows).await);
    let mut names: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for got in receiver.got("/") {
        names.entry(got.event()).or_default().insert(got.id().to_owned());
    }
    assert!(names.values().all(|ids| ids.len() == 1), "an event has two names");
    assert_eq!(i64::try_from(names.len()).unwrap(), count(events).await);
}
