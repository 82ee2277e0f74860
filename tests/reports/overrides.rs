//! A report that says that it goes better than the figures do: with a reason and an end, or not at all.

use chrono::{NaiveDate, TimeDelta};
use serde_json::{Value, json};

use super::{draft, problem};
use crate::harness::{Client, Harness, Suite};
use crate::write::{begin, new_initiative};

pub fn register(suite: &mut Suite) {
    suite.world("reports::an_override_has_a_reason_and_an_end", overrides);
    suite.world("reports::what_the_figures_say_is_kept", kept);
}

/// An initiative that is half done and has a budget of 1 000.
async fn half_done(client: &Client) -> String {
    let id = client.must("initiativeCreate", new_initiative("Half done")).await;
    let money = json!({ "amount": "1000", "currency": "DKK" });
    let line = json!({ "initiativeId": id, "category": "PEOPLE", "amount": money });
    client.must("budgetLineCreate", line).await;
    let milestone = begin(client, &id).await;
    client.must("milestoneUpdate", json!({ "id": milestone, "creditRule": "PERCENT" })).await;
    let again = json!({ "initiativeId": id, "reason": "It earns as it goes on." });
    client.must("baselineApprove", again).await;
    client.must("milestoneProgress", json!({ "id": milestone, "percentComplete": 50 })).await;
    id
}

async fn spend(h: &Harness, initiative: &str, amount: &str) {
    let money = json!({ "amount": amount, "currency": "DKK" });
    let input = json!({
        "initiativeId": initiative, "category": "OTHER", "kind": "ACTUAL", "amount": money,
        "incurredOn": h.now().date_naive().to_string(),
    });
    h.as_("pmo").must("costEntryRecord", input).await;
}

fn says(initiative: &str, end: NaiveDate, health: &str) -> Value {
    let mut words = draft(initiative, &end.to_string());
    words["health"] = json!(health);
    words
}

/// What a report says and what the figures said, whether that is better, and the override that was kept.
async fn told(client: &Client, id: &str) -> Value {
    let query = "query($id: ID!) { node(id: $id) { ... on StatusReport { health computedHealth betterThanComputed \
                 overrideReason overrideUntil } } }";
    let node = client.ask(query, json!({ "id": id })).await["node"].clone();
    json!([
        node["health"],
        node["computedHealth"],
        node["betterThanComputed"],
        node["overrideReason"],
        node["overrideUntil"]
    ])
}

async fn overrides(h: Harness) {
    let pmo = h.as_("pmo");
    let id = half_done(&pmo).await;
    // 520 for the half: 1 040 in the end, 4.0 % too much.
    spend(&h, &id, "520").await;
    let today = h.now().date_naive();
    let report = pmo.must("statusReportDraft", says(&id, today, "GREEN")).await;
    let publish = async |more: Value| {
        let mut input = json!({ "id": report });
        for (field, value) in more.as_object().unwrap() {
            input[field] = value.clone();
        }
        pmo.change("statusReportPublish", input, json!({ "dryRun": true })).await
    };
    let codes = |payload: &Value| -> Vec<String> {
        let errors = payload["userErrors"].as_array().unwrap().iter();
        let told = |error: &Value| {
            format!("{} {}", error["code"].as_str().unwrap(), error["path"][1].as_str().unwrap())
        };
        errors.map(told).collect()
    };
    let until = |days: i64| (today + TimeDelta::days(days)).to_string();
    let (reason, end) = ("REQUIRED overrideReason", "REQUIRED overrideUntil");
    for (input, expected) in [
        (json!({}), vec![reason, end]),
        (json!({ "overrideReason": "TOLERANCE" }), vec![end]),
        (json!({ "overrideUntil": until(3) }), vec![reason]),
        (json!({ "overrideReason": "TOLERANCE", "overrideUntil": until(-1) }), vec!["INVALID overrideUntil"]),
        (json!({ "overrideReason": "TOLERANCE", "overrideUntil": until(31) }), vec!["INVALID overrideUntil"]),
        (json!({ "overrideReason": "TOLERANCE", "overrideUntil": until(0) }), vec![]),
        (json!({ "overrideReason": "TOLERANCE", "overrideUntil": until(30) }), vec![]),
    ] {
        assert_eq!(codes(&publish(input.clone()).await), expected, "{input}");
    }
    // That of the draft holds as well, and what is said when it is published comes before it.
    let written = json!({ "id": report, "overrideReason": "RECOVERY_AGREED", "overrideUntil": until(40) });
    pmo.must("statusReportUpdate", written).await;
    assert_eq!(codes(&publish(json!({})).await), ["INVALID overrideUntil"]);
    assert_eq!(codes(&publish(json!({ "overrideUntil": null })).await), [end]);
    pmo.must("statusReportPublish", json!({ "id": report, "overrideUntil": until(14) })).await;
    assert_eq!(told(&pmo, &report).await, json!(["GREEN", "AMBER", true, "RECOVERY_AGREED", until(14)]));
    let query = "{ statusReports(filter: { betterThanComputed: { eq: true }, isLatest: { eq: true } }) { nodes { id } } }";
    let better = pmo.ask(query, Value::Null).await["statusReports"]["nodes"].clone();
    assert_eq!(better, json!([{ "id": report }]));
    // A correction is measured by what the figures said then.
    spend(&h, &id, "-520").await;
    let correction = pmo.must("statusReportSupersede", json!({ "id": report, "overrideReason": null })).await;
    let payload = pmo.change("statusReportPublish", json!({ "id": correction }), Value::Null).await;
    assert_eq!(codes(&payload), [reason]);
    pmo.must("statusReportUpdate", json!({ "id": correction, "health": "AMBER" })).await;
    pmo.must("statusReportPublish", json!({ "id": correction })).await;
    // Where there is nothing to override, none is kept.
    assert_eq!(told(&pmo, &correction).await, json!(["AMBER", "AMBER", false, null, null]));
}

async fn kept(h: Harness) {
    let pmo = h.as_("pmo");
    let id = half_done(&pmo).await;
    let publish = async |health: &str| {
        let report = pmo.must("statusReportDraft", says(&id, h.now().date_naive(), health)).await;
        let payload = pmo.change("statusReportPublish", json!({ "id": report }), Value::Null).await;
        if problem(&payload).0 != "written" {
            pmo.must("statusReportDiscard", json!({ "id": report })).await;
        }
        (problem(&payload).0, told(&pmo, &report).await)
    };
    // Nothing was spent, so that nobody knows what it will cost: GREEN is better than that, AMBER is not.
    assert_eq!(publish("GREEN").await.0, "REQUIRED");
    assert_eq!(publish("AMBER").await.1, json!(["AMBER", "GREY", false, null, null]));
    // That the report before was late is not held against this one, once it is out.
    h.pass(TimeDelta::days(30));
    spend(&h, &id, "500").await;
    let query = "query($id: ID!) { initiative(by: { id: $id }) { health { computed reported stale } } }";
    let health = async || pmo.ask(query, json!({ "id": id })).await["initiative"]["health"].clone();
    assert_eq!(health().await, json!({ "computed": "AMBER", "reported": "AMBER", "stale": true }));
    let (_, first) = publish("GREEN").await;
    assert_eq!(first, json!(["GREEN", "GREEN", false, null, null]));
    assert_eq!(health().await, json!({ "computed": "GREEN", "reported": "GREEN", "stale": false }));
    // What comes later changes nothing of what was said.
    h.pass(TimeDelta::days(1));
    spend(&h, &id, "300").await;
    assert_eq!(publish("AMBER").await.0, "REQUIRED");
    assert_eq!(publish("RED").await.1, json!(["RED", "RED", false, null, null]));
    let query = "query($id: ID!) { initiative(by: { id: $id }) { statusReports(filter: { state: { eq: PUBLISHED } }) { nodes { computedHealth } } } }";
    let all = pmo.ask(query, json!({ "id": id })).await["initiative"]["statusReports"]["nodes"].clone();
    let said = ["GREY", "GREEN", "RED"].map(|health| json!({ "computedHealth": health }));
    assert_eq!(all, json!(said));
}
