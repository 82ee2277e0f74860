//! What mutations of people, org units and roles take. In updates an absent field stays and an explicit
//! null clears.

use async_graphql::{InputObject, MaybeUndefined};
use tutti_entity::ids::{OrgUnitId, PersonId, PortfolioId, RoleGrantId};
use tutti_entity::people::person::{Locale, PersonStatus, Tier};
use tutti_entity::people::role_grant::Role;

use crate::graphql::scalars::Date;

/// A new person.
#[derive(Clone, Debug, InputObject)]
pub struct PersonCreateInput {
    /// Their name, 1 to 200 characters.
    pub name: String,
    /// Their address, 3 to 254 characters; nobody else has it, whatever its case.
    pub email: String,
    /// Where they stand.
    pub tier: Tier,
    /// Whether they are at work. ACTIVE by default; not LEFT.
    pub status: Option<PersonStatus>,
    /// The language they read. EN by default.
    pub locale: Option<Locale>,
    /// Where they work.
    pub org_unit_id: Option<OrgUnitId>,
    /// Whom they report to; somebody who has not left.
    pub manager_id: Option<PersonId>,
}

/// A change of a person.
#[derive(Clone, Debug, InputObject)]
pub struct PersonUpdateInput {
    /// Who changes.
    pub id: PersonId,
    /// Their name, 1 to 200 characters; cannot be cleared.
    pub name: MaybeUndefined<String>,
    /// Their address, 3 to 254 characters; nobody else has it, whatever its case. It cannot be cleared.
    /// Because they sign in with it, only who may manage accounts in the whole organisation changes it.
    pub email: MaybeUndefined<String>,
    /// Where they stand; cannot be cleared.
    pub tier: MaybeUndefined<Tier>,
    /// ACTIVE or ON_LEAVE; cannot be cleared. Only who may manage accounts in the whole organisation changes
    /// it. `personDeactivate` makes it LEFT.
    pub status: MaybeUndefined<PersonStatus>,
    /// The language they read; cannot be cleared.
    pub locale: MaybeUndefined<Locale>,
    /// Where they work; null takes them out of the units.
    pub org_unit_id: MaybeUndefined<OrgUnitId>,
    /// Whom they report to: somebody who has not left and does not report to them, directly or through
    /// others. Null puts them at the top.
    pub manager_id: MaybeUndefined<PersonId>,
    /// Why, at most 1000 characters; the log keeps it.
    pub reason: Option<String>,
}

/// Somebody who leaves.
#[derive(Clone, Debug, InputObject)]
pub struct PersonDeactivateInput {
    /// Who leaves.
    pub id: PersonId,
    /// Who takes over what they have open: somebody else, ACTIVE. The portfolios that they own and that are
    /// not archived, and their part in initiatives that have not ended, as owner, sponsor or reviewer.
    /// Nobody reviews their own initiative: where the one who takes over would, it is left without a
    /// reviewer. Without this the work stays theirs, and `person { openWork }` lists it.
    pub reassign_to: Option<PersonId>,
    /// Why, at most 1000 characters; the log keeps it.
    pub reason: Option<String>,
}

/// Somebody who comes back.
#[derive(Clone, Debug, InputObject)]
pub struct PersonReactivateInput {
    /// Who comes back.
    pub id: PersonId,
    /// Why, at most 1000 characters; the log keeps it.
    pub reason: Option<String>,
}

/// A new org unit.
#[derive(Clone, Debug, InputObject)]
pub struct OrgUnitCreateInput {
    /// What it is called, 1 to 200 characters.
    pub name: String,
    /// The unit it is part of; none puts it at the top.
    pub parent_id: Option<OrgUnitId>,
}

/// A change of an org unit.
#[derive(Clone, Debug, InputObject)]
pub struct OrgUnitUpdateInput {
    /// Which unit.
    pub id: OrgUnitId,
    /// What it is called, 1 to 200 characters; cannot be cleared.
    pub name: MaybeUndefined<String>,
    /// The unit it is part of, which is not part of it; null puts it at the top.
    pub parent_id: MaybeUndefined<OrgUnitId>,
}

/// A role for somebody. Neither a portfolio nor an org unit means the whole organisation.
#[derive(Clone, Debug, InputObject)]
pub struct RoleGrantInput {
    /// Who gets it; somebody who has not left.
    pub person_id: PersonId,
    /// What they get.
    pub role: Role,
    /// Only in this portfolio.
    pub portfolio_id: Option<PortfolioId>,
    /// Only in this org unit and the units below it; not together with a portfolio.
    pub org_unit_id: Option<OrgUnitId>,
    /// The first day. Today by default.
    pub since: Option<Date>,
    /// The last day, not before the first; none while it goes on.
    pub until: Option<Date>,
}

/// A role that is taken back.
#[derive(Clone, Debug, InputObject)]
pub struct RoleRevokeInput {
    /// Which grant.
    pub id: RoleGrantId,
    /// Why, at most 1000 characters; the log keeps it.
    pub reason: Option<String>,
}
