//! In which order the log is read, and what a reader may go past.
//!
//! Always: a place in the log is given out when an event is written, which is before its transaction commits. So a
//! reader meets places that are empty, of which some are filled later, by transactions that were slower, and some
//! never, by those that came to nothing. It goes past an empty place only once nobody is left who could fill it. Then
//! the order of places is one order for all readers, nothing is put in behind a reader, and a place that was reached
//! says all about what was read: it is the cursor that lists of events have always handed out.

/// How far a reader has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    reached: i64,
    closed: i64,
}

impl Reading {
    /// A reader that has come past this place.
    #[must_use]
    pub fn after(place: i64) -> Self {
        Self { reached: place, closed: place }
    }

    /// The last place that it has come past.
    #[must_use]
    pub fn reached(&self) -> i64 {
        self.reached
    }

    /// Nobody is left who could fill an empty place up to this one. What is found has to be read after that was
    /// found out.
    pub fn close(&mut self, through: i64) {
        self.closed = self.closed.max(through);
    }

    /// Goes on through the places that hold an event, which are all of them beyond what was reached as far as the
    /// last of these. Answers how many it came past; where it is not all, it stands before an empty place that
    /// somebody may still fill.
    pub fn pass(&mut self, found: &[i64]) -> usize {
        let mut passed = 0;
        for place in found {
            let before = place.saturating_sub(1);
            if before != self.reached && before > self.closed {
                break;
            }
            self.reached = *place;
            passed += 1;
        }
        passed
    }
}

/// How many transactions a snapshot names at most: more than a server has connections.
const MOST_RUNNING: usize = 10_000;

/// What could be seen at a moment, as PostgreSQL tells it: `xmin:xmax:xip,xip`. What was written by a transaction
/// that had not ended by then comes later, wherever its place is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    first_running: i64,
    next: i64,
    running: Vec<i64>,
}

impl Snapshot {
    /// Reads what PostgreSQL wrote; none where it is something else.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let mut parts = text.split(':');
        let (first, next, rest) = (parts.next()?, parts.next()?, parts.next()?);
        let running = rest.split(',').filter(|id| !id.is_empty()).take(MOST_RUNNING + 1);
        let mut running: Vec<i64> = running.map(str::parse).collect::<Result<_, _>>().ok()?;
        if running.len() > MOST_RUNNING {
            return None;
        }
        running.sort_unstable();
        let snapshot = Self { first_running: first.parse().ok()?, next: next.parse().ok()?, running };
        (parts.next().is_none() && snapshot.first_running >= 0 && snapshot.next >= snapshot.first_running)
            .then_some(snapshot)
    }

    /// The first transaction that had not ended.
    #[must_use]
    pub fn first_running(&self) -> i64 {
        self.first_running
    }

    /// Whether what this transaction wrote could be seen.
    #[must_use]
    pub fn shows(&self, transaction: i64) -> bool {
        transaction < self.first_running
            || (transaction < self.next && self.running.binary_search(&transaction).is_err())
    }
}

/// From where on somebody wants to be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Since {
    /// They know what is up to this place,
    pub place: i64,
    /// as far as it could be seen at this moment; all of it where nothing is said.
    pub seen: Option<Snapshot>,
}

impl Since {
    /// Whether an event at this place, written by this transaction, is news.
    #[must_use]
    pub fn is_news(&self, place: i64, transaction: i64) -> bool {
        place > self.place || self.seen.as_ref().is_some_and(|seen| !seen.shows(transaction))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_reader_waits_before_an_empty_place_until_nobody_can_fill_it() {
        let mut reading = Reading::after(10);
        assert_eq!(reading.pass(&[11, 12, 14, 15]), 2);
        assert_eq!(reading.reached(), 12);
        // 13 is filled late, and comes in its place.
        assert_eq!(reading.pass(&[13, 14, 15, 18]), 3);
        assert_eq!(reading.pass(&[18]), 0);
        reading.close(18);
        assert_eq!(reading.pass(&[18, 20]), 1);
        assert_eq!(reading.reached(), 18);
        // What was closed further back than the reader is does not matter.
        reading.close(3);
        assert_eq!(reading.pass(&[20]), 0);
        reading.close(19);
        assert_eq!(reading.pass(&[20, 21]), 2);
        assert_eq!(reading.pass(&[]), 0);
    }

    #[test]
    fn snapshots_are_read() {
        let snapshot = Snapshot::read("10:20:10,14,15").unwrap();
        assert_eq!(snapshot.first_running(), 10);
        for (transaction, shown) in [
            (9, true),
            (10, false),
            (11, true),
            (14, false),
            (15, false),
            (19, true),
            (20, false),
            (99, false),
        ] {
            assert_eq!(snapshot.shows(transaction), shown, "{transaction}");
        }
        assert!(Snapshot::read("10:10:").unwrap().shows(9));
        assert!(!Snapshot::read("10:20:15,11").unwrap().shows(11));
        let many = |number: usize| format!("1:99999:{}", vec!["7"; number].join(","));
        assert!(Snapshot::read(&many(10_000)).is_some() && Snapshot::read(&many(10_001)).is_none());
        for text in ["", "1", "1:2", "a:2:", "1:2:x", "1:2:3:4", "5:4:", "-1:4:"] {
            assert_eq!(Snapshot::read(text), None, "{text}");
        }
    }

    #[test]
    fn news_is_what_lies_ahead_and_what_came_late() {
        let since = Since { place: 50, seen: Snapshot::read("7:9:7") };
        assert!(since.is_news(51, 1) && since.is_news(40, 7) && since.is_news(50, 9));
        assert!(!since.is_news(50, 8) && !since.is_news(1, 6));
        let plain = Since { place: 50, seen: None };
        assert!(plain.is_news(51, 1) && !plain.is_news(50, 99));
    }

    /// Writers that take places one after another, and end in any order, most of them well.
    fn writers() -> impl Strategy<Value = Vec<(usize, bool, usize)>> {
        prop::collection::vec((1_usize..4, prop::bool::weighted(0.8), 0_usize..40), 1..30)
    }

    proptest! {
        /// Whatever order transactions end in, whenever a reader looks and however little it reads at once: it gets
        /// every event that was committed, once, in the order of places.
        #[test]
        fn nothing_is_skipped_and_nothing_comes_twice(
            writers in writers(), most in 1_usize..9, looks in prop::collection::vec(0_usize..3, 60),
        ) {
            // Who writes what, and when each ends.
            let mut place = 0;
            let mut open: Vec<(usize, bool, Vec<i64>)> = writers
                .iter()
                .map(|(count, commits, ends)| {
                    let places = (0..*count).map(|_| { place += 1; place }).collect();
                    (*ends, *commits, places)
                })
                .collect();
            let expected: Vec<i64> =
                open.iter().filter(|(_, commits, _)| *commits).flat_map(|(_, _, places)| places.clone()).collect();
            let mut log = BTreeSet::new();
            let mut reading = Reading::after(0);
            let mut read = Vec::new();
            let mut fence: Option<(i64, Vec<i64>)> = None;
            for moment in 0..60 {
                for (_, commits, places) in open.iter().filter(|(ends, ..)| *ends == moment) {
                    if *commits { log.extend(places.iter().copied()); }
                }
                open.retain(|(ends, ..)| *ends > moment);
                let looks = if moment > 45 { 20 } else { looks[moment] };
                for _ in 0..looks {
                    if let Some((through, waits)) = &fence
                        && !open.iter().any(|(_, _, places)| waits.contains(&places[0]))
                    {
                        reading.close(*through);
                        fence = None;
                    }
                    let found: Vec<i64> =
                        log.range(reading.reached() + 1..).take(most).copied().collect();
                    let passed = reading.pass(&found);
                    read.extend_from_slice(&found[..passed]);
                    if passed == 0 && !found.is_empty() && fence.is_none() {
                        let waits = open.iter().map(|(_, _, places)| places[0]).collect();
                        fence = Some((found[found.len() - 1], waits));
                    }
                }
            }
            prop_assert_eq!(read, expected);
        }
    }
}
