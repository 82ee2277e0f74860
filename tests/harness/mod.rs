//! A house for each test: a fresh migrated database, people by role, a clock and ids that stand still.

mod client;
mod cluster;
mod org;
mod suite;
mod template;
mod world;

use std::process::{Command, Stdio};
use std::{cell::RefCell, rc::Rc, sync::Arc, sync::Mutex, sync::atomic::AtomicU64, time::Duration};

use actix_web::dev::ServerHandle;
use actix_web::rt::task::JoinHandle;
use chrono::{DateTime, TimeDelta, Utc};
use jiff::tz::TimeZone;
use sea_orm::{ConnectionTrait, DatabaseTransaction, QueryResult, Statement};
use tutti::access::password::{Passwords, Work};
use tutti::access::sso::Provider;
use tutti::access::token::Keys;
use tutti::accounts::doorkeeper::{Doorkeeper, Lasting};
use tutti::app::{App, RateLimits};
use tutti::http::HttpSettings;
use tutti::live::Live;
use tutti::store::{Database, World, database::Options, index, world::Ids};
use tutti_entity::ids::PersonId;

pub use client::{Answer, Client};
pub use org::{api_key, fresh, person, portfolio, role, session, unit};
pub use suite::Suite;
pub use template::{Kind, Start, key_file};

/// What a cluster of our own is started with: its rows need not outlive a power cut.
#[rustfmt::skip]
const POSTGRES_SETTINGS: &[&str] = &[
    "-c", "max_connections=200", "-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off",
    "-c", "autovacuum=off",
];

/// When every test starts but those of the demo organisation.
pub const START: &str = "2025-03-31T08:00:00Z";

/// More than any test spends that is not about spending.
pub const GENEROUS: RateLimits = RateLimits { signed_in: 1_000_000_000, anonymous: 1_000_000_000 };

/// A server, and what tells people of changes on it.
type Served = (ServerHandle, Arc<Live>, JoinHandle<()>);

/// The house of one test. Cloning shares it.
#[derive(Clone)]
pub struct Harness(Rc<Inner>);

struct Inner {
    kind: Kind,
    app: Arc<App>,
    clock: Arc<Mutex<DateTime<Utc>>>,
    requests: AtomicU64,
    servers: RefCell<Vec<Served>>,
    home: template::Home,
}

impl Harness {
    /// A house of its own on this kind of database, starting from this template.
    pub async fn new(kind: Kind, start: Start) -> Self {
        let home = template::copy(kind, start).await;
        // Ids count on from where no template has been.
        let ids = Ids::Counting(AtomicU64::new(1));
        Self::in_home(kind, home, ids, start.now()).await
    }

    async fn in_home(kind: Kind, home: template::Home, ids: Ids, start: DateTime<Utc>) -> Self {
        let clock = Arc::new(Mutex::new(start));
        let hands = Arc::clone(&clock);
        let world = World::new(move || *hands.lock().unwrap(), ids, TimeZone::UTC, "CX".to_owned());
        let database = Database::connect(&options(home.url())).await.unwrap();
        let app = Arc::new(App::new(database, Arc::new(world), door(None), GENEROUS, true).unwrap());
        Self(Rc::new(Inner {
            kind,
            app,
            clock,
            requests: AtomicU64::new(0),
            servers: RefCell::default(),
            home,
        }))
    }

    /// On which database this test runs.
    pub fn kind(&self) -> Kind {
        self.0.kind
    }

    /// The URL of the database.
    pub fn url(&self) -> &str {
        self.0.home.url()
    }

    /// The command line on the database of this test, in a process of its own.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(std::env::current_exe().unwrap());
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("TUTTI_") {
                command.env_remove(name);
            }
        }
        command.env(crate::RUN_AS_TUTTI, "1").stdin(Stdio::null()).args(arguments);
        command.args(["--database-url", self.url()]).arg("--signing-key-file").arg(key_file());
        command
    }

    /// The house.
    pub fn app(&self) -> &Arc<App> {
        &self.0.app
    }

    /// The connections.
    pub fn database(&self) -> &Database {
        self.0.app.database()
    }

    /// The moment at which the clock stands.
    pub fn now(&self) -> DateTime<Utc> {
        *self.0.clock.lock().unwrap()
    }

    /// Turns the clock.
    pub fn pass(&self, time: TimeDelta) {
        *self.0.clock.lock().unwrap() += time;
    }

    /// Somebody of the organisation, by the name they go by in [`PEOPLE`].
    pub fn as_(&self, who: &str) -> Client {
        self.signed_in(person(who))
    }

    /// Anybody with an id.
    pub fn signed_in(&self, who: PersonId) -> Client {
        let token = self.0.app.mint(who, Duration::from_hours(24 * 365)).unwrap();
        Client::new(self.clone(), Some(format!("Bearer {token}")))
    }

    /// Whoever sends this header.
    pub fn with_header(&self, authorization: &str) -> Client {
        Client::new(self.clone(), Some(authorization.to_owned()))
    }

    /// Nobody.
    pub fn anonymous(&self) -> Client {
        Client::new(self.clone(), None)
    }

    /// Changes rows past the API, for worlds that the API would not make.
    pub async fn rows<T>(&self, change: impl AsyncFnOnce(&DatabaseTransaction) -> T) -> T {
        let transaction = self.database().begin().await.unwrap();
        let answer = change(&transaction).await;
        transaction.commit().await.unwrap();
        answer
    }

    /// Asks the database itself.
    pub async fn sql(&self, sql: &str) -> Vec<QueryResult> {
        let reader = self.database().reader();
        reader.query_all_raw(Statement::from_string(self.database().backend(), sql)).await.unwrap()
    }

    /// Every table with all its rows, as text.
    pub async fn dump(&self) -> Vec<String> {
        let tables = match self.kind() {
            Kind::Sqlite => "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'",
            Kind::Postgres => "SELECT tablename::text AS name FROM pg_tables WHERE schemaname = 'public'",
        };
        let name = |row: &QueryResult| row.try_get::<String>("", "name").unwrap();
        let mut dump = Vec::new();
        for table in self.sql(tables).await.iter().map(name) {
            let row = match self.kind() {
                Kind::Postgres => format!("{table}::text"),
                Kind::Sqlite => {
                    let columns = self.sql(&format!("SELECT name FROM pragma_table_info('{table}')")).await;
                    let columns: Vec<_> =
                        columns.iter().map(|row| format!("quote(\"{}\")", name(row))).collect();
                    columns.join(" || ',' || ")
                }
            };
            for row in self.sql(&format!("SELECT {row} AS name FROM {table}")).await {
                dump.push(format!("{table} {}", name(&row)));
            }
        }
        dump.sort();
        dump
    }

    /// What the index of what is found holds, whatever the order. Each of its words is in the vocabulary.
    pub async fn index(&self) -> Vec<String> {
        let columns = "kind, subject_id, within_id, title_words, words";
        let row = match self.kind() {
            Kind::Postgres => format!("ROW({columns})::text"),
            Kind::Sqlite => columns
                .split(", ")
                .map(|name| format!("quote({name})"))
                .collect::<Vec<_>>()
                .join(" || ',' || "),
        };
        let rows = self.sql(&format!("SELECT {row} AS entry FROM search_documents")).await;
        let mut entries: Vec<String> = rows.iter().map(|row| row.try_get("", "entry").unwrap()).collect();
        entries.sort();
        let unknown = match self.kind() {
            Kind::Postgres => "SELECT DISTINCT lexeme AS word FROM search_documents, unnest(words)",
            Kind::Sqlite => {
                "SELECT DISTINCT value AS word FROM search_documents, \
                             json_each('[\"' || replace(words, ' ', '\",\"') || '\"]') WHERE words <> ''"
            }
        };
        let unknown = format!("{unknown} EXCEPT SELECT word FROM search_vocabulary");
        let unknown = self.sql(&unknown).await;
        let unknown: Vec<String> = unknown.iter().map(|row| row.try_get("", "word").unwrap()).collect();
        assert_eq!(unknown, [""; 0], "words of the index that are not in the vocabulary");
        entries
    }

    /// Fails where the index is another than it would be if it were made from the rows, after `what`.
    pub async fn the_index_is_that_of_the_rows(&self, what: &str) {
        let kept = self.index().await;
        self.rows(async |tx| index::make(tx).await.unwrap()).await;
        let made = self.index().await;
        let only = |one: &[String], other: &[String]| -> Vec<String> {
            one.iter().filter(|entry| !other.contains(entry)).cloned().collect()
        };
        let (stale, missing) = (only(&kept, &made), only(&made, &kept));
        assert!(
            stale.is_empty() && missing.is_empty(),
            "after {what}: stale {stale:#?}, missing {missing:#?}"
        );
    }

    /// The real server on a loopback port, for this test alone.
    pub fn serve(&self) -> String {
        self.serve_app(Arc::clone(&self.0.app), |_| {})
    }

    /// The same with these limits and settings, on the same rows and by the same clock.
    pub fn serve_with(&self, rates: RateLimits, change: impl FnOnce(&mut HttpSettings)) -> String {
        self.serve_app(self.house(door(None), rates), change)
    }

    /// Another house on the same rows and by the same clock, with this door and these limits.
    pub fn house(&self, door: Doorkeeper, rates: RateLimits) -> Arc<App> {
        let (database, world) = (self.database().clone(), Arc::clone(self.app().world()));
        Arc::new(App::new(database, world, door, rates, true).unwrap())
    }

    /// The real server of this house.
    pub fn serve_app(&self, app: Arc<App>, change: impl FnOnce(&mut HttpSettings)) -> String {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let mut settings = HttpSettings {
            workers: Some(1),
            shutdown_grace: Duration::from_secs(5),
            ..HttpSettings::new(|| "0000000000000001".to_owned())
        };
        change(&mut settings);
        let live = Arc::clone(app.live());
        let server = tutti::http::serve(listener, app, settings).unwrap();
        let telling = actix_web::rt::spawn(Arc::clone(&live).run());
        self.0.servers.borrow_mut().push((server.handle(), live, telling));
        actix_web::rt::spawn(server);
        url
    }

    /// Ends everything; the database goes with it.
    pub async fn close(self) {
        for (server, live, telling) in self.0.servers.take() {
            live.close();
            server.stop(false).await;
            telling.await.unwrap();
        }
        self.database().clone().close().await;
        self.0.home.remove().await;
    }
}

fn options(url: &str) -> Options {
    Options {
        url: url.to_owned(),
        connections: 4,
        patience: Duration::from_mins(1),
        statement_timeout: Duration::from_mins(1),
    }
}

/// Lets people in with the key of all tests, and passwords that cost next to nothing.
pub fn door(provider: Option<Provider>) -> Doorkeeper {
    let keys = Keys::load_or_create(&key_file()).unwrap();
    door_with(keys, Passwords::new(Work { memory: 8, passes: 1 }, 2).unwrap(), provider)
}

/// Lets people in with these keys and passwords.
pub fn door_with(keys: Keys, passwords: Passwords, provider: Option<Provider>) -> Doorkeeper {
    let lasting = Lasting { access_token: Duration::from_mins(15), session: TimeDelta::days(30) };
    Doorkeeper::new(keys, passwords, provider, lasting)
}
