//! Budgets and costs as callers see them.

use async_graphql::{ComplexObject, Context, SimpleObject};
use chrono::NaiveDate;
use tutti_entity::ids::{BudgetLineId, CostEntryId, InitiativeId, Kind, PersonId, PortfolioId};
use tutti_entity::portfolio::cost_entry::{CostCategory, CostKind};
use tutti_entity::portfolio::{budget_line, cost_entry, initiative};

use super::rules::Position;
use super::store::{PortfolioPositions, Positions, Reversals};
use crate::graphql::filter::{
    Col, CurrencyCodeFilter, DateFilter, DateTimeFilter, EnumFilter, Id, IdFilter, One,
};
use crate::graphql::needed::{Columns, Named, Needed};
use crate::graphql::scalars::{CurrencyCode, Date, DateTime, Money};
use crate::graphql::{Fault, Figure, Listed};
use crate::people::types::{Person, PersonFilter};
use crate::portfolio::figures::rules::facts::Moment;
use crate::portfolio::types::{Initiative, InitiativeFilter};
use crate::store::Scope;
use crate::{filter, narrow, order, payload};

/// A line of the budget of an initiative. Seen by those who may see its money.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct BudgetLine {
    /// Its id: `bud_…`.
    pub id: BudgetLineId,
    /// Counts the changes, from 1. Send it as `expectedVersion`.
    pub version: i32,
    /// On what it is to be spent.
    pub category: CostCategory,
    /// How much; more than nothing.
    pub amount: Money,
    /// The month for which it is meant, by its first day; null where it is meant for the whole time.
    pub month: Option<Date>,
    /// What it is for; null where nothing was said.
    pub note: Option<String>,
    /// When it was removed, and does not count any more; null while it counts.
    pub removed_at: Option<DateTime>,
    /// When it was entered.
    pub created_at: DateTime,
    /// When it last changed.
    pub updated_at: DateTime,
    #[graphql(skip)]
    initiative_id: InitiativeId,
}

impl From<budget_line::Model> for BudgetLine {
    fn from(row: budget_line::Model) -> Self {
        let budget_line::Model {
            id,
            version,
            initiative_id,
            category,
            amount_minor,
            currency,
            month,
            note,
            removed_at,
            created_at,
            updated_at,
        } = row;
        Self {
            id,
            version,
            category,
            amount: Money::from_minor(amount_minor, currency),
            month: month.map(Date),
            note,
            removed_at: removed_at.map(DateTime),
            created_at: DateTime(created_at),
            updated_at: DateTime(updated_at),
            initiative_id,
        }
    }
}

#[ComplexObject]
impl BudgetLine {
    /// The initiative whose money it is.
    async fn initiative(&self, ctx: &Context<'_>) -> Result<Initiative, Fault> {
        Ok(Scope::of(ctx)?.the::<initiative::Entity>(self.initiative_id).await?.into())
    }
}

filter! {
    /// Which lines of budgets.
    BudgetLineFilter for budget_line {
        /// By id.
        id: IdFilter = Id(budget_line::Column::Id, Kind::BudgetLine),
        /// By the id of the initiative whose money it is.
        initiative_id: IdFilter = Id(budget_line::Column::InitiativeId, Kind::Initiative),
        /// By on what it is to be spent.
        category: EnumFilter<CostCategory> = Col(budget_line::Column::Category),
        /// By the month for which it is meant; `isNull: true` for those of the whole time.
        month: DateFilter = Col(budget_line::Column::Month),
        /// By when it was removed; `isNull: true` for those that count.
        removed_at: DateTimeFilter = Col(budget_line::Column::RemovedAt),
        /// By when it was entered.
        created_at: DateTimeFilter = Col(budget_line::Column::CreatedAt),
    }
}

order! {
    /// Sorts lines of budgets.
    BudgetLineOrder, BudgetLineOrderField "What lines of budgets can be sorted by.", budget_line {
        /// By the name of the category.
        Category => [Category],
        /// By how much.
        Amount => [AmountMinor],
        /// By the month for which they are meant.
        Month => [Month],
        /// By when they were entered.
        CreatedAt => [CreatedAt],
    }
}

impl Listed for BudgetLine {
    const NAME: &'static str = "BudgetLine";
    type Entity = budget_line::Entity;
    type Filter = BudgetLineFilter;
    type Order = BudgetLineOrder;
    const ID: budget_line::Column = budget_line::Column::Id;
}

/// A cost of an initiative, which never changes: to correct it, it is reversed and another is recorded. Seen by
/// those who may see its money.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct CostEntry {
    /// Its id: `cst_…`.
    pub id: CostEntryId,
    /// Always 1, as it never changes.
    pub version: Needed<i32>,
    /// On what it is spent.
    pub category: Needed<CostCategory>,
    /// Whether it is spent or promised.
    pub kind: Needed<CostKind>,
    /// How much; less than nothing for a credit, never nothing.
    pub amount: Needed<Money>,
    /// The day on which it falls. A reversal falls on the day of what it takes back.
    pub incurred_on: Needed<Date>,
    /// What it is for, or why it takes another back; null where nothing was said.
    pub note: Needed<Option<String>>,
    /// When it was recorded.
    pub recorded_at: Needed<DateTime>,
    #[graphql(skip)]
    initiative_id: Needed<InitiativeId>,
    #[graphql(skip)]
    reversal_of_id: Needed<Option<CostEntryId>>,
    #[graphql(skip)]
    recorded_by_id: Needed<PersonId>,
}

narrow! {
    CostEntry of cost_entry {
        always { id }
        plain {
            version;
            category;
            kind;
            note;
            initiative_id for [initiative];
            reversal_of_id for [reversal_of];
            recorded_by_id for [recorded_by];
        }
        made {
            amount: (amount_minor, currency) => Money::from_minor(amount_minor, currency);
            incurred_on: (incurred_on) => Date(incurred_on);
            recorded_at: (recorded_at) => DateTime(recorded_at);
        }
    }
}

#[ComplexObject]
impl CostEntry {
    /// The initiative whose cost it is.
    async fn initiative(&self, ctx: &Context<'_>) -> Result<Initiative, Fault> {
        Ok(Scope::of(ctx)?.the::<initiative::Entity>(*self.initiative_id.get()?).await?.into())
    }

    /// The entry that it takes back; null where it takes none back.
    async fn reversal_of(&self, ctx: &Context<'_>) -> Option<Result<Self, Fault>> {
        self.reversal_of_id.node(ctx).await.transpose()
    }

    /// The entry that takes it back; null while it holds.
    async fn reversed_by(&self, ctx: &Context<'_>) -> Result<Option<Self>, Fault> {
        Ok(Scope::of(ctx)?.load(&Reversals, self.id).await?.map(Into::into))
    }

    /// Who recorded it.
    async fn recorded_by(&self, ctx: &Context<'_>) -> Result<Person, Fault> {
        Person::the(ctx, *self.recorded_by_id.get()?).await
    }
}

filter! {
    /// Which costs.
    CostEntryFilter for cost_entry {
        /// By id.
        id: IdFilter = Id(cost_entry::Column::Id, Kind::CostEntry),
        /// By the id of the initiative whose cost it is.
        initiative_id: IdFilter = Id(cost_entry::Column::InitiativeId, Kind::Initiative),
        /// By the initiative whose cost it is, and so by its portfolio.
        initiative: Box<InitiativeFilter> = One(cost_entry::Column::InitiativeId),
        /// By on what it is spent.
        category: EnumFilter<CostCategory> = Col(cost_entry::Column::Category),
        /// By whether it is spent or promised.
        kind: EnumFilter<CostKind> = Col(cost_entry::Column::Kind),
        /// By the currency.
        currency: CurrencyCodeFilter = Col(cost_entry::Column::Currency),
        /// By the day on which it falls.
        incurred_on: DateFilter = Col(cost_entry::Column::IncurredOn),
        /// By the id of what it takes back; `isNull: true` for all but reversals.
        reversal_of_id: IdFilter = Id(cost_entry::Column::ReversalOfId, Kind::CostEntry),
        /// By the id of who recorded it.
        recorded_by_id: IdFilter = Id(cost_entry::Column::RecordedById, Kind::Person),
        /// By who recorded it.
        recorded_by: Box<PersonFilter> = One(cost_entry::Column::RecordedById),
        /// By when it was recorded.
        recorded_at: DateTimeFilter = Col(cost_entry::Column::RecordedAt),
    }
}

order! {
    /// Sorts costs.
    CostEntryOrder, CostEntryOrderField "What costs can be sorted by.", cost_entry {
        /// By the day on which they fall.
        IncurredOn => [IncurredOn],
        /// By when they were recorded.
        RecordedAt => [RecordedAt],
        /// By the name of the category.
        Category => [Category],
        /// By the name of the kind.
        Kind => [Kind],
        /// By how much, in minor units: meant for costs in one currency.
        Amount => [AmountMinor],
    }
}

impl Listed for CostEntry {
    const NAME: &'static str = "CostEntry";
    type Entity = cost_entry::Entity;
    type Filter = CostEntryFilter;
    type Order = CostEntryOrder;
    const ID: cost_entry::Column = cost_entry::Column::Id;

    fn columns(named: &Named) -> Columns<Self> {
        Columns::needed(named)
    }
}

/// What may be spent, is spent and is promised, in the currency of the portfolio.
#[derive(Clone, Debug, SimpleObject)]
pub struct BudgetPosition {
    /// The lines of the budget together, without removed ones.
    pub approved: Money,
    /// What was spent on the day or before, reversals taken off: the ACTUAL entries together.
    pub actual: Money,
    /// What was promised and falls on the day or before, reversals taken off: the COMMITMENT entries together.
    pub committed: Money,
    /// What is left: approved − actual − committed; less than nothing where more was spent and promised.
    pub available: Money,
    /// How much of the approved is spent: actual / approved in percent; NOT_APPLICABLE where nothing is approved.
    pub used: Figure,
    /// The day.
    pub as_of: Date,
}

impl BudgetPosition {
    /// That of one initiative, asked for together with those of its siblings. Whoever asks may see its money.
    pub(crate) async fn of(
        ctx: &Context<'_>,
        initiative: InitiativeId,
        currency: CurrencyCode,
        as_of: Option<Date>,
    ) -> Result<Self, Fault> {
        let scope = Scope::of(ctx)?;
        let as_of = as_of.map_or(scope.today(), |day| day.0);
        let known_before = scope.known_before(as_of);
        let position = scope.load(&Positions { as_of, known_before }, initiative).await?;
        Ok(Self::new(position.unwrap_or_default(), currency, as_of))
    }

    /// That of the initiatives of one portfolio together whose money whoever asks sees, asked for together with those
    /// of its siblings.
    pub(crate) async fn of_portfolio(
        ctx: &Context<'_>,
        portfolio: PortfolioId,
        currency: CurrencyCode,
        Moment { as_of, known_before }: Moment,
    ) -> Result<Self, Fault> {
        let positions = PortfolioPositions(Positions { as_of, known_before });
        let position = Scope::of(ctx)?.load(&positions, portfolio).await?;
        Ok(Self::new(position.unwrap_or_default(), currency, as_of))
    }

    fn new(position: Position, currency: CurrencyCode, as_of: NaiveDate) -> Self {
        let money = |minor| Money::from_minor(minor, currency);
        Self {
            approved: money(position.approved),
            actual: money(position.actual),
            committed: money(position.committed),
            available: money(position.available()),
            used: position.used(),
            as_of: Date(as_of),
        }
    }
}

payload! {
    /// What a mutation of a budget line answers.
    BudgetLinePayload {
        /// The line as written; null when something has to be mended.
        budget_line: BudgetLine = budget_line
    }
}

payload! {
    /// What a mutation of costs answers.
    CostEntryPayload {
        /// The entry as written; null when something has to be mended.
        cost_entry: CostEntry = cost_entry
    }
}
