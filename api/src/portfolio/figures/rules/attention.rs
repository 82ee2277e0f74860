//! What needs somebody, and how much.

use std::cmp::Reverse;

use chrono::NaiveDate;
use tutti_entity::portfolio::figure::AttentionKind as Kind;
use tutti_entity::portfolio::initiative::Status;
use tutti_entity::portfolio::status_report::Health;

use super::exact::{Fraction, count, money, percent, ratio};
use super::facts::Standing;
use super::health::{band, is_better, worry};
use crate::graphql::Figure;
use crate::graphql::scalars::CurrencyCode;

/// So many days without anything heard of is silence, and so many days ahead is soon.
const DAYS: i64 = 14;

/// An initiative that is looked at.
#[derive(Clone, Copy, Debug)]
pub struct Watched<'a> {
    /// How it stands.
    pub standing: &'a Standing,
    /// Whether its owner is at work.
    pub owner_at_work: bool,
    /// The day of the last change of it that the viewer sees; none where nobody asked.
    pub heard_on: Option<NaiveDate>,
    /// The currency of its money, where the viewer sees that.
    pub money: Option<CurrencyCode>,
}

/// Something that needs somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What it is.
    pub kind: Kind,
    /// How pressing it is: AMBER or RED.
    pub severity: Health,
    /// How much of it there is: the more, the worse.
    pub weight: Fraction,
    /// The figure that says so.
    pub figure: Figure,
}

impl Finding {
    /// The worst first: red before amber, then by kind, then the more of it.
    #[must_use]
    pub fn rank(&self) -> impl Ord + use<> {
        (Reverse(worry(self.severity)), self.kind, Reverse(self.weight.clone()))
    }
}

/// The rule of a kind, in words.
#[must_use]
pub const fn rule(kind: Kind) -> &'static str {
    match kind {
        Kind::OwnerNotAtWork => "Its owner is on leave or has left.",
        Kind::SpentWithoutBudget => "Money is spent, and the baseline has none or there is no baseline.",
        Kind::OverBudget => "More is spent than the budget at completion: AC / BAC is more than 100 %.",
        Kind::BurningFasterThanEarning => {
            "The cost index (CPI, EV / AC) is less than 1: amber, and red where the estimate at completion exceeds the \
             budget by 7 % or more."
        }
        Kind::Late => "The slippage from the baseline is 7 % of its duration or more.",
        Kind::PastDue => "It has not ended, and its due date has passed.",
        Kind::ReportedBetterThanComputed => {
            "The last report says that it goes better than the figures do, and no override is in force: amber, and red \
             where the figures say red."
        }
        Kind::DueSoonAndSilent => {
            "It is due within 14 days, and for 14 days there was no report and no change."
        }
        Kind::ReportOverdue => "The next report is overdue by more than its grace of 2 business days.",
        Kind::MilestonesOverdue => "Open milestones are past their due date.",
        Kind::NoBaseline => "It was approved and has no baseline.",
        Kind::Silent => "For 14 days there was no report and no change.",
    }
}

/// Whether it takes when something was heard of an initiative to find this.
#[must_use]
pub const fn listens(kind: Kind) -> bool {
    matches!(kind, Kind::Silent | Kind::DueSoonAndSilent)
}

impl Watched<'_> {
    /// What of it needs somebody, of these kinds.
    pub fn findings(self, kinds: &[Kind]) -> impl Iterator<Item = Finding> {
        kinds.iter().filter_map(move |kind| self.finding(*kind))
    }

    fn days_silent(self) -> Option<i64> {
        let running = matches!(self.standing.status, Status::Active | Status::Closing);
        let silent = (self.standing.as_of - self.heard_on?).num_days();
        Some(silent).filter(|silent| running && *silent >= DAYS)
    }

    fn finding(self, kind: Kind) -> Option<Finding> {
        let standing = self.standing;
        let decided = standing.status != Status::Proposed;
        if !standing.is_open() || !(decided || kind == Kind::OwnerNotAtWork) {
            return None;
        }
        let (severity, weight, figure) = match kind {
            Kind::OwnerNotAtWork if self.owner_at_work => return None,
            Kind::OwnerNotAtWork => (Health::Red, Fraction::whole(1), count(1)),
            Kind::SpentWithoutBudget => {
                let currency = self.money?;
                let spent = standing.value.spent_without_budget()?;
                (Health::Red, spent.clone(), money(&Ok(spent), currency))
            }
            Kind::OverBudget => {
                self.money?;
                let used = standing.value.used().ok().filter(|used| *used > Fraction::whole(1))?;
                (Health::Red, used.clone(), percent(&Ok(used)))
            }
            Kind::BurningFasterThanEarning => {
                self.money?;
                let index = standing.value.cost_index().ok().filter(|index| *index < Fraction::whole(1))?;
                // Nothing earned for what was spent is as bad as it gets: no estimate is needed.
                let overrun = standing.value.overrun().map_or(Health::Red, |overrun| band(&overrun));
                let severity = if overrun == Health::Red { Health::Red } else { Health::Amber };
                (severity, Fraction::whole(1).less(&index), ratio(&Ok(index)))
            }
            Kind::Late => {
                let delay = standing.delay().ok().filter(|delay| band(delay) == Health::Red)?;
                (Health::Red, delay.clone(), percent(&Ok(delay)))
            }
            Kind::PastDue => {
                let late = (standing.as_of - standing.due_on).num_days();
                (Health::Red, positive(late)?, Figure::days(late))
            }
            Kind::ReportedBetterThanComputed => {
                let (reported, computed) = (standing.report?.health, standing.computed());
                if standing.override_in_force() || !is_better(reported, computed) {
                    return None;
                }
                let steps = i64::from(worry(computed)) - i64::from(worry(reported));
                let severity = if computed == Health::Red { Health::Red } else { Health::Amber };
                (severity, Fraction::whole(steps), count(1))
            }
            Kind::DueSoonAndSilent => {
                let ahead = (standing.due_on - standing.as_of).num_days();
                let silent = self.days_silent().filter(|_| (0..=DAYS).contains(&ahead))?;
                (Health::Red, Fraction::whole(DAYS - ahead), Figure::days(silent))
            }
            Kind::ReportOverdue => {
                let overdue = standing.report_overdue()?;
                (Health::Amber, Fraction::whole(overdue), Figure::days(overdue))
            }
            Kind::MilestonesOverdue => {
                let overdue = standing.milestones_overdue();
                (Health::Amber, positive(i64::try_from(overdue).ok()?)?, count(overdue))
            }
            Kind::NoBaseline if standing.agreed.is_some() => return None,
            Kind::NoBaseline => (Health::Amber, Fraction::whole(1), count(1)),
            Kind::Silent => {
                let silent = self.days_silent()?;
                (Health::Amber, Fraction::whole(silent), Figure::days(silent))
            }
        };
        Some(Finding { kind, severity, weight, figure })
    }
}

fn positive(number: i64) -> Option<Fraction> {
    (number > 0).then(|| Fraction::whole(number))
}

#[cfg(test)]
mod tests;
