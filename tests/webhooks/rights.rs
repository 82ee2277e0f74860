//! Whose eyes a webhook has: those of a key of whoever made it, as they are when it is told.

use std::time::Duration;

use serde_json::{Value, json};

use super::{
    Does, Got, QUERY, Receiver, Telling, delivered, house, initiatives, log, made, send, settings, until,
};
use crate::harness::{Client, Harness, Suite, api_key, person};

pub fn register(suite: &mut Suite) {
    suite.both("webhooks::nothing_is_told_that_the_key_may_not_see", not_seen);
    suite.both("webhooks::what_the_key_may_see_is_asked_when_it_is_told", changed);
    suite.both("webhooks::a_key_that_is_not_good_any_more_disables_them", revoked);
    suite.both("webhooks::they_are_for_administrators_and_auditors", for_whom);
}

async fn key(client: &Client, roles: &[&str]) -> String {
    let query = "mutation($roles: [Role!]!) { apiKeyCreate(input: { name: \"Eyes\", roles: $roles }) { apiKey { id } userErrors { code } } }";
    let data = client.ask(query, json!({ "roles": roles })).await;
    data["apiKeyCreate"]["apiKey"]["id"].as_str().unwrap().to_owned()
}

async fn not_seen(h: Harness) {
    let receiver = Receiver::start(|_, _| Does::Answer(200)).await;
    let app = house(&h, settings());
    let admin = h.as_("admin").in_(&app);
    let (little, much) = (key(&admin, &[]).await, key(&admin, &["ADMIN"]).await);
    // Both ask for what an administrator alone may read.
    let query = format!(
        "query ($event: ID!) {{ node(id: $event) {{ ... on Event {{ id action subject {{ id }} }} }} account: node(id: \"{}\") {{ id }} }}",
        api_key()
    );
    let more = |key: &str| json!({ "apiKeyId": key, "query": query });
    let blind = made(&admin, &receiver.url("/little"), more(&little)).await;
    made(&admin, &receiver.url("/much"), more(&much)).await;
    let telling = Telling::start(app.office());
    let events = initiatives(&h, 1).await;
    // An event of an account, which is seen by whoever may read accounts.
    let hidden = key(&admin, &[]).await;
    let last = initiatives(&h, 1).await;
    let seen = |got: &[Got]| got.iter().map(Got::event).collect::<Vec<_>>();
    let got = receiver.until("/little", 2).await;
    assert_eq!(seen(&got), [events[0].clone(), last[0].clone()]);
    assert!(got.iter().all(|got| got.json()["data"]["account"].is_null()));
    // The one that sees more is told of more: both webhooks were made before, the first of them before itself.
    let got = receiver.until("/much", 3).await;
    let told: Vec<_> = got.iter().map(|got| got.json()["data"]["node"]["action"].clone()).collect();
    assert_eq!(told, ["initiative.created", "api_key.created", "initiative.created"]);
    assert_eq!(got[1].json()["data"]["node"]["subject"]["id"], hidden);
    assert_eq!(got[1].json()["data"]["account"]["id"], api_key().to_string());
    until(&admin, &blind.id, "the log", delivered(2)).await;
    telling.end().await;
    // A message that its key may not see is shown to nobody either.
    let event = h
        .as_("auditor")
        .ask(
            "{ events(last: 1, filter: { action: { eq: \"api_key.created\" } }) { nodes { id } } }",
            Value::Null,
        )
        .await;
    let event = event["events"]["nodes"][0]["id"].clone();
    let looked =
        send(&admin, "webhookDryRun", json!({ "id": blind.id, "eventId": event }), "request { body }").await;
    assert_eq!((&looked["request"], &looked["userErrors"][0]["code"]), (&Value::Null, &json!("NOT_FOUND")));
    // A filter that asks for what the key may not read is refused.
    let filter = json!({ "actor": { "lastSignInAt": { "isNull": false } } });
    let input = json!({ "url": receiver.url("/"), "query": QUERY, "apiKeyId": little, "filter": filter });
    let refused = send(&admin, "webhookCreate", input.clone(), "webhook { id }").await;
    assert_eq!(
        (&refused["userErrors"][0]["code"], &refused["userErrors"][0]["path"]),
        (&json!("INVALID"), &json!(["input", "filter"]))
    );
    let mut allowed = input;
    allowed["apiKeyId"] = json!(much);
    assert_eq!(send(&admin, "webhookCreate", allowed, "webhook { id }").await["userErrors"], json!([]));
}

/// Makes somebody an administrator, who makes a webhook with a key that is one too.
async fn of_another(h: &Harness, admin: &Client, url: &str) -> (String, String, String, Client) {
    let other = h.as_("nobody");
    let input = json!({ "personId": person("nobody").to_string(), "role": "ADMIN" });
    let role = send(admin, "roleGrant", input, "roleGrant { id }").await["roleGrant"]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let key = key(&other, &["ADMIN"]).await;
    let app = house(h, settings());
    let other = other.in_(&app);
    let hook = made(&other, url, json!({ "apiKeyId": key })).await;
    (role, key, hook.id, other)
}

async fn changed(h: Harness) {
    let receiver = Receiver::start(|_, before| Does::Answer(if before < 2 { 500 } else { 200 })).await;
    let app = house(&h, settings());
    let admin = h.as_("admin").in_(&app);
    let (role, _, hook, _) = of_another(&h, &admin, &receiver.url("/")).await;
    let telling = Telling::start(app.office());
    key(&admin, &[]).await;
    let events = initiatives(&h, 1).await;
    let both = |log: &[Value]| log.len() == 2 && log.iter().all(|one| one["attempts"] == 1);
    let log = until(&admin, &hook, "two failures", both).await;
    assert_eq!(log[0]["event"]["action"], "api_key.created");
    // In between the role is taken back: what only an administrator may see is told no more, and everything else is.
    send(&admin, "roleRevoke", json!({ "id": role }), "roleGrant { id }").await;
    h.pass(chrono::TimeDelta::seconds(13));
    let done = |log: &[Value]| log.iter().all(|one| one["state"] != "QUEUED");
    let log = until(&admin, &hook, "both", done).await;
    assert_eq!((&log[0]["state"], &log[0]["attempts"]), (&json!("DROPPED"), &json!(1)));
    assert!(log[0]["error"].as_str().unwrap().contains("may not see"), "{log:?}");
    assert_eq!((&log[1]["state"], &log[1]["attempts"]), (&json!("DELIVERED"), &json!(2)));
    telling.end().await;
    let got = receiver.got("/");
    assert_eq!(got.last().unwrap().event(), events[0]);
    assert_eq!(got.len(), 3);
}

async fn revoked(h: Harness) {
    let receiver = Receiver::start(|_, _| Does::Answer(500)).await;
    let app = house(&h, settings());
    let admin = h.as_("admin").in_(&app);
    let first = key(&admin, &[]).await;
    let by_revoking = made(&admin, &receiver.url("/a"), json!({ "apiKeyId": first })).await;
    let (_, _, by_leaving, _) = of_another(&h, &admin, &receiver.url("/b")).await;
    let telling = Telling::start(app.office());
    initiatives(&h, 1).await;
    let tried = |log: &[Value]| log.iter().any(|one| one["attempts"] == 1);
    until(&admin, &by_revoking.id, "a failure", tried).await;
    until(&admin, &by_leaving, "a failure", tried).await;
    send(&admin, "apiKeyRevoke", json!({ "id": first }), "apiKey { id }").await;
    admin.must("personDeactivate", json!({ "id": person("nobody").to_string() })).await;
    for id in [&by_revoking.id, &by_leaving] {
        let query = "query($id: ID!) { webhook(id: $id) { status reason } }";
        let began = std::time::Instant::now();
        loop {
            let webhook = admin.ask(query, json!({ "id": id })).await["webhook"].clone();
            if webhook["status"] == "DISABLED" {
                assert!(
                    webhook["reason"].as_str().unwrap().contains("key is not good any more"),
                    "{webhook}"
                );
                break;
            }
            assert!(began.elapsed() < Duration::from_secs(30), "{webhook}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
    let query = "{ events(filter: { action: { eq: \"webhook.disabled\" } }) { totalCount } }";
    assert_eq!(admin.ask(query, Value::Null).await["events"]["totalCount"], 2);
    // What was on its way has arrived.
    tokio::time::sleep(Duration::from_millis(500)).await;
    let count = (receiver.got("/a").len(), receiver.got("/b").len());
    h.pass(chrono::TimeDelta::hours(1));
    tokio::time::sleep(Duration::from_secs(1)).await;
    telling.end().await;
    assert_eq!((receiver.got("/a").len(), receiver.got("/b").len()), count, "nothing was told after that");
}

async fn for_whom(h: Harness) {
    let receiver = Receiver::start(|_, _| Does::Answer(200)).await;
    let app = house(&h, settings());
    let admin = h.as_("admin").in_(&app);
    let (role, key_of_other, hook, other) = of_another(&h, &admin, &receiver.url("/")).await;
    let list = "{ webhooks { totalCount nodes { id url apiKey { id } deliveries { totalCount } } } }";
    let seen = h.as_("auditor").ask(list, Value::Null).await["webhooks"].clone();
    assert_eq!((&seen["totalCount"], &seen["nodes"][0]["apiKey"]["id"]), (&json!(1), &json!(key_of_other)));
    for who in ["pmo", "owner", "member", "finance"] {
        let answer = h.as_(who).send(list, Value::Null).await;
        assert_eq!(answer.code(), "FORBIDDEN", "{who}");
        let node = format!("{{ node(id: \"{hook}\") {{ id }} }}");
        assert!(h.as_(who).ask(&node, Value::Null).await["node"].is_null(), "{who}");
        let events = "{ events(filter: { action: { startsWith: \"webhook.\" } }) { totalCount } }";
        assert_eq!(h.as_(who).ask(events, Value::Null).await["events"]["totalCount"], 0, "{who}");
    }
    // Nobody else has a webhook tell them what the key of its maker may see.
    let code = async |mutation: &str, input: Value| {
        let payload = send(&admin, mutation, input, "").await;
        (payload["userErrors"][0]["code"].clone(), payload["userErrors"][0]["path"][1].clone())
    };
    let invalid = (json!("INVALID"), json!("apiKeyId"));
    assert_eq!(code("webhookUpdate", json!({ "id": hook, "url": receiver.url("/mine") })).await, invalid);
    assert_eq!(code("webhookUpdate", json!({ "id": hook, "query": QUERY })).await, invalid);
    assert_eq!(code("webhookUpdate", json!({ "id": hook, "enabled": true, "filter": null })).await, invalid);
    let input = json!({ "url": receiver.url("/"), "query": QUERY, "apiKeyId": key_of_other });
    assert_eq!(code("webhookCreate", input).await, invalid);
    let event = initiatives(&h, 1).await[0].clone();
    assert_eq!(code("webhookDryRun", json!({ "id": hook, "eventId": event })).await.0, "FORBIDDEN");
    let looked =
        send(&other, "webhookDryRun", json!({ "id": hook, "eventId": event }), "request { body }").await;
    assert_eq!(looked["userErrors"], json!([]));
    // They may stop it, and take it over with a key of their own.
    let fine = async |input: Value| {
        let payload = send(&admin, "webhookUpdate", input, "webhook { status apiKey { id } }").await;
        assert_eq!(payload["userErrors"], json!([]));
        payload["webhook"].clone()
    };
    assert_eq!(fine(json!({ "id": hook, "enabled": false })).await["status"], "DISABLED");
    let mine = key(&admin, &["ADMIN"]).await;
    let taken = fine(json!({ "id": hook, "apiKeyId": mine, "enabled": true })).await;
    assert_eq!(taken, json!({ "status": "ACTIVE", "apiKey": { "id": mine } }));
    assert_eq!(code("roleRevoke", json!({ "id": role })).await.0, Value::Null);
    // A machine looks after none, whatever roles its key has.
    let query = "mutation { apiKeyCreate(input: { name: \"All\", roles: [ADMIN], readOnly: false }) { secret apiKey { id } userErrors { code } } }";
    let made = admin.ask(query, Value::Null).await["apiKeyCreate"].clone();
    let machine = h.with_header(&format!("Bearer {}", made["secret"].as_str().unwrap())).in_(&app);
    let input = json!({ "url": receiver.url("/"), "query": QUERY, "apiKeyId": made["apiKey"]["id"] });
    let refused = send(&machine, "webhookCreate", input, "webhook { id }").await;
    assert_eq!(refused["userErrors"][0]["code"], "FORBIDDEN");
    for (mutation, input) in [
        ("webhookUpdate", json!({ "id": hook, "enabled": false })),
        ("webhookDelete", json!({ "id": hook })),
        ("webhookSecretRotate", json!({ "id": hook })),
        ("webhookDryRun", json!({ "id": hook, "eventId": event })),
    ] {
        assert_eq!(
            send(&machine, mutation, input, "").await["userErrors"][0]["code"],
            "FORBIDDEN",
            "{mutation}"
        );
    }
    assert!(log(&admin, &hook).await.is_empty());
}
