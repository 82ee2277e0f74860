//! What became of somebody at a session, and what they learned. Pure.

use std::collections::BTreeSet;

use tutti_entity::ids::PersonId;
use tutti_entity::training::attendance::Status;

use crate::graphql::figure::FigureUnit;
use crate::graphql::{Check, Figure, Problem, ProblemCode};

/// The most attendances of one call.
pub const MOST_ROWS: usize = 1_000;

/// The longest that somebody can have been at a session: a week.
pub const LONGEST: i32 = 10_080;

/// All of a score, in basis points.
pub const FULL: i32 = 10_000;

/// What a curriculum takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Demands {
    /// How many minutes one has to be there.
    pub minutes: i32,
    /// The score that is enough, in basis points.
    pub pass_mark_bp: i32,
}

/// What was noted of somebody at a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Noted {
    /// Who.
    pub person: PersonId,
    /// How many minutes they were there; 0 for not at all.
    pub minutes: i32,
    /// Their score before, in basis points.
    pub pre_score_bp: Option<i32>,
    /// Their score after, in basis points.
    pub post_score_bp: Option<i32>,
}

impl Noted {
    /// What became of them: ABSENT for no minute; COMPLETED for enough minutes and, where there is a score after the
    /// session, one that is enough; else NOT_PASSED.
    #[must_use]
    pub fn status(&self, demands: Demands) -> Status {
        let enough = self.minutes >= demands.minutes;
        let passed = self.post_score_bp.is_none_or(|score| score >= demands.pass_mark_bp);
        match self.minutes {
            0 => Status::Absent,
            _ if enough && passed => Status::Completed,
            _ => Status::NotPassed,
        }
    }

    /// What was noted can be: so many minutes, scores that are some of all, and none of those who were not there.
    #[must_use]
    pub fn problems(&self) -> Vec<Problem> {
        let mut check = Check::default();
        let message = format!("Somebody is at a session for 0 to {LONGEST} minutes.");
        check.that((0..=LONGEST).contains(&self.minutes), ProblemCode::Invalid, "minutes", &message);
        for (field, score) in [("preScore", self.pre_score_bp), ("postScore", self.post_score_bp)] {
            let can_be = score.is_none_or(|score| (0..=FULL).contains(&score));
            check.that(can_be, ProblemCode::Invalid, field, "A score is 0 to 100 percent.");
        }
        let scored_after = self.minutes == 0 && self.post_score_bp.is_some();
        let message = "Whoever was not there has no score after it.";
        check.that(!scored_after, ProblemCode::Invalid, "postScore", message);
        check.done().err().unwrap_or_default()
    }
}

/// What the rows of a session go by in the input.
pub const ROWS: &str = "attendances";

/// Everybody attends a session once, and nobody their own: neither the one that they give, nor the one at which they
/// help.
///
/// # Errors
/// All problems, each with its row.
pub fn attendees(people: &[PersonId], trainers: &BTreeSet<PersonId>) -> Result<(), Vec<Problem>> {
    let mut seen = BTreeSet::new();
    let mut problems = Vec::new();
    for (row, person) in people.iter().enumerate() {
        if let Err(problem) = not_their_own(*person, trainers) {
            problems.push(problem.in_list(ROWS, row));
        }
        if !seen.insert(*person) {
            let message = "They are there twice: one row says what became of somebody.";
            problems.push(Problem::new(ProblemCode::Conflict, "personId", message).in_list(ROWS, row));
        }
    }
    if problems.is_empty() { Ok(()) } else { Err(problems) }
}

/// Nobody attends their own session.
///
/// # Errors
/// CONFLICT at `personId`.
pub fn not_their_own(person: PersonId, trainers: &BTreeSet<PersonId>) -> Result<(), Problem> {
    if trainers.contains(&person) {
        let message = "Nobody attends their own session: they train at it.";
        return Err(Problem::new(ProblemCode::Conflict, "personId", message));
    }
    Ok(())
}

/// How much of what could be learned was learned: (post − pre) / (100 − pre).
#[must_use]
pub fn gain(pre_score_bp: Option<i32>, post_score_bp: Option<i32>) -> Figure {
    let (Some(pre), Some(post)) = (pre_score_bp, post_score_bp) else {
        return Figure::not_applicable(FigureUnit::Ratio, "no score before and after");
    };
    Figure::ratio(
        i64::from(post) - i64::from(pre),
        i64::from(FULL) - i64::from(pre),
        "nothing was left to learn",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graphql::figure::FigureState;
    use proptest::prelude::*;
    use uuid::Uuid;

    fn person(number: u128) -> PersonId {
        PersonId(Uuid::from_u128(number))
    }

    fn noted(minutes: i32, post: Option<i32>) -> Noted {
        Noted { person: person(1), minutes, pre_score_bp: None, post_score_bp: post }
    }

    #[test]
    fn completed_takes_the_minutes_and_the_score() {
        let demands = Demands { minutes: 240, pass_mark_bp: 7000 };
        for (minutes, post, status) in [
            (0, None, Status::Absent),
            (239, None, Status::NotPassed),
            (240, None, Status::Completed),
            (240, Some(6999), Status::NotPassed),
            (240, Some(7000), Status::Completed),
            (10, Some(10_000), Status::NotPassed),
        ] {
            assert_eq!(noted(minutes, post).status(demands), status, "{minutes} {post:?}");
        }
        assert_eq!(noted(1, None).status(Demands { minutes: 0, pass_mark_bp: 0 }), Status::Completed);
    }

    #[test]
    fn the_worked_gain() {
        let told = |pre, post| gain(pre, post).value.map(|value| value.0.to_string());
        assert_eq!(told(Some(4000), Some(7000)).as_deref(), Some("0.5000"));
        assert_eq!(told(Some(5000), Some(4000)).as_deref(), Some("-0.2000"));
        let full = gain(Some(10_000), Some(10_000));
        assert_eq!((full.state, full.value), (FigureState::NotApplicable, None));
        assert_eq!(gain(None, Some(1)).state, FigureState::NotApplicable);
    }

    #[test]
    fn what_cannot_be_is_told() {
        let fields = |noted: Noted| {
            noted.problems().into_iter().map(|problem| problem.path.join(".")).collect::<Vec<_>>()
        };
        assert!(fields(noted(240, Some(7000))).is_empty());
        assert_eq!(fields(noted(-1, None)), ["input.minutes"]);
        assert_eq!(fields(noted(LONGEST + 1, Some(10_001))), ["input.minutes", "input.postScore"]);
        assert_eq!(fields(noted(0, Some(1))), ["input.postScore"]);
        assert_eq!(fields(Noted { pre_score_bp: Some(-1), ..noted(1, None) }), ["input.preScore"]);
    }

    #[test]
    fn nobody_attends_their_own_session_or_twice() {
        let trainers = BTreeSet::from([person(1), person(2)]);
        assert_eq!(attendees(&[person(3), person(4)], &trainers), Ok(()));
        let problems = attendees(&[person(3), person(2), person(3)], &trainers).unwrap_err();
        let told: Vec<_> = problems.iter().map(|problem| problem.path.join(".")).collect();
        assert_eq!(told, ["input.attendances.1.personId", "input.attendances.2.personId"]);
    }

    proptest! {
        /// Nobody who was longer there and scored better has come to less.
        #[test]
        fn more_is_never_worse(
            minutes in 0..=LONGEST, more in 0..1000_i32, post in proptest::option::of(0..=FULL),
            demands in (0..1000_i32, 0..=FULL),
        ) {
            let demands = Demands { minutes: demands.0, pass_mark_bp: demands.1 };
            let rank = |status| [Status::Absent, Status::NotPassed, Status::Completed]
                .into_iter().position(|one| one == status);
            let less = noted(minutes, post).status(demands);
            let better = noted(minutes + more, post.map(|_| FULL)).status(demands);
            prop_assert!(rank(less) <= rank(better));
            prop_assert!(rank(less).is_some());
        }
    }
}
