//! Fractions without rounding, and the one rounding at the end.
//!
//! Always: nothing is lost before [`rounded`]. A square root is taken to thirty decimals, which is far beyond what
//! is shown, so that only what is exactly in the middle could round either way, and that root is exact.

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{Signed, Zero};
use rust_decimal::Decimal;
use tutti_entity::value::Quantity;

/// An exact fraction.
pub type Exact = BigRational;

/// To how many decimals a square root is taken.
const ROOT_PLACES: u32 = 30;

fn power_of_ten(places: u32) -> BigInt {
    BigInt::from(10).pow(places)
}

/// A whole number.
#[must_use]
pub fn whole(number: impl Into<BigInt>) -> Exact {
    Exact::from_integer(number.into())
}

/// One number over another; nothing where that is zero.
#[must_use]
pub fn over(number: impl Into<BigInt>, by: impl Into<BigInt>) -> Option<Exact> {
    let by = by.into();
    (!by.is_zero()).then(|| Exact::new(number.into(), by))
}

/// The number that a row holds.
#[must_use]
pub fn of(quantity: Quantity) -> Exact {
    Exact::new(quantity.0.into(), Quantity::ONE.into())
}

/// Rounded half away from zero to so many decimals, which are all written; nothing beyond 28 digits.
#[must_use]
pub fn rounded(exact: &Exact, places: u32) -> Option<Decimal> {
    let scaled = (exact * Exact::from_integer(power_of_ten(places))).round().to_integer();
    Decimal::try_from_i128_with_scale(i128::try_from(scaled).ok()?, places).ok()
}

/// The square root, cut off after thirty decimals; zero for less than zero.
#[must_use]
pub fn root(exact: &Exact) -> Exact {
    if exact.is_negative() {
        return Exact::zero();
    }
    let scaled = exact.numer() * power_of_ten(2 * ROOT_PLACES) / exact.denom();
    Exact::new(scaled.sqrt(), power_of_ten(ROOT_PLACES))
}

/// A decimal that a caller sent, exactly.
#[must_use]
pub fn from_decimal(decimal: Decimal) -> Exact {
    Exact::new(decimal.mantissa().into(), power_of_ten(decimal.scale()))
}

/// A number of a row as callers see it.
#[must_use]
pub fn shown(quantity: Quantity) -> Decimal {
    Decimal::new(quantity.0, Quantity::DECIMALS).normalize()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn rounding_is_half_away_from_zero_and_writes_every_decimal() {
        for (number, by, places, told) in [
            (1, 20, 1, "0.1"),
            (-1, 20, 1, "-0.1"),
            (1, 21, 1, "0.0"),
            (2, 3, 4, "0.6667"),
            (5, 1, 2, "5.00"),
            (1600, 31, 1, "51.6"),
        ] {
            assert_eq!(rounded(&over(number, by).unwrap(), places).unwrap().to_string(), told);
        }
        assert_eq!(over(1, 0), None);
        assert_eq!(rounded(&whole(10_i128.pow(30)), 0), None);
    }

    #[test]
    fn a_root_is_exact_where_there_is_one() {
        assert_eq!(root(&over(49, 4).unwrap()), over(7, 2).unwrap());
        assert_eq!(root(&whole(-1)), Exact::zero());
        assert_eq!(rounded(&root(&whole(2)), 10).unwrap().to_string(), "1.4142135624");
    }

    proptest! {
        #[test]
        fn a_root_squared_is_within_a_hair(number in 0_i64..i64::MAX, by in 1_i64..i64::MAX) {
            let exact = over(number, by).unwrap();
            let root = root(&exact);
            let hair = over(1, 10_i128.pow(30)).unwrap();
            prop_assert!(&root * &root <= exact);
            prop_assert!((&root + &hair) * (&root + &hair) > exact);
        }

        #[test]
        fn what_a_row_holds_is_shown_as_it_is(millionths in any::<i64>()) {
            prop_assert_eq!(from_decimal(shown(Quantity(millionths))), of(Quantity(millionths)));
            prop_assert_eq!(shown(Quantity(millionths)).to_string(), Quantity(millionths).to_string());
        }
    }
}
