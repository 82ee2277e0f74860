//! Each kind at its edge, who is told, and the order.

use Health::{Amber, Green, Red};
use chrono::{Days, TimeDelta};

use super::*;
use crate::portfolio::figures::rules::earned::{Value, Worked};
use crate::portfolio::figures::rules::facts::{Agreement, Report};

/// Day 50, which is a Thursday.
fn day(number: u64) -> NaiveDate {
    "2025-01-01".parse::<NaiveDate>().unwrap() + Days::new(number)
}

fn value(earned: i64, spent: i64) -> Value {
    let worked = Worked { budget: 10_000, planned_bp: 5000, earned_bp2: earned * 1_000_000 };
    Value::of(Status::Active, Some(worked), spent)
}

/// Nothing of it needs anybody.
fn fine() -> Standing {
    Standing {
        as_of: day(50),
        status: Status::Active,
        due_on: day(100),
        completed_on: None,
        agreed: Some(Agreement { starts_on: day(0), due_on: day(100) }),
        value: value(50, 5000),
        open_milestones: vec![day(50)],
        report: None,
        report_due_on: Some(day(50)),
    }
}

fn watched(standing: &Standing) -> Watched<'_> {
    Watched { standing, owner_at_work: true, heard_on: Some(day(40)), money: CurrencyCode::from_code("EUR") }
}

fn every() -> Vec<Kind> {
    use sea_orm::Iterable as _;
    Kind::iter().collect()
}

fn found(watched: Watched<'_>) -> Vec<(Kind, Health, String)> {
    let told = |finding: Finding| {
        let value = finding.figure.value.map_or("none".to_owned(), |value| value.0.to_string());
        (finding.kind, finding.severity, value)
    };
    watched.findings(&every()).map(told).collect()
}

#[expect(clippy::needless_pass_by_value, reason = "each is made where it is asked about")]
fn one(standing: Standing) -> Vec<(Kind, Health, String)> {
    found(watched(&standing))
}

#[test]
fn what_goes_as_agreed_needs_nobody() {
    assert_eq!(one(fine()), []);
}

#[test]
fn each_kind_begins_at_its_edge() {
    let told = |kind, severity, figure: &str| vec![(kind, severity, figure.to_owned())];
    let due = |due_on| Standing { due_on, ..fine() };
    assert_eq!(one(due(day(106))), []);
    assert_eq!(one(due(day(107))), told(Kind::Late, Red, "7.0"));
    assert_eq!(one(due(day(50))), []);
    assert_eq!(one(due(day(49))), told(Kind::PastDue, Red, "1"));
    let worth = |value| Standing { value, ..fine() };
    assert_eq!(one(worth(value(50, 5001))), told(Kind::BurningFasterThanEarning, Amber, "0.9998"));
    assert_eq!(one(worth(value(50, 5350))), told(Kind::BurningFasterThanEarning, Red, "0.9346"));
    assert_eq!(one(worth(value(0, 1))), told(Kind::BurningFasterThanEarning, Red, "0.0000"));
    assert_eq!(one(worth(value(100, 10_000))), []);
    let over = one(worth(value(100, 10_001)));
    assert_eq!(over[0], (Kind::OverBudget, Red, "100.0".to_owned()));
    assert_eq!(over[1].0, Kind::BurningFasterThanEarning);
    let free = Worked { budget: 0, ..Worked::default() };
    assert_eq!(
        one(worth(Value::of(Status::Active, Some(free), 5))),
        told(Kind::SpentWithoutBudget, Red, "0.05")
    );
    let milestones = |open_milestones| Standing { open_milestones, ..fine() };
    assert_eq!(one(milestones(vec![day(48), day(49), day(50)])), told(Kind::MilestonesOverdue, Amber, "2"));
    // Due on Monday, day 47: the grace ends on Wednesday.
    let report_due = |due| Standing { report_due_on: Some(day(due)), ..fine() };
    assert_eq!(one(report_due(48)), []);
    assert_eq!(one(report_due(47)), told(Kind::ReportOverdue, Amber, "3"));
    let without = Standing { agreed: None, value: Value::of(Status::Active, None, 0), ..fine() };
    assert_eq!(one(without), told(Kind::NoBaseline, Amber, "1"));
}

#[test]
fn silence_is_fourteen_days_without_anything() {
    let standing = fine();
    let heard = |days| Watched { heard_on: Some(day(50) - Days::new(days)), ..watched(&standing) };
    assert_eq!(found(heard(13)), []);
    assert_eq!(found(heard(14)), [(Kind::Silent, Amber, "14".to_owned())]);
    for (due, soon) in [(49, false), (50, true), (64, true), (65, false)] {
        let standing = Standing { due_on: day(due), ..fine() };
        let found = found(Watched { heard_on: Some(day(30)), ..watched(&standing) });
        assert_eq!(found.iter().any(|found| found.0 == Kind::DueSoonAndSilent), soon, "day {due}");
    }
    let held = Standing { status: Status::OnHold, report_due_on: None, ..fine() };
    assert_eq!(found(Watched { heard_on: Some(day(0)), ..watched(&held) }), []);
}

#[test]
fn a_report_that_is_too_bright_is_told_unless_it_may_be() {
    let with = |health, until: Option<u64>, late: u64| {
        let published_at = day(45).and_hms_opt(9, 0, 0).unwrap().and_utc() + TimeDelta::hours(1);
        let report = Report { period_end: day(45), published_at, health, override_until: until.map(day) };
        let standing = Standing { report: Some(report), due_on: day(100 + late), ..fine() };
        one(standing)
            .into_iter()
            .filter(|found| found.0 == Kind::ReportedBetterThanComputed)
            .collect::<Vec<_>>()
    };
    assert_eq!(with(Green, None, 0), []);
    assert_eq!(with(Green, None, 5)[0].1, Amber);
    assert_eq!(with(Green, None, 9)[0].1, Red);
    assert_eq!(with(Green, Some(49), 9).len(), 1);
    assert_eq!(with(Green, Some(50), 9), []);
    assert_eq!(with(Red, None, 5), []);
}

#[test]
fn what_is_not_theirs_is_not_told_and_what_has_ended_is_over() {
    let bad = Standing { value: value(10, 20_000), due_on: day(10), ..fine() };
    let poor = Watched { money: None, owner_at_work: false, heard_on: Some(day(0)), ..watched(&bad) };
    let kinds: Vec<_> = found(poor).into_iter().map(|found| found.0).collect();
    assert_eq!(kinds, [Kind::OwnerNotAtWork, Kind::PastDue, Kind::Silent]);
    for status in [Status::Closed, Status::Cancelled, Status::Rejected] {
        let ended = Standing { status, ..bad.clone() };
        assert_eq!(found(Watched { owner_at_work: false, ..watched(&ended) }), []);
    }
    let asked = Standing { status: Status::Proposed, ..bad };
    let asked = Watched { owner_at_work: false, ..watched(&asked) };
    assert_eq!(found(asked), [(Kind::OwnerNotAtWork, Red, "1".to_owned())]);
}

#[test]
fn the_worst_comes_first() {
    let late = |days: u64| Standing { due_on: day(100 + days), open_milestones: vec![day(1)], ..fine() };
    let (worse, bad) = (late(30), late(10));
    let mut all: Vec<_> = [watched(&bad), watched(&worse)]
        .into_iter()
        .flat_map(|one| one.findings(&every()).collect::<Vec<_>>())
        .collect();
    all.sort_by_cached_key(Finding::rank);
    let told: Vec<_> =
        all.iter().map(|found| (found.kind, found.figure.value.unwrap().0.to_string())).collect();
    let one = "1".to_owned();
    assert_eq!(
        told,
        [
            (Kind::Late, "30.0".to_owned()),
            (Kind::Late, "10.0".to_owned()),
            (Kind::MilestonesOverdue, one.clone()),
            (Kind::MilestonesOverdue, one),
        ]
    );
    assert!(every().into_iter().all(|kind| rule(kind).ends_with('.')));
}
