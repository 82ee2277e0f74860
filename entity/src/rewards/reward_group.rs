//! A group of a plan: those who have the same target award.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::ids::{RewardGroupId, RewardPlanId};
use crate::people::person::Tier;
use crate::value::CurrencyCode;

/// One group.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "reward_groups")]
#[serde(rename_all = "camelCase")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: RewardGroupId,
    /// Counts the changes, from 1.
    pub version: i32,
    /// The plan.
    #[serde(rename = "plan")]
    pub plan_id: RewardPlanId,
    /// Its place among the groups of the plan, from 0.
    pub position: i32,
    /// What it is called.
    pub name: String,
    /// Whom it is meant for; none where it is for no tier in particular.
    pub tier: Option<Tier>,
    /// What is paid for a whole period at 100 %, in minor units.
    pub target_award_minor: i64,
    /// That of the plan.
    pub currency: CurrencyCode,
    /// When it was taken out of the draft.
    pub removed_at: Option<DateTime<Utc>>,
    /// When the row was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

crate::row::row!(RewardGroupId);
