//! A dependency as callers see it.

use async_graphql::{ComplexObject, Context, SimpleObject};
use tutti_entity::ids::{DependencyId, InitiativeId, Kind};
use tutti_entity::portfolio::{dependency, initiative};

use crate::graphql::filter::{BooleanFilter, Col, DateFilter, DateTimeFilter, Id, IdFilter, One, When};
use crate::graphql::scalars::{Date, DateTime};
use crate::graphql::{Fault, Listed};
use crate::portfolio::raid::rules::chain::{Conflict, Need};
use crate::portfolio::raid::store::{self, Side};
use crate::portfolio::types::{Initiative, InitiativeFilter};
use crate::store::Scope;
use crate::{filter, order, payload};

/// That one initiative needs another: the giver must finish before the taker needs it.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct Dependency {
    /// Its id: `dep_…`.
    pub id: DependencyId,
    /// Counts the changes, from 1. Send it as `expectedVersion`.
    pub version: i32,
    /// The day on which the taker needs it.
    pub needed_on: Date,
    /// What is needed; null where nothing was said.
    pub note: Option<String>,
    /// When it was removed, and does not hold any more; null while it holds.
    pub removed_at: Option<DateTime>,
    /// When it was added.
    pub created_at: DateTime,
    /// When it last changed.
    pub updated_at: DateTime,
    #[graphql(skip)]
    giver_id: InitiativeId,
    #[graphql(skip)]
    taker_id: InitiativeId,
}

impl From<dependency::Model> for Dependency {
    fn from(row: dependency::Model) -> Self {
        let dependency::Model {
            id,
            version,
            giver_id,
            taker_id,
            needed_on,
            note,
            removed_at,
            created_at,
            updated_at,
        } = row;
        Self {
            id,
            version,
            needed_on: Date(needed_on),
            note,
            removed_at: removed_at.map(DateTime),
            created_at: DateTime(created_at),
            updated_at: DateTime(updated_at),
            giver_id,
            taker_id,
        }
    }
}

impl Dependency {
    /// Those in force in which this initiative stands on this side.
    pub(crate) async fn of(
        ctx: &Context<'_>,
        side: Side,
        initiative: InitiativeId,
    ) -> Result<Vec<Self>, Fault> {
        let rows = Scope::of(ctx)?.load_list(&store::Dependencies, (side, initiative)).await?;
        Ok(rows.into_iter().map(Into::into).collect())
    }

    async fn conflict(&self, ctx: &Context<'_>) -> Result<Conflict, Fault> {
        let scope = Scope::of(ctx)?;
        let (giver, taker) = futures_util::future::try_join(
            scope.the::<initiative::Entity>(self.giver_id),
            scope.the::<initiative::Entity>(self.taker_id),
        )
        .await?;
        let need = Need {
            giver: giver.status,
            due_on: giver.due_on,
            completed_on: giver.completed_on,
            taker: taker.status,
            needed_on: self.needed_on.0,
            removed: self.removed_at.is_some(),
        };
        Ok(need.conflict())
    }
}

#[ComplexObject]
impl Dependency {
    /// The initiative that has to finish first.
    async fn giver(&self, ctx: &Context<'_>) -> Result<Initiative, Fault> {
        Ok(Scope::of(ctx)?.the::<initiative::Entity>(self.giver_id).await?.into())
    }

    /// The initiative that waits for it.
    async fn taker(&self, ctx: &Context<'_>) -> Result<Initiative, Fault> {
        Ok(Scope::of(ctx)?.the::<initiative::Entity>(self.taker_id).await?.into())
    }

    /// By how many days it comes too late: the giver's due date, or the day it was closed, minus `neededOn`, if that
    /// is more than 0, and else 0. Of a giver that was CANCELLED or REJECTED the last due date is taken; it never
    /// gives, which `inConflict` tells. 0 where nothing waits any more: the dependency was removed, or the taker has
    /// ended.
    async fn conflict_days(&self, ctx: &Context<'_>) -> Result<i32, Fault> {
        Ok(self.conflict(ctx).await?.days)
    }

    /// Whether the taker waits for something that comes too late, by `conflictDays`, or never, because the giver was
    /// CANCELLED or REJECTED.
    async fn in_conflict(&self, ctx: &Context<'_>) -> Result<bool, Fault> {
        Ok(self.conflict(ctx).await?.is)
    }
}

filter! {
    /// Which dependencies.
    DependencyFilter for dependency {
        /// By id.
        id: IdFilter = Id(dependency::Column::Id, Kind::Dependency),
        /// By the id of the initiative that has to finish first.
        giver_id: IdFilter = Id(dependency::Column::GiverId, Kind::Initiative),
        /// By the initiative that has to finish first.
        giver: Box<InitiativeFilter> = One(dependency::Column::GiverId),
        /// By the id of the initiative that waits for it.
        taker_id: IdFilter = Id(dependency::Column::TakerId, Kind::Initiative),
        /// By the initiative that waits for it.
        taker: Box<InitiativeFilter> = One(dependency::Column::TakerId),
        /// By the day on which the taker needs it.
        needed_on: DateFilter = Col(dependency::Column::NeededOn),
        /// By whether the taker waits for something that comes too late or never.
        in_conflict: BooleanFilter = When(store::in_conflict),
        /// By when they were removed; `isNull: true` for those that hold.
        removed_at: DateTimeFilter = Col(dependency::Column::RemovedAt),
        /// By when they were added.
        created_at: DateTimeFilter = Col(dependency::Column::CreatedAt),
    }
}

order! {
    /// Sorts dependencies.
    DependencyOrder, DependencyOrderField "What dependencies can be sorted by.", dependency {
        /// By the day on which the taker needs it.
        NeededOn => [NeededOn],
        /// By when they were added.
        CreatedAt => [CreatedAt],
    }
}

impl Listed for Dependency {
    const NAME: &'static str = "Dependency";
    type Entity = dependency::Entity;
    type Filter = DependencyFilter;
    type Order = DependencyOrder;
    const ID: dependency::Column = dependency::Column::Id;
}

payload! {
    /// What a mutation of a dependency answers.
    DependencyPayload {
        /// The dependency as written; null when something has to be mended.
        dependency: Dependency = dependency
    }
}
