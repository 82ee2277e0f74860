//! Filters: typed comparators that become one condition, and relations that become `EXISTS`.
//!
//! The algebra is two-valued, unlike SQL's: a comparison with a missing value is false, `neq` and
//! `notIn` are exactly the opposite of `eq` and `in`, and `not` gives exactly the rows that its filter
//! leaves out. An empty `and` holds for every row, an empty `or` for none. An explicit null as the
//! value of a comparator is refused, because it could mean two things; `isNull` says it.
//!
//! A condition on a related table holds only for rows that the viewer may see, so that no filter tells
//! of rows that are not there for them.

use std::{borrow::Cow, cell::Cell, str::FromStr};

use async_graphql::{ID, InputObject, InputType, MaybeUndefined, TypeName};
use chrono::{NaiveDate, Utc};
use sea_orm::{
    ActiveEnum, ColumnTrait,
    sea_query::{Condition, Expr, ExprTrait, IntoCondition, LikeExpr, Value},
};
use tutti_entity::ids::{AnyId, Kind};
use tutti_entity::value::fold;

use super::Fault;
use super::scalars::{Date, DateTime, Duration};
use crate::access::{Viewer, Visible};
use crate::store::{
    At, Scope,
    find::{self, never},
};

/// At most this many comparisons in one filter: each is a bound value or more of the statement.
const MOST_COMPARISONS: u32 = 200;
/// At most this many values in one `in`.
const MOST_VALUES: usize = 500;
/// At most this many relations inside each other.
const DEEPEST_RELATION: u8 = 5;

/// What filters have to know of the request.
#[derive(Debug)]
pub struct Asked<'s> {
    viewer: &'s Viewer,
    now: chrono::DateTime<Utc>,
    today: NaiveDate,
    comparisons: Cell<u32>,
}

impl<'s> Asked<'s> {
    /// For this request.
    #[must_use]
    pub fn new(scope: &'s Scope) -> Self {
        Self { viewer: scope.viewer(), now: scope.now(), today: scope.today(), comparisons: Cell::new(0) }
    }

    fn count(&self) -> Result<(), Fault> {
        let comparisons = self.comparisons.get() + 1;
        self.comparisons.set(comparisons);
        if comparisons > MOST_COMPARISONS {
            return Err(Fault::bad_input(format!("A filter takes at most {MOST_COMPARISONS} comparisons.")));
        }
        Ok(())
    }
}

/// A filter on an entity: what the macro `filter!` makes.
pub trait Filter: InputType {
    /// The entity it is about.
    type Entity: Visible;

    /// The condition on the rows of the table that goes by the name `at`.
    ///
    /// # Errors
    /// BAD_USER_INPUT for values that cannot be meant, and for more than is allowed.
    fn condition(&self, asked: &Asked<'_>, at: At) -> Result<Condition, Fault>;
}

/// A comparator or a relation, and what it is about.
pub trait Test<T> {
    /// The condition on the rows of the table that goes by the name `at`.
    ///
    /// # Errors
    /// As [`Filter::condition`].
    fn test(&self, target: T, asked: &Asked<'_>, at: At) -> Result<Condition, Fault>;
}

/// A column.
#[derive(Clone, Copy, Debug)]
pub struct Col<C>(pub C);
/// A column of text with the column that holds it folded.
#[derive(Clone, Copy, Debug)]
pub struct Text<C>(pub C, pub C);
/// A column of ids of one kind.
#[derive(Clone, Copy, Debug)]
pub struct Id<C>(pub C, pub Kind);
/// A column of ids of any kind.
#[derive(Clone, Copy, Debug)]
pub struct AnyKind<C>(pub C);
/// A column of this table that holds the id of a row of the other.
#[derive(Clone, Copy, Debug)]
pub struct One<C>(pub C);
/// A column of the other table that holds the id of this row.
#[derive(Clone, Copy, Debug)]
pub struct Many<C>(pub C);

/// What a comparator says of one column, collected.
struct Leaf<'a, C> {
    column: C,
    at: At,
    asked: &'a Asked<'a>,
    all: Condition,
}

impl<'a, C: ColumnTrait> Leaf<'a, C> {
    fn new(column: C, at: At, asked: &'a Asked<'a>) -> Self {
        Self { column, at, asked, all: Condition::all() }
    }

    fn nullable(&self) -> bool {
        self.column.def().is_null()
    }

    fn col(&self) -> Expr {
        self.at.col(self.column)
    }

    /// A missing value makes it false, not unknown.
    fn add(&mut self, holds: Expr) -> Result<(), Fault> {
        self.asked.count()?;
        let all = std::mem::replace(&mut self.all, Condition::all());
        self.all =
            if self.nullable() { all.add(self.col().is_not_null().and(holds)) } else { all.add(holds) };
        Ok(())
    }

    /// The opposite of something that a missing value makes false.
    fn add_opposite(&mut self, fails: Expr) -> Result<(), Fault> {
        self.asked.count()?;
        let all = std::mem::replace(&mut self.all, Condition::all());
        self.all = if self.nullable() { all.add(self.col().is_null().or(fails)) } else { all.add(fails) };
        Ok(())
    }

    fn equality<T>(
        &mut self,
        by: &Equality<'_, T>,
        value: impl Fn(&T) -> Result<Value, Fault>,
    ) -> Result<(), Fault> {
        if let Some(wanted) = given("eq", by.eq)? {
            self.add(self.col().eq(Expr::val(value(wanted)?)))?;
        }
        if let Some(other) = given("neq", by.neq)? {
            self.add_opposite(self.col().ne(Expr::val(value(other)?)))?;
        }
        if let Some(any) = values("in", by.any)? {
            let any = any.iter().map(&value).collect::<Result<Vec<_>, _>>()?;
            self.add(self.col().is_in(any))?;
        }
        if let Some(none) = values("notIn", by.none)? {
            let none = none.iter().map(&value).collect::<Result<Vec<_>, _>>()?;
            self.add_opposite(self.col().is_not_in(none))?;
        }
        Ok(())
    }

    fn presence(&mut self, is_null: MaybeUndefined<bool>) -> Result<(), Fault> {
        let Some(is_null) = given("isNull", &is_null)? else { return Ok(()) };
        self.asked.count()?;
        let holds = if *is_null { self.col().is_null() } else { self.col().is_not_null() };
        self.all = std::mem::replace(&mut self.all, Condition::all()).add(holds);
        Ok(())
    }

    fn range<T>(&mut self, by: &Bounds<'_, T>, value: impl Fn(&T) -> Value) -> Result<(), Fault> {
        if let Some(bound) = given("lt", by.lt)? {
            self.add(self.col().lt(Expr::val(value(bound))))?;
        }
        if let Some(bound) = given("lte", by.lte)? {
            self.add(self.col().lte(Expr::val(value(bound))))?;
        }
        if let Some(bound) = given("gt", by.gt)? {
            self.add(self.col().gt(Expr::val(value(bound))))?;
        }
        if let Some(bound) = given("gte", by.gte)? {
            self.add(self.col().gte(Expr::val(value(bound))))?;
        }
        Ok(())
    }

    fn between(&mut self, from: Value, to: Value) -> Result<(), Fault> {
        self.add(self.col().gte(Expr::val(from)).and(self.col().lte(Expr::val(to))))
    }
}

struct Equality<'a, T> {
    eq: &'a MaybeUndefined<T>,
    neq: &'a MaybeUndefined<T>,
    any: &'a MaybeUndefined<Vec<T>>,
    none: &'a MaybeUndefined<Vec<T>>,
}

struct Bounds<'a, T> {
    lt: &'a MaybeUndefined<T>,
    lte: &'a MaybeUndefined<T>,
    gt: &'a MaybeUndefined<T>,
    gte: &'a MaybeUndefined<T>,
}

fn given<'a, T>(name: &str, value: &'a MaybeUndefined<T>) -> Result<Option<&'a T>, Fault> {
    match value {
        MaybeUndefined::Undefined => Ok(None),
        MaybeUndefined::Value(value) => Ok(Some(value)),
        MaybeUndefined::Null => Err(Fault::bad_input(format!(
            "`{name}: null` could mean two things: leave `{name}` out, or ask `isNull: true`."
        ))),
    }
}

fn values<'a, T>(name: &str, values: &'a MaybeUndefined<Vec<T>>) -> Result<Option<&'a Vec<T>>, Fault> {
    let values = given(name, values)?;
    if values.is_some_and(|values| values.len() > MOST_VALUES) {
        return Err(Fault::bad_input(format!("`{name}` takes at most {MOST_VALUES} values.")));
    }
    Ok(values)
}

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
    /// Has this somewhere in it, whatever the case.
    pub contains: MaybeUndefined<String>,
    /// Starts with this, whatever the case.
    pub starts_with: MaybeUndefined<String>,
    /// Ends with this, whatever the case.
    pub ends_with: MaybeUndefined<String>,
    /// Has no value (true), or has one (false).
    pub is_null: MaybeUndefined<bool>,
}

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
        let patterns = [
            given("contains", &self.contains)?.map(|text| format!("%{}%", literal(text))),
            given("startsWith", &self.starts_with)?.map(|text| format!("{}%", literal(text))),
            given("endsWith", &self.ends_with)?.map(|text| format!("%{}", literal(text))),
        ];
        for pattern in patterns.into_iter().flatten() {
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

impl IdFilter {
    fn on<C: ColumnTrait>(
        &self,
        column: C,
        kind: Option<Kind>,
        asked: &Asked<'_>,
        at: At,
    ) -> Result<Condition, Fault> {
        let mut leaf = Leaf::new(column, at, asked);
        let by =
            Equality { eq: &self.eq, neq: &MaybeUndefined::Undefined, any: &self.any, none: &self.not_in };
        leaf.equality(&by, |id| {
            let id = AnyId::from_str(id).map_err(|error| Fault::bad_input(error.to_string()))?;
            match kind {
                Some(kind) if kind != id.kind => {
                    let (given, wanted) = (id.kind.type_name(), kind.type_name());
                    let message =
                        format!("`{id}` is the id of type {given}; type {wanted} is filtered here.");
                    Err(Fault::bad_input(message))
                }
                _ => Ok(id.uuid.into()),
            }
        })?;
        leaf.presence(self.is_null)?;
        Ok(leaf.all)
    }
}

impl<C: ColumnTrait> Test<Id<C>> for IdFilter {
    fn test(&self, Id(column, kind): Id<C>, asked: &Asked<'_>, at: At) -> Result<Condition, Fault> {
        self.on(column, Some(kind), asked, at)
    }
}

impl<C: ColumnTrait> Test<AnyKind<C>> for IdFilter {
    fn test(&self, AnyKind(column): AnyKind<C>, asked: &Asked<'_>, at: At) -> Result<Condition, Fault> {
        self.on(column, None, asked, at)
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
    /// One of these.
    #[graphql(name = "in")]
    pub any: MaybeUndefined<Vec<T>>,
    /// None of these.
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
        if let Some(some) = values("hasSome", &self.has_some)? {
            asked.count()?;
            let any = some.iter().fold(Condition::any().add(never()), |any, choice| any.add(has(choice)));
            all = all.add(any);
        }
        if let Some(every) = values("hasEvery", &self.has_every)? {
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

/// Asks about the rows of a list.
#[derive(Clone, Debug, InputObject)]
#[graphql(name_type)]
pub struct ListFilter<F: Filter> {
    /// At least one of them is so.
    pub some: Option<Box<F>>,
    /// All of them are so; an empty list is.
    pub every: Option<Box<F>>,
    /// Not one of them is so.
    pub none: Option<Box<F>>,
}

impl<F: Filter> TypeName for ListFilter<F> {
    fn type_name() -> Cow<'static, str> {
        let of = F::type_name();
        Cow::Owned(format!("{}ListFilter", of.strip_suffix("Filter").unwrap_or(&of)))
    }
}

fn deeper(at: At) -> Result<At, Fault> {
    let inner = at.inner();
    if inner.depth() > DEEPEST_RELATION {
        return Err(Fault::bad_input(format!("A filter goes through at most {DEEPEST_RELATION} relations.")));
    }
    Ok(inner)
}

fn exists<E: Visible>(asked: &Asked<'_>, inner: At, link: Expr, condition: Condition) -> Expr {
    let mut select = find::visible_only::<E>(asked.viewer, inner);
    select.expr(Expr::val(1)).and_where(link).cond_where(condition);
    Expr::exists(select)
}

impl<F, C> Test<Many<C>> for ListFilter<F>
where
    F: Filter,
    C: ColumnTrait,
{
    fn test(&self, Many(column): Many<C>, asked: &Asked<'_>, at: At) -> Result<Condition, Fault> {
        let inner = deeper(at)?;
        let rows = |condition| {
            asked.count()?;
            let link = inner.col(column).equals((at.alias(), "id"));
            Ok::<_, Fault>(exists::<F::Entity>(asked, inner, link, condition))
        };
        let mut all = Condition::all();
        if let Some(some) = &self.some {
            all = all.add(rows(some.condition(asked, inner)?)?);
        }
        if let Some(every) = &self.every {
            all = all.add(rows(whole(every.condition(asked, inner)?).not())?.not());
        }
        if let Some(none) = &self.none {
            all = all.add(rows(none.condition(asked, inner)?)?.not());
        }
        Ok(all)
    }
}

impl<F: Filter, C: ColumnTrait> Test<One<C>> for Box<F> {
    fn test(&self, One(column): One<C>, asked: &Asked<'_>, at: At) -> Result<Condition, Fault> {
        let inner = deeper(at)?;
        asked.count()?;
        let link = Expr::col((inner.alias(), "id")).equals((at.alias(), column));
        let condition = self.condition(asked, inner)?;
        Ok(exists::<F::Entity>(asked, inner, link, condition).into_condition())
    }
}

/// The three connectives that every filter has.
///
/// # Errors
/// As [`Filter::condition`].
pub fn connect<F: Filter>(
    all: Condition,
    asked: &Asked<'_>,
    at: At,
    (and, or, not): (Option<&Vec<F>>, Option<&Vec<F>>, Option<&F>),
) -> Result<Condition, Fault> {
    let mut all = all;
    for filter in and.into_iter().flatten() {
        all = all.add(filter.condition(asked, at)?);
    }
    if let Some(or) = or {
        let mut any = Condition::any().add(never());
        for filter in or {
            asked.count()?;
            any = any.add(whole(filter.condition(asked, at)?));
        }
        all = all.add(any);
    }
    if let Some(not) = not {
        all = all.add(whole(not.condition(asked, at)?).not());
    }
    Ok(all)
}

/// A condition without parts holds for every row, also when it is turned round.
fn whole(condition: Condition) -> Condition {
    if condition.is_empty() { Expr::val(1).eq(1).into_condition() } else { condition }
}

/// Declares a filter: its fields, what they compare with, and the three connectives.
///
/// ```text
/// filter! {
///     /// Which people.
///     PersonFilter for person {
///         /// By id.
///         id: IdFilter = Id(Column::Id, Kind::Person),
///         /// By name.
///         name: StringFilter = Text(Column::Name, Column::NameFolded),
///         /// By the person they report to.
///         manager: Box<PersonFilter> = One(Column::ManagerId),
///     }
/// }
/// ```
#[macro_export]
macro_rules! filter {
    (
        $(#[$doc:meta])*
        $name:ident for $entity:ident {
            $($(#[$field_doc:meta])* $field:ident: $comparator:ty = $target:expr,)+
        }
    ) => {
        $(#[$doc])*
        #[derive(Clone, Debug, async_graphql::InputObject)]
        pub struct $name {
            $($(#[$field_doc])* pub $field: Option<$comparator>,)+
            /// All of these hold; an empty list always does.
            pub and: Option<Vec<$name>>,
            /// At least one of these holds; an empty list never does.
            pub or: Option<Vec<$name>>,
            /// This does not hold.
            pub not: Option<Box<$name>>,
        }

        impl $crate::graphql::filter::Filter for $name {
            type Entity = $entity::Entity;

            fn condition(
                &self,
                asked: &$crate::graphql::filter::Asked<'_>,
                at: $crate::store::At,
            ) -> Result<sea_orm::sea_query::Condition, $crate::graphql::Fault> {
                use $crate::graphql::filter::{Test as _, connect};
                let mut all = sea_orm::sea_query::Condition::all();
                $(
                    if let Some(comparator) = &self.$field {
                        all = all.add(comparator.test($target, asked, at)?);
                    }
                )+
                connect(all, asked, at, (self.and.as_ref(), self.or.as_ref(), self.not.as_deref()))
            }
        }
    };
}
