//! That somebody is to attend a session, or did, and what came of it.
//!
//! What the cascade asks of the session stands here as well: its curriculum, its trainer, its day, and whether it
//! creates lineage. Whoever changes a session brings these up in the same transaction.

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::ids::{AttendanceId, CurriculumId, PersonId, TrainingSessionId};
use crate::value::choice;

choice! {
    /// What became of somebody at a session.
    Status as "AttendanceStatus" {
        /// Is to come.
        Enrolled,
        /// Was there long enough and, where there is a score, scored well enough.
        Completed,
        /// Was there, too short or with too low a score.
        NotPassed,
        /// Was not there.
        Absent,
    }
}

/// One attendance.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "attendances")]
#[serde(rename_all = "camelCase")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AttendanceId,
    /// Counts the changes, from 1.
    pub version: i32,
    /// The session.
    #[serde(rename = "session")]
    pub session_id: TrainingSessionId,
    /// Who attends.
    #[serde(rename = "person")]
    pub person_id: PersonId,
    /// What became of them.
    pub status: Status,
    /// How many minutes they were there; none while it is not known.
    pub minutes: Option<i32>,
    /// Their score before the session, in basis points.
    pub pre_score_bp: Option<i32>,
    /// Their score after the session, in basis points.
    pub post_score_bp: Option<i32>,
    /// The curriculum of the session.
    #[serde(rename = "_curriculum")]
    pub curriculum_id: CurriculumId,
    /// The trainer of the session.
    #[serde(rename = "_trainer")]
    pub trainer_id: PersonId,
    /// The day on which the session was held.
    #[serde(rename = "_heldOn")]
    pub held_on: Option<NaiveDate>,
    /// Whether it was completed at a session that creates lineage.
    #[serde(rename = "_lineage")]
    pub lineage: bool,
    /// By when whoever completed it has to have trained others, as reckoned when it was recorded; none where nobody has
    /// to.
    pub practise_by: Option<NaiveDate>,
    /// When the row was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

crate::row::row!(AttendanceId);
