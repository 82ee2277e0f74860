//! Rows by id, batched: what most to-one relations need.

use std::{collections::HashMap, hash::Hash, marker::PhantomData};

use tutti_entity::Keyed;
use tutti_entity::ids::TypedId;
use uuid::Uuid;

use super::Scope;
use crate::access::Visible;
use crate::graphql::{Fault, batch::Loader};

/// Loads visible rows of an entity by id.
struct ById<E>(PhantomData<fn(E)>);

impl<E> Clone for ById<E> {
    fn clone(&self) -> Self {
        Self(PhantomData)
    }
}

impl<E> PartialEq for ById<E> {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl<E> Eq for ById<E> {}

impl<E> Hash for ById<E> {
    fn hash<H: std::hash::Hasher>(&self, _: &mut H) {}
}

impl<E: Keyed + Visible> Loader for ById<E> {
    type Key = Uuid;
    type Value = E::Model;

    async fn load(&self, scope: &Scope, ids: &[Uuid]) -> Result<HashMap<Uuid, E::Model>, Fault> {
        let rows = scope.find::<E>().any_of(E::ID, ids).all().await?;
        Ok(rows.into_iter().map(|row| (E::id(&row).uuid(), row)).collect())
    }
}

impl Scope {
    /// The row with this id, if the viewer may see it; asked for together with its siblings.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn one<E: Keyed + Visible>(&self, id: E::Id) -> Result<Option<E::Model>, Fault> {
        self.load(&ById::<E>(PhantomData), id.uuid()).await
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
