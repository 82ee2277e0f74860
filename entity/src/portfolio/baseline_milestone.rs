//! A milestone as it was agreed in a baseline. Written once.

use chrono::NaiveDate;
use sea_orm::entity::prelude::*;

use super::milestone::CreditRule;
use crate::ids::{BaselineId, InitiativeId, MilestoneId};

/// One milestone of one baseline.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "baseline_milestones")]
pub struct Model {
    /// The baseline.
    #[sea_orm(primary_key, auto_increment = false)]
    pub baseline_id: BaselineId,
    /// The milestone.
    #[sea_orm(primary_key, auto_increment = false)]
    pub milestone_id: MilestoneId,
    /// The initiative of both.
    pub initiative_id: InitiativeId,
    /// The day it was to be reached.
    pub due_on: NaiveDate,
    /// Its share of the work, in basis points.
    pub weight_bp: i32,
    /// How it earns that: as it was agreed, whatever is planned for the next baseline.
    pub credit_rule: CreditRule,
}

/// None.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
