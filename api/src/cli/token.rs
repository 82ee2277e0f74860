//! `tutti token`: an access token for scripts and first steps.

use std::sync::Arc;

use super::{IfMissing, block_on, connect, load, say, start_log};
use crate::access::Viewer;
use crate::config::Flags;
use crate::store::{Database, World};
use crate::{app, config::Config};

/// Prints a token for the person with this address.
pub fn token(email: &str, demo: bool, flags: Flags) -> Result<(), String> {
    let config = load(flags, demo)?;
    start_log(&config)?;
    block_on(async {
        let database = connect(&config, IfMissing::Refuse).await?;
        let token = mint(&config, &database, email).await;
        database.close().await;
        say(&token?)
    })
}

async fn mint(config: &Config, database: &Database, email: &str) -> Result<String, String> {
    let path = config.signing_key_path();
    if !path.exists() {
        return Err(format!("There is no signing key `{}`: `tutti serve` makes it.", path.display()));
    }
    let keys = app::keys(config)?;
    let world: Arc<World> = app::world(config);
    let now = world.now();
    let viewer = Viewer::by_email(database.reader(), email, world.day(now)).await;
    let viewer = viewer.map_err(|_| {
        "The database does not answer as it should: has it been migrated? See `tutti migrate status`."
            .to_owned()
    })?;
    let person = viewer.and_then(|viewer| viewer.person_id());
    let person = person.ok_or_else(|| format!("Nobody who could sign in has the address `{email}`."))?;
    let token = keys.mint(&person.to_string(), None, now, config.access_token_ttl, world.new_id(now));
    token.map_err(|fault| fault.message)
}
