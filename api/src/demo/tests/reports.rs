//! What the demo's reports promise.

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::Iterable as _;
use tutti_entity::portfolio::initiative::{self, Status};
use tutti_entity::portfolio::status_report::{self, Health, State};

use crate::portfolio::reports::rules::{Concern, is_overdue, reports};
use crate::store::Scope;

/// Most are acknowledged, some are late and some missing; one corrects another, and two say that it goes better than
/// the figures do.
pub(super) async fn reported(scope: &Scope) {
    let initiatives = scope.find::<initiative::Entity>().all().await.unwrap();
    let all = scope.find::<status_report::Entity>().all().await.unwrap();
    assert!((150..=350).contains(&all.len()), "{}", all.len());
    assert!(all.iter().all(|report| report.state == State::Published && report.discarded_at.is_none()));
    let mut of: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for report in &all {
        of.entry(report.initiative_id.0).or_default().push(report);
    }
    for initiative in &initiatives {
        let latest: Vec<_> =
            of.get(&initiative.id.0).into_iter().flatten().filter(|report| report.is_latest).collect();
        assert!(latest.len() <= 1, "{}", initiative.title);
        if initiative.status == Status::Closed {
            assert!(latest.iter().any(|report| report.acknowledged_at.is_some()), "{}", initiative.title);
        }
    }
    assert!(of.len() >= 38, "{} initiatives have reported", of.len());
    let read = all.iter().filter(|report| report.acknowledged_at.is_some()).count();
    assert!(read * 10 > all.len() * 7 && read < all.len(), "{read} of {} are acknowledged", all.len());
    assert!(all.iter().all(|report| Some(report.author_id) != report.acknowledged_by_id));
    let corrections: Vec<_> = all.iter().filter_map(|report| report.supersedes_id).collect();
    assert_eq!(corrections.len(), 1);
    let better: Vec<_> = all.iter().filter(|report| report.better_than_computed).collect();
    assert_eq!(better.len(), 2, "{better:?}");
    assert!(better.iter().all(|report| report.is_latest && report.override_until.is_some()));
    for health in Health::iter() {
        assert!(all.iter().any(|report| report.health == health), "none is {health:?}");
    }
    let missing: Vec<_> = initiatives
        .iter()
        .filter(|initiative| reports(initiative.status))
        .filter_map(|initiative| initiative.next_report_due_on)
        .filter(|due| is_overdue(*due, scope.today()))
        .collect();
    assert!((3..=12).contains(&missing.len()), "{missing:?}");
    let escalated = |due: &&chrono::NaiveDate| Concern::of(**due, scope.today()) == Concern::ManagersManager;
    assert!(missing.iter().filter(escalated).count() >= 2, "{missing:?}");
    let late = |report: &&status_report::Model| {
        let published = report.published_at.map(|at| scope.world().day(at));
        published.is_some_and(|published| is_overdue(report.period_end, published))
    };
    assert!(all.iter().filter(late).count() >= 5);
    // Nobody reports in the same words twice, and few do at all.
    let mut words: BTreeMap<_, usize> = BTreeMap::new();
    for report in &all {
        *words.entry(report.summary.as_str()).or_default() += 1;
    }
    let most = words.values().max().unwrap();
    assert!(*most <= 3 && words.len() * 8 >= all.len() * 7, "{most}: {} of {}", words.len(), all.len());
    let owners: BTreeSet<_> = all.iter().map(|report| report.author_id.0).collect();
    assert!(owners.len() >= 15, "{}", owners.len());
}
