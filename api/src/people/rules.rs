//! What a person, an org unit and a role have to be. Pure.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use tutti_entity::people::person::PersonStatus;
use tutti_entity::value::fold;
use uuid::Uuid;

use crate::graphql::{Check, ProblemCode};

/// What the log calls it that somebody wants the daily digest.
pub const DIGEST_BEGUN: &str = "person.digest_begun";
/// And that they want it no more.
pub const DIGEST_ENDED: &str = "person.digest_ended";

/// The name and the address of a person as asked for, cleaned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedPerson {
    /// Their name, 1 to 200 characters.
    pub name: String,
    /// Their address, 3 to 254 characters.
    pub email: String,
}

/// Whether this can be an address: one `@` with something on both sides and no spaces. Whether it
/// reaches anybody only a mail can tell.
fn is_address(text: &str) -> bool {
    let mut parts = text.split('@');
    let (local, domain, rest) = (parts.next(), parts.next(), parts.next());
    local.is_some_and(|local| !local.is_empty())
        && domain
            .is_some_and(|domain| !domain.is_empty() && !domain.starts_with('.') && !domain.ends_with('.'))
        && rest.is_none()
        && !text.contains(char::is_whitespace)
}

/// Checks the name and the address of a person: REQUIRED or INVALID at `name` and `email`.
pub fn person(check: &mut Check, name: &str, email: &str) -> NamedPerson {
    let name = check.line("name", name, 1..=200);
    let email = check.line("email", email, 3..=254);
    check.that(
        email.is_empty() || (is_address(&email) && is_address(&fold(&email))),
        ProblemCode::Invalid,
        "email",
        "An address is written name@example.org.",
    );
    NamedPerson { name, email }
}

/// Checks the name of an org unit: REQUIRED or INVALID at `name`.
pub fn org_unit_name(check: &mut Check, name: &str) -> String {
    check.line("name", name, 1..=200)
}

/// Checks why something was done: INVALID at `reason`.
pub fn reason(check: &mut Check, reason: Option<&str>) -> Option<String> {
    check.prose("reason", reason, 1000)
}

/// Leaving and coming back hang together with more than a status, so that an update does neither.
pub fn status(check: &mut Check, before: PersonStatus, after: PersonStatus) {
    let (left, leaves) = (before == PersonStatus::Left, after == PersonStatus::Left);
    check.that(left || !leaves, ProblemCode::Invalid, "status", "Use `personDeactivate` for LEFT.");
    check.that(
        leaves || !left,
        ProblemCode::Invalid,
        "status",
        "They have left. Use `personReactivate` first.",
    );
}

/// Nobody who has left gets something new: a role, or somebody who reports to them.
pub fn still_here(check: &mut Check, status: PersonStatus, field: &str) {
    check.that(status != PersonStatus::Left, ProblemCode::Invalid, field, "This person has left.");
}

/// A person or an org unit, and what it hangs on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// Its name.
    pub name: String,
    /// The manager, or the unit it is part of.
    pub up: Option<Uuid>,
}

/// How many names of a circle are told, the first again at the end included.
const NAMES_TOLD: usize = 8;

/// The circle that closes when this person or unit is hung on that one: `A → B → A`. `above` is that one
/// and all that it hangs on.
#[must_use]
pub fn circle(moved: Uuid, name: &str, onto: Uuid, above: &BTreeMap<Uuid, Link>) -> Option<String> {
    let mut names = vec![name];
    let mut next = onto;
    while next != moved {
        let link = above.get(&next).filter(|_| names.len() <= above.len())?;
        names.push(&link.name);
        next = link.up?;
    }
    names.push(name);
    let left_out = names.len().saturating_sub(NAMES_TOLD);
    if left_out > 0 {
        names.splice(NAMES_TOLD / 2..NAMES_TOLD / 2 + left_out, ["…"]);
    }
    Some(names.join(" → "))
}

/// The days on which a role holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Days {
    /// The first.
    pub since: NaiveDate,
    /// The last; none while it goes on.
    pub until: Option<NaiveDate>,
}

impl Days {
    /// Whether any day belongs to both.
    #[must_use]
    pub fn overlap(self, other: Self) -> bool {
        let begins_before_end = |one: Self, other: Self| other.until.is_none_or(|end| one.since <= end);
        begins_before_end(self, other) && begins_before_end(other, self)
    }
}

/// Checks the days of a role: INVALID at `until`.
pub fn days(check: &mut Check, days: Days) {
    let message = format!("It cannot end before it begins, on {}.", days.since);
    check.that(days.until.is_none_or(|until| until >= days.since), ProblemCode::Invalid, "until", &message);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graphql::Problem;

    fn checked(name: &str, email: &str) -> Result<(), Vec<Problem>> {
        let mut check = Check::default();
        person(&mut check, name, email);
        check.done()
    }

    #[test]
    fn addresses_have_two_sides() {
        for good in ["a@b", "ida.møller@tutti.example", "x+y@z.example"] {
            assert!(checked("Ida", good).is_ok(), "{good}");
        }
        // A wide `＠` and a lone `¨` become something else when they are folded.
        for bad in ["", "a", "@b", "a@", "a@b@c", "a b@c", "a@.b", "a@b.", "a＠b@c", "¨@c"] {
            let problems = checked("Ida", bad).unwrap_err();
            assert!(problems.iter().all(|problem| problem.path == ["input", "email"]), "{bad}");
        }
    }

    #[test]
    fn both_fields_are_told_of() {
        assert_eq!(checked("", "nobody").unwrap_err().len(), 2);
    }

    #[test]
    fn an_update_neither_ends_nor_begins_anew() {
        use PersonStatus::{Active, Left, OnLeave};
        for (before, after, good) in [
            (Active, OnLeave, true),
            (OnLeave, Active, true),
            (Left, Left, true),
            (Active, Left, false),
            (OnLeave, Left, false),
            (Left, Active, false),
            (Left, OnLeave, false),
        ] {
            let mut check = Check::default();
            status(&mut check, before, after);
            assert_eq!(check.done().is_ok(), good, "{before:?} to {after:?}");
        }
    }

    fn id(number: usize) -> Uuid {
        Uuid::from_u128(u128::try_from(number).unwrap())
    }

    /// Number 0 hangs on number 1, and so on.
    fn chain(length: usize) -> BTreeMap<Uuid, Link> {
        let link = |number: usize| {
            let up = (number + 1 < length).then(|| id(number + 1));
            (id(number), Link { name: format!("N{number}"), up })
        };
        (0..length).map(link).collect()
    }

    #[test]
    fn a_circle_is_told_by_its_names() {
        assert_eq!(circle(id(2), "N2", id(0), &chain(3)), Some("N2 → N0 → N1 → N2".into()));
        assert_eq!(circle(id(1), "N1", id(1), &chain(3)), Some("N1 → N1".into()));
        assert_eq!(circle(id(9), "N9", id(0), &chain(3)), None);
        let long = circle(id(19), "N19", id(0), &chain(20)).unwrap();
        assert_eq!(long, "N19 → N0 → N1 → N2 → … → N16 → N17 → N18 → N19");
        // A circle that is there already, from wherever, does not keep the rule busy for ever.
        let mut old = chain(3);
        old.get_mut(&id(2)).unwrap().up = Some(id(0));
        assert_eq!(circle(id(9), "N9", id(0), &old), None);
    }

    #[test]
    fn days_overlap_where_they_share_one() {
        let day = |day| NaiveDate::from_ymd_opt(2025, 3, day).unwrap();
        let days = |since, until: Option<u32>| Days { since: day(since), until: until.map(day) };
        for (one, other, overlap) in [
            (days(1, None), days(9, None), true),
            (days(1, Some(9)), days(9, None), true),
            (days(1, Some(8)), days(9, None), false),
            (days(1, Some(8)), days(9, Some(10)), false),
            (days(1, Some(20)), days(9, Some(10)), true),
        ] {
            assert_eq!((one.overlap(other), other.overlap(one)), (overlap, overlap), "{one:?} {other:?}");
        }
        for (held, good) in [(days(2, Some(1)), false), (days(2, Some(2)), true), (days(2, None), true)] {
            let mut check = Check::default();
            super::days(&mut check, held);
            assert_eq!(check.done().is_ok(), good);
        }
    }
}
