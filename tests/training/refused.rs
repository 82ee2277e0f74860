//! What is refused: what cannot be, what somebody may not do, and what somebody else did first.

use futures_util::future::join_all;
use serde_json::{Value, json};
use tutti_entity::people::role_grant::Role;

use super::{came, certificate, curriculum, grant, held, id, lead, one, session};
use crate::harness::{Harness, unit};

fn problem(payload: &Value) -> (String, String) {
    let error = &payload["userErrors"][0];
    let path: Vec<_> = error["path"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    (error["code"].as_str().unwrap_or("written").to_owned(), path.join("."))
}

/// What refusals are asked about.
struct World {
    cur: String,
    other: String,
    open: String,
    over: String,
    off: String,
    crt: String,
    agt: String,
    archived: String,
    basis: Value,
}

/// A mutation, its input, and the code and the path of the first problem.
type Case = (&'static str, Value, &'static str, &'static str);

fn with(mut input: Value, field: &str, value: Value) -> Value {
    input[field] = value;
    input
}

fn agent() -> Value {
    json!({ "personId": id("member"), "orgUnitId": unit("Service").to_string(), "capacity": 20 })
}

/// Of curricula and of who is certified or carries the change.
fn of_curricula(w: &World) -> Vec<Case> {
    let issue = certificate(&w.cur, "member", "TRAINER", "2025-03-20");
    vec![
        ("curriculumCreate", curriculum(" moments "), "CONFLICT", "input.name"),
        ("curriculumCreate", with(curriculum("New"), "name", json!(" ")), "REQUIRED", "input.name"),
        ("curriculumCreate", with(curriculum("New"), "minMinutes", json!(0)), "INVALID", "input.minMinutes"),
        ("curriculumCreate", with(curriculum("New"), "passMark", json!(100.01)), "INVALID", "input.passMark"),
        ("curriculumCreate", with(curriculum("New"), "validity", json!("PT1H")), "INVALID", "input.validity"),
        ("curriculumUpdate", json!({ "id": &w.other, "name": "MOMENTS" }), "CONFLICT", "input.name"),
        ("curriculumUpdate", json!({ "id": &w.other, "minMinutes": null }), "REQUIRED", "input.minMinutes"),
        (
            "certificationIssue",
            with(issue.clone(), "issuedOn", json!("2025-04-01")),
            "INVALID",
            "input.issuedOn",
        ),
        (
            "certificationIssue",
            certificate(&w.cur, "owner", "TRAINER", "2025-03-01"),
            "CONFLICT",
            "input.issuedOn",
        ),
        (
            "certificationIssue",
            certificate(&w.cur, "left", "TRAINER", "2025-03-01"),
            "INVALID",
            "input.personId",
        ),
        (
            "certificationIssue",
            with(issue.clone(), "basisId", w.basis[1]["id"].clone()),
            "INVALID",
            "input.basisId",
        ),
        (
            "certificationIssue",
            with(
                certificate(&w.other, "member", "TRAINER", "2025-03-20"),
                "basisId",
                w.basis[0]["id"].clone(),
            ),
            "INVALID",
            "input.basisId",
        ),
        ("certificationRevoke", json!({ "id": &w.crt, "reason": "" }), "REQUIRED", "input.reason"),
        (
            "certificationRevoke",
            json!({ "id": &w.crt, "revokedOn": "2025-02-28", "reason": "So." }),
            "INVALID",
            "input.revokedOn",
        ),
        (
            "certificationRevoke",
            json!({ "id": &w.crt, "revokedOn": "2025-04-01", "reason": "So." }),
            "INVALID",
            "input.revokedOn",
        ),
        ("changeAgentNominate", agent(), "CONFLICT", "input.personId"),
        ("changeAgentUpdate", json!({ "id": &w.agt, "state": "ACTIVE" }), "CONFLICT", "input.managerAgreed"),
        (
            "changeAgentUpdate",
            json!({ "id": &w.agt, "state": "PAUSED" }),
            "ILLEGAL_TRANSITION",
            "input.state",
        ),
        ("changeAgentUpdate", json!({ "id": &w.agt, "capacity": 0 }), "INVALID", "input.capacity"),
    ]
}

/// Of sessions that are to come.
#[expect(clippy::too_many_lines, reason = "a list with an entry for each refusal")]
fn of_plans(w: &World) -> Vec<Case> {
    let planned = session(&w.cur, "owner", "2025-04-10");
    vec![
        ("trainingSessionSchedule", session(&w.cur, "away", "2025-04-10"), "INVALID", "input.trainerId"),
        (
            "trainingSessionSchedule",
            with(planned.clone(), "coTrainerIds", json!([id("owner")])),
            "CONFLICT",
            "input.coTrainerIds",
        ),
        (
            "trainingSessionSchedule",
            with(planned.clone(), "coTrainerIds", json!([id("left")])),
            "INVALID",
            "input.coTrainerIds",
        ),
        (
            "trainingSessionSchedule",
            with(planned.clone(), "initiativeId", json!(&w.archived)),
            "CONFLICT",
            "input.initiativeId",
        ),
        ("trainingSessionUpdate", json!({ "id": &w.over, "place": "Here" }), "CONFLICT", "input.id"),
        (
            "trainingSessionUpdate",
            json!({ "id": &w.open, "trainerId": id("member") }),
            "CONFLICT",
            "input.trainerId",
        ),
        (
            "trainingSessionUpdate",
            json!({ "id": &w.open, "coTrainerIds": [id("member")] }),
            "CONFLICT",
            "input.coTrainerIds",
        ),
        (
            "trainingSessionUpdate",
            json!({ "id": &w.open, "scheduledOn": null }),
            "REQUIRED",
            "input.scheduledOn",
        ),
        (
            "trainingSessionCancel",
            json!({ "id": &w.over, "reason": "No." }),
            "ILLEGAL_TRANSITION",
            "input.id",
        ),
        (
            "trainingSessionCancel",
            json!({ "id": &w.off, "reason": "Again." }),
            "ILLEGAL_TRANSITION",
            "input.id",
        ),
        ("trainingSessionCancel", json!({ "id": &w.open, "reason": " " }), "REQUIRED", "input.reason"),
        ("trainingSessionCorrect", json!({ "id": &w.open, "reason": "No." }), "CONFLICT", "input.id"),
        ("trainingSessionCorrect", json!({ "id": &w.over, "reason": "" }), "REQUIRED", "input.reason"),
        (
            "trainingSessionCorrect",
            json!({ "id": &w.over, "trainerId": id("member"), "reason": "So." }),
            "CONFLICT",
            "input.trainerId",
        ),
        (
            "trainingSessionCorrect",
            json!({ "id": &w.over, "heldOn": "2025-04-01", "reason": "So." }),
            "INVALID",
            "input.heldOn",
        ),
        (
            "attendanceEnrol",
            json!({ "sessionId": &w.open, "personId": id("member") }),
            "CONFLICT",
            "input.personId",
        ),
        (
            "attendanceEnrol",
            json!({ "sessionId": &w.open, "personId": id("owner") }),
            "CONFLICT",
            "input.personId",
        ),
        (
            "attendanceEnrol",
            json!({ "sessionId": &w.open, "personId": id("left") }),
            "INVALID",
            "input.personId",
        ),
        (
            "attendanceEnrol",
            json!({ "sessionId": &w.over, "personId": id("away") }),
            "CONFLICT",
            "input.sessionId",
        ),
        (
            "attendanceRecord",
            json!({ "sessionId": &w.open, "personId": id("member"), "minutes": 1 }),
            "CONFLICT",
            "input.sessionId",
        ),
        (
            "attendanceRecord",
            json!({ "sessionId": &w.over, "personId": id("owner"), "minutes": 1 }),
            "CONFLICT",
            "input.personId",
        ),
        (
            "attendanceRecord",
            json!({ "sessionId": &w.over, "personId": id("member"), "minutes": 10081 }),
            "INVALID",
            "input.minutes",
        ),
    ]
}

/// Of sessions that are held.
fn of_holding(w: &World) -> Vec<Case> {
    let hold = |rows: Value| json!({ "id": &w.open, "heldOn": "2025-03-31", "attendances": rows });
    let many: Vec<Value> = (0..1001).map(|_| came("member", 1, None, None)).collect();
    vec![
        (
            "trainingSessionHold",
            json!({ "id": &w.open, "heldOn": "2025-04-01", "attendances": [] }),
            "INVALID",
            "input.heldOn",
        ),
        (
            "trainingSessionHold",
            hold(json!([came("owner", 200, None, None)])),
            "CONFLICT",
            "input.attendances.0.personId",
        ),
        (
            "trainingSessionHold",
            hold(json!([came("member", 1, None, None), came("member", 2, None, None)])),
            "CONFLICT",
            "input.attendances.1.personId",
        ),
        (
            "trainingSessionHold",
            hold(json!([came("member", -1, None, None)])),
            "INVALID",
            "input.attendances.0.minutes",
        ),
        (
            "trainingSessionHold",
            hold(json!([came("member", 10, None, Some(101))])),
            "INVALID",
            "input.attendances.0.postScore",
        ),
        (
            "trainingSessionHold",
            hold(json!([came("member", 0, None, Some(10))])),
            "INVALID",
            "input.attendances.0.postScore",
        ),
        (
            "trainingSessionHold",
            hold(json!([{ "personId": id("member").replace("per_0", "per_7"), "minutes": 1 }])),
            "NOT_FOUND",
            "input.attendances.0.personId",
        ),
        ("trainingSessionHold", hold(json!(many)), "LIMIT_EXCEEDED", "input.attendances"),
        (
            "trainingSessionHold",
            json!({ "id": &w.over, "heldOn": "2025-03-31", "attendances": [] }),
            "ILLEGAL_TRANSITION",
            "input.id",
        ),
    ]
}

pub async fn refusals(h: Harness) {
    let lead = lead(&h).await;
    let cur = lead.must("curriculumCreate", curriculum("Moments")).await;
    let other = lead.must("curriculumCreate", curriculum("Stories")).await;
    let open = lead.must("trainingSessionSchedule", session(&cur, "owner", "2025-04-10")).await;
    lead.must("attendanceEnrol", json!({ "sessionId": open, "personId": id("member") })).await;
    let rows = json!([came("member", 200, None, None), came("nobody", 10, None, None)]);
    let over = held(&lead, &cur, "owner", "2025-03-20", rows).await;
    let off = lead.must("trainingSessionSchedule", session(&cur, "owner", "2025-04-11")).await;
    lead.must("trainingSessionCancel", json!({ "id": off, "reason": "No room." })).await;
    let crt = lead.must("certificationIssue", certificate(&cur, "owner", "TRAINER", "2025-03-01")).await;
    let query = "query($id: ID!) { attendances(filter: { sessionId: { eq: $id } }) { nodes { id } } }";
    let basis = lead.ask(query, json!({ "id": over })).await["attendances"]["nodes"].clone();
    let agt = lead.must("changeAgentNominate", agent()).await;
    let archived = crate::write::find(&lead, "CX-9").await.0;
    let w = World { cur, other, open, over, off, crt, agt, archived, basis };
    let before = h.dump().await;
    for (mutation, input, code, path) in [of_curricula(&w), of_plans(&w), of_holding(&w)].concat() {
        let payload = lead.change(mutation, input.clone(), Value::Null).await;
        assert_eq!(problem(&payload), (code.to_owned(), path.to_owned()), "{mutation}: {payload}");
    }
    assert_eq!(before, h.dump().await);
}

pub async fn trainers(h: Harness) {
    let lead = lead(&h).await;
    for (number, who) in [(0x7ea1, "owner"), (0x7ea2, "other_owner")] {
        grant(&h, number, who, Role::Trainer).await;
    }
    let cur = lead.must("curriculumCreate", curriculum("Moments")).await;
    lead.must("certificationIssue", certificate(&cur, "owner", "TRAINER", "2025-03-01")).await;
    lead.must("certificationIssue", certificate(&cur, "other_owner", "MASTER", "2025-03-01")).await;
    let (owner, master) = (h.as_("owner"), h.as_("other_owner"));
    let theirs = owner.must("trainingSessionSchedule", session(&cur, "owner", "2025-03-20")).await;
    let others = lead.must("trainingSessionSchedule", session(&cur, "leader", "2025-03-20")).await;
    for (client, mutation, input, code, path) in [
        (
            &owner,
            "trainingSessionSchedule",
            session(&cur, "leader", "2025-04-10"),
            "FORBIDDEN",
            "input.trainerId",
        ),
        (
            &owner,
            "trainingSessionUpdate",
            json!({ "id": theirs, "trainerId": id("leader") }),
            "FORBIDDEN",
            "input.trainerId",
        ),
        (&owner, "trainingSessionUpdate", json!({ "id": others, "place": "Here" }), "FORBIDDEN", "input.id"),
        (
            &owner,
            "trainingSessionHold",
            json!({ "id": others, "heldOn": "2025-03-20", "attendances": [] }),
            "FORBIDDEN",
            "input.id",
        ),
        (
            &owner,
            "attendanceEnrol",
            json!({ "sessionId": others, "personId": id("member") }),
            "FORBIDDEN",
            "input.sessionId",
        ),
        (&owner, "attendanceEnrol", json!({ "sessionId": theirs, "personId": id("member") }), "written", ""),
        (
            &owner,
            "trainingSessionHold",
            json!({ "id": theirs, "heldOn": "2025-03-20", "attendances": [] }),
            "written",
            "",
        ),
        (
            &owner,
            "certificationIssue",
            certificate(&cur, "member", "TRAINER", "2025-03-20"),
            "FORBIDDEN",
            "input.level",
        ),
        (
            &owner,
            "certificationIssue",
            certificate(&cur, "member", "PRACTITIONER", "2025-03-20"),
            "written",
            "",
        ),
        (
            &master,
            "certificationIssue",
            certificate(&cur, "member", "MASTER", "2025-03-20"),
            "FORBIDDEN",
            "input.level",
        ),
        (&master, "certificationIssue", certificate(&cur, "member", "TRAINER", "2025-03-20"), "written", ""),
    ] {
        let payload = client.change(mutation, input, Value::Null).await;
        assert_eq!(problem(&payload), (code.to_owned(), path.to_owned()), "{mutation}: {payload}");
    }
    let crt = lead.must("certificationIssue", certificate(&cur, "nobody", "TRAINER", "2025-03-20")).await;
    let payload =
        owner.change("certificationRevoke", json!({ "id": crt, "reason": "So." }), Value::Null).await;
    assert_eq!(problem(&payload), ("FORBIDDEN".to_owned(), "input.id".to_owned()));
    let answer = owner.try_change("curriculumCreate", curriculum("Mine"), Value::Null).await;
    assert_eq!(answer.code(), "FORBIDDEN");
}

pub async fn rivals(h: Harness) {
    let lead = lead(&h).await;
    let cur = lead.must("curriculumCreate", curriculum("Moments")).await;
    let codes = |payloads: &[Value]| {
        let mut codes: Vec<_> = payloads.iter().map(|payload| problem(payload).0).collect();
        codes.sort();
        codes
    };
    let issue = certificate(&cur, "owner", "TRAINER", "2025-03-01");
    let payloads =
        join_all((0..6).map(|_| lead.change("certificationIssue", issue.clone(), Value::Null))).await;
    assert_eq!(codes(&payloads), [vec!["CONFLICT"; 5], vec!["written"]].concat());
    let trs = lead.must("trainingSessionSchedule", session(&cur, "owner", "2025-03-20")).await;
    let hold = json!({ "id": trs, "heldOn": "2025-03-20", "attendances": [came("member", 200, None, None)] });
    let payloads =
        join_all((0..6).map(|_| lead.change("trainingSessionHold", hold.clone(), Value::Null))).await;
    assert_eq!(codes(&payloads), [vec!["ILLEGAL_TRANSITION"; 5], vec!["written"]].concat());
    let agent = json!({ "personId": id("member"), "orgUnitId": unit("Service").to_string(), "capacity": 20 });
    let payloads =
        join_all((0..6).map(|_| lead.change("changeAgentNominate", agent.clone(), Value::Null))).await;
    assert_eq!(codes(&payloads), [vec!["CONFLICT"; 5], vec!["written"]].concat());
    // Whoever is first, a session that is held while its trainer's certificate is taken back is judged by what holds.
    for _ in 0..4 {
        let crt = lead.must("certificationIssue", certificate(&cur, "leader", "TRAINER", "2025-03-01")).await;
        let trs = lead.must("trainingSessionSchedule", session(&cur, "leader", "2025-03-20")).await;
        let rows = json!([came("member", 200, None, None)]);
        let hold = json!({ "id": trs, "heldOn": "2025-03-20", "attendances": rows });
        let revoke = json!({ "id": crt, "revokedOn": "2025-03-01", "reason": "Given by mistake." });
        let both = [("trainingSessionHold", hold), ("certificationRevoke", revoke)];
        let payloads =
            join_all(both.map(|(mutation, input)| lead.change(mutation, input, Value::Null))).await;
        assert_eq!(codes(&payloads), ["written", "written"]);
        let told =
            one(&lead, &trs, "... on TrainingSession { flag attendances { nodes { lineage } } }").await;
        let judged =
            json!({ "flag": "TRAINER_NOT_CERTIFIED", "attendances": { "nodes": [{ "lineage": false }] } });
        assert_eq!(told, judged);
    }
}
