//! That a communication is for somebody, and whether it reached them.
//!
//! Made when the communication is sent, one a person of its audience. What the person was on that day stays: their
//! unit, their tier and their manager. A moment that nobody knows is missing, never guessed.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::ids::{CommunicationId, OrgUnitId, PersonId};
use crate::people::person::Tier;

/// One receipt.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "receipts")]
#[serde(rename_all = "camelCase")]
pub struct Model {
    /// The communication.
    #[sea_orm(primary_key, auto_increment = false)]
    pub communication_id: CommunicationId,
    /// For whom it is.
    #[sea_orm(primary_key, auto_increment = false)]
    pub person_id: PersonId,
    /// Where they worked when it was sent.
    pub org_unit_id: Option<OrgUnitId>,
    /// Where they stood when it was sent.
    pub tier: Tier,
    /// To whom they reported when it was sent.
    pub manager_id: Option<PersonId>,
    /// When it reached them.
    pub delivered_at: Option<DateTime<Utc>>,
    /// When they opened it.
    pub opened_at: Option<DateTime<Utc>>,
    /// When they acknowledged it.
    pub acknowledged_at: Option<DateTime<Utc>>,
    /// Who recorded that they acknowledged it; none where they did so themselves.
    pub recorded_by_id: Option<PersonId>,
}

/// None.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
