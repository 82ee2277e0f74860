//! Change agents are nominated and changed.

use tutti_entity::people::{org_unit, person};
use tutti_entity::training::change_agent::{self, State};

use crate::access::{Capability, Place};
use crate::graphql::scalars::Percent;
use crate::graphql::{Check, ProblemCode};
use crate::store::{Command, Outcome, Tx};
use crate::training::inputs::{ChangeAgentNominateInput, ChangeAgentUpdateInput};
use crate::training::rules::coverage as rules;
use crate::training::rules::session::here;
use crate::training::store;

/// Where an agent of a unit is looked after.
fn of(unit: tutti_entity::ids::OrgUnitId) -> Place {
    Place { org_unit: Some(unit), ..Place::default() }
}

impl Command for ChangeAgentNominateInput {
    type Entity = change_agent::Entity;

    async fn run(&self, tx: &Tx<'_>) -> Outcome<change_agent::Model> {
        let unit = tx.get::<org_unit::Entity>(self.org_unit_id, "orgUnitId").await?;
        tx.require(Capability::TrainingLead, of(unit.id), "orgUnitId")?;
        let person = tx.get::<person::Entity>(self.person_id, "personId").await?;
        tx.exclusive(&format!("agencies of {}", person.id)).await?;
        let mut check = Check::default();
        here(&mut check, person.status, "personId");
        let known = store::agency(tx, person.id, unit.id).await?;
        let message = known.map(|id| format!("They are an agent for this unit already: {id}."));
        check.that(known.is_none(), ProblemCode::Conflict, "personId", &message.unwrap_or_default());
        let agreed = self.manager_agreed.unwrap_or_default();
        rules::agent(&mut check, self.capacity.basis_points(), State::Nominated, agreed);
        check.done()?;
        let row = change_agent::Model {
            id: tx.new_id(),
            version: 1,
            person_id: person.id,
            org_unit_id: unit.id,
            capacity_bp: self.capacity.basis_points(),
            manager_agreed: agreed,
            state: State::Nominated,
            created_at: tx.now(),
            updated_at: tx.now(),
        };
        tx.insert::<change_agent::Entity>(row, "change_agent.nominated".into()).await
    }
}

impl Command for ChangeAgentUpdateInput {
    type Entity = change_agent::Entity;

    async fn run(&self, tx: &Tx<'_>) -> Outcome<change_agent::Model> {
        let before = tx.subject::<change_agent::Entity>(self.id, "id").await?;
        tx.require(Capability::TrainingLead, of(before.org_unit_id), "id")?;
        let mut check = Check::default();
        let mut after = before.clone();
        let capacity = self.capacity.map_value(Percent::basis_points);
        after.capacity_bp = check.kept("capacity", &capacity, before.capacity_bp);
        after.manager_agreed = check.kept("managerAgreed", &self.manager_agreed, before.manager_agreed);
        after.state = check.kept("state", &self.state, before.state);
        rules::agent(&mut check, after.capacity_bp, after.state, after.manager_agreed);
        if after.state == State::Active && before.state != State::Active {
            let person = tx.get::<person::Entity>(before.person_id, "id").await?;
            here(&mut check, person.status, "state");
        }
        check.done()?;
        rules::goes(before.state, after.state)?;
        tx.update::<change_agent::Entity>(&before, after, "change_agent.updated".into()).await
    }
}
