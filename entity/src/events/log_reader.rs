//! How far somebody who reads the log has come, kept for whoever goes on after them.

use sea_orm::entity::prelude::*;

/// One reader.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "log_readers")]
pub struct Model {
    /// What they are called.
    #[sea_orm(primary_key, auto_increment = false)]
    pub name: String,
    /// The last place that they have come past.
    pub place: i64,
}

/// No relations: conditions on other tables are written where they are used.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
