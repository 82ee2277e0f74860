//! Leadership communication: worked shares, what becomes of plans, refusals, callers at the same moment, eyes that were not
//! in an audience, and a hundred thousand people at once.

use sea_orm::EntityTrait as _;
use serde_json::{Value, json};
use tutti_entity::ids::RoleGrantId;
use tutti_entity::people::role_grant::{self, Role};
use uuid::Uuid;

use crate::harness::{Client, Harness, Suite, fresh, person, unit};

mod figures;
mod many;
mod refused;
mod rivals;
mod sight;

pub fn register(suite: &mut Suite) {
    suite.world("communication::what_is_sent_is_frozen_and_corrected_by_another", life);
    suite.world("communication::an_audience_is_whom_it_names_on_that_day", audience);
    suite.world("communication::whoever_leaves_hands_their_plans_over", handover);
    suite.world("communication::what_cannot_be_is_refused", refused::refusals);
    suite.world("communication::a_leader_speaks_for_themselves", refused::speakers);
    suite.world("communication::receipts_are_recorded_row_by_row", refused::receipts);
    suite.world("communication::whoever_was_not_in_an_audience_sees_nothing", sight::unseen);
    suite.world("communication::of_few_little_is_told_and_of_all_everything", sight::few_and_all);
    suite.world("communication::an_office_of_one_portfolio_ends_at_its_border", sight::scoped);
    suite.world("communication::the_worked_figures", figures::worked);
    suite.world("communication::leaders_are_told_apart", figures::cadence);
    suite.world("communication::messages_reach_units", figures::exposures);
    suite.world("communication::statements_do_not_grow_with_the_rows", figures::constant);
    suite.world("communication::of_two_who_send_one_does", rivals::sends);
    suite.world("communication::who_changes_what_is_sent_is_told", rivals::changes);
    suite.world("communication::who_leaves_while_it_is_sent_sent_it_or_did_not", rivals::leaving);
    suite.both("communication::a_hundred_thousand_people_are_one_transaction", many::sending);
}

pub fn id(who: &str) -> String {
    person(who).to_string()
}

/// Gives somebody a role in the whole organisation.
pub async fn grant(h: &Harness, number: u128, who: &str, role: Role) {
    let row = role_grant::Model {
        id: RoleGrantId(Uuid::from_u128(number)),
        version: 1,
        person_id: person(who),
        role,
        portfolio_id: None,
        org_unit_id: None,
        since: "2025-01-01".parse().unwrap(),
        until: None,
        revoked_at: None,
        created_at: h.now(),
        updated_at: h.now(),
    };
    let row: role_grant::ActiveModel = fresh(row);
    h.rows(async |tx| role_grant::Entity::insert(row).exec_without_returning(tx).await.unwrap()).await;
}

/// Something that the leader is to say to these units and people.
pub fn plan(subject: &str, units: &[&str], people: &[&str]) -> Value {
    let units: Vec<_> = units.iter().map(|name| unit(name).to_string()).collect();
    let people: Vec<_> = people.iter().map(|who| id(who)).collect();
    json!({
        "senderId": id("leader"), "channel": "INTRANET", "purpose": "WHAT", "subject": subject,
        "body": "What *changes*.", "audience": { "orgUnitIds": units, "personIds": people },
    })
}

/// The same, sent.
pub async fn sent(client: &Client, plan: Value) -> String {
    let id = client.must("communicationPlan", plan).await;
    client.must("communicationSend", json!({ "id": id })).await
}

/// The code and the path of the first problem that a mutation tells.
pub async fn problem(client: &Client, mutation: &str, input: Value) -> (String, String) {
    let payload = client.change(mutation, input, Value::Null).await;
    told(&payload["userErrors"], mutation)
}

pub fn told(errors: &Value, what: &str) -> (String, String) {
    let error = &errors[0];
    let path: Vec<_> =
        error["path"].as_array().unwrap_or_else(|| panic!("{what} was not refused")).iter().collect();
    let path: Vec<_> = path.iter().map(|part| part.as_str().unwrap()).collect();
    (error["code"].as_str().unwrap().to_owned(), path.join("."))
}

/// What a communication is, as somebody sees it.
pub async fn look(client: &Client, id: &str, fields: &str) -> Value {
    let query = format!("query($id: ID!) {{ node(id: $id) {{ ... on Communication {{ {fields} }} }} }}");
    client.ask(&query, json!({ "id": id })).await["node"].clone()
}

/// Records whom a communication reached.
pub async fn record(client: &Client, id: &str, rows: Value) {
    let input = json!({ "id": id, "rows": rows });
    let payload = client.change("communicationReceiptsRecord", input, Value::Null).await;
    assert_eq!(payload["userErrors"], json!([]));
}

/// Every mutation of communications with input that is fine, by the programme office; a LEADER called `nobody` could do
/// them for themselves.
pub async fn mutations(pmo: &Client, initiative: &str) -> Vec<(&'static str, Value)> {
    let message = json!({ "text": "We keep what we promise", "purpose": "WHY", "initiativeId": initiative });
    let changed = pmo.must("keyMessageCreate", message.clone()).await;
    let by_nobody = |subject: &str, units: &[&str]| {
        let mut input = plan(subject, units, &["pmo"]);
        input["senderId"] = json!(id("nobody"));
        input
    };
    let open = async |subject: &str| pmo.must("communicationPlan", by_nobody(subject, &["Service"])).await;
    let sent = async |subject: &str, units: &[&str]| sent(pmo, by_nobody(subject, units)).await;
    let mut all = by_nobody("Planned", &["Service"]);
    all["initiativeIds"] = json!([initiative]);
    all["keyMessageId"] = json!(changed);
    all["plannedFor"] = json!("2025-04-02");
    let rows = json!([{ "personId": id("member"), "deliveredAt": "2025-03-31T08:00:00Z" }]);
    vec![
        ("keyMessageCreate", message),
        ("keyMessageUpdate", json!({ "id": changed, "targetExposures": 3 })),
        ("communicationPlan", all),
        (
            "communicationUpdate",
            json!({ "id": open("To change").await, "story": "A *cake*.", "initiativeIds": [initiative] }),
        ),
        ("communicationSend", json!({ "id": open("To send").await })),
        ("communicationCancel", json!({ "id": open("To call off").await, "reason": "Another time." })),
        (
            "communicationCorrect",
            json!({ "id": sent("Wrong", &["Service"]).await, "body": "What is right." }),
        ),
        // Nobody but the office is in its audience.
        ("communicationAcknowledge", json!({ "id": sent("Acknowledged", &[]).await })),
        ("communicationReceiptsRecord", json!({ "id": sent("Recorded", &["Service"]).await, "rows": rows })),
    ]
}

/// Rows of every table of communications, with everything in them that can be; sent to these people among others, who have
/// acknowledged it.
pub async fn fill(h: &Harness, initiative: &str, people: &[String]) {
    let pmo = h.as_("pmo");
    let message = json!({ "text": "We walk over", "purpose": "WHAT", "initiativeId": initiative });
    let message = pmo.must("keyMessageCreate", message).await;
    let (at, ahead) = (h.now().to_rfc3339(), h.now().date_naive() + chrono::Days::new(2));
    for subject in ["Walked over", "Walked over once more"] {
        let mut all = plan(subject, &["Tutti"], &["auditor"]);
        all["initiativeIds"] = json!([initiative]);
        all["keyMessageId"] = json!(message);
        all["plannedFor"] = json!(ahead.to_string());
        all["story"] = json!("A cake came by post.");
        all["audience"]["tiers"] = json!(["EXECUTIVE", "MANAGER", "FRONTLINE", "SUPPORT"]);
        let first = sent(&pmo, all.clone()).await;
        let known = |who: &String| json!({ "personId": who, "openedAt": at, "acknowledgedAt": at });
        record(&pmo, &first, json!(people.iter().map(known).collect::<Vec<_>>())).await;
        pmo.must("communicationCorrect", json!({ "id": first, "body": "Once more." })).await;
        pmo.must("communicationPlan", all).await;
    }
}

async fn life(h: Harness) {
    let (pmo, leader) = (h.as_("pmo"), h.as_("leader"));
    let mut input = plan("Why we begin", &["Service"], &[]);
    input["plannedFor"] = json!("2025-03-31");
    let planned = pmo.change("communicationPlan", input, Value::Null).await;
    let changes = &planned["event"]["changes"];
    let field = |name: &str| {
        changes
            .as_array()
            .unwrap()
            .iter()
            .find(|change| change["field"] == name)
            .map(|change| change["after"].clone())
    };
    assert_eq!(field("audience.orgUnits"), Some(json!(unit("Service").to_string())), "{changes}");
    let com = planned["communication"]["id"].as_str().unwrap().to_owned();
    let audience = "state onTime sentAt audience { size isEveryone } reach { audience delivered deliveredShare { state } }";
    let before = look(&pmo, &com, audience).await;
    // Owner, the other owner, member and nobody; whoever is away or has left is not ACTIVE.
    assert_eq!(before["audience"], json!({ "size": 4, "isEveryone": false }));
    assert_eq!(before["reach"]["deliveredShare"]["state"], "NOT_APPLICABLE");
    assert!(before["onTime"].is_null());
    let done =
        leader.change("communicationSend", json!({ "id": com }), json!({ "expectedVersion": 1 })).await;
    assert_eq!(done["userErrors"], json!([]));
    assert_eq!(done["event"]["action"], "communication.sent");
    let after = look(&pmo, &com, audience).await;
    assert_eq!((&after["state"], &after["onTime"]), (&json!("SENT"), &json!(true)));
    assert_eq!(after["audience"]["size"], 4);
    assert_eq!(after["reach"]["delivered"], 0, "nothing is guessed");
    // It never changes.
    for (mutation, more, code) in [
        ("communicationUpdate", json!({ "subject": "Another" }), "CONFLICT"),
        ("communicationSend", json!({}), "ILLEGAL_TRANSITION"),
        ("communicationCancel", json!({}), "ILLEGAL_TRANSITION"),
    ] {
        let mut input = json!({ "id": com });
        for (field, value) in more.as_object().unwrap() {
            input[field] = value.clone();
        }
        assert_eq!(
            problem(&pmo, mutation, input).await,
            (code.to_owned(), "input.id".to_owned()),
            "{mutation}"
        );
    }
    // Whoever joins later was not in the audience; whoever leaves stays counted.
    let joins = json!({ "id": id("finance"), "orgUnitId": unit("Service").to_string() });
    h.as_("admin").must("personUpdate", joins).await;
    h.as_("admin").must("personDeactivate", json!({ "id": id("member") })).await;
    assert_eq!(look(&pmo, &com, audience).await["audience"]["size"], 4);
    // A correction goes to the same units as they are now, and to whoever had the wrong one and is still there.
    let away = json!({ "id": id("nobody"), "orgUnitId": unit("Salg").to_string() });
    h.as_("admin").must("personUpdate", away).await;
    let correction =
        leader.must("communicationCorrect", json!({ "id": com, "body": "What is right." })).await;
    let fields = "purpose subject audience { size asCorrected } corrects { id }";
    let told = look(&leader, &correction, fields).await;
    assert_eq!(told["audience"], json!({ "size": 4, "asCorrected": true }));
    assert_eq!((&told["purpose"], &told["subject"]), (&json!("CORRECTION"), &json!("Why we begin")));
    assert_eq!(told["corrects"]["id"], com);
    leader.must("communicationSend", json!({ "id": correction })).await;
    for who in ["nobody", "finance", "owner"] {
        let seen = look(&h.as_(who), &correction, "corrects { id } myReceipt { deliveredAt }").await;
        // Finance never had the wrong one.
        assert_eq!(seen["corrects"].is_null(), who == "finance", "{who}: {seen}");
        assert!(!seen["myReceipt"].is_null());
    }
    let corrected = look(&h.as_("nobody"), &com, "corrections { id }").await;
    assert_eq!(corrected["corrections"], json!([{ "id": correction }]));
}

async fn audience(h: Harness) {
    let pmo = h.as_("pmo");
    let all_units = ["Tutti", "Salg", "Service", "Contact centre", "Ældre afdeling"];
    for (units, tiers, people, size, everyone) in [
        (&["Contact centre"][..], json!([]), &[][..], 2, false),
        (&["Service"], json!(["FRONTLINE"]), &[], 2, false),
        (&["Service", "Contact centre"], json!(["FRONTLINE", "LEADER"]), &["member"], 4, false),
        (&["Salg"], json!([]), &["auditor", "away"], 2, false),
        (&["Tutti"], json!([]), &[], 9, false),
        (&["Tutti", "Ældre afdeling"], json!([]), &[], 9, true),
        (&["Tutti", "Ældre afdeling"], json!(["FRONTLINE"]), &[], 2, false),
        (
            &all_units,
            json!(["EXECUTIVE", "LEADER", "MANAGER", "FRONTLINE", "SUPPORT"]),
            &["auditor"],
            10,
            true,
        ),
    ] {
        let mut input = plan("To whom", units, people);
        input["audience"]["tiers"] = tiers.clone();
        let com = pmo.must("communicationPlan", input).await;
        let fields = "audience { size isEveryone }";
        assert_eq!(
            look(&pmo, &com, fields).await["audience"]["size"],
            size,
            "{units:?} {tiers} {people:?} planned"
        );
        pmo.must("communicationSend", json!({ "id": com })).await;
        let sent = look(&pmo, &com, fields).await["audience"].clone();
        assert_eq!(sent, json!({ "size": size, "isEveryone": everyone }), "{units:?} {tiers} {people:?}");
    }
    // Nobody is refused, and what is refused stays as it was.
    let com = pmo.must("communicationPlan", plan("To nobody", &["Ældre afdeling"], &["away"])).await;
    let told = problem(&pmo, "communicationSend", json!({ "id": com })).await;
    assert_eq!(told, ("INVALID".to_owned(), "input.id".to_owned()));
    assert_eq!(
        look(&pmo, &com, "state audience { size }").await,
        json!({ "state": "PLANNED", "audience": { "size": 0 } })
    );
    assert_eq!(h.sql("SELECT 1 FROM receipts").await.len(), 40);
}

async fn handover(h: Harness) {
    let (admin, pmo) = (h.as_("admin"), h.as_("pmo"));
    grant(&h, 0xc0, "owner", Role::Leader).await;
    let mut input = plan("Said by Oda", &["Salg"], &[]);
    input["senderId"] = json!(id("owner"));
    let done = sent(&pmo, input.clone()).await;
    let open = pmo.must("communicationPlan", input).await;
    let work = "{ person: node(id: $id) { ... on Person { openWork { roles subject { id } } } } }";
    let query = format!("query($id: ID!) {work}");
    let told = pmo.ask(&query, json!({ "id": id("owner") })).await["person"]["openWork"].clone();
    let last = told.as_array().unwrap().last().unwrap().clone();
    assert_eq!(last, json!({ "roles": ["SENDER"], "subject": { "id": open } }));
    // Nobody took it over: it waits for the programme office, and cannot be sent.
    admin.must("personDeactivate", json!({ "id": id("owner") })).await;
    let waiting = "{ viewer { work(kinds: [COMMUNICATION]) { nodes { title role } } } }";
    let told = pmo.ask(waiting, Value::Null).await["viewer"]["work"]["nodes"].clone();
    let expected = json!([{ "title": "Find another sender for Said by Oda", "role": "programme office" }]);
    assert_eq!(told, expected);
    assert_eq!(problem(&pmo, "communicationSend", json!({ "id": open })).await.0, "INVALID");
    admin.must("personReactivate", json!({ "id": id("owner") })).await;
    let leaves = json!({ "id": id("owner"), "reassignTo": id("leader"), "reason": "Moves on." });
    admin.must("personDeactivate", leaves).await;
    let sender = "sender { id }";
    assert_eq!(look(&pmo, &open, sender).await["sender"]["id"], id("leader"));
    assert_eq!(look(&pmo, &done, sender).await["sender"]["id"], id("owner"), "what was said was said");
    let told = h.as_("leader").ask(waiting, Value::Null).await["viewer"]["work"]["nodes"].clone();
    assert_eq!(told, json!([{ "title": "Send Said by Oda", "role": "sender" }]));
}
