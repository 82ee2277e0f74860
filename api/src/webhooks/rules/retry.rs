//! When a message is sent again that a receiver did not take, and when no more. Pure: the clock and chance are given.
//!
//! Each wait is as long as all that have passed, and a first one: after 10 seconds, 20, 40, and so on, twice as long each
//! time, give or take a fifth by chance, so that what failed together does not come back together. The last attempt is made
//! when the whole time is over.

use chrono::{DateTime, TimeDelta, Utc};

/// The longest wait that a receiver is granted that asks for one.
const LONGEST_ASKED: TimeDelta = TimeDelta::hours(1);

/// How often something is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retry {
    /// After how long for the second time.
    pub first: TimeDelta,
    /// For how long.
    pub span: TimeDelta,
}

/// A time, less or more by up to a fifth as chance has it: 0 is the least, 255 the most. To the microsecond, as databases
/// keep moments.
fn shaken(time: TimeDelta, dice: u8) -> TimeDelta {
    let fifth = time / 5;
    let shaken = time - fifth + fifth * 2 / 255 * i32::from(dice);
    shaken.num_microseconds().map_or(shaken, TimeDelta::microseconds)
}

impl Retry {
    /// When something is tried again that was tried in vain from `began` until `now`; none where it is given up. A
    /// receiver that asks to be left alone for longer is, within bounds.
    #[must_use]
    pub fn next(
        &self,
        began: DateTime<Utc>,
        now: DateTime<Utc>,
        dice: u8,
        asked: Option<TimeDelta>,
    ) -> Option<DateTime<Utc>> {
        let end = began + self.span;
        if now >= end {
            return None;
        }
        let spent = Ord::max(now - began, TimeDelta::zero());
        let own = shaken(spent + self.first, dice);
        let asked = asked.map_or(own, |asked| Ord::min(asked, LONGEST_ASKED));
        Some(Ord::min(now + Ord::max(own, asked), end))
    }
}

/// What a receiver asks for with `Retry-After`: seconds, or a moment as mails and HTTP write it.
#[must_use]
pub fn asked(header: &str, now: DateTime<Utc>) -> Option<TimeDelta> {
    let header = header.trim();
    if !header.is_empty() && header.bytes().all(|byte| byte.is_ascii_digit()) {
        return TimeDelta::try_seconds(header.parse().ok()?);
    }
    let at = DateTime::parse_from_rfc2822(header).ok()?;
    let wait = at.with_timezone(&Utc) - now;
    (wait > TimeDelta::zero()).then_some(wait)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const DAY: Retry = Retry { first: TimeDelta::seconds(10), span: TimeDelta::hours(24) };

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds)
    }

    /// When it is tried, with dice that say nothing of one wait more than of another.
    fn tried(retry: &Retry, mut dice: impl FnMut() -> u8) -> Vec<DateTime<Utc>> {
        let mut moments = vec![at(0)];
        while let Some(next) = retry.next(at(0), moments[moments.len() - 1], dice(), None) {
            moments.push(next);
        }
        moments
    }

    #[test]
    fn the_worked_numbers() {
        // Each wait twice the one before, and the last attempt when a day is over.
        let mut now = at(0);
        for next in [10, 30, 70, 150, 310, 630, 1_270, 2_550, 5_110, 10_230, 20_470, 40_950, 81_910, 86_400] {
            let wait = at(next) - now;
            let [least, most] = [0, 255].map(|dice| DAY.next(at(0), now, dice, None).unwrap() - now);
            let full = (now - at(0)) + TimeDelta::seconds(10);
            assert_eq!(least, Ord::min(full * 4 / 5, at(86_400) - now), "at {next}");
            assert!(least <= wait && wait <= most, "at {next}: {least} {wait} {most}");
            now = at(next);
        }
        assert_eq!(DAY.next(at(0), now, 0, None), None);
        assert_eq!(shaken(TimeDelta::seconds(255), 255), TimeDelta::seconds(306));
        assert_eq!(shaken(TimeDelta::seconds(255), 0), TimeDelta::seconds(204));
    }

    #[test]
    fn a_receiver_that_asks_is_left_alone_within_bounds() {
        let next = |now: i64, asked| DAY.next(at(0), at(now), 128, Some(TimeDelta::seconds(asked))).unwrap();
        assert_eq!(next(0, 120), at(120));
        // Not sooner than without being asked, not later than in an hour, and not beyond the end.
        assert!(next(0, 1) >= at(8) && next(0, 1) <= at(12));
        assert_eq!(next(0, 1_000_000), at(3_600));
        assert_eq!(next(86_399, 3_000), at(86_400));
    }

    #[test]
    fn what_is_asked_for_is_read() {
        let now = "2025-03-31T08:00:00Z".parse().unwrap();
        for (header, seconds) in [
            ("0", Some(0)),
            (" 120 ", Some(120)),
            ("Mon, 31 Mar 2025 08:01:40 GMT", Some(100)),
            ("Mon, 31 Mar 2025 07:00:00 GMT", None),
            ("", None),
            ("-5", None),
            ("soon", None),
            ("99999999999999999999", None),
        ] {
            assert_eq!(asked(header, now), seconds.map(TimeDelta::seconds), "{header}");
        }
    }

    proptest! {
        /// Whatever chance says: attempts follow one another, no wait is shorter or longer by more than a fifth, the last
        /// is made when the whole time is over, and there are not many of them.
        #[test]
        fn the_whole_time_is_used_and_no_more(dice in prop::collection::vec(any::<u8>(), 1..40)) {
            let mut thrown = dice.iter().cycle();
            let moments = tried(&DAY, || *thrown.next().unwrap());
            prop_assert!(moments.is_sorted_by(|one, next| one < next));
            prop_assert_eq!(moments[moments.len() - 1] - at(0), DAY.span);
            prop_assert!((13..=17).contains(&moments.len()), "{}", moments.len());
            for two in moments[..moments.len() - 1].windows(2) {
                let (wait, full) = (two[1] - two[0], (two[0] - at(0)) + DAY.first);
                let least = full - full / 5 - TimeDelta::microseconds(1);
                prop_assert!(wait >= least && wait <= full + full / 5, "{wait} of {full}");
            }
        }

        /// More luck is a longer wait, and so is more patience so far, until the end of the whole time cuts the last one off.
        #[test]
        fn waits_grow(spent in 0_i64..38_000, more in 0_i64..1_000, dice in 0_u8..255) {
            let wait = |spent, dice| DAY.next(at(0), at(spent), dice, None).unwrap() - at(spent);
            prop_assert!(wait(spent, dice) <= wait(spent, dice + 1));
            prop_assert!(wait(spent, dice) <= wait(spent + more, dice));
        }
    }
}
