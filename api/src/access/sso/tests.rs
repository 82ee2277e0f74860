//! A real provider on this machine: what is accepted, every way of forging, and how often it is asked.

use serde_json::{Value, json};

use super::*;

mod issuer;
mod looks;

use issuer::{Issuer, Signer, ec, ed, other_rsa, part, rsa};

fn at(second: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000 + second, 0).unwrap()
}

/// A provider with one key of each kind, named after it.
fn issuer_of(signers: &[(&str, &Signer)]) -> Arc<Issuer> {
    Issuer::start(signers.iter().map(|(kid, signer)| signer.jwk(kid)).collect())
}

#[track_caller]
fn assert_refused(answer: Result<Identity, Fault>, why: &str) {
    assert_eq!(answer.unwrap_err(), refused(), "{why}");
}

#[track_caller]
fn assert_unavailable(answer: Result<Identity, Fault>) {
    assert_eq!(answer.unwrap_err().code, FaultCode::Unavailable);
}

#[actix_web::test]
async fn the_three_algorithms_are_accepted() {
    let signers = [("rsa", rsa()), ("ec", ec()), ("ed", ed())];
    let issuer = issuer_of(&signers.each_ref().map(|(kid, signer)| (*kid, signer)));
    let provider = issuer.provider();
    let anna = Identity { email: "anna@example.org".to_owned(), roles: vec![Role::Pmo], until: at(300) };
    for (kid, signer) in &signers {
        let token = signer.token(kid, &issuer.claims());
        assert!(provider.claims_to_be_from(&token));
        assert_eq!(provider.verify(&token, at(1)).await.unwrap(), anna, "{kid}");
        let unnamed = signer.token_with(&json!({ "alg": signer.algorithm() }), &issuer.claims());
        assert_eq!(provider.verify(&unnamed, at(1)).await.unwrap(), anna, "{kid} without its name");
        for (other, _) in signers.iter().filter(|(other, _)| other != kid) {
            assert_refused(provider.verify(&signer.token(other, &issuer.claims()), at(1)).await, other);
        }
    }
    assert_eq!(issuer.asked(), (1, 1));
    issuer.stop();
}

#[actix_web::test]
async fn a_token_that_names_no_key_is_refused_where_two_could_be_meant() {
    let (one, other) = (ed(), ed());
    let issuer = issuer_of(&[("one", &one), ("other", &other)]);
    let provider = issuer.provider();
    assert!(provider.verify(&one.token("one", &issuer.claims()), at(1)).await.is_ok());
    let unnamed = one.token_with(&json!({ "alg": "EdDSA" }), &issuer.claims());
    assert_refused(provider.verify(&unnamed, at(1)).await, "two keys fit");
    issuer.stop();
}

#[actix_web::test]
async fn a_token_without_signature_is_refused() {
    let signer = rsa();
    let issuer = issuer_of(&[("rsa", &signer)]);
    let provider = issuer.provider();
    let good = signer.token("rsa", &issuer.claims());
    assert!(provider.verify(&good, at(1)).await.is_ok());
    let signature = good.rsplit('.').next().unwrap();
    for alg in ["none", "None", "NONE", "", "HS256", "RS384", "RS512", "PS256", "ES256", "ES384", "EdDSA"] {
        for header in [json!({ "alg": alg, "kid": "rsa" }), json!({ "alg": alg })] {
            let message = format!("{}.{}", part(&header), part(&issuer.claims()));
            assert_refused(provider.verify(&format!("{message}."), at(1)).await, alg);
            assert_refused(provider.verify(&format!("{message}.{signature}"), at(1)).await, alg);
        }
    }
    issuer.stop();
}

#[actix_web::test]
async fn the_public_key_as_a_shared_secret_is_refused() {
    let signer = rsa();
    let issuer = issuer_of(&[("rsa", &signer)]);
    let provider = issuer.provider();
    let hmac = |header: &Value, secret: &[u8]| {
        let message = format!("{}.{}", part(header), part(&issuer.claims()));
        let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, secret);
        let tag = aws_lc_rs::hmac::sign(&key, message.as_bytes());
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(tag))
    };
    // The helper is right: whoever did take the secret would take the token.
    let token = hmac(&json!({ "alg": "HS256" }), b"secret");
    let mut validation = jsonwebtoken::Validation::new(jsonwebtoken::Algorithm::HS256);
    validation.validate_exp = false;
    validation.validate_aud = false;
    let key = jsonwebtoken::DecodingKey::from_secret(b"secret");
    assert!(jsonwebtoken::decode::<Value>(token, &key, &validation).is_ok());
    for secret in signer.public_forms() {
        for header in [
            json!({ "alg": "HS256", "kid": "rsa" }),
            json!({ "alg": "HS256" }),
            json!({ "alg": "RS256", "kid": "rsa" }),
        ] {
            assert_refused(provider.verify(&hmac(&header, &secret), at(1)).await, "a public key");
        }
    }
    issuer.stop();
}

#[actix_web::test]
async fn a_key_that_the_token_brings_along_is_not_believed() {
    let (signer, forger) = (rsa(), ed());
    let issuer = issuer_of(&[("rsa", &signer)]);
    let provider = issuer.provider();
    let jwk = forger.jwk("mine");
    for header in [
        json!({ "alg": "EdDSA", "kid": "mine", "jwk": jwk }),
        json!({ "alg": "EdDSA", "jwk": jwk }),
        json!({ "alg": "EdDSA", "kid": "rsa", "jwk": jwk, "jku": issuer.url }),
    ] {
        assert_refused(
            provider.verify(&forger.token_with(&header, &issuer.claims()), at(1)).await,
            "its own key",
        );
    }
    issuer.stop();
}

#[actix_web::test]
async fn a_token_that_somebody_else_signed_is_refused() {
    let signer = rsa();
    let issuer = issuer_of(&[("rsa", &signer)]);
    let provider = issuer.provider();
    assert_refused(
        provider.verify(&other_rsa().token("rsa", &issuer.claims()), at(1)).await,
        "another's key",
    );
    let good = signer.token("rsa", &issuer.claims());
    let (message, signature) = good.rsplit_once('.').unwrap();
    let (header, _) = message.split_once('.').unwrap();
    let others = part(&issuer.claims_with("email", Some(json!("boss@example.org"))));
    for spoilt in [
        format!("{header}.{others}.{signature}"),
        format!("{message}.{}", &signature[2..]),
        format!("{good}.{signature}"),
        format!(" {good}"),
        message.to_owned(),
    ] {
        assert_refused(provider.verify(&spoilt, at(1)).await, &spoilt);
    }
    let critical = json!({ "alg": "RS256", "kid": "rsa", "crit": ["b64"], "b64": true });
    assert_refused(provider.verify(&signer.token_with(&critical, &issuer.claims()), at(1)).await, "critical");
    // Another provider's token, good there, is none of ours.
    let elsewhere = issuer_of(&[("rsa", &signer)]);
    let foreign = signer.token("rsa", &elsewhere.claims());
    assert!(!provider.claims_to_be_from(&foreign));
    assert!(elsewhere.provider().verify(&foreign, at(1)).await.is_ok());
    assert_refused(provider.verify(&foreign, at(1)).await, "another provider");
    issuer.stop();
    elsewhere.stop();
}

#[actix_web::test]
async fn what_is_none_of_ours_is_not_asked_about() {
    let issuer = issuer_of(&[]);
    let provider = issuer.provider();
    let signer = ed();
    let long = issuer.claims_with("sub", Some(json!("x".repeat(LONGEST_TOKEN))));
    let twice = format!("{{\"iss\":\"{0}\",\"iss\":\"{0}\"}}", issuer.url);
    for token in [
        String::new(),
        "..".to_owned(),
        "a.b.c".to_owned(),
        "\u{1f511}.\u{1f511}.\u{1f511}".to_owned(),
        signer.token("ed", &json!({ "iss": "tutti" })),
        signer.token("ed", &json!({ "iss": [issuer.url] })),
        signer.token("ed", &json!({ "iss": format!("{}/", issuer.url) })),
        signer.token("ed", &json!([])),
        signer.token("ed", &long),
        format!("{}.{}.", part(&json!({ "alg": "EdDSA" })), URL_SAFE_NO_PAD.encode(twice)),
        format!("{}.{}.", part(&json!({ "alg": "EdDSA" })), URL_SAFE_NO_PAD.encode("[".repeat(10_000))),
    ] {
        assert!(!provider.claims_to_be_from(&token), "{token}");
        assert_refused(provider.verify(&token, at(1)).await, &token);
    }
    assert_eq!(issuer.asked(), (0, 0));
    issuer.stop();
}

#[actix_web::test]
async fn wrong_claims_are_refused() {
    let signer = ed();
    let issuer = issuer_of(&[("ed", &signer)]);
    let provider = issuer.provider();
    let now = at(0).timestamp();
    for (name, value, is_good) in [
        ("iss", Some(json!("https://id.example.org")), false),
        ("aud", Some(json!("another")), false),
        ("aud", Some(json!("tutti-api-2")), false),
        ("aud", Some(json!(["another"])), false),
        ("aud", Some(json!([])), false),
        ("aud", Some(json!({ "tutti-api": "tutti-api" })), false),
        ("aud", Some(json!(["account", "tutti-api"])), true),
        ("aud", None, false),
        ("sub", Some(json!("")), false),
        ("sub", Some(json!(7)), false),
        ("sub", None, false),
        ("exp", Some(json!(now)), false),
        ("exp", Some(json!(now + 1)), true),
        ("exp", Some(json!("tomorrow")), false),
        ("exp", Some(json!(null)), false),
        ("exp", Some(json!(1e300)), false),
        ("exp", None, false),
        ("nbf", Some(json!(now + 30)), true),
        ("nbf", Some(json!(now + 31)), false),
        ("nbf", Some(json!("now")), false),
        ("nbf", None, true),
        ("iat", Some(json!(now + 30)), true),
        ("iat", Some(json!(now + 31)), false),
        ("iat", None, true),
        ("email", Some(json!("")), false),
        ("email", Some(json!("anna")), false),
        ("email", Some(json!("anna @example.org")), false),
        ("email", Some(json!("anna\u{0}@example.org")), false),
        ("email", Some(json!(["anna@example.org"])), false),
        ("email", None, false),
        ("email", Some(json!("\u{ff41}nna@example.org")), false),
        ("email_verified", Some(json!(false)), false),
        ("email_verified", Some(json!("false")), false),
        ("email_verified", Some(json!(null)), false),
        ("email_verified", Some(json!("true")), true),
        ("email_verified", None, true),
    ] {
        let why = format!("{name}: {value:?}");
        let answer = provider.verify(&signer.token("ed", &issuer.claims_with(name, value)), at(0)).await;
        if is_good {
            assert_eq!(answer.map(|identity| identity.email).as_deref(), Ok("anna@example.org"), "{why}");
        } else {
            assert_refused(answer, &why);
        }
    }
    // The issuer is asked again of what was signed, and not only of what was to be read first.
    let foreign = issuer.claims_with("iss", Some(json!("https://id.example.org")));
    assert_eq!(issuer.settings().identity(&foreign, now), None);
    assert!(issuer.settings().identity(&issuer.claims(), now).is_some());
    issuer.stop();
}

#[actix_web::test]
async fn roles_and_addresses_come_from_the_configured_claims() {
    let signer = ed();
    let issuer = issuer_of(&[("ed", &signer)]);
    let mut claims = issuer.claims();
    claims["https://example.org/roles"] = json!(["cx-audit", "cx-office", "cx-audit", 7, null]);
    claims["https://example.org/mail"] = json!("ANNA@example.org");
    claims["profile"] = json!({ "mail": "a@example.org" });
    let token = signer.token("ed", &claims);
    for (claim, roles) in [
        (Some("realm_access.roles"), vec![Role::Pmo]),
        (Some("groups"), vec![Role::Auditor]),
        (Some("https://example.org/roles"), vec![Role::Pmo, Role::Auditor]),
        (Some("realm_access"), vec![]),
        (Some("realm_access.roles.0"), vec![]),
        (Some("gone.roles"), vec![]),
        (None, vec![]),
    ] {
        let settings = Settings { roles_claim: claim.map(str::to_owned), ..issuer.settings() };
        let identity = Provider::new(settings).unwrap().verify(&token, at(1)).await.unwrap();
        assert_eq!(identity.roles, roles, "{claim:?}");
    }
    for (claim, email) in [
        ("https://example.org/mail", "ANNA@example.org"),
        ("profile.mail", "a@example.org"),
        ("email", "anna@example.org"),
    ] {
        let settings = Settings { email_claim: claim.to_owned(), ..issuer.settings() };
        let identity = Provider::new(settings).unwrap().verify(&token, at(1)).await.unwrap();
        assert_eq!(identity.email, email);
    }
    issuer.stop();
}

#[actix_web::test]
async fn keys_for_other_purposes_or_too_short_are_left_out() {
    let signer = ed();
    let usual = signer.jwk("ed");
    let with = |name: &str, value: Value| {
        let mut jwk = usual.clone();
        jwk[name] = value;
        jwk
    };
    for (jwk, is_good) in [
        (usual.clone(), true),
        (with("use", json!("enc")), false),
        (with("use", Value::Null), true),
        (with("key_ops", json!(["verify"])), true),
        (with("key_ops", json!(["encrypt"])), false),
        (with("alg", Value::Null), true),
        (with("alg", json!("RS256")), false),
        (with("alg", json!("HS256")), false),
        (with("kty", json!("EC")), false),
        (with("kty", json!("oct")), false),
        (with("crv", json!("X25519")), false),
        (with("crv", json!("Ed448")), false),
        (with("x", json!("AAAA")), false),
        (with("x", json!("not base64!")), false),
        (with("x", Value::Null), false),
    ] {
        let issuer = Issuer::start(vec![jwk.clone(), json!(7), json!({}), ec().jwk("ec")]);
        let answer = issuer.provider().verify(&signer.token("ed", &issuer.claims()), at(1)).await;
        assert_eq!(answer.is_ok(), is_good, "{jwk}");
        issuer.stop();
    }
    let modulus = |bytes: &[u8]| {
        let jwk = json!({ "kty": "RSA", "kid": "rsa", "n": URL_SAFE_NO_PAD.encode(bytes), "e": "AQAB" });
        Key::new(serde_json::from_value(jwk).unwrap()).is_some()
    };
    assert!(modulus(&[0xff; 256]) && modulus(&[&[0, 0x80][..], &[1; 255]].concat()), "2048 bits");
    assert!(!modulus(&[0xff; 128]) && !modulus(&[]), "1024 bits, and none");
    assert!(!modulus(&[&[0x7f][..], &[1; 255]].concat()), "2047 bits");
}

#[test]
fn a_provider_that_cannot_be_trusted_is_refused() {
    let settings = |issuer: &str, audience: &str| Settings {
        issuer: issuer.to_owned(),
        audience: audience.to_owned(),
        email_claim: "email".to_owned(),
        roles_claim: None,
        roles: Vec::new(),
    };
    assert!(Provider::new(settings("https://id.example.org/realms/tutti", "tutti-api")).is_ok());
    assert!(Provider::new(settings("http://id.example.org/realms/tutti", "tutti-api")).is_err());
    assert!(Provider::new(settings("https://id.example.org/realms/tutti", "")).is_err());
}
