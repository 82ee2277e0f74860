//! One change of how often the reports of a portfolio fall due, never changed afterwards: so that what was due on
//! a past day can be told.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::ids::PortfolioId;

/// One change.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "cadence_moves")]
pub struct Model {
    /// The portfolio.
    #[sea_orm(primary_key, auto_increment = false)]
    pub portfolio_id: PortfolioId,
    /// The version that the portfolio came to with it.
    #[sea_orm(primary_key, auto_increment = false)]
    pub portfolio_version: i32,
    /// How often they fell due before, ISO 8601 duration.
    pub from_cadence: String,
    /// When it changed.
    pub at: DateTime<Utc>,
}

/// None.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
