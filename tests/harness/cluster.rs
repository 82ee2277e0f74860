//! A PostgreSQL for the run: the one that `TEST_POSTGRES_URL` names, or a throwaway cluster from the
//! programs that are installed.
//!
//! The cluster hangs on a shell that waits for our end of a pipe to close, so that it ends and its
//! files go whatever ends us.

use std::{
    fs,
    io::Read as _,
    os::unix::{fs::chown, process::CommandExt as _},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{LazyLock, Mutex, OnceLock},
    time::{Duration, Instant},
};

use tempfile::TempDir;

/// Starts the cluster, waits for our end of the pipe to close, and clears up.
const KEEPER: &str = r#"
programs=$1 home=$2
shift 2
"$programs/postgres" -D "$home/data" -k "$home" -c listen_addresses='' "$@" >"$home/log" 2>&1 </dev/null &
read -r _
"$programs/pg_ctl" stop -D "$home/data" -m immediate >/dev/null 2>&1
wait
rm -rf "$home"
"#;

/// A cluster of our own.
struct Own {
    keeper: Child,
    home: TempDir,
}

static OWN: Mutex<Option<Own>> = Mutex::new(None);
static SERVER: OnceLock<String> = OnceLock::new();
static PROGRAMS: LazyLock<Option<PathBuf>> = LazyLock::new(|| {
    let on_path = std::env::var_os("PATH").unwrap_or_default();
    let mut places: Vec<PathBuf> = std::env::split_paths(&on_path).collect();
    for (folder, inside) in [
        ("/usr/lib/postgresql", "bin"),
        ("/usr/pgsql", "bin"),
        ("/opt/homebrew/opt", "bin"),
        ("/usr/local/opt", "bin"),
        ("/Library/PostgreSQL", "bin"),
        ("/Applications/Postgres.app/Contents/Versions", "bin"),
    ] {
        let mut found: Vec<_> = fs::read_dir(folder)
            .into_iter()
            .flatten()
            .filter_map(|entry| Some(entry.ok()?.path().join(inside)))
            .collect();
        found.sort_by_key(|place| release(place));
        places.extend(found.into_iter().rev());
    }
    places.push("/usr/local/pgsql/bin".into());
    places
        .into_iter()
        .find(|place| ["initdb", "postgres", "pg_ctl"].iter().all(|name| place.join(name).is_file()))
});

/// The release that a folder of programs is named after: 9.6 comes before 17.
fn release(place: &Path) -> Vec<u32> {
    let name = place.parent().and_then(Path::file_name).unwrap_or_default().to_string_lossy().into_owned();
    name.split(|letter: char| !letter.is_ascii_digit()).filter_map(|part| part.parse().ok()).collect()
}

fn named() -> Option<String> {
    std::env::var("TEST_POSTGRES_URL").ok().filter(|url| !url.is_empty())
}

/// Whether there is any PostgreSQL to be had.
pub fn available() -> bool {
    named().is_some() || PROGRAMS.is_some()
}

/// The URL of a database of the server, which is started when it is first asked for.
pub fn url(database: &str) -> String {
    let server = SERVER.get_or_init(|| named().unwrap_or_else(start));
    let (base, parameters) =
        server.split_once('?').map_or((server.as_str(), ""), |(base, rest)| (base, rest));
    let (scheme, rest) = base.split_once("://").expect("TEST_POSTGRES_URL is a URL");
    let authority = rest.split('/').next().unwrap_or(rest);
    let mark = if parameters.is_empty() { "" } else { "?" };
    format!("{scheme}://{authority}/{database}{mark}{parameters}")
}

/// Whether databases have to be dropped one by one, because the server stays.
pub fn stays() -> bool {
    named().is_some()
}

/// The user that PostgreSQL runs as: it refuses root.
fn servant() -> Option<(u32, u32)> {
    let id = |arguments: &[&str]| {
        let output = Command::new("id").args(arguments).output().ok()?;
        String::from_utf8(output.stdout).ok()?.trim().parse::<u32>().ok()
    };
    if id(&["-u"])? != 0 {
        return None;
    }
    let user = ["postgres", "nobody"].into_iter().find(|user| id(&["-u", user]).is_some());
    let user = user.expect("a user other than root for PostgreSQL");
    Some((id(&["-u", user])?, id(&["-g", user])?))
}

fn command(program: impl AsRef<std::ffi::OsStr>, home: &Path, servant: Option<(u32, u32)>) -> Command {
    let mut command = Command::new(program);
    command.current_dir(home).env_remove("PGDATA").stdin(Stdio::null());
    if let Some((user, group)) = servant {
        command.uid(user).gid(group);
    }
    command
}

fn initialise(programs: &Path, home: &Path, servant: Option<(u32, u32)>) {
    let data = home.join("data");
    let mut why = String::new();
    // A cluster that sorts as Danes do shows where the order of rows hangs on the cluster's locale.
    for locale in [&["--locale-provider=icu", "--icu-locale=da-DK", "--locale=C"][..], &["--locale=C"]] {
        let output = command(programs.join("initdb"), home, servant)
            .args(["-A", "trust", "-U", "postgres", "-E", "UTF8", "--no-sync", "-D"])
            .arg(&data)
            .args(locale)
            .output()
            .expect("initdb runs");
        if output.status.success() {
            return;
        }
        why = String::from_utf8_lossy(&output.stderr).into_owned();
    }
    panic!("initdb failed: {why}");
}

fn start() -> String {
    let programs = PROGRAMS.as_deref().expect("PostgreSQL is installed");
    let home = TempDir::with_prefix("tutti-pg-").unwrap();
    let servant = servant();
    if let Some((user, group)) = servant {
        chown(home.path(), Some(user), Some(group)).unwrap();
    }
    initialise(programs, home.path(), servant);
    let keeper = command("sh", home.path(), servant)
        .args(["-c", KEEPER, "keeper"])
        .args([programs, home.path()])
        .args(super::POSTGRES_SETTINGS)
        .stdin(Stdio::piped())
        // An interrupt from the keyboard is for us; the keeper hears of our end.
        .process_group(0)
        .spawn()
        .expect("sh runs");
    let socket = home.path().join(".s.PGSQL.5432");
    let began = Instant::now();
    while std::os::unix::net::UnixStream::connect(&socket).is_err() {
        let late = began.elapsed() > Duration::from_mins(1);
        assert!(!late, "PostgreSQL did not start: {}", log(home.path()));
        std::thread::sleep(Duration::from_millis(20));
    }
    let host = home.path().display().to_string().replace('/', "%2F");
    *OWN.lock().unwrap() = Some(Own { keeper, home });
    format!("postgres://postgres@localhost/postgres?host={host}")
}

fn log(home: &Path) -> String {
    let mut log = String::new();
    let _ = fs::File::open(home.join("log")).and_then(|mut file| file.read_to_string(&mut log));
    log
}

/// Ends a cluster of our own.
pub fn stop() {
    let own = OWN.lock().unwrap().take();
    let Some(Own { mut keeper, home }) = own else { return };
    drop(keeper.stdin.take());
    let _ = keeper.wait();
    // The keeper has removed it, unless it was killed.
    drop(home);
}
