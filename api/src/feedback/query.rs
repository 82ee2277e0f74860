//! Root fields that read upward feedback.

use async_graphql::{Context, Object};

use super::types::{UpwardFeedback, UpwardFeedbackFilter, UpwardFeedbackOrder};
use crate::graphql::gate::needs;
use crate::graphql::{Connection, Fault, Page};
use crate::store::Scope;

/// Root fields about upward feedback.
#[derive(Debug, Default)]
pub struct FeedbackQuery;

#[Object]
impl FeedbackQuery {
    /// What comes back up, as far as you see it: on communications that you see, what you are asked, and what you raised with
    /// your name; all of it for the programme office and auditors. The oldest first unless sorted otherwise.
    #[graphql(directive = needs::apply("feedback.read".to_owned()))]
    #[expect(clippy::too_many_arguments, reason = "a list takes six arguments")]
    async fn upward_feedback(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first so many rows after `after`: 0 to 200, 50 by default.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Where the page starts: a cursor of this list.")] after: Option<String>,
        #[graphql(desc = "The last so many rows before `before`: 0 to 200.")] last: Option<i32>,
        #[graphql(desc = "Where the page ends: a cursor of this list.")] before: Option<String>,
        #[graphql(
            desc = "Which rows; all by default. At most 200 comparisons, 3 relations inside one another."
        )]
        filter: Option<UpwardFeedbackFilter>,
        #[graphql(desc = "In which order, at most 5 keys; the oldest first by default.")] order_by: Option<
            Vec<UpwardFeedbackOrder>,
        >,
    ) -> Result<Connection<UpwardFeedback>, Fault> {
        Page { first, after, last, before, filter, order_by }.of_all(Scope::of(ctx)?).await
    }
}
