//! The only SQL about webhooks.

use chrono::{DateTime, Utc};
use sea_orm::sea_query::{
    Condition, DeleteStatement, Expr, ExprTrait, JoinType, OnConflict, Order, Query, SelectStatement,
    UpdateStatement,
};
use sea_orm::{ConnectionTrait, FromQueryResult, Iterable, QueryResult};
use tutti_entity::accounts::api_key::{self, Column as K};
use tutti_entity::events::event::{self, Column as E};
use tutti_entity::events::log_reader::{self, Column as R};
use tutti_entity::ids::{EventId, TypedId as _, WebhookDeliveryId, WebhookId};
use tutti_entity::webhooks::webhook::{self, Column as W, WebhookStatus};
use tutti_entity::webhooks::webhook_delivery::{self, Column as D, DeliveryState};
use uuid::Uuid;

use crate::access::visible::{Visible, everyone};
use crate::access::{Capability, Place, Viewer};
use crate::graphql::{Fault, FaultCode};
use crate::store::{At, Database, Outcome, Tx, find};

/// What the reader of the log is called who queues for webhooks.
const READER: &str = "webhooks";
/// What one webhook's own names are where tables are joined.
const HOOK: &str = "hook";
const DUE: &str = "due";

fn those_who_look_after_them(viewer: &Viewer) -> Condition {
    if viewer.may(Capability::WebhooksRead, Place::default()) { everyone() } else { find::never() }
}

impl Visible for webhook::Entity {
    fn visible(viewer: &Viewer, _: At) -> Condition {
        those_who_look_after_them(viewer)
    }
}

impl Visible for webhook_delivery::Entity {
    fn visible(viewer: &Viewer, _: At) -> Condition {
        those_who_look_after_them(viewer)
    }
}

/// How many webhooks there are that were not deleted.
///
/// # Errors
/// When the database cannot be read.
pub(super) async fn how_many(tx: &Tx<'_>) -> Outcome<usize> {
    let select = Query::select()
        .column(W::Id)
        .from(webhook::Entity)
        .and_where(Expr::col(W::Status).ne(WebhookStatus::Deleted))
        .to_owned();
    Ok(tx.rows(&select).await?.len())
}

/// Lets a webhook be told of what comes after all that is in the log now.
pub(super) fn from_now_on(id: WebhookId) -> UpdateStatement {
    let end = Query::select().expr(Expr::col(E::Position).max().if_null(0)).from(event::Entity).to_owned();
    Query::update()
        .table(webhook::Entity)
        .value(W::AfterPlace, Expr::SubQuery(None, Box::new(end.into())))
        .and_where(Expr::col(W::Id).eq(id))
        .to_owned()
}

/// Lets what waits for a webhook be tried from now on, as if it had just been queued.
pub(super) fn begin_anew(id: WebhookId, now: DateTime<Utc>) -> UpdateStatement {
    Query::update()
        .table(webhook_delivery::Entity)
        .value(D::FirstAt, Expr::val(None::<DateTime<Utc>>))
        .value(D::NextAt, now)
        .and_where(Expr::col(D::WebhookId).eq(id))
        .and_where(Expr::col(D::State).eq(DeliveryState::Queued))
        .to_owned()
}

/// Drops what waits for a webhook.
pub(super) fn drop_all_of(id: WebhookId, why: &str) -> UpdateStatement {
    Query::update()
        .table(webhook_delivery::Entity)
        .value(D::State, DeliveryState::Dropped)
        .value(D::NextAt, Expr::val(None::<DateTime<Utc>>))
        .value(D::Error, why)
        .and_where(Expr::col(D::WebhookId).eq(id))
        .and_where(Expr::col(D::State).eq(DeliveryState::Queued))
        .to_owned()
}

/// A webhook with what its key is looked up by.
#[derive(Clone, Debug)]
pub(super) struct Listener {
    pub(super) webhook: webhook::Model,
    pub(super) key_hash: String,
}

fn with_key(select: &mut SelectStatement) {
    let its_key = Expr::col((api_key::Entity, K::Id)).equals((HOOK, W::ApiKeyId));
    select.expr_as(Expr::col((api_key::Entity, K::Hash)), "key_hash").join(
        JoinType::InnerJoin,
        api_key::Entity,
        its_key,
    );
}

/// The columns of a webhook, under names that those of a delivery beside them do not have.
const OF_HOOK: &str = "hook_";

fn hook_columns(select: &mut SelectStatement) {
    use sea_orm::IdenStatic as _;
    for column in W::iter() {
        select.expr_as(Expr::col((HOOK, column)), format!("{OF_HOOK}{}", column.as_str()));
    }
}

fn listener(row: &QueryResult) -> Result<Listener, Fault> {
    Ok(Listener {
        webhook: webhook::Model::from_query_result(row, OF_HOOK)?,
        key_hash: row.try_get("", "key_hash")?,
    })
}

/// The webhooks that are told of events.
///
/// # Errors
/// When the database cannot be read.
pub(super) async fn active(database: &Database) -> Result<Vec<Listener>, Fault> {
    let mut select = Query::select();
    select
        .from_as(webhook::Entity, HOOK)
        .and_where(Expr::col((HOOK, W::Status)).eq(WebhookStatus::Active))
        .order_by((HOOK, W::Id), Order::Asc);
    hook_columns(&mut select);
    with_key(&mut select);
    let rows = database.reader().query_all(&select).await?;
    rows.iter().map(listener).collect()
}

/// The place up to which events were queued; none before the first were.
///
/// # Errors
/// When the database cannot be read.
pub(super) async fn place(database: &Database) -> Result<Option<i64>, Fault> {
    let select = Query::select()
        .column(R::Place)
        .from(log_reader::Entity)
        .and_where(Expr::col(R::Name).eq(READER))
        .to_owned();
    let row = database.reader().query_one(&select).await?;
    Ok(row.map(|row| row.try_get("", "place")).transpose()?)
}

/// Moves the place on from where it was. Where somebody else has moved it meanwhile nothing is written.
///
/// # Errors
/// UNAVAILABLE where somebody else was here.
pub(super) async fn move_on(tx: &Tx<'_>, from: Option<i64>, to: i64) -> Outcome<()> {
    let moved = if let Some(from) = from {
        let update = Query::update()
            .table(log_reader::Entity)
            .value(R::Place, to)
            .and_where(Expr::col(R::Name).eq(READER))
            .and_where(Expr::col(R::Place).eq(from))
            .to_owned();
        tx.mark_all(&update).await?
    } else {
        let insert = Query::insert()
            .into_table(log_reader::Entity)
            .columns([R::Name, R::Place])
            .values([READER.into(), to.into()])
            .map_err(Fault::internal)?
            .on_conflict(OnConflict::column(R::Name).do_nothing().to_owned())
            .to_owned();
        tx.mark_all(&insert).await?
    };
    if moved == 1 {
        return Ok(());
    }
    let message = "Another process queues for webhooks.";
    Err(Fault::new(FaultCode::Unavailable, message).into())
}

/// An event for a webhook, to be told now.
#[derive(Clone, Debug)]
pub(super) struct Due {
    pub(super) delivery: webhook_delivery::Model,
    pub(super) listener: Listener,
}

/// The next message of each webhook that is to be told of one now: the one that has waited for the longest. Webhooks that
/// have enough on their way are left out, and so is what is on its way.
///
/// # Errors
/// When the database cannot be read.
pub(super) async fn due(
    database: &Database,
    now: DateTime<Utc>,
    busy: &[Uuid],
    on_their_way: &[Uuid],
) -> Result<Vec<Due>, Fault> {
    let backend = database.backend();
    let mut next = Query::select();
    next.column(("next", D::Id))
        .from_as(webhook_delivery::Entity, "next")
        .and_where(Expr::col(("next", D::WebhookId)).equals((HOOK, W::Id)))
        .and_where(Expr::col(("next", D::State)).eq(DeliveryState::Queued))
        .and_where(Expr::col(("next", D::NextAt)).lte(now))
        .order_by(("next", D::NextAt), Order::Asc)
        .order_by(("next", D::Position), Order::Asc)
        .limit(1);
    if !on_their_way.is_empty() {
        next.and_where(find::any_of(backend, Expr::col(("next", D::Id)), on_their_way).not());
    }
    let is_next = Expr::col((DUE, D::Id)).eq(Expr::SubQuery(None, Box::new(next.into())));
    let mut select = Query::select();
    select
        .columns(D::iter().map(|column| (DUE, column)))
        .from_as(webhook::Entity, HOOK)
        .join_as(JoinType::InnerJoin, webhook_delivery::Entity, DUE, is_next)
        .and_where(Expr::col((HOOK, W::Status)).eq(WebhookStatus::Active))
        .order_by((DUE, D::NextAt), Order::Asc);
    if !busy.is_empty() {
        select.and_where(find::any_of(backend, Expr::col((HOOK, W::Id)), busy).not());
    }
    hook_columns(&mut select);
    with_key(&mut select);
    let rows = database.reader().query_all(&select).await?;
    let read = |row: &QueryResult| {
        Ok(Due { delivery: webhook_delivery::Model::from_query_result(row, "")?, listener: listener(row)? })
    };
    rows.iter().map(read).collect()
}

/// The event with this id, whoever may see it; none where it was given up.
///
/// # Errors
/// When the database cannot be read.
pub(super) async fn event(database: &Database, id: EventId) -> Result<Option<event::Model>, Fault> {
    let select =
        Query::select().columns(E::iter()).from(event::Entity).and_where(Expr::col(E::Id).eq(id)).to_owned();
    let row = database.reader().query_one(&select).await?;
    Ok(row.map(|row| event::Model::from_query_result(&row, "")).transpose()?)
}

/// What became of an attempt.
#[derive(Clone, Debug)]
pub(super) struct Settled {
    pub(super) state: DeliveryState,
    pub(super) next_at: Option<DateTime<Utc>>,
    /// When it was made, how long it took and what was answered; none where there was none.
    pub(super) tried: Option<Tried>,
    pub(super) error: Option<String>,
}

/// An attempt that was made.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tried {
    pub(super) at: DateTime<Utc>,
    pub(super) status: Option<u16>,
    pub(super) millis: i32,
}

/// Writes what became of an attempt, unless somebody has changed the row meanwhile.
pub(super) fn settled(id: WebhookDeliveryId, version: i32, result: &Settled) -> UpdateStatement {
    let mut update = Query::update();
    update
        .table(webhook_delivery::Entity)
        .value(D::State, result.state)
        .value(D::NextAt, result.next_at)
        .value(D::Error, result.error.clone())
        .and_where(Expr::col(D::Id).eq(id))
        .and_where(Expr::col(D::Version).eq(version))
        .and_where(Expr::col(D::State).eq(DeliveryState::Queued));
    if let Some(tried) = result.tried {
        update
            .value(D::Attempts, Expr::col(D::Attempts).add(1))
            .value(D::FirstAt, Expr::col(D::FirstAt).if_null(tried.at))
            .value(D::LastAt, tried.at)
            .value(D::StatusCode, tried.status.map(i32::from))
            .value(D::DurationMs, tried.millis);
    }
    update
}

/// Forgets what became of messages that were tried last before this moment, and of those that were never tried and queued
/// before it; so many of each at most.
pub(super) fn forget(before: DateTime<Utc>, most: u64) -> [DeleteStatement; 2] {
    let untried = Expr::col(D::LastAt).is_null().and(Expr::col(D::CreatedAt).lt(before));
    [Expr::col(D::LastAt).lt(before), untried].map(|is_old| {
        let old = Query::select()
            .column(D::Id)
            .from(webhook_delivery::Entity)
            .and_where(
                Expr::col(D::State)
                    .is_in(DeliveryState::iter().filter(|state| *state != DeliveryState::Queued)),
            )
            .and_where(is_old)
            .limit(most)
            .to_owned();
        Query::delete()
            .from_table(webhook_delivery::Entity)
            .and_where(Expr::col(D::Id).in_subquery(old))
            .to_owned()
    })
}

/// Keeps a secret that was sealed anew, unless it was changed meanwhile.
pub(super) fn sealed_anew(
    webhook: &webhook::Model,
    secret: String,
    former: Option<String>,
) -> UpdateStatement {
    Query::update()
        .table(webhook::Entity)
        .value(W::Secret, secret)
        .value(W::FormerSecret, former)
        .and_where(Expr::col(W::Id).eq(webhook.id))
        .and_where(Expr::col(W::Version).eq(webhook.version))
        .to_owned()
}

/// Those of these webhooks that are told of events, which stay so until the end.
///
/// # Errors
/// When the database refuses.
pub(super) async fn still_active(tx: &Tx<'_>, ids: &[WebhookId]) -> Outcome<Vec<WebhookId>> {
    let ids: Vec<Uuid> = ids.iter().map(|id| id.uuid()).collect();
    let those = Condition::all()
        .add(find::any_of(tx.scope().backend(), At::TOP.col(W::Id), &ids))
        .add(At::TOP.col(W::Status).eq(WebhookStatus::Active));
    Ok(tx.get_all::<webhook::Entity>(those).await?.into_iter().map(|row| row.id).collect())
}

/// The webhooks that are not deleted, for whoever seals their secrets anew.
///
/// # Errors
/// When the database cannot be read.
pub(super) async fn kept(database: &Database) -> Result<Vec<webhook::Model>, Fault> {
    let select = Query::select()
        .columns(W::iter())
        .from(webhook::Entity)
        .and_where(Expr::col(W::Status).ne(WebhookStatus::Deleted))
        .to_owned();
    let rows = database.reader().query_all(&select).await?;
    Ok(rows.iter().map(|row| webhook::Model::from_query_result(row, "")).collect::<Result<_, _>>()?)
}
