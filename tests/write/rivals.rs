//! Callers at the same moment.

use futures_util::future::join_all;
use serde_json::{Value, json};

use super::{find, new_initiative};
use crate::harness::{Harness, Suite, person, portfolio};

pub fn register(suite: &mut Suite) {
    suite.world("write::one_of_twenty_with_the_same_version_wins", one_wins);
    suite.world("write::changes_of_different_fields_lose_nothing", nothing_is_lost);
    suite.world("write::codes_are_unique_and_without_holes", codes);
    suite.world("write::one_address_belongs_to_one_person", addresses);
    suite.both("write::nothing_starts_in_a_portfolio_that_is_put_away", archive_and_create);
    suite.world("write::rivals_of_every_kind_end_in_an_answer", every_kind);
}

async fn one_wins(h: Harness) {
    let pmo = h.as_("pmo");
    let (id, version) = find(&pmo, "CX-1").await;
    let payloads = join_all((0..20).map(|number| {
        let input = json!({ "id": id, "title": format!("Title {number}") });
        pmo.change("initiativeUpdate", input, json!({ "expectedVersion": version }))
    }))
    .await;
    let (won, lost): (Vec<_>, Vec<_>) =
        payloads.iter().partition(|payload| payload["userErrors"] == json!([]));
    assert_eq!((won.len(), lost.len()), (1, 19));
    assert!(lost.iter().all(|payload| payload["userErrors"][0]["code"] == json!("VERSION_CONFLICT")));
    let query = "query($id: ID!) { initiative(by: { id: $id }) { title version events(filter: { action: { startsWith: \"initiative.\" } }) { totalCount } } }";
    let after = pmo.ask(query, json!({ "id": id })).await["initiative"].clone();
    assert_eq!((&after["title"], &after["version"]), (&won[0]["initiative"]["title"], &json!(version + 1)));
    assert_eq!(after["events"]["totalCount"], json!(version + 1));
}

async fn nothing_is_lost(h: Harness) {
    let pmo = h.as_("pmo");
    let (id, version) = find(&pmo, "CX-4").await;
    let leader = person("leader").to_string();
    let note = "Agreed at the stand-up today.";
    let changes = [
        ("initiativeUpdate", json!({ "id": id, "title": "Lost orders" })),
        ("initiativeUpdate", json!({ "id": id, "description": "All of them." })),
        ("initiativeUpdate", json!({ "id": id, "sponsorId": leader })),
        ("initiativeUpdate", json!({ "id": id, "reviewerId": person("pmo").to_string() })),
        ("initiativeUpdate", json!({ "id": id, "valueChainStages": ["SALES"] })),
        ("initiativeUpdate", json!({ "id": id, "startsOn": "2025-03-02" })),
        ("initiativeReschedule", json!({ "id": id, "dueOn": "2025-11-30", "reason": "SCOPE", "note": note })),
        ("initiativeReassign", json!({ "id": id, "ownerId": person("other_owner").to_string() })),
        ("initiativeTransition", json!({ "id": id, "to": "CLOSING" })),
    ];
    let payloads =
        join_all(changes.iter().map(|(mutation, input)| pmo.change(mutation, input.clone(), Value::Null)))
            .await;
    for payload in payloads {
        assert_eq!(payload["userErrors"], json!([]));
    }
    let query = "query($id: ID!) { initiative(by: { id: $id }) { title description sponsor { id } reviewer { id } owner { id } \
                 valueChainStages startsOn dueOn status version events(filter: { action: { startsWith: \"initiative.\" } }) { totalCount } } }";
    let after = pmo.ask(query, json!({ "id": id })).await["initiative"].clone();
    let total = version + i64::try_from(changes.len()).unwrap();
    assert_eq!(
        after,
        json!({
            "title": "Lost orders", "description": "All of them.", "sponsor": { "id": leader },
            "reviewer": { "id": person("pmo").to_string() }, "owner": { "id": person("other_owner").to_string() },
            "valueChainStages": ["SALES"], "startsOn": "2025-03-02", "dueOn": "2025-11-30", "status": "CLOSING",
            "version": total, "events": { "totalCount": total },
        })
    );
}

async fn codes(h: Harness) {
    let pmo = h.as_("pmo");
    let creates = join_all((0..30).map(|number| {
        // Every third is refused after its portfolio was read, and every fifth is a dry run.
        let title = if number % 3 == 0 { "" } else { "Coded" };
        pmo.change("initiativeCreate", new_initiative(title), json!({ "dryRun": number % 5 == 0 }))
    }))
    .await;
    let written = creates.iter().enumerate().filter(|(number, _)| number % 3 != 0 && number % 5 != 0);
    let mut codes: Vec<_> =
        written.map(|(_, payload)| payload["initiative"]["code"].as_str().unwrap()).collect();
    codes.sort_unstable();
    let expected: Vec<_> = (13..13 + codes.len()).map(|number| format!("CX-{number}")).collect();
    assert_eq!(codes, expected);
}

async fn addresses(h: Harness) {
    let admin = h.as_("admin");
    let payloads = join_all((0..12).map(|number| {
        let email = if number % 2 == 0 { "Twin@tutti.example" } else { "tWIN@TUTTI.example" };
        admin.change(
            "personCreate",
            json!({ "name": "Twin", "email": email, "tier": "SUPPORT" }),
            Value::Null,
        )
    }))
    .await;
    let (won, lost): (Vec<_>, Vec<_>) =
        payloads.iter().partition(|payload| payload["userErrors"] == json!([]));
    assert_eq!((won.len(), lost.len()), (1, 11));
    for payload in lost {
        assert_eq!(payload["userErrors"][0]["code"], json!("CONFLICT"), "{payload}");
    }
}

async fn archive_and_create(h: Harness) {
    let pmo = h.as_("pmo");
    let owner = person("leader").to_string();
    for round in 0..8 {
        let name = format!("Round {round}");
        let id =
            pmo.must("portfolioCreate", json!({ "name": name, "ownerId": owner, "currency": "EUR" })).await;
        let create = || {
            let mut input = new_initiative("In time");
            input["portfolioId"] = json!(id);
            pmo.change("initiativeCreate", input, Value::Null)
        };
        let archive = pmo.change("portfolioArchive", json!({ "id": id }), Value::Null);
        let (archived, created) = if round % 2 == 0 {
            futures_util::future::join(archive, create()).await
        } else {
            let (created, archived) = futures_util::future::join(create(), archive).await;
            (archived, created)
        };
        let fine = |payload: &Value| payload["userErrors"] == json!([]);
        assert!(fine(&archived) != fine(&created), "{archived}\n{created}");
    }
}

/// Mutations that lock the same rows in different orders: whatever the database makes of it, each
/// caller hears whether it was written.
async fn every_kind(h: Harness) {
    let pmo = h.as_("pmo");
    let harbour = portfolio("Harbour").to_string();
    let mut ids = Vec::new();
    for code in ["CX-1", "CX-2", "CX-3", "CX-4"] {
        ids.push(find(&pmo, code).await.0);
    }
    let mut changes = Vec::new();
    for round in 0..6 {
        for (number, id) in ids.iter().enumerate() {
            let owner = person(["owner", "other_owner", "finance"][(round + number) % 3]).to_string();
            changes.push(pmo.change(
                "initiativeReassign",
                json!({ "id": id, "ownerId": owner }),
                Value::Null,
            ));
            changes.push(pmo.change("initiativeCreate", new_initiative("More"), Value::Null));
        }
        let name = format!("Harbour {round}");
        changes.push(pmo.change("portfolioUpdate", json!({ "id": harbour, "name": name }), Value::Null));
        changes.push(pmo.change("portfolioArchive", json!({ "id": harbour }), Value::Null));
    }
    let payloads = join_all(changes).await;
    let refused = payloads.iter().filter(|payload| payload["userErrors"] != json!([]));
    for payload in refused {
        // CX-1 is reviewed by the programme office and everybody asked is at work: only archiving fails.
        assert_eq!(payload["userErrors"][0]["code"], json!("IN_USE"), "{payload}");
    }
}
