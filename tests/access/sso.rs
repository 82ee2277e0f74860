//! One identity provider that is trusted, from its socket to the answer.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::sync::Arc;

use serde_json::{Value, json};
use tutti::access::sso::{Provider, Settings};
use tutti::app::App;
use tutti_entity::people::role_grant::Role;

use super::jwt::{Signer, message, shared, with};
use crate::harness::{Client, GENEROUS, Harness, Suite, door, person};

pub fn register(suite: &mut Suite) {
    suite.world("access::a_token_of_the_provider_signs_in_whom_it_names", signs_in);
    suite.world("access::a_token_that_the_provider_did_not_mean_is_refused", refused);
    suite.world("access::roles_of_the_provider_end_with_its_claim", roles);
    suite.world("access::the_word_of_the_provider_is_no_password", passwords);
}

/// A provider that listens on this machine until the tests end.
struct Issuer {
    url: String,
    signer: Signer,
}

impl Issuer {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let signer = Signer::stranger();
        let discovery = json!({ "issuer": url, "jwks_uri": format!("{url}/keys") }).to_string();
        let keys = json!({ "keys": [signer.jwk()] }).to_string();
        std::thread::spawn(move || {
            for mut stream in listener.incoming().map_while(Result::ok) {
                let mut lines = BufReader::new(&stream).lines().map_while(Result::ok);
                let asked = lines.next().unwrap_or_default();
                lines.take_while(|line| !line.is_empty()).for_each(drop);
                let body = match asked.split(' ').nth(1) {
                    Some("/.well-known/openid-configuration") => &discovery,
                    Some("/keys") => &keys,
                    _ => panic!("the provider is asked for {asked}"),
                };
                let length = body.len();
                write!(
                    stream,
                    "HTTP/1.1 200 OK\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
                )
                .unwrap();
            }
        });
        Self { url, signer }
    }

    /// A house that trusts this provider.
    fn house(&self, h: &Harness) -> Arc<App> {
        let settings = Settings {
            issuer: self.url.clone(),
            audience: "tutti-api".to_owned(),
            email_claim: "email".to_owned(),
            roles_claim: Some("realm_access.roles".to_owned()),
            roles: vec![("cx-office".to_owned(), Role::Pmo), ("cx-admin".to_owned(), Role::Admin)],
        };
        h.house(door(Some(Provider::new(settings).unwrap())), GENEROUS)
    }

    /// What a good token of somebody with these roles says.
    fn claims(&self, h: &Harness, email: &str, roles: &[&str]) -> Value {
        let now = h.now().timestamp();
        json!({
            "iss": self.url, "aud": ["account", "tutti-api"], "sub": "f:1:someone", "iat": now, "exp": now + 300,
            "email": email, "email_verified": true, "realm_access": { "roles": roles },
        })
    }
}

fn bearer(h: &Harness, app: &Arc<App>, token: &str) -> Client {
    h.with_header(&format!("Bearer {token}")).in_(app)
}

const WHO: &str = "{ viewer { person { id } roles { role since until portfolio { id } } } }";

async fn signs_in(h: Harness) {
    let issuer = Issuer::start();
    let app = issuer.house(&h);
    for email in ["pmo@tutti.example", "PMO@Tutti.Example", "pmo@TUTTI.EXAMPLE"] {
        let token = issuer.signer.token(&issuer.claims(&h, email, &[]));
        let answer = bearer(&h, &app, &token).ask(WHO, Value::Null).await;
        assert_eq!(answer["viewer"]["person"]["id"], json!(person("pmo").to_string()), "{email}");
        assert_eq!(answer["viewer"]["roles"][0]["role"], json!("PMO"), "what was granted here stays");
    }
    // Through a socket too, and what they do is theirs in the log.
    let token = issuer.signer.token(&issuer.claims(&h, "admin@tutti.example", &[]));
    let url = h.serve_app(Arc::clone(&app), |_| {});
    let query = "mutation { orgUnitCreate(input: { name: \"Ny afdeling\" }) { event { actor { email } } } }";
    let mut response = awc::Client::default()
        .post(format!("{url}/graphql"))
        .insert_header(("Authorization", format!("Bearer {token}")))
        .send_json(&json!({ "query": query }))
        .await
        .unwrap();
    let body: Value = response.json().await.unwrap();
    assert_eq!(
        body["data"]["orgUnitCreate"]["event"]["actor"]["email"],
        json!("admin@tutti.example"),
        "{body}"
    );
    // Own tokens are as good beside it, and the provider's are nothing to a house that does not trust it.
    assert!(h.as_("pmo").in_(&app).send(WHO, Value::Null).await.errors.is_empty());
    assert_eq!(bearer(&h, h.app(), &token).send(WHO, Value::Null).await.code(), "UNAUTHENTICATED");
}

async fn refused(h: Harness) {
    let issuer = Issuer::start();
    let app = issuer.house(&h);
    let signer = &issuer.signer;
    let claims = issuer.claims(&h, "pmo@tutti.example", &["cx-admin"]);
    let now = h.now().timestamp();
    let changed = |name: &str, value: Value| signer.token(&with(&claims, name, value));
    assert!(bearer(&h, &app, &signer.token(&claims)).send(WHO, Value::Null).await.errors.is_empty());
    let ours = Signer::of_the_house();
    let own = with(&with(&claims, "aud", json!("tutti")), "nbf", json!(now));
    let own = with(&with(&own, "sub", json!(person("pmo").to_string())), "jti", json!(uuid::Uuid::nil()));
    let mut bad = vec![
        ("of somebody unknown", changed("email", json!("stranger@tutti.example"))),
        ("of somebody who has left", changed("email", json!("left@tutti.example"))),
        ("of no address", changed("email", Value::Null)),
        ("of two addresses", changed("email", json!(["pmo@tutti.example", "admin@tutti.example"]))),
        ("of an id", changed("email", json!(person("pmo").to_string()))),
        ("of an address that may be another's", changed("email_verified", json!(false))),
        ("of an address that may be another's, as text", changed("email_verified", json!("false"))),
        ("for another service", changed("aud", json!("account"))),
        ("for us by our own name", changed("aud", json!("tutti"))),
        ("for nobody", changed("aud", Value::Null)),
        ("expired", changed("exp", json!(now))),
        ("without an end", changed("exp", Value::Null)),
        ("not good yet", changed("nbf", json!(now + 60))),
        ("of another issuer", changed("iss", json!("https://id.example.org"))),
        ("in our name", signer.token(&with(&own, "iss", json!("tutti")))),
        ("in our name by our key's name", {
            signer.token_with(&ours.header(), &with(&own, "iss", json!("tutti")))
        }),
        ("of the provider by our key", ours.token(&claims)),
        ("of the provider by our key under its name", ours.token_with(&signer.header(), &claims)),
        ("of another key", Signer::stranger().token_with(&signer.header(), &claims)),
        ("unsigned", format!("{}.", message(&json!({ "alg": "none", "kid": signer.kid }), &claims))),
    ];
    for secret in signer.public_forms() {
        bad.push(("with the public key as a secret", shared(&secret, &signer.kid, &claims)));
    }
    for (name, token) in bad {
        let answer = bearer(&h, &app, &token).send(WHO, Value::Null).await;
        assert!(!answer.errors.is_empty(), "a token {name}: {}", answer.data());
        assert_eq!(answer.code(), "UNAUTHENTICATED", "a token {name}");
        assert!(answer.data().is_null());
    }
}

async fn roles(h: Harness) {
    let issuer = Issuer::start();
    let app = issuer.house(&h);
    let with_roles = |roles: &[&str]| {
        bearer(&h, &app, &issuer.signer.token(&issuer.claims(&h, "nobody@tutti.example", roles)))
    };
    let input = json!({ "name": "P", "ownerId": person("pmo").to_string(), "currency": "EUR" });
    let create = async |client: &Client| {
        client.try_change("portfolioCreate", input.clone(), json!({ "dryRun": true })).await
    };
    let before = h.dump().await;
    assert_eq!(create(&with_roles(&["offline_access"])).await.code(), "FORBIDDEN");
    let office = with_roles(&["offline_access", "cx-office", "cx-office"]);
    assert_eq!(create(&office).await.data()["portfolioCreate"]["userErrors"], json!([]));
    let roles = office.ask(WHO, Value::Null).await["viewer"]["roles"].clone();
    assert_eq!(roles, json!([{ "role": "PMO", "since": "2025-03-31", "until": null, "portfolio": null }]));
    // The next request has the roles of its own token alone, and a token of ours has none of them.
    for without in [with_roles(&[]), h.as_("nobody").in_(&app)] {
        assert_eq!(create(&without).await.code(), "FORBIDDEN");
        assert_eq!(without.ask(WHO, Value::Null).await["viewer"]["roles"], json!([]));
    }
    // A role of another name, or in another claim, is none.
    assert_eq!(create(&with_roles(&["PMO", "ADMIN", "pmo"])).await.code(), "FORBIDDEN");
    let claims = issuer.claims(&h, "nobody@tutti.example", &[]);
    for claim in ["roles", "groups", "realm_access.roles.0"] {
        let token = issuer.signer.token(&with(&claims, claim, json!(["cx-office"])));
        assert_eq!(create(&bearer(&h, &app, &token)).await.code(), "FORBIDDEN", "{claim}");
    }
    assert_eq!(before, h.dump().await, "nothing of it is kept");

    // A role that was lent to somebody is none that they could give to a key.
    let make = "mutation { apiKeyCreate(input: { name: \"K\", roles: [ADMIN] }) { secret userErrors { code path } } }";
    let payload = with_roles(&["cx-admin"]).ask(make, Value::Null).await["apiKeyCreate"].clone();
    let refused = json!([{ "code": "INVALID", "path": ["input", "roles"] }]);
    assert_eq!(payload, json!({ "secret": null, "userErrors": refused }));
}

async fn passwords(h: Harness) {
    let issuer = Issuer::start();
    let app = issuer.house(&h);
    let client = bearer(&h, &app, &issuer.signer.token(&issuer.claims(&h, "nobody@tutti.example", &[])));
    let before = h.dump().await;
    for (mutation, input, code, path) in [
        // They have none, so that nothing that they could show is it.
        (
            "passwordChange",
            json!({ "currentPassword": "", "newPassword": "nine gentle bridges" }),
            "INVALID",
            "currentPassword",
        ),
        (
            "passwordChange",
            json!({ "currentPassword": "six gentle bridges", "newPassword": "nine gentle bridges" }),
            "INVALID",
            "currentPassword",
        ),
        ("signOut", json!({}), "REQUIRED", "sessionId"),
        ("signOut", json!({ "everywhere": true }), "REQUIRED", "sessionId"),
    ] {
        let (first, rest) = mutation.split_at(1);
        let ty = format!("{}{rest}Input", first.to_uppercase());
        let query = format!(
            "mutation($input: {ty}!) {{ {mutation}(input: $input) {{ userErrors {{ code path }} }} }}"
        );
        let answer = client.ask(&query, json!({ "input": input })).await;
        let expected = json!([{ "code": code, "path": ["input", path] }]);
        assert_eq!(answer[mutation]["userErrors"], expected, "{mutation}");
    }
    assert_eq!(before, h.dump().await);
    // It starts no session, so that there is none to see.
    assert_eq!(
        client.ask("{ sessions { totalCount } }", Value::Null).await["sessions"]["totalCount"],
        json!(0)
    );
}
