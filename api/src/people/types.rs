//! People and org units as callers see them.

use async_graphql::{ComplexObject, Context, SimpleObject};
use chrono::Utc;
use tutti_entity::ids::{Kind, OrgUnitId, PersonId, TypedId};
use tutti_entity::people::{org_unit, person, role_grant};

use super::store::{Children, Headcount};
use crate::access::{Capability, Place};
use crate::graphql::filter::{
    Col, DateTimeFilter, EnumFilter, Guarded, Id, IdFilter, ListFilter, Many, One, StringFilter, Text,
};
use crate::graphql::needed::{Columns, Named, Needed};
use crate::graphql::scalars::DateTime;
use crate::graphql::{Connection, Fault, Listed, Page};
use crate::portfolio::types::{Initiative, InitiativeFilter, InitiativeOrder, OpenWork};
use crate::store::Scope;
use crate::training::types::{Certification, CertificationFilter, CertificationOrder};
use crate::{filter, narrow, order, payload};

mod grants;

pub use grants::{RoleGrant, RoleGrantFilter, RoleGrantOrder, RolePayload};

use person::{Locale, PersonStatus, Tier};
use tutti_entity::portfolio::initiative;
use tutti_entity::training::certification;

/// Somebody of the organisation. One person has one address.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct Person {
    /// Its id: `per_…`.
    pub id: PersonId,
    /// Counts the changes, from 1. Send it as `expectedVersion`.
    pub version: Needed<i32>,
    /// Their name as they write it.
    pub name: Needed<String>,
    /// Their address; unique, whatever its case.
    pub email: Needed<String>,
    /// Where they stand in the organisation.
    pub tier: Needed<Tier>,
    /// Whether they are at work.
    pub status: Needed<PersonStatus>,
    /// The language they read.
    pub locale: Needed<Locale>,
    #[graphql(skip)]
    org_unit_id: Needed<Option<OrgUnitId>>,
    #[graphql(skip)]
    manager_id: Needed<Option<PersonId>>,
    #[graphql(skip)]
    last_sign_in_at: Needed<Option<chrono::DateTime<Utc>>>,
}

narrow! {
    Person of person {
        always { id }
        plain {
            version;
            name;
            email;
            tier;
            status;
            locale;
            org_unit_id for [org_unit, last_sign_in_at];
            manager_id for [manager];
            last_sign_in_at;
        }
        made {}
    }
}

impl Person {
    /// The person with this id, where another row refers to them.
    pub(crate) async fn the(ctx: &Context<'_>, id: PersonId) -> Result<Self, Fault> {
        Scope::of(ctx)?.the_node(id).await
    }

    /// The person with this id, if there is one.
    pub(crate) async fn maybe(ctx: &Context<'_>, id: Option<PersonId>) -> Result<Option<Self>, Fault> {
        let Some(id) = id else { return Ok(None) };
        Scope::of(ctx)?.node(id).await
    }
}

#[ComplexObject]
impl Person {
    /// Where they work; null for somebody outside of the units.
    async fn org_unit(&self, ctx: &Context<'_>) -> Option<Result<OrgUnit, Fault>> {
        self.org_unit_id.node(ctx).await.transpose()
    }

    /// Whom they report to; null at the top.
    async fn manager(&self, ctx: &Context<'_>) -> Option<Result<Self, Fault>> {
        self.manager_id.node(ctx).await.transpose()
    }

    /// When they last signed in here; null for never, and for those who may not see accounts
    /// where they work.
    async fn last_sign_in_at(&self, ctx: &Context<'_>) -> Option<Result<DateTime, Fault>> {
        let told = || {
            let theirs = Place { org_unit: *self.org_unit_id.get()?, ..Place::about(self.id) };
            let may = Scope::of(ctx)?.may(Capability::AccountsRead, theirs);
            Ok(self.last_sign_in_at.get()?.filter(|_| may).map(DateTime))
        };
        told().transpose()
    }

    /// What is open with them: portfolios that they own and that are not archived, then initiatives that
    /// have not ended and that they own, sponsor or review, then risks, assumptions and issues that they look
    /// after, then actions that they have to do, each the earliest due date first, then KPIs for which they answer, then
    /// communications that they are to send, then questions, ideas and concerns that they are asked, as far as you see them.
    /// It has to go to somebody else before or when they leave.
    async fn open_work(&self, ctx: &Context<'_>) -> Result<Vec<OpenWork>, Fault> {
        OpenWork::of(ctx, self.id).await
    }

    /// The roles that they hold, held and will hold, as far as you may see them; by creation unless sorted
    /// otherwise.
    #[expect(clippy::too_many_arguments, reason = "a list takes six arguments")]
    async fn role_grants(
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
        filter: Option<RoleGrantFilter>,
        #[graphql(desc = "In which order, at most 5 keys; by creation by default.")] order_by: Option<
            Vec<RoleGrantOrder>,
        >,
    ) -> Result<Connection<RoleGrant>, Fault> {
        let page = Page { first, after, last, before, filter, order_by };
        page.of_parent(ctx, role_grant::Column::PersonId, self.id.uuid()).await
    }

    /// The people who report to them, whatever their status.
    #[expect(clippy::too_many_arguments, reason = "a list takes six arguments")]
    async fn direct_reports(
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
        filter: Option<PersonFilter>,
        #[graphql(desc = "In which order, at most 5 keys; by creation by default.")] order_by: Option<
            Vec<PersonOrder>,
        >,
    ) -> Result<Connection<Self>, Fault> {
        let page = Page { first, after, last, before, filter, order_by };
        page.of_parent(ctx, person::Column::ManagerId, self.id.uuid()).await
    }

    /// Their certificates, also those that ended.
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
        page.of_parent(ctx, certification::Column::PersonId, self.id.uuid()).await
    }

    /// The initiatives that they own, also archived and ended ones.
    #[expect(clippy::too_many_arguments, reason = "a list takes six arguments")]
    async fn initiatives(
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
        filter: Option<InitiativeFilter>,
        #[graphql(desc = "In which order, at most 5 keys; by creation by default.")] order_by: Option<
            Vec<InitiativeOrder>,
        >,
    ) -> Result<Connection<Initiative>, Fault> {
        let page = Page { first, after, last, before, filter, order_by };
        page.of_parent(ctx, initiative::Column::OwnerId, self.id.uuid()).await
    }
}

filter! {
    /// Which people.
    PersonFilter for person {
        /// By id.
        id: IdFilter = Id(person::Column::Id, Kind::Person),
        /// By name.
        name: StringFilter = Text(person::Column::Name, person::Column::NameFolded),
        /// By address.
        email: StringFilter = Text(person::Column::Email, person::Column::EmailFolded),
        /// By where they stand.
        tier: EnumFilter<Tier> = Col(person::Column::Tier),
        /// By whether they are at work.
        status: EnumFilter<PersonStatus> = Col(person::Column::Status),
        /// By the language they read.
        locale: EnumFilter<Locale> = Col(person::Column::Locale),
        /// By the id of the unit they work in, or by whether they work in any.
        org_unit_id: IdFilter = Id(person::Column::OrgUnitId, Kind::OrgUnit),
        /// By the unit they work in; somebody outside of the units has none that could match.
        org_unit: Box<OrgUnitFilter> = One(person::Column::OrgUnitId),
        /// By the id of whom they report to, or by whether they report to anybody.
        manager_id: IdFilter = Id(person::Column::ManagerId, Kind::Person),
        /// By whom they report to; somebody at the top has none who could match.
        manager: Box<PersonFilter> = One(person::Column::ManagerId),
        /// By the people who report to them.
        direct_reports: ListFilter<PersonFilter> = Many(person::Column::ManagerId),
        /// By the initiatives that they own.
        initiatives: ListFilter<InitiativeFilter> = Many(initiative::Column::OwnerId),
        /// By the roles that they hold, held and will hold, as far as you may see them.
        role_grants: ListFilter<RoleGrantFilter> = Many(role_grant::Column::PersonId),
        /// By their certificates.
        certifications: ListFilter<CertificationFilter> = Many(certification::Column::PersonId),
        /// By when they last signed in here. FORBIDDEN unless you may see everybody's accounts.
        last_sign_in_at: DateTimeFilter =
            Guarded(Capability::AccountsRead, Col(person::Column::LastSignInAt)),
    }
}

order! {
    /// Sorts people.
    PersonOrder, PersonOrderField "What people can be sorted by.", person {
        /// By name, case ignored.
        Name => [NameFolded],
        /// By address, case ignored.
        Email => [EmailFolded],
        /// By when they were entered.
        CreatedAt => [CreatedAt],
        /// By when they last signed in here. FORBIDDEN unless you may see everybody's accounts.
        LastSignInAt => [LastSignInAt] for AccountsRead,
    }
}

impl Listed for Person {
    const NAME: &'static str = "Person";
    type Entity = person::Entity;
    type Filter = PersonFilter;
    type Order = PersonOrder;
    const ID: person::Column = person::Column::Id;

    fn columns(named: &Named) -> Columns<Self> {
        Columns::needed(named)
    }
}

/// A part of the organisation, inside another one or at the top.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct OrgUnit {
    /// Its id: `org_…`.
    pub id: OrgUnitId,
    /// Counts the changes, from 1. Send it as `expectedVersion`.
    pub version: i32,
    /// What it is called.
    pub name: String,
    #[graphql(skip)]
    parent_id: Option<OrgUnitId>,
}

impl From<org_unit::Model> for OrgUnit {
    fn from(row: org_unit::Model) -> Self {
        let org_unit::Model { id, version, name, name_folded: _, parent_id, created_at: _, updated_at: _ } =
            row;
        Self { id, version, name, parent_id }
    }
}

impl OrgUnit {
    /// The unit with this id, if there is one.
    pub(crate) async fn maybe(ctx: &Context<'_>, id: Option<OrgUnitId>) -> Result<Option<Self>, Fault> {
        let Some(id) = id else { return Ok(None) };
        Scope::of(ctx)?.node(id).await
    }
}

#[ComplexObject]
impl OrgUnit {
    /// The unit it is part of; null at the top.
    async fn parent(&self, ctx: &Context<'_>) -> Option<Result<Self, Fault>> {
        Self::maybe(ctx, self.parent_id).await.transpose()
    }

    /// The units directly below it, by name.
    async fn children(&self, ctx: &Context<'_>) -> Result<Vec<Self>, Fault> {
        let rows = Scope::of(ctx)?.load_list(&Children, self.id).await?;
        Ok(rows.into_iter().map(Into::into).collect())
    }

    /// How many people work in it and in the units below it; those who have left are not counted, those
    /// on leave are.
    async fn headcount(&self, ctx: &Context<'_>) -> Result<i32, Fault> {
        let count = Scope::of(ctx)?.load(&Headcount, self.id).await?.unwrap_or_default();
        Ok(i32::try_from(count).unwrap_or(i32::MAX))
    }

    /// The people who work in it, not in the units below it, whatever their status.
    #[expect(clippy::too_many_arguments, reason = "a list takes six arguments")]
    async fn people(
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
        filter: Option<PersonFilter>,
        #[graphql(desc = "In which order, at most 5 keys; by creation by default.")] order_by: Option<
            Vec<PersonOrder>,
        >,
    ) -> Result<Connection<Person>, Fault> {
        let page = Page { first, after, last, before, filter, order_by };
        page.of_parent(ctx, person::Column::OrgUnitId, self.id.uuid()).await
    }
}

filter! {
    /// Which org units.
    OrgUnitFilter for org_unit {
        /// By id.
        id: IdFilter = Id(org_unit::Column::Id, Kind::OrgUnit),
        /// By name.
        name: StringFilter = Text(org_unit::Column::Name, org_unit::Column::NameFolded),
        /// By the id of the unit it is part of, or by whether it is part of any.
        parent_id: IdFilter = Id(org_unit::Column::ParentId, Kind::OrgUnit),
        /// By the unit it is part of; a unit at the top has none that could match.
        parent: Box<OrgUnitFilter> = One(org_unit::Column::ParentId),
        /// By the units directly below it.
        children: ListFilter<OrgUnitFilter> = Many(org_unit::Column::ParentId),
        /// By the people who work in it.
        people: ListFilter<PersonFilter> = Many(person::Column::OrgUnitId),
    }
}

order! {
    /// Sorts org units.
    OrgUnitOrder, OrgUnitOrderField "What org units can be sorted by.", org_unit {
        /// By name, case ignored.
        Name => [NameFolded],
        /// By when they were entered.
        CreatedAt => [CreatedAt],
    }
}

impl Listed for OrgUnit {
    const NAME: &'static str = "OrgUnit";
    type Entity = org_unit::Entity;
    type Filter = OrgUnitFilter;
    type Order = OrgUnitOrder;
    const ID: org_unit::Column = org_unit::Column::Id;
}

payload! {
    /// What a mutation of a person answers.
    PersonPayload {
        /// The person as written; null when something has to be mended.
        person: Person = person
    }
}

payload! {
    /// What a mutation of an org unit answers.
    OrgUnitPayload {
        /// The unit as written; null when something has to be mended.
        org_unit: OrgUnit = org_unit
    }
}
