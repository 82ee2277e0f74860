//! What the mutations of adoption do inside their transaction.
//!
//! Always: everybody answers for themselves alone. Who could answer for others would know what they answered, and what
//! is left of a group when those are taken away.

use tutti_entity::training::adoption_assessment;

use super::inputs::AdoptionAssessInput;
use super::rules::barriers;
use crate::access::{Capability, Place};
use crate::graphql::{Check, Fault, ProblemCode};
use crate::store::{Command, Outcome, Tx};

impl Command for AdoptionAssessInput {
    type Entity = adoption_assessment::Entity;

    async fn run(&self, tx: &Tx<'_>) -> Outcome<adoption_assessment::Model> {
        let me = tx.scope().viewer().person_id();
        let person = self.person_id.or(me).ok_or_else(|| Fault::internal("nobody answers"))?;
        tx.require(Capability::AdoptionAssess, Place::about(person), "personId")?;
        let today = tx.scope().today();
        let assessed_on = self.assessed_on.map_or(today, |day| day.0);
        let scores = [self.awareness, self.desire, self.knowledge, self.ability, self.reinforcement];
        let mut check = Check::default();
        barriers::scores(&mut check, scores);
        let message = format!("{assessed_on} is still to come.");
        check.that(assessed_on <= today, ProblemCode::Invalid, "assessedOn", &message);
        check.done()?;
        let row = adoption_assessment::Model {
            id: tx.new_id(),
            version: 1,
            person_id: person,
            awareness: self.awareness,
            desire: self.desire,
            knowledge: self.knowledge,
            ability: self.ability,
            reinforcement: self.reinforcement,
            barrier: barriers::barrier(scores),
            assessed_on,
            recorded_at: tx.now(),
        };
        tx.insert::<adoption_assessment::Entity>(row, "adoption.assessed".into()).await
    }
}
