//! How many change agents a unit has for its people, and where an agent may go. Pure.

use sea_orm::ActiveEnum as _;
use tutti_entity::training::change_agent::{Band, State};

use crate::graphql::{Check, Figure, Problem, ProblemCode};

/// At most so many people for each agent, and a unit is COVERED.
const COVERED: i64 = 25;
/// At most so many, and it is THIN.
const THIN: i64 = 50;

/// The band of so many people and so many ACTIVE agents. It is judged before anything is rounded.
#[must_use]
pub const fn band(headcount: i64, agents: i64) -> Band {
    if agents <= 0 {
        Band::None
    } else if headcount <= COVERED.saturating_mul(agents) {
        Band::Covered
    } else if headcount <= THIN.saturating_mul(agents) {
        Band::Thin
    } else {
        Band::Uncovered
    }
}

/// How many people there are for each agent.
#[must_use]
pub fn people_per_agent(headcount: i64, agents: i64) -> Figure {
    Figure::ratio(headcount, agents, "no agent")
}

/// Where an agent may go from here.
#[must_use]
pub const fn next(from: State) -> &'static [State] {
    match from {
        State::Nominated | State::Paused => &[State::Active, State::Alumni],
        State::Active => &[State::Paused, State::Alumni],
        State::Alumni => &[State::Nominated],
    }
}

/// An agent goes to where they may.
///
/// # Errors
/// ILLEGAL_TRANSITION at `state`, which says where that is.
pub fn goes(from: State, to: State) -> Result<(), Problem> {
    if from == to || next(from).contains(&to) {
        return Ok(());
    }
    let open: Vec<_> = next(from).iter().map(State::to_value).collect();
    let message = format!("From {} an agent goes to {}.", from.to_value(), open.join(" or "));
    Err(Problem::new(ProblemCode::IllegalTransition, "state", message))
}

/// An agent carries the change in some of their time, and is ACTIVE with the agreement of their manager alone.
pub fn agent(check: &mut Check, capacity_bp: i32, state: State, manager_agreed: bool) {
    let message = "A capacity is more than 0 and at most 100 percent.";
    check.that((1..=10_000).contains(&capacity_bp), ProblemCode::Invalid, "capacity", message);
    let message =
        "An agent is ACTIVE with the agreement of their manager: send `managerAgreed: true`, or pause them.";
    check.that(state != State::Active || manager_agreed, ProblemCode::Conflict, "managerAgreed", message);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use sea_orm::Iterable as _;

    #[test]
    fn the_worked_coverage() {
        let figure = people_per_agent(420, 14);
        assert_eq!(figure.value.map(|value| value.0.to_string()).as_deref(), Some("30.0000"));
        assert_eq!(band(420, 14), Band::Thin);
        for (headcount, agents, told) in [
            (25, 1, Band::Covered),
            (26, 1, Band::Thin),
            (50, 1, Band::Thin),
            (51, 1, Band::Uncovered),
            (101, 4, Band::Thin),
            (100, 4, Band::Covered),
            (0, 1, Band::Covered),
            (0, 0, Band::None),
            (10, 0, Band::None),
            (i64::MAX, i64::MAX, Band::Covered),
        ] {
            assert_eq!(band(headcount, agents), told, "{headcount} {agents}");
        }
        assert_eq!(people_per_agent(10, 0).reason.as_deref(), Some("no agent"));
    }

    #[test]
    fn an_agent_is_active_with_the_agreement_of_their_manager() {
        for (capacity, state, agreed, good) in [
            (2000, State::Nominated, false, true),
            (2000, State::Active, false, false),
            (2000, State::Active, true, true),
            (0, State::Nominated, false, false),
            (10_001, State::Nominated, true, false),
        ] {
            let mut check = Check::default();
            agent(&mut check, capacity, state, agreed);
            assert_eq!(check.done().is_ok(), good, "{capacity} {state:?} {agreed}");
        }
    }

    #[test]
    fn agents_go_where_the_table_says() {
        let moves = State::iter().flat_map(|from| next(from).iter().map(move |to| (from, *to)));
        let told: Vec<_> = moves.map(|(from, to)| format!("{} {}", from.to_value(), to.to_value())).collect();
        assert_eq!(told.len(), 7);
        assert!(goes(State::Nominated, State::Paused).is_err() && goes(State::Active, State::Active).is_ok());
        let told = goes(State::Alumni, State::Active).unwrap_err();
        assert_eq!(told.message, "From ALUMNI an agent goes to NOMINATED.");
    }

    proptest! {
        /// More agents never make it worse, more people never better.
        #[test]
        fn bands_are_in_order(people in 0..100_000_i64, agents in 0..1_000_i64) {
            let rank = |band| [Band::Covered, Band::Thin, Band::Uncovered, Band::None]
                .into_iter().position(|one| one == band);
            prop_assert!(rank(band(people, agents + 1)) <= rank(band(people, agents)));
            prop_assert!(rank(band(people, agents)) <= rank(band(people + 1, agents)));
        }
    }
}
