//! The worked bands, the edges of what is known, and what is said of reports.

use Health::{Amber, Green, Grey, Red};
use chrono::{Days, NaiveDate};
use proptest::prelude::*;
use tutti_entity::portfolio::initiative::Status;

use super::*;
use crate::portfolio::figures::rules::earned::{Value, Worked};
use crate::portfolio::figures::rules::facts::{Agreement, Report};

fn start() -> NaiveDate {
    "2025-01-01".parse().unwrap()
}

fn day(number: u64) -> NaiveDate {
    start() + Days::new(number)
}

fn value(budget: i64, planned_bp: i64, earned_bp2: i64, spent: i64) -> Value {
    Value::of(Status::Active, Some(Worked { budget, planned_bp, earned_bp2 }), spent)
}

/// Halfway in 100 days and 100 000.00, so many days late and spent so that it will cost so much.
fn standing(late: u64, at_completion: i64) -> Standing {
    Standing {
        as_of: day(50),
        status: Status::Active,
        due_on: day(100 + late),
        completed_on: None,
        agreed: Some(Agreement { starts_on: day(0), due_on: day(100) }),
        value: value(10_000_000, 5000, 50_000_000, at_completion * 50),
        open_milestones: Vec::new(),
        report: None,
        report_due_on: None,
    }
}

fn figures(assessment: &Assessment) -> Vec<(Health, Option<String>)> {
    let figure = |reason: &Reason| reason.figure.value.map(|value| value.0.to_string());
    assessment.reasons.iter().map(|reason| (reason.health, figure(reason))).collect()
}

#[test]
fn the_worked_bands() {
    let amber = standing(5, 105_000).assess();
    assert_eq!(figures(&amber)[..2], [(Amber, Some("5.0".into())), (Amber, Some("5.0".into()))]);
    assert_eq!(amber.computed, Amber);
    for (beyond, health) in [
        (0, Green),
        (-9_000, Green),
        (3_999, Green),
        (4_000, Amber),
        (6_999, Amber),
        (7_000, Red),
        (99_000, Red),
    ] {
        assert_eq!(standing(0, 100_000 + beyond).assess().reasons[0].health, health, "{beyond}");
    }
    for (late, health) in [(0, Green), (3, Green), (4, Amber), (6, Amber), (7, Red)] {
        assert_eq!(standing(late, 100_000).assess().reasons[1].health, health, "{late} days");
    }
    // Amber, green, red: red.
    let mut worst = standing(7, 105_000);
    worst.report_due_on = Some(day(50));
    let worst = worst.assess();
    assert_eq!(worst.reasons.iter().map(|reason| reason.health).collect::<Vec<_>>(), [Amber, Red, Green]);
    assert_eq!(worst.computed, Red);
    // What is told is rounded, and what it says is not: 3.96 % is green.
    let near = standing(0, 103_960).assess();
    assert_eq!(figures(&near)[0], (Green, Some("4.0".into())));
}

#[test]
fn an_open_milestone_past_its_day_is_at_least_amber() {
    let overdue = |late, open: &[u64]| {
        let open_milestones = open.iter().map(|due| day(*due)).collect();
        Standing { open_milestones, ..standing(late, 100_000) }.assess()
    };
    assert_eq!(overdue(0, &[49, 60]).computed, Amber);
    assert!(overdue(0, &[49]).reasons[1].rule.contains("1 open milestone is past"));
    assert!(overdue(0, &[48, 49, 50]).reasons[1].rule.contains("2 open milestones are past"));
    assert_eq!(overdue(7, &[49]).computed, Red);
    assert!(!overdue(7, &[49]).reasons[1].rule.contains("open milestone"));
    assert_eq!(overdue(0, &[50]).computed, Green);
}

#[test]
fn a_report_that_is_overdue_beyond_grace_is_amber() {
    // Day 65 is Friday, 7 March.
    for (as_of, health, days) in [(65, Green, "0"), (69, Green, "0"), (70, Amber, "5")] {
        let mut standing = Standing { as_of: day(as_of), ..standing(0, 100_000) };
        standing.report_due_on = Some(day(65));
        let assessment = standing.assess();
        assert_eq!(figures(&assessment)[2], (health, Some(days.into())), "day {as_of}");
        assert_eq!((assessment.computed, assessment.stale), (health, as_of > 65));
    }
    let none = standing(0, 100_000).assess();
    assert_eq!((none.computed, none.reasons[2].health), (Green, Grey));
    assert_eq!(none.reasons[2].figure.reason.as_deref(), Some("no report is due"));
}

#[test]
fn what_is_not_known_is_never_green() {
    // No cost booked: the cost is not known.
    let mut free = standing(0, 100_000);
    free.value = value(10_000_000, 5000, 50_000_000, 0);
    assert_eq!(free.assess().computed, Grey);
    free.due_on = day(105);
    assert_eq!(free.assess().computed, Amber);
    // No budget.
    free.value = value(0, 5000, 50_000_000, 100);
    assert_eq!((free.assess().computed, free.assess().reasons[0].health), (Amber, Grey));
    // No baseline: grey, whatever else.
    let mut without = standing(0, 100_000);
    without.agreed = None;
    without.value = Value::of(Status::Active, None, 100);
    without.report_due_on = Some(day(1));
    without.open_milestones = vec![day(1)];
    let assessment = without.assess();
    assert_eq!(assessment.computed, Grey);
    assert_eq!(figures(&assessment), [(Grey, None), (Grey, None), (Amber, Some("49".into()))]);
    assert_eq!(assessment.reasons[1].figure.reason.as_deref(), Some("no baseline"));
    // Cancelled.
    let cancelled =
        Standing { value: Value::of(Status::Cancelled, None, 100), ..standing(20, 200_000) }.assess();
    assert_eq!((cancelled.computed, cancelled.reasons[1].health), (Grey, Grey));
}

#[test]
fn the_money_of_others_is_not_told() {
    let reasons = standing(5, 105_000).assess().reasons;
    let told: Vec<_> = reasons.into_iter().map(Reason::without_money).collect();
    assert_eq!((told[0].health, told[0].figure.value), (Amber, None));
    assert_eq!(told[0].figure.state, FigureState::Suppressed);
    assert_eq!(told[1].figure.state, FigureState::Ok);
}

#[test]
fn a_report_disagrees_unless_that_was_allowed_until_today() {
    let with = |health, override_until: Option<u64>| {
        let mut standing = standing(5, 100_000);
        let published_at = day(40).and_hms_opt(9, 0, 0).unwrap().and_utc();
        let override_until = override_until.map(day);
        standing.report = Some(Report { period_end: day(40), published_at, health, override_until });
        standing.assess()
    };
    for (health, until, disagrees) in [
        (Amber, None, false),
        (Green, None, true),
        (Red, None, true),
        (Green, Some(49), true),
        (Green, Some(50), false),
    ] {
        let assessment = with(health, until);
        assert_eq!(
            (assessment.reported, assessment.disagrees),
            (Some(health), disagrees),
            "{health:?} {until:?}"
        );
    }
    assert!(!standing(5, 100_000).assess().disagrees);
    assert!(
        is_better(Green, Amber) && is_better(Green, Grey) && is_better(Grey, Amber) && is_better(Amber, Red)
    );
    assert!(!is_better(Amber, Grey) && !is_better(Red, Red));
}

proptest! {
    /// Later or dearer is never better; and green says that cost and schedule are known and green.
    #[test]
    fn it_never_gets_better_by_getting_worse(late in 0_u64..20, more in 0_u64..20, cost in 90_000_i64..120_000, dearer in 0_i64..20_000) {
        let was = standing(late, cost).assess();
        for worse in [standing(late + more, cost), standing(late, cost + dearer)] {
            prop_assert!(worry(worse.assess().computed) >= worry(was.computed));
        }
        if was.computed == Green {
            prop_assert!(was.reasons[..2].iter().all(|reason| reason.health == Green));
        }
    }
}
