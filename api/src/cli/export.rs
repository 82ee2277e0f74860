//! `tutti export`: tables of what there is, to standard output or into a file.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use tutti_entity::people::person::Locale;

use super::{IfMissing, acting_as, block_on, connect, load, start_log};
use crate::app;
use crate::config::Flags;
use crate::exchange::export::{self, Format, Stopped, What};

/// Which table.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Table {
    /// The initiatives, with their people, dates and budgets.
    Initiatives,
    /// The costs, actual and promised, with their reversals.
    Costs,
    /// The milestones, with their weights and dates.
    Milestones,
}

/// As what.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum As {
    /// A table for spreadsheets; `tutti import` takes that of initiatives, with the same `--locale`.
    Csv,
    /// An array of objects, one in each line, the same in every locale.
    Json,
}

/// How dates and numbers are written.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub enum Language {
    /// 2025-12-31, 1234.50, commas between cells.
    #[default]
    En,
    /// 31-12-2025, 1234,50, semicolons between cells, Danish headings; as Danish Excel does.
    Da,
}

impl From<Language> for Locale {
    fn from(language: Language) -> Self {
        match language {
            Language::En => Self::En,
            Language::Da => Self::Da,
        }
    }
}

/// What `tutti export` takes.
#[derive(Debug, Args)]
// The command has its name already.
#[group(skip)]
pub struct Export {
    /// Which table.
    table: Table,
    /// As what.
    #[arg(long, value_name = "FORMAT")]
    format: As,
    /// How dates and numbers are written in a CSV.
    #[arg(long, value_name = "LOCALE", default_value = "en")]
    locale: Language,
    /// Only what this person may see. Everything by default: whoever can read the database can read all of it.
    #[arg(long = "as", value_name = "ADDRESS")]
    email: Option<String>,
    /// Write into this file instead of to standard output; one that is there is overwritten.
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// The demo organisation in `tutti-demo.db`.
    #[arg(long)]
    demo: bool,
}

/// Writes the table.
pub fn run(asked: &Export, flags: Flags) -> Result<(), String> {
    let config = load(flags, asked.demo)?;
    start_log(&config)?;
    let what = match asked.table {
        Table::Initiatives => What::Initiatives,
        Table::Costs => What::Costs,
        Table::Milestones => What::Milestones,
    };
    let format = match asked.format {
        As::Csv => Format::Csv(asked.locale.into()),
        As::Json => Format::Json,
    };
    block_on(async {
        let database = connect(&config, IfMissing::Refuse).await?;
        let scope = acting_as(&database, &app::world(&config), asked.email.as_deref()).await;
        let written = match scope {
            Ok(scope) => match out(asked) {
                Ok(out) => told(export::export(&scope, what, format, out).await),
                Err(sentence) => Err(sentence),
            },
            Err(sentence) => Err(sentence),
        };
        database.close().await;
        let rows = written?;
        if let (Some(path), Some(rows)) = (&asked.output, rows) {
            let _ = writeln!(io::stderr(), "{rows} rows are in `{}`.", path.display());
        }
        Ok(())
    })
}

fn out(asked: &Export) -> Result<Box<dyn Write>, String> {
    let Some(path) = &asked.output else { return Ok(Box::new(BufWriter::new(io::stdout()))) };
    let file =
        File::create(path).map_err(|error| format!("`{}` cannot be written: {error}.", path.display()))?;
    Ok(Box::new(BufWriter::new(file)))
}

/// How many rows were written. A reader that has gone away is no error: `tutti export … | head`.
fn told(exported: Result<u64, Stopped>) -> Result<Option<u64>, String> {
    match exported {
        Ok(rows) => Ok(Some(rows)),
        Err(Stopped::Writing(error)) if error.kind() == io::ErrorKind::BrokenPipe => Ok(None),
        Err(Stopped::Writing(error)) => Err(format!("Cannot write: {error}. What is there is not whole.")),
        Err(Stopped::Reading(fault)) => Err(format!("{} What is there is not whole.", fault.message)),
    }
}
