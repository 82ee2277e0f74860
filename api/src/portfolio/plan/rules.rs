//! How milestones go, what they had come to on a day, and what makes a baseline whole. Pure: plain values in, a
//! verdict out.
//!
//! A milestone is told by its facts: that it was so far, and stood there, from a day on. In force on a day is the
//! fact of that day or before with the latest day; of two of one day the one that was recorded later.

use chrono::{DateTime, NaiveDate, Utc};
use tutti_entity::portfolio::initiative::Status as InitiativeStatus;
use tutti_entity::portfolio::milestone::{self, Status};
use tutti_entity::portfolio::milestone_fact::Model as Fact;

use crate::graphql::figure::FigureUnit;
use crate::graphql::scalars::Percent;
use crate::graphql::{Check, Figure, Problem, ProblemCode};
use crate::portfolio::rules::{is_final, named};

/// A whole, in basis points.
pub const WHOLE: i32 = 10_000;

/// What is done to a milestone that moves it along its statuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Work begins.
    Start,
    /// It is reached.
    Complete,
    /// It was not reached after all.
    Reopen,
    /// It is not wanted any more.
    Cancel,
}

impl Step {
    const ALL: [Self; 4] = [Self::Start, Self::Complete, Self::Reopen, Self::Cancel];

    const fn verb(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Complete => "complete",
            Self::Reopen => "reopen",
            Self::Cancel => "cancel",
        }
    }
}

/// Where a step leads from this status; none where it cannot be taken. What is completed without having been
/// started was started on the same day.
#[must_use]
pub const fn leads_to(step: Step, from: Status) -> Option<Status> {
    match (step, from) {
        (Step::Start, Status::Planned) | (Step::Reopen, Status::Done) => Some(Status::InProgress),
        (Step::Complete, Status::Planned | Status::InProgress) => Some(Status::Done),
        (Step::Cancel, Status::Planned | Status::InProgress) => Some(Status::Cancelled),
        _ => None,
    }
}

/// Whether there is still something to do for it.
#[must_use]
pub const fn is_open(status: Status) -> bool {
    matches!(status, Status::Planned | Status::InProgress)
}

fn name(status: Status) -> String {
    sea_orm::ActiveEnum::to_value(&status)
}

/// Takes a step.
///
/// # Errors
/// ILLEGAL_TRANSITION at `id`, naming what is open.
pub fn take(step: Step, from: Status) -> Result<Status, Problem> {
    leads_to(step, from).ok_or_else(|| {
        let open: Vec<_> = Step::ALL.into_iter().filter(|other| leads_to(*other, from).is_some()).collect();
        let open: Vec<_> = open.into_iter().map(Step::verb).collect();
        let open = if open.is_empty() { "nothing: it is final".to_owned() } else { open.join(" or ") };
        let message = format!("It is {}: you cannot {} it; open is {open}.", name(from), step.verb());
        Problem::new(ProblemCode::IllegalTransition, "id", message)
    })
}

/// The plan of an initiative changes while it is neither archived nor over.
///
/// # Errors
/// CONFLICT at this field.
pub fn open_for_plan(status: InitiativeStatus, archived: bool, field: &str) -> Result<(), Problem> {
    let message = if archived {
        "The initiative is archived. Unarchive it first.".to_owned()
    } else if is_final(status) {
        format!("The initiative is {}, which is final.", sea_orm::ActiveEnum::to_value(&status))
    } else {
        return Ok(());
    };
    Err(Problem::new(ProblemCode::Conflict, field, message))
}

/// Refuses to move the date of what was reached or given up, and to say how far it is.
///
/// # Errors
/// CONFLICT at `id`.
pub fn still_open(status: Status) -> Result<(), Problem> {
    let message = match status {
        Status::Done => "It is DONE. Reopen it first.",
        Status::Cancelled => "It is CANCELLED, which is final.",
        Status::Planned | Status::InProgress => return Ok(()),
    };
    Err(Problem::new(ProblemCode::Conflict, "id", message))
}

/// A milestone is due no earlier than its initiative starts.
pub fn due(check: &mut Check, starts_on: NaiveDate, due_on: NaiveDate) {
    let message = format!("It cannot be due on {due_on}: the initiative starts on {starts_on}.");
    check.that(due_on >= starts_on, ProblemCode::Invalid, "dueOn", &message);
}

/// A weight is more than nothing and at most everything, in basis points.
pub fn weight(check: &mut Check, weight: Option<Percent>) -> Option<i32> {
    let weight = weight.map(Percent::basis_points);
    let message = "A weight is more than 0 and at most 100 %; without one it earns nothing.";
    check.that(
        weight.is_none_or(|weight| (1..=WHOLE).contains(&weight)),
        ProblemCode::Invalid,
        "weight",
        message,
    );
    weight
}

/// How far it is, from nothing to everything, in basis points.
pub fn percent(check: &mut Check, percent: Percent) -> i32 {
    let percent = percent.basis_points();
    let message = "A milestone is 0 to 100 % complete.";
    check.that((0..=WHOLE).contains(&percent), ProblemCode::Invalid, "percentComplete", message);
    percent
}

/// Why it is done, where a reason has to be given.
pub fn reason(check: &mut Check, reason: &str, why: &str) -> String {
    let told = check.prose("reason", Some(reason), 1000);
    check.that(told.is_some(), ProblemCode::Required, "reason", why);
    told.unwrap_or_default()
}

fn not_to_come(check: &mut Check, field: &str, on: NaiveDate, today: NaiveDate) {
    let message = format!("{on} is still to come: what is told has happened, today or before.");
    check.that(on <= today, ProblemCode::Invalid, field, &message);
}

/// The order in which facts of one milestone were recorded.
fn recorded(fact: &Fact) -> (DateTime<Utc>, uuid::Uuid) {
    (fact.at, fact.id.0)
}

/// The fact that is in force on a day, as it was known before a moment, where one is named.
#[must_use]
pub fn in_force(facts: &[Fact], day: NaiveDate, known_before: Option<DateTime<Utc>>) -> Option<&Fact> {
    let known = facts.iter().filter(|fact| known_before.is_none_or(|end| fact.at < end));
    known.filter(|fact| fact.effective_on <= day).max_by_key(|fact| (fact.effective_on, recorded(fact)))
}

/// The last day on which it was completed, reopened or cancelled: what was told of the days before is settled.
#[must_use]
pub fn settled_on(facts: &[Fact]) -> Option<NaiveDate> {
    let mut facts: Vec<_> = facts.iter().collect();
    facts.sort_by_key(|fact| recorded(fact));
    let mut before = Status::Planned;
    let mut settled = None;
    for fact in facts {
        if is_open(before) != is_open(fact.status) {
            settled = Some(fact.effective_on);
        }
        before = fact.status;
    }
    settled
}

/// Progress is told of today or a day before, and not of one before it was last completed or reopened.
pub fn progress_day(check: &mut Check, on: NaiveDate, today: NaiveDate, facts: &[Fact]) {
    not_to_come(check, "effectiveOn", on, today);
    if let Some(day) = settled_on(facts) {
        let message =
            format!("It was completed or reopened on {day}: what it had come to before is settled.");
        check.that(on >= day, ProblemCode::Invalid, "effectiveOn", &message);
    }
}

/// It was reached today or before, and not before a day on which it was told not to be.
pub fn completion_day(check: &mut Check, on: NaiveDate, today: NaiveDate, facts: &[Fact]) {
    not_to_come(check, "on", on, today);
    if let Some(day) = facts.iter().map(|fact| fact.effective_on).max() {
        let message = format!("On {day} it was told not to be done yet.");
        check.that(on >= day, ProblemCode::Invalid, "on", &message);
    }
}

/// It was started today or before.
pub fn start_day(check: &mut Check, on: NaiveDate, today: NaiveDate) {
    not_to_come(check, "on", on, today);
}

/// How far it was before it was completed, in basis points: where it goes back to when it is reopened.
#[must_use]
pub fn before_completion(facts: &[Fact]) -> i32 {
    let open = facts.iter().filter(|fact| is_open(fact.status));
    open.max_by_key(|fact| (fact.effective_on, recorded(fact))).map_or(0, |fact| fact.percent_bp)
}

/// The milestone as it stands by the facts on this day.
#[must_use]
pub fn stands(mut milestone: milestone::Model, facts: &[Fact], today: NaiveDate) -> milestone::Model {
    let fact = in_force(facts, today, None);
    milestone.status = fact.map_or(Status::Planned, |fact| fact.status);
    milestone.percent_bp = fact.map_or(0, |fact| fact.percent_bp);
    milestone.completed_on = fact.filter(|fact| fact.status == Status::Done).map(|fact| fact.effective_on);
    milestone
}

/// The milestones that a baseline holds, with their weights: all that have one and are not CANCELLED, and they
/// weigh exactly 100 % together.
///
/// # Errors
/// INVALID at `initiativeId`, saying what they weigh and which have no weight.
pub fn whole(milestones: &[milestone::Model]) -> Result<Vec<(&milestone::Model, i32)>, Problem> {
    let wanted = || milestones.iter().filter(|milestone| milestone.status != Status::Cancelled);
    let weighed = wanted().filter_map(|row| Some((row, row.weight_bp?)));
    let weighed: Vec<_> = weighed.collect();
    let sum: i64 = weighed.iter().map(|(_, weight)| i64::from(*weight)).sum();
    if sum == i64::from(WHOLE) {
        return Ok(weighed);
    }
    let mut message = if wanted().next().is_none() {
        "It has no milestone yet that could be agreed on.".to_owned()
    } else {
        let sum = rust_decimal::Decimal::new(sum, 2).normalize();
        format!("Its milestones weigh {sum} % together, not 100 %.")
    };
    let without: Vec<_> =
        wanted().filter(|row| row.weight_bp.is_none()).map(|row| row.title.as_str()).collect();
    if !without.is_empty() {
        message = format!("{message} Without a weight: {}.", named(&without));
    }
    Err(Problem::new(ProblemCode::Invalid, "initiativeId", message))
}

/// What makes a slippage unknown.
pub const NO_BASELINE: &str = "no baseline";

/// By how many days something is later (or, less than 0, earlier) than it was agreed: from the agreed day to that on
/// which it was reached or is due now; NOT_APPLICABLE, for this reason, where no day was agreed.
#[must_use]
pub fn slippage(now: NaiveDate, agreed: Option<NaiveDate>, why_none: &str) -> Figure {
    match agreed {
        Some(agreed) => Figure::days((now - agreed).num_days()),
        None => Figure::not_applicable(FigureUnit::Days, why_none),
    }
}

#[cfg(test)]
mod tests;
