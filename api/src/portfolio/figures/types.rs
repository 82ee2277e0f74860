//! Figures as callers see them.

mod attention;
mod summary;

use async_graphql::{Context, SimpleObject};
use tutti_entity::ids::InitiativeId;
use tutti_entity::portfolio::figure::{Dimension, EacMethod};
use tutti_entity::portfolio::initiative::Status;
use tutti_entity::portfolio::status_report::Health;

use super::rules::earned::{Figures, Value};
use super::rules::health::{Assessment, Reason};
use super::store::{Standings, moment};
use crate::graphql::scalars::{CurrencyCode, Date};
use crate::graphql::{Fault, Figure};
use crate::store::Scope;

pub use attention::Attention;
pub use summary::PortfolioSummary;

/// Earned value on a day: what was planned, earned and spent, and what that says of the end. Amounts are in the
/// currency of the portfolio; a figure that cannot be computed says why. Each is worked out exactly from the amounts
/// and rounded once, half away from zero: none is made of rounded ones.
#[derive(Clone, Debug, SimpleObject)]
pub struct EarnedValue {
    /// The day.
    pub as_of: Date,
    /// BAC: the budget of the current baseline. NOT_APPLICABLE without a baseline.
    pub budget_at_completion: Figure,
    /// PV: the weights of the milestones whose day in the current baseline is `asOf` or before, times BAC.
    pub planned_value: Figure,
    /// EV: the weights in the current baseline times what the milestones earned by their credit rules, times BAC.
    /// Milestones without a weight there earn nothing; `Initiative.milestonesWithoutWeight` lists them.
    pub earned_value: Figure,
    /// AC: the ACTUAL costs of `asOf` or before. PARTIAL where money was spent on a budget of nothing.
    pub actual_cost: Figure,
    /// SV: EV − PV.
    pub schedule_variance: Figure,
    /// CV: EV − AC.
    pub cost_variance: Figure,
    /// SPI: EV / PV. NOT_APPLICABLE where nothing was planned yet.
    pub schedule_index: Figure,
    /// CPI: EV / AC; less than 1 burns faster than it earns. INSUFFICIENT where something was earned and no cost is
    /// booked, or less than nothing was spent; NO_DATA where nothing was earned and no cost is booked.
    pub cost_index: Figure,
    /// By which method the end is estimated.
    pub method: EacMethod,
    /// EAC: what it will have cost. NO_DATA where TYPICAL or COMBINED need something earned and nothing was; for them
    /// INSUFFICIENT as CPI is; AC where all is earned.
    pub estimate_at_completion: Figure,
    /// ETC: EAC − AC, what is still to be spent.
    pub estimate_to_complete: Figure,
    /// VAC: BAC − EAC; less than nothing where the budget will be exceeded.
    pub variance_at_completion: Figure,
    /// TCPI: (BAC − EV) / (BAC − AC), how well the rest has to go to keep the budget. NOT_ACHIEVABLE where the budget is
    /// spent with work left, NOT_APPLICABLE where all is earned.
    pub to_complete_index: Figure,
}

impl EarnedValue {
    /// These amounts as they are told.
    pub(crate) fn of(value: &Value, as_of: Date, method: Option<EacMethod>, currency: CurrencyCode) -> Self {
        let method = method.unwrap_or(EacMethod::Typical);
        let Figures {
            budget_at_completion,
            planned_value,
            earned_value,
            actual_cost,
            schedule_variance,
            cost_variance,
            schedule_index,
            cost_index,
            estimate_at_completion,
            estimate_to_complete,
            variance_at_completion,
            to_complete_index,
        } = value.figures(method, currency);
        Self {
            as_of,
            budget_at_completion,
            planned_value,
            earned_value,
            actual_cost,
            schedule_variance,
            cost_variance,
            schedule_index,
            cost_index,
            method,
            estimate_at_completion,
            estimate_to_complete,
            variance_at_completion,
            to_complete_index,
        }
    }

    /// That of one initiative, asked for together with those of its siblings. Whoever asks may see its money.
    pub(crate) async fn of_initiative(
        ctx: &Context<'_>,
        initiative: InitiativeId,
        currency: CurrencyCode,
        as_of: Option<Date>,
        method: Option<EacMethod>,
    ) -> Result<Self, Fault> {
        let scope = Scope::of(ctx)?;
        let moment = moment(scope, as_of.map(|day| day.0));
        let stood = scope.load(&Standings(moment), initiative).await?;
        // Before it was entered nothing was agreed, earned or spent.
        let value = stood.map_or(Value::of(Status::Proposed, None, 0), |stood| stood.standing.value);
        Ok(Self::of(&value, Date(moment.as_of), method, currency))
    }
}

/// Reported and computed health side by side, each with its evidence.
#[derive(Clone, Debug, SimpleObject)]
pub struct HealthAssessment {
    /// The day.
    pub as_of: Date,
    /// As the last published report says; null where there is none.
    pub reported: Option<Health>,
    /// As the figures say: the worst dimension that is known. Without the cost or the schedule at best GREY; without a
    /// baseline, and of what was cancelled or rejected, GREY.
    pub computed: Health,
    /// Whether the last report is too old to rely on: the next is overdue beyond its grace of 2 business days, or the
    /// first was due and there is none.
    pub stale: bool,
    /// Whether the report and the figures differ, and no override is in force: one that holds until today or later.
    pub disagrees: bool,
    /// Why the figures say so: one reason for each dimension.
    pub reasons: Vec<HealthReason>,
}

/// What one dimension of the health says, and by which rule.
#[derive(Clone, Debug, SimpleObject)]
pub struct HealthReason {
    /// The dimension.
    pub dimension: Dimension,
    /// What it says; GREY where it is not known, which `figure` explains.
    pub health: Health,
    /// The figure that it goes by. COST: by how much the budget will be exceeded, in percent; SUPPRESSED where you may
    /// not see the money. SCHEDULE: the slippage over the duration of the baseline, in percent. REPORTING: for how many
    /// days the next report has been due, once its grace is over; 0 until then.
    pub figure: Figure,
    /// The rule, in words.
    pub rule: String,
}

impl From<Reason> for HealthReason {
    fn from(reason: Reason) -> Self {
        let Reason { dimension, health, figure, rule } = reason;
        Self { dimension, health, figure, rule }
    }
}

impl HealthAssessment {
    /// That of one initiative, asked for together with those of its siblings.
    pub(crate) async fn of_initiative(
        ctx: &Context<'_>,
        initiative: InitiativeId,
        as_of: Option<Date>,
    ) -> Result<Self, Fault> {
        let scope = Scope::of(ctx)?;
        let moment = moment(scope, as_of.map(|day| day.0));
        let as_of = Date(moment.as_of);
        let Some(stood) = scope.load(&Standings(moment), initiative).await? else {
            let (reported, computed, reasons) = (None, Health::Grey, Vec::new());
            return Ok(Self { as_of, reported, computed, stale: false, disagrees: false, reasons });
        };
        let Assessment { reported, computed, stale, disagrees, reasons } = stood.standing.assess();
        let shown = stood.shows_money(scope);
        let told = |reason: Reason| if shown { reason } else { reason.without_money() };
        let reasons = reasons.into_iter().map(|reason| told(reason).into()).collect();
        Ok(Self { as_of, reported, computed, stale, disagrees, reasons })
    }
}
