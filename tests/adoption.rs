//! Adoption: what one answered is theirs, and of groups nobody works out fewer than five.

use sea_orm::EntityTrait as _;
use serde_json::{Value, json};
use tutti_entity::ids::{AdoptionAssessmentId, OrgUnitId, PersonId};
use tutti_entity::people::person::{self, Locale, PersonStatus, Tier};
use tutti_entity::people::role_grant::Role;
use tutti_entity::training::adoption_assessment::{self, Barrier};
use uuid::Uuid;

use crate::harness::{Client, Harness, Suite, fresh, person, unit};
use crate::people::only;

pub fn register(suite: &mut Suite) {
    suite.both("adoption::everybody_answers_for_themselves", answers);
    suite.both("adoption::nobody_learns_what_one_person_answered", secrets);
    suite.both("adoption::groups_are_told_where_they_are_large_enough", groups);
    suite.both("adoption::who_sees_groups_sees_those_of_their_part", sight);
    suite.both("adoption::the_latest_answer_of_those_who_are_there_counts", latest);
    suite.both("adoption::statements_do_not_grow_with_the_organisation", constant);
}

const PROFILE: &str = "orgUnit { name } assessed state barriers { barrier people }";

fn scores([awareness, desire, knowledge, ability, reinforcement]: [i32; 5]) -> Value {
    json!({
        "awareness": awareness, "desire": desire, "knowledge": knowledge, "ability": ability,
        "reinforcement": reinforcement,
    })
}

async fn answer(client: &Client, all: [i32; 5]) -> String {
    client.must("adoptionAssess", scores(all)).await
}

fn problem(payload: &Value) -> (String, String) {
    let error = &payload["userErrors"][0];
    let path: Vec<_> = error["path"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    (error["code"].as_str().unwrap_or("written").to_owned(), path.join("."))
}

async fn answers(h: Harness) {
    let member = h.as_("member");
    let query = "mutation($input: AdoptionAssessInput!) { adoptionAssess(input: $input) { adoptionAssessment { \
                 awareness desire knowledge ability reinforcement barrier assessedOn recordedAt version person { id } } \
                 userErrors { code } event { action actor { id } } } }";
    for (all, barrier) in [([4, 3, 2, 5, 4], "DESIRE"), ([5, 4, 4, 4, 5], "NO_BARRIER")] {
        let told = member.ask(query, json!({ "input": scores(all) })).await["adoptionAssess"].clone();
        let found = &told["adoptionAssessment"];
        assert_eq!((&found["barrier"], &found["knowledge"]), (&json!(barrier), &json!(all[2])));
        assert_eq!(found["person"]["id"], json!(person("member").to_string()));
        assert_eq!(found["assessedOn"], json!(h.now().date_naive().to_string()));
        assert_eq!(told["event"]["action"], json!("adoption.assessed"));
    }
    let with = |field: &str, value: Value| {
        let mut input = scores([4, 3, 2, 5, 4]);
        input[field] = value;
        input
    };
    let before = h.dump().await;
    let tomorrow = h.now().date_naive() + chrono::TimeDelta::days(1);
    for (input, code, path) in [
        (with("desire", json!(0)), "INVALID", "input.desire"),
        (with("reinforcement", json!(6)), "INVALID", "input.reinforcement"),
        (with("assessedOn", json!(tomorrow.to_string())), "INVALID", "input.assessedOn"),
        (with("personId", json!(person("nobody").to_string())), "FORBIDDEN", "input.personId"),
    ] {
        let payload = member.change("adoptionAssess", input.clone(), Value::Null).await;
        assert_eq!(problem(&payload), (code.to_owned(), path.to_owned()), "{input}");
    }
    // Whoever could answer for others would know what is left of a group without them.
    let of_member = with("personId", json!(person("member").to_string()));
    for role in [Role::ChangeLead, Role::Leader, Role::Pmo, Role::Admin, Role::Auditor] {
        only(&h, "nobody", role, |_| ()).await;
        let payload = h.as_("nobody").change("adoptionAssess", of_member.clone(), Value::Null).await;
        assert_eq!(problem(&payload).0, "FORBIDDEN", "{role:?}");
    }
    let rows = |dump: Vec<String>| {
        dump.into_iter().filter(|row| !row.starts_with("role_grants")).collect::<Vec<_>>()
    };
    assert_eq!(rows(before), rows(h.dump().await));
    let own = with("personId", json!(person("member").to_string()));
    member.must("adoptionAssess", own).await;
}

/// A key that does all that its maker may.
async fn key(h: &Harness) -> Client {
    let make =
        "mutation { apiKeyCreate(input: { name: \"All\", roles: [ADMIN], readOnly: false }) { secret } }";
    let secret = h.as_("admin").ask(make, Value::Null).await["apiKeyCreate"]["secret"].clone();
    h.with_header(&format!("Bearer {}", secret.as_str().unwrap()))
}

async fn secrets(h: Harness) {
    // The administrator answers as well, so that their key could give it away.
    let mine = [("member", [1, 5, 5, 5, 5]), ("admin", [2, 5, 5, 5, 5])];
    let mut ids = Vec::new();
    for (who, all) in mine {
        ids.push((who, answer(&h.as_(who), all).await));
    }
    let machine = key(&h).await;
    let refused = machine.try_change("adoptionAssess", scores([5; 5]), Value::Null).await;
    assert_eq!(refused.code(), "FORBIDDEN");
    let paths = async |client: &Client, id: &str| {
        let read = format!(
            "{{ node(id: \"{id}\") {{ id }} nodes(ids: [\"{id}\"]) {{ id }} \
             events(filter: {{ action: {{ startsWith: \"adoption\" }} }}) {{ totalCount nodes {{ id subject {{ id }} changes {{ after }} }} }} \
             subject: events(filter: {{ subjectId: {{ eq: \"{id}\" }} }}) {{ totalCount }} \
             search(query: \"awareness\") {{ node {{ id }} }} }}"
        );
        client.ask(&read, Value::Null).await
    };
    let list = "{ adoptionAssessments { totalCount nodes { id barrier } } }";
    for (who, id) in &ids {
        let own = paths(&h.as_(who), id).await;
        assert_eq!((&own["node"]["id"], &own["subject"]["totalCount"]), (&json!(id), &json!(1)), "{own}");
        assert_eq!(own["events"]["totalCount"], json!(1));
        let listed = h.as_(who).ask(list, Value::Null).await["adoptionAssessments"].clone();
        assert_eq!((&listed["totalCount"], &listed["nodes"][0]["id"]), (&json!(1), &json!(id)));
    }
    let others = [Role::ChangeLead, Role::Trainer, Role::Leader, Role::Pmo, Role::Auditor, Role::Admin];
    for role in others {
        only(&h, "nobody", role, |_| ()).await;
        let client = h.as_("nobody");
        for (who, id) in &ids {
            let found = paths(&client, id).await;
            assert_eq!(found["node"], Value::Null, "{role:?} {who}");
            assert_eq!(found["nodes"], json!([null]));
            assert_eq!(found["events"], json!({ "totalCount": 0, "nodes": [] }));
            assert_eq!((&found["subject"]["totalCount"], &found["search"]), (&json!(0), &json!([])));
        }
        let listed = client.ask(list, Value::Null).await["adoptionAssessments"].clone();
        assert_eq!(listed, json!({ "totalCount": 0, "nodes": [] }));
    }
    for (_, id) in &ids {
        let found = paths(&machine, id).await;
        assert_eq!((&found["node"], &found["events"]["totalCount"]), (&Value::Null, &json!(0)));
    }
    assert_eq!(machine.send(list, Value::Null).await.code(), "FORBIDDEN");
}

/// So many people in a unit, who have this barrier; with numbers from here on.
pub async fn crowd(h: &Harness, from: u128, of: OrgUnitId, people: u128, barrier: Barrier) {
    let at = h.now();
    let rows: Vec<(person::ActiveModel, adoption_assessment::ActiveModel)> = (from..from + people)
        .map(|number| {
            let id = PersonId(Uuid::from_u128(number));
            let email = format!("crowd.{number}@tutti.example");
            let row = person::Model {
                id,
                version: 1,
                name: format!("Crowd {number}"),
                name_folded: format!("crowd {number}"),
                email_folded: email.clone(),
                email,
                tier: Tier::Frontline,
                status: PersonStatus::Active,
                locale: Locale::En,
                org_unit_id: Some(of),
                manager_id: None,
                last_sign_in_at: None,
                daily_digest: false,
                created_at: at,
                updated_at: at,
            };
            (fresh(row), fresh(answered(h, number, id, barrier, 0)))
        })
        .collect();
    let (people, answers): (Vec<_>, Vec<_>) = rows.into_iter().unzip();
    h.rows(async |tx| {
        person::Entity::insert_many(people).exec_without_returning(tx).await.unwrap();
        adoption_assessment::Entity::insert_many(answers).exec_without_returning(tx).await.unwrap();
    })
    .await;
}

/// What somebody answered so many days ago.
fn answered(
    h: &Harness,
    number: u128,
    who: PersonId,
    barrier: Barrier,
    ago: i64,
) -> adoption_assessment::Model {
    adoption_assessment::Model {
        id: AdoptionAssessmentId(Uuid::from_u128(number)),
        version: 1,
        person_id: who,
        awareness: 4,
        desire: 4,
        knowledge: 4,
        ability: 4,
        reinforcement: 4,
        barrier,
        assessed_on: h.now().date_naive() - chrono::TimeDelta::days(ago),
        recorded_at: h.now(),
    }
}

async fn new_unit(h: &Harness, name: &str, parent: Option<OrgUnitId>) -> OrgUnitId {
    let input = json!({ "name": name, "parentId": parent.map(|id| id.to_string()) });
    h.as_("admin").must("orgUnitCreate", input).await.parse().unwrap()
}

async fn profile(client: &Client, of: OrgUnitId) -> Value {
    let query = format!(
        "query($id: ID!) {{ adoption(orgUnitId: $id) {{ {PROFILE} children {{ {PROFILE} children {{ {PROFILE} }} }} }} }}"
    );
    client.ask(&query, json!({ "id": of.to_string() })).await["adoption"].clone()
}

/// How many were assessed, or that it is hidden, of a unit and of those directly below it.
fn told(profile: &Value) -> Vec<String> {
    let one = |of: &Value| {
        let name = of["orgUnit"]["name"].as_str().unwrap();
        let hidden = of["state"] == json!("SUPPRESSED");
        assert_eq!(hidden, of["barriers"] == json!([]) && of["assessed"] == json!(0), "{of}");
        if hidden { format!("{name} -") } else { format!("{name} {}", of["assessed"]) }
    };
    let children = profile["children"].as_array().into_iter().flatten();
    [profile].into_iter().chain(children).map(one).collect()
}

async fn groups(h: Harness) {
    only(&h, "nobody", Role::ChangeLead, |_| ()).await;
    let lead = h.as_("nobody");
    let fleet = new_unit(&h, "Fleet", None).await;
    let [east, north, west] = [
        new_unit(&h, "East", Some(fleet)).await,
        new_unit(&h, "North", Some(fleet)).await,
        new_unit(&h, "West", Some(fleet)).await,
    ];
    crowd(&h, 1000, east, 3, Barrier::Desire).await;
    assert_eq!(told(&profile(&lead, fleet).await), ["Fleet -", "East -", "North -", "West -"]);
    crowd(&h, 1100, north, 8, Barrier::Ability).await;
    // Three are hidden, and eleven less eight would tell of them.
    assert_eq!(told(&profile(&lead, fleet).await), ["Fleet 11", "East -", "North -", "West -"]);
    crowd(&h, 1200, west, 9, Barrier::NoBarrier).await;
    let found = profile(&lead, fleet).await;
    assert_eq!(told(&found), ["Fleet 20", "East -", "North -", "West 9"]);
    let count = |barrier, people| json!({ "barrier": barrier, "people": people });
    assert_eq!(
        found["barriers"],
        json!([
            count("AWARENESS", 0),
            count("DESIRE", 3),
            count("KNOWLEDGE", 0),
            count("ABILITY", 8),
            count("REINFORCEMENT", 0),
            count("NO_BARRIER", 9),
        ])
    );
    // Asked for by itself, a hidden one is as hidden.
    assert_eq!(told(&profile(&lead, north).await), ["North -"]);
    // Two people at the head hide nobody more where the rest is large enough already.
    crowd(&h, 1300, fleet, 2, Barrier::Desire).await;
    assert_eq!(told(&profile(&lead, fleet).await), ["Fleet 22", "East -", "North 8", "West 9"]);
    crowd(&h, 1400, east, 2, Barrier::Desire).await;
    assert_eq!(told(&profile(&lead, fleet).await), ["Fleet 24", "East -", "North 8", "West 9"]);
    crowd(&h, 1500, fleet, 3, Barrier::Desire).await;
    assert_eq!(told(&profile(&lead, fleet).await), ["Fleet 27", "East 5", "North 8", "West 9"]);
}

async fn sight(h: Harness) {
    let (service, centre, sales) = (unit("Service"), unit("Contact centre"), unit("Salg"));
    crowd(&h, 1000, centre, 6, Barrier::Desire).await;
    crowd(&h, 1100, sales, 7, Barrier::Desire).await;
    let query = "query($id: ID!) { adoption(orgUnitId: $id) { assessed state } }";
    let seen = async |of: OrgUnitId| {
        let answer = h.as_("nobody").send(query, json!({ "id": of.to_string() })).await;
        if answer.errors.is_empty() {
            return answer.data()["adoption"]["assessed"].to_string();
        }
        answer.code()
    };
    for role in [Role::ChangeLead, Role::Leader, Role::Pmo, Role::Auditor] {
        only(&h, "nobody", role, |_| ()).await;
        assert_eq!([seen(service).await, seen(sales).await], ["6", "7"], "{role:?}");
        only(&h, "nobody", role, |row| row.org_unit_id = Some(service)).await;
        assert_eq!([seen(service).await, seen(centre).await], ["6", "6"], "{role:?}");
        assert_eq!([seen(sales).await, seen(unit("Tutti")).await], ["FORBIDDEN", "FORBIDDEN"], "{role:?}");
    }
    only(&h, "nobody", Role::Pmo, |row| row.portfolio_id = Some(crate::harness::portfolio("Harbour"))).await;
    assert_eq!(seen(service).await, "FORBIDDEN");
    for role in [Role::Trainer, Role::Admin, Role::Member, Role::Finance, Role::RewardApprover] {
        only(&h, "nobody", role, |_| ()).await;
        assert_eq!(seen(service).await, "FORBIDDEN", "{role:?}");
    }
    only(&h, "nobody", Role::ChangeLead, |_| ()).await;
    assert_eq!(seen(OrgUnitId(Uuid::from_u128(9))).await, "BAD_USER_INPUT");
}

async fn latest(h: Harness) {
    only(&h, "nobody", Role::ChangeLead, |_| ()).await;
    let of = new_unit(&h, "Fleet", None).await;
    crowd(&h, 1000, of, 6, Barrier::Desire).await;
    let barriers = async || {
        let found = profile(&h.as_("nobody"), of).await;
        let with = |at: usize| found["barriers"][at]["people"].as_i64();
        (found["assessed"].clone(), with(1), with(3))
    };
    let who = PersonId(Uuid::from_u128(1000));
    let enter = async |number, ago| {
        let row: adoption_assessment::ActiveModel = fresh(answered(&h, number, who, Barrier::Ability, ago));
        h.rows(async |tx| adoption_assessment::Entity::insert(row).exec_without_returning(tx).await.unwrap())
            .await;
    };
    // One of an earlier day that is entered later does not take the place of a later one.
    enter(5000, 3).await;
    assert_eq!(barriers().await, (json!(6), Some(6), Some(0)));
    // Of one day the last does.
    enter(5001, 0).await;
    assert_eq!(barriers().await, (json!(6), Some(5), Some(1)));
    let leaves = json!({ "id": PersonId(Uuid::from_u128(1001)).to_string() });
    h.as_("admin").must("personDeactivate", leaves).await;
    assert_eq!(barriers().await, (json!(5), Some(4), Some(1)));
    let leaves = json!({ "id": who.to_string() });
    h.as_("admin").must("personDeactivate", leaves).await;
    assert_eq!(barriers().await, (json!(0), None, None));
}

async fn constant(h: Harness) {
    only(&h, "nobody", Role::ChangeLead, |_| ()).await;
    let statements = async || {
        let query = format!(
            "query($id: ID!) {{ one: adoption(orgUnitId: $id) {{ {PROFILE} children {{ {PROFILE} children {{ {PROFILE} }} }} }} \
             two: adoption(orgUnitId: $id) {{ assessed }} }}"
        );
        let answer = h.as_("nobody").send(&query, json!({ "id": unit("Tutti").to_string() })).await;
        assert!(answer.errors.is_empty(), "{:?}", answer.errors);
        answer.statements
    };
    let few = statements().await;
    for number in 0..4 {
        let part = new_unit(&h, &format!("Part {number}"), Some(unit("Service"))).await;
        crowd(&h, 1000 + number * 100, part, 7, Barrier::Desire).await;
    }
    assert_eq!(few, statements().await);
    assert!(few <= 6, "{few}");
}
