//! KPIs and their targets.
//!
//! Always: what a measured number says does not change because its KPI does; and two targets of a KPI never hold on
//! the same day.

use tutti_entity::metrics::{kpi, kpi_target};
use tutti_entity::people::person;
use tutti_entity::value::fold;

use crate::access::{Capability, Place};
use crate::graphql::problem::cleared;
use crate::graphql::{Check, ProblemCode};
use crate::metrics::inputs::{KpiCreateInput, KpiTargetSetInput, KpiUpdateInput};
use crate::metrics::rules::measure::{self, Measure};
use crate::metrics::rules::tally::number_of;
use crate::metrics::rules::target::{self, Steps};
use crate::metrics::store;
use crate::portfolio::rules::at_work;
use crate::store::{Command, Outcome, Tx};

const DESCRIPTION: usize = 20_000;

/// Whoever manages KPIs does so in the whole organisation.
fn manages(tx: &Tx<'_>, field: &str) -> Outcome<()> {
    tx.require(Capability::MetricsManage, Place::default(), field)
}

/// Nobody else has this code. Those who give codes wait for one another.
async fn code_is_free(tx: &Tx<'_>, check: &mut Check, row: &kpi::Model) -> Outcome<()> {
    tx.exclusive("codes of KPIs").await?;
    let taken = store::is_taken(tx, &row.code_folded, row.id).await?;
    check.that(!taken, ProblemCode::Conflict, "code", "Another KPI has this code.");
    Ok(())
}

impl Command for KpiCreateInput {
    type Entity = kpi::Entity;

    async fn run(&self, tx: &Tx<'_>) -> Outcome<kpi::Model> {
        manages(tx, "code")?;
        let owner = tx.get::<person::Entity>(self.owner_id, "ownerId").await?;
        let mut check = Check::default();
        let code = measure::code(&mut check, &self.code);
        let name = check.line("name", &self.name, 1..=200);
        let description = self.description.as_ref().map(|text| &*text.0);
        let description = check.prose("description", description, DESCRIPTION);
        let usual = || measure::usual_unit(self.kind, self.currency);
        let unit = match &self.unit {
            Some(unit) => check.line("unit", unit, 1..=40),
            None => usual(),
        };
        let first = measure::aggregations(self.kind).first().copied();
        let aggregation = self.aggregation.or(first).unwrap_or(kpi::Aggregation::Last);
        measure::definition(&mut check, self.kind, aggregation, self.currency, &unit);
        let min_responses = self.min_responses.unwrap_or_default();
        measure::min_responses(&mut check, min_responses);
        at_work(&mut check, owner.status, "ownerId");
        let row = kpi::Model {
            id: tx.new_id(),
            version: 1,
            code_folded: fold(&code),
            code,
            name_folded: fold(&name),
            name,
            description,
            kind: self.kind,
            unit,
            currency: self.currency,
            direction: self.direction,
            aggregation,
            cadence: self.cadence,
            min_responses,
            leading: self.leading.unwrap_or_default(),
            owner_id: owner.id,
            locked_through: None,
            created_at: tx.now(),
            updated_at: tx.now(),
        };
        code_is_free(tx, &mut check, &row).await?;
        check.done()?;
        tx.insert::<kpi::Entity>(row, "kpi.created".into()).await
    }
}

/// What a measured number says hangs on these, so that they stay once something was measured.
fn keeps_its_meaning(check: &mut Check, before: &kpi::Model, after: &kpi::Model) {
    let message = "It was measured already; its numbers would say something else. Create another KPI.";
    for (field, same) in [
        ("unit", before.unit == after.unit),
        ("direction", before.direction == after.direction),
        ("aggregation", before.aggregation == after.aggregation),
        ("cadence", before.cadence == after.cadence),
    ] {
        check.that(same, ProblemCode::InUse, field, message);
    }
}

impl Command for KpiUpdateInput {
    type Entity = kpi::Entity;

    async fn run(&self, tx: &Tx<'_>) -> Outcome<kpi::Model> {
        let before = tx.subject::<kpi::Entity>(self.id, "id").await?;
        manages(tx, "id")?;
        let mut check = Check::default();
        let mut after = before.clone();
        let code = check.kept("code", &self.code, before.code.clone());
        after.code = measure::code(&mut check, &code);
        after.code_folded = fold(&after.code);
        let name = check.kept("name", &self.name, before.name.clone());
        after.name = check.line("name", &name, 1..=200);
        after.name_folded = fold(&after.name);
        let description =
            cleared(&self.description.clone().map_value(|text| text.0), before.description.clone());
        after.description = check.prose("description", description.as_deref(), DESCRIPTION);
        let unit = check.kept("unit", &self.unit, before.unit.clone());
        after.unit = check.line("unit", &unit, 1..=40);
        after.direction = check.kept("direction", &self.direction, before.direction);
        after.aggregation = check.kept("aggregation", &self.aggregation, before.aggregation);
        after.cadence = check.kept("cadence", &self.cadence, before.cadence);
        measure::definition(&mut check, after.kind, after.aggregation, after.currency, &after.unit);
        after.min_responses = check.kept("minResponses", &self.min_responses, before.min_responses);
        measure::min_responses(&mut check, after.min_responses);
        let message = "A period is locked; whether its numbers count would change.";
        let kept = before.locked_through.is_none() || after.min_responses == before.min_responses;
        check.that(kept, ProblemCode::InUse, "minResponses", message);
        after.leading = check.kept("leading", &self.leading, before.leading);
        after.owner_id = check.kept("ownerId", &self.owner_id, before.owner_id);
        if after.owner_id != before.owner_id {
            let owner = tx.get::<person::Entity>(after.owner_id, "ownerId").await?;
            at_work(&mut check, owner.status, "ownerId");
        }
        if store::is_measured(tx, before.id).await? {
            keeps_its_meaning(&mut check, &before, &after);
        } else if after.direction != before.direction {
            let message = "A target was set by which way is good. Create another KPI.";
            let aims = !store::targets(tx, before.id).await?.is_empty();
            check.that(!aims, ProblemCode::InUse, "direction", message);
        }
        if after.code_folded != before.code_folded {
            code_is_free(tx, &mut check, &after).await?;
        }
        check.done()?;
        tx.update::<kpi::Entity>(&before, after, "kpi.updated".into()).await
    }
}

impl Command for KpiTargetSetInput {
    type Entity = kpi_target::Entity;

    async fn run(&self, tx: &Tx<'_>) -> Outcome<kpi_target::Model> {
        let kpi = tx.get::<kpi::Entity>(self.kpi_id, "kpiId").await?;
        manages(tx, "kpiId")?;
        tx.exclusive(&format!("targets of {}", kpi.id)).await?;
        let held = store::targets(tx, kpi.id).await?;
        let known = held.iter().find(|target| target.from_day == self.from.0);
        let before = match known {
            Some(known) => Some(tx.subject::<kpi_target::Entity>(known.id, "from").await?),
            None => None,
        };
        let mut check = Check::default();
        let (from, to) = (self.from.0, self.to.0);
        target::days(&mut check, from, to);
        let others = held.iter().filter(|other| Some(other.id) != before.as_ref().map(|before| before.id));
        target::alone(&mut check, from, to, others);
        let steps = Steps {
            baseline: number_of(&mut check, "baseline", self.baseline.0),
            threshold: number_of(&mut check, "threshold", self.threshold.0),
            target: number_of(&mut check, "target", self.target.0),
            stretch: number_of(&mut check, "stretch", self.stretch.0),
        };
        target::steps(&mut check, &Measure::from(&kpi), &steps);
        check.done()?;
        let Steps { baseline, threshold, target, stretch } = steps;
        if let Some(before) = before {
            let after =
                kpi_target::Model { to_day: to, baseline, threshold, target, stretch, ..before.clone() };
            return tx.update::<kpi_target::Entity>(&before, after, "kpi_target.changed".into()).await;
        }
        let row = kpi_target::Model {
            id: tx.new_id(),
            version: 1,
            kpi_id: kpi.id,
            from_day: from,
            to_day: to,
            baseline,
            threshold,
            target,
            stretch,
            created_at: tx.now(),
            updated_at: tx.now(),
        };
        tx.insert::<kpi_target::Entity>(row, "kpi_target.set".into()).await
    }
}
