//! Loading in batches, without a timer.
//!
//! Sibling resolvers ask for one key each; the first of them lets the others ask too, by waiting for a turn of the
//! executor in which nothing of the request is under way ([`waves`]), and then loads all keys in one statement. What was
//! loaded is kept for the request, so that the same key is never loaded twice.

mod waves;

use std::{
    any::{Any, TypeId},
    collections::HashMap,
    fmt,
    future::poll_fn,
    hash::Hash,
    pin::pin,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, Wake, Waker},
};

use tokio::sync::Notify;

pub use self::waves::UnderWay;
use self::waves::Waves;
use super::Fault;
use crate::store::Scope;

/// Something that loads many keys at once, from statements alone: one that asked for what other loaders have would wait
/// for a wave that waits for it. Loaders that are equal share a batch.
pub trait Loader: Clone + Eq + Hash + Send + Sync + 'static {
    /// What is asked for.
    type Key: Copy + Eq + Hash + Send + Sync + 'static;
    /// What is answered.
    type Value: Clone + Send + Sync + 'static;

    /// Loads these keys; a key that is left out has no value.
    fn load(
        &self,
        scope: &Scope,
        keys: &[Self::Key],
    ) -> impl Future<Output = Result<HashMap<Self::Key, Self::Value>, Fault>> + Send;
}

/// Rows under what they belong to, in the order in which they came; without those that belong to nothing.
pub fn grouped<K: Eq + Hash, V, O: Into<Option<K>>>(
    rows: Vec<V>,
    key: impl Fn(&V) -> O,
) -> HashMap<K, Vec<V>> {
    let mut groups: HashMap<K, Vec<V>> = HashMap::new();
    for row in rows {
        if let Some(key) = key(&row).into() {
            groups.entry(key).or_default().push(row);
        }
    }
    groups
}

enum Slot<V> {
    /// Asked for; whoever leads the batch will answer.
    Asked(Arc<Notify>),
    /// Loaded.
    Done(Result<Option<V>, Fault>),
}

struct Batch<K, V> {
    slots: HashMap<K, Slot<V>>,
    /// Keys that nobody has begun to load, and who is told when they are there.
    waiting: Vec<K>,
    notify: Arc<Notify>,
}

impl<K, V> Default for Batch<K, V> {
    fn default() -> Self {
        Self { slots: HashMap::new(), waiting: Vec::new(), notify: Arc::default() }
    }
}

type Batches<L> = HashMap<L, Arc<Mutex<Batch<<L as Loader>::Key, <L as Loader>::Value>>>>;

/// The batches of one request.
#[derive(Default)]
pub struct Batcher {
    of_type: Mutex<HashMap<TypeId, Box<dyn Any + Send>>>,
    plans: Mutex<HashMap<usize, Arc<dyn Any + Send + Sync>>>,
    waves: Waves,
}

impl fmt::Debug for Batcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Batcher").finish_non_exhaustive()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The one who leads a batch. Dropped before the batch is answered (a sibling failed, the deadline
/// passed), it takes the questions back and tells the others, of whom one leads the next batch.
struct Lead<'b, K: Copy + Eq + Hash, V> {
    batch: &'b Mutex<Batch<K, V>>,
    taken: Option<(Vec<K>, Arc<Notify>)>,
}

impl<K: Copy + Eq + Hash, V> Lead<'_, K, V> {
    fn take(&mut self) -> &[K] {
        let taken = self.taken.get_or_insert_with(|| {
            let mut open = lock(self.batch);
            (std::mem::take(&mut open.waiting), std::mem::take(&mut open.notify))
        });
        &taken.0
    }
}

impl<K: Copy + Eq + Hash, V> Drop for Lead<'_, K, V> {
    fn drop(&mut self) {
        self.take();
        let Some((keys, notify)) = self.taken.take() else { return };
        let mut open = lock(self.batch);
        for key in &keys {
            if matches!(open.slots.get(key), Some(Slot::Asked(_))) {
                open.slots.remove(key);
            }
        }
        drop(open);
        notify.notify_waiters();
    }
}

/// A turn of the executor: over when everybody who could go on has gone on.
#[derive(Default)]
struct Turn {
    over: AtomicBool,
    waiting: Mutex<Option<Waker>>,
}

impl Wake for Turn {
    fn wake(self: Arc<Self>) {
        self.over.store(true, Ordering::Release);
        if let Some(waiting) = lock(&self.waiting).take() {
            waiting.wake();
        }
    }
}

/// Waits until all siblings that can ask have asked. Yielding would end at the next look at whoever yields, and a
/// sibling of theirs that is woken brings that on at once: so the end of the turn itself is waited for.
async fn everybody_asked() {
    let turn = Arc::new(Turn::default());
    let told = Waker::from(Arc::clone(&turn));
    let mut yielded = pin!(tokio::task::yield_now());
    let begun = yielded.as_mut().poll(&mut Context::from_waker(&told));
    debug_assert!(begun.is_pending(), "a turn takes its time");
    poll_fn(|cx| {
        *lock(&turn.waiting) = Some(cx.waker().clone());
        if turn.over.load(Ordering::Acquire) { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
}

enum Part {
    Lead,
    Wait(Arc<Notify>),
}

impl Batcher {
    /// What the arguments of a field of the document come to, worked out once for all of its parents.
    ///
    /// # Errors
    /// When the arguments come to nothing.
    pub fn plan<P: Any + Send + Sync>(
        &self,
        place: usize,
        make: impl FnOnce() -> Result<P, Fault>,
    ) -> Result<Arc<P>, Fault> {
        let known = lock(&self.plans).get(&place).cloned();
        if let Some(plan) = known.and_then(|known| known.downcast::<P>().ok()) {
            return Ok(plan);
        }
        let plan = Arc::new(make()?);
        let kept: Arc<dyn Any + Send + Sync> = Arc::<P>::clone(&plan);
        lock(&self.plans).insert(place, kept);
        Ok(plan)
    }

    /// A resolver runs a statement of its own for as long as this is kept.
    pub fn under_way(&self) -> UnderWay<'_> {
        self.waves.under_way()
    }

    /// Forgets what was loaded: after a change it may be another.
    pub fn clear(&self) {
        lock(&self.of_type).clear();
    }

    fn batch<L: Loader>(&self, loader: &L) -> Arc<Mutex<Batch<L::Key, L::Value>>> {
        let mut of_type = lock(&self.of_type);
        let batches = of_type.entry(TypeId::of::<L>()).or_insert_with(|| Box::new(Batches::<L>::new()));
        match batches.downcast_mut::<Batches<L>>() {
            Some(batches) => Arc::clone(batches.entry(loader.clone()).or_default()),
            // The map is keyed by the type, so this is never taken; a batch of one's own is right too.
            None => Arc::default(),
        }
    }
}

impl Scope {
    /// What this loader has under this key, loaded together with what its siblings ask for.
    ///
    /// # Errors
    /// When loading fails; everybody in the batch hears of it.
    pub async fn load<L: Loader>(&self, loader: &L, key: L::Key) -> Result<Option<L::Value>, Fault> {
        let batch = self.batcher.batch(loader);
        loop {
            let part = {
                let mut open = lock(&batch);
                let notify = Arc::clone(&open.notify);
                match open.slots.get(&key) {
                    Some(Slot::Done(value)) => return value.clone(),
                    Some(Slot::Asked(notify)) => Part::Wait(Arc::clone(notify)),
                    None => {
                        open.slots.insert(key, Slot::Asked(Arc::clone(&notify)));
                        open.waiting.push(key);
                        if open.waiting.len() == 1 { Part::Lead } else { Part::Wait(notify) }
                    }
                }
            };
            match part {
                Part::Lead => self.lead(loader, &batch).await,
                Part::Wait(notify) => {
                    let told = notify.notified();
                    tokio::pin!(told);
                    told.as_mut().enable();
                    // The batch may have ended between the look above and the enabling here.
                    let open = matches!(
                        lock(&batch).slots.get(&key),
                        Some(Slot::Asked(asked)) if Arc::ptr_eq(asked, &notify)
                    );
                    if open {
                        told.await;
                    }
                }
            }
        }
    }

    async fn lead<L: Loader>(&self, loader: &L, batch: &Mutex<Batch<L::Key, L::Value>>) {
        // Declared first, so that the place is given up after the others have been told.
        let place = self.batcher.waves.place();
        let mut lead = Lead { batch, taken: None };
        place.begun(everybody_asked).await;
        let keys = lead.take().to_vec();
        let mut answers = loader.load(self, &keys).await;
        let mut open = lock(batch);
        for key in keys {
            let value = match &mut answers {
                Ok(values) => Ok(values.remove(&key)),
                Err(fault) => Err(fault.clone()),
            };
            open.slots.insert(key, Slot::Done(value));
        }
        // The lead is dropped after the lock is free, and tells the others.
        drop(open);
    }
}
