//! A report on an initiative: how it goes, in the words of who answers for it.

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::ids::{InitiativeId, PersonId, StatusReportId};
use crate::text::Text;
use crate::value::choice;

choice! {
    /// How something goes.
    Health {
        /// As agreed.
        Green,
        /// Needs attention.
        Amber,
        /// Will not hold as agreed.
        Red,
        /// It cannot be said.
        Grey,
    }
}

choice! {
    /// Whether a report is still written.
    State as "ReportState" {
        /// It is written, and seen by those alone who may publish it and by auditors.
        Draft,
        /// It is out and never changes.
        Published,
    }
}

choice! {
    /// Why a report says that it goes better than the figures do.
    OverrideReason {
        /// The figures lag behind what happened.
        TemporaryDataGap,
        /// A way back was agreed.
        RecoveryAgreed,
        /// What is off is within what was allowed.
        Tolerance,
    }
}

/// One report.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "status_reports")]
#[serde(rename_all = "camelCase")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: StatusReportId,
    /// Counts the changes, from 1.
    pub version: i32,
    /// The initiative it is on.
    #[serde(rename = "initiative")]
    pub initiative_id: InitiativeId,
    /// Who wrote it.
    #[serde(rename = "author")]
    pub author_id: PersonId,
    /// Whether it is out.
    pub state: State,
    /// The last day that it speaks of.
    pub period_end: NaiveDate,
    /// How it goes, as the author sees it.
    pub health: Health,
    /// How it went by the figures when it was published.
    pub computed_health: Option<Health>,
    /// Whether it says that it goes better than the figures did, or could say.
    #[serde(rename = "_betterThanComputed")]
    pub better_than_computed: bool,
    /// What happened, Markdown.
    pub summary: String,
    /// What comes next, Markdown.
    pub next_steps: Option<String>,
    /// What is asked of others, Markdown.
    pub help_needed: Option<String>,
    /// Why it says that it goes better than the figures do.
    pub override_reason: Option<OverrideReason>,
    /// Until when that holds.
    pub override_until: Option<NaiveDate>,
    /// When it was published.
    pub published_at: Option<DateTime<Utc>>,
    /// Who published it.
    #[serde(rename = "publishedBy")]
    pub published_by_id: Option<PersonId>,
    /// Who acknowledged it.
    #[serde(rename = "acknowledgedBy")]
    pub acknowledged_by_id: Option<PersonId>,
    /// When it was acknowledged.
    pub acknowledged_at: Option<DateTime<Utc>>,
    /// The report that this one corrects.
    #[serde(rename = "supersedes")]
    pub supersedes_id: Option<StatusReportId>,
    /// Whether it is the published report on the latest period that was not corrected: one of each initiative.
    #[serde(rename = "_isLatest")]
    pub is_latest: bool,
    /// When the draft was discarded, and takes the place of no other any more.
    pub discarded_at: Option<DateTime<Utc>>,
    /// When the row was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

crate::row::row!(
    StatusReportId,
    within initiative_id,
    found by |row| Text::shown_as(format!("Status report to {}", row.period_end))
        .saying(row.summary.as_str())
        .saying(row.next_steps.as_deref())
        .saying(row.help_needed.as_deref())
);
