//! What becomes of somebody who comes with the link of a mail.
//!
//! Whatever is wrong with a link, whoever shows it learns the same: that it is not good. Only pressing the button writes.

use std::sync::Arc;

use tutti_entity::communication::communication as communications;
use tutti_entity::communication::communication::State;
use tutti_entity::people::person::Locale;

use super::commands::{ByLink, Unsubscribe};
use super::link::Links;
use super::page::{self, Step};
use super::store;
use crate::access::{Shown, Viewer};
use crate::graphql::Fault;
use crate::store::{Database, Scope, World, WriteOptions};

/// The page for whoever shows this link, after the button was pressed if it was; none for a link that is not good.
///
/// # Errors
/// When the database cannot be read or written.
pub async fn answer(
    database: &Database,
    world: &Arc<World>,
    links: &Links,
    token: &str,
    pressed: bool,
) -> Result<Option<String>, Fault> {
    let now = world.now();
    let Some(said) = links.read(token, now) else { return Ok(None) };
    // Whoever has left does not acknowledge any more.
    let viewer = Viewer::read(database.reader(), Shown::Person(said.person), world.day(now)).await?;
    let Some(viewer) = viewer else { return Ok(None) };
    let locale = viewer.person().map_or(Locale::En, |person| person.locale);
    let scope = Scope::new(database.clone(), Arc::clone(world), viewer);
    let row = scope.one::<communications::Entity>(said.communication).await?;
    let Some(row) = row.filter(|row| row.state == State::Sent) else { return Ok(None) };
    let Some(acknowledged) = store::has_acknowledged(&scope, row.id).await? else { return Ok(None) };
    if acknowledged {
        return Ok(Some(page::of(&row.subject, locale, Step::Done)));
    }
    if !pressed {
        return Ok(Some(page::of(&row.subject, locale, Step::Ask)));
    }
    let work = ByLink { communication: said.communication, person: said.person };
    let done = scope.write(&work, &WriteOptions::default(), String::new).await?;
    Ok(done.row.map(|row| page::of(&row.subject, locale, Step::Done)))
}

/// The page on which somebody ends their digest with this link, after the button was pressed if it was; none for a link that
/// is not good. Whoever ended it already is told that it is.
///
/// # Errors
/// When the database cannot be read or written.
pub async fn unsubscribe(
    database: &Database,
    world: &Arc<World>,
    links: &Links,
    token: &str,
    pressed: bool,
) -> Result<Option<String>, Fault> {
    let now = world.now();
    let Some(id) = links.unsubscribes(token, now) else { return Ok(None) };
    let viewer = Viewer::read(database.reader(), Shown::Person(id), world.day(now)).await?;
    let Some(viewer) = viewer else { return Ok(None) };
    let Some((locale, wants)) = viewer.person().map(|person| (person.locale, person.daily_digest)) else {
        return Ok(None);
    };
    if wants && !pressed {
        return Ok(Some(page::of_digest(locale, Step::Ask)));
    }
    if wants {
        let scope = Scope::new(database.clone(), Arc::clone(world), viewer);
        let done = scope.write(&Unsubscribe(id), &WriteOptions::default(), String::new).await?;
        if done.row.is_none() {
            return Ok(None);
        }
    }
    Ok(Some(page::of_digest(locale, Step::Done)))
}
