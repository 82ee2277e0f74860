//! What mutations of mails take.

use async_graphql::InputObject;
use tutti_entity::ids::{CommunicationId, PersonId};

/// Which mails to send again.
#[derive(Clone, Debug, InputObject)]
pub struct CommunicationMailRetryInput {
    /// The communication; SENT by EMAIL.
    pub id: CommunicationId,
    /// To whom, at most 1 000 people; by default everybody whose mail has not arrived.
    pub person_ids: Option<Vec<PersonId>>,
    /// Whether mails that may have arrived (IN_DOUBT) are sent again as well, so that somebody may get one twice; false by
    /// default.
    pub in_doubt: Option<bool>,
}

/// Whether to get the daily digest.
#[derive(Clone, Debug, InputObject)]
pub struct PersonDigestSetInput {
    /// Whether you want it.
    pub enabled: bool,
}
