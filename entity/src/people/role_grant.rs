//! A role that somebody holds, where and from when to when.

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{DeriveValueType, Iterable, entity::prelude::*};
use serde::{Deserialize, Serialize};

use crate::ids::{OrgUnitId, PersonId, PortfolioId, RoleGrantId};

/// What somebody may be.
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
pub enum Role {
    /// People, org units, roles, keys and webhooks.
    Admin,
    /// The programme office: portfolios, initiatives, approvals.
    Pmo,
    /// Leads; sees budgets, communicates.
    Leader,
    /// Owns initiatives.
    InitiativeOwner,
    /// Runs train-the-trainer.
    ChangeLead,
    /// Trains.
    Trainer,
    /// Records measurements.
    MetricsEditor,
    /// Builds and calculates reward plans.
    RewardAdmin,
    /// Approves reward runs.
    RewardApprover,
    /// Budgets and costs.
    Finance,
    /// Reads everything, changes nothing.
    Auditor,
    /// Signed in, and nothing more.
    Member,
}

crate::value::set_of! {
    /// Roles, each once.
    Roles of Role
}

/// One role held. Neither a portfolio nor an org unit means the whole organisation.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "role_grants")]
#[serde(rename_all = "camelCase")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: RoleGrantId,
    /// Counts the changes, from 1.
    pub version: i32,
    /// Who holds it.
    #[serde(rename = "person")]
    pub person_id: PersonId,
    /// What they hold.
    pub role: Role,
    /// Only in this portfolio.
    #[serde(rename = "portfolio")]
    pub portfolio_id: Option<PortfolioId>,
    /// Only in this org unit and the units below it.
    #[serde(rename = "orgUnit")]
    pub org_unit_id: Option<OrgUnitId>,
    /// The first day.
    pub since: NaiveDate,
    /// The last day; none while it goes on.
    pub until: Option<NaiveDate>,
    /// When it was taken back, if it was.
    pub revoked_at: Option<DateTime<Utc>>,
    /// When the row was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

crate::row::row!(RoleGrantId);
