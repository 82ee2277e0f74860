//! That somebody votes for what came from below: who, so that nobody does twice, and nothing else. Who it was is told to
//! nobody but themselves.

use sea_orm::entity::prelude::*;

use crate::ids::{PersonId, UpwardFeedbackId};

/// One vote.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "upward_votes")]
pub struct Model {
    /// For what.
    #[sea_orm(primary_key, auto_increment = false)]
    pub feedback_id: UpwardFeedbackId,
    /// Who.
    #[sea_orm(primary_key, auto_increment = false)]
    pub person_id: PersonId,
}

/// No relations: conditions on other tables are written where they are used.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
