//! Exact fractions that are rounded once, when they are told.

use std::cmp::Ordering;

use num_bigint::{BigInt, Sign};
use rust_decimal::Decimal as Exact;

use crate::graphql::Figure;
use crate::graphql::figure::{FigureState, FigureUnit};
use crate::graphql::scalars::{CurrencyCode, Decimal};

/// Why there is no number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Why {
    /// The state of the figure.
    pub state: FigureState,
    /// The reason, in words.
    pub reason: &'static str,
}

impl Why {
    /// It has no meaning here.
    #[must_use]
    pub const fn not_applicable(reason: &'static str) -> Self {
        Self { state: FigureState::NotApplicable, reason }
    }

    /// There is nothing to make it of.
    #[must_use]
    pub const fn no_data(reason: &'static str) -> Self {
        Self { state: FigureState::NoData, reason }
    }

    /// There is too little to rely on.
    #[must_use]
    pub const fn insufficient(reason: &'static str) -> Self {
        Self { state: FigureState::Insufficient, reason }
    }

    /// The figure that says so.
    #[must_use]
    pub fn figure(self, unit: FigureUnit) -> Figure {
        Figure { value: None, unit, currency: None, state: self.state, reason: Some(self.reason.to_owned()) }
    }
}

/// A number, or why there is none.
pub type Known = Result<Fraction, Why>;

/// An exact fraction, of whatever size.
#[derive(Clone, Debug)]
pub struct Fraction {
    over: BigInt,
    /// More than nothing.
    under: BigInt,
}

impl Fraction {
    /// One number over another; none over nothing.
    #[must_use]
    pub fn new(over: BigInt, under: BigInt) -> Option<Self> {
        match under.sign() {
            Sign::NoSign => None,
            Sign::Plus => Some(Self { over, under }),
            Sign::Minus => Some(Self { over: -over, under: -under }),
        }
    }

    /// A whole number.
    #[must_use]
    pub fn whole(number: impl Into<BigInt>) -> Self {
        Self { over: number.into(), under: 1.into() }
    }

    /// This one less another.
    #[must_use]
    pub fn less(&self, other: &Self) -> Self {
        let over = &self.over * &other.under - &other.over * &self.under;
        Self { over, under: &self.under * &other.under }
    }

    /// This one and another.
    #[must_use]
    pub fn plus(&self, other: &Self) -> Self {
        let over = &self.over * &other.under + &other.over * &self.under;
        Self { over, under: &self.under * &other.under }
    }

    /// This one over another; none over nothing.
    #[must_use]
    pub fn over(&self, other: &Self) -> Option<Self> {
        Self::new(&self.over * &other.under, &self.under * &other.over)
    }

    /// So many times this one.
    #[must_use]
    pub fn times(&self, number: i64) -> Self {
        Self { over: &self.over * number, under: self.under.clone() }
    }

    /// The nearest whole number, half away from zero.
    fn rounded(&self) -> BigInt {
        // Half of one more, away from zero, and then cut off.
        let half = if self.over.sign() == Sign::Minus { -self.under.clone() } else { self.under.clone() };
        (&self.over * BigInt::from(2) + half) / (&self.under * BigInt::from(2))
    }

    /// It with so many decimals, rounded half away from zero; none beyond the 28 digits that can be told.
    fn told(&self, decimals: u32) -> Option<Decimal> {
        let scaled = Self { over: &self.over * BigInt::from(10).pow(decimals), under: self.under.clone() };
        let digits = i128::try_from(scaled.rounded()).ok()?;
        Exact::try_from_i128_with_scale(digits, decimals).ok().map(Decimal)
    }
}

impl PartialEq for Fraction {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Fraction {}

impl PartialOrd for Fraction {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Fraction {
    fn cmp(&self, other: &Self) -> Ordering {
        (&self.over * &other.under).cmp(&(&other.over * &self.under))
    }
}

fn figure(known: &Known, unit: FigureUnit, decimals: u32) -> Figure {
    let told = known.as_ref().map_err(|why| *why).and_then(|number| {
        number.told(decimals).ok_or(Why::insufficient("it has more digits than can be told"))
    });
    match told {
        Ok(value) => {
            Figure { value: Some(value), unit, currency: None, state: FigureState::Ok, reason: None }
        }
        Err(why) => why.figure(unit),
    }
}

/// An amount of money in minor units as it is told.
#[must_use]
pub fn money(minor: &Known, currency: CurrencyCode) -> Figure {
    let mut told = figure(minor, FigureUnit::Money, 0);
    if let Some(value) = &mut told.value {
        // The digits stay; only the point moves.
        let scaled = Exact::try_from_i128_with_scale(value.0.mantissa(), currency.exponent());
        value.0 = scaled.unwrap_or(value.0);
    }
    told.currency = Some(currency);
    told
}

/// A ratio as it is told: to four decimals.
#[must_use]
pub fn ratio(known: &Known) -> Figure {
    figure(known, FigureUnit::Ratio, 4)
}

/// A fraction of a whole as it is told: in percent, to one decimal.
#[must_use]
pub fn percent(known: &Known) -> Figure {
    let hundredfold = known.as_ref().map(|number| number.times(100)).map_err(|why| *why);
    figure(&hundredfold, FigureUnit::Percent, 1)
}

/// A number of things as it is told.
#[must_use]
pub fn count(things: usize) -> Figure {
    figure(&Ok(Fraction::whole(things)), FigureUnit::Count, 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn part(over: i128, under: i128) -> Fraction {
        Fraction::new(over.into(), under.into()).unwrap()
    }

    fn told(figure: &Figure) -> String {
        figure.value.map_or_else(|| "none".to_owned(), |value| value.0.to_string())
    }

    #[test]
    fn what_is_told_is_rounded_once_half_away_from_zero() {
        for (over, under, as_ratio, as_percent) in [
            (5, 6, "0.8333", "83.3"),
            (1, 20_000, "0.0001", "0.0"),
            (-1, 20_000, "-0.0001", "0.0"),
            (1, 2000, "0.0005", "0.1"),
            (-1, 2000, "-0.0005", "-0.1"),
            (70, 64, "1.0938", "109.4"),
            (1, -2, "-0.5000", "-50.0"),
            (0, 7, "0.0000", "0.0"),
        ] {
            assert_eq!(told(&ratio(&Ok(part(over, under)))), as_ratio, "{over}/{under}");
            assert_eq!(told(&percent(&Ok(part(over, under)))), as_percent, "{over}/{under}");
        }
        assert!(Fraction::new(1.into(), 0.into()).is_none());
    }

    #[test]
    fn money_has_the_decimals_of_its_currency() {
        for (code, amount) in [("EUR", "1234.57"), ("JPY", "123457"), ("KWD", "123.457")] {
            let told = money(&Ok(part(1_234_565, 10)), CurrencyCode::from_code(code).unwrap());
            assert_eq!((told.value.unwrap().0.to_string().as_str(), told.unit), (amount, FigureUnit::Money));
            assert_eq!(told.currency, CurrencyCode::from_code(code));
        }
    }

    #[test]
    fn what_cannot_be_told_says_so() {
        let far = money(&Ok(part(i128::MAX, 1)), CurrencyCode::from_code("EUR").unwrap());
        assert_eq!((far.value, far.state), (None, FigureState::Insufficient));
        let why = Why::no_data("nothing");
        assert_eq!(ratio(&Err(why)), why.figure(FigureUnit::Ratio));
    }

    proptest! {
        /// Against the arithmetic of 128 bits, where that is enough.
        #[test]
        fn rounding_is_to_the_nearest(over in -1_000_000_000_000_i128..1_000_000_000_000, under in 1_i128..1_000_000) {
            let told = ratio(&Ok(part(over, under))).value.unwrap().0.mantissa();
            let (exact, nearest) = (over * 10_000, told * under);
            prop_assert!((exact - nearest).abs() * 2 <= under);
            if (exact - nearest).abs() * 2 == under {
                prop_assert!(nearest.abs() > exact.abs());
            }
        }

        #[test]
        fn order_and_arithmetic_agree(a in -999_i128..999, b in 1_i128..999, c in -999_i128..999, d in 1_i128..999) {
            let (x, y) = (part(a, b), part(c, d));
            prop_assert_eq!(x.cmp(&y), (a * d).cmp(&(c * b)));
            prop_assert_eq!(x.less(&y).plus(&y), x.clone());
            prop_assert_eq!(x.over(&y).is_none(), c == 0);
        }
    }
}
