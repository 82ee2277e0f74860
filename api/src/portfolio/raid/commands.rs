//! What the mutations of dependencies, risks, assumptions and issues do inside their transaction.
//!
//! Always: those who add dependencies wait for one another, so that two which are fine by themselves cannot close
//! a circle together; and the issue of what has materialised is written with it.

use tutti_entity::ids::{InitiativeId, PersonId};
use tutti_entity::portfolio::{dependency, initiative, portfolio, raid_item};
use tutti_entity::value::fold;

use super::inputs::{
    DependencyAddInput, DependencyRemoveInput, RaidItemCreateInput, RaidItemMaterialiseInput,
    RaidItemUpdateInput,
};
use super::rules::{self, chain};
use super::store;
use crate::access::{Capability, Place};
use crate::graphql::problem::cleared;
use crate::graphql::{Check, Problem, ProblemCode};
use crate::portfolio::commands::{here, recruit};
use crate::portfolio::rules::open_for_change;
use crate::store::tx::Action;
use crate::store::{Command, Outcome, Tx};

/// The name under which those who add dependencies wait for one another.
const DEPENDENCIES: &str = "dependencies";

const NOTE: usize = 1000;
const RESPONSE: usize = 5000;

/// An initiative that is neither archived nor over.
async fn open(tx: &Tx<'_>, id: InitiativeId, field: &str) -> Outcome<initiative::Model> {
    let row = tx.get::<initiative::Entity>(id, field).await?;
    let open = open_for_change(row.status, row.archived_at.is_some());
    open.map_err(|problem| Problem::new(problem.code, field, problem.message))?;
    Ok(row)
}

impl Command for DependencyAddInput {
    type Entity = dependency::Entity;

    async fn run(&self, tx: &Tx<'_>) -> Outcome<dependency::Model> {
        tx.exclusive(DEPENDENCIES).await?;
        let taker = tx.get::<initiative::Entity>(self.taker_id, "takerId").await?;
        // What an initiative needs is said by whoever answers for it.
        tx.require(Capability::RaidManage, here(&taker), "takerId")?;
        let taker = open(tx, taker.id, "takerId").await?;
        let giver = open(tx, self.giver_id, "giverId").await?;
        let mut check = Check::default();
        let message = "An initiative does not depend on itself.";
        check.that(giver.id != taker.id, ProblemCode::Invalid, "giverId", message);
        let note = check.prose("note", self.note.as_deref(), NOTE);
        check.done()?;
        if store::gives(tx, (giver.id, taker.id)).await? {
            let message = format!("{} depends on {} already.", taker.code, giver.code);
            return Err(Problem::new(ProblemCode::Conflict, "giverId", message).into());
        }
        let edges = store::chains_from(tx, taker.id).await?;
        if let Some(circle) = chain::circle(&edges, giver.id, taker.id) {
            let circle = chain::told(&store::codes(tx, &circle).await?);
            let message = format!("Each would wait for the other: {circle}.");
            return Err(Problem::new(ProblemCode::Conflict, "giverId", message).into());
        }
        let row = dependency::Model {
            id: tx.new_id(),
            version: 1,
            giver_id: giver.id,
            taker_id: taker.id,
            needed_on: self.needed_on.0,
            note,
            removed_at: None,
            created_at: tx.now(),
            updated_at: tx.now(),
        };
        tx.insert::<dependency::Entity>(row, "dependency.added".into()).await
    }
}

impl Command for DependencyRemoveInput {
    type Entity = dependency::Entity;

    async fn run(&self, tx: &Tx<'_>) -> Outcome<dependency::Model> {
        let before = tx.subject::<dependency::Entity>(self.id, "id").await?;
        let taker = tx.get::<initiative::Entity>(before.taker_id, "id").await?;
        tx.require(Capability::RaidManage, here(&taker), "id")?;
        rules::in_use(taker.archived_at.is_some(), "id")?;
        let mut check = Check::default();
        let reason = check.prose("reason", self.reason.as_deref(), NOTE);
        check.done()?;
        if before.removed_at.is_some() {
            return Ok(before);
        }
        let after = dependency::Model { removed_at: Some(tx.now()), ..before.clone() };
        let action = Action { name: "dependency.removed", reason: reason.as_deref() };
        tx.update::<dependency::Entity>(&before, after, action).await
    }
}

impl Command for RaidItemCreateInput {
    type Entity = raid_item::Entity;

    async fn run(&self, tx: &Tx<'_>) -> Outcome<raid_item::Model> {
        const FIELD: &str = "initiativeId";
        let initiative = tx.get::<initiative::Entity>(self.initiative_id, FIELD).await?;
        tx.require(Capability::RaidManage, here(&initiative), FIELD)?;
        open(tx, initiative.id, FIELD).await?;
        let currency = tx.get::<portfolio::Entity>(initiative.portfolio_id, FIELD).await?.currency;
        let mut check = Check::default();
        let title = check.line("title", &self.title, 1..=200);
        let probability = rules::probability(&mut check, self.kind, self.probability);
        let score = rules::score(&mut check, probability, self.impact);
        let response = check.prose("response", self.response.as_deref(), RESPONSE);
        recruit(tx, &mut check, self.owner_id, "ownerId").await?;
        check.done()?;
        let impact_cost_minor =
            self.impact_cost.as_ref().map(|cost| rules::impact_cost(cost, currency)).transpose()?;
        let row = raid_item::Model {
            id: tx.new_id(),
            version: 1,
            initiative_id: initiative.id,
            kind: self.kind,
            title_folded: fold(&title),
            title,
            owner_id: self.owner_id,
            probability,
            impact: self.impact,
            score,
            impact_cost_minor,
            currency,
            response,
            due_on: self.due_on.map(|day| day.0),
            status: raid_item::Status::Open,
            came_of_id: None,
            created_at: tx.now(),
            updated_at: tx.now(),
        };
        tx.insert::<raid_item::Entity>(row, "raid_item.created".into()).await
    }
}

/// The item, if the viewer may change it: as the owner of the initiative, or as who looks after it.
async fn theirs(tx: &Tx<'_>, row: &raid_item::Model) -> Outcome<()> {
    let initiative = tx.get::<initiative::Entity>(row.initiative_id, "id").await?;
    let place = Place { subject: Some(row.owner_id), ..here(&initiative) };
    tx.require(Capability::RaidManage, place, "id")?;
    Ok(rules::in_use(initiative.archived_at.is_some(), "id")?)
}

impl Command for RaidItemUpdateInput {
    type Entity = raid_item::Entity;

    async fn run(&self, tx: &Tx<'_>) -> Outcome<raid_item::Model> {
        let before = tx.subject::<raid_item::Entity>(self.id, "id").await?;
        theirs(tx, &before).await?;
        let mut check = Check::default();
        let mut after = before.clone();
        after.status = check.kept("status", &self.status, before.status);
        after.title = check.kept("title", &self.title, before.title.clone());
        after.title = check.line("title", &after.title, 1..=200);
        after.title_folded = fold(&after.title);
        after.owner_id = check.kept("ownerId", &self.owner_id, before.owner_id);
        if after.owner_id != before.owner_id {
            recruit(tx, &mut check, after.owner_id, "ownerId").await?;
        }
        after.probability = check.kept("probability", &self.probability, before.probability);
        after.impact = check.kept("impact", &self.impact, before.impact);
        after.score = rules::score(&mut check, after.probability, after.impact);
        let response = cleared(&self.response, before.response.clone());
        after.response = check.prose("response", response.as_deref(), RESPONSE);
        after.due_on = cleared(&self.due_on.map_value(|day| day.0), before.due_on);
        let reason = check.prose("reason", self.reason.as_deref(), NOTE);
        check.done()?;
        rules::moved(before.status, after.status)?;
        rules::open_for_change(before.status, after.status)?;
        let cost =
            self.impact_cost.map_value(|cost| rules::impact_cost(&cost, before.currency)).transpose()?;
        after.impact_cost_minor = cleared(&cost, before.impact_cost_minor);
        let action = Action { name: "raid_item.updated", reason: reason.as_deref() };
        tx.update::<raid_item::Entity>(&before, after, action).await
    }
}

impl Command for RaidItemMaterialiseInput {
    type Entity = raid_item::Entity;

    async fn run(&self, tx: &Tx<'_>) -> Outcome<raid_item::Model> {
        let before = tx.subject::<raid_item::Entity>(self.id, "id").await?;
        theirs(tx, &before).await?;
        rules::materialises(before.kind, before.status)?;
        let mut check = Check::default();
        let title = check.line("title", self.title.as_ref().unwrap_or(&before.title), 1..=200);
        let reason = check.prose("reason", self.reason.as_deref(), NOTE);
        let owner_id: PersonId = self.owner_id.unwrap_or(before.owner_id);
        recruit(tx, &mut check, owner_id, "ownerId").await?;
        check.done()?;
        let issue = raid_item::Model {
            id: tx.new_id(),
            version: 1,
            kind: raid_item::Kind::Issue,
            title_folded: fold(&title),
            title,
            owner_id,
            // It has happened.
            probability: rules::CERTAIN,
            score: before.impact.saturating_mul(rules::CERTAIN),
            due_on: self.due_on.map(|day| day.0),
            status: raid_item::Status::Open,
            came_of_id: Some(before.id),
            created_at: tx.now(),
            updated_at: tx.now(),
            ..before.clone()
        };
        let reason = reason.as_deref();
        // The item last: its event is what the mutation answers with.
        tx.insert::<raid_item::Entity>(issue, Action { name: "raid_item.created", reason }).await?;
        let after = raid_item::Model { status: raid_item::Status::Materialised, ..before.clone() };
        tx.update::<raid_item::Entity>(&before, after, Action { name: "raid_item.materialised", reason })
            .await
    }
}
