//! The provider's keys as last seen, and when to look again.
//!
//! Only one look is under way at a time, and it ends for all who wait, whatever becomes of it or of the
//! request that began it.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::watch;

use super::fetch::Source;
use super::keys::{Asked, KeySet, Lookup};

/// How long after a look that failed the next may begin.
const RETRY: TimeDelta = TimeDelta::seconds(10);

/// The keys, shared with the look that is under way.
#[derive(Clone)]
pub struct Cache(Arc<watch::Sender<Seen>>);

/// What the last look saw.
struct Seen {
    keys: Arc<KeySet>,
    /// When the last look began.
    looked_at: Option<DateTime<Utc>>,
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    UnderWay,
    Answered,
    Failed,
}

impl Default for Cache {
    fn default() -> Self {
        let nothing = Seen { keys: Arc::default(), looked_at: None, state: State::Failed };
        Self(Arc::new(watch::Sender::new(nothing)))
    }
}

impl Seen {
    /// Whether to look again, when a look that was answered is good for this long.
    fn is_due(&self, now: DateTime<Utc>, good_for: TimeDelta) -> bool {
        let pause = match self.state {
            State::UnderWay => return false,
            State::Answered => good_for,
            State::Failed => RETRY,
        };
        // Without a sign, because a clock that was set back must not end all looking.
        self.looked_at.is_none_or(|looked_at| (now - looked_at).abs() >= pause)
    }
}

impl Cache {
    /// The key that a token asks for.
    pub fn find(&self, asked: &Asked) -> Lookup {
        self.0.borrow().keys.find(asked)
    }

    /// Whether the provider could not be asked when it was last tried.
    pub fn has_failed(&self) -> bool {
        self.0.borrow().state == State::Failed
    }

    /// Begins a look at the provider's keys, unless the last one is not long ago, or still under way.
    pub fn look_if_due(&self, source: &Arc<Source>, now: DateTime<Utc>, good_for: TimeDelta) {
        if !self.0.borrow().is_due(now, good_for) {
            return;
        }
        // Asked again, as the one who begins: somebody else may have been quicker.
        let begins = self.0.send_if_modified(|seen| {
            let due = seen.is_due(now, good_for);
            if due {
                seen.looked_at = Some(now);
                seen.state = State::UnderWay;
            }
            due
        });
        if begins {
            let (look, source) = (Look { cache: self.clone(), found: None }, Arc::clone(source));
            tokio::task::spawn_blocking(move || look.run(&source));
        }
    }

    /// Waits while a look is under way.
    pub async fn look_ended(&self) {
        // It fails only without a sender, and there is one here.
        let _ = self.0.subscribe().wait_for(|seen| seen.state != State::UnderWay).await;
    }
}

/// A look that is under way. It ends when this is dropped, so that nobody waits for one that broke off.
struct Look {
    cache: Cache,
    found: Option<KeySet>,
}

impl Look {
    fn run(mut self, source: &Source) {
        self.found = source.fetch();
    }
}

impl Drop for Look {
    fn drop(&mut self) {
        let found = self.found.take();
        self.cache.0.send_modify(|seen| match found {
            Some(keys) => {
                seen.keys = Arc::new(keys);
                seen.state = State::Answered;
            }
            None => seen.state = State::Failed,
        });
    }
}
