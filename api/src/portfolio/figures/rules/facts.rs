//! The facts of an initiative, and how it stood on a day by those that were known when that day was over.
//!
//! Always: what is recorded later than a moment changes nothing of how an initiative stood by that moment.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use tutti_entity::ids::MilestoneId;
use tutti_entity::portfolio::initiative::Status;
use tutti_entity::portfolio::milestone::{CreditRule, Status as MilestoneStatus};
use tutti_entity::portfolio::status_report::Health;

use super::earned::{Value, Worked, credit};
use crate::graphql::scalars::Duration;
use crate::portfolio::plan::rules::is_open;
use crate::portfolio::reports::rules as reports;

/// A day, and what counts as known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Moment {
    /// The day.
    pub as_of: NaiveDate,
    /// When that day was over; none for a day of which more may still become known.
    pub known_before: Option<DateTime<Utc>>,
}

impl Moment {
    /// Whether what was recorded then was known.
    #[must_use]
    pub fn knew(self, at: DateTime<Utc>) -> bool {
        self.known_before.is_none_or(|end| at < end)
    }
}

/// A date that was moved: from which day, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Move {
    /// The date before.
    pub from: NaiveDate,
    /// When it was moved.
    pub at: DateTime<Utc>,
}

/// What a date was: before the first move that was not known, or as it stands. The moves are in their order.
fn date(stands: NaiveDate, moves: &[Move], moment: Moment) -> NaiveDate {
    moves.iter().find(|step| !moment.knew(step.at)).map_or(stands, |step| step.from)
}

/// A move along the statuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// Where it stood; none where it was entered.
    pub from: Option<Status>,
    /// Where it went.
    pub to: Status,
    /// The day on which it went there.
    pub on: NaiveDate,
    /// When it went there.
    pub at: DateTime<Utc>,
}

/// What a milestone had come to from a day on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// The day from which it holds.
    pub effective_on: NaiveDate,
    /// When it was recorded.
    pub at: DateTime<Utc>,
    /// Where the milestone stands from then on.
    pub status: MilestoneStatus,
    /// How far it is from then on, in basis points.
    pub percent_bp: i32,
}

/// A milestone with all that was recorded of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Milestone {
    /// Its id.
    pub id: MilestoneId,
    /// When it was entered.
    pub entered_at: DateTime<Utc>,
    /// The day it is to be reached, as it stands.
    pub due_on: NaiveDate,
    /// How that day moved, in order.
    pub moves: Vec<Move>,
    /// How far it came, as it was recorded.
    pub progress: Vec<Progress>,
}

/// What was agreed of a milestone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Agreed {
    /// The milestone.
    pub milestone: MilestoneId,
    /// The day it was to be reached.
    pub due_on: NaiveDate,
    /// Its share of the work, in basis points.
    pub weight_bp: i32,
    /// How it earns that.
    pub credit_rule: CreditRule,
}

/// A baseline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Baseline {
    /// Counts the baselines of the initiative.
    pub number: i32,
    /// When it was approved.
    pub approved_at: DateTime<Utc>,
    /// The first day of work.
    pub starts_on: NaiveDate,
    /// The day it was to be finished.
    pub due_on: NaiveDate,
    /// In minor units.
    pub budget_minor: i64,
    /// The milestones.
    pub milestones: Vec<Agreed>,
}

/// A published report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Report {
    /// The last day that it speaks of.
    pub period_end: NaiveDate,
    /// When it was published.
    pub published_at: DateTime<Utc>,
    /// How it goes, as its author sees it.
    pub health: Health,
    /// Until when it may say that it goes better than the figures do.
    pub override_until: Option<NaiveDate>,
}

/// When reports fall due.
#[derive(Clone, Debug)]
pub enum ReportsDue {
    /// The next one does on this day, as it stands; none while none does.
    Stands(Option<NaiveDate>),
    /// As often as this, as it stands, and before that as often as it was changed from: so the day follows from
    /// the steps and the reports.
    Every(Duration, Vec<(Duration, DateTime<Utc>)>),
}

/// All that was recorded of an initiative, or what of it is needed for a moment.
#[derive(Clone, Debug)]
pub struct Facts {
    /// The day it is to be finished, as it stands.
    pub due_on: NaiveDate,
    /// How that day moved, in order.
    pub moves: Vec<Move>,
    /// Along which statuses it went, in order.
    pub steps: Vec<Step>,
    /// Its milestones.
    pub milestones: Vec<Milestone>,
    /// Its baselines.
    pub baselines: Vec<Baseline>,
    /// What was spent by the day and known, in minor units.
    pub spent: i64,
    /// Its published reports.
    pub reports: Vec<Report>,
    /// When reports fall due.
    pub reports_due: ReportsDue,
}

/// What was agreed of an initiative as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Agreement {
    /// The first day of work.
    pub starts_on: NaiveDate,
    /// The day it was to be finished.
    pub due_on: NaiveDate,
}

/// How an initiative stood on a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The day.
    pub as_of: NaiveDate,
    /// Where it stood.
    pub status: Status,
    /// The day it was to be finished, as it was planned then.
    pub due_on: NaiveDate,
    /// The day it was closed; none until then.
    pub completed_on: Option<NaiveDate>,
    /// What was agreed; none where nothing was.
    pub agreed: Option<Agreement>,
    /// What was planned, earned and spent.
    pub value: Value,
    /// The days on which its milestones that were not reached yet were to be.
    pub open_milestones: Vec<NaiveDate>,
    /// The last report that was out.
    pub report: Option<Report>,
    /// The day on which the next one fell due; none while none did.
    pub report_due_on: Option<NaiveDate>,
}

impl Milestone {
    /// The latest progress in force: of the latest day, and of that the one that was recorded last.
    fn in_force(&self, moment: Moment) -> Option<&Progress> {
        let known = self.progress.iter().filter(|fact| moment.knew(fact.at));
        known.filter(|fact| fact.effective_on <= moment.as_of).max_by_key(|fact| (fact.effective_on, fact.at))
    }

    /// Where it stood, and how far it was in basis points.
    fn on(&self, moment: Moment) -> (MilestoneStatus, i32) {
        self.in_force(moment).map_or((MilestoneStatus::Planned, 0), |fact| (fact.status, fact.percent_bp))
    }
}

impl Facts {
    /// How the initiative stood at this moment; none where it was not entered yet.
    #[must_use]
    pub fn on(&self, moment: Moment) -> Option<Standing> {
        let step = self.steps.iter().rfind(|step| moment.knew(step.at))?;
        let known = self.milestones.iter().filter(|milestone| moment.knew(milestone.entered_at));
        let milestones: HashMap<_, _> =
            known.map(|milestone| (milestone.id, (milestone, milestone.on(moment)))).collect();
        let baselines = self.baselines.iter().filter(|baseline| moment.knew(baseline.approved_at));
        let baseline = baselines.max_by_key(|baseline| baseline.number);
        let worked = baseline.map(|baseline| {
            let mut worked = Worked { budget: baseline.budget_minor, ..Worked::default() };
            for agreed in &baseline.milestones {
                let (status, percent_bp) = milestones
                    .get(&agreed.milestone)
                    .map_or((MilestoneStatus::Planned, 0), |(_, came_to)| *came_to);
                let weight = i64::from(agreed.weight_bp);
                worked.planned_bp += if agreed.due_on <= moment.as_of { weight } else { 0 };
                worked.earned_bp2 += weight * credit(agreed.credit_rule, status, percent_bp);
            }
            worked
        });
        let report = self.reports.iter().filter(|report| moment.knew(report.published_at));
        let report = report.max_by_key(|report| (report.period_end, report.published_at)).copied();
        let open = milestones.values().filter(|(_, (status, _))| is_open(*status));
        let mut open: Vec<_> =
            open.map(|(milestone, _)| date(milestone.due_on, &milestone.moves, moment)).collect();
        open.sort_unstable();
        Some(Standing {
            as_of: moment.as_of,
            status: step.to,
            due_on: date(self.due_on, &self.moves, moment),
            completed_on: (step.to == Status::Closed).then_some(step.on),
            agreed: baseline.map(|agreed| Agreement { starts_on: agreed.starts_on, due_on: agreed.due_on }),
            value: Value::of(step.to, worked, self.spent),
            open_milestones: open,
            report,
            report_due_on: self.report_due_on(moment, step.to, report.map(|report| report.period_end)),
        })
    }

    /// The day on which the next report fell due: one cadence after the initiative began or came back, or after
    /// the last period that was reported, whichever is later.
    fn report_due_on(
        &self,
        moment: Moment,
        status: Status,
        reported: Option<NaiveDate>,
    ) -> Option<NaiveDate> {
        let cadence = match &self.reports_due {
            ReportsDue::Stands(due_on) => return *due_on,
            ReportsDue::Every(stands, changes) => {
                changes.iter().find(|(_, at)| !moment.knew(*at)).map_or(*stands, |(before, _)| *before)
            }
        };
        let known = self.steps.iter().filter(|step| moment.knew(step.at));
        let counts_from = known.fold(None, |before, step| match step.from {
            Some(from) => reports::counts_from((from, step.to), before, step.on),
            None => before,
        });
        reports::due_on(status, counts_from.max(reported), cadence)
    }
}

impl Standing {
    /// How many days later than agreed, or earlier, it is or will be finished; none where nothing was agreed.
    #[must_use]
    pub fn slippage(&self) -> Option<i64> {
        let agreed = self.agreed?;
        Some((self.completed_on.unwrap_or(self.due_on) - agreed.due_on).num_days())
    }

    /// How many of its milestones were past their day and not reached.
    #[must_use]
    pub fn milestones_overdue(&self) -> usize {
        self.open_milestones.iter().filter(|due| **due < self.as_of).count()
    }

    /// How many days its next report was overdue by; none while its grace lasted, or none was due.
    #[must_use]
    pub fn report_overdue(&self) -> Option<i64> {
        let due = self.report_due_on.filter(|due| reports::is_overdue(*due, self.as_of))?;
        Some((self.as_of - due).num_days())
    }
}

#[cfg(test)]
mod tests;
