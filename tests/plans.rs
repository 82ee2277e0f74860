//! How the database runs what the benchmark asks: no question of a page reads a large table from end to end.

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::{ConnectionTrait as _, Statement};
use tutti::store::World;
use tutti_entity::ids::PersonId;

use crate::data::{ASKING, Scale, Table, fill, id};
use crate::harness::{Harness, Kind, Start, Suite};
use crate::questions::QUESTIONS;

pub fn register(suite: &mut Suite) {
    suite.from(Start::Bare, "plans::connections_to_sqlite_do_not_wait_for_one_another", apart);
    suite.from(Start::Empty, "plans::no_large_table_is_read_from_end_to_end", no_scans);
}

/// What `.cargo/config.toml` asks of the SQLite inside; without it nothing breaks, and everything is slower.
async fn apart(h: Harness) {
    if h.kind() == Kind::Sqlite {
        let options = h.sql("PRAGMA compile_options").await;
        let options: BTreeSet<String> = options.iter().map(|row| row.try_get_by_index(0).unwrap()).collect();
        assert!(options.contains("DEFAULT_MEMSTATUS=0"), "{options:?}");
        assert!(!options.contains("ENABLE_MEMORY_MANAGEMENT"), "{options:?}");
    }
}

/// From how many rows of the data set on a table is large.
const LARGE: i64 = 500;

/// The large tables; on SQLite by the number of their first page, which is what its plans name.
async fn large(h: &Harness) -> BTreeMap<String, String> {
    h.rows(async |tx| {
        let known = match h.kind() {
            Kind::Sqlite => {
                "SELECT name, CAST(rootpage AS TEXT) FROM sqlite_master WHERE type = 'table' AND rootpage > 0"
            }
            Kind::Postgres => {
                "SELECT tablename::text, tablename::text FROM pg_tables WHERE schemaname = 'public'"
            }
        };
        let mut large = BTreeMap::new();
        for row in tx.query_all_raw(Statement::from_string(h.database().backend(), known)).await.unwrap() {
            let (table, named): (String, String) =
                (row.try_get_by_index(0).unwrap(), row.try_get_by_index(1).unwrap());
            let count =
                Statement::from_string(h.database().backend(), format!("SELECT count(*) FROM \"{table}\""));
            let rows: i64 = tx.query_one_raw(count).await.unwrap().unwrap().try_get_by_index(0).unwrap();
            if rows >= LARGE {
                large.insert(named, table);
            }
        }
        large
    })
    .await
}

/// Which of these tables a statement reads from end to end. An index that is gone through in its order until a page is
/// full is none of them.
async fn scanned(h: &Harness, statement: &Statement, large: &BTreeMap<String, String>) -> BTreeSet<String> {
    h.rows(async |tx| {
        let explained = Statement { sql: format!("EXPLAIN {}", statement.sql), ..statement.clone() };
        let (mut scanned, mut open) = (BTreeSet::new(), BTreeMap::new());
        if h.kind() == Kind::Postgres {
            // Even a large table is read from end to end where most of it is wanted; with this, only where there is no
            // other way.
            tx.execute_unprepared("SET LOCAL enable_seqscan = off").await.unwrap();
        }
        for row in tx.query_all_raw(explained).await.unwrap() {
            if h.kind() == Kind::Postgres {
                let step: String = row.try_get_by_index(0).unwrap();
                let table = step.split("Seq Scan on ").nth(1).and_then(|rest| rest.split(' ').next());
                scanned.extend(table.and_then(|table| large.get(table)).cloned());
            } else {
                let operation: String = row.try_get_by_index(1).unwrap();
                let cursor: i64 = row.try_get_by_index(2).unwrap();
                match operation.as_str() {
                    "OpenRead" => {
                        let page: i64 = row.try_get_by_index(3).unwrap();
                        open.insert(cursor, page.to_string());
                    }
                    "Rewind" | "Last" => {
                        scanned.extend(open.get(&cursor).and_then(|page| large.get(page)).cloned());
                    }
                    _ => {}
                }
            }
        }
        scanned
    })
    .await
}

async fn no_scans(h: Harness) {
    // The days of the data set are counted from today.
    h.pass(World::machine_clock() - h.now());
    let scale = Scale::named("small").unwrap();
    fill(h.database(), scale).await;
    let client = h.signed_in(PersonId(id(Table::Person, ASKING)));
    let large = large(&h).await;
    for table in
        ["people", "initiatives", "milestones", "cost_entries", "kpi_links", "measurements", "attendances"]
    {
        assert!(large.values().any(|large| large == table), "{table} is large: {large:?}");
    }
    let every_person = Statement::from_string(h.database().backend(), "SELECT email FROM people");
    assert_eq!(scanned(&h, &every_person, &large).await, BTreeSet::from(["people".to_owned()]));
    let mut found = Vec::new();
    for question in &QUESTIONS {
        let (_, variables) = question.asked(scale, 1);
        for statement in client.statements(question.graphql, variables).await {
            if statement.sql.starts_with("INSERT") || statement.sql.starts_with("UPDATE") {
                continue;
            }
            let scanned = scanned(&h, &statement, &large).await;
            if !scanned.is_empty() {
                found.push(format!("{} reads {scanned:?} from end to end: {}", question.name, statement.sql));
            }
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n\n"));
    h.close().await;
}
