//! That somebody may practise, train or lead a curriculum, from a day to a day.

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::ids::{AttendanceId, CertificationId, CurriculumId, PersonId};
use crate::value::choice;

choice! {
    /// What a certificate lets somebody do. In the order of the levels.
    Level as "CertificationLevel" {
        /// Practises what was taught.
        Practitioner,
        /// Trains others.
        Trainer,
        /// Stands at the beginning: generation 0 of the cascade.
        Master,
    }
}

choice! {
    /// Whether a certificate holds on a day. No row keeps it.
    State as "CertificationState" {
        /// It holds.
        Valid,
        /// It holds, and ends within 90 days.
        Expiring,
        /// It does not hold any more: its last day is over, or a newer one of the same level took its place.
        Expired,
        /// It was taken back.
        Revoked,
    }
}

/// One certificate.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "certifications")]
#[serde(rename_all = "camelCase")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: CertificationId,
    /// Counts the changes, from 1.
    pub version: i32,
    /// Whose it is.
    #[serde(rename = "person")]
    pub person_id: PersonId,
    /// Of what.
    #[serde(rename = "curriculum")]
    pub curriculum_id: CurriculumId,
    /// Of which level.
    pub level: Level,
    /// The first day on which it holds.
    pub issued_on: NaiveDate,
    /// The last day on which it holds, as reckoned when it was issued; none where it holds for good.
    pub expires_on: Option<NaiveDate>,
    /// The first day on which it does not hold because it was revoked.
    pub revoked_on: Option<NaiveDate>,
    /// Why it was revoked.
    pub revoked_reason: Option<String>,
    /// The first day on which a newer one of the same level holds instead.
    pub replaced_on: Option<NaiveDate>,
    /// The one that it took the place of.
    #[serde(rename = "replaces")]
    pub replaces_id: Option<CertificationId>,
    /// Who issued it; none where nobody of the organisation did.
    #[serde(rename = "issuedBy")]
    pub issued_by_id: Option<PersonId>,
    /// The attendance for which it was issued.
    #[serde(rename = "basis")]
    pub basis_id: Option<AttendanceId>,
    /// When the row was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

crate::row::row!(CertificationId);
