//! Root fields that read status reports.

use async_graphql::{Context, Object};

use super::types::{StatusReport, StatusReportFilter, StatusReportOrder};
use crate::graphql::gate::needs;
use crate::graphql::{Connection, Fault, Page};
use crate::store::Scope;

/// Root fields about status reports.
#[derive(Debug, Default)]
pub struct ReportQuery;

#[Object]
impl ReportQuery {
    /// The status reports on all initiatives, also those that were corrected; drafts where you may publish them or
    /// are an auditor.
    #[graphql(directive = needs::apply("portfolio.read".to_owned()))]
    #[expect(clippy::too_many_arguments, reason = "a list takes six arguments")]
    async fn status_reports(
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
        filter: Option<StatusReportFilter>,
        #[graphql(desc = "In which order, at most 5 keys; by creation by default.")] order_by: Option<
            Vec<StatusReportOrder>,
        >,
    ) -> Result<Connection<StatusReport>, Fault> {
        Page { first, after, last, before, filter, order_by }.of_all(Scope::of(ctx)?).await
    }
}
