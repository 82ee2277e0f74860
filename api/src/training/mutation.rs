//! Root fields that change training. What they do is in `commands`.

use async_graphql::{Context, Object};

use super::inputs::{
    AttendanceEnrolInput, AttendanceRecordInput, CertificationIssueInput, CertificationRevokeInput,
    ChangeAgentNominateInput, ChangeAgentUpdateInput, CurriculumCreateInput, CurriculumUpdateInput,
    TrainingSessionCancelInput, TrainingSessionCorrectInput, TrainingSessionHoldInput,
    TrainingSessionScheduleInput, TrainingSessionUpdateInput,
};
use super::types::{
    AttendancePayload, CertificationPayload, ChangeAgentPayload, CurriculumPayload, TrainingSessionPayload,
};
use crate::graphql::gate::needs;
use crate::graphql::{Fault, payload};
use crate::store::WriteOptions;

/// Mutations of curricula, sessions, attendances, certificates and change agents.
#[derive(Debug, Default)]
pub struct TrainingMutation;

#[Object]
impl TrainingMutation {
    /// Enters a curriculum. CONFLICT for a name that another one has; INVALID for a duration that is no number of days,
    /// weeks, months or years, for minutes and for a pass mark that cannot be.
    #[graphql(directive = needs::apply("training.lead".to_owned()))]
    async fn curriculum_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The curriculum.")] input: CurriculumCreateInput,
        #[graphql(desc = "How to carry it out.")] options: Option<WriteOptions>,
    ) -> Result<CurriculumPayload<CurriculumCreateInput>, Fault> {
        Ok(payload::run(ctx, &input, options).await?.into())
    }

    /// Changes a curriculum: what is issued and recorded from then on goes by it. CONFLICT and INVALID as when it was
    /// entered.
    #[graphql(directive = needs::apply("training.lead".to_owned()))]
    async fn curriculum_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to change.")] input: CurriculumUpdateInput,
        #[graphql(desc = "How to carry it out.")] options: Option<WriteOptions>,
    ) -> Result<CurriculumPayload<CurriculumUpdateInput>, Fault> {
        Ok(payload::run(ctx, &input, options).await?.into())
    }

    /// Schedules a session. FORBIDDEN for a TRAINER who names another one; CONFLICT where the trainer is their own
    /// co-trainer or somebody is there twice, and for an initiative that is archived or has ended; INVALID for somebody who is
    /// not ACTIVE; LIMIT_EXCEEDED for more than 20 co-trainers. A trainer who will hold no certificate is not refused: see
    /// `expectedFlag`.
    #[graphql(directive = needs::apply("training.run".to_owned()))]
    async fn training_session_schedule(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The session.")] input: TrainingSessionScheduleInput,
        #[graphql(desc = "How to carry it out.")] options: Option<WriteOptions>,
    ) -> Result<TrainingSessionPayload<TrainingSessionScheduleInput>, Fault> {
        Ok(payload::run(ctx, &input, options).await?.into())
    }

    /// Changes a session that is SCHEDULED, CONFLICT for another one; and as when it was scheduled. CONFLICT as well where
    /// somebody who is enrolled would train.
    #[graphql(directive = needs::apply("training.run".to_owned()))]
    async fn training_session_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to change.")] input: TrainingSessionUpdateInput,
        #[graphql(desc = "How to carry it out.")] options: Option<WriteOptions>,
    ) -> Result<TrainingSessionPayload<TrainingSessionUpdateInput>, Fault> {
        Ok(payload::run(ctx, &input, options).await?.into())
    }

    /// Records that a session was held, and who attended. Whoever was long enough there and, where there is a score, scored
    /// well enough has COMPLETED it. A session whose trainer held no certificate on the day is flagged, and counts as attendance
    /// all the same. ILLEGAL_TRANSITION when it is not SCHEDULED; INVALID for a day to come and for minutes and scores that cannot
    /// be; CONFLICT for somebody who is there twice or trains at it; NOT_FOUND for somebody unknown; LIMIT_EXCEEDED for more than
    /// 1 000 attendances. Paths such as `["input", "attendances", "3", "minutes"]` count from 0.
    #[graphql(directive = needs::apply("training.run".to_owned()))]
    async fn training_session_hold(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which session, when, and who attended.")] input: TrainingSessionHoldInput,
        #[graphql(desc = "How to carry it out.")] options: Option<WriteOptions>,
    ) -> Result<TrainingSessionPayload<TrainingSessionHoldInput>, Fault> {
        Ok(payload::run(ctx, &input, options).await?.into())
    }

    /// Corrects who gave a session that was HELD, and when. Its flag and its lineage are reckoned anew. CONFLICT when it
    /// was not held, and where somebody who attended would have trained; INVALID for a day to come; REQUIRED for no reason.
    #[graphql(directive = needs::apply("training.run".to_owned()))]
    async fn training_session_correct(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to correct, and why.")] input: TrainingSessionCorrectInput,
        #[graphql(desc = "How to carry it out.")] options: Option<WriteOptions>,
    ) -> Result<TrainingSessionPayload<TrainingSessionCorrectInput>, Fault> {
        Ok(payload::run(ctx, &input, options).await?.into())
    }

    /// Calls a session off. ILLEGAL_TRANSITION when it is not SCHEDULED; REQUIRED for no reason.
    #[graphql(directive = needs::apply("training.run".to_owned()))]
    async fn training_session_cancel(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which session, and why.")] input: TrainingSessionCancelInput,
        #[graphql(desc = "How to carry it out.")] options: Option<WriteOptions>,
    ) -> Result<TrainingSessionPayload<TrainingSessionCancelInput>, Fault> {
        Ok(payload::run(ctx, &input, options).await?.into())
    }

    /// Enrols somebody in a session. CONFLICT when it is not SCHEDULED, when they are enrolled already, and when they train
    /// at it; INVALID for somebody who has left.
    #[graphql(directive = needs::apply("training.run".to_owned()))]
    async fn attendance_enrol(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who is to attend what.")] input: AttendanceEnrolInput,
        #[graphql(desc = "How to carry it out.")] options: Option<WriteOptions>,
    ) -> Result<AttendancePayload<AttendanceEnrolInput>, Fault> {
        Ok(payload::run(ctx, &input, options).await?.into())
    }

    /// Records late, or corrects, what became of somebody at a session that was HELD; their lineage is reckoned anew.
    /// CONFLICT when it was not held, and when they trained at it; INVALID for minutes and scores that cannot be.
    #[graphql(directive = needs::apply("training.run".to_owned()))]
    async fn attendance_record(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What became of whom.")] input: AttendanceRecordInput,
        #[graphql(desc = "How to carry it out.")] options: Option<WriteOptions>,
    ) -> Result<AttendancePayload<AttendanceRecordInput>, Fault> {
        Ok(payload::run(ctx, &input, options).await?.into())
    }

    /// Issues a certificate, with the last day on which it holds: the day of issue and the validity of the curriculum, at
    /// the end of the month where that month is shorter. One of the level that is in force makes place for it on that day.
    /// Sessions that its holder gave since then are judged anew. FORBIDDEN for a TRAINER at or above their own level; INVALID for a
    /// day to come, for somebody who has left, and for a basis that is not a COMPLETED attendance of theirs; CONFLICT for a day
    /// on or before that of one of the level, or on which one held that was revoked.
    #[graphql(directive = needs::apply("certificate.issue".to_owned()))]
    async fn certification_issue(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The certificate.")] input: CertificationIssueInput,
        #[graphql(desc = "How to carry it out.")] options: Option<WriteOptions>,
    ) -> Result<CertificationPayload<CertificationIssueInput>, Fault> {
        Ok(payload::run(ctx, &input, options).await?.into())
    }

    /// Takes a certificate back, from today or a day before on. Sessions that its holder gave from then on are judged anew.
    /// FORBIDDEN for a TRAINER at or above their own level; CONFLICT when it was revoked already, or a newer one took its place;
    /// INVALID for a day to come and for one on which it did not hold; REQUIRED for no reason.
    #[graphql(directive = needs::apply("certificate.issue".to_owned()))]
    async fn certification_revoke(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which certificate, and why.")] input: CertificationRevokeInput,
        #[graphql(desc = "How to carry it out.")] options: Option<WriteOptions>,
    ) -> Result<CertificationPayload<CertificationRevokeInput>, Fault> {
        Ok(payload::run(ctx, &input, options).await?.into())
    }

    /// Nominates a change agent for a unit. CONFLICT when they are one already; INVALID for somebody who has left and for a
    /// capacity that cannot be.
    #[graphql(directive = needs::apply("training.lead".to_owned()))]
    async fn change_agent_nominate(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who, for which unit.")] input: ChangeAgentNominateInput,
        #[graphql(desc = "How to carry it out.")] options: Option<WriteOptions>,
    ) -> Result<ChangeAgentPayload<ChangeAgentNominateInput>, Fault> {
        Ok(payload::run(ctx, &input, options).await?.into())
    }

    /// Changes a change agent. ILLEGAL_TRANSITION for a state to which they do not go from theirs; CONFLICT for an ACTIVE one
    /// without the agreement of their manager; INVALID for a capacity that cannot be, and for somebody who has left and is to be
    /// ACTIVE.
    #[graphql(directive = needs::apply("training.lead".to_owned()))]
    async fn change_agent_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to change.")] input: ChangeAgentUpdateInput,
        #[graphql(desc = "How to carry it out.")] options: Option<WriteOptions>,
    ) -> Result<ChangeAgentPayload<ChangeAgentUpdateInput>, Fault> {
        Ok(payload::run(ctx, &input, options).await?.into())
    }
}
