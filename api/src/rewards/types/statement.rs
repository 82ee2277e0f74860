//! What a plan means for one person.

use std::collections::BTreeMap;

use async_graphql::{ComplexObject, Context, SimpleObject};
use futures_util::future::try_join_all;
use tutti_entity::ids::{KpiId, ParticipationId};
use tutti_entity::portfolio::initiative;
use tutti_entity::rewards::{participation, reward_plan};

use super::outlook::point;
use super::{Participation, PayoutLine, RewardGroup, RewardPlan};
use crate::graphql::Fault;
use crate::graphql::scalars::{Money, Percent};
use crate::metrics::types::{Kpi, KpiLink};
use crate::portfolio::types::Initiative;
use crate::rewards::outlook::Outlook;
use crate::rewards::rules::period::Span;
use crate::rewards::store::LinesOf;
use crate::rewards::store::people::own;
use crate::store::Scope;

/// What a plan means for somebody who takes part in it: what it pays today, how past amounts came about, and which
/// initiatives move it. One for each time that they take part.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct RewardStatement {
    /// The plan.
    pub plan: RewardPlan,
    /// Their group.
    pub group: RewardGroup,
    /// From when to when they take part.
    pub participation: Participation,
    /// What is paid to them for a whole period at 100 %.
    pub target_award: Money,
    /// What the period of today would pay them at today's values, by their days: nothing where they do not take part in
    /// it, and null where the factor has no value, or amounts are beyond 64 bits.
    pub projected: Option<Money>,
    /// Whether anything of that may still change.
    pub provisional: bool,
    /// What each KPI of the plan is worth to them.
    pub drivers: Vec<RewardDriver>,
    #[graphql(skip)]
    participation_id: ParticipationId,
}

#[ComplexObject]
impl RewardStatement {
    /// What they were paid and what was taken back, as it was made, each with its whole trace.
    async fn lines(&self, ctx: &Context<'_>) -> Result<Vec<PayoutLine>, Fault> {
        let rows = Scope::of(ctx)?.load_list(&LinesOf, self.participation_id).await?;
        Ok(rows.into_iter().map(Into::into).collect())
    }
}

/// What one KPI is worth to somebody, and who moves it.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct RewardDriver {
    /// Its part of the whole.
    pub weight: Percent,
    /// What one more point of it, or one less where less is good, changes of what is projected for them. Null where the
    /// KPI or the factor has no value to move from.
    pub point_value: Option<Money>,
    #[graphql(skip)]
    kpi_id: KpiId,
}

#[ComplexObject]
impl RewardDriver {
    /// The KPI.
    async fn kpi(&self, ctx: &Context<'_>) -> Result<Kpi, Fault> {
        Kpi::the(ctx, self.kpi_id).await
    }

    /// The initiatives that are to move it, in the order in which that was said.
    async fn initiatives(&self, ctx: &Context<'_>) -> Result<Vec<Initiative>, Fault> {
        let scope = Scope::of(ctx)?;
        let links = KpiLink::of_kpi(ctx, self.kpi_id).await?;
        let rows = links.iter().map(|link| scope.the::<initiative::Entity>(link.initiative_id()));
        Ok(try_join_all(rows).await?.into_iter().map(Into::into).collect())
    }

    /// The same with why it is thought, by how much and after how long.
    async fn links(&self, ctx: &Context<'_>) -> Result<Vec<KpiLink>, Fault> {
        KpiLink::of_kpi(ctx, self.kpi_id).await
    }
}

impl RewardStatement {
    /// Those of the viewer, the latest first; none for a key.
    pub(crate) async fn mine(ctx: &Context<'_>) -> Result<Vec<Self>, Fault> {
        let scope = Scope::of(ctx)?;
        let Some(me) = scope.viewer().related_as() else { return Ok(Vec::new()) };
        let rows = own(scope, me).await?;
        try_join_all(rows.into_iter().map(|row| Self::of(ctx, row))).await
    }

    async fn of(ctx: &Context<'_>, row: participation::Model) -> Result<Self, Fault> {
        let scope = Scope::of(ctx)?;
        let plan = scope.the::<reward_plan::Entity>(row.plan_id).await?;
        let outlook = Outlook::of(scope, &plan, None, &BTreeMap::new()).await?;
        let amounts = outlook.amounts(scope, outlook.working.factor.as_ref()).await?;
        let taken = Span { from: row.from_day, to: row.to_day };
        let money = |minor| Money::from_minor(minor, plan.currency);
        let mut drivers = Vec::with_capacity(plan.metrics.0.len());
        for term in &plan.metrics.0 {
            let point = point(scope, &outlook, term.kpi).await?;
            let own = |amounts: &_| outlook.own(amounts, row.group_id, taken);
            let worth = point.map(|(now, better)| own(&better).saturating_sub(own(&now)));
            drivers.push(RewardDriver {
                weight: Percent::from_basis_points(term.weight_bp),
                point_value: worth.map(money),
                kpi_id: term.kpi,
            });
        }
        let group = RewardGroup::the(ctx, row.group_id).await?;
        Ok(Self {
            target_award: group.target_award,
            projected: amounts.map(|amounts| money(outlook.own(&amounts, row.group_id, taken))),
            provisional: outlook.provisional,
            plan: plan.into(),
            group,
            drivers,
            participation_id: row.id,
            participation: row.into(),
        })
    }
}
