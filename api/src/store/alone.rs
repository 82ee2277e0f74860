//! Work that one process does for all: on PostgreSQL the one that holds a lock, on SQLite the one that there is.
//!
//! The lock hangs on a connection of its own, so that the database takes it back the moment its holder is gone, and
//! another process takes over within seconds. Whoever cannot reach the database stops as well; as that is noticed a
//! moment late, two may do the work for that moment, and what they write has to make the second one fail.

use std::time::{Duration, Instant};

use sea_orm::DatabaseBackend;
use sea_orm::sqlx::{Connection as _, Error as SqlxError, postgres::PgConnection, query_scalar};
use tokio::sync::watch;

use super::{Database, waking::stopped};

/// How often the lock is tried, and whoever holds it looks whether they still do.
const LOOK: Duration = Duration::from_secs(1);
/// For how long the log is not told of the same trouble again.
const SILENCE: Duration = Duration::from_mins(1);
/// How long a connection may take to come, to answer and to go.
const PATIENCE: Duration = Duration::from_secs(3);

impl Database {
    /// Does this work while no other process does, until it is to stop. Where the work ends by itself it is begun
    /// again, here or elsewhere.
    pub async fn alone<F: Future<Output = ()>>(
        &self,
        name: &str,
        mut stop: watch::Receiver<bool>,
        work: impl Fn() -> F,
    ) {
        let mut told: Option<Instant> = None;
        while !*stop.borrow() {
            if self.backend() == DatabaseBackend::Postgres {
                if let Err(error) = self.hold(name, &mut stop, &work).await
                    && told.is_none_or(|last| last.elapsed() >= SILENCE)
                {
                    told = Some(Instant::now());
                    tracing::warn!(work = name, cause = ?error, "the lock of shared work cannot be had");
                }
            } else {
                tokio::select! {
                    () = work() => {}
                    () = stopped(&mut stop) => return,
                }
            }
            tokio::select! {
                () = tokio::time::sleep(LOOK) => {}
                () = stopped(&mut stop) => {}
            }
        }
    }

    async fn hold<F: Future<Output = ()>>(
        &self,
        name: &str,
        stop: &mut watch::Receiver<bool>,
        work: impl Fn() -> F,
    ) -> Result<(), SqlxError> {
        let options = self.reader().get_postgres_connection_pool().connect_options();
        // Whoever stands still, or whose machine is gone, loses the lock within seconds.
        let options =
            (*options).clone().application_name("tutti-alone").options([("idle_session_timeout", "10s")]);
        // No pool: one would replace a connection that is lost, and the lock would be lost unnoticed.
        let mut connection = in_time(PgConnection::connect_with(&options)).await?;
        let held = tokio::select! {
            held = hold_on(&mut connection, name, work) => held,
            () = stopped(stop) => Ok(()),
        };
        in_time(connection.close()).await?;
        held
    }
}

/// Waits for the lock, and works for as long as it is held.
async fn hold_on<F: Future<Output = ()>>(
    connection: &mut PgConnection,
    name: &str,
    work: impl Fn() -> F,
) -> Result<(), SqlxError> {
    const TRY: &str = "SELECT pg_try_advisory_lock(hashtextextended('tutti/' || $1, 0))";
    const HELD: &str = "SELECT EXISTS (SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND granted \
         AND pid = pg_backend_pid() AND objsubid = 1 \
         AND (classid::bigint << 32) | objid::bigint = hashtextextended('tutti/' || $1, 0))";
    while !in_time(query_scalar::<_, bool>(TRY).bind(name).fetch_one(&mut *connection)).await? {
        tokio::time::sleep(LOOK).await;
    }
    tracing::info!(work = name, "this process does it for all");
    let still_held = async {
        loop {
            tokio::time::sleep(LOOK).await;
            if !in_time(query_scalar::<_, bool>(HELD).bind(name).fetch_one(&mut *connection)).await? {
                return Err(SqlxError::Protocol("the lock is not held any more".to_owned()));
            }
        }
    };
    tokio::select! {
        () = work() => Ok(()),
        lost = still_held => lost,
    }
}

async fn in_time<T>(asking: impl Future<Output = Result<T, SqlxError>>) -> Result<T, SqlxError> {
    tokio::time::timeout(PATIENCE, asking).await.unwrap_or(Err(SqlxError::PoolTimedOut))
}
