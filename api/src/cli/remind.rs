//! `tutti remind`: tells in the log what is due by its day, and what was raised anonymously on past days, each once. Run it
//! once a day.

use super::{IfMissing, acting_as, block_on, connect, load, say, start_log};
use crate::app;
use crate::config::Flags;
use crate::feedback::telling::Tell;
use crate::store::WriteOptions;
use crate::training::reminders::Remind;

/// Tells of the certificates that end, and of what was raised anonymously.
pub fn run(demo: bool, flags: Flags) -> Result<(), String> {
    let config = load(flags, demo)?;
    start_log(&config)?;
    let count = block_on(async {
        let database = connect(&config, IfMissing::Refuse).await?;
        let done = match acting_as(&database, &app::world(&config), None).await {
            Ok(scope) => {
                let told = scope.carry_out(&Tell, &WriteOptions::default(), String::new).await;
                let done = scope.carry_out(&Remind, &WriteOptions::default(), String::new).await;
                told.and(done).map_err(|fault| fault.message)
            }
            Err(sentence) => Err(sentence),
        };
        database.close().await;
        Ok(done?.reply.unwrap_or_default().0)
    })?;
    match count {
        1 => say("1 certificate ends: its reminder is in the log."),
        count => say(&format!("{count} certificates end: their reminders are in the log.")),
    }
}
