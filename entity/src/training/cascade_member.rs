//! Where somebody stands in the cascade of a curriculum: reckoned from attendances and certificates, and reckoned anew
//! for those whom a change touches.

use chrono::NaiveDate;
use sea_orm::entity::prelude::*;

use crate::ids::{AttendanceId, CurriculumId, PersonId, TrainingSessionId};

/// One person in one cascade.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "cascade_members")]
pub struct Model {
    /// The curriculum.
    #[sea_orm(primary_key, auto_increment = false)]
    pub curriculum_id: CurriculumId,
    /// Who stands there.
    #[sea_orm(primary_key, auto_increment = false)]
    pub person_id: PersonId,
    /// 0 for masters, else one more than that of their trainer.
    pub generation: i32,
    /// Who trained them; none for generation 0.
    pub trainer_id: Option<PersonId>,
    /// The session at which they were trained; none for generation 0.
    pub session_id: Option<TrainingSessionId>,
    /// Their attendance of that session; none for generation 0.
    pub attendance_id: Option<AttendanceId>,
    /// The day of that session; none for generation 0.
    pub held_on: Option<NaiveDate>,
    /// Their score after that session, in basis points.
    pub post_score_bp: Option<i32>,
    /// How many sessions of the curriculum they attended.
    pub attendances: i32,
}

/// None.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
