//! All who ask the same: they are told together, and what is the same for them is worked out once.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::{StreamExt as _, stream};
use tokio::sync::{Notify, mpsc::error::TrySendError};
use tokio::time::Instant;

use super::answers::{Found, price};
use super::boarding::{self, Member};
use super::feed::Happened;
use super::guests::Sight;
use super::{Live, Matter};
use crate::graphql::limits::server_error;
use crate::graphql::live::{Farewell, Update, failure};
use crate::graphql::{Fault, FaultCode};
use crate::store::waking::stopped;

/// How many answers are worked out at once.
const AT_ONCE: usize = 8;
/// How long all wait for those of them who are slow, for each lot of events; then these go on by themselves.
const TOGETHER: Duration = Duration::from_secs(1);
/// How long to wait after the database could not be read.
const TROUBLE: Duration = Duration::from_millis(500);

/// All who ask the same.
pub(super) struct Topic {
    pub(super) matter: Arc<Matter>,
    hung: Mutex<Hung>,
    emptied: Notify,
}

#[derive(Default)]
struct Hung {
    /// Whoever hangs on it is told of what lies beyond this place.
    reached: i64,
    /// Those who hang on it.
    members: HashMap<u64, Arc<Member>>,
    /// Nobody may hang on it any more.
    over: bool,
}

/// What became of somebody who wanted to hang on a topic.
pub(super) enum Joining {
    /// They are told with the others from now on.
    Joined,
    /// The topic has gone on to this place; they have to catch up.
    Behind(i64),
    /// They have left meanwhile.
    Left,
    /// It is over.
    Over,
}

/// All listeners who are one person with the same rights; they are told the same in any case.
struct Party {
    sight: Arc<Sight>,
    listeners: Vec<Arc<Member>>,
}

impl Topic {
    pub(super) fn new(matter: Arc<Matter>, reached: i64) -> Arc<Self> {
        let hung = Hung { reached, ..Hung::default() };
        Arc::new(Self { matter, hung: Mutex::new(hung), emptied: Notify::new() })
    }

    fn lock(&self) -> MutexGuard<'_, Hung> {
        self.hung.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn is_over(&self) -> bool {
        self.lock().over
    }

    /// Hangs somebody on who knows everything up to this place.
    pub(super) fn join(self: &Arc<Self>, member: &Arc<Member>, known: i64) -> Joining {
        let mut hung = self.lock();
        if hung.over {
            return Joining::Over;
        }
        if known < hung.reached {
            return Joining::Behind(hung.reached);
        }
        // First: what is being told at this moment, of which they may know some by now, is not told them again.
        member.knows(known);
        member.hang_on(Some(self));
        if member.has_left() {
            return Joining::Left;
        }
        hung.members.insert(member.id, Arc::clone(member));
        Joining::Joined
    }

    pub(super) fn leave(&self, member: u64) {
        let mut hung = self.lock();
        hung.members.remove(&member);
        if hung.members.is_empty() {
            self.emptied.notify_one();
        }
    }

    /// Whether nobody hangs on it; then nobody will.
    fn end_if_empty(&self) -> bool {
        let mut hung = self.lock();
        hung.over |= hung.members.is_empty();
        hung.over
    }

    /// Those who are to be told of what lies between the place that was reached and this one.
    fn board(&self, through: i64) -> Vec<Arc<Member>> {
        let mut hung = self.lock();
        hung.reached = through;
        hung.members.values().cloned().collect()
    }

    fn reached(&self) -> i64 {
        self.lock().reached
    }
}

/// Goes along with the feed for as long as anybody hangs on the topic.
pub(super) async fn go_along(live: Arc<Live>, topic: Arc<Topic>) {
    let mut arrivals = live.feed.arrivals();
    let mut stop = live.stop.subscribe();
    loop {
        let (reached, through) = (topic.reached(), *arrivals.borrow_and_update());
        if through > reached {
            match live.feed.after(reached, through).await {
                Ok((events, through)) => {
                    let listeners = topic.board(through);
                    tell(&live, &topic, &events, listeners).await;
                }
                Err(_) => tokio::time::sleep(TROUBLE).await,
            }
        } else {
            tokio::select! {
                changed = arrivals.changed() => if changed.is_err() { break },
                () = topic.emptied.notified() => {}
                () = stopped(&mut stop) => break,
            }
        }
        if topic.end_if_empty() {
            break;
        }
    }
    live.forget(&topic);
}

/// Those who hang on a topic, by what they may do and then by who they are.
fn parties(listeners: Vec<Arc<Member>>) -> Vec<Vec<Party>> {
    let mut by_rights: HashMap<Arc<str>, HashMap<_, Party>> = HashMap::new();
    for listener in listeners {
        let Some(sight) = listener.guest.sight() else { continue };
        let parties = by_rights.entry(Arc::clone(&sight.rights)).or_default();
        let party =
            parties.entry(sight.viewer.person_id()).or_insert_with(|| Party { sight, listeners: Vec::new() });
        party.listeners.push(listener);
    }
    by_rights.into_values().map(|parties| parties.into_values().collect()).collect()
}

async fn tell(live: &Arc<Live>, topic: &Arc<Topic>, events: &[Happened], listeners: Vec<Arc<Member>>) {
    let patience = Instant::now() + TOGETHER;
    let telling = Telling { live, topic, patience };
    for parties in parties(listeners) {
        telling.all_alike(events, parties).await;
    }
}

/// One lot of events, and those who are told of them.
struct Telling<'t> {
    live: &'t Arc<Live>,
    topic: &'t Arc<Topic>,
    /// When those are left to themselves who take in nothing.
    patience: Instant,
}

impl Telling<'_> {
    /// Tells people with the same rights.
    async fn all_alike(&self, events: &[Happened], parties: Vec<Party>) {
        let matter = &self.topic.matter;
        // Who does not want to be told of anything has the database asked all the same.
        let parties = self.paying(parties);
        let Some(first) = parties.first() else { return };
        let wanted = self.wanted(&first.sight, events).await;
        match wanted {
            Ok(found) if !found.is_personal || parties.len() == 1 => {
                for event in &found.what {
                    self.of_one(event, &parties).await;
                }
            }
            Ok(_) => {
                stream::iter(&parties)
                    .for_each_concurrent(AT_ONCE, |party| async move {
                        match self.wanted(&party.sight, events).await {
                            Ok(found) => {
                                for event in &found.what {
                                    self.of_one(event, std::slice::from_ref(party)).await;
                                }
                            }
                            Err(fault) => self.fail(std::slice::from_ref(party), fault),
                        }
                    })
                    .await;
            }
            Err(fault) => {
                tracing::debug!(key = %matter.key.len(), code = fault.code.as_str(), "a subscription fails");
                self.fail(&parties, fault);
            }
        }
    }

    /// Those who pay for being looked after, a point for each lot of events; the others end.
    fn paying(&self, parties: Vec<Party>) -> Vec<Party> {
        let mut paying = Vec::with_capacity(parties.len());
        for party in parties {
            match (self.live.toll)(&party.sight.viewer, 1) {
                Ok(()) => paying.push(party),
                Err(fault) => self.fail(std::slice::from_ref(&party), fault),
            }
        }
        paying
    }

    async fn wanted(&self, sight: &Sight, events: &[Happened]) -> Result<Found<Vec<Happened>>, Fault> {
        loop {
            match self.live.answers.wanted(&self.topic.matter.interest, sight, events).await {
                Err(fault) if fault.code == FaultCode::Unavailable => tokio::time::sleep(TROUBLE).await,
                wanted => return wanted,
            }
        }
    }

    /// Tells people of one event, all who have the same rights alike unless the answer asks who they are.
    async fn of_one(&self, event: &Happened, parties: &[Party]) {
        let Some((first, others)) = parties.split_first() else { return };
        let question = &self.topic.matter.question;
        let is_waited_for = || {
            let mut listeners = parties.iter().flat_map(|party| &party.listeners);
            listeners.any(|member| !member.has_left()) && !*self.live.stop.borrow()
        };
        let found = match self.live.answers.answer(question, &first.sight, event, &is_waited_for).await {
            Ok(found) => found,
            Err(fault) => return self.fail(parties, fault),
        };
        let told = if found.is_personal { std::slice::from_ref(first) } else { parties };
        let alike: usize = told.iter().map(|party| party.listeners.len()).sum();
        self.send(first, event, found.what.as_ref(), alike).await;
        if found.is_personal {
            stream::iter(others)
                .for_each_concurrent(AT_ONCE, |party| async move {
                    match self.live.answers.answer(question, &party.sight, event, &is_waited_for).await {
                        Ok(own) => self.send(party, event, own.what.as_ref(), party.listeners.len()).await,
                        Err(fault) => self.fail(std::slice::from_ref(party), fault),
                    }
                })
                .await;
        } else {
            for party in others {
                self.send(party, event, found.what.as_ref(), alike).await;
            }
        }
    }

    /// Sends an answer, of which so many who are told alike share the price.
    async fn send(&self, party: &Party, event: &Happened, answer: Option<&Arc<str>>, alike: usize) {
        let Some(answer) = answer else { return };
        for member in &party.listeners {
            // Who has left, or goes on by themselves, is told no more from here; nor is who has come back meanwhile, and
            // knows it by now.
            if !member.hangs_on(self.topic) || member.is_known(event) || !member.is_news(event) {
                continue;
            }
            let Some(sight) = member.guest.sight() else { continue };
            if sight.rights != party.sight.rights {
                // What they may see is another matter by now.
                self.let_go(member, event);
                continue;
            }
            let price = price(member.line.cost, alike, Some(answer));
            if let Err(fault) = (self.live.toll)(&party.sight.viewer, price) {
                self.fail_one(member, &self.errors(fault));
                continue;
            }
            match member.line.to.try_send(member.line.told(Update::Next(Arc::clone(answer)))) {
                Ok(()) => {}
                Err(TrySendError::Closed(_)) => self.topic.leave(member.id),
                Err(TrySendError::Full(told)) => {
                    let sending = member.line.to.send(told);
                    if tokio::time::timeout_at(self.patience, sending).await.is_err() {
                        self.let_go(member, event);
                    }
                }
            }
        }
    }

    /// Lets somebody go on by themselves with this event.
    fn let_go(&self, member: &Arc<Member>, event: &Happened) {
        self.topic.leave(member.id);
        member.hang_on(None);
        let before = event.position.saturating_sub(1);
        boarding::go_alone(self.live, &self.topic.matter, member, before);
    }

    fn errors(&self, fault: Fault) -> Arc<str> {
        failure(vec![server_error(fault)], &self.live.answers.settings.limits)
    }

    fn fail(&self, parties: &[Party], fault: Fault) {
        let errors = self.errors(fault);
        for member in parties.iter().flat_map(|party| &party.listeners) {
            self.fail_one(member, &errors);
        }
    }

    fn fail_one(&self, member: &Arc<Member>, errors: &Arc<str>) {
        self.topic.leave(member.id);
        // Who has no room for this is told by the end of the connection, if at all.
        if member.line.to.try_send(member.line.told(Update::Failed(Arc::clone(errors)))).is_err() {
            member.guest.send_away(Farewell::TooSlow);
        }
    }
}
