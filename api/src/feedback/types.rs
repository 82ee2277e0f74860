//! Upward feedback as callers see it.

use async_graphql::{ComplexObject, Context, SimpleObject};
use tutti_entity::feedback::upward_feedback::{self, FeedbackKind, FeedbackState};
use tutti_entity::ids::{CommunicationId, Kind, PersonId, UpwardFeedbackId};

use super::store::{OpenWith, OwnVotes};
use crate::communication::types::{Communication, CommunicationFilter};
use crate::graphql::filter::{
    Col, DateFilter, DateTimeFilter, EnumFilter, Id, IdFilter, IntFilter, One, StringFilter, Text,
};
use crate::graphql::order::SortKey;
use crate::graphql::scalars::{Date, DateTime, Markdown};
use crate::graphql::{Fault, Listed};
use crate::people::types::{Person, PersonFilter};
use crate::store::Scope;
use crate::{filter, order, payload};

/// What comes back up: questions, ideas and concerns, each answered or openly unanswered.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct UpwardFeedback {
    /// Its id: `upf_…`. That of an anonymous one is random.
    pub id: UpwardFeedbackId,
    /// Counts the changes, from 1. Send it as `expectedVersion`.
    pub version: i32,
    /// What it is.
    pub kind: FeedbackKind,
    /// What it says.
    pub text: Markdown,
    /// Where it stands.
    pub state: FeedbackState,
    /// The answer; null until there is one.
    pub answer: Option<Markdown>,
    /// When it was answered; null until then.
    pub answered_at: Option<DateTime>,
    /// How many people vote for it. Who they are is told to nobody.
    pub votes: i32,
    /// The day on which it was raised.
    pub raised_on: Date,
    /// The day by which it is to be answered: 14 days later.
    pub due_on: Date,
    /// When it last changed; of an anonymous one that has not changed when its day began.
    pub updated_at: DateTime,
    #[graphql(skip)]
    from_id: Option<PersonId>,
    #[graphql(skip)]
    communication_id: Option<CommunicationId>,
    #[graphql(skip)]
    asked_id: Option<PersonId>,
    #[graphql(skip)]
    answered_by_id: Option<PersonId>,
}

impl From<upward_feedback::Model> for UpwardFeedback {
    fn from(row: upward_feedback::Model) -> Self {
        let upward_feedback::Model {
            id,
            version,
            kind,
            text,
            text_folded: _,
            from_id,
            communication_id,
            asked_id,
            state,
            answer,
            answered_by_id,
            answered_at,
            votes,
            raised_on,
            due_on,
            untold_on: _,
            created_at: _,
            updated_at,
        } = row;
        Self {
            id,
            version,
            kind,
            text: Markdown(text),
            state,
            answer: answer.map(Markdown),
            answered_at: answered_at.map(DateTime),
            votes,
            raised_on: Date(raised_on),
            due_on: Date(due_on),
            updated_at: DateTime(updated_at),
            from_id,
            communication_id,
            asked_id,
            answered_by_id,
        }
    }
}

impl UpwardFeedback {
    /// What somebody is asked and that is not over, asked for together with that of others.
    pub(crate) async fn open_with(scope: &Scope, person: PersonId) -> Result<Vec<Self>, Fault> {
        Ok(scope.load_list(&OpenWith, person).await?.into_iter().map(Into::into).collect())
    }
}

#[ComplexObject]
impl UpwardFeedback {
    /// Who raised it; null for an anonymous one, of which nobody knows.
    #[graphql(name = "from")]
    async fn raised_by(&self, ctx: &Context<'_>) -> Option<Result<Person, Fault>> {
        Person::maybe(ctx, self.from_id).await.transpose()
    }

    /// The communication that it is about; null where it is about none, or about one that is not there for you.
    async fn communication(&self, ctx: &Context<'_>) -> Option<Result<Communication, Fault>> {
        Scope::of(ctx).ok()?.node(self.communication_id?).await.transpose()
    }

    /// Who is asked: the sender of the communication, or somebody else to whom it went; null for the programme office.
    async fn asked(&self, ctx: &Context<'_>) -> Option<Result<Person, Fault>> {
        Person::maybe(ctx, self.asked_id).await.transpose()
    }

    /// Who answered; null until somebody did.
    async fn answered_by(&self, ctx: &Context<'_>) -> Option<Result<Person, Fault>> {
        Person::maybe(ctx, self.answered_by_id).await.transpose()
    }

    /// Whether you vote for it.
    async fn viewer_votes(&self, ctx: &Context<'_>) -> Result<bool, Fault> {
        Ok(Scope::of(ctx)?.load(&OwnVotes, self.id).await?.is_some())
    }
}

filter! {
    /// Which questions, ideas and concerns.
    UpwardFeedbackFilter for upward_feedback {
        /// By id.
        id: IdFilter = Id(upward_feedback::Column::Id, Kind::UpwardFeedback),
        /// By what it is.
        kind: EnumFilter<FeedbackKind> = Col(upward_feedback::Column::Kind),
        /// By what it says.
        text: StringFilter = Text(upward_feedback::Column::Text, upward_feedback::Column::TextFolded),
        /// By the id of who raised it; `isNull: true` for anonymous ones.
        from_id: IdFilter = Id(upward_feedback::Column::FromId, Kind::Person),
        /// By who raised it; an anonymous one has nobody who could match.
        from: Box<PersonFilter> = One(upward_feedback::Column::FromId),
        /// By the id of the communication that it is about; `isNull: true` for those about none.
        communication_id: IdFilter = Id(upward_feedback::Column::CommunicationId, Kind::Communication),
        /// By the communication that it is about; one about none has none that could match.
        communication: Box<CommunicationFilter> = One(upward_feedback::Column::CommunicationId),
        /// By the id of who is asked; `isNull: true` for those of the programme office.
        asked_id: IdFilter = Id(upward_feedback::Column::AskedId, Kind::Person),
        /// By who is asked; one of the programme office has nobody who could match.
        asked: Box<PersonFilter> = One(upward_feedback::Column::AskedId),
        /// By where it stands.
        state: EnumFilter<FeedbackState> = Col(upward_feedback::Column::State),
        /// By the id of who answered; `isNull: true` for what was not answered.
        answered_by_id: IdFilter = Id(upward_feedback::Column::AnsweredById, Kind::Person),
        /// By who answered.
        answered_by: Box<PersonFilter> = One(upward_feedback::Column::AnsweredById),
        /// By when it was answered; `isNull: true` for what was not.
        answered_at: DateTimeFilter = Col(upward_feedback::Column::AnsweredAt),
        /// By how many people vote for it.
        votes: IntFilter = Col(upward_feedback::Column::Votes),
        /// By the day on which it was raised.
        raised_on: DateFilter = Col(upward_feedback::Column::RaisedOn),
        /// By the day by which it is to be answered.
        due_on: DateFilter = Col(upward_feedback::Column::DueOn),
        /// By when it last changed.
        updated_at: DateTimeFilter = Col(upward_feedback::Column::UpdatedAt),
    }
}

order! {
    /// Sorts questions, ideas and concerns.
    UpwardFeedbackOrder, UpwardFeedbackOrderField "What questions, ideas and concerns can be sorted by.", upward_feedback {
        /// By the day on which they were raised.
        RaisedOn => [RaisedOn],
        /// By the day by which they are to be answered.
        DueOn => [DueOn],
        /// By how many people vote for them.
        Votes => [Votes],
        /// By the name of the kind.
        Kind => [Kind],
        /// By the name of the state.
        State => [State],
        /// By when they were answered.
        AnsweredAt => [AnsweredAt],
        /// By when they last changed.
        UpdatedAt => [UpdatedAt],
    }
}

impl Listed for UpwardFeedback {
    const NAME: &'static str = "UpwardFeedback";
    type Entity = upward_feedback::Entity;
    type Filter = UpwardFeedbackFilter;
    type Order = UpwardFeedbackOrder;
    const ID: upward_feedback::Column = upward_feedback::Column::Id;

    /// Ids of anonymous ones are in no order.
    fn default_order() -> Vec<SortKey<upward_feedback::Column>> {
        vec![SortKey::asc(upward_feedback::Column::RaisedOn)]
    }
}

payload! {
    /// What a mutation of upward feedback answers.
    UpwardFeedbackPayload {
        /// The question, idea or concern as written; null when something has to be mended.
        upward_feedback: UpwardFeedback = upward_feedback
    }
}
