//! Callers at the same moment: one sends, another sends, changes, or lets somebody leave.

use futures_util::future::{join, join_all};
use serde_json::{Value, json};

use super::{id, look, plan};
use crate::harness::Harness;

/// What became of a mutation: the code of its first problem, or that it was written.
fn code(payload: &Value) -> String {
    payload["userErrors"][0]["code"].as_str().unwrap_or("written").to_owned()
}

pub async fn sends(h: Harness) {
    let pmo = h.as_("pmo");
    for _ in 0..3 {
        let com = pmo.must("communicationPlan", plan("Sent once", &["Service"], &["pmo"])).await;
        let send = json!({ "id": com });
        let payloads =
            join_all((0..6).map(|_| pmo.change("communicationSend", send.clone(), Value::Null))).await;
        let mut codes: Vec<_> = payloads.iter().map(code).collect();
        codes.sort();
        assert_eq!(codes, [vec!["ILLEGAL_TRANSITION"; 5], vec!["written"]].concat());
        let seen = look(&pmo, &com, "version audience { size } receipts { totalCount }").await;
        let expected = json!({ "version": 2, "audience": { "size": 5 }, "receipts": { "totalCount": 5 } });
        assert_eq!(seen, expected);
        // Of many who acknowledge at once each does so once.
        let acknowledged = join_all(["pmo", "owner", "member", "nobody", "pmo", "owner"].map(async |who| {
            let client = h.as_(who);
            client.change("communicationAcknowledge", json!({ "id": com }), Value::Null).await
        }));
        let payloads = acknowledged.await;
        assert!(payloads.iter().all(|payload| code(payload) == "written"));
        assert_eq!(payloads.iter().filter(|payload| !payload["event"].is_null()).count(), 4);
        assert_eq!(look(&pmo, &com, "reach { acknowledged }").await["reach"]["acknowledged"], 4);
    }
}

pub async fn changes(h: Harness) {
    let pmo = h.as_("pmo");
    for _ in 0..5 {
        let com = pmo.must("communicationPlan", plan("As planned", &["Service"], &[])).await;
        let both = [
            ("communicationSend", json!({ "id": com })),
            (
                "communicationUpdate",
                json!({ "id": com, "subject": "As changed", "audience": { "personIds": [id("pmo")] } }),
            ),
            ("communicationCancel", json!({ "id": com })),
        ];
        let payloads = join_all(both.map(|(mutation, input)| pmo.change(mutation, input, Value::Null))).await;
        let [send, update, cancel] = [code(&payloads[0]), code(&payloads[1]), code(&payloads[2])];
        assert!((send == "written") != (cancel == "written"), "{send} {cancel}");
        assert!(["written", "CONFLICT"].contains(&&*update), "{update}");
        let seen = look(&pmo, &com, "state subject audience { size }").await;
        let changed = update == "written";
        assert_eq!(seen["subject"], if changed { "As changed" } else { "As planned" });
        if send == "written" {
            // What was frozen is the one or the other, never something between.
            assert_eq!(
                (&seen["state"], &seen["audience"]["size"]),
                (&json!("SENT"), &json!(if changed { 1 } else { 4 }))
            );
        } else {
            assert_eq!(seen["state"], "CANCELLED");
        }
    }
}

pub async fn leaving(h: Harness) {
    let (pmo, admin) = (h.as_("pmo"), h.as_("admin"));
    for _ in 0..4 {
        // Somebody of the audience: they are in it or not, and the size says how many there are.
        let com = pmo.must("communicationPlan", plan("Who is there", &["Service"], &[])).await;
        let send = pmo.change("communicationSend", json!({ "id": com }), Value::Null);
        let leave = admin.change("personDeactivate", json!({ "id": id("member") }), Value::Null);
        let (send, leave) = join(send, leave).await;
        assert_eq!((code(&send), code(&leave)), ("written".to_owned(), "written".to_owned()));
        let seen = look(&pmo, &com, "audience { size } receipts { totalCount }").await;
        assert_eq!(seen["audience"]["size"], seen["receipts"]["totalCount"]);
        assert!([json!(3), json!(4)].contains(&seen["audience"]["size"]), "{seen}");
        admin.must("personReactivate", json!({ "id": id("member") })).await;
        // The sender: it was sent before they left, or is not sent.
        let mut input = plan("Said by Oda", &["Salg"], &[]);
        input["senderId"] = json!(id("owner"));
        let com = pmo.must("communicationPlan", input).await;
        let send = pmo.change("communicationSend", json!({ "id": com }), Value::Null);
        let leave = admin.change(
            "personDeactivate",
            json!({ "id": id("owner"), "reassignTo": id("leader") }),
            Value::Null,
        );
        let (send, leave) = join(send, leave).await;
        assert_eq!(code(&leave), "written");
        let seen = look(&pmo, &com, "state sender { id }").await;
        match code(&send).as_str() {
            // Handed over first, the successor said it; else they did themselves.
            "written" => assert_eq!(seen["state"], "SENT"),
            told => {
                assert_eq!((told, &seen["state"]), ("INVALID", &json!("PLANNED")));
                assert_eq!(seen["sender"]["id"], id("leader"));
            }
        }
        admin.must("personReactivate", json!({ "id": id("owner") })).await;
    }
}
