//! What the mutations of milestones and baselines do inside their transaction.
//!
//! Always: whoever changes a milestone holds it, and then shares its initiative, so that a baseline is of one
//! moment and an initiative is not closed while a milestone is reopened.

use chrono::NaiveDate;
use tutti_entity::ids::MilestoneId;
use tutti_entity::portfolio::milestone::{self, CreditRule, Status};
use tutti_entity::portfolio::{baseline, baseline_milestone, date_move, initiative, milestone_fact};
use tutti_entity::value::fold;

use super::inputs::{
    BaselineApproveInput, MilestoneCancelInput, MilestoneCompleteInput, MilestoneCreateInput,
    MilestoneMoveInput, MilestoneProgressInput, MilestoneReopenInput, MilestoneStartInput,
    MilestoneUpdateInput,
};
use super::rules::{self, Step};
use super::store;
use crate::access::{Capability, Place};
use crate::graphql::Check;
use crate::graphql::problem::cleared;
use crate::graphql::scalars::Percent;
use crate::portfolio::commands::{here, portfolio_of, recruit, today};
use crate::store::tx::Action;
use crate::store::tx::changes::{Change, percent};
use crate::store::{Command, Outcome, Tx};

/// The milestone, which the viewer may do this to, and its initiative, whose plan can still change.
async fn allowed(
    tx: &Tx<'_>,
    id: MilestoneId,
    capability: Capability,
) -> Outcome<(milestone::Model, initiative::Model)> {
    let milestone = tx.subject::<milestone::Entity>(id, "id").await?;
    let initiative = tx.get::<initiative::Entity>(milestone.initiative_id, "id").await?;
    let place = Place { subject: Some(milestone.owner_id), ..here(&initiative) };
    tx.require(capability, place, "id")?;
    rules::open_for_plan(initiative.status, initiative.archived_at.is_some(), "id")?;
    Ok((milestone, initiative))
}

/// What is to be told of a milestone: from when it is so far, and where it stands.
struct News {
    effective_on: NaiveDate,
    status: Status,
    percent_bp: i32,
}

/// Keeps a fact beside those that are there, and brings the milestone to what is in force today. A fact that
/// does not change where it stands today, as one of a day that others have followed, is told in the log all the same.
async fn tell(
    tx: &Tx<'_>,
    before: &milestone::Model,
    mut facts: Vec<milestone_fact::Model>,
    News { effective_on, status, percent_bp }: News,
    action: Action<'_>,
) -> Outcome<milestone::Model> {
    let then = rules::in_force(&facts, effective_on, None);
    if then.is_some_and(|fact| {
        (fact.effective_on, fact.status, fact.percent_bp) == (effective_on, status, percent_bp)
    }) {
        return Ok(before.clone());
    }
    let earlier = then.map(|fact| percent(fact.percent_bp));
    let fact = milestone_fact::Model {
        id: tx.new_id(),
        milestone_id: before.id,
        initiative_id: before.initiative_id,
        effective_on,
        status,
        percent_bp,
        reason: action.reason.map(str::to_owned),
        by_id: tx.author()?,
        at: tx.now(),
    };
    tx.append::<milestone_fact::Entity>(fact.clone()).await?;
    facts.push(fact);
    let today = today(tx);
    let after = rules::stands(before.clone(), &facts, today);
    let (is_overtaken, mut more) = (after == *before, Vec::new());
    if is_overtaken || effective_on != today {
        let after = Some(effective_on.to_string());
        more.push(Change { field: "effectiveOn".to_owned(), before: None, after });
    }
    if is_overtaken {
        let after = Some(percent(percent_bp));
        more.push(Change { field: "percentComplete".to_owned(), before: earlier, after });
    }
    tx.update_telling::<milestone::Entity>(before, after, &more, action).await
}

impl Command for MilestoneCreateInput {
    type Entity = milestone::Entity;

    async fn run(&self, tx: &Tx<'_>) -> Outcome<milestone::Model> {
        const FIELD: &str = "initiativeId";
        let initiative = tx.get::<initiative::Entity>(self.initiative_id, FIELD).await?;
        tx.require(Capability::InitiativeChange, here(&initiative), FIELD)?;
        rules::open_for_plan(initiative.status, initiative.archived_at.is_some(), FIELD)?;
        let mut check = Check::default();
        let title = check.line("title", &self.title, 1..=200);
        let weight_bp = rules::weight(&mut check, self.weight);
        rules::due(&mut check, initiative.starts_on, self.due_on.0);
        let owner_id = self.owner_id.unwrap_or(initiative.owner_id);
        recruit(tx, &mut check, owner_id, "ownerId").await?;
        check.done()?;
        let row = milestone::Model {
            id: tx.new_id(),
            version: 1,
            initiative_id: initiative.id,
            title_folded: fold(&title),
            title,
            owner_id,
            weight_bp,
            credit_rule: self.credit_rule.unwrap_or(CreditRule::ZeroHundred),
            due_on: self.due_on.0,
            completed_on: None,
            status: Status::Planned,
            percent_bp: 0,
            created_at: tx.now(),
            updated_at: tx.now(),
        };
        tx.insert::<milestone::Entity>(row, "milestone.created".into()).await
    }
}

impl Command for MilestoneUpdateInput {
    type Entity = milestone::Entity;

    async fn run(&self, tx: &Tx<'_>) -> Outcome<milestone::Model> {
        let (before, _) = allowed(tx, self.id, Capability::InitiativeChange).await?;
        let mut check = Check::default();
        let mut after = before.clone();
        after.title = check.kept("title", &self.title, before.title.clone());
        after.title = check.line("title", &after.title, 1..=200);
        after.title_folded = fold(&after.title);
        after.owner_id = check.kept("ownerId", &self.owner_id, before.owner_id);
        if after.owner_id != before.owner_id {
            recruit(tx, &mut check, after.owner_id, "ownerId").await?;
        }
        let weight = cleared(&self.weight, before.weight_bp.map(Percent::from_basis_points));
        after.weight_bp = rules::weight(&mut check, weight);
        after.credit_rule = check.kept("creditRule", &self.credit_rule, before.credit_rule);
        check.done()?;
        tx.update::<milestone::Entity>(&before, after, "milestone.updated".into()).await
    }
}

impl Command for MilestoneMoveInput {
    type Entity = milestone::Entity;

    async fn run(&self, tx: &Tx<'_>) -> Outcome<milestone::Model> {
        let (before, initiative) = allowed(tx, self.id, Capability::InitiativeChange).await?;
        rules::still_open(before.status)?;
        let (from_on, to_on) = (before.due_on, self.due_on.0);
        let note = crate::portfolio::rules::reschedule(initiative.starts_on, from_on, to_on, &self.note)?;
        let moved = date_move::Model {
            id: tx.new_id(),
            initiative_id: before.initiative_id,
            milestone_id: Some(before.id),
            from_on,
            to_on,
            days: crate::portfolio::rules::days_later(from_on, to_on),
            reason: self.reason,
            note: note.clone(),
            by_id: tx.author()?,
            at: tx.now(),
        };
        tx.append::<date_move::Entity>(moved).await?;
        let after = milestone::Model { due_on: to_on, ..before.clone() };
        let action = Action { name: "milestone.moved", reason: Some(&note) };
        tx.update::<milestone::Entity>(&before, after, action).await
    }
}

impl Command for MilestoneStartInput {
    type Entity = milestone::Entity;

    async fn run(&self, tx: &Tx<'_>) -> Outcome<milestone::Model> {
        let (before, _) = allowed(tx, self.id, Capability::MilestoneProgress).await?;
        let status = rules::take(Step::Start, before.status)?;
        let effective_on = self.on.map_or(today(tx), |day| day.0);
        let mut check = Check::default();
        rules::start_day(&mut check, effective_on, today(tx));
        check.done()?;
        let news = News { effective_on, status, percent_bp: before.percent_bp };
        tell(tx, &before, store::facts_of(tx, before.id).await?, news, "milestone.started".into()).await
    }
}

impl Command for MilestoneProgressInput {
    type Entity = milestone::Entity;

    async fn run(&self, tx: &Tx<'_>) -> Outcome<milestone::Model> {
        let (before, _) = allowed(tx, self.id, Capability::MilestoneProgress).await?;
        rules::still_open(before.status)?;
        let facts = store::facts_of(tx, before.id).await?;
        let effective_on = self.effective_on.map_or(today(tx), |day| day.0);
        let mut check = Check::default();
        let percent_bp = rules::percent(&mut check, self.percent_complete);
        rules::progress_day(&mut check, effective_on, today(tx), &facts);
        let reason = check.prose("reason", self.reason.as_deref(), 1000);
        check.done()?;
        if before.status == Status::Planned && percent_bp == 0 {
            return Ok(before);
        }
        let news = News { effective_on, status: Status::InProgress, percent_bp };
        let action = Action { name: "milestone.progressed", reason: reason.as_deref() };
        tell(tx, &before, facts, news, action).await
    }
}

impl Command for MilestoneCompleteInput {
    type Entity = milestone::Entity;

    async fn run(&self, tx: &Tx<'_>) -> Outcome<milestone::Model> {
        let (before, _) = allowed(tx, self.id, Capability::MilestoneProgress).await?;
        let status = rules::take(Step::Complete, before.status)?;
        let facts = store::facts_of(tx, before.id).await?;
        let effective_on = self.on.map_or(today(tx), |day| day.0);
        let mut check = Check::default();
        rules::completion_day(&mut check, effective_on, today(tx), &facts);
        check.done()?;
        let news = News { effective_on, status, percent_bp: rules::WHOLE };
        tell(tx, &before, facts, news, "milestone.completed".into()).await
    }
}

impl Command for MilestoneReopenInput {
    type Entity = milestone::Entity;

    async fn run(&self, tx: &Tx<'_>) -> Outcome<milestone::Model> {
        let (before, _) = allowed(tx, self.id, Capability::MilestoneProgress).await?;
        let status = rules::take(Step::Reopen, before.status)?;
        let mut check = Check::default();
        let reason = rules::reason(&mut check, &self.reason, "Say why it is not done after all.");
        check.done()?;
        let facts = store::facts_of(tx, before.id).await?;
        let percent_bp = rules::before_completion(&facts);
        let news = News { effective_on: today(tx), status, percent_bp };
        tell(tx, &before, facts, news, Action { name: "milestone.reopened", reason: Some(&reason) }).await
    }
}

impl Command for MilestoneCancelInput {
    type Entity = milestone::Entity;

    async fn run(&self, tx: &Tx<'_>) -> Outcome<milestone::Model> {
        let (before, _) = allowed(tx, self.id, Capability::InitiativeChange).await?;
        let status = rules::take(Step::Cancel, before.status)?;
        let mut check = Check::default();
        let reason = rules::reason(&mut check, &self.reason, "Say why it is given up.");
        check.done()?;
        let facts = store::facts_of(tx, before.id).await?;
        let news = News { effective_on: today(tx), status, percent_bp: before.percent_bp };
        tell(tx, &before, facts, news, Action { name: "milestone.cancelled", reason: Some(&reason) }).await
    }
}

impl Command for BaselineApproveInput {
    type Entity = baseline::Entity;

    async fn run(&self, tx: &Tx<'_>) -> Outcome<baseline::Model> {
        const FIELD: &str = "initiativeId";
        let initiative = tx.parent::<initiative::Entity>(self.initiative_id, FIELD).await?;
        tx.require(Capability::InitiativeDecide, here(&initiative), FIELD)?;
        rules::open_for_plan(initiative.status, initiative.archived_at.is_some(), FIELD)?;
        let mut check = Check::default();
        let reason = rules::reason(&mut check, &self.reason, "Say why this is agreed on.");
        check.done()?;
        let milestones = store::milestones_of(tx, initiative.id).await?;
        let weighed = rules::whole(&milestones)?;
        let currency = portfolio_of(tx, &initiative).await?.currency;
        let (last, budget_minor) = store::agreed_so_far(tx, initiative.id).await?;
        let row = baseline::Model {
            id: tx.new_id(),
            version: 1,
            initiative_id: initiative.id,
            number: last.saturating_add(1),
            approved_by_id: tx.author()?,
            approved_at: tx.now(),
            reason: reason.clone(),
            starts_on: initiative.starts_on,
            due_on: initiative.due_on,
            budget_minor,
            currency,
        };
        let action = Action { name: "baseline.approved", reason: Some(&reason) };
        let row = tx.insert::<baseline::Entity>(row, action).await?;
        let parts = weighed.into_iter().map(|(milestone, weight_bp)| baseline_milestone::Model {
            baseline_id: row.id,
            milestone_id: milestone.id,
            initiative_id: initiative.id,
            due_on: milestone.due_on,
            weight_bp,
            credit_rule: milestone.credit_rule,
        });
        tx.append_all::<baseline_milestone::Entity>(parts.collect()).await?;
        if last == 0 {
            store::agreed(tx, initiative.id).await?;
        }
        Ok(row)
    }
}
