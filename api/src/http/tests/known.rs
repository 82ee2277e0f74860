//! Documents that were answered before: not checked again by the engine, and by everybody else as ever.

use super::*;

async fn send(house: &House, token: &str, query: &str, variables: serde_json::Value) -> Reply {
    let body = serde_json::json!({ "query": query, "variables": variables }).to_string();
    let headers = [("Accept", NEW), ("Content-Type", OLD), ("Authorization", token)];
    house.send("POST", "/graphql", &headers, body.as_bytes()).await
}

fn rules(house: &House) -> Vec<Rules> {
    std::mem::take(&mut *house.witness.rules.lock().unwrap())
}

#[actix_web::test]
async fn the_second_time_the_engine_does_not_check() {
    use Rules::{Checked, Unchecked};
    let house = house(|_| {});
    let query = "query ($factor: Int!, $y: Int = 2) { sum(point: {x: 1, y: $y}, factor: $factor) }";
    let json = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
    for (variables, sum, ran) in [
        ("{\"factor\": 3}", Some(9), vec![Unchecked]),
        ("{\"factor\": 4}", Some(12), vec![Checked]),
        // Variables of another shape.
        ("{\"factor\": 4, \"y\": null}", Some(4), vec![Unchecked]),
        ("{\"factor\": 5, \"y\": null}", Some(5), vec![Checked]),
        ("{\"factor\": 5, \"y\": 0}", Some(5), vec![Unchecked]),
        // What does not fit is refused before the engine, however well the document is known.
        ("{\"factor\": \"5\", \"y\": 0}", None, vec![]),
        ("{\"y\": 0}", None, vec![]),
    ] {
        let reply = send(&house, "Bearer anna", query, json(variables)).await;
        assert_eq!(reply.json()["data"]["sum"].as_i64(), sum, "{variables} {}", reply.text());
        assert_eq!(rules(&house), ran, "{variables}");
    }
    let charges = std::mem::take(&mut *house.witness.charges.lock().unwrap());
    let read = charges.iter().filter(|(_, cost)| *cost == charges[0].1).count();
    assert_eq!(read, 7, "each pays for being read, known or not: {charges:?}");
    house.stop().await;
}

#[actix_web::test]
async fn what_was_refused_or_failed_is_not_known() {
    let house = house(|settings| settings.limits.cost = 5);
    for query in ["{ nothing }", "{ hello(name: 1) }", "{ hello", "{ soft }", "{ hello hello: viewer }"] {
        for _ in 0..2 {
            send(&house, "Bearer anna", query, serde_json::Value::Null).await;
            assert!(rules(&house).iter().all(|rules| *rules == Rules::Unchecked), "{query}");
        }
    }
    // A limit is kept by a known document too, and so is the gate for who is not signed in.
    let known = "{ hello }";
    for ran in [Rules::Unchecked, Rules::Checked] {
        assert_eq!(send(&house, "Bearer anna", known, serde_json::Value::Null).await.status, 200);
        assert_eq!(rules(&house), [ran]);
    }
    let nobody = [("Accept", NEW), ("Content-Type", "application/json")];
    assert_eq!(house.send("POST", "/graphql", &nobody, ask(known).as_bytes()).await.status, 401);
    assert!(rules(&house).is_empty());
    house.stop().await;
}

#[actix_web::test]
async fn a_mutation_that_is_known_stays_a_mutation() {
    let house = house(|_| {});
    for bumps in 1..4 {
        let reply = send(&house, "Bearer anna", "mutation { bump }", serde_json::Value::Null).await;
        assert_eq!(reply.json()["data"]["bump"], bumps);
    }
    let reply = house.get("/graphql?query=mutation%7Bbump%7D", &[("Authorization", "Bearer anna")]).await;
    assert_eq!(reply.status, 405);
    let reply =
        house.get("/graphql?query=mutation%20%7B%20bump%20%7D", &[("Authorization", "Bearer anna")]).await;
    assert_eq!((reply.status, house.witness.bumps.load(Ordering::SeqCst)), (405, 3));
    house.stop().await;
}
