//! What the mutations of status reports do inside their transaction.
//!
//! Always: those who report on the same initiative wait for one another, so that a period is reported once and one
//! report is the latest; publishing keeps the picture of the initiative and what the figures said beside the report,
//! and moves the day on which the next one falls due; a correction keeps the picture of what it corrects.

use async_graphql::MaybeUndefined;
use chrono::NaiveDate;
use tutti_entity::ids::{InitiativeId, StatusReportId};
use tutti_entity::portfolio::status_report::{self, Health, OverrideReason, State};
use tutti_entity::portfolio::{initiative, portfolio, report_picture};

use super::inputs::{
    StatusReportAcknowledgeInput, StatusReportDiscardInput, StatusReportDraftInput, StatusReportPublishInput,
    StatusReportSupersedeInput, StatusReportUpdateInput,
};
use super::rules::picture::{Budget, Number, Picture};
use super::rules::publishing::{self, Override};
use super::{rules, store};
use crate::access::Capability;
use crate::graphql::problem::cleared;
use crate::graphql::scalars::{Date, Duration, Markdown};
use crate::graphql::{Check, Fault, Problem, ProblemCode};
use crate::metrics::moved::moved_by;
use crate::portfolio::commands::{here, portfolio_of, today};
use crate::portfolio::figures::rules::facts::Standing;
use crate::portfolio::figures::rules::health::is_better;
use crate::portfolio::rules::open_for_change;
use crate::portfolio::{costs, figures};
use crate::store::tx::Action;
use crate::store::{Command, Outcome, Reads, Tx};

const TEXT: usize = 20_000;

fn not_found(field: &str) -> Problem {
    Problem::new(ProblemCode::NotFound, field, "There is no StatusReport with this id.")
}

/// The initiative, which nobody else reports on until the end.
async fn held(tx: &Tx<'_>, id: InitiativeId, field: &str) -> Outcome<initiative::Model> {
    let rows = tx.hold_all::<initiative::Entity>(store::initiative(id)).await?;
    let missing = || Problem::new(ProblemCode::NotFound, field, "There is no Initiative with this id.");
    Ok(rows.into_iter().next().ok_or_else(missing)?)
}

/// The report that a mutation is about with its initiative, which everybody who reports holds first.
async fn reported(tx: &Tx<'_>, id: StatusReportId) -> Outcome<(initiative::Model, status_report::Model)> {
    let initiative = store::initiative_of(tx, id).await?.ok_or_else(|| not_found("id"))?;
    let initiative = held(tx, initiative, "id").await?;
    Ok((initiative, tx.subject::<status_report::Entity>(id, "id").await?))
}

/// That the viewer may write and publish reports of this initiative, and that it reports.
fn may_report(tx: &Tx<'_>, initiative: &initiative::Model, field: &str) -> Outcome<()> {
    tx.require(Capability::ReportPublish, here(initiative), field)?;
    let open = open_for_change(initiative.status, initiative.archived_at.is_some());
    Ok(open.map_err(|problem| Problem::new(problem.code, field, problem.message))?)
}

/// The fields of a report that are written.
struct Words<'a> {
    health: MaybeUndefined<Health>,
    summary: &'a MaybeUndefined<Markdown>,
    next_steps: &'a MaybeUndefined<Markdown>,
    help_needed: &'a MaybeUndefined<Markdown>,
    override_reason: MaybeUndefined<OverrideReason>,
    override_until: MaybeUndefined<Date>,
}

impl Words<'_> {
    /// Writes them into a report, where they were sent.
    fn write(&self, check: &mut Check, report: &mut status_report::Model) {
        let text = |text: &MaybeUndefined<Markdown>| text.clone().map_value(|text| text.0);
        let summary = check.kept("summary", &text(self.summary), report.summary.clone());
        let summary = check.prose("summary", Some(&summary), TEXT);
        check.that(summary.is_some(), ProblemCode::Required, "summary", "Say what happened.");
        report.summary = summary.unwrap_or_default();
        let next_steps = cleared(&text(self.next_steps), report.next_steps.take());
        report.next_steps = check.prose("nextSteps", next_steps.as_deref(), TEXT);
        let help_needed = cleared(&text(self.help_needed), report.help_needed.take());
        report.help_needed = check.prose("helpNeeded", help_needed.as_deref(), TEXT);
        report.health = check.kept("health", &self.health, report.health);
        report.override_reason = cleared(&self.override_reason, report.override_reason);
        report.override_until = cleared(&self.override_until.map_value(|day| day.0), report.override_until);
    }
}

/// An empty draft by whoever calls.
fn blank(tx: &Tx<'_>, initiative: InitiativeId, period_end: NaiveDate) -> Outcome<status_report::Model> {
    Ok(status_report::Model {
        id: tx.new_id(),
        version: 1,
        initiative_id: initiative,
        author_id: tx.author()?,
        state: State::Draft,
        period_end,
        health: Health::Grey,
        computed_health: None,
        better_than_computed: false,
        summary: String::new(),
        next_steps: None,
        help_needed: None,
        override_reason: None,
        override_until: None,
        published_at: None,
        published_by_id: None,
        acknowledged_by_id: None,
        acknowledged_at: None,
        supersedes_id: None,
        is_latest: false,
        discarded_at: None,
        created_at: tx.now(),
        updated_at: tx.now(),
    })
}

/// That a draft may have this period: one that follows the last that is out, and that no other draft has.
async fn free(
    tx: &Tx<'_>,
    check: &mut Check,
    initiative: &initiative::Model,
    draft: &status_report::Model,
    field: &str,
) -> Outcome<()> {
    let from = publishing::begun(initiative.reports_from, field)?;
    let last = store::latest(tx, initiative.id).await?.map(|latest| latest.period_end);
    let other = store::on_period(tx, initiative.id, draft.period_end).await?;
    match other.filter(|other| *other != draft.id && last < Some(draft.period_end)) {
        Some(other) => {
            let message = format!("There is a draft on this period: {other}.");
            check.that(false, ProblemCode::Conflict, field, &message);
        }
        None => publishing::period(check, draft.period_end, from, last, field),
    }
    Ok(())
}

impl Command for StatusReportDraftInput {
    type Entity = status_report::Entity;

    async fn run(&self, tx: &Tx<'_>) -> Outcome<status_report::Model> {
        let initiative = held(tx, self.initiative_id, "initiativeId").await?;
        may_report(tx, &initiative, "initiativeId")?;
        publishing::begun(initiative.reports_from, "initiativeId")?;
        let mut draft = blank(tx, initiative.id, self.period_end.0)?;
        let mut check = Check::default();
        let words = Words {
            health: MaybeUndefined::Value(self.health),
            summary: &MaybeUndefined::Value(self.summary.clone()),
            next_steps: &Some(self.next_steps.clone()).into(),
            help_needed: &Some(self.help_needed.clone()).into(),
            override_reason: Some(self.override_reason).into(),
            override_until: Some(self.override_until).into(),
        };
        words.write(&mut check, &mut draft);
        free(tx, &mut check, &initiative, &draft, "periodEnd").await?;
        check.done()?;
        tx.insert::<status_report::Entity>(draft, "status_report.drafted".into()).await
    }
}

impl Command for StatusReportUpdateInput {
    type Entity = status_report::Entity;

    async fn run(&self, tx: &Tx<'_>) -> Outcome<status_report::Model> {
        let (initiative, before) = reported(tx, self.id).await?;
        may_report(tx, &initiative, "id")?;
        publishing::is_draft(before.state, before.discarded_at.is_some())?;
        let mut check = Check::default();
        let mut after = before.clone();
        let words = Words {
            health: self.health,
            summary: &self.summary,
            next_steps: &self.next_steps,
            help_needed: &self.help_needed,
            override_reason: self.override_reason,
            override_until: self.override_until,
        };
        words.write(&mut check, &mut after);
        after.period_end =
            check.kept("periodEnd", &self.period_end.map_value(|day| day.0), before.period_end);
        if after.period_end != before.period_end {
            let message = "It corrects the report on its period.";
            check.that(before.supersedes_id.is_none(), ProblemCode::Invalid, "periodEnd", message);
            free(tx, &mut check, &initiative, &after, "periodEnd").await?;
        }
        check.done()?;
        tx.update::<status_report::Entity>(&before, after, store::WRITTEN_ON.into()).await
    }
}

/// The initiative once the report on the period to this day is out: its cadence counts from that day.
fn counted_on(row: &initiative::Model, end: NaiveDate, cadence: Duration) -> initiative::Model {
    let reports_from = row.reports_from.max(Some(end));
    let next_report_due_on = rules::due_on(row.status, reports_from, cadence);
    initiative::Model { reports_from, next_report_due_on, ..row.clone() }
}

/// How an initiative goes by its figures, once the report on the period to this day is out: that it came late is
/// not held against what it says.
///
/// # Errors
/// When the database cannot be read.
pub async fn computed<R: Reads>(
    reads: &R,
    row: &initiative::Model,
    (end, cadence): (NaiveDate, Duration),
    today: NaiveDate,
) -> Result<Health, R::Error> {
    let report_due_on = counted_on(row, end, cadence).next_report_due_on;
    let standing = figures::store::standing(reads, row.id, today).await?;
    let assessed = standing.map(|standing| Standing { report_due_on, ..standing }.assess());
    Ok(assessed.map_or(Health::Grey, |assessed| assessed.computed))
}

/// The initiative as it stands, beside what is reported of it and what the figures say.
async fn picture(
    tx: &Tx<'_>,
    row: &initiative::Model,
    portfolio: &portfolio::Model,
    report: &status_report::Model,
) -> Outcome<Picture> {
    let cadence = Duration::stored(&portfolio.report_cadence);
    let money = costs::store::position(tx, row.id, Some(today(tx))).await?;
    let kpis = moved_by(tx, row.id).await?.into_iter();
    let kpis = kpis.map(|(kpi, value)| Number { kpi, value: value.map(|number| number.to_string()) });
    Ok(Picture {
        status: row.status,
        owner: row.owner_id,
        starts_on: row.starts_on,
        due_on: row.due_on,
        budget: Budget {
            approved: money.approved,
            actual: money.actual,
            committed: money.committed,
            currency: portfolio.currency,
        },
        milestones: store::milestones(tx, row.id).await?,
        computed: computed(tx, row, (report.period_end, cadence), today(tx)).await?,
        reported: report.health,
        kpis: Some(kpis.collect()),
    })
}

impl Command for StatusReportPublishInput {
    type Entity = status_report::Entity;

    async fn run(&self, tx: &Tx<'_>) -> Outcome<status_report::Model> {
        let (initiative, before) = reported(tx, self.id).await?;
        may_report(tx, &initiative, "id")?;
        publishing::is_draft(before.state, before.discarded_at.is_some())?;
        let mut check = Check::default();
        let (portfolio, today) = (portfolio_of(tx, &initiative).await?, today(tx));
        let corrected = match before.supersedes_id {
            Some(id) => Some(tx.get::<status_report::Entity>(id, "id").await?),
            None => None,
        };
        let picture = if let Some(corrected) = &corrected {
            Picture { reported: before.health, ..store::kept(tx, corrected.id).await? }
        } else {
            free(tx, &mut check, &initiative, &before, "id").await?;
            publishing::over(&mut check, before.period_end, today, "id");
            picture(tx, &initiative, &portfolio, &before).await?
        };
        let better = is_better(before.health, picture.computed);
        let given = Override {
            reason: cleared(&self.override_reason, before.override_reason),
            until: cleared(&self.override_until.map_value(|day| day.0), before.override_until),
        };
        let settled = publishing::settled(&mut check, better, given, today);
        check.done()?;
        let after = status_report::Model {
            state: State::Published,
            computed_health: Some(picture.computed),
            better_than_computed: better,
            override_reason: settled.reason,
            override_until: settled.until,
            published_at: Some(tx.now()),
            published_by_id: Some(tx.author()?),
            is_latest: corrected.as_ref().is_none_or(|corrected| corrected.is_latest),
            ..before.clone()
        };
        if after.is_latest {
            store::displace(tx, initiative.id).await?;
        }
        let picture = picture.keep().map_err(Fault::internal)?;
        tx.append::<report_picture::Entity>(report_picture::Model { id: before.id, picture }).await?;
        if corrected.is_none() {
            let cadence = Duration::stored(&portfolio.report_cadence);
            let after = counted_on(&initiative, before.period_end, cadence);
            let moved = "initiative.report_due_moved".into();
            tx.update::<initiative::Entity>(&initiative, after, moved).await?;
        }
        tx.update::<status_report::Entity>(&before, after, "status_report.published".into()).await
    }
}

impl Command for StatusReportAcknowledgeInput {
    type Entity = status_report::Entity;

    async fn run(&self, tx: &Tx<'_>) -> Outcome<status_report::Model> {
        let (initiative, before) = reported(tx, self.id).await?;
        tx.require(Capability::ReportAcknowledge, here(&initiative), "id")?;
        let me = tx.scope().viewer().person_id();
        let wrote = store::wrote_on(tx, before.id, me).await?;
        publishing::reviewed_by_another(me, before.author_id, before.published_by_id, wrote)?;
        publishing::in_use(initiative.archived_at.is_some())?;
        let corrected_by = store::correction_of(tx, before.id, &[State::Published]).await?;
        let corrected_by = corrected_by.map(|id| id.to_string());
        let acknowledged = before.acknowledged_at.is_some();
        publishing::open_for_acknowledgement(before.state, acknowledged, corrected_by.as_deref())?;
        let after = status_report::Model {
            acknowledged_by_id: Some(tx.author()?),
            acknowledged_at: Some(tx.now()),
            ..before.clone()
        };
        tx.update::<status_report::Entity>(&before, after, "status_report.acknowledged".into()).await
    }
}

impl Command for StatusReportSupersedeInput {
    type Entity = status_report::Entity;

    async fn run(&self, tx: &Tx<'_>) -> Outcome<status_report::Model> {
        let (initiative, corrected) = reported(tx, self.id).await?;
        may_report(tx, &initiative, "id")?;
        let by = store::correction_of(tx, corrected.id, &[State::Draft, State::Published]).await?;
        publishing::correctable(corrected.state, by.map(|id| id.to_string()).as_deref())?;
        let mut draft = status_report::Model {
            health: corrected.health,
            summary: corrected.summary.clone(),
            next_steps: corrected.next_steps.clone(),
            help_needed: corrected.help_needed.clone(),
            override_reason: corrected.override_reason,
            override_until: corrected.override_until,
            supersedes_id: Some(corrected.id),
            ..blank(tx, initiative.id, corrected.period_end)?
        };
        let mut check = Check::default();
        let words = Words {
            health: self.health,
            summary: &self.summary,
            next_steps: &self.next_steps,
            help_needed: &self.help_needed,
            override_reason: self.override_reason,
            override_until: self.override_until,
        };
        words.write(&mut check, &mut draft);
        check.done()?;
        tx.insert::<status_report::Entity>(draft, "status_report.drafted".into()).await
    }
}

impl Command for StatusReportDiscardInput {
    type Entity = status_report::Entity;

    async fn run(&self, tx: &Tx<'_>) -> Outcome<status_report::Model> {
        let (initiative, before) = reported(tx, self.id).await?;
        tx.require(Capability::ReportPublish, here(&initiative), "id")?;
        publishing::is_draft(before.state, before.discarded_at.is_some())?;
        let mut check = Check::default();
        let reason = check.prose("reason", self.reason.as_deref(), 1000);
        check.done()?;
        let after = status_report::Model { discarded_at: Some(tx.now()), ..before.clone() };
        let action = Action { name: "status_report.discarded", reason: reason.as_deref() };
        tx.update::<status_report::Entity>(&before, after, action).await
    }
}
