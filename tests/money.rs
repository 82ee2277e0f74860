//! Money: worked positions, refusals, callers at the same moment, days that are past, and eyes that may not see it.

use std::fmt::Write as _;

use chrono::{NaiveDate, TimeDelta};
use futures_util::future::join_all;
use proptest::prelude::*;
use sea_orm::{ConnectionTrait as _, EntityTrait as _};
use serde_json::{Value, json};
use tutti_entity::ids::RoleGrantId;
use tutti_entity::people::role_grant::{self, Role};
use uuid::Uuid;

use crate::harness::{Client, Harness, Suite, fresh, person, portfolio};
use crate::write::{find, new_initiative};

pub fn register(suite: &mut Suite) {
    suite.world("money::the_worked_position", worked);
    suite.world("money::what_cannot_be_is_refused", refusals);
    suite.world("money::who_records_what", recorders);
    suite.world("money::a_threshold_is_told_once_and_only_to_those_who_see_money", thresholds);
    suite.world("money::an_entry_is_reversed_once_whoever_is_first", rivals);
    suite.world("money::it_is_hidden_from_all_who_may_not_see_it", hidden);
    suite.world("money::a_key_sees_no_money_of_what_its_maker_owns", key);
    suite.world("money::statements_do_not_grow_with_the_rows", constant);
    suite.property("money::a_past_position_never_changes", 12, story, past);
}

const POSITION: &str = "approved { amount currency } actual { amount } committed { amount } available { amount } \
                        used { value unit state reason } asOf";

pub fn line(initiative: &str, amount: &str, currency: &str) -> Value {
    let amount = json!({ "amount": amount, "currency": currency });
    json!({ "initiativeId": initiative, "category": "PEOPLE", "amount": amount })
}

pub fn cost(initiative: &str, kind: &str, amount: &str, on: &str, currency: &str) -> Value {
    let amount = json!({ "amount": amount, "currency": currency });
    json!({ "initiativeId": initiative, "category": "EXTERNAL", "kind": kind, "amount": amount, "incurredOn": on })
}

/// The position as (approved, actual, committed, available, used).
fn told(budget: &Value) -> [String; 5] {
    ["/approved/amount", "/actual/amount", "/committed/amount", "/available/amount", "/used/value"]
        .map(|field| budget.pointer(field).and_then(Value::as_str).unwrap_or("none").to_owned())
}

async fn budget(client: &Client, code: &str) -> Value {
    let query = format!(
        "query($code: String!) {{ initiative(by: {{ code: $code }}) {{ budget {{ {POSITION} }} }} }}"
    );
    client.ask(&query, json!({ "code": code })).await["initiative"]["budget"].clone()
}

async fn worked(h: Harness) {
    let finance = h.as_("finance");
    let (id, _) = find(&finance, "CX-1").await;
    assert_eq!(told(&budget(&finance, "CX-1").await), ["0.00", "0.00", "0.00", "0.00", "none"]);
    let empty = budget(&finance, "CX-1").await;
    assert_eq!(
        (&empty["used"]["state"], &empty["used"]["reason"]),
        (&json!("NOT_APPLICABLE"), &json!("zero budget"))
    );
    for amount in ["60000", "45000.00"] {
        finance.must("budgetLineCreate", line(&id, amount, "DKK")).await;
    }
    finance.must("costEntryRecord", cost(&id, "ACTUAL", "36000", "2025-03-31", "DKK")).await;
    finance.must("costEntryRecord", cost(&id, "COMMITMENT", "20000", "2025-03-31", "DKK")).await;
    let position = budget(&finance, "CX-1").await;
    assert_eq!(told(&position), ["105000.00", "36000.00", "20000.00", "49000.00", "34.3"]);
    assert_eq!(position["approved"]["currency"], json!("DKK"));
    assert_eq!((&position["used"]["unit"], &position["asOf"]), (&json!("PERCENT"), &json!("2025-03-31")));
    // A promise counts from when it is made, also one of a later day; one that is taken back does not.
    let later = finance.must("costEntryRecord", cost(&id, "COMMITMENT", "1000", "2025-04-05", "DKK")).await;
    assert_eq!(told(&budget(&finance, "CX-1").await)[3], "48000.00");
    let of_then = "query($code: String!) { initiative(by: { code: $code }) { budget(asOf: \"2025-04-05\") { available { amount } } } }";
    let then = async || {
        let data = finance.ask(of_then, json!({ "code": "CX-1" })).await;
        data["initiative"]["budget"]["available"]["amount"].clone()
    };
    assert_eq!(then().await, json!("48000.00"));
    finance.must("costEntryReverse", json!({ "id": later, "reason": "Cancelled." })).await;
    assert_eq!(then().await, json!("49000.00"));
    // The lists hold the parts of the sums, and add up to them.
    let query = "{ initiative(by: { code: \"CX-1\" }) { budgetLines { totalCount } costs(orderBy: [{ field: AMOUNT }]) { \
                 totalCount nodes { amount { amount } reversalOf { id } reversedBy { note } } } } }";
    let data = finance.ask(query, Value::Null).await["initiative"].clone();
    assert_eq!((&data["budgetLines"]["totalCount"], &data["costs"]["totalCount"]), (&json!(2), &json!(4)));
    assert_eq!(
        data["costs"]["nodes"][0],
        json!({ "amount": { "amount": "-1000.00" }, "reversalOf": { "id": later }, "reversedBy": null })
    );
    assert_eq!(data["costs"]["nodes"][1]["reversedBy"], json!({ "note": "Cancelled." }));
}

fn problem(payload: &Value) -> (String, String) {
    let error = &payload["userErrors"][0];
    let path: Vec<_> = error["path"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    (error["code"].as_str().unwrap_or("written").to_owned(), path.join("."))
}

async fn refusals(h: Harness) {
    let pmo = h.as_("pmo");
    let id = async |code| find(&pmo, code).await.0;
    let (open, closed, archived) = (id("CX-1").await, id("CX-11").await, id("CX-9").await);
    let bud = pmo.must("budgetLineCreate", line(&open, "10", "DKK")).await;
    let gone = pmo.must("budgetLineCreate", line(&open, "10", "DKK")).await;
    pmo.must("budgetLineRemove", json!({ "id": gone })).await;
    let cst = pmo.must("costEntryRecord", cost(&open, "ACTUAL", "10", "2025-03-31", "DKK")).await;
    let reversal = pmo.must("costEntryReverse", json!({ "id": cst, "reason": "Twice." })).await;
    let mut odd = line(&open, "1", "DKK");
    odd["month"] = json!("2025-03-02");
    let money = |amount: &str| json!({ "amount": amount, "currency": "DKK" });
    let today = "2025-03-31";
    let before = h.dump().await;
    for (mutation, input, code, path) in [
        ("budgetLineCreate", line(&open, "1", "EUR"), "INVALID", "input.amount.currency"),
        ("budgetLineCreate", line(&open, "0.001", "DKK"), "INVALID", "input.amount.amount"),
        ("budgetLineCreate", line(&open, "0", "DKK"), "INVALID", "input.amount.amount"),
        ("budgetLineCreate", line(&open, "-1", "DKK"), "INVALID", "input.amount.amount"),
        ("budgetLineCreate", line(&open, "100000000000.01", "DKK"), "INVALID", "input.amount.amount"),
        ("budgetLineCreate", odd, "INVALID", "input.month"),
        ("budgetLineCreate", line(&closed, "1", "SEK"), "CONFLICT", "input.initiativeId"),
        ("budgetLineCreate", line(&archived, "1", "EUR"), "CONFLICT", "input.initiativeId"),
        ("budgetLineUpdate", json!({ "id": gone, "category": "OTHER" }), "CONFLICT", "input.id"),
        ("budgetLineUpdate", json!({ "id": bud, "amount": money("-1") }), "INVALID", "input.amount.amount"),
        ("budgetLineUpdate", json!({ "id": bud, "amount": null }), "REQUIRED", "input.amount"),
        ("costEntryRecord", cost(&open, "ACTUAL", "1", today, "EUR"), "INVALID", "input.amount.currency"),
        ("costEntryRecord", cost(&open, "ACTUAL", "0", today, "DKK"), "INVALID", "input.amount.amount"),
        (
            "costEntryRecord",
            cost(&open, "ACTUAL", "-100000000000.01", today, "DKK"),
            "INVALID",
            "input.amount.amount",
        ),
        ("costEntryRecord", cost(&open, "ACTUAL", "1", "2025-04-01", "DKK"), "INVALID", "input.incurredOn"),
        ("costEntryRecord", cost(&archived, "ACTUAL", "1", today, "EUR"), "CONFLICT", "input.initiativeId"),
        ("costEntryReverse", json!({ "id": cst, "reason": "Again." }), "CONFLICT", "input.id"),
        ("costEntryReverse", json!({ "id": reversal, "reason": "Back." }), "CONFLICT", "input.id"),
        (
            "costEntryReverse",
            json!({ "id": cst.replace("cst_0", "cst_7"), "reason": "None." }),
            "NOT_FOUND",
            "input.id",
        ),
    ] {
        let payload = pmo.change(mutation, input.clone(), Value::Null).await;
        assert_eq!(problem(&payload), (code.to_owned(), path.to_owned()), "{mutation} {input}: {payload}");
    }
    assert_eq!(before, h.dump().await);
    // Bills come after the end, a promise may be of a later day, and the same line is removed once.
    pmo.must("costEntryRecord", cost(&closed, "ACTUAL", "-1", today, "SEK")).await;
    pmo.must("costEntryRecord", cost(&open, "COMMITMENT", "1", "2026-01-01", "DKK")).await;
    let again = pmo.change("budgetLineRemove", json!({ "id": gone }), Value::Null).await;
    assert!(again["event"].is_null() && again["userErrors"] == json!([]), "{again}");
    // No reason is none.
    let cst = pmo.must("costEntryRecord", cost(&open, "ACTUAL", "1", today, "DKK")).await;
    let payload = pmo.change("costEntryReverse", json!({ "id": cst, "reason": " " }), Value::Null).await;
    assert_eq!(problem(&payload), ("REQUIRED".to_owned(), "input.reason".to_owned()));
}

/// Gives somebody this role and no other.
pub async fn only(h: &Harness, who: &str, held: Role, within: Option<&str>) {
    let row = role_grant::Model {
        id: RoleGrantId(Uuid::from_u128(77)),
        version: 1,
        person_id: person(who),
        role: held,
        portfolio_id: within.map(portfolio),
        org_unit_id: None,
        since: h.now().date_naive(),
        until: None,
        revoked_at: None,
        created_at: h.now(),
        updated_at: h.now(),
    };
    let forget = format!(
        "DELETE FROM role_grants WHERE person_id = (SELECT id FROM people WHERE email = '{who}@tutti.example')"
    );
    h.rows(async |tx| {
        tx.execute_unprepared(&forget).await.unwrap();
        let row: role_grant::ActiveModel = fresh(row.clone());
        role_grant::Entity::insert(row).exec_without_returning(tx).await.unwrap();
    })
    .await;
}

async fn recorders(h: Harness) {
    let pmo = h.as_("pmo");
    let (harbour, lighthouse) = (find(&pmo, "CX-2").await.0, find(&pmo, "CX-7").await.0);
    let (own, today) = (find(&pmo, "CX-3").await.0, "2025-03-31");
    let theirs = pmo.must("budgetLineCreate", line(&lighthouse, "5", "EUR")).await;
    let line_of = |id: &str| ("budgetLineCreate", line(id, "5", "DKK"));
    let cost_of = |id: &str| ("costEntryRecord", cost(id, "ACTUAL", "5", today, "DKK"));
    for (who, (mutation, input), expected) in [
        ("finance", line_of(&harbour), "written"),
        ("finance", cost_of(&harbour), "written"),
        ("scoped_pmo", line_of(&harbour), "written"),
        ("scoped_pmo", cost_of(&harbour), "written"),
        ("scoped_pmo", ("costEntryRecord", cost(&lighthouse, "ACTUAL", "5", today, "EUR")), "FORBIDDEN"),
        // What they do not see is not there.
        ("scoped_pmo", ("budgetLineRemove", json!({ "id": theirs })), "NOT_FOUND"),
        ("owner", cost_of(&own), "written"),
        ("owner", cost_of(&harbour), "FORBIDDEN"),
        ("owner", line_of(&own), "FORBIDDEN"),
        ("leader", line_of(&own), "FORBIDDEN"),
        ("leader", cost_of(&own), "FORBIDDEN"),
        ("auditor", cost_of(&own), "FORBIDDEN"),
        ("member", cost_of(&own), "FORBIDDEN"),
    ] {
        let answer = h.as_(who).try_change(mutation, input.clone(), Value::Null).await;
        let found =
            if answer.errors.is_empty() { problem(&answer.data()[mutation]).0 } else { answer.code() };
        assert_eq!(found, expected, "{mutation} as {who}: {input}");
    }
}

async fn thresholds(h: Harness) {
    let finance = h.as_("finance");
    let (id, _) = find(&finance, "CX-2").await;
    let told = async |who: &str| -> Vec<String> {
        let query = "{ events(filter: { action: { startsWith: \"budget.threshold\" } }) { nodes { action subject { \
                     ... on CostEntry { amount { amount } } } changes { field before after } } } }";
        let data = h.as_(who).ask(query, Value::Null).await;
        data["events"]["nodes"].as_array().unwrap().iter().map(Value::to_string).collect()
    };
    let record = async |amount: &str| {
        let payload = finance
            .change("costEntryRecord", cost(&id, "ACTUAL", amount, "2025-03-31", "DKK"), Value::Null)
            .await;
        // Whatever else is told, the mutation answers with what was done.
        assert_eq!(payload["event"]["action"], json!("cost.recorded"));
    };
    record("10").await;
    assert!(told("finance").await.is_empty(), "of no budget no share is spent");
    finance.must("budgetLineCreate", line(&id, "1000", "DKK")).await;
    for (amount, events) in
        [("789.99", 0), ("0.01", 1), ("100", 1), ("100", 2), ("500", 2), ("-1500", 2), ("1500", 4)]
    {
        record(amount).await;
        assert_eq!(told("finance").await.len(), events, "{amount}");
    }
    let commitment = cost(&id, "COMMITMENT", "5000", "2025-03-31", "DKK");
    finance.must("costEntryRecord", commitment).await;
    let all = told("finance").await;
    assert_eq!(all.len(), 4);
    let first: Value = serde_json::from_str(&all[0]).unwrap();
    assert_eq!(
        first,
        json!({
            "action": "budget.threshold_80", "subject": { "amount": { "amount": "0.01" } },
            "changes": [{ "field": "actual", "before": "799.99 DKK", "after": "800.00 DKK" }],
        })
    );
    for (who, sees) in [
        ("pmo", 4),
        ("leader", 4),
        ("auditor", 4),
        ("other_owner", 4),
        ("scoped_pmo", 4),
        ("owner", 0),
        ("member", 0),
        ("admin", 0),
    ] {
        assert_eq!(told(who).await.len(), sees, "{who}");
    }
    // Two at the same moment take it over once.
    let (id, _) = find(&finance, "CX-3").await;
    let cut = finance.must("budgetLineCreate", line(&id, "1000", "DKK")).await;
    let both = ["ACTUAL"; 6].map(|kind| {
        finance.change("costEntryRecord", cost(&id, kind, "600", "2025-03-31", "DKK"), Value::Null)
    });
    join_all(both).await;
    assert_eq!(told("finance").await.len(), 6);
    // A budget that is cut below what is spent takes it over as well; one that grows does not.
    let (id, _) = find(&finance, "CX-4").await;
    let kept = finance.must("budgetLineCreate", line(&id, "600", "DKK")).await;
    let more = finance.must("budgetLineCreate", line(&id, "400", "DKK")).await;
    finance.must("costEntryRecord", cost(&id, "ACTUAL", "700", "2025-03-31", "DKK")).await;
    finance
        .must("budgetLineUpdate", json!({ "id": cut, "amount": { "amount": "9000", "currency": "DKK" } }))
        .await;
    assert_eq!(told("finance").await.len(), 6);
    finance.must("budgetLineRemove", json!({ "id": more })).await;
    let all = told("finance").await;
    assert_eq!(all.len(), 8);
    assert!(all[6].contains("budget.threshold_80") && all[7].contains("1000.00 DKK"), "{all:?}");
    finance
        .must("budgetLineUpdate", json!({ "id": kept, "amount": { "amount": "9000", "currency": "DKK" } }))
        .await;
    assert_eq!(told("finance").await.len(), 8);
}

async fn rivals(h: Harness) {
    let finance = h.as_("finance");
    let (id, _) = find(&finance, "CX-1").await;
    for _ in 0..4 {
        let cst = finance.must("costEntryRecord", cost(&id, "ACTUAL", "100", "2025-03-31", "DKK")).await;
        let input = json!({ "id": cst, "reason": "Booked twice." });
        let payloads =
            join_all((0..6).map(|_| finance.change("costEntryReverse", input.clone(), Value::Null))).await;
        let mut codes: Vec<_> = payloads.iter().map(|payload| problem(payload).0).collect();
        codes.sort();
        assert_eq!(codes, [vec!["CONFLICT"; 5], vec!["written"]].concat());
        let refused = payloads.iter().find(|payload| problem(payload).0 == "CONFLICT").unwrap();
        assert!(refused["userErrors"][0]["message"].as_str().unwrap().contains("by cst_"), "{refused}");
    }
    assert_eq!(told(&budget(&finance, "CX-1").await)[1], "0.00");
}

/// Every way to money, as one caller finds it: what each answers, and nothing where there is nothing.
async fn ways(client: &Client, [bud, cst]: [&str; 2], code: &str) -> Vec<bool> {
    let query = format!(
        "query($code: String!, $bud: ID!, $cst: ID!) {{ \
         i: initiative(by: {{ code: $code }}) {{ budget {{ {POSITION} }} \
           past: budget(asOf: \"2025-03-30\") {{ {POSITION} }} budgetLines {{ totalCount nodes {{ amount {{ amount }} }} }} \
           costs(orderBy: [{{ field: AMOUNT }}]) {{ totalCount edges {{ node {{ note }} }} }} }} \
         bud: node(id: $bud) {{ id }} cst: node(id: $cst) {{ id }} nodes(ids: [$bud, $cst]) {{ id }} \
         some: initiatives(filter: {{ code: {{ eq: $code }}, costs: {{ some: {{ kind: {{ eq: ACTUAL }} }} }} }}) {{ totalCount }} \
         lines: initiatives(filter: {{ code: {{ eq: $code }}, budgetLines: {{ some: {{ category: {{ eq: PEOPLE }} }} }} }}) {{ totalCount }} \
         not: initiatives(filter: {{ code: {{ eq: $code }}, not: {{ costs: {{ none: {{}} }} }} }}) {{ totalCount }} \
         every: initiatives(filter: {{ code: {{ eq: $code }}, not: {{ costs: {{ every: {{ kind: {{ eq: COMMITMENT }} }} }} }} }}) {{ totalCount }} \
         all: events(filter: {{ or: [{{ action: {{ startsWith: \"cost.\" }} }}, {{ action: {{ startsWith: \"budget\" }} }}] }}) {{ nodes {{ subject {{ id }} }} }} \
         of: events(filter: {{ subjectId: {{ in: [$bud, $cst] }} }}) {{ totalCount }} }}"
    );
    let data = client.ask(&query, json!({ "code": code, "bud": bud, "cst": cst })).await;
    let number = |path: &str| data.pointer(path).and_then(Value::as_i64).unwrap() > 0;
    let told = data["all"]["nodes"].as_array().unwrap();
    let of_these = told.iter().any(|event| [bud, cst].contains(&event["subject"]["id"].as_str().unwrap()));
    vec![
        !data["i"]["budget"].is_null(),
        !data["i"]["past"].is_null(),
        number("/i/budgetLines/totalCount"),
        !data["i"]["budgetLines"]["nodes"].as_array().unwrap().is_empty(),
        number("/i/costs/totalCount"),
        !data["i"]["costs"]["edges"].as_array().unwrap().is_empty(),
        !data["bud"].is_null(),
        !data["cst"].is_null(),
        !data["nodes"][0].is_null(),
        !data["nodes"][1].is_null(),
        number("/some/totalCount"),
        number("/lines/totalCount"),
        number("/not/totalCount"),
        number("/every/totalCount"),
        of_these,
        number("/of/totalCount"),
    ]
}

/// An initiative with a line and a cost of its own.
async fn with_money(client: &Client, code: &str, currency: &str) -> [String; 2] {
    let (id, _) = find(client, code).await;
    let bud = client.must("budgetLineCreate", line(&id, "100", currency)).await;
    let cst = client.must("costEntryRecord", cost(&id, "ACTUAL", "90", "2025-03-31", currency)).await;
    [bud, cst]
}

async fn hidden(h: Harness) {
    let pmo = h.as_("pmo");
    let harbour = with_money(&pmo, "CX-2", "DKK").await;
    let lighthouse = with_money(&pmo, "CX-7", "EUR").await;
    let see = async |who: &str, things: &[String; 2], code: &str, sees: bool| {
        let found = ways(&h.as_(who), [&things[0], &things[1]], code).await;
        assert!(found.iter().all(|found| *found == sees), "{who} on {code}: {found:?}");
    };
    // By role, everywhere and in one portfolio alone.
    for role in <Role as sea_orm::Iterable>::iter() {
        let sees = matches!(role, Role::Pmo | Role::Finance | Role::Leader | Role::Auditor);
        only(&h, "nobody", role, None).await;
        see("nobody", &harbour, "CX-2", sees).await;
        see("nobody", &lighthouse, "CX-7", sees).await;
        only(&h, "nobody", role, Some("Harbour")).await;
        see("nobody", &harbour, "CX-2", sees).await;
        see("nobody", &lighthouse, "CX-7", false).await;
        let query = "{ costEntries(filter: { incurredOn: { gte: \"2025-01-01\" } }, orderBy: [{ field: INCURRED_ON }]) { totalCount } }";
        let all = h.as_("nobody").ask(query, Value::Null).await;
        assert_eq!(all["costEntries"]["totalCount"], json!(i32::from(sees)), "{role:?}");
    }
    // By what one is to the initiative: its owner and its sponsor, not its reviewer.
    only(&h, "nobody", Role::Member, None).await;
    let (id, _) = find(&pmo, "CX-2").await;
    for (field, sees) in [("sponsorId", true), ("reviewerId", false)] {
        pmo.must("initiativeUpdate", json!({ "id": id, field: person("nobody").to_string() })).await;
        see("nobody", &harbour, "CX-2", sees).await;
        pmo.must("initiativeUpdate", json!({ "id": id, field: null })).await;
        see("nobody", &harbour, "CX-2", false).await;
    }
    see("other_owner", &harbour, "CX-2", true).await;
    see("other_owner", &lighthouse, "CX-7", false).await;
    see("owner", &lighthouse, "CX-7", true).await;
    pmo.must("initiativeReassign", json!({ "id": id, "ownerId": person("nobody").to_string() })).await;
    see("other_owner", &harbour, "CX-2", false).await;
    see("nobody", &harbour, "CX-2", true).await;
    // The list of all costs goes by portfolio too.
    let query =
        "query($p: ID!) { costEntries(filter: { initiative: { portfolioId: { eq: $p } } }) { totalCount } }";
    for (name, count) in [("Harbour", 1), ("Lighthouse", 0)] {
        let data = h.as_("nobody").ask(query, json!({ "p": portfolio(name).to_string() })).await;
        assert_eq!(data["costEntries"]["totalCount"], json!(count), "{name}");
    }
}

async fn key(h: Harness) {
    let (pmo, admin) = (h.as_("pmo"), h.as_("admin"));
    let things = with_money(&pmo, "CX-2", "DKK").await;
    let (id, _) = find(&pmo, "CX-2").await;
    pmo.must("initiativeReassign", json!({ "id": id, "ownerId": person("admin").to_string() })).await;
    let things = [&*things[0], &*things[1]];
    assert!(ways(&admin, things, "CX-2").await.into_iter().all(|found| found));
    let query = "mutation($input: ApiKeyCreateInput!) { apiKeyCreate(input: $input) { secret userErrors { message } } }";
    let input = json!({ "name": "Wall", "roles": ["ADMIN"], "readOnly": true });
    let made = admin.ask(query, json!({ "input": input })).await["apiKeyCreate"].clone();
    let key = h.with_header(&format!("Bearer {}", made["secret"].as_str().expect("a secret")));
    assert!(ways(&key, things, "CX-2").await.into_iter().all(|found| !found));
    let list = key.send("{ costEntries { totalCount } }", Value::Null).await;
    assert_eq!(list.code(), "FORBIDDEN");
}

async fn constant(h: Harness) {
    const QUERY: &str = "{ initiatives(first: 12) { nodes { budget { approved { amount } used { value } } \
                         past: budget(asOf: \"2025-03-01\") { available { amount } } \
                         budgetLines(first: 3) { totalCount nodes { amount { amount } } } \
                         costs(first: 3) { totalCount nodes { amount { amount } recordedBy { name } reversedBy { id } } } } } }";
    let pmo = h.as_("pmo");
    let count = async |who: &str| {
        let answer = h.as_(who).send(QUERY, Value::Null).await;
        assert!(answer.errors.is_empty(), "{:?}", answer.errors);
        answer.statements
    };
    let (id, _) = find(&pmo, "CX-1").await;
    pmo.must("budgetLineCreate", line(&id, "5", "DKK")).await;
    pmo.must("costEntryRecord", cost(&id, "ACTUAL", "5", "2025-03-31", "DKK")).await;
    let (few, few_owned) = (count("pmo").await, count("other_owner").await);
    for (code, currency) in
        [("CX-1", "DKK"), ("CX-2", "DKK"), ("CX-3", "DKK"), ("CX-6", "EUR"), ("CX-7", "EUR")]
    {
        for _ in 0..3 {
            with_money(&pmo, code, currency).await;
        }
    }
    let (many, owned) = (count("pmo").await, count("other_owner").await);
    assert_eq!(few, many);
    assert!(many <= 14 && owned <= many && few_owned <= owned, "{many} {few_owned} {owned}");
}

/// One thing that is done: what, how much, on which day, and how long until the next.
type Step = (u8, i64, i64, i64);

fn story() -> impl Strategy<Value = Vec<Step>> {
    let amount = prop_oneof![-90_000_i64..0, 1_i64..90_000];
    proptest::collection::vec((0_u8..6, amount, 0_i64..6, 0_i64..60), 1..14)
}

/// What is known, since which day and for which day it counts.
#[derive(Clone, Copy)]
struct Fact {
    what: usize,
    known: NaiveDate,
    counts: NaiveDate,
    minor: i64,
}

async fn past(h: Harness, steps: Vec<Step>) -> Result<(), String> {
    let pmo = h.as_("pmo");
    let mut input = new_initiative("Money");
    input["portfolioId"] = json!(portfolio("Lighthouse").to_string());
    let id = pmo.must("initiativeCreate", input).await;
    let began = h.now().date_naive();
    let exact = |minor: i64| {
        let sign = if minor < 0 { "-" } else { "" };
        format!("{sign}{}.{:02}", minor.abs() / 100, minor.abs() % 100)
    };
    let (mut facts, mut lines, mut costs) = (Vec::new(), Vec::new(), Vec::new());
    for (what, minor, days, hours) in steps {
        let today = h.now().date_naive();
        let mut fact = |what, counts, minor| facts.push(Fact { what, known: today, counts, minor });
        match what {
            0 | 1 if what == 0 || lines.is_empty() => {
                let bud = pmo.must("budgetLineCreate", line(&id, &exact(minor.abs()), "EUR")).await;
                lines.push((bud, minor.abs()));
                fact(0, today, minor.abs());
            }
            1 => {
                let (bud, old) = lines.last_mut().unwrap();
                let amount = json!({ "amount": exact(minor.abs()), "currency": "EUR" });
                pmo.must("budgetLineUpdate", json!({ "id": bud, "amount": amount })).await;
                fact(0, today, minor.abs() - *old);
                *old = minor.abs();
            }
            2 if !lines.is_empty() => {
                let (bud, old) = lines.remove(0);
                pmo.must("budgetLineRemove", json!({ "id": bud })).await;
                fact(0, today, -old);
            }
            5 if !costs.is_empty() => {
                let (cst, what, on, old): (String, usize, NaiveDate, i64) = costs.remove(0);
                pmo.must("costEntryReverse", json!({ "id": cst, "reason": "Wrong." })).await;
                fact(what, on, -old);
            }
            _ => {
                let (kind, what) = if what % 2 == 0 { ("COMMITMENT", 2) } else { ("ACTUAL", 1) };
                let on = today - TimeDelta::days(if what == 1 { days } else { days - 3 });
                let input = cost(&id, kind, &exact(minor), &on.to_string(), "EUR");
                let cst = pmo.must("costEntryRecord", input).await;
                costs.push((cst, what, on, minor));
                fact(what, on, minor);
            }
        }
        h.pass(TimeDelta::hours(hours));
    }
    let today = h.now().date_naive();
    let days: Vec<_> = began.iter_days().take_while(|day| *day <= today).take(60).collect();
    let mut query = "query($id: ID!) { initiative(by: { id: $id }) {".to_owned();
    for (number, day) in days.iter().enumerate() {
        write!(query, " d{number}: budget(asOf: \"{day}\") {{ {POSITION} }}").unwrap();
    }
    let data = pmo.ask(&format!("{query} }} }}"), json!({ "id": id })).await["initiative"].clone();
    for (number, day) in days.iter().enumerate() {
        let sum = |what| {
            let counts = |fact: &&Fact| fact.what == 2 || fact.counts <= *day;
            let of_day = facts.iter().filter(|fact| fact.known <= *day).filter(counts);
            of_day.filter(|fact| fact.what == what).map(|fact| fact.minor).sum::<i64>()
        };
        let [approved, actual, committed] = [0, 1, 2].map(sum);
        let expected = [approved, actual, committed, approved - actual - committed].map(exact);
        let found = told(&data[format!("d{number}")]);
        if found[..4] != expected {
            return Err(format!("on {day}: {found:?} instead of {expected:?}"));
        }
    }
    Ok(())
}
