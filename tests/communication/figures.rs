//! The worked figures, from rows to what callers read: shares, cadence, and how often messages reached units.

use serde_json::{Value, json};
use tutti_entity::ids::{OrgUnitId, PersonId};
use tutti_entity::people::role_grant::Role;
use uuid::Uuid;

use super::{grant, id, look, plan, problem, record, sent};
use crate::harness::{Client, Harness, unit};
use crate::write::find;

/// The id of a unit that is not there.
pub fn a_unit(number: u128) -> String {
    OrgUnitId(Uuid::from_u128(number)).to_string()
}

/// The id of a person who is not there.
pub fn a_person(number: u128) -> String {
    PersonId(Uuid::from_u128(number)).to_string()
}

/// So many new people of a unit, who report to somebody: their ids.
async fn crowd(h: &Harness, number: usize, of: &str, manager: &str) -> Vec<String> {
    let admin = h.as_("admin");
    let mut people = Vec::new();
    for one in 0..number {
        let input = json!({
            "name": format!("Crowd {one}"), "email": format!("crowd{one}.{manager}@tutti.example"),
            "tier": "FRONTLINE", "orgUnitId": unit(of).to_string(), "managerId": id(manager),
        });
        people.push(admin.must("personCreate", input).await);
    }
    people
}

pub async fn worked(h: Harness) {
    let pmo = h.as_("pmo");
    let mut people = crowd(&h, 60, "Contact centre", "owner").await;
    people.extend(crowd(&h, 56, "Contact centre", "leader").await);
    let mut input = plan("What it means for you", &["Service"], &[]);
    (input["purpose"], input["senderId"]) = (json!("PERSONAL_IMPACT"), json!(id("owner")));
    let com = sent(&pmo, input).await;
    let at = "2025-03-31T08:00:00Z";
    let row = |(number, person): (usize, &String)| {
        let acknowledged = if number < 57 { json!(at) } else { Value::Null };
        let mut row = json!({ "personId": person, "deliveredAt": at });
        if acknowledged.is_string() {
            row["acknowledgedAt"] = acknowledged;
        }
        row
    };
    let rows: Vec<_> = people.iter().take(114).enumerate().map(row).collect();
    record(&pmo, &com, json!(rows)).await;
    let figure = "{ value unit state }";
    let fields = format!(
        "reach {{ audience delivered acknowledged deliveredShare {figure} acknowledgedShare {figure} }} \
         preferredSender {figure} unheard: receipts(filter: {{ deliveredAt: {{ isNull: true }} }}) {{ totalCount }} \
         open: receipts(filter: {{ acknowledgedAt: {{ isNull: true }} }}) {{ totalCount }}"
    );
    let seen = look(&pmo, &com, &fields).await;
    let percent = |value: &str| json!({ "value": value, "unit": "PERCENT", "state": "OK" });
    let expected = json!({
        "audience": 120, "delivered": 114, "acknowledged": 57, "deliveredShare": percent("95.0"),
        "acknowledgedShare": percent("47.5"),
    });
    assert_eq!(seen["reach"], expected);
    // Sixty of the crowd, and two more, report to who said it, of 119 others.
    assert_eq!(seen["preferredSender"], percent("52.1"));
    assert_eq!((&seen["unheard"]["totalCount"], &seen["open"]["totalCount"]), (&json!(6), &json!(63)));
    // Whom they reported to then stays.
    for person in people.iter().take(5) {
        let moved = json!({ "id": person, "managerId": id("leader") });
        h.as_("admin").must("personUpdate", moved).await;
    }
    let member = look(&h.as_("member"), &com, &fields).await;
    assert_eq!(member["reach"], expected);
    assert_eq!(member["preferredSender"], json!({ "value": null, "unit": "PERCENT", "state": "SUPPRESSED" }));
    assert_eq!(look(&pmo, &com, &fields).await["preferredSender"], percent("52.1"));
    for (sender, purpose, told) in [("leader", "WHY", "100.0"), ("pmo", "WHY", "0.0")] {
        let mut input = plan("Why", &["Salg"], &[]);
        (input["purpose"], input["senderId"]) = (json!(purpose), json!(id(sender)));
        let com = sent(&pmo, input).await;
        let seen = look(&pmo, &com, &format!("preferredSender {figure}")).await;
        assert_eq!(seen["preferredSender"], percent(told), "{sender}");
    }
    // Whoever says it hears it from nobody, and is not asked whether they heard.
    let mut input = plan("To one of us and myself", &[], &[]);
    input["audience"] = json!({ "personIds": [id("owner"), people[5]] });
    input["purpose"] = json!("PERSONAL_IMPACT");
    let waits = "{ viewer { work(first: 200) { nodes { subject { id } } } } }";
    for (sender, hears, told) in [("leader", true, "50.0"), ("owner", false, "100.0")] {
        input["senderId"] = json!(id(sender));
        let com = sent(&pmo, input.clone()).await;
        let work = h.as_("owner").ask(waits, Value::Null).await;
        assert_eq!(work.to_string().contains(&com), hears, "{work}");
        let seen = look(&pmo, &com, &format!("preferredSender {figure}")).await;
        assert_eq!(seen["preferredSender"], percent(told), "{sender}");
    }
}

const CADENCE: &str = "query($from: Date!, $to: Date!) { leaderCadence(from: $from, to: $to) { leader { name } \
    planned due sentOnTime onTimeShare { value state reason } sent acknowledgedShare { value state } \
    preferredSender { value state } longestGapDays } }";

async fn cadences(client: &Client, from: &str, to: &str) -> Value {
    client.ask(CADENCE, json!({ "from": from, "to": to })).await["leaderCadence"].clone()
}

pub async fn cadence(h: Harness) {
    let (pmo, leader) = (h.as_("pmo"), h.as_("leader"));
    grant(&h, 0xc2, "scoped_pmo", Role::Leader).await;
    let planned = async |who: &str, day: &str| {
        let mut input = plan("Planned", &["Salg"], &["member"]);
        (input["senderId"], input["plannedFor"]) = (json!(id(who)), json!(day));
        pmo.must("communicationPlan", input).await
    };
    let mut open = Vec::new();
    for _ in 0..13 {
        open.push(planned("leader", "2025-04-02").await);
    }
    // Called off in time, it is no plan any more; called off after its day, it was not kept.
    let [kept_free, given_up] = [planned("leader", "2025-04-02").await, planned("owner", "2025-04-02").await];
    leader.must("communicationCancel", json!({ "id": kept_free })).await;
    for com in &open[..11] {
        leader.must("communicationSend", json!({ "id": com })).await;
    }
    h.as_("member").must("communicationAcknowledge", json!({ "id": open[0] })).await;
    h.pass(chrono::TimeDelta::days(5));
    leader.must("communicationSend", json!({ "id": open[11] })).await;
    pmo.must("communicationCancel", json!({ "id": given_up })).await;
    planned("leader", "2025-04-20").await;
    let told = cadences(&pmo, "2025-03-01", "2025-04-30").await;
    let names: Vec<_> =
        told.as_array().unwrap().iter().map(|row| row["leader"]["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["Lene Åkjær", "Oda Ærlig", "oluf aabye", "Sune Øster"]);
    let none = json!({ "value": null, "state": "NOT_APPLICABLE" });
    assert_eq!(
        told[0],
        json!({
            "leader": { "name": "Lene Åkjær" }, "planned": 14, "due": 13, "sentOnTime": 11,
            "onTimeShare": { "value": "84.6", "state": "OK", "reason": null }, "sent": 12,
            "acknowledgedShare": { "value": "4.2", "state": "OK" }, "preferredSender": none, "longestGapDays": 30,
        })
    );
    assert_eq!((&told[1]["planned"], &told[1]["onTimeShare"]["value"]), (&json!(1), &json!("0.0")));
    // Whoever planned and said nothing is there.
    let silent = json!({
        "leader": { "name": "oluf aabye" }, "planned": 0, "due": 0, "sentOnTime": 0,
        "onTimeShare": { "value": null, "state": "NOT_APPLICABLE", "reason": "no plan" }, "sent": 0,
        "acknowledgedShare": none, "preferredSender": none, "longestGapDays": 35,
    });
    assert_eq!(told[2], silent);
    // A leader sees themselves; who leads nobody sees nobody; the auditor sees all.
    for (who, rows) in [("leader", 1), ("owner", 1), ("member", 0), ("finance", 0), ("auditor", 4)] {
        let told = cadences(&h.as_(who), "2025-03-01", "2025-04-30").await;
        assert_eq!(told.as_array().unwrap().len(), rows, "{who}");
    }
    let ahead = cadences(&leader, "2025-05-01", "2025-05-31").await;
    assert_eq!((&ahead[0]["longestGapDays"], &ahead[0]["planned"]), (&Value::Null, &json!(0)));
    let wrong = leader.send(CADENCE, json!({ "from": "2025-04-02", "to": "2025-04-01" })).await;
    assert_eq!(wrong.code(), "BAD_USER_INPUT");
}

pub async fn exposures(h: Harness) {
    let pmo = h.as_("pmo");
    let message = json!({ "text": "You get the time", "purpose": "PERSONAL_IMPACT", "targetExposures": 2 });
    let message = pmo.must("keyMessageCreate", message).await;
    let query = "query($id: ID!) { node(id: $id) { ... on KeyMessage { reach { orgUnit { name } people \
                 averageExposures { value } belowTarget } } } }";
    let reach = async |who: &str| {
        let told = h.as_(who).ask(query, json!({ "id": message })).await;
        let rows = told["node"]["reach"].as_array().cloned().unwrap_or_default();
        rows.iter()
            .map(|row| {
                let name = row["orgUnit"]["name"].as_str().unwrap().to_owned();
                let average = row["averageExposures"]["value"].as_str().unwrap().to_owned();
                (name, row["people"].as_i64().unwrap(), average, row["belowTarget"].as_i64().unwrap())
            })
            .collect::<Vec<_>>()
    };
    let rows = |all: [(&str, i64, &str, i64); 4]| {
        all.map(|(name, people, average, below)| (name.to_owned(), people, average.to_owned(), below))
            .to_vec()
    };
    let nothing = [
        ("Contact centre", 2, "0.0000", 2),
        ("Salg", 1, "0.0000", 1),
        ("Service", 2, "0.0000", 2),
        ("Tutti", 4, "0.0000", 4),
    ];
    assert_eq!(reach("pmo").await, rows(nothing));
    assert_eq!(reach("leader").await, []);
    let said = async |units: &[&str], heard: &[&str]| {
        let mut input = plan("Once more", units, &[]);
        input["keyMessageId"] = json!(message);
        let com = sent(&pmo, input).await;
        let row = |who: &&str| json!({ "personId": id(who), "deliveredAt": "2025-03-31T08:00:00Z" });
        record(&pmo, &com, json!(heard.iter().map(row).collect::<Vec<_>>())).await;
        com
    };
    // What it says may change until it is said; then people have heard it.
    let text = |text: &str| json!({ "id": message, "text": text });
    pmo.must("keyMessageUpdate", text("You get the time that it takes")).await;
    said(&["Contact centre"], &["member", "nobody"]).await;
    let conflict = ("CONFLICT".to_owned(), "input.id".to_owned());
    assert_eq!(problem(&pmo, "keyMessageUpdate", text("You get no time")).await, conflict);
    let purpose = json!({ "id": message, "purpose": "WHY" });
    assert_eq!(problem(&pmo, "keyMessageUpdate", purpose).await, conflict);
    let second = said(&["Service"], &["member", "owner"]).await;
    let heard = [
        ("Contact centre", 2, "1.5000", 1),
        ("Salg", 1, "0.0000", 1),
        ("Service", 2, "0.5000", 2),
        ("Tutti", 4, "0.0000", 4),
    ];
    assert_eq!(reach("pmo").await, rows(heard));
    assert_eq!(reach("auditor").await, rows(heard));
    // Its sender counts their own, which are all; another leader none.
    assert_eq!(reach("leader").await, rows(heard));
    grant(&h, 0xc3, "owner", Role::Leader).await;
    assert_eq!(reach("owner").await, []);
    // Whoever moves takes along what they heard; whoever leaves is not counted.
    let admin = h.as_("admin");
    admin.must("personUpdate", json!({ "id": id("member"), "orgUnitId": unit("Salg").to_string() })).await;
    admin.must("personDeactivate", json!({ "id": id("nobody") })).await;
    let moved = reach("pmo").await;
    let expected = vec![
        ("Salg".to_owned(), 2, "1.0000".to_owned(), 1),
        ("Service".to_owned(), 2, "0.5000".to_owned(), 2),
        ("Tutti".to_owned(), 4, "0.0000".to_owned(), 4),
    ];
    assert_eq!(moved, expected);
    assert_eq!(look(&pmo, &second, "audience { size }").await["audience"]["size"], 4);
}

pub async fn constant(h: Harness) {
    const QUERIES: [&str; 4] = [
        "{ initiatives { nodes { communications(first: 3, orderBy: [{ field: SENT_AT, direction: DESC }]) { totalCount \
         nodes { subject sender { name } keyMessage { text } audience { size orgUnits { name } people { name } } \
         reach { delivered deliveredShare { value } } preferredSender { value } initiatives { code } corrections { id } \
         receipts(first: 2) { totalCount nodes { person { name } } } myReceipt { acknowledgedAt } } } } } }",
        "{ keyMessages { nodes { text reach { orgUnit { name } belowTarget } communications(first: 2) { totalCount } } } }",
        "{ viewer { communications { totalCount nodes { subject corrects { id } } } } }",
        "{ leaderCadence(from: \"2025-03-01\", to: \"2025-04-30\") { leader { name } planned acknowledgedShare { value } } }",
    ];
    let pmo = h.as_("pmo");
    let count = async |who: &str| {
        let mut all = Vec::new();
        for query in QUERIES {
            let answer = h.as_(who).send(query, Value::Null).await;
            assert!(answer.errors.is_empty(), "{query} {:?}", answer.errors);
            all.push(answer.statements);
        }
        all
    };
    let more = async |codes: &[&str], times: usize| {
        let mut initiatives = Vec::new();
        for code in codes {
            initiatives.push(find(&pmo, code).await.0);
        }
        for _ in 0..times {
            let message = json!({ "text": "We keep it", "purpose": "WHY", "initiativeId": initiatives[0] });
            let message = pmo.must("keyMessageCreate", message).await;
            for open in [true, false] {
                let mut input = plan("Of many", &["Service", "Salg"], &["member", "pmo"]);
                input["purpose"] = json!("WHY");
                (input["initiativeIds"], input["keyMessageId"]) = (json!(initiatives), json!(message));
                if open {
                    pmo.must("communicationPlan", input).await;
                } else {
                    let com = sent(&pmo, input).await;
                    record(
                        &pmo,
                        &com,
                        json!([{ "personId": id("member"), "deliveredAt": "2025-03-31T08:00:00Z" }]),
                    )
                    .await;
                    pmo.must("communicationCorrect", json!({ "id": com, "body": "Right." })).await;
                }
            }
        }
    };
    more(&["CX-1", "CX-2"], 1).await;
    let few = [count("pmo").await, count("leader").await, count("member").await];
    more(&["CX-1", "CX-2", "CX-3", "CX-4", "CX-5", "CX-6", "CX-7", "CX-8"], 4).await;
    let many = [count("pmo").await, count("leader").await, count("member").await];
    let grew = few.iter().flatten().zip(many.iter().flatten()).any(|(few, many)| many > few);
    assert!(!grew, "{few:?} with few rows, {many:?} with many");
    println!("statements of each question, for the office, a leader and a member: {few:?}");
    // The last three of each of fifty, and nothing beside them.
    for number in 0..50 {
        let id = pmo
            .must("initiativeCreate", crate::write::new_initiative(&format!("One of fifty {number}")))
            .await;
        let mut input = plan("Of one", &["Salg"], &[]);
        input["initiativeIds"] = json!([id]);
        pmo.must("communicationPlan", input).await;
    }
    let last = "{ initiatives(last: 50) { nodes { communications(first: 3, orderBy: [{ field: SENT_AT, direction: DESC }]) \
                { nodes { subject sentAt } } } } }";
    let answer = pmo.send(last, Value::Null).await;
    let with: usize = answer.data()["initiatives"]["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|row| !row["communications"]["nodes"].as_array().unwrap().is_empty())
        .count();
    assert_eq!((with, answer.statements), (50, 3), "who asks, the initiatives, their communications");
}
