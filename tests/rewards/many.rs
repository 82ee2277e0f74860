//! Plans with many people: set-based, all or nothing, the same twice.

use futures_util::future::join_all;
use sea_orm::EntityTrait as _;
use serde_json::{Value, json};
use tutti_entity::ids::{ParticipationId, PersonId};
use tutti_entity::people::person::{self as people, Locale, PersonStatus, Tier};
use tutti_entity::rewards::participation;
use uuid::Uuid;

use super::{ADMIN, Numbers, Plan, cast, group, plan, problem, text, with};
use crate::harness::{Harness, Suite, fresh, person};

pub fn register(suite: &mut Suite) {
    suite.world("rewards::many_people_are_paid_the_same_twice", twice);
    suite.world("rewards::one_run_of_a_period_counts_whoever_calculates", rivals);
    suite.world("rewards::statements_do_not_grow_with_the_plans", constant);
}

/// Enters so many people, and lets them take part: every third in another group, and every seventh for a month alone.
pub async fn crowd(h: &Harness, plan: &Plan, count: u128) {
    let at = h.now();
    let id = |number: u128| Uuid::from_u128((0x0195_0000_0000_7000_8000_u128 << 48) | number);
    let entered = |number: u128| {
        let name = format!("Somebody {number}");
        fresh::<people::ActiveModel, _>(people::Model {
            id: PersonId(id(number)),
            version: 1,
            name_folded: name.to_lowercase(),
            email: format!("s{number}@tutti.example"),
            email_folded: format!("s{number}@tutti.example"),
            name,
            tier: Tier::Frontline,
            status: PersonStatus::Active,
            locale: Locale::En,
            org_unit_id: None,
            manager_id: None,
            last_sign_in_at: None,
            daily_digest: false,
            created_at: at,
            updated_at: at,
        })
    };
    let day = |text: &str| text.parse().unwrap();
    let takes_part = |number: u128| {
        let group = &plan.groups[usize::from(number.is_multiple_of(3))];
        fresh::<participation::ActiveModel, _>(participation::Model {
            id: ParticipationId(id(number)),
            version: 1,
            plan_id: plan.id.parse().unwrap(),
            group_id: group.parse().unwrap(),
            person_id: PersonId(id(number)),
            from_day: day("2024-10-01"),
            to_day: day(if number.is_multiple_of(7) { "2024-10-31" } else { "2024-12-31" }),
            created_at: at,
            updated_at: at,
        })
    };
    h.rows(async |tx| {
        let numbers: Vec<u128> = (1..=count).collect();
        for some in numbers.chunks(500) {
            let rows = some.iter().copied().map(entered);
            people::Entity::insert_many(rows).exec_without_returning(tx).await.unwrap();
            let rows = some.iter().copied().map(takes_part);
            participation::Entity::insert_many(rows).exec_without_returning(tx).await.unwrap();
        }
    })
    .await;
}

/// How many people there are; a run of as many as this environment variable says is measured by hand.
fn count() -> u128 {
    std::env::var("TUTTI_TEST_PARTICIPANTS").ok().and_then(|count| count.parse().ok()).unwrap_or(4_500)
}

async fn twice(h: Harness) {
    cast(&h.as_("pmo")).await;
    let numbers = Numbers::of(&h.as_("pmo"), "").await;
    let admin = h.as_(ADMIN);
    let groups = [group("Front line", "2000"), group("Managers", "7000.07")];
    let pool = json!({ "pool": { "amount": "1000000", "currency": "EUR" } });
    let plan = Plan::active(&admin, with(plan(&numbers.metrics(), &groups), pool)).await;
    let count = count();
    crowd(&h, &plan, count).await;
    let query = "query($id: ID!) { payoutRun(id: $id) { snapshotHash people total { amount } factor { value } \
        groups { perFullAward { amount } total { amount } } parity { holds differences snapshotHash } \
        lines(first: 200) { totalCount nodes { person { id } amount { amount } serviceDays } } \
        last: lines(last: 200) { nodes { person { id } amount { amount } } } } }";
    let mut told = Vec::new();
    for _ in 0..2 {
        let began = std::time::Instant::now();
        let run = plan.calculate(&admin).await;
        eprintln!("{count} participants on {:?}: {:?}", h.kind(), began.elapsed());
        told.push(admin.ask(query, json!({ "id": run })).await["payoutRun"].clone());
    }
    assert_eq!(told[0], told[1]);
    let run = &told[0];
    assert_eq!((&run["lines"]["totalCount"], &run["people"]), (&json!(count), &json!(count)));
    assert_eq!(run["parity"]["holds"], json!(true), "{}", run["parity"]);
    assert_eq!(run["parity"]["snapshotHash"], run["snapshotHash"]);
    // The pool is paid out to the cent.
    assert_eq!(run["total"]["amount"], json!("1000000.00"));
    // Nothing goes on any more.
    let query = "query($id: ID!) { rewardPlan(id: $id) { calculation { done all } } }";
    assert_eq!(admin.ask(query, json!({ "id": plan.id })).await["rewardPlan"]["calculation"], Value::Null);
}

async fn rivals(h: Harness) {
    cast(&h.as_("pmo")).await;
    let numbers = Numbers::of(&h.as_("pmo"), "").await;
    let admin = h.as_(ADMIN);
    let plan = Plan::active(&admin, plan(&numbers.metrics(), &[group("All", "100")])).await;
    plan.add(&admin, 0, "nobody").await;
    let input = || json!({ "planId": plan.id });
    let add = json!({ "groupId": plan.groups[0], "personId": person("away").to_string() });
    let calculations = join_all((0..6).map(|_| admin.change("payoutRunCalculate", input(), Value::Null)));
    let additions = join_all((0..3).map(|_| admin.change("participationAdd", add.clone(), Value::Null)));
    let (calculated, added) = futures_util::future::join(calculations, additions).await;
    assert!(calculated.iter().all(|payload| problem(payload) == "written"), "{calculated:?}");
    let added = added.iter().filter(|payload| problem(payload) == "written").count();
    assert_eq!(added, 1);
    let query = "query($id: ID!) { rewardPlan(id: $id) { runs { id state lines { totalCount } } } }";
    let data = admin.ask(query, json!({ "id": plan.id })).await;
    assert_eq!(data["rewardPlan"]["runs"].as_array().unwrap().len(), 1, "{data}");
    // Whoever came last is in what is approved, or it is not approved.
    let run = text(&data["rewardPlan"]["runs"][0]["id"]);
    let payload =
        h.as_(super::APPROVER).change("payoutRunApprove", json!({ "runId": run }), Value::Null).await;
    let whole = data["rewardPlan"]["runs"][0]["lines"]["totalCount"] == json!(2);
    assert_eq!(problem(&payload), if whole { "written" } else { "CONFLICT input.runId" });
}

async fn constant(h: Harness) {
    cast(&h.as_("pmo")).await;
    let numbers = Numbers::of(&h.as_("pmo"), "").await;
    let admin = h.as_(ADMIN);
    let query = "{ rewardPlans(first: 5) { nodes { name metrics { kpi { code } weight curve { value } } gates { kpi { code } } \
        groups { name participants(first: 5) { nodes { person { name } } } } \
        projection { factor { value } total { amount } metrics { kpi { code } value { value } } groups { total { amount } } } \
        parity { holds } runs { total { amount } calculatedBy { name } approvedBy { name } snapshot { kpi { code } measurements { revision } } \
            groups { total { amount } } parity { holds } \
            lines(first: 3) { nodes { person { name } group { name } trace { label } } } } \
        corrections { effect { amount } } } } viewer { rewards { projected { amount } lines { amount { amount } trace { label } } \
            drivers { kpi { code } pointValue { amount } initiatives { code } } } } }";
    let mut statements = Vec::new();
    for _ in 0..4 {
        let plan =
            Plan::active(&admin, plan(&numbers.metrics(), &[group("A", "100"), group("B", "200")])).await;
        plan.add(&admin, 0, ADMIN).await;
        plan.add(&admin, 1, "nobody").await;
        plan.pay(&h).await;
        let answer = admin.send(query, Value::Null).await;
        assert!(answer.errors.is_empty(), "{:?}", answer.errors);
        statements.push(answer.statements);
    }
    // Whether two fields ask for the same at the same moment is a matter of luck, and a statement more or less.
    assert!(statements.iter().all(|count| count.abs_diff(statements[0]) <= 1), "{statements:?}");
    assert!(statements[0] <= 24, "{statements:?}");
}
