//! Change agents, and how well they cover the units, as callers see them.

use async_graphql::{ComplexObject, Context, SimpleObject};
use tutti_entity::ids::{ChangeAgentId, Kind, OrgUnitId, PersonId};
use tutti_entity::training::change_agent::{self, Band, State};

use crate::graphql::filter::{BooleanFilter, Col, DateTimeFilter, EnumFilter, Id, IdFilter, One};
use crate::graphql::scalars::{DateTime, Percent};
use crate::graphql::{Fault, Figure, Listed};
use crate::people::types::{OrgUnit, OrgUnitFilter, Person, PersonFilter};
use crate::store::Scope;
use crate::training::rules::coverage::{band, people_per_agent};
use crate::training::store::{Covered, PeopleTrained, coverage};
use crate::{filter, order, payload};

/// Somebody who carries the change into an org unit.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct ChangeAgent {
    /// Its id: `agt_…`.
    pub id: ChangeAgentId,
    /// Counts the changes, from 1. Send it as `expectedVersion`.
    pub version: i32,
    /// How much of their time is for it: more than 0, at most 100.
    pub capacity: Percent,
    /// Whether their manager agreed.
    pub manager_agreed: bool,
    /// Where they stand.
    pub state: State,
    /// When they were nominated.
    pub created_at: DateTime,
    /// When this last changed.
    pub updated_at: DateTime,
    #[graphql(skip)]
    person_id: PersonId,
    #[graphql(skip)]
    org_unit_id: OrgUnitId,
}

impl From<change_agent::Model> for ChangeAgent {
    fn from(row: change_agent::Model) -> Self {
        let change_agent::Model {
            id,
            version,
            person_id,
            org_unit_id,
            capacity_bp,
            manager_agreed,
            state,
            created_at,
            updated_at,
        } = row;
        Self {
            id,
            version,
            capacity: Percent::from_basis_points(capacity_bp),
            manager_agreed,
            state,
            created_at: DateTime(created_at),
            updated_at: DateTime(updated_at),
            person_id,
            org_unit_id,
        }
    }
}

#[ComplexObject]
impl ChangeAgent {
    /// Who it is.
    async fn person(&self, ctx: &Context<'_>) -> Result<Person, Fault> {
        Person::the(ctx, self.person_id).await
    }

    /// The unit into which they carry the change.
    async fn org_unit(&self, ctx: &Context<'_>) -> Result<OrgUnit, Fault> {
        Scope::of(ctx)?.the_node(self.org_unit_id).await
    }

    /// How many different people completed sessions that they gave, of whatever curriculum.
    async fn people_trained(&self, ctx: &Context<'_>) -> Result<i32, Fault> {
        let people = Scope::of(ctx)?.load(&PeopleTrained, self.person_id).await?.unwrap_or_default();
        Ok(i32::try_from(people).unwrap_or(i32::MAX))
    }
}

filter! {
    /// Which change agents.
    ChangeAgentFilter for change_agent {
        /// By id.
        id: IdFilter = Id(change_agent::Column::Id, Kind::ChangeAgent),
        /// By the id of who it is.
        person_id: IdFilter = Id(change_agent::Column::PersonId, Kind::Person),
        /// By who it is.
        person: Box<PersonFilter> = One(change_agent::Column::PersonId),
        /// By the id of the unit into which they carry the change.
        org_unit_id: IdFilter = Id(change_agent::Column::OrgUnitId, Kind::OrgUnit),
        /// By the unit into which they carry the change.
        org_unit: Box<OrgUnitFilter> = One(change_agent::Column::OrgUnitId),
        /// By whether their manager agreed.
        manager_agreed: BooleanFilter = Col(change_agent::Column::ManagerAgreed),
        /// By where they stand.
        state: EnumFilter<State> = Col(change_agent::Column::State),
        /// By when they were nominated.
        created_at: DateTimeFilter = Col(change_agent::Column::CreatedAt),
        /// By when this last changed.
        updated_at: DateTimeFilter = Col(change_agent::Column::UpdatedAt),
    }
}

order! {
    /// Sorts change agents.
    ChangeAgentOrder, ChangeAgentOrderField "What change agents can be sorted by.", change_agent {
        /// By how much of their time is for it.
        Capacity => [CapacityBp],
        /// By the name of the state.
        State => [State],
        /// By when they were nominated.
        CreatedAt => [CreatedAt],
        /// By when they last changed.
        UpdatedAt => [UpdatedAt],
    }
}

impl Listed for ChangeAgent {
    const NAME: &'static str = "ChangeAgent";
    type Entity = change_agent::Entity;
    type Filter = ChangeAgentFilter;
    type Order = ChangeAgentOrder;
    const ID: change_agent::Column = change_agent::Column::Id;
}

payload! {
    /// What a mutation of a change agent answers.
    ChangeAgentPayload {
        /// The change agent as written; null when something has to be mended.
        change_agent: ChangeAgent = change_agent
    }
}

/// How many change agents a unit has for its people, those of the units below it included.
#[derive(Clone, Debug, SimpleObject)]
pub struct AgentCoverage {
    /// The unit.
    pub org_unit: OrgUnit,
    /// How many people work there; those who have left are not counted.
    pub headcount: i32,
    /// How many different people are ACTIVE agents there and have not left.
    pub active_agents: i32,
    /// How many people there are for each agent, a ratio to four decimals; NOT_APPLICABLE where there is no agent.
    pub people_per_agent: Figure,
    /// How well the unit is covered.
    pub band: Band,
}

impl From<Covered> for AgentCoverage {
    fn from(Covered { unit, headcount, agents }: Covered) -> Self {
        let whole = |count: i64| i32::try_from(count).unwrap_or(i32::MAX);
        Self {
            org_unit: unit.into(),
            headcount: whole(headcount),
            active_agents: whole(agents),
            people_per_agent: people_per_agent(headcount, agents),
            band: band(headcount, agents),
        }
    }
}

impl AgentCoverage {
    /// The coverage of a unit and of those below it, or of all, that is in one of these bands.
    pub(crate) async fn of(
        ctx: &Context<'_>,
        unit: Option<OrgUnitId>,
        bands: Option<Vec<Band>>,
    ) -> Result<Vec<Self>, Fault> {
        let scope = Scope::of(ctx)?;
        let all = coverage(scope, unit).await?;
        let mut told: Vec<Self> = all.into_iter().map(Self::from).collect();
        told.retain(|one| bands.as_ref().is_none_or(|bands| bands.contains(&one.band)));
        scope.produce(told.len())?;
        Ok(told)
    }
}
