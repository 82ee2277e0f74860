//! Curricula are entered and changed.

use tutti_entity::training::curriculum;
use tutti_entity::value::fold;

use crate::access::{Capability, Place};
use crate::graphql::problem::cleared;
use crate::graphql::scalars::{Duration, Percent};
use crate::graphql::{Check, ProblemCode};
use crate::store::{Command, Outcome, Tx};
use crate::training::inputs::{CurriculumCreateInput, CurriculumUpdateInput};
use crate::training::{rules, store};

const OBJECTIVES: usize = 20_000;

/// Refuses what cannot be, and a name that another one has.
async fn checked(tx: &Tx<'_>, mut check: Check, row: &curriculum::Model, is_new: bool) -> Outcome<()> {
    let told = |stored: &Option<String>| stored.as_deref().map(Duration::stored);
    let durations = [("validity", told(&row.validity)), ("practiceWithin", told(&row.practice_within))];
    rules::session::curriculum(&mut check, durations, row.min_minutes, row.pass_mark_bp);
    let taken = store::is_taken(tx, &row.name_folded, Some(row.id).filter(|_| !is_new)).await?;
    check.that(!taken, ProblemCode::Conflict, "name", "Another curriculum has this name.");
    Ok(check.done()?)
}

impl Command for CurriculumCreateInput {
    type Entity = curriculum::Entity;

    async fn run(&self, tx: &Tx<'_>) -> Outcome<curriculum::Model> {
        tx.require(Capability::TrainingLead, Place::default(), "name")?;
        tx.exclusive("names of curricula").await?;
        let mut check = Check::default();
        let name = check.line("name", &self.name, 1..=200);
        let objectives = self.objectives.as_ref().map(|text| text.0.as_str());
        let row = curriculum::Model {
            id: tx.new_id(),
            version: 1,
            name_folded: fold(&name),
            name,
            objectives: check.prose("objectives", objectives, OBJECTIVES),
            validity: self.validity.map(|duration| duration.to_string()),
            min_minutes: self.min_minutes,
            pass_mark_bp: self.pass_mark.basis_points(),
            practice_within: self.practice_within.map(|duration| duration.to_string()),
            created_at: tx.now(),
            updated_at: tx.now(),
        };
        checked(tx, check, &row, true).await?;
        tx.insert::<curriculum::Entity>(row, "curriculum.created".into()).await
    }
}

impl Command for CurriculumUpdateInput {
    type Entity = curriculum::Entity;

    async fn run(&self, tx: &Tx<'_>) -> Outcome<curriculum::Model> {
        tx.exclusive("names of curricula").await?;
        let before = tx.subject::<curriculum::Entity>(self.id, "id").await?;
        tx.require(Capability::TrainingLead, Place::default(), "id")?;
        let mut check = Check::default();
        let mut after = before.clone();
        after.name = check.kept("name", &self.name, before.name.clone());
        after.name = check.line("name", &after.name, 1..=200);
        after.name_folded = fold(&after.name);
        let objectives =
            cleared(&self.objectives.clone().map_value(|text| text.0), before.objectives.clone());
        after.objectives = check.prose("objectives", objectives.as_deref(), OBJECTIVES);
        after.validity = cleared(&self.validity.map_value(|told| told.to_string()), before.validity.clone());
        after.min_minutes = check.kept("minMinutes", &self.min_minutes, before.min_minutes);
        let pass_mark = self.pass_mark.map_value(Percent::basis_points);
        after.pass_mark_bp = check.kept("passMark", &pass_mark, before.pass_mark_bp);
        let within = self.practice_within.map_value(|told| told.to_string());
        after.practice_within = cleared(&within, before.practice_within.clone());
        checked(tx, check, &after, false).await?;
        tx.update::<curriculum::Entity>(&before, after, "curriculum.updated".into()).await
    }
}
