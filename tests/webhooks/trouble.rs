//! Receivers that fail, hang, redirect, answer slowly, end too early or never, and what becomes of that.

use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::ConnectionTrait as _;
use serde_json::{Value, json};

use super::{
    Does, Got, Made, Receiver, Telling, delivered, house, initiatives, log, made, send, settings, until,
};
use crate::harness::{Client, Harness, Suite};

pub fn register(suite: &mut Suite) {
    suite.both("webhooks::whatever_a_receiver_does_is_written_down", misbehaved);
    suite.both("webhooks::a_receiver_that_hangs_holds_up_nobody", hanging);
    suite.both("webhooks::each_has_its_turn_however_many_hang", in_turn);
    suite.both("webhooks::one_whose_rights_cannot_be_read_holds_up_nobody", unreadable);
    suite.both("webhooks::one_that_cannot_be_asked_for_a_moment_is_asked_again", busy);
    suite.both("webhooks::a_message_is_sent_again_later_and_later", later);
    suite.both("webhooks::after_a_day_in_vain_it_is_disabled", given_up);
    suite.both("webhooks::one_that_wants_no_more_is_disabled_at_once", gone);
    suite.both("webhooks::a_receiver_that_asks_for_time_gets_it", asked_for_time);
    suite.both("webhooks::one_message_may_overtake_another_where_that_is_allowed", at_once);
    suite.both("webhooks::what_became_of_it_is_kept_for_a_while", forgotten);
}

async fn misbehaved(h: Harness) {
    let receiver = Receiver::start(|got, _| match got.path.as_str() {
        "/slow" => Does::Slowly(200, 700),
        "/hang" => Does::Hang,
        "/hang_up" => Does::HangUp,
        "/endless" => Does::Endless(200),
        "/endless_failure" => Does::Endless(500),
        "/head" => Does::EndlessHead,
        "/short" => Does::Short(202),
        "/babble" => Does::Babble,
        "/redirect" => Does::With(302, "location: /target".to_owned()),
        "/moved" => Does::With(308, "location: http://127.0.0.1/target".to_owned()),
        "/missing" => Does::Answer(404),
        _ => Does::Answer(200),
    })
    .await;
    let app = house(&h, settings());
    let admin = h.as_("admin").in_(&app);
    // A port on which nobody listens.
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let expected = [
        ("/slow", "DELIVERED", Some(200), ""),
        ("/hang", "QUEUED", None, "no answer in time"),
        ("/hang_up", "QUEUED", None, "ended before there was an answer"),
        // What comes after the status does not matter.
        ("/endless", "DELIVERED", Some(200), ""),
        ("/endless_failure", "QUEUED", Some(500), "answered 500"),
        ("/head", "QUEUED", None, "ended before there was an answer"),
        ("/short", "DELIVERED", Some(202), ""),
        ("/babble", "QUEUED", None, "ended before there was an answer"),
        ("/redirect", "QUEUED", Some(302), "redirects are not followed"),
        ("/moved", "QUEUED", Some(308), "redirects are not followed"),
        ("/missing", "QUEUED", Some(404), "answered 404"),
        ("/nobody", "QUEUED", None, "There is no connection"),
    ];
    let mut hooks = Vec::new();
    for (path, ..) in expected {
        let url = if path == "/nobody" { format!("http://127.0.0.1:{nobody}/") } else { receiver.url(path) };
        hooks.push(made(&admin, &url, json!({})).await);
    }
    let telling = Telling::start(app.office());
    let began = Instant::now();
    initiatives(&h, 1).await;
    for (hook, (path, state, status, error)) in hooks.iter().zip(expected) {
        let log = until(&admin, &hook.id, path, |log| log.len() == 1 && log[0]["attempts"] == 1).await;
        let one = &log[0];
        assert_eq!((&one["state"], &one["statusCode"]), (&json!(state), &json!(status)), "{path}: {one}");
        let told = one["error"].as_str().unwrap_or_default();
        assert!(told.contains(error) && told.is_empty() == error.is_empty(), "{path}: {one}");
        assert_eq!(one["nextAt"].is_null(), state == "DELIVERED", "{path}");
        let millis = one["durationMs"].as_i64().unwrap();
        let bounds = match path {
            "/slow" => 700..2_000,
            "/hang" => 1_900..4_000,
            _ => 0..3_000,
        };
        assert!(bounds.contains(&millis), "{path}: {millis}");
    }
    assert!(began.elapsed() < Duration::from_secs(20), "they waited for one another");
    telling.end().await;
    assert!(receiver.got("/target").is_empty(), "a redirect was followed");
    // Nothing of what was answered but the status is kept.
    assert!(!h.dump().await.iter().any(|row| row.contains("Good morning") || row.contains("xxxx")));
}

async fn hanging(h: Harness) {
    let receiver = Receiver::start(|got, _| match got.path.as_str() {
        "/quick" => Does::Answer(200),
        _ => Does::Hang,
    })
    .await;
    let mut slow = settings();
    slow.timeout = Duration::from_secs(20);
    let app = house(&h, slow);
    let admin = h.as_("admin").in_(&app);
    for number in 0..8 {
        made(&admin, &receiver.url(&format!("/hang/{number}")), json!({})).await;
    }
    let quick = made(&admin, &receiver.url("/quick"), json!({})).await;
    let telling = Telling::start(app.office());
    let began = Instant::now();
    let events = initiatives(&h, 40).await;
    let got = receiver.until("/quick", 40).await;
    assert_eq!(got.iter().map(Got::event).collect::<Vec<_>>(), events);
    assert!(began.elapsed() < Duration::from_secs(15), "{:?}", began.elapsed());
    until(&admin, &quick.id, "the log", delivered(40)).await;
    // One message to each of those that hang, and no more.
    for number in 0..8 {
        assert_eq!(receiver.got(&format!("/hang/{number}")).len(), 1);
    }
    telling.end().await;
}

async fn in_turn(h: Harness) {
    let receiver = Receiver::start(|got, _| match got.path.as_str() {
        "/quick" => Does::Answer(200),
        _ => Does::Hang,
    })
    .await;
    // One message is on its way at once, and those that hang have more that wait for longer.
    let mut narrow = settings();
    narrow.connections = 1;
    narrow.timeout = Duration::from_millis(500);
    let app = house(&h, narrow);
    let admin = h.as_("admin").in_(&app);
    for number in 0..2 {
        made(&admin, &receiver.url(&format!("/hang/{number}")), json!({})).await;
    }
    let quick = made(&admin, &receiver.url("/quick"), json!({})).await;
    initiatives(&h, 6).await;
    let telling = Telling::start(app.office());
    receiver.until("/quick", 1).await;
    for number in 0..2 {
        assert!(receiver.got(&format!("/hang/{number}")).len() <= 2, "one that hangs has more than its turn");
    }
    until(&admin, &quick.id, "all of the quick one", delivered(6)).await;
    telling.end().await;
}

/// A webhook of a key of which it cannot be read what it may see.
async fn spoiled(h: &Harness, admin: &Client, url: &str) -> Made {
    let create = "mutation { apiKeyCreate(input: { name: \"Odd\", roles: [] }) { apiKey { id } userErrors { code } } }";
    let key = admin.ask(create, Value::Null).await["apiKeyCreate"]["apiKey"]["id"].clone();
    let odd = made(admin, url, json!({ "apiKeyId": key })).await;
    sql(h, "UPDATE api_keys SET roles = ',NONSENSE,' || roles WHERE name = 'Odd'").await;
    odd
}

async fn sql(h: &Harness, sql: &str) {
    h.rows(async |tx| tx.execute_unprepared(sql).await.map(drop)).await.unwrap();
}

async fn unreadable(h: Harness) {
    let receiver = Receiver::start(|_, _| Does::Answer(200)).await;
    let app = house(&h, settings());
    let admin = h.as_("admin").in_(&app);
    let odd = spoiled(&h, &admin, &receiver.url("/odd")).await;
    let whole = made(&admin, &receiver.url("/whole"), json!({})).await;
    let telling = Telling::start(app.office());
    initiatives(&h, 2).await;
    until(&admin, &whole.id, "the whole one", delivered(2)).await;
    telling.end().await;
    let webhook = status_of(&h, &odd.id).await;
    assert_eq!(webhook["status"], "DISABLED");
    assert!(webhook["reason"].as_str().unwrap().contains("cannot be asked"), "{webhook}");
    assert_eq!(receiver.got("/odd").len(), 0);
}

async fn busy(h: Harness) {
    let receiver = Receiver::start(|_, _| Does::Answer(200)).await;
    let app = house(&h, settings());
    let admin = h.as_("admin").in_(&app);
    let odd = spoiled(&h, &admin, &receiver.url("/odd")).await;
    let telling = Telling::start(app.office());
    initiatives(&h, 1).await;
    // It was asked once, and not three times.
    tokio::time::sleep(Duration::from_millis(700)).await;
    sql(&h, "UPDATE api_keys SET roles = replace(roles, ',NONSENSE,', '') WHERE name = 'Odd'").await;
    until(&admin, &odd.id, "what it is to be told", delivered(1)).await;
    telling.end().await;
    assert_eq!(status_of(&h, &odd.id).await["status"], "ACTIVE");
}

fn moment(value: &Value) -> DateTime<Utc> {
    value.as_str().unwrap().parse().unwrap()
}

async fn later(h: Harness) {
    let receiver = Receiver::start(|_, before| Does::Answer(if before < 4 { 500 } else { 200 })).await;
    let app = house(&h, settings());
    let admin = h.as_("admin").in_(&app);
    let hook = made(&admin, &receiver.url("/"), json!({})).await;
    let telling = Telling::start(app.office());
    initiatives(&h, 1).await;
    let mut waits = Vec::new();
    for attempts in 1..=4 {
        let log =
            until(&admin, &hook.id, "an attempt", |log| log.len() == 1 && log[0]["attempts"] == attempts)
                .await;
        assert_eq!(moment(&log[0]["lastAt"]), h.now());
        let wait = moment(&log[0]["nextAt"]) - h.now();
        waits.push(wait);
        // Not before its time.
        h.pass(wait - TimeDelta::milliseconds(1));
        tokio::time::sleep(Duration::from_millis(700)).await;
        assert_eq!(receiver.got("/").len(), usize::try_from(attempts).unwrap());
        h.pass(TimeDelta::milliseconds(1));
    }
    let log = until(&admin, &hook.id, "the end", delivered(1)).await;
    assert_eq!((&log[0]["attempts"], &log[0]["error"]), (&json!(5), &Value::Null));
    for (wait, (least, most)) in waits.iter().zip([(8, 12), (14, 27), (26, 59), (50, 127)]) {
        let bounds = TimeDelta::seconds(least)..=TimeDelta::seconds(most);
        assert!(bounds.contains(wait), "{waits:?}");
    }
    let got = receiver.got("/");
    assert!(got.iter().all(|one| one.id() == got[0].id()));
    let stamps: Vec<_> =
        got.iter().map(|one| one.headers["webhook-timestamp"].parse::<i64>().unwrap()).collect();
    assert!(stamps.is_sorted_by(|one, next| one < next), "{stamps:?}");
    telling.end().await;
}

async fn status_of(h: &Harness, id: &str) -> Value {
    let query = "query($id: ID!) { webhook(id: $id) { status reason } }";
    h.as_("auditor").ask(query, json!({ "id": id })).await["webhook"].clone()
}

/// What the log says of why a webhook was disabled, and by whom.
async fn disabled(h: &Harness) -> Vec<Value> {
    let query = "{ events(filter: { action: { eq: \"webhook.disabled\" } }) { nodes { reason actor { id } subject { id } changes { field before after } } } }";
    h.as_("auditor").ask(query, Value::Null).await["events"]["nodes"].as_array().unwrap().clone()
}

async fn given_up(h: Harness) {
    let receiver = Receiver::start(|_, _| Does::Answer(503)).await;
    let app = house(&h, settings());
    let admin = h.as_("admin").in_(&app);
    let hook = made(&admin, &receiver.url("/"), json!({})).await;
    let telling = Telling::start(app.office());
    let began = h.now();
    initiatives(&h, 1).await;
    let mut attempts = 0;
    let log = loop {
        attempts += 1;
        let log =
            until(&admin, &hook.id, "an attempt", |log| log.len() == 1 && log[0]["attempts"] == attempts)
                .await;
        if log[0]["state"] != "QUEUED" {
            break log;
        }
        assert_eq!(status_of(&h, &hook.id).await["status"], "ACTIVE");
        h.pass(moment(&log[0]["nextAt"]) - h.now());
    };
    assert_eq!((&log[0]["state"], &log[0]["nextAt"]), (&json!("FAILED"), &Value::Null));
    // The last attempt is made when the day is over.
    assert_eq!(h.now() - began, TimeDelta::hours(24));
    assert!((13..=17).contains(&attempts), "{attempts}");
    let webhook = status_of(&h, &hook.id).await;
    assert_eq!(webhook["status"], "DISABLED");
    let why = webhook["reason"].as_str().unwrap();
    assert!(why.contains("24 hours") && why.contains("503"), "{why}");
    let events = disabled(&h).await;
    assert_eq!(events.len(), 1);
    assert_eq!(
        (&events[0]["reason"], &events[0]["actor"], &events[0]["subject"]["id"]),
        (&webhook["reason"], &Value::Null, &json!(hook.id))
    );
    assert_eq!(events[0]["changes"], json!([{ "field": "status", "before": "ACTIVE", "after": "DISABLED" }]));
    let count = receiver.got("/").len();
    initiatives(&h, 1).await;
    h.pass(TimeDelta::days(1));
    tokio::time::sleep(Duration::from_millis(1_200)).await;
    assert_eq!(receiver.got("/").len(), count, "it is told no more");
    telling.end().await;
}

async fn gone(h: Harness) {
    let receiver = Receiver::start(|_, _| Does::Answer(410)).await;
    let app = house(&h, settings());
    let admin = h.as_("admin").in_(&app);
    let hook = made(&admin, &receiver.url("/"), json!({})).await;
    initiatives(&h, 3).await;
    let telling = Telling::start(app.office());
    let log = until(&admin, &hook.id, "a failure", |log| log.len() == 3 && log[0]["state"] == "FAILED").await;
    assert_eq!((&log[0]["attempts"], &log[0]["statusCode"]), (&json!(1), &json!(410)));
    let webhook = status_of(&h, &hook.id).await;
    assert_eq!(webhook["status"], "DISABLED");
    assert!(webhook["reason"].as_str().unwrap().contains("410 Gone"), "{webhook}");
    assert_eq!(disabled(&h).await.len(), 1);
    tokio::time::sleep(Duration::from_millis(1_200)).await;
    telling.end().await;
    assert_eq!(receiver.got("/").len(), 1, "the others wait");
    assert!(super::log(&admin, &hook.id).await[1..].iter().all(|one| one["state"] == "QUEUED"));
}

async fn asked_for_time(h: Harness) {
    let receiver = Receiver::start(|got, _| match got.path.as_str() {
        "/soon" => Does::With(429, "retry-after: 300".to_owned()),
        "/date" => Does::With(503, "retry-after: Mon, 31 Mar 2025 08:10:00 GMT".to_owned()),
        "/long" => Does::With(503, "retry-after: 9999999".to_owned()),
        // With another status it says nothing.
        _ => Does::With(500, "retry-after: 300".to_owned()),
    })
    .await;
    let app = house(&h, settings());
    let admin = h.as_("admin").in_(&app);
    let mut hooks = Vec::new();
    for path in ["/soon", "/date", "/long", "/other"] {
        hooks.push(made(&admin, &receiver.url(path), json!({})).await);
    }
    let telling = Telling::start(app.office());
    initiatives(&h, 1).await;
    for (hook, (least, most)) in hooks.iter().zip([(300, 300), (600, 600), (3_600, 3_600), (8, 12)]) {
        let log =
            until(&admin, &hook.id, "an attempt", |log| log.len() == 1 && log[0]["attempts"] == 1).await;
        let wait = (moment(&log[0]["nextAt"]) - h.now()).num_milliseconds();
        assert!((least * 1_000..=most * 1_000).contains(&wait), "{wait}");
    }
    telling.end().await;
}

async fn at_once(h: Harness) {
    // The first one takes its time.
    let receiver = Receiver::start(|_, before| Does::Slowly(200, if before == 0 { 1_500 } else { 0 })).await;
    let mut several = settings();
    several.at_once = 3;
    let app = house(&h, several);
    let admin = h.as_("admin").in_(&app);
    let hook = made(&admin, &receiver.url("/"), json!({})).await;
    initiatives(&h, 20).await;
    let telling = Telling::start(app.office());
    let log = until(&admin, &hook.id, "the others", |log| {
        log.iter().filter(|one| one["state"] == "DELIVERED").count() == 19
    })
    .await;
    // It was one of the three that went first, and is still on its way.
    let late = log.iter().position(|one| one["state"] == "QUEUED");
    assert!(late.is_some_and(|place| place < 3), "{log:?}");
    until(&admin, &hook.id, "all", delivered(20)).await;
    telling.end().await;
    assert_eq!(receiver.got("/").len(), 20);
}

async fn forgotten(h: Harness) {
    let receiver = Receiver::start(|_, _| Does::Answer(200)).await;
    let app = house(&h, settings());
    let admin = h.as_("admin").in_(&app);
    let hook = made(&admin, &receiver.url("/"), json!({})).await;
    let telling = Telling::start(app.office());
    initiatives(&h, 2).await;
    until(&admin, &hook.id, "both", delivered(2)).await;
    telling.end().await;
    let restart = async |days: i64| {
        h.pass(TimeDelta::days(days));
        let telling = Telling::start(app.office());
        tokio::time::sleep(Duration::from_millis(800)).await;
        telling.end().await;
        log(&admin, &hook.id).await.len()
    };
    // One of them was never tried.
    let untried = "UPDATE webhook_deliveries SET state = 'DROPPED', last_at = NULL WHERE position = \
                   (SELECT max(position) FROM webhook_deliveries)";
    sql(&h, untried).await;
    assert_eq!(restart(90).await, 2);
    assert_eq!(restart(1).await, 0);
    // What waits is kept for as long as it waits.
    send(&admin, "webhookUpdate", json!({ "id": hook.id, "enabled": false }), "webhook { id }").await;
    assert_eq!(receiver.got("/").len(), 2);
}
