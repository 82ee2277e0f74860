//! What wakes those who follow the log: a commit of this process, or of another on the same PostgreSQL.
//!
//! Waking is a courtesy and the log decides: whoever follows looks by themselves as well, a second after the last time
//! at the latest, so that nothing is lost with a notification that did not come. Other processes are told outside of
//! the transaction that wrote, and several commits together: a `NOTIFY` inside would make the commits of all
//! processes wait for one another.

use std::{sync::Arc, time::Duration};

use sea_orm::sqlx::{
    Error as SqlxError,
    postgres::{PgListener, PgPool, PgPoolOptions},
};
use sea_orm::{ConnectionTrait, DatabaseBackend, Statement};
use tokio::sync::watch;

use super::Database;

/// Where processes tell one another.
const CHANNEL: &str = "tutti_events";
/// Commits that follow one another so fast are told together.
const TOGETHER: Duration = Duration::from_millis(5);
/// How long to wait before another try to listen, at first and at most.
const BACK_OFF: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(10));
/// How long a connection may take to come and to go.
const PATIENCE: Duration = Duration::from_secs(5);

/// What wakes those who follow the log. Cloning shares it.
#[derive(Clone, Debug)]
pub struct Waking {
    here: Arc<watch::Sender<u64>>,
    anywhere: Arc<watch::Sender<u64>>,
}

impl Default for Waking {
    fn default() -> Self {
        Self { here: Arc::new(watch::Sender::new(0)), anywhere: Arc::new(watch::Sender::new(0)) }
    }
}

fn tick(sender: &watch::Sender<u64>) {
    sender.send_modify(|count| *count = count.wrapping_add(1));
}

impl Waking {
    /// This process has committed something.
    pub fn wrote(&self) {
        tick(&self.here);
        tick(&self.anywhere);
    }

    /// Changes whenever something may have been committed, here or elsewhere.
    #[must_use]
    pub fn calls(&self) -> watch::Receiver<u64> {
        self.anywhere.subscribe()
    }
}

impl Database {
    /// Tells other processes of what this one commits, and hears them, until it is to stop. On SQLite there are no
    /// others to hear: what a command writes to the same file is found with the next look.
    pub async fn keep_in_touch(&self, mut stop: watch::Receiver<bool>) {
        if self.backend() == DatabaseBackend::Postgres {
            let mut told = stop.clone();
            let telling = async {
                tokio::select! {
                    () = self.tell() => {}
                    () = stopped(&mut told) => {}
                }
            };
            futures_util::future::join(telling, self.hear(&mut stop)).await;
        } else {
            stopped(&mut stop).await;
        }
    }

    async fn tell(&self) {
        let mut commits = self.waking.here.subscribe();
        let sql = format!("NOTIFY {CHANNEL}");
        while commits.changed().await.is_ok() {
            let statement = Statement::from_string(DatabaseBackend::Postgres, sql.clone());
            if let Err(error) = self.reader().execute_raw(statement).await {
                tracing::debug!(cause = ?error, "other processes are not told of a commit");
            }
            tokio::time::sleep(TOGETHER).await;
        }
    }

    async fn hear(&self, stop: &mut watch::Receiver<bool>) {
        let (shortest, longest) = BACK_OFF;
        let mut pause = shortest;
        while !*stop.borrow() {
            if let Err(error) = self.listen(&mut pause, stop).await {
                tracing::warn!(cause = ?error, "other processes are not heard; the log is looked at all the same");
            }
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = stopped(stop) => {}
            }
            pause = (pause * 2).min(longest);
        }
    }

    /// Listens on a connection of its own until it is lost, or is to stop.
    async fn listen(&self, pause: &mut Duration, stop: &mut watch::Receiver<bool>) -> Result<(), SqlxError> {
        let options = self.reader().get_postgres_connection_pool().connect_options();
        let pool = PgPoolOptions::new()
            .max_connections(1)
            .max_lifetime(None)
            .idle_timeout(None)
            .acquire_timeout(PATIENCE)
            .connect_with((*options).clone().application_name("tutti-listener"))
            .await?;
        let heard = tokio::select! {
            heard = self.listen_on(&pool, pause) => heard,
            () = stopped(stop) => Ok(()),
        };
        // A connection that is dropped when the runtime has ended ends in an abort.
        if tokio::time::timeout(PATIENCE, pool.close()).await.is_err() {
            tracing::debug!("the connection that listened did not end in time");
        }
        heard
    }

    async fn listen_on(&self, pool: &PgPool, pause: &mut Duration) -> Result<(), SqlxError> {
        let mut listener = PgListener::connect_with(pool).await?;
        listener.eager_reconnect(false);
        listener.listen(CHANNEL).await?;
        *pause = BACK_OFF.0;
        // What was told before is not told again.
        tick(&self.waking.anywhere);
        while listener.try_recv().await?.is_some() {
            tick(&self.waking.anywhere);
        }
        Ok(())
    }
}

/// Ends when it is to stop, and when nobody is left to say so.
pub async fn stopped(stop: &mut watch::Receiver<bool>) {
    let _ = stop.wait_for(|stop| *stop).await;
}
