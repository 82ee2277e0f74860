//! Every root field against every token that is not good: none answers, and nothing is written.

use std::fmt::Write as _;

use async_graphql::parser::types::FieldDefinition;
use awc::http::header;
use chrono::{Days, TimeDelta};
use sea_orm::{ConnectionTrait as _, EntityTrait as _};
use serde_json::{Value, json};
use tutti::access::secret;
use tutti_entity::accounts::{api_key, session};
use tutti_entity::ids::{ApiKeyId, PersonId, SessionId};
use tutti_entity::people::role_grant::Roles;
use uuid::Uuid;

use super::jwt::{Signer, message, shared, text, with};
use super::smallest;
use crate::harness::{Harness, Suite, fresh, person};
use crate::schema::Sdl;

pub fn register(suite: &mut Suite) {
    suite.world("access::no_root_field_answers_a_token_that_is_not_good", forged);
    suite.world("access::a_server_answers_a_token_that_is_not_good_with_401", refused);
}

/// The smallest question to a root field, with its variables.
pub fn question(sdl: &Sdl, root: &str, field: &FieldDefinition) -> (String, Value) {
    let needed = field.arguments.iter().filter(|argument| !argument.node.ty.node.nullable);
    let mut variables = serde_json::Map::new();
    let (mut declared, mut passed) = (String::new(), String::new());
    for argument in needed {
        let (name, ty) = (&argument.node.name, &argument.node.ty);
        write!(declared, "${name}: {ty} ").unwrap();
        write!(passed, "{name}: ${name} ").unwrap();
        variables.insert(name.to_string(), smallest(sdl, &ty.node));
    }
    let wrap = |text: String| if text.is_empty() { text } else { format!("({text})") };
    let (keyword, passed) = (root.to_lowercase(), wrap(passed));
    let text = format!("{keyword}{} {{ {}{passed} {{ __typename }} }}", wrap(declared), field.name);
    (text, Value::Object(variables))
}

/// A session of somebody.
pub fn a_session(h: &Harness, number: u128, who: PersonId) -> session::Model {
    session::Model {
        id: SessionId(Uuid::from_u128(number)),
        version: 1,
        person_id: who,
        address: format!("203.0.113.{number}"),
        last_used_at: h.now(),
        expires_at: h.now() + TimeDelta::days(30),
        ended_at: None,
        created_at: h.now(),
        updated_at: h.now(),
    }
}

/// A key of somebody that only reads and has no roles, and is found by this secret.
pub fn a_key(h: &Harness, number: u128, who: PersonId, secret: &str) -> api_key::Model {
    api_key::Model {
        id: ApiKeyId(Uuid::from_u128(number)),
        version: 1,
        name: format!("Key {number}"),
        name_folded: format!("key {number}"),
        person_id: who,
        roles: Roles::new(&[]),
        read_only: true,
        hash: secret::hash(secret),
        expires_on: h.now().date_naive() + Days::new(30),
        last_used_at: None,
        revoked_at: None,
        created_at: h.now(),
        updated_at: h.now(),
    }
}

pub async fn add(h: &Harness, sessions: Vec<session::Model>, keys: Vec<api_key::Model>) {
    h.rows(async |tx| {
        let sessions = sessions.into_iter().map(fresh::<session::ActiveModel, _>);
        session::Entity::insert_many(sessions).exec_without_returning(tx).await.unwrap();
        let keys = keys.into_iter().map(fresh::<api_key::ActiveModel, _>);
        api_key::Entity::insert_many(keys).exec_without_returning(tx).await.unwrap();
    })
    .await;
}

/// A name and a token.
type Named = (String, String);

/// Tokens that are good, so that what is wrong with the others is what they are named after.
fn good(h: &Harness, ours: &Signer, claims: &Value) -> Vec<Named> {
    let sid = |number| json!(Uuid::from_u128(number));
    let early = json!(h.now().timestamp() + 5);
    vec![
        ("a good token".to_owned(), ours.token(claims)),
        ("one of a clock that is ahead a little".to_owned(), ours.token(&with(claims, "nbf", early))),
        ("one in a session".to_owned(), ours.token(&with(claims, "sid", sid(1)))),
        ("a key".to_owned(), "tutti_good".to_owned()),
    ]
}

/// Tokens that are not good, in all ways there are.
fn bad(h: &Harness, ours: &Signer, claims: &Value) -> Vec<Named> {
    let now = h.now().timestamp();
    let mut bad: Vec<Named> = Vec::new();
    let mut add = |name: &str, token: String| bad.push((name.to_owned(), token));
    let session = |number: u128| json!(Uuid::from_u128(number));
    for (name, claim, value) in [
        ("expired", "exp", json!(now)),
        ("without an end", "exp", Value::Null),
        ("not good yet", "nbf", json!(now + 6)),
        ("without a beginning", "nbf", Value::Null),
        ("for somebody else", "aud", json!("another")),
        ("for nobody", "aud", Value::Null),
        ("of another issuer", "iss", json!("https://id.example.org")),
        ("of no issuer", "iss", Value::Null),
        ("of nobody", "sub", Value::Null),
        ("of an address", "sub", json!("pmo@tutti.example")),
        ("of another kind", "sub", json!(crate::harness::unit("Tutti").to_string())),
        ("of somebody who is not there", "sub", json!(PersonId(Uuid::from_u128(7)).to_string())),
        ("of somebody who has left", "sub", json!(person("left").to_string())),
        ("of a session that has ended", "sid", session(2)),
        ("of a session of somebody else", "sid", session(3)),
        ("of a session that is not there", "sid", session(4)),
        ("of what is no session", "sid", json!("ses")),
    ] {
        add(name, ours.token(&with(claims, claim, value)));
    }
    let gone = with(&with(claims, "sub", json!(person("left").to_string())), "sid", session(5));
    add("of a session of somebody who has left", ours.token(&gone));
    let token = ours.token(claims);
    let signature = token.rsplit('.').next().unwrap();
    for alg in ["none", "None", "NONE", ""] {
        let message = message(&json!({ "alg": alg, "typ": "JWT", "kid": ours.kid }), claims);
        add("unsigned", format!("{message}."));
        add("unsigned and cut", message.clone());
        add("unsigned with a signature", format!("{message}.{signature}"));
    }
    for secret in ours.public_forms() {
        add("with the public key as a secret", shared(&secret, &ours.kid, claims));
    }
    add("with an empty secret", shared(b"", &ours.kid, claims));
    let stranger = Signer::stranger();
    add("of an unknown key", stranger.token(claims));
    add("of an unknown key by our name", stranger.token_with(&ours.header(), claims));
    add("of our key by an unknown name", ours.token_with(&stranger.header(), claims));
    add("of our key by no name", ours.token_with(&json!({ "alg": "EdDSA", "typ": "JWT" }), claims));
    let brought = json!({ "alg": "EdDSA", "kid": ours.kid, "jwk": stranger.jwk() });
    add("that brings its key", stranger.token_with(&brought, claims));
    for alg in ["RS256", "ES256"] {
        add("of another algorithm", ours.token_with(&json!({ "alg": alg, "kid": ours.kid }), claims));
    }
    let leader = text(with(claims, "sub", json!(person("leader").to_string())).to_string());
    let parts: Vec<_> = token.split('.').collect();
    add("changed", format!("{}.{leader}.{}", parts[0], parts[2]));
    add("cut", token[..token.len() - 3].to_owned());
    add("without a signature", format!("{}.{}.", parts[0], parts[1]));
    add("twice", format!("{token}.{token}"));
    add("of nothing", "..".to_owned());
    for (name, key) in [
        ("a key that was revoked", "tutti_revoked"),
        ("a key that has expired", "tutti_expired"),
        ("a key of somebody who has left", "tutti_left"),
        ("a key that is not there", "tutti_unknown"),
        ("a key without anything", "tutti_"),
        ("a key and more", "tutti_good x"),
        ("a key in another case", "TUTTI_good"),
        ("a refresh token", "refresh_token"),
    ] {
        add(name, key.to_owned());
    }
    add("the hash of a key", secret::hash("tutti_good"));
    add("the hash of a key as a key", format!("tutti_{}", secret::hash("tutti_good")));
    add("the id of a key", ApiKeyId(Uuid::from_u128(1)).to_string());
    bad
}

/// Sessions and keys that are good, and some that are not: good tokens and bad ones.
async fn tokens(h: &Harness) -> (Vec<Named>, Vec<Named>) {
    let (pmo, left) = (person("pmo"), person("left"));
    let ended = session::Model { ended_at: Some(h.now()), ..a_session(h, 2, pmo) };
    let sessions =
        vec![a_session(h, 1, pmo), ended, a_session(h, 3, person("leader")), a_session(h, 5, left)];
    let key = |number, secret: &str| a_key(h, number, pmo, secret);
    let yesterday = h.now().date_naive() - Days::new(1);
    let keys = vec![
        key(1, "tutti_good"),
        api_key::Model { revoked_at: Some(h.now()), ..key(2, "tutti_revoked") },
        api_key::Model { expires_on: yesterday, ..key(3, "tutti_expired") },
        api_key::Model { person_id: left, ..key(4, "tutti_left") },
    ];
    add(h, sessions, keys).await;
    let now = h.now().timestamp();
    let claims = json!({
        "iss": "tutti", "aud": "tutti", "sub": pmo.to_string(), "iat": now, "nbf": now, "exp": now + 900,
        "jti": Uuid::from_u128(9),
    });
    let ours = Signer::of_the_house();
    (good(h, &ours, &claims), bad(h, &ours, &claims))
}

async fn forged(h: Harness) {
    let sdl = Sdl::of_tutti();
    let (good, bad) = tokens(&h).await;
    for (name, token) in &good {
        let answer = h.with_header(&format!("Bearer {token}")).send(VIEWER, Value::Null).await;
        assert!(answer.errors.is_empty(), "{name}: {:?}", answer.errors);
    }
    // A use of a key is noted, which is all that has been written.
    h.rows(async |tx| tx.execute_unprepared("UPDATE api_keys SET last_used_at = NULL").await.unwrap()).await;
    let before = h.dump().await;
    let mut asked = 0;
    for root in ["Query", "Mutation"] {
        for field in sdl.fields(root) {
            let (query, variables) = question(&sdl, root, field);
            for (name, token) in &bad {
                let answer = h.with_header(&format!("Bearer {token}")).send(&query, variables.clone()).await;
                assert!(!answer.errors.is_empty(), "{query} with a token {name}: {}", answer.data());
                assert_eq!(answer.code(), "UNAUTHENTICATED", "{query} with a token {name}");
                assert!(answer.data().is_null(), "{query} with a token {name}: {}", answer.data());
                asked += 1;
            }
        }
    }
    assert!(asked > 1000, "{asked} questions");
    assert_eq!(before, h.dump().await);
}

const VIEWER: &str = "{ viewer { person { id } } }";

async fn refused(h: Harness) {
    let (good, bad) = tokens(&h).await;
    let url = format!("{}/graphql", h.serve());
    let sign_in = "mutation { signIn(input: { email: \"a@b.example\", password: \"x\" }) { accessToken } }";
    let ask = async |token: &str, query: &str| {
        let mut response = awc::Client::default()
            .post(&url)
            .insert_header((header::ACCEPT, "application/graphql-response+json"))
            .insert_header((header::AUTHORIZATION, format!("Bearer {token}")))
            .send_json(&json!({ "query": query }))
            .await
            .unwrap();
        (response.status().as_u16(), response.json::<Value>().await.unwrap())
    };
    for (name, token) in &good {
        let (status, body) = ask(token, VIEWER).await;
        assert_eq!((status, body.get("errors")), (200, None), "{name}: {body}");
    }
    for (name, token) in &bad {
        for query in [VIEWER, sign_in, "{ __typename }"] {
            let (status, body) = ask(token, query).await;
            assert_eq!(status, 401, "{query} with a token {name}: {body}");
            assert_eq!(body["errors"][0]["extensions"]["code"], json!("UNAUTHENTICATED"), "{name}");
            assert!(body.get("data").is_none(), "{query} with a token {name}: {body}");
        }
    }
}
