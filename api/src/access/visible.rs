//! Which rows a viewer sees: one condition an entity, and no default, so that a new entity forces the
//! question.

use sea_orm::{EntityTrait, sea_query::Condition};

use super::Viewer;
use crate::store::At;

/// The rows of an entity that a viewer may see.
pub trait Visible: EntityTrait {
    /// The condition on the rows, where the table goes by the name `at`.
    fn visible(viewer: &Viewer, at: At) -> Condition;
}

/// The condition of a table that everybody who is signed in may read.
#[must_use]
pub fn everyone() -> Condition {
    Condition::all()
}
