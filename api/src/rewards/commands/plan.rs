//! Plans: written as drafts, frozen, closed.

use std::collections::{BTreeMap, BTreeSet};

use async_graphql::MaybeUndefined;
use tutti_entity::ids::{KpiId, RewardGroupId, TypedId};
use tutti_entity::metrics::kpi::{self, Direction};
use tutti_entity::rewards::reward_plan::{MissingKpiPolicy, PayoutCadence, State};
use tutti_entity::rewards::terms::{GateTerm, Gates, MetricTerm, Metrics, Point};
use tutti_entity::rewards::{reward_group, reward_plan};
use tutti_entity::value::{CurrencyCode, Quantity, fold, normal};

use super::{REASON, allowed};
use crate::access::Capability;
use crate::graphql::problem::cleared;
use crate::graphql::scalars::{Decimal, Money, MoneyInput, Percent};
use crate::graphql::{Check, Problem, ProblemCode};
use crate::metrics::rules::measure::quantity;
use crate::rewards::basis::{days, kpis_of};
use crate::rewards::inputs::{
    PlanGateInput, PlanMetricInput, RewardGroupInput, RewardPlanActivateInput, RewardPlanCloseInput,
    RewardPlanCreateInput, RewardPlanUpdateInput,
};
use crate::rewards::rules::{period, plan as rules};
use crate::rewards::store;
use crate::rewards::store::people::Used;
use crate::store::tx::Action;
use crate::store::tx::changes::Change;
use crate::store::{Command, Outcome, Tx};

const NAME: std::ops::RangeInclusive<usize> = 1..=200;

/// Which way is good for the KPIs that somebody names.
async fn directions(tx: &Tx<'_>, kpis: impl Iterator<Item = KpiId>) -> Outcome<BTreeMap<KpiId, Direction>> {
    let kpis = tx.by_ids::<kpi::Entity>(kpis.map(TypedId::uuid)).await?;
    Ok(kpis.into_values().map(|kpi| (kpi.id, kpi.direction)).collect())
}

/// A problem of a field that is found deeper in the input.
fn deeper(problem: Problem, path: &[&str]) -> Problem {
    let rest = problem.path.into_iter().skip(2);
    Problem { path: path.iter().map(|&part| part.to_owned()).chain(rest).collect(), ..problem }
}

/// A number that was sent, or zero where that is a problem.
fn number(check: &mut Check, sent: Decimal, path: &[&str]) -> Quantity {
    quantity(sent.0, "").unwrap_or_else(|problem| {
        check.add(deeper(problem, path));
        Quantity::default()
    })
}

/// An amount in the currency of the plan, or nothing where that is a problem.
fn amount(check: &mut Check, sent: &MoneyInput, currency: CurrencyCode, path: &[&str]) -> i64 {
    sent.minor_units(currency, "").unwrap_or_else(|problem| {
        check.add(deeper(problem, path));
        0
    })
}

fn metrics(check: &mut Check, sent: &[PlanMetricInput], known: &BTreeMap<KpiId, Direction>) -> Metrics {
    let mut terms = Vec::with_capacity(sent.len());
    for (place, metric) in sent.iter().enumerate() {
        let place = place.to_string();
        let mut curve = Vec::with_capacity(metric.curve.len());
        for (nth, point) in metric.curve.iter().enumerate() {
            let nth = nth.to_string();
            let path = ["input", "metrics", &place, "curve", &nth, "value"];
            let value = number(check, point.value, &path);
            curve.push(Point { value, payout_bp: point.payout.basis_points() });
        }
        terms.push(MetricTerm {
            kpi: metric.kpi_id,
            direction: known.get(&metric.kpi_id).copied().unwrap_or(Direction::Up),
            weight_bp: metric.weight.basis_points(),
            curve,
        });
    }
    rules::metrics(check, &terms, known);
    Metrics(terms)
}

fn gates(check: &mut Check, sent: &[PlanGateInput], known: &BTreeMap<KpiId, Direction>) -> Gates {
    let mut terms = Vec::with_capacity(sent.len());
    for (place, gate) in sent.iter().enumerate() {
        let place = place.to_string();
        terms.push(GateTerm {
            kpi: gate.kpi_id,
            direction: known.get(&gate.kpi_id).copied().unwrap_or(Direction::Up),
            minimum: number(check, gate.minimum, &["input", "gates", &place, "minimum"]),
            effect: gate.effect,
            factor_bp: gate.factor.map(Percent::basis_points),
        });
    }
    rules::gates(check, &terms, known);
    Gates(terms)
}

/// What each group is to pay, in their order.
fn targets(check: &mut Check, sent: &[RewardGroupInput], currency: CurrencyCode) -> Vec<i64> {
    let mut targets = Vec::with_capacity(sent.len());
    for (place, group) in sent.iter().enumerate() {
        let path = ["input", "groups", &place.to_string(), "targetAward"];
        targets.push(amount(check, &group.target_award, currency, &path));
    }
    let wanted = sent.iter().zip(&targets);
    let wanted: Vec<_> =
        wanted.map(|(group, minor)| rules::Wanted { name: &group.name, target_minor: *minor }).collect();
    rules::groups(check, &wanted);
    targets
}

/// A group as it was sent, with everything else as before, or new.
fn group(
    tx: &Tx<'_>,
    plan: &reward_plan::Model,
    sent: &RewardGroupInput,
    (position, target_award_minor): (i32, i64),
    before: Option<&reward_group::Model>,
) -> reward_group::Model {
    let name = normal(sent.name.trim());
    match before {
        Some(before) => {
            reward_group::Model { name, tier: sent.tier, target_award_minor, position, ..before.clone() }
        }
        None => reward_group::Model {
            id: tx.new_id(),
            version: 1,
            plan_id: plan.id,
            position,
            name,
            tier: sent.tier,
            target_award_minor,
            currency: plan.currency,
            removed_at: None,
            created_at: tx.now(),
            updated_at: tx.now(),
        },
    }
}

/// What the event of a new plan says of its groups; nothing where there are none.
fn told_of(groups: &[reward_group::Model]) -> Option<String> {
    let told = |group: &reward_group::Model| {
        let target = Money::from_minor(group.target_award_minor, group.currency);
        format!("{}: {} {}", group.name, target.amount.0, group.currency)
    };
    let all: Vec<_> = groups.iter().map(told).collect();
    (!all.is_empty()).then(|| all.join("; "))
}

impl Command for RewardPlanCreateInput {
    type Entity = reward_plan::Entity;

    async fn run(&self, tx: &Tx<'_>) -> Outcome<reward_plan::Model> {
        allowed(tx, Capability::RewardBuild, "name")?;
        let sent_gates = self.gates.as_deref().unwrap_or_default();
        let sent_groups = self.groups.as_deref().unwrap_or_default();
        let named = self.metrics.iter().map(|metric| metric.kpi_id);
        let known = directions(tx, named.chain(sent_gates.iter().map(|gate| gate.kpi_id))).await?;
        let mut check = Check::default();
        let name = check.line("name", &self.name, NAME);
        let cadence = self.cadence.unwrap_or(PayoutCadence::Once);
        period::whole(&mut check, cadence, period::Span { from: self.from.0, to: self.to.0 });
        let cap_bp = self.cap.map(Percent::basis_points);
        let pool = self.pool.as_ref();
        let pool_minor = pool.map(|pool| amount(&mut check, pool, self.currency, &["input", "pool"]));
        rules::bounds(&mut check, cap_bp, pool_minor);
        let metrics = metrics(&mut check, &self.metrics, &known);
        let gates = gates(&mut check, sent_gates, &known);
        let targets = targets(&mut check, sent_groups, self.currency);
        for (place, _) in sent_groups.iter().enumerate().filter(|(_, group)| group.id.is_some()) {
            let path = ["input", "groups", &place.to_string(), "id"];
            check.add(Problem::at(ProblemCode::Invalid, &path, "A new plan has no groups yet."));
        }
        check.done()?;
        let row = reward_plan::Model {
            id: tx.new_id(),
            version: 1,
            name_folded: fold(&name),
            name: normal(&name),
            state: State::Draft,
            from_day: self.from.0,
            to_day: self.to.0,
            cadence,
            currency: self.currency,
            cap_bp,
            pool_minor,
            missing_kpi_policy: self.missing_kpi_policy.unwrap_or(MissingKpiPolicy::Pending),
            metrics,
            gates,
            roster: 0,
            activated_at: None,
            closed_at: None,
            created_at: tx.now(),
            updated_at: tx.now(),
        };
        let places = (0..).zip(targets).zip(sent_groups);
        let groups: Vec<_> = places.map(|(place, sent)| group(tx, &row, sent, place, None)).collect();
        let told = Change { field: "groups".to_owned(), before: None, after: told_of(&groups) };
        let row =
            tx.insert_telling::<reward_plan::Entity>(row, &[told], "reward_plan.created".into()).await?;
        tx.append_all::<reward_group::Entity>(groups).await?;
        Ok(row)
    }
}

impl RewardPlanUpdateInput {
    /// The plan with what was sent of its own fields.
    fn changed(
        &self,
        check: &mut Check,
        before: &reward_plan::Model,
        known: &BTreeMap<KpiId, Direction>,
    ) -> reward_plan::Model {
        let mut after = before.clone();
        let name = check.kept("name", &self.name, before.name.clone());
        after.name = normal(&check.line("name", &name, NAME));
        after.name_folded = fold(&after.name);
        after.from_day = check.kept("from", &self.from.map_value(|day| day.0), before.from_day);
        after.to_day = check.kept("to", &self.to.map_value(|day| day.0), before.to_day);
        after.cadence = check.kept("cadence", &self.cadence, before.cadence);
        after.missing_kpi_policy =
            check.kept("missingKpiPolicy", &self.missing_kpi_policy, before.missing_kpi_policy);
        period::whole(check, after.cadence, days(&after));
        after.cap_bp = cleared(&self.cap.map_value(Percent::basis_points), before.cap_bp);
        let pool = self.pool.map_value(|pool| amount(check, &pool, before.currency, &["input", "pool"]));
        after.pool_minor = cleared(&pool, before.pool_minor);
        rules::bounds(check, after.cap_bp, after.pool_minor);
        match &self.metrics {
            MaybeUndefined::Undefined => {}
            MaybeUndefined::Null => {
                check.kept::<()>("metrics", &MaybeUndefined::Null, ());
            }
            MaybeUndefined::Value(sent) => after.metrics = metrics(check, sent, known),
        }
        match &self.gates {
            MaybeUndefined::Undefined => {}
            MaybeUndefined::Null => after.gates = Gates::default(),
            MaybeUndefined::Value(sent) => after.gates = gates(check, sent, known),
        }
        after
    }

    /// Brings the groups to what was sent. Answers whether anything of them was.
    async fn regroup(
        &self,
        tx: &Tx<'_>,
        check: &mut Check,
        plan: &reward_plan::Model,
    ) -> Outcome<Option<Regrouped>> {
        let sent = match &self.groups {
            MaybeUndefined::Undefined => return Ok(None),
            MaybeUndefined::Null => &[],
            MaybeUndefined::Value(sent) => sent.as_slice(),
        };
        let targets = targets(check, sent, plan.currency);
        let before = store::groups(tx, plan.id).await?;
        let mut changes = Regrouped::default();
        let mut kept: BTreeSet<RewardGroupId> = BTreeSet::new();
        for ((place, target), sent) in (0..).zip(targets).zip(sent) {
            let known = sent.id.and_then(|id| before.iter().find(|group| group.id == id));
            if let (Some(id), None) = (sent.id, known.filter(|group| !kept.contains(&group.id))) {
                let path = ["input", "groups", &place.to_string(), "id"];
                let message = format!("The plan has no group {id}, or you name it twice.");
                check.add(Problem::at(ProblemCode::NotFound, &path, message));
            }
            let after = group(tx, plan, sent, (place, target), known);
            kept.extend(sent.id);
            match known {
                Some(known) => changes.changed.push((known.clone(), after)),
                None => changes.new.push(after),
            }
        }
        for group in before.into_iter().filter(|group| !kept.contains(&group.id)) {
            if store::people::is_used(tx, plan.id, Used::Group(group.id)).await? {
                let message = format!("Somebody takes part in \"{}\". End that first.", group.name);
                check.add(Problem::new(ProblemCode::InUse, "groups", message));
            }
            let gone = reward_group::Model { removed_at: Some(tx.now()), ..group.clone() };
            changes.changed.push((group, gone));
        }
        Ok(Some(changes))
    }
}

/// What becomes of groups.
#[derive(Default)]
struct Regrouped {
    changed: Vec<(reward_group::Model, reward_group::Model)>,
    new: Vec<reward_group::Model>,
}

impl Regrouped {
    /// What the plan tells of it, if it is anything: a plan whose groups alone are changed is a later version of itself.
    fn told(&self) -> Option<Change> {
        let changed = self.changed.iter().any(|(before, after)| before != after);
        if !changed && self.new.is_empty() {
            return None;
        }
        let (before, after): (Vec<_>, Vec<_>) = self.changed.iter().cloned().unzip();
        let there = after.into_iter().filter(|group| group.removed_at.is_none());
        let after: Vec<_> = there.chain(self.new.iter().cloned()).collect();
        Some(Change { field: "groups".to_owned(), before: told_of(&before), after: told_of(&after) })
    }
}

impl Command for RewardPlanUpdateInput {
    type Entity = reward_plan::Entity;

    async fn run(&self, tx: &Tx<'_>) -> Outcome<reward_plan::Model> {
        allowed(tx, Capability::RewardBuild, "id")?;
        let before = tx.subject::<reward_plan::Entity>(self.id, "id").await?;
        rules::editable(before.state)?;
        let named = self.metrics.value().into_iter().flatten().map(|metric| metric.kpi_id);
        let gated = self.gates.value().into_iter().flatten().map(|gate| gate.kpi_id);
        let known = directions(tx, named.chain(gated)).await?;
        let mut check = Check::default();
        let after = self.changed(&mut check, &before, &known);
        if store::people::is_used(tx, before.id, Used::Beyond(days(&after))).await? {
            let message = "Somebody takes part on days beyond. End that first.";
            check.add(Problem::new(ProblemCode::InUse, "from", message));
        }
        let groups = self.regroup(tx, &mut check, &after).await?.unwrap_or_default();
        check.done()?;
        let told: Vec<Change> = groups.told().into_iter().collect();
        for (before, after) in groups.changed {
            let gone = after.removed_at.is_some();
            let action = if gone { "reward_group.removed" } else { "reward_group.updated" };
            tx.update::<reward_group::Entity>(&before, after, action.into()).await?;
        }
        tx.insert_all::<reward_group::Entity>(groups.new, "reward_group.created".into()).await?;
        tx.update_telling::<reward_plan::Entity>(&before, after, &told, "reward_plan.updated".into()).await
    }
}

impl Command for RewardPlanActivateInput {
    type Entity = reward_plan::Entity;

    async fn run(&self, tx: &Tx<'_>) -> Outcome<reward_plan::Model> {
        allowed(tx, Capability::RewardBuild, "id")?;
        let before = tx.subject::<reward_plan::Entity>(self.id, "id").await?;
        rules::goes(before.state, State::Active)?;
        let known = directions(tx, kpis_of(&before).into_iter()).await?;
        let mut check = Check::default();
        rules::metrics(&mut check, &before.metrics.0, &known);
        rules::gates(&mut check, &before.gates.0, &known);
        let groups = store::groups(tx, before.id).await?;
        check.that(!groups.is_empty(), ProblemCode::Required, "id", "A plan pays at least one group.");
        check.done()?;
        let after =
            reward_plan::Model { state: State::Active, activated_at: Some(tx.now()), ..before.clone() };
        tx.update::<reward_plan::Entity>(&before, after, "reward_plan.activated".into()).await
    }
}

impl Command for RewardPlanCloseInput {
    type Entity = reward_plan::Entity;

    async fn run(&self, tx: &Tx<'_>) -> Outcome<reward_plan::Model> {
        allowed(tx, Capability::RewardBuild, "id")?;
        let before = tx.subject::<reward_plan::Entity>(self.id, "id").await?;
        rules::goes(before.state, State::Closed)?;
        let mut check = Check::default();
        let reason = check.prose("reason", self.reason.as_deref(), REASON);
        check.done()?;
        let after = reward_plan::Model { state: State::Closed, closed_at: Some(tx.now()), ..before.clone() };
        let action = Action { name: "reward_plan.closed", reason: reason.as_deref() };
        tx.update::<reward_plan::Entity>(&before, after, action).await
    }
}
