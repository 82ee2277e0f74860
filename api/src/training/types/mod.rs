//! Training as callers see it: curricula here, and a file for each of the rest.

use async_graphql::{ComplexObject, Context, SimpleObject};
use tutti_entity::ids::{CurriculumId, Kind, TypedId as _};
use tutti_entity::training::{curriculum, training_session};

use crate::graphql::filter::{
    Col, DateTimeFilter, Id, IdFilter, IntFilter, ListFilter, Many, StringFilter, Text,
};
use crate::graphql::scalars::{DateTime, Duration, Markdown, Percent};
use crate::graphql::{Connection, Fault, Listed, Page};
use crate::{filter, order, payload};

mod agent;
mod attendance;
mod certification;
mod session;

pub use agent::{AgentCoverage, ChangeAgent, ChangeAgentFilter, ChangeAgentOrder, ChangeAgentPayload};
pub use attendance::{Attendance, AttendanceFilter, AttendanceOrder, AttendancePayload};
pub use certification::{Certification, CertificationFilter, CertificationOrder, CertificationPayload};
pub use session::{TrainingSession, TrainingSessionFilter, TrainingSessionOrder, TrainingSessionPayload};

/// What is taught, and what it takes to have learned it.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct Curriculum {
    /// Its id: `cur_…`.
    pub id: CurriculumId,
    /// Counts the changes, from 1. Send it as `expectedVersion`.
    pub version: i32,
    /// What it is called; no other has this name, whatever its case.
    pub name: String,
    /// What one can do after it; null where nothing was said.
    pub objectives: Option<Markdown>,
    /// How long a certificate that is issued now holds; null for good.
    pub validity: Option<Duration>,
    /// How many minutes of a session one has to be there to complete it.
    pub min_minutes: i32,
    /// The score after a session that is enough to complete it, 0 to 100.
    pub pass_mark: Percent,
    /// How soon somebody who is trained now has to train others; null where nobody has to.
    pub practice_within: Option<Duration>,
    /// When it was entered.
    pub created_at: DateTime,
    /// When it last changed.
    pub updated_at: DateTime,
}

impl From<curriculum::Model> for Curriculum {
    fn from(row: curriculum::Model) -> Self {
        let curriculum::Model {
            id,
            version,
            name,
            name_folded: _,
            objectives,
            validity,
            min_minutes,
            pass_mark_bp,
            practice_within,
            created_at,
            updated_at,
        } = row;
        Self {
            id,
            version,
            name,
            objectives: objectives.map(Markdown),
            validity: validity.as_deref().map(Duration::stored),
            min_minutes,
            pass_mark: Percent::from_basis_points(pass_mark_bp),
            practice_within: practice_within.as_deref().map(Duration::stored),
            created_at: DateTime(created_at),
            updated_at: DateTime(updated_at),
        }
    }
}

#[ComplexObject]
impl Curriculum {
    /// The sessions at which it is, was or would have been taught.
    #[expect(clippy::too_many_arguments, reason = "a list takes six arguments")]
    async fn sessions(
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
        filter: Option<TrainingSessionFilter>,
        #[graphql(desc = "In which order, at most 5 keys; by creation by default.")] order_by: Option<
            Vec<TrainingSessionOrder>,
        >,
    ) -> Result<Connection<TrainingSession>, Fault> {
        let page = Page { first, after, last, before, filter, order_by };
        page.of_parent(ctx, training_session::Column::CurriculumId, self.id.uuid()).await
    }

    /// Who attended its sessions or is to: with `practiceOverdue` those who were to train others by now, and did not.
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
        page.of_parent(ctx, tutti_entity::training::attendance::Column::CurriculumId, self.id.uuid()).await
    }

    /// The certificates of it, also those that ended.
    #[expect(clippy::too_many_arguments, reason = "a list takes six arguments")]
    async fn certifications(
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
        filter: Option<CertificationFilter>,
        #[graphql(desc = "In which order, at most 5 keys; by creation by default.")] order_by: Option<
            Vec<CertificationOrder>,
        >,
    ) -> Result<Connection<Certification>, Fault> {
        let page = Page { first, after, last, before, filter, order_by };
        page.of_parent(ctx, tutti_entity::training::certification::Column::CurriculumId, self.id.uuid()).await
    }
}

filter! {
    /// Which curricula.
    CurriculumFilter for curriculum {
        /// By id.
        id: IdFilter = Id(curriculum::Column::Id, Kind::Curriculum),
        /// By name.
        name: StringFilter = Text(curriculum::Column::Name, curriculum::Column::NameFolded),
        /// By how many minutes one has to be there.
        min_minutes: IntFilter = Col(curriculum::Column::MinMinutes),
        /// By its sessions.
        sessions: ListFilter<TrainingSessionFilter> = Many(training_session::Column::CurriculumId),
        /// By when it was entered.
        created_at: DateTimeFilter = Col(curriculum::Column::CreatedAt),
        /// By when it last changed.
        updated_at: DateTimeFilter = Col(curriculum::Column::UpdatedAt),
    }
}

order! {
    /// Sorts curricula.
    CurriculumOrder, CurriculumOrderField "What curricula can be sorted by.", curriculum {
        /// By name, case ignored.
        Name => [NameFolded],
        /// By when they were entered.
        CreatedAt => [CreatedAt],
        /// By when they last changed.
        UpdatedAt => [UpdatedAt],
    }
}

impl Listed for Curriculum {
    const NAME: &'static str = "Curriculum";
    type Entity = curriculum::Entity;
    type Filter = CurriculumFilter;
    type Order = CurriculumOrder;
    const ID: curriculum::Column = curriculum::Column::Id;
}

payload! {
    /// What a mutation of a curriculum answers.
    CurriculumPayload {
        /// The curriculum as written; null when something has to be mended.
        curriculum: Curriculum = curriculum
    }
}
