//! Shared rewards: the worked numbers through the API, who is paid how much to the cent, what is corrected later, and
//! who does what.

mod many;
mod proof;
mod sight;
mod stage;

use serde_json::{Value, json};
use tutti_entity::people::role_grant::Role;

use crate::harness::{Client, Harness, Suite, person};

pub use stage::*;

pub fn register(suite: &mut Suite) {
    many::register(suite);
    proof::register(suite);
    sight::register(suite);
    suite.world("rewards::the_worked_numbers", worked);
    suite.world("rewards::a_projection_is_what_the_run_pays", projected);
    suite.world("rewards::a_run_that_waits_can_be_dropped", dropped);
    suite.world("rewards::what_is_missing_is_pending_carried_or_weighted_up", missing);
    suite.world("rewards::a_plan_is_frozen_and_people_come_and_go", frozen);
    suite.world("rewards::what_cannot_be_is_refused", refusals);
    suite.world("rewards::it_takes_four_eyes", four_eyes);
    suite.world("rewards::groups_that_change_make_a_later_version_of_their_plan", regrouped);
}

const LINES: &str = "query($id: ID!) { payoutRun(id: $id) { kind state total { amount } people factor { value state } snapshotHash \
    lines { nodes { kind person { name } group { name } amount { amount } adjusts { amount } serviceDays periodDays } } } }";

/// The lines of a run: whose, what, how much, and by how much it differs.
async fn lines(client: &Client, run: &str) -> Vec<String> {
    let data = client.ask(LINES, json!({ "id": run })).await;
    let told = |line: &Value| {
        let adjusts = line["adjusts"]["amount"].as_str().map(|by| format!(" ({by})")).unwrap_or_default();
        format!(
            "{} {} {}{adjusts}",
            text(&line["person"]["name"]),
            text(&line["kind"]),
            text(&line["amount"]["amount"]),
        )
    };
    data["payoutRun"]["lines"]["nodes"].as_array().unwrap().iter().map(told).collect()
}

async fn regrouped(h: Harness) {
    cast(&h.as_("pmo")).await;
    let numbers = Numbers::of(&h.as_("pmo"), "").await;
    let admin = h.as_(ADMIN);
    let drafted = Plan::draft(&admin, plan(&numbers.metrics(), &[group("Front line", "2000")])).await;
    let sent = |award: &str| {
        let kept = with(group("Front line", award), json!({ "id": drafted.groups[0] }));
        json!({ "id": drafted.id, "groups": [kept] })
    };
    let read_by_both = json!({ "expectedVersion": 1 });
    let mine = admin.change("rewardPlanUpdate", sent("2500"), read_by_both.clone()).await;
    assert_eq!(mine["userErrors"], json!([]), "{mine:#}");
    let theirs = admin.change("rewardPlanUpdate", sent("3000"), read_by_both).await;
    assert_eq!(theirs["userErrors"][0]["code"], "VERSION_CONFLICT", "{theirs:#}");
    // What stays as it is makes no later version.
    for _ in 0..2 {
        let same = admin.change("rewardPlanUpdate", sent("2500"), json!({ "expectedVersion": 2 })).await;
        assert_eq!(same["userErrors"], json!([]), "{same:#}");
    }
    admin.must("rewardPlanActivate", json!({ "id": drafted.id })).await;
    drafted.add(&admin, 0, "member").await;
    // What was meant in the draft stays among those who saw it, also before whoever takes part in the group.
    let log = "{ events(first: 200, filter: {action: {startsWith: \"reward_group.\"}}) { totalCount } }";
    let told = async |who: &str| h.as_(who).ask(log, Value::Null).await["events"]["totalCount"].clone();
    assert_ne!(told(ADMIN).await, json!(0));
    assert_eq!(told("member").await, json!(0));
    h.close().await;
}

async fn worked(h: Harness) {
    cast(&h.as_("pmo")).await;
    let numbers = Numbers::of(&h.as_("pmo"), "").await;
    let admin = h.as_(ADMIN);
    let groups = [group("Executives", "30000"), group("Front line", "2000"), group("Part time", "500")];
    let plan = Plan::active(&admin, plan(&numbers.metrics(), &groups)).await;
    plan.add(&admin, 0, "auditor").await;
    plan.add(&admin, 1, "nobody").await;
    let part = json!({
        "groupId": plan.groups[2], "personId": person("away").to_string(), "from": "2024-11-02",
    });
    admin.must("participationAdd", part).await;
    let query = "query($id: ID!, $nps: ID!) { rewardPlan(id: $id) { \
        projection { factor { value unit state } provisional total { amount } metrics { value { value } payout { value } contribution { value } } \
            groups { group { name } perFullAward { amount } total { amount } } } \
        restated: projection(values: [{ kpiId: $nps, value: \"30.5\" }]) { factor { value } provisional metrics { payout { value } } } \
        pointValue(kpiId: $nps) { group { name } perFullAward { amount } total { amount } } } }";
    let data = admin.ask(query, json!({ "id": plan.id, "nps": numbers.nps })).await["rewardPlan"].clone();
    let projection = &data["projection"];
    assert_eq!(projection["factor"], json!({ "value": "85.1667", "unit": "PERCENT", "state": "OK" }));
    let payouts: Vec<_> = projection["metrics"]
        .as_array()
        .unwrap()
        .iter()
        .map(|metric| text(&metric["payout"]["value"]))
        .collect();
    assert_eq!(payouts, ["70.0000", "110.0000", "83.3333", "75.0000"]);
    assert_eq!(
        (&data["restated"]["factor"]["value"], &data["restated"]["metrics"][0]["payout"]["value"]),
        (&json!("78.1667"), &json!("52.5000"))
    );
    assert_eq!((&projection["provisional"], &data["restated"]["provisional"]), (&json!(false), &json!(true)));
    let told: Vec<_> = projection["groups"]
        .as_array()
        .unwrap()
        .iter()
        .map(|group| (text(&group["perFullAward"]["amount"]), text(&group["total"]["amount"])))
        .collect();
    let amounts = |all: &[(&str, &str)]| -> Vec<(String, String)> {
        all.iter().map(|(one, other)| ((*one).to_owned(), (*other).to_owned())).collect()
    };
    assert_eq!(told, amounts(&[("25550.00", "25550.00"), ("1703.33", "1703.33"), ("425.83", "277.72")]));
    assert_eq!(projection["total"]["amount"], json!("27531.05"));
    // One more point of the NPS is 5 % of payout, and so 2 % of the target award.
    let told: Vec<_> = data["pointValue"]
        .as_array()
        .unwrap()
        .iter()
        .map(|group| (text(&group["perFullAward"]["amount"]), text(&group["total"]["amount"])))
        .collect();
    assert_eq!(told, amounts(&[("600.00", "600.00"), ("40.00", "40.00"), ("10.00", "6.52")]));
    let run = plan.pay(&h).await;
    assert_eq!(
        lines(&admin, &run).await,
        ["Asta Auditor AWARD 25550.00", "Nanna Norole AWARD 1703.33", "Åse Orlov AWARD 277.72"]
    );
    let paid = admin.ask(LINES, json!({ "id": run })).await["payoutRun"].clone();
    assert_eq!(
        (&paid["total"]["amount"], &paid["people"], &paid["state"]),
        (&json!("27531.05"), &json!(3), &json!("PAID"))
    );
    let days: Vec<_> = paid["lines"]["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| (line["serviceDays"].clone(), line["periodDays"].clone()))
        .collect();
    assert_eq!(days[2], (json!(60), json!(92)));
    // The NPS becomes 30.5, and everybody's award with it.
    restate(&h, &numbers.nps, "2024-10-01", nps(100, 61, 39)).await;
    let second = admin.must("payoutRunTrueUp", json!({ "planId": plan.id })).await;
    assert_eq!(
        lines(&admin, &second).await,
        [
            "Asta Auditor REVERSAL -25550.00",
            "Asta Auditor AWARD 23450.00 (-2100.00)",
            "Nanna Norole REVERSAL -1703.33",
            "Nanna Norole AWARD 1563.33 (-140.00)",
            "Åse Orlov REVERSAL -277.72",
            "Åse Orlov AWARD 254.89 (-22.83)",
        ]
    );
    let posted = admin.ask(LINES, json!({ "id": second })).await["payoutRun"].clone();
    assert_eq!(
        (&posted["total"]["amount"], &posted["factor"]["value"]),
        (&json!("-2262.83"), &json!("78.1667"))
    );
    assert_ne!(posted["snapshotHash"], paid["snapshotHash"]);
    settle(&h, &second).await;
    // It is what it is now: nothing is left to correct.
    let again = admin.change("payoutRunTrueUp", json!({ "planId": plan.id }), Value::Null).await;
    assert_eq!(problem(&again), "CONFLICT input.planId");
    // For everybody the lines of the period sum up to the last award.
    let query = "query($id: ID!) { rewardPlan(id: $id) { runs { lines { nodes { person { name } amount { amount } } } } } }";
    let data = admin.ask(query, json!({ "id": plan.id })).await;
    let mut sums = std::collections::BTreeMap::<String, i64>::new();
    for run in data["rewardPlan"]["runs"].as_array().unwrap() {
        for line in run["lines"]["nodes"].as_array().unwrap() {
            let cents: i64 = text(&line["amount"]["amount"]).replace('.', "").parse().unwrap();
            *sums.entry(text(&line["person"]["name"])).or_default() += cents;
        }
    }
    assert_eq!(sums.into_values().collect::<Vec<_>>(), [2_345_000, 156_333, 25_489]);
}

/// Whatever values are assumed: what was projected on them is what is paid on them, to the cent and for each group,
/// also where a pool is too small and fractions are alike.
async fn projected(h: Harness) {
    cast(&h.as_("pmo")).await;
    let numbers = Numbers::of(&h.as_("pmo"), "").await;
    let admin = h.as_(ADMIN);
    let groups = [group("A", "600"), group("B", "500"), group("C", "400"), group("D", "400")];
    let who = ["nobody", "away", "member", "owner", "other_owner", "scoped_pmo", "auditor"];
    for (pool, gate) in [(None, None), (Some("1000.00"), None), (Some("1000.01"), Some("MULTIPLY"))] {
        let pool = pool.map(|amount| json!({ "amount": amount, "currency": "EUR" }));
        let gates: Vec<_> = gate
            .iter()
            .map(|effect| json!({ "kpiId": numbers.csat, "minimum": "85", "effect": effect, "factor": 90 }))
            .collect();
        let input =
            with(plan(&numbers.metrics(), &groups), json!({ "pool": pool, "gates": gates, "cap": 120 }));
        let plan = Plan::active(&admin, input).await;
        for (number, who) in who.iter().enumerate() {
            plan.add(&admin, number % 4, who).await;
        }
        let values = |nps: &str| json!([{ "kpiId": numbers.nps, "value": nps }]);
        let query = "query($id: ID!, $values: [AssumedValue!]) { rewardPlan(id: $id) { projection(values: $values) { \
            factor { value } total { amount } groups { perFullAward { amount } total { amount } } } } }";
        let told = async |nps| {
            let data = admin.ask(query, json!({ "id": plan.id, "values": values(nps) })).await;
            data["rewardPlan"]["projection"].clone()
        };
        for (assumed, counts) in [("38", nps(59, 20, 21)), ("12.5", nps(100, 25, 75)), ("60", nps(80, 0, 20))]
        {
            let projection = told(assumed).await;
            restate(&h, &numbers.nps, "2024-10-01", counts).await;
            let run = plan.calculate(&admin).await;
            let query = "query($id: ID!) { payoutRun(id: $id) { factor { value } total { amount } groups { perFullAward { amount } total { amount } } \
                parity { holds differences } lines { nodes { amount { amount } } } } }";
            let paid = admin.ask(query, json!({ "id": run })).await["payoutRun"].clone();
            for field in ["factor", "total", "groups"] {
                assert_eq!(projection[field], paid[field], "{field} at {assumed}: {paid}");
            }
            assert_eq!(paid["parity"], json!({ "holds": true, "differences": [] }));
            let cents = |amount: &Value| -> i64 { text(&amount["amount"]).replace('.', "").parse().unwrap() };
            let all: i64 =
                paid["lines"]["nodes"].as_array().unwrap().iter().map(|line| cents(&line["amount"])).sum();
            assert_eq!(all, cents(&paid["total"]));
            assert!(pool.as_ref().is_none_or(|pool| all <= cents(pool)));
        }
        restate(&h, &numbers.nps, "2024-10-01", nps(50, 34, 16)).await;
    }
}

async fn missing(h: Harness) {
    cast(&h.as_("pmo")).await;
    let pmo = h.as_("pmo");
    let numbers = Numbers::of(&pmo, "").await;
    let admin = h.as_(ADMIN);
    // In the next quarter all but the NPS are as they were; of the NPS there are too few answers.
    for (kpi, counts) in [
        (&numbers.nps, nps(10, 5, 4)),
        (&numbers.csat, json!({ "satisfied": 82, "responses": 100 })),
        (&numbers.days, json!({ "value": "8" })),
        (&numbers.on_time, json!({ "numerator": "75", "denominator": "100" })),
    ] {
        record(&pmo, kpi, "2025-01-01", counts).await;
    }
    let days = json!({ "from": "2025-01-01", "to": "2025-03-31" });
    for (policy, projected) in [
        ("PENDING", "null NO_DATA"),
        ("CARRY", "85.1667 PROVISIONAL"),
        // (33 + 16.6667 + 7.5) / 0.6
        ("REWEIGHT", "95.2778 PROVISIONAL"),
    ] {
        let input = with(plan(&numbers.metrics(), &[group("All", "1000")]), days.clone());
        let plan = Plan::active(&admin, with(input, json!({ "missingKpiPolicy": policy }))).await;
        plan.add(&admin, 0, "nobody").await;
        let query = "query($id: ID!, $kpi: ID!) { rewardPlan(id: $id) { pointValue(kpiId: $kpi) { total { amount } } projection { \
            factor { value state } metrics { value { value state reason } } total { amount } groups { perFullAward { amount } total { amount } } } } }";
        let data = admin.ask(query, json!({ "id": plan.id, "kpi": numbers.nps })).await;
        let projection = &data["rewardPlan"]["projection"];
        // What is not known is no money, and not none of it.
        let unknown = policy == "PENDING";
        let group = &projection["groups"][0];
        for amount in [&projection["total"], &group["perFullAward"], &group["total"]] {
            assert_eq!(amount.is_null(), unknown, "{policy}: {projection}");
        }
        assert_eq!(
            data["rewardPlan"]["pointValue"][0]["total"].is_null(),
            policy != "CARRY",
            "{policy}: {data}"
        );
        let factor = &projection["factor"];
        assert_eq!(format!("{} {}", factor["value"], text(&factor["state"])).replace('"', ""), projected);
        let nps = &projection["metrics"][0]["value"];
        match policy {
            "CARRY" => assert_eq!(nps["reason"], json!("carried from the period of 2024-10-01"), "{nps}"),
            _ => assert_eq!((&nps["value"], &nps["state"]), (&Value::Null, &json!("NO_DATA"))),
        }
        // Nothing is locked yet.
        let input = json!({ "planId": plan.id });
        let open = admin.change("payoutRunCalculate", input.clone(), Value::Null).await;
        assert_eq!(problem(&open), "CONFLICT input.planId");
        if policy == "PENDING" {
            numbers.lock(&pmo, "2025-03-30").await;
            let open = admin.change("payoutRunCalculate", input.clone(), Value::Null).await;
            assert!(
                text(&open["userErrors"][0]["message"]).starts_with("Not locked through 2025-03-31"),
                "{open}"
            );
        }
    }
    numbers.lock(&pmo, "2025-03-31").await;
    let query = "{ rewardPlans { nodes { id missingKpiPolicy } } }";
    let plans = admin.ask(query, Value::Null).await["rewardPlans"]["nodes"].clone();
    for plan in plans.as_array().unwrap() {
        let payload = admin.change("payoutRunCalculate", json!({ "planId": plan["id"] }), Value::Null).await;
        match plan["missingKpiPolicy"].as_str().unwrap() {
            "PENDING" => {
                assert!(text(&payload["userErrors"][0]["message"]).contains("no number to pay on for NPS"));
            }
            policy => {
                let query = "query($id: ID!) { payoutRun(id: $id) { factor { value } snapshot { state kpi { code } measurements { revision } } } }";
                let run =
                    admin.ask(query, json!({ "id": payload["payoutRun"]["id"] })).await["payoutRun"].clone();
                let expected = if policy == "CARRY" { "85.1667" } else { "95.2778" };
                assert_eq!(run["factor"]["value"], json!(expected));
                let nps = run["snapshot"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .find(|known| known["kpi"]["code"] == json!("NPS"));
                let state = if policy == "CARRY" { "CARRIED" } else { "MISSING" };
                assert_eq!(nps.unwrap()["state"], json!(state));
            }
        }
    }
}

async fn frozen(h: Harness) {
    cast(&h.as_("pmo")).await;
    let numbers = Numbers::of(&h.as_("pmo"), "").await;
    let admin = h.as_(ADMIN);
    let draft =
        Plan::draft(&admin, plan(&numbers.metrics(), &[group("One", "10"), group("Two", "20")])).await;
    // A group is changed, one is new and one is gone.
    let groups = json!([with(group("Second", "25"), json!({ "id": draft.groups[1] })), group("Third", "30")]);
    admin.must("rewardPlanUpdate", json!({ "id": draft.id, "groups": groups, "gates": null })).await;
    let query = "query($id: ID!) { rewardPlan(id: $id) { state groups { id name targetAward { amount } } } node(id: $id) { id } }";
    let data = admin.ask(query, json!({ "id": draft.id })).await;
    let told: Vec<_> =
        data["rewardPlan"]["groups"].as_array().unwrap().iter().map(|group| text(&group["name"])).collect();
    assert_eq!(told, ["Second", "Third"]);
    let taken = draft.add(&admin, 1, "nobody").await;
    for (input, expected) in [
        (json!({ "id": draft.id, "groups": [group("Alone", "1")] }), "IN_USE input.groups"),
        (json!({ "id": draft.id, "to": "2024-12-30" }), "IN_USE input.from"),
        (json!({ "id": draft.id, "metrics": null }), "REQUIRED input.metrics"),
        (json!({ "id": draft.id, "cadence": "YEARLY" }), "INVALID input.to"),
        (json!({ "id": draft.id, "cadence": "QUARTERLY" }), "written"),
    ] {
        let payload = admin.change("rewardPlanUpdate", input.clone(), Value::Null).await;
        assert_eq!(problem(&payload), expected, "{input}");
    }
    admin.must("rewardPlanActivate", json!({ "id": draft.id })).await;
    let frozen = admin.change("rewardPlanUpdate", json!({ "id": draft.id, "name": "X" }), Value::Null).await;
    assert_eq!(problem(&frozen), "CONFLICT input.id");
    // People still come and go.
    let more = json!({ "groupId": draft.groups[1], "personId": person("nobody").to_string() });
    let twice = admin.change("participationAdd", more.clone(), Value::Null).await;
    assert_eq!(problem(&twice), "CONFLICT input.personId");
    admin.must("participationEnd", json!({ "id": taken, "to": "2024-10-31" })).await;
    let run = draft.calculate(&admin).await;
    admin.must("participationAdd", with(more, json!({ "from": "2024-11-01" }))).await;
    let stale = h.as_(APPROVER).change("payoutRunApprove", json!({ "runId": run }), Value::Null).await;
    assert_eq!(problem(&stale), "CONFLICT input.runId");
    let again = draft.calculate(&admin).await;
    let query = "query($ids: [ID!]!) { nodes(ids: $ids) { ... on PayoutRun { supersededAt people lines { totalCount } } } rewardPlans { nodes { runs { id } } } }";
    let data = admin.ask(query, json!({ "ids": [run, again] })).await;
    assert!(
        data["nodes"][0]["supersededAt"].is_string() && data["nodes"][1]["supersededAt"].is_null(),
        "{data}"
    );
    assert_eq!(
        (&data["nodes"][1]["people"], &data["nodes"][1]["lines"]["totalCount"]),
        (&json!(1), &json!(2))
    );
    assert_eq!(data["rewardPlans"]["nodes"][0]["runs"], json!([{ "id": again }]));
    let dropped = h.as_(APPROVER).change("payoutRunApprove", json!({ "runId": run }), Value::Null).await;
    assert_eq!(problem(&dropped), "ILLEGAL_TRANSITION input.runId");
    settle(&h, &again).await;
    admin.must("rewardPlanClose", json!({ "id": draft.id })).await;
    let closed =
        admin.change("participationEnd", json!({ "id": taken, "to": "2024-10-30" }), Value::Null).await;
    assert_eq!(problem(&closed), "CONFLICT input.id");
    // What a closed plan has paid is still corrected.
    restate(&h, &numbers.nps, "2024-10-01", nps(100, 61, 39)).await;
    admin.must("payoutRunTrueUp", json!({ "planId": draft.id })).await;
}

#[expect(clippy::too_many_lines, reason = "a list with an entry for each refusal")]
async fn refusals(h: Harness) {
    cast(&h.as_("pmo")).await;
    let numbers = Numbers::of(&h.as_("pmo"), "").await;
    let admin = h.as_(ADMIN);
    let input = |more: Value| with(plan(&numbers.metrics(), &[group("All", "100")]), more);
    let one =
        |weight: i32, curve: &[(&str, i32)]| json!({ "metrics": [metric(&numbers.nps, weight, curve)] });
    let money = |amount: &str, currency: &str| json!({ "amount": amount, "currency": currency });
    let awards = |award: Value| json!({ "groups": [{ "name": "All", "targetAward": award }] });
    let gate = |effect: &str, factor: Value| json!({ "gates": [{ "kpiId": numbers.nps, "minimum": "1", "effect": effect, "factor": factor }] });
    for (more, expected) in [
        (one(90, &[("30", 50), ("40", 100)]), "INVALID input.metrics"),
        (one(100, &[("30", 50)]), "INVALID input.metrics.0.curve"),
        (one(100, &[("40", 50), ("30", 100)]), "INVALID input.metrics.0.curve"),
        (one(100, &[("30", 100), ("40", 50)]), "INVALID input.metrics.0.curve"),
        (one(100, &[("30.1234567", 50), ("40", 100)]), "INVALID input.metrics.0.curve.0.value"),
        (json!({ "metrics": [] }), "REQUIRED input.metrics"),
        (json!({ "name": " " }), "REQUIRED input.name"),
        (json!({ "to": "2024-09-30" }), "INVALID input.to"),
        (json!({ "cadence": "QUARTERLY", "to": "2024-11-30" }), "INVALID input.to"),
        (json!({ "pool": money("-1", "EUR") }), "INVALID input.pool"),
        (json!({ "pool": money("1", "DKK") }), "INVALID input.pool.currency"),
        (json!({ "cap": 1001 }), "INVALID input.cap"),
        (awards(money("1.001", "EUR")), "INVALID input.groups.0.targetAward.amount"),
        (awards(money("1", "DKK")), "INVALID input.groups.0.targetAward.currency"),
        (awards(money("-1", "EUR")), "INVALID input.groups.0.targetAward"),
        (json!({ "groups": [group("A", "1"), group("a", "1")] }), "CONFLICT input.groups.1.name"),
        (gate("CAP", Value::Null), "REQUIRED input.gates.0.factor"),
        (gate("ZERO", json!(5)), "INVALID input.gates.0.factor"),
        (gate("MULTIPLY", json!(101)), "INVALID input.gates.0.factor"),
    ] {
        let payload = admin.change("rewardPlanCreate", input(more.clone()), Value::Null).await;
        assert_eq!(problem(&payload), expected, "{more}");
    }
    let empty = Plan::draft(&admin, input(json!({ "groups": [] }))).await;
    let payload = admin.change("rewardPlanActivate", json!({ "id": empty.id }), Value::Null).await;
    assert_eq!(problem(&payload), "REQUIRED input.id");
    let plan = Plan::draft(&admin, input(json!({}))).await;
    let add = |who: &str, more: Value| {
        with(json!({ "groupId": plan.groups[0], "personId": person(who).to_string() }), more)
    };
    for (input, expected) in [
        (add("left", json!({})), "INVALID input.personId"),
        (add("nobody", json!({ "from": "2024-09-30" })), "INVALID input.from"),
        (add("nobody", json!({ "to": "2025-01-01" })), "INVALID input.to"),
        (add("nobody", json!({ "from": "2024-12-01", "to": "2024-11-30" })), "INVALID input.to"),
    ] {
        let payload = admin.change("participationAdd", input.clone(), Value::Null).await;
        assert_eq!(problem(&payload), expected, "{input}");
    }
    let rows = json!([
        add("nobody", json!({})),
        add("left", json!({})),
        add("nobody", json!({ "to": "2024-10-05" }))
    ]);
    for (policy, expected) in [("REJECT_ALL", 0), ("SKIP_FAILED", 1)] {
        let payload =
            admin.change("participationsAdd", json!({ "rows": rows, "policy": policy }), Value::Null).await;
        let results = payload["results"].as_array().unwrap();
        assert_eq!(results.iter().filter(|result| result["participation"].is_object()).count(), expected);
        assert_eq!(results[1]["userErrors"][0]["path"], json!(["input", "rows", "1", "personId"]));
        assert_eq!(results[2]["userErrors"][0]["code"], json!("CONFLICT"));
    }
    for (mutation, input, expected) in [
        ("payoutRunCalculate", json!({ "planId": plan.id }), "CONFLICT input.planId"),
        ("payoutRunTrueUp", json!({ "planId": plan.id }), "CONFLICT input.planId"),
        ("rewardPlanActivate", json!({ "id": plan.id }), "written"),
        ("rewardPlanActivate", json!({ "id": plan.id }), "ILLEGAL_TRANSITION input.id"),
        (
            "payoutRunCalculate",
            json!({ "planId": plan.id, "periodStart": "2024-10-02" }),
            "INVALID input.periodStart",
        ),
        (
            "payoutRunTrueUp",
            json!({ "planId": plan.id, "periodStart": "2024-10-02" }),
            "INVALID input.periodStart",
        ),
        (
            "payoutRunTrueUp",
            json!({ "planId": plan.id, "periodStart": "2024-10-01" }),
            "CONFLICT input.periodStart",
        ),
        ("payoutRunCalculate", json!({ "planId": plan.id }), "written"),
    ] {
        let payload = admin.change(mutation, input.clone(), Value::Null).await;
        assert_eq!(problem(&payload), expected, "{mutation} {input}");
    }
    for (query, says) in [
        (
            "rewardPlan(id: $id) { projection(values: [{ kpiId: $other, value: \"1\" }]) { provisional } }",
            "is no KPI of this plan",
        ),
        ("rewardPlan(id: $id) { replay(periods: 25) { from } }", "1 to 24"),
        (
            "rewardPlan(id: $id) { projection(periodStart: \"2024-10-02\") { provisional } }",
            "No period of the plan",
        ),
    ] {
        let query = format!("query($id: ID!, $other: ID!) {{ {query} node(id: $other) {{ id }} }}");
        let other = numbers.nps.replace("kpi_0", "kpi_7");
        let answer = admin.send(&query, json!({ "id": plan.id, "other": other })).await;
        assert_eq!(answer.code(), "BAD_USER_INPUT", "{query}");
        assert!(answer.errors[0].message.contains(says), "{:?}", answer.errors);
    }
}

async fn four_eyes(h: Harness) {
    cast(&h.as_("pmo")).await;
    // Two approvers who take part, one who does not, and an administrator who approves as well.
    let more = [
        ("owner", Role::RewardApprover),
        ("other_owner", Role::RewardApprover),
        (ADMIN, Role::RewardApprover),
    ];
    give(&h.as_("pmo"), &more).await;
    let numbers = Numbers::of(&h.as_("pmo"), "").await;
    let admin = h.as_(ADMIN);
    let plan = Plan::active(&admin, plan(&numbers.metrics(), &[group("All", "100")])).await;
    plan.add(&admin, 0, "owner").await;
    plan.add(&admin, 0, "other_owner").await;
    let run = plan.calculate(&admin).await;
    for (who, mutation, expected) in [
        ("auditor", "payoutRunApprove", "FORBIDDEN"),
        ("pmo", "payoutRunApprove", "FORBIDDEN"),
        (ADMIN, "payoutRunApprove", "FORBIDDEN input.runId"),
        (ADMIN, "payoutRunMarkPaid", "ILLEGAL_TRANSITION input.runId"),
        ("owner", "payoutRunMarkPaid", "FORBIDDEN"),
        ("owner", "payoutRunApprove", "written"),
        ("owner", "payoutRunApprove", "CONFLICT input.runId"),
        ("other_owner", "payoutRunApprove", "written"),
        (APPROVER, "payoutRunApprove", "ILLEGAL_TRANSITION input.runId"),
        (ADMIN, "payoutRunMarkPaid", "written"),
        (ADMIN, "payoutRunMarkPaid", "ILLEGAL_TRANSITION input.runId"),
    ] {
        let answer = h.as_(who).try_change(mutation, json!({ "runId": run }), Value::Null).await;
        let found = if answer.errors.is_empty() { problem(&answer.data()[mutation]) } else { answer.code() };
        assert_eq!(found, expected, "{mutation} as {who}");
    }
    let query = "query($id: ID!) { payoutRun(id: $id) { state calculatedBy { name } signedBy { name } approvedBy { name } paidAt } }";
    let data = admin.ask(query, json!({ "id": run })).await["payoutRun"].clone();
    let names: Vec<_> =
        ["calculatedBy", "signedBy", "approvedBy"].iter().map(|field| text(&data[field]["name"])).collect();
    assert_eq!(names, ["Finn 100%_sikker", "Oda Ærlig", "oluf aabye"]);
    let paid =
        admin.change("payoutRunDrop", json!({ "runId": run, "reason": "A mistake." }), Value::Null).await;
    assert_eq!(problem(&paid), "ILLEGAL_TRANSITION input.runId");
    // What was calculated on a number that has changed since is not approved.
    let second = Plan::active(&admin, self::plan(&numbers.metrics(), &[group("All", "100")])).await;
    second.add(&admin, 0, "nobody").await;
    let waiting = second.calculate(&admin).await;
    restate(&h, &numbers.nps, "2024-10-01", nps(100, 61, 39)).await;
    let stale = h.as_(APPROVER).change("payoutRunApprove", json!({ "runId": waiting }), Value::Null).await;
    assert_eq!(problem(&stale), "CONFLICT input.runId");
    let anew = second.calculate(&admin).await;
    h.as_(APPROVER).must("payoutRunApprove", json!({ "runId": anew })).await;
    // Neither is an approved run corrected before it is paid.
    let early = admin
        .change("payoutRunTrueUp", json!({ "planId": second.id, "periodStart": "2024-10-01" }), Value::Null)
        .await;
    assert_eq!(problem(&early), "CONFLICT input.periodStart");
    let late = admin
        .change(
            "payoutRunCalculate",
            json!({ "planId": second.id, "periodStart": "2024-10-01" }),
            Value::Null,
        )
        .await;
    assert_eq!(problem(&late), "CONFLICT input.periodStart");
}

/// A run that nobody shall approve any more waits for nobody: in a plan that is closed, and when there is nothing left to
/// correct.
async fn dropped(h: Harness) {
    cast(&h.as_("pmo")).await;
    let numbers = Numbers::of(&h.as_("pmo"), "").await;
    let admin = h.as_(ADMIN);
    let plan = Plan::active(&admin, plan(&numbers.metrics(), &[group("All", "100")])).await;
    plan.add(&admin, 0, "nobody").await;
    let run = plan.calculate(&admin).await;
    admin.must("rewardPlanClose", json!({ "id": plan.id, "reason": "Another one follows." })).await;
    let waits = "query { viewer { work(kinds: [APPROVAL]) { nodes { kind } } } }";
    let before = h.as_(APPROVER).ask(waits, Value::Null).await;
    assert_eq!(before["viewer"]["work"]["nodes"].as_array().map(Vec::len), Some(1), "{before}");
    let drop = |who: &str, reason: &str| {
        let client = h.as_(who);
        let input = json!({ "runId": run, "reason": reason });
        async move {
            let answer = client.try_change("payoutRunDrop", input, Value::Null).await;
            if answer.errors.is_empty() { problem(&answer.data()["payoutRunDrop"]) } else { answer.code() }
        }
    };
    assert_eq!(drop(APPROVER, "No.").await, "FORBIDDEN");
    assert_eq!(drop(ADMIN, " ").await, "REQUIRED input.reason");
    assert_eq!(drop(ADMIN, "The plan is closed.").await, "written");
    assert_eq!(drop(ADMIN, "Again.").await, "ILLEGAL_TRANSITION input.runId");
    let approved = h.as_(APPROVER).change("payoutRunApprove", json!({ "runId": run }), Value::Null).await;
    assert_eq!(problem(&approved), "ILLEGAL_TRANSITION input.runId");
    let after = h.as_(APPROVER).ask(waits, Value::Null).await;
    assert_eq!(after["viewer"]["work"]["nodes"], json!([]));
    // A participation that was taken back keeps the days of its plan from nothing; its group stays, of which it tells.
    let draft = Plan::draft(&admin, self::plan(&numbers.metrics(), &[group("All", "100")])).await;
    let taken = draft.add(&admin, 0, "nobody").await;
    let later = json!({ "id": draft.id, "from": "2025-01-01", "to": "2025-03-31" });
    let used = admin.change("rewardPlanUpdate", later.clone(), Value::Null).await;
    assert_eq!(problem(&used), "IN_USE input.from");
    admin.must("participationEnd", json!({ "id": taken, "to": "2024-09-30" })).await;
    let none = admin.change("rewardPlanUpdate", json!({ "id": draft.id, "groups": [] }), Value::Null).await;
    assert_eq!(problem(&none), "IN_USE input.groups");
    assert_eq!(problem(&admin.change("rewardPlanUpdate", later, Value::Null).await), "written");
    let told = "query($id: ID!) { node(id: $id) { ... on Participation { group { name } } } }";
    let told = admin.ask(told, json!({ "id": taken })).await;
    assert_eq!(told["node"]["group"]["name"], "All");
}
