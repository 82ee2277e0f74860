//! Granting roles and taking them back.
//!
//! Always: nobody grants wider than they hold, because the grant's place is the place that is asked about;
//! a role that was taken back keeps its row; and somebody is left who is administrator for good, or nobody
//! could ever grant anything again.

use tutti_entity::people::person::PersonStatus;
use tutti_entity::people::role_grant::Role;
use tutti_entity::people::{org_unit, person, role_grant};
use tutti_entity::portfolio::portfolio;

use super::inputs::{RoleGrantInput, RoleRevokeInput};
use super::rules::{self, Days};
use super::store;
use crate::access::{Capability, Place};
use crate::graphql::{Check, Problem, ProblemCode};
use crate::store::tx::Action;
use crate::store::{Command, Outcome, Tx};

/// The name under which those who end the role of an administrator wait for one another.
pub(super) const ADMINISTRATORS: &str = "administrators";

/// Refuses to end this role where nobody else would be administrator for good.
pub(super) async fn spare_last_administrator(tx: &Tx<'_>, ends: &role_grant::Model) -> Outcome<()> {
    let everywhere = ends.portfolio_id.is_none() && ends.org_unit_id.is_none();
    let counts = ends.role == Role::Admin && everywhere && ends.since <= tx.scope().today();
    if !counts || store::has_other_administrator(tx, ends.person_id).await? {
        return Ok(());
    }
    let message = "They are the last ADMIN. Somebody else has to hold ADMIN for the whole organisation, \
                   today and without an end, before they do not.";
    Err(Problem::new(ProblemCode::Conflict, "id", message).into())
}

/// Takes back every role that this person holds or will hold. The role of somebody who has left already is
/// none that anybody relies on.
pub(super) async fn take_back_all(tx: &Tx<'_>, person: &person::Model, reason: Option<&str>) -> Outcome<()> {
    let held = tx.hold_all::<role_grant::Entity>(store::roles_of(person.id, tx.scope().today())).await?;
    if person.status != PersonStatus::Left {
        for grant in &held {
            spare_last_administrator(tx, grant).await?;
        }
    }
    let action = Action { name: "role.revoked", reason };
    tx.update_all::<role_grant::Entity>(held, |grant| grant.revoked_at = Some(tx.now()), action).await
}

impl RoleGrantInput {
    fn place(&self) -> (Place, &'static str) {
        let place = Place { portfolio: self.portfolio_id, org_unit: self.org_unit_id, ..Place::default() };
        let field = match (self.portfolio_id, self.org_unit_id) {
            (Some(_), _) => "portfolioId",
            (None, Some(_)) => "orgUnitId",
            (None, None) => "role",
        };
        (place, field)
    }

    /// Refuses a role that they hold already in the same place on one of these days.
    async fn is_new(&self, tx: &Tx<'_>, days: Days) -> Outcome<()> {
        let held = tx.hold_all::<role_grant::Entity>(store::roles_of(self.person_id, days.since)).await?;
        let same = held.iter().find(|held| {
            let place = (held.portfolio_id, held.org_unit_id) == (self.portfolio_id, self.org_unit_id);
            let theirs = Days { since: held.since, until: held.until };
            held.role == self.role && place && theirs.overlap(days)
        });
        let Some(same) = same else { return Ok(()) };
        let until = same.until.map_or("without an end".to_owned(), |until| format!("until {until}"));
        let message = format!("They hold this role there since {} {until}: {}.", same.since, same.id);
        Err(Problem::new(ProblemCode::Conflict, "role", message).into())
    }
}

impl Command for RoleGrantInput {
    type Entity = role_grant::Entity;

    async fn run(&self, tx: &Tx<'_>) -> Outcome<role_grant::Model> {
        let (place, field) = self.place();
        tx.require(Capability::RolesManage, place, field)?;
        if self.role == Role::Admin && tx.scope().viewer().key.is_some() {
            let message = "A key makes no administrators, who would outlive it.";
            return Err(Problem::new(ProblemCode::Forbidden, "role", message).into());
        }
        // Two grants of the same at the same moment are compared one after the other.
        tx.exclusive(&format!("roles of {}", self.person_id)).await?;
        let person = tx.get::<person::Entity>(self.person_id, "personId").await?;
        if let Some(portfolio) = self.portfolio_id {
            tx.get::<portfolio::Entity>(portfolio, "portfolioId").await?;
        }
        if let Some(unit) = self.org_unit_id {
            tx.get::<org_unit::Entity>(unit, "orgUnitId").await?;
        }
        let since = self.since.map_or(tx.scope().today(), |day| day.0);
        let days = Days { since, until: self.until.map(|day| day.0) };
        let mut check = Check::default();
        check.that(
            self.portfolio_id.is_none() || self.org_unit_id.is_none(),
            ProblemCode::Invalid,
            "orgUnitId",
            "A role holds in a portfolio or in an org unit, not in both.",
        );
        rules::still_here(&mut check, person.status, "personId");
        rules::days(&mut check, days);
        check.done()?;
        self.is_new(tx, days).await?;
        let row = role_grant::Model {
            id: tx.new_id(),
            version: 1,
            person_id: self.person_id,
            role: self.role,
            portfolio_id: self.portfolio_id,
            org_unit_id: self.org_unit_id,
            since: days.since,
            until: days.until,
            revoked_at: None,
            created_at: tx.now(),
            updated_at: tx.now(),
        };
        tx.insert::<role_grant::Entity>(row, "role.granted".into()).await
    }
}

impl Command for RoleRevokeInput {
    type Entity = role_grant::Entity;

    async fn run(&self, tx: &Tx<'_>) -> Outcome<role_grant::Model> {
        tx.exclusive(ADMINISTRATORS).await?;
        let before = tx.subject::<role_grant::Entity>(self.id, "id").await?;
        let place =
            Place { portfolio: before.portfolio_id, org_unit: before.org_unit_id, ..Place::default() };
        tx.require(Capability::RolesManage, place, "id")?;
        let mut check = Check::default();
        let reason = rules::reason(&mut check, self.reason.as_deref());
        check.done()?;
        let today = tx.scope().today();
        if before.revoked_at.is_none() && before.until.is_none_or(|until| until >= today) {
            spare_last_administrator(tx, &before).await?;
        }
        let after = role_grant::Model { revoked_at: before.revoked_at.or(Some(tx.now())), ..before.clone() };
        let action = Action { name: "role.revoked", reason: reason.as_deref() };
        tx.update::<role_grant::Entity>(&before, after, action).await
    }
}
