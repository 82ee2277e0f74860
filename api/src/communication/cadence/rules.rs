//! What a leader's communications come to. Pure.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use crate::graphql::Figure;

/// The days from the first to the last, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Window {
    /// The first day.
    pub from: NaiveDate,
    /// The last day.
    pub to: NaiveDate,
}

/// What a leader planned and sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// How many communications were planned for a day of the window.
    pub planned: i64,
    /// How many of these should have been sent by now.
    pub due: i64,
    /// How many of these were sent on their day or before.
    pub on_time: i64,
    /// How many were sent on a day of the window, planned or not.
    pub sent: i64,
    /// For how many people these were, each time counted.
    pub audience: i64,
    /// How often one of these people acknowledged one.
    pub acknowledged: i64,
    /// For how many people those were that should come from somebody in particular.
    pub particular: i64,
    /// How many of these people heard it from whom they should.
    pub preferred: i64,
    /// The days on which something was sent.
    pub days: BTreeSet<NaiveDate>,
}

impl Tally {
    /// On time of what should have been sent by now, in percent.
    #[must_use]
    pub fn on_time_share(&self) -> Figure {
        let reason = if self.planned == 0 { "no plan" } else { "nothing is due yet" };
        Figure::share(self.on_time, self.due, reason)
    }

    /// Acknowledged of all for whom it was, in percent.
    #[must_use]
    pub fn acknowledged_share(&self) -> Figure {
        Figure::share(self.acknowledged, self.audience, "nothing sent")
    }

    /// Heard from whom it should, in percent.
    #[must_use]
    pub fn preferred_sender(&self) -> Figure {
        Figure::share(self.preferred, self.particular, "nothing that should come from somebody in particular")
    }

    /// The most days between one sending and the next within the window: the first day of the window stands for a sending
    /// before, and its last, or today where that is before, for one after, so that silence at either end counts. None where
    /// the window has not begun.
    #[must_use]
    pub fn longest_gap(&self, window: Window, today: NaiveDate) -> Option<i64> {
        let end = window.to.min(today);
        if window.from > end {
            return None;
        }
        let sent = self.days.range(window.from..=end).copied();
        let mut last = window.from;
        let mut longest = 0;
        for day in sent.chain([end]) {
            longest = longest.max((day - last).num_days());
            last = day;
        }
        Some(longest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graphql::figure::FigureState;
    use proptest::prelude::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn told(figure: &Figure) -> Option<String> {
        figure.value.map(|value| value.0.to_string())
    }

    fn sent(days: &[&str]) -> Tally {
        Tally { days: days.iter().map(|one| day(one)).collect(), ..Tally::default() }
    }

    const MARCH: (&str, &str) = ("2025-03-01", "2025-03-31");

    fn gap(days: &[&str], today: &str) -> Option<i64> {
        sent(days).longest_gap(Window { from: day(MARCH.0), to: day(MARCH.1) }, day(today))
    }

    #[test]
    fn the_worked_share() {
        let tally = Tally { planned: 13, due: 13, on_time: 11, ..Tally::default() };
        assert_eq!(told(&tally.on_time_share()).as_deref(), Some("84.6"));
        // What is still to come is neither on time nor late.
        let ahead = Tally { planned: 15, ..tally };
        assert_eq!(told(&ahead.on_time_share()).as_deref(), Some("84.6"));
    }

    #[test]
    fn of_nothing_there_is_no_share() {
        let silent = Tally::default();
        for (figure, reason) in [
            (silent.on_time_share(), "no plan"),
            (silent.acknowledged_share(), "nothing sent"),
            (silent.preferred_sender(), "nothing that should come from somebody in particular"),
        ] {
            assert_eq!((figure.state, figure.reason.as_deref()), (FigureState::NotApplicable, Some(reason)));
        }
        let tally =
            Tally { audience: 120, acknowledged: 57, particular: 8, preferred: 6, ..Tally::default() };
        assert_eq!(told(&tally.acknowledged_share()).as_deref(), Some("47.5"));
        assert_eq!(told(&tally.preferred_sender()).as_deref(), Some("75.0"));
    }

    #[test]
    fn silence_counts_at_both_ends() {
        assert_eq!(gap(&["2025-03-03", "2025-03-17", "2025-03-28"], "2025-12-31"), Some(14));
        assert_eq!(gap(&["2025-03-20"], "2025-12-31"), Some(19));
        assert_eq!(gap(&["2025-03-02"], "2025-12-31"), Some(29));
        assert_eq!(gap(&[], "2025-12-31"), Some(30));
        // The days to come are not silent yet.
        assert_eq!(gap(&["2025-03-02"], "2025-03-10"), Some(8));
        assert_eq!(gap(&[], "2025-03-01"), Some(0));
        assert_eq!(gap(&[], "2025-02-28"), None);
        // What was sent outside of the window says nothing about it.
        assert_eq!(gap(&["2025-02-28", "2025-04-01"], "2025-12-31"), Some(30));
    }

    proptest! {
        /// One more day on which something is said never makes the silence longer, and none is longer than the window.
        #[test]
        fn saying_more_is_never_longer_silence(
            days in proptest::collection::btree_set(0_i64..90, 0..10), more in 0_i64..90, today in 0_i64..120,
        ) {
            let at = |days: i64| day("2025-01-01") + chrono::TimeDelta::days(days);
            let window = Window { from: at(0), to: at(89) };
            let mut tally = Tally { days: days.into_iter().map(at).collect(), ..Tally::default() };
            let before = tally.longest_gap(window, at(today)).unwrap();
            tally.days.insert(at(more));
            let after = tally.longest_gap(window, at(today)).unwrap();
            prop_assert!(after <= before && before <= 89);
        }
    }
}
