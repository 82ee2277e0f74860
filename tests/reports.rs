//! Status reports: who writes, sees and acknowledges them, periods, corrections, publishers at the same moment, and
//! what changed from one to the next.

mod changes;
mod drafts;
mod overrides;
mod story;

use chrono::{NaiveDate, TimeDelta};
use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::harness::{Client, Harness, Suite, person};
use crate::write::{find, finish};

pub fn register(suite: &mut Suite) {
    suite.world("reports::nobody_acknowledges_what_they_wrote_or_published", reviewers);
    suite.world("reports::who_reports", reporters);
    suite.world("reports::what_is_open_goes_to_who_takes_over", leaving);
    suite.world("reports::what_cannot_be_is_refused", refusals);
    suite.world("reports::publishers_at_the_same_moment", rivals);
    suite.world("reports::a_pause_is_no_arrear", pauses);
    suite.world("reports::what_is_closed_was_heard_of_the_last_time", closing);
    changes::register(suite);
    drafts::register(suite);
    overrides::register(suite);
    story::register(suite);
}

/// The code and the path of the first problem, or that it was written.
pub fn problem(payload: &Value) -> (String, String) {
    let error = &payload["userErrors"][0];
    let path: Vec<_> = error["path"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    (error["code"].as_str().unwrap_or("written").to_owned(), path.join("."))
}

pub fn draft(initiative: &str, end: &str) -> Value {
    json!({
        "initiativeId": initiative, "periodEnd": end, "health": "RED", "summary": format!("Up to {end}."),
        "nextSteps": "Go on.",
    })
}

/// A report that is out.
pub async fn publish(client: &Client, initiative: &str, end: &str) -> String {
    let id = client.must("statusReportDraft", draft(initiative, end)).await;
    client.must("statusReportPublish", json!({ "id": id })).await
}

/// The reports of an initiative that are out: the end of the period, whether it is the latest, and what it corrects.
pub async fn out(client: &Client, code: &str) -> Vec<(String, bool, Option<String>)> {
    let query = "query($code: String!) { initiative(by: { code: $code }) { statusReports(filter: { state: { eq: PUBLISHED } }, \
                 orderBy: [{ field: PERIOD_END }, { field: PUBLISHED_AT }]) { nodes { periodEnd isLatest supersedes { id } } } } }";
    let data = client.ask(query, json!({ "code": code })).await;
    let nodes = data["initiative"]["statusReports"]["nodes"].as_array().unwrap().clone();
    let told = |node: &Value| {
        let text = |value: &Value| value.as_str().map(str::to_owned);
        (
            text(&node["periodEnd"]).unwrap(),
            node["isLatest"].as_bool().unwrap(),
            text(&node["supersedes"]["id"]),
        )
    };
    nodes.iter().map(told).collect()
}

/// A last report that is out and was acknowledged.
pub async fn last(h: &Harness, initiative: &str) {
    let (pmo, reviewer) = (h.as_("pmo"), person("leader").to_string());
    pmo.must("initiativeUpdate", json!({ "id": initiative, "reviewerId": reviewer })).await;
    let report = publish(&pmo, initiative, &h.now().date_naive().to_string()).await;
    h.as_("leader").must("statusReportAcknowledge", json!({ "id": report })).await;
}

async fn reviewers(h: Harness) {
    let (pmo, owner, leader) = (h.as_("pmo"), h.as_("owner"), h.as_("leader"));
    // The programme office reviews it, and so cannot both publish and acknowledge.
    let (id, _) = find(&pmo, "CX-1").await;
    let acknowledge = async |client: &Client, id: &str| {
        problem(&client.change("statusReportAcknowledge", json!({ "id": id }), Value::Null).await)
    };
    let forbidden = ("FORBIDDEN".to_owned(), "input.id".to_owned());
    let conflict = ("CONFLICT".to_owned(), "input.id".to_owned());
    let own = publish(&pmo, &id, "2025-03-14").await;
    for who in ["pmo", "owner", "scoped_pmo", "auditor", "finance"] {
        let answer =
            h.as_(who).try_change("statusReportAcknowledge", json!({ "id": own }), Value::Null).await;
        let found = if answer.errors.is_empty() {
            problem(&answer.data()["statusReportAcknowledge"])
        } else {
            (answer.code(), "input.id".to_owned())
        };
        assert_eq!(found, forbidden, "{who}");
    }
    // Whoever publishes the words of another answers for them as well.
    let theirs = owner.must("statusReportDraft", draft(&id, "2025-03-21")).await;
    assert_eq!(acknowledge(&pmo, &theirs).await, conflict);
    assert_eq!(acknowledge(&owner, &theirs).await, forbidden);
    pmo.must("statusReportPublish", json!({ "id": theirs })).await;
    assert_eq!(acknowledge(&pmo, &theirs).await, forbidden);
    // So does whoever wrote on the draft of another.
    let edited = owner.must("statusReportDraft", draft(&id, "2025-03-28")).await;
    pmo.must("statusReportUpdate", json!({ "id": edited, "summary": "As I see it." })).await;
    owner.must("statusReportPublish", json!({ "id": edited })).await;
    assert_eq!(acknowledge(&pmo, &edited).await, forbidden);
    let waits = pmo.ask("{ viewer { work(kinds: [ACKNOWLEDGE]) { totalCount } } }", Value::Null).await;
    assert_eq!(waits["viewer"]["work"]["totalCount"], json!(0));
    // Who wrote it stays its author, whatever they become.
    pmo.must("initiativeUpdate", json!({ "id": id, "reviewerId": null })).await;
    pmo.must("initiativeReassign", json!({ "id": id, "ownerId": person("other_owner").to_string() })).await;
    pmo.must("initiativeUpdate", json!({ "id": id, "reviewerId": person("owner").to_string() })).await;
    assert_eq!(acknowledge(&owner, &theirs).await, forbidden);
    assert_eq!(acknowledge(&owner, &own).await, ("written".to_owned(), String::new()));
    assert_eq!(acknowledge(&owner, &own).await, conflict);
    // Once, whoever is first; the next reviewer comes too late.
    pmo.must("initiativeUpdate", json!({ "id": id, "reviewerId": person("leader").to_string() })).await;
    let answers = join_all((0..5).map(|_| acknowledge(&leader, &theirs))).await;
    let written = answers.iter().filter(|(code, _)| code == "written").count();
    assert_eq!((written, answers.iter().filter(|answer| **answer == conflict).count()), (1, 4));
    let query = "query($id: ID!) { node(id: $id) { ... on StatusReport { author { email } publishedBy { email } \
                 acknowledgedBy { email } acknowledgedAt version } } }";
    let data = pmo.ask(query, json!({ "id": theirs })).await["node"].clone();
    assert_eq!(
        (&data["author"]["email"], &data["publishedBy"]["email"], &data["acknowledgedBy"]["email"]),
        (&json!("owner@tutti.example"), &json!("pmo@tutti.example"), &json!("leader@tutti.example"))
    );
    assert_eq!((&data["acknowledgedAt"], &data["version"]), (&json!("2025-03-31T08:00:00Z"), &json!(3)));
    // Of an initiative that is put away nothing is acknowledged any more.
    let (cancelled, _) = find(&pmo, "CX-7").await;
    pmo.must("initiativeUpdate", json!({ "id": cancelled, "reviewerId": person("leader").to_string() }))
        .await;
    let report = publish(&owner, &cancelled, "2025-03-28").await;
    pmo.must("initiativeTransition", json!({ "id": cancelled, "to": "CANCELLED", "reason": "Too late." }))
        .await;
    pmo.must("initiativeArchive", json!({ "id": cancelled })).await;
    assert_eq!(acknowledge(&leader, &report).await, conflict);
    pmo.must("initiativeUnarchive", json!({ "id": cancelled })).await;
    assert_eq!(acknowledge(&leader, &report).await.0, "written");
}

async fn leaving(h: Harness) {
    let (pmo, owner, admin) = (h.as_("pmo"), h.as_("owner"), h.as_("admin"));
    let (id, _) = find(&pmo, "CX-1").await;
    let report = publish(&owner, &id, "2025-03-21").await;
    let draft = owner.must("statusReportDraft", draft(&id, "2025-03-28")).await;
    for (who, to) in [("pmo", "leader"), ("owner", "other_owner")] {
        let input = json!({ "id": person(who).to_string(), "reassignTo": person(to).to_string() });
        admin.must("personDeactivate", input).await;
    }
    // Who takes over as reviewer acknowledges, who takes over as owner goes on with the draft.
    h.as_("leader").must("statusReportAcknowledge", json!({ "id": report })).await;
    h.as_("other_owner").must("statusReportPublish", json!({ "id": draft })).await;
    let query = "query($id: ID!) { node(id: $id) { ... on StatusReport { author { email } publishedBy { email } } } }";
    assert_eq!(
        h.as_("member").ask(query, json!({ "id": draft })).await["node"],
        json!({ "author": { "email": "owner@tutti.example" }, "publishedBy": { "email": "other_owner@tutti.example" } })
    );
}

async fn reporters(h: Harness) {
    let pmo = h.as_("pmo");
    let id = async |code| find(&pmo, code).await.0;
    // Of the first portfolio and of another owner; of the second.
    let (harbour, lighthouse) = (id("CX-2").await, id("CX-7").await);
    for (who, initiative, expected) in [
        ("pmo", &harbour, "written"),
        ("pmo", &lighthouse, "written"),
        ("scoped_pmo", &harbour, "written"),
        ("scoped_pmo", &lighthouse, "FORBIDDEN"),
        ("other_owner", &harbour, "written"),
        ("other_owner", &lighthouse, "FORBIDDEN"),
        ("owner", &lighthouse, "written"),
        ("owner", &harbour, "FORBIDDEN"),
        ("leader", &harbour, "FORBIDDEN"),
        ("auditor", &harbour, "FORBIDDEN"),
        ("finance", &harbour, "FORBIDDEN"),
        ("member", &harbour, "FORBIDDEN"),
    ] {
        let reporter = if who == "pmo" || expected != "written" { "pmo" } else { who };
        let theirs = h.as_(reporter).must("statusReportDraft", draft(initiative, "2025-03-20")).await;
        let out = publish(&pmo, initiative, "2025-03-21").await;
        let client = h.as_(who);
        for (mutation, input) in [
            ("statusReportDraft", draft(initiative, "2025-03-22")),
            ("statusReportUpdate", json!({ "id": theirs, "health": "GREY" })),
            ("statusReportSupersede", json!({ "id": out })),
            ("statusReportDiscard", json!({ "id": theirs })),
        ] {
            let answer = client.try_change(mutation, input.clone(), json!({ "dryRun": true })).await;
            let found =
                if answer.errors.is_empty() { problem(&answer.data()[mutation]).0 } else { answer.code() };
            // A draft that they do not see is not there for them.
            let unseen = ["statusReportUpdate", "statusReportDiscard"].contains(&mutation)
                && found == "NOT_FOUND"
                && expected == "FORBIDDEN"
                && who != "auditor";
            assert!(found == expected || unseen, "{mutation} as {who}: {found}");
        }
        let sql = "DELETE FROM report_pictures; DELETE FROM status_reports";
        h.rows(async |tx| sea_orm::ConnectionTrait::execute_unprepared(tx, sql).await.unwrap()).await;
        let sql = "UPDATE initiatives SET reports_from = '2025-03-10' WHERE reports_from IS NOT NULL";
        h.rows(async |tx| sea_orm::ConnectionTrait::execute_unprepared(tx, sql).await.unwrap()).await;
    }
}

async fn refusals(h: Harness) {
    let pmo = h.as_("pmo");
    let id = async |code| find(&pmo, code).await.0;
    let (open, proposed, closed, archived) =
        (id("CX-1").await, id("CX-5").await, id("CX-11").await, id("CX-9").await);
    let out = publish(&pmo, &open, "2025-03-21").await;
    let next = pmo.must("statusReportDraft", draft(&open, "2025-03-28")).await;
    let future = pmo.must("statusReportDraft", draft(&open, "2025-04-01")).await;
    let gone = pmo.must("statusReportDraft", draft(&open, "2025-03-29")).await;
    pmo.must("statusReportDiscard", json!({ "id": gone, "reason": "Another week." })).await;
    let correction = pmo.must("statusReportSupersede", json!({ "id": out })).await;
    let with = |field: &str, value: Value| {
        let mut input = draft(&open, "2025-03-30");
        input[field] = value;
        input
    };
    let long = "x".repeat(20_001);
    let before = h.dump().await;
    for (mutation, input, code, path) in [
        ("statusReportDraft", draft(&proposed, "2025-03-30"), "CONFLICT", "input.initiativeId"),
        ("statusReportDraft", draft(&closed, "2025-03-30"), "CONFLICT", "input.initiativeId"),
        ("statusReportDraft", draft(&archived, "2025-03-30"), "CONFLICT", "input.initiativeId"),
        ("statusReportDraft", with("summary", json!(" ")), "REQUIRED", "input.summary"),
        ("statusReportDraft", with("summary", json!(long)), "INVALID", "input.summary"),
        ("statusReportDraft", with("nextSteps", json!(long)), "INVALID", "input.nextSteps"),
        ("statusReportDraft", with("helpNeeded", json!(long)), "INVALID", "input.helpNeeded"),
        // The period of a draft, that of the last report, one before it, and one before the activation.
        ("statusReportDraft", draft(&open, "2025-03-28"), "CONFLICT", "input.periodEnd"),
        ("statusReportDraft", draft(&open, "2025-03-21"), "CONFLICT", "input.periodEnd"),
        ("statusReportDraft", draft(&open, "2025-03-20"), "CONFLICT", "input.periodEnd"),
        ("statusReportDraft", draft(&id("CX-2").await, "2025-03-01"), "INVALID", "input.periodEnd"),
        (
            "statusReportUpdate",
            json!({ "id": next, "periodEnd": "2025-04-01" }),
            "CONFLICT",
            "input.periodEnd",
        ),
        (
            "statusReportUpdate",
            json!({ "id": next, "periodEnd": "2025-03-21" }),
            "CONFLICT",
            "input.periodEnd",
        ),
        ("statusReportUpdate", json!({ "id": next, "periodEnd": null }), "REQUIRED", "input.periodEnd"),
        ("statusReportUpdate", json!({ "id": next, "summary": null }), "REQUIRED", "input.summary"),
        ("statusReportUpdate", json!({ "id": next, "health": null }), "REQUIRED", "input.health"),
        (
            "statusReportUpdate",
            json!({ "id": correction, "periodEnd": "2025-03-31" }),
            "INVALID",
            "input.periodEnd",
        ),
        ("statusReportUpdate", json!({ "id": out, "health": "GREY" }), "CONFLICT", "input.id"),
        ("statusReportUpdate", json!({ "id": gone, "health": "GREY" }), "CONFLICT", "input.id"),
        ("statusReportPublish", json!({ "id": out }), "CONFLICT", "input.id"),
        ("statusReportPublish", json!({ "id": gone }), "CONFLICT", "input.id"),
        ("statusReportPublish", json!({ "id": future }), "INVALID", "input.id"),
        ("statusReportSupersede", json!({ "id": next }), "CONFLICT", "input.id"),
        ("statusReportSupersede", json!({ "id": out }), "CONFLICT", "input.id"),
        ("statusReportDiscard", json!({ "id": out }), "CONFLICT", "input.id"),
        ("statusReportDiscard", json!({ "id": gone }), "CONFLICT", "input.id"),
        ("statusReportPublish", json!({ "id": out.replace("rep_0", "rep_7") }), "NOT_FOUND", "input.id"),
    ] {
        let payload = pmo.change(mutation, input.clone(), Value::Null).await;
        let found = problem(&payload);
        assert_eq!(found, (code.to_owned(), path.to_owned()), "{mutation} {}: {payload}", input["id"]);
    }
    assert_eq!(before, h.dump().await);
    // What was discarded takes no place; a correction that was discarded does not either.
    pmo.must("statusReportDraft", draft(&open, "2025-03-29")).await;
    pmo.must("statusReportDiscard", json!({ "id": correction })).await;
    pmo.must("statusReportSupersede", json!({ "id": out })).await;
    // A draft of a period that was passed over stays where it is.
    pmo.must("statusReportUpdate", json!({ "id": future, "periodEnd": "2025-03-31" })).await;
    pmo.must("statusReportPublish", json!({ "id": future })).await;
    let payload = pmo.change("statusReportPublish", json!({ "id": next }), Value::Null).await;
    assert_eq!(problem(&payload), ("CONFLICT".to_owned(), "input.id".to_owned()));
    // When it has ended, only discarding is left.
    pmo.must("initiativeTransition", json!({ "id": open, "to": "CANCELLED", "reason": "Enough." })).await;
    for mutation in ["statusReportPublish", "statusReportUpdate"] {
        let payload = pmo.change(mutation, json!({ "id": next }), Value::Null).await;
        assert_eq!(problem(&payload), ("CONFLICT".to_owned(), "input.id".to_owned()), "{mutation}");
    }
    pmo.must("statusReportDiscard", json!({ "id": next })).await;
}

async fn rivals(h: Harness) {
    let (pmo, owner) = (h.as_("pmo"), h.as_("owner"));
    let (id, _) = find(&pmo, "CX-1").await;
    let codes = |payloads: Vec<Value>| {
        let mut codes: Vec<_> = payloads.iter().map(|payload| problem(payload).0).collect();
        codes.sort();
        codes
    };
    let day =
        |number: u64| ("2025-03-15".parse::<NaiveDate>().unwrap() + chrono::Days::new(number)).to_string();
    for round in 0..4 {
        // One of many drafts of the same period.
        let end = day(round * 3);
        let drafts = (0..5).map(|number| {
            let client = if number % 2 == 0 { &pmo } else { &owner };
            client.change("statusReportDraft", draft(&id, &end), Value::Null)
        });
        let payloads = join_all(drafts).await;
        let found =
            payloads.iter().find_map(|payload| payload["statusReport"]["id"].as_str()).unwrap().to_owned();
        assert!(payloads.iter().all(|payload| ["written", "CONFLICT"].contains(&&*problem(payload).0)));
        assert_eq!(codes(payloads), [vec!["CONFLICT"; 4], vec!["written"]].concat());
        // One of many who publish the same draft.
        let publish = json!({ "id": found });
        let published =
            join_all((0..5).map(|_| pmo.change("statusReportPublish", publish.clone(), Value::Null))).await;
        assert_eq!(codes(published), [vec!["CONFLICT"; 4], vec!["written"]].concat());
        // Two drafts of two periods: however they come, the later one is the latest in the end.
        let mut both = Vec::new();
        for number in [1, 2] {
            both.push(owner.must("statusReportDraft", draft(&id, &day(round * 3 + number))).await);
        }
        let (one, other) = (json!({ "id": both[0] }), json!({ "id": both[1] }));
        let (one, other) = futures_util::join!(
            pmo.change("statusReportPublish", one, Value::Null),
            owner.change("statusReportPublish", other, Value::Null)
        );
        assert_eq!(problem(&other).0, "written");
        assert!(["written", "CONFLICT"].contains(&&*problem(&one).0), "{one}");
        let reports = out(&pmo, "CX-1").await;
        let latest: Vec<_> = reports.iter().filter(|(_, latest, _)| *latest).collect();
        assert_eq!(latest, [&(day(round * 3 + 2), true, None)], "{reports:?}");
        // Several who correct it, and several who publish the correction.
        let latest = both[1].clone();
        let corrections =
            (0..4).map(|_| pmo.change("statusReportSupersede", json!({ "id": latest }), Value::Null));
        let payloads = join_all(corrections).await;
        let correction = payloads.iter().find_map(|payload| payload["statusReport"]["id"].as_str()).unwrap();
        let publish = json!({ "id": correction });
        let published =
            join_all((0..3).map(|_| owner.change("statusReportPublish", publish.clone(), Value::Null))).await;
        assert_eq!(codes(payloads), [vec!["CONFLICT"; 3], vec!["written"]].concat());
        assert_eq!(codes(published), [vec!["CONFLICT"; 2], vec!["written"]].concat());
        let latest: Vec<_> = out(&pmo, "CX-1").await.into_iter().filter(|(_, latest, _)| *latest).collect();
        assert_eq!(latest, [(day(round * 3 + 2), true, Some(both[1].clone()))]);
    }
}

async fn pauses(h: Harness) {
    let pmo = h.as_("pmo");
    let (id, _) = find(&pmo, "CX-1").await;
    let due = async || {
        let query = "{ initiative(by: { code: \"CX-1\" }) { nextStatusReportDueOn } }";
        pmo.ask(query, Value::Null).await["initiative"]["nextStatusReportDueOn"].clone()
    };
    let go = async |to: &str| {
        pmo.must("initiativeTransition", json!({ "id": id, "to": to, "reason": "The board said so." })).await
    };
    publish(&pmo, &id, "2025-03-28").await;
    assert_eq!(due().await, json!("2025-04-11"));
    go("ON_HOLD").await;
    assert_eq!(due().await, Value::Null);
    // Who is paused may still say how it stands; nothing falls due by it.
    publish(&pmo, &id, "2025-03-31").await;
    assert_eq!(due().await, Value::Null);
    h.pass(TimeDelta::days(60));
    go("ACTIVE").await;
    assert_eq!(due().await, json!("2025-06-13"));
    // The pause is not reported on afterwards.
    let payload = pmo.change("statusReportDraft", draft(&id, "2025-05-29"), Value::Null).await;
    assert_eq!(problem(&payload), ("INVALID".to_owned(), "input.periodEnd".to_owned()));
    publish(&pmo, &id, "2025-05-30").await;
    assert_eq!(due().await, json!("2025-06-13"));
    // Another cadence counts from the last period as well.
    pmo.must(
        "portfolioUpdate",
        json!({ "id": crate::harness::portfolio("Harbour").to_string(), "reportCadence": "P1M" }),
    )
    .await;
    assert_eq!(due().await, json!("2025-06-30"));
    h.pass(TimeDelta::days(3));
    publish(&pmo, &id, "2025-06-02").await;
    assert_eq!(due().await, json!("2025-07-02"));
    let query = "{ initiative(by: { code: \"CX-1\" }) { events(filter: { action: { eq: \"initiative.report_due_moved\" } }, last: 1) { \
                 nodes { changes { field before after } } } } }";
    assert_eq!(
        pmo.ask(query, Value::Null).await["initiative"]["events"]["nodes"],
        json!([{ "changes": [{ "field": "nextStatusReportDueOn", "before": "2025-06-30", "after": "2025-07-02" }] }])
    );
}

async fn closing(h: Harness) {
    let (pmo, leader) = (h.as_("pmo"), h.as_("leader"));
    // It is CLOSING.
    let (id, _) = find(&pmo, "CX-10").await;
    finish(&pmo, &id).await;
    pmo.must("initiativeUpdate", json!({ "id": id, "reviewerId": person("leader").to_string() })).await;
    let close = async || {
        let input = json!({ "id": id, "to": "CLOSED" });
        let payload = pmo.change("initiativeTransition", input, json!({ "dryRun": true })).await;
        (problem(&payload), payload["userErrors"][0]["message"].as_str().unwrap_or_default().to_owned())
    };
    let illegal = ("ILLEGAL_TRANSITION".to_owned(), "input.to".to_owned());
    let acknowledge = async |id: &str| leader.must("statusReportAcknowledge", json!({ "id": id })).await;
    let (refused, why) = close().await;
    assert!(refused == illegal && why.contains("none is out"), "{why}");
    let first = publish(&pmo, &id, "2025-03-28").await;
    let (refused, why) = close().await;
    assert!(refused == illegal && why.contains("not acknowledged yet"), "{why}");
    acknowledge(&first).await;
    assert_eq!(close().await.0.0, "written");
    // A later report that nobody has acknowledged is the last one, and so is a correction.
    let second = publish(&pmo, &id, "2025-03-30").await;
    assert_eq!(close().await.0, illegal);
    acknowledge(&second).await;
    assert_eq!(close().await.0.0, "written");
    let draft = pmo.must("statusReportSupersede", json!({ "id": second })).await;
    assert_eq!(close().await.0.0, "written");
    pmo.must("statusReportPublish", json!({ "id": draft })).await;
    assert_eq!(close().await.0, illegal);
    acknowledge(&draft).await;
    assert_eq!(close().await.0.0, "written");
    // Who closes it and who reports at the same moment come one after the other.
    let third = pmo.must("statusReportDraft", self::draft(&id, "2025-03-31")).await;
    let (closed, published) = futures_util::join!(
        pmo.change("initiativeTransition", json!({ "id": id, "to": "CLOSED" }), Value::Null),
        pmo.change("statusReportPublish", json!({ "id": third }), Value::Null)
    );
    let told = (problem(&closed).0, problem(&published).0);
    let (one, other) = (("written", "CONFLICT"), ("ILLEGAL_TRANSITION", "written"));
    assert!([one, other].contains(&(told.0.as_str(), told.1.as_str())), "{told:?}");
}
