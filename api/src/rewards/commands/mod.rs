//! What the mutations of reward plans and runs do inside their transaction.
//!
//! Always: whoever changes a plan, who takes part in it, or its runs holds the plan first, so that one comes after the
//! other; and what a run pays was calculated on what was in force while it was held.

mod plan;
mod roster;
mod run;

use crate::access::{Capability, Place};
use crate::store::{Outcome, Tx};

/// The most characters of a reason.
const REASON: usize = 1000;

/// Refuses with FORBIDDEN unless the viewer may do this with rewards of the whole organisation.
fn allowed(tx: &Tx<'_>, capability: Capability, field: &str) -> Outcome<()> {
    tx.require(capability, Place::default(), field)
}
