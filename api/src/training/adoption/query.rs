//! Root fields that read adoption.

use async_graphql::{Context, Object};
use tutti_entity::ids::OrgUnitId;

use super::types::{AdoptionAssessment, AdoptionAssessmentFilter, AdoptionAssessmentOrder, AdoptionProfile};
use crate::graphql::gate::needs;
use crate::graphql::{Connection, Fault, Page};
use crate::store::Scope;

/// Root fields about adoption.
#[derive(Debug, Default)]
pub struct AdoptionQuery;

#[Object]
impl AdoptionQuery {
    /// What keeps the people of an org unit, and of all below it, from the change, as they are and as they last answered.
    /// SUPPRESSED where that would tell of fewer than 5 people, by itself or by taking it away from what is told of other
    /// units. BAD_USER_INPUT where there is no such unit, FORBIDDEN where you may not see the adoption of its people.
    #[graphql(directive = needs::apply("adoption.groups".to_owned()))]
    async fn adoption(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The org unit: `org_…`.")] org_unit_id: OrgUnitId,
    ) -> Result<AdoptionProfile, Fault> {
        AdoptionProfile::of(ctx, org_unit_id).await
    }

    /// What you answered yourself; what others answered is in nobody's list.
    #[graphql(directive = needs::apply("adoption.read".to_owned()))]
    #[expect(clippy::too_many_arguments, reason = "a list takes six arguments")]
    async fn adoption_assessments(
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
        filter: Option<AdoptionAssessmentFilter>,
        #[graphql(desc = "In which order, at most 5 keys; as they were recorded by default.")]
        order_by: Option<Vec<AdoptionAssessmentOrder>>,
    ) -> Result<Connection<AdoptionAssessment>, Fault> {
        Page { first, after, last, before, filter, order_by }.of_all(Scope::of(ctx)?).await
    }
}
