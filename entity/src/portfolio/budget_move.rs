//! How much a change of a budget line moved the approved budget, never changed afterwards: so that the budget
//! of a past moment is a sum, whatever became of the lines since.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::ids::{BudgetLineId, InitiativeId};

/// One move: the amount of a new line, the difference of a changed one, what a removed one takes away.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "budget_moves")]
pub struct Model {
    /// The line.
    #[sea_orm(primary_key, auto_increment = false)]
    pub line_id: BudgetLineId,
    /// The version that the line came to with it.
    #[sea_orm(primary_key, auto_increment = false)]
    pub line_version: i32,
    /// The initiative of the line.
    pub initiative_id: InitiativeId,
    /// By how much, in minor units of the portfolio's currency; less than nothing for a cut.
    pub amount_minor: i64,
    /// When it moved.
    pub at: DateTime<Utc>,
}

/// None.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
