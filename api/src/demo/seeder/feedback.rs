//! Carries out what the demo's people raise, and what becomes of it.

use sea_orm::sea_query::ExprTrait as _;
use tutti_entity::feedback::upward_feedback;
use tutti_entity::ids::UpwardFeedbackId;

use super::super::feedback::{Asks, Deed, Raised, Turned};
use super::{Seeder, Who};
use crate::feedback::inputs::{
    UpwardFeedbackAnswerInput, UpwardFeedbackRaiseInput, UpwardFeedbackResolveInput, UpwardFeedbackVoteInput,
};
use crate::graphql::scalars::Markdown;
use crate::store::At;

impl Seeder<'_> {
    /// What was raised with these words.
    async fn raised(&self, raised: &Raised) -> Result<UpwardFeedbackId, String> {
        let scope = self.scope(None, raised.text).await?;
        let says = At::TOP.col(upward_feedback::Column::Text).eq(raised.text);
        let row = scope.find::<upward_feedback::Entity>().filter(says).one().await;
        let row = row.map_err(|fault| fault.message)?;
        row.map(|row| row.id).ok_or_else(|| format!("\"{}\" was not raised yet.", raised.text))
    }

    pub(super) async fn rise(&mut self, by: Option<Who>, deed: Deed) -> Result<(), String> {
        match deed {
            Deed::Raise(raised) => {
                let (communication_id, asked_id) = match raised.asks {
                    Asks::About(subject) => (Some(self.said(subject)?), None),
                    Asks::Person(who) => (None, Some(self.person(who)?)),
                    Asks::Office => (None, None),
                };
                let input = UpwardFeedbackRaiseInput {
                    kind: raised.kind,
                    text: Markdown(raised.text.to_owned()),
                    communication_id,
                    asked_id,
                    anonymous: Some(raised.anonymous),
                };
                self.write(by, &format!("upwardFeedbackRaise of \"{}\"", raised.text), &input).await.map(drop)
            }
            Deed::Turn(raised, turned) => {
                let (id, what) = (self.raised(raised).await?, format!("what became of \"{}\"", raised.text));
                match turned {
                    Turned::Voted => self.write(by, &what, &UpwardFeedbackVoteInput { id, vote: None }).await,
                    Turned::Answered(answer) => {
                        let answer = Markdown(answer.to_owned());
                        self.write(by, &what, &UpwardFeedbackAnswerInput { id, answer }).await
                    }
                    Turned::Resolved(to, reason) => {
                        let input = UpwardFeedbackResolveInput { id, to, reason: Some(reason.to_owned()) };
                        self.write(by, &what, &input).await
                    }
                }
                .map(drop)
            }
        }
    }
}
