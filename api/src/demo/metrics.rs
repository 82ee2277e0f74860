//! The numbers that Tutti Energi steers by: four KPIs with twelve months of measurements, their targets, locked
//! quarters, one number that was restated and one that waits for it, and which initiatives are to move them. Pure.
//!
//! Months are those of the calendar before today: a month is measured a few days after its end and a quarter locked
//! two weeks after its own. What is older than the programme was entered with the KPIs.

use std::collections::BTreeMap;

use chrono::{Datelike, Days, Months, NaiveDate};
use tutti_entity::metrics::kpi::{Aggregation, Direction, Kind};

use super::calendar::{on_or_after, working_day};
use super::organisation::{AARHUS, FIELD, ODENSE};
use super::story::Who;

/// Who looks after the numbers, and who is asked when one of them is to change.
pub(super) const EDITOR: Who = "marie-louise.krogh";
pub(super) const SECOND: Who = "pmo";

/// A KPI and its target for this year and the last.
#[derive(Debug)]
pub(super) struct Kpi {
    pub code: &'static str,
    pub name: &'static str,
    pub description: &'static str,
    pub kind: Kind,
    pub direction: Direction,
    pub aggregation: Aggregation,
    pub min_responses: i32,
    pub leading: bool,
    pub owner: Who,
    /// The units in which it is measured; none for the whole organisation.
    pub units: &'static [&'static str],
    /// Baseline, threshold, target and stretch.
    pub steps: [i64; 4],
}

/// The four of them.
pub(super) const KPIS: [Kpi; 4] = [
    Kpi {
        code: "NPS",
        name: "Would you recommend us?",
        description: "Asked a day after every contact: *How likely are you to recommend Tutti Energi?* 0 to 10.",
        kind: Kind::Nps,
        direction: Direction::Up,
        aggregation: Aggregation::Counts,
        min_responses: 50,
        leading: false,
        owner: "soeren.kjaerulff",
        units: &[AARHUS, ODENSE, FIELD],
        steps: [24, 28, 34, 40],
    },
    Kpi {
        code: "CSAT",
        name: "Satisfied with the answer",
        description: "Asked at the end of a call or chat: *Did you get what you came for?* 4 and 5 of 5 count.",
        kind: Kind::Csat,
        direction: Direction::Up,
        aggregation: Aggregation::Counts,
        min_responses: 50,
        leading: false,
        owner: "leader",
        units: &[AARHUS, ODENSE],
        steps: [74, 78, 82, 86],
    },
    Kpi {
        code: "RESOLUTION_DAYS",
        name: "Days until a case is solved",
        description: "From the first contact until the customer says that it is solved, over all cases of the month.",
        kind: Kind::Duration,
        direction: Direction::Down,
        aggregation: Aggregation::RatioOfSums,
        min_responses: 0,
        leading: true,
        owner: "leader",
        units: &[],
        steps: [10, 8, 7, 6],
    },
    Kpi {
        code: "ON_TIME",
        name: "Milestones on time",
        description: "How many of the milestones that fell due in the month were reached by then.",
        kind: Kind::Ratio,
        direction: Direction::Up,
        aggregation: Aggregation::RatioOfSums,
        min_responses: 0,
        leading: true,
        owner: "pmo",
        units: &[],
        steps: [65, 75, 85, 92],
    },
];

/// What was counted in one month, in one unit or in all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Numbers {
    Score { promoters: i32, passives: i32, detractors: i32 },
    Share { satisfied: i32, responses: i32 },
    Cases { numerator: i64, denominator: i64 },
}

/// One thing that was done about a number.
#[derive(Clone, Debug)]
pub(super) enum Deed {
    Create(&'static Kpi),
    Target(&'static Kpi),
    Measure {
        kpi: &'static Kpi,
        unit: Option<&'static str>,
        month: NaiveDate,
        numbers: Numbers,
        story: Option<&'static str>,
    },
    Lock(NaiveDate),
    Restate {
        kpi: &'static Kpi,
        unit: Option<&'static str>,
        month: NaiveDate,
        numbers: Numbers,
        why: &'static Why,
    },
    Approve,
    Link(&'static Link),
}

/// Why a number was to change.
#[derive(Debug)]
pub(super) struct Why {
    pub reason: tutti_entity::metrics::measurement::RestatementReason,
    pub text: &'static str,
}

const TWICE: Why = Why {
    reason: tutti_entity::metrics::measurement::RestatementReason::Duplicates,
    text: "The list of the last week was sent twice: fourteen customers of Aarhus were counted double.",
};

const LATE: Why = Why {
    reason: tutti_entity::metrics::measurement::RestatementReason::LateData,
    text: "Twenty-three answers by letter were found in Odense after the lock.",
};

/// Which initiative is to move which KPI, and why.
#[derive(Debug)]
pub(super) struct Link {
    pub day: i32,
    pub initiative: &'static str,
    pub kpi: &'static str,
    /// In tenths of the unit of the KPI.
    pub tenths: i64,
    pub lag: &'static str,
    pub hypothesis: &'static str,
}

const fn link(
    day: i32,
    initiative: &'static str,
    kpi: &'static str,
    (tenths, lag): (i64, &'static str),
    hypothesis: &'static str,
) -> Link {
    Link { day, initiative, kpi, tenths, lag, hypothesis }
}

/// All of them.
pub(super) const LINKS: [Link; 11] = [
    link(
        -175,
        "One plan, one rhythm: the programme office",
        "ON_TIME",
        (100, "P6M"),
        "A date that is looked at every fortnight is moved early or kept.",
    ),
    link(
        -150,
        "Agents see the last five contacts",
        "CSAT",
        (15, "P1M"),
        "Nobody likes to tell a story twice. Who does not have to is satisfied sooner.",
    ),
    link(
        -146,
        "A bill on one page",
        "NPS",
        (20, "P6M"),
        "One in five detractors writes about the bill. Half of them would be silent if they understood it.",
    ),
    link(
        -136,
        "Call back everyone who gave us 0 to 6 within 48 hours",
        "NPS",
        (30, "P3M"),
        "Who is called back within two days forgives: in the pilot one in three gave at least a 7 the next time.",
    ),
    link(
        -121,
        "Outage messages before the phone rings",
        "CSAT",
        (20, "P1M"),
        "A known outage is half an outage. Calls about known ones pull the satisfaction down most.",
    ),
    link(
        -120,
        "The story behind the NPS",
        "NPS",
        (10, "P3M"),
        "Teams that read what customers write mend what they read about.",
    ),
    link(
        -116,
        "Appointment windows of two hours",
        "NPS",
        (10, "P3M"),
        "Waiting at home for a day is what customers of Field Service complain about first.",
    ),
    link(
        -115,
        "One case, one owner",
        "RESOLUTION_DAYS",
        (-15, "P2M"),
        "A case waits longest between two people. With one owner it does not.",
    ),
    link(
        -114,
        "One case, one owner",
        "CSAT",
        (20, "P2M"),
        "Customers want a name. In Odense those with a name were satisfied in nine of ten cases.",
    ),
    link(
        -108,
        "A warning before the annual settlement",
        "NPS",
        (15, "P1Y"),
        "It is not the amount that makes detractors, it is the surprise.",
    ),
    link(
        -58,
        "Broadband faults solved in the first call",
        "RESOLUTION_DAYS",
        (-5, "P2M"),
        "A third of the open cases are broadband faults that a guided restart would have solved.",
    ),
];

/// The stories behind the numbers: of which KPI, so many months before the last one, in which unit.
const STORIES: [(&str, usize, Option<&str>, &str); 8] = [
    (
        "NPS",
        0,
        Some(AARHUS),
        "Six of ten comments thank somebody by name. The call-backs reach almost everybody now.",
    ),
    (
        "NPS",
        0,
        Some(FIELD),
        "The two-hour windows hold on four days of five. On the fifth it is the traffic around Vejle.",
    ),
    (
        "NPS",
        3,
        Some(ODENSE),
        "The storm took the lines down for two days. We answered late, and customers said so.",
    ),
    (
        "NPS",
        8,
        Some(AARHUS),
        "The annual settlement came without a warning. \"I thought it was a mistake\" is the sentence of the month.",
    ),
    ("CSAT", 1, Some(ODENSE), "Cases with one owner: nine of ten satisfied. Those without: six of ten."),
    (
        "CSAT",
        5,
        Some(AARHUS),
        "The new screen hid the last contact for a week. Customers told their story twice again.",
    ),
    (
        "RESOLUTION_DAYS",
        0,
        None,
        "Broadband faults are solved in the first call more often; what is left are the hard ones.",
    ),
    (
        "ON_TIME",
        2,
        None,
        "Two of the late ones waited for the same supplier. The dependency is in the plan now.",
    ),
];

/// The last twelve months that are measured by today, the oldest first: the first day of each, and the day on which
/// it is measured.
fn months(today: NaiveDate) -> Vec<(NaiveDate, NaiveDate)> {
    let this = today.with_day(1).unwrap_or(today);
    let before = (1..).map_while(|back| this.checked_sub_months(Months::new(back)));
    let measured = before.filter_map(|start| Some((start, on_or_after(end_of(start, 1)?, 4)?)));
    let mut months: Vec<_> = measured.filter(|(_, on)| *on < today).take(12).collect();
    months.reverse();
    months
}

fn end_of(start: NaiveDate, months: u32) -> Option<NaiveDate> {
    start.checked_add_months(Months::new(months))?.pred_opt()
}

/// A number from 0 up to `most` that looks as if chance had made it, and is always the same.
fn wobble(seed: usize, most: i64) -> i64 {
    let mixed = (seed + 11).wrapping_mul(2_654_435_761) % 1_000_003;
    i64::try_from(mixed).unwrap_or_default() % (most + 1)
}

/// What was counted in the month with this number from 0 on, in the unit with this number.
fn numbers(kpi: &Kpi, month: usize, unit: usize) -> Numbers {
    let seed = month * 17 + unit * 5 + kpi.code.len() * 31;
    let on = i64::try_from(month).unwrap_or_default();
    let count = |number: i64| i32::try_from(number).unwrap_or_default();
    match kpi.kind {
        Kind::Nps => {
            let all = 150 + wobble(seed, 60);
            let promoters = all * (42 + on * 3 / 4 + wobble(seed + 1, 4)) / 100;
            let detractors = all * (20 - on / 3 + wobble(seed + 2, 4)) / 100;
            let passives = all - promoters - detractors;
            Numbers::Score {
                promoters: count(promoters),
                passives: count(passives),
                detractors: count(detractors),
            }
        }
        Kind::Csat => {
            let all = 240 + wobble(seed, 80);
            let satisfied = all * (73 + on * 2 / 3 + wobble(seed + 1, 3)) / 100;
            Numbers::Share { satisfied: count(satisfied), responses: count(all) }
        }
        Kind::Duration => {
            let cases = 900 + wobble(seed, 200);
            let tenths = 101 - on * 2 + wobble(seed + 1, 6);
            Numbers::Cases { numerator: cases * tenths / 10, denominator: cases }
        }
        _ => {
            let due = 11 + wobble(seed, 5);
            let reached = due * (64 + on * 2 + wobble(seed + 1, 8)) / 100;
            Numbers::Cases { numerator: reached, denominator: due }
        }
    }
}

/// The same less so many answers of each kind, or more.
fn corrected(numbers: Numbers, by: i32) -> Numbers {
    match numbers {
        Numbers::Score { promoters, passives, detractors } => Numbers::Score {
            promoters: promoters + by * 9 / 14,
            passives: passives + by * 3 / 14,
            detractors: detractors + by * 2 / 14,
        },
        Numbers::Share { satisfied, responses } => {
            Numbers::Share { satisfied: satisfied + by * 2 / 3, responses: responses + by }
        }
        cases @ Numbers::Cases { .. } => cases,
    }
}

/// One thing that was done, on which day and by whom.
#[derive(Clone, Debug)]
pub(super) struct Done {
    pub day: NaiveDate,
    pub by: Who,
    pub deed: Deed,
}

/// When what is older than the programme was entered, in working days before today.
const ENTERED: i32 = -189;

/// Everything that was done about numbers until today.
pub(super) fn deeds(today: NaiveDate) -> Vec<Done> {
    let mut all = Vec::new();
    let Some(entered) = working_day(today, ENTERED) else { return all };
    let mut done = |day: Option<NaiveDate>, by: Who, deed: Deed| {
        all.extend(day.map(|day| Done { day, by, deed }));
    };
    for kpi in &KPIS {
        done(working_day(today, ENTERED - 2), EDITOR, Deed::Create(kpi));
        done(working_day(today, ENTERED - 1), EDITOR, Deed::Target(kpi));
    }
    let months = months(today);
    // The day of each lock, and through which day.
    let mut locks: BTreeMap<NaiveDate, NaiveDate> = BTreeMap::new();
    for (number, (month, measured)) in months.iter().enumerate() {
        for kpi in &KPIS {
            let units: Vec<_> = match kpi.units {
                [] => vec![None],
                units => units.iter().copied().map(Some).collect(),
            };
            for (place, unit) in units.into_iter().enumerate() {
                let told = |(code, before, of, _): &&(&str, usize, Option<&str>, &str)| {
                    *code == kpi.code && number + 1 + before == months.len() && *of == unit
                };
                let story = STORIES.iter().find(told).map(|(.., story)| *story);
                let numbers = numbers(kpi, number, place);
                let deed = Deed::Measure { kpi, unit, month: *month, numbers, story };
                done(Some(Ord::max(*measured, entered)), EDITOR, deed);
            }
        }
        let lock = end_of(*month, 1).filter(|end| end.month() % 3 == 0).and_then(|end| {
            let day = Ord::max(on_or_after(end, 14)?, on_or_after(entered, 1)?);
            (day < today).then_some((day, end))
        });
        locks.extend(lock);
    }
    for (day, through) in &locks {
        done(Some(*day), EDITOR, Deed::Lock(*through));
    }
    if let Some((day, through)) = locks.iter().rev().nth(1) {
        let number = months.iter().position(|(month, _)| end_of(*month, 1) == Some(*through));
        if let (Some(number), [nps, csat, ..]) = (number, &KPIS) {
            let month = through.with_day(1).unwrap_or(*through);
            let restate = |kpi: &'static Kpi, place: usize, by: i32, why| Deed::Restate {
                kpi,
                unit: kpi.units.get(place).copied(),
                month,
                numbers: corrected(numbers(kpi, number, place), by),
                why,
            };
            done(on_or_after(*day, 7), EDITOR, restate(nps, 0, -14, &TWICE));
            done(on_or_after(*day, 13), SECOND, Deed::Approve);
            done(working_day(today, -2), EDITOR, restate(csat, 1, 23, &LATE));
        }
    }
    for link in &LINKS {
        done(working_day(today, link.day), SECOND, Deed::Link(link));
    }
    all
}

/// The first and the last day for which targets are set: last year, this one and the next.
pub(super) fn target_days(today: NaiveDate) -> Option<(NaiveDate, NaiveDate)> {
    let first = |year| NaiveDate::from_ymd_opt(year, 1, 1);
    Some((first(today.year() - 1)?, first(today.year() + 2)?.checked_sub_days(Days::new(1))?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn twelve_months_are_measured_after_their_end() {
        for today in ["2025-06-18", "2025-07-02", "2026-01-01", "2028-02-29"] {
            let today = day(today);
            let months = months(today);
            assert_eq!(months.len(), 12);
            assert!(months.is_sorted());
            assert!(months.iter().all(|(month, on)| end_of(*month, 1).unwrap() < *on && *on < today));
        }
    }

    #[test]
    fn nothing_is_done_before_what_it_needs() {
        for today in ["2025-06-18", "2025-07-02", "2025-12-29", "2028-02-29"] {
            let today = day(today);
            let deeds = deeds(today);
            assert!(deeds.iter().all(|done| done.day < today), "{today}");
            let of = |is: fn(&Deed) -> bool| deeds.iter().filter(move |done| is(&done.deed));
            assert_eq!(of(|deed| matches!(deed, Deed::Measure { .. })).count(), 84);
            assert!(of(|deed| matches!(deed, Deed::Lock(_))).count() >= 3, "{today}");
            let asked: Vec<_> = of(|deed| matches!(deed, Deed::Restate { .. })).collect();
            let approved: Vec<_> = of(|deed| matches!(deed, Deed::Approve)).collect();
            assert_eq!((asked.len(), approved.len()), (2, 1));
            assert!(asked[0].day < approved[0].day && approved[0].day < asked[1].day);
            for lock in of(|deed| matches!(deed, Deed::Lock(_))) {
                let Deed::Lock(through) = lock.deed else { continue };
                let late = deeds.iter().any(|done| {
                    matches!(done.deed, Deed::Measure { month, .. } if month <= through)
                        && done.day >= lock.day
                });
                assert!(!late, "{today}: something is measured after its lock");
            }
        }
    }

    #[test]
    fn counts_can_be() {
        for month in 0..12 {
            for (kpi, unit) in KPIS.iter().flat_map(|kpi| (0..3).map(move |unit| (kpi, unit))) {
                match numbers(kpi, month, unit) {
                    Numbers::Score { promoters, passives, detractors } => {
                        assert!(promoters > 20 && passives > 20 && detractors > 4);
                    }
                    Numbers::Share { satisfied, responses } => assert!(satisfied < responses),
                    Numbers::Cases { numerator, denominator } => assert!(numerator > 0 && denominator > 0),
                }
            }
        }
    }
}
