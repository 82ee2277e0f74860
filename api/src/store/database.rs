//! The connections: on SQLite one writer and several readers, on PostgreSQL one pool for both.
//!
//! With several SQLite writers most transactions failed with "database is locked" in our measurements;
//! one writer that begins with `IMMEDIATE`, and readers that cannot write, had no error and the best
//! throughput.

use std::time::{Duration, Instant};

use futures_util::FutureExt as _;
use sea_orm::sea_query::{Order, Query};
use sea_orm::sqlx::{
    Error as SqlxError,
    sqlite::{SqliteConnection, SqliteJournalMode, SqliteSynchronous},
};
use sea_orm::{
    AccessMode, ConnectOptions, ConnectionTrait, DatabaseBackend, DatabaseConnection, DatabaseTransaction,
    DbErr, IsolationLevel, SqliteTransactionMode, StatementBuilder, TransactionOptions, TransactionTrait,
};
use tutti_migration::{Migrator, MigratorTrait, SchemaManager};

use super::{Waking, index, meter};
use crate::graphql::Fault;

/// How to connect.
#[derive(Clone, Debug)]
pub struct Options {
    /// `sqlite://FILE` or `postgres://…`.
    pub url: String,
    /// Connections in the pool; on SQLite, readers.
    pub connections: u32,
    /// How long to wait for a connection.
    pub patience: Duration,
    /// After how long the database gives a statement up.
    pub statement_timeout: Duration,
}

/// The connections of one process. Cloning is cheap.
#[derive(Clone, Debug)]
pub struct Database {
    readers: DatabaseConnection,
    guarded: DatabaseConnection,
    writer: DatabaseConnection,
    /// What wakes those who follow the log.
    pub waking: Waking,
}

impl Database {
    /// Connects; an SQLite file that is not there is made.
    ///
    /// # Errors
    /// When the database cannot be opened.
    pub async fn connect(options: &Options) -> Result<Self, DbErr> {
        if options.url.starts_with("sqlite:") {
            // The writer first: it makes the file and sets the journal mode that readers then find.
            let writer = metered(sqlite(options, Use::Write)).await?;
            let readers = metered(sqlite(options, Use::Read)).await?;
            let guarded = metered(sqlite(options, Use::ReadGuarded)).await?;
            Ok(Self { readers, guarded, writer, waking: Waking::default() })
        } else {
            let pool = metered(postgres(options)).await?;
            let waking = Waking::default();
            Ok(Self { readers: pool.clone(), guarded: pool.clone(), writer: pool, waking })
        }
    }

    /// Where to read outside of a transaction.
    #[must_use]
    pub fn reader(&self) -> &DatabaseConnection {
        &self.readers
    }

    /// Where to read what the caller made up and nobody can tell the cost of. PostgreSQL gives every
    /// statement up after a while; on SQLite the watch costs a third of a small statement, so that only
    /// these readers, which are few, keep it.
    #[must_use]
    pub fn guarded_reader(&self) -> &DatabaseConnection {
        &self.guarded
    }

    /// Which database it is.
    #[must_use]
    pub fn backend(&self) -> DatabaseBackend {
        self.readers.get_database_backend()
    }

    /// Begins the transaction of one mutation.
    ///
    /// # Errors
    /// When no connection is to be had.
    pub async fn begin(&self) -> Result<DatabaseTransaction, DbErr> {
        let mode = match self.backend() {
            DatabaseBackend::Sqlite => TransactionOptions {
                sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
                ..TransactionOptions::default()
            },
            _ => TransactionOptions {
                isolation_level: Some(IsolationLevel::ReadCommitted),
                access_mode: Some(AccessMode::ReadWrite),
                ..TransactionOptions::default()
            },
        };
        self.writer.begin_with_options(mode).await
    }

    /// Writes what nobody would look for in the log, outside of any mutation: that a key was used. Answers how many rows.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn mark(&self, statement: &impl StatementBuilder) -> Result<u64, Fault> {
        Ok(self.writer.execute(statement).await?.rows_affected())
    }

    /// Brings the tables up to this release.
    ///
    /// # Errors
    /// When a migration fails.
    #[expect(clippy::disallowed_methods, reason = "tables are no facts, and have no events")]
    pub async fn migrate(&self) -> Result<(), DbErr> {
        // Processes that start together wait here for one another; all migrations or none are kept.
        let all = self.begin().await?;
        if self.backend() == DatabaseBackend::Postgres {
            // Neither the wait nor an index over many rows is bounded as a request is.
            all.execute_unprepared("SET LOCAL statement_timeout = 0").await?;
            all.execute_unprepared("SELECT pg_advisory_xact_lock(7458109442)").await?;
        }
        Migrator::up(&all, None).await?;
        index::bring_up(&all).await?;
        all.commit().await
    }

    /// Takes over a log that was restored into this PostgreSQL from another: its events name transactions there, whose
    /// numbers would be taken for ones that are still to come here. How many there were.
    ///
    /// # Errors
    /// When the database refuses.
    #[expect(clippy::disallowed_methods, reason = "what an event says is not changed")]
    pub async fn take_over_log(&self) -> Result<u64, DbErr> {
        if self.backend() != DatabaseBackend::Postgres {
            return Ok(0);
        }
        let all = self.begin().await?;
        all.execute_unprepared("SET LOCAL statement_timeout = 0").await?;
        let taken = all.execute_unprepared(FROM_ELSEWHERE).await?.rows_affected();
        all.commit().await?;
        Ok(taken)
    }

    /// Makes the index of what is found by its words anew.
    ///
    /// # Errors
    /// When the database refuses.
    #[expect(clippy::disallowed_methods, reason = "the index is no fact, and has no events")]
    pub async fn index_anew(&self) -> Result<(), DbErr> {
        let all = self.begin().await?;
        if self.backend() == DatabaseBackend::Postgres {
            all.execute_unprepared("SET LOCAL statement_timeout = 0").await?;
        }
        index::make(&all).await?;
        all.commit().await
    }

    /// The names of the migrations that are applied, and of those of this release that are not, in order; the index of
    /// what is found by its words comes last. Only reads. A later release may have applied more; this one goes on beside it.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn migrations(&self) -> Result<(Vec<String>, Vec<String>), DbErr> {
        let mut applied = self.applied_migrations().await?;
        let all = Migrator::migrations().into_iter().map(|migration| migration.name().to_owned());
        let mut pending: Vec<_> = all.filter(|name| !applied.contains(name)).collect();
        let is_made = pending.is_empty() && index::is_made(&self.readers).await?;
        if is_made { &mut applied } else { &mut pending }.push(format!("search_index_{}", index::VERSION));
        Ok((applied, pending))
    }

    async fn applied_migrations(&self) -> Result<Vec<String>, DbErr> {
        const TABLE: &str = "seaql_migrations";
        if !SchemaManager::new(&self.readers).has_table(TABLE).await? {
            return Ok(Vec::new());
        }
        let select = Query::select().column("version").from(TABLE).order_by("version", Order::Asc).to_owned();
        let rows = self.readers.query_all(&select).await?;
        rows.iter().map(|row| row.try_get("", "version")).collect()
    }

    /// Closes every connection; must happen before the runtime ends.
    pub async fn close(self) {
        for pool in [self.readers, self.guarded, self.writer] {
            if let Err(error) = pool.close().await {
                tracing::debug!(cause = ?error, "a pool was closed already");
            }
        }
    }

    /// How many connections are open, and how many of them are idle.
    #[must_use]
    pub fn connections(&self) -> (u32, usize) {
        if self.backend() == DatabaseBackend::Postgres {
            let pool = self.readers.get_postgres_connection_pool();
            return (pool.size(), pool.num_idle());
        }
        let readers = self.readers.get_sqlite_connection_pool();
        let (guarded, writer) =
            (self.guarded.get_sqlite_connection_pool(), self.writer.get_sqlite_connection_pool());
        let open = readers.size() + guarded.size() + writer.size();
        (open, readers.num_idle() + guarded.num_idle() + writer.num_idle())
    }
}

/// What can be seen was written by a transaction before the next one, unless it was written elsewhere.
const FROM_ELSEWHERE: &str = "UPDATE events SET transaction = 0 \
     WHERE transaction >= pg_snapshot_xmax(pg_current_snapshot())::text::bigint";

async fn metered(
    connecting: impl Future<Output = Result<DatabaseConnection, DbErr>>,
) -> Result<DatabaseConnection, DbErr> {
    let mut connection = connecting.await?;
    connection.set_metric_callback(|info| meter::count(info.elapsed, info.statement));
    Ok(connection)
}

#[derive(Clone, Copy)]
enum Use {
    Read,
    ReadGuarded,
    Write,
}

fn common(options: &Options, url: &str) -> ConnectOptions {
    let mut connect = ConnectOptions::new(url);
    connect
        .acquire_timeout(options.patience)
        .connect_timeout(options.patience)
        .sqlx_logging(false)
        // A ping before each statement would double the round trips of a page.
        .test_before_acquire_if_idle_for(Duration::from_secs(30));
    connect
}

async fn sqlite(options: &Options, purpose: Use) -> Result<DatabaseConnection, DbErr> {
    let mut connect = common(options, "sqlite::memory:");
    // The path goes beside the URL: in it, `%20` would be taken for a space.
    let path = options.url.trim_start_matches("sqlite:").trim_start_matches("//").to_owned();
    let patience = options.patience;
    match purpose {
        Use::Write => connect.max_connections(1).min_connections(1),
        Use::Read => connect.max_connections(options.connections).min_connections(1),
        Use::ReadGuarded => connect.max_connections((options.connections / 4).max(2)).min_connections(0),
    };
    connect.idle_timeout(None::<Duration>).max_lifetime(None::<Duration>);
    connect.map_sqlx_sqlite_opts(move |connect| {
        let connect = connect
            .filename(&path)
            .in_memory(false)
            .shared_cache(false)
            .create_if_missing(true)
            .foreign_keys(true)
            .journal_mode(SqliteJournalMode::Wal)
            // Each commit reaches the disk: what was acknowledged survives a power cut.
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(patience)
            .statement_cache_capacity(256)
            .row_buffer_size(ROWS_AHEAD)
            .pragma("cache_size", "-2048")
            .pragma("temp_store", "memory");
        match purpose {
            // The writer opens first: what the planner knows of the rows is brought up from a sample where they have
            // become ten times as many, for all who open after it. Without it a join of large tables can take forever.
            Use::Write => connect.pragma("analysis_limit", "400").pragma("optimize", "0x10002"),
            Use::Read | Use::ReadGuarded => connect.pragma("query_only", "on"),
        }
    });
    if matches!(purpose, Use::ReadGuarded) {
        give_up_after(&mut connect, options.statement_timeout);
    }
    sea_orm::Database::connect(connect).await
}

/// A guarded reader gives a statement up after this long. Nothing else would: a statement whose request is
/// gone goes on in its thread, and a few of them would keep every reader from everybody.
fn give_up_after(connect: &mut ConnectOptions, patience: Duration) {
    connect.map_sqlx_sqlite_before_acquire(move |connection, _| {
        async move { watch(connection, patience).await.map(|()| true) }.boxed()
    });
    // A connection that was just made is handed out without that.
    connect.map_sqlx_sqlite_pool_opts(move |pool| {
        pool.after_connect(move |connection, _| watch(connection, patience).boxed())
    });
}

/// Starts the clock of the next statement.
async fn watch(connection: &mut SqliteConnection, patience: Duration) -> Result<(), SqlxError> {
    let started = Instant::now();
    let go_on = move || started.elapsed() < patience;
    connection.lock_handle().await?.set_progress_handler(STEPS_BETWEEN_LOOKS, go_on);
    Ok(())
}

/// How many rows the thread of a connection reads ahead of whoever takes them: the two wake each other once for
/// so many rows, which counts where a figure reads tens of thousands.
const ROWS_AHEAD: usize = 1_000;

/// How many steps of SQLite's machine lie between two looks at the clock: well under a millisecond.
const STEPS_BETWEEN_LOOKS: i32 = 20_000;

async fn postgres(options: &Options) -> Result<DatabaseConnection, DbErr> {
    let mut connect = common(options, &options.url);
    connect
        .max_connections(options.connections)
        .min_connections(1)
        .statement_timeout(options.statement_timeout)
        .set_application_name("tutti");
    connect.map_sqlx_postgres_opts(|connect| {
        // No statement of ours runs for so long that translating it into machine code would pay: it cost more than
        // the statement, wherever conditions that are seldom looked at made the planner expect the worst.
        // Whoever reads the log waits for those who are writing to it: one that stands still in the middle of a
        // transaction, or whose machine is gone, is not waited for longer than this.
        connect.statement_cache_capacity(256).options([
            ("jit", "off"),
            ("idle_in_transaction_session_timeout", "60s"),
            ("tcp_keepalives_idle", "10"),
            ("tcp_keepalives_interval", "5"),
            ("tcp_keepalives_count", "3"),
        ])
    });
    sea_orm::Database::connect(connect).await
}
