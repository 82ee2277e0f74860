//! What the mutations of actions do inside their transaction.

use tutti_entity::ids::{InitiativeId, PersonId};
use tutti_entity::portfolio::action_item::{self, Status};
use tutti_entity::portfolio::{initiative, raid_item};
use tutti_entity::value::fold;

use super::inputs::{
    ActionItemCompleteInput, ActionItemCreateInput, ActionItemDropInput, ActionItemUpdateInput,
};
use super::rules;
use crate::access::{Capability, Place};
use crate::graphql::problem::cleared;
use crate::graphql::{Check, Fault, Problem};
use crate::portfolio::commands::{here, recruit};
use crate::portfolio::rules::open_for_change;
use crate::store::tx::Action;
use crate::store::{Command, Outcome, Tx};

const NOTE: usize = 5000;

/// Refuses whoever has no part in this: neither in the initiative, if it is about one, nor as one of these.
fn allowed(
    tx: &Tx<'_>,
    initiative: Option<&initiative::Model>,
    theirs: &[PersonId],
    field: &str,
) -> Outcome<()> {
    let me = tx.scope().viewer().related_as();
    let subject = theirs.iter().copied().find(|one| Some(*one) == me);
    let place = Place { subject, ..initiative.map(here).unwrap_or_default() };
    tx.require(Capability::ActionManage, place, field)
}

async fn initiative_of(
    tx: &Tx<'_>,
    id: Option<InitiativeId>,
    field: &str,
) -> Outcome<Option<initiative::Model>> {
    let Some(id) = id else { return Ok(None) };
    tx.get::<initiative::Entity>(id, field).await.map(Some)
}

/// Refuses whoever may not change the action: who has no part in its initiative, does not have it and did not
/// ask for it.
async fn theirs(tx: &Tx<'_>, row: &action_item::Model) -> Outcome<()> {
    let initiative = initiative_of(tx, row.initiative_id, "id").await?;
    allowed(tx, initiative.as_ref(), &[row.assignee_id, row.created_by_id], "id")
}

impl Command for ActionItemCreateInput {
    type Entity = action_item::Entity;

    async fn run(&self, tx: &Tx<'_>) -> Outcome<action_item::Model> {
        let item = match self.raid_item_id {
            Some(id) => Some(tx.get::<raid_item::Entity>(id, "raidItemId").await?),
            None => None,
        };
        let of_item = item.as_ref().map(|item| item.initiative_id);
        let initiative_id = rules::initiative(self.initiative_id, of_item)?;
        let field =
            if self.initiative_id.is_none() && item.is_some() { "raidItemId" } else { "initiativeId" };
        let initiative = initiative_of(tx, initiative_id, field).await?;
        // Whoever looks after a risk has others do something about it.
        let looks_after = item.as_ref().map(|item| item.owner_id);
        allowed(tx, initiative.as_ref(), looks_after.as_slice(), field)?;
        if let Some(row) = &initiative {
            let open = open_for_change(row.status, row.archived_at.is_some());
            open.map_err(|problem| Problem::new(problem.code, field, problem.message))?;
        }
        let mut check = Check::default();
        let title = check.line("title", &self.title, 1..=200);
        let note = check.prose("note", self.note.as_deref(), NOTE);
        recruit(tx, &mut check, self.assignee_id, "assigneeId").await?;
        check.done()?;
        let asked = tx.scope().viewer().person_id();
        let row = action_item::Model {
            id: tx.new_id(),
            version: 1,
            title_folded: fold(&title),
            title,
            assignee_id: self.assignee_id,
            due_on: self.due_on.0,
            status: Status::Open,
            initiative_id,
            raid_item_id: self.raid_item_id,
            note,
            created_by_id: asked.ok_or_else(|| Fault::internal("nobody asked for an action"))?,
            completed_at: None,
            created_at: tx.now(),
            updated_at: tx.now(),
        };
        tx.insert::<action_item::Entity>(row, "action_item.created".into()).await
    }
}

impl Command for ActionItemUpdateInput {
    type Entity = action_item::Entity;

    async fn run(&self, tx: &Tx<'_>) -> Outcome<action_item::Model> {
        let before = tx.subject::<action_item::Entity>(self.id, "id").await?;
        theirs(tx, &before).await?;
        rules::open_for_change(before.status)?;
        let mut check = Check::default();
        let mut after = before.clone();
        after.title = check.kept("title", &self.title, before.title.clone());
        after.title = check.line("title", &after.title, 1..=200);
        after.title_folded = fold(&after.title);
        after.assignee_id = check.kept("assigneeId", &self.assignee_id, before.assignee_id);
        if after.assignee_id != before.assignee_id {
            recruit(tx, &mut check, after.assignee_id, "assigneeId").await?;
        }
        after.due_on = check.kept("dueOn", &self.due_on.map_value(|day| day.0), before.due_on);
        after.note = check.prose("note", cleared(&self.note, before.note.clone()).as_deref(), NOTE);
        check.done()?;
        tx.update::<action_item::Entity>(&before, after, "action_item.updated".into()).await
    }
}

impl Command for ActionItemCompleteInput {
    type Entity = action_item::Entity;

    async fn run(&self, tx: &Tx<'_>) -> Outcome<action_item::Model> {
        let before = tx.subject::<action_item::Entity>(self.id, "id").await?;
        theirs(tx, &before).await?;
        rules::ends(before.status)?;
        let done = Some(tx.now());
        let after = action_item::Model { status: Status::Done, completed_at: done, ..before.clone() };
        tx.update::<action_item::Entity>(&before, after, "action_item.completed".into()).await
    }
}

impl Command for ActionItemDropInput {
    type Entity = action_item::Entity;

    async fn run(&self, tx: &Tx<'_>) -> Outcome<action_item::Model> {
        let before = tx.subject::<action_item::Entity>(self.id, "id").await?;
        theirs(tx, &before).await?;
        let mut check = Check::default();
        let reason = rules::reason(&mut check, &self.reason);
        check.done()?;
        rules::ends(before.status)?;
        let after = action_item::Model { status: Status::Dropped, ..before.clone() };
        let action = Action { name: "action_item.dropped", reason: Some(&reason) };
        tx.update::<action_item::Entity>(&before, after, action).await
    }
}
