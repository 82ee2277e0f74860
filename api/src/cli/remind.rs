//! `tutti remind`: one round of reminders by hand: tells in the log what is due, overdue and escalated, and what was raised
//! anonymously on past days, each once. The server does so by itself each day; this is for where it does not run.

use super::{IfMissing, block_on, connect, load, say, start_log};
use crate::app;
use crate::config::Flags;
use crate::reminders::Daily;

/// Does one round.
pub fn run(demo: bool, flags: Flags) -> Result<(), String> {
    let config = load(flags, demo)?;
    start_log(&config)?;
    let told = block_on(async {
        let database = connect(&config, IfMissing::Refuse).await?;
        let daily =
            Daily { database: database.clone(), world: app::world(&config), digest_hour: config.digest_hour };
        let told = daily.remind().await.map_err(|fault| fault.message);
        drop(daily);
        database.close().await;
        Ok(told?.1)
    })?;
    match told {
        1 => say("1 reminder is in the log that was not there before."),
        told => say(&format!("{told} reminders are in the log that were not there before.")),
    }
}
