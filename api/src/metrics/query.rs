//! Root fields that read KPIs and measurements.

use async_graphql::{Context, Object};

use super::types::{Kpi, KpiFilter, KpiOrder, Measurement, MeasurementFilter, MeasurementOrder};
use crate::graphql::gate::needs;
use crate::graphql::{Connection, Fault, Page};
use crate::store::Scope;

/// Root fields about KPIs.
#[derive(Debug, Default)]
pub struct MetricsQuery;

#[Object]
impl MetricsQuery {
    /// The numbers that the organisation steers by.
    #[graphql(directive = needs::apply("metrics.read".to_owned()))]
    #[expect(clippy::too_many_arguments, reason = "a list takes six arguments")]
    async fn kpis(
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
        filter: Option<KpiFilter>,
        #[graphql(desc = "In which order, at most 5 keys; by creation by default.")] order_by: Option<
            Vec<KpiOrder>,
        >,
    ) -> Result<Connection<Kpi>, Fault> {
        Page { first, after, last, before, filter, order_by }.of_all(Scope::of(ctx)?).await
    }

    /// What was measured of all KPIs: every revision, also those that wait for a second person or were declined.
    #[graphql(directive = needs::apply("metrics.read".to_owned()))]
    #[expect(clippy::too_many_arguments, reason = "a list takes six arguments")]
    async fn measurements(
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
        filter: Option<MeasurementFilter>,
        #[graphql(desc = "In which order, at most 5 keys; as they were recorded by default.")]
        order_by: Option<Vec<MeasurementOrder>>,
    ) -> Result<Connection<Measurement>, Fault> {
        Page { first, after, last, before, filter, order_by }.of_all(Scope::of(ctx)?).await
    }
}
