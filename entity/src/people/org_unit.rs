//! A part of the organisation, inside another one or at the top.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::ids::OrgUnitId;

/// One org unit.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "org_units")]
#[serde(rename_all = "camelCase")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: OrgUnitId,
    /// Counts the changes, from 1.
    pub version: i32,
    /// What it is called.
    pub name: String,
    /// The name, folded, for search and order.
    pub name_folded: String,
    /// The unit it is part of; none at the top.
    #[serde(rename = "parent")]
    pub parent_id: Option<OrgUnitId>,
    /// When the row was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

crate::row::row!(OrgUnitId);
