//! The only SQL about passwords, sessions and keys.

use chrono::{DateTime, Utc};
use sea_orm::sea_query::{
    Condition, DeleteStatement, Expr, ExprTrait, JoinType, Query, SelectStatement, UpdateStatement,
};
use sea_orm::{FromQueryResult, Iterable};
use tutti_entity::accounts::{api_key, password, refresh_token, session};
use tutti_entity::ids::{ApiKeyId, PasswordId, PersonId, SessionId, TypedId as _};
use tutti_entity::people::person;

use crate::access::visible::{Visible, about_people};
use crate::access::{Capability, Viewer};
use crate::graphql::Fault;
use crate::store::{At, Outcome, Scope, Tx};

impl Visible for session::Entity {
    fn visible(viewer: &Viewer, at: At) -> Condition {
        about_people(viewer, Capability::AccountsRead, &at.col(session::Column::PersonId))
    }
}

impl Visible for api_key::Entity {
    fn visible(viewer: &Viewer, at: At) -> Condition {
        about_people(viewer, Capability::AccountsRead, &at.col(api_key::Column::PersonId))
    }
}

impl Visible for password::Entity {
    /// Its id is that of its person.
    fn visible(viewer: &Viewer, at: At) -> Condition {
        about_people(viewer, Capability::AccountsRead, &at.col(password::Column::Id))
    }
}

/// Somebody with an address, and what their password is checked against.
#[derive(Clone, Debug)]
pub struct Account {
    /// Who it is.
    pub person: PersonId,
    /// Their name.
    pub name: String,
    /// Their address as they write it.
    pub email: String,
    /// The hash; none where no password was set.
    pub hash: Option<String>,
}

fn accounts() -> SelectStatement {
    let of_person = |column| Expr::col((person::Entity, column));
    let theirs =
        Expr::col((password::Entity, password::Column::Id)).equals((person::Entity, person::Column::Id));
    SelectStatement::new()
        .columns(
            [person::Column::Id, person::Column::Name, person::Column::Email].map(|c| (person::Entity, c)),
        )
        .column((password::Entity, password::Column::Hash))
        .from(person::Entity)
        .join(JoinType::LeftJoin, password::Entity, theirs)
        .and_where(of_person(person::Column::Status).ne(person::PersonStatus::Left))
        .to_owned()
}

async fn account(scope: &Scope, select: &SelectStatement) -> Result<Option<Account>, Fault> {
    let rows = scope.rows(select).await?;
    let Some(row) = rows.first() else { return Ok(None) };
    Ok(Some(Account {
        person: row.try_get("", "id")?,
        name: row.try_get("", "name")?,
        email: row.try_get("", "email")?,
        hash: row.try_get("", "hash")?,
    }))
}

/// The account with this folded address, unless its person has left.
///
/// # Errors
/// When the database cannot be read.
pub async fn by_email(scope: &Scope, email_folded: &str) -> Result<Option<Account>, Fault> {
    let mut select = accounts();
    select.and_where(Expr::col((person::Entity, person::Column::EmailFolded)).eq(email_folded));
    account(scope, &select).await
}

/// The account of this person, unless they have left.
///
/// # Errors
/// When the database cannot be read.
pub async fn of_person(scope: &Scope, person: PersonId) -> Result<Option<Account>, Fault> {
    let mut select = accounts();
    select.and_where(Expr::col((person::Entity, person::Column::Id)).eq(person));
    account(scope, &select).await
}

/// The account for which a secret with this hash may set a new password now.
///
/// # Errors
/// When the database cannot be read.
pub async fn by_reset(scope: &Scope, reset_hash: &str) -> Result<Option<Account>, Fault> {
    let password = |column| Expr::col((password::Entity, column));
    let mut select = accounts();
    select
        .and_where(password(password::Column::ResetHash).eq(reset_hash))
        .and_where(password(password::Column::ResetExpiresAt).gt(scope.now()));
    account(scope, &select).await
}

/// Whether the person with this address has signed in from here before, since this moment.
///
/// # Errors
/// When the database cannot be read.
pub async fn has_been_here(
    scope: &Scope,
    email_folded: &str,
    address: &str,
    since: DateTime<Utc>,
) -> Result<bool, Fault> {
    let session = |column| Expr::col((session::Entity, column));
    let theirs = session(session::Column::PersonId).equals((person::Entity, person::Column::Id));
    let select = SelectStatement::new()
        .expr(Expr::val(1))
        .from(person::Entity)
        .join(JoinType::InnerJoin, session::Entity, theirs)
        .and_where(Expr::col((person::Entity, person::Column::EmailFolded)).eq(email_folded))
        .and_where(session(session::Column::Address).eq(address))
        .and_where(session(session::Column::CreatedAt).gte(since))
        .limit(1)
        .to_owned();
    Ok(!scope.rows(&select).await?.is_empty())
}

/// Whose session a refresh token with this hash belongs to.
///
/// # Errors
/// When the database cannot be read.
pub async fn by_refresh_token(scope: &Scope, hash: &str) -> Result<Option<(PersonId, SessionId)>, Fault> {
    let token = |column| Expr::col((refresh_token::Entity, column));
    let its_session = token(refresh_token::Column::SessionId).equals((session::Entity, session::Column::Id));
    let select = SelectStatement::new()
        .columns([session::Column::PersonId, session::Column::Id].map(|column| (session::Entity, column)))
        .from(refresh_token::Entity)
        .join(JoinType::InnerJoin, session::Entity, its_session)
        .and_where(token(refresh_token::Column::Hash).eq(hash))
        .to_owned();
    let rows = scope.rows(&select).await?;
    let Some(row) = rows.first() else { return Ok(None) };
    Ok(Some((row.try_get("", "person_id")?, row.try_get("", "id")?)))
}

/// When the token with this hash was used, if it was: read inside the transaction that holds its session.
///
/// # Errors
/// When the database cannot be read.
pub async fn used_at(tx: &Tx<'_>, hash: &str) -> Outcome<Option<DateTime<Utc>>> {
    let select = SelectStatement::new()
        .column(refresh_token::Column::UsedAt)
        .from(refresh_token::Entity)
        .and_where(Expr::col(refresh_token::Column::Hash).eq(hash))
        .to_owned();
    match tx.rows(&select).await?.first() {
        Some(row) => Ok(row.try_get("", "used_at")?),
        // The session has ended and its tokens are gone.
        None => Ok(Some(tx.now())),
    }
}

/// Marks a token as used.
#[must_use]
pub fn use_up(hash: &str, now: DateTime<Utc>) -> UpdateStatement {
    Query::update()
        .table(refresh_token::Entity)
        .value(refresh_token::Column::UsedAt, now)
        .and_where(Expr::col(refresh_token::Column::Hash).eq(hash))
        .to_owned()
}

/// Marks a session as used.
#[must_use]
pub fn session_used(id: SessionId, now: DateTime<Utc>) -> UpdateStatement {
    Query::update()
        .table(session::Entity)
        .value(session::Column::LastUsedAt, now)
        .and_where(Expr::col(session::Column::Id).eq(id))
        .to_owned()
}

/// Marks a person as having signed in.
#[must_use]
pub fn signed_in(id: PersonId, now: DateTime<Utc>) -> UpdateStatement {
    Query::update()
        .table(person::Entity)
        .value(person::Column::LastSignInAt, now)
        .and_where(Expr::col(person::Column::Id).eq(id))
        .to_owned()
}

/// Keeps a better hash of the same password.
#[must_use]
pub fn rehashed(id: PersonId, verified: &str, hash: &str) -> UpdateStatement {
    Query::update()
        .table(password::Entity)
        .value(password::Column::Hash, hash)
        .and_where(Expr::col(password::Column::Id).eq(id.uuid()))
        .and_where(Expr::col(password::Column::Hash).eq(verified))
        .to_owned()
}

/// Marks a key as used.
#[must_use]
pub fn key_used(id: ApiKeyId, now: DateTime<Utc>) -> UpdateStatement {
    Query::update()
        .table(api_key::Entity)
        .value(api_key::Column::LastUsedAt, now)
        .and_where(Expr::col(api_key::Column::Id).eq(id))
        .to_owned()
}

/// Forgets the tokens of the sessions of this person that are over.
#[must_use]
pub fn forget_tokens(person: PersonId, now: DateTime<Utc>) -> DeleteStatement {
    let over =
        Expr::col(session::Column::EndedAt).is_not_null().or(Expr::col(session::Column::ExpiresAt).lte(now));
    let sessions = Query::select()
        .column(session::Column::Id)
        .from(session::Entity)
        .and_where(Expr::col(session::Column::PersonId).eq(person))
        .and_where(over)
        .to_owned();
    Query::delete()
        .from_table(refresh_token::Entity)
        .and_where(Expr::col(refresh_token::Column::SessionId).in_subquery(sessions))
        .to_owned()
}

/// The sessions of this person that go on, the oldest first.
///
/// # Errors
/// When the database cannot be read.
pub async fn open_sessions(tx: &Tx<'_>, person: PersonId) -> Outcome<Vec<session::Model>> {
    let select = SelectStatement::new()
        .columns(session::Column::iter())
        .from(session::Entity)
        .and_where(Expr::col(session::Column::PersonId).eq(person))
        .and_where(Expr::col(session::Column::EndedAt).is_null())
        .and_where(Expr::col(session::Column::ExpiresAt).gt(tx.now()))
        .order_by(session::Column::Id, sea_orm::sea_query::Order::Asc)
        .to_owned();
    let rows = tx.rows(&select).await?;
    Ok(rows.iter().map(|row| session::Model::from_query_result(row, "")).collect::<Result<_, _>>()?)
}

/// The password of this person, if one was ever set or allowed to be set.
///
/// # Errors
/// When the database cannot be read.
pub async fn password(tx: &Tx<'_>, id: PasswordId) -> Outcome<Option<password::Model>> {
    let select = SelectStatement::new()
        .columns(password::Column::iter())
        .from(password::Entity)
        .and_where(Expr::col(password::Column::Id).eq(id))
        .to_owned();
    let rows = tx.rows(&select).await?;
    Ok(rows.first().map(|row| password::Model::from_query_result(row, "")).transpose()?)
}

/// How many keys of this person are good.
///
/// # Errors
/// When the database cannot be read.
pub async fn good_keys(tx: &Tx<'_>, person: PersonId) -> Outcome<usize> {
    let select = SelectStatement::new()
        .column(api_key::Column::Id)
        .from(api_key::Entity)
        .and_where(Expr::col(api_key::Column::PersonId).eq(person))
        .and_where(Expr::col(api_key::Column::RevokedAt).is_null())
        .and_where(Expr::col(api_key::Column::ExpiresOn).gte(tx.scope().today()))
        .to_owned();
    Ok(tx.rows(&select).await?.len())
}
