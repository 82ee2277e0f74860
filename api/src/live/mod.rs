//! Telling people of changes as they happen: one reader of the log for all of them.
//!
//! Always: who is told of an event may see it with the rights that they have when they are told; nobody is told twice
//! of an event or missed by one, whether they read along or go on from a cursor; what waits for somebody is bounded;
//! and what is the same for many is worked out once.
//!
//! One [`feed`] follows the log. Whoever asks the same as others hangs on one [`topic`] with them, which goes along
//! with the feed and works out an answer for all who have the same rights, once for each person only where the answer
//! asks who they are. Somebody who begins further back, or has fallen behind, goes along by themselves until they have
//! caught up ([`boarding`]). Who is connected, and for how long what they have shown is good, is known to [`guests`].

mod answers;
mod boarding;
mod feed;
mod guests;
mod holders;
mod topic;

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use async_graphql::{Request, ServerError};
use sea_orm::DatabaseBackend;
use tokio::runtime::Handle;
use tokio::sync::{Semaphore, watch};

use self::answers::{Answers, Question};
use self::boarding::Member;
use self::feed::Feed;
use self::guests::Guests;
use self::holders::Holders;
use self::topic::Topic;
use crate::access::Viewer;
use crate::accounts::doorkeeper::Recognised;
use crate::events::{follow, interest::Interest, rules::Since, seals};
use crate::graphql::limits::{Limits, server_error};
use crate::graphql::live::Line;
use crate::graphql::{Fault, FaultCode};
use crate::schema::TuttiSchema;
use crate::store::{Database, World};

pub use self::boarding::Ticket;
pub use self::guests::Seat;

/// How many read the log by themselves at once.
const CATCHING_UP: usize = 4;

/// How people are told.
#[derive(Clone, Debug)]
pub struct Settings {
    /// How long one answer may take.
    pub deadline: Duration,
    /// The bounds of an answer's errors.
    pub limits: Limits,
    /// How long somebody may take in nothing while something waits for them.
    pub patience: Duration,
    /// How many answers are worked out at once.
    pub at_once: usize,
    /// How many subscriptions a person, or a key, may have at once.
    pub each: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            deadline: Duration::from_secs(10),
            limits: Limits::default(),
            patience: Duration::from_secs(30),
            at_once: 4,
            each: 1_000,
        }
    }
}

/// The schema, twice.
#[derive(Clone)]
pub struct Schemas {
    /// With all rules, for what somebody asks for the first time.
    pub strict: TuttiSchema,
    /// For what has been found to keep them.
    pub checked: TuttiSchema,
}

/// Takes the price of an answer, in points, from somebody.
pub type Toll = Arc<dyn Fn(&Viewer, u64) -> Result<(), Fault> + Send + Sync>;

/// What a process needs to tell people of changes.
pub struct Live {
    answers: Answers,
    feed: Feed,
    guests: Arc<Guests>,
    toll: Toll,
    /// The places of those who read the log by themselves.
    catching_up: Semaphore,
    topics: Mutex<HashMap<Arc<str>, Arc<Topic>>>,
    holders: Holders,
    runtime: OnceLock<Handle>,
    stop: watch::Sender<bool>,
}

/// What somebody asks to be told.
struct Matter {
    /// The same for all who ask the same, wherever they begin.
    key: Arc<str>,
    question: Question,
    interest: Interest,
}

impl Live {
    /// Nobody is told of anything before [`Live::run`].
    #[must_use]
    pub fn new(
        schemas: Schemas,
        database: Database,
        world: Arc<World>,
        toll: Toll,
        settings: Settings,
    ) -> Arc<Self> {
        Arc::new(Self {
            toll,
            catching_up: Semaphore::new(CATCHING_UP),
            feed: Feed::new(database.clone()),
            guests: Arc::new(Guests::new(database.clone(), Arc::clone(&world))),
            holders: Holders::new(settings.each),
            answers: Answers {
                places: Semaphore::new(settings.at_once),
                worked_out: AtomicU64::new(0),
                schemas,
                database,
                world,
                settings,
            },
            topics: Mutex::default(),
            runtime: OnceLock::new(),
            stop: watch::Sender::new(false),
        })
    }

    /// Follows the log, hears other processes and looks after those who are connected, until [`Live::close`].
    pub async fn run(self: Arc<Self>) {
        // The feed begins after this, and nobody subscribes before it has.
        self.runtime.get_or_init(Handle::current);
        let stop = self.stop.subscribe();
        let guests = &self.guests;
        futures_util::join!(
            self.answers.database.keep_in_touch(stop.clone()),
            self.feed.run(guests, stop.clone()),
            guests.look_after(stop),
        );
        self.lock().clear();
    }

    /// Ends what [`Live::run`] does, and bids everybody farewell.
    pub fn close(&self) {
        self.guests.close();
        self.stop.send_replace(true);
    }

    /// How many events were heeded so far that may have changed the rights of somebody: to be noted before it is looked
    /// who somebody is, for [`Live::seat`].
    #[must_use]
    pub fn heeded(&self) -> u64 {
        self.guests.heeded()
    }

    /// Seats somebody who stays, on what they have shown; nobody in particular where they have shown nothing.
    pub async fn seat(&self, known: Option<(Recognised, Viewer)>, heeded: u64) -> Seat {
        Guests::seat(&self.guests, known, heeded).await
    }

    /// How many are connected, to how many different questions they want answers, and how many answers were worked out
    /// so far.
    #[must_use]
    pub fn numbers(&self) -> (usize, usize, u64) {
        let worked_out = self.answers.worked_out.load(Ordering::Relaxed);
        (self.guests.count(), self.lock().len(), worked_out)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Arc<str>, Arc<Topic>>> {
        self.topics.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Subscribes somebody. Their messages begin with what their question says; the ticket ends it when it is dropped.
    ///
    /// # Errors
    /// What is wrong with the question.
    pub async fn subscribe(
        self: &Arc<Self>,
        seat: &Seat,
        request: Request,
        line: Line,
    ) -> Result<Ticket, Vec<ServerError>> {
        let fault = |fault: Fault| vec![server_error(fault)];
        let viewer = seat.viewer().ok_or_else(|| fault(Fault::unauthenticated()))?;
        let share = self.holders.share(&viewer).map_err(fault)?;
        if !self.feed.has_begun(self.answers.settings.deadline).await {
            let message = "Changes are not told at the moment. Try again in a moment.";
            return Err(fault(Fault::new(FaultCode::Unavailable, message)));
        }
        let question = Question::new(request)?;
        let interest = self.answers.interest(&question, viewer).await?;
        let (since, begins_now) = match interest.since.clone() {
            Some(since) => {
                self.is_still_there(&since).await.map_err(fault)?;
                // Nothing comes late on SQLite, whatever a cursor says.
                let is_sqlite = self.answers.database.backend() == DatabaseBackend::Sqlite;
                (Since { seen: since.seen.filter(|_| !is_sqlite), ..since }, false)
            }
            None => (follow::now(&self.answers.database).await.map_err(fault)?, true),
        };
        let matter = Matter { key: question.key(), question, interest };
        let member = Member::new(seat, since, line);
        Ok(boarding::board(self, matter, Ticket::new(member, share), begins_now))
    }

    /// Refuses a cursor after which events were given up: whoever went on from there would miss them unnoticed.
    async fn is_still_there(&self, since: &Since) -> Result<(), Fault> {
        if since.place < seals::given_up(&self.answers.database).await? {
            let message =
                "`after` is too old: what came next was given up. Read anew what you need, and begin now.";
            return Err(Fault::bad_input(message));
        }
        Ok(())
    }

    /// The topic for this matter: the one that others hang on already, or a new one.
    fn topic(self: &Arc<Self>, matter: &Arc<Matter>) -> Arc<Topic> {
        let mut topics = self.lock();
        if let Some(topic) = topics.get(&matter.key).filter(|topic| !topic.is_over()) {
            return Arc::clone(topic);
        }
        let topic = Topic::new(Arc::clone(matter), self.feed.reached());
        topics.insert(Arc::clone(&matter.key), Arc::clone(&topic));
        self.spawn(topic::go_along(Arc::clone(self), Arc::clone(&topic)));
        topic
    }

    /// Takes a topic that nobody hangs on any more off the list.
    fn forget(&self, topic: &Arc<Topic>) {
        let mut topics = self.lock();
        let key = &topic.matter.key;
        if topics.get(key).is_some_and(|known| Arc::ptr_eq(known, topic)) {
            topics.remove(key);
        }
    }

    /// Everything goes on where the log is read, whichever thread somebody is connected to.
    fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        if let Some(runtime) = self.runtime.get() {
            drop(runtime.spawn(work));
        }
    }
}
