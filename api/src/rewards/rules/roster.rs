//! Who takes part in a plan, and from when to when.
//!
//! Always: somebody takes part in one group of a plan at a time, within the days of the plan.

use chrono::NaiveDate;
use tutti_entity::rewards::participation;
use tutti_entity::rewards::reward_plan::State;

use super::period::Span;
use crate::graphql::{Check, Problem, ProblemCode};

/// How many people share an amount before those see it who may see totals alone: fewer would be told of by it.
pub const FEWEST: i64 = 5;

/// The days of a participation lie within those of the plan.
pub fn within(check: &mut Check, days: Span, plan: Span) {
    let message = format!("It ends before it begins, on {}.", days.from);
    check.that(days.from <= days.to, ProblemCode::Invalid, "to", &message);
    let message = format!("The plan goes from {} to {}.", plan.from, plan.to);
    check.that(plan.has(days.from), ProblemCode::Invalid, "from", &message);
    check.that(plan.has(days.to), ProblemCode::Invalid, "to", &message);
}

/// Nobody takes part twice at a time: `others` are the same person's other participations in the plan.
///
/// # Errors
/// CONFLICT at `personId`.
pub fn alone<'p>(
    days: Span,
    others: impl IntoIterator<Item = &'p participation::Model>,
) -> Result<(), Problem> {
    let meets =
        |other: &&participation::Model| days.common(Span { from: other.from_day, to: other.to_day }) > 0;
    let Some(other) = others.into_iter().find(meets) else { return Ok(()) };
    let message =
        format!("They take part from {} to {} already. End that first.", other.from_day, other.to_day);
    Err(Problem::new(ProblemCode::Conflict, "personId", message))
}

/// People come and go until the plan is closed.
///
/// # Errors
/// CONFLICT at this field.
pub fn open(state: State, field: &str) -> Result<(), Problem> {
    if state == State::Closed {
        return Err(Problem::new(ProblemCode::Conflict, field, "The plan is closed."));
    }
    Ok(())
}

/// A participation is ended within its own days; the day before its first says that it never was.
///
/// # Errors
/// INVALID at `to`.
pub fn ends(row: &participation::Model, to: NaiveDate) -> Result<(), Problem> {
    let earliest = row.from_day.pred_opt().unwrap_or(row.from_day);
    if earliest <= to && to <= row.to_day {
        return Ok(());
    }
    let message = format!("It ends on {} now: give a day from {earliest} on.", row.to_day);
    Err(Problem::new(ProblemCode::Invalid, "to", message))
}

#[cfg(test)]
mod tests {
    use super::super::period::tests::span;
    use super::*;
    use chrono::DateTime;
    use tutti_entity::ids::{ParticipationId, PersonId, RewardGroupId, RewardPlanId};
    use uuid::Uuid;

    fn row(from: &str, to: &str) -> participation::Model {
        let days = span(from, to);
        participation::Model {
            id: ParticipationId(Uuid::from_u128(1)),
            version: 1,
            plan_id: RewardPlanId(Uuid::from_u128(1)),
            group_id: RewardGroupId(Uuid::from_u128(1)),
            person_id: PersonId(Uuid::from_u128(1)),
            from_day: days.from,
            to_day: days.to,
            created_at: DateTime::UNIX_EPOCH,
            updated_at: DateTime::UNIX_EPOCH,
        }
    }

    #[test]
    fn somebody_takes_part_once_at_a_time_and_within_the_plan() {
        let year = span("2025-01-01", "2025-12-31");
        let told = |from, to| {
            let mut check = Check::default();
            within(&mut check, span(from, to), year);
            check.done().err().map_or(0, |problems| problems.len())
        };
        assert_eq!(told("2025-01-01", "2025-12-31"), 0);
        assert_eq!(told("2024-12-31", "2026-01-01"), 2);
        assert_eq!(told("2025-03-02", "2025-03-01"), 1);
        let others = [row("2025-01-01", "2025-03-31"), row("2025-05-01", "2025-04-30")];
        assert!(alone(span("2025-04-01", "2025-12-31"), &others).is_ok());
        let problem = alone(span("2025-03-31", "2025-12-31"), &others).unwrap_err();
        assert_eq!((problem.code, problem.path[1].as_str()), (ProblemCode::Conflict, "personId"));
        assert!(open(State::Draft, "id").is_ok() && open(State::Active, "id").is_ok());
        assert_eq!(open(State::Closed, "groupId").unwrap_err().path[1], "groupId");
    }

    #[test]
    fn a_participation_is_only_shortened() {
        let row = row("2025-01-01", "2025-03-31");
        for (to, fine) in [
            ("2024-12-30", false),
            ("2024-12-31", true),
            ("2025-02-14", true),
            ("2025-03-31", true),
            ("2025-04-01", false),
        ] {
            assert_eq!(ends(&row, to.parse().unwrap()).is_ok(), fine, "{to}");
        }
    }
}
