//! What the mutations of people and org units do inside their transaction: read, ask the rule, write with
//! the event.

use tutti_entity::Keyed;
use tutti_entity::ids::{OrgUnitId, TypedId as _};
use tutti_entity::people::{org_unit, person};
use tutti_entity::value::fold;

use super::inputs::{OrgUnitCreateInput, OrgUnitUpdateInput, PersonCreateInput, PersonUpdateInput};
use super::{rules, store};
use crate::access::{Capability, Place};
use crate::graphql::problem::cleared;
use crate::graphql::{Check, Problem, ProblemCode};
use crate::store::tx::Action;
use crate::store::{Command, Outcome, Tx};

/// The name under which those who change who reports to whom wait for one another: two changes that are
/// fine by themselves can close a circle together.
pub(super) const REPORTING_LINES: &str = "reporting lines";
/// The same for which unit is part of which.
const UNITS: &str = "org units";

fn in_unit(unit: Option<OrgUnitId>) -> Place {
    Place { org_unit: unit, ..Place::default() }
}

async fn is_free(tx: &Tx<'_>, email_folded: &str) -> Outcome<()> {
    if store::is_taken(tx, email_folded).await? {
        let message = "Somebody has this address already.";
        return Err(Problem::new(ProblemCode::Conflict, "email", message).into());
    }
    Ok(())
}

/// Refuses to hang something on what hangs on it.
async fn no_circle<E: Keyed>(
    tx: &Tx<'_>,
    (moved, name): (E::Id, &str),
    onto: E::Id,
    (called, up): (E::Column, E::Column),
    (field, message): (&str, &str),
) -> Outcome<()> {
    let above = store::above::<E>(tx, onto, called, up).await?;
    match rules::circle(moved.uuid(), name, onto.uuid(), &above) {
        None => Ok(()),
        Some(circle) => {
            Err(Problem::new(ProblemCode::Conflict, field, format!("{message}: {circle}.")).into())
        }
    }
}

impl Command for PersonCreateInput {
    type Entity = person::Entity;

    async fn run(&self, tx: &Tx<'_>) -> Outcome<person::Model> {
        tx.require(Capability::PeopleManage, in_unit(self.org_unit_id), "orgUnitId")?;
        let mut check = Check::default();
        let named = rules::person(&mut check, &self.name, &self.email);
        let status = self.status.unwrap_or(person::PersonStatus::Active);
        check.that(
            status != person::PersonStatus::Left,
            ProblemCode::Invalid,
            "status",
            "Somebody new cannot have left already.",
        );
        check.done()?;
        let email_folded = fold(&named.email);
        is_free(tx, &email_folded).await?;
        if let Some(unit) = self.org_unit_id {
            tx.get::<org_unit::Entity>(unit, "orgUnitId").await?;
        }
        if let Some(manager) = self.manager_id {
            let mut check = Check::default();
            let manager = tx.get::<person::Entity>(manager, "managerId").await?;
            rules::still_here(&mut check, manager.status, "managerId");
            check.done()?;
        }
        let row = person::Model {
            id: tx.new_id(),
            version: 1,
            name_folded: fold(&named.name),
            name: named.name,
            email: named.email,
            email_folded,
            tier: self.tier,
            status,
            locale: self.locale.unwrap_or(person::Locale::En),
            org_unit_id: self.org_unit_id,
            manager_id: self.manager_id,
            last_sign_in_at: None,
            daily_digest: false,
            created_at: tx.now(),
            updated_at: tx.now(),
        };
        tx.insert::<person::Entity>(row, "person.created".into()).await
    }
}

impl Command for PersonUpdateInput {
    type Entity = person::Entity;

    async fn run(&self, tx: &Tx<'_>) -> Outcome<person::Model> {
        if self.manager_id.is_value() {
            tx.exclusive(REPORTING_LINES).await?;
        }
        let before = tx.subject::<person::Entity>(self.id, "id").await?;
        tx.require(Capability::PeopleManage, in_unit(before.org_unit_id), "id")?;
        let mut check = Check::default();
        let mut after = before.clone();
        let name = check.kept("name", &self.name, before.name.clone());
        let email = check.kept("email", &self.email, before.email.clone());
        let named = rules::person(&mut check, &name, &email);
        (after.name_folded, after.name) = (fold(&named.name), named.name);
        (after.email_folded, after.email) = (fold(&named.email), named.email);
        after.tier = check.kept("tier", &self.tier, before.tier);
        after.locale = check.kept("locale", &self.locale, before.locale);
        after.status = check.kept("status", &self.status, before.status);
        rules::status(&mut check, before.status, after.status);
        after.org_unit_id = cleared(&self.org_unit_id, before.org_unit_id);
        after.manager_id = cleared(&self.manager_id, before.manager_id);
        let reason = rules::reason(&mut check, self.reason.as_deref());
        may_change(tx, &before, &after)?;
        refers(tx, &mut check, &before, &after).await?;
        check.done()?;
        if after.email_folded != before.email_folded {
            is_free(tx, &after.email_folded).await?;
        }
        let action = Action { name: "person.updated", reason: reason.as_deref() };
        tx.update::<person::Entity>(&before, after, action).await
    }
}

/// What one signs in with and whether one may is decided for the whole organisation; where somebody works,
/// by those who look after the unit they come from and the one they go to.
fn may_change(tx: &Tx<'_>, before: &person::Model, after: &person::Model) -> Outcome<()> {
    if after.email != before.email {
        tx.require(Capability::AccountsManage, Place::default(), "email")?;
        if tx.scope().viewer().key.is_some() {
            let message = "A key changes no addresses, by which people sign in.";
            return Err(Problem::new(ProblemCode::Forbidden, "email", message).into());
        }
    }
    if after.status != before.status {
        tx.require(Capability::AccountsManage, Place::default(), "status")?;
    }
    if after.org_unit_id != before.org_unit_id {
        tx.require(Capability::PeopleManage, in_unit(after.org_unit_id), "orgUnitId")?;
    }
    Ok(())
}

/// Checks the unit and the manager that a person gets.
async fn refers(
    tx: &Tx<'_>,
    check: &mut Check,
    before: &person::Model,
    after: &person::Model,
) -> Outcome<()> {
    if let Some(unit) = after.org_unit_id.filter(|_| after.org_unit_id != before.org_unit_id) {
        tx.get::<org_unit::Entity>(unit, "orgUnitId").await?;
    }
    if let Some(manager) = after.manager_id.filter(|_| after.manager_id != before.manager_id) {
        let row = tx.get::<person::Entity>(manager, "managerId").await?;
        rules::still_here(check, row.status, "managerId");
        let columns = (person::Column::Name, person::Column::ManagerId);
        let message = ("managerId", "They would report to themselves");
        no_circle::<person::Entity>(tx, (before.id, &before.name), manager, columns, message).await?;
    }
    Ok(())
}

impl Command for OrgUnitCreateInput {
    type Entity = org_unit::Entity;

    async fn run(&self, tx: &Tx<'_>) -> Outcome<org_unit::Model> {
        tx.require(Capability::PeopleManage, in_unit(self.parent_id), "parentId")?;
        let mut check = Check::default();
        let name = rules::org_unit_name(&mut check, &self.name);
        check.done()?;
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

impl Command for OrgUnitUpdateInput {
    type Entity = org_unit::Entity;

    async fn run(&self, tx: &Tx<'_>) -> Outcome<org_unit::Model> {
        if self.parent_id.is_value() {
            tx.exclusive(UNITS).await?;
        }
        let before = tx.subject::<org_unit::Entity>(self.id, "id").await?;
        tx.require(Capability::PeopleManage, in_unit(before.parent_id), "id")?;
        let mut check = Check::default();
        let mut after = before.clone();
        let name = check.kept("name", &self.name, before.name.clone());
        after.name = rules::org_unit_name(&mut check, &name);
        after.name_folded = fold(&after.name);
        after.parent_id = cleared(&self.parent_id, before.parent_id);
        if after.parent_id != before.parent_id {
            tx.require(Capability::PeopleManage, in_unit(after.parent_id), "parentId")?;
        }
        if let Some(parent) = after.parent_id.filter(|_| after.parent_id != before.parent_id) {
            tx.get::<org_unit::Entity>(parent, "parentId").await?;
            let columns = (org_unit::Column::Name, org_unit::Column::ParentId);
            let message = ("parentId", "It would be part of itself");
            no_circle::<org_unit::Entity>(tx, (before.id, &before.name), parent, columns, message).await?;
        }
        check.done()?;
        tx.update::<org_unit::Entity>(&before, after, "org_unit.updated".into()).await
    }
}
