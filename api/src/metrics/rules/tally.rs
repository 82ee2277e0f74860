//! What was counted, what several counts come to together, and the number that they make.
//!
//! Always: counts are added first and divided once, so that it does not matter in which order or in which groups
//! org units are put together; a number of too few answers is kept and says so.

use num_bigint::BigInt;
use rust_decimal::Decimal;
use tutti_entity::metrics::kpi::{Aggregation, Kind};
use tutti_entity::metrics::measurement;
use tutti_entity::value::Quantity;

use super::exact::{Exact, over, rounded};
use super::measure::{self, MOST, Measure, Shape, quantity, share};
use crate::graphql::figure::{FigureState, FigureUnit};
use crate::graphql::scalars::Decimal as Shown;
use crate::graphql::{Check, Figure, Problem, ProblemCode};

/// What a caller sends of one measurement.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sent {
    /// How many answered.
    pub responses: Option<i32>,
    /// How many said 9 or 10.
    pub promoters: Option<i32>,
    /// How many said 7 or 8.
    pub passives: Option<i32>,
    /// How many said 0 to 6.
    pub detractors: Option<i32>,
    /// How many are satisfied.
    pub satisfied: Option<i32>,
    /// What is divided.
    pub numerator: Option<Decimal>,
    /// By what it is divided.
    pub denominator: Option<Decimal>,
    /// The number itself.
    pub value: Option<Decimal>,
}

/// The same as a row keeps it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counted {
    /// How many answered.
    pub responses: Option<i32>,
    /// How many said 9 or 10.
    pub promoters: Option<i32>,
    /// How many said 7 or 8.
    pub passives: Option<i32>,
    /// How many said 0 to 6.
    pub detractors: Option<i32>,
    /// How many are satisfied.
    pub satisfied: Option<i32>,
    /// What is divided.
    pub numerator: Option<Quantity>,
    /// By what it is divided.
    pub denominator: Option<Quantity>,
    /// The number itself.
    pub amount: Option<Quantity>,
}

impl From<&measurement::Model> for Counted {
    fn from(row: &measurement::Model) -> Self {
        Self {
            responses: row.responses,
            promoters: row.promoters,
            passives: row.passives,
            detractors: row.detractors,
            satisfied: row.satisfied,
            numerator: row.numerator,
            denominator: row.denominator,
            amount: row.amount,
        }
    }
}

/// A count that is there, whole and not absurd.
fn count(check: &mut Check, field: &str, sent: Option<i32>) -> i64 {
    check.that(sent.is_some(), ProblemCode::Required, field, "This count is needed.");
    let message = format!("A count is 0 to {MOST}.");
    let fine = sent.is_none_or(|count| (0..=MOST).contains(&count));
    check.that(fine, ProblemCode::Invalid, field, &message);
    sent.unwrap_or_default().into()
}

/// A number that is there, and as exact as rows keep it.
fn number(check: &mut Check, field: &str, sent: Option<Decimal>) -> Option<Quantity> {
    check.that(sent.is_some(), ProblemCode::Required, field, "This number is needed.");
    match quantity(sent?, field) {
        Ok(quantity) => Some(quantity),
        Err(problem) => {
            check.that(false, problem.code, field, &problem.message);
            None
        }
    }
}

/// The fields that a measurement of this shape takes.
const fn fields(shape: Shape) -> &'static [&'static str] {
    match shape {
        Shape::Scale => &["promoters", "passives", "detractors", "responses"],
        Shape::Share => &["satisfied", "responses"],
        Shape::Fraction => &["numerator", "denominator"],
        Shape::Amount => &["value", "responses"],
    }
}

fn only_what_fits(check: &mut Check, shape: Shape, sent: &Sent) {
    let fitting = fields(shape);
    let message = format!("A measurement of this KPI takes {}.", fitting.join(", "));
    for (field, is_there) in [
        ("responses", sent.responses.is_some()),
        ("promoters", sent.promoters.is_some()),
        ("passives", sent.passives.is_some()),
        ("detractors", sent.detractors.is_some()),
        ("satisfied", sent.satisfied.is_some()),
        ("numerator", sent.numerator.is_some()),
        ("denominator", sent.denominator.is_some()),
        ("value", sent.value.is_some()),
    ] {
        let fits = fitting.contains(&field);
        check.that(!is_there || fits, ProblemCode::Invalid, field, &message);
    }
}

/// What was sent, as a row keeps it: nothing that does not belong, nothing missing, and no counts that cannot be.
///
/// # Errors
/// REQUIRED and INVALID at the fields.
pub fn counted(measure: &Measure, sent: &Sent) -> Result<Counted, Vec<Problem>> {
    let mut check = Check::default();
    only_what_fits(&mut check, measure.shape(), sent);
    let counted = match measure.shape() {
        Shape::Scale => {
            let parts =
                [("promoters", sent.promoters), ("passives", sent.passives), ("detractors", sent.detractors)];
            let all: i64 = parts.into_iter().map(|(field, sent)| count(&mut check, field, sent)).sum();
            let message = format!("Promoters, passives and detractors are {all} together.");
            let same = sent.responses.is_none_or(|responses| i64::from(responses) == all);
            check.that(same, ProblemCode::Invalid, "responses", &message);
            let message = format!("Not more than {MOST} can answer.");
            check.that(all <= MOST.into(), ProblemCode::Invalid, "responses", &message);
            Counted {
                responses: i32::try_from(all).ok(),
                promoters: sent.promoters,
                passives: sent.passives,
                detractors: sent.detractors,
                ..Counted::default()
            }
        }
        Shape::Share => {
            let satisfied = count(&mut check, "satisfied", sent.satisfied);
            let responses = count(&mut check, "responses", sent.responses);
            let message = "More are satisfied than have answered.";
            check.that(satisfied <= responses, ProblemCode::Invalid, "satisfied", message);
            Counted { responses: sent.responses, satisfied: sent.satisfied, ..Counted::default() }
        }
        Shape::Fraction => fraction(&mut check, measure, sent),
        Shape::Amount => amount(&mut check, measure, sent),
    };
    check.done()?;
    Ok(counted)
}

fn fraction(check: &mut Check, measure: &Measure, sent: &Sent) -> Counted {
    let numerator = number(check, "numerator", sent.numerator);
    let denominator = number(check, "denominator", sent.denominator);
    let by = denominator.unwrap_or_default().0;
    check.that(by >= 0, ProblemCode::Invalid, "denominator", "A denominator is not less than zero.");
    let message = "Of nothing there is nothing.";
    let nothing = by == 0 && denominator.is_some();
    let fine = !nothing || numerator.is_none_or(|numerator| numerator.0 == 0);
    check.that(fine, ProblemCode::Invalid, "numerator", message);
    plain(check, "numerator", measure, numerator);
    Counted { numerator, denominator, ..Counted::default() }
}

fn amount(check: &mut Check, measure: &Measure, sent: &Sent) -> Counted {
    if sent.responses.is_some() || measure.min_responses > 0 {
        count(check, "responses", sent.responses);
    }
    if sent.responses == Some(0) {
        let message = "Nobody answered, so that there is no number.";
        check.that(sent.value.is_none(), ProblemCode::Invalid, "value", message);
        return Counted { responses: Some(0), ..Counted::default() };
    }
    let amount = number(check, "value", sent.value);
    let whole = amount.is_none_or(|amount| amount.0 % Quantity::ONE == 0);
    let message = "A COUNT is a whole number.";
    check.that(measure.kind != Kind::Count || whole, ProblemCode::Invalid, "value", message);
    plain(check, "value", measure, amount);
    Counted { responses: sent.responses, amount, ..Counted::default() }
}

/// What cannot be negative is not, and money has no more decimals than its currency.
fn plain(check: &mut Check, field: &str, measure: &Measure, number: Option<Quantity>) {
    let number = number.unwrap_or_default();
    let signed = matches!(measure.kind, Kind::Money | Kind::Index | Kind::Ratio);
    check.that(signed || number.0 >= 0, ProblemCode::Invalid, field, "It is not less than zero.");
    if let Some(currency) = measure.currency {
        let message = format!("{currency} has {} decimals.", currency.exponent());
        let beyond = Quantity::DECIMALS.saturating_sub(currency.exponent());
        let fine = number.0 % 10_i64.pow(beyond) == 0;
        check.that(fine, ProblemCode::Invalid, field, &message);
    }
}

/// Counts of one measurement, or of several together. Numbers that rows keep in millionths are in millionths.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tally {
    /// How many answered; none where that was not counted everywhere.
    pub responses: Option<i128>,
    /// How many said 9 or 10.
    pub promoters: i128,
    /// How many said 7 or 8.
    pub passives: i128,
    /// How many said 0 to 6.
    pub detractors: i128,
    /// How many are satisfied.
    pub satisfied: i128,
    /// What is divided.
    pub numerator: i128,
    /// By what it is divided.
    pub denominator: i128,
    /// The numbers themselves together.
    pub sum: i128,
    /// How many numbers those are.
    pub parts: i128,
}

/// Of nothing.
pub const NOTHING: Tally = Tally {
    responses: Some(0),
    promoters: 0,
    passives: 0,
    detractors: 0,
    satisfied: 0,
    numerator: 0,
    denominator: 0,
    sum: 0,
    parts: 0,
};

impl From<&Counted> for Tally {
    fn from(row: &Counted) -> Self {
        let count = |count: Option<i32>| count.unwrap_or_default().into();
        let number = |number: Option<Quantity>| number.unwrap_or_default().0.into();
        Self {
            responses: row.responses.map(Into::into),
            promoters: count(row.promoters),
            passives: count(row.passives),
            detractors: count(row.detractors),
            satisfied: count(row.satisfied),
            numerator: number(row.numerator),
            denominator: number(row.denominator),
            sum: number(row.amount),
            parts: row.amount.is_some().into(),
        }
    }
}

impl Tally {
    /// Both together.
    #[must_use]
    pub fn with(self, other: Self) -> Self {
        Self {
            responses: self.responses.zip(other.responses).map(|(one, other)| one + other),
            promoters: self.promoters + other.promoters,
            passives: self.passives + other.passives,
            detractors: self.detractors + other.detractors,
            satisfied: self.satisfied + other.satisfied,
            numerator: self.numerator + other.numerator,
            denominator: self.denominator + other.denominator,
            sum: self.sum + other.sum,
            parts: self.parts + other.parts,
        }
    }

    /// All of these rows together.
    #[must_use]
    pub fn of<'r>(rows: impl IntoIterator<Item = &'r measurement::Model>) -> Self {
        rows.into_iter().map(|row| Self::from(&Counted::from(row))).fold(NOTHING, Self::with)
    }
}

/// The number that counts make, exactly, and whether it can be relied on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Value {
    /// The number in the unit of the KPI; none where there is none.
    pub exact: Option<Exact>,
    /// Whether it can be relied on: it counts for targets and money only when it is OK.
    pub state: FigureState,
    /// Why not, in words.
    pub reason: Option<String>,
}

impl Value {
    /// That there is no number.
    #[must_use]
    pub fn none(state: FigureState, reason: &str) -> Self {
        Self { exact: None, state, reason: Some(reason.to_owned()) }
    }

    /// As a figure of this KPI, rounded once.
    #[must_use]
    pub fn figure(&self, measure: &Measure) -> Figure {
        in_unit(measure, self.exact.as_ref(), self.state, self.reason.clone())
    }
}

/// A figure in the unit of this KPI, rounded here.
#[must_use]
pub fn in_unit(
    measure: &Measure,
    exact: Option<&Exact>,
    state: FigureState,
    reason: Option<String>,
) -> Figure {
    let unit = measure.unit();
    let currency = measure.currency.filter(|_| unit == FigureUnit::Money);
    Figure { currency, ..figure(exact, unit, measure.places(), state, reason) }
}

/// A figure of an exact number, which is rounded here. A number with more digits than can be told is none.
#[must_use]
pub fn figure(
    exact: Option<&Exact>,
    unit: FigureUnit,
    places: u32,
    state: FigureState,
    reason: Option<String>,
) -> Figure {
    let value = exact.and_then(|exact| rounded(exact, places)).map(Shown);
    let (state, reason) = match (exact, &value) {
        (Some(_), None) => (FigureState::NotApplicable, Some("more than 28 digits".to_owned())),
        _ => (state, reason),
    };
    Figure { value, unit, currency: None, state, reason }
}

/// The number that these counts make.
#[must_use]
pub fn value(measure: &Measure, tally: &Tally) -> Value {
    let one = i128::from(Quantity::ONE);
    let exact = match measure.shape() {
        Shape::Scale => {
            let all = tally.promoters + tally.passives + tally.detractors;
            share(measure, tally.promoters - tally.detractors, all)
        }
        Shape::Share => share(measure, tally.satisfied, tally.responses.unwrap_or_default()),
        Shape::Fraction => share(measure, tally.numerator, tally.denominator),
        Shape::Amount if tally.parts == 0 => None,
        Shape::Amount if measure.aggregation == Aggregation::Mean => {
            over(tally.sum, BigInt::from(tally.parts) * one)
        }
        Shape::Amount if measure.aggregation == Aggregation::Last && tally.parts > 1 => {
            let reason = "values of several org units cannot be put together";
            return Value::none(FigureState::NotApplicable, reason);
        }
        Shape::Amount => over(tally.sum, one),
    };
    if exact.is_none() {
        return Value::none(FigureState::NoData, "nobody answered and nothing was counted");
    }
    let (answers, least) = match measure.shape() {
        Shape::Fraction => (Some(tally.denominator), i128::from(measure.min_responses) * one),
        _ => (tally.responses, i128::from(measure.min_responses)),
    };
    let few = measure.min_responses > 0 && answers.is_none_or(|answers| answers < least);
    if !few {
        return Value { exact, state: FigureState::Ok, reason: None };
    }
    let reason = format!("fewer than {} answers", measure.min_responses);
    Value { exact, state: FigureState::Insufficient, reason: Some(reason) }
}

/// Whether a number of a target lies where the KPI can be.
pub fn within_bounds(check: &mut Check, measure: &Measure, field: &str, number: Quantity) {
    let Some((least, most)) = measure.bounds() else { return };
    let fine = (least * Quantity::ONE..=most * Quantity::ONE).contains(&number.0);
    let message = format!("This KPI lies between {least} and {most}.");
    check.that(fine, ProblemCode::Invalid, field, &message);
}

/// The number that was sent for a target or an expectation, or zero where that is a problem.
pub fn number_of(check: &mut Check, field: &str, sent: Decimal) -> Quantity {
    match measure::quantity(sent, field) {
        Ok(quantity) => quantity,
        Err(problem) => {
            check.that(false, problem.code, field, &problem.message);
            Quantity::default()
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::measure::tests::measure;
    use super::*;
    use proptest::prelude::*;

    /// Counts of a score.
    pub fn scale(promoters: i128, passives: i128, detractors: i128) -> Tally {
        let responses = Some(promoters + passives + detractors);
        Tally { responses, promoters, passives, detractors, ..NOTHING }
    }

    /// Counts of a share.
    pub fn satisfied(satisfied: i128, responses: i128) -> Tally {
        Tally { satisfied, responses: Some(responses), ..NOTHING }
    }

    /// A figure as (number, state).
    pub fn told(figure: &Figure) -> (Option<String>, FigureState) {
        (figure.value.map(|value| value.0.to_string()), figure.state)
    }

    fn shown(measure: &Measure, tally: &Tally) -> (Option<String>, FigureState) {
        told(&value(measure, tally).figure(measure))
    }

    fn some(text: &str) -> (Option<String>, FigureState) {
        (Some(text.to_owned()), FigureState::Ok)
    }

    #[test]
    fn the_worked_numbers() {
        assert_eq!(shown(&measure(Kind::Nps), &scale(18, 11, 2)), some("51.6"));
        assert_eq!(shown(&measure(Kind::Enps), &scale(0, 0, 4)), some("-100.0"));
        assert_eq!(shown(&measure(Kind::Csat), &satisfied(40, 50)), some("80.0"));
        assert_eq!(shown(&measure(Kind::Ces), &satisfied(5, 5)), some("100.0"));
        let ratio = Tally { numerator: 11_000_000, denominator: 13_000_000, ..NOTHING };
        assert_eq!(shown(&measure(Kind::Ratio), &ratio), some("84.6"));
        let plain = Measure { percent: false, ..measure(Kind::Ratio) };
        assert_eq!(shown(&plain, &ratio), some("0.8462"));
    }

    #[test]
    fn too_few_answers_keep_the_number_and_none_has_no_number() {
        let measure = Measure { min_responses: 32, ..measure(Kind::Nps) };
        let (number, state) = shown(&measure, &scale(18, 11, 2));
        assert_eq!((number.as_deref(), state), (Some("51.6"), FigureState::Insufficient));
        assert_eq!(shown(&measure, &scale(18, 11, 3)).1, FigureState::Ok);
        assert_eq!(shown(&measure, &NOTHING), (None, FigureState::NoData));
        let ratio = Measure { min_responses: 14, ..super::super::measure::tests::measure(Kind::Ratio) };
        let tally = Tally { numerator: 11_000_000, denominator: 13_999_999, ..NOTHING };
        assert_eq!(shown(&ratio, &tally).1, FigureState::Insufficient);
        let mean = Measure {
            aggregation: Aggregation::Mean,
            min_responses: 1,
            ..super::super::measure::tests::measure(Kind::Index)
        };
        let uncounted = Tally { sum: 1, parts: 1, responses: None, ..NOTHING };
        assert_eq!(shown(&mean, &uncounted).1, FigureState::Insufficient);
    }

    #[test]
    fn units_are_pooled_by_their_counts() {
        // 10 answers at NPS 60 and 90 at NPS 10.
        let together = scale(7, 2, 1).with(scale(30, 39, 21));
        assert_eq!(shown(&measure(Kind::Nps), &together), some("15.0"));
        let of = |aggregation| Measure { aggregation, ..measure(Kind::Duration) };
        let days = |sum: i128| Tally { sum: sum * 1_000_000, parts: 1, ..NOTHING };
        let both = days(4).with(days(7));
        assert_eq!(shown(&of(Aggregation::Sum), &both), some("11.0"));
        assert_eq!(shown(&of(Aggregation::Mean), &both), some("5.5"));
        assert_eq!(shown(&of(Aggregation::Last), &days(4)), some("4.0"));
        assert_eq!(shown(&of(Aggregation::Last), &both), (None, FigureState::NotApplicable));
        let cases = Tally { numerator: 30_000_000, denominator: 8_000_000, ..NOTHING };
        assert_eq!(shown(&of(Aggregation::RatioOfSums), &cases), some("3.8"));
    }

    #[test]
    fn money_is_told_in_its_currency() {
        let measure = Measure { aggregation: Aggregation::Sum, ..measure(Kind::Money) };
        let figure = value(&measure, &Tally { sum: 1_250_500_000, parts: 1, ..NOTHING }).figure(&measure);
        assert_eq!(told(&figure), some("1250.50"));
        assert_eq!((figure.unit, figure.currency), (FigureUnit::Money, measure.currency));
    }

    fn problems(kind: Kind, sent: Sent) -> Vec<(ProblemCode, String)> {
        let problems = counted(&measure(kind), &sent).err().unwrap_or_default();
        problems.into_iter().map(|problem| (problem.code, problem.path[1].clone())).collect()
    }

    #[test]
    fn impossible_counts_are_refused() {
        let nps = |promoters, passives, detractors, responses| Sent {
            promoters: Some(promoters),
            passives: Some(passives),
            detractors: Some(detractors),
            responses,
            ..Sent::default()
        };
        let share = |satisfied, responses| Sent {
            satisfied: Some(satisfied),
            responses: Some(responses),
            ..Sent::default()
        };
        let fraction = |numerator: i64, denominator: i64| Sent {
            numerator: Some(numerator.into()),
            denominator: Some(denominator.into()),
            ..Sent::default()
        };
        let number = |text: &str| Sent { value: Some(text.parse().unwrap()), ..Sent::default() };
        for (kind, sent, field) in [
            (Kind::Nps, nps(18, 11, 2, Some(30)), "responses"),
            (Kind::Nps, nps(-1, 11, 2, None), "promoters"),
            (Kind::Enps, nps(MOST, 1, 0, None), "responses"),
            (Kind::Nps, Sent { value: Some(51.into()), ..nps(18, 11, 2, None) }, "value"),
            (Kind::Csat, share(51, 50), "satisfied"),
            (Kind::Csat, share(-1, 50), "satisfied"),
            (Kind::Ces, Sent { promoters: Some(1), ..share(1, 2) }, "promoters"),
            (Kind::Ratio, fraction(1, -1), "denominator"),
            (Kind::Ratio, fraction(1, 0), "numerator"),
            (Kind::Count, number("1.5"), "value"),
            (Kind::Count, number("-1"), "value"),
            (Kind::Duration, number("-0.1"), "value"),
            (Kind::Money, number("0.001"), "value"),
            (Kind::Index, number("0.0000001"), "value"),
            (Kind::Index, Sent { responses: Some(0), ..number("3") }, "value"),
        ] {
            assert_eq!(problems(kind, sent), [(ProblemCode::Invalid, field.to_owned())], "{kind:?} {sent:?}");
        }
        for (kind, sent, fields) in [
            (Kind::Nps, Sent::default(), &["promoters", "passives", "detractors"][..]),
            (Kind::Csat, Sent::default(), &["satisfied", "responses"]),
            (Kind::Ratio, Sent::default(), &["numerator", "denominator"]),
            (Kind::Index, Sent::default(), &["value"]),
        ] {
            let missing: Vec<_> = fields.iter().map(|f| (ProblemCode::Required, (*f).to_owned())).collect();
            assert_eq!(problems(kind, sent), missing);
        }
        for (kind, sent) in [
            (Kind::Nps, nps(18, 11, 2, Some(31))),
            (Kind::Nps, nps(0, 0, 0, None)),
            (Kind::Csat, share(5, 5)),
            (Kind::Ratio, fraction(0, 0)),
            (Kind::Ratio, fraction(-3, 2)),
            (Kind::Money, number("-0.01")),
            (Kind::Index, Sent { responses: Some(0), ..Sent::default() }),
        ] {
            assert_eq!(problems(kind, sent), [], "{kind:?} {sent:?}");
        }
    }

    #[test]
    fn a_number_that_needs_answers_says_how_many_there_were() {
        let measure = Measure { min_responses: 5, ..measure(Kind::Index) };
        let sent = Sent { value: Some(7.into()), ..Sent::default() };
        assert_eq!(counted(&measure, &sent).unwrap_err()[0].path[1], "responses");
    }

    fn tallies() -> impl Strategy<Value = Vec<Tally>> {
        let one = (0_i32..MOST, 0..MOST, 0..MOST, any::<bool>(), -1_000_000..1_000_000_i64).prop_map(
            |(promoters, passives, detractors, counted, number)| {
                Tally::from(&Counted {
                    responses: counted.then_some(promoters),
                    promoters: Some(promoters),
                    passives: Some(passives),
                    detractors: Some(detractors),
                    satisfied: Some(promoters / 2),
                    numerator: Some(Quantity(number)),
                    denominator: Some(Quantity(passives.into())),
                    amount: Some(Quantity(number)),
                })
            },
        );
        proptest::collection::vec(one, 0..12)
    }

    proptest! {
        /// Whatever the order and the groups in which units are put together, they come to the same.
        #[test]
        fn pooling_knows_no_order_and_no_groups(mut parts in tallies(), cut in 0_usize..12) {
            let pool = |parts: &[Tally]| parts.iter().copied().fold(NOTHING, Tally::with);
            let all = pool(&parts);
            let (one, other) = parts.split_at(cut.min(parts.len()));
            prop_assert_eq!(pool(one).with(pool(other)), all);
            parts.reverse();
            prop_assert_eq!(pool(&parts), all);
            prop_assert_eq!(all.with(NOTHING), all);
        }

        /// A pooled score lies between the least and the greatest of its parts.
        #[test]
        fn a_pool_lies_between_its_parts(parts in tallies()) {
            let measure = measure(Kind::Nps);
            let numbers: Vec<_> = parts.iter().filter_map(|part| value(&measure, part).exact).collect();
            let all = value(&measure, &parts.iter().copied().fold(NOTHING, Tally::with)).exact;
            match (numbers.iter().min(), numbers.iter().max(), all) {
                (Some(least), Some(most), Some(all)) => prop_assert!(*least <= all && all <= *most),
                (None, None, None) => {}
                other => prop_assert!(false, "{other:?}"),
            }
        }
    }
}
