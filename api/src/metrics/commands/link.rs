//! Which initiatives are to move which KPIs.
//!
//! Always: an initiative has one link to a KPI at a time; one that was taken away is told of by the log alone.

use tutti_entity::metrics::{kpi, kpi_link};
use tutti_entity::portfolio::initiative;

use crate::access::Capability;
use crate::graphql::{Check, Problem, ProblemCode};
use crate::metrics::inputs::{KpiLinkAddInput, KpiLinkRemoveInput};
use crate::metrics::rules::tally::number_of;
use crate::metrics::rules::target;
use crate::metrics::store;
use crate::portfolio::commands::here;
use crate::portfolio::rules::open_for_change;
use crate::store::tx::Action;
use crate::store::{Command, Outcome, Tx};

/// The initiative may be changed by the viewer, and is neither put away nor over.
fn may_change(tx: &Tx<'_>, initiative: &initiative::Model, field: &str) -> Outcome<()> {
    tx.require(Capability::InitiativeChange, here(initiative), field)?;
    let open = open_for_change(initiative.status, initiative.archived_at.is_some());
    Ok(open.map_err(|problem| Problem::new(problem.code, field, problem.message))?)
}

impl Command for KpiLinkAddInput {
    type Entity = kpi_link::Entity;

    async fn run(&self, tx: &Tx<'_>) -> Outcome<kpi_link::Model> {
        let initiative = tx.get::<initiative::Entity>(self.initiative_id, "initiativeId").await?;
        may_change(tx, &initiative, "initiativeId")?;
        let kpi = tx.get::<kpi::Entity>(self.kpi_id, "kpiId").await?;
        tx.exclusive(&format!("links of {} to {}", initiative.id, kpi.id)).await?;
        let mut check = Check::default();
        let hypothesis = check.prose("hypothesis", Some(&self.hypothesis), 2000);
        let message = "Say why the initiative is to move the KPI.";
        check.that(hypothesis.is_some(), ProblemCode::Required, "hypothesis", message);
        let expected_change = number_of(&mut check, "expectedChange", self.expected_change.0);
        target::expected(&mut check, expected_change);
        let message = "A lag goes forward by whole days, weeks, months or years.";
        let calendar = self.lag.is_none_or(crate::graphql::scalars::Duration::is_calendar);
        check.that(calendar, ProblemCode::Invalid, "lag", message);
        if let Some(known) = store::link(tx, initiative.id, kpi.id).await? {
            let message = format!("{} links them already.", known.id);
            check.that(false, ProblemCode::Conflict, "kpiId", &message);
        }
        check.done()?;
        let row = kpi_link::Model {
            id: tx.new_id(),
            version: 1,
            initiative_id: initiative.id,
            kpi_id: kpi.id,
            hypothesis: hypothesis.unwrap_or_default(),
            expected_change,
            lag: self.lag.map(|lag| lag.to_string()),
            removed_at: None,
            created_at: tx.now(),
            updated_at: tx.now(),
        };
        tx.insert::<kpi_link::Entity>(row, "kpi_link.added".into()).await
    }
}

impl Command for KpiLinkRemoveInput {
    type Entity = kpi_link::Entity;

    async fn run(&self, tx: &Tx<'_>) -> Outcome<kpi_link::Model> {
        let before = tx.subject::<kpi_link::Entity>(self.id, "id").await?;
        let initiative = tx.get::<initiative::Entity>(before.initiative_id, "id").await?;
        may_change(tx, &initiative, "id")?;
        let mut check = Check::default();
        let reason = check.prose("reason", self.reason.as_deref(), 1000);
        check.done()?;
        let after = kpi_link::Model { removed_at: Some(tx.now()), ..before.clone() };
        let action = Action { name: "kpi_link.removed", reason: reason.as_deref() };
        tx.update::<kpi_link::Entity>(&before, after, action).await
    }
}
