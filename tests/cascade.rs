//! The cascade: the worked one, what hangs on whom, pages of who trained whom, and questions that cannot be answered.

use chrono::TimeDelta;
use sea_orm::EntityTrait as _;
use serde_json::{Value, json};
use tutti_entity::ids::{AttendanceId, CertificationId, CurriculumId, PersonId, TrainingSessionId};
use tutti_entity::people::person::{self as people, Locale, PersonStatus, Tier};
use tutti_entity::people::role_grant::Role;
use tutti_entity::training::certification::Level;
use tutti_entity::training::{attendance, certification, curriculum, training_session};
use uuid::Uuid;

use crate::harness::{Client, Harness, Suite, fresh, person};
use crate::people::only;

pub fn register(suite: &mut Suite) {
    suite.both("cascade::the_worked_cascade", worked);
    suite.both("cascade::without_somebody", without);
    suite.both("cascade::who_trained_whom_goes_on_page_by_page", pages);
    suite.both("cascade::what_cannot_be_answered", refusals);
    suite.both("cascade::scores_make_fidelity_and_are_told_of_nobody", scores);
    suite.both("cascade::what_is_found_out_late_is_told_at_once", late);
    suite.both("cascade::statements_do_not_grow_with_the_rows", constant);
}

/// The curriculum that is taught.
fn taught() -> CurriculumId {
    CurriculumId(Uuid::from_u128(7))
}

fn named(letter: char) -> PersonId {
    PersonId(Uuid::from_u128(1000 + u128::from(u32::from(letter))))
}

fn somebody(h: &Harness, letter: char) -> people::ActiveModel {
    let email = format!("{letter}@cascade.example");
    fresh(people::Model {
        id: named(letter),
        version: 1,
        name: letter.to_string(),
        name_folded: letter.to_lowercase().to_string(),
        email_folded: email.to_lowercase(),
        email,
        tier: Tier::Frontline,
        status: PersonStatus::Active,
        locale: Locale::En,
        org_unit_id: None,
        manager_id: None,
        last_sign_in_at: None,
        daily_digest: false,
        created_at: h.now(),
        updated_at: h.now(),
    })
}

/// A session of each line: who trained, and who completed it with which score; a day between them.
async fn teach(h: &Harness, lines: &[(char, &str)], score_bp: impl Fn(char) -> Option<i32>) {
    let at = h.now();
    let mut letters: Vec<_> =
        lines.iter().flat_map(|(trainer, those)| those.chars().chain([*trainer])).collect();
    letters.sort_unstable();
    letters.dedup();
    let first = at.date_naive() - TimeDelta::days(200);
    let subject = curriculum::Model {
        id: taught(),
        version: 1,
        name: "Listening".to_owned(),
        name_folded: "listening".to_owned(),
        objectives: None,
        validity: None,
        min_minutes: 60,
        pass_mark_bp: 6000,
        practice_within: None,
        created_at: at,
        updated_at: at,
    };
    let certificate = |(number, trainer): (u128, char)| {
        fresh::<certification::ActiveModel, _>(certification::Model {
            id: CertificationId(Uuid::from_u128(number)),
            version: 1,
            person_id: named(trainer),
            curriculum_id: taught(),
            level: if trainer == 'M' { Level::Master } else { Level::Trainer },
            issued_on: first,
            expires_on: None,
            revoked_on: None,
            revoked_reason: None,
            replaced_on: None,
            replaces_id: None,
            issued_by_id: None,
            basis_id: None,
            created_at: at,
            updated_at: at,
        })
    };
    let trainers: std::collections::BTreeSet<_> = lines.iter().map(|(trainer, _)| *trainer).collect();
    let day = |number: usize| first + TimeDelta::days(i64::try_from(number).unwrap());
    let session = |(number, (trainer, _)): (usize, &(char, &str))| {
        fresh::<training_session::ActiveModel, _>(training_session::Model {
            id: session_id(number),
            version: 1,
            curriculum_id: taught(),
            trainer_id: named(*trainer),
            initiative_id: None,
            scheduled_on: day(number),
            held_on: Some(day(number)),
            place: None,
            state: training_session::State::Held,
            flag: None,
            created_at: at,
            updated_at: at,
        })
    };
    let mut attended = Vec::new();
    for (number, (trainer, those)) in lines.iter().enumerate() {
        for (place, who) in those.chars().enumerate() {
            attended.push(fresh::<attendance::ActiveModel, _>(attendance::Model {
                id: AttendanceId(Uuid::from_u128(u128::try_from(number * 1000 + place).unwrap())),
                version: 1,
                session_id: session_id(number),
                person_id: named(who),
                status: attendance::Status::Completed,
                minutes: Some(90),
                pre_score_bp: None,
                post_score_bp: score_bp(who),
                curriculum_id: taught(),
                trainer_id: named(*trainer),
                held_on: Some(day(number)),
                lineage: true,
                practise_by: None,
                created_at: at,
                updated_at: at,
            }));
        }
    }
    let sessions: Vec<_> = lines.iter().enumerate().map(session).collect();
    let people: Vec<_> = letters.into_iter().map(|letter| somebody(h, letter)).collect();
    let rights: Vec<_> = (1..).zip(trainers).map(certificate).collect();
    h.rows(async |tx| {
        people::Entity::insert_many(people).exec_without_returning(tx).await.unwrap();
        let subject: curriculum::ActiveModel = fresh(subject);
        curriculum::Entity::insert(subject).exec_without_returning(tx).await.unwrap();
        training_session::Entity::insert_many(sessions).exec_without_returning(tx).await.unwrap();
        certification::Entity::insert_many(rights).exec_without_returning(tx).await.unwrap();
        attendance::Entity::insert_many(attended).exec_without_returning(tx).await.unwrap();
    })
    .await;
}

fn session_id(number: usize) -> TrainingSessionId {
    TrainingSessionId(Uuid::from_u128(u128::try_from(number).unwrap()))
}

const WORKED: [(char, &str); 4] = [('M', "ABC"), ('A', "DEFG"), ('B', "FH"), ('D', "IJ")];

const CASCADE: &str = "masters reach attendances hanging generations { number reach attendances activeTrainers \
                       certifiedTrainers growth { value unit state reason } fidelity { value state } fidelityIsEstimate }";

async fn cascade(client: &Client, without: &str) -> Value {
    let gone: Vec<_> = without.chars().map(|letter| named(letter).to_string()).collect();
    let query = format!(
        "query($id: ID!, $without: [ID!]) {{ cascade(curriculumId: $id, without: $without) {{ {CASCADE} }} }}"
    );
    client.ask(&query, json!({ "id": taught().to_string(), "without": gone })).await["cascade"].clone()
}

fn each<'v>(cascade: &'v Value, field: &str) -> Vec<&'v Value> {
    cascade["generations"].as_array().unwrap().iter().map(|of| of.pointer(field).unwrap()).collect()
}

async fn worked(h: Harness) {
    teach(&h, &WORKED, |_| None).await;
    let found = cascade(&h.as_("member"), "").await;
    assert_eq!(each(&found, "/number"), [1, 2, 3]);
    assert_eq!(each(&found, "/reach"), [3, 5, 2]);
    assert_eq!(each(&found, "/attendances"), [3, 6, 2]);
    assert_eq!(
        (&found["reach"], &found["attendances"], &found["masters"]),
        (&json!(10), &json!(11), &json!(1))
    );
    assert_eq!(each(&found, "/activeTrainers"), [2, 1, 0]);
    assert_eq!(each(&found, "/certifiedTrainers"), [2, 1, 0]);
    assert_eq!(each(&found, "/growth/value"), [&Value::Null, &json!("1.6667"), &json!("0.4000")]);
    assert_eq!(
        found["generations"][0]["growth"],
        json!({ "value": null, "unit": "RATIO", "state": "NOT_APPLICABLE", "reason": "there is no generation before it" })
    );
    assert_eq!(each(&found, "/fidelity/value"), ["0.7500", "0.5625", "0.4219"]);
    assert_eq!(each(&found, "/fidelityIsEstimate"), [true, true, true]);
    assert_eq!(found["hanging"], json!(0));
}

async fn without(h: Harness) {
    teach(&h, &WORKED, |_| None).await;
    let member = h.as_("member");
    for (gone, reach, hanging, attendances) in [
        ("B", json!([2, 4, 2]), 1, 8),
        ("A", json!([2, 2]), 5, 4),
        ("M", json!([]), 10, 0),
        ("AB", json!([1]), 7, 1),
    ] {
        let found = cascade(&member, gone).await;
        assert_eq!(json!(each(&found, "/reach")), reach, "without {gone}");
        assert_eq!((&found["hanging"], &found["attendances"]), (&json!(hanging), &json!(attendances)));
    }
    // Both at once are read once.
    let query = "query($id: ID!, $gone: [ID!]) { now: cascade(curriculumId: $id) { reach } \
                 then: cascade(curriculumId: $id, without: $gone) { reach hanging \
                 trainees { trainee { name } trainer { name } generation } } }";
    let variables = json!({ "id": taught().to_string(), "gone": [named('A').to_string()] });
    let found = member.ask(query, variables).await;
    assert_eq!((&found["now"]["reach"], &found["then"]["reach"]), (&json!(10), &json!(4)));
    let line = |trainer, trainee, generation| json!({ "trainee": { "name": trainee }, "trainer": { "name": trainer }, "generation": generation });
    assert_eq!(
        found["then"]["trainees"],
        json!([line("M", "B", 1), line("M", "C", 1), line("B", "F", 2), line("B", "H", 2)])
    );
}

async fn trainees(client: &Client, arguments: &str) -> String {
    let query = format!(
        "query($id: ID!) {{ cascade(curriculumId: $id) {{ trainees{arguments} {{ trainer {{ name }} trainee {{ name }} generation session {{ id }} }} }} }}"
    );
    let found =
        client.ask(&query, json!({ "id": taught().to_string() })).await["cascade"]["trainees"].clone();
    let links = found.as_array().unwrap().iter().map(|link| {
        let name = |of: &str| link[of]["name"].as_str().unwrap();
        format!("{}{}{}", name("trainer"), name("trainee"), link["generation"])
    });
    links.collect::<Vec<_>>().join(" ")
}

async fn pages(h: Harness) {
    teach(&h, &WORKED, |_| None).await;
    let member = h.as_("member");
    let all = "MA1 MB1 MC1 AD2 AE2 AF2 AG2 BH2 DI3 DJ3";
    assert_eq!(trainees(&member, "").await, all);
    let of = |letter| format!("(trainerId: \"{}\")", named(letter));
    assert_eq!(trainees(&member, &of('A')).await, "AD2 AE2 AF2 AG2");
    assert_eq!(trainees(&member, &of('B')).await, "BH2");
    assert_eq!(trainees(&member, &of('J')).await, "");
    assert_eq!(trainees(&member, "(generation: 2)").await, "AD2 AE2 AF2 AG2 BH2");
    assert_eq!(trainees(&member, "(generation: -1)").await, "");
    assert_eq!(trainees(&member, "(first: 0)").await, "");
    let (mut pages, mut after) = (Vec::new(), String::new());
    loop {
        let page = trainees(&member, &format!("(first: 3{after})")).await;
        let Some(last) = page.split(' ').next_back().filter(|last| !last.is_empty()) else { break };
        after = format!(", after: \"{}\"", named(last.chars().nth(1).unwrap()));
        pages.push(page);
    }
    assert_eq!(pages.join(" "), all);
    assert_eq!(pages.len(), 4);
}

async fn refusals(h: Harness) {
    teach(&h, &WORKED, |_| None).await;
    let ask = async |client: Client, rest: &str, of: CurriculumId| {
        let query = format!("query($id: ID!) {{ cascade(curriculumId: $id{rest} {{ reach }} }}");
        client.send(&query, json!({ "id": of.to_string() })).await.code()
    };
    let member = h.as_("member");
    assert_eq!(ask(member.clone(), ")", CurriculumId(Uuid::from_u128(8))).await, "BAD_USER_INPUT");
    assert_eq!(ask(h.anonymous(), ")", taught()).await, "UNAUTHENTICATED");
    let many: Vec<_> = (0..51).map(|number| format!("\"{}\"", PersonId(Uuid::from_u128(number)))).collect();
    assert_eq!(
        ask(member.clone(), &format!(", without: [{}])", many.join(" ")), taught()).await,
        "BAD_USER_INPUT"
    );
    for wrong in [
        "first: 201",
        "first: -1",
        &format!("after: \"{}\"", named('M')),
        &format!("after: \"{}\"", named('Z')),
    ] {
        let query = format!(
            "query($id: ID!) {{ cascade(curriculumId: $id) {{ trainees({wrong}) {{ generation }} }} }}"
        );
        let code = member.send(&query, json!({ "id": taught().to_string() })).await.code();
        assert_eq!(code, "BAD_USER_INPUT", "{wrong}");
    }
}

async fn scores(h: Harness) {
    // Five of each generation: 90 % and 72 %; the last of one more generation has none.
    let score = |who: char| match who {
        'A'..='E' => Some(9000),
        'F'..='J' => Some(7200),
        _ => None,
    };
    teach(&h, &[('M', "ABCDE"), ('A', "FGHIJ"), ('F', "K")], score).await;
    let member = h.as_("member");
    let found = cascade(&member, "").await;
    assert_eq!(each(&found, "/fidelity/value"), ["1.0000", "0.8000", "0.4219"]);
    assert_eq!(each(&found, "/fidelityIsEstimate"), [false, false, true]);
    // The difference to this would tell the score of one of them.
    let less = cascade(&member, "K").await;
    assert_eq!(each(&less, "/fidelityIsEstimate"), [true, true]);
    assert_eq!(each(&less, "/fidelity/value"), ["0.7500", "0.5625"]);
}

async fn constant(h: Harness) {
    let query = format!(
        "query($id: ID!, $gone: [ID!]) {{ cascade(curriculumId: $id) {{ curriculum {{ name }} {CASCADE} \
         trainees {{ trainer {{ name }} trainee {{ name }} session {{ heldOn }} }} }} then: cascade(curriculumId: $id, without: $gone) {{ reach }} }}"
    );
    let variables = json!({ "id": taught().to_string(), "gone": [named('A').to_string()] });
    teach(&h, &WORKED, |_| None).await;
    let answer = h.as_("member").send(&query, variables.clone()).await;
    assert!(answer.errors.is_empty(), "{:?}", answer.errors);
    let few = answer.statements;
    let more = "INSERT INTO attendances (id, version, session_id, person_id, status, curriculum_id, trainer_id, held_on, lineage, created_at, updated_at) \
                SELECT p.id, 1, s.id, p.id, 'COMPLETED', s.curriculum_id, s.trainer_id, s.held_on, true, p.created_at, p.created_at \
                FROM people p, (SELECT * FROM training_sessions ORDER BY id LIMIT 1) s WHERE p.name_folded > 'j' AND p.name_folded <> 'm'";
    h.rows(async |tx| sea_orm::ConnectionTrait::execute_unprepared(tx, more).await.unwrap()).await;
    let answer = h.as_("member").send(&query, variables).await;
    assert!(answer.errors.is_empty(), "{:?}", answer.errors);
    assert_eq!(answer.data()["cascade"]["masters"], json!(1));
    assert!(answer.data()["cascade"]["reach"].as_i64().unwrap() > 15);
    assert_eq!(few, answer.statements);
    assert!(few <= 8, "{few}");
}

/// Carries a mutation out that has to succeed: the id of what it answers.
async fn does(client: &Client, mutation: &str, noun: &str, input: Value) -> String {
    let (first, rest) = mutation.split_at(1);
    let query = format!(
        "mutation($input: {}{rest}Input!) {{ {mutation}(input: $input) {{ {noun} {{ id }} userErrors {{ code message path }} }} }}",
        first.to_uppercase()
    );
    let payload = client.ask(&query, json!({ "input": input })).await[mutation].clone();
    assert_eq!(payload["userErrors"], json!([]), "{mutation} {input}");
    payload[noun]["id"].as_str().unwrap().to_owned()
}

async fn late(h: Harness) {
    only(&h, "nobody", Role::ChangeLead, |_| ()).await;
    let lead = h.as_("nobody");
    let id = |who: &str| person(who).to_string();
    let taught = json!({ "name": "Listening", "minMinutes": 60, "passMark": 60 });
    let taught = does(&lead, "curriculumCreate", "curriculum", taught).await;
    let certify = async |who: &str, level: &str, on: &str| {
        let input = json!({ "personId": id(who), "curriculumId": taught, "level": level, "issuedOn": on });
        does(&lead, "certificationIssue", "certification", input).await
    };
    let teaches = async |trainer: &str, on: &str, those: &[&str]| {
        let input = json!({ "curriculumId": taught, "trainerId": id(trainer), "scheduledOn": on });
        let session = does(&lead, "trainingSessionSchedule", "trainingSession", input).await;
        let those: Vec<_> = those.iter().map(|who| json!({ "personId": id(who), "minutes": 90 })).collect();
        let input = json!({ "id": session, "heldOn": on, "attendances": those });
        does(&lead, "trainingSessionHold", "trainingSession", input).await
    };
    let seen = async || {
        let query = "query($id: ID!) { cascade(curriculumId: $id) { attendances trainees { trainer { email } trainee { email } generation } } }";
        let found = h.as_("member").ask(query, json!({ "id": taught })).await["cascade"].clone();
        let links = found["trainees"].as_array().unwrap().iter().map(|link| {
            let who = |of: &str| link[of]["email"].as_str().unwrap().split('@').next().unwrap().to_owned();
            format!("{}>{} {}", who("trainer"), who("trainee"), link["generation"])
        });
        (found["attendances"].as_i64().unwrap(), links.collect::<Vec<_>>())
    };
    certify("leader", "MASTER", "2025-01-01").await;
    teaches("leader", "2025-02-01", &["owner", "other_owner"]).await;
    let owners = certify("owner", "TRAINER", "2025-02-05").await;
    let second = teaches("owner", "2025-02-10", &["member", "finance"]).await;
    let third = teaches("other_owner", "2025-02-20", &["pmo", "finance"]).await;
    let firsts = ["leader>owner 1", "leader>other_owner 1"];
    let now = async |attendances: i64, others: &[&str]| {
        let mut expected: Vec<_> = firsts.iter().chain(others).map(|link| (*link).to_owned()).collect();
        let (counted, mut links) = seen().await;
        expected.sort();
        links.sort();
        assert_eq!((counted, links), (attendances, expected));
    };
    // The third session was held by somebody without a certificate: attended, and nobody's lineage.
    now(6, &["owner>member 2", "owner>finance 2"]).await;
    // The certificate was there all the time, and is entered late.
    certify("other_owner", "TRAINER", "2025-02-15").await;
    now(6, &["owner>member 2", "owner>finance 2", "other_owner>pmo 2"]).await;
    // The second was held later than it was written down: what came first for one is another now.
    let moved = json!({ "id": second, "heldOn": "2025-02-25", "reason": "Read off the sign-in list." });
    does(&lead, "trainingSessionCorrect", "trainingSession", moved).await;
    now(6, &["owner>member 2", "other_owner>finance 2", "other_owner>pmo 2"]).await;
    // A certificate that is revoked for a day before takes with it what was taught from then on.
    let revoked = json!({ "id": owners, "revokedOn": "2025-02-20", "reason": "Not renewed abroad." });
    does(&lead, "certificationRevoke", "certification", revoked).await;
    now(6, &["other_owner>finance 2", "other_owner>pmo 2"]).await;
    // Who left early has completed nothing.
    let early = json!({ "sessionId": third, "personId": id("pmo"), "minutes": 10, "reason": "Left early." });
    does(&lead, "attendanceRecord", "attendance", early).await;
    now(5, &["other_owner>finance 2"]).await;
}
