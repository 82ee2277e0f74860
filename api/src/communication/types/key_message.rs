//! Key messages as callers see them, and how often they reached whom.

use async_graphql::{ComplexObject, Context, SimpleObject};
use tutti_entity::communication::communication::Purpose;
use tutti_entity::communication::{communication, key_message};
use tutti_entity::ids::{InitiativeId, KeyMessageId, Kind, OrgUnitId, TypedId as _};
use tutti_entity::portfolio::initiative;

use super::{Communication, CommunicationFilter, CommunicationOrder};
use crate::communication::rules::reach::average_exposures;
use crate::communication::store::{Exposure, Exposures};
use crate::graphql::filter::{
    Col, DateTimeFilter, EnumFilter, Id, IdFilter, IntFilter, ListFilter, Many, One, StringFilter, Text,
};
use crate::graphql::scalars::DateTime;
use crate::graphql::{Connection, Fault, Figure, Listed, Page};
use crate::people::types::OrgUnit;
use crate::portfolio::types::{Initiative, InitiativeFilter};
use crate::store::Scope;
use crate::{filter, order, payload};

/// What people are to hear again and again, until it has reached them. Seen by those who plan communications, by auditors,
/// and by whoever sees a communication that carries it.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct KeyMessage {
    /// Its id: `kms_…`.
    pub id: KeyMessageId,
    /// Counts the changes, from 1. Send it as `expectedVersion`.
    pub version: i32,
    /// The message, as it is to be understood.
    pub text: String,
    /// What it is to do.
    pub purpose: Purpose,
    /// How often it is to reach everybody.
    pub target_exposures: i32,
    /// When it was entered.
    pub created_at: DateTime,
    /// When it last changed.
    pub updated_at: DateTime,
    #[graphql(skip)]
    initiative_id: Option<InitiativeId>,
}

impl From<key_message::Model> for KeyMessage {
    fn from(row: key_message::Model) -> Self {
        let key_message::Model {
            id,
            version,
            initiative_id,
            text,
            text_folded: _,
            purpose,
            target_exposures,
            created_at,
            updated_at,
        } = row;
        Self {
            id,
            version,
            text,
            purpose,
            target_exposures,
            created_at: DateTime(created_at),
            updated_at: DateTime(updated_at),
            initiative_id,
        }
    }
}

#[ComplexObject]
impl KeyMessage {
    /// The initiative that it is about; null where it is about the whole organisation.
    async fn initiative(&self, ctx: &Context<'_>) -> Option<Result<Initiative, Fault>> {
        let row = Scope::of(ctx).ok()?.one::<initiative::Entity>(self.initiative_id?).await.transpose()?;
        Some(row.map(Into::into))
    }

    /// How often it reached the people of each unit in which ACTIVE people work, not of the units below it, by name: a
    /// person takes what they heard along when they move. Counted are the communications that were SENT with it, were
    /// delivered, and that you oversee: all of them for the programme office and auditors, and for a leader their own. Empty
    /// where you oversee none of them.
    async fn reach(&self, ctx: &Context<'_>) -> Result<Vec<MessageReach>, Fault> {
        let rows = Scope::of(ctx)?.load_list(&Exposures, self.id).await?;
        Ok(rows.into_iter().map(Into::into).collect())
    }

    /// The communications that carry it.
    #[expect(clippy::too_many_arguments, reason = "a list takes six arguments")]
    async fn communications(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first so many rows after `after`: 0 to 200, 50 by default.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Where the page starts: a cursor of this list.")] after: Option<String>,
        #[graphql(desc = "The last so many rows before `before`: 0 to 200.")] last: Option<i32>,
        #[graphql(desc = "Where the page ends: a cursor of this list.")] before: Option<String>,
        #[graphql(
            desc = "Which rows; all by default. At most 200 comparisons, 3 relations inside one another."
        )]
        filter: Option<CommunicationFilter>,
        #[graphql(desc = "In which order, at most 5 keys; by creation by default.")] order_by: Option<
            Vec<CommunicationOrder>,
        >,
    ) -> Result<Connection<Communication>, Fault> {
        let page = Page { first, after, last, before, filter, order_by };
        page.of_parent(ctx, communication::Column::KeyMessageId, self.id.uuid()).await
    }
}

/// How often a key message reached the people of one unit.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct MessageReach {
    /// How many ACTIVE people work in the unit.
    pub people: i32,
    /// How often it reached them, for each of them on average, to four decimals.
    pub average_exposures: Figure,
    /// How many of them it reached less often than it is to.
    pub below_target: i32,
    #[graphql(skip)]
    unit: OrgUnitId,
}

impl From<Exposure> for MessageReach {
    fn from(Exposure { unit, people, exposures, on_target }: Exposure) -> Self {
        let int = |number: i64| i32::try_from(number).unwrap_or(i32::MAX);
        Self {
            people: int(people),
            average_exposures: average_exposures(exposures, people),
            below_target: int(people.saturating_sub(on_target)),
            unit,
        }
    }
}

#[ComplexObject]
impl MessageReach {
    /// The unit.
    async fn org_unit(&self, ctx: &Context<'_>) -> Result<OrgUnit, Fault> {
        Scope::of(ctx)?.the_node(self.unit).await
    }
}

filter! {
    /// Which key messages.
    KeyMessageFilter for key_message {
        /// By id.
        id: IdFilter = Id(key_message::Column::Id, Kind::KeyMessage),
        /// By the id of the initiative; `isNull: true` for those about the whole organisation.
        initiative_id: IdFilter = Id(key_message::Column::InitiativeId, Kind::Initiative),
        /// By the initiative that they are about.
        initiative: Box<InitiativeFilter> = One(key_message::Column::InitiativeId),
        /// By what they say.
        text: StringFilter = Text(key_message::Column::Text, key_message::Column::TextFolded),
        /// By what they are to do.
        purpose: EnumFilter<Purpose> = Col(key_message::Column::Purpose),
        /// By how often they are to reach everybody.
        target_exposures: IntFilter = Col(key_message::Column::TargetExposures),
        /// By the communications that carry them.
        communications: ListFilter<CommunicationFilter> = Many(communication::Column::KeyMessageId),
        /// By when they were entered.
        created_at: DateTimeFilter = Col(key_message::Column::CreatedAt),
    }
}

order! {
    /// Sorts key messages.
    KeyMessageOrder, KeyMessageOrderField "What key messages can be sorted by.", key_message {
        /// By what they say, case ignored.
        Text => [TextFolded],
        /// By the name of what they are to do.
        Purpose => [Purpose],
        /// By when they were entered.
        CreatedAt => [CreatedAt],
        /// By when they last changed.
        UpdatedAt => [UpdatedAt],
    }
}

impl Listed for KeyMessage {
    const NAME: &'static str = "KeyMessage";
    type Entity = key_message::Entity;
    type Filter = KeyMessageFilter;
    type Order = KeyMessageOrder;
    const ID: key_message::Column = key_message::Column::Id;
}

payload! {
    /// What a mutation of a key message answers.
    KeyMessagePayload {
        /// The key message as written; null when something has to be mended.
        key_message: KeyMessage = key_message
    }
}
