//! The periods that a plan pays, the days that somebody takes part in one, and which period of a KPI counts in it.
//!
//! Always: the periods of a plan follow one another without a gap from its first day to its last; what counts of a
//! KPI is the last of its own periods that is over when the period of the plan is.

use chrono::{Datelike, Days, Months, NaiveDate};
use tutti_entity::metrics::kpi::Cadence;
use tutti_entity::rewards::reward_plan::PayoutCadence;

use crate::graphql::{Check, ProblemCode};

/// Some days, the first and the last among them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The first day.
    pub from: NaiveDate,
    /// The last day.
    pub to: NaiveDate,
}

impl Span {
    /// How many days they are.
    #[must_use]
    pub fn days(self) -> i64 {
        (self.to - self.from).num_days().saturating_add(1)
    }

    /// Whether a day is among them.
    #[must_use]
    pub fn has(self, day: NaiveDate) -> bool {
        self.from <= day && day <= self.to
    }

    /// How many of these days lie within others.
    #[must_use]
    pub fn common(self, other: Self) -> i64 {
        let shared = Self { from: self.from.max(other.from), to: self.to.min(other.to) };
        shared.days().max(0)
    }

    /// The days right before these: as many months where these are whole months, and as many days otherwise.
    #[must_use]
    pub fn before(self) -> Option<Self> {
        let to = self.from.pred_opt()?;
        let from = match whole_months(self) {
            Some(months) => self.from.checked_sub_months(Months::new(months))?,
            None => self.from.checked_sub_days(Days::new(u64::try_from(self.days()).ok()?))?,
        };
        Some(Self { from, to })
    }
}

/// How many whole calendar months these days are.
fn whole_months(span: Span) -> Option<u32> {
    let next = span.to.succ_opt()?;
    if span.from.day() != 1 || next.day() != 1 {
        return None;
    }
    let count = |day: NaiveDate| i64::from(day.year()) * 12 + i64::from(day.month());
    u32::try_from(count(next) - count(span.from)).ok()
}

/// How many months one period has; none where the whole plan is one.
const fn months(cadence: PayoutCadence) -> Option<u32> {
    match cadence {
        PayoutCadence::Once => None,
        PayoutCadence::Monthly => Some(1),
        PayoutCadence::Quarterly => Some(3),
        PayoutCadence::Yearly => Some(12),
    }
}

/// The periods of a plan, the first one first.
pub fn periods(cadence: PayoutCadence, plan: Span) -> impl Iterator<Item = Span> {
    let mut next = Some(plan.from);
    std::iter::from_fn(move || {
        let from = next.filter(|from| *from <= plan.to)?;
        let end = months(cadence).and_then(|months| from.checked_add_months(Months::new(months))?.pred_opt());
        let to = end.map_or(plan.to, |end| end.min(plan.to));
        next = to.succ_opt();
        Some(Span { from, to })
    })
}

/// The period in which this day is; the first one before the plan and the last one after it.
#[must_use]
pub fn at(cadence: PayoutCadence, plan: Span, day: NaiveDate) -> Span {
    let day = day.clamp(plan.from, plan.to.max(plan.from));
    periods(cadence, plan).find(|period| period.has(day)).unwrap_or(plan)
}

/// The longest plan, in days.
const LONGEST: i64 = 10 * 366;

/// The days of a plan are its periods.
pub fn whole(check: &mut Check, cadence: PayoutCadence, plan: Span) {
    let message = format!("The plan ends before it begins, on {}.", plan.from);
    check.that(plan.from <= plan.to, ProblemCode::Invalid, "to", &message);
    check.that(plan.days() <= LONGEST, ProblemCode::Invalid, "to", "A plan lasts at most ten years.");
    let Some(months) = months(cadence) else { return };
    let first = plan.from.day() == 1;
    check.that(first, ProblemCode::Invalid, "from", "A plan that pays by months begins on the first of one.");
    let fits = whole_months(plan).is_some_and(|all| all % months == 0);
    let message = format!("The plan ends with a period: {months} months each from {}.", plan.from);
    check.that(fits || !first || plan.to < plan.from, ProblemCode::Invalid, "to", &message);
}

/// The last period of a KPI of this cadence that is over at the end of this day.
#[must_use]
pub fn measured(cadence: Cadence, day: NaiveDate) -> Option<Span> {
    let next = day.succ_opt()?;
    let (from, after) = match cadence {
        Cadence::Weekly => {
            let monday = next.checked_sub_days(Days::new(next.weekday().num_days_from_monday().into()))?;
            (monday.checked_sub_days(Days::new(7))?, monday)
        }
        Cadence::Monthly => {
            let after = next.with_day(1)?;
            (after.checked_sub_months(Months::new(1))?, after)
        }
        Cadence::Quarterly => {
            let after = next.with_day(1)?.checked_sub_months(Months::new(next.month0() % 3))?;
            (after.checked_sub_months(Months::new(3))?, after)
        }
    };
    Some(Span { from, to: after.pred_opt()? })
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use proptest::prelude::*;

    pub fn span(from: &str, to: &str) -> Span {
        Span { from: from.parse().unwrap(), to: to.parse().unwrap() }
    }

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn a_year_has_four_quarters() {
        let year = span("2025-01-01", "2025-12-31");
        let quarters: Vec<_> = periods(PayoutCadence::Quarterly, year).collect();
        assert_eq!(quarters.len(), 4);
        assert_eq!(quarters[2], span("2025-07-01", "2025-09-30"));
        assert_eq!((quarters[0].days(), quarters[2].days()), (90, 92));
        assert_eq!(periods(PayoutCadence::Monthly, year).count(), 12);
        assert_eq!(periods(PayoutCadence::Yearly, year).collect::<Vec<_>>(), [year]);
        assert_eq!(periods(PayoutCadence::Once, year).collect::<Vec<_>>(), [year]);
        let at = |text| at(PayoutCadence::Quarterly, year, day(text));
        assert_eq!(at("2025-08-15"), quarters[2]);
        assert_eq!((at("2024-12-31"), at("2026-01-01")), (quarters[0], quarters[3]));
    }

    #[test]
    fn service_is_what_the_days_have_in_common() {
        let quarter = span("2025-07-01", "2025-09-30");
        for (from, to, days) in [
            ("2025-08-02", "2025-09-30", 60),
            ("2025-01-01", "2026-12-31", 92),
            ("2025-07-01", "2025-07-01", 1),
            ("2025-10-01", "2025-12-31", 0),
            ("2025-01-01", "2025-06-30", 0),
        ] {
            assert_eq!(quarter.common(span(from, to)), days, "{from}");
        }
    }

    #[test]
    fn what_came_before_is_as_long() {
        let quarter = span("2025-01-01", "2025-03-31");
        assert_eq!(quarter.before(), Some(span("2024-10-01", "2024-12-31")));
        assert_eq!(span("2024-02-01", "2024-02-29").before(), Some(span("2024-01-01", "2024-01-31")));
        assert_eq!(span("2025-01-15", "2025-01-24").before(), Some(span("2025-01-05", "2025-01-14")));
    }

    #[test]
    fn what_counts_of_a_kpi_is_over() {
        let last = |cadence, text| measured(cadence, day(text)).unwrap();
        assert_eq!(last(Cadence::Monthly, "2025-06-30"), span("2025-06-01", "2025-06-30"));
        assert_eq!(last(Cadence::Monthly, "2025-06-29"), span("2025-05-01", "2025-05-31"));
        assert_eq!(last(Cadence::Quarterly, "2025-06-30"), span("2025-04-01", "2025-06-30"));
        assert_eq!(last(Cadence::Quarterly, "2025-05-31"), span("2025-01-01", "2025-03-31"));
        // 29 June 2025 is a Sunday.
        assert_eq!(last(Cadence::Weekly, "2025-06-29"), span("2025-06-23", "2025-06-29"));
        assert_eq!(last(Cadence::Weekly, "2025-07-05"), span("2025-06-23", "2025-06-29"));
    }

    #[test]
    fn a_plan_consists_of_its_periods() {
        let told = |cadence, from, to| {
            let mut check = Check::default();
            whole(&mut check, cadence, span(from, to));
            check
                .done()
                .err()
                .unwrap_or_default()
                .into_iter()
                .map(|problem| problem.path[1].clone())
                .collect::<Vec<String>>()
        };
        let none: Vec<String> = Vec::new();
        assert_eq!(told(PayoutCadence::Once, "2025-01-15", "2025-02-03"), none);
        assert_eq!(told(PayoutCadence::Quarterly, "2025-01-01", "2025-12-31"), none);
        assert_eq!(told(PayoutCadence::Quarterly, "2025-01-01", "2025-11-30"), ["to"]);
        assert_eq!(told(PayoutCadence::Monthly, "2025-01-15", "2025-02-14"), ["from"]);
        assert_eq!(told(PayoutCadence::Once, "2025-02-01", "2025-01-31"), ["to"]);
        assert_eq!(told(PayoutCadence::Yearly, "2025-01-01", "2044-12-31"), ["to"]);
    }

    proptest! {
        #[test]
        fn periods_fill_the_plan(year in 2000_i32..2100, month in 1_u32..=12, count in 1_u32..8, which in 0_usize..4) {
            let cadence = [
                PayoutCadence::Once, PayoutCadence::Monthly, PayoutCadence::Quarterly, PayoutCadence::Yearly,
            ][which];
            let from = NaiveDate::from_ymd_opt(year, month, 1).unwrap();
            let length = months(cadence).unwrap_or(5) * count;
            let to = from.checked_add_months(Months::new(length)).unwrap().pred_opt().unwrap();
            let plan = Span { from, to };
            let mut check = Check::default();
            whole(&mut check, cadence, plan);
            prop_assert!(plan.days() > LONGEST || check.done().is_ok());
            let all: Vec<_> = periods(cadence, plan).collect();
            prop_assert_eq!(all.iter().map(|period| period.days()).sum::<i64>(), plan.days());
            prop_assert!(all.windows(2).all(|pair| pair[1].before() == Some(pair[0])));
        }
    }
}
