//! The list of tests, and how one is run.

use std::{future::Future, panic::AssertUnwindSafe, process::ExitCode};

use futures_util::FutureExt as _;
use libtest_mimic::{Arguments, Failed, Trial};
use proptest::{
    strategy::Strategy,
    test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner},
};

use super::{Harness, Kind, Start, cluster};

/// The tests.
#[derive(Default)]
pub struct Suite(Vec<Trial>);

/// Clears up behind the run, also where it ends in a panic.
struct Clearing;

impl Drop for Clearing {
    fn drop(&mut self) {
        cluster::stop();
        super::template::remove();
    }
}

/// How many more cases than usual each property is tried with, and from which seed.
fn from_environment(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().expect("a number"))
}

/// How much of it the thread of a test has, in bytes.
const STACK: usize = 16 << 20;

impl Suite {
    /// A test that needs no database.
    pub fn once(&mut self, name: &str, test: impl FnOnce() + Send + 'static) {
        self.0.push(Trial::test(name, move || {
            test();
            Ok(())
        }));
    }

    /// A test on both databases, from the organisation without any initiative.
    pub fn both<F>(&mut self, name: &str, test: impl Fn(Harness) -> F + Copy + Send + 'static)
    where
        F: Future<Output = ()> + 'static,
    {
        self.from(Start::Org, name, test);
    }

    /// A test on both databases, from the standard world.
    pub fn world<F>(&mut self, name: &str, test: impl Fn(Harness) -> F + Copy + Send + 'static)
    where
        F: Future<Output = ()> + 'static,
    {
        self.from(Start::World, name, test);
    }

    /// A test on both databases, from a template.
    pub fn from<F>(&mut self, start: Start, name: &str, test: impl Fn(Harness) -> F + Clone + Send + 'static)
    where
        F: Future<Output = ()> + 'static,
    {
        for kind in Kind::ALL {
            let test = test.clone();
            self.add(kind, name, move || {
                actix_web::rt::System::new().block_on(async {
                    let harness = Harness::new(kind, start).await;
                    let ended = AssertUnwindSafe(test(harness.clone())).catch_unwind().await;
                    harness.close().await;
                    ended.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
                });
                Ok(())
            });
        }
    }

    /// A property on both databases, tried with this many cases on one database.
    pub fn property<S, F>(
        &mut self,
        name: &str,
        cases: u32,
        strategy: impl Fn() -> S + Copy + Send + 'static,
        property: impl Fn(Harness, S::Value) -> F + Copy + Send + 'static,
    ) where
        S: Strategy,
        F: Future<Output = Result<(), String>> + 'static,
    {
        for kind in Kind::ALL {
            self.add(kind, name, move || {
                let system = actix_web::rt::System::new();
                let harness = system.block_on(Harness::new(kind, Start::Org));
                let times = from_environment("IT_TIMES").unwrap_or(1);
                let cases = cases.saturating_mul(u32::try_from(times).unwrap());
                let config = Config { cases, failure_persistence: None, ..Config::default() };
                let mut seed = [0; 32];
                seed[..8].copy_from_slice(&from_environment("IT_SEED").unwrap_or(20_250_331).to_le_bytes());
                let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &seed);
                let ended = TestRunner::new_with_rng(config, rng).run(&strategy(), |case| {
                    system.block_on(property(harness.clone(), case)).map_err(TestCaseError::fail)
                });
                system.block_on(harness.close());
                ended.map_err(|error| match error {
                    TestError::Fail(why, case) => Failed::from(format!("{why}\nsmallest case: {case:#?}")),
                    TestError::Abort(why) => Failed::from(why.to_string()),
                })
            });
        }
    }

    fn add(&mut self, kind: Kind, name: &str, run: impl FnOnce() -> Result<(), Failed> + Send + 'static) {
        let missing = kind == Kind::Postgres && !cluster::available();
        // Code that is not optimised takes many times the stack that a release takes for the same question.
        let run = move || {
            let thread = std::thread::Builder::new().stack_size(STACK).spawn(run).unwrap();
            thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        };
        self.0.push(Trial::test(format!("{}::{name}", kind.name()), run).with_ignored_flag(missing));
    }

    /// Runs what the arguments ask for.
    pub fn run(self) -> ExitCode {
        let arguments = Arguments::from_args();
        let not_run: Vec<_> = self
            .0
            .iter()
            .filter(|trial| trial.has_ignored_flag())
            .map(|trial| trial.name().to_owned())
            .collect();
        let clearing = Clearing;
        let conclusion = libtest_mimic::run(&arguments, self.0);
        drop(clearing);
        if not_run.is_empty() || arguments.list {
            return conclusion.exit_code();
        }
        println!("\nNO POSTGRESQL WAS FOUND, so {} tests were NOT RUN:", not_run.len());
        for name in &not_run {
            println!("    {name}");
        }
        println!("Install it (its `initdb` is looked for), or name a server in TEST_POSTGRES_URL.");
        let must = ["CI", "REQUIRE_POSTGRES"]
            .iter()
            .any(|name| std::env::var(name).is_ok_and(|value| matches!(value.as_str(), "true" | "1")));
        if must { ExitCode::FAILURE } else { conclusion.exit_code() }
    }
}
