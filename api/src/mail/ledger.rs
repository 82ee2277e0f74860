//! What became of mails, written down: many at once in one transaction, in the order in which it was said.
//!
//! Each connection to the mail server has at most one mail that is being handed over. What all of them have to say while one
//! transaction is written goes into the next, so that the number of commits does not grow with the number of connections; and
//! what a connection says of one mail is written with what it says of the next.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

use super::rules::Fate;
use super::store::{self, Key, Subject, Taken};
use crate::access::Viewer;
use crate::communication;
use crate::graphql::Fault;
use crate::store::tx::{Once, Work};
use crate::store::{Database, Outcome, Scope, Tx, World};

/// What is said of a mail.
#[derive(Debug)]
pub(super) enum Entry {
    /// This process has these from now on.
    Took(Vec<Key>),
    /// The mail server has asked for it: whether it may have it is answered when that is written down.
    HandOver(Key, oneshot::Sender<bool>),
    /// What became of it, and whether it was handed over; one that waits is tried again at that moment.
    Settle(Key, Fate, DateTime<Utc>, bool),
    /// Why none of them can be handed over.
    Trouble(String),
}

/// How long to wait after the database did not answer.
const AGAIN: Duration = Duration::from_secs(1);

/// The house as the worker sees it: no request, no viewer.
#[derive(Clone, Debug)]
pub(super) struct House {
    pub database: Database,
    pub world: Arc<World>,
    /// Names this process among those that share the queue.
    pub claim: Uuid,
    /// After how long a process that says nothing is taken for dead.
    pub lease: TimeDelta,
}

impl House {
    fn scope(&self) -> Scope {
        Scope::new(self.database.clone(), Arc::clone(&self.world), Viewer::system())
    }

    /// Whether a mail may be tried now.
    pub(super) async fn has_mail(&self) -> Result<bool, Fault> {
        store::is_due(&self.scope()).await
    }

    /// Carries work out as the system, until the database answers.
    pub(super) async fn do_all<W: Work<Reply = Once<T>>, T: Send + Sync>(&self, work: &W) -> T {
        loop {
            match self.try_all(work).await {
                Ok(answer) => return answer,
                Err(fault) => {
                    tracing::warn!(
                        code = fault.code.as_str(),
                        "what became of mails cannot be written down yet"
                    );
                    tokio::time::sleep(AGAIN).await;
                }
            }
        }
    }

    /// The same, once.
    pub(super) async fn try_all<W: Work<Reply = Once<T>>, T: Send + Sync>(
        &self,
        work: &W,
    ) -> Result<T, Fault> {
        Ok(self.scope().see_to(work).await?.answer)
    }
}

/// Takes mails to hand over.
#[derive(Debug)]
pub(super) struct Claim<'h> {
    pub house: &'h House,
    pub most: u64,
}

/// Mails with all that they need.
#[derive(Debug, Default)]
pub(super) struct Batch {
    pub taken: Vec<Taken>,
    pub readers: std::collections::HashMap<tutti_entity::ids::PersonId, store::Reader>,
    pub written: std::collections::HashMap<tutti_entity::ids::CommunicationId, store::Written>,
    /// The days of which the digests are.
    pub days: std::collections::HashMap<Uuid, NaiveDate>,
}

impl Work for Claim<'_> {
    type Reply = Once<Batch>;

    async fn run(&self, tx: &Tx<'_>) -> Outcome<Once<Batch>> {
        let taken = store::claim(tx, self.house.claim, self.house.lease, self.most).await?;
        if taken.is_empty() {
            return Ok(Once { answer: Batch::default(), wrote: false });
        }
        let (readers, written) = (store::readers(tx, &taken).await?, store::written(tx, &taken).await?);
        let days = store::days(tx, &taken).await?;
        Ok(Once { answer: Batch { taken, readers, written, days }, wrote: true })
    }
}

/// Gives back what this process has.
#[derive(Debug)]
pub(super) struct Release<'h>(pub &'h House);

impl Work for Release<'_> {
    type Reply = Once<()>;

    async fn run(&self, tx: &Tx<'_>) -> Outcome<Once<()>> {
        store::release(tx, self.0.claim).await?;
        Ok(Once { answer: (), wrote: true })
    }
}

/// Writes what was said.
struct Write<'l> {
    house: &'l House,
    entries: &'l [Entry],
    /// What this process has, where it is to be said again that it has it.
    renews: Option<Vec<Key>>,
    /// What may be handed over already, and of which it was not said yet what became of it.
    begun: &'l HashSet<Key>,
}

impl Work for Write<'_> {
    type Reply = Once<Vec<Key>>;

    async fn run(&self, tx: &Tx<'_>) -> Outcome<Once<Vec<Key>>> {
        let claim = self.house.claim;
        if let Some(held) = &self.renews {
            store::renew(tx, claim, self.house.lease, held).await?;
        }
        let mut taken: Vec<Key> = Vec::new();
        let mut wanted: Vec<Key> = Vec::new();
        for entry in self.entries {
            match entry {
                Entry::Settle(key, Fate::Taken, ..) => taken.push(*key),
                Entry::Settle(key, fate, again, handed) => {
                    store::missed(tx, claim, *key, fate, *again, *handed).await?;
                }
                // Nobody is told twice that they may.
                Entry::HandOver(key, _) if self.begun.contains(key) => {}
                Entry::HandOver(key, _) => wanted.push(*key),
                Entry::Trouble(reason) => store::trouble(tx, claim, reason).await?,
                Entry::Took(_) => {}
            }
        }
        store::sent(tx, claim, &taken).await?;
        taken.sort_unstable();
        for of_one in taken.chunk_by(|one, other| one.0 == other.0) {
            if let Some((Subject::Communication(communication), _)) = of_one.first() {
                let people: Vec<_> = of_one.iter().map(|(_, person)| *person).collect();
                communication::deliver(tx, *communication, &people, tx.now()).await?;
            }
        }
        let answer = store::hand_over(tx, claim, self.house.lease, &wanted).await?;
        Ok(Once { answer, wrote: true })
    }
}

/// Writes down what is said until nobody says anything any more, and meanwhile that this process lives.
pub(super) async fn keep(house: House, mut said: mpsc::Receiver<Entry>) {
    let third = house.lease / 3;
    // It is said at once, and then however quiet it is.
    let (mut quiet, patience) = (Duration::ZERO, third.to_std().unwrap_or(AGAIN));
    let mut renewed: Option<DateTime<Utc>> = None;
    let mut entries = Vec::new();
    // What a lost answer of the database gave to this process is in neither: it lapses, and is taken anew.
    let mut held: HashSet<Key> = HashSet::new();
    let mut begun: HashSet<Key> = HashSet::new();
    loop {
        match tokio::time::timeout(quiet, said.recv()).await {
            Ok(Some(first)) => entries.push(first),
            Ok(None) => return,
            Err(_) => {}
        }
        quiet = patience;
        // Whoever is about to say something says it now.
        tokio::task::yield_now().await;
        while let Ok(entry) = said.try_recv() {
            entries.push(entry);
        }
        for entry in &entries {
            if let Entry::Took(keys) = entry {
                held.extend(keys.iter().copied());
            }
        }
        let now = house.world.now();
        let renews = renewed.is_none_or(|last| now - last >= third);
        if !renews && entries.iter().all(|entry| matches!(entry, Entry::Took(_))) {
            entries.clear();
            continue;
        }
        let write = Write {
            house: &house,
            entries: &entries,
            renews: renews.then(|| held.iter().copied().collect()),
            begun: &begun,
        };
        let mut granted: HashSet<Key> = house.do_all(&write).await.into_iter().collect();
        if renews {
            renewed = Some(now);
        }
        for entry in entries.drain(..) {
            match entry {
                Entry::HandOver(key, answer) => {
                    let may = granted.remove(&key);
                    if may {
                        begun.insert(key);
                    } else if !begun.contains(&key) {
                        held.remove(&key);
                    }
                    // Whoever asked waits until this: nobody hands over what is not written down.
                    let _ = answer.send(may);
                }
                // Of what is being handed over another copy may be refused, where it was taken twice.
                Entry::Settle(key, _, _, handed) if handed || !begun.contains(&key) => {
                    begun.remove(&key);
                    held.remove(&key);
                }
                Entry::Settle(..) | Entry::Took(_) | Entry::Trouble(_) => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use sea_orm::{ActiveEnum as _, ConnectionTrait as _, Statement};
    use tutti_entity::ids::{CommunicationId, PersonId};
    use tutti_entity::mail::queued::MailState;

    use super::*;
    use crate::store::{database, world::Ids};

    const NOW: &str = "2025-03-31T08:00:00+00:00";

    #[expect(clippy::disallowed_methods, reason = "rows as they stand, however they came to stand so")]
    async fn behind(database: &Database, statements: &[String]) {
        let tx = database.begin().await.unwrap();
        for statement in statements {
            tx.execute_unprepared(statement).await.unwrap();
        }
        tx.commit().await.unwrap();
    }

    /// A house with one mail that waits.
    async fn house(folder: &std::path::Path) -> House {
        let second = Duration::from_secs(5);
        let options = database::Options {
            url: format!("sqlite://{}", folder.join("mail.db").display()),
            connections: 1,
            patience: second,
            statement_timeout: second,
        };
        let database = Database::connect(&options).await.unwrap();
        database.migrate().await.unwrap();
        let id = "x'00000000000070008000000000000001'";
        let rows = [
            format!(
                "INSERT INTO people (id, version, name, name_folded, email, email_folded, tier, status, locale, created_at, updated_at) \
                 VALUES ({id}, 1, 'A', 'a', 'a@tutti.example', 'a@tutti.example', 'LEADER', 'ACTIVE', 'EN', '{NOW}', '{NOW}')"
            ),
            format!(
                "INSERT INTO communications (id, version, state, sender_id, channel, purpose, subject, subject_folded, body, tiers, \
                 as_corrected, for_everyone, sent_at, created_at, updated_at) \
                 VALUES ({id}, 1, 'SENT', {id}, 'EMAIL', 'WHAT', 'S', 's', 'B', ',', FALSE, FALSE, '{NOW}', '{NOW}', '{NOW}')"
            ),
            format!("INSERT INTO receipts (communication_id, person_id, tier) VALUES ({id}, {id}, 'LEADER')"),
            format!(
                "INSERT INTO mails (kind, subject_id, person_id, state, attempts, queued_at, next_at) \
                 VALUES ('COMMUNICATION', {id}, {id}, 'QUEUED', 0, '{NOW}', '{NOW}')"
            ),
        ];
        behind(&database, &rows).await;
        let at: DateTime<Utc> = NOW.parse().unwrap();
        let world = World::new(move || at, Ids::counting(), jiff::tz::TimeZone::UTC, "CX".into());
        House { database, world: Arc::new(world), claim: Uuid::from_u128(7), lease: TimeDelta::minutes(1) }
    }

    async fn say(house: &House, entries: &[Entry]) -> Vec<Key> {
        house.do_all(&Write { house, entries, renews: None, begun: &HashSet::new() }).await
    }

    async fn state(house: &House) -> String {
        let asked = Statement::from_string(house.database.backend(), "SELECT state FROM mails");
        house.database.reader().query_one_raw(asked).await.unwrap().unwrap().try_get("", "state").unwrap()
    }

    #[tokio::test]
    async fn what_is_refused_of_one_copy_says_nothing_of_the_other() {
        let folder = tempfile::tempdir().unwrap();
        let house = house(folder.path()).await;
        let one = Uuid::from_u128(0x0000_0000_0000_7000_8000_0000_0000_0001);
        let key = (Subject::Communication(CommunicationId(one)), PersonId(one));
        let refused = || {
            let again = house.world.now();
            [
                Entry::Settle(key, Fate::NotNow("450 later".to_owned()), again, false),
                Entry::Settle(key, Fate::Never("550 nobody".to_owned()), again, false),
            ]
        };
        let most = 1;
        assert_eq!(house.do_all(&Claim { house: &house, most }).await.taken.len(), 1);
        // While it is being handed over, and once it was, nothing that happened to another copy sends it again.
        let (answer, _) = oneshot::channel();
        assert_eq!(say(&house, &[Entry::HandOver(key, answer)]).await, [key]);
        say(&house, &refused()).await;
        assert_eq!(state(&house).await, MailState::HandingOver.to_value());
        say(&house, &[Entry::Settle(key, Fate::Taken, house.world.now(), true)]).await;
        say(&house, &refused()).await;
        assert_eq!(state(&house).await, MailState::Sent.to_value());
        // The one that waits is refused as ever.
        behind(&house.database, &["UPDATE mails SET state = 'QUEUED'".to_owned()]).await;
        say(&house, &refused()[1..]).await;
        assert_eq!(state(&house).await, MailState::Failed.to_value());
    }
}
