//! Scalars: dates, instants, exact numbers, currencies, durations.
//!
//! Nothing here goes through binary floating point: decimals are strings, percentages are read from
//! their digits.

use std::{fmt, str::FromStr};

use async_graphql::{
    InputObject, InputValueError, InputValueResult, Scalar, ScalarType, SimpleObject, Value,
};
use chrono::{Datelike, NaiveDate, SecondsFormat, SubsecRound, Utc};
use jiff::Span;
use rust_decimal::Decimal as Exact;
pub use tutti_entity::value::CurrencyCode;

use super::{Problem, ProblemCode};

fn text(value: Value) -> Result<String, Value> {
    match value {
        Value::String(text) => Ok(text),
        other => Err(other),
    }
}

/// The years in which dates sort as text and every database agrees.
fn in_range(year: i32) -> bool {
    (1..=9999).contains(&year)
}

/// A calendar date of the organisation's time zone, ISO 8601: `2025-03-31`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(pub NaiveDate);

/// A calendar date of the organisation's time zone, ISO 8601: `2025-03-31`.
#[Scalar(specified_by_url = "https://www.rfc-editor.org/rfc/rfc3339#section-5.6")]
impl ScalarType for Date {
    fn parse(value: Value) -> InputValueResult<Self> {
        let text = text(value).map_err(InputValueError::expected_type)?;
        let day = text.parse::<NaiveDate>().ok().filter(|day| in_range(day.year()) && text.len() == 10);
        day.map(Self).ok_or_else(|| InputValueError::custom("a Date is written 2025-03-31"))
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}

/// An instant, RFC 3339, in UTC: `2025-03-31T08:15:00Z`. Kept to the microsecond; other offsets are
/// accepted and turned into UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DateTime(pub chrono::DateTime<Utc>);

/// An instant, RFC 3339, in UTC: `2025-03-31T08:15:00Z`. Kept to the microsecond; other offsets are
/// accepted and turned into UTC.
#[Scalar(name = "DateTime", specified_by_url = "https://www.rfc-editor.org/rfc/rfc3339")]
impl ScalarType for DateTime {
    fn parse(value: Value) -> InputValueResult<Self> {
        let text = text(value).map_err(InputValueError::expected_type)?;
        chrono::DateTime::parse_from_rfc3339(&text)
            .ok()
            .map(|at| at.with_timezone(&Utc).trunc_subsecs(6))
            .filter(|at| in_range(at.year()))
            .map(Self)
            .ok_or_else(|| InputValueError::custom("a DateTime is written 2025-03-31T08:15:00Z"))
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_rfc3339_opts(SecondsFormat::AutoSi, true))
    }
}

/// An exact decimal number as a string: `"1703.33"`. At most 28 digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Decimal(pub Exact);

/// An exact decimal number as a string: `"1703.33"`. At most 28 digits.
#[Scalar]
impl ScalarType for Decimal {
    fn parse(value: Value) -> InputValueResult<Self> {
        let text = text(value).map_err(InputValueError::expected_type)?;
        exact(&text)
            .map(Self)
            .ok_or_else(|| InputValueError::custom("a Decimal is a string of digits such as \"1703.33\""))
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}

/// Digits, at most one point, at most one sign; no exponent, no separators, nothing rounded away.
fn exact(text: &str) -> Option<Exact> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) =
        digits.split_once('.').map_or((digits, None), |(whole, rest)| (whole, Some(rest)));
    let number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !number(whole) || !fraction.is_none_or(number) {
        return None;
    }
    Exact::from_str_exact(text).ok()
}

/// A percentage with at most two decimals: 40 means 40 %.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Percent {
    basis_points: i32,
}

impl Percent {
    /// From hundredths of a percent.
    #[must_use]
    pub fn from_basis_points(basis_points: i32) -> Self {
        Self { basis_points }
    }

    /// In hundredths of a percent.
    #[must_use]
    pub fn basis_points(self) -> i32 {
        self.basis_points
    }
}

/// A percentage with at most two decimals: 40 means 40 %.
#[Scalar]
impl ScalarType for Percent {
    fn parse(value: Value) -> InputValueResult<Self> {
        let digits = match value {
            Value::Number(number) => number.to_string(),
            other => return Err(InputValueError::expected_type(other)),
        };
        exact(&digits)
            .filter(|number| number.scale() <= 2)
            .and_then(|number| number.checked_mul(Exact::ONE_HUNDRED))
            .and_then(|number| i32::try_from(number.trunc()).ok())
            .map(|basis_points| Self { basis_points })
            .ok_or_else(|| InputValueError::custom("a Percent is a number with at most two decimals"))
    }

    fn to_value(&self) -> Value {
        // The digits are exact; the number type of JSON only carries them.
        let exact = Exact::new(self.basis_points.into(), 2).normalize();
        serde_json::Number::from_str(&exact.to_string()).map_or(Value::Null, Value::Number)
    }
}

/// A duration, ISO 8601: `P14D`, `P1M`, `PT2H`. A minus in front means back in time.
#[derive(Clone, Copy, Debug)]
pub struct Duration(Span);

impl Duration {
    /// The duration that a row holds. It was checked when it was written.
    #[must_use]
    pub fn stored(text: &str) -> Self {
        text.parse().unwrap_or(Self(Span::new()))
    }

    /// The day this far from another one; months end on their last day. `None` outside of the years
    /// that dates can have.
    #[must_use]
    pub fn after_day(self, day: NaiveDate) -> Option<NaiveDate> {
        let (year, month, of_month) =
            (i16::try_from(day.year()).ok()?, to_i8(day.month())?, to_i8(day.day())?);
        let day = jiff::civil::Date::new(year, month, of_month).ok()?.checked_add(self.0).ok()?;
        let (month, of_month) = (u32::try_from(day.month()).ok()?, u32::try_from(day.day()).ok()?);
        NaiveDate::from_ymd_opt(day.year().into(), month, of_month).filter(|day| in_range(day.year()))
    }

    /// The instant this far from another one, in UTC. `None` outside of the years that dates can have.
    #[must_use]
    pub fn after_instant(self, at: chrono::DateTime<Utc>) -> Option<chrono::DateTime<Utc>> {
        let zoned =
            jiff::Timestamp::from_microsecond(at.timestamp_micros()).ok()?.to_zoned(jiff::tz::TimeZone::UTC);
        let micros = zoned.checked_add(self.0).ok()?.timestamp().as_microsecond();
        chrono::DateTime::from_timestamp_micros(micros).filter(|at| in_range(at.year()))
    }

    /// Whether it goes forward by whole days, weeks, months or years.
    #[must_use]
    pub fn is_calendar(self) -> bool {
        let clock = (self.0.get_hours(), self.0.get_minutes(), self.0.get_seconds());
        let fraction = (self.0.get_milliseconds(), self.0.get_microseconds(), self.0.get_nanoseconds());
        self.0.is_positive() && clock == (0, 0, 0) && fraction == (0, 0, 0)
    }
}

fn to_i8(number: u32) -> Option<i8> {
    i8::try_from(number).ok()
}

impl PartialEq for Duration {
    fn eq(&self, other: &Self) -> bool {
        self.0.fieldwise() == other.0.fieldwise()
    }
}

impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for Duration {
    type Err = jiff::Error;

    fn from_str(text: &str) -> Result<Self, jiff::Error> {
        text.parse().map(Self)
    }
}

/// A duration, ISO 8601: `P14D`, `P1M`, `PT2H`. A minus in front means back in time.
#[Scalar(specified_by_url = "https://en.wikipedia.org/wiki/ISO_8601#Durations")]
impl ScalarType for Duration {
    fn parse(value: Value) -> InputValueResult<Self> {
        let text = text(value).map_err(InputValueError::expected_type)?;
        let iso = text.trim_start_matches(['-', '+']).starts_with('P');
        text.parse()
            .ok()
            .filter(|_| iso)
            .ok_or_else(|| InputValueError::custom("a Duration is written as in ISO 8601: P14D, -P1M, PT2H"))
    }

    fn to_value(&self) -> Value {
        Value::String(self.to_string())
    }
}

/// Text in Markdown (CommonMark). It is kept as written: whoever shows it has to sanitise it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Markdown(pub String);

/// Text in Markdown (CommonMark). It is kept as written: whoever shows it has to sanitise it.
#[Scalar(specified_by_url = "https://spec.commonmark.org/")]
impl ScalarType for Markdown {
    fn parse(value: Value) -> InputValueResult<Self> {
        text(value).map(Self).map_err(InputValueError::expected_type)
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.clone())
    }
}

/// An amount of money.
#[derive(Clone, Copy, Debug, PartialEq, Eq, SimpleObject)]
pub struct Money {
    /// The amount in major units, with the decimals of the currency: "1703.33" for EUR, "1703" for JPY.
    pub amount: Decimal,
    /// The currency.
    pub currency: CurrencyCode,
}

impl Money {
    /// From minor units: 170333 in EUR is 1703.33.
    #[must_use]
    pub fn from_minor(minor: i64, currency: CurrencyCode) -> Self {
        Self { amount: Decimal(Exact::new(minor, currency.exponent())), currency }
    }
}

/// An amount of money.
#[derive(Clone, Copy, Debug, PartialEq, Eq, InputObject)]
pub struct MoneyInput {
    /// The amount in major units, with at most the decimals of the currency: "1703.33".
    pub amount: Decimal,
    /// The currency; it has to be the one of the portfolio or plan.
    pub currency: CurrencyCode,
}

impl MoneyInput {
    /// The amount in minor units of this currency.
    ///
    /// # Errors
    /// INVALID at this field for another currency, for more decimals than it has, and for amounts
    /// beyond 64 bits.
    pub fn minor_units(&self, currency: CurrencyCode, field: &str) -> Result<i64, Problem> {
        let code = currency.0.code();
        if self.currency != currency {
            let message = format!("Amounts here are in {code}; they are never converted.");
            return Err(Problem::at(ProblemCode::Invalid, &["input", field, "currency"], message));
        }
        let minor = Exact::from_i128_with_scale(10_i128.pow(currency.exponent()), 0);
        let path = ["input", field, "amount"];
        let units = self.amount.0.checked_mul(minor).map(|units| units.normalize());
        match units {
            Some(units) if units.scale() == 0 => i64::try_from(units)
                .map_err(|_| Problem::at(ProblemCode::Invalid, &path, "The amount is too large.")),
            Some(_) => {
                let message = format!("{code} has {} decimals.", currency.exponent());
                Err(Problem::at(ProblemCode::Invalid, &path, message))
            }
            None => Err(Problem::at(ProblemCode::Invalid, &path, "The amount is too large.")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn money(amount: &str, code: &str) -> MoneyInput {
        MoneyInput {
            amount: Decimal(exact(amount).unwrap()),
            currency: CurrencyCode::from_code(code).unwrap(),
        }
    }

    fn minor(amount: &str, code: &str) -> Result<i64, ProblemCode> {
        let input = money(amount, code);
        input.minor_units(input.currency, "amount").map_err(|problem| problem.code)
    }

    #[test]
    fn money_respects_the_exponent_of_its_currency() {
        assert_eq!(minor("1703.33", "EUR"), Ok(170_333));
        assert_eq!(minor("1703.330", "EUR"), Ok(170_333));
        assert_eq!(minor("1703", "JPY"), Ok(1703));
        assert_eq!(minor("1.234", "KWD"), Ok(1234));
        assert_eq!(minor("-0.01", "EUR"), Ok(-1));
        assert_eq!(minor("1.5", "JPY"), Err(ProblemCode::Invalid));
        assert_eq!(minor("0.001", "EUR"), Err(ProblemCode::Invalid));
        assert_eq!(minor("92233720368547758.07", "EUR"), Ok(i64::MAX));
        assert_eq!(minor("92233720368547758.08", "EUR"), Err(ProblemCode::Invalid));
        let euro = CurrencyCode::from_code("EUR").unwrap();
        assert_eq!(Money::from_minor(170_333, euro).amount.to_value(), Value::String("1703.33".into()));
        assert_eq!(Money::from_minor(-5, euro).amount.to_value(), Value::String("-0.05".into()));
        assert!(money("1", "DKK").minor_units(euro, "amount").is_err());
    }

    #[test]
    fn decimals_are_digits_and_nothing_else() {
        for text in ["0", "-1", "1703.33", "0.0000000000000000000000000001"] {
            assert!(exact(text).is_some(), "{text}");
        }
        for text in ["", "-", ".5", "5.", "1e3", "1_000", "1,5", "+1", " 1", "NaN", "9".repeat(40).as_str()] {
            assert!(exact(text).is_none(), "{text}");
        }
    }

    #[test]
    fn percentages_are_basis_points() {
        let parse =
            |json: &str| Percent::parse(Value::from_json(serde_json::from_str(json).unwrap()).unwrap());
        for (json, basis_points) in
            [("40", 4000), ("12.34", 1234), ("0.1", 10), ("-3.5", -350), ("100", 10000)]
        {
            let percent = parse(json).unwrap();
            assert_eq!(percent.basis_points(), basis_points);
            assert_eq!(percent.to_value().to_string(), json);
        }
        for json in ["0.001", "1e300", "\"40\"", "99999999999"] {
            assert!(parse(json).is_err(), "{json}");
        }
    }

    #[test]
    fn durations_go_forward_and_back() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let duration = |text: &str| text.parse::<Duration>().unwrap();
        assert_eq!(duration("P14D").after_day(day("2025-02-20")), Some(day("2025-03-06")));
        assert_eq!(duration("-P1M").after_day(day("2025-03-31")), Some(day("2025-02-28")));
        assert_eq!(duration("P12M").after_day(day("2024-02-29")), Some(day("2025-02-28")));
        assert_eq!(duration("P9000Y").after_day(day("2025-02-28")), None);
        assert!(
            duration("P2W").is_calendar()
                && !duration("PT2H").is_calendar()
                && !duration("-P1D").is_calendar()
        );
        assert_eq!(duration("P2W").to_string(), "P2W");
        for text in ["2 weeks", "14D", "", "P", "P1", "PT"] {
            assert!(Duration::parse(Value::String(text.into())).is_err(), "{text}");
        }
    }

    #[test]
    fn dates_and_instants_read_one_way() {
        for text in
            ["2025-02-30", "2025-2-3", "20250203", "0000-01-01", "+12025-01-01", "2025-02-03T00:00:00Z"]
        {
            assert!(Date::parse(Value::String(text.into())).is_err(), "{text}");
        }
        let at = DateTime::parse(Value::String("2025-03-31T10:15:00.1234567+02:00".into())).unwrap();
        assert_eq!(at.to_value(), Value::String("2025-03-31T08:15:00.123456Z".into()));
        assert!(DateTime::parse(Value::String("2025-03-31".into())).is_err());
    }
}
