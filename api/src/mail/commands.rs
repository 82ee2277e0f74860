//! What is done with mails inside a transaction: sending them again, acknowledging with the link of one, and saying whether
//! one wants the daily digest.

use sea_orm::Iterable as _;
use tutti_entity::communication::communication as communications;
use tutti_entity::ids::{CommunicationId, PersonId};
use tutti_entity::mail::queued::MailState;
use tutti_entity::people::person;

use super::inputs::{CommunicationMailRetryInput, PersonDigestSetInput};
use super::{rules, store};
use crate::communication;
use crate::graphql::{Check, Problem, ProblemCode};
use crate::people::rules::{DIGEST_BEGUN, DIGEST_ENDED};
use crate::store::tx::Action;
use crate::store::tx::changes::Change;
use crate::store::{Command, Outcome, Tx};

/// How many people can be named at once.
const MOST: usize = 1_000;

impl Command for CommunicationMailRetryInput {
    type Entity = communications::Entity;

    async fn run(&self, tx: &Tx<'_>) -> Outcome<communications::Model> {
        let row = tx.subject::<communications::Entity>(self.id, "id").await?;
        communication::may_send(tx, &row, "id").await?;
        let people = self.person_ids.as_deref();
        let mut check = Check::default();
        let message = format!("At most {MOST} people are named at once.");
        check.that(
            people.is_none_or(|people| people.len() <= MOST),
            ProblemCode::LimitExceeded,
            "personIds",
            &message,
        );
        check.done()?;
        let in_doubt = self.in_doubt == Some(true);
        let states: Vec<_> = MailState::iter().filter(|state| rules::may_retry(*state, in_doubt)).collect();
        let queued = store::retry(tx, row.id, people, &states).await?;
        if queued == 0 {
            let message =
                "None of these mails has failed. What may have arrived is sent again with `inDoubt: true`.";
            return Err(Problem::new(ProblemCode::Conflict, "id", message).into());
        }
        let change = Change { field: "mails".to_owned(), before: None, after: Some(queued.to_string()) };
        tx.tell::<communications::Entity>(&row, &[change], "communication.mails_queued_again".into()).await?;
        Ok(row)
    }
}

/// Somebody pressed the button behind the link in their mail.
#[derive(Clone, Copy, Debug)]
pub struct ByLink {
    /// What they acknowledge.
    pub communication: CommunicationId,
    /// Who they are.
    pub person: PersonId,
}

impl Command for ByLink {
    type Entity = communications::Entity;

    async fn run(&self, tx: &Tx<'_>) -> Outcome<communications::Model> {
        let row = tx.get::<communications::Entity>(self.communication, "id").await?;
        communication::acknowledge(tx, &row, self.person, tx.now(), Some("By the link in the mail.")).await?;
        Ok(row)
    }
}

/// Writes whether somebody wants the digest.
async fn set(tx: &Tx<'_>, person: PersonId, enabled: bool, reason: Option<&str>) -> Outcome<person::Model> {
    let before = tx.subject::<person::Entity>(person, "id").await?;
    let after = person::Model { daily_digest: enabled, ..before.clone() };
    let name = if enabled { DIGEST_BEGUN } else { DIGEST_ENDED };
    tx.update::<person::Entity>(&before, after, Action { name, reason }).await
}

impl Command for PersonDigestSetInput {
    type Entity = person::Entity;

    async fn run(&self, tx: &Tx<'_>) -> Outcome<person::Model> {
        let Some(me) = tx.scope().viewer().related_as() else {
            let message = "A key gets no mail.";
            return Err(Problem::new(ProblemCode::Forbidden, "enabled", message).into());
        };
        set(tx, me, self.enabled, None).await
    }
}

/// Somebody pressed the button behind the link in their digest, or their mail program did.
#[derive(Clone, Copy, Debug)]
pub struct Unsubscribe(pub PersonId);

impl Command for Unsubscribe {
    type Entity = person::Entity;

    async fn run(&self, tx: &Tx<'_>) -> Outcome<person::Model> {
        set(tx, self.0, false, Some("By the link in the mail.")).await
    }
}
