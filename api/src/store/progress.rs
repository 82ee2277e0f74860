//! How far long work has come, for those who wait for it.
//!
//! What a transaction writes is seen by nobody until it is over, so that this is kept beside it, in the memory of the
//! process that does the work; when the work ends, however it ends, nothing is left. A request whose work comes further
//! is not stopped at its deadline, which begins anew each time.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};

use super::meter;

/// How far one piece of work has come.
#[derive(Debug)]
struct Mark {
    since: DateTime<Utc>,
    all: u64,
    done: AtomicU64,
}

/// How far work has come, as it is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stand {
    /// When it began.
    pub since: DateTime<Utc>,
    /// How much there is to do.
    pub all: u64,
    /// How much of it is done.
    pub done: u64,
}

/// The work that goes on, by name.
#[derive(Debug, Default)]
pub struct Progress(Mutex<HashMap<String, Arc<Mark>>>);

impl Progress {
    fn marks(&self) -> std::sync::MutexGuard<'_, HashMap<String, Arc<Mark>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins work under this name, of which there is so much; it goes on for as long as what this answers is kept.
    #[must_use]
    pub fn begin(&self, name: String, since: DateTime<Utc>, all: u64) -> UnderWay<'_> {
        let mark = Arc::new(Mark { since, all, done: AtomicU64::new(0) });
        self.marks().insert(name.clone(), Arc::clone(&mark));
        UnderWay { progress: self, name, mark }
    }

    /// How far the work under this name has come; none where none goes on.
    #[must_use]
    pub fn of(&self, name: &str) -> Option<Stand> {
        let marks = self.marks();
        let mark = marks.get(name)?;
        Some(Stand { since: mark.since, all: mark.all, done: mark.done.load(Ordering::Relaxed) })
    }
}

/// Work that goes on.
#[derive(Debug)]
pub struct UnderWay<'p> {
    progress: &'p Progress,
    name: String,
    mark: Arc<Mark>,
}

impl UnderWay<'_> {
    /// So much more is done; answers how much in all.
    #[must_use]
    pub fn done(&self, more: usize) -> u64 {
        meter::came_further();
        let more = u64::try_from(more).unwrap_or_default();
        self.mark.done.fetch_add(more, Ordering::Relaxed).saturating_add(more)
    }
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        let mut marks = self.progress.marks();
        // Another may have begun under the same name meanwhile.
        if marks.get(&self.name).is_some_and(|mark| Arc::ptr_eq(mark, &self.mark)) {
            marks.remove(&self.name);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_is_told_of_while_it_goes_on() {
        let progress = Progress::default();
        let since = DateTime::UNIX_EPOCH;
        assert_eq!(progress.of("run"), None);
        let first = progress.begin("run".to_owned(), since, 10);
        assert_eq!((first.done(3), first.done(4)), (3, 7));
        assert_eq!(progress.of("run"), Some(Stand { since, all: 10, done: 7 }));
        let second = progress.begin("run".to_owned(), since, 20);
        drop(first);
        assert_eq!(progress.of("run"), Some(Stand { since, all: 20, done: 0 }));
        drop(second);
        assert_eq!(progress.of("run"), None);
    }
}
