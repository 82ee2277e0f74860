//! Values that rows share: folded text, small sets, currencies.

use std::{fmt, str::FromStr};

use async_graphql::{InputValueError, InputValueResult, Scalar, ScalarType, Value};
use iso_currency::Currency;
use sea_orm::{DbErr, DeriveValueType};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use unicode_normalization::UnicodeNormalization;

/// Declares a small set of the values of an enum: each once, in the order in which the enum has them.
///
/// Kept as text with a comma before and after each value, so that one pattern finds a value.
macro_rules! set_of {
    ($(#[$doc:meta])* $name:ident of $item:ident) => {
        $(#[$doc])*
        #[derive(
            Clone, Debug, Default, PartialEq, Eq, DeriveValueType, serde::Serialize, serde::Deserialize,
        )]
        #[sea_orm(value_type = "String")]
        #[serde(transparent)]
        pub struct $name(Vec<$item>);

        impl $name {
            /// These values in their order, doubles dropped.
            #[must_use]
            pub fn new(items: &[$item]) -> Self {
                Self($item::iter().filter(|item| items.contains(item)).collect())
            }

            /// The values in their order.
            #[must_use]
            pub fn as_slice(&self) -> &[$item] {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(",")?;
                self.0.iter().try_for_each(|item| write!(f, "{},", item.to_value()))
            }
        }

        impl std::str::FromStr for $name {
            type Err = DbErr;

            fn from_str(text: &str) -> Result<Self, DbErr> {
                text.split(',')
                    .filter(|part| !part.is_empty())
                    .map(|part| $item::try_from_value(&part.to_owned()))
                    .collect::<Result<_, _>>()
                    .map(Self)
            }
        }
    };
}

/// Declares an enum that reads the same in rows, in events and in the schema; `as` gives it another name there.
macro_rules! choice {
    (
        $(#[$doc:meta])*
        $name:ident $(as $told:literal)? { $($(#[$value_doc:meta])* $value:ident,)+ }
    ) => {
        $(#[$doc])*
        #[derive(
            Clone,
            Copy,
            Debug,
            PartialEq,
            Eq,
            PartialOrd,
            Ord,
            Hash,
            sea_orm::EnumIter,
            sea_orm::DeriveActiveEnum,
            async_graphql::Enum,
            serde::Serialize,
            serde::Deserialize,
        )]
        #[sea_orm(
            rs_type = "String",
            db_type = "String(StringLen::None)",
            rename_all = "SCREAMING_SNAKE_CASE"
        )]
        #[serde(rename_all = "SCREAMING_SNAKE_CASE")]
        $(#[graphql(name = $told)])?
        pub enum $name { $($(#[$value_doc])* $value,)+ }
    };
}

pub(crate) use {choice, set_of};

/// A currency by its ISO 4217 code: `EUR`. It reads the same in rows, in events and in the schema; a row that
/// holds another code does not read, rather than that its amounts are told in no currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, DeriveValueType)]
#[sea_orm(value_type = "String")]
pub struct CurrencyCode(pub Currency);

impl CurrencyCode {
    /// The currency of this code, upper case.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Currency::from_code(code).map(Self)
    }

    /// How many decimals its minor unit has: JPY 0, EUR 2, KWD 3.
    #[must_use]
    pub fn exponent(self) -> u32 {
        self.0.exponent().map_or(2, u32::from)
    }
}

impl fmt::Display for CurrencyCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.code())
    }
}

impl FromStr for CurrencyCode {
    type Err = DbErr;

    fn from_str(code: &str) -> Result<Self, DbErr> {
        Self::from_code(code).ok_or_else(|| DbErr::Type(format!("`{code}` is no currency")))
    }
}

impl Serialize for CurrencyCode {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for CurrencyCode {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        std::borrow::Cow::<str>::deserialize(from)?.parse().map_err(de::Error::custom)
    }
}

/// A currency by its ISO 4217 code: `EUR`.
#[Scalar(specified_by_url = "https://www.iso.org/iso-4217-currency-codes.html")]
impl ScalarType for CurrencyCode {
    fn parse(value: Value) -> InputValueResult<Self> {
        let Value::String(text) = value else { return Err(InputValueError::expected_type(value)) };
        Self::from_code(&text)
            .ok_or_else(|| InputValueError::custom("a CurrencyCode is one of ISO 4217, such as \"EUR\""))
    }

    fn to_value(&self) -> Value {
        Value::String(self.to_string())
    }
}

/// An exact number with at most six decimals, kept as millionths: whole numbers add up and compare alike on every
/// database. It is written as people write it: `46.5`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, DeriveValueType)]
pub struct Quantity(pub i64);

impl Quantity {
    /// How many of its units one is.
    pub const ONE: i64 = 1_000_000;
    /// How many decimals it has at most.
    pub const DECIMALS: u32 = 6;
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let units = self.0.unsigned_abs();
        let one = Self::ONE.unsigned_abs();
        let fraction = format!("{:06}", units % one);
        let fraction = fraction.trim_end_matches('0');
        let point = if fraction.is_empty() { "" } else { "." };
        write!(f, "{sign}{}{point}{fraction}", units / one)
    }
}

impl FromStr for Quantity {
    type Err = DbErr;

    fn from_str(text: &str) -> Result<Self, DbErr> {
        let bad = || DbErr::Type(format!("`{text}` is no number with at most six decimals"));
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        let number = whole.strip_prefix('-').unwrap_or(whole);
        if number.is_empty() || !digits(number) || fraction.len() > 6 || !digits(fraction) {
            return Err(bad());
        }
        format!("{whole}{fraction:0<6}").parse().map(Self).map_err(|_| bad())
    }
}

impl Serialize for Quantity {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Quantity {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        std::borrow::Cow::<str>::deserialize(from)?.parse().map_err(de::Error::custom)
    }
}

/// Text with one spelling for each letter (NFKC), whatever way it was typed.
#[must_use]
pub fn normal(text: &str) -> String {
    text.nfkc().collect()
}

/// Text as it is compared where case is ignored: lower case, one spelling for each letter (NFKC).
///
/// Composed rather than decomposed, so that `å` stays a letter of its own and is not found by `a`.
/// SQLite folds only ASCII, so we fold when writing and keep the result in a column.
#[must_use]
pub fn fold(text: &str) -> String {
    text.nfkc().flat_map(char::to_lowercase).nfkc().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn danish_letters_fold_whatever_way_they_are_typed() {
        assert_eq!(fold("ÆBLEGRØD PÅ FAD"), "æblegrød på fad");
        assert_eq!(fold("A\u{30a}SE"), fold("Åse"));
        assert!(!fold("Åse").contains('a'));
    }

    #[test]
    fn quantities_read_back_as_they_were_written() {
        for (millionths, text) in [
            (0, "0"),
            (46_500_000, "46.5"),
            (-1, "-0.000001"),
            (-2_000_000, "-2"),
            (i64::MAX, "9223372036854.775807"),
        ] {
            assert_eq!(Quantity(millionths).to_string(), text);
            assert_eq!(text.parse::<Quantity>().unwrap(), Quantity(millionths));
        }
        assert_eq!("-0.50".parse::<Quantity>().unwrap(), Quantity(-500_000));
        for text in ["", "-", ".5", "+5", "1.0000001", "1.-5", "x", "1e3", "9223372036854.775808"] {
            assert!(text.parse::<Quantity>().is_err(), "{text}");
        }
    }

    #[test]
    fn folding_twice_changes_nothing() {
        for text in ["İstanbul", "ﬁn", "ΑΣ", "Straße", "Ǆ"] {
            assert_eq!(fold(&fold(text)), fold(text), "{text}");
        }
    }
}
