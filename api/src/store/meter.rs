//! What one request costs: its id, and the SQL statements it ran.
//!
//! The counters travel with the task of the request, so that neither resolvers nor stores pass them on.

use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering},
};
use std::time::Duration;

use sea_orm::Statement;

tokio::task_local! {
    static METER: Arc<Meter>;
}

/// The counters of one request.
#[derive(Debug, Default)]
pub struct Meter {
    /// Names the request in errors, logs and events.
    pub request_id: String,
    statements: AtomicU32,
    micros: AtomicU64,
    steps: AtomicU64,
    told: Option<Mutex<Vec<Statement>>>,
    left_out: AtomicBool,
}

impl Meter {
    /// Fresh counters under this id.
    #[must_use]
    pub fn new(request_id: String) -> Arc<Self> {
        Arc::new(Self { request_id, ..Self::default() })
    }

    /// The same, which keeps the statements too, for whoever looks at how they are run.
    #[must_use]
    pub fn keeping(request_id: String) -> Arc<Self> {
        Arc::new(Self { request_id, told: Some(Mutex::default()), ..Self::default() })
    }

    /// The statements that were kept.
    #[must_use]
    pub fn told(&self) -> Vec<Statement> {
        let told = self.told.as_ref().map(|told| told.lock().unwrap_or_else(PoisonError::into_inner));
        told.map(|told| told.clone()).unwrap_or_default()
    }

    /// How many SQL statements ran, transaction control not counted.
    #[must_use]
    pub fn statements(&self) -> u32 {
        self.statements.load(Ordering::Relaxed)
    }

    /// Whether the request is to be in neither the log nor the metrics.
    #[must_use]
    pub fn is_left_out(&self) -> bool {
        self.left_out.load(Ordering::Relaxed)
    }

    /// How long the request waited for the database.
    #[must_use]
    pub fn database_time(&self) -> Duration {
        Duration::from_micros(self.micros.load(Ordering::Relaxed))
    }
}

/// Runs a request under its meter.
pub async fn measured<F: Future>(meter: Arc<Meter>, work: F) -> F::Output {
    METER.scope(meter, work).await
}

/// Counts one statement for the request that runs, if one does.
pub fn count(elapsed: Duration, statement: &Statement) {
    let _ = METER.try_with(|meter| {
        meter.statements.fetch_add(1, Ordering::Relaxed);
        let micros = u64::try_from(elapsed.as_micros()).unwrap_or(u64::MAX);
        meter.micros.fetch_add(micros, Ordering::Relaxed);
        if let Some(told) = &meter.told {
            told.lock().unwrap_or_else(PoisonError::into_inner).push(statement.clone());
        }
    });
}

/// Says that long work of the request that runs has come further, so that the request is not stopped meanwhile.
pub fn came_further() {
    let _ = METER.try_with(|meter| meter.steps.fetch_add(1, Ordering::Relaxed));
}

/// Leaves the request that runs out of the log and the metrics: when somebody raised something is not to be found there.
pub fn leave_out() {
    let _ = METER.try_with(|meter| meter.left_out.store(true, Ordering::Relaxed));
}

/// How often long work of the request that runs came further.
#[must_use]
pub fn steps() -> u64 {
    METER.try_with(|meter| meter.steps.load(Ordering::Relaxed)).unwrap_or_default()
}

/// The id of the request that runs, or a dash outside of one.
#[must_use]
pub fn request_id() -> String {
    METER.try_with(|meter| meter.request_id.clone()).unwrap_or_else(|_| "-".to_owned())
}
