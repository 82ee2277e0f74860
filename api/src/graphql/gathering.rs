//! Lists that are put together from several tables by one statement, in the order of a day: what waits for
//! somebody is of many kinds.
//!
//! Each part is a select of the same columns: those of [`Place`], and whatever the rows tell beside them. The list
//! is in the order of the day, a missing one last, of the number of the part, and of the id, and it goes on after
//! a cursor that holds these three. It is read forwards.

use std::borrow::Cow;

use async_graphql::{Context, Object, TypeName};
use chrono::NaiveDate;
use futures_util::{FutureExt as _, future::BoxFuture};
use sea_orm::sea_query::{
    Asterisk, Condition, Expr, ExprTrait, Func, IntoCondition, Order, SelectStatement, Value,
};
use sea_orm::{DbErr, QueryResult};

use super::Fault;
use super::connection::{Edge, InLists, Neighbours, PageInfo};
use super::cursor::{self, Key, KeyKind};
use super::page::{Reading, length};
use crate::store::{Scope, find};

/// The day of a row, which may be missing.
pub const DUE_ON: &str = "due_on";
/// The number of the part.
pub const PART: &str = "part";
/// The id of the row.
pub const ID: &str = "id";
/// The day by which a row sorts.
const SORTS_ON: &str = "sorts_on";

const KEYS: [(&str, KeyKind); 3] = [(SORTS_ON, KeyKind::Date), (PART, KeyKind::Int), (ID, KeyKind::Id)];

/// Where a row stands in the list.
#[derive(Clone, Debug)]
pub struct Place {
    /// The day, which may be missing.
    pub due_on: Expr,
    /// The number of the part: of two on the same day the lower one comes first.
    pub part: i32,
    /// The id, which with the part tells rows apart.
    pub id: Expr,
}

impl Place {
    /// Adds the columns that every part has.
    pub fn select(self, rows: &mut SelectStatement) {
        // Past the last day that can be meant there is none, so that it stands last on every database.
        let last = NaiveDate::from_ymd_opt(9999, 12, 31).map(Expr::val);
        let sorts_on = Func::coalesce([self.due_on.clone()].into_iter().chain(last));
        rows.expr_as(self.due_on, DUE_ON)
            .expr_as(sorts_on, SORTS_ON)
            .expr_as(Expr::val(self.part), PART)
            .expr_as(self.id, ID);
    }
}

/// Which days are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Days {
    /// From the first to the last, both included; either end may be open.
    Within(Option<NaiveDate>, Option<NaiveDate>),
    /// That there is none.
    Missing,
}

impl Days {
    fn condition(self) -> Condition {
        let day = || Expr::col(DUE_ON);
        match self {
            Self::Missing => day().is_null().into_condition(),
            Self::Within(from, to) => Condition::all()
                .add(day().is_not_null())
                .add_option(from.map(|from| day().gte(from)))
                .add_option(to.map(|to| day().lte(to))),
        }
    }
}

/// A type that comes in such lists.
pub trait Gathered: InLists + Sized {
    /// Reads what a row tells.
    ///
    /// # Errors
    /// When it has not the columns that every part has to have.
    fn read(row: &QueryResult) -> Result<Self, DbErr>;
}

/// One page of a list that was put together.
#[derive(Debug)]
pub struct Gathering<T> {
    nodes: Vec<T>,
    cursors: Vec<String>,
    more: bool,
    after: Option<Vec<Option<Value>>>,
    /// All rows of the list; none where there can be no row.
    all: Option<SelectStatement>,
}

/// The columns by which the list is sorted, as one value.
fn place() -> Expr {
    Expr::tuple(KEYS.map(|(column, _)| Expr::col(column)))
}

/// Where a cursor stands, as such a value.
fn cursor_place(values: &[Option<Value>]) -> Expr {
    Expr::tuple(values.iter().flatten().cloned().map(Expr::val))
}

/// The rows of all these parts; none where there is no part.
fn together(parts: Vec<SelectStatement>) -> Option<SelectStatement> {
    Some(SelectStatement::new().from_subquery(find::together(parts)?, "parts").to_owned())
}

/// The first so many of these rows, in the order of the list.
fn in_order(mut rows: SelectStatement, most: u64) -> SelectStatement {
    rows.column(Asterisk).limit(most);
    for (column, _) in KEYS {
        rows.order_by(column, Order::Asc);
    }
    rows
}

/// The first so many rows of the list of these parts, for whoever reads them by itself; none where there is no part.
#[must_use]
pub fn first(parts: Vec<SelectStatement>, most: u64) -> Option<SelectStatement> {
    together(parts).map(|rows| in_order(rows, most))
}

impl<T: Gathered> Gathering<T> {
    /// The page of the list of these parts: `first` rows after the cursor `after`, only those whose day is one of
    /// these, where days are asked for.
    ///
    /// # Errors
    /// BAD_USER_INPUT for arguments that cannot be meant.
    pub async fn page(
        scope: &Scope,
        parts: Vec<SelectStatement>,
        days: Option<Vec<Days>>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Self, Fault> {
        let length = length("first", first)?;
        let list = Self::list();
        let kinds = KEYS.map(|(_, kind)| kind);
        let after = after.map(|after| cursor::decode("after", &after, &list, &kinds)).transpose()?;
        let Some(mut all) = together(parts) else {
            return Ok(Self { nodes: Vec::new(), cursors: Vec::new(), more: false, after, all: None });
        };
        if let Some(days) = days {
            let none = Condition::any().add(crate::store::find::never());
            all.cond_where(days.into_iter().fold(none, |any, days| any.add(days.condition())));
        }
        let mut select = in_order(all.clone(), u64::from(length) + 1);
        if let Some(values) = &after {
            select.and_where(place().gt(cursor_place(values)));
        }
        let rows = scope.rows(&select).await?;
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        let page = rows.get(..length).unwrap_or(&rows);
        scope.produce(page.len())?;
        let cursor = |row: &QueryResult| {
            let keys: Vec<Key> =
                KEYS.iter().map(|(column, kind)| kind.read(row, column)).collect::<Result<_, _>>()?;
            Ok::<_, DbErr>(cursor::encode(&list, keys))
        };
        Ok(Self {
            nodes: page.iter().map(T::read).collect::<Result<_, _>>()?,
            cursors: page.iter().map(cursor).collect::<Result<_, _>>()?,
            more: rows.len() > length,
            after,
            all: Some(all),
        })
    }

    /// How cursors name the list.
    fn list() -> String {
        format!("{}:{DUE_ON}+{PART}+{ID}", T::NAME)
    }

    /// How many rows there are for which this holds, at most so many.
    async fn count(&self, scope: &Scope, holds: Option<Expr>, most: Option<u64>) -> Result<i64, Fault> {
        let Some(mut rows) = self.all.clone() else { return Ok(0) };
        rows.expr(Expr::val(1)).and_where_option(holds);
        if let Some(most) = most {
            rows.limit(most);
        }
        let mut select = SelectStatement::new();
        select.expr_as(Func::count(Expr::col(Asterisk)), "counted").from_subquery(rows, "rows");
        let rows = scope.rows(&select).await?;
        Ok(rows.first().map(|row| row.try_get("", "counted")).transpose()?.unwrap_or_default())
    }
}

impl<T: Gathered> TypeName for Gathering<T> {
    fn type_name() -> Cow<'static, str> {
        Cow::Owned(format!("{}Connection", T::NAME))
    }
}

/// One page of a list.
#[Object(name_type)]
impl<T: Gathered> Gathering<T> {
    /// The rows of the page with their cursors.
    async fn edges(&self) -> Vec<Edge<'_, T>> {
        self.nodes.iter().enumerate().map(|(place, node)| Edge::of(node, place, self)).collect()
    }

    /// The rows of the page.
    async fn nodes(&self) -> &[T] {
        &self.nodes
    }

    /// Where the page stands in its list.
    async fn page_info(&self) -> PageInfo<'_> {
        PageInfo(self)
    }

    /// How many rows the list has, on all pages. Counted only when it is selected.
    async fn total_count(&self, ctx: &Context<'_>) -> Result<i32, Fault> {
        let count = self.count(Scope::of(ctx)?, None, None).await?;
        Ok(i32::try_from(count).unwrap_or(i32::MAX))
    }
}

impl<T: Gathered> Neighbours for Gathering<T> {
    fn beyond<'a>(&'a self, scope: &'a Scope, end: Reading) -> BoxFuture<'a, Result<bool, Fault>> {
        async move {
            match (end, &self.after) {
                (Reading::Forward, _) => Ok(self.more),
                (Reading::Backward, None) => Ok(false),
                (Reading::Backward, Some(values)) => {
                    Ok(self.count(scope, Some(place().lte(cursor_place(values))), Some(1)).await? > 0)
                }
            }
        }
        .boxed()
    }

    fn len(&self) -> usize {
        self.nodes.len()
    }

    fn cursor(&self, place: usize) -> Result<Option<String>, Fault> {
        Ok(self.cursors.get(place).cloned())
    }
}
