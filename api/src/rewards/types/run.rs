//! Runs and their lines as callers see them.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_graphql::{ComplexObject, Context, SimpleObject};
use futures_util::future::try_join_all;
use tutti_entity::ids::{Kind, KpiId, MeasurementId, PayoutLineId, PayoutRunId, RewardGroupId, TypedId};
use tutti_entity::metrics::measurement;
use tutti_entity::rewards::payout_line::LineKind;
use tutti_entity::rewards::payout_run::{RunKind, RunState};
use tutti_entity::rewards::terms::{Known, Snapshot, SnapshotState};
use tutti_entity::rewards::{payout_line, payout_run, reward_plan};
use tutti_entity::value::CurrencyCode;

use super::outlook::value_of;
use super::{GroupAmount, Parity, RewardGroup, RewardPlan};
use crate::graphql::filter::{Col, EnumFilter, Id, IdFilter, IntFilter, One};
use crate::graphql::scalars::{Date, DateTime, Money};
use crate::graphql::{Connection, Fault, Figure, Listed, Page};
use crate::metrics::types::{Kpi, Measurement};
use crate::people::types::{Person, PersonFilter};
use crate::rewards::basis::Basis;
use crate::rewards::outlook::Told;
use crate::rewards::rules::award::{award, rounded};
use crate::rewards::rules::factor::factor;
use crate::rewards::rules::trace::{self, Line, Step, computed};
use crate::rewards::rules::{roster, snapshot};
use crate::rewards::store::{Alike, Lines};
use crate::store::Scope;
use crate::{filter, order, payload};

/// What a plan pays for one period, calculated by one person and approved by another; or what a corrected number
/// changes of it later. Seen by everybody once it is approved; its amounts are told as `GroupAmount.total` says.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct PayoutRun {
    /// Its id: `run_…`.
    pub id: PayoutRunId,
    /// Counts the changes, from 1. Send it as `expectedVersion`.
    pub version: i32,
    /// What it is for.
    pub kind: RunKind,
    /// Where it stands.
    pub state: RunState,
    /// The first day of the period that it pays or corrects.
    pub period_start: Date,
    /// The last day.
    pub period_end: Date,
    /// SHA-256 in hexadecimal of one line for each measurement that it stands on: its id, its revision and its value as
    /// a fraction in lowest terms such as `511/6` (`-` for none), with a tab between them and a line feed at the end;
    /// sorted by byte. A KPI of which nothing was measured has a line with its id and two hyphens. `snapshot` tells all
    /// of it.
    pub snapshot_hash: String,
    /// When it was calculated.
    pub calculated_at: DateTime,
    /// When an approver with a line of their own approved it, before somebody else did; null otherwise.
    pub signed_at: Option<DateTime>,
    /// When it was approved; null while it waits.
    pub approved_at: Option<DateTime>,
    /// When it was marked as paid; null until then.
    pub paid_at: Option<DateTime>,
    /// When it was dropped, or calculated anew by another run, before anybody approved it; null for one that counts.
    pub superseded_at: Option<DateTime>,
    #[graphql(skip)]
    row: Arc<payout_run::Model>,
}

impl From<payout_run::Model> for PayoutRun {
    fn from(row: payout_run::Model) -> Self {
        Self {
            id: row.id,
            version: row.version,
            kind: row.kind,
            state: row.state,
            period_start: Date(row.period_start),
            period_end: Date(row.period_end),
            snapshot_hash: row.snapshot_hash.clone(),
            calculated_at: DateTime(row.calculated_at),
            signed_at: row.signed_at.map(DateTime),
            approved_at: row.approved_at.map(DateTime),
            paid_at: row.paid_at.map(DateTime),
            superseded_at: row.superseded_at.map(DateTime),
            row: Arc::new(row),
        }
    }
}

/// What lines of a run come to of which a viewer is told, by group.
pub(super) fn totals(lines: &[Alike], told: Told) -> BTreeMap<RewardGroupId, i64> {
    let mut totals = BTreeMap::new();
    for line in lines {
        let total: &mut i64 = totals.entry(line.group).or_default();
        *total = total.saturating_add(if told.of(line.people) { line.total } else { line.seen });
    }
    totals
}

impl PayoutRun {
    async fn lines_alike(&self, ctx: &Context<'_>) -> Result<Vec<Alike>, Fault> {
        Ok(Scope::of(ctx)?.load(&Lines, self.id).await?.unwrap_or_default())
    }

    async fn totals(&self, ctx: &Context<'_>) -> Result<BTreeMap<RewardGroupId, i64>, Fault> {
        let told = Told::to(Scope::of(ctx)?.viewer());
        Ok(totals(&self.lines_alike(ctx).await?, told))
    }

    async fn basis(&self, ctx: &Context<'_>) -> Result<Basis, Fault> {
        let scope = Scope::of(ctx)?;
        Basis::of(scope, scope.the::<reward_plan::Entity>(self.row.plan_id).await?).await
    }
}

#[ComplexObject]
impl PayoutRun {
    /// The plan.
    async fn plan(&self, ctx: &Context<'_>) -> Result<RewardPlan, Fault> {
        RewardPlan::the(ctx, self.row.plan_id).await
    }

    /// What every award was multiplied by, in percent with four decimals.
    async fn factor(&self) -> Figure {
        computed(snapshot::read(&self.row.factor).as_ref())
    }

    /// What was known of each KPI of the plan when it was calculated.
    async fn snapshot(&self, ctx: &Context<'_>) -> Result<Vec<SnapshotValue>, Fault> {
        let basis = self.basis(ctx).await?;
        Ok(SnapshotValue::all(&basis, &self.row.snapshot))
    }

    /// What it pays or takes back, line by line, as far as you may see: your own once it is approved, and all where
    /// you may see awards.
    #[expect(clippy::too_many_arguments, reason = "a list takes six arguments")]
    async fn lines(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first so many rows after `after`: 0 to 200, 50 by default.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Where the page starts: a cursor of this list.")] after: Option<String>,
        #[graphql(desc = "The last so many rows before `before`: 0 to 200.")] last: Option<i32>,
        #[graphql(desc = "Where the page ends: a cursor of this list.")] before: Option<String>,
        #[graphql(
            desc = "Which rows; all by default. At most 200 comparisons, 3 relations inside one another."
        )]
        filter: Option<PayoutLineFilter>,
        #[graphql(desc = "In which order, at most 5 keys; as they were made by default.")] order_by: Option<
            Vec<PayoutLineOrder>,
        >,
    ) -> Result<Connection<PayoutLine>, Fault> {
        let page = Page { first, after, last, before, filter, order_by };
        page.of_parent(ctx, payout_line::Column::RunId, self.id.uuid()).await
    }

    /// What each group that you see gets by it: of a true-up the difference that it makes.
    async fn groups(&self, ctx: &Context<'_>) -> Result<Vec<GroupAmount>, Fault> {
        let groups = RewardPlan::seen_groups(ctx, self.row.plan_id).await?;
        let exact = snapshot::read(&self.row.factor).unwrap_or_default();
        let scale = self.row.scale.as_deref().and_then(snapshot::read);
        let lines = self.lines_alike(ctx).await?;
        let full = |group| {
            let target = lines.iter().find(|line| line.group == group && line.kind == LineKind::Award);
            let exact = award(target.map_or(0, |line| line.target_minor), &exact, 1, 1);
            let exact = scale.as_ref().map_or_else(|| exact.clone(), |scale| (&exact * scale).floor());
            rounded(&exact).unwrap_or_default()
        };
        let totals = self.totals(ctx).await?;
        Ok(GroupAmount::all(&groups, self.row.currency, Some(&totals), |group| Some(full(group))))
    }

    /// All lines together, of what you are told; of a true-up the difference that it makes.
    async fn total(&self, ctx: &Context<'_>) -> Result<Money, Fault> {
        Ok(Money::from_minor(self.totals(ctx).await?.values().sum(), self.row.currency))
    }

    /// How many people have a line in it. Null where you may not see awards and they are fewer than five.
    async fn people(&self, ctx: &Context<'_>) -> Option<i32> {
        let told = Told::to(Scope::of(ctx).ok()?.viewer());
        let enough = i64::from(self.row.people) >= roster::FEWEST && told == Told::Totals;
        (told == Told::All || enough).then_some(self.row.people)
    }

    /// The run whose awards it takes back and makes anew; null for one that pays.
    async fn corrects(&self, ctx: &Context<'_>) -> Option<Result<Self, Fault>> {
        let run = Scope::of(ctx).ok()?.one::<payout_run::Entity>(self.row.corrects_id?).await.transpose()?;
        Some(run.map(Into::into))
    }

    /// The proof that every group in it was paid on the same snapshots.
    async fn parity(&self, ctx: &Context<'_>) -> Result<Parity, Fault> {
        let plan = Scope::of(ctx)?.the::<reward_plan::Entity>(self.row.plan_id).await?;
        Parity::of_run(ctx, &plan, &self.row).await
    }

    /// Who calculated it.
    async fn calculated_by(&self, ctx: &Context<'_>) -> Result<Person, Fault> {
        Person::the(ctx, self.row.calculated_by_id).await
    }

    /// The approver with a line of their own who approved it first, which took somebody else as well; null otherwise.
    async fn signed_by(&self, ctx: &Context<'_>) -> Option<Result<Person, Fault>> {
        Person::maybe(ctx, self.row.signed_by_id).await.transpose()
    }

    /// Who approved it, never the one who calculated it; null while it waits.
    async fn approved_by(&self, ctx: &Context<'_>) -> Option<Result<Person, Fault>> {
        Person::maybe(ctx, self.row.approved_by_id).await.transpose()
    }
}

/// What was known of one KPI when a run was calculated.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct SnapshotValue {
    /// Whether it had a number that could be paid on.
    pub state: SnapshotState,
    /// The number, in the unit of the KPI; NO_DATA where there was none, PARTIAL where an older one stood in for it.
    pub value: Figure,
    /// The same as an exact fraction in lowest terms, such as `511/6`; null where there was none.
    pub exact: Option<String>,
    #[graphql(skip)]
    kpi_id: KpiId,
    #[graphql(skip)]
    parts: Vec<MeasurementId>,
}

impl SnapshotValue {
    pub(super) fn new(basis: &Basis, known: &Known) -> Self {
        let exact = known.value.as_deref().and_then(snapshot::read);
        Self {
            state: known.state,
            value: value_of(basis, known.kpi, exact.as_ref(), Some(known)),
            exact: known.value.clone(),
            kpi_id: known.kpi,
            parts: known.parts.iter().map(|part| part.measurement).collect(),
        }
    }

    fn all(basis: &Basis, snapshot: &Snapshot) -> Vec<Self> {
        snapshot.0.iter().map(|known| Self::new(basis, known)).collect()
    }
}

#[ComplexObject]
impl SnapshotValue {
    /// The KPI.
    async fn kpi(&self, ctx: &Context<'_>) -> Result<Kpi, Fault> {
        Kpi::the(ctx, self.kpi_id).await
    }

    /// The revisions that it was made of: one for each org unit, or one of the whole organisation.
    async fn measurements(&self, ctx: &Context<'_>) -> Result<Vec<Measurement>, Fault> {
        let scope = Scope::of(ctx)?;
        scope.produce(self.parts.len())?;
        let rows = self.parts.iter().map(|part| scope.the::<measurement::Entity>(*part));
        Ok(try_join_all(rows).await?.into_iter().map(Into::into).collect())
    }
}

/// What a run pays somebody, or takes back. It never changes. Seen by them once the run is approved, and by those who
/// may see awards.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct PayoutLine {
    /// Its id: `pay_…`.
    pub id: PayoutLineId,
    /// Whether it pays an award or takes one back.
    pub kind: LineKind,
    /// How much; less than nothing for what is taken back. For each person and period all lines together come to the
    /// last award.
    pub amount: Money,
    /// On how many days of the period they took part.
    pub service_days: i32,
    /// How many days the period has.
    pub period_days: i32,
    /// In a true-up, by how much the new award differs from the one that it takes back: told at the new award, and at
    /// the reversal where there is none. Null otherwise.
    pub adjusts: Option<Money>,
    #[graphql(skip)]
    row: Arc<payout_line::Model>,
}

impl From<payout_line::Model> for PayoutLine {
    fn from(row: payout_line::Model) -> Self {
        Self {
            id: row.id,
            kind: row.kind,
            amount: Money::from_minor(row.amount_minor, row.currency),
            service_days: row.service_days,
            period_days: row.period_days,
            adjusts: row.adjusts_minor.map(|minor| Money::from_minor(minor, row.currency)),
            row: Arc::new(row),
        }
    }
}

/// One step on the way to an amount.
#[derive(Clone, Debug, SimpleObject)]
pub struct TraceStep {
    /// What is computed.
    pub label: String,
    /// How, with numbers of at most four decimals; what is computed with is exact.
    pub expression: String,
    /// What it comes to.
    pub result: Figure,
}

impl From<Step> for TraceStep {
    fn from(Step { label, expression, result }: Step) -> Self {
        Self { label, expression, result }
    }
}

#[ComplexObject]
impl PayoutLine {
    /// The run.
    async fn run(&self, ctx: &Context<'_>) -> Result<PayoutRun, Fault> {
        Ok(Scope::of(ctx)?.the::<payout_run::Entity>(self.row.run_id).await?.into())
    }

    /// Whose award it is.
    async fn person(&self, ctx: &Context<'_>) -> Result<Person, Fault> {
        Person::the(ctx, self.row.person_id).await
    }

    /// The group.
    async fn group(&self, ctx: &Context<'_>) -> Result<RewardGroup, Fault> {
        RewardGroup::the(ctx, self.row.group_id).await
    }

    /// The whole way to the amount: of each KPI its value on its curve and its weight, the sum, the gates, the cap, the
    /// days, the pool and the rounding. Of what is taken back, the way to that award.
    async fn trace(&self, ctx: &Context<'_>) -> Result<Vec<TraceStep>, Fault> {
        let scope = Scope::of(ctx)?;
        let mut run = scope.the::<payout_run::Entity>(self.row.run_id).await?;
        if let (LineKind::Reversal, Some(corrects)) = (self.row.kind, run.corrects_id) {
            run = scope.the::<payout_run::Entity>(corrects).await?;
        }
        let plan = scope.the::<reward_plan::Entity>(run.plan_id).await?;
        let basis = Basis::of(scope, plan).await?;
        let steps = way(&basis, &run, &self.row);
        scope.produce(steps.len())?;
        Ok(steps.into_iter().map(Into::into).collect())
    }
}

/// The way to the amount of a line of this run.
fn way(basis: &Basis, run: &payout_run::Model, line: &payout_line::Model) -> Vec<Step> {
    let working = factor(&basis.terms, &snapshot::values(&run.snapshot));
    let mut steps = trace::of_factor(&basis.terms, &working, &run.snapshot.0, |kpi| basis.code(kpi));
    let taken_back = line.kind == LineKind::Reversal;
    let amount_minor = if taken_back { line.amount_minor.saturating_neg() } else { line.amount_minor };
    let scale = run.scale.as_deref().and_then(snapshot::read);
    steps.extend(trace::of_award(&Line {
        target_minor: line.target_minor,
        factor: &snapshot::read(&run.factor).unwrap_or_default(),
        scale: scale.as_ref(),
        service_days: line.service_days.into(),
        period_days: line.period_days.into(),
        amount_minor,
        currency: line.currency,
    }));
    if taken_back {
        steps.push(reversed(line.amount_minor, line.currency));
    }
    steps
}

fn reversed(minor: i64, currency: CurrencyCode) -> Step {
    Step {
        label: "Reversal".to_owned(),
        expression: "the award is taken back, as another takes its place".to_owned(),
        result: trace::money(minor, currency),
    }
}

filter! {
    /// Which lines of runs.
    PayoutLineFilter for payout_line {
        /// By id.
        id: IdFilter = Id(payout_line::Column::Id, Kind::PayoutLine),
        /// By the id of whose award it is.
        person_id: IdFilter = Id(payout_line::Column::PersonId, Kind::Person),
        /// By whose award it is.
        person: Box<PersonFilter> = One(payout_line::Column::PersonId),
        /// By the id of the group.
        group_id: IdFilter = Id(payout_line::Column::GroupId, Kind::RewardGroup),
        /// By whether they pay or take back.
        kind: EnumFilter<LineKind> = Col(payout_line::Column::Kind),
        /// By the days of the period on which they took part.
        service_days: IntFilter = Col(payout_line::Column::ServiceDays),
    }
}

order! {
    /// Sorts lines of runs.
    PayoutLineOrder, PayoutLineOrderField "What lines of runs can be sorted by.", payout_line {
        /// By how much.
        Amount => [AmountMinor],
    }
}

impl Listed for PayoutLine {
    const NAME: &'static str = "PayoutLine";
    type Entity = payout_line::Entity;
    type Filter = PayoutLineFilter;
    type Order = PayoutLineOrder;
    const ID: payout_line::Column = payout_line::Column::Id;
}

payload! {
    /// What a mutation of a run answers.
    PayoutRunPayload {
        /// The run as written; null when something has to be mended.
        payout_run: PayoutRun = payout_run
    }
}
