//! The one reader of the log in a process, and the last events that it read.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;
use tutti_entity::events::event;

use super::guests::Guests;
use crate::events::follow::{self, Follow};
use crate::graphql::Fault;
use crate::store::{Database, waking::stopped};

/// An event that many are told of.
pub(super) type Happened = Arc<event::Model>;

/// How many events are kept for those who are a little behind, and how many bytes of what they changed; who is further
/// behind reads the log.
const KEPT: (usize, usize) = (2_048, 16 * 1024 * 1024);
/// How many events are read at once.
const AT_ONCE: u64 = 256;
/// How many events people are told of at once: for so many what they may see is asked once.
const LOT: usize = 64;
/// How often it is looked for what cannot be told yet and may change the rights of somebody.
const EARLY: Duration = Duration::from_secs(1);
/// How long nobody looks who is not woken.
const LOOK: Duration = Duration::from_secs(1);
/// How long to wait for somebody who may still write before what is there, at first and at most.
const GAP: (Duration, Duration) = (Duration::from_millis(5), Duration::from_millis(200));
/// How long to wait after the database could not be read.
const TROUBLE: Duration = Duration::from_millis(500);
/// Where the feed stands before it has begun.
const NOWHERE: i64 = -1;

#[derive(Debug, Default)]
struct Kept {
    /// Every event after this place, up to where the feed stands, is kept.
    after: i64,
    events: VecDeque<Happened>,
    bytes: usize,
}

/// The one reader of the log.
#[derive(Debug)]
pub(super) struct Feed {
    database: Database,
    kept: Mutex<Kept>,
    reached: watch::Sender<i64>,
}

impl Feed {
    pub(super) fn new(database: Database) -> Self {
        Self { database, kept: Mutex::default(), reached: watch::Sender::new(NOWHERE) }
    }

    /// The place up to which everything is known that will ever be there.
    pub(super) fn reached(&self) -> i64 {
        *self.reached.borrow()
    }

    /// Tells when that changes.
    pub(super) fn arrivals(&self) -> watch::Receiver<i64> {
        self.reached.subscribe()
    }

    /// Whether the feed reads the log, or will within so long.
    pub(super) async fn has_begun(&self, patience: Duration) -> bool {
        let mut reached = self.arrivals();
        let begun = async { reached.wait_for(|place| *place != NOWHERE).await.is_ok() };
        tokio::time::timeout(patience, begun).await.unwrap_or(false)
    }

    /// The events after this place and up to another that the feed has reached, some of them at once, and the place up
    /// to which these are all.
    pub(super) async fn after(&self, place: i64, through: i64) -> Result<(Vec<Happened>, i64), Fault> {
        let events = if let Some(events) = self.kept_after(place, through) {
            events
        } else {
            let most = u64::try_from(LOT).unwrap_or(u64::MAX);
            let events = follow::beyond(&self.database, place, through, most).await?;
            events.into_iter().map(Arc::new).collect()
        };
        let is_all = events.len() < LOT;
        let last = events.last().map_or(through, |event| event.position);
        Ok((events, if is_all { through } else { last }))
    }

    fn kept_after(&self, place: i64, through: i64) -> Option<Vec<Happened>> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if place < kept.after {
            return None;
        }
        let first = kept.events.partition_point(|event| event.position <= place);
        let events = kept.events.range(first..).take_while(|event| event.position <= through);
        Some(events.take(LOT).cloned().collect())
    }

    fn keep(&self, events: &[Happened]) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.bytes += events.iter().map(|event| event.changes.len()).sum::<usize>();
        kept.events.extend(events.iter().cloned());
        let (most, most_bytes) = KEPT;
        while kept.events.len() > most || kept.bytes > most_bytes {
            let Some(oldest) = kept.events.pop_front() else { break };
            kept.after = oldest.position;
            kept.bytes -= oldest.changes.len();
        }
    }

    /// Reads the log until it is to stop. Before anybody is told of an event, those whose rights it may have changed
    /// have been looked at again.
    pub(super) async fn run(&self, guests: &Guests, mut stop: watch::Receiver<bool>) {
        tokio::select! {
            () = self.read_on(guests) => {}
            () = stopped(&mut stop) => {}
        }
    }

    async fn read_on(&self, guests: &Guests) {
        let mut calls = self.database.waking.calls();
        let mut log = loop {
            match Follow::joining(self.database.clone()).await {
                Ok(log) => break log,
                Err(_) => tokio::time::sleep(TROUBLE).await,
            }
        };
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).after = log.reached();
        guests.begin().await;
        self.reached.send_replace(log.reached());
        let mut early = Instant::now();
        let (shortest, longest) = GAP;
        let mut gap = shortest;
        loop {
            calls.mark_unchanged();
            let pause = match self.pull(&mut log, guests).await {
                Err(_) => TROUBLE,
                Ok(()) if log.waits() => {
                    // What is there already may say that somebody is not welcome any more.
                    if early <= Instant::now() {
                        guests.heed_early(log.reached()).await;
                        early = Instant::now() + EARLY;
                    }
                    gap = (gap * 2).min(longest);
                    gap
                }
                Ok(()) => {
                    gap = shortest;
                    LOOK
                }
            };
            tokio::select! {
                _ = calls.changed() => {}
                () = tokio::time::sleep(pause) => {}
            }
        }
    }

    async fn pull(&self, log: &mut Follow, guests: &Guests) -> Result<(), Fault> {
        loop {
            let events: Vec<Happened> = log.read(AT_ONCE).await?.into_iter().map(Arc::new).collect();
            if events.is_empty() {
                return Ok(());
            }
            guests.heed(&events).await;
            self.keep(&events);
            self.reached.send_replace(log.reached());
        }
    }
}
