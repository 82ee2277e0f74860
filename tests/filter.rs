//! Filters: whatever tree of them is asked for, the rows are those of an in-memory oracle with
//! two-valued logic.

mod oracle;
mod tree;

use sea_orm::{ConnectionTrait as _, EntityTrait as _};
use serde_json::{Value, json};
use tutti_entity::people::person;
use tutti_entity::portfolio::initiative;

use crate::harness::{Harness, Suite, fresh};
use oracle::Rows;
use tree::{InitiativeNode, PersonNode};

pub fn register(suite: &mut Suite) {
    suite.property(
        "filter::any_tree_over_initiatives",
        120,
        tree::initiatives,
        |h, (rows, tree)| async move {
            fill(&h, &rows).await;
            initiatives(&h, &rows, &tree).await
        },
    );
    suite.property("filter::any_tree_over_people", 120, tree::people, |h, (rows, tree)| async move {
        fill(&h, &rows).await;
        people(&h, &rows, &tree).await
    });
    suite.world("filter::a_connective_without_parts", without_parts);
}

/// Replaces all initiatives and the people whom the tree may be about; those of the harness stay.
async fn fill(h: &Harness, rows: &Rows) {
    let people: Vec<person::ActiveModel> = rows.people.iter().map(|row| fresh(row.clone())).collect();
    let initiatives: Vec<initiative::ActiveModel> =
        rows.initiatives.iter().map(|row| fresh(row.clone())).collect();
    h.rows(async |tx| {
        tx.execute_unprepared("DELETE FROM initiatives").await.unwrap();
        tx.execute_unprepared("UPDATE people SET manager_id = NULL WHERE email LIKE '%@drawn.example'")
            .await
            .unwrap();
        tx.execute_unprepared("DELETE FROM people WHERE email LIKE '%@drawn.example'").await.unwrap();
        person::Entity::insert_many(people).exec_without_returning(tx).await.unwrap();
        initiative::Entity::insert_many(initiatives).exec_without_returning(tx).await.unwrap();
    })
    .await;
}

fn ids(page: &Value) -> Vec<String> {
    let nodes = page["nodes"].as_array().unwrap();
    let mut ids: Vec<_> = nodes.iter().map(|node| node["id"].as_str().unwrap().to_owned()).collect();
    ids.sort();
    ids
}

fn same(page: &Value, mut expected: Vec<String>, filter: &Value) -> Result<(), String> {
    expected.sort();
    let found = ids(page);
    if found != expected {
        let only = |one: &[String], other: &[String]| -> Vec<String> {
            one.iter().filter(|id| !other.contains(id)).cloned().collect()
        };
        let (more, less) = (only(&found, &expected), only(&expected, &found));
        return Err(format!("{filter:#}\ntoo much: {more:?}\ntoo little: {less:?}"));
    }
    if page["totalCount"] != json!(expected.len()) {
        return Err(format!("{filter:#}\ntotalCount is {}, not {}", page["totalCount"], expected.len()));
    }
    Ok(())
}

async fn initiatives(h: &Harness, rows: &Rows, tree: &InitiativeNode) -> Result<(), String> {
    let filter = tree.json();
    let query =
        "query($f: InitiativeFilter) { initiatives(first: 200, filter: $f) { totalCount nodes { id } } }";
    let data = h.as_("member").ask(query, json!({ "f": filter })).await;
    let expected = rows.initiatives.iter().filter(|row| tree.holds(rows, row)).map(|row| row.id.to_string());
    same(&data["initiatives"], expected.collect(), &filter)
}

/// The people of the harness are left out: the oracle does not know them.
async fn people(h: &Harness, rows: &Rows, tree: &PersonNode) -> Result<(), String> {
    let filter = json!({ "email": { "endsWith": "@drawn.example" }, "and": [tree.json()] });
    let query = "query($f: PersonFilter) { people(first: 200, filter: $f) { totalCount nodes { id } } }";
    let data = h.as_("member").ask(query, json!({ "f": filter })).await;
    let expected = rows.people.iter().filter(|row| tree.holds(rows, row)).map(|row| row.id.to_string());
    same(&data["people"], expected.collect(), &filter)
}

/// The corner of the algebra that random trees seldom reach.
async fn without_parts(h: Harness) {
    let client = h.as_("member");
    let query = "query($f: InitiativeFilter) { initiatives(filter: $f) { totalCount } }";
    for (filter, expected) in [
        (json!(null), 12),
        (json!({}), 12),
        (json!({ "and": [] }), 12),
        (json!({ "or": [] }), 0),
        (json!({ "not": {} }), 0),
        (json!({ "not": { "and": [] } }), 0),
        (json!({ "not": { "or": [] } }), 12),
        (json!({ "or": [{}] }), 12),
        (json!({ "status": {} }), 12),
        (json!({ "not": { "status": {} } }), 0),
        (json!({ "status": { "in": [] } }), 0),
        (json!({ "status": { "notIn": [] } }), 12),
        (json!({ "sponsorId": { "in": [] } }), 0),
        (json!({ "sponsorId": { "notIn": [] } }), 12),
        (json!({ "not": { "sponsorId": { "notIn": [] } } }), 0),
        (json!({ "sponsor": {} }), 2),
        (json!({ "not": { "sponsor": {} } }), 10),
        (json!({ "portfolio": { "initiatives": {} } }), 12),
        (json!({ "not": { "portfolio": { "initiatives": { "every": {} } } } }), 0),
        (json!({ "portfolio": { "initiatives": { "none": {} } } }), 0),
        (json!({ "valueChainStages": { "hasSome": [] } }), 0),
        (json!({ "valueChainStages": { "hasEvery": [] } }), 12),
        (json!({ "title": { "contains": "" } }), 12),
    ] {
        let data = client.ask(query, json!({ "f": filter })).await;
        assert_eq!(data["initiatives"]["totalCount"], json!(expected), "{filter}");
    }
}
