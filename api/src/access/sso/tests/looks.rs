//! When the provider is asked, and what happens while it cannot be.

use std::time::{Duration, Instant};

use futures_util::future::join_all;

use super::issuer::Answers;
use super::*;

/// Until a look behind the scenes has ended.
async fn settled(provider: &Provider) {
    tokio::time::timeout(Duration::from_secs(10), provider.cache.look_ended()).await.unwrap();
}

#[actix_web::test]
async fn nothing_is_asked_before_it_is_needed() {
    let signer = ed();
    let issuer = issuer_of(&[("ed", &signer)]);
    let provider = issuer.provider();
    assert_eq!(issuer.asked(), (0, 0));
    let token = signer.token("ed", &issuer.claims());
    for second in [1, 2, 100, 299] {
        assert!(provider.verify(&token, at(second)).await.is_ok());
    }
    assert_eq!(issuer.asked(), (1, 1));
    issuer.stop();
}

#[actix_web::test]
async fn an_unknown_key_is_asked_for_at_most_once_a_minute() {
    let (signer, forger) = (ed(), ed());
    let issuer = issuer_of(&[("ed", &signer)]);
    let provider = issuer.provider();
    assert!(provider.verify(&signer.token("ed", &issuer.claims()), at(0)).await.is_ok());
    for (second, looks) in [(1, 1), (59, 1), (60, 2), (61, 2), (119, 2), (120, 3)] {
        for number in 0..20 {
            let token = forger.token(&format!("forged-{number}"), &issuer.claims());
            assert_refused(provider.verify(&token, at(second)).await, "an unknown key");
        }
        assert_eq!(issuer.asked(), (looks, looks), "after {second} s");
    }
    // Neither does a known name with another algorithm, nor a clock that was set back for a while.
    assert_refused(provider.verify(&ec().token("ed", &issuer.claims()), at(500)).await, "another algorithm");
    assert_refused(provider.verify(&forger.token("forged", &issuer.claims()), at(119)).await, "set back");
    assert_eq!(issuer.asked(), (3, 3));
    assert_refused(provider.verify(&forger.token("forged", &issuer.claims()), at(-10_000)).await, "set back");
    assert_eq!(issuer.asked(), (4, 4));
    issuer.stop();
}

#[actix_web::test]
async fn a_new_key_of_the_provider_is_picked_up() {
    let (old, new) = (ed(), rsa());
    let issuer = issuer_of(&[("old", &old)]);
    let provider = issuer.provider();
    let (by_old, by_new) = (old.token("old", &issuer.claims()), new.token("new", &issuer.claims()));
    assert!(provider.verify(&by_old, at(0)).await.is_ok());
    issuer.change(|answers| answers.keys = vec![new.jwk("new")]);
    assert_refused(provider.verify(&by_new, at(59)).await, "too soon");
    assert!(provider.verify(&by_old, at(59)).await.is_ok());
    assert!(provider.verify(&by_new, at(60)).await.is_ok());
    assert_refused(provider.verify(&by_old, at(61)).await, "the old key is gone");
    assert_eq!(issuer.asked(), (2, 2));
    issuer.stop();
}

#[actix_web::test]
async fn many_who_come_with_an_unknown_key_wait_for_one_look() {
    let (old, new) = (ed(), ed());
    let issuer = issuer_of(&[("old", &old)]);
    let provider = issuer.provider();
    assert!(provider.verify(&old.token("old", &issuer.claims()), at(0)).await.is_ok());
    issuer.change(|answers| {
        answers.keys.push(new.jwk("new"));
        answers.is_slow = true;
    });
    let token = new.token("new", &issuer.claims());
    // One goes away before the answer, which changes nothing for the others.
    let impatient = tokio::time::timeout(Duration::from_millis(20), provider.verify(&token, at(60))).await;
    assert!(impatient.is_err());
    let known = provider.verify(&old.token("old", &issuer.claims()), at(60)).await;
    assert!(known.is_ok(), "a known key does not wait");
    let release = async {
        tokio::time::sleep(Duration::from_millis(50)).await;
        issuer.change(|answers| answers.is_slow = false);
    };
    let all = join_all((0..50).map(|_| provider.verify(&token, at(60))));
    let (answers, ()) = futures_util::future::join(all, release).await;
    assert!(answers.iter().all(Result::is_ok));
    assert_eq!(issuer.asked(), (2, 2));
    issuer.stop();
}

#[actix_web::test]
async fn a_provider_that_is_down_is_tried_every_ten_seconds() {
    let signer = ed();
    let issuer = issuer_of(&[("ed", &signer)]);
    issuer.change(|answers| answers.is_down = true);
    let provider = issuer.provider();
    let token = signer.token("ed", &issuer.claims());
    for (second, tries) in [(0, 1), (1, 1), (9, 1), (10, 2), (19, 2), (20, 3)] {
        assert_unavailable(provider.verify(&token, at(second)).await);
        assert_eq!(issuer.asked(), (tries, 0), "after {second} s");
    }
    issuer.change(|answers| answers.is_down = false);
    assert_unavailable(provider.verify(&token, at(29)).await);
    assert!(provider.verify(&token, at(30)).await.is_ok());
    assert_eq!(issuer.asked(), (4, 1));
    issuer.stop();
}

#[actix_web::test]
async fn known_keys_stay_good_and_nobody_waits_while_the_provider_is_down() {
    let (signer, new) = (ed(), ed());
    let issuer = issuer_of(&[("ed", &signer)]);
    let provider = issuer.provider();
    let mut claims = issuer.claims();
    claims["exp"] = json!(at(100_000).timestamp());
    let (known, unknown) = (signer.token("ed", &claims), new.token("new", &claims));
    assert!(provider.verify(&known, at(0)).await.is_ok());
    assert!(provider.verify(&known, at(3_599)).await.is_ok());
    settled(&provider).await;
    assert_eq!(issuer.asked(), (1, 1));
    // It takes the question and never answers: who has a known key does not notice.
    issuer.change(|answers| {
        answers.is_slow = true;
        answers.is_down = true;
    });
    let before = Instant::now();
    for second in [3_600, 3_601, 3_700] {
        assert!(provider.verify(&known, at(second)).await.is_ok());
    }
    assert!(before.elapsed() < Duration::from_secs(1), "{:?}", before.elapsed());
    issuer.change(|answers| answers.is_slow = false);
    settled(&provider).await;
    assert_eq!(issuer.asked(), (2, 1), "and it was asked once");
    assert_unavailable(provider.verify(&unknown, at(3_605)).await);
    assert!(provider.verify(&known, at(3_605)).await.is_ok());
    assert_eq!(issuer.asked(), (2, 1), "not again within ten seconds");
    issuer.change(|answers| {
        answers.is_down = false;
        answers.keys.push(new.jwk("new"));
    });
    assert!(provider.verify(&known, at(3_610)).await.is_ok());
    settled(&provider).await;
    assert!(provider.verify(&unknown, at(3_611)).await.is_ok());
    assert_eq!(issuer.asked(), (3, 2));
    issuer.stop();
}

#[actix_web::test]
async fn answers_that_cannot_be_trusted_are_no_answers() {
    let signer = ed();
    let issuer = issuer_of(&[("ed", &signer)]);
    let elsewhere = issuer_of(&[("ed", &signer)]);
    let token = signer.token("ed", &issuer.claims());
    let here = format!("{}/keys", issuer.url);
    let named = |issuer: &str, keys: &str| Some(json!({ "issuer": issuer, "jwks_uri": keys }));
    let usual = || Answers {
        discovery: None,
        keys: vec![signer.jwk("ed")],
        padding: 0,
        status: "200 OK".to_owned(),
        is_down: false,
        is_slow: false,
    };
    let discovered = |discovery| Answers { discovery, ..usual() };
    let many = |count: usize| {
        let mut keys = usual().keys;
        keys.resize(count, json!({}));
        Answers { keys, ..usual() }
    };
    let large = |kib: usize| Answers { padding: kib * 1024, ..usual() };
    let status = |status: &str| Answers { status: status.to_owned(), ..usual() };
    for (name, answers, is_good) in [
        ("usual", usual(), true),
        ("another issuer", discovered(named(&elsewhere.url, &here)), false),
        ("a slash more", discovered(named(&format!("{}/", issuer.url), &here)), false),
        // Reached all the same on this machine, so that only our own rule keeps it from being asked.
        ("keys in the open", discovered(named(&issuer.url, &here.replace("127.0.0.1", "0.0.0.0"))), false),
        ("keys in a file", discovered(named(&issuer.url, "file:///etc/keys")), false),
        ("no document", discovered(Some(json!([]))), false),
        ("keys elsewhere", discovered(named(&issuer.url, &format!("{}/keys", elsewhere.url))), true),
        ("100 keys", many(100), true),
        ("101 keys", many(101), false),
        ("large", large(255), true),
        ("too large", large(256), false),
        ("a redirect", status(&format!("302 Found\r\nLocation: {}/keys", elsewhere.url)), false),
        ("a redirect to itself", status(&format!("307 Temporary Redirect\r\nLocation: {here}")), false),
        ("an error", status("500 Internal Server Error"), false),
        ("another success", status("203 Non-Authoritative Information"), false),
    ] {
        issuer.change(|now| *now = answers);
        let answer = issuer.provider().verify(&token, at(1)).await;
        if is_good {
            assert!(answer.is_ok(), "{name}: {answer:?}");
        } else {
            assert_eq!(answer.unwrap_err(), unavailable(), "{name}");
        }
    }
    assert_eq!(elsewhere.asked(), (0, 1), "asked only where the document said so");
    issuer.stop();
    elsewhere.stop();
}

#[test]
fn what_waits_may_move_between_threads() {
    fn is_send<T: Send>(_: T) {}
    let issuer = issuer_of(&[]);
    let provider = issuer.provider();
    is_send(provider.verify("", at(0)));
    issuer.stop();
}
