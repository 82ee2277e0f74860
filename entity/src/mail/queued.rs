//! That something goes to somebody by mail, and how far it has come: one row for each receipt of a communication whose
//! channel is EMAIL, and for each digest of a day.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::ids::PersonId;
use crate::value::choice;

choice! {
    /// How far a mail has come.
    MailState {
        /// Waits to be handed to the mail server.
        Queued,
        /// The mail server has asked for it; whether it has it is about to be known.
        HandingOver,
        /// The mail server took it.
        Sent,
        /// The mail server does not want it, or did not take it for days.
        Failed,
        /// The process or the connection ended between the last byte and the answer of the mail server, which may have taken
        /// it or not. It is never sent again by itself.
        InDoubt,
        /// There was nothing to tell any more when its turn came, so that nothing was sent.
        Needless,
    }
}

choice! {
    /// What a mail is.
    MailKind {
        /// A communication.
        Communication,
        /// What waits for somebody on a day.
        Digest,
    }
}

/// One mail.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "mails")]
pub struct Model {
    /// What it is.
    pub kind: MailKind,
    /// What is sent: the communication, or the digest of a day.
    #[sea_orm(primary_key, auto_increment = false)]
    pub subject_id: Uuid,
    /// To whom.
    #[sea_orm(primary_key, auto_increment = false)]
    pub person_id: PersonId,
    /// How far it has come.
    pub state: MailState,
    /// How often it was tried in vain.
    pub attempts: i32,
    /// Since when it waits.
    pub queued_at: DateTime<Utc>,
    /// From when on it may be tried; while a process has it, until when that process has to say that it still lives.
    pub next_at: DateTime<Utc>,
    /// The process that has it.
    pub claim: Option<Uuid>,
    /// Why it is not there yet, in words.
    pub reason: Option<String>,
    /// When the mail server took it.
    pub sent_at: Option<DateTime<Utc>>,
}

/// No relations: conditions on other tables are written where they are used.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
