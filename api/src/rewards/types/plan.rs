//! A plan as callers see it.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_graphql::{ComplexObject, Context, SimpleObject};
use tutti_entity::ids::{Kind, KpiId, RewardPlanId};
use tutti_entity::rewards::reward_plan::{self, MissingKpiPolicy, PayoutCadence, State};
use tutti_entity::rewards::terms::{GateEffect, GateTerm, MetricTerm};

use super::outlook::assumed;
use super::{
    AssumedValue, GroupAmount, Parity, PayoutRun, Projection, ReplayPeriod, RewardCorrection, RewardGroup,
};
use crate::graphql::filter::{
    Col, CurrencyCodeFilter, DateFilter, DateTimeFilter, EnumFilter, Id, IdFilter, StringFilter, Text,
};
use crate::graphql::scalars::{CurrencyCode, Date, DateTime, Decimal, Money, Percent};
use crate::graphql::{Fault, Listed};
use crate::metrics::rules::exact::shown;
use crate::metrics::types::Kpi;
use crate::rewards::outlook::Outlook;
use crate::rewards::rules::period::{Span, periods};
use crate::rewards::store::Runs;
use crate::rewards::store::people::Groups;
use crate::rewards::store::sight::sees_all;
use crate::store::Scope;
use crate::{filter, order, payload};

/// Executives and front line on the same numbers: one set of metrics, weights, curves and gates for every group of a
/// plan; only the target award differs. A plan is a draft, which few see, until it is frozen.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct RewardPlan {
    /// Its id: `rwp_…`.
    pub id: RewardPlanId,
    /// Counts the changes, from 1. Send it as `expectedVersion`.
    pub version: i32,
    /// What it is called.
    pub name: String,
    /// Where it stands.
    pub state: State,
    /// Its first day.
    pub from: Date,
    /// Its last day.
    pub to: Date,
    /// How often it pays.
    pub cadence: PayoutCadence,
    /// The currency of all its amounts.
    pub currency: CurrencyCode,
    /// The most that it pays of a target award; null for no such bound.
    pub cap: Option<Percent>,
    /// What happens where a KPI has no number that can be paid on.
    pub missing_kpi_policy: MissingKpiPolicy,
    /// When it was frozen; null while it is a draft.
    pub activated_at: Option<DateTime>,
    /// When it was closed; null while it is open.
    pub closed_at: Option<DateTime>,
    /// When it was made.
    pub created_at: DateTime,
    /// When it last changed.
    pub updated_at: DateTime,
    #[graphql(skip)]
    row: Arc<reward_plan::Model>,
}

impl From<reward_plan::Model> for RewardPlan {
    fn from(row: reward_plan::Model) -> Self {
        let kept = Arc::new(row.clone());
        let reward_plan::Model {
            id,
            version,
            name,
            name_folded: _,
            state,
            from_day,
            to_day,
            cadence,
            currency,
            cap_bp,
            pool_minor: _,
            missing_kpi_policy,
            metrics: _,
            gates: _,
            roster: _,
            activated_at,
            closed_at,
            created_at,
            updated_at,
        } = row;
        Self {
            id,
            version,
            name,
            state,
            from: Date(from_day),
            to: Date(to_day),
            cadence,
            currency,
            cap: cap_bp.map(Percent::from_basis_points),
            missing_kpi_policy,
            activated_at: activated_at.map(DateTime),
            closed_at: closed_at.map(DateTime),
            created_at: DateTime(created_at),
            updated_at: DateTime(updated_at),
            row: kept,
        }
    }
}

impl RewardPlan {
    /// The plan with this id, where a row that the viewer sees refers to it.
    pub(super) async fn the(ctx: &Context<'_>, id: RewardPlanId) -> Result<Self, Fault> {
        Ok(Scope::of(ctx)?.the::<reward_plan::Entity>(id).await?.into())
    }

    /// The groups that the viewer sees.
    pub(super) async fn seen_groups(
        ctx: &Context<'_>,
        plan: RewardPlanId,
    ) -> Result<Vec<RewardGroup>, Fault> {
        let rows = Scope::of(ctx)?.load_list(&Groups, plan).await?;
        Ok(rows.into_iter().map(Into::into).collect())
    }
}

/// How far the calculation of a run has come.
#[derive(Clone, Debug, SimpleObject)]
pub struct PayoutProgress {
    /// For how many participations there are lines.
    pub done: i32,
    /// How many participations there are.
    pub all: i32,
    /// When it began.
    pub since: DateTime,
}

#[ComplexObject]
impl RewardPlan {
    /// The most that it pays in all in one period. Null for no such bound, and where you may not see awards: with a
    /// pool that is too small it is what all of them get together.
    async fn pool(&self, ctx: &Context<'_>) -> Option<Money> {
        Scope::of(ctx).ok().filter(|scope| sees_all(scope.viewer()))?;
        self.row.pool_minor.map(|pool| Money::from_minor(pool, self.currency))
    }

    /// What it pays for, in the order in which it was written.
    async fn metrics(&self) -> Vec<PlanMetric> {
        self.row.metrics.0.iter().map(PlanMetric::from).collect()
    }

    /// Without what it pays less, in the order in which they apply.
    async fn gates(&self) -> Vec<PlanGate> {
        self.row.gates.0.iter().map(PlanGate::from).collect()
    }

    /// Its groups that you see, in their order: your own, all where you may see awards, and those of at least five
    /// people where you may see totals.
    async fn groups(&self, ctx: &Context<'_>) -> Result<Vec<RewardGroup>, Fault> {
        Self::seen_groups(ctx, self.id).await
    }

    /// What it would pay at today's values, or at values that you name. BAD_USER_INPUT for a KPI that is not in the
    /// plan, and for a day on which no period of the plan begins.
    async fn projection(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Values to assume, each KPI once; the others stay as they are.")] values: Option<
            Vec<AssumedValue>,
        >,
        #[graphql(
            desc = "The first day of the period; by default that of the period of today, or of the one next \
            to it where today is not in the plan."
        )]
        period_start: Option<Date>,
    ) -> Result<Projection, Fault> {
        let scope = Scope::of(ctx)?;
        let values = assumed(&self.row, values.as_deref().unwrap_or_default())?;
        let period = period_start.map(|day| self.period_from(day)).transpose()?;
        let outlook = Outlook::of(scope, &self.row, period, &values).await?;
        Projection::of(ctx, outlook).await
    }

    /// The runs that you see and that count, the first period first: those that are approved, and those that wait
    /// where you may see awards. A run that was dropped or calculated anew is left out.
    async fn runs(&self, ctx: &Context<'_>) -> Result<Vec<PayoutRun>, Fault> {
        let rows = Scope::of(ctx)?.load_list(&Runs, self.id).await?;
        Ok(rows.into_iter().map(Into::into).collect())
    }

    /// The proof that every group is paid on the same snapshots: of the last run that you see, or of today's values
    /// where there is none.
    async fn parity(&self, ctx: &Context<'_>) -> Result<Parity, Fault> {
        let mut runs = Scope::of(ctx)?.load(&Runs, self.id).await?.unwrap_or_default();
        match runs.pop() {
            Some(run) => Parity::of_run(ctx, &self.row, &run).await,
            None => Parity::of_today(ctx, &self.row).await,
        }
    }

    /// The money that one more point of this KPI is worth, or one less where less is good: for each group that you see,
    /// to somebody with a full award, and to all of them together; from what the plan would pay at today's value and
    /// one beyond it. Nothing where there is no value, and for a KPI that is not in the plan.
    async fn point_value(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The KPI.")] kpi_id: KpiId,
    ) -> Result<Vec<GroupAmount>, Fault> {
        let scope = Scope::of(ctx)?;
        let outlook = Outlook::of(scope, &self.row, None, &BTreeMap::new()).await?;
        GroupAmount::of_point(ctx, &outlook, kpi_id).await
    }

    /// What it would have paid over the past locked periods, the latest first: with the people and target awards of
    /// the period of today, on the numbers that are in force now. BAD_USER_INPUT for less than 1 or more than 24.
    async fn replay(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many periods; 8 by default, at most 24.")] periods: Option<i32>,
    ) -> Result<Vec<ReplayPeriod>, Fault> {
        ReplayPeriod::all(ctx, &self.row, periods.unwrap_or(8)).await
    }

    /// Every number that a signed run stood on and that was changed later, with what it did to the money: what was
    /// corrected already, and what still waits for a true-up. The first period first.
    async fn corrections(&self, ctx: &Context<'_>) -> Result<Vec<RewardCorrection>, Fault> {
        RewardCorrection::all(ctx, &self.row).await
    }

    /// How far the calculation of a run has come, while one goes on in the process that answers; null otherwise, and
    /// where you may not see awards.
    async fn calculation(&self, ctx: &Context<'_>) -> Option<PayoutProgress> {
        let scope = Scope::of(ctx).ok().filter(|scope| sees_all(scope.viewer()))?;
        let stand = scope.world().progress.of(&self.id.to_string())?;
        let told = |count: u64| i32::try_from(count).unwrap_or(i32::MAX);
        Some(PayoutProgress { done: told(stand.done), all: told(stand.all), since: DateTime(stand.since) })
    }
}

impl RewardPlan {
    fn period_from(&self, day: Date) -> Result<Span, Fault> {
        let plan = Span { from: self.row.from_day, to: self.row.to_day };
        let found = periods(self.row.cadence, plan).find(|period| period.from == day.0);
        found.ok_or_else(|| Fault::bad_input(format!("No period of the plan begins on {}.", day.0)))
    }
}

/// A KPI that a plan pays for.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct PlanMetric {
    /// Its part of the whole; all together come to 100 %.
    pub weight: Percent,
    /// What its values pay: worse than the first point nothing, along a straight line between points, and beyond the
    /// last what that one does.
    pub curve: Vec<CurvePoint>,
    #[graphql(skip)]
    kpi_id: KpiId,
}

impl From<&MetricTerm> for PlanMetric {
    fn from(term: &MetricTerm) -> Self {
        let curve = term.curve.iter().map(|point| CurvePoint {
            value: Decimal(shown(point.value)),
            payout: Percent::from_basis_points(point.payout_bp),
        });
        Self { weight: Percent::from_basis_points(term.weight_bp), curve: curve.collect(), kpi_id: term.kpi }
    }
}

#[ComplexObject]
impl PlanMetric {
    /// The KPI.
    async fn kpi(&self, ctx: &Context<'_>) -> Result<Kpi, Fault> {
        Kpi::the(ctx, self.kpi_id).await
    }
}

/// A point of a curve.
#[derive(Clone, Debug, SimpleObject)]
pub struct CurvePoint {
    /// The value of the KPI, in its unit.
    pub value: Decimal,
    /// What it pays of a target award.
    pub payout: Percent,
}

/// A condition on a KPI, without which less is paid.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct PlanGate {
    /// What the KPI has to be at least as good as, in its unit.
    pub minimum: Decimal,
    /// What happens where it is not.
    pub effect: GateEffect,
    /// To what CAP caps or by what MULTIPLY multiplies; null for ZERO.
    pub factor: Option<Percent>,
    #[graphql(skip)]
    kpi_id: KpiId,
}

impl From<&GateTerm> for PlanGate {
    fn from(term: &GateTerm) -> Self {
        Self {
            minimum: Decimal(shown(term.minimum)),
            effect: term.effect,
            factor: term.factor_bp.map(Percent::from_basis_points),
            kpi_id: term.kpi,
        }
    }
}

#[ComplexObject]
impl PlanGate {
    /// The KPI.
    async fn kpi(&self, ctx: &Context<'_>) -> Result<Kpi, Fault> {
        Kpi::the(ctx, self.kpi_id).await
    }
}

filter! {
    /// Which plans.
    RewardPlanFilter for reward_plan {
        /// By id.
        id: IdFilter = Id(reward_plan::Column::Id, Kind::RewardPlan),
        /// By name.
        name: StringFilter = Text(reward_plan::Column::Name, reward_plan::Column::NameFolded),
        /// By where they stand.
        state: EnumFilter<State> = Col(reward_plan::Column::State),
        /// By the first day.
        from: DateFilter = Col(reward_plan::Column::FromDay),
        /// By the last day.
        to: DateFilter = Col(reward_plan::Column::ToDay),
        /// By the currency.
        currency: CurrencyCodeFilter = Col(reward_plan::Column::Currency),
        /// By when they were made.
        created_at: DateTimeFilter = Col(reward_plan::Column::CreatedAt),
    }
}

order! {
    /// Sorts plans.
    RewardPlanOrder, RewardPlanOrderField "What plans can be sorted by.", reward_plan {
        /// By name, case ignored.
        Name => [NameFolded],
        /// By the name of where they stand.
        State => [State],
        /// By the first day.
        From => [FromDay],
        /// By the last day.
        To => [ToDay],
        /// By when they were made.
        CreatedAt => [CreatedAt],
        /// By when they last changed.
        UpdatedAt => [UpdatedAt],
    }
}

impl Listed for RewardPlan {
    const NAME: &'static str = "RewardPlan";
    type Entity = reward_plan::Entity;
    type Filter = RewardPlanFilter;
    type Order = RewardPlanOrder;
    const ID: reward_plan::Column = reward_plan::Column::Id;
}

payload! {
    /// What a mutation of a plan answers.
    RewardPlanPayload {
        /// The plan as written; null when something has to be mended.
        reward_plan: RewardPlan = reward_plan
    }
}
