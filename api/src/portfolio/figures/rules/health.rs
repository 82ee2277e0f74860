//! How an initiative goes by its figures, beside how its owner says that it goes.

use tutti_entity::portfolio::figure::Dimension;
use tutti_entity::portfolio::status_report::Health;

use super::earned::Without;
use super::exact::{Fraction, Known, Why, percent};
use super::facts::Standing;
use crate::graphql::Figure;
use crate::graphql::figure::{FigureState, FigureUnit};
use crate::portfolio::rules::is_final;

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

/// What so much beyond what was agreed says; GREY where that is not known.
fn health(beyond: &Known) -> Health {
    beyond.as_ref().map_or(Health::Grey, band)
}

impl Standing {
    /// By how much the agreed time is exceeded, as a fraction of it. A time of less than a day counts as one.
    ///
    /// # Errors
    /// Why it is not known.
    pub fn delay(&self) -> Known {
        if let Some(without @ (Without::Cancelled | Without::Rejected)) = self.value.without {
            return Err(without.why());
        }
        let (Some(agreed), Some(slippage)) = (self.agreed, self.slippage()) else {
            return Err(Without::Baseline.why());
        };
        let duration = (agreed.due_on - agreed.starts_on).num_days().max(1);
        Fraction::new(slippage.into(), duration.into()).ok_or(Without::Baseline.why())
    }

    /// What the schedule says: the delay, and at least amber where an open milestone is past its day.
    fn schedule(&self, delay: &Known) -> Health {
        let by_delay = health(delay);
        let overdue = delay.is_ok() && self.milestones_overdue() > 0;
        if overdue && worry(by_delay) < worry(Health::Amber) { Health::Amber } else { by_delay }
    }

    /// What the reporting says; none where no report is to come.
    fn reporting(&self) -> Option<Health> {
        self.report_due_on?;
        Some(if self.report_overdue().is_some() { Health::Amber } else { Health::Green })
    }

    /// How it goes by its figures: the worst dimension that is known; without the cost or the schedule at best
    /// GREY, and without a baseline GREY.
    #[must_use]
    pub fn computed(&self) -> Health {
        if self.value.without.is_some() {
            return Health::Grey;
        }
        let known = [health(&self.value.overrun()), self.schedule(&self.delay())].into_iter();
        let worst = known.chain(self.reporting()).max_by_key(|health| worry(*health));
        worst.unwrap_or(Health::Grey)
    }

    fn because_of_cost(&self) -> Reason {
        let overrun = self.value.overrun();
        let rule = "The estimate at completion (TYPICAL) exceeds the budget by less than 4 %: green; less than 7 %: \
                    amber; more: red.";
        Reason {
            dimension: Dimension::Cost,
            health: health(&overrun),
            figure: percent(&overrun),
            rule: rule.to_owned(),
        }
    }

    fn because_of_schedule(&self) -> Reason {
        let delay = self.delay();
        let told = self.schedule(&delay);
        let mut rule =
            "The slippage from the baseline is less than 4 % of its duration: green; less than 7 %: amber; \
                        more: red."
                .to_owned();
        let overdue = self.milestones_overdue();
        if told != health(&delay) {
            let are = if overdue == 1 { "open milestone is" } else { "open milestones are" };
            rule = format!("{rule} At least amber here, because {overdue} {are} past the due date.");
        }
        Reason { dimension: Dimension::Schedule, health: told, figure: percent(&delay), rule }
    }

    fn because_of_reporting(&self) -> Reason {
        let rule = "The next report is overdue by more than its grace of 2 business days: amber; else green.";
        let not_due = Figure::not_applicable(FigureUnit::Days, "no report is due");
        let overdue = self.report_overdue().unwrap_or_default();
        Reason {
            dimension: Dimension::Reporting,
            health: self.reporting().unwrap_or(Health::Grey),
            figure: self.report_due_on.map_or(not_due, |_| Figure::days(overdue)),
            rule: rule.to_owned(),
        }
    }

    /// Until when the last report may say that it goes better than the figures do, if that is today or later.
    #[must_use]
    pub fn override_in_force(&self) -> bool {
        self.report.and_then(|report| report.override_until).is_some_and(|until| until >= self.as_of)
    }

    /// How it goes, as it is told.
    #[must_use]
    pub fn assess(&self) -> Assessment {
        let computed = self.computed();
        let reported = self.report.map(|report| report.health);
        let differs = reported.is_some_and(|reported| reported != computed);
        Assessment {
            reported,
            computed,
            stale: self.is_stale(),
            disagrees: differs && !self.override_in_force(),
            reasons: vec![self.because_of_cost(), self.because_of_schedule(), self.because_of_reporting()],
        }
    }

    /// Whether the next report is overdue, or a first one was due and there is none.
    fn is_stale(&self) -> bool {
        let passed = self.report_due_on.is_some_and(|due| due < self.as_of);
        self.report_overdue().is_some() || (self.report.is_none() && passed)
    }

    /// Whether it has not ended.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        !is_final(self.status)
    }
}

#[cfg(test)]
mod tests;
