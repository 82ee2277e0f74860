//! Who is connected, and for how long what they have shown is good.
//!
//! Whose rights an event may have changed is looked up again before anybody is told of that event. A token that has
//! run out is noticed within a second, and so is a day that begins, on which roles and keys begin and end.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use chrono::{DateTime, NaiveDate, Utc};
use futures_util::{StreamExt as _, stream};
use sea_orm::sea_query::{Expr, ExprTrait as _, Query};
use sea_orm::{ConnectionTrait, FromQueryResult, Iterable};
use tokio::sync::watch;
use tutti_entity::events::event::{self, Column as C};
use tutti_entity::ids::{Kind, PersonId, RoleGrantId, TypedId as _};

use super::feed::Happened;
use crate::access::Viewer;
use crate::access::token::refused;
use crate::accounts::doorkeeper::Recognised;
use crate::graphql::Fault;
use crate::graphql::live::Farewell;
use crate::store::tx::changes::Change;
use crate::store::{Database, World, waking::stopped};

/// How often it is looked whose time is over.
const LOOK: Duration = Duration::from_secs(1);
/// How many are looked up at once.
const AT_ONCE: usize = 8;
/// How many events are read at once before their turn.
const READ_AT_ONCE: usize = 250;
/// How long to wait after the database could not be read.
const TROUBLE: Duration = Duration::from_millis(500);
/// What may change what somebody may do, or whether they are let in at all.
const OF_RIGHTS: [Kind; 5] = [Kind::Person, Kind::RoleGrant, Kind::Session, Kind::ApiKey, Kind::OrgUnit];

/// Somebody with the rights that they have now.
#[derive(Clone, Debug)]
pub(super) struct Sight {
    pub(super) viewer: Viewer,
    /// What they may do: the same for all who have the same rights.
    pub(super) rights: Arc<str>,
}

/// Somebody who is connected.
#[derive(Debug)]
pub(super) struct Guest {
    id: u64,
    known: Option<Recognised>,
    sight: RwLock<Option<Arc<Sight>>>,
    /// Held while they are looked up, so that what was read first is not what stands in the end.
    looking: tokio::sync::Mutex<()>,
    farewell: watch::Sender<Option<Farewell>>,
}

impl Guest {
    /// Who they are now; none for somebody who is nobody in particular, or has been sent away.
    pub(super) fn sight(&self) -> Option<Arc<Sight>> {
        self.sight.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn see(&self, viewer: Option<Viewer>) {
        let sight = viewer.map(|viewer| Arc::new(Sight { rights: viewer.rights().into(), viewer }));
        *self.sight.write().unwrap_or_else(PoisonError::into_inner) = sight;
    }

    /// The same for somebody who has not been sent away meanwhile.
    fn see_if_here(&self, viewer: Viewer) {
        let mut sight = self.sight.write().unwrap_or_else(PoisonError::into_inner);
        if sight.is_some() {
            *sight = Some(Arc::new(Sight { rights: viewer.rights().into(), viewer }));
        }
    }

    /// Bids them farewell, and tells them of nothing more. The first reason is the one that counts.
    pub(super) fn send_away(&self, why: Farewell) {
        self.see(None);
        self.farewell.send_if_modified(|farewell| {
            let is_first = farewell.is_none();
            if is_first {
                *farewell = Some(why);
            }
            is_first
        });
    }
}

/// The seat of somebody who is connected, for as long as it is held.
#[derive(Debug)]
pub struct Seat {
    pub(super) guest: Arc<Guest>,
    guests: Arc<Guests>,
}

impl Seat {
    /// Who they are now.
    #[must_use]
    pub fn viewer(&self) -> Option<Viewer> {
        self.guest.sight().map(|sight| sight.viewer.clone())
    }

    /// Who they are at this moment, looked up anew; none for somebody who is nobody in particular.
    ///
    /// # Errors
    /// UNAUTHENTICATED when they are not welcome any more, UNAVAILABLE when that cannot be found out.
    pub async fn viewer_now(&self) -> Result<Option<Viewer>, Fault> {
        let Some(Recognised { known, .. }) = &self.guest.known else { return Ok(None) };
        let today = self.guests.world.day(self.guests.world.now());
        let viewer = known.viewer(&self.guests.database, today).await?;
        let viewer = viewer.filter(|_| self.guest.sight().is_some());
        if viewer.is_none() {
            self.guest.send_away(Farewell::NotWelcome);
            return Err(refused());
        }
        Ok(viewer)
    }

    /// Tells when they are bidden farewell, and why.
    #[must_use]
    pub fn farewell(&self) -> watch::Receiver<Option<Farewell>> {
        self.guest.farewell.subscribe()
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.guest.see(None);
        self.guests.lock().remove(&self.guest.id);
    }
}

/// All who are connected.
#[derive(Debug)]
pub(super) struct Guests {
    database: Database,
    world: Arc<World>,
    seated: Mutex<HashMap<u64, Arc<Guest>>>,
    next: AtomicU64,
    /// Events that were heeded before their turn, by their places.
    early: Mutex<HashSet<i64>>,
    /// How many events were heeded that may have changed the rights of somebody.
    heeded: AtomicU64,
    closed: watch::Sender<bool>,
}

/// Whether the rights of somebody may have changed.
type IsConcerned = Box<dyn Fn(&Sight) -> bool + Send + Sync>;

impl Guests {
    pub(super) fn new(database: Database, world: Arc<World>) -> Self {
        Self {
            database,
            world,
            seated: Mutex::default(),
            next: AtomicU64::new(1),
            early: Mutex::default(),
            heeded: AtomicU64::new(0),
            closed: watch::Sender::new(false),
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<u64, Arc<Guest>>> {
        self.seated.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn count(&self) -> usize {
        self.lock().len()
    }

    pub(super) fn heeded(&self) -> u64 {
        self.heeded.load(Ordering::SeqCst)
    }

    /// Seats somebody who was found to be welcome when so many events had been heeded. Where more have been since, of
    /// which one may have been about them before they were seated, they are looked up again.
    pub(super) async fn seat(guests: &Arc<Self>, known: Option<(Recognised, Viewer)>, heeded: u64) -> Seat {
        let (known, viewer) = known.unzip();
        let id = guests.next.fetch_add(1, Ordering::Relaxed);
        let guest = Arc::new(Guest {
            id,
            known,
            sight: RwLock::default(),
            looking: tokio::sync::Mutex::default(),
            farewell: watch::Sender::new(None),
        });
        guest.see(viewer);
        guests.lock().insert(id, Arc::clone(&guest));
        if *guests.closed.borrow() {
            guest.send_away(Farewell::Closing);
        }
        let seat = Seat { guest, guests: Arc::clone(guests) };
        if guests.heeded() != heeded {
            let today = guests.world.day(guests.world.now());
            guests.look_one_up(Arc::clone(&seat.guest), today).await;
        }
        seat
    }

    /// Bids everybody farewell.
    pub(super) fn close(&self) {
        self.closed.send_replace(true);
        let all: Vec<_> = self.lock().values().cloned().collect();
        for guest in all {
            guest.send_away(Farewell::Closing);
        }
    }

    /// Sends those away whose time is over, and looks everybody up when a day begins.
    pub(super) async fn look_after(&self, mut stop: watch::Receiver<bool>) {
        let mut today = self.world.day(self.world.now());
        loop {
            tokio::select! {
                () = tokio::time::sleep(LOOK) => {}
                () = stopped(&mut stop) => return,
            }
            let now = self.world.now();
            self.send_away_at(now);
            let day = self.world.day(now);
            if day != today {
                today = day;
                let all: Vec<_> = self.lock().values().cloned().collect();
                tokio::select! {
                    () = self.look_up(all) => {}
                    () = stopped(&mut stop) => return,
                }
            }
        }
    }

    fn send_away_at(&self, now: DateTime<Utc>) {
        let is_over = |guest: &Guest| {
            guest.known.as_ref().and_then(|known| known.until).is_some_and(|until| until <= now)
        };
        let over: Vec<_> = self.lock().values().filter(|guest| is_over(guest)).cloned().collect();
        for guest in over {
            guest.send_away(Farewell::NotWelcome);
        }
    }

    /// Looks everybody up who was seated before the log was followed: what happened before is heeded by nobody.
    pub(super) async fn begin(&self) {
        // Before it is looked who is there: whoever is seated meanwhile finds it counted.
        self.heeded.fetch_add(1, Ordering::SeqCst);
        let all: Vec<_> = self.lock().values().cloned().collect();
        self.look_up(all).await;
    }

    /// Looks those up again whose rights one of these events may have changed.
    pub(super) async fn heed(&self, events: &[Happened]) {
        let mut concerned = HashMap::new();
        for event in events {
            let was_early = self.early.lock().unwrap_or_else(PoisonError::into_inner).remove(&event.position);
            if !was_early {
                self.gather(event, &mut concerned);
            }
        }
        self.look_up(concerned.into_values().collect()).await;
    }

    /// The same for what lies beyond this place and cannot be told yet, because somebody may still write before it:
    /// whoever may not be here any more does not stay for as long as that takes.
    pub(super) async fn heed_early(&self, place: i64) {
        let Ok(places) = self.of_rights(place).await else { return };
        let fresh: Vec<i64> = {
            let early = self.early.lock().unwrap_or_else(PoisonError::into_inner);
            places.into_iter().filter(|place| !early.contains(place)).collect()
        };
        for some in fresh.chunks(READ_AT_ONCE) {
            let Ok(events) = self.at(some).await else { return };
            let mut concerned = HashMap::new();
            for event in events {
                if self.early.lock().unwrap_or_else(PoisonError::into_inner).insert(event.position) {
                    self.gather(&event, &mut concerned);
                }
            }
            self.look_up(concerned.into_values().collect()).await;
        }
    }

    /// Where events that may change the rights of somebody lie beyond this place.
    async fn of_rights(&self, place: i64) -> Result<Vec<i64>, Fault> {
        let select = Query::select()
            .column(C::Position)
            .from(event::Entity)
            .and_where(Expr::col(C::Position).gt(place))
            .and_where(Expr::col(C::SubjectKind).is_in(OF_RIGHTS.map(Kind::prefix)))
            .to_owned();
        let rows = self.database.reader().query_all(&select).await?;
        Ok(rows.iter().map(|row| row.try_get_by_index(0)).collect::<Result<_, _>>()?)
    }

    async fn at(&self, places: &[i64]) -> Result<Vec<event::Model>, Fault> {
        let select = Query::select()
            .columns(C::iter())
            .from(event::Entity)
            .and_where(Expr::col(C::Position).is_in(places.iter().copied()))
            .to_owned();
        let rows = self.database.reader().query_all(&select).await?;
        Ok(rows.iter().map(|row| event::Model::from_query_result(row, "")).collect::<Result<_, _>>()?)
    }

    fn gather(&self, event: &event::Model, into: &mut HashMap<u64, Arc<Guest>>) {
        let Some(is_one) = concerned(event) else { return };
        // Before it is looked who is there: whoever is seated meanwhile finds it counted.
        self.heeded.fetch_add(1, Ordering::SeqCst);
        for guest in self.lock().values() {
            if guest.sight().is_some_and(|sight| is_one(&sight)) {
                into.insert(guest.id, Arc::clone(guest));
            }
        }
    }

    async fn look_up(&self, guests: Vec<Arc<Guest>>) {
        let today = self.world.day(self.world.now());
        stream::iter(guests).for_each_concurrent(AT_ONCE, |guest| self.look_one_up(guest, today)).await;
    }

    async fn look_one_up(&self, guest: Arc<Guest>, today: NaiveDate) {
        let Some(Recognised { known, .. }) = &guest.known else { return };
        let _turn = guest.looking.lock().await;
        // Nobody is told of anything with rights that they may not have.
        loop {
            match known.viewer(&self.database, today).await {
                Ok(Some(viewer)) => return guest.see_if_here(viewer),
                Ok(None) => return guest.send_away(Farewell::NotWelcome),
                Err(_) => tokio::time::sleep(TROUBLE).await,
            }
        }
    }
}

/// Whose rights this event may have changed; nobody's where it is about something else.
fn concerned(event: &event::Model) -> Option<IsConcerned> {
    let subject = event.subject_id;
    let kind = OF_RIGHTS.into_iter().find(|kind| kind.prefix() == event.subject_kind)?;
    Some(match kind {
        Kind::Person => Box::new(move |sight: &Sight| {
            sight.viewer.person_id().is_some_and(|person| person.uuid() == subject)
        }),
        Kind::Session => Box::new(move |sight: &Sight| {
            sight.viewer.session.is_some_and(|session| session.uuid() == subject)
        }),
        Kind::ApiKey => {
            Box::new(move |sight: &Sight| sight.viewer.key.is_some_and(|key| key.id.uuid() == subject))
        }
        Kind::RoleGrant => {
            let named = people_of(event);
            Box::new(move |sight: &Sight| {
                let holds = |id| sight.viewer.grants.iter().any(|grant| grant.id == Some(id));
                holds(RoleGrantId::from_uuid(subject))
                    || sight.viewer.person_id().is_some_and(|person| named.contains(&person))
            })
        }
        // Which units lie below one another may be another matter now.
        _ => Box::new(|sight: &Sight| sight.viewer.grants.iter().any(|grant| grant.org_unit.is_some())),
    })
}

/// The people whom the change of a role names.
fn people_of(event: &event::Model) -> Vec<PersonId> {
    let changes: Vec<Change> = serde_json::from_str(&event.changes).unwrap_or_default();
    let ids = changes.iter().flat_map(|change| [&change.before, &change.after]).flatten();
    ids.filter_map(|text| text.parse().ok()).collect()
}
