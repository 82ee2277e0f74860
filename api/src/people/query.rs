//! Root fields that read people and org units.

use async_graphql::{Context, Object, SimpleObject};
use tutti_entity::ids::{OrgUnitId, PortfolioId};
use tutti_entity::people::role_grant::Role;

use super::types::{OrgUnit, OrgUnitFilter, OrgUnitOrder, Person, PersonFilter, PersonOrder};
use crate::access::{self, Grant};
use crate::graphql::gate::needs;
use crate::graphql::rate_limit::RateLimit;
use crate::graphql::scalars::Date;
use crate::graphql::{Connection, Fault, Page};
use crate::portfolio::types::Portfolio;
use crate::store::Scope;

/// Root fields about people.
#[derive(Debug, Default)]
pub struct PeopleQuery;

#[Object]
impl PeopleQuery {
    /// Who is signed in.
    #[graphql(directive = needs::apply("people.read".to_owned()))]
    async fn viewer(&self, ctx: &Context<'_>) -> Result<Option<Viewer>, Fault> {
        Ok(Viewer::of(Scope::of(ctx)?.viewer()))
    }

    /// The people of the organisation, also those who have left.
    #[graphql(directive = needs::apply("people.read".to_owned()))]
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
        Page { first, after, last, before, filter, order_by }.of_all(Scope::of(ctx)?).await
    }

    /// The parts of the organisation, on every level.
    #[graphql(directive = needs::apply("people.read".to_owned()))]
    #[expect(clippy::too_many_arguments, reason = "a list takes six arguments")]
    async fn org_units(
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
        filter: Option<OrgUnitFilter>,
        #[graphql(desc = "In which order, at most 5 keys; by creation by default.")] order_by: Option<
            Vec<OrgUnitOrder>,
        >,
    ) -> Result<Connection<OrgUnit>, Fault> {
        Page { first, after, last, before, filter, order_by }.of_all(Scope::of(ctx)?).await
    }
}

/// The person who is signed in, and what they may be.
#[derive(Debug, SimpleObject)]
#[graphql(complex)]
pub struct Viewer {
    /// The person.
    pub person: Person,
    /// The roles they hold today.
    pub roles: Vec<RoleGrant>,
}

#[async_graphql::ComplexObject]
impl Viewer {
    /// How much they may still ask for.
    async fn rate_limit(&self, ctx: &Context<'_>) -> Result<RateLimit, Fault> {
        RateLimit::of(ctx)
    }
}

impl Viewer {
    /// Who calls, if somebody is signed in.
    #[must_use]
    pub fn of(viewer: &access::Viewer) -> Option<Self> {
        let person = viewer.person()?.clone().into();
        Some(Self { person, roles: viewer.grants.iter().cloned().map(RoleGrant::from).collect() })
    }
}

/// A role that somebody holds. Neither a portfolio nor an org unit means the whole organisation.
#[derive(Debug, SimpleObject)]
#[graphql(complex)]
pub struct RoleGrant {
    /// What they hold.
    pub role: Role,
    /// The first day.
    pub since: Date,
    /// The last day; null while it goes on.
    pub until: Option<Date>,
    #[graphql(skip)]
    portfolio_id: Option<PortfolioId>,
    #[graphql(skip)]
    org_unit_id: Option<OrgUnitId>,
}

impl From<Grant> for RoleGrant {
    fn from(grant: Grant) -> Self {
        let Grant { id: _, role, portfolio, org_unit, units: _, since, until } = grant;
        Self {
            role,
            since: Date(since),
            until: until.map(Date),
            portfolio_id: portfolio,
            org_unit_id: org_unit,
        }
    }
}

#[async_graphql::ComplexObject]
impl RoleGrant {
    /// Only in this portfolio; null when it is not bound to one.
    async fn portfolio(&self, ctx: &Context<'_>) -> Option<Result<Portfolio, Fault>> {
        Portfolio::maybe(ctx, self.portfolio_id).await.transpose()
    }

    /// Only in this org unit and the units below it; null when it is not bound to one.
    async fn org_unit(&self, ctx: &Context<'_>) -> Option<Result<OrgUnit, Fault>> {
        OrgUnit::maybe(ctx, self.org_unit_id).await.transpose()
    }
}
