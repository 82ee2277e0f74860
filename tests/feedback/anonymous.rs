//! Think of somebody who has the whole database and the log file, and wants to know who asked.

use std::io::Read as _;
use std::process::{Child, Stdio};
use std::time::Duration;

use awc::http::header;
use tutti::access::token::Keys;
use tutti::store::World;

use super::*;
use crate::harness::key_file;

/// What is there now and was not before.
fn new_rows(before: &[String], after: &[String]) -> Vec<String> {
    after.iter().filter(|row| !before.contains(row)).cloned().collect()
}

fn anonymous(text: &str) -> Value {
    with(question(text), "anonymous", true)
}

/// Every way in which a person is spelled in a database or a log.
fn spellings(who: PersonId) -> [String; 4] {
    let uuid = who.uuid();
    let simple = uuid.simple().to_string();
    [who.to_string(), uuid.hyphenated().to_string(), simple.to_uppercase(), simple]
}

fn names(text: &str, who: PersonId) -> bool {
    spellings(who).iter().any(|spelled| text.contains(spelled))
}

/// The ids and moments of the row of an anonymous one.
async fn row(h: &Harness, id: &str) -> (Uuid, DateTime<Utc>, DateTime<Utc>, NaiveDate) {
    let id: UpwardFeedbackId = id.parse().unwrap();
    let select = format!(
        "SELECT id, created_at, updated_at, raised_on FROM upward_feedback WHERE id = {}",
        literal(h, id.uuid())
    );
    let rows = h.sql(&select).await;
    let row = &rows[0];
    let at = |name: &str| row.try_get::<DateTime<Utc>>("", name).unwrap();
    (
        row.try_get("", "id").unwrap(),
        at("created_at"),
        at("updated_at"),
        row.try_get("", "raised_on").unwrap(),
    )
}

pub async fn nowhere(h: Harness) {
    let to_all = sent(&h, 0xc0, Channel::TownHall, &audience(&[])).await;
    h.pass(TimeDelta::microseconds(((2 * 60 + 13) * 60 + 27) * 1_000_000 + 123_457));
    let member = h.as_("member");
    // Others are busy before and after, so that there is something beside which it could stand.
    raise(&h.as_("finance"), with(question("Before?"), "communicationId", to_all.to_string())).await;
    for input in [
        anonymous("What of our jobs?"),
        with(anonymous("And on this?"), "communicationId", to_all.to_string()),
        with(anonymous("And you?"), "askedId", person("owner").to_string()),
    ] {
        let before = h.dump().await;
        let index = h.index().await;
        let dry = member.change("upwardFeedbackRaise", input.clone(), json!({ "dryRun": true })).await;
        assert_eq!((&dry["userErrors"], &dry["event"]), (&json!([]), &Value::Null));
        assert_eq!(before, h.dump().await, "a dry run left something");
        let payload = member.change("upwardFeedbackRaise", input, Value::Null).await;
        assert_eq!((&payload["userErrors"], &payload["event"]), (&json!([]), &Value::Null), "{payload}");
        let id = payload["upwardFeedback"]["id"].as_str().unwrap().to_owned();
        // One row in one table, and nothing else anywhere: no event, no key, no document, no counter, no session.
        let after = h.dump().await;
        let new = new_rows(&before, &after);
        assert_eq!((new.len(), after.len()), (1, before.len() + 1), "{new:#?}");
        assert!(new[0].starts_with("upward_feedback "), "{new:#?}");
        assert!(new.iter().all(|row| !names(row, person("member"))), "{new:#?}");
        assert_eq!(index, h.index().await);
        let (uuid, created, updated, day) = row(&h, &id).await;
        assert_eq!(uuid.get_version_num(), 4, "the id says when it was made");
        assert_eq!((created, updated), (created, created));
        let began = day.and_hms_opt(0, 0, 0).unwrap().and_utc();
        assert_eq!((created, day), (began, h.now().date_naive()));
        for part in ["10:13", "13:27", "123457"] {
            assert!(!new[0].contains(part), "{part} is in {}", new[0]);
        }
        for who in ["member", "pmo", "auditor"] {
            let read = read(&h.as_(who), &id).await;
            if read != Value::Null {
                assert_eq!(read["from"], Value::Null);
            }
        }
    }
    // On SQLite no row number tells between which others they were written.
    if h.kind() == Kind::Sqlite {
        for table in ["upward_feedback", "upward_votes"] {
            let sql = format!("SELECT sql FROM sqlite_master WHERE name = '{table}'");
            let made: String = h.sql(&sql).await[0].try_get("", "sql").unwrap();
            assert!(made.contains("WITHOUT ROWID"), "{made}");
        }
    }
}

pub async fn refused(h: Harness) {
    let few = sent(&h, 0xc1, Channel::OneToOne, &[person("member"), person("nobody")]).await;
    let all = sent(&h, 0xc0, Channel::TownHall, &audience(&[])).await;
    let admin = h.as_("admin");
    let make =
        "mutation { apiKeyCreate(input: { name: \"All\", roles: [ADMIN], readOnly: false }) { secret } }";
    let secret = admin.ask(make, Value::Null).await["apiKeyCreate"]["secret"].as_str().unwrap().to_owned();
    let key = h.with_header(&format!("Bearer {secret}"));
    key.ask("{ viewer { person { id } } }", Value::Null).await;
    let before = h.dump().await;
    let member = h.as_("member");
    for (client, input, options, code, path) in [
        (
            &member,
            anonymous("Why?"),
            json!({ "idempotencyKey": "mine" }),
            "INVALID",
            "options.idempotencyKey",
        ),
        (&member, anonymous("Why?"), json!({ "expectedVersion": 1 }), "INVALID", "options.expectedVersion"),
        (
            &member,
            with(anonymous("?"), "communicationId", few.to_string()),
            Value::Null,
            "CONFLICT",
            "input.anonymous",
        ),
        (&key, anonymous("Why?"), Value::Null, "FORBIDDEN", "input.anonymous"),
        (&member, anonymous(""), Value::Null, "REQUIRED", "input.text"),
    ] {
        let payload = client.change("upwardFeedbackRaise", input, options).await;
        assert_eq!(problem(&payload), (code.to_owned(), path.to_owned()));
    }
    // Nothing hides beside an anonymous one, which is in no log: not what is refused or only tried either.
    let field = "upwardFeedbackRaise(input: $input, options: $options) { userErrors { code } }";
    let head = "mutation($input: UpwardFeedbackRaiseInput!, $options: WriteOptions)";
    for (query, dry) in [
        (format!("{head} {{ one: {field} two: {field} }}"), false),
        (format!("{head} {{ __typename {field} }}"), true),
        (format!("{head} {{ ...All }} fragment All on Mutation {{ {field} }}"), false),
    ] {
        let variables = json!({ "input": anonymous("Why?"), "options": { "dryRun": dry } });
        assert_eq!(member.send(&query, variables).await.code(), "BAD_USER_INPUT", "{query}");
    }
    assert_eq!(before, h.dump().await);
    // With their name they may.
    raise(&member, with(question("?"), "communicationId", few.to_string())).await;
    raise(&member, with(anonymous("?"), "communicationId", all.to_string())).await;
    raise(&key, question("A machine asks?")).await;
    let vote = raise(&member, question("Votes?")).await;
    let payload = key.change("upwardFeedbackVote", json!({ "id": vote }), Value::Null).await;
    assert!(["FORBIDDEN", "NOT_FOUND"].contains(&problem(&payload).0.as_str()));
}

async fn tell(h: &Harness) -> usize {
    let scope = Scope::new(h.database().clone(), std::sync::Arc::clone(h.app().world()), Viewer::system());
    scope.see_to(&Tell).await.unwrap().answer
}

pub async fn told(h: Harness) {
    let mut ids = Vec::new();
    for who in ["member", "finance", "owner", "nobody"] {
        ids.push(raise(&h.as_(who), anonymous(&format!("From {}?", ids.len()))).await);
        h.pass(TimeDelta::minutes(7));
    }
    assert_eq!(tell(&h).await, 0, "the day is not over");
    let query = "{ events(filter: { action: { eq: \"upward_feedback.raised\" } }) { nodes { at actor { id } requestId reason subject { id } changes { field after } } } }";
    let events = async || {
        h.as_("auditor").ask(query, Value::Null).await["events"]["nodes"].as_array().unwrap().clone()
    };
    assert_eq!(events().await.len(), 0);
    h.pass(TimeDelta::days(1));
    let before = h.dump().await;
    assert_eq!((tell(&h).await, tell(&h).await), (4, 0));
    let events = events().await;
    let told: Vec<&str> = events.iter().map(|event| event["subject"]["id"].as_str().unwrap()).collect();
    // In the order of their ids, which is none in which they were raised.
    let mut sorted = ids.clone();
    sorted.sort();
    assert_eq!(told, sorted);
    for event in &events {
        assert_eq!((&event["actor"], &event["requestId"]), (&Value::Null, &json!("-")), "{event}");
        let raised = json!({ "field": "raisedOn", "after": "2025-03-31" });
        assert!(event["changes"].as_array().unwrap().contains(&raised), "{event}");
    }
    for row in new_rows(&before, &h.dump().await) {
        for who in ["member", "finance", "owner", "nobody"] {
            assert!(!names(&row, person(who)), "{row}");
        }
    }
    assert_eq!(read(&h.as_("pmo"), &ids[0]).await["version"], json!(1));
}

/// The server in a process of its own, all of whose log is kept.
struct Server(Child, String);

impl Server {
    fn start(h: &Harness) -> Self {
        use std::io::{BufRead as _, BufReader};
        let mut process = h
            .command(&["serve"])
            .args([
                "--listen",
                "127.0.0.1:0",
                "--workers",
                "1",
                "--log",
                "trace",
                "--database-connections",
                "4",
            ])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let url = lines.find_map(|line| Some(line.unwrap().strip_prefix("listening on ")?.to_owned()));
        Self(process, url.expect("the server says where it listens"))
    }
}

pub async fn served(h: Harness) {
    let mut server = Server::start(&h);
    let mut log = server.0.stderr.take().unwrap();
    let reading = std::thread::spawn(move || {
        let mut text = String::new();
        log.read_to_string(&mut text).unwrap();
        text
    });
    let keys = Keys::load_or_create(&key_file()).unwrap();
    let (now, hour) = (World::machine_clock(), Duration::from_hours(1));
    let token = keys.mint(&person("member").to_string(), None, now, hour, Uuid::from_u128(1)).unwrap();
    let client = awc::Client::builder().timeout(Duration::from_secs(20)).finish();
    let send = async |name: &str, input: Value, dry: bool| {
        let query = format!(
            "mutation {name}($input: UpwardFeedbackRaiseInput!, $options: WriteOptions) {{ upwardFeedbackRaise(input: $input, options: $options) {{ upwardFeedback {{ id }} userErrors {{ code }} }} }}"
        );
        let request = client
            .post(&server.1)
            .insert_header((header::AUTHORIZATION, format!("Bearer {token}")))
            .insert_header((header::CONTENT_TYPE, "application/json"));
        let body = json!({ "query": query, "variables": { "input": input, "options": { "dryRun": dry } } })
            .to_string();
        let mut response = request.send_body(body).await.unwrap();
        let json: Value = serde_json::from_slice(&response.body().await.unwrap()).unwrap();
        json["data"]["upwardFeedbackRaise"]["upwardFeedback"]["id"]
            .as_str()
            .unwrap_or_else(|| panic!("{json}"))
            .to_owned()
    };
    send("NamedQuestion", question("With my name?"), false).await;
    // What is only tried is in the log as everything is: it leaves nothing that could be compared with.
    send("TriedQuestion", anonymous("Without my name, perhaps?"), true).await;
    let before = h.dump().await;
    let id = send("SecretQuestion", anonymous("Without my name?"), false).await;
    let new = new_rows(&before, &h.dump().await);
    let (uuid, created, updated, day) = row(&h, &id).await;
    assert_eq!(uuid.get_version_num(), 4);
    let began = day.and_hms_opt(0, 0, 0).unwrap().and_utc();
    assert_eq!((created, updated), (began, began));
    assert!(new.len() == 1 && !names(&new[0], person("member")), "{new:#?}");
    let stop =
        std::process::Command::new("kill").args(["-TERM", &server.0.id().to_string()]).status().unwrap();
    assert!(stop.success());
    server.0.wait().unwrap();
    let log = reading.join().unwrap();
    assert!(log.contains("NamedQuestion") && log.contains("TriedQuestion"), "{log}");
    for told in ["SecretQuestion", "Without my name", id.as_str()] {
        assert!(!log.contains(told), "{told} is in the log");
    }
    assert!(!names(&log, person("member")), "the log names somebody");
    let requests = log.lines().filter(|line| line.contains("kind=\"mutation\"")).count();
    assert_eq!(requests, 2, "the log counts requests: {log}");
}
