//! A world in which every table has rows about several people, those who walk through it, and what each of
//! them must not find.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{
    ActiveEnum as _, ConnectionTrait as _, EntityTrait as _, Iterable as _, QueryResult, Set, TryGetable,
};
use serde_json::{Value, json};
use tutti_entity::events::event;
use tutti_entity::ids::{
    AdoptionAssessmentId, AnyId, ApiKeyId, CalendarFeedId, EventId, Kind, PasswordId, PersonId, RoleGrantId,
    SessionId, TypedId as _,
};
use tutti_entity::people::role_grant::{self, Role};
use uuid::Uuid;

use super::forged::{a_key, a_session, add};
use crate::harness::{Client, Harness, fresh, person, portfolio, unit};
use crate::write::new_initiative;

/// Somebody gets the address of a calendar, and another one instead of it.
async fn make_calendar(client: &Client) {
    for _ in 0..2 {
        ask(client, "mutation { calendarFeedCreate(input: {}) { userErrors { code } } }").await;
    }
}

/// Somebody tells how far they have come with the change.
async fn assess(client: &Client) {
    let answers = "awareness: 4, desire: 3, knowledge: 2, ability: 5, reinforcement: 4";
    let query = format!("mutation {{ adoptionAssess(input: {{ {answers} }}) {{ userErrors {{ code }} }} }}");
    ask(client, &query).await;
}

/// Somebody who walks through the world.
pub struct Walker {
    /// What the snapshot calls them.
    pub label: String,
    pub client: Client,
    /// Who calls.
    pub id: PersonId,
    /// Who they are to what is about somebody: a key is nobody.
    pub me: Option<PersonId>,
}

/// Something that only some may see: about whom it is, and every text by which it would be known.
#[derive(Debug)]
pub struct Hidden {
    pub about: PersonId,
    pub texts: Vec<String>,
}

/// Those who walk: each role, and what one can be without one.
pub const WITHOUT_ROLE: &str = "no role";
pub const KEY: &str = "a key of an ADMIN";
/// The one who takes part in shared rewards and sees no others.
pub const TAKES_PART: &str = "MEMBER";

const PASSWORD: &str = "nine gentle bridges";

async fn ask(client: &Client, query: &str) -> Value {
    let answer = client.ask(query, Value::Null).await;
    let payload = answer.as_object().unwrap().values().next().unwrap().clone();
    assert_eq!(payload["userErrors"], json!([]), "{query}");
    payload
}

/// Somebody sets a password, signs in twice and out once.
async fn sign_in(h: &Harness, who: &str, address: &str) {
    let id = person(who);
    let query = format!(
        "mutation {{ passwordResetIssue(input: {{ personId: \"{id}\" }}) {{ secret userErrors {{ code }} }} }}"
    );
    let issued = ask(&h.as_("admin"), &query).await;
    let secret = &issued["secret"];
    let set = format!(
        "mutation {{ passwordReset(input: {{ secret: {secret}, newPassword: \"{PASSWORD}\" }}) {{ userErrors {{ code }} }} }}"
    );
    ask(&h.anonymous().at(address), &set).await;
    let email = format!("{who}@tutti.example");
    let query = format!(
        "mutation {{ signIn(input: {{ email: \"{email}\", password: \"{PASSWORD}\" }}) {{ accessToken userErrors {{ code }} }} }}"
    );
    for ends in [false, true] {
        let answer = ask(&h.anonymous().at(address), &query).await;
        if ends {
            let token = answer["accessToken"].as_str().unwrap();
            let client = h.with_header(&format!("Bearer {token}"));
            ask(&client, "mutation { signOut(input: {}) { userErrors { code } } }").await;
        }
    }
}

/// The administrator makes a key that writes, and one that is revoked.
async fn make_keys(h: &Harness) {
    let admin = h.as_("admin");
    let make = "mutation { apiKeyCreate(input: { name: \"Wall\", roles: [ADMIN], readOnly: false }) { secret apiKey { id } userErrors { code } } }";
    let key = ask(&admin, make).await["secret"].as_str().unwrap().to_owned();
    let machine = h.with_header(&format!("Bearer {key}"));
    ask(
        &machine,
        "mutation { orgUnitCreate(input: { name: \"Made by a machine\" }) { userErrors { code } } }",
    )
    .await;
    let second = ask(&admin, make).await["apiKey"]["id"].clone();
    ask(
        &admin,
        &format!("mutation {{ apiKeyRevoke(input: {{ id: {second} }}) {{ userErrors {{ code }} }} }}"),
    )
    .await;
}

/// Where somebody has a role.
#[derive(Clone, Copy)]
enum Reach {
    Everywhere,
    /// In a portfolio alone.
    Portfolio,
    /// In a unit alone, in which nobody works.
    Unit,
}

async fn grant(h: &Harness, number: u128, who: PersonId, role: Role, reach: Reach) {
    let day = |text: &str| text.parse::<NaiveDate>().unwrap();
    let row = role_grant::Model {
        id: RoleGrantId(Uuid::from_u128(number)),
        version: 1,
        person_id: who,
        role,
        portfolio_id: matches!(reach, Reach::Portfolio).then(|| portfolio("Lighthouse")),
        org_unit_id: matches!(reach, Reach::Unit).then(|| unit("Ældre afdeling")),
        since: day("2025-01-01"),
        until: Some(day("2025-12-31")),
        revoked_at: None,
        created_at: h.now(),
        updated_at: h.now(),
    };
    let row: role_grant::ActiveModel = fresh(row);
    h.rows(async |tx| role_grant::Entity::insert(row).exec_without_returning(tx).await.unwrap()).await;
}

/// Fills the standard world, and enters those who walk.
pub async fn fill(h: &Harness) -> Vec<Walker> {
    sign_in(h, "member", "203.0.113.1").await;
    sign_in(h, "finance", "203.0.113.2").await;
    make_keys(h).await;
    crate::webhooks::rows(h).await;
    make_calendar(&h.as_("finance")).await;
    for who in ["finance", "member", "auditor"] {
        assess(&h.as_(who)).await;
    }
    let people = ["pmo", "member", "leader", "finance"].map(person);
    let sessions = people.iter().zip(10..).map(|(who, number)| a_session(h, number, *who)).collect();
    let keys = people.iter().zip(10..).map(|(who, number)| a_key(h, number, *who, &number.to_string()));
    add(h, sessions, keys.collect()).await;
    grant(h, 10, person("member"), Role::Trainer, Reach::Everywhere).await;
    let revoke = "UPDATE role_grants SET revoked_at = created_at WHERE role = 'TRAINER'";
    h.rows(async |tx| tx.execute_unprepared(revoke).await.unwrap()).await;
    // The log of what was granted before there was a log, and when people last signed in.
    let granted: Vec<RoleGrantId> = column(h, "SELECT id FROM role_grants ORDER BY id").await;
    for (number, grant) in (20..).zip(&granted) {
        let row = event::ActiveModel {
            id: Set(EventId(Uuid::from_u128(number))),
            at: Set(h.now()),
            actor_id: Set(Some(person("admin"))),
            api_key_id: Set(None),
            action: Set("role.granted".to_owned()),
            subject_kind: Set(Kind::RoleGrant.prefix().to_owned()),
            subject_id: Set(grant.uuid()),
            changes: Set("[]".to_owned()),
            reason: Set(None),
            request_id: Set(None),
            ..Default::default()
        };
        h.rows(async |tx| event::Entity::insert(row).exec_without_returning(tx).await.unwrap()).await;
    }
    for (second, who) in people.iter().enumerate() {
        let at = format!("2025-03-02T03:04:{second:02}+00:00");
        let sql = format!("UPDATE people SET last_sign_in_at = '{at}' WHERE id = {}", literal(h, who.uuid()));
        h.rows(async |tx| tx.execute_unprepared(&sql).await.unwrap()).await;
    }
    walkers(h).await
}

async fn walkers(h: &Harness) -> Vec<Walker> {
    let admin = h.as_("admin");
    let mut walkers = Vec::new();
    let roles = Role::iter().map(|role| (role.to_value(), Some((role, Reach::Everywhere))));
    let elsewhere = [
        ("PMO in another portfolio", Role::Pmo, Reach::Portfolio),
        ("ADMIN in a unit of nobody", Role::Admin, Reach::Unit),
    ];
    let elsewhere = elsewhere.map(|(label, role, reach)| (label.to_owned(), Some((role, reach))));
    let others = [WITHOUT_ROLE, "owner", "sponsor", "reviewer"].map(|label| (label.to_owned(), None));
    for (number, (label, role)) in (100..).zip(roles.chain(elsewhere).chain(others)) {
        let email = format!("walker.{number}@tutti.example");
        let input = json!({
            "name": format!("Walker {label}"), "email": email, "tier": "SUPPORT",
            "orgUnitId": unit("Tutti").to_string(),
        });
        let id: PersonId = admin.must("personCreate", input).await.parse().unwrap();
        if let Some((role, reach)) = role {
            grant(h, number, id, role, reach).await;
        }
        // Something of their own, so that they could see it.
        add(h, vec![a_session(h, number, id)], vec![a_key(h, number, id, &number.to_string())]).await;
        let client = h.signed_in(id);
        make_calendar(&client).await;
        assess(&client).await;
        walkers.push(Walker { label, client, id, me: Some(id) });
    }
    let named = |label: &str| walkers.iter().find(|walker| walker.label == label).unwrap().id.to_string();
    let mut theirs = new_initiative("Of those who walk");
    for (field, label) in [("ownerId", "owner"), ("sponsorId", "sponsor"), ("reviewerId", "reviewer")] {
        theirs[field] = json!(named(label));
    }
    let pmo = h.as_("pmo");
    let theirs = pmo.must("initiativeCreate", theirs).await;
    let (others, _) = crate::write::find(&pmo, "CX-1").await;
    let milestone = crate::write::begin(&pmo, &theirs).await;
    let uncounted = json!({ "initiativeId": theirs, "title": "Nobody counts on it", "dueOn": "2025-06-20" });
    pmo.must("milestoneCreate", uncounted).await;
    let score = measure(h, &theirs).await;
    for initiative in [&theirs, &others] {
        crate::reports::publish(&pmo, initiative, "2025-03-31").await;
    }
    let note = "Agreed with the sponsor on the phone.";
    let moved = json!({ "id": milestone, "dueOn": "2025-10-01", "reason": "SCOPE", "note": note });
    pmo.must("milestoneMove", moved).await;
    pmo.must("milestoneComplete", json!({ "id": milestone })).await;
    for initiative in [&theirs, &others] {
        let later = json!({ "initiativeId": initiative, "title": "Thought of later", "ownerId": person("owner").to_string(), "dueOn": "2025-10-01" });
        pmo.must("milestoneCreate", later).await;
    }
    spend(&pmo, &theirs, true).await;
    spend(&pmo, &others, false).await;
    worry(&pmo, &theirs, &others).await;
    h.pass(chrono::TimeDelta::days(1));
    // A number of which the next report tells.
    let better = json!({
        "kpiId": score, "orgUnitId": unit("Salg").to_string(), "periodStart": "2025-02-01", "promoters": 28,
        "passives": 1, "detractors": 2,
    });
    pmo.must("measurementRecord", better).await;
    for initiative in [&theirs, &others] {
        tell(&pmo, initiative).await;
    }
    let client = |label: &str| &walkers.iter().find(|walker| walker.label == label).unwrap().client;
    crate::training::fill(client("CHANGE_LEAD"), &named("MEMBER"), &theirs).await;
    let heard: Vec<String> = walkers.iter().map(|walker| walker.id.to_string()).collect();
    // First, so that they stand on pages however short these are.
    crate::feedback::fill(h, client("MEMBER")).await;
    crate::communication::fill(h, &theirs, &heard).await;
    let takes_part = |walker: &&Walker| [TAKES_PART, "REWARD_ADMIN", "AUDITOR"].contains(&&*walker.label);
    let takers: Vec<_> = walkers.iter().filter(takes_part).map(|walker| walker.id).collect();
    share(h, &takers).await;
    let described = json!({ "id": portfolio("Harbour").to_string(), "description": "By the *sea*." });
    pmo.must("portfolioUpdate", described).await;
    add(h, Vec::new(), vec![a_key(h, 99, person("admin"), "tutti_reads")]).await;
    let client = h.with_header("Bearer tutti_reads");
    walkers.push(Walker { label: KEY.to_owned(), client, id: person("admin"), me: None });
    walkers
}

/// What changed since the first report: the dates, the health, the status and, until it is given back, the owner.
/// Beside it a report that was corrected, one that was given up, and a draft that corrects the correction.
async fn tell(pmo: &Client, initiative: &str) {
    let end = |day: &str| crate::reports::draft(initiative, day);
    let given_up = pmo.must("statusReportDraft", end("2025-04-01")).await;
    pmo.must("statusReportDiscard", json!({ "id": given_up, "reason": "Not this week." })).await;
    let query = "query($id: ID!) { initiative(by: { id: $id }) { owner { id } } }";
    let owner = pmo.ask(query, json!({ "id": initiative })).await["initiative"]["owner"]["id"].clone();
    let for_now = json!({ "id": initiative, "ownerId": person("finance").to_string() });
    pmo.must("initiativeReassign", for_now).await;
    pmo.must("initiativeTransition", json!({ "id": initiative, "to": "CLOSING" })).await;
    let note = "Agreed with the sponsor on the phone.";
    let moved = json!({ "id": initiative, "dueOn": "2025-12-01", "reason": "SCOPE", "note": note });
    pmo.must("initiativeReschedule", moved).await;
    let mut words = end("2025-04-01");
    (words["helpNeeded"], words["health"]) = (json!("Hands."), json!("GREEN"));
    (words["overrideReason"], words["overrideUntil"]) = (json!("TOLERANCE"), json!("2025-04-20"));
    let mut report = pmo.must("statusReportDraft", words).await;
    pmo.must("statusReportPublish", json!({ "id": report })).await;
    report = pmo.must("statusReportSupersede", json!({ "id": report, "summary": "Somebody knows." })).await;
    pmo.must("statusReportPublish", json!({ "id": report })).await;
    pmo.must("statusReportSupersede", json!({ "id": report, "summary": "Nobody knows yet." })).await;
    pmo.must("initiativeTransition", json!({ "id": initiative, "to": "ACTIVE" })).await;
    pmo.must("initiativeReassign", json!({ "id": initiative, "ownerId": owner })).await;
}

/// KPIs of every shape, with targets, a locked number that was restated, one that was declined, and links. Answers the
/// one that the initiative is to move.
async fn measure(h: &Harness, initiative: &str) -> String {
    grant(h, 40, person("finance"), Role::MetricsEditor, Reach::Everywhere).await;
    let (pmo, editor) = (h.as_("pmo"), h.as_("finance"));
    let create = async |code: &str, kind: &str, currency: Option<&str>| {
        let input = json!({
            "code": code, "name": code, "description": "Asked *monthly*.", "kind": kind, "direction": "UP",
            "cadence": "MONTHLY", "currency": currency, "ownerId": person("owner").to_string(),
        });
        pmo.must("kpiCreate", input).await
    };
    let record = async |kpi: &str, start: &str, of: Option<&str>, numbers: Value| {
        let of = of.map(|of| unit(of).to_string());
        let mut input =
            json!({ "kpiId": kpi, "periodStart": start, "orgUnitId": of, "story": "The *storm* passed." });
        for (field, number) in numbers.as_object().unwrap() {
            input[field] = number.clone();
        }
        pmo.must("measurementRecord", input).await
    };
    let score = create("NPS", "NPS", None).await;
    let (money, share, ratio) = (
        create("COST", "MONEY", Some("DKK")).await,
        create("CSAT", "CSAT", None).await,
        create("ON_TIME", "RATIO", None).await,
    );
    let nps = json!({ "promoters": 18, "passives": 11, "detractors": 2 });
    let first = record(&score, "2025-01-01", Some("Salg"), nps.clone()).await;
    let second = record(&score, "2025-01-01", Some("Service"), nps.clone()).await;
    record(&score, "2025-02-01", Some("Salg"), nps).await;
    record(&money, "2025-02-01", None, json!({ "value": "12.5" })).await;
    record(&share, "2025-02-01", None, json!({ "satisfied": 4, "responses": 5 })).await;
    record(&ratio, "2025-02-01", None, json!({ "numerator": "4", "denominator": "5" })).await;
    let lock = json!({ "kpiIds": [score], "through": "2025-01-31" });
    assert_eq!(pmo.change("kpiPeriodLock", lock, Value::Null).await["userErrors"], json!([]));
    let restate = |id: &str| {
        json!({
            "id": id, "reason": "LATE_DATA", "reasonText": "Two answers came late.", "promoters": 20,
            "passives": 11, "detractors": 2,
        })
    };
    let asked = pmo.must("measurementRestate", restate(&first)).await;
    editor.must("restatementApprove", json!({ "id": asked })).await;
    let asked = pmo.must("measurementRestate", restate(&second)).await;
    editor.must("restatementDecline", json!({ "id": asked, "reason": "They did not." })).await;
    let target = json!({
        "kpiId": score, "from": "2025-01-01", "to": "2025-12-31", "baseline": "30", "threshold": "40",
        "target": "55", "stretch": "60",
    });
    pmo.must("kpiTargetSet", target).await;
    let link = json!({
        "initiativeId": initiative, "kpiId": score, "hypothesis": "Who walks meets customers.",
        "expectedChange": "2", "lag": "P3M",
    });
    pmo.must("kpiLinkAdd", link).await;
    score
}

/// A plan of shared rewards with everything in it: one of those who walk is alone in a group and another among five;
/// a quarter that was calculated twice, signed by two, paid, corrected after a number was restated, and closed.
async fn share(h: &Harness, takers: &[PersonId]) {
    grant(h, 41, person("away"), Role::RewardAdmin, Reach::Everywhere).await;
    grant(h, 42, person("member"), Role::RewardApprover, Reach::Everywhere).await;
    grant(h, 43, person("other_owner"), Role::RewardApprover, Reach::Everywhere).await;
    let (pmo, admin) = (h.as_("pmo"), h.as_("away"));
    let kpi = json!({
        "code": "SHARED", "name": "Shared", "kind": "NPS", "direction": "UP", "cadence": "QUARTERLY",
        "ownerId": person("owner").to_string(),
    });
    let kpi = pmo.must("kpiCreate", kpi).await;
    let nps = |promoters: i32| json!({ "kpiId": kpi, "periodStart": "2024-10-01", "promoters": promoters, "passives": 34, "detractors": 16 });
    let first = pmo.must("measurementRecord", nps(50)).await;
    let lock = json!({ "kpiIds": [kpi], "through": "2024-12-31" });
    assert_eq!(pmo.change("kpiPeriodLock", lock, Value::Null).await["userErrors"], json!([]));
    let (initiative, _) = crate::write::find(&pmo, "CX-1").await;
    let link = json!({ "initiativeId": initiative, "kpiId": kpi, "hypothesis": "Who is heard stays.", "expectedChange": "2" });
    pmo.must("kpiLinkAdd", link).await;
    let money = |amount: &str| json!({ "amount": amount, "currency": "EUR" });
    let plan = json!({
        "name": "Shared by all", "from": "2024-10-01", "to": "2024-12-31", "currency": "EUR", "cap": 140, "pool": money("30000"),
        "metrics": [{ "kpiId": kpi, "weight": 100, "curve": [{ "value": "20", "payout": 50 }, { "value": "40", "payout": 100 }] }],
        "gates": [{ "kpiId": kpi, "minimum": "90", "effect": "MULTIPLY", "factor": 90 }],
        "groups": [
            { "name": "Alone", "tier": "EXECUTIVE", "targetAward": money("30000") },
            { "name": "Many", "tier": "FRONTLINE", "targetAward": money("2000") },
        ],
    });
    let plan = admin.must("rewardPlanCreate", plan).await;
    admin.must("rewardPlanActivate", json!({ "id": plan })).await;
    let query = "query($id: ID!) { rewardPlan(id: $id) { groups { id } } }";
    let groups = admin.ask(query, json!({ "id": plan })).await["rewardPlan"]["groups"].clone();
    let add = async |group: usize, who: PersonId| {
        let input = json!({ "groupId": groups[group]["id"], "personId": who.to_string() });
        admin.must("participationAdd", input).await;
    };
    add(0, person("nobody")).await;
    for who in
        ["member", "other_owner", "owner", "finance"].map(person).into_iter().chain(takers.iter().copied())
    {
        add(1, who).await;
    }
    let settle = async |run: String| {
        for who in ["member", "other_owner"] {
            h.as_(who).must("payoutRunApprove", json!({ "runId": run })).await;
        }
        admin.must("payoutRunMarkPaid", json!({ "runId": run })).await;
    };
    admin.must("payoutRunCalculate", json!({ "planId": plan })).await;
    settle(admin.must("payoutRunCalculate", json!({ "planId": plan })).await).await;
    let mut counts = nps(40);
    for (field, value) in
        [("id", json!(first)), ("reason", json!("LATE_DATA")), ("reasonText", json!("Two came in late."))]
    {
        counts[field] = value;
    }
    for field in ["kpiId", "periodStart"] {
        counts.as_object_mut().unwrap().remove(field);
    }
    let asked = pmo.must("measurementRestate", counts).await;
    h.as_("finance").must("restatementApprove", json!({ "id": asked })).await;
    settle(admin.must("payoutRunTrueUp", json!({ "planId": plan })).await).await;
    admin.must("rewardPlanClose", json!({ "id": plan })).await;
    // A run is being calculated for as long as the walk takes.
    std::mem::forget(h.app().world().progress.begin(plan, h.now(), 8));
}

/// Costs of an initiative, one of them taken back, and a budget for them where there is one.
async fn spend(pmo: &Client, initiative: &str, planned: bool) {
    let money = json!({ "amount": "1000.50", "currency": "DKK" });
    let cost = json!({
        "initiativeId": initiative, "category": "OTHER", "kind": "ACTUAL", "amount": money,
        "incurredOn": "2025-03-01", "note": "Paid by card.",
    });
    pmo.must("costEntryRecord", cost.clone()).await;
    let wrong = pmo.must("costEntryRecord", cost).await;
    pmo.must("costEntryReverse", json!({ "id": wrong, "reason": "Another initiative." })).await;
    if planned {
        let line = json!({
            "initiativeId": initiative, "category": "PEOPLE", "amount": money, "month": "2025-04-01",
            "note": "Two people for a month.",
        });
        pmo.must("budgetLineCreate", line.clone()).await;
        let removed = pmo.must("budgetLineCreate", line).await;
        pmo.must("budgetLineRemove", json!({ "id": removed, "reason": "One is enough." })).await;
    }
}

/// What one of them needs of the other, a risk that has happened, and what is done about it.
async fn worry(pmo: &Client, taker: &str, giver: &str) {
    let needed =
        json!({ "giverId": giver, "takerId": taker, "neededOn": "2025-04-01", "note": "The numbers." });
    pmo.must("dependencyAdd", needed.clone()).await;
    let (closing, _) = crate::write::find(pmo, "CX-10").await;
    let other = pmo
        .must("dependencyAdd", json!({ "giverId": closing, "takerId": taker, "neededOn": "2025-04-01" }))
        .await;
    pmo.must("dependencyRemove", json!({ "id": other })).await;
    for initiative in [taker, giver] {
        let owner = person("member").to_string();
        let risk = json!({
            "initiativeId": initiative, "kind": "RISK", "title": "No hands", "ownerId": owner, "probability": 4,
            "impact": 5, "impactCost": { "amount": "50000", "currency": "DKK" }, "response": "Ask around.",
            "dueOn": "2025-04-20",
        });
        let risk = pmo.must("raidItemCreate", risk).await;
        let action = json!({
            "title": "Find hands", "assigneeId": owner, "dueOn": "2025-04-10", "raidItemId": risk, "note": "By phone.",
        });
        let action = pmo.must("actionItemCreate", action).await;
        pmo.must("actionItemComplete", json!({ "id": action })).await;
        pmo.must("raidItemMaterialise", json!({ "id": risk, "reason": "Two have left." })).await;
    }
}

/// A UUID as this database writes it in SQL.
pub fn literal(h: &Harness, uuid: Uuid) -> String {
    match h.kind() {
        crate::harness::Kind::Sqlite => format!("x'{}'", uuid.simple()),
        crate::harness::Kind::Postgres => format!("'{uuid}'"),
    }
}

fn get<T: TryGetable>(row: &QueryResult, column: &str) -> T {
    row.try_get("", column).unwrap()
}

async fn column<T: TryGetable>(h: &Harness, sql: &str) -> Vec<T> {
    h.sql(sql).await.iter().map(|row| row.try_get_by_index(0).unwrap()).collect()
}

/// Everything that is about one person's account, with the events of it.
pub async fn hidden(h: &Harness) -> Vec<Hidden> {
    let mut all = Vec::new();
    // What each thing is about, by the kind and the UUID by which the log knows it.
    let mut subjects = BTreeMap::new();
    for row in h.sql("SELECT id, person_id, address FROM sessions").await {
        let (id, about): (SessionId, PersonId) = (get(&row, "id"), get(&row, "person_id"));
        subjects.insert((Kind::Session, id.uuid()), about);
        all.push(Hidden { about, texts: vec![id.to_string(), get(&row, "address")] });
    }
    for row in h.sql("SELECT id, person_id, name, hash FROM api_keys").await {
        let (id, about): (ApiKeyId, PersonId) = (get(&row, "id"), get(&row, "person_id"));
        subjects.insert((Kind::ApiKey, id.uuid()), about);
        all.push(Hidden { about, texts: vec![id.to_string(), get(&row, "name"), get(&row, "hash")] });
    }
    for row in h.sql("SELECT id, person_id, hash FROM calendar_feeds").await {
        let (id, about): (CalendarFeedId, PersonId) = (get(&row, "id"), get(&row, "person_id"));
        subjects.insert((Kind::CalendarFeed, id.uuid()), about);
        all.push(Hidden { about, texts: vec![id.to_string(), get(&row, "hash")] });
    }
    for row in h.sql("SELECT id, person_id FROM adoption_assessments").await {
        let (id, about): (AdoptionAssessmentId, PersonId) = (get(&row, "id"), get(&row, "person_id"));
        subjects.insert((Kind::AdoptionAssessment, id.uuid()), about);
        all.push(Hidden { about, texts: vec![id.to_string()] });
    }
    for row in h.sql("SELECT id, hash FROM passwords").await {
        let id: PasswordId = get(&row, "id");
        let about = PersonId(id.uuid());
        subjects.insert((Kind::Password, id.uuid()), about);
        all.push(Hidden { about, texts: vec![id.to_string(), get(&row, "hash")] });
    }
    for row in
        h.sql("SELECT t.hash, s.person_id FROM refresh_tokens t JOIN sessions s ON s.id = t.session_id").await
    {
        all.push(Hidden { about: get(&row, "person_id"), texts: vec![get(&row, "hash")] });
    }
    for row in h.sql("SELECT id, person_id FROM role_grants").await {
        let (id, about): (RoleGrantId, PersonId) = (get(&row, "id"), get(&row, "person_id"));
        subjects.insert((Kind::RoleGrant, id.uuid()), about);
        all.push(Hidden { about, texts: vec![id.to_string()] });
    }
    for row in h.sql("SELECT id, last_sign_in_at FROM people WHERE last_sign_in_at IS NOT NULL").await {
        let at: DateTime<Utc> = get(&row, "last_sign_in_at");
        let texts = vec![at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)];
        all.push(Hidden { about: get(&row, "id"), texts });
    }
    for row in h.sql("SELECT id, subject_kind, subject_id FROM events").await {
        let (id, prefix): (EventId, String) = (get(&row, "id"), get(&row, "subject_kind"));
        let kind = Kind::ALL.into_iter().find(|kind| kind.prefix() == prefix).unwrap();
        if let Some(about) = subjects.get(&(kind, get(&row, "subject_id"))) {
            all.push(Hidden { about: *about, texts: vec![id.to_string()] });
        }
    }
    assert!(all.len() > 100, "{} things to hide", all.len());
    all
}

/// The ids among the texts.
pub fn ids(hidden: &[Hidden]) -> Vec<AnyId> {
    hidden.iter().flat_map(|one| &one.texts).filter_map(|text| text.parse().ok()).collect()
}

/// Takes everything away that is about the accounts of others than these.
pub async fn forget(h: &Harness, but: &[PersonId]) {
    let but = but.iter().map(|id| literal(h, id.uuid())).collect::<Vec<_>>().join(", ");
    let of = |table: &str| format!("SELECT id FROM {table} WHERE person_id NOT IN ({but})");
    let (sessions, keys, grants) = (of("sessions"), of("api_keys"), of("role_grants"));
    let (calendars, assessments) = (of("calendar_feeds"), of("adoption_assessments"));
    for sql in [
        format!(
            "DELETE FROM webhook_deliveries WHERE webhook_id IN (SELECT id FROM webhooks WHERE api_key_id IN ({keys}))"
        ),
        format!("DELETE FROM webhooks WHERE api_key_id IN ({keys})"),
        format!("DELETE FROM events WHERE subject_kind = 'cal' AND subject_id IN ({calendars})"),
        format!("DELETE FROM calendar_feeds WHERE person_id NOT IN ({but})"),
        format!("DELETE FROM events WHERE subject_kind = 'ada' AND subject_id IN ({assessments})"),
        format!("DELETE FROM adoption_assessments WHERE person_id NOT IN ({but})"),
        format!("DELETE FROM events WHERE subject_kind = 'ses' AND subject_id IN ({sessions})"),
        format!("DELETE FROM events WHERE subject_kind = 'key' AND subject_id IN ({keys})"),
        format!("DELETE FROM events WHERE subject_kind = 'rol' AND subject_id IN ({grants})"),
        format!("DELETE FROM events WHERE subject_kind = 'pwd' AND subject_id NOT IN ({but})"),
        format!("DELETE FROM refresh_tokens WHERE session_id IN ({sessions})"),
        format!("DELETE FROM sessions WHERE person_id NOT IN ({but})"),
        format!("DELETE FROM api_keys WHERE person_id NOT IN ({but})"),
        format!("DELETE FROM role_grants WHERE person_id NOT IN ({but})"),
        format!("DELETE FROM passwords WHERE id NOT IN ({but})"),
        format!("UPDATE people SET last_sign_in_at = NULL WHERE id NOT IN ({but})"),
    ] {
        h.rows(async |tx| tx.execute_unprepared(&sql).await.unwrap()).await;
    }
}
