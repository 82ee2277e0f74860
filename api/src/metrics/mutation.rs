//! Root fields that change KPIs, targets, measurements and links. What they do is in `commands`.

use async_graphql::{Context, Object};

use super::inputs::{
    KpiCreateInput, KpiLinkAddInput, KpiLinkRemoveInput, KpiPeriodLockInput, KpiTargetSetInput,
    KpiUpdateInput, MeasurementRecordInput, MeasurementRestateInput, MeasurementsRecordInput,
    RestatementApproveInput, RestatementDeclineInput,
};
use super::types::{
    KpiLinkPayload, KpiPayload, KpiPeriodLockPayload, KpiTargetPayload, MeasurementPayload,
    MeasurementsRecordPayload,
};
use crate::graphql::gate::needs;
use crate::graphql::{Fault, payload};
use crate::store::WriteOptions;

/// Mutations of KPIs.
#[derive(Debug, Default)]
pub struct MetricsMutation;

#[Object]
impl MetricsMutation {
    /// Creates a KPI. CONFLICT for a code that another one has; INVALID for an aggregation, unit or currency that does
    /// not fit its kind, and for an owner who is not at work.
    #[graphql(directive = needs::apply("metrics.manage".to_owned()))]
    async fn kpi_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The KPI.")] input: KpiCreateInput,
        #[graphql(desc = "How to carry it out.")] options: Option<WriteOptions>,
    ) -> Result<KpiPayload<KpiCreateInput>, Fault> {
        Ok(payload::run(ctx, &input, options).await?.into())
    }

    /// Changes a KPI. IN_USE for what its measured numbers hang on, once there are any, and for `minResponses` once a
    /// period is locked; CONFLICT and INVALID as when it was created.
    #[graphql(directive = needs::apply("metrics.manage".to_owned()))]
    async fn kpi_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to change.")] input: KpiUpdateInput,
        #[graphql(desc = "How to carry it out.")] options: Option<WriteOptions>,
    ) -> Result<KpiPayload<KpiUpdateInput>, Fault> {
        Ok(payload::run(ctx, &input, options).await?.into())
    }

    /// Sets what a KPI is to come to within a time, or changes the target that begins on the same day. INVALID unless
    /// threshold, target and stretch are each better than the one before and lie where the KPI can be; CONFLICT where
    /// another target holds on one of the days.
    #[graphql(directive = needs::apply("metrics.manage".to_owned()))]
    async fn kpi_target_set(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The target.")] input: KpiTargetSetInput,
        #[graphql(desc = "How to carry it out.")] options: Option<WriteOptions>,
    ) -> Result<KpiTargetPayload<KpiTargetSetInput>, Fault> {
        Ok(payload::run(ctx, &input, options).await?.into())
    }

    /// Records what was measured of a KPI in a period. What was recorded before stays readable as an earlier revision;
    /// the same numbers and story once more write nothing. INVALID for a day on which no period begins, a period that
    /// is not over, and counts that cannot be; REQUIRED for a count that is missing; CONFLICT for a locked period;
    /// FORBIDDEN for an org unit outside of those for which you may record.
    #[graphql(directive = needs::apply("measurement.record".to_owned()))]
    async fn measurement_record(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What was measured.")] input: MeasurementRecordInput,
        #[graphql(desc = "How to carry it out.")] options: Option<WriteOptions>,
    ) -> Result<MeasurementPayload<MeasurementRecordInput>, Fault> {
        Ok(payload::run(ctx, &input, options).await?.into())
    }

    /// Records many measurements, each as by `measurementRecord`, with an event for each that is new. Every row has its
    /// result, with the same codes and paths such as `["input", "rows", "3", "satisfied"]`, rows counted from 0;
    /// CONFLICT also for a row that is about the same KPI, unit and period as one before it. REQUIRED for no rows,
    /// LIMIT_EXCEEDED for more than 1 000.
    #[graphql(directive = needs::apply("measurement.record".to_owned()))]
    async fn measurements_record(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The rows, and what to do when some of them cannot be written.")]
        input: MeasurementsRecordInput,
        #[graphql(desc = "How to carry it out.")] options: Option<WriteOptions>,
    ) -> Result<MeasurementsRecordPayload, Fault> {
        Ok(payload::run_many(ctx, &input, options).await?.into())
    }

    /// Locks the periods of KPIs that end on a day or before: their numbers change only by restatements from then on,
    /// and what was not measured is only added by one. A lock never goes back: a KPI that is locked further stays
    /// so. INVALID for a day to come; NOT_FOUND for a KPI that is not there, with its place in the list; REQUIRED
    /// for none, LIMIT_EXCEEDED for more than 200.
    #[graphql(directive = needs::apply("metrics.manage".to_owned()))]
    async fn kpi_period_lock(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which KPIs, through which day.")] input: KpiPeriodLockInput,
        #[graphql(desc = "How to carry it out.")] options: Option<WriteOptions>,
    ) -> Result<KpiPeriodLockPayload, Fault> {
        Ok(payload::run_many(ctx, &input, options).await?.into())
    }

    /// Asks for another number in a locked period. It is a new revision that comes in force when somebody else
    /// approves it. CONFLICT while the period is open, while another request for the same number waits, and where
    /// nothing would change; INVALID and REQUIRED as when it was recorded.
    #[graphql(directive = needs::apply("measurement.record".to_owned()))]
    async fn measurement_restate(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which number, what it is to be, and why.")] input: MeasurementRestateInput,
        #[graphql(desc = "How to carry it out.")] options: Option<WriteOptions>,
    ) -> Result<MeasurementPayload<MeasurementRestateInput>, Fault> {
        Ok(payload::run(ctx, &input, options).await?.into())
    }

    /// Approves a restatement, which is in force from then on. FORBIDDEN for the one who asked for it; CONFLICT for
    /// what was decided already, and for what is no restatement.
    #[graphql(directive = needs::apply("restatement.approve".to_owned()))]
    async fn restatement_approve(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which restatement.")] input: RestatementApproveInput,
        #[graphql(desc = "How to carry it out.")] options: Option<WriteOptions>,
    ) -> Result<MeasurementPayload<RestatementApproveInput>, Fault> {
        Ok(payload::run(ctx, &input, options).await?.into())
    }

    /// Declines a restatement; who asked for it withdraws it so. It stays readable and never comes in force. CONFLICT
    /// for what was decided already, and for what is no restatement.
    #[graphql(directive = needs::apply("restatement.approve".to_owned()))]
    async fn restatement_decline(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which restatement, and why.")] input: RestatementDeclineInput,
        #[graphql(desc = "How to carry it out.")] options: Option<WriteOptions>,
    ) -> Result<MeasurementPayload<RestatementDeclineInput>, Fault> {
        Ok(payload::run(ctx, &input, options).await?.into())
    }

    /// Says that an initiative is to move a KPI. CONFLICT where that was said already, and when the initiative is
    /// archived or has ended; INVALID for an expected change of nothing and a lag that is none.
    #[graphql(directive = needs::apply("initiative.change".to_owned()))]
    async fn kpi_link_add(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The link.")] input: KpiLinkAddInput,
        #[graphql(desc = "How to carry it out.")] options: Option<WriteOptions>,
    ) -> Result<KpiLinkPayload<KpiLinkAddInput>, Fault> {
        Ok(payload::run(ctx, &input, options).await?.into())
    }

    /// Takes back that an initiative is to move a KPI. The link is in no list any more; the log tells of it. CONFLICT
    /// when the initiative is archived or has ended.
    #[graphql(directive = needs::apply("initiative.change".to_owned()))]
    async fn kpi_link_remove(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which link.")] input: KpiLinkRemoveInput,
        #[graphql(desc = "How to carry it out.")] options: Option<WriteOptions>,
    ) -> Result<KpiLinkPayload<KpiLinkRemoveInput>, Fault> {
        Ok(payload::run(ctx, &input, options).await?.into())
    }
}
