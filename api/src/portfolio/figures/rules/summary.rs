//! What the initiatives of a portfolio add up to.

use sea_orm::Iterable as _;
use tutti_entity::portfolio::initiative::Status;
use tutti_entity::portfolio::status_report::Health;

use super::earned::Without;
use super::facts::Standing;

/// How many initiatives stand where, how those that have not ended go, and what is overdue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    /// All.
    pub initiatives: usize,
    /// Those that have not ended.
    pub open: usize,
    /// All, by where they stand: every status, also of none.
    pub by_status: Vec<(Status, usize)>,
    /// Those that have not ended, by how they go by their figures: every health, also of none.
    pub by_health: Vec<(Health, usize)>,
    /// Those of which nothing was agreed, without cancelled and rejected ones.
    pub without_baseline: usize,
    /// Milestones that were to be reached and are not, of those that have not ended.
    pub milestones_overdue: usize,
    /// Those whose next report is overdue.
    pub reports_overdue: usize,
}

impl Summary {
    /// That of these.
    #[must_use]
    pub fn of<'s>(standings: &(impl Iterator<Item = &'s Standing> + Clone)) -> Self {
        let open = || standings.clone().filter(|standing| standing.is_open());
        let healths: Vec<_> = open().map(Standing::computed).collect();
        let with = |status| standings.clone().filter(|standing| standing.status == status).count();
        let going = |health| healths.iter().filter(|computed| **computed == health).count();
        let without = standings.clone().filter(|one| one.value.without == Some(Without::Baseline));
        Self {
            initiatives: standings.clone().count(),
            open: healths.len(),
            by_status: Status::iter().map(|status| (status, with(status))).collect(),
            by_health: Health::iter().map(|health| (health, going(health))).collect(),
            without_baseline: without.count(),
            milestones_overdue: open().map(Standing::milestones_overdue).sum(),
            reports_overdue: open().filter(|standing| standing.report_overdue().is_some()).count(),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::portfolio::figures::rules::earned::{Value, Worked};
    use crate::portfolio::figures::rules::facts::Agreement;

    fn day(number: u64) -> chrono::NaiveDate {
        "2025-01-01".parse::<chrono::NaiveDate>().unwrap() + chrono::Days::new(number)
    }

    fn any_standing() -> impl Strategy<Value = Standing> {
        let status = proptest::sample::select(Status::iter().collect::<Vec<_>>());
        let open = proptest::collection::vec(0_u64..100, 0..4);
        (status, any::<bool>(), 90_u64..120, 0_i64..2000, open, proptest::option::of(0_u64..100)).prop_map(
            |(status, agreed, due, spent, open, report)| {
                let worked = Worked { budget: 1000, planned_bp: 5000, earned_bp2: 50_000_000 };
                Standing {
                    as_of: day(50),
                    status,
                    due_on: day(due),
                    completed_on: (status == Status::Closed).then(|| day(due)),
                    agreed: agreed.then(|| Agreement { starts_on: day(0), due_on: day(100) }),
                    value: Value::of(status, agreed.then_some(worked), spent),
                    open_milestones: open.into_iter().map(day).collect(),
                    report: None,
                    report_due_on: report.map(day),
                }
            },
        )
    }

    proptest! {
        /// Nothing is lost, nothing is counted twice, and every value of the enums is there.
        #[test]
        fn counts_are_those_of_the_parts(all in proptest::collection::vec(any_standing(), 0..40), cut in 0_usize..40) {
            let whole = Summary::of(&all.iter());
            prop_assert_eq!(whole.initiatives, all.len());
            prop_assert_eq!(whole.by_status.iter().map(|(_, count)| count).sum::<usize>(), all.len());
            prop_assert_eq!(whole.by_health.iter().map(|(_, count)| count).sum::<usize>(), whole.open);
            prop_assert_eq!((whole.by_status.len(), whole.by_health.len()), (8, 4));
            let (one, other) = all.split_at(cut.min(all.len()));
            let (one, other) = (Summary::of(&one.iter()), Summary::of(&other.iter()));
            prop_assert_eq!(whole.without_baseline, one.without_baseline + other.without_baseline);
            prop_assert_eq!(whole.milestones_overdue, one.milestones_overdue + other.milestones_overdue);
            prop_assert_eq!(whole.reports_overdue, one.reports_overdue + other.reports_overdue);
            for (place, (_, count)) in whole.by_health.iter().enumerate() {
                prop_assert_eq!(*count, one.by_health[place].1 + other.by_health[place].1);
            }
        }

        /// The health that is counted is the one that is told with its reasons.
        #[test]
        fn what_is_counted_is_what_is_told(standing in any_standing()) {
            prop_assert_eq!(standing.computed(), standing.assess().computed);
            let ended = !standing.is_open();
            prop_assert_eq!(Summary::of(&std::iter::once(&standing)).open, usize::from(!ended));
        }
    }
}
