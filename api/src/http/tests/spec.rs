//! GraphQL over HTTP as its specification has it.

use super::*;

#[actix_web::test]
async fn media_types_are_negotiated() {
    let house = house(|_| {});
    let body = ask("{ hello }");
    for (accept, status, content_type) in [
        (NEW, 200, "application/graphql-response+json; charset=utf-8"),
        (OLD, 200, "application/json; charset=utf-8"),
        ("*/*", 200, "application/json; charset=utf-8"),
        (
            "application/json;q=0.5, application/graphql-response+json",
            200,
            "application/graphql-response+json; charset=utf-8",
        ),
        ("text/html", 406, "application/json; charset=utf-8"),
    ] {
        let reply = house.post(accept, &body).await;
        assert_eq!((reply.status, reply.header("content-type")), (status, Some(content_type)), "{accept}");
        assert_eq!(reply.header("cache-control"), Some("no-store"));
        assert_eq!(reply.header("x-content-type-options"), Some("nosniff"));
    }
    let bare =
        house.send("POST", "/graphql", &[("Content-Type", OLD)], ask("{ __typename }").as_bytes()).await;
    assert_eq!((bare.status, bare.header("content-type")), (200, Some("application/json; charset=utf-8")));
    house.stop().await;
}

/// A request, the status for new and for old clients, the code of its error.
type Case<'a> = (&'a str, u16, u16, Option<&'a str>);

#[actix_web::test]
async fn parameters_and_statuses() {
    let house = house(|_| {});
    let bad = Some("BAD_USER_INPUT");
    let deep_json = format!("{{\"query\": \"{{hello}}\", \"variables\": {{\"a\": {}}}}}", "[".repeat(5000));
    let brackets = ask(&format!("{{ f(a: {} }}", "[".repeat(2000)));
    let aliases =
        ask(&format!("{{ {} }}", (0..500).map(|n| format!("a{n}: hello ")).collect::<Vec<_>>().concat()));
    let cases: &[Case<'_>] = &[
        // Malformed as HTTP or JSON: 400 for both.
        ("{ \"not a JSON", 400, 400, bad),
        ("", 400, 400, bad),
        ("[{\"query\": \"{ hello }\"}]", 400, 400, bad),
        ("\"text\"", 400, 400, bad),
        (&deep_json, 400, 400, bad),
        ("{}", 400, 400, bad),
        ("{\"qeury\": \"{ hello }\"}", 400, 400, bad),
        ("{\"query\": null}", 400, 400, bad),
        ("{\"query\": 0}", 400, 400, bad),
        ("{\"query\": [\"{ hello }\"]}", 400, 400, bad),
        ("{\"query\": \"{ hello }\", \"operationName\": {}}", 400, 400, bad),
        ("{\"query\": \"{ hello }\", \"operationName\": false}", 400, 400, bad),
        ("{\"query\": \"{ hello }\", \"variables\": \"{}\"}", 400, 400, bad),
        ("{\"query\": \"{ hello }\", \"variables\": []}", 400, 400, bad),
        ("{\"query\": \"{ hello }\", \"extensions\": 0}", 400, 400, bad),
        ("{\"query\": \"{ hello }\", \"extensions\": [1]}", 400, 400, bad),
        // Well-formed, but wrong as GraphQL: 400 for new clients, 200 for old ones.
        ("{\"query\": \"{\"}", 400, 200, bad),
        ("{\"query\": \"\"}", 400, 200, bad),
        ("{\"query\": \"{ nothing }\"}", 400, 200, bad),
        ("{\"query\": \"{ hello { a } }\"}", 400, 200, bad),
        ("{\"query\": \"query A { hello }\", \"operationName\": \"B\"}", 400, 200, bad),
        ("{\"query\": \"query A { hello } query B { hello }\"}", 400, 200, bad),
        ("{\"query\": \"query($id: ID!) { __typename }\", \"variables\": {\"id\": null}}", 400, 200, bad),
        ("{\"query\": \"query($f: Int!) { sum(point: {x: 1}, factor: $f) }\"}", 400, 200, bad),
        (
            "{\"query\": \"query($f: Int!) { sum(point: {x: 1}, factor: $f) }\", \"variables\": {\"f\": null}}",
            400,
            200,
            bad,
        ),
        (
            "{\"query\": \"query($f: Int!) { sum(point: {x: 1}, factor: $f) }\", \"variables\": {\"f\": \"1\"}}",
            400,
            200,
            bad,
        ),
        (
            "{\"query\": \"query($p: Point!) { sum(point: $p, factor: 1) }\", \"variables\": {\"p\": 7}}",
            400,
            200,
            bad,
        ),
        (
            "{\"query\": \"query($p: Point!) { sum(point: $p, factor: 1) }\", \"variables\": {\"p\": {}}}",
            400,
            200,
            bad,
        ),
        ("{\"query\": \"subscription { hello }\"}", 400, 200, bad),
        (&brackets, 400, 200, Some("QUERY_TOO_DEEP")),
        (&aliases, 400, 200, Some("QUERY_TOO_COMPLEX")),
        // Good.
        (
            "{\"query\": \"{ hello }\", \"operationName\": null, \"variables\": null, \"extensions\": null}",
            200,
            200,
            None,
        ),
        (
            "{\"query\": \"{ hello }\", \"operationName\": \"\", \"variables\": {}, \"extensions\": {\"a\": [1]}, \"id\": 7}",
            200,
            200,
            None,
        ),
        ("{\"query\": \"query A { hello } query B { hello }\", \"operationName\": \"B\"}", 200, 200, None),
        (
            "{\"query\": \"query($p: Point!) { sum(point: $p, factor: 2) }\", \"variables\": {\"p\": {\"x\": 1}}}",
            200,
            200,
            None,
        ),
        ("{\"query\": \"query($f: Int = 3) { sum(point: {x: 1}, factor: $f) }\"}", 200, 200, None),
    ];
    for (body, new, old, code) in cases {
        for (accept, status) in [(NEW, new), (OLD, old)] {
            let reply = house.post(accept, body).await;
            assert_eq!((reply.status, reply.code().as_deref()), (*status, *code), "{body} {}", reply.text());
            // A request that did not run has no data, whatever its status.
            assert_eq!(reply.has_data(), code.is_none(), "{body}");
            assert_eq!(reply.header("content-type"), Some(format!("{accept}; charset=utf-8").as_str()));
        }
    }
    house.stop().await;
}

#[actix_web::test]
async fn an_error_in_a_field_keeps_the_data() {
    let house = house(|_| {});
    for accept in [NEW, OLD] {
        let soft = house.post(accept, &ask("{ hello soft }")).await;
        assert_eq!((soft.status, soft.code().as_deref()), (200, Some("FORBIDDEN")));
        assert_eq!(soft.json()["data"], serde_json::json!({ "hello": "hello ", "soft": null }));
        let hard = house.post(accept, &ask("{ hello hard }")).await;
        assert_eq!((hard.status, hard.code().as_deref()), (200, Some("UNAVAILABLE")));
        assert!(hard.has_data() && hard.json()["data"].is_null());
        assert_eq!(hard.json()["errors"][0]["path"], serde_json::json!(["hard"]));
    }
    house.stop().await;
}

#[actix_web::test]
async fn get_reads_and_never_writes() {
    let house = house(|_| {});
    let token = [("Authorization", "Bearer anna"), ("Accept", NEW)];
    for (query_string, status) in [
        ("query=%7B+hello%28name%3A%22%C3%B8+%2B%22%29+%7D", 200),
        ("query={__typename}&operationName=&variables=&extensions=", 200),
        (
            "query=query+A($n:String)%7Bhello(name:$n)%7D&variables=%7B%22n%22:%22x%22%7D&operationName=A&other=1",
            200,
        ),
        ("query={hello}&extensions=%7B%22a%22:1%7D", 200),
        ("query={hello}&variables=null", 200),
        ("", 400),
        ("query=", 400),
        ("query={hello}&query={hello}", 400),
        ("query={hello}&variables=7", 400),
        ("query={hello}&variables=%5B%5D", 400),
        ("query={hello}&variables=%7B", 400),
        ("query={hello}&extensions=%22a%22", 400),
        ("query=%C3%28", 400),
        ("query=%7", 400),
        ("query={nothing}", 400),
        ("query=mutation{bump}", 405),
        ("query=query+A{hello}+mutation+B{bump}&operationName=B", 405),
    ] {
        let reply = house.get(&format!("/graphql?{query_string}"), &token).await;
        assert_eq!(reply.status, status, "{query_string} {}", reply.text());
        assert_eq!(reply.code().is_none(), status == 200);
        assert_eq!(reply.header("allow"), (status == 405).then_some("POST"));
    }
    let reply = house.get("/graphql?query=%7Bhello(name:%22%C3%B8+%2B%22)%7D", &token).await;
    assert_eq!(reply.json()["data"]["hello"], "hello ø +");
    assert_eq!(house.witness.bumps.load(Ordering::SeqCst), 0);
    let reply = house.post(NEW, &ask("mutation { bump }")).await;
    assert_eq!(reply.json()["data"]["bump"], 1);
    house.stop().await;
}

#[actix_web::test]
async fn other_methods_and_types_are_refused() {
    let house = house(|_| {});
    let body = ask("mutation { bump }");
    for method in ["PUT", "DELETE", "PATCH", "OPTIONS"] {
        let reply = house.send(method, "/graphql", &[], b"").await;
        assert_eq!((reply.status, reply.header("allow")), (405, Some("GET, POST")), "{method}");
        assert_eq!(reply.code().as_deref(), Some("BAD_USER_INPUT"));
    }
    for headers in [
        &[][..],
        &[("Content-Type", "text/plain")],
        &[("Content-Type", "application/x-www-form-urlencoded")],
        &[("Content-Type", "multipart/form-data; boundary=a")],
        &[("Content-Type", "application/json; charset=latin1")],
        &[("Content-Type", "application/json"), ("Content-Encoding", "gzip")],
    ] {
        let headers = [&[("Authorization", "Bearer anna")], headers].concat();
        let reply = house.send("POST", "/graphql", &headers, body.as_bytes()).await;
        assert_eq!((reply.status, reply.code().as_deref()), (415, Some("BAD_USER_INPUT")), "{headers:?}");
    }
    assert_eq!(house.witness.bumps.load(Ordering::SeqCst), 0);
    let invalid = [("Content-Type", OLD)];
    assert_eq!(house.send("POST", "/graphql", &invalid, b"{\"query\": \"\xff\"}").await.status, 400);
    house.stop().await;
}

#[actix_web::test]
async fn who_may_ask() {
    let house = house(|_| {});
    let secret = ask("{ viewer }");
    let public = ask("{ __typename __schema { queryType { name } } }");
    for accept in [NEW, OLD] {
        for (token, body, status, code, challenge) in [
            (None, &public, 200, None, None),
            (None, &secret, 401, Some("UNAUTHENTICATED"), Some("Bearer")),
            (Some("Bearer anna"), &secret, 200, None, None),
            (Some("Bearer x"), &public, 401, Some("UNAUTHENTICATED"), Some("Bearer error=\"invalid_token\"")),
            (Some("Bearer stranger"), &secret, 403, Some("FORBIDDEN"), None),
            (Some("Bearer unlucky"), &secret, 503, Some("UNAVAILABLE"), None),
        ] {
            let mut headers = vec![("Accept", accept), ("Content-Type", OLD)];
            headers.extend(token.map(|token| ("Authorization", token)));
            let reply = house.send("POST", "/graphql", &headers, body.as_bytes()).await;
            assert_eq!((reply.status, reply.code().as_deref()), (status, code), "{token:?} {body}");
            assert_eq!(reply.header("www-authenticate"), challenge);
            assert_eq!(reply.has_data(), status == 200);
        }
    }
    let reply =
        house.send("POST", "/graphql", &[("Content-Type", OLD)], ask("mutation { bump }").as_bytes()).await;
    assert_eq!((reply.status, house.witness.bumps.load(Ordering::SeqCst)), (401, 0));
    house.stop().await;
}

#[actix_web::test]
async fn introspection_can_be_switched_off() {
    let house = house(|settings| settings.limits.introspection = false);
    let reply = house.post(NEW, &ask("{ __schema { queryType { name } } }")).await;
    assert_eq!((reply.status, reply.code().as_deref()), (400, Some("BAD_USER_INPUT")));
    assert!(!reply.has_data());
    assert_eq!(house.post(NEW, &ask("{ __typename }")).await.status, 200);
    house.stop().await;
}
