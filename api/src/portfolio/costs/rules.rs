//! What may be said about money, and what it comes to. Pure: plain values in, a verdict out.

use chrono::{Datelike, NaiveDate};
use tutti_entity::portfolio::cost_entry::CostKind;
use tutti_entity::portfolio::initiative::Status;

use crate::graphql::scalars::{CurrencyCode, Money, MoneyInput};
use crate::graphql::{Check, Figure, Problem, ProblemCode};
use crate::portfolio::rules;

/// The largest amount that one line or entry holds, in minor units. Nine hundred thousand of them together still
/// fit the 64 bits in which databases add.
pub const LARGEST: i64 = 10_000_000_000_000;

/// The field of the input that a problem is about, for rules that several inputs share.
fn at(field: &str) -> impl Fn(Problem) -> Problem {
    move |problem| Problem::new(problem.code, field, problem.message)
}

/// Budgets are planned while an initiative is neither archived nor over.
///
/// # Errors
/// CONFLICT at this field.
pub fn open_for_budget(status: Status, archived: bool, field: &str) -> Result<(), Problem> {
    rules::open_for_change(status, archived).map_err(at(field))
}

/// Costs are recorded until an initiative is archived: the last invoices come after the end.
///
/// # Errors
/// CONFLICT at this field.
pub fn open_for_costs(archived: bool, field: &str) -> Result<(), Problem> {
    if archived {
        return Err(Problem::new(ProblemCode::Conflict, field, "It is archived. Unarchive it first."));
    }
    Ok(())
}

/// The amount of a cost in minor units: in this currency, with no more decimals than it has, not nothing, and
/// not beyond what can be added up.
///
/// # Errors
/// INVALID at `amount`.
pub fn cost(amount: &MoneyInput, currency: CurrencyCode) -> Result<i64, Problem> {
    let minor = amount.minor_units(currency, "amount")?;
    let message = match minor {
        0 => "A cost of nothing is none.".to_owned(),
        // Of the least number of all there is no absolute value.
        _ if minor.unsigned_abs() > LARGEST.unsigned_abs() => {
            let most = Money::from_minor(LARGEST, currency).amount.0;
            format!("An amount is at most {most} {}.", currency.0.code())
        }
        _ => return Ok(minor),
    };
    Err(Problem::at(ProblemCode::Invalid, &["input", "amount", "amount"], message))
}

/// The amount of a budget line in minor units: as that of a cost, and more than nothing. A cut is a change of
/// the line.
///
/// # Errors
/// INVALID at `amount`.
pub fn budget(amount: &MoneyInput, currency: CurrencyCode) -> Result<i64, Problem> {
    let minor = cost(amount, currency)?;
    if minor > 0 {
        return Ok(minor);
    }
    let message = "A budget line is more than nothing. To cut the budget, change or remove a line.";
    Err(Problem::at(ProblemCode::Invalid, &["input", "amount", "amount"], message))
}

/// A month is named by its first day.
pub fn month(check: &mut Check, month: Option<NaiveDate>) {
    let message = "A month is named by its first day, such as 2025-03-01.";
    check.that(month.is_none_or(|day| day.day() == 1), ProblemCode::Invalid, "month", message);
}

/// A line that was removed stays as it was.
///
/// # Errors
/// CONFLICT at `id`.
pub fn in_force(removed: bool) -> Result<(), Problem> {
    if removed {
        return Err(Problem::new(ProblemCode::Conflict, "id", "It was removed. Create another line."));
    }
    Ok(())
}

/// Why a cost is taken back.
pub fn reason(check: &mut Check, reason: &str) -> String {
    let told = check.prose("reason", Some(reason), 1000);
    check.that(told.is_some(), ProblemCode::Required, "reason", "Say why it is reversed.");
    told.unwrap_or_default()
}

/// What was spent was spent today or before; what is promised may fall later.
pub fn incurred(check: &mut Check, kind: CostKind, on: NaiveDate, today: NaiveDate) {
    let message =
        format!("{on} is still to come: what is spent was spent today or before. Promise a COMMITMENT.");
    check.that(kind == CostKind::Commitment || on <= today, ProblemCode::Invalid, "incurredOn", &message);
}

/// An entry is reversed once, and a reversal never. `reversed_by` names the reversal where there is one.
///
/// # Errors
/// CONFLICT at `id`.
pub fn reversible(is_reversal: bool, reversed_by: Option<&str>) -> Result<(), Problem> {
    let message = match (is_reversal, reversed_by) {
        (true, _) => "It is a reversal itself. Record the cost anew.".to_owned(),
        (false, Some(by)) => format!("It was reversed already, by {by}."),
        (false, None) => return Ok(()),
    };
    Err(Problem::new(ProblemCode::Conflict, "id", message))
}

/// What an initiative had, has spent and has promised, in minor units of one currency.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Position {
    /// The budget lines together.
    pub approved: i64,
    /// What was spent, reversals taken off.
    pub actual: i64,
    /// What was promised, reversals taken off.
    pub committed: i64,
}

impl Position {
    /// What is left: approved − actual − committed. The bound on single amounts keeps sums far from 64 bits;
    /// should they get there all the same, this stops at the end instead of turning round.
    #[must_use]
    pub const fn available(self) -> i64 {
        self.approved.saturating_sub(self.actual).saturating_sub(self.committed)
    }

    /// How much of the approved is spent.
    #[must_use]
    pub fn used(self) -> Figure {
        Figure::share(self.actual, self.approved, "zero budget")
    }

    fn has_reached(self, percent: i128) -> bool {
        self.approved > 0 && i128::from(self.actual) * 100 >= i128::from(self.approved) * percent
    }
}

/// The shares of the budget that somebody has to hear of, in percent, and the event that says so.
const THRESHOLDS: [(i128, &str); 2] = [(80, "budget.threshold_80"), (100, "budget.threshold_100")];

/// The thresholds that were not reached before and are now, the lower first.
pub fn crossed(before: Position, now: Position) -> impl Iterator<Item = &'static str> {
    let crossed = move |&(percent, _): &(i128, _)| !before.has_reached(percent) && now.has_reached(percent);
    THRESHOLDS.into_iter().filter(crossed).map(|(_, event)| event)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graphql::figure::FigureState;
    use crate::graphql::scalars::Decimal;
    use proptest::prelude::*;

    fn money(amount: &str, code: &str) -> MoneyInput {
        MoneyInput {
            amount: Decimal(amount.parse().unwrap()),
            currency: CurrencyCode::from_code(code).unwrap(),
        }
    }

    fn euro() -> CurrencyCode {
        CurrencyCode::from_code("EUR").unwrap()
    }

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn the_worked_position() {
        let position = Position { approved: 10_500_000, actual: 3_600_000, committed: 2_000_000 };
        assert_eq!(position.available(), 4_900_000);
        let used = position.used();
        assert_eq!((used.value.unwrap().0.to_string().as_str(), used.state), ("34.3", FigureState::Ok));
        let nothing = Position { approved: 0, actual: 700, committed: 0 };
        assert_eq!(nothing.available(), -700);
        assert_eq!(nothing.used().state, FigureState::NotApplicable);
        assert_eq!(nothing.used().reason.as_deref(), Some("zero budget"));
        let ends = Position { approved: i64::MIN, actual: i64::MAX, committed: 1 };
        assert_eq!(ends.available(), i64::MIN);
    }

    #[test]
    fn amounts_are_in_the_currency_and_can_be_added() {
        assert_eq!(cost(&money("-0.01", "EUR"), euro()), Ok(-1));
        assert_eq!(cost(&money("100000000000", "EUR"), euro()), Ok(LARGEST));
        assert_eq!(cost(&money("-100000000000", "EUR"), euro()), Ok(-LARGEST));
        for (amount, code, path) in [
            ("1", "DKK", "input.amount.currency"),
            ("0.001", "EUR", "input.amount.amount"),
            ("0", "EUR", "input.amount.amount"),
            ("100000000000.01", "EUR", "input.amount.amount"),
            ("-92233720368547758.08", "EUR", "input.amount.amount"),
            ("92233720368547758.08", "EUR", "input.amount.amount"),
        ] {
            for problem in [cost(&money(amount, code), euro()), budget(&money(amount, code), euro())] {
                let problem = problem.unwrap_err();
                assert_eq!((problem.code, problem.path.join(".").as_str()), (ProblemCode::Invalid, path));
            }
        }
        let told = cost(&money("100000000000.01", "EUR"), euro()).unwrap_err().message;
        assert_eq!(told, "An amount is at most 100000000000.00 EUR.");
        assert_eq!(budget(&money("0.01", "EUR"), euro()), Ok(1));
        assert!(budget(&money("-0.01", "EUR"), euro()).is_err());
    }

    #[test]
    fn a_month_is_its_first_day_and_what_is_spent_is_past() {
        let problems = |check: Check| check.done().err().map_or(0, |problems| problems.len());
        for (on, wrong) in [(None, 0), (Some("2025-03-01"), 0), (Some("2025-03-02"), 1)] {
            let mut check = Check::default();
            month(&mut check, on.map(day));
            assert_eq!(problems(check), wrong, "{on:?}");
        }
        for (kind, on, wrong) in [
            (CostKind::Actual, "2025-03-31", 0),
            (CostKind::Actual, "2025-04-01", 1),
            (CostKind::Commitment, "2025-04-01", 0),
        ] {
            let mut check = Check::default();
            incurred(&mut check, kind, day(on), day("2025-03-31"));
            assert_eq!(problems(check), wrong, "{kind:?} {on}");
        }
    }

    #[test]
    fn an_entry_is_reversed_once_and_a_reversal_never() {
        assert_eq!(reversible(false, None), Ok(()));
        for (is_reversal, by) in [(true, None), (true, Some("cst_1")), (false, Some("cst_1"))] {
            assert_eq!(reversible(is_reversal, by).unwrap_err().code, ProblemCode::Conflict);
        }
        assert!(reversible(false, Some("cst_1")).unwrap_err().message.contains("by cst_1"));
    }

    #[test]
    fn costs_may_come_after_the_end_and_budgets_may_not() {
        assert!(open_for_costs(false, "id").is_ok() && open_for_costs(true, "id").is_err());
        assert!(open_for_budget(Status::Active, false, "id").is_ok());
        for (status, archived) in [(Status::Active, true), (Status::Closed, false)] {
            let problem = open_for_budget(status, archived, "initiativeId").unwrap_err();
            assert_eq!(
                (problem.code, problem.path.join(".")),
                (ProblemCode::Conflict, "input.initiativeId".into())
            );
        }
    }

    #[test]
    fn a_threshold_is_crossed_upwards_alone() {
        let at = |actual| Position { approved: 1000, actual, committed: 0 };
        let told = |before, now| crossed(at(before), at(now)).collect::<Vec<_>>();
        let (low, high) = ("budget.threshold_80", "budget.threshold_100");
        assert_eq!(told(0, 799), [""; 0]);
        assert_eq!(told(799, 800), [low]);
        assert_eq!(told(800, 999), [""; 0]);
        assert_eq!(told(999, 1000), [high]);
        assert_eq!(told(0, 5000), [low, high]);
        assert_eq!(told(5000, 0), [""; 0]);
        let without = |actual| Position { approved: 0, actual, committed: 0 };
        assert_eq!(crossed(without(0), without(7)).count(), 0);
    }

    proptest! {
        /// Whatever order the costs come in, each threshold is told as often as it is crossed.
        #[test]
        fn thresholds_are_told_once_for_each_way_up(
            approved in 1_i64..1000, steps in proptest::collection::vec(-600_i64..600, 0..40)
        ) {
            let mut position = Position { approved, ..Position::default() };
            let (mut told, mut over) = (0, false);
            for step in steps {
                let before = position;
                position.actual += step;
                let up = crossed(before, position).any(|event| event.ends_with("100"));
                let now = position.actual >= approved;
                prop_assert_eq!(up, now && !over);
                over = now;
                told += i32::from(up);
            }
            prop_assert!(told <= 20);
        }
    }
}
