//! A session at which somebody teaches a curriculum to others.

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::ids::{CurriculumId, InitiativeId, PersonId, TrainingSessionId};
use crate::value::choice;

choice! {
    /// Where a session stands.
    State as "TrainingSessionState" {
        /// To be held.
        Scheduled,
        /// Held: who attended is known.
        Held,
        /// Called off.
        Cancelled,
    }
}

choice! {
    /// Why a session that was held creates no lineage.
    Flag as "TrainingSessionFlag" {
        /// On the day it was held its trainer had no certificate of the curriculum that lets one train.
        TrainerNotCertified,
        /// On the day it was held the certificate of its trainer had ended.
        TrainerCertificateExpired,
    }
}

/// One session.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "training_sessions")]
#[serde(rename_all = "camelCase")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: TrainingSessionId,
    /// Counts the changes, from 1.
    pub version: i32,
    /// What is taught.
    #[serde(rename = "curriculum")]
    pub curriculum_id: CurriculumId,
    /// Who teaches it.
    #[serde(rename = "trainer")]
    pub trainer_id: PersonId,
    /// The initiative for which it is held; none where it is held for none.
    #[serde(rename = "initiative")]
    pub initiative_id: Option<InitiativeId>,
    /// The day for which it is planned.
    pub scheduled_on: NaiveDate,
    /// The day on which it was held; none while it was not.
    pub held_on: Option<NaiveDate>,
    /// Where it is held.
    pub place: Option<String>,
    /// Where it stands.
    pub state: State,
    /// Why it creates no lineage; none where it does, or was not held.
    pub flag: Option<Flag>,
    /// When the row was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

crate::row::row!(TrainingSessionId, within maybe initiative_id);
