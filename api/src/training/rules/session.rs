//! What may become of a curriculum and of a session. Pure.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use sea_orm::ActiveEnum as _;
use tutti_entity::ids::PersonId;
use tutti_entity::people::person::PersonStatus;
use tutti_entity::training::training_session::State;

use super::attendance::{FULL, LONGEST};
use crate::graphql::scalars::Duration;
use crate::graphql::{Check, Problem, ProblemCode};

/// The most people who help at a session.
const MOST_CO_TRAINERS: usize = 20;

/// Where a session may go from here.
#[must_use]
pub const fn next(from: State) -> &'static [State] {
    match from {
        State::Scheduled => &[State::Held, State::Cancelled],
        State::Held | State::Cancelled => &[],
    }
}

/// A session goes to where it may.
///
/// # Errors
/// ILLEGAL_TRANSITION at `id`.
pub fn goes(from: State, to: State) -> Result<(), Problem> {
    if next(from).contains(&to) {
        return Ok(());
    }
    let message = match from {
        State::Held => {
            "It was held. Correct it with `trainingSessionCorrect` and `attendanceRecord`.".to_owned()
        }
        _ => format!("It is {}, which is final. Schedule another one.", from.to_value()),
    };
    Err(Problem::new(ProblemCode::IllegalTransition, "id", message))
}

/// What is done with a session that only some states allow.
///
/// # Errors
/// CONFLICT at this field.
pub fn stands(is: State, wanted: State, field: &str) -> Result<(), Problem> {
    if is == wanted {
        return Ok(());
    }
    let message = format!("It is {}; this is for what is {}.", is.to_value(), wanted.to_value());
    Err(Problem::new(ProblemCode::Conflict, field, message))
}

/// People are enrolled until a session was held, and not in one that was called off.
///
/// # Errors
/// CONFLICT at `sessionId`.
pub fn open_for_enrolment(state: State) -> Result<(), Problem> {
    stands(state, State::Scheduled, "sessionId")
}

/// Whoever teaches or helps is at work.
pub fn at_work(check: &mut Check, status: PersonStatus, field: &str) {
    let message = "They are not ACTIVE: whoever trains is at work.";
    check.that(status == PersonStatus::Active, ProblemCode::Invalid, field, message);
}

/// Whoever is trained, certified or nominated has not left.
pub fn here(check: &mut Check, status: PersonStatus, field: &str) {
    check.that(status != PersonStatus::Left, ProblemCode::Invalid, field, "They have left.");
}

/// Those who help are others than the trainer, each once, and not too many.
pub fn co_trainers(check: &mut Check, trainer: PersonId, others: &[PersonId]) {
    let message = format!("At most {MOST_CO_TRAINERS} people help at a session.");
    check.that(others.len() <= MOST_CO_TRAINERS, ProblemCode::LimitExceeded, "coTrainerIds", &message);
    let once = others.iter().collect::<BTreeSet<_>>().len() == others.len();
    check.that(once, ProblemCode::Conflict, "coTrainerIds", "Somebody is there twice.");
    let message = "The trainer is not their own co-trainer.";
    check.that(!others.contains(&trainer), ProblemCode::Conflict, "coTrainerIds", message);
}

/// A session was held today or before.
pub fn held_on(check: &mut Check, day: NaiveDate, today: NaiveDate) {
    let message = format!("{day} is still to come: a session was held today or before.");
    check.that(day <= today, ProblemCode::Invalid, "heldOn", &message);
}

/// Why something is corrected or called off.
pub fn reason(check: &mut Check, reason: &str) -> String {
    let told = check.prose("reason", Some(reason), 1000);
    check.that(told.is_some(), ProblemCode::Required, "reason", "Say why.");
    told.unwrap_or_default()
}

/// A curriculum asks for what can be: whole days, weeks, months or years, at most a week of minutes, some of a score.
pub fn curriculum(
    check: &mut Check,
    durations: [(&'static str, Option<Duration>); 2],
    min_minutes: i32,
    pass_mark_bp: i32,
) {
    for (field, duration) in durations {
        let message = format!("`{field}` is a number of days, weeks, months or years, such as P12M.");
        check.that(duration.is_none_or(Duration::is_calendar), ProblemCode::Invalid, field, &message);
    }
    let message = format!("A session asks for 1 to {LONGEST} minutes.");
    check.that((1..=LONGEST).contains(&min_minutes), ProblemCode::Invalid, "minMinutes", &message);
    let message = "A pass mark is 0 to 100 percent.";
    check.that((0..=FULL).contains(&pass_mark_bp), ProblemCode::Invalid, "passMark", message);
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn person(number: u128) -> PersonId {
        PersonId(Uuid::from_u128(number))
    }

    fn codes(check: Check) -> Vec<ProblemCode> {
        check.done().err().unwrap_or_default().into_iter().map(|problem| problem.code).collect()
    }

    #[test]
    fn what_was_held_or_called_off_stays_so() {
        assert!(
            goes(State::Scheduled, State::Held).is_ok() && goes(State::Scheduled, State::Cancelled).is_ok()
        );
        for from in [State::Held, State::Cancelled] {
            for to in [State::Scheduled, State::Held, State::Cancelled] {
                assert_eq!(goes(from, to).unwrap_err().code, ProblemCode::IllegalTransition);
            }
        }
        assert!(open_for_enrolment(State::Scheduled).is_ok() && open_for_enrolment(State::Held).is_err());
        assert!(stands(State::Held, State::Held, "id").is_ok());
    }

    #[test]
    fn those_who_help_are_others() {
        let told = |others: &[u128]| {
            let mut check = Check::default();
            co_trainers(&mut check, person(1), &others.iter().map(|one| person(*one)).collect::<Vec<_>>());
            codes(check)
        };
        assert!(told(&[2, 3]).is_empty() && told(&[]).is_empty());
        assert_eq!(told(&[1]), [ProblemCode::Conflict]);
        assert_eq!(told(&[2, 2]), [ProblemCode::Conflict]);
        assert_eq!(told(&(2..23).collect::<Vec<_>>()), [ProblemCode::LimitExceeded]);
    }

    #[test]
    fn a_curriculum_asks_for_what_can_be() {
        let told = |validity: Option<&str>, minutes, pass| {
            let mut check = Check::default();
            let durations = [("validity", validity.map(Duration::stored)), ("practiceWithin", None)];
            curriculum(&mut check, durations, minutes, pass);
            codes(check).len()
        };
        assert_eq!(told(Some("P12M"), 240, 7000), 0);
        assert_eq!(told(None, 1, 0), 0);
        assert_eq!(told(Some("PT2H"), 0, 10_001), 3);
        assert_eq!(told(Some("-P1M"), LONGEST + 1, -1), 3);
    }

    #[test]
    fn what_was_held_is_not_to_come() {
        for (held, good) in [("2025-03-30", true), ("2025-03-31", true), ("2025-04-01", false)] {
            let mut check = Check::default();
            held_on(&mut check, held.parse().unwrap(), "2025-03-31".parse().unwrap());
            assert_eq!(codes(check).is_empty(), good);
        }
        let mut check = Check::default();
        assert_eq!(reason(&mut check, " Ill. "), "Ill.");
        assert!(codes(check).is_empty());
    }
}
