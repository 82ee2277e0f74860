//! Giving up old events, and what tells of it.
//!
//! Always: with the events of a seal comes, in the same transaction, an event that says so, with the number and the hash
//! of that seal. It is sealed like any other, so that whoever has events vanish cannot call it giving up without leaving
//! a trace.

use chrono::{DateTime, Utc};
use sea_orm::sea_query::{Expr, ExprTrait, Order, Query, SelectStatement};
use sea_orm::{ConnectionTrait, DatabaseTransaction, FromQueryResult};
use tutti_entity::events::event::{self, Column as E};
use tutti_entity::events::event_seal::{self, Column as S};
use tutti_entity::ids::Kind;

use super::seals;
use crate::graphql::Fault;
use crate::store::tx::changes::Change;
use crate::store::{Database, World};

/// What is done to events that are given up. It is about the last of them, which nobody sees any more.
const PRUNED: &str = "log.pruned";

/// Gives up the events under all seals that hold nothing from this moment on, one seal after another, the oldest first:
/// nobody who writes waits for all of them. How many there were.
///
/// # Errors
/// BAD_USER_INPUT for a moment that is still to come; when the database refuses.
#[expect(clippy::disallowed_methods, reason = "what is given up is the log itself, and an event tells of it")]
pub async fn prune(database: &Database, world: &World, before: DateTime<Utc>) -> Result<u64, Fault> {
    if before > world.now() {
        return Err(Fault::bad_input(
            "What has not happened yet cannot be given up: name a day that is over.",
        ));
    }
    let young = first_since(before);
    let young: Option<i64> = match database.reader().query_one(&young).await? {
        Some(row) => row.try_get_by_index(0)?,
        None => None,
    };
    let mut gone: u64 = 0;
    loop {
        let tx = database.begin().await?;
        let Some(count) = give_up_next(&tx, world, young.unwrap_or(i64::MAX)).await? else {
            tx.rollback().await?;
            return Ok(gone);
        };
        tx.commit().await?;
        gone = gone.saturating_add(count);
    }
}

fn first_since(moment: DateTime<Utc>) -> SelectStatement {
    Query::select()
        .expr(Expr::col(E::Position).min())
        .from(event::Entity)
        .and_where(Expr::col(E::At).gte(moment))
        .to_owned()
}

/// Gives up what is under the oldest seal that still has its events, where all of it lies before this place.
async fn give_up_next(tx: &DatabaseTransaction, world: &World, young: i64) -> Result<Option<u64>, Fault> {
    let oldest = seals()
        .and_where(Expr::col(S::PrunedAt).is_null())
        .order_by(S::Number, Order::Asc)
        .limit(1)
        .to_owned();
    let seal = tx.query_one(&oldest).await?;
    let seal = seal.map(|row| event_seal::Model::from_query_result(&row, "")).transpose()?;
    let Some(seal) = seal.filter(|seal| seal.through < young) else { return Ok(None) };
    let now = world.now();
    let mark = Query::update()
        .table(event_seal::Entity)
        .value(S::PrunedAt, now)
        .and_where(Expr::col(S::PrunedAt).is_null())
        .and_where(Expr::col(S::Number).eq(seal.number))
        .to_owned();
    if tx.execute(&mark).await?.rows_affected() == 0 {
        // Another one has done it meanwhile.
        return Ok(Some(0));
    }
    let last = Query::select()
        .column(E::Id)
        .from(event::Entity)
        .and_where(Expr::col(E::Position).eq(seal.through))
        .to_owned();
    let last = tx.query_one(&last).await?.ok_or_else(|| Fault::internal("a seal without its last event"))?;
    let last: uuid::Uuid = last.try_get_by_index(0)?;
    let delete = Query::delete()
        .from_table(event::Entity)
        .and_where(Expr::col(E::Position).lte(seal.through))
        .to_owned();
    let gone = tx.execute(&delete).await?.rows_affected();
    let tell = Query::insert()
        .into_table(event::Entity)
        .columns([E::Id, E::At, E::Action, E::SubjectKind, E::SubjectId, E::Changes])
        .values([
            world.new_id(now).into(),
            now.into(),
            PRUNED.into(),
            Kind::Event.prefix().into(),
            last.into(),
            changes(&seal)?.into(),
        ])
        .map_err(Fault::internal)?
        .to_owned();
    tx.execute(&tell).await?;
    Ok(Some(gone))
}

/// What the event says: which seal lost its events.
fn changes(seal: &event_seal::Model) -> Result<String, Fault> {
    let change =
        |field: &str, after: String| Change { field: field.to_owned(), before: None, after: Some(after) };
    let changes = [
        change("through", seal.through.to_string()),
        change("seal", seal.number.to_string()),
        change("hash", seal.hash.clone()),
    ];
    serde_json::to_string(&changes).map_err(Fault::internal)
}

/// Whether an event tells that the events under this seal were given up.
pub(super) async fn is_told(database: &Database, seal: &event_seal::Model) -> Result<bool, Fault> {
    let select = Query::select()
        .expr(Expr::val(1))
        .from(event::Entity)
        .and_where(Expr::col(E::Position).gt(seal.through))
        .and_where(Expr::col(E::Action).eq(PRUNED))
        .and_where(Expr::col(E::Changes).eq(changes(seal)?))
        .limit(1)
        .to_owned();
    Ok(database.reader().query_one(&select).await?.is_some())
}
