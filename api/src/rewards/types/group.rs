//! Groups of plans and who takes part in them.

use async_graphql::{ComplexObject, Context, SimpleObject};
use tutti_entity::ids::{Kind, ParticipationId, PersonId, RewardGroupId, RewardPlanId, TypedId};
use tutti_entity::people::person::Tier;
use tutti_entity::rewards::{participation, reward_group, reward_plan};

use super::RewardPlan;
use crate::graphql::filter::{Col, DateFilter, Id, IdFilter, One};
use crate::graphql::scalars::{Date, Money};
use crate::graphql::{Connection, Fault, Listed, Page};
use crate::people::types::{Person, PersonFilter};
use crate::store::Scope;
use crate::{filter, order, payload, payload_of_many};

/// A group of a plan: those who have the same target award. Everything else is that of the plan. Seen by those who are
/// in it and those who may see awards; by those who may see totals alone where at least five people are in it.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct RewardGroup {
    /// Its id: `rwg_…`.
    pub id: RewardGroupId,
    /// Counts the changes, from 1.
    pub version: i32,
    /// What it is called.
    pub name: String,
    /// Whom it is meant for; null for no tier in particular.
    pub tier: Option<Tier>,
    /// What is paid to each of them for a whole period at 100 %.
    pub target_award: Money,
    #[graphql(skip)]
    plan_id: RewardPlanId,
}

impl From<reward_group::Model> for RewardGroup {
    fn from(row: reward_group::Model) -> Self {
        let reward_group::Model {
            id,
            version,
            plan_id,
            position: _,
            name,
            tier,
            target_award_minor,
            currency,
            removed_at: _,
            created_at: _,
            updated_at: _,
        } = row;
        let target_award = Money::from_minor(target_award_minor, currency);
        Self { id, version, name, tier, target_award, plan_id }
    }
}

impl RewardGroup {
    /// The group with this id, where a row that the viewer sees refers to it.
    pub(super) async fn the(ctx: &Context<'_>, id: RewardGroupId) -> Result<Self, Fault> {
        Ok(Scope::of(ctx)?.the::<reward_group::Entity>(id).await?.into())
    }
}

#[ComplexObject]
impl RewardGroup {
    /// The plan.
    async fn plan(&self, ctx: &Context<'_>) -> Result<RewardPlan, Fault> {
        Ok(Scope::of(ctx)?.the::<reward_plan::Entity>(self.plan_id).await?.into())
    }

    /// Who takes part in it, as far as you may see: yourself, and everybody where you may see awards.
    #[expect(clippy::too_many_arguments, reason = "a list takes six arguments")]
    async fn participants(
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
        filter: Option<ParticipationFilter>,
        #[graphql(desc = "In which order, at most 5 keys; by creation by default.")] order_by: Option<
            Vec<ParticipationOrder>,
        >,
    ) -> Result<Connection<Participation>, Fault> {
        let page = Page { first, after, last, before, filter, order_by };
        page.of_parent(ctx, participation::Column::GroupId, self.id.uuid()).await
    }
}

/// That somebody takes part in a plan. Seen by them and by those who may see awards.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct Participation {
    /// Its id: `ptn_…`.
    pub id: ParticipationId,
    /// Counts the changes, from 1. Send it as `expectedVersion`.
    pub version: i32,
    /// The first day.
    pub from: Date,
    /// The last day; the day before the first where it was taken back.
    pub to: Date,
    #[graphql(skip)]
    group_id: RewardGroupId,
    #[graphql(skip)]
    person_id: PersonId,
}

impl From<participation::Model> for Participation {
    fn from(row: participation::Model) -> Self {
        let participation::Model {
            id,
            version,
            plan_id: _,
            group_id,
            person_id,
            from_day,
            to_day,
            created_at: _,
            updated_at: _,
        } = row;
        Self { id, version, from: Date(from_day), to: Date(to_day), group_id, person_id }
    }
}

#[ComplexObject]
impl Participation {
    /// Who takes part.
    async fn person(&self, ctx: &Context<'_>) -> Result<Person, Fault> {
        Person::the(ctx, self.person_id).await
    }

    /// The group.
    async fn group(&self, ctx: &Context<'_>) -> Result<RewardGroup, Fault> {
        RewardGroup::the(ctx, self.group_id).await
    }
}

filter! {
    /// Which participations.
    ParticipationFilter for participation {
        /// By id.
        id: IdFilter = Id(participation::Column::Id, Kind::Participation),
        /// By the id of who takes part.
        person_id: IdFilter = Id(participation::Column::PersonId, Kind::Person),
        /// By who takes part.
        person: Box<PersonFilter> = One(participation::Column::PersonId),
        /// By the first day.
        from: DateFilter = Col(participation::Column::FromDay),
        /// By the last day.
        to: DateFilter = Col(participation::Column::ToDay),
    }
}

order! {
    /// Sorts participations.
    ParticipationOrder, ParticipationOrderField "What participations can be sorted by.", participation {
        /// By the first day.
        From => [FromDay],
        /// By the last day.
        To => [ToDay],
    }
}

impl Listed for Participation {
    const NAME: &'static str = "Participation";
    type Entity = participation::Entity;
    type Filter = ParticipationFilter;
    type Order = ParticipationOrder;
    const ID: participation::Column = participation::Column::Id;
}

payload! {
    /// What a mutation of a participation answers.
    ParticipationPayload {
        /// The participation as written; null when something has to be mended.
        participation: Participation = participation
    }
}

payload_of_many! {
    /// What the adding of many people answers.
    ParticipationsAddPayload of
    /// What became of one row.
    ParticipationsAddResult {
        /// The participation as written; null where it was not.
        participation: Participation = participation
    }
}
