//! What the mutations of training do inside their transaction.
//!
//! Always: whoever changes the lineage of a curriculum (a session that was held, who completed it, a certificate that
//! lets somebody train) waits for whoever else does; and what attendances keep of their session is brought up with it.

mod agent;
mod attendance;
mod certificate;
mod curriculum;
mod session;

use chrono::NaiveDate;
use sea_orm::sea_query::{Condition, ExprTrait as _};
use tutti_entity::ids::{CurriculumId, PersonId, TypedId as _};
use tutti_entity::people::person;
use tutti_entity::portfolio::initiative;
use tutti_entity::training::attendance::{self as attended, Status};
use tutti_entity::training::{curriculum as of, training_session};
use uuid::Uuid;

use super::rules::certificate::{Span, flag};
use super::store;
use crate::access::{Capability, Place};
use crate::graphql::scalars::Duration;
use crate::graphql::{Problem, ProblemCode};
use crate::store::{At, Outcome, Tx, find};

pub use session::{hold, mine, record, trainers};

/// The calendar day of the organisation on which the change happens.
fn today(tx: &Tx<'_>) -> NaiveDate {
    tx.scope().world().day(tx.now())
}

/// From here on nobody else changes the lineage of this curriculum until the end.
async fn alone(tx: &Tx<'_>, curriculum: CurriculumId) -> Outcome<()> {
    tx.exclusive(&format!("lineage of {curriculum}")).await
}

/// Where something is done for somebody: in the unit in which they work.
fn with(person: &person::Model) -> Place {
    Place { org_unit: person.org_unit_id, ..Place::default() }
}

/// Refuses whoever neither looks after the sessions of every trainer there nor is this one.
fn runs(
    tx: &Tx<'_>,
    trainer: &person::Model,
    initiative: Option<&initiative::Model>,
    field: &str,
) -> Outcome<()> {
    let place = Place { portfolio: initiative.map(|row| row.portfolio_id), ..with(trainer) };
    if tx.scope().may(Capability::TrainingLead, place) {
        return Ok(());
    }
    if tx.scope().viewer().related_as() == Some(trainer.id) {
        return tx.require(Capability::TrainingRun, place, field);
    }
    let message = "Whoever does not look after all sessions runs those that they give themselves.";
    Err(Problem::new(ProblemCode::Forbidden, field, message).into())
}

/// The people with these ids, which nobody changes until the end.
async fn people(tx: &Tx<'_>, ids: &[PersonId]) -> Outcome<Vec<person::Model>> {
    let uuids: Vec<Uuid> = ids.iter().map(|id| id.uuid()).collect();
    let column = At::TOP.col(person::Column::Id);
    let condition = Condition::all().add(find::any_of(tx.scope().backend(), column, &uuids));
    tx.get_all::<person::Entity>(condition).await
}

/// By when somebody who completed a curriculum on this day has to have trained others.
fn practise_by(curriculum: &of::Model, held_on: NaiveDate) -> Option<NaiveDate> {
    Duration::stored(curriculum.practice_within.as_deref()?).after_day(held_on)
}

/// Judges the sessions anew that somebody held, as their certificates of the curriculum are now.
async fn judge_again(
    tx: &Tx<'_>,
    trainer: PersonId,
    curriculum: CurriculumId,
    certificates: &[Span],
) -> Outcome<()> {
    let held = tx.hold_all::<training_session::Entity>(store::held_by(trainer, curriculum)).await?;
    let judge = |row: &mut training_session::Model| {
        row.flag = row.held_on.and_then(|day| flag(certificates, day));
    };
    let judged: Vec<training_session::Model> = held
        .iter()
        .filter_map(|before| {
            let mut after = before.clone();
            judge(&mut after);
            (after.flag != before.flag).then_some(after)
        })
        .collect();
    tx.update_all::<training_session::Entity>(held, judge, "training_session.judged_again".into()).await?;
    store::keep_judgement(tx, &judged).await
}

/// Whether one of these is enrolled in a session, or was.
async fn enrolled(tx: &Tx<'_>, session: &training_session::Model, people: &[PersonId]) -> Outcome<bool> {
    Ok(!rows_of(tx, session, people).await?.is_empty())
}

/// What attendees are asked about: nobody trains at a session that they attend. Who was enrolled and stayed away did not.
async fn attends(tx: &Tx<'_>, session: &training_session::Model, people: &[PersonId]) -> Outcome<bool> {
    let rows = rows_of(tx, session, people).await?;
    Ok(rows.iter().any(|row| row.status != Status::Absent))
}

async fn rows_of(
    tx: &Tx<'_>,
    session: &training_session::Model,
    people: &[PersonId],
) -> Outcome<Vec<attended::Model>> {
    if people.is_empty() {
        return Ok(Vec::new());
    }
    let mine = store::attendances_of(tx, &[session.id])
        .add(At::TOP.col(attended::Column::PersonId).is_in(people.iter().copied()));
    tx.get_all::<attended::Entity>(mine).await
}
