//! The worked numbers of earned value, its edges, and what always holds of it.

use EacMethod::{Atypical, Combined, Typical};
use FigureState::{Insufficient, NotAchievable, Ok as Known};
use proptest::prelude::*;

use super::*;

fn euro() -> CurrencyCode {
    CurrencyCode::from_code("EUR").unwrap()
}

fn new(budget: i64, planned_bp: i64, earned_bp2: i64, spent: i64) -> Value {
    Value::of(InitiativeStatus::Active, Some(Worked { budget, planned_bp, earned_bp2 }), spent)
}

/// One of which only the spend is known.
fn of_spend(without: Without, spent: i64) -> Value {
    let whole = Worked { budget: 10_000_000, planned_bp: WHOLE, earned_bp2: WHOLE * WHOLE };
    match without {
        Without::Baseline => Value::of(InitiativeStatus::Active, None, spent),
        Without::Cancelled => Value::of(InitiativeStatus::Cancelled, Some(whole), spent),
        Without::Rejected => Value::of(InitiativeStatus::Rejected, None, spent),
    }
}

/// A budget of 100 000.00 of which this much was planned and earned in percent, with this spend.
fn value(planned: i64, earned: i64, spent: i64) -> Value {
    new(10_000_000, planned * 100, earned * 1_000_000, spent * 100)
}

fn told(figure: &Figure) -> String {
    match (&figure.value, &figure.reason) {
        (Some(value), _) => value.0.to_string(),
        (None, reason) => format!("{:?}: {}", figure.state, reason.as_deref().unwrap_or("no reason")),
    }
}

fn all(value: &Value, method: EacMethod) -> [String; 12] {
    let figures = value.figures(method, euro());
    [
        &figures.budget_at_completion,
        &figures.planned_value,
        &figures.earned_value,
        &figures.actual_cost,
        &figures.schedule_variance,
        &figures.cost_variance,
        &figures.schedule_index,
        &figures.cost_index,
        &figures.estimate_at_completion,
        &figures.estimate_to_complete,
        &figures.variance_at_completion,
        &figures.to_complete_index,
    ]
    .map(told)
}

#[test]
fn the_worked_numbers() {
    let worked = value(60, 30, 36_000);
    let [first, last] = [
        ["100000.00", "60000.00", "30000.00", "36000.00", "-30000.00", "-6000.00", "0.5000", "0.8333"],
        ["120000.00", "84000.00", "-20000.00", "1.0938", "", "", "", ""],
    ];
    let typical = all(&worked, Typical);
    assert_eq!(typical[..8], first);
    assert_eq!(typical[8..], last[..4]);
    assert_eq!(all(&worked, Atypical)[8..11], ["106000.00", "70000.00", "-6000.00"]);
    assert_eq!(all(&worked, Combined)[8..11], ["204000.00", "168000.00", "-104000.00"]);
    // Rounded once: CPI as 0.83 would make 120 481.93 of it, and as 0.8333 would make 120 004.80.
    assert_eq!(typical[8], "120000.00");
}

#[test]
fn credit_goes_by_the_rule() {
    let weights =
        [(1000, Status::Done), (2000, Status::Done), (3000, Status::InProgress), (4000, Status::Planned)];
    let earned = |rule, percent_bp| -> String {
        let earned = weights.iter().map(|(weight, status)| weight * credit(rule, *status, percent_bp)).sum();
        told(&new(10_000_000, 0, earned, 0).figures(Typical, euro()).earned_value)
    };
    assert_eq!(earned(CreditRule::ZeroHundred, 0), "30000.00");
    assert_eq!(earned(CreditRule::FiftyFifty, 0), "45000.00");
    assert_eq!(earned(CreditRule::Percent, 0), "30000.00");
    assert_eq!(earned(CreditRule::Percent, 1000), "37000.00");
    for rule in [CreditRule::ZeroHundred, CreditRule::FiftyFifty, CreditRule::Percent] {
        assert_eq!(credit(rule, Status::Cancelled, 9000), 0);
        assert_eq!(credit(rule, Status::Done, 0), WHOLE);
    }
}

#[test]
fn a_portfolio_adds_up_first_and_then_divides() {
    let parts = [value(60, 30, 36_000), value(60, 50, 40_000)];
    let total = Value::total(parts);
    assert_eq!(all(&total, Typical)[7], "1.0526");
    assert_eq!(all(&total, Typical)[..4], ["200000.00", "120000.00", "80000.00", "76000.00"]);
    // Without a baseline it is left out with its spend; a cancelled one keeps its spend in the actual cost.
    let without = of_spend(Without::Baseline, 500_000);
    assert_eq!(Value::total(parts.into_iter().chain([without])), total);
    let cancelled = of_spend(Without::Cancelled, 400_000);
    let with = all(&Value::total(parts.into_iter().chain([cancelled])), Typical);
    assert_eq!((&*with[0], &*with[2], &*with[3], &*with[7]), ("200000.00", "80000.00", "80000.00", "1.0000"));
    let [bac, .., tcpi] = all(&Value::total([]), Typical);
    assert_eq!([bac, tcpi], ["NotApplicable: no baseline"; 2]);
}

#[test]
fn every_edge_says_what_it_is() {
    let state = |value: &Value, method, place: usize| all(value, method)[place].clone();
    let (spi, cpi, eac, etc, vac, tcpi) = (6, 7, 8, 9, 10, 11);
    // No budget: nothing of it applies, and what was spent on it is flagged.
    let nothing = new(0, 5000, 30_000_000, 700);
    for (place, told) in all(&nothing, Typical).iter().enumerate() {
        match place {
            0 => assert_eq!(told, "0.00"),
            3 => assert_eq!(told, "7.00"),
            _ => assert_eq!(told, "NotApplicable: zero budget", "{place}"),
        }
    }
    let flagged = nothing.figures(Typical, euro()).actual_cost;
    assert_eq!(
        (flagged.state, flagged.reason.as_deref()),
        (FigureState::Partial, Some("spent on a zero budget"))
    );
    let unspent = new(0, 0, 0, 0).figures(Typical, euro()).actual_cost;
    assert_eq!((unspent.state, unspent.reason), (Known, None));
    // No baseline, cancelled, rejected.
    for (without, reason) in [
        (Without::Baseline, "NotApplicable: no baseline"),
        (Without::Cancelled, "NotApplicable: cancelled"),
        (Without::Rejected, "NotApplicable: rejected"),
    ] {
        for (place, told) in all(&of_spend(without, 700), Combined).iter().enumerate() {
            assert_eq!(told, if place == 3 { "7.00" } else { reason }, "{place}");
        }
    }
    // Nothing planned yet: no SPI, and no estimate that needs it.
    let early = value(0, 30, 36_000);
    assert_eq!(state(&early, Typical, spi), "NotApplicable: nothing was planned yet");
    assert_eq!(state(&early, Combined, eac), "NotApplicable: nothing was planned yet");
    assert_eq!(state(&early, Typical, eac), "120000.00");
    // Earned without a cost: too little to go by.
    let free = value(60, 30, 0);
    for method in [Typical, Combined] {
        for place in [cpi, eac, etc, vac] {
            assert_eq!(state(&free, method, place), "Insufficient: no cost booked");
        }
    }
    assert_eq!(state(&free, Atypical, eac), "70000.00");
    assert_eq!(state(&free, Typical, tcpi), "0.7000");
    // Spent and nothing earned.
    let wasted = value(60, 0, 36_000);
    assert_eq!(
        (state(&wasted, Typical, cpi), state(&wasted, Typical, spi)),
        ("0.0000".into(), "0.0000".into())
    );
    for method in [Typical, Combined] {
        assert_eq!(state(&wasted, method, eac), "NoData: nothing was earned yet");
    }
    assert_eq!(state(&wasted, Atypical, eac), "136000.00");
    assert_eq!(state(&wasted, Typical, tcpi), "1.5625");
    // Neither.
    let idle = value(0, 0, 0);
    assert_eq!(state(&idle, Typical, cpi), "NoData: nothing earned and no cost booked");
    assert_eq!(state(&idle, Typical, eac), "NoData: nothing earned and no cost booked");
    assert_eq!(
        (state(&idle, Atypical, eac), state(&idle, Typical, tcpi)),
        ("100000.00".into(), "1.0000".into())
    );
    // The budget is spent with work left.
    for spent in [100_000, 120_000] {
        assert_eq!(state(&value(60, 30, spent), Typical, tcpi), "NotAchievable: the budget is spent");
    }
    // All is earned: there is nothing left to complete, whatever it cost.
    for (spent, told) in [(90_000, "90000.00"), (0, "0.00"), (-5, "-5.00"), (120_000, "120000.00")] {
        for method in [Typical, Atypical, Combined] {
            let done = all(&value(100, 100, spent), method);
            assert_eq!([&done[eac], &done[etc], &done[tcpi]], [told, "0.00", "NotApplicable: all is earned"]);
        }
    }
    // Credits beyond the costs.
    for earned in [0, 30] {
        let credited = value(60, earned, -5);
        for place in [cpi, eac] {
            assert_eq!(state(&credited, Typical, place), "Insufficient: less than nothing was spent");
        }
        assert_eq!(state(&credited, Typical, 5), format!("{}.00", earned * 1000 + 5));
    }
}

#[test]
fn the_largest_amounts_do_not_turn_round() {
    let most = new(i64::MAX, WHOLE, 1, i64::MAX);
    let figures = Value::total(std::iter::repeat_n(most, 1000)).figures(Combined, euro());
    assert_eq!(figures.planned_value.state, Known);
    assert_eq!(told(&figures.planned_value), "92233720368547758070.00");
    assert_eq!(figures.estimate_at_completion.state, Insufficient);
    assert_eq!(figures.to_complete_index.state, NotAchievable);
}

fn any_value() -> impl Strategy<Value = Value> {
    let money = -10_000_i64..10_000_000_000_000;
    let with = (0_i64..10_000_000_000_000, 0_i64..=10_000, 0_i64..=100_000_000, money.clone());
    prop_oneof![
        8 => with.prop_map(|(budget, planned, earned, spent)| new(budget, planned, earned, spent)),
        1 => money.clone().prop_map(|spent| of_spend(Without::Baseline, spent)),
        1 => money.prop_map(|spent| of_spend(Without::Cancelled, spent)),
    ]
}

proptest! {
    /// Whatever order they come in and however they are grouped; and nothing is lost.
    #[test]
    fn sums_are_those_of_the_parts(parts in proptest::collection::vec(any_value(), 0..30), cut in 0_usize..30) {
        let total = Value::total(parts.iter().copied());
        let counted: Vec<_> = parts.iter().filter(|part| part.without != Some(Without::Baseline)).collect();
        prop_assert_eq!(total.budget, counted.iter().map(|part| part.budget).sum::<i128>());
        prop_assert_eq!(total.planned, counted.iter().map(|part| part.planned).sum::<i128>());
        prop_assert_eq!(total.earned, counted.iter().map(|part| part.earned).sum::<i128>());
        prop_assert_eq!(total.spent, counted.iter().map(|part| part.spent).sum::<i128>());
        let (one, other) = parts.split_at(cut.min(parts.len()));
        let halves = [one, other].map(|half| Value::total(half.iter().copied()));
        // Halves of cancelled ones alone have nothing agreed; their spend is in the sum all the same.
        if halves.iter().all(|half| half.without.is_none()) {
            prop_assert_eq!(Value::total(halves), total);
        }
        prop_assert_eq!(Value::total(parts.iter().rev().copied()), total);
    }

    /// CPI as it is told would be another number.
    #[test]
    fn estimates_are_made_of_exact_indices(value in any_value()) {
        let (Ok(cpi), Ok(estimate)) = (value.cost_index(), value.estimate_at_completion(Typical)) else { return Ok(()) };
        if !value.all_is_earned() {
            prop_assert_eq!(Fraction::whole(value.budget).over(&cpi), Some(estimate.clone()));
        }
        // What is estimated to come is what is estimated for the end less what was spent, to the last digit.
        let figures = value.figures(Typical, euro());
        let (estimate, rest) = (figures.estimate_at_completion.value, figures.estimate_to_complete.value);
        if let (Some(estimate), Some(rest), Some(spent)) = (estimate, rest, figures.actual_cost.value) {
            prop_assert_eq!(estimate.0, rest.0 + spent.0);
        }
    }

    /// Whoever earns more has spent no worse, and whoever spends more no better.
    #[test]
    fn indices_go_one_way(
        budget in 1_i64..1_000_000_000, earned in 1_i64..99_999_999, more in 1_i64..1_000_000, spent in 1_i64..1_000_000_000
    ) {
        let at = |earned: i64, spent| new(budget, 5000, earned.min(99_999_999), spent);
        let (base, earns, spends) = (at(earned, spent), at(earned + more, spent), at(earned, spent + more));
        prop_assert!(earns.cost_index().unwrap() >= base.cost_index().unwrap());
        prop_assert!(spends.cost_index().unwrap() < base.cost_index().unwrap());
        prop_assert!(earns.schedule_index().unwrap() >= base.schedule_index().unwrap());
        for method in [Typical, Atypical] {
            let estimate = |value: &Value| value.estimate_at_completion(method).unwrap();
            prop_assert!(estimate(&earns) <= estimate(&base));
            prop_assert!(estimate(&spends) > estimate(&base));
        }
        prop_assert!(base.overrun().unwrap() < spends.overrun().unwrap());
    }

    /// No figure without a number says nothing, and none with a number gives a reason but what is flagged.
    #[test]
    fn an_unknown_is_never_silent(value in any_value()) {
        for method in [Typical, Atypical, Combined] {
            let figures = value.figures(method, euro());
            for figure in [&figures.schedule_index, &figures.cost_index, &figures.estimate_at_completion,
                &figures.estimate_to_complete, &figures.variance_at_completion, &figures.to_complete_index,
                &figures.budget_at_completion, &figures.planned_value, &figures.earned_value] {
                prop_assert_eq!(figure.value.is_some(), figure.state == Known);
                prop_assert_eq!(figure.reason.is_none(), figure.state == Known);
            }
            prop_assert!(figures.actual_cost.value.is_some());
        }
    }
}
