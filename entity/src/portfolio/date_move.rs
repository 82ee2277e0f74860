//! One move of a due date, that of an initiative or of one of its milestones, never changed afterwards.

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::ids::{DateMoveId, InitiativeId, MilestoneId, PersonId};

/// Why a date moved.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Hash,
    EnumIter,
    DeriveActiveEnum,
    async_graphql::Enum,
    Serialize,
    Deserialize,
)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::None)", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum MoveReason {
    /// Something it depends on is late.
    Dependency,
    /// The people were not there.
    Capacity,
    /// There is more, or less, to do.
    Scope,
    /// The first estimate was wrong.
    Estimate,
    /// Something outside the organisation.
    External,
    /// A decision was waited for.
    DecisionWait,
}

/// One move.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "date_moves")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: DateMoveId,
    /// The initiative whose date moved, or that of the milestone.
    pub initiative_id: InitiativeId,
    /// The milestone whose date moved; none where it was that of the initiative itself.
    pub milestone_id: Option<MilestoneId>,
    /// The date before.
    pub from_on: NaiveDate,
    /// The date after.
    pub to_on: NaiveDate,
    /// By how many days it moved; less than 0 for an earlier date.
    pub days: i32,
    /// Why, as a code.
    pub reason: MoveReason,
    /// Why, in words.
    pub note: String,
    /// Who moved it.
    pub by_id: PersonId,
    /// When it was moved.
    pub at: DateTime<Utc>,
}

crate::row::keyed!(DateMoveId);
