//! Rate limits through a real socket: who pays, who is refused, and when they are served again.

use awc::http::header;
use chrono::TimeDelta;
use serde_json::{Value, json};
use tutti::app::RateLimits;

use crate::harness::{Harness, Suite};

pub fn register(suite: &mut Suite) {
    suite.both("rates::beyond_the_limit_somebody_waits_and_nobody_else", beyond);
    suite.both("rates::the_viewer_sees_what_is_left", left);
    suite.both("rates::who_is_not_signed_in_pays_by_address", strangers);
    suite.both("rates::nothing_is_limited_without_limits", unlimited);
}

const NEW: &str = "application/graphql-response+json";
const OLD: &str = "application/json";

/// Somebody who calls a server.
struct Caller {
    url: String,
    token: Option<String>,
    accept: &'static str,
    /// What they say about where they come from.
    from: &'static str,
}

impl Caller {
    fn new(url: &str) -> Self {
        Self { url: format!("{url}/graphql"), token: None, accept: NEW, from: "198.51.100.1" }
    }

    fn who(&self, h: &Harness, who: &str) -> Self {
        self.with(h.as_(who).authorization())
    }

    fn with(&self, token: &str) -> Self {
        Self { url: self.url.clone(), token: Some(token.to_owned()), ..*self }
    }

    fn from(&self, from: &'static str) -> Self {
        Self { url: self.url.clone(), token: self.token.clone(), from, ..*self }
    }

    /// The status, `Retry-After` and the body.
    async fn ask(&self, query: &str) -> (u16, Option<u64>, Value) {
        let mut request = awc::Client::default()
            .post(&self.url)
            .insert_header((header::ACCEPT, self.accept))
            .insert_header((header::X_FORWARDED_FOR, self.from));
        if let Some(token) = &self.token {
            request = request.insert_header((header::AUTHORIZATION, token.as_str()));
        }
        let mut response = request.send_json(&json!({ "query": query })).await.unwrap();
        let wait = response.headers().get(header::RETRY_AFTER);
        let wait = wait.map(|wait| wait.to_str().unwrap().parse().unwrap());
        (response.status().as_u16(), wait, response.json().await.unwrap())
    }

    async fn is_served(&self, query: &str) {
        let (status, wait, body) = self.ask(query).await;
        assert!(status == 200 && wait.is_none() && body.get("errors").is_none(), "{status} {body}");
    }

    /// Is refused with 429: the seconds to wait.
    async fn waits(&self, query: &str) -> u64 {
        let (status, wait, body) = self.ask(query).await;
        let error = &body["errors"][0];
        assert_eq!((status, &error["extensions"]["code"]), (429, &json!("THROTTLED")), "{body}");
        assert_eq!(error["extensions"]["retryAfter"], json!(wait.unwrap()));
        assert!(body.get("data").is_none() && error["message"].as_str().unwrap().ends_with(" s."), "{body}");
        wait.unwrap()
    }
}

/// How many statements the server has run for requests.
async fn statements(url: &str) -> String {
    let mut metrics = awc::Client::default().get(format!("{url}/metrics")).send().await.unwrap();
    let text = String::from_utf8(metrics.body().await.unwrap().to_vec()).unwrap();
    let line = text.lines().find(|line| line.starts_with("tutti_sql_statements_total"));
    line.unwrap().to_owned()
}

const NAME: &str = "{ viewer { person { name } } }";

async fn beyond(h: Harness) {
    // A point comes back in a second.
    let url = h.serve_with(RateLimits { signed_in: 60, anonymous: 60 }, |_| {});
    let names = ('a'..='w').fold(String::new(), |names, alias| names + &format!("{alias}: name "));
    let twenty_five = format!("{{ viewer {{ person {{ {names} }} }} }}");
    for accept in [NEW, OLD] {
        let pmo = Caller { accept, ..Caller::new(&url).who(&h, "pmo") };
        pmo.is_served(&twenty_five).await;
        pmo.is_served(&twenty_five).await;
        // Ten are left, three of which are taken for reading 200 bytes before the rest is refused.
        assert_eq!(pmo.waits(&twenty_five).await, 18);
        // Somebody else is served, and the same person is not by another token or from elsewhere.
        Caller { accept, ..Caller::new(&url).who(&h, "finance") }.is_served(NAME).await;
        h.pass(TimeDelta::seconds(17));
        let again = pmo.who(&h, "pmo").from("192.0.2.1").waits(&twenty_five).await;
        assert_eq!(again, 4, "asking too early costs the reading");
        h.pass(TimeDelta::seconds(again.cast_signed()));
        pmo.is_served(&twenty_five).await;
        // Now there is nothing left to read by, whatever it says, and the database is not even asked who it is.
        let before = statements(&url).await;
        assert_eq!(pmo.waits("{").await, 1);
        assert_eq!(pmo.waits("mutation { no }").await, 1);
        assert_eq!(statements(&url).await, before);
        h.pass(TimeDelta::minutes(2));
    }
}

async fn left(h: Harness) {
    let limits = "{ viewer { rateLimit { limit remaining resetAt } } }";
    let url = h.serve_with(RateLimits { signed_in: 600, anonymous: 600 }, |_| {});
    let pmo = Caller::new(&url).who(&h, "pmo");
    let read = async || pmo.ask(limits).await.2["data"]["viewer"]["rateLimit"].clone();
    let rate = |remaining: u64, seconds: &str| {
        let reset_at = format!("2025-03-31T08:00:{seconds}Z");
        json!({ "limit": 600, "remaining": remaining, "resetAt": reset_at })
    };
    // Five fields cost five points, and ten points come back in a second.
    assert_eq!(read().await, rate(595, "00.500"));
    assert_eq!(read().await, rate(590, "01"));
    h.pass(TimeDelta::milliseconds(250));
    assert_eq!(read().await, rate(587, "01.500"));
    h.pass(TimeDelta::seconds(5));
    assert_eq!(read().await, rate(595, "05.750"));
    let other = pmo.who(&h, "finance").ask(limits).await.2;
    assert_eq!(other["data"]["viewer"]["rateLimit"], rate(595, "05.750"));
}

async fn strangers(h: Harness) {
    let rates = RateLimits { signed_in: 600, anonymous: 60 };
    let url = h.serve_with(rates, |settings| settings.proxies.trusted = vec!["127.0.0.0/8".parse().unwrap()]);
    let anybody = Caller::new(&url);
    anybody.is_served("{ __typename }").await;
    // A refused token costs ten points, and then it is not even told that it is refused.
    let forger = anybody.with("Bearer nonsense");
    for _ in 0..5 {
        assert_eq!(forger.ask(NAME).await.0, 401);
    }
    assert_eq!(forger.waits(NAME).await, 1);
    h.pass(TimeDelta::seconds(1));
    assert_eq!(forger.ask(NAME).await.0, 401);
    // What the proxy appends counts, and not what stands before it.
    assert_eq!(forger.from("203.0.113.5, 198.51.100.1").waits(NAME).await, 10);
    assert_eq!(forger.from("198.51.100.1, 203.0.113.5").ask(NAME).await.0, 401);
    // Whoever has one address of IPv6 has all of its network.
    for from in ["2001:db8::1", "2001:db8::2", "2001:db8::3", "2001:db8::4", "2001:db8::5", "2001:db8::6"] {
        assert_eq!(forger.from(from).ask(NAME).await.0, 401);
    }
    forger.from("2001:db8::7").waits(NAME).await;
    assert_eq!(forger.from("2001:db8:0:1::1").ask(NAME).await.0, 401);
    // Without a token the same address is refused the same way, also what would be refused anyway.
    anybody.waits("{ __typename }").await;
    anybody.waits("{").await;
    anybody.from("192.0.2.1").is_served("{ __typename }").await;
    // A good token is taken from any address.
    anybody.who(&h, "pmo").is_served(NAME).await;

    // A server that trusts no proxy sees one address, whatever the header says.
    let url = h.serve_with(rates, |_| {});
    let forger = Caller::new(&url).with("Bearer nonsense");
    for from in ["192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4", "192.0.2.5", "127.0.0.1"] {
        assert_eq!(forger.from(from).ask(NAME).await.0, 401);
    }
    forger.from("192.0.2.7").waits(NAME).await;
}

async fn unlimited(h: Harness) {
    let url = h.serve_with(RateLimits::default(), |_| {});
    let pmo = Caller::new(&url).who(&h, "pmo");
    let (_, _, body) = pmo.ask("{ viewer { rateLimit { limit remaining resetAt } } }").await;
    let most = i32::MAX;
    let expected = json!({ "limit": most, "remaining": most, "resetAt": "2025-03-31T08:00:00Z" });
    assert_eq!(body["data"]["viewer"]["rateLimit"], expected);
}
