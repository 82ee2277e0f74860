//! Sessions are scheduled, changed, held, corrected and called off.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use tutti_entity::ids::{InitiativeId, PersonId, TrainingSessionId, TypedId as _};
use tutti_entity::people::person;
use tutti_entity::portfolio::initiative;
use tutti_entity::training::attendance::{self, Status};
use tutti_entity::training::training_session::{self, State};
use tutti_entity::training::{co_trainer, curriculum};
use uuid::Uuid;

use super::{alone, attends, people, practise_by, runs, today};
use crate::graphql::problem::cleared;
use crate::graphql::scalars::Percent;
use crate::graphql::{Check, Fault, Problem, ProblemCode};
use crate::portfolio::rules::open_for_change;
use crate::store::tx::Action;
use crate::store::tx::changes::Change;
use crate::store::{At, Command, Outcome, Tx, find};
use crate::training::inputs::{
    AttendanceInput, TrainingSessionCancelInput, TrainingSessionCorrectInput, TrainingSessionHoldInput,
    TrainingSessionScheduleInput, TrainingSessionUpdateInput,
};
use crate::training::rules::attendance::{Demands, MOST_ROWS, Noted, ROWS, attendees};
use crate::training::rules::certificate::{Span, flag};
use crate::training::rules::session as rules;
use crate::training::store;

const PLACE: usize = 200;

/// The initiative for which a session is held.
async fn initiative_of(tx: &Tx<'_>, id: Option<InitiativeId>) -> Outcome<Option<initiative::Model>> {
    let Some(id) = id else { return Ok(None) };
    tx.get::<initiative::Entity>(id, "initiativeId").await.map(Some)
}

/// An initiative for which sessions are scheduled neither ended nor was archived.
fn goes_on(row: Option<&initiative::Model>) -> Result<(), Problem> {
    let Some(row) = row else { return Ok(()) };
    let open = open_for_change(row.status, row.archived_at.is_some());
    open.map_err(|problem| Problem::new(problem.code, "initiativeId", problem.message))
}

/// Those who help, checked: known, ACTIVE where they are still to help, each once and others than the trainer.
async fn helpers(
    tx: &Tx<'_>,
    check: &mut Check,
    trainer: PersonId,
    ids: &[PersonId],
    to_come: bool,
) -> Outcome<()> {
    const FIELD: &str = "coTrainerIds";
    rules::co_trainers(check, trainer, ids);
    let known = people(tx, ids).await?;
    let missing = ids.iter().any(|id| known.iter().all(|person| person.id != *id));
    check.that(!missing, ProblemCode::NotFound, FIELD, "There is no Person with one of these ids.");
    for person in known.iter().filter(|_| to_come) {
        rules::at_work(check, person.status, FIELD);
    }
    Ok(())
}

fn told(people: &BTreeSet<PersonId>) -> Option<String> {
    let ids: Vec<_> = people.iter().map(ToString::to_string).collect();
    Some(ids.join(", ")).filter(|ids| !ids.is_empty())
}

/// What an event says of those who help; none where they stay the same.
fn helped(before: &BTreeSet<PersonId>, after: &BTreeSet<PersonId>) -> Option<Change> {
    let change = || Change { field: "coTrainers".to_owned(), before: told(before), after: told(after) };
    (before != after).then(change)
}

/// Keeps who helps.
async fn help(tx: &Tx<'_>, session: TrainingSessionId, people: &BTreeSet<PersonId>) -> Outcome<()> {
    let row = |person: &PersonId| co_trainer::Model { session_id: session, person_id: *person };
    tx.append_all::<co_trainer::Entity>(people.iter().map(row).collect()).await
}

/// Keeps that others help.
async fn help_anew(
    tx: &Tx<'_>,
    session: TrainingSessionId,
    before: &BTreeSet<PersonId>,
    after: &BTreeSet<PersonId>,
) -> Outcome<()> {
    if before == after {
        return Ok(());
    }
    store::dismiss_co_trainers(tx, session).await?;
    help(tx, session, after).await
}

impl Command for TrainingSessionScheduleInput {
    type Entity = training_session::Entity;

    async fn run(&self, tx: &Tx<'_>) -> Outcome<training_session::Model> {
        let curriculum = tx.get::<curriculum::Entity>(self.curriculum_id, "curriculumId").await?;
        let trainer = tx.get::<person::Entity>(self.trainer_id, "trainerId").await?;
        let initiative = initiative_of(tx, self.initiative_id).await?;
        runs(tx, &trainer, initiative.as_ref(), "trainerId")?;
        goes_on(initiative.as_ref())?;
        let mut check = Check::default();
        rules::at_work(&mut check, trainer.status, "trainerId");
        let others = self.co_trainer_ids.clone().unwrap_or_default();
        helpers(tx, &mut check, trainer.id, &others, true).await?;
        let place = check.prose("place", self.place.as_deref(), PLACE);
        check.done()?;
        let row = training_session::Model {
            id: tx.new_id(),
            version: 1,
            curriculum_id: curriculum.id,
            trainer_id: trainer.id,
            initiative_id: self.initiative_id,
            scheduled_on: self.scheduled_on.0,
            held_on: None,
            place,
            state: State::Scheduled,
            flag: None,
            created_at: tx.now(),
            updated_at: tx.now(),
        };
        let row = tx.insert::<training_session::Entity>(row, "training_session.scheduled".into()).await?;
        let others = others.into_iter().collect();
        help(tx, row.id, &others).await?;
        if let Some(change) = helped(&BTreeSet::new(), &others) {
            let changes = std::slice::from_ref(&change);
            tx.note::<training_session::Entity>(&row, changes, "training_session.co_trainers_set".into())
                .await?;
        }
        Ok(row)
    }
}

impl Command for TrainingSessionUpdateInput {
    type Entity = training_session::Entity;

    async fn run(&self, tx: &Tx<'_>) -> Outcome<training_session::Model> {
        let before = tx.subject::<training_session::Entity>(self.id, "id").await?;
        let was = tx.get::<person::Entity>(before.trainer_id, "id").await?;
        let of = initiative_of(tx, before.initiative_id).await?;
        runs(tx, &was, of.as_ref(), "id")?;
        rules::stands(before.state, State::Scheduled, "id")?;
        let mut check = Check::default();
        let mut after = before.clone();
        after.initiative_id = cleared(&self.initiative_id, before.initiative_id);
        let initiative = initiative_of(tx, after.initiative_id).await?;
        if after.initiative_id != before.initiative_id {
            goes_on(initiative.as_ref())?;
        }
        after.trainer_id = check.kept("trainerId", &self.trainer_id, before.trainer_id);
        let trainer = tx.get::<person::Entity>(after.trainer_id, "trainerId").await?;
        let field = if trainer.id == was.id { "initiativeId" } else { "trainerId" };
        runs(tx, &trainer, initiative.as_ref(), field)?;
        if trainer.id != was.id {
            rules::at_work(&mut check, trainer.status, "trainerId");
            let message = "They are enrolled: nobody attends their own session.";
            let attends = attends(tx, &before, &[trainer.id]).await?;
            check.that(!attends, ProblemCode::Conflict, "trainerId", message);
        }
        let helping = store::co_trainers(tx, before.id).await?;
        let others = cleared(&self.co_trainer_ids, Some(helping.iter().copied().collect()));
        let others = others.unwrap_or_default();
        helpers(tx, &mut check, after.trainer_id, &others, true).await?;
        let message = "Somebody is enrolled: nobody attends their own session.";
        check.that(!attends(tx, &before, &others).await?, ProblemCode::Conflict, "coTrainerIds", message);
        after.scheduled_on =
            check.kept("scheduledOn", &self.scheduled_on.map_value(|day| day.0), before.scheduled_on);
        after.place = check.prose("place", cleared(&self.place, before.place.clone()).as_deref(), PLACE);
        check.done()?;
        let others = others.into_iter().collect();
        help_anew(tx, before.id, &helping, &others).await?;
        let more: Vec<Change> = helped(&helping, &others).into_iter().collect();
        let action = "training_session.updated".into();
        let after = tx.update_telling::<training_session::Entity>(&before, after, &more, action).await?;
        if after.trainer_id != before.trainer_id {
            store::keep_lineage(tx, &after, None).await?;
        }
        Ok(after)
    }
}

impl From<&AttendanceInput> for Noted {
    fn from(row: &AttendanceInput) -> Self {
        Self {
            person: row.person_id,
            minutes: row.minutes,
            pre_score_bp: row.pre_score.map(Percent::basis_points),
            post_score_bp: row.post_score.map(Percent::basis_points),
        }
    }
}

/// Everything about the rows of a session that can be told without its attendances.
async fn noted(tx: &Tx<'_>, rows: &[Noted], trainers: &BTreeSet<PersonId>) -> Outcome<()> {
    if rows.len() > MOST_ROWS {
        let message = format!("A call takes at most {MOST_ROWS} attendances.");
        return Err(Problem::new(ProblemCode::LimitExceeded, ROWS, message).into());
    }
    let ids: Vec<PersonId> = rows.iter().map(|row| row.person).collect();
    let mut problems = attendees(&ids, trainers).err().unwrap_or_default();
    let known: BTreeSet<PersonId> = people(tx, &ids).await?.into_iter().map(|person| person.id).collect();
    for (at, row) in rows.iter().enumerate() {
        problems.extend(row.problems().into_iter().map(|problem| problem.in_list(ROWS, at)));
        if !known.contains(&row.person) {
            let message = "There is no Person with this id.";
            problems.push(Problem::new(ProblemCode::NotFound, "personId", message).in_list(ROWS, at));
        }
    }
    if problems.is_empty() { Ok(()) } else { Err(problems.into()) }
}

/// What attendances are measured by.
struct Measure<'a> {
    session: &'a training_session::Model,
    curriculum: &'a curriculum::Model,
    held_on: NaiveDate,
}

impl Measure<'_> {
    /// What an attendance has come to with what was noted; with nothing noted they were not there.
    fn note(&self, row: &mut attendance::Model, noted: Option<&Noted>) {
        let demands =
            Demands { minutes: self.curriculum.min_minutes, pass_mark_bp: self.curriculum.pass_mark_bp };
        row.status = noted.map_or(Status::Absent, |noted| noted.status(demands));
        row.minutes = Some(noted.map_or(0, |noted| noted.minutes));
        row.pre_score_bp = noted.and_then(|noted| noted.pre_score_bp);
        row.post_score_bp = noted.and_then(|noted| noted.post_score_bp);
        row.trainer_id = self.session.trainer_id;
        row.held_on = Some(self.held_on);
        let completed = row.status == Status::Completed;
        row.lineage = completed && self.session.flag.is_none();
        row.practise_by = practise_by(self.curriculum, self.held_on).filter(|_| completed);
    }

    /// A new attendance with what was noted.
    fn begin(&self, tx: &Tx<'_>, noted: &Noted) -> attendance::Model {
        let mut row = attendance::Model {
            id: tx.new_id(),
            version: 1,
            session_id: self.session.id,
            person_id: noted.person,
            status: Status::Absent,
            minutes: None,
            pre_score_bp: None,
            post_score_bp: None,
            curriculum_id: self.session.curriculum_id,
            trainer_id: self.session.trainer_id,
            held_on: None,
            lineage: false,
            practise_by: None,
            created_at: tx.now(),
            updated_at: tx.now(),
        };
        self.note(&mut row, Some(noted));
        row
    }
}

/// Writes what became of these people; of those who have an attendance already and are not among them nothing changes,
/// unless whoever is left out was not there.
async fn attended(
    tx: &Tx<'_>,
    measure: &Measure<'_>,
    rows: &[Noted],
    others_absent: bool,
    action: Action<'_>,
) -> Outcome<()> {
    let by_person: BTreeMap<PersonId, &Noted> = rows.iter().map(|row| (row.person, row)).collect();
    let mut theirs = store::attendances_of(tx, &[measure.session.id]);
    if !others_absent {
        // A large session that is recorded part by part is not read anew with each.
        let people: Vec<Uuid> = by_person.keys().map(|person| person.uuid()).collect();
        let column = At::TOP.col(attendance::Column::PersonId);
        theirs = theirs.add(find::any_of(tx.scope().backend(), column, &people));
    }
    let touched = tx.hold_all::<attendance::Entity>(theirs).await?;
    let has: BTreeSet<PersonId> = touched.iter().map(|row| row.person_id).collect();
    let note = |row: &mut attendance::Model| {
        let noted = by_person.get(&row.person_id).copied();
        measure.note(row, noted);
    };
    tx.update_all::<attendance::Entity>(touched, note, action).await?;
    let new = rows.iter().filter(|row| !has.contains(&row.person)).map(|row| measure.begin(tx, row));
    tx.insert_all::<attendance::Entity>(new.collect(), action).await?;
    Ok(())
}

/// All who train at a session.
///
/// # Errors
/// When the database cannot be read.
pub async fn trainers(tx: &Tx<'_>, session: &training_session::Model) -> Outcome<BTreeSet<PersonId>> {
    let mut all = store::co_trainers(tx, session.id).await?;
    all.insert(session.trainer_id);
    Ok(all)
}

/// A session, with nobody else changing the lineage of its curriculum, if the viewer runs it.
///
/// # Errors
/// NOT_FOUND and FORBIDDEN at this field.
pub async fn mine(
    tx: &Tx<'_>,
    id: TrainingSessionId,
    field: &str,
    is_subject: bool,
) -> Outcome<training_session::Model> {
    alone(tx, store::curriculum_of_session(tx, id, field).await?).await?;
    let session = if is_subject {
        tx.subject::<training_session::Entity>(id, field).await?
    } else {
        tx.parent::<training_session::Entity>(id, field).await?
    };
    let trainer = tx.get::<person::Entity>(session.trainer_id, field).await?;
    let initiative = initiative_of(tx, session.initiative_id).await?;
    runs(tx, &trainer, initiative.as_ref(), field)?;
    Ok(session)
}

/// Records that a session was held on a day, and what became of these people.
///
/// # Errors
/// As the mutation `trainingSessionHold`.
pub async fn hold(
    tx: &Tx<'_>,
    id: TrainingSessionId,
    held_on: NaiveDate,
    rows: &[Noted],
) -> Outcome<training_session::Model> {
    let before = mine(tx, id, "id", true).await?;
    rules::goes(before.state, State::Held)?;
    let mut check = Check::default();
    rules::held_on(&mut check, held_on, today(tx));
    check.done()?;
    noted(tx, rows, &trainers(tx, &before).await?).await?;
    let curriculum = tx.get::<curriculum::Entity>(before.curriculum_id, "id").await?;
    let certificates = store::certificates(tx, before.trainer_id, curriculum.id).await?;
    let spans: Vec<Span> = certificates.iter().map(Span::from).collect();
    let after = training_session::Model {
        state: State::Held,
        held_on: Some(held_on),
        flag: flag(&spans, held_on),
        ..before.clone()
    };
    let measure = Measure { session: &after, curriculum: &curriculum, held_on };
    attended(tx, &measure, rows, true, "attendance.recorded".into()).await?;
    tx.update::<training_session::Entity>(&before, after, "training_session.held".into()).await
}

/// Records late, or corrects, what became of these people at a session that was held.
///
/// # Errors
/// As the mutation `attendanceRecord`, with the row that a problem is about.
pub async fn record(
    tx: &Tx<'_>,
    session: &training_session::Model,
    rows: &[Noted],
    reason: Option<&str>,
) -> Outcome<()> {
    rules::stands(session.state, State::Held, "sessionId")?;
    let held_on = session.held_on.ok_or_else(|| Fault::internal("a session was held on no day"))?;
    noted(tx, rows, &trainers(tx, session).await?).await?;
    let curriculum = tx.get::<curriculum::Entity>(session.curriculum_id, "sessionId").await?;
    let measure = Measure { session, curriculum: &curriculum, held_on };
    attended(tx, &measure, rows, false, Action { name: "attendance.recorded", reason }).await
}

impl Command for TrainingSessionHoldInput {
    type Entity = training_session::Entity;

    async fn run(&self, tx: &Tx<'_>) -> Outcome<training_session::Model> {
        let rows: Vec<Noted> = self.attendances.iter().map(Noted::from).collect();
        hold(tx, self.id, self.held_on.0, &rows).await
    }
}

impl Command for TrainingSessionCorrectInput {
    type Entity = training_session::Entity;

    async fn run(&self, tx: &Tx<'_>) -> Outcome<training_session::Model> {
        let before = mine(tx, self.id, "id", true).await?;
        rules::stands(before.state, State::Held, "id")?;
        let mut check = Check::default();
        let reason = rules::reason(&mut check, &self.reason);
        let mut after = before.clone();
        after.trainer_id = check.kept("trainerId", &self.trainer_id, before.trainer_id);
        let day = before.held_on.ok_or_else(|| Fault::internal("a session was held on no day"))?;
        let held_on = check.kept("heldOn", &self.held_on.map_value(|day| day.0), day);
        rules::held_on(&mut check, held_on, today(tx));
        after.held_on = Some(held_on);
        let helping = store::co_trainers(tx, before.id).await?;
        let others = cleared(&self.co_trainer_ids, Some(helping.iter().copied().collect()));
        let others = others.unwrap_or_default();
        helpers(tx, &mut check, after.trainer_id, &others, false).await?;
        if after.trainer_id != before.trainer_id {
            let trainer = tx.get::<person::Entity>(after.trainer_id, "trainerId").await?;
            let initiative = initiative_of(tx, before.initiative_id).await?;
            runs(tx, &trainer, initiative.as_ref(), "trainerId")?;
        }
        let message = "They attended it: nobody attends their own session.";
        for (field, who) in [("trainerId", &[after.trainer_id][..]), ("coTrainerIds", &others)] {
            let attends = attends(tx, &before, who).await?;
            check.that(!attends, ProblemCode::Conflict, field, message);
        }
        check.done()?;
        let certificates = store::certificates(tx, after.trainer_id, before.curriculum_id).await?;
        let spans: Vec<Span> = certificates.iter().map(Span::from).collect();
        after.flag = flag(&spans, held_on);
        let others = others.into_iter().collect();
        help_anew(tx, before.id, &helping, &others).await?;
        let more: Vec<Change> = helped(&helping, &others).into_iter().collect();
        let action = Action { name: "training_session.corrected", reason: Some(&reason) };
        let after = tx.update_telling::<training_session::Entity>(&before, after, &more, action).await?;
        let curriculum = tx.get::<curriculum::Entity>(before.curriculum_id, "id").await?;
        let moved = before.held_on != after.held_on;
        let practise_by = moved.then(|| practise_by(&curriculum, held_on));
        store::keep_lineage(tx, &after, practise_by).await?;
        Ok(after)
    }
}

impl Command for TrainingSessionCancelInput {
    type Entity = training_session::Entity;

    async fn run(&self, tx: &Tx<'_>) -> Outcome<training_session::Model> {
        let before = mine(tx, self.id, "id", true).await?;
        let mut check = Check::default();
        let reason = rules::reason(&mut check, &self.reason);
        check.done()?;
        rules::goes(before.state, State::Cancelled)?;
        let after = training_session::Model { state: State::Cancelled, ..before.clone() };
        let action = Action { name: "training_session.cancelled", reason: Some(&reason) };
        tx.update::<training_session::Entity>(&before, after, action).await
    }
}
