//! Input that makes no webhook.

use serde_json::{Value, json};

use super::{QUERY, made, send};
use crate::harness::{Harness, Suite, api_key};

pub fn register(suite: &mut Suite) {
    suite.both("webhooks::what_is_wrong_with_a_query_is_told_with_its_place", queries);
    suite.both("webhooks::a_secret_is_shown_once", once);
    suite.both("webhooks::there_are_a_hundred_at_most", too_many);
}

async fn queries(h: Harness) {
    let admin = h.as_("admin");
    let before = h.dump().await;
    for (query, code, told) in [
        ("", "REQUIRED", "empty"),
        ("query ($event: ID!) { node(id: $event) { id }", "INVALID", "Line 1"),
        ("query ($event: ID!) {\n  node(id: $event) { id nothing }\n}", "INVALID", "Line 2, column 25"),
        ("query ($event: ID!) { nothing }", "INVALID", "Line 1, column 23"),
        ("{ portfolios { nodes { id } } }", "REQUIRED", "$event: ID!"),
        ("mutation ($event: ID!) { roleRevoke(input: { id: $event }) { event { id } } }", "INVALID", "query"),
        // What its key may not ask for.
        (
            "query ($event: ID!) { node(id: $event) { id } webhooks { totalCount } }",
            "INVALID",
            "You may not use `webhooks`",
        ),
    ] {
        let input =
            json!({ "url": "https://example.org/", "query": query, "apiKeyId": api_key().to_string() });
        let payload = send(&admin, "webhookCreate", input, "secret webhook { id }").await;
        let problem = &payload["userErrors"][0];
        assert_eq!(
            (&problem["code"], &problem["path"]),
            (&json!(code), &json!(["input", "query"])),
            "{query}: {problem}"
        );
        let problems = payload["userErrors"].as_array().unwrap().iter();
        let mut messages = problems.map(|problem| problem["message"].as_str().unwrap());
        assert!(messages.any(|message| message.contains(told)), "{query}: {}", payload["userErrors"]);
        assert!(payload["secret"].is_null() && payload["webhook"].is_null() && payload["event"].is_null());
    }
    // All that is wrong is told at once.
    let filter = json!({ "id": { "eq": "ini_00000000000000000000000000" } });
    let input = json!({ "url": "https://10.0.0.1/", "query": "{ x }", "apiKeyId": api_key().to_string(), "filter": filter });
    let payload = send(&admin, "webhookCreate", input, "webhook { id }").await;
    let places: Vec<_> =
        payload["userErrors"].as_array().unwrap().iter().map(|one| one["path"][1].clone()).collect();
    assert_eq!(places, ["url", "query", "filter"]);
    assert_eq!(before, h.dump().await);
    // An update is looked at in the same way, and so is what stays.
    let hook = made(&admin, "https://example.org/", json!({})).await;
    let change = async |field: &str, value: Value| {
        let payload =
            send(&admin, "webhookUpdate", json!({ "id": hook.id, field: value }), "webhook { version }")
                .await;
        (payload["userErrors"][0]["code"].clone(), payload["userErrors"][0]["path"][1].clone())
    };
    assert_eq!(change("query", json!("{ x }")).await, (json!("REQUIRED"), json!("query")));
    assert_eq!(change("query", Value::Null).await, (json!("REQUIRED"), json!("query")));
    assert_eq!(change("url", json!("https://127.0.0.1/")).await, (json!("INVALID"), json!("url")));
    assert_eq!(
        change("apiKeyId", json!("key_00000000000000000000000000")).await,
        (json!("NOT_FOUND"), json!("apiKeyId"))
    );
    assert_eq!(
        change("filter", json!({ "action": { "eq": null } })).await,
        (json!("INVALID"), json!("filter"))
    );
    assert_eq!(change("reason", json!("x".repeat(1_001))).await, (json!("INVALID"), json!("reason")));
    assert_eq!(change("filter", json!({ "action": { "eq": "x" } })).await, (Value::Null, Value::Null));
    let query = "query($id: ID!) { webhook(id: $id) { version filter query url formerSecretUntil } }";
    let webhook = admin.ask(query, json!({ "id": hook.id })).await["webhook"].clone();
    let expected = json!({ "version": 2, "filter": "{\"action\":{\"eq\":\"x\"}}", "query": QUERY, "url": "https://example.org/", "formerSecretUntil": null });
    assert_eq!(webhook, expected);
}

async fn once(h: Harness) {
    let admin = h.as_("admin");
    let query = "mutation($input: WebhookCreateInput!, $options: WriteOptions) { webhookCreate(input: $input, options: $options) { secret webhook { id } userErrors { code } event { id } } }";
    let input = json!({ "url": "https://example.org/", "query": QUERY, "apiKeyId": api_key().to_string() });
    let create = async |options: Value| {
        let data = admin.ask(query, json!({ "input": input, "options": options })).await;
        data["webhookCreate"].clone()
    };
    let dry = create(json!({ "dryRun": true })).await;
    assert!(dry["secret"].is_null() && dry["webhook"]["id"].is_string());
    let first = create(json!({ "idempotencyKey": "once" })).await;
    assert!(first["secret"].as_str().unwrap().starts_with("whsec_"));
    let again = create(json!({ "idempotencyKey": "once" })).await;
    assert!(again["secret"].is_null());
    assert_eq!((&again["webhook"], &again["event"]), (&first["webhook"], &first["event"]));
    // No way of reading it leads to the secret.
    let all = "{ webhooks { nodes { id url query filter reason } } events(filter: { action: { startsWith: \"webhook\" } }) { nodes { changes { field before after } } } }";
    let told = admin.ask(all, Value::Null).await.to_string();
    assert!(!told.contains("whsec_") && !told.contains("secret"), "{told}");
}

async fn too_many(h: Harness) {
    let admin = h.as_("admin");
    let first = made(&admin, "https://example.org/", json!({})).await;
    for _ in 1..100 {
        made(&admin, "https://example.org/", json!({})).await;
    }
    let input = json!({ "url": "https://example.org/", "query": QUERY, "apiKeyId": api_key().to_string() });
    let payload = send(&admin, "webhookCreate", input, "webhook { id }").await;
    assert_eq!(payload["userErrors"][0]["code"], "LIMIT_EXCEEDED");
    // One that was deleted does not count.
    send(&admin, "webhookDelete", json!({ "id": first.id }), "webhook { id }").await;
    made(&admin, "https://example.org/", json!({})).await;
}
