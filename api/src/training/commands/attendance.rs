//! People are enrolled, and what became of them is recorded late or corrected.

use sea_orm::sea_query::ExprTrait as _;
use tutti_entity::people::person;
use tutti_entity::training::attendance::{self, Status};

use super::record;
use super::session::{mine, trainers};
use crate::graphql::scalars::Percent;
use crate::graphql::{Check, Fault, Problem, ProblemCode};
use crate::store::{At, Command, Outcome, Refusal, Tx};
use crate::training::inputs::{AttendanceEnrolInput, AttendanceRecordInput};
use crate::training::rules::attendance::{Noted, ROWS, not_their_own};
use crate::training::{rules, store};

impl Command for AttendanceEnrolInput {
    type Entity = attendance::Entity;

    async fn run(&self, tx: &Tx<'_>) -> Outcome<attendance::Model> {
        let session = mine(tx, self.session_id, "sessionId", false).await?;
        rules::session::open_for_enrolment(session.state)?;
        let person = tx.get::<person::Entity>(self.person_id, "personId").await?;
        not_their_own(person.id, &trainers(tx, &session).await?)?;
        let mut check = Check::default();
        rules::session::here(&mut check, person.status, "personId");
        let enrolled = super::enrolled(tx, &session, &[person.id]).await?;
        check.that(!enrolled, ProblemCode::Conflict, "personId", "They are enrolled already.");
        check.done()?;
        let row = attendance::Model {
            id: tx.new_id(),
            version: 1,
            session_id: session.id,
            person_id: person.id,
            status: Status::Enrolled,
            minutes: None,
            pre_score_bp: None,
            post_score_bp: None,
            curriculum_id: session.curriculum_id,
            trainer_id: session.trainer_id,
            held_on: None,
            lineage: false,
            practise_by: None,
            created_at: tx.now(),
            updated_at: tx.now(),
        };
        tx.insert::<attendance::Entity>(row, "attendance.enrolled".into()).await
    }
}

/// A problem with the only row is one with the input.
fn of_input(mut problem: Problem) -> Problem {
    if let Some(at) = problem.path.iter().position(|part| part == ROWS) {
        problem.path.drain(at..(at + 2).min(problem.path.len()));
    }
    problem
}

impl Command for AttendanceRecordInput {
    type Entity = attendance::Entity;

    async fn run(&self, tx: &Tx<'_>) -> Outcome<attendance::Model> {
        let session = mine(tx, self.session_id, "sessionId", false).await?;
        let mut check = Check::default();
        let reason = check.prose("reason", self.reason.as_deref(), 1000);
        check.done()?;
        let noted = Noted {
            person: self.person_id,
            minutes: self.minutes,
            pre_score_bp: self.pre_score.map(Percent::basis_points),
            post_score_bp: self.post_score.map(Percent::basis_points),
        };
        let recorded = record(tx, &session, &[noted], reason.as_deref()).await;
        recorded.map_err(|refusal| match refusal {
            Refusal::Problems(problems) => Refusal::Problems(problems.into_iter().map(of_input).collect()),
            other => other,
        })?;
        let theirs = store::attendances_of(tx, &[session.id])
            .add(At::TOP.col(attendance::Column::PersonId).eq(self.person_id));
        let rows = tx.get_all::<attendance::Entity>(theirs).await?;
        let row = rows.into_iter().next();
        Ok(row.ok_or_else(|| Fault::internal("an attendance was written and is not there"))?)
    }
}
