//! What portfolios and initiatives may be and become. Pure: plain values in, a verdict out.

use chrono::NaiveDate;
use sea_orm::Iterable as _;
use tutti_entity::ids::PersonId;
use tutti_entity::people::person::PersonStatus;
use tutti_entity::portfolio::initiative::{self, Action, Status};

use crate::access::Capability;
use crate::graphql::scalars::Duration;
use crate::graphql::{Check, Problem, ProblemCode};

/// The statuses that can follow this one. ON_HOLD goes back to the status before, or ends.
#[must_use]
pub const fn next(from: Status, before_hold: Option<Status>) -> &'static [Status] {
    match (from, before_hold) {
        (Status::Proposed, _) => &[Status::Approved, Status::Rejected],
        (Status::Approved, _) => &[Status::Active, Status::OnHold, Status::Cancelled],
        (Status::Active, _) => &[Status::OnHold, Status::Closing, Status::Cancelled],
        (Status::OnHold, Some(Status::Approved)) => &[Status::Approved, Status::Cancelled],
        (Status::OnHold, _) => &[Status::Active, Status::Cancelled],
        (Status::Closing, _) => &[Status::Closed, Status::Active],
        (Status::Closed | Status::Cancelled | Status::Rejected, _) => &[],
    }
}

/// Whether nothing can follow this status.
#[must_use]
pub const fn is_final(status: Status) -> bool {
    next(status, None).is_empty()
}

/// Whether a status is entered only with a reason.
#[must_use]
pub const fn needs_reason(to: Status) -> bool {
    matches!(to, Status::OnHold | Status::Cancelled | Status::Rejected)
}

/// What somebody has to be allowed to do to move an initiative from one status to another: approving,
/// rejecting and closing are decisions of the programme office, the rest is the owner's.
#[must_use]
pub const fn capability(from: Status, to: Status) -> Capability {
    match (from, to) {
        (Status::Proposed, _) | (_, Status::Closed) => Capability::InitiativeDecide,
        _ => Capability::InitiativeChange,
    }
}

/// A move along the state machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transition {
    /// The new status.
    pub to: Status,
    /// What to remember while it is on hold.
    pub before_hold: Option<Status>,
    /// Why, if it was said.
    pub reason: Option<String>,
}

fn name(status: Status) -> String {
    sea_orm::ActiveEnum::to_value(&status)
}

/// What an initiative has come to, as far as the moves ask that begin and close it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// Whether a baseline was approved; asked for ACTIVE.
    pub has_baseline: bool,
    /// The titles of the milestones that are neither DONE nor CANCELLED; asked for CLOSED.
    pub open_milestones: Vec<String>,
    /// What became of its last report; asked for CLOSED.
    pub last_report: LastReport,
}

/// What became of the last report of an initiative.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LastReport {
    /// There is none that is out.
    #[default]
    Missing,
    /// The reviewer has not acknowledged it.
    Unread,
    /// The reviewer has acknowledged it.
    Acknowledged,
}

/// How many names a sentence takes.
const NAMED: usize = 5;

/// The first of these names in quotes, and how many more there are.
#[must_use]
pub fn named(names: &[impl AsRef<str>]) -> String {
    let first: Vec<_> = names.iter().take(NAMED).map(|name| format!("\"{}\"", name.as_ref())).collect();
    match names.len().saturating_sub(NAMED) {
        0 => first.join(", "),
        more => format!("{} and {more} more", first.join(", ")),
    }
}

/// Refuses to begin without an agreement, and to close what is not done.
fn ready(check: &mut Check, to: Status, plan: &Plan) {
    let code = ProblemCode::IllegalTransition;
    if to == Status::Active {
        let message = "ACTIVE needs an approved baseline: plan its milestones and approve one first.";
        check.that(plan.has_baseline, code, "to", message);
    }
    if to == Status::Closed {
        let open = &plan.open_milestones;
        let message = format!("CLOSED needs every milestone DONE or CANCELLED; open: {}.", named(open));
        check.that(open.is_empty(), code, "to", &message);
        let message = match plan.last_report {
            LastReport::Missing => "CLOSED needs a last report that the reviewer acknowledged; none is out.",
            _ => {
                "CLOSED needs a last report that the reviewer acknowledged; this one is not acknowledged yet."
            }
        };
        check.that(plan.last_report == LastReport::Acknowledged, code, "to", message);
    }
}

/// Decides a move of an initiative.
///
/// # Errors
/// ILLEGAL_TRANSITION at `to`, naming the moves that are open, or what is missing for this one; REQUIRED or INVALID
/// at `reason`.
pub fn transition(
    (from, before_hold): (Status, Option<Status>),
    to: Status,
    reason: Option<&str>,
    plan: &Plan,
) -> Result<Transition, Vec<Problem>> {
    let open = next(from, before_hold);
    if !open.contains(&to) {
        let open: Vec<_> = open.iter().map(|status| name(*status)).collect();
        let open = if open.is_empty() { "nothing: it is final".to_owned() } else { open.join(" or ") };
        let message = format!("It cannot go from {} to {}; open is {open}.", name(from), name(to));
        return Err(vec![Problem::new(ProblemCode::IllegalTransition, "to", message)]);
    }
    let mut check = Check::default();
    ready(&mut check, to, plan);
    let reason = check.prose("reason", reason, 1000);
    let message = format!("{} needs a reason.", name(to));
    check.that(reason.is_some() || !needs_reason(to), ProblemCode::Required, "reason", &message);
    check.done()?;
    Ok(Transition { to, before_hold: (to == Status::OnHold).then_some(from), reason })
}

/// Refuses to touch what was archived, or has ended.
///
/// # Errors
/// CONFLICT at `id`.
pub fn open_for_change(status: Status, archived: bool) -> Result<(), Problem> {
    if archived {
        return Err(Problem::new(ProblemCode::Conflict, "id", "It is archived. Unarchive it first."));
    }
    if is_final(status) {
        let message = format!("It is {}, which is final.", name(status));
        return Err(Problem::new(ProblemCode::Conflict, "id", message));
    }
    Ok(())
}

/// Refuses to archive an initiative that is running: what nobody looks at falls through the cracks.
///
/// # Errors
/// CONFLICT at `id`.
pub fn may_archive(status: Status) -> Result<(), Problem> {
    if status == Status::Proposed || is_final(status) {
        return Ok(());
    }
    let message = format!("It is {}: only proposed and ended initiatives can be archived.", name(status));
    Err(Problem::new(ProblemCode::Conflict, "id", message))
}

/// What can be done with an initiative as it stands by somebody who may do this much with it.
pub fn actions(
    status: Status,
    before_hold: Option<Status>,
    archived: bool,
    may: impl Fn(Capability) -> bool,
) -> Vec<Action> {
    let in_use = !archived;
    let open = open_for_change(status, archived).is_ok();
    let moves = next(status, before_hold);
    let can = |action: &Action| match action {
        Action::Edit => open && may(Capability::InitiativeChange),
        Action::Transition => open && moves.iter().any(|to| may(capability(status, *to))),
        Action::Report => open && may(Capability::ReportPublish),
        Action::Acknowledge => in_use && may(Capability::ReportAcknowledge),
        Action::Budget => open && may(Capability::BudgetRecord),
        // The last invoices come after the end.
        Action::Cost => in_use && may(Capability::CostRecord),
        Action::Baseline => open && may(Capability::InitiativeDecide),
        Action::Archive => (archived || may_archive(status).is_ok()) && may(Capability::InitiativeChange),
    };
    Action::iter().filter(can).collect()
}

/// The dates of an initiative: due no earlier than it starts.
pub fn dates(check: &mut Check, starts_on: NaiveDate, due_on: NaiveDate, field: &str) {
    let message = format!("It cannot be due on {due_on} when it starts on {starts_on}.");
    check.that(due_on >= starts_on, ProblemCode::Invalid, field, &message);
}

/// A role on an initiative is given to people who are at work.
pub fn at_work(check: &mut Check, status: PersonStatus, field: &str) {
    check.that(
        status == PersonStatus::Active,
        ProblemCode::Invalid,
        field,
        "This person is not ACTIVE and cannot take it on.",
    );
}

/// Nobody reviews their own initiative.
pub fn reviewer(check: &mut Check, owner: PersonId, reviewer: Option<PersonId>, field: &str) {
    check.that(
        reviewer != Some(owner),
        ProblemCode::Invalid,
        field,
        "The reviewer acknowledges the owner's reports and has to be somebody else.",
    );
}

/// Gives somebody's part in an initiative to somebody else. Where the one who takes over would come to review
/// their own initiative, it is left without a reviewer.
pub fn hand_over(row: &mut initiative::Model, from: PersonId, to: PersonId) {
    if row.owner_id == from {
        row.owner_id = to;
    }
    for part in [&mut row.sponsor_id, &mut row.reviewer_id] {
        if *part == Some(from) {
            *part = Some(to);
        }
    }
    if row.reviewer_id == Some(row.owner_id) {
        row.reviewer_id = None;
    }
}

/// By how many days a date moves from one day to another; less than 0 where it is earlier.
#[must_use]
pub fn days_later(from: NaiveDate, to: NaiveDate) -> i32 {
    i32::try_from((to - from).num_days()).unwrap_or_default()
}

/// Checks a move of a due date; answers the note, trimmed.
///
/// # Errors
/// INVALID at `dueOn` or `note`.
pub fn reschedule(
    starts_on: NaiveDate,
    from: NaiveDate,
    to: NaiveDate,
    note: &str,
) -> Result<String, Vec<Problem>> {
    let mut check = Check::default();
    check.that(from != to, ProblemCode::Invalid, "dueOn", &format!("It is due on {to} already."));
    dates(&mut check, starts_on, to, "dueOn");
    let note = note.trim();
    let length = note.chars().count();
    check.that(
        (10..=1000).contains(&length),
        ProblemCode::Invalid,
        "note",
        "Say why in 10 to 1000 characters: others plan by this date.",
    );
    check.done()?;
    Ok(note.to_owned())
}

/// How often reports fall due: whole days, weeks, months or years, at most a year.
pub fn cadence(check: &mut Check, cadence: Duration) {
    let start = NaiveDate::default();
    let within_a_year = cadence.after_day(start).zip(start.checked_add_months(chrono::Months::new(12)));
    check.that(
        cadence.is_calendar() && within_a_year.is_some_and(|(next, year)| next > start && next <= year),
        ProblemCode::Invalid,
        "reportCadence",
        "A cadence is whole days, weeks or months, at most a year: P7D, P2W, P1M.",
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use sea_orm::Iterable;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn whole() -> Plan {
        Plan { has_baseline: true, open_milestones: Vec::new(), last_report: LastReport::Acknowledged }
    }

    fn code(result: Result<Transition, Vec<Problem>>) -> Option<(ProblemCode, String)> {
        result.err().map(|problems| (problems[0].code, problems[0].path.join(".")))
    }

    #[test]
    fn the_state_machine_is_the_domains() {
        use Status::{Active, Approved, Cancelled, Closed, Closing, OnHold, Proposed, Rejected};
        let allowed = [
            (Proposed, Approved),
            (Proposed, Rejected),
            (Approved, Active),
            (Approved, OnHold),
            (Approved, Cancelled),
            (Active, OnHold),
            (Active, Closing),
            (Active, Cancelled),
            (OnHold, Active),
            (OnHold, Cancelled),
            (Closing, Closed),
            (Closing, Active),
        ];
        for from in Status::iter() {
            for to in Status::iter() {
                let went = transition((from, Some(Active)), to, Some("A reason."), &whole()).is_ok();
                assert_eq!(went, allowed.contains(&(from, to)), "{from:?} to {to:?}");
            }
        }
        assert!(is_final(Rejected) && is_final(Closed) && is_final(Cancelled) && !is_final(Closing));
    }

    #[test]
    fn on_hold_goes_back_to_where_it_came_from() {
        let held =
            transition((Status::Approved, None), Status::OnHold, Some("Waiting for the budget."), &whole())
                .unwrap();
        assert_eq!(held.before_hold, Some(Status::Approved));
        assert!(transition((Status::OnHold, held.before_hold), Status::Active, None, &whole()).is_err());
        let back = transition((Status::OnHold, held.before_hold), Status::Approved, None, &whole()).unwrap();
        assert_eq!(back.before_hold, None);
    }

    #[test]
    fn a_refusal_names_what_is_open() {
        let problems = transition((Status::Proposed, None), Status::Active, None, &whole()).unwrap_err();
        assert_eq!(
            problems[0].message,
            "It cannot go from PROPOSED to ACTIVE; open is APPROVED or REJECTED."
        );
        let problems = transition((Status::Closed, None), Status::Active, None, &whole()).unwrap_err();
        assert_eq!(problems[0].message, "It cannot go from CLOSED to ACTIVE; open is nothing: it is final.");
    }

    #[test]
    fn what_begins_is_agreed_on_and_what_is_closed_is_done() {
        let begin = |plan: &Plan| transition((Status::Approved, None), Status::Active, None, plan);
        let close = |plan: &Plan| transition((Status::Closing, None), Status::Closed, None, plan);
        let open = |count| Plan {
            has_baseline: false,
            open_milestones: (1..=count).map(|number| format!("M{number}")).collect(),
            last_report: LastReport::Acknowledged,
        };
        assert!(begin(&whole()).is_ok() && close(&whole()).is_ok() && close(&open(0)).is_ok());
        for refused in [begin(&open(0)), close(&open(1))] {
            assert_eq!(code(refused), Some((ProblemCode::IllegalTransition, "input.to".into())));
        }
        let told = |count| close(&open(count)).unwrap_err()[0].message.clone();
        assert_eq!(told(2), "CLOSED needs every milestone DONE or CANCELLED; open: \"M1\", \"M2\".");
        assert!(told(6).ends_with("\"M4\", \"M5\" and 1 more."), "{}", told(6));
        for (last_report, told) in
            [(LastReport::Missing, "none is out."), (LastReport::Unread, "this one is not acknowledged yet.")]
        {
            let refused = close(&Plan { last_report, ..whole() });
            assert!(refused.as_ref().unwrap_err()[0].message.ends_with(told), "{refused:?}");
            assert_eq!(code(refused), Some((ProblemCode::IllegalTransition, "input.to".into())));
            // What is missing is told at once.
            assert_eq!(close(&Plan { last_report, ..open(1) }).unwrap_err().len(), 2);
            assert!(begin(&Plan { last_report, ..whole() }).is_ok());
        }
        // Coming back to work asks for the agreement as well, and nothing else does.
        assert!(transition((Status::OnHold, Some(Status::Active)), Status::Active, None, &open(0)).is_err());
        assert!(transition((Status::Closing, None), Status::Active, None, &open(0)).is_err());
        assert!(transition((Status::Active, None), Status::Closing, None, &open(3)).is_ok());
    }

    #[test]
    fn ends_and_pauses_need_a_reason() {
        for reason in [None, Some(""), Some("  ")] {
            let refused = code(transition((Status::Active, None), Status::Cancelled, reason, &whole()));
            assert_eq!(refused, Some((ProblemCode::Required, "input.reason".into())));
        }
        assert!(transition((Status::Active, None), Status::Closing, None, &whole()).is_ok());
        let long = "x".repeat(1001);
        let refused = code(transition((Status::Active, None), Status::OnHold, Some(&long), &whole()));
        assert_eq!(refused, Some((ProblemCode::Invalid, "input.reason".into())));
    }

    #[test]
    fn the_programme_office_decides() {
        assert_eq!(capability(Status::Proposed, Status::Approved), Capability::InitiativeDecide);
        assert_eq!(capability(Status::Closing, Status::Closed), Capability::InitiativeDecide);
        assert_eq!(capability(Status::Active, Status::OnHold), Capability::InitiativeChange);
    }

    #[test]
    fn a_date_moves_with_a_reason_and_not_before_the_start() {
        let (start, due) = (day("2025-01-01"), day("2025-03-01"));
        let note = "The supplier is three weeks late.";
        assert_eq!(reschedule(start, due, day("2025-03-20"), note), Ok(note.to_owned()));
        assert!(reschedule(start, due, due, note).is_err());
        assert!(reschedule(start, due, day("2024-12-31"), note).is_err());
        assert!(reschedule(start, due, start, note).is_ok());
        assert_eq!(reschedule(start, due, day("2024-12-31"), " too short ").unwrap_err().len(), 2);
    }

    #[test]
    fn a_cadence_is_days_to_a_year() {
        for (text, good) in [
            ("P7D", true),
            ("P2W", true),
            ("P1M", true),
            ("P1Y", true),
            ("P366D", false),
            ("P13M", false),
            ("PT24H", false),
            ("-P7D", false),
            ("P0D", false),
        ] {
            let mut check = Check::default();
            cadence(&mut check, text.parse().unwrap());
            assert_eq!(check.done().is_ok(), good, "{text}");
        }
    }

    #[test]
    fn running_initiatives_are_not_archived() {
        for status in Status::iter() {
            let open =
                matches!(status, Status::Proposed | Status::Closed | Status::Cancelled | Status::Rejected);
            assert_eq!(may_archive(status).is_ok(), open, "{status:?}");
        }
        assert!(open_for_change(Status::Active, false).is_ok());
        assert!(open_for_change(Status::Active, true).is_err());
        assert!(open_for_change(Status::Closed, false).is_err());
    }

    #[test]
    fn what_can_be_done_depends_on_who_and_on_where_it_stands() {
        use Action::{Acknowledge, Archive, Baseline, Budget, Cost, Edit, Report, Transition};
        let owner = |capability| {
            use Capability::{CostRecord, InitiativeChange, ReportPublish};
            matches!(capability, InitiativeChange | ReportPublish | CostRecord)
        };
        let all = |_| true;
        assert_eq!(actions(Status::Active, None, false, owner), [Edit, Transition, Report, Cost]);
        // Whether it is approved is not the owner's to say.
        assert_eq!(actions(Status::Proposed, None, false, owner), [Edit, Report, Cost, Archive]);
        assert_eq!(actions(Status::Closed, None, false, owner), [Cost, Archive]);
        assert_eq!(actions(Status::Closed, None, true, all), [Archive]);
        let everything = [Edit, Transition, Report, Acknowledge, Budget, Cost, Baseline];
        assert_eq!(actions(Status::Active, None, false, all), everything);
        assert_eq!(actions(Status::Active, None, false, |_| false), []);
    }
}
