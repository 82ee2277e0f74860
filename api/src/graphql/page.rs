//! Pages of lists by keyset, for one list or for the lists of many parents at once.
//!
//! A page starts after a cursor's values instead of after a number of rows, so it costs the same
//! wherever it is. The pages of the lists of many parents are read in one statement, each by itself.

use std::{collections::HashMap, hash::Hash, sync::Arc};

use async_graphql::Context;
use sea_orm::{
    ColumnTrait, DatabaseBackend, EntityTrait, IdenStatic, QueryResult,
    sea_query::{Alias, Asterisk, Condition, Expr, ExprTrait, Func, JoinType, SelectStatement, Value},
};
use uuid::Uuid;

use super::batch::Loader;
use super::cursor::{self, Key, KeyKind};
use super::filter::{Asked, Filter};
use super::needed::Columns;
use super::order::{SortKey, Sorting, after, not_after};
use super::{Connection, Fault, FaultCode, Listed};
use crate::access::Place;
use crate::store::{At, Scope, find};

/// How long a page is when the caller does not say.
pub const DEFAULT_PAGE: u32 = 50;
/// How long a page can be.
pub const LONGEST_PAGE: u32 = 200;
/// By how many keys a list can be sorted at once.
const MOST_KEYS: usize = 5;

/// The arguments of a list, as the caller sent them.
#[derive(Debug)]
pub struct Page<T: Listed> {
    /// The first so many after `after`.
    pub first: Option<i32>,
    /// Where the page starts.
    pub after: Option<String>,
    /// The last so many before `before`.
    pub last: Option<i32>,
    /// Where the page ends.
    pub before: Option<String>,
    /// Which rows.
    pub filter: Option<T::Filter>,
    /// In which order.
    pub order_by: Option<Vec<T::Order>>,
}

/// Which way a page is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reading {
    Forward,
    Backward,
}

type Column<T> = <<T as Listed>::Entity as EntityTrait>::Column;
type Values = Vec<Option<Value>>;

/// A list that was asked for, checked and ready to run.
#[derive(Debug)]
pub(super) struct Plan<T: Listed> {
    size: u32,
    pub(super) reading: Reading,
    columns: Columns<T>,
    keys: Vec<SortKey<Column<T>>>,
    list: String,
    pub(super) after: Option<Values>,
    pub(super) before: Option<Values>,
    condition: Condition,
    is_heavy: bool,
}

/// A table of pairs that says which rows belong to which parents, where a row can belong to several.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Through {
    /// The table.
    pub table: &'static str,
    /// The column that holds the id of the parent.
    pub parent: &'static str,
    /// The column that holds the id of the row.
    pub row: &'static str,
}

/// How rows hang on their parent.
#[derive(Clone, Copy, Debug)]
enum Link<C> {
    /// By a column of their own.
    Column(C),
    /// By a table of pairs; the other column is that of their ids.
    Through(Through, C),
}

/// What the table of pairs goes by, and the column that holds the parent in what is read.
const PAIR: &str = "pair";
const PARENT: &str = "of_parent";

impl<C: ColumnTrait> Link<C> {
    /// The column that holds the parent.
    fn parent(&self) -> (Alias, Alias) {
        match self {
            Self::Column(column) => (At::TOP.alias(), Alias::new(column.as_str())),
            Self::Through(through, _) => (Alias::new(PAIR), Alias::new(through.parent)),
        }
    }

    /// Adds the table that holds the parent, where it is another one, and asks for this one.
    fn of(&self, select: &mut SelectStatement, parent: Expr) {
        self.join(select);
        select.and_where(Expr::col(self.parent()).eq(parent));
    }

    fn join(&self, select: &mut SelectStatement) {
        if let Self::Through(through, id) = self {
            let on = Expr::col((PAIR, through.row)).equals((At::TOP.alias(), *id));
            select.join_as(JoinType::InnerJoin, through.table, PAIR, on);
        }
    }

    fn names(&self) -> (&str, &str) {
        match self {
            Self::Column(column) => ("", column.as_str()),
            Self::Through(through, _) => (through.table, through.parent),
        }
    }
}

/// Which rows of a list are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Counted {
    /// All of them.
    All,
    /// Those up to the cursor `after`.
    BeforePage,
    /// Those from the cursor `before` on.
    AfterPage,
}

/// One page: what it holds in the order of the list, the rows that this came from, and whether more follow the
/// way it was read.
#[derive(Debug)]
pub(super) struct Slice<T> {
    pub(super) nodes: Vec<T>,
    /// For cursors, which few ask for.
    rows: Vec<QueryResult>,
    pub(super) more: bool,
}

impl<T> Default for Slice<T> {
    fn default() -> Self {
        Self { nodes: Vec::new(), rows: Vec::new(), more: false }
    }
}

fn size(page: &Page<impl Listed>) -> Result<(u32, Reading), Fault> {
    let (name, wanted, reading) = match (page.first, page.last) {
        (Some(_), Some(_)) => {
            return Err(Fault::bad_input("Send `first` or `last`, not both."));
        }
        (first, None) => ("first", first, Reading::Forward),
        (None, last) => ("last", last, Reading::Backward),
    };
    Ok((length(name, wanted)?, reading))
}

/// How many rows a page has that is asked for so.
pub(super) fn length(name: &str, wanted: Option<i32>) -> Result<u32, Fault> {
    let Some(wanted) = wanted else { return Ok(DEFAULT_PAGE) };
    match u32::try_from(wanted) {
        Ok(wanted) if wanted <= LONGEST_PAGE => Ok(wanted),
        _ => Err(Fault::bad_input(format!("`{name}: {wanted}`: a page has 0 to {LONGEST_PAGE} rows."))),
    }
}

/// A list is not sorted by what the viewer may not read.
fn allowed(order: &impl Sorting, scope: &Scope) -> Result<(), Fault> {
    match order.guard() {
        Some(capability) if !scope.may(capability, Place::default()) => {
            let message = format!("You may not sort by `{}`.", order.name());
            Err(Fault::new(FaultCode::Forbidden, message))
        }
        _ => Ok(()),
    }
}

/// How cursors name a list in this order.
fn name_of<T: Listed>(keys: &[SortKey<Column<T>>]) -> String {
    let signature: Vec<_> = keys.iter().map(SortKey::signature).collect();
    format!("{}:{}", <T as Listed>::NAME, signature.join(""))
}

/// How cursors name a list in the order that it has when nobody asks for another, and what they hold.
pub(crate) fn own_order<T: Listed>() -> (String, Vec<KeyKind>) {
    let mut keys = T::default_order();
    keys.push(SortKey::asc(T::ID));
    (name_of::<T>(&keys), keys.iter().map(SortKey::kind).collect())
}

/// Under which name a page tells what could be seen when it was read.
const SEEN: &str = "seen";

impl<T: Listed> Plan<T> {
    fn new(page: &Page<T>, scope: &Scope) -> Result<Self, Fault> {
        let (size, reading) = size(page)?;
        let mut keys: Vec<SortKey<Column<T>>> = match page.order_by.as_deref() {
            None | Some([]) => T::default_order(),
            Some(orders) if orders.len() > MOST_KEYS => {
                return Err(Fault::bad_input(format!("`orderBy` takes at most {MOST_KEYS} orders.")));
            }
            Some(orders) => {
                orders.iter().try_for_each(|order| allowed(order, scope))?;
                orders.iter().flat_map(Sorting::keys).collect()
            }
        };
        keys.push(SortKey::asc(T::ID));
        let mut columns = T::columns(scope.named());
        // Cursors are made of them.
        for key in &keys {
            columns.also(key.column.as_str());
        }
        let list = name_of::<T>(&keys);
        let kinds: Vec<KeyKind> = keys.iter().map(SortKey::kind).collect();
        let read = |argument: &str, text: &Option<String>| {
            text.as_ref().map(|text| cursor::decode(argument, text, &list, &kinds)).transpose()
        };
        let (after, before) = (read("after", &page.after)?, read("before", &page.before)?);
        let asked = Asked::new(scope);
        let condition = match &page.filter {
            Some(filter) => filter.condition(&asked, At::TOP)?,
            None => find::always(),
        };
        Ok(Self { size, reading, columns, keys, list, after, before, condition, is_heavy: asked.is_heavy() })
    }

    /// The keys in the direction in which the page is read.
    fn reading_keys(&self) -> Vec<SortKey<Column<T>>> {
        match self.reading {
            Reading::Forward => self.keys.clone(),
            Reading::Backward => self.keys.iter().map(|key| key.reversed()).collect(),
        }
    }

    fn reversed_keys(&self) -> Vec<SortKey<Column<T>>> {
        self.keys.iter().map(|key| key.reversed()).collect()
    }

    fn between_cursors(&self) -> Condition {
        let mut all = Condition::all();
        if let Some(values) = &self.after {
            all = all.add(after(At::TOP, &self.keys, values));
        }
        if let Some(values) = &self.before {
            all = all.add(after(At::TOP, &self.reversed_keys(), values));
        }
        all
    }

    async fn rows(&self, scope: &Scope, select: &SelectStatement) -> Result<Vec<QueryResult>, Fault> {
        if self.is_heavy { scope.guarded_rows(select).await } else { scope.rows(select).await }
    }

    fn cut(&self) -> u64 {
        u64::from(self.size) + 1
    }

    /// The rows of a list in its order, of which the page is the beginning. `t0` is the table.
    fn list(&self, scope: &Scope) -> SelectStatement {
        let mut select = find::visible_only::<T::Entity>(scope.viewer(), At::TOP);
        select.cond_where(self.condition.clone()).cond_where(self.between_cursors());
        self.sort(&mut select, &At::TOP.alias());
        select.limit(self.cut());
        select
    }

    /// In the order in which the page is read.
    fn sort(&self, select: &mut SelectStatement, table: &Alias) {
        for key in self.reading_keys() {
            let column = (Alias::clone(table), key.column);
            match key.order() {
                (order, None) => select.order_by(column, order),
                (order, Some(nulls)) => select.order_by_with_nulls(column, order, nulls),
            };
        }
    }

    /// The page of one list.
    fn one(&self, scope: &Scope, parent: Option<(Link<Column<T>>, Uuid)>) -> SelectStatement {
        let mut select = self.list(scope);
        select.columns(self.columns.of_table(&At::TOP.alias()));
        if let Some((link, parent)) = parent {
            link.of(&mut select, Expr::val(parent));
        }
        if T::SAYS_WHAT_WAS_SEEN {
            // SQLite has one writer: whatever is written later comes later.
            let seen = match scope.backend() {
                DatabaseBackend::Postgres => Expr::cust("pg_current_snapshot()::text"),
                _ => Expr::cust("NULL"),
            };
            select.expr_as(seen, SEEN);
        }
        select
    }

    /// The pages of the lists of many parents: each is read from the index like that of one, and ends where it ends,
    /// however long the list is.
    fn many(&self, scope: &Scope, link: Link<Column<T>>, parents: &[Uuid]) -> SelectStatement {
        let page = Alias::new("page");
        let mut list = self.list(scope);
        let mut select = SelectStatement::new();
        select.columns(self.columns.of_table(&page));
        let parent = || Expr::col(("parents", "id"));
        select.from_subquery(find::listed(scope.backend(), parents), "parents").expr_as(parent(), PARENT);
        link.of(&mut list, parent());
        if scope.backend() == DatabaseBackend::Postgres {
            list.columns(self.columns.of_table(&At::TOP.alias()));
            select.join_lateral(JoinType::InnerJoin, list, Alias::clone(&page), find::always());
        } else {
            // Without LATERAL: the ids of each page, and the rows that have them.
            list.column((At::TOP.alias(), T::ID));
            select.join_as(JoinType::CrossJoin, T::Entity::default(), Alias::clone(&page), find::always());
            select.and_where(Expr::col((Alias::clone(&page), T::ID)).in_subquery(list));
            if let Link::Column(link) = link {
                // An id need not be that of one row alone. Said so that no index is read for it.
                let of = || Expr::col((Alias::clone(&page), link));
                select.and_where(Expr::from(Func::coalesce([of(), of()])).eq(parent()));
            }
        }
        self.sort(&mut select, &page);
        select
    }

    fn counted(&self, scope: &Scope, counted: Counted) -> SelectStatement {
        let mut select = find::visible_only::<T::Entity>(scope.viewer(), At::TOP);
        select.cond_where(self.condition.clone());
        match (counted, &self.after, &self.before) {
            (Counted::BeforePage, Some(values), _) => {
                select.cond_where(not_after(At::TOP, &self.keys, values));
            }
            (Counted::AfterPage, _, Some(values)) => {
                select.cond_where(not_after(At::TOP, &self.reversed_keys(), values));
            }
            _ => {}
        }
        select
    }

    fn slice(&self, mut rows: Vec<QueryResult>) -> Result<Slice<T>, Fault> {
        let size = usize::try_from(self.size).unwrap_or(usize::MAX);
        let more = rows.len() > size;
        rows.truncate(size);
        if self.reading == Reading::Backward {
            rows.reverse();
        }
        let nodes = rows.iter().map(|row| self.columns.of(row)).collect::<Result<_, _>>()?;
        Ok(Slice { nodes, rows, more })
    }

    fn cursor(&self, row: &QueryResult) -> Result<String, Fault> {
        let read = |key: &SortKey<Column<T>>| key.kind().read(row, key.column.as_str());
        let mut keys: Vec<Key> = self.keys.iter().map(read).collect::<Result<_, _>>()?;
        if T::SAYS_WHAT_WAS_SEEN
            && let Ok(Some(seen)) = row.try_get::<Option<String>>("", SEEN)
        {
            keys.push(Key::Text(seen));
        }
        Ok(cursor::encode(&self.list, keys))
    }

    /// The cursor of the row in this place of a page of this list.
    pub(super) fn cursor_of(&self, slice: &Slice<T>, place: usize) -> Result<Option<String>, Fault> {
        slice.rows.get(place).map(|row| self.cursor(row)).transpose()
    }
}

/// Where a list hangs: on the column that holds the parent's id. Lists that come from the same field of
/// the parsed document share their arguments and so their batch; its address tells fields apart, where
/// line and column would not in a document with odd line ends.
#[derive(Debug)]
pub(super) struct Lists<T: Listed> {
    place: usize,
    link: Link<Column<T>>,
    pub(super) plan: Arc<Plan<T>>,
}

impl<T: Listed> Clone for Lists<T> {
    fn clone(&self) -> Self {
        Self { place: self.place, link: self.link, plan: Arc::clone(&self.plan) }
    }
}

impl<T: Listed> PartialEq for Lists<T> {
    fn eq(&self, other: &Self) -> bool {
        self.place == other.place && self.link.names() == other.link.names()
    }
}

impl<T: Listed> Eq for Lists<T> {}

impl<T: Listed> Hash for Lists<T> {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        (self.place, self.link.names()).hash(state);
    }
}

impl<T: Listed> Loader for Lists<T> {
    type Key = Uuid;
    type Value = Arc<Slice<T>>;

    async fn load(&self, scope: &Scope, parents: &[Uuid]) -> Result<HashMap<Uuid, Arc<Slice<T>>>, Fault> {
        if let [parent] = parents {
            let rows = self.plan.rows(scope, &self.plan.one(scope, Some((self.link, *parent)))).await?;
            return Ok(HashMap::from([(*parent, Arc::new(self.plan.slice(rows)?))]));
        }
        let rows = self.plan.rows(scope, &self.plan.many(scope, self.link, parents)).await?;
        let mut of_parent: HashMap<Uuid, Vec<QueryResult>> = HashMap::new();
        for row in rows {
            let parent = row.try_get("", PARENT)?;
            of_parent.entry(parent).or_default().push(row);
        }
        parents
            .iter()
            .map(|parent| {
                let rows = of_parent.remove(parent).unwrap_or_default();
                Ok((*parent, Arc::new(self.plan.slice(rows)?)))
            })
            .collect()
    }
}

/// Counts the rows of lists.
#[derive(Debug)]
pub(super) struct Counts<T: Listed> {
    lists: Lists<T>,
    counted: Counted,
}

impl<T: Listed> Clone for Counts<T> {
    fn clone(&self) -> Self {
        Self { lists: self.lists.clone(), counted: self.counted }
    }
}

impl<T: Listed> PartialEq for Counts<T> {
    fn eq(&self, other: &Self) -> bool {
        self.lists == other.lists && self.counted == other.counted
    }
}

impl<T: Listed> Eq for Counts<T> {}

impl<T: Listed> Hash for Counts<T> {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.lists.hash(state);
        self.counted.hash(state);
    }
}

impl<T: Listed> Loader for Counts<T> {
    type Key = Uuid;
    type Value = i64;

    async fn load(&self, scope: &Scope, parents: &[Uuid]) -> Result<HashMap<Uuid, i64>, Fault> {
        let link = self.lists.link;
        let mut select = self.lists.plan.counted(scope, self.counted);
        link.join(&mut select);
        select
            .expr_as(Expr::col(link.parent()), PARENT)
            .expr_as(Func::count(Expr::col(Asterisk)), "counted")
            .and_where(find::any_of(scope.backend(), Expr::col(link.parent()), parents))
            .group_by_col(link.parent());
        let rows = self.lists.plan.rows(scope, &select).await?;
        rows.iter().map(|row| Ok((row.try_get("", PARENT)?, row.try_get("", "counted")?))).collect()
    }
}

/// Where a page came from: for what is asked of it later.
#[derive(Debug)]
pub(super) enum Source<T: Listed> {
    /// The list of everything.
    Root(Arc<Plan<T>>),
    /// The list of one parent.
    Of(Lists<T>, Uuid),
}

impl<T: Listed> Source<T> {
    pub(super) fn plan(&self) -> &Plan<T> {
        match self {
            Self::Root(plan) => plan,
            Self::Of(lists, _) => &lists.plan,
        }
    }

    pub(super) async fn count(&self, scope: &Scope, counted: Counted) -> Result<i64, Fault> {
        match self {
            Self::Of(lists, parent) => {
                let counts = Counts { lists: lists.clone(), counted };
                Ok(scope.load(&counts, *parent).await?.unwrap_or_default())
            }
            Self::Root(plan) => {
                let mut rows = plan.counted(scope, counted);
                rows.expr(Expr::val(1));
                if counted != Counted::All {
                    // Whether there is one is all that is asked.
                    rows.limit(1);
                }
                let mut select = SelectStatement::new();
                select.expr_as(Func::count(Expr::col(Asterisk)), "counted").from_subquery(rows, "rows");
                let rows = plan.rows(scope, &select).await?;
                Ok(rows.first().map(|row| row.try_get("", "counted")).transpose()?.unwrap_or_default())
            }
        }
    }
}

impl<T: Listed> Page<T> {
    /// The page of the list of everything.
    ///
    /// # Errors
    /// BAD_USER_INPUT for arguments that cannot be meant.
    pub async fn of_all(self, scope: &Scope) -> Result<Connection<T>, Fault> {
        self.of_those(scope, find::always()).await
    }

    /// The page of the list of those rows for which this holds, as a store works it out. The condition speaks of
    /// the table by the name [`At::TOP`].
    ///
    /// # Errors
    /// BAD_USER_INPUT for arguments that cannot be meant.
    pub async fn of_those(self, scope: &Scope, which: Condition) -> Result<Connection<T>, Fault> {
        let mut plan = Plan::new(&self, scope)?;
        plan.is_heavy |= !which.is_empty();
        plan.condition = Condition::all().add(which).add(plan.condition);
        let plan = Arc::new(plan);
        let rows = plan.rows(scope, &plan.one(scope, None)).await?;
        let slice = Arc::new(plan.slice(rows)?);
        Connection::new(scope, slice, Source::Root(plan))
    }

    /// The page of the list of one parent, loaded together with those of its siblings. `link` is the
    /// column that holds the parent's id.
    ///
    /// # Errors
    /// BAD_USER_INPUT for arguments that cannot be meant.
    pub async fn of_parent(
        self,
        ctx: &Context<'_>,
        link: Column<T>,
        parent: Uuid,
    ) -> Result<Connection<T>, Fault> {
        self.linked(ctx, Link::Column(link), parent).await
    }

    /// The same where a row can belong to several parents, and a table of pairs says to which. What the viewer sees of
    /// the rows they see whatever they belong to.
    ///
    /// # Errors
    /// BAD_USER_INPUT for arguments that cannot be meant.
    pub async fn of_parent_through(
        self,
        ctx: &Context<'_>,
        through: Through,
        parent: Uuid,
    ) -> Result<Connection<T>, Fault> {
        self.linked(ctx, Link::Through(through, T::ID), parent).await
    }

    async fn linked(
        self,
        ctx: &Context<'_>,
        link: Link<Column<T>>,
        parent: Uuid,
    ) -> Result<Connection<T>, Fault> {
        let scope = Scope::of(ctx)?;
        let place = std::ptr::from_ref(ctx.item).addr();
        let plan = scope.batcher.plan(place, || Plan::new(&self, scope))?;
        let lists = Lists { place, link, plan };
        let slice = scope.load(&lists, parent).await?.unwrap_or_default();
        Connection::new(scope, slice, Source::Of(lists, parent))
    }
}
