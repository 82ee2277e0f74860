//! A question, an idea or a concern from below, and what became of it.

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::ids::{CommunicationId, PersonId, UpwardFeedbackId};
use crate::value::choice;

choice! {
    /// What comes back up.
    FeedbackKind as "UpwardFeedbackKind" {
        /// Somebody wants to know something.
        Question,
        /// Somebody has a proposal.
        Idea,
        /// Somebody is worried.
        Concern,
    }
}

choice! {
    /// Where it stands.
    FeedbackState as "UpwardFeedbackState" {
        /// Not answered.
        Open,
        /// Answered; whether something is done about it is still to be told.
        Answered,
        /// Something was done about it.
        Acted,
        /// Nothing is done about it, as the answer says.
        Declined,
    }
}

/// One question, idea or concern.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "upward_feedback")]
#[serde(rename_all = "camelCase")]
pub struct Model {
    /// Its id. That of an anonymous one is random and says nothing of when it was made.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: UpwardFeedbackId,
    /// Counts the changes, from 1.
    pub version: i32,
    /// What it is.
    pub kind: FeedbackKind,
    /// What it says, Markdown.
    pub text: String,
    /// The text, folded, for filters.
    pub text_folded: String,
    /// Who raised it; none where they wanted it so, and then nowhere else either.
    #[serde(rename = "from")]
    pub from_id: Option<PersonId>,
    /// The communication that it is about.
    #[serde(rename = "communication")]
    pub communication_id: Option<CommunicationId>,
    /// Who is asked; none for the programme office.
    #[serde(rename = "asked")]
    pub asked_id: Option<PersonId>,
    /// Where it stands.
    pub state: FeedbackState,
    /// The answer, Markdown.
    pub answer: Option<String>,
    /// Who answered.
    #[serde(rename = "answeredBy")]
    pub answered_by_id: Option<PersonId>,
    /// When they did.
    pub answered_at: Option<DateTime<Utc>>,
    /// How many people vote for it.
    pub votes: i32,
    /// The day on which it was raised.
    pub raised_on: NaiveDate,
    /// The day by which it is to be answered.
    pub due_on: NaiveDate,
    /// For an anonymous one until the log has heard of it: the day after which it may.
    #[serde(rename = "_untold")]
    pub untold_on: Option<NaiveDate>,
    /// When the row was made; of an anonymous one when that day began.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

crate::row::row!(UpwardFeedbackId);
