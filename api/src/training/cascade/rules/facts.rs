//! What is known of the training of one curriculum, with people by number: the whole cascade is worked out over them, and
//! a number is looked up in no time.

use std::collections::HashMap;

use chrono::NaiveDate;
use tutti_entity::ids::{PersonId, TrainingSessionId};
use tutti_entity::training::certification::Level;

use crate::training::rules::certificate::Span;

/// Somebody's number among the people of a curriculum.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Number(pub(super) u32);

/// Something of each of the people, by their number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Each<T>(Vec<T>);

impl<T: Clone> Each<T> {
    /// The same of all of so many.
    pub(super) fn new(people: usize, of_all: T) -> Self {
        Self(vec![of_all; people])
    }

    /// That of one of them.
    #[must_use]
    pub fn of(&self, one: Number) -> Option<&T> {
        self.0.get(usize::try_from(one.0).ok()?)
    }

    /// From here on one of them has another.
    pub(super) fn set(&mut self, one: Number, other: T) {
        if let Some(known) = usize::try_from(one.0).ok().and_then(|one| self.0.get_mut(one)) {
            *known = other;
        }
    }

    /// All, each with its number.
    pub fn iter(&self) -> impl Iterator<Item = (Number, &T)> {
        (0..).map(Number).zip(&self.0)
    }
}

/// Somebody who completed a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Completed {
    /// Who.
    pub person: Number,
    /// Their score afterwards in basis points, where there is one.
    pub score_bp: Option<i32>,
}

/// A session that was held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// Its id.
    pub id: TrainingSessionId,
    /// Who held it.
    pub trainer: Number,
    /// On which day.
    pub on: NaiveDate,
    /// Whether its trainer might train on that day, so that it creates lineage.
    pub lineage: bool,
    /// Who completed it.
    pub completed: Vec<Completed>,
}

/// All that is known of the training of one curriculum.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// The sessions that were held, by day, those of one day in the order in which they were entered.
    pub held: Vec<Held>,
    /// The certificates that let somebody train.
    pub rights: HashMap<Number, Vec<Span>>,
    people: Vec<PersonId>,
    numbers: HashMap<PersonId, Number>,
}

impl Facts {
    /// The number of somebody, a new one where they had none.
    pub fn enter(&mut self, person: PersonId) -> Number {
        let next = Number(u32::try_from(self.people.len()).unwrap_or(u32::MAX));
        let number = *self.numbers.entry(person).or_insert(next);
        if number == next {
            self.people.push(person);
        }
        number
    }

    /// How many people have a number.
    #[must_use]
    pub fn count(&self) -> usize {
        self.people.len()
    }

    /// The number that somebody has; none where nothing is known of them.
    #[must_use]
    pub fn number(&self, person: PersonId) -> Option<Number> {
        self.numbers.get(&person).copied()
    }

    /// Who has this number.
    #[must_use]
    pub fn person(&self, number: Number) -> Option<PersonId> {
        self.people.get(usize::try_from(number.0).ok()?).copied()
    }

    /// Whether somebody might train on a day.
    #[must_use]
    pub fn may_train(&self, person: Number, on: NaiveDate) -> bool {
        self.rights.get(&person).is_some_and(|spans| spans.iter().any(|span| span.holds_on(on)))
    }

    /// Whether somebody was a master on a day.
    #[must_use]
    pub fn is_master(&self, person: Number, on: NaiveDate) -> bool {
        let spans = self.rights.get(&person).into_iter().flatten();
        spans.filter(|span| span.level == Level::Master).any(|span| span.holds_on(on))
    }
}
