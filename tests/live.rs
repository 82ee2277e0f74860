//! Being told of changes through the real server: what comes, to whom, in which order, and how it ends.

mod processes;
mod socket;

use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::TimeDelta;
use serde_json::{Value, json};
use tutti::accounts::doorkeeper::{Known, Recognised};
use tutti::app::RateLimits;
use tutti::events::seals::{Sealer, prune};
use tutti::graphql::live::Farewell;
use tutti::http::HttpSettings;
use tutti::live;

use crate::harness::{Client, GENEROUS, Harness, Kind, Suite, door, person, portfolio, role};
use crate::schema::Sdl;
use crate::write::new_initiative;
use socket::{Came, Socket};

pub fn register(suite: &mut Suite) {
    suite.both("live::events_come_as_they_happen_and_go_on_after_any_cursor", events);
    suite.both("live::what_is_wrong_is_told_at_once", wrong);
    suite.both("live::nobody_is_told_of_what_they_may_not_see", rights);
    suite.both("live::who_is_not_welcome_any_more_is_sent_away", revoked);
    suite.both("live::who_is_turned_out_while_they_are_let_in_does_not_stay", turned_out);
    suite.both("live::nobody_has_more_subscriptions_than_they_may", bounded);
    suite.both("live::changes_of_things_are_told", changes);
    suite.both("live::what_is_the_same_is_worked_out_once", shared);
    suite.both("live::who_does_not_read_goes_and_comes_back_after_a_cursor", slow);
    suite.both("live::what_is_told_is_paid_for", paid);
    suite.both("live::catching_up_is_paid_for", caught_up);
    suite.both("live::a_cursor_from_before_what_was_given_up_is_refused", given_up);
    suite.both("live::what_is_asked_over_a_socket_is_asked_with_the_rights_of_now", asked_now);
    suite.both("live::what_nobody_is_woken_for_is_told_all_the_same", unheard);
    suite.both("live::a_database_that_was_away_loses_nothing", away);
    processes::register(suite);
}

const EVENTS: &str =
    "subscription($after: String, $filter: EventFilter) { events(after: $after, filter: $filter) {
    cursor node { action subject { id } } } }";

async fn open(h: &Harness, url: &str, who: &str) -> Socket {
    Socket::open(url, h.as_(who).authorization()).await
}

fn about(data: &Value) -> (String, String) {
    let node = &data["events"]["node"];
    (
        node["action"].as_str().unwrap().to_owned(),
        node["subject"]["id"].as_str().unwrap_or_default().to_owned(),
    )
}

async fn rename(pmo: &Client, id: &str, title: &str) {
    pmo.must("initiativeUpdate", json!({ "id": id, "title": title })).await;
}

async fn events(h: Harness) {
    let (url, pmo) = (h.serve(), h.as_("pmo"));
    let old = pmo.must("initiativeCreate", new_initiative("Before")).await;
    let mut socket = open(&h, &url, "pmo").await;
    socket.subscribe("1", EVENTS, Value::Null).await;
    let id = pmo.must("initiativeCreate", new_initiative("Live")).await;
    let first = socket.next("1").await;
    assert_eq!(about(&first), ("initiative.created".to_owned(), id.clone()));
    // A dry run tells of nothing, and what is refused does not either.
    pmo.change("initiativeUpdate", json!({ "id": id, "title": "No" }), json!({ "dryRun": true })).await;
    rename(&pmo, &id, "One").await;
    let second = socket.next("1").await;
    assert_eq!(about(&second), ("initiative.updated".to_owned(), id.clone()));
    // A filter, and another operation on the same connection.
    let filter = json!({ "filter": { "subjectId": { "eq": old } } });
    socket.subscribe("2", EVENTS, filter).await;
    rename(&pmo, &old, "Old").await;
    let (one, other) = (socket.hear().await, socket.hear().await);
    let mut ids = [one, other].map(|came| match came {
        Came::Message(message) => (message["id"].to_string(), about(&message["payload"]["data"]).1),
        other => panic!("{other:?}"),
    });
    ids.sort();
    assert_eq!(ids, [("\"1\"".to_owned(), old.clone()), ("\"2\"".to_owned(), old.clone())]);
    socket.say(json!({ "type": "complete", "id": "1" })).await;
    rename(&pmo, &id, "Two").await;
    socket.hears_nothing().await;
    drop(socket);
    // Whoever comes back after a cursor, of the subscription or of the list, misses nothing and hears nothing twice.
    rename(&pmo, &old, "Older").await;
    let list = pmo.ask("{ events(last: 2) { edges { cursor node { action } } } }", Value::Null).await;
    let from_list = list["events"]["edges"][0]["cursor"].clone();
    let mut since = vec![id.clone(), old.clone(), id.clone(), old.clone()];
    for (number, (after, skipped)) in
        [(first["events"]["cursor"].clone(), 0), (second["events"]["cursor"].clone(), 1), (from_list, 3)]
            .into_iter()
            .enumerate()
    {
        let mut socket = open(&h, &url, "pmo").await;
        socket.subscribe("1", EVENTS, json!({ "after": after })).await;
        for expected in &since[skipped..] {
            assert_eq!(&about(&socket.next("1").await).1, expected);
        }
        socket.hears_nothing().await;
        rename(&pmo, &id, &format!("Seen {number}")).await;
        assert_eq!(about(&socket.next("1").await).1, id);
        since.push(id.clone());
    }
    // A cursor of the subscription goes on in the list as well.
    let after = json!({ "after": second["events"]["cursor"] });
    let list =
        pmo.ask("query($after: String) { events(after: $after) { nodes { subject { id } } } }", after).await;
    let nodes = list["events"]["nodes"].as_array().unwrap();
    let subjects: Vec<_> = nodes.iter().map(|node| node["subject"]["id"].as_str().unwrap()).collect();
    assert_eq!(subjects, since[1..]);
}

async fn wrong(h: Harness) {
    let url = h.serve();
    let mut socket = open(&h, &url, "pmo").await;
    let id = "ini_00000000000000000000000001";
    for (query, variables, code) in [
        (EVENTS, json!({ "after": "nonsense" }), "BAD_USER_INPUT"),
        (EVENTS, json!({ "filter": { "id": { "eq": "per_1" } } }), "BAD_USER_INPUT"),
        (EVENTS, json!({ "filter": { "action": { "eq": "a\u{0}" } } }), "BAD_USER_INPUT"),
        ("subscription { nothing }", Value::Null, "BAD_USER_INPUT"),
        ("subscription { a: events { cursor } b: events { cursor } }", Value::Null, "BAD_USER_INPUT"),
        (
            "subscription($id: ID!) { initiativeChanged(id: $id) { title } }",
            json!({ "id": id }),
            "BAD_USER_INPUT",
        ),
        (
            "subscription { portfolioSummaryChanged(id: \"pfo_00000000000000000000000001\") { open } }",
            Value::Null,
            "BAD_USER_INPUT",
        ),
    ] {
        socket.subscribe("1", query, variables).await;
        let Came::Message(message) = socket.hear().await else { panic!("{query} ends the connection") };
        assert_eq!((&message["type"], &message["id"]), (&json!("error"), &json!("1")), "{query}");
        assert_eq!(message["payload"][0]["extensions"]["code"], code, "{query} {message}");
    }
    // Nobody is told of anything who is not signed in, whatever they ask for.
    for (field, arguments, selected) in [
        ("events", "", "cursor"),
        ("initiativeChanged", "(id: \"ini_00000000000000000000000001\")", "id"),
        ("portfolioSummaryChanged", "(id: \"pfo_00000000000000000000000001\")", "open"),
    ] {
        let anonymous = awc::Client::new().post(format!("{url}/graphql"));
        let anonymous = anonymous.insert_header(("Accept", "text/event-stream"));
        let body = json!({ "query": format!("subscription {{ {field}{arguments} {{ {selected} }} }}") });
        assert_eq!(anonymous.send_json(&body).await.unwrap().status(), 401, "{field}");
    }
    assert_eq!(Sdl::of_tutti().fields("Subscription").len(), 3, "a subscription is missing here");
}

async fn rights(h: Harness) {
    let (url, pmo) = (h.serve(), h.as_("pmo"));
    let id = pmo.must("initiativeCreate", new_initiative("Money")).await;
    let cost = async || {
        let amount = json!({ "amount": "100.00", "currency": "DKK" });
        let input = json!({ "initiativeId": id, "amount": amount, "category": "PEOPLE" });
        pmo.must("budgetLineCreate", input).await
    };
    let [mut finance, mut member, mut owner] =
        [open(&h, &url, "finance").await, open(&h, &url, "member").await, open(&h, &url, "owner").await];
    for socket in [&mut finance, &mut member, &mut owner] {
        socket
            .subscribe("1", EVENTS, json!({ "filter": { "action": { "startsWith": "budget_line." } } }))
            .await;
    }
    let line = cost().await;
    // Finance by their role, the owner because it is theirs, and nobody else.
    assert_eq!(about(&finance.next("1").await).1, line);
    assert_eq!(about(&owner.next("1").await).1, line);
    member.hears_nothing().await;
    // Who has a role taken away is told no more, and who is given one is told from then on.
    h.as_("admin").must("roleRevoke", json!({ "id": role("finance").to_string() })).await;
    let grant = json!({ "personId": person("member").to_string(), "role": "FINANCE", "since": "2025-01-01" });
    h.as_("admin").must("roleGrant", grant).await;
    let line = cost().await;
    assert_eq!(about(&member.next("1").await).1, line);
    assert_eq!(about(&owner.next("1").await).1, line);
    finance.hears_nothing().await;
}

async fn ends_with(socket: &mut Socket, code: u16, within: Duration) {
    let began = Instant::now();
    let came = socket.hear_within(within).await;
    assert_eq!(came, Some(Came::Closed(code)), "after {:?}", began.elapsed());
}

async fn revoked(h: Harness) {
    let url = h.serve();
    let five = Duration::from_secs(5);
    // A token that runs out.
    let token = h.app().mint(person("pmo"), Duration::from_mins(10)).unwrap();
    let mut expiring = Socket::open(&url, &format!("Bearer {token}")).await;
    expiring.subscribe("1", EVENTS, Value::Null).await;
    let mut lasting = open(&h, &url, "pmo").await;
    lasting.subscribe("1", EVENTS, Value::Null).await;
    h.pass(TimeDelta::minutes(10));
    ends_with(&mut expiring, 4403, five).await;
    // A session that ends, and a connection that has not subscribed to anything.
    let password = json!({ "personId": person("owner").to_string() });
    let issue = "mutation($input: PasswordResetIssueInput!) { passwordResetIssue(input: $input) { secret userErrors { code } } }";
    let issued = h.as_("admin").ask(issue, json!({ "input": password })).await;
    let secret = issued["passwordResetIssue"]["secret"].clone();
    let reset = "mutation($input: PasswordResetInput!) { passwordReset(input: $input) { userErrors { code message } } }";
    let input = json!({ "secret": secret, "newPassword": "a long enough password" });
    let answer = h.anonymous().ask(reset, json!({ "input": input })).await;
    assert_eq!(answer["passwordReset"]["userErrors"], json!([]), "{answer}");
    let sign_in =
        "mutation($input: SignInInput!) { signIn(input: $input) { accessToken userErrors { code } } }";
    let input = json!({ "email": "owner@tutti.example", "password": "a long enough password" });
    let answer = h.anonymous().ask(sign_in, json!({ "input": input })).await;
    let bearer = format!("Bearer {}", answer["signIn"]["accessToken"].as_str().unwrap());
    let mut of_session = Socket::open(&url, &bearer).await;
    let sign_out = "mutation { signOut(input: {}) { userErrors { code } } }";
    h.with_header(&bearer).ask(sign_out, Value::Null).await;
    ends_with(&mut of_session, 4403, five).await;
    // A key that is revoked, and somebody who leaves.
    let create = "mutation($input: ApiKeyCreateInput!) { apiKeyCreate(input: $input) { secret apiKey { id } userErrors { code message } } }";
    let input = json!({ "name": "Wall", "roles": ["ADMIN"], "expiresOn": "2025-12-31" });
    let answer = h.as_("admin").ask(create, json!({ "input": input })).await;
    let key = format!("Bearer {}", answer["apiKeyCreate"]["secret"].as_str().unwrap());
    let mut of_key = Socket::open(&url, &key).await;
    of_key.subscribe("1", EVENTS, Value::Null).await;
    h.as_("admin").must("apiKeyRevoke", json!({ "id": answer["apiKeyCreate"]["apiKey"]["id"] })).await;
    ends_with(&mut of_key, 4403, five).await;
    let mut leaver = open(&h, &url, "member").await;
    h.as_("admin").must("personDeactivate", json!({ "id": person("member").to_string() })).await;
    ends_with(&mut leaver, 4403, five).await;
    // Whoever is still welcome has heard of all that they may see.
    assert!(matches!(lasting.hear().await, Came::Message(_)));
}

async fn turned_out(h: Harness) {
    let _url = h.serve();
    let (live, member) = (h.app().live(), person("member"));
    let heeded = live.heeded();
    let known = Known::Person(member, None);
    let viewer = known.viewer(h.database(), h.app().world().day(h.now())).await.unwrap();
    // They are known to be welcome, and are not so any more before they are seated.
    h.as_("admin").must("personDeactivate", json!({ "id": member.to_string() })).await;
    let began = Instant::now();
    while live.heeded() == heeded {
        assert!(began.elapsed() < Duration::from_secs(5), "nobody heeds it");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    tokio::time::sleep(Duration::from_millis(100)).await;
    let recognised = Recognised { known, until: None };
    let seat = live.seat(viewer.map(|viewer| (recognised, viewer)), heeded).await;
    assert_eq!(*seat.farewell().borrow(), Some(Farewell::NotWelcome));
    assert!(seat.viewer().is_none());
}

async fn bounded(h: Harness) {
    let settings = live::Settings { each: 2, ..live::Settings::default() };
    let app = Arc::into_inner(h.house(door(None), GENEROUS)).unwrap().telling(settings);
    let url = h.serve_app(Arc::new(app), |_| {});
    let (mut one, mut other) = (open(&h, &url, "pmo").await, open(&h, &url, "pmo").await);
    one.subscribe("1", EVENTS, Value::Null).await;
    other.subscribe("1", EVENTS, Value::Null).await;
    other.subscribe("2", EVENTS, Value::Null).await;
    let Came::Message(refused) = other.hear().await else { panic!("the connection ends") };
    assert_eq!((&refused["type"], &refused["id"]), (&json!("error"), &json!("2")));
    assert_eq!(refused["payload"][0]["extensions"]["code"], "QUERY_TOO_COMPLEX", "{refused}");
    // Others have as many, and who ends one has another.
    open(&h, &url, "owner").await.subscribe("1", EVENTS, Value::Null).await;
    one.say(json!({ "type": "complete", "id": "1" })).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    other.subscribe("2", EVENTS, Value::Null).await;
    let id = h.as_("pmo").must("initiativeCreate", new_initiative("Live")).await;
    for _ in 0..2 {
        let Came::Message(told) = other.hear().await else { panic!("the connection ends") };
        assert_eq!(about(&told["payload"]["data"]).1, id);
    }
}

async fn changes(h: Harness) {
    let (url, pmo) = (h.serve(), h.as_("pmo"));
    let [one, other] = [
        pmo.must("initiativeCreate", new_initiative("One")).await,
        pmo.must("initiativeCreate", new_initiative("Other")).await,
    ];
    let mut socket = open(&h, &url, "member").await;
    let query = "subscription($id: ID!) { initiativeChanged(id: $id) { title milestones { totalCount } } }";
    socket.subscribe("1", query, json!({ "id": one })).await;
    rename(&pmo, &other, "Another").await;
    rename(&pmo, &one, "The one").await;
    let told = socket.next("1").await;
    assert_eq!(
        told,
        json!({ "initiativeChanged": { "title": "The one", "milestones": { "totalCount": 0 } } })
    );
    let plan = json!({ "initiativeId": one, "title": "All of it", "weight": 100, "dueOn": "2025-09-30" });
    pmo.must("milestoneCreate", plan).await;
    assert_eq!(socket.next("1").await["initiativeChanged"]["milestones"]["totalCount"], 1);
    socket.say(json!({ "type": "complete", "id": "1" })).await;

    let query = "subscription($id: ID!) { portfolioSummaryChanged(id: $id) { initiatives open } }";
    socket.subscribe("2", query, json!({ "id": portfolio("Harbour").to_string() })).await;
    let mut elsewhere = new_initiative("Elsewhere");
    elsewhere["portfolioId"] = json!(portfolio("Lighthouse").to_string());
    pmo.must("initiativeCreate", elsewhere).await;
    pmo.must("initiativeCreate", new_initiative("Third")).await;
    let told = socket.next("2").await;
    assert_eq!(told, json!({ "portfolioSummaryChanged": { "initiatives": 3, "open": 3 } }));
    socket.hears_nothing().await;
}

/// A gauge of the server.
async fn gauge(url: &str, name: &str) -> i64 {
    let mut response = awc::Client::new().get(format!("{url}/metrics")).send().await.unwrap();
    let page = String::from_utf8(response.body().await.unwrap().to_vec()).unwrap();
    let line = page.lines().find_map(|line| line.strip_prefix(&format!("tutti_{name} "))).unwrap_or("0");
    line.trim_end_matches(".0").parse().unwrap()
}

async fn shared(h: Harness) {
    let (url, pmo) = (h.serve(), h.as_("pmo"));
    let id = pmo.must("initiativeCreate", new_initiative("Live")).await;
    // Two people with the same rights, each with several connections, and each from where they please.
    let list = pmo.ask("{ events(last: 1) { pageInfo { endCursor } } }", Value::Null).await;
    let end = list["events"]["pageInfo"]["endCursor"].clone();
    let mut sockets = Vec::new();
    for who in ["member", "nobody", "owner", "other_owner"] {
        for after in [Value::Null, end.clone()] {
            let mut socket = open(&h, &url, who).await;
            socket.subscribe("1", EVENTS, json!({ "after": after })).await;
            sockets.push(socket);
        }
    }
    assert_eq!((gauge(&url, "live_connections").await, gauge(&url, "live_questions").await), (8, 1));
    let before = gauge(&url, "live_answers").await;
    rename(&pmo, &id, "Told").await;
    for socket in &mut sockets {
        assert_eq!(about(&socket.next("1").await).1, id);
    }
    // MEMBER, none, and INITIATIVE_OWNER twice.
    assert_eq!(gauge(&url, "live_answers").await - before, 3);
    // What asks who they are is worked out for each of them: nobody but finance and the owner sees a budget.
    let query = "subscription { events { node { subject { ... on Initiative { budget { approved { amount } } } } } } }";
    let mut personal = Vec::new();
    for who in ["owner", "other_owner"] {
        let mut socket = open(&h, &url, who).await;
        socket.subscribe("2", query, Value::Null).await;
        personal.push(socket);
    }
    rename(&pmo, &id, "Told again").await;
    let told = [personal[0].next("2").await, personal[1].next("2").await];
    let budget = |told: &Value| told["events"]["node"]["subject"]["budget"].clone();
    assert!(budget(&told[0]).is_object() && budget(&told[1]).is_null(), "{told:?}");
}

async fn slow(h: Harness) {
    let quick = |settings: &mut HttpSettings| {
        settings.live.queue = 4;
        settings.live.patience = Duration::from_secs(1);
    };
    let app = h.house(door(None), GENEROUS);
    let settings = {
        let mut settings = HttpSettings::new(|| "0000000000000001".to_owned());
        quick(&mut settings);
        tutti::app::live_settings(&settings)
    };
    let app = Arc::new(Arc::into_inner(app).unwrap().telling(settings));
    let url = h.serve_app(app, quick);
    let pmo = h.as_("pmo");
    let id = pmo.must("initiativeCreate", new_initiative("Live")).await;
    // What is told is large, so that what lies between the two holds little of it.
    let description = "x".repeat(15_000);
    let wide = "subscription($after: String) { events(after: $after) { cursor node { action changes { field after } subject { id
        ... on Initiative { a: description b: description c: description d: description e: description f: description
          g: description h: description i: description j: description k: description l: description } } } } }";
    let mut reader = open(&h, &url, "pmo").await;
    reader.subscribe("1", wide, Value::Null).await;
    let update = json!({ "id": id, "description": description });
    pmo.must("initiativeUpdate", update).await;
    let cursor = reader.next("1").await["events"]["cursor"].clone();
    let mut quick_reader = open(&h, &url, "pmo").await;
    quick_reader.subscribe("1", EVENTS, Value::Null).await;
    for number in 0..150 {
        rename(&pmo, &id, &format!("Number {number}")).await;
    }
    for _ in 0..150 {
        quick_reader.next("1").await;
    }
    // Who does not read is not kept: their connection is one fewer after a while.
    let began = Instant::now();
    while gauge(&url, "live_connections").await > 1 {
        assert!(began.elapsed() < Duration::from_secs(30), "who does not read is still connected");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    drop(reader);
    // They come back after their cursor, and get all of it at their own pace.
    let mut reader = open(&h, &url, "pmo").await;
    reader.subscribe("1", wide, json!({ "after": cursor })).await;
    for _ in 0..150 {
        assert_eq!(about(&reader.next("1").await).1, id);
    }
    reader.hears_nothing().await;
}

async fn unheard(h: Harness) {
    let url = h.serve();
    let mut socket = open(&h, &url, "pmo").await;
    socket.subscribe("1", "subscription { events { node { id action } } }", Value::Null).await;
    // Written past the API, as by another process whose notification is lost.
    let began = Instant::now();
    let id = h.rows(async |tx| crate::follow::write(tx, &h).await).await;
    let told = socket.next("1").await;
    assert_eq!(told["events"]["node"]["id"], json!(tutti_entity::ids::EventId(id).to_string()));
    assert!(began.elapsed() < Duration::from_secs(3), "{:?}", began.elapsed());
    // What came to nothing on the way keeps nobody waiting for longer.
    let gap = h.database().begin().await.unwrap();
    crate::follow::write(&gap, &h).await;
    gap.rollback().await.unwrap();
    h.rows(async |tx| crate::follow::write(tx, &h).await).await;
    assert_eq!(socket.next("1").await["events"]["node"]["action"], "test.happened");
}

async fn away(h: Harness) {
    if h.kind() == Kind::Sqlite {
        return;
    }
    let (url, pmo) = (h.serve(), h.as_("pmo"));
    let mut socket = open(&h, &url, "pmo").await;
    socket.subscribe("1", EVENTS, Value::Null).await;
    let id = pmo.must("initiativeCreate", new_initiative("Before")).await;
    assert_eq!(about(&socket.next("1").await).1, id);
    for number in 0..3 {
        // Every connection is lost, that which listens and that on which the log is read, as when the server restarts.
        let sql = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";
        h.sql(sql).await;
        let title = format!("After {number}");
        let created = loop {
            // The connections that are gone are found out one by one.
            let answer = pmo
                .try_change("initiativeCreate", new_initiative(&title), json!({ "idempotencyKey": title }))
                .await;
            if answer.errors.is_empty() {
                break answer.data()["initiativeCreate"]["initiative"]["id"].as_str().unwrap().to_owned();
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        };
        assert_eq!(about(&socket.next("1").await), ("initiative.created".to_owned(), created));
    }
    socket.hears_nothing().await;
}

async fn paid(h: Harness) {
    let rates = RateLimits { signed_in: 60, ..GENEROUS };
    let url = h.serve_app(h.house(door(None), rates), |_| {});
    let pmo = h.as_("pmo");
    let id = pmo.must("initiativeCreate", new_initiative("Live")).await;
    let mut socket = open(&h, &url, "member").await;
    socket.subscribe("1", EVENTS, Value::Null).await;
    let mut told = 0;
    let refused = loop {
        rename(&pmo, &id, &format!("Number {told}")).await;
        match socket.hear().await {
            Came::Message(message) if message["type"] == "next" => told += 1,
            Came::Message(message) => break message,
            other => panic!("{other:?}"),
        }
    };
    assert!((3..30).contains(&told), "{told} messages for 60 points");
    assert_eq!((&refused["type"], &refused["id"]), (&json!("error"), &json!("1")));
    let error = &refused["payload"][0]["extensions"];
    assert!(error["code"] == "THROTTLED" && error["retryAfter"].is_u64(), "{refused}");
    // The connection stays, and goes on once it can be paid for.
    h.pass(TimeDelta::minutes(1));
    socket.subscribe("1", EVENTS, Value::Null).await;
    rename(&pmo, &id, "Paid").await;
    assert_eq!(about(&socket.next("1").await).1, id);
}

async fn caught_up(h: Harness) {
    let pmo = h.as_("pmo");
    let list = pmo.ask("{ events(last: 1) { pageInfo { endCursor } } }", Value::Null).await;
    let id = pmo.must("initiativeCreate", new_initiative("Live")).await;
    let first = pmo.ask("{ events(first: 1) { pageInfo { endCursor } } }", Value::Null).await;
    let end = &list["events"]["pageInfo"]["endCursor"];
    let after = if end.is_null() { &first["events"]["pageInfo"]["endCursor"] } else { end };
    h.rows(async |tx| {
        for _ in 0..2_000 {
            crate::follow::write(tx, &h).await;
        }
    })
    .await;
    rename(&pmo, &id, "Last").await;
    // Nothing of all that is wanted, and reading it is paid for: more than 125 points.
    let rates = RateLimits { signed_in: 100, ..GENEROUS };
    let url = h.serve_app(h.house(door(None), rates), |_| {});
    let mut socket = open(&h, &url, "member").await;
    let filter = json!({ "after": after, "filter": { "action": { "eq": "nothing.of_that" } } });
    socket.subscribe("1", EVENTS, filter).await;
    let Came::Message(refused) = socket.hear().await else { panic!("the connection ends") };
    assert_eq!((&refused["type"], &refused["id"]), (&json!("error"), &json!("1")));
    assert_eq!(refused["payload"][0]["extensions"]["code"], "THROTTLED", "{refused}");
}

async fn given_up(h: Harness) {
    let (url, pmo) = (h.serve(), h.as_("pmo"));
    for number in 0..3 {
        pmo.must("initiativeCreate", new_initiative(&format!("Number {number}"))).await;
    }
    let cursors = pmo.ask("{ events { edges { cursor } } }", Value::Null).await;
    let cursor = |place: usize| cursors["events"]["edges"][place]["cursor"].clone();
    let mut sealer = Sealer::begin(h.database()).await.unwrap();
    assert!(sealer.seal_what_is_due(h.app().world(), TimeDelta::zero()).await.unwrap());
    h.pass(TimeDelta::seconds(1));
    assert_eq!(prune(h.database(), h.app().world(), h.now()).await.unwrap(), 3);
    let mut socket = open(&h, &url, "pmo").await;
    socket.subscribe("1", EVENTS, json!({ "after": cursor(1) })).await;
    let Came::Message(refused) = socket.hear().await else { panic!("the connection ends") };
    assert_eq!(refused["payload"][0]["extensions"]["code"], "BAD_USER_INPUT", "{refused}");
    // Who has heard of all that was given up misses nothing.
    socket.subscribe("1", EVENTS, json!({ "after": cursor(2) })).await;
    let id = pmo.must("initiativeCreate", new_initiative("Next")).await;
    assert_eq!(about(&socket.next("1").await).1, id);
}

async fn asked_now(h: Harness) {
    // Nobody follows the log here, as where it cannot be followed for a while.
    let app = h.house(door(None), GENEROUS);
    let heeded = app.live().heeded();
    let known = Known::Person(person("member"), None);
    let viewer = known.viewer(h.database(), h.app().world().day(h.now())).await.unwrap();
    let recognised = Recognised { known, until: None };
    let seat = app.live().seat(viewer.map(|viewer| (recognised, viewer)), heeded).await;
    let grant = json!({ "personId": person("member").to_string(), "role": "FINANCE", "since": "2025-01-01" });
    h.as_("admin").must("roleGrant", grant).await;
    let (cached, fresh) = (seat.viewer().unwrap(), seat.viewer_now().await.unwrap().unwrap());
    assert_eq!((cached.grants.len() + 1, cached.person_id()), (fresh.grants.len(), fresh.person_id()));
    h.as_("admin").must("personDeactivate", json!({ "id": person("member").to_string() })).await;
    assert_eq!(seat.viewer_now().await.unwrap_err().code.as_str(), "UNAUTHENTICATED");
    assert_eq!(*seat.farewell().borrow(), Some(Farewell::NotWelcome));
}
