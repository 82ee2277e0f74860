//! How initiatives stand now, from the rows as they stand and added up by the database.

use std::collections::HashMap;

use chrono::NaiveDate;
use sea_orm::sea_query::{
    CaseStatement, Condition, Expr, ExprTrait, IntoCondition, JoinType, SelectStatement,
};
use sea_orm::{ActiveEnum, DbErr, Iterable, QueryResult};
use tutti_entity::ids::InitiativeId;
use tutti_entity::portfolio::milestone::{self, CreditRule};
use tutti_entity::portfolio::{baseline, baseline_milestone, initiative, status_report};

use super::{Stood, Which, gathered, initiatives, parts, place, spent};
use crate::access::Visible;
use crate::portfolio::costs::store::sum;
use crate::portfolio::figures::rules::earned::{Value, Worked, credit};
use crate::portfolio::figures::rules::facts::{Agreement, Moment, Report, Standing};
use crate::portfolio::plan::rules::is_open;
use crate::store::{At, Reads, Scope, find};

/// How initiatives stand, in four statements.
///
/// # Errors
/// When the database cannot be read.
pub async fn standings<R: Reads>(reads: &R, which: &Which, moment: Moment) -> Result<Vec<Stood>, R::Error> {
    let scope = reads.scope();
    let rows = reads.read(&with_reports(scope, which)).await?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    scope.produce(rows.len())?;
    let agreed = reads.read(&agreed(scope, which, moment.as_of)).await?;
    let agreed = gathered(&agreed, worked)?;
    let open = reads.read(&open_milestones(scope, which)).await?;
    let mut open = gathered(&open, |row| row.try_get::<NaiveDate>("", "due_on"))?;
    let spent = spent(reads, which, moment).await?;
    let mut standings = Vec::with_capacity(rows.len());
    for row in &rows {
        standings.push(stood(row, moment, &agreed, &mut open, &spent)?);
    }
    Ok(standings)
}

fn stood(
    row: &QueryResult,
    moment: Moment,
    agreed: &HashMap<InitiativeId, Vec<(Agreement, Worked)>>,
    open: &mut HashMap<InitiativeId, Vec<NaiveDate>>,
    spent: &HashMap<InitiativeId, i64>,
) -> Result<Stood, DbErr> {
    let (id, place, owner_id) = place(row)?;
    let status = row.try_get("", "status")?;
    let (agreed, worked) = agreed.get(&id).and_then(|all| all.first()).copied().unzip();
    let standing = Standing {
        as_of: moment.as_of,
        status,
        due_on: row.try_get("", "due_on")?,
        completed_on: row.try_get("", "completed_on")?,
        agreed,
        value: Value::of(status, worked, spent.get(&id).copied().unwrap_or_default()),
        open_milestones: open.remove(&id).unwrap_or_default(),
        report: report(row)?,
        report_due_on: row.try_get("", "next_report_due_on")?,
    };
    Ok(Stood { id, place, owner_id, standing })
}

/// The published report of this row, if there is one.
fn report(row: &QueryResult) -> Result<Option<Report>, DbErr> {
    let Some(period_end) = row.try_get("", "period_end")? else { return Ok(None) };
    Ok(Some(Report {
        period_end,
        published_at: row.try_get("", "published_at")?,
        health: row.try_get("", "health")?,
        override_until: row.try_get("", "override_until")?,
    }))
}

/// The initiatives, each with its latest report.
fn with_reports(scope: &Scope, which: &Which) -> SelectStatement {
    use initiative::Column as I;
    use status_report::Column as R;
    let (at, inner) = (At::TOP, At::TOP.inner());
    let mut select = initiatives(scope, which, [I::Status, I::DueOn, I::CompletedOn, I::NextReportDueOn]);
    // What is seen may be one of several things; all of the rest has to hold beside it.
    let latest = Condition::all()
        .add(status_report::Entity::visible(scope.viewer(), inner))
        .add(inner.col(R::InitiativeId).eq(at.col(I::Id)))
        .add(inner.col(R::IsLatest).into_condition());
    select.join_as(JoinType::LeftJoin, status_report::Entity, inner.alias(), latest);
    for column in [R::PeriodEnd, R::PublishedAt, R::Health, R::OverrideUntil] {
        select.expr(inner.col(column));
    }
    select
}

/// How much of its weight a milestone has earned: the rule itself, asked of every case that there is.
fn credits(rule: &Expr, status: &Expr, percent_bp: &Expr) -> Expr {
    let mut credits = CaseStatement::new();
    for each in CreditRule::iter() {
        for stands in milestone::Status::iter() {
            let (least, most) = (credit(each, stands, 0), credit(each, stands, i32::MAX));
            let earned = if least == most { Expr::val(least) } else { percent_bp.clone() };
            let case = rule.clone().eq(each.to_value()).and(status.clone().eq(stands.to_value()));
            credits = credits.case(case, earned);
        }
    }
    credits.finally(0_i64).into()
}

/// The number of the current baseline of an initiative, where the table goes by this name.
pub(super) fn latest_number(scope: &Scope, at: At, initiative: Expr) -> SelectStatement {
    let mut latest = find::visible_only::<baseline::Entity>(scope.viewer(), at);
    latest
        .expr(at.col(baseline::Column::Number).max())
        .and_where(at.col(baseline::Column::InitiativeId).eq(initiative));
    latest
}

/// The current baselines, each with the weights that are planned for the day or before, and with what they earned.
fn agreed(scope: &Scope, which: &Which, as_of: NaiveDate) -> SelectStatement {
    use baseline::Column as B;
    use baseline_milestone::Column as W;
    use milestone::Column as M;
    let at = At::TOP;
    let (weight, done) = (at.inner(), at.inner().inner());
    let last = done.inner();
    let mut select = parts::<baseline::Entity>(scope, which, B::InitiativeId);
    let latest = latest_number(scope, last, at.col(B::InitiativeId));
    let planned =
        CaseStatement::new().case(weight.col(W::DueOn).lte(as_of), weight.col(W::WeightBp)).finally(0_i64);
    let credits = credits(&weight.col(W::CreditRule), &done.col(M::Status), &done.col(M::PercentBp));
    let of_baseline = Condition::all()
        .add(baseline_milestone::Entity::visible(scope.viewer(), weight))
        .add(weight.col(W::BaselineId).eq(at.col(B::Id)));
    let of_weight = Condition::all()
        .add(milestone::Entity::visible(scope.viewer(), done))
        .add(done.col(M::Id).eq(weight.col(W::MilestoneId)));
    select
        .expr(at.col(B::StartsOn))
        .expr(at.col(B::DueOn))
        .expr(at.col(B::BudgetMinor))
        .expr_as(sum(planned), "planned_bp")
        .expr_as(sum(weight.col(W::WeightBp).mul(credits)), "earned_bp2")
        .join_as(JoinType::LeftJoin, baseline_milestone::Entity, weight.alias(), of_baseline)
        .join_as(JoinType::LeftJoin, milestone::Entity, done.alias(), of_weight)
        .and_where(at.col(B::Number).in_subquery(latest))
        .group_by_col((at.alias(), B::Id));
    select
}

fn worked(row: &QueryResult) -> Result<(Agreement, Worked), DbErr> {
    let agreement =
        Agreement { starts_on: row.try_get("", "starts_on")?, due_on: row.try_get("", "due_on")? };
    let worked = Worked {
        budget: row.try_get("", "budget_minor")?,
        planned_bp: row.try_get("", "planned_bp")?,
        earned_bp2: row.try_get("", "earned_bp2")?,
    };
    Ok((agreement, worked))
}

/// The due dates of milestones that were not reached yet.
fn open_milestones(scope: &Scope, which: &Which) -> SelectStatement {
    use milestone::Column as M;
    let at = At::TOP;
    let mut select = parts::<milestone::Entity>(scope, which, M::InitiativeId);
    let open = milestone::Status::iter().filter(|status| is_open(*status)).map(|status| status.to_value());
    select
        .expr(at.col(M::DueOn))
        .and_where(at.col(M::Status).is_in(open))
        .order_by((at.alias(), M::DueOn), sea_orm::sea_query::Order::Asc);
    select
}
