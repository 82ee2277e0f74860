//! How many subscriptions each has, who may have so many and no more: each of them may ask the database about every event.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tutti_entity::ids::{ApiKeyId, PersonId};

use crate::access::Viewer;
use crate::graphql::{Fault, FaultCode};

/// Who holds subscriptions: a person, or a key for itself.
type Holder = (Option<PersonId>, Option<ApiKeyId>);

type Held = Arc<Mutex<HashMap<Holder, usize>>>;

fn lock(held: &Held) -> MutexGuard<'_, HashMap<Holder, usize>> {
    held.lock().unwrap_or_else(PoisonError::into_inner)
}

/// All who hold subscriptions.
pub(super) struct Holders {
    most: usize,
    held: Held,
}

impl Holders {
    pub(super) fn new(most: usize) -> Self {
        Self { most, held: Held::default() }
    }

    /// One more for somebody, unless they have as many as they may.
    pub(super) fn share(&self, viewer: &Viewer) -> Result<Share, Fault> {
        let holder = (viewer.person_id(), viewer.key.map(|key| key.id));
        let mut held = lock(&self.held);
        let number = held.get(&holder).copied().unwrap_or_default();
        if number >= self.most {
            let most = self.most;
            let message = format!(
                "You have {most} subscriptions already, and nobody has more at once. End some first."
            );
            return Err(Fault::new(FaultCode::QueryTooComplex, message));
        }
        held.insert(holder, number.saturating_add(1));
        Ok(Share { holder, held: Arc::clone(&self.held) })
    }
}

/// One subscription of somebody, for as long as it is held.
pub(super) struct Share {
    holder: Holder,
    held: Held,
}

impl Drop for Share {
    fn drop(&mut self) {
        let mut held = lock(&self.held);
        match held.get_mut(&self.holder) {
            Some(number) if *number > 1 => *number -= 1,
            _ => drop(held.remove(&self.holder)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_has_as_many_as_they_may_gets_one_for_one() {
        let holders = Holders::new(2);
        let first = holders.share(&Viewer::NOBODY).unwrap();
        let second = holders.share(&Viewer::NOBODY).unwrap();
        assert_eq!(
            holders.share(&Viewer::NOBODY).err().map(|fault| fault.code),
            Some(FaultCode::QueryTooComplex)
        );
        drop(first);
        let third = holders.share(&Viewer::NOBODY).unwrap();
        assert!(holders.share(&Viewer::NOBODY).is_err());
        drop((second, third));
        assert!(lock(&holders.held).is_empty());
    }
}
