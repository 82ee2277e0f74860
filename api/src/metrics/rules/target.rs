//! Targets, and how far the way from the baseline to the target is done.

use chrono::NaiveDate;
use num_traits::Zero;
use tutti_entity::metrics::kpi::Direction;
use tutti_entity::metrics::kpi_target;
use tutti_entity::value::Quantity;

use super::exact::{of, whole};
use super::measure::Measure;
use super::tally::{Value, figure, within_bounds};
use crate::graphql::figure::{FigureState, FigureUnit};
use crate::graphql::{Check, Figure, ProblemCode};

/// The four numbers of a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Steps {
    /// Where it stood before.
    pub baseline: Quantity,
    /// The least that counts.
    pub threshold: Quantity,
    /// What is aimed at.
    pub target: Quantity,
    /// What would be outstanding.
    pub stretch: Quantity,
}

/// The steps lie where the KPI can be, and each is better than the one before.
pub fn steps(check: &mut Check, measure: &Measure, steps: &Steps) {
    for (field, number) in [
        ("baseline", steps.baseline),
        ("threshold", steps.threshold),
        ("target", steps.target),
        ("stretch", steps.stretch),
    ] {
        within_bounds(check, measure, field, number);
    }
    let better = |from, to| measure.is_better(&of(from), &of(to));
    let way = match measure.direction {
        Direction::Up => "more",
        Direction::Down => "less",
    };
    let message = format!("The target is {way} than the threshold.");
    check.that(better(steps.threshold, steps.target), ProblemCode::Invalid, "target", &message);
    let message = format!("The stretch is {way} than the target.");
    check.that(better(steps.target, steps.stretch), ProblemCode::Invalid, "stretch", &message);
}

/// A target holds from a day to that day or a later one.
pub fn days(check: &mut Check, from: NaiveDate, to: NaiveDate) {
    check.that(from <= to, ProblemCode::Invalid, "to", "The last day is not before the first.");
}

/// No other target of the KPI holds on any of the days.
pub fn alone<'t>(
    check: &mut Check,
    from: NaiveDate,
    to: NaiveDate,
    others: impl IntoIterator<Item = &'t kpi_target::Model>,
) {
    let taken = others.into_iter().find(|other| from <= other.to_day && other.from_day <= to);
    if let Some(other) = taken {
        let message = format!("{} holds from {} to {} already.", other.id, other.from_day, other.to_day);
        check.that(false, ProblemCode::Conflict, "from", &message);
    }
}

/// The target that holds on this day.
#[must_use]
pub fn on(day: NaiveDate, targets: &[kpi_target::Model]) -> Option<&kpi_target::Model> {
    targets.iter().find(|target| (target.from_day..=target.to_day).contains(&day))
}

/// How much of the way from the baseline to the target is done, in percent: never less than nothing or more than
/// all of it.
#[must_use]
pub fn progress(measure: &Measure, value: &Value, target: Option<&kpi_target::Model>) -> Figure {
    let told = |exact, state, reason| figure(exact, FigureUnit::Percent, 1, state, reason);
    let none = |state, reason: &str| told(None, state, Some(reason.to_owned()));
    let Some(target) = target else {
        return none(FigureState::NotApplicable, "no target holds on the day");
    };
    let (baseline, target) = (of(target.baseline), of(target.target));
    if baseline == target {
        return none(FigureState::NotApplicable, "the target is the baseline");
    }
    if !measure.is_better(&baseline, &target) {
        return none(FigureState::NotApplicable, "the target is worse than the baseline");
    }
    let Some(value_now) = &value.exact else {
        return told(None, value.state, value.reason.clone());
    };
    let done = (value_now - &baseline) / (target - &baseline);
    let done = done.clamp(whole(0), whole(1)) * whole(100);
    told(Some(&done), value.state, value.reason.clone())
}

/// What an initiative is expected to change is something.
pub fn expected(check: &mut Check, change: Quantity) {
    let message = "An expected change of nothing is none.";
    check.that(!change.0.is_zero(), ProblemCode::Invalid, "expectedChange", message);
}

#[cfg(test)]
mod tests {
    use super::super::exact::over;
    use super::super::measure::tests::measure;
    use super::super::tally::tests::told;
    use super::*;
    use chrono::{DateTime, Utc};
    use proptest::prelude::*;
    use tutti_entity::ids::{KpiId, KpiTargetId};
    use tutti_entity::metrics::kpi::Kind;
    use uuid::Uuid;

    fn quantity(number: i64) -> Quantity {
        Quantity(number * Quantity::ONE)
    }

    fn target(from: &str, to: &str, baseline: i64, target: i64) -> kpi_target::Model {
        kpi_target::Model {
            id: KpiTargetId(Uuid::from_u128(1)),
            version: 1,
            kpi_id: KpiId(Uuid::from_u128(2)),
            from_day: from.parse().unwrap(),
            to_day: to.parse().unwrap(),
            baseline: quantity(baseline),
            threshold: quantity(baseline),
            target: quantity(target),
            stretch: quantity(target),
            created_at: DateTime::<Utc>::UNIX_EPOCH,
            updated_at: DateTime::<Utc>::UNIX_EPOCH,
        }
    }

    fn at(number: i64, by: i64) -> Value {
        Value { exact: over(number, by), state: FigureState::Ok, reason: None }
    }

    fn of_way(measure: &Measure, value: &Value, baseline: i64, aim: i64) -> (Option<String>, FigureState) {
        told(&progress(measure, value, Some(&target("2025-01-01", "2025-12-31", baseline, aim))))
    }

    fn ok(text: &str) -> (Option<String>, FigureState) {
        (Some(text.to_owned()), FigureState::Ok)
    }

    #[test]
    fn the_worked_progress() {
        let nps = measure(Kind::Nps);
        let days = Measure { direction: Direction::Down, ..measure(Kind::Duration) };
        assert_eq!(of_way(&nps, &at(46, 1), 30, 55), ok("64.0"));
        assert_eq!(of_way(&days, &at(8, 1), 10, 4), ok("33.3"));
        assert_eq!(of_way(&nps, &at(29, 1), 30, 55), ok("0.0"));
        assert_eq!(of_way(&nps, &at(90, 1), 30, 55), ok("100.0"));
        assert_eq!(of_way(&days, &at(11, 1), 10, 4), ok("0.0"));
        assert_eq!(of_way(&nps, &at(46, 1), 30, 30), (None, FigureState::NotApplicable));
        assert_eq!(of_way(&nps, &at(46, 1), 55, 30), (None, FigureState::NotApplicable));
        let nobody = Value::none(FigureState::NoData, "nobody answered");
        assert_eq!(of_way(&nps, &nobody, 30, 55), (None, FigureState::NoData));
        let few = Value { state: FigureState::Insufficient, ..at(46, 1) };
        assert_eq!(of_way(&nps, &few, 30, 55), (Some("64.0".to_owned()), FigureState::Insufficient));
        assert_eq!(told(&progress(&nps, &at(46, 1), None)), (None, FigureState::NotApplicable));
    }

    #[test]
    fn steps_go_the_good_way() {
        let up = measure(Kind::Nps);
        let down = Measure { direction: Direction::Down, ..measure(Kind::Duration) };
        for (measure, threshold, aim, stretch, wrong) in [
            (&up, 40, 46, 55, &[][..]),
            (&up, 46, 46, 55, &["target"]),
            (&up, 40, 56, 55, &["stretch"]),
            (&up, 40, 46, 101, &["stretch"]),
            (&down, 10, 7, 4, &[]),
            (&down, 4, 7, 10, &["target", "stretch"]),
        ] {
            let mut check = Check::default();
            let four = Steps {
                baseline: quantity(10),
                threshold: quantity(threshold),
                target: quantity(aim),
                stretch: quantity(stretch),
            };
            steps(&mut check, measure, &four);
            let problems = check.done().err().unwrap_or_default();
            let fields: Vec<_> = problems.iter().map(|problem| problem.path[1].as_str()).collect();
            assert_eq!(fields, wrong, "{threshold} {aim} {stretch}");
        }
    }

    #[test]
    fn targets_do_not_overlap() {
        let held = [target("2025-01-01", "2025-06-30", 1, 2), target("2025-07-01", "2025-12-31", 2, 3)];
        for (from, to, fine) in [
            ("2026-01-01", "2026-12-31", true),
            ("2024-01-01", "2024-12-31", true),
            ("2025-12-31", "2026-12-31", false),
            ("2024-01-01", "2025-01-01", false),
            ("2025-02-01", "2025-02-01", false),
        ] {
            let mut check = Check::default();
            alone(&mut check, from.parse().unwrap(), to.parse().unwrap(), &held);
            assert_eq!(check.done().is_ok(), fine, "{from} {to}");
        }
        assert_eq!(on("2025-07-01".parse().unwrap(), &held), Some(&held[1]));
        assert_eq!(on("2026-01-01".parse().unwrap(), &held), None);
        let mut check = Check::default();
        days(&mut check, "2025-01-02".parse().unwrap(), "2025-01-01".parse().unwrap());
        expected(&mut check, quantity(0));
        assert_eq!(check.done().unwrap_err().len(), 2);
    }

    proptest! {
        /// Wherever a number stands, it has done between nothing and all of its way.
        #[test]
        fn progress_is_a_share(
            number in -10_000_i64..10_000, by in 1_i64..100, baseline in -100_i64..100, aim in -100_i64..100,
            up in any::<bool>()
        ) {
            let direction = if up { Direction::Up } else { Direction::Down };
            let measure = Measure { direction, ..measure(Kind::Index) };
            let (told, state) = of_way(&measure, &at(number, by), baseline, aim);
            let beyond = if up { aim > baseline } else { aim < baseline };
            prop_assert_eq!(state == FigureState::Ok, beyond);
            if let Some(told) = told {
                let share: rust_decimal::Decimal = told.parse().unwrap();
                prop_assert!((rust_decimal::Decimal::ZERO..=rust_decimal::Decimal::ONE_HUNDRED).contains(&share));
            }
        }
    }
}
