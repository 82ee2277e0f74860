//! Who attended a session, from a table.
//!
//! A session that is still to be held is held with it; of one that was held it is recorded late. People are found by
//! their addresses, all of them in one statement; everything else is checked and recorded as the mutations do.

use std::collections::{BTreeSet, HashMap};

use chrono::NaiveDate;
use tutti_entity::ids::{PersonId, TrainingSessionId};
use tutti_entity::people::person;
use tutti_entity::training::training_session::State;
use tutti_entity::value::fold;

use super::import::{Import, Written, sorted};
use super::inputs::AttendanceImportRow;
use super::store;
use crate::graphql::scalars::Percent;
use crate::graphql::{Check, Problem, ProblemCode};
use crate::store::{Outcome, Tx};
use crate::training::commands::{hold, mine, record, trainers};
use crate::training::rules::attendance::{Noted, not_their_own};

/// Attendances of one session as they come in.
#[derive(Clone, Debug)]
pub struct Attendances {
    session: TrainingSessionId,
    held_on: Option<NaiveDate>,
    seen: BTreeSet<PersonId>,
}

impl Attendances {
    /// Those of this session, which was held on this day; on the one for which it was planned by default.
    #[must_use]
    pub const fn of(session: TrainingSessionId, held_on: Option<NaiveDate>) -> Self {
        Self { session, held_on, seen: BTreeSet::new() }
    }

    /// What the row says, if it can be.
    fn noted(
        &mut self,
        row: &AttendanceImportRow,
        people: &HashMap<String, PersonId>,
        trainers: &BTreeSet<PersonId>,
    ) -> Result<Noted, Vec<Problem>> {
        let mut check = Check::default();
        let Some(person) = people.get(&fold(row.email.trim())).copied() else {
            let (code, message) = if row.email.trim().is_empty() {
                (ProblemCode::Required, "`email` may not be empty.")
            } else {
                (ProblemCode::NotFound, "There is nobody with this address or id.")
            };
            return Err(vec![Problem::new(code, "email", message)]);
        };
        if let Err(problem) = not_their_own(person, trainers) {
            check.add(Problem::new(problem.code, "email", problem.message));
        }
        let once = self.seen.insert(person);
        check.that(once, ProblemCode::Conflict, "email", "Another row is about the same person.");
        let noted = Noted {
            person,
            minutes: row.minutes,
            pre_score_bp: row.pre_score.map(Percent::basis_points),
            post_score_bp: row.post_score.map(Percent::basis_points),
        };
        noted.problems().into_iter().for_each(|problem| check.add(problem));
        check.done()?;
        Ok(noted)
    }
}

impl Import for Attendances {
    type Row = AttendanceImportRow;
    type Checked = Noted;

    const NOUN: [&'static str; 2] = ["attendance", "attendances"];

    async fn check(
        &mut self,
        tx: &Tx<'_>,
        rows: &[AttendanceImportRow],
    ) -> Outcome<Vec<Result<Noted, Vec<Problem>>>> {
        let session = mine(tx, self.session, "session", false).await?;
        let trainers = trainers(tx, &session).await?;
        let (ids, addresses) = sorted(rows.iter().map(|row| row.email.as_str()));
        let found = tx.get_all::<person::Entity>(store::people(tx, &ids, &addresses)).await?;
        let mut people: HashMap<String, PersonId> =
            found.iter().map(|row| (row.email_folded.clone(), row.id)).collect();
        people.extend(found.iter().map(|row| (row.id.to_string(), row.id)));
        Ok(rows.iter().map(|row| self.noted(row, &people, &trainers)).collect())
    }

    async fn write(&mut self, tx: &Tx<'_>, checked: Vec<Noted>) -> Outcome<Written> {
        let written = Written { rows: checked.len(), known: 0, codes: None };
        if checked.is_empty() {
            return Ok(written);
        }
        let session = mine(tx, self.session, "session", false).await?;
        if session.state == State::Held {
            record(tx, &session, &checked, None).await?;
        } else {
            hold(tx, session.id, self.held_on.unwrap_or(session.scheduled_on), &checked).await?;
        }
        Ok(written)
    }
}
