//! KPIs: worked numbers through the API, what cannot be, who does what, and links from initiatives.

mod changes;

use futures_util::future::join_all;
use sea_orm::{ConnectionTrait as _, EntityTrait as _};
use serde_json::{Value, json};
use tutti_entity::ids::RoleGrantId;
use tutti_entity::people::role_grant::{self, Role};

use crate::harness::{Client, Harness, Suite, fresh, person, unit};
use crate::write::find;

pub fn register(suite: &mut Suite) {
    changes::register(suite);
    suite.world("metrics::the_worked_numbers", worked);
    suite.world("metrics::units_are_put_together_by_their_counts", pooled);
    suite.world("metrics::trends_are_tested_against_noise", trends);
    suite.world("metrics::progress_goes_by_the_target_of_the_day", progress);
    suite.world("metrics::what_cannot_be_is_refused", refusals);
    suite.world("metrics::who_does_what", recorders);
    suite.world("metrics::links_say_why", links);
    suite.world("metrics::who_leaves_hands_their_kpis_over", leaving);
    suite.world("metrics::statements_do_not_grow_with_the_rows", constant);
}

/// A KPI of this kind, measured each month.
fn kpi(code: &str, kind: &str) -> Value {
    json!({
        "code": code, "name": format!("The {code}"), "kind": kind, "direction": "UP", "cadence": "MONTHLY",
        "ownerId": person("owner").to_string(),
    })
}

fn with(mut input: Value, more: Value) -> Value {
    for (field, value) in more.as_object().unwrap() {
        input[field] = value.clone();
    }
    input
}

/// What was measured in the month that begins on this day.
fn month(kpi: &str, start: &str, numbers: Value) -> Value {
    with(json!({ "kpiId": kpi, "periodStart": start }), numbers)
}

/// A mutation of every kind about KPIs with input that is fine, after what it needs was made: numbers that are locked,
/// and requests of somebody else that wait.
pub async fn measured(client: &Client, initiative: &str) -> Vec<(&'static str, Value)> {
    let editor = json!({ "personId": person("member").to_string(), "role": "METRICS_EDITOR" });
    client.as_("admin").must("roleGrant", editor).await;
    let id = client.must("kpiCreate", kpi("NPS", "NPS")).await;
    let other = client.must("kpiCreate", kpi("CSAT", "CSAT")).await;
    let mut recorded = Vec::new();
    for of in [None, Some("Salg"), Some("Service")] {
        let more = json!({ "orgUnitId": of.map(|of| unit(of).to_string()) });
        let input = with(month(&id, "2025-01-01", nps(18, 11, 2)), more);
        recorded.push(client.must("measurementRecord", input).await);
    }
    let lock = |through: &str| json!({ "kpiIds": [id, other], "through": through });
    let locked = client.change("kpiPeriodLock", lock("2025-01-31"), Value::Null).await;
    assert_eq!(locked["userErrors"], json!([]), "{locked}");
    let mut asked = Vec::new();
    for first in &recorded[1..] {
        asked.push(client.as_("member").must("measurementRestate", restate(first, nps(1, 2, 3))).await);
    }
    let link = |kpi: &str| json!({ "initiativeId": initiative, "kpiId": kpi, "hypothesis": "It helps.", "expectedChange": "2.5", "lag": "P3M" });
    let linked = client.must("kpiLinkAdd", link(&id)).await;
    let rows = json!([month(&id, "2025-03-01", nps(5, 5, 5)), month(&other, "2025-02-01", csat(4, 5)),]);
    let target = json!({
        "kpiId": id, "from": "2025-01-01", "to": "2025-12-31", "baseline": "30", "threshold": "40",
        "target": "55", "stretch": "60",
    });
    vec![
        ("kpiCreate", kpi("CES", "CES")),
        ("kpiUpdate", json!({ "id": id, "name": "Would they recommend us?", "leading": true })),
        ("kpiTargetSet", target),
        ("measurementRecord", month(&id, "2025-02-01", nps(1, 1, 1))),
        ("measurementsRecord", json!({ "rows": rows, "policy": "REJECT_ALL" })),
        ("measurementRestate", restate(&recorded[0], nps(17, 11, 3))),
        ("restatementApprove", json!({ "id": asked[0] })),
        ("restatementDecline", json!({ "id": asked[1], "reason": "Counted rightly." })),
        ("kpiPeriodLock", lock("2025-02-28")),
        ("kpiLinkAdd", link(&other)),
        ("kpiLinkRemove", json!({ "id": linked })),
    ]
}

fn nps(promoters: i32, passives: i32, detractors: i32) -> Value {
    json!({ "promoters": promoters, "passives": passives, "detractors": detractors })
}

fn csat(satisfied: i32, responses: i32) -> Value {
    json!({ "satisfied": satisfied, "responses": responses })
}

/// What is refused: the code, and the path to the input. `written` where nothing was.
fn problem(payload: &Value) -> (String, String) {
    let error = &payload["userErrors"][0];
    let path: Vec<_> = error["path"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    (error["code"].as_str().unwrap_or("written").to_owned(), path.join("."))
}

async fn lock(client: &Client, kpi: &str, through: &str) {
    let input = json!({ "kpiIds": [kpi], "through": through });
    let payload = client.change("kpiPeriodLock", input, Value::Null).await;
    assert_eq!(problem(&payload).0, "written", "{payload}");
}

/// A figure as its number and its state.
fn told(figure: &Value) -> String {
    let number = figure["value"].as_str().unwrap_or("none");
    format!("{number} {}", figure["state"].as_str().unwrap())
}

const VALUE: &str = "id revision periodStart value { value unit state reason } marginOfError { value state } \
                     interval { low { value } high { value } } responses promoters orgUnit { name } state story";

/// The value of a KPI as known by now, asked with these arguments.
async fn value(client: &Client, kpi: &str, arguments: &str) -> Value {
    let query = format!(
        "query($id: ID!) {{ node(id: $id) {{ ... on Kpi {{ value{arguments} {{ {VALUE} parts {{ id }} }} }} }} }}"
    );
    client.ask(&query, json!({ "id": kpi })).await["node"]["value"].clone()
}

async fn number(client: &Client, kpi: &str, arguments: &str) -> String {
    let value = value(client, kpi, arguments).await;
    if value.is_null() { "nothing".to_owned() } else { told(&value["value"]) }
}

async fn worked(h: Harness) {
    let pmo = h.as_("pmo");
    let score = pmo.must("kpiCreate", kpi("NPS", "NPS")).await;
    assert!(value(&pmo, &score, "").await.is_null());
    pmo.must("measurementRecord", month(&score, "2025-02-01", nps(18, 11, 2))).await;
    let found = value(&pmo, &score, "").await;
    assert_eq!((told(&found["value"]), told(&found["marginOfError"])), ("51.6 OK".into(), "21.7 OK".into()));
    assert_eq!((&found["value"]["unit"], &found["responses"]), (&json!("POINTS"), &json!(31)));
    let share = pmo.must("kpiCreate", kpi("CSAT", "CSAT")).await;
    for (start, numbers, expected, low, high) in [
        ("2025-01-01", csat(40, 50), "80.0 OK", "67.0", "88.8"),
        ("2025-02-01", csat(5, 5), "100.0 OK", "56.6", "100.0"),
    ] {
        pmo.must("measurementRecord", month(&share, start, numbers)).await;
        let found = value(&pmo, &share, "").await;
        assert_eq!(told(&found["value"]), expected);
        let ends = json!({ "low": { "value": low }, "high": { "value": high } });
        assert_eq!(found["interval"], ends);
    }
    // Below the least number of answers the number is kept, and of nobody there is none.
    let few = pmo.must("kpiCreate", with(kpi("FEW", "NPS"), json!({ "minResponses": 32 }))).await;
    pmo.must("measurementRecord", month(&few, "2025-01-01", nps(18, 11, 2))).await;
    assert_eq!(number(&pmo, &few, "").await, "51.6 INSUFFICIENT");
    pmo.must("measurementRecord", month(&few, "2025-02-01", nps(0, 0, 0))).await;
    assert_eq!(number(&pmo, &few, "").await, "none NO_DATA");
    // Money, days and ratios are told in their own units.
    let money = with(kpi("COST", "MONEY"), json!({ "currency": "DKK", "aggregation": "SUM" }));
    let money = pmo.must("kpiCreate", money).await;
    pmo.must("measurementRecord", month(&money, "2025-02-01", json!({ "value": "1250.5" }))).await;
    assert_eq!(number(&pmo, &money, "").await, "1250.50 OK");
    let days = with(kpi("DAYS", "DURATION"), json!({ "direction": "DOWN", "aggregation": "RATIO_OF_SUMS" }));
    let days = pmo.must("kpiCreate", days).await;
    let cases = json!({ "numerator": "30", "denominator": "8" });
    pmo.must("measurementRecord", month(&days, "2025-02-01", cases)).await;
    let found = value(&pmo, &days, "").await;
    assert_eq!((told(&found["value"]), &found["value"]["unit"]), ("3.8 OK".into(), &json!("DAYS")));
    assert_eq!(told(&found["marginOfError"]), "none NOT_APPLICABLE");
    let ratio = pmo.must("kpiCreate", kpi("ON_TIME", "RATIO")).await;
    let cases = json!({ "numerator": "11", "denominator": "13" });
    pmo.must("measurementRecord", month(&ratio, "2025-02-01", cases)).await;
    assert_eq!(number(&pmo, &ratio, "").await, "84.6 OK");
}

async fn pooled(h: Harness) {
    let pmo = h.as_("pmo");
    let id = pmo.must("kpiCreate", kpi("NPS", "NPS")).await;
    let service = unit("Service").to_string();
    let record = async |of: Option<&str>, start: &str, numbers: Value| {
        let of = of.map(|of| unit(of).to_string());
        let input = with(month(&id, start, numbers), json!({ "orgUnitId": of }));
        pmo.must("measurementRecord", input).await
    };
    let small = record(Some("Contact centre"), "2025-01-01", nps(7, 2, 1)).await;
    record(Some("Salg"), "2025-01-01", nps(30, 39, 21)).await;
    assert_eq!(number(&pmo, &id, "").await, "15.0 OK");
    let of = |name: &str| format!("(orgUnitId: \"{}\")", unit(name));
    // A unit with all below it; what is one measurement is that measurement.
    assert_eq!(number(&pmo, &id, &of("Service")).await, "60.0 OK");
    assert_eq!(number(&pmo, &id, &of("Tutti")).await, "15.0 OK");
    assert_eq!(number(&pmo, &id, &of("Ældre afdeling")).await, "nothing");
    assert_eq!(value(&pmo, &id, &of("Contact centre")).await["id"], json!(small));
    let together = value(&pmo, &id, &of("Service")).await;
    assert_eq!(
        (&together["orgUnit"]["name"], &together["parts"]),
        (&json!("Service"), &json!([{ "id": small }]))
    );
    assert_ne!(together["id"], json!(small));
    let query = "query($id: ID!) { node(id: $id) { id } }";
    assert!(pmo.ask(query, json!({ "id": together["id"] })).await["node"].is_null());
    // What is measured in the unit itself is added to what is below it.
    record(Some("Service"), "2025-01-01", nps(0, 0, 10)).await;
    assert_eq!(number(&pmo, &id, &of("Service")).await, "-20.0 OK");
    // A number of the whole organisation stands for its units.
    record(None, "2025-01-01", nps(1, 0, 0)).await;
    assert_eq!(number(&pmo, &id, "").await, "100.0 OK");
    assert_eq!(number(&pmo, &id, &of("Tutti")).await, "4.5 OK");
    // Single values of several units cannot be put together, unless one says how.
    for (code, aggregation, expected) in
        [("LAST", "LAST", "none NOT_APPLICABLE"), ("SUM", "SUM", "11.0 OK"), ("MEAN", "MEAN", "5.5 OK")]
    {
        let index = with(kpi(code, "INDEX"), json!({ "aggregation": aggregation }));
        let index = pmo.must("kpiCreate", index).await;
        for (of, number) in [("Salg", "4"), ("Service", "7")] {
            let more = json!({ "orgUnitId": unit(of).to_string(), "value": number });
            pmo.must("measurementRecord", month(&index, "2025-01-01", more)).await;
        }
        assert_eq!(number(&pmo, &index, "").await, expected, "{aggregation}");
        assert_eq!(number(&pmo, &index, &format!("(orgUnitId: \"{service}\")")).await, "7.0 OK");
    }
}

async fn trends(h: Harness) {
    let pmo = h.as_("pmo");
    let trend = async |id: &str| {
        let query = "query($id: ID!) { node(id: $id) { ... on Kpi { trend { change { value state } zScore { value state } verdict } } } }";
        let trend = pmo.ask(query, json!({ "id": id })).await["node"]["trend"].clone();
        [told(&trend["change"]), told(&trend["zScore"]), trend["verdict"].as_str().unwrap().to_owned()]
    };
    for (code, times, score, verdict) in
        [("NOISE", 1, "0.9140 OK", "WITHIN_NOISE"), ("REAL", 10, "2.8903 OK", "IMPROVING")]
    {
        let id = pmo.must("kpiCreate", kpi(code, "NPS")).await;
        assert_eq!(trend(&id).await, ["none NO_DATA", "none NO_DATA", "UNKNOWN"]);
        pmo.must("measurementRecord", month(&id, "2025-01-01", nps(100 * times, 60 * times, 40 * times)))
            .await;
        assert_eq!(trend(&id).await[2], "UNKNOWN");
        pmo.must("measurementRecord", month(&id, "2025-02-01", nps(107 * times, 60 * times, 33 * times)))
            .await;
        assert_eq!(trend(&id).await, ["7.0 OK", score, verdict]);
    }
}

async fn progress(h: Harness) {
    let pmo = h.as_("pmo");
    let progress = async |id: &str, on: &str| {
        let query = format!(
            "query($id: ID!) {{ node(id: $id) {{ ... on Kpi {{ progress(on: \"{on}\") {{ value unit state }} target(on: \"{on}\") {{ target }} targets {{ from }} }} }} }}"
        );
        pmo.ask(&query, json!({ "id": id })).await["node"].clone()
    };
    let target = |kpi: &str, from: &str, to: &str, steps: [&str; 4]| {
        json!({
            "kpiId": kpi, "from": from, "to": to, "baseline": steps[0], "threshold": steps[1],
            "target": steps[2], "stretch": steps[3],
        })
    };
    let up = pmo.must("kpiCreate", kpi("NPS", "NPS")).await;
    pmo.must("kpiTargetSet", target(&up, "2025-01-01", "2025-06-30", ["30", "40", "55", "60"])).await;
    assert_eq!(told(&progress(&up, "2025-03-31").await["progress"]), "none NO_DATA");
    pmo.must("measurementRecord", month(&up, "2025-02-01", nps(59, 28, 13))).await;
    let found = progress(&up, "2025-03-31").await;
    assert_eq!((told(&found["progress"]), &found["progress"]["unit"]), ("64.0 OK".into(), &json!("PERCENT")));
    assert_eq!(found["target"], json!({ "target": "55" }));
    assert_eq!(told(&progress(&up, "2025-07-01").await["progress"]), "none NOT_APPLICABLE");
    let down = pmo
        .must(
            "kpiCreate",
            with(kpi("DAYS", "DURATION"), json!({ "direction": "DOWN", "aggregation": "MEAN" })),
        )
        .await;
    pmo.must("kpiTargetSet", target(&down, "2025-01-01", "2025-12-31", ["10", "7", "4", "3.5"])).await;
    pmo.must("measurementRecord", month(&down, "2025-02-01", json!({ "value": "8" }))).await;
    assert_eq!(told(&progress(&down, "2025-03-31").await["progress"]), "33.3 OK");
    // The target that begins on the same day is changed, and knows its version; others do not overlap.
    let changed = target(&up, "2025-01-01", "2025-07-31", ["55", "50", "55", "60"]);
    let payload = pmo.change("kpiTargetSet", changed.clone(), json!({ "expectedVersion": 1 })).await;
    assert_eq!((problem(&payload).0.as_str(), &payload["kpiTarget"]["version"]), ("written", &json!(2)));
    let stale = pmo.change("kpiTargetSet", changed, json!({ "expectedVersion": 1 })).await;
    assert_eq!(problem(&stale).0, "VERSION_CONFLICT");
    assert_eq!(told(&progress(&up, "2025-03-31").await["progress"]), "none NOT_APPLICABLE");
    let overlapping = target(&up, "2025-07-31", "2025-12-31", ["30", "40", "55", "60"]);
    let payload = pmo.change("kpiTargetSet", overlapping, Value::Null).await;
    assert_eq!(problem(&payload), ("CONFLICT".into(), "input.from".into()));
    pmo.must("kpiTargetSet", target(&up, "2025-08-01", "2025-12-31", ["30", "40", "55", "60"])).await;
    let targets = progress(&up, "2025-08-01").await["targets"].clone();
    assert_eq!(targets, json!([{ "from": "2025-01-01" }, { "from": "2025-08-01" }]));
    // Two at the same moment make one target of one day.
    let both = join_all(["41", "42", "43", "44"].map(|threshold| {
        let input = target(&up, "2026-01-01", "2026-12-31", ["30", threshold, "55", "60"]);
        pmo.change("kpiTargetSet", input, Value::Null)
    }))
    .await;
    assert!(both.iter().all(|payload| problem(payload).0 == "written"), "{both:?}");
    assert_eq!(progress(&up, "2026-01-01").await["targets"].as_array().unwrap().len(), 3);
}

async fn refusals(h: Harness) {
    let pmo = h.as_("pmo");
    let score = pmo.must("kpiCreate", kpi("NPS", "NPS")).await;
    let share = pmo.must("kpiCreate", kpi("CSAT", "CSAT")).await;
    let weekly = pmo.must("kpiCreate", with(kpi("PULSE", "ENPS"), json!({ "cadence": "WEEKLY" }))).await;
    pmo.must("measurementRecord", month(&score, "2025-01-01", nps(1, 1, 1))).await;
    lock(&pmo, &score, "2025-01-31").await;
    let steps = |threshold: &str, target: &str, stretch: &str| {
        json!({
            "kpiId": score, "from": "2025-01-01", "to": "2025-12-31", "baseline": "0",
            "threshold": threshold, "target": target, "stretch": stretch,
        })
    };
    let aimed = pmo.must("kpiCreate", kpi("AIMED", "NPS")).await;
    pmo.must("kpiTargetSet", with(steps("40", "50", "60"), json!({ "kpiId": aimed }))).await;
    let unknown = score.replace("kpi_0", "kpi_7");
    let before = h.dump().await;
    for (mutation, input, code, path) in [
        ("kpiCreate", kpi("nps", "NPS"), "CONFLICT", "input.code"),
        ("kpiCreate", kpi("N S", "NPS"), "INVALID", "input.code"),
        (
            "kpiCreate",
            with(kpi("A", "NPS"), json!({ "aggregation": "MEAN" })),
            "INVALID",
            "input.aggregation",
        ),
        ("kpiCreate", with(kpi("A", "NPS"), json!({ "minResponses": -1 })), "INVALID", "input.minResponses"),
        ("kpiCreate", kpi("A", "MONEY"), "REQUIRED", "input.currency"),
        (
            "kpiCreate",
            with(kpi("A", "NPS"), json!({ "ownerId": person("away").to_string() })),
            "INVALID",
            "input.ownerId",
        ),
        ("kpiUpdate", json!({ "id": score, "direction": "DOWN" }), "IN_USE", "input.direction"),
        ("kpiUpdate", json!({ "id": aimed, "direction": "DOWN" }), "IN_USE", "input.direction"),
        ("kpiUpdate", json!({ "id": score, "cadence": "WEEKLY" }), "IN_USE", "input.cadence"),
        ("kpiUpdate", json!({ "id": score, "minResponses": 5 }), "IN_USE", "input.minResponses"),
        ("kpiUpdate", json!({ "id": share, "code": "Nps" }), "CONFLICT", "input.code"),
        ("kpiUpdate", json!({ "id": share, "name": null }), "REQUIRED", "input.name"),
        ("kpiTargetSet", steps("50", "40", "60"), "INVALID", "input.target"),
        ("kpiTargetSet", steps("40", "50", "50"), "INVALID", "input.stretch"),
        ("kpiTargetSet", steps("40", "50", "101"), "INVALID", "input.stretch"),
        ("kpiTargetSet", with(steps("40", "50", "60"), json!({ "to": "2024-12-31" })), "INVALID", "input.to"),
        (
            "kpiTargetSet",
            with(steps("40", "50", "60"), json!({ "baseline": "0.0000001" })),
            "INVALID",
            "input.baseline",
        ),
        ("measurementRecord", month(&share, "2025-01-01", csat(51, 50)), "INVALID", "input.satisfied"),
        ("measurementRecord", month(&share, "2025-01-01", csat(-1, 50)), "INVALID", "input.satisfied"),
        ("measurementRecord", month(&share, "2025-01-01", nps(1, 1, 1)), "INVALID", "input.promoters"),
        (
            "measurementRecord",
            month(&share, "2025-01-01", json!({ "satisfied": 1 })),
            "REQUIRED",
            "input.responses",
        ),
        (
            "measurementRecord",
            with(month(&score, "2025-02-01", nps(18, 11, 2)), json!({ "responses": 30 })),
            "INVALID",
            "input.responses",
        ),
        ("measurementRecord", month(&score, "2025-02-02", nps(1, 1, 1)), "INVALID", "input.periodStart"),
        ("measurementRecord", month(&weekly, "2025-02-01", nps(1, 1, 1)), "INVALID", "input.periodStart"),
        ("measurementRecord", month(&score, "2025-04-01", nps(1, 1, 1)), "INVALID", "input.periodStart"),
        (
            "measurementRecord",
            with(month(&score, "2025-02-01", nps(1, 1, 1)), json!({ "periodEnd": "2025-02-27" })),
            "INVALID",
            "input.periodEnd",
        ),
        ("measurementRecord", month(&score, "2025-01-01", nps(2, 1, 1)), "CONFLICT", "input.periodStart"),
        ("measurementRecord", month(&unknown, "2025-02-01", nps(1, 1, 1)), "NOT_FOUND", "input.kpiId"),
        ("kpiPeriodLock", json!({ "kpiIds": [score], "through": "2025-04-01" }), "INVALID", "input.through"),
        (
            "kpiPeriodLock",
            json!({ "kpiIds": [score, unknown], "through": "2025-02-28" }),
            "NOT_FOUND",
            "input.kpiIds.1",
        ),
        ("kpiPeriodLock", json!({ "kpiIds": [], "through": "2025-02-28" }), "REQUIRED", "input.kpiIds"),
    ] {
        let payload = pmo.change(mutation, input.clone(), Value::Null).await;
        assert_eq!(problem(&payload), (code.to_owned(), path.to_owned()), "{mutation} {input}: {payload}");
    }
    assert_eq!(before, h.dump().await);
    // The same once more writes nothing; today's period has ended, and a week ends on a Sunday.
    let again = pmo.must("measurementRecord", month(&share, "2025-02-01", csat(4, 5))).await;
    let payload = pmo.change("measurementRecord", month(&share, "2025-02-01", csat(4, 5)), Value::Null).await;
    assert_eq!((&payload["measurement"]["id"], &payload["event"]), (&json!(again), &Value::Null));
    pmo.must("measurementRecord", month(&share, "2025-03-01", csat(4, 5))).await;
    pmo.must("measurementRecord", month(&weekly, "2025-03-24", nps(4, 5, 6))).await;
}

/// Gives somebody this role and no other, in the whole organisation or in a unit.
async fn only(h: &Harness, who: &str, held: Role, within: Option<&str>) {
    let row = role_grant::Model {
        id: RoleGrantId(person(who).0),
        version: 1,
        person_id: person(who),
        role: held,
        portfolio_id: None,
        org_unit_id: within.map(unit),
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
    only(&h, "member", Role::MetricsEditor, None).await;
    only(&h, "nobody", Role::MetricsEditor, Some("Service")).await;
    let pmo = h.as_("pmo");
    let id = pmo.must("kpiCreate", kpi("NPS", "NPS")).await;
    let of = |name: Option<&str>| {
        let of = name.map(|name| unit(name).to_string());
        ("measurementRecord", with(month(&id, "2025-01-01", nps(1, 2, 3)), json!({ "orgUnitId": of })))
    };
    let lock = ("kpiPeriodLock", json!({ "kpiIds": [id], "through": "2024-12-31" }));
    let link = json!({
        "initiativeId": find(&pmo, "CX-1").await.0, "kpiId": id, "hypothesis": "It helps.", "expectedChange": "2",
    });
    for (who, (mutation, input), expected) in [
        ("member", of(None), "written"),
        ("member", of(Some("Salg")), "written"),
        ("member", ("kpiCreate", kpi("CSAT", "CSAT")), "written"),
        ("member", lock.clone(), "written"),
        ("member", ("kpiLinkAdd", link.clone()), "FORBIDDEN"),
        ("nobody", of(Some("Contact centre")), "written"),
        ("nobody", of(Some("Service")), "written"),
        ("nobody", of(Some("Salg")), "FORBIDDEN"),
        ("nobody", of(None), "FORBIDDEN"),
        ("nobody", ("kpiCreate", kpi("CES", "CES")), "FORBIDDEN"),
        ("nobody", lock.clone(), "FORBIDDEN"),
        ("scoped_pmo", of(Some("Salg")), "FORBIDDEN"),
        ("owner", of(None), "FORBIDDEN"),
        ("owner", ("kpiLinkAdd", link.clone()), "written"),
        ("other_owner", ("kpiLinkAdd", link), "FORBIDDEN"),
        ("leader", lock, "FORBIDDEN"),
        ("auditor", of(None), "FORBIDDEN"),
    ] {
        let answer = h.as_(who).try_change(mutation, input.clone(), Value::Null).await;
        let found =
            if answer.errors.is_empty() { problem(&answer.data()[mutation]).0 } else { answer.code() };
        assert_eq!(found, expected, "{mutation} as {who}: {input}");
    }
    // Everybody reads all of it.
    for who in ["member", "owner", "away", "auditor"] {
        assert_eq!(number(&h.as_(who), &id, "").await, "-33.3 OK", "{who}");
    }
}

fn restate(id: &str, numbers: Value) -> Value {
    let why =
        json!({ "id": id, "reason": "LATE_DATA", "reasonText": "Forty answers came in after the lock." });
    with(why, numbers)
}

async fn links(h: Harness) {
    let pmo = h.as_("pmo");
    let id = pmo.must("kpiCreate", kpi("NPS", "NPS")).await;
    let (open, closed) = (find(&pmo, "CX-1").await.0, find(&pmo, "CX-11").await.0);
    let link = |initiative: &str, more: Value| {
        let link = json!({
            "initiativeId": initiative, "kpiId": id, "hypothesis": "Who is called back forgives.",
            "expectedChange": "3.5", "lag": "P3M",
        });
        with(link, more)
    };
    for (input, code, path) in [
        (link(&closed, json!({})), "CONFLICT", "initiativeId"),
        (link(&open, json!({ "expectedChange": "0" })), "INVALID", "expectedChange"),
        (link(&open, json!({ "hypothesis": " " })), "REQUIRED", "hypothesis"),
        (link(&open, json!({ "lag": "PT3H" })), "INVALID", "lag"),
    ] {
        let payload = pmo.change("kpiLinkAdd", input, Value::Null).await;
        assert_eq!(problem(&payload), (code.to_owned(), format!("input.{path}")));
    }
    let none = "{ initiatives(filter: { kpiLinks: { none: {} } }) { totalCount } }";
    let without = async || pmo.ask(none, Value::Null).await["initiatives"]["totalCount"].as_i64().unwrap();
    let all = without().await;
    let both = join_all((0..4).map(|_| pmo.change("kpiLinkAdd", link(&open, json!({})), Value::Null))).await;
    assert_eq!(both.iter().filter(|payload| problem(payload).0 == "written").count(), 1, "{both:?}");
    assert_eq!(without().await, all - 1);
    let query = "query($id: ID!) { node(id: $id) { ... on Kpi { links { id initiative { code kpiLinks { kpi { code } hypothesis expectedChange lag } } } } } }";
    let found = pmo.ask(query, json!({ "id": id })).await["node"]["links"].clone();
    let there = json!({
        "kpi": { "code": "NPS" }, "hypothesis": "Who is called back forgives.", "expectedChange": "3.5", "lag": "P3M",
    });
    assert_eq!(found[0]["initiative"], json!({ "code": "CX-1", "kpiLinks": [there] }));
    let known = found[0]["id"].clone();
    pmo.must("kpiLinkRemove", json!({ "id": known, "reason": "It moves another one." })).await;
    assert_eq!(without().await, all);
    assert_eq!(pmo.ask(query, json!({ "id": id })).await["node"]["links"], json!([]));
    let gone = pmo.change("kpiLinkRemove", json!({ "id": known }), Value::Null).await;
    assert_eq!(problem(&gone), ("NOT_FOUND".into(), "input.id".into()));
    // The log of the initiative tells of both.
    let log = "{ initiative(by: { code: \"CX-1\" }) { events(filter: { action: { startsWith: \"kpi_link\" } }) { nodes { action reason subject { id } } } } }";
    let told = h.as_("member").ask(log, Value::Null).await["initiative"]["events"]["nodes"].clone();
    assert_eq!(
        told,
        json!([
            { "action": "kpi_link.added", "reason": null, "subject": null },
            { "action": "kpi_link.removed", "reason": "It moves another one.", "subject": null },
        ])
    );
    pmo.must("kpiLinkAdd", link(&open, json!({}))).await;
}

async fn leaving(h: Harness) {
    let (pmo, admin) = (h.as_("pmo"), h.as_("admin"));
    let answers = json!({ "ownerId": person("member").to_string() });
    let id = pmo.must("kpiCreate", with(kpi("NPS", "NPS"), answers)).await;
    let query = "query($id: ID!) { node(id: $id) { ... on Kpi { version owner { email openWork { roles subject { id } } } } } }";
    let answered = async || pmo.ask(query, json!({ "id": id })).await["node"].clone();
    let open = json!({ "roles": ["OWNER"], "subject": { "id": id } });
    let of = |node: &Value| node["owner"]["openWork"].as_array().unwrap().contains(&open);
    let mut leaves = json!({ "id": person("member").to_string() });
    admin.must("personDeactivate", leaves.clone()).await;
    // Nobody took it over: it is listed with whoever left.
    let node = answered().await;
    assert!(of(&node) && node["owner"]["email"] == "member@tutti.example", "{node}");
    admin.must("personReactivate", leaves.clone()).await;
    leaves["reassignTo"] = json!(person("owner").to_string());
    admin.must("personDeactivate", leaves).await;
    let node = answered().await;
    assert!(of(&node) && node["owner"]["email"] == "owner@tutti.example", "{node}");
    assert_eq!(node["version"], json!(2));
}

/// A board of all KPIs with their values, trends, targets and links costs the same however many there are.
async fn constant(h: Harness) {
    let pmo = h.as_("pmo");
    let query = "{ kpis(first: 20, orderBy: [{ field: CODE }]) { nodes { code owner { name } targets { target } target { target } \
                 value { value { value } marginOfError { value } state recordedBy { name } parts { id } } \
                 progress { value } trend { verdict change { value } zScore { value } from { id } to { id } } \
                 links { initiative { code kpiLinks { id } } } \
                 measurements(first: 3, orderBy: [{ field: PERIOD_START, direction: DESC }]) { nodes { value { value } revisions { revision } } } } } }";
    let mut statements = Vec::new();
    for number in 0..5 {
        let id = pmo.must("kpiCreate", kpi(&format!("K{number}"), "NPS")).await;
        for (start, of) in [("2025-01-01", "Salg"), ("2025-01-01", "Service"), ("2025-02-01", "Salg")] {
            let more = with(nps(3, 2, 1), json!({ "orgUnitId": unit(of).to_string() }));
            pmo.must("measurementRecord", month(&id, start, more)).await;
        }
        let target = json!({
            "kpiId": id, "from": "2025-01-01", "to": "2025-12-31", "baseline": "0", "threshold": "10",
            "target": "20", "stretch": "30",
        });
        pmo.must("kpiTargetSet", target).await;
        let initiative = find(&pmo, &format!("CX-{}", number % 4 + 1)).await.0;
        let link = json!({ "initiativeId": initiative, "kpiId": id, "hypothesis": "Why not.", "expectedChange": "1" });
        pmo.must("kpiLinkAdd", link).await;
        let answer = pmo.send(query, Value::Null).await;
        assert!(answer.errors.is_empty(), "{:?}", answer.errors);
        statements.push(answer.statements);
    }
    assert!(statements.iter().all(|count| *count == statements[0]), "{statements:?}");
    assert!(statements[0] <= 14, "{statements:?}");
}
