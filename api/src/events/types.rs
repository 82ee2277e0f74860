//! Events as callers see them.

use async_graphql::{ComplexObject, Context, SimpleObject};
use sea_orm::sea_query::Value;
use tutti_entity::accounts::api_key;
use tutti_entity::events::event;
use tutti_entity::ids::{AnyId, ApiKeyId, EventId, Kind, PersonId, TypedId as _};

use super::rules::{Since, Snapshot};
use crate::access::{Capability, Place};
use crate::accounts::types::ApiKey;
use crate::graphql::cursor::{self, Key};
use crate::graphql::filter::{AnyKind, Col, DateTimeFilter, Id, IdFilter, One, StringFilter, Text};
use crate::graphql::order::SortKey;
use crate::graphql::page::own_order;
use crate::graphql::scalars::DateTime;
use crate::graphql::{Fault, Listed};
use crate::node::Node;
use crate::people::types::{Person, PersonFilter};
use crate::store::Scope;
use crate::store::tx::changes::Change;
use crate::{filter, order};

/// Something that happened. It never changes.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct Event {
    /// Its id: `evt_…`.
    pub id: EventId,
    /// When it happened.
    pub at: DateTime,
    /// What was done, for example `initiative.rescheduled`.
    pub action: String,
    /// The request that did it: the same as in the header `X-Request-Id` of its answer.
    pub request_id: Option<String>,
    #[graphql(skip)]
    actor_id: Option<PersonId>,
    #[graphql(skip)]
    api_key_id: Option<ApiKeyId>,
    #[graphql(skip)]
    subject: Option<AnyId>,
    #[graphql(skip)]
    changes: String,
    #[graphql(skip)]
    reason: Option<String>,
}

impl From<event::Model> for Event {
    fn from(row: event::Model) -> Self {
        let event::Model {
            id,
            transaction: _,
            position: _,
            at,
            actor_id,
            api_key_id,
            action,
            subject_kind,
            subject_id,
            within_id: _,
            changes,
            reason,
            request_id,
        } = row;
        let kind = Kind::ALL.into_iter().find(|kind| kind.prefix() == subject_kind);
        // A password is nothing by itself: its id is that of its person.
        let kind = kind.map(|kind| if kind == Kind::Password { Kind::Person } else { kind });
        let subject = kind.map(|kind| AnyId { kind, uuid: subject_id });
        Self { id, at: DateTime(at), action, reason, request_id, actor_id, api_key_id, subject, changes }
    }
}

/// A field that changed. Both sides are texts as people read them; ids are written as ids.
#[derive(Clone, Debug, SimpleObject)]
pub struct FieldChange {
    /// The field, as the schema spells it.
    pub field: String,
    /// Its value before; null where it had none.
    pub before: Option<String>,
    /// Its value after; null where it has none.
    pub after: Option<String>,
}

impl From<Change> for FieldChange {
    fn from(change: Change) -> Self {
        let Change { field, before, after } = change;
        Self { field, before, after }
    }
}

#[ComplexObject]
impl Event {
    /// Who did it; null for the system itself.
    async fn actor(&self, ctx: &Context<'_>) -> Option<Result<Person, Fault>> {
        Person::maybe(ctx, self.actor_id).await.transpose()
    }

    /// The key that a machine called with on their behalf; null for what somebody did themselves, and when the
    /// key is not there for you.
    async fn api_key(&self, ctx: &Context<'_>) -> Option<Result<ApiKey, Fault>> {
        let row = Scope::of(ctx).ok()?.one::<api_key::Entity>(self.api_key_id?).await.transpose()?;
        Some(row.map(Into::into))
    }

    /// Why, in the words of who did it; null where no reason was given. Why somebody left, is away or changed
    /// is told to them and to whoever may read accounts.
    async fn reason(&self, ctx: &Context<'_>) -> Result<Option<String>, Fault> {
        let viewer = Scope::of(ctx)?.viewer();
        let hidden = match self.subject {
            Some(AnyId { kind: Kind::Person, uuid }) => {
                !viewer.may(Capability::AccountsRead, Place::about(PersonId(uuid)))
            }
            _ => false,
        };
        Ok(self.reason.clone().filter(|_| !hidden))
    }

    /// What it was done to; null when it is not there for you.
    async fn subject(&self, ctx: &Context<'_>) -> Option<Result<Node, Fault>> {
        Node::maybe(ctx, self.subject?).await.transpose()
    }

    /// The fields that changed, by name.
    async fn changes(&self) -> Result<Vec<FieldChange>, Fault> {
        let changes: Vec<Change> = serde_json::from_str(&self.changes).map_err(Fault::internal)?;
        Ok(changes.into_iter().map(Into::into).collect())
    }
}

filter! {
    /// Which events.
    EventFilter for event {
        /// By id.
        id: IdFilter = Id(event::Column::Id, Kind::Event),
        /// By when it happened.
        at: DateTimeFilter = Col(event::Column::At),
        /// By what was done: `initiative.rescheduled`; `startsWith: "initiative."` for all about initiatives.
        action: StringFilter = Text(event::Column::Action, event::Column::Action),
        /// By the id of who did it; `isNull: true` for the system itself.
        actor_id: IdFilter = Id(event::Column::ActorId, Kind::Person),
        /// By who did it.
        actor: Box<PersonFilter> = One(event::Column::ActorId),
        /// By the id of what it was done to, of any kind.
        subject_id: IdFilter = AnyKind(event::Column::SubjectId, event::Column::SubjectKind),
        /// By the id of the initiative to which, or to a part of which, it was done.
        initiative_id: IdFilter = Id(event::Column::WithinId, Kind::Initiative),
        /// By the request that did it.
        request_id: StringFilter = Text(event::Column::RequestId, event::Column::RequestId),
    }
}

order! {
    /// Sorts events.
    EventOrder, EventOrderField "What events can be sorted by.", event {
        /// In the order of the log.
        At => [Position],
    }
}

impl Event {
    /// The cursor of an event in the order of the log, for whoever was told of everything up to it.
    #[must_use]
    pub(crate) fn cursor(place: i64, id: EventId) -> String {
        let (list, _) = own_order::<Self>();
        cursor::encode(&list, vec![Key::Int(place), Key::Text(id.uuid().simple().to_string())])
    }

    /// From where on somebody wants to be told who has this cursor.
    ///
    /// # Errors
    /// BAD_USER_INPUT where it is none of events in the order of the log.
    pub(crate) fn since(after: &str) -> Result<Since, Fault> {
        let (list, kinds) = own_order::<Self>();
        let values = cursor::decode("after", after, &list, &kinds)?;
        let Some(Some(Value::BigInt(Some(place)))) = values.first() else {
            return Err(Fault::bad_input("`after` is not a cursor of `events`."));
        };
        let seen = cursor::seen(after, kinds.len());
        Ok(Since { place: *place, seen: seen.as_deref().and_then(Snapshot::read) })
    }
}

impl Listed for Event {
    const NAME: &'static str = "Event";
    const SAYS_WHAT_WAS_SEEN: bool = true;
    type Entity = event::Entity;
    type Filter = EventFilter;
    type Order = EventOrder;
    const ID: event::Column = event::Column::Id;

    fn default_order() -> Vec<SortKey<event::Column>> {
        vec![SortKey::asc(event::Column::Position)]
    }
}
