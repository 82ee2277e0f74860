//! Getting on: from where somebody wants to begin to where all others are.
//!
//! Whoever begins in the past, or has fallen behind, reads the log by themselves, at the pace at which they take it in,
//! and hangs on the topic once they have caught up with it.

use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;
use tutti_entity::events::event;

use super::answers::price;
use super::feed::Happened;
use super::guests::{Guest, Seat};
use super::holders::Share;
use super::topic::{Joining, Topic};
use super::{Live, Matter};
use crate::events::{follow, rules::Since};
use crate::graphql::limits::server_error;
use crate::graphql::live::{Farewell, Line, Update, failure};
use crate::graphql::{Fault, FaultCode};

/// How many late events are looked for at once.
const AT_ONCE: u64 = 256;
/// How many events that are read for somebody alone cost a point.
const EVENTS_FOR_A_POINT: usize = 16;
/// For how long it holds what somebody may see.
const FRESH: Duration = Duration::from_secs(1);
/// How long to wait after the database could not be read.
const TROUBLE: Duration = Duration::from_millis(500);

/// Somebody who has subscribed to something.
pub(super) struct Member {
    pub(super) id: u64,
    pub(super) guest: Arc<Guest>,
    pub(super) line: Line,
    since: Since,
    /// The place up to which they knew everything when they last joined others.
    known: AtomicI64,
    left: AtomicBool,
    topic: Mutex<Option<Arc<Topic>>>,
}

impl Member {
    pub(super) fn new(seat: &Seat, since: Since, line: Line) -> Arc<Self> {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        Arc::new(Self {
            id: NEXT.fetch_add(1, Ordering::Relaxed),
            guest: Arc::clone(&seat.guest),
            line,
            since,
            known: AtomicI64::new(0),
            left: AtomicBool::new(false),
            topic: Mutex::default(),
        })
    }

    pub(super) fn is_news(&self, event: &event::Model) -> bool {
        self.since.is_news(event.position, event.transaction)
    }

    /// Notes that they know everything up to this place.
    pub(super) fn knows(&self, place: i64) {
        self.known.store(place, Ordering::SeqCst);
    }

    pub(super) fn is_known(&self, event: &event::Model) -> bool {
        event.position <= self.known.load(Ordering::SeqCst)
    }

    pub(super) fn has_left(&self) -> bool {
        self.left.load(Ordering::SeqCst) || self.guest.sight().is_none()
    }

    /// Notes on which topic they hang.
    pub(super) fn hang_on(&self, topic: Option<&Arc<Topic>>) {
        *self.topic.lock().unwrap_or_else(PoisonError::into_inner) = topic.cloned();
    }

    pub(super) fn hangs_on(&self, topic: &Arc<Topic>) -> bool {
        let own = self.topic.lock().unwrap_or_else(PoisonError::into_inner);
        own.as_ref().is_some_and(|own| Arc::ptr_eq(own, topic))
    }

    /// Tells them, as soon as they have room for it. Who has none for too long is sent away.
    async fn tell(&self, update: Update, patience: Duration) -> bool {
        let sending = self.line.to.send(self.line.told(update));
        if let Ok(sent) = tokio::time::timeout(patience, sending).await {
            return sent.is_ok();
        }
        self.guest.send_away(Farewell::TooSlow);
        false
    }
}

/// A subscription, which ends when this is dropped.
pub struct Ticket {
    member: Arc<Member>,
    _share: Share,
}

impl Ticket {
    pub(super) fn new(member: Arc<Member>, share: Share) -> Self {
        Self { member, _share: share }
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        self.member.left.store(true, Ordering::SeqCst);
        let topic = self.member.topic.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(topic) = topic {
            topic.leave(self.member.id);
        }
    }
}

/// Lets somebody get on where their messages begin.
pub(super) fn board(live: &Arc<Live>, matter: Matter, ticket: Ticket, begins_now: bool) -> Ticket {
    let (matter, member) = (Arc::new(matter), Arc::clone(&ticket.member));
    let known = member.since.place.min(live.feed.reached());
    // What is settled was seen by who begins now; what is not is told with what comes.
    if begins_now && matches!(live.topic(&matter).join(&member, known), Joining::Joined) {
        return ticket;
    }
    let journey = Journey { live: Arc::clone(live), matter, member };
    live.spawn(journey.begin(known, !begins_now));
    ticket
}

/// Lets somebody go on by themselves after this place who has fallen behind.
pub(super) fn go_alone(live: &Arc<Live>, matter: &Arc<Matter>, member: &Arc<Member>, place: i64) {
    let journey = Journey { live: Arc::clone(live), matter: Arc::clone(matter), member: Arc::clone(member) };
    live.spawn(journey.begin(place, false));
}

/// Somebody on their way to the others.
struct Journey {
    live: Arc<Live>,
    matter: Arc<Matter>,
    member: Arc<Member>,
}

impl Journey {
    async fn begin(self, mut known: i64, with_late: bool) {
        if with_late && !self.late(known).await {
            return;
        }
        let mut stop = self.live.stop.subscribe();
        while !self.member.has_left() && !*stop.borrow_and_update() {
            match self.live.topic(&self.matter).join(&self.member, known) {
                Joining::Joined | Joining::Left => return,
                Joining::Over => tokio::task::yield_now().await,
                Joining::Behind(through) => match self.read(known, through).await {
                    Ok((events, through)) => {
                        if !self.pays_for(events.len()).await || !self.tell(events).await {
                            return;
                        }
                        known = through;
                    }
                    Err(_) => tokio::time::sleep(TROUBLE).await,
                },
            }
        }
    }

    /// Reads on, while few do at once: those who read along have the others of the places at the database.
    async fn read(&self, known: i64, through: i64) -> Result<(Vec<Happened>, i64), Fault> {
        let _seat = self.live.catching_up.acquire().await;
        self.live.feed.after(known, through).await
    }

    /// Takes the price of so many events that were read for them alone, whether they want to be told of them or not.
    async fn pays_for(&self, read: usize) -> bool {
        let Some(sight) = self.member.guest.sight() else { return false };
        let points = u64::try_from(read.div_ceil(EVENTS_FOR_A_POINT)).unwrap_or(u64::MAX).max(1);
        match (self.live.toll)(&sight.viewer, points) {
            Ok(()) => true,
            Err(fault) => self.fail(fault).await,
        }
    }

    /// Tells of what came late: events up to this place that they could not see when they were told so far.
    async fn late(&self, through: i64) -> bool {
        let (database, since) = (&self.live.answers.database, &self.member.since);
        let mut place = 0;
        while !self.member.has_left() {
            let seat = self.live.catching_up.acquire().await;
            let found = follow::late(database, since, place, through, AT_ONCE).await;
            drop(seat);
            match found {
                Ok(late) => {
                    let events = late.events.into_iter().map(Arc::new).collect();
                    if !self.pays_for(late.looked_at).await || !self.tell(events).await {
                        return false;
                    }
                    let Some(last) = late.last else { return true };
                    place = last;
                }
                Err(_) => tokio::time::sleep(TROUBLE).await,
            }
        }
        false
    }

    /// Tells them of these events as far as they want to be told. Whether they stay.
    async fn tell(&self, mut events: Vec<Happened>) -> bool {
        let (member, settings) = (&self.member, &self.live.answers.settings);
        events.retain(|event| member.is_news(event));
        let (wanted, sight) = loop {
            let Some(sight) = member.guest.sight() else { return false };
            match self.live.answers.wanted(&self.matter.interest, &sight, &events).await {
                Ok(found) => break (found.what, sight),
                Err(Fault { code: FaultCode::Unavailable, .. }) => tokio::time::sleep(TROUBLE).await,
                Err(fault) => return self.fail(fault).await,
            }
        };
        let asked = Instant::now();
        let is_waited_for = || !member.has_left() && !*self.live.stop.borrow();
        for event in wanted {
            if member.has_left() {
                return false;
            }
            // Between two events rights may have become others, and whoever takes them in may have taken long.
            let Some(now) = member.guest.sight() else { return false };
            if !Arc::ptr_eq(&now, &sight) || asked.elapsed() > FRESH {
                events.retain(|other| other.position >= event.position);
                return Box::pin(self.tell(events)).await;
            }
            let found = self.live.answers.answer(&self.matter.question, &sight, &event, &is_waited_for).await;
            let paid = found.and_then(|found| {
                let price = price(member.line.cost, 1, found.what.as_ref());
                (self.live.toll)(&sight.viewer, price).map(|()| found.what)
            });
            let answer = match paid {
                Ok(answer) => answer,
                Err(fault) => return self.fail(fault).await,
            };
            if let Some(answer) = answer
                && !member.tell(Update::Next(answer), settings.patience).await
            {
                return false;
            }
        }
        true
    }

    /// Ends their operation with what is wrong. They do not stay.
    async fn fail(&self, fault: Fault) -> bool {
        let settings = &self.live.answers.settings;
        let errors = failure(vec![server_error(fault)], &settings.limits);
        self.member.tell(Update::Failed(errors), settings.patience).await;
        false
    }
}
