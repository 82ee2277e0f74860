//! Which revision of a measurement may be made, and which is in force.
//!
//! Always: what is in force as known at a moment does not change when anything is recorded or approved later; a
//! locked number changes only when two people want it.

use chrono::{DateTime, NaiveDate, Utc};
use tutti_entity::ids::{MeasurementId, PersonId};
use tutti_entity::metrics::measurement::{self, PeriodState};

use crate::graphql::{Check, Problem, ProblemCode};

/// Whether a period that ends on this day is locked, where everything is through that day.
#[must_use]
pub fn state(period_end: NaiveDate, locked_through: Option<NaiveDate>) -> PeriodState {
    let locked = locked_through.is_some_and(|through| period_end <= through);
    if locked { PeriodState::Locked } else { PeriodState::Open }
}

/// A period is measured when it is over.
///
/// # Errors
/// INVALID at `periodStart`.
pub fn over(period_end: NaiveDate, today: NaiveDate) -> Result<(), Problem> {
    if period_end <= today {
        return Ok(());
    }
    let message = format!("The period ends on {period_end}: it is measured when it is over.");
    Err(Problem::new(ProblemCode::Invalid, "periodStart", message))
}

/// The last day of a period that somebody names is its last day.
///
/// # Errors
/// INVALID at `periodEnd`.
pub fn named_end(named: Option<NaiveDate>, end: NaiveDate) -> Result<(), Problem> {
    match named {
        Some(named) if named != end => {
            let message = format!("The period ends on {end}.");
            Err(Problem::new(ProblemCode::Invalid, "periodEnd", message))
        }
        _ => Ok(()),
    }
}

/// An open period is recorded; a locked one is not.
///
/// # Errors
/// CONFLICT at `periodStart`.
pub fn recordable(state: PeriodState) -> Result<(), Problem> {
    if state == PeriodState::Open {
        return Ok(());
    }
    let message = "The period is locked. A correction is a restatement, which somebody else approves.";
    Err(Problem::new(ProblemCode::Conflict, "periodStart", message))
}

/// A locked period is restated, one request at a time; an open one is recorded anew. `waiting` is the request that
/// waits for a decision.
///
/// # Errors
/// CONFLICT at this field.
pub fn restatable(state: PeriodState, waiting: Option<MeasurementId>, field: &str) -> Result<(), Problem> {
    let message = match (state, waiting) {
        (PeriodState::Open, _) => "The period is open. Record it anew.".to_owned(),
        (PeriodState::Locked, Some(waiting)) => {
            format!("{waiting} waits for a decision already. Decide about it first.")
        }
        (PeriodState::Locked, None) => return Ok(()),
    };
    Err(Problem::new(ProblemCode::Conflict, field, message))
}

/// Why a locked number is corrected, in words.
pub fn reason_text(check: &mut Check, text: &str) -> String {
    let told = check.prose("reasonText", Some(text), 2000);
    let enough = told.as_ref().is_some_and(|told| told.chars().count() >= 10);
    check.that(enough, ProblemCode::Invalid, "reasonText", "Say why in at least 10 characters.");
    told.unwrap_or_default()
}

/// Whether a revision waits for a second person.
#[must_use]
pub fn is_waiting(row: &measurement::Model) -> bool {
    row.in_force_at.is_none() && row.declined_at.is_none()
}

/// A request is decided once, and only what is a request.
///
/// # Errors
/// CONFLICT at `id`.
pub fn undecided(row: &measurement::Model) -> Result<(), Problem> {
    let message = match (row.reason, row.declined_at) {
        (None, _) => "It is no restatement.",
        (Some(_), Some(_)) => "It was declined.",
        (Some(_), None) if row.in_force_at.is_some() => "It was approved already.",
        (Some(_), None) => return Ok(()),
    };
    Err(Problem::new(ProblemCode::Conflict, "id", message))
}

/// Nobody approves what they asked for themselves.
///
/// # Errors
/// FORBIDDEN at `id`.
pub fn second_person(requester: PersonId, approver: PersonId) -> Result<(), Problem> {
    if requester != approver {
        return Ok(());
    }
    let message = "You asked for it yourself: somebody else has to approve it.";
    Err(Problem::new(ProblemCode::Forbidden, "id", message))
}

/// The lock goes forward, over days that are past.
///
/// # Errors
/// INVALID at `through`.
pub fn lockable(through: NaiveDate, today: NaiveDate) -> Result<(), Problem> {
    if through <= today {
        return Ok(());
    }
    let message = format!("{through} is still to come: only what is over is locked.");
    Err(Problem::new(ProblemCode::Invalid, "through", message))
}

/// The revision that is in force as known at a moment, of one unit and period: the last one that was in force by
/// then. None for the moment means now.
#[must_use]
pub fn in_force(
    revisions: &[measurement::Model],
    known_at: Option<DateTime<Utc>>,
) -> Option<&measurement::Model> {
    let known = |row: &&measurement::Model| {
        row.in_force_at.is_some_and(|since| known_at.is_none_or(|known_at| since <= known_at))
    };
    revisions.iter().filter(known).max_by_key(|row| row.revision)
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeDelta;
    use proptest::prelude::*;
    use tutti_entity::ids::KpiId;
    use tutti_entity::metrics::measurement::RestatementReason;
    use uuid::Uuid;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds)
    }

    fn row(revision: i32, in_force_at: Option<i64>) -> measurement::Model {
        measurement::Model {
            id: MeasurementId(Uuid::from_u128(u128::try_from(revision).unwrap())),
            version: 1,
            kpi_id: KpiId(Uuid::from_u128(1)),
            org_unit_id: None,
            period_start: day("2025-01-01"),
            period_end: day("2025-01-31"),
            revision,
            responses: None,
            promoters: None,
            passives: None,
            detractors: None,
            satisfied: None,
            numerator: None,
            denominator: None,
            amount: None,
            story: None,
            reason: None,
            reason_text: None,
            recorded_by_id: PersonId(Uuid::from_u128(1)),
            recorded_at: at(0),
            in_force_at: in_force_at.map(at),
            approved_by_id: None,
            declined_at: None,
            declined_by_id: None,
            updated_at: at(0),
        }
    }

    #[test]
    fn a_period_is_measured_when_it_is_over_and_locked_by_its_end() {
        let (end, next) = (day("2025-01-31"), day("2025-02-01"));
        assert!(over(end, end).is_ok() && over(end, day("2025-01-30")).is_err());
        assert!(named_end(None, end).is_ok() && named_end(Some(end), end).is_ok());
        assert_eq!(named_end(Some(next), end).unwrap_err().path[1], "periodEnd");
        for (through, expected) in [
            (None, PeriodState::Open),
            (Some("2025-01-30"), PeriodState::Open),
            (Some("2025-01-31"), PeriodState::Locked),
            (Some("2025-02-15"), PeriodState::Locked),
        ] {
            assert_eq!(state(end, through.map(day)), expected);
        }
        assert!(lockable(end, end).is_ok() && lockable(next, end).is_err());
    }

    #[test]
    fn what_is_locked_is_restated_and_what_is_open_is_recorded() {
        assert!(recordable(PeriodState::Open).is_ok() && recordable(PeriodState::Locked).is_err());
        let waiting = Some(MeasurementId(Uuid::from_u128(7)));
        assert!(restatable(PeriodState::Locked, None, "id").is_ok());
        for (state, waiting) in [(PeriodState::Open, None), (PeriodState::Locked, waiting)] {
            assert_eq!(restatable(state, waiting, "id").unwrap_err().code, ProblemCode::Conflict);
        }
        for (text, fine) in [("Forty late answers.", true), ("Late", false), ("          ", false)] {
            let mut check = Check::default();
            reason_text(&mut check, text);
            assert_eq!(check.done().is_ok(), fine, "{text}");
        }
    }

    #[test]
    fn a_restatement_takes_two_and_is_decided_once() {
        let (one, other) = (PersonId(Uuid::from_u128(1)), PersonId(Uuid::from_u128(2)));
        assert!(second_person(one, other).is_ok());
        assert_eq!(second_person(one, one).unwrap_err().code, ProblemCode::Forbidden);
        let asked = measurement::Model { reason: Some(RestatementReason::LateData), ..row(2, None) };
        assert!(undecided(&asked).is_ok() && is_waiting(&asked));
        for row in [
            row(1, Some(1)),
            measurement::Model { in_force_at: Some(at(1)), ..asked.clone() },
            measurement::Model { declined_at: Some(at(1)), ..asked },
        ] {
            assert!(undecided(&row).is_err() && !is_waiting(&row), "{row:?}");
        }
    }

    proptest! {
        /// Whatever comes later, what was known at a moment stays.
        #[test]
        fn the_past_stays_as_it_was_known(
            waits in proptest::collection::vec((1_i64..5, any::<bool>()), 1..20), known in 0_i64..100
        ) {
            let mut rows: Vec<measurement::Model> = Vec::new();
            let mut now = 0;
            let mut told = None;
            for (number, (wait, decided)) in (1..).zip(waits) {
                now += wait;
                rows.push(row(number, decided.then_some(now)));
                let before = in_force(&rows, Some(at(known))).map(|row| row.id);
                if now > known {
                    prop_assert_eq!(*told.get_or_insert(before), before);
                }
            }
            let last = rows.iter().rfind(|row| row.in_force_at.is_some());
            prop_assert_eq!(in_force(&rows, None), last);
        }
    }
}
