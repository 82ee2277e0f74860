//! The link in a mail: looking at it changes nothing, its button acknowledges, and what is not good looks all the same.

use awc::http::StatusCode;

use super::*;

/// What a path answers: the status, the page and what its headers say.
pub async fn ask(url: &str, method: &str, path: &str) -> (StatusCode, String, BTreeMap<String, String>) {
    let client = awc::Client::builder().timeout(Duration::from_secs(20)).disable_redirects().finish();
    let request = client.request(method.parse().unwrap(), format!("{url}{path}"));
    let mut response =
        request.no_decompress().insert_header(("Accept-Encoding", "identity")).send().await.unwrap();
    let page = String::from_utf8(response.body().await.unwrap().to_vec()).unwrap();
    let headers =
        response.headers().iter().map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()));
    (response.status(), page, headers.collect())
}

/// The path of the link in the mail to somebody.
async fn link(h: &Harness, address: &str) -> String {
    let server = MailServer::start(|_, _| Does::Take).await;
    crowd(h, 3).await;
    let worker = work(h, settings(server.port));
    until(h, &[("SENT", 3)]).await;
    worker.stop(GRACE).await;
    let mail = readable(&server.mail_for(address));
    let (_, rest) = mail.split_once("https://tutti.example").unwrap();
    rest.split_whitespace().next().unwrap().to_owned()
}

pub async fn pressed(h: Harness) {
    let path = link(&h, "reader.1@tutti.example").await;
    let url = h.serve();
    let before = h.dump().await;
    for method in ["GET", "HEAD", "GET"] {
        let (status, page, headers) = ask(&url, method, &path).await;
        assert_eq!(status, StatusCode::OK);
        assert!(method == "HEAD" || page.contains("<form method=\"post\"><button>"), "{page}");
        assert!(!page.contains("start"), "the body is shown");
        assert_eq!(headers["referrer-policy"], "no-referrer");
        assert_eq!(headers["cache-control"], "no-store");
        assert!(headers["content-security-policy"].starts_with("default-src 'none'; form-action 'self'"));
    }
    assert_eq!(before, h.dump().await, "looking at a link changed something");
    let (status, page, _) = ask(&url, "POST", &path).await;
    assert!(status == StatusCode::OK && page.contains("acknowledged") && !page.contains("<form"), "{page}");
    let query = "{ events(filter: { action: { eq: \"communication.acknowledged\" } }) { nodes { actor { name } reason } } }";
    let events = h.as_("pmo").ask(query, Value::Null).await["events"]["nodes"].clone();
    assert_eq!(events, json!([{ "actor": { "name": "Reader 1" }, "reason": "By the link in the mail." }]));
    let sql = "SELECT person_id FROM receipts WHERE acknowledged_at IS NOT NULL";
    assert_eq!(h.sql(sql).await.len(), 1);
    // Twice is once.
    let after = h.dump().await;
    let (status, page, _) = ask(&url, "POST", &path).await;
    assert!(status == StatusCode::OK && page.contains("acknowledged"), "{page}");
    assert_eq!(after, h.dump().await);
}

pub async fn not_good(h: Harness) {
    let path = link(&h, "reader.1@tutti.example").await;
    let url = h.serve();
    let before = h.dump().await;
    let nowhere = ask(&url, "GET", "/acknowledge/nothing").await.1;
    let (head, token) = path.rsplit_once('/').unwrap();
    let mut forged = token.as_bytes().to_vec();
    forged[30] = if forged[30] == b'A' { b'B' } else { b'A' };
    let forged = format!("{head}/{}", String::from_utf8(forged).unwrap());
    let other = {
        use tutti::mail::link::{Links, Said};
        // Signed by somebody else.
        let links = Links::new(b"another secret").unwrap();
        let until = h.now() + TimeDelta::days(1);
        let said = Said {
            communication: CommunicationId(Uuid::from_u128(0xe0)),
            person: PersonId(Uuid::from_u128(0xc001)),
            until,
        };
        format!("{head}/{}", links.make(said))
    };
    let outsider = {
        use tutti::mail::link::Said;
        // Ours, for somebody who was not in the audience.
        let until = h.now() + TimeDelta::days(1);
        let said =
            Said { communication: CommunicationId(Uuid::from_u128(0xe0)), person: person("finance"), until };
        format!("{head}/{}", h.app().links().unwrap().make(said))
    };
    let same = async |path: &str| {
        for method in ["GET", "POST"] {
            let (status, page, _) = ask(&url, method, path).await;
            assert_eq!((status, page.as_str()), (StatusCode::NOT_FOUND, nowhere.as_str()), "{method} {path}");
        }
    };
    for path in [&forged, &other, &outsider, &format!("{path}A")] {
        same(path).await;
    }
    assert_eq!(ask(&url, "DELETE", &path).await.0, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(before, h.dump().await);
    // Whoever has left acknowledges nothing any more.
    let leaves = json!({ "id": PersonId(Uuid::from_u128(0xc001)).to_string() });
    h.as_("admin").must("personDeactivate", leaves).await;
    same(&path).await;
    let back = json!({ "id": PersonId(Uuid::from_u128(0xc001)).to_string() });
    h.as_("admin").must("personReactivate", back).await;
    assert_eq!(ask(&url, "GET", &path).await.0, StatusCode::OK);
    h.pass(TimeDelta::days(91));
    same(&path).await;
    // Whoever tries many is kept waiting, and one that is good goes on being good.
    let mut throttled = false;
    for number in 0..120 {
        let (status, _, headers) = ask(&url, "GET", &format!("/acknowledge/guess{number}")).await;
        if status == StatusCode::TOO_MANY_REQUESTS {
            assert!(headers.contains_key("retry-after"));
            throttled = true;
            break;
        }
    }
    assert!(throttled, "a hundred wrong links were answered");
}
