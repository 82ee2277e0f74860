//! Runs: calculated, approved, paid, corrected.
//!
//! A run keeps one number for each bucket of people with the same award and goes through the people in the order of
//! their ids, a part of them in memory at a time. All its lines are written or none.

use std::collections::HashMap;

use chrono::NaiveDate;
use tutti_entity::ids::{ParticipationId, PayoutRunId, RewardGroupId, RewardPlanId};
use tutti_entity::rewards::payout_line::{self, LineKind};
use tutti_entity::rewards::payout_run::{self, RunKind, RunState};
use tutti_entity::rewards::reward_plan;
use tutti_entity::rewards::terms::Snapshot;
use uuid::Uuid;

use super::{REASON, allowed};
use crate::access::Capability;
use crate::graphql::{Check, Fault, Problem, ProblemCode};
use crate::metrics::rules::exact::Exact;
use crate::rewards::basis::{Basis, days};
use crate::rewards::inputs::{
    PayoutRunApproveInput, PayoutRunCalculateInput, PayoutRunDropInput, PayoutRunMarkPaidInput,
    PayoutRunTrueUpInput,
};
use crate::rewards::rules::award::{Alike, Dealer, Split, award, split};
use crate::rewards::rules::factor::factor;
use crate::rewards::rules::period::{Span, periods};
use crate::rewards::rules::run::{self as rules, Approval};
use crate::rewards::rules::snapshot::{self, hash, spelled};
use crate::rewards::store;
use crate::rewards::store::people::{Bucket, Taker, takers};
use crate::store::tx::Action;
use crate::store::{Command, Outcome, Tx};

/// How many people are in memory at a time.
const AT_ONCE: u64 = 2_000;

fn conflict(field: &str, message: impl Into<String>) -> Problem {
    Problem::new(ProblemCode::Conflict, field, message)
}

/// The period of a plan that begins on this day.
fn period(plan: &reward_plan::Model, from: NaiveDate) -> Result<Span, Problem> {
    let found = periods(plan.cadence, days(plan)).find(|period| period.from == from);
    let message = "No period of the plan begins on this day.";
    found.ok_or_else(|| Problem::new(ProblemCode::Invalid, "periodStart", message))
}

/// Whether a run is signed by an approver.
fn is_approved(run: &payout_run::Model) -> bool {
    run.state != RunState::Calculated
}

/// What is to be calculated.
struct Order<'a> {
    basis: &'a Basis,
    period: Span,
    kind: RunKind,
    /// The run whose awards are taken back.
    corrects: Option<&'a payout_run::Model>,
    /// The run that waits and is calculated anew by this one.
    supersedes: Option<payout_run::Model>,
    snapshot: Snapshot,
}

/// The buckets of a period, what everybody in them gets, and what there is to compute it with.
struct Awards {
    factor: Exact,
    period_days: i64,
    people: u64,
    targets: HashMap<RewardGroupId, i64>,
    places: HashMap<(RewardGroupId, Span), usize>,
    split: Split,
}

impl Awards {
    async fn of(tx: &Tx<'_>, basis: &Basis, period: Span, factor: Exact) -> Outcome<Self> {
        let buckets = store::people::buckets(tx, basis.plan.id, period).await?;
        let targets = store::people::targets(tx, basis.plan.id).await?;
        let alike = |bucket: &Bucket| Alike {
            award: award(
                targets.get(&bucket.group).copied().unwrap_or_default(),
                &factor,
                bucket.days.days(),
                period.days(),
            ),
            people: bucket.lines,
        };
        let alike: Vec<_> = buckets.iter().map(alike).collect();
        let split = split(basis.plan.pool_minor, &alike).ok_or_else(|| {
            Problem::new(ProblemCode::LimitExceeded, "planId", "The awards together are beyond 64 bits.")
        })?;
        let people = buckets.iter().filter_map(|bucket| u64::try_from(bucket.lines).ok()).sum();
        let places = buckets.iter().enumerate().map(|(place, bucket)| ((bucket.group, bucket.days), place));
        Ok(Self { period_days: period.days(), people, places: places.collect(), factor, targets, split })
    }
}

/// The lines of a run, made for one taker after the other.
struct Lines<'a> {
    run: PayoutRunId,
    order: &'a Order<'a>,
    awards: &'a Awards,
    dealer: Dealer,
    /// How many awards differ from what they take back.
    adjusted: u64,
}

impl Lines<'_> {
    fn line(&self, tx: &Tx<'_>, taker: &Taker, kind: LineKind, amount_minor: i64) -> payout_line::Model {
        payout_line::Model {
            id: tx.new_id(),
            run_id: self.run,
            kind,
            participation_id: taker.id,
            person_id: taker.person_id,
            group_id: taker.group_id,
            target_minor: self.awards.targets.get(&taker.group_id).copied().unwrap_or_default(),
            amount_minor,
            adjusts_minor: None,
            currency: self.order.basis.plan.currency,
            service_days: 0,
            period_days: i32::try_from(self.awards.period_days).unwrap_or(i32::MAX),
        }
    }

    /// The lines of somebody, who come in the order of their ids.
    fn of(&mut self, tx: &Tx<'_>, taker: &Taker, to: &mut Vec<payout_line::Model>) -> Outcome<()> {
        let span = Span { from: taker.from_day, to: taker.to_day };
        let service_days = self.order.period.common(span);
        let corrects = self.order.corrects.is_some();
        let before = taker.before_minor;
        if let Some(before) = before {
            to.push(payout_line::Model {
                target_minor: taker.before_target.unwrap_or_default(),
                service_days: taker.before_days.unwrap_or_default(),
                adjusts_minor: (service_days == 0).then_some(-before),
                ..self.line(tx, taker, LineKind::Reversal, -before)
            });
        }
        if service_days == 0 {
            self.adjusted += u64::from(before.is_some_and(|before| before != 0));
            return Ok(());
        }
        let period = self.order.period;
        let cut = Span { from: span.from.max(period.from), to: span.to.min(period.to) };
        let place = self.awards.places.get(&(taker.group_id, cut)).copied();
        let amount = place.and_then(|place| self.dealer.next(place));
        let amount = amount.ok_or_else(|| Fault::internal(format!("{} is in no bucket", taker.id)))?;
        let adjusts = amount.saturating_sub(before.unwrap_or_default());
        self.adjusted += u64::from(adjusts != 0);
        to.push(payout_line::Model {
            adjusts_minor: corrects.then_some(adjusts),
            service_days: i32::try_from(service_days).unwrap_or(i32::MAX),
            ..self.line(tx, taker, LineKind::Award, amount)
        });
        Ok(())
    }
}

impl Order<'_> {
    /// The factor that the numbers make, or what is missing for it.
    fn factor(&self) -> Result<Exact, Problem> {
        let working = factor(&self.basis.terms, &snapshot::values(&self.snapshot));
        working.factor.ok_or_else(|| {
            let missing = self.snapshot.0.iter().filter(|known| known.value.is_none());
            let missing: Vec<_> = missing.map(|known| self.basis.code(known.kpi)).collect();
            conflict("planId", format!("There is no number to pay on for {}.", missing.join(", ")))
        })
    }

    /// Calculates the run and writes it with all its lines.
    async fn carry_out(self, tx: &Tx<'_>) -> Outcome<payout_run::Model> {
        let plan = &self.basis.plan;
        let factor = self.factor()?;
        let awards = Awards::of(tx, self.basis, self.period, factor).await?;
        if let Some(waiting) = &self.supersedes {
            let after = payout_run::Model { superseded_at: Some(tx.now()), ..waiting.clone() };
            tx.update::<payout_run::Entity>(waiting, after, "payout_run.superseded".into()).await?;
        }
        let run = payout_run::Model {
            id: tx.new_id(),
            version: 1,
            plan_id: plan.id,
            kind: self.kind,
            state: RunState::Calculated,
            period_start: self.period.from,
            period_end: self.period.to,
            corrects_id: self.corrects.map(|run| run.id),
            snapshot_hash: hash(&self.snapshot),
            snapshot: self.snapshot.clone(),
            factor: spelled(&awards.factor),
            scale: awards.split.scale.as_ref().map(spelled),
            people: 0,
            total_minor: 0,
            currency: plan.currency,
            roster: plan.roster,
            calculated_by_id: tx.author()?,
            calculated_at: tx.now(),
            signed_by_id: None,
            signed_at: None,
            approved_by_id: None,
            approved_at: None,
            paid_at: None,
            superseded_at: None,
            updated_at: tx.now(),
        };
        let action = match self.kind {
            RunKind::Final => "payout_run.calculated",
            RunKind::TrueUp => "payout_run.trued_up",
        };
        let run = tx.insert::<payout_run::Entity>(run, action.into()).await?;
        let adjusted = self.write(tx, run.id, &awards).await?;
        let (people, total_minor) = store::sums(tx, run.id).await?;
        if people == 0 {
            return Err(conflict("planId", "Nobody takes part in the period.").into());
        }
        let same = self.corrects.is_some_and(|before| before.snapshot_hash == run.snapshot_hash);
        if same && adjusted == 0 {
            let message = "Neither a number nor anybody's award has changed since it was paid.";
            return Err(conflict("planId", message).into());
        }
        let people = i32::try_from(people).unwrap_or(i32::MAX);
        store::count_lines(tx, run.id, people, total_minor).await?;
        Ok(payout_run::Model { people, total_minor, ..run })
    }

    /// Writes the lines, and answers how many awards differ from what they take back.
    async fn write(&self, tx: &Tx<'_>, run: PayoutRunId, awards: &Awards) -> Outcome<u64> {
        let dealer = Dealer::new(awards.split.clone());
        let mut lines = Lines { run, order: self, awards, dealer, adjusted: 0 };
        let corrects = self.corrects.map(|run| run.id);
        let plan = self.basis.plan.id;
        let progress = tx.scope().world().progress.begin(plan.to_string(), tx.now(), awards.people);
        let mut after = ParticipationId(Uuid::nil());
        loop {
            let some = takers(tx, plan, self.period, corrects, after, AT_ONCE).await?;
            let Some(last) = some.last() else { return Ok(lines.adjusted) };
            after = last.id;
            let mut rows = Vec::with_capacity(some.len().saturating_mul(2));
            for taker in &some {
                lines.of(tx, taker, &mut rows)?;
            }
            tx.append_all::<payout_line::Entity>(rows).await?;
            let done = progress.done(some.len());
            tracing::info!(%plan, done, of = awards.people, "calculating a payout run");
        }
    }
}

/// The plan with its KPIs, which nobody changes until the end, and its runs that count.
async fn held(tx: &Tx<'_>, plan: RewardPlanId, field: &str) -> Outcome<(Basis, Vec<payout_run::Model>)> {
    let plan = tx.parent::<reward_plan::Entity>(plan, field).await?;
    let runs = store::runs(tx, plan.id).await?;
    Ok((Basis::held(tx, plan).await?, runs))
}

impl Command for PayoutRunCalculateInput {
    type Entity = payout_run::Entity;

    async fn run(&self, tx: &Tx<'_>) -> Outcome<payout_run::Model> {
        allowed(tx, Capability::RewardBuild, "planId")?;
        let (basis, runs) = held(tx, self.plan_id, "planId").await?;
        rules::pays(basis.plan.state, false)?;
        let of = |period: Span| runs.iter().find(move |run| run.period_start == period.from);
        let paid = |period: Span| of(period).is_some_and(is_approved);
        let period = match self.period_start {
            Some(from) => period(&basis.plan, from.0)?,
            None => periods(basis.plan.cadence, days(&basis.plan))
                .find(|period| !paid(*period))
                .ok_or_else(|| conflict("planId", "Every period of the plan is approved."))?,
        };
        if paid(period) {
            let message = "The period is approved already. Correct it with a true-up once it is paid.";
            return Err(conflict("periodStart", message).into());
        }
        let open: Vec<_> = basis.open(period.to).map(|kpi| kpi.code.clone()).collect();
        if !open.is_empty() {
            let message = format!("Not locked through {}: {}.", period.to, open.join(", "));
            return Err(conflict("planId", message).into());
        }
        let snapshot = basis.in_force(tx, period).await?;
        let supersedes = of(period).cloned();
        let order =
            Order { basis: &basis, period, kind: RunKind::Final, corrects: None, supersedes, snapshot };
        order.carry_out(tx).await
    }
}

/// The run of a period that counts last, and the one before it that waits, if there is one.
fn last_paid(
    runs: &[payout_run::Model],
    from: NaiveDate,
) -> Result<(&payout_run::Model, Option<&payout_run::Model>), Problem> {
    let of_period = || runs.iter().rev().filter(move |run| run.period_start == from);
    let waiting = of_period().find(|run| run.state == RunState::Calculated && run.kind == RunKind::TrueUp);
    let last = of_period().find(|run| run.state != RunState::Calculated);
    match last {
        Some(last) if last.state == RunState::Paid => Ok((last, waiting)),
        Some(_) => {
            Err(conflict("periodStart", "Its last run is approved and not paid. Mark it as paid first."))
        }
        None => Err(conflict("periodStart", "The period is not paid yet. Calculate it.")),
    }
}

impl Command for PayoutRunTrueUpInput {
    type Entity = payout_run::Entity;

    async fn run(&self, tx: &Tx<'_>) -> Outcome<payout_run::Model> {
        allowed(tx, Capability::RewardBuild, "planId")?;
        let (basis, runs) = held(tx, self.plan_id, "planId").await?;
        rules::pays(basis.plan.state, true)?;
        let mut found = None;
        for period in periods(basis.plan.cadence, days(&basis.plan)) {
            if self.period_start.is_some_and(|from| from.0 != period.from) {
                continue;
            }
            let last = match last_paid(&runs, period.from) {
                Err(problem) if self.period_start.is_some() => return Err(problem.into()),
                Err(_) => continue,
                Ok(last) => last,
            };
            let snapshot = basis.in_force(tx, period).await?;
            if self.period_start.is_some() || hash(&snapshot) != last.0.snapshot_hash {
                found = Some((period, last, snapshot));
                break;
            }
        }
        let Some((period, (last, waiting), snapshot)) = found else {
            self.period_start.map(|from| self::period(&basis.plan, from.0)).transpose()?;
            let message = "No number that a paid period stands on has changed.";
            return Err(conflict("planId", message).into());
        };
        let supersedes = waiting.cloned();
        let order = Order {
            basis: &basis,
            period,
            kind: RunKind::TrueUp,
            corrects: Some(last),
            supersedes,
            snapshot,
        };
        order.carry_out(tx).await
    }
}

/// The run with its plan, held in the order in which everybody holds them.
async fn run_of(tx: &Tx<'_>, id: PayoutRunId) -> Outcome<(reward_plan::Model, payout_run::Model)> {
    let plan = store::plan_of(tx, id).await?;
    let plan = plan
        .ok_or_else(|| Problem::new(ProblemCode::NotFound, "runId", "There is no PayoutRun with this id."))?;
    let plan = tx.parent::<reward_plan::Entity>(plan, "runId").await?;
    Ok((plan, tx.subject::<payout_run::Entity>(id, "runId").await?))
}

impl Command for PayoutRunApproveInput {
    type Entity = payout_run::Entity;

    async fn run(&self, tx: &Tx<'_>) -> Outcome<payout_run::Model> {
        allowed(tx, Capability::RewardApprove, "runId")?;
        let (plan, before) = run_of(tx, self.run_id).await?;
        rules::goes(before.state, RunState::Approved, before.superseded_at.is_some())?;
        let approver = tx.author()?;
        let has_line = store::has_line(tx, before.id, approver).await?;
        let approval = rules::approval(approver, before.calculated_by_id, has_line, before.signed_by_id)?;
        let same_people = plan.roster == before.roster;
        let basis = Basis::held(tx, plan).await?;
        let period = Span { from: before.period_start, to: before.period_end };
        let now = basis.in_force(tx, period).await?;
        rules::still_true(hash(&now) == before.snapshot_hash, same_people)?;
        let (after, action) = match approval {
            Approval::Signs => {
                let (by, at) = (Some(approver), Some(tx.now()));
                let after = payout_run::Model { signed_by_id: by, signed_at: at, ..before.clone() };
                (after, "payout_run.signed")
            }
            Approval::Approves => {
                let (by, at) = (Some(approver), Some(tx.now()));
                let state = RunState::Approved;
                let after =
                    payout_run::Model { state, approved_by_id: by, approved_at: at, ..before.clone() };
                (after, "payout_run.approved")
            }
        };
        tx.update::<payout_run::Entity>(&before, after, action.into()).await
    }
}

impl Command for PayoutRunDropInput {
    type Entity = payout_run::Entity;

    async fn run(&self, tx: &Tx<'_>) -> Outcome<payout_run::Model> {
        allowed(tx, Capability::RewardBuild, "runId")?;
        let (_, before) = run_of(tx, self.run_id).await?;
        rules::drops(before.state, before.superseded_at.is_some())?;
        let mut check = Check::default();
        let reason = check.prose("reason", Some(&self.reason), REASON);
        check.that(reason.is_some(), ProblemCode::Required, "reason", "Say why it is dropped.");
        check.done()?;
        let after = payout_run::Model { superseded_at: Some(tx.now()), ..before.clone() };
        let action = Action { name: "payout_run.dropped", reason: reason.as_deref() };
        tx.update::<payout_run::Entity>(&before, after, action).await
    }
}

impl Command for PayoutRunMarkPaidInput {
    type Entity = payout_run::Entity;

    async fn run(&self, tx: &Tx<'_>) -> Outcome<payout_run::Model> {
        allowed(tx, Capability::RewardBuild, "runId")?;
        let (_, before) = run_of(tx, self.run_id).await?;
        rules::goes(before.state, RunState::Paid, before.superseded_at.is_some())?;
        let after = payout_run::Model { state: RunState::Paid, paid_at: Some(tx.now()), ..before.clone() };
        tx.update::<payout_run::Entity>(&before, after, "payout_run.paid".into()).await
    }
}
