//! A unit that an audience names: those who work there or in a unit below it.

use sea_orm::entity::prelude::*;

use crate::ids::{CommunicationId, OrgUnitId};

/// One unit of one audience.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "audience_units")]
pub struct Model {
    /// The communication.
    #[sea_orm(primary_key, auto_increment = false)]
    pub communication_id: CommunicationId,
    /// The unit.
    #[sea_orm(primary_key, auto_increment = false)]
    pub org_unit_id: OrgUnitId,
}

/// None.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
