//! The only SQL about status reports.

use std::collections::HashMap;

use chrono::NaiveDate;
use sea_orm::sea_query::{Condition, Expr, ExprTrait, IntoCondition, Order, Query, SelectStatement};
use sea_orm::{ActiveEnum, FromQueryResult};
use tutti_entity::events::event;
use tutti_entity::ids::{InitiativeId, PersonId, StatusReportId, TypedId};
use tutti_entity::portfolio::status_report::{Column, State};
use tutti_entity::portfolio::{initiative, milestone, report_picture, status_report};
use uuid::Uuid;

use super::rules::picture::{self, Picture};
use crate::access::visible::{Visible, about_initiatives, everyone};
use crate::access::{Capability, Viewer};
use crate::graphql::{Fault, batch::Loader};
use crate::portfolio::rules::LastReport;
use crate::store::{At, Outcome, Scope, Tx, find};

fn in_state(at: At, state: State) -> Expr {
    at.col(Column::State).eq(state.to_value())
}

/// The reports of those initiatives of which the viewer sees also what is not out.
fn drafts(viewer: &Viewer, at: At) -> Condition {
    about_initiatives(viewer, Capability::ReportDraftsRead, at, &at.col(Column::InitiativeId))
}

/// What the log calls a change of the words of a draft.
pub const WRITTEN_ON: &str = "status_report.updated";

/// What happened to a report once it was out. What was done to its draft stays among those who saw the draft.
const PUBLIC_ACTIONS: [&str; 2] = ["status_report.published", "status_report.acknowledged"];

impl Visible for status_report::Entity {
    fn visible(viewer: &Viewer, at: At) -> Condition {
        let drafts = drafts(viewer, at);
        if drafts.is_empty() {
            return everyone();
        }
        Condition::any().add(in_state(at, State::Published)).add(drafts)
    }

    fn told(viewer: &Viewer, at: At, action: &Expr) -> Condition {
        let drafts = drafts(viewer, at);
        if drafts.is_empty() {
            return everyone();
        }
        let out =
            Condition::all().add(in_state(at, State::Published)).add(action.clone().is_in(PUBLIC_ACTIONS));
        Condition::any().add(out).add(drafts)
    }
}

/// A picture is there once its report is out, which everybody sees. Money in it is told only to those who may see it.
impl Visible for report_picture::Entity {
    fn visible(_: &Viewer, _: At) -> Condition {
        everyone()
    }
}

/// The initiative that a report is on; none where there is no such report for the viewer.
///
/// # Errors
/// When the database cannot be read.
pub async fn initiative_of(tx: &Tx<'_>, report: StatusReportId) -> Outcome<Option<InitiativeId>> {
    let at = At::TOP;
    let mut select = find::visible_only::<status_report::Entity>(tx.scope().viewer(), at);
    select.expr(at.col(Column::InitiativeId)).and_where(at.col(Column::Id).eq(report));
    let rows = tx.rows(&select).await?;
    Ok(rows.first().map(|row| row.try_get("", "initiative_id")).transpose()?)
}

/// This one initiative.
#[must_use]
pub fn initiative(id: InitiativeId) -> Condition {
    At::TOP.col(initiative::Column::Id).eq(id).into_condition()
}

/// Reports as they are, seen or not.
fn reports() -> SelectStatement {
    let mut select = SelectStatement::new();
    select.column(Column::Id).from_as(status_report::Entity, At::TOP.alias());
    select
}

async fn first(tx: &Tx<'_>, select: &SelectStatement) -> Outcome<Option<StatusReportId>> {
    let rows = tx.rows(select).await?;
    Ok(rows.first().map(|row| row.try_get("", "id")).transpose()?)
}

/// The report or draft that an initiative has on a period; corrections share the place of what they correct.
///
/// # Errors
/// When the database cannot be read.
pub async fn on_period(
    tx: &Tx<'_>,
    initiative: InitiativeId,
    end: NaiveDate,
) -> Outcome<Option<StatusReportId>> {
    let at = At::TOP;
    let mut select = reports();
    select
        .and_where(at.col(Column::InitiativeId).eq(initiative))
        .and_where(at.col(Column::PeriodEnd).eq(end))
        .and_where(at.col(Column::SupersedesId).is_null())
        .and_where(at.col(Column::DiscardedAt).is_null());
    first(tx, &select).await
}

/// The report or draft in one of these states that corrects this one, if there is one.
///
/// # Errors
/// When the database cannot be read.
pub async fn correction_of(
    tx: &Tx<'_>,
    report: StatusReportId,
    states: &[State],
) -> Outcome<Option<StatusReportId>> {
    let at = At::TOP;
    let mut select = reports();
    select
        .and_where(at.col(Column::SupersedesId).eq(report))
        .and_where(at.col(Column::DiscardedAt).is_null())
        .and_where(at.col(Column::State).is_in(states.iter().map(ActiveEnum::to_value)));
    first(tx, &select).await
}

/// That this person wrote on a draft, where the statement around it names the report.
#[must_use]
pub fn written_by(at: At, report: Expr, me: PersonId) -> SelectStatement {
    SelectStatement::new()
        .expr(Expr::val(1))
        .from_as(event::Entity, at.alias())
        .and_where(at.col(event::Column::SubjectId).eq(report))
        .and_where(at.col(event::Column::ActorId).eq(me))
        .and_where(at.col(event::Column::Action).eq(WRITTEN_ON))
        .to_owned()
}

/// Whether this person wrote on a report while it was a draft.
///
/// # Errors
/// When the database cannot be read.
pub async fn wrote_on(tx: &Tx<'_>, report: StatusReportId, me: Option<PersonId>) -> Outcome<bool> {
    let Some(me) = me else { return Ok(false) };
    Ok(!tx.rows(written_by(At::TOP, Expr::val(report.uuid()), me).limit(1)).await?.is_empty())
}

/// The report that is the latest of an initiative, which everybody sees.
///
/// # Errors
/// When the database cannot be read.
pub async fn latest(tx: &Tx<'_>, initiative: InitiativeId) -> Outcome<Option<status_report::Model>> {
    let at = At::TOP;
    let mut select = find::visible::<status_report::Entity>(tx.scope().viewer());
    select
        .and_where(at.col(Column::InitiativeId).eq(initiative))
        .and_where(at.col(Column::IsLatest).eq(true));
    let rows = tx.rows(&select).await?;
    let row = rows.first().map(|row| status_report::Model::from_query_result(row, ""));
    Ok(row.transpose()?)
}

/// What became of the last report of an initiative, for its closing.
///
/// # Errors
/// When the database cannot be read.
pub async fn last_report(tx: &Tx<'_>, initiative: InitiativeId) -> Outcome<LastReport> {
    let last = latest(tx, initiative).await?;
    Ok(last.map_or(LastReport::Missing, |last| match last.acknowledged_at {
        Some(_) => LastReport::Acknowledged,
        None => LastReport::Unread,
    }))
}

/// Takes from the latest report of an initiative that it is the latest. Which one is follows from the reports that
/// are out, so that their events tell of it.
///
/// # Errors
/// When the database refuses.
pub async fn displace(tx: &Tx<'_>, initiative: InitiativeId) -> Outcome<()> {
    let update = Query::update()
        .table(status_report::Entity)
        .value(Column::IsLatest, false)
        .and_where(Expr::col(Column::InitiativeId).eq(initiative))
        .and_where(Expr::col(Column::IsLatest).eq(true))
        .to_owned();
    tx.mark(&update).await
}

/// The milestones of an initiative as they stand, for its picture.
///
/// # Errors
/// When the database cannot be read.
pub async fn milestones(tx: &Tx<'_>, initiative: InitiativeId) -> Outcome<Vec<picture::Milestone>> {
    let at = At::TOP;
    let mut select = find::visible::<milestone::Entity>(tx.scope().viewer());
    select
        .and_where(at.col(milestone::Column::InitiativeId).eq(initiative))
        .order_by((at.alias(), milestone::Column::DueOn), Order::Asc)
        .order_by((at.alias(), milestone::Column::Id), Order::Asc);
    let rows = tx.rows(&select).await?;
    let rows = rows.iter().map(|row| milestone::Model::from_query_result(row, ""));
    let seen = |row: milestone::Model| picture::Milestone {
        id: row.id,
        title: row.title,
        due_on: row.due_on,
        completed_on: row.completed_on,
        status: row.status,
        percent_bp: row.percent_bp,
        weight_bp: row.weight_bp,
    };
    Ok(rows.map(|row| row.map(seen)).collect::<Result<_, _>>()?)
}

/// The picture that was kept with a report.
///
/// # Errors
/// When the database cannot be read, or the report was never out.
pub async fn kept(tx: &Tx<'_>, report: StatusReportId) -> Outcome<Picture> {
    let at = At::TOP;
    let mut select = find::visible::<report_picture::Entity>(tx.scope().viewer());
    select.and_where(at.col(report_picture::Column::Id).eq(report));
    let rows = tx.rows(&select).await?;
    let row = rows.first().ok_or_else(|| Fault::internal(format!("{report} has no picture")))?;
    let text: String = row.try_get("", "picture")?;
    Ok(Picture::read(&text).map_err(Fault::internal)?)
}

/// The latest report of each initiative.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Latest;

impl Loader for Latest {
    type Key = InitiativeId;
    type Value = status_report::Model;

    async fn load(
        &self,
        scope: &Scope,
        initiatives: &[InitiativeId],
    ) -> Result<HashMap<InitiativeId, status_report::Model>, Fault> {
        let ids: Vec<Uuid> = initiatives.iter().map(|initiative| initiative.uuid()).collect();
        let rows = scope.find::<status_report::Entity>().any_of(Column::InitiativeId, &ids);
        let rows = rows.filter(At::TOP.col(Column::IsLatest).eq(true)).all().await?;
        Ok(rows.into_iter().map(|row| (row.initiative_id, row)).collect())
    }
}

/// The reports that are out and correct others, by what they correct.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Corrections;

impl Loader for Corrections {
    type Key = StatusReportId;
    type Value = status_report::Model;

    async fn load(
        &self,
        scope: &Scope,
        reports: &[StatusReportId],
    ) -> Result<HashMap<StatusReportId, status_report::Model>, Fault> {
        let ids: Vec<Uuid> = reports.iter().map(|report| report.uuid()).collect();
        let rows = scope.find::<status_report::Entity>().any_of(Column::SupersedesId, &ids);
        let rows = rows.filter(in_state(At::TOP, State::Published)).all().await?;
        Ok(rows.into_iter().filter_map(|row| Some((row.supersedes_id?, row))).collect())
    }
}

/// The reports that hold of each initiative: out, and not corrected by one that is. By period, the earliest first.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Holding;

impl Loader for Holding {
    type Key = InitiativeId;
    type Value = Vec<(NaiveDate, StatusReportId)>;

    async fn load(
        &self,
        scope: &Scope,
        initiatives: &[InitiativeId],
    ) -> Result<HashMap<InitiativeId, Vec<(NaiveDate, StatusReportId)>>, Fault> {
        let ids: Vec<Uuid> = initiatives.iter().map(|initiative| initiative.uuid()).collect();
        let (at, correction) = (At::TOP, At::TOP.inner());
        let corrections = Query::select()
            .expr(Expr::val(1))
            .from_as(status_report::Entity, correction.alias())
            .and_where(correction.col(Column::SupersedesId).equals((at.alias(), Column::Id)))
            .and_where(in_state(correction, State::Published))
            .to_owned();
        let mut select = find::visible_only::<status_report::Entity>(scope.viewer(), at);
        select
            .columns([Column::Id, Column::InitiativeId, Column::PeriodEnd].map(|column| (at.alias(), column)))
            .and_where(find::any_of(scope.backend(), at.col(Column::InitiativeId), &ids))
            .and_where(in_state(at, State::Published))
            .and_where(Expr::exists(corrections).not())
            .order_by((at.alias(), Column::PeriodEnd), Order::Asc);
        let mut of_initiative: HashMap<_, Vec<_>> = HashMap::new();
        for row in scope.rows(&select).await? {
            let of: InitiativeId = row.try_get("", "initiative_id")?;
            let report = (row.try_get("", "period_end")?, row.try_get("", "id")?);
            of_initiative.entry(of).or_default().push(report);
        }
        Ok(of_initiative)
    }
}
