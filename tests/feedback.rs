//! What comes back up: who sees it, who answers, one vote a person, and anonymous authors whom nobody finds who has the
//! whole database and the log.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use futures_util::future::join_all;
use sea_orm::{ConnectionTrait as _, EntityTrait as _};
use serde_json::{Value, json};
use tutti::access::Viewer;
use tutti::feedback::telling::Tell;
use tutti::store::Scope;
use tutti_entity::communication::communication::{self, Channel, Purpose, State, Tiers};
use tutti_entity::communication::receipt;
use tutti_entity::ids::{CommunicationId, PersonId, TypedId as _, UpwardFeedbackId};
use tutti_entity::people::person::Tier;
use tutti_entity::value::fold;
use uuid::Uuid;

use crate::access::rows::literal;
use crate::harness::{Client, Harness, Kind, Suite, fresh, person};

mod anonymous;

pub fn register(suite: &mut Suite) {
    suite.both("feedback::an_anonymous_author_is_nowhere", anonymous::nowhere);
    suite.both("feedback::a_running_server_tells_nothing_of_an_anonymous_author", anonymous::served);
    suite.both("feedback::what_could_tell_an_anonymous_author_is_refused", anonymous::refused);
    suite.both("feedback::the_log_hears_of_anonymous_ones_when_their_day_is_over", anonymous::told);
    suite.both("feedback::nothing_is_over_without_an_answer", answered);
    suite.both("feedback::who_is_asked_answers_and_hands_over", asked);
    suite.both("feedback::somebody_votes_once_and_nobody_learns_who", votes);
    suite.both("feedback::it_is_seen_by_those_whom_it_concerns", seen);
    suite.both("feedback::statements_do_not_grow_with_the_rows", constant);
}

/// Enters a communication that was sent to these past the API.
pub async fn sent(h: &Harness, number: u128, channel: Channel, to: &[PersonId]) -> CommunicationId {
    let id = CommunicationId(Uuid::from_u128(number));
    let subject = format!("Message {number}");
    let row = communication::Model {
        id,
        version: 1,
        state: State::Sent,
        sender_id: person("leader"),
        channel,
        purpose: Purpose::Why,
        subject_folded: fold(&subject),
        subject,
        body: "We *start* today.".to_owned(),
        story: None,
        key_message_id: None,
        tiers: Tiers::new(&[]),
        as_corrected: false,
        planned_for: None,
        sent_at: Some(h.now()),
        sent_on: Some(h.now().date_naive()),
        sender_tier: Some(Tier::Executive),
        audience_size: Some(i32::try_from(to.len()).unwrap()),
        for_everyone: false,
        cancelled_on: None,
        corrects_id: None,
        created_at: h.now(),
        updated_at: h.now(),
    };
    let row: communication::ActiveModel = fresh(row);
    let receipts: Vec<receipt::ActiveModel> = to
        .iter()
        .map(|who| {
            fresh(receipt::Model {
                communication_id: id,
                person_id: *who,
                org_unit_id: None,
                tier: Tier::Frontline,
                manager_id: None,
                delivered_at: None,
                opened_at: None,
                acknowledged_at: None,
                recorded_by_id: None,
            })
        })
        .collect();
    h.rows(async |tx| {
        communication::Entity::insert(row).exec_without_returning(tx).await.unwrap();
        if !receipts.is_empty() {
            receipt::Entity::insert_many(receipts).exec_without_returning(tx).await.unwrap();
        }
    })
    .await;
    id
}

/// Everybody who is at work but these.
fn audience(without: &[&str]) -> Vec<PersonId> {
    let all = ["admin", "pmo", "owner", "other_owner", "member", "finance", "nobody"];
    all.into_iter().filter(|who| !without.contains(who)).map(person).collect()
}

fn problem(payload: &Value) -> (String, String) {
    let error = &payload["userErrors"][0];
    let path: Vec<_> = error["path"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    (error["code"].as_str().unwrap_or("written").to_owned(), path.join("."))
}

fn question(text: &str) -> Value {
    json!({ "kind": "QUESTION", "text": text })
}

fn with(mut input: Value, field: &str, value: impl Into<Value>) -> Value {
    input[field] = value.into();
    input
}

async fn raise(client: &Client, input: Value) -> String {
    client.must("upwardFeedbackRaise", input).await
}

/// One of them, as somebody sees it.
async fn read(client: &Client, id: &str) -> Value {
    let fields = "id version kind text state answer votes viewerVotes raisedOn dueOn answeredAt from { id } asked { id } answeredBy { id } communication { id }";
    let query = format!("{{ node(id: \"{id}\") {{ ... on UpwardFeedback {{ {fields} }} }} }}");
    client.ask(&query, Value::Null).await["node"].clone()
}

/// A communication by mail that did not arrive.
async fn undelivered(pmo: &Client) -> String {
    let plan = json!({
        "channel": "EMAIL", "purpose": "WHAT", "subject": "Not delivered", "body": "What is new.",
        "senderId": person("nobody").to_string(), "audience": { "personIds": [person("member").to_string(), person("owner").to_string()] },
    });
    let mail = pmo.must("communicationPlan", plan).await;
    pmo.must("communicationSend", json!({ "id": mail })).await;
    let failed = "UPDATE mails SET state = 'FAILED', reason = '550 nobody' \
        WHERE person_id = (SELECT person_id FROM mails ORDER BY person_id LIMIT 1)";
    pmo.harness().rows(async |tx| tx.execute_unprepared(failed).await.unwrap()).await;
    mail
}

/// The mutations of upward feedback, as the programme office can do them, and of mails.
pub async fn mutations(pmo: &Client) -> Vec<(&'static str, Value)> {
    let open = async |text: &str| raise(pmo, question(text)).await;
    let answered = open("To resolve").await;
    pmo.must("upwardFeedbackAnswer", json!({ "id": answered, "answer": "Because." })).await;
    let mail = undelivered(pmo).await;
    vec![
        ("upwardFeedbackRaise", with(question("Why?"), "askedId", person("leader").to_string())),
        ("upwardFeedbackAnswer", json!({ "id": open("To answer").await, "answer": "Because." })),
        ("upwardFeedbackResolve", json!({ "id": answered, "to": "ACTED", "reason": "Done." })),
        ("upwardFeedbackVote", json!({ "id": open("To vote for").await })),
        ("communicationMailRetry", json!({ "id": mail })),
    ]
}

/// Rows of every table of upward feedback, with everything in them that can be: of a person, asked of another.
pub async fn fill(h: &Harness, member: &Client) {
    let pmo = h.as_("pmo");
    let on = raise(&pmo, with(question("Walked on it?"), "communicationId", undelivered(&pmo).await)).await;
    pmo.must("upwardFeedbackAnswer", json!({ "id": on, "answer": "Walked back." })).await;
    let direct = with(question("Walked up?"), "askedId", person("owner").to_string());
    for input in [direct.clone(), with(direct, "anonymous", true), question("Walked up to the office?")] {
        let id = raise(member, input).await;
        if let Value::String(_) = read(member, &id).await["id"] {
            member.must("upwardFeedbackVote", json!({ "id": id })).await;
        }
        pmo.must("upwardFeedbackVote", json!({ "id": id })).await;
        pmo.must("upwardFeedbackAnswer", json!({ "id": id, "answer": "Walked down." })).await;
        pmo.must("upwardFeedbackResolve", json!({ "id": id, "to": "DECLINED" })).await;
    }
}

async fn answered(h: Harness) {
    let (member, leader) = (h.as_("member"), h.as_("leader"));
    let id = raise(&member, with(question("Why now?"), "askedId", person("leader").to_string())).await;
    let row = read(&member, &id).await;
    assert_eq!(
        (&row["state"], &row["raisedOn"], &row["dueOn"]),
        (&json!("OPEN"), &json!("2025-03-31"), &json!("2025-04-14"))
    );
    assert_eq!(row["from"]["id"], json!(person("member").to_string()));
    let resolve = |to: &str| json!({ "id": id, "to": to });
    let answer = json!({ "id": id, "answer": "Because customers wait." });
    for (to, expected) in [
        ("DECLINED", ("ILLEGAL_TRANSITION", "input.to")),
        ("ACTED", ("ILLEGAL_TRANSITION", "input.to")),
        ("ANSWERED", ("INVALID", "input.to")),
        ("OPEN", ("INVALID", "input.to")),
    ] {
        let payload = leader.change("upwardFeedbackResolve", resolve(to), Value::Null).await;
        assert_eq!(problem(&payload), (expected.0.to_owned(), expected.1.to_owned()), "{to}");
    }
    leader.must("upwardFeedbackAnswer", answer.clone()).await;
    let payload = leader.change("upwardFeedbackAnswer", answer, Value::Null).await;
    assert_eq!(problem(&payload).0, "ILLEGAL_TRANSITION");
    let input = with(resolve("ACTED"), "reason", "The team starts on Monday.");
    let payload = leader.change("upwardFeedbackResolve", input, Value::Null).await;
    assert_eq!(payload["event"]["reason"], json!("The team starts on Monday."));
    let row = read(&member, &id).await;
    assert_eq!((&row["state"], &row["answer"]), (&json!("ACTED"), &json!("Because customers wait.")));
    assert_eq!(row["answeredBy"]["id"], json!(person("leader").to_string()));
    let payload = leader.change("upwardFeedbackResolve", resolve("DECLINED"), Value::Null).await;
    assert_eq!(problem(&payload).0, "ILLEGAL_TRANSITION");
    for (input, code, path) in [
        (question(" "), "REQUIRED", "input.text"),
        (question(&"x".repeat(5_001)), "INVALID", "input.text"),
        (with(question("Why?"), "askedId", person("left").to_string()), "INVALID", "input.askedId"),
        (
            with(question("Why?"), "askedId", PersonId(Uuid::from_u128(5)).to_string()),
            "NOT_FOUND",
            "input.askedId",
        ),
        (
            with(question("Why?"), "communicationId", CommunicationId(Uuid::from_u128(5)).to_string()),
            "NOT_FOUND",
            "input.communicationId",
        ),
    ] {
        let payload = member.change("upwardFeedbackRaise", input, Value::Null).await;
        assert_eq!(problem(&payload), (code.to_owned(), path.to_owned()));
    }
}

/// What somebody finds in their work of this kind: the titles and roles.
async fn work(client: &Client) -> Vec<(String, String)> {
    let query =
        "{ viewer { work(first: 50, kinds: [QUESTION]) { nodes { title role dueOn subject { id } } } } }";
    let items = client.ask(query, Value::Null).await["viewer"]["work"]["nodes"].clone();
    let text = |item: &Value, field: &str| item[field].as_str().unwrap().to_owned();
    items.as_array().unwrap().iter().map(|item| (text(item, "title"), text(item, "role"))).collect()
}

async fn asked(h: Harness) {
    let to_all = sent(&h, 0xc0, Channel::TownHall, &audience(&[])).await;
    let member = h.as_("member");
    let direct = raise(&member, with(question("Why\n\nnow?"), "askedId", person("owner").to_string())).await;
    let office = raise(&member, question("Who decides?")).await;
    let on = raise(&member, with(question("And us?"), "communicationId", to_all.to_string())).await;
    let titles = |expected: &[(&str, &str)]| -> Vec<(String, String)> {
        expected.iter().map(|(title, role)| ((*title).to_owned(), (*role).to_owned())).collect()
    };
    assert_eq!(work(&h.as_("owner")).await, titles(&[("Answer: Why now?", "asked")]));
    assert_eq!(work(&h.as_("pmo")).await, titles(&[("Answer: Who decides?", "programme office")]));
    assert_eq!(work(&h.as_("leader")).await, titles(&[("Answer: And us?", "asked")]));
    assert_eq!(work(&h.as_("scoped_pmo")).await, titles(&[]));
    // Whoever is not asked may not answer, and hardly sees it.
    let answer = |id: &str| json!({ "id": id, "answer": "Because." });
    for (who, id, code) in [
        ("member", &on, "FORBIDDEN"),
        ("owner", &on, "FORBIDDEN"),
        ("member", &direct, "FORBIDDEN"),
        ("finance", &direct, "NOT_FOUND"),
        ("leader", &direct, "NOT_FOUND"),
        ("auditor", &direct, "FORBIDDEN"),
        ("scoped_pmo", &office, "NOT_FOUND"),
    ] {
        let payload = h.as_(who).change("upwardFeedbackAnswer", answer(id), Value::Null).await;
        assert_eq!(problem(&payload).0, code, "{who} {id}");
    }
    h.as_("pmo").must("upwardFeedbackAnswer", answer(&office)).await;
    // The sender is asked, and nobody else is named beside them.
    let twice = with(
        with(question("?"), "communicationId", to_all.to_string()),
        "askedId",
        person("pmo").to_string(),
    );
    let payload = member.change("upwardFeedbackRaise", twice, Value::Null).await;
    assert_eq!(problem(&payload), ("INVALID".to_owned(), "input.askedId".to_owned()));
    // What somebody is asked goes to somebody else when they leave, or is listed.
    let open = "query($id: ID!) { node(id: $id) { ... on Person { openWork { roles subject { id } } } } }";
    let variables = json!({ "id": person("owner").to_string() });
    let listed = h.as_("admin").ask(open, variables.clone()).await["node"]["openWork"].clone();
    assert_eq!(listed, json!([]), "an administrator does not see it");
    let listed = h.as_("pmo").ask(open, variables).await["node"]["openWork"].clone();
    assert_eq!(listed, json!([{ "roles": ["ASKED"], "subject": { "id": direct } }]));
    let leave = json!({ "id": person("owner").to_string(), "reassignTo": person("other_owner").to_string() });
    h.as_("admin").must("personDeactivate", leave).await;
    assert_eq!(work(&h.as_("other_owner")).await, titles(&[("Answer: Why now?", "asked")]));
    let query = "{ events(filter: { action: { eq: \"upward_feedback.handed_over\" } }) { nodes { actor { id } subject { id } } } }";
    let events = h.as_("pmo").ask(query, Value::Null).await["events"]["nodes"].clone();
    assert_eq!(
        events,
        json!([{ "actor": { "id": person("admin").to_string() }, "subject": { "id": direct } }])
    );
    h.as_("other_owner").must("upwardFeedbackAnswer", answer(&direct)).await;
    // The programme office is asked on what somebody said who has left.
    let leave = json!({ "id": person("leader").to_string() });
    h.as_("admin").must("personDeactivate", leave).await;
    // What they were asked before waits for the office too, where nobody has it from them.
    assert_eq!(work(&h.as_("pmo")).await, titles(&[("Answer: And us?", "programme office")]));
    let late = raise(&member, with(question("Still?"), "communicationId", to_all.to_string())).await;
    assert_eq!(read(&member, &late).await["asked"], Value::Null);
}

async fn votes(h: Harness) {
    let to_all = sent(&h, 0xc0, Channel::TownHall, &audience(&[])).await;
    let id = raise(&h.as_("member"), with(question("Why?"), "communicationId", to_all.to_string())).await;
    let vote = |up: bool| json!({ "id": id, "vote": up });
    // Five times at once, and once each.
    let clients: Vec<Client> = (0..5).map(|_| h.as_("nobody")).collect();
    let all =
        join_all(clients.iter().map(|client| client.change("upwardFeedbackVote", vote(true), Value::Null)))
            .await;
    assert!(all.iter().all(|payload| payload["userErrors"] == json!([])), "{all:?}");
    join_all(["member", "owner", "pmo"].map(|who| {
        let client = h.as_(who);
        let input = vote(true);
        async move { client.change("upwardFeedbackVote", input, Value::Null).await }
    }))
    .await;
    let told = async |who: &str| {
        let row = read(&h.as_(who), &id).await;
        (
            row["votes"].as_i64().unwrap(),
            row["viewerVotes"].as_bool().unwrap(),
            row["version"].as_i64().unwrap(),
        )
    };
    assert_eq!(told("nobody").await, (4, true, 1));
    assert_eq!(told("finance").await, (4, false, 1));
    h.as_("nobody").must("upwardFeedbackVote", vote(false)).await;
    h.as_("finance").must("upwardFeedbackVote", vote(false)).await;
    assert_eq!(told("nobody").await, (3, false, 1));
    // The log says that somebody votes, and not who.
    let query = "{ events(filter: { action: { eq: \"upward_feedback.voted\" } }) { nodes { actor { id } apiKey { id } requestId changes { field before after } } } }";
    let events = h.as_("auditor").ask(query, Value::Null).await["events"]["nodes"].clone();
    let events = events.as_array().unwrap();
    assert_eq!(events.len(), 5);
    for event in events {
        assert_eq!((&event["actor"], &event["requestId"]), (&Value::Null, &Value::Null), "{event}");
    }
    let rows: BTreeSet<String> =
        h.dump().await.into_iter().filter(|row| row.starts_with("upward_votes")).collect();
    assert_eq!(rows.len(), 3);
    h.as_("leader").must("upwardFeedbackAnswer", json!({ "id": id, "answer": "Because." })).await;
    h.as_("nobody").must("upwardFeedbackVote", vote(true)).await;
    h.as_("leader").must("upwardFeedbackResolve", json!({ "id": id, "to": "DECLINED" })).await;
    let payload = h.as_("finance").change("upwardFeedbackVote", vote(true), Value::Null).await;
    assert_eq!(problem(&payload), ("CONFLICT".to_owned(), "input.id".to_owned()));
}

async fn seen(h: Harness) {
    let few = sent(&h, 0xc1, Channel::TeamMeeting, &[person("member"), person("nobody")]).await;
    let member = h.as_("member");
    let on = raise(&member, with(question("On it?"), "communicationId", few.to_string())).await;
    let direct = raise(&member, with(question("For you?"), "askedId", person("owner").to_string())).await;
    let office = raise(&member, question("For the office?")).await;
    let all = [&on, &direct, &office];
    let list = "{ upwardFeedback { totalCount nodes { id } } events(filter: { action: { startsWith: \"upward_feedback\" } }) { totalCount } }";
    for (who, sees) in [
        ("member", [true, true, true]),
        ("nobody", [true, false, false]),
        ("owner", [false, true, false]),
        ("leader", [true, false, false]),
        ("pmo", [true, true, true]),
        ("auditor", [true, true, true]),
        ("finance", [false, false, false]),
        ("admin", [false, false, false]),
    ] {
        let client = h.as_(who);
        for (id, sees) in all.into_iter().zip(sees) {
            assert_eq!(read(&client, id).await["id"] == json!(id), sees, "{who} {id}");
        }
        let count = sees.into_iter().filter(|sees| *sees).count();
        let found = client.ask(list, Value::Null).await;
        let told = (&found["upwardFeedback"]["totalCount"], &found["events"]["totalCount"]);
        assert_eq!(told, (&json!(count), &json!(count)), "{who}");
    }
    // Whoever sees one on a communication that is not theirs sees nothing more of that.
    let by_text = "{ upwardFeedback(filter: { text: { contains: \"on IT\" }, communication: { id: { isNull: false } } }) { nodes { id } } }";
    let found = member.ask(by_text, Value::Null).await["upwardFeedback"]["nodes"].clone();
    assert_eq!(found, json!([{ "id": on }]));
}

async fn constant(h: Harness) {
    let to_all = sent(&h, 0xc0, Channel::TownHall, &audience(&[])).await;
    let query = "{ upwardFeedback(filter: { state: { eq: OPEN } }, orderBy: [{ field: RAISED_ON }]) { nodes { \
                 text votes viewerVotes from { name } asked { name } communication { id } answeredBy { name } } } }";
    let mut statements = BTreeSet::new();
    for round in 0..2 {
        for number in 0..=(round * 12) {
            let text = format!("Question {round}/{number}");
            raise(&h.as_("member"), with(question(&text), "communicationId", to_all.to_string())).await;
        }
        statements.insert(h.as_("pmo").send(query, Value::Null).await.statements);
    }
    assert_eq!(statements.len(), 1, "{statements:?}");
}
