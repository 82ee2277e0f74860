//! The plan by which Tutti Energi shares what the customer numbers bring: the same four KPIs for executives, managers
//! and the front line, a quarter that was paid and corrected, and one that was paid since. Pure.
//!
//! A quarter is calculated on the working day after its numbers were locked and paid two days later; the number that
//! was restated after that corrects the first of them.

use chrono::{Datelike, Months, NaiveDate};
use tutti_entity::people::person::Tier;

use super::calendar::{on_or_after, working_day};
use super::metrics::{self, Deed as Number};
use super::organisation::{LATER, TEAMS};
use super::people::local_part;
use super::story::Who;

/// Who builds and calculates, and who approves.
pub(super) const BUILDER: Who = "rewards";
pub(super) const SIGNER: Who = "approver";

/// What the plan is called.
pub(super) const NAME: &str = "Everybody on the same four numbers";

/// What it pays for: the code of the KPI, its weight in percent, and which of its steps pay 50, 100 and 150 %.
pub(super) const METRICS: [(&str, i32); 4] =
    [("NPS", 40), ("CSAT", 30), ("RESOLUTION_DAYS", 20), ("ON_TIME", 10)];

/// The gate: with less than this of the CSAT no more than this is paid, in percent.
pub(super) const GATE: (&str, i64, i32) = ("CSAT", 72, 80);

/// The most that is paid, in percent of a target award.
pub(super) const CAP: i32 = 140;

/// A group: its name, the tiers in it, whom it is meant for, and its target award for a quarter in kroner.
#[derive(Debug)]
pub(super) struct Group {
    pub name: &'static str,
    pub tiers: &'static [Tier],
    pub award: i64,
}

pub(super) const GROUPS: [Group; 3] = [
    Group { name: "Executives", tiers: &[Tier::Executive], award: 60_000 },
    Group { name: "Leaders and managers", tiers: &[Tier::Leader, Tier::Manager], award: 18_000 },
    Group { name: "Front line", tiers: &[Tier::Frontline], award: 4_500 },
];

/// One thing that was done about the plan.
#[derive(Clone, Debug)]
pub(super) enum Deed {
    /// The plan is written down.
    Draft,
    /// Those who are there take part.
    Enter(Vec<(usize, String)>),
    /// It is frozen.
    Activate,
    /// Somebody who came later takes part.
    Join(usize, String),
    Calculate,
    Approve,
    Pay,
    TrueUp,
}

/// One thing that was done, on which day and by whom.
#[derive(Clone, Debug)]
pub(super) struct Done {
    pub day: NaiveDate,
    pub by: Who,
    pub deed: Deed,
}

/// In which group somebody is; none where they are in none. Who approves is in none, so that they are not paid by
/// what they approve.
fn group_of(who: &str, tier: Tier) -> Option<usize> {
    GROUPS.iter().position(|group| group.tiers.contains(&tier)).filter(|_| who != SIGNER)
}

/// When the plan was written, in working days before today.
const WRITTEN: i32 = -187;

/// Those who were entered with the organisation, by group; and those who came later, with the day.
type People = (Vec<(usize, String)>, Vec<(i32, usize, String)>);

fn people() -> People {
    let (mut there, mut later) = (Vec::new(), Vec::new());
    for team in TEAMS {
        for who in team.names.iter().map(|name| local_part(name)) {
            let Some(group) = group_of(&who, team.tier) else { continue };
            match LATER.iter().find(|(late, _)| *late == who) {
                Some((_, day)) => later.push((*day, group, who)),
                None => there.push((group, who)),
            }
        }
    }
    (there, later)
}

/// The days of the plan: four quarters, of which the first is the last but one that is locked by today.
pub(super) fn days(today: NaiveDate) -> Option<(NaiveDate, NaiveDate)> {
    let (_, through) = *locks(today).iter().rev().nth(1)?;
    let from = through.with_day(1)?.checked_sub_months(Months::new(through.month0() % 3))?;
    Some((from, from.checked_add_months(Months::new(12))?.pred_opt()?))
}

/// On which days numbers were locked, and through which.
fn locks(today: NaiveDate) -> Vec<(NaiveDate, NaiveDate)> {
    let lock = |done: metrics::Done| match done.deed {
        Number::Lock(through) => Some((done.day, through)),
        _ => None,
    };
    metrics::deeds(today).into_iter().filter_map(lock).collect()
}

/// On which day a number was restated.
fn restated(today: NaiveDate) -> Option<NaiveDate> {
    metrics::deeds(today).into_iter().find(|done| matches!(done.deed, Number::Approve)).map(|done| done.day)
}

/// Everything that was done about the plan until today.
pub(super) fn deeds(today: NaiveDate) -> Vec<Done> {
    let mut all = Vec::new();
    let mut done = |day: Option<NaiveDate>, by: Who, deed: Deed| {
        all.extend(day.filter(|day| *day < today).map(|day| Done { day, by, deed }));
    };
    let (there, later) = people();
    done(working_day(today, WRITTEN), BUILDER, Deed::Draft);
    done(working_day(today, WRITTEN + 1), BUILDER, Deed::Enter(there));
    done(working_day(today, WRITTEN + 2), BUILDER, Deed::Activate);
    for (day, group, who) in later {
        done(working_day(today, (day + 1).max(WRITTEN + 3)), BUILDER, Deed::Join(group, who));
    }
    let locks = locks(today);
    // One working day after the other, whatever day it is.
    let paid = |deed: Deed, day: NaiveDate| {
        let calculated = on_or_after(day, 1);
        let approved = calculated.and_then(|day| on_or_after(day, 1));
        let paid = approved.and_then(|day| on_or_after(day, 1));
        [(calculated, BUILDER, deed), (approved, SIGNER, Deed::Approve), (paid, BUILDER, Deed::Pay)]
    };
    for (day, _) in locks.iter().skip(locks.len().saturating_sub(2)) {
        for (day, by, deed) in paid(Deed::Calculate, *day) {
            done(day, by, deed);
        }
    }
    if let Some(day) = restated(today) {
        for (day, by, deed) in paid(Deed::TrueUp, day) {
            done(day, by, deed);
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quarter_is_paid_before_its_number_is_restated() {
        for today in ["2025-06-18", "2025-07-02", "2025-12-29", "2028-02-29"] {
            let today: NaiveDate = today.parse().unwrap();
            let deeds = deeds(today);
            let day = |is: fn(&Deed) -> bool| deeds.iter().find(|done| is(&done.deed)).unwrap().day;
            let written = day(|deed| matches!(deed, Deed::Draft));
            let paid = day(|deed| matches!(deed, Deed::Pay));
            let corrected = day(|deed| matches!(deed, Deed::TrueUp));
            assert!(written < paid && paid < restated(today).unwrap() && paid < corrected, "{today}");
            let (from, to) = days(today).unwrap();
            assert!(from < today && today <= to, "{today}: {from} to {to}");
            assert!(deeds.iter().all(|done| done.day < today));
            let steps: Vec<_> = deeds.iter().filter(|done| matches!(done.deed, Deed::Approve)).collect();
            assert_eq!(steps.len(), 3, "{today}");
        }
    }

    #[test]
    fn everybody_is_in_one_group_and_who_approves_in_none() {
        let (there, later) = people();
        let mut all: Vec<_> =
            there.iter().map(|(_, who)| who).chain(later.iter().map(|(.., who)| who)).collect();
        assert!(all.iter().all(|who| *who != SIGNER && *who != BUILDER));
        let count = all.len();
        all.sort();
        all.dedup();
        assert!(all.len() == count && count > 60, "{count}");
        for group in 0..GROUPS.len() {
            assert!(there.iter().any(|(of, _)| *of == group));
        }
    }
}
