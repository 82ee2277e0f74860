//! Leaving and coming back.
//!
//! Whoever leaves keeps their history, and hands over the rest in the same transaction: their roles and keys
//! are taken back, the address of their calendar is not good any more, their sessions end and their password is
//! forgotten, so that nothing of it wakes up when they return; those who report to them report to their manager
//! from then on; and their open work goes to whoever was named. Without one it stays, and is listed.

use tutti_entity::accounts::{api_key, password, session};
use tutti_entity::exchange::calendar_feed;
use tutti_entity::ids::PersonId;
use tutti_entity::people::person::{self, PersonStatus};

use super::commands::REPORTING_LINES;
use super::inputs::{PersonDeactivateInput, PersonReactivateInput};
use super::roles::{self, ADMINISTRATORS};
use super::{rules, store};
use crate::access::{Capability, Place};
use crate::communication;
use crate::feedback;
use crate::graphql::{Check, Problem, ProblemCode};
use crate::metrics;
use crate::portfolio::{handover, rules::at_work};
use crate::store::tx::Action;
use crate::store::{Command, Outcome, Tx};

/// The nearest one up the line who has not left.
async fn manager_still_here(tx: &Tx<'_>, mut up: Option<PersonId>) -> Outcome<Option<PersonId>> {
    while let Some(id) = up {
        let manager = tx.get::<person::Entity>(id, "id").await?;
        if manager.status != PersonStatus::Left {
            return Ok(Some(id));
        }
        up = manager.manager_id;
    }
    Ok(None)
}

impl PersonDeactivateInput {
    /// Checks who takes the work over.
    async fn successor(&self, tx: &Tx<'_>, check: &mut Check) -> Outcome<Option<PersonId>> {
        let Some(successor) = self.reassign_to else { return Ok(None) };
        let message = "Whoever leaves cannot take their own work over.";
        check.that(successor != self.id, ProblemCode::Invalid, "reassignTo", message);
        if successor != self.id {
            let row = tx.get::<person::Entity>(successor, "reassignTo").await?;
            at_work(check, row.status, "reassignTo");
        }
        Ok(Some(successor))
    }
}

/// Ends what somebody signs in with and may do.
async fn shut_out(tx: &Tx<'_>, person: &person::Model, reason: Option<&str>) -> Outcome<()> {
    roles::take_back_all(tx, person, reason).await?;
    let keys = tx.hold_all::<api_key::Entity>(store::keys_of(person.id)).await?;
    let revoked = Action { name: "api_key.revoked", reason };
    tx.update_all::<api_key::Entity>(keys, |key| key.revoked_at = Some(tx.now()), revoked).await?;
    let sessions = tx.hold_all::<session::Entity>(store::sessions_of(person.id)).await?;
    let ended = Action { name: "session.ended", reason };
    tx.update_all::<session::Entity>(sessions, |session| session.ended_at = Some(tx.now()), ended).await?;
    let feeds = tx.hold_all::<calendar_feed::Entity>(store::calendars_of(person.id)).await?;
    let revoked = Action { name: "calendar_feed.revoked", reason };
    tx.update_all::<calendar_feed::Entity>(feeds, |feed| feed.revoked_at = Some(tx.now()), revoked).await?;
    let passwords = tx.hold_all::<password::Entity>(store::password_of(person.id)).await?;
    let removed = Action { name: "password.removed", reason };
    let forget = |password: &mut password::Model| {
        (password.hash, password.reset_hash, password.reset_expires_at) = (None, None, None);
    };
    tx.update_all::<password::Entity>(passwords, forget, removed).await
}

impl Command for PersonDeactivateInput {
    type Entity = person::Entity;

    async fn run(&self, tx: &Tx<'_>) -> Outcome<person::Model> {
        tx.exclusive(ADMINISTRATORS).await?;
        tx.exclusive(REPORTING_LINES).await?;
        let before = tx.subject::<person::Entity>(self.id, "id").await?;
        tx.require(Capability::AccountsManage, Place::default(), "id")?;
        let mut check = Check::default();
        let reason = rules::reason(&mut check, self.reason.as_deref());
        let reason = reason.as_deref();
        let successor = self.successor(tx, &mut check).await?;
        check.done()?;
        shut_out(tx, &before, reason).await?;
        let manager = manager_still_here(tx, before.manager_id).await?;
        let reports = tx.hold_all::<person::Entity>(store::reports_of(before.id)).await?;
        let moved = Action { name: "person.updated", reason };
        tx.update_all::<person::Entity>(reports, |report| report.manager_id = manager, moved).await?;
        if let Some(successor) = successor {
            handover::hand_over(tx, before.id, successor, reason).await?;
            metrics::handover::hand_over(tx, before.id, successor, reason).await?;
            communication::handover::hand_over(tx, before.id, successor, reason).await?;
            feedback::handover::hand_over(tx, before.id, successor, reason).await?;
        }
        let after = person::Model { status: PersonStatus::Left, ..before.clone() };
        tx.update::<person::Entity>(&before, after, Action { name: "person.deactivated", reason }).await
    }
}

impl Command for PersonReactivateInput {
    type Entity = person::Entity;

    async fn run(&self, tx: &Tx<'_>) -> Outcome<person::Model> {
        tx.exclusive(REPORTING_LINES).await?;
        let before = tx.subject::<person::Entity>(self.id, "id").await?;
        tx.require(Capability::AccountsManage, Place::default(), "id")?;
        let mut check = Check::default();
        let reason = rules::reason(&mut check, self.reason.as_deref());
        check.done()?;
        if before.status != PersonStatus::Left {
            return Err(Problem::new(ProblemCode::Conflict, "id", "They have not left.").into());
        }
        let reason = reason.as_deref();
        // Whoever left before leaving took everything back returns with nothing all the same.
        shut_out(tx, &before, reason).await?;
        let manager_id = manager_still_here(tx, before.manager_id).await?;
        let after = person::Model { status: PersonStatus::Active, manager_id, ..before.clone() };
        let action = Action { name: "person.reactivated", reason };
        tx.update::<person::Entity>(&before, after, action).await
    }
}
