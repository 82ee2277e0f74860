//! Where nothing is sent: this machine, private networks and names that lead there, unless the configuration lets it
//! through; and connections to the wrong one.

use std::io::Write as _;

use serde_json::{Value, json};
use tutti::config::{Config, Sources};
use tutti::graphql::limits::Limits;
use tutti::webhooks::settings::Settings;

use super::{Does, QUERY, Receiver, Telling, delivered, house, initiatives, made, send, settings, until};
use crate::harness::{Harness, Suite, api_key};
use crate::mail::tls::certified;

pub fn register(suite: &mut Suite) {
    suite.both("webhooks::nothing_is_sent_where_no_receiver_can_be", private);
    suite.both("webhooks::what_the_configuration_lets_through_is_let_through", let_through);
    suite.both("webhooks::an_encrypted_connection_is_to_the_right_one", encrypted);
}

fn configured(text: &str) -> Settings {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tutti.toml");
    let sources = Sources { file: Some((path, text.to_owned())), ..Sources::default() };
    Settings::of(&Config::from_sources(&sources).unwrap(), Limits::default()).unwrap()
}

async fn refusal(h: &Harness, settings: Settings, url: &str) -> Value {
    let admin = h.as_("admin").in_(&house(h, settings));
    let input = json!({ "url": url, "query": QUERY, "apiKeyId": api_key().to_string() });
    send(&admin, "webhookCreate", input, "webhook { id }").await["userErrors"].clone()
}

async fn private(h: Harness) {
    for url in [
        "http://example.org/",
        "https://127.0.0.1/",
        "https://2130706433/",
        "https://[::1]:8443/",
        "https://[::ffff:192.168.0.1]/",
        "https://[64:ff9b::a00:1]/",
        "https://169.254.169.254/latest/meta-data/",
        "https://100.64.0.1/",
        "https://ada:secret@example.org/",
        "gopher://example.org/",
    ] {
        let problems = refusal(&h, Settings::usual().unwrap(), url).await;
        assert_eq!(
            (&problems[0]["code"], &problems[0]["path"]),
            (&json!("INVALID"), &json!(["input", "url"])),
            "{url}"
        );
        assert!(!problems[0]["message"].as_str().unwrap().contains("secret"));
    }
    // A name is looked up when something is sent, and so is an address that was let through before.
    let receiver = Receiver::start(|_, _| Does::Answer(200)).await;
    let lenient = house(&h, settings());
    let admin = h.as_("admin").in_(&lenient);
    let named = made(&admin, &format!("http://localhost:{}/", receiver.port), json!({})).await;
    let plain = made(&admin, &receiver.url("/"), json!({})).await;
    let mut strict = settings();
    strict.targets.allow = vec!["10.0.0.0/8".parse().unwrap()];
    let telling = Telling::start(house(&h, strict).office());
    initiatives(&h, 1).await;
    for id in [&named.id, &plain.id] {
        let log = until(&admin, id, "a refusal", |log| log.len() == 1 && log[0]["attempts"] == 1).await;
        let why = log[0]["error"].as_str().unwrap();
        assert!(why.contains("this machine") && log[0]["statusCode"].is_null(), "{why}");
    }
    telling.end().await;
    assert_eq!(receiver.seen.lock().unwrap().connections, 0, "somebody was there");
}

async fn let_through(h: Harness) {
    let receiver = Receiver::start(|_, _| Does::Answer(200)).await;
    let text = "webhook_allow_networks = [\"127.0.0.0/8\", \"::1\"]\nwebhook_allow_http = true\n";
    let app = house(&h, configured(text));
    let admin = h.as_("admin").in_(&app);
    let named = made(&admin, &format!("http://localhost:{}/", receiver.port), json!({})).await;
    let telling = Telling::start(app.office());
    initiatives(&h, 1).await;
    until(&admin, &named.id, "a delivery", delivered(1)).await;
    telling.end().await;
    assert_eq!(receiver.got("/")[0].headers["host"], format!("localhost:{}", receiver.port));
    // That, and nothing else.
    for url in ["http://10.0.0.1/", "http://169.254.169.254/", "http://[fd00::1]/"] {
        assert_eq!(refusal(&h, configured(text), url).await[0]["code"], "INVALID", "{url}");
    }
    assert_eq!(
        refusal(&h, configured("webhook_allow_networks = [\"127.0.0.0/8\"]"), "http://127.0.0.1/").await[0]["code"],
        "INVALID"
    );
}

async fn encrypted(h: Harness) {
    let (right, pem) = certified("localhost");
    let (wrong, wrong_pem) = certified("elsewhere.example");
    let receivers = [
        Receiver::with(Some(right), |_, _| Does::Answer(200)).await,
        Receiver::with(Some(wrong), |_, _| Does::Answer(200)).await,
    ];
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ca.pem");
    std::fs::File::create(&path).unwrap().write_all(format!("{pem}{wrong_pem}").as_bytes()).unwrap();
    let lets = "webhook_allow_networks = [\"127.0.0.0/8\", \"::1\"]\n";
    let trusting = configured(&format!("{lets}webhook_ca_file = \"{}\"\n", path.display()));
    let app = house(&h, trusting);
    let admin = h.as_("admin").in_(&app);
    let [of_right, of_wrong] =
        receivers.each_ref().map(|receiver| format!("https://localhost:{}/", receiver.port));
    let (right, wrong) = (made(&admin, &of_right, json!({})).await, made(&admin, &of_wrong, json!({})).await);
    let telling = Telling::start(app.office());
    initiatives(&h, 1).await;
    until(&admin, &right.id, "a delivery", delivered(1)).await;
    let refused = |log: &[Value]| log.len() == 1 && log[0]["attempts"] == 1;
    let log = until(&admin, &wrong.id, "a refusal", refused).await;
    assert!(log[0]["error"].as_str().unwrap().contains("cannot be encrypted"), "{log:?}");
    telling.end().await;
    // Without that file nobody vouches for either of them.
    let app = house(&h, configured(lets));
    let other = made(&admin, &of_right, json!({})).await;
    let telling = Telling::start(app.office());
    initiatives(&h, 1).await;
    let log = until(&admin, &other.id, "a refusal", refused).await;
    assert!(log[0]["error"].as_str().unwrap().contains("cannot be encrypted"), "{log:?}");
    telling.end().await;
    assert_eq!(receivers.each_ref().map(|receiver| receiver.got("/").len()), [1, 0]);
}
