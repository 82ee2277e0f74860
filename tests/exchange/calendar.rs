//! The calendar of deadlines.

use std::time::Duration;

use actix_web::http::StatusCode;
use sea_orm::{ConnectionTrait as _, EntityTrait as _};
use serde_json::{Value, json};
use tutti::app::RateLimits;
use tutti_entity::ids::{ActionItemId, InitiativeId, MilestoneId, PersonId};
use tutti_entity::portfolio::{action_item, milestone};
use tutti_entity::value::fold;
use uuid::Uuid;

use super::told;
use crate::harness::{Client, Harness, Suite, fresh, person};
use crate::write::find;

pub fn register(suite: &mut Suite) {
    suite.world("exchange::a_calendar_holds_what_its_person_has_to_do", contents);
    suite.world("exchange::one_address_is_good_and_a_bad_one_tells_nothing", addresses);
    suite.world("exchange::a_calendar_ends_with_its_person", leaving);
    suite.world("exchange::a_calendar_costs_a_constant_number_of_statements", statements);
    suite.world("exchange::calendars_are_asked_for_so_often_only", throttled);
}

const CREATE: &str = "mutation($input: CalendarFeedCreateInput!) { calendarFeedCreate(input: $input) { \
                      path calendarFeed { id version createdAt } userErrors { code path } event { action reason changes { field } } } }";

/// The path of a new calendar.
async fn create(client: &Client) -> String {
    let payload = client.ask(CREATE, json!({ "input": {} })).await["calendarFeedCreate"].clone();
    assert_eq!(payload["userErrors"], json!([]));
    payload["path"].as_str().unwrap().to_owned()
}

struct Reply {
    status: StatusCode,
    headers: Vec<(String, String)>,
    text: String,
}

impl Reply {
    fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The summaries by day, lines unfolded.
    fn entries(&self) -> Vec<String> {
        let text = self.text.replace("\r\n ", "");
        let lines = |name: &str| {
            text.lines().filter_map(|line| line.strip_prefix(name)).map(str::to_owned).collect::<Vec<_>>()
        };
        let days = lines("DTSTART;VALUE=DATE:");
        days.into_iter().zip(lines("SUMMARY:")).map(|(day, summary)| format!("{day} {summary}")).collect()
    }
}

async fn get(server: &str, path: &str, headers: &[(&str, &str)]) -> Reply {
    let client = awc::Client::builder().timeout(Duration::from_secs(30)).disable_redirects().finish();
    let mut request = client.get(format!("{server}{path}"));
    for header in headers {
        request = request.insert_header(*header);
    }
    let mut response = request.send().await.unwrap();
    let headers = response.headers().iter();
    let headers =
        headers.map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned())).collect();
    let text = String::from_utf8(response.body().await.unwrap().to_vec()).unwrap();
    Reply { status: response.status(), headers, text }
}

/// A milestone and an action of somebody.
async fn add(h: &Harness, number: u128, who: PersonId, initiative: InitiativeId, day: &str) {
    let title = "Letters; read, and answered";
    let milestone = milestone::Model {
        id: MilestoneId(Uuid::from_u128(number)),
        version: 4,
        initiative_id: initiative,
        title: title.to_owned(),
        title_folded: fold(title),
        owner_id: who,
        weight_bp: None,
        credit_rule: milestone::CreditRule::ZeroHundred,
        due_on: day.parse().unwrap(),
        completed_on: None,
        status: milestone::Status::InProgress,
        percent_bp: 0,
        created_at: h.now(),
        updated_at: h.now(),
    };
    let action = action_item::Model {
        id: ActionItemId(Uuid::from_u128(number)),
        version: 1,
        title: "Ring the printer".to_owned(),
        title_folded: "ring the printer".to_owned(),
        assignee_id: who,
        due_on: day.parse().unwrap(),
        status: action_item::Status::Open,
        initiative_id: None,
        raid_item_id: None,
        note: None,
        created_by_id: who,
        completed_at: None,
        created_at: h.now(),
        updated_at: h.now(),
    };
    let (milestone, action): (milestone::ActiveModel, action_item::ActiveModel) =
        (fresh(milestone), fresh(action));
    h.rows(async |tx| {
        milestone::Entity::insert(milestone).exec_without_returning(tx).await.unwrap();
        action_item::Entity::insert(action).exec_without_returning(tx).await.unwrap();
    })
    .await;
}

async fn initiative(client: &Client, code: &str) -> InitiativeId {
    find(client, code).await.0.parse().unwrap()
}

async fn contents(h: Harness) {
    let (leader, other) = (h.as_("leader"), h.as_("other_owner"));
    let cx2 = initiative(&other, "CX-2").await;
    add(&h, 1, person("other_owner"), cx2, "2025-05-01").await;
    add(&h, 2, person("owner"), cx2, "2025-05-02").await;
    // Neither what has ended, nor what is too far away, nor what is done.
    let rejected = initiative(&other, "CX-8").await;
    add(&h, 3, person("other_owner"), rejected, "2025-05-03").await;
    add(&h, 4, person("other_owner"), cx2, "2027-04-01").await;
    add(&h, 5, person("other_owner"), cx2, "2025-05-05").await;
    h.rows(async |tx| {
        for (table, status) in [("milestones", "DONE"), ("action_items", "DROPPED")] {
            let done = format!("UPDATE {table} SET status = '{status}' WHERE due_on = '2025-05-05'");
            tx.execute_unprepared(&done).await.unwrap();
        }
    })
    .await;
    let server = h.serve();
    let theirs = get(&server, &create(&other).await, &[]).await;
    assert_eq!(theirs.status, StatusCode::OK);
    assert_eq!(theirs.header("content-type"), Some("text/calendar; charset=utf-8"));
    assert_eq!(theirs.header("cache-control"), Some("private, no-cache"));
    // The action of the initiative that was rejected stays: it is of no initiative.
    let expected = [
        "20250324 Report: CX-2 Returns without a form",
        "20250324 Milestone: CX-2 Half-way",
        "20250501 Action: Ring the printer",
        "20250501 Milestone: CX-2 Letters\\; read\\, and answered",
        "20250503 Action: Ring the printer",
        "20250515 Due: CX-2 Returns without a form",
        "20250515 Milestone: CX-2 Handed over",
    ];
    let found = theirs.entries();
    let without_reports = |entries: &[String]| {
        entries.iter().filter(|entry| !entry.contains("Report:")).cloned().collect::<Vec<_>>()
    };
    assert_eq!(without_reports(&found), expected[1..], "{}", theirs.text);
    assert_eq!(found.iter().filter(|entry| entry.contains("Report: CX-2")).count(), 1);
    assert!(theirs.text.contains("DESCRIPTION:You own it. Status: ACTIVE.\r\n"), "{}", theirs.text);
    assert!(theirs.text.contains("SEQUENCE:3\r\n") && theirs.text.contains("NAME:Tutti: oluf aabye\r\n"));
    // In Danish for who reads Danish, and a sponsor is told as one; reports are the owner's.
    let danish = get(&server, &create(&leader).await, &[]).await;
    let expected = ["20250715 Frist: CX-1 Answer in one call", "20250801 Frist: CX-7 Drivers ring ahead"];
    assert_eq!(danish.entries(), expected);
    assert!(danish.text.contains("DESCRIPTION:Du er sponsor. Status: ACTIVE.\r\n"));
    // What moves, moves there, under the same name.
    let uid = |text: &str| text.lines().find(|line| line.starts_with("UID:")).unwrap().to_owned();
    let (id, _) = find(&leader, "CX-1").await;
    let note = "The supplier is three weeks late.";
    let path = create(&leader).await;
    let before = get(&server, &path, &[]).await;
    let tag = before.header("etag").unwrap().to_owned();
    let same = get(&server, &path, &[("If-None-Match", &tag)]).await;
    assert_eq!((same.status, same.text.as_str()), (StatusCode::NOT_MODIFIED, ""));
    let input = json!({ "id": id, "dueOn": "2025-07-20", "reason": "DEPENDENCY", "note": note });
    h.as_("pmo").must("initiativeReschedule", input).await;
    let after = get(&server, &path, &[("If-None-Match", &tag)]).await;
    assert_eq!(after.status, StatusCode::OK);
    assert_eq!(after.entries()[0], "20250720 Frist: CX-1 Answer in one call");
    assert_eq!(uid(&before.text), uid(&after.text));
}

async fn addresses(h: Harness) {
    let owner = h.as_("owner");
    let query = "{ viewer { calendarFeed { id version createdAt } } }";
    let mine = async || owner.ask(query, Value::Null).await["viewer"]["calendarFeed"].clone();
    assert_eq!(mine().await, Value::Null);
    let long = owner.ask(CREATE, json!({ "input": { "reason": "x".repeat(1001) } })).await;
    assert_eq!(told(&long["calendarFeedCreate"]["userErrors"]), [("INVALID".into(), "input.reason".into())]);
    assert_eq!(long["calendarFeedCreate"]["path"], Value::Null);
    let first = create(&owner).await;
    let made = mine().await;
    assert!(made["createdAt"].as_str().unwrap().starts_with("2025-03-31T08:00"), "{made}");
    let server = h.serve();
    assert_eq!(get(&server, &first, &[]).await.status, StatusCode::OK);
    // The new address replaces the old one, and says why.
    let second = owner.ask(CREATE, json!({ "input": { "reason": "The laptop was stolen." } })).await;
    let second = &second["calendarFeedCreate"];
    let event = json!({ "action": "calendar_feed.created", "reason": "The laptop was stolen.", "changes": [{ "field": "person" }] });
    assert_eq!(second["event"], event);
    let second = second["path"].as_str().unwrap().to_owned();
    assert_eq!(get(&server, &second, &[]).await.status, StatusCode::OK);
    let nowhere = get(&server, "/nowhere", &[]).await;
    let secret = second.strip_prefix("/calendar/").unwrap().strip_suffix(".ics").unwrap().to_owned();
    assert!(secret.len() >= 43, "{secret}");
    let changed = format!("/calendar/{}x.ics", &secret[..secret.len() - 1]);
    let unknown = [&first, &changed, "/calendar/x.ics", "/calendar/.ics", "/calendar/", "/calendar/%00.ics"];
    for path in unknown {
        let reply = get(&server, path, &[]).await;
        assert_eq!((reply.status, &reply.text), (StatusCode::NOT_FOUND, &nowhere.text), "{path}");
        assert_eq!((reply.header("etag"), reply.header("cache-control")), (None, None), "{path}");
    }
    // Nobody revokes that of others, nor sees it in theirs.
    let id = mine().await["id"].clone();
    for (who, code) in [("member", "NOT_FOUND"), ("admin", "FORBIDDEN")] {
        let payload = h.as_(who).change("calendarFeedRevoke", json!({ "id": id }), Value::Null).await;
        assert_eq!(told(&payload["userErrors"]), [(code.into(), "input.id".into())], "{who}");
    }
    assert_eq!(get(&server, &second, &[]).await.status, StatusCode::OK);
    owner.must("calendarFeedRevoke", json!({ "id": id, "reason": "Not needed." })).await;
    assert_eq!(get(&server, &second, &[]).await.status, StatusCode::NOT_FOUND);
    assert_eq!(mine().await, Value::Null);
    // The secret is in no table, and not even its digest is in the log.
    let rows = h.dump().await;
    assert!(!rows.iter().any(|row| row.contains(&secret)));
    assert!(!rows.iter().any(|row| row.starts_with("events ") && row.contains("hash")));
    // A key makes none.
    let mutation =
        "mutation { apiKeyCreate(input: { name: \"Wall\", roles: [ADMIN], readOnly: false }) { secret } }";
    let key = h.as_("admin").ask(mutation, Value::Null).await["apiKeyCreate"]["secret"]
        .as_str()
        .unwrap()
        .to_owned();
    let machine = h.with_header(&format!("Bearer {key}"));
    let payload = machine.ask(CREATE, json!({ "input": {} })).await;
    assert_eq!(
        told(&payload["calendarFeedCreate"]["userErrors"]),
        [("FORBIDDEN".into(), "input.reason".into())]
    );
    assert_eq!(machine.ask(query, Value::Null).await["viewer"]["calendarFeed"], Value::Null);
}

async fn leaving(h: Harness) {
    let path = create(&h.as_("owner")).await;
    let server = h.serve();
    let admin = h.as_("admin");
    let id = person("owner").to_string();
    admin.must("personDeactivate", json!({ "id": id })).await;
    assert_eq!(get(&server, &path, &[]).await.status, StatusCode::NOT_FOUND);
    admin.must("personReactivate", json!({ "id": id })).await;
    assert_eq!(get(&server, &path, &[]).await.status, StatusCode::NOT_FOUND);
    // Whoever left past all commands reads nothing either.
    let path = create(&h.as_("member")).await;
    assert_eq!(get(&server, &path, &[]).await.status, StatusCode::OK);
    let sql = "UPDATE people SET status = 'LEFT' WHERE email = 'member@tutti.example'";
    h.rows(async |tx| tx.execute_unprepared(sql).await.unwrap()).await;
    assert_eq!(get(&server, &path, &[]).await.status, StatusCode::NOT_FOUND);
}

async fn statements(h: Harness) {
    use tutti::http::Backend as _;
    use tutti::store::meter::{Meter, measured};
    let path = create(&h.as_("owner")).await;
    let secret = path.strip_prefix("/calendar/").unwrap().strip_suffix(".ics").unwrap();
    let mut counted = Vec::new();
    let cx2 = initiative(&h.as_("owner"), "CX-2").await;
    for more in [1..2, 2..60, 60..1300] {
        for number in more {
            add(&h, number, person("owner"), cx2, "2025-06-01").await;
        }
        let meter = Meter::new("calendar".to_owned());
        let text = measured(meter.clone(), h.app().calendar(secret)).await.unwrap().unwrap();
        counted.push((meter.statements(), text.matches("BEGIN:VEVENT").count()));
    }
    assert!(counted.iter().all(|(statements, _)| *statements == 6), "{counted:?}");
    assert_eq!(counted[2].1, 1000);
}

async fn throttled(h: Harness) {
    let path = create(&h.as_("owner")).await;
    let rates = RateLimits { signed_in: 1_000_000, anonymous: 250 };
    let server = h.serve_with(rates, |_| {});
    for (path, status) in
        [(path.as_str(), 200), ("/calendar/x.ics", 404), (&path, 429), ("/calendar/x.ics", 429)]
    {
        let reply = get(&server, path, &[]).await;
        assert_eq!(reply.status.as_u16(), status, "{path}");
        assert_eq!(reply.header("retry-after").is_some(), status == 429);
    }
}
