//! Whatever is sent is answered with a clear error and the right status, nothing of it reaches the
//! database's own errors, and the server goes on.

use std::time::Duration;

use awc::http::header;
use serde_json::{Value, json};

use crate::harness::{Harness, Suite, person};
use crate::write::find;

pub fn register(suite: &mut Suite) {
    suite.world("input::nonsense_over_http_is_refused", nonsense);
    suite.world("input::what_would_blow_up_is_refused", bombs);
    suite.world("input::text_that_no_database_keeps_is_refused", hostile_text);
    suite.world("input::values_at_the_edge_are_answered", edges);
    suite.world("input::cursors_made_up_are_refused", cursors);
}

struct Http {
    url: String,
    token: String,
    client: awc::Client,
}

impl Http {
    fn to(h: &Harness) -> Self {
        let client = awc::Client::builder().timeout(Duration::from_secs(30)).finish();
        Self { url: format!("{}/graphql", h.serve()), token: h.as_("pmo").authorization().to_owned(), client }
    }

    async fn post(&self, body: impl Into<Vec<u8>>) -> (u16, Value) {
        let request = self
            .client
            .post(&self.url)
            .insert_header((header::CONTENT_TYPE, "application/json"))
            .insert_header((header::ACCEPT, "application/graphql-response+json"))
            .insert_header((header::AUTHORIZATION, self.token.as_str()));
        let mut response = request.send_body(body.into()).await.unwrap();
        let body = response.body().limit(4 << 20).await.unwrap();
        let json = serde_json::from_slice(&body).unwrap_or_else(|_| panic!("not JSON: {body:?}"));
        (response.status().as_u16(), json)
    }

    /// Sends an operation that has to be refused with this status and code, in a sentence.
    async fn refused(&self, what: &str, body: impl Into<Vec<u8>>, status: u16, code: &str) {
        let (found, json) = self.post(body).await;
        let error = &json["errors"][0];
        let message = error["message"].as_str().unwrap_or_default();
        assert_eq!(
            (found, error["extensions"]["code"].as_str()),
            (status, Some(code)),
            "{what}: {json:.500}"
        );
        assert!((10..=500).contains(&message.len()), "{what}: {message}");
        assert!(json.get("data").is_none(), "{what}: {json}");
        self.still_answers(what).await;
    }

    async fn still_answers(&self, after: &str) {
        let (status, json) = self.post(query("{ viewer { person { name } } }", Value::Null)).await;
        assert_eq!(
            (status, &json["data"]["viewer"]["person"]["name"]),
            (200, &json!("Per Møller")),
            "after {after}"
        );
    }
}

fn query(text: &str, variables: Value) -> String {
    json!({ "query": text, "variables": variables }).to_string()
}

async fn nonsense(h: Harness) {
    let http = Http::to(&h);
    let bad = "BAD_USER_INPUT";
    let by_id = "query($id: ID!) { portfolio(id: $id) { name } }";
    for (what, body, status) in [
        ("nothing", String::new(), 400),
        ("half of JSON", "{\"query\": \"{ viewer".to_owned(), 400),
        ("a batch", "[]".to_owned(), 400),
        ("no query", "{}".to_owned(), 400),
        ("a query of another type", "{\"query\": 7}".to_owned(), 400),
        ("variables of another type", "{\"query\": \"{ __typename }\", \"variables\": []}".to_owned(), 400),
        ("an empty document", query("", Value::Null), 400),
        ("half of a document", query("{ viewer {", Value::Null), 400),
        ("an unknown field", query("{ viewer { password } }", Value::Null), 400),
        ("an unknown argument", query("{ people(limit: 3) { totalCount } }", Value::Null), 400),
        (
            "an unknown operation",
            json!({ "query": "{ __typename }", "operationName": "Other" }).to_string(),
            400,
        ),
        ("a variable that is missing", query(by_id, Value::Null), 400),
        ("a variable that is null", query(by_id, json!({ "id": null })), 400),
        ("a variable of another type", query(by_id, json!({ "id": {} })), 400),
        (
            "an enum value that is none",
            query("{ people(orderBy: [{ field: AGE }]) { totalCount } }", Value::Null),
            400,
        ),
        ("a subscription", query("subscription { events { id } }", Value::Null), 400),
    ] {
        http.refused(what, body, status, bad).await;
    }
    http.refused("invalid UTF-8", b"{\"query\": \"{ viewer \xff }\"}".to_vec(), 400, bad).await;
    http.refused(
        "2 MB",
        query(&format!("{{ __typename #{}\n }}", "x".repeat(2 << 20)), Value::Null),
        413,
        bad,
    )
    .await;
    let lone = br#"{"query": "query($c: String!) { initiative(by: { code: $c }) { id } }", "variables": {"c": "\ud800"}}"#;
    http.refused("half a surrogate pair", lone.to_vec(), 400, bad).await;
    // What is wrong with one field of an operation that runs is told at its path, and the rest stands.
    let some = |id: &str| format!("{{ viewer {{ person {{ name }} }} portfolio(id: \"{id}\") {{ name }} }}");
    for id in [person("pmo").to_string(), "pfo_x".to_owned(), String::new(), "x".repeat(3000)] {
        let (status, json) = http.post(query(&some(&id), Value::Null)).await;
        let error = &json["errors"][0];
        assert_eq!(
            (status, &error["extensions"]["code"], &error["path"]),
            (200, &json!(bad), &json!(["portfolio"])),
            "{json}"
        );
        assert_eq!(
            json["data"],
            json!({ "viewer": { "person": { "name": "Per Møller" } }, "portfolio": null })
        );
        assert!(error["message"].as_str().unwrap().len() < 300);
    }
    // An argument is read when its field runs; where the field may not be null its error takes all data.
    for page in [
        "filter: { email: { eq: null } }",
        "filter: { id: { eq: \"nonsense\" } }",
        "after: \"\"",
        "first: 3000000000",
        "filter: { initiatives: { some: { dueOn: { eq: \"2025-02-30\" } } } }",
        "first: 100000",
        "first: 201",
        "first: -1",
        "last: -1",
        "first: 1, last: 1",
        "first: 0, last: 0",
    ] {
        let (status, json) =
            http.post(query(&format!("{{ people({page}) {{ totalCount }} }}"), Value::Null)).await;
        let error = &json["errors"][0];
        assert_eq!((status, &json["data"]), (200, &Value::Null), "{page}: {json}");
        assert_eq!(
            (&error["extensions"]["code"], &error["path"]),
            (&json!(bad), &json!(["people"])),
            "{page}: {json}"
        );
    }
}

async fn bombs(h: Harness) {
    let http = Http::to(&h);
    let mut bomb = "{ ...F0 }".to_owned();
    for level in 0..25 {
        bomb = format!("{bomb} fragment F{level} on Query {{ ...F{0} ...F{0} }}", level + 1);
    }
    bomb.push_str(" fragment F25 on Query { __typename }");
    let deep = format!("{{ people {{ nodes {}{{ id }}{} }} }}", "{ manager ".repeat(200), " }".repeat(200));
    let values = |open: &str, close: &str| {
        format!("{{ node(id: {}{}) {{ id }} }}", open.repeat(2000), close.repeat(2000))
    };
    let aliases = (0..500)
        .fold(String::new(), |all, number| all + &format!("a{number}: viewer {{ person {{ id }} }} "));
    let directives = format!("{{ viewer {} {{ person {{ id }} }} }}", "@skip(if: false) ".repeat(400));
    let wide = format!(
        "{{ people(first: 200) {{ nodes {{ {} }} }} }}",
        "directReports(first: 200) { nodes { id manager { id } } } "
    );
    for (what, text, code) in [
        ("200 levels", deep, "QUERY_TOO_DEEP"),
        ("2000 nested lists", values("[", "]"), "QUERY_TOO_DEEP"),
        ("2000 nested objects", values("{a:", "}"), "QUERY_TOO_DEEP"),
        ("a fragment bomb", bomb, "QUERY_TOO_COMPLEX"),
        ("500 aliases", format!("{{ {aliases} }}"), "QUERY_TOO_COMPLEX"),
        ("400 directives", directives, "QUERY_TOO_COMPLEX"),
        ("200 rows of 200 rows", wide, "QUERY_TOO_COMPLEX"),
        ("a fragment in itself", "{ ...F } fragment F on Query { ...F }".to_owned(), "BAD_USER_INPUT"),
        (
            "70 KB of a document",
            format!("{{ viewer {{ person {{ id }} }} }} #{}", "x".repeat(70_000)),
            "QUERY_TOO_COMPLEX",
        ),
    ] {
        http.refused(what, query(&text, Value::Null), 400, code).await;
    }
    let nested: String = format!("{}{}", "{\"not\":".repeat(2000) + "{}", "}".repeat(2000));
    let body = format!(
        "{{\"query\": \"query($f: PersonFilter) {{ people(filter: $f) {{ totalCount }} }}\", \"variables\": {{\"f\": {nested}}}}}"
    );
    http.refused("2000 nested filters in a variable", body, 400, "BAD_USER_INPUT").await;
}

/// U+0000 and what else text can hold.
async fn hostile_text(h: Harness) {
    let http = Http::to(&h);
    let by_code = "query($c: String!) { initiative(by: { code: $c }) { id } }";
    http.refused("U+0000 in a variable", query(by_code, json!({ "c": "CX\0" })), 400, "BAD_USER_INPUT").await;
    for (what, text) in [
        ("U+0000 escaped in a literal", "{ initiative(by: { code: \"CX\\u0000\" }) { id } }"),
        ("U+0000 as it is in a literal", "{ initiative(by: { code: \"CX\0\" }) { id } }"),
        ("U+0000 as it is in a block", "{ initiative(by: { code: \"\"\"CX\0\"\"\" }) { id } }"),
        ("U+0000 in a default", "query($c: String = \"CX\0\") { initiative(by: { code: $c }) { id } }"),
        ("U+0000 with braces", "{ initiative(by: { code: \"CX\\u{0}\" }) { id } }"),
    ] {
        http.refused(what, query(text, Value::Null), 400, "BAD_USER_INPUT").await;
    }
    let (id, _) = find(&h.as_("pmo"), "CX-1").await;
    let update = "mutation($input: InitiativeUpdateInput!) { initiativeUpdate(input: $input) { initiative { title description } userErrors { code path } } }";
    for text in [
        "a\u{feff}b",
        "a\u{202e}b",
        "😀 👩‍👩‍👧",
        "a\u{301}",
        "'; DROP TABLE people; --",
        "\u{fffd}",
        "{{x}} %s \\",
    ] {
        let variables = json!({ "input": { "id": id, "title": text, "description": text } });
        let (status, json) = http.post(query(update, variables)).await;
        assert_eq!(
            (status, &json["data"]["initiativeUpdate"]["initiative"]["title"]),
            (200, &json!(text)),
            "{json}"
        );
    }
    for text in ["a\nb", "a\u{7f}b", "a\u{85}b", "\u{1}"] {
        let variables = json!({ "input": { "id": id, "title": text } });
        let (_, json) = http.post(query(update, variables)).await;
        assert_eq!(
            json["data"]["initiativeUpdate"]["userErrors"][0]["code"],
            json!("INVALID"),
            "{text:?} {json}"
        );
    }
}

/// Values that a database could choke on: each is answered, or refused as the caller's.
async fn edges(h: Harness) {
    let pmo = h.as_("pmo");
    let initiatives = "query($f: InitiativeFilter) { initiatives(filter: $f) { totalCount nodes { id } } }";
    let owner = person("owner").to_string();
    let ids = |number: usize| vec![owner.clone(); number];
    let many: Vec<_> = (0..70).map(|_| json!({ "ownerId": { "in": ids(500) } })).collect();
    let deep = |levels: usize| {
        (0..levels).fold(json!({ "version": { "gte": 1 } }), |inner, _| json!({ "not": inner }))
    };
    let long = "x".repeat(200_000);
    let mut wrong = Vec::new();
    for (what, filter, expected) in [
        ("eq: null", json!({ "title": { "eq": null } }), Err("BAD_USER_INPUT")),
        ("in: null", json!({ "title": { "in": null } }), Err("BAD_USER_INPUT")),
        ("500 values", json!({ "ownerId": { "in": ids(500) } }), Ok(())),
        ("501 values", json!({ "ownerId": { "in": ids(501) } }), Err("BAD_USER_INPUT")),
        ("70 lists of 500 values", json!({ "or": many }), Err("")),
        ("200 comparisons", json!({ "or": vec![json!({}); 200] }), Ok(())),
        ("201 comparisons", json!({ "or": vec![json!({}); 201] }), Err("BAD_USER_INPUT")),
        ("29 nots", deep(29), Ok(())),
        ("100 nots", deep(100), Err("QUERY_TOO_DEEP")),
        ("a pattern of 200 KB", json!({ "title": { "contains": long } }), Err("BAD_USER_INPUT")),
        ("a text of 200 KB", json!({ "title": { "eq": long } }), Ok(())),
        (
            "a pattern of 60 KB of wildcards",
            json!({ "title": { "startsWith": "%".repeat(60_000) } }),
            Err(""),
        ),
        ("many wildcards", json!({ "title": { "contains": "%_".repeat(2_000) } }), Ok(())),
        ("the first day", json!({ "dueOn": { "gte": "0001-01-01" } }), Ok(())),
        ("the last day", json!({ "dueOn": { "lte": "9999-12-31" } }), Ok(())),
        ("a day beyond", json!({ "dueOn": { "lte": "10000-01-01" } }), Err("BAD_USER_INPUT")),
        ("within for ever", json!({ "dueOn": { "within": "P9999Y" } }), Err("BAD_USER_INPUT")),
        ("within backwards for ever", json!({ "createdAt": { "within": "-P9000Y" } }), Err("BAD_USER_INPUT")),
        ("the last instant", json!({ "createdAt": { "lte": "9999-12-31T23:59:59.999999Z" } }), Ok(())),
        ("a finer instant", json!({ "createdAt": { "lte": "2025-03-31T08:00:00.123456789Z" } }), Ok(())),
        ("an instant elsewhere", json!({ "createdAt": { "lte": "0001-01-01T00:00:00+14:00" } }), Err("")),
        ("the smallest number", json!({ "version": { "gte": i32::MIN } }), Ok(())),
        ("a larger number", json!({ "version": { "gte": 1_i64 << 31 } }), Err("BAD_USER_INPUT")),
        (
            "six relations",
            (0..6).fold(json!({}), |inner, _| json!({ "manager": inner }))["manager"].take(),
            Err("BAD_USER_INPUT"),
        ),
    ] {
        let filter = if what == "six relations" { json!({ "owner": { "manager": filter } }) } else { filter };
        let answer = pmo.send(initiatives, json!({ "f": filter })).await;
        let right = match expected {
            Ok(()) => answer.errors.is_empty(),
            // Either answer will do, but it has to be the caller's to mend.
            Err("") => {
                answer.errors.is_empty() || ["BAD_USER_INPUT", "QUERY_TOO_COMPLEX"].contains(&&*answer.code())
            }
            Err(code) => !answer.errors.is_empty() && answer.code() == code,
        };
        if !right {
            wrong.push(format!(
                "{what}: {:?}",
                answer.errors.iter().map(|error| &error.message).collect::<Vec<_>>()
            ));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

async fn cursors(h: Harness) {
    let pmo = h.as_("pmo");
    let page = "query($after: String, $order: [InitiativeOrder!]) { initiatives(first: 1, after: $after, orderBy: $order) { nodes { id } pageInfo { endCursor hasPreviousPage } } }";
    let end = async |order: Value| {
        let data = pmo.ask(page, json!({ "order": order })).await;
        data["initiatives"]["pageInfo"]["endCursor"].as_str().unwrap().to_owned()
    };
    let (by_code, by_due) = (json!([{ "field": "CODE" }]), json!([{ "field": "DUE_ON" }]));
    let good = end(by_code.clone()).await;
    let people = pmo.ask("{ people(first: 1) { pageInfo { endCursor } } }", Value::Null).await;
    let people = people["people"]["pageInfo"]["endCursor"].as_str().unwrap().to_owned();
    let mut wrong = Vec::new();
    let mut forged = vec![
        ("of another order".to_owned(), good.clone(), by_due.clone()),
        ("of another direction".to_owned(), good.clone(), json!([{ "field": "CODE", "direction": "DESC" }])),
        ("of another list".to_owned(), people, Value::Null),
        ("empty".to_owned(), String::new(), by_code.clone()),
        ("cut".to_owned(), good[..good.len() - 3].to_owned(), by_code.clone()),
        ("no base 64".to_owned(), "ø".to_owned(), by_code),
    ];
    // Cursors of the right list with values that were never in it.
    for (field, old, new) in [
        ("DUE_ON", "2024-12-31", "-200000-01-01"),
        ("DUE_ON", "2024-12-31", "+262000-01-01"),
        ("CREATED_AT", "", "-8334000000000000000"),
        ("CREATED_AT", "", "8210000000000000000"),
        ("CODE", "", "99999999999999"),
    ] {
        let order = json!([{ "field": field }]);
        let made_up = forge(&end(order.clone()).await, old, new);
        forged.push((format!("{field} at {new}"), made_up, order));
    }
    for (what, after, order) in forged {
        let answer = pmo.send(page, json!({ "after": after, "order": order })).await;
        let made_up = what.contains(" at ");
        let right = if answer.errors.is_empty() { made_up } else { answer.code() == "BAD_USER_INPUT" };
        if !right {
            wrong.push(format!("{what}: {} {:?}", answer.data(), answer.errors));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// A cursor with another first value.
fn forge(cursor: &str, old: &str, new: &str) -> String {
    let bits = cursor.bytes().map(|byte| DIGITS.iter().position(|digit| *digit == byte).unwrap());
    let mut bytes = Vec::new();
    let (mut held, mut count) = (0, 0);
    for six in bits {
        (held, count) = ((held << 6 | six) & 0xffff, count + 6);
        if count >= 8 {
            count -= 8;
            bytes.push(u8::try_from(held >> count & 0xff).unwrap());
        }
    }
    let mut json: Value = serde_json::from_slice(&bytes).unwrap();
    assert!(old.is_empty() || json[1][0] == json!(old), "{json}");
    json[1][0] = if json[1][0].is_number() { serde_json::from_str(new).unwrap() } else { json!(new) };
    let mut text = String::new();
    for three in json.to_string().as_bytes().chunks(3) {
        let all = three.iter().fold(0, |all, byte| all << 8 | usize::from(*byte)) << (8 * (3 - three.len()));
        (0..=three.len()).for_each(|place| text.push(char::from(DIGITS[all >> (18 - 6 * place) & 63])));
    }
    text
}
