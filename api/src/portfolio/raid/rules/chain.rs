//! Chains of dependencies: the circle that one more would close, and whether what is needed comes too late.

use std::collections::{BTreeMap, VecDeque};

use chrono::NaiveDate;
use tutti_entity::portfolio::initiative::Status;

use crate::portfolio::rules::is_final;

/// The circle that closes when this giver gives to this taker as well: the giver, the taker, those that it gives
/// to in turn, and the giver again. The shortest one; of several as short the first in the order of the names.
/// Each edge is who gives, and to whom.
#[must_use]
pub fn circle<N: Copy + Ord>(edges: &[(N, N)], giver: N, taker: N) -> Option<Vec<N>> {
    let mut takers: BTreeMap<N, Vec<N>> = BTreeMap::new();
    for (from, to) in edges {
        takers.entry(*from).or_default().push(*to);
    }
    for of_one in takers.values_mut() {
        of_one.sort();
    }
    // Who was come from: breadth first, so that the first way found is a shortest one.
    let mut before: BTreeMap<N, N> = BTreeMap::from([(taker, giver)]);
    let mut next = VecDeque::from([taker]);
    while let Some(here) = next.pop_front().filter(|here| *here != giver) {
        for to in takers.get(&here).into_iter().flatten() {
            if !before.contains_key(to) {
                before.insert(*to, here);
                next.push_back(*to);
            }
        }
    }
    let mut way = vec![giver];
    let mut here = *before.get(&giver)?;
    while here != giver {
        way.push(here);
        here = *before.get(&here)?;
    }
    way.push(giver);
    way.reverse();
    Some(way)
}

/// How many codes of a circle are told, the first again at the end included.
const CODES_TOLD: usize = 12;

/// A circle as people read it: `CX-1 → CX-4 → CX-1`. The middle of a long one is left out.
#[must_use]
pub fn told(codes: &[String]) -> String {
    let mut told: Vec<_> = codes.iter().map(String::as_str).collect();
    let left_out = told.len().saturating_sub(CODES_TOLD);
    if left_out > 0 {
        told.splice(CODES_TOLD / 2..CODES_TOLD / 2 + left_out, ["…"]);
    }
    told.join(" → ")
}

/// A dependency as it stands between the two.
#[derive(Clone, Copy, Debug)]
pub struct Need {
    /// Where the giver stands.
    pub giver: Status,
    /// The day on which the giver is to be finished.
    pub due_on: NaiveDate,
    /// The day on which it was.
    pub completed_on: Option<NaiveDate>,
    /// Where the taker stands.
    pub taker: Status,
    /// The day on which the taker needs it.
    pub needed_on: NaiveDate,
    /// Whether it was removed.
    pub removed: bool,
}

/// Whether what is needed comes too late.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// By how many days.
    pub days: i32,
    /// Whether it does: by some days, or because it never comes.
    pub is: bool,
}

impl Need {
    /// By how many days the giver is later than it is needed: its due date, or the day it was closed, minus the
    /// day on which it is needed. One that was cancelled or rejected never gives: that is a conflict whatever the
    /// days say. Nothing is, where nothing waits any more.
    #[must_use]
    pub fn conflict(self) -> Conflict {
        if self.removed || is_final(self.taker) {
            return Conflict { days: 0, is: false };
        }
        let late = self.completed_on.unwrap_or(self.due_on) - self.needed_on;
        let days = i32::try_from(late.num_days()).unwrap_or(i32::MAX).max(0);
        Conflict { days, is: days > 0 || never_gives(self.giver) }
    }
}

/// Whether nothing comes of an initiative in this status.
#[must_use]
pub const fn never_gives(status: Status) -> bool {
    matches!(status, Status::Cancelled | Status::Rejected)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_worked_circles() {
        // CX-1 gives to CX-4: the other way round closes the circle.
        assert_eq!(circle(&[(4, 1)], 1, 4), Some(vec![1, 4, 1]));
        assert_eq!(circle(&[(1, 2), (2, 3)], 3, 1), Some(vec![3, 1, 2, 3]));
        assert_eq!(circle(&[(1, 2), (1, 3), (2, 4), (3, 4)], 4, 1), Some(vec![4, 1, 2, 4]));
        // Two ways to the same end are none.
        assert_eq!(circle(&[(1, 2), (2, 3)], 1, 3), None);
        assert_eq!(circle(&[], 1, 2), None);
        assert_eq!(circle(&[], 1, 1), Some(vec![1, 1]));
        // A circle that is there already does not hold anybody up.
        assert_eq!(circle(&[(2, 3), (3, 2)], 1, 2), None);
    }

    #[test]
    fn a_circle_is_told_by_codes() {
        let codes = |count: usize| (1..=count).map(|code| format!("CX-{code}")).collect::<Vec<_>>();
        assert_eq!(told(&["CX-1".into(), "CX-4".into(), "CX-1".into()]), "CX-1 → CX-4 → CX-1");
        assert_eq!(told(&codes(12)).matches('→').count(), 11);
        let long = told(&codes(40));
        assert!(long.starts_with("CX-1 → CX-2 → ") && long.ends_with(" → CX-40"), "{long}");
        assert!(long.contains("CX-6 → … → CX-35"), "{long}");
    }

    fn need(due: &str, needed: &str) -> Need {
        Need {
            giver: Status::Active,
            due_on: due.parse().unwrap(),
            completed_on: None,
            taker: Status::Active,
            needed_on: needed.parse().unwrap(),
            removed: false,
        }
    }

    #[test]
    fn what_comes_later_than_it_is_needed_is_a_conflict() {
        let conflict = |need: Need| (need.conflict().days, need.conflict().is);
        let late = need("2025-06-20", "2025-06-06");
        assert_eq!(conflict(late), (14, true));
        assert_eq!(conflict(need("2025-06-06", "2025-06-06")), (0, false));
        assert_eq!(conflict(need("2025-06-05", "2025-06-06")), (0, false));
        // What was finished counts by the day on which it was.
        let closed =
            |on: &str| Need { giver: Status::Closed, completed_on: Some(on.parse().unwrap()), ..late };
        assert_eq!(conflict(closed("2025-06-04")), (0, false));
        assert_eq!(conflict(closed("2025-06-07")), (1, true));
        // What never comes is one whatever the days.
        for giver in [Status::Cancelled, Status::Rejected] {
            assert_eq!(conflict(Need { giver, ..late }), (14, true));
            assert_eq!(conflict(Need { giver, ..need("2025-06-05", "2025-06-06") }), (0, true));
        }
        for giver in [Status::Proposed, Status::Approved, Status::OnHold, Status::Closing] {
            assert_eq!(conflict(Need { giver, ..late }), (14, true));
        }
        // Where nothing waits any more there is none.
        for taker in [Status::Closed, Status::Cancelled, Status::Rejected] {
            assert_eq!(conflict(Need { taker, giver: Status::Cancelled, ..late }), (0, false));
        }
        assert_eq!(conflict(Need { removed: true, giver: Status::Cancelled, ..late }), (0, false));
    }

    /// How far it is from each to each along the edges, by trying every way over every other.
    fn distances(edges: &[(usize, usize)]) -> [[Option<usize>; 7]; 7] {
        let mut far = [[None; 7]; 7];
        for (one, row) in far.iter_mut().enumerate() {
            row[one] = Some(0);
        }
        for (from, to) in edges.iter().filter(|(from, to)| from != to) {
            far[*from][*to] = Some(1);
        }
        for over in 0..7 {
            for from in 0..7 {
                for to in 0..7 {
                    if let (Some(there), Some(on)) = (far[from][over], far[over][to]) {
                        let way = there + on;
                        far[from][to] = Some(far[from][to].map_or(way, |known: usize| known.min(way)));
                    }
                }
            }
        }
        far
    }

    proptest! {
        /// A circle is found exactly where there is one; it is a shortest one, and made of what is there.
        #[test]
        fn a_circle_is_found_where_there_is_one(
            edges in proptest::collection::vec((0_usize..7, 0_usize..7), 0..16),
            giver in 0_usize..7, taker in 0_usize..7,
        ) {
            let back = distances(&edges)[taker][giver];
            let found = circle(&edges, giver, taker);
            prop_assert_eq!(found.as_ref().map(|way| way.len() - 2), back);
            if let Some(way) = found {
                prop_assert_eq!((way[0], way[1], *way.last().unwrap()), (giver, taker, giver));
                for step in way[1..].windows(2) {
                    prop_assert!(edges.contains(&(step[0], step[1])), "{:?}", way);
                }
            }
        }

        /// Whatever is added one after another, each asked for first, what is let in is never a circle.
        #[test]
        fn what_is_let_in_runs_in_no_circle(
            wanted in proptest::collection::vec((0_usize..7, 0_usize..7), 0..40)
        ) {
            let mut edges = Vec::new();
            for (giver, taker) in wanted {
                if circle(&edges, giver, taker).is_none() {
                    edges.push((giver, taker));
                }
            }
            let far = distances(&edges);
            for (giver, taker) in &edges {
                prop_assert_eq!(far[*taker][*giver], None);
            }
        }
    }
}
