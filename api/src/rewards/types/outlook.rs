//! What a plan would pay.

use std::collections::BTreeMap;

use async_graphql::{ComplexObject, Context, InputObject, SimpleObject};
use tutti_entity::ids::{KpiId, RewardGroupId};
use tutti_entity::rewards::reward_plan;
use tutti_entity::rewards::terms::{Known, SnapshotState};
use tutti_entity::value::CurrencyCode;

use super::{PlanGate, RewardGroup, RewardPlan};
use crate::graphql::figure::FigureState;
use crate::graphql::scalars::{Date, Decimal, Money, Percent};
use crate::graphql::{Fault, Figure};
use crate::metrics::rules::exact::{Exact, from_decimal};
use crate::metrics::rules::measure::Measure;
use crate::metrics::rules::tally::in_unit;
use crate::metrics::types::Kpi;
use crate::rewards::basis::{Basis, FAR, days, kpis_of};
use crate::rewards::outlook::{Amounts, Outlook, Told};
use crate::rewards::rules::factor::{Passed, Values};
use crate::rewards::rules::period::{self, Span};
use crate::rewards::rules::snapshot;
use crate::rewards::rules::trace::{MISSING, computed, share};
use crate::store::Scope;

/// A value of a KPI that somebody assumes.
#[derive(Clone, Debug, InputObject)]
pub struct AssumedValue {
    /// A KPI of the plan.
    pub kpi_id: KpiId,
    /// Its value, in its unit.
    pub value: Decimal,
}

/// The values that somebody assumes of KPIs of a plan.
pub(super) fn assumed(plan: &reward_plan::Model, sent: &[AssumedValue]) -> Result<Values, Fault> {
    let known = kpis_of(plan);
    let mut values = Values::new();
    for AssumedValue { kpi_id, value } in sent {
        if !known.contains(kpi_id) {
            return Err(Fault::bad_input(format!("{kpi_id} is no KPI of this plan.")));
        }
        if values.insert(*kpi_id, from_decimal(value.0)).is_some() {
            return Err(Fault::bad_input(format!("{kpi_id} is assumed twice.")));
        }
    }
    Ok(values)
}

/// A value of a KPI as a figure, and where it comes from.
pub(super) fn value_of(basis: &Basis, kpi: KpiId, value: Option<&Exact>, known: Option<&Known>) -> Figure {
    let Some(row) = basis.kpis.get(&kpi) else {
        return computed(None);
    };
    let measure = Measure::from(row);
    let carried = known.filter(|known| known.state == SnapshotState::Carried);
    let kept = |known: &Known| known.value.as_deref().and_then(snapshot::read);
    match (value, carried) {
        (None, _) => in_unit(&measure, None, FigureState::NoData, Some(MISSING.to_owned())),
        (Some(value), Some(known)) if kept(known).as_ref() == Some(value) => {
            let from = known.period_start.map(|from| from.to_string()).unwrap_or_default();
            let reason = format!("carried from the period of {from}");
            in_unit(&measure, Some(value), FigureState::Partial, Some(reason))
        }
        (Some(value), _) => in_unit(&measure, Some(value), FigureState::Ok, None),
    }
}

/// What a plan would pay in a period.
#[derive(Clone, Debug, SimpleObject)]
pub struct Projection {
    /// The first day of the period.
    pub period_start: Date,
    /// Its last day.
    pub period_end: Date,
    /// What every award is multiplied by, in percent with four decimals; PROVISIONAL while anything may still change,
    /// NO_DATA where a KPI has no number that the plan waits for.
    pub factor: Figure,
    /// What each KPI contributes.
    pub metrics: Vec<MetricPayout>,
    /// Whether each gate is passed.
    pub gates: Vec<GateResult>,
    /// What each group that you see gets.
    pub groups: Vec<GroupAmount>,
    /// All groups together, of what you are told; null where the factor has no value, or amounts are beyond 64 bits.
    pub total: Option<Money>,
    /// Whether anything of it may still change: a number of the period is open, or a value was assumed.
    pub provisional: bool,
}

impl Projection {
    pub(super) async fn of(ctx: &Context<'_>, outlook: Outlook) -> Result<Self, Fault> {
        let scope = Scope::of(ctx)?;
        let told = Told::to(scope.viewer());
        let amounts = outlook.amounts(scope, outlook.working.factor.as_ref()).await?;
        let totals = amounts.as_ref().map(|amounts| outlook.totals(amounts, told));
        let groups = RewardPlan::seen_groups(ctx, outlook.basis.plan.id).await?;
        let currency = outlook.basis.plan.currency;
        let state = if outlook.provisional { FigureState::Provisional } else { FigureState::Ok };
        let reason = outlook.provisional.then_some("a number may still change");
        let factor = match &outlook.working.factor {
            Some(factor) => share(Some(factor), state, reason),
            None => computed(None),
        };
        Ok(Self {
            period_start: Date(outlook.period.from),
            period_end: Date(outlook.period.to),
            factor,
            metrics: MetricPayout::all(&outlook),
            gates: GateResult::all(&outlook.basis, &outlook.working.gates, &outlook),
            groups: GroupAmount::all(&groups, currency, totals.as_ref(), |group| {
                Some(outlook.full(amounts.as_ref()?, group))
            }),
            total: totals.map(|totals| Money::from_minor(totals.values().sum(), currency)),
            provisional: outlook.provisional,
        })
    }
}

/// What one KPI contributes to the factor.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct MetricPayout {
    /// Its value: PARTIAL where an older one stands in for it, NO_DATA where there is none.
    pub value: Figure,
    /// What the value pays, in percent with four decimals.
    pub payout: Figure,
    /// Its part of the whole as the plan has it.
    pub weight: Percent,
    /// Payout and weight multiplied, in percent with four decimals; the weight is more than that of the plan where it
    /// is weighted up for one that is missing.
    pub contribution: Figure,
    #[graphql(skip)]
    kpi_id: KpiId,
}

impl MetricPayout {
    fn all(outlook: &Outlook) -> Vec<Self> {
        let terms = &outlook.basis.plan.metrics.0;
        let paid = outlook.working.metrics.iter().zip(terms);
        let told = paid.map(|(paid, term)| {
            let known = outlook.snapshot.0.iter().find(|known| known.kpi == paid.kpi);
            Self {
                value: value_of(&outlook.basis, paid.kpi, paid.value.as_ref(), known),
                payout: computed(paid.payout.as_ref()),
                weight: Percent::from_basis_points(term.weight_bp),
                contribution: computed(paid.contribution.as_ref()),
                kpi_id: paid.kpi,
            }
        });
        told.collect()
    }
}

#[ComplexObject]
impl MetricPayout {
    /// The KPI.
    async fn kpi(&self, ctx: &Context<'_>) -> Result<Kpi, Fault> {
        Kpi::the(ctx, self.kpi_id).await
    }
}

/// Whether a gate is passed.
#[derive(Clone, Debug, SimpleObject)]
pub struct GateResult {
    /// The gate.
    pub gate: PlanGate,
    /// Whether its KPI is at least as good as it has to be; false as well where there is no number to tell.
    pub passed: bool,
    /// The value of its KPI.
    pub value: Figure,
}

impl GateResult {
    fn all(basis: &Basis, passed: &[Passed], outlook: &Outlook) -> Vec<Self> {
        let gates = basis.plan.gates.0.iter().zip(passed);
        let told = gates.map(|(term, passed)| {
            let known = outlook.snapshot.0.iter().find(|known| known.kpi == term.kpi);
            Self {
                gate: PlanGate::from(term),
                passed: passed.passed == Some(true),
                value: value_of(basis, term.kpi, passed.value.as_ref(), known),
            }
        });
        told.collect()
    }
}

/// What a group gets.
#[derive(Clone, Debug, SimpleObject)]
pub struct GroupAmount {
    /// The group.
    pub group: RewardGroup,
    /// What somebody gets with a full award: who takes part for the whole period. Null where there is no factor to
    /// multiply with, or amounts are beyond 64 bits.
    pub per_full_award: Option<Money>,
    /// All of them together, each by their days. You are told what you may know: everything where you may see awards;
    /// where you may see totals alone those who take part on the same days as at least four others; and your own. Null
    /// where `perFullAward` is.
    pub total: Option<Money>,
}

impl GroupAmount {
    pub(super) fn all(
        groups: &[RewardGroup],
        currency: CurrencyCode,
        totals: Option<&BTreeMap<RewardGroupId, i64>>,
        full: impl Fn(RewardGroupId) -> Option<i64>,
    ) -> Vec<Self> {
        let money = |minor| Money::from_minor(minor, currency);
        let told = groups.iter().map(|group| Self {
            group: group.clone(),
            per_full_award: full(group.id).map(money),
            total: totals.map(|totals| money(totals.get(&group.id).copied().unwrap_or_default())),
        });
        told.collect()
    }

    /// What one more point of a KPI changes.
    pub(super) async fn of_point(
        ctx: &Context<'_>,
        outlook: &Outlook,
        kpi: KpiId,
    ) -> Result<Vec<Self>, Fault> {
        let scope = Scope::of(ctx)?;
        let told = Told::to(scope.viewer());
        let point = point(scope, outlook, kpi).await?;
        let totals = point.as_ref().map(|(now, better)| {
            let mut totals = outlook.totals(better, told);
            for (group, total) in outlook.totals(now, told) {
                let more: &mut i64 = totals.entry(group).or_default();
                *more = more.saturating_sub(total);
            }
            totals
        });
        let groups = RewardPlan::seen_groups(ctx, outlook.basis.plan.id).await?;
        let full = |group| {
            let (now, better) = point.as_ref()?;
            Some(outlook.full(better, group).saturating_sub(outlook.full(now, group)))
        };
        Ok(Self::all(&groups, outlook.basis.plan.currency, totals.as_ref(), full))
    }
}

/// What everybody gets now and with one more point of a KPI; none where there is no such point.
pub(super) async fn point(
    scope: &Scope,
    outlook: &Outlook,
    kpi: KpiId,
) -> Result<Option<(Amounts, Amounts)>, Fault> {
    let better = outlook.amounts(scope, outlook.one_better(kpi).as_ref()).await?;
    let now = outlook.amounts(scope, outlook.working.factor.as_ref()).await?;
    Ok(now.zip(better))
}

/// What a plan would have paid for a past period.
#[derive(Clone, Debug, SimpleObject)]
pub struct ReplayPeriod {
    /// The first day.
    pub from: Date,
    /// The last day.
    pub to: Date,
    /// What every award would have been multiplied by, in percent with four decimals; NO_DATA where a KPI has no number
    /// that the plan waits for.
    pub factor: Figure,
    /// What it would have paid, of what you are told; null where the factor has no value, or amounts are beyond 64 bits.
    pub total: Option<Money>,
    /// Whether each gate would have been passed.
    pub gates: Vec<GateResult>,
}

/// The most periods that are looked back over.
const MOST_PERIODS: i32 = 24;

impl ReplayPeriod {
    pub(super) async fn all(
        ctx: &Context<'_>,
        plan: &reward_plan::Model,
        count: i32,
    ) -> Result<Vec<Self>, Fault> {
        let Some(count) = usize::try_from(count).ok().filter(|_| (1..=MOST_PERIODS).contains(&count)) else {
            return Err(Fault::bad_input(format!("`periods: {count}`: 1 to {MOST_PERIODS} of them.")));
        };
        let scope = Scope::of(ctx)?;
        let told = Told::to(scope.viewer());
        let basis = Basis::of(scope, plan.clone()).await?;
        let today = period::at(plan.cadence, days(plan), scope.today());
        let measured = basis.measured(scope, scope.today(), FAR).await?;
        let locked = |period: &Span| basis.open(period.to).next().is_none();
        let back = std::iter::successors(Some(today), |period| period.before());
        // Periods that are open are passed over, of which there are few.
        let reach = MOST_PERIODS.saturating_mul(2).unsigned_abs();
        let mut all = Vec::with_capacity(count);
        for period in back.take(usize::try_from(reach).unwrap_or_default()).filter(locked).take(count) {
            let snapshot = basis.snapshot(&measured, period, None);
            if snapshot.0.iter().all(|known| known.parts.is_empty()) {
                // Before anything was measured there is nothing to look back to.
                break;
            }
            let values = snapshot::values(&snapshot);
            let outlook = Outlook::on(scope, basis.clone(), today, snapshot, values, false).await?;
            let amounts = outlook.amounts(scope, outlook.working.factor.as_ref()).await?;
            let total = amounts.map(|amounts| outlook.totals(&amounts, told).values().sum());
            all.push(Self {
                from: Date(period.from),
                to: Date(period.to),
                factor: computed(outlook.working.factor.as_ref()),
                total: total.map(|minor| Money::from_minor(minor, plan.currency)),
                gates: GateResult::all(&basis, &outlook.working.gates, &outlook),
            });
        }
        Ok(all)
    }
}
