//! What is taught, and what it takes to have learned it.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::ids::CurriculumId;
use crate::text::Text;

/// One curriculum.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "curricula")]
#[serde(rename_all = "camelCase")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: CurriculumId,
    /// Counts the changes, from 1.
    pub version: i32,
    /// What it is called.
    pub name: String,
    /// The name, folded: unique, for search and order.
    pub name_folded: String,
    /// What one can do after it, Markdown.
    pub objectives: Option<String>,
    /// How long a certificate of it holds, ISO 8601 duration; none where it holds for good.
    pub validity: Option<String>,
    /// How many minutes of a session one has to be there.
    pub min_minutes: i32,
    /// The score after a session that is enough, in basis points.
    pub pass_mark_bp: i32,
    /// How soon somebody who was trained has to train others, ISO 8601 duration; none where nobody has to.
    pub practice_within: Option<String>,
    /// When the row was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

crate::row::row!(
    CurriculumId,
    found by |row| Text::called(&row.name).saying(row.objectives.as_deref())
);
