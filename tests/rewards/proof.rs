//! What an auditor proves: the hash, the trace, what was corrected, and what a plan would have paid before.

use aws_lc_rs::digest;
use serde_json::{Value, json};

use super::{ADMIN, Numbers, Plan, cast, group, nps, plan, record, restate, settle, text, with};
use crate::harness::{Harness, Suite};

pub fn register(suite: &mut Suite) {
    suite.world("rewards::an_auditor_recomputes_a_run_to_the_cent", recomputed);
    suite.world("rewards::what_was_changed_later_is_told_with_the_money", corrections);
    suite.world("rewards::a_plan_looks_back_over_locked_periods", replay);
    suite.world("rewards::a_statement_says_how_and_who_moves_it", statement);
}

async fn recomputed(h: Harness) {
    cast(&h.as_("pmo")).await;
    let numbers = Numbers::of(&h.as_("pmo"), "").await;
    let admin = h.as_(ADMIN);
    let plan = Plan::active(
        &admin,
        plan(&numbers.metrics(), &[group("Executives", "30000"), group("Front line", "2000")]),
    )
    .await;
    plan.add(&admin, 0, "auditor").await;
    plan.add(&admin, 1, "nobody").await;
    let run = plan.pay(&h).await;
    let query = "query($id: ID!) { payoutRun(id: $id) { snapshotHash snapshot { kpi { code } exact measurements { id revision value { value } } } \
        parity { holds snapshotHash differences groups { name } } \
        lines { nodes { amount { amount } trace { label expression result { value unit } } } } } \
        rewardPlans { nodes { parity { holds snapshotHash } } } }";
    let data = h.as_("auditor").ask(query, json!({ "id": run })).await;
    let told = &data["payoutRun"];
    // Every value of the quarter is made of one measurement, and so its own.
    let mut lines: Vec<String> = told["snapshot"]
        .as_array()
        .unwrap()
        .iter()
        .map(|known| {
            let part = &known["measurements"][0];
            format!("{}\t{}\t{}\n", text(&part["id"]), part["revision"], text(&known["exact"]))
        })
        .collect();
    lines.sort();
    let hash = digest::digest(&digest::SHA256, lines.concat().as_bytes());
    let digits = hash.as_ref().iter().flat_map(|byte| [byte >> 4, byte & 15]);
    let hash: String = digits.map(|digit| char::from_digit(digit.into(), 16).unwrap()).collect();
    assert_eq!(told["snapshotHash"], json!(hash));
    assert_eq!(told["parity"]["snapshotHash"], json!(hash));
    assert_eq!((&told["parity"]["holds"], &told["parity"]["differences"]), (&json!(true), &json!([])));
    assert_eq!(told["parity"]["groups"], json!([{ "name": "Executives" }, { "name": "Front line" }]));
    assert_eq!(data["rewardPlans"]["nodes"][0]["parity"], json!({ "holds": true, "snapshotHash": hash }));
    let steps: Vec<_> = told["lines"]["nodes"][1]["trace"]
        .as_array()
        .unwrap()
        .iter()
        .map(|step| {
            format!(
                "{}: {} = {}",
                text(&step["label"]),
                text(&step["expression"]),
                text(&step["result"]["value"])
            )
        })
        .collect();
    assert_eq!(
        steps,
        [
            "NPS: 50 % + (34 − 30) / (40 − 30) × (100 % − 50 %) = 70.0000",
            "NPS, weighted: 40 % × 70 % = 28.0000",
            "CSAT: 100 % + (82 − 80) / (90 − 80) × (150 % − 100 %) = 110.0000",
            "CSAT, weighted: 30 % × 110 % = 33.0000",
            "DAYS: 50 % + (8 − 10) / (7 − 10) × (100 % − 50 %) = 83.3333",
            "DAYS, weighted: 20 % × 83.3333 % = 16.6667",
            "ON_TIME: 0 % + (75 − 60) / (80 − 60) × (100 % − 0 %) = 75.0000",
            "ON_TIME, weighted: 10 % × 75 % = 7.5000",
            "Sum: 28 % + 33 % + 16.6667 % + 7.5 % = 85.1667",
            "Award: 2000.00 EUR × 85.1667 % × 92 / 92 days = 1703.3333",
            "Rounding: half away from zero, to the minor unit = 1703.33",
        ]
    );
    // Lines that somebody changed past the API are found out.
    h.rows(async |tx| {
        use sea_orm::ConnectionTrait as _;
        tx.execute_unprepared("UPDATE payout_lines SET amount_minor = amount_minor + 1").await.unwrap();
    })
    .await;
    let data = h.as_("auditor").ask(query, json!({ "id": run })).await;
    let parity = &data["payoutRun"]["parity"];
    assert_eq!(parity["holds"], json!(false));
    assert_eq!(parity["differences"].as_array().unwrap().len(), 2, "{parity}");
}

async fn corrections(h: Harness) {
    cast(&h.as_("pmo")).await;
    let numbers = Numbers::of(&h.as_("pmo"), "").await;
    let admin = h.as_(ADMIN);
    let plan = Plan::active(&admin, plan(&numbers.metrics(), &[group("Front line", "2000")])).await;
    for who in ["nobody", "away"] {
        plan.add(&admin, 0, who).await;
    }
    let first = plan.pay(&h).await;
    let query = "query($id: ID!) { rewardPlan(id: $id) { corrections { from to factorBefore { value } factorAfter { value } effect { amount } \
        corrects { id } trueUp { id } values { kpi { code } before { exact } after { exact } \
            restatements { reason reasonText revision recordedBy { name } approvedBy { name } } } } } }";
    let told = async || admin.ask(query, json!({ "id": plan.id })).await["rewardPlan"]["corrections"].clone();
    assert_eq!(told().await, json!([]));
    restate(&h, &numbers.nps, "2024-10-01", nps(100, 61, 39)).await;
    let expected = |effect: &str, corrects: &str, true_up: Value| {
        json!({
            "from": "2024-10-01", "to": "2024-12-31", "factorBefore": { "value": "85.1667" },
            "factorAfter": { "value": "78.1667" }, "effect": { "amount": effect }, "corrects": { "id": corrects },
            "trueUp": true_up,
            "values": [{
                "kpi": { "code": "NPS" }, "before": { "exact": "34" }, "after": { "exact": "61/2" },
                "restatements": [{
                    "reason": "LATE_DATA", "reasonText": "Forty answers came in after the lock.", "revision": 2,
                    "recordedBy": { "name": "Per Møller" }, "approvedBy": { "name": "Mia Member" },
                }],
            }],
        })
    };
    // What waits to be corrected, then the same when it is.
    assert_eq!(told().await, json!([expected("-280.00", &first, Value::Null)]));
    let second = admin.must("payoutRunTrueUp", json!({ "planId": plan.id })).await;
    assert_eq!(told().await, json!([expected("-280.00", &first, json!({ "id": second }))]));
    settle(&h, &second).await;
    assert_eq!(told().await, json!([expected("-280.00", &first, json!({ "id": second }))]));
    // Somebody who took part shorter than was thought: the lines of the period still come to what is right.
    let query = "query($id: ID!) { rewardPlan(id: $id) { groups { participants { nodes { id } } } } }";
    let data = admin.ask(query, json!({ "id": plan.id })).await;
    let taken = data["rewardPlan"]["groups"][0]["participants"]["nodes"][1]["id"].clone();
    admin.must("participationEnd", json!({ "id": taken, "to": "2024-09-30" })).await;
    let none = admin.change("payoutRunTrueUp", json!({ "planId": plan.id }), Value::Null).await;
    assert_eq!(none["userErrors"][0]["code"], json!("CONFLICT"));
    let third =
        admin.must("payoutRunTrueUp", json!({ "planId": plan.id, "periodStart": "2024-10-01" })).await;
    let lines = super::lines(&admin, &third).await;
    assert_eq!(
        lines,
        [
            "Nanna Norole REVERSAL -1563.33",
            "Nanna Norole AWARD 1563.33 (0.00)",
            "Åse Orlov REVERSAL -1563.33 (-1563.33)",
        ]
    );
}

async fn replay(h: Harness) {
    cast(&h.as_("pmo")).await;
    let pmo = h.as_("pmo");
    let numbers = Numbers::of(&pmo, "").await;
    let admin = h.as_(ADMIN);
    // What was locked cannot be measured, so that the quarters before are of KPIs of their own.
    let kpi = json!({
        "code": "LONG", "name": "Long measured", "kind": "NPS", "direction": "UP", "cadence": "MONTHLY",
        "ownerId": crate::harness::person("owner").to_string(),
    });
    let long = pmo.must("kpiCreate", kpi).await;
    for (start, counts) in [
        ("2024-03-01", nps(30, 70, 0)),
        ("2024-06-01", nps(40, 60, 0)),
        ("2024-09-01", nps(35, 65, 0)),
        ("2024-12-01", nps(20, 80, 0)),
        ("2025-02-01", nps(38, 62, 0)),
    ] {
        record(&pmo, &long, start, counts).await;
    }
    let lock = json!({ "kpiIds": [long], "through": "2025-02-28" });
    assert_eq!(pmo.change("kpiPeriodLock", lock, Value::Null).await["userErrors"], json!([]));
    let metrics = json!([super::metric(&long, 100, &[("30", 50), ("40", 100)])]);
    let passes = json!([{ "kpiId": numbers.csat, "minimum": "82", "effect": "CAP", "factor": 60 }]);
    let days = json!({ "from": "2025-01-01", "to": "2025-12-31", "cadence": "QUARTERLY" });
    let draft = Plan::draft(&admin, with(plan(&metrics, &[group("All", "1000")]), days.clone())).await;
    draft.add(&admin, 0, "nobody").await;
    let query = "query($id: ID!, $periods: Int) { rewardPlan(id: $id) { replay(periods: $periods) { from to factor { value } total { amount } gates { passed value { value } } } \
        projection { factor { value } periodStart provisional } } }";
    let data = admin.ask(query, json!({ "id": draft.id })).await["rewardPlan"].clone();
    let told: Vec<_> = data["replay"]
        .as_array()
        .unwrap()
        .iter()
        .map(|period| {
            format!(
                "{} {} {}",
                text(&period["from"]),
                text(&period["factor"]["value"]),
                text(&period["total"]["amount"])
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            "2024-10-01 0.0000 0.00",
            "2024-07-01 75.0000 750.00",
            "2024-04-01 100.0000 1000.00",
            "2024-01-01 50.0000 500.00"
        ]
    );
    // Today it stands where the last month stood.
    assert_eq!(
        data["projection"],
        json!({ "factor": { "value": "90.0000" }, "periodStart": "2025-01-01", "provisional": true })
    );
    let two = admin.ask(query, json!({ "id": draft.id, "periods": 2 })).await;
    assert_eq!(two["rewardPlan"]["replay"].as_array().unwrap().len(), 2);
    // With a gate on a KPI that was not measured before, only the quarter in which it was has a factor.
    let gated = with(with(plan(&metrics, &[group("All", "1000")]), days), json!({ "gates": passes }));
    let gated = Plan::draft(&admin, gated).await;
    let data = admin.ask(query, json!({ "id": gated.id })).await["rewardPlan"]["replay"].clone();
    assert_eq!(data[0]["gates"], json!([{ "passed": true, "value": { "value": "82.0" } }]));
    assert_eq!((&data[0]["factor"]["value"], &data[1]["factor"]["value"]), (&json!("0.0000"), &Value::Null));
}

async fn statement(h: Harness) {
    cast(&h.as_("pmo")).await;
    let numbers = Numbers::of(&h.as_("pmo"), "").await;
    let (admin, pmo) = (h.as_(ADMIN), h.as_("pmo"));
    let initiative = crate::write::find(&pmo, "CX-1").await.0;
    let link = json!({
        "initiativeId": initiative, "kpiId": numbers.nps, "hypothesis": "Who is called back forgives.", "expectedChange": "3",
    });
    pmo.must("kpiLinkAdd", link).await;
    let plan = Plan::active(&admin, plan(&numbers.metrics(), &[group("Front line", "2000")])).await;
    plan.add(&admin, 0, "nobody").await;
    let query = "{ viewer { rewards { plan { name } group { name } participation { from to } targetAward { amount } projected { amount } provisional \
        lines { amount { amount } trace { label } } \
        drivers { kpi { code } weight pointValue { amount } initiatives { code } links { hypothesis expectedChange } } } } }";
    let told = async || h.as_("nobody").ask(query, Value::Null).await["viewer"]["rewards"][0].clone();
    let before = told().await;
    assert_eq!(
        (&before["projected"]["amount"], &before["targetAward"]["amount"]),
        (&json!("1703.33"), &json!("2000.00"))
    );
    assert_eq!(before["lines"], json!([]));
    let drivers: Vec<_> = before["drivers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|driver| {
            (text(&driver["kpi"]["code"]), driver["weight"].clone(), text(&driver["pointValue"]["amount"]))
        })
        .collect();
    let expected = |code: &str, weight: i32, value: &str| (code.to_owned(), json!(weight), value.to_owned());
    // +1 CSAT is 5 % of payout at 30 %; one day less is a sixth at 20 %; +1 on time is 5 % at 10 %.
    assert_eq!(
        drivers,
        [
            expected("NPS", 40, "40.00"),
            expected("CSAT", 30, "30.00"),
            expected("DAYS", 20, "66.67"),
            expected("ON_TIME", 10, "10.00")
        ]
    );
    assert_eq!(before["drivers"][0]["initiatives"], json!([{ "code": "CX-1" }]));
    assert_eq!(before["drivers"][0]["links"][0]["expectedChange"], json!("3"));
    let run = plan.calculate(&admin).await;
    assert_eq!(told().await["lines"], json!([]), "nobody has approved it");
    settle(&h, &run).await;
    assert_eq!(told().await["lines"][0]["amount"]["amount"], json!("1703.33"));
    assert_eq!(told().await["lines"][0]["trace"].as_array().unwrap().len(), 11);
    // Who takes no part has no statement, and neither has a key.
    assert_eq!(h.as_("pmo").ask(query, Value::Null).await["viewer"]["rewards"], json!([]));
}
