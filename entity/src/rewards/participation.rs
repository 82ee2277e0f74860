//! That somebody takes part in a plan, in one of its groups, from a day to a day.

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::ids::{ParticipationId, PersonId, RewardGroupId, RewardPlanId};

/// One participation.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "participations")]
#[serde(rename_all = "camelCase")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ParticipationId,
    /// Counts the changes, from 1.
    pub version: i32,
    /// The plan.
    #[serde(rename = "plan")]
    pub plan_id: RewardPlanId,
    /// The group.
    #[serde(rename = "group")]
    pub group_id: RewardGroupId,
    /// Who takes part.
    #[serde(rename = "person")]
    pub person_id: PersonId,
    /// The first day.
    #[serde(rename = "from")]
    pub from_day: NaiveDate,
    /// The last day.
    #[serde(rename = "to")]
    pub to_day: NaiveDate,
    /// When the row was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

crate::row::row!(ParticipationId);
