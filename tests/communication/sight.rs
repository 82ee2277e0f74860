//! Who sees what: whoever was not in an audience sees nothing of what was not for everyone, whatever they ask.

use serde_json::{Value, json};

use super::{id, look, plan, record, sent};
use crate::harness::{Client, Harness};
use crate::write::find;

/// Everything by which somebody could come to know of a communication.
async fn known(client: &Client, com: &str, message: &str, initiative: &str) -> Value {
    let events = format!(
        r#"events(filter: {{ subjectId: {{ eq: "{com}" }} }}) {{ totalCount nodes {{ action changes {{ after }} }} }}"#
    );
    let query = format!(
        r#"{{
            communications(filter: {{ state: {{ neq: CANCELLED }} }}) {{ totalCount nodes {{ subject body }} }}
            node(id: "{com}") {{ id }}
            {events}
            search(query: "pelican") {{ title excerpt }}
            initiative(by: {{ id: "{initiative}" }}) {{ communications {{ totalCount nodes {{ id }} }} }}
            keyMessages {{ nodes {{ text reach {{ people }} communications {{ totalCount nodes {{ id }} }} }} }}
            message: node(id: "{message}") {{ id }}
            viewer {{ communications {{ totalCount nodes {{ id }} }} work {{ nodes {{ title }} }} }}
        }}"#
    );
    client.ask(&query, Value::Null).await
}

pub async fn unseen(h: Harness) {
    let pmo = h.as_("pmo");
    let (initiative, _) = find(&pmo, "CX-7").await;
    // What everybody knows before anything is said.
    let outsiders = ["nobody", "finance", "admin", "other_owner"];
    let message = json!({ "text": "Pelicans keep promises", "purpose": "WHY" });
    let before: Vec<Value> = {
        let mut all = Vec::new();
        for who in outsiders {
            all.push(
                known(
                    &h.as_(who),
                    "com_00000000000000000000000001",
                    "kms_00000000000000000000000001",
                    &initiative,
                )
                .await,
            );
        }
        all
    };
    let message = pmo.must("keyMessageCreate", message).await;
    let mut input = plan("The pelican", &["Salg"], &["member", "owner", "scoped_pmo", "leader", "pmo"]);
    input["initiativeIds"] = json!([initiative]);
    input["keyMessageId"] = json!(message);
    input["story"] = json!("A pelican came by.");
    input["body"] = json!("Nobody but those who were meant reads of the **pelican**.");
    let com = pmo.must("communicationPlan", input).await;
    // While it is planned not even its audience does.
    for who in ["member", "owner"] {
        assert!(look(&h.as_(who), &com, "id").await.is_null(), "{who}");
        let told = known(&h.as_(who), &com, &message, &initiative).await;
        assert_eq!(told["search"], json!([]), "{who}");
        assert_eq!(told["message"], Value::Null, "{who}");
    }
    pmo.must("communicationSend", json!({ "id": com })).await;
    record(&pmo, &com, json!([{ "personId": id("owner"), "acknowledgedAt": "2025-03-31T08:00:00Z" }])).await;
    h.as_("member").must("communicationAcknowledge", json!({ "id": com })).await;
    for (who, before) in outsiders.into_iter().zip(before) {
        let after = known(&h.as_(who), &com, &message, &initiative).await;
        let mut other = after.clone();
        // Nothing tells the one that is there from one that never was.
        other["node"] = before["node"].clone();
        assert_eq!(other, before, "{who} learned something");
        assert!(after["node"].is_null() && after["message"].is_null(), "{who}");
        let answer =
            h.as_(who).try_change("communicationAcknowledge", json!({ "id": com }), Value::Null).await;
        let errors = &answer.data()["communicationAcknowledge"]["userErrors"];
        assert_eq!(errors[0]["code"], "NOT_FOUND", "{who}");
    }
    // Its audience reads it, and of the receipts their own alone.
    let fields = "body reach { audience delivered acknowledged acknowledgedShare { value state } } \
                  receipts { totalCount nodes { person { id } } } preferredSender { state } \
                  audience { size people { id } } keyMessage { text reach { people } }";
    let member = look(&h.as_("member"), &com, fields).await;
    assert_eq!(
        member["receipts"],
        json!({ "totalCount": 1, "nodes": [{ "person": { "id": id("member") } }] })
    );
    assert_eq!(member["audience"], json!({ "size": 5, "people": [{ "id": id("member") }] }));
    assert_eq!(member["reach"]["acknowledged"], 2);
    assert_eq!(member["keyMessage"], json!({ "text": "Pelicans keep promises", "reach": [] }));
    let told = known(&h.as_("member"), &com, &message, &initiative).await;
    let actions: Vec<_> =
        told["events"]["nodes"].as_array().unwrap().iter().map(|event| &event["action"]).collect();
    assert_eq!(actions, ["communication.sent"]);
    assert_eq!(told["search"][0]["title"], "The pelican");
    assert_eq!(told["viewer"]["communications"]["nodes"], json!([{ "id": com }]));
    // Those who oversee it see all of them; and so does its sender.
    for who in ["pmo", "auditor", "leader"] {
        let seen = look(&h.as_(who), &com, fields).await;
        assert_eq!(seen["receipts"]["totalCount"], 5, "{who}");
        let told = known(&h.as_(who), &com, &message, &initiative).await;
        assert_eq!(told["events"]["totalCount"], 4, "{who}");
    }
    // What waits for whoever has not acknowledged it is told once, and goes when they do.
    let waits = "{ viewer { work(kinds: [ACKNOWLEDGE]) { nodes { title role dueState subject { id } } } \
                 communications(filter: { awaitsMe: { eq: true } }) { totalCount } } }";
    let scoped = h.as_("scoped_pmo");
    let told = scoped.ask(waits, Value::Null).await["viewer"].clone();
    let item = json!({ "title": "Acknowledge The pelican", "role": "audience", "dueState": "NONE", "subject": { "id": com } });
    assert_eq!(told, json!({ "work": { "nodes": [item] }, "communications": { "totalCount": 1 } }));
    scoped.must("communicationAcknowledge", json!({ "id": com })).await;
    let told = scoped.ask(waits, Value::Null).await["viewer"].clone();
    assert_eq!(told, json!({ "work": { "nodes": [] }, "communications": { "totalCount": 0 } }));
}

/// In an audience of few little is told, and what was for everyone is read by everyone.
pub async fn few_and_all(h: Harness) {
    let pmo = h.as_("pmo");
    // In an audience of few, the figures would tell of the other one.
    let few = sent(&pmo, plan("For two", &[], &["member", "nobody"])).await;
    h.as_("nobody").must("communicationAcknowledge", json!({ "id": few })).await;
    let reach = "reach { audience delivered acknowledged acknowledgedShare { value state } }";
    let seen = look(&h.as_("member"), &few, reach).await["reach"].clone();
    let hidden = json!({ "value": null, "state": "SUPPRESSED" });
    assert_eq!(
        seen,
        json!({ "audience": 2, "delivered": 0, "acknowledged": 0, "acknowledgedShare": hidden })
    );
    let seen = look(&pmo, &few, reach).await["reach"].clone();
    assert_eq!((&seen["acknowledged"], &seen["acknowledgedShare"]["value"]), (&json!(1), &json!("50.0")));
    // What was for everyone is read by everyone who is signed in, also by whoever came later.
    let all = sent(&pmo, plan("For everyone", &["Tutti", "Ældre afdeling"], &[])).await;
    for who in ["auditor", "away", "finance"] {
        let seen = look(&h.as_(who), &all, "body receipts { totalCount } myReceipt { deliveredAt }").await;
        assert_eq!(seen["body"], "What *changes*.", "{who}");
        assert_eq!(seen["myReceipt"].is_null(), who != "finance", "{who}");
    }
    assert_eq!(look(&h.as_("away"), &all, "receipts { totalCount }").await["receipts"]["totalCount"], 0);
    assert_eq!(
        h.anonymous().send("{ communications { totalCount } }", Value::Null).await.code(),
        "UNAUTHENTICATED"
    );
}

/// The programme office of one portfolio sees and sends what serves its initiatives alone.
pub async fn scoped(h: Harness) {
    let (pmo, scoped) = (h.as_("pmo"), h.as_("scoped_pmo"));
    let (inside, _) = find(&pmo, "CX-1").await;
    let (outside, _) = find(&pmo, "CX-7").await;
    let about = |initiatives: Value| {
        let mut input = plan("Of a portfolio", &["Service"], &[]);
        input["initiativeIds"] = initiatives;
        input
    };
    let mine = scoped.must("communicationPlan", about(json!([inside]))).await;
    for initiatives in [json!([outside]), json!([inside, outside]), json!([])] {
        let told = super::problem(&scoped, "communicationPlan", about(initiatives.clone())).await;
        assert_eq!(told, ("FORBIDDEN".to_owned(), "input.senderId".to_owned()), "{initiatives}");
    }
    let away = json!({ "id": mine, "initiativeIds": [inside, outside] });
    let told = super::problem(&scoped, "communicationUpdate", away).await;
    assert_eq!(told, ("FORBIDDEN".to_owned(), "input.initiativeIds".to_owned()));
    let [both, other] = [
        pmo.must("communicationPlan", about(json!([inside, outside]))).await,
        pmo.must("communicationPlan", about(json!([outside]))).await,
    ];
    // One that serves theirs beside others they see, and do not send.
    assert_eq!(look(&scoped, &both, "id").await["id"], both);
    assert_eq!(super::problem(&scoped, "communicationSend", json!({ "id": both })).await.0, "FORBIDDEN");
    assert!(look(&scoped, &other, "id").await.is_null());
    scoped.must("communicationSend", json!({ "id": mine })).await;
    let seen = look(&scoped, &mine, "receipts { totalCount }").await;
    assert_eq!(seen["receipts"]["totalCount"], 4);
}
