//! A database of a release before: what it holds is there after `migrate`, and the new tables know of it.

use sea_orm::ConnectionTrait as _;
use serde_json::{Value, json};
use tutti_migration::{Migrator, MigratorTrait as _};
use uuid::Uuid;

use crate::harness::{Harness, Kind, Start, Suite};

pub fn register(suite: &mut Suite) {
    suite.from(Start::Bare, "upgrade::what_was_there_before_the_programme_goes_on", programme);
    suite.from(Start::Bare, "upgrade::words_from_before_the_vocabulary_are_in_it", vocabulary);
}

/// The migrations before the programme.
const BEFORE: u32 = 6;

const WHO: Uuid = Uuid::from_u128(1);
const PORTFOLIO: Uuid = Uuid::from_u128(2);
const RUNS: Uuid = Uuid::from_u128(3);
const CLOSED: Uuid = Uuid::from_u128(4);
const COST: Uuid = Uuid::from_u128(5);

/// The migrations before the vocabulary.
const BEFORE_VOCABULARY: u32 = 18;

/// What a release before the programme wrote: somebody, an initiative that runs and was moved and spent on, and one
/// that was closed on 3 February.
fn rows() -> Vec<String> {
    let then = "'2025-01-06 08:00:00+00:00'";
    let mut rows = vec![
        format!(
            "INSERT INTO people (id, version, name, name_folded, email, email_folded, tier, status, locale, created_at, updated_at) \
             VALUES (<{WHO}>, 1, 'Åse', 'ase', 'a@tutti.example', 'a@tutti.example', 'FRONTLINE', 'ACTIVE', 'DA', {then}, {then})"
        ),
        format!(
            "INSERT INTO portfolios (id, version, name, name_folded, owner_id, currency, report_cadence, created_at, updated_at) \
             VALUES (<{PORTFOLIO}>, 1, 'Old', 'old', <{WHO}>, 'DKK', 'P14D', {then}, {then})"
        ),
        format!(
            "INSERT INTO date_moves (id, initiative_id, from_on, to_on, reason, note, by_id, at) \
             VALUES (<{COST}>, <{RUNS}>, '2025-05-01', '2025-05-08', 'SCOPE', 'More of it.', <{WHO}>, {then})"
        ),
        format!(
            "INSERT INTO cost_entries (id, version, initiative_id, category, kind, amount_minor, currency, incurred_on, recorded_by_id, recorded_at) \
             VALUES (<{COST}>, 1, <{RUNS}>, 'PEOPLE', 'ACTUAL', 12345, 'DKK', '2025-01-07', <{WHO}>, {then})"
        ),
    ];
    for (number, id, status, due) in [(1, RUNS, "ACTIVE", "2025-05-08"), (2, CLOSED, "CLOSED", "2025-02-03")]
    {
        let initiative = format!(
            "INSERT INTO initiatives (id, version, code, code_folded, code_number, title, title_folded, portfolio_id, \
             owner_id, status, starts_on, due_on, value_chain_stages, created_at, updated_at) VALUES \
             (<{id}>, 1, 'CX-{number}', 'cx-{number}', {number}, 'Gamle kunder', 'gamle kunder', <{PORTFOLIO}>, <{WHO}>, \
             '{status}', '2025-01-06', '{due}', 'DELIVERY', {then}, {then})"
        );
        rows.insert(2, initiative);
    }
    let events = [
        ("initiative.transitioned", "ini", CLOSED, "2025-02-03 09:00:00+00:00"),
        ("initiative.retitled", "ini", CLOSED, "2025-02-09 09:00:00+00:00"),
        ("cost_entry.recorded", "cst", COST, "2025-01-07 09:00:00+00:00"),
    ];
    for (number, (action, kind, subject, at)) in (9..).zip(events) {
        rows.push(format!(
            "INSERT INTO events (id, at, actor_id, action, subject_kind, subject_id, changes) VALUES \
             (<{}>, '{at}', <{WHO}>, '{action}', '{kind}', <{subject}>, '[]')",
            Uuid::from_u128(number)
        ));
    }
    rows
}

/// The ids as each database keeps them.
fn spelled(kind: Kind, sql: &str) -> String {
    let id = |piece: &str| match kind {
        Kind::Postgres => format!("'{piece}'::uuid"),
        Kind::Sqlite => format!("X'{}'", piece.replace('-', "")),
    };
    let pieces = sql.split(['<', '>']).enumerate();
    pieces.map(|(part, piece)| if part % 2 == 0 { piece.to_owned() } else { id(piece) }).collect()
}

async fn programme(h: Harness) {
    h.rows(async |tx| {
        Migrator::up(tx, Some(BEFORE)).await.unwrap();
        for row in rows() {
            tx.execute_unprepared(&spelled(h.kind(), &row)).await.unwrap();
        }
    })
    .await;
    h.database().migrate().await.unwrap();
    let query = "{ initiatives(orderBy: [{ field: CODE }]) { nodes { code status completedOn moves { days } \
                 budget { actual { amount } } health { computed reported } \
                 events { nodes { action } } } } \
                 search(query: \"gamle kunde\") { title } \
                 late: initiatives(filter: { nextStatusReportDueOn: { isNull: false } }) { nodes { code } } \
                 viewer { changesSince(at: \"2025-02-01T00:00:00Z\") { nodes { action } } } }";
    let answer = h.signed_in(tutti_entity::ids::PersonId(WHO)).ask(query, Value::Null).await;
    let node = |code: &str| {
        answer["initiatives"]["nodes"]
            .as_array()
            .unwrap()
            .iter()
            .find(|node| node["code"] == code)
            .unwrap()
            .clone()
    };
    let (runs, closed) = (node("CX-1"), node("CX-2"));
    assert_eq!((&runs["completedOn"], &closed["completedOn"]), (&Value::Null, &json!("2025-02-03")));
    assert_eq!(runs["moves"], json!([{ "days": 7 }]));
    assert_eq!(runs["events"]["nodes"], json!([{ "action": "cost_entry.recorded" }]));
    assert_eq!(runs["health"], json!({ "computed": "GREY", "reported": null }));
    assert_eq!(answer["late"]["nodes"], json!([{ "code": "CX-1" }]));
    assert_eq!(answer["search"].as_array().unwrap().len(), 2);
}

async fn vocabulary(h: Harness) {
    let words = |words: &str| match h.kind() {
        Kind::Postgres => format!("array_to_tsvector(string_to_array('{words}', ' '))"),
        Kind::Sqlite => format!("'{words}'"),
    };
    h.rows(async |tx| {
        Migrator::up(tx, Some(BEFORE_VOCABULARY)).await.unwrap();
        for (id, title, all) in [(WHO, "gamle kunder", "gamle kunder åse"), (PORTFOLIO, "gamle", "gamle"), (RUNS, "", "")] {
            let sql = format!(
                "INSERT INTO search_documents (kind, subject_id, title_words, words) VALUES ('ini', <{id}>, {}, {})",
                words(title),
                words(all)
            );
            tx.execute_unprepared(&spelled(h.kind(), &sql)).await.unwrap();
        }
        Migrator::up(tx, None).await.unwrap();
    })
    .await;
    let known = async || -> Vec<String> {
        let rows = h.sql("SELECT word FROM search_vocabulary ORDER BY word").await;
        rows.iter().map(|row| row.try_get("", "word").unwrap()).collect()
    };
    assert_eq!(known().await, ["gamle", "kunder", "åse"]);
    // A release before, which knows nothing of it, goes on to write: documents of which some are there already.
    h.rows(async |tx| {
        let row = |id: Uuid, all: &str| format!("('ini', <{id}>, {}, {})", words(""), words(all));
        let sql = format!(
            "INSERT INTO search_documents (kind, subject_id, title_words, words) VALUES {}, {}, {} \
             ON CONFLICT (subject_id) DO UPDATE SET words = excluded.words",
            row(WHO, "kunder nye"),
            row(CLOSED, "helt nye"),
            row(RUNS, "")
        );
        tx.execute_unprepared(&spelled(h.kind(), &sql)).await.unwrap();
    })
    .await;
    assert_eq!(known().await, ["gamle", "helt", "kunder", "nye", "åse"]);
}
