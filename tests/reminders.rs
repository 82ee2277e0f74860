//! Reminders: each cause once, whatever restarts there are and however many rounds run at once, and to those alone who see
//! what is due; and the daily digest.

use std::sync::Arc;

use chrono::TimeDelta;
use sea_orm::{ConnectionTrait as _, EntityTrait as _};
use serde_json::{Value, json};
use tutti::reminders::Daily;
use tutti::store::World;
use tutti::store::meter::{Meter, measured};
use tutti_entity::ids::{ActionItemId, PersonId};
use tutti_entity::portfolio::action_item;
use uuid::Uuid;

use crate::access::rows::literal;
use crate::communication::id;
use crate::harness::{Client, Harness, Suite, fresh, person};
use crate::write::new_initiative;

mod digest;
mod unsubscribe;

pub fn register(suite: &mut Suite) {
    suite.both("reminders::each_cause_is_told_once", once);
    suite.both("reminders::rounds_at_the_same_moment_tell_once", together);
    suite.both("reminders::what_is_overdue_for_long_concerns_somebody_else_as_well", escalated);
    suite.both("reminders::who_does_not_see_it_is_not_told", unseen);
    suite.both("reminders::a_round_takes_as_many_statements_whatever_there_is", constant);
    suite.both("reminders::a_killed_server_repeats_nothing", digest::killed);
    suite.both("digest::each_gets_what_waits_for_them_in_their_language", digest::told);
    suite.both("digest::one_that_waited_says_what_is_so_when_it_goes_out", digest::waited);
    suite.both("digest::nobody_gets_two_of_one_day_nor_an_empty_one", digest::once);
    suite.both("digest::it_says_what_its_reader_sees_as_it_stands_when_it_goes_out", digest::seen);
    suite.both("digest::its_reader_says_whether_they_want_it", unsubscribe::set);
    suite.both("digest::the_link_ends_it_by_its_button_or_with_one_click", unsubscribe::pressed);
    suite.both("digest::a_link_that_is_not_good_tells_nothing", unsubscribe::not_good);
}

/// What is done each day, here by hand.
fn daily(h: &Harness) -> Daily {
    Daily { database: h.database().clone(), world: Arc::clone(h.app().world()), digest_hour: 6 }
}

async fn remind(h: &Harness) -> usize {
    daily(h).remind().await.unwrap().1
}

async fn sql(h: &Harness, sql: &str) {
    h.rows(async |tx| tx.execute_unprepared(sql).await.unwrap()).await;
}

fn action(title: &str, who: &str, on: &str) -> Value {
    json!({ "title": title, "assigneeId": id(who), "dueOn": on })
}

/// What the log tells of by itself, as somebody sees it, each with its day and whom it concerns, in alphabetical order.
async fn told(client: &Client) -> Vec<String> {
    let query = "{ events(filter: { actorId: { isNull: true } }, first: 200) { nodes { action requestId changes { field after } } } }";
    let nodes = client.ask(query, Value::Null).await["events"]["nodes"].clone();
    let names = ["leader", "owner", "pmo", "member", "auditor"].map(|who| (id(who), who));
    let mut all: Vec<String> = nodes
        .as_array()
        .unwrap()
        .iter()
        .map(|event| {
            let field = |name: &str| {
                let changes = event["changes"].as_array().unwrap();
                let change = changes.iter().find(|change| change["field"] == json!(name));
                change.map(|change| change["after"].as_str().unwrap().to_owned())
            };
            let who = field("concerned");
            let who = who.map(|who| names.iter().find(|(id, _)| *id == who).unwrap().1.to_owned());
            format!(
                "{} {} {}",
                event["action"].as_str().unwrap(),
                field("dueOn").unwrap(),
                who.as_deref().unwrap_or("-")
            )
        })
        .collect();
    all.sort();
    all
}

/// What came newly, and that another round tells nothing.
async fn news(h: &Harness, before: &mut Vec<String>) -> Vec<String> {
    let count = remind(h).await;
    assert_eq!(remind(h).await, 0, "a second round told something");
    let mut now = told(&h.as_("auditor")).await;
    let all = now.clone();
    for one in before.iter() {
        let place = now.iter().position(|other| other == one).expect("what was told stays told");
        now.remove(place);
    }
    assert_eq!(now.len(), count);
    *before = all;
    now
}

/// An initiative of `owner` whose report is due on this day.
async fn reporting(h: &Harness, on: &str) -> String {
    let id = h.as_("pmo").must("initiativeCreate", new_initiative("Ring back")).await;
    let uuid = id.parse::<tutti_entity::ids::InitiativeId>().unwrap().0;
    let change = format!(
        "UPDATE initiatives SET status = 'ACTIVE', next_report_due_on = '{on}' WHERE id = {}",
        literal(h, uuid)
    );
    sql(h, &change).await;
    id
}

async fn once(h: Harness) {
    let lead = crate::training::lead(&h).await;
    let pmo = h.as_("pmo");
    // Ends on 29 June.
    let cur = json!({ "name": "Moments", "objectives": "Hold the standard.", "validity": "P12M", "minMinutes": 180, "passMark": 70, "practiceWithin": "P3M" });
    let cur = lead.must("curriculumCreate", cur).await;
    let certificate = json!({ "personId": id("member"), "curriculumId": cur, "level": "TRAINER", "issuedOn": "2024-06-29" });
    lead.must("certificationIssue", certificate).await;
    let initiative = reporting(&h, "2025-04-04").await;
    let ring = pmo.must("actionItemCreate", action("Ring", "member", "2025-04-10")).await;
    let plan = json!({ "initiativeId": initiative, "title": "Half-way", "ownerId": id("owner"), "dueOn": "2025-04-12" });
    let milestone = pmo.must("milestoneCreate", plan).await;
    let question = json!({ "kind": "QUESTION", "text": "Why now?", "askedId": id("owner") });
    let question = h.as_("member").must("upwardFeedbackRaise", question).await;
    let mut before = Vec::new();
    let day = async |days: i64, before: &mut Vec<String>| {
        h.pass(TimeDelta::days(days));
        news(&h, before).await
    };
    // 31 March, a Monday.
    let expected =
        ["certification.ends_in_90_days 2025-06-29 member", "initiative.report_due_soon 2025-04-04 owner"];
    assert_eq!(day(0, &mut before).await, expected);
    assert!(day(1, &mut before).await.is_empty());
    // 4 April.
    let expected = ["action_item.due_soon 2025-04-10 member", "initiative.report_due 2025-04-04 owner"];
    assert_eq!(day(3, &mut before).await, expected);
    // 8 April: what was moved is not due any more, and what was done is not told of.
    pmo.must("actionItemUpdate", json!({ "id": ring, "dueOn": "2025-04-30" })).await;
    let expected = ["milestone.due_soon 2025-04-12 owner", "upward_feedback.due_soon 2025-04-14 owner"];
    assert_eq!(day(4, &mut before).await, expected);
    pmo.must("milestoneComplete", json!({ "id": milestone })).await;
    // 15 April, after a week without a round. There is nobody above the leader.
    let expected = [
        "initiative.report_escalated 2025-04-04 leader",
        "initiative.report_overdue 2025-04-04 owner",
        "upward_feedback.overdue 2025-04-14 owner",
    ];
    assert_eq!(day(7, &mut before).await, expected);
    // A day that was moved back is what it was, as far as it was not told.
    pmo.must("actionItemUpdate", json!({ "id": ring, "dueOn": "2025-04-10" })).await;
    assert_eq!(day(0, &mut before).await, ["action_item.overdue 2025-04-10 member"]);
    pmo.must("actionItemUpdate", json!({ "id": ring, "dueOn": "2025-04-30" })).await;
    h.as_("owner").must("upwardFeedbackAnswer", json!({ "id": question, "answer": "Because." })).await;
    // 24 April.
    assert_eq!(day(9, &mut before).await, ["action_item.due_soon 2025-04-30 member"]);
    pmo.must("actionItemUpdate", json!({ "id": ring, "dueOn": "2025-04-10" })).await;
    assert_eq!(day(0, &mut before).await, ["action_item.escalated 2025-04-10 owner"]);
    // The next report is another cause.
    sql(&h, "UPDATE initiatives SET next_report_due_on = '2025-04-25'").await;
    assert_eq!(day(0, &mut before).await, ["initiative.report_due_soon 2025-04-25 owner"]);
    pmo.must("actionItemComplete", json!({ "id": ring })).await;
    // 29 June: the closest reminder alone.
    sql(&h, "UPDATE initiatives SET next_report_due_on = NULL").await;
    assert_eq!(day(66, &mut before).await, ["certification.ends_in_7_days 2025-06-29 member"]);
    let expected = ["certification.ended 2025-06-29 member", "certification.escalated 2025-06-29 owner"];
    assert_eq!(day(8, &mut before).await, expected);
    // What is told by the system says so, and is a part of the initiative.
    let query = "query($id: ID!) { events(filter: { initiativeId: { eq: $id }, action: { startsWith: \"initiative.report_\" } }) { nodes { actor { id } subject { id } } } }";
    let events = h.as_("member").ask(query, json!({ "id": initiative })).await["events"]["nodes"].clone();
    let one = json!({ "actor": null, "subject": { "id": initiative } });
    assert_eq!(events, json!(vec![one; 5]));
}

/// So many actions of these people, overdue since the 1st of March, past the API.
async fn actions(h: &Harness, people: &[PersonId]) {
    let rows: Vec<action_item::ActiveModel> = (0_u128..)
        .zip(people)
        .map(|(number, who)| {
            fresh(action_item::Model {
                id: ActionItemId(Uuid::from_u128(0xac00_0000 + number)),
                version: 1,
                title: format!("Action {number}"),
                title_folded: format!("action {number}"),
                assignee_id: *who,
                due_on: "2025-03-01".parse().unwrap(),
                status: action_item::Status::Open,
                initiative_id: None,
                raid_item_id: None,
                note: None,
                created_by_id: person("pmo"),
                completed_at: None,
                created_at: h.now(),
                updated_at: h.now(),
            })
        })
        .collect();
    for some in rows.chunks(500) {
        let some = some.to_vec();
        h.rows(async |tx| action_item::Entity::insert_many(some).exec_without_returning(tx).await.unwrap())
            .await;
    }
}

/// How many events there are, and about how many different subjects.
async fn counted(h: &Harness, action: &str) -> (i64, i64) {
    let sql = format!(
        "SELECT CAST(count(*) AS bigint) AS n, CAST(count(DISTINCT subject_id) AS bigint) AS subjects FROM events WHERE action = '{action}'"
    );
    let rows = h.sql(&sql).await;
    (rows[0].try_get("", "n").unwrap(), rows[0].try_get("", "subjects").unwrap())
}

async fn together(h: Harness) {
    const MANY: usize = 1_300;
    actions(&h, &vec![person("member"); MANY]).await;
    let (one, other) = (daily(&h), daily(&h));
    let (told, as_well) = futures_util::join!(one.remind(), other.remind());
    // Each is overdue, and escalated.
    assert_eq!(told.unwrap().1 + as_well.unwrap().1, 2 * MANY);
    let all = i64::try_from(MANY).unwrap();
    for action in ["action_item.overdue", "action_item.escalated"] {
        assert_eq!(counted(&h, action).await, (all, all), "{action}");
    }
    // Two processes at once, by the clock of the machine: another day, and nothing new.
    sql(&h, "UPDATE action_items SET due_on = '2025-03-02'").await;
    let run = || h.command(&["remind"]).stdout(std::process::Stdio::piped()).spawn().unwrap();
    let mut said = 0;
    for process in [run(), run()] {
        let output = process.wait_with_output().unwrap();
        assert!(output.status.success());
        let text = String::from_utf8(output.stdout).unwrap();
        said += text.split(' ').next().unwrap().parse::<usize>().unwrap();
    }
    assert_eq!(said, 2 * MANY);
    for action in ["action_item.overdue", "action_item.escalated"] {
        assert_eq!(counted(&h, action).await, (2 * all, all), "{action}");
    }
}

/// What waits for somebody, as role and title.
async fn work(h: &Harness, who: &str) -> Vec<(String, String)> {
    let query = "{ viewer { work { nodes { role title dueState } } } }";
    let nodes = h.as_(who).ask(query, Value::Null).await["viewer"]["work"]["nodes"].clone();
    let text = |item: &Value, field: &str| item[field].as_str().unwrap().to_owned();
    nodes.as_array().unwrap().iter().map(|item| (text(item, "role"), text(item, "title"))).collect()
}

async fn escalated(h: Harness) {
    let pmo = h.as_("pmo");
    pmo.must("actionItemCreate", action("Ring", "member", "2025-03-31")).await;
    pmo.must("actionItemCreate", action("Nobody above", "auditor", "2025-03-31")).await;
    let mut begun = new_initiative("Answer");
    begun["startsOn"] = json!("2025-03-01");
    let initiative = pmo.must("initiativeCreate", begun).await;
    let plan = json!({ "initiativeId": initiative, "title": "Half-way", "ownerId": id("member"), "dueOn": "2025-03-31" });
    pmo.must("milestoneCreate", plan).await;
    let question = json!({ "kind": "QUESTION", "text": "Why now?", "askedId": id("owner") });
    h.as_("member").must("upwardFeedbackRaise", question).await;
    remind(&h).await;
    h.pass(TimeDelta::days(7));
    remind(&h).await;
    // Overdue for seven days: it concerns who has it alone.
    let of = |role: &str, title: &str| (role.to_owned(), title.to_owned());
    let late =
        [of("manager of the assignee", "Mia Member: Ring"), of("manager of the owner", "CX-1: Half-way")];
    let owners = work(&h, "owner").await;
    assert!(!late.iter().any(|item| owners.contains(item)), "{owners:?}");
    assert!(!told(&pmo).await.iter().any(|event| event.contains("escalated")));
    h.pass(TimeDelta::days(1));
    // Nobody escalates to somebody who is there no more.
    let status = async |status: &str| {
        let who = literal(&h, person("owner").0);
        sql(&h, &format!("UPDATE people SET status = '{status}' WHERE id = {who}")).await;
        remind(&h).await;
    };
    status("LEFT").await;
    assert!(!told(&pmo).await.iter().any(|event| event.contains("escalated")));
    status("ACTIVE").await;
    let owners = work(&h, "owner").await;
    assert!(late.iter().all(|item| owners.contains(item)), "{owners:?}");
    let expected = ["action_item.escalated 2025-03-31 owner", "milestone.escalated 2025-03-31 owner"];
    let events = told(&pmo).await;
    let escalated: Vec<_> = events.iter().filter(|event| event.contains("escalated")).collect();
    assert_eq!(escalated, expected);
    // What nobody answers goes to the programme office, 7 days after it was due on 14 April.
    let answer = of("programme office", "Answer: Why now?");
    h.pass(TimeDelta::days(13));
    assert!(!work(&h, "pmo").await.contains(&answer));
    h.pass(TimeDelta::days(1));
    remind(&h).await;
    assert!(work(&h, "pmo").await.contains(&answer));
    assert!(told(&pmo).await.contains(&"upward_feedback.escalated 2025-04-14 -".to_owned()));
    // Whoever it is asked has it once.
    let mine = json!({ "kind": "IDEA", "text": "Ours", "askedId": id("pmo") });
    h.as_("member").must("upwardFeedbackRaise", mine).await;
    h.pass(TimeDelta::days(30));
    let ours: Vec<_> =
        work(&h, "pmo").await.into_iter().filter(|(_, title)| title == "Answer: Ours").collect();
    assert_eq!(ours, [of("asked", "Answer: Ours")]);
}

async fn unseen(h: Harness) {
    let question = json!({ "kind": "CONCERN", "text": "Between us", "askedId": id("owner") });
    h.as_("member").must("upwardFeedbackRaise", question).await;
    h.pass(TimeDelta::days(15));
    assert_eq!(remind(&h).await, 1);
    let event = ["upward_feedback.overdue 2025-04-14 owner"];
    for who in ["owner", "member", "pmo", "auditor"] {
        assert_eq!(told(&h.as_(who)).await, event, "{who}");
    }
    for who in ["leader", "finance", "nobody", "admin", "other_owner"] {
        assert!(told(&h.as_(who)).await.is_empty(), "{who}");
    }
}

async fn constant(h: Harness) {
    let statements = async || {
        let meter = Meter::new("test".to_owned());
        let told = measured(Arc::clone(&meter), remind(&h)).await;
        (told, meter.statements())
    };
    let (nothing, idle) = statements().await;
    actions(&h, &[person("member")]).await;
    let (one, single) = statements().await;
    sql(&h, "DELETE FROM action_items").await;
    actions(&h, &vec![person("member"); 400]).await;
    let (many, crowded) = statements().await;
    assert_eq!((nothing, one, many), (0, 2, 798));
    // Two for what is overdue, and two for what is escalated.
    assert_eq!((single, crowded), (idle + 2, idle + 2));
    assert!(idle <= 30, "{idle}");
}

/// The clock of the test is that of the machine from here on.
fn on_time(h: &Harness) {
    h.pass(World::machine_clock() - h.now());
}
