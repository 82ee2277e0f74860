//! When a batch is loaded: when nothing else of the request is under way.
//!
//! What a statement answers makes resolvers ask for more. Whoever loaded at once would load twice where two
//! statements end one after the other and both lead to rows of a kind; which of them do would be a matter of chance.
//! So the batches of a request are loaded in waves: when the last statement of a wave has ended and everybody has asked,
//! all batches that wait are loaded side by side. How many statements a query takes depends on the query alone.

use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

#[derive(Debug, Default)]
struct Count {
    /// The wave that gathers now.
    gathering: u64,
    /// The batches that wait for it.
    gathered: usize,
    /// What is under way: batches of waves that began, and statements of resolvers.
    under_way: usize,
}

/// The waves of one request.
#[derive(Debug, Default)]
pub struct Waves {
    count: Mutex<Count>,
    quiet: Notify,
}

/// A statement that a resolver runs itself: no wave begins before it has ended.
#[derive(Debug)]
pub struct UnderWay<'w>(&'w Waves);

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.0.end(1);
    }
}

/// A batch, from when it is first asked for until it has been answered or given up.
#[derive(Debug)]
pub struct Place<'w> {
    waves: &'w Waves,
    wave: u64,
}

impl Place<'_> {
    /// Waits for its wave. `turn` waits until everybody who can go on has gone on.
    pub async fn begun(&self, turn: impl AsyncFn()) {
        loop {
            let quiet = self.waves.quiet.notified();
            turn().await;
            if self.waves.begin(self.wave) {
                return;
            }
            quiet.await;
        }
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let mut count = self.waves.count();
        if count.gathering == self.wave {
            count.gathered = count.gathered.saturating_sub(1);
        } else {
            drop(count);
            self.waves.end(1);
        }
    }
}

impl Waves {
    fn count(&self) -> MutexGuard<'_, Count> {
        self.count.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A statement begins.
    pub fn under_way(&self) -> UnderWay<'_> {
        self.count().under_way += 1;
        UnderWay(self)
    }

    /// A batch takes its place in the wave that gathers.
    pub fn place(&self) -> Place<'_> {
        let mut count = self.count();
        count.gathered += 1;
        Place { waves: self, wave: count.gathering }
    }

    /// Whether this wave has begun; it does where nothing is under way.
    fn begin(&self, wave: u64) -> bool {
        let mut count = self.count();
        if count.gathering != wave {
            return true;
        }
        if count.under_way > 0 {
            return false;
        }
        count.under_way = std::mem::take(&mut count.gathered);
        count.gathering += 1;
        true
    }

    fn end(&self, ended: usize) {
        let mut count = self.count();
        count.under_way = count.under_way.saturating_sub(ended);
        if count.under_way == 0 {
            self.quiet.notify_waiters();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use futures_util::{FutureExt as _, future::join_all};
    use tokio::task::yield_now;

    use super::*;

    /// What happened, in order, where batches are asked for after so many turns and take so many.
    async fn played(waves: &Waves, batches: &[(usize, usize)]) -> Vec<String> {
        let told = RefCell::new(Vec::new());
        join_all(batches.iter().enumerate().map(async |(number, (before, takes))| {
            for _ in 0..*before {
                yield_now().await;
            }
            let place = waves.place();
            place.begun(yield_now).await;
            told.borrow_mut().push(format!("{number} begins"));
            for _ in 0..*takes {
                yield_now().await;
            }
            told.borrow_mut().push(format!("{number} ends"));
            drop(place);
        }))
        .await;
        told.into_inner()
    }

    #[tokio::test]
    async fn what_is_asked_for_together_is_loaded_side_by_side() {
        let told = played(&Waves::default(), &[(0, 2), (0, 5)]).await;
        assert_eq!(told, ["0 begins", "1 begins", "0 ends", "1 ends"]);
    }

    #[tokio::test]
    async fn what_is_asked_for_while_a_wave_is_under_way_waits_for_its_end() {
        let told = played(&Waves::default(), &[(0, 9), (3, 1), (6, 1)]).await;
        assert_eq!(told, ["0 begins", "0 ends", "1 begins", "2 begins", "1 ends", "2 ends"]);
    }

    #[tokio::test]
    async fn a_statement_of_a_resolver_keeps_waves_back_and_who_gives_up_keeps_nobody() {
        let waves = Waves::default();
        let statement = waves.under_way();
        let (given_up, place) = (waves.place(), waves.place());
        assert_eq!(place.begun(yield_now).now_or_never(), None);
        drop(given_up);
        drop(statement);
        place.begun(yield_now).await;
        // Given up in the middle of its wave.
        let next = waves.place();
        assert!(!waves.begin(next.wave));
        drop(place);
        next.begun(yield_now).await;
        drop(next);
        let left = waves.count();
        assert_eq!((left.gathered, left.under_way), (0, 0));
    }
}
