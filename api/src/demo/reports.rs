//! What the owners of the demo's initiatives reported, worked out from their tables and their plans. Pure.
//!
//! Reports follow the cadence of the portfolio while an initiative runs. Most come on the day and are acknowledged
//! within the week; some are late, some were never read, and a few owners have fallen silent.

mod words;

use tutti_entity::portfolio::initiative::Status;
use tutti_entity::portfolio::status_report::OverrideReason;

use super::plan::{Planned, Work, owner_on};
use super::story::{Deed, Initiative, Portfolio, Turn, Who};

/// The report that was corrected, by its initiative and its number, and what was wrong with it.
const CORRECTED: (&str, usize, &str) = (
    "Call back everyone who gave us 0 to 6 within 48 hours",
    4,
    "Corrected: we had counted call-backs that nobody answered. 61 % were reached within 48 hours, not 78 %. The \
     rest of what we wrote holds.",
);

/// Those whose last report says that it goes better than the figures do: by their initiative, and why.
const BETTER: [(&str, OverrideReason, &str); 2] = [
    (
        "A bill on one page",
        OverrideReason::RecoveryAgreed,
        "We are over the budget and will stay there. With the sponsor we agreed to drop the district heating letter, \
         which brings us home eleven days after the date.",
    ),
    (
        "The story behind the NPS",
        OverrideReason::TemporaryDataGap,
        "Two of the stories that the figures wait for are told already; the export that would show it is being \
         repaired.",
    ),
];

/// One thing that was done to a report, on which day.
#[derive(Clone, Debug)]
pub(super) struct Reporting {
    pub day: i32,
    pub by: Who,
    pub told: Told,
}

/// What it was.
#[derive(Clone, Debug)]
pub(super) enum Told {
    /// A report was written and published, on the period to this day.
    Publish { ends: i32, stance: Stance, summary: String, next: String, help: Option<&'static str> },
    /// The last one was acknowledged.
    Acknowledge,
    /// The last one was corrected.
    Correct(&'static str),
}

/// How the owner sees it, beside the figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stance {
    /// As they do.
    AsFigures,
    /// A little darker.
    Darker,
    /// Better, for this reason.
    Better(OverrideReason),
}

/// Working days between two reports.
fn step(portfolio: &Portfolio) -> i32 {
    if portfolio.cadence == "P1M" { 21 } else { 10 }
}

/// From when to when it ran without a pause; the last day is that of the pause or of the end, or today.
fn runs(initiative: &Initiative) -> Vec<(i32, i32)> {
    let mut runs = Vec::new();
    let mut began = None;
    for turn in initiative.turns {
        let Deed::To(to, _) = turn.deed else { continue };
        match to {
            Status::Active => began = began.or(Some(turn.day)),
            Status::OnHold | Status::Closed | Status::Cancelled => {
                runs.extend(began.take().map(|began| (began, turn.day)));
            }
            _ => {}
        }
    }
    runs.extend(began.map(|began| (began, 0)));
    runs
}

/// The reviewer on a day that is not one on which that changed.
fn reviewer_on(initiative: &Initiative, day: i32) -> Option<Who> {
    let before = initiative.turns.iter().rev().filter(|turn| turn.day < day);
    let mut named =
        before.filter_map(|turn| if let Deed::Reviewer(who) = turn.deed { Some(who) } else { None });
    named.next().or(initiative.reviewer)
}

/// The first day from this one on, on which nobody's part changes.
fn quiet(initiative: &Initiative, day: i32) -> i32 {
    let stays = |day: &i32| {
        owner_on(initiative, *day) == owner_on(initiative, *day + 1)
            && reviewer_on(initiative, *day) == reviewer_on(initiative, *day + 1)
    };
    (day..=day + 366).find(stays).unwrap_or(day)
}

/// The days on which periods ended, and on which they were reported.
fn periods(number: usize, portfolio: &Portfolio, initiative: &Initiative) -> Vec<(i32, i32)> {
    let closed_on = |day| {
        let closes = |turn: &Turn| turn.day == day && matches!(turn.deed, Deed::To(Status::Closed, _));
        initiative.turns.iter().any(closes)
    };
    // Some have not reported for weeks.
    let silent = number % 8 == 3 && !BETTER.iter().any(|(title, ..)| *title == initiative.title);
    let mut periods: Vec<(i32, i32)> = Vec::new();
    for (began, over) in runs(initiative) {
        let last = if over == 0 && silent { -16 } else { over };
        // What is closed has reported some days before, so that somebody could read it.
        let closed = closed_on(over);
        let last = if closed { over - 4 } else { last };
        let mut ends = began + step(portfolio);
        while ends < last {
            let late = match (number * 3 + periods.len() * 5) % 13 {
                0 => 5,
                1..=3 => 1,
                _ => 0,
            };
            let day = quiet(initiative, ends + late);
            if day < last {
                periods.push((ends, day));
            }
            ends += step(portfolio);
        }
        if closed {
            periods.push((over - 4, quiet(initiative, over - 4)));
        }
    }
    periods
}

/// One of these, by a number.
fn pick(from: &[&'static str], number: usize) -> &'static str {
    from.iter().copied().cycle().nth(number % from.len().max(1)).unwrap_or_default()
}

/// What is known of the milestones: what was reached and moved after one day up to another, and what comes next.
struct News {
    reached: Vec<&'static str>,
    moved: Vec<(&'static str, &'static str)>,
    next: Option<&'static str>,
}

impl News {
    fn between(plan: &[Planned], after: i32, until: i32) -> Self {
        let mut titles = Vec::new();
        for step in plan {
            if let Work::Plan { number, title, .. } = step.work {
                titles.push((number, title));
            }
        }
        let title = |wanted| titles.iter().find(|(number, _)| *number == wanted).map(|(_, title)| *title);
        let known = || plan.iter().filter(|step| step.day <= until);
        let fresh = || known().filter(|step| step.day > after);
        let reached = fresh().filter_map(|step| match step.work {
            Work::Complete { number, .. } => title(number),
            _ => None,
        });
        let moved = fresh().filter_map(|step| match step.work {
            Work::Move { number, note, .. } => Some((title(number)?, note)),
            _ => None,
        });
        let over = |wanted| {
            known().any(|step| match step.work {
                Work::Complete { number, .. } | Work::Cancel(number, _) => number == wanted,
                _ => false,
            })
        };
        let next = titles.iter().find(|(number, _)| !over(*number)).map(|(_, title)| *title);
        Self { reached: reached.collect(), moved: moved.collect(), next }
    }

    /// What happened, for the report with this number among all of them.
    fn summary(&self, number: usize) -> String {
        let mut sentences: Vec<String> = Vec::new();
        for (place, title) in self.reached.iter().enumerate() {
            sentences.push(pick(words::REACHED, number + place * 2).replace("{}", title));
        }
        for (place, (title, note)) in self.moved.iter().take(1).enumerate() {
            sentences.push(format!("{} {note}", pick(words::MOVED, number + place).replace("{}", title)));
        }
        if sentences.is_empty() {
            sentences.push(pick(words::QUIET, number * 7).to_owned());
        }
        sentences.push(pick(words::BESIDE, number * 5).to_owned());
        sentences.join(" ")
    }

    fn next(&self, number: usize) -> String {
        match self.next {
            Some(title) => pick(words::NEXT, number).replace("{}", title),
            None => pick(words::LAST, number).to_owned(),
        }
    }
}

/// Everything that was reported of the initiative with this number, in its order.
pub(super) fn reported(
    number: i32,
    portfolio: &Portfolio,
    initiative: &'static Initiative,
    plan: &[Planned],
) -> Vec<Reporting> {
    let number = usize::try_from(number).unwrap_or_default();
    let mut all = Vec::new();
    let closed = initiative.turns.iter().find(|turn| matches!(turn.deed, Deed::To(Status::Closed, _)));
    let periods = periods(number, portfolio, initiative);
    let mut after = i32::MIN;
    for (place, (ends, day)) in periods.iter().copied().enumerate() {
        let is_last = place + 1 == periods.len();
        let news = News::between(plan, after, ends);
        after = ends;
        // Neighbours do not use the same words.
        let mark = number * 11 + place;
        let better = BETTER.iter().find(|(title, ..)| is_last && *title == initiative.title);
        let stance = match better {
            Some((_, reason, _)) => Stance::Better(*reason),
            None if mark % 9 == 4 => Stance::Darker,
            None => Stance::AsFigures,
        };
        let summary = better.map_or_else(|| news.summary(mark), |(.., summary)| (*summary).to_owned());
        let help = (mark % 4 == 1).then(|| pick(words::HELP, mark / 4));
        let by = owner_on(initiative, day);
        let told = Told::Publish { ends, stance, summary, next: news.next(mark), help };
        all.push(Reporting { day, by, told });
        let mut read_after = day;
        let (title, which, wrong) = CORRECTED;
        if (title, which) == (initiative.title, place) {
            read_after = quiet(initiative, day + 3);
            all.push(Reporting {
                day: read_after,
                by: owner_on(initiative, read_after),
                told: Told::Correct(wrong),
            });
        }
        let wait = if closed.is_some() && is_last { 2 } else { 1 + i32::from(mark % 4 == 3) * 2 };
        let read = quiet(initiative, read_after + wait);
        // Nobody has read this one.
        let unread = mark % 7 == 5 && !(closed.is_some() && is_last);
        let before = periods.get(place + 1).map_or(0, |(_, next)| *next);
        let read_in_time = read < if is_last { closed.map_or(0, |turn| turn.day) } else { before };
        if let Some(by) = reviewer_on(initiative, read).filter(|_| !unread && read_in_time) {
            all.push(Reporting { day: read, by, told: Told::Acknowledge });
        }
    }
    all
}
