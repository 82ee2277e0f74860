//! Every test that needs a database or a server, in one binary.
//!
//! Most tests run twice, on SQLite and on PostgreSQL, on a fresh migrated database each. Run under
//! `IT_RUN_AS_TUTTI` the same binary is the server itself, for the tests that kill it.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::needless_pass_by_value,
    reason = "a test ends where something is not as it should be, and tells the one who ran it"
)]

mod access;
mod accounts;
mod adoption;
mod batch;
mod bounds;
mod cascade;
mod commands;
mod communication;
mod crash;
#[path = "benches/limit/data.rs"]
mod data;
mod exchange;
mod feedback;
mod figures;
mod filter;
mod follow;
mod harness;
mod input;
mod live;
mod mail;
mod metrics;
mod money;
mod needed;
mod paging;
mod people;
mod plan;
mod plans;
#[path = "benches/limit/questions.rs"]
#[expect(dead_code, reason = "the benchmark compares, tells and counts more")]
mod questions;
mod raid;
mod rates;
mod reminders;
mod reports;
mod rewards;
mod scenarios;
mod schema;
mod seals;
mod search;
mod tidy;
mod training;
mod upgrade;
mod webhooks;
mod work;
mod write;

use std::process::ExitCode;

use harness::Suite;
use tutti::telemetry::Format;

/// What makes this binary the server.
pub const RUN_AS_TUTTI: &str = "IT_RUN_AS_TUTTI";

fn main() -> ExitCode {
    if std::env::var_os(RUN_AS_TUTTI).is_some() {
        return tutti::cli::main(std::env::args_os());
    }
    // What the house logs is shown when it is asked for: `IT_LOG=tutti=debug`.
    tutti::telemetry::init(&std::env::var("IT_LOG").unwrap_or("off".to_owned()), Format::Text).unwrap();
    let mut suite = Suite::default();
    access::register(&mut suite);
    accounts::register(&mut suite);
    adoption::register(&mut suite);
    batch::register(&mut suite);
    bounds::register(&mut suite);
    cascade::register(&mut suite);
    commands::register(&mut suite);
    communication::register(&mut suite);
    crash::register(&mut suite);
    exchange::register(&mut suite);
    feedback::register(&mut suite);
    figures::register(&mut suite);
    filter::register(&mut suite);
    follow::register(&mut suite);
    input::register(&mut suite);
    mail::register(&mut suite);
    live::register(&mut suite);
    metrics::register(&mut suite);
    money::register(&mut suite);
    needed::register(&mut suite);
    paging::register(&mut suite);
    people::register(&mut suite);
    plan::register(&mut suite);
    plans::register(&mut suite);
    raid::register(&mut suite);
    rates::register(&mut suite);
    reminders::register(&mut suite);
    reports::register(&mut suite);
    rewards::register(&mut suite);
    scenarios::register(&mut suite);
    schema::register(&mut suite);
    seals::register(&mut suite);
    search::register(&mut suite);
    tidy::register(&mut suite);
    training::register(&mut suite);
    upgrade::register(&mut suite);
    webhooks::register(&mut suite);
    work::register(&mut suite);
    write::register(&mut suite);
    suite.run()
}
