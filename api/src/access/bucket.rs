//! Token buckets: how much somebody may spend at once, and how fast it comes back.
//!
//! A bucket holds `burst` points and fills by `per_minute` points a minute. It is kept as one number, the
//! moment at which it will be full again (the generic cell rate algorithm), so that nothing has to tick:
//! a bucket that nobody takes from is full by itself and can be forgotten. The buckets live in the memory
//! of one process; several processes on one database each have their own.
//!
//! What always holds, for each key:
//!
//! - No more passes in any stretch of time than `burst` and what comes back in that time. All sums are
//!   of whole numbers, nothing is rounded on the way.
//! - What is refused takes nothing, and passes after the wait that the refusal names unless somebody takes
//!   in between. A cost above `burst` counts as `burst`, since it could never pass otherwise.
//! - A clock that goes back finds a bucket empty at worst and never locks anybody out for longer than it
//!   takes to fill one.
//!
//! Memory is bounded: beyond [`MOST_KEYS`] keys the buckets that are nearest to full are forgotten, which
//! forgives their keys the little that was missing and nothing else. Somebody with many addresses could use
//! this to have a bucket of their own forgotten, but only by filling the whole table with buckets that
//! miss more than that one, which spends [`MOST_KEYS`] times what it gives back; and nobody else can lose
//! by it, because to be forgotten is to be full. New keys that ask for little push out one another.

use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use chrono::{DateTime, Utc};

/// How many keys are remembered at most, which takes less than 20 MB.
pub const MOST_KEYS: usize = 100_000;
/// How many keys there are before anybody looks for full buckets to forget.
const FEW_KEYS: usize = 1000;
/// A point in the unit of the sums: a microsecond gives back `per_minute` of these.
const POINT: i128 = 60_000_000;

/// How large a bucket is and how fast it fills. Both count as at least one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// The points of a full bucket.
    pub burst: u64,
    /// The points that come back in a minute.
    pub per_minute: u64,
}

/// What a bucket holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Level {
    /// The points of a full bucket.
    pub limit: u64,
    /// The points that are in it.
    pub remaining: u64,
    /// When it is full if nothing more is taken; a moment that has passed for one that is.
    pub reset_at: DateTime<Utc>,
}

/// A bucket does not hold what was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wait {
    /// After how long it does, to the microsecond.
    pub retry_after: Duration,
    /// What it holds.
    pub level: Level,
}

impl Wait {
    /// The wait in whole seconds, as `Retry-After` has it: rounded up, so that it is long enough.
    #[must_use]
    pub fn seconds(&self) -> u64 {
        self.retry_after.as_secs() + u64::from(self.retry_after.subsec_nanos() > 0)
    }
}

/// The buckets of many keys, all of the same size.
#[derive(Debug)]
pub struct Buckets<K> {
    rate: Rate,
    // One lock for all: it is held for a tenth of a microsecond, and for two milliseconds once in many
    // thousand new keys, where room has to be made among the most there can be.
    book: Mutex<Book<K>>,
}

/// When each bucket that is not full will be, in points of [`POINT`] since 1970.
#[derive(Debug)]
struct Book<K> {
    full_at: HashMap<K, i128>,
    most: usize,
    /// At how many keys room is made next.
    crowded: usize,
}

impl<K: Clone + Eq + Hash> Buckets<K> {
    /// Buckets that are all full.
    #[must_use]
    pub fn new(rate: Rate) -> Self {
        Self::with_room(rate, MOST_KEYS)
    }

    fn with_room(rate: Rate, most: usize) -> Self {
        let rate = Rate { burst: rate.burst.max(1), per_minute: rate.per_minute.max(1) };
        let book = Book { full_at: HashMap::new(), most, crowded: FEW_KEYS.min(most) };
        Self { rate, book: Mutex::new(book) }
    }

    /// Takes so many points out of a bucket.
    ///
    /// # Errors
    /// When it does not hold as many; then nothing is taken.
    pub fn take(&self, key: &K, cost: u64, now: DateTime<Utc>) -> Result<Level, Wait> {
        self.take_rest(key, cost, 0, now)
    }

    /// Takes what is missing of a cost, a part of which was taken before.
    ///
    /// # Errors
    /// When the bucket does not hold the rest; then nothing is taken. Whoever comes back begins anew, so the
    /// wait is until it holds the whole cost.
    pub fn take_rest(&self, key: &K, cost: u64, paid: u64, now: DateTime<Utc>) -> Result<Level, Wait> {
        let clock = self.clock(now);
        let mut book = self.book();
        let full_at = self.full_at(&book, key, clock);
        match self.afterwards(full_at, cost, paid, clock) {
            Ok(after) => {
                book.put(key, after, clock);
                Ok(self.level_of(after, clock))
            }
            Err(wait) => {
                // After the clock went back, the time at which it stood must not be waited for.
                book.put(key, full_at, clock);
                Err(wait)
            }
        }
    }

    /// Whether a bucket holds so many points.
    ///
    /// # Errors
    /// When it does not.
    pub fn check(&self, key: &K, cost: u64, now: DateTime<Utc>) -> Result<Level, Wait> {
        let clock = self.clock(now);
        let full_at = self.full_at(&self.book(), key, clock);
        self.afterwards(full_at, cost, 0, clock).map(|_| self.level_of(full_at, clock))
    }

    /// Puts back what was taken, where it turned out that nothing was owed.
    pub fn give_back(&self, key: &K, cost: u64, now: DateTime<Utc>) {
        let clock = self.clock(now);
        let mut book = self.book();
        let full_at = self.full_at(&book, key, clock);
        book.put(key, (full_at - i128::from(cost) * POINT).max(clock), clock);
    }

    /// What a bucket holds.
    #[must_use]
    pub fn level(&self, key: &K, now: DateTime<Utc>) -> Level {
        let clock = self.clock(now);
        self.level_of(self.full_at(&self.book(), key, clock), clock)
    }

    fn book(&self) -> MutexGuard<'_, Book<K>> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn clock(&self, now: DateTime<Utc>) -> i128 {
        i128::from(now.timestamp_micros()) * i128::from(self.rate.per_minute)
    }

    fn depth(&self) -> i128 {
        i128::from(self.rate.burst) * POINT
    }

    /// When the bucket will be full: between now, when it is, and when an empty one would be.
    fn full_at(&self, book: &Book<K>, key: &K, clock: i128) -> i128 {
        let known = book.full_at.get(key).copied().unwrap_or(clock);
        known.clamp(clock, clock + self.depth())
    }

    /// When the bucket will be full once the rest of a cost has been taken out of it.
    fn afterwards(&self, full_at: i128, cost: u64, paid: u64, clock: i128) -> Result<i128, Wait> {
        let cost = cost.min(self.rate.burst);
        let after = full_at + i128::from(cost.saturating_sub(paid)) * POINT;
        let empty_at = clock + self.depth();
        if after <= empty_at {
            return Ok(after);
        }
        let missing = full_at + i128::from(cost) * POINT - empty_at;
        let micros = u64::try_from(self.micros(missing)).unwrap_or(u64::MAX);
        Err(Wait { retry_after: Duration::from_micros(micros), level: self.level_of(full_at, clock) })
    }

    fn level_of(&self, full_at: i128, clock: i128) -> Level {
        let points = (clock + self.depth() - full_at).div_euclid(POINT);
        let reset_at = i64::try_from(self.micros(full_at)).ok().and_then(DateTime::from_timestamp_micros);
        Level {
            limit: self.rate.burst,
            remaining: u64::try_from(points).unwrap_or_default(),
            reset_at: reset_at.unwrap_or(DateTime::<Utc>::MAX_UTC),
        }
    }

    /// The microseconds until the clock has come so far.
    fn micros(&self, units: i128) -> i128 {
        let rate = i128::from(self.rate.per_minute);
        (units + rate - 1).div_euclid(rate)
    }
}

impl<K: Clone + Eq + Hash> Book<K> {
    fn put(&mut self, key: &K, full_at: i128, clock: i128) {
        if let Some(known) = self.full_at.get_mut(key) {
            *known = full_at;
        } else if full_at > clock {
            if self.full_at.len() >= self.crowded {
                self.make_room(clock);
            }
            self.full_at.insert(key.clone(), full_at);
        }
    }

    /// Forgets the full buckets and, where nearly all room is taken even so, those nearest to full. What
    /// this costs is spread over the many keys that come before the next time.
    fn make_room(&mut self, clock: i128) {
        self.full_at.retain(|_, full_at| *full_at > clock);
        let keep = self.most - self.most.div_ceil(8);
        if let Some(surplus) = self.full_at.len().checked_sub(keep).filter(|surplus| *surplus > 0) {
            let mut moments: Vec<i128> = self.full_at.values().copied().collect();
            let (nearer, last, _) = moments.select_nth_unstable(surplus - 1);
            let last = *last;
            // Of the buckets that are equally near, only as many as it takes.
            let mut equal = surplus - nearer.iter().filter(|moment| **moment < last).count();
            self.full_at.retain(|_, full_at| {
                let goes = *full_at < last || (*full_at == last && equal > 0);
                equal -= usize::from(goes && *full_at == last);
                !goes
            });
        }
        self.crowded = (self.full_at.len() * 2).clamp(FEW_KEYS.min(self.most), self.most);
    }
}

#[cfg(test)]
mod tests;
