//! The demo organisation of `tutti serve --demo`: Tutti Energi, a Danish supplier of energy and
//! broadband, nine months into its customer-experience programme.
//!
//! Always: everything in it went through the same commands as a caller's mutation, by somebody who may
//! do it, at a working hour of the past nine months; the same day gives the same organisation, down to
//! the ids; and a database that holds anything else is never touched.

mod adoption;
mod bills;
mod calendar;
mod communication;
mod feedback;
mod metrics;
mod money;
mod onboarding;
mod organisation;
mod people;
mod plan;
mod portfolios;
mod reports;
mod results;
mod rewards;
mod roles;
mod seeder;
mod service;
mod story;
mod training;
mod voice;
mod worries;

#[cfg(test)]
mod tests;

use chrono::{DateTime, Utc};
use jiff::tz::TimeZone;
use sea_orm::{
    ConnectionTrait, EntityTrait,
    sea_query::{Expr, ExprTrait, Query, SelectStatement},
};
use tutti_entity::events::event;
use tutti_entity::people::person;

use crate::graphql::Fault;
use crate::store::{Database, meter};

/// The people to sign in as: their address, what they are, and what is worth a look as them.
pub const SIGN_INS: &[(&str, &str, &str)] = &[
    ("admin@tutti.example", "ADMIN", "enters people and org units, grants roles, lets people leave"),
    ("pmo@tutti.example", "PMO", "approves, rejects and closes; start with what is active and overdue"),
    ("leader@tutti.example", "LEADER", "sponsors initiatives and owns a portfolio, but decides nothing"),
    ("owner@tutti.example", "INITIATIVE_OWNER", "six initiatives of their own, two of them overdue"),
    (
        "agent@tutti.example",
        "CHANGE_LEAD, TRAINER",
        "leads train the trainer: two curricula, a certificate that ends, sessions without a certified trainer",
    ),
    ("frontline@tutti.example", "MEMBER", "reads everything that is open to everyone, changes nothing"),
    (
        "rewards@tutti.example",
        "REWARD_ADMIN",
        "builds the plan of shared rewards, calculates its runs and sees every award",
    ),
    (
        "approver@tutti.example",
        "REWARD_APPROVER",
        "approves what somebody else calculated, after a look at every line",
    ),
    ("auditor@tutti.example", "AUDITOR", "reads everything: start with the events, oldest first"),
];

/// The password of all of them. It is no secret: the demo organisation is served on this machine alone.
pub const PASSWORD: &str = "everyone-plays-together";

/// Its hash, made once, so that the same day gives the same organisation.
const PASSWORD_HASH: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$VHV0dGkgRW5lcmdpIEEvUw$668wkTRT5C3sFwO0lpx1OwRLmsIK2Ns7xWtMV+jm61A";

/// What a migrated database holds, as far as the demo is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Nothing yet.
    Empty,
    /// The whole demo organisation, and what people did to it since.
    Complete,
    /// A part of the demo organisation: the seeding was cut short.
    HalfDone,
    /// Somebody's own data.
    Foreign,
}

/// The counter that marks a demo database: 0 while it is seeded, 1 from then on.
const MARKER: &str = "demo";

/// What this migrated database holds.
///
/// # Errors
/// When the database cannot be read.
pub async fn state(database: &Database) -> Result<State, Fault> {
    let marker =
        Query::select().column("value").from("counters").and_where(Expr::col("name").eq(MARKER)).to_owned();
    if let Some(row) = database.reader().query_one(&marker).await? {
        let complete = row.try_get::<i32>("", "value")? > 0;
        return Ok(if complete { State::Complete } else { State::HalfDone });
    }
    // Every write leaves an event, so that a log without events means that nobody ever wrote.
    let used = holds_any(database, event::Entity, event::Column::Id).await?
        || holds_any(database, person::Entity, person::Column::Id).await?;
    Ok(if used { State::Foreign } else { State::Empty })
}

async fn holds_any<E: EntityTrait>(database: &Database, table: E, id: E::Column) -> Result<bool, Fault> {
    let select = SelectStatement::new().column(id).from(table).limit(1).to_owned();
    Ok(database.reader().query_one(&select).await?.is_some())
}

/// Writes the demo organisation, as it has come to be until `now`, into an empty, migrated database.
///
/// # Errors
/// A sentence when the database is not empty, cannot be written, or a command was refused, which a test
/// excludes: it names the command, who gave it and the problems.
pub async fn seed(
    database: &Database,
    zone: TimeZone,
    code_prefix: String,
    now: DateTime<Utc>,
) -> Result<(), String> {
    let found = state(database).await.map_err(|fault| fault.message)?;
    if found != State::Empty {
        return Err("Only an empty database takes the demo organisation.".to_owned());
    }
    // The marker is no fact of the organisation, so that it is written without a command and an event.
    // It comes first: whatever cuts the seeding short, the half that is there can be told from data of
    // somebody's own; and of two that seed at the same moment one is refused by the primary key.
    let mut begin = Query::insert();
    begin
        .into_table("counters")
        .columns(["name", "value"])
        .values([MARKER.into(), 0.into()])
        .map_err(|error| error.to_string())?;
    write(database, &begin).await.map_err(|fault| fault.message)?;

    let seeding = seeder::run(database, zone, code_prefix, now);
    Box::pin(meter::measured(meter::Meter::new(MARKER.to_owned()), seeding)).await?;

    let end = Query::update()
        .table("counters")
        .value("value", 1)
        .and_where(Expr::col("name").eq(MARKER))
        .to_owned();
    write(database, &end).await.map_err(|fault| fault.message)
}

#[expect(
    clippy::disallowed_methods,
    reason = "the marker of the demo is no fact that anybody could ask about"
)]
async fn write(database: &Database, statement: &impl sea_orm::StatementBuilder) -> Result<(), Fault> {
    let transaction = database.begin().await?;
    transaction.execute(statement).await?;
    transaction.commit().await?;
    Ok(())
}
