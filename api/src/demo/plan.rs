//! How the milestones of the demo's initiatives went, worked out from their tables. Pure.
//!
//! The owner plans them on the day of the approval, and the programme office agrees two days before the work
//! begins. Most are reached within days of when they are due; some move with their initiative, some by
//! themselves, and some are late.

use tutti_entity::portfolio::date_move::MoveReason::{
    self, Capacity, DecisionWait, Dependency, Estimate, External, Scope,
};
use tutti_entity::portfolio::initiative::Status;
use tutti_entity::portfolio::milestone::CreditRule::{self, FiftyFifty, Percent, ZeroHundred};

use super::portfolios::BILLS;
use super::results::results;
use super::roles::PARTINGS;
use super::story::{Deed, Goes, Initiative, Portfolio, Who, closed_on, day_of};

/// The initiatives that were agreed on anew, and why.
const AGREED_ANEW: [(&str, &str); 4] = [
    ("A bill on one page", "District heating is part of it now; the old dates say nothing any more."),
    (
        "Agents see the last five contacts",
        "With chat and e-mail it is another promise, so it gets a new date.",
    ),
    ("One case, one owner", "The freeze of the case system is not the team's to make up for."),
    ("Train the trainer: the first 24 change agents", "Agreed with Sales, who send six people to wave 3."),
];

/// A milestone that was given up, and why.
const GIVEN_UP: (&str, usize, i32, &str) = (
    "Broadband faults solved in the first call",
    2,
    -20,
    "The regions book their technicians themselves; agents would promise what nobody keeps.",
);

/// Why single milestones moved.
const BY_THEMSELVES: [(MoveReason, &str); 8] = [
    (Capacity, "Two of the three who do this are on a course that week."),
    (Estimate, "There are twice as many to go through as we had counted."),
    (Dependency, "It waits for another team, which delivers next Thursday and not before."),
    (External, "A supplier is a week behind, and there is no other to be had."),
    (DecisionWait, "The steering group decides on this only on Tuesday."),
    (Scope, "Field Service asked to be in from the start, and they are right."),
    (Capacity, "Half of the team has the flu."),
    (Estimate, "The first try showed that it needs a second one."),
];

/// By how many days milestones are reached after they are due, or before.
const DELAYS: [i32; 8] = [0, -1, 2, 0, 5, -2, 1, 8];

/// One thing that somebody did to a plan, on which day.
#[derive(Clone, Debug)]
pub(super) struct Planned {
    pub day: i32,
    pub by: Who,
    pub work: Work,
}

/// What it was. Milestones go by their number in the plan, from 0.
#[derive(Clone, Debug)]
pub(super) enum Work {
    Plan {
        number: usize,
        title: &'static str,
        owner: Who,
        weight: i32,
        rule: CreditRule,
        due: i32,
    },
    Agree(&'static str),
    Move {
        number: usize,
        due: i32,
        reason: MoveReason,
        note: &'static str,
    },
    Start(usize),
    /// How far, in percent, and how many days before it was told that held.
    Progress {
        number: usize,
        percent: i32,
        ago: i32,
    },
    /// How many days before it was told it was reached.
    Complete {
        number: usize,
        ago: i32,
    },
    Reopen(usize, &'static str),
    Cancel(usize, &'static str),
    GiveTo(usize, Who),
}

/// The plan of one initiative.
struct Course {
    /// The number of the initiative, from which everything follows that the tables do not say.
    number: i32,
    initiative: &'static Initiative,
    results: &'static [&'static str],
    approved: i32,
    began: Option<i32>,
    /// The day before which everything happened: the end, the pause in which it still is, or today.
    horizon: i32,
}

/// Who answers for an initiative on a day that is not one on which that changed.
pub(super) fn owner_on(initiative: &Initiative, day: i32) -> Who {
    let mut owner = initiative.owner;
    for turn in initiative.turns.iter().filter(|turn| turn.day < day) {
        if let Deed::Reassign(who) = turn.deed {
            owner = who;
        }
    }
    let left = PARTINGS.iter().find(|parting| parting.who == owner && parting.day < day);
    match left.map(|parting| parting.deed) {
        Some(Goes::ForGood(Some(successor))) => successor,
        _ => owner,
    }
}

impl Course {
    fn owner(&self, day: i32) -> Who {
        owner_on(self.initiative, day)
    }

    /// The first day from this one on that is not one on which its owner changed.
    fn quiet(&self, day: i32) -> i32 {
        let changed = |day| self.owner(day) != self.owner(day + 1);
        (day..0).find(|day| !changed(*day)).unwrap_or(day)
    }

    fn count(&self) -> i32 {
        i32::try_from(self.results.len()).unwrap_or(1)
    }

    /// When a milestone is due where the whole is due on this day.
    fn due(&self, whole: i32, milestone: i32) -> i32 {
        let starts = self.initiative.starts;
        starts + (whole - starts) * (milestone + 1) / self.count()
    }

    fn weight(&self, milestone: i32) -> i32 {
        let (count, last) = (self.count(), milestone + 1 == self.count());
        // A third each does not add up; the last one takes what is missing.
        let each = if self.number % 4 == 0 { 10_000 / count } else { 10_000 / (count + 1) / 500 * 500 };
        if last { 10_000 - each * (count - 1) } else { each }
    }

    fn rule(&self, milestone: i32) -> CreditRule {
        match (self.number + milestone) % 4 {
            0 => ZeroHundred,
            1 => FiftyFifty,
            _ => Percent,
        }
    }

    /// The moves of the due date of a milestone, and the day on which it is due after them.
    fn moves(&self, milestone: i32) -> (Vec<(i32, i32, MoveReason, &'static str)>, i32) {
        let mut due = self.due(self.initiative.due, milestone);
        let mut moves = Vec::new();
        for turn in self.initiative.turns {
            let Deed::Move { due: whole, reason, note } = turn.deed else { continue };
            let (day, to) = (self.quiet(turn.day + 1), self.due(whole, milestone));
            let one_of_the_last = milestone + 2 >= self.count();
            if one_of_the_last && day < due && day < self.horizon && to != due {
                moves.push((day, to, reason, note));
                due = to;
            }
        }
        let own = self.quiet(due - 4);
        let last = moves.last().map_or(self.began.unwrap_or(0) + 2, |(day, ..)| *day);
        let alone = (self.number + milestone * 3) % 7 == 2 && self.began.is_some();
        if alone && own > last && own < self.horizon {
            let pick = usize::try_from(self.number + milestone).unwrap_or_default();
            if let Some((reason, note)) = BY_THEMSELVES.into_iter().cycle().nth(pick) {
                moves.push((own, due + 9, reason, note));
                due += 9;
            }
        }
        (moves, due)
    }

    /// The day on which a milestone was reached, which is due on this one and moved last on that one.
    fn reached(&self, milestone: i32, due: i32, moved: i32) -> Option<i32> {
        let began = self.began?;
        let to_come = self.count() - 1 - milestone;
        let delay = DELAYS.into_iter().cycle().nth(usize::try_from(self.number * 5 + milestone * 3).ok()?)?;
        let day = (due + delay).max(moved + 1).max(began + 3 + milestone * 2);
        if let Some(closed) = day_of(self.initiative, Status::Closed) {
            return Some(day.min(closed - 2 - to_come));
        }
        if let Some(closing) = day_of(self.initiative, Status::Closing) {
            return (to_come > 0).then_some(day.min(closing - to_come));
        }
        let late = (self.number + milestone * 2) % 9 == 4 && due > -25;
        (day < self.horizon && !late).then_some(day)
    }

    /// Everything that happened to one milestone after it was planned.
    fn of(&self, milestone: i32, number: usize) -> Vec<(i32, Work)> {
        let (moves, due) = self.moves(milestone);
        let last_move = moves.last().map_or(self.approved, |(day, ..)| *day);
        let mut steps: Vec<_> = moves
            .into_iter()
            .map(|(day, due, reason, note)| (day, Work::Move { number, due, reason, note }))
            .collect();
        let reached = self.reached(milestone, due, last_move);
        if let Some(began) = self.began {
            let ends = reached.unwrap_or(due);
            let first =
                self.due(self.initiative.due, milestone - 1).clamp(began + 1, (ends - 3).max(began + 1));
            let part = |of_four: i32| self.quiet(first + (ends - first) * of_four / 4);
            let ago = if (self.number + milestone) % 6 == 1 { 2 } else { 0 };
            let told = |percent, ago| Work::Progress { number, percent, ago };
            match self.rule(milestone) {
                Percent => steps.extend([
                    (part(0), told(10 + self.number % 3 * 5, 0)),
                    (part(2), told(50, ago)),
                    (part(3), told(80, 0)),
                ]),
                FiftyFifty => steps.push((part(0), Work::Start(number))),
                ZeroHundred if milestone > 0 => steps.push((part(0), Work::Start(number))),
                ZeroHundred => {}
            }
            steps.retain(|(day, work)| {
                matches!(work, Work::Move { .. }) || reached.is_none_or(|reached| *day < reached)
            });
        }
        if let Some(day) = reached {
            let ago = i32::from((self.number + milestone) % 5 == 3 && day > last_move + 2);
            steps.push((self.quiet(day), Work::Complete { number, ago }));
            if self.number % 17 == 6 && milestone == 0 && day + 12 < self.horizon {
                let why = "Three customers have found a hole that none of us had seen.";
                steps.push((self.quiet(day + 4), Work::Reopen(number, why)));
                steps.push((self.quiet(day + 10), Work::Complete { number, ago: 0 }));
            }
        }
        let (title, given_up, day, why) = GIVEN_UP;
        if (self.initiative.title, number) == (title, given_up) {
            steps.retain(|(known, work)| *known < day && !matches!(work, Work::Complete { .. }));
            steps.push((day, Work::Cancel(number, why)));
        }
        steps.retain(|(day, _)| *day < self.horizon);
        steps.sort_by_key(|(day, _)| *day);
        steps
    }
}

/// The programme office that agrees on the initiatives of a portfolio.
fn office(portfolio: &Portfolio) -> Who {
    if portfolio.name == BILLS.name { "jonas.baek" } else { "pmo" }
}

/// Everything that was done to the plan of the initiative with this number, each milestone in its order.
pub(super) fn planned(number: i32, portfolio: &Portfolio, initiative: &'static Initiative) -> Vec<Planned> {
    let Some(approved) = day_of(initiative, Status::Approved) else { return Vec::new() };
    let paused = initiative.turns.iter().rfind(|turn| matches!(turn.deed, Deed::To(..)));
    let paused = paused.filter(|turn| matches!(turn.deed, Deed::To(Status::OnHold, _))).map(|turn| turn.day);
    let horizon = closed_on(initiative).min(paused.unwrap_or(0));
    let began = day_of(initiative, Status::Active);
    let course = Course { number, initiative, results: results(initiative.title), approved, began, horizon };
    if course.results.is_empty() {
        return Vec::new();
    }
    let mut all = Vec::new();
    let mut does = |day, by, work| all.push(Planned { day, by, work });
    for (milestone, (number, title)) in (0..).zip(course.results.iter().copied().enumerate()) {
        let owner = match initiative.reviewer {
            Some(reviewer) if (course.number + milestone) % 5 == 1 => reviewer,
            _ => course.owner(approved),
        };
        let (weight, rule) = (course.weight(milestone), course.rule(milestone));
        let due = course.due(initiative.due, milestone);
        does(approved, course.owner(approved), Work::Plan { number, title, owner, weight, rule, due });
        let steps = course.of(milestone, number);
        let done =
            steps.last().filter(|(_, work)| matches!(work, Work::Complete { .. })).map(|(day, _)| *day);
        for turn in initiative.turns {
            let day = course.quiet(turn.day + 1);
            if let Deed::Reassign(who) = turn.deed
                && owner == course.owner(turn.day)
                && done.is_none_or(|done| done > day)
                && day < horizon
            {
                does(day, who, Work::GiveTo(number, who));
            }
        }
        for (day, work) in steps {
            does(day, course.owner(day), work);
        }
    }
    let first = initiative.turns.iter().find(|turn| matches!(turn.deed, Deed::To(Status::Approved, _)));
    let decided = first.map_or("pmo", |turn| turn.by);
    // Of those that wait to begin every other one is agreed on.
    let agreed = began.map(|day| day - 2).or((number % 2 == 0).then_some(approved + 3));
    if let Some(day) = agreed.filter(|day| *day < horizon) {
        does(day, decided, Work::Agree("Scope, dates and budget as discussed with owner and sponsor."));
    }
    let anew = AGREED_ANEW.into_iter().find(|(title, _)| *title == initiative.title).map(|(_, why)| why);
    let last = initiative.turns.iter().rfind(|turn| matches!(turn.deed, Deed::Move { .. }));
    // Of the others that moved two of three are agreed on with their later date, as long as they go on.
    let goes_on =
        |turn: &&super::story::Turn| turn.day + 5 < horizon && began.is_some_and(|began| began < turn.day);
    let later = last.filter(goes_on).filter(|_| number % 3 != 0 && initiative.title != GIVEN_UP.0);
    let anew = anew.or(later.map(|_| "The later date is the date; scope and budget stay as they are."));
    if let (Some(why), Some(turn)) = (anew, last) {
        does(turn.day + 4, office(portfolio), Work::Agree(why));
    }
    all
}
