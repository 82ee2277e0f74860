//! One column under one comparator: the two-valued algebra, in one place.

use async_graphql::MaybeUndefined;
use sea_orm::{
    ColumnTrait,
    sea_query::{Condition, Expr, ExprTrait, Value},
};

use super::Asked;
use crate::graphql::Fault;
use crate::store::At;

/// At most this many values in one `in`.
const MOST_VALUES: usize = 500;

/// What a comparator says of one column, collected.
pub(super) struct Leaf<'a, C> {
    column: C,
    at: At,
    asked: &'a Asked<'a>,
    pub(super) all: Condition,
}

impl<'a, C: ColumnTrait> Leaf<'a, C> {
    pub(super) fn new(column: C, at: At, asked: &'a Asked<'a>) -> Self {
        Self { column, at, asked, all: Condition::all() }
    }

    fn nullable(&self) -> bool {
        self.column.def().is_null()
    }

    pub(super) fn col(&self) -> Expr {
        self.at.col(self.column)
    }

    /// A missing value makes it false, not unknown.
    pub(super) fn add(&mut self, holds: Expr) -> Result<(), Fault> {
        self.asked.count()?;
        let all = std::mem::replace(&mut self.all, Condition::all());
        self.all =
            if self.nullable() { all.add(self.col().is_not_null().and(holds)) } else { all.add(holds) };
        Ok(())
    }

    /// The opposite of something that a missing value makes false.
    pub(super) fn add_opposite(&mut self, fails: Expr) -> Result<(), Fault> {
        self.asked.count()?;
        let all = std::mem::replace(&mut self.all, Condition::all());
        self.all = if self.nullable() { all.add(self.col().is_null().or(fails)) } else { all.add(fails) };
        Ok(())
    }

    pub(super) fn equality<T>(
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
        if let Some(any) = values(self.asked, "in", by.any)? {
            let any = any.iter().map(&value).collect::<Result<Vec<_>, _>>()?;
            self.add(self.col().is_in(any))?;
        }
        if let Some(none) = values(self.asked, "notIn", by.none)? {
            let none = none.iter().map(&value).collect::<Result<Vec<_>, _>>()?;
            self.add_opposite(self.col().is_not_in(none))?;
        }
        Ok(())
    }

    pub(super) fn presence(&mut self, is_null: MaybeUndefined<bool>) -> Result<(), Fault> {
        let Some(is_null) = given("isNull", &is_null)? else { return Ok(()) };
        self.asked.count()?;
        let holds = if *is_null { self.col().is_null() } else { self.col().is_not_null() };
        self.all = std::mem::replace(&mut self.all, Condition::all()).add(holds);
        Ok(())
    }

    pub(super) fn range<T>(&mut self, by: &Bounds<'_, T>, value: impl Fn(&T) -> Value) -> Result<(), Fault> {
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

    pub(super) fn between(&mut self, from: Value, to: Value) -> Result<(), Fault> {
        self.add(self.col().gte(Expr::val(from)).and(self.col().lte(Expr::val(to))))
    }
}

/// What every comparator with an equality has.
pub(super) struct Equality<'a, T> {
    pub(super) eq: &'a MaybeUndefined<T>,
    pub(super) neq: &'a MaybeUndefined<T>,
    pub(super) any: &'a MaybeUndefined<Vec<T>>,
    pub(super) none: &'a MaybeUndefined<Vec<T>>,
}

/// What every comparator with an order has.
pub(super) struct Bounds<'a, T> {
    pub(super) lt: &'a MaybeUndefined<T>,
    pub(super) lte: &'a MaybeUndefined<T>,
    pub(super) gt: &'a MaybeUndefined<T>,
    pub(super) gte: &'a MaybeUndefined<T>,
}

/// The value of a comparator that was sent; null is refused.
pub(super) fn given<'a, T>(name: &str, value: &'a MaybeUndefined<T>) -> Result<Option<&'a T>, Fault> {
    match value {
        MaybeUndefined::Undefined => Ok(None),
        MaybeUndefined::Value(value) => Ok(Some(value)),
        MaybeUndefined::Null => Err(Fault::bad_input(format!(
            "`{name}: null` could mean two things: leave `{name}` out, or ask `isNull: true`."
        ))),
    }
}

/// The values of a comparator that was sent; null and too many are refused.
pub(super) fn values<'a, T>(
    asked: &Asked<'_>,
    name: &str,
    values: &'a MaybeUndefined<Vec<T>>,
) -> Result<Option<&'a Vec<T>>, Fault> {
    let values = given(name, values)?;
    let count = values.map_or(0, Vec::len);
    if count > MOST_VALUES {
        return Err(Fault::bad_input(format!("`{name}` takes at most {MOST_VALUES} values.")));
    }
    asked.count_values(count)?;
    Ok(values)
}
