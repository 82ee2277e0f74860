//! What cannot be is refused, each at its place; and whoever may not speak for somebody does not.

use serde_json::{Value, json};
use tutti_entity::people::role_grant::Role;

use super::{grant, id, look, plan, problem, sent, told};
use crate::harness::Harness;

fn with(mut input: Value, field: &str, value: Value) -> Value {
    input[field] = value;
    input
}

#[expect(clippy::too_many_lines, reason = "a list with an entry for each refusal")]
pub async fn refusals(h: Harness) {
    let pmo = h.as_("pmo");
    let fine = || plan("Fine", &["Service"], &["pmo"]);
    let audience = |units: Value, tiers: Value, people: Value| {
        with(fine(), "audience", json!({ "orgUnitIds": units, "tiers": tiers, "personIds": people }))
    };
    let many_units: Vec<String> = (0..201_u128).map(super::figures::a_unit).collect();
    let many_people: Vec<String> = (0..501_u128).map(super::figures::a_person).collect();
    let message = || json!({ "text": "We keep it", "purpose": "WHY" });
    let open = pmo.must("communicationPlan", with(fine(), "plannedFor", json!("2025-04-02"))).await;
    let change = |field: &str, value: Value| json!({ "id": open, field: value });
    let done = sent(&pmo, fine()).await;
    let mut refused = vec![
        ("communicationPlan", with(fine(), "subject", json!(" ")), "REQUIRED", "input.subject"),
        ("communicationPlan", with(fine(), "subject", json!("x".repeat(201))), "INVALID", "input.subject"),
        ("communicationPlan", with(fine(), "body", json!("\n")), "REQUIRED", "input.body"),
        ("communicationPlan", with(fine(), "body", json!("x".repeat(20_001))), "INVALID", "input.body"),
        ("communicationPlan", with(fine(), "story", json!("x".repeat(20_001))), "INVALID", "input.story"),
        ("communicationPlan", with(fine(), "purpose", json!("CORRECTION")), "INVALID", "input.purpose"),
        ("communicationPlan", with(fine(), "plannedFor", json!("2025-03-30")), "INVALID", "input.plannedFor"),
        ("communicationPlan", with(fine(), "senderId", json!(id("away"))), "INVALID", "input.senderId"),
        (
            "communicationPlan",
            with(fine(), "senderId", json!(super::figures::a_person(9))),
            "NOT_FOUND",
            "input.senderId",
        ),
        (
            "communicationPlan",
            with(fine(), "keyMessageId", json!("kms_00000000000000000000000009")),
            "NOT_FOUND",
            "input.keyMessageId",
        ),
        (
            "communicationPlan",
            with(fine(), "initiativeIds", json!(["ini_00000000000000000000000009"])),
            "NOT_FOUND",
            "input.initiativeIds",
        ),
        (
            "communicationPlan",
            audience(json!([]), json!(["LEADER"]), json!([])),
            "INVALID",
            "input.audience.tiers",
        ),
        (
            "communicationPlan",
            audience(json!(many_units), json!([]), json!([])),
            "LIMIT_EXCEEDED",
            "input.audience.orgUnitIds",
        ),
        (
            "communicationPlan",
            audience(json!([]), json!([]), json!(many_people)),
            "LIMIT_EXCEEDED",
            "input.audience.personIds",
        ),
        (
            "communicationPlan",
            audience(json!([super::figures::a_unit(9)]), json!([]), json!([])),
            "NOT_FOUND",
            "input.audience.orgUnitIds",
        ),
        (
            "communicationPlan",
            audience(json!([]), json!([]), json!([super::figures::a_person(9)])),
            "NOT_FOUND",
            "input.audience.personIds",
        ),
        ("communicationUpdate", change("subject", Value::Null), "REQUIRED", "input.subject"),
        ("communicationUpdate", change("body", Value::Null), "REQUIRED", "input.body"),
        ("communicationUpdate", change("channel", Value::Null), "REQUIRED", "input.channel"),
        ("communicationUpdate", change("senderId", Value::Null), "REQUIRED", "input.senderId"),
        ("communicationUpdate", change("plannedFor", json!("2025-03-30")), "INVALID", "input.plannedFor"),
        ("communicationUpdate", change("purpose", json!("CORRECTION")), "INVALID", "input.purpose"),
        ("communicationUpdate", change("senderId", json!(id("left"))), "INVALID", "input.senderId"),
        ("communicationCorrect", json!({ "id": open, "body": "x" }), "CONFLICT", "input.id"),
        ("communicationCorrect", json!({ "id": done, "body": " " }), "REQUIRED", "input.body"),
        ("communicationCancel", json!({ "id": open, "reason": "x".repeat(1001) }), "INVALID", "input.reason"),
        ("communicationAcknowledge", json!({ "id": open }), "CONFLICT", "input.id"),
        ("keyMessageCreate", with(message(), "text", json!("")), "REQUIRED", "input.text"),
        ("keyMessageCreate", with(message(), "text", json!("x".repeat(501))), "INVALID", "input.text"),
        (
            "keyMessageCreate",
            with(message(), "targetExposures", json!(0)),
            "INVALID",
            "input.targetExposures",
        ),
        (
            "keyMessageCreate",
            with(message(), "targetExposures", json!(101)),
            "INVALID",
            "input.targetExposures",
        ),
        (
            "keyMessageCreate",
            with(message(), "initiativeId", json!("ini_00000000000000000000000009")),
            "NOT_FOUND",
            "input.initiativeId",
        ),
    ];
    let correction = pmo.must("communicationCorrect", json!({ "id": done, "body": "Right." })).await;
    let stays = json!({ "id": correction, "purpose": "WHY" });
    refused.push(("communicationUpdate", stays, "INVALID", "input.purpose"));
    let rows =
        async || h.sql("SELECT 1 FROM communications UNION ALL SELECT 1 FROM key_messages").await.len();
    let before = rows().await;
    for (mutation, input, code, path) in refused {
        let told = problem(&pmo, mutation, input.clone()).await;
        assert_eq!(told, (code.to_owned(), path.to_owned()), "{mutation} {input}");
    }
    assert_eq!(rows().await, before);
    // The day that it has stays good, also when it is over.
    h.pass(chrono::TimeDelta::days(5));
    let later = change("subject", json!("Said late"));
    pmo.must("communicationUpdate", later).await;
    // Absent stays, null clears.
    for day in [Value::Null, json!("2025-04-05")] {
        let conflict = ("CONFLICT".to_owned(), "input.plannedFor".to_owned());
        assert_eq!(problem(&pmo, "communicationUpdate", change("plannedFor", day)).await, conflict);
    }
    let emptied = json!({ "id": open, "audience": null, "story": null });
    pmo.must("communicationUpdate", emptied).await;
    let seen = look(&pmo, &open, "subject plannedFor audience { size orgUnits { id } people { id } }").await;
    let audience = json!({ "size": 0, "orgUnits": [], "people": [] });
    assert_eq!(seen, json!({ "subject": "Said late", "plannedFor": "2025-04-02", "audience": audience }));
    // Of a correction it means the audience of what it corrects.
    let narrowed = json!({ "id": correction, "audience": { "personIds": [id("pmo")] } });
    pmo.must("communicationUpdate", narrowed).await;
    let whom = "audience { size asCorrected }";
    let told = look(&pmo, &correction, whom).await;
    assert_eq!(told["audience"], json!({ "size": 1, "asCorrected": false }));
    pmo.must("communicationUpdate", json!({ "id": correction, "audience": null })).await;
    let told = look(&pmo, &correction, whom).await;
    assert_eq!(told["audience"], json!({ "size": 5, "asCorrected": true }));
}

pub async fn speakers(h: Harness) {
    let (pmo, leader) = (h.as_("pmo"), h.as_("leader"));
    grant(&h, 0xc1, "owner", Role::Leader).await;
    let forbidden = |field: &str| ("FORBIDDEN".to_owned(), format!("input.{field}"));
    // A LEADER names themselves, also by naming nobody.
    let other = plan("Of another", &["Salg"], &[]);
    assert_eq!(problem(&h.as_("owner"), "communicationPlan", other.clone()).await, forbidden("senderId"));
    let mut own = other.clone();
    own.as_object_mut().unwrap().remove("senderId");
    let mine = h.as_("owner").must("communicationPlan", own).await;
    assert_eq!(look(&pmo, &mine, "sender { id }").await["sender"]["id"], id("owner"));
    let given = json!({ "id": mine, "senderId": id("leader") });
    assert_eq!(problem(&h.as_("owner"), "communicationUpdate", given).await, forbidden("senderId"));
    // What somebody else is to say is not there for another leader, nor for whoever is nobody to it.
    for who in ["leader", "member", "finance", "admin"] {
        assert!(look(&h.as_(who), &mine, "id").await.is_null(), "{who}");
    }
    let told = problem(&leader, "communicationSend", json!({ "id": mine })).await;
    assert_eq!(told, ("NOT_FOUND".to_owned(), "input.id".to_owned()));
    // An auditor sees it, and changes nothing.
    assert_eq!(look(&h.as_("auditor"), &mine, "id").await["id"], mine);
    for who in ["auditor", "member"] {
        let answer = h.as_(who).try_change("communicationSend", json!({ "id": mine }), Value::Null).await;
        assert_eq!(answer.code(), "FORBIDDEN", "{who}");
    }
    // Once it is sent, another leader who was in the audience may not correct it.
    pmo.must("communicationUpdate", json!({ "id": mine, "audience": { "personIds": [id("leader")] } })).await;
    pmo.must("communicationSend", json!({ "id": mine })).await;
    let correction = json!({ "id": mine, "body": "Not mine." });
    assert_eq!(problem(&leader, "communicationCorrect", correction).await, forbidden("id"));
    let rows =
        json!({ "id": mine, "rows": [{ "personId": id("leader"), "deliveredAt": "2025-03-31T08:00:00Z" }] });
    assert_eq!(problem(&leader, "communicationReceiptsRecord", rows).await, forbidden("id"));
    // Whoever oversees it and was not in the audience does not acknowledge it, nor does a key.
    let acknowledged = json!({ "id": mine });
    assert_eq!(problem(&pmo, "communicationAcknowledge", acknowledged.clone()).await, forbidden("id"));
    let twice = leader.change("communicationAcknowledge", acknowledged.clone(), Value::Null).await;
    assert_eq!(twice["event"]["action"], "communication.acknowledged");
    let again = leader.change("communicationAcknowledge", acknowledged, Value::Null).await;
    assert_eq!((&again["userErrors"], &again["event"]), (&json!([]), &Value::Null));
    let receipt =
        look(&leader, &mine, "myReceipt { deliveredAt openedAt acknowledgedAt recordedBy { id } }").await;
    let at = "2025-03-31T08:00:00Z";
    let expected = json!({ "deliveredAt": at, "openedAt": null, "acknowledgedAt": at, "recordedBy": null });
    assert_eq!(receipt["myReceipt"], expected);
}

pub async fn receipts(h: Harness) {
    let pmo = h.as_("pmo");
    let com = sent(&pmo, plan("Town hall", &["Service"], &[])).await;
    let at = "2025-03-31T07:30:00Z";
    let row = |who: &str, more: Value| {
        let mut row = more;
        row["personId"] = json!(id(who));
        row
    };
    let send = async |rows: Value, policy: &str, options: Value| {
        let input = json!({ "id": com, "rows": rows, "policy": policy });
        pmo.change("communicationReceiptsRecord", input, options).await
    };
    h.as_("owner").must("communicationAcknowledge", json!({ "id": com })).await;
    let mixed = json!([
        row("member", json!({ "deliveredAt": at, "acknowledgedAt": at })),
        row("finance", json!({ "deliveredAt": at })),
        row("nobody", json!({})),
        row("member", json!({ "openedAt": at })),
        row("owner", json!({ "acknowledgedAt": at })),
        row(
            "other_owner",
            json!({ "openedAt": "2025-04-01T08:00:00Z", "acknowledgedAt": "2025-03-30T23:59:59Z" })
        ),
        row("other_owner", json!({ "acknowledgedAt": at })),
    ]);
    let refused = send(mixed.clone(), "REJECT_ALL", Value::Null).await;
    let codes: Vec<_> = refused["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|result| result["userErrors"][0]["code"].as_str().unwrap_or_default())
        .collect();
    assert_eq!(codes, ["", "NOT_FOUND", "REQUIRED", "CONFLICT", "CONFLICT", "INVALID", "CONFLICT"]);
    let first = told(&refused["userErrors"], "the call");
    assert_eq!(first, ("NOT_FOUND".to_owned(), "input.rows.1.personId".to_owned()));
    assert_eq!(refused["userErrors"].as_array().unwrap().len(), 7);
    let reach = async || look(&pmo, &com, "version reach { audience delivered acknowledged }").await;
    let counted = |delivered, acknowledged| json!({ "version": 2, "reach": { "audience": 4, "delivered": delivered, "acknowledged": acknowledged } });
    assert_eq!(reach().await, counted(1, 1));
    // A dry run writes nothing; a key answers the same again.
    let dry = send(mixed.clone(), "SKIP_FAILED", json!({ "dryRun": true })).await;
    assert_eq!(dry["results"][0]["receipt"]["person"]["id"], id("member"));
    assert_eq!(reach().await, counted(1, 1));
    let key = json!({ "idempotencyKey": "list" });
    let written = send(mixed.clone(), "SKIP_FAILED", key.clone()).await;
    assert_eq!(written["event"]["action"], "communication.receipts_recorded");
    let changed: Vec<_> = written["event"]["changes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|change| change["field"].as_str().unwrap().to_owned())
        .collect();
    let of = |field: &str| format!("receipts.{}.{field}", id("member"));
    assert_eq!(changed, [of("deliveredAt"), of("acknowledgedAt")]);
    assert_eq!(reach().await, counted(2, 2));
    let again = send(mixed, "SKIP_FAILED", key).await;
    assert_eq!(again["results"], written["results"]);
    // What was recorded by mistake is taken back; what somebody did themselves stays, also when it was recorded before.
    let undone = json!([row("member", json!({ "deliveredAt": null, "acknowledgedAt": null }))]);
    send(undone.clone(), "REJECT_ALL", Value::Null).await;
    assert_eq!(reach().await, counted(1, 1));
    let half = json!([row("owner", json!({ "deliveredAt": null }))]);
    let told_of_half = send(half, "REJECT_ALL", Value::Null).await;
    assert_eq!(told(&told_of_half["userErrors"], "half").1, "input.rows.0.deliveredAt");
    for (rows, code) in
        [(json!([]), "REQUIRED"), (json!(vec![row("member", json!({})); 1001]), "LIMIT_EXCEEDED")]
    {
        let payload = send(rows, "REJECT_ALL", Value::Null).await;
        assert_eq!(told(&payload["userErrors"], code), (code.to_owned(), "input.rows".to_owned()));
    }
    send(json!([row("member", json!({ "acknowledgedAt": at }))]), "REJECT_ALL", Value::Null).await;
    h.as_("member").must("communicationAcknowledge", json!({ "id": com })).await;
    let theirs = look(&h.as_("member"), &com, "myReceipt { acknowledgedAt recordedBy { id } }").await;
    assert_eq!(theirs["myReceipt"], json!({ "acknowledgedAt": at, "recordedBy": null }));
    let theirs = send(undone, "REJECT_ALL", Value::Null).await;
    assert_eq!(told(&theirs["userErrors"], "theirs").0, "CONFLICT");
}
