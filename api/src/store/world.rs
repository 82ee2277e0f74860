//! Time, ids and the organisation's settings: everything that a test wants to hold still.

use std::{
    fmt,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use aws_lc_rs::digest::{SHA256, digest};
use chrono::{DateTime, Datelike, NaiveDate, SubsecRound, Utc};
use jiff::{Timestamp, tz::TimeZone};
use uuid::{ContextV7, Uuid};

use super::Progress;

/// Where ids come from.
#[derive(Debug)]
pub enum Ids {
    /// UUIDv7 that never go back within the process.
    Random(Mutex<ContextV7>),
    /// UUIDv7 whose random part counts: the same run makes the same ids.
    Counting(AtomicU64),
}

impl Ids {
    /// Ids for real use.
    #[must_use]
    pub fn random() -> Self {
        Self::Random(Mutex::new(ContextV7::new()))
    }

    /// Ids for tests and the demo organisation.
    #[must_use]
    pub fn counting() -> Self {
        Self::Counting(AtomicU64::new(1))
    }

    /// An id that says nothing of when it was made, nor after which other.
    #[expect(clippy::disallowed_methods, reason = "this is where such ids enter the house")]
    fn unlinked(&self) -> Uuid {
        match self {
            Self::Random(_) => Uuid::new_v4(),
            Self::Counting(counter) => {
                let number = counter.fetch_add(1, Ordering::Relaxed).to_be_bytes();
                let mut bytes = [0; 16];
                for (byte, random) in bytes.iter_mut().zip(digest(&SHA256, &number).as_ref()) {
                    *byte = *random;
                }
                uuid::Builder::from_random_bytes(bytes).into_uuid()
            }
        }
    }

    fn next(&self, now: DateTime<Utc>) -> Uuid {
        match self {
            Self::Random(context) => {
                let context = context.lock().unwrap_or_else(PoisonError::into_inner);
                let seconds = u64::try_from(now.timestamp()).unwrap_or_default();
                Uuid::new_v7(uuid::Timestamp::from_unix(&*context, seconds, now.timestamp_subsec_nanos()))
            }
            Self::Counting(counter) => {
                let [_, _, rest @ ..] = counter.fetch_add(1, Ordering::Relaxed).to_be_bytes();
                let mut bytes = [0; 10];
                bytes[4..].copy_from_slice(&rest);
                let millis = u64::try_from(now.timestamp_millis()).unwrap_or_default();
                uuid::Builder::from_unix_timestamp_millis(millis, &bytes).into_uuid()
            }
        }
    }
}

type Clock = Box<dyn Fn() -> DateTime<Utc> + Send + Sync>;

/// What surrounds every request of a process.
pub struct World {
    clock: Clock,
    ids: Ids,
    zone: TimeZone,
    /// What the codes of initiatives start with, before the hyphen.
    pub code_prefix: String,
    /// How far long work of this process has come.
    pub progress: Progress,
    /// Whether there is a mail server.
    pub sends_mail: bool,
}

impl fmt::Debug for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("World").field("zone", &self.zone).finish_non_exhaustive()
    }
}

impl World {
    /// A world with its clock, ids, the organisation's time zone and the prefix of its codes.
    #[must_use]
    pub fn new(
        clock: impl Fn() -> DateTime<Utc> + Send + Sync + 'static,
        ids: Ids,
        zone: TimeZone,
        code_prefix: String,
    ) -> Self {
        Self {
            clock: Box::new(clock),
            ids,
            zone,
            code_prefix,
            progress: Progress::default(),
            sends_mail: false,
        }
    }

    /// The machine's clock.
    #[expect(clippy::disallowed_methods, reason = "this is where the clock enters the house")]
    #[must_use]
    pub fn machine_clock() -> DateTime<Utc> {
        Utc::now()
    }

    /// The moment, to the microsecond: PostgreSQL keeps no more.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        (self.clock)().trunc_subsecs(6)
    }

    /// The calendar day of this moment in the organisation's time zone.
    #[must_use]
    pub fn day(&self, at: DateTime<Utc>) -> NaiveDate {
        let day = Timestamp::from_microsecond(at.timestamp_micros())
            .map(|at| self.zone.to_datetime(at).date())
            .ok()
            .and_then(|day| {
                NaiveDate::from_ymd_opt(
                    day.year().into(),
                    u32::try_from(day.month()).ok()?,
                    u32::try_from(day.day()).ok()?,
                )
            });
        day.unwrap_or_else(|| at.date_naive())
    }

    /// The hour of this moment in the organisation's time zone, 0 to 23.
    #[must_use]
    pub fn hour(&self, at: DateTime<Utc>) -> u8 {
        let hour =
            Timestamp::from_microsecond(at.timestamp_micros()).map(|at| self.zone.to_datetime(at).hour());
        hour.ok().and_then(|hour| u8::try_from(hour).ok()).unwrap_or_default()
    }

    /// The moment at which this calendar day of the organisation's time zone is over: the first of the next.
    /// `None` at the end of the calendar.
    #[must_use]
    pub fn end_of(&self, day: NaiveDate) -> Option<DateTime<Utc>> {
        let (year, month) = (i16::try_from(day.year()).ok()?, i8::try_from(day.month()).ok()?);
        let day = jiff::civil::Date::new(year, month, i8::try_from(day.day()).ok()?).ok()?;
        let next = day.tomorrow().ok()?.to_zoned(self.zone.clone()).ok()?;
        DateTime::from_timestamp_micros(next.timestamp().as_microsecond())
    }

    /// The moment at which this calendar day of the organisation's time zone begins. `None` at the ends of the calendar.
    #[must_use]
    pub fn start_of(&self, day: NaiveDate) -> Option<DateTime<Utc>> {
        self.end_of(day.pred_opt()?)
    }

    /// A new id that says nothing of when it was made.
    #[must_use]
    pub fn unlinked_id(&self) -> Uuid {
        self.ids.unlinked()
    }

    /// A new id.
    #[must_use]
    pub fn new_id(&self, now: DateTime<Utc>) -> Uuid {
        self.ids.next(now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_day_is_the_organisations() {
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        let world =
            |zone| World::new(World::machine_clock, Ids::random(), TimeZone::get(zone).unwrap(), "CX".into());
        let late = at("2025-06-30T22:30:00Z");
        assert_eq!(world("UTC").day(late).to_string(), "2025-06-30");
        assert_eq!(world("Europe/Copenhagen").day(late).to_string(), "2025-07-01");
        assert_eq!(world("America/New_York").day(at("2025-07-01T03:59:59Z")).to_string(), "2025-06-30");
        assert_eq!((world("UTC").hour(late), world("Europe/Copenhagen").hour(late)), (22, 0));
        for zone in ["UTC", "Europe/Copenhagen", "America/New_York"] {
            let world = world(zone);
            // The second is the day on which the clocks go back.
            for day in ["2025-06-30", "2025-10-26", "2024-02-29"] {
                let end = world.end_of(day.parse().unwrap()).unwrap();
                assert_eq!(world.day(end - chrono::TimeDelta::microseconds(1)).to_string(), day, "{zone}");
                assert!(world.day(end) > day.parse().unwrap(), "{zone}");
            }
            assert_eq!(world.end_of("9999-12-31".parse().unwrap()), None);
        }
    }

    #[test]
    fn unlinked_ids_say_nothing_of_their_order() {
        for ids in [Ids::random(), Ids::counting()] {
            let made: Vec<_> = (0..500).map(|_| ids.unlinked()).collect();
            assert!(made.iter().all(|id| id.get_version_num() == 4));
            let up = made.windows(2).filter(|two| two[0] < two[1]).count();
            assert!((150..350).contains(&up), "{up} of 499 go up");
        }
    }

    #[test]
    fn ids_never_go_back() {
        for ids in [Ids::random(), Ids::counting()] {
            let now = World::machine_clock();
            let made: Vec<_> = (0..5000).map(|_| ids.next(now)).collect();
            assert!(made.is_sorted() && made.iter().all(|id| id.get_version_num() == 7));
        }
    }
}
