//! The only SQL about milestones and baselines.

use std::collections::HashMap;

use sea_orm::sea_query::{Condition, Expr, ExprTrait, Func, Order, Query, SelectStatement};
use sea_orm::{FromQueryResult, Iterable};
use tutti_entity::ids::{BaselineId, InitiativeId, MilestoneId, PersonId, TypedId};
use tutti_entity::portfolio::initiative::Status as InitiativeStatus;
use tutti_entity::portfolio::{
    baseline, baseline_milestone, budget_line, date_move, initiative, milestone, milestone_fact, status_move,
};
use uuid::Uuid;

use super::rules;
use crate::access::Viewer;
use crate::access::visible::{Visible, everyone};
use crate::graphql::Fault;
use crate::graphql::batch::{Loader, grouped};
use crate::portfolio::rules::{Plan, is_final};
use crate::store::{At, Outcome, Scope, Tx, find};

impl Visible for baseline::Entity {
    fn visible(_: &Viewer, _: At) -> Condition {
        everyone()
    }
}

impl Visible for baseline_milestone::Entity {
    fn visible(_: &Viewer, _: At) -> Condition {
        everyone()
    }
}

impl Visible for milestone::Entity {
    fn visible(_: &Viewer, _: At) -> Condition {
        everyone()
    }
}

impl Visible for milestone_fact::Entity {
    fn visible(_: &Viewer, _: At) -> Condition {
        everyone()
    }
}

impl Visible for status_move::Entity {
    fn visible(_: &Viewer, _: At) -> Condition {
        everyone()
    }
}

/// The milestones, in the table that goes by the name `at`, that were not reached, of initiatives, by the name `of`, that go on.
#[must_use]
pub fn ahead(at: At, of: At) -> Condition {
    Condition::all()
        .add(find::one_of(at.col(milestone::Column::Status), rules::is_open))
        .add(find::one_of(of.col(initiative::Column::Status), |status| !is_final(status)))
        .add(of.col(initiative::Column::ArchivedAt).is_null())
}

/// The facts of a milestone, as they were recorded.
///
/// # Errors
/// When the database cannot be read.
pub async fn facts_of(tx: &Tx<'_>, milestone: MilestoneId) -> Outcome<Vec<milestone_fact::Model>> {
    let mut select = SelectStatement::new();
    select
        .columns(milestone_fact::Column::iter())
        .from(milestone_fact::Entity)
        .and_where(Expr::col(milestone_fact::Column::MilestoneId).eq(milestone))
        .order_by(milestone_fact::Column::Id, Order::Asc);
    let rows = tx.rows(&select).await?;
    Ok(rows.iter().map(|row| milestone_fact::Model::from_query_result(row, "")).collect::<Result<_, _>>()?)
}

/// The milestones of an initiative, by due date.
///
/// # Errors
/// When the database cannot be read.
pub async fn milestones_of(tx: &Tx<'_>, initiative: InitiativeId) -> Outcome<Vec<milestone::Model>> {
    let mut select = SelectStatement::new();
    select
        .columns(milestone::Column::iter())
        .from(milestone::Entity)
        .and_where(Expr::col(milestone::Column::InitiativeId).eq(initiative))
        .order_by(milestone::Column::DueOn, Order::Asc)
        .order_by(milestone::Column::Id, Order::Asc);
    let rows = tx.rows(&select).await?;
    Ok(rows.iter().map(|row| milestone::Model::from_query_result(row, "")).collect::<Result<_, _>>()?)
}

/// The number of the last baseline of an initiative, 0 where it has none, and the sum of its budget lines now, in
/// minor units.
///
/// # Errors
/// When the database cannot be read.
pub async fn agreed_so_far(tx: &Tx<'_>, initiative: InitiativeId) -> Outcome<(i32, i64)> {
    let last = Query::select()
        .expr_as(Func::max(Expr::col(baseline::Column::Number)), "last")
        .from(baseline::Entity)
        .and_where(Expr::col(baseline::Column::InitiativeId).eq(initiative))
        .to_owned();
    let budget = Query::select()
        .expr_as(Func::cast_as(Expr::col(budget_line::Column::AmountMinor).sum(), "bigint"), "budget")
        .from(budget_line::Entity)
        .and_where(Expr::col(budget_line::Column::InitiativeId).eq(initiative))
        .and_where(Expr::col(budget_line::Column::RemovedAt).is_null())
        .to_owned();
    let last = tx.rows(&last).await?.first().map(|row| row.try_get::<Option<i32>>("", "last")).transpose()?;
    let budget =
        tx.rows(&budget).await?.first().map(|row| row.try_get::<Option<i64>>("", "budget")).transpose()?;
    Ok((last.flatten().unwrap_or_default(), budget.flatten().unwrap_or_default()))
}

/// Notes that an initiative has a plan that was agreed on.
///
/// # Errors
/// When the database refuses.
pub async fn agreed(tx: &Tx<'_>, initiative: InitiativeId) -> Outcome<()> {
    let note = Query::update()
        .table(initiative::Entity)
        .value(initiative::IS_AGREED, true)
        .and_where(Expr::col(initiative::Column::Id).eq(initiative))
        .to_owned();
    tx.mark(&note).await
}

/// What an initiative has come to, as far as a move to this status asks.
///
/// # Errors
/// When the database cannot be read.
pub async fn plan_for(tx: &Tx<'_>, initiative: InitiativeId, to: InitiativeStatus) -> Outcome<Plan> {
    let mut plan = Plan::default();
    if to == InitiativeStatus::Active {
        plan.has_baseline = agreed_so_far(tx, initiative).await?.0 > 0;
    }
    if to == InitiativeStatus::Closed {
        let milestones = milestones_of(tx, initiative).await?.into_iter();
        let open = milestones.filter(|milestone| rules::is_open(milestone.status));
        plan.open_milestones = open.map(|milestone| milestone.title).collect();
    }
    Ok(plan)
}

/// The milestones that are to be reached, of initiatives that have not ended.
fn still_to_do() -> Condition {
    let running = Query::select()
        .column(initiative::Column::Id)
        .from(initiative::Entity)
        .and_where(find::one_of(Expr::col(initiative::Column::Status), |status| !is_final(status)))
        .to_owned();
    Condition::all()
        .add(find::one_of(At::TOP.col(milestone::Column::Status), rules::is_open))
        .add(At::TOP.col(milestone::Column::InitiativeId).in_subquery(running))
}

/// The milestones for which this person answers and that are still to be reached.
#[must_use]
pub fn open_milestones_of(person: PersonId) -> Condition {
    still_to_do().add(At::TOP.col(milestone::Column::OwnerId).eq(person))
}

/// The milestones that people have open, by due date.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct OpenMilestones;

impl Loader for OpenMilestones {
    type Key = PersonId;
    type Value = Vec<milestone::Model>;

    async fn load(
        &self,
        scope: &Scope,
        people: &[PersonId],
    ) -> Result<HashMap<PersonId, Vec<milestone::Model>>, Fault> {
        let ids: Vec<Uuid> = people.iter().map(|person| person.uuid()).collect();
        let rows = scope
            .find::<milestone::Entity>()
            .any_of(milestone::Column::OwnerId, &ids)
            .filter(still_to_do())
            .order_by(milestone::Column::DueOn)
            .order_by(milestone::Column::Id)
            .all()
            .await?;
        Ok(grouped(rows, |row| row.owner_id))
    }
}

/// The baselines of initiatives, the first one first and the current one last.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Baselines;

impl Loader for Baselines {
    type Key = InitiativeId;
    type Value = Vec<baseline::Model>;

    async fn load(
        &self,
        scope: &Scope,
        initiatives: &[InitiativeId],
    ) -> Result<HashMap<InitiativeId, Vec<baseline::Model>>, Fault> {
        let ids: Vec<Uuid> = initiatives.iter().map(|initiative| initiative.uuid()).collect();
        let rows = scope
            .find::<baseline::Entity>()
            .any_of(baseline::Column::InitiativeId, &ids)
            .order_by(baseline::Column::Number)
            .all()
            .await?;
        Ok(grouped(rows, |row| row.initiative_id))
    }
}

/// What baselines hold of their milestones, by due date.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Parts;

impl Loader for Parts {
    type Key = BaselineId;
    type Value = Vec<baseline_milestone::Model>;

    async fn load(
        &self,
        scope: &Scope,
        baselines: &[BaselineId],
    ) -> Result<HashMap<BaselineId, Vec<baseline_milestone::Model>>, Fault> {
        let ids: Vec<Uuid> = baselines.iter().map(|baseline| baseline.uuid()).collect();
        let rows = scope
            .find::<baseline_milestone::Entity>()
            .any_of(baseline_milestone::Column::BaselineId, &ids)
            .order_by(baseline_milestone::Column::DueOn)
            .order_by(baseline_milestone::Column::MilestoneId)
            .all()
            .await?;
        Ok(grouped(rows, |row| row.baseline_id))
    }
}

/// What was agreed of milestones, in whichever baselines.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Agreed;

impl Loader for Agreed {
    type Key = MilestoneId;
    type Value = Vec<baseline_milestone::Model>;

    async fn load(
        &self,
        scope: &Scope,
        milestones: &[MilestoneId],
    ) -> Result<HashMap<MilestoneId, Vec<baseline_milestone::Model>>, Fault> {
        let ids: Vec<Uuid> = milestones.iter().map(|milestone| milestone.uuid()).collect();
        let rows = scope
            .find::<baseline_milestone::Entity>()
            .any_of(baseline_milestone::Column::MilestoneId, &ids)
            .all()
            .await?;
        Ok(grouped(rows, |row| row.milestone_id))
    }
}

/// The moves of the due dates of milestones, oldest first.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct MilestoneMoves;

impl Loader for MilestoneMoves {
    type Key = MilestoneId;
    type Value = Vec<date_move::Model>;

    async fn load(
        &self,
        scope: &Scope,
        milestones: &[MilestoneId],
    ) -> Result<HashMap<MilestoneId, Vec<date_move::Model>>, Fault> {
        let ids: Vec<Uuid> = milestones.iter().map(|milestone| milestone.uuid()).collect();
        let rows = scope
            .find::<date_move::Entity>()
            .any_of(date_move::Column::MilestoneId, &ids)
            .order_by(date_move::Column::Id)
            .all()
            .await?;
        Ok(grouped(rows, |row| row.milestone_id))
    }
}
