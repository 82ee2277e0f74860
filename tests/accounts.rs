//! Signing in: passwords, sessions, refresh tokens, keys, and how often somebody may try.

use chrono::TimeDelta;
use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::harness::{Client, Harness, Suite, person};

const PASSWORD: &str = "nine gentle bridges";

pub fn register(suite: &mut Suite) {
    suite.world("accounts::a_password_signs_in_and_nothing_else_does", sign_in);
    suite.world("accounts::a_refresh_token_is_good_once", refresh);
    suite.world("accounts::two_at_the_same_moment_are_one_and_a_copy", race);
    suite.world("accounts::a_session_ends_by_itself", expiry);
    suite.world("accounts::signing_out_is_at_once", sign_out);
    suite.world("accounts::a_new_password_ends_the_other_sessions", change);
    suite.world("accounts::a_secret_sets_a_password_once", reset);
    suite.world("accounts::a_key_may_what_its_maker_may_and_it_was_given", keys);
    suite.world("accounts::a_key_is_made_by_rules", bad_keys);
    suite.world("accounts::wrong_attempts_are_counted_and_run_down", attempts);
    suite.world("accounts::the_oldest_session_makes_room", crowd);
    suite.world("accounts::no_secret_is_kept_or_told", secrets);
    suite.world("accounts::who_returns_starts_anew", returning);
    suite.world("accounts::two_roles_in_one_unit_both_hold", two_roles);
    suite.world("accounts::many_sign_in_at_once_and_none_waits_in_a_circle", at_once);
}

/// Sends a mutation and answers its payload with these fields.
async fn send(client: &Client, mutation: &str, input: Value, fields: &str) -> Value {
    let (first, rest) = mutation.split_at(1);
    let ty = format!("{}{rest}Input", first.to_uppercase());
    let query = format!("mutation($input: {ty}!) {{ {mutation}(input: $input) {{ {fields} }} }}");
    client.ask(&query, json!({ "input": input })).await[mutation].clone()
}

const SIGNED_IN: &str = "accessToken refreshToken expiresAt viewer { person { email orgUnit { name } } } event { action } \
     userErrors { code message path }";
const SET: &str = "person { id } userErrors { code message path } event { action }";

/// Lets the administrator issue a secret, and sets a password with it.
async fn give_password(h: &Harness, who: &str, password: &str) {
    let input = json!({ "personId": person(who).to_string() });
    let issued = send(&h.as_("admin"), "passwordResetIssue", input, "secret userErrors { message }").await;
    let input = json!({ "secret": issued["secret"], "newPassword": password });
    let set = send(&h.anonymous(), "passwordReset", input, SET).await;
    assert_eq!(set["userErrors"], json!([]), "{issued}");
}

async fn try_sign_in(client: &Client, email: &str, password: &str) -> Value {
    send(client, "signIn", json!({ "email": email, "password": password }), SIGNED_IN).await
}

/// Somebody with a password, signed in: their payload and a client with their access token.
async fn signed_in(h: &Harness, who: &str) -> (Value, Client) {
    let payload = try_sign_in(&h.anonymous(), &format!("{who}@tutti.example"), PASSWORD).await;
    assert_eq!(payload["userErrors"], json!([]));
    let client = bearer(h, &payload);
    (payload, client)
}

fn bearer(h: &Harness, payload: &Value) -> Client {
    h.with_header(&format!("Bearer {}", payload["accessToken"].as_str().unwrap()))
}

async fn works(client: &Client) -> bool {
    let answer = client.send("{ viewer { person { id } } }", Value::Null).await;
    assert!(answer.errors.is_empty() || answer.code() == "UNAUTHENTICATED", "{:?}", answer.errors);
    answer.errors.is_empty()
}

async fn exchange(client: &Client, payload: &Value) -> Value {
    send(client, "signInRefresh", json!({ "refreshToken": payload["refreshToken"] }), SIGNED_IN).await
}

async fn sign_in(h: Harness) {
    give_password(&h, "pmo", PASSWORD).await;
    let payload = try_sign_in(&h.anonymous(), " PMO@tutti.example ", PASSWORD).await;
    assert_eq!(payload["userErrors"], json!([]));
    assert_eq!(payload["expiresAt"], json!("2025-03-31T08:15:00Z"));
    assert_eq!(payload["event"]["action"], json!("session.started"));
    // What is selected of them is read with their eyes, in the same request.
    assert_eq!(payload["viewer"]["person"]["email"], json!("pmo@tutti.example"));
    assert_eq!(payload["viewer"]["person"]["orgUnit"]["name"], json!("Tutti"));
    let client = bearer(&h, &payload);
    assert!(works(&client).await);
    h.pass(TimeDelta::minutes(15));
    assert!(!works(&client).await, "the access token has expired");

    let wrong = try_sign_in(&h.anonymous(), "pmo@tutti.example", "nine gentle bridge").await;
    for (email, password) in [
        ("stranger@tutti.example", PASSWORD),
        ("", ""),
        ("pmo@tutti.example", ""),
        // Nobody has set a password.
        ("admin@tutti.example", PASSWORD),
        ("admin@tutti.example", ""),
        ("left@tutti.example", PASSWORD),
        (&*"long".repeat(1000), PASSWORD),
        ("pmo@tutti.example", &*PASSWORD.repeat(100)),
    ] {
        assert_eq!(try_sign_in(&h.anonymous(), email, password).await, wrong, "{email}");
    }
    assert_eq!(wrong["accessToken"], Value::Null);
    assert_eq!(wrong["userErrors"][0]["message"], json!("The address or the password is wrong."));
    let twice = try_sign_in(&h.as_("pmo"), "pmo@tutti.example", PASSWORD).await;
    assert!(twice["userErrors"][0]["message"].as_str().unwrap().contains("signed in already"));
    // Who has left is out at once, with the token and with the password.
    let (payload, client) = signed_in(&h, "pmo").await;
    let leave = "UPDATE people SET status = 'LEFT' WHERE email = 'pmo@tutti.example'";
    h.rows(async |tx| sea_orm::ConnectionTrait::execute_unprepared(tx, leave).await.unwrap()).await;
    assert!(!works(&client).await);
    assert_eq!(exchange(&h.anonymous(), &payload).await["userErrors"][0]["code"], json!("INVALID"));
    assert_eq!(try_sign_in(&h.anonymous(), "pmo@tutti.example", PASSWORD).await, wrong);
}

async fn refresh(h: Harness) {
    give_password(&h, "pmo", PASSWORD).await;
    let (first, client) = signed_in(&h, "pmo").await;
    h.pass(TimeDelta::minutes(14));
    let second = exchange(&h.anonymous(), &first).await;
    assert_eq!(second["userErrors"], json!([]));
    assert!(second["event"].is_null() && second["refreshToken"] != first["refreshToken"]);
    assert_eq!(second["viewer"]["person"]["email"], json!("pmo@tutti.example"));
    // A client that sends its access token along is as good, as long as it is theirs.
    let third = exchange(&client, &second).await;
    assert!(works(&bearer(&h, &third)).await);
    assert_eq!(exchange(&h.as_("owner"), &third).await["userErrors"][0]["code"], json!("INVALID"));
    // Somebody has kept a copy of the first one: everybody is out.
    let copied = exchange(&h.anonymous(), &first).await;
    assert_eq!(copied["userErrors"][0]["path"], json!(["input", "refreshToken"]));
    for token in [&first, &second, &third] {
        assert_eq!(exchange(&h.anonymous(), token).await["userErrors"], copied["userErrors"]);
        assert!(!works(&bearer(&h, token)).await);
    }
    let ended = h.as_("pmo").ask("{ sessions { nodes { endedAt } } events(filter: { action: { eq: \"session.ended\" } }) { nodes { reason actor { email } } } }", Value::Null).await;
    assert!(!ended["sessions"]["nodes"][0]["endedAt"].is_null());
    let event = &ended["events"]["nodes"][0];
    assert!(event["reason"].as_str().unwrap().contains("used twice"), "{event}");
    let made_up = json!({ "refreshToken": "refresh_made-up" });
    assert_eq!(exchange(&h.anonymous(), &made_up).await["userErrors"], copied["userErrors"]);
}

/// Of many uses of one token exactly one gets the next one, and the session is over.
async fn race(h: Harness) {
    give_password(&h, "pmo", PASSWORD).await;
    let (first, client) = signed_in(&h, "pmo").await;
    let nobody = h.anonymous();
    let answers = join_all((0..8).map(|_| exchange(&nobody, &first))).await;
    let got = answers.iter().filter(|payload| !payload["accessToken"].is_null()).count();
    assert_eq!(got, 1);
    assert!(!works(&client).await);
}

async fn expiry(h: Harness) {
    give_password(&h, "pmo", PASSWORD).await;
    let (mut last, _) = signed_in(&h, "pmo").await;
    for _ in 0..3 {
        h.pass(TimeDelta::days(9));
        last = exchange(&h.anonymous(), &last).await;
        assert_eq!(last["userErrors"], json!([]));
    }
    h.pass(TimeDelta::days(3) - TimeDelta::minutes(5));
    last = exchange(&h.anonymous(), &last).await;
    assert_eq!(last["expiresAt"], json!("2025-04-30T08:00:00Z"), "no access token outlives its session");
    h.pass(TimeDelta::minutes(5));
    assert!(!works(&bearer(&h, &last)).await);
    assert_eq!(exchange(&h.anonymous(), &last).await["userErrors"][0]["code"], json!("INVALID"));
}

async fn sign_out(h: Harness) {
    give_password(&h, "pmo", PASSWORD).await;
    let (one, here) = signed_in(&h, "pmo").await;
    let (_, there) = signed_in(&h, "pmo").await;
    let (_, third) = signed_in(&h, "pmo").await;
    let out = async |client: &Client, input: Value| {
        send(client, "signOut", input, "session { endedAt } userErrors { code path } event { action }").await
    };
    let ended = out(&here, json!({})).await;
    assert_eq!(ended["event"]["action"], json!("session.ended"));
    assert_eq!(ended["session"]["endedAt"], json!("2025-03-31T08:00:00Z"));
    assert!(!works(&here).await && works(&there).await);
    assert_eq!(exchange(&h.anonymous(), &one).await["userErrors"][0]["code"], json!("INVALID"));
    // A session of somebody else is not there; a token of the command line has none.
    let foreign = crate::harness::session().to_string();
    let refused = out(&there, json!({ "sessionId": foreign })).await;
    assert_eq!(refused["userErrors"][0]["code"], json!("NOT_FOUND"));
    let auditor = out(&h.as_("auditor"), json!({ "sessionId": foreign })).await;
    assert_eq!(auditor["userErrors"][0]["code"], json!("FORBIDDEN"));
    let theirs =
        h.as_("admin").ask("{ sessions(last: 1) { nodes { id person { email } } } }", Value::Null).await;
    let theirs = &theirs["sessions"]["nodes"][0];
    assert_eq!(theirs["person"]["email"], json!("pmo@tutti.example"));
    assert_eq!(out(&h.as_("admin"), json!({ "sessionId": theirs["id"] })).await["userErrors"], json!([]));
    assert!(!works(&third).await);
    let (_, third) = signed_in(&h, "pmo").await;
    assert_eq!(out(&h.as_("owner"), json!({})).await["userErrors"][0]["code"], json!("REQUIRED"));
    assert!(works(&third).await);
    assert_eq!(out(&there, json!({ "everywhere": true })).await["userErrors"], json!([]));
    assert!(!works(&there).await && !works(&third).await);
    assert!(works(&h.as_("pmo")).await, "a token of the command line belongs to no session");
}

async fn change(h: Harness) {
    give_password(&h, "pmo", PASSWORD).await;
    let (_, here) = signed_in(&h, "pmo").await;
    let (other, there) = signed_in(&h, "pmo").await;
    let change = async |client: &Client, current: &str, new: &str| {
        let input = json!({ "currentPassword": current, "newPassword": new });
        send(client, "passwordChange", input, SET).await
    };
    for (current, new, path) in [
        ("nine gentle bridge", "ten gentle bridges", "currentPassword"),
        (PASSWORD, "short", "newPassword"),
        (PASSWORD, "pmo@tutti.example", "newPassword"),
        (PASSWORD, "", "newPassword"),
        (PASSWORD, PASSWORD, "newPassword"),
    ] {
        let refused = change(&here, current, new).await;
        assert_eq!(refused["userErrors"][0]["path"], json!(["input", path]), "{new}");
    }
    let changed = change(&here, PASSWORD, "ten gentle bridges").await;
    assert_eq!(changed["event"]["action"], json!("password.changed"));
    assert_eq!(changed["person"]["id"], json!(person("pmo").to_string()));
    assert!(works(&here).await && !works(&there).await);
    assert_eq!(exchange(&h.anonymous(), &other).await["userErrors"][0]["code"], json!("INVALID"));
    let sign_in = async |password| {
        try_sign_in(&h.anonymous(), "pmo@tutti.example", password).await["accessToken"].is_string()
    };
    assert!(!sign_in(PASSWORD).await && sign_in("ten gentle bridges").await);
    // Somebody who never had a password has none to change.
    let never = change(&h.as_("owner"), "", "ten gentle bridges").await;
    assert_eq!(never["userErrors"][0]["path"], json!(["input", "currentPassword"]));
}

async fn reset(h: Harness) {
    let issue = async |client: &Client, who: &str| {
        let input = json!({ "personId": person(who).to_string() });
        send(
            client,
            "passwordResetIssue",
            input,
            "secret expiresAt person { id } userErrors { code } event { action }",
        )
        .await
    };
    let set = async |secret: &Value, password: &str| {
        send(&h.anonymous(), "passwordReset", json!({ "secret": secret, "newPassword": password }), SET).await
    };
    let first = issue(&h.as_("admin"), "pmo").await;
    assert_eq!(first["expiresAt"], json!("2025-04-01T08:00:00Z"));
    let second = issue(&h.as_("admin"), "pmo").await;
    assert_eq!(set(&first["secret"], PASSWORD).await["userErrors"][0]["path"], json!(["input", "secret"]));
    // A password that is refused does not use the secret up.
    assert_eq!(
        set(&second["secret"], "short").await["userErrors"][0]["path"],
        json!(["input", "newPassword"])
    );
    assert_eq!(set(&second["secret"], PASSWORD).await["event"]["action"], json!("password.changed"));
    let (_, client) = signed_in(&h, "pmo").await;
    assert_eq!(set(&second["secret"], PASSWORD).await["userErrors"][0]["code"], json!("INVALID"));
    assert!(works(&client).await, "a secret that is used up ends no session");
    let third = issue(&h.as_("admin"), "pmo").await;
    let both = futures_util::future::join(
        set(&third["secret"], "ten gentle bridges"),
        set(&third["secret"], "six gentle bridges"),
    );
    let (one, other) = both.await;
    let written = [&one, &other].into_iter().filter(|payload| payload["userErrors"] == json!([])).count();
    assert_eq!(written, 1, "{one} {other}");
    assert!(!works(&client).await);
    let late = issue(&h.as_("admin"), "pmo").await;
    h.pass(TimeDelta::hours(24));
    assert_eq!(set(&late["secret"], PASSWORD).await["userErrors"][0]["code"], json!("INVALID"));
    assert_eq!(issue(&h.as_("admin"), "left").await["userErrors"][0]["code"], json!("INVALID"));
    let query = "mutation($input: PasswordResetIssueInput!) { passwordResetIssue(input: $input) { secret } }";
    let input = json!({ "input": { "personId": person("admin").to_string() } });
    for who in ["pmo", "auditor", "owner"] {
        assert_eq!(h.as_(who).send(query, input.clone()).await.code(), "FORBIDDEN");
    }
}

const KEY: &str = "secret apiKey { id roles readOnly expiresOn } userErrors { code path } event { action }";

async fn key(client: &Client, input: Value) -> Value {
    send(client, "apiKeyCreate", input, KEY).await
}

fn with_key(h: &Harness, payload: &Value) -> Client {
    h.with_header(&format!("Bearer {}", payload["secret"].as_str().unwrap()))
}

async fn hold(h: &Harness, who: &str, role: &str) {
    let id = person(who).0.simple().to_string();
    let value = match h.kind() {
        crate::harness::Kind::Sqlite => format!("x'{id}'"),
        crate::harness::Kind::Postgres => format!("'{id}'"),
    };
    let sql = format!("UPDATE role_grants SET role = '{role}' WHERE person_id = {value}");
    h.rows(async |tx| sea_orm::ConnectionTrait::execute_unprepared(tx, &sql).await.unwrap()).await;
}

async fn keys(h: Harness) {
    let admin = h.as_("admin");
    let made = key(&admin, json!({ "name": "Wall", "roles": [] })).await;
    assert!(made["secret"].as_str().unwrap().starts_with("tutti_"));
    let expected = json!({ "roles": [], "readOnly": true, "expiresOn": "2026-03-31" });
    for field in ["roles", "readOnly", "expiresOn"] {
        assert_eq!(made["apiKey"][field], expected[field]);
    }
    let reader = with_key(&h, &made);
    let seen = reader
        .ask(
            "{ viewer { person { email } roles { role } } initiatives { nodes { viewerCan } } }",
            Value::Null,
        )
        .await;
    assert_eq!(seen["viewer"], json!({ "person": { "email": "admin@tutti.example" }, "roles": [] }));
    let others = reader.send("{ apiKeys { totalCount } }", Value::Null).await;
    assert_eq!(others.code(), "FORBIDDEN", "not even itself");
    let can_nothing = |node: &Value| node["viewerCan"] == json!([]);
    assert!(seen["initiatives"]["nodes"].as_array().unwrap().iter().all(can_nothing));
    // When it was used is kept to the minute.
    let used = async || {
        let query = "query($id: ID!) { node(id: $id) { ... on ApiKey { lastUsedAt } } }";
        admin.ask(query, json!({ "id": made["apiKey"]["id"] })).await["node"]["lastUsedAt"].clone()
    };
    assert_eq!(used().await, json!("2025-03-31T08:00:00Z"));
    h.pass(TimeDelta::seconds(59));
    assert!(works(&reader).await);
    assert_eq!(used().await, json!("2025-03-31T08:00:00Z"));
    h.pass(TimeDelta::seconds(1));
    assert!(works(&reader).await);
    assert_eq!(used().await, json!("2025-03-31T08:01:00Z"));

    // One that writes, with a role of its maker; what it does is theirs, and says by which key.
    let writing = key(&admin, json!({ "name": "HR", "roles": ["ADMIN"], "readOnly": false })).await;
    let reading = key(&admin, json!({ "name": "HR", "roles": ["ADMIN"] })).await;
    let (writer, reader) = (with_key(&h, &writing), with_key(&h, &reading));
    let unit = json!({ "name": "Made by a machine" });
    assert_eq!(reader.try_change("orgUnitCreate", unit.clone(), Value::Null).await.code(), "FORBIDDEN");
    let written = writer.change("orgUnitCreate", unit.clone(), Value::Null).await;
    let query = "query($id: ID!) { node(id: $id) { ... on Event { actor { email } apiKey { id } } } }";
    let event = admin.ask(query, json!({ "id": written["event"]["id"] })).await["node"].clone();
    assert_eq!(event["actor"]["email"], json!("admin@tutti.example"));
    assert_eq!(event["apiKey"]["id"], writing["apiKey"]["id"]);
    // It does nothing about itself, its maker or other keys, nor anything that would outlive it.
    let reset = json!({ "personId": person("admin").to_string() });
    let reset = send(&writer, "passwordResetIssue", reset, "secret userErrors { code }").await;
    assert_eq!(reset, json!({ "secret": null, "userErrors": [{ "code": "FORBIDDEN" }] }));
    let grant = json!({ "personId": person("member").to_string(), "role": "ADMIN" });
    let grant = writer.change("roleGrant", grant, Value::Null).await;
    assert_eq!(grant["userErrors"][0]["code"], json!("FORBIDDEN"));
    let address = json!({ "id": person("admin").to_string(), "email": "mine@tutti.example" });
    let address = writer.change("personUpdate", address, Value::Null).await;
    assert_eq!(address["userErrors"][0]["path"], json!(["input", "email"]));
    let other = key(&writer, json!({ "name": "Another", "roles": [] })).await;
    assert_eq!(other["userErrors"][0]["code"], json!("FORBIDDEN"));
    let own = json!({ "currentPassword": PASSWORD, "newPassword": "ten gentle bridges" });
    assert_eq!(send(&writer, "passwordChange", own, SET).await["userErrors"][0]["code"], json!("FORBIDDEN"));
    let out = send(&writer, "signOut", json!({ "everywhere": true }), "userErrors { code }").await;
    assert_eq!(out["userErrors"][0]["code"], json!("FORBIDDEN"));

    // Its maker loses the role: so does it, in the next request, and it lives on with what is left.
    hold(&h, "admin", "PMO").await;
    assert_eq!(writer.try_change("orgUnitCreate", unit, Value::Null).await.code(), "FORBIDDEN");
    let project = json!({ "name": "P", "ownerId": person("pmo").to_string(), "currency": "EUR" });
    assert_eq!(writer.try_change("portfolioCreate", project, Value::Null).await.code(), "FORBIDDEN");
    assert!(works(&writer).await);
    hold(&h, "admin", "ADMIN").await;
    let revoke = json!({ "id": writing["apiKey"]["id"] });
    assert_eq!(admin.change("apiKeyRevoke", revoke, Value::Null).await["userErrors"], json!([]));
    assert!(!works(&writer).await && works(&reader).await);
    h.pass(TimeDelta::days(365));
    assert!(works(&with_key(&h, &reading)).await, "on its last day");
    h.pass(TimeDelta::days(1));
    assert!(!works(&with_key(&h, &reading)).await);
}

async fn bad_keys(h: Harness) {
    let admin = h.as_("admin");
    for (input, path) in [
        (json!({ "name": "", "roles": [] }), "name"),
        (json!({ "name": "Wall", "roles": ["PMO"] }), "roles"),
        (json!({ "name": "Wall", "roles": [], "expiresOn": "2025-03-30" }), "expiresOn"),
        (json!({ "name": "Wall", "roles": [], "expiresOn": "2027-04-01" }), "expiresOn"),
    ] {
        let refused = key(&admin, input.clone()).await;
        assert_eq!(refused["userErrors"][0]["path"], json!(["input", path]), "{input}");
        assert!(refused["secret"].is_null() && refused["apiKey"].is_null());
    }
    // Under an idempotency key there is one key, and its secret is shown once; a dry run makes none.
    let query = format!(
        "mutation($options: WriteOptions) {{ apiKeyCreate(input: {{ name: \"Once\", roles: [] }}, options: $options) {{ {KEY} }} }}"
    );
    let make =
        async |options: Value| admin.ask(&query, json!({ "options": options })).await["apiKeyCreate"].clone();
    let first = make(json!({ "idempotencyKey": "k" })).await;
    let again = make(json!({ "idempotencyKey": "k" })).await;
    assert!(first["secret"].is_string() && again["secret"].is_null());
    assert_eq!(first["apiKey"], again["apiKey"]);
    let dry = make(json!({ "dryRun": true })).await;
    assert!(dry["secret"].is_null() && dry["apiKey"]["id"].is_string());
    for bad in ["tutti_", "tutti_made-up", &first["secret"].as_str().unwrap()[..40]] {
        assert!(!works(&h.with_header(&format!("Bearer {bad}"))).await, "{bad}");
    }
}

async fn attempts(h: Harness) {
    give_password(&h, "pmo", PASSWORD).await;
    let home = h.anonymous().at("192.0.2.9");
    let sign_in = async |client: &Client, password: &str| {
        let query = format!("mutation($input: SignInInput!) {{ signIn(input: $input) {{ {SIGNED_IN} }} }}");
        let input = json!({ "email": "pmo@tutti.example", "password": password });
        client.send(&query, json!({ "input": input })).await
    };
    let is_in = |answer: &crate::harness::Answer| {
        answer.errors.is_empty() && answer.data()["signIn"]["accessToken"].is_string()
    };
    assert!(is_in(&sign_in(&home, PASSWORD).await));
    // Ten wrong attempts from as many networks, and the account takes none from a strange one.
    for number in 0..10 {
        let answer = sign_in(&h.anonymous().at(&format!("198.51.100.{number}")), "wrong").await;
        assert!(answer.errors.is_empty(), "{:?}", answer.errors);
    }
    let stranger = h.anonymous().at("203.0.113.1");
    let refused = sign_in(&stranger, PASSWORD).await;
    assert_eq!(refused.code(), "THROTTLED");
    let extensions = refused.errors[0].extensions.as_ref().unwrap();
    assert_eq!(extensions.get("retryAfter").unwrap().to_string(), "30");
    // For an account that nobody has it is no other.
    let query = format!("mutation($input: SignInInput!) {{ signIn(input: $input) {{ {SIGNED_IN} }} }}");
    let nobody = json!({ "input": { "email": "no@tutti.example", "password": "wrong" } });
    for number in 0..10 {
        let client = h.anonymous().at(&format!("198.51.100.{number}"));
        assert!(client.send(&query, nobody.clone()).await.errors.is_empty());
    }
    let unknown = stranger.send(&query, nobody).await;
    assert_eq!((unknown.code(), &unknown.errors[0].message), (refused.code(), &refused.errors[0].message));
    // They themselves come in from where they were before, and after a while from anywhere.
    assert!(is_in(&sign_in(&home, PASSWORD).await));
    h.pass(TimeDelta::seconds(30));
    assert!(is_in(&sign_in(&stranger, PASSWORD).await));
    // One network that tries many accounts has a hundred attempts, which come back at one a second.
    let query = format!("mutation($input: SignInInput!) {{ signIn(input: $input) {{ {SIGNED_IN} }} }}");
    let many = h.anonymous().at("2001:db8::1");
    for number in 0..100 {
        let input = json!({ "email": format!("{number}@tutti.example"), "password": "wrong" });
        assert!(many.send(&query, json!({ "input": input })).await.errors.is_empty(), "{number}");
    }
    let neighbour = h.anonymous().at("2001:db8::2");
    assert_eq!(sign_in(&neighbour, PASSWORD).await.code(), "THROTTLED");
    h.pass(TimeDelta::seconds(1));
    assert!(is_in(&sign_in(&neighbour, PASSWORD).await));
    // What was right does not count against the account.
    for _ in 0..40 {
        assert!(is_in(&sign_in(&home, PASSWORD).await));
    }
}

async fn crowd(h: Harness) {
    give_password(&h, "pmo", PASSWORD).await;
    let (_, first) = signed_in(&h, "pmo").await;
    let (_, second) = signed_in(&h, "pmo").await;
    for _ in 0..49 {
        signed_in(&h, "pmo").await;
    }
    assert!(!works(&first).await && works(&second).await);
    let query = "{ sessions(filter: { endedAt: { isNull: true } }) { totalCount } }";
    assert_eq!(h.as_("pmo").ask(query, Value::Null).await["sessions"]["totalCount"], json!(50));
}

/// Nothing that opens a door stands in any table, event or answer given again.
async fn secrets(h: Harness) {
    let issue = json!({ "personId": person("pmo").to_string() });
    let issued = send(&h.as_("admin"), "passwordResetIssue", issue, "secret").await["secret"].clone();
    let input = json!({ "secret": issued, "newPassword": PASSWORD });
    send(&h.anonymous(), "passwordReset", input, SET).await;
    let (payload, _) = signed_in(&h, "pmo").await;
    let next = exchange(&h.anonymous(), &payload).await;
    let made = key(&h.as_("admin"), json!({ "name": "Wall", "roles": [] })).await;
    let rows = h.dump().await.join("\n");
    for secret in [
        &issued,
        &json!(PASSWORD),
        &payload["accessToken"],
        &payload["refreshToken"],
        &next["refreshToken"],
        &made["secret"],
    ] {
        assert!(!rows.contains(secret.as_str().unwrap()), "{secret}");
    }
    let events = h
        .as_("admin")
        .ask("{ events(last: 20) { nodes { action changes { field before after } } } }", Value::Null)
        .await;
    let told = events.to_string();
    assert!(
        told.contains("session.started") && told.contains("password.set")
            || told.contains("password.changed")
    );
    for kept in ["hash", "argon2", "$m="] {
        assert!(!told.to_lowercase().contains(kept), "{kept} in {told}");
    }
}

/// Neither the password nor a secret to set one is good after somebody has left, and why they left is told to
/// them and to those who may read accounts alone.
async fn returning(h: Harness) {
    give_password(&h, "member", PASSWORD).await;
    let admin = h.as_("admin");
    let member = json!({ "personId": person("member").to_string() });
    let issued = send(&admin, "passwordResetIssue", member, "secret").await;
    let id = person("member").to_string();
    admin.must("personDeactivate", json!({ "id": id, "reason": "Wants to see the sea." })).await;
    let query = "{ events(filter: { action: { eq: \"person.deactivated\" } }) { nodes { reason } } }";
    for (who, told) in
        [("auditor", json!("Wants to see the sea.")), ("pmo", Value::Null), ("owner", Value::Null)]
    {
        let events = h.as_(who).ask(query, Value::Null).await;
        assert_eq!(events["events"]["nodes"], json!([{ "reason": told }]), "{who}");
    }
    admin.must("personReactivate", json!({ "id": id })).await;
    let events = h.as_("member").ask(query, Value::Null).await;
    assert_eq!(events["events"]["nodes"][0]["reason"], json!("Wants to see the sea."));
    let answer = try_sign_in(&h.anonymous(), "member@tutti.example", PASSWORD).await;
    assert_eq!(answer["userErrors"][0]["code"], json!("INVALID"));
    let input = json!({ "secret": issued["secret"], "newPassword": "ten gentle bridges" });
    let set = send(&h.anonymous(), "passwordReset", input, SET).await;
    assert_eq!(set["userErrors"][0]["path"], json!(["input", "secret"]));
    give_password(&h, "member", PASSWORD).await;
    signed_in(&h, "member").await;
}

async fn two_roles(h: Harness) {
    let admin = h.as_("admin");
    for role in ["AUDITOR", "ADMIN", "TRAINER"] {
        let unit = crate::harness::unit("Service").to_string();
        let input = json!({ "personId": person("nobody").to_string(), "role": role, "orgUnitId": unit });
        admin.must("roleGrant", input).await;
    }
    let unit = crate::harness::unit("Contact centre").to_string();
    let new = json!({ "name": "Ny", "email": "ny@tutti.example", "tier": "FRONTLINE", "orgUnitId": unit });
    h.as_("nobody").must("personCreate", new).await;
}

async fn at_once(h: Harness) {
    give_password(&h, "pmo", PASSWORD).await;
    let nobody = h.anonymous();
    let began = std::time::Instant::now();
    let answers = join_all((0..8).map(|_| try_sign_in(&nobody, "pmo@tutti.example", PASSWORD))).await;
    assert!(answers.iter().all(|payload| payload["accessToken"].is_string()), "{answers:#?}");
    // PostgreSQL breaks each circle after a second, so that eight in one would take several.
    assert!(began.elapsed() < std::time::Duration::from_secs(5), "{:?}", began.elapsed());
}
