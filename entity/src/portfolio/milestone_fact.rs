//! What a milestone had come to from a day on, never changed afterwards: so that what was earned on a past day
//! can be told as it was known then, whatever came in since.

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::entity::prelude::*;

use super::milestone::Status;
use crate::ids::{InitiativeId, MilestoneFactId, MilestoneId, PersonId};

/// One fact: that the milestone was so far and had this status from a day on.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "milestone_facts")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: MilestoneFactId,
    /// The milestone.
    pub milestone_id: MilestoneId,
    /// The initiative of the milestone.
    pub initiative_id: InitiativeId,
    /// The day from which it holds.
    pub effective_on: NaiveDate,
    /// Where the milestone stands from then on.
    pub status: Status,
    /// How far it is from then on, in basis points.
    pub percent_bp: i32,
    /// Why, in words.
    pub reason: Option<String>,
    /// Who recorded it.
    pub by_id: PersonId,
    /// When it was recorded.
    pub at: DateTime<Utc>,
}

crate::row::keyed!(MilestoneFactId);
