//! Restatements: what a locked number is to become, decided by a second person.

use tutti_entity::ids::MeasurementId;
use tutti_entity::metrics::{kpi, measurement};

use super::measurement::{Said, revisions, story, unit, within};
use crate::access::Capability;
use crate::graphql::problem::cleared;
use crate::graphql::{Check, Problem, ProblemCode};
use crate::metrics::inputs::{MeasurementRestateInput, RestatementApproveInput, RestatementDeclineInput};
use crate::metrics::rules::measure::{Measure, period_end};
use crate::metrics::rules::revision;
use crate::metrics::rules::tally::counted;
use crate::metrics::store::{self, Slot};
use crate::store::tx::Action;
use crate::store::{Command, Outcome, Tx};

impl MeasurementRestateInput {
    /// Of which number it is a revision, and the field that says so.
    async fn slot(&self, tx: &Tx<'_>) -> Outcome<(Slot, &'static str)> {
        let mut check = Check::default();
        if let Some(id) = self.id {
            for (field, is_there) in [
                ("kpiId", self.kpi_id.is_some()),
                ("orgUnitId", self.org_unit_id.is_some()),
                ("periodStart", self.period_start.is_some()),
            ] {
                let message = "The measurement says so itself. Leave it out.";
                check.that(!is_there, ProblemCode::Invalid, field, message);
            }
            check.done()?;
            let known = store::slot_of(tx, id).await?.ok_or_else(|| {
                Problem::new(ProblemCode::NotFound, "id", "There is no Measurement with this id.")
            })?;
            return Ok((known, "id"));
        }
        let (Some(kpi), Some(start)) = (self.kpi_id, self.period_start) else {
            let message = "Say which measurement, or which KPI and period.";
            return Err(Problem::new(ProblemCode::Required, "id", message).into());
        };
        unit(tx, self.org_unit_id).await?;
        Ok(((kpi, self.org_unit_id, start.0), "kpiId"))
    }
}

impl Command for MeasurementRestateInput {
    type Entity = measurement::Entity;

    async fn run(&self, tx: &Tx<'_>) -> Outcome<measurement::Model> {
        let (slot, field) = self.slot(tx).await?;
        let (kpi, unit, start) = slot;
        tx.require(Capability::MeasurementRecord, within(unit), field)?;
        let kpi = tx.get::<kpi::Entity>(kpi, field).await?;
        let period_end = period_end(kpi.cadence, start)?;
        let revisions = revisions(tx, slot).await?;
        if let Some(id) = self.id {
            // Held only now, so that those who hold the KPI and those who hold a revision never wait in a circle.
            tx.subject::<measurement::Entity>(id, "id").await?;
        }
        let waiting = revisions.iter().find(|row| revision::is_waiting(row)).map(|row| row.id);
        revision::restatable(revision::state(period_end, kpi.locked_through), waiting, field)?;
        let counted = counted(&Measure::from(&kpi), &self.sent())?;
        let before = revision::in_force(&revisions, None);
        let told = before.and_then(|before| before.story.clone());
        let told = cleared(&self.story.clone().map_value(|text| text.0), told);
        let said = Said { slot, period_end, counted, story: story(told.as_deref())? };
        let mut check = Check::default();
        let reason_text = revision::reason_text(&mut check, &self.reason_text);
        let same = before.is_some_and(|before| said.is(before));
        check.that(!same, ProblemCode::Conflict, field, "That is what it says already.");
        check.done()?;
        let row = measurement::Model {
            reason: Some(self.reason),
            reason_text: Some(reason_text.clone()),
            in_force_at: None,
            ..said.next(tx, &revisions)?
        };
        let action = Action { name: "restatement.requested", reason: Some(&reason_text) };
        tx.insert::<measurement::Entity>(row, action).await
    }
}

/// The request, if the viewer may decide about it.
async fn request(tx: &Tx<'_>, id: MeasurementId) -> Outcome<measurement::Model> {
    let row = tx.subject::<measurement::Entity>(id, "id").await?;
    tx.require(Capability::RestatementApprove, within(row.org_unit_id), "id")?;
    revision::undecided(&row)?;
    Ok(row)
}

impl Command for RestatementApproveInput {
    type Entity = measurement::Entity;

    async fn run(&self, tx: &Tx<'_>) -> Outcome<measurement::Model> {
        let before = request(tx, self.id).await?;
        let approver = tx.author()?;
        revision::second_person(before.recorded_by_id, approver)?;
        let after = measurement::Model {
            in_force_at: Some(tx.now()),
            approved_by_id: Some(approver),
            ..before.clone()
        };
        let action = Action { name: "restatement.approved", reason: before.reason_text.as_deref() };
        tx.update::<measurement::Entity>(&before, after, action).await
    }
}

impl Command for RestatementDeclineInput {
    type Entity = measurement::Entity;

    async fn run(&self, tx: &Tx<'_>) -> Outcome<measurement::Model> {
        let before = request(tx, self.id).await?;
        let mut check = Check::default();
        let reason = check.prose("reason", Some(&self.reason), 1000);
        check.that(reason.is_some(), ProblemCode::Required, "reason", "Say why it is declined.");
        check.done()?;
        let after = measurement::Model {
            declined_at: Some(tx.now()),
            declined_by_id: Some(tx.author()?),
            ..before.clone()
        };
        let action = Action { name: "restatement.declined", reason: reason.as_deref() };
        tx.update::<measurement::Entity>(&before, after, action).await
    }
}
