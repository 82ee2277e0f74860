//! Somebody who helps the trainer of a session, and gets credit for it, not lineage.

use sea_orm::entity::prelude::*;

use crate::ids::{PersonId, TrainingSessionId};

/// One co-trainer of one session.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "co_trainers")]
pub struct Model {
    /// The session.
    #[sea_orm(primary_key, auto_increment = false)]
    pub session_id: TrainingSessionId,
    /// Who helps.
    #[sea_orm(primary_key, auto_increment = false)]
    pub person_id: PersonId,
}

/// None.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
