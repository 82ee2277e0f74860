//! How initiatives stood by what was known, and that nothing that is recorded later changes it.

use chrono::{Days, TimeDelta};
use proptest::prelude::*;
use tutti_entity::portfolio::figure::EacMethod;
use uuid::Uuid;

use super::*;

/// The first day of everything.
fn start() -> NaiveDate {
    "2025-01-01".parse().unwrap()
}

fn day(number: u64) -> NaiveDate {
    start() + Days::new(number)
}

/// An hour of a day.
fn at(number: u64, hour: i64) -> DateTime<Utc> {
    day(number).and_hms_opt(0, 0, 0).unwrap().and_utc() + TimeDelta::hours(hour)
}

/// What was known when this day was over.
fn past(number: u64) -> Moment {
    Moment { as_of: day(number), known_before: Some(at(number + 1, 0)) }
}

fn id(number: u128) -> MilestoneId {
    MilestoneId(Uuid::from_u128(number))
}

fn step(from: Option<Status>, to: Status, on: u64) -> Step {
    Step { from, to, on: day(on), at: at(on, 9) }
}

fn milestone(number: u128, due: u64, progress: &[(u64, u64, MilestoneStatus, i32)]) -> Milestone {
    let progress = progress.iter().map(|(effective, recorded, status, percent)| Progress {
        effective_on: day(*effective),
        at: at(*recorded, 10),
        status: *status,
        percent_bp: percent * 100,
    });
    Milestone {
        id: id(number),
        entered_at: at(0, 9),
        due_on: day(due),
        moves: Vec::new(),
        progress: progress.collect(),
    }
}

/// Approved on day 1 and begun on day 2, with a budget of 1000 in two milestones due on days 50 and 100.
fn facts() -> Facts {
    use MilestoneStatus::{Done, InProgress};
    let credit_rule = CreditRule::Percent;
    let agreed =
        |number, due, weight_bp| Agreed { milestone: id(number), due_on: day(due), weight_bp, credit_rule };
    Facts {
        due_on: day(110),
        moves: vec![Move { from: day(100), at: at(40, 9) }, Move { from: day(105), at: at(70, 9) }],
        steps: vec![
            step(None, Status::Proposed, 0),
            step(Some(Status::Proposed), Status::Approved, 1),
            step(Some(Status::Approved), Status::Active, 2),
        ],
        milestones: vec![
            milestone(1, 50, &[(10, 10, InProgress, 50), (30, 33, Done, 100)]),
            milestone(2, 100, &[(60, 60, InProgress, 20), (55, 65, InProgress, 90)]),
        ],
        baselines: vec![Baseline {
            number: 1,
            approved_at: at(2, 8),
            starts_on: day(0),
            due_on: day(100),
            budget_minor: 1000,
            milestones: vec![agreed(1, 50, 4000), agreed(2, 100, 6000)],
        }],
        spent: 100,
        reports: Vec::new(),
        reports_due: ReportsDue::Every("P14D".parse().unwrap(), Vec::new()),
    }
}

fn earned(facts: &Facts, moment: Moment) -> String {
    let standing = facts.on(moment).unwrap();
    let euro = crate::graphql::scalars::CurrencyCode::from_code("JPY").unwrap();
    let figures = standing.value.figures(EacMethod::Typical, euro);
    figures.earned_value.value.map_or("none".to_owned(), |value| value.0.to_string())
}

#[test]
fn progress_is_in_force_from_its_day_and_known_from_its_record() {
    let facts = facts();
    for (number, told) in
        [(9, "0"), (10, "200"), (32, "200"), (33, "400"), (59, "400"), (60, "520"), (65, "520")]
    {
        assert_eq!(earned(&facts, past(number)), told, "day {number}");
    }
    // Told today, day 31 has what was recorded on day 33, and what holds from a later day counts on that day only.
    assert_eq!(earned(&facts, Moment { as_of: day(31), known_before: None }), "400");
    assert_eq!(earned(&facts, Moment { as_of: day(57), known_before: None }), "940");
    assert_eq!(earned(&facts, Moment { as_of: day(60), known_before: None }), "520");
}

#[test]
fn dates_statuses_and_baselines_are_those_of_then() {
    let facts = facts();
    let on = |number| facts.on(past(number)).unwrap();
    assert_eq!(
        [on(39), on(40), on(69), on(70)].map(|was| was.due_on),
        [day(100), day(105), day(105), day(110)]
    );
    assert_eq!(
        [on(0), on(1), on(2)].map(|was| was.status),
        [Status::Proposed, Status::Approved, Status::Active]
    );
    assert_eq!((on(1).slippage(), on(2).slippage(), on(80).slippage()), (None, Some(0), Some(10)));
    assert_eq!(on(1).value, Value::of(Status::Approved, None, 100));
    assert!(facts.on(Moment { as_of: day(0), known_before: Some(at(0, 9)) }).is_none());
    let mut more = facts.clone();
    more.baselines.push(Baseline {
        number: 2,
        approved_at: at(80, 9),
        due_on: day(110),
        ..more.baselines[0].clone()
    });
    more.steps.push(step(Some(Status::Active), Status::Closed, 90));
    assert_eq!(
        (more.on(past(79)).unwrap().slippage(), more.on(past(80)).unwrap().slippage()),
        (Some(10), Some(0))
    );
    let closed = more.on(past(90)).unwrap();
    assert_eq!((closed.completed_on, closed.slippage()), (Some(day(90)), Some(-20)));
    assert_eq!(more.on(past(89)).unwrap().completed_on, None);
}

#[test]
fn milestones_are_overdue_after_their_day_while_they_are_open() {
    let facts = facts();
    let overdue = |number| facts.on(past(number)).unwrap().milestones_overdue();
    assert_eq!([overdue(50), overdue(100), overdue(101)], [0, 0, 1]);
    let mut slow = facts.clone();
    slow.milestones[0].progress.pop();
    slow.milestones[0].moves = vec![Move { from: day(45), at: at(48, 9) }];
    let overdue = |number| slow.on(past(number)).unwrap().milestones_overdue();
    assert_eq!([overdue(45), overdue(46), overdue(48), overdue(51)], [0, 1, 0, 1]);
    slow.milestones[0].progress.push(Progress {
        effective_on: day(51),
        at: at(51, 9),
        status: MilestoneStatus::Cancelled,
        percent_bp: 5000,
    });
    assert_eq!(slow.on(past(51)).unwrap().milestones_overdue(), 0);
}

#[test]
fn reports_fall_due_by_the_steps_and_the_reports() {
    let report = |period: u64, published| Report {
        period_end: day(period),
        published_at: at(published, 9),
        health: Health::Green,
        override_until: None,
    };
    let mut facts = facts();
    facts.reports = vec![report(14, 16), report(28, 29)];
    facts.steps.push(step(Some(Status::Active), Status::OnHold, 50));
    facts.steps.push(step(Some(Status::OnHold), Status::Active, 60));
    let due = |number| facts.on(past(number)).unwrap().report_due_on;
    assert_eq!([due(1), due(2), due(15)], [None, Some(day(16)), Some(day(16))]);
    assert_eq!([due(16), due(29), due(49)], [Some(day(28)), Some(day(42)), Some(day(42))]);
    assert_eq!([due(50), due(60)], [None, Some(day(74))]);
    let (weekly, fortnightly) = ("P7D".parse().unwrap(), "P14D".parse().unwrap());
    facts.reports_due = ReportsDue::Every(weekly, vec![(fortnightly, at(30, 9))]);
    let due = |number| facts.on(past(number)).unwrap().report_due_on;
    assert_eq!([due(29), due(30), due(60)], [Some(day(42)), Some(day(35)), Some(day(67))]);
    facts.reports_due = ReportsDue::Stands(Some(day(7)));
    assert_eq!(facts.on(past(29)).unwrap().report_due_on, Some(day(7)));
    // Due on Friday, 7 March: the grace ends on Tuesday, and on Wednesday it is overdue.
    let friday = (NaiveDate::from_ymd_opt(2025, 3, 7).unwrap() - start()).num_days().unsigned_abs();
    facts.reports_due = ReportsDue::Stands(Some(day(friday)));
    let overdue = |number| facts.on(past(number)).unwrap().report_overdue();
    assert_eq!([overdue(friday), overdue(friday + 4), overdue(friday + 5)], [None, None, Some(5)]);
}

fn any_status() -> impl Strategy<Value = Status> {
    proptest::sample::select(vec![
        Status::Active,
        Status::OnHold,
        Status::Closing,
        Status::Closed,
        Status::Cancelled,
    ])
}

fn any_progress() -> impl Strategy<Value = Progress> {
    use MilestoneStatus::{Cancelled, Done, InProgress, Planned};
    let status = proptest::sample::select(vec![Planned, InProgress, Done, Cancelled]);
    (0_u64..120, 0_u64..120, status, 0_i32..=10_000).prop_map(|(effective, recorded, status, percent_bp)| {
        Progress { effective_on: day(effective), at: at(recorded, 11), status, percent_bp }
    })
}

/// Something that is recorded on a day.
#[derive(Clone, Debug)]
enum Later {
    Progress(usize, Progress),
    Due(u64),
    MilestoneDue(usize, u64),
    Step(Status),
    Milestone(u64),
    Baseline(i64),
    Report(u64),
    Cadence(bool),
}

fn any_later() -> impl Strategy<Value = Later> {
    prop_oneof![
        (0_usize..2, any_progress()).prop_map(|(of, progress)| Later::Progress(of, progress)),
        (0_u64..200).prop_map(Later::Due),
        (0_usize..2, 0_u64..200).prop_map(|(of, due)| Later::MilestoneDue(of, due)),
        any_status().prop_map(Later::Step),
        (0_u64..200).prop_map(Later::Milestone),
        (0_i64..1000).prop_map(Later::Baseline),
        (0_u64..200).prop_map(Later::Report),
        any::<bool>().prop_map(Later::Cadence),
    ]
}

impl Later {
    /// Records it at this moment, as the commands do.
    fn record(self, facts: &mut Facts, at: DateTime<Utc>) {
        match self {
            Self::Progress(of, progress) => facts.milestones[of].progress.push(Progress { at, ..progress }),
            Self::Due(due) => {
                facts.moves.push(Move { from: facts.due_on, at });
                facts.due_on = day(due);
            }
            Self::MilestoneDue(of, due) => {
                let milestone = &mut facts.milestones[of];
                milestone.moves.push(Move { from: milestone.due_on, at });
                milestone.due_on = day(due);
            }
            Self::Step(to) => {
                let from = facts.steps.last().map(|step| step.to);
                facts.steps.push(Step { from, to, on: at.date_naive(), at });
            }
            Self::Milestone(due) => {
                let new = milestone(100 + u128::from(due), due, &[(0, 0, MilestoneStatus::Done, 100)]);
                facts.milestones.push(Milestone { entered_at: at, ..new });
            }
            Self::Baseline(budget_minor) => {
                let last = facts.baselines.last().unwrap().clone();
                facts.baselines.push(Baseline {
                    number: last.number + 1,
                    approved_at: at,
                    budget_minor,
                    ..last
                });
            }
            Self::Cadence(weekly) => {
                let ReportsDue::Every(stands, changes) = &mut facts.reports_due else { return };
                changes.push((*stands, at));
                *stands = if weekly { "P7D" } else { "P1M" }.parse().unwrap();
            }
            Self::Report(period) => facts.reports.push(Report {
                period_end: day(period),
                published_at: at,
                health: Health::Red,
                override_until: Some(day(period)),
            }),
        }
    }
}

proptest! {
    /// Not even by a second, and not when a later record says something of an earlier day.
    #[test]
    fn what_is_recorded_later_changes_nothing(
        number in 0_u64..130,
        before in proptest::collection::vec(any_later(), 0..8),
        after in proptest::collection::vec((any_later(), 0_i64..2000), 1..12),
    ) {
        let mut facts = facts();
        for later in before {
            later.record(&mut facts, at(number, 12));
        }
        let moment = past(number);
        let was = facts.on(moment);
        let mut hours: Vec<_> = after.iter().map(|(_, hours)| *hours).collect();
        hours.sort_unstable();
        for ((later, _), hours) in after.into_iter().zip(hours) {
            later.record(&mut facts, at(number + 1, hours));
        }
        prop_assert_eq!(facts.on(moment), was);
    }

    /// More progress never earns less.
    #[test]
    fn what_is_further_has_earned_no_less(number in 0_u64..130, percent in 0_i32..100, more in 0_i32..100) {
        let mut facts = facts();
        let mut on = |percent: i32| {
            facts.milestones[1] = milestone(2, 100, &[(0, 0, MilestoneStatus::InProgress, percent.min(100))]);
            facts.on(past(number)).unwrap().value.cost_index().ok()
        };
        prop_assert!(on(percent + more) >= on(percent));
    }
}
