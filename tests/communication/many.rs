//! A hundred thousand people at once: one transaction, a few statements, and little memory.

use std::time::Instant;

use sea_orm::ConnectionTrait as _;
use serde_json::{Value, json};

use super::{look, plan};
use crate::access::rows::literal;
use crate::harness::{Harness, Kind, unit};

const PEOPLE: usize = 100_000;

/// The most that this process has held since it was last asked to forget, in KiB; none where the system does not tell.
fn peak() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.split_whitespace().next()?.parse().ok()
}

/// People past the API: entering them is not what is measured.
async fn fill(h: &Harness) {
    let numbers = match h.kind() {
        Kind::Postgres => format!(
            "SELECT n, gen_random_uuid() AS id, n::text AS text FROM generate_series(1, {PEOPLE}) AS n"
        ),
        Kind::Sqlite => format!(
            "SELECT n, randomblob(16) AS id, CAST(n AS TEXT) AS text FROM \
             (WITH RECURSIVE series(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM series WHERE n < {PEOPLE}) SELECT n FROM series)"
        ),
    };
    let (of, manager) = (literal(h, unit("Contact centre").0), literal(h, crate::harness::person("owner").0));
    let at = "(SELECT MAX(created_at) FROM people)";
    let sql = format!(
        "INSERT INTO people (id, version, name, name_folded, email, email_folded, tier, status, locale, org_unit_id, manager_id, created_at, updated_at) \
         SELECT id, 1, 'Crowd', 'crowd', 'crowd' || text || '@tutti.example', 'crowd' || text || '@tutti.example', \
         CASE WHEN n % 10 = 0 THEN 'SUPPORT' ELSE 'FRONTLINE' END, 'ACTIVE', 'EN', {of}, {manager}, {at}, {at} FROM ({numbers}) AS numbers"
    );
    h.rows(async |tx| tx.execute_unprepared(&sql).await.unwrap()).await;
    if h.kind() == Kind::Postgres {
        h.rows(async |tx| tx.execute_unprepared("ANALYZE people").await.unwrap()).await;
    }
}

pub async fn sending(h: Harness) {
    fill(&h).await;
    let pmo = h.as_("pmo");
    let send = "mutation($id: ID!) { communicationSend(input: { id: $id }) { userErrors { code } \
                communication { audience { size } } } }";
    let small = pmo.must("communicationPlan", plan("For two", &["Salg"], &["member"])).await;
    let few = pmo.send(send, json!({ "id": small })).await.statements;
    let com = pmo.must("communicationPlan", plan("For a hundred thousand", &["Tutti"], &["auditor"])).await;
    // From here on: what it held before is not asked for.
    std::fs::write("/proc/self/clear_refs", "5").ok();
    let (before, start) = (peak(), Instant::now());
    let answer = pmo.send(send, json!({ "id": com })).await;
    let (took, after) = (start.elapsed(), peak());
    assert!(answer.errors.is_empty(), "{:?}", answer.errors);
    let size = answer.data()["communicationSend"]["communication"]["audience"]["size"].clone();
    assert_eq!(size, PEOPLE + 10);
    assert_eq!(answer.statements, few, "as many as for two");
    assert!(few <= 14, "{few} statements");
    let grown = before.zip(after).map(|(before, after)| after.saturating_sub(before) / 1024);
    println!(
        "{:?}: {PEOPLE} people in {took:?}, {few} statements, peak {after:?} KiB, grown by {grown:?} MiB",
        h.kind()
    );
    assert!(grown.is_none_or(|grown| grown < 256), "the peak grew by {grown:?} MiB");
    let reach = "reach { audience delivered acknowledgedShare { value } } receipts(first: 3) { totalCount }";
    let start = Instant::now();
    let seen = look(&pmo, &com, reach).await;
    println!("{:?}: its reach in {:?}", h.kind(), start.elapsed());
    assert_eq!(
        seen["reach"],
        json!({ "audience": PEOPLE + 10, "delivered": 0, "acknowledgedShare": { "value": "0.0" } })
    );
    // Whoever was in it finds it among all, by an index; whoever was not does not.
    let inbox = "{ communications { totalCount } viewer { communications(filter: { awaitsMe: { eq: true } }) { totalCount } work { nodes { title } } } }";
    for (who, expected) in [("member", 2), ("auditor", 1), ("away", 0)] {
        let start = Instant::now();
        let told = h.as_(who).ask(inbox, Value::Null).await;
        println!("{:?}: the inbox of {who} in {:?}", h.kind(), start.elapsed());
        assert_eq!(told["viewer"]["communications"]["totalCount"], expected, "{who}");
        assert_eq!(told["viewer"]["work"]["nodes"].as_array().unwrap().len(), expected, "{who}");
    }
    assert_eq!(look(&h.as_("away"), &com, "id").await, Value::Null);
    let correction = pmo.must("communicationCorrect", json!({ "id": com, "body": "What is right." })).await;
    let start = Instant::now();
    let answer = pmo.send(send, json!({ "id": correction })).await;
    println!("{:?}: its correction in {:?}", h.kind(), start.elapsed());
    assert_eq!((answer.statements, answer.errors.len()), (few, 0));
    assert_eq!(look(&pmo, &correction, "audience { size }").await["audience"]["size"], PEOPLE + 10);
}
