//! People and roles: circles that nobody closes, an administrator who stays, rights that nobody widens for
//! themselves, work that is handed over, and a log that tells of nothing that one does not see.

mod leaving;
mod rivals;
mod scoped;
mod sight;

use sea_orm::{ConnectionTrait as _, EntityTrait as _};
use serde_json::Value;
use tutti_entity::ids::RoleGrantId;
use tutti_entity::people::role_grant::{self, Role};
use uuid::Uuid;

use crate::harness::{Harness, Suite, fresh, person};

pub fn register(suite: &mut Suite) {
    leaving::register(suite);
    rivals::register(suite);
    scoped::register(suite);
    sight::register(suite);
}

/// The id of the role that [`only`] gives somebody.
fn only_role(who: &str) -> RoleGrantId {
    RoleGrantId(Uuid::from_u128(person(who).0.as_u128() | 1 << 100))
}

/// Gives somebody this role and no other.
pub async fn only(h: &Harness, who: &str, held: Role, change: impl FnOnce(&mut role_grant::Model)) {
    let mut row = role_grant::Model {
        id: only_role(who),
        version: 1,
        person_id: person(who),
        role: held,
        portfolio_id: None,
        org_unit_id: None,
        since: h.now().date_naive(),
        until: None,
        revoked_at: None,
        created_at: h.now(),
        updated_at: h.now(),
    };
    change(&mut row);
    let forget = format!(
        "DELETE FROM role_grants WHERE person_id = (SELECT id FROM people WHERE email = '{who}@tutti.example')"
    );
    h.rows(async |tx| {
        tx.execute_unprepared(&forget).await.unwrap();
        let row: role_grant::ActiveModel = fresh(row.clone());
        role_grant::Entity::insert(row).exec_without_returning(tx).await.unwrap();
    })
    .await;
}

/// What came of a mutation: the code of its first problem, or `written`.
fn code(payload: &Value) -> &str {
    payload["userErrors"][0]["code"].as_str().unwrap_or("written")
}

/// How many rows the database has for this.
async fn count(h: &Harness, from: &str) -> i64 {
    h.sql(&format!("SELECT count(*) AS counted FROM {from}")).await[0].try_get("", "counted").unwrap()
}
