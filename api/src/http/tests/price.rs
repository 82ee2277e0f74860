//! What requests cost, who pays, and what those hear who cannot.

use super::*;

fn spent(house: &House) -> Vec<(String, u64)> {
    std::mem::take(&mut *house.witness.charges.lock().unwrap())
}

async fn send(house: &House, token: Option<&str>, body: &str) -> Reply {
    let mut headers = vec![("Accept", NEW), ("Content-Type", OLD), ("X-Forwarded-For", "198.51.100.7")];
    headers.extend(token.map(|token| ("Authorization", token)));
    house.send("POST", "/graphql", &headers, body.as_bytes()).await
}

#[actix_web::test]
async fn reading_is_paid_for_before_and_the_rest_once_it_is_known() {
    let house = house(|_| {});
    let anna = Some("Bearer anna");
    let long = format!("{{ hello #{}\n}}", "x".repeat(640));
    for (token, body, status, charges) in [
        (anna, ask("{ hello }"), 200, vec![("anna", 1)]),
        (anna, ask("{ hello a: hello }"), 200, vec![("anna", 1), ("anna", 1)]),
        (anna, ask(&long), 200, vec![("anna", 10)]),
        // What is refused once it has been read has been paid for.
        (anna, "{".to_owned(), 400, vec![("anna", 1)]),
        (anna, ask("{"), 400, vec![("anna", 1)]),
        (anna, ask(&format!("{{ {} }}", "a".repeat(640))), 400, vec![("anna", 10)]),
        (anna, ask("subscription { hello }"), 400, vec![("anna", 1)]),
        (None, "[]".to_owned(), 400, vec![("127.0.0.1", 1)]),
        (None, ask("{ __typename }"), 200, vec![("127.0.0.1", 1)]),
        (None, ask("{ hello a: hello b: hello }"), 401, vec![("127.0.0.1", 1), ("127.0.0.1", 2)]),
        // Whoever sends a bad token is nobody; what that costs is for the house to say.
        (Some("Bearer x"), ask("{ hello }"), 401, vec![]),
    ] {
        let reply = send(&house, token, &body).await;
        assert_eq!(reply.status, status, "{body} {}", reply.text());
        let expected: Vec<_> = charges.into_iter().map(|(payer, cost)| (payer.to_owned(), cost)).collect();
        assert_eq!(spent(&house), expected, "{body}");
    }
    let reply = house.get("/graphql?query=%7Bhello%7D", &[("Authorization", "Bearer anna")]).await;
    assert_eq!((reply.status, spent(&house)), (200, vec![("anna".to_owned(), 1)]));
    let headers = [("Authorization", "Bearer anna"), ("Content-Type", OLD), ("X-Tutti-Cost", "1")];
    let reply = house.send("POST", "/graphql", &headers, ask(&long).as_bytes()).await;
    assert_eq!(reply.json()["extensions"]["cost"]["requested"], 10, "what is told is what is charged");
    house.stop().await;
}

#[actix_web::test]
async fn whoever_cannot_pay_is_told_when_to_come_back() {
    let house = house(|_| {});
    let six = "{ a: hello b: hello c: hello d: hello e: hello f: hello }";
    for accept in [NEW, OLD] {
        spent(&house);
        let headers = [("Accept", accept), ("Content-Type", OLD), ("Authorization", "Bearer spendthrift")];
        let send = async |body: &str| house.send("POST", "/graphql", &headers, body.as_bytes()).await;
        assert_eq!(send(&ask("{ a: hello b: hello c: hello }")).await.status, 200);
        // The price of what it asks for, and after that the price of reading it.
        for body in [ask(six), ask("mutation { bump }"), "{".to_owned()] {
            let reply = send(&body).await;
            assert_eq!((reply.status, reply.code().as_deref()), (429, Some("THROTTLED")), "{body}");
            assert_eq!(reply.header("retry-after"), Some("7"));
            assert_eq!(reply.json()["errors"][0]["extensions"]["retryAfter"], 7);
            assert_eq!(reply.header("content-type"), Some(format!("{accept}; charset=utf-8").as_str()));
            assert!(!reply.has_data());
        }
    }
    assert_eq!(house.witness.bumps.load(Ordering::SeqCst), 0);
    assert_eq!(house.post(NEW, &ask("{ hello }")).await.status, 200, "somebody else");
    house.stop().await;
}

#[actix_web::test]
async fn what_a_field_refuses_for_now_is_told_by_the_status_where_nothing_came_of_it() {
    let house = house(|_| {});
    for accept in [NEW, OLD] {
        for (query, status, wait) in [
            ("{ later }", 429, Some("9")),
            ("{ latest }", 429, Some("90")),
            ("{ later a: later latest }", 429, Some("90")),
            ("{ later soft }", 429, Some("9")),
            ("{ later hello }", 200, None),
            ("{ soft }", 200, None),
        ] {
            let reply = house.post(accept, &ask(query)).await;
            assert_eq!((reply.status, reply.header("retry-after")), (status, wait), "{query}");
            // The body is the one that any field's error has.
            assert!(reply.has_data() && reply.json()["errors"][0]["path"].is_array(), "{}", reply.text());
        }
        let reply = house.post(accept, &ask("{ later }")).await;
        assert_eq!(reply.code().as_deref(), Some("THROTTLED"));
        assert_eq!(reply.json()["errors"][0]["extensions"]["retryAfter"], 9);
    }
    house.stop().await;
}

#[actix_web::test]
async fn the_address_is_the_peers_unless_a_trusted_proxy_says_another() {
    for (trusted, expected) in [("10.0.0.0/8", "127.0.0.1"), ("127.0.0.0/8", "198.51.100.7")] {
        let house = house(|settings| settings.proxies.trusted = vec![trusted.parse().unwrap()]);
        let reply = send(&house, Some("Bearer anna"), &ask("{ address }")).await;
        assert_eq!(reply.json()["data"]["address"], expected);
        send(&house, None, "{").await;
        assert_eq!(spent(&house).last().unwrap(), &(expected.to_owned(), 1));
        house.stop().await;
    }
}
