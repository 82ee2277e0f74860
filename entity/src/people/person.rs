//! Somebody of the organisation.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::ids::{OrgUnitId, PersonId};
use crate::text::Text;

/// Where somebody stands in the organisation.
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
pub enum Tier {
    /// The executive team.
    Executive,
    /// Leads managers.
    Leader,
    /// Leads a team.
    Manager,
    /// Meets customers.
    Frontline,
    /// Works for those who meet customers.
    Support,
}

/// Whether somebody is at work.
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
#[graphql(name = "PersonStatus")]
pub enum PersonStatus {
    /// At work: can own, sponsor and review.
    Active,
    /// Away for a while: signs in, but takes on nothing new.
    OnLeave,
    /// Has left: keeps their history, cannot sign in.
    Left,
}

/// The language somebody reads.
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
pub enum Locale {
    /// English.
    En,
    /// Danish.
    Da,
}

/// One person.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "people")]
#[serde(rename_all = "camelCase")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PersonId,
    /// Counts the changes, from 1.
    pub version: i32,
    /// Their name as they write it.
    pub name: String,
    /// The name, folded, for search and order.
    pub name_folded: String,
    /// Their one address, as they write it.
    pub email: String,
    /// The address, folded: unique.
    pub email_folded: String,
    /// Where they stand.
    pub tier: Tier,
    /// Whether they are at work.
    pub status: PersonStatus,
    /// The language they read.
    pub locale: Locale,
    /// Where they work.
    #[serde(rename = "orgUnit")]
    pub org_unit_id: Option<OrgUnitId>,
    /// Whom they report to.
    #[serde(rename = "manager")]
    pub manager_id: Option<PersonId>,
    /// When they last signed in here.
    #[serde(rename = "_lastSignInAt")]
    pub last_sign_in_at: Option<DateTime<Utc>>,
    /// Whether they want a mail each day with what waits for them.
    #[serde(default)]
    pub daily_digest: bool,
    /// When the row was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

crate::row::row!(PersonId, found by |row| Text::called(&row.name).saying(row.email.as_str()));
