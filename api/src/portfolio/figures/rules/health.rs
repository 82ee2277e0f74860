//! How an initiative goes by its figures, beside how its owner says that it goes.

use tutti_entity::portfolio::figure::Dimension;
use tutti_entity::portfolio::initiative::Status;
use tutti_entity::portfolio::status_report::Health;

use super::earned::Without;
use super::exact::{Fraction, Known, Why, days, percent};
use super::facts::Standing;
use crate::graphql::Figure;
use crate::graphql::figure::{FigureState, FigureUnit};

/// From so many percent beyond what was agreed on it is amber, and from so many on red.
const BANDS: [(i64, Health); 2] = [(7, Health::Red), (4, Health::Amber)];

/// What being so much beyond what was agreed, as a fraction of it, says.
#[must_use]
pub fn band(beyond: &Fraction) -> Health {
    let reached = |(percent, _): &&(i64, Health)| beyond.times(100) >= Fraction::whole(*percent);
    BANDS.iter().find(reached).map_or(Health::Green, |(_, health)| *health)
}

/// How much there is to worry about: the more, the worse. What is not known is worse than what goes as agreed,
/// and better than what is known not to.
#[must_use]
pub const fn worry(health: Health) -> u8 {
    match health {
        Health::Green => 0,
        Health::Grey => 1,
        Health::Amber => 2,
        Health::Red => 3,
    }
}

/// Whether a report says that it goes better than the figures do, or can say.
#[must_use]
pub const fn is_better(reported: Health, computed: Health) -> bool {
    worry(reported) < worry(computed)
}

/// What one dimension says, and by which rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// The dimension.
    pub dimension: Dimension,
    /// What it says; GREY where it is not known.
    pub health: Health,
    /// The figure that it goes by.
    pub figure: Figure,
    /// The rule, in words.
    pub rule: String,
}

impl Reason {
    /// The same for who may not see the money: the figure of the cost is not theirs.
    #[must_use]
    pub fn without_money(mut self) -> Self {
        if self.dimension == Dimension::Cost {
            let why = Why { state: FigureState::Suppressed, reason: "you may not see its money" };
            self.figure = why.figure(self.figure.unit);
        }
        self
    }
}

/// How an initiative goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assessment {
    /// As its last report says; none where there is none.
    pub reported: Option<Health>,
    /// As its figures say.
    pub computed: Health,
    /// Whether the last report is too old to say.
    pub stale: bool,
    /// Whether the report and the figures differ, and nothing that was agreed on allows it.
    pub disagrees: bool,
    /// Why the figures say so, a reason for each dimension.
    pub reasons: Vec<Reason>,
}

impl Standing {
    /// The reason of the cost: by how much the budget will be exceeded.
    fn cost(&self) -> Reason {
        let overrun = self.value.overrun();
        Reason {
            dimension: Dimension::Cost,
            health: overrun.as_ref().map_or(Health::Grey, band),
            figure: percent(&overrun),
            rule: "The estimate at completion (TYPICAL) exceeds the budget by less than 4 %: green; by less than \
                   7 %: amber; by more: red."
                .to_owned(),
        }
    }

    /// By how much the agreed time is exceeded, as a fraction of it. A time of less than a day counts as one.
    fn delay(&self) -> Known {
        if let Some(without @ (Without::Cancelled | Without::Rejected)) = self.value.without {
            return Err(without.why());
        }
        let (Some(agreed), Some(slippage)) = (self.agreed, self.slippage()) else {
            return Err(Without::Baseline.why());
        };
        let duration = (agreed.due_on - agreed.starts_on).num_days().max(1);
        Fraction::new(slippage.into(), duration.into()).ok_or(Without::Baseline.why())
    }

    /// The reason of the schedule: by how much the agreed time is exceeded.
    fn schedule(&self) -> Reason {
        let delay = self.delay();
        let mut health = delay.as_ref().map_or(Health::Grey, band);
        let mut rule =
            "The slippage from the baseline is less than 4 % of its duration: green; less than 7 %: amber; \
                        more: red."
                .to_owned();
        let overdue = self.milestones_overdue();
        if delay.is_ok() && overdue > 0 && worry(health) <= worry(Health::Amber) {
            health = Health::Amber;
            let milestones =
                if overdue == 1 { "1 open milestone is" } else { &format!("{overdue} open milestones are") };
            rule = format!("{rule} At least amber here, because {milestones} past the due date.");
        }
        Reason { dimension: Dimension::Schedule, health, figure: percent(&delay), rule }
    }

    /// The reason of the reporting: how long a report is overdue. None where none is to come.
    fn reporting(&self) -> Reason {
        let overdue = self.report_overdue();
        let (health, figure) = match (self.report_due_on, overdue) {
            (None, _) => (Health::Grey, Why::not_applicable("no report is due").figure(FigureUnit::Days)),
            (Some(_), None) => (Health::Green, days(0)),
            (Some(_), Some(overdue)) => (Health::Amber, days(overdue)),
        };
        let rule = "The next report is overdue by more than its grace of 2 business days: amber; else green."
            .to_owned();
        Reason { dimension: Dimension::Reporting, health, figure, rule }
    }

    /// How it goes: the worst dimension that is known; without the cost or the schedule at best GREY, and without
    /// a baseline GREY.
    #[must_use]
    pub fn assess(&self) -> Assessment {
        let (cost, schedule, reporting) = (self.cost(), self.schedule(), self.reporting());
        let computed = if self.value.without.is_some() {
            Health::Grey
        } else {
            let known = self.report_due_on.map(|_| reporting.health);
            let all = [cost.health, schedule.health].into_iter().chain(known);
            all.max_by_key(|health| worry(*health)).unwrap_or(Health::Grey)
        };
        let reported = self.report.map(|report| report.health);
        let allowed =
            self.report.and_then(|report| report.override_until).is_some_and(|until| until >= self.as_of);
        Assessment {
            reported,
            computed,
            stale: self.is_stale(),
            disagrees: !allowed && reported.is_some_and(|reported| reported != computed),
            reasons: vec![cost, schedule, reporting],
        }
    }

    /// Whether the next report is overdue, or a first one was due and there is none.
    fn is_stale(&self) -> bool {
        let passed = self.report_due_on.is_some_and(|due| due < self.as_of);
        self.report_overdue().is_some() || (self.report.is_none() && passed)
    }

    /// Whether it has not ended.
    #[must_use]
    pub fn is_open(&self) -> bool {
        !matches!(self.status, Status::Closed | Status::Cancelled | Status::Rejected)
    }
}

#[cfg(test)]
mod tests;
