//! From the values of the KPIs to the factor that every award is multiplied by.
//!
//! Always: Σ weight · payout first, then the gates in their order, then the cap of the plan; nothing is rounded; a
//! KPI without a number is treated as the plan says and never as zero; better never pays less.

use std::collections::BTreeMap;

use num_traits::Zero;
use tutti_entity::ids::KpiId;
use tutti_entity::metrics::kpi::Direction;
use tutti_entity::rewards::reward_plan::MissingKpiPolicy;
use tutti_entity::rewards::terms::{GateEffect, GateTerm, MetricTerm};

use super::curve::{Curve, is_as_good, share};
use crate::metrics::rules::exact::{Exact, of};

/// A KPI that is paid for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Metric {
    /// The KPI.
    pub kpi: KpiId,
    /// Its part of the whole.
    pub weight: Exact,
    /// What its values pay.
    pub curve: Curve,
}

/// What happens where a gate is not passed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Nothing is paid.
    Zero,
    /// No more than this is paid.
    Cap(Exact),
    /// Only this part is paid.
    Multiply(Exact),
}

impl Effect {
    fn on(&self, factor: &Exact) -> Exact {
        match self {
            Self::Zero => Exact::zero(),
            Self::Cap(most) => factor.min(most).clone(),
            Self::Multiply(by) => factor * by,
        }
    }
}

/// A condition on a KPI.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gate {
    /// The KPI.
    pub kpi: KpiId,
    /// Which way is good for it.
    pub direction: Direction,
    /// What it has to be at least as good as.
    pub minimum: Exact,
    /// What happens where it is not.
    pub effect: Effect,
}

/// What a plan pays for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terms {
    /// The KPIs in their order.
    pub metrics: Vec<Metric>,
    /// The gates in their order.
    pub gates: Vec<Gate>,
    /// The most that is paid.
    pub cap: Option<Exact>,
    /// What happens where a KPI has no number.
    pub missing: MissingKpiPolicy,
}

impl Terms {
    /// The terms that rows keep.
    #[must_use]
    pub fn new(
        metrics: &[MetricTerm],
        gates: &[GateTerm],
        cap_bp: Option<i32>,
        missing: MissingKpiPolicy,
    ) -> Self {
        let metric = |term: &MetricTerm| Metric {
            kpi: term.kpi,
            weight: share(term.weight_bp),
            curve: Curve::new(term.direction, &term.curve),
        };
        let gate = |term: &GateTerm| Gate {
            kpi: term.kpi,
            direction: term.direction,
            minimum: of(term.minimum),
            effect: match (term.effect, term.factor_bp) {
                (GateEffect::Cap, Some(most)) => Effect::Cap(share(most)),
                (GateEffect::Multiply, Some(by)) => Effect::Multiply(share(by)),
                _ => Effect::Zero,
            },
        };
        Self {
            metrics: metrics.iter().map(metric).collect(),
            gates: gates.iter().map(gate).collect(),
            cap: cap_bp.map(share),
            missing,
        }
    }
}

/// The values of KPIs; one that is left out has none.
pub type Values = BTreeMap<KpiId, Exact>;

/// What one KPI came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paid {
    /// The KPI.
    pub kpi: KpiId,
    /// Its value; none where it has none.
    pub value: Option<Exact>,
    /// What the value pays.
    pub payout: Option<Exact>,
    /// Its part of the whole, weighted up where others are missing and the plan says so.
    pub weight: Exact,
    /// Both multiplied.
    pub contribution: Option<Exact>,
}

/// What one gate came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passed {
    /// The value of its KPI; none where it has none.
    pub value: Option<Exact>,
    /// Whether it is passed; none where that cannot be told.
    pub passed: Option<bool>,
    /// The factor after it; none where there is none.
    pub after: Option<Exact>,
}

/// A factor with the whole way to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Working {
    /// Each KPI.
    pub metrics: Vec<Paid>,
    /// All contributions together.
    pub sum: Option<Exact>,
    /// Each gate.
    pub gates: Vec<Passed>,
    /// The factor; none where a number is missing that the plan waits for.
    pub factor: Option<Exact>,
    /// Whether the cap of the plan cut it.
    pub capped: bool,
}

impl Working {
    /// Whether every gate is passed.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.gates.iter().all(|gate| gate.passed == Some(true))
    }
}

/// The factor that these values make. What is carried is in the values already; where anything is still missing
/// nothing is paid, but for REWEIGHT, which pays on the others. A gate is never weighted up: without the value of its
/// KPI there is no factor.
#[must_use]
pub fn factor(terms: &Terms, values: &Values) -> Working {
    let there: Exact = terms
        .metrics
        .iter()
        .filter(|metric| values.contains_key(&metric.kpi))
        .map(|metric| &metric.weight)
        .sum();
    let reweight = terms.missing == MissingKpiPolicy::Reweight && !there.is_zero();
    let metrics: Vec<Paid> = terms
        .metrics
        .iter()
        .map(|metric| {
            let value = values.get(&metric.kpi).cloned();
            let weight = match (reweight, &value) {
                (false, _) => metric.weight.clone(),
                (true, Some(_)) => &metric.weight / &there,
                (true, None) => Exact::zero(),
            };
            let payout = value.as_ref().map(|value| metric.curve.payout(value));
            let contribution = payout.as_ref().map(|payout| payout * &weight);
            Paid { kpi: metric.kpi, value, payout, weight, contribution }
        })
        .collect();
    let sum = if reweight {
        Some(metrics.iter().filter_map(|paid| paid.contribution.as_ref()).sum())
    } else {
        metrics.iter().map(|paid| paid.contribution.clone()).sum::<Option<Exact>>()
    };
    let mut now = sum.clone();
    let gates = terms
        .gates
        .iter()
        .map(|gate| {
            let value = values.get(&gate.kpi).cloned();
            let passed = value.as_ref().map(|value| is_as_good(gate.direction, value, &gate.minimum));
            now = match (passed, now.take()) {
                (Some(true), factor) => factor,
                (Some(false), factor) => factor.map(|factor| gate.effect.on(&factor)),
                (None, _) => None,
            };
            Passed { value, passed, after: now.clone() }
        })
        .collect();
    let capped = matches!((&now, &terms.cap), (Some(now), Some(cap)) if now > cap);
    let factor = if capped { terms.cap.clone() } else { now };
    Working { metrics, sum, gates, factor, capped }
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::curve::tests::{percent, points};
    use super::*;
    use crate::metrics::rules::exact::{over, whole};
    use proptest::prelude::*;
    use tutti_entity::value::Quantity;
    use uuid::Uuid;

    pub fn kpi(number: u128) -> KpiId {
        KpiId(Uuid::from_u128(number))
    }

    fn metric(number: u128, direction: Direction, weight_bp: i32, curve: &[(i64, i32)]) -> Metric {
        let curve = Curve::new(direction, &points(curve));
        Metric { kpi: kpi(number), weight: share(weight_bp), curve }
    }

    /// The plan of the worked numbers: at these values its payouts are 70, 110, 83.3333… and 75 %.
    pub fn plan() -> Terms {
        Terms {
            metrics: vec![
                metric(1, Direction::Up, 4_000, &[(30, 50), (40, 100), (55, 150)]),
                metric(2, Direction::Up, 3_000, &[(70, 50), (80, 100), (90, 150)]),
                metric(3, Direction::Down, 2_000, &[(10, 50), (7, 100), (4, 150)]),
                metric(4, Direction::Up, 1_000, &[(60, 0), (80, 100)]),
            ],
            gates: Vec::new(),
            cap: None,
            missing: MissingKpiPolicy::Pending,
        }
    }

    pub fn values() -> Values {
        [(1, 34), (2, 82), (3, 8), (4, 75)].map(|(number, value)| (kpi(number), whole(value))).into()
    }

    fn gate(number: u128, minimum: i64, effect: Effect) -> Gate {
        Gate { kpi: kpi(number), direction: Direction::Up, minimum: whole(minimum), effect }
    }

    fn told(terms: &Terms, values: &Values) -> Option<String> {
        factor(terms, values).factor.as_ref().map(percent)
    }

    #[test]
    fn the_worked_factor_is_exact() {
        let working = factor(&plan(), &values());
        let payouts: Vec<_> =
            working.metrics.iter().map(|paid| percent(paid.payout.as_ref().unwrap())).collect();
        assert_eq!(payouts, ["70.0000", "110.0000", "83.3333", "75.0000"]);
        assert_eq!(working.factor, over(511, 600));
        assert_eq!(percent(&working.factor.unwrap()), "85.1667");
        let mut restated = values();
        restated.insert(kpi(1), over(305, 10).unwrap());
        assert_eq!(told(&plan(), &restated).as_deref(), Some("78.1667"));
    }

    #[test]
    fn gates_apply_in_their_order_and_then_the_cap() {
        let half = || over(1, 2).unwrap();
        let most = || over(3, 5).unwrap();
        let with = |gates: Vec<Gate>, cap| Terms { gates, cap, ..plan() };
        let failed = |effect| gate(2, 83, effect);
        let passed = |effect| gate(2, 82, effect);
        for (gates, cap, expected) in [
            (vec![failed(Effect::Zero)], None, "0.0000"),
            (vec![passed(Effect::Zero)], None, "85.1667"),
            (vec![failed(Effect::Cap(most()))], None, "60.0000"),
            (vec![failed(Effect::Cap(whole(2)))], None, "85.1667"),
            (vec![failed(Effect::Multiply(half()))], None, "42.5833"),
            // One after the other: capped and then halved is not halved and then capped.
            (vec![failed(Effect::Cap(most())), failed(Effect::Multiply(half()))], None, "30.0000"),
            (vec![failed(Effect::Multiply(half())), failed(Effect::Cap(most()))], None, "42.5833"),
            (vec![], Some(over(4, 5).unwrap()), "80.0000"),
            (vec![failed(Effect::Multiply(half()))], Some(over(4, 5).unwrap()), "42.5833"),
        ] {
            let terms = with(gates, cap);
            assert_eq!(told(&terms, &values()).as_deref(), Some(expected), "{terms:?}");
        }
        let working = factor(&with(vec![passed(Effect::Zero), failed(Effect::Zero)], None), &values());
        assert_eq!(
            working.gates.iter().map(|gate| gate.passed).collect::<Vec<_>>(),
            [Some(true), Some(false)]
        );
        assert!(!working.passed() && factor(&plan(), &values()).passed());
        assert_eq!(percent(&working.sum.unwrap()), "85.1667");
    }

    #[test]
    fn a_gate_of_a_kpi_that_falls_is_passed_below() {
        let gate = |minimum| Gate { direction: Direction::Down, ..gate(3, minimum, Effect::Zero) };
        let with = |minimum| Terms { gates: vec![gate(minimum)], ..plan() };
        assert_eq!(told(&with(8), &values()).as_deref(), Some("85.1667"));
        assert_eq!(told(&with(7), &values()).as_deref(), Some("0.0000"));
    }

    #[test]
    fn what_is_missing_is_never_zero() {
        let mut values = values();
        values.remove(&kpi(4));
        let with = |missing| Terms { missing, ..plan() };
        assert_eq!(told(&with(MissingKpiPolicy::Pending), &values), None);
        // What could be carried would be among the values.
        assert_eq!(told(&with(MissingKpiPolicy::Carry), &values), None);
        let working = factor(&with(MissingKpiPolicy::Reweight), &values);
        // (28 + 33 + 16.6667) / 0.9
        assert_eq!(percent(&working.factor.unwrap()), "86.2963");
        let weights: Exact = working.metrics.iter().map(|paid| &paid.weight).sum();
        assert_eq!(weights, whole(1));
        assert_eq!(told(&with(MissingKpiPolicy::Reweight), &Values::new()), None);
        let gated = Terms { gates: vec![gate(4, 1, Effect::Zero)], ..with(MissingKpiPolicy::Reweight) };
        assert_eq!(told(&gated, &values), None);
    }

    #[test]
    fn the_terms_of_a_row_are_those_of_the_rules() {
        let direction = Direction::Down;
        let curve = points(&[(10, 50), (7, 100)]);
        let metrics = [MetricTerm { kpi: kpi(3), direction, weight_bp: 10_000, curve }];
        let gates =
            [(GateEffect::Zero, None), (GateEffect::Cap, Some(6_000)), (GateEffect::Multiply, Some(5_000))]
                .map(|(effect, factor_bp)| GateTerm {
                    kpi: kpi(3),
                    direction,
                    minimum: Quantity(9 * Quantity::ONE),
                    effect,
                    factor_bp,
                });
        let terms = Terms::new(&metrics, &gates, Some(15_000), MissingKpiPolicy::Pending);
        assert_eq!(terms.metrics, [metric(3, Direction::Down, 10_000, &[(10, 50), (7, 100)])]);
        let effects: Vec<_> = terms.gates.iter().map(|gate| gate.effect.clone()).collect();
        let [capped, halved] = [over(3, 5).unwrap(), over(1, 2).unwrap()];
        assert_eq!(effects, [Effect::Zero, Effect::Cap(capped), Effect::Multiply(halved)]);
        assert_eq!((terms.gates[0].direction, terms.cap), (Direction::Down, over(3, 2)));
    }

    fn any_effect() -> impl Strategy<Value = Effect> {
        prop_oneof![
            Just(Effect::Zero),
            (0_i32..20_000).prop_map(|most| Effect::Cap(share(most))),
            (0_i32..=10_000).prop_map(|by| Effect::Multiply(share(by))),
        ]
    }

    proptest! {
        /// Whatever the gates, the cap and the other values: a better value of any KPI never pays less.
        #[test]
        fn the_factor_is_monotone_in_each_kpi(
            effects in proptest::collection::vec((1_u128..=4, 0_i64..100, any_effect()), 0..4),
            cap in proptest::option::of(0_i32..20_000),
            at in proptest::array::uniform4(0_i64..1_000),
            which in 0_usize..4,
            better in 1_i64..300,
        ) {
            let gates = effects.into_iter().map(|(number, minimum, effect)| {
                let direction = if number == 3 { Direction::Down } else { Direction::Up };
                Gate { direction, ..gate(number, minimum, effect) }
            });
            let terms = Terms { gates: gates.collect(), cap: cap.map(share), ..plan() };
            let values = |at: [i64; 4]| -> Values {
                (1..).zip(at).map(|(number, tenths)| (kpi(number), over(tenths, 10).unwrap())).collect()
            };
            let mut moved = at;
            moved[which] += if which == 2 { -better } else { better };
            let before = factor(&terms, &values(at)).factor.unwrap();
            let after = factor(&terms, &values(moved)).factor.unwrap();
            prop_assert!(before <= after);
        }

        #[test]
        fn the_same_values_give_the_same_way(at in proptest::array::uniform4(0_i64..1_000)) {
            let values: Values =
                (1..).zip(at).map(|(number, tenths)| (kpi(number), over(tenths, 10).unwrap())).collect();
            prop_assert_eq!(format!("{:?}", factor(&plan(), &values)), format!("{:?}", factor(&plan(), &values)));
        }
    }
}
