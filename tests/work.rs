//! What waits for somebody and what changed in what they follow: who sees what, in which order, page by page, and at
//! what cost.

use std::cmp::Ordering;

use chrono::{NaiveDate, TimeDelta};
use proptest::prelude::*;
use sea_orm::{ConnectionTrait as _, EntityTrait as _};
use serde_json::{Value, json};
use tutti_entity::ids::{InitiativeId, MilestoneId, StatusReportId};
use tutti_entity::portfolio::status_report::{Health, State};
use tutti_entity::portfolio::{milestone, status_report};
use tutti_entity::value::fold;
use uuid::Uuid;

use crate::access::rows::literal;
use crate::harness::{Client, Harness, Suite, fresh, person, portfolio};
use crate::write::{find, new_initiative};

pub fn register(suite: &mut Suite) {
    suite.world("work::a_missing_report_concerns_more_and_more", escalation);
    suite.world("work::everybody_has_their_own", parts);
    suite.world("work::the_programme_office_decides_where_it_may", approvals);
    suite.world("work::a_key_has_no_work_but_that_of_its_roles", key);
    suite.world("work::statements_do_not_grow_with_the_rows", constant);
    suite.property("work::pages_are_the_list_and_the_list_is_sorted", 8, backlog, paging);
    suite.world("work::what_one_follows_is_told_and_nothing_else", followed);
    suite.world("work::what_one_may_not_see_is_no_change", unseen);
}

const ITEM: &str = "kind title dueOn dueState role";

async fn work(client: &Client, arguments: &str) -> Vec<Value> {
    let query = format!("{{ viewer {{ work(first: 200{arguments}) {{ totalCount nodes {{ {ITEM} }} }} }} }}");
    let work = client.ask(&query, Value::Null).await["viewer"]["work"].clone();
    let nodes = work["nodes"].as_array().unwrap().clone();
    assert_eq!(work["totalCount"], json!(nodes.len()));
    nodes
}

/// What somebody has to do, as kind and title.
async fn told(client: &Client, arguments: &str) -> Vec<(String, String)> {
    let text = |item: &Value, field: &str| item[field].as_str().unwrap().to_owned();
    let items = work(client, arguments).await;
    items.iter().map(|item| (text(item, "role"), text(item, "title"))).collect()
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

async fn sql(h: &Harness, sql: &str) {
    h.rows(async |tx| tx.execute_unprepared(sql).await.unwrap()).await;
}

async fn initiative(h: &Harness, code: &str) -> InitiativeId {
    find(&h.as_("pmo"), code).await.0.parse().unwrap()
}

/// Says when the next report of an initiative falls due.
async fn due(h: &Harness, of: InitiativeId, on: &str) {
    let id = literal(h, of.0);
    sql(h, &format!("UPDATE initiatives SET status = 'ACTIVE', next_report_due_on = '{on}' WHERE id = {id}"))
        .await;
}

/// Enters a milestone past the API, where an initiative may be in any status.
async fn plan(h: &Harness, number: u128, of: InitiativeId, who: &str, on: &str, status: milestone::Status) {
    let title = format!("Milestone {number}");
    let row = milestone::Model {
        id: MilestoneId(Uuid::from_u128(number)),
        version: 1,
        initiative_id: of,
        title_folded: fold(&title),
        title,
        owner_id: person(who),
        weight_bp: None,
        credit_rule: milestone::CreditRule::ZeroHundred,
        due_on: day(on),
        completed_on: None,
        status,
        percent_bp: 0,
        created_at: h.now(),
        updated_at: h.now(),
    };
    let row: milestone::ActiveModel = fresh(row);
    h.rows(async |tx| milestone::Entity::insert(row).exec_without_returning(tx).await.unwrap()).await;
}

/// Publishes a report past the API.
async fn publish(h: &Harness, number: u128, of: InitiativeId, author: &str, corrects: Option<u128>) {
    let id = |number: u128| StatusReportId(Uuid::from_u128(number));
    let row = status_report::Model {
        id: id(number),
        version: 1,
        initiative_id: of,
        author_id: person(author),
        state: State::Published,
        period_end: day("2025-03-01") + TimeDelta::days(i64::try_from(number % 100).unwrap()),
        health: Health::Green,
        computed_health: None,
        better_than_computed: false,
        summary: "As agreed.".to_owned(),
        next_steps: None,
        help_needed: None,
        override_reason: None,
        override_until: None,
        published_at: Some(h.now()),
        published_by_id: Some(person(author)),
        acknowledged_by_id: None,
        acknowledged_at: None,
        supersedes_id: corrects.map(id),
        is_latest: false,
        discarded_at: None,
        created_at: h.now(),
        updated_at: h.now(),
    };
    let row: status_report::ActiveModel = fresh(row);
    h.rows(async |tx| status_report::Entity::insert(row).exec_without_returning(tx).await.unwrap()).await;
}

fn action(title: &str, who: &str, on: &str) -> Value {
    json!({ "title": title, "assigneeId": person(who).to_string(), "dueOn": on })
}

async fn escalation(h: Harness) {
    let pmo = h.as_("pmo");
    let id = initiative(&h, "CX-12").await;
    let reassign = json!({ "id": id.to_string(), "ownerId": person("member").to_string() });
    pmo.must("initiativeReassign", reassign).await;
    sql(&h, "UPDATE initiatives SET next_report_due_on = NULL").await;
    // A Friday: grace ends on Tuesday the 1st, and the second escalation is after Thursday the 3rd.
    due(&h, id, "2025-03-28").await;
    let title = "Report on CX-12: Name your promise";
    let reports = async |who: &str| told(&h.as_(who), ", kinds: [REPORT]").await;
    let as_ = |role: &str| vec![(role.to_owned(), title.to_owned())];
    for (on, manager, managers_manager) in [
        ("2025-03-31", false, false),
        ("2025-04-01", false, false),
        ("2025-04-02", true, false),
        ("2025-04-03", true, false),
        ("2025-04-04", true, true),
        ("2025-05-04", true, true),
    ] {
        h.pass(day(on) - h.now().date_naive());
        assert_eq!(reports("member").await, as_("owner"), "{on}");
        let of = |sees: bool, role: &str| if sees { as_(role) } else { Vec::new() };
        assert_eq!(reports("owner").await, of(manager, "manager of the owner"), "{on}");
        let expected = of(managers_manager, "manager of the owner's manager");
        assert_eq!(reports("leader").await, expected, "{on}");
        for who in ["pmo", "nobody", "other_owner"] {
            assert!(reports(who).await.is_empty(), "{who} on {on}");
        }
    }
    let items = work(&h.as_("leader"), ", kinds: [REPORT]").await;
    assert_eq!((&items[0]["dueOn"], &items[0]["dueState"]), (&json!("2025-03-28"), &json!("OVERDUE")));
    // A pause ends it for all of them.
    let hold = json!({ "id": id.to_string(), "to": "ON_HOLD", "reason": "No hands." });
    pmo.must("initiativeTransition", hold).await;
    for who in ["member", "owner", "leader"] {
        assert!(reports(who).await.is_empty(), "{who}");
    }
}

async fn parts(h: Harness) {
    use milestone::Status::{Cancelled, Done, InProgress, Planned};
    let pmo = h.as_("pmo");
    sql(&h, "UPDATE initiatives SET next_report_due_on = NULL").await;
    let (mine, ended, away) =
        (initiative(&h, "CX-1").await, initiative(&h, "CX-11").await, initiative(&h, "CX-9").await);
    let who = "nobody";
    for (number, of, on, status) in [
        (901, mine, "2025-04-07", Planned),
        (902, mine, "2025-04-08", InProgress),
        (903, mine, "2025-04-01", Done),
        (904, mine, "2025-04-01", Cancelled),
        (905, ended, "2025-04-01", Planned),
        (906, away, "2025-04-01", Planned),
    ] {
        plan(&h, number, of, who, on, status).await;
    }
    plan(&h, 907, mine, "member", "2025-04-01", Planned).await;
    let update = json!({ "id": mine.to_string(), "reviewerId": person(who).to_string() });
    pmo.must("initiativeUpdate", update).await;
    publish(&h, 801, mine, "owner", None).await;
    publish(&h, 802, mine, who, None).await;
    publish(&h, 803, mine, "owner", None).await;
    publish(&h, 805, mine, "owner", None).await;
    let me = literal(&h, person(who).0);
    let published = format!(
        "UPDATE status_reports SET published_by_id = {me} WHERE id = {}",
        literal(&h, Uuid::from_u128(805))
    );
    sql(&h, &published).await;
    publish(&h, 804, mine, "owner", Some(803)).await;
    for (title, on) in [("Late", "2025-03-30"), ("Now", "2025-03-31"), ("Soon", "2025-04-07")] {
        pmo.must("actionItemCreate", action(title, who, on)).await;
    }
    let done = pmo.must("actionItemCreate", action("Done", who, "2025-03-01")).await;
    pmo.must("actionItemComplete", json!({ "id": done })).await;
    let client = h.as_(who);
    let as_ = |role: &str, title: &str| (role.to_owned(), title.to_owned());
    let report = as_("reviewer", "Acknowledge the report on CX-1: Answer in one call");
    let expected = [
        as_("assignee", "Late"),
        as_("assignee", "Now"),
        as_("assignee", "Soon"),
        as_("owner", "CX-1: Milestone 901"),
        as_("owner", "CX-1: Milestone 902"),
        report.clone(),
        report.clone(),
    ];
    let all = told(&client, "").await;
    let ours = |title: &str| !title.contains("Half-way") && !title.contains("Handed over");
    let all: Vec<_> = all.into_iter().filter(|(_, title)| ours(title)).collect();
    assert_eq!(all, expected);
    let states: Vec<_> = work(&client, ", kinds: [ACTION, ACKNOWLEDGE]")
        .await
        .iter()
        .map(|item| item["dueState"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(states, ["OVERDUE", "DUE_TODAY", "DUE_SOON", "NONE", "NONE"]);
    // Reports are acknowledged until the next one falls due.
    due(&h, mine, "2025-04-10").await;
    let acknowledge = work(&client, ", kinds: [ACKNOWLEDGE], dueStates: [UPCOMING]").await;
    assert_eq!(acknowledge.len(), 2);
    assert_eq!(acknowledge[0]["dueOn"], json!("2025-04-10"));
    sql(&h, "UPDATE status_reports SET acknowledged_at = created_at").await;
    assert!(work(&client, ", kinds: [ACKNOWLEDGE]").await.is_empty());
    // What is chosen by day is what its state says.
    for (state, count) in [("OVERDUE", 1), ("DUE_TODAY", 1), ("DUE_SOON", 1), ("UPCOMING", 0), ("NONE", 0)] {
        let found = work(&client, &format!(", kinds: [ACTION], dueStates: [{state}]")).await;
        assert_eq!(found.len(), count, "{state}");
        assert!(found.iter().all(|item| item["dueState"] == json!(state)));
    }
    // However often it is asked for, it is asked for once.
    let query =
        "query($states: [DueState!]) { viewer { work(kinds: [ACTION], dueStates: $states) { totalCount } } }";
    let data = client.ask(query, json!({ "states": vec!["OVERDUE"; 20_000] })).await;
    assert_eq!(data["viewer"]["work"]["totalCount"], json!(1));
}

async fn approvals(h: Harness) {
    let pmo = h.as_("pmo");
    sql(&h, "DELETE FROM report_pictures").await;
    sql(&h, "DELETE FROM status_reports").await;
    let titles = async |who: &str| -> Vec<String> {
        told(&h.as_(who), ", kinds: [APPROVAL]").await.into_iter().map(|(_, title)| title).collect()
    };
    // CX-5 is proposed and in Harbour, CX-12 is approved and CX-10 closing, both elsewhere.
    let decide = "Decide on CX-5: 100% on time".to_owned();
    let agree = "Approve the baseline of CX-12: Name your promise".to_owned();
    let close = "Close CX-10: One bill".to_owned();
    assert_eq!(titles("pmo").await, [decide.clone(), agree.clone()]);
    assert_eq!(titles("scoped_pmo").await, [decide.as_str()]);
    for who in ["owner", "leader", "auditor", "admin", "finance", "nobody"] {
        assert!(titles(who).await.is_empty(), "{who}");
    }
    let id = initiative(&h, "CX-12").await.to_string();
    let whole = json!({ "initiativeId": id, "title": "All of it", "weight": 100, "dueOn": "2025-03-15" });
    pmo.must("milestoneCreate", whole).await;
    pmo.must("baselineApprove", json!({ "initiativeId": id, "reason": "Agreed." })).await;
    assert_eq!(titles("pmo").await, std::slice::from_ref(&decide));
    // It is to be closed once nothing is ahead and the last report was acknowledged.
    let closing = initiative(&h, "CX-10").await;
    sql(&h, "UPDATE milestones SET status = 'DONE'").await;
    publish(&h, 811, closing, "owner", None).await;
    assert_eq!(titles("pmo").await, std::slice::from_ref(&decide));
    sql(&h, &format!("UPDATE status_reports SET acknowledged_at = created_at, is_latest = {}", truth(&h)))
        .await;
    assert_eq!(titles("pmo").await, [decide.clone(), close.clone()]);
    plan(&h, 921, closing, "owner", "2025-04-01", milestone::Status::InProgress).await;
    assert_eq!(titles("pmo").await, std::slice::from_ref(&decide));
    // What was decided waits no more.
    let id = initiative(&h, "CX-5").await.to_string();
    pmo.must("initiativeTransition", json!({ "id": id, "to": "REJECTED", "reason": "No." })).await;
    assert!(titles("scoped_pmo").await.is_empty());
}

fn truth(h: &Harness) -> &'static str {
    match h.kind() {
        crate::harness::Kind::Sqlite => "1",
        crate::harness::Kind::Postgres => "true",
    }
}

async fn key(h: Harness) {
    let admin = h.as_("admin");
    h.as_("pmo").must("actionItemCreate", action("Mine", "admin", "2025-04-01")).await;
    assert_eq!(told(&admin, "").await, [("assignee".to_owned(), "Mine".to_owned())]);
    let query = "mutation($input: ApiKeyCreateInput!) { apiKeyCreate(input: $input) { secret userErrors { message } } }";
    let input = json!({ "name": "Wall", "roles": ["ADMIN"], "readOnly": true });
    let made = admin.ask(query, json!({ "input": input })).await["apiKeyCreate"].clone();
    let key = h.with_header(&format!("Bearer {}", made["secret"].as_str().expect("a secret")));
    assert!(told(&key, "").await.is_empty());
    let since = "{ viewer { changesSince(at: \"2025-01-01T00:00:00Z\") { totalCount } } }";
    assert_eq!(key.ask(since, Value::Null).await["viewer"]["changesSince"]["totalCount"], json!(0));
    let mine = admin.ask(since, Value::Null).await["viewer"]["changesSince"]["totalCount"].clone();
    assert_eq!(mine, json!(1));
}

async fn constant(h: Harness) {
    let pmo = h.as_("pmo");
    let query = "{ viewer { work(first: 100) { totalCount nodes { kind title dueState role } pageInfo { hasNextPage hasPreviousPage } } \
                 changesSince(at: \"2025-01-01T00:00:00Z\", first: 20) { totalCount nodes { action subject { id } } } } }";
    let count = async |who: &str| {
        let answer = h.as_(who).send(query, Value::Null).await;
        assert!(answer.errors.is_empty(), "{:?}", answer.errors);
        answer.statements
    };
    pmo.must("actionItemCreate", action("One", "owner", "2025-04-01")).await;
    let (few, of_pmo) = (count("owner").await, count("pmo").await);
    for number in 0..20 {
        pmo.must("actionItemCreate", action(&format!("{number}"), "owner", "2025-04-01")).await;
        pmo.must("initiativeCreate", new_initiative(&format!("{number}"))).await;
    }
    let (many, of_many) = (count("owner").await, count("pmo").await);
    assert!(few <= many && many <= few + 1 && of_many <= of_pmo + 1, "{few} {many} {of_pmo} {of_many}");
    assert!(many <= 9, "{many}");
}

/// What there is to do: which kind, and in how many days.
fn backlog() -> impl Strategy<Value = (Vec<(u8, i64)>, i32)> {
    (proptest::collection::vec((0_u8..4, -4_i64..12), 1..14), 1_i32..8)
}

/// As the list is to be sorted: by day, without one last, by kind, and by id.
fn by_urgency(one: &Value, other: &Value) -> Ordering {
    let kinds = ["REPORT", "ACKNOWLEDGE", "ACTION", "MILESTONE", "APPROVAL"];
    let key = |item: &Value| {
        let due = item["dueOn"].as_str().unwrap_or("~").to_owned();
        let kind = kinds.iter().position(|kind| item["kind"] == json!(kind)).unwrap();
        (due, kind, item["id"].as_str().unwrap().to_owned())
    };
    key(one).cmp(&key(other))
}

async fn paging(h: Harness, (backlog, size): (Vec<(u8, i64)>, i32)) -> Result<(), String> {
    let pmo = h.as_("pmo");
    for (kind, days) in backlog {
        let on = (h.now().date_naive() + TimeDelta::days(days)).to_string();
        let mut proposed = new_initiative("Proposed");
        proposed["portfolioId"] = json!(portfolio("Lighthouse").to_string());
        proposed["startsOn"] = json!(on);
        match kind {
            0 => {
                pmo.must("actionItemCreate", action("Act", "pmo", &on)).await;
            }
            1 => {
                pmo.must("initiativeCreate", proposed).await;
            }
            _ => {
                proposed["ownerId"] = json!(person("pmo").to_string());
                let id: InitiativeId = pmo.must("initiativeCreate", proposed).await.parse().unwrap();
                due(&h, id, &on).await;
            }
        }
    }
    // The same from the lists of each kind.
    let me = person("pmo").to_string();
    let query = "query($me: ID!) { actionItems(first: 200, filter: { assigneeId: { eq: $me }, status: { eq: OPEN } }) { nodes { id dueOn } } \
                 proposed: initiatives(first: 200, filter: { status: { eq: PROPOSED } }) { nodes { id dueOn: startsOn } } \
                 reports: initiatives(first: 200, filter: { ownerId: { eq: $me }, nextStatusReportDueOn: { isNull: false } }) { \
                 nodes { id dueOn: nextStatusReportDueOn } } }";
    let lists = pmo.ask(query, json!({ "me": me })).await;
    let mut expected: Vec<Value> = Vec::new();
    for (list, kind) in [("actionItems", "ACTION"), ("proposed", "APPROVAL"), ("reports", "REPORT")] {
        for node in lists[list]["nodes"].as_array().unwrap() {
            expected.push(json!({ "kind": kind, "id": node["id"], "dueOn": node["dueOn"] }));
        }
    }
    expected.sort_by(by_urgency);
    // Page by page; what comes in between is neither told twice nor lost.
    let query = "query($first: Int, $after: String) { viewer { work(first: $first, after: $after) { totalCount \
                 edges { cursor node { kind dueOn subject { id } } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } } }";
    let (mut found, mut after, mut pages) = (Vec::new(), Value::Null, 0);
    loop {
        let data = pmo.ask(query, json!({ "first": size, "after": after })).await;
        let page = data["viewer"]["work"].clone();
        let edges = page["edges"].as_array().unwrap();
        if page["totalCount"] != json!(expected.len()) {
            return Err(format!("{} of {}", page["totalCount"], expected.len()));
        }
        for edge in edges {
            let node = &edge["node"];
            found.push(json!({ "kind": node["kind"], "id": node["subject"]["id"], "dueOn": node["dueOn"] }));
        }
        if page["pageInfo"]["hasPreviousPage"] != json!(pages > 0) {
            return Err(format!("page {pages}: {}", page["pageInfo"]));
        }
        pages += 1;
        after = page["pageInfo"]["endCursor"].clone();
        let more = page["pageInfo"]["hasNextPage"] == json!(true);
        if more != (found.len() < expected.len()) || (more && edges.len() != usize::try_from(size).unwrap()) {
            return Err(format!("page {pages} ends at {} of {}", found.len(), expected.len()));
        }
        if !more {
            break;
        }
    }
    if found != expected {
        return Err(format!("{found:#?} instead of {expected:#?}"));
    }
    Ok(())
}

async fn since(client: &Client, at: &str, arguments: &str) -> Vec<String> {
    let query = format!(
        "{{ viewer {{ changesSince(at: \"{at}\", first: 200{arguments}) {{ totalCount nodes {{ action }} }} }} }}"
    );
    let changes = client.ask(&query, Value::Null).await["viewer"]["changesSince"].clone();
    let nodes = changes["nodes"].as_array().unwrap();
    assert_eq!(changes["totalCount"], json!(nodes.len()));
    nodes.iter().map(|event| event["action"].as_str().unwrap().to_owned()).collect()
}

async fn followed(h: Harness) {
    let pmo = h.as_("pmo");
    let id = initiative(&h, "CX-1").await.to_string();
    h.pass(TimeDelta::hours(1));
    let began = h.now().to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
    let told = async |who: &str| since(&h.as_(who), &began, "").await;
    pmo.must("initiativeUpdate", json!({ "id": id, "title": "Answer at once" })).await;
    // Its owner, its sponsor, who owns the portfolio too, and its reviewer; nobody else.
    let updated = ["initiative.updated"];
    for who in ["owner", "leader", "pmo"] {
        assert_eq!(told(who).await, updated, "{who}");
    }
    for who in ["other_owner", "member", "finance", "auditor", "admin"] {
        assert!(told(who).await.is_empty(), "{who}");
    }
    // Who has a risk or an action in it, as long as that is open.
    let risk = json!({ "initiativeId": id, "kind": "RISK", "title": "R", "ownerId": person("member").to_string(), "probability": 1, "impact": 1 });
    let risk = pmo.must("raidItemCreate", risk).await;
    assert_eq!(told("member").await, ["initiative.updated", "raid_item.created"]);
    let mut act = action("A", "finance", "2025-04-04");
    act["initiativeId"] = json!(id);
    let act = pmo.must("actionItemCreate", act).await;
    let all = ["initiative.updated", "raid_item.created", "action_item.created"];
    assert_eq!(told("finance").await, all);
    assert_eq!(told("owner").await, all);
    pmo.must("actionItemComplete", json!({ "id": act })).await;
    pmo.must("raidItemUpdate", json!({ "id": risk, "status": "CLOSED" })).await;
    assert!(told("finance").await.is_empty() && told("member").await.is_empty());
    // An action outside of any initiative, and a portfolio.
    pmo.must("actionItemCreate", action("Alone", "finance", "2025-04-04")).await;
    assert_eq!(told("finance").await, ["action_item.created"]);
    let described = json!({ "id": portfolio("Harbour").to_string(), "description": "By the sea." });
    pmo.must("portfolioUpdate", described).await;
    let leaders = told("leader").await;
    assert_eq!(leaders.last().map(String::as_str), Some("portfolio.updated"));
    assert!(!told("owner").await.contains(&"portfolio.updated".to_owned()));
    // From the moment on, filtered and sorted as any list of events.
    h.pass(TimeDelta::seconds(1));
    let later = h.now().to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
    assert!(since(&h.as_("leader"), &later, "").await.is_empty());
    let filter = ", filter: { action: { startsWith: \"raid\" } }, orderBy: [{ field: AT, direction: DESC }]";
    let told = since(&h.as_("owner"), &began, filter).await;
    assert_eq!(told, ["raid_item.updated", "raid_item.created"]);
}

async fn unseen(h: Harness) {
    let pmo = h.as_("pmo");
    let id = initiative(&h, "CX-2").await.to_string();
    let reviewer = json!({ "id": id, "reviewerId": person("nobody").to_string() });
    pmo.must("initiativeUpdate", reviewer).await;
    let money = json!({ "amount": "5", "currency": "DKK" });
    let line = json!({ "initiativeId": id, "category": "PEOPLE", "amount": money });
    pmo.must("budgetLineCreate", line).await;
    let at = "2025-03-31T00:00:00Z";
    let owner = ["initiative.updated", "budget_line.created"];
    assert_eq!(since(&h.as_("other_owner"), at, "").await, owner);
    assert_eq!(since(&h.as_("nobody"), at, "").await, ["initiative.updated"]);
}
