//! The one binary: arguments and dispatch, nothing else.

use std::process::ExitCode;

/// 9 % more pages a second than the system's allocator, measured on the prototype.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    tutti::cli::main(std::env::args_os())
}
