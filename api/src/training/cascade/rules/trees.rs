//! Trees that only grow together, and the question whether one more link would close a circle.

use super::facts::{Each, Number};

/// The trees that links have made so far. Each person hangs on at most one other.
#[derive(Debug)]
pub(super) struct Trees {
    /// Towards the top of the tree, over as few steps as are known.
    up: Each<Option<Number>>,
    /// Whether somebody hangs on them.
    carries: Each<bool>,
}

impl Trees {
    /// Of so many people, of whom none hangs on another.
    pub fn new(people: usize) -> Self {
        Self { up: Each::new(people, None), carries: Each::new(people, false) }
    }

    /// Whether a circle closes when this person, who hangs on nobody, hangs on that one.
    pub fn closes(&mut self, person: Number, on: Number) -> bool {
        person == on || (self.carries.of(person) == Some(&true) && self.top(on) == person)
    }

    /// From here on this person hangs on that one.
    pub fn hang(&mut self, person: Number, on: Number) {
        self.up.set(person, Some(on));
        self.carries.set(on, true);
    }

    fn above(&self, person: Number) -> Option<Number> {
        self.up.of(person).copied().flatten()
    }

    /// The top of the tree in which somebody is. The way there is shortened for whoever asks next.
    fn top(&mut self, person: Number) -> Number {
        let mut top = person;
        while let Some(next) = self.above(top) {
            top = next;
        }
        let mut here = person;
        while here != top {
            let next = self.above(here).unwrap_or(top);
            self.up.set(here, Some(top));
            here = next;
        }
        top
    }
}
