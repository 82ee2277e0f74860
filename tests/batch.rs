//! Loading in batches: the number of statements does not depend on the number of rows, and what fails
//! in one place leaves its siblings alone.

use std::fmt::Write as _;

use sea_orm::{ConnectionTrait as _, EntityTrait as _};
use serde_json::{Value, json};
use tutti_entity::ids::{PersonId, PortfolioId};
use tutti_entity::people::person;
use tutti_entity::portfolio::portfolio;
use tutti_entity::value::fold;
use uuid::Uuid;

use crate::harness::{Client, Harness, Suite, fresh, person as actor};

pub fn register(suite: &mut Suite) {
    suite.world("batch::statements_do_not_grow_with_the_rows", constant);
    suite.world("batch::siblings_share_and_lists_of_their_own_do_not", siblings);
    suite.world("batch::an_error_leaves_its_siblings_alone", errors);
}

/// The query that the first release is measured by.
const ACCEPTANCE: &str = "{ portfolios { nodes { name currency initiatives(first: 3, filter: {status: {eq: ACTIVE}}, \
                          orderBy: [{field: DUE_ON}]) { totalCount nodes { code title dueOn owner { name email } } \
                          pageInfo { endCursor hasNextPage } } } } }";
/// Everything that hangs on a row: to-one, lists, counts, the ends of pages, own loaders.
const DEEP: &str = "{ portfolios(first: 9) { totalCount nodes { owner { manager { name } } initiatives(first: 3) { totalCount \
                    pageInfo { hasPreviousPage } nodes { portfolio { name } owner { orgUnit { parent { name headcount } } \
                    directReports(first: 2) { nodes { name orgUnit { name } } } } sponsor { name } reviewer { name } \
                    moves { by { name } } events(last: 2) { totalCount nodes { actor { name } subject { id } } } } } } } }";

async fn statements(client: &Client, query: &str) -> u32 {
    let answer = client.send(query, Value::Null).await;
    assert!(answer.errors.is_empty(), "{:?}", answer.errors);
    answer.statements
}

/// Four times the rows: portfolios and people with copies of the initiatives below them.
async fn multiply(h: &Harness) {
    let mut people = Vec::new();
    let mut portfolios = Vec::new();
    for number in 0..12_u128 {
        let (id, name) = (Uuid::from_u128(1000 + number), format!("Copy {number}"));
        people.push(fresh::<person::ActiveModel, _>(person::Model {
            id: PersonId(id),
            version: 1,
            name_folded: fold(&name),
            email: format!("{number}@copy.example"),
            email_folded: format!("{number}@copy.example"),
            tier: person::Tier::Manager,
            status: person::PersonStatus::Active,
            locale: person::Locale::En,
            org_unit_id: None,
            manager_id: Some(actor("leader")),
            last_sign_in_at: None,
            daily_digest: false,
            created_at: h.now(),
            updated_at: h.now(),
            name: name.clone(),
        }));
        portfolios.push(fresh::<portfolio::ActiveModel, _>(portfolio::Model {
            id: PortfolioId(id),
            version: 1,
            name_folded: fold(&name),
            name,
            description: None,
            owner_id: PersonId(id),
            currency: "EUR".parse().unwrap(),
            report_cadence: "P14D".to_owned(),
            archived_at: None,
            created_at: h.now(),
            updated_at: h.now(),
        }));
    }
    h.rows(async |tx| {
        person::Entity::insert_many(people).exec_without_returning(tx).await.unwrap();
        portfolio::Entity::insert_many(portfolios).exec_without_returning(tx).await.unwrap();
    })
    .await;
    let pmo = h.as_("pmo");
    for number in 0..36_u128 {
        let of = Uuid::from_u128(1000 + number % 12);
        let mut input = crate::write::new_initiative("A copy");
        input["portfolioId"] = json!(PortfolioId(of).to_string());
        input["ownerId"] = json!(PersonId(of).to_string());
        let id = pmo.must("initiativeCreate", input).await;
        crate::write::begin(&pmo, &id).await;
    }
    h.rows(async |tx| tx.execute_unprepared("UPDATE people SET org_unit_id = (SELECT org_unit_id FROM people WHERE email = 'owner@tutti.example') WHERE email LIKE '%copy.example'").await.unwrap()).await;
}

async fn constant(h: Harness) {
    let member = h.as_("member");
    let few = (statements(&member, ACCEPTANCE).await, statements(&member, DEEP).await);
    multiply(&h).await;
    let many = (statements(&member, ACCEPTANCE).await, statements(&member, DEEP).await);
    // Where the same person stands in two places, the second may find them loaded: there are rows for which a query
    // takes a statement less, and none for which it takes more.
    assert_eq!(few.0, many.0);
    assert!(many.0 <= 5 && many.1 <= few.1 && few.1 <= 18, "{few:?} {many:?}");
}

/// The same list under several aliases, with the same and with other arguments.
async fn siblings(h: Harness) {
    let member = h.as_("member");
    let query = "query($n: Int) { portfolios(orderBy: [{ field: NAME }]) { nodes { name \
                 one: initiatives(first: 1, orderBy: [{ field: CODE }]) { nodes { code } } \
                 last: initiatives(last: 1, orderBy: [{ field: CODE }]) { nodes { code } } \
                 ...Some again: initiatives(first: $n) { totalCount } } } } \
                 fragment Some on Portfolio { some: initiatives(first: 2, filter: { status: { eq: ACTIVE } }) { totalCount nodes { code } } }";
    let data = member.ask(query, json!({ "n": 0 })).await;
    let harbour =
        data["portfolios"]["nodes"].as_array().unwrap().iter().find(|node| node["name"] == json!("Harbour"));
    assert_eq!(
        harbour.unwrap(),
        &json!({
            "name": "Harbour", "one": { "nodes": [{ "code": "CX-1" }] }, "last": { "nodes": [{ "code": "CX-5" }] },
            "some": { "totalCount": 4, "nodes": [{ "code": "CX-1" }, { "code": "CX-2" }] }, "again": { "totalCount": 5 },
        })
    );
    // A fragment puts the same field under two parents: they share a batch, and each has its own rows.
    let query = "{ a: people(filter: { email: { startsWith: \"owner@\" } }) { nodes { ...P } } \
                 b: portfolio(id: \"PFO\") { owner { ...P } initiatives(first: 1) { nodes { owner { ...P } } } } } \
                 fragment P on Person { name initiatives(first: 1, orderBy: [{ field: CODE }]) { totalCount nodes { code } } }";
    let query = query.replace("PFO", &crate::harness::portfolio("Harbour").to_string());
    let data = member.ask(&query, Value::Null).await;
    let owner =
        json!({ "name": "Oda Ærlig", "initiatives": { "totalCount": 10, "nodes": [{ "code": "CX-1" }] } });
    assert_eq!(data["a"]["nodes"], json!([owner]));
    assert_eq!(data["b"]["initiatives"]["nodes"][0]["owner"], owner);
    assert_eq!(
        data["b"]["owner"],
        json!({ "name": "Lene Åkjær", "initiatives": { "totalCount": 0, "nodes": [] } })
    );
    // Many siblings by id: one statement for all, whatever their number.
    let mut query = "{".to_owned();
    for number in 0..90 {
        let who = actor(["pmo", "owner", "member"][number % 3]);
        write!(query, " n{number}: node(id: \"{who}\") {{ ... on Person {{ name }} }}").unwrap();
    }
    let answer = member.send(&format!("{query} }}"), Value::Null).await;
    assert_eq!(
        (answer.errors.len(), answer.statements, &answer.data()["n88"]["name"]),
        (0, 2, &json!("Oda Ærlig"))
    );
}

/// A field that fails while others wait in the same batches.
async fn errors(h: Harness) {
    let member = h.as_("member");
    let good = "initiatives(first: 1, orderBy: [{ field: CODE }]) { totalCount nodes { code owner { name manager { name } } } }";
    let query = format!(
        "{{ a: portfolio(id: \"H\") {{ {good} bad: initiatives(after: \"x\") {{ totalCount }} }} \
         b: portfolio(id: \"L\") {{ {good} }} c: portfolio(id: \"nonsense\") {{ {good} }} d: portfolio(id: \"H\") {{ {good} }} \
         viewer {{ person {{ manager {{ name }} }} }} }}"
    );
    let id = |name| crate::harness::portfolio(name).to_string();
    let query = query
        .replace("\"H\"", &format!("\"{}\"", id("Harbour")))
        .replace("\"L\"", &format!("\"{}\"", id("Lighthouse")));
    for _ in 0..5 {
        let answer = member.send(&query, Value::Null).await;
        let data = answer.data();
        assert_eq!(answer.errors.len(), 2, "{:?}", answer.errors);
        assert!(data["a"].is_null() && data["c"].is_null());
        assert_eq!(data["b"]["initiatives"]["nodes"][0]["code"], json!("CX-6"));
        assert_eq!(data["d"]["initiatives"]["nodes"][0]["owner"]["manager"]["name"], json!("Lene Åkjær"));
        assert_eq!(data["viewer"]["person"]["manager"]["name"], json!("Oda Ærlig"));
    }
}
