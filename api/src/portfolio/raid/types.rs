//! Risks, assumptions and issues as callers see them.

mod dependency;

use async_graphql::{ComplexObject, Context, SimpleObject};
use tutti_entity::ids::{InitiativeId, Kind as Of, PersonId, RaidItemId, TypedId};
use tutti_entity::portfolio::raid_item::{Kind, Status};
use tutti_entity::portfolio::{action_item, initiative, raid_item};

use super::rules;
use super::store::Issues;
use crate::graphql::filter::{
    Col, DateFilter, DateTimeFilter, EnumFilter, Id, IdFilter, IntFilter, ListFilter, Many, One,
    StringFilter, Text,
};
use crate::graphql::scalars::{Date, DateTime, Money};
use crate::graphql::{Connection, Fault, Listed, Page};
use crate::people::types::{Person, PersonFilter};
use crate::portfolio::actions::types::{ActionItem, ActionItemFilter, ActionItemOrder};
use crate::portfolio::types::{Initiative, InitiativeFilter};
use crate::store::Scope;
use crate::{filter, order, payload};

pub use dependency::{Dependency, DependencyFilter, DependencyOrder, DependencyPayload};

/// A risk, an assumption or an issue of an initiative.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct RaidItem {
    /// Its id: `rsk_…`.
    pub id: RaidItemId,
    /// Counts the changes, from 1. Send it as `expectedVersion`.
    pub version: i32,
    /// What kind it is.
    pub kind: Kind,
    /// What it is.
    pub title: String,
    /// How likely it is, 1 to 5.
    pub probability: i32,
    /// How much it would harm, 1 to 5.
    pub impact: i32,
    /// Probability times impact, 1 to 25.
    pub score: i32,
    /// What it would cost, an estimate in the currency of the portfolio; null where nobody has said.
    pub impact_cost: Option<Money>,
    /// What it would cost times how likely it is: the mid-point of the band of its probability, which is 5, 20, 40,
    /// 60 or 85 %, times `impactCost`; null where nobody has said what it would cost.
    pub exposure: Option<Money>,
    /// What is done about it; null where nothing was said.
    pub response: Option<String>,
    /// By when something has to be done about it; null where nothing was said.
    pub due_on: Option<Date>,
    /// Where it stands.
    pub status: Status,
    /// When it was entered.
    pub created_at: DateTime,
    /// When it last changed.
    pub updated_at: DateTime,
    #[graphql(skip)]
    initiative_id: InitiativeId,
    #[graphql(skip)]
    owner_id: PersonId,
    #[graphql(skip)]
    came_of_id: Option<RaidItemId>,
}

impl From<raid_item::Model> for RaidItem {
    fn from(row: raid_item::Model) -> Self {
        let raid_item::Model {
            id,
            version,
            initiative_id,
            kind,
            title,
            title_folded: _,
            owner_id,
            probability,
            impact,
            score,
            impact_cost_minor,
            currency,
            response,
            due_on,
            status,
            came_of_id,
            created_at,
            updated_at,
        } = row;
        let money = |minor| Money::from_minor(minor, currency);
        let exposure = impact_cost_minor.and_then(|minor| rules::exposure(probability, minor));
        Self {
            id,
            version,
            kind,
            title,
            probability,
            impact,
            score,
            impact_cost: impact_cost_minor.map(money),
            exposure: exposure.map(money),
            response,
            due_on: due_on.map(Date),
            status,
            created_at: DateTime(created_at),
            updated_at: DateTime(updated_at),
            initiative_id,
            owner_id,
            came_of_id,
        }
    }
}

#[ComplexObject]
impl RaidItem {
    /// The initiative it is about.
    async fn initiative(&self, ctx: &Context<'_>) -> Result<Initiative, Fault> {
        Ok(Scope::of(ctx)?.the::<initiative::Entity>(self.initiative_id).await?.into())
    }

    /// Who looks after it.
    async fn owner(&self, ctx: &Context<'_>) -> Result<Person, Fault> {
        Person::the(ctx, self.owner_id).await
    }

    /// The risk or assumption that it came of; null for all but the issue of what has materialised.
    async fn came_of(&self, ctx: &Context<'_>) -> Option<Result<Self, Fault>> {
        let row = Scope::of(ctx).ok()?.one::<raid_item::Entity>(self.came_of_id?).await.transpose()?;
        Some(row.map(Into::into))
    }

    /// The issue that took its place; null for all but what has MATERIALISED.
    async fn issue(&self, ctx: &Context<'_>) -> Result<Option<Self>, Fault> {
        Ok(Scope::of(ctx)?.load(&Issues, self.id).await?.map(Into::into))
    }

    /// What is done about it: who does what by when.
    #[expect(clippy::too_many_arguments, reason = "a list takes six arguments")]
    async fn action_items(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first so many rows after `after`: 0 to 200, 50 by default.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Where the page starts: a cursor of this list.")] after: Option<String>,
        #[graphql(desc = "The last so many rows before `before`: 0 to 200.")] last: Option<i32>,
        #[graphql(desc = "Where the page ends: a cursor of this list.")] before: Option<String>,
        #[graphql(
            desc = "Which rows; all by default. At most 200 comparisons, 3 relations inside one another."
        )]
        filter: Option<ActionItemFilter>,
        #[graphql(desc = "In which order, at most 5 keys; by creation by default.")] order_by: Option<
            Vec<ActionItemOrder>,
        >,
    ) -> Result<Connection<ActionItem>, Fault> {
        let page = Page { first, after, last, before, filter, order_by };
        page.of_parent(ctx, action_item::Column::RaidItemId, self.id.uuid()).await
    }
}

filter! {
    /// Which risks, assumptions and issues.
    RaidItemFilter for raid_item {
        /// By id.
        id: IdFilter = Id(raid_item::Column::Id, Of::RaidItem),
        /// By the id of the initiative they are about.
        initiative_id: IdFilter = Id(raid_item::Column::InitiativeId, Of::Initiative),
        /// By the initiative they are about, and so by its portfolio.
        initiative: Box<InitiativeFilter> = One(raid_item::Column::InitiativeId),
        /// By what kind they are.
        kind: EnumFilter<Kind> = Col(raid_item::Column::Kind),
        /// By title.
        title: StringFilter = Text(raid_item::Column::Title, raid_item::Column::TitleFolded),
        /// By the id of who looks after them.
        owner_id: IdFilter = Id(raid_item::Column::OwnerId, Of::Person),
        /// By who looks after them.
        owner: Box<PersonFilter> = One(raid_item::Column::OwnerId),
        /// By how likely they are, 1 to 5.
        probability: IntFilter = Col(raid_item::Column::Probability),
        /// By how much they would harm, 1 to 5.
        impact: IntFilter = Col(raid_item::Column::Impact),
        /// By probability times impact, 1 to 25.
        score: IntFilter = Col(raid_item::Column::Score),
        /// By when something has to be done about them.
        due_on: DateFilter = Col(raid_item::Column::DueOn),
        /// By where they stand.
        status: EnumFilter<Status> = Col(raid_item::Column::Status),
        /// By the id of what they came of; `isNull: true` for all but the issues of what has materialised.
        came_of_id: IdFilter = Id(raid_item::Column::CameOfId, Of::RaidItem),
        /// By what is done about them: `none: { updatedAt: { within: "-P30D" } }` for those about which nobody did,
        /// or was asked to do, anything in the last 30 days.
        action_items: ListFilter<ActionItemFilter> = Many(action_item::Column::RaidItemId),
        /// By when they were entered.
        created_at: DateTimeFilter = Col(raid_item::Column::CreatedAt),
        /// By when they last changed.
        updated_at: DateTimeFilter = Col(raid_item::Column::UpdatedAt),
    }
}

order! {
    /// Sorts risks, assumptions and issues.
    RaidItemOrder, RaidItemOrderField "What risks, assumptions and issues can be sorted by.", raid_item {
        /// By probability times impact.
        Score => [Score],
        /// By when something has to be done about them.
        DueOn => [DueOn],
        /// By the name of the status.
        Status => [Status],
        /// By the name of the kind.
        Kind => [Kind],
        /// By title, case ignored.
        Title => [TitleFolded],
        /// By when they were entered.
        CreatedAt => [CreatedAt],
        /// By when they last changed.
        UpdatedAt => [UpdatedAt],
    }
}

impl Listed for RaidItem {
    const NAME: &'static str = "RaidItem";
    type Entity = raid_item::Entity;
    type Filter = RaidItemFilter;
    type Order = RaidItemOrder;
    const ID: raid_item::Column = raid_item::Column::Id;
}

payload! {
    /// What a mutation of a risk, an assumption or an issue answers.
    RaidItemPayload {
        /// The item as written; null when something has to be mended.
        raid_item: RaidItem = raid_item
    }
}
