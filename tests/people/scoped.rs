//! Administrators of one unit or one portfolio: what they may there, and what they do not get to.

use sea_orm::ConnectionTrait as _;
use serde_json::{Value, json};
use tutti_entity::people::role_grant::Role;

use super::{code, only};
use crate::harness::{Harness, Suite, person, portfolio, role, unit};

pub fn register(suite: &mut Suite) {
    suite.both("people::an_administrator_of_a_unit_ends_at_its_border", of_a_unit);
    suite.both("people::an_administrator_of_a_portfolio_grants_there_alone", of_a_portfolio);
    suite.both("people::what_only_some_may_read_nobody_else_filters_or_sorts_by", guarded);
}

async fn try_all(h: &Harness, who: &str, attempts: Vec<(&str, Value, &str)>) {
    let client = h.as_(who);
    for (mutation, input, expected) in attempts {
        let answer = client.try_change(mutation, input.clone(), Value::Null).await;
        let data = answer.data();
        let found = if answer.errors.is_empty() { code(&data[mutation]).to_owned() } else { answer.code() };
        assert_eq!(found, expected, "{mutation} {input}: {data}");
    }
}

async fn of_a_unit(h: Harness) {
    let (service, centre, sales) =
        (unit("Service").to_string(), unit("Contact centre").to_string(), unit("Salg").to_string());
    let id = |who: &str| person(who).to_string();
    only(&h, "nobody", Role::Admin, |row| row.org_unit_id = Some(unit("Service"))).await;
    let new = |email: &str, unit: Option<&str>| json!({ "name": "Ny", "email": email, "tier": "SUPPORT", "orgUnitId": unit });
    try_all(
        &h,
        "nobody",
        vec![
            ("personCreate", new("one@tutti.example", Some(&centre)), "written"),
            ("personCreate", new("two@tutti.example", Some(&sales)), "FORBIDDEN"),
            ("personCreate", new("two@tutti.example", None), "FORBIDDEN"),
            ("personUpdate", json!({ "id": id("member"), "name": "Mia", "orgUnitId": service }), "written"),
            ("personUpdate", json!({ "id": id("member"), "orgUnitId": sales }), "FORBIDDEN"),
            ("personUpdate", json!({ "id": id("member"), "orgUnitId": null }), "FORBIDDEN"),
            ("personUpdate", json!({ "id": id("member"), "email": "m@tutti.example" }), "FORBIDDEN"),
            ("personUpdate", json!({ "id": id("member"), "status": "ON_LEAVE" }), "FORBIDDEN"),
            // Somebody of another unit is not fetched into one's own, nor is somebody outside of the units.
            ("personUpdate", json!({ "id": id("scoped_pmo"), "orgUnitId": service }), "FORBIDDEN"),
            ("personUpdate", json!({ "id": id("auditor"), "orgUnitId": service }), "FORBIDDEN"),
            ("personDeactivate", json!({ "id": id("member") }), "FORBIDDEN"),
            ("personReactivate", json!({ "id": id("left") }), "FORBIDDEN"),
            ("orgUnitCreate", json!({ "name": "Nat", "parentId": centre }), "written"),
            ("orgUnitCreate", json!({ "name": "Nat", "parentId": sales }), "FORBIDDEN"),
            ("orgUnitCreate", json!({ "name": "Nat" }), "FORBIDDEN"),
            ("orgUnitUpdate", json!({ "id": centre, "name": "Kundecenter" }), "written"),
            // The unit itself hangs on one that is not theirs.
            ("orgUnitUpdate", json!({ "id": service, "name": "Alt" }), "FORBIDDEN"),
            ("orgUnitUpdate", json!({ "id": centre, "parentId": sales }), "FORBIDDEN"),
            ("orgUnitUpdate", json!({ "id": centre, "parentId": null }), "FORBIDDEN"),
            ("orgUnitUpdate", json!({ "id": sales, "parentId": service }), "FORBIDDEN"),
            // A role no wider than their own.
            ("roleGrant", json!({ "personId": id("nobody"), "role": "ADMIN" }), "FORBIDDEN"),
            ("roleGrant", json!({ "personId": id("nobody"), "role": "PMO", "orgUnitId": sales }), "FORBIDDEN"),
            (
                "roleGrant",
                json!({ "personId": id("nobody"), "role": "PMO", "portfolioId": portfolio("Harbour").to_string() }),
                "FORBIDDEN",
            ),
            ("roleGrant", json!({ "personId": id("finance"), "role": "ADMIN", "orgUnitId": centre }), "written"),
            ("roleRevoke", json!({ "id": role("member").to_string() }), "FORBIDDEN"),
            // What they do not see does not exist for them.
            ("roleRevoke", json!({ "id": role("admin").to_string() }), "NOT_FOUND"),
        ],
    )
    .await;
    // They see the roles of the people there, and the roles there of others.
    let query = "{ roleGrants { totalCount nodes { person { name } } } }";
    let seen = h.as_("nobody").ask(query, Value::Null).await["roleGrants"].clone();
    let mut names: Vec<_> = seen["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|node| node["person"]["name"].as_str().unwrap())
        .collect();
    names.sort_unstable();
    assert_eq!(
        names,
        ["Finn 100%_sikker", "Leif Left", "Mia", "Nanna Norole", "Oda Ærlig", "oluf aabye", "Åse Orlov"]
    );
    assert_eq!(seen["totalCount"], json!(names.len()));
}

async fn of_a_portfolio(h: Harness) {
    let (harbour, lighthouse) = (portfolio("Harbour").to_string(), portfolio("Lighthouse").to_string());
    let id = |who: &str| person(who).to_string();
    only(&h, "nobody", Role::Admin, |row| row.portfolio_id = Some(portfolio("Harbour"))).await;
    let grant = |role: &str, place: Value| {
        let mut input = json!({ "personId": id("member"), "role": role });
        for (field, value) in place.as_object().unwrap() {
            input[field] = value.clone();
        }
        input
    };
    let both = json!({ "portfolioId": harbour, "orgUnitId": unit("Salg").to_string() });
    try_all(
        &h,
        "nobody",
        vec![
            ("roleGrant", grant("PMO", json!({ "portfolioId": harbour })), "written"),
            ("roleGrant", grant("PMO", json!({ "portfolioId": harbour })), "CONFLICT"),
            ("roleGrant", grant("PMO", json!({ "portfolioId": lighthouse })), "FORBIDDEN"),
            ("roleGrant", grant("PMO", json!({})), "FORBIDDEN"),
            ("roleGrant", grant("PMO", json!({ "orgUnitId": unit("Salg").to_string() })), "FORBIDDEN"),
            ("roleGrant", grant("LEADER", both), "INVALID"),
            ("roleRevoke", json!({ "id": role("scoped_pmo").to_string() }), "written"),
            ("roleRevoke", json!({ "id": role("pmo").to_string() }), "NOT_FOUND"),
            ("personUpdate", json!({ "id": id("nobody"), "name": "N" }), "FORBIDDEN"),
            ("personUpdate", json!({ "id": id("auditor"), "name": "N" }), "FORBIDDEN"),
            ("personCreate", json!({ "name": "N", "email": "n@n", "tier": "SUPPORT" }), "FORBIDDEN"),
            ("orgUnitCreate", json!({ "name": "N" }), "FORBIDDEN"),
            ("personDeactivate", json!({ "id": id("member") }), "FORBIDDEN"),
        ],
    )
    .await;
}

async fn guarded(h: Harness) {
    h.rows(async |tx| {
        for (who, at) in [("member", "2025-03-30"), ("owner", "2025-03-29")] {
            let sql = format!(
                "UPDATE people SET last_sign_in_at = '{at}T08:00:00Z' WHERE email = '{who}@tutti.example'"
            );
            tx.execute_unprepared(&sql).await.unwrap();
        }
    })
    .await;
    only(&h, "nobody", Role::Admin, |row| row.org_unit_id = Some(unit("Contact centre"))).await;
    let field = "{ people(filter: { email: { in: [\"member@tutti.example\", \"owner@tutti.example\"] } }, orderBy: \
                 [{ field: EMAIL }]) { nodes { lastSignInAt } } }";
    let (member, owner) = (json!("2025-03-30T08:00:00Z"), json!("2025-03-29T08:00:00Z"));
    for (who, sees) in [
        ("admin", [&member, &owner]),
        ("auditor", [&member, &owner]),
        ("member", [&member, &Value::Null]),
        ("pmo", [&Value::Null, &Value::Null]),
        // An administrator of the unit where one of them works.
        ("nobody", [&member, &Value::Null]),
    ] {
        let nodes = h.as_(who).ask(field, Value::Null).await["people"]["nodes"].clone();
        assert_eq!(nodes, json!([{ "lastSignInAt": sees[0] }, { "lastSignInAt": sees[1] }]), "{who}");
        let everywhere = ["admin", "auditor"].contains(&who);
        for (query, message) in [
            (
                "people(filter: { lastSignInAt: { isNull: false } }) { totalCount }",
                "filter by `lastSignInAt`",
            ),
            (
                "people(filter: { not: { or: [{ lastSignInAt: { isNull: false } }] } }) { totalCount }",
                "filter by",
            ),
            (
                "people(filter: { manager: { lastSignInAt: { within: \"-P9D\" } } }) { totalCount }",
                "filter by",
            ),
            (
                "initiatives(filter: { owner: { lastSignInAt: { isNull: true } } }) { totalCount }",
                "filter by",
            ),
            (
                "people(first: 1, orderBy: [{ field: LAST_SIGN_IN_AT }]) { nodes { name } }",
                "sort by `LAST_SIGN_IN_AT`",
            ),
            (
                "people(first: 1, orderBy: [{ field: NAME }, { field: LAST_SIGN_IN_AT }]) { nodes { name } }",
                "sort by",
            ),
        ] {
            let answer = h.as_(who).send(&format!("{{ {query} }}"), Value::Null).await;
            if everywhere {
                assert!(answer.errors.is_empty(), "{who} {query}: {:?}", answer.errors);
            } else {
                assert_eq!(answer.code(), "FORBIDDEN", "{who} {query}");
                let told = &answer.errors[0].message;
                assert!(told.starts_with("You may not ") && told.contains(message), "{told}");
            }
        }
    }
    let query = "{ people(orderBy: [{ field: LAST_SIGN_IN_AT, direction: DESC }], first: 2, \
                 filter: { lastSignInAt: { within: \"-P2D\" } }) { totalCount nodes { name } } }";
    let found = h.as_("admin").ask(query, Value::Null).await["people"].clone();
    assert_eq!(
        found,
        json!({ "totalCount": 2, "nodes": [{ "name": "Mia Member" }, { "name": "Oda Ærlig" }] })
    );
}
