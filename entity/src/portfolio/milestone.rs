//! A milestone of an initiative: a result with an owner, a weight and a due date.

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::ids::{InitiativeId, MilestoneId, PersonId};
use crate::text::Text;
use crate::value::choice;

choice! {
    /// How a milestone earns its weight before it is done.
    CreditRule {
        /// Nothing until it is done, then all of it.
        ZeroHundred,
        /// Half of it once it is started, all of it when it is done.
        FiftyFifty,
        /// As much as its progress says.
        Percent,
    }
}

choice! {
    /// Where a milestone stands.
    Status as "MilestoneStatus" {
        /// Not begun.
        Planned,
        /// Begun.
        InProgress,
        /// Reached.
        Done,
        /// Not wanted any more.
        Cancelled,
    }
}

/// One milestone, as it stands now.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "milestones")]
#[serde(rename_all = "camelCase")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: MilestoneId,
    /// Counts the changes, from 1.
    pub version: i32,
    /// The initiative it is a part of.
    #[serde(rename = "initiative")]
    pub initiative_id: InitiativeId,
    /// The result, in words.
    pub title: String,
    /// The title, folded, for search and order.
    pub title_folded: String,
    /// Who answers for it.
    #[serde(rename = "owner")]
    pub owner_id: PersonId,
    /// Its share of the work, in basis points, for the next baseline; none where it has none yet.
    pub weight_bp: Option<i32>,
    /// How it earns its weight.
    pub credit_rule: CreditRule,
    /// The day it is to be reached.
    pub due_on: NaiveDate,
    /// The day it was reached; only of one that is DONE.
    pub completed_on: Option<NaiveDate>,
    /// Where it stands.
    pub status: Status,
    /// How far it is, in basis points: the latest progress that is in force.
    #[serde(rename = "percentCompleteBp")]
    pub percent_bp: i32,
    /// When the row was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

crate::row::row!(MilestoneId, within initiative_id, found by |row| Text::called(&row.title));
