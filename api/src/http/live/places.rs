//! The places of connections that stay: how many there are in all, and how many one network or one person has.
//!
//! Always: whoever has not shown who they are has one of the few places of their network, and all who have not have no
//! more than half of the house, so that those who sign in find a place.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// By whom a place is taken.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Holder {
    /// Somebody from this network, who has not shown who they are.
    Network(IpAddr),
    /// A person, or a key.
    Known(Arc<str>),
}

/// How many places there are.
#[derive(Clone, Copy, Debug)]
struct Most {
    all: usize,
    /// For all who have not shown who they are.
    strangers: usize,
    /// For those of them who come from one network.
    network: usize,
    /// For a person, or a key.
    known: usize,
}

#[derive(Debug, Default)]
struct Taken {
    all: usize,
    strangers: usize,
    each: HashMap<Holder, usize>,
}

/// All places.
#[derive(Clone, Debug)]
pub struct Places {
    most: Most,
    taken: Arc<Mutex<Taken>>,
}

/// Why somebody finds none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Full {
    /// All are taken.
    House,
    /// They have as many as one may have.
    Own,
}

impl Full {
    /// What is said to them.
    pub const fn message(self) -> &'static str {
        match self {
            Self::House => "As many are connected as can be. Try again in a moment.",
            Self::Own => "You have as many connections as one may have. End some first.",
        }
    }
}

impl Places {
    /// So many in all, and so many for a person or a key.
    pub fn new(all: usize, known: usize) -> Self {
        // A small house is shared as its guests please.
        let few = all.min(10);
        let most =
            Most { all, strangers: (all / 2).max(few), network: (all / 20).max(few), known: known.max(1) };
        Self { most, taken: Arc::default() }
    }

    fn lock(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A place for somebody, if there is one.
    pub fn take(&self, holder: Holder) -> Result<Place, Full> {
        let mut taken = self.lock();
        if taken.all >= self.most.all {
            return Err(Full::House);
        }
        taken.seat(&holder, self.most)?;
        taken.all += 1;
        Ok(Place { places: self.clone(), holder })
    }
}

impl Taken {
    fn seat(&mut self, holder: &Holder, most: Most) -> Result<(), Full> {
        let is_stranger = matches!(holder, Holder::Network(_));
        if is_stranger && self.strangers >= most.strangers {
            return Err(Full::House);
        }
        let own = self.each.entry(holder.clone()).or_default();
        if *own >= if is_stranger { most.network } else { most.known } {
            return Err(Full::Own);
        }
        *own += 1;
        self.strangers += usize::from(is_stranger);
        Ok(())
    }

    fn leave(&mut self, holder: &Holder) {
        self.strangers -= usize::from(matches!(holder, Holder::Network(_)));
        match self.each.get_mut(holder) {
            Some(own) if *own > 1 => *own -= 1,
            _ => drop(self.each.remove(holder)),
        }
    }
}

/// A place among the connections that stay, for as long as it is held.
#[derive(Debug)]
pub struct Place {
    places: Places,
    holder: Holder,
}

impl Place {
    /// The place is theirs from now on, who have shown who they are; unless they have as many as one may have.
    pub fn pass_to(&mut self, name: Arc<str>) -> Result<(), Full> {
        let holder = Holder::Known(name);
        let mut taken = self.places.lock();
        taken.seat(&holder, self.places.most)?;
        taken.leave(&self.holder);
        drop(taken);
        self.holder = holder;
        Ok(())
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.places.lock();
        taken.all -= 1;
        taken.leave(&self.holder);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_network_does_not_take_the_house() {
        let places = Places::new(1000, 30);
        let network = |last: u8| Holder::Network(IpAddr::from([192, 0, 2, last]));
        let known = |name: &str| Holder::Known(name.into());
        let mut held: Vec<_> = (0..50).map(|_| places.take(network(1)).unwrap()).collect();
        assert_eq!(places.take(network(1)).unwrap_err(), Full::Own);
        // Many networks have half of the house between them, and who signs in finds a place in the other half.
        held.extend(
            (2..11)
                .flat_map(|last| (0..50).map(move |_| last))
                .map(|last| places.take(network(last)).unwrap()),
        );
        assert_eq!(places.take(network(11)).unwrap_err(), Full::House);
        held.extend((0..30).map(|_| places.take(known("anna")).unwrap()));
        assert_eq!(places.take(known("anna")).unwrap_err(), Full::Own);
        held.push(places.take(known("bert")).unwrap());
        // Who shows who they are leaves the place of their network, unless they have too many.
        assert_eq!(held[0].pass_to("anna".into()).unwrap_err(), Full::Own);
        held[0].pass_to("bert".into()).unwrap();
        held.push(places.take(network(1)).unwrap());
        assert_eq!(places.lock().all, 532);
        drop(held);
        let taken = places.lock();
        assert!(taken.all == 0 && taken.each.is_empty() && taken.strangers == 0);
    }

    #[test]
    fn a_small_house_is_shared() {
        let places = Places::new(2, 1000);
        let network = || Holder::Network(IpAddr::from([192, 0, 2, 1]));
        let held = [places.take(network()).unwrap(), places.take(network()).unwrap()];
        assert_eq!(places.take(Holder::Known("anna".into())).unwrap_err(), Full::House);
        drop(held);
        assert!(places.take(network()).is_ok());
    }
}
