//! What is told of work on a day, from the day on which it is due. Pure: plain values in, a verdict out.

use chrono::{Days, NaiveDate};
use tutti_entity::ids::Kind;
use tutti_entity::reminders::reminder::What;

use crate::portfolio::reports::rules::Concern;
use crate::training::rules::certificate::{REMINDERS, ending};

/// How many days before its day work is due soon.
const SOON: u64 = 7;

/// For how many days work is overdue before it concerns somebody else as well.
const PATIENCE: u64 = 7;

/// Something that can fall due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Matter {
    /// The next report on an initiative.
    Report,
    /// An action.
    Action,
    /// A milestone.
    Milestone,
    /// The last day of a certificate, which is to be renewed.
    Certificate,
    /// The answer to a question, an idea or a concern.
    Question,
}

/// What is told on a day of what is due on some days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stage {
    /// What is told.
    pub what: What,
    /// Which of several of the same: of a certificate that ends how many days before, of an escalation whether it is the
    /// first or the second; else 0.
    pub step: i32,
    /// The first day; none where all before the last are meant.
    pub from: Option<NaiveDate>,
    /// The last day.
    pub to: NaiveDate,
}

impl Stage {
    /// Whether it is told of what is due on this day.
    #[must_use]
    pub fn holds(&self, due: NaiveDate) -> bool {
        self.from.is_none_or(|from| from <= due) && due <= self.to
    }
}

fn before(day: NaiveDate, days: u64) -> NaiveDate {
    day.checked_sub_days(Days::new(days)).unwrap_or(NaiveDate::MIN)
}

fn after(day: NaiveDate, days: u64) -> NaiveDate {
    day.checked_add_days(Days::new(days)).unwrap_or(NaiveDate::MAX)
}

/// The last day of what is due soon today: within 7 days.
#[must_use]
pub fn soon_through(today: NaiveDate) -> NaiveDate {
    after(today, SOON)
}

/// The last day of what is overdue today for so long that it concerns somebody else as well: for more than 7 days.
#[must_use]
pub fn escalates_through(today: NaiveDate) -> NaiveDate {
    before(today, PATIENCE + 1)
}

impl Matter {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Report, Self::Action, Self::Milestone, Self::Certificate, Self::Question];

    /// What it is about.
    #[must_use]
    pub const fn kind(self) -> Kind {
        match self {
            Self::Report => Kind::Initiative,
            Self::Action => Kind::ActionItem,
            Self::Milestone => Kind::Milestone,
            Self::Certificate => Kind::Certification,
            Self::Question => Kind::UpwardFeedback,
        }
    }

    /// What events of it are called, before what they tell.
    const fn noun(self) -> &'static str {
        match self {
            Self::Report => "initiative.report",
            Self::Action => "action_item.",
            Self::Milestone => "milestone.",
            Self::Certificate => "certification.",
            Self::Question => "upward_feedback.",
        }
    }

    /// What an event is called that tells this of it.
    #[must_use]
    pub fn action(self, stage: &Stage) -> String {
        let told = match stage.what {
            What::DueSoon if self == Self::Certificate => format!("ends_in_{}_days", stage.step),
            What::Overdue if self == Self::Certificate => "ended".to_owned(),
            What::DueSoon => "due_soon".to_owned(),
            What::Due => "due".to_owned(),
            What::Overdue => "overdue".to_owned(),
            What::Escalated => "escalated".to_owned(),
        };
        let joint = if self == Self::Report { "_" } else { "" };
        format!("{}{joint}{told}", self.noun())
    }

    /// What is told today, of what is due on which days.
    #[must_use]
    pub fn stages(self, today: NaiveDate) -> Vec<Stage> {
        match self {
            Self::Report => reports(today),
            Self::Certificate => certificates(today),
            Self::Action | Self::Milestone | Self::Question => plain(today),
        }
    }
}

/// Within 7 days soon, on its day due, after it overdue, and after 7 more days escalated.
fn plain(today: NaiveDate) -> Vec<Stage> {
    vec![
        Stage { what: What::DueSoon, step: 0, from: Some(after(today, 1)), to: soon_through(today) },
        Stage { what: What::Due, step: 0, from: Some(today), to: today },
        Stage { what: What::Overdue, step: 0, from: None, to: before(today, 1) },
        Stage { what: What::Escalated, step: 1, from: None, to: escalates_through(today) },
    ]
}

/// The same for reports, which are due until their grace is over; then they concern the manager of the owner, and two business
/// days later that one's manager.
fn reports(today: NaiveDate) -> Vec<Stage> {
    let mut stages =
        vec![Stage { what: What::DueSoon, step: 0, from: Some(after(today, 1)), to: soon_through(today) }];
    let late = Concern::Manager.since(today);
    let from = late.map(|late| after(late, 1));
    stages.push(Stage { what: What::Due, step: 0, from, to: today });
    stages.extend(late.map(|to| Stage { what: What::Overdue, step: 0, from: None, to }));
    for (step, concern) in [(1, Concern::Manager), (2, Concern::ManagersManager)] {
        let since = concern.since(today);
        stages.extend(since.map(|to| Stage { what: What::Escalated, step, from: None, to }));
    }
    stages
}

/// The closest of 90, 60, 30 and 7 days before the last day; and when it is over, as long as it is to be renewed.
fn certificates(today: NaiveDate) -> Vec<Stage> {
    let mut stages = Vec::new();
    for (place, days) in REMINDERS.into_iter().enumerate() {
        let closer = REMINDERS.get(place + 1).map_or(0, |closer| closer.unsigned_abs() + 1);
        stages.push(Stage {
            what: What::DueSoon,
            step: i32::try_from(days).unwrap_or(i32::MAX),
            from: Some(after(today, closer)),
            to: after(today, days.unsigned_abs()),
        });
    }
    let from = Some(ending(today).0);
    stages.push(Stage { what: What::Overdue, step: 0, from, to: before(today, 1) });
    stages.push(Stage { what: What::Escalated, step: 1, from, to: escalates_through(today) });
    stages
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::training::rules::certificate::reminder;
    use proptest::prelude::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    /// What is told today of what is due on this day.
    fn told(matter: Matter, due: NaiveDate, today: NaiveDate) -> Vec<String> {
        let stages = matter.stages(today);
        let holds: Vec<_> = stages.iter().filter(|stage| stage.holds(due)).collect();
        holds.iter().map(|stage| format!("{} {}", matter.action(stage), stage.step)).collect()
    }

    #[test]
    fn the_worked_days_of_an_action() {
        let due = day("2025-03-31");
        for (today, expected) in [
            ("2025-03-23", vec![]),
            ("2025-03-24", vec!["action_item.due_soon 0"]),
            ("2025-03-30", vec!["action_item.due_soon 0"]),
            ("2025-03-31", vec!["action_item.due 0"]),
            ("2025-04-01", vec!["action_item.overdue 0"]),
            ("2025-04-07", vec!["action_item.overdue 0"]),
            ("2025-04-08", vec!["action_item.overdue 0", "action_item.escalated 1"]),
            ("2026-04-08", vec!["action_item.overdue 0", "action_item.escalated 1"]),
        ] {
            assert_eq!(told(Matter::Action, due, day(today)), expected, "{today}");
        }
    }

    #[test]
    fn the_worked_days_of_a_report() {
        // Due on a Friday: grace ends on Tuesday the 11th, the second escalation is after Thursday the 13th.
        let due = day("2025-03-07");
        let (overdue, escalated) = ("initiative.report_overdue 0", "initiative.report_escalated");
        for (today, expected) in [
            ("2025-02-27", vec![]),
            ("2025-02-28", vec!["initiative.report_due_soon 0".to_owned()]),
            ("2025-03-07", vec!["initiative.report_due 0".to_owned()]),
            ("2025-03-11", vec!["initiative.report_due 0".to_owned()]),
            ("2025-03-12", vec![overdue.to_owned(), format!("{escalated} 1")]),
            ("2025-03-13", vec![overdue.to_owned(), format!("{escalated} 1")]),
            ("2025-03-14", vec![overdue.to_owned(), format!("{escalated} 1"), format!("{escalated} 2")]),
        ] {
            assert_eq!(told(Matter::Report, due, day(today)), expected, "{today}");
        }
    }

    #[test]
    fn the_worked_days_of_a_certificate() {
        let last = day("2025-06-29");
        for (today, expected) in [
            ("2025-03-30", vec![]),
            ("2025-03-31", vec!["certification.ends_in_90_days 90"]),
            ("2025-05-30", vec!["certification.ends_in_30_days 30"]),
            ("2025-06-29", vec!["certification.ends_in_7_days 7"]),
            ("2025-06-30", vec!["certification.ended 0"]),
            ("2025-07-07", vec!["certification.ended 0", "certification.escalated 1"]),
            ("2025-09-27", vec!["certification.ended 0", "certification.escalated 1"]),
            ("2025-09-28", vec![]),
        ] {
            assert_eq!(told(Matter::Certificate, last, day(today)), expected, "{today}");
        }
    }

    #[test]
    fn the_ends_of_the_calendar_are_days_too() {
        for matter in Matter::ALL {
            for today in [NaiveDate::MIN, NaiveDate::MAX] {
                assert!(!matter.stages(today).is_empty(), "{matter:?}");
            }
        }
    }

    proptest! {
        /// Of a day at most one of due soon, due and overdue is told, and none before it that was told after it: nothing
        /// goes back. What is escalated is overdue, and stays so.
        #[test]
        fn time_goes_one_way(due in 0_i64..20_000, left in -40_i64..110, matter in 0_usize..5) {
            let matter = Matter::ALL[matter];
            let due = day("1990-01-01") + chrono::TimeDelta::days(due);
            let today = due - chrono::TimeDelta::days(left);
            let of = |today: NaiveDate| -> Vec<Stage> {
                matter.stages(today).into_iter().filter(|stage| stage.holds(due)).collect()
            };
            let (now, next) = (of(today), of(today + chrono::TimeDelta::days(1)));
            let (plain, escalated): (Vec<_>, Vec<_>) =
                now.iter().partition::<Vec<&Stage>, _>(|stage| stage.what != What::Escalated);
            prop_assert!(plain.len() <= 1);
            prop_assert!(escalated.is_empty() || plain[0].what == What::Overdue);
            let last = |stages: &[Stage]| {
                stages.iter().map(|stage| (stage.what, if stage.what == What::DueSoon { -stage.step } else { stage.step })).max()
            };
            prop_assert!(last(&now) <= last(&next), "{:?} {:?}", now, next);
            // Whatever is due within a week or was not long ago is told of.
            prop_assert!(!(-40..=7).contains(&left) || !now.is_empty());
        }

        /// Certificates are told of as their own rule says.
        #[test]
        fn certificates_follow_their_rule(left in -5_i64..130) {
            let today = day("2025-03-31");
            let due = today + chrono::TimeDelta::days(left);
            let stages = Matter::Certificate.stages(today);
            let soon = stages.iter().find(|stage| stage.what == What::DueSoon && stage.holds(due));
            prop_assert_eq!(soon.map(|stage| i64::from(stage.step)), reminder(left));
        }
    }
}
