//! What a person's password is checked against, and a way to set a new one.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::ids::PasswordId;

/// The password of one person.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "passwords")]
#[serde(rename_all = "camelCase")]
pub struct Model {
    /// The id of the person, as that of a password.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PasswordId,
    /// Counts the changes, from 1.
    pub version: i32,
    /// The hash in the PHC string format; none until a first password is set.
    #[serde(skip)]
    pub hash: Option<String>,
    /// The hash of a secret with which a new password may be set, once.
    #[serde(skip)]
    pub reset_hash: Option<String>,
    /// Until when it may.
    #[serde(rename = "resetExpiresAt")]
    pub reset_expires_at: Option<DateTime<Utc>>,
    /// When the row was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

crate::row::row!(PasswordId);
