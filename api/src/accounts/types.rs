//! Sessions and keys as callers see them, and what signing in answers.

use async_graphql::{ComplexObject, Context, SimpleObject};
use tutti_entity::accounts::{api_key, session};
use tutti_entity::ids::{ApiKeyId, Kind, PersonId, SessionId};
use tutti_entity::people::role_grant::Role;

use crate::events::types::Event;
use crate::graphql::filter::{Col, DateFilter, DateTimeFilter, Id, IdFilter, One, StringFilter, Text};
use crate::graphql::payload::payload_name;
use crate::graphql::scalars::{Date, DateTime};
use crate::graphql::{Fault, Listed, Problem};
use crate::people::query::Viewer;
use crate::people::types::{Person, PersonFilter};
use crate::{filter, order, payload};

/// A sign-in, from then until it ends.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct Session {
    /// Its id: `ses_…`.
    pub id: SessionId,
    /// Counts the changes, from 1.
    pub version: i32,
    /// From which network address they signed in.
    pub address: String,
    /// When they signed in.
    pub started_at: DateTime,
    /// When it was last used to get a new access token.
    pub last_used_at: DateTime,
    /// When it ends by itself.
    pub expires_at: DateTime,
    /// When it was ended; null while it goes on or when it ended by itself.
    pub ended_at: Option<DateTime>,
    #[graphql(skip)]
    person_id: PersonId,
}

impl From<session::Model> for Session {
    fn from(row: session::Model) -> Self {
        let session::Model {
            id,
            version,
            person_id,
            address,
            last_used_at,
            expires_at,
            ended_at,
            created_at,
            updated_at: _,
        } = row;
        Self {
            id,
            version,
            address,
            started_at: DateTime(created_at),
            last_used_at: DateTime(last_used_at),
            expires_at: DateTime(expires_at),
            ended_at: ended_at.map(DateTime),
            person_id,
        }
    }
}

#[ComplexObject]
impl Session {
    /// Who signed in.
    async fn person(&self, ctx: &Context<'_>) -> Result<Person, Fault> {
        Person::the(ctx, self.person_id).await
    }
}

filter! {
    /// Which sessions.
    SessionFilter for session {
        /// By id.
        id: IdFilter = Id(session::Column::Id, Kind::Session),
        /// By the id of who signed in.
        person_id: IdFilter = Id(session::Column::PersonId, Kind::Person),
        /// By who signed in.
        person: Box<PersonFilter> = One(session::Column::PersonId),
        /// By the network address.
        address: StringFilter = Text(session::Column::Address, session::Column::Address),
        /// By when they signed in.
        started_at: DateTimeFilter = Col(session::Column::CreatedAt),
        /// By when it ends by itself.
        expires_at: DateTimeFilter = Col(session::Column::ExpiresAt),
        /// By when it was ended; `isNull: true` for those that were not.
        ended_at: DateTimeFilter = Col(session::Column::EndedAt),
    }
}

order! {
    /// Sorts sessions.
    SessionOrder, SessionOrderField "What sessions can be sorted by.", session {
        /// By when they began.
        StartedAt => [CreatedAt],
    }
}

impl Listed for Session {
    const NAME: &'static str = "Session";
    type Entity = session::Entity;
    type Filter = SessionFilter;
    type Order = SessionOrder;
    const ID: session::Column = session::Column::Id;
}

/// A key for a machine, which acts for the person who made it and has those of their roles that it was
/// given, for as long as they hold them.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct ApiKey {
    /// Its id: `key_…`.
    pub id: ApiKeyId,
    /// Counts the changes, from 1. Send it as `expectedVersion`.
    pub version: i32,
    /// What it is for.
    pub name: String,
    /// Which roles of its maker it has.
    pub roles: Vec<Role>,
    /// Whether it only reads.
    pub read_only: bool,
    /// The last day on which it is good.
    pub expires_on: Date,
    /// When it was last used, to the minute; null for one that never was.
    pub last_used_at: Option<DateTime>,
    /// When it was revoked; null for one that was not.
    pub revoked_at: Option<DateTime>,
    /// When it was made.
    pub created_at: DateTime,
    #[graphql(skip)]
    person_id: PersonId,
}

impl From<api_key::Model> for ApiKey {
    fn from(row: api_key::Model) -> Self {
        let api_key::Model {
            id,
            version,
            name,
            name_folded: _,
            person_id,
            roles,
            read_only,
            hash: _,
            expires_on,
            last_used_at,
            revoked_at,
            created_at,
            updated_at: _,
        } = row;
        Self {
            id,
            version,
            name,
            roles: roles.as_slice().to_vec(),
            read_only,
            expires_on: Date(expires_on),
            last_used_at: last_used_at.map(DateTime),
            revoked_at: revoked_at.map(DateTime),
            created_at: DateTime(created_at),
            person_id,
        }
    }
}

#[ComplexObject]
impl ApiKey {
    /// Who made it; what it does is done for them.
    async fn person(&self, ctx: &Context<'_>) -> Result<Person, Fault> {
        Person::the(ctx, self.person_id).await
    }
}

filter! {
    /// Which keys.
    ApiKeyFilter for api_key {
        /// By id.
        id: IdFilter = Id(api_key::Column::Id, Kind::ApiKey),
        /// By what they are for.
        name: StringFilter = Text(api_key::Column::Name, api_key::Column::NameFolded),
        /// By the id of who made them.
        person_id: IdFilter = Id(api_key::Column::PersonId, Kind::Person),
        /// By who made them.
        person: Box<PersonFilter> = One(api_key::Column::PersonId),
        /// By the last day on which they are good.
        expires_on: DateFilter = Col(api_key::Column::ExpiresOn),
        /// By when they were last used; `isNull: true` for those that never were.
        last_used_at: DateTimeFilter = Col(api_key::Column::LastUsedAt),
        /// By when they were revoked; `isNull: true` for those that were not.
        revoked_at: DateTimeFilter = Col(api_key::Column::RevokedAt),
    }
}

order! {
    /// Sorts keys.
    ApiKeyOrder, ApiKeyOrderField "What keys can be sorted by.", api_key {
        /// By what they are for, case ignored.
        Name => [NameFolded],
        /// By the last day on which they are good.
        ExpiresOn => [ExpiresOn],
        /// By when they were made.
        CreatedAt => [CreatedAt],
    }
}

impl Listed for ApiKey {
    const NAME: &'static str = "ApiKey";
    type Entity = api_key::Entity;
    type Filter = ApiKeyFilter;
    type Order = ApiKeyOrder;
    const ID: api_key::Column = api_key::Column::Id;
}

payload! {
    /// What ending a session answers.
    SessionPayload {
        /// The session that ended; null when something has to be mended.
        session: Session = session
    }
}

payload! {
    /// What a mutation of a key answers.
    ApiKeyPayload {
        /// The key; null when something has to be mended.
        api_key: ApiKey = api_key
    }
}

/// A new key with what to send as `Authorization: Bearer …`.
#[derive(Debug, SimpleObject)]
pub struct ApiKeyCreatePayload {
    /// The key itself, shown this once; null in a dry run, and where an idempotency key repeats an answer.
    pub secret: Option<String>,
    /// What there is to know of it; null when something has to be mended.
    pub api_key: Option<ApiKey>,
    /// What you have to mend. Where there is anything in it nothing was written.
    pub user_errors: Vec<Problem>,
    /// What the log says of it.
    pub event: Option<Event>,
}

/// What signing in, and staying signed in, answers.
#[derive(SimpleObject)]
#[graphql(name_type)]
pub struct SignedIn<I: async_graphql::InputType + 'static> {
    /// What to send as `Authorization: Bearer …` until `expiresAt`; null when something has to be mended.
    pub access_token: Option<String>,
    /// What to exchange for the next access token with `signInRefresh`, once. Keep it secret.
    pub refresh_token: Option<String>,
    /// When the access token ceases to be good.
    pub expires_at: Option<DateTime>,
    /// Who is signed in.
    pub viewer: Option<Viewer>,
    /// What you have to mend. Where there is anything in it nobody was signed in.
    pub user_errors: Vec<Problem>,
    /// What the log says of it; null where a session goes on.
    pub event: Option<Event>,
    #[graphql(skip)]
    pub(super) input: std::marker::PhantomData<fn(I)>,
}

impl<I: async_graphql::InputType + 'static> async_graphql::TypeName for SignedIn<I> {
    fn type_name() -> std::borrow::Cow<'static, str> {
        payload_name::<I>().into()
    }
}

impl<I: async_graphql::InputType + 'static> From<Problem> for SignedIn<I> {
    fn from(problem: Problem) -> Self {
        Self {
            access_token: None,
            refresh_token: None,
            expires_at: None,
            viewer: None,
            user_errors: vec![problem],
            event: None,
            input: std::marker::PhantomData,
        }
    }
}

/// A secret with which somebody sets a new password, once.
#[derive(Debug, SimpleObject)]
pub struct PasswordResetIssuePayload {
    /// What to hand to the person in confidence, shown this once; null when something has to be mended.
    pub secret: Option<String>,
    /// Until when it is good.
    pub expires_at: Option<DateTime>,
    /// Whose password.
    pub person: Option<Person>,
    /// What you have to mend. Where there is anything in it nothing was written.
    pub user_errors: Vec<Problem>,
    /// What the log says of it.
    pub event: Option<Event>,
}

/// What setting a password answers.
#[derive(SimpleObject)]
#[graphql(name_type)]
pub struct PasswordPayload<I: async_graphql::InputType + 'static> {
    /// Whose password was set; null when something has to be mended.
    pub person: Option<Person>,
    /// What you have to mend. Where there is anything in it nothing was written.
    pub user_errors: Vec<Problem>,
    /// What the log says of it.
    pub event: Option<Event>,
    #[graphql(skip)]
    pub(super) input: std::marker::PhantomData<fn(I)>,
}

impl<I: async_graphql::InputType + 'static> async_graphql::TypeName for PasswordPayload<I> {
    fn type_name() -> std::borrow::Cow<'static, str> {
        payload_name::<I>().into()
    }
}

impl<I: async_graphql::InputType + 'static> From<Vec<Problem>> for PasswordPayload<I> {
    fn from(user_errors: Vec<Problem>) -> Self {
        Self { person: None, user_errors, event: None, input: std::marker::PhantomData }
    }
}
