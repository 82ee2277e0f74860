//! What changes a number: tables, locks, restatements by two people, and callers at the same moment; and what was
//! known before stays as it was.

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::future::join_all;
use proptest::prelude::*;
use serde_json::{Value, json};
use tutti_entity::people::role_grant::Role;

use super::{csat, kpi, lock, month, nps, number, only, problem, restate, value, with};
use crate::harness::{Client, Harness, Suite, unit};

pub fn register(suite: &mut Suite) {
    suite.world("metrics::a_locked_number_takes_two", restated);
    suite.world("metrics::a_table_is_recorded_as_a_whole_or_row_by_row", table);
    suite.world("metrics::a_lock_goes_forward", locks);
    suite.world("metrics::what_was_known_then_stays", known);
    suite.world("metrics::rivals_make_revisions_without_a_gap", rivals);
    suite.world("metrics::one_of_those_who_decide_decides", deciders);
    suite.property("metrics::the_past_is_told_as_it_was_known", 10, story, past);
}

async fn restated(h: Harness) {
    only(&h, "member", Role::MetricsEditor, None).await;
    let (pmo, editor) = (h.as_("pmo"), h.as_("member"));
    let id = pmo.must("kpiCreate", kpi("NPS", "NPS")).await;
    let first = pmo.must("measurementRecord", month(&id, "2025-01-01", nps(34, 66, 0))).await;
    let refused = async |client: &Client, mutation: &str, input: Value| {
        problem(&client.change(mutation, input, Value::Null).await)
    };
    let conflict = |path: &str| ("CONFLICT".to_owned(), format!("input.{path}"));
    // While the period is open there is nothing to restate.
    assert_eq!(refused(&pmo, "measurementRestate", restate(&first, nps(30, 70, 0))).await, conflict("id"));
    lock(&pmo, &id, "2025-02-28").await;
    assert_eq!(value(&pmo, &id, "").await["state"], json!("LOCKED"));
    for (input, code, path) in [
        (restate(&first, nps(34, 66, 0)), "CONFLICT", "id"),
        (with(restate(&first, nps(1, 1, 1)), json!({ "reasonText": "Late." })), "INVALID", "reasonText"),
        (with(restate(&first, nps(1, 1, 1)), json!({ "kpiId": id })), "INVALID", "kpiId"),
        (restate(&first, csat(1, 1)), "INVALID", "satisfied"),
        (with(restate(&first, nps(1, 1, 1)), json!({ "id": null })), "REQUIRED", "id"),
    ] {
        let found = refused(&pmo, "measurementRestate", input.clone()).await;
        assert_eq!(found, (code.to_owned(), format!("input.{path}")), "{input}");
    }
    let second = pmo.must("measurementRestate", restate(&first, nps(31, 68, 1))).await;
    // It waits for everybody who could approve it but the one who asked.
    let work = "{ viewer { work { nodes { kind title role dueState subject { id } } } } }";
    let waits = json!({
        "kind": "APPROVAL", "title": "Approve the restatement of NPS: The NPS", "role": "second person",
        "dueState": "NONE", "subject": { "id": second },
    });
    for (who, expected) in [("member", true), ("pmo", false), ("owner", false), ("admin", false)] {
        let nodes = h.as_(who).ask(work, Value::Null).await["viewer"]["work"]["nodes"].clone();
        assert_eq!(nodes.as_array().unwrap().contains(&waits), expected, "{who}: {nodes}");
    }
    // The number is still the old one, and nobody asks for another meanwhile.
    assert_eq!(number(&pmo, &id, "").await, "34.0 OK");
    assert_eq!(refused(&editor, "measurementRestate", restate(&first, nps(1, 1, 1))).await, conflict("id"));
    let approve = json!({ "id": second });
    let own = refused(&pmo, "restatementApprove", approve.clone()).await;
    assert_eq!(own, ("FORBIDDEN".to_owned(), "input.id".to_owned()));
    assert_eq!(refused(&editor, "restatementApprove", json!({ "id": first })).await, conflict("id"));
    let owner = h.as_("owner").try_change("restatementApprove", approve.clone(), Value::Null).await;
    assert_eq!(owner.code(), "FORBIDDEN");
    assert_eq!(number(&pmo, &id, "").await, "34.0 OK");
    h.pass(TimeDelta::hours(1));
    let payload = editor.change("restatementApprove", approve.clone(), Value::Null).await;
    assert_eq!(problem(&payload).0, "written");
    assert_eq!(payload["event"]["action"], json!("restatement.approved"));
    assert_eq!(payload["event"]["reason"], json!("Forty answers came in after the lock."));
    assert_eq!(number(&pmo, &id, "").await, "30.0 OK");
    assert_eq!(refused(&editor, "restatementApprove", approve).await, conflict("id"));
    // Declined, it never comes in force, and the next one can be asked for.
    let third = editor.must("measurementRestate", restate(&second, nps(100, 0, 0))).await;
    let decline = json!({ "id": third, "reason": "The answers are of another month." });
    editor.must("restatementDecline", decline.clone()).await;
    assert_eq!(refused(&pmo, "restatementDecline", decline).await, conflict("id"));
    assert_eq!(refused(&pmo, "restatementApprove", json!({ "id": third })).await, conflict("id"));
    // What was never measured before the lock is added the same way.
    let late = with(
        restate("", nps(5, 5, 0)),
        json!({ "id": null, "kpiId": id, "periodStart": "2025-02-01", "orgUnitId": unit("Salg").to_string() }),
    );
    let late = editor.must("measurementRestate", late).await;
    assert_eq!(number(&pmo, &id, "").await, "30.0 OK");
    pmo.must("restatementApprove", json!({ "id": late })).await;
    assert_eq!(number(&pmo, &id, "").await, "50.0 OK");
    // Who changed what was locked, why, and who approved it.
    let query = "{ measurements(filter: { reason: { isNull: false } }) { nodes { \
                 revision reason reasonText recordedBy { email } approvedBy { email } declinedBy { email } inForceAt \
                 value { value } revisions { revision } } } }";
    let found = pmo.ask(query, Value::Null).await["measurements"]["nodes"].clone();
    let found: Vec<_> = found
        .as_array()
        .unwrap()
        .iter()
        .map(|row| {
            (
                row["revision"].clone(),
                row["approvedBy"]["email"].clone(),
                row["declinedBy"]["email"].clone(),
                row["revisions"].as_array().unwrap().len(),
            )
        })
        .collect();
    assert_eq!(
        found,
        [
            (json!(2), json!("member@tutti.example"), Value::Null, 3),
            (json!(3), Value::Null, json!("member@tutti.example"), 3),
            (json!(1), json!("pmo@tutti.example"), Value::Null, 1),
        ]
    );
}

async fn table(h: Harness) {
    only(&h, "nobody", Role::MetricsEditor, Some("Service")).await;
    let (pmo, scoped) = (h.as_("pmo"), h.as_("nobody"));
    let (score, share) =
        (pmo.must("kpiCreate", kpi("NPS", "NPS")).await, pmo.must("kpiCreate", kpi("CSAT", "CSAT")).await);
    let of = |name: &str, input: Value| with(input, json!({ "orgUnitId": unit(name).to_string() }));
    let january = month(&score, "2025-01-01", nps(1, 1, 1));
    let rows = json!([
        of("Service", january.clone()),
        of("Salg", january.clone()),
        month(&share, "2025-01-01", csat(51, 50)),
        of("Service", january.clone()),
        month(&share.replace("kpi_0", "kpi_7"), "2025-01-01", csat(5, 50)),
        of("Contact centre", month(&share, "2025-02-01", csat(5, 50))),
    ]);
    let refused = |payload: &Value| -> Vec<String> {
        let rows = payload["results"].as_array().unwrap();
        let one = |row: &Value| {
            let (code, path) = problem(row);
            assert_eq!(row["measurement"].is_null(), code != "written" || payload["userErrors"] != json!([]));
            format!("{code} {path}")
        };
        rows.iter().map(one).collect()
    };
    let of_pmo = [
        "written ",
        "written ",
        "INVALID input.rows.2.satisfied",
        "CONFLICT input.rows.3.periodStart",
        "NOT_FOUND input.rows.4.kpiId",
        "written ",
    ];
    let before = h.dump().await;
    let all = json!({ "rows": rows, "policy": "REJECT_ALL" });
    let payload = pmo.change("measurementsRecord", all, Value::Null).await;
    assert_eq!(refused(&payload), of_pmo);
    assert_eq!((payload["userErrors"].as_array().unwrap().len(), &payload["event"]), (3, &Value::Null));
    assert_eq!(before, h.dump().await);
    let some = json!({ "rows": rows, "policy": "SKIP_FAILED" });
    let payload = scoped.change("measurementsRecord", some.clone(), Value::Null).await;
    let of_scoped = refused(&payload);
    assert_eq!(of_scoped[1], "FORBIDDEN input.rows.1.orgUnitId");
    assert_eq!((of_scoped[0].as_str(), of_scoped[5].as_str()), ("written ", "written "));
    assert_eq!(
        (&payload["userErrors"], &payload["event"]["action"]),
        (&json!([]), &json!("measurement.recorded"))
    );
    // Read in once more, only what is new is written, and the key answers the same again.
    let first = pmo.change("measurementsRecord", some.clone(), json!({ "idempotencyKey": "file" })).await;
    assert_eq!(refused(&first), of_pmo);
    assert_eq!(first["results"][0]["measurement"]["id"], payload["results"][0]["measurement"]["id"]);
    let again = pmo.change("measurementsRecord", some, json!({ "idempotencyKey": "file" })).await;
    assert_eq!(again["results"], first["results"]);
    let count = "{ measurements { totalCount } }";
    assert_eq!(pmo.ask(count, Value::Null).await["measurements"]["totalCount"], json!(3));
    for (rows, code) in [(json!([]), "REQUIRED"), (json!(vec![january; 1001]), "LIMIT_EXCEEDED")] {
        let input = json!({ "rows": rows, "policy": "SKIP_FAILED" });
        let payload = pmo.change("measurementsRecord", input, Value::Null).await;
        assert_eq!(problem(&payload), (code.to_owned(), "input.rows".to_owned()));
    }
    // A thousand rows cost as few statements as ten.
    let weeks = |count: i64| {
        let monday: chrono::NaiveDate = "2005-01-03".parse().unwrap();
        (0..count).map(move |week| (monday + TimeDelta::weeks(week)).to_string())
    };
    let mut statements = Vec::new();
    for (code, count) in [("FEW", 10), ("MANY", 1000)] {
        let weekly = with(kpi(code, "CSAT"), json!({ "cadence": "WEEKLY" }));
        let id = pmo.must("kpiCreate", weekly).await;
        let rows: Vec<_> = weeks(count).map(|start| month(&id, &start, csat(4, 5))).collect();
        let input = json!({ "rows": rows, "policy": "REJECT_ALL" });
        let answer = pmo.try_change("measurementsRecord", input, Value::Null).await;
        assert_eq!(answer.data()["measurementsRecord"]["userErrors"], json!([]));
        statements.push(answer.statements);
    }
    assert!(statements[1] <= statements[0] + 6, "{statements:?}");
}

async fn locks(h: Harness) {
    let pmo = h.as_("pmo");
    let ids =
        [pmo.must("kpiCreate", kpi("NPS", "NPS")).await, pmo.must("kpiCreate", kpi("CSAT", "CSAT")).await];
    lock(&pmo, &ids[1], "2025-02-28").await;
    let both = json!({ "kpiIds": ids, "through": "2025-01-31" });
    let query = "mutation($input: KpiPeriodLockInput!, $options: WriteOptions) { kpiPeriodLock(input: $input, options: $options) { \
                 kpis { code lockedThrough } userErrors { code } event { action } } }";
    let locked = json!([
        { "code": "NPS", "lockedThrough": "2025-01-31" },
        { "code": "CSAT", "lockedThrough": "2025-02-28" },
    ]);
    for (options, event) in [
        (json!({ "dryRun": true }), json!({ "action": "kpi.period_locked" })),
        (Value::Null, json!({ "action": "kpi.period_locked" })),
        (Value::Null, Value::Null),
    ] {
        let answer =
            pmo.ask(query, json!({ "input": both, "options": options })).await["kpiPeriodLock"].clone();
        assert_eq!((&answer["kpis"], &answer["event"]), (&locked, &event), "{answer}");
    }
    let log = "{ events(filter: { action: { eq: \"kpi.period_locked\" } }) { totalCount } }";
    assert_eq!(pmo.ask(log, Value::Null).await["events"]["totalCount"], json!(2));
}

async fn known(h: Harness) {
    only(&h, "member", Role::MetricsEditor, None).await;
    let (pmo, editor) = (h.as_("pmo"), h.as_("member"));
    let id = pmo.must("kpiCreate", kpi("CSAT", "CSAT")).await;
    let mut moments: Vec<(DateTime<Utc>, &str)> = vec![(h.now() - TimeDelta::seconds(1), "nothing")];
    let later = |moments: &mut Vec<_>, expected| {
        moments.push((h.now(), expected));
        h.pass(TimeDelta::hours(1));
    };
    h.pass(TimeDelta::hours(1));
    let first = pmo.must("measurementRecord", month(&id, "2025-01-01", csat(1, 2))).await;
    later(&mut moments, "50.0 OK");
    pmo.must("measurementRecord", month(&id, "2025-01-01", csat(3, 4))).await;
    later(&mut moments, "75.0 OK");
    lock(&pmo, &id, "2025-01-31").await;
    let asked = pmo.must("measurementRestate", restate(&first, csat(4, 5))).await;
    later(&mut moments, "75.0 OK");
    editor.must("restatementApprove", json!({ "id": asked })).await;
    later(&mut moments, "80.0 OK");
    pmo.must("measurementRecord", month(&id, "2025-02-01", csat(9, 10))).await;
    for (at, expected) in &moments {
        let arguments = format!("(on: \"2025-02-15\", knownAt: \"{}\")", at.to_rfc3339());
        assert_eq!(&number(&pmo, &id, &arguments).await, expected, "as known at {at}");
    }
    assert_eq!(number(&pmo, &id, "(on: \"2025-01-31\")").await, "80.0 OK");
    assert_eq!(number(&pmo, &id, "(on: \"2025-02-01\")").await, "90.0 OK");
    assert_eq!(number(&pmo, &id, "(on: \"2024-12-31\")").await, "nothing");
}

async fn rivals(h: Harness) {
    let pmo = h.as_("pmo");
    let id = pmo.must("kpiCreate", kpi("CSAT", "CSAT")).await;
    let record = |number: i32| {
        pmo.change("measurementRecord", month(&id, "2025-01-01", csat(number, 100)), Value::Null)
    };
    let payloads = join_all((0..12).map(record)).await;
    assert!(payloads.iter().all(|payload| problem(payload).0 == "written"), "{payloads:?}");
    let query = "query($id: ID!) { node(id: $id) { ... on Kpi { value { id } measurements(orderBy: [{ field: REVISION }]) { nodes { id revision } } } } }";
    let found = pmo.ask(query, json!({ "id": id })).await["node"].clone();
    let rows = found["measurements"]["nodes"].as_array().unwrap();
    let revisions: Vec<_> = rows.iter().map(|row| row["revision"].as_i64().unwrap()).collect();
    assert_eq!(revisions, (1..=12).collect::<Vec<_>>());
    assert_eq!(found["value"]["id"], rows[11]["id"]);
    // Whoever records while somebody locks is either in it or refused.
    for round in 0..4 {
        let id = pmo.must("kpiCreate", kpi(&format!("RACE{round}"), "CSAT")).await;
        let lock = json!({ "kpiIds": [id], "through": "2025-01-31" });
        let (one, locked, other) = tokio::join!(
            pmo.change("measurementRecord", month(&id, "2025-01-01", csat(1, 2)), Value::Null),
            pmo.change("kpiPeriodLock", lock, Value::Null),
            pmo.change("measurementRecord", month(&id, "2025-01-01", csat(2, 2)), Value::Null),
        );
        assert_eq!(problem(&locked).0, "written");
        let written = [&one, &other].iter().filter(|payload| problem(payload).0 == "written").count();
        assert!(
            [&one, &other]
                .iter()
                .all(|payload| ["written", "CONFLICT"].contains(&problem(payload).0.as_str()))
        );
        let count = "query($id: ID!) { node(id: $id) { ... on Kpi { measurements { totalCount } } } }";
        let found = pmo.ask(count, json!({ "id": id })).await["node"]["measurements"]["totalCount"].clone();
        assert_eq!(found, json!(written));
    }
    // A code belongs to one KPI.
    let both = join_all((0..5).map(|_| pmo.change("kpiCreate", kpi("same", "NPS"), Value::Null))).await;
    assert_eq!(both.iter().filter(|payload| problem(payload).0 == "written").count(), 1, "{both:?}");
}

async fn deciders(h: Harness) {
    only(&h, "member", Role::MetricsEditor, None).await;
    only(&h, "finance", Role::MetricsEditor, None).await;
    let pmo = h.as_("pmo");
    let id = pmo.must("kpiCreate", kpi("CSAT", "CSAT")).await;
    let first = pmo.must("measurementRecord", month(&id, "2025-01-01", csat(1, 2))).await;
    lock(&pmo, &id, "2025-01-31").await;
    for round in 3..7 {
        // Two ask at the same moment: one request waits.
        let asks = join_all([round, round + 10].map(|satisfied| {
            pmo.change("measurementRestate", restate(&first, csat(satisfied, 100)), Value::Null)
        }))
        .await;
        let asked: Vec<_> = asks.iter().filter(|payload| problem(payload).0 == "written").collect();
        assert_eq!(asked.len(), 1, "{asks:?}");
        let asked = asked[0]["measurement"]["id"].clone();
        let decline = json!({ "id": asked, "reason": "No." });
        let approve = json!({ "id": asked });
        let (member, finance) = (h.as_("member"), h.as_("finance"));
        let decided = tokio::join!(
            member.change("restatementApprove", approve.clone(), Value::Null),
            finance.change("restatementApprove", approve, Value::Null),
            pmo.change("restatementDecline", decline, Value::Null),
        );
        let codes = [&decided.0, &decided.1, &decided.2].map(|payload| problem(payload).0);
        assert_eq!(codes.iter().filter(|code| *code == "written").count(), 1, "{codes:?}");
    }
}

/// One thing that is done: in which month, in which unit, how many are satisfied, and how long until the next.
type Step = (u8, u8, i32, i64);

fn story() -> impl Strategy<Value = Vec<Step>> {
    proptest::collection::vec((0_u8..6, 0_u8..3, 1_i32..100, 1_i64..60), 2..12)
}

/// Whatever is recorded, locked and restated, each moment's value stays as it was told in that moment.
async fn past(h: Harness, steps: Vec<Step>) -> Result<(), String> {
    only(&h, "member", Role::MetricsEditor, None).await;
    let (pmo, editor) = (h.as_("pmo"), h.as_("member"));
    // Time goes on from one story to the next, and so no two of them have the same code.
    let code = format!("CSAT-{}", h.now().timestamp());
    let id = pmo.must("kpiCreate", kpi(&code, "CSAT")).await;
    let mut seen: Vec<(String, String)> = Vec::new();
    let mut asked: Vec<String> = Vec::new();
    for (what, of, satisfied, hours) in steps {
        let start = ["2025-01-01", "2025-02-01"][usize::from(what % 2)];
        let of =
            ["Salg", "Service", "Contact centre"].get(usize::from(of)).map(|name| unit(name).to_string());
        let numbers = with(csat(satisfied, 100), json!({ "orgUnitId": of }));
        match what {
            0..=2 => drop(pmo.change("measurementRecord", month(&id, start, numbers), Value::Null).await),
            3 => {
                let lock = json!({ "kpiIds": [id], "through": "2025-01-31" });
                drop(pmo.change("kpiPeriodLock", lock, Value::Null).await);
            }
            4 => {
                let input = json!({
                    "kpiId": id, "periodStart": "2025-01-01", "reason": "DUPLICATES",
                    "reasonText": "Some were counted twice.",
                });
                let payload = pmo.change("measurementRestate", with(input, numbers), Value::Null).await;
                asked.extend(payload["measurement"]["id"].as_str().map(str::to_owned));
            }
            _ => {
                if let Some(id) = asked.pop() {
                    drop(editor.change("restatementApprove", json!({ "id": id }), Value::Null).await);
                }
            }
        }
        for on in ["2025-01-31", "2025-03-31"] {
            let arguments = format!("(on: \"{on}\", knownAt: \"{}\")", h.now().to_rfc3339());
            let told = value(&pmo, &id, &arguments).await.to_string();
            let now = value(&pmo, &id, &format!("(on: \"{on}\")")).await.to_string();
            if told != now {
                return Err(format!("now is not now: {told} and {now}"));
            }
            seen.push((arguments, told));
        }
        h.pass(TimeDelta::minutes(hours));
    }
    for (arguments, before) in seen {
        // Whether a period is locked is told as it is now.
        let plain = |text: &str| text.replace("LOCKED", "OPEN");
        let now = value(&pmo, &id, &arguments).await.to_string();
        if plain(&now) != plain(&before) {
            return Err(format!("{arguments}: {before} has become {now}"));
        }
    }
    Ok(())
}
