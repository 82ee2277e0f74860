//! How many people each generation reached, and what came of it.

use std::collections::{BTreeMap, HashSet};

use chrono::NaiveDate;

use super::facts::{Each, Facts, Number};
use super::lineage::Lineage;

/// Scores added up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Scores {
    /// How many there are.
    pub count: i64,
    /// What they come to, in basis points.
    pub sum_bp: i64,
}

impl Scores {
    fn add(&mut self, score_bp: i32) {
        self.count = self.count.saturating_add(1);
        self.sum_bp = self.sum_bp.saturating_add(score_bp.into());
    }
}

/// One generation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Generation {
    /// How many people it has, each counted once.
    pub reach: usize,
    /// How many sessions these people completed together, each time counted.
    pub attendances: usize,
    /// How many of them held a session that creates lineage and that somebody completed.
    pub active_trainers: usize,
    /// How many of them may train today.
    pub certified_trainers: usize,
    /// The scores after the sessions at which they were trained.
    pub scores: Scores,
}

/// A cascade added up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// How many stand at the top: trained others and were trained by nobody.
    pub masters: usize,
    /// The generations, from 1.
    pub generations: BTreeMap<u32, Generation>,
    /// How many people were trained, each counted once: the generations together.
    pub reach: usize,
    /// How many times a session was completed, by whomever, whether it created lineage or not.
    pub attendances: usize,
}

impl Tally {
    /// Adds up who trained whom, leaving out what is of people who are absent: what they attended and what they held.
    #[must_use]
    pub fn of(facts: &Facts, lineage: &Lineage, absent: &HashSet<Number>, today: NaiveDate) -> Self {
        let mut tally = Self::default();
        let there = |person: Number| absent.is_empty() || !absent.contains(&person);
        let mut active = Each::new(facts.count(), false);
        for held in facts.held.iter().filter(|held| there(held.trainer)) {
            for done in held.completed.iter().filter(|done| there(done.person)) {
                tally.attendances = tally.attendances.saturating_add(1);
                if let Some(of) = tally.generation_of(lineage, done.person) {
                    of.attendances = of.attendances.saturating_add(1);
                }
                if held.lineage && done.person != held.trainer {
                    active.set(held.trainer, true);
                }
            }
        }
        for (person, member) in lineage.members() {
            let Some(link) = member.link else {
                tally.masters = tally.masters.saturating_add(1);
                continue;
            };
            tally.reach = tally.reach.saturating_add(1);
            let of = tally.generations.entry(member.generation).or_default();
            of.reach = of.reach.saturating_add(1);
            of.active_trainers =
                of.active_trainers.saturating_add(usize::from(active.of(person) == Some(&true)));
            let certified = facts.may_train(person, today);
            of.certified_trainers = of.certified_trainers.saturating_add(usize::from(certified));
            if let Some(score_bp) = link.score_bp {
                of.scores.add(score_bp);
            }
        }
        tally
    }

    /// The generation in which somebody was trained.
    fn generation_of(&mut self, lineage: &Lineage, person: Number) -> Option<&mut Generation> {
        let member = lineage.member(person).filter(|member| member.link.is_some())?;
        Some(self.generations.entry(member.generation).or_default())
    }
}

/// A cascade as it is, or as it would be without some.
#[derive(Clone, Debug)]
pub struct Cascade {
    /// Who trained whom.
    pub lineage: Lineage,
    /// What that adds up to.
    pub tally: Tally,
    /// How many would not have been reached, the persons themselves not counted; none where all are there.
    pub hanging: Option<usize>,
}

impl Cascade {
    /// The cascade of these facts.
    #[must_use]
    pub fn whole(facts: &Facts, today: NaiveDate) -> Self {
        let lineage = Lineage::of(facts);
        let tally = Tally::of(facts, &lineage, &HashSet::new(), today);
        Self { lineage, tally, hanging: None }
    }

    /// The cascade as it would be without these persons.
    #[must_use]
    pub fn without(facts: &Facts, gone: &HashSet<Number>, today: NaiveDate) -> Self {
        let all = Lineage::of(facts);
        let lineage = all.without(facts, gone);
        let lost = all.links().map(|(person, ..)| person).filter(|person| lineage.member(*person).is_none());
        let lost: HashSet<_> = lost.collect();
        let hanging = lost.difference(gone).count();
        let absent: HashSet<_> = lost.union(gone).copied().collect();
        let tally = Tally::of(facts, &lineage, &absent, today);
        Self { lineage, tally, hanging: Some(hanging) }
    }
}
