//! Scenarios: files with operations, and beside each the answer as it was agreed on.
//!
//! A file holds one step or more. A step begins with `# as: WHO` (somebody by their address before the `@`, or
//! `anonymous`), may give `# variables: {…}` on one line, and goes on with the operation. Things of the
//! standard world are named `<person:owner>`, `<unit:Salg>`, `<portfolio:Harbour>`, `<initiative:CX-1>`,
//! `<milestone:CX-1 Half-way>`, `<baseline:CX-1 1>` and `<role:owner>`, the one that somebody has; what a step
//! makes gets a name with `# names: <risk:Supplier> /raidItemCreate/raidItem/id`; the answers name them the same
//! way. Both databases have to give the same answer with the same number of statements. The files in folders of
//! `questions` are asked of the demo organisation.

use std::{
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use async_graphql::Value as Graph;
use serde_json::Value;
use tutti_entity::ids::{AnyId, Kind as Of};
use uuid::Uuid;

use crate::harness::{Harness, Start, Suite};
use crate::needed::EVERYTHING;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios")
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if path.extension().is_some_and(|end| end == "graphql") {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// The questions that people ask, which are asked of the demo organisation.
const OF_THE_DEMO: &str = "/questions/";

pub fn register(suite: &mut Suite) {
    for file in files(&folder()) {
        let name = file.strip_prefix(folder()).unwrap().with_extension("");
        let name = name.display().to_string();
        let start = if name.contains(OF_THE_DEMO) { Start::Demo } else { Start::World };
        suite.from(start, &format!("scenarios/{name}"), move |h| play(h, file.clone()));
    }
}

struct Step<'a> {
    who: &'a str,
    variables: &'a str,
    /// What its answer makes known: a name, and where its id stands.
    names: Option<(&'a str, &'a str)>,
    operation: &'a str,
}

fn steps(text: &str) -> Vec<Step<'_>> {
    let starts: Vec<_> = text.match_indices("# as:").map(|(at, _)| at).collect();
    assert!(!starts.is_empty(), "a scenario says who asks: `# as: pmo`");
    let ends = starts.iter().skip(1).copied().chain([text.len()]);
    let step = |(start, end): (&usize, usize)| {
        let step = &text[*start..end];
        let told = |name: &str| step.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
        Step {
            who: told("# as:").unwrap(),
            variables: told("# variables:").unwrap_or("null"),
            names: told("# names:").and_then(|named| named.rsplit_once(' ')),
            operation: step.trim(),
        }
    };
    starts.iter().zip(ends).map(step).collect()
}

/// Every id of the world under the name that scenarios give it.
async fn world_names(h: &Harness) -> Vec<(String, String)> {
    let mut known = Vec::new();
    for (what, kind, sql) in [
        ("person", Of::Person, "SELECT id, replace(email, '@tutti.example', '') AS name FROM people"),
        ("unit", Of::OrgUnit, "SELECT id, name FROM org_units"),
        ("portfolio", Of::Portfolio, "SELECT id, name FROM portfolios"),
        ("initiative", Of::Initiative, "SELECT id, code AS name FROM initiatives"),
        (
            "milestone",
            Of::Milestone,
            "SELECT m.id AS id, code || ' ' || m.title AS name \
             FROM milestones m JOIN initiatives i ON i.id = m.initiative_id",
        ),
        (
            "baseline",
            Of::Baseline,
            "SELECT b.id AS id, code || ' ' || number AS name \
             FROM baselines b JOIN initiatives i ON i.id = b.initiative_id",
        ),
        (
            "role",
            Of::RoleGrant,
            "SELECT g.id AS id, replace(email, '@tutti.example', '') AS name \
             FROM role_grants g JOIN people p ON p.id = g.person_id",
        ),
    ] {
        for row in h.sql(sql).await {
            let (uuid, name): (Uuid, String) =
                (row.try_get("", "id").unwrap(), row.try_get("", "name").unwrap());
            known.push((format!("<{what}:{name}>"), AnyId { kind, uuid }.to_string()));
        }
    }
    known
}

/// Cursors hold what differs between databases: the place in the log. That pages go on is tested in `paging`.
fn without_cursors(graph: Graph) -> Graph {
    match graph {
        Graph::List(items) => Graph::List(items.into_iter().map(without_cursors).collect()),
        Graph::Object(fields) => Graph::Object(
            fields
                .into_iter()
                .map(|(name, value)| match (name.as_str(), value) {
                    ("cursor" | "startCursor" | "endCursor", Graph::String(_)) => (name, "<cursor>".into()),
                    (_, value) => (name, without_cursors(value)),
                })
                .collect(),
        ),
        other => other,
    }
}

async fn play(h: Harness, file: PathBuf) {
    let mut known = world_names(&h).await;
    let resolve = |known: &[(String, String)], text: &str| {
        known.iter().fold(text.to_owned(), |text, (name, id)| text.replace(name, id))
    };
    let text = fs::read_to_string(&file).unwrap();
    let mut played = String::new();
    for step in steps(&text) {
        let client = match step.who {
            "anonymous" => h.anonymous(),
            who => h.signed_in(resolve(&known, &format!("<person:{who}>")).parse().unwrap()),
        };
        let variables: Value = serde_json::from_str(&resolve(&known, step.variables)).unwrap();
        let operation = resolve(&known, step.operation);
        let mut answer = client.send(&operation, Value::clone(&variables)).await;
        if answer.errors.is_empty() && !operation.contains("mutation") {
            // A document that was answered before is not checked again, and answered all the same; also where all
            // columns are read, because a fragment that nobody spreads names every field.
            for document in [operation.clone(), format!("{operation} {}", *EVERYTHING)] {
                let again = client.known().send(&document, variables.clone()).await;
                assert_eq!((again.pretty(), again.statements), (answer.pretty(), answer.statements));
            }
        }
        if let Some((name, path)) = step.names {
            let data = answer.data();
            let id =
                data.pointer(path).and_then(Value::as_str).unwrap_or_else(|| panic!("no {name} in {data}"));
            known.push((name.to_owned(), id.to_owned()));
        }
        answer.graph = without_cursors(answer.graph);
        let shown = known.iter().fold(answer.pretty(), |text, (name, id)| text.replace(id, name));
        writeln!(played, "# {}: {} statements\n{shown}", step.who, answer.statements).unwrap();
    }
    let name = file.file_stem().unwrap().to_str().unwrap();
    h.the_index_is_that_of_the_rows(name).await;
    let mut settings = insta::Settings::new();
    settings.set_snapshot_path(file.parent().unwrap());
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, played));
}
