//! Actions as callers see them.

use async_graphql::{ComplexObject, Context, SimpleObject};
use tutti_entity::ids::{ActionItemId, InitiativeId, Kind, PersonId, RaidItemId};
use tutti_entity::portfolio::action_item::{self, Status};
use tutti_entity::portfolio::{initiative, raid_item};

use crate::graphql::filter::{
    Col, DateFilter, DateTimeFilter, EnumFilter, Id, IdFilter, One, StringFilter, Text,
};
use crate::graphql::scalars::{Date, DateTime};
use crate::graphql::{Fault, Listed};
use crate::people::types::{Person, PersonFilter};
use crate::portfolio::raid::types::{RaidItem, RaidItemFilter};
use crate::portfolio::types::{Initiative, InitiativeFilter};
use crate::store::Scope;
use crate::{filter, order, payload};

/// Who does what by when.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct ActionItem {
    /// Its id: `act_…`.
    pub id: ActionItemId,
    /// Counts the changes, from 1. Send it as `expectedVersion`.
    pub version: i32,
    /// What is to be done.
    pub title: String,
    /// By when.
    pub due_on: Date,
    /// Where it stands.
    pub status: Status,
    /// More about it; null where nothing was said.
    pub note: Option<String>,
    /// When it was done; null until then, and for what was dropped.
    pub completed_at: Option<DateTime>,
    /// When it was asked for.
    pub created_at: DateTime,
    /// When it last changed.
    pub updated_at: DateTime,
    #[graphql(skip)]
    assignee_id: PersonId,
    #[graphql(skip)]
    initiative_id: Option<InitiativeId>,
    #[graphql(skip)]
    raid_item_id: Option<RaidItemId>,
    #[graphql(skip)]
    created_by_id: PersonId,
}

impl From<action_item::Model> for ActionItem {
    fn from(row: action_item::Model) -> Self {
        let action_item::Model {
            id,
            version,
            title,
            title_folded: _,
            assignee_id,
            due_on,
            status,
            initiative_id,
            raid_item_id,
            note,
            created_by_id,
            completed_at,
            created_at,
            updated_at,
        } = row;
        Self {
            id,
            version,
            title,
            due_on: Date(due_on),
            status,
            note,
            completed_at: completed_at.map(DateTime),
            created_at: DateTime(created_at),
            updated_at: DateTime(updated_at),
            assignee_id,
            initiative_id,
            raid_item_id,
            created_by_id,
        }
    }
}

#[ComplexObject]
impl ActionItem {
    /// Who does it.
    async fn assignee(&self, ctx: &Context<'_>) -> Result<Person, Fault> {
        Person::the(ctx, self.assignee_id).await
    }

    /// The initiative for which it is done; null for one of the programme office itself.
    async fn initiative(&self, ctx: &Context<'_>) -> Option<Result<Initiative, Fault>> {
        let row = Scope::of(ctx).ok()?.one::<initiative::Entity>(self.initiative_id?).await.transpose()?;
        Some(row.map(Into::into))
    }

    /// The risk, assumption or issue about which it does something; null where it is about none.
    async fn raid_item(&self, ctx: &Context<'_>) -> Option<Result<RaidItem, Fault>> {
        let row = Scope::of(ctx).ok()?.one::<raid_item::Entity>(self.raid_item_id?).await.transpose()?;
        Some(row.map(Into::into))
    }

    /// Who asked for it.
    async fn created_by(&self, ctx: &Context<'_>) -> Result<Person, Fault> {
        Person::the(ctx, self.created_by_id).await
    }
}

filter! {
    /// Which actions.
    ActionItemFilter for action_item {
        /// By id.
        id: IdFilter = Id(action_item::Column::Id, Kind::ActionItem),
        /// By title.
        title: StringFilter = Text(action_item::Column::Title, action_item::Column::TitleFolded),
        /// By the id of who does it.
        assignee_id: IdFilter = Id(action_item::Column::AssigneeId, Kind::Person),
        /// By who does it.
        assignee: Box<PersonFilter> = One(action_item::Column::AssigneeId),
        /// By when it is to be done.
        due_on: DateFilter = Col(action_item::Column::DueOn),
        /// By where it stands.
        status: EnumFilter<Status> = Col(action_item::Column::Status),
        /// By the id of the initiative for which it is done; `isNull: true` for those of the programme office itself.
        initiative_id: IdFilter = Id(action_item::Column::InitiativeId, Kind::Initiative),
        /// By the initiative for which it is done, and so by its portfolio; one of the programme office itself has
        /// none that could match.
        initiative: Box<InitiativeFilter> = One(action_item::Column::InitiativeId),
        /// By the id of the risk, assumption or issue about which it does something, or by whether there is one.
        raid_item_id: IdFilter = Id(action_item::Column::RaidItemId, Kind::RaidItem),
        /// By the risk, assumption or issue about which it does something; one about none has none that could match.
        raid_item: Box<RaidItemFilter> = One(action_item::Column::RaidItemId),
        /// By the id of who asked for it.
        created_by_id: IdFilter = Id(action_item::Column::CreatedById, Kind::Person),
        /// By who asked for it.
        created_by: Box<PersonFilter> = One(action_item::Column::CreatedById),
        /// By when it was done; `isNull: true` for what is open or was dropped.
        completed_at: DateTimeFilter = Col(action_item::Column::CompletedAt),
        /// By when it was asked for.
        created_at: DateTimeFilter = Col(action_item::Column::CreatedAt),
        /// By when it last changed.
        updated_at: DateTimeFilter = Col(action_item::Column::UpdatedAt),
    }
}

order! {
    /// Sorts actions.
    ActionItemOrder, ActionItemOrderField "What actions can be sorted by.", action_item {
        /// By when they are to be done.
        DueOn => [DueOn],
        /// By the name of the status.
        Status => [Status],
        /// By title, case ignored.
        Title => [TitleFolded],
        /// By when they were done.
        CompletedAt => [CompletedAt],
        /// By when they were asked for.
        CreatedAt => [CreatedAt],
        /// By when they last changed.
        UpdatedAt => [UpdatedAt],
    }
}

impl Listed for ActionItem {
    const NAME: &'static str = "ActionItem";
    type Entity = action_item::Entity;
    type Filter = ActionItemFilter;
    type Order = ActionItemOrder;
    const ID: action_item::Column = action_item::Column::Id;
}

payload! {
    /// What a mutation of an action answers.
    ActionItemPayload {
        /// The action as written; null when something has to be mended.
        action_item: ActionItem = action_item
    }
}
