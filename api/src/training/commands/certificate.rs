//! Certificates are issued and revoked.

use sea_orm::sea_query::{Condition, ExprTrait as _};
use tutti_entity::ids::{CurriculumId, PersonId};
use tutti_entity::people::person;
use tutti_entity::training::certification::{self, Level};
use tutti_entity::training::{attendance, curriculum};

use super::{alone, judge_again, today, with};
use crate::access::Capability;
use crate::graphql::scalars::Duration;
use crate::graphql::{Check, ProblemCode};
use crate::store::tx::Action;
use crate::store::{At, Command, Outcome, Tx};
use crate::training::inputs::{CertificationIssueInput, CertificationRevokeInput};
use crate::training::rules::certificate::{self as rules, Span};
use crate::training::rules::session::{here, reason};
use crate::training::store;

/// All certificates of somebody of a curriculum, which nobody changes until the end.
async fn all_of(
    tx: &Tx<'_>,
    person: PersonId,
    curriculum: CurriculumId,
) -> Outcome<Vec<certification::Model>> {
    use certification::Column as C;
    let theirs = Condition::all()
        .add(At::TOP.col(C::PersonId).eq(person))
        .add(At::TOP.col(C::CurriculumId).eq(curriculum));
    tx.hold_all::<certification::Entity>(theirs).await
}

/// Refuses whoever neither looks after certificates of every level where somebody works, nor holds a certificate of a
/// level above this one.
async fn allowed(
    tx: &Tx<'_>,
    person: &person::Model,
    curriculum: CurriculumId,
    level: Level,
    field: &str,
) -> Outcome<()> {
    if tx.scope().may(Capability::TrainingLead, with(person)) {
        return Ok(());
    }
    tx.require(Capability::CertificateIssue, with(person), field)?;
    let own = match tx.scope().viewer().related_as() {
        Some(me) => store::certificates(tx, me, curriculum).await?,
        None => Vec::new(),
    };
    let held = own.iter().map(Span::from).filter(|span| span.holds_on(today(tx)));
    Ok(rules::below_own(held.map(|span| span.level).max(), level, field)?)
}

/// When the certificates hold, with this one as it will be.
fn spans(all: &[certification::Model], with: &[&certification::Model]) -> Vec<Span> {
    let others = all.iter().filter(|row| with.iter().all(|changed| changed.id != row.id));
    others.chain(with.iter().copied()).map(Span::from).collect()
}

impl Command for CertificationIssueInput {
    type Entity = certification::Entity;

    async fn run(&self, tx: &Tx<'_>) -> Outcome<certification::Model> {
        let curriculum = tx.get::<curriculum::Entity>(self.curriculum_id, "curriculumId").await?;
        alone(tx, curriculum.id).await?;
        let person = tx.get::<person::Entity>(self.person_id, "personId").await?;
        allowed(tx, &person, curriculum.id, self.level, "level").await?;
        let all = all_of(tx, person.id, curriculum.id).await?;
        let earlier: Vec<_> = all.iter().filter(|row| row.level == self.level).collect();
        let issued_on = self.issued_on.map_or(today(tx), |day| day.0);
        let mut check = Check::default();
        here(&mut check, person.status, "personId");
        let ended: Vec<Span> = earlier.iter().map(|row| Span::from(*row)).collect();
        rules::issued_on(&mut check, issued_on, today(tx), &ended);
        if let Some(id) = self.basis_id {
            let basis = tx.get::<attendance::Entity>(id, "basisId").await?;
            let is_basis = basis.person_id == person.id
                && basis.curriculum_id == curriculum.id
                && basis.status == attendance::Status::Completed;
            let message = "A basis is an attendance of the same person and curriculum that is COMPLETED.";
            check.that(is_basis, ProblemCode::Invalid, "basisId", message);
        }
        check.done()?;
        let validity = curriculum.validity.as_deref().map(Duration::stored);
        let current = earlier.into_iter().find(|row| row.revoked_on.is_none() && row.replaced_on.is_none());
        let row = certification::Model {
            id: tx.new_id(),
            version: 1,
            person_id: person.id,
            curriculum_id: curriculum.id,
            level: self.level,
            issued_on,
            expires_on: rules::expires_on(issued_on, validity)?,
            revoked_on: None,
            revoked_reason: None,
            replaced_on: None,
            replaces_id: current.map(|row| row.id),
            issued_by_id: tx.scope().viewer().person_id(),
            basis_id: self.basis_id,
            created_at: tx.now(),
            updated_at: tx.now(),
        };
        let mut changed = vec![&row];
        let replaced =
            current.map(|row| certification::Model { replaced_on: Some(issued_on), ..row.clone() });
        if let (Some(before), Some(after)) = (current, &replaced) {
            let action = "certification.replaced".into();
            tx.update::<certification::Entity>(before, after.clone(), action).await?;
            changed.push(after);
        }
        judge_again(tx, person.id, curriculum.id, &spans(&all, &changed)).await?;
        tx.insert::<certification::Entity>(row, "certification.issued".into()).await
    }
}

impl Command for CertificationRevokeInput {
    type Entity = certification::Entity;

    async fn run(&self, tx: &Tx<'_>) -> Outcome<certification::Model> {
        alone(tx, store::curriculum_of_certificate(tx, self.id, "id").await?).await?;
        let before = tx.subject::<certification::Entity>(self.id, "id").await?;
        let person = tx.get::<person::Entity>(before.person_id, "id").await?;
        allowed(tx, &person, before.curriculum_id, before.level, "id").await?;
        let mut check = Check::default();
        let reason = reason(&mut check, &self.reason);
        check.done()?;
        let on = self.revoked_on.map_or(today(tx), |day| day.0);
        rules::revocable(&Span::from(&before), on, today(tx))?;
        let after = certification::Model {
            revoked_on: Some(on),
            revoked_reason: Some(reason.clone()),
            ..before.clone()
        };
        let all = all_of(tx, person.id, before.curriculum_id).await?;
        judge_again(tx, person.id, before.curriculum_id, &spans(&all, &[&after])).await?;
        let action = Action { name: "certification.revoked", reason: Some(&reason) };
        tx.update::<certification::Entity>(&before, after, action).await
    }
}
