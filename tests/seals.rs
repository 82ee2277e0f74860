//! Seals on the log: whatever is changed behind the application's back is found out.

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::ConnectionTrait as _;
use serde_json::{Value, json};
use tutti::events::seals::{Sealer, Verdict, prune, verify};

use crate::harness::{Harness, Suite};
use crate::write::new_initiative;

pub fn register(suite: &mut Suite) {
    suite.both("seals::what_was_sealed_and_changed_is_found_out", changed);
    suite.both("seals::old_events_are_given_up_and_the_rest_is_still_sealed", pruned);
    suite.both("seals::who_has_events_vanish_cannot_call_it_giving_up", vanished);
    suite.both("seals::one_process_at_a_time_seals", alone);
    suite.both("seals::the_commands_tell_what_was_found", commands);
}

/// Changes an initiative so often, and seals it.
async fn lot(h: &Harness, sealer: &mut Sealer, count: usize) {
    for number in 0..count {
        let title = format!("{number} at {}", h.now());
        h.as_("pmo").must("initiativeCreate", new_initiative(&title)).await;
    }
    assert!(sealer.seal_what_is_due(h.app().world(), TimeDelta::zero()).await.unwrap());
    h.pass(TimeDelta::hours(1));
}

async fn looked(h: &Harness) -> Verdict {
    verify(h.database(), None).await.unwrap()
}

async fn changed(h: Harness) {
    let mut sealer = Sealer::begin(h.database()).await.unwrap();
    assert!(!sealer.seal_what_is_due(h.app().world(), TimeDelta::zero()).await.unwrap(), "nothing is sealed");
    assert_eq!(looked(&h).await, Verdict::default());
    for count in [3, 1, 2] {
        lot(&h, &mut sealer, count).await;
    }
    // What has just happened is not sealed yet, and whoever begins anew goes on where the last one was.
    h.as_("pmo").must("initiativeCreate", new_initiative("Young")).await;
    let mut other = Sealer::begin(h.database()).await.unwrap();
    assert!(!other.seal_what_is_due(h.app().world(), TimeDelta::minutes(1)).await.unwrap());
    let fine = looked(&h).await;
    assert_eq!((fine.seals, fine.pruned, fine.events, &fine.findings), (3, 0, 6, &vec![]), "{fine:?}");
    let last = fine.last.clone().unwrap();
    assert!(verify(h.database(), Some(&last)).await.unwrap().findings.is_empty());
    assert_eq!(verify(h.database(), Some("0")).await.unwrap().findings.len(), 1);
    // The second of two that want to set the same seal does not.
    h.pass(TimeDelta::hours(1));
    assert!(other.seal_what_is_due(h.app().world(), TimeDelta::minutes(1)).await.unwrap());
    assert!(sealer.seal_what_is_due(h.app().world(), TimeDelta::minutes(1)).await.is_err());
    let second = "(SELECT min(position) + 1 FROM events)";
    for (change, back, findings) in [
        (
            format!("UPDATE events SET reason = 'x' WHERE position = {second}"),
            format!("UPDATE events SET reason = NULL WHERE position = {second}"),
            1,
        ),
        (
            format!("UPDATE events SET action = action || 'x' WHERE position = {second}"),
            format!("UPDATE events SET action = 'initiative.created' WHERE position = {second}"),
            1,
        ),
        (
            "UPDATE event_seals SET events = events + 1 WHERE number = 2".to_owned(),
            "UPDATE event_seals SET events = events - 1 WHERE number = 2".to_owned(),
            2,
        ),
        (
            "UPDATE event_seals SET number = 9 WHERE number = 4".to_owned(),
            "UPDATE event_seals SET number = 4 WHERE number = 9".to_owned(),
            2,
        ),
    ] {
        let run =
            async |sql: &str| h.rows(async |tx| tx.execute_unprepared(sql).await.map(drop)).await.unwrap();
        run(&change).await;
        assert_eq!(looked(&h).await.findings.len(), findings, "{change}");
        run(&back).await;
        assert!(looked(&h).await.findings.is_empty(), "{back}");
    }
    h.rows(async |tx| {
        tx.execute_unprepared(&format!("DELETE FROM events WHERE position = {second}")).await.map(drop)
    })
    .await
    .unwrap();
    let found = looked(&h).await.findings;
    assert!(found.len() == 1 && found[0].contains("2 events are there, and 3 were sealed"), "{found:?}");
}

async fn pruned(h: Harness) {
    let mut sealer = Sealer::begin(h.database()).await.unwrap();
    let mut moments: Vec<DateTime<Utc>> = Vec::new();
    for count in [3, 2, 2] {
        moments.push(h.now());
        lot(&h, &mut sealer, count).await;
    }
    let world = h.app().world();
    assert_eq!(prune(h.database(), world, moments[0]).await.unwrap(), 0, "nothing is that old");
    // A seal goes as a whole, and only where everything under it is older.
    assert_eq!(prune(h.database(), world, moments[1]).await.unwrap(), 3);
    assert_eq!(prune(h.database(), world, moments[1]).await.unwrap(), 0);
    let verdict = looked(&h).await;
    assert_eq!((verdict.seals, verdict.pruned, verdict.events, verdict.findings), (3, 1, 4, vec![]));
    // Whoever makes a seal look given up, and has its events vanish, is found out; so is who removes the event of it.
    let run = async |sql: &str| h.rows(async |tx| tx.execute_unprepared(sql).await.map(drop)).await.unwrap();
    run("UPDATE events SET action = 'log.hidden' WHERE action = 'log.pruned'").await;
    let found = looked(&h).await.findings;
    assert!(found.len() == 1 && found[0].contains("no event says"), "{found:?}");
    run("UPDATE events SET action = 'log.pruned' WHERE action = 'log.hidden'").await;
    assert!(looked(&h).await.findings.is_empty());
    let left = h.as_("pmo").ask("{ events { totalCount } }", Value::Null).await;
    assert_eq!(left["events"]["totalCount"], 4);
    lot(&h, &mut sealer, 1).await;
    let ahead = prune(h.database(), world, h.now() + TimeDelta::seconds(1)).await.unwrap_err();
    assert_eq!(ahead.code.as_str(), "BAD_USER_INPUT");
    // What tells of the first is given up with the others, and what tells of the last stays.
    assert_eq!(prune(h.database(), world, h.now()).await.unwrap(), 6);
    let verdict = looked(&h).await;
    assert_eq!((verdict.seals, verdict.pruned, verdict.events, verdict.findings), (4, 4, 0, vec![]));
    if h.kind() == crate::harness::Kind::Postgres {
        run("ALTER TABLE events ALTER COLUMN position DROP IDENTITY").await;
    }
    run("UPDATE events SET position = -position").await;
    let found = looked(&h).await.findings;
    assert!(found.iter().any(|finding| finding.contains("before the first place")), "{found:?}");
}

async fn vanished(h: Harness) {
    let mut sealer = Sealer::begin(h.database()).await.unwrap();
    for _ in 0..2 {
        lot(&h, &mut sealer, 2).await;
    }
    h.rows(async |tx| {
        let hide = "UPDATE event_seals SET pruned_at = sealed_at WHERE number = 1";
        tx.execute_unprepared(hide).await?;
        let first = "SELECT through FROM event_seals WHERE number = 1";
        tx.execute_unprepared(&format!("DELETE FROM events WHERE position <= ({first})")).await
    })
    .await
    .unwrap();
    let found = looked(&h).await.findings;
    assert!(found.len() == 1 && found[0].contains("no event says"), "{found:?}");
}

async fn alone(h: Harness) {
    use std::cell::Cell;
    use std::rc::Rc;
    use std::time::Duration;

    let (stop, stopping) = tokio::sync::watch::channel(false);
    let works: [Rc<Cell<u32>>; 2] = Default::default();
    let spawn = |work: &Rc<Cell<u32>>| {
        let (database, work, stopping) = (h.database().clone(), Rc::clone(work), stopping.clone());
        actix_web::rt::spawn(async move {
            let does = || async {
                work.set(work.get() + 1);
                std::future::pending::<()>().await;
            };
            database.alone("test", stopping, does).await;
        })
    };
    let first = spawn(&works[0]);
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(works[0].get(), 1);
    if h.kind() == crate::harness::Kind::Postgres {
        let second = spawn(&works[1]);
        tokio::time::sleep(Duration::from_millis(1500)).await;
        assert_eq!(works[1].get(), 0, "two do it at once");
        // The one that does it loses its connection, and the other takes over; or the first has it back.
        h.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'tutti-alone' \
               AND datname = current_database() AND pid IN (SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted)").await;
        tokio::time::sleep(Duration::from_millis(3500)).await;
        assert_eq!(works[0].get() + works[1].get(), 2, "nobody took over");
        stop.send_replace(true);
        second.await.unwrap();
    }
    stop.send_replace(true);
    first.await.unwrap();
}

async fn commands(h: Harness) {
    let mut sealer = Sealer::begin(h.database()).await.unwrap();
    lot(&h, &mut sealer, 2).await;
    let run = |arguments: &[&str]| {
        let output = h.command(arguments).output().unwrap();
        let text = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap()).concat();
        (output.status.success(), text)
    };
    let (fine, text) = run(&["events", "verify"]);
    assert!(
        fine && text
            .contains("1 seals, 0 of them of events that were given up; 2 events are as they were written."),
        "{text}"
    );
    let hash = text.trim().rsplit(' ').next().unwrap().to_owned();
    assert!(run(&["events", "verify", "--kept", &hash]).0);
    let (fine, text) = run(&["events", "prune", "--before", "2025-03-31"]);
    assert!(fine && text.contains("0 events were given up"), "{text}");
    h.rows(async |tx| tx.execute_unprepared("UPDATE events SET changes = '[]'").await.map(drop))
        .await
        .unwrap();
    let (fine, text) = run(&["events", "verify"]);
    assert!(
        !fine && text.contains("an event was changed") && text.contains("NOT as they were written"),
        "{text}"
    );
    let (fine, text) = run(&["events", "prune", "--before", "2030-01-01"]);
    assert!(!fine && text.contains("Nothing was given up"), "{text}");
    let left = h.as_("pmo").ask("{ events { totalCount } }", json!({})).await;
    assert_eq!(left["events"]["totalCount"], 2);
}
