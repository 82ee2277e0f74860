//! Somebody whom an audience names one by one.

use sea_orm::entity::prelude::*;

use crate::ids::{CommunicationId, PersonId};

/// One person of one audience.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "audience_people")]
pub struct Model {
    /// The communication.
    #[sea_orm(primary_key, auto_increment = false)]
    pub communication_id: CommunicationId,
    /// Who.
    #[sea_orm(primary_key, auto_increment = false)]
    pub person_id: PersonId,
}

/// None.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
