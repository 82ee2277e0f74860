//! What passwords and keys have to be, and how long things last. Pure.

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use sea_orm::ActiveEnum as _;
use tutti_entity::people::role_grant::Role;
use tutti_entity::value::{fold, normal};

use crate::graphql::{Check, Problem, ProblemCode};

/// The shortest password, in characters.
pub const SHORTEST_PASSWORD: usize = 12;
/// The longest password, in characters.
pub const LONGEST_PASSWORD: usize = 128;
/// How many different characters a password has at least.
const DIFFERENT: usize = 5;
/// How long a secret to set a new password is good.
pub const RESET_GOOD_FOR: TimeDelta = TimeDelta::hours(24);
/// How many sessions somebody has at once; the oldest ends when there would be more.
pub const MOST_SESSIONS: usize = 50;
/// For how many days from today a key is good unless its maker says otherwise, and at most.
const KEY_DAYS: Days = Days::new(365);
const MOST_KEY_DAYS: Days = Days::new(730);

/// Checks a new password of the person with this address and name. Length is what makes a password hard
/// to guess, so that nothing is asked about kinds of characters.
///
/// # Errors
/// REQUIRED or INVALID at `field`.
pub fn new_password(field: &str, password: &str, email: &str, name: &str) -> Result<(), Vec<Problem>> {
    let mut check = Check::default();
    let length = normal(password).chars().count();
    let mut characters: Vec<char> = fold(password).chars().collect();
    characters.sort_unstable();
    characters.dedup();
    if password.is_empty() {
        check.that(false, ProblemCode::Required, field, "The password is missing.");
    } else if !(SHORTEST_PASSWORD..=LONGEST_PASSWORD).contains(&length) {
        let message = format!("A password has {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters.");
        check.that(false, ProblemCode::Invalid, field, &message);
    } else if characters.len() < DIFFERENT || is_a_run(password) {
        let message = "This password is among the first that somebody would try.";
        check.that(false, ProblemCode::Invalid, field, message);
    } else if [email, name].into_iter().any(|known| is_about(password, known)) {
        check.that(false, ProblemCode::Invalid, field, "A password must not be one's name or address.");
    }
    check.done()
}

/// An address and a password as they are looked at: what no address or password can be is looked at as an
/// empty one, so that nobody makes us work on a megabyte of it, and gets the answer that every wrong one gets.
#[must_use]
pub fn plausible<'a>(email: &'a str, password: &'a str) -> (&'a str, &'a str) {
    let email = email.trim();
    let (email_fits, password_fits) = (email.len() <= 4 * 254, password.len() <= 4 * LONGEST_PASSWORD);
    (if email_fits { email } else { "" }, if password_fits { password } else { "" })
}

/// `abcdefghijkl`, `210987654321`: each character next to the one before.
fn is_a_run(password: &str) -> bool {
    let codes: Vec<u32> = fold(password).chars().map(u32::from).collect();
    let steps =
        |step: fn(u32, u32) -> bool| codes.windows(2).all(|pair| matches!(pair, [a, b] if step(*a, *b)));
    steps(|a, b| a + 1 == b || (a, b) == (u32::from('9'), u32::from('0')))
        || steps(|a, b| b + 1 == a || (a, b) == (u32::from('0'), u32::from('9')))
}

/// Whether a password is somebody's name or address with little beside it.
fn is_about(password: &str, known: &str) -> bool {
    let letters = |text: &str| fold(text).chars().filter(|c| c.is_alphanumeric()).collect::<String>();
    let (password, known) = (letters(password), letters(known));
    let beside = password.chars().count().saturating_sub(known.chars().count());
    !known.is_empty() && password.contains(&known) && beside < SHORTEST_PASSWORD / 2
}

/// A key as asked for, cleaned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewKey {
    /// What it is for, 1 to 100 characters.
    pub name: String,
    /// The last day on which it is good.
    pub expires_on: NaiveDate,
}

/// Checks a new key of somebody who holds these roles.
///
/// # Errors
/// REQUIRED or INVALID at `name`, `roles` and `expiresOn`.
pub fn new_key(
    name: &str,
    roles: &[Role],
    held: &[Role],
    expires_on: Option<NaiveDate>,
    today: NaiveDate,
) -> Result<NewKey, Vec<Problem>> {
    let mut check = Check::default();
    let name = check.line("name", name, 1..=100);
    for role in roles {
        // Whoever is signed in may what a MEMBER may.
        let holds = held.contains(role) || *role == Role::Member;
        let message = format!("You do not hold {}, so that no key of yours can.", role.to_value());
        check.that(holds, ProblemCode::Invalid, "roles", &message);
    }
    let latest = today.checked_add_days(MOST_KEY_DAYS).unwrap_or(today);
    let usual = today.checked_add_days(KEY_DAYS).unwrap_or(today);
    let expires_on = expires_on.unwrap_or(usual);
    let message = format!("A key is good until a day from {today} to {latest}.");
    check.that((today..=latest).contains(&expires_on), ProblemCode::Invalid, "expiresOn", &message);
    check.done()?;
    Ok(NewKey { name, expires_on })
}

/// What becomes of a refresh token that is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exchange {
    /// It is exchanged for the next one.
    Good,
    /// Its session is over.
    Over,
    /// It was exchanged before: somebody has a copy, and the session ends.
    Copied,
}

/// Decides about a refresh token: used at some moment or not, of a session that ends by itself at this
/// moment unless it was ended before.
#[must_use]
pub fn exchange(
    used_at: Option<DateTime<Utc>>,
    ended_at: Option<DateTime<Utc>>,
    expires_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Exchange {
    if ended_at.is_some() || now >= expires_at {
        Exchange::Over
    } else if used_at.is_some() {
        Exchange::Copied
    } else {
        Exchange::Good
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(password: &str) -> bool {
        let checked = new_password("newPassword", password, "ida.holm@tutti.example", "Ida Holm");
        if let Err(problems) = &checked {
            assert!(problems.len() == 1 && problems[0].path == ["input", "newPassword"], "{password}");
        }
        checked.is_err()
    }

    #[test]
    fn a_password_is_long_and_not_the_first_guess() {
        for good in [
            "everyone plays together",
            "blå bånd på broen",
            "🐝🦊🐢🐙🦉🐝🦊🐢🐙🦉🐝🦊",
            "Ida Holm og seks gule ænder",
        ] {
            assert!(!refused(good), "{good}");
        }
        for bad in [
            "",
            "elleve tegn",
            "aaaaaaaaaaaaaaaa",
            "abababababababab",
            "abcdefghijklmnop",
            "1234567890123",
            "9876543210987",
            "ida.holm@tutti.example",
            "Ida.Holm@tutti.example1",
            "IdaHolm-----2025",
        ] {
            assert!(refused(bad), "{bad}");
        }
        assert!(!refused(&"abcde".repeat(25)) && refused(&"abcde".repeat(26)));
    }

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn a_key_has_no_role_that_its_maker_does_not_hold() {
        let today = day("2025-03-31");
        let made = new_key(" Board ", &[Role::Pmo, Role::Member], &[Role::Pmo], None, today).unwrap();
        assert_eq!(made, NewKey { name: "Board".into(), expires_on: day("2026-03-31") });
        let problems =
            new_key("", &[Role::Finance], &[Role::Pmo], Some(day("2025-03-30")), today).unwrap_err();
        let fields: Vec<_> = problems.iter().map(|problem| problem.path[1].as_str()).collect();
        assert_eq!(fields, ["name", "roles", "expiresOn"]);
        assert!(new_key("Board", &[], &[], Some(today), today).is_ok());
        assert!(new_key("Board", &[], &[], Some(day("2027-03-31")), today).is_ok());
        assert!(new_key("Board", &[], &[], Some(day("2027-04-01")), today).is_err());
    }

    #[test]
    fn a_token_is_good_once_and_as_long_as_its_session() {
        let at = |hour: i64| DateTime::<Utc>::UNIX_EPOCH + TimeDelta::hours(hour);
        assert_eq!(exchange(None, None, at(10), at(9)), Exchange::Good);
        assert_eq!(exchange(None, None, at(10), at(10)), Exchange::Over);
        assert_eq!(exchange(None, Some(at(8)), at(10), at(9)), Exchange::Over);
        assert_eq!(exchange(Some(at(8)), None, at(10), at(9)), Exchange::Copied);
        assert_eq!(exchange(Some(at(8)), Some(at(8)), at(10), at(9)), Exchange::Over, "it has ended already");
    }
}
