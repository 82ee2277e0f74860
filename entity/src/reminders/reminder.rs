//! That the log was told that something is due: one row for each cause, and never a second.

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::entity::prelude::*;

use crate::ids::PersonId;
use crate::value::choice;

choice! {
    /// What the log is told.
    What {
        /// The day is near.
        DueSoon,
        /// The day has come.
        Due,
        /// The day is over.
        Overdue,
        /// It is over for so long that it concerns somebody else as well.
        Escalated,
    }
}

/// One reminder. All but the last three columns are its cause: a day that was moved is another cause.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "reminders")]
pub struct Model {
    /// What is due: the action, the milestone, the certificate, what is asked, or the initiative that is to report.
    #[sea_orm(primary_key, auto_increment = false)]
    pub subject_id: Uuid,
    /// What kind of thing it is: the prefix of its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub subject_kind: String,
    /// What is told.
    #[sea_orm(primary_key, auto_increment = false)]
    pub what: What,
    /// Which of several of the same: of a certificate that ends how many days before, of an escalation whether it is the first or the second.
    #[sea_orm(primary_key, auto_increment = false)]
    pub step: i32,
    /// The day on which it is due.
    #[sea_orm(primary_key, auto_increment = false)]
    pub due_on: NaiveDate,
    /// The initiative of which it is a part.
    pub within_id: Option<Uuid>,
    /// Whom it concerns; none for the programme office.
    pub concerned_id: Option<PersonId>,
    /// When the log was told.
    pub told_at: DateTime<Utc>,
}

/// No relations: conditions on other tables are written where they are used.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
