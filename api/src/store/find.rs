//! Reads: the table under its alias, the viewer's condition, and ids as one bound value.

use std::marker::PhantomData;

use sea_orm::{
    ActiveEnum, ColumnTrait, DatabaseBackend, EntityTrait, FromQueryResult, Iterable,
    sea_query::{Alias, Condition, Expr, ExprTrait, Func, IntoCondition, SelectStatement, UnionType},
};
use uuid::Uuid;

use super::Scope;
use crate::access::{Viewer, Visible};
use crate::graphql::Fault;
use crate::graphql::order::SortKey;

/// The name that a table goes by inside a statement. The outermost is `t0`; a condition on a related
/// table opens the next one, so that a table can be asked about itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct At(u8);

impl At {
    /// The outermost table.
    pub const TOP: Self = Self(0);

    /// The name inside the next condition.
    #[must_use]
    pub const fn inner(self) -> Self {
        Self(self.0.saturating_add(1))
    }

    /// How deep this is.
    #[must_use]
    pub fn depth(self) -> u8 {
        self.0
    }

    /// The alias.
    #[must_use]
    pub fn alias(self) -> Alias {
        Alias::new(format!("t{}", self.0))
    }

    /// A column of the table that goes by this name.
    #[must_use]
    pub fn col<C: ColumnTrait>(self, column: C) -> Expr {
        Expr::col((self.alias(), column))
    }
}

/// Whether a column holds one of these ids, with one bound value however many there are, so that the
/// database keeps one prepared statement. A single id has one of its own: of a list the database takes it that it is
/// long, and would rather read a whole table than look up the one row in twenty that belongs to the id.
#[must_use]
pub fn any_of(backend: DatabaseBackend, column: Expr, ids: &[Uuid]) -> Expr {
    if let [id] = ids {
        return column.eq(*id);
    }
    if backend == DatabaseBackend::Postgres {
        let list = ids.iter().map(|id| id.hyphenated().to_string()).collect::<Vec<_>>().join(",");
        return Expr::cust_with_exprs(
            "$1 = ANY(string_to_array($2, ',')::uuid[])",
            [column, Expr::val(list)],
        );
    }
    let quoted: Vec<_> = ids.iter().map(|id| format!("\"{}\"", id.simple())).collect();
    let list = format!("[{}]", quoted.join(","));
    Expr::cust_with_exprs("? IN (SELECT unhex(value) FROM json_each(?))", [column, Expr::val(list)])
}

/// The rows of all of these, one after the other; none where there are none of these.
#[must_use]
pub fn together(parts: impl IntoIterator<Item = SelectStatement>) -> Option<SelectStatement> {
    let mut parts = parts.into_iter();
    let mut all = parts.next()?;
    for part in parts {
        all.union(UnionType::All, part);
    }
    Some(all)
}

/// A value that is selected: PostgreSQL has to be told of what kind it is.
#[must_use]
pub fn selected(backend: DatabaseBackend, value: Expr, kind: &'static str) -> Expr {
    match backend {
        DatabaseBackend::Postgres => value.cast_as(kind),
        _ => value,
    }
}

/// These ids as rows with one column, `id`.
#[must_use]
pub fn listed(backend: DatabaseBackend, ids: &[Uuid]) -> SelectStatement {
    let mut select = SelectStatement::new();
    if backend == DatabaseBackend::Postgres {
        let list = ids.iter().map(|id| id.hyphenated().to_string()).collect::<Vec<_>>().join(",");
        select.expr_as(Expr::cust_with_values("unnest(string_to_array($1, ',')::uuid[])", [list]), "id");
    } else {
        let quoted: Vec<_> = ids.iter().map(|id| format!("\"{}\"", id.simple())).collect();
        let each = Func::cust("json_each").arg(format!("[{}]", quoted.join(",")));
        select.expr_as(Expr::cust("unhex(value)"), "id").from_function(each, "listed");
    }
    select
}

/// The same for texts.
#[must_use]
pub fn any_of_texts(backend: DatabaseBackend, column: Expr, texts: &[&str]) -> Expr {
    let list = Expr::val(serde_json::json!(texts).to_string());
    let condition = if backend == DatabaseBackend::Postgres {
        "$1 IN (SELECT json_array_elements_text($2::json))"
    } else {
        "? IN (SELECT value FROM json_each(?))"
    };
    Expr::cust_with_exprs(condition, [column, list])
}

/// Whether a column holds one of the values for which this holds.
#[must_use]
pub fn one_of<S: ActiveEnum<Value = String> + Iterable + Copy>(column: Expr, is: impl Fn(S) -> bool) -> Expr {
    column.is_in(S::iter().filter(|status| is(*status)).map(|status| status.to_value()))
}

/// A select of the visible rows of an entity.
#[derive(Debug)]
pub struct Find<'s, E> {
    scope: &'s Scope,
    select: SelectStatement,
    entity: PhantomData<E>,
}

impl<'s, E: Visible> Find<'s, E> {
    /// All rows that the viewer of this scope may see.
    pub(super) fn new(scope: &'s Scope) -> Self {
        Self { scope, select: visible::<E>(scope.viewer()), entity: PhantomData }
    }

    /// Only rows for which this holds.
    #[must_use]
    pub fn filter(mut self, condition: impl IntoCondition) -> Self {
        self.select.cond_where(condition);
        self
    }

    /// Only rows whose column holds one of these ids.
    #[must_use]
    pub fn any_of(self, column: E::Column, ids: &[Uuid]) -> Self {
        let condition = any_of(self.scope.backend(), At::TOP.col(column), ids);
        self.filter(condition)
    }

    /// In the order of this column, rows without a value last.
    #[must_use]
    pub fn order_by(mut self, column: E::Column) -> Self {
        let at = (At::TOP.alias(), column);
        match SortKey::asc(column).order() {
            (order, None) => self.select.order_by(at, order),
            (order, Some(nulls)) => self.select.order_by_with_nulls(at, order, nulls),
        };
        self
    }

    /// The first so many rows.
    #[must_use]
    pub fn limit(mut self, most: u64) -> Self {
        self.select.limit(most);
        self
    }

    /// The rows.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn all(self) -> Result<Vec<E::Model>, Fault> {
        let rows = self.scope.rows(&self.select).await?;
        Ok(rows.iter().map(|row| E::Model::from_query_result(row, "")).collect::<Result<_, _>>()?)
    }

    /// The first row.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn one(self) -> Result<Option<E::Model>, Fault> {
        Ok(self.limit(1).all().await?.into_iter().next())
    }
}

/// The select of all columns of all rows, whoever may see them, under the outermost alias.
pub(super) fn all<E: EntityTrait>() -> SelectStatement {
    let mut select = SelectStatement::new();
    select
        .from_as(E::default(), At::TOP.alias())
        .columns(E::Column::iter().map(|column| (At::TOP.alias(), column)));
    select
}

/// The select of all columns of the rows that the viewer may see, under the outermost alias.
#[must_use]
pub fn visible<E: Visible>(viewer: &Viewer) -> SelectStatement {
    let mut select = all::<E>();
    select.cond_where(E::visible(viewer, At::TOP));
    select
}

/// The same with the rows that were taken away and of which the viewer is told.
#[must_use]
pub fn told<E: Visible>(viewer: &Viewer) -> SelectStatement {
    let conditions = [E::visible(viewer, At::TOP), E::told(viewer, At::TOP, &Expr::val(""))];
    let mut select = SelectStatement::new();
    select
        .from_as(E::default(), At::TOP.alias())
        .columns(<E as EntityTrait>::Column::iter().map(|column| (At::TOP.alias(), column)));
    // A condition without parts holds for every row.
    if conditions.iter().all(|condition| !condition.is_empty()) {
        select.cond_where(conditions.into_iter().fold(Condition::any(), Condition::add));
    }
    select
}

/// A select of nothing yet from the rows that the viewer may see, for counts and conditions.
#[must_use]
pub fn visible_only<E: Visible>(viewer: &Viewer, at: At) -> SelectStatement {
    let mut select = SelectStatement::new();
    select.from_as(E::default(), at.alias()).cond_where(E::visible(viewer, at));
    select
}

/// A condition that always holds.
#[must_use]
pub fn always() -> Condition {
    Condition::all()
}

/// A condition that never holds.
#[must_use]
pub fn never() -> Condition {
    Expr::val(1).eq(0).into_condition()
}
