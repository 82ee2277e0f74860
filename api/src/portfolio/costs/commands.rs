//! What the mutations of budget lines and costs do inside their transaction.
//!
//! Always: a change of a line leaves the move of the budget beside it, so that a past budget can be summed up;
//! an entry never changes; and those who record costs of the same initiative wait for one another, so that a
//! threshold is told once.

use tutti_entity::ids::InitiativeId;
use tutti_entity::portfolio::{budget_line, budget_move, cost_entry, initiative, portfolio};

use super::inputs::{
    BudgetLineCreateInput, BudgetLineRemoveInput, BudgetLineUpdateInput, CostEntryRecordInput,
    CostEntryReverseInput,
};
use super::rules::Position;
use super::{rules, store};
use crate::access::Capability;
use crate::graphql::Check;
use crate::graphql::problem::cleared;
use crate::graphql::scalars::{CurrencyCode, Money};
use crate::portfolio::commands::here;
use crate::store::tx::Action;
use crate::store::tx::changes::Change;
use crate::store::{Command, Outcome, Tx};

const NOTE: usize = 1000;

/// The initiative, if the viewer may do this with its money.
async fn allowed(
    tx: &Tx<'_>,
    id: InitiativeId,
    capability: Capability,
    field: &str,
) -> Outcome<initiative::Model> {
    let initiative = tx.get::<initiative::Entity>(id, field).await?;
    tx.require(capability, here(&initiative), field)?;
    Ok(initiative)
}

/// The currency of its portfolio.
async fn currency(tx: &Tx<'_>, initiative: &initiative::Model, field: &str) -> Outcome<CurrencyCode> {
    let portfolio = tx.get::<portfolio::Entity>(initiative.portfolio_id, field).await?;
    Ok(portfolio.currency)
}

/// By how much a line moved the budget with the version that it has come to.
#[must_use]
pub fn move_of(line: &budget_line::Model, amount_minor: i64) -> budget_move::Model {
    budget_move::Model {
        line_id: line.id,
        line_version: line.version,
        initiative_id: line.initiative_id,
        amount_minor,
        at: line.updated_at,
    }
}

/// Keeps it.
async fn moved(tx: &Tx<'_>, line: &budget_line::Model, amount_minor: i64) -> Outcome<()> {
    if amount_minor == 0 {
        return Ok(());
    }
    // A cost that is booked at the same moment waits, so that one of the two sees what both come to.
    tx.exclusive(&format!("costs of {}", line.initiative_id)).await?;
    let before = store::position(tx, line.initiative_id, None).await?;
    tx.append::<budget_move::Entity>(move_of(line, amount_minor)).await?;
    let now = Position { approved: before.approved.saturating_add(amount_minor), ..before };
    let change = told("approved", (before.approved, now.approved), line.currency);
    for threshold in rules::crossed(before, now) {
        tx.note::<budget_line::Entity>(line, std::slice::from_ref(&change), threshold.into()).await?;
    }
    Ok(())
}

/// What an event says of an amount that became another.
fn told(field: &str, (before, after): (i64, i64), currency: CurrencyCode) -> Change {
    let told = |minor| Some(format!("{} {currency}", Money::from_minor(minor, currency).amount.0));
    Change { field: field.to_owned(), before: told(before), after: told(after) }
}

impl Command for BudgetLineCreateInput {
    type Entity = budget_line::Entity;

    async fn run(&self, tx: &Tx<'_>) -> Outcome<budget_line::Model> {
        const FIELD: &str = "initiativeId";
        let initiative = allowed(tx, self.initiative_id, Capability::BudgetRecord, FIELD).await?;
        rules::open_for_budget(initiative.status, initiative.archived_at.is_some(), FIELD)?;
        let currency = currency(tx, &initiative, FIELD).await?;
        let amount_minor = rules::budget(&self.amount, currency)?;
        let mut check = Check::default();
        let note = check.prose("note", self.note.as_deref(), NOTE);
        let month = self.month.map(|day| day.0);
        rules::month(&mut check, month);
        check.done()?;
        let row = budget_line::Model {
            id: tx.new_id(),
            version: 1,
            initiative_id: initiative.id,
            category: self.category,
            amount_minor,
            currency,
            month,
            note,
            removed_at: None,
            created_at: tx.now(),
            updated_at: tx.now(),
        };
        let row = tx.insert::<budget_line::Entity>(row, "budget_line.created".into()).await?;
        moved(tx, &row, amount_minor).await?;
        Ok(row)
    }
}

impl Command for BudgetLineUpdateInput {
    type Entity = budget_line::Entity;

    async fn run(&self, tx: &Tx<'_>) -> Outcome<budget_line::Model> {
        let before = tx.subject::<budget_line::Entity>(self.id, "id").await?;
        let initiative = allowed(tx, before.initiative_id, Capability::BudgetRecord, "id").await?;
        rules::open_for_budget(initiative.status, initiative.archived_at.is_some(), "id")?;
        rules::in_force(before.removed_at.is_some())?;
        let mut check = Check::default();
        let mut after = before.clone();
        after.category = check.kept("category", &self.category, before.category);
        after.note = check.prose("note", cleared(&self.note, before.note.clone()).as_deref(), NOTE);
        after.month = cleared(&self.month.map_value(|day| day.0), before.month);
        rules::month(&mut check, after.month);
        let amount = check.kept("amount", &self.amount.map_value(Some), None);
        check.done()?;
        if let Some(amount) = amount {
            after.amount_minor = rules::budget(&amount, before.currency)?;
        }
        let difference = after.amount_minor.saturating_sub(before.amount_minor);
        let after = tx.update::<budget_line::Entity>(&before, after, "budget_line.updated".into()).await?;
        moved(tx, &after, difference).await?;
        Ok(after)
    }
}

impl Command for BudgetLineRemoveInput {
    type Entity = budget_line::Entity;

    async fn run(&self, tx: &Tx<'_>) -> Outcome<budget_line::Model> {
        let before = tx.subject::<budget_line::Entity>(self.id, "id").await?;
        let initiative = allowed(tx, before.initiative_id, Capability::BudgetRecord, "id").await?;
        rules::open_for_budget(initiative.status, initiative.archived_at.is_some(), "id")?;
        let mut check = Check::default();
        let reason = check.prose("reason", self.reason.as_deref(), NOTE);
        check.done()?;
        if before.removed_at.is_some() {
            return Ok(before);
        }
        let after = budget_line::Model { removed_at: Some(tx.now()), ..before.clone() };
        let action = Action { name: "budget_line.removed", reason: reason.as_deref() };
        let after = tx.update::<budget_line::Entity>(&before, after, action).await?;
        moved(tx, &after, after.amount_minor.saturating_neg()).await?;
        Ok(after)
    }
}

/// Writes an entry, and tells of the thresholds of the budget that it crossed: events about the entry, so that
/// only those hear of them who may see money.
async fn write(tx: &Tx<'_>, row: cost_entry::Model, action: Action<'_>) -> Outcome<cost_entry::Model> {
    tx.exclusive(&format!("costs of {}", row.initiative_id)).await?;
    let before = store::position(tx, row.initiative_id, None).await?;
    let row = tx.insert::<cost_entry::Entity>(row, action).await?;
    if row.kind == cost_entry::CostKind::Commitment {
        return Ok(row);
    }
    let now = Position { actual: before.actual.saturating_add(row.amount_minor), ..before };
    let change = told("actual", (before.actual, now.actual), row.currency);
    for threshold in rules::crossed(before, now) {
        tx.note::<cost_entry::Entity>(&row, std::slice::from_ref(&change), threshold.into()).await?;
    }
    Ok(row)
}

impl Command for CostEntryRecordInput {
    type Entity = cost_entry::Entity;

    async fn run(&self, tx: &Tx<'_>) -> Outcome<cost_entry::Model> {
        const FIELD: &str = "initiativeId";
        let initiative = allowed(tx, self.initiative_id, Capability::CostRecord, FIELD).await?;
        rules::open_for_costs(initiative.archived_at.is_some(), FIELD)?;
        let currency = currency(tx, &initiative, FIELD).await?;
        let amount_minor = rules::cost(&self.amount, currency)?;
        let mut check = Check::default();
        let note = check.prose("note", self.note.as_deref(), NOTE);
        rules::incurred(&mut check, self.kind, self.incurred_on.0, tx.scope().today());
        check.done()?;
        let row = cost_entry::Model {
            id: tx.new_id(),
            version: 1,
            initiative_id: initiative.id,
            category: self.category,
            kind: self.kind,
            amount_minor,
            currency,
            incurred_on: self.incurred_on.0,
            note,
            reversal_of_id: None,
            recorded_by_id: tx.author()?,
            recorded_at: tx.now(),
        };
        write(tx, row, "cost.recorded".into()).await
    }
}

impl Command for CostEntryReverseInput {
    type Entity = cost_entry::Entity;

    async fn run(&self, tx: &Tx<'_>) -> Outcome<cost_entry::Model> {
        let original = tx.subject::<cost_entry::Entity>(self.id, "id").await?;
        let initiative = allowed(tx, original.initiative_id, Capability::CostRecord, "id").await?;
        rules::open_for_costs(initiative.archived_at.is_some(), "id")?;
        let reversed_by = store::reversal_of(tx, original.id).await?.map(|id| id.to_string());
        rules::reversible(original.reversal_of_id.is_some(), reversed_by.as_deref())?;
        let mut check = Check::default();
        let reason = rules::reason(&mut check, &self.reason);
        check.done()?;
        // On the day of the original, so that the two cancel out in every period.
        let row = cost_entry::Model {
            id: tx.new_id(),
            amount_minor: original.amount_minor.saturating_neg(),
            note: Some(reason.clone()),
            reversal_of_id: Some(original.id),
            recorded_by_id: tx.author()?,
            recorded_at: tx.now(),
            ..original
        };
        write(tx, row, Action { name: "cost.reversed", reason: Some(&reason) }).await
    }
}
