//! Communications as callers see them: communications here, and a file for each of the rest.

use async_graphql::{ComplexObject, Context, SimpleObject};
use tutti_entity::communication::communication::{Channel, Purpose, State, Tiers};
use tutti_entity::communication::{self as rows, communication};
use tutti_entity::feedback::upward_feedback;
use tutti_entity::ids::{CommunicationId, InitiativeId, KeyMessageId, Kind, PersonId, TypedId as _};

use super::rules;
use super::rules::reach;
use super::sight;
use super::store::{Corrections, MyReceipts, OF_INITIATIVE, Overseen, PlannedBy, Reaches, Served};
use crate::feedback::types::{UpwardFeedback, UpwardFeedbackFilter, UpwardFeedbackOrder};
use crate::graphql::filter::{
    BooleanFilter, Col, DateFilter, DateTimeFilter, EnumFilter, Id, IdFilter, ListFilter, Many, One,
    StringFilter, Text, When,
};
use crate::graphql::needed::{Columns, Named, Needed};
use crate::graphql::scalars::{Date, DateTime, Markdown};
use crate::graphql::{Connection, Fault, Figure, Listed, Page};
use crate::mail::types::CommunicationDelivery;
use crate::people::types::{Person, PersonFilter};
use crate::portfolio::types::Initiative;
use crate::store::Scope;
use crate::{filter, narrow, order, payload};

mod audience;
mod key_message;
mod receipt;

pub use self::audience::{Audience, CommunicationReach};
pub use self::key_message::{KeyMessage, KeyMessageFilter, KeyMessageOrder, KeyMessagePayload, MessageReach};
pub use self::receipt::{
    CommunicationReceiptsRecordPayload, CommunicationReceiptsRecordResult, Receipt, ReceiptFilter,
    ReceiptOrder,
};

/// What a leader says to whom, through which channel. While it is PLANNED, and when it is CANCELLED, it is seen by its
/// sender, the programme office and auditors; once it is SENT by its audience as well, and by everybody who is signed in
/// where it was for everyone. It never changes then: a correction is another one that points to it.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct Communication {
    /// Its id: `com_…`.
    pub id: CommunicationId,
    /// Counts the changes, from 1. Send it as `expectedVersion`. That people acknowledge it does not change it.
    pub version: Needed<i32>,
    /// Where it stands.
    pub state: Needed<State>,
    /// On which way it reaches people.
    pub channel: Needed<Channel>,
    /// What it is to do.
    pub purpose: Needed<Purpose>,
    /// What it is about, in one line.
    pub subject: Needed<String>,
    /// What is said.
    pub body: Needed<Markdown>,
    /// What a customer or a colleague has lived, which it tells; null where it tells no story.
    pub story: Needed<Option<Markdown>>,
    /// The day for which it is planned; null where no day was named.
    pub planned_for: Needed<Option<Date>>,
    /// When it was sent; null while it was not.
    pub sent_at: Needed<Option<DateTime>>,
    /// Whether it was sent on the day for which it was planned or before; null while it was not sent, and where it was
    /// planned for no day.
    pub on_time: Needed<Option<bool>>,
    /// When it was planned.
    pub created_at: Needed<DateTime>,
    /// When it last changed.
    pub updated_at: Needed<DateTime>,
    #[graphql(skip)]
    sender_id: Needed<PersonId>,
    #[graphql(skip)]
    key_message_id: Needed<Option<KeyMessageId>>,
    #[graphql(skip)]
    corrects_id: Needed<Option<CommunicationId>>,
    #[graphql(skip)]
    tiers: Needed<Tiers>,
    #[graphql(skip)]
    as_corrected: Needed<bool>,
    #[graphql(skip)]
    audience_size: Needed<Option<i32>>,
    #[graphql(skip)]
    for_everyone: Needed<bool>,
}

narrow! {
    Communication of communication {
        always { id }
        plain {
            version;
            state for [audience, reach, preferred_sender, delivery];
            channel for [reach, delivery];
            purpose for [preferred_sender];
            subject;
            sender_id for [sender];
            key_message_id for [key_message];
            corrects_id for [corrects];
            tiers for [audience, reach];
            as_corrected for [audience, reach];
            audience_size for [audience, reach];
            for_everyone for [audience, reach];
        }
        made {
            body: (body) => Markdown(body);
            story: (story) => story.map(Markdown);
            planned_for: (planned_for) => planned_for.map(Date);
            sent_at: (sent_at) => sent_at.map(DateTime);
            on_time: (planned_for, sent_on) => rules::on_time(planned_for, sent_on);
            created_at: (created_at) => DateTime(created_at);
            updated_at: (updated_at) => DateTime(updated_at);
        }
    }
}

impl Communication {
    fn was_sent(&self) -> Result<bool, Fault> {
        Ok(*self.state.get()? == State::Sent)
    }

    fn whom(&self) -> Result<Audience, Fault> {
        Ok(Audience {
            tiers: self.tiers.get()?.as_slice().to_vec(),
            is_everyone: *self.for_everyone.get()?,
            as_corrected: *self.as_corrected.get()?,
            of: self.id,
            state: *self.state.get()?,
            frozen: *self.audience_size.get()?,
        })
    }

    /// Whether whoever asks may see its receipts.
    async fn is_overseen(&self, scope: &Scope) -> Result<bool, Fault> {
        Ok(sight::oversees_all(scope.viewer()) || scope.load(&Overseen, self.id).await?.is_some())
    }

    /// The page of the communications that serve an initiative.
    pub(crate) async fn of_initiative(
        ctx: &Context<'_>,
        page: Page<Self>,
        initiative: InitiativeId,
    ) -> Result<Connection<Self>, Fault> {
        page.of_parent_through(ctx, OF_INITIATIVE, initiative.uuid()).await
    }

    /// Those that somebody is to send, the earliest day first.
    pub(crate) async fn planned_by(scope: &Scope, sender: PersonId) -> Result<Vec<Self>, Fault> {
        Ok(scope.load_list(&PlannedBy, sender).await?.into_iter().map(Into::into).collect())
    }

    /// The page of the communications that were sent to whoever asks.
    pub(crate) async fn inbox(ctx: &Context<'_>, page: Page<Self>) -> Result<Connection<Self>, Fault> {
        let scope = Scope::of(ctx)?;
        page.of_those(scope, sight::mine(scope.viewer(), crate::store::At::TOP)).await
    }
}

#[ComplexObject]
impl Communication {
    /// Who says it.
    async fn sender(&self, ctx: &Context<'_>) -> Result<Person, Fault> {
        Person::the(ctx, *self.sender_id.get()?).await
    }

    /// The initiatives that it serves, by code.
    async fn initiatives(&self, ctx: &Context<'_>) -> Result<Vec<Initiative>, Fault> {
        let rows = Scope::of(ctx)?.load_list(&Served, self.id).await?;
        Ok(rows.into_iter().map(Into::into).collect())
    }

    /// The key message that it carries; null where it carries none.
    async fn key_message(&self, ctx: &Context<'_>) -> Option<Result<KeyMessage, Fault>> {
        self.key_message_id.node(ctx).await.transpose()
    }

    /// Whom it is for. Frozen when it is sent: people who leave stay counted.
    async fn audience(&self) -> Result<Audience, Fault> {
        self.whom()
    }

    /// How far it came. For whoever may not see its receipts, an audience of fewer than 5 has no shares (SUPPRESSED), and
    /// only their own receipt is counted as delivered and acknowledged.
    async fn reach(&self, ctx: &Context<'_>) -> Result<CommunicationReach, Fault> {
        let scope = Scope::of(ctx)?;
        let (size, channel) = (self.whom()?.size(scope).await?, *self.channel.get()?);
        if !self.was_sent()? {
            return Ok(CommunicationReach::new(size, reach::Reached::default(), channel, false, true));
        }
        let reached = scope.load(&Reaches, self.id).await?.unwrap_or_default();
        let open = size >= reach::SMALLEST || self.is_overseen(scope).await?;
        if open {
            return Ok(CommunicationReach::new(size, reached, channel, true, true));
        }
        let mine = match scope.viewer().related_as() {
            Some(me) => scope.load(&MyReceipts(me), self.id).await?,
            None => None,
        };
        let known = |at: Option<Option<chrono::DateTime<chrono::Utc>>>| i64::from(at.flatten().is_some());
        let own = reach::Reached {
            delivered: known(mine.as_ref().map(|row| row.delivered_at)),
            acknowledged: known(mine.as_ref().map(|row| row.acknowledged_at)),
            ..reached
        };
        Ok(CommunicationReach::new(size, own, channel, true, false))
    }

    /// How much of its audience, in percent and without its sender, heard it from whom it should: PERSONAL_IMPACT from their
    /// own manager, as it was when it was sent, and WHY from an EXECUTIVE or a LEADER. NOT_APPLICABLE for every other purpose,
    /// while it was not sent and where it was for nobody else; SUPPRESSED for whoever may not see its receipts.
    async fn preferred_sender(&self, ctx: &Context<'_>) -> Result<Figure, Fault> {
        let (scope, purpose) = (Scope::of(ctx)?, *self.purpose.get()?);
        if !self.was_sent()? || reach::preferred(purpose).is_none() {
            return Ok(reach::preferred_sender(purpose, None));
        }
        if !self.is_overseen(scope).await? {
            return Ok(reach::for_those_who_oversee());
        }
        let reached = scope.load(&Reaches, self.id).await?.unwrap_or_default();
        Ok(reach::preferred_sender(purpose, Some(reached)))
    }

    /// The receipts: all of them for its sender, the programme office and auditors, and for anybody else their own. By
    /// person, as these were entered, unless sorted otherwise.
    #[expect(clippy::too_many_arguments, reason = "a list takes six arguments")]
    async fn receipts(
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
        filter: Option<ReceiptFilter>,
        #[graphql(desc = "In which order, at most 5 keys; by creation by default.")] order_by: Option<
            Vec<ReceiptOrder>,
        >,
    ) -> Result<Connection<Receipt>, Fault> {
        let page = Page { first, after, last, before, filter, order_by };
        page.of_parent(ctx, rows::receipt::Column::CommunicationId, self.id.uuid()).await
    }

    /// How far its mails have come; null where it goes by no mail, while it was not sent, and for whoever may not see its
    /// receipts.
    async fn delivery(&self, ctx: &Context<'_>) -> Result<Option<CommunicationDelivery>, Fault> {
        let by_mail = self.was_sent()? && *self.channel.get()? == Channel::Email;
        if !by_mail || !self.is_overseen(Scope::of(ctx)?).await? {
            return Ok(None);
        }
        CommunicationDelivery::of(ctx, self.id).await
    }

    /// What came back up on it: questions, ideas and concerns, the oldest first unless sorted otherwise.
    #[expect(clippy::too_many_arguments, reason = "a list takes six arguments")]
    async fn upward_feedback(
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
        filter: Option<UpwardFeedbackFilter>,
        #[graphql(desc = "In which order, at most 5 keys; the oldest first by default.")] order_by: Option<
            Vec<UpwardFeedbackOrder>,
        >,
    ) -> Result<Connection<UpwardFeedback>, Fault> {
        let page = Page { first, after, last, before, filter, order_by };
        page.of_parent(ctx, upward_feedback::Column::CommunicationId, self.id.uuid()).await
    }

    /// Your own receipt; null where it was not sent to you.
    async fn my_receipt(&self, ctx: &Context<'_>) -> Option<Result<Receipt, Fault>> {
        let scope = Scope::of(ctx).ok()?;
        let row = scope.load(&MyReceipts(scope.viewer().related_as()?), self.id).await.transpose()?;
        Some(row.map(Into::into))
    }

    /// The communication that it corrects; null where it corrects none.
    async fn corrects(&self, ctx: &Context<'_>) -> Option<Result<Self, Fault>> {
        self.corrects_id.node(ctx).await.transpose()
    }

    /// The communications that correct it, the earliest first.
    async fn corrections(&self, ctx: &Context<'_>) -> Result<Vec<Self>, Fault> {
        let rows = Scope::of(ctx)?.load_list(&Corrections, self.id).await?;
        Ok(rows.into_iter().map(Into::into).collect())
    }
}

filter! {
    /// Which communications.
    CommunicationFilter for communication {
        /// By id.
        id: IdFilter = Id(communication::Column::Id, Kind::Communication),
        /// By where they stand.
        state: EnumFilter<State> = Col(communication::Column::State),
        /// By the id of who says it.
        sender_id: IdFilter = Id(communication::Column::SenderId, Kind::Person),
        /// By who says it.
        sender: Box<PersonFilter> = One(communication::Column::SenderId),
        /// By the way on which they reach people.
        channel: EnumFilter<Channel> = Col(communication::Column::Channel),
        /// By what they are to do.
        purpose: EnumFilter<Purpose> = Col(communication::Column::Purpose),
        /// By what they are about.
        subject: StringFilter = Text(communication::Column::Subject, communication::Column::SubjectFolded),
        /// By whether they tell a story.
        tells_story: BooleanFilter = When(sight::tells_story),
        /// By the id of the key message that they carry; `isNull: true` for those that carry none.
        key_message_id: IdFilter = Id(communication::Column::KeyMessageId, Kind::KeyMessage),
        /// By the key message that they carry.
        key_message: Box<KeyMessageFilter> = One(communication::Column::KeyMessageId),
        /// By the day for which they are planned.
        planned_for: DateFilter = Col(communication::Column::PlannedFor),
        /// By when they were sent.
        sent_at: DateTimeFilter = Col(communication::Column::SentAt),
        /// By whether they were for everyone.
        is_everyone: BooleanFilter = Col(communication::Column::ForEveryone),
        /// By the id of what they correct; `isNull: true` for all but corrections.
        corrects_id: IdFilter = Id(communication::Column::CorrectsId, Kind::Communication),
        /// By whether they were sent to you, and wait for you to acknowledge them.
        awaits_me: BooleanFilter = When(sight::awaits),
        /// By the receipts that you see.
        receipts: ListFilter<ReceiptFilter> = Many(rows::receipt::Column::CommunicationId),
        /// By when they were planned.
        created_at: DateTimeFilter = Col(communication::Column::CreatedAt),
    }
}

order! {
    /// Sorts communications.
    CommunicationOrder, CommunicationOrderField "What communications can be sorted by.", communication {
        /// By what they are about, case ignored.
        Subject => [SubjectFolded],
        /// By the day for which they are planned.
        PlannedFor => [PlannedFor],
        /// By when they were sent.
        SentAt => [SentAt],
        /// By the name of where they stand.
        State => [State],
        /// By when they were planned.
        CreatedAt => [CreatedAt],
        /// By when they last changed.
        UpdatedAt => [UpdatedAt],
    }
}

impl Listed for Communication {
    const NAME: &'static str = "Communication";
    type Entity = communication::Entity;
    type Filter = CommunicationFilter;
    type Order = CommunicationOrder;
    const ID: communication::Column = communication::Column::Id;

    fn columns(named: &Named) -> Columns<Self> {
        Columns::needed(named)
    }
}

payload! {
    /// What a mutation of a communication answers.
    CommunicationPayload {
        /// The communication as written; null when something has to be mended.
        communication: Communication = communication
    }
}
