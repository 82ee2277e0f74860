//! The servers that are measured, each a process of its own, and what they use of the machine.

use std::{
    env, fs,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use tutti::store::database::Options;

use crate::{RUN_AS_TUTTI, bare::RUN_AS_BARE};

/// How many connections to the database each server has.
const DATABASE_CONNECTIONS: u32 = 8;

/// One running server.
pub struct Server {
    process: Child,
    /// Where it listens, on this machine alone.
    pub address: SocketAddr,
    /// How long it took from its start to its first answer.
    pub started_in: Duration,
}

/// How both servers and the filling of the data set connect.
pub fn options(url: &str) -> Options {
    Options {
        url: url.to_owned(),
        connections: DATABASE_CONNECTIONS,
        patience: Duration::from_mins(1),
        statement_timeout: Duration::from_mins(1),
    }
}

fn proc(process: u32, file: &str) -> String {
    fs::read_to_string(format!("/proc/{process}/{file}")).unwrap_or_default()
}

/// How long the threads of a process have run on a core so far. Nothing where the system does not tell.
pub fn cpu_of(process: u32) -> Duration {
    let stat = proc(process, "stat");
    // The name of the program may hold spaces; what follows its bracket does not.
    let fields: Vec<u64> = stat
        .rsplit(')')
        .next()
        .unwrap_or_default()
        .split_whitespace()
        .map(|field| field.parse().unwrap_or(0))
        .collect();
    // User and system time, in hundredths of a second.
    let ticks: u64 = fields.iter().skip(11).take(2).sum();
    Duration::from_millis(ticks * 10)
}

impl Server {
    /// Tutti itself, as it is shipped, but for the rate limit.
    pub fn tutti(url: &str, key: &Path, workers: usize) -> Self {
        let mut command = Command::new(env::current_exe().unwrap());
        for (name, _) in env::vars_os() {
            if name.to_string_lossy().starts_with("TUTTI_") {
                command.env_remove(name);
            }
        }
        command.env(RUN_AS_TUTTI, "1").args(["serve", "--listen", "127.0.0.1:0", "--rate-limit", "0"]);
        command.args(["--workers", &workers.to_string(), "--database-url", url]);
        command.args(["--database-connections", &DATABASE_CONNECTIONS.to_string()]);
        command.arg("--signing-key-file").arg(key);
        Self::start(command)
    }

    /// The bare handler.
    pub fn bare(url: &str, workers: usize) -> Self {
        let mut command = Command::new(env::current_exe().unwrap());
        command.env(RUN_AS_BARE, url).env("BENCH_WORKERS", workers.to_string());
        Self::start(command)
    }

    fn start(mut command: Command) -> Self {
        let began = Instant::now();
        // The log is written, as in production, and goes nowhere.
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut process = command.spawn().unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let address = lines.find_map(|line| {
            let address = line.unwrap().strip_prefix("listening on http://")?.to_owned();
            address.split('/').next()?.parse().ok()
        });
        let address = address.expect("the server says where it listens");
        let mut first = TcpStream::connect(address).unwrap();
        first.write_all(b"GET /graphql?query=%7B__typename%7D HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
        assert!(first.read(&mut [0; 64]).unwrap() > 0, "the server answers");
        Self { process, address, started_in: began.elapsed() }
    }

    fn proc(&self, file: &str) -> String {
        proc(self.process.id(), file)
    }

    /// How long its threads have run on a core so far.
    pub fn cpu(&self) -> Duration {
        cpu_of(self.process.id())
    }

    /// The most memory that it has held, in MiB.
    pub fn peak_memory(&self) -> f64 {
        let status = self.proc("status");
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or("0");
        line.split_whitespace().next().and_then(|kib| kib.parse::<f64>().ok()).unwrap_or(0.0) / 1024.0
    }

    /// Forgets the peak so far.
    pub fn forget_peak(&self) {
        let _ = fs::write(format!("/proc/{}/clear_refs", self.process.id()), "5");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
