//! What may become of what comes back up. Pure: plain values in, a verdict out.

use chrono::{Days, NaiveDate};
use sea_orm::ActiveEnum as _;
use tutti_entity::feedback::upward_feedback::FeedbackState;

use crate::graphql::{Check, Problem, ProblemCode};

use FeedbackState::{Acted, Answered, Declined, Open};

/// Within how many days it is to be answered.
const DAYS: Days = Days::new(14);

/// From how many people on somebody among them is not known by their number.
pub const CROWD: i32 = 5;

/// How long a text is at most, in characters.
pub const LONGEST: usize = 5_000;

/// Where it can go from here.
#[must_use]
pub const fn next(from: FeedbackState) -> &'static [FeedbackState] {
    match from {
        Open => &[Answered],
        Answered => &[Acted, Declined],
        Acted | Declined => &[],
    }
}

/// Whether it can go from here to there.
///
/// # Errors
/// ILLEGAL_TRANSITION at this field, with the states that are open.
pub fn transition(from: FeedbackState, to: FeedbackState, field: &str) -> Result<(), Problem> {
    if next(from).contains(&to) {
        return Ok(());
    }
    let open: Vec<_> = next(from).iter().map(sea_orm::ActiveEnum::to_value).collect();
    let message = match open.as_slice() {
        [] => format!("It is {}, which is final.", from.to_value()),
        open => format!("It is {}; from here it goes to {}.", from.to_value(), open.join(" or ")),
    };
    Err(Problem::new(ProblemCode::IllegalTransition, field, message))
}

/// Whether it waits for whoever is asked: for an answer, or for what becomes of it.
#[must_use]
pub const fn is_open(state: FeedbackState) -> bool {
    !next(state).is_empty()
}

/// Votes say what is to be answered or done; what is over takes none.
///
/// # Errors
/// CONFLICT at `id`.
pub fn open_for_votes(state: FeedbackState) -> Result<(), Problem> {
    if is_open(state) {
        return Ok(());
    }
    let message = format!("It is {}, which is final: nobody votes for it any more.", state.to_value());
    Err(Problem::new(ProblemCode::Conflict, "id", message))
}

/// The day by which what is raised on this day is to be answered.
#[must_use]
pub fn due(raised_on: NaiveDate) -> NaiveDate {
    raised_on.checked_add_days(DAYS).unwrap_or(NaiveDate::MAX)
}

/// A text that has to be there.
pub fn text(check: &mut Check, field: &str, text: &str) -> String {
    let told = check.prose(field, Some(text), LONGEST);
    check.that(told.is_some(), ProblemCode::Required, field, "Say something.");
    told.unwrap_or_default()
}

/// Whether whoever raises something on a communication for so many people can be anonymous.
pub fn crowd(check: &mut Check, audience: i32) {
    let message = format!(
        "This was for fewer than {CROWD} people, among whom nobody is anonymous. Raise it with your name, or not on this."
    );
    check.that(audience >= CROWD, ProblemCode::Conflict, "anonymous", &message);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use sea_orm::Iterable as _;

    #[test]
    fn nothing_is_declined_without_an_answer() {
        let open: Vec<_> =
            FeedbackState::iter().flat_map(|from| next(from).iter().map(move |to| (from, *to))).collect();
        assert_eq!(open, [(Open, Answered), (Answered, Acted), (Answered, Declined)]);
        assert_eq!(
            FeedbackState::iter().filter(|state| is_open(*state)).collect::<Vec<_>>(),
            [Open, Answered]
        );
        let told = |from, to| transition(from, to, "to").unwrap_err();
        let problem = told(Open, Declined);
        let expected = (ProblemCode::IllegalTransition, "It is OPEN; from here it goes to ANSWERED.");
        assert_eq!((problem.code, problem.message.as_str()), expected);
        assert_eq!(told(Answered, Open).message, "It is ANSWERED; from here it goes to ACTED or DECLINED.");
        assert_eq!(told(Acted, Declined).message, "It is ACTED, which is final.");
        for state in FeedbackState::iter() {
            assert_eq!(open_for_votes(state).is_ok(), is_open(state));
        }
    }

    #[test]
    fn an_answer_is_due_two_weeks_later() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        assert_eq!(due(day("2025-02-20")), day("2025-03-06"));
        assert_eq!(due(NaiveDate::MAX), NaiveDate::MAX);
    }

    #[test]
    fn nobody_is_anonymous_among_four() {
        for (audience, fine) in [(0, false), (4, false), (5, true), (100_000, true)] {
            let mut check = Check::default();
            crowd(&mut check, audience);
            assert_eq!(check.done().is_ok(), fine, "{audience}");
        }
    }

    #[test]
    fn a_text_says_something() {
        for (told, good) in
            [(" ", false), ("Why?", true), (&*"x".repeat(LONGEST), true), (&*"x".repeat(LONGEST + 1), false)]
        {
            let mut check = Check::default();
            text(&mut check, "text", told);
            assert_eq!(check.done().is_ok(), good);
        }
    }

    proptest! {
        /// Whatever is tried in whatever order: what is ACTED or DECLINED was answered before, and stays.
        #[test]
        fn every_way_leads_through_an_answer(tries in proptest::collection::vec(0_usize..4, 0..12)) {
            let all: Vec<_> = FeedbackState::iter().collect();
            let (mut state, mut answers) = (Open, 0);
            for to in tries.into_iter().map(|to| all[to]) {
                if transition(state, to, "to").is_ok() {
                    answers += i32::from(to == Answered);
                    state = to;
                }
            }
            prop_assert_eq!(answers, i32::from(state != Open));
        }
    }
}
