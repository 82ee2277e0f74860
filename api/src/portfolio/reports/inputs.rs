//! What mutations of status reports take. In updates an absent field stays and an explicit null clears.

use async_graphql::{InputObject, MaybeUndefined};
use tutti_entity::ids::{InitiativeId, StatusReportId};
use tutti_entity::portfolio::status_report::{Health, OverrideReason};

use crate::graphql::scalars::{Date, Markdown};

/// A new draft.
#[derive(Clone, Debug, InputObject)]
pub struct StatusReportDraftInput {
    /// The initiative; it has been ACTIVE, and is neither archived nor ended.
    pub initiative_id: InitiativeId,
    /// The last day that it speaks of: later than that of the last report that is out, and not before the initiative
    /// became ACTIVE or came back from ON_HOLD. It may be still to come; to be published, it may not.
    pub period_end: Date,
    /// How it goes, as you see it.
    pub health: Health,
    /// What happened, 1 to 20 000 characters.
    pub summary: Markdown,
    /// What comes next, at most 20 000 characters.
    pub next_steps: Option<Markdown>,
    /// What is asked of others, at most 20 000 characters.
    pub help_needed: Option<Markdown>,
    /// Why it says that it goes better than the figures do, where it does.
    pub override_reason: Option<OverrideReason>,
    /// Until when that holds: when it is published, that day to 30 days ahead.
    pub override_until: Option<Date>,
}

/// What to change of a draft.
#[derive(Clone, Debug, InputObject)]
pub struct StatusReportUpdateInput {
    /// The draft.
    pub id: StatusReportId,
    /// The last day that it speaks of, as when it was drafted; that of a correction stays. Cannot be cleared.
    pub period_end: MaybeUndefined<Date>,
    /// How it goes; cannot be cleared.
    pub health: MaybeUndefined<Health>,
    /// What happened, 1 to 20 000 characters; cannot be cleared.
    pub summary: MaybeUndefined<Markdown>,
    /// What comes next, at most 20 000 characters; null clears.
    pub next_steps: MaybeUndefined<Markdown>,
    /// What is asked of others, at most 20 000 characters; null clears.
    pub help_needed: MaybeUndefined<Markdown>,
    /// Why it says that it goes better than the figures do; null clears.
    pub override_reason: MaybeUndefined<OverrideReason>,
    /// Until when that holds; null clears.
    pub override_until: MaybeUndefined<Date>,
}

/// Which draft to publish.
#[derive(Clone, Debug, InputObject)]
pub struct StatusReportPublishInput {
    /// The draft.
    pub id: StatusReportId,
    /// Why it says that it goes better than the figures do; that of the draft where it is left out, null clears.
    pub override_reason: MaybeUndefined<OverrideReason>,
    /// Until when that holds: today to 30 days ahead; that of the draft where it is left out, null clears.
    pub override_until: MaybeUndefined<Date>,
}

/// Which report to acknowledge.
#[derive(Clone, Debug, InputObject)]
pub struct StatusReportAcknowledgeInput {
    /// The report.
    pub id: StatusReportId,
}

/// A correction. What is left out is as in the report that it corrects, and null clears what can be.
#[derive(Clone, Debug, InputObject)]
pub struct StatusReportSupersedeInput {
    /// The report that it corrects; out, and not corrected yet.
    pub id: StatusReportId,
    /// How it goes; cannot be cleared.
    pub health: MaybeUndefined<Health>,
    /// What happened, 1 to 20 000 characters; cannot be cleared.
    pub summary: MaybeUndefined<Markdown>,
    /// What comes next, at most 20 000 characters.
    pub next_steps: MaybeUndefined<Markdown>,
    /// What is asked of others, at most 20 000 characters.
    pub help_needed: MaybeUndefined<Markdown>,
    /// Why it says that it goes better than the figures did.
    pub override_reason: MaybeUndefined<OverrideReason>,
    /// Until when that holds.
    pub override_until: MaybeUndefined<Date>,
}

/// Which draft to discard.
#[derive(Clone, Debug, InputObject)]
pub struct StatusReportDiscardInput {
    /// The draft.
    pub id: StatusReportId,
    /// Why, at most 1 000 characters; kept in the log.
    pub reason: Option<String>,
}
