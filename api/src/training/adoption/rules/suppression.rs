//! Which groups may be told, so that nobody learns of fewer than five people by adding and taking away.
//!
//! A group is an org unit with all below it. Whoever is told of a unit and of some units inside it can take these away
//! from the whole, and knows of the people who are left. Those rests share nobody, and whatever else is added up or
//! taken away is made of whole rests. So it is enough that each rest is empty or has at least five people: then nothing
//! that can be worked out is about fewer.
//!
//! Units are looked at from below. One with fewer than five people is hidden. Where one leaves a rest that is too small,
//! the smallest group inside it that is told is hidden as well, and the next, until the rest is large enough; at the
//! latest when nothing inside it is told. The people who work in a unit itself, in none below it, are such a rest too.
//! All of this is the same for everybody who asks, whatever part of the organisation they see.

use std::collections::{BTreeMap, HashMap, VecDeque};

use tutti_entity::ids::OrgUnitId;
use tutti_entity::training::adoption_assessment::Barrier;

/// The fewest people that may be told of.
pub const FEWEST: u64 = 5;

/// How many people have which barrier.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts(BTreeMap<Barrier, u64>);

impl Counts {
    /// So many more people have this barrier.
    pub fn add(&mut self, barrier: Barrier, people: u64) {
        let of = self.0.entry(barrier).or_default();
        *of = of.saturating_add(people);
    }

    fn add_all(&mut self, others: &Self) {
        for (barrier, people) in &others.0 {
            self.add(*barrier, *people);
        }
    }

    /// How many have this barrier.
    #[must_use]
    pub fn of(&self, barrier: Barrier) -> u64 {
        self.0.get(&barrier).copied().unwrap_or_default()
    }

    /// How many people that are.
    #[must_use]
    pub fn people(&self) -> u64 {
        self.0.values().copied().fold(0, u64::saturating_add)
    }
}

/// An org unit, and how many of the people who work in it, not below it, have which barrier.
#[derive(Clone, Debug)]
pub struct Unit {
    /// Its id.
    pub id: OrgUnitId,
    /// The unit that it is part of.
    pub parent: Option<OrgUnitId>,
    /// Its own people.
    pub own: Counts,
}

/// A unit with all below it.
#[derive(Debug, Default)]
struct Group {
    total: Counts,
    told: bool,
    /// The groups inside it that are told and are in no other one inside it that is told.
    inside: Vec<OrgUnitId>,
    /// How many people are left without those.
    rest: u64,
}

/// What may be told of each unit with all below it. Hidden ones are left out, and so is what belongs to no tree.
#[must_use]
pub fn told(units: Vec<Unit>) -> HashMap<OrgUnitId, Counts> {
    let order = from_above(&units);
    let mut children: HashMap<OrgUnitId, Vec<OrgUnitId>> = HashMap::new();
    for unit in &units {
        if let Some(parent) = unit.parent {
            children.entry(parent).or_default().push(unit.id);
        }
    }
    let mut own: HashMap<_, _> = units.into_iter().map(|unit| (unit.id, unit.own)).collect();
    let mut groups: HashMap<OrgUnitId, Group> = HashMap::with_capacity(order.len());
    for id in order.into_iter().rev() {
        let mut group = Group { total: own.remove(&id).unwrap_or_default(), ..Group::default() };
        group.rest = group.total.people();
        for child in children.get(&id).into_iter().flatten() {
            let Some(below) = groups.get(child) else { continue };
            group.total.add_all(&below.total);
            if below.told {
                group.inside.push(*child);
            } else {
                group.inside.extend(&below.inside);
                group.rest = group.rest.saturating_add(below.rest);
            }
        }
        group.told = group.total.people() >= FEWEST;
        while group.told && (1..FEWEST).contains(&group.rest) {
            hide_smallest(&mut group, &mut groups);
        }
        groups.insert(id, group);
    }
    groups.into_iter().filter(|(_, group)| group.told).map(|(id, group)| (id, group.total)).collect()
}

/// Hides the smallest group that is told inside this one; of two as small the one that was entered first.
fn hide_smallest(group: &mut Group, groups: &mut HashMap<OrgUnitId, Group>) {
    let size = |id: &OrgUnitId| (groups.get(id).map(|inside| inside.total.people()), *id);
    let Some(smallest) = group.inside.iter().copied().min_by_key(size) else {
        // Not reached: with nothing inside, the rest is all of it, which is enough.
        group.told = false;
        return;
    };
    group.inside.retain(|id| *id != smallest);
    if let Some(hidden) = groups.get_mut(&smallest) {
        hidden.told = false;
        group.inside.extend(&hidden.inside);
        group.rest = group.rest.saturating_add(hidden.rest);
    }
}

/// The units of all trees, each after the one that it is part of.
fn from_above(units: &[Unit]) -> Vec<OrgUnitId> {
    let mut below: HashMap<Option<OrgUnitId>, Vec<OrgUnitId>> = HashMap::new();
    for unit in units {
        below.entry(unit.parent).or_default().push(unit.id);
    }
    let mut next: VecDeque<_> = below.remove(&None).unwrap_or_default().into();
    let mut order = Vec::with_capacity(units.len());
    while let Some(id) = next.pop_front() {
        order.push(id);
        next.extend(below.remove(&Some(id)).unwrap_or_default());
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use uuid::Uuid;

    fn id(number: usize) -> OrgUnitId {
        OrgUnitId(Uuid::from_u128(u128::try_from(number).unwrap()))
    }

    /// Units by what they are part of and how many people work in them; the first is at the top.
    fn tree(units: &[(usize, u64)]) -> Vec<Unit> {
        let unit = |(number, (parent, people)): (usize, &(usize, u64))| {
            let mut own = Counts::default();
            own.add(Barrier::Desire, *people);
            Unit { id: id(number), parent: Some(id(*parent)).filter(|_| number > 0), own }
        };
        units.iter().enumerate().map(unit).collect()
    }

    fn seen(units: &[(usize, u64)]) -> Vec<usize> {
        let told = told(tree(units));
        (0..units.len()).filter(|number| told.contains_key(&id(*number))).collect()
    }

    #[test]
    fn a_group_of_fewer_than_five_is_hidden_and_so_is_the_next_smallest() {
        assert_eq!(seen(&[(0, 4)]), [0; 0]);
        assert_eq!(seen(&[(0, 5)]), [0]);
        assert_eq!(seen(&[(0, 0)]), [0; 0]);
        // 3 of 20 are hidden: 8 with them, else 20 − 8 − 9 were told.
        assert_eq!(seen(&[(0, 0), (0, 3), (0, 8), (0, 9)]), [0, 3]);
        // Of two as small the first.
        assert_eq!(seen(&[(0, 0), (0, 3), (0, 8), (0, 8)]), [0, 3]);
        // Two that are small hide one another, where together they are enough.
        assert_eq!(seen(&[(0, 0), (0, 3), (0, 2), (0, 9)]), [0, 3]);
        assert_eq!(seen(&[(0, 0), (0, 2), (0, 2), (0, 9)]), [0]);
        // Unless the total is hidden.
        assert_eq!(seen(&[(0, 0), (0, 2), (0, 2)]), [0; 0]);
        // What nobody is in hides nobody.
        assert_eq!(seen(&[(0, 0), (0, 3), (0, 0), (0, 9)]), [0]);
        assert_eq!(seen(&[(0, 0), (0, 6), (0, 0), (0, 9)]), [0, 1, 3]);
    }

    #[test]
    fn who_works_in_the_unit_itself_is_a_group_too() {
        // Two at the head of 20: one below is hidden for them.
        assert_eq!(seen(&[(0, 2), (0, 8), (0, 10)]), [0, 2]);
        assert_eq!(seen(&[(0, 5), (0, 8), (0, 10)]), [0, 1, 2]);
        assert_eq!(seen(&[(0, 4), (0, 4), (0, 9)]), [0, 2]);
    }

    #[test]
    fn hiding_reaches_as_far_down_as_it_has_to() {
        // 1 has nobody of its own: hiding it alone would be undone by adding up 3 and 4.
        assert_eq!(seen(&[(0, 1), (0, 0), (0, 30), (1, 6), (1, 7)]), [0, 2, 4]);
        // A unit inside that is told stays told where enough is hidden above it.
        assert_eq!(seen(&[(0, 1), (0, 6), (0, 30), (1, 5)]), [0, 2, 3]);
    }

    #[test]
    fn counts_come_with_all_that_is_below() {
        let mut units = tree(&[(0, 1), (0, 5), (1, 6)]);
        units[2].own.add(Barrier::NoBarrier, 2);
        let told = told(units);
        assert_eq!(told[&id(0)].of(Barrier::Desire), 12);
        assert_eq!((told[&id(0)].of(Barrier::NoBarrier), told[&id(0)].of(Barrier::Ability)), (2, 0));
        assert_eq!(told[&id(0)].people(), 14);
    }

    #[test]
    fn units_that_run_in_a_circle_are_not_told() {
        let mut units = tree(&[(0, 9), (2, 9), (1, 9)]);
        units[0].parent = None;
        assert_eq!(told(units).len(), 1);
    }

    /// Trees of up to seven units, each part of one before it.
    fn any_tree() -> impl Strategy<Value = Vec<(usize, u64)>> {
        prop::collection::vec((any::<prop::sample::Index>(), 0_u64..9), 1..8).prop_map(|units| {
            let unit = |(number, (parent, people)): (usize, &(prop::sample::Index, u64))| {
                (parent.index(number.max(1)), *people)
            };
            units.iter().enumerate().map(unit).collect()
        })
    }

    proptest! {
        /// Somebody who adds and takes away all that is told, in every way, learns of five people or more, or of nobody.
        #[test]
        fn nobody_works_out_fewer_than_five(units in any_tree()) {
            let seen = seen(&units);
            let within = |mut unit: usize, above: usize| loop {
                if unit == above { return true; }
                if unit == 0 { return false; }
                unit = units[unit].0;
            };
            for way in 0..3_usize.pow(u32::try_from(seen.len()).unwrap()) {
                // Each told group is added, left out or taken away.
                let signs: Vec<_> = (0..seen.len())
                    .map(|at| i64::try_from(way / 3_usize.pow(u32::try_from(at).unwrap()) % 3).unwrap() - 1)
                    .collect();
                let times: Vec<i64> = (0..units.len())
                    .map(|unit| {
                        let parts = seen.iter().zip(&signs).filter(|(above, _)| within(unit, **above));
                        parts.map(|(_, sign)| sign).sum()
                    })
                    .collect();
                // How many people are told of by each number of times: what is told of one group of them alone.
                let inhabited = || units.iter().zip(&times).filter(|((_, people), _)| *people > 0);
                if inhabited().all(|(_, times)| (0..=1).contains(times)) {
                    let people: u64 =
                        inhabited().filter(|(_, times)| **times == 1).map(|((_, people), _)| people).sum();
                    prop_assert!(people == 0 || people >= FEWEST, "{:?} tells of {}", signs, people);
                }
            }
        }

        /// Nothing is hidden without need: where every unit has enough people of its own or none, only empty ones are.
        #[test]
        fn nothing_is_hidden_without_need(units in any_tree()) {
            let units: Vec<_> = units.into_iter().map(|(above, people)| (above, people * 5)).collect();
            let told = told(tree(&units));
            for number in 0..units.len() {
                let inhabited = (0..units.len()).any(|unit| {
                    let mut here = unit;
                    while here != number && here != 0 { here = units[here].0; }
                    here == number && units[unit].1 > 0
                });
                prop_assert_eq!(told.contains_key(&id(number)), inhabited);
            }
        }

        /// A group of five or more is hidden only for the sake of a smaller rest, and the top never is.
        #[test]
        fn the_whole_is_told_where_it_is_enough(units in any_tree()) {
            let all: u64 = units.iter().map(|(_, people)| people).sum();
            prop_assert_eq!(seen(&units).contains(&0), all >= FEWEST);
        }
    }
}
