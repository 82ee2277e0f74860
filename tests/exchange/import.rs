//! `initiativesImport`.

use serde_json::{Value, json};

use super::{nothing, problem, told};
use crate::harness::{Harness, Suite, person, portfolio};
use crate::write::find;

pub fn register(suite: &mut Suite) {
    suite.world("exchange::rows_are_entered_as_one_by_one", entered);
    suite.world("exchange::every_row_says_what_to_mend", mend);
    suite.world("exchange::all_or_nothing_and_what_is_good", policies);
    suite.world("exchange::a_row_needs_the_right_in_its_portfolio", rights);
    suite.world("exchange::an_import_is_bounded_and_costs_no_statement_a_row", bounds);
    suite.world("exchange::an_import_is_answered_again_under_its_key", again);
    suite.world("exchange::a_budget_becomes_a_line", budgets);
}

/// A row that is fine in the standard world.
pub fn row(title: &str) -> Value {
    json!({
        "portfolio": "Harbour", "title": title, "owner": "owner@tutti.example",
        "startsOn": "2025-04-01", "dueOn": "2025-09-30",
    })
}

fn with(title: &str, more: Value) -> Value {
    let mut row = row(title);
    for (field, value) in more.as_object().unwrap() {
        row[field] = value.clone();
    }
    row
}

fn import(policy: &str, rows: &[Value]) -> Value {
    json!({ "policy": policy, "rows": rows })
}

async fn count(h: &Harness, table: &str) -> i64 {
    let rows = h.sql(&format!("SELECT CAST(count(*) AS bigint) AS n FROM {table}")).await;
    rows[0].try_get("", "n").unwrap()
}

async fn entered(h: Harness) {
    let pmo = h.as_("pmo");
    let rows = [
        with(
            "By name and address",
            json!({
                "portfolio": " harBOUR", "owner": "OWNER@tutti.example ", "sponsor": "leader@tutti.example",
                "reviewer": "pmo@tutti.example", "description": "Answer **every** letter.",
                "valueChainStages": ["DELIVERY", "SALES"],
            }),
        ),
        with(
            "By id",
            json!({
                "portfolio": portfolio("Lighthouse").to_string(), "owner": person("other_owner").to_string(),
                "sponsor": "", "reviewer": null,
            }),
        ),
    ];
    let payload = pmo.change("initiativesImport", import("REJECT_ALL", &rows), Value::Null).await;
    assert_eq!(payload["userErrors"], nothing());
    let codes: Vec<_> =
        payload["results"].as_array().unwrap().iter().map(|it| &it["initiative"]["code"]).collect();
    assert_eq!(codes, [&json!("CX-13"), &json!("CX-14")]);
    // The same as what `initiativeCreate` makes of the same, with an event of its own.
    let input = json!({
        "portfolioId": portfolio("Harbour").to_string(), "ownerId": person("owner").to_string(),
        "sponsorId": person("leader").to_string(), "reviewerId": person("pmo").to_string(),
        "title": "By name and address", "description": "Answer **every** letter.",
        "valueChainStages": ["DELIVERY", "SALES"], "startsOn": "2025-04-01", "dueOn": "2025-09-30",
    });
    pmo.must("initiativeCreate", input).await;
    let query = "query($code: String!) { initiative(by: { code: $code }) { title description status startsOn dueOn version \
                 valueChainStages portfolio { name } owner { email } sponsor { email } reviewer { email } \
                 events { nodes { action actor { email } reason changes { field before after } } } } }";
    let read =
        async |code: &str| pmo.ask(query, json!({ "code": code })).await.to_string().replace(code, "CODE");
    assert_eq!(read("CX-13").await, read("CX-15").await);
    let second = pmo.ask(query, json!({ "code": "CX-14" })).await["initiative"].clone();
    assert_eq!(
        (&second["portfolio"]["name"], &second["owner"]["email"], &second["sponsor"]),
        (&json!("Lighthouse"), &json!("other_owner@tutti.example"), &Value::Null)
    );
    assert_eq!(count(&h, "status_moves").await, 12 + moves_of_the_world(&h).await);
}

/// The steps of the initiatives of the standard world beside the first of each, and the first of the three new ones.
async fn moves_of_the_world(h: &Harness) -> i64 {
    let rows =
        h.sql("SELECT CAST(count(*) AS bigint) AS n FROM status_moves WHERE from_status IS NOT NULL").await;
    let later: i64 = rows[0].try_get("", "n").unwrap();
    later + 3
}

async fn mend(h: Harness) {
    let pmo = h.as_("pmo");
    let owner = "owner@tutti.example";
    let before = h.dump().await;
    for (more, expected) in [
        (json!({ "portfolio": "Nowhere" }), vec![problem("NOT_FOUND", "portfolio")]),
        (json!({ "portfolio": " " }), vec![problem("REQUIRED", "portfolio")]),
        (json!({ "portfolio": "gamle DAGE" }), vec![problem("CONFLICT", "portfolio")]),
        (
            json!({ "title": " ", "dueOn": "2025-03-31" }),
            vec![problem("REQUIRED", "title"), problem("INVALID", "dueOn")],
        ),
        (json!({ "title": "x".repeat(201) }), vec![problem("INVALID", "title")]),
        (json!({ "description": "x".repeat(20_001) }), vec![problem("INVALID", "description")]),
        (json!({ "owner": "stranger@tutti.example" }), vec![problem("NOT_FOUND", "owner")]),
        (json!({ "owner": "" }), vec![problem("REQUIRED", "owner")]),
        // An id of something else is nobody's.
        (json!({ "owner": portfolio("Harbour").to_string() }), vec![problem("NOT_FOUND", "owner")]),
        (json!({ "owner": "left@tutti.example" }), vec![problem("INVALID", "owner")]),
        (json!({ "sponsor": "away@tutti.example" }), vec![problem("INVALID", "sponsor")]),
        (json!({ "reviewer": owner }), vec![problem("INVALID", "reviewer")]),
        (json!({ "reviewer": person("owner").to_string() }), vec![problem("INVALID", "reviewer")]),
        (
            json!({ "portfolio": "Nowhere", "owner": "nobody at all", "sponsor": "left@tutti.example" }),
            vec![
                problem("NOT_FOUND", "portfolio"),
                problem("NOT_FOUND", "owner"),
                problem("INVALID", "sponsor"),
            ],
        ),
    ] {
        let rows = [row("Fine"), with("To mend", more.clone())];
        let payload = pmo.change("initiativesImport", import("REJECT_ALL", &rows), Value::Null).await;
        let at_row = |(code, field): &(String, String)| problem(code, &format!("input.rows.1.{field}"));
        let expected: Vec<_> = expected.iter().map(at_row).collect();
        assert_eq!(told(&payload["results"][1]["userErrors"]), expected, "{more}");
        assert_eq!(payload["results"][0]["userErrors"], nothing());
        // Who looks at the whole alone sees that nothing was written.
        assert_eq!(told(&payload["userErrors"]), expected, "{more}");
        assert!(payload["event"].is_null() && payload["results"][0]["initiative"].is_null());
    }
    // Two portfolios of one name are told apart by their ids.
    let again = json!({ "name": "Harbour", "ownerId": person("leader").to_string(), "currency": "EUR" });
    let second = pmo.must("portfolioCreate", again).await;
    let rows = [row("Which?"), with("This", json!({ "portfolio": second }))];
    let payload = pmo.change("initiativesImport", import("REJECT_ALL", &rows), Value::Null).await;
    assert_eq!(told(&payload["userErrors"]), [problem("INVALID", "input.rows.0.portfolio")]);
    pmo.must("portfolioArchive", json!({ "id": second })).await;
    // Nothing but the portfolio was written by all that, and the one in use is meant.
    let payload = pmo
        .change("initiativesImport", import("REJECT_ALL", &[row("This")]), json!({ "dryRun": true }))
        .await;
    assert_eq!(payload["results"][0]["initiative"]["code"], json!("CX-13"));
    // What is searched for is kept beside the rows, the databases each in their way.
    let counted = |rows: &[String]| rows.iter().filter(|row| !row.starts_with("search")).count();
    assert_eq!(counted(&h.dump().await) - counted(&before), 3, "a portfolio and two events");
}

async fn policies(h: Harness) {
    let pmo = h.as_("pmo");
    let rows = [row("One"), with("Two", json!({ "owner": "" })), row("Three"), row("")];
    let before = h.dump().await;
    let refused = pmo.change("initiativesImport", import("REJECT_ALL", &rows), Value::Null).await;
    assert_eq!(before, h.dump().await);
    let told_of: Vec<_> = told(&refused["userErrors"]).into_iter().map(|(_, path)| path).collect();
    assert_eq!(told_of, ["input.rows.1.owner", "input.rows.3.title"]);
    let dry = pmo.change("initiativesImport", import("SKIP_FAILED", &rows), json!({ "dryRun": true })).await;
    assert_eq!(before, h.dump().await);
    let payload = pmo.change("initiativesImport", import("SKIP_FAILED", &rows), Value::Null).await;
    assert_eq!(
        (&payload["userErrors"], &payload["event"]["action"]),
        (&nothing(), &json!("initiative.created"))
    );
    let codes = |payload: &Value| -> Vec<Value> {
        payload["results"].as_array().unwrap().iter().map(|it| it["initiative"]["code"].clone()).collect()
    };
    // The codes have no hole where a row was refused.
    assert_eq!(codes(&payload), [json!("CX-13"), Value::Null, json!("CX-14"), Value::Null]);
    assert_eq!(codes(&dry), codes(&payload));
    assert_eq!(told(&payload["results"][3]["userErrors"]), [problem("REQUIRED", "input.rows.3.title")]);
    let next = pmo.change("initiativeCreate", crate::write::new_initiative("Next"), Value::Null).await;
    assert_eq!(next["initiative"]["code"], json!("CX-15"));
    // Where no row is good, nothing is written and it says so.
    let before = h.dump().await;
    let none = pmo
        .change("initiativesImport", import("SKIP_FAILED", &[row("")]), json!({ "idempotencyKey": "k" }))
        .await;
    assert_eq!(told(&none["userErrors"]), [problem("REQUIRED", "input.rows.0.title")]);
    assert_eq!(before, h.dump().await);
}

async fn rights(h: Harness) {
    let rows = [row("Here"), with("There", json!({ "portfolio": "Lighthouse" }))];
    let scoped = h.as_("scoped_pmo");
    let payload = scoped.change("initiativesImport", import("SKIP_FAILED", &rows), Value::Null).await;
    assert!(payload["results"][0]["initiative"]["code"].is_string());
    assert_eq!(told(&payload["results"][1]["userErrors"]), [problem("FORBIDDEN", "input.rows.1.portfolio")]);
    let answer =
        h.as_("owner").try_change("initiativesImport", import("SKIP_FAILED", &rows), Value::Null).await;
    assert_eq!(answer.code(), "FORBIDDEN");
}

async fn bounds(h: Harness) {
    let pmo = h.as_("pmo");
    for (rows, code) in [(0, "REQUIRED"), (1001, "LIMIT_EXCEEDED")] {
        let rows: Vec<_> = (0..rows).map(|number| row(&format!("Number {number}"))).collect();
        let payload = pmo.change("initiativesImport", import("REJECT_ALL", &rows), Value::Null).await;
        assert_eq!(told(&payload["userErrors"]), [problem(code, "input.rows")]);
        assert_eq!(payload["results"], nothing());
    }
    let options = json!({ "expectedVersion": 1 });
    let payload = pmo.change("initiativesImport", import("REJECT_ALL", &[row("One")]), options).await;
    assert_eq!(told(&payload["userErrors"]), [problem("INVALID", "options.expectedVersion")]);
    let mut statements = Vec::new();
    for rows in [2, 200] {
        let people = ["owner", "pmo", "leader", "admin", "finance"];
        let more =
            |number: usize| json!({ "owner": format!("{}@tutti.example", people[number % people.len()]) });
        let rows: Vec<_> = (0..rows).map(|number| with(&format!("Number {number}"), more(number))).collect();
        let answer = pmo.try_change("initiativesImport", import("REJECT_ALL", &rows), Value::Null).await;
        assert_eq!(answer.data()["initiativesImport"]["userErrors"], nothing());
        statements.push(answer.statements);
    }
    assert_eq!(statements[0], statements[1]);
    let thousand: Vec<_> = (0..1000).map(|number| row(&format!("Number {number}"))).collect();
    let payload = pmo.change("initiativesImport", import("REJECT_ALL", &thousand), Value::Null).await;
    let last = &payload["results"][999];
    assert_eq!((&last["row"], &last["initiative"]["code"]), (&json!(999), &json!("CX-1214")));
    assert_eq!(count(&h, "initiatives").await, 1214);
    assert_eq!(find(&pmo, "CX-1214").await.1, 1);
}

async fn again(h: Harness) {
    let pmo = h.as_("pmo");
    let rows = [row("One"), row(""), row("Three")];
    let key = json!({ "idempotencyKey": "once" });
    let first = pmo.change("initiativesImport", import("SKIP_FAILED", &rows), key.clone()).await;
    let (id, _) = find(&pmo, "CX-13").await;
    pmo.must("initiativeUpdate", json!({ "id": id, "title": "Renamed since" })).await;
    let before = h.dump().await;
    let second = pmo.change("initiativesImport", import("SKIP_FAILED", &rows), key.clone()).await;
    assert_eq!(first, second);
    let other = pmo.change("initiativesImport", import("REJECT_ALL", &rows[..1]), key.clone()).await;
    assert_eq!(told(&other["userErrors"]), [problem("IDEMPOTENCY_MISMATCH", "options.idempotencyKey")]);
    assert_eq!(before, h.dump().await);
    // A refused import does not use its key up.
    let key = json!({ "idempotencyKey": "mended" });
    let refused = pmo.change("initiativesImport", import("REJECT_ALL", &rows), key.clone()).await;
    assert_eq!(refused["userErrors"].as_array().unwrap().len(), 1);
    let mended = pmo.change("initiativesImport", import("REJECT_ALL", &rows[..1]), key).await;
    assert_eq!(mended["userErrors"], nothing());
}

async fn budgets(h: Harness) {
    let pmo = h.as_("pmo");
    let rows = [
        with("With", json!({ "budget": "250000.50", "currency": "DKK" })),
        row("Without"),
        with("Too fine", json!({ "budget": "1.005" })),
        with("Nothing", json!({ "budget": "0" })),
        with("Elsewhere", json!({ "budget": "5", "currency": "EUR" })),
        with("Elsewhere too", json!({ "currency": "EUR" })),
    ];
    let payload = pmo.change("initiativesImport", import("SKIP_FAILED", &rows), Value::Null).await;
    assert_eq!(told(&payload["results"][2]["userErrors"]), [problem("INVALID", "input.rows.2.budget")]);
    assert_eq!(told(&payload["results"][3]["userErrors"]), [problem("INVALID", "input.rows.3.budget")]);
    for row in [4, 5] {
        let path = format!("input.rows.{row}.currency");
        assert_eq!(told(&payload["results"][row]["userErrors"]), [problem("INVALID", &path)]);
    }
    let query = "query($code: String!) { initiative(by: { code: $code }) { budget { approved { amount currency } } \
                 budgetLines { nodes { category month amount { amount } } } events { nodes { action } } } }";
    let approved = json!({ "approved": { "amount": "250000.50", "currency": "DKK" } });
    let first = pmo.ask(query, json!({ "code": "CX-13" })).await["initiative"].clone();
    assert_eq!(first["budget"], approved);
    let line = json!({ "category": "OTHER", "month": null, "amount": { "amount": "250000.50" } });
    assert_eq!(first["budgetLines"]["nodes"], json!([line]));
    let actions = json!([{ "action": "initiative.created" }, { "action": "budget_line.created" }]);
    assert_eq!(first["events"]["nodes"], actions);
    let second = pmo.ask(query, json!({ "code": "CX-14" })).await["initiative"].clone();
    assert_eq!(second["budgetLines"]["nodes"], nothing());
    // The budget of a past day is a sum of what moved it.
    assert_eq!(count(&h, "budget_moves").await, 1);
}
