//! Somebody who carries the change into an org unit.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::ids::{ChangeAgentId, OrgUnitId, PersonId};
use crate::value::choice;

choice! {
    /// Where a change agent stands.
    State as "AgentState" {
        /// Proposed; does not carry anything yet.
        Nominated,
        /// Carries the change.
        Active,
        /// Does not for a while.
        Paused,
        /// Did, and does not any more.
        Alumni,
    }
}

choice! {
    /// How well a unit is covered by change agents. No row keeps it.
    Band as "CoverageBand" {
        /// At most 25 people for each agent.
        Covered,
        /// More than 25 and at most 50 people for each agent.
        Thin,
        /// More than 50 people for each agent.
        Uncovered,
        /// There is no agent.
        None,
    }
}

/// One change agent.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "change_agents")]
#[serde(rename_all = "camelCase")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ChangeAgentId,
    /// Counts the changes, from 1.
    pub version: i32,
    /// Who it is.
    #[serde(rename = "person")]
    pub person_id: PersonId,
    /// The unit into which they carry it.
    #[serde(rename = "orgUnit")]
    pub org_unit_id: OrgUnitId,
    /// How much of their time is for it, in basis points.
    pub capacity_bp: i32,
    /// Whether their manager agreed to it.
    pub manager_agreed: bool,
    /// Where they stand.
    pub state: State,
    /// When the row was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

crate::row::row!(ChangeAgentId);
