//! When reports fall due and whom their absence concerns. Pure: plain values in, a verdict out.

pub mod picture;
pub mod publishing;

use chrono::{Datelike, NaiveDate, Weekday};
use tutti_entity::portfolio::initiative::Status;

use crate::graphql::scalars::Duration;

/// Whether an initiative in this status reports.
#[must_use]
pub const fn reports(status: Status) -> bool {
    matches!(status, Status::Active | Status::Closing)
}

/// The day from which the cadence counts after a move along the statuses: today for one that begins or comes
/// back from a pause, so that a pause is never an arrear; the same as before for every other move.
#[must_use]
pub const fn counts_from(
    (from, to): (Status, Status),
    before: Option<NaiveDate>,
    today: NaiveDate,
) -> Option<NaiveDate> {
    match (from, to) {
        (Status::Approved | Status::OnHold, Status::Active) => Some(today),
        _ => before,
    }
}

/// The day on which the next report falls due: one cadence after the day from which it counts.
#[must_use]
pub fn due_on(status: Status, counts_from: Option<NaiveDate>, cadence: Duration) -> Option<NaiveDate> {
    counts_from.filter(|_| reports(status)).and_then(|from| cadence.after_day(from))
}

/// Whether people are at work on this day of the week: Monday to Friday. Holidays are nobody's but those of a
/// place, so they count as days of work.
#[must_use]
pub fn is_business_day(day: NaiveDate) -> bool {
    !matches!(day.weekday(), Weekday::Sat | Weekday::Sun)
}

/// The day that is so many business days after this one, which may be any day of the week.
#[must_use]
pub fn after_business_days(day: NaiveDate, count: usize) -> NaiveDate {
    let mut later = day.iter_days().skip(1).filter(|day| is_business_day(*day));
    count.checked_sub(1).map_or(day, |before| later.nth(before).unwrap_or(NaiveDate::MAX))
}

/// How many business days pass before a report that is missing concerns one person more.
const PATIENCE: usize = 2;

/// The last day of grace of a report that fell due on this day: two business days later. It is overdue after it.
#[must_use]
pub fn grace_ends(due: NaiveDate) -> NaiveDate {
    after_business_days(due, PATIENCE)
}

/// Whom a report concerns that is not there yet: these and all before them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Concern {
    /// The owner of the initiative, as long as it is to come or there is grace.
    Owner,
    /// The owner's manager as well, once grace is over: the report is overdue.
    Manager,
    /// The manager of that manager as well, two business days later.
    ManagersManager,
}

impl Concern {
    /// The last day on which a report that fell due on this day does not concern these people yet; none for the
    /// owner, whom it always does.
    fn not_until(self, due: NaiveDate) -> Option<NaiveDate> {
        match self {
            Self::Owner => None,
            Self::Manager => Some(grace_ends(due)),
            Self::ManagersManager => Some(after_business_days(grace_ends(due), PATIENCE)),
        }
    }

    /// The furthest whom a report concerns today that fell, or falls, due on this day.
    #[must_use]
    pub fn of(due: NaiveDate, today: NaiveDate) -> Self {
        let furthest = [Self::ManagersManager, Self::Manager];
        let reached = |concern: &Self| concern.not_until(due).is_some_and(|last| last < today);
        furthest.into_iter().find(reached).unwrap_or(Self::Owner)
    }

    /// The latest due day whose missing report concerns these people today; none for the owner. Every earlier one
    /// concerns them too, so that `next_report_due_on <= …` finds the initiatives in a statement.
    #[must_use]
    pub fn since(self, today: NaiveDate) -> Option<NaiveDate> {
        self.not_until(today)?;
        let mut back = std::iter::successors(Some(today), NaiveDate::pred_opt);
        back.find(|due| self.not_until(*due).is_some_and(|last| last < today))
    }
}

/// Whether a report that fell due on this day is overdue: it is not there and its grace is over.
#[must_use]
pub fn is_overdue(due: NaiveDate, today: NaiveDate) -> bool {
    Concern::of(due, today) > Concern::Owner
}

#[cfg(test)]
mod tests {
    use super::*;
    use Status::{Active, Approved, Cancelled, Closed, Closing, OnHold, Proposed};
    use chrono::Days;
    use proptest::prelude::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn a_pause_is_no_arrear() {
        let (began, today) = (Some(day("2025-02-21")), day("2025-05-02"));
        let cadence = "P14D".parse().unwrap();
        assert_eq!(due_on(Active, began, cadence), Some(day("2025-03-07")));
        assert_eq!(due_on(OnHold, began, cadence), None);
        let back = counts_from((OnHold, Active), began, today);
        assert_eq!(due_on(Active, back, cadence), Some(day("2025-05-16")));
        // Whoever was held before they began does not report when they come back.
        assert_eq!(counts_from((OnHold, Approved), None, today), None);
        assert_eq!(counts_from((Approved, Active), None, today), Some(today));
        assert_eq!(counts_from((Active, Closing), began, today), began);
        assert_eq!(counts_from((Closing, Active), began, today), began);
        for status in [Proposed, Approved, Cancelled, Closed] {
            assert_eq!(due_on(status, began, cadence), None, "{status:?}");
        }
        assert_eq!(due_on(Closing, began, "P1M".parse().unwrap()), Some(day("2025-03-21")));
    }
    #[test]
    fn the_worked_grace_and_escalation() {
        // Due on a Friday.
        let due = day("2025-03-07");
        assert_eq!(grace_ends(due), day("2025-03-11"));
        for (today, concern) in [
            ("2025-03-01", Concern::Owner),
            ("2025-03-07", Concern::Owner),
            ("2025-03-11", Concern::Owner),
            ("2025-03-12", Concern::Manager),
            ("2025-03-13", Concern::Manager),
            ("2025-03-14", Concern::ManagersManager),
            ("2026-03-14", Concern::ManagersManager),
        ] {
            assert_eq!(Concern::of(due, day(today)), concern, "{today}");
            assert_eq!(is_overdue(due, day(today)), concern > Concern::Owner, "{today}");
        }
        // On a weekend, and in the middle of a week.
        assert_eq!(grace_ends(day("2025-03-08")), day("2025-03-11"));
        assert_eq!(grace_ends(day("2025-03-09")), day("2025-03-11"));
        assert_eq!(grace_ends(day("2025-03-10")), day("2025-03-12"));
        assert_eq!(after_business_days(due, 0), due);
        assert_eq!(after_business_days(NaiveDate::MAX, 2), NaiveDate::MAX);
    }

    #[test]
    fn what_is_overdue_is_found_by_its_due_day() {
        assert_eq!(Concern::Owner.since(day("2025-03-12")), None);
        // On Wednesday the reports of Friday and of the weekend are overdue, that of Monday is not.
        assert_eq!(Concern::Manager.since(day("2025-03-12")), Some(day("2025-03-09")));
        assert_eq!(Concern::Manager.since(day("2025-03-11")), Some(day("2025-03-06")));
        assert_eq!(Concern::ManagersManager.since(day("2025-03-14")), Some(day("2025-03-09")));
    }

    proptest! {
        /// The days that a statement compares with find what the rule says of each report.
        #[test]
        fn the_day_to_compare_with_says_what_the_rule_says(due in 0_u64..40, today in 0_u64..60) {
            let start = day("2025-01-01");
            let (due, today) = (start + Days::new(due), start + Days::new(today));
            for concern in [Concern::Manager, Concern::ManagersManager] {
                let found = concern.since(today).is_some_and(|since| due <= since);
                prop_assert_eq!(found, Concern::of(due, today) >= concern);
            }
        }

        /// Whoever waits so many business days waits at least as many days, and ends on a day of work.
        #[test]
        fn business_days_add_up(from in 0_u64..40, one in 1_usize..12, more in 0_usize..12) {
            let from = day("2025-01-01") + Days::new(from);
            let there = after_business_days(from, one);
            prop_assert!(is_business_day(there));
            prop_assert_eq!(after_business_days(there, more), after_business_days(from, one + more));
        }
    }
}
