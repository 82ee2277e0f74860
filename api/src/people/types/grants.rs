//! Roles that people hold, as callers see them.

use async_graphql::{ComplexObject, Context, SimpleObject};
use aws_lc_rs::digest;
use tutti_entity::ids::{Kind, OrgUnitId, PersonId, PortfolioId, RoleGrantId};
use tutti_entity::people::role_grant::{self, Role};

use super::{OrgUnit, OrgUnitFilter, Person, PersonFilter};
use crate::access::Grant;
use crate::graphql::filter::{Col, DateFilter, DateTimeFilter, EnumFilter, Id, IdFilter, One};
use crate::graphql::scalars::{Date, DateTime};
use crate::graphql::{Fault, Listed};
use crate::portfolio::types::{Portfolio, PortfolioFilter};
use crate::{filter, order, payload};

/// A role that somebody holds, held or will hold. Neither a portfolio nor an org unit means the whole
/// organisation. It is seen by who holds it, and by who may see accounts where they work or where it holds.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct RoleGrant {
    /// Its id: `rol_…`. A role that the identity provider gave has one that finds nothing: it was not
    /// granted here, and cannot be revoked here.
    pub id: RoleGrantId,
    /// Counts the changes, from 1. Send it as `expectedVersion`.
    pub version: i32,
    /// What they hold.
    pub role: Role,
    /// The first day.
    pub since: Date,
    /// The last day; null while it goes on.
    pub until: Option<Date>,
    /// When it was taken back; null when it was not.
    pub revoked_at: Option<DateTime>,
    #[graphql(skip)]
    person_id: PersonId,
    #[graphql(skip)]
    portfolio_id: Option<PortfolioId>,
    #[graphql(skip)]
    org_unit_id: Option<OrgUnitId>,
}

impl From<role_grant::Model> for RoleGrant {
    fn from(row: role_grant::Model) -> Self {
        let role_grant::Model {
            id,
            version,
            person_id,
            role,
            portfolio_id,
            org_unit_id,
            since,
            until,
            revoked_at,
            created_at: _,
            updated_at: _,
        } = row;
        let (since, until, revoked_at) = (Date(since), until.map(Date), revoked_at.map(DateTime));
        Self { id, version, role, since, until, revoked_at, person_id, portfolio_id, org_unit_id }
    }
}

/// The id of a role that has no row: the same for the same person and role, and of no row's version.
fn made_up(person: PersonId, role: Role) -> RoleGrantId {
    let text = format!("{person} {}", sea_orm::ActiveEnum::to_value(&role));
    let hash = digest::digest(&digest::SHA256, text.as_bytes());
    let bytes = hash.as_ref().first_chunk().copied().unwrap_or_default();
    RoleGrantId(uuid::Builder::from_custom_bytes(bytes).into_uuid())
}

impl RoleGrant {
    /// A role that this person holds today.
    pub(crate) fn held(person_id: PersonId, grant: &Grant) -> Self {
        let &Grant { id, version, role, portfolio, org_unit, units: _, since, until } = grant;
        Self {
            id: id.unwrap_or_else(|| made_up(person_id, role)),
            version,
            role,
            since: Date(since),
            until: until.map(Date),
            revoked_at: None,
            person_id,
            portfolio_id: portfolio,
            org_unit_id: org_unit,
        }
    }
}

#[ComplexObject]
impl RoleGrant {
    /// Who holds it.
    async fn person(&self, ctx: &Context<'_>) -> Result<Person, Fault> {
        Person::the(ctx, self.person_id).await
    }

    /// Only in this portfolio; null when it is not bound to one.
    async fn portfolio(&self, ctx: &Context<'_>) -> Option<Result<Portfolio, Fault>> {
        Portfolio::maybe(ctx, self.portfolio_id).await.transpose()
    }

    /// Only in this org unit and the units below it; null when it is not bound to one.
    async fn org_unit(&self, ctx: &Context<'_>) -> Option<Result<OrgUnit, Fault>> {
        OrgUnit::maybe(ctx, self.org_unit_id).await.transpose()
    }
}

filter! {
    /// Which roles that people hold.
    RoleGrantFilter for role_grant {
        /// By id.
        id: IdFilter = Id(role_grant::Column::Id, Kind::RoleGrant),
        /// By the id of who holds it.
        person_id: IdFilter = Id(role_grant::Column::PersonId, Kind::Person),
        /// By who holds it.
        person: Box<PersonFilter> = One(role_grant::Column::PersonId),
        /// By what they hold.
        role: EnumFilter<Role> = Col(role_grant::Column::Role),
        /// By the id of the portfolio it is bound to, or by whether it is bound to any.
        portfolio_id: IdFilter = Id(role_grant::Column::PortfolioId, Kind::Portfolio),
        /// By the portfolio it is bound to.
        portfolio: Box<PortfolioFilter> = One(role_grant::Column::PortfolioId),
        /// By the id of the org unit it is bound to, or by whether it is bound to any.
        org_unit_id: IdFilter = Id(role_grant::Column::OrgUnitId, Kind::OrgUnit),
        /// By the org unit it is bound to.
        org_unit: Box<OrgUnitFilter> = One(role_grant::Column::OrgUnitId),
        /// By the first day.
        since: DateFilter = Col(role_grant::Column::Since),
        /// By the last day; `isNull: true` for those that go on.
        until: DateFilter = Col(role_grant::Column::Until),
        /// By when it was taken back; `isNull: true` for those that were not.
        revoked_at: DateTimeFilter = Col(role_grant::Column::RevokedAt),
    }
}

order! {
    /// Sorts roles that people hold.
    RoleGrantOrder, RoleGrantOrderField "What roles that people hold can be sorted by.", role_grant {
        /// By the name of the role.
        Role => [Role],
        /// By the first day.
        Since => [Since],
        /// By the last day.
        Until => [Until],
        /// By when it was taken back.
        RevokedAt => [RevokedAt],
        /// By when it was granted.
        CreatedAt => [CreatedAt],
    }
}

impl Listed for RoleGrant {
    const NAME: &'static str = "RoleGrant";
    type Entity = role_grant::Entity;
    type Filter = RoleGrantFilter;
    type Order = RoleGrantOrder;
    const ID: role_grant::Column = role_grant::Column::Id;
}

payload! {
    /// What a mutation of a role answers.
    RolePayload {
        /// The role as it is held; null when something has to be mended.
        role_grant: RoleGrant = role_grant
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tutti_entity::ids::TypedId as _;
    use uuid::Uuid;

    #[test]
    fn a_role_of_the_identity_provider_has_an_id_of_its_own() {
        let person = |number| PersonId(Uuid::from_u128(number));
        let id = made_up(person(1), Role::Admin);
        assert_eq!(id, made_up(person(1), Role::Admin));
        assert_ne!(id, made_up(person(1), Role::Pmo));
        assert_ne!(id, made_up(person(2), Role::Admin));
        assert_eq!(id.uuid().get_version_num(), 8);
    }
}
