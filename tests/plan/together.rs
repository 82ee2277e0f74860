//! Plans with others: callers at the same moment, those who leave, and lists of many.

use chrono::TimeDelta;
use futures_util::future::join_all;
use serde_json::{Value, json};

use super::{agree, move_to, plan, problem};
use crate::harness::{Harness, Suite, person};
use crate::write::{begin, find, finish, new_initiative};

pub fn register(suite: &mut Suite) {
    suite.world("plan::baselines_are_numbered_one_after_the_other", rivals);
    suite.world("plan::an_initiative_is_not_closed_while_a_milestone_is_reopened", closing);
    suite.world("plan::open_milestones_are_handed_over_or_listed", leaving);
    suite.world("plan::pushed_milestones_are_found", pushed);
    suite.world("plan::statements_do_not_grow_with_the_rows", constant);
}

async fn rivals(h: Harness) {
    let pmo = h.as_("pmo");
    let (id, _) = find(&pmo, "CX-3").await;
    let payloads = join_all((0..8).map(|_| pmo.change("baselineApprove", agree(&id), Value::Null))).await;
    assert!(payloads.iter().all(|payload| problem(payload).0 == "written"), "{payloads:?}");
    let query = "query($id: ID!) { initiative(by: { id: $id }) { baselines { number approvedAt } } }";
    let told = pmo.ask(query, json!({ "id": id })).await["initiative"]["baselines"].clone();
    let numbers: Vec<_> =
        told.as_array().unwrap().iter().map(|one| one["number"].as_i64().unwrap()).collect();
    assert_eq!(numbers, (1..=9).collect::<Vec<_>>());
    // Weights that change at the same moment are in the baseline or are not, and never by half.
    let (id, _) = find(&pmo, "CX-4").await;
    let milestones = "query($id: ID!) { initiative(by: { id: $id }) { milestones { nodes { id } } } }";
    let data = pmo.ask(milestones, json!({ "id": id })).await;
    let of = |number: usize| data["initiative"]["milestones"]["nodes"][number]["id"].clone();
    for _ in 0..4 {
        let cancel = plan(&pmo, &id, Value::Null, "2025-05-10").await;
        let changes = [
            ("milestoneUpdate", json!({ "id": of(0), "weight": 30 })),
            ("baselineApprove", agree(&id)),
            ("milestoneUpdate", json!({ "id": of(1), "weight": 70 })),
            ("baselineApprove", agree(&id)),
            ("milestoneCancel", json!({ "id": cancel, "reason": "No." })),
        ];
        join_all(changes.iter().map(|(mutation, input)| pmo.change(mutation, input.clone(), Value::Null)))
            .await;
        pmo.must("baselineApprove", agree(&id)).await;
        for (number, weight) in [(0, 40), (1, 60)] {
            pmo.must("milestoneUpdate", json!({ "id": of(number), "weight": weight })).await;
        }
    }
    let wrong = h
        .sql(
            "SELECT baseline_id FROM baseline_milestones GROUP BY baseline_id HAVING SUM(weight_bp) <> 10000",
        )
        .await;
    assert!(wrong.is_empty());
    // One of several who complete it does.
    let (id, _) = find(&pmo, "CX-1").await;
    let result = plan(&pmo, &id, Value::Null, "2025-05-01").await;
    let payloads =
        join_all((0..6).map(|_| pmo.change("milestoneComplete", json!({ "id": result }), Value::Null))).await;
    let mut codes: Vec<_> = payloads.iter().map(|payload| problem(payload).0).collect();
    codes.sort();
    assert_eq!(codes, [vec!["ILLEGAL_TRANSITION"; 5], vec!["written"]].concat());
}

async fn closing(h: Harness) {
    let pmo = h.as_("pmo");
    for _ in 0..6 {
        let id = pmo.must("initiativeCreate", new_initiative("To be closed")).await;
        let result = begin(&pmo, &id).await;
        finish(&pmo, &id).await;
        crate::reports::last(&h, &id).await;
        pmo.must("initiativeTransition", json!({ "id": id, "to": "CLOSING" })).await;
        let (closed, reopened) = futures_util::join!(
            pmo.change("initiativeTransition", json!({ "id": id, "to": "CLOSED" }), Value::Null),
            pmo.change("milestoneReopen", json!({ "id": result, "reason": "No." }), Value::Null)
        );
        let told = (problem(&closed).0, problem(&reopened).0);
        let (one, other) = (("written", "CONFLICT"), ("ILLEGAL_TRANSITION", "written"));
        assert!([one, other].contains(&(told.0.as_str(), told.1.as_str())), "{told:?}");
    }
}

async fn leaving(h: Harness) {
    let (admin, pmo) = (h.as_("admin"), h.as_("pmo"));
    let (theirs, leaver) = (find(&pmo, "CX-1").await.0, person("finance"));
    let input = |title: &str| json!({ "initiativeId": theirs, "title": title, "dueOn": "2025-05-01", "ownerId": leaver.to_string() });
    let open = pmo.must("milestoneCreate", input("Open")).await;
    let done = pmo.must("milestoneCreate", input("Done")).await;
    pmo.must("milestoneComplete", json!({ "id": done })).await;
    let query = "query($id: ID!) { node(id: $id) { ... on Person { openWork { roles subject { __typename id } } } } }";
    let work = async |who: tutti_entity::ids::PersonId| {
        admin.ask(query, json!({ "id": who.to_string() })).await["node"]["openWork"].clone()
    };
    let listed = json!({ "roles": ["OWNER"], "subject": { "__typename": "Milestone", "id": open } });
    assert_eq!(work(leaver).await, json!([listed]));
    admin.must("personDeactivate", json!({ "id": leaver.to_string() })).await;
    assert_eq!(work(leaver).await, json!([listed]));
    admin.must("personReactivate", json!({ "id": leaver.to_string() })).await;
    let to = person("leader");
    admin.must("personDeactivate", json!({ "id": leaver.to_string(), "reassignTo": to.to_string() })).await;
    assert_eq!(work(leaver).await, json!([]));
    assert!(work(to).await.as_array().unwrap().contains(&listed));
    let owner = "query($ids: [ID!]!) { nodes(ids: $ids) { ... on Milestone { title owner { id } } } }";
    let told = pmo.ask(owner, json!({ "ids": [open, done] })).await["nodes"].clone();
    assert_eq!(told[0]["owner"]["id"], json!(to.to_string()));
    assert_eq!(told[1]["owner"]["id"], json!(leaver.to_string()));
}

async fn pushed(h: Harness) {
    let pmo = h.as_("pmo");
    let (id, _) = find(&pmo, "CX-1").await;
    let [twice, nearer, never] = [1, 2, 3].map(|_| plan(&pmo, &id, Value::Null, "2025-05-01"));
    let (twice, nearer, never) = (twice.await, nearer.await, never.await);
    pmo.must("milestoneMove", move_to(&twice, "2025-05-10")).await;
    pmo.must("milestoneMove", move_to(&nearer, "2025-04-20")).await;
    h.pass(TimeDelta::days(40));
    pmo.must("milestoneMove", move_to(&twice, "2025-05-20")).await;
    let query = "query($since: String!, $id: ID!) { milestones(filter: { initiativeId: { eq: $id }, \
                 moves: { some: { days: { gt: 0 }, at: { within: $since } } } }) { nodes { id slippage { pushes } } } \
                 none: milestones(filter: { initiativeId: { eq: $id }, moves: { none: {} }, title: { eq: \"A result\" } }) { nodes { id } } \
                 by: milestones(filter: { moves: { some: { reason: { eq: DEPENDENCY } } } }, orderBy: [{ field: DUE_ON }]) { nodes { id } } }";
    let query = query.replace("$since: String!", "$since: Duration!");
    let data = pmo.ask(&query, json!({ "since": "-P1M", "id": id })).await;
    assert_eq!(data["milestones"]["nodes"], json!([{ "id": twice, "slippage": { "pushes": 2 } }]));
    assert_eq!(data["none"]["nodes"], json!([{ "id": never }]));
    assert_eq!(data["by"]["nodes"], json!([{ "id": nearer }, { "id": twice }]));
    // Initiatives on which nobody has agreed yet, and those with something overdue.
    let query = "{ none: initiatives(filter: { baselines: { none: {} }, status: { in: [PROPOSED, APPROVED] } }) { nodes { code } } \
                 late: initiatives(filter: { milestones: { some: { dueOn: { lt: \"2025-05-10\" }, status: { in: [PLANNED, IN_PROGRESS] } } }, \
                 status: { eq: CLOSING } }) { nodes { code } } \
                 done: initiatives(filter: { milestones: { every: { status: { eq: DONE } } }, baselines: { some: { number: { eq: 1 } } } }) { nodes { code } } }";
    let data = pmo.ask(query, Value::Null).await;
    assert_eq!(data["none"]["nodes"], json!([{ "code": "CX-5" }, { "code": "CX-12" }]));
    assert_eq!(data["late"]["nodes"], json!([{ "code": "CX-10" }]));
    assert_eq!(data["done"]["nodes"], json!([{ "code": "CX-11" }]));
}

async fn constant(h: Harness) {
    const OF_INITIATIVES: &str = "{ initiatives(first: 12) { nodes { slippage { fromBaseline { value } pushes } \
        baseline { number budget { amount } } baselines { number approvedBy { name } milestones { dueOn weight \
        milestone { title } } } } } }";
    const OF_MILESTONES: &str = "{ milestones(first: 50) { totalCount nodes { title owner { name } baselineWeight originalOn \
        baselineOn moves { days } slippage { fromOriginal { value } pushes } initiative { code } } } \
        initiatives(first: 12) { nodes { milestones(first: 5) { totalCount nodes { dueOn status } } } } }";
    let pmo = h.as_("pmo");
    let count = async |who: &str| {
        let mut statements = Vec::new();
        for query in [OF_INITIATIVES, OF_MILESTONES] {
            let answer = h.as_(who).send(query, Value::Null).await;
            assert!(answer.errors.is_empty(), "{:?}", answer.errors);
            statements.push(answer.statements);
        }
        statements
    };
    let move_one = async |code: &str| {
        let id = find(&pmo, code).await.0;
        let result = plan(&pmo, &id, Value::Null, "2025-05-01").await;
        pmo.must("milestoneMove", move_to(&result, "2025-05-10")).await;
        pmo.must("baselineApprove", agree(&id)).await;
    };
    move_one("CX-1").await;
    let few = (count("pmo").await, count("member").await);
    for code in ["CX-1", "CX-2", "CX-3", "CX-4", "CX-7"] {
        for _ in 0..3 {
            move_one(code).await;
        }
    }
    let many = (count("pmo").await, count("member").await);
    assert_eq!(few, many);
    assert!(many.0.iter().all(|statements| *statements <= 12), "{many:?}");
}
