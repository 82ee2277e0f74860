//! Carries out what was reported of the demo's initiatives.

use std::sync::Arc;

use async_graphql::MaybeUndefined;
use chrono::NaiveDate;
use tutti_entity::ids::{InitiativeId, StatusReportId};
use tutti_entity::portfolio::status_report::Health;
use tutti_entity::portfolio::{initiative, portfolio};

use super::Seeder;
use crate::access::Viewer;
use crate::demo::reports::{Stance, Told};
use crate::demo::story::{Initiative, Who};
use crate::graphql::scalars::{Date, Duration, Markdown};
use crate::portfolio::reports::commands::computed;
use crate::portfolio::reports::inputs::{
    StatusReportAcknowledgeInput, StatusReportDraftInput, StatusReportPublishInput,
    StatusReportSupersedeInput,
};
use crate::store::Scope;

/// How many working days after the period the demo's overrides hold: less than the 30 days that are allowed, whatever
/// holidays come between.
const OVERRIDE: i32 = 14;

impl Seeder<'_> {
    pub(super) async fn report(
        &mut self,
        by: Option<Who>,
        initiative: &'static Initiative,
        told: Told,
    ) -> Result<(), String> {
        let what = |mutation| format!("{mutation} of \"{}\"", initiative.title);
        let initiative_id = self.initiative(initiative.title)?;
        match told {
            Told::Publish { ends, stance, summary, next, help } => {
                let end = self.day(ends)?;
                let health = seen(self.computed(initiative_id, end).await?, stance);
                let (override_reason, override_until) = match stance {
                    Stance::Better(reason) => (Some(reason), Some(Date(self.day(ends + OVERRIDE)?))),
                    Stance::AsFigures | Stance::Darker => (None, None),
                };
                let input = StatusReportDraftInput {
                    initiative_id,
                    period_end: Date(end),
                    health,
                    summary: Markdown(summary),
                    next_steps: Some(Markdown(next)),
                    help_needed: help.map(|help| Markdown(help.to_owned())),
                    override_reason,
                    override_until,
                };
                let row = self.write(by, &what("statusReportDraft"), &input).await?;
                self.reports.insert(initiative.title, row.id);
                self.publish(by, initiative, row.id).await
            }
            Told::Acknowledge => {
                let input = StatusReportAcknowledgeInput { id: self.last_report(initiative)? };
                self.write(by, &what("statusReportAcknowledge"), &input).await?;
                Ok(())
            }
            Told::Correct(summary) => {
                let input = StatusReportSupersedeInput {
                    id: self.last_report(initiative)?,
                    health: MaybeUndefined::Undefined,
                    summary: MaybeUndefined::Value(Markdown(summary.to_owned())),
                    next_steps: MaybeUndefined::Undefined,
                    help_needed: MaybeUndefined::Undefined,
                    override_reason: MaybeUndefined::Undefined,
                    override_until: MaybeUndefined::Undefined,
                };
                let row = self.write(by, &what("statusReportSupersede"), &input).await?;
                self.reports.insert(initiative.title, row.id);
                self.publish(by, initiative, row.id).await
            }
        }
    }

    async fn publish(
        &self,
        by: Option<Who>,
        initiative: &Initiative,
        id: StatusReportId,
    ) -> Result<(), String> {
        let input = StatusReportPublishInput {
            id,
            override_reason: MaybeUndefined::Undefined,
            override_until: MaybeUndefined::Undefined,
        };
        self.write(by, &format!("statusReportPublish of \"{}\"", initiative.title), &input).await?;
        Ok(())
    }

    /// How the initiative goes by its figures, for the report on the period to this day.
    async fn computed(&self, id: InitiativeId, end: NaiveDate) -> Result<Health, String> {
        let scope = Scope::new(self.database.clone(), Arc::clone(&self.world), Viewer::system());
        let read = async || {
            let row = scope.the::<initiative::Entity>(id).await?;
            let portfolio = scope.the::<portfolio::Entity>(row.portfolio_id).await?;
            let cadence = Duration::stored(&portfolio.report_cadence);
            computed(&scope, &row, (end, cadence), scope.today()).await
        };
        read().await.map_err(|fault| fault.message)
    }

    fn last_report(&self, initiative: &Initiative) -> Result<StatusReportId, String> {
        let id = self.reports.get(initiative.title).copied();
        id.ok_or_else(|| format!("\"{}\" has not reported yet.", initiative.title))
    }
}

/// How the owner sees what the figures say so.
const fn seen(computed: Health, stance: Stance) -> Health {
    match (stance, computed) {
        (Stance::AsFigures, health) => health,
        (Stance::Darker, Health::Amber | Health::Red) => Health::Red,
        (Stance::Darker, Health::Green | Health::Grey) | (Stance::Better(_), Health::Red) => Health::Amber,
        (Stance::Better(_), _) => Health::Green,
    }
}
