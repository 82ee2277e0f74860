//! One move of an initiative along its statuses, never changed afterwards: so that the portfolio of a past day
//! can be told as it stood.

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::entity::prelude::*;

use super::initiative::Status;
use crate::ids::{InitiativeId, StatusMoveId};

/// One move. The first of an initiative comes from nowhere.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "status_moves")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: StatusMoveId,
    /// The initiative.
    pub initiative_id: InitiativeId,
    /// Where it stood.
    pub from_status: Option<Status>,
    /// Where it went.
    pub to_status: Status,
    /// The calendar day of the organisation on which it went there.
    pub on_day: NaiveDate,
    /// When it went there.
    pub at: DateTime<Utc>,
}

crate::row::keyed!(StatusMoveId);
