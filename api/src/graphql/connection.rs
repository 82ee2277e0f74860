//! What a list answers: edges, nodes, where the page stands, and how many there are if that is asked.

use std::{borrow::Cow, sync::Arc};

use async_graphql::{Context, Object, OutputType, TypeName};
use futures_util::{FutureExt as _, future::BoxFuture};
use sea_orm::EntityTrait;

use super::Fault;
use super::filter::Filter;
use super::needed::{Columns, Named};
use super::order::{SortKey, Sorting};
use super::page::{Counted, Reading, Slice, Source};
use crate::access::Visible;
use crate::store::Scope;

/// What edges and pages have to know of a type.
pub trait InLists: OutputType + 'static {
    /// The name of the type, which cursors carry.
    const NAME: &'static str;
}

impl<T: Listed> InLists for T {
    const NAME: &'static str = <T as Listed>::NAME;
}

/// A type that comes in lists.
pub trait Listed: OutputType + Sized + From<<Self::Entity as EntityTrait>::Model> + 'static {
    /// The name of the type, which cursors carry.
    const NAME: &'static str;

    /// The entity behind it.
    type Entity: Visible<Model: Send + Sync>;

    /// What its lists can be filtered by.
    type Filter: Filter<Entity = Self::Entity>;

    /// What its lists can be sorted by.
    type Order: Sorting<Column = <Self::Entity as EntityTrait>::Column>;

    /// The column that tells two rows apart when everything else is equal.
    const ID: <Self::Entity as EntityTrait>::Column;

    /// Whether cursors say what could be seen when the page was read. A row that is written late may come to stand
    /// before a cursor; with this, whoever goes on to follow the list from there is told of it.
    const SAYS_WHAT_WAS_SEEN: bool = false;

    /// How its rows are read where these fields are asked for: with all columns, unless the type says which it needs.
    #[must_use]
    fn columns(_: &Named) -> Columns<Self> {
        Columns::all()
    }

    /// The order when the caller names none; by id, which is by creation, unless said otherwise.
    #[must_use]
    fn default_order() -> Vec<SortKey<<Self::Entity as EntityTrait>::Column>> {
        Vec::new()
    }
}

/// One page of a list.
#[derive(Debug)]
pub struct Connection<T: Listed> {
    slice: Arc<Slice<T>>,
    source: Source<T>,
}

impl<T: Listed> Connection<T> {
    pub(super) fn new(scope: &Scope, slice: Arc<Slice<T>>, source: Source<T>) -> Result<Self, Fault> {
        scope.produce(slice.nodes.len())?;
        Ok(Self { slice, source })
    }
}

impl<T: Listed> TypeName for Connection<T> {
    fn type_name() -> Cow<'static, str> {
        Cow::Owned(format!("{}Connection", <T as Listed>::NAME))
    }
}

/// One page of a list.
#[Object(name_type)]
impl<T: Listed> Connection<T> {
    /// The rows of the page with their cursors.
    async fn edges(&self) -> Vec<Edge<'_, T>> {
        self.slice.nodes.iter().enumerate().map(|(place, node)| Edge::of(node, place, self)).collect()
    }

    /// The rows of the page.
    async fn nodes(&self) -> &[T] {
        &self.slice.nodes
    }

    /// Where the page stands in its list.
    async fn page_info(&self) -> PageInfo<'_> {
        PageInfo(self)
    }

    /// How many rows the list has under this filter, on all pages. Counted only when it is selected.
    async fn total_count(&self, ctx: &Context<'_>) -> Result<i32, Fault> {
        let count = self.source.count(Scope::of(ctx)?, Counted::All).await?;
        Ok(i32::try_from(count).unwrap_or(i32::MAX))
    }
}

/// A row of a list and its cursor.
pub struct Edge<'c, T> {
    node: Held<'c, T>,
    cursor: Cursor<'c>,
}

/// The row of a page, or one that comes by itself.
enum Held<'c, T> {
    Lent(&'c T),
    Own(Box<T>),
}

/// Which row of its page it is, or its cursor.
enum Cursor<'c> {
    Of(&'c dyn Neighbours, usize),
    Own(String),
}

impl<'c, T> Edge<'c, T> {
    /// A row of a page.
    pub(super) fn of(node: &'c T, place: usize, page: &'c dyn Neighbours) -> Self {
        Self { node: Held::Lent(node), cursor: Cursor::Of(page, place) }
    }

    /// A row that comes by itself.
    #[must_use]
    pub fn owned(node: T, cursor: String) -> Self {
        Self { node: Held::Own(Box::new(node)), cursor: Cursor::Own(cursor) }
    }
}

impl<T: InLists> TypeName for Edge<'_, T> {
    fn type_name() -> Cow<'static, str> {
        Cow::Owned(format!("{}Edge", T::NAME))
    }
}

/// A row of a list and its cursor.
#[Object(name_type)]
impl<T: InLists> Edge<'_, T> {
    /// Where the row stands: send it as `after` or `before`. It does not expire.
    async fn cursor(&self) -> Result<String, Fault> {
        match &self.cursor {
            Cursor::Own(cursor) => Ok(cursor.clone()),
            Cursor::Of(page, place) => {
                let cursor = page.cursor(*place)?;
                cursor.ok_or_else(|| Fault::internal("an edge beyond its page"))
            }
        }
    }

    /// The row.
    async fn node(&self) -> &T {
        match &self.node {
            Held::Lent(node) => node,
            Held::Own(node) => node,
        }
    }
}

/// A page that can be asked what lies beyond it, whatever its rows are.
pub(super) trait Neighbours: Send + Sync {
    /// Whether the list goes on beyond this end.
    fn beyond<'a>(&'a self, scope: &'a Scope, end: Reading) -> BoxFuture<'a, Result<bool, Fault>>;

    /// How many rows the page has.
    fn len(&self) -> usize;

    /// The cursor of the row in this place.
    fn cursor(&self, place: usize) -> Result<Option<String>, Fault>;
}

impl<T: Listed> Neighbours for Connection<T> {
    fn beyond<'a>(&'a self, scope: &'a Scope, end: Reading) -> BoxFuture<'a, Result<bool, Fault>> {
        async move {
            let plan = self.source.plan();
            if plan.reading == end && self.slice.more {
                return Ok(true);
            }
            let (cursor, counted) = match end {
                Reading::Forward => (&plan.before, Counted::AfterPage),
                Reading::Backward => (&plan.after, Counted::BeforePage),
            };
            Ok(cursor.is_some() && self.source.count(scope, counted).await? > 0)
        }
        .boxed()
    }

    fn len(&self) -> usize {
        self.slice.nodes.len()
    }

    fn cursor(&self, place: usize) -> Result<Option<String>, Fault> {
        self.source.plan().cursor_of(&self.slice, place)
    }
}

/// Where a page stands in its list.
pub struct PageInfo<'c>(pub(super) &'c dyn Neighbours);

/// Where a page stands in its list.
#[Object]
impl PageInfo<'_> {
    /// Whether there are rows after the page.
    async fn has_next_page(&self, ctx: &Context<'_>) -> Result<bool, Fault> {
        self.0.beyond(Scope::of(ctx)?, Reading::Forward).await
    }

    /// Whether there are rows before the page.
    async fn has_previous_page(&self, ctx: &Context<'_>) -> Result<bool, Fault> {
        self.0.beyond(Scope::of(ctx)?, Reading::Backward).await
    }

    /// The cursor of the first row, null on an empty page.
    async fn start_cursor(&self) -> Result<Option<String>, Fault> {
        self.0.cursor(0)
    }

    /// The cursor of the last row, null on an empty page.
    async fn end_cursor(&self) -> Result<Option<String>, Fault> {
        self.0.len().checked_sub(1).map_or(Ok(None), |last| self.0.cursor(last))
    }
}
