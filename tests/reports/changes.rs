//! Corrections, and what changed from one report to the next.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::{draft, out, problem, publish};
use crate::harness::{Client, Harness, Suite, person};
use crate::write::find;

pub fn register(suite: &mut Suite) {
    suite.world("reports::a_late_correction_takes_the_place_of_what_it_corrects", corrections);
    suite.world("reports::what_changed_is_read_from_the_pictures", changes);
    suite.world("reports::a_number_that_moved_is_told_from_the_pictures", numbers);
    suite.world("reports::statements_do_not_grow_with_the_rows", constant);
}

/// A correction that is out.
async fn correct(client: &Client, id: &str, summary: &str) -> String {
    let draft = client.must("statusReportSupersede", json!({ "id": id, "summary": summary })).await;
    client.must("statusReportPublish", json!({ "id": draft })).await
}

async fn corrections(h: Harness) {
    let (pmo, owner) = (h.as_("pmo"), h.as_("owner"));
    let (id, _) = find(&pmo, "CX-1").await;
    let due = async || {
        let query =
            "{ initiative(by: { code: \"CX-1\" }) { nextStatusReportDueOn latestStatusReport { id } } }";
        let data = pmo.ask(query, Value::Null).await["initiative"].clone();
        (data["nextStatusReportDueOn"].clone(), data["latestStatusReport"]["id"].clone())
    };
    assert_eq!(due().await, (json!("2025-03-24"), Value::Null));
    let first = publish(&owner, &id, "2025-03-14").await;
    assert_eq!(due().await, (json!("2025-03-28"), json!(first)));
    pmo.must("initiativeReassign", json!({ "id": id, "ownerId": person("other_owner").to_string() })).await;
    let second = publish(&pmo, &id, "2025-03-28").await;
    assert_eq!(due().await, (json!("2025-04-11"), json!(second)));
    pmo.must("initiativeReassign", json!({ "id": id, "ownerId": person("member").to_string() })).await;
    h.pass(TimeDelta::days(1));
    // Of a period that is past: it takes its place, and the latest stays the latest.
    let late = correct(&pmo, &first, "What really happened.").await;
    assert_eq!(due().await, (json!("2025-04-11"), json!(second)));
    // Of the latest.
    let corrected = correct(&pmo, &second, "What happened since.").await;
    assert_eq!(due().await, (json!("2025-04-11"), json!(corrected)));
    let once_more = correct(&pmo, &corrected, "Once more.").await;
    assert_eq!(due().await, (json!("2025-04-11"), json!(once_more)));
    let reports = out(&pmo, "CX-1").await;
    assert_eq!(
        reports,
        [
            ("2025-03-14".to_owned(), false, None),
            ("2025-03-14".to_owned(), false, Some(first.clone())),
            ("2025-03-28".to_owned(), false, None),
            ("2025-03-28".to_owned(), false, Some(second.clone())),
            ("2025-03-28".to_owned(), true, Some(corrected.clone())),
        ]
    );
    // What was corrected is not acknowledged any more, and not corrected twice.
    pmo.must("initiativeUpdate", json!({ "id": id, "reviewerId": person("leader").to_string() })).await;
    let leader = h.as_("leader");
    for old in [&first, &second, &corrected] {
        let payload = leader.change("statusReportAcknowledge", json!({ "id": old }), Value::Null).await;
        assert_eq!(problem(&payload), ("CONFLICT".to_owned(), "input.id".to_owned()));
        let payload = pmo.change("statusReportSupersede", json!({ "id": old }), Value::Null).await;
        assert_eq!(problem(&payload), ("CONFLICT".to_owned(), "input.id".to_owned()));
    }
    leader.must("statusReportAcknowledge", json!({ "id": once_more })).await;
    // A correction keeps the picture of what it corrects: the owner of then, whoever it is now. What changed since
    // the report before is told from the one that holds.
    let query = "query($id: ID!, $since: ID) { node(id: $id) { ... on StatusReport { supersededBy { id } \
                 changes(since: $since) { __typename ... on OwnerChange { from { email } to { email } } } } } }";
    let changed = async |id: &str, since: Option<&str>| {
        let node = pmo.ask(query, json!({ "id": id, "since": since })).await["node"].clone();
        (node["supersededBy"]["id"].clone(), node["changes"].clone())
    };
    let owners = json!([{ "__typename": "OwnerChange", "from": { "email": "owner@tutti.example" },
                          "to": { "email": "other_owner@tutti.example" } }]);
    assert_eq!(changed(&first, None).await, (json!(late), json!([])));
    assert_eq!(changed(&late, None).await, (Value::Null, json!([])));
    assert_eq!(changed(&second, None).await, (json!(corrected), owners.clone()));
    assert_eq!(changed(&once_more, None).await, (Value::Null, owners.clone()));
    assert_eq!(changed(&once_more, Some(&first)).await.1, owners);
    assert_eq!(changed(&once_more, Some(&second)).await.1, json!([]));
    // Only an earlier one that is out, of the same initiative, is one to compare with.
    let other = publish(&pmo, &find(&pmo, "CX-2").await.0, "2025-03-28").await;
    let draft = pmo.must("statusReportDraft", draft(&id, "2025-04-01")).await;
    for since in [&second, &once_more, &other, &draft, &other.replace("rep_0", "rep_7")] {
        let answer = pmo.send(query, json!({ "id": second, "since": since })).await;
        assert_eq!(answer.code(), "BAD_USER_INPUT", "{since}");
    }
    assert_eq!(changed(&draft, None).await.1, json!([]));
}

#[expect(clippy::too_many_lines, reason = "one story, told from its beginning to its end")]
async fn changes(h: Harness) {
    let (pmo, owner) = (h.as_("pmo"), h.as_("owner"));
    let (id, _) = find(&pmo, "CX-1").await;
    let money = |amount: &str| json!({ "amount": amount, "currency": "DKK" });
    let spend = async |kind: &str, amount: &str, on: &str| {
        let input = json!({
            "initiativeId": id, "category": "EXTERNAL", "kind": kind, "amount": money(amount), "incurredOn": on,
        });
        pmo.must("costEntryRecord", input).await
    };
    let line = json!({ "initiativeId": id, "category": "PEOPLE", "amount": money("1000") });
    let milestone = async |title: &str| {
        pmo.must("milestoneCreate", json!({ "initiativeId": id, "title": title, "dueOn": "2025-05-01" }))
            .await
    };
    let [moved, reached, dropped] =
        [milestone("Moved").await, milestone("Reached").await, milestone("Dropped").await];
    pmo.must("budgetLineCreate", line.clone()).await;
    spend("ACTUAL", "100", "2025-03-12").await;
    let first = publish(&owner, &id, "2025-03-14").await;
    let reschedule = async |due: &str| {
        let note = "Agreed with the sponsor on the phone.";
        let input = json!({ "id": id, "dueOn": due, "reason": "SCOPE", "note": note });
        pmo.must("initiativeReschedule", input).await
    };
    reschedule("2025-07-29").await;
    pmo.must("budgetLineCreate", line).await;
    spend("ACTUAL", "50.50", "2025-03-20").await;
    spend("COMMITMENT", "70", "2025-03-20").await;
    // What is promised for a later day is not promised yet on this one.
    spend("COMMITMENT", "700", "2025-06-20").await;
    let note = "Agreed with the sponsor on the phone.";
    let input = json!({ "id": moved, "dueOn": "2025-05-04", "reason": "SCOPE", "note": note });
    pmo.must("milestoneMove", input).await;
    pmo.must("milestoneComplete", json!({ "id": reached, "on": "2025-03-20" })).await;
    pmo.must("milestoneCancel", json!({ "id": dropped, "reason": "Nobody needs it." })).await;
    let added = milestone("Added").await;
    let mut amber = draft(&id, "2025-03-21");
    amber["health"] = json!("AMBER");
    (amber["overrideReason"], amber["overrideUntil"]) = (json!("RECOVERY_AGREED"), json!("2025-04-14"));
    let second = owner.must("statusReportDraft", amber).await;
    owner.must("statusReportPublish", json!({ "id": second })).await;
    pmo.must("initiativeReassign", json!({ "id": id, "ownerId": person("other_owner").to_string() })).await;
    pmo.must("initiativeTransition", json!({ "id": id, "to": "CLOSING" })).await;
    pmo.must("milestoneReopen", json!({ "id": reached, "reason": "There is a hole in it." })).await;
    reschedule("2025-07-15").await;
    let third = publish(&pmo, &id, "2025-03-28").await;
    let query = "query($id: ID!, $since: ID) { node(id: $id) { ... on StatusReport { changes(since: $since) { __typename \
                 ... on HealthChange { from to } ... on DateChange { on: from due: to days } \
                 ... on OwnerChange { was: from { email } is: to { email } } ... on StatusChange { left: from entered: to } \
                 ... on MilestoneChange { milestone { title } kind was_on: from is_on: to } \
                 ... on BudgetChange { measure before: from { amount currency } after: to { amount } } } } } }";
    let told = async |who: &str, id: &str, since: Option<&str>| {
        let data = h.as_(who).ask(query, json!({ "id": id, "since": since })).await;
        data["node"]["changes"].as_array().unwrap().clone()
    };
    let budget = |measure: &str, before: &str, after: &str| {
        json!({ "__typename": "BudgetChange", "measure": measure,
            "before": { "amount": before, "currency": "DKK" }, "after": { "amount": after } })
    };
    let health = |from: &str, to: &str| json!({ "__typename": "HealthChange", "from": from, "to": to });
    let due = |on: &str, due: &str, days: i32| json!({ "__typename": "DateChange", "on": on, "due": due, "days": days });
    let closing = json!({ "__typename": "StatusChange", "left": "ACTIVE", "entered": "CLOSING" });
    let owners = json!({ "__typename": "OwnerChange", "was": { "email": "owner@tutti.example" },
        "is": { "email": "other_owner@tutti.example" } });
    let moneys = [
        budget("APPROVED", "1000.00", "2000.00"),
        budget("ACTUAL", "100.00", "150.50"),
        budget("COMMITTED", "0.00", "770.00"),
    ];
    let step = |title: &str, kind: &str, from: Option<&str>, to: Option<&str>| {
        json!({ "__typename": "MilestoneChange", "milestone": { "title": title }, "kind": kind,
            "was_on": from, "is_on": to })
    };
    let gone = step("Dropped", "CANCELLED", None, None);
    let new = step("Added", "ADDED", None, Some("2025-05-01"));
    let later_on = step("Moved", "MOVED", Some("2025-05-01"), Some("2025-05-04"));
    let done = step("Reached", "COMPLETED", None, Some("2025-03-20"));
    let open_again = step("Reached", "REOPENED", Some("2025-03-20"), None);
    let to_second = [
        vec![health("RED", "AMBER"), due("2025-07-15", "2025-07-29", 14)],
        vec![done, gone.clone(), new.clone(), later_on.clone()],
        moneys.to_vec(),
    ];
    let to_second = to_second.concat();
    let back = due("2025-07-29", "2025-07-15", -14);
    let to_third = vec![health("AMBER", "RED"), closing.clone(), owners.clone(), back, open_again];
    // From the first to the third the due date, the health and what was reached are where they were.
    let from_first = [vec![closing, owners, gone, new, later_on], moneys.to_vec()].concat();
    // Nothing that happens later changes what is told.
    for later in [false, true] {
        if later {
            reschedule("2025-12-24").await;
            pmo.must("milestoneComplete", json!({ "id": added, "on": "2025-03-21" })).await;
            spend("ACTUAL", "9000", "2025-03-20").await;
            pmo.must("initiativeReassign", json!({ "id": id, "ownerId": person("member").to_string() }))
                .await;
            h.pass(TimeDelta::days(40));
        }
        assert_eq!(told("pmo", &first, None).await, Vec::<Value>::new());
        assert_eq!(told("pmo", &second, None).await, to_second);
        assert_eq!(told("pmo", &second, Some(&first)).await, to_second);
        assert_eq!(told("pmo", &third, None).await, to_third);
        assert_eq!(told("pmo", &third, Some(&first)).await, from_first);
        // Money only for those who see it.
        for (who, sees) in
            [("finance", true), ("leader", true), ("auditor", true), ("scoped_pmo", true), ("nobody", false)]
        {
            let seen = told(who, &second, None).await;
            assert_eq!(seen.len(), if sees { 9 } else { 6 }, "{who}: {seen:?}");
        }
        let (was, is) = (told("owner", &second, None).await, told("member", &second, None).await);
        assert_eq!((was.len(), is.len()), (6, if later { 9 } else { 6 }));
    }
}

async fn constant(h: Harness) {
    // One list of changes each, as two would share their statements or not, by the moments at which they come.
    const QUERIES: [&str; 3] = [
        "{ initiatives(first: 12) { nodes { latestStatusReport { health author { name } changes { __typename } } } } }",
        "{ initiatives(first: 12) { nodes { statusReports(first: 3) { totalCount nodes { periodEnd author { name } \
         acknowledgedBy { name } supersedes { id } supersededBy { id } } } } } }",
        "{ statusReports(first: 20) { nodes { changes { __typename ... on BudgetChange { measure } } } } }",
    ];
    let pmo = h.as_("pmo");
    let count = async |who: &str| {
        let mut counts = Vec::new();
        for query in QUERIES {
            let answer = h.as_(who).send(query, Value::Null).await;
            assert!(answer.errors.is_empty(), "{:?}", answer.errors);
            counts.push(answer.statements);
        }
        counts
    };
    let several = async |code: &str| {
        let (id, _) = find(&pmo, code).await;
        let first = publish(&pmo, &id, "2025-03-21").await;
        correct(&pmo, &first, "Once more.").await;
        publish(&pmo, &id, "2025-03-28").await;
        pmo.must("statusReportDraft", draft(&id, "2025-03-31")).await;
    };
    several("CX-1").await;
    let (few, few_seen) = (count("pmo").await, count("member").await);
    for code in ["CX-2", "CX-3", "CX-7"] {
        several(code).await;
    }
    let (many, seen) = (count("pmo").await, count("member").await);
    assert_eq!((few, few_seen), (many.clone(), seen));
    assert!(many.iter().all(|count| *count <= 8), "{many:?}");
}

async fn numbers(h: Harness) {
    let pmo = h.as_("pmo");
    let (id, _) = find(&pmo, "CX-1").await;
    let measured = async |code: &str| {
        let input = json!({
            "code": code, "name": code, "kind": "NPS", "direction": "UP", "cadence": "MONTHLY",
            "ownerId": person("owner").to_string(),
        });
        let kpi = pmo.must("kpiCreate", input).await;
        let link =
            json!({ "initiativeId": id, "kpiId": kpi, "hypothesis": "It helps.", "expectedChange": "2" });
        (kpi.clone(), pmo.must("kpiLinkAdd", link).await)
    };
    let record = async |kpi: &str, start: &str, counts: [i32; 3]| {
        let input = json!({
            "kpiId": kpi, "periodStart": start, "promoters": counts[0], "passives": counts[1], "detractors": counts[2],
        });
        pmo.must("measurementRecord", input).await
    };
    let ((moves, _), (stays, _), (parts, link)) =
        (measured("MOVES").await, measured("STAYS").await, measured("PARTS").await);
    for kpi in [&moves, &stays, &parts] {
        record(kpi, "2025-01-01", [18, 11, 2]).await;
    }
    publish(&pmo, &id, "2025-03-14").await;
    h.pass(TimeDelta::days(1));
    record(&moves, "2025-02-01", [7, 2, 1]).await;
    record(&parts, "2025-02-01", [7, 2, 1]).await;
    pmo.must("kpiLinkRemove", json!({ "id": link })).await;
    let (new, _) = measured("NEW").await;
    record(&new, "2025-02-01", [0, 0, 4]).await;
    let second = publish(&pmo, &id, "2025-03-28").await;
    let query = "query($id: ID!) { node(id: $id) { ... on StatusReport { changes { __typename ... on KpiChange { kpi { code } from to } } } } }";
    let changes = async || {
        let node = h.as_("member").ask(query, json!({ "id": second })).await["node"].clone();
        let all = node["changes"].as_array().unwrap().clone();
        all.into_iter().filter(|change| change["__typename"] == "KpiChange").collect::<Vec<_>>()
    };
    let told = |code: &str, from: Option<&str>, to: &str| json!({ "__typename": "KpiChange", "kpi": { "code": code }, "from": from, "to": to });
    let expected = [told("MOVES", Some("51.6"), "60.0"), told("NEW", None, "-100.0")];
    assert_eq!(changes().await, expected);
    // Whatever is recorded later: the pictures stay.
    record(&moves, "2025-02-01", [1, 0, 1]).await;
    record(&moves, "2025-01-01", [1, 0, 1]).await;
    assert_eq!(changes().await, expected);
}
