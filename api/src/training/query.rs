//! Root fields that read training.

use async_graphql::{Context, Object};
use tutti_entity::ids::OrgUnitId;
use tutti_entity::training::change_agent::Band;

use super::types::{
    AgentCoverage, Attendance, AttendanceFilter, AttendanceOrder, Certification, CertificationFilter,
    CertificationOrder, ChangeAgent, ChangeAgentFilter, ChangeAgentOrder, Curriculum, CurriculumFilter,
    CurriculumOrder, TrainingSession, TrainingSessionFilter, TrainingSessionOrder,
};
use crate::graphql::gate::needs;
use crate::graphql::{Connection, Fault, Page};
use crate::store::Scope;

/// Root fields about training.
#[derive(Debug, Default)]
pub struct TrainingQuery;

#[Object]
impl TrainingQuery {
    /// The curricula.
    #[graphql(directive = needs::apply("training.read".to_owned()))]
    #[expect(clippy::too_many_arguments, reason = "a list takes six arguments")]
    async fn curricula(
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
        filter: Option<CurriculumFilter>,
        #[graphql(desc = "In which order, at most 5 keys; by creation by default.")] order_by: Option<
            Vec<CurriculumOrder>,
        >,
    ) -> Result<Connection<Curriculum>, Fault> {
        Page { first, after, last, before, filter, order_by }.of_all(Scope::of(ctx)?).await
    }

    /// The sessions of all curricula: those to come, those that were held, and those that were called off.
    #[graphql(directive = needs::apply("training.read".to_owned()))]
    #[expect(clippy::too_many_arguments, reason = "a list takes six arguments")]
    async fn training_sessions(
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
        filter: Option<TrainingSessionFilter>,
        #[graphql(desc = "In which order, at most 5 keys; by creation by default.")] order_by: Option<
            Vec<TrainingSessionOrder>,
        >,
    ) -> Result<Connection<TrainingSession>, Fault> {
        Page { first, after, last, before, filter, order_by }.of_all(Scope::of(ctx)?).await
    }

    /// Who attended sessions or is to, of all curricula.
    #[graphql(directive = needs::apply("training.read".to_owned()))]
    #[expect(clippy::too_many_arguments, reason = "a list takes six arguments")]
    async fn attendances(
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
        filter: Option<AttendanceFilter>,
        #[graphql(desc = "In which order, at most 5 keys; by creation by default.")] order_by: Option<
            Vec<AttendanceOrder>,
        >,
    ) -> Result<Connection<Attendance>, Fault> {
        Page { first, after, last, before, filter, order_by }.of_all(Scope::of(ctx)?).await
    }

    /// The certificates of everybody, also those that ended.
    #[graphql(directive = needs::apply("training.read".to_owned()))]
    #[expect(clippy::too_many_arguments, reason = "a list takes six arguments")]
    async fn certifications(
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
        filter: Option<CertificationFilter>,
        #[graphql(desc = "In which order, at most 5 keys; by creation by default.")] order_by: Option<
            Vec<CertificationOrder>,
        >,
    ) -> Result<Connection<Certification>, Fault> {
        Page { first, after, last, before, filter, order_by }.of_all(Scope::of(ctx)?).await
    }

    /// The change agents of all units, also those that are not any more.
    #[graphql(directive = needs::apply("training.read".to_owned()))]
    #[expect(clippy::too_many_arguments, reason = "a list takes six arguments")]
    async fn change_agents(
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
        filter: Option<ChangeAgentFilter>,
        #[graphql(desc = "In which order, at most 5 keys; by creation by default.")] order_by: Option<
            Vec<ChangeAgentOrder>,
        >,
    ) -> Result<Connection<ChangeAgent>, Fault> {
        Page { first, after, last, before, filter, order_by }.of_all(Scope::of(ctx)?).await
    }

    /// How many change agents units have for their people, by the name of the unit: of a unit and all below it, or of
    /// every unit. Empty for a unit that is not there for you.
    #[graphql(directive = needs::apply("training.read".to_owned()))]
    async fn agent_coverage(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The unit, with all below it; every unit by default.")] org_unit_id: Option<
            OrgUnitId,
        >,
        #[graphql(desc = "Only units that are so well covered; however well by default.")] bands: Option<
            Vec<Band>,
        >,
    ) -> Result<Vec<AgentCoverage>, Fault> {
        AgentCoverage::of(ctx, org_unit_id, bands).await
    }
}
