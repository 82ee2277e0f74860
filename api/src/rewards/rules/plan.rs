//! What makes a plan whole, before it is frozen.
//!
//! Always: weights come to 100 %; a KPI is paid for once; every curve goes the good way of its KPI; a gate says what
//! its effect needs; and no gate pays more to who fails it.

use std::collections::{BTreeMap, BTreeSet};

use tutti_entity::ids::KpiId;
use tutti_entity::metrics::kpi::Direction;
use tutti_entity::rewards::reward_plan::State;
use tutti_entity::rewards::terms::{GateEffect, GateTerm, MetricTerm};
use tutti_entity::value::fold;

use super::award::is_amount;
use super::curve::{self, MOST_BP};
use crate::graphql::{Check, Problem, ProblemCode};

/// The most KPIs, gates and groups of a plan, each.
pub const MOST: usize = 50;

/// A whole, in hundredths of a percent.
const WHOLE: i64 = 10_000;

/// A group as somebody wants it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted<'a> {
    /// What it is called.
    pub name: &'a str,
    /// What is paid for a whole period at 100 %, in minor units.
    pub target_minor: i64,
}

fn wrong(check: &mut Check, code: ProblemCode, path: &[&str], message: impl Into<String>) {
    check.add(Problem::at(code, path, message));
}

fn few(check: &mut Check, field: &str, count: usize) {
    let message = format!("{count} are too many; a plan takes {MOST}.");
    check.that(count <= MOST, ProblemCode::LimitExceeded, field, &message);
}

/// A KPI is good the way that it was when the plan was written.
fn turned(check: &mut Check, now: Direction, then: Direction, path: &[&str]) {
    if now != then {
        let message = "The KPI has turned round since the plan was written. Write its terms again.";
        wrong(check, ProblemCode::Conflict, path, message);
    }
}

/// The KPIs that a plan pays for, of which this is known.
pub fn metrics(check: &mut Check, metrics: &[MetricTerm], known: &BTreeMap<KpiId, Direction>) {
    check.that(!metrics.is_empty(), ProblemCode::Required, "metrics", "A plan pays for at least one KPI.");
    few(check, "metrics", metrics.len());
    let mut seen = BTreeSet::new();
    for (place, metric) in metrics.iter().enumerate() {
        let place = place.to_string();
        let at = |field| ["input", "metrics", place.as_str(), field];
        if !seen.insert(metric.kpi) {
            wrong(check, ProblemCode::Conflict, &at("kpiId"), "The plan pays for this KPI already.");
        }
        if metric.weight_bp <= 0 {
            wrong(check, ProblemCode::Invalid, &at("weight"), "A weight is more than 0 %.");
        }
        match known.get(&metric.kpi) {
            None => wrong(check, ProblemCode::NotFound, &at("kpiId"), "There is no Kpi with this id."),
            Some(direction) => {
                turned(check, *direction, metric.direction, &at("kpiId"));
                for problem in curve::checked(*direction, &metric.curve, &at("curve")) {
                    check.add(problem);
                }
            }
        }
    }
    let sum: i64 = metrics.iter().map(|metric| i64::from(metric.weight_bp)).sum();
    let message = format!("Weights come to 100 %; these come to {}.{:02} %.", sum / 100, sum.abs() % 100);
    check.that(metrics.is_empty() || sum == WHOLE, ProblemCode::Invalid, "metrics", &message);
}

/// The gates of a plan.
pub fn gates(check: &mut Check, gates: &[GateTerm], known: &BTreeMap<KpiId, Direction>) {
    few(check, "gates", gates.len());
    for (place, gate) in gates.iter().enumerate() {
        let place = place.to_string();
        let at = |field| ["input", "gates", place.as_str(), field];
        match known.get(&gate.kpi) {
            None => wrong(check, ProblemCode::NotFound, &at("kpiId"), "There is no Kpi with this id."),
            Some(direction) => turned(check, *direction, gate.direction, &at("kpiId")),
        }
        let (code, message) = match (gate.effect, gate.factor_bp) {
            (GateEffect::Zero, Some(_)) => (ProblemCode::Invalid, "ZERO needs no factor.".to_owned()),
            (GateEffect::Cap | GateEffect::Multiply, None) => {
                (ProblemCode::Required, "CAP and MULTIPLY need a factor.".to_owned())
            }
            (GateEffect::Multiply, Some(by)) if !(0..=10_000).contains(&by) => (
                ProblemCode::Invalid,
                "MULTIPLY takes 0 to 100 %: who fails a gate is not paid more.".to_owned(),
            ),
            (GateEffect::Cap, Some(most)) if !(0..=MOST_BP).contains(&most) => {
                (ProblemCode::Invalid, format!("CAP takes 0 to {} %.", MOST_BP / 100))
            }
            _ => continue,
        };
        wrong(check, code, &at("factor"), message);
    }
}

/// The groups of a plan.
pub fn groups(check: &mut Check, groups: &[Wanted<'_>]) {
    few(check, "groups", groups.len());
    let mut seen = BTreeSet::new();
    for (place, group) in groups.iter().enumerate() {
        let place = place.to_string();
        let at = |field| ["input", "groups", place.as_str(), field];
        let name = group.name.trim();
        if name.is_empty() {
            wrong(check, ProblemCode::Required, &at("name"), "`name` may not be empty.");
        } else if name.chars().count() > 100 || name.chars().any(char::is_control) {
            wrong(check, ProblemCode::Invalid, &at("name"), "`name` is one line of at most 100 characters.");
        } else if !seen.insert(fold(name)) {
            wrong(check, ProblemCode::Conflict, &at("name"), "The plan has a group of this name already.");
        }
        if !is_amount(group.target_minor) {
            let message = "A target award is nothing or more, at most 1 000 000 000 000 minor units.";
            wrong(check, ProblemCode::Invalid, &at("targetAward"), message);
        }
    }
}

/// The most that is paid.
pub fn bounds(check: &mut Check, cap_bp: Option<i32>, pool_minor: Option<i64>) {
    let message = format!("A cap is 0 to {} %.", MOST_BP / 100);
    let fine = cap_bp.is_none_or(|cap| (0..=MOST_BP).contains(&cap));
    check.that(fine, ProblemCode::Invalid, "cap", &message);
    let fine = pool_minor.is_none_or(|pool| pool >= 0);
    check.that(fine, ProblemCode::Invalid, "pool", "A pool is nothing or more.");
}

/// Only a draft is changed.
///
/// # Errors
/// CONFLICT at `id`.
pub fn editable(state: State) -> Result<(), Problem> {
    if state == State::Draft {
        return Ok(());
    }
    let message = "The plan is frozen: what it pays for was promised. Close it and make another.";
    Err(Problem::new(ProblemCode::Conflict, "id", message))
}

/// A plan goes from DRAFT to ACTIVE to CLOSED. To close a draft is to drop it.
///
/// # Errors
/// ILLEGAL_TRANSITION at `id`.
pub fn goes(from: State, to: State) -> Result<(), Problem> {
    let message = match (from, to) {
        (State::Draft, State::Active | State::Closed) | (State::Active, State::Closed) => return Ok(()),
        (State::Draft, _) => "It is a DRAFT: it can become ACTIVE or CLOSED.",
        (State::Active, _) => "It is ACTIVE: it can become CLOSED.",
        (State::Closed, _) => "It is CLOSED, which is the end.",
    };
    Err(Problem::new(ProblemCode::IllegalTransition, "id", message))
}

#[cfg(test)]
mod tests {
    use super::super::curve::tests::points;
    use super::super::factor::tests::kpi;
    use super::*;
    use sea_orm::Iterable as _;
    use tutti_entity::value::Quantity;

    fn known() -> BTreeMap<KpiId, Direction> {
        [(kpi(1), Direction::Up), (kpi(2), Direction::Up), (kpi(3), Direction::Down)].into()
    }

    fn metric(number: u128, weight_bp: i32) -> MetricTerm {
        let curve = if number == 3 { [(10, 50), (7, 100)] } else { [(30, 50), (40, 100)] };
        let direction = if number == 3 { Direction::Down } else { Direction::Up };
        MetricTerm { kpi: kpi(number), direction, weight_bp, curve: points(&curve) }
    }

    fn told(check: Check) -> Vec<(ProblemCode, String)> {
        let problems = check.done().err().unwrap_or_default();
        problems.into_iter().map(|problem| (problem.code, problem.path[1..].join("."))).collect()
    }

    fn told_of(all: &[MetricTerm]) -> Vec<(ProblemCode, String)> {
        let mut check = Check::default();
        metrics(&mut check, all, &known());
        told(check)
    }

    #[test]
    fn weights_come_to_the_whole_and_each_kpi_is_paid_for_once() {
        let at = |code, path: &str| (code, path.to_owned());
        assert_eq!(told_of(&[metric(1, 4_000), metric(2, 3_000), metric(3, 3_000)]), []);
        assert_eq!(told_of(&[metric(1, 4_000), metric(2, 5_999)]), [at(ProblemCode::Invalid, "metrics")]);
        assert_eq!(
            told_of(&[metric(1, 4_000), metric(1, 6_000)]),
            [at(ProblemCode::Conflict, "metrics.1.kpiId")]
        );
        assert_eq!(told_of(&[metric(9, 10_000)]), [at(ProblemCode::NotFound, "metrics.0.kpiId")]);
        assert_eq!(
            told_of(&[metric(1, 10_000), metric(2, 0)]),
            [at(ProblemCode::Invalid, "metrics.1.weight")]
        );
        let wrong_way = MetricTerm { curve: points(&[(7, 50), (10, 100)]), ..metric(3, 10_000) };
        assert_eq!(told_of(&[wrong_way]), [at(ProblemCode::Invalid, "metrics.0.curve")]);
        let turned = MetricTerm { direction: Direction::Up, ..metric(3, 10_000) };
        assert_eq!(told_of(&[turned]), [at(ProblemCode::Conflict, "metrics.0.kpiId")]);
        assert_eq!(told_of(&[]), [at(ProblemCode::Required, "metrics")]);
    }

    #[test]
    fn a_gate_says_what_its_effect_needs() {
        let of = |effect, factor_bp| {
            let minimum = Quantity(Quantity::ONE);
            let mut check = Check::default();
            gates(
                &mut check,
                &[GateTerm { kpi: kpi(1), direction: Direction::Up, minimum, effect, factor_bp }],
                &known(),
            );
            told(check).into_iter().map(|(code, _)| code).collect::<Vec<_>>()
        };
        for (effect, factor, expected) in [
            (GateEffect::Zero, None, None),
            (GateEffect::Zero, Some(0), Some(ProblemCode::Invalid)),
            (GateEffect::Cap, None, Some(ProblemCode::Required)),
            (GateEffect::Cap, Some(12_000), None),
            (GateEffect::Cap, Some(-1), Some(ProblemCode::Invalid)),
            (GateEffect::Multiply, Some(10_000), None),
            (GateEffect::Multiply, Some(10_001), Some(ProblemCode::Invalid)),
        ] {
            assert_eq!(of(effect, factor), Vec::from_iter(expected), "{effect:?} {factor:?}");
        }
    }

    #[test]
    fn groups_have_names_of_their_own() {
        let of = |all: &[(&str, i64)]| {
            let mut check = Check::default();
            let all: Vec<_> = all.iter().map(|&(name, target_minor)| Wanted { name, target_minor }).collect();
            groups(&mut check, &all);
            told(check).into_iter().map(|(_, path)| path).collect::<Vec<_>>()
        };
        let none: Vec<String> = Vec::new();
        assert_eq!(of(&[("Executives", 3_000_000), ("Front line", 0)]), none);
        assert_eq!(of(&[("Executives", 1), (" executives ", 1)]), ["groups.1.name"]);
        assert_eq!(of(&[("", -1)]), ["groups.0.name", "groups.0.targetAward"]);
        let mut check = Check::default();
        bounds(&mut check, Some(-1), Some(-1));
        assert_eq!(told(check).len(), 2);
        let mut check = Check::default();
        bounds(&mut check, Some(15_000), None);
        assert_eq!(told(check), []);
    }

    #[test]
    fn a_plan_is_frozen_when_it_is_active() {
        let ways: Vec<_> = State::iter()
            .flat_map(|from| State::iter().map(move |to| (from, to)))
            .filter(|(from, to)| goes(*from, *to).is_ok())
            .collect();
        let way =
            [(State::Draft, State::Active), (State::Draft, State::Closed), (State::Active, State::Closed)];
        assert_eq!(ways, way);
        assert_eq!(
            State::iter().filter(|state| editable(*state).is_ok()).collect::<Vec<_>>(),
            [State::Draft]
        );
    }
}
