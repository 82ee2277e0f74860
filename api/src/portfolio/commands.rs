//! What the mutations do inside their transaction: read, ask the rule, write with the event.

use chrono::NaiveDate;
use sea_orm::Iterable;
use tutti_entity::ids::{InitiativeId, PersonId};
use tutti_entity::people::person;
use tutti_entity::portfolio::initiative::{self, Stages, Status};
use tutti_entity::portfolio::{cadence_move, date_move, portfolio, status_move};
use tutti_entity::value::fold;

use super::draft::{self, DESCRIPTION, Draft, Names, in_use};
use super::inputs::{
    InitiativeArchiveInput, InitiativeCreateInput, InitiativeReassignInput, InitiativeRescheduleInput,
    InitiativeTransitionInput, InitiativeUnarchiveInput, InitiativeUpdateInput, PortfolioArchiveInput,
    PortfolioCreateInput, PortfolioUnarchiveInput, PortfolioUpdateInput,
};
use super::plan;
use super::reports::rules as reports;
use super::{rules, store};
use crate::access::{Capability, Place};
use crate::graphql::problem::cleared;
use crate::graphql::scalars::Duration;
use crate::graphql::{Check, Problem, ProblemCode};
use crate::store::tx::Action;
use crate::store::{Command, Outcome, Refusal, Tx};

/// Reads somebody who is to take on a role and checks that they are at work.
pub(super) async fn recruit(tx: &Tx<'_>, check: &mut Check, id: PersonId, field: &str) -> Outcome<()> {
    let person = tx.get::<person::Entity>(id, field).await?;
    rules::at_work(check, person.status, field);
    Ok(())
}

/// The calendar day of the organisation on which the change happens.
pub(crate) fn today(tx: &Tx<'_>) -> NaiveDate {
    tx.scope().world().day(tx.now())
}

/// The portfolio of an initiative, which nobody changes until the end.
pub(super) async fn portfolio_of(tx: &Tx<'_>, row: &initiative::Model) -> Outcome<portfolio::Model> {
    tx.get::<portfolio::Entity>(row.portfolio_id, "id").await
}

/// Keeps that an initiative went from one status to another, so that a past day can be told as it stood.
async fn stepped(tx: &Tx<'_>, initiative: InitiativeId, from: Option<Status>, to: Status) -> Outcome<()> {
    let row = status_move::Model {
        id: tx.new_id(),
        initiative_id: initiative,
        from_status: from,
        to_status: to,
        on_day: today(tx),
        at: tx.now(),
    };
    tx.append::<status_move::Entity>(row).await
}

/// Counts the reports of the initiatives of a portfolio by another cadence, and keeps the one that it had.
async fn new_cadence(tx: &Tx<'_>, before: &portfolio::Model, cadence: Duration) -> Outcome<()> {
    let row = cadence_move::Model {
        portfolio_id: before.id,
        portfolio_version: before.version.saturating_add(1),
        from_cadence: before.report_cadence.clone(),
        at: tx.now(),
    };
    tx.append::<cadence_move::Entity>(row).await?;
    let running = tx.hold_all::<initiative::Entity>(store::reporting_in(before.id)).await?;
    let change = |row: &mut initiative::Model| {
        row.next_report_due_on = reports::due_on(row.status, row.reports_from, cadence);
    };
    tx.update_all::<initiative::Entity>(running, change, "initiative.report_due_moved".into()).await
}

pub(crate) fn here(row: &initiative::Model) -> Place {
    Place {
        portfolio: Some(row.portfolio_id),
        owner: Some(row.owner_id),
        sponsor: row.sponsor_id,
        reviewer: row.reviewer_id,
        ..Place::default()
    }
}

fn in_portfolio(row: &portfolio::Model) -> Place {
    Place { portfolio: Some(row.id), ..Place::default() }
}

impl Command for PortfolioCreateInput {
    type Entity = portfolio::Entity;

    async fn run(&self, tx: &Tx<'_>) -> Outcome<portfolio::Model> {
        tx.require(Capability::PortfolioManage, Place::default(), "name")?;
        let mut check = Check::default();
        let name = check.line("name", &self.name, 1..=200);
        let description =
            check.prose("description", self.description.as_ref().map(|text| &*text.0), DESCRIPTION);
        let cadence = self.report_cadence.unwrap_or_else(|| Duration::stored("P14D"));
        rules::cadence(&mut check, cadence);
        recruit(tx, &mut check, self.owner_id, "ownerId").await?;
        check.done()?;
        let row = portfolio::Model {
            id: tx.new_id(),
            version: 1,
            name_folded: fold(&name),
            name,
            description,
            owner_id: self.owner_id,
            currency: self.currency,
            report_cadence: cadence.to_string(),
            archived_at: None,
            created_at: tx.now(),
            updated_at: tx.now(),
        };
        tx.insert::<portfolio::Entity>(row, "portfolio.created".into()).await
    }
}

impl Command for PortfolioUpdateInput {
    type Entity = portfolio::Entity;

    async fn run(&self, tx: &Tx<'_>) -> Outcome<portfolio::Model> {
        let before = tx.subject::<portfolio::Entity>(self.id, "id").await?;
        tx.require(Capability::PortfolioManage, in_portfolio(&before), "id")?;
        in_use(&before, "id")?;
        let mut check = Check::default();
        let mut after = before.clone();
        after.name = check.kept("name", &self.name, before.name.clone());
        after.name = check.line("name", &after.name, 1..=200);
        after.name_folded = fold(&after.name);
        let description =
            cleared(&self.description.clone().map_value(|text| text.0), before.description.clone());
        after.description = check.prose("description", description.as_deref(), DESCRIPTION);
        after.owner_id = check.kept("ownerId", &self.owner_id, before.owner_id);
        if after.owner_id != before.owner_id {
            recruit(tx, &mut check, after.owner_id, "ownerId").await?;
        }
        let cadence =
            check.kept("reportCadence", &self.report_cadence, Duration::stored(&before.report_cadence));
        rules::cadence(&mut check, cadence);
        after.report_cadence = cadence.to_string();
        after.currency = check.kept("currency", &self.currency, before.currency);
        if after.currency != before.currency && store::has_initiatives(tx, before.id).await? {
            let message = "It has initiatives; their amounts are in its currency and are never converted.";
            check.that(false, ProblemCode::InUse, "currency", message);
        }
        check.done()?;
        if after.report_cadence != before.report_cadence {
            new_cadence(tx, &before, cadence).await?;
        }
        tx.update::<portfolio::Entity>(&before, after, "portfolio.updated".into()).await
    }
}

impl Command for PortfolioArchiveInput {
    type Entity = portfolio::Entity;

    async fn run(&self, tx: &Tx<'_>) -> Outcome<portfolio::Model> {
        let before = tx.subject::<portfolio::Entity>(self.id, "id").await?;
        tx.require(Capability::PortfolioManage, in_portfolio(&before), "id")?;
        let running: Vec<_> = Status::iter().filter(|status| !rules::is_final(*status)).collect();
        if store::has_initiatives_in(tx, before.id, &running).await? {
            let message = "It has initiatives that have not ended. Close, cancel or reject them first.";
            return Err(Problem::new(ProblemCode::InUse, "id", message).into());
        }
        let after = portfolio::Model { archived_at: before.archived_at.or(Some(tx.now())), ..before.clone() };
        tx.update::<portfolio::Entity>(&before, after, "portfolio.archived".into()).await
    }
}

impl Command for PortfolioUnarchiveInput {
    type Entity = portfolio::Entity;

    async fn run(&self, tx: &Tx<'_>) -> Outcome<portfolio::Model> {
        let before = tx.subject::<portfolio::Entity>(self.id, "id").await?;
        tx.require(Capability::PortfolioManage, in_portfolio(&before), "id")?;
        let after = portfolio::Model { archived_at: None, ..before.clone() };
        tx.update::<portfolio::Entity>(&before, after, "portfolio.unarchived".into()).await
    }
}

impl Command for InitiativeCreateInput {
    type Entity = initiative::Entity;

    async fn run(&self, tx: &Tx<'_>) -> Outcome<initiative::Model> {
        let names = Names::IDS;
        let portfolio = tx.get::<portfolio::Entity>(self.portfolio_id, names.portfolio).await?;
        draft::open_for_entry(tx, &portfolio, names.portfolio)?;
        let owner = tx.get::<person::Entity>(self.owner_id, names.owner).await?;
        let somebody = async |id: Option<PersonId>, field| {
            let Some(id) = id else { return Ok::<_, Refusal>(None) };
            Ok(Some(tx.get::<person::Entity>(id, field).await?))
        };
        let sponsor = somebody(self.sponsor_id, names.sponsor).await?;
        let reviewer = somebody(self.reviewer_id, names.reviewer).await?;
        let draft = Draft {
            title: &self.title,
            description: self.description.as_ref().map(|text| &*text.0),
            owner: Some(&owner),
            sponsor: sponsor.as_ref(),
            reviewer: reviewer.as_ref(),
            starts_on: self.starts_on.0,
            due_on: self.due_on.0,
            stages: self.value_chain_stages.as_deref().unwrap_or_default(),
        };
        let proposal = draft.propose(Check::default(), Some(&portfolio), names)?;
        let number = tx.count_up(draft::COUNTER).await?;
        let row =
            tx.insert::<initiative::Entity>(proposal.row(tx, number), "initiative.created".into()).await?;
        tx.append::<status_move::Entity>(draft::first_step(tx, &row)).await?;
        Ok(row)
    }
}

impl Command for InitiativeUpdateInput {
    type Entity = initiative::Entity;

    async fn run(&self, tx: &Tx<'_>) -> Outcome<initiative::Model> {
        let before = tx.subject::<initiative::Entity>(self.id, "id").await?;
        tx.require(Capability::InitiativeChange, here(&before), "id")?;
        rules::open_for_change(before.status, before.archived_at.is_some())?;
        let mut check = Check::default();
        let mut after = before.clone();
        after.title = check.kept("title", &self.title, before.title.clone());
        after.title = check.line("title", &after.title, 1..=200);
        after.title_folded = fold(&after.title);
        let description =
            cleared(&self.description.clone().map_value(|text| text.0), before.description.clone());
        after.description = check.prose("description", description.as_deref(), DESCRIPTION);
        after.sponsor_id = cleared(&self.sponsor_id, before.sponsor_id);
        if let Some(sponsor) = after.sponsor_id
            && after.sponsor_id != before.sponsor_id
        {
            recruit(tx, &mut check, sponsor, "sponsorId").await?;
        }
        after.reviewer_id = cleared(&self.reviewer_id, before.reviewer_id);
        if let Some(reviewer) = after.reviewer_id
            && after.reviewer_id != before.reviewer_id
        {
            rules::reviewer(&mut check, before.owner_id, Some(reviewer), "reviewerId");
            recruit(tx, &mut check, reviewer, "reviewerId").await?;
        }
        after.starts_on = check.kept("startsOn", &self.starts_on.map_value(|day| day.0), before.starts_on);
        rules::dates(&mut check, after.starts_on, after.due_on, "startsOn");
        let stages = self.value_chain_stages.clone().map_value(|stages| Stages::new(&stages));
        after.value_chain_stages =
            cleared(&stages, Some(before.value_chain_stages.clone())).unwrap_or_default();
        check.done()?;
        tx.update::<initiative::Entity>(&before, after, "initiative.updated".into()).await
    }
}

impl Command for InitiativeTransitionInput {
    type Entity = initiative::Entity;

    async fn run(&self, tx: &Tx<'_>) -> Outcome<initiative::Model> {
        let before = tx.subject::<initiative::Entity>(self.id, "id").await?;
        tx.require(rules::capability(before.status, self.to), here(&before), "to")?;
        let mut plan = plan::store::plan_for(tx, before.id, self.to).await?;
        if self.to == Status::Closed {
            plan.last_report = super::reports::store::last_report(tx, before.id).await?;
        }
        let step = rules::transition(
            (before.status, before.status_before_hold),
            self.to,
            self.reason.as_deref(),
            &plan,
        )?;
        rules::open_for_change(before.status, before.archived_at.is_some())?;
        let (portfolio, today) = (portfolio_of(tx, &before).await?, today(tx));
        let reports_from = reports::counts_from((before.status, step.to), before.reports_from, today);
        let after = initiative::Model {
            status: step.to,
            status_before_hold: step.before_hold,
            completed_on: (step.to == Status::Closed).then_some(today),
            reports_from,
            next_report_due_on: reports::due_on(
                step.to,
                reports_from,
                Duration::stored(&portfolio.report_cadence),
            ),
            ..before.clone()
        };
        stepped(tx, before.id, Some(before.status), step.to).await?;
        let action = Action { name: "initiative.transitioned", reason: step.reason.as_deref() };
        tx.update::<initiative::Entity>(&before, after, action).await
    }
}

impl Command for InitiativeRescheduleInput {
    type Entity = initiative::Entity;

    async fn run(&self, tx: &Tx<'_>) -> Outcome<initiative::Model> {
        let before = tx.subject::<initiative::Entity>(self.id, "id").await?;
        tx.require(Capability::InitiativeChange, here(&before), "id")?;
        rules::open_for_change(before.status, before.archived_at.is_some())?;
        let note = rules::reschedule(before.starts_on, before.due_on, self.due_on.0, &self.note)?;
        let by_id = tx.author()?;
        let moved = date_move::Model {
            id: tx.new_id(),
            initiative_id: before.id,
            milestone_id: None,
            from_on: before.due_on,
            to_on: self.due_on.0,
            days: rules::days_later(before.due_on, self.due_on.0),
            reason: self.reason,
            note: note.clone(),
            by_id,
            at: tx.now(),
        };
        tx.append::<date_move::Entity>(moved).await?;
        let after = initiative::Model { due_on: self.due_on.0, ..before.clone() };
        let action = Action { name: "initiative.rescheduled", reason: Some(&note) };
        tx.update::<initiative::Entity>(&before, after, action).await
    }
}

impl Command for InitiativeReassignInput {
    type Entity = initiative::Entity;

    async fn run(&self, tx: &Tx<'_>) -> Outcome<initiative::Model> {
        let before = tx.subject::<initiative::Entity>(self.id, "id").await?;
        tx.require(Capability::InitiativeChange, here(&before), "id")?;
        rules::open_for_change(before.status, before.archived_at.is_some())?;
        let mut check = Check::default();
        rules::reviewer(&mut check, self.owner_id, before.reviewer_id, "ownerId");
        if self.owner_id != before.owner_id {
            recruit(tx, &mut check, self.owner_id, "ownerId").await?;
        }
        check.done()?;
        let after = initiative::Model { owner_id: self.owner_id, ..before.clone() };
        tx.update::<initiative::Entity>(&before, after, "initiative.reassigned".into()).await
    }
}

impl Command for InitiativeArchiveInput {
    type Entity = initiative::Entity;

    async fn run(&self, tx: &Tx<'_>) -> Outcome<initiative::Model> {
        let before = tx.subject::<initiative::Entity>(self.id, "id").await?;
        tx.require(Capability::InitiativeChange, here(&before), "id")?;
        rules::may_archive(before.status)?;
        let after =
            initiative::Model { archived_at: before.archived_at.or(Some(tx.now())), ..before.clone() };
        tx.update::<initiative::Entity>(&before, after, "initiative.archived".into()).await
    }
}

impl Command for InitiativeUnarchiveInput {
    type Entity = initiative::Entity;

    async fn run(&self, tx: &Tx<'_>) -> Outcome<initiative::Model> {
        let before = tx.subject::<initiative::Entity>(self.id, "id").await?;
        tx.require(Capability::InitiativeChange, here(&before), "id")?;
        let after = initiative::Model { archived_at: None, ..before.clone() };
        tx.update::<initiative::Entity>(&before, after, "initiative.unarchived".into()).await
    }
}
