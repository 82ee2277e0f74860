//! When a mail is tried again, and when no more. Pure: plain values in, a verdict out.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use tutti_entity::mail::queued::MailState;

/// The longest time between two tries of the same mail.
const LONGEST: Duration = Duration::from_hours(2);

/// The longest time between two tries to reach the mail server.
const LONGEST_UNREACHABLE: Duration = Duration::from_mins(1);

/// For how long a mail is tried.
const LASTS: TimeDelta = TimeDelta::days(3);

/// How long a link in a mail is good, from when that was handed over.
pub const LINK_LASTS: TimeDelta = TimeDelta::days(90);

/// How long a link that ends the digest of somebody is good, from the mail that it was in.
pub const UNSUBSCRIBE_LASTS: TimeDelta = TimeDelta::days(400);

/// What became of one try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// The mail server took it.
    Taken,
    /// It did not take it for now, and says why.
    NotNow(String),
    /// It will not take it, and says why.
    Never(String),
    /// Nobody knows whether it took it.
    Unknown(String),
    /// There was nothing to say any more.
    Needless(String),
}

/// How long to wait after so many tries in vain: twice as long each time, up to `longest`, and up to a quarter more or less as
/// the dice say, so that not all come back at once.
fn growing(first: Duration, tries: u32, longest: Duration, dice: u8) -> Duration {
    let doubled = first.saturating_mul(2_u32.saturating_pow(tries.min(20)));
    let wait = doubled.min(longest);
    (wait * 3) / 4 + wait / 512 * u32::from(dice)
}

/// How long a mail waits after it was tried in vain so many times, the last one included.
#[must_use]
pub fn wait(first: Duration, attempts: i32, dice: u8) -> Duration {
    growing(first, u32::try_from(attempts.saturating_sub(1)).unwrap_or_default(), LONGEST.max(first), dice)
}

/// How long to wait after the mail server could not be reached so many times.
#[must_use]
pub fn unreachable(failures: u32, dice: u8) -> Duration {
    growing(Duration::from_secs(1), failures.saturating_sub(1), LONGEST_UNREACHABLE, dice)
}

/// Whether a mail that has waited since then, and was tried in vain so many times, is given up. One that was never offered is
/// not: that it waits is no fault of it, but of how fast mails may go out or of a mail server that was away.
#[must_use]
pub fn is_stale(queued_at: DateTime<Utc>, attempts: i32, now: DateTime<Utc>) -> bool {
    attempts > 0 && now - queued_at > LASTS
}

/// Whether somebody may have it sent again: what failed, and, where they say so, what may have arrived.
#[must_use]
pub fn may_retry(state: MailState, in_doubt: bool) -> bool {
    match state {
        MailState::Failed => true,
        MailState::InDoubt => in_doubt,
        MailState::Queued | MailState::HandingOver | MailState::Sent | MailState::Needless => false,
    }
}

/// One line that a header can hold: what would begin another is a space.
#[must_use]
pub fn one_line(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn waits_grow_and_end() {
        let first = Duration::from_secs(30);
        let waits: Vec<u64> = (1..=12).map(|attempts| wait(first, attempts, 128).as_secs()).collect();
        assert_eq!(waits, [30, 60, 120, 240, 480, 960, 1920, 3840, 7200, 7200, 7200, 7200]);
        assert_eq!(unreachable(1, 128), Duration::from_secs(1));
        assert_eq!(unreachable(9, 128), Duration::from_mins(1));
    }

    #[test]
    fn what_was_tried_for_three_days_is_stale() {
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        let since = at("2025-03-01T08:00:00Z");
        let after = at("2025-03-04T08:00:01Z");
        assert!(!is_stale(since, 1, at("2025-03-04T08:00:00Z")) && is_stale(since, 1, after));
        assert!(!is_stale(since, 0, after), "it was never offered");
    }

    #[test]
    fn what_may_have_arrived_is_sent_again_on_purpose_alone() {
        for (state, failed, doubt) in [
            (MailState::Queued, false, false),
            (MailState::HandingOver, false, false),
            (MailState::Sent, false, false),
            (MailState::Failed, true, true),
            (MailState::InDoubt, false, true),
            (MailState::Needless, false, false),
        ] {
            assert_eq!((may_retry(state, false), may_retry(state, true)), (failed, doubt), "{state:?}");
        }
    }

    #[test]
    fn a_header_stays_one_header() {
        assert_eq!(one_line("Hello\r\nBcc: all@tutti.example"), "Hello  Bcc: all@tutti.example");
    }

    proptest! {
        /// Whatever the dice say, a wait is within a quarter of what it is without them.
        #[test]
        fn waits_are_spread(first in 1_u64..100_000, attempts in 1_i32..60, dice in 0_u8..) {
            let first = Duration::from_millis(first);
            let (told, middle) = (wait(first, attempts, dice), wait(first, attempts, 128));
            prop_assert!(told >= middle * 7 / 10 && told <= middle * 13 / 10, "{told:?} {middle:?}");
        }
    }
}
