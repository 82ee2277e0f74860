//! Every test that needs a database or a server, in one binary.
//!
//! Most tests run twice, on SQLite and on PostgreSQL, on a fresh migrated database each. Run under
//! `IT_RUN_AS_TUTTI` the same binary is the server itself, for the tests that kill it.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test ends where something is not as it should be, and tells the one who ran it"
)]
#![cfg_attr(test, expect(clippy::needless_pass_by_value, reason = "a test owns its harness"))]

mod harness;
mod paging;

use std::process::ExitCode;

use harness::Suite;

/// What makes this binary the server.
pub const RUN_AS_TUTTI: &str = "IT_RUN_AS_TUTTI";

fn main() -> ExitCode {
    let mut suite = Suite::default();
    paging::register(&mut suite);
    suite.run()
}
