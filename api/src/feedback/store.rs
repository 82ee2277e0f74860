//! The only SQL about upward feedback, but for the condition in `open`.

use std::collections::HashMap;

use sea_orm::sea_query::{Condition, Expr, ExprTrait, Query, SelectStatement};
use tutti_entity::communication::communication;
use tutti_entity::feedback::{upward_feedback, upward_vote};
use tutti_entity::ids::{PersonId, TypedId as _, UpwardFeedbackId};
use uuid::Uuid;

use super::open::{is_open, unfinished};
use crate::access::visible::{Visible, about_people};
use crate::access::{Capability, Viewer};
use crate::graphql::Fault;
use crate::graphql::batch::{Loader, grouped};
use crate::store::{At, Outcome, Scope, Tx, find};

use upward_feedback::Column as F;
use upward_vote::Column as V;

impl Visible for upward_feedback::Entity {
    /// What is said on a communication is seen by whoever sees that. Else it is between whoever is asked, whoever raised it
    /// with their name, the programme office and auditors.
    fn visible(viewer: &Viewer, at: At) -> Condition {
        let asked = about_people(viewer, Capability::FeedbackAll, &at.col(F::AskedId));
        if asked.is_empty() {
            return asked;
        }
        let of = at.inner();
        let open = Query::select()
            .expr(Expr::val(1))
            .from_as(communication::Entity, of.alias())
            .and_where(of.col(communication::Column::Id).eq(at.col(F::CommunicationId)))
            .cond_where(communication::Entity::visible(viewer, of))
            .to_owned();
        let seen = Condition::any().add(asked).add(Expr::exists(open));
        match viewer.related_as() {
            Some(me) => seen.add(at.col(F::FromId).eq(me)),
            None => seen,
        }
    }
}

/// Whether this person votes for it.
///
/// # Errors
/// When the database cannot be read.
pub async fn votes_for(tx: &Tx<'_>, feedback: UpwardFeedbackId, person: PersonId) -> Outcome<bool> {
    let mut select = votes(person);
    select.and_where(At::TOP.col(V::FeedbackId).eq(feedback));
    Ok(!tx.rows(&select).await?.is_empty())
}

fn votes(person: PersonId) -> SelectStatement {
    let at = At::TOP;
    SelectStatement::new()
        .expr_as(at.col(V::FeedbackId), "feedback_id")
        .from_as(upward_vote::Entity, at.alias())
        .and_where(at.col(V::PersonId).eq(person))
        .to_owned()
}

/// Writes or takes back a vote, and counts it. A vote is no change of what is voted for: its version stays.
///
/// # Errors
/// When the database refuses.
pub async fn vote(tx: &Tx<'_>, feedback: UpwardFeedbackId, person: PersonId, counts: bool) -> Outcome<()> {
    if counts {
        tx.append::<upward_vote::Entity>(upward_vote::Model { feedback_id: feedback, person_id: person })
            .await?;
    } else {
        let delete = Query::delete()
            .from_table(upward_vote::Entity)
            .and_where(Expr::col(V::FeedbackId).eq(feedback))
            .and_where(Expr::col(V::PersonId).eq(person))
            .to_owned();
        tx.mark(&delete).await?;
    }
    let count = Query::update()
        .table(upward_feedback::Entity)
        .value(F::Votes, Expr::col(F::Votes).add(if counts { 1 } else { -1 }))
        .and_where(Expr::col(F::Id).eq(feedback))
        .to_owned();
    tx.mark(&count).await
}

/// Says of these that the log has heard of them.
///
/// # Errors
/// When the database refuses.
pub async fn told(tx: &Tx<'_>, rows: &[upward_feedback::Model]) -> Outcome<()> {
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id.uuid()).collect();
    let update = Query::update()
        .table(upward_feedback::Entity)
        .value(F::UntoldOn, None::<chrono::NaiveDate>)
        .and_where(find::any_of(tx.scope().backend(), Expr::col(F::Id), &ids))
        .to_owned();
    tx.mark(&update).await
}

/// What this person is asked and that is not over.
#[must_use]
pub fn open_with(person: PersonId) -> Condition {
    Condition::all().add(At::TOP.col(F::AskedId).eq(person)).add(unfinished(At::TOP))
}

/// What people are asked and that is not over, the first due first.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct OpenWith;

impl Loader for OpenWith {
    type Key = PersonId;
    type Value = Vec<upward_feedback::Model>;

    async fn load(
        &self,
        scope: &Scope,
        people: &[PersonId],
    ) -> Result<HashMap<PersonId, Vec<upward_feedback::Model>>, Fault> {
        let ids: Vec<Uuid> = people.iter().map(|person| person.uuid()).collect();
        let rows = scope
            .find::<upward_feedback::Entity>()
            .any_of(F::AskedId, &ids)
            .filter(unfinished(At::TOP))
            .order_by(F::DueOn)
            .order_by(F::Id)
            .all()
            .await?;
        Ok(grouped(rows, |row| row.asked_id))
    }
}

/// For which of these whoever asks votes.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct OwnVotes;

impl Loader for OwnVotes {
    type Key = UpwardFeedbackId;
    type Value = ();

    async fn load(
        &self,
        scope: &Scope,
        feedback: &[UpwardFeedbackId],
    ) -> Result<HashMap<UpwardFeedbackId, ()>, Fault> {
        let Some(me) = scope.viewer().related_as() else { return Ok(HashMap::new()) };
        let ids: Vec<Uuid> = feedback.iter().map(|one| one.uuid()).collect();
        let mut select = votes(me);
        select.and_where(find::any_of(scope.backend(), At::TOP.col(V::FeedbackId), &ids));
        let rows = scope.rows(&select).await?;
        Ok(rows
            .iter()
            .map(|row| Ok((row.try_get("", "feedback_id")?, ())))
            .collect::<Result<_, sea_orm::DbErr>>()?)
    }
}

/// How many are not answered, by who is asked, as far as whoever asks sees them.
///
/// # Errors
/// When the database cannot be read.
pub(super) async fn unanswered(scope: &Scope, people: &[PersonId]) -> Result<HashMap<PersonId, i64>, Fault> {
    let at = At::TOP;
    let ids: Vec<Uuid> = people.iter().map(|person| person.uuid()).collect();
    let mut select = find::visible_only::<upward_feedback::Entity>(scope.viewer(), at);
    select
        .expr_as(at.col(F::AskedId), "asked_id")
        .expr_as(Expr::val(1).count(), "unanswered")
        .and_where(find::any_of(scope.backend(), at.col(F::AskedId), &ids))
        .and_where(is_open(at))
        .group_by_col((at.alias(), F::AskedId));
    let rows = scope.rows(&select).await?;
    let read =
        |row: &sea_orm::QueryResult| Ok((row.try_get("", "asked_id")?, row.try_get("", "unanswered")?));
    Ok(rows.iter().map(read).collect::<Result<_, sea_orm::DbErr>>()?)
}
