//! Seals on the log: whoever changes or removes a sealed event behind the application's back is found out.
//!
//! Always: a seal is set on settled events alone, in their order and far from the write path, so that nobody who
//! writes waits for it; it holds the hash of its events and of the seal before. Whoever keeps the last hash elsewhere,
//! on paper if need be, also finds out that somebody has made all seals anew. Events may be given up from the oldest
//! on, whole seals at a time; their seals stay, and an event tells of it.

pub mod chain;
mod pruning;

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::sea_query::{Expr, ExprTrait, Order, Query, SelectStatement};
use sea_orm::{ConnectionTrait, FromQueryResult, Iterable, ModelTrait as _};
use tokio::sync::watch;
use tutti_entity::events::event::{self, Column as E};
use tutti_entity::events::event_seal::{self, Column as S};

use self::chain::{Lot, hash_of, seal};
use self::pruning::is_told;
pub use self::pruning::prune;
use super::follow::{Follow, beyond};
use crate::graphql::Fault;
use crate::store::{Database, World};

/// How many events come under one seal at most.
const MOST: i64 = 1_000;
/// How many events are read at once.
const AT_ONCE: u64 = 250;
/// How old an event gets without a seal.
const OLDEST: TimeDelta = TimeDelta::minutes(1);
/// How often it is looked for events.
const LOOK: Duration = Duration::from_secs(1);

/// Seals the log until it is to stop, in one process at a time.
pub async fn keep_sealing(database: &Database, world: &World, stop: watch::Receiver<bool>) {
    let work = || async {
        if let Err(fault) = seal_on(database, world).await {
            tracing::warn!(cause = fault.message, "the log is not sealed at the moment");
        }
    };
    database.alone("seal", stop, work).await;
}

async fn seal_on(database: &Database, world: &World) -> Result<(), Fault> {
    let mut sealer = Sealer::begin(database).await?;
    loop {
        if !sealer.seal_what_is_due(world, OLDEST).await? {
            tokio::time::sleep(LOOK).await;
        }
    }
}

/// Whoever sets the next seals.
pub struct Sealer {
    database: Database,
    log: Follow,
    last: Option<event_seal::Model>,
    lot: Lot,
    /// When the first event of the lot happened.
    first: Option<DateTime<Utc>>,
}

impl Sealer {
    /// Goes on after the last seal.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn begin(database: &Database) -> Result<Self, Fault> {
        let select = seals().order_by(S::Number, Order::Desc).limit(1).to_owned();
        let last = read(database, &select).await?.pop();
        let place = last.as_ref().map_or(0, |seal| seal.through);
        let log = Follow::after(database.clone(), place);
        Ok(Self { database: database.clone(), log, last, lot: Lot::after(place), first: None })
    }

    /// Seals the next events: as many as come under one seal, or fewer where the first of them is as old as this.
    /// Whether it did.
    ///
    /// # Errors
    /// When the database refuses, also where another process has set the same seal. Then one has to begin again.
    pub async fn seal_what_is_due(&mut self, world: &World, age: TimeDelta) -> Result<bool, Fault> {
        while self.lot.events < MOST {
            let events = self.log.read(AT_ONCE).await?;
            if events.is_empty() {
                break;
            }
            self.first = self.first.or(events.first().map(|event| event.at));
            for event in &events {
                self.lot.take(event);
            }
        }
        let now = world.now();
        let is_old = self.first.is_some_and(|first| now - first >= age);
        if self.lot.events < MOST && !is_old {
            return Ok(false);
        }
        let lot = std::mem::replace(&mut self.lot, Lot::after(self.log.reached()));
        let seal = seal(self.last.as_ref(), lot, now);
        let insert = Query::insert()
            .into_table(event_seal::Entity)
            .columns(S::iter())
            .values(S::iter().map(|column| Expr::val(seal.get(column))))
            .map_err(Fault::internal)?
            .to_owned();
        self.database.mark(&insert).await?;
        (self.last, self.first) = (Some(seal), None);
        Ok(true)
    }
}

fn seals() -> SelectStatement {
    Query::select().columns(S::iter()).from(event_seal::Entity).to_owned()
}

async fn read(database: &Database, select: &SelectStatement) -> Result<Vec<event_seal::Model>, Fault> {
    let rows = database.reader().query_all(select).await?;
    Ok(rows.iter().map(|row| event_seal::Model::from_query_result(row, "")).collect::<Result<_, _>>()?)
}

/// What came of looking at all seals.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// How many seals there are.
    pub seals: usize,
    /// How many of them say of events that were given up.
    pub pruned: usize,
    /// How many events are under the others, as the seals have it.
    pub events: i64,
    /// The hash of the last: to be kept elsewhere.
    pub last: Option<String>,
    /// Everything that is not as it was, a sentence each.
    pub findings: Vec<String>,
}

/// Looks at all seals and at what is under them. Where a hash is given that was kept elsewhere, it has to be that of
/// one of them.
///
/// # Errors
/// When the database cannot be read.
pub async fn verify(database: &Database, kept: Option<&str>) -> Result<Verdict, Fault> {
    let mut verdict = Verdict::default();
    let mut before: Option<event_seal::Model> = None;
    let mut is_kept = kept.is_none();
    let mut pruned: Option<event_seal::Model> = None;
    loop {
        let number = before.as_ref().map_or(0, |seal| seal.number);
        let select = seals()
            .and_where(Expr::col(S::Number).gt(number))
            .order_by(S::Number, Order::Asc)
            .limit(AT_ONCE)
            .to_owned();
        let some = read(database, &select).await?;
        if some.is_empty() {
            break;
        }
        for seal in some {
            look(database, before.as_ref(), &seal, &mut verdict).await?;
            is_kept |= kept == Some(seal.hash.as_str());
            pruned = Some(seal.clone()).filter(|seal| seal.pruned_at.is_some()).or(pruned);
            before = Some(seal);
        }
    }
    if !is_kept {
        verdict
            .findings
            .push("No seal has the hash that was kept: the seals were made anew, or cut off.".into());
    }
    if let Some(seal) = pruned
        && !is_told(database, &seal).await?
    {
        let number = seal.number;
        verdict
            .findings
            .push(format!("Seal {number}: its events are gone, and no event says that they were given up."));
    }
    let below = Query::select()
        .expr(Expr::col(E::Position).count())
        .from(event::Entity)
        .and_where(Expr::col(E::Position).lte(0))
        .to_owned();
    let below: i64 = match database.reader().query_one(&below).await? {
        Some(row) => row.try_get_by_index(0)?,
        None => 0,
    };
    if below > 0 {
        verdict
            .findings
            .push(format!("{below} events lie before the first place, where none is ever written."));
    }
    verdict.last = before.map(|seal| seal.hash);
    Ok(verdict)
}

async fn look(
    database: &Database,
    before: Option<&event_seal::Model>,
    seal: &event_seal::Model,
    verdict: &mut Verdict,
) -> Result<(), Fault> {
    let name = format!("Seal {} (places up to {}, set {})", seal.number, seal.through, seal.sealed_at);
    let place = before.map_or(0, |seal| seal.through);
    verdict.seals += 1;
    if seal.number != before.map_or(0, |seal| seal.number) + 1 {
        verdict.findings.push(format!("{name}: the seal before it is missing."));
    }
    if hash_of(before, seal) != seal.hash {
        verdict.findings.push(format!("{name}: the seal itself was changed, or the one before it."));
    }
    let mut lot = Lot::after(place);
    loop {
        let events = beyond(database, lot.through, seal.through, AT_ONCE).await?;
        if events.is_empty() {
            break;
        }
        for event in &events {
            lot.take(event);
        }
    }
    if seal.pruned_at.is_some() {
        verdict.pruned += 1;
        if before.is_some_and(|seal| seal.pruned_at.is_none()) {
            verdict.findings.push(format!("{name}: its events are given up, and older ones are not."));
        }
        if lot.events > 0 {
            verdict.findings.push(format!("{name}: its events were given up, and {} are there.", lot.events));
        }
        return Ok(());
    }
    let (found, expected) = (lot.events, seal.events);
    let finding = if found != expected {
        Some(format!("{name}: {found} events are there, and {expected} were sealed."))
    } else if lot.digest() != seal.digest {
        Some(format!("{name}: an event was changed."))
    } else {
        None
    };
    if finding.is_some() {
        // They may have been given up while it was looked.
        let select = seals().and_where(Expr::col(S::Number).eq(seal.number)).to_owned();
        if read(database, &select).await?.pop().is_some_and(|seal| seal.pruned_at.is_some()) {
            verdict.pruned += 1;
            return Ok(());
        }
    }
    verdict.events = verdict.events.saturating_add(expected);
    verdict.findings.extend(finding);
    Ok(())
}

/// Up to which place events were given up; 0 where none were.
///
/// # Errors
/// When the database cannot be read.
pub async fn given_up(database: &Database) -> Result<i64, Fault> {
    let select = seals()
        .and_where(Expr::col(S::PrunedAt).is_not_null())
        .order_by(S::Number, Order::Desc)
        .limit(1)
        .to_owned();
    Ok(read(database, &select).await?.pop().map_or(0, |seal| seal.through))
}
