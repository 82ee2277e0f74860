//! What no price can foresee is bounded while it runs: answers by what they hold, statements by the clock.

use std::time::{Duration, Instant};

use sea_orm::{ConnectionTrait as _, EntityTrait as _, Statement};
use serde_json::{Value, json};
use tutti::graphql::{Fault, FaultCode};
use tutti::store::{Database, database::Options};
use tutti_entity::ids::OrgUnitId;
use tutti_entity::people::org_unit;
use uuid::Uuid;

use crate::harness::{Harness, Suite, fresh};

pub fn register(suite: &mut Suite) {
    suite.both("bounds::an_answer_is_bounded_by_what_it_holds", answers);
    suite.both("bounds::a_statement_is_given_up_and_its_reader_comes_back", statements);
    suite.world("bounds::lists_are_told_apart_however_lines_end", line_ends);
}

/// A plain list is priced at ten rows; this one has a hundred and twenty, three times inside itself.
async fn answers(h: Harness) {
    let unit = |id: u128, parent: Option<u128>| {
        let name = format!("Unit {id}");
        fresh::<org_unit::ActiveModel, _>(org_unit::Model {
            id: OrgUnitId(Uuid::from_u128(id)),
            version: 1,
            name_folded: name.to_lowercase(),
            name,
            parent_id: parent.map(|id| OrgUnitId(Uuid::from_u128(id))),
            created_at: h.now(),
            updated_at: h.now(),
        })
    };
    h.rows(async |tx| {
        org_unit::Entity::insert(unit(5000, None)).exec_without_returning(tx).await.unwrap();
        let children = (5001..5121).map(|id| unit(id, Some(5000)));
        org_unit::Entity::insert_many(children).exec_without_returning(tx).await.unwrap();
    })
    .await;
    let top = OrgUnitId(Uuid::from_u128(5000));
    let nested = |levels: usize| {
        let (open, close) = ("children { parent { ".repeat(levels), "} } ".repeat(levels));
        format!("{{ node(id: \"{top}\") {{ ... on OrgUnit {{ {open} id {close} }} }} }}")
    };
    let fits = h.as_("member").send(&nested(2), Value::Null).await;
    assert!(fits.errors.is_empty(), "{:?}", fits.errors);
    let began = Instant::now();
    let refused = h.as_("member").send(&nested(3), Value::Null).await;
    assert_eq!(refused.code(), "QUERY_TOO_COMPLEX");
    assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
}

/// As many endless statements as there are readers for them, and then one more that is short.
async fn statements(h: Harness) {
    let options = Options {
        url: h.url().to_owned(),
        connections: 2,
        patience: Duration::from_secs(20),
        statement_timeout: Duration::from_millis(300),
    };
    let database = Database::connect(&options).await.unwrap();
    let ask = |sql: &'static str| {
        let database = database.clone();
        async move {
            let reader = database.guarded_reader();
            reader.query_all_raw(Statement::from_string(database.backend(), sql)).await
        }
    };
    let endless = "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 2000000000) \
                   SELECT count(*) FROM numbers";
    // The second round meets connections that have been used before.
    for _ in 0..2 {
        let began = Instant::now();
        let (one, other) = tokio::join!(ask(endless), ask(endless));
        for error in [one.unwrap_err(), other.unwrap_err()] {
            assert_eq!(Fault::from(error).code, FaultCode::Timeout);
        }
        assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
        assert_eq!(ask("SELECT 1").await.unwrap().len(), 1);
    }
    database.close().await;
}

/// To the parser a lone carriage return begins the columns of a line anew without counting the line, so
/// that two fields can have the same position.
async fn line_ends(h: Harness) {
    let query =
        |end: &str| {
            ["{ portfolios(first: 1) { nodes {", "x: initiatives(first: 1) { totalCount nodes { code } }",
            "y: initiatives(first: 5, filter: {status: {neq: PROPOSED}}) { totalCount nodes { code } } } } }"]
        .join(end)
        };
    let expected = h.as_("pmo").send(&query("\n"), json!({})).await;
    assert!(expected.errors.is_empty(), "{:?}", expected.errors);
    let answered = h.as_("pmo").send(&query("\r"), json!({})).await;
    assert_eq!(answered.data(), expected.data());
}
