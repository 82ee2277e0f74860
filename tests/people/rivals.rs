//! Administrators at the same moment.

use futures_util::future::{join, join_all};
use sea_orm::ConnectionTrait as _;
use serde_json::{Value, json};
use tutti_entity::people::role_grant::Role;

use super::{code, count, only, only_role};
use crate::harness::{Client, Harness, Suite, person, role, unit};
use crate::write::new_initiative;

pub fn register(suite: &mut Suite) {
    suite.both("people::moves_at_the_same_moment_close_no_circle", circles);
    suite.both("people::two_administrators_do_not_end_each_other", last_administrator);
    suite.both("people::the_same_role_is_granted_once", same_role);
    suite.both("people::nothing_is_given_to_somebody_who_is_leaving", leaving);
}

/// Two who each move below somebody below the other: either move is fine, and no row is touched by both.
async fn circles(h: Harness) {
    let admin = h.as_("admin");
    let night =
        admin.must("orgUnitCreate", json!({ "name": "Nat", "parentId": unit("Salg").to_string() })).await;
    let centre = unit("Contact centre").to_string();
    let people = ["pmo", "owner", "scoped_pmo", "member"].map(|who| person(who).to_string());
    let units = [unit("Salg").to_string(), unit("Service").to_string(), night, centre];
    for round in 0..8 {
        for (mutation, field, [one, other, below_one, below_other]) in
            [("personUpdate", "managerId", &people), ("orgUnitUpdate", "parentId", &units)]
        {
            for id in [one, other] {
                admin.must(mutation, json!({ "id": id, field: null })).await;
            }
            let mut moves = [(one, below_other), (other, below_one)];
            moves.rotate_left(round % 2);
            let moves =
                moves.map(|(id, onto)| admin.change(mutation, json!({ "id": id, field: onto }), Value::Null));
            let payloads = join_all(moves).await;
            let mut codes: Vec<_> = payloads.iter().map(code).collect();
            codes.sort_unstable();
            assert_eq!(codes, ["CONFLICT", "written"], "{mutation} {payloads:#?}");
        }
    }
}

async fn admins(h: &Harness) -> i64 {
    count(
        h,
        "role_grants g JOIN people p ON p.id = g.person_id WHERE role = 'ADMIN' AND revoked_at IS NULL \
         AND until IS NULL AND status <> 'LEFT'",
    )
    .await
}

async fn last_administrator(h: Harness) {
    async fn end(client: &Client, whom: &str, revoke: bool) -> String {
        let (mutation, input) = if revoke {
            ("roleRevoke", json!({ "id": only_role(whom).to_string() }))
        } else {
            ("personDeactivate", json!({ "id": person(whom).to_string() }))
        };
        let answer = client.try_change(mutation, input, Value::Null).await;
        // Whoever comes too late is told that they are the last, or is nobody to ask any more.
        if answer.errors.is_empty() { code(&answer.data()[mutation]).to_owned() } else { answer.code() }
    }
    for round in 0..6 {
        h.rows(async |tx| {
            tx.execute_unprepared("UPDATE people SET status = 'ACTIVE' WHERE status = 'LEFT'").await.unwrap();
        })
        .await;
        for who in ["admin", "pmo"] {
            only(&h, who, Role::Admin, |_| {}).await;
        }
        let (one, other) = (h.as_("admin"), h.as_("pmo"));
        let ended = join(end(&one, "pmo", round % 2 == 1), end(&other, "admin", round / 2 % 2 == 1)).await;
        let written = [&ended.0, &ended.1].iter().filter(|code| **code == "written").count();
        assert_eq!((written, admins(&h).await), (1, 1), "{ended:?}");
        assert!(
            ["CONFLICT", "written", "FORBIDDEN", "UNAUTHENTICATED"].contains(&ended.0.as_str()),
            "{ended:?}"
        );
    }
}

async fn same_role(h: Harness) {
    let admin = h.as_("admin");
    let input = json!({ "personId": person("nobody").to_string(), "role": "LEADER" });
    let payloads = join_all((0..8).map(|_| admin.change("roleGrant", input.clone(), Value::Null))).await;
    let mut codes: Vec<_> = payloads.iter().map(code).collect();
    codes.sort_unstable();
    assert_eq!(codes, [vec!["CONFLICT"; 7], vec!["written"]].concat());
    // A role that was taken back is free again, at once.
    let id = role("leader").to_string();
    admin.must("roleRevoke", json!({ "id": id })).await;
    let input = json!({ "personId": person("leader").to_string(), "role": "LEADER" });
    admin.must("roleGrant", input).await;
}

/// Work, roles and reports that somebody would get while they leave go to nobody, or are handed over too.
async fn leaving(h: Harness) {
    let (admin, pmo) = (h.as_("admin"), h.as_("pmo"));
    for (round, who) in ["owner", "other_owner", "finance", "nobody"].into_iter().enumerate() {
        let id = person(who).to_string();
        let deactivate = json!({ "id": id, "reassignTo": person("leader").to_string() });
        let mut initiative = new_initiative("Late");
        initiative["ownerId"] = json!(id);
        let leaves = || admin.change("personDeactivate", deactivate.clone(), Value::Null);
        let gets = || {
            join_all([
                pmo.change("initiativeCreate", initiative.clone(), Value::Null),
                admin.change("roleGrant", json!({ "personId": id, "role": "TRAINER" }), Value::Null),
                admin.change(
                    "personUpdate",
                    json!({ "id": person("member").to_string(), "managerId": id }),
                    Value::Null,
                ),
            ])
        };
        let payload =
            if round % 2 == 0 { join(leaves(), gets()).await.0 } else { join(gets(), leaves()).await.1 };
        assert_eq!(code(&payload), "written", "{payload}");
        let left = "(SELECT id FROM people WHERE status = 'LEFT')";
        for (table, open) in [
            ("initiatives", format!("owner_id IN {left}")),
            ("people", format!("status <> 'LEFT' AND manager_id IN {left}")),
            ("role_grants", format!("role = 'TRAINER' AND revoked_at IS NULL AND person_id IN {left}")),
        ] {
            assert_eq!(count(&h, &format!("{table} WHERE {open}")).await, 0, "{table} of {who}");
        }
    }
}
