//! The comparators: text, ids, dates, instants, numbers, enums and lists of them.

use std::{borrow::Cow, str::FromStr};

use async_graphql::{ID, InputObject, InputType, MaybeUndefined, TypeName};
use sea_orm::{
    ActiveEnum, ColumnTrait,
    sea_query::{Condition, ExprTrait, LikeExpr, Value},
};
use tutti_entity::ids::{AnyId, Kind};
use tutti_entity::value::fold;

use super::leaf::{Bounds, Equality, Leaf, given, values};
use super::{AnyKind, AsOfToday, Asked, Col, Id, Test, Text, Today, When};
use crate::graphql::Fault;
use crate::graphql::scalars::{CurrencyCode, Date, DateTime, Duration};
use crate::store::{
    At,
    find::{always, never},
};

/// Compares text.
#[derive(Clone, Debug, Default, InputObject)]
pub struct StringFilter {
    /// Exactly this, case and all.
    pub eq: MaybeUndefined<String>,
    /// Anything but this.
    pub neq: MaybeUndefined<String>,
    /// One of these; at most 500.
    #[graphql(name = "in")]
    pub any: MaybeUndefined<Vec<String>>,
    /// None of these; at most 500.
    pub not_in: MaybeUndefined<Vec<String>>,
    /// Has this somewhere in it, whatever the case; at most about 10 000 bytes, as in the next two.
    pub contains: MaybeUndefined<String>,
    /// Starts with this, whatever the case.
    pub starts_with: MaybeUndefined<String>,
    /// Ends with this, whatever the case.
    pub ends_with: MaybeUndefined<String>,
    /// Has no value (true), or has one (false).
    pub is_null: MaybeUndefined<bool>,
}

/// SQLite refuses patterns above 50 000 bytes, with an error that would be taken for a fault of ours.
const LONGEST_PATTERN: usize = 10_000;

/// Text in which nothing is a wildcard.
fn literal(text: &str) -> String {
    let mut literal = String::with_capacity(text.len());
    for letter in fold(text).chars() {
        if matches!(letter, '%' | '_' | '\\') {
            literal.push('\\');
        }
        literal.push(letter);
    }
    literal
}

impl<C: ColumnTrait> Test<Text<C>> for StringFilter {
    fn test(&self, Text(exact, folded): Text<C>, asked: &Asked<'_>, at: At) -> Result<Condition, Fault> {
        let mut leaf = Leaf::new(exact, at, asked);
        let by = Equality { eq: &self.eq, neq: &self.neq, any: &self.any, none: &self.not_in };
        leaf.equality(&by, |text| Ok(text.clone().into()))?;
        // The same said of the folded column, which has the index.
        if let Some(text) = given("eq", &self.eq)? {
            leaf.add(at.col(folded).eq(fold(text)))?;
        }
        if let Some(any) = given("in", &self.any)? {
            leaf.add(at.col(folded).is_in(any.iter().map(|text| fold(text))))?;
        }
        let patterns = [
            given("contains", &self.contains)?.map(|text| format!("%{}%", literal(text))),
            given("startsWith", &self.starts_with)?.map(|text| format!("{}%", literal(text))),
            given("endsWith", &self.ends_with)?.map(|text| format!("%{}", literal(text))),
        ];
        for pattern in patterns.into_iter().flatten() {
            if pattern.len() > LONGEST_PATTERN {
                let message = "`contains`, `startsWith` and `endsWith` take about 10 000 bytes of text.";
                return Err(Fault::bad_input(message));
            }
            leaf.add(at.col(folded).like(LikeExpr::new(pattern).escape('\\')))?;
        }
        leaf.presence(self.is_null)?;
        Ok(leaf.all)
    }
}

/// Compares ids.
#[derive(Clone, Debug, Default, InputObject)]
#[graphql(name = "IDFilter")]
pub struct IdFilter {
    /// This one.
    pub eq: MaybeUndefined<ID>,
    /// One of these; at most 500.
    #[graphql(name = "in")]
    pub any: MaybeUndefined<Vec<ID>>,
    /// None of these; at most 500.
    pub not_in: MaybeUndefined<Vec<ID>>,
    /// Has no value (true), or has one (false).
    pub is_null: MaybeUndefined<bool>,
}

fn id_of(kind: Kind) -> impl Fn(&ID) -> Result<Value, Fault> {
    move |id| {
        let id = any_id(id)?;
        if id.kind == kind {
            return Ok(id.uuid.into());
        }
        let (given, wanted) = (id.kind.type_name(), kind.type_name());
        Err(Fault::bad_input(format!("`{id}` is the id of type {given}; type {wanted} is filtered here.")))
    }
}

fn any_id(id: &ID) -> Result<AnyId, Fault> {
    AnyId::from_str(id).map_err(|error| Fault::bad_input(error.to_string()))
}

impl<C: ColumnTrait> Test<Id<C>> for IdFilter {
    fn test(&self, Id(column, kind): Id<C>, asked: &Asked<'_>, at: At) -> Result<Condition, Fault> {
        let mut leaf = Leaf::new(column, at, asked);
        let by =
            Equality { eq: &self.eq, neq: &MaybeUndefined::Undefined, any: &self.any, none: &self.not_in };
        leaf.equality(&by, id_of(kind))?;
        leaf.presence(self.is_null)?;
        Ok(leaf.all)
    }
}

impl<C: ColumnTrait> Test<AnyKind<C>> for IdFilter {
    fn test(&self, AnyKind(id, kind): AnyKind<C>, asked: &Asked<'_>, at: At) -> Result<Condition, Fault> {
        let is = |given: &ID| {
            let given = any_id(given)?;
            asked.count()?;
            Ok::<_, Fault>(at.col(kind).eq(given.kind.prefix()).and(at.col(id).eq(given.uuid)))
        };
        let one_of = |ids: &Vec<ID>| {
            ids.iter().try_fold(Condition::any().add(never()), |any, id| Ok::<_, Fault>(any.add(is(id)?)))
        };
        let mut all = Condition::all();
        if let Some(id) = given("eq", &self.eq)? {
            all = all.add(is(id)?);
        }
        if let Some(ids) = values(asked, "in", &self.any)? {
            all = all.add(one_of(ids)?);
        }
        if let Some(ids) = values(asked, "notIn", &self.not_in)? {
            all = all.add(one_of(ids)?.not());
        }
        if let Some(is_null) = given("isNull", &self.is_null)? {
            asked.count()?;
            all = all.add(if *is_null { never() } else { always() });
        }
        Ok(all)
    }
}

/// Compares currencies.
#[derive(Clone, Debug, Default, InputObject)]
pub struct CurrencyCodeFilter {
    /// This one.
    pub eq: MaybeUndefined<CurrencyCode>,
    /// Any but this one.
    pub neq: MaybeUndefined<CurrencyCode>,
    /// One of these; at most 500.
    #[graphql(name = "in")]
    pub any: MaybeUndefined<Vec<CurrencyCode>>,
    /// None of these; at most 500.
    pub not_in: MaybeUndefined<Vec<CurrencyCode>>,
}

impl<C: ColumnTrait> Test<Col<C>> for CurrencyCodeFilter {
    fn test(&self, Col(column): Col<C>, asked: &Asked<'_>, at: At) -> Result<Condition, Fault> {
        let mut leaf = Leaf::new(column, at, asked);
        let by = Equality { eq: &self.eq, neq: &self.neq, any: &self.any, none: &self.not_in };
        leaf.equality(&by, |currency| Ok(currency.0.code().into()))?;
        Ok(leaf.all)
    }
}

/// Both ends belong to it.
#[derive(Clone, Copy, Debug, InputObject)]
pub struct DateRange {
    /// The first day.
    pub from: Date,
    /// The last day.
    pub to: Date,
}

/// Compares calendar dates.
#[derive(Clone, Debug, Default, InputObject)]
pub struct DateFilter {
    /// This day.
    pub eq: MaybeUndefined<Date>,
    /// Before this day.
    pub lt: MaybeUndefined<Date>,
    /// This day or before.
    pub lte: MaybeUndefined<Date>,
    /// After this day.
    pub gt: MaybeUndefined<Date>,
    /// This day or after.
    pub gte: MaybeUndefined<Date>,
    /// From one day to another, both included.
    pub between: MaybeUndefined<DateRange>,
    /// Between today and this far from it, both included, in the organisation's time zone: "P14D" is
    /// the next 14 days, "-P14D" the last 14.
    pub within: MaybeUndefined<Duration>,
    /// Has no value (true), or has one (false).
    pub is_null: MaybeUndefined<bool>,
}

fn in_order<T: Ord>(one: T, other: T) -> (T, T) {
    if one <= other { (one, other) } else { (other, one) }
}

fn too_far() -> Fault {
    Fault::bad_input("`within` reaches beyond the years 1 to 9999.")
}

impl<C: ColumnTrait> Test<Col<C>> for DateFilter {
    fn test(&self, Col(column): Col<C>, asked: &Asked<'_>, at: At) -> Result<Condition, Fault> {
        let mut leaf = Leaf::new(column, at, asked);
        if let Some(day) = given("eq", &self.eq)? {
            leaf.add(leaf.col().eq(day.0))?;
        }
        let by = Bounds { lt: &self.lt, lte: &self.lte, gt: &self.gt, gte: &self.gte };
        leaf.range(&by, |day| day.0.into())?;
        if let Some(range) = given("between", &self.between)? {
            leaf.between(range.from.0.into(), range.to.0.into())?;
        }
        if let Some(within) = given("within", &self.within)? {
            let there = within.after_day(asked.today).ok_or_else(too_far)?;
            let (from, to) = in_order(asked.today, there);
            leaf.between(from.into(), to.into())?;
        }
        leaf.presence(self.is_null)?;
        Ok(leaf.all)
    }
}

/// Both ends belong to it.
#[derive(Clone, Copy, Debug, InputObject)]
pub struct DateTimeRange {
    /// The first instant.
    pub from: DateTime,
    /// The last instant.
    pub to: DateTime,
}

/// Compares instants.
#[derive(Clone, Debug, Default, InputObject)]
pub struct DateTimeFilter {
    /// This instant, to the microsecond.
    pub eq: MaybeUndefined<DateTime>,
    /// Before this instant.
    pub lt: MaybeUndefined<DateTime>,
    /// This instant or before.
    pub lte: MaybeUndefined<DateTime>,
    /// After this instant.
    pub gt: MaybeUndefined<DateTime>,
    /// This instant or after.
    pub gte: MaybeUndefined<DateTime>,
    /// From one instant to another, both included.
    pub between: MaybeUndefined<DateTimeRange>,
    /// Between now and this far from it: "P14D" is the next 14 days, "-PT2H" the last two hours.
    pub within: MaybeUndefined<Duration>,
    /// Has no value (true), or has one (false).
    pub is_null: MaybeUndefined<bool>,
}

impl<C: ColumnTrait> Test<Col<C>> for DateTimeFilter {
    fn test(&self, Col(column): Col<C>, asked: &Asked<'_>, at: At) -> Result<Condition, Fault> {
        let mut leaf = Leaf::new(column, at, asked);
        if let Some(instant) = given("eq", &self.eq)? {
            leaf.add(leaf.col().eq(instant.0))?;
        }
        let by = Bounds { lt: &self.lt, lte: &self.lte, gt: &self.gt, gte: &self.gte };
        leaf.range(&by, |instant| instant.0.into())?;
        if let Some(range) = given("between", &self.between)? {
            leaf.between(range.from.0.into(), range.to.0.into())?;
        }
        if let Some(within) = given("within", &self.within)? {
            let there = within.after_instant(asked.now).ok_or_else(too_far)?;
            let (from, to) = in_order(asked.now, there);
            leaf.between(from.into(), to.into())?;
        }
        leaf.presence(self.is_null)?;
        Ok(leaf.all)
    }
}

/// Compares what is so or is not.
#[derive(Clone, Debug, Default, InputObject)]
pub struct BooleanFilter {
    /// It is so (true), or it is not (false).
    pub eq: MaybeUndefined<bool>,
}

impl<C: ColumnTrait> Test<Col<C>> for BooleanFilter {
    fn test(&self, Col(column): Col<C>, asked: &Asked<'_>, at: At) -> Result<Condition, Fault> {
        let mut leaf = Leaf::new(column, at, asked);
        if let Some(wanted) = given("eq", &self.eq)? {
            leaf.add(leaf.col().eq(*wanted))?;
        }
        Ok(leaf.all)
    }
}

impl BooleanFilter {
    fn worked_out(
        &self,
        holds: impl FnOnce() -> Condition,
        asked: &Asked<'_>,
        at: At,
    ) -> Result<Condition, Fault> {
        let Some(wanted) = given("eq", &self.eq)? else { return Ok(always()) };
        // What is worked out may look at other tables.
        asked.deeper(at)?;
        asked.count()?;
        let holds = Condition::all().add(holds());
        Ok(if *wanted { holds } else { holds.not() })
    }
}

impl Test<When> for BooleanFilter {
    fn test(&self, When(holds): When, asked: &Asked<'_>, at: At) -> Result<Condition, Fault> {
        self.worked_out(|| holds(asked.viewer, at), asked, at)
    }
}

impl Test<Today> for BooleanFilter {
    fn test(&self, Today(holds): Today, asked: &Asked<'_>, at: At) -> Result<Condition, Fault> {
        self.worked_out(|| holds(asked.viewer, asked.today, at), asked, at)
    }
}

/// Compares whole numbers.
#[derive(Clone, Debug, Default, InputObject)]
pub struct IntFilter {
    /// Exactly this.
    pub eq: MaybeUndefined<i32>,
    /// Anything but this.
    pub neq: MaybeUndefined<i32>,
    /// One of these; at most 500.
    #[graphql(name = "in")]
    pub any: MaybeUndefined<Vec<i32>>,
    /// None of these; at most 500.
    pub not_in: MaybeUndefined<Vec<i32>>,
    /// Less than this.
    pub lt: MaybeUndefined<i32>,
    /// This or less.
    pub lte: MaybeUndefined<i32>,
    /// More than this.
    pub gt: MaybeUndefined<i32>,
    /// This or more.
    pub gte: MaybeUndefined<i32>,
    /// Has no value (true), or has one (false).
    pub is_null: MaybeUndefined<bool>,
}

impl<C: ColumnTrait> Test<Col<C>> for IntFilter {
    fn test(&self, Col(column): Col<C>, asked: &Asked<'_>, at: At) -> Result<Condition, Fault> {
        let mut leaf = Leaf::new(column, at, asked);
        let by = Equality { eq: &self.eq, neq: &self.neq, any: &self.any, none: &self.not_in };
        leaf.equality(&by, |number| Ok((*number).into()))?;
        let by = Bounds { lt: &self.lt, lte: &self.lte, gt: &self.gt, gte: &self.gte };
        leaf.range(&by, |number| (*number).into())?;
        leaf.presence(self.is_null)?;
        Ok(leaf.all)
    }
}

/// Compares values of an enum.
#[derive(Clone, Debug, InputObject)]
#[graphql(name_type)]
pub struct EnumFilter<T: Choice> {
    /// Exactly this.
    pub eq: MaybeUndefined<T>,
    /// Anything but this.
    pub neq: MaybeUndefined<T>,
    /// One of these; at most 500.
    #[graphql(name = "in")]
    pub any: MaybeUndefined<Vec<T>>,
    /// None of these; at most 500.
    pub not_in: MaybeUndefined<Vec<T>>,
    /// Has no value (true), or has one (false).
    pub is_null: MaybeUndefined<bool>,
}

/// An enum that both the schema and the database know by name.
pub trait Choice: InputType + ActiveEnum<Value = String> {}
impl<T: InputType + ActiveEnum<Value = String>> Choice for T {}

impl<T: Choice> TypeName for EnumFilter<T> {
    fn type_name() -> Cow<'static, str> {
        Cow::Owned(format!("{}Filter", <T as InputType>::type_name()))
    }
}

impl<T: Choice, C: ColumnTrait> Test<Col<C>> for EnumFilter<T> {
    fn test(&self, Col(column): Col<C>, asked: &Asked<'_>, at: At) -> Result<Condition, Fault> {
        let mut leaf = Leaf::new(column, at, asked);
        let by = Equality { eq: &self.eq, neq: &self.neq, any: &self.any, none: &self.not_in };
        leaf.equality(&by, |choice| Ok(ActiveEnum::to_value(choice).into()))?;
        leaf.presence(self.is_null)?;
        Ok(leaf.all)
    }
}

impl<T: Choice> Test<AsOfToday> for EnumFilter<T> {
    fn test(&self, AsOfToday(told): AsOfToday, asked: &Asked<'_>, at: At) -> Result<Condition, Fault> {
        let value = || told(asked.today, at);
        let of = |choices: &[T]| choices.iter().map(ActiveEnum::to_value).collect::<Vec<_>>();
        let mut all = Condition::all();
        if let Some(wanted) = given("eq", &self.eq)? {
            asked.count()?;
            all = all.add(value().eq(ActiveEnum::to_value(wanted)));
        }
        if let Some(other) = given("neq", &self.neq)? {
            asked.count()?;
            all = all.add(value().ne(ActiveEnum::to_value(other)));
        }
        if let Some(any) = values(asked, "in", &self.any)? {
            asked.count()?;
            all = all.add(value().is_in(of(any)));
        }
        if let Some(none) = values(asked, "notIn", &self.not_in)? {
            asked.count()?;
            all = all.add(value().is_not_in(of(none)));
        }
        if let Some(true) = given("isNull", &self.is_null)? {
            all = all.add(never());
        }
        Ok(all)
    }
}

/// Asks about a list of values of an enum, each of which is in it once or not at all.
#[derive(Clone, Debug, InputObject)]
#[graphql(name_type)]
pub struct ChoicesFilter<T: Choice> {
    /// Has this one.
    pub has: MaybeUndefined<T>,
    /// Has at least one of these.
    pub has_some: MaybeUndefined<Vec<T>>,
    /// Has all of these.
    pub has_every: MaybeUndefined<Vec<T>>,
    /// Has none at all (true), or some (false).
    pub is_empty: MaybeUndefined<bool>,
}

impl<T: Choice> TypeName for ChoicesFilter<T> {
    fn type_name() -> Cow<'static, str> {
        Cow::Owned(format!("{}ListFilter", <T as InputType>::type_name()))
    }
}

impl<T: Choice, C: ColumnTrait> Test<Col<C>> for ChoicesFilter<T> {
    fn test(&self, Col(column): Col<C>, asked: &Asked<'_>, at: At) -> Result<Condition, Fault> {
        // The column has a comma before and after each value.
        let has = |choice: &T| {
            at.col(column).like(LikeExpr::new(format!("%,{},%", literal_choice(choice))).escape('\\'))
        };
        let mut all = Condition::all();
        if let Some(choice) = given("has", &self.has)? {
            asked.count()?;
            all = all.add(has(choice));
        }
        if let Some(some) = values(asked, "hasSome", &self.has_some)? {
            asked.count()?;
            let any = some.iter().fold(Condition::any().add(never()), |any, choice| any.add(has(choice)));
            all = all.add(any);
        }
        if let Some(every) = values(asked, "hasEvery", &self.has_every)? {
            asked.count()?;
            all = every.iter().fold(all, |all, choice| all.add(has(choice)));
        }
        if let Some(is_empty) = given("isEmpty", &self.is_empty)? {
            asked.count()?;
            all = all.add(if *is_empty { at.col(column).eq(",") } else { at.col(column).ne(",") });
        }
        Ok(all)
    }
}

fn literal_choice<T: Choice>(choice: &T) -> String {
    ActiveEnum::to_value(choice).replace('_', "\\_")
}
