//! What a webhook may be, where it may lead, and what becomes of an attempt. Pure.

pub mod networks;
pub mod retry;
pub mod signature;

use std::net::IpAddr;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use url::{Host, Url};

use self::networks::Targets;
use self::retry::Retry;
use crate::mail::rules::one_line;

/// How many webhooks there are at most that were not deleted: each is asked about each event.
pub const MOST: usize = 100;
/// How long a URL is at most, in bytes.
const LONGEST_URL: usize = 2_000;
/// How long the reason of a failure is at most, in bytes.
const LONGEST_ERROR: usize = 500;
/// For how long the secret before signs as well after another one was made.
pub const OVERLAP: TimeDelta = TimeDelta::hours(24);

/// The URL that somebody wants to be told at. Names are looked up, and their addresses checked, when something is sent.
///
/// # Errors
/// A sentence that says what is wrong with it.
pub fn destination(text: &str, targets: &Targets) -> Result<Url, String> {
    if text.len() > LONGEST_URL {
        return Err(format!("A URL has at most {LONGEST_URL} bytes."));
    }
    // What programs that read URLs leave out without a word.
    if text.chars().any(|letter| letter.is_control() || letter.is_whitespace()) {
        return Err("A URL has neither spaces nor control characters.".to_owned());
    }
    let url = Url::parse(text).map_err(|_| "It is no URL, such as `https://example.org/told`.".to_owned())?;
    match url.scheme() {
        "https" => {}
        "http" if targets.plain => {}
        "http" => {
            return Err(
                "It has to begin with `https://`: anybody on the way could read what is told.".to_owned()
            );
        }
        _ => return Err("It has to begin with `https://`.".to_owned()),
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("It may not hold a user or a password; the signature says who calls.".to_owned());
    }
    if url.fragment().is_some() {
        return Err("What comes after `#` is never sent; leave it out.".to_owned());
    }
    let address = match url.host() {
        Some(Host::Ipv4(address)) => Some(IpAddr::V4(address)),
        Some(Host::Ipv6(address)) => Some(IpAddr::V6(address)),
        Some(Host::Domain(_)) => None,
        None => return Err("It names no host.".to_owned()),
    };
    match address.and_then(|address| targets.refusal(address)) {
        Some(why) => Err(format!("Nothing is sent to this address: {why}.")),
        None => Ok(url),
    }
}

/// Why a key cannot be that of a webhook on this day; none where it can.
#[must_use]
pub fn key_refusal(
    revoked_at: Option<DateTime<Utc>>,
    expires_on: NaiveDate,
    today: NaiveDate,
) -> Option<&'static str> {
    if revoked_at.is_some() {
        Some("The key was revoked.")
    } else if expires_on < today {
        Some("The last day of the key is over.")
    } else {
        None
    }
}

/// What became of an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// The receiver took it.
    Delivered,
    /// It is tried again then.
    Again(DateTime<Utc>),
    /// It is not tried again, and its webhook is disabled for this reason.
    Failed(String),
}

/// What is known of an attempt that was made.
#[derive(Clone, Copy, Debug)]
pub struct Attempt {
    /// What the receiver answered; none where it did not.
    pub status: Option<u16>,
    /// When the first attempt was made.
    pub began: DateTime<Utc>,
    /// When this one ended.
    pub now: DateTime<Utc>,
    /// How long the receiver asks to be left alone.
    pub asked: Option<TimeDelta>,
    /// What chance says of the next wait.
    pub dice: u8,
}

/// What becomes of an event after this attempt.
#[must_use]
pub fn fate(attempt: &Attempt, retry: &Retry) -> Fate {
    match attempt.status {
        Some(200..=299) => Fate::Delivered,
        Some(410) => Fate::Failed("The receiver answered 410 Gone: it wants to be told no more.".to_owned()),
        _ => match retry.next(attempt.began, attempt.now, attempt.dice, attempt.asked) {
            Some(at) => Fate::Again(at),
            None => Fate::Failed(format!("A message was not taken for {}.", spelled(retry.span))),
        },
    }
}

/// A time in the largest unit that says it without a rest.
fn spelled(time: TimeDelta) -> String {
    let (hours, minutes, seconds) = (time.num_hours(), time.num_minutes(), time.num_seconds());
    if TimeDelta::hours(hours) == time && hours > 0 {
        format!("{hours} hours")
    } else if TimeDelta::minutes(minutes) == time && minutes > 0 {
        format!("{minutes} minutes")
    } else {
        format!("{seconds} seconds")
    }
}

/// Why an answer with this status is not taken for a success.
#[must_use]
pub fn told_of(status: u16) -> String {
    match status {
        300..=399 => format!("The receiver answered {status}: redirects are not followed."),
        _ => format!("The receiver answered {status}."),
    }
}

/// A reason of a failure as it is kept: one line that is not too long.
#[must_use]
pub fn short(reason: &str) -> String {
    let mut line = one_line(reason);
    if line.len() > LONGEST_ERROR {
        line.truncate(line.floor_char_boundary(LONGEST_ERROR - '…'.len_utf8()));
        line.push('…');
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str, targets: &Targets) -> String {
        destination(text, targets).err().unwrap_or_default()
    }

    #[test]
    fn a_destination_is_public_encrypted_and_without_a_password() {
        let strict = Targets::default();
        for good in [
            "https://example.org/told",
            "https://example.org:8443/a?b=c",
            "https://93.184.215.14/",
            "https://[2606:4700::1111]/",
            // A name may lead anywhere: that is looked at when something is sent.
            "https://localhost/",
        ] {
            assert_eq!(refused(good, &strict), "", "{good}");
        }
        for (bad, why) in [
            ("", "no URL"),
            ("example.org", "no URL"),
            ("http://example.org/", "https://"),
            ("ftp://example.org/", "https://"),
            ("file:///etc/passwd", "https://"),
            ("https://ada:secret@example.org/", "password"),
            ("https://ada@example.org/", "password"),
            ("https://example.org/#part", "#"),
            ("https://exa mple.org/", "spaces"),
            ("https://exam\tple.org/", "spaces"),
            ("https://127.0.0.1/", "address"),
            // The same address as programs also read it.
            ("https://2130706433/", "address"),
            ("https://0x7f.1/", "address"),
            ("https://0177.0.0.1/", "address"),
            ("https://[::1]/", "address"),
            ("https://[::ffff:10.0.0.1]/", "address"),
            ("https://169.254.169.254/latest/meta-data/", "address"),
        ] {
            let told = refused(bad, &strict);
            assert!(told.contains(why), "{bad}: {told:?}");
        }
        assert!(refused(&format!("https://example.org/{}", "a".repeat(2_000)), &strict).contains("2000"));
        let open = Targets { allow: vec!["127.0.0.0/8".parse().unwrap()], plain: true };
        assert_eq!(refused("http://127.0.0.1:8080/told", &open), "");
        assert!(refused("http://10.0.0.1/told", &open).contains("address"));
    }

    #[test]
    fn a_key_is_good_through_its_last_day() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        assert_eq!(key_refusal(None, day("2025-03-31"), day("2025-03-31")), None);
        assert!(key_refusal(None, day("2025-03-31"), day("2025-04-01")).is_some());
        assert!(key_refusal(Some(DateTime::UNIX_EPOCH), day("2025-03-31"), day("2025-03-01")).is_some());
    }

    #[test]
    fn an_answer_decides_what_becomes_of_it() {
        let began = DateTime::UNIX_EPOCH;
        let retry = Retry { first: TimeDelta::seconds(10), span: TimeDelta::hours(24) };
        let after = |status, spent, asked| {
            let now = began + spent;
            fate(&Attempt { status, began, now, asked, dice: 128 }, &retry)
        };
        let soon = TimeDelta::zero();
        for status in [200, 204, 299] {
            assert_eq!(after(Some(status), soon, None), Fate::Delivered);
        }
        for status in [None, Some(100), Some(301), Some(307), Some(400), Some(404), Some(429), Some(500)] {
            assert!(matches!(after(status, soon, None), Fate::Again(_)), "{status:?}");
        }
        assert!(matches!(after(Some(410), soon, None), Fate::Failed(why) if why.contains("410")));
        let late = after(Some(503), TimeDelta::hours(24), None);
        assert_eq!(late, Fate::Failed("A message was not taken for 24 hours.".to_owned()));
        assert_eq!(spelled(TimeDelta::seconds(90)), "90 seconds");
        assert_eq!(spelled(TimeDelta::minutes(90)), "90 minutes");
        assert!(told_of(302).contains("not followed") && !told_of(500).contains("follow"));
    }

    #[test]
    fn a_reason_is_one_short_line() {
        assert_eq!(short("a\nb"), "a b");
        let long = short(&"ø".repeat(2_000));
        assert!(long.len() <= LONGEST_ERROR && long.ends_with('…'));
    }
}
