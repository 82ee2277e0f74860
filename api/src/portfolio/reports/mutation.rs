//! Root fields that write, publish and acknowledge status reports. What they do is in `commands`.

use async_graphql::{Context, Object};

use super::inputs::{
    StatusReportAcknowledgeInput, StatusReportDiscardInput, StatusReportDraftInput, StatusReportPublishInput,
    StatusReportSupersedeInput, StatusReportUpdateInput,
};
use super::types::StatusReportPayload;
use crate::graphql::gate::needs;
use crate::graphql::{Fault, payload};
use crate::store::WriteOptions;

/// Mutations of status reports.
#[derive(Debug, Default)]
pub struct ReportMutation;

#[Object]
impl ReportMutation {
    /// Drafts a report, which is seen by those who may publish it and by auditors. CONFLICT when the initiative is
    /// archived, has ended or was never ACTIVE, and for a period of which there is a draft, or that does not end
    /// after the last one that is out; INVALID for one that ends before the initiative became ACTIVE or came back
    /// from ON_HOLD.
    #[graphql(directive = needs::apply("report.publish".to_owned()))]
    async fn status_report_draft(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The draft.")] input: StatusReportDraftInput,
        #[graphql(desc = "How to carry it out.")] options: Option<WriteOptions>,
    ) -> Result<StatusReportPayload<StatusReportDraftInput>, Fault> {
        Ok(payload::run(ctx, &input, options).await?.into())
    }

    /// Changes a draft. CONFLICT when it is out or was discarded, or the initiative is archived or has ended; a
    /// period as when it was drafted, INVALID for another one than that of the report that it corrects.
    #[graphql(directive = needs::apply("report.publish".to_owned()))]
    async fn status_report_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to change.")] input: StatusReportUpdateInput,
        #[graphql(desc = "How to carry it out.")] options: Option<WriteOptions>,
    ) -> Result<StatusReportPayload<StatusReportUpdateInput>, Fault> {
        Ok(payload::run(ctx, &input, options).await?.into())
    }

    /// Publishes a draft: it never changes again, keeps a picture of the initiative and how it goes by the figures,
    /// becomes the latest report, and the next one falls due one cadence after its period. REQUIRED where it says
    /// that it goes better than the figures do, or can say, and no override says why and until when, INVALID for an
    /// override that holds until a day that is past or more than 30 days ahead; one that is not needed is dropped.
    /// CONFLICT when it is out or was discarded, when the initiative is archived or has ended, and when a later
    /// period was reported meanwhile; INVALID at `id` when its period is still to come. A correction takes the place
    /// of what it corrects, with its picture and what the figures said then.
    #[graphql(directive = needs::apply("report.publish".to_owned()))]
    async fn status_report_publish(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which draft.")] input: StatusReportPublishInput,
        #[graphql(desc = "How to carry it out.")] options: Option<WriteOptions>,
    ) -> Result<StatusReportPayload<StatusReportPublishInput>, Fault> {
        Ok(payload::run(ctx, &input, options).await?.into())
    }

    /// Acknowledges a report. FORBIDDEN for everybody but the reviewer of the initiative, and for who wrote or
    /// published it; CONFLICT when it is not out, was acknowledged or corrected already, or the initiative is
    /// archived.
    #[graphql(directive = needs::apply("report.acknowledge".to_owned()))]
    async fn status_report_acknowledge(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which report.")] input: StatusReportAcknowledgeInput,
        #[graphql(desc = "How to carry it out.")] options: Option<WriteOptions>,
    ) -> Result<StatusReportPayload<StatusReportAcknowledgeInput>, Fault> {
        Ok(payload::run(ctx, &input, options).await?.into())
    }

    /// Drafts the correction of a report that is out; published, it takes its place. CONFLICT when it is not out, is
    /// corrected already, or the initiative is archived or has ended. `expectedVersion` is that of the report that is
    /// corrected.
    #[graphql(directive = needs::apply("report.publish".to_owned()))]
    async fn status_report_supersede(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which report, and what is corrected.")] input: StatusReportSupersedeInput,
        #[graphql(desc = "How to carry it out.")] options: Option<WriteOptions>,
    ) -> Result<StatusReportPayload<StatusReportSupersedeInput>, Fault> {
        Ok(payload::run(ctx, &input, options).await?.into())
    }

    /// Discards a draft that nobody wants any more, so that its period is free. It stays in the list, marked.
    /// CONFLICT when it is out, or was discarded.
    #[graphql(directive = needs::apply("report.publish".to_owned()))]
    async fn status_report_discard(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which draft.")] input: StatusReportDiscardInput,
        #[graphql(desc = "How to carry it out.")] options: Option<WriteOptions>,
    ) -> Result<StatusReportPayload<StatusReportDiscardInput>, Fault> {
        Ok(payload::run(ctx, &input, options).await?.into())
    }
}
