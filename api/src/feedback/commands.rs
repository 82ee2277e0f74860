//! What the mutations of upward feedback do inside their transaction.
//!
//! Always: of an anonymous one nothing is written but its row, which says nothing of its author and nothing of its moment but
//! the day; its author is not even locked. Who votes is kept, so that nobody votes twice, and named in no event.

use tutti_entity::communication::communication;
use tutti_entity::feedback::upward_feedback::{self, FeedbackState};
use tutti_entity::ids::{CommunicationId, PersonId};
use tutti_entity::people::person::{self, PersonStatus};
use tutti_entity::value::fold;

use super::inputs::{
    UpwardFeedbackAnswerInput, UpwardFeedbackRaiseInput, UpwardFeedbackResolveInput, UpwardFeedbackVoteInput,
};
use super::{rules, store, telling};
use crate::access::{Capability, Place};
use crate::graphql::{Check, Problem, ProblemCode};
use crate::portfolio::rules::at_work;
use crate::store::tx::Action;
use crate::store::tx::changes::Change;
use crate::store::{Command, Outcome, Tx};

impl UpwardFeedbackRaiseInput {
    /// Whether nobody may find out who raises it.
    pub(super) fn is_anonymous(&self) -> bool {
        self.anonymous == Some(true)
    }

    /// Who raises it; nobody for an anonymous one, which a machine cannot raise: the use of a key is noted.
    fn author(&self, tx: &Tx<'_>) -> Outcome<Option<PersonId>> {
        let viewer = tx.scope().viewer();
        if !self.is_anonymous() {
            return tx.author().map(Some);
        }
        if viewer.key.is_some() {
            let message =
                "When a key is used is noted, so that nobody is anonymous with one. Sign in instead.";
            return Err(Problem::new(ProblemCode::Forbidden, "anonymous", message).into());
        }
        Ok(None)
    }

    /// Who is asked on a communication: its sender, or the programme office where they have left.
    async fn asked_on(
        &self,
        tx: &Tx<'_>,
        check: &mut Check,
        communication: CommunicationId,
    ) -> Outcome<Option<PersonId>> {
        let row = tx.get::<communication::Entity>(communication, "communicationId").await?;
        let message = "It was not sent. Ask whoever is to send it.";
        check.that(
            row.state == communication::State::Sent,
            ProblemCode::Conflict,
            "communicationId",
            message,
        );
        if self.is_anonymous() && row.state == communication::State::Sent {
            rules::crowd(check, row.audience_size.unwrap_or_default());
        }
        let message = "Leave it out: on a communication its sender is asked.";
        check.that(self.asked_id.is_none(), ProblemCode::Invalid, "askedId", message);
        let sender = tx.get::<person::Entity>(row.sender_id, "communicationId").await?;
        Ok((sender.status != PersonStatus::Left).then_some(sender.id))
    }

    /// Who is asked without a communication.
    async fn asked_directly(&self, tx: &Tx<'_>, check: &mut Check) -> Outcome<Option<PersonId>> {
        let Some(id) = self.asked_id else { return Ok(None) };
        let asked = tx.get::<person::Entity>(id, "askedId").await?;
        at_work(check, asked.status, "askedId");
        Ok(Some(id))
    }
}

impl Command for UpwardFeedbackRaiseInput {
    type Entity = upward_feedback::Entity;

    fn leaves_no_trace(&self) -> bool {
        self.is_anonymous()
    }

    async fn run(&self, tx: &Tx<'_>) -> Outcome<upward_feedback::Model> {
        let from_id = self.author(tx)?;
        let mut check = Check::default();
        let text = rules::text(&mut check, "text", &self.text.0);
        let asked_id = match self.communication_id {
            Some(id) => self.asked_on(tx, &mut check, id).await?,
            None => self.asked_directly(tx, &mut check).await?,
        };
        check.done()?;
        let raised_on = tx.scope().today();
        let row = upward_feedback::Model {
            id: tx.new_id(),
            version: 1,
            kind: self.kind,
            text_folded: fold(&text),
            text,
            from_id,
            communication_id: self.communication_id,
            asked_id,
            state: FeedbackState::Open,
            answer: None,
            answered_by_id: None,
            answered_at: None,
            votes: 0,
            raised_on,
            due_on: rules::due(raised_on),
            untold_on: self.is_anonymous().then_some(raised_on),
            created_at: tx.now(),
            updated_at: tx.now(),
        };
        tx.insert::<upward_feedback::Entity>(row, telling::RAISED.into()).await
    }
}

/// Refuses whoever is not asked, nor of the programme office.
fn answers(tx: &Tx<'_>, row: &upward_feedback::Model) -> Outcome<()> {
    let place = row.asked_id.map(Place::about).unwrap_or_default();
    tx.require(Capability::FeedbackAnswer, place, "id")
}

impl Command for UpwardFeedbackAnswerInput {
    type Entity = upward_feedback::Entity;

    async fn run(&self, tx: &Tx<'_>) -> Outcome<upward_feedback::Model> {
        let before = tx.subject::<upward_feedback::Entity>(self.id, "id").await?;
        answers(tx, &before)?;
        rules::transition(before.state, FeedbackState::Answered, "id")?;
        let mut check = Check::default();
        let answer = rules::text(&mut check, "answer", &self.answer.0);
        check.done()?;
        let after = upward_feedback::Model {
            state: FeedbackState::Answered,
            answer: Some(answer),
            answered_by_id: Some(tx.author()?),
            answered_at: Some(tx.now()),
            ..before.clone()
        };
        tx.update::<upward_feedback::Entity>(&before, after, "upward_feedback.answered".into()).await
    }
}

impl Command for UpwardFeedbackResolveInput {
    type Entity = upward_feedback::Entity;

    async fn run(&self, tx: &Tx<'_>) -> Outcome<upward_feedback::Model> {
        let before = tx.subject::<upward_feedback::Entity>(self.id, "id").await?;
        answers(tx, &before)?;
        let mut check = Check::default();
        let message = "It is resolved to ACTED or to DECLINED.";
        check.that(!rules::is_open(self.to), ProblemCode::Invalid, "to", message);
        let reason = check.prose("reason", self.reason.as_deref(), 1_000);
        check.done()?;
        rules::transition(before.state, self.to, "to")?;
        let after = upward_feedback::Model { state: self.to, ..before.clone() };
        let action = Action { name: "upward_feedback.resolved", reason: reason.as_deref() };
        tx.update::<upward_feedback::Entity>(&before, after, action).await
    }
}

impl Command for UpwardFeedbackVoteInput {
    type Entity = upward_feedback::Entity;

    async fn run(&self, tx: &Tx<'_>) -> Outcome<upward_feedback::Model> {
        let before = tx.subject::<upward_feedback::Entity>(self.id, "id").await?;
        let message = "A key has no vote; somebody who has signed in has.";
        let me = tx.scope().viewer().related_as();
        let me = me.ok_or_else(|| Problem::new(ProblemCode::Forbidden, "id", message))?;
        rules::open_for_votes(before.state)?;
        let counts = self.vote != Some(false);
        if store::votes_for(tx, before.id, me).await? == counts {
            return Ok(before);
        }
        store::vote(tx, before.id, me, counts).await?;
        let votes = before.votes.saturating_add(if counts { 1 } else { -1 });
        let after = upward_feedback::Model { votes, ..before.clone() };
        let told = |votes: i32| Some(votes.to_string());
        let change =
            Change { field: "votes".to_owned(), before: told(before.votes), after: told(after.votes) };
        // That somebody votes is told; who does is not.
        tx.unsigned();
        tx.tell::<upward_feedback::Entity>(&after, &[change], "upward_feedback.voted".into()).await?;
        Ok(after)
    }
}
