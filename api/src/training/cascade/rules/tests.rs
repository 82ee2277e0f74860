//! The worked cascade, and what holds of any.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::{Days, NaiveDate};
use proptest::prelude::*;
use tutti_entity::ids::{PersonId, TrainingSessionId};
use tutti_entity::training::certification::Level;
use uuid::Uuid;

use super::facts::{Completed, Facts, Held, Number};
use super::figures::{estimate, fidelity, growth};
use super::lineage::{Lineage, Link};
use super::tally::{Cascade, Scores};
use crate::graphql::Figure;
use crate::training::rules::certificate::Span;

fn person(number: u8) -> Number {
    Number(number.into())
}

/// These sessions and certificates, of people whose numbers are those of their letters.
fn known(held: impl Iterator<Item = Held>, rights: impl Iterator<Item = (Number, Vec<Span>)>) -> Facts {
    let mut facts = Facts::default();
    (facts.held, facts.rights) = (held.collect(), rights.collect());
    for number in 0..=u8::MAX {
        facts.enter(PersonId(Uuid::from_u128(number.into())));
    }
    facts
}

fn day(number: u64) -> NaiveDate {
    NaiveDate::from_ymd_opt(2025, 1, 1).unwrap() + Days::new(number)
}

/// A certificate from one day until before another.
fn span(level: Level, from: u64, until: Option<u64>) -> Span {
    let (issued_on, revoked_on) = (day(from), until.map(day));
    Span { level, issued_on, expires_on: None, revoked_on, replaced_on: None }
}

fn told(figure: &Figure) -> String {
    figure.value.map_or_else(|| format!("{:?}", figure.state), |value| value.0.to_string())
}

/// A session of every line: day, trainer, those who completed it. The day orders them.
fn facts(lines: &[(u64, char, &str)], masters: &str) -> Facts {
    let named = |name: char| person(u8::try_from(name).unwrap());
    let held = lines.iter().enumerate().map(|(number, (on, trainer, completed))| Held {
        id: TrainingSessionId(Uuid::from_u128(u128::try_from(number).unwrap())),
        trainer: named(*trainer),
        on: day(*on),
        lineage: true,
        completed: completed.chars().map(|name| Completed { person: named(name), score_bp: None }).collect(),
    });
    let right = span(Level::Master, 0, None);
    known(held, masters.chars().map(|name| (named(name), vec![right])))
}

fn worked() -> Facts {
    facts(&[(1, 'M', "ABC"), (2, 'A', "DEFG"), (3, 'B', "FH"), (4, 'D', "IJ")], "M")
}

fn cascade(facts: &Facts, without: &str) -> Cascade {
    let gone: HashSet<_> = without.chars().map(|name| person(u8::try_from(name).unwrap())).collect();
    if gone.is_empty() { Cascade::whole(facts, day(100)) } else { Cascade::without(facts, &gone, day(100)) }
}

fn reach(cascade: &Cascade) -> Vec<usize> {
    cascade.tally.generations.values().map(|generation| generation.reach).collect()
}

/// Who trained somebody, by name, and their generation.
fn above(cascade: &Cascade, name: char) -> Option<(char, u32)> {
    let member = cascade.lineage.member(person(u8::try_from(name).unwrap()))?;
    let trainer = member.link.map_or('-', |link| char::from_u32(link.trainer.0).unwrap());
    Some((trainer, member.generation))
}

#[test]
fn the_worked_cascade() {
    let cascade = cascade(&worked(), "");
    assert_eq!(reach(&cascade), [3, 5, 2]);
    assert_eq!((cascade.tally.reach, cascade.tally.attendances, cascade.tally.masters), (10, 11, 1));
    let generations: Vec<_> = cascade.tally.generations.values().collect();
    let of = |number: usize| (generations[number].attendances, generations[number].active_trainers);
    assert_eq!([of(0), of(1), of(2)], [(3, 2), (6, 1), (2, 0)]);
    assert_eq!(told(&growth(3, None)), "NotApplicable");
    assert_eq!(told(&growth(5, Some(3))), "1.6667");
    assert_eq!(told(&growth(2, Some(5))), "0.4000");
    // F attended twice: the first time made A the trainer, the second refreshed.
    assert_eq!([above(&cascade, 'F'), above(&cascade, 'J')], [Some(('A', 2)), Some(('D', 3))]);
    assert_eq!([above(&cascade, 'M'), above(&cascade, 'X')], [Some(('-', 0)), None]);
    assert_eq!(cascade.hanging, None);
}

#[test]
fn what_hangs_on_somebody_is_what_nobody_else_taught() {
    let without = |gone| {
        let cascade = cascade(&worked(), gone);
        (reach(&cascade), cascade.hanging.unwrap(), cascade.tally.attendances)
    };
    // F was taught by A too, H by B alone.
    assert_eq!(without("B"), (vec![2, 4, 2], 1, 8));
    assert_eq!(without("D"), (vec![3, 4], 2, 8));
    // Without A, F hangs on B; D, E, G and with D also I and J hang on nobody.
    assert_eq!(without("A"), (vec![2, 2], 5, 4));
    assert_eq!(above(&cascade(&worked(), "A"), 'F'), Some(('B', 2)));
    assert_eq!(without("AB"), (vec![1], 7, 1));
    assert_eq!(without("M"), (vec![], 10, 0));
    // On whom nobody hangs, nobody is lost.
    assert_eq!(without("C"), (vec![2, 5, 2], 0, 10));
    assert_eq!(without("X"), (vec![3, 5, 2], 0, 11));
}

#[test]
fn a_session_that_creates_no_lineage_counts_as_attended() {
    let mut flagged = worked();
    flagged.held[1].lineage = false;
    let cascade = cascade(&flagged, "");
    // F is B's now. D trained without having been trained, and stands at the top.
    assert_eq!(reach(&cascade), [5, 2]);
    assert_eq!((cascade.tally.reach, cascade.tally.attendances, cascade.tally.masters), (7, 11, 2));
    assert_eq!([above(&cascade, 'F'), above(&cascade, 'D')], [Some(('B', 2)), Some(('-', 0))]);
    assert_eq!([above(&cascade, 'I'), above(&cascade, 'E')], [Some(('D', 1)), None]);
}

#[test]
fn no_circle_closes_and_nobody_teaches_themselves() {
    // B trained C before A trained B, and C trained A last of all.
    let round = cascade(&facts(&[(1, 'B', "C"), (2, 'A', "B"), (3, 'C', "A")], ""), "");
    assert_eq!([above(&round, 'A'), above(&round, 'B')], [Some(('-', 0)), Some(('A', 1))]);
    assert_eq!(above(&round, 'C'), Some(('B', 2)));
    // Whom a circle kept from one trainer, the next may take.
    let later = facts(&[(1, 'A', "B"), (2, 'B', "A"), (3, 'M', "A")], "");
    assert_eq!(above(&cascade(&later, ""), 'A'), Some(('M', 1)));
    let own = cascade(&facts(&[(1, 'A', "A")], ""), "");
    assert_eq!((own.tally.reach, own.tally.attendances, above(&own, 'A')), (0, 1, None));
    assert_eq!(own.tally.generations, BTreeMap::new());
}

#[test]
fn a_master_is_trained_by_nobody_while_they_are_one() {
    let sessions = [(1, 'M', "A"), (5, 'A', "BN"), (9, 'N', "C")];
    let mut facts = facts(&sessions, "MN");
    assert_eq!(above(&cascade(&facts, ""), 'N'), Some(('-', 0)));
    assert_eq!(above(&cascade(&facts, ""), 'C'), Some(('N', 1)));
    // Who becomes a master later keeps the trainer they had.
    facts.rights.insert(person(b'N'), vec![span(Level::Master, 6, None)]);
    assert_eq!(above(&cascade(&facts, ""), 'N'), Some(('A', 2)));
    facts.rights.insert(person(b'N'), vec![span(Level::Master, 0, Some(5))]);
    assert_eq!(above(&cascade(&facts, ""), 'N'), Some(('A', 2)));
    facts.rights.insert(person(b'N'), vec![span(Level::Trainer, 0, None)]);
    assert_eq!(above(&cascade(&facts, ""), 'N'), Some(('A', 2)));
}

#[test]
fn certified_is_who_may_train_today() {
    let mut facts = worked();
    let right = |until| vec![span(Level::Trainer, 1, until)];
    facts.rights.insert(person(b'A'), right(None));
    facts.rights.insert(person(b'B'), right(Some(101)));
    facts.rights.insert(person(b'C'), right(Some(100)));
    let cascade = cascade(&facts, "");
    let certified: Vec<_> = cascade.tally.generations.values().map(|of| of.certified_trainers).collect();
    assert_eq!(certified, [2, 0, 0]);
}

#[test]
fn fidelity_is_measured_where_there_is_enough_to_measure() {
    let scores = |count, mean_bp: i64| Scores { count, sum_bp: count * mean_bp };
    let told = |number, own, first| {
        let fidelity = fidelity(number, own, first);
        (told(&fidelity.figure), fidelity.is_estimate)
    };
    let none = Scores::default();
    for (number, usual) in [(1, "0.7500"), (2, "0.5625"), (3, "0.4219")] {
        assert_eq!(told(number, none, none), (usual.to_owned(), true));
    }
    assert_eq!(told(2, scores(5, 7200), scores(5, 9000)), ("0.8000".to_owned(), false));
    assert_eq!(told(1, scores(5, 9000), scores(5, 9000)), ("1.0000".to_owned(), false));
    assert_eq!(told(2, scores(4, 7200), scores(5, 9000)), ("0.5625".to_owned(), true));
    assert_eq!(told(2, scores(5, 7200), scores(4, 9000)), ("0.5625".to_owned(), true));
    assert_eq!(told(2, scores(5, 7200), scores(5, 0)), ("NotApplicable".to_owned(), false));
    assert_eq!(estimate(4000).figure, estimate(100).figure);
}

/// Any sessions of any people: 12 people who teach one another as they like.
fn any_facts() -> impl Strategy<Value = Facts> {
    let session = (0_u64..9, 0_u8..12, any::<bool>(), prop::collection::btree_set(0_u8..12, 0..5));
    let rights = prop::collection::hash_map(0_u8..12, (any::<bool>(), 0_u64..9, 1_u64..9), 0..4);
    (prop::collection::vec(session, 0..14), rights).prop_map(|(mut sessions, rights)| {
        sessions.sort_by_key(|(on, ..)| *on);
        let held = sessions.into_iter().enumerate().map(|(number, (on, trainer, lineage, completed))| Held {
            id: TrainingSessionId(Uuid::from_u128(u128::try_from(number).unwrap())),
            trainer: person(trainer),
            on: day(on),
            lineage,
            completed: completed
                .into_iter()
                .map(|name| Completed { person: person(name), score_bp: Some(i32::from(name)) })
                .collect(),
        });
        let right = |(master, from, days)| {
            let level = if master { Level::Master } else { Level::Trainer };
            span(level, from, Some(from + days))
        };
        let rights = rights.into_iter().map(|(name, right_of)| (person(name), vec![right(right_of)]));
        known(held, rights)
    })
}

/// The rule by walking up every time.
fn walked(facts: &Facts) -> HashMap<Number, (Number, usize)> {
    let mut trained: HashMap<Number, (Number, usize)> = HashMap::new();
    for (order, held) in facts.held.iter().enumerate().filter(|(_, held)| held.lineage) {
        for done in &held.completed {
            let rights = facts.rights.get(&done.person).into_iter().flatten();
            let master = rights.filter(|right| right.level == Level::Master).any(|right| {
                right.issued_on <= held.on && right.revoked_on.is_none_or(|until| held.on < until)
            });
            let mut chain = vec![held.trainer];
            while let Some((next, _)) = trained.get(chain.last().unwrap()) {
                chain.push(*next);
            }
            if !master && !chain.contains(&done.person) && !trained.contains_key(&done.person) {
                trained.insert(done.person, (held.trainer, order));
            }
        }
    }
    trained
}

/// The top of somebody's tree; fails where the way there runs in a circle.
fn top(lineage: &Lineage, from: Number) -> Number {
    let mut here = from;
    for _ in 0..20 {
        match lineage.member(here).unwrap().link {
            Some(link) => here = link.trainer,
            None => return here,
        }
    }
    panic!("a circle above {from:?}");
}

fn links(lineage: &Lineage) -> HashMap<Number, Link> {
    lineage.links().map(|(person, _, link)| (person, *link)).collect()
}

proptest! {
    /// One trainer each, one generation more than theirs, no circle, and each by the rule.
    #[test]
    fn everybody_has_one_trainer_and_stands_one_below(facts in any_facts()) {
        let lineage = Lineage::of(&facts);
        let expected = walked(&facts);
        let found: HashMap<_, _> =
            lineage.links().map(|(person, _, link)| (person, (link.trainer, link.order))).collect();
        prop_assert_eq!(&found, &expected);
        for (person, member) in lineage.members() {
            let trainer = member.link.map(|link| lineage.member(link.trainer).unwrap().generation);
            prop_assert_eq!(member.generation, trainer.map_or(0, |above| above + 1));
            prop_assert_eq!(lineage.member(top(&lineage, person)).unwrap().generation, 0);
        }
    }

    /// Reach adds up to distinct people, attendances to every completion.
    #[test]
    fn reach_adds_up_to_people(facts in any_facts()) {
        let cascade = Cascade::whole(&facts, day(5));
        let tally = &cascade.tally;
        let people: HashSet<_> = cascade.lineage.links().map(|(person, ..)| person).collect();
        prop_assert_eq!(tally.generations.values().map(|of| of.reach).sum::<usize>(), people.len());
        prop_assert_eq!(tally.reach, people.len());
        prop_assert_eq!(tally.attendances, facts.held.iter().map(|held| held.completed.len()).sum::<usize>());
        for (at, (number, of)) in (1..).zip(&tally.generations) {
            prop_assert_eq!(at, *number);
            prop_assert!(of.reach > 0 && of.attendances >= of.reach);
            prop_assert!(of.active_trainers <= of.reach && of.certified_trainers <= of.reach);
            prop_assert_eq!(usize::try_from(of.scores.count).unwrap(), of.reach);
        }
        let listed: usize = tally.generations.values().map(|of| of.attendances).sum();
        prop_assert!(listed <= tally.attendances);
    }

    /// Who does not hang on those who go keeps their trainer; of the others stay those whom somebody who stays taught.
    #[test]
    fn without_some_only_what_hangs_on_them_moves(
        facts in any_facts(), gone in prop::collection::hash_set(0_u8..12, 0..4)
    ) {
        let gone: HashSet<_> = gone.into_iter().map(person).collect();
        let all = Lineage::of(&facts);
        let rest = all.without(&facts, &gone);
        let tops: HashSet<_> =
            all.members().filter(|(_, member)| member.link.is_none()).map(|(person, _)| person).collect();
        let hangs = |person: Number| {
            let mut here = person;
            loop {
                if gone.contains(&here) { return true; }
                match all.member(here).and_then(|member| member.link) {
                    Some(link) => here = link.trainer,
                    None => return false,
                }
            }
        };
        // Who could still be reached, by going on until nobody is added.
        let mut stays: HashSet<_> = all.members().map(|(person, _)| person).filter(|one| !hangs(*one)).collect();
        loop {
            let before = stays.clone();
            for held in facts.held.iter().filter(|held| held.lineage && before.contains(&held.trainer)) {
                let mut alone = facts.clone();
                alone.held = vec![held.clone()];
                let taught = walked(&alone);
                let those = taught.keys().filter(|one| all.member(**one).is_some() && !gone.contains(one));
                stays.extend(those.filter(|one| hangs(**one)).copied().collect::<Vec<_>>());
            }
            if stays == before { break; }
        }
        for (person, member) in all.members() {
            let now = rest.member(person);
            if !hangs(person) && member.link.is_some() {
                prop_assert_eq!(now.and_then(|now| now.link), member.link);
            }
            let reached = now.is_some_and(|now| now.link.is_some());
            prop_assert_eq!(reached, stays.contains(&person) && member.link.is_some());
        }
        for (person, member) in rest.members() {
            prop_assert!(!gone.contains(&person) && all.member(person).is_some());
            prop_assert!(tops.contains(&top(&rest, person)));
            let trainer = member.link.map(|link| rest.member(link.trainer).unwrap().generation);
            prop_assert_eq!(member.generation, trainer.map_or(0, |above| above + 1));
        }
        let (full, less) = (Cascade::whole(&facts, day(5)), Cascade::without(&facts, &gone, day(5)));
        let gone_reached = gone.iter().filter(|one| links(&all).contains_key(one)).count();
        prop_assert_eq!(full.tally.reach, less.tally.reach + less.hanging.unwrap() + gone_reached);
        prop_assert!(less.tally.attendances <= full.tally.attendances);
    }

    /// What is found out late about one session moves the trainers of those alone who completed it, where each teaches
    /// only those who come after: nothing else has to be looked at again.
    #[test]
    fn a_late_correction_touches_those_whom_it_is_about(facts in any_facts(), which in any::<prop::sample::Index>()) {
        let mut facts = facts;
        for held in &mut facts.held {
            held.completed.retain(|done| done.person > held.trainer);
        }
        prop_assume!(!facts.held.is_empty());
        let before = links(&Lineage::of(&facts));
        let which = which.index(facts.held.len());
        facts.held[which].lineage = !facts.held[which].lineage;
        let after = links(&Lineage::of(&facts));
        let about: HashSet<_> = facts.held[which].completed.iter().map(|done| done.person).collect();
        for number in (0..12).map(person).filter(|number| !about.contains(number)) {
            prop_assert_eq!(before.get(&number), after.get(&number));
        }
    }
}
