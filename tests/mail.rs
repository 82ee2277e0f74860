//! Mails: delivered once each, whatever the mail server does and whenever a process dies; and the link with which somebody
//! acknowledges.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::TimeDelta;
use sea_orm::EntityTrait as _;
use serde_json::{Value, json};
use tutti::access::Viewer;
use tutti::config::MailTls;
use tutti::mail::settings::Settings;
use tutti::mail::worker::Worker;
use tutti::store::tx::{Once, Work};
use tutti::store::{Outcome, Scope, Tx, World};
use tutti_entity::communication::communication::Channel;
use tutti_entity::ids::{CommunicationId, PersonId};
use tutti_entity::people::person::{self, Locale, PersonStatus, Tier};
use uuid::Uuid;

use crate::access::rows::literal;
use crate::feedback::sent;
use crate::harness::{Harness, Kind, Suite, fresh, person};

pub mod link;
pub mod server;
pub mod tls;

use server::{Does, MailServer};

pub fn register(suite: &mut Suite) {
    suite.both("mail::each_gets_one_with_text_html_and_link", delivered);
    suite.both("mail::what_the_server_refuses_is_tried_again_or_told", refused);
    suite.both("mail::an_address_that_breaks_connections_holds_up_nobody", breaking);
    suite.both("mail::a_lost_connection_loses_and_doubles_nothing", hung_up);
    suite.both("mail::a_server_that_is_not_there_is_waited_for", down);
    suite.both("mail::what_is_encrypted_is_for_the_right_server_alone", tls::encrypted);
    suite.both("mail::a_killed_process_doubles_nothing", killed);
    suite.both("mail::two_processes_share_the_queue", shared);
    suite.both("mail::without_a_mail_server_it_says_so", without);
    suite.both("mail::what_was_tried_for_days_is_not_sent", stale);
    suite.both("mail::the_button_behind_the_link_acknowledges", link::pressed);
    suite.both("mail::a_link_that_is_not_good_tells_nothing", link::not_good);
}

/// Queues the mails of a communication, as sending it does.
struct Queue(CommunicationId);

impl Work for Queue {
    type Reply = Once<()>;

    async fn run(&self, tx: &Tx<'_>) -> Outcome<Once<()>> {
        tutti::mail::queue(tx, self.0).await?;
        Ok(Once { answer: (), wrote: true })
    }
}

async fn queue(h: &Harness, communication: CommunicationId) {
    let scope = Scope::new(h.database().clone(), Arc::clone(h.app().world()), Viewer::system());
    scope.see_to(&Queue(communication)).await.unwrap();
}

/// So many more people.
pub async fn readers(h: &Harness, people: u128) -> Vec<PersonId> {
    let ids: Vec<PersonId> = (0..people).map(|number| PersonId(Uuid::from_u128(0xc000 + number))).collect();
    let rows: Vec<person::ActiveModel> = ids
        .iter()
        .enumerate()
        .map(|(number, id)| {
            fresh(person::Model {
                id: *id,
                version: 1,
                name: format!("Reader {number}"),
                name_folded: format!("reader {number}"),
                email: format!("reader.{number}@tutti.example"),
                email_folded: format!("reader.{number}@tutti.example"),
                tier: Tier::Frontline,
                status: PersonStatus::Active,
                locale: Locale::En,
                org_unit_id: None,
                manager_id: None,
                last_sign_in_at: None,
                daily_digest: false,
                created_at: h.now(),
                updated_at: h.now(),
            })
        })
        .collect();
    for some in rows.chunks(500) {
        let some = some.to_vec();
        h.rows(async |tx| person::Entity::insert_many(some).exec_without_returning(tx).await.unwrap()).await;
    }
    ids
}

/// The same, and a mail for each.
async fn crowd(h: &Harness, people: u128) -> (CommunicationId, Vec<PersonId>) {
    let ids = readers(h, people).await;
    let communication = sent(h, 0xe0, Channel::Email, &ids).await;
    queue(h, communication).await;
    (communication, ids)
}

/// How to send mails to the server on this port.
pub fn settings(port: u16) -> Settings {
    Settings {
        server: "127.0.0.1".to_owned(),
        port,
        tls: MailTls::None,
        tls_parameters: None,
        credentials: None,
        from: "tutti@tutti.example".parse().unwrap(),
        public_url: "https://tutti.example".to_owned(),
        connections: 3,
        rate: None,
        retry_after: Duration::from_secs(30),
        lease: Duration::from_mins(1),
    }
}

/// Empties the queue.
pub fn work(h: &Harness, settings: Settings) -> Worker {
    let links = h.app().links().unwrap();
    Worker::start(h.database().clone(), Arc::clone(h.app().world()), settings, links)
}

/// How many mails are in each state.
pub async fn states(h: &Harness) -> BTreeMap<String, i64> {
    let rows = h.sql("SELECT state, CAST(count(*) AS bigint) AS n FROM mails GROUP BY state").await;
    rows.iter().map(|row| (row.try_get("", "state").unwrap(), row.try_get("", "n").unwrap())).collect()
}

/// Waits until this many mails are in these states.
pub async fn until(h: &Harness, expected: &[(&str, i64)]) {
    let expected: BTreeMap<String, i64> =
        expected.iter().map(|(state, n)| ((*state).to_owned(), *n)).collect();
    let began = Instant::now();
    loop {
        let found = states(h).await;
        if found == expected {
            return;
        }
        if began.elapsed() > Duration::from_secs(40) {
            let reasons = h.sql("SELECT DISTINCT reason FROM mails WHERE reason IS NOT NULL").await;
            let reasons: Vec<String> = reasons.iter().map(|row| row.try_get("", "reason").unwrap()).collect();
            panic!("{found:?} is not {expected:?}: {reasons:?}");
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn reason(h: &Harness, state: &str) -> String {
    let rows = h.sql(&format!("SELECT reason FROM mails WHERE state = '{state}'")).await;
    rows[0].try_get("", "reason").unwrap()
}

async fn delivered_receipts(h: &Harness) -> i64 {
    let sql = "SELECT CAST(count(*) AS bigint) AS n FROM receipts WHERE delivered_at IS NOT NULL";
    h.sql(sql).await[0].try_get("", "n").unwrap()
}

/// A mail as people read it: soft line breaks and escapes of quoted-printable undone.
fn readable(mail: &str) -> String {
    mail.replace("=\r\n", "").replace("=3D", "=")
}

/// How long a worker may take to end.
pub const GRACE: Duration = Duration::from_secs(5);

async fn delivered(h: Harness) {
    let server = MailServer::start(|_, _| Does::Take).await;
    let (communication, people) = crowd(&h, 450).await;
    let worker = work(&h, settings(server.port));
    until(&h, &[("SENT", 450)]).await;
    worker.stop(GRACE).await;
    assert_eq!((server.taken(), delivered_receipts(&h).await), (450, 450));
    for number in [0, 449] {
        assert_eq!(server.taken_for(&format!("reader.{number}@tutti.example")), 1);
    }
    assert!(server.seen.lock().unwrap().connections <= 3);
    let mail = readable(&server.mail_for("reader.7@tutti.example"));
    for part in [
        "To: \"Reader 7\" <reader.7@tutti.example>",
        "Subject: Message 224",
        "Auto-Submitted: auto-generated",
        &format!("Message-ID: <{communication}.{}@tutti.example>", people[7]),
        "Content-Type: multipart/alternative",
        "We *start* today.",
        "<em>start</em>",
        "https://tutti.example/acknowledge/",
    ] {
        assert!(mail.contains(part), "{part} is not in {mail}");
    }
    // Nothing of it is left to do.
    let worker = work(&h, settings(server.port));
    tokio::time::sleep(Duration::from_millis(300)).await;
    worker.stop(GRACE).await;
    assert_eq!(server.taken(), 450);
    let query = format!(
        "{{ node(id: \"{communication}\") {{ ... on Communication {{ delivery {{ state queued sent failed inDoubt reason }} }} }} }}"
    );
    let told = h.as_("pmo").ask(&query, Value::Null).await["node"]["delivery"].clone();
    let expected =
        json!({ "state": "DELIVERED", "queued": 0, "sent": 450, "failed": 0, "inDoubt": 0, "reason": null });
    assert_eq!(told, expected);
    assert_eq!(h.as_("finance").ask(&query, Value::Null).await["node"], Value::Null);
}

async fn refused(h: Harness) {
    let server = MailServer::start(|to, offered| match (to, offered) {
        ("reader.1@tutti.example", 0) => Does::RefuseAddress(450),
        ("reader.2@tutti.example", 0 | 1) => Does::RefuseMail(451),
        ("reader.3@tutti.example", _) => Does::RefuseAddress(550),
        ("reader.4@tutti.example", _) => Does::RefuseMail(554),
        _ => Does::Take,
    })
    .await;
    let (communication, people) = crowd(&h, 8).await;
    // One without an address that could be one, and one who has left meanwhile.
    let id = |number: usize| literal(&h, people[number].0);
    for change in [
        format!("UPDATE people SET email = 'nowhere' WHERE id = {}", id(5)),
        format!("UPDATE people SET status = 'LEFT' WHERE id = {}", id(6)),
    ] {
        use sea_orm::ConnectionTrait as _;
        h.rows(async |tx| tx.execute_unprepared(&change).await.unwrap()).await;
    }
    let worker = work(&h, settings(server.port));
    until(&h, &[("SENT", 2), ("FAILED", 4), ("QUEUED", 2)]).await;
    assert_eq!(delivered_receipts(&h).await, 2);
    // What was not taken for now waits for its time.
    tokio::time::sleep(Duration::from_millis(1_300)).await;
    assert_eq!(states(&h).await["QUEUED"], 2);
    h.pass(TimeDelta::seconds(45));
    until(&h, &[("SENT", 3), ("FAILED", 4), ("QUEUED", 1)]).await;
    h.pass(TimeDelta::seconds(90));
    until(&h, &[("SENT", 4), ("FAILED", 4)]).await;
    assert_eq!((server.taken(), delivered_receipts(&h).await), (4, 4));
    let query = format!(
        "{{ node(id: \"{communication}\") {{ ... on Communication {{ delivery {{ state undelivered {{ state attempts reason person {{ name }} }} }} }} }} }}"
    );
    let told = h.as_("pmo").ask(&query, Value::Null).await["node"]["delivery"].clone();
    assert_eq!(told["state"], json!("INCOMPLETE"));
    let reasons: Vec<&str> =
        told["undelivered"].as_array().unwrap().iter().map(|mail| mail["reason"].as_str().unwrap()).collect();
    for (number, part) in ["550", "554", "address", "left"].into_iter().enumerate() {
        assert!(reasons[number].contains(part), "{part} is not in {reasons:?}");
    }
    // Whoever may send it has it sent again.
    let input = json!({ "id": communication.to_string(), "personIds": [people[3].to_string()] });
    let payload = h.as_("pmo").change("communicationMailRetry", input, Value::Null).await;
    assert_eq!(payload["userErrors"], json!([]));
    until(&h, &[("SENT", 4), ("FAILED", 4)]).await;
    worker.stop(GRACE).await;
}

async fn breaking(h: Harness) {
    let server = MailServer::start(|to, _| match to {
        "reader.0@tutti.example" | "reader.1@tutti.example" => Does::HangUpAtAddress,
        "reader.2@tutti.example" | "reader.3@tutti.example" => Does::RefuseAddress(421),
        "reader.4@tutti.example" => Does::Babble,
        _ => Does::Take,
    })
    .await;
    // More of them than there are connections.
    let (communication, people) = crowd(&h, 40).await;
    let began = h.now();
    let worker = work(&h, settings(server.port));
    until(&h, &[("SENT", 35), ("QUEUED", 5)]).await;
    // Each of them was tried once and waits for its time.
    let tried = async |h: &Harness| {
        let waits = "state = 'QUEUED' AND claim IS NULL";
        let rows = h.sql(&format!("SELECT attempts, next_at FROM mails WHERE {waits}")).await;
        let read = |row: &sea_orm::QueryResult| {
            let next: chrono::DateTime<chrono::Utc> = row.try_get("", "next_at").unwrap();
            (row.try_get::<i32>("", "attempts").unwrap(), next > began)
        };
        rows.iter().map(read).collect::<Vec<_>>()
    };
    let since = Instant::now();
    loop {
        let found = tried(&h).await;
        if found == [(1, true); 5] {
            break;
        }
        assert!(since.elapsed() < Duration::from_secs(40), "{found:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!((server.taken(), delivered_receipts(&h).await), (35, 35));
    // After days of that they are given up.
    h.pass(TimeDelta::days(4));
    until(&h, &[("SENT", 35), ("FAILED", 5)]).await;
    worker.stop(GRACE).await;
    let query = format!(
        "{{ node(id: \"{communication}\") {{ ... on Communication {{ delivery {{ failed undelivered {{ person {{ id }} }} }} }} }} }}"
    );
    let told = h.as_("pmo").ask(&query, Value::Null).await["node"]["delivery"].clone();
    let failed: Vec<Value> =
        people.iter().take(5).map(|id| json!({ "person": { "id": id.to_string() } })).collect();
    assert_eq!(told, json!({ "failed": 5, "undelivered": failed }));
}

async fn hung_up(h: Harness) {
    let server = MailServer::start(|to, offered| match (to, offered) {
        ("reader.1@tutti.example", 0) => Does::HangUpInside,
        ("reader.2@tutti.example", 0) => Does::TakeAndHangUp,
        _ => Does::Take,
    })
    .await;
    let (communication, people) = crowd(&h, 12).await;
    let worker = work(&h, settings(server.port));
    // The first may have been cut off before its end; where it was not certainly, it is in doubt as the second is.
    let began = Instant::now();
    loop {
        let found = states(&h).await;
        if found.get("QUEUED").copied().unwrap_or_default()
            + found.get("HANDING_OVER").copied().unwrap_or_default()
            == 0
        {
            break;
        }
        h.pass(TimeDelta::seconds(1));
        assert!(began.elapsed() < Duration::from_secs(40), "{found:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let doubt = states(&h).await["IN_DOUBT"];
    assert!((1..=2).contains(&doubt));
    for number in 0..12 {
        let address = format!("reader.{number}@tutti.example");
        assert!(server.taken_for(&address) <= 1, "{address}");
    }
    assert_eq!(server.taken_for("reader.2@tutti.example"), 1);
    // It is sent again on purpose alone.
    let input = json!({ "id": communication.to_string(), "personIds": [people[2].to_string()] });
    let payload = h.as_("pmo").change("communicationMailRetry", input.clone(), Value::Null).await;
    assert_eq!(payload["userErrors"][0]["code"], json!("CONFLICT"));
    let mut on_purpose = input;
    on_purpose["inDoubt"] = json!(true);
    let payload = h.as_("pmo").change("communicationMailRetry", on_purpose, Value::Null).await;
    assert_eq!(payload["userErrors"], json!([]));
    let began = Instant::now();
    while server.taken_for("reader.2@tutti.example") < 2 {
        assert!(began.elapsed() < Duration::from_secs(20));
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    worker.stop(GRACE).await;
}

async fn down(h: Harness) {
    let port = MailServer::start(|_, _| Does::Take).await.port;
    crowd(&h, 5).await;
    let worker = work(&h, settings(port));
    let began = Instant::now();
    loop {
        let told = h.sql("SELECT reason FROM mails WHERE reason IS NOT NULL").await;
        if told.len() == 5 {
            let words = reason(&h, "QUEUED").await;
            assert_eq!(words, "The mail server cannot be used: connection refused");
            break;
        }
        assert!(began.elapsed() < Duration::from_secs(20), "nothing is told of the server");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(delivered_receipts(&h).await, 0);
    let server = MailServer::on(port, |_, _| Does::Take).await;
    until(&h, &[("SENT", 5)]).await;
    worker.stop(GRACE).await;
    assert_eq!(server.taken(), 5);
}

async fn without(h: Harness) {
    let pmo = h.as_("pmo");
    let mut communications = Vec::new();
    for (channel, mails) in [("EMAIL", 5), ("TOWN_HALL", 5)] {
        let people: Vec<_> = ["member", "owner", "finance", "nobody", "admin"]
            .map(|who| json!(person(who).to_string()))
            .into();
        let plan = json!({
            "channel": channel, "purpose": "WHAT", "subject": "What is new", "body": "Much.",
            "senderId": person("leader").to_string(), "audience": { "personIds": people },
        });
        let id = pmo.must("communicationPlan", plan).await;
        pmo.must("communicationSend", json!({ "id": id })).await;
        assert_eq!(states(&h).await["QUEUED"], mails, "{channel}");
        communications.push(id);
    }
    let communication = &communications[0];
    let query = format!(
        "{{ node(id: \"{communication}\") {{ ... on Communication {{ delivery {{ state queued sent reason }} }} }} }}"
    );
    let told = h.as_("pmo").ask(&query, Value::Null).await["node"]["delivery"].clone();
    assert_eq!((&told["state"], &told["queued"]), (&json!("NOT_CONFIGURED"), &json!(5)));
    assert!(told["reason"].as_str().unwrap().contains("No mail server is configured"), "{told}");
    let query = query.replace(communication, &communications[1]);
    assert_eq!(pmo.ask(&query, Value::Null).await["node"]["delivery"], Value::Null);
    assert_eq!(delivered_receipts(&h).await, 0);
}

async fn stale(h: Harness) {
    let server = MailServer::start(|_, _| Does::Take).await;
    let (_, people) = crowd(&h, 3).await;
    // One of them was never offered: that it waited so long is not its fault.
    let tried = format!("UPDATE mails SET attempts = 1 WHERE person_id <> {}", literal(&h, people[0].0));
    h.rows(async |tx| {
        use sea_orm::ConnectionTrait as _;
        tx.execute_unprepared(&tried).await.unwrap()
    })
    .await;
    h.pass(TimeDelta::days(4));
    let worker = work(&h, settings(server.port));
    until(&h, &[("FAILED", 2), ("SENT", 1)]).await;
    worker.stop(GRACE).await;
    assert_eq!((server.taken(), server.taken_for("reader.0@tutti.example")), (1, 1));
    assert!(reason(&h, "FAILED").await.contains("three days"));
}

/// The server in a process of its own.
pub struct Process(pub Child);

impl Process {
    /// Starts one that hands its mails to the server on this port.
    pub fn start(h: &Harness, port: u16) -> Self {
        let mut process = h
            .command(&["serve"])
            .args([
                "--listen",
                "127.0.0.1:0",
                "--workers",
                "1",
                "--log",
                "error",
                "--database-connections",
                "4",
            ])
            .args(["--mail-server", "127.0.0.1", "--mail-port", &port.to_string(), "--mail-tls", "none"])
            .args(["--mail-from", "tutti@tutti.example", "--public-url", "https://tutti.example"])
            .args(["--mail-connections", "3", "--mail-lease", "1s", "--mail-retry-after", "100ms"])
            .args(["--shutdown-grace", "5s", "--digest-hour", "0"])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        assert!(lines.any(|line| line.unwrap().starts_with("listening on ")));
        Self(process)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Waits until the server has taken so many.
pub async fn taken(server: &MailServer, mails: usize) {
    let began = Instant::now();
    while server.taken() < mails {
        assert!(began.elapsed() < Duration::from_secs(40), "{} of {mails} were taken", server.taken());
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

/// Whatever happened: nobody has two, and who has none is one of whom it is in doubt.
pub async fn nobody_has_two(h: &Harness, server: &MailServer, people: usize) {
    let mut missing = 0;
    for number in 0..people {
        let address = format!("reader.{number}@tutti.example");
        match server.taken_for(&address) {
            0 => missing += 1,
            mails => assert_eq!(mails, 1, "{address} has {mails}"),
        }
    }
    let states = states(h).await;
    let doubt = states.get("IN_DOUBT").copied().unwrap_or_default();
    assert!(missing <= doubt, "{missing} have none and {doubt} are in doubt");
}

async fn killed(h: Harness) {
    const PEOPLE: usize = 240;
    h.pass(World::machine_clock() - h.now());
    let server = MailServer::start(|_, _| Does::TakeSlowly(3)).await;
    crowd(&h, u128::try_from(PEOPLE).unwrap()).await;
    let mut kills = 0;
    for mails in [5, 40, 90, 150, 200] {
        let mut process = Process::start(&h, server.port);
        taken(&server, mails).await;
        process.0.kill().unwrap();
        process.0.wait().unwrap();
        kills += 1;
    }
    let process = Process::start(&h, server.port);
    let began = Instant::now();
    loop {
        let found = states(&h).await;
        let settled = ["SENT", "IN_DOUBT"].iter().filter_map(|state| found.get(*state)).sum::<i64>();
        if settled == i64::try_from(PEOPLE).unwrap() {
            break;
        }
        assert!(began.elapsed() < Duration::from_secs(40), "{found:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    nobody_has_two(&h, &server, PEOPLE).await;
    let doubt = states(&h).await.get("IN_DOUBT").copied().unwrap_or_default();
    // At most one of each connection of each process that was killed.
    assert!(doubt <= 3 * kills, "{doubt} are in doubt");
    let sent = states(&h).await["SENT"];
    assert_eq!(delivered_receipts(&h).await, sent);
    drop(process);
}

async fn shared(h: Harness) {
    const PEOPLE: usize = 300;
    if h.kind() == Kind::Sqlite {
        // An SQLite file belongs to one process.
        return;
    }
    h.pass(World::machine_clock() - h.now());
    let server = MailServer::start(|_, _| Does::TakeSlowly(2)).await;
    let processes = [Process::start(&h, server.port), Process::start(&h, server.port)];
    crowd(&h, u128::try_from(PEOPLE).unwrap()).await;
    until(&h, &[("SENT", i64::try_from(PEOPLE).unwrap())]).await;
    assert_eq!(server.taken(), PEOPLE);
    nobody_has_two(&h, &server, PEOPLE).await;
    assert!(server.seen.lock().unwrap().connections > 3, "one process did all");
    drop(processes);
}
