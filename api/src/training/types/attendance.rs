//! Attendances as callers see them. Scores are for the person alone, and for those who may see them of everybody.

use async_graphql::{ComplexObject, Context, SimpleObject};
use tutti_entity::ids::{AttendanceId, CurriculumId, Kind, PersonId, TrainingSessionId};
use tutti_entity::training::attendance::{self, Status};
use tutti_entity::training::{curriculum, training_session};

use super::{Curriculum, CurriculumFilter, TrainingSession, TrainingSessionFilter};
use crate::access::{Capability, Place};
use crate::graphql::figure::{FigureState, FigureUnit};
use crate::graphql::filter::{
    BooleanFilter, Col, DateFilter, DateTimeFilter, EnumFilter, Id, IdFilter, One, Today,
};
use crate::graphql::scalars::{Date, DateTime, Percent};
use crate::graphql::{Fault, Figure, Listed};
use crate::people::types::{Person, PersonFilter};
use crate::store::Scope;
use crate::training::rules;
use crate::training::standing;
use crate::{filter, order, payload};

/// That somebody is to attend a session, or did, and what came of it.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct Attendance {
    /// Its id: `att_…`.
    pub id: AttendanceId,
    /// Counts the changes, from 1. Send it as `expectedVersion`.
    pub version: i32,
    /// What became of them.
    pub status: Status,
    /// How many minutes they were there; null while it is not known.
    pub minutes: Option<i32>,
    /// The day on which the session was held; null while it was not.
    pub held_on: Option<Date>,
    /// Whether it was completed at a session that creates lineage.
    pub lineage: bool,
    /// By when they have to train others, as reckoned when it was recorded; null where they do not have to.
    pub practise_by: Option<Date>,
    /// When they were enrolled, or it was recorded.
    pub created_at: DateTime,
    /// When it last changed.
    pub updated_at: DateTime,
    #[graphql(skip)]
    session_id: TrainingSessionId,
    #[graphql(skip)]
    person_id: PersonId,
    #[graphql(skip)]
    curriculum_id: CurriculumId,
    #[graphql(skip)]
    trainer_id: PersonId,
    #[graphql(skip)]
    pre_score_bp: Option<i32>,
    #[graphql(skip)]
    post_score_bp: Option<i32>,
}

impl From<attendance::Model> for Attendance {
    fn from(row: attendance::Model) -> Self {
        let attendance::Model {
            id,
            version,
            session_id,
            person_id,
            status,
            minutes,
            pre_score_bp,
            post_score_bp,
            curriculum_id,
            trainer_id,
            held_on,
            lineage,
            practise_by,
            created_at,
            updated_at,
        } = row;
        Self {
            id,
            version,
            status,
            minutes,
            held_on: held_on.map(Date),
            lineage,
            practise_by: practise_by.map(Date),
            created_at: DateTime(created_at),
            updated_at: DateTime(updated_at),
            session_id,
            person_id,
            curriculum_id,
            trainer_id,
            pre_score_bp,
            post_score_bp,
        }
    }
}

impl Attendance {
    /// Whether whoever asks may see the scores.
    fn tells_scores(&self, ctx: &Context<'_>) -> Result<bool, Fault> {
        Ok(Scope::of(ctx)?.may(Capability::ScoresRead, Place::about(self.person_id)))
    }

    fn score(&self, ctx: &Context<'_>, score_bp: Option<i32>) -> Option<Result<Percent, Fault>> {
        match self.tells_scores(ctx) {
            Ok(told) => score_bp.filter(|_| told).map(|score| Ok(Percent::from_basis_points(score))),
            Err(fault) => Some(Err(fault)),
        }
    }
}

#[ComplexObject]
impl Attendance {
    /// The session.
    async fn session(&self, ctx: &Context<'_>) -> Result<TrainingSession, Fault> {
        Ok(Scope::of(ctx)?.the::<training_session::Entity>(self.session_id).await?.into())
    }

    /// Who attended, or is to.
    async fn person(&self, ctx: &Context<'_>) -> Result<Person, Fault> {
        Person::the(ctx, self.person_id).await
    }

    /// The curriculum of the session.
    async fn curriculum(&self, ctx: &Context<'_>) -> Result<Curriculum, Fault> {
        Ok(Scope::of(ctx)?.the::<curriculum::Entity>(self.curriculum_id).await?.into())
    }

    /// The trainer of the session.
    async fn trainer(&self, ctx: &Context<'_>) -> Result<Person, Fault> {
        Person::the(ctx, self.trainer_id).await
    }

    /// Their score before the session, 0 to 100; null where there is none, and where you may not see scores of theirs.
    async fn pre_score(&self, ctx: &Context<'_>) -> Option<Result<Percent, Fault>> {
        self.score(ctx, self.pre_score_bp)
    }

    /// Their score after the session, 0 to 100; null where there is none, and where you may not see scores of theirs.
    async fn post_score(&self, ctx: &Context<'_>) -> Option<Result<Percent, Fault>> {
        self.score(ctx, self.post_score_bp)
    }

    /// How much of what could be learned was learned: (post − pre) / (100 − pre), a ratio to four decimals.
    /// NOT_APPLICABLE without both scores and for a score of 100 before; SUPPRESSED where you may not see scores of
    /// theirs.
    async fn gain(&self, ctx: &Context<'_>) -> Result<Figure, Fault> {
        if self.tells_scores(ctx)? {
            return Ok(rules::attendance::gain(self.pre_score_bp, self.post_score_bp));
        }
        let told = Figure::not_applicable(FigureUnit::Ratio, "it would tell of one person");
        Ok(Figure { state: FigureState::Suppressed, ..told })
    }
}

filter! {
    /// Which attendances.
    AttendanceFilter for attendance {
        /// By id.
        id: IdFilter = Id(attendance::Column::Id, Kind::Attendance),
        /// By the id of the session.
        session_id: IdFilter = Id(attendance::Column::SessionId, Kind::TrainingSession),
        /// By the session.
        session: Box<TrainingSessionFilter> = One(attendance::Column::SessionId),
        /// By the id of who attended.
        person_id: IdFilter = Id(attendance::Column::PersonId, Kind::Person),
        /// By who attended.
        person: Box<PersonFilter> = One(attendance::Column::PersonId),
        /// By the id of the curriculum of the session.
        curriculum_id: IdFilter = Id(attendance::Column::CurriculumId, Kind::Curriculum),
        /// By the curriculum of the session.
        curriculum: Box<CurriculumFilter> = One(attendance::Column::CurriculumId),
        /// By the id of the trainer of the session.
        trainer_id: IdFilter = Id(attendance::Column::TrainerId, Kind::Person),
        /// By the trainer of the session.
        trainer: Box<PersonFilter> = One(attendance::Column::TrainerId),
        /// By what became of them.
        status: EnumFilter<Status> = Col(attendance::Column::Status),
        /// By the day on which the session was held; `isNull: true` while it was not.
        held_on: DateFilter = Col(attendance::Column::HeldOn),
        /// By whether it was completed at a session that creates lineage.
        lineage: BooleanFilter = Col(attendance::Column::Lineage),
        /// By when they have to train others; `isNull: true` where they do not have to.
        practise_by: DateFilter = Col(attendance::Column::PractiseBy),
        /// By whether they had to train others by a day that is over, did not give or help at a session of the curriculum
        /// that was held on the same day or later, and did not complete it again since.
        practice_overdue: BooleanFilter = Today(standing::practice_overdue),
        /// By when they were enrolled, or it was recorded.
        created_at: DateTimeFilter = Col(attendance::Column::CreatedAt),
        /// By when it last changed.
        updated_at: DateTimeFilter = Col(attendance::Column::UpdatedAt),
    }
}

order! {
    /// Sorts attendances.
    AttendanceOrder, AttendanceOrderField "What attendances can be sorted by.", attendance {
        /// By the name of what became of them.
        Status => [Status],
        /// By the day on which the session was held.
        HeldOn => [HeldOn],
        /// By when they have to train others.
        PractiseBy => [PractiseBy],
        /// By when they were enrolled, or it was recorded.
        CreatedAt => [CreatedAt],
        /// By when they last changed.
        UpdatedAt => [UpdatedAt],
    }
}

impl Listed for Attendance {
    const NAME: &'static str = "Attendance";
    type Entity = attendance::Entity;
    type Filter = AttendanceFilter;
    type Order = AttendanceOrder;
    const ID: attendance::Column = attendance::Column::Id;
}

payload! {
    /// What a mutation of an attendance answers.
    AttendancePayload {
        /// The attendance as written; null when something has to be mended.
        attendance: Attendance = attendance
    }
}
