//! Webhooks against a real receiver: what it is told, in which order, signed how, and what becomes of it when the receiver
//! fails, hangs, redirects, answers slowly, or is no receiver at all.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use actix_web::rt::task::JoinHandle;
use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::TimeDelta;
use sea_orm::{ConnectionTrait as _, EntityTrait as _};
use serde_json::{Value, json};
use tokio::sync::watch;
use tutti::app::App;
use tutti::webhooks::office::Office;
use tutti::webhooks::settings::Settings;
use tutti::webhooks::worker::keep_telling;
use tutti_entity::ids::{EventId, WebhookDeliveryId};
use tutti_entity::webhooks::webhook_delivery::{self, DeliveryState};
use uuid::Uuid;

use crate::harness::{Client, GENEROUS, Harness, Suite, api_key, door, fresh};
use crate::write::new_initiative;

mod killed;
mod receiver;
mod refused;
mod rights;
mod targets;
mod trouble;

use receiver::{Does, Got, Receiver};

pub fn register(suite: &mut Suite) {
    suite.both("webhooks::tell_in_order_in_their_own_words_and_signed", told_in_order);
    suite.both("webhooks::a_secret_goes_on_for_a_day_beside_the_next", rotated);
    suite.both("webhooks::a_message_is_looked_at_and_sent_again", again);
    suite.both("webhooks::what_happens_while_nobody_tells_is_told_once", interrupted);
    suite.both("webhooks::one_that_was_disabled_goes_on_from_then", enabled_again);
    suite.both("webhooks::secrets_survive_another_signing_key", other_key);
    refused::register(suite);
    rights::register(suite);
    targets::register(suite);
    trouble::register(suite);
    killed::register(suite);
}

/// What most webhooks here are told.
pub const QUERY: &str = "query ($event: ID!) { node(id: $event) { ... on Event { id action subject { id ... on Initiative { title } } } } }";

/// Settings that let messages go to this machine, and lose no time.
pub fn settings() -> Settings {
    let mut settings = Settings::usual().unwrap();
    settings.targets.allow = vec!["127.0.0.0/8".parse().unwrap(), "::1".parse().unwrap()];
    settings.targets.plain = true;
    settings.connect_timeout = Duration::from_secs(2);
    settings.timeout = Duration::from_secs(2);
    settings
}

/// A house with these settings.
pub fn house(h: &Harness, settings: Settings) -> Arc<App> {
    let (database, world) = (h.database().clone(), Arc::clone(h.app().world()));
    Arc::new(App::new(database, world, door(None), GENEROUS, true).unwrap().calling(settings))
}

/// What tells webhooks until it is ended.
pub struct Telling {
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Telling {
    pub fn start(office: &Arc<Office>) -> Self {
        let (stop, stopping) = watch::channel(false);
        let office = Arc::clone(office);
        Self { stop, task: actix_web::rt::spawn(async move { keep_telling(&office, stopping).await }) }
    }

    pub async fn end(self) {
        self.stop.send_replace(true);
        self.task.await.unwrap();
    }
}

/// Sends a mutation of webhooks, and answers its payload.
pub async fn send(client: &Client, mutation: &str, input: Value, answered: &str) -> Value {
    let (first, rest) = mutation.split_at(1);
    let query = format!(
        "mutation($input: {}{rest}Input!) {{ {mutation}(input: $input) {{ {answered} userErrors {{ code message path }} event {{ id action }} }} }}",
        first.to_uppercase()
    );
    client.ask(&query, json!({ "input": input })).await[mutation].clone()
}

/// A webhook that was made.
pub struct Made {
    pub id: String,
    pub secret: String,
}

/// Makes a webhook of the key of the administrator that has no role.
pub async fn made(admin: &Client, url: &str, more: Value) -> Made {
    let mut input = json!({ "url": url, "query": QUERY, "apiKeyId": api_key().to_string() });
    for (field, value) in more.as_object().into_iter().flatten() {
        input[field] = value.clone();
    }
    let payload = send(admin, "webhookCreate", input, "secret webhook { id version status }").await;
    assert_eq!(payload["userErrors"], json!([]));
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    Made { id: text(&payload["webhook"]["id"]), secret: text(&payload["secret"]) }
}

/// What the log of a webhook says, the oldest first.
pub async fn log(admin: &Client, id: &str) -> Vec<Value> {
    let query = "query($id: ID!) { webhook(id: $id) { deliveries { nodes { id state attempts statusCode durationMs nextAt lastAt error event { id action } } } } }";
    let data = admin.ask(query, json!({ "id": id })).await;
    data["webhook"]["deliveries"]["nodes"].as_array().unwrap().clone()
}

/// Waits until this holds of the log of a webhook.
pub async fn until(admin: &Client, id: &str, what: &str, holds: impl Fn(&[Value]) -> bool) -> Vec<Value> {
    let began = std::time::Instant::now();
    loop {
        let log = log(admin, id).await;
        if holds(&log) {
            return log;
        }
        assert!(began.elapsed() < Duration::from_mins(1), "{what} does not come: {log:#?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Whether all of so many were delivered.
pub fn delivered(count: usize) -> impl Fn(&[Value]) -> bool {
    move |log| log.len() == count && log.iter().all(|one| one["state"] == "DELIVERED")
}

/// Whether a message carries a signature of this secret: worked out anew, from the words of the convention.
pub fn is_signed(got: &Got, secret: &str) -> bool {
    let key = STANDARD.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
    let mut signed = format!("{}.{}.", got.id(), got.headers["webhook-timestamp"]).into_bytes();
    signed.extend_from_slice(&got.body);
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &key), &signed);
    let expected = format!("v1,{}", STANDARD.encode(tag));
    got.headers["webhook-signature"].split(' ').any(|signature| signature == expected)
}

fn signatures(got: &Got) -> usize {
    got.headers["webhook-signature"].split(' ').count()
}

/// Makes initiatives, and answers the ids of their events.
pub async fn initiatives(h: &Harness, count: usize) -> Vec<String> {
    let mut events = Vec::new();
    for number in 0..count {
        let title = format!("{number} at {}", h.now());
        let payload = h.as_("pmo").change("initiativeCreate", new_initiative(&title), Value::Null).await;
        events.push(payload["event"]["id"].as_str().unwrap().to_owned());
    }
    events
}

async fn told_in_order(h: Harness) {
    let receiver = Receiver::start(|_, _| Does::Answer(204)).await;
    let app = house(&h, settings());
    let admin = h.as_("admin").in_(&app);
    // What happened before is not told.
    initiatives(&h, 2).await;
    let filter = json!({ "action": { "startsWith": "initiative." } });
    let some = made(&admin, &receiver.url("/some?a=b"), json!({ "filter": filter })).await;
    let all = made(&admin, &receiver.url("/all"), json!({})).await;
    let off = made(&admin, &receiver.url("/off"), json!({ "enabled": false })).await;
    let telling = Telling::start(app.office());
    let mut events = initiatives(&h, 30).await;
    let unit = h.as_("admin").change("orgUnitCreate", json!({ "name": "Ny afdeling" }), Value::Null).await;
    let got = receiver.until("/some?a=b", 30).await;
    assert_eq!(got.iter().map(Got::event).collect::<Vec<_>>(), events);
    events.push(unit["event"]["id"].as_str().unwrap().to_owned());
    // The other webhooks were made after it, which a key without a role does not see.
    let got_all = receiver.until("/all", 31).await;
    assert_eq!(got_all.iter().map(Got::event).collect::<Vec<_>>(), events);
    for (got, made) in [(&got[7], &some), (&got_all[7], &all)] {
        assert!(is_signed(got, &made.secret) && signatures(got) == 1, "{:?}", got.headers);
        assert_eq!(got.headers["content-type"], "application/json");
        assert!(got.headers["user-agent"].starts_with("Tutti/"));
        assert_eq!(got.headers["host"], format!("127.0.0.1:{}", receiver.port));
        assert_eq!(got.headers["webhook-timestamp"], h.now().timestamp().to_string());
        let title = format!("7 at {}", h.now());
        let said = got.json();
        let event = &said["data"]["node"];
        assert_eq!(said["type"], "initiative.created");
        assert_eq!(said["timestamp"], "2025-03-31T08:00:00Z");
        assert_eq!(
            (&event["action"], &event["subject"]["title"]),
            (&json!("initiative.created"), &json!(title))
        );
        assert_eq!(said.get("errors"), None);
    }
    assert!(!is_signed(&got[7], &all.secret));
    let log = until(&admin, &some.id, "the log", delivered(30)).await;
    assert_eq!(
        log.iter().map(|one| one["id"].as_str().unwrap()).collect::<Vec<_>>(),
        got.iter().map(Got::id).collect::<Vec<_>>()
    );
    for (one, event) in log.iter().zip(&events) {
        assert_eq!(
            (&one["attempts"], &one["statusCode"], &one["error"]),
            (&json!(1), &json!(204), &Value::Null)
        );
        assert!(one["nextAt"].is_null() && one["durationMs"].as_i64().unwrap() < 2_000);
        assert_eq!(one["event"]["id"], *event);
    }
    until(&admin, &all.id, "the other log", delivered(31)).await;
    telling.end().await;
    assert_eq!((receiver.got("/off").len(), self::log(&admin, &off.id).await.len()), (0, 0));
    // Neither the rows nor the log of events hold a secret.
    let dump = h.dump().await.join("\n");
    for secret in [&some.secret, &all.secret, &off.secret] {
        let bytes = STANDARD.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
        let hex = bytes.iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02X}"));
        assert!(!dump.contains(&secret[6..]) && !dump.to_uppercase().contains(&hex));
    }
}

async fn rotated(h: Harness) {
    let receiver = Receiver::start(|_, _| Does::Answer(200)).await;
    let app = house(&h, settings());
    let admin = h.as_("admin").in_(&app);
    let first = made(&admin, &receiver.url("/"), json!({})).await;
    let telling = Telling::start(app.office());
    initiatives(&h, 1).await;
    let got = receiver.until("/", 1).await;
    assert!(is_signed(&got[0], &first.secret));
    let rotate = async || {
        let answered = "secret webhook { id version formerSecretUntil }";
        let payload = send(&admin, "webhookSecretRotate", json!({ "id": first.id }), answered).await;
        assert_eq!(payload["event"]["action"], "webhook.secret_rotated");
        payload
    };
    let payload = rotate().await;
    assert_eq!(payload["webhook"]["formerSecretUntil"], "2025-04-01T08:00:00Z");
    let second = payload["secret"].as_str().unwrap().to_owned();
    initiatives(&h, 1).await;
    let got = receiver.until("/", 2).await;
    assert!(is_signed(&got[1], &first.secret) && is_signed(&got[1], &second) && signatures(&got[1]) == 2);
    h.pass(TimeDelta::hours(24));
    initiatives(&h, 1).await;
    let got = receiver.until("/", 3).await;
    assert!(!is_signed(&got[2], &first.secret) && is_signed(&got[2], &second) && signatures(&got[2]) == 1);
    // Twice within a day: the last two sign.
    let third = rotate().await["secret"].as_str().unwrap().to_owned();
    let fourth = rotate().await["secret"].as_str().unwrap().to_owned();
    initiatives(&h, 1).await;
    let got = receiver.until("/", 4).await;
    assert!(is_signed(&got[3], &third) && is_signed(&got[3], &fourth) && !is_signed(&got[3], &second));
    telling.end().await;
}

async fn again(h: Harness) {
    let receiver = Receiver::start(|_, before| Does::Answer(if before == 0 { 500 } else { 200 })).await;
    let app = house(&h, settings());
    let admin = h.as_("admin").in_(&app);
    let hook =
        made(&admin, &receiver.url("/"), json!({ "filter": { "action": { "eq": "initiative.created" } } }))
            .await;
    let events = initiatives(&h, 1).await;
    let unit = h.as_("admin").change("orgUnitCreate", json!({ "name": "Ny afdeling" }), Value::Null).await;
    let look = async |event: &Value| {
        let answered = "request { url headers { name value } body matchesFilter }";
        send(&admin, "webhookDryRun", json!({ "id": hook.id, "eventId": event }), answered).await
    };
    let before = h.dump().await;
    let looked = look(&json!(events[0])).await;
    assert_eq!((&looked["userErrors"], &looked["event"]), (&json!([]), &Value::Null));
    let other = look(&unit["event"]["id"]).await;
    assert_eq!(other["request"]["matchesFilter"], false);
    assert_eq!(before, h.dump().await);
    let request = &looked["request"];
    assert_eq!((&request["url"], &request["matchesFilter"]), (&json!(receiver.url("/")), &json!(true)));
    let mut headers = BTreeMap::new();
    for header in request["headers"].as_array().unwrap() {
        let text = |field: &str| header[field].as_str().unwrap().to_owned();
        headers.insert(text("name"), text("value"));
    }
    let body = request["body"].as_str().unwrap().as_bytes().to_vec();
    let shown = Got { path: "/".to_owned(), headers, body };
    assert!(is_signed(&shown, &hook.secret));
    assert_eq!(receiver.seen.lock().unwrap().connections, 0, "a dry run sends nothing");
    // What is sent is what was shown, under a name of its own.
    let telling = Telling::start(app.office());
    let got = receiver.until("/", 1).await;
    assert_eq!(got[0].body, shown.body);
    assert_ne!(got[0].id(), shown.id());
    let log = until(&admin, &hook.id, "a failure", |log| log[0]["attempts"] == 1).await;
    assert_eq!((&log[0]["state"], &log[0]["statusCode"]), (&json!("QUEUED"), &json!(500)));
    // It is sent again at once, and under the same name.
    let redeliver = async || {
        let input = json!({ "deliveryId": log[0]["id"] });
        let payload = send(&admin, "webhookRedeliver", input, "webhookDelivery { id version state }").await;
        assert_eq!(payload["userErrors"], json!([]));
        payload
    };
    let payload = redeliver().await;
    assert_eq!(payload["event"]["action"], "webhook_delivery.queued_again");
    until(&admin, &hook.id, "a delivery", delivered(1)).await;
    redeliver().await;
    let got = receiver.until("/", 3).await;
    assert!(got.iter().all(|one| one.id() == got[0].id() && one.event() == events[0]));
    let log = until(&admin, &hook.id, "another delivery", |log| log[0]["attempts"] == 3).await;
    assert_eq!(log[0]["state"], "DELIVERED");
    // What is deleted is told no more, and its log stays.
    let payload = send(
        &admin,
        "webhookDelete",
        json!({ "id": hook.id, "reason": "Moved." }),
        "webhook { id status reason }",
    )
    .await;
    assert_eq!(
        (&payload["webhook"]["status"], &payload["webhook"]["reason"]),
        (&json!("DELETED"), &json!("Moved."))
    );
    initiatives(&h, 1).await;
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    assert_eq!((receiver.got("/").len(), self::log(&admin, &hook.id).await.len()), (3, 1));
    for (mutation, input) in [
        ("webhookRedeliver", json!({ "deliveryId": log[0]["id"] })),
        ("webhookUpdate", json!({ "id": hook.id, "enabled": true })),
        ("webhookSecretRotate", json!({ "id": hook.id })),
        ("webhookDryRun", json!({ "id": hook.id, "eventId": events[0] })),
    ] {
        let payload = send(&admin, mutation, input, "").await;
        assert_eq!(payload["userErrors"][0]["code"], "ILLEGAL_TRANSITION", "{mutation}");
    }
    telling.end().await;
}

async fn interrupted(h: Harness) {
    let receiver = Receiver::start(|_, _| Does::Answer(200)).await;
    let app = house(&h, settings());
    let admin = h.as_("admin").in_(&app);
    let hook = made(&admin, &receiver.url("/"), json!({})).await;
    let mut events = Vec::new();
    for round in 0..6 {
        let telling = Telling::start(app.office());
        events.extend(initiatives(&h, 4).await);
        tokio::time::sleep(Duration::from_millis(round * 40)).await;
        telling.end().await;
        events.extend(initiatives(&h, 2).await);
    }
    let telling = Telling::start(app.office());
    let log = until(&admin, &hook.id, "all of it", delivered(events.len())).await;
    telling.end().await;
    let queued: Vec<_> = log.iter().map(|one| one["event"]["id"].as_str().unwrap()).collect();
    assert_eq!(queued, events, "each is queued once, in the order of the log");
    // What was sent twice has the same name both times.
    let mut names: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for got in receiver.got("/") {
        names.entry(got.event()).or_default().insert(got.id().to_owned());
    }
    assert_eq!(names.len(), events.len());
    assert!(names.values().all(|ids| ids.len() == 1), "{names:?}");
}

async fn enabled_again(h: Harness) {
    let receiver = Receiver::start(|_, before| Does::Answer(if before == 0 { 503 } else { 200 })).await;
    let app = house(&h, settings());
    let admin = h.as_("admin").in_(&app);
    let hook = made(&admin, &receiver.url("/"), json!({})).await;
    let telling = Telling::start(app.office());
    let first = initiatives(&h, 1).await;
    until(&admin, &hook.id, "a failure", |log| log.len() == 1 && log[0]["attempts"] == 1).await;
    let change = async |enabled: bool| {
        let input = json!({ "id": hook.id, "enabled": enabled, "reason": "The receiver is mended." });
        send(&admin, "webhookUpdate", input, "webhook { status reason }").await
    };
    let payload = change(false).await;
    assert_eq!(payload["event"]["action"], "webhook.disabled");
    assert_eq!(payload["webhook"], json!({ "status": "DISABLED", "reason": "The receiver is mended." }));
    initiatives(&h, 3).await;
    h.pass(TimeDelta::days(3));
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    assert_eq!(receiver.got("/").len(), 1, "nothing is sent");
    // What waited is sent although it has waited for long, and what comes from now on; not what happened meanwhile.
    let payload = change(true).await;
    assert_eq!(payload["event"]["action"], "webhook.enabled");
    assert_eq!(payload["webhook"], json!({ "status": "ACTIVE", "reason": null }));
    let last = initiatives(&h, 1).await;
    let log = until(&admin, &hook.id, "both", delivered(2)).await;
    let told: Vec<_> = log.iter().map(|one| one["event"]["id"].clone()).collect();
    assert_eq!(told, [json!(first[0]), json!(last[0])]);
    telling.end().await;
}

async fn other_key(h: Harness) {
    use tutti::access::password::{Passwords, Work};
    use tutti::access::token::Keys;

    let receiver = Receiver::start(|_, _| Does::Answer(200)).await;
    let app = house(&h, settings());
    let hook = made(&h.as_("admin").in_(&app), &receiver.url("/"), json!({})).await;
    let folder = tempfile::tempdir().unwrap();
    let with = |known: &[std::path::PathBuf]| {
        let keys =
            Keys::load_or_create(&folder.path().join("new.key")).unwrap().with_verifying(known).unwrap();
        let passwords = Passwords::new(Work { memory: 8, passes: 1 }, 1).unwrap();
        let door = crate::harness::door_with(keys, passwords, None);
        let (database, world) = (h.database().clone(), Arc::clone(h.app().world()));
        Arc::new(App::new(database, world, door, GENEROUS, true).unwrap().calling(settings()))
    };
    // While the former key is known its secrets are opened, and sealed anew, so that it is not needed any more.
    let admin = h.as_("admin");
    let telling = Telling::start(with(&[crate::harness::key_file()]).office());
    initiatives(&h, 1).await;
    let got = receiver.until("/", 1).await;
    assert!(is_signed(&got[0], &hook.secret));
    until(&admin, &hook.id, "the first", delivered(1)).await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    telling.end().await;
    let alone = with(&[]);
    let telling = Telling::start(alone.office());
    initiatives(&h, 1).await;
    let got = receiver.until("/", 2).await;
    assert!(is_signed(&got[1], &hook.secret));
    until(&admin, &hook.id, "the second", delivered(2)).await;
    telling.end().await;
    // Without a key that opens it nothing is sent.
    let telling = Telling::start(app.office());
    initiatives(&h, 1).await;
    let query = "query($id: ID!) { webhook(id: $id) { status reason } }";
    let began = std::time::Instant::now();
    loop {
        let webhook = admin.ask(query, json!({ "id": hook.id })).await["webhook"].clone();
        if webhook["status"] == "DISABLED" {
            assert!(webhook["reason"].as_str().unwrap().contains("secret"), "{webhook}");
            break;
        }
        assert!(began.elapsed() < Duration::from_secs(30));
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    telling.end().await;
    assert_eq!(receiver.got("/").len(), 2);
}

/// What is to be told of an event of the log, and failed.
async fn failed(h: &Harness, webhook: &str, number: u128) -> String {
    let event: EventId =
        h.sql("SELECT id FROM events ORDER BY position DESC LIMIT 1").await[0].try_get("", "id").unwrap();
    let id = WebhookDeliveryId(Uuid::from_u128(number));
    let row: webhook_delivery::ActiveModel = fresh(webhook_delivery::Model {
        id,
        version: 1,
        webhook_id: webhook.parse().unwrap(),
        event_id: event,
        position: 1,
        state: DeliveryState::Failed,
        attempts: 15,
        first_at: Some(h.now()),
        next_at: Some(h.now()),
        last_at: Some(h.now()),
        status_code: Some(503),
        duration_ms: Some(27),
        error: Some("The receiver answered 503.".to_owned()),
        created_at: h.now(),
        updated_at: h.now(),
    });
    h.rows(async |tx| webhook_delivery::Entity::insert(row).exec_without_returning(tx).await.unwrap()).await;
    id.to_string()
}

/// A key of the administrator.
async fn a_key(admin: &Client) -> Value {
    let query = "mutation { apiKeyCreate(input: { name: \"Told\", roles: [] }) { apiKey { id } userErrors { code } } }";
    admin.ask(query, Value::Null).await["apiKeyCreate"]["apiKey"]["id"].clone()
}

/// A mutation of every kind about webhooks, with input that is fine in the standard world.
pub async fn told(client: &Client) -> Vec<(&'static str, Value)> {
    let admin = client.as_("admin");
    let input = json!({ "url": "https://example.org/told", "query": QUERY, "apiKeyId": a_key(&admin).await });
    let make = async || admin.must("webhookCreate", input.clone()).await;
    let (changed, deleted, rotated, late) = (make().await, make().await, make().await, make().await);
    let late = failed(client.harness(), &late, 0xf1).await;
    let filter = json!({ "action": { "startsWith": "initiative." } });
    vec![
        ("webhookCreate", input),
        ("webhookUpdate", json!({ "id": changed, "url": "https://example.org/other", "filter": filter })),
        ("webhookDelete", json!({ "id": deleted, "reason": "Moved." })),
        ("webhookSecretRotate", json!({ "id": rotated })),
        ("webhookRedeliver", json!({ "deliveryId": late })),
    ]
}

/// A webhook that has seen it all.
pub async fn rows(h: &Harness) {
    let admin = h.as_("admin");
    let filter = json!({ "action": { "startsWith": "initiative." } });
    let input = json!({
        "url": "https://example.org/told", "query": QUERY, "apiKeyId": a_key(&admin).await, "filter": filter,
    });
    let id = admin.must("webhookCreate", input).await;
    admin.must("webhookSecretRotate", json!({ "id": id })).await;
    admin.must("webhookUpdate", json!({ "id": id, "enabled": false, "reason": "Not now." })).await;
    failed(h, &id, 0xf2).await;
    let sql = "UPDATE webhook_deliveries SET event_id = (SELECT id FROM events WHERE action = 'initiative.created' ORDER BY position LIMIT 1)";
    h.rows(async |tx| tx.execute_unprepared(sql).await.unwrap()).await;
}
