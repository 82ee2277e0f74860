//! The initiative as it was when a report was published, and what changed from one picture to the next. Pure.
//!
//! Always: the comparison reads the two pictures and nothing else, so that it says the same for good.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use tutti_entity::ids::{KpiId, MilestoneId, PersonId};
use tutti_entity::portfolio::initiative::Status;
use tutti_entity::portfolio::milestone;
use tutti_entity::portfolio::status_report::Health;
use tutti_entity::value::CurrencyCode;

/// The initiative as it was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Picture {
    /// Where it stood.
    pub status: Status,
    /// Who answered for it.
    pub owner: PersonId,
    /// The first day of work.
    pub starts_on: NaiveDate,
    /// The day it was to be finished.
    pub due_on: NaiveDate,
    /// Its money.
    pub budget: Budget,
    /// Its milestones, by due date.
    pub milestones: Vec<Milestone>,
    /// How it went by the figures.
    pub computed: Health,
    /// How it went by the report.
    pub reported: Health,
    /// The KPIs that it was to move, by code; none in a picture from before they were kept.
    #[serde(default)]
    pub kpis: Option<Vec<Number>>,
}

/// Where a KPI stood.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Number {
    /// Which one.
    pub kpi: KpiId,
    /// Its number, as it was shown; none where there was none.
    pub value: Option<String>,
}

/// What it could spend, had spent and had promised, in minor units.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Budget {
    /// The budget lines together.
    pub approved: i64,
    /// What was spent.
    pub actual: i64,
    /// What was promised.
    pub committed: i64,
    /// The currency of all three.
    pub currency: CurrencyCode,
}

/// A milestone as it was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Milestone {
    /// Which one.
    pub id: MilestoneId,
    /// What it was called.
    pub title: String,
    /// The day it was to be reached.
    pub due_on: NaiveDate,
    /// The day it was reached, if it was.
    pub completed_on: Option<NaiveDate>,
    /// Where it stood.
    pub status: milestone::Status,
    /// How far it was, in basis points.
    pub percent_bp: i32,
    /// Its share of the work, in basis points, if it had one.
    pub weight_bp: Option<i32>,
}

/// A picture in the form in which it is kept: the number of the form comes with it, so that old ones read for good.
#[derive(Serialize, Deserialize)]
#[serde(tag = "form")]
enum Kept {
    #[serde(rename = "1")]
    First(Picture),
}

impl Picture {
    /// The text that is kept.
    ///
    /// # Errors
    /// None that could happen: everything in it has a JSON form.
    pub fn keep(self) -> Result<String, serde_json::Error> {
        serde_json::to_string(&Kept::First(self))
    }

    /// The picture that was kept.
    ///
    /// # Errors
    /// When the text was not written by [`Picture::keep`].
    pub fn read(text: &str) -> Result<Self, serde_json::Error> {
        let Kept::First(picture) = serde_json::from_str(text)?;
        Ok(picture)
    }
}

/// What happened to a milestone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum MilestoneStep {
    /// It was added, to be reached on this day.
    Added(NaiveDate),
    /// Its due date moved.
    Moved(NaiveDate, NaiveDate),
    /// It is not reached any more; it had been on this day, or was not wanted.
    Reopened(Option<NaiveDate>),
    /// It was reached on the second day; where it had been on another, that is the first.
    Completed(Option<NaiveDate>, NaiveDate),
    /// It is not wanted any more; it had been reached on this day, if it was.
    Cancelled(Option<NaiveDate>),
}

/// Which sum of money changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// What may be spent.
    Approved,
    /// What was spent.
    Actual,
    /// What was promised.
    Committed,
}

/// One thing that changed: what it was, and what it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// How it went by the report.
    Health(Health, Health),
    /// Where it stood.
    Status(Status, Status),
    /// Who answered for it.
    Owner(PersonId, PersonId),
    /// The day it was to be finished.
    Due(NaiveDate, NaiveDate),
    /// A milestone.
    Milestone(MilestoneId, MilestoneStep),
    /// A KPI that it is to move.
    Kpi(KpiId, Option<String>, Option<String>),
    /// A sum of money, in minor units.
    Money(Measure, CurrencyCode, i64, i64),
}

/// Where a milestone stands as far as changes are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stand {
    Open,
    Reached(NaiveDate),
    Cancelled,
}

impl Milestone {
    fn stand(&self) -> Stand {
        match (self.status, self.completed_on) {
            (milestone::Status::Cancelled, _) => Stand::Cancelled,
            (_, Some(on)) => Stand::Reached(on),
            (_, None) => Stand::Open,
        }
    }

    /// What happened to it since it looked so.
    fn since(&self, before: Option<&Self>) -> Vec<MilestoneStep> {
        let moved = match before {
            None => Some(MilestoneStep::Added(self.due_on)),
            Some(before) if before.due_on != self.due_on => {
                Some(MilestoneStep::Moved(before.due_on, self.due_on))
            }
            Some(_) => None,
        };
        let stood = before.map_or(Stand::Open, Self::stand);
        let reached = match stood {
            Stand::Reached(on) => Some(on),
            Stand::Open | Stand::Cancelled => None,
        };
        let went = (stood != self.stand()).then(|| match self.stand() {
            Stand::Open => MilestoneStep::Reopened(reached),
            Stand::Reached(on) => MilestoneStep::Completed(reached, on),
            Stand::Cancelled => MilestoneStep::Cancelled(reached),
        });
        moved.into_iter().chain(went).collect()
    }
}

fn differ<T: PartialEq>(before: T, after: T) -> Option<(T, T)> {
    (before != after).then_some((before, after))
}

/// What changed from an earlier picture to a later one: health, status, owner and due date first, then the milestones
/// in the order of the later picture, then the KPIs that it is to move now, then the money.
#[must_use]
pub fn between(earlier: &Picture, later: &Picture) -> Vec<Change> {
    let mut changes = Vec::new();
    changes.extend(differ(earlier.reported, later.reported).map(|(from, to)| Change::Health(from, to)));
    changes.extend(differ(earlier.status, later.status).map(|(from, to)| Change::Status(from, to)));
    changes.extend(differ(earlier.owner, later.owner).map(|(from, to)| Change::Owner(from, to)));
    changes.extend(differ(earlier.due_on, later.due_on).map(|(from, to)| Change::Due(from, to)));
    let before: BTreeMap<_, _> =
        earlier.milestones.iter().map(|milestone| (milestone.id, milestone)).collect();
    for milestone in &later.milestones {
        let steps = milestone.since(before.get(&milestone.id).copied());
        changes.extend(steps.into_iter().map(|step| Change::Milestone(milestone.id, step)));
    }
    if let (Some(before), Some(after)) = (&earlier.kpis, &later.kpis) {
        for Number { kpi, value } in after {
            let stood =
                before.iter().find(|number| number.kpi == *kpi).and_then(|number| number.value.as_ref());
            let moved = differ(stood, value.as_ref());
            changes.extend(moved.map(|(from, to)| Change::Kpi(*kpi, from.cloned(), to.cloned())));
        }
    }
    let (old, new) = (earlier.budget, later.budget);
    for (measure, from, to) in [
        (Measure::Approved, old.approved, new.approved),
        (Measure::Actual, old.actual, new.actual),
        (Measure::Committed, old.committed, new.committed),
    ] {
        let money = |(from, to)| Change::Money(measure, new.currency, from, to);
        changes.extend(differ(from, to).map(money));
    }
    changes
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use uuid::Uuid;

    fn day(number: u64) -> NaiveDate {
        "2025-01-01".parse::<NaiveDate>().unwrap() + chrono::Days::new(number)
    }

    fn id(number: u128) -> MilestoneId {
        MilestoneId(Uuid::from_u128(number))
    }

    fn person(number: u128) -> PersonId {
        PersonId(Uuid::from_u128(number))
    }

    fn milestone(number: u128, due: u64, stand: Stand) -> Milestone {
        let (status, completed_on) = match stand {
            Stand::Open => (milestone::Status::InProgress, None),
            Stand::Reached(on) => (milestone::Status::Done, Some(on)),
            Stand::Cancelled => (milestone::Status::Cancelled, None),
        };
        Milestone {
            id: id(number),
            title: "The first van".into(),
            due_on: day(due),
            completed_on,
            status,
            percent_bp: 2500,
            weight_bp: (number > 1).then_some(4000),
        }
    }

    fn picture(milestones: Vec<Milestone>) -> Picture {
        Picture {
            status: Status::Active,
            owner: person(1),
            starts_on: day(0),
            due_on: day(90),
            budget: Budget {
                approved: 10_500_000,
                actual: 3_600_000,
                committed: 2_000_000,
                currency: CurrencyCode::from_code("EUR").unwrap(),
            },
            milestones,
            computed: Health::Amber,
            reported: Health::Green,
            kpis: None,
        }
    }

    fn kpi(number: u128, value: Option<&str>) -> Number {
        Number { kpi: KpiId(Uuid::from_u128(number)), value: value.map(str::to_owned) }
    }

    #[test]
    fn everything_that_changed_is_told_in_one_order() {
        let before = picture(vec![
            milestone(1, 10, Stand::Open),
            milestone(2, 20, Stand::Reached(day(19))),
            milestone(3, 30, Stand::Open),
        ]);
        let mut after = picture(vec![
            milestone(1, 14, Stand::Reached(day(13))),
            milestone(2, 20, Stand::Open),
            milestone(3, 30, Stand::Cancelled),
            milestone(4, 40, Stand::Open),
        ]);
        (after.status, after.owner, after.due_on) = (Status::Closing, person(2), day(104));
        (after.reported, after.computed) = (Health::Red, Health::Red);
        let mut before = before;
        before.kpis =
            Some(vec![kpi(1, Some("46.0")), kpi(2, Some("8.0")), kpi(3, Some("1.5")), kpi(4, None)]);
        after.kpis =
            Some(vec![kpi(2, Some("8.0")), kpi(3, None), kpi(4, Some("51.6")), kpi(5, Some("80.0"))]);
        let moved = |number: u128, from: Option<&str>, to: Option<&str>| {
            Change::Kpi(kpi(number, None).kpi, from.map(str::to_owned), to.map(str::to_owned))
        };
        after.budget = Budget { approved: 11_000_000, actual: 3_600_000, committed: 0, ..before.budget };
        let euro = before.budget.currency;
        assert_eq!(
            between(&before, &after),
            [
                Change::Health(Health::Green, Health::Red),
                Change::Status(Status::Active, Status::Closing),
                Change::Owner(person(1), person(2)),
                Change::Due(day(90), day(104)),
                Change::Milestone(id(1), MilestoneStep::Moved(day(10), day(14))),
                Change::Milestone(id(1), MilestoneStep::Completed(None, day(13))),
                Change::Milestone(id(2), MilestoneStep::Reopened(Some(day(19)))),
                Change::Milestone(id(3), MilestoneStep::Cancelled(None)),
                Change::Milestone(id(4), MilestoneStep::Added(day(40))),
                moved(3, Some("1.5"), None),
                moved(4, None, Some("51.6")),
                moved(5, None, Some("80.0")),
                Change::Money(Measure::Approved, euro, 10_500_000, 11_000_000),
                Change::Money(Measure::Committed, euro, 2_000_000, 0),
            ]
        );
        assert_eq!(between(&before, &before), []);
        // A picture from before KPIs were kept tells nothing of them.
        let old = Picture { kpis: None, ..before };
        assert!(!between(&old, &after).iter().any(|change| matches!(change, Change::Kpi(..))));
    }

    #[test]
    fn a_picture_that_was_kept_once_reads_for_good() {
        let kept = r#"{"form":"1","status":"ACTIVE","owner":"per_00000000000000000000000001","startsOn":"2025-01-01",
            "dueOn":"2025-04-01","budget":{"approved":10500000,"actual":3600000,"committed":2000000,"currency":"EUR"},
            "milestones":[{"id":"mil_00000000000000000000000002","title":"The first van","dueOn":"2025-01-21",
            "completedOn":"2025-01-20","status":"DONE","percentBp":2500,"weightBp":4000}],
            "computed":"AMBER","reported":"GREEN"}"#;
        let expected = picture(vec![milestone(2, 20, Stand::Reached(day(19)))]);
        assert_eq!(Picture::read(kept).unwrap(), expected);
        assert_eq!(Picture::read(&expected.clone().keep().unwrap()).unwrap(), expected);
        assert!(Picture::read(&kept.replace("\"form\":\"1\"", "\"form\":\"2\"")).is_err());
        let kpis = r#""reported":"GREEN","kpis":[{"kpi":"kpi_00000000000000000000000003","value":"46.5"},
            {"kpi":"kpi_00000000000000000000000004","value":null}]}"#;
        let with = kept.replace("\"reported\":\"GREEN\"}", kpis);
        let expected = Picture { kpis: Some(vec![kpi(3, Some("46.5")), kpi(4, None)]), ..expected };
        assert_eq!(Picture::read(&with).unwrap(), expected);
        assert_eq!(Picture::read(&expected.clone().keep().unwrap()).unwrap(), expected);
    }

    fn stands() -> impl Strategy<Value = Stand> {
        prop_oneof![
            Just(Stand::Open),
            (0_u64..50).prop_map(|on| Stand::Reached(day(on))),
            Just(Stand::Cancelled)
        ]
    }

    fn pictures() -> impl Strategy<Value = Picture> {
        let milestones = proptest::collection::btree_map(0_u128..6, (0_u64..60, stands()), 0..6);
        let health = prop_oneof![Just(Health::Green), Just(Health::Red)];
        let value = prop_oneof![Just(None), Just(Some("46.0")), Just(Some("8.0"))];
        let rest = (0_u64..3, 0_i64..3, 1_u128..3, health, value);
        (milestones, rest).prop_map(|(all, (due, actual, owner, reported, value))| {
            let all = all.into_iter().map(|(number, (due, stand))| milestone(number, due, stand));
            let mut picture = picture(all.collect());
            (picture.due_on, picture.owner, picture.reported) = (day(90 + due), person(owner), reported);
            picture.budget.actual = actual;
            picture.kpis = Some(vec![kpi(1, value)]);
            picture
        })
    }

    /// What somebody who has only the earlier picture and the changes knows of the later one.
    fn changed(mut picture: Picture, changes: &[Change]) -> Picture {
        for change in changes {
            match change {
                Change::Health(from, to) => assert_eq!(std::mem::replace(&mut picture.reported, *to), *from),
                Change::Status(from, to) => assert_eq!(std::mem::replace(&mut picture.status, *to), *from),
                Change::Owner(from, to) => assert_eq!(std::mem::replace(&mut picture.owner, *to), *from),
                Change::Due(from, to) => assert_eq!(std::mem::replace(&mut picture.due_on, *to), *from),
                Change::Kpi(_, from, to) => {
                    let numbers = picture.kpis.as_mut().unwrap();
                    assert_eq!(std::mem::replace(&mut numbers[0].value, to.clone()), *from);
                }
                Change::Money(_, _, from, to) => {
                    assert_eq!(std::mem::replace(&mut picture.budget.actual, *to), *from);
                }
                Change::Milestone(id, MilestoneStep::Added(due)) => {
                    let mut added = milestone(id.0.as_u128(), 0, Stand::Open);
                    added.due_on = *due;
                    picture.milestones.push(added);
                }
                Change::Milestone(id, step) => {
                    let found = picture.milestones.iter_mut().find(|milestone| milestone.id == *id).unwrap();
                    match step {
                        MilestoneStep::Moved(from, to) => {
                            assert_eq!(std::mem::replace(&mut found.due_on, *to), *from);
                        }
                        MilestoneStep::Reopened(from) => {
                            assert_eq!(found.completed_on.take(), *from);
                            found.status = milestone::Status::InProgress;
                        }
                        MilestoneStep::Completed(from, to) => {
                            assert_eq!(found.completed_on.replace(*to), *from);
                            found.status = milestone::Status::Done;
                        }
                        MilestoneStep::Cancelled(from) => {
                            assert_eq!(found.completed_on.take(), *from);
                            found.status = milestone::Status::Cancelled;
                        }
                        MilestoneStep::Added(_) => unreachable!(),
                    }
                }
            }
        }
        picture.milestones.sort_by_key(|milestone| milestone.id);
        picture
    }

    proptest! {
        /// Whoever has the earlier picture and the changes has the later one: nothing is left out.
        #[test]
        fn the_changes_are_exact(earlier in pictures(), later in pictures()) {
            // Milestones are cancelled and never taken away.
            let mut later = later;
            for milestone in &earlier.milestones {
                if !later.milestones.iter().any(|other| other.id == milestone.id) {
                    later.milestones.push(milestone.clone());
                }
            }
            later.milestones.sort_by_key(|milestone| milestone.id);
            let changes = between(&earlier, &later);
            prop_assert_eq!(changed(earlier.clone(), &changes), later.clone());
            prop_assert_eq!(changes.is_empty(), earlier == later);
        }
    }
}
