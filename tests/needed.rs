//! Columns that nobody asks for are not read: each field of a type that says which columns it needs answers the same
//! whether it is asked for alone or with all others.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use sea_orm::{EntityTrait, IdenStatic as _, Iterable as _};
use serde_json::Value;
use tutti::communication::types::Communication;
use tutti::graphql::needed::Narrow;
use tutti::people::types::Person;
use tutti::portfolio::costs::types::CostEntry;
use tutti::portfolio::plan::types::Milestone;
use tutti::portfolio::types::Initiative;
use tutti_entity::ids::PersonId;

use crate::harness::{Client, Harness, Start, Suite};
use crate::schema::{Sdl, named};
use crate::tidy::rust;

pub fn register(suite: &mut Suite) {
    suite.from(Start::Demo, "needed::a_field_answers_alone_what_it_answers_with_all_others", alone);
    suite.once("needed::every_narrow_type_is_asked", every_type);
    suite.once("needed::of_every_column_it_is_known_what_shows_it", columns);
}

/// How each narrow type is reached: in lists, in lists of many parents, and by its id from what refers to it.
const WAYS: [(&str, &[&str]); 5] = [
    (
        "Person",
        &[
            "people(first: 20) { nodes",
            "initiatives(first: 9) { nodes { owner",
            "communications { nodes { sender",
        ],
    ),
    (
        "Initiative",
        &["initiatives(first: 20) { nodes", "portfolios(first: 3) { nodes { initiatives(first: 3) { nodes"],
    ),
    (
        "Milestone",
        &["initiatives(first: 9) { nodes { milestones(first: 5) { nodes", "milestones(first: 30) { nodes"],
    ),
    (
        "CostEntry",
        &[
            "initiatives(first: 9) { nodes { costs(first: 9) { nodes",
            "costEntries(first: 40) { nodes { reversalOf",
        ],
    ),
    (
        "Communication",
        &[
            "communications(first: 30) { nodes",
            "initiatives { nodes { communications(first: 4) { nodes",
            "communications { nodes { corrects",
        ],
    ),
];

fn every_type() {
    let mut found = BTreeSet::new();
    for (_, text) in rust() {
        for declared in text.split("\nnarrow! {\n").skip(1) {
            found.insert(declared.split_whitespace().next().unwrap().to_owned());
        }
    }
    assert_eq!(found, WAYS.iter().map(|(of, _)| (*of).to_owned()).collect());
}

/// The columns of which nothing is made.
fn unshown<T: Narrow>() -> Vec<&'static str> {
    let shown = T::PARTS.iter().flat_map(|part| part.columns).chain(T::ALWAYS).collect::<BTreeSet<_>>();
    let all = <T::Entity as EntityTrait>::Column::iter().map(|column| column.as_str());
    all.filter(|column| !shown.contains(column)).collect()
}

fn columns() {
    assert_eq!(
        unshown::<Person>(),
        ["name_folded", "email_folded", "daily_digest", "created_at", "updated_at"]
    );
    assert_eq!(unshown::<Initiative>(), ["code_folded", "code_number", "title_folded", "reports_from"]);
    assert_eq!(unshown::<Milestone>(), ["title_folded"]);
    assert_eq!(unshown::<CostEntry>(), Vec::<&str>::new());
    assert_eq!(unshown::<Communication>(), ["subject_folded", "sender_tier", "cancelled_on"]);
}

/// The answers at the end of this way, each with the values of these fields.
async fn ask(client: &Client, way: &str, fields: &str) -> Vec<Value> {
    let closing = "} ".repeat(way.matches('{').count());
    let query = format!("{{ {way} {{ {fields} }} {closing} }}");
    let answer = client.send(&query, Value::Null).await;
    assert!(answer.errors.is_empty(), "{query}: {:?}", answer.errors);
    let mut rows = Vec::new();
    leaves(&answer.data(), way.matches('{').count() + 1, &mut rows);
    rows
}

/// The objects so many objects down.
fn leaves(value: &Value, deep: usize, rows: &mut Vec<Value>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| leaves(item, deep, rows)),
        Value::Object(_) if deep == 0 => rows.push(value.clone()),
        Value::Object(fields) => fields.values().for_each(|value| leaves(value, deep - 1, rows)),
        _ => {}
    }
}

/// A fragment that names every field of the narrow types, so that all of their columns are read.
pub static EVERYTHING: LazyLock<String> = LazyLock::new(|| {
    let sdl = Sdl::of_tutti();
    let fields = WAYS.iter().flat_map(|(of, _)| sdl.fields(of)).map(|field| field.name.node.as_str());
    let names: BTreeSet<_> = fields.collect();
    format!("fragment Everything on Query {{ {} }}", names.into_iter().collect::<Vec<_>>().join(" "))
});

async fn alone(h: Harness) {
    let sdl = Sdl::of_tutti();
    let row = h.sql("SELECT id FROM people WHERE email = 'pmo@tutti.example'").await.remove(0);
    let client = h.signed_in(PersonId(row.try_get("", "id").unwrap()));
    for (of, ways) in WAYS {
        let fields: BTreeMap<String, String> = sdl
            .fields(of)
            .into_iter()
            .filter(|field| field.arguments.iter().all(|argument| argument.node.ty.node.nullable))
            .map(|field| {
                let name = field.name.node.to_string();
                let has_more = !sdl.fields(named(&field.ty.node)).is_empty();
                (name.clone(), if has_more { format!("{name} {{ __typename }}") } else { name })
            })
            .collect();
        for way in ways {
            let all: Vec<_> = fields.values().map(String::as_str).collect();
            let together = ask(&client, way, &all.join(" ")).await;
            assert!(!together.is_empty(), "{way} leads to no {of}");
            for (name, field) in &fields {
                let wanted: Vec<_> = together.iter().map(|row| row[name].clone()).collect();
                let got: Vec<_> =
                    ask(&client, way, field).await.into_iter().map(|row| row[name].clone()).collect();
                assert_eq!(got, wanted, "{of}.{name} of {way}");
            }
        }
    }
}
