//! Whether somebody wants the digest: they say so, or the link in the mail does, which changes nothing as long as one looks.

use std::time::Duration;

use awc::http::StatusCode;
use tutti::mail::link::{Links, Said};
use tutti_entity::ids::CommunicationId;

use super::digest::{queued, readable, wanted_by};
use super::*;
use crate::mail::link::ask;
use crate::mail::server::{Does, MailServer};
use crate::mail::{GRACE, settings, until, work as worker};

async fn wants(h: &Harness, who: &str) -> Value {
    h.as_(who).ask("{ viewer { dailyDigest } }", Value::Null).await["viewer"]["dailyDigest"].clone()
}

pub async fn set(h: Harness) {
    assert_eq!(wants(&h, "member").await, json!(false));
    wanted_by(&h, &["member"]).await;
    assert_eq!(wants(&h, "member").await, json!(true));
    assert_eq!(wants(&h, "owner").await, json!(false));
    // Twice is once.
    let before = h.dump().await;
    let payload = h.as_("member").change("personDigestSet", json!({ "enabled": true }), Value::Null).await;
    assert_eq!((&payload["userErrors"], &payload["event"]), (&json!([]), &Value::Null));
    assert_eq!(before, h.dump().await);
    let options = json!({ "expectedVersion": 1 });
    let payload = h.as_("member").change("personDigestSet", json!({ "enabled": false }), options).await;
    assert_eq!(payload["userErrors"][0]["code"], json!("VERSION_CONFLICT"));
    let query = "{ events(filter: { action: { startsWith: \"person.digest\" } }) { nodes { action actor { name } changes { field after } } } }";
    let told = async |who: &str| h.as_(who).ask(query, Value::Null).await["events"]["nodes"].clone();
    let events = told("auditor").await;
    let changes = json!([{ "field": "dailyDigest", "after": "true" }]);
    let begun =
        json!({ "action": "person.digest_begun", "actor": { "name": "Mia Member" }, "changes": changes });
    assert_eq!(events, json!([begun]));
    // It is their own affair.
    assert_eq!((told("member").await, told("owner").await), (events, json!([])));
    // A key gets no mail.
    let query = "mutation($input: ApiKeyCreateInput!) { apiKeyCreate(input: $input) { secret } }";
    let input = json!({ "name": "Wall", "roles": ["ADMIN"], "readOnly": false });
    let made = h.as_("admin").ask(query, json!({ "input": input })).await["apiKeyCreate"].clone();
    let key = h.with_header(&format!("Bearer {}", made["secret"].as_str().unwrap()));
    let answer = key.try_change("personDigestSet", json!({ "enabled": true }), Value::Null).await;
    assert!(answer.json().to_string().contains("FORBIDDEN"), "{}", answer.pretty());
    assert_eq!(wants(&h, "admin").await, json!(false));
}

/// The path of the link in the digest of `member`, and its mail.
async fn link(h: &Harness) -> (String, String) {
    let server = MailServer::start(|_, _| Does::Take).await;
    h.as_("pmo").must("actionItemCreate", action("Ring", "member", "2025-03-20")).await;
    wanted_by(h, &["member"]).await;
    assert_eq!(queued(h).await, Some(1));
    let running = worker(h, settings(server.port));
    until(h, &[("SENT", 1)]).await;
    running.stop(GRACE).await;
    let mail = readable(&server.mail_for("member@tutti.example"));
    let header = mail.lines().find_map(|line| line.strip_prefix("List-Unsubscribe: ")).unwrap();
    let path = header.trim_start_matches("<https://tutti.example").trim_end_matches('>').to_owned();
    // The same stands at the end of the mail.
    assert_eq!(mail.matches(&path).count(), 3, "{mail}");
    (path, mail)
}

pub async fn pressed(h: Harness) {
    let (path, mail) = link(&h).await;
    assert!(mail.contains("List-Unsubscribe-Post: List-Unsubscribe=One-Click"), "{mail}");
    let url = h.serve();
    let before = h.dump().await;
    for method in ["GET", "HEAD", "GET"] {
        let (status, page, headers) = ask(&url, method, &path).await;
        assert_eq!(status, StatusCode::OK);
        assert!(
            method == "HEAD" || page.contains("<form method=\"post\"><button>Stop these mails"),
            "{page}"
        );
        assert_eq!(headers["referrer-policy"], "no-referrer");
        assert_eq!(headers["cache-control"], "no-store");
    }
    assert_eq!(before, h.dump().await, "looking at a link changed something");
    // As a mail program does it, from another page and with a form of its own.
    let client = awc::Client::builder().timeout(Duration::from_secs(20)).disable_redirects().finish();
    let one_click = async || {
        let request = client.post(format!("{url}{path}"));
        let request = request.insert_header(("Content-Type", "application/x-www-form-urlencoded"));
        request.send_body("List-Unsubscribe=One-Click").await.unwrap().status()
    };
    assert_eq!(one_click().await, StatusCode::OK);
    assert_eq!(wants(&h, "member").await, json!(false));
    let query =
        "{ events(filter: { action: { eq: \"person.digest_ended\" } }) { nodes { actor { name } reason } } }";
    let events = h.as_("auditor").ask(query, Value::Null).await["events"]["nodes"].clone();
    assert_eq!(events, json!([{ "actor": { "name": "Mia Member" }, "reason": "By the link in the mail." }]));
    // Twice is once, and looking says so.
    let after = h.dump().await;
    assert_eq!(one_click().await, StatusCode::OK);
    let (status, page, _) = ask(&url, "GET", &path).await;
    assert!(status == StatusCode::OK && page.contains("any more") && !page.contains("<form"), "{page}");
    assert_eq!(after, h.dump().await);
    h.pass(TimeDelta::days(1));
    assert_eq!(queued(&h).await, Some(0));
    // By the button, in the language of who reads it.
    h.as_("member").must("personDigestSet", json!({ "enabled": true })).await;
    let danish = json!({ "id": id("member"), "locale": "DA" });
    h.as_("admin").must("personUpdate", danish).await;
    let (_, page, _) = ask(&url, "GET", &path).await;
    assert!(page.contains("<html lang=\"da\">") && page.contains("Stop disse mails"), "{page}");
    let (status, page, _) = ask(&url, "POST", &path).await;
    assert!(status == StatusCode::OK && page.contains("ikke disse mails længere"), "{page}");
    assert_eq!(wants(&h, "member").await, json!(false));
}

pub async fn not_good(h: Harness) {
    let (path, _) = link(&h).await;
    let url = h.serve();
    let before = h.dump().await;
    let nowhere = ask(&url, "GET", "/unsubscribe/nothing").await.1;
    let token = path.rsplit_once('/').unwrap().1;
    let mut forged = token.as_bytes().to_vec();
    forged[10] = if forged[10] == b'A' { b'B' } else { b'A' };
    let until = h.now() + TimeDelta::days(1);
    let others = Links::new(b"another secret").unwrap().unsubscribe(person("member"), until);
    let links = h.app().links().unwrap();
    let communication = CommunicationId(Uuid::from_u128(0xe0));
    let acknowledges = links.make(Said { communication, person: person("member"), until });
    let same = async |token: &str| {
        for method in ["GET", "POST"] {
            let (status, page, _) = ask(&url, method, &format!("/unsubscribe/{token}")).await;
            assert_eq!(
                (status, page.as_str()),
                (StatusCode::NOT_FOUND, nowhere.as_str()),
                "{method} {token}"
            );
        }
    };
    let nobodys = links.unsubscribe(PersonId(Uuid::from_u128(99)), until);
    let forged = String::from_utf8(forged).unwrap();
    for token in [&forged, &others, &acknowledges, &nobodys, &format!("{token}A")] {
        same(token).await;
    }
    // Nor is it good for anything else.
    let (status, page, _) = ask(&url, "POST", &format!("/acknowledge/{token}")).await;
    assert_eq!((status, page), (StatusCode::NOT_FOUND, nowhere.clone()));
    assert_eq!(ask(&url, "DELETE", &path).await.0, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(before, h.dump().await);
    h.as_("admin").must("personDeactivate", json!({ "id": id("member") })).await;
    same(token).await;
    h.as_("admin").must("personReactivate", json!({ "id": id("member") })).await;
    assert_eq!(ask(&url, "GET", &path).await.0, StatusCode::OK);
    h.pass(TimeDelta::days(401));
    same(token).await;
    // Whoever tries many is kept waiting.
    let mut throttled = false;
    for number in 0..120 {
        let (status, _, headers) = ask(&url, "GET", &format!("/unsubscribe/guess{number}")).await;
        if status == StatusCode::TOO_MANY_REQUESTS {
            assert!(headers.contains_key("retry-after"));
            throttled = true;
            break;
        }
    }
    assert!(throttled, "a hundred wrong links were answered");
}
