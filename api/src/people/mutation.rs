//! Root fields that change people and org units.

use async_graphql::{Context, Object};
use tutti_entity::ids::{OrgUnitId, PersonId, PortfolioId};
use tutti_entity::people::role_grant::{self, Role};
use tutti_entity::people::{org_unit, person};
use tutti_entity::value::fold;

use super::types::{OrgUnitCreateInput, OrgUnitPayload, PersonCreateInput, PersonPayload};
use super::{rules, store};
use crate::access::{Capability, Place};
use crate::graphql::gate::needs;
use crate::graphql::{Fault, Problem, ProblemCode, payload};
use crate::store::{Command, Outcome, Tx, WriteOptions};

/// Mutations of people.
#[derive(Debug, Default)]
pub struct PeopleMutation;

#[Object]
impl PeopleMutation {
    /// Enters a person. INVALID for an address that cannot be one, CONFLICT for one that somebody has,
    /// NOT_FOUND for a unit or manager that is not there.
    #[graphql(directive = needs::apply("people.manage".to_owned()))]
    async fn person_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The person.")] input: PersonCreateInput,
        #[graphql(desc = "How to carry it out.")] options: Option<WriteOptions>,
    ) -> Result<PersonPayload<PersonCreateInput>, Fault> {
        Ok(payload::run(ctx, &input, options).await?.into())
    }

    /// Enters an org unit. NOT_FOUND for a parent that is not there.
    #[graphql(directive = needs::apply("people.manage".to_owned()))]
    async fn org_unit_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The unit.")] input: OrgUnitCreateInput,
        #[graphql(desc = "How to carry it out.")] options: Option<WriteOptions>,
    ) -> Result<OrgUnitPayload<OrgUnitCreateInput>, Fault> {
        Ok(payload::run(ctx, &input, options).await?.into())
    }
}

impl Command for PersonCreateInput {
    type Entity = person::Entity;

    async fn run(&self, tx: &Tx<'_>) -> Outcome<person::Model> {
        tx.require(Capability::PeopleManage, Place::default(), "email")?;
        let new = rules::new_person(&self.name, &self.email)?;
        let status = self.status.unwrap_or(person::PersonStatus::Active);
        if status == person::PersonStatus::Left {
            let message = "Somebody new cannot have left already.";
            return Err(Problem::new(ProblemCode::Invalid, "status", message).into());
        }
        let email_folded = fold(&new.email);
        if store::is_taken(tx, &email_folded).await? {
            return Err(
                Problem::new(ProblemCode::Conflict, "email", "Somebody has this address already.").into()
            );
        }
        if let Some(unit) = self.org_unit_id {
            tx.get::<org_unit::Entity>(unit, "orgUnitId").await?;
        }
        if let Some(manager) = self.manager_id {
            tx.get::<person::Entity>(manager, "managerId").await?;
        }
        let row = person::Model {
            id: tx.new_id(),
            version: 1,
            name_folded: fold(&new.name),
            name: new.name,
            email: new.email,
            email_folded,
            tier: self.tier,
            status,
            locale: self.locale.unwrap_or(person::Locale::En),
            org_unit_id: self.org_unit_id,
            manager_id: self.manager_id,
            last_sign_in_at: None,
            created_at: tx.now(),
            updated_at: tx.now(),
        };
        tx.insert::<person::Entity>(row, "person.created".into()).await
    }
}

impl Command for OrgUnitCreateInput {
    type Entity = org_unit::Entity;

    async fn run(&self, tx: &Tx<'_>) -> Outcome<org_unit::Model> {
        tx.require(Capability::PeopleManage, Place::default(), "name")?;
        let name = rules::org_unit_name(&self.name)?;
        if let Some(parent) = self.parent_id {
            tx.get::<org_unit::Entity>(parent, "parentId").await?;
        }
        let row = org_unit::Model {
            id: tx.new_id(),
            version: 1,
            name_folded: fold(&name),
            name,
            parent_id: self.parent_id,
            created_at: tx.now(),
            updated_at: tx.now(),
        };
        tx.insert::<org_unit::Entity>(row, "org_unit.created".into()).await
    }
}

/// Grants a role from today on. So far commands of the house use it, and no mutation.
#[derive(Debug)]
pub struct Grant {
    /// Who gets it.
    pub person: PersonId,
    /// What they get.
    pub role: Role,
    /// Only in this portfolio.
    pub portfolio: Option<PortfolioId>,
    /// Only in this org unit and below.
    pub org_unit: Option<OrgUnitId>,
    /// The last day; none while it goes on.
    pub until: Option<chrono::NaiveDate>,
}

impl Command for Grant {
    type Entity = role_grant::Entity;

    async fn run(&self, tx: &Tx<'_>) -> Outcome<role_grant::Model> {
        tx.require(Capability::PeopleManage, Place::default(), "role")?;
        let row = role_grant::Model {
            id: tx.new_id(),
            version: 1,
            person_id: self.person,
            role: self.role,
            portfolio_id: self.portfolio,
            org_unit_id: self.org_unit,
            since: tx.scope().today(),
            until: self.until,
            revoked_at: None,
            created_at: tx.now(),
            updated_at: tx.now(),
        };
        tx.insert::<role_grant::Entity>(row, "role.granted".into()).await
    }
}
