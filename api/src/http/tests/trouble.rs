//! What goes wrong: slow and large bodies, deadlines, panics, clients that hang up.

use std::time::Instant;

use super::*;

#[actix_web::test]
async fn bodies_are_bounded() {
    let house = house(|_| {});
    let padded = |bytes: usize| ask("{ hello }") + &" ".repeat(bytes - ask("{ hello }").len());
    assert_eq!(house.post(NEW, &padded(10_000)).await.status, 200);
    for body in [padded(10_001), padded(3_000_000)] {
        let reply = house.post(OLD, &body).await;
        assert_eq!((reply.status, reply.code().as_deref()), (413, Some("BAD_USER_INPUT")));
    }
    // A declared length is believed at once, before any of the body is there.
    let mut stream = house.connect().await;
    let head = "POST /graphql HTTP/1.1\r\nHost: toy\r\nContent-Type: application/json\r\nContent-Length: 10001\r\n\r\n";
    stream.write_all(head.as_bytes()).await.unwrap();
    assert_eq!(Reply::read(&mut stream).await.status, 413);
    // The same without a declared length.
    let mut stream = house.connect().await;
    let head = "POST /graphql HTTP/1.1\r\nHost: toy\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n";
    let chunk = format!("{:x}\r\n{}\r\n", 6000, " ".repeat(6000));
    stream.write_all(format!("{head}{chunk}{chunk}").as_bytes()).await.unwrap();
    assert_eq!(Reply::read(&mut stream).await.status, 413);
    house.stop().await;
}

#[actix_web::test]
async fn a_slow_body_is_given_up() {
    let house = house(|_| {});
    let mut stream = house.connect().await;
    let head = "POST /graphql HTTP/1.1\r\nHost: toy\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{";
    stream.write_all(head.as_bytes()).await.unwrap();
    let started = Instant::now();
    // One byte now and then keeps no connection open: the whole body has one deadline.
    let (mut reading, mut writing) = stream.into_split();
    let dripping = actix_web::rt::spawn(async move {
        while writing.write_all(b" ").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    });
    let mut answer = Vec::new();
    let _ = reading.read_to_end(&mut answer).await;
    let answer = String::from_utf8_lossy(&answer);
    assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
    assert!(
        answer.contains("\"code\":\"TIMEOUT\"") && answer.to_lowercase().contains("connection: close"),
        "{answer}"
    );
    assert!(started.elapsed() < Duration::from_secs(3));
    dripping.abort();
    house.stop().await;
}

#[actix_web::test]
async fn a_slow_head_is_given_up() {
    let house = house(|settings| settings.head_timeout = Duration::from_secs(1));
    let mut stream = house.connect().await;
    stream.write_all(b"POST /graphql HTTP/1.1\r\nHost: to").await.unwrap();
    let started = Instant::now();
    assert_eq!(Reply::read(&mut stream).await.status, 408);
    assert!(started.elapsed() < Duration::from_secs(3));
    house.stop().await;
}

#[actix_web::test]
async fn the_deadline_cancels_the_work() {
    let house = house(|_| {});
    for accept in [NEW, OLD] {
        let reply = house.post(accept, &ask("{ slow }")).await;
        assert_eq!((reply.status, reply.code().as_deref()), (504, Some("TIMEOUT")));
        assert!(!reply.has_data());
    }
    assert_eq!(house.witness.dropped.load(Ordering::SeqCst), 2);
    house.stop().await;
}

#[actix_web::test]
async fn long_work_goes_on_while_it_comes_further() {
    let house = house(|_| {});
    let reply = house.post(NEW, &ask("{ long(steps: 12) }")).await;
    assert_eq!((reply.status, reply.code()), (200, None));
    let reply = house.post(NEW, &ask("{ long(steps: 2) }")).await;
    assert_eq!((reply.status, reply.code().as_deref()), (504, Some("TIMEOUT")));
    house.stop().await;
}

#[actix_web::test]
async fn hanging_up_cancels_the_work() {
    let house = house(|settings| settings.deadline = Duration::from_secs(20));
    let body = ask("{ slow }");
    let text = format!(
        "POST /graphql HTTP/1.1\r\nHost: toy\r\nAuthorization: Bearer anna\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let mut stream = house.connect().await;
    stream.write_all(text.as_bytes()).await.unwrap();
    let reached = |count: fn(&Witness) -> u32| {
        let witness = Arc::clone(&house.witness);
        async move {
            for _ in 0..100 {
                if count(&witness) == 1 {
                    return true;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            false
        }
    };
    assert!(reached(|witness| witness.started.load(Ordering::SeqCst)).await);
    drop(stream);
    assert!(reached(|witness| witness.dropped.load(Ordering::SeqCst)).await, "the work goes on");
    house.stop().await;
}

#[actix_web::test]
async fn queries_wait_for_their_turn_and_mutations_do_not() {
    let house = house(|settings| settings.at_once = 1);
    let [started, dropped] = [
        |witness: &Witness| witness.started.load(Ordering::SeqCst),
        |witness: &Witness| witness.dropped.load(Ordering::SeqCst),
    ];
    let slow = ask("{ slow }");
    let others = async {
        while started(&house.witness) == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let written = house.post(NEW, &ask("mutation { bump }")).await;
        assert_eq!((written.status, dropped(&house.witness)), (200, 0));
        let read = house.post(NEW, &ask("{ hello }")).await;
        assert_eq!((read.status, dropped(&house.witness)), (200, 1), "it waited for the slow one to end");
    };
    let (slow, ()) = futures_util::join!(house.post(NEW, &slow), others);
    assert_eq!(slow.code().as_deref(), Some("TIMEOUT"));
    house.stop().await;
}

#[actix_web::test]
async fn a_panic_is_an_answer() {
    let house = house(|_| {});
    for accept in [NEW, OLD] {
        let reply = house.post(accept, &ask("{ broken }")).await;
        assert_eq!((reply.status, reply.code().as_deref()), (500, Some("INTERNAL")));
        assert!(!reply.text().contains("secret") && !reply.has_data());
        // The caller can name the request to the operator.
        assert!(reply.text().contains(reply.header("x-request-id").unwrap()));
    }
    assert_eq!(house.post(NEW, &ask("{ hello }")).await.status, 200);
    house.stop().await;
}

#[actix_web::test]
async fn a_hostile_query_gets_a_small_answer() {
    let house = house(|settings| settings.max_body_bytes = 1_000_000);
    let unknown = (0..3000).map(|n| format!("f{n} ")).collect::<Vec<_>>().concat();
    let long = format!("{{ {} }}", "x".repeat(60_000));
    for query in [format!("{{ {unknown} }}"), long] {
        let reply = house.post(NEW, &ask(&query)).await;
        assert_eq!(reply.status, 400);
        assert!(reply.body.len() < 20_000, "{}", reply.body.len());
        assert!(reply.json()["errors"].as_array().unwrap().len() <= 20);
    }
    house.stop().await;
}
