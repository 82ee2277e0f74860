//! A signing key that changes: nobody is signed out while both keys verify, and the old one ends with that.

use std::path::PathBuf;

use actix_web::http::header::CONTENT_TYPE;
use aws_lc_rs::signature::{ED25519, UnparsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use std::time::Duration;
use tutti::access::password::{Passwords, Work};
use tutti::access::token::Keys;
use tutti::app::App;

use crate::harness::{GENEROUS, Harness, Suite, door_with, person};

pub fn register(suite: &mut Suite) {
    suite.both("access::a_signing_key_can_be_changed", changed);
}

fn decoded(part: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(part).unwrap()
}

/// The key with this name in a key set, if there is one.
fn named<'a>(set: &'a Value, kid: &Value) -> Option<&'a Value> {
    set["keys"].as_array().unwrap().iter().find(|key| key["kid"] == *kid)
}

async fn changed(h: Harness) {
    let folder = tempfile::tempdir().unwrap();
    let [old, new] = ["old.key", "new.key"].map(|name| folder.path().join(name));
    Keys::load_or_create(&new).unwrap();
    let house = |signs: &PathBuf, verify: &[PathBuf]| {
        let keys = Keys::load_or_create(signs).unwrap().with_verifying(verify).unwrap();
        h.house(door_with(keys, Passwords::new(Work { memory: 8, passes: 1 }, 1).unwrap(), None), GENEROUS)
    };
    // As the README tells it: the new key is shown, then it signs, then the old one is forgotten.
    let steps = [
        house(&old, &[]),
        house(&old, std::slice::from_ref(&new)),
        house(&new, std::slice::from_ref(&old)),
        house(&new, &[]),
    ];
    let mint = |app: &App| app.mint(person("pmo"), Duration::from_mins(15)).unwrap();
    let (of_old, of_new) = (mint(&steps[0]), mint(&steps[2]));
    for (step, (app, old_is_good, new_is_good)) in
        [(&steps[0], true, false), (&steps[1], true, true), (&steps[2], true, true), (&steps[3], false, true)]
            .into_iter()
            .enumerate()
    {
        let url = h.serve_app(app.clone(), |_| {});
        let get = awc::Client::default().get(format!("{url}/.well-known/jwks.json"));
        let mut shown = get.send().await.unwrap();
        assert_eq!(shown.headers().get(CONTENT_TYPE).unwrap(), "application/jwk-set+json");
        let shown: Value = serde_json::from_slice(&shown.body().await.unwrap()).unwrap();
        assert_eq!(
            shown["keys"].as_array().unwrap().len(),
            usize::from(old_is_good) + usize::from(new_is_good)
        );
        assert!(!shown.to_string().contains("\"d\""), "the private half is nobody's business");
        for (token, is_good) in [(&of_old, old_is_good), (&of_new, new_is_good)] {
            let client = h.with_header(&format!("Bearer {token}")).in_(app);
            let answer = client.send("{ viewer { person { id } } }", Value::Null).await;
            assert_eq!(answer.errors.is_empty(), is_good, "step {step}: {:?}", answer.errors);
            assert!(is_good || answer.code() == "UNAUTHENTICATED");
            // Whoever is shown the token finds its key in the set, and the signature fits.
            let [header, claims, signature] = token.split('.').collect::<Vec<_>>().try_into().unwrap();
            let header_read: Value = serde_json::from_slice(&decoded(header)).unwrap();
            let key = named(&shown, &header_read["kid"]);
            assert_eq!(key.is_some(), is_good, "step {step}");
            if let Some(key) = key {
                assert_eq!((&key["alg"], &key["crv"]), (&json!("EdDSA"), &json!("Ed25519")));
                UnparsedPublicKey::new(&ED25519, decoded(key["x"].as_str().unwrap()))
                    .verify(format!("{header}.{claims}").as_bytes(), &decoded(signature))
                    .unwrap();
            }
        }
    }
}
