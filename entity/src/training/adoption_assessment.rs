//! How far somebody has come with a change (ADKAR), as they answered for a day. Never changed afterwards: the latest of a
//! person counts.

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::ids::{AdoptionAssessmentId, PersonId};
use crate::value::choice;

choice! {
    /// What keeps somebody from a change: the first of the five that is not there.
    Barrier as "AdoptionBarrier" {
        /// Does not know why.
        Awareness,
        /// Does not want to.
        Desire,
        /// Does not know how.
        Knowledge,
        /// Cannot do it yet.
        Ability,
        /// Would fall back.
        Reinforcement,
        /// Nothing.
        NoBarrier,
    }
}

/// One assessment.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "adoption_assessments")]
#[serde(rename_all = "camelCase")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AdoptionAssessmentId,
    /// Always 1: an assessment does not change.
    pub version: i32,
    /// Whom it is about.
    #[serde(rename = "person")]
    pub person_id: PersonId,
    /// Whether they know why, 1 to 5.
    pub awareness: i32,
    /// Whether they want to, 1 to 5.
    pub desire: i32,
    /// Whether they know how, 1 to 5.
    pub knowledge: i32,
    /// Whether they can, 1 to 5.
    pub ability: i32,
    /// Whether it lasts, 1 to 5.
    pub reinforcement: i32,
    /// What keeps them from it, as the five come to.
    pub barrier: Barrier,
    /// The day for which they answered.
    pub assessed_on: NaiveDate,
    /// When it was recorded.
    pub recorded_at: DateTime<Utc>,
}

crate::row::keyed!(AdoptionAssessmentId);

/// Written once: what a change would move on is there, and nothing ever changes.
impl crate::row::Row for Entity {
    const VERSION: Column = Column::Version;

    const UPDATED_AT: Column = Column::RecordedAt;

    fn stamp(row: &mut Model) -> crate::row::Stamp<'_> {
        crate::row::Stamp { version: &mut row.version, updated_at: &mut row.recorded_at }
    }

    fn within(_: &Model) -> Option<Uuid> {
        None
    }
}
