//! Whoever leaves: what goes to whom, in how many statements, and what does not wake up again.

use chrono::NaiveDate;
use sea_orm::EntityTrait as _;
use serde_json::{Value, json};
use tutti_entity::accounts::{api_key, session};
use tutti_entity::ids::{ApiKeyId, SessionId};
use tutti_entity::people::role_grant::{Role, Roles};
use uuid::Uuid;

use super::{code, count};
use crate::harness::{Harness, Suite, fresh, person, unit};
use crate::write::{find, new_initiative};

pub fn register(suite: &mut Suite) {
    suite.both("people::a_handover_takes_as_many_statements_for_many_as_for_few", statements);
    suite.world("people::nobody_comes_to_review_their_own_initiative", reviewers);
    suite.both("people::sessions_keys_and_roles_end_for_good", shut_out);
    suite.both("people::an_administrator_leaves_where_another_stays", administrators);
}

const DEACTIVATE: &str = "mutation($id: ID!, $to: ID) { personDeactivate(input: { id: $id, reassignTo: $to }) \
                          { userErrors { message } event { action } } }";

async fn statements(h: Harness) {
    let (admin, pmo) = (h.as_("admin"), h.as_("pmo"));
    let mut ran = Vec::new();
    for (who, initiatives) in [("owner", 3), ("other_owner", 40)] {
        for number in 0..initiatives {
            let mut input = new_initiative("Work");
            input["ownerId"] = json!(person(who).to_string());
            if number % 2 == 0 {
                input["sponsorId"] = input["ownerId"].clone();
            }
            pmo.must("initiativeCreate", input).await;
        }
        let before = count(&h, "events WHERE action = 'initiative.reassigned'").await;
        let variables = json!({ "id": person(who).to_string(), "to": person("pmo").to_string() });
        let answer = admin.send(DEACTIVATE, variables).await;
        assert_eq!(answer.data()["personDeactivate"]["userErrors"], json!([]), "{:?}", answer.errors);
        let told = count(&h, "events WHERE action = 'initiative.reassigned'").await - before;
        assert_eq!(told, initiatives);
        ran.push(answer.statements);
    }
    // Whoever goes first has three who report to them: one statement to move and one to tell it.
    assert_eq!(ran[0], ran[1] + 2, "{ran:?}");
    // A few of the person and what is theirs, and one to look for what each feature hands over.
    assert!(ran[0] <= 27, "{ran:?}");
    // Versions count on, and the log and the rows agree.
    let query = "{ initiatives { nodes { version owner { id } events { totalCount } } } }";
    for node in pmo.ask(query, Value::Null).await["initiatives"]["nodes"].as_array().unwrap() {
        assert_eq!(node["owner"]["id"], json!(person("pmo").to_string()));
        assert_eq!((&node["version"], &node["events"]["totalCount"]), (&json!(2), &json!(2)));
    }
}

async fn reviewers(h: Harness) {
    let (admin, pmo) = (h.as_("admin"), h.as_("pmo"));
    // CX-1 has owner `owner` and reviewer `pmo`; CX-2 gets `owner` as its reviewer.
    let (first, _) = find(&pmo, "CX-1").await;
    let (second, _) = find(&pmo, "CX-2").await;
    let owner = person("owner").to_string();
    pmo.must("initiativeUpdate", json!({ "id": second, "reviewerId": owner })).await;
    // The owner's reviewer takes over.
    let to_pmo = json!({ "id": owner, "reassignTo": person("pmo").to_string() });
    assert_eq!(code(&admin.change("personDeactivate", to_pmo, Value::Null).await), "written");
    assert_eq!(read(&h, &first).await, json!({ "owner": { "name": "Per Møller" }, "reviewer": null }));
    let reviewed = json!({ "owner": { "name": "oluf aabye" }, "reviewer": { "name": "Per Møller" } });
    assert_eq!(read(&h, &second).await, reviewed);
    // The reviewer's owner takes over.
    let to_owner =
        json!({ "id": person("pmo").to_string(), "reassignTo": person("other_owner").to_string() });
    assert_eq!(code(&admin.change("personDeactivate", to_owner, Value::Null).await), "written");
    let nobody_reviews = json!({ "owner": { "name": "oluf aabye" }, "reviewer": null });
    assert_eq!(read(&h, &second).await, nobody_reviews);
}

async fn read(h: &Harness, id: &str) -> Value {
    let query = "query($id: ID!) { initiative(by: { id: $id }) { owner { name } reviewer { name } } }";
    h.as_("member").ask(query, json!({ "id": id })).await["initiative"].clone()
}

async fn shut_out(h: Harness) {
    let at = h.now();
    let who = person("pmo");
    let session = session::Model {
        id: SessionId(Uuid::from_u128(1)),
        version: 1,
        person_id: who,
        address: "192.0.2.1".to_owned(),
        last_used_at: at,
        expires_at: at + chrono::TimeDelta::days(30),
        ended_at: None,
        created_at: at,
        updated_at: at,
    };
    let key = api_key::Model {
        id: ApiKeyId(Uuid::from_u128(2)),
        version: 1,
        name: "Board".to_owned(),
        name_folded: "board".to_owned(),
        person_id: who,
        roles: Roles::new(&[Role::Pmo]),
        read_only: true,
        hash: "hash".to_owned(),
        expires_on: NaiveDate::from_ymd_opt(2026, 1, 1).unwrap(),
        last_used_at: None,
        revoked_at: None,
        created_at: at,
        updated_at: at,
    };
    h.rows(async |tx| {
        let session: session::ActiveModel = fresh(session.clone());
        session::Entity::insert(session).exec_without_returning(tx).await.unwrap();
        let key: api_key::ActiveModel = fresh(key.clone());
        api_key::Entity::insert(key).exec_without_returning(tx).await.unwrap();
    })
    .await;
    let admin = h.as_("admin");
    let input = json!({ "id": who.to_string(), "reason": "Moves to another city." });
    admin.must("personDeactivate", input).await;
    let query =
        "query($r: String!) { events(filter: { requestId: { eq: $r } }) { nodes { action reason } } }";
    let request = h.sql("SELECT request_id FROM events ORDER BY position DESC LIMIT 1").await[0]
        .try_get::<String>("", "request_id")
        .unwrap();
    let told = admin.ask(query, json!({ "r": request })).await;
    let reason = "Moves to another city.";
    let told: Vec<_> = told["events"]["nodes"].as_array().unwrap().iter().collect();
    let actions: Vec<_> = told.iter().map(|event| event["action"].as_str().unwrap()).collect();
    let expected =
        ["role.revoked", "api_key.revoked", "session.ended", "person.updated", "person.deactivated"];
    assert_eq!(actions, expected);
    assert!(told.iter().all(|event| event["reason"] == json!(reason)));
    // Nothing of it wakes up when they return; that of others goes on.
    admin.must("personReactivate", json!({ "id": who.to_string() })).await;
    assert_eq!(count(&h, "sessions WHERE ended_at IS NULL").await, 1);
    assert_eq!(count(&h, "api_keys WHERE revoked_at IS NULL").await, 1);
    let back = h.as_("pmo").ask("{ viewer { roles { role } person { status } } }", Value::Null).await;
    assert_eq!(back["viewer"], json!({ "roles": [], "person": { "status": "ACTIVE" } }));
}

async fn administrators(h: Harness) {
    let admin = h.as_("admin");
    let me = json!({ "id": person("admin").to_string() });
    let refused = admin.change("personDeactivate", me.clone(), Value::Null).await;
    assert_eq!(code(&refused), "CONFLICT");
    // One of a unit, one from tomorrow on and one until today do not stay as administrators for good.
    for place in [
        json!({ "orgUnitId": unit("Tutti").to_string() }),
        json!({ "since": "2025-04-01" }),
        json!({ "until": "2025-03-31" }),
    ] {
        let mut input = json!({ "personId": person("member").to_string(), "role": "ADMIN" });
        for (field, value) in place.as_object().unwrap() {
            input[field] = value.clone();
        }
        admin.must("roleGrant", input).await;
        assert_eq!(code(&admin.change("personDeactivate", me.clone(), Value::Null).await), "CONFLICT");
    }
    // Somebody on leave is administrator all the same.
    admin.must("roleGrant", json!({ "personId": person("away").to_string(), "role": "ADMIN" })).await;
    assert_eq!(code(&admin.change("personDeactivate", me, Value::Null).await), "written");
}
