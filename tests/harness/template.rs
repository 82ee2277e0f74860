//! Databases that are migrated and filled once a run and copied for each test.

use std::{
    path::PathBuf,
    sync::LazyLock,
    sync::atomic::{AtomicU32, AtomicU64, Ordering},
    time::Duration,
};

use chrono::{DateTime, Utc};
use jiff::tz::TimeZone;
use sea_orm::{ConnectOptions, ConnectionTrait, DatabaseConnection};
use tempfile::TempDir;
use tokio::sync::OnceCell;
use tutti::store::{Database, world::Ids};

use super::{Harness, cluster, options, org, world};

/// A kind of database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A file.
    Sqlite,
    /// A database in the cluster of the run.
    Postgres,
}

impl Kind {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Sqlite, Self::Postgres];

    /// What tests on it start with.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgres",
        }
    }
}

/// What a test finds in its database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// No tables.
    Bare,
    /// Migrated tables without rows.
    Empty,
    /// People, units, roles and two portfolios.
    Org,
    /// The same with a portfolio more and initiatives in every status.
    World,
    /// The demo organisation.
    Demo,
}

impl Start {
    /// Where the clock of a test stands.
    pub fn now(self) -> DateTime<Utc> {
        match self {
            Self::Demo => DEMO_NOW,
            Self::Bare | Self::Empty | Self::Org | Self::World => super::START,
        }
        .parse()
        .unwrap()
    }
}

/// The moment until which the demo organisation has come to be: a Wednesday morning.
const DEMO_NOW: &str = "2025-06-18T08:00:00Z";

static FOLDER: LazyLock<TempDir> = LazyLock::new(|| TempDir::with_prefix("tutti-it-").unwrap());
static MADE: AtomicU32 = AtomicU32::new(0);

/// The signing key of the run.
pub fn key_file() -> PathBuf {
    FOLDER.path().join("signing.key")
}

/// Removes the folder of the run, which no destructor does for a static.
pub fn remove() {
    let _ = std::fs::remove_dir_all(FOLDER.path());
}

/// Where one database lives.
pub struct Home {
    kind: Kind,
    name: String,
    url: String,
}

impl Home {
    fn new(kind: Kind) -> Self {
        let number = MADE.fetch_add(1, Ordering::Relaxed);
        let name = format!("tutti_it_{}_{number}", std::process::id());
        let url = match kind {
            Kind::Sqlite => format!("sqlite://{}", file(&name).display()),
            Kind::Postgres => cluster::url(&name),
        };
        Self { kind, name, url }
    }

    /// The URL to connect to.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Removes the database.
    pub async fn remove(&self) {
        match self.kind {
            Kind::Sqlite => {
                for end in ["", "-wal", "-shm"] {
                    let _ = std::fs::remove_file(format!("{}{end}", file(&self.name).display()));
                }
            }
            Kind::Postgres if cluster::stays() => {
                let _ = administer(&format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name)).await;
            }
            Kind::Postgres => {}
        }
    }
}

fn file(name: &str) -> PathBuf {
    FOLDER.path().join(format!("{name}.db"))
}

async fn connect(url: String) -> DatabaseConnection {
    let mut connect = ConnectOptions::new(url);
    connect.max_connections(1).sqlx_logging(false).connect_timeout(Duration::from_mins(1));
    sea_orm::Database::connect(connect).await.unwrap()
}

async fn administer(sql: &str) -> Result<(), String> {
    let admin = connect(cluster::url("postgres")).await;
    let mut answer = Ok(());
    for _ in 0..100 {
        answer = admin.execute_unprepared(sql).await.map(drop).map_err(|error| error.to_string());
        match &answer {
            // The connections that filled a template take a moment to go.
            Err(why) if why.contains("being accessed") => tokio::time::sleep(Duration::from_millis(20)).await,
            _ => break,
        }
    }
    admin.close().await.unwrap();
    answer
}

type Template = OnceCell<Home>;
static TEMPLATES: [[Template; 5]; 2] = [const { [const { Template::const_new() }; 5] }; 2];

/// A database of one's own with what this start holds.
pub async fn copy(kind: Kind, start: Start) -> Home {
    let home = Home::new(kind);
    let from = Box::pin(template(kind, start)).await;
    match kind {
        Kind::Sqlite => {
            std::fs::copy(file(&from.name), file(&home.name)).unwrap();
        }
        Kind::Postgres => {
            administer(&format!("CREATE DATABASE {} TEMPLATE {}", home.name, from.name)).await.unwrap();
        }
    }
    home
}

async fn template(kind: Kind, start: Start) -> &'static Home {
    let (row, column) = (
        usize::from(kind == Kind::Postgres),
        match start {
            Start::Empty => 0,
            Start::Org => 1,
            Start::World => 2,
            Start::Demo => 3,
            Start::Bare => 4,
        },
    );
    TEMPLATES[row][column].get_or_init(async || make(kind, start).await).await
}

async fn make(kind: Kind, start: Start) -> Home {
    match start {
        Start::Bare => {
            let home = Home::new(kind);
            match kind {
                Kind::Postgres => administer(&format!("CREATE DATABASE {}", home.name)).await.unwrap(),
                Kind::Sqlite => drop(std::fs::File::create(file(&home.name)).unwrap()),
            }
            home
        }
        Start::Empty => {
            let home = copy(kind, Start::Bare).await;
            let database = Database::connect(&options(home.url())).await.unwrap();
            database.migrate().await.unwrap();
            database.close().await;
            home
        }
        Start::Org => {
            let home = copy(kind, Start::Empty).await;
            let database = Database::connect(&options(home.url())).await.unwrap();
            org::fill(&database).await;
            database.close().await;
            home
        }
        Start::Demo => {
            let home = copy(kind, Start::Empty).await;
            let database = Database::connect(&options(home.url())).await.unwrap();
            tutti::demo::seed(&database, TimeZone::UTC, "CX".to_owned(), start.now()).await.unwrap();
            database.close().await;
            home
        }
        Start::World => {
            let home = copy(kind, Start::Org).await;
            let kept = Home { kind, name: home.name.clone(), url: home.url.clone() };
            let ids = Ids::Counting(AtomicU64::new(1));
            let harness = Harness::in_home(kind, home, ids, world::START.parse().unwrap()).await;
            world::fill(&harness).await;
            harness.database().clone().close().await;
            kept
        }
    }
}
