//! What is found: units by how well they are covered, those who were to train, what waits for whom, and at what cost.

use serde_json::{Value, json};
use tutti::access::Viewer;
use tutti::store::Scope;

use super::{came, certificate, curriculum, held, id, lead, one, session};
use crate::harness::{Harness, unit};

pub async fn coverage(h: Harness) {
    let lead = lead(&h).await;
    let told = async |arguments: &str| -> Vec<String> {
        let query = format!(
            "{{ agentCoverage{arguments} {{ orgUnit {{ name }} headcount activeAgents peoplePerAgent {{ value state }} band }} }}"
        );
        let rows = lead.ask(&query, Value::Null).await["agentCoverage"].clone();
        let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
        let row = |row: &Value| {
            let (unit, per) = (text(&row["orgUnit"]["name"]), text(&row["peoplePerAgent"]["value"]));
            format!("{unit} {} {} {per} {}", row["headcount"], row["activeAgents"], text(&row["band"]))
        };
        rows.as_array().unwrap().iter().map(row).collect()
    };
    for (who, of) in
        [("member", "Contact centre"), ("owner", "Service"), ("member", "Service"), ("admin", "Salg")]
    {
        let agent = json!({ "personId": id(who), "orgUnitId": unit(of).to_string(), "capacity": 20, "managerAgreed": true });
        let agent = lead.must("changeAgentNominate", agent).await;
        if who != "admin" {
            lead.must("changeAgentUpdate", json!({ "id": agent, "state": "ACTIVE" })).await;
        }
    }
    // 51 more people for one who is nominated and not active, and for one who is.
    for number in 0..51 {
        let email = format!("crowd{number}@tutti.example");
        let input = json!({ "name": format!("Crowd {number}"), "email": email, "tier": "FRONTLINE", "orgUnitId": unit("Contact centre").to_string() });
        h.as_("admin").must("personCreate", input).await;
    }
    assert_eq!(
        told("").await,
        [
            "Contact centre 54 1 54.0000 UNCOVERED",
            "Salg 1 0 - NONE",
            "Service 56 2 28.0000 THIN",
            "Tutti 61 2 30.5000 THIN",
            "Ældre afdeling 0 0 - NONE",
        ]
    );
    let of_service = format!("(orgUnitId: \"{}\")", unit("Service"));
    assert_eq!(told(&of_service).await.len(), 2);
    assert_eq!(told("(bands: [NONE, UNCOVERED])").await.len(), 3);
    // Whoever leaves carries nothing any more.
    h.as_("admin").must("personDeactivate", json!({ "id": id("owner"), "reassignTo": id("pmo") })).await;
    assert_eq!(told(&of_service).await[1], "Service 55 1 55.0000 UNCOVERED");
}

pub async fn practice(h: Harness) {
    let lead = lead(&h).await;
    let cur = lead.must("curriculumCreate", curriculum("Moments")).await;
    lead.must("certificationIssue", certificate(&cur, "leader", "MASTER", "2024-06-01")).await;
    let whole = |who: &str| came(who, 200, None, None);
    let rows =
        json!([whole("owner"), whole("other_owner"), whole("member"), whole("finance"), whole("nobody")]);
    held(&lead, &cur, "leader", "2024-10-01", rows).await;
    // One trained, one helped, one came again, one came again and failed, one did nothing.
    let mut plan = session(&cur, "owner", "2024-12-01");
    plan["coTrainerIds"] = json!([id("other_owner")]);
    let trs = lead.must("trainingSessionSchedule", plan).await;
    let rows = json!([whole("member"), came("finance", 1, None, None)]);
    lead.must("trainingSessionHold", json!({ "id": trs, "heldOn": "2025-01-15", "attendances": rows })).await;
    let query = "query($id: ID!) { node(id: $id) { ... on Curriculum { attendances(filter: { practiceOverdue: { eq: true } }) { \
                 nodes { person { name } practiseBy } } } } not: attendances(filter: { practiceOverdue: { eq: false } }) { totalCount } }";
    let overdue = async || {
        let data = lead.ask(query, json!({ "id": cur })).await;
        let rows = data["node"]["attendances"]["nodes"].as_array().unwrap().clone();
        assert_eq!(data["not"]["totalCount"], json!(7 - rows.len()));
        let name = |row: &Value| row["person"]["name"].as_str().unwrap().to_owned();
        rows.iter().map(name).collect::<Vec<_>>()
    };
    assert_eq!(overdue().await, ["Finn 100%_sikker", "Nanna Norole"]);
    h.pass(chrono::TimeDelta::days(16));
    assert_eq!(overdue().await, ["Finn 100%_sikker", "Nanna Norole", "Mia Member"]);
}

pub async fn work(h: Harness) {
    let lead = lead(&h).await;
    let cur = lead.must("curriculumCreate", curriculum("Moments")).await;
    lead.must("certificationIssue", certificate(&cur, "owner", "TRAINER", "2024-05-01")).await;
    lead.must("certificationIssue", certificate(&cur, "pmo", "TRAINER", "2024-12-01")).await;
    for (trainer, on) in
        [("owner", "2025-05-01"), ("owner", "2025-05-02"), ("leader", "2025-04-02"), ("pmo", "2025-06-01")]
    {
        lead.must("trainingSessionSchedule", session(&cur, trainer, on)).await;
    }
    let work = async |who: &str| -> Vec<String> {
        let query = "{ viewer { work(kinds: [RECERTIFICATION]) { nodes { title dueOn role dueState subject { __typename } } } } }";
        let nodes = h.as_(who).ask(query, Value::Null).await["viewer"]["work"]["nodes"].clone();
        let text = |row: &Value, field: &str| row[field].as_str().unwrap().to_owned();
        let row =
            |row: &Value| format!("{} {} as {}", text(row, "dueOn"), text(row, "title"), text(row, "role"));
        nodes.as_array().unwrap().iter().map(row).collect()
    };
    assert_eq!(
        work("owner").await,
        [
            "2025-05-01 Renew the certificate of Moments as certificate holder",
            "2025-05-02 Be certified again before training Moments as trainer",
        ]
    );
    assert_eq!(
        work("pmo").await,
        [
            "2025-04-02 Find a certified trainer for Moments as change lead",
            "2025-05-02 Find a certified trainer for Moments as change lead",
        ]
    );
    assert_eq!(work("leader").await, ["2025-04-02 Be certified again before training Moments as trainer"]);
    assert_eq!(work("member").await, [""; 0]);
    let query = "{ trainingSessions(filter: { state: { eq: SCHEDULED }, trainerCertified: { eq: false } }, orderBy: [{ field: SCHEDULED_ON }]) { \
                 nodes { scheduledOn expectedFlag } } sure: trainingSessions(filter: { trainerCertified: { eq: true } }) { totalCount } }";
    let data = h.as_("member").ask(query, Value::Null).await;
    assert_eq!(
        data["trainingSessions"]["nodes"],
        json!([
            { "scheduledOn": "2025-04-02", "expectedFlag": "TRAINER_NOT_CERTIFIED" },
            { "scheduledOn": "2025-05-02", "expectedFlag": "TRAINER_CERTIFICATE_EXPIRED" },
        ])
    );
    assert_eq!(data["sure"]["totalCount"], json!(2));
    lead.must("certificationIssue", certificate(&cur, "owner", "TRAINER", "2025-03-31")).await;
    assert_eq!(work("owner").await, [""; 0]);
}

pub async fn constant(h: Harness) {
    const QUERIES: [&str; 4] = [
        "{ trainingSessions { nodes { curriculum { name } trainer { name certifications(first: 2) { nodes { state } } } \
         coTrainers { name } expectedFlag attendances(first: 2) { totalCount nodes { gain { value } } } } } }",
        "{ certifications { nodes { person { name } curriculum { name } basis { status } } } }",
        "{ changeAgents { nodes { person { name } orgUnit { name } peopleTrained } } }",
        "{ agentCoverage { band orgUnit { name } } }",
    ];
    let lead = lead(&h).await;
    let count = async || {
        let mut all = 0;
        for query in QUERIES {
            let answer = lead.send(query, Value::Null).await;
            assert!(answer.errors.is_empty(), "{:?}", answer.errors);
            all += answer.statements;
        }
        all
    };
    let more = async |name: &str, people: &[&str]| {
        let cur = lead.must("curriculumCreate", curriculum(name)).await;
        for who in people {
            lead.must("certificationIssue", certificate(&cur, who, "TRAINER", "2025-03-01")).await;
            let mut plan = session(&cur, who, "2025-04-10");
            plan["coTrainerIds"] = json!([id("scoped_pmo")]);
            lead.must("trainingSessionSchedule", plan).await;
            held(&lead, &cur, who, "2025-03-20", json!([came("auditor", 200, Some(1), Some(90))])).await;
            let agent =
                json!({ "personId": id(who), "orgUnitId": unit("Service").to_string(), "capacity": 20 });
            lead.change("changeAgentNominate", agent, Value::Null).await;
        }
    };
    more("Moments", &["owner", "leader"]).await;
    let few = count().await;
    more("Stories", &["owner", "leader", "member", "admin", "finance"]).await;
    assert_eq!(count().await, few);
    assert!(few <= 24, "{few} statements");
    // Holding and correcting take as many however many attend.
    let mut people = Vec::new();
    for number in 0..60 {
        let email = format!("crowd{number}@tutti.example");
        let input = json!({ "name": format!("Crowd {number}"), "email": email, "tier": "FRONTLINE" });
        people.push(h.as_("admin").must("personCreate", input).await);
    }
    let cur = lead.must("curriculumCreate", curriculum("Crowds")).await;
    let mut counts = Vec::new();
    for some in [&people[..12], &people[..]] {
        let trs = lead.must("trainingSessionSchedule", session(&cur, "owner", "2025-03-20")).await;
        for person in some {
            lead.must("attendanceEnrol", json!({ "sessionId": trs, "personId": person })).await;
        }
        let row = |(at, person): (i32, &String)| json!({ "personId": person, "minutes": 200 + at, "preScore": 10, "postScore": 30 + at });
        let rows: Vec<Value> = (0..).zip(some).map(row).collect();
        let input = json!({ "id": trs, "heldOn": "2025-03-20", "attendances": rows });
        let answer = lead.try_change("trainingSessionHold", input, Value::Null).await;
        assert!(answer.errors.is_empty(), "{:?}", answer.errors);
        assert_eq!(answer.data()["trainingSessionHold"]["userErrors"], json!([]));
        counts.push(answer.statements);
        let told = one(
            &lead,
            &trs,
            "... on TrainingSession { attendances(first: 200) { nodes { minutes version status } } }",
        )
        .await;
        let rows = told["attendances"]["nodes"].as_array().unwrap();
        let expected: Vec<_> = (0..i64::try_from(some.len()).unwrap()).map(|at| json!(200 + at)).collect();
        let minutes: Vec<_> = rows.iter().map(|row| row["minutes"].clone()).collect();
        assert_eq!(minutes, expected);
        assert!(rows.iter().all(|row| row["version"] == 2), "{rows:?}");
    }
    assert_eq!(counts[0], counts[1], "{counts:?}");
}

pub async fn reminders(h: Harness) {
    let lead = lead(&h).await;
    let cur = lead.must("curriculumCreate", curriculum("Moments")).await;
    // They end after 90, 89, 60 and 7 days, tomorrow, yesterday, and after 91 days.
    for (who, on) in [
        ("owner", "2024-06-29"),
        ("leader", "2024-06-28"),
        ("member", "2024-05-30"),
        ("nobody", "2024-04-07"),
        ("finance", "2024-04-01"),
        ("away", "2024-03-30"),
        ("auditor", "2024-06-30"),
    ] {
        lead.must("certificationIssue", certificate(&cur, who, "TRAINER", on)).await;
    }
    let replaced = certificate(&cur, "finance", "TRAINER", "2025-03-30");
    lead.must("certificationIssue", replaced).await;
    let remind = async || {
        let world = std::sync::Arc::clone(h.app().world());
        let scope = Scope::new(h.database().clone(), world, Viewer::system());
        tutti::reminders::round(&scope).await.unwrap();
        h.sql("SELECT id FROM events WHERE action LIKE 'certification.ends%'").await.len()
    };
    let told = async || -> Vec<String> {
        let query = "{ events(filter: { action: { startsWith: \"certification.ends\" } }) { nodes { action subject { ... on Certification { person { name } } } } } }";
        let nodes = h.as_("member").ask(query, Value::Null).await["events"]["nodes"].clone();
        let row = |row: &Value| {
            format!(
                "{} {}",
                row["action"].as_str().unwrap(),
                row["subject"]["person"]["name"].as_str().unwrap()
            )
        };
        let mut told: Vec<_> = nodes.as_array().unwrap().iter().map(row).collect();
        told.sort();
        told
    };
    assert_eq!((remind().await, remind().await), (4, 4));
    let ends = |days: i32, who: &str| format!("certification.ends_in_{days}_days {who}");
    let first =
        [ends(60, "Mia Member"), ends(7, "Nanna Norole"), ends(90, "Lene Åkjær"), ends(90, "Oda Ærlig")];
    assert_eq!(told().await, first);
    // A week without a run, and each is told of once, by what is closest.
    h.pass(chrono::TimeDelta::days(31));
    assert_eq!((remind().await, remind().await), (8, 8));
    let all = told().await;
    assert_eq!(all.len(), 8, "{all:?}");
    for (days, who) in [(60, "Lene Åkjær"), (60, "Oda Ærlig"), (60, "Asta Auditor"), (30, "Mia Member")] {
        assert!(all.contains(&ends(days, who)), "{who}: {all:?}");
    }
}
