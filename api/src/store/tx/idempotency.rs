//! The first answer under a key is the only one: claimed at the start of the transaction, settled at
//! its end, so that concurrent equal requests wait for the first and then hear what it heard.

use chrono::TimeDelta;
use sea_orm::{
    ConnectionTrait, FromQueryResult, Iterable,
    sea_query::{Expr, ExprTrait, OnConflict, Query},
};
use tutti_entity::events::{event, idempotency_key};
use tutti_entity::ids::{PersonId, TypedId};

use super::{Done, Outcome, Reply, Tx, WriteOptions};
use crate::graphql::{Fault, Problem, ProblemCode};
use crate::store::{At, Scope, find};

use idempotency_key::Column as C;

/// How long a key is remembered.
const KEPT: TimeDelta = TimeDelta::hours(24);

/// A key that a caller sent, with what it stands for.
#[derive(Debug)]
pub(super) struct Claim {
    person: PersonId,
    key: String,
    input_hash: String,
}

impl Claim {
    /// The claim of this caller, if they sent a key. The system itself claims none.
    pub(super) fn new(
        scope: &Scope,
        options: &WriteOptions,
        fingerprint: impl Fn() -> String,
    ) -> Result<Option<Self>, Problem> {
        let (Some(key), Some(person)) = (options.idempotency_key.clone(), scope.viewer().person_id()) else {
            return Ok(None);
        };
        if key.is_empty() || key.chars().count() > 255 || key.chars().any(char::is_control) {
            let path = ["options", "idempotencyKey"];
            let message = "An idempotency key has 1 to 255 characters and no control characters.";
            return Err(Problem::at(ProblemCode::Invalid, &path, message));
        }
        Ok(Some(Self { person, key, input_hash: fingerprint() }))
    }

    fn names(&self) -> Expr {
        Expr::col(C::PersonId).eq(self.person).and(Expr::col(C::Key).eq(&*self.key))
    }
}

impl Tx<'_> {
    /// Takes the key. When it is taken already: the first answer.
    pub(super) async fn claim<R: Reply>(&self, claim: &Claim) -> Outcome<Option<Done<R>>> {
        let forgotten = Query::delete()
            .from_table(idempotency_key::Entity)
            .and_where(Expr::col(C::PersonId).eq(claim.person))
            .and_where(Expr::col(C::CreatedAt).lt(self.now() - KEPT))
            .to_owned();
        self.db.execute(&forgotten).await?;
        let mut insert = Query::insert();
        insert
            .into_table(idempotency_key::Entity)
            .columns([C::PersonId, C::Key, C::InputHash, C::Answer, C::CreatedAt])
            .values([
                claim.person.into(),
                claim.key.clone().into(),
                claim.input_hash.clone().into(),
                "".into(),
                self.now().into(),
            ])
            .map_err(Fault::internal)?
            // On PostgreSQL this waits for a concurrent claim of the same key to commit or roll back.
            .on_conflict(OnConflict::columns([C::PersonId, C::Key]).do_nothing().to_owned());
        if self.db.execute(&insert).await?.rows_affected() == 1 {
            return Ok(None);
        }
        self.first_answer(claim).await.map(Some)
    }

    async fn first_answer<R: Reply>(&self, claim: &Claim) -> Outcome<Done<R>> {
        let select = Query::select()
            .columns(C::iter())
            .from(idempotency_key::Entity)
            .and_where(claim.names())
            .to_owned();
        let first = self.db.query_one(&select).await?;
        let first = first.ok_or_else(|| Fault::internal("an idempotency key vanished"))?;
        let first = idempotency_key::Model::from_query_result(&first, "")?;
        if first.input_hash != claim.input_hash {
            let path = ["options", "idempotencyKey"];
            let message = "This key was used with another mutation or other input in the last 24 hours.";
            return Err(Problem::at(ProblemCode::IdempotencyMismatch, &path, message).into());
        }
        let reply = R::again(self, &first.answer).await?;
        let event = match first.event_id {
            Some(id) => self.event(id.uuid()).await?,
            None => None,
        };
        Ok(Done { reply: Some(reply), problems: Vec::new(), event })
    }

    /// The event of the first answer, where who asks again may still see it.
    async fn event(&self, id: uuid::Uuid) -> Outcome<Option<event::Model>> {
        let at = At::TOP;
        let mut select = find::visible::<event::Entity>(self.scope().viewer());
        select.and_where(at.col(event::Column::Id).eq(id));
        let row = self.db.query_one(&select).await?;
        Ok(row.map(|row| event::Model::from_query_result(&row, "")).transpose()?)
    }

    /// Keeps the answer under the key.
    pub(super) async fn settle<R: Reply>(
        &self,
        claim: &Claim,
        reply: &R,
        event: Option<&event::Model>,
    ) -> Outcome<()> {
        let answer = reply.keep().map_err(Fault::internal)?;
        let update = Query::update()
            .table(idempotency_key::Entity)
            .value(C::Answer, answer)
            .value(C::EventId, event.map(|event| event.id))
            .and_where(claim.names())
            .to_owned();
        self.db.execute(&update).await?;
        Ok(())
    }
}
