//! That an initiative is to move a KPI: by how much, after how long, and why one thinks so.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::ids::{InitiativeId, KpiId, KpiLinkId};
use crate::text::Text;
use crate::value::Quantity;

/// One link.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "kpi_links")]
#[serde(rename_all = "camelCase")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: KpiLinkId,
    /// Counts the changes, from 1.
    pub version: i32,
    /// The initiative.
    #[serde(rename = "initiative")]
    pub initiative_id: InitiativeId,
    /// The KPI.
    #[serde(rename = "kpi")]
    pub kpi_id: KpiId,
    /// Why the one is to move the other.
    pub hypothesis: String,
    /// By how much, in the unit of the KPI.
    pub expected_change: Quantity,
    /// After how long, ISO 8601; none where that was not said.
    pub lag: Option<String>,
    /// When it was taken away.
    pub removed_at: Option<DateTime<Utc>>,
    /// When the row was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

crate::row::row!(
    KpiLinkId,
    within initiative_id,
    found by |row| Text::shown_as("Why it is to move a KPI".to_owned()).saying(row.hypothesis.as_str())
);
