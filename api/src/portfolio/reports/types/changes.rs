//! What changed between two reports, as callers see it.

use async_graphql::{ComplexObject, Context, Enum, Object, SimpleObject, Union};
use tutti_entity::ids::{KpiId, MilestoneId, PersonId};
use tutti_entity::portfolio::initiative::Status;
use tutti_entity::portfolio::milestone;
use tutti_entity::portfolio::status_report::Health;

use crate::graphql::Fault;
use crate::graphql::scalars::{Date, Decimal, Money};
use crate::metrics::types::Kpi;
use crate::people::types::Person;
use crate::portfolio::plan::types::Milestone;
use crate::portfolio::reports::rules::picture::{self, Change, Measure, MilestoneStep, Picture};
use crate::store::Scope;

/// One thing that changed from one report to the next.
#[derive(Clone, Debug, Union)]
pub enum ReportChange {
    /// How it goes by the report.
    Health(HealthChange),
    /// Where the initiative stands.
    Status(StatusChange),
    /// Who answers for it.
    Owner(OwnerChange),
    /// The day it is to be finished.
    Date(DateChange),
    /// One of its milestones.
    Milestone(MilestoneChange),
    /// A KPI that it is to move.
    Kpi(KpiChange),
    /// Its money.
    Budget(BudgetChange),
}

/// The report says that it goes otherwise.
#[derive(Clone, Debug, SimpleObject)]
pub struct HealthChange {
    /// How it went by the earlier report.
    pub from: Health,
    /// How it went by the later one.
    pub to: Health,
}

/// The initiative moved along the state machine.
#[derive(Clone, Debug, SimpleObject)]
pub struct StatusChange {
    /// Where it stood.
    pub from: Status,
    /// Where it stood afterwards.
    pub to: Status,
}

/// The initiative has another owner.
#[derive(Clone, Debug)]
pub struct OwnerChange {
    from_id: PersonId,
    to_id: PersonId,
}

/// The initiative has another owner.
#[Object]
impl OwnerChange {
    /// Who answered for it.
    async fn from(&self, ctx: &Context<'_>) -> Result<Person, Fault> {
        Person::the(ctx, self.from_id).await
    }

    /// Who answered for it afterwards.
    async fn to(&self, ctx: &Context<'_>) -> Result<Person, Fault> {
        Person::the(ctx, self.to_id).await
    }
}

/// The due date of the initiative moved.
#[derive(Clone, Debug, SimpleObject)]
pub struct DateChange {
    /// The day it was to be finished.
    pub from: Date,
    /// The day it was to be finished afterwards.
    pub to: Date,
    /// By how many days: later is more than nothing, earlier is less.
    pub days: i32,
}

/// What happened to a milestone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum MilestoneChangeKind {
    /// It is new: `to` is its due date.
    Added,
    /// Its due date moved, from `from` to `to`.
    Moved,
    /// It was reached on `to`; `from` is the day on which it had been reached before, if it had.
    Completed,
    /// It is not wanted any more; `from` is the day on which it had been reached, if it had.
    Cancelled,
    /// It is open again; `from` is the day on which it had been reached, if it had.
    Reopened,
}

/// Something happened to a milestone.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct MilestoneChange {
    /// What happened.
    pub kind: MilestoneChangeKind,
    /// The day before; see `kind`.
    pub from: Option<Date>,
    /// The day afterwards; see `kind`.
    pub to: Option<Date>,
    #[graphql(skip)]
    milestone_id: MilestoneId,
}

#[ComplexObject]
impl MilestoneChange {
    /// The milestone, as it stands today.
    async fn milestone(&self, ctx: &Context<'_>) -> Result<Milestone, Fault> {
        Ok(Scope::of(ctx)?.the::<milestone::Entity>(self.milestone_id).await?.into())
    }
}

impl MilestoneChange {
    fn new(milestone_id: MilestoneId, step: MilestoneStep) -> Self {
        let (kind, from, to) = match step {
            MilestoneStep::Added(due) => (MilestoneChangeKind::Added, None, Some(due)),
            MilestoneStep::Moved(from, to) => (MilestoneChangeKind::Moved, Some(from), Some(to)),
            MilestoneStep::Completed(from, to) => (MilestoneChangeKind::Completed, from, Some(to)),
            MilestoneStep::Cancelled(from) => (MilestoneChangeKind::Cancelled, from, None),
            MilestoneStep::Reopened(from) => (MilestoneChangeKind::Reopened, from, None),
        };
        Self { kind, from: from.map(Date), to: to.map(Date), milestone_id }
    }
}

/// A KPI that the initiative is to move has another number.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct KpiChange {
    /// The number before, in the unit of the KPI; null where there was none, and where the initiative was not yet to
    /// move it.
    pub from: Option<Decimal>,
    /// The number afterwards; null where there was none.
    pub to: Option<Decimal>,
    #[graphql(skip)]
    kpi_id: KpiId,
}

#[ComplexObject]
impl KpiChange {
    /// The KPI.
    async fn kpi(&self, ctx: &Context<'_>) -> Result<Kpi, Fault> {
        Kpi::the(ctx, self.kpi_id).await
    }
}

/// Which sum of money.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum BudgetMeasure {
    /// What may be spent.
    Approved,
    /// What was spent.
    Actual,
    /// What was promised.
    Committed,
}

impl From<Measure> for BudgetMeasure {
    fn from(measure: Measure) -> Self {
        match measure {
            Measure::Approved => Self::Approved,
            Measure::Actual => Self::Actual,
            Measure::Committed => Self::Committed,
        }
    }
}

/// A sum of money changed. Seen by those who may see the money of the initiative.
#[derive(Clone, Debug, SimpleObject)]
pub struct BudgetChange {
    /// Which sum.
    pub measure: BudgetMeasure,
    /// How much it was.
    pub from: Money,
    /// How much it was afterwards.
    pub to: Money,
}

impl ReportChange {
    /// What changed from an earlier picture to a later one, the money only for whoever sees it.
    pub(super) fn between(
        scope: &Scope,
        earlier: &Picture,
        later: &Picture,
        sees_money: bool,
    ) -> Result<Vec<Self>, Fault> {
        let changes = picture::between(earlier, later).into_iter();
        let seen = changes.filter(|change| sees_money || !matches!(change, Change::Money(..)));
        let changes: Vec<_> = seen.map(Self::from).collect();
        scope.produce(changes.len())?;
        Ok(changes)
    }
}

impl From<Change> for ReportChange {
    fn from(change: Change) -> Self {
        match change {
            Change::Health(from, to) => Self::Health(HealthChange { from, to }),
            Change::Status(from, to) => Self::Status(StatusChange { from, to }),
            Change::Owner(from_id, to_id) => Self::Owner(OwnerChange { from_id, to_id }),
            Change::Due(from, to) => {
                let days = i32::try_from((to - from).num_days()).unwrap_or(i32::MAX);
                Self::Date(DateChange { from: Date(from), to: Date(to), days })
            }
            Change::Milestone(id, step) => Self::Milestone(MilestoneChange::new(id, step)),
            Change::Kpi(kpi_id, from, to) => {
                let number = |text: Option<String>| text?.parse().ok().map(Decimal);
                Self::Kpi(KpiChange { from: number(from), to: number(to), kpi_id })
            }
            Change::Money(measure, currency, from, to) => Self::Budget(BudgetChange {
                measure: measure.into(),
                from: Money::from_minor(from, currency),
                to: Money::from_minor(to, currency),
            }),
        }
    }
}
