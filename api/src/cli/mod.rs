//! The commands of `tutti`: serve, migrate, schema, token, user, import, export, remind, events, config.
//!
//! What a command was asked for goes to standard output; the log and what went wrong go to standard
//! error. What goes wrong is one sentence that says what to do.

mod events;
mod export;
mod import;
mod password;
mod remind;
mod serve;
mod token;
mod user;

use std::{
    ffi::OsString,
    io::{self, Write as _},
    process::ExitCode,
    sync::Arc,
};

use chrono::NaiveDate;
use clap::{Parser, Subcommand, ValueEnum};

use tutti_entity::people::role_grant::Role;

use crate::access::{Shown, Viewer};
use crate::config::{self, Config, Database as Where, Flags};
use crate::store::{Database, Scope, World};
use crate::{app, schema, telemetry};

/// Runs a portfolio of customer-experience initiatives: a GraphQL API with owners, deadlines and history.
#[derive(Debug, Parser)]
#[command(name = "tutti", version, about, arg_required_else_help = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Answer requests until SIGTERM or Ctrl-C.
    Serve {
        /// Serve a made-up organisation from `tutti-demo.db`, on this machine alone; `--demo=fresh` makes it anew.
        #[arg(long, value_name = "KEEP", num_args = 0..=1, require_equals = true, default_missing_value = "keep")]
        demo: Option<Demo>,
        /// Bring a PostgreSQL database up to this release first; an SQLite file always is.
        #[arg(long)]
        migrate: bool,
        #[command(flatten)]
        flags: Flags,
    },
    /// Look after the tables.
    Migrate {
        #[command(subcommand)]
        what: Migrate,
    },
    /// Print the schema in the schema definition language.
    Schema,
    /// Print a short-lived access token for somebody, alone on the last line. Needs to read the signing key.
    Token {
        /// Whom the token is for.
        #[arg(long, value_name = "ADDRESS")]
        email: String,
        /// Somebody of the demo organisation in `tutti-demo.db`.
        #[arg(long)]
        demo: bool,
        #[command(flatten)]
        flags: Flags,
    },
    /// Look after the people who sign in.
    User {
        #[command(subcommand)]
        what: User,
    },
    /// Take new initiatives, measurements or attendances in from a table, all of them or none. Exit code 1 when nothing was imported, 3 when some
    /// rows were refused.
    Import {
        #[command(flatten)]
        import: import::Import,
        #[command(flatten)]
        flags: Flags,
    },
    /// Write a table of what there is.
    Export {
        #[command(flatten)]
        export: export::Export,
        #[command(flatten)]
        flags: Flags,
    },
    /// Tell in the log what is due, overdue and escalated, each once. The server does so by itself each day.
    Remind {
        /// In the demo organisation in `tutti-demo.db`.
        #[arg(long)]
        demo: bool,
        #[command(flatten)]
        flags: Flags,
    },
    /// Look after the log of what happened.
    Events {
        #[command(subcommand)]
        what: Events,
    },
    /// Print the settings in force and where each came from, without secrets.
    Config {
        #[command(flatten)]
        flags: Flags,
    },
}

/// What to do with a demo organisation that is there already.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Demo {
    /// Go on with it.
    Keep,
    /// Make it anew.
    Fresh,
}

#[derive(Debug, Subcommand)]
enum User {
    /// Enter somebody with a role in the whole organisation: the first administrator of a new database. Their
    /// password is asked for, or read from standard input.
    Create {
        /// Their address.
        #[arg(long, value_name = "ADDRESS")]
        email: String,
        /// Their name.
        #[arg(long)]
        name: String,
        /// The role.
        #[arg(long, value_parser = user::role)]
        role: Role,
        /// Do not ask for a password: they sign in with the identity provider.
        #[arg(long)]
        no_password: bool,
        #[command(flatten)]
        flags: Flags,
    },
    /// Set the password of somebody who is there; it is asked for, or read from standard input.
    Password {
        /// Whose password.
        #[arg(long, value_name = "ADDRESS")]
        email: String,
        /// Somebody of the demo organisation in `tutti-demo.db`.
        #[arg(long)]
        demo: bool,
        #[command(flatten)]
        flags: Flags,
    },
}

#[derive(Debug, Subcommand)]
enum Events {
    /// Find out whether a sealed event was changed or removed behind the application's back. Exit code 1 if so.
    Verify {
        /// The hash of a seal that was kept elsewhere: it has to be there still.
        #[arg(long, value_name = "HASH")]
        kept: Option<String>,
        /// In the demo organisation in `tutti-demo.db`.
        #[arg(long)]
        demo: bool,
        #[command(flatten)]
        flags: Flags,
    },
    /// Give up the sealed events of before a day, for good. Their seals stay, so that the rest can still be verified.
    /// Nothing is given up where verifying finds anything.
    Prune {
        /// The first day of which all events stay.
        #[arg(long, value_name = "DAY")]
        before: NaiveDate,
        /// In the demo organisation in `tutti-demo.db`.
        #[arg(long)]
        demo: bool,
        #[command(flatten)]
        flags: Flags,
    },
}

#[derive(Debug, Subcommand)]
enum Migrate {
    /// Bring the tables up to this release.
    Up {
        #[command(flatten)]
        flags: Flags,
    },
    /// List the migrations that are applied and those that are not.
    Status {
        #[command(flatten)]
        flags: Flags,
    },
    /// Make the index of the search anew; for when the last process of a release before, which did not keep it, has
    /// stopped, or to forget words that no text holds any more.
    Search {
        #[command(flatten)]
        flags: Flags,
    },
}

/// Runs the command that these arguments name.
#[must_use]
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => arguments,
        Err(error) => {
            // Help and version are no errors; either way there is nobody left to tell when this fails.
            let _ = error.print();
            return ExitCode::from(u8::from(error.use_stderr()) * 2);
        }
    };
    match run(arguments.command) {
        Ok(code) => code,
        Err(sentence) => {
            let _ = writeln!(io::stderr(), "tutti: {sentence}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> Result<ExitCode, String> {
    match command {
        Command::Import { import, flags } => return import::run(&import, flags),
        Command::Export { export, flags } => export::run(&export, flags),
        Command::Remind { demo, flags } => remind::run(demo, flags),
        Command::Serve { demo, migrate, flags } => serve::serve(demo, migrate, flags),
        Command::Migrate { what: Migrate::Up { flags } } => migrate_up(&flags),
        Command::Migrate { what: Migrate::Status { flags } } => migrate_status(&flags),
        Command::Migrate { what: Migrate::Search { flags } } => migrate_search(&flags),
        Command::Schema => say(schema::sdl().trim_end()),
        Command::Token { email, demo, flags } => token::token(&email, demo, flags),
        Command::User { what: User::Create { email, name, role, no_password, flags } } => {
            user::create(&email, &name, role, no_password, &flags)
        }
        Command::User { what: User::Password { email, demo, flags } } => {
            password::change(&email, demo, flags)
        }
        Command::Events { what: Events::Verify { kept, demo, flags } } => {
            return events::verify(kept.as_deref(), demo, flags);
        }
        Command::Events { what: Events::Prune { before, demo, flags } } => {
            return events::prune(before, demo, flags);
        }
        Command::Config { flags } => say(config::render(&Config::load(&flags)?).trim_end()),
    }?;
    Ok(ExitCode::SUCCESS)
}

/// Writes a line to standard output. A reader that has gone away is no error: `tutti schema | head`.
fn say(text: &str) -> Result<(), String> {
    match writeln!(io::stdout(), "{text}") {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(format!("Cannot write: {error}.")),
        _ => Ok(()),
    }
}

/// The configuration of a command on the demo organisation: its database, unless one is named.
fn load(mut flags: Flags, demo: bool) -> Result<Config, String> {
    let config = Config::load(&flags)?;
    if demo && config.is_default("database_url") {
        flags.given.push(("database_url", "sqlite://tutti-demo.db".to_owned()));
        return Config::load(&flags);
    }
    Ok(config)
}

fn start_log(config: &Config) -> Result<(), String> {
    telemetry::init(&config.log, config.log_format)
}

/// What a command does with a database that nobody has made yet.
#[derive(Clone, Copy)]
enum IfMissing {
    Make,
    Refuse,
}

async fn connect(config: &Config, missing: IfMissing) -> Result<Database, String> {
    if let (IfMissing::Refuse, Where::Sqlite { path }) = (missing, &config.database_url)
        && !path.exists()
    {
        let path = path.display();
        return Err(format!(
            "There is no database `{path}` here. Start `tutti serve` first, or name another one."
        ));
    }
    Database::connect(&app::database_options(config)).await.map_err(|error| {
        tracing::debug!(cause = ?error, "connecting failed");
        match &config.database_url {
            Where::Sqlite { path } => format!(
                "The database `{}` cannot be opened: is it an SQLite file in a folder that can be written to?",
                path.display()
            ),
            Where::Postgres { .. } => "PostgreSQL cannot be reached: is the address in `database_url` right, is it \
                                       running, and may this user connect? `--log debug` tells more."
                .to_owned(),
        }
    })
}

/// Somebody by their address, with the roles that they hold today; the system itself where nobody is named.
async fn acting_as(database: &Database, world: &Arc<World>, email: Option<&str>) -> Result<Scope, String> {
    let scope = |viewer| Scope::new(database.clone(), Arc::clone(world), viewer);
    let Some(email) = email else { return Ok(scope(Viewer::system())) };
    let viewer = Viewer::read(database.reader(), Shown::Email(email), world.day(world.now())).await;
    let viewer = viewer.map_err(|_| {
        "The database does not answer as it should: has it been migrated? See `tutti migrate status`."
            .to_owned()
    })?;
    viewer.map(scope).ok_or_else(|| format!("Nobody who could sign in has the address `{email}`."))
}

/// Runs a command that waits, on one thread.
fn block_on<T>(work: impl Future<Output = Result<T, String>>) -> Result<T, String> {
    actix_web::rt::System::new().block_on(work)
}

fn failed(error: &sea_orm::DbErr) -> String {
    format!("The migration failed and nothing of it was kept: {error}.")
}

async fn migrations(database: &Database) -> Result<(Vec<String>, Vec<String>), String> {
    database.migrations().await.map_err(|error| format!("The list of migrations cannot be read: {error}."))
}

fn migrate_up(flags: &Flags) -> Result<(), String> {
    let config = Config::load(flags)?;
    start_log(&config)?;
    block_on(async {
        let database = connect(&config, IfMissing::Make).await?;
        let (_, pending) = migrations(&database).await?;
        let done = database.migrate().await.map_err(|error| failed(&error));
        database.close().await;
        done?;
        say(&match pending.as_slice() {
            [] => "The tables are up to date.".to_owned(),
            names => format!("Applied:\n  {}", names.join("\n  ")),
        })
    })
}

fn migrate_search(flags: &Flags) -> Result<(), String> {
    let config = Config::load(flags)?;
    start_log(&config)?;
    block_on(async {
        let database = connect(&config, IfMissing::Refuse).await?;
        let done = database.index_anew().await.map_err(|error| failed(&error));
        database.close().await;
        done?;
        say("The index of the search is made anew.")
    })
}

fn migrate_status(flags: &Flags) -> Result<(), String> {
    let config = Config::load(flags)?;
    start_log(&config)?;
    block_on(async {
        let database = connect(&config, IfMissing::Refuse).await?;
        let listed = migrations(&database).await;
        database.close().await;
        let (applied, pending) = listed?;
        let lines = applied.iter().map(|name| format!("applied  {name}"));
        let lines: Vec<_> = lines.chain(pending.iter().map(|name| format!("pending  {name}"))).collect();
        say(&lines.join("\n"))
    })
}
