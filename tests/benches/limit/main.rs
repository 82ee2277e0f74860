//! Close to the limit: how much of what the database itself can answer is left behind the API.
//!
//! The real server and a bare handler, each a process of its own on the same data, are asked the same things in
//! turn. What counts is the ratio of the two: it says the same on a slow machine as on a fast one.
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
use questions::{QUESTIONS, Question};
use sea_orm::{ConnectOptions, ConnectionTrait as _, Statement};
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
            let mut connect = ConnectOptions::new(cluster::url("postgres"));
            connect.max_connections(1).sqlx_logging(false);
            let admin = sea_orm::Database::connect(connect).await.unwrap();
            let fresh = admin.execute_unprepared(&format!("CREATE DATABASE {name}")).await.is_ok();
            assert!(fresh || cluster::stays(), "a new cluster has the database {name}");
            admin.close().await.unwrap();
            let url = cluster::url(&name);
            if fresh {
                make(&url, scale).await;
            }
            url
        }
    };
    println!("The data set was made in {:.1} s.", began.elapsed().as_secs_f64());
    url
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

async fn measure(kind: Kind, url: &str, scale: Scale, arguments: &Arguments) {
    let key = folder().join("signing.key");
    let token = bearer(&key);
    let bare = Server::bare(url, arguments.workers);
    let tutti = Server::tutti(url, &key, arguments.workers);
    println!(
        "\n{kind:?}, {} initiatives, {} connections, {} workers; started in {} ms",
        scale.initiatives,
        arguments.connections,
        arguments.workers,
        tutti.started_in.as_millis()
    );
    println!(
        "       ratio   requests/s (bare)   p50 ms (bare)   p99 ms (bare)   CPU ms (bare)   SQL   peak MiB"
    );
    for question in &QUESTIONS {
        if !arguments.only.is_empty() && !arguments.only.iter().any(|name| name == question.name) {
            continue;
        }
        let requests = Rc::new(Requests { question, scale, token: token.clone() });
        check(&tutti, &bare, &requests).await;
        let turns = 6;
        let turn = Duration::from_secs_f64(arguments.seconds / f64::from(turns));
        let time = Rc::new(Cell::new(0));
        let next = move || {
            time.set(time.get() + 1);
            time.get()
        };
        let [mut ours, mut theirs] = [Load::default(), Load::default()];
        tutti.forget_peak();
        let (our_cpu, their_cpu, before) = (tutti.cpu(), bare.cpu(), statements(&tutti).await);
        for _ in 0..turns {
            let (of, count) = (Rc::clone(&requests), next.clone());
            ours.add(load::load(tutti.address, arguments.connections, turn, move || of.tutti(count())).await);
            if question.bare.is_some() {
                let (of, count) = (Rc::clone(&requests), next.clone());
                theirs.add(
                    load::load(bare.address, arguments.connections, turn, move || of.bare(count())).await,
                );
            }
        }
        let each = |all: f64, load: &Load| all / load.latencies.len().max(1) as f64;
        let sql = each((statements(&tutti).await - before) as f64, &ours);
        let cpu = |server: &Server, before: Duration, load: &Load| {
            each(server.cpu().saturating_sub(before).as_secs_f64() * 1000.0, load)
        };
        println!(
            "{:<4} {:>7} {:>10.0} {} {:>8.2} {} {:>8.2} {} {:>8.3} {} {:>5.1} {:>9.0}   {}",
            question.name,
            if question.bare.is_some() {
                format!("{:.2}", ours.rate() / theirs.rate())
            } else {
                String::new()
            },
            ours.rate(),
            beside(question, 6, 0, theirs.rate()),
            ours.percentile(50),
            beside(question, 5, 2, theirs.percentile(50)),
            ours.percentile(99),
            beside(question, 5, 2, theirs.percentile(99)),
            cpu(&tutti, our_cpu, &ours),
            beside(question, 5, 3, cpu(&bare, their_cpu, &theirs)),
            sql,
            tutti.peak_memory(),
            question.about,
        );
    }
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
