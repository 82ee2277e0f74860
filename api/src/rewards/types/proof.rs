//! What proves that everybody was paid on the same numbers, and what became of numbers that were corrected.

use std::collections::BTreeMap;

use async_graphql::{ComplexObject, Context, SimpleObject};
use futures_util::future::try_join_all;
use tutti_entity::ids::{KpiId, RewardGroupId};
use tutti_entity::metrics::measurement;
use tutti_entity::rewards::payout_line::LineKind;
use tutti_entity::rewards::payout_run::{RunKind, RunState};
use tutti_entity::rewards::reward_plan::State;
use tutti_entity::rewards::terms::{Known, Snapshot};
use tutti_entity::rewards::{payout_run, reward_plan};

use super::run::totals;
use super::{PayoutRun, RewardGroup, RewardPlan, SnapshotValue};
use crate::graphql::scalars::{Date, Money};
use crate::graphql::{Fault, Figure};
use crate::metrics::rules::exact::Exact;
use crate::metrics::types::{Kpi, Measurement};
use crate::rewards::basis::{Basis, FAR};
use crate::rewards::outlook::{Outlook, Told};
use crate::rewards::rules::award::{award, rounded};
use crate::rewards::rules::factor::factor;
use crate::rewards::rules::period::Span;
use crate::rewards::rules::snapshot::{self, differing, hash};
use crate::rewards::rules::trace::computed;
use crate::rewards::store::{Alike, Lines, Runs};
use crate::store::Scope;

/// The proof that every group is paid on the same snapshots: one factor of one set of numbers, and every line of every
/// group is its target award times that factor by its days.
#[derive(Clone, Debug, SimpleObject)]
pub struct Parity {
    /// Whether it is so.
    pub holds: bool,
    /// The hash of the one snapshot, made anew; see `PayoutRun.snapshotHash`.
    pub snapshot_hash: String,
    /// The groups that you see.
    pub groups: Vec<RewardGroup>,
    /// What is not so, in words; none where it holds.
    pub differences: Vec<String>,
}

/// Whether lines that are alike are what the factor makes of their target award.
fn follows(line: &Alike, exact: &Exact, scale: Option<&Exact>, period_days: i64) -> bool {
    let award = award(line.target_minor, exact, line.service_days.into(), period_days);
    let (least, most) = match scale {
        None => (rounded(&award), rounded(&award)),
        Some(scale) => {
            let floor = rounded(&(award * scale).floor());
            (floor, floor.map(|floor| floor.saturating_add(1)))
        }
    };
    least.is_some_and(|least| least <= line.least) && most.is_some_and(|most| line.most <= most)
}

impl Parity {
    /// Of a run that the viewer sees.
    pub(super) async fn of_run(
        ctx: &Context<'_>,
        plan: &reward_plan::Model,
        run: &payout_run::Model,
    ) -> Result<Self, Fault> {
        let scope = Scope::of(ctx)?;
        let basis = Basis::of(scope, plan.clone()).await?;
        let lines = scope.load(&Lines, run.id).await?.unwrap_or_default();
        let groups = RewardPlan::seen_groups(ctx, plan.id).await?;
        let made = hash(&run.snapshot);
        let mut differences = Vec::new();
        if made != run.snapshot_hash {
            differences.push("The numbers that are kept are not those of the hash.".to_owned());
        }
        let exact = factor(&basis.terms, &snapshot::values(&run.snapshot)).factor;
        let kept = snapshot::read(&run.factor);
        if exact != kept || exact.is_none() {
            differences.push("The factor is not the one that the numbers make.".to_owned());
        }
        let scale = run.scale.as_deref().and_then(snapshot::read);
        let period_days = Span { from: run.period_start, to: run.period_end }.days();
        let exact = exact.unwrap_or_default();
        let off = lines
            .iter()
            .filter(|line| line.kind == LineKind::Award)
            .filter(|line| !follows(line, &exact, scale.as_ref(), period_days));
        let off: std::collections::BTreeSet<RewardGroupId> = off.map(|line| line.group).collect();
        for group in &off {
            let name = groups.iter().find(|seen| seen.id == *group).map(|seen| format!("\"{}\"", seen.name));
            let name = name.unwrap_or_else(|| "A group".to_owned());
            differences.push(format!("{name} has awards that the factor does not make."));
        }
        Ok(Self { holds: differences.is_empty(), snapshot_hash: made, groups, differences })
    }

    /// Of today's values, which are one set by construction.
    pub(super) async fn of_today(ctx: &Context<'_>, plan: &reward_plan::Model) -> Result<Self, Fault> {
        let scope = Scope::of(ctx)?;
        let outlook = Outlook::of(scope, plan, None, &BTreeMap::new()).await?;
        Ok(Self {
            holds: true,
            snapshot_hash: hash(&outlook.snapshot),
            groups: RewardPlan::seen_groups(ctx, plan.id).await?,
            differences: Vec::new(),
        })
    }
}

/// A number that a signed run stood on and that is another now.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct CorrectedValue {
    /// What it was.
    pub before: SnapshotValue,
    /// What it became.
    pub after: SnapshotValue,
    #[graphql(skip)]
    kpi_id: KpiId,
    #[graphql(skip)]
    changed: Vec<tutti_entity::ids::MeasurementId>,
}

#[ComplexObject]
impl CorrectedValue {
    /// The KPI.
    async fn kpi(&self, ctx: &Context<'_>) -> Result<Kpi, Fault> {
        Kpi::the(ctx, self.kpi_id).await
    }

    /// The revisions that changed it: each with why, who asked for it and who approved it.
    async fn restatements(&self, ctx: &Context<'_>) -> Result<Vec<Measurement>, Fault> {
        let scope = Scope::of(ctx)?;
        scope.produce(self.changed.len())?;
        let rows = self.changed.iter().map(|id| scope.the::<measurement::Entity>(*id));
        Ok(try_join_all(rows).await?.into_iter().map(Into::into).collect())
    }
}

impl CorrectedValue {
    fn all(basis: &Basis, before: &Snapshot, after: &Snapshot) -> Vec<Self> {
        let corrected = |(was, is): (&Known, Option<&Known>)| {
            let is = is?;
            let new = is.parts.iter().filter(|part| !was.parts.contains(part));
            Some(Self {
                before: SnapshotValue::new(basis, was),
                after: SnapshotValue::new(basis, is),
                kpi_id: was.kpi,
                changed: new.map(|part| part.measurement).collect(),
            })
        };
        differing(before, after).filter_map(corrected).collect()
    }
}

/// Numbers of one period that were changed after a signed run stood on them, and what that does to the money.
#[derive(Clone, Debug, SimpleObject)]
pub struct RewardCorrection {
    /// The first day of the period.
    pub from: Date,
    /// The last day.
    pub to: Date,
    /// The numbers.
    pub values: Vec<CorrectedValue>,
    /// The factor on what they were, in percent with four decimals.
    pub factor_before: Figure,
    /// The factor on what they became.
    pub factor_after: Figure,
    /// What it changes of the money, of what you are told: what was posted, or what a true-up would post with the people
    /// of then. Null where the factor on what they became has no value, or amounts are beyond 64 bits.
    pub effect: Option<Money>,
    /// The run that was corrected.
    pub corrects: PayoutRun,
    /// The run that corrected it; null while that is still to be done.
    pub true_up: Option<PayoutRun>,
}

impl RewardCorrection {
    pub(super) async fn all(ctx: &Context<'_>, plan: &reward_plan::Model) -> Result<Vec<Self>, Fault> {
        if plan.state == State::Draft {
            return Ok(Vec::new());
        }
        let scope = Scope::of(ctx)?;
        let told = Told::to(scope.viewer());
        let basis = Basis::of(scope, plan.clone()).await?;
        let runs = scope.load(&Runs, plan.id).await?.unwrap_or_default();
        let last = runs.iter().map(|run| run.period_end).max();
        let measured = match last {
            Some(last) => basis.measured(scope, last, FAR).await?,
            None => return Ok(Vec::new()),
        };
        // All at once, so that they are one statement.
        let lines = runs.iter().map(|run| scope.load(&Lines, run.id));
        let lines = try_join_all(lines).await?.into_iter().map(Option::unwrap_or_default);
        let lines: BTreeMap<_, _> = runs.iter().map(|run| run.id).zip(lines).collect();
        let lines_of = |run: &payout_run::Model| lines.get(&run.id).map(Vec::as_slice).unwrap_or_default();
        let mut all = Vec::new();
        for of_period in runs.chunk_by(|one, other| one.period_start == other.period_start) {
            let signed: Vec<_> = of_period.iter().filter(|run| run.state != RunState::Calculated).collect();
            for run in of_period.iter().filter(|run| run.kind == RunKind::TrueUp) {
                let corrected = of_period.iter().find(|before| Some(before.id) == run.corrects_id);
                let Some(corrected) = corrected else { continue };
                let effect = totals(lines_of(run), told).values().sum();
                let after = (&run.snapshot, snapshot::read(&run.factor));
                all.push(Self::new(&basis, corrected, after, Some(effect), Some(run)));
            }
            let waits = of_period.iter().any(|run| run.state == RunState::Calculated);
            let Some(last) = signed.last().filter(|_| !waits) else { continue };
            let period = Span { from: last.period_start, to: last.period_end };
            let now = basis.snapshot(&measured, period, None);
            if hash(&now) == last.snapshot_hash {
                continue;
            }
            let values = snapshot::values(&now);
            let outlook = Outlook::on(scope, basis.clone(), period, now.clone(), values, false).await?;
            let amounts = outlook.amounts(scope, outlook.working.factor.as_ref()).await?;
            let awards = lines_of(last).iter().filter(|line| line.kind == LineKind::Award).copied();
            let awards: Vec<_> = awards.collect();
            let old: i64 = totals(&awards, told).values().sum();
            let effect = amounts.map(|amounts| {
                let new: i64 = outlook.totals(&amounts, told).values().sum();
                new.saturating_sub(old)
            });
            all.push(Self::new(&basis, last, (&now, outlook.working.factor.clone()), effect, None));
        }
        scope.produce(all.len())?;
        Ok(all)
    }

    fn new(
        basis: &Basis,
        corrected: &payout_run::Model,
        (after, factor_after): (&Snapshot, Option<Exact>),
        effect: Option<i64>,
        true_up: Option<&payout_run::Model>,
    ) -> Self {
        Self {
            from: Date(corrected.period_start),
            to: Date(corrected.period_end),
            values: CorrectedValue::all(basis, &corrected.snapshot, after),
            factor_before: computed(snapshot::read(&corrected.factor).as_ref()),
            factor_after: computed(factor_after.as_ref()),
            effect: effect.map(|minor| Money::from_minor(minor, corrected.currency)),
            corrects: corrected.clone().into(),
            true_up: true_up.cloned().map(Into::into),
        }
    }
}
