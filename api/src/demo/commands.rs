//! What the demo does that no mutation offers: people who go on leave or leave.
//!
//! It runs inside the write envelope like every other command, so that its events are there too.

use tutti_entity::ids::PersonId;
use tutti_entity::people::person::{self, PersonStatus};

use crate::access::{Capability, Place};
use crate::store::tx::Action;
use crate::store::{Command, Outcome, Tx};

/// Says that somebody is away for a while, is back, or has left.
#[derive(Debug)]
pub(super) struct StatusChange {
    pub person: PersonId,
    pub status: PersonStatus,
    pub reason: &'static str,
}

impl Command for StatusChange {
    type Entity = person::Entity;

    async fn run(&self, tx: &Tx<'_>) -> Outcome<person::Model> {
        let before = tx.subject::<person::Entity>(self.person, "id").await?;
        tx.require(Capability::PeopleManage, Place::default(), "id")?;
        let after = person::Model { status: self.status, ..before.clone() };
        let action = Action { name: "person.updated", reason: Some(self.reason) };
        tx.update::<person::Entity>(&before, after, action).await
    }
}
