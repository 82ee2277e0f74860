//! How runs go, and who may do what with them.
//!
//! Always: nobody approves what they calculated; nobody approves alone what pays themselves; and what is approved is
//! what was calculated on the numbers and with the people that are still in force.

use sea_orm::ActiveEnum;
use tutti_entity::ids::PersonId;
use tutti_entity::rewards::payout_run::RunState;
use tutti_entity::rewards::reward_plan::State;

use crate::graphql::{Problem, ProblemCode};

/// Where a run can go from here.
#[must_use]
pub const fn next(from: RunState) -> &'static [RunState] {
    match from {
        RunState::Calculated => &[RunState::Approved],
        RunState::Approved => &[RunState::Paid],
        RunState::Paid => &[],
    }
}

/// A run goes along its states, and one that was dropped or calculated anew goes nowhere.
///
/// # Errors
/// ILLEGAL_TRANSITION at `runId`.
pub fn goes(from: RunState, to: RunState, superseded: bool) -> Result<(), Problem> {
    let open = if superseded { &[] } else { next(from) };
    if open.contains(&to) {
        return Ok(());
    }
    let why = match (superseded, open) {
        (true, _) => "It was dropped, or calculated anew by another run.".to_owned(),
        (false, []) => format!("It is {}, which is the end.", from.to_value()),
        (false, [next, ..]) => format!("It is {}: the next is {}.", from.to_value(), next.to_value()),
    };
    Err(Problem::new(ProblemCode::IllegalTransition, "runId", why))
}

/// A run that waits can be dropped; what is approved is paid, and corrected by a true-up.
///
/// # Errors
/// ILLEGAL_TRANSITION at `runId`.
pub fn drops(state: RunState, superseded: bool) -> Result<(), Problem> {
    let message = match (state, superseded) {
        (RunState::Calculated, false) => return Ok(()),
        (RunState::Calculated, true) => "It was dropped, or calculated anew by another run.",
        (RunState::Approved | RunState::Paid, _) => "It is approved. What it pays is corrected by a true-up.",
    };
    Err(Problem::new(ProblemCode::IllegalTransition, "runId", message))
}

/// What the approval of somebody comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Approval {
    /// The run is approved.
    Approves,
    /// It waits for somebody else, as this one has a line of their own in it.
    Signs,
}

/// What it comes to when this person approves a run.
///
/// # Errors
/// FORBIDDEN for who calculated it, CONFLICT for who has signed it already.
pub fn approval(
    approver: PersonId,
    calculated_by: PersonId,
    has_a_line: bool,
    signed_by: Option<PersonId>,
) -> Result<Approval, Problem> {
    if approver == calculated_by {
        let message = "You calculated it: somebody else has to approve it.";
        return Err(Problem::new(ProblemCode::Forbidden, "runId", message));
    }
    match (has_a_line, signed_by) {
        (true, Some(signed_by)) if signed_by == approver => {
            let message =
                "You have a line of your own in it and signed it already: somebody else has to as well.";
            Err(Problem::new(ProblemCode::Conflict, "runId", message))
        }
        (true, None) => Ok(Approval::Signs),
        (true, Some(_)) | (false, _) => Ok(Approval::Approves),
    }
}

/// Plans pay while they are active, and what they have paid is corrected after they are closed as well.
///
/// # Errors
/// CONFLICT at `planId`.
pub fn pays(state: State, corrects: bool) -> Result<(), Problem> {
    let message = match (state, corrects) {
        (State::Active, _) | (State::Closed, true) => return Ok(()),
        (State::Draft, _) => "The plan is a draft. Activate it first.",
        (State::Closed, false) => "The plan is closed and pays no more.",
    };
    Err(Problem::new(ProblemCode::Conflict, "planId", message))
}

/// What was calculated is approved only while it is still true.
///
/// # Errors
/// CONFLICT at `runId`.
pub fn still_true(same_numbers: bool, same_people: bool) -> Result<(), Problem> {
    let message = match (same_numbers, same_people) {
        (true, true) => return Ok(()),
        (false, _) => "A number has changed since it was calculated. Calculate it again.",
        (true, false) => "Somebody has come, gone or moved since it was calculated. Calculate it again.",
    };
    Err(Problem::new(ProblemCode::Conflict, "runId", message))
}

#[cfg(test)]
mod tests {
    use super::*;
    use sea_orm::Iterable as _;
    use uuid::Uuid;

    #[test]
    fn a_run_goes_one_way() {
        let mut ways = Vec::new();
        for from in RunState::iter() {
            for to in RunState::iter() {
                if goes(from, to, false).is_ok() {
                    ways.push((from, to));
                }
                assert!(goes(from, to, true).is_err());
            }
        }
        let way = [(RunState::Calculated, RunState::Approved), (RunState::Approved, RunState::Paid)];
        assert_eq!(ways, way);
        let dropped = RunState::iter().map(|state| drops(state, false).is_ok()).collect::<Vec<_>>();
        assert_eq!(dropped, [true, false, false]);
        assert!(RunState::iter().all(|state| drops(state, true).is_err()));
        let told = goes(RunState::Calculated, RunState::Paid, false).unwrap_err();
        assert_eq!(told.code, ProblemCode::IllegalTransition);
        assert!(told.message.contains("APPROVED"), "{}", told.message);
    }

    #[test]
    fn it_takes_four_eyes_and_not_those_of_who_is_paid_alone() {
        let [admin, one, other] = [1, 2, 3].map(|number| PersonId(Uuid::from_u128(number)));
        let told =
            |approver, line, signed| approval(approver, admin, line, signed).map_err(|problem| problem.code);
        assert_eq!(told(admin, false, None), Err(ProblemCode::Forbidden));
        assert_eq!(told(admin, true, Some(one)), Err(ProblemCode::Forbidden));
        assert_eq!(told(one, false, None), Ok(Approval::Approves));
        assert_eq!(told(one, true, None), Ok(Approval::Signs));
        assert_eq!(told(one, true, Some(one)), Err(ProblemCode::Conflict));
        assert_eq!(told(other, true, Some(one)), Ok(Approval::Approves));
        assert_eq!(told(other, false, Some(one)), Ok(Approval::Approves));
    }

    #[test]
    fn plans_pay_while_they_are_active_and_are_corrected_after() {
        let told =
            |corrects: bool| State::iter().map(|state| pays(state, corrects).is_ok()).collect::<Vec<_>>();
        assert_eq!((told(false), told(true)), (vec![false, true, false], vec![false, true, true]));
        for (numbers, people) in [(true, false), (false, true), (false, false)] {
            assert_eq!(still_true(numbers, people).unwrap_err().code, ProblemCode::Conflict);
        }
        assert!(still_true(true, true).is_ok());
    }
}
