//! What is done with mails inside a transaction: sending them again, and acknowledging with the link of one.

use sea_orm::Iterable as _;
use tutti_entity::communication::communication as communications;
use tutti_entity::ids::{CommunicationId, PersonId};
use tutti_entity::mail::queued::MailState;

use super::inputs::CommunicationMailRetryInput;
use super::{rules, store};
use crate::communication;
use crate::graphql::{Check, Problem, ProblemCode};
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
