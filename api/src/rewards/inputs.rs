//! What mutations of reward plans and runs take.

use async_graphql::{InputObject, MaybeUndefined};
use tutti_entity::ids::{KpiId, ParticipationId, PayoutRunId, PersonId, RewardGroupId, RewardPlanId};
use tutti_entity::people::person::Tier;
use tutti_entity::rewards::reward_plan::{MissingKpiPolicy, PayoutCadence};
use tutti_entity::rewards::terms::GateEffect;

use crate::exchange::inputs::ImportPolicy;
use crate::graphql::scalars::{CurrencyCode, Date, Decimal, MoneyInput, Percent};

/// A point of a curve.
#[derive(Clone, Debug, InputObject)]
pub struct CurvePointInput {
    /// The value of the KPI, in its unit, with at most six decimals.
    pub value: Decimal,
    /// What it pays of a target award: 0 to 1 000 %.
    pub payout: Percent,
}

/// A KPI that a plan pays for.
#[derive(Clone, Debug, InputObject)]
pub struct PlanMetricInput {
    /// The KPI; each once.
    pub kpi_id: KpiId,
    /// Its part of the whole: more than 0 %; all together come to 100 %.
    pub weight: Percent,
    /// 2 to 20 points from the worst value to the best: values go the good way of the KPI, and payouts do not fall.
    pub curve: Vec<CurvePointInput>,
}

/// A condition on a KPI, without which less is paid.
#[derive(Clone, Debug, InputObject)]
pub struct PlanGateInput {
    /// The KPI, whether it is paid for or not.
    pub kpi_id: KpiId,
    /// What it has to be at least as good as, in its unit.
    pub minimum: Decimal,
    /// What happens where it is not.
    pub effect: GateEffect,
    /// To what CAP caps, 0 to 1 000 %, or by what MULTIPLY multiplies, 0 to 100 %; nothing for ZERO.
    pub factor: Option<Percent>,
}

/// A group of a plan: those who have the same target award.
#[derive(Clone, Debug, InputObject)]
pub struct RewardGroupInput {
    /// The group that is changed; a new one without.
    pub id: Option<RewardGroupId>,
    /// What it is called, 1 to 100 characters, unique within the plan.
    pub name: String,
    /// Whom it is meant for; nobody in particular by default.
    pub tier: Option<Tier>,
    /// What is paid for a whole period at 100 %, in the currency of the plan: nothing or more, at most
    /// 1 000 000 000 000 minor units.
    pub target_award: MoneyInput,
}

/// A new plan, as a draft.
#[derive(Clone, Debug, InputObject)]
pub struct RewardPlanCreateInput {
    /// What it is called, 1 to 200 characters.
    pub name: String,
    /// Its first day; that of a month where it pays by months.
    pub from: Date,
    /// Its last day; that of a period.
    pub to: Date,
    /// How often it pays; ONCE by default, for its whole time.
    pub cadence: Option<PayoutCadence>,
    /// The currency of all its amounts.
    pub currency: CurrencyCode,
    /// The most that it pays of a target award, 0 to 1 000 %; no such bound by default.
    pub cap: Option<Percent>,
    /// The most that it pays in all in one period; no such bound by default.
    pub pool: Option<MoneyInput>,
    /// What happens where a KPI has no number; PENDING by default.
    pub missing_kpi_policy: Option<MissingKpiPolicy>,
    /// What it pays for, 1 to 50 KPIs.
    pub metrics: Vec<PlanMetricInput>,
    /// Without what it pays less, in the order in which they apply; at most 50, none by default.
    pub gates: Option<Vec<PlanGateInput>>,
    /// Its groups; at most 50, none by default.
    pub groups: Option<Vec<RewardGroupInput>>,
}

/// What to change of a draft.
#[derive(Clone, Debug, InputObject)]
pub struct RewardPlanUpdateInput {
    /// The plan.
    pub id: RewardPlanId,
    /// What it is called, 1 to 200 characters; cannot be cleared.
    pub name: MaybeUndefined<String>,
    /// Its first day; cannot be cleared.
    pub from: MaybeUndefined<Date>,
    /// Its last day; cannot be cleared.
    pub to: MaybeUndefined<Date>,
    /// How often it pays; cannot be cleared.
    pub cadence: MaybeUndefined<PayoutCadence>,
    /// The most that it pays of a target award; null for no such bound.
    pub cap: MaybeUndefined<Percent>,
    /// The most that it pays in all in one period; null for no such bound.
    pub pool: MaybeUndefined<MoneyInput>,
    /// What happens where a KPI has no number; cannot be cleared.
    pub missing_kpi_policy: MaybeUndefined<MissingKpiPolicy>,
    /// What it pays for: all of it anew; cannot be cleared.
    pub metrics: MaybeUndefined<Vec<PlanMetricInput>>,
    /// Its gates: all of them anew; null for none.
    pub gates: MaybeUndefined<Vec<PlanGateInput>>,
    /// Its groups: all of them. Those with an id are changed, those without are new, and those that are left out are
    /// taken away; null for none.
    pub groups: MaybeUndefined<Vec<RewardGroupInput>>,
}

/// Which plan to freeze.
#[derive(Clone, Debug, InputObject)]
pub struct RewardPlanActivateInput {
    /// The plan; a draft with a group at least.
    pub id: RewardPlanId,
}

/// Which plan to close.
#[derive(Clone, Debug, InputObject)]
pub struct RewardPlanCloseInput {
    /// The plan; a draft, which is dropped by it, or an active one.
    pub id: RewardPlanId,
    /// Why, at most 1 000 characters; kept in the log.
    pub reason: Option<String>,
}

/// Who is to take part in a plan.
#[derive(Clone, Debug, InputObject)]
pub struct ParticipationAddInput {
    /// The group, and with it the plan; not closed.
    pub group_id: RewardGroupId,
    /// Who takes part; somebody who has not left, and in one group of the plan at a time.
    pub person_id: PersonId,
    /// The first day; that of the plan by default.
    pub from: Option<Date>,
    /// The last day; that of the plan by default.
    pub to: Option<Date>,
}

/// Who all are to take part.
#[derive(Clone, Debug, InputObject)]
pub struct ParticipationsAddInput {
    /// 1 to 1 000 of them.
    pub rows: Vec<ParticipationAddInput>,
    /// What happens to the good rows where others are refused.
    pub policy: ImportPolicy,
}

/// From when on somebody takes part no more.
#[derive(Clone, Debug, InputObject)]
pub struct ParticipationEndInput {
    /// The participation.
    pub id: ParticipationId,
    /// The last day: not later than it ends now; the day before its first says that it never was.
    pub to: Date,
}

/// Of which plan to calculate what it pays.
#[derive(Clone, Debug, InputObject)]
pub struct PayoutRunCalculateInput {
    /// The plan; active.
    pub plan_id: RewardPlanId,
    /// The first day of the period; by default the first one that nobody has approved yet.
    pub period_start: Option<Date>,
}

/// Of which plan to correct what it paid.
#[derive(Clone, Debug, InputObject)]
pub struct PayoutRunTrueUpInput {
    /// The plan; active or closed.
    pub plan_id: RewardPlanId,
    /// The first day of the period; by default the first one of which a number has changed since. Name it to correct
    /// who took part.
    pub period_start: Option<Date>,
}

/// Which run to approve.
#[derive(Clone, Debug, InputObject)]
pub struct PayoutRunApproveInput {
    /// The run; CALCULATED, by somebody else.
    pub run_id: PayoutRunId,
}

/// Which run to drop.
#[derive(Clone, Debug, InputObject)]
pub struct PayoutRunDropInput {
    /// The run; CALCULATED.
    pub run_id: PayoutRunId,
    /// Why; 1 to 1000 characters.
    pub reason: String,
}

/// Which run was paid.
#[derive(Clone, Debug, InputObject)]
pub struct PayoutRunMarkPaidInput {
    /// The run; APPROVED.
    pub run_id: PayoutRunId,
}
