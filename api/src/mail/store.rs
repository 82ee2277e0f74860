//! The only SQL about mails that are on their way.
//!
//! A mail belongs to the process whose claim it has, and only until `next_at`: a process that lives moves that on. So nobody
//! has to find out who has died; what is QUEUED is taken by the next, and what is HANDING_OVER nobody can know of any more.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use sea_orm::sea_query::{
    CaseStatement, Condition, Expr, ExprTrait, LockBehavior, LockType, OnConflict, Order, Query,
    SelectStatement, UpdateStatement,
};
use sea_orm::{ActiveEnum as _, DatabaseBackend, DbErr, QueryResult};
use tutti_entity::communication::{communication, receipt};
use tutti_entity::ids::{CommunicationId, PersonId, TypedId as _};
use tutti_entity::mail::digest::{self, Column as D};
use tutti_entity::mail::queued::{self as mail, Column as M, MailKind, MailState};
use tutti_entity::people::person;
use uuid::Uuid;

use super::rules::Fate;
use crate::graphql::Fault;
use crate::graphql::batch::Loader;
use crate::store::{At, Outcome, Scope, Tx, find};

/// What is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Subject {
    /// A communication.
    Communication(CommunicationId),
    /// The digest of a day.
    Digest(Uuid),
}

impl Subject {
    fn uuid(self) -> Uuid {
        match self {
            Self::Communication(id) => id.uuid(),
            Self::Digest(id) => id,
        }
    }
}

/// Which mail: what is sent, and to whom.
pub(super) type Key = (Subject, PersonId);

/// A mail that this process has.
#[derive(Clone, Debug)]
pub(super) struct Taken {
    /// Which.
    pub key: Key,
    /// How often it was tried in vain.
    pub attempts: i32,
    /// Since when it waits.
    pub queued_at: DateTime<Utc>,
}

/// Makes a mail of each receipt of a communication: one statement, however many there are.
///
/// # Errors
/// When the database refuses.
pub async fn queue(tx: &Tx<'_>, communication: CommunicationId) -> Outcome<()> {
    use receipt::Column as R;
    let receipts = Query::select()
        .expr(Expr::col(R::CommunicationId))
        .expr(Expr::col(R::PersonId))
        .from(receipt::Entity)
        .and_where(Expr::col(R::CommunicationId).eq(communication))
        .to_owned();
    queue_all(tx, MailKind::Communication, receipts).await.map(drop)
}

/// Makes a mail of each row of this select, which tells what is sent and to whom. Answers how many.
async fn queue_all(tx: &Tx<'_>, kind: MailKind, mut rows: SelectStatement) -> Outcome<u64> {
    let now = find::selected(tx.scope().backend(), Expr::val(tx.now()), "timestamptz");
    rows.expr(Expr::val(kind.to_value()))
        .expr(Expr::val(MailState::Queued.to_value()))
        .expr(Expr::val(0_i32))
        .expr(now.clone())
        .expr(now);
    let mut insert = Query::insert();
    insert
        .into_table(mail::Entity)
        .columns([M::SubjectId, M::PersonId, M::Kind, M::State, M::Attempts, M::QueuedAt, M::NextAt])
        .select_from(rows)
        .map_err(Fault::internal)?;
    tx.mark_all(&insert).await
}

/// Makes a mail for everybody who wants the digest of this day: two statements, however many there are. Answers how many; none
/// where that was done before, by whatever process.
pub(super) async fn queue_digest(tx: &Tx<'_>, day: NaiveDate) -> Outcome<Option<u64>> {
    use person::Column as P;
    let id = tx.scope().world().new_id(tx.now());
    let mut insert = Query::insert();
    insert
        .into_table(digest::Entity)
        .columns([D::Id, D::Day, D::QueuedAt])
        .values([id.into(), day.into(), tx.now().into()])
        .map_err(Fault::internal)?
        .on_conflict(OnConflict::column(D::Day).do_nothing().to_owned());
    if tx.mark_all(&insert).await? == 0 {
        return Ok(None);
    }
    let people = Query::select()
        .expr(find::selected(tx.scope().backend(), Expr::val(id), "uuid"))
        .expr(Expr::col(P::Id))
        .from(person::Entity)
        .and_where(Expr::col(P::DailyDigest).eq(true))
        .and_where(Expr::col(P::Status).ne(person::PersonStatus::Left.to_value()))
        .to_owned();
    queue_all(tx, MailKind::Digest, people).await.map(Some)
}

/// Forgets the digests of days before this one, and their mails.
pub(super) async fn forget_digests(tx: &Tx<'_>, before: NaiveDate) -> Outcome<()> {
    let is_old = Expr::col(D::Day).lt(before);
    let old = Query::select().column(D::Id).from(digest::Entity).and_where(is_old.clone()).to_owned();
    let mut mails = Query::delete();
    mails.from_table(mail::Entity).and_where(Expr::col(M::SubjectId).in_subquery(old));
    tx.mark_all(&mails).await?;
    let mut digests = Query::delete();
    digests.from_table(digest::Entity).and_where(is_old);
    tx.mark_all(&digests).await.map(drop)
}

/// Whether the digest of this day was queued.
pub(super) async fn has_digest(scope: &Scope, day: NaiveDate) -> Result<bool, Fault> {
    let mut select = SelectStatement::new();
    select.column(D::Id).from(digest::Entity).and_where(Expr::col(D::Day).eq(day));
    Ok(!scope.rows(&select).await?.is_empty())
}

/// The days of which these digests are.
pub(super) async fn days(tx: &Tx<'_>, taken: &[Taken]) -> Outcome<HashMap<Uuid, NaiveDate>> {
    let digests = taken.iter().filter_map(|mail| match mail.key.0 {
        Subject::Digest(id) => Some(id),
        Subject::Communication(_) => None,
    });
    let mut ids: Vec<Uuid> = digests.collect();
    ids.sort_unstable();
    ids.dedup();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let mut select = SelectStatement::new();
    select.columns([D::Id, D::Day]).from(digest::Entity).and_where(find::any_of(
        tx.scope().backend(),
        Expr::col(D::Id),
        &ids,
    ));
    let rows = tx.rows(&select).await?;
    let read = |row: &QueryResult| Ok((row.try_get("", "id")?, row.try_get("", "day")?));
    Ok(rows.iter().map(read).collect::<Result<_, DbErr>>()?)
}

fn is(state: MailState) -> Expr {
    Expr::col(M::State).eq(state.to_value())
}

fn update() -> UpdateStatement {
    Query::update().table(mail::Entity).to_owned()
}

/// These mails.
fn those(keys: &[Key]) -> Condition {
    keys.iter().fold(Condition::any(), |any, (subject, person)| {
        any.add(Expr::col(M::SubjectId).eq(subject.uuid()).and(Expr::col(M::PersonId).eq(*person)))
    })
}

fn key(row: &QueryResult) -> Result<Key, DbErr> {
    let subject: Uuid = row.try_get("", "subject_id")?;
    let subject = match row.try_get("", "kind")? {
        MailKind::Communication => Subject::Communication(CommunicationId(subject)),
        MailKind::Digest => Subject::Digest(subject),
    };
    Ok((subject, row.try_get("", "person_id")?))
}

/// The mails that may be tried at this moment.
fn due(at: DateTime<Utc>) -> SelectStatement {
    SelectStatement::new()
        .columns([M::SubjectId, M::PersonId])
        .from(mail::Entity)
        .and_where(is(MailState::Queued))
        .and_where(Expr::col(M::NextAt).lte(at))
        .to_owned()
}

/// Whether there is one, without writing.
///
/// # Errors
/// When the database cannot be read.
pub(super) async fn is_due(scope: &Scope) -> Result<bool, Fault> {
    Ok(!scope.rows(&due(scope.now()).limit(1).to_owned()).await?.is_empty())
}

/// Takes mails that may be tried now, the ones that wait longest first; those that another process takes at the same moment
/// are left to it.
pub(super) async fn claim(tx: &Tx<'_>, claim: Uuid, lease: TimeDelta, most: u64) -> Outcome<Vec<Taken>> {
    let mut due = due(tx.now());
    due.order_by(M::NextAt, Order::Asc).limit(most);
    if tx.scope().backend() == DatabaseBackend::Postgres {
        due.lock_with_behavior(LockType::Update, LockBehavior::SkipLocked);
    }
    let mut take = update();
    take.value(M::Claim, claim)
        .value(M::NextAt, tx.now() + lease)
        .and_where(Expr::tuple([Expr::col(M::SubjectId), Expr::col(M::PersonId)]).in_subquery(due))
        .returning(Query::returning().columns([
            M::Kind,
            M::SubjectId,
            M::PersonId,
            M::Attempts,
            M::QueuedAt,
        ]));
    let rows = tx.take(&take).await?;
    let read = |row: &QueryResult| {
        Ok(Taken {
            key: key(row)?,
            attempts: row.try_get("", "attempts")?,
            queued_at: row.try_get("", "queued_at")?,
        })
    };
    Ok(rows.iter().map(read).collect::<Result<_, DbErr>>()?)
}

/// QUEUED or HANDING_OVER.
fn is_on_its_way() -> Expr {
    Expr::col(M::State).is_in([MailState::Queued.to_value(), MailState::HandingOver.to_value()])
}

/// How many mails one statement names at most: a condition on more is too deep for SQLite.
const NAMED_AT_ONCE: usize = 200;

/// Says that this process lives and still has these; and that what was being handed over by one that said so no more is in
/// doubt.
pub(super) async fn renew(tx: &Tx<'_>, claim: Uuid, lease: TimeDelta, held: &[Key]) -> Outcome<()> {
    for some in held.chunks(NAMED_AT_ONCE) {
        let mut renew = update();
        renew
            .value(M::NextAt, tx.now() + lease)
            .and_where(Expr::col(M::Claim).eq(claim))
            .and_where(is_on_its_way())
            .cond_where(those(some));
        tx.mark(&renew).await?;
    }
    let mut lapse = update();
    lapse
        .value(M::State, MailState::InDoubt.to_value())
        .value(M::Reason, "The process that handed it over ended before the mail server answered.")
        .and_where(is(MailState::HandingOver))
        .and_where(Expr::col(M::NextAt).lt(tx.now()));
    tx.mark(&lapse).await
}

/// Gives back what this process has and has not begun to hand over.
pub(super) async fn release(tx: &Tx<'_>, claim: Uuid) -> Outcome<()> {
    let mut release = update();
    release
        .value(M::Claim, None::<Uuid>)
        .value(M::NextAt, tx.now())
        .and_where(Expr::col(M::Claim).eq(claim))
        .and_where(is(MailState::Queued));
    tx.mark(&release).await
}

/// Says why what this process has is not there yet.
pub(super) async fn trouble(tx: &Tx<'_>, claim: Uuid, reason: &str) -> Outcome<()> {
    let mut tell = update();
    tell.value(M::Reason, reason).and_where(Expr::col(M::Claim).eq(claim)).and_where(is(MailState::Queued));
    tx.mark(&tell).await
}

/// Writes down that these are being handed over, and answers those of them that are: not what another process has taken. One
/// of which this process has written that before and has not heard that it is written is among them: nothing of it has left.
pub(super) async fn hand_over(tx: &Tx<'_>, claim: Uuid, lease: TimeDelta, keys: &[Key]) -> Outcome<Vec<Key>> {
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    let mut begin = update();
    begin
        .value(M::State, MailState::HandingOver.to_value())
        .value(M::NextAt, tx.now() + lease)
        .and_where(Expr::col(M::Claim).eq(claim))
        .and_where(is_on_its_way())
        .cond_where(those(keys))
        .returning(Query::returning().columns([M::Kind, M::SubjectId, M::PersonId]));
    let rows = tx.take(&begin).await?;
    Ok(rows.iter().map(key).collect::<Result<_, DbErr>>()?)
}

/// Writes down that the mail server took these.
pub(super) async fn sent(tx: &Tx<'_>, claim: Uuid, keys: &[Key]) -> Outcome<()> {
    if keys.is_empty() {
        return Ok(());
    }
    let mut sent = update();
    sent.value(M::State, MailState::Sent.to_value())
        .value(M::SentAt, tx.now())
        .value(M::Reason, None::<String>)
        .and_where(Expr::col(M::Claim).eq(claim))
        .cond_where(those(keys));
    tx.mark(&sent).await
}

/// Writes down what became of one that was not taken; one that waits is tried again at that moment. Of one that was not handed
/// over nothing is known but that it waits: where this process took it twice, it may be on its way by the other copy.
pub(super) async fn missed(
    tx: &Tx<'_>,
    claim: Uuid,
    key: Key,
    fate: &Fate,
    again: DateTime<Utc>,
    handed: bool,
) -> Outcome<()> {
    let (state, reason) = match fate {
        Fate::Taken => return sent(tx, claim, &[key]).await,
        Fate::NotNow(reason) => (MailState::Queued, reason),
        Fate::Never(reason) => (MailState::Failed, reason),
        Fate::Unknown(reason) => (MailState::InDoubt, reason),
        Fate::Needless(reason) => (MailState::Needless, reason),
    };
    let mut missed = update();
    missed
        .value(M::State, state.to_value())
        .value(M::Reason, reason.as_str())
        .value(M::Attempts, Expr::col(M::Attempts).add(1))
        .value(M::NextAt, again)
        .value(M::Claim, None::<Uuid>)
        .and_where(Expr::col(M::Claim).eq(claim))
        .cond_where(those(&[key]));
    if !handed {
        missed.and_where(is(MailState::Queued));
    }
    tx.mark(&missed).await
}

/// Queues anew what failed, and what is in doubt where that is meant too, of a communication: of these people, or of all.
pub(super) async fn retry(
    tx: &Tx<'_>,
    communication: CommunicationId,
    people: Option<&[PersonId]>,
    states: &[MailState],
) -> Outcome<usize> {
    let mut retry = update();
    retry
        .value(M::State, MailState::Queued.to_value())
        .value(M::Attempts, 0)
        .value(M::QueuedAt, tx.now())
        .value(M::NextAt, tx.now())
        .value(M::Claim, None::<Uuid>)
        .value(M::Reason, None::<String>)
        .and_where(Expr::col(M::SubjectId).eq(communication.uuid()))
        .and_where(Expr::col(M::State).is_in(states.iter().map(sea_orm::ActiveEnum::to_value)))
        .returning(Query::returning().columns([M::PersonId]));
    if let Some(people) = people {
        let ids: Vec<Uuid> = people.iter().map(|person| person.uuid()).collect();
        retry.and_where(find::any_of(tx.scope().backend(), Expr::col(M::PersonId), &ids));
    }
    Ok(tx.take(&retry).await?.len())
}

/// A person to whom a mail goes.
#[derive(Clone, Debug, sea_orm::FromQueryResult)]
pub(super) struct Reader {
    pub id: PersonId,
    pub name: String,
    pub email: String,
    pub status: person::PersonStatus,
    pub locale: person::Locale,
}

/// What is sent.
#[derive(Clone, Debug, sea_orm::FromQueryResult)]
pub(super) struct Written {
    pub id: CommunicationId,
    pub subject: String,
    pub body: String,
    pub story: Option<String>,
    pub sent_at: Option<DateTime<Utc>>,
    pub sender_name: String,
    pub sender_email: String,
}

fn read<T: sea_orm::FromQueryResult>(rows: &[QueryResult]) -> Outcome<Vec<T>> {
    Ok(rows.iter().map(|row| T::from_query_result(row, "")).collect::<Result<_, DbErr>>()?)
}

/// To whom these mails go.
pub(super) async fn readers(tx: &Tx<'_>, taken: &[Taken]) -> Outcome<HashMap<PersonId, Reader>> {
    use person::Column as P;
    let ids: Vec<Uuid> = taken.iter().map(|mail| mail.key.1.uuid()).collect();
    let at = At::TOP;
    let mut select = SelectStatement::new();
    select
        .columns([P::Id, P::Name, P::Email, P::Status, P::Locale].map(|column| (at.alias(), column)))
        .from_as(person::Entity, at.alias())
        .and_where(find::any_of(tx.scope().backend(), at.col(P::Id), &ids));
    let rows: Vec<Reader> = read(&tx.rows(&select).await?)?;
    Ok(rows.into_iter().map(|reader| (reader.id, reader)).collect())
}

/// What these mails say.
pub(super) async fn written(tx: &Tx<'_>, taken: &[Taken]) -> Outcome<HashMap<CommunicationId, Written>> {
    use communication::Column as C;
    let sent = taken.iter().filter_map(|mail| match mail.key.0 {
        Subject::Communication(id) => Some(id.uuid()),
        Subject::Digest(_) => None,
    });
    let mut ids: Vec<Uuid> = sent.collect();
    ids.sort_unstable();
    ids.dedup();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let (at, by) = (At::TOP, At::TOP.inner());
    let sender = by.col(person::Column::Id).eq(at.col(C::SenderId));
    let mut select = SelectStatement::new();
    select
        .columns([C::Id, C::Subject, C::Body, C::Story, C::SentAt].map(|column| (at.alias(), column)))
        .expr_as(by.col(person::Column::Name), "sender_name")
        .expr_as(by.col(person::Column::Email), "sender_email")
        .from_as(communication::Entity, at.alias())
        .join_as(sea_orm::sea_query::JoinType::InnerJoin, person::Entity, by.alias(), sender)
        .and_where(find::any_of(tx.scope().backend(), at.col(C::Id), &ids));
    let rows: Vec<Written> = read(&tx.rows(&select).await?)?;
    Ok(rows.into_iter().map(|written| (written.id, written)).collect())
}

/// Whether the viewer has acknowledged a communication; none where it was not sent to them.
///
/// # Errors
/// When the database cannot be read.
pub(super) async fn has_acknowledged(
    scope: &Scope,
    communication: CommunicationId,
) -> Result<Option<bool>, Fault> {
    let Some(me) = scope.viewer().person_id() else { return Ok(None) };
    let at = At::TOP;
    let own = at
        .col(receipt::Column::CommunicationId)
        .eq(communication)
        .and(at.col(receipt::Column::PersonId).eq(me));
    let receipt = scope.find::<receipt::Entity>().filter(own).one().await?;
    Ok(receipt.map(|receipt| receipt.acknowledged_at.is_some()))
}

/// How many mails of a communication have come how far, and why some have not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// How many wait or are being handed over.
    pub queued: i64,
    /// How many the mail server took.
    pub sent: i64,
    /// How many it does not want.
    pub failed: i64,
    /// Of how many nobody knows.
    pub in_doubt: i64,
    /// Why one of those that wait does.
    pub reason: Option<String>,
}

/// That of communications.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Deliveries;

impl Loader for Deliveries {
    type Key = CommunicationId;
    type Value = Progress;

    async fn load(
        &self,
        scope: &Scope,
        communications: &[CommunicationId],
    ) -> Result<HashMap<CommunicationId, Progress>, Fault> {
        let at = At::TOP;
        let ids: Vec<Uuid> = communications.iter().map(|one| one.uuid()).collect();
        let waits = at.col(M::State).eq(MailState::Queued.to_value());
        let reason: Expr = CaseStatement::new().case(waits, at.col(M::Reason)).finally(None::<String>).into();
        let mut select = SelectStatement::new();
        select
            .expr_as(at.col(M::SubjectId), "communication_id")
            .expr_as(at.col(M::State), "state")
            .expr_as(Expr::val(1).count(), "mails")
            .expr_as(reason.max(), "reason")
            .from_as(mail::Entity, at.alias())
            .and_where(find::any_of(scope.backend(), at.col(M::SubjectId), &ids))
            .group_by_columns([(at.alias(), M::SubjectId), (at.alias(), M::State)]);
        let mut all: HashMap<CommunicationId, Progress> = HashMap::new();
        for row in scope.rows(&select).await? {
            let of = all.entry(row.try_get("", "communication_id")?).or_default();
            let mails: i64 = row.try_get("", "mails")?;
            match row.try_get("", "state")? {
                MailState::Queued => {
                    of.queued += mails;
                    of.reason = row.try_get("", "reason")?;
                }
                MailState::HandingOver => of.queued += mails,
                MailState::Sent => of.sent += mails,
                MailState::Failed => of.failed += mails,
                MailState::InDoubt => of.in_doubt += mails,
                // No communication is needless.
                MailState::Needless => {}
            }
        }
        Ok(all)
    }
}

/// A mail that has not arrived, as far as is known.
#[derive(Clone, Debug, sea_orm::FromQueryResult)]
pub struct Missing {
    /// Of which communication.
    pub communication_id: CommunicationId,
    /// Whose.
    pub person_id: PersonId,
    /// FAILED or IN_DOUBT.
    pub state: MailState,
    /// How often it was tried.
    pub attempts: i32,
    /// Why.
    pub reason: Option<String>,
}

/// The first so many mails of communications that failed or are in doubt.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Missings {
    /// How many of each communication.
    pub most: u32,
}

impl Loader for Missings {
    type Key = CommunicationId;
    type Value = Vec<Missing>;

    async fn load(
        &self,
        scope: &Scope,
        communications: &[CommunicationId],
    ) -> Result<HashMap<CommunicationId, Vec<Missing>>, Fault> {
        let at = At::TOP;
        let ids: Vec<Uuid> = communications.iter().map(|one| one.uuid()).collect();
        let states = [MailState::Failed.to_value(), MailState::InDoubt.to_value()];
        let number = sea_orm::sea_query::WindowStatement::partition_by((at.alias(), M::SubjectId))
            .order_by_columns([((at.alias(), M::State), Order::Asc), ((at.alias(), M::PersonId), Order::Asc)])
            .to_owned();
        let mut numbered = SelectStatement::new();
        numbered
            .columns([M::PersonId, M::State, M::Attempts, M::Reason].map(|column| (at.alias(), column)))
            .expr_as(at.col(M::SubjectId), "communication_id")
            .expr_window_as(Expr::cust("ROW_NUMBER()"), number, "number")
            .from_as(mail::Entity, at.alias())
            .and_where(find::any_of(scope.backend(), at.col(M::SubjectId), &ids))
            .and_where(at.col(M::State).is_in(states));
        let mut select = SelectStatement::new();
        select
            .columns(["communication_id", "person_id", "state", "attempts", "reason"])
            .from_subquery(numbered, "numbered")
            .and_where(Expr::col("number").lte(i64::from(self.most)))
            .order_by("number", Order::Asc);
        let rows = scope.rows(&select).await?;
        let rows = rows.iter().map(|row| sea_orm::FromQueryResult::from_query_result(row, ""));
        let rows: Vec<Missing> = rows.collect::<Result<_, DbErr>>()?;
        Ok(crate::graphql::batch::grouped(rows, |row| row.communication_id))
    }
}
