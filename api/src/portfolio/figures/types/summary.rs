//! What a portfolio adds up to, as callers see it.

use std::sync::Arc;

use async_graphql::{ComplexObject, Context, SimpleObject};
use tutti_entity::ids::PortfolioId;
use tutti_entity::portfolio::figure::EacMethod;
use tutti_entity::portfolio::initiative::Status;
use tutti_entity::portfolio::status_report::Health;

use super::EarnedValue;
use crate::access::{Capability, Place};
use crate::graphql::Fault;
use crate::graphql::scalars::{CurrencyCode, Date, Duration};
use crate::portfolio::costs::types::BudgetPosition;
use crate::portfolio::figures::rules::earned::Value;
use crate::portfolio::figures::rules::facts::Moment;
use crate::portfolio::figures::rules::summary::Summary;
use crate::portfolio::figures::store::{PortfolioStandings, Stood, moment};
use crate::store::Scope;

/// What the initiatives of a portfolio add up to on a day. Archived ones count as they did before: putting away is
/// housekeeping and changes no figure. Of a past day it says what was known when that day was over, without
/// initiatives that had not been entered yet.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct PortfolioSummary {
    /// The day.
    pub as_of: Date,
    /// How many initiatives there are, ended ones included.
    pub initiatives: i32,
    /// How many have not ended: are not CLOSED, CANCELLED or REJECTED.
    pub open: i32,
    /// How many of all stand where: every status, also of none.
    pub by_status: Vec<StatusCount>,
    /// How many of those that have not ended go how, by their figures: every health, also of none.
    pub by_health: Vec<HealthCount>,
    /// How many of all but cancelled and rejected ones have no baseline, and are left out of earned value.
    pub without_baseline: i32,
    /// How many have money that you may not see, and are left out of budget and earned value.
    pub money_hidden: i32,
    /// Milestones that were to be reached before the day and are not, of initiatives that have not ended.
    pub milestones_overdue: i32,
    /// Initiatives whose next report is overdue beyond its grace of 2 business days.
    pub reports_overdue: i32,
    #[graphql(skip)]
    portfolio: PortfolioId,
    #[graphql(skip)]
    currency: CurrencyCode,
    #[graphql(skip)]
    moment: Moment,
    #[graphql(skip)]
    stood: Arc<Vec<Stood>>,
    #[graphql(skip)]
    shows_money: bool,
}

/// How many initiatives stand in a status.
#[derive(Clone, Debug, SimpleObject)]
pub struct StatusCount {
    /// The status.
    pub status: Status,
    /// How many.
    pub count: i32,
}

/// How many initiatives go so.
#[derive(Clone, Debug, SimpleObject)]
pub struct HealthCount {
    /// The health, by their figures.
    pub health: Health,
    /// How many.
    pub count: i32,
}

fn told(count: usize) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

impl PortfolioSummary {
    /// That of one portfolio, asked for together with those of its siblings.
    pub(crate) async fn of(
        ctx: &Context<'_>,
        portfolio: PortfolioId,
        currency: CurrencyCode,
        as_of: Option<Date>,
    ) -> Result<Self, Fault> {
        let scope = Scope::of(ctx)?;
        let moment = moment(scope, as_of.map(|day| day.0));
        let stood = scope.load(&PortfolioStandings(moment), portfolio).await?.unwrap_or_default();
        let summary = Summary::of(&stood.iter().map(|stood| &stood.standing));
        let Summary {
            initiatives,
            open,
            by_status,
            by_health,
            without_baseline,
            milestones_overdue,
            reports_overdue,
        } = summary;
        let hidden = stood.iter().filter(|stood| !stood.shows_money(scope)).count();
        let here = Place { portfolio: Some(portfolio), ..Place::default() };
        let statuses = by_status.into_iter();
        let healths = by_health.into_iter();
        Ok(Self {
            as_of: Date(moment.as_of),
            initiatives: told(initiatives),
            open: told(open),
            by_status: statuses.map(|(status, count)| StatusCount { status, count: told(count) }).collect(),
            by_health: healths.map(|(health, count)| HealthCount { health, count: told(count) }).collect(),
            without_baseline: told(without_baseline),
            money_hidden: told(hidden),
            milestones_overdue: told(milestones_overdue),
            reports_overdue: told(reports_overdue),
            portfolio,
            currency,
            moment,
            shows_money: hidden < stood.len() || scope.may(Capability::MoneyRead, here),
            stood,
        })
    }
}

#[ComplexObject]
impl PortfolioSummary {
    /// What its initiatives may spend, have spent and have promised together, of those whose money you may see; null
    /// where you may see none of it. The sum of their positions, whatever their status.
    async fn budget(&self, ctx: &Context<'_>) -> Result<Option<BudgetPosition>, Fault> {
        if !self.shows_money {
            return Ok(None);
        }
        BudgetPosition::of_portfolio(ctx, self.portfolio, self.currency, self.moment).await.map(Some)
    }

    /// Earned value of those whose money you may see; null where you may see none of it. Sums first, which are then
    /// divided: initiatives without a baseline are left out with their costs, and counted in `withoutBaseline`. What
    /// was cancelled or rejected is out of what is planned, earned and to be spent, and its costs stay in `actualCost`.
    /// What is on hold counts as before.
    async fn earned_value(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How the end is estimated; TYPICAL by default.")] method: Option<EacMethod>,
    ) -> Result<Option<EarnedValue>, Fault> {
        let scope = Scope::of(ctx)?;
        if !self.shows_money {
            return Ok(None);
        }
        let seen = self.stood.iter().filter(|stood| stood.shows_money(scope));
        let total = Value::total(seen.map(|stood| stood.standing.value));
        Ok(Some(EarnedValue::of(&total, self.as_of, method, self.currency)))
    }

    /// Milestones that are to be reached within this time from the day on, the day included, and are not; of
    /// initiatives that have not ended. `-P14D` is the 14 days before the day.
    async fn milestones_due(
        &self,
        #[graphql(
            desc = "How far ahead: P14D by default. BAD_USER_INPUT where it leads beyond the calendar."
        )]
        within: Option<Duration>,
    ) -> Result<i32, Fault> {
        let within = within.unwrap_or_else(|| Duration::stored("P14D"));
        let other = within.after_day(self.as_of.0);
        let other = other.ok_or_else(|| Fault::bad_input("`within` leads beyond the calendar."))?;
        let window = self.as_of.0.min(other)..=self.as_of.0.max(other);
        let open = self.stood.iter().filter(|stood| stood.standing.is_open());
        let due = open.flat_map(|stood| &stood.standing.open_milestones).filter(|due| window.contains(due));
        Ok(told(due.count()))
    }
}
