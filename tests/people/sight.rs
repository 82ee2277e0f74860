//! A log that tells only of what one sees: by the list, filters, counts, ids and subjects.

use sea_orm::{ConnectionTrait as _, EntityTrait as _};
use serde_json::{Value, json};
use tutti_entity::events::event;
use tutti_entity::ids::{AnyId, Kind};
use tutti_entity::people::role_grant::Role;
use uuid::Uuid;

use super::{count, only};
use crate::harness::{Harness, Kind as Database, Suite, person, unit};

pub fn register(suite: &mut Suite) {
    suite.world("people::the_log_hides_what_one_does_not_see", hidden);
}

/// An event about something, past the API.
async fn happened(h: &Harness, kind: Kind, subject: Uuid, number: u128) -> String {
    let id = tutti_entity::ids::EventId(Uuid::from_u128(number));
    let row = event::ActiveModel {
        id: sea_orm::Set(id),
        at: sea_orm::Set(h.now()),
        actor_id: sea_orm::Set(None),
        api_key_id: sea_orm::Set(None),
        action: sea_orm::Set("secret.happened".to_owned()),
        subject_kind: sea_orm::Set(kind.prefix().to_owned()),
        subject_id: sea_orm::Set(subject),
        changes: sea_orm::Set("[]".to_owned()),
        reason: sea_orm::Set(None),
        request_id: sea_orm::Set(None),
        ..Default::default()
    };
    h.rows(async |tx| event::Entity::insert(row.clone()).exec_without_returning(tx).await.unwrap()).await;
    id.to_string()
}

async fn hidden(h: Harness) {
    // Something of the member's, of every guarded kind.
    let at = "2025-03-31T08:00:00Z";
    let literal = |uuid: Uuid| match h.kind() {
        Database::Sqlite => format!("x'{}'", uuid.simple()),
        Database::Postgres => format!("'{uuid}'"),
    };
    let (who, thing) = (literal(person("member").0), |number| literal(Uuid::from_u128(number)));
    for sql in [
        format!(
            "INSERT INTO sessions (id, version, person_id, address, last_used_at, expires_at, created_at, updated_at) \
             VALUES ({}, 1, {who}, '192.0.2.1', '{at}', '{at}', '{at}', '{at}')",
            thing(11)
        ),
        format!(
            "INSERT INTO api_keys (id, version, name, name_folded, person_id, roles, read_only, hash, expires_on, created_at, updated_at) \
             VALUES ({}, 1, 'K', 'k', {who}, ',', true, 'h', '2026-01-01', '{at}', '{at}')",
            thing(12)
        ),
        format!(
            "INSERT INTO passwords (id, version, created_at, updated_at) VALUES ({who}, 1, '{at}', '{at}')"
        ),
    ] {
        h.rows(async |tx| tx.execute_unprepared(&sql).await.unwrap()).await;
    }
    let grant = h
        .as_("admin")
        .must("roleGrant", json!({ "personId": person("member").to_string(), "role": "TRAINER" }))
        .await;
    let granted: AnyId = grant.parse().unwrap();
    let subjects = [
        (Kind::Session, Uuid::from_u128(11)),
        (Kind::ApiKey, Uuid::from_u128(12)),
        (Kind::Password, person("member").0),
        (Kind::RoleGrant, granted.uuid),
    ];
    let mut events = Vec::new();
    for (number, (kind, uuid)) in subjects.into_iter().enumerate() {
        let id = happened(&h, kind, uuid, 900 + u128::try_from(number).unwrap()).await;
        events.push((id, AnyId { kind, uuid }.to_string()));
    }
    let all = count(&h, "events").await;
    only(&h, "nobody", Role::Admin, |row| row.org_unit_id = Some(unit("Service"))).await;
    for (who, sees) in [
        ("member", true),
        ("admin", true),
        ("auditor", true),
        // An administrator of the unit in which the member works.
        ("nobody", true),
        ("pmo", false),
        ("leader", false),
    ] {
        let client = h.as_(who);
        // That a report was drafted is told to those who write such reports, and to auditors.
        let drafted = i64::from(!["auditor", "pmo"].contains(&who));
        let hidden = drafted + if sees { 0 } else { 5 };
        let query = "{ events(last: 5) { totalCount nodes { action subject { __typename id } } } \
                     secret: events(filter: { action: { eq: \"secret.happened\" } }) { totalCount nodes { id } } }";
        let data = client.ask(query, Value::Null).await;
        assert_eq!(data["events"]["totalCount"], json!(all - hidden), "{who}");
        assert_eq!(data["secret"]["totalCount"], json!(if sees { 4 } else { 0 }), "{who}");
        let told: Vec<_> = data["events"]["nodes"].as_array().unwrap().iter().collect();
        assert_eq!(told.iter().any(|event| event["action"] == json!("role.granted")), sees, "{who}");
        for (event, subject) in &events {
            let query = "query($event: ID!, $subject: ID!) { node(id: $event) { id } \
                         events(filter: { subjectId: { eq: $subject } }) { totalCount } \
                         other: events(filter: { id: { eq: $event } }) { nodes { subject { __typename id } } } }";
            let data = client.ask(query, json!({ "event": event, "subject": subject })).await;
            assert_eq!(!data["node"].is_null(), sees, "{who} {subject}");
            let told = data["events"]["totalCount"].as_i64().unwrap();
            assert_eq!(told > 0, sees, "{who} {subject}");
            assert_eq!(
                data["other"]["nodes"].as_array().unwrap().len(),
                usize::from(sees),
                "{who} {subject}"
            );
            if sees && subject.starts_with("pwd_") {
                let person = json!({ "__typename": "Person", "id": person("member").to_string() });
                assert_eq!(data["other"]["nodes"][0]["subject"], person);
            }
        }
        // What is open to everyone stays open.
        let query = "{ events(filter: { action: { eq: \"initiative.created\" } }) { totalCount } }";
        assert_eq!(client.ask(query, Value::Null).await["events"]["totalCount"], json!(12), "{who}");
    }
}
