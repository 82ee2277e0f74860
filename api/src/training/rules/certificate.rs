//! When a certificate holds, and what its holder may do. Pure.

use chrono::{Days, NaiveDate};
use sea_orm::ActiveEnum as _;
use tutti_entity::training::certification::{self, Level, State};
use tutti_entity::training::training_session::Flag;

use crate::graphql::scalars::Duration;
use crate::graphql::{Check, Problem, ProblemCode};

/// From how many days before its last day on a certificate is EXPIRING, and its holder is reminded.
pub const EXPIRING_DAYS: i64 = 90;

/// How many days before its last day somebody is reminded of a certificate.
pub const REMINDERS: [i64; 4] = [90, 60, 30, 7];

/// From so many days before its last day on, and so many days after it, a certificate is to be renewed.
const RENEWED: Days = Days::new(EXPIRING_DAYS.unsigned_abs());

/// The last days of certificates that are to be renewed: of those that end soon, and of those that ended not long ago.
#[must_use]
pub fn ending(today: NaiveDate) -> (NaiveDate, NaiveDate) {
    let (first, last) = (today.checked_sub_days(RENEWED), today.checked_add_days(RENEWED));
    (first.unwrap_or(NaiveDate::MIN), last.unwrap_or(NaiveDate::MAX))
}

/// When a certificate of some level holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// The level.
    pub level: Level,
    /// The first day.
    pub issued_on: NaiveDate,
    /// The last day; none where it holds for good.
    pub expires_on: Option<NaiveDate>,
    /// The first day on which it does not hold because it was revoked.
    pub revoked_on: Option<NaiveDate>,
    /// The first day on which a newer one holds instead.
    pub replaced_on: Option<NaiveDate>,
}

impl From<&certification::Model> for Span {
    fn from(row: &certification::Model) -> Self {
        Self {
            level: row.level,
            issued_on: row.issued_on,
            expires_on: row.expires_on,
            revoked_on: row.revoked_on,
            replaced_on: row.replaced_on,
        }
    }
}

impl Span {
    /// Whether it held on this day.
    #[must_use]
    pub fn holds_on(&self, day: NaiveDate) -> bool {
        self.issued_on <= day
            && self.expires_on.is_none_or(|last| day <= last)
            && self.revoked_on.is_none_or(|from| day < from)
            && self.replaced_on.is_none_or(|from| day < from)
    }

    /// Whether it lets its holder train others.
    #[must_use]
    pub fn trains(&self) -> bool {
        self.level >= Level::Trainer
    }

    /// Where it stands on this day.
    #[must_use]
    pub fn state(&self, today: NaiveDate) -> State {
        if self.revoked_on.is_some_and(|from| from <= today) {
            State::Revoked
        } else if self.expires_on.is_some_and(|last| last < today)
            || self.replaced_on.is_some_and(|from| from <= today)
        {
            State::Expired
        } else if self.days_left(today).is_some_and(|days| days <= EXPIRING_DAYS) {
            State::Expiring
        } else {
            State::Valid
        }
    }

    /// How many days are left after this one until its last; none where it holds for good.
    #[must_use]
    pub fn days_left(&self, today: NaiveDate) -> Option<i64> {
        self.expires_on.map(|last| last.signed_duration_since(today).num_days())
    }
}

/// The reminder that is due for a certificate that holds and has so many days left: the closest of 90, 60, 30 and 7 days
/// before its last that was reached; none before the first.
#[must_use]
pub fn reminder(days_left: i64) -> Option<i64> {
    REMINDERS.into_iter().rfind(|days| (0..=*days).contains(&days_left))
}

/// Why a session that somebody held on this day creates no lineage, from all of their certificates of its curriculum;
/// none where it creates lineage.
#[must_use]
pub fn flag(certificates: &[Span], held_on: NaiveDate) -> Option<Flag> {
    let mut trains = certificates.iter().filter(|span| span.trains());
    if trains.clone().any(|span| span.holds_on(held_on)) {
        return None;
    }
    // One that was taken back is none; one that ran out before the day, and was not taken back before, has expired.
    let ran_out = trains.any(|span| {
        span.expires_on.is_some_and(|last| {
            last < held_on && span.revoked_on.is_none_or(|from| last < from || held_on < from)
        })
    });
    Some(if ran_out { Flag::TrainerCertificateExpired } else { Flag::TrainerNotCertified })
}

/// The last day of a certificate that is issued on this one: so much later, at the end of the month where that month is
/// shorter. None where it holds for good.
///
/// # Errors
/// INVALID at `issuedOn` for a day that no calendar has.
pub fn expires_on(issued_on: NaiveDate, validity: Option<Duration>) -> Result<Option<NaiveDate>, Problem> {
    let Some(validity) = validity else { return Ok(None) };
    let last = validity.after_day(issued_on).ok_or_else(|| {
        let message = format!("{validity} after {issued_on} there is no day.");
        Problem::new(ProblemCode::Invalid, "issuedOn", message)
    })?;
    Ok(Some(last))
}

/// Whoever does not look after all certificates issues and revokes those below the level of their own.
///
/// # Errors
/// FORBIDDEN at this field.
pub fn below_own(own: Option<Level>, level: Level, field: &str) -> Result<(), Problem> {
    if own.is_some_and(|own| level < own) {
        return Ok(());
    }
    let message = match own {
        Some(own) => format!(
            "You hold a certificate of the level {} of this curriculum, and issue and revoke those below it.",
            own.to_value()
        ),
        None => "You hold no certificate of this curriculum today, and issue and revoke none.".to_owned(),
    };
    Err(Problem::new(ProblemCode::Forbidden, field, message))
}

/// A certificate is issued today or before, and after the last day on which an earlier one of the level was issued or
/// held before it was revoked.
pub fn issued_on(check: &mut Check, day: NaiveDate, today: NaiveDate, earlier: &[Span]) {
    let message = format!("{day} is still to come: a certificate is issued today or before.");
    check.that(day <= today, ProblemCode::Invalid, "issuedOn", &message);
    for span in earlier {
        if let Some(from) = span.revoked_on {
            let message = format!("Until {from} there was one, which was revoked: issue it from then on.");
            check.that(from <= day, ProblemCode::Conflict, "issuedOn", &message);
        } else {
            let message = format!("One of this level was issued on {}. Issue a later one.", span.issued_on);
            check.that(span.issued_on < day, ProblemCode::Conflict, "issuedOn", &message);
        }
    }
}

/// A certificate is revoked once, while nothing else ended it, from a day on which it held.
///
/// # Errors
/// CONFLICT at `id`, INVALID at `revokedOn`.
pub fn revocable(span: &Span, on: NaiveDate, today: NaiveDate) -> Result<(), Problem> {
    let conflict = |message: &str| Err(Problem::new(ProblemCode::Conflict, "id", message));
    if span.revoked_on.is_some() {
        return conflict("It was revoked already.");
    }
    if span.replaced_on.is_some() {
        return conflict("A newer one took its place. Revoke that one.");
    }
    let invalid = |message: String| Err(Problem::new(ProblemCode::Invalid, "revokedOn", message));
    if on > today {
        return invalid(format!("{on} is still to come: it is revoked from today on, or from a day before."));
    }
    if !span.holds_on(on) {
        return invalid(format!("On {on} it did not hold: it is revoked from a day on which it does."));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn span(level: Level, issued: &str, expires: Option<&str>) -> Span {
        Span {
            level,
            issued_on: day(issued),
            expires_on: expires.map(day),
            revoked_on: None,
            replaced_on: None,
        }
    }

    fn after(issued: &str, validity: &str) -> Option<NaiveDate> {
        expires_on(day(issued), Some(Duration::stored(validity))).unwrap()
    }

    #[test]
    fn the_worked_dates() {
        assert_eq!(after("2024-02-29", "P12M"), Some(day("2025-02-28")));
        assert_eq!(after("2025-01-31", "P1M"), Some(day("2025-02-28")));
        assert_eq!(after("2023-02-28", "P1Y"), Some(day("2024-02-28")));
        assert_eq!(expires_on(day("2025-01-31"), None), Ok(None));
        let never = expires_on(day("9999-06-01"), Some(Duration::stored("P1Y"))).unwrap_err();
        assert_eq!((never.code, never.path.join(".")), (ProblemCode::Invalid, "input.issuedOn".into()));
    }

    #[test]
    fn certificates_are_renewed_around_their_last_day() {
        assert_eq!(ending(day("2025-03-31")), (day("2024-12-31"), day("2025-06-29")));
        assert_eq!(ending(NaiveDate::MAX).1, NaiveDate::MAX);
    }

    #[test]
    fn it_is_expiring_from_ninety_days_before_and_holds_on_its_last_day() {
        let one = span(Level::Trainer, "2024-02-29", Some("2025-02-28"));
        for (today, state) in [
            ("2024-11-29", State::Valid),
            ("2024-11-30", State::Expiring),
            ("2025-02-28", State::Expiring),
            ("2025-03-01", State::Expired),
        ] {
            assert_eq!(one.state(day(today)), state, "{today}");
            assert_eq!(one.holds_on(day(today)), state != State::Expired);
        }
        let for_good = span(Level::Master, "2024-02-29", None);
        assert_eq!(for_good.state(day("2030-01-01")), State::Valid);
        let revoked = Span { revoked_on: Some(day("2024-06-01")), ..one };
        assert_eq!(revoked.state(day("2024-05-31")), State::Valid);
        assert_eq!(revoked.state(day("2024-06-01")), State::Revoked);
        assert!(revoked.holds_on(day("2024-05-31")) && !revoked.holds_on(day("2024-06-01")));
        let replaced = Span { replaced_on: Some(day("2025-01-15")), ..one };
        assert_eq!(replaced.state(day("2025-01-14")), State::Expiring);
        assert_eq!(replaced.state(day("2025-01-15")), State::Expired);
    }

    #[test]
    fn somebody_is_reminded_four_times() {
        for (left, told) in [
            (91, None),
            (90, Some(90)),
            (61, Some(90)),
            (60, Some(60)),
            (30, Some(30)),
            (8, Some(30)),
            (7, Some(7)),
            (0, Some(7)),
            (-1, None),
        ] {
            assert_eq!(reminder(left), told, "{left}");
        }
    }

    #[test]
    fn the_day_on_which_it_was_held_decides() {
        let held = day("2025-02-10");
        let mut all = vec![span(Level::Practitioner, "2024-01-01", None)];
        assert_eq!(flag(&all, held), Some(Flag::TrainerNotCertified));
        all.push(span(Level::Trainer, "2024-01-15", Some("2025-01-15")));
        assert_eq!(flag(&all, held), Some(Flag::TrainerCertificateExpired));
        assert_eq!(flag(&all, day("2025-01-15")), None);
        assert_eq!(flag(&all, day("2024-01-14")), Some(Flag::TrainerNotCertified));
        let revoked = [Span { revoked_on: Some(day("2024-06-01")), ..all[1] }];
        assert_eq!(flag(&revoked, held), Some(Flag::TrainerNotCertified));
        assert_eq!(flag(&revoked, day("2024-05-31")), None);
        all.push(span(Level::Master, "2025-02-10", None));
        assert_eq!(flag(&all, held), None);
        assert_eq!(flag(&[], held), Some(Flag::TrainerNotCertified));
    }

    #[test]
    fn nobody_issues_at_or_above_their_own_level() {
        use Level::{Master, Practitioner, Trainer};
        for (own, level, may) in [
            (None, Practitioner, false),
            (Some(Practitioner), Practitioner, false),
            (Some(Trainer), Practitioner, true),
            (Some(Trainer), Trainer, false),
            (Some(Master), Trainer, true),
            (Some(Master), Master, false),
        ] {
            assert_eq!(below_own(own, level, "level").is_ok(), may, "{own:?} {level:?}");
        }
    }

    #[test]
    fn one_of_a_level_is_in_force() {
        let told = |issued: &str, earlier: &[Span]| {
            let mut check = Check::default();
            issued_on(&mut check, day(issued), day("2025-03-31"), earlier);
            check.done().err().map(|problems| problems[0].code)
        };
        let one = span(Level::Trainer, "2025-01-01", Some("2026-01-01"));
        assert_eq!(told("2025-03-31", &[]), None);
        assert_eq!(told("2025-04-01", &[]), Some(ProblemCode::Invalid));
        assert_eq!(told("2025-01-02", &[one]), None);
        assert_eq!(told("2025-01-01", &[one]), Some(ProblemCode::Conflict));
        let revoked = Span { revoked_on: Some(day("2025-02-01")), ..one };
        assert_eq!(told("2025-01-31", &[revoked]), Some(ProblemCode::Conflict));
        assert_eq!(told("2025-02-01", &[revoked]), None);
    }

    #[test]
    fn it_is_revoked_once_from_a_day_on_which_it_held() {
        let one = span(Level::Trainer, "2025-01-01", Some("2025-03-01"));
        let today = day("2025-03-31");
        let told = |span: &Span, on: &str| revocable(span, day(on), today).err().map(|problem| problem.code);
        assert_eq!(told(&one, "2025-02-01"), None);
        assert_eq!(told(&one, "2024-12-31"), Some(ProblemCode::Invalid));
        assert_eq!(told(&one, "2025-03-02"), Some(ProblemCode::Invalid));
        assert_eq!(told(&one, "2025-04-01"), Some(ProblemCode::Invalid));
        let gone = Span { revoked_on: Some(day("2025-02-01")), ..one };
        assert_eq!(told(&gone, "2025-02-01"), Some(ProblemCode::Conflict));
        let replaced = Span { replaced_on: Some(day("2025-02-01")), ..one };
        assert_eq!(told(&replaced, "2025-01-15"), Some(ProblemCode::Conflict));
    }

    proptest! {
        /// A certificate holds on a day where its state on that day says so, and a flag is raised where none holds.
        #[test]
        fn a_state_says_whether_it_holds(
            issued in 0_i64..800, length in proptest::option::of(0_i64..800),
            revoked in proptest::option::of(0_i64..800), replaced in proptest::option::of(1_i64..800),
            at in 0_i64..1600,
        ) {
            let on = |days: i64| day("2024-01-01") + chrono::TimeDelta::days(days);
            let span = Span {
                level: Level::Trainer,
                issued_on: on(issued),
                expires_on: length.map(|days| on(issued + days)),
                revoked_on: revoked.map(|days| on(issued + days)),
                replaced_on: replaced.map(|days| on(issued + days)),
            };
            let today = on(issued + at);
            let holds = matches!(span.state(today), State::Valid | State::Expiring);
            prop_assert_eq!(span.holds_on(today), holds);
            prop_assert_eq!(flag(&[span], today).is_none(), holds);
            prop_assert!(!span.holds_on(on(issued - 1)));
        }
    }
}
