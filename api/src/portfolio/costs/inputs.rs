//! What mutations of budget lines and costs take.

use async_graphql::{InputObject, MaybeUndefined};
use tutti_entity::ids::{BudgetLineId, CostEntryId, InitiativeId};
use tutti_entity::portfolio::cost_entry::{CostCategory, CostKind};

use crate::graphql::scalars::{Date, MoneyInput};

/// A new line of a budget.
#[derive(Clone, Debug, InputObject)]
pub struct BudgetLineCreateInput {
    /// The initiative; neither archived nor ended.
    pub initiative_id: InitiativeId,
    /// On what it is to be spent.
    pub category: CostCategory,
    /// How much, in the currency of the portfolio; more than nothing, at most 10 000 000 000 000 minor units.
    pub amount: MoneyInput,
    /// The month for which it is meant, by its first day; for the whole time by default.
    pub month: Option<Date>,
    /// What it is for, at most 1 000 characters.
    pub note: Option<String>,
}

/// What to change of a line of a budget.
#[derive(Clone, Debug, InputObject)]
pub struct BudgetLineUpdateInput {
    /// The line.
    pub id: BudgetLineId,
    /// On what it is to be spent; cannot be cleared.
    pub category: MaybeUndefined<CostCategory>,
    /// How much, as when it was created; cannot be cleared.
    pub amount: MaybeUndefined<MoneyInput>,
    /// The month for which it is meant, by its first day; null for the whole time.
    pub month: MaybeUndefined<Date>,
    /// What it is for, at most 1 000 characters; null clears.
    pub note: MaybeUndefined<String>,
}

/// Which line of a budget to remove.
#[derive(Clone, Debug, InputObject)]
pub struct BudgetLineRemoveInput {
    /// The line.
    pub id: BudgetLineId,
    /// Why, at most 1 000 characters; kept in the log.
    pub reason: Option<String>,
}

/// A cost. It never changes: to correct it, reverse it and record another.
#[derive(Clone, Debug, InputObject)]
pub struct CostEntryRecordInput {
    /// The initiative; not archived.
    pub initiative_id: InitiativeId,
    /// On what it is spent.
    pub category: CostCategory,
    /// Whether it is spent or promised.
    pub kind: CostKind,
    /// How much, in the currency of the portfolio; less than nothing for a credit, never nothing, at most
    /// 10 000 000 000 000 minor units either way.
    pub amount: MoneyInput,
    /// The day on which it falls; for an ACTUAL today or before.
    pub incurred_on: Date,
    /// What it is for, at most 1 000 characters.
    pub note: Option<String>,
}

/// Which cost to take back.
#[derive(Clone, Debug, InputObject)]
pub struct CostEntryReverseInput {
    /// The entry; not a reversal itself, and not reversed before.
    pub id: CostEntryId,
    /// Why, 1 to 1 000 characters; becomes the note of the reversal.
    pub reason: String,
}
