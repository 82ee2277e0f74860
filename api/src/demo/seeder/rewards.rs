//! The plan of the demo, who takes part in it, and its runs, as commands.

use chrono::NaiveDate;
use rust_decimal::Decimal as Exact;
use tutti_entity::ids::RewardGroupId;
use tutti_entity::rewards::reward_group;
use tutti_entity::rewards::reward_plan::{MissingKpiPolicy, PayoutCadence};
use tutti_entity::rewards::terms::GateEffect;

use super::{Seeder, Task};
use crate::demo::metrics::KPIS;
use crate::demo::rewards::{CAP, Deed, Done, GATE, GROUPS, METRICS, NAME, days, deeds};
use crate::demo::story::Who;
use crate::exchange::inputs::ImportPolicy;
use crate::graphql::scalars::{CurrencyCode, Date, Decimal, MoneyInput, Percent};
use crate::rewards::inputs::{
    CurvePointInput, ParticipationAddInput, ParticipationsAddInput, PayoutRunApproveInput,
    PayoutRunCalculateInput, PayoutRunMarkPaidInput, PayoutRunTrueUpInput, PlanGateInput, PlanMetricInput,
    RewardGroupInput, RewardPlanActivateInput, RewardPlanCreateInput,
};

/// What the first step, the target and the stretch of a KPI pay, in percent.
const PAYOUTS: [i32; 3] = [50, 100, 150];

fn percent(whole: i32) -> Percent {
    Percent::from_basis_points(whole.saturating_mul(100))
}

/// Everything about the plan as tasks, with the day and who did it.
pub(super) fn tasks(today: NaiveDate) -> impl Iterator<Item = (NaiveDate, Who, Task)> {
    deeds(today).into_iter().map(|Done { day, by, deed }| (day, by, Task::Rewards(deed)))
}

impl Seeder<'_> {
    fn the_plan(&self) -> Result<RewardPlanCreateInput, String> {
        let (from, to) = days(self.today).ok_or_else(|| "There is no such year.".to_owned())?;
        let currency = CurrencyCode::from_code("DKK").ok_or_else(|| "There are no kroner.".to_owned())?;
        let money = |whole: i64| MoneyInput { amount: Decimal(whole.into()), currency };
        let metric = |(code, weight): (&str, i32)| {
            let kpi = KPIS.iter().find(|kpi| kpi.code == code).ok_or_else(|| format!("{code} is no KPI."))?;
            let [first, _, target, stretch] = kpi.steps;
            let point = |(value, payout): (i64, i32)| CurvePointInput {
                value: Decimal(Exact::from(value)),
                payout: percent(payout),
            };
            let curve = [first, target, stretch].into_iter().zip(PAYOUTS).map(point).collect();
            Ok(PlanMetricInput { kpi_id: self.kpi(code)?, weight: percent(weight), curve })
        };
        let (code, minimum, cap) = GATE;
        let group = |group: &crate::demo::rewards::Group| RewardGroupInput {
            id: None,
            name: group.name.to_owned(),
            tier: group.tiers.first().copied(),
            target_award: money(group.award),
        };
        Ok(RewardPlanCreateInput {
            name: NAME.to_owned(),
            from: Date(from),
            to: Date(to),
            cadence: Some(PayoutCadence::Quarterly),
            currency,
            cap: Some(percent(CAP)),
            pool: Some(money(3_000_000)),
            missing_kpi_policy: Some(MissingKpiPolicy::Carry),
            metrics: METRICS.into_iter().map(metric).collect::<Result<_, String>>()?,
            gates: Some(vec![PlanGateInput {
                kpi_id: self.kpi(code)?,
                minimum: Decimal(minimum.into()),
                effect: GateEffect::Cap,
                factor: Some(percent(cap)),
            }]),
            groups: Some(GROUPS.iter().map(group).collect()),
        })
    }

    fn group(&self, group: usize) -> Result<RewardGroupId, String> {
        self.groups.get(group).copied().ok_or_else(|| "The plan has no groups yet.".to_owned())
    }

    /// That somebody takes part from today on, or for the whole plan where it begins later.
    fn taking_part(
        &self,
        group: usize,
        who: &str,
        from: Option<NaiveDate>,
    ) -> Result<ParticipationAddInput, String> {
        let (group_id, person_id) = (self.group(group)?, self.person(who)?);
        Ok(ParticipationAddInput { group_id, person_id, from: from.map(Date), to: None })
    }

    pub(super) async fn share(&mut self, by: Option<Who>, deed: Deed) -> Result<(), String> {
        let today = self.world.day(self.world.now());
        match deed {
            Deed::Draft => {
                let plan = self.write(by, "rewardPlanCreate", &self.the_plan()?).await?;
                let scope = self.scope(by, "the groups of the plan").await?;
                let mut rows =
                    scope.find::<reward_group::Entity>().all().await.map_err(|fault| fault.message)?;
                rows.sort_by_key(|row| row.position);
                self.groups = rows.into_iter().map(|row| row.id).collect();
                self.reward_plan = Some(plan.id);
            }
            Deed::Enter(people) => {
                let rows = people.iter().map(|(group, who)| self.taking_part(*group, who, None));
                let rows = rows.collect::<Result<_, _>>()?;
                let input = ParticipationsAddInput { rows, policy: ImportPolicy::RejectAll };
                self.carry(by, "participationsAdd", &input).await?;
            }
            Deed::Join(group, who) => {
                let (begins, _) = days(self.today).ok_or_else(|| "There is no such year.".to_owned())?;
                let input = self.taking_part(group, &who, Some(today.max(begins)))?;
                self.write(by, &format!("participationAdd of {who}"), &input).await?;
            }
            Deed::Activate => {
                let input = RewardPlanActivateInput { id: self.shared()? };
                self.write(by, "rewardPlanActivate", &input).await?;
            }
            Deed::Calculate => {
                let input = PayoutRunCalculateInput { plan_id: self.shared()?, period_start: None };
                self.run = Some(self.write(by, "payoutRunCalculate", &input).await?.id);
            }
            Deed::TrueUp => {
                let input = PayoutRunTrueUpInput { plan_id: self.shared()?, period_start: None };
                self.run = Some(self.write(by, "payoutRunTrueUp", &input).await?.id);
            }
            Deed::Approve => {
                let input = PayoutRunApproveInput { run_id: self.last_run()? };
                self.write(by, "payoutRunApprove", &input).await?;
            }
            Deed::Pay => {
                let input = PayoutRunMarkPaidInput { run_id: self.last_run()? };
                self.write(by, "payoutRunMarkPaid", &input).await?;
            }
        }
        Ok(())
    }

    fn shared(&self) -> Result<tutti_entity::ids::RewardPlanId, String> {
        self.reward_plan.ok_or_else(|| "There is no plan yet.".to_owned())
    }

    fn last_run(&self) -> Result<tutti_entity::ids::PayoutRunId, String> {
        self.run.ok_or_else(|| "Nothing was calculated yet.".to_owned())
    }
}
