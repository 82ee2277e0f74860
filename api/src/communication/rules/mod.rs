//! What can be planned, sent, corrected and called off, and for whom. Pure.

pub mod audience;
pub mod reach;
pub mod receipts;

use chrono::NaiveDate;
use sea_orm::ActiveEnum as _;
use tutti_entity::communication::communication::{Purpose, State};
use tutti_entity::people::person::PersonStatus;

use crate::graphql::{Check, Problem, ProblemCode};

/// The longest subject and the longest key message, in characters.
pub const SUBJECT: usize = 200;
/// The longest key message, in characters.
pub const MESSAGE: usize = 500;
/// The longest body and the longest story, in characters.
pub const BODY: usize = 20_000;
/// How often a key message is to reach everybody where nobody says.
pub const TARGET_EXPOSURES: i32 = 5;
/// The most often that a key message can be meant to reach everybody.
const MOST_EXPOSURES: i32 = 100;
/// The most initiatives that one communication serves.
const MOST_INITIATIVES: usize = 20;

/// Where a communication may go from here.
#[must_use]
pub const fn next(from: State) -> &'static [State] {
    match from {
        State::Planned => &[State::Sent, State::Cancelled],
        State::Sent | State::Cancelled => &[],
    }
}

/// A communication goes to where it may.
///
/// # Errors
/// ILLEGAL_TRANSITION at `id`.
pub fn goes(from: State, to: State) -> Result<(), Problem> {
    if next(from).contains(&to) {
        return Ok(());
    }
    let message = match from {
        State::Sent => "It was sent, which is final. Correct it with `communicationCorrect`.",
        _ => "It was called off, which is final. Plan another one.",
    };
    Err(Problem::new(ProblemCode::IllegalTransition, "id", message))
}

/// What was sent or called off never changes.
///
/// # Errors
/// CONFLICT at `id`.
pub fn open(state: State) -> Result<(), Problem> {
    goes(state, State::Sent).map_err(|problem| Problem::new(ProblemCode::Conflict, "id", problem.message))
}

/// What is done with a communication that was sent.
///
/// # Errors
/// CONFLICT at `id`.
pub fn sent(state: State) -> Result<(), Problem> {
    if state == State::Sent {
        return Ok(());
    }
    let message = format!("It is {}; this is for what is SENT.", state.to_value());
    Err(Problem::new(ProblemCode::Conflict, "id", message))
}

/// Whoever says it is at work.
pub fn speaks(check: &mut Check, status: PersonStatus, field: &str) {
    let message = "Its sender is not ACTIVE: whoever speaks is at work.";
    check.that(status == PersonStatus::Active, ProblemCode::Invalid, field, message);
}

/// A correction is made from what it corrects, and stays one.
pub fn purpose(check: &mut Check, purpose: Purpose, is_correction: bool) {
    let message = if is_correction {
        "It corrects another one, and so its purpose is CORRECTION."
    } else {
        "Correct a communication that was sent with `communicationCorrect`."
    };
    check.that((purpose == Purpose::Correction) == is_correction, ProblemCode::Invalid, "purpose", message);
}

/// It is planned for today or later.
pub fn planned_for(check: &mut Check, day: Option<NaiveDate>, today: NaiveDate) {
    let past = day.filter(|day| *day < today);
    let message = past.map(|day| format!("{day} is over: plan it for today or later.")).unwrap_or_default();
    check.that(past.is_none(), ProblemCode::Invalid, "plannedFor", &message);
}

/// What was planned for a day that is over was meant for that day: it is sent late or called off, and both tell that it
/// was late.
pub fn day_stays(check: &mut Check, day: Option<NaiveDate>, today: NaiveDate) {
    let past = day.filter(|day| *day < today);
    let message =
        past.map(|day| format!("{day}, for which it was planned, is over: send it late, or call it off."));
    check.that(past.is_none(), ProblemCode::Conflict, "plannedFor", &message.unwrap_or_default());
}

/// It serves a handful of initiatives.
pub fn initiatives(check: &mut Check, number: usize) {
    let message = format!("A communication serves at most {MOST_INITIATIVES} initiatives.");
    check.that(number <= MOST_INITIATIVES, ProblemCode::LimitExceeded, "initiativeIds", &message);
}

/// A message is to reach people at least once.
pub fn target_exposures(check: &mut Check, target: i32) {
    let message = format!("A message is to reach everybody 1 to {MOST_EXPOSURES} times.");
    let can_be = (1..=MOST_EXPOSURES).contains(&target);
    check.that(can_be, ProblemCode::Invalid, "targetExposures", &message);
}

/// Text of several lines that has to be there.
pub fn said(check: &mut Check, field: &str, text: &str) -> String {
    let told = check.prose(field, Some(text), BODY);
    let message = format!("`{field}` may not be empty.");
    check.that(told.is_some(), ProblemCode::Required, field, &message);
    told.unwrap_or_default()
}

/// Whether what was sent was sent on or before the day for which it was planned; none while it was not sent, and for what
/// was planned for no day.
#[must_use]
pub fn on_time(planned_for: Option<NaiveDate>, sent_on: Option<NaiveDate>) -> Option<bool> {
    Some(sent_on? <= planned_for?)
}

#[cfg(test)]
mod tests {
    use ProblemCode::{Invalid, LimitExceeded, Required};

    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn codes(check: Check) -> Vec<ProblemCode> {
        check.done().err().unwrap_or_default().into_iter().map(|problem| problem.code).collect()
    }

    #[test]
    fn what_was_sent_or_called_off_stays_so() {
        let all = [State::Planned, State::Sent, State::Cancelled];
        for (from, to) in all.into_iter().flat_map(|from| all.map(|to| (from, to))) {
            let may = from == State::Planned && to != State::Planned;
            assert_eq!(goes(from, to).is_ok(), may, "{from:?} to {to:?}");
            if let Err(problem) = goes(from, to) {
                assert_eq!(problem.code, ProblemCode::IllegalTransition);
            }
        }
        assert!(open(State::Planned).is_ok());
        assert_eq!(open(State::Sent).unwrap_err().code, ProblemCode::Conflict);
        assert!(sent(State::Sent).is_ok());
        assert!(sent(State::Planned).is_err() && sent(State::Cancelled).is_err());
    }

    #[test]
    fn on_time_is_on_the_day_or_before() {
        let planned = Some(day("2025-03-10"));
        for (sent, told) in [("2025-03-09", true), ("2025-03-10", true), ("2025-03-11", false)] {
            assert_eq!(on_time(planned, Some(day(sent))), Some(told));
        }
        assert_eq!(on_time(planned, None), None);
        assert_eq!(on_time(None, Some(day("2025-03-11"))), None);
    }

    #[test]
    fn a_correction_is_one_and_nothing_else_is() {
        for (is, corrects, wrong) in [
            (Purpose::Correction, true, 0),
            (Purpose::Why, false, 0),
            (Purpose::Correction, false, 1),
            (Purpose::Why, true, 1),
        ] {
            let mut check = Check::default();
            purpose(&mut check, is, corrects);
            assert_eq!(codes(check).len(), wrong, "{is:?} {corrects}");
        }
    }

    #[test]
    fn what_cannot_be_planned_is_told() {
        let mut check = Check::default();
        planned_for(&mut check, Some(day("2025-03-31")), day("2025-03-31"));
        planned_for(&mut check, None, day("2025-03-31"));
        target_exposures(&mut check, 1);
        target_exposures(&mut check, 100);
        initiatives(&mut check, 20);
        speaks(&mut check, PersonStatus::Active, "senderId");
        assert_eq!(said(&mut check, "body", " We begin. "), "We begin.");
        assert_eq!(codes(check), []);
        let mut check = Check::default();
        planned_for(&mut check, Some(day("2025-03-30")), day("2025-03-31"));
        target_exposures(&mut check, 0);
        target_exposures(&mut check, 101);
        initiatives(&mut check, 21);
        speaks(&mut check, PersonStatus::OnLeave, "senderId");
        said(&mut check, "body", " \n ");
        assert_eq!(codes(check), [Invalid, Invalid, Invalid, LimitExceeded, Invalid, Required]);
    }
}
