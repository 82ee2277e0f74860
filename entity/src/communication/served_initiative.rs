//! An initiative that a communication serves.

use sea_orm::entity::prelude::*;

use crate::ids::{CommunicationId, InitiativeId};

/// One initiative of one communication.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "served_initiatives")]
pub struct Model {
    /// The communication.
    #[sea_orm(primary_key, auto_increment = false)]
    pub communication_id: CommunicationId,
    /// The initiative.
    #[sea_orm(primary_key, auto_increment = false)]
    pub initiative_id: InitiativeId,
}

/// None.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
