//! How an amount came about, step by step, for whoever gets it.
//!
//! Always: the steps are made of what the run kept, so that they say the same whenever they are asked for; numbers in
//! the words are shortened to four decimals, what is computed with is not.

use num_traits::One;
use tutti_entity::rewards::terms::{Known, SnapshotState};

use super::curve::Segment;
use super::factor::{Effect, Gate, Metric, Paid, Passed, Terms, Working};
use crate::graphql::Figure;
use crate::graphql::figure::{FigureState, FigureUnit};
use crate::graphql::scalars::{CurrencyCode, Decimal, Money};
use crate::metrics::rules::exact::{Exact, rounded, whole};
use crate::metrics::rules::tally;

/// One step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// What is computed.
    pub label: String,
    /// How.
    pub expression: String,
    /// What it comes to.
    pub result: Figure,
}

/// To how many decimals a share is told, in percent.
const PLACES: u32 = 4;

/// A number with at most four decimals.
fn number(exact: &Exact) -> String {
    rounded(exact, PLACES).map_or_else(|| exact.to_string(), |number| number.normalize().to_string())
}

/// A share in percent.
fn percent(share: &Exact) -> String {
    format!("{} %", number(&(share * whole(100))))
}

/// A share as a figure in percent with four decimals; without one where a number is missing.
#[must_use]
pub fn share(exact: Option<&Exact>, state: FigureState, reason: Option<&str>) -> Figure {
    let exact = exact.map(|share| share * whole(100));
    tally::figure(exact.as_ref(), FigureUnit::Percent, PLACES, state, reason.map(str::to_owned))
}

/// That a number is missing.
pub const MISSING: &str = "a KPI has no number that can be paid on";

/// A share that was computed, or that a number is missing for.
#[must_use]
pub fn computed(exact: Option<&Exact>) -> Figure {
    match exact {
        Some(exact) => share(Some(exact), FigureState::Ok, None),
        None => share(None, FigureState::NoData, Some(MISSING)),
    }
}

/// An amount in minor units as a figure.
#[must_use]
pub fn money(minor: i64, currency: CurrencyCode) -> Figure {
    Figure {
        value: Some(Decimal(Money::from_minor(minor, currency).amount.0)),
        unit: FigureUnit::Money,
        currency: Some(currency),
        state: FigureState::Ok,
        reason: None,
    }
}

fn curve(metric: &Metric, paid: &Paid, known: Option<&Known>) -> String {
    let Some(value) = &paid.value else { return "it has no number that can be paid on".to_owned() };
    let told = number(value);
    let how = match metric.curve.segment(value) {
        None => told,
        Some(Segment::Before(first)) => format!("{told} is worse than {}: 0 %", number(&first.value)),
        Some(Segment::At(stop)) => format!("{told} pays {}", percent(&stop.payout)),
        Some(Segment::After(last)) => {
            format!("{told} is better than {}: {}", number(&last.value), percent(&last.payout))
        }
        Some(Segment::Between(from, to)) => format!(
            "{} + ({told} − {}) / ({} − {}) × ({} − {})",
            percent(&from.payout),
            number(&from.value),
            number(&to.value),
            number(&from.value),
            percent(&to.payout),
            percent(&from.payout),
        ),
    };
    match known.filter(|known| known.state == SnapshotState::Carried).and_then(|known| known.period_start) {
        Some(from) => format!("{how}; carried from the period of {from}"),
        None => how,
    }
}

fn gate(gate: &Gate, passed: &Passed, before: Option<&Exact>) -> String {
    let minimum = number(&gate.minimum);
    let (Some(value), Some(before)) = (&passed.value, before) else {
        return format!("at least as good as {minimum}: there is no number to tell");
    };
    let told = number(value);
    if passed.passed == Some(true) {
        return format!("{told} is at least as good as {minimum}: passed");
    }
    let effect = match &gate.effect {
        Effect::Zero => "0 %".to_owned(),
        Effect::Cap(most) => format!("min({}, {})", percent(before), percent(most)),
        Effect::Multiply(by) => format!("{} × {}", percent(before), percent(by)),
    };
    format!("{told} is not as good as {minimum}: {effect}")
}

/// How the factor came about. `code` tells how a KPI is called, by its place among the metrics and the gates.
#[must_use]
pub fn of_factor(
    terms: &Terms,
    working: &Working,
    snapshot: &[Known],
    code: impl Fn(tutti_entity::ids::KpiId) -> String,
) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut step = |label: String, expression: String, result: Figure| {
        steps.push(Step { label, expression, result });
    };
    for (metric, paid) in terms.metrics.iter().zip(&working.metrics) {
        let code = code(metric.kpi);
        let known = snapshot.iter().find(|known| known.kpi == metric.kpi);
        step(code.clone(), curve(metric, paid, known), computed(paid.payout.as_ref()));
        let payout = paid.payout.as_ref().map_or_else(|| "nothing".to_owned(), percent);
        let weighted = format!("{} × {payout}", percent(&paid.weight));
        step(format!("{code}, weighted"), weighted, computed(paid.contribution.as_ref()));
    }
    let contributions: Vec<_> =
        working.metrics.iter().filter_map(|paid| paid.contribution.as_ref()).map(percent).collect();
    step("Sum".to_owned(), contributions.join(" + "), computed(working.sum.as_ref()));
    let mut before = working.sum.as_ref();
    for (rule, passed) in terms.gates.iter().zip(&working.gates) {
        let label = format!("Gate {}", code(rule.kpi));
        step(label, gate(rule, passed, before), computed(passed.after.as_ref()));
        before = passed.after.as_ref();
    }
    if let (Some(cap), Some(before)) = (&terms.cap, before) {
        let expression = format!("min({}, {})", percent(before), percent(cap));
        step("Cap".to_owned(), expression, computed(working.factor.as_ref()));
    }
    steps
}

/// What an award is made of beside the factor.
#[derive(Clone, Copy, Debug)]
pub struct Line<'a> {
    /// What is paid for a whole period at 100 %, in minor units.
    pub target_minor: i64,
    /// The factor.
    pub factor: &'a Exact,
    /// By what the pool cut it.
    pub scale: Option<&'a Exact>,
    /// On how many days they took part.
    pub service_days: i64,
    /// How many days the period has.
    pub period_days: i64,
    /// What it came to, in minor units.
    pub amount_minor: i64,
    /// The currency.
    pub currency: CurrencyCode,
}

/// How the award came about of the factor.
#[must_use]
pub fn of_award(line: &Line<'_>) -> Vec<Step> {
    let Line { target_minor, factor, scale, service_days, period_days, amount_minor, currency } = *line;
    let exact = super::award::award(target_minor, factor, service_days, period_days);
    let minor_unit = whole(10_i64.pow(currency.exponent()));
    let in_money = |minor: &Exact| Figure {
        currency: Some(currency),
        ..tally::figure(Some(&(minor / &minor_unit)), FigureUnit::Money, PLACES, FigureState::Ok, None)
    };
    let target = Money::from_minor(target_minor, currency).amount.0;
    let mut steps = vec![Step {
        label: "Award".to_owned(),
        expression: format!(
            "{target} {currency} × {} × {service_days} / {period_days} days",
            percent(factor)
        ),
        result: in_money(&exact),
    }];
    let how = match scale {
        None => "half away from zero, to the minor unit",
        Some(scale) if scale.is_one() => {
            "down to the minor unit; what the pool leaves goes to the largest fractions"
        }
        Some(scale) => {
            steps.push(Step {
                label: "Pool".to_owned(),
                expression: format!("× {}: all awards together are more than the pool", number(scale)),
                result: in_money(&(exact * scale)),
            });
            "down to the minor unit; what is left of the pool goes to the largest fractions"
        }
    };
    steps.push(Step {
        label: "Rounding".to_owned(),
        expression: how.to_owned(),
        result: money(amount_minor, currency),
    });
    steps
}

#[cfg(test)]
mod tests {
    use super::super::factor::tests::{kpi, plan, values};
    use super::super::factor::{Gate, factor};
    use super::*;
    use crate::metrics::rules::exact::over;
    use tutti_entity::metrics::kpi::Direction;

    fn euro() -> CurrencyCode {
        CurrencyCode::from_code("EUR").unwrap()
    }

    fn told(steps: &[Step]) -> Vec<(String, String, String)> {
        let result = |step: &Step| step.result.value.map_or_else(String::new, |value| value.0.to_string());
        steps.iter().map(|step| (step.label.clone(), step.expression.clone(), result(step))).collect()
    }

    fn step(label: &str, expression: &str, result: &str) -> (String, String, String) {
        (label.into(), expression.into(), result.into())
    }

    #[test]
    fn the_whole_way_to_the_factor_is_told() {
        let gate =
            |minimum, effect| Gate { kpi: kpi(2), direction: Direction::Up, minimum: whole(minimum), effect };
        let gates = vec![gate(75, Effect::Zero), gate(90, Effect::Multiply(over(1, 2).unwrap()))];
        let terms = Terms { gates, cap: Some(over(3, 2).unwrap()), ..plan() };
        let names = ["NPS", "CSAT", "DAYS", "ON_TIME"];
        let code = |id| {
            let (name, _) = names.into_iter().zip(1..).find(|(_, number)| kpi(*number) == id).unwrap();
            name.to_owned()
        };
        let steps = of_factor(&terms, &factor(&terms, &values()), &[], code);
        let expected = [
            step("NPS", "50 % + (34 − 30) / (40 − 30) × (100 % − 50 %)", "70.0000"),
            step("NPS, weighted", "40 % × 70 %", "28.0000"),
            step("CSAT", "100 % + (82 − 80) / (90 − 80) × (150 % − 100 %)", "110.0000"),
            step("CSAT, weighted", "30 % × 110 %", "33.0000"),
            step("DAYS", "50 % + (8 − 10) / (7 − 10) × (100 % − 50 %)", "83.3333"),
            step("DAYS, weighted", "20 % × 83.3333 %", "16.6667"),
            step("ON_TIME", "0 % + (75 − 60) / (80 − 60) × (100 % − 0 %)", "75.0000"),
            step("ON_TIME, weighted", "10 % × 75 %", "7.5000"),
            step("Sum", "28 % + 33 % + 16.6667 % + 7.5 %", "85.1667"),
            step("Gate CSAT", "82 is at least as good as 75: passed", "85.1667"),
            step("Gate CSAT", "82 is not as good as 90: 85.1667 % × 50 %", "42.5833"),
            step("Cap", "min(42.5833 %, 150 %)", "42.5833"),
        ];
        assert_eq!(told(&steps), expected);
    }

    #[test]
    fn what_is_missing_or_carried_says_so() {
        let mut few = values();
        few.remove(&kpi(1));
        let steps = of_factor(&plan(), &factor(&plan(), &few), &[], |_| "NPS".to_owned());
        assert_eq!(steps[0].expression, "it has no number that can be paid on");
        assert_eq!((steps[0].result.state, steps[0].result.value), (FigureState::NoData, None));
        let carried = Known {
            kpi: kpi(1),
            state: SnapshotState::Carried,
            value: Some("34".to_owned()),
            period_start: Some("2025-05-01".parse().unwrap()),
            parts: Vec::new(),
        };
        let steps = of_factor(&plan(), &factor(&plan(), &values()), &[carried], |_| "NPS".to_owned());
        assert!(steps[0].expression.ends_with("; carried from the period of 2025-05-01"));
    }

    #[test]
    fn the_way_from_the_factor_to_the_cent_is_told() {
        let factor = over(511, 600).unwrap();
        let line = Line {
            target_minor: 50_000,
            factor: &factor,
            scale: None,
            service_days: 60,
            period_days: 92,
            amount_minor: 27_772,
            currency: euro(),
        };
        let award = step("Award", "500.00 EUR × 85.1667 % × 60 / 92 days", "277.7174");
        let rounding = step("Rounding", "half away from zero, to the minor unit", "277.72");
        assert_eq!(told(&of_award(&line)), [award.clone(), rounding]);
        let scale = over(2, 3).unwrap();
        let pooled = told(&of_award(&Line { scale: Some(&scale), amount_minor: 18_514, ..line }));
        assert_eq!(pooled[0], award);
        assert_eq!(
            pooled[1],
            step("Pool", "× 0.6667: all awards together are more than the pool", "185.1449")
        );
        assert_eq!(pooled[2].2, "185.14");
    }
}
