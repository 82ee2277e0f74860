//! Certificates as callers see them.

use async_graphql::{ComplexObject, Context, SimpleObject};
use tutti_entity::ids::{AttendanceId, CertificationId, CurriculumId, Kind, PersonId};
use tutti_entity::training::certification::{self, Level, State};
use tutti_entity::training::{attendance, curriculum};

use super::{Attendance, Curriculum, CurriculumFilter};
use crate::graphql::filter::{AsOfToday, Col, DateFilter, DateTimeFilter, EnumFilter, Id, IdFilter, One};
use crate::graphql::scalars::{Date, DateTime};
use crate::graphql::{Fault, Listed};
use crate::people::types::{Person, PersonFilter};
use crate::store::Scope;
use crate::training::rules::certificate::Span;
use crate::training::standing;
use crate::{filter, order, payload};

/// That somebody may practise, train or lead a curriculum, from a day to a day. One of a person, a curriculum and a
/// level is in force.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct Certification {
    /// Its id: `crt_…`.
    pub id: CertificationId,
    /// Counts the changes, from 1. Send it as `expectedVersion`.
    pub version: i32,
    /// What it lets its holder do.
    pub level: Level,
    /// The first day on which it holds.
    pub issued_on: Date,
    /// The last day on which it holds, as reckoned when it was issued: no later change of the curriculum moves it. Null
    /// where it holds for good.
    pub expires_on: Option<Date>,
    /// The first day on which it does not hold because it was revoked; null where it was not.
    pub revoked_on: Option<Date>,
    /// Why it was revoked; null where it was not.
    pub revoked_reason: Option<String>,
    /// The first day on which a newer one of the level holds instead; null while there is none.
    pub replaced_on: Option<Date>,
    /// When it was entered.
    pub created_at: DateTime,
    /// When it last changed.
    pub updated_at: DateTime,
    #[graphql(skip)]
    span: Span,
    #[graphql(skip)]
    person_id: PersonId,
    #[graphql(skip)]
    curriculum_id: CurriculumId,
    #[graphql(skip)]
    replaces_id: Option<CertificationId>,
    #[graphql(skip)]
    issued_by_id: Option<PersonId>,
    #[graphql(skip)]
    basis_id: Option<AttendanceId>,
}

impl From<certification::Model> for Certification {
    fn from(row: certification::Model) -> Self {
        let span = Span::from(&row);
        let certification::Model {
            id,
            version,
            person_id,
            curriculum_id,
            level,
            issued_on,
            expires_on,
            revoked_on,
            revoked_reason,
            replaced_on,
            replaces_id,
            issued_by_id,
            basis_id,
            created_at,
            updated_at,
        } = row;
        Self {
            id,
            version,
            level,
            issued_on: Date(issued_on),
            expires_on: expires_on.map(Date),
            revoked_on: revoked_on.map(Date),
            revoked_reason,
            replaced_on: replaced_on.map(Date),
            created_at: DateTime(created_at),
            updated_at: DateTime(updated_at),
            span,
            person_id,
            curriculum_id,
            replaces_id,
            issued_by_id,
            basis_id,
        }
    }
}

#[ComplexObject]
impl Certification {
    /// Whose it is.
    async fn person(&self, ctx: &Context<'_>) -> Result<Person, Fault> {
        Person::the(ctx, self.person_id).await
    }

    /// Of what.
    async fn curriculum(&self, ctx: &Context<'_>) -> Result<Curriculum, Fault> {
        Ok(Scope::of(ctx)?.the::<curriculum::Entity>(self.curriculum_id).await?.into())
    }

    /// Whether it holds today.
    async fn state(&self, ctx: &Context<'_>) -> Result<State, Fault> {
        Ok(self.span.state(Scope::of(ctx)?.today()))
    }

    /// How many days are left from today to its last; less than 0 after it, null where it holds for good.
    async fn days_left(&self, ctx: &Context<'_>) -> Option<Result<i32, Fault>> {
        match Scope::of(ctx) {
            Ok(scope) => {
                let days = self.span.days_left(scope.today())?;
                Some(Ok(i32::try_from(days).unwrap_or(i32::MAX)))
            }
            Err(fault) => Some(Err(fault)),
        }
    }

    /// The one whose place it took; null where there was none.
    async fn replaces(&self, ctx: &Context<'_>) -> Option<Result<Self, Fault>> {
        let row = Scope::of(ctx).ok()?.one::<certification::Entity>(self.replaces_id?).await.transpose()?;
        Some(row.map(Into::into))
    }

    /// Who issued it; null where nobody of the organisation did.
    async fn issued_by(&self, ctx: &Context<'_>) -> Option<Result<Person, Fault>> {
        Person::maybe(ctx, self.issued_by_id).await.transpose()
    }

    /// The attendance for which it was issued; null where none was named.
    async fn basis(&self, ctx: &Context<'_>) -> Option<Result<Attendance, Fault>> {
        let row = Scope::of(ctx).ok()?.one::<attendance::Entity>(self.basis_id?).await.transpose()?;
        Some(row.map(Into::into))
    }
}

filter! {
    /// Which certificates.
    CertificationFilter for certification {
        /// By id.
        id: IdFilter = Id(certification::Column::Id, Kind::Certification),
        /// By the id of whose it is.
        person_id: IdFilter = Id(certification::Column::PersonId, Kind::Person),
        /// By whose it is.
        person: Box<PersonFilter> = One(certification::Column::PersonId),
        /// By the id of what it is of.
        curriculum_id: IdFilter = Id(certification::Column::CurriculumId, Kind::Curriculum),
        /// By what it is of.
        curriculum: Box<CurriculumFilter> = One(certification::Column::CurriculumId),
        /// By what it lets its holder do.
        level: EnumFilter<Level> = Col(certification::Column::Level),
        /// By whether it holds today; never missing.
        state: EnumFilter<State> = AsOfToday(standing::state),
        /// By the first day on which it holds.
        issued_on: DateFilter = Col(certification::Column::IssuedOn),
        /// By the last day on which it holds; `isNull: true` for good.
        expires_on: DateFilter = Col(certification::Column::ExpiresOn),
        /// By the day from which it was revoked; `isNull: true` where it was not.
        revoked_on: DateFilter = Col(certification::Column::RevokedOn),
        /// By the day from which a newer one holds; `isNull: true` while there is none.
        replaced_on: DateFilter = Col(certification::Column::ReplacedOn),
        /// By the id of who issued it, or by whether anybody of the organisation did.
        issued_by_id: IdFilter = Id(certification::Column::IssuedById, Kind::Person),
        /// By when it was entered.
        created_at: DateTimeFilter = Col(certification::Column::CreatedAt),
        /// By when it last changed.
        updated_at: DateTimeFilter = Col(certification::Column::UpdatedAt),
    }
}

order! {
    /// Sorts certificates.
    CertificationOrder, CertificationOrderField "What certificates can be sorted by.", certification {
        /// By the first day on which they hold.
        IssuedOn => [IssuedOn],
        /// By the last day on which they hold.
        ExpiresOn => [ExpiresOn],
        /// By the name of the level.
        Level => [Level],
        /// By when they were entered.
        CreatedAt => [CreatedAt],
        /// By when they last changed.
        UpdatedAt => [UpdatedAt],
    }
}

impl Listed for Certification {
    const NAME: &'static str = "Certification";
    type Entity = certification::Entity;
    type Filter = CertificationFilter;
    type Order = CertificationOrder;
    const ID: certification::Column = certification::Column::Id;
}

payload! {
    /// What a mutation of a certificate answers.
    CertificationPayload {
        /// The certificate as written; null when something has to be mended.
        certification: Certification = certification
    }
}
