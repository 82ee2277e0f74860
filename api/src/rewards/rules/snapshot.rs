//! What was known of the KPIs when a run was calculated, and the hash that proves it.
//!
//! Always: a number of too few answers is not paid on; what is carried was locked; and the hash is the same of the
//! same measurements in the same revisions with the same values, in whatever order they came, and of nothing else.

use aws_lc_rs::digest;
use chrono::NaiveDate;
use tutti_entity::ids::KpiId;
use tutti_entity::rewards::reward_plan::MissingKpiPolicy;
use tutti_entity::rewards::terms::{Known, Part, Snapshot, SnapshotState};

use super::factor::Values;
use super::period::Span;
use crate::metrics::rules::exact::Exact;

/// What was measured of a KPI in one of its periods, everything in force put together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// The period of the KPI.
    pub period: Span,
    /// The value; none where there is none, or where it cannot be relied on.
    pub payable: Option<Exact>,
    /// The revisions of which it is made.
    pub parts: Vec<Part>,
}

/// Which period of a KPI is paid on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// This one: that of a run.
    Exactly(Span),
    /// The last one that was measured and over by this day: how it stands.
    Last(NaiveDate),
}

/// A fraction in lowest terms, as rows keep it.
#[must_use]
pub fn spelled(exact: &Exact) -> String {
    exact.to_string()
}

/// The fraction that a row keeps.
#[must_use]
pub fn read(text: &str) -> Option<Exact> {
    text.parse().ok()
}

/// What is known of a KPI, of which this was measured, the last period first. `locked_through` is the day up to which
/// its periods are locked.
#[must_use]
pub fn known(
    kpi: KpiId,
    wanted: Wanted,
    readings: &[Reading],
    policy: MissingKpiPolicy,
    locked_through: Option<NaiveDate>,
) -> Known {
    let meant = |reading: &&Reading| match wanted {
        Wanted::Exactly(period) => reading.period.from == period.from,
        Wanted::Last(day) => reading.period.to <= day,
    };
    let reading = readings.iter().find(meant);
    let told = |reading: &Reading, state| Known {
        kpi,
        state,
        value: reading.payable.as_ref().map(spelled),
        period_start: Some(reading.period.from),
        parts: reading.parts.clone(),
    };
    if let Some(reading) = reading.filter(|reading| reading.payable.is_some()) {
        return told(reading, SnapshotState::Ok);
    }
    let before = |reading: &&Reading| match wanted {
        Wanted::Exactly(period) => reading.period.from < period.from,
        Wanted::Last(day) => reading.period.to <= day,
    };
    let locked = |reading: &&Reading| locked_through.is_some_and(|through| reading.period.to <= through);
    let carried = readings.iter().filter(before).filter(locked).find(|reading| reading.payable.is_some());
    match (policy, carried, reading) {
        (MissingKpiPolicy::Carry, Some(reading), _) => told(reading, SnapshotState::Carried),
        (_, _, Some(reading)) => told(reading, SnapshotState::Missing),
        (_, _, None) => {
            Known { kpi, state: SnapshotState::Missing, value: None, period_start: None, parts: Vec::new() }
        }
    }
}

/// The values that are paid on.
#[must_use]
pub fn values(snapshot: &Snapshot) -> Values {
    snapshot.0.iter().filter_map(|known| Some((known.kpi, read(known.value.as_deref()?)?))).collect()
}

/// SHA-256, hexadecimal, of one line for each measurement: its id, its revision and its value as a fraction in lowest
/// terms, with a tab between them and a line feed at the end; sorted. A KPI of which nothing was measured has a line
/// with its id and two hyphens, so that it makes a difference as well.
#[must_use]
pub fn hash(snapshot: &Snapshot) -> String {
    let mut lines: Vec<String> = Vec::new();
    for known in &snapshot.0 {
        lines.extend(known.parts.iter().map(|part| {
            let value = part.value.as_deref().unwrap_or("-");
            format!("{}\t{}\t{value}\n", part.measurement, part.revision)
        }));
        if known.parts.is_empty() {
            lines.push(format!("{}\t-\t-\n", known.kpi));
        }
    }
    lines.sort_unstable();
    lines.dedup();
    hex(digest::digest(&digest::SHA256, lines.concat().as_bytes()).as_ref())
}

fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .filter_map(|digit| char::from_digit(digit.into(), 16))
        .collect()
}

/// The KPIs whose measurements differ, in the order of the first.
pub fn differing<'s>(
    one: &'s Snapshot,
    other: &'s Snapshot,
) -> impl Iterator<Item = (&'s Known, Option<&'s Known>)> {
    one.0.iter().filter_map(|known| {
        let now = other.0.iter().find(|now| now.kpi == known.kpi);
        (now.is_none_or(|now| now.parts != known.parts)).then_some((known, now))
    })
}

#[cfg(test)]
mod tests {
    use super::super::factor::tests::kpi;
    use super::super::period::tests::span;
    use super::*;
    use crate::metrics::rules::exact::over;
    use proptest::prelude::*;
    use tutti_entity::ids::MeasurementId;
    use uuid::Uuid;

    fn part(number: u128, revision: i32, value: &str) -> Part {
        Part { measurement: MeasurementId(Uuid::from_u128(number)), revision, value: Some(value.to_owned()) }
    }

    fn reading(month: u32, payable: Option<(i64, i64)>) -> Reading {
        let from = format!("2025-{month:02}-01");
        Reading {
            period: span(&from, &format!("2025-{month:02}-28")),
            payable: payable.and_then(|(number, by)| over(number, by)),
            parts: vec![part(month.into(), 1, "1")],
        }
    }

    fn told(
        wanted: Wanted,
        readings: &[Reading],
        policy: MissingKpiPolicy,
    ) -> (SnapshotState, Option<String>) {
        let locked = Some("2025-02-28".parse().unwrap());
        let known = known(kpi(1), wanted, readings, policy, locked);
        assert_eq!(known.parts.is_empty(), known.period_start.is_none());
        (known.state, known.value)
    }

    #[test]
    fn a_number_is_paid_on_carried_or_missing() {
        use MissingKpiPolicy::{Carry, Pending, Reweight};
        let march = Wanted::Exactly(span("2025-03-01", "2025-03-28"));
        let all = [reading(3, Some((511, 6))), reading(2, Some((34, 1))), reading(1, Some((30, 1)))];
        assert_eq!(told(march, &all, Pending), (SnapshotState::Ok, Some("511/6".into())));
        // Too few answers count as none.
        let few = [reading(3, None), reading(2, None), reading(1, Some((30, 1)))];
        for policy in [Pending, Reweight] {
            assert_eq!(told(march, &few, policy), (SnapshotState::Missing, None));
        }
        assert_eq!(told(march, &few, Carry), (SnapshotState::Carried, Some("30".into())));
        // The period itself is not there: what is there is older, and not what was asked for.
        assert_eq!(told(march, &all[1..], Pending), (SnapshotState::Missing, None));
        assert_eq!(told(march, &all[1..], Carry), (SnapshotState::Carried, Some("34".into())));
        // How it stands is the last one, and what comes after what is asked for is not carried.
        let last = Wanted::Last("2025-04-30".parse().unwrap());
        assert_eq!(told(Wanted::Last("2025-03-27".parse().unwrap()), &all, Pending).1, Some("34".into()));
        assert_eq!(told(last, &all[1..], Pending), (SnapshotState::Ok, Some("34".into())));
        let february = Wanted::Exactly(span("2025-02-01", "2025-02-28"));
        assert_eq!(told(february, &[all[0].clone()], Carry), (SnapshotState::Missing, None));
        // What is open is not carried.
        let open = [reading(4, None), reading(3, Some((9, 1)))];
        assert_eq!(told(last, &open, Carry), (SnapshotState::Missing, None));
        assert_eq!(told(march, &[], Carry), (SnapshotState::Missing, None));
    }

    #[test]
    fn fractions_read_back() {
        for (number, by, told) in [(511, 6, "511/6"), (-3, 2, "-3/2"), (68, 2, "34")] {
            let exact = over(number, by).unwrap();
            assert_eq!(spelled(&exact), told);
            assert_eq!(read(told), Some(exact));
        }
        assert_eq!(read("much"), None);
    }

    fn snapshot(parts: &[&[Part]]) -> Snapshot {
        let known = |(number, parts): (u128, &&[Part])| Known {
            kpi: kpi(number),
            state: SnapshotState::Ok,
            value: Some("7".to_owned()),
            period_start: None,
            parts: parts.to_vec(),
        };
        Snapshot((1..).zip(parts).map(known).collect())
    }

    #[test]
    fn the_hash_is_one_that_anybody_can_make() {
        let one = snapshot(&[&[part(2, 1, "40")], &[part(1, 2, "511/6")]]);
        let lines = "mea_00000000000000000000000001\t2\t511/6\nmea_00000000000000000000000002\t1\t40\n";
        let expected = digest::digest(&digest::SHA256, lines.as_bytes());
        let expected = hex(expected.as_ref());
        assert_eq!((hex(&[0, 10, 255]).as_str(), expected.len()), ("000aff", 64));
        assert_eq!(hash(&one), expected);
        assert_eq!(values(&one).len(), 2);
        for other in [
            snapshot(&[&[part(2, 2, "40")], &[part(1, 2, "511/6")]]),
            snapshot(&[&[part(2, 1, "41")], &[part(1, 2, "511/6")]]),
            snapshot(&[&[part(3, 1, "40")], &[part(1, 2, "511/6")]]),
            snapshot(&[&[part(2, 1, "40")], &[]]),
            snapshot(&[&[part(2, 1, "40")]]),
        ] {
            assert_ne!(hash(&other), expected);
            assert_ne!(differing(&one, &other).count(), 0);
        }
        assert_eq!(differing(&one, &one.clone()).count(), 0);
    }

    proptest! {
        #[test]
        fn the_order_makes_no_difference(
            parts in proptest::collection::vec((any::<u128>(), 1_i32..9, 0_i64..100), 1..8), turn in 0_usize..8
        ) {
            let parts: Vec<Part> =
                parts.into_iter().map(|(id, revision, value)| part(id, revision, &value.to_string())).collect();
            let mut turned = parts.clone();
            let middle = turn % turned.len();
            turned.rotate_left(middle);
            prop_assert_eq!(hash(&snapshot(&[&parts])), hash(&snapshot(&[&turned])));
        }
    }
}
