//! The only SQL about rewards.

use std::collections::{BTreeSet, HashMap};

use sea_orm::sea_query::{Condition, Expr, ExprTrait, Func, IntoCondition, Query, SelectStatement};
use sea_orm::{ActiveEnum, QueryResult};
use tutti_entity::Keyed;
use tutti_entity::ids::{ParticipationId, PayoutRunId, PersonId, RewardGroupId, RewardPlanId, TypedId};
use tutti_entity::rewards::payout_line::{Column as L, LineKind};
use tutti_entity::rewards::payout_run::Column as R;
use tutti_entity::rewards::{payout_line, payout_run, reward_group, reward_plan};

use crate::graphql::Fault;
use crate::graphql::batch::{Loader, grouped};
use crate::store::{At, Outcome, Scope, Tx, find};

pub mod people;
pub mod sight;

use sight::{all_rows, counts, own_lines};

/// The groups of a plan that are there, in their order, which nobody changes until the end.
///
/// # Errors
/// When the database cannot be read.
pub async fn groups(tx: &Tx<'_>, plan: RewardPlanId) -> Outcome<Vec<reward_group::Model>> {
    let of_plan = At::TOP.col(reward_group::Column::PlanId).eq(plan).into_condition();
    let mut rows = tx.hold_all::<reward_group::Entity>(of_plan).await?;
    rows.sort_by_key(|row| (row.position, row.id));
    Ok(rows)
}

/// The plans of these groups, in the order of their ids.
///
/// # Errors
/// When the database cannot be read.
pub async fn plans_of(tx: &Tx<'_>, groups: &[RewardGroupId]) -> Outcome<BTreeSet<RewardPlanId>> {
    let (at, ids) = (At::TOP, groups.iter().map(|group| group.uuid()).collect::<Vec<_>>());
    let mut select = find::visible_only::<reward_group::Entity>(tx.scope().viewer(), at);
    select.expr(at.col(reward_group::Column::PlanId)).and_where(find::any_of(
        tx.scope().backend(),
        at.col(reward_group::Column::Id),
        &ids,
    ));
    let rows = tx.rows(&select).await?;
    Ok(rows.iter().map(|row| row.try_get("", "plan_id")).collect::<Result<_, _>>()?)
}

/// The runs of a plan that count, the first period first and in it the first run.
///
/// # Errors
/// When the database cannot be read.
pub async fn runs(tx: &Tx<'_>, plan: RewardPlanId) -> Outcome<Vec<payout_run::Model>> {
    let at = At::TOP;
    let of_plan = Condition::all().add(at.col(R::PlanId).eq(plan)).add(at.col(R::SupersededAt).is_null());
    let mut rows = tx.hold_all::<payout_run::Entity>(of_plan).await?;
    rows.sort_by_key(|row| (row.period_start, row.id));
    Ok(rows)
}

/// The plan of a run; none where there is no such run for the viewer.
///
/// # Errors
/// When the database cannot be read.
pub async fn plan_of(tx: &Tx<'_>, run: PayoutRunId) -> Outcome<Option<RewardPlanId>> {
    let at = At::TOP;
    let mut select = find::visible_only::<payout_run::Entity>(tx.scope().viewer(), at);
    select.expr(at.col(R::PlanId)).and_where(at.col(R::Id).eq(run));
    let rows = tx.rows(&select).await?;
    Ok(rows.first().map(|row| row.try_get("", "plan_id")).transpose()?)
}

/// Whether somebody has a line in a run.
///
/// # Errors
/// When the database cannot be read.
pub async fn has_line(tx: &Tx<'_>, run: PayoutRunId, person: PersonId) -> Outcome<bool> {
    let at = At::TOP;
    let mut select = all_rows::<payout_line::Entity>(at);
    select
        .expr(Expr::val(1))
        .and_where(at.col(L::RunId).eq(run))
        .and_where(at.col(L::PersonId).eq(person))
        .limit(1);
    Ok(!tx.rows(&select).await?.is_empty())
}

/// How many people have a line in a run, and what all lines come to.
///
/// # Errors
/// When the database cannot be read.
pub async fn sums(tx: &Tx<'_>, run: PayoutRunId) -> Outcome<(i64, i64)> {
    let at = At::TOP;
    let mut select = all_rows::<payout_line::Entity>(at);
    select
        .expr_as(Func::count_distinct(at.col(L::PersonId)), "people")
        .expr_as(sum(at.col(L::AmountMinor)), "total")
        .and_where(at.col(L::RunId).eq(run));
    let rows = tx.rows(&select).await?;
    let row = rows.first().ok_or_else(|| Fault::internal("a sum answered nothing"))?;
    Ok((row.try_get("", "people")?, row.try_get::<Option<i64>>("", "total")?.unwrap_or_default()))
}

/// A sum that fits 64 bits, which the bounds on amounts keep it to.
fn sum(of: Expr) -> Expr {
    Expr::from(Func::sum(of)).cast_as("bigint")
}

/// Keeps with a run what its lines come to.
///
/// # Errors
/// When the database refuses.
pub async fn count_lines(tx: &Tx<'_>, run: PayoutRunId, people: i32, total_minor: i64) -> Outcome<()> {
    let update = Query::update()
        .table(payout_run::Entity)
        .value(R::People, people)
        .value(R::TotalMinor, total_minor)
        .and_where(Expr::col(<payout_run::Entity as Keyed>::ID).eq(run))
        .to_owned();
    tx.mark(&update).await
}

/// Counts the changes of who takes part in a plan up.
///
/// # Errors
/// When the database refuses.
pub async fn count_roster(tx: &Tx<'_>, plan: RewardPlanId) -> Outcome<()> {
    let column = reward_plan::Column::Roster;
    let update = Query::update()
        .table(reward_plan::Entity)
        .value(column, Expr::col(column).add(1))
        .and_where(Expr::col(<reward_plan::Entity as Keyed>::ID).eq(plan))
        .to_owned();
    tx.mark(&update).await
}

/// The runs of plans that the viewer sees and that count, the first period first.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Runs;

impl Loader for Runs {
    type Key = RewardPlanId;
    type Value = Vec<payout_run::Model>;

    async fn load(
        &self,
        scope: &Scope,
        plans: &[RewardPlanId],
    ) -> Result<HashMap<RewardPlanId, Vec<payout_run::Model>>, Fault> {
        let plans: Vec<_> = plans.iter().map(|plan| plan.uuid()).collect();
        let rows = scope
            .find::<payout_run::Entity>()
            .any_of(R::PlanId, &plans)
            .filter(At::TOP.col(R::SupersededAt).is_null());
        let mut rows = rows.all().await?;
        rows.sort_by_key(|row| (row.period_start, row.id));
        Ok(grouped(rows, |row| row.plan_id))
    }
}

/// Lines of a run that are alike: of one group, for the same days, and of one kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Alike {
    /// The group.
    pub group: RewardGroupId,
    /// What they do.
    pub kind: LineKind,
    /// The target award that they are made of.
    pub target_minor: i64,
    /// The days that they are made of.
    pub service_days: i32,
    /// How many people they are.
    pub people: i64,
    /// What they come to.
    pub total: i64,
    /// What those of them come to that the viewer sees.
    pub seen: i64,
    /// The smallest amount.
    pub least: i64,
    /// The largest amount.
    pub most: i64,
}

/// The lines of runs, put together where they are alike. Whoever asks sees the runs.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Lines;

impl Loader for Lines {
    type Key = PayoutRunId;
    type Value = Vec<Alike>;

    async fn load(
        &self,
        scope: &Scope,
        runs: &[PayoutRunId],
    ) -> Result<HashMap<PayoutRunId, Vec<Alike>>, Fault> {
        let at = At::TOP;
        let runs: Vec<_> = runs.iter().map(|run| run.uuid()).collect();
        let groups = [L::RunId, L::GroupId, L::Kind, L::TargetMinor, L::ServiceDays];
        let mine = counts(own_lines(scope.viewer(), at)).mul(at.col(L::AmountMinor));
        let mut select = all_rows::<payout_line::Entity>(at);
        select
            .columns(groups.map(|column| (at.alias(), column)))
            .expr_as(Func::count_distinct(at.col(L::PersonId)), "people")
            .expr_as(sum(at.col(L::AmountMinor)), "total")
            .expr_as(sum(mine), "seen")
            .expr_as(Func::min(at.col(L::AmountMinor)), "least")
            .expr_as(Func::max(at.col(L::AmountMinor)), "most")
            .and_where(find::any_of(scope.backend(), at.col(L::RunId), &runs))
            .group_by_columns(groups.map(|column| (at.alias(), column)));
        let rows = scope.rows(&select).await?;
        let alike = |row: &QueryResult| {
            let alike = Alike {
                group: row.try_get("", "group_id")?,
                kind: LineKind::try_from_value(&row.try_get("", "kind")?)?,
                target_minor: row.try_get("", "target_minor")?,
                service_days: row.try_get("", "service_days")?,
                people: row.try_get("", "people")?,
                total: row.try_get("", "total")?,
                seen: row.try_get("", "seen")?,
                least: row.try_get("", "least")?,
                most: row.try_get("", "most")?,
            };
            Ok((row.try_get("", "run_id")?, alike))
        };
        let rows: Vec<(PayoutRunId, Alike)> =
            rows.iter().map(alike).collect::<Result<_, sea_orm::DbErr>>()?;
        let mut of_run: HashMap<PayoutRunId, Vec<Alike>> = HashMap::new();
        for (run, alike) in rows {
            of_run.entry(run).or_default().push(alike);
        }
        for lines in of_run.values_mut() {
            lines.sort_by_key(|line| (line.group, line.kind, line.service_days, line.target_minor));
        }
        Ok(of_run)
    }
}

/// The lines of participations that the viewer sees, as they were made.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct LinesOf;

impl Loader for LinesOf {
    type Key = ParticipationId;
    type Value = Vec<payout_line::Model>;

    async fn load(
        &self,
        scope: &Scope,
        participations: &[ParticipationId],
    ) -> Result<HashMap<ParticipationId, Vec<payout_line::Model>>, Fault> {
        let ids: Vec<_> = participations.iter().map(|id| id.uuid()).collect();
        let counting = Condition::all().add(At::TOP.col(L::RunId).in_subquery(counting()));
        let rows = scope.find::<payout_line::Entity>().any_of(L::ParticipationId, &ids).filter(counting);
        Ok(grouped(rows.order_by(L::Id).all().await?, |row| row.participation_id))
    }
}

/// The runs that count.
fn counting() -> SelectStatement {
    let at = At::TOP.inner();
    all_rows::<payout_run::Entity>(at)
        .expr(at.col(R::Id))
        .and_where(at.col(R::SupersededAt).is_null())
        .to_owned()
}
