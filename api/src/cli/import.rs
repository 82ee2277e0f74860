//! `tutti import`: a table of new initiatives, of measurements or of attendances, read a thousand rows at a time and written in one
//! transaction.
//!
//! Exit code 0: all rows are in, or would be. 1: none is. 3: some are, others were refused.

use std::fs::File;
use std::io::{self, Read, Seek as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::{Mutex, PoisonError};

use chrono::NaiveDate;
use clap::{Args, ValueEnum};
use indicatif::{ProgressBar, ProgressStyle};
use tutti_entity::ids::TrainingSessionId;
use tutti_entity::people::person::Locale;

use super::export::Language;
use super::{IfMissing, acting_as, block_on, connect, load, say, start_log};
use crate::app;
use crate::config::Flags;
use crate::exchange::attendances::Attendances;
use crate::exchange::import::{Import as Imports, Initiatives, MOST_ROWS};
use crate::exchange::inputs::ImportPolicy;
use crate::exchange::measurements::Measurements;
use crate::exchange::sheet::{Line, Sheet};
use crate::graphql::{Problem, ProblemCode};
use crate::store::tx::{Once, Work};
use crate::store::{Outcome, Tx, WriteOptions};

/// How many problems are told one by one.
const MOST_TOLD: usize = 100;
/// Every so many rows somebody who does not see a bar is told how far it is.
const TOLD_EVERY: u64 = 10_000;
const SOME_REFUSED: u8 = 3;

/// What to do when some rows cannot be written.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub enum Policy {
    /// All rows or none.
    #[default]
    RejectAll,
    /// The good rows are written, the others are told.
    SkipFailed,
}

/// What can be imported.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Table {
    /// New initiatives.
    Initiatives,
    /// What was measured of KPIs; `--as` says who records it.
    Measurements,
    /// Who attended a training session; `--session` says which.
    Attendances,
}

/// What `tutti import` takes.
#[derive(Debug, Args)]
// The command has its name already.
#[group(skip)]
pub struct Import {
    /// What the rows are.
    table: Table,
    /// The table, a CSV in UTF-8 with its headings in the first line, separated by commas, semicolons or tabs; `-`
    /// for standard input.
    file: PathBuf,
    /// Check and tell, and write nothing.
    #[arg(long)]
    dry_run: bool,
    /// How dates and numbers are written. Dates as 2025-12-31 are read either way.
    #[arg(long, value_name = "LOCALE", default_value = "en")]
    locale: Language,
    /// What to do when some rows cannot be written.
    #[arg(long, value_name = "POLICY", default_value = "reject-all")]
    policy: Policy,
    /// Who imports: they need to be allowed to, and the log names them. The system itself by default, and the log
    /// names nobody. Needed for measurements, which say who recorded them.
    #[arg(long = "as", value_name = "ADDRESS")]
    email: Option<String>,
    /// For attendances: the id of the session, `trs_…`. One that is SCHEDULED is held with it; of one that was held they
    /// are recorded late.
    #[arg(long, value_name = "ID", required_if_eq("table", "attendances"))]
    session: Option<TrainingSessionId>,
    /// For attendances of a session that is SCHEDULED: the day on which it was held, as 2025-12-31. The day for which it
    /// was planned by default.
    #[arg(long, value_name = "DAY")]
    held_on: Option<NaiveDate>,
    /// The demo organisation in `tutti-demo.db`.
    #[arg(long)]
    demo: bool,
}

/// What came of it.
#[derive(Debug, Default)]
struct Tally {
    read: u64,
    written: u64,
    /// Those that are there already and say the same.
    known: u64,
    refused: u64,
    /// The first code, and the last.
    codes: Option<(String, String)>,
    /// Whether the good rows are in.
    kept: bool,
}

/// What has to be mended.
#[derive(Debug, Default)]
struct Told {
    /// Each with its line.
    problems: Vec<(u64, String)>,
    more: u64,
}

/// A file that can be read again from its beginning, with its length: a transaction may have to be tried again.
struct Source {
    file: File,
    length: u64,
}

impl Source {
    fn open(path: &Path) -> Result<Self, String> {
        let unread = |error: io::Error| format!("`{}` cannot be read: {error}.", path.display());
        let file = if path == Path::new("-") {
            let mut kept = tempfile::tempfile().map_err(unread)?;
            io::copy(&mut io::stdin().lock(), &mut kept).map_err(unread)?;
            kept
        } else {
            let mut file = File::open(path).map_err(unread)?;
            let told = file.metadata().map_err(unread)?;
            if told.is_dir() {
                return Err(format!("`{}` is a folder.", path.display()));
            }
            // A pipe cannot be read again.
            if told.is_file() {
                file
            } else {
                let mut kept = tempfile::tempfile().map_err(unread)?;
                io::copy(&mut file, &mut kept).map_err(unread)?;
                kept
            }
        };
        let told = file.metadata().map_err(unread)?;
        Ok(Self { length: told.len(), file })
    }

    fn rewound(&self) -> io::Result<File> {
        let mut again = self.file.try_clone()?;
        again.rewind()?;
        Ok(again)
    }
}

/// Moves the bar as bytes are read.
struct Watched<'b> {
    file: File,
    bar: &'b ProgressBar,
}

impl Read for Watched<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(buffer)?;
        self.bar.inc(u64::try_from(read).unwrap_or_default());
        Ok(read)
    }
}

struct Job<'a, I> {
    source: &'a Source,
    locale: Locale,
    policy: ImportPolicy,
    bar: &'a ProgressBar,
    told: Mutex<Told>,
    /// What each try begins with.
    imports: I,
}

impl<I: Imports> Job<'_, I> {
    fn tell(&self, line: u64, field: &str, message: &str) {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if told.problems.len() < MOST_TOLD {
            told.problems.push((line, format!("line {line}, {field}: {message}")));
        } else {
            told.more += 1;
        }
    }

    /// The next rows that read, with their lines. What does not read is told.
    fn chunk(&self, sheet: &mut Sheet<'_, I::Row>, tally: &mut Tally) -> Outcome<Chunk<I::Row>> {
        let mut chunk = Chunk { rows: Vec::new(), lines: Vec::new() };
        while chunk.rows.len() < MOST_ROWS {
            let line = sheet.next_line().map_err(unreadable)?;
            let Some(Line { number, row }) = line else { break };
            tally.read += 1;
            match row {
                Ok(row) => {
                    chunk.rows.push(row);
                    chunk.lines.push(number);
                }
                Err(wrong) => {
                    tally.refused += 1;
                    for wrong in &wrong {
                        self.tell(number, &wrong.field, &wrong.message);
                    }
                }
            }
            self.progress(tally.read);
        }
        Ok(chunk)
    }

    fn progress(&self, rows: u64) {
        if !self.bar.is_hidden() {
            if rows.is_multiple_of(100) {
                self.bar.set_message(format!("{rows} rows"));
            }
        } else if rows.is_multiple_of(TOLD_EVERY) {
            let _ = writeln!(io::stderr(), "{rows} rows are read …");
        }
    }
}

struct Chunk<R> {
    rows: Vec<R>,
    lines: Vec<u64>,
}

/// What ends the reading is told as it is.
fn unreadable(sentence: String) -> Vec<Problem> {
    vec![Problem::at(ProblemCode::Invalid, &["file"], sentence)]
}

impl<I: Imports + Clone + Sync> Work for Job<'_, I> {
    type Reply = Once<Tally>;

    async fn run(&self, tx: &Tx<'_>) -> Outcome<Once<Tally>> {
        *self.told.lock().unwrap_or_else(PoisonError::into_inner) = Told::default();
        self.bar.set_position(0);
        let file = self
            .source
            .rewound()
            .map_err(|error| unreadable(format!("The file cannot be read: {error}.")))?;
        let mut sheet = Sheet::open(Watched { file, bar: self.bar }, self.locale).map_err(unreadable)?;
        if !sheet.ignored.is_empty() {
            let names: Vec<_> = sheet.ignored.iter().map(|name| format!("`{name}`")).collect();
            self.bar.suspend(|| {
                let _ = writeln!(io::stderr(), "Not imported: {}.", names.join(", "));
            });
        }
        let (mut tally, mut imports) = (Tally::default(), self.imports.clone());
        loop {
            let chunk = self.chunk(&mut sheet, &mut tally)?;
            if chunk.rows.is_empty() {
                break;
            }
            let mut good = Vec::with_capacity(chunk.rows.len());
            for (line, checked) in chunk.lines.iter().zip(imports.check(tx, &chunk.rows).await?) {
                match checked {
                    Ok(checked) => good.push(checked),
                    Err(problems) => {
                        tally.refused += 1;
                        for Problem { message, path, .. } in problems {
                            self.tell(*line, path.last().map_or("row", String::as_str), &message);
                        }
                    }
                }
            }
            // After the first refused row nothing will be kept, and the rest is only checked.
            if self.policy == ImportPolicy::RejectAll && tally.refused > 0 {
                continue;
            }
            let written = imports.write(tx, good).await?;
            tally.written += u64::try_from(written.rows).unwrap_or_default();
            tally.known += u64::try_from(written.known).unwrap_or_default();
            if let Some((first, last)) = written.codes {
                let begun = tally.codes.take().map_or(first, |(first, _)| first);
                tally.codes = Some((begun, last));
            }
        }
        tally.kept = tally.written + tally.known > 0
            && (self.policy == ImportPolicy::SkipFailed || tally.refused == 0);
        let wrote = tally.kept && tally.written > 0;
        Ok(Once { answer: tally, wrote })
    }
}

/// Imports the file.
pub fn run(asked: &Import, flags: Flags) -> Result<ExitCode, String> {
    match asked.table {
        Table::Initiatives => import(asked, flags, Initiatives),
        Table::Measurements if asked.email.is_none() => {
            Err("A measurement says who recorded it: name them with `--as ADDRESS`.".to_owned())
        }
        Table::Measurements => import(asked, flags, Measurements::default()),
        Table::Attendances => {
            let session = asked.session.ok_or("Say of which session with `--session ID`.")?;
            import(asked, flags, Attendances::of(session, asked.held_on))
        }
    }
}

fn import<I: Imports + Clone + Sync>(asked: &Import, flags: Flags, imports: I) -> Result<ExitCode, String> {
    let config = load(flags, asked.demo)?;
    start_log(&config)?;
    let source = Source::open(&asked.file)?;
    let bar = ProgressBar::new(source.length);
    if let Ok(style) = ProgressStyle::with_template("{bar:40} {percent:>3} %  {msg}  {elapsed}") {
        bar.set_style(style);
    }
    let job = Job {
        source: &source,
        locale: asked.locale.into(),
        policy: match asked.policy {
            Policy::RejectAll => ImportPolicy::RejectAll,
            Policy::SkipFailed => ImportPolicy::SkipFailed,
        },
        bar: &bar,
        told: Mutex::default(),
        imports,
    };
    let tally = block_on(async {
        let database = connect(&config, IfMissing::Refuse).await?;
        let done = match acting_as(&database, &app::world(&config), asked.email.as_deref()).await {
            Ok(scope) => {
                let options = WriteOptions { dry_run: Some(asked.dry_run), ..WriteOptions::default() };
                scope.carry_out(&job, &options, String::new).await.map_err(|fault| fault.message)
            }
            Err(sentence) => Err(sentence),
        };
        database.close().await;
        bar.finish_and_clear();
        let done = done?;
        Ok(done.reply.map(|once| once.answer).ok_or_else(|| {
            done.problems.into_iter().map(|problem| problem.message).collect::<Vec<_>>().join(" ")
        }))
    })?;
    let mut told = job.told.into_inner().unwrap_or_else(PoisonError::into_inner);
    told.problems.sort_by_key(|(line, _)| *line);
    for (_, problem) in &told.problems {
        let _ = writeln!(io::stderr(), "{problem}");
    }
    if told.more > 0 {
        let _ = writeln!(io::stderr(), "… and {} more.", told.more);
    }
    summary(&tally?, asked.dry_run, I::NOUN)
}

fn summary(tally: &Tally, dry: bool, [one, several]: [&str; 2]) -> Result<ExitCode, String> {
    let Tally { read, written, known, refused, .. } = *tally;
    let rows = |count: u64| if count == 1 { "1 row".to_owned() } else { format!("{count} rows") };
    if read == 0 {
        return Err("There are no rows below the headings.".to_owned());
    }
    if !tally.kept {
        return Err(format!("Nothing was imported: {refused} of {} cannot be.", rows(read)));
    }
    let codes = match &tally.codes {
        Some((first, last)) if first != last => format!(", {first} to {last}"),
        Some((first, _)) => format!(", {first}"),
        None => String::new(),
    };
    let noun = if written == 1 { one } else { several };
    let there = if known == 0 { String::new() } else { format!("; {} said so already", rows(known)) };
    let refusals = if refused == 0 { String::new() } else { format!("; {} cannot be", rows(refused)) };
    let verb = if dry { "A dry run, nothing was written. Would import" } else { "Imported" };
    say(&format!("{verb} {written} {noun}{codes}{there}{refusals}."))?;
    Ok(if refused == 0 { ExitCode::SUCCESS } else { ExitCode::from(SOME_REFUSED) })
}
