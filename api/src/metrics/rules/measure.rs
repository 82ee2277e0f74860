//! What a KPI is made of: which counts it takes, how they are put together, in what they are told, and over which
//! periods.

use chrono::{Datelike, Days, Months, NaiveDate, Weekday};
use rust_decimal::Decimal;
use tutti_entity::metrics::kpi::{self, Aggregation, Cadence, Direction, Kind};
use tutti_entity::value::{CurrencyCode, Quantity};

use super::exact::{Exact, over, whole};
use crate::graphql::figure::FigureUnit;
use crate::graphql::{Check, Problem, ProblemCode};

/// The largest number that is taken, either way: more of them than there are rows still add up.
pub const LARGEST: i64 = 1_000_000_000_000;

/// The largest count that is taken.
pub const MOST: i32 = 1_000_000_000;

/// What is counted for a KPI.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Promoters, passives and detractors.
    Scale,
    /// The satisfied among those who answered.
    Share,
    /// A numerator and a denominator.
    Fraction,
    /// The number itself.
    Amount,
}

/// What has to be known of a KPI to compute with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Measure {
    /// What kind of number it is.
    pub kind: Kind,
    /// How several measurements come to one number.
    pub aggregation: Aggregation,
    /// Which way is good.
    pub direction: Direction,
    /// With fewer answers than this a number is not relied on.
    pub min_responses: i32,
    /// Whether a ratio is told in percent.
    pub percent: bool,
    /// The currency of an amount of money.
    pub currency: Option<CurrencyCode>,
}

impl From<&kpi::Model> for Measure {
    fn from(row: &kpi::Model) -> Self {
        Self {
            kind: row.kind,
            aggregation: row.aggregation,
            direction: row.direction,
            min_responses: row.min_responses,
            percent: row.unit == "%",
            currency: row.currency,
        }
    }
}

impl Measure {
    /// What is counted for it.
    #[must_use]
    pub fn shape(&self) -> Shape {
        match (self.kind, self.aggregation) {
            (Kind::Nps | Kind::Enps, _) => Shape::Scale,
            (Kind::Csat | Kind::Ces, _) => Shape::Share,
            (Kind::Ratio, _) | (_, Aggregation::RatioOfSums) => Shape::Fraction,
            (Kind::Count | Kind::Money | Kind::Duration | Kind::Index, _) => Shape::Amount,
        }
    }

    /// In what its figures are told.
    #[must_use]
    pub fn unit(&self) -> FigureUnit {
        match self.kind {
            Kind::Nps | Kind::Enps | Kind::Index => FigureUnit::Points,
            Kind::Csat | Kind::Ces => FigureUnit::Percent,
            Kind::Ratio if self.percent => FigureUnit::Percent,
            Kind::Ratio => FigureUnit::Ratio,
            Kind::Count => FigureUnit::Count,
            Kind::Money => FigureUnit::Money,
            Kind::Duration => FigureUnit::Days,
        }
    }

    /// To how many decimals they are rounded.
    #[must_use]
    pub fn places(&self) -> u32 {
        match (self.unit(), self.aggregation) {
            (FigureUnit::Ratio, _) => 4,
            (FigureUnit::Money, _) => self.currency.map_or(2, CurrencyCode::exponent),
            (FigureUnit::Count, Aggregation::Sum | Aggregation::Last) => 0,
            _ => 1,
        }
    }

    /// By what a share is multiplied to be told in its unit.
    #[must_use]
    pub fn scale(&self) -> Exact {
        match self.shape() {
            Shape::Scale | Shape::Share => whole(100),
            Shape::Fraction if self.kind == Kind::Ratio && self.percent => whole(100),
            Shape::Fraction | Shape::Amount => whole(1),
        }
    }

    /// Whether going from one number to another is good.
    #[must_use]
    pub fn is_better(&self, from: &Exact, to: &Exact) -> bool {
        match self.direction {
            Direction::Up => to > from,
            Direction::Down => to < from,
        }
    }

    /// Between which numbers it lies, where it cannot lie beyond.
    #[must_use]
    pub fn bounds(&self) -> Option<(i64, i64)> {
        match self.kind {
            Kind::Nps | Kind::Enps => Some((-100, 100)),
            Kind::Csat | Kind::Ces => Some((0, 100)),
            _ => None,
        }
    }
}

/// How measurements of this kind can be put together.
#[must_use]
pub const fn aggregations(kind: Kind) -> &'static [Aggregation] {
    match kind {
        Kind::Nps | Kind::Csat | Kind::Ces | Kind::Enps => &[Aggregation::Counts, Aggregation::Last],
        Kind::Ratio => &[Aggregation::RatioOfSums, Aggregation::Last],
        Kind::Count | Kind::Money | Kind::Duration | Kind::Index => {
            &[Aggregation::Last, Aggregation::Sum, Aggregation::Mean, Aggregation::RatioOfSums]
        }
    }
}

/// In what a KPI of this kind is told where nothing is said.
#[must_use]
pub fn usual_unit(kind: Kind, currency: Option<CurrencyCode>) -> String {
    match kind {
        Kind::Nps | Kind::Enps | Kind::Index => "points".to_owned(),
        Kind::Csat | Kind::Ces | Kind::Ratio => "%".to_owned(),
        Kind::Count => "number".to_owned(),
        Kind::Money => currency.map(|currency| currency.to_string()).unwrap_or_default(),
        Kind::Duration => "days".to_owned(),
    }
}

fn spelled<T: sea_orm::ActiveEnum<Value = String>>(value: &T) -> String {
    value.to_value()
}

/// What kind of number it is fits how measurements are put together and in what it is told.
pub fn definition(
    check: &mut Check,
    kind: Kind,
    aggregation: Aggregation,
    currency: Option<CurrencyCode>,
    unit: &str,
) {
    let fitting = aggregations(kind);
    let told: Vec<_> = fitting.iter().map(spelled).collect();
    let message = format!("Measurements of {} are put together by {}.", spelled(&kind), told.join(" or "));
    check.that(fitting.contains(&aggregation), ProblemCode::Invalid, "aggregation", &message);
    let message = "An amount of money needs its currency.";
    check.that(kind != Kind::Money || currency.is_some(), ProblemCode::Required, "currency", message);
    let message = "Only an amount of money has a currency.";
    check.that(kind == Kind::Money || currency.is_none(), ProblemCode::Invalid, "currency", message);
    let message = "A DURATION is told in days.";
    check.that(kind != Kind::Duration || unit == "days", ProblemCode::Invalid, "unit", message);
    let message = "A CSAT or CES is told in %.";
    let of_share = matches!(kind, Kind::Csat | Kind::Ces);
    check.that(!of_share || unit == "%", ProblemCode::Invalid, "unit", message);
}

/// A number of answers from which a number is relied on.
pub fn min_responses(check: &mut Check, number: i32) {
    let message = format!("`minResponses` is 0 to {MOST}.");
    check.that((0..=MOST).contains(&number), ProblemCode::Invalid, "minResponses", &message);
}

/// The code of a KPI: letters, digits and `-`, `_`, `.`, so that a file can name it.
pub fn code(check: &mut Check, text: &str) -> String {
    let code = check.line("code", text, 1..=40);
    let plain = |letter: char| letter.is_alphanumeric() || matches!(letter, '-' | '_' | '.');
    let message = "A code is made of letters, digits and `-`, `_` and `.`.";
    check.that(code.chars().all(plain), ProblemCode::Invalid, "code", message);
    code
}

/// The number that was sent, as rows hold it.
///
/// # Errors
/// INVALID at this field for more than six decimals and for what is too large.
pub fn quantity(decimal: Decimal, field: &str) -> Result<Quantity, Problem> {
    let problem = |message: &str| Problem::new(ProblemCode::Invalid, field, message);
    let millionths = decimal.checked_mul(Decimal::from(Quantity::ONE)).map(|number| number.normalize());
    let largest = i128::from(LARGEST) * i128::from(Quantity::ONE);
    match millionths {
        Some(number) if number.scale() > 0 => Err(problem("A number has at most six decimals.")),
        Some(number) if number.mantissa().abs() <= largest => {
            i64::try_from(number.mantissa()).map(Quantity).map_err(|_| problem("The number is too large."))
        }
        _ => Err(problem("A number is at most 1 000 000 000 000, either way.")),
    }
}

/// The last day of the period that starts on this day.
///
/// # Errors
/// INVALID at `periodStart` for a day on which none does.
pub fn period_end(cadence: Cadence, start: NaiveDate) -> Result<NaiveDate, Problem> {
    let (starts, end, message) = match cadence {
        Cadence::Weekly => (
            start.weekday() == Weekday::Mon,
            start.checked_add_days(Days::new(6)),
            "A week starts on a Monday.",
        ),
        Cadence::Monthly => (start.day() == 1, last_of(start, 1), "A month starts on its first day."),
        Cadence::Quarterly => (
            start.day() == 1 && start.month() % 3 == 1,
            last_of(start, 3),
            "A quarter starts on the first of January, April, July or October.",
        ),
    };
    let end = end.filter(|_| starts);
    end.ok_or_else(|| Problem::new(ProblemCode::Invalid, "periodStart", format!("{start}: {message}")))
}

fn last_of(start: NaiveDate, months: u32) -> Option<NaiveDate> {
    start.checked_add_months(Months::new(months))?.pred_opt()
}

/// A share of a whole in the unit of the measure; nothing where the whole is.
#[must_use]
pub fn share(measure: &Measure, part: i128, of: i128) -> Option<Exact> {
    Some(over(part, of)? * measure.scale())
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use sea_orm::Iterable as _;

    /// A measure of this kind, with its first aggregation.
    pub fn measure(kind: Kind) -> Measure {
        Measure {
            kind,
            aggregation: aggregations(kind)[0],
            direction: Direction::Up,
            min_responses: 0,
            percent: true,
            currency: (kind == Kind::Money).then(|| CurrencyCode::from_code("DKK").unwrap()),
        }
    }

    fn codes(check: Check) -> Vec<String> {
        let problems = check.done().err().unwrap_or_default();
        problems.iter().map(|problem| problem.path[1].clone()).collect()
    }

    #[test]
    fn every_kind_is_told_in_something() {
        for kind in Kind::iter() {
            let mut check = Check::default();
            let currency = measure(kind).currency;
            for aggregation in aggregations(kind) {
                definition(&mut check, kind, *aggregation, currency, &usual_unit(kind, currency));
            }
            assert!(check.done().is_ok(), "{kind:?}");
        }
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let euro = CurrencyCode::from_code("EUR");
        for (kind, aggregation, currency, unit, field) in [
            (Kind::Nps, Aggregation::Mean, None, "points", "aggregation"),
            (Kind::Csat, Aggregation::RatioOfSums, None, "%", "aggregation"),
            (Kind::Csat, Aggregation::Counts, None, "points", "unit"),
            (Kind::Ratio, Aggregation::Sum, None, "%", "aggregation"),
            (Kind::Index, Aggregation::Counts, None, "points", "aggregation"),
            (Kind::Money, Aggregation::Sum, None, "EUR", "currency"),
            (Kind::Count, Aggregation::Sum, euro, "number", "currency"),
            (Kind::Duration, Aggregation::Mean, None, "hours", "unit"),
        ] {
            let mut check = Check::default();
            definition(&mut check, kind, aggregation, currency, unit);
            assert_eq!(codes(check), [field], "{kind:?} {aggregation:?}");
        }
    }

    #[test]
    fn periods_are_those_of_the_calendar() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        for (cadence, start, end) in [
            (Cadence::Weekly, "2025-03-31", Some("2025-04-06")),
            (Cadence::Weekly, "2025-04-01", None),
            (Cadence::Monthly, "2024-02-01", Some("2024-02-29")),
            (Cadence::Monthly, "2025-02-02", None),
            (Cadence::Quarterly, "2025-10-01", Some("2025-12-31")),
            (Cadence::Quarterly, "2025-11-01", None),
            (Cadence::Quarterly, "2025-01-02", None),
        ] {
            assert_eq!(period_end(cadence, day(start)).ok(), end.map(day), "{cadence:?} {start}");
        }
    }

    #[test]
    fn numbers_have_six_decimals_and_can_be_added() {
        let number = |text: &str| quantity(text.parse().unwrap(), "value").ok();
        assert_eq!(number("46.5"), Some(Quantity(46_500_000)));
        assert_eq!(number("0.0000010"), Some(Quantity(1)));
        assert_eq!(number("-1000000000000"), Some(Quantity(-1_000_000_000_000_000_000)));
        for text in ["0.0000001", "1000000000000.000001", "-1000000000001", "79228162514264337593543950335"] {
            assert_eq!(number(text), None, "{text}");
        }
    }

    #[test]
    fn a_code_can_stand_in_a_file() {
        for (text, fine) in
            [("NPS", true), (" svar_2.0 ", true), ("Øre-1", true), ("", false), ("N;S", false)]
        {
            let mut check = Check::default();
            code(&mut check, text);
            assert_eq!(check.done().is_ok(), fine, "{text}");
        }
    }
}
