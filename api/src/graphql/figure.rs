//! A computed number that says what it is: an unknown is never 0.

use async_graphql::{Enum, SimpleObject};
use rust_decimal::{Decimal as Exact, RoundingStrategy};

use super::scalars::{CurrencyCode, Decimal};

/// What a figure counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum)]
pub enum FigureUnit {
    /// One number over another, to four decimals.
    Ratio,
    /// Hundredths of a whole, to one decimal: 34.3 means 34.3 %.
    Percent,
    /// Points of a score, to one decimal.
    Points,
    /// Calendar days.
    Days,
    /// An amount in the currency that stands beside it.
    Money,
    /// A number of things.
    Count,
}

/// Whether a figure can be relied on, and why there is none where there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum)]
pub enum FigureState {
    /// It is as it stands.
    Ok,
    /// It may still change, because what it is made of is not final.
    Provisional,
    /// Some of what it is made of is missing.
    Partial,
    /// There is nothing to make it of.
    NoData,
    /// There is too little to rely on.
    Insufficient,
    /// It would tell of single people.
    Suppressed,
    /// It has no meaning here.
    NotApplicable,
    /// It cannot be reached any more.
    NotAchievable,
}

/// A computed number that says what it is: an unknown is never 0.
#[derive(Clone, Debug, PartialEq, Eq, SimpleObject)]
pub struct Figure {
    /// The number, rounded once, half away from zero; null where there is none, which `state` explains.
    pub value: Option<Decimal>,
    /// What it counts.
    pub unit: FigureUnit,
    /// The currency of an amount; null for everything else.
    pub currency: Option<CurrencyCode>,
    /// Whether it can be relied on.
    pub state: FigureState,
    /// Why it is not OK, in words; null where it is.
    pub reason: Option<String>,
}

impl Figure {
    /// A number of calendar days; less than 0 for days before.
    #[must_use]
    pub fn days(days: i64) -> Self {
        let (unit, state) = (FigureUnit::Days, FigureState::Ok);
        Self { value: Some(Decimal(days.into())), unit, currency: None, state, reason: None }
    }

    /// One that has no meaning here, for this reason.
    #[must_use]
    pub fn not_applicable(unit: FigureUnit, reason: &str) -> Self {
        let state = FigureState::NotApplicable;
        Self { value: None, unit, currency: None, state, reason: Some(reason.to_owned()) }
    }

    /// One whole number over another, to four decimals; NOT_APPLICABLE for this reason where the lower one is nothing.
    #[must_use]
    pub fn ratio(upper: i64, lower: i64, of_nothing: &str) -> Self {
        let unit = FigureUnit::Ratio;
        let Some(ratio) = Exact::from(upper).checked_div(lower.into()) else {
            return Self::not_applicable(unit, of_nothing);
        };
        let mut ratio = ratio.round_dp_with_strategy(4, RoundingStrategy::MidpointAwayFromZero);
        ratio.rescale(4);
        Self { value: Some(Decimal(ratio)), unit, currency: None, state: FigureState::Ok, reason: None }
    }

    /// So much of a whole, in percent with one decimal; NOT_APPLICABLE for this reason where the whole is nothing.
    #[must_use]
    pub fn share(part: i64, whole: i64, of_nothing: &str) -> Self {
        let unit = FigureUnit::Percent;
        let share =
            Exact::from(part).checked_mul(Exact::ONE_HUNDRED).and_then(|all| all.checked_div(whole.into()));
        let Some(share) = share else {
            return Self::not_applicable(unit, of_nothing);
        };
        let mut share = share.round_dp_with_strategy(1, RoundingStrategy::MidpointAwayFromZero);
        share.rescale(1);
        Self { value: Some(Decimal(share)), unit, currency: None, state: FigureState::Ok, reason: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_go_both_ways() {
        for days in [33, 0, -14] {
            let figure = Figure::days(days);
            assert_eq!(figure.value.map(|value| value.0.to_string()), Some(days.to_string()));
            assert_eq!((figure.unit, figure.state, figure.reason), (FigureUnit::Days, FigureState::Ok, None));
        }
    }

    #[test]
    fn a_ratio_has_four_decimals() {
        for (upper, lower, told) in
            [(5, 3, "1.6667"), (2, 5, "0.4000"), (420, 14, "30.0000"), (-1, 8, "-0.1250")]
        {
            let figure = Figure::ratio(upper, lower, "nobody");
            assert_eq!(figure.value.map(|value| value.0.to_string()).as_deref(), Some(told));
            assert_eq!((figure.unit, figure.state), (FigureUnit::Ratio, FigureState::Ok));
        }
        let none = Figure::ratio(7, 0, "nobody");
        assert_eq!((none.value, none.reason.as_deref()), (None, Some("nobody")));
    }

    #[test]
    fn a_share_is_rounded_once_and_of_nothing_there_is_none() {
        for (part, whole, told) in [
            (36_000, 105_000, "34.3"),
            (1, 2, "50.0"),
            (1, 8, "12.5"),
            (5, 10_000, "0.1"),
            (-5, 10_000, "-0.1"),
            (4, 10_000, "0.0"),
            (3, 2, "150.0"),
        ] {
            let figure = Figure::share(part, whole, "zero budget");
            assert_eq!(figure.value.map(|value| value.0.to_string()).as_deref(), Some(told));
            assert_eq!((figure.unit, figure.state), (FigureUnit::Percent, FigureState::Ok));
        }
        let none = Figure::share(7, 0, "zero budget");
        assert_eq!((none.value, none.state), (None, FigureState::NotApplicable));
        assert_eq!(none.reason.as_deref(), Some("zero budget"));
    }
}
