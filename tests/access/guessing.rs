//! Somebody who guesses passwords: learns nothing from the time, slows nobody down, locks nobody out.

use std::cell::Cell;
use std::sync::Arc;
use std::time::{Duration, Instant};

use awc::http::header;
use chrono::TimeDelta;
use futures_util::{StreamExt as _, future::join, stream};
use sea_orm::EntityTrait as _;
use serde_json::{Value, json};
use tutti::access::password::{Passwords, Work};
use tutti::access::token::Keys;
use tutti::app::App;
use tutti_entity::accounts::password;
use tutti_entity::ids::{PasswordId, TypedId as _};

use super::forged::{a_session, add};
use crate::harness::{GENEROUS, Harness, Suite, door_with, fresh, key_file, person};

pub fn register(suite: &mut Suite) {
    suite.both("access::ten_thousand_guesses_at_one_account_slow_nobody_down", flood);
    suite.both("access::nobody_is_as_much_work_as_a_wrong_password", same_work);
}

const PASSWORD: &str = "nine gentle bridges";
const SIGN_IN: &str =
    "mutation($input: SignInInput!) { signIn(input: $input) { accessToken userErrors { code } } }";
const GUESSES: u32 = 10_000;
/// How many guesses are under way at once.
const AT_ONCE: usize = 16;

fn passwords() -> Passwords {
    Passwords::new(Work::OWASP, 1).unwrap()
}

/// A house that checks one password at a time, with as much work as a real one. These people have one.
async fn house(h: &Harness, who: &[&str]) -> Arc<App> {
    let hash = passwords().hash(PASSWORD).await.unwrap();
    let rows = who.iter().map(|who| {
        fresh::<password::ActiveModel, _>(password::Model {
            id: PasswordId::from_uuid(person(who).uuid()),
            version: 1,
            hash: Some(hash.clone()),
            reset_hash: None,
            reset_expires_at: None,
            created_at: h.now(),
            updated_at: h.now(),
        })
    });
    h.rows(async |tx| password::Entity::insert_many(rows).exec_without_returning(tx).await.unwrap()).await;
    h.house(door_with(Keys::load_or_create(&key_file()).unwrap(), passwords(), None), GENEROUS)
}

/// Somebody who calls the server.
struct Caller<'h> {
    harness: &'h Harness,
    client: awc::Client,
    url: String,
}

impl Caller<'_> {
    async fn post(&self, from: &str, token: Option<&str>, body: &Value) -> (u16, Value) {
        let mut request = self
            .client
            .post(&self.url)
            .timeout(Duration::from_mins(1))
            .insert_header((header::ACCEPT, "application/graphql-response+json"))
            .insert_header((header::X_FORWARDED_FOR, from));
        if let Some(token) = token {
            request = request.insert_header((header::AUTHORIZATION, token));
        }
        let mut response = request.send_json(body).await.unwrap();
        let status = response.status().as_u16();
        assert_eq!(status == 429, response.headers().contains_key(header::RETRY_AFTER));
        (status, response.json().await.unwrap())
    }

    /// What comes of an attempt: `in`, `wrong` or `throttled`.
    async fn sign_in(&self, who: &str, password: &str, from: &str) -> &'static str {
        let input = json!({ "email": format!("{who}@tutti.example"), "password": password });
        let body = json!({ "query": SIGN_IN, "variables": { "input": input } });
        let (status, body) = self.post(from, None, &body).await;
        let answer = &body["data"]["signIn"];
        match status {
            200 if answer["accessToken"].is_string() => "in",
            200 if answer["userErrors"][0]["code"] == json!("INVALID") => "wrong",
            429 => "throttled",
            _ => panic!("{status} {body}"),
        }
    }

    /// How long it takes somebody else to sign in, and how long it takes a third to ask.
    async fn others(&self) -> [Duration; 2] {
        let began = Instant::now();
        assert_eq!(self.sign_in("finance", PASSWORD, "198.51.100.1").await, "in");
        let signed_in = began.elapsed();
        let query = json!({ "query": "{ people { nodes { name manager { name } } } }" });
        let (token, began) = (self.harness.as_("pmo"), Instant::now());
        let (status, body) = self.post("198.51.100.2", Some(token.authorization()), &query).await;
        assert!(status == 200 && body.get("errors").is_none(), "{status} {body}");
        [signed_in, began.elapsed()]
    }
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

fn medians(times: &[[Duration; 2]]) -> [Duration; 2] {
    [0, 1].map(|which| median(times.iter().map(|pair| pair[which]).collect()))
}

async fn flood(h: Harness) {
    let app = house(&h, &["member", "finance"]).await;
    // The one who is attacked has signed in from here before.
    add(&h, vec![a_session(&h, 50, person("member"))], Vec::new()).await;
    let known = "203.0.113.50";
    let trust = "127.0.0.0/8".parse().unwrap();
    let url = h.serve_app(app, |settings| settings.proxies.trusted = vec![trust]);
    let caller = Caller { harness: &h, client: awc::Client::default(), url: format!("{url}/graphql") };
    let mut alone = Vec::new();
    for _ in 0..9 {
        alone.push(caller.others().await);
    }
    let going_on = Cell::new(true);
    let attack = async {
        // Each from an address of its own, as from a network of machines that somebody has taken over.
        let from = |number: u32| format!("10.{}.{}.{}", number >> 16, (number >> 8) & 255, number & 255);
        let guess = |number: u32| {
            let caller = &caller;
            async move { caller.sign_in("member", &format!("guess number {number}"), &from(number)).await }
        };
        let came = stream::iter(0..GUESSES).map(guess).buffer_unordered(AT_ONCE).collect::<Vec<_>>().await;
        going_on.set(false);
        came
    };
    let meanwhile = async {
        let mut times = Vec::new();
        while going_on.get() || times.len() < 9 {
            times.push(caller.others().await);
            assert_eq!(caller.sign_in("member", PASSWORD, known).await, "in", "they have been there before");
        }
        times
    };
    let (came, during) = join(attack, meanwhile).await;
    // No more was tried than a person tries by mistake.
    let count = |what| came.iter().filter(|one| **one == what).count();
    assert_eq!((count("wrong"), count("throttled")), (10, came.len() - 10));
    let (alone, during) = (medians(&alone), medians(&during));
    let told = format!("alone {alone:?}, during the attack {during:?}");
    assert!(during[0] < alone[0] * 10 + Duration::from_secs(1), "signing in: {told}");
    assert!(during[1] < alone[1] * 20 + Duration::from_secs(1), "asking: {told}");
    // From an address that is new they wait, for half a minute and not for good.
    assert_eq!(caller.sign_in("member", PASSWORD, "198.51.100.3").await, "throttled");
    h.pass(TimeDelta::seconds(30));
    assert_eq!(caller.sign_in("member", PASSWORD, "198.51.100.3").await, "in");
    assert_eq!(caller.sign_in("member", "another guess", "10.9.9.9").await, "wrong");
    assert_eq!(caller.sign_in("member", PASSWORD, "198.51.100.4").await, "throttled");
}

async fn same_work(h: Harness) {
    let app = house(&h, &["member", "left"]).await;
    let (passwords, hash) = (passwords(), passwords().hash(PASSWORD).await.unwrap());
    // Nobody, somebody without a password, somebody who has left, and a wrong password.
    let who = ["stranger", "pmo", "left", "member"];
    let mut times = [const { Vec::new() }; 4];
    let mut work = Vec::new();
    for round in 0..11 {
        let mut told = Vec::new();
        for (number, who) in who.iter().enumerate() {
            let client = h.anonymous().in_(&app).at(&format!("10.0.{number}.{round}"));
            let password = if *who == "left" { PASSWORD } else { "another password" };
            let input = json!({ "email": format!("{who}@tutti.example"), "password": password });
            let began = Instant::now();
            let answer = client.send(SIGN_IN, json!({ "input": input })).await;
            times[number].push(began.elapsed());
            told.push((answer.statements, answer.json()));
        }
        assert!(told[0].1["data"]["signIn"]["userErrors"][0]["code"] == json!("INVALID"), "{}", told[0].1);
        assert!(told.iter().all(|one| *one == told[0]), "the same answer after as many statements: {told:?}");
        let began = Instant::now();
        assert!(!passwords.verify("another password", Some(&hash)).await.unwrap());
        work.push(began.elapsed());
        h.pass(TimeDelta::minutes(5));
    }
    // The quickest of each: whatever else the machine does only makes one slower, and on a busy machine that is
    // a lot. Without the work an answer would come in a fiftieth of the time.
    let quickest = |times: Vec<Duration>| times.into_iter().min().unwrap();
    let (times, work) = (times.map(quickest), quickest(work));
    let (shortest, longest) = (*times.iter().min().unwrap(), *times.iter().max().unwrap());
    assert!(longest < shortest * 8, "{who:?} take {times:?}");
    assert!(shortest > work / 8, "{who:?} take {times:?}, a password {work:?}");
}
