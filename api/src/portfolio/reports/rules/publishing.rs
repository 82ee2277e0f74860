//! What may be reported, published and acknowledged. Pure: plain values in, a verdict out.

use chrono::{Days, NaiveDate};
use tutti_entity::ids::PersonId;
use tutti_entity::portfolio::status_report::{OverrideReason, State};

use crate::graphql::{Check, Problem, ProblemCode};

/// How many days ahead a claim that it goes better than the figures say holds at most.
pub const LONGEST_OVERRIDE: u64 = 30;

fn conflict(field: &str, message: impl Into<String>) -> Problem {
    Problem::new(ProblemCode::Conflict, field, message)
}

/// The day from which an initiative reports: none before it was ACTIVE for the first time.
///
/// # Errors
/// CONFLICT at this field.
pub fn begun(reports_from: Option<NaiveDate>, field: &str) -> Result<NaiveDate, Problem> {
    reports_from.ok_or_else(|| conflict(field, "It has not begun: it reports once it is ACTIVE."))
}

/// Only a draft is written, published or discarded.
///
/// # Errors
/// CONFLICT at `id`.
pub fn is_draft(state: State, discarded: bool) -> Result<(), Problem> {
    let message = match (state, discarded) {
        (State::Draft, false) => return Ok(()),
        (State::Draft, true) => "It was discarded. Draft another one.",
        (State::Published, _) => "It is out and does not change any more. Supersede it to correct it.",
    };
    Err(conflict("id", message))
}

/// The end of the period of a new report: not before the day from which the cadence counts, so that a pause is not
/// reported on, and after the last period that was.
pub fn period(check: &mut Check, end: NaiveDate, from: NaiveDate, last: Option<NaiveDate>, field: &str) {
    if let Some(last) = last.filter(|last| end <= *last) {
        let message =
            format!("The report to {last} is out: the next period ends later. To correct one, supersede it.");
        return check.that(false, ProblemCode::Conflict, field, &message);
    }
    let message = format!("It reports from {from} on: no period ends on {end}.");
    check.that(end >= from, ProblemCode::Invalid, field, &message);
}

/// What is reported has happened.
pub fn over(check: &mut Check, end: NaiveDate, today: NaiveDate, field: &str) {
    let message = format!("Its period ends on {end}, which is still to come.");
    check.that(end <= today, ProblemCode::Invalid, field, &message);
}

/// Why a report says that it goes better than the figures do, and until when that holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Override {
    /// Why.
    pub reason: Option<OverrideReason>,
    /// The last day on which it holds.
    pub until: Option<NaiveDate>,
}

/// What becomes of an override when the report is published: it has to be whole where the report says that it goes
/// better than the figures do, and is dropped where it does not, as there is nothing to override.
pub fn settled(check: &mut Check, better: bool, given: Override, today: NaiveDate) -> Override {
    if !better {
        return Override::default();
    }
    let message = "It says that it goes better than the figures do. Say why.";
    check.that(given.reason.is_some(), ProblemCode::Required, "overrideReason", message);
    let message = "It says that it goes better than the figures do. Say until when that holds.";
    check.that(given.until.is_some(), ProblemCode::Required, "overrideUntil", message);
    if let Some(until) = given.until {
        let latest = today.checked_add_days(Days::new(LONGEST_OVERRIDE)).unwrap_or(NaiveDate::MAX);
        let message = format!("It holds until a day between {today} and {latest}.");
        check.that((today..=latest).contains(&until), ProblemCode::Invalid, "overrideUntil", &message);
    }
    given
}

/// Who wrote a report, wrote on its draft, or put it out, does not acknowledge it.
///
/// # Errors
/// FORBIDDEN at `id`.
pub fn reviewed_by_another(
    me: Option<PersonId>,
    author: PersonId,
    published_by: Option<PersonId>,
    wrote_on: bool,
) -> Result<(), Problem> {
    let message = match me {
        me if me == Some(author) => "You wrote it: somebody else acknowledges it.",
        me if me.is_some() && me == published_by => "You published it: somebody else acknowledges it.",
        _ if wrote_on => "You wrote on it: somebody else acknowledges it.",
        _ => return Ok(()),
    };
    Err(Problem::new(ProblemCode::Forbidden, "id", message))
}

/// Reports are acknowledged until the initiative is archived, also after its end.
///
/// # Errors
/// CONFLICT at `id`.
pub fn in_use(archived: bool) -> Result<(), Problem> {
    if archived { Err(conflict("id", "The initiative is archived. Unarchive it first.")) } else { Ok(()) }
}

/// A report is acknowledged once, when it is out and as long as it holds. `corrected_by` names the report that
/// corrects it, where one is out.
///
/// # Errors
/// CONFLICT at `id`.
pub fn open_for_acknowledgement(
    state: State,
    acknowledged: bool,
    corrected_by: Option<&str>,
) -> Result<(), Problem> {
    let message = match (state, corrected_by) {
        (State::Draft, _) => "It is not out.".to_owned(),
        (State::Published, _) if acknowledged => "It was acknowledged already.".to_owned(),
        (State::Published, Some(by)) => format!("It was corrected by {by}. Acknowledge that one."),
        (State::Published, None) => return Ok(()),
    };
    Err(conflict("id", message))
}

/// A report is corrected once, when it is out; a correction may be corrected in its turn. `corrected_by` names the
/// draft or report that corrects it, where there is one.
///
/// # Errors
/// CONFLICT at `id`.
pub fn correctable(state: State, corrected_by: Option<&str>) -> Result<(), Problem> {
    let message = match (state, corrected_by) {
        (State::Draft, _) => "It is not out: it is a draft.".to_owned(),
        (State::Published, Some(by)) => format!("It is corrected by {by} already. Go on with that one."),
        (State::Published, None) => return Ok(()),
    };
    Err(conflict("id", message))
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn told(check: Check) -> Vec<(ProblemCode, String)> {
        let problems = check.done().err().unwrap_or_default();
        problems.into_iter().map(|problem| (problem.code, problem.path[1].clone())).collect()
    }

    #[test]
    fn periods_follow_one_another() {
        let from = day("2025-03-07");
        for (end, last, expected) in [
            ("2025-03-07", None, None),
            ("2025-03-06", None, Some(ProblemCode::Invalid)),
            ("2025-03-21", Some("2025-03-07"), None),
            ("2025-03-08", Some("2025-03-07"), None),
            ("2025-03-07", Some("2025-03-07"), Some(ProblemCode::Conflict)),
            ("2025-03-01", Some("2025-03-07"), Some(ProblemCode::Conflict)),
            // After a pause: the last report is older than the day from which it counts again.
            ("2025-03-05", Some("2025-02-01"), Some(ProblemCode::Invalid)),
        ] {
            let mut check = Check::default();
            period(&mut check, day(end), from, last.map(day), "periodEnd");
            let expected: Vec<_> = expected.into_iter().map(|code| (code, "periodEnd".to_owned())).collect();
            assert_eq!(told(check), expected, "{end} after {last:?}");
        }
        for (end, wrong) in [("2025-03-31", 0), ("2025-04-01", 1)] {
            let mut check = Check::default();
            over(&mut check, day(end), day("2025-03-31"), "id");
            assert_eq!(told(check).len(), wrong, "{end}");
        }
        assert_eq!(begun(Some(from), "id"), Ok(from));
        assert_eq!(begun(None, "initiativeId").unwrap_err().code, ProblemCode::Conflict);
    }

    #[test]
    fn an_override_is_whole_or_none() {
        let today = day("2025-03-31");
        let reason = Some(OverrideReason::RecoveryAgreed);
        let both = |until: &str| Override { reason, until: Some(day(until)) };
        let required = |field: &str| (ProblemCode::Required, field.to_owned());
        let invalid = (ProblemCode::Invalid, "overrideUntil".to_owned());
        for (given, expected) in [
            (Override::default(), vec![required("overrideReason"), required("overrideUntil")]),
            (Override { reason, until: None }, vec![required("overrideUntil")]),
            (Override { reason: None, ..both("2025-04-01") }, vec![required("overrideReason")]),
            (both("2025-03-30"), vec![invalid.clone()]),
            (both("2025-03-31"), vec![]),
            (both("2025-04-30"), vec![]),
            (both("2025-05-01"), vec![invalid]),
        ] {
            let mut check = Check::default();
            assert_eq!(settled(&mut check, true, given, today), given);
            assert_eq!(told(check), expected, "{given:?}");
            // Where there is nothing to override none is kept, whatever it says.
            let mut check = Check::default();
            assert_eq!(settled(&mut check, false, given, today), Override::default());
            assert_eq!(told(check), []);
        }
    }

    #[test]
    fn nobody_acknowledges_their_own() {
        let [one, other, third] = [1, 2, 3].map(|number| PersonId(Uuid::from_u128(number)));
        assert_eq!(reviewed_by_another(Some(third), one, Some(other), false), Ok(()));
        for (me, wrote_on) in [(one, false), (other, false), (third, true)] {
            let problem = reviewed_by_another(Some(me), one, Some(other), wrote_on).unwrap_err();
            assert_eq!((problem.code, problem.path.join(".")), (ProblemCode::Forbidden, "input.id".into()));
        }
    }

    #[test]
    fn what_is_out_does_not_change() {
        assert!(is_draft(State::Draft, false).is_ok());
        assert!(is_draft(State::Draft, true).is_err() && is_draft(State::Published, false).is_err());
        assert_eq!(open_for_acknowledgement(State::Published, false, None), Ok(()));
        assert_eq!(correctable(State::Published, None), Ok(()));
        assert!(open_for_acknowledgement(State::Draft, false, None).is_err());
        assert!(correctable(State::Draft, None).is_err());
        let again = open_for_acknowledgement(State::Published, true, None).unwrap_err();
        assert_eq!(again.message, "It was acknowledged already.");
        for problem in [
            open_for_acknowledgement(State::Published, false, Some("rep_1")).unwrap_err(),
            correctable(State::Published, Some("rep_1")).unwrap_err(),
        ] {
            assert!(
                problem.code == ProblemCode::Conflict && problem.message.contains("rep_1"),
                "{problem:?}"
            );
        }
    }
}
