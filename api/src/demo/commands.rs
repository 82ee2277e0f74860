//! What the demo does that no mutation offers: granting roles, and people who go on leave or leave.
//!
//! They run inside the write envelope like every other command, so that their events are there too.

use tutti_entity::ids::{OrgUnitId, PersonId, PortfolioId};
use tutti_entity::people::person::{self, PersonStatus};
use tutti_entity::people::role_grant::{self, Role};

use crate::access::{Capability, Place};
use crate::store::tx::Action;
use crate::store::{Command, Outcome, Tx};

/// Grants a role from the day of the grant on.
#[derive(Debug)]
pub(super) struct Grant {
    pub person: PersonId,
    pub role: Role,
    pub portfolio: Option<PortfolioId>,
    pub org_unit: Option<OrgUnitId>,
    pub until: Option<chrono::NaiveDate>,
}

impl Command for Grant {
    type Entity = role_grant::Entity;

    async fn run(&self, tx: &Tx<'_>) -> Outcome<role_grant::Model> {
        tx.require(Capability::PeopleManage, Place::default(), "role")?;
        let row = role_grant::Model {
            id: tx.new_id(),
            version: 1,
            person_id: self.person,
            role: self.role,
            portfolio_id: self.portfolio,
            org_unit_id: self.org_unit,
            since: tx.scope().today(),
            until: self.until,
            created_at: tx.now(),
            updated_at: tx.now(),
        };
        tx.insert::<role_grant::Entity>(row, "role.granted".into()).await
    }
}

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
