//! What a plan pays in a period on some values, to whom, and how much of that a viewer is told.
//!
//! Always: everybody is counted, whoever asks, so that a pool is cut as it will be; and sums are told of those lines
//! alone that the viewer may know, as `store::sight` has it.

use std::collections::{BTreeMap, HashMap};

use tutti_entity::ids::RewardGroupId;
use tutti_entity::rewards::reward_plan;
use tutti_entity::rewards::terms::Snapshot;

use super::basis::{Basis, days};
use super::rules::award::{self, Alike, More, Share, Split};
use super::rules::factor::{Values, Working, factor};
use super::rules::period::{self, Span};
use super::rules::roster::FEWEST;
use super::rules::snapshot;
use super::store::people::{self, Bucket, Buckets};
use super::store::sight::{sees_all, sees_totals};
use crate::access::Viewer;
use crate::graphql::Fault;
use crate::metrics::rules::exact::{Exact, whole};
use crate::store::Scope;

/// How much of sums a viewer is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    /// All of them.
    All,
    /// What at least five people have alike, and their own.
    Totals,
    /// Their own.
    Own,
}

impl Told {
    /// What this viewer is told.
    #[must_use]
    pub fn to(viewer: &Viewer) -> Self {
        match (sees_all(viewer), sees_totals(viewer)) {
            (true, _) => Self::All,
            (false, true) => Self::Totals,
            (false, false) => Self::Own,
        }
    }

    /// Whether they are told what so many people have alike.
    #[must_use]
    pub fn of(self, people: i64) -> bool {
        match self {
            Self::All => true,
            Self::Totals => people >= FEWEST,
            Self::Own => false,
        }
    }
}

/// What a plan pays in a period on some values.
#[derive(Clone, Debug)]
pub struct Outlook {
    /// The plan.
    pub basis: Basis,
    /// The period.
    pub period: Span,
    /// What was known of the KPIs.
    pub snapshot: Snapshot,
    /// Whether anything of it may still change.
    pub provisional: bool,
    /// The values that it is computed with.
    pub values: Values,
    /// How the factor came about.
    pub working: Working,
    buckets: Vec<Bucket>,
    targets: HashMap<RewardGroupId, i64>,
}

/// How many are among the first.
#[derive(Clone, Copy, Debug, Default)]
struct Firsts {
    all: i64,
    /// Of those that the viewer sees.
    seen: i64,
    /// Of the viewer's own.
    own: i64,
}

/// What everybody gets with one factor.
#[derive(Clone, Debug)]
pub struct Amounts {
    factor: Exact,
    split: Split,
    /// Of each bucket, how many get one minor unit more as they are among the first.
    firsts: Vec<Firsts>,
}

impl Outlook {
    /// On the values as they stand, or on these where they are named.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn of(
        scope: &Scope,
        plan: &reward_plan::Model,
        period: Option<Span>,
        assumed: &Values,
    ) -> Result<Self, Fault> {
        let period = period.unwrap_or_else(|| period::at(plan.cadence, days(plan), scope.today()));
        let basis = Basis::of(scope, plan.clone()).await?;
        let (snapshot, open) = basis.stands(scope, period).await?;
        let mut values = snapshot::values(&snapshot);
        values.extend(assumed.iter().map(|(kpi, value)| (*kpi, value.clone())));
        let provisional = open || !assumed.is_empty();
        Self::on(scope, basis, period, snapshot, values, provisional).await
    }

    /// On these values.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn on(
        scope: &Scope,
        basis: Basis,
        period: Span,
        snapshot: Snapshot,
        values: Values,
        provisional: bool,
    ) -> Result<Self, Fault> {
        let plan = basis.plan.id;
        let buckets = scope.load(&Buckets, (plan, period)).await?.unwrap_or_default();
        let targets = scope.load(&people::Targets, plan).await?.unwrap_or_default();
        let working = factor(&basis.terms, &values);
        let targets = targets.into_iter().collect();
        Ok(Self { basis, period, snapshot, provisional, values, working, buckets, targets })
    }

    fn award(&self, bucket: &Bucket, factor: &Exact) -> Alike {
        let target = self.targets.get(&bucket.group).copied().unwrap_or_default();
        let award = award::award(target, factor, bucket.days.days(), self.period.days());
        Alike { award, people: bucket.lines }
    }

    /// What everybody gets with this factor; none where there is none, or amounts are beyond 64 bits.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn amounts(&self, scope: &Scope, factor: Option<&Exact>) -> Result<Option<Amounts>, Fault> {
        let Some(factor) = factor else { return Ok(None) };
        let alike: Vec<_> = self.buckets.iter().map(|bucket| self.award(bucket, factor)).collect();
        let Some(split) = award::split(self.basis.plan.pool_minor, &alike) else { return Ok(None) };
        let tied: Vec<Bucket> = self
            .buckets
            .iter()
            .zip(&split.shares)
            .filter(|(_, share)| share.more == More::First)
            .map(|(bucket, _)| *bucket)
            .collect();
        let first = if tied.is_empty() {
            Vec::new()
        } else {
            people::first_of(scope, self.basis.plan.id, self.period, &tied, split.first).await?
        };
        let firsts = self.buckets.iter().map(|bucket| {
            let found = first.iter().find(|first| (first.group, first.days) == (bucket.group, bucket.days));
            let firsts = |found: &Bucket| Firsts { all: found.lines, seen: found.seen, own: found.own };
            found.map(firsts).unwrap_or_default()
        });
        Ok(Some(Amounts { factor: factor.clone(), firsts: firsts.collect(), split }))
    }

    /// What the lines of each group come to together that the viewer is told of.
    #[must_use]
    pub fn totals(&self, amounts: &Amounts, told: Told) -> BTreeMap<RewardGroupId, i64> {
        let mut totals = BTreeMap::new();
        let shares = amounts.split.shares.iter().zip(&amounts.firsts);
        for (bucket, (share, first)) in self.buckets.iter().zip(shares) {
            let (lines, first) =
                if told.of(bucket.people) { (bucket.lines, first.all) } else { (bucket.seen, first.seen) };
            let total: &mut i64 = totals.entry(bucket.group).or_default();
            *total = total.saturating_add(award::together(*share, lines, first));
        }
        totals
    }

    /// What a full award of a group comes to: for the whole period, after the pool.
    #[must_use]
    pub fn full(&self, Amounts { factor, split, .. }: &Amounts, group: RewardGroupId) -> i64 {
        let target = self.targets.get(&group).copied().unwrap_or_default();
        let exact = whole(target) * factor;
        let exact = match &split.scale {
            None => exact,
            Some(scale) => (exact * scale).floor(),
        };
        award::rounded(&exact).unwrap_or_default()
    }

    /// The share of those of a group who take part on these days; none where nobody does.
    fn share(&self, amounts: &Amounts, group: RewardGroupId, days: Span) -> Option<(Share, Firsts)> {
        let cut = Span { from: days.from.max(self.period.from), to: days.to.min(self.period.to) };
        let place = self.buckets.iter().position(|bucket| (bucket.group, bucket.days) == (group, cut))?;
        Some((*amounts.split.shares.get(place)?, *amounts.firsts.get(place)?))
    }

    /// What one of the viewer's own participations comes to. Of two of theirs that are alike the first gets what is
    /// left of a pool.
    #[must_use]
    pub fn own(&self, amounts: &Amounts, group: RewardGroupId, days: Span) -> i64 {
        let found = self.share(amounts, group, days);
        found.map_or(0, |(share, first)| award::together(share, 1, first.own.min(1)))
    }

    /// The factor with one KPI one better than it is; none where it has no value.
    #[must_use]
    pub fn one_better(&self, kpi: tutti_entity::ids::KpiId) -> Option<Exact> {
        let direction = self.basis.kpis.get(&kpi)?.direction;
        let mut values = self.values.clone();
        let better = super::rules::curve::one_better(direction, values.get(&kpi)?);
        values.insert(kpi, better);
        factor(&self.basis.terms, &values).factor
    }
}
