//! The words in which the demo's tables are written: portfolios, initiatives and what happened to them.
//!
//! Days are working days counted from today, negative in the past. People go by the part of their address
//! before the `@`.

use tutti_entity::people::role_grant::Role;
use tutti_entity::portfolio::date_move::MoveReason;
use tutti_entity::portfolio::initiative::{Status, ValueChainStage};

/// Somebody, by the part of their address before the `@`.
pub(super) type Who = &'static str;

/// A portfolio and its initiatives.
#[derive(Debug)]
pub(super) struct Portfolio {
    pub name: &'static str,
    pub description: &'static str,
    pub owner: Who,
    pub currency: &'static str,
    pub cadence: &'static str,
    /// The day on which the programme office entered it.
    pub day: i32,
    pub initiatives: &'static [Initiative],
}

/// An initiative as it was proposed, and what became of it.
#[derive(Debug)]
pub(super) struct Initiative {
    pub title: &'static str,
    pub description: &'static str,
    pub stages: &'static [ValueChainStage],
    pub owner: Who,
    pub sponsor: Option<Who>,
    pub reviewer: Option<Who>,
    pub starts: i32,
    pub due: i32,
    /// In order, on days that only go on; the first is the proposal.
    pub turns: &'static [Turn],
}

/// One thing that somebody did to an initiative.
#[derive(Debug)]
pub(super) struct Turn {
    pub day: i32,
    pub by: Who,
    pub deed: Deed,
}

/// What was done.
#[derive(Debug)]
pub(super) enum Deed {
    Propose,
    To(Status, Option<&'static str>),
    Move { due: i32, reason: MoveReason, note: &'static str },
    Reassign(Who),
    Retitle(&'static str),
    Sponsor(Who),
    Reviewer(Who),
    Stages(&'static [ValueChainStage]),
    Archive,
    Unarchive,
}

/// The proposal, which the programme office enters.
pub(super) const fn propose(day: i32, by: Who) -> Turn {
    Turn { day, by, deed: Deed::Propose }
}

/// A move along the state machine that speaks for itself.
pub(super) const fn to(day: i32, by: Who, status: Status) -> Turn {
    Turn { day, by, deed: Deed::To(status, None) }
}

/// A move along the state machine with its reason.
pub(super) const fn because(day: i32, by: Who, status: Status, reason: &'static str) -> Turn {
    Turn { day, by, deed: Deed::To(status, Some(reason)) }
}

/// A new due date.
pub(super) const fn moved(day: i32, by: Who, due: i32, reason: MoveReason, note: &'static str) -> Turn {
    Turn { day, by, deed: Deed::Move { due, reason, note } }
}

/// Anything else.
pub(super) const fn turn(day: i32, by: Who, deed: Deed) -> Turn {
    Turn { day, by, deed }
}

/// Where a role holds.
#[derive(Clone, Copy, Debug)]
pub(super) enum Where {
    Everywhere,
    Portfolio(&'static str),
    OrgUnit(&'static str),
}

/// A role that the administrator grants.
#[derive(Clone, Copy, Debug)]
pub(super) struct Granted {
    pub day: i32,
    pub who: Who,
    pub role: Role,
    pub place: Where,
    /// The last day, where it was granted for a time.
    pub until: Option<i32>,
}

/// Somebody who goes on leave, comes back or leaves.
#[derive(Debug)]
pub(super) struct Parting {
    pub day: i32,
    pub who: Who,
    pub deed: Goes,
    pub reason: &'static str,
}

/// Which of them.
#[derive(Clone, Copy, Debug)]
pub(super) enum Goes {
    /// On leave.
    OnLeave,
    /// Back to work.
    Back,
    /// For good; whoever is named takes over what they have open.
    ForGood(Option<Who>),
}

/// The day on which it came to this status, if it did.
pub(super) fn day_of(initiative: &Initiative, status: Status) -> Option<i32> {
    let mut turns = initiative.turns.iter();
    turns.find(|turn| matches!(turn.deed, Deed::To(to, _) if to == status)).map(|turn| turn.day)
}

/// The day before which its books are closed: when it ended or was put away, and today otherwise.
pub(super) fn closed_on(initiative: &Initiative) -> i32 {
    let ends = [Status::Closed, Status::Cancelled, Status::Rejected];
    let put_away = initiative.turns.iter().find(|turn| matches!(turn.deed, Deed::Archive));
    let ended = ends.into_iter().filter_map(|status| day_of(initiative, status));
    ended.chain(put_away.map(|turn| turn.day)).min().unwrap_or(0)
}
