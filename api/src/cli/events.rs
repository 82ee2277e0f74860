//! `tutti events`: whether the log is as it was written, and giving up what is old.

use std::process::ExitCode;

use chrono::{Days, NaiveDate};

use super::{IfMissing, block_on, connect, load, say, start_log};
use crate::app;
use crate::config::{Config, Flags};
use crate::events::seals::{self, Verdict};
use crate::graphql::Fault;
use crate::store::Database;

/// Finds out whether a sealed event was changed or removed.
pub fn verify(kept: Option<&str>, demo: bool, flags: Flags) -> Result<ExitCode, String> {
    let config = load(flags, demo)?;
    start_log(&config)?;
    let verdict = with_database(&config, async |database| seals::verify(database, kept).await)?;
    tell(&verdict)?;
    Ok(if verdict.findings.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn tell(verdict: &Verdict) -> Result<(), String> {
    for finding in &verdict.findings {
        say(finding)?;
    }
    let Verdict { seals, pruned, events, last, findings } = verdict;
    match last {
        None => {
            say("Nothing has been sealed yet: `tutti serve` does, a minute after an event at the latest.")
        }
        Some(last) => {
            let how = if findings.is_empty() { "as they were written" } else { "NOT as they were written" };
            say(&format!(
                "{seals} seals, {pruned} of them of events that were given up; {events} events are {how}.\n\
                 Keep this hash elsewhere, and verify with `--kept`: {last}"
            ))
        }
    }
}

/// Gives up what happened before a day.
pub fn prune(before: NaiveDate, demo: bool, flags: Flags) -> Result<ExitCode, String> {
    let config = load(flags, demo)?;
    start_log(&config)?;
    let world = app::world(&config);
    let yesterday = before.checked_sub_days(Days::new(1)).and_then(|day| world.end_of(day));
    let moment = yesterday.ok_or("`--before` is no day that has another before it.")?;
    let (verdict, gone) = with_database(&config, async |database| {
        let verdict = seals::verify(database, None).await?;
        let is_fine = verdict.findings.is_empty();
        let gone = if is_fine { seals::prune(database, &world, moment).await? } else { 0 };
        Ok((verdict, gone))
    })?;
    if !verdict.findings.is_empty() {
        tell(&verdict)?;
        return Err("Nothing was given up, because the log is not as it was written.".to_owned());
    }
    say(&format!("{gone} events were given up; their seals stay."))?;
    Ok(ExitCode::SUCCESS)
}

fn with_database<T>(
    config: &Config,
    work: impl AsyncFnOnce(&Database) -> Result<T, Fault>,
) -> Result<T, String> {
    block_on(async {
        let database = connect(config, IfMissing::Refuse).await?;
        let done = work(&database).await.map_err(|fault| fault.message);
        database.close().await;
        done
    })
}
