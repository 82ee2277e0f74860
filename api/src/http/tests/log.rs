//! The log has one line for each request, and nothing in it that the caller would not want there.

use std::{
    io::{self, Write},
    sync::{Mutex, PoisonError},
};

use actix_web::test::{TestRequest, call_service, init_service};

use super::*;

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[actix_web::test]
async fn one_line_without_secrets() {
    let lines = Lines::default();
    let writer = lines.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_ansi(false)
        .with_max_level(tracing::Level::TRACE)
        .with_writer(move || writer.clone())
        .finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    let state = Data::new(State::new(Arc::new(toy(true, &Arc::default())), HttpSettings::new(next_id)));
    let app =
        init_service(App::new().wrap(from_fn(envelope::envelope::<Toy, _>)).configure(routes(&state))).await;
    let body = serde_json::json!({
        "query": "query Board($n: String) { counted hello(name: $n) secretAlias: hello(name: \"hidden\") soft }",
        "variables": { "n": "private" },
    });
    // A test beside this one that comes to the same line for the first time at this moment, with no log of its own, may have
    // it kept as one that nobody listens to, until it is asked for anew.
    let mut text = String::new();
    for _ in 0..20 {
        tracing::callsite::rebuild_interest_cache();
        let request = TestRequest::post()
            .uri("/graphql")
            .insert_header(("Authorization", "Bearer anna"))
            .insert_header(("Content-Type", OLD))
            .set_payload(body.to_string());
        assert_eq!(call_service(&app, request.to_request()).await.status(), 200);
        text = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
        if text.contains("tutti::http") {
            break;
        }
    }
    let ours: Vec<&str> = text.lines().filter(|line| line.contains("tutti::http")).collect();
    assert_eq!(ours.len(), 1, "{text}");
    for part in [
        "INFO",
        "request_id=0",
        "operation=\"Board\"",
        "kind=\"query\"",
        "status=200",
        "errors=FORBIDDEN",
        "statements=1",
        "database_micros=2000",
        "cost=4",
    ] {
        assert!(ours[0].contains(part), "{part} in {}", ours[0]);
    }
    for secret in ["anna", "private", "hidden", "secretAlias"] {
        assert!(!ours[0].contains(secret), "{secret} in {}", ours[0]);
    }
    let request = TestRequest::post().uri("/acknowledge/good");
    assert_eq!(call_service(&app, request.to_request()).await.status(), 200);
    let text = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
    let ours: Vec<&str> = text.lines().filter(|line| line.contains("tutti::http")).collect();
    assert_eq!(ours.len(), 2, "{text}");
    assert!(ours[1].contains("pressed=true") && !ours[1].contains("good"), "{}", ours[1]);
}
