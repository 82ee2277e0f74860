//! Idempotency keys.

use chrono::TimeDelta;
use futures_util::future::join_all;
use serde_json::{Value, json};

use super::{allowed, every_mutation, find, new_initiative};
use crate::harness::{Harness, Suite, portfolio};

pub fn register(suite: &mut Suite) {
    suite.world("write::fifty_equal_requests_write_once", fifty);
    suite.world("write::every_mutation_answers_again_under_its_key", again);
    suite.world("write::a_key_stands_for_one_input", other_input);
    suite.world("write::a_key_is_forgotten_after_a_day", forgotten);
    suite.world("write::a_refused_mutation_does_not_use_its_key_up", refused);
    suite.world("write::a_key_belongs_to_who_sent_it", of_one_person);
}

async fn count(h: &Harness, table: &str) -> i64 {
    let rows = h.sql(&format!("SELECT CAST(count(*) AS bigint) AS n FROM {table}")).await;
    rows[0].try_get("", "n").unwrap()
}

async fn fifty(h: Harness) {
    let pmo = h.as_("pmo");
    let (initiatives, events) = (count(&h, "initiatives").await, count(&h, "events").await);
    let once =
        || pmo.try_change("initiativeCreate", new_initiative("Once"), json!({ "idempotencyKey": "fifty" }));
    let answers = join_all((0..50).map(|_| once())).await;
    let first = answers[0].json();
    assert_eq!(first["data"]["initiativeCreate"]["userErrors"], json!([]));
    for answer in &answers {
        assert_eq!(answer.json(), first);
    }
    assert_eq!(count(&h, "initiatives").await, initiatives + 1);
    assert_eq!(count(&h, "events").await, events + 1);
    // The codes go on without a hole.
    let code = first["data"]["initiativeCreate"]["initiative"]["code"].clone();
    let next =
        pmo.change("initiativeCreate", new_initiative("Next"), Value::Null).await["initiative"]["code"]
            .clone();
    assert_eq!((code, next), (json!("CX-13"), json!("CX-14")));
}

async fn again(h: Harness) {
    let mutations = every_mutation(&crate::training::lead(&h).await).await;
    for (mutation, input) in mutations {
        let client = h.as_(allowed(mutation));
        let options = json!({ "idempotencyKey": format!("key of {mutation}") });
        let first = client.change(mutation, input.clone(), options.clone()).await;
        assert_eq!(first["userErrors"], json!([]), "{mutation}");
        // All of them within the day for which keys are kept.
        h.pass(TimeDelta::minutes(10));
        let rows = h.dump().await;
        let second = client.change(mutation, input, options).await;
        assert_eq!(first, second, "{mutation}");
        assert_eq!(rows, h.dump().await, "{mutation}");
    }
}

async fn other_input(h: Harness) {
    let pmo = h.as_("pmo");
    let key = json!({ "idempotencyKey": "one" });
    let first = pmo.change("initiativeCreate", new_initiative("One"), key.clone()).await;
    let rows = h.dump().await;
    let (id, _) = find(&pmo, "CX-1").await;
    for (mutation, input) in [
        ("initiativeCreate", new_initiative("Two")),
        ("initiativeUpdate", json!({ "id": id, "title": "One" })),
    ] {
        let payload = pmo.change(mutation, input, key.clone()).await;
        assert_eq!(payload["userErrors"][0]["code"], json!("IDEMPOTENCY_MISMATCH"));
        assert_eq!(payload["userErrors"][0]["path"], json!(["options", "idempotencyKey"]));
    }
    assert_eq!(rows, h.dump().await);
    // The same input is the same, however it is written and under whatever alias.
    let harbour = portfolio("Harbour");
    let owner = crate::harness::person("owner");
    let text = format!(
        "mutation {{ other: initiativeCreate(options: {{ idempotencyKey: \"one\" }}, input: {{ dueOn: \"2025-09-30\", \
         startsOn: \"2025-04-01\", title: \"One\", ownerId: \"{owner}\", portfolioId: \"{harbour}\" }}) {{ initiative {{ id }} userErrors {{ code }} }} }}"
    );
    let written = pmo.ask(&text, Value::Null).await;
    assert_eq!(written["other"]["userErrors"], json!([]));
    assert_eq!(written["other"]["initiative"]["id"], first["initiative"]["id"]);
    // An absent field is not a null one: in an update they mean different things.
    let key = json!({ "idempotencyKey": "two" });
    pmo.change("initiativeUpdate", json!({ "id": id, "title": "T" }), key.clone()).await;
    let payload =
        pmo.change("initiativeUpdate", json!({ "id": id, "title": "T", "sponsorId": null }), key).await;
    assert_eq!(payload["userErrors"][0]["code"], json!("IDEMPOTENCY_MISMATCH"));
}

async fn forgotten(h: Harness) {
    let pmo = h.as_("pmo");
    let key = json!({ "idempotencyKey": "daily" });
    let first = pmo.change("initiativeCreate", new_initiative("Daily"), key.clone()).await;
    h.pass(TimeDelta::hours(24));
    let kept = pmo.change("initiativeCreate", new_initiative("Daily"), key.clone()).await;
    assert_eq!(first, kept);
    h.pass(TimeDelta::seconds(1));
    let anew = pmo.change("initiativeCreate", new_initiative("Daily"), key).await;
    assert_ne!(first["initiative"]["id"], anew["initiative"]["id"]);
    assert_eq!(count(&h, "idempotency_keys").await, 1);
}

async fn refused(h: Harness) {
    let pmo = h.as_("pmo");
    let key = json!({ "idempotencyKey": "mended" });
    let payload = pmo.change("initiativeCreate", new_initiative(""), key.clone()).await;
    assert_eq!(payload["userErrors"][0]["code"], json!("REQUIRED"));
    let payload = pmo.change("initiativeCreate", new_initiative("Mended"), key).await;
    assert_eq!(payload["userErrors"], json!([]));
}

async fn of_one_person(h: Harness) {
    let key = json!({ "idempotencyKey": "ours" });
    let one = h.as_("pmo").change("initiativeCreate", new_initiative("Ours"), key.clone()).await;
    let other = h.as_("scoped_pmo").change("initiativeCreate", new_initiative("Ours"), key).await;
    assert_eq!((&one["userErrors"], &other["userErrors"]), (&json!([]), &json!([])));
    assert_ne!(one["initiative"]["id"], other["initiative"]["id"]);
}
