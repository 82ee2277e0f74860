//! Adoption as callers see it.

use async_graphql::{ComplexObject, Context, SimpleObject};
use sea_orm::Iterable;
use tutti_entity::ids::{AdoptionAssessmentId, Kind, OrgUnitId, PersonId};
use tutti_entity::people::org_unit;
use tutti_entity::training::adoption_assessment::{self, Barrier};

use super::store::{Adoption, Organisation};
use crate::access::{Capability, Place};
use crate::graphql::figure::FigureState;
use crate::graphql::filter::{Col, DateFilter, DateTimeFilter, EnumFilter, Id, IdFilter};
use crate::graphql::scalars::{Date, DateTime};
use crate::graphql::{Fault, FaultCode, Listed};
use crate::people::types::{OrgUnit, Person};
use crate::store::Scope;
use crate::{filter, order, payload};

/// How far you have come with a change (ADKAR), as you answered for a day. It never changes. Seen by you alone.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct AdoptionAssessment {
    /// Its id: `ada_…`.
    pub id: AdoptionAssessmentId,
    /// Always 1, as it never changes.
    pub version: i32,
    /// Whether you know why, 1 to 5.
    pub awareness: i32,
    /// Whether you want to, 1 to 5.
    pub desire: i32,
    /// Whether you know how, 1 to 5.
    pub knowledge: i32,
    /// Whether you can, 1 to 5.
    pub ability: i32,
    /// Whether it will last, 1 to 5.
    pub reinforcement: i32,
    /// What keeps you from it: the first of the five that is 3 or less.
    pub barrier: Barrier,
    /// The day for which you answered.
    pub assessed_on: Date,
    /// When you answered.
    pub recorded_at: DateTime,
    #[graphql(skip)]
    person_id: PersonId,
}

impl From<adoption_assessment::Model> for AdoptionAssessment {
    fn from(row: adoption_assessment::Model) -> Self {
        let adoption_assessment::Model {
            id,
            version,
            person_id,
            awareness,
            desire,
            knowledge,
            ability,
            reinforcement,
            barrier,
            assessed_on,
            recorded_at,
        } = row;
        Self {
            id,
            version,
            awareness,
            desire,
            knowledge,
            ability,
            reinforcement,
            barrier,
            assessed_on: Date(assessed_on),
            recorded_at: DateTime(recorded_at),
            person_id,
        }
    }
}

#[ComplexObject]
impl AdoptionAssessment {
    /// Whom it is about: you.
    async fn person(&self, ctx: &Context<'_>) -> Result<Person, Fault> {
        Person::the(ctx, self.person_id).await
    }
}

filter! {
    /// Which of your assessments.
    AdoptionAssessmentFilter for adoption_assessment {
        /// By id.
        id: IdFilter = Id(adoption_assessment::Column::Id, Kind::AdoptionAssessment),
        /// By what keeps you from the change.
        barrier: EnumFilter<Barrier> = Col(adoption_assessment::Column::Barrier),
        /// By the day for which you answered.
        assessed_on: DateFilter = Col(adoption_assessment::Column::AssessedOn),
        /// By when you answered.
        recorded_at: DateTimeFilter = Col(adoption_assessment::Column::RecordedAt),
    }
}

order! {
    /// Sorts assessments.
    AdoptionAssessmentOrder, AdoptionAssessmentOrderField "What assessments can be sorted by.", adoption_assessment {
        /// By the day for which you answered.
        AssessedOn => [AssessedOn],
        /// By when you answered.
        RecordedAt => [RecordedAt],
    }
}

impl Listed for AdoptionAssessment {
    const NAME: &'static str = "AdoptionAssessment";
    type Entity = adoption_assessment::Entity;
    type Filter = AdoptionAssessmentFilter;
    type Order = AdoptionAssessmentOrder;
    const ID: adoption_assessment::Column = adoption_assessment::Column::Id;
}

/// What keeps the people of an org unit, and of all below it, from the change: how many have which barrier by their latest
/// answer. Those who have left are not counted. Averages of answers are never told.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct AdoptionProfile {
    /// How many people have answered; 0 where it is SUPPRESSED.
    pub assessed: i32,
    /// How many have which barrier: every barrier, also of nobody; empty where it is SUPPRESSED.
    pub barriers: Vec<BarrierCount>,
    /// OK, or SUPPRESSED where fewer than 5 people have answered, or where taking this unit away from what is told of others
    /// would tell of fewer than 5: of a unit with one that is hidden inside it, the next smallest is hidden as well.
    pub state: FigureState,
    #[graphql(skip)]
    unit: org_unit::Model,
}

/// How many people have a barrier.
#[derive(Clone, Debug, SimpleObject)]
pub struct BarrierCount {
    /// The barrier.
    pub barrier: Barrier,
    /// How many people.
    pub people: i32,
}

impl AdoptionProfile {
    /// That of a unit with all below it.
    pub(crate) async fn of(ctx: &Context<'_>, unit: OrgUnitId) -> Result<Self, Fault> {
        let scope = Scope::of(ctx)?;
        let Some(unit) = scope.one::<org_unit::Entity>(unit).await? else {
            return Err(Fault::bad_input("There is no org unit with this id."));
        };
        let here = Place { org_unit: Some(unit.id), ..Place::default() };
        if !scope.may(Capability::AdoptionGroupsRead, here) {
            let message = "You may not see the adoption of the people of this unit.";
            return Err(Fault::new(FaultCode::Forbidden, message));
        }
        let organisation = scope.load(&Adoption, ()).await?.unwrap_or_default();
        Ok(Self::new(&organisation, unit))
    }

    fn new(organisation: &Organisation, unit: org_unit::Model) -> Self {
        let Some(counts) = organisation.told.get(&unit.id) else {
            return Self { assessed: 0, barriers: Vec::new(), state: FigureState::Suppressed, unit };
        };
        let number = |people| i32::try_from(people).unwrap_or(i32::MAX);
        let count = |barrier| BarrierCount { barrier, people: number(counts.of(barrier)) };
        let barriers = Barrier::iter().map(count).collect();
        Self { assessed: number(counts.people()), barriers, state: FigureState::Ok, unit }
    }
}

#[ComplexObject]
impl AdoptionProfile {
    /// The unit.
    async fn org_unit(&self) -> OrgUnit {
        self.unit.clone().into()
    }

    /// The units directly below it, by name, each with all below it.
    async fn children(&self, ctx: &Context<'_>) -> Result<Vec<Self>, Fault> {
        let scope = Scope::of(ctx)?;
        let organisation = scope.load(&Adoption, ()).await?.unwrap_or_default();
        let units = organisation.children.get(&self.unit.id).cloned().unwrap_or_default();
        scope.produce(units.len())?;
        Ok(units.into_iter().map(|unit| Self::new(&organisation, unit)).collect())
    }
}

payload! {
    /// What a mutation of an assessment answers.
    AdoptionAssessmentPayload {
        /// The assessment as written; null when something has to be mended.
        adoption_assessment: AdoptionAssessment = adoption_assessment
    }
}
