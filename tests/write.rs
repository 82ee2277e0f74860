//! Writes: keys that write once, versions that are expected, dry runs that leave no trace, events that
//! say what changed, and callers at the same moment.

mod keys;
mod rivals;

use serde_json::{Value, json};

use crate::harness::{Client, Harness, Suite, api_key, person, portfolio, role, session, unit};

pub fn register(suite: &mut Suite) {
    keys::register(suite);
    rivals::register(suite);
    suite.world("write::a_dry_run_leaves_every_table_as_it_was", dry_runs);
    suite.world("write::a_refused_mutation_leaves_every_table_as_it_was", refusals);
    suite.world("write::what_did_not_change_is_no_event", nothing_changed);
    suite.world("write::an_event_names_the_fields_that_changed", changes);
    suite.world("write::absent_stays_and_null_clears", absent_and_null);
    suite.world("write::an_expected_version_is_that_of_the_object", expected_version);
    suite.world("write::later_mutations_of_a_request_read_anew", read_anew);
}

/// An initiative of the standard world by its code: its id and version.
pub async fn find(client: &Client, code: &str) -> (String, i64) {
    let query = "query($code: String!) { initiative(by: { code: $code }) { id version } }";
    let found = client.ask(query, json!({ "code": code })).await["initiative"].clone();
    (found["id"].as_str().unwrap().to_owned(), found["version"].as_i64().unwrap())
}

pub fn new_initiative(title: &str) -> Value {
    json!({
        "portfolioId": portfolio("Harbour").to_string(), "ownerId": person("owner").to_string(),
        "title": title, "startsOn": "2025-04-01", "dueOn": "2025-09-30",
    })
}

/// Takes a proposed initiative to ACTIVE, with a milestone and a baseline.
pub async fn begin(client: &Client, id: &str) -> String {
    let plan = json!({ "initiativeId": id, "title": "All of it", "weight": 100, "dueOn": "2025-09-30" });
    let milestone = client.must("milestoneCreate", plan).await;
    client.must("baselineApprove", json!({ "initiativeId": id, "reason": "Agreed by the board." })).await;
    for to in ["APPROVED", "ACTIVE"] {
        client.must("initiativeTransition", json!({ "id": id, "to": to })).await;
    }
    milestone
}

/// Completes every milestone of an initiative, so that it can be closed.
pub async fn finish(client: &Client, id: &str) {
    let query = "query($id: ID!) { initiative(by: { id: $id }) { milestones { nodes { id } } } }";
    let data = client.ask(query, json!({ "id": id })).await;
    for milestone in data["initiative"]["milestones"]["nodes"].as_array().unwrap() {
        client.must("milestoneComplete", json!({ "id": milestone["id"] })).await;
    }
}

/// A mutation of every kind with input that is fine in the standard world.
#[expect(clippy::too_many_lines, reason = "a list with an entry for each mutation")]
pub async fn every_mutation(client: &Client) -> Vec<(&'static str, Value)> {
    let id = async |code| find(client, code).await.0;
    let harbour = portfolio("Harbour").to_string();
    let query = r#"{ portfolios(filter: { name: { eq: "Gamle dage" } }) { nodes { id } } }"#;
    let gone = client.ask(query, Value::Null).await["portfolios"]["nodes"][0]["id"].clone();
    let empty = json!({ "name": "Empty", "ownerId": person("leader").to_string(), "currency": "KWD" });
    let pmo = person("pmo").to_string();
    let open = id("CX-1").await;
    let money = json!({ "amount": "1000.50", "currency": "DKK" });
    let line = json!({ "initiativeId": open, "category": "PEOPLE", "amount": money });
    let cost = json!({ "initiativeId": open, "category": "OTHER", "kind": "ACTUAL", "amount": money, "incurredOn": "2025-03-01" });
    let (changed, removed) = (
        client.must("budgetLineCreate", line.clone()).await,
        client.must("budgetLineCreate", line.clone()).await,
    );
    let reversed = client.must("costEntryRecord", cost.clone()).await;
    let reports = reports(client, &id("CX-3").await).await;
    let note = "A note of ten characters and more.";
    let plan = json!({ "initiativeId": open, "title": "Ten calls listened to", "dueOn": "2025-06-01" });
    let milestone = async || client.must("milestoneCreate", plan.clone()).await;
    let reopened = milestone().await;
    client.must("milestoneComplete", json!({ "id": reopened })).await;
    let risk = json!({ "initiativeId": open, "kind": "RISK", "title": "No hands", "ownerId": pmo, "probability": 4, "impact": 5, "impactCost": money });
    let (changed_risk, happens) = (
        client.must("raidItemCreate", risk.clone()).await,
        client.must("raidItemCreate", risk.clone()).await,
    );
    let action = json!({ "title": "Find hands", "assigneeId": person("member").to_string(), "dueOn": "2025-04-10", "raidItemId": happens });
    let [changed_action, done, dropped] = [
        client.must("actionItemCreate", action.clone()).await,
        client.must("actionItemCreate", action.clone()).await,
        client.must("actionItemCreate", action.clone()).await,
    ];
    let needed = json!({ "giverId": id("CX-3").await, "takerId": open, "neededOn": "2025-04-15" });
    let not_needed = client
        .must(
            "dependencyAdd",
            json!({ "giverId": id("CX-4").await, "takerId": open, "neededOn": "2025-04-15" }),
        )
        .await;
    let query = "mutation { calendarFeedCreate(input: {}) { calendarFeed { id } } }";
    let feed = client.ask(query, Value::Null).await["calendarFeedCreate"]["calendarFeed"].clone();
    let calendar = json!({ "id": feed["id"] });
    // By its id: the portfolio has another name by then.
    let mut import_row = crate::exchange::row("Write back");
    import_row["portfolio"] = json!(portfolio("Harbour").to_string());
    let measured = crate::metrics::measured(client, &open).await;
    let rewarded = crate::rewards::rewarded(client).await;
    let told = crate::webhooks::told(client).await;
    let mut all = vec![
        (
            "personCreate",
            json!({ "name": "Ny Person", "email": "NY@tutti.example", "tier": "MANAGER", "managerId": pmo }),
        ),
        ("personUpdate", json!({ "id": person("member").to_string(), "name": "Mia M.", "managerId": pmo })),
        ("personDigestSet", json!({ "enabled": true })),
        ("orgUnitCreate", json!({ "name": "Ny afdeling" })),
        ("signOut", json!({ "sessionId": session().to_string() })),
        ("apiKeyCreate", json!({ "name": "Wall", "roles": ["ADMIN"], "readOnly": false })),
        ("apiKeyRevoke", json!({ "id": api_key().to_string() })),
        ("calendarFeedRevoke", calendar),
        (
            "orgUnitUpdate",
            json!({ "id": unit("Salg").to_string(), "name": "Salg og råd", "parentId": unit("Service").to_string() }),
        ),
        (
            "roleGrant",
            json!({ "personId": person("member").to_string(), "role": "TRAINER", "until": "2025-12-31" }),
        ),
        ("roleRevoke", json!({ "id": role("finance").to_string(), "reason": "Another team." })),
        ("portfolioCreate", empty),
        ("portfolioUpdate", json!({ "id": harbour, "name": "Harbour side", "description": "By the *sea*." })),
        ("portfolioArchive", json!({ "id": gone })),
        ("portfolioUnarchive", json!({ "id": gone })),
        ("initiativeCreate", new_initiative("Ring back")),
        ("initiativesImport", json!({ "policy": "REJECT_ALL", "rows": [import_row] })),
        (
            "initiativeUpdate",
            json!({ "id": id("CX-1").await, "title": "Answer in one ring", "valueChainStages": ["DELIVERY"] }),
        ),
        ("initiativeTransition", json!({ "id": id("CX-2").await, "to": "ON_HOLD", "reason": "No hands." })),
        (
            "initiativeReschedule",
            json!({ "id": id("CX-3").await, "dueOn": "2025-10-01", "reason": "SCOPE", "note": note }),
        ),
        ("initiativeReassign", json!({ "id": id("CX-4").await, "ownerId": pmo })),
        ("initiativeArchive", json!({ "id": id("CX-5").await })),
        ("initiativeUnarchive", json!({ "id": id("CX-9").await })),
        ("milestoneCreate", plan.clone()),
        ("milestoneUpdate", json!({ "id": milestone().await, "title": "Twenty calls", "weight": 12.5 })),
        (
            "milestoneMove",
            json!({ "id": milestone().await, "dueOn": "2025-06-15", "reason": "SCOPE", "note": note }),
        ),
        ("milestoneStart", json!({ "id": milestone().await, "on": "2025-03-30" })),
        ("milestoneProgress", json!({ "id": milestone().await, "percentComplete": 30 })),
        ("milestoneComplete", json!({ "id": milestone().await })),
        ("milestoneReopen", json!({ "id": reopened, "reason": "The last one is missing." })),
        ("milestoneCancel", json!({ "id": milestone().await, "reason": "Nobody needs it." })),
        ("baselineApprove", json!({ "initiativeId": id("CX-4").await, "reason": "A new quarter." })),
        ("budgetLineCreate", line),
        ("budgetLineUpdate", json!({ "id": changed, "category": "OTHER", "month": "2025-04-01" })),
        ("budgetLineRemove", json!({ "id": removed, "reason": "Not needed." })),
        ("costEntryRecord", cost),
        ("costEntryReverse", json!({ "id": reversed, "reason": "Another initiative." })),
        ("dependencyAdd", needed),
        ("dependencyRemove", json!({ "id": not_needed, "reason": "Done otherwise." })),
        ("raidItemCreate", risk),
        (
            "raidItemUpdate",
            json!({ "id": changed_risk, "status": "MITIGATING", "response": "Ask the agency." }),
        ),
        ("raidItemMaterialise", json!({ "id": happens, "reason": "Two have left." })),
        ("actionItemCreate", action),
        ("actionItemUpdate", json!({ "id": changed_action, "dueOn": "2025-04-12", "note": "By phone." })),
        ("actionItemComplete", json!({ "id": done })),
        ("actionItemDrop", json!({ "id": dropped, "reason": "Somebody else does it." })),
        (
            "adoptionAssess",
            json!({ "personId": pmo, "awareness": 4, "desire": 3, "knowledge": 2, "ability": 5, "reinforcement": 4 }),
        ),
        ("personDeactivate", json!({ "id": person("other_owner").to_string(), "reassignTo": pmo })),
        ("personReactivate", json!({ "id": person("left").to_string(), "reason": "Back again." })),
    ];
    all.extend(reports);
    all.extend(measured);
    all.extend(crate::training::mutations(client).await);
    all.extend(rewarded);
    all.extend(told);
    all.extend(crate::communication::mutations(client, &open).await);
    all.extend(crate::feedback::mutations(client).await);
    all
}

/// The mutations of status reports of an initiative that runs.
async fn reports(client: &Client, id: &str) -> Vec<(&'static str, Value)> {
    client.must("initiativeUpdate", json!({ "id": id, "reviewerId": person("leader").to_string() })).await;
    let draft = async |end: &str| client.must("statusReportDraft", crate::reports::draft(id, end)).await;
    let [read, corrected] = [
        crate::reports::publish(client, id, "2025-03-14").await,
        crate::reports::publish(client, id, "2025-03-21").await,
    ];
    let [changed, published, discarded] =
        [draft("2025-03-24").await, draft("2025-03-28").await, draft("2025-03-29").await];
    vec![
        ("statusReportDraft", crate::reports::draft(id, "2025-03-31")),
        ("statusReportUpdate", json!({ "id": changed, "summary": "We *ring* back.", "nextSteps": null })),
        ("statusReportPublish", json!({ "id": published })),
        ("statusReportAcknowledge", json!({ "id": read })),
        ("statusReportSupersede", json!({ "id": corrected, "summary": "Once more." })),
        ("statusReportDiscard", json!({ "id": discarded, "reason": "Not this week." })),
    ]
}

/// The mutations that take or hand out a secret: it is shown once, so that no answer can be given again, and
/// they take no options. Their tests are in `accounts`, in `exchange` and in `webhooks`.
pub const OF_SECRETS: [&str; 7] = [
    "signIn",
    "signInRefresh",
    "passwordChange",
    "passwordResetIssue",
    "passwordReset",
    "calendarFeedCreate",
    "webhookDryRun",
];

/// Who may do it.
pub fn allowed(mutation: &str) -> &'static str {
    if ["statusReportAcknowledge", "payoutRunApprove"].contains(&mutation) {
        return "leader";
    }
    if ["rewardPlan", "participation", "payoutRun"].iter().any(|noun| mutation.starts_with(noun)) {
        return crate::rewards::ADMIN;
    }
    let admins = ["person", "orgUnit", "role", "apiKey", "signOut", "webhook"];
    if admins.iter().any(|noun| mutation.starts_with(noun)) { "admin" } else { "pmo" }
}

fn difference(before: &[String], after: &[String]) -> Vec<String> {
    let only = |one: &[String], other: &[String], sign: &str| -> Vec<String> {
        one.iter().filter(|row| !other.contains(row)).map(|row| format!("{sign} {row}")).collect()
    };
    [only(before, after, "-"), only(after, before, "+")].concat()
}

async fn dry_runs(h: Harness) {
    let mutations = every_mutation(&crate::training::lead(&h).await).await;
    for (mutation, input) in mutations {
        let client = h.as_(allowed(mutation));
        let before = h.dump().await;
        let options = json!({ "dryRun": true, "idempotencyKey": "the same" });
        let dry = client.change(mutation, input.clone(), options).await;
        assert_eq!(dry["userErrors"], json!([]), "{mutation}");
        let left = difference(&before, &h.dump().await);
        assert!(left.is_empty(), "a dry {mutation} left {left:#?}");
        // The key is free, and the real run answers as the dry one did.
        let wet =
            client.change(mutation, input, json!({ "idempotencyKey": format!("for {mutation}") })).await;
        for field in
            ["/userErrors", "/event/action", "/event/reason", "/initiative/code", "/initiative/version"]
        {
            assert_eq!(dry.pointer(field), wet.pointer(field), "{mutation} {field}");
        }
        if mutation != "portfolioArchive" {
            assert!(!difference(&before, &h.dump().await).is_empty(), "{mutation} wrote nothing");
        }
    }
}

async fn refusals(h: Harness) {
    let pmo = h.as_("pmo");
    let (id, _) = find(&pmo, "CX-1").await;
    let before = h.dump().await;
    for (mutation, input, options, code, path) in [
        (
            "initiativeTransition",
            json!({ "id": id, "to": "CLOSED" }),
            json!({}),
            "ILLEGAL_TRANSITION",
            "/input/to",
        ),
        (
            "initiativeTransition",
            json!({ "id": id, "to": "ON_HOLD" }),
            json!({}),
            "REQUIRED",
            "/input/reason",
        ),
        ("initiativeUpdate", json!({ "id": id, "title": " " }), json!({}), "REQUIRED", "/input/title"),
        ("initiativeUpdate", json!({ "id": id, "title": null }), json!({}), "REQUIRED", "/input/title"),
        (
            "initiativeUpdate",
            json!({ "id": id }),
            json!({ "expectedVersion": 4 }),
            "VERSION_CONFLICT",
            "/options/expectedVersion",
        ),
        (
            "initiativeCreate",
            new_initiative("x"),
            json!({ "expectedVersion": 1 }),
            "INVALID",
            "/options/expectedVersion",
        ),
        (
            "initiativeCreate",
            new_initiative("x"),
            json!({ "idempotencyKey": "" }),
            "INVALID",
            "/options/idempotencyKey",
        ),
        (
            "initiativeCreate",
            new_initiative("x"),
            json!({ "idempotencyKey": "x".repeat(256) }),
            "INVALID",
            "/options/idempotencyKey",
        ),
        (
            "portfolioArchive",
            json!({ "id": portfolio("Harbour").to_string() }),
            json!({ "idempotencyKey": "k" }),
            "IN_USE",
            "/input/id",
        ),
    ] {
        let payload = pmo.change(mutation, input, options).await;
        let error = &payload["userErrors"][0];
        let told: Vec<_> =
            error["path"].as_array().unwrap().iter().map(|part| part.as_str().unwrap()).collect();
        assert_eq!(
            (error["code"].as_str(), format!("/{}", told.join("/"))),
            (Some(code), path.to_owned()),
            "{payload}"
        );
        assert!(payload["event"].is_null());
        let left = difference(&before, &h.dump().await);
        assert!(left.is_empty(), "a refused {mutation} left {left:#?}");
    }
}

async fn nothing_changed(h: Harness) {
    let pmo = h.as_("pmo");
    let (id, version) = find(&pmo, "CX-1").await;
    let before = h.dump().await;
    let input = json!({ "id": id, "title": "  Answer in one call ", "valueChainStages": ["CUSTOMER_SERVICE", "SALES", "SALES"] });
    let payload = pmo.change("initiativeUpdate", input, json!({ "expectedVersion": version })).await;
    assert_eq!(payload["initiative"]["version"], json!(version));
    assert!(payload["event"].is_null() && payload["userErrors"] == json!([]));
    assert_eq!(difference(&before, &h.dump().await), Vec::<String>::new());
}

async fn changes(h: Harness) {
    let pmo = h.as_("pmo");
    let (id, _) = find(&pmo, "CX-7").await;
    let leader = person("leader").to_string();
    let input = json!({ "id": id, "sponsorId": null, "title": "Chauffører", "valueChainStages": [], "startsOn": "2025-01-16" });
    let payload = pmo.change("initiativeUpdate", input, Value::Null).await;
    assert_eq!(
        payload["event"]["changes"],
        json!([
            { "field": "sponsor", "before": leader, "after": null },
            { "field": "startsOn", "before": "2025-01-15", "after": "2025-01-16" },
            { "field": "title", "before": "Drivers ring ahead", "after": "Chauffører" },
            { "field": "valueChainStages", "before": "[\"DELIVERY\"]", "after": "[]" },
        ])
    );
    // The log says the same as the answer did, and who, when and in which request.
    let event = payload["event"]["id"].as_str().unwrap();
    let query = "query($id: ID!) { node(id: $id) { ... on Event { at action actor { id } subject { id } requestId changes { field before after } } } }";
    let logged = pmo.ask(query, json!({ "id": event })).await["node"].clone();
    assert_eq!(logged["changes"], payload["event"]["changes"]);
    assert_eq!(logged["at"], json!("2025-03-31T08:00:00Z"));
    assert_eq!(logged["actor"]["id"], json!(person("pmo").to_string()));
    assert_eq!((&logged["subject"]["id"], &logged["action"]), (&json!(id), &json!("initiative.updated")));
    assert_eq!(logged["requestId"], json!("0000000000000002"));
}

async fn absent_and_null(h: Harness) {
    let pmo = h.as_("pmo");
    let (id, _) = find(&pmo, "CX-1").await;
    let query = "query($id: ID!) { initiative(by: { id: $id }) { title description sponsor { id } reviewer { id } valueChainStages } }";
    let read = async || pmo.ask(query, json!({ "id": id })).await["initiative"].clone();
    let before = read().await;
    assert!(!before["description"].is_null() && !before["sponsor"].is_null());
    // Every variable is declared and only the id is sent.
    let update = "mutation($id: ID!, $title: String, $description: Markdown, $sponsor: ID, $stages: [ValueChainStage!]) { \
                  initiativeUpdate(input: { id: $id, title: $title, description: $description, sponsorId: $sponsor, valueChainStages: $stages }) { \
                  userErrors { code path } event { id } } }";
    let answer = pmo.ask(update, json!({ "id": id })).await;
    assert_eq!(answer["initiativeUpdate"], json!({ "userErrors": [], "event": null }));
    assert_eq!(read().await, before);
    // A null clears what can be cleared, and only that.
    let answer = pmo.ask(update, json!({ "id": id, "description": null, "stages": null })).await;
    assert_eq!(answer["initiativeUpdate"]["userErrors"], json!([]));
    let after = read().await;
    assert_eq!((&after["description"], &after["valueChainStages"]), (&Value::Null, &json!([])));
    assert_eq!(
        (&after["sponsor"], &after["reviewer"], &after["title"]),
        (&before["sponsor"], &before["reviewer"], &before["title"])
    );
    // A variable with a default that is left out has its default.
    let with_default = "mutation($id: ID!, $text: Markdown = \"As ever\") { initiativeUpdate(input: { id: $id, description: $text }) { initiative { description } } }";
    let answer = pmo.ask(with_default, json!({ "id": id })).await;
    assert_eq!(answer["initiativeUpdate"]["initiative"]["description"], json!("As ever"));
}

/// The fragment stands at one place of the document, so that what the first mutation loaded is what the
/// second would be given again.
async fn read_anew(h: Harness) {
    let pmo = h.as_("pmo");
    let (id, version) = find(&pmo, "CX-1").await;
    let query = "mutation($id: ID!) { \
                 a: initiativeUpdate(input: { id: $id, title: \"A\" }) { initiative { ...S } } \
                 b: initiativeUpdate(input: { id: $id, title: \"B\" }) { initiative { ...S } } } \
                 fragment S on Initiative { events(filter: { action: { startsWith: \"initiative.\" } }) { totalCount } \
                 portfolio { initiatives(filter: { code: { eq: \"CX-1\" } }) { nodes { title version } } } }";
    let data = pmo.ask(query, json!({ "id": id })).await;
    for (alias, title, version) in [("a", "A", version + 1), ("b", "B", version + 2)] {
        let expected = json!({
            "events": { "totalCount": version },
            "portfolio": { "initiatives": { "nodes": [{ "title": title, "version": version }] } },
        });
        assert_eq!(data[alias]["initiative"], expected);
    }
}

async fn expected_version(h: Harness) {
    let pmo = h.as_("pmo");
    let (id, version) = find(&pmo, "CX-1").await;
    let update = async |title: &str, expected: i64| {
        let input = json!({ "id": id, "title": title });
        pmo.change("initiativeUpdate", input, json!({ "expectedVersion": expected })).await
    };
    let written = update("One", version).await;
    assert_eq!(written["initiative"]["version"], json!(version + 1));
    let stale = update("Two", version).await;
    assert_eq!(stale["userErrors"][0]["code"], json!("VERSION_CONFLICT"));
    // The version is that of the object, not that of what it refers to.
    let input = json!({ "id": id, "ownerId": person("other_owner").to_string() });
    let payload = pmo.change("initiativeReassign", input, json!({ "expectedVersion": 1 })).await;
    assert_eq!(payload["userErrors"][0]["code"], json!("VERSION_CONFLICT"));
}
