//! Who is whose trainer, and which generation that makes them.
//!
//! Sessions are gone through by the day on which they were held, and on one day in the order in which they were
//! entered. A person's trainer is the one of the first session that they completed and that creates lineage: its trainer
//! held a certificate that lets one train on that day, and the person did not stand above that trainer already. Whoever
//! holds a MASTER certificate on the day has nobody above them to gain. So nobody has two trainers, nobody is their own,
//! and no circle closes, whatever is entered later and for whichever day: all is worked out anew from what holds now.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, HashSet};

use super::facts::{Each, Facts, Number};
use super::trees::Trees;

/// By whom somebody was trained.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link {
    /// Their trainer.
    pub trainer: Number,
    /// The session at which they were: its place among all that were held.
    pub order: usize,
    /// Their score afterwards in basis points, where there is one.
    pub score_bp: Option<i32>,
}

/// Where somebody stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Member {
    /// 0 for those who trained and were trained by nobody, else one more than that of their trainer.
    pub generation: u32,
    /// By whom they were trained; none in generation 0.
    pub link: Option<Link>,
}

/// What may become a link, in the order in which it is asked: each completion of a session that creates lineage, by
/// somebody who was no master then.
fn chances(facts: &Facts) -> impl Iterator<Item = (Number, Link)> {
    let sessions = facts.held.iter().enumerate().filter(|(_, held)| held.lineage);
    sessions.flat_map(|(order, held)| {
        let those = held.completed.iter().filter(|done| !facts.is_master(done.person, held.on));
        those.map(move |done| (done.person, Link { trainer: held.trainer, order, score_bp: done.score_bp }))
    })
}

/// The links that were made, by who was trained.
type Links = Each<Option<Link>>;

fn link_of(links: &Links, person: Number) -> Option<Link> {
    links.of(person).copied().flatten()
}

/// Who trained whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lineage(Each<Option<Member>>);

impl Lineage {
    /// Who trained whom, by these facts.
    #[must_use]
    pub fn of(facts: &Facts) -> Self {
        let people = facts.count();
        let (mut links, mut trees) = (Links::new(people, None), Trees::new(people));
        for (person, link) in chances(facts) {
            if link_of(&links, person).is_none() && !trees.closes(person, link.trainer) {
                links.set(person, Some(link));
                trees.hang(person, link.trainer);
            }
        }
        Self::standing(people, &links)
    }

    /// Everybody's generation. What hangs on a link that was not made stands at the top itself.
    fn standing(people: usize, links: &Links) -> Self {
        let mut members = Self(Each::new(people, None));
        let mut way = Vec::new();
        for (person, _) in links.iter().filter(|(_, link)| link.is_some()) {
            let mut here = person;
            // Up to the first whose generation is known, and from there down again.
            while let Some(link) = link_of(links, here).filter(|_| members.member(here).is_none()) {
                way.push((here, link));
                here = link.trainer;
            }
            let top = members.member(here).copied().unwrap_or(Member { generation: 0, link: None });
            members.0.set(here, Some(top));
            let mut generation = top.generation;
            while let Some((person, link)) = way.pop() {
                generation = generation.saturating_add(1);
                members.0.set(person, Some(Member { generation, link: Some(link) }));
            }
        }
        members
    }

    /// Where somebody stands; none for those who neither trained nor were trained.
    #[must_use]
    pub fn member(&self, person: Number) -> Option<&Member> {
        self.0.of(person).and_then(Option::as_ref)
    }

    /// Everybody who has a place.
    pub fn members(&self) -> impl Iterator<Item = (Number, &Member)> {
        self.0.iter().filter_map(|(person, member)| Some((person, member.as_ref()?)))
    }

    /// Everybody who was trained, their generation and by whom.
    pub fn links(&self) -> impl Iterator<Item = (Number, u32, &Link)> {
        self.members().filter_map(|(person, member)| Some((person, member.generation, member.link.as_ref()?)))
    }

    /// Those who have a place only by these persons, them included.
    fn hanging_on(&self, gone: &HashSet<Number>) -> HashSet<Number> {
        let mut by_generation: Vec<_> = self.links().collect();
        by_generation.sort_unstable_by_key(|(person, generation, _)| (*generation, *person));
        let mut hanging = gone.clone();
        for (person, _, link) in by_generation {
            if hanging.contains(&link.trainer) {
                hanging.insert(person);
            }
        }
        hanging
    }

    /// Who would have trained whom without these persons. Those who do not hang on them keep their trainer. Of those who
    /// do, each hangs on the earliest of their other sessions whose trainer has a place without them; the rest has none.
    #[must_use]
    pub fn without(&self, facts: &Facts, gone: &HashSet<Number>) -> Self {
        let people = facts.count();
        let hanging = self.hanging_on(gone);
        let (mut links, mut has_place) = (Links::new(people, None), Each::new(people, false));
        for (person, member) in self.members().filter(|(person, _)| !hanging.contains(person)) {
            links.set(person, member.link);
            has_place.set(person, true);
        }
        let wanted = |(person, _): &(Number, Link)| hanging.contains(person) && !gone.contains(person);
        let chances: Vec<_> = chances(facts).filter(wanted).collect();
        let mut of_trainer: HashMap<Number, Vec<usize>> = HashMap::new();
        for (earlier, (_, link)) in chances.iter().enumerate() {
            of_trainer.entry(link.trainer).or_default().push(earlier);
        }
        let of = |trainer: Number| of_trainer.get(&trainer).into_iter().flatten().copied().map(Reverse);
        let there = has_place.iter().filter(|(_, has_place)| **has_place);
        let mut next: BinaryHeap<_> = there.flat_map(|(person, _)| of(person)).collect();
        while let Some(Reverse(earliest)) = next.pop() {
            let Some((person, link)) = chances.get(earliest) else { continue };
            if has_place.of(*person) == Some(&false) {
                has_place.set(*person, true);
                links.set(*person, Some(*link));
                next.extend(of(*person));
            }
        }
        Self::standing(people, &links)
    }
}
