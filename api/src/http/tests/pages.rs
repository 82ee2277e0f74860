//! What is beside `/graphql`, and what every answer carries.

use std::collections::HashSet;

use super::*;

#[actix_web::test]
async fn every_answer_names_its_request() {
    let house = house(|_| {});
    let mut seen = HashSet::new();
    for path in ["/graphql?query={__typename}", "/graphql", "/healthz", "/metrics", "/nowhere"] {
        let reply = house.get(path, &[]).await;
        let id = reply.header("x-request-id").unwrap().to_owned();
        assert!(id.len() == 16 && seen.insert(id), "{path}");
        assert_eq!(reply.header("x-content-type-options"), Some("nosniff"), "{path}");
    }
    // The work runs under the same id.
    let reply = house.post(NEW, &ask("{ counted }")).await;
    assert_eq!(reply.json()["data"]["counted"].as_str(), reply.header("x-request-id"));
    house.stop().await;
}

#[actix_web::test]
async fn unknown_paths_and_methods_answer_in_the_same_shape() {
    let house = house(|_| {});
    for (method, path, status) in
        [("GET", "/nowhere", 404), ("POST", "/", 404), ("POST", "/healthz", 405), ("DELETE", "/metrics", 405)]
    {
        let reply = house.send(method, path, &[], b"").await;
        assert_eq!(
            (reply.status, reply.code().as_deref()),
            (status, Some("BAD_USER_INPUT")),
            "{method} {path}"
        );
    }
    house.stop().await;
}

#[actix_web::test]
async fn health() {
    for (ready, status, text) in [(true, 200, "ready"), (false, 503, "Two migrations are not applied.")] {
        let house = house_that(ready, |_| {});
        let alive = house.get("/healthz", &[]).await;
        assert_eq!((alive.status, alive.text()), (200, "ok"));
        assert_eq!(house.send("HEAD", "/readyz", &[], b"").await.status, status);
        let reply = house.get("/readyz", &[]).await;
        assert_eq!((reply.status, reply.text()), (status, text));
        house.stop().await;
    }
}

#[actix_web::test]
async fn a_calendar_is_for_whoever_knows_its_secret() {
    let house = house(|_| {});
    let good = house.get("/calendar/good.ics", &[]).await;
    assert_eq!((good.status, good.text()), (200, "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"));
    assert_eq!(good.header("content-type"), Some("text/calendar; charset=utf-8"));
    assert_eq!(good.header("cache-control"), Some("private, no-cache"));
    let tag = good.header("etag").unwrap();
    for (known, status) in [(tag, 304), ("*", 304), ("\"other\"", 200)] {
        let reply = house.get("/calendar/good.ics", &[("If-None-Match", known)]).await;
        assert_eq!((reply.status, reply.header("etag")), (status, Some(tag)), "{known}");
    }
    assert_eq!(house.send("HEAD", "/calendar/good.ics", &[], b"").await.status, 200);
    // What is not good looks like a path where nothing is.
    let nowhere = house.get("/nowhere", &[]).await;
    for path in
        ["/calendar/bad.ics", "/calendar/good", "/calendar/good.ics/", "/calendar/", "/calendar/a/good.ics"]
    {
        let reply = house.get(path, &[]).await;
        assert_eq!((reply.status, reply.text()), (404, nowhere.text()), "{path}");
    }
    for path in ["/calendar/good.ics", "/calendar/bad.ics"] {
        assert_eq!(house.send("POST", path, &[], b"").await.status, 405, "{path}");
    }
    let unlucky = house.get("/calendar/unlucky.ics", &[]).await;
    assert_eq!((unlucky.status, unlucky.code().as_deref()), (503, Some("UNAVAILABLE")));
    // Nobody is told of secrets.
    let metrics = house.get("/metrics", &[]).await;
    assert!(!metrics.text().contains("good"));
    house.stop().await;
}

#[actix_web::test]
async fn the_public_keys_may_be_cached() {
    let house = house(|_| {});
    let keys = house.get("/.well-known/jwks.json", &[]).await;
    assert_eq!((keys.status, keys.text()), (200, r#"{"keys":[]}"#));
    assert_eq!(keys.header("content-type"), Some("application/jwk-set+json"));
    assert_eq!(keys.header("cache-control"), Some("public, max-age=300"));
    assert_eq!(house.send("POST", "/.well-known/jwks.json", &[], b"").await.status, 405);
    house.stop().await;
}

#[actix_web::test]
async fn metrics_count_and_stay_bounded() {
    let house = house(|_| {});
    house.post(NEW, &ask("query Board { counted again: counted }")).await;
    house.post(NEW, &ask("{ nothing }")).await;
    house.post(NEW, &ask("{")).await;
    house.post(NEW, &ask(&format!("query {} {{ hello }}", "x".repeat(65)))).await;
    let guess = ask("query Guess { __typename }");
    let anonymous = house.send("POST", "/graphql", &[("Content-Type", OLD)], guess.as_bytes());
    assert_eq!(anonymous.await.status, 200);
    let page = house.get("/metrics", &[]).await;
    let text = page.text();
    for line in [
        "tutti_requests_total{status=\"2xx\",kind=\"query\"} 3",
        "tutti_requests_total{status=\"4xx\",kind=\"query\"} 1",
        "tutti_requests_total{status=\"4xx\",kind=\"none\"} 1",
        "tutti_errors_total{code=\"BAD_USER_INPUT\"} 2",
        "tutti_request_seconds_count{operation=\"Board\"} 1",
        "tutti_request_seconds_count{operation=\"other\"} 2",
        "tutti_sql_statements_total 2",
        "tutti_pool_connections 3.0",
        "# EOF",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
    assert!(!text.contains("Guess"), "names of strangers are not learned");
    for number in 0..250 {
        house.post(NEW, &ask(&format!("query Q{number} {{ __typename }}"))).await;
    }
    let series = house.get("/metrics", &[]).await.text().matches("tutti_request_seconds_count").count();
    assert!((200..=203).contains(&series), "{series}");
    house.stop().await;
}

#[actix_web::test]
async fn the_cost_is_shown_on_request() {
    let house = house(|_| {});
    let headers = [("Content-Type", OLD), ("Authorization", "Bearer anna"), ("X-Tutti-Cost", "1")];
    let body = ask("{ hello counted }");
    let reply = house.send("POST", "/graphql", &headers, body.as_bytes()).await;
    assert_eq!(reply.json()["extensions"]["cost"], serde_json::json!({ "requested": 2, "limit": 20_000 }));
    let reply = house.post(OLD, &body).await;
    assert!(reply.json().get("extensions").is_none());
    house.stop().await;
}

#[actix_web::test]
async fn graphiql_loads_only_from_the_configured_place() {
    for (base, part, policy) in [
        (
            "https://cdn.example/npm/",
            "src=\"https://cdn.example/npm/graphiql@",
            "/graphiql.min.js; style-src 'unsafe-inline' https://cdn.example/npm/graphiql@",
        ),
        ("/assets", "src=\"/assets/react@", "script-src 'self'; style-src 'unsafe-inline' 'self';"),
        ("", "curl http://toy/graphql ", "script-src 'none';"),
        ("https://a.example/\"><script>", "curl http://toy/graphql ", "script-src 'none';"),
    ] {
        let house = house(|settings| base.clone_into(&mut settings.graphiql_assets_url));
        let page = house.get("/graphiql", &[]).await;
        assert_eq!(page.status, 200);
        assert!(page.text().contains(part), "{}", page.text());
        assert!(page.header("content-security-policy").unwrap().contains(policy));
        assert!(house.get("/graphiql.js", &[]).await.text().contains("createFetcher"));
        house.stop().await;
    }
    let house = house(|settings| settings.graphiql = false);
    assert_eq!(house.get("/graphiql", &[]).await.status, 404);
    assert_eq!(house.get("/graphiql.js", &[]).await.status, 404);
    house.stop().await;
}

#[actix_web::test]
async fn only_configured_origins_may_call() {
    let house = house(|settings| settings.cors_origins = vec!["https://app.example".to_owned()]);
    let asks = ("Access-Control-Request-Method", "POST");
    let preflight = house.send("OPTIONS", "/graphql", &[("Origin", "https://app.example"), asks], b"").await;
    assert_eq!(preflight.status, 204);
    assert_eq!(preflight.header("access-control-allow-origin"), Some("https://app.example"));
    let allowed = preflight.header("access-control-allow-headers").unwrap();
    assert!(["content-type", "authorization", "x-request-id"].iter().all(|name| allowed.contains(name)));
    let own = house.get("/graphql?query={__typename}", &[("Origin", "https://app.example")]).await;
    assert_eq!(own.header("access-control-allow-origin"), Some("https://app.example"));
    assert_eq!(own.header("access-control-expose-headers"), Some("x-request-id, retry-after"));
    assert!(own.head.to_lowercase().contains("vary: origin"), "{}", own.head);
    for origin in ["https://app.example.evil", "https://app.exampl", "null", "http://app.example"] {
        let other = house.send("OPTIONS", "/graphql", &[("Origin", origin), asks], b"").await;
        assert_eq!((other.status, other.header("access-control-allow-origin")), (405, None), "{origin}");
        assert!(other.head.to_lowercase().contains("vary: origin"));
    }
    house.stop().await;
}

#[actix_web::test]
async fn without_origins_there_is_no_cors() {
    let house = house(|_| {});
    let headers = [("Origin", "https://app.example"), ("Access-Control-Request-Method", "POST")];
    let reply = house.send("OPTIONS", "/graphql", &headers, b"").await;
    assert_eq!((reply.status, reply.header("access-control-allow-origin")), (405, None));
    house.stop().await;
}

#[actix_web::test]
async fn answers_are_compressed_when_asked() {
    let house = house(|_| {});
    let reply = house.get("/metrics", &[("Accept-Encoding", "gzip")]).await;
    assert_eq!(reply.header("content-encoding"), Some("gzip"));
    assert_eq!(house.get("/metrics", &[]).await.header("content-encoding"), None);
    house.stop().await;
}

#[actix_web::test]
async fn a_link_writes_when_its_button_is_pressed_and_tells_nobody() {
    let house = house(|_| {});
    for (method, pressed) in [("GET", "false"), ("POST", "true")] {
        let reply = house.send(method, "/acknowledge/good", &[], b"").await;
        assert_eq!((reply.status, reply.text()), (200, format!("<p>pressed: {pressed}</p>").as_str()));
        assert_eq!(reply.header("content-type"), Some("text/html; charset=utf-8"));
        let policy = "default-src 'none'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
        assert_eq!(reply.header("content-security-policy"), Some(policy));
        assert_eq!(reply.header("referrer-policy"), Some("no-referrer"));
        assert_eq!(reply.header("cache-control"), Some("no-store"));
        let bad = house.send(method, "/acknowledge/bad", &[], b"").await;
        assert_eq!((bad.status, bad.text()), (404, "<p>not good</p>"));
    }
    assert_eq!(house.send("HEAD", "/acknowledge/good", &[], b"").await.status, 200);
    for method in ["PUT", "DELETE"] {
        let reply = house.send(method, "/acknowledge/good", &[], b"").await;
        assert_eq!((reply.status, reply.header("allow")), (405, Some("GET, HEAD, POST")), "{method}");
    }
    let often = house.get("/acknowledge/often", &[]).await;
    assert_eq!((often.status, often.header("retry-after")), (429, Some("7")));
    let unlucky = house.get("/acknowledge/unlucky", &[]).await;
    assert_eq!(unlucky.status, 503);
    let metrics = house.get("/metrics", &[]).await;
    assert!(!metrics.text().contains("good"));
    house.stop().await;
}
