//! The order of the log: every event once, in one order for all who follow, whoever commits when.

use std::{
    cell::RefCell,
    collections::{HashMap, HashSet},
    rc::Rc,
    time::{Duration, Instant},
};

use sea_orm::sea_query::Query;
use sea_orm::{ConnectionTrait as _, DatabaseTransaction};
use tutti::events::follow::{Follow, beyond, late, now};
use tutti::store::{Database, database::Options};
use tutti_entity::events::event::{self, Column as C};
use uuid::Uuid;

use crate::harness::{Harness, Kind, Suite};

pub fn register(suite: &mut Suite) {
    suite.both("follow::a_late_commit_is_not_skipped", late_commit);
    suite.both("follow::what_came_to_nothing_is_not_waited_for", came_to_nothing);
    suite.both("follow::all_read_the_same_while_many_write", many_writers);
    suite.both("follow::who_joins_waits_for_those_who_were_writing", joins);
    suite.both("follow::a_log_from_another_server_is_taken_over", restored);
    suite.both("follow::who_stands_still_while_they_write_is_not_waited_for", frozen);
    suite.both("follow::who_read_before_is_told_of_what_came_late", told_late);
}

async fn connect(h: &Harness, connections: u32) -> Database {
    let minute = Duration::from_mins(1);
    let url = h.url().to_owned();
    Database::connect(&Options { url, connections, patience: minute, statement_timeout: minute })
        .await
        .unwrap()
}

/// Writes an event, past the API.
pub async fn write(tx: &DatabaseTransaction, h: &Harness) -> Uuid {
    let id = h.app().world().new_id(h.now());
    let values = [
        id.into(),
        h.now().into(),
        "test.happened".into(),
        "per".into(),
        crate::harness::person("pmo").0.into(),
        "[]".into(),
    ];
    let insert = Query::insert()
        .into_table(event::Entity)
        .columns([C::Id, C::At, C::Action, C::SubjectKind, C::SubjectId, C::Changes])
        .values_panic(values)
        .to_owned();
    tx.execute(&insert).await.unwrap();
    id
}

fn ids(events: &[event::Model]) -> Vec<Uuid> {
    events.iter().map(|event| event.id.0).collect()
}

/// What there is to read now.
async fn read_all(log: &mut Follow, most: u64) -> Vec<Uuid> {
    let mut all = Vec::new();
    loop {
        let events = log.read(most).await.unwrap();
        if events.is_empty() {
            return all;
        }
        all.extend(ids(&events));
    }
}

async fn late_commit(h: Harness) {
    let database = connect(&h, 4).await;
    let start = now(&database).await.unwrap().place;
    let mut log = Follow::after(database.clone(), start);
    // What lists do: they go on after the last place that they read.
    let naive = async |place: i64| beyond(&database, place, i64::MAX, 100).await.unwrap();
    if h.kind() == Kind::Sqlite {
        for _ in 0..3 {
            let tx = database.begin().await.unwrap();
            let one = write(&tx, &h).await;
            tx.commit().await.unwrap();
            assert_eq!(read_all(&mut log, 10).await, [one]);
            assert!(!log.waits());
        }
        database.close().await;
        return;
    }
    let slow = database.begin().await.unwrap();
    let first = write(&slow, &h).await;
    let fast = database.begin().await.unwrap();
    let second = write(&fast, &h).await;
    fast.commit().await.unwrap();
    let seen = naive(start).await;
    assert_eq!(ids(&seen), [second], "the second place is filled before the first");
    assert!(read_all(&mut log, 10).await.is_empty() && log.waits());
    // Who begins now is not waited for, and comes later all the same.
    let after = database.begin().await.unwrap();
    let third = write(&after, &h).await;
    slow.commit().await.unwrap();
    assert_eq!(read_all(&mut log, 1).await, [first, second]);
    after.commit().await.unwrap();
    assert_eq!(read_all(&mut log, 1).await, [third]);
    assert_eq!(ids(&naive(seen[0].position).await), [third], "going on after a place skips what came late");
    let mut again = Follow::after(database.clone(), start);
    assert_eq!(read_all(&mut again, 2).await, [first, second, third]);
    database.close().await;
}

async fn came_to_nothing(h: Harness) {
    let database = connect(&h, 4).await;
    let mut log = Follow::joining(database.clone()).await.unwrap();
    for _ in 0..3 {
        let nothing = database.begin().await.unwrap();
        write(&nothing, &h).await;
        nothing.rollback().await.unwrap();
        let tx = database.begin().await.unwrap();
        let one = write(&tx, &h).await;
        tx.commit().await.unwrap();
        assert_eq!(read_all(&mut log, 10).await, [one]);
    }
    if h.kind() == Kind::Postgres {
        // Whoever runs long and writes no events keeps nobody waiting.
        let idle = database.begin().await.unwrap();
        idle.execute_unprepared("SELECT pg_current_xact_id()").await.unwrap();
        let nothing = database.begin().await.unwrap();
        write(&nothing, &h).await;
        nothing.rollback().await.unwrap();
        let tx = database.begin().await.unwrap();
        let one = write(&tx, &h).await;
        tx.commit().await.unwrap();
        assert_eq!(read_all(&mut log, 10).await, [one]);
        idle.rollback().await.unwrap();
    }
    database.close().await;
}

/// How many write at once, and how many transactions each has.
const WRITERS: u64 = 32;
const TRANSACTIONS: u64 = 12;

/// Numbers that look like chance, and are the same in each run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % most
    }

    async fn pause(&mut self, longest: u64) {
        tokio::time::sleep(Duration::from_micros(self.below(longest * 1000))).await;
    }
}

async fn many_writers(h: Harness) {
    let database = connect(&h, 40).await;
    let start = now(&database).await.unwrap().place;
    let committed = Rc::new(RefCell::new(HashMap::new()));
    // Delays inside of a transaction keep all others waiting on SQLite, so they are short there.
    let longest = if h.kind() == Kind::Postgres { 20 } else { 1 };
    let writers: Vec<_> = (0..WRITERS)
        .map(|writer| {
            let (database, h, committed) = (database.clone(), h.clone(), Rc::clone(&committed));
            actix_web::rt::spawn(async move {
                let mut dice = Dice(writer + 1);
                for _ in 0..TRANSACTIONS {
                    let tx = database.begin().await.unwrap();
                    let mut written = Vec::new();
                    for _ in 0..=dice.below(3) {
                        dice.pause(longest).await;
                        written.push(write(&tx, &h).await);
                    }
                    dice.pause(longest).await;
                    if dice.below(5) == 0 {
                        tx.rollback().await.unwrap();
                    } else {
                        tx.commit().await.unwrap();
                        committed.borrow_mut().extend(written.into_iter().map(|id| (id, writer)));
                    }
                }
            })
        })
        .collect();
    // Two follow from the start, one joins later, one reads and goes on with another reader from its last place.
    let is_done = Rc::new(RefCell::new(false));
    let follow = |mut log: Follow, most: u64, changes_over: bool| {
        let (database, is_done) = (database.clone(), Rc::clone(&is_done));
        actix_web::rt::spawn(async move {
            let mut read = Vec::new();
            loop {
                let was_done = *is_done.borrow();
                read.extend(read_all(&mut log, most).await);
                if was_done && !log.waits() {
                    return read;
                }
                if changes_over {
                    log = Follow::after(database.clone(), log.reached());
                }
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        })
    };
    let readers = [
        follow(Follow::after(database.clone(), start), 1, false),
        follow(Follow::after(database.clone(), start), 100, false),
        follow(Follow::after(database.clone(), start), 7, true),
    ];
    // One reads as lists are read, after the last place: what it misses shows that there is something to miss.
    let naive = {
        let (database, is_done) = (database.clone(), Rc::clone(&is_done));
        actix_web::rt::spawn(async move {
            let (mut place, mut read) = (start, HashSet::new());
            loop {
                let was_done = *is_done.borrow();
                let events = beyond(&database, place, i64::MAX, 100).await.unwrap();
                place = events.last().map_or(place, |event| event.position);
                read.extend(ids(&events));
                if was_done && events.is_empty() {
                    return read;
                }
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        })
    };
    tokio::time::sleep(Duration::from_millis(30)).await;
    let joined = follow(Follow::joining(database.clone()).await.unwrap(), 5, false);
    for writer in writers {
        writer.await.unwrap();
    }
    *is_done.borrow_mut() = true;
    let mut lists = Vec::new();
    for reader in readers {
        lists.push(reader.await.unwrap());
    }
    let committed: HashSet<Uuid> = committed.take().into_keys().collect();
    assert!(committed.len() > 300, "{}", committed.len());
    for list in &lists {
        let once: HashSet<Uuid> = list.iter().copied().collect();
        assert_eq!(once.len(), list.len(), "an event comes twice");
        assert_eq!(once, committed, "events are missed, or were never committed");
        assert_eq!(list, &lists[0], "not all have the same order");
    }
    let missed = committed.difference(&naive.await.unwrap()).count();
    assert_eq!(missed > 0, h.kind() == Kind::Postgres, "{missed} of {} missed", committed.len());
    // Who joins begins somewhere, and from there on reads what all others read.
    let joined = joined.await.unwrap();
    assert!(!joined.is_empty() && joined.len() <= lists[0].len() + 1000);
    assert!(lists[0].ends_with(&joined) || joined.ends_with(&lists[0]), "who joined reads something else");
    database.close().await;
}

async fn told_late(h: Harness) {
    let database = connect(&h, 4).await;
    if h.kind() == Kind::Sqlite {
        assert_eq!(now(&database).await.unwrap().seen, None);
        database.close().await;
        return;
    }
    let slow = database.begin().await.unwrap();
    let first = write(&slow, &h).await;
    let fast = database.begin().await.unwrap();
    write(&fast, &h).await;
    fast.commit().await.unwrap();
    let since = now(&database).await.unwrap();
    slow.commit().await.unwrap();
    let found = late(&database, &since, 0, i64::MAX, 100).await.unwrap();
    assert_eq!(ids(&found.events), [first]);
    let began = Instant::now();
    let end = late(&database, &since, found.last.unwrap(), i64::MAX, 100).await.unwrap();
    assert!(end.events.is_empty() && end.last.is_none() && began.elapsed() < Duration::from_secs(5));
    // Who looks again has seen it.
    let since = now(&database).await.unwrap();
    assert!(late(&database, &since, 0, i64::MAX, 100).await.unwrap().events.is_empty());
    database.close().await;
}

async fn joins(h: Harness) {
    let database = connect(&h, 6).await;
    if h.kind() == Kind::Postgres {
        // An import that began long ago and ends long after somebody joins.
        let slow = database.begin().await.unwrap();
        write(&slow, &h).await;
        let other = database.begin().await.unwrap();
        let seen = write(&other, &h).await;
        other.commit().await.unwrap();
        let joining = actix_web::rt::spawn(Follow::joining(database.clone()));
        tokio::time::sleep(Duration::from_millis(500)).await;
        assert!(!joining.is_finished(), "the log is joined while somebody may still write before its end");
        // Who begins to write now is not waited for.
        let young = database.begin().await.unwrap();
        let next = write(&young, &h).await;
        write(&slow, &h).await;
        slow.commit().await.unwrap();
        let joined = tokio::time::timeout(Duration::from_secs(5), joining).await.unwrap().unwrap();
        let mut joined = joined.unwrap();
        let end = beyond(&database, joined.reached() - 1, joined.reached(), 1).await.unwrap();
        assert_eq!(ids(&end), [seen], "it begins elsewhere than at the end");
        young.commit().await.unwrap();
        assert!(read_all(&mut joined, 10).await.contains(&next));
    }
    database.close().await;
}

async fn restored(h: Harness) {
    let database = connect(&h, 4).await;
    let tx = database.begin().await.unwrap();
    write(&tx, &h).await;
    tx.commit().await.unwrap();
    assert_eq!(database.take_over_log().await.unwrap(), 0, "what was written here is as it is");
    if h.kind() == Kind::Postgres {
        // As after `pg_restore` into a young cluster.
        h.rows(async |tx| {
            tx.execute_unprepared("UPDATE events SET transaction = 1000000000000").await.map(drop)
        })
        .await
        .unwrap();
        let since = now(&database).await.unwrap();
        assert!(!late(&database, &since, 0, i64::MAX, 100).await.unwrap().events.is_empty());
        assert!(database.take_over_log().await.unwrap() > 0);
        assert!(late(&database, &since, 0, i64::MAX, 100).await.unwrap().events.is_empty());
        assert_eq!(database.take_over_log().await.unwrap(), 0);
    }
    database.close().await;
}

async fn frozen(h: Harness) {
    if h.kind() == Kind::Postgres {
        let row = |name: &str| format!("SELECT current_setting('{name}') AS value");
        for (name, value) in [("idle_in_transaction_session_timeout", "1min"), ("jit", "off")] {
            let found: String = h.sql(&row(name)).await[0].try_get("", "value").unwrap();
            assert_eq!(found, value, "{name}");
        }
    }
}
