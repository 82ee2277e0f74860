//! Who may do what: one table, readable by somebody who does not program.
//!
//! Each root field names the capability that it needs (`@needs(capability: …)`). The gate in front of
//! the roots lets a caller pass who may do it *somewhere*; the command then asks whether they may do
//! it *here* ([`Viewer::may`]).

use tutti_entity::ids::{PersonId, PortfolioId};
use tutti_entity::people::role_grant::Role;

use super::Viewer;

/// What somebody stands to the thing that is touched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    /// The one who answers for it.
    Owner,
}

/// Something that can be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Capability {
    /// Read people and org units.
    PeopleRead,
    /// Create and change people, org units, roles.
    PeopleManage,
    /// Read portfolios and initiatives.
    PortfolioRead,
    /// Create, change and archive portfolios.
    PortfolioManage,
    /// Create initiatives.
    InitiativeCreate,
    /// Change, move, reassign and archive initiatives.
    InitiativeChange,
    /// Approve, reject and close initiatives.
    InitiativeDecide,
    /// Read what happened.
    EventsRead,
}

/// One row of the table.
#[derive(Clone, Copy, Debug)]
pub struct Allowance {
    /// What can be done.
    pub capability: Capability,
    /// How schema directives spell it.
    pub name: &'static str,
    /// What it means, for the snapshot and for people.
    pub meaning: &'static str,
    /// Everybody who is signed in may.
    pub everyone: bool,
    /// These roles may, in the scope in which they hold the role.
    pub roles: &'static [Role],
    /// Those who stand so to the thing may.
    pub relations: &'static [Relation],
}

/// The table.
pub const TABLE: &[Allowance] = &[
    Allowance {
        capability: Capability::PeopleRead,
        name: "people.read",
        meaning: "read people and org units",
        everyone: true,
        roles: &[],
        relations: &[],
    },
    Allowance {
        capability: Capability::PeopleManage,
        name: "people.manage",
        meaning: "create and change people and org units",
        everyone: false,
        roles: &[Role::Admin],
        relations: &[],
    },
    Allowance {
        capability: Capability::PortfolioRead,
        name: "portfolio.read",
        meaning: "read portfolios and initiatives",
        everyone: true,
        roles: &[],
        relations: &[],
    },
    Allowance {
        capability: Capability::PortfolioManage,
        name: "portfolio.manage",
        meaning: "create, change and archive portfolios",
        everyone: false,
        roles: &[Role::Pmo],
        relations: &[],
    },
    Allowance {
        capability: Capability::InitiativeCreate,
        name: "initiative.create",
        meaning: "create initiatives",
        everyone: false,
        roles: &[Role::Pmo],
        relations: &[],
    },
    Allowance {
        capability: Capability::InitiativeChange,
        name: "initiative.change",
        meaning: "change, move, reassign and archive initiatives",
        everyone: false,
        roles: &[Role::Pmo],
        relations: &[Relation::Owner],
    },
    Allowance {
        capability: Capability::InitiativeDecide,
        name: "initiative.decide",
        meaning: "approve, reject and close initiatives",
        everyone: false,
        roles: &[Role::Pmo],
        relations: &[],
    },
    Allowance {
        capability: Capability::EventsRead,
        name: "events.read",
        meaning: "read what happened",
        everyone: true,
        roles: &[],
        relations: &[],
    },
];

/// The row whose directive spells this name.
#[must_use]
pub fn named(name: &str) -> Option<&'static Allowance> {
    TABLE.iter().find(|row| row.name == name)
}

/// Where something is to be done. An empty place is the organisation as a whole.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// In this portfolio.
    pub portfolio: Option<PortfolioId>,
    /// To a thing that this person answers for.
    pub owner: Option<PersonId>,
}

impl Allowance {
    /// Whether this viewer may do it somewhere, to something.
    #[must_use]
    pub fn somewhere(&self, viewer: &Viewer) -> bool {
        viewer.person.is_none()
            || self.everyone
            || !self.relations.is_empty()
            || viewer.grants.iter().any(|grant| self.roles.contains(&grant.role))
    }

    fn here(&self, viewer: &Viewer, place: Place) -> bool {
        let Some(person) = viewer.person_id() else { return true };
        let by_role = viewer.grants.iter().any(|grant| {
            // A role in an org unit says nothing about portfolios; a role in a portfolio holds there alone.
            self.roles.contains(&grant.role)
                && grant.org_unit.is_none()
                && (grant.portfolio.is_none() || grant.portfolio == place.portfolio)
        });
        let by_relation = self.relations.iter().any(|relation| match relation {
            Relation::Owner => place.owner == Some(person),
        });
        self.everyone || by_role || by_relation
    }
}

impl Viewer {
    /// Whether they may do this here.
    #[must_use]
    pub fn may(&self, capability: Capability, place: Place) -> bool {
        TABLE.iter().any(|row| row.capability == capability && row.here(self, place))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::Grant;
    use chrono::{NaiveDate, Utc};
    use tutti_entity::people::person;
    use uuid::Uuid;

    fn viewer(role: Role, portfolio: Option<u128>) -> Viewer {
        let at = chrono::DateTime::<Utc>::UNIX_EPOCH;
        Viewer {
            person: Some(person::Model {
                id: PersonId(Uuid::from_u128(1)),
                version: 1,
                name: String::new(),
                name_folded: String::new(),
                email: String::new(),
                email_folded: String::new(),
                tier: person::Tier::Support,
                status: person::PersonStatus::Active,
                locale: person::Locale::En,
                org_unit_id: None,
                manager_id: None,
                created_at: at,
                updated_at: at,
            }),
            grants: vec![Grant {
                role,
                portfolio: portfolio.map(|id| PortfolioId(Uuid::from_u128(id))),
                org_unit: None,
                since: NaiveDate::default(),
                until: None,
            }],
        }
    }

    fn place(portfolio: u128, owner: u128) -> Place {
        Place {
            portfolio: Some(PortfolioId(Uuid::from_u128(portfolio))),
            owner: Some(PersonId(Uuid::from_u128(owner))),
        }
    }

    #[test]
    fn a_role_in_one_portfolio_ends_at_its_border() {
        let pmo = viewer(Role::Pmo, Some(7));
        assert!(pmo.may(Capability::InitiativeCreate, place(7, 2)));
        assert!(!pmo.may(Capability::InitiativeCreate, place(8, 2)));
        assert!(!pmo.may(Capability::PortfolioManage, Place::default()));
        assert!(viewer(Role::Pmo, None).may(Capability::PortfolioManage, Place::default()));
    }

    #[test]
    fn an_owner_changes_what_is_theirs_and_does_not_decide() {
        let owner = viewer(Role::InitiativeOwner, None);
        assert!(owner.may(Capability::InitiativeChange, place(7, 1)));
        assert!(!owner.may(Capability::InitiativeChange, place(7, 2)));
        assert!(!owner.may(Capability::InitiativeDecide, place(7, 1)));
    }

    #[test]
    fn every_capability_has_one_row_and_one_name() {
        for row in TABLE {
            assert_eq!(TABLE.iter().filter(|other| other.capability == row.capability).count(), 1);
            assert_eq!(named(row.name).map(|found| found.capability), Some(row.capability));
            assert!(row.everyone || !row.roles.is_empty(), "{} is open to nobody", row.name);
        }
    }
}
