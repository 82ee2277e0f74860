//! `tutti user password`, and the password of `tutti user create`: never an argument, which every process of
//! the machine could read.

use std::io::{self, BufRead as _, IsTerminal as _};
use std::sync::Arc;

use super::{IfMissing, block_on, connect, load, say, start_log};
use crate::access::password::{Passwords, Work};
use crate::access::{Shown, Viewer};
use crate::accounts::commands::PasswordSet;
use crate::accounts::rules;
use crate::app;
use crate::config::Flags;
use crate::store::{Database, Scope, World, WriteOptions};

/// Asks for a password: twice in a terminal, without showing it; otherwise it is the first line of
/// standard input.
pub fn ask() -> Result<String, String> {
    let unread = |error: io::Error| format!("The password cannot be read: {error}.");
    let mut line = String::new();
    if io::stdin().is_terminal() {
        line = rpassword::prompt_password("Password: ").map_err(unread)?;
        if line != rpassword::prompt_password("Once more: ").map_err(unread)? {
            return Err("These were two different passwords.".to_owned());
        }
    } else {
        io::stdin().lock().read_line(&mut line).map_err(unread)?;
    }
    let password = line.trim_end_matches(['\r', '\n']);
    if password.is_empty() {
        return Err("A password is expected on standard input, as one line.".to_owned());
    }
    Ok(password.to_owned())
}

/// Sets the password of somebody who is there.
pub fn change(email: &str, demo: bool, flags: Flags) -> Result<(), String> {
    let config = load(flags, demo)?;
    start_log(&config)?;
    let password = ask()?;
    block_on(async {
        let database = connect(&config, IfMissing::Refuse).await?;
        let set = set(&database, &app::world(&config), email, &password).await;
        database.close().await;
        set?;
        say(&format!("{email} signs in with the new password from now on; all sessions have ended."))
    })
}

/// Sets the password of the person with this address.
pub async fn set(database: &Database, world: &Arc<World>, email: &str, password: &str) -> Result<(), String> {
    let found = Viewer::read(database.reader(), Shown::Email(email), world.day(world.now())).await;
    let found = found.map_err(|fault| fault.message)?;
    let nobody = || format!("Nobody who could sign in has the address `{email}`.");
    let person = found.as_ref().and_then(Viewer::person).ok_or_else(nobody)?;
    check(password, &person.email, &person.name)?;
    let passwords = Passwords::new(Work::OWASP, 1)?;
    let hash = passwords.hash(password).await.map_err(|fault| fault.message)?;
    let set = PasswordSet { person: person.id, hash: &hash, keep: None, reset_hash: None };
    let scope = Scope::new(database.clone(), Arc::clone(world), Viewer::system());
    let answer = scope.write(&set, &WriteOptions::default(), String::new).await;
    super::user::answered(answer.map_err(|fault| fault.message)?).map(drop)
}

/// Refuses a password that cannot be one of this person.
pub fn check(password: &str, email: &str, name: &str) -> Result<(), String> {
    rules::new_password("password", password, email, name)
        .map_err(|problems| problems.into_iter().map(|problem| problem.message).collect::<Vec<_>>().join(" "))
}
