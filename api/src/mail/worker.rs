//! Empties the queue: takes mails a few hundred at a time, and hands them to the mail server over a few connections.
//!
//! Several processes on one PostgreSQL do so beside one another. Whoever dies leaves what it has not begun to the others,
//! after a while; what it had begun is in doubt and stays where it is.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use chrono::{NaiveDate, TimeDelta};
use tokio::sync::{Mutex, mpsc, oneshot, watch};
use tutti_entity::ids::CommunicationId;
use tutti_entity::people::person::PersonStatus;
use uuid::Uuid;

use super::digest;
use super::ledger::{self, Batch, Claim, Entry, House, Release};
use super::letter::{Addressee, Letter, Matter, html_of, markdown};
use super::link::{Links, Said};
use super::rules::{self, Fate};
use super::settings::Settings;
use super::smtp::{Failed, Line};
use super::store::{Reader, Subject, Taken, Written};
use crate::access::secret::dice;
use crate::store::{Database, World};

/// How many mails are taken at once.
const AT_ONCE: u64 = 200;
/// For how long what a digest says is taken for what is so.
const FRESH: TimeDelta = TimeDelta::minutes(1);
/// How often it is looked for new ones.
const LOOK: Duration = Duration::from_secs(1);

/// A mail that is ready to be handed over.
struct Ready {
    taken: Taken,
    letter: Arc<Letter>,
    to: Addressee,
}

/// A connection was over before the mail was offered: that says nothing of the mail.
struct WornOut;

/// What works until it is stopped.
#[derive(Debug)]
pub struct Worker {
    stop: watch::Sender<bool>,
    running: Vec<tokio::task::JoinHandle<()>>,
    house: House,
}

/// Why a mail cannot go to somebody, if so; else their address.
fn addressee(reader: Option<&Reader>) -> Result<Addressee, &'static str> {
    let reader = reader.ok_or("There is nobody to send it to.")?;
    if reader.status == PersonStatus::Left {
        return Err("They have left.");
    }
    let address = reader.email.parse().map_err(|_| "Their address is none that a mail can be sent to.")?;
    Ok(Addressee { person: reader.id, name: reader.name.clone(), address, locale: reader.locale })
}

fn letter(written: &Written) -> Arc<Letter> {
    let text = markdown(&written.body, written.story.as_deref());
    Arc::new(Letter {
        matter: Matter::Communication(written.id),
        subject: written.subject.clone(),
        sender: (written.sender_name.clone(), written.sender_email.parse().ok()),
        sent_at: written.sent_at.unwrap_or_default(),
        html: html_of(&text),
        text,
    })
}

/// What all parts of the worker share.
#[derive(Clone)]
struct Shared {
    house: House,
    settings: Arc<Settings>,
    links: Links,
    ledger: mpsc::Sender<Entry>,
    stop: watch::Receiver<bool>,
}

impl Shared {
    fn is_over(&self) -> bool {
        *self.stop.borrow()
    }

    /// Waits so long, or until the end.
    async fn sleep(&mut self, time: Duration) {
        tokio::select! {
            () = tokio::time::sleep(time) => {}
            _ = self.stop.changed() => {}
        }
    }

    async fn say(&self, entry: Entry) {
        if self.ledger.send(entry).await.is_err() {
            tracing::error!("nobody writes down what becomes of mails");
        }
    }

    /// Says what became of one that was not handed over.
    async fn settle(&self, taken: &Taken, fate: Fate) {
        self.settle_as(taken, fate, false).await;
    }

    async fn settle_as(&self, taken: &Taken, fate: Fate, handed: bool) {
        let wait = rules::wait(self.settings.retry_after, taken.attempts.saturating_add(1), dice());
        let again = self.house.world.now() + TimeDelta::from_std(wait).unwrap_or(TimeDelta::MAX);
        self.say(Entry::Settle(taken.key, fate, again, handed)).await;
    }

    /// Takes mails as long as there are any.
    async fn take(mut self, ready: mpsc::Sender<Ready>) {
        let pace = self.settings.rate.map(|rate| Duration::from_mins(1) / rate);
        while !self.is_over() {
            // What waits is looked for without writing, so that nobody waits for that.
            if !self.house.has_mail().await.unwrap_or(true) {
                self.sleep(LOOK).await;
                continue;
            }
            let batch = match self.house.try_all(&Claim { house: &self.house, most: AT_ONCE }).await {
                Ok(batch) => batch,
                Err(fault) => {
                    tracing::warn!(code = fault.code.as_str(), "mails cannot be read");
                    self.sleep(LOOK).await;
                    continue;
                }
            };
            if batch.taken.is_empty() {
                self.sleep(LOOK).await;
                continue;
            }
            self.say(Entry::Took(batch.taken.iter().map(|taken| taken.key).collect())).await;
            self.prepare(batch, &ready, pace).await;
        }
    }

    /// What a mail says; else what becomes of it without being sent.
    async fn letter(
        &self,
        taken: &Taken,
        letters: &HashMap<CommunicationId, Arc<Letter>>,
        days: &HashMap<Uuid, NaiveDate>,
    ) -> Result<Arc<Letter>, Fate> {
        let missing = || Fate::Never("What was to be sent is not there.".to_owned());
        match taken.key.0 {
            Subject::Communication(id) => letters.get(&id).map(Arc::clone).ok_or_else(missing),
            Subject::Digest(id) => self.digest(taken, *days.get(&id).ok_or_else(missing)?).await,
        }
    }

    /// What the digest of a day says now; else what becomes of it.
    async fn digest(&self, taken: &Taken, day: NaiveDate) -> Result<Arc<Letter>, Fate> {
        let House { database, world, .. } = &self.house;
        match digest::letter(database, world, taken.key.1, day).await {
            Ok(Ok(letter)) => Ok(Arc::new(letter)),
            Ok(Err(reason)) => Err(Fate::Needless(reason.to_owned())),
            Err(fault) => {
                tracing::warn!(code = fault.code.as_str(), "a digest cannot be written");
                Err(Fate::NotNow("It could not be read what waits for them.".to_owned()))
            }
        }
    }

    /// What a mail says that may have waited for the mail server: a digest says what is so now, and nothing on another day.
    async fn fresh(&self, mail: &Ready) -> Result<Arc<Letter>, Fate> {
        match mail.letter.matter {
            Matter::Digest(day) if self.house.world.now() - mail.letter.sent_at > FRESH => {
                self.digest(&mail.taken, day).await
            }
            Matter::Digest(_) | Matter::Communication(_) => Ok(Arc::clone(&mail.letter)),
        }
    }

    /// Makes mails ready one after the other, as fast as they go out.
    async fn prepare(&mut self, batch: Batch, ready: &mpsc::Sender<Ready>, pace: Option<Duration>) {
        let letters: HashMap<CommunicationId, Arc<Letter>> =
            batch.written.iter().map(|(id, written)| (*id, letter(written))).collect();
        for taken in batch.taken {
            let to = addressee(batch.readers.get(&taken.key.1));
            let stale = rules::is_stale(taken.queued_at, taken.attempts, self.house.world.now());
            let letter = match (to, stale) {
                (_, true) => Err(Fate::Never("The mail server did not take it for three days.".to_owned())),
                (Err(reason), _) => Err(Fate::Never(reason.to_owned())),
                (Ok(to), false) => {
                    self.letter(&taken, &letters, &batch.days).await.map(|letter| (letter, to))
                }
            };
            let mail = match letter {
                Ok((letter, to)) => Ready { taken, letter, to },
                Err(fate) => {
                    self.settle(&taken, fate).await;
                    continue;
                }
            };
            let room = tokio::select! {
                room = ready.reserve() => room,
                _ = self.stop.changed() => return,
            };
            let Ok(room) = room else { return };
            room.send(mail);
            if let Some(pace) = pace {
                self.sleep(pace).await;
            }
            if self.is_over() {
                return;
            }
        }
    }

    /// Hands over what is ready, over one connection after the other.
    async fn hand_over_all(mut self, ready: Arc<Mutex<mpsc::Receiver<Ready>>>) {
        let mut line: Option<Line> = None;
        let mut failures = 0;
        loop {
            let next = async { ready.lock().await.recv().await };
            let mail = tokio::select! {
                mail = next => mail,
                _ = self.stop.changed() => None,
                // The mail server would end what is silent for long, and by itself.
                () = tokio::time::sleep(IDLE), if line.is_some() => {
                    if let Some(line) = line.take() {
                        line.close().await;
                    }
                    continue;
                }
            };
            let Some(mail) = mail else { break };
            while !self.is_over() {
                let open = if let Some(line) = line.take() {
                    Ok(line)
                } else {
                    tokio::select! {
                        opened = Line::open(&self.settings) => opened,
                        _ = self.stop.changed() => break,
                    }
                };
                match open {
                    Ok(open) => {
                        failures = 0;
                        if let Ok(open) = self.hand_over(open, &mail).await {
                            line = open;
                            break;
                        }
                    }
                    Err(reason) => self.trouble(&mut failures, reason).await,
                }
            }
        }
        if let Some(line) = line {
            line.close().await;
        }
    }

    /// The mail server is of no use for now: nobody's fault among the mails.
    async fn trouble(&mut self, failures: &mut u32, reason: String) {
        *failures = failures.saturating_add(1);
        tracing::warn!(reason, failures = *failures, "mails cannot be handed over");
        self.say(Entry::Trouble(format!("The mail server cannot be used: {reason}"))).await;
        self.sleep(rules::unreachable(*failures, dice())).await;
    }

    /// Hands one over. Answers the connection if it is still good; an error where the mail is to be tried again over another
    /// one. A connection that breaks before anything of the mail left says nothing of the mail where others went over it
    /// before: a mail server ends what is old. Where it is a new one it is this mail at which it ends, and that was a try:
    /// whatever is wrong with one address, it holds up nobody else.
    async fn hand_over(&mut self, mut line: Line, mail: &Ready) -> Result<Option<Line>, WornOut> {
        let Ready { taken, to, .. } = mail;
        let letter = match self.fresh(mail).await {
            Ok(letter) => letter,
            Err(fate) => {
                self.settle(taken, fate).await;
                return Ok(Some(line));
            }
        };
        let token = match letter.matter {
            Matter::Communication(communication) => {
                let until = self.house.world.now() + rules::LINK_LASTS;
                self.links.make(Said { communication, person: to.person, until })
            }
            Matter::Digest(_) => {
                self.links.unsubscribe(to.person, self.house.world.now() + rules::UNSUBSCRIBE_LASTS)
            }
        };
        let address = format!("{}/{}/{token}", self.settings.public_url, letter.matter.path());
        let bytes = match letter.to(to, &self.settings.from, &address) {
            Ok(bytes) => bytes,
            Err(reason) => {
                self.settle(taken, Fate::Never(reason)).await;
                return Ok(Some(line));
            }
        };
        let is_new = line.is_new();
        match line.offer(&self.settings.from, &to.address).await {
            Ok(()) => {}
            Err(Failed::Refused(fate)) => {
                self.settle(taken, fate).await;
                return Ok(Some(line));
            }
            Err(Failed::Broken(_)) if !is_new => return Err(WornOut),
            Err(Failed::Broken(reason)) => {
                tracing::warn!("a connection to the mail server ended at the first mail that was offered");
                self.settle(taken, Fate::NotNow(reason)).await;
                // A mail server that goes away at every mail is not asked as fast as it can answer.
                self.sleep(rules::unreachable(1, dice())).await;
                return Ok(None);
            }
        }
        let (asked, answer) = oneshot::channel();
        self.say(Entry::HandOver(taken.key, asked)).await;
        if answer.await != Ok(true) {
            // Another process has it by now. The mail server waits for a mail that does not come: the connection ends.
            return Ok(None);
        }
        let (fate, line) = line.hand_over(&bytes).await;
        self.settle_as(taken, fate, true).await;
        Ok(line)
    }
}

/// After how long a connection that is not used is ended.
const IDLE: Duration = Duration::from_secs(10);

impl Worker {
    /// Begins to empty the queue.
    #[must_use]
    pub fn start(database: Database, world: Arc<World>, settings: Settings, links: Links) -> Self {
        let now = world.now();
        let lease = TimeDelta::from_std(settings.lease).unwrap_or(TimeDelta::MAX);
        let house = House { claim: world.new_id(now), database, world, lease };
        let (stop, stopped) = watch::channel(false);
        let (ledger, said) = mpsc::channel(256);
        let (to_ready, ready) = mpsc::channel(1);
        let ready = Arc::new(Mutex::new(ready));
        let connections = settings.connections;
        let settings = Arc::new(settings);
        let shared = Shared { house: house.clone(), settings, links, ledger, stop: stopped };
        let mut running = vec![tokio::task::spawn_local(ledger::keep(house.clone(), said))];
        for _ in 0..connections {
            let (shared, ready) = (shared.clone(), Arc::clone(&ready));
            running.push(tokio::task::spawn_local(shared.hand_over_all(ready)));
        }
        running.push(tokio::task::spawn_local(shared.take(to_ready)));
        Self { stop, running, house }
    }

    /// Ends: what is being handed over is finished, what waits is given back. Waits so long at most.
    pub async fn stop(self, grace: Duration) {
        let Self { stop, running, house } = self;
        let _ = stop.send(true);
        let ending = async {
            for part in running {
                let _ = part.await;
            }
            house.try_all(&Release(&house)).await
        };
        match tokio::time::timeout(grace, ending).await {
            Ok(Ok(())) => {}
            Ok(Err(fault)) => tracing::warn!(code = fault.code.as_str(), "mails could not be given back"),
            Err(_) => tracing::warn!("mails were still on their way at the end"),
        }
    }
}
