//! Sessions as callers see them.

use async_graphql::{ComplexObject, Context, SimpleObject};
use tutti_entity::ids::{CurriculumId, InitiativeId, Kind, PersonId, TrainingSessionId, TypedId as _};
use tutti_entity::portfolio::initiative;
use tutti_entity::training::training_session::{self, Flag, State};
use tutti_entity::training::{attendance, curriculum};

use super::{Attendance, AttendanceFilter, AttendanceOrder, Curriculum, CurriculumFilter};
use crate::graphql::filter::{
    BooleanFilter, Col, DateFilter, DateTimeFilter, EnumFilter, Id, IdFilter, ListFilter, Many, One, When,
};
use crate::graphql::scalars::{Date, DateTime};
use crate::graphql::{Connection, Fault, Listed, Page};
use crate::people::types::{Person, PersonFilter};
use crate::portfolio::types::{Initiative, InitiativeFilter};
use crate::store::Scope;
use crate::training::rules::certificate;
use crate::training::standing;
use crate::training::store::{Certified, CoTrainers};
use crate::{filter, order, payload};

/// A session at which somebody teaches a curriculum to others.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct TrainingSession {
    /// Its id: `trs_…`.
    pub id: TrainingSessionId,
    /// Counts the changes, from 1. Send it as `expectedVersion`.
    pub version: i32,
    /// The day for which it is or was planned.
    pub scheduled_on: Date,
    /// The day on which it was held; null while it was not.
    pub held_on: Option<Date>,
    /// Where it is held; null where nothing was said.
    pub place: Option<String>,
    /// Where it stands.
    pub state: State,
    /// Why this session creates no lineage: on the day it was held its trainer had no certificate of the level TRAINER
    /// or MASTER that held. Null where it creates lineage, and while it was not held. It is judged anew when a
    /// certificate of the trainer is issued or revoked.
    pub flag: Option<Flag>,
    /// When it was scheduled.
    pub created_at: DateTime,
    /// When it last changed.
    pub updated_at: DateTime,
    #[graphql(skip)]
    curriculum_id: CurriculumId,
    #[graphql(skip)]
    trainer_id: PersonId,
    #[graphql(skip)]
    initiative_id: Option<InitiativeId>,
}

impl From<training_session::Model> for TrainingSession {
    fn from(row: training_session::Model) -> Self {
        let training_session::Model {
            id,
            version,
            curriculum_id,
            trainer_id,
            initiative_id,
            scheduled_on,
            held_on,
            place,
            state,
            flag,
            created_at,
            updated_at,
        } = row;
        Self {
            id,
            version,
            scheduled_on: Date(scheduled_on),
            held_on: held_on.map(Date),
            place,
            state,
            flag,
            created_at: DateTime(created_at),
            updated_at: DateTime(updated_at),
            curriculum_id,
            trainer_id,
            initiative_id,
        }
    }
}

#[ComplexObject]
impl TrainingSession {
    /// What is taught.
    async fn curriculum(&self, ctx: &Context<'_>) -> Result<Curriculum, Fault> {
        Ok(Scope::of(ctx)?.the::<curriculum::Entity>(self.curriculum_id).await?.into())
    }

    /// Who teaches it.
    async fn trainer(&self, ctx: &Context<'_>) -> Result<Person, Fault> {
        Person::the(ctx, self.trainer_id).await
    }

    /// Who helps, by name: they get credit, not lineage.
    async fn co_trainers(&self, ctx: &Context<'_>) -> Result<Vec<Person>, Fault> {
        let rows = Scope::of(ctx)?.load_list(&CoTrainers, self.id).await?;
        Ok(rows.into_iter().map(Into::into).collect())
    }

    /// The initiative for which it is held; null where it is held for none.
    async fn initiative(&self, ctx: &Context<'_>) -> Option<Result<Initiative, Fault>> {
        let row = Scope::of(ctx).ok()?.one::<initiative::Entity>(self.initiative_id?).await.transpose()?;
        Some(row.map(Into::into))
    }

    /// The flag that it will have if it is held on the day for which it is planned, as certificates stand now: null
    /// where its trainer will hold one that lets them train, and for a session that is not SCHEDULED.
    async fn expected_flag(&self, ctx: &Context<'_>) -> Option<Result<Flag, Fault>> {
        if self.state != State::Scheduled {
            return None;
        }
        let key = (self.trainer_id, self.curriculum_id);
        match Scope::of(ctx) {
            Ok(scope) => match scope.load(&Certified, key).await {
                Ok(spans) => certificate::flag(&spans.unwrap_or_default(), self.scheduled_on.0).map(Ok),
                Err(fault) => Some(Err(fault)),
            },
            Err(fault) => Some(Err(fault)),
        }
    }

    /// Who attended it, or is to.
    #[expect(clippy::too_many_arguments, reason = "a list takes six arguments")]
    async fn attendances(
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
        filter: Option<AttendanceFilter>,
        #[graphql(desc = "In which order, at most 5 keys; by creation by default.")] order_by: Option<
            Vec<AttendanceOrder>,
        >,
    ) -> Result<Connection<Attendance>, Fault> {
        let page = Page { first, after, last, before, filter, order_by };
        page.of_parent(ctx, attendance::Column::SessionId, self.id.uuid()).await
    }
}

filter! {
    /// Which sessions.
    TrainingSessionFilter for training_session {
        /// By id.
        id: IdFilter = Id(training_session::Column::Id, Kind::TrainingSession),
        /// By the id of what is taught.
        curriculum_id: IdFilter = Id(training_session::Column::CurriculumId, Kind::Curriculum),
        /// By what is taught.
        curriculum: Box<CurriculumFilter> = One(training_session::Column::CurriculumId),
        /// By the id of who teaches it.
        trainer_id: IdFilter = Id(training_session::Column::TrainerId, Kind::Person),
        /// By who teaches it.
        trainer: Box<PersonFilter> = One(training_session::Column::TrainerId),
        /// By whether its trainer may train on its day: holds a certificate of the level TRAINER or MASTER on the day on
        /// which it was held, or for which it is planned, as is known now.
        trainer_certified: BooleanFilter = When(standing::trainer_certified),
        /// By the id of the initiative for which it is held; `isNull: true` for those that are held for none.
        initiative_id: IdFilter = Id(training_session::Column::InitiativeId, Kind::Initiative),
        /// By the initiative for which it is held; one that is held for none has none that could match.
        initiative: Box<InitiativeFilter> = One(training_session::Column::InitiativeId),
        /// By the day for which it is or was planned.
        scheduled_on: DateFilter = Col(training_session::Column::ScheduledOn),
        /// By the day on which it was held; `isNull: true` while it was not.
        held_on: DateFilter = Col(training_session::Column::HeldOn),
        /// By where it stands.
        state: EnumFilter<State> = Col(training_session::Column::State),
        /// By why it creates no lineage; `isNull: true` where nothing says so.
        flag: EnumFilter<Flag> = Col(training_session::Column::Flag),
        /// By who attended it, or is to.
        attendances: ListFilter<AttendanceFilter> = Many(attendance::Column::SessionId),
        /// By when it was scheduled.
        created_at: DateTimeFilter = Col(training_session::Column::CreatedAt),
        /// By when it last changed.
        updated_at: DateTimeFilter = Col(training_session::Column::UpdatedAt),
    }
}

order! {
    /// Sorts sessions.
    TrainingSessionOrder, TrainingSessionOrderField "What sessions can be sorted by.", training_session {
        /// By the day for which they are or were planned.
        ScheduledOn => [ScheduledOn],
        /// By the day on which they were held.
        HeldOn => [HeldOn],
        /// By the name of the state.
        State => [State],
        /// By when they were scheduled.
        CreatedAt => [CreatedAt],
        /// By when they last changed.
        UpdatedAt => [UpdatedAt],
    }
}

impl Listed for TrainingSession {
    const NAME: &'static str = "TrainingSession";
    type Entity = training_session::Entity;
    type Filter = TrainingSessionFilter;
    type Order = TrainingSessionOrder;
    const ID: training_session::Column = training_session::Column::Id;
}

payload! {
    /// What a mutation of a session answers.
    TrainingSessionPayload {
        /// The session as written; null when something has to be mended.
        training_session: TrainingSession = training_session
    }
}
