//! What is not answered, and what is not over: as conditions on rows, and counted for those who are asked.

use std::collections::HashMap;

use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{ActiveEnum as _, Iterable as _};
use tutti_entity::feedback::upward_feedback::{Column, FeedbackState};
use tutti_entity::ids::PersonId;

use super::{rules, store};
use crate::graphql::Fault;
use crate::graphql::batch::Loader;
use crate::store::{At, Scope};

/// Those that are not answered, in the table that goes by the name `at`.
#[must_use]
pub fn is_open(at: At) -> Expr {
    at.col(Column::State).eq(FeedbackState::Open.to_value())
}

/// Those of which it is not told yet what became of them.
#[must_use]
pub fn unfinished(at: At) -> Expr {
    at.col(Column::State)
        .is_in(FeedbackState::iter().filter(|state| rules::is_open(*state)).map(|state| state.to_value()))
}

/// How many questions, ideas and concerns are OPEN with each of these people, as far as whoever asks sees them; none for
/// somebody with whom none is.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Unanswered;

impl Loader for Unanswered {
    type Key = PersonId;
    type Value = i64;

    async fn load(&self, scope: &Scope, people: &[PersonId]) -> Result<HashMap<PersonId, i64>, Fault> {
        store::unanswered(scope, people).await
    }
}
