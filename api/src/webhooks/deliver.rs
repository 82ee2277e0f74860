//! Telling: takes what is due, works out what it says with the rights that its key has now, sends it, and writes down what
//! became of it.
//!
//! Always: at most so many messages are on their way at once, in all and to each webhook, so that one receiver that takes
//! its time keeps nobody else waiting: whose turn was longest ago comes first. The first attempts of a webhook are made in the order of the log, unless several may
//! be on their way to it at once.

use std::collections::HashMap;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::FutureExt as _;
use hyper::body::Bytes;
use tokio::sync::Notify;
use tokio::task::JoinSet;
use tutti_entity::ids::{TypedId as _, WebhookDeliveryId, WebhookId};
use tutti_entity::webhooks::webhook_delivery::DeliveryState;
use uuid::Uuid;

use super::commands::Disable;
use super::office::{NoBody, Office};
use super::rules::{self, Attempt, Fate, retry, signature};
use super::store::{self, Due, Settled, Tried};
use super::target::{Answer, send};
use crate::access::Viewer;
use crate::access::secret::dice;
use crate::events::sight::seen;
use crate::graphql::{Fault, FaultCode};
use crate::store::tx::{Once, Work};
use crate::store::{Outcome, Tx, find};

/// How often it is looked for what has become due.
const LOOK: Duration = Duration::from_millis(500);
/// How long to wait after the database could not be used, at first and at most.
const TROUBLE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// How often what is old is forgotten.
const CHORES: Duration = Duration::from_hours(1);
/// How much of it at once, so that nobody who writes waits for long.
const MOST_FORGOTTEN: u64 = 1_000;

/// Writes what became of an attempt, and disables the webhook where that is what it came to.
struct Settle<'a> {
    due: &'a Due,
    settled: Settled,
    disable: Option<String>,
}

impl Work for Settle<'_> {
    type Reply = Once<()>;

    async fn run(&self, tx: &Tx<'_>) -> Outcome<Once<()>> {
        let delivery = &self.due.delivery;
        let written = tx.mark_all(&store::settled(delivery.id, delivery.version, &self.settled)).await?;
        if let Some(why) = self.disable.as_deref().filter(|_| written == 1) {
            Disable { id: delivery.webhook_id, why }.within(tx).await?;
        }
        Ok(Once { answer: (), wrote: true })
    }
}

impl Office {
    async fn settle(&self, due: &Due, settled: Settled, disable: Option<String>) -> Result<(), Fault> {
        if disable.is_some() {
            let settle = Settle { due, settled, disable };
            return self.scope(Viewer::system()).see_to(&settle).await.map(drop);
        }
        let (id, version) = (due.delivery.id, due.delivery.version);
        self.database.mark(&store::settled(id, version, &settled)).await.map(drop)
    }

    async fn give_up(&self, due: &Due, why: &str) -> Result<(), Fault> {
        let error = Some(why.to_owned());
        let dropped = Settled { state: DeliveryState::Dropped, next_at: None, tried: None, error };
        self.settle(due, dropped, None).await
    }

    /// Writes down what became of an attempt, until the database takes it: what a receiver has taken is not sent to it again
    /// because of us.
    async fn settle_in_the_end(&self, due: &Due, settled: &Settled, disable: Option<&str>) {
        let mut pause = TROUBLE;
        while let Err(fault) = self.settle(due, settled.clone(), disable.map(str::to_owned)).await {
            tracing::warn!(code = fault.code.as_str(), delivery = %due.delivery.id, "what became of a message is not written down yet");
            tokio::time::sleep(pause).await;
            pause = LONGEST_PAUSE.min(pause * 2);
        }
    }

    /// Tells of one event, and writes down what became of it.
    async fn tell(&self, due: &Due) -> Result<(), Fault> {
        let webhook = &due.listener.webhook;
        let Some(viewer) = self.viewer_of(&due.listener).await? else { return Ok(()) };
        let Some(event) = store::event(&self.database, due.delivery.event_id).await? else {
            return self.give_up(due, "The event was given up.").await;
        };
        let theirs = self.scope(viewer.clone());
        if seen(&theirs, &[&event], find::always()).await?.is_empty() {
            return self.give_up(due, "Its key may not see the event any more.").await;
        }
        let secrets = self.secrets(webhook);
        if secrets.is_empty() {
            let why = "No key of the server opens its secret: give it another one, and enable it again.";
            return self.disable(webhook.id, why).await;
        }
        let (at, began) = (self.world.now(), Instant::now());
        let (answered, is_ours) = match self.body(viewer, &webhook.query, &event).await {
            Ok(body) => (self.send(due, &secrets, body).await, false),
            Err(NoBody::Refused(why)) => (Err(why), true),
            Err(NoBody::NotNow) => return Err(Fault::new(FaultCode::Unavailable, "not now")),
        };
        self.tried(due, (at, began), answered, is_ours).await;
        Ok(())
    }

    /// Writes down what an attempt came to. What is `is_ours` came to nothing without the receiver, and says nothing of it.
    async fn tried(
        &self,
        due: &Due,
        (at, began): (DateTime<Utc>, Instant),
        answered: Result<Answer, String>,
        is_ours: bool,
    ) {
        let millis = i32::try_from(began.elapsed().as_millis()).unwrap_or(i32::MAX);
        let status = answered.as_ref().ok().map(|answer| answer.status);
        let now = self.world.now();
        let asks = matches!(status, Some(429 | 503));
        let asked = answered.as_ref().ok().and_then(|answer| answer.retry_after.as_deref());
        let asked: Option<TimeDelta> = asked.filter(|_| asks).and_then(|header| retry::asked(header, now));
        let attempt =
            Attempt { status, began: due.delivery.first_at.unwrap_or(at), now, asked, dice: dice() };
        let fate = rules::fate(&attempt, &self.settings.retry);
        self.count(fate == Fate::Delivered);
        tracing::debug!(delivery = %due.delivery.id, status, millis, ?fate, "a webhook was told");
        let error = match &answered {
            Ok(_) if fate == Fate::Delivered => None,
            Ok(answer) => Some(rules::told_of(answer.status)),
            Err(why) => Some(rules::short(why)),
        };
        let (state, next_at, disable) = match fate {
            Fate::Delivered => (DeliveryState::Delivered, None, None),
            Fate::Again(at) => (DeliveryState::Queued, Some(at), None),
            Fate::Failed(why) => {
                let last = error.as_deref().filter(|_| status != Some(410));
                let why = last.map_or(why.clone(), |last| format!("{why} The last attempt: {last}"));
                (DeliveryState::Failed, None, (!is_ours).then(|| rules::short(&why)))
            }
        };
        let tried = Some(Tried { at, status, millis });
        self.settle_in_the_end(due, &Settled { state, next_at, tried, error }, disable.as_deref()).await;
    }

    async fn send(&self, due: &Due, secrets: &[Vec<u8>], body: String) -> Result<Answer, String> {
        // What the configuration lets through may have changed.
        let url = rules::destination(&due.listener.webhook.url, &self.settings.targets)?;
        let (id, at) = (due.delivery.id.to_string(), self.world.now());
        let headers = signature::headers(secrets, &id, at, body.as_bytes());
        send(&self.settings, &url, &headers, Bytes::from(body)).await
    }

    /// The same, and nothing that goes wrong holds up anybody else. The database is not asked again at once.
    async fn tell_all_the_same(self: Arc<Self>, due: Due) -> WebhookDeliveryId {
        let began = (self.world.now(), Instant::now());
        let told = {
            let _on_its_way = OnItsWay::count(&self.counts.on_their_way);
            let told = AssertUnwindSafe(self.tell(&due)).catch_unwind().await;
            told.unwrap_or_else(|_| Err(Fault::internal("telling a webhook ended in a panic")))
        };
        if let Err(fault) = told {
            tracing::warn!(code = fault.code.as_str(), delivery = %due.delivery.id, "a webhook could not be told");
            if fault.code == FaultCode::Unavailable {
                tokio::time::sleep(TROUBLE).await;
            } else {
                let why = "It could not be worked out; the log of the server has more of it.".to_owned();
                self.tried(&due, began, Err(why), true).await;
            }
        }
        due.delivery.id
    }
}

/// Counts a message for as long as it is on its way, however that ends.
struct OnItsWay<'c>(&'c AtomicU64);

impl<'c> OnItsWay<'c> {
    fn count(all: &'c AtomicU64) -> Self {
        all.fetch_add(1, Ordering::Relaxed);
        Self(all)
    }
}

impl Drop for OnItsWay<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// What is on its way.
#[derive(Default)]
struct OnTheirWay {
    deliveries: HashMap<WebhookDeliveryId, WebhookId>,
    /// The turn in which each webhook came last.
    turns: HashMap<WebhookId, u64>,
    turn: u64,
}

impl OnTheirWay {
    /// The webhooks that have so many on their way.
    fn busy(&self, at_once: usize) -> Vec<Uuid> {
        let mut counts: HashMap<WebhookId, usize> = HashMap::new();
        for webhook in self.deliveries.values() {
            *counts.entry(*webhook).or_default() += 1;
        }
        counts.into_iter().filter(|(_, count)| *count >= at_once).map(|(id, _)| id.uuid()).collect()
    }

    fn ids(&self) -> Vec<Uuid> {
        self.deliveries.keys().map(|id| id.uuid()).collect()
    }

    /// Those whose turn it is: so many at most, and first those whose turn was longest ago.
    fn next(&mut self, mut due: Vec<Due>, most: usize) -> Vec<Due> {
        due.sort_by_key(|due| self.turns.get(&due.delivery.webhook_id).copied());
        due.truncate(most);
        for due in &due {
            self.turn += 1;
            self.turns.insert(due.delivery.webhook_id, self.turn);
            self.deliveries.insert(due.delivery.id, due.delivery.webhook_id);
        }
        due
    }
}

/// Forgets a little of what is old. Whether there may be more.
async fn forget(office: &Office) -> Result<bool, Fault> {
    let mut is_more = false;
    for forget in store::forget(office.world.now() - office.settings.keep_log, MOST_FORGOTTEN) {
        is_more |= office.database.mark(&forget).await? == MOST_FORGOTTEN;
    }
    Ok(is_more)
}

/// Tells until it is dropped. What is on its way moves by itself, so that nobody who waits for a connection of the database
/// keeps one from whoever holds it; it ends with this, and with nothing else.
pub(super) async fn deliver(office: &Arc<Office>, queued: &Notify) {
    let (most, at_once) = (office.settings.connections, office.settings.at_once);
    let mut going = JoinSet::new();
    let mut ways = OnTheirWay::default();
    let mut chores = Instant::now();
    loop {
        while going.len() < most {
            let (now, busy, ids) = (office.world.now(), ways.busy(at_once), ways.ids());
            let due = match store::due(&office.database, now, &busy, &ids).await {
                Ok(due) => due,
                Err(fault) => {
                    tracing::warn!(
                        code = fault.code.as_str(),
                        "it cannot be read which webhooks are to be told"
                    );
                    break;
                }
            };
            if due.is_empty() {
                break;
            }
            for due in ways.next(due, most - going.len()) {
                going.spawn(Arc::clone(office).tell_all_the_same(due));
            }
        }
        if Instant::now() >= chores {
            let is_more = forget(office).await.unwrap_or_else(|fault| {
                tracing::warn!(code = fault.code.as_str(), "what became of messages could not be forgotten");
                false
            });
            chores = Instant::now() + if is_more { LOOK } else { CHORES };
        }
        tokio::select! {
            Some(ended) = going.join_next(), if !going.is_empty() => match ended {
                Ok(delivery) => drop(ways.deliveries.remove(&delivery)),
                Err(error) => tracing::error!(%error, "a message on its way was lost sight of"),
            },
            () = queued.notified() => {}
            () = tokio::time::sleep(LOOK) => {}
        }
    }
}
