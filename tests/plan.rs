//! Milestones and baselines: worked dates, refusals, callers at the same moment, days that are past, and who may do
//! what.

mod together;

use chrono::{NaiveDate, TimeDelta};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::harness::{Client, Harness, Suite, person, portfolio};
use crate::write::{find, new_initiative};

pub fn register(suite: &mut Suite) {
    suite.both("plan::the_worked_slippage", worked);
    suite.world("plan::what_cannot_be_is_refused", refusals);
    suite.world("plan::who_does_what", actors);
    suite.world("plan::what_begins_is_agreed_on_and_what_is_closed_is_done", gates);
    suite.both("plan::a_baseline_never_changes", frozen);
    suite.world("plan::progress_of_a_past_day_is_told_and_changes_nothing_of_today", backdated);
    suite.world("plan::the_budget_of_a_baseline_is_seen_by_those_who_see_money", money);
    together::register(suite);
    suite.property("plan::a_milestone_stands_as_its_facts_say", 12, story, stands);
}

const NOTE: &str = "Agreed with the sponsor on the phone.";

fn problem(payload: &Value) -> (String, String) {
    let error = &payload["userErrors"][0];
    let path: Vec<_> = error["path"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    (error["code"].as_str().unwrap_or("written").to_owned(), path.join("."))
}

fn message(payload: &Value) -> &str {
    payload["userErrors"][0]["message"].as_str().unwrap_or_default()
}

fn move_to(id: &str, due_on: &str) -> Value {
    json!({ "id": id, "dueOn": due_on, "reason": "DEPENDENCY", "note": NOTE })
}

/// An initiative of the first half of the year, with nothing planned.
async fn initiative(client: &Client) -> String {
    let mut input = new_initiative("Planned");
    (input["startsOn"], input["dueOn"]) = (json!("2025-01-01"), json!("2025-03-01"));
    client.must("initiativeCreate", input).await
}

async fn plan(client: &Client, initiative: &str, weight: impl Into<Value>, due_on: &str) -> String {
    let input =
        json!({ "initiativeId": initiative, "title": "A result", "weight": weight.into(), "dueOn": due_on });
    client.must("milestoneCreate", input).await
}

fn agree(initiative: &str) -> Value {
    json!({ "initiativeId": initiative, "reason": "Agreed by the board." })
}

/// A milestone as it is told.
async fn milestone(client: &Client, id: &str) -> Value {
    let query = "query($id: ID!) { node(id: $id) { ... on Milestone { version status percentComplete dueOn completedOn \
                 weight baselineWeight originalOn baselineOn slippage { fromOriginal { value state reason } \
                 fromBaseline { value unit state reason } pushes } moves { from to days reason note } } } }";
    client.ask(query, json!({ "id": id })).await["node"].clone()
}

async fn worked(h: Harness) {
    let pmo = h.as_("pmo");
    let id = initiative(&pmo).await;
    let result = plan(&pmo, &id, 100, "2025-03-01").await;
    let told = milestone(&pmo, &result).await;
    assert_eq!(
        told["slippage"]["fromOriginal"],
        json!({ "value": null, "state": "NOT_APPLICABLE", "reason": "no baseline" })
    );
    pmo.must("baselineApprove", agree(&id)).await;
    let reschedule = async |due: &str| pmo.must("initiativeReschedule", move_to(&id, due)).await;
    for due in ["2025-03-15", "2025-03-20"] {
        pmo.must("milestoneMove", move_to(&result, due)).await;
        reschedule(due).await;
    }
    pmo.must("baselineApprove", agree(&id)).await;
    pmo.must("milestoneMove", move_to(&result, "2025-04-10")).await;
    pmo.must("milestoneMove", move_to(&result, "2025-04-03")).await;
    reschedule("2025-04-03").await;
    let told = milestone(&pmo, &result).await;
    assert_eq!(
        (&told["originalOn"], &told["baselineOn"], &told["dueOn"], &told["slippage"]["pushes"]),
        (&json!("2025-03-01"), &json!("2025-03-20"), &json!("2025-04-03"), &json!(3))
    );
    let days = |of: &Value| [&of["fromOriginal"], &of["fromBaseline"]].map(|figure| figure["value"].clone());
    assert_eq!(days(&told["slippage"]), [json!("33"), json!("14")]);
    assert_eq!(told["slippage"]["fromBaseline"]["unit"], json!("DAYS"));
    assert_eq!(
        told["moves"][3],
        json!({ "from": "2025-04-10", "to": "2025-04-03", "days": -7, "reason": "DEPENDENCY", "note": NOTE })
    );
    let query = "query($id: ID!) { initiative(by: { id: $id }) { slippage { fromOriginal { value } fromBaseline { value } pushes } \
                 moves { days } baseline { number } baselines { number dueOn milestones { dueOn weight milestone { id } } } } }";
    let told = pmo.ask(query, json!({ "id": id })).await["initiative"].clone();
    assert_eq!(
        (days(&told["slippage"]), &told["slippage"]["pushes"]),
        ([json!("33"), json!("14")], &json!(3))
    );
    assert_eq!(told["moves"], json!([{ "days": 14 }, { "days": 5 }, { "days": 14 }]));
    assert_eq!(told["baseline"], json!({ "number": 2 }));
    assert_eq!(
        told["baselines"],
        json!([
            { "number": 1, "dueOn": "2025-03-01", "milestones": [{ "dueOn": "2025-03-01", "weight": 100, "milestone": { "id": result } }] },
            { "number": 2, "dueOn": "2025-03-20", "milestones": [{ "dueOn": "2025-03-20", "weight": 100, "milestone": { "id": result } }] },
        ])
    );
    // The day on which it was reached counts, once it was.
    pmo.must("milestoneComplete", json!({ "id": result, "on": "2025-03-22" })).await;
    assert_eq!(days(&milestone(&pmo, &result).await["slippage"]), [json!("21"), json!("2")]);
    // One that came after the baseline has no agreed date, and neither has one that was given up.
    let late = plan(&pmo, &id, Value::Null, "2025-04-20").await;
    let told = milestone(&pmo, &late).await;
    assert_eq!(told["slippage"]["fromBaseline"]["reason"], json!("not in the baseline"));
    assert_eq!([&told["baselineOn"], &told["baselineWeight"], &told["originalOn"]], [&Value::Null; 3]);
    pmo.must("milestoneCancel", json!({ "id": late, "reason": "Not needed." })).await;
    assert_eq!(milestone(&pmo, &late).await["slippage"]["fromOriginal"]["reason"], json!("cancelled"));
}

#[expect(clippy::too_many_lines, reason = "one story, told from its beginning to its end")]
async fn refusals(h: Harness) {
    let pmo = h.as_("pmo");
    let id = async |code| find(&pmo, code).await.0;
    let (open, closed, archived) = (id("CX-1").await, id("CX-11").await, id("CX-9").await);
    let planned = plan(&pmo, &open, Value::Null, "2025-05-01").await;
    let done = plan(&pmo, &open, Value::Null, "2025-05-01").await;
    pmo.must("milestoneProgress", json!({ "id": done, "percentComplete": 40, "effectiveOn": "2025-03-20" }))
        .await;
    pmo.must("milestoneComplete", json!({ "id": done, "on": "2025-03-25" })).await;
    let gone = plan(&pmo, &open, Value::Null, "2025-05-01").await;
    pmo.must("milestoneCancel", json!({ "id": gone, "reason": "No." })).await;
    let back = plan(&pmo, &open, Value::Null, "2025-05-01").await;
    pmo.must("milestoneComplete", json!({ "id": back })).await;
    pmo.must("milestoneReopen", json!({ "id": back, "reason": "No." })).await;
    let far = plan(&pmo, &open, Value::Null, "2025-05-01").await;
    pmo.must("milestoneProgress", json!({ "id": far, "percentComplete": 40, "effectiveOn": "2025-03-20" }))
        .await;
    let bare = pmo.must("initiativeCreate", new_initiative("Bare")).await;
    let ended = a_milestone_of(&pmo, &closed).await;
    let new = |more: Value| {
        let mut input = json!({ "initiativeId": open, "title": "T", "dueOn": "2025-05-01" });
        for (field, value) in more.as_object().unwrap() {
            input[field] = value.clone();
        }
        input
    };
    let away = person("away").to_string();
    let before = h.dump().await;
    for (mutation, input, code, path) in [
        ("milestoneCreate", new(json!({ "weight": 0 })), "INVALID", "input.weight"),
        ("milestoneCreate", new(json!({ "weight": 100.01 })), "INVALID", "input.weight"),
        ("milestoneCreate", new(json!({ "title": " " })), "REQUIRED", "input.title"),
        ("milestoneCreate", new(json!({ "dueOn": "2025-02-28" })), "INVALID", "input.dueOn"),
        ("milestoneCreate", new(json!({ "ownerId": away })), "INVALID", "input.ownerId"),
        ("milestoneCreate", new(json!({ "initiativeId": closed })), "CONFLICT", "input.initiativeId"),
        ("milestoneCreate", new(json!({ "initiativeId": archived })), "CONFLICT", "input.initiativeId"),
        ("milestoneUpdate", json!({ "id": planned, "weight": -1 }), "INVALID", "input.weight"),
        ("milestoneUpdate", json!({ "id": planned, "title": null }), "REQUIRED", "input.title"),
        ("milestoneUpdate", json!({ "id": planned, "ownerId": away }), "INVALID", "input.ownerId"),
        ("milestoneUpdate", json!({ "id": ended, "title": "T" }), "CONFLICT", "input.id"),
        ("milestoneMove", move_to(&planned, "2025-05-01"), "INVALID", "input.dueOn"),
        ("milestoneMove", move_to(&planned, "2025-02-01"), "INVALID", "input.dueOn"),
        (
            "milestoneMove",
            json!({ "id": planned, "dueOn": "2025-05-02", "reason": "SCOPE", "note": "Too short" }),
            "INVALID",
            "input.note",
        ),
        ("milestoneMove", move_to(&done, "2025-05-02"), "CONFLICT", "input.id"),
        ("milestoneMove", move_to(&gone, "2025-05-02"), "CONFLICT", "input.id"),
        ("milestoneStart", json!({ "id": planned, "on": "2025-04-01" }), "INVALID", "input.on"),
        ("milestoneStart", json!({ "id": far }), "ILLEGAL_TRANSITION", "input.id"),
        (
            "milestoneProgress",
            json!({ "id": planned, "percentComplete": 100.5 }),
            "INVALID",
            "input.percentComplete",
        ),
        (
            "milestoneProgress",
            json!({ "id": planned, "percentComplete": -1 }),
            "INVALID",
            "input.percentComplete",
        ),
        (
            "milestoneProgress",
            json!({ "id": planned, "percentComplete": 5, "effectiveOn": "2025-04-01" }),
            "INVALID",
            "input.effectiveOn",
        ),
        (
            "milestoneProgress",
            json!({ "id": back, "percentComplete": 5, "effectiveOn": "2025-03-30" }),
            "INVALID",
            "input.effectiveOn",
        ),
        ("milestoneProgress", json!({ "id": done, "percentComplete": 5 }), "CONFLICT", "input.id"),
        ("milestoneProgress", json!({ "id": gone, "percentComplete": 5 }), "CONFLICT", "input.id"),
        ("milestoneComplete", json!({ "id": planned, "on": "2025-04-01" }), "INVALID", "input.on"),
        ("milestoneComplete", json!({ "id": far, "on": "2025-03-19" }), "INVALID", "input.on"),
        ("milestoneComplete", json!({ "id": done }), "ILLEGAL_TRANSITION", "input.id"),
        ("milestoneComplete", json!({ "id": gone }), "ILLEGAL_TRANSITION", "input.id"),
        ("milestoneReopen", json!({ "id": done, "reason": " " }), "REQUIRED", "input.reason"),
        ("milestoneReopen", json!({ "id": planned, "reason": "No." }), "ILLEGAL_TRANSITION", "input.id"),
        ("milestoneReopen", json!({ "id": gone, "reason": "No." }), "ILLEGAL_TRANSITION", "input.id"),
        ("milestoneCancel", json!({ "id": planned, "reason": "" }), "REQUIRED", "input.reason"),
        ("milestoneCancel", json!({ "id": done, "reason": "No." }), "ILLEGAL_TRANSITION", "input.id"),
        (
            "milestoneCancel",
            json!({ "id": planned.replace("mil_0", "mil_7"), "reason": "No." }),
            "NOT_FOUND",
            "input.id",
        ),
        ("baselineApprove", json!({ "initiativeId": open, "reason": " " }), "REQUIRED", "input.reason"),
        ("baselineApprove", agree(&bare), "INVALID", "input.initiativeId"),
        ("baselineApprove", agree(&closed), "CONFLICT", "input.initiativeId"),
        ("baselineApprove", agree(&archived), "CONFLICT", "input.initiativeId"),
    ] {
        let payload = pmo.change(mutation, input.clone(), Value::Null).await;
        assert_eq!(problem(&payload), (code.to_owned(), path.to_owned()), "{mutation} {input}: {payload}");
    }
    assert_eq!(before, h.dump().await);
    // Weights that do not add up are told, with the milestones that have none.
    pmo.must("milestoneUpdate", json!({ "id": planned, "weight": 12.5 })).await;
    let payload = pmo.change("baselineApprove", agree(&open), Value::Null).await;
    assert_eq!(problem(&payload), ("INVALID".to_owned(), "input.initiativeId".to_owned()));
    assert!(
        message(&payload).starts_with("Its milestones weigh 112.5 % together, not 100 %. Without a weight: ")
    );
    pmo.must("milestoneUpdate", json!({ "id": planned, "weight": null })).await;
    pmo.must("baselineApprove", agree(&open)).await;
    // What is not in the baseline earns nothing.
    assert_eq!(milestone(&pmo, &planned).await["baselineWeight"], Value::Null);
}

/// A milestone of an initiative.
async fn a_milestone_of(client: &Client, initiative: &str) -> String {
    let query = "query($id: ID!) { initiative(by: { id: $id }) { milestones(first: 1) { nodes { id } } } }";
    let data = client.ask(query, json!({ "id": initiative })).await;
    data["initiative"]["milestones"]["nodes"][0]["id"].as_str().unwrap().to_owned()
}

async fn actors(h: Harness) {
    let pmo = h.as_("pmo");
    let theirs = find(&pmo, "CX-1").await.0;
    for (who, planning, telling, agreeing) in [
        ("pmo", true, true, true),
        ("scoped_pmo", true, true, true),
        ("owner", true, true, false),
        // Who answers for the milestone alone tells how far it is, and does not plan.
        ("member", false, true, false),
        ("other_owner", false, false, false),
        ("finance", false, false, false),
        ("leader", false, false, false),
        ("auditor", false, false, false),
        ("admin", false, false, false),
        ("nobody", false, false, false),
    ] {
        let client = h.as_(who);
        let input = json!({ "initiativeId": theirs, "title": "T", "dueOn": "2025-05-01", "ownerId": person("member").to_string() });
        let id = pmo.must("milestoneCreate", input.clone()).await;
        let mut refused = Vec::new();
        for (mutation, input, may) in [
            ("milestoneCreate", input, planning),
            ("milestoneUpdate", json!({ "id": id, "title": "U" }), planning),
            ("milestoneMove", move_to(&id, "2025-06-01"), planning),
            ("milestoneStart", json!({ "id": id }), telling),
            ("milestoneProgress", json!({ "id": id, "percentComplete": 5 }), telling),
            ("milestoneComplete", json!({ "id": id }), telling),
            ("milestoneReopen", json!({ "id": id, "reason": "No." }), telling),
            ("milestoneCancel", json!({ "id": id, "reason": "No." }), planning),
            ("baselineApprove", agree(&theirs), agreeing),
        ] {
            let answer = client.try_change(mutation, input, Value::Null).await;
            let code = if answer.errors.is_empty() {
                problem(&answer.data()[mutation]).0
            } else {
                answer.code().clone()
            };
            assert!(["written", "FORBIDDEN"].contains(&code.as_str()), "{who} {mutation}: {code}");
            if (code == "written") != may {
                refused.push(format!("{mutation}: {code}"));
            }
        }
        assert!(refused.is_empty(), "{who}: {refused:?}");
    }
    // The programme office of one portfolio agrees on nothing in another.
    let elsewhere = find(&pmo, "CX-7").await.0;
    let payload = h.as_("scoped_pmo").change("baselineApprove", agree(&elsewhere), Value::Null).await;
    assert_eq!(problem(&payload).0, "FORBIDDEN");
}

async fn gates(h: Harness) {
    let pmo = h.as_("pmo");
    let id = initiative(&pmo).await;
    let to =
        async |to: &str| pmo.change("initiativeTransition", json!({ "id": id, "to": to }), Value::Null).await;
    assert_eq!(problem(&to("APPROVED").await).0, "written");
    let refused = to("ACTIVE").await;
    assert_eq!(problem(&refused), ("ILLEGAL_TRANSITION".to_owned(), "input.to".to_owned()));
    assert!(message(&refused).contains("approved baseline"), "{refused}");
    let titles = ["One", "Two", "Three", "Four", "Five", "Six"];
    let mut milestones = Vec::new();
    for (number, title) in (1..).zip(titles) {
        let weight = if number == 6 { json!(16.7) } else { json!(16.66) };
        let due = format!("2025-02-{number:02}");
        let input = json!({ "initiativeId": id, "title": title, "weight": weight, "dueOn": due });
        milestones.push(pmo.must("milestoneCreate", input).await);
    }
    pmo.must("baselineApprove", agree(&id)).await;
    assert_eq!(problem(&to("ACTIVE").await).0, "written");
    assert_eq!(problem(&to("CLOSING").await).0, "written");
    let refused = to("CLOSED").await;
    assert_eq!(problem(&refused), ("ILLEGAL_TRANSITION".to_owned(), "input.to".to_owned()));
    assert!(
        message(&refused).ends_with("open: \"One\", \"Two\", \"Three\", \"Four\", \"Five\" and 1 more."),
        "{refused}"
    );
    pmo.must("milestoneCancel", json!({ "id": milestones[5], "reason": "Not needed." })).await;
    for done in &milestones[..5] {
        assert_eq!(problem(&to("CLOSED").await).0, "ILLEGAL_TRANSITION");
        pmo.must("milestoneComplete", json!({ "id": done })).await;
    }
    // And what is said of it the last time was heard.
    let refused = to("CLOSED").await;
    assert!(message(&refused).ends_with("none is out."), "{refused}");
    crate::reports::last(&h, &id).await;
    assert_eq!(problem(&to("CLOSED").await).0, "written");
    // What has ended stays as it ended.
    let late =
        pmo.change("milestoneReopen", json!({ "id": milestones[0], "reason": "No." }), Value::Null).await;
    assert_eq!(problem(&late), ("CONFLICT".to_owned(), "input.id".to_owned()));
}

async fn frozen(h: Harness) {
    let pmo = h.as_("pmo");
    let id = initiative(&pmo).await;
    let (first, second) =
        (plan(&pmo, &id, 33.33, "2025-02-01").await, plan(&pmo, &id, 66.67, "2025-03-01").await);
    let money = json!({ "amount": "1000.50", "currency": "DKK" });
    let line = pmo
        .must("budgetLineCreate", json!({ "initiativeId": id, "category": "PEOPLE", "amount": money }))
        .await;
    pmo.must("budgetLineCreate", json!({ "initiativeId": id, "category": "OTHER", "amount": money })).await;
    let gone = pmo
        .must("budgetLineCreate", json!({ "initiativeId": id, "category": "OTHER", "amount": money }))
        .await;
    pmo.must("budgetLineRemove", json!({ "id": gone })).await;
    let baseline = pmo.must("baselineApprove", agree(&id)).await;
    let query = "query($id: ID!) { node(id: $id) { ... on Baseline { version number approvedBy { name } approvedAt reason startsOn dueOn \
                 budget { amount currency } initiative { id } milestones { dueOn weight milestone { id } } } } }";
    let read = async || pmo.ask(query, json!({ "id": baseline })).await["node"].clone();
    let before = read().await;
    assert_eq!(before["budget"], json!({ "amount": "2001.00", "currency": "DKK" }));
    assert_eq!(
        before["milestones"],
        json!([
            { "dueOn": "2025-02-01", "weight": 33.33, "milestone": { "id": first } },
            { "dueOn": "2025-03-01", "weight": 66.67, "milestone": { "id": second } },
        ])
    );
    h.pass(TimeDelta::days(1));
    pmo.must("milestoneMove", move_to(&first, "2025-04-01")).await;
    pmo.must("milestoneUpdate", json!({ "id": second, "weight": 50, "title": "Another" })).await;
    pmo.must("milestoneCancel", json!({ "id": first, "reason": "Not needed." })).await;
    pmo.must("budgetLineUpdate", json!({ "id": line, "amount": { "amount": "7", "currency": "DKK" } })).await;
    pmo.must("initiativeUpdate", json!({ "id": id, "startsOn": "2025-01-05" })).await;
    pmo.must("initiativeReschedule", move_to(&id, "2025-08-01")).await;
    assert_eq!(read().await, before);
    pmo.must("milestoneUpdate", json!({ "id": second, "weight": 100 })).await;
    pmo.must("baselineApprove", agree(&id)).await;
    assert_eq!(read().await, before);
    // The log says what was agreed, and nothing of money to those who see all of it.
    let query = "query($id: ID!) { events(filter: { subjectId: { eq: $id } }) { nodes { action reason changes { field } } } }";
    let told = pmo.ask(query, json!({ "id": baseline })).await["events"]["nodes"].clone();
    assert_eq!(told[0]["action"], json!("baseline.approved"));
    let fields =
        told[0]["changes"].as_array().unwrap().iter().map(|change| change["field"].as_str().unwrap());
    let mut fields: Vec<_> = fields.collect();
    fields.sort_unstable();
    assert_eq!(fields, ["approvedAt", "approvedBy", "dueOn", "initiative", "number", "reason", "startsOn"]);
}

async fn backdated(h: Harness) {
    let pmo = h.as_("pmo");
    let id = find(&pmo, "CX-1").await.0;
    let result = plan(&pmo, &id, Value::Null, "2025-05-01").await;
    let progress = async |percent: i32, on: &str| {
        let input =
            json!({ "id": result, "percentComplete": percent, "effectiveOn": on, "reason": "Counted." });
        pmo.change("milestoneProgress", input, Value::Null).await
    };
    let changes = |payload: &Value| payload["event"]["changes"].clone();
    let first = progress(40, "2025-03-31").await;
    assert_eq!(
        changes(&first),
        json!([
            { "field": "percentComplete", "before": "0 %", "after": "40 %" },
            { "field": "status", "before": "PLANNED", "after": "IN_PROGRESS" },
        ])
    );
    let version = milestone(&pmo, &result).await["version"].as_i64().unwrap();
    let earlier = progress(10, "2025-03-10").await;
    assert_eq!(
        (&earlier["event"]["action"], &earlier["event"]["reason"]),
        (&json!("milestone.progressed"), &json!("Counted."))
    );
    assert_eq!(
        changes(&earlier),
        json!([
            { "field": "effectiveOn", "before": null, "after": "2025-03-10" },
            { "field": "percentComplete", "before": null, "after": "10 %" },
        ])
    );
    let told = milestone(&pmo, &result).await;
    assert_eq!((&told["percentComplete"], &told["status"]), (&json!(40), &json!("IN_PROGRESS")));
    assert_eq!(told["version"], json!(version + 1));
    // The same of the same day is nothing new.
    assert!(progress(10, "2025-03-10").await["event"].is_null());
    let again = progress(20, "2025-03-10").await;
    assert_eq!(changes(&again)[1], json!({ "field": "percentComplete", "before": "10 %", "after": "20 %" }));
    // Completed and reopened it is as far as it was.
    pmo.must("milestoneComplete", json!({ "id": result })).await;
    let told = milestone(&pmo, &result).await;
    assert_eq!(
        (&told["percentComplete"], &told["status"], &told["completedOn"]),
        (&json!(100), &json!("DONE"), &json!("2025-03-31"))
    );
    pmo.must("milestoneReopen", json!({ "id": result, "reason": "One is missing." })).await;
    let told = milestone(&pmo, &result).await;
    assert_eq!(
        (&told["percentComplete"], &told["status"], &told["completedOn"]),
        (&json!(40), &json!("IN_PROGRESS"), &Value::Null)
    );
    // Nothing of a planned one is nothing yet.
    let other = plan(&pmo, &id, Value::Null, "2025-05-01").await;
    let payload =
        pmo.change("milestoneProgress", json!({ "id": other, "percentComplete": 0 }), Value::Null).await;
    assert!(payload["event"].is_null() && payload["userErrors"] == json!([]));
    assert_eq!(milestone(&pmo, &other).await["status"], json!("PLANNED"));
}

async fn money(h: Harness) {
    let pmo = h.as_("pmo");
    let (id, _) = find(&pmo, "CX-2").await;
    let amount = json!({ "amount": "1234.5", "currency": "DKK" });
    pmo.must("budgetLineCreate", json!({ "initiativeId": id, "category": "PEOPLE", "amount": amount })).await;
    pmo.must("baselineApprove", agree(&id)).await;
    let query = "query($id: ID!) { initiative(by: { id: $id }) { baseline { number budget { amount } } } }";
    for (who, sees) in [
        ("pmo", true),
        ("finance", true),
        ("leader", true),
        ("auditor", true),
        ("other_owner", true),
        ("scoped_pmo", true),
        ("owner", false),
        ("member", false),
        ("admin", false),
        ("nobody", false),
    ] {
        let baseline = h.as_(who).ask(query, json!({ "id": id })).await["initiative"]["baseline"].clone();
        let budget = if sees { json!({ "amount": "1234.50" }) } else { Value::Null };
        assert_eq!(baseline, json!({ "number": 2, "budget": budget }), "{who}");
    }
}

/// One thing that is told: what, of how many days ago, how far, and how many hours until the next.
type Told = (u8, i64, i32, i64);

fn story() -> impl Strategy<Value = Vec<Told>> {
    proptest::collection::vec((0_u8..6, 0_i64..6, 0_i32..=100, 0_i64..60), 1..14)
}

/// Whatever is told, in whatever order: the milestone says what the facts say that are in force today, and the log
/// has one event for each fact.
async fn stands(h: Harness, story: Vec<Told>) -> Result<(), String> {
    use tutti::portfolio::plan::rules;
    use tutti_entity::portfolio::milestone_fact;
    let pmo = h.as_("pmo");
    let mut input = new_initiative("Told");
    input["portfolioId"] = json!(portfolio("Lighthouse").to_string());
    input["startsOn"] = json!("2025-01-01");
    let id = pmo.must("initiativeCreate", input).await;
    let result = plan(&pmo, &id, 100, "2025-05-01").await;
    for (what, ago, percent, hours) in story {
        let on = (h.now().date_naive() - TimeDelta::days(ago)).to_string();
        let (mutation, input) = match what {
            0 | 1 => {
                ("milestoneProgress", json!({ "id": result, "percentComplete": percent, "effectiveOn": on }))
            }
            2 => ("milestoneComplete", json!({ "id": result, "on": on })),
            3 => ("milestoneReopen", json!({ "id": result, "reason": "No." })),
            4 => ("milestoneStart", json!({ "id": result, "on": on })),
            _ if percent == 7 => ("milestoneCancel", json!({ "id": result, "reason": "No." })),
            _ => ("milestoneMove", move_to(&result, &format!("2025-06-{:02}", percent % 30 + 1))),
        };
        pmo.change(mutation, input, Value::Null).await;
        h.pass(TimeDelta::hours(hours));
    }
    let today: NaiveDate = h.now().date_naive();
    let uuid: tutti_entity::ids::MilestoneId = result.parse().unwrap();
    let rows = h.sql("SELECT * FROM milestone_facts ORDER BY id").await;
    let facts = rows
        .iter()
        .map(|row| <milestone_fact::Model as sea_orm::FromQueryResult>::from_query_result(row, "").unwrap());
    let facts: Vec<_> = facts.filter(|fact| fact.milestone_id == uuid).collect();
    let fact = rules::in_force(&facts, today, None);
    let expected = fact.map_or(("PLANNED".to_owned(), 0.0, Value::Null), |fact| {
        let done = fact.status == tutti_entity::portfolio::milestone::Status::Done;
        let completed = if done { json!(fact.effective_on.to_string()) } else { Value::Null };
        (sea_orm::ActiveEnum::to_value(&fact.status), f64::from(fact.percent_bp) / 100.0, completed)
    });
    let told = milestone(&pmo, &result).await;
    let found = (
        told["status"].as_str().unwrap().to_owned(),
        told["percentComplete"].as_f64().unwrap(),
        told["completedOn"].clone(),
    );
    if found != expected {
        return Err(format!("{found:?} instead of {expected:?}"));
    }
    let query = "query($id: ID!) { events(filter: { subjectId: { eq: $id }, action: { in: [\"milestone.progressed\", \
                 \"milestone.completed\", \"milestone.reopened\", \"milestone.started\", \"milestone.cancelled\"] } }) { totalCount } }";
    let events = pmo.ask(query, json!({ "id": result })).await["events"]["totalCount"].clone();
    if events != json!(facts.len()) {
        return Err(format!("{events} events tell of {} facts", facts.len()));
    }
    Ok(())
}
