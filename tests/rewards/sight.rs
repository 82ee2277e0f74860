//! Whose award is seen by whom, by whichever way somebody looks.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use tutti_entity::people::role_grant::Role;

use super::{ADMIN, Numbers, Plan, cast, give, group, plan, settle, text, with};
use crate::harness::{Client, Harness, Suite, person};

pub fn register(suite: &mut Suite) {
    suite.world("rewards::a_draft_is_seen_by_who_builds_it", drafts);
    suite.world("rewards::an_award_is_seen_by_few", awards);
    suite.world("rewards::totals_tell_of_nobody", totals);
}

/// What is answered to somebody by every way that there is to plans, groups, runs and lines.
const EVERYTHING: &str = "{ rewardPlans(first: 1) { totalCount nodes { id pool { amount } groups { id name targetAward { amount } \
        participants(first: 10) { totalCount nodes { id person { id } } } } \
    projection { total { amount } groups { group { name } perFullAward { amount } total { amount } } } \
    replay { total { amount } } corrections { effect { amount } } calculation { done } \
    runs { id total { amount } people groups { group { name } total { amount } } parity { holds groups { name } differences } \
        lines(first: 10) { totalCount nodes { id person { id } amount { amount } group { name } } } } } } \
    events(first: 100, filter: { or: [{ action: { startsWith: \"reward\" } }, { action: { startsWith: \"participation\" } }, { action: { startsWith: \"payout\" } }] }) { totalCount nodes { action subject { id } changes { field after } } } viewer { rewards { projected { amount } } } }";

async fn everything(h: &Harness, who: &str) -> Value {
    h.as_(who).ask(EVERYTHING, Value::Null).await
}

/// A plan in which an executive is alone, and six of the front line are together.
async fn stage(h: &Harness) -> Plan {
    cast(&h.as_("pmo")).await;
    let numbers = Numbers::of(&h.as_("pmo"), "").await;
    let admin = h.as_(ADMIN);
    let groups = [group("Executive", "30000"), group("Front line", "2000")];
    let pool = json!({ "pool": { "amount": "50000", "currency": "EUR" } });
    let plan = Plan::active(&admin, with(plan(&numbers.metrics(), &groups), pool)).await;
    plan.add(&admin, 0, "other_owner").await;
    for who in ["member", "nobody", "away", "owner", "scoped_pmo"] {
        plan.add(&admin, 1, who).await;
    }
    plan
}

async fn drafts(h: Harness) {
    cast(&h.as_("pmo")).await;
    let numbers = Numbers::of(&h.as_("pmo"), "").await;
    let admin = h.as_(ADMIN);
    let draft = Plan::draft(&admin, plan(&numbers.metrics(), &[group("Executive", "30000")])).await;
    let taken = draft.add(&admin, 0, "nobody").await;
    let dropped = Plan::draft(&admin, plan(&numbers.metrics(), &[group("Executive", "1")])).await;
    admin.must("rewardPlanClose", json!({ "id": dropped.id })).await;
    let query = "query($ids: [ID!]!, $id: ID!) { nodes(ids: $ids) { id } rewardPlan(id: $id) { id } rewardPlans { totalCount } \
        search(query: \"everybody numbers\") { title } viewer { rewards { projected { amount } } } \
        events(filter: { or: [{ action: { startsWith: \"reward\" } }, { action: { startsWith: \"participation\" } }] }) { totalCount } }";
    let ids = json!({ "ids": [draft.id, draft.groups[0], taken, dropped.id], "id": draft.id });
    for who in ["pmo", "leader", "nobody", "admin", "owner", "auditor", ADMIN] {
        let data = h.as_(who).ask(query, ids.clone()).await;
        let sees = ["auditor", ADMIN, "leader"].contains(&who);
        let nodes = data["nodes"].as_array().unwrap().iter().filter(|node| node.is_object()).count();
        let found = data["search"].as_array().unwrap().len();
        let told = (nodes, data["rewardPlan"].is_object(), data["rewardPlans"]["totalCount"].clone(), found);
        let expected = if sees { (4, true, json!(2), 2) } else { (0, false, json!(0), 0) };
        assert_eq!(told, expected, "{who}: {data}");
        assert_eq!(data["events"]["totalCount"] != json!(0), sees, "{who}: {data}");
        assert_eq!(data["viewer"]["rewards"], json!([]), "{who}");
    }
}

/// Everything that is a person's award: what tells of whom.
fn people_in(answer: &Value) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for plan in answer["rewardPlans"]["nodes"].as_array().unwrap() {
        let lists = plan["groups"].as_array().unwrap().iter().map(|group| &group["participants"]);
        let lines = plan["runs"].as_array().unwrap().iter().map(|run| &run["lines"]);
        for list in lists.chain(lines) {
            let nodes = list["nodes"].as_array().unwrap();
            assert_eq!(list["totalCount"], json!(nodes.len()));
            found.extend(nodes.iter().map(|node| text(&node["person"]["id"])));
        }
    }
    found
}

async fn awards(h: Harness) {
    let plan = stage(&h).await;
    give(&h.as_("pmo"), &[("scoped_pmo", Role::Member)]).await;
    let admin = h.as_(ADMIN);
    let run = plan.calculate(&admin).await;
    let names = |answer: &Value| -> Vec<String> {
        let groups = answer["rewardPlans"]["nodes"][0]["groups"].as_array().unwrap();
        groups.iter().map(|group| text(&group["name"])).collect()
    };
    // Before it is approved nobody sees the run who may not see awards.
    assert_eq!(everything(&h, "nobody").await["rewardPlans"]["nodes"][0]["runs"], json!([]));
    assert_eq!(everything(&h, "pmo").await["rewardPlans"]["nodes"][0]["runs"], json!([]));
    settle(&h, &run).await;
    let all = everything(&h, "auditor").await;
    let lines = all["rewardPlans"]["nodes"][0]["runs"][0]["lines"]["nodes"].clone();
    let line_of = |who: &str| {
        let id = person(who).to_string();
        text(&lines.as_array().unwrap().iter().find(|line| line["person"]["id"] == json!(id)).unwrap()["id"])
    };
    let (executive, own) = (line_of("other_owner"), line_of("nobody"));
    for (who, sees, groups, total) in [
        (ADMIN, 6, vec!["Executive", "Front line"], "34066.65"),
        ("leader", 6, vec!["Executive", "Front line"], "34066.65"),
        ("auditor", 6, vec!["Executive", "Front line"], "34066.65"),
        ("nobody", 1, vec!["Front line"], "1703.33"),
        ("other_owner", 1, vec!["Executive"], "25550.00"),
        ("pmo", 0, vec!["Front line"], "8516.65"),
        ("admin", 0, vec![], "0.00"),
    ] {
        let told = everything(&h, who).await;
        assert_eq!(people_in(&told).len(), sees, "{who}");
        assert_eq!(names(&told), groups, "{who}");
        let plan_told = &told["rewardPlans"]["nodes"][0];
        assert_eq!(plan_told["runs"][0]["total"]["amount"], json!(total), "{who}");
        assert_eq!(plan_told["projection"]["total"]["amount"], json!(total), "{who}");
        assert_eq!(plan_told["replay"][0]["total"]["amount"], json!(total), "{who}");
        assert_eq!(plan_told["pool"].is_object(), sees == 6, "{who}");
        assert_eq!(plan_told["runs"][0]["parity"]["holds"], json!(true), "{who}");
        let cents = |amount: &Value| -> i64 { text(&amount["amount"]).replace('.', "").parse().unwrap() };
        let groups = plan_told["runs"][0]["groups"].as_array().unwrap().iter();
        let summed: i64 = groups.map(|group| cents(&group["total"])).sum();
        assert_eq!(summed, cents(&plan_told["runs"][0]["total"]), "{who}");
        // By id, one by one.
        let query = "query($ids: [ID!]!) { nodes(ids: $ids) { id } }";
        let nodes =
            h.as_(who).ask(query, json!({ "ids": [executive, own, plan.groups[0], plan.groups[1]] })).await;
        let there: Vec<_> = nodes["nodes"].as_array().unwrap().iter().map(Value::is_object).collect();
        let expected = match who {
            "nobody" => [false, true, false, true],
            "other_owner" => [true, false, true, false],
            "pmo" => [false, false, false, true],
            "admin" => [false; 4],
            _ => [true; 4],
        };
        assert_eq!(there, expected, "{who}");
        // What happened to what they do not see is not told: neither that somebody came, nor how much a group gets.
        let seen: Vec<_> = told["events"]["nodes"]
            .as_array()
            .unwrap()
            .iter()
            .map(|event| text(&event["action"]))
            .filter(|action| action.starts_with("participation") || action.starts_with("reward_group"))
            .collect();
        assert_eq!(seen.len(), sees, "{who}: {seen:?}");
        let amounts = told["events"].to_string();
        assert_eq!(
            amounts.contains("30000.00") || amounts.contains("50000.00"),
            sees == 6,
            "{who}: {amounts}"
        );
        // Neither do filters, orders and counts on what is theirs tell of others.
        let query = "query($id: ID!, $who: ID!) { payoutRun(id: $id) { lines(filter: { personId: { eq: $who } }, orderBy: [{ field: AMOUNT, direction: DESC }]) { totalCount } \
            by: lines(filter: { person: { name: { contains: \"aabye\" } } }) { totalCount } } }";
        let told =
            h.as_(who).ask(query, json!({ "id": run, "who": person("other_owner").to_string() })).await;
        let one = i32::from(sees == 6 || who == "other_owner");
        assert_eq!(
            (&told["payoutRun"]["lines"]["totalCount"], &told["payoutRun"]["by"]["totalCount"]),
            (&json!(one), &json!(one)),
            "{who}"
        );
    }
    // A role in a unit sees the people of the unit.
    let scoped = json!({ "personId": person("pmo").to_string(), "role": "REWARD_ADMIN", "orgUnitId": crate::harness::unit("Contact centre").to_string() });
    h.as_("admin").must("roleGrant", scoped).await;
    let told = everything(&h, "pmo").await;
    assert_eq!(people_in(&told).len(), 3, "{told}");
    let refused = h.as_("pmo").change("payoutRunCalculate", json!({ "planId": plan.id }), Value::Null).await;
    assert_eq!(refused["userErrors"][0]["code"], json!("FORBIDDEN"));
}

async fn total(client: &Client) -> String {
    let data = client.ask("{ rewardPlans { nodes { projection { total { amount } } } } }", Value::Null).await;
    text(&data["rewardPlans"]["nodes"][0]["projection"]["total"]["amount"])
}

/// Sums before and after somebody comes or goes tell who sees totals alone nothing that five people do not share.
async fn totals(h: Harness) {
    let plan = stage(&h).await;
    let (admin, pmo) = (h.as_(ADMIN), h.as_("pmo"));
    assert_eq!((total(&pmo).await, total(&admin).await), ("8516.65".into(), "34066.65".into()));
    // Somebody who is there for 60 of 92 days: their award is theirs.
    let part =
        json!({ "groupId": plan.groups[1], "personId": person("admin").to_string(), "from": "2024-11-02" });
    let taken = admin.must("participationAdd", part).await;
    // 1 703.33 · 60 / 92, rounded once.
    assert_eq!((total(&pmo).await, total(&admin).await), ("8516.65".into(), "35177.52".into()));
    let run = plan.pay(&h).await;
    let query = "query($id: ID!) { payoutRun(id: $id) { total { amount } people } rewardPlans { nodes { runs { total { amount } } corrections { effect { amount } } } } }";
    let told = pmo.ask(query, json!({ "id": run })).await;
    assert_eq!(told["payoutRun"]["total"]["amount"], json!("8516.65"));
    // A true-up because of that one person shows nothing of it either.
    admin.must("participationEnd", json!({ "id": taken, "to": "2024-11-30" })).await;
    let second =
        admin.must("payoutRunTrueUp", json!({ "planId": plan.id, "periodStart": "2024-10-01" })).await;
    settle(&h, &second).await;
    let told = pmo.ask(query, json!({ "id": second })).await;
    assert_eq!(told["payoutRun"]["total"]["amount"], json!("0.00"));
    let told = admin.ask(query, json!({ "id": second })).await;
    assert_ne!(told["payoutRun"]["total"]["amount"], json!("0.00"));
    // A sixth like the others changes it by what each of them gets, and one less leaves nothing to see.
    let sixth = json!({ "groupId": plan.groups[1], "personId": person("auditor").to_string() });
    admin.must("participationAdd", sixth).await;
    assert_eq!(total(&pmo).await, "10219.98");
    let query = "query($id: ID!) { node(id: $id) { ... on RewardGroup { participants { nodes { id person { id } } } } } }";
    let data = admin.ask(query, json!({ "id": plan.groups[1] })).await;
    for node in data["node"]["participants"]["nodes"].as_array().unwrap().iter().take(2) {
        admin.must("participationEnd", json!({ "id": node["id"], "to": "2024-10-10" })).await;
    }
    assert_eq!(total(&pmo).await, "0.00");
}
