//! Rows by id, batched: what most to-one relations need.

use std::{collections::HashMap, hash::Hash, marker::PhantomData};

use sea_orm::IdenStatic as _;
use tutti_entity::Keyed;
use tutti_entity::ids::TypedId;
use uuid::Uuid;

use super::{At, Scope, find};
use crate::access::Visible;
use crate::graphql::{Fault, Listed, batch::Loader};

/// Whole rows.
struct Rows;
/// What rows are shown as, with the columns that the request asks for.
struct Shown;

/// Loads visible rows by their id.
struct ById<How, T>(PhantomData<fn(How, T)>);

impl<How, T> Clone for ById<How, T> {
    fn clone(&self) -> Self {
        Self(PhantomData)
    }
}

impl<How, T> PartialEq for ById<How, T> {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl<How, T> Eq for ById<How, T> {}

impl<How, T> Hash for ById<How, T> {
    fn hash<H: std::hash::Hasher>(&self, _: &mut H) {}
}

impl<E: Keyed + Visible> Loader for ById<Rows, E> {
    type Key = Uuid;
    type Value = E::Model;

    async fn load(&self, scope: &Scope, ids: &[Uuid]) -> Result<HashMap<Uuid, E::Model>, Fault> {
        let rows = scope.find::<E>().any_of(E::ID, ids).all().await?;
        Ok(rows.into_iter().map(|row| (E::id(&row).uuid(), row)).collect())
    }
}

impl<T: Listed + Clone> Loader for ById<Shown, T> {
    type Key = Uuid;
    type Value = T;

    async fn load(&self, scope: &Scope, ids: &[Uuid]) -> Result<HashMap<Uuid, T>, Fault> {
        let mut columns = T::columns(scope.named());
        columns.also(T::ID.as_str());
        let mut select = find::visible_only::<T::Entity>(scope.viewer(), At::TOP);
        select.columns(columns.of_table(&At::TOP.alias())).and_where(find::any_of(
            scope.backend(),
            At::TOP.col(T::ID),
            ids,
        ));
        let rows = scope.rows(&select).await?;
        rows.iter().map(|row| Ok((row.try_get("", T::ID.as_str())?, columns.of(row)?))).collect()
    }
}

/// The id of the rows that a type is shown for.
type Id<T> = <<T as Listed>::Entity as Keyed>::Id;

impl Scope {
    /// What the row with this id is shown as, if the viewer may see it; asked for together with its siblings, and read
    /// no further than the request asks.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn node<T>(&self, id: Id<T>) -> Result<Option<T>, Fault>
    where
        T: Listed<Entity: Keyed> + Clone,
    {
        self.load(&ById::<Shown, T>(PhantomData), id.uuid()).await
    }

    /// The same where another row refers to it, so that it has to be there.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn the_node<T>(&self, id: Id<T>) -> Result<T, Fault>
    where
        T: Listed<Entity: Keyed> + Clone,
    {
        let node = self.node(id).await?;
        node.ok_or_else(|| Fault::internal(format!("{id:?} is referred to and not there")))
    }

    /// The row with this id, if the viewer may see it; asked for together with its siblings.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn one<E: Keyed + Visible>(&self, id: E::Id) -> Result<Option<E::Model>, Fault> {
        self.load(&ById::<Rows, E>(PhantomData), id.uuid()).await
    }

    /// The row with this id where another row refers to it, so that it has to be there.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn the<E: Keyed + Visible>(&self, id: E::Id) -> Result<E::Model, Fault> {
        let row = self.one::<E>(id).await?;
        row.ok_or_else(|| Fault::internal(format!("{id:?} is referred to and not there")))
    }
}
