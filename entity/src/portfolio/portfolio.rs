//! A portfolio of initiatives with one owner and one currency.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::ids::{PersonId, PortfolioId};
use crate::text::Text;
use crate::value::CurrencyCode;

/// One portfolio.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "portfolios")]
#[serde(rename_all = "camelCase")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PortfolioId,
    /// Counts the changes, from 1.
    pub version: i32,
    /// What it is called.
    pub name: String,
    /// The name, folded, for search and order.
    pub name_folded: String,
    /// What it is about, Markdown.
    pub description: Option<String>,
    /// Who answers for it.
    #[serde(rename = "owner")]
    pub owner_id: PersonId,
    /// ISO 4217; every amount in the portfolio is in it.
    pub currency: CurrencyCode,
    /// How often reports fall due, ISO 8601 duration.
    pub report_cadence: String,
    /// When it was put away.
    pub archived_at: Option<DateTime<Utc>>,
    /// When the row was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

crate::row::row!(
    PortfolioId,
    found by |row| Text::called(&row.name).saying(row.description.as_deref())
);
