//! What a KPI is to come to within a time.

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::ids::{KpiId, KpiTargetId};
use crate::value::Quantity;

/// One target.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "kpi_targets")]
#[serde(rename_all = "camelCase")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: KpiTargetId,
    /// Counts the changes, from 1.
    pub version: i32,
    /// The KPI.
    #[serde(rename = "kpi")]
    pub kpi_id: KpiId,
    /// The first day.
    #[serde(rename = "from")]
    pub from_day: NaiveDate,
    /// The last day.
    #[serde(rename = "to")]
    pub to_day: NaiveDate,
    /// Where it stood before.
    pub baseline: Quantity,
    /// The least that counts.
    pub threshold: Quantity,
    /// What is aimed at.
    pub target: Quantity,
    /// What would be outstanding.
    pub stretch: Quantity,
    /// When the row was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

crate::row::row!(KpiTargetId);
