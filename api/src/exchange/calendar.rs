//! The calendar of somebody's deadlines, under an address that only they know.
//!
//! Always: nobody has two addresses that are good; what the calendar tells is read with its person's own eyes; and
//! whoever asks with an address that is not good, or not any more, learns nothing, not even which of the two.

use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::ActiveEnum as _;
use tutti_entity::exchange::calendar_feed;
use tutti_entity::ids::{InitiativeId, PersonId};
use tutti_entity::people::person::{self, Locale, PersonStatus};

use super::inputs::{CalendarFeedCreateInput, CalendarFeedRevokeInput};
use super::rules::calendar::{self, Entry};
use super::store::{self, Deadlines};
use crate::access::{Shown, Viewer, secret};
use crate::graphql::{Check, Fault, Problem, ProblemCode};
use crate::store::tx::Action;
use crate::store::{Command, Database, Outcome, Scope, Tx, World};

/// What secrets of calendars start with.
pub const SECRET: &str = "calendar_";
/// The most entries of a calendar.
const MOST_ENTRIES: usize = 1_000;

const REASON: usize = 1_000;

/// The person who calls, themselves and not through a key.
fn oneself(tx: &Tx<'_>, field: &str) -> Outcome<PersonId> {
    let message = "A key has no calendar; somebody who has signed in has.";
    let person = tx.scope().viewer().related_as();
    Ok(person.ok_or_else(|| Problem::new(ProblemCode::Forbidden, field, message))?)
}

/// Makes an address.
#[derive(Debug)]
pub struct FeedCreate<'a> {
    /// The input.
    pub input: &'a CalendarFeedCreateInput,
    /// The hash of the secret.
    pub hash: &'a str,
}

impl Command for FeedCreate<'_> {
    type Entity = calendar_feed::Entity;

    async fn run(&self, tx: &Tx<'_>) -> Outcome<calendar_feed::Model> {
        let person_id = oneself(tx, "reason")?;
        let mut check = Check::default();
        let reason = check.prose("reason", self.input.reason.as_deref(), REASON);
        check.done()?;
        let reason = reason.as_deref();
        tx.exclusive(&format!("calendar of {person_id}")).await?;
        // Whoever is leaving at this moment makes none.
        if tx.get::<person::Entity>(person_id, "reason").await?.status == PersonStatus::Left {
            let message = "Somebody who has left has no calendar.";
            return Err(Problem::new(ProblemCode::Forbidden, "reason", message).into());
        }
        let before = tx.hold_all::<calendar_feed::Entity>(store::good_feeds_of(person_id)).await?;
        let revoked = Action { name: "calendar_feed.revoked", reason };
        tx.update_all::<calendar_feed::Entity>(before, |feed| feed.revoked_at = Some(tx.now()), revoked)
            .await?;
        let row = calendar_feed::Model {
            id: tx.new_id(),
            version: 1,
            person_id,
            hash: self.hash.to_owned(),
            revoked_at: None,
            created_at: tx.now(),
            updated_at: tx.now(),
        };
        tx.insert::<calendar_feed::Entity>(row, Action { name: "calendar_feed.created", reason }).await
    }
}

impl Command for CalendarFeedRevokeInput {
    type Entity = calendar_feed::Entity;

    async fn run(&self, tx: &Tx<'_>) -> Outcome<calendar_feed::Model> {
        let before = tx.subject::<calendar_feed::Entity>(self.id, "id").await?;
        if oneself(tx, "id")? != before.person_id {
            let message = "You revoke an address of your own alone.";
            return Err(Problem::new(ProblemCode::Forbidden, "id", message).into());
        }
        let mut check = Check::default();
        let reason = check.prose("reason", self.reason.as_deref(), REASON);
        check.done()?;
        let revoked_at = before.revoked_at.or(Some(tx.now()));
        let after = calendar_feed::Model { revoked_at, ..before.clone() };
        let action = Action { name: "calendar_feed.revoked", reason: reason.as_deref() };
        tx.update::<calendar_feed::Entity>(&before, after, action).await
    }
}

/// The calendar of this secret. None for one that is not good, or of somebody who has left.
///
/// # Errors
/// When the database cannot be read.
pub async fn read(database: &Database, world: &Arc<World>, shown: &str) -> Result<Option<String>, Fault> {
    let system = Scope::new(database.clone(), Arc::clone(world), Viewer::system());
    let good = system.find::<calendar_feed::Entity>().filter(store::good_feed(&secret::hash(shown)));
    let Some(feed) = good.one().await? else { return Ok(None) };
    let viewer = Viewer::read(database.reader(), Shown::Person(feed.person_id), system.today()).await?;
    let Some((viewer, person)) = viewer.and_then(|viewer| Some((viewer.clone(), viewer.person()?.clone())))
    else {
        return Ok(None);
    };
    let scope = Scope::new(database.clone(), Arc::clone(world), viewer);
    let deadlines = store::deadlines(&scope, person.id, MOST_ENTRIES).await?;
    let name = format!("Tutti: {}", person.name);
    Ok(Some(calendar::text(&name, &entries(&deadlines, &person, scope.today()))))
}

/// The words of a calendar in somebody's language.
struct Words {
    due: &'static str,
    report: &'static str,
    milestone: &'static str,
    action: &'static str,
    owner: &'static str,
    sponsor: &'static str,
    reviewer: &'static str,
    status: &'static str,
}

const fn words(locale: Locale) -> Words {
    match locale {
        Locale::En => Words {
            due: "Due",
            report: "Report",
            milestone: "Milestone",
            action: "Action",
            owner: "You own it.",
            sponsor: "You sponsor it.",
            reviewer: "You review it.",
            status: "Status",
        },
        Locale::Da => Words {
            due: "Frist",
            report: "Rapport",
            milestone: "Milepæl",
            action: "Handling",
            owner: "Du ejer det.",
            sponsor: "Du er sponsor.",
            reviewer: "Du bedømmer det.",
            status: "Status",
        },
    }
}

/// Everything that is due, by day; where there is too much of it, of each kind what is due first.
fn entries(found: &Deadlines, person: &person::Model, today: NaiveDate) -> Vec<Entry> {
    let words = words(person.locale);
    let entry = |uid: String, on, summary, description, (changed_at, version): (DateTime<Utc>, i32)| Entry {
        uid,
        on,
        summary,
        description,
        changed_at,
        sequence: version.saturating_sub(1),
    };
    let mut entries = Vec::new();
    for row in &found.initiatives {
        let stamp = (row.updated_at, row.version);
        let called = format!("{} {}", row.code, row.title);
        let parts = [
            (Some(row.owner_id), words.owner),
            (row.sponsor_id, words.sponsor),
            (row.reviewer_id, words.reviewer),
        ];
        let mine = parts.into_iter().filter(|(who, _)| *who == Some(person.id)).map(|(_, part)| part);
        let status = format!("{}: {}.", words.status, row.status.to_value());
        let about = mine.chain([status.as_str()]).collect::<Vec<_>>().join(" ");
        if found.holds(row.due_on) {
            let summary = format!("{}: {called}", words.due);
            entries.push(entry(format!("{}.due", row.id), row.due_on, summary, about.clone(), stamp));
        }
        let report = row.next_report_due_on.filter(|on| row.owner_id == person.id && found.holds(*on));
        if let Some(on) = report {
            let summary = format!("{}: {called}", words.report);
            entries.push(entry(format!("{}.report", row.id), on, summary, about, stamp));
        }
    }
    // The code before what is a part of an initiative, and its name.
    let told = |id: Option<InitiativeId>| match id.and_then(|id| found.named.get(&id)) {
        Some(row) => (format!("{} ", row.code), format!("{} {}", row.code, row.title)),
        None => (String::new(), String::new()),
    };
    for row in &found.milestones {
        let (code, initiative) = told(Some(row.initiative_id));
        let summary = format!("{}: {code}{}", words.milestone, row.title);
        let stamp = (row.updated_at, row.version);
        entries.push(entry(row.id.to_string(), row.due_on, summary, initiative, stamp));
    }
    for row in &found.actions {
        let (code, initiative) = told(row.initiative_id);
        let summary = format!("{}: {code}{}", words.action, row.title);
        let stamp = (row.updated_at, row.version);
        entries.push(entry(row.id.to_string(), row.due_on, summary, initiative, stamp));
    }
    entries.sort_by_key(|entry| (entry.on.signed_duration_since(today).num_days().abs(), entry.uid.clone()));
    entries.truncate(MOST_ENTRIES);
    entries.sort_by(|one, other| (one.on, &one.uid).cmp(&(other.on, &other.uid)));
    entries
}
