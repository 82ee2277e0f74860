//! Training: worked dates, what becomes of sessions and of those who attend, refusals, callers at the same moment, and
//! eyes that may not see scores.

use sea_orm::EntityTrait as _;
use serde_json::{Value, json};
use tutti_entity::ids::RoleGrantId;
use tutti_entity::people::role_grant::{self, Role};
use uuid::Uuid;

use crate::harness::{Client, Harness, Suite, fresh, person, unit};

mod lists;
mod refused;

pub fn register(suite: &mut Suite) {
    suite.world("training::a_certificate_ends_on_its_worked_day", dates);
    suite.world("training::a_session_is_held_flagged_judged_again_and_corrected", sessions);
    suite.world("training::what_cannot_be_is_refused", refused::refusals);
    suite
        .world("training::a_trainer_runs_their_own_sessions_and_issues_below_their_level", refused::trainers);
    suite.world("training::one_certificate_and_one_end_whoever_is_first", refused::rivals);
    suite.world("training::scores_are_for_the_person_and_for_those_who_train", scores);
    suite.world("training::units_are_covered_as_worked", lists::coverage);
    suite.world("training::whoever_was_trained_has_to_train", lists::practice);
    suite.world("training::what_ends_waits_for_whoever_has_it", lists::work);
    suite.world("training::somebody_is_reminded_four_times", lists::reminders);
    suite.world("training::statements_do_not_grow_with_the_rows", lists::constant);
}

fn id(who: &str) -> String {
    person(who).to_string()
}

/// Gives somebody a role in the whole organisation.
async fn grant(h: &Harness, number: u128, who: &str, role: Role) {
    let row = role_grant::Model {
        id: RoleGrantId(Uuid::from_u128(number)),
        version: 1,
        person_id: person(who),
        role,
        portfolio_id: None,
        org_unit_id: None,
        since: "2025-01-01".parse().unwrap(),
        until: None,
        revoked_at: None,
        created_at: h.now(),
        updated_at: h.now(),
    };
    let row: role_grant::ActiveModel = fresh(row);
    h.rows(async |tx| role_grant::Entity::insert(row).exec_without_returning(tx).await.unwrap()).await;
}

/// The programme office leads the training as well.
pub async fn lead(h: &Harness) -> Client {
    grant(h, 0x7ea0, "pmo", Role::ChangeLead).await;
    h.as_("pmo")
}

fn curriculum(name: &str) -> Value {
    json!({
        "name": name, "objectives": "Hold the *standard*.", "validity": "P12M", "minMinutes": 180, "passMark": 70,
        "practiceWithin": "P3M",
    })
}

fn session(curriculum: &str, trainer: &str, on: &str) -> Value {
    json!({ "curriculumId": curriculum, "trainerId": id(trainer), "scheduledOn": on })
}

fn certificate(curriculum: &str, who: &str, level: &str, on: &str) -> Value {
    json!({ "personId": id(who), "curriculumId": curriculum, "level": level, "issuedOn": on })
}

fn came(who: &str, minutes: i32, pre: Option<i32>, post: Option<i32>) -> Value {
    json!({ "personId": id(who), "minutes": minutes, "preScore": pre, "postScore": post })
}

/// A session of a new curriculum that is to be held.
pub async fn scheduled(lead: &Client, trainer: &str, on: &str) -> String {
    let cur = lead.must("curriculumCreate", curriculum("Tables")).await;
    lead.must("trainingSessionSchedule", session(&cur, trainer, on)).await
}

/// A session that was held on a day.
async fn held(lead: &Client, curriculum: &str, trainer: &str, on: &str, rows: Value) -> String {
    let id = lead.must("trainingSessionSchedule", session(curriculum, trainer, on)).await;
    lead.must("trainingSessionHold", json!({ "id": id, "heldOn": on, "attendances": rows })).await
}

/// Every mutation of training, by somebody who leads it; a TRAINER called `nobody` could do those of their own.
pub async fn mutations(lead: &Client) -> Vec<(&'static str, Value)> {
    let cur = lead.must("curriculumCreate", curriculum("Written back")).await;
    lead.must("certificationIssue", certificate(&cur, "nobody", "TRAINER", "2025-01-02")).await;
    let plan = session(&cur, "nobody", "2025-04-10");
    let open = async || lead.must("trainingSessionSchedule", plan.clone()).await;
    let rows = json!([came("member", 200, Some(40), Some(70))]);
    let corrected = held(lead, &cur, "nobody", "2025-03-10", rows.clone()).await;
    let recorded = held(lead, &cur, "nobody", "2025-03-11", rows.clone()).await;
    let revoked =
        lead.must("certificationIssue", certificate(&cur, "member", "PRACTITIONER", "2025-03-12")).await;
    let agent =
        |who: &str| json!({ "personId": id(who), "orgUnitId": unit("Service").to_string(), "capacity": 20 });
    let changed = lead.must("changeAgentNominate", agent("owner")).await;
    let reason = "The list was wrong.";
    vec![
        ("curriculumCreate", curriculum("Another one")),
        ("curriculumUpdate", json!({ "id": cur, "passMark": 75, "practiceWithin": null })),
        ("trainingSessionSchedule", plan.clone()),
        (
            "trainingSessionUpdate",
            json!({ "id": open().await, "place": "Room 2", "coTrainerIds": [id("owner")] }),
        ),
        ("trainingSessionHold", json!({ "id": open().await, "heldOn": "2025-03-20", "attendances": rows })),
        ("trainingSessionCorrect", json!({ "id": corrected, "heldOn": "2025-03-09", "reason": reason })),
        ("trainingSessionCancel", json!({ "id": open().await, "reason": "No room." })),
        ("attendanceEnrol", json!({ "sessionId": open().await, "personId": id("member") })),
        (
            "attendanceRecord",
            json!({ "sessionId": recorded, "personId": id("member"), "minutes": 100, "reason": reason }),
        ),
        ("certificationIssue", certificate(&cur, "owner", "PRACTITIONER", "2025-03-20")),
        ("certificationRevoke", json!({ "id": revoked, "reason": "Given by mistake." })),
        ("changeAgentNominate", agent("member")),
        ("changeAgentUpdate", json!({ "id": changed, "managerAgreed": true, "state": "ACTIVE" })),
    ]
}

/// Rows of every table of training, with everything in them that can be: about somebody of the world, and about this
/// person.
pub async fn fill(lead: &Client, of: &str, initiative: &str) {
    let cur = lead.must("curriculumCreate", curriculum("Walked over")).await;
    let first = lead.must("certificationIssue", certificate(&cur, "owner", "TRAINER", "2024-04-10")).await;
    lead.must("certificationIssue", certificate(&cur, "owner", "TRAINER", "2025-01-10")).await;
    assert!(first.starts_with("crt_"));
    for (trainer, place) in [("owner", "Room 1"), ("leader", "Room 2")] {
        let mut plan = session(&cur, trainer, "2025-03-20");
        (plan["place"], plan["initiativeId"]) = (json!(place), json!(initiative));
        plan["coTrainerIds"] = json!([id("finance")]);
        let held = lead.must("trainingSessionSchedule", plan).await;
        let mut rows = vec![came("member", 200, Some(40), Some(70))];
        rows.push(json!({ "personId": of, "minutes": 200, "preScore": 30, "postScore": 80 }));
        lead.must("trainingSessionHold", json!({ "id": held, "heldOn": "2025-03-20", "attendances": rows }))
            .await;
    }
    lead.must("trainingSessionSchedule", session(&cur, "leader", "2025-05-01")).await;
    let query = "{ attendances(filter: { lineage: { eq: true } }) { nodes { id person { id } } } }";
    let rows = lead.ask(query, Value::Null).await["attendances"]["nodes"].clone();
    for row in rows.as_array().unwrap() {
        let issue = json!({ "personId": row["person"]["id"], "curriculumId": cur, "level": "PRACTITIONER", "basisId": row["id"] });
        let issued = lead.must("certificationIssue", issue).await;
        lead.must("certificationRevoke", json!({ "id": issued, "reason": "Given by mistake." })).await;
    }
    for who in [id("member"), of.to_owned()] {
        let agent = json!({ "personId": who, "orgUnitId": unit("Service").to_string(), "capacity": 20, "managerAgreed": true });
        let agent = lead.must("changeAgentNominate", agent).await;
        lead.must("changeAgentUpdate", json!({ "id": agent, "state": "ACTIVE" })).await;
    }
}

async fn one(client: &Client, id: &str, fields: &str) -> Value {
    let query = format!("query($id: ID!) {{ node(id: $id) {{ {fields} }} }}");
    client.ask(&query, json!({ "id": id })).await["node"].clone()
}

async fn dates(h: Harness) {
    let lead = lead(&h).await;
    let cur = lead.must("curriculumCreate", curriculum("Moments")).await;
    let issue = certificate(&cur, "owner", "TRAINER", "2024-02-29");
    let first = lead.must("certificationIssue", issue).await;
    let told = async |id: &str| {
        let fields = "... on Certification { issuedOn expiresOn replacedOn state daysLeft issuedBy { name } replaces { id } }";
        one(&lead, id, fields).await
    };
    let expected = json!({
        "issuedOn": "2024-02-29", "expiresOn": "2025-02-28", "replacedOn": null, "state": "EXPIRED", "daysLeft": -31,
        "issuedBy": { "name": "Per Møller" }, "replaces": null,
    });
    assert_eq!(told(&first).await, expected);
    // What is issued stays as it was issued.
    lead.must("curriculumUpdate", json!({ "id": cur, "validity": "P3M" })).await;
    assert_eq!(told(&first).await, expected);
    let second = lead.must("certificationIssue", certificate(&cur, "owner", "TRAINER", "2025-03-31")).await;
    let second_told = told(&second).await;
    let picked = ["expiresOn", "state", "daysLeft", "replaces"].map(|field| second_told[field].clone());
    assert_eq!(picked, [json!("2025-06-30"), json!("VALID"), json!(91), json!({ "id": first })]);
    assert_eq!(told(&first).await["replacedOn"], json!("2025-03-31"));
    h.pass(chrono::TimeDelta::days(1));
    assert_eq!(told(&second).await["state"], json!("EXPIRING"));
    // A filter says of each what the field says.
    lead.must("curriculumUpdate", json!({ "id": cur, "validity": null })).await;
    let revoked = lead.must("certificationIssue", certificate(&cur, "leader", "MASTER", "2025-01-01")).await;
    lead.must("certificationRevoke", json!({ "id": revoked, "reason": "Left the field." })).await;
    lead.must("certificationIssue", certificate(&cur, "member", "MASTER", "2025-01-01")).await;
    let all =
        lead.ask("{ certifications { nodes { id state } } }", Value::Null).await["certifications"]["nodes"]
            .clone();
    for state in ["VALID", "EXPIRING", "EXPIRED", "REVOKED"] {
        let of = |rows: &Value| -> Vec<Value> {
            let rows = rows.as_array().unwrap().iter().filter(|row| row["state"] == state);
            rows.map(|row| row["id"].clone()).collect()
        };
        assert_eq!(of(&all).len(), 1, "{state}: {all}");
        let query = format!(
            "{{ certifications(filter: {{ state: {{ eq: {state} }} }}) {{ nodes {{ id state }} }} }}"
        );
        let rows = lead.ask(&query, Value::Null).await["certifications"]["nodes"].clone();
        assert_eq!((of(&rows), rows.as_array().unwrap().len()), (of(&all), 1));
        let query =
            format!("{{ certifications(filter: {{ state: {{ notIn: [{state}] }} }}) {{ totalCount }} }}");
        assert_eq!(lead.ask(&query, Value::Null).await["certifications"]["totalCount"], json!(3));
    }
}

const ATTENDED: &str = "... on TrainingSession { state heldOn flag expectedFlag trainer { name } coTrainers { name } \
                        attendances { nodes { person { name } status minutes lineage heldOn practiseBy gain { value state } } } }";

async fn sessions(h: Harness) {
    let lead = lead(&h).await;
    let cur = lead.must("curriculumCreate", curriculum("Moments")).await;
    let mut plan = session(&cur, "owner", "2025-03-20");
    plan["coTrainerIds"] = json!([id("finance"), id("leader")]);
    let trs = lead.must("trainingSessionSchedule", plan).await;
    assert_eq!(one(&lead, &trs, ATTENDED).await["expectedFlag"], json!("TRAINER_NOT_CERTIFIED"));
    for who in ["member", "nobody", "auditor"] {
        lead.must("attendanceEnrol", json!({ "sessionId": trs, "personId": id(who) })).await;
    }
    let rows = json!([
        came("member", 200, Some(40), Some(70)),
        came("nobody", 179, None, None),
        came("away", 240, Some(100), Some(100)),
        came("admin", 240, None, Some(69)),
    ]);
    lead.must("trainingSessionHold", json!({ "id": trs, "heldOn": "2025-03-21", "attendances": rows })).await;
    let told = one(&lead, &trs, ATTENDED).await;
    assert_eq!((&told["state"], &told["flag"]), (&json!("HELD"), &json!("TRAINER_NOT_CERTIFIED")));
    assert_eq!(told["expectedFlag"], Value::Null);
    let brief = |told: &Value| -> Vec<String> {
        let rows = told["attendances"]["nodes"].as_array().unwrap().iter();
        rows.map(|row| {
            let gain = row["gain"]["value"].as_str().or(row["gain"]["state"].as_str()).unwrap();
            let text = |field: &str| row[field].as_str().unwrap_or("-").to_owned();
            let (name, minutes) = (row["person"]["name"].as_str().unwrap(), &row["minutes"]);
            format!("{name} {} {minutes} {} {gain} {}", text("status"), row["lineage"], text("practiseBy"))
        })
        .collect()
    };
    let expected = |lineage: &str, by: &str| {
        vec![
            format!("Mia Member COMPLETED 200 {lineage} 0.5000 {by}"),
            "Nanna Norole NOT_PASSED 179 false NOT_APPLICABLE -".to_owned(),
            "Asta Auditor ABSENT 0 false NOT_APPLICABLE -".to_owned(),
            format!("Åse Orlov COMPLETED 240 {lineage} NOT_APPLICABLE {by}"),
            "Ada Admin NOT_PASSED 240 false NOT_APPLICABLE -".to_owned(),
        ]
    };
    assert_eq!(brief(&told), expected("false", "2025-06-21"));
    // A certificate that is entered later judges it again, one that is revoked as well.
    let crt = lead.must("certificationIssue", certificate(&cur, "owner", "TRAINER", "2025-03-21")).await;
    let told = one(&lead, &trs, ATTENDED).await;
    assert_eq!((&told["flag"], brief(&told)), (&Value::Null, expected("true", "2025-06-21")));
    let revoke = json!({ "id": crt, "revokedOn": "2025-03-21", "reason": "Given by mistake." });
    lead.must("certificationRevoke", revoke).await;
    let told = one(&lead, &trs, ATTENDED).await;
    assert_eq!(told["flag"], json!("TRAINER_NOT_CERTIFIED"));
    assert_eq!(brief(&told), expected("false", "2025-06-21"));
    // Somebody else gave it, on another day, and that one might.
    lead.must("certificationIssue", certificate(&cur, "pmo", "MASTER", "2024-03-19")).await;
    let correct = json!({
        "id": trs, "trainerId": id("pmo"), "heldOn": "2025-03-19", "coTrainerIds": [id("leader")], "reason": "The list was wrong.",
    });
    lead.must("trainingSessionCorrect", correct).await;
    let told = one(&lead, &trs, ATTENDED).await;
    assert_eq!((&told["flag"], brief(&told)), (&Value::Null, expected("true", "2025-06-19")));
    assert_eq!(told["coTrainers"], json!([{ "name": "Lene Åkjær" }]));
    let correct = json!({ "id": trs, "heldOn": "2025-03-20", "reason": "It was Thursday." });
    lead.must("trainingSessionCorrect", correct).await;
    let told = one(&lead, &trs, ATTENDED).await;
    assert_eq!(told["flag"], json!("TRAINER_CERTIFICATE_EXPIRED"));
    assert_eq!(brief(&told), expected("false", "2025-06-20"));
    // Recorded late, and corrected.
    let late = json!({ "sessionId": trs, "personId": id("other_owner"), "minutes": 200 });
    lead.must("attendanceRecord", late).await;
    let less = json!({ "sessionId": trs, "personId": id("member"), "minutes": 0 });
    lead.must("attendanceRecord", less).await;
    let told = brief(&one(&lead, &trs, ATTENDED).await);
    assert_eq!(told[0], "Mia Member ABSENT 0 false NOT_APPLICABLE -");
    assert_eq!(told[5], "oluf aabye COMPLETED 200 false NOT_APPLICABLE 2025-06-20");
    // What happened is in the log, reasons and those who help with it.
    let query = "query($id: ID!) { events(filter: { subjectId: { eq: $id } }) { nodes { action reason changes { field before after } } } }";
    let events = lead.ask(query, json!({ "id": trs })).await["events"]["nodes"].clone();
    let actions: Vec<_> =
        events.as_array().unwrap().iter().map(|event| event["action"].as_str().unwrap()).collect();
    assert_eq!(
        actions,
        [
            "training_session.scheduled",
            "training_session.co_trainers_set",
            "training_session.held",
            "training_session.judged_again",
            "training_session.judged_again",
            "training_session.corrected",
            "training_session.corrected",
        ]
    );
    assert_eq!(events[5]["reason"], json!("The list was wrong."));
    assert!(events[5]["changes"].to_string().contains("coTrainers"), "{}", events[5]);
    // Who was enrolled and stayed away may have given it; who was there may not.
    let who = |name: &str| json!({ "id": trs, "trainerId": id(name), "reason": "It was somebody else." });
    let there = lead.change("trainingSessionCorrect", who("other_owner"), Value::Null).await;
    assert_eq!(there["userErrors"][0]["path"], json!(["input", "trainerId"]), "{there}");
    lead.must("trainingSessionCorrect", who("member")).await;
}

async fn scores(h: Harness) {
    let lead = lead(&h).await;
    let cur = lead.must("curriculumCreate", curriculum("Moments")).await;
    let rows = json!([came("member", 200, Some(40), Some(70)), came("nobody", 200, Some(50), Some(80))]);
    held(&lead, &cur, "owner", "2025-03-20", rows).await;
    let query = "{ attendances { nodes { status minutes preScore postScore gain { value state } } } \
                 events(filter: { action: { startsWith: \"attendance.\" } }) { totalCount } }";
    for (who, seen) in
        [("pmo", [true, true]), ("auditor", [true, true]), ("member", [true, false]), ("leader", [false; 2])]
    {
        let data = h.as_(who).ask(query, Value::Null).await;
        let rows = data["attendances"]["nodes"].as_array().unwrap();
        let expected = [(40, 70, "0.5000"), (50, 80, "0.6000")];
        for ((row, (pre, post, gain)), seen) in rows.iter().zip(expected).zip(seen) {
            assert_eq!((&row["status"], &row["minutes"]), (&json!("COMPLETED"), &json!(200)));
            let told = [&row["preScore"], &row["postScore"], &row["gain"]["value"], &row["gain"]["state"]];
            if seen {
                assert_eq!(told, [&json!(pre), &json!(post), &json!(gain), &json!("OK")], "{who}");
            } else {
                assert_eq!(told, [&Value::Null, &Value::Null, &Value::Null, &json!("SUPPRESSED")], "{who}");
            }
        }
        // The log tells scores as well.
        let events = seen.iter().filter(|seen| **seen).count();
        assert_eq!(data["events"]["totalCount"], json!(events), "{who}");
    }
}
