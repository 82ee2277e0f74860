//! What a transaction leaves of who called and when: everything, unless the work is to leave nothing.
//!
//! An event that is unsigned names nobody: that somebody voted is told, who it was is not. Work that leaves no trace goes
//! further: think of somebody who has the whole database and the log, and looks for what lies beside a row.

use std::sync::atomic::{AtomicBool, Ordering};

use chrono::{DateTime, Utc};
use tutti_entity::ids::PersonId;

use super::{Outcome, Tx, Work, WriteOptions};
use crate::graphql::{Fault, Problem, ProblemCode};
use crate::store::{World, meter};

/// What a transaction leaves.
#[derive(Debug)]
pub(super) struct Trace {
    none: bool,
    unsigned: AtomicBool,
}

impl Trace {
    /// That of this work.
    pub(super) fn of(work: &impl Work) -> Self {
        Self { none: work.leaves_no_trace(), unsigned: AtomicBool::new(work.leaves_no_trace()) }
    }

    /// Whether there is to be none.
    pub(super) fn is_none(&self) -> bool {
        self.none
    }

    /// What leaves no trace is about to be written: from here on its request is out of the log and the metrics. One that
    /// writes nothing is in both.
    pub(super) fn leave(&self) {
        if self.none {
            meter::leave_out();
        }
    }

    /// Whether events name nobody.
    pub(super) fn is_unsigned(&self) -> bool {
        self.unsigned.load(Ordering::Relaxed)
    }
}

/// Whether the work can be carried out so.
pub(super) fn admit(work: &impl Work, options: &WriteOptions) -> Result<(), Problem> {
    if !work.leaves_no_trace() {
        return Ok(());
    }
    if options.idempotency_key.is_none() {
        return Ok(());
    }
    let path = ["options", "idempotencyKey"];
    let message = "What remembers a key remembers whose it is and when it came. Send this without one; look whether it \
                   is there before you send it again.";
    Err(Problem::at(ProblemCode::Invalid, &path, message))
}

/// The moment of a transaction: now, or the beginning of the day where nothing may tell more.
pub(super) fn moment(work: &impl Work, world: &World) -> DateTime<Utc> {
    let now = world.now();
    if work.leaves_no_trace() { world.start_of(world.day(now)).unwrap_or(DateTime::UNIX_EPOCH) } else { now }
}

impl Tx<'_> {
    /// Who does it, for what nobody but a person does.
    ///
    /// # Errors
    /// When nobody does.
    pub fn author(&self) -> Outcome<PersonId> {
        let person = self.scope.viewer().person_id();
        Ok(person.ok_or_else(|| Fault::internal("nobody does what only a person can do"))?)
    }

    /// From here on the events of this transaction name neither who called nor the request.
    pub fn unsigned(&self) {
        self.trace.unsigned.store(true, Ordering::Relaxed);
    }
}
