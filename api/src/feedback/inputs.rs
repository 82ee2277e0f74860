//! What mutations of upward feedback take.

use async_graphql::InputObject;
use tutti_entity::feedback::upward_feedback::{FeedbackKind, FeedbackState};
use tutti_entity::ids::{CommunicationId, PersonId, UpwardFeedbackId};

use crate::graphql::scalars::Markdown;

/// A question, an idea or a concern.
#[derive(Clone, Debug, InputObject)]
pub struct UpwardFeedbackRaiseInput {
    /// What it is.
    pub kind: FeedbackKind,
    /// What it says, 1 to 5 000 characters, Markdown.
    pub text: Markdown,
    /// The communication that it is about, which was SENT: its sender is asked. By default it is about none.
    pub communication_id: Option<CommunicationId>,
    /// Who is asked, where it is about no communication; the programme office by default.
    pub asked_id: Option<PersonId>,
    /// Whether nobody is to know who raised it, nor ever can: false by default. No idempotency key goes with it, no key of
    /// a machine, and no communication that was for fewer than 5 people. What the text gives away it gives away.
    pub anonymous: Option<bool>,
}

/// An answer.
#[derive(Clone, Debug, InputObject)]
pub struct UpwardFeedbackAnswerInput {
    /// What is answered; OPEN.
    pub id: UpwardFeedbackId,
    /// The answer, 1 to 5 000 characters, Markdown.
    pub answer: Markdown,
}

/// What became of it.
#[derive(Clone, Debug, InputObject)]
pub struct UpwardFeedbackResolveInput {
    /// What was answered; ANSWERED.
    pub id: UpwardFeedbackId,
    /// ACTED where something was done about it, DECLINED where nothing will be.
    pub to: FeedbackState,
    /// Why, at most 1 000 characters; kept in the log.
    pub reason: Option<String>,
}

/// A vote.
#[derive(Clone, Debug, InputObject)]
pub struct UpwardFeedbackVoteInput {
    /// For what; OPEN or ANSWERED.
    pub id: UpwardFeedbackId,
    /// Whether you vote for it: true by default, false takes your vote back.
    pub vote: Option<bool>,
}
