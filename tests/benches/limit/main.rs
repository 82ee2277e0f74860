//! Close to the limit: how much of what the database itself can answer is left behind the API.
//!
//! The real server and a bare handler, each a process of its own on the same data, are asked the same things in
//! turn. What counts is the ratio of the two: it says the same on a slow machine as on a fast one. On a machine that is
//! busy with other things it does not, because there whoever has more threads gets more of it; the ratio of the time that
//! server and database spend on a core does even then.
//!
//! `cargo bench --bench limit -- --help` tells of the options; the README has what came out.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::as_conversions,
    clippy::cast_precision_loss,
    clippy::print_stdout,
    reason = "a benchmark ends where something is not as it should be, and tells the one who ran it"
)]

mod bare;
#[path = "../../harness/cluster.rs"]
mod cluster;
mod data;
mod load;
mod questions;
mod server;
mod tell;

use std::{
    cell::Cell,
    env, fs,
    hash::{DefaultHasher, Hash as _, Hasher as _},
    path::PathBuf,
    process::ExitCode,
    rc::Rc,
    time::{Duration, Instant},
};

use clap::{Parser, ValueEnum};
use data::Scale;
use load::{Connection, Load};
use questions::{QUESTIONS, Question, RECORD};
use sea_orm::{ConnectOptions, ConnectionTrait as _, DatabaseConnection, Statement};
use serde_json::Value;
use server::{Server, options};
use tutti::access::token::Keys;
use tutti::store::{Database, World};
use tutti_entity::ids::{AnyId, PersonId};
use uuid::Uuid;

/// That of `tutti`, for both servers.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// What makes this binary the server.
const RUN_AS_TUTTI: &str = "BENCH_RUN_AS_TUTTI";

/// What PostgreSQL is started with: as it comes, so that what was written is on the disk.
const POSTGRES_SETTINGS: &[&str] = &[];

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Kind {
    Sqlite,
    Postgres,
}

/// Asks the server and a bare handler the same, and compares.
#[derive(Debug, Parser)]
struct Arguments {
    /// On which database.
    #[arg(long, value_enum, value_delimiter = ',', default_value = "sqlite,postgres")]
    database: Vec<Kind>,
    /// How long each question is asked of each of the two.
    #[arg(long, default_value_t = 8.0)]
    seconds: f64,
    /// Over how many connections at once.
    #[arg(long, default_value_t = 16)]
    connections: usize,
    /// How large the data set is: `1`, `10` or `small`.
    #[arg(long, default_value = "1")]
    scale: String,
    /// The threads of each server.
    #[arg(long, default_value_t = 2)]
    workers: usize,
    /// Only these questions.
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,
    /// What `cargo bench` says to every benchmark.
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() -> ExitCode {
    if env::var_os(RUN_AS_TUTTI).is_some() {
        return tutti::cli::main(env::args_os());
    }
    if let Ok(url) = env::var(bare::RUN_AS_BARE) {
        bare::serve(&url);
        return ExitCode::SUCCESS;
    }
    let arguments = Arguments::parse();
    let scale = Scale::named(&arguments.scale).expect("the scale is `1`, `10` or `small`");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        for kind in &arguments.database {
            if *kind == Kind::Postgres && !cluster::available() {
                println!("No PostgreSQL was found, so it was not measured.");
                continue;
            }
            let url = data_set(*kind, &arguments.scale, scale).await;
            measure(*kind, &url, scale, &arguments).await;
        }
    });
    cluster::stop();
    ExitCode::SUCCESS
}

/// Where data sets are kept between runs.
fn folder() -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("limit");
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// What tells data sets apart: the tables, how they are filled, and on which day, because their dates are counted
/// from it.
async fn edition() -> String {
    let file = folder().join("tables.db");
    let database = Database::connect(&options(&format!("sqlite://{}", file.display()))).await.unwrap();
    database.migrate().await.unwrap();
    let tables = Statement::from_string(database.backend(), "SELECT sql FROM sqlite_master ORDER BY name");
    let mut hasher = DefaultHasher::new();
    include_str!("data.rs").hash(&mut hasher);
    for row in database.reader().query_all_raw(tables).await.unwrap() {
        row.try_get_by_index::<Option<String>>(0).unwrap().hash(&mut hasher);
    }
    database.close().await;
    fs::remove_file(file).unwrap();
    format!("{}_{:08x}", World::machine_clock().format("%Y%m%d"), hasher.finish() >> 32)
}

/// The URL of a database with the data set, which is made when it is not there.
async fn data_set(kind: Kind, scale_name: &str, scale: Scale) -> String {
    let name = format!("limit_{scale_name}_{}", edition().await);
    let began = Instant::now();
    let url = match kind {
        Kind::Sqlite => {
            let (kept, made) = (folder().join(format!("{name}.db")), folder().join("unfinished.db"));
            if kept.exists() {
                return format!("sqlite://{}", kept.display());
            }
            // Those of other days and releases are of no use any more.
            for file in fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path()) {
                let file_name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
                if file_name.starts_with(&format!("limit_{scale_name}_"))
                    || file_name.starts_with("unfinished")
                {
                    fs::remove_file(file).unwrap();
                }
            }
            make(&format!("sqlite://{}", made.display()), scale).await;
            fs::rename(&made, &kept).unwrap();
            format!("sqlite://{}", kept.display())
        }
        Kind::Postgres => {
            let admin = sea_orm::Database::connect(unlogged(&cluster::url("postgres"))).await.unwrap();
            let fresh = admin.execute_unprepared(&format!("CREATE DATABASE {name}")).await.is_ok();
            assert!(fresh || cluster::stays(), "a new cluster has the database {name}");
            admin.close().await.unwrap();
            let url = cluster::url(&name);
            if fresh {
                make(&url, scale).await;
                // What PostgreSQL would do in the minutes after so many rows came in, while it is measured.
                let made = sea_orm::Database::connect(unlogged(&url)).await.unwrap();
                made.execute_unprepared("VACUUM ANALYZE").await.unwrap();
                made.execute_unprepared("CHECKPOINT").await.unwrap();
                made.close().await.unwrap();
            }
            url
        }
    };
    println!("The data set was made in {:.1} s.", began.elapsed().as_secs_f64());
    url
}

/// One connection to PostgreSQL, past the house.
fn unlogged(url: &str) -> ConnectOptions {
    let mut connect = ConnectOptions::new(url);
    connect.max_connections(1).sqlx_logging(false);
    connect
}

async fn make(url: &str, scale: Scale) {
    let database = Database::connect(&options(url)).await.unwrap();
    database.migrate().await.unwrap();
    data::fill(&database, scale).await;
    database.close().await;
}

/// Who asks, and with which token.
fn bearer(key: &std::path::Path) -> String {
    let keys = Keys::load_or_create(key).unwrap();
    let asking = PersonId(data::id(data::Table::Person, data::ASKING));
    let day = Duration::from_hours(24);
    keys.mint(&asking.to_string(), None, World::machine_clock(), day, Uuid::from_u128(1)).unwrap()
}

/// The same request to each of the two servers.
struct Requests {
    question: &'static Question,
    scale: Scale,
    token: String,
}

impl Requests {
    fn tutti(&self, time: u32) -> Rc<[u8]> {
        let (_, variables) = self.question.asked(self.scale, time);
        let body = serde_json::json!({ "query": self.question.graphql, "variables": variables }).to_string();
        let head = format!(
            "POST /graphql HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
            self.token,
            body.len()
        );
        Rc::from((head + &body).into_bytes())
    }

    fn bare(&self, time: u32) -> Rc<[u8]> {
        let (row, _) = self.question.asked(self.scale, time);
        Rc::from(
            format!("GET /{}?row={row} HTTP/1.1\r\nHost: localhost\r\n\r\n", self.question.name).into_bytes(),
        )
    }
}

/// The answer with ids spelled one way: the database knows them as numbers.
fn plain(answer: &[u8]) -> Value {
    fn spell(value: &mut Value) {
        match value {
            Value::Array(items) => items.iter_mut().for_each(spell),
            Value::Object(fields) => {
                if let Some(Value::String(id)) = fields.get_mut("id") {
                    let uuid = id.parse::<AnyId>().ok().map(|id| id.uuid).or_else(|| id.parse().ok());
                    *id = uuid.expect("an id").to_string();
                }
                fields.values_mut().for_each(spell);
            }
            _ => {}
        }
    }
    let mut value = serde_json::from_slice(answer).unwrap();
    spell(&mut value);
    value
}

/// The SQL statements that the server has run for requests so far.
async fn statements(server: &Server) -> u64 {
    let mut connection = Connection::open(server.address).await;
    let page = connection.ask(b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n").await;
    let page = std::str::from_utf8(page).unwrap();
    let line = page.lines().find_map(|line| line.strip_prefix("tutti_sql_statements_total "));
    line.expect("the metric of statements").parse().unwrap()
}

/// The processes of PostgreSQL that work for the servers; SQLite works in the servers themselves.
struct Backends(Option<DatabaseConnection>);

impl Backends {
    async fn of(kind: Kind, url: &str) -> Self {
        if kind == Kind::Sqlite {
            return Self(None);
        }
        let mut connect = ConnectOptions::new(url);
        connect.max_connections(1).sqlx_logging(false);
        Self(Some(sea_orm::Database::connect(connect).await.unwrap()))
    }

    /// How long they have run on a core so far, where they run on this machine.
    async fn cpu(&self) -> Duration {
        const PROCESSES: &str =
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";
        let Some(database) = &self.0 else { return Duration::ZERO };
        let asked = Statement::from_string(sea_orm::DatabaseBackend::Postgres, PROCESSES);
        let rows = database.query_all_raw(asked).await.unwrap();
        let processes = rows.iter().map(|row| row.try_get_by_index::<i32>(0).unwrap());
        processes.map(|process| server::cpu_of(process.try_into().unwrap())).sum()
    }
}

/// What one of the two servers came to.
#[derive(Default)]
struct Came {
    load: Load,
    /// How long the server ran on a core, and how long the database did.
    cpu: [Duration; 2],
}

impl Came {
    fn each(&self, all: f64) -> f64 {
        all / self.load.latencies.len().max(1) as f64
    }

    /// Milliseconds on a core for one request, of the server and of both together.
    fn cpu(&self) -> [f64; 2] {
        let [server, database] = self.cpu.map(|cpu| self.each(cpu.as_secs_f64() * 1000.0));
        [server, server + database]
    }
}

/// One turn of one of the two servers.
async fn turn(
    came: &mut Came,
    server: &Server,
    backends: &Backends,
    arguments: &Arguments,
    request: impl Fn() -> Rc<[u8]> + 'static,
) {
    let time = Duration::from_secs_f64(arguments.seconds / f64::from(TURNS));
    let before = [server.cpu(), backends.cpu().await];
    came.load.add(load::load(server.address, arguments.connections, time, request).await);
    let after = [server.cpu(), backends.cpu().await];
    for ((cpu, after), before) in came.cpu.iter_mut().zip(after).zip(before) {
        *cpu += after.saturating_sub(before);
    }
}

/// How often the two servers are asked in turn.
const TURNS: u32 = 6;

async fn measure(kind: Kind, url: &str, scale: Scale, arguments: &Arguments) {
    let key = folder().join("signing.key");
    let token = bearer(&key);
    let bare = Server::bare(url, arguments.workers);
    let tutti = Server::tutti(url, &key, arguments.workers);
    let backends = Backends::of(kind, url).await;
    println!(
        "\n{kind:?}, {} initiatives, {} connections, {} workers; the first answer came {} ms after the start; load {}",
        scale.initiatives,
        arguments.connections,
        arguments.workers,
        tutti.started_in.as_millis(),
        fs::read_to_string("/proc/loadavg").unwrap_or_default().split(' ').next().unwrap_or_default(),
    );
    println!(
        "      ratio  by CPU  requests/s (bare)    p50 ms (bare)    p99 ms (bare)   CPU ms (bare)   with database (bare)  SQL  peak MiB"
    );
    for question in &QUESTIONS {
        if !arguments.only.is_empty() && !arguments.only.iter().any(|name| name == question.name) {
            continue;
        }
        let requests = Rc::new(Requests { question, scale, token: token.clone() });
        check(&tutti, &bare, &requests).await;
        let time = Rc::new(Cell::new(0));
        let next = move || {
            time.set(time.get() + 1);
            time.get()
        };
        let [mut ours, mut theirs] = [Came::default(), Came::default()];
        tutti.forget_peak();
        let before = statements(&tutti).await;
        for _ in 0..TURNS {
            let (of, count) = (Rc::clone(&requests), next.clone());
            turn(&mut ours, &tutti, &backends, arguments, move || of.tutti(count())).await;
            if question.bare.is_some() {
                let (of, count) = (Rc::clone(&requests), next.clone());
                turn(&mut theirs, &bare, &backends, arguments, move || of.bare(count())).await;
            }
        }
        let sql = ours.each((statements(&tutti).await - before) as f64);
        let ([our_server, our_both], [their_server, their_both]) = (ours.cpu(), theirs.cpu());
        let ratio = |value: f64| if question.bare.is_some() { format!("{value:.2}") } else { String::new() };
        println!(
            "{:<4} {:>6} {:>7} {:>9.0} {} {:>8.2} {} {:>8.2} {} {:>7.3} {} {:>9.3} {} {:>8.1} {:>7.0}   {}",
            question.name,
            ratio(ours.load.rate() / theirs.load.rate()),
            ratio(their_both / our_both),
            ours.load.rate(),
            beside(question, 6, 0, theirs.load.rate()),
            ours.load.percentile(50),
            beside(question, 6, 2, theirs.load.percentile(50)),
            ours.load.percentile(99),
            beside(question, 6, 2, theirs.load.percentile(99)),
            our_server,
            beside(question, 6, 3, their_server),
            our_both,
            beside(question, 6, 3, their_both),
            sql,
            tutti.peak_memory(),
            question.about,
        );
    }
    if arguments.only.is_empty() || arguments.only.iter().any(|name| name == "N") {
        measure_telling(&tutti, &bare, &backends, scale, &token).await;
    }
}

/// N: how long it takes until everybody who listens was told of what happens, and what that costs.
async fn measure_telling(tutti: &Server, bare: &Server, backends: &Backends, scale: Scale, token: &str) {
    let requests = Requests { question: &RECORD, scale, token: token.to_owned() };
    tutti.forget_peak();
    let mut cpu = [Duration::ZERO; 2];
    let mut told = Vec::new();
    for (server, cpu) in [tutti, bare].into_iter().zip(&mut cpu) {
        let is_ours = server.address == tutti.address;
        let listening = if is_ours { tell::to_tutti(token) } else { tell::to_bare() };
        let before = Cell::new(Duration::ZERO);
        let record = |time| if is_ours { requests.tutti(time) } else { requests.bare(time) };
        let ready = async || before.set(server.cpu() + backends.cpu().await);
        told.push(tell::tell(server.address, &listening, record, ready).await);
        *cpu = (server.cpu() + backends.cpu().await).saturating_sub(before.get()) / tell::EVENTS;
    }
    let milliseconds = |time: Duration| time.as_secs_f64() * 1000.0;
    let rate = |told: &tell::Told| f64::from(tell::EVENTS) / told.took.as_secs_f64();
    let slow = |told: &tell::Told, percent: usize| {
        milliseconds(told.delays[(told.delays.len() - 1) * percent / 100])
    };
    let ([ours, theirs], [our_cpu, their_cpu]) = ([&told[0], &told[1]], cpu.map(milliseconds));
    println!(
        "N    {:>6.2} {:>7.2} {:>9.0} ({:>6.0}) {:>8.2} ({:>6.2}) {:>8.2} ({:>6.2}) {:>16} {:>9.3} ({their_cpu:>6.3}) {:>8} {:>7.0}   {} times something happens, and {} who listen are told; times are those until the last has heard",
        rate(ours) / rate(theirs),
        their_cpu / our_cpu,
        rate(ours),
        rate(theirs),
        slow(ours, 50),
        slow(theirs, 50),
        slow(ours, 99),
        slow(theirs, 99),
        "",
        our_cpu,
        "",
        tutti.peak_memory(),
        tell::EVENTS,
        tell::LISTENERS,
    );
}

/// What the bare handler came to, where there is one.
fn beside(question: &Question, width: usize, digits: usize, value: f64) -> String {
    if question.bare.is_some() { format!("({value:>width$.digits$})") } else { " ".repeat(width + 2) }
}

/// Both answer the same, whatever row is asked about.
async fn check(tutti: &Server, bare: &Server, requests: &Requests) {
    let (mut ours, mut theirs) =
        (Connection::open(tutti.address).await, Connection::open(bare.address).await);
    for time in 0..20 {
        let ours = plain(ours.ask(&requests.tutti(time)).await);
        if requests.question.bare.is_none() {
            assert!(ours["data"].is_object(), "{ours:#}");
            assert!(
                !ours.to_string().contains("\"nodes\":[]") && !ours.to_string().contains("\"search\":[]"),
                "{ours:#}"
            );
            continue;
        }
        let theirs = plain(theirs.ask(&requests.bare(time)).await);
        assert!(ours["data"].is_object(), "{ours:#}");
        assert!(ours == theirs, "{}: they differ: {ours:#} {theirs:#}", requests.question.name);
    }
}
