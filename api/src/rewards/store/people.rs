//! Who takes part in plans, put together in buckets of those who have the same award.

use std::collections::HashMap;

use sea_orm::sea_query::{
    Asterisk, CaseStatement, Condition, Expr, ExprTrait, Func, JoinType, Order, SelectStatement,
};
use sea_orm::{ActiveEnum, FromQueryResult, QueryResult};
use tutti_entity::ids::{ParticipationId, PayoutRunId, PersonId, RewardGroupId, RewardPlanId, TypedId};
use tutti_entity::rewards::participation::Column as P;
use tutti_entity::rewards::payout_line::{self, Column as L, LineKind};
use tutti_entity::rewards::{participation, reward_group};
use uuid::Uuid;

use super::sight::{all_rows, counts, own_participations, seen, stands};
use crate::access::Viewer;
use crate::graphql::Fault;
use crate::graphql::batch::{Loader, grouped};
use crate::rewards::rules::period::Span;
use crate::store::{At, Outcome, Reads, Scope, Tx, find};

/// Those of a group who take part on the same days of a period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bucket {
    /// The group.
    pub group: RewardGroupId,
    /// The days, cut to the period.
    pub days: Span,
    /// How many participations they are.
    pub lines: i64,
    /// How many people they are.
    pub people: i64,
    /// How many of the participations the viewer sees for themselves.
    pub seen: i64,
    /// How many of them are the viewer's own.
    pub own: i64,
}

/// The later or the earlier of a day and a column.
fn cut(column: P, beyond: Expr, day: chrono::NaiveDate) -> Expr {
    CaseStatement::new().case(beyond, Expr::val(day)).finally(At::TOP.col(column)).into()
}

/// The participations of the viewer themselves.
fn own_of(viewer: &Viewer) -> Condition {
    let mine = viewer.related_as().map(|me| At::TOP.col(P::PersonId).eq(me));
    Condition::all().add(mine.unwrap_or_else(|| Expr::val(1).eq(0)))
}

/// That somebody takes part on days of a period.
fn on_days_of(at: At, period: Span) -> Condition {
    Condition::all()
        .add(at.col(P::FromDay).lte(period.to))
        .add(at.col(P::ToDay).gte(period.from))
        .add(stands(at))
}

/// The participations in a plan on days of a period, with their days cut to it.
fn taking_part(viewer: &Viewer, plan: RewardPlanId, period: Span) -> SelectStatement {
    let at = At::TOP;
    let (from, to) = (|| at.col(P::FromDay), || at.col(P::ToDay));
    all_rows::<participation::Entity>(at)
        .expr_as(at.col(P::Id), "id")
        .expr_as(at.col(P::PlanId), "plan_id")
        .expr_as(at.col(P::GroupId), "group_id")
        .expr_as(at.col(P::PersonId), "person_id")
        .expr_as(cut(P::FromDay, from().lt(period.from), period.from), "first_day")
        .expr_as(cut(P::ToDay, to().gt(period.to), period.to), "last_day")
        .expr_as(counts(own_participations(viewer, at)), "seen")
        .expr_as(counts(own_of(viewer)), "own")
        .and_where(at.col(P::PlanId).eq(plan))
        .cond_where(on_days_of(at, period))
        .to_owned()
}

fn in_buckets(rows: SelectStatement) -> SelectStatement {
    let sum = |column: &'static str| Func::sum(Expr::col(column));
    SelectStatement::new()
        .columns(["plan_id", "group_id", "first_day", "last_day"])
        .expr_as(Func::count(Expr::col(Asterisk)), "lines")
        .expr_as(Func::count_distinct(Expr::col("person_id")), "people")
        .expr_as(sum("seen"), "seen")
        .expr_as(sum("own"), "own")
        .from_subquery(rows, "parts")
        .group_by_columns(["plan_id", "group_id", "first_day", "last_day"])
        .to_owned()
}

fn bucket(row: &QueryResult) -> Result<Bucket, sea_orm::DbErr> {
    Ok(Bucket {
        group: row.try_get("", "group_id")?,
        days: Span { from: row.try_get("", "first_day")?, to: row.try_get("", "last_day")? },
        lines: row.try_get("", "lines")?,
        people: row.try_get("", "people")?,
        seen: row.try_get("", "seen")?,
        own: row.try_get("", "own")?,
    })
}

/// In one order, whichever database answered.
fn ordered(mut buckets: Vec<Bucket>) -> Vec<Bucket> {
    buckets.sort_by_key(|bucket| (bucket.group, bucket.days));
    buckets
}

/// The buckets of a plan in a period.
///
/// # Errors
/// When the database cannot be read.
pub async fn buckets<R: Reads>(reads: &R, plan: RewardPlanId, period: Span) -> Result<Vec<Bucket>, R::Error> {
    let rows = taking_part(reads.scope().viewer(), plan, period);
    let rows = reads.read(&in_buckets(rows)).await?;
    Ok(ordered(rows.iter().map(bucket).collect::<Result<_, _>>()?))
}

/// Of these buckets, how many of each come first by id, where so many come first in all: with one minor unit more.
///
/// # Errors
/// When the database cannot be read.
pub async fn first_of(
    scope: &Scope,
    plan: RewardPlanId,
    period: Span,
    tied: &[Bucket],
    first: i64,
) -> Result<Vec<Bucket>, Fault> {
    let of_bucket = |bucket: &Bucket| {
        Condition::all()
            .add(Expr::col("group_id").eq(bucket.group))
            .add(Expr::col("first_day").eq(bucket.days.from))
            .add(Expr::col("last_day").eq(bucket.days.to))
    };
    let rows = SelectStatement::new()
        .column(Asterisk)
        .from_subquery(taking_part(scope.viewer(), plan, period), "all_parts")
        .cond_where(tied.iter().map(of_bucket).fold(Condition::any(), Condition::add))
        .order_by("id", Order::Asc)
        .limit(u64::try_from(first).unwrap_or_default())
        .to_owned();
    let rows = scope.rows(&in_buckets(rows)).await?;
    Ok(ordered(rows.iter().map(bucket).collect::<Result<_, _>>()?))
}

/// The buckets of plans in their periods.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Buckets;

impl Loader for Buckets {
    type Key = (RewardPlanId, Span);
    type Value = Vec<Bucket>;

    async fn load(
        &self,
        scope: &Scope,
        keys: &[(RewardPlanId, Span)],
    ) -> Result<HashMap<(RewardPlanId, Span), Vec<Bucket>>, Fault> {
        let mut found = HashMap::new();
        // A plan is mostly asked for one of its periods, so that this is one statement mostly.
        let mut left: Vec<_> = keys.to_vec();
        while !left.is_empty() {
            let mut spans: HashMap<RewardPlanId, Span> = HashMap::new();
            left.retain(|(plan, span)| {
                let later = spans.len() >= PLANS_AT_ONCE || spans.contains_key(plan);
                if !later {
                    spans.insert(*plan, *span);
                }
                later
            });
            let parts = spans.iter().map(|(plan, span)| taking_part(scope.viewer(), *plan, *span));
            let Some(rows) = find::together(parts) else { break };
            let rows = scope.rows(&in_buckets(rows)).await?;
            let of_plan: Vec<(RewardPlanId, Bucket)> = rows
                .iter()
                .map(|row| Ok((row.try_get("", "plan_id")?, bucket(row)?)))
                .collect::<Result<_, sea_orm::DbErr>>()?;
            let mut of_plan = grouped(of_plan, |(plan, _)| *plan);
            for (plan, span) in spans {
                let buckets = of_plan.remove(&plan).unwrap_or_default();
                found.insert((plan, span), ordered(buckets.into_iter().map(|(_, bucket)| bucket).collect()));
            }
        }
        Ok(found)
    }
}

/// How many plans one statement puts together: databases bound how many parts a union has.
const PLANS_AT_ONCE: usize = 100;

/// The groups of plans that the viewer sees, in their order.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Groups;

impl Loader for Groups {
    type Key = RewardPlanId;
    type Value = Vec<reward_group::Model>;

    async fn load(
        &self,
        scope: &Scope,
        plans: &[RewardPlanId],
    ) -> Result<HashMap<RewardPlanId, Vec<reward_group::Model>>, Fault> {
        let plans: Vec<_> = plans.iter().map(|plan| plan.uuid()).collect();
        let rows = scope.find::<reward_group::Entity>().any_of(reward_group::Column::PlanId, &plans);
        let mut rows = rows.all().await?;
        rows.sort_by_key(|row| (row.position, row.id));
        Ok(grouped(rows, |row| row.plan_id))
    }
}

/// The target awards of the groups of plans, whoever sees the groups: for sums.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Targets;

impl Loader for Targets {
    type Key = RewardPlanId;
    type Value = Vec<(RewardGroupId, i64)>;

    async fn load(
        &self,
        scope: &Scope,
        plans: &[RewardPlanId],
    ) -> Result<HashMap<RewardPlanId, Vec<(RewardGroupId, i64)>>, Fault> {
        let plans: Vec<_> = plans.iter().map(|plan| plan.uuid()).collect();
        let of_plan = grouped(targets_of(scope, &plans).await?, |(plan, ..)| *plan);
        let without = |rows: Vec<(RewardPlanId, RewardGroupId, i64)>| {
            rows.into_iter().map(|(_, group, target)| (group, target)).collect()
        };
        Ok(of_plan.into_iter().map(|(plan, rows)| (plan, without(rows))).collect())
    }
}

async fn targets_of<R: Reads>(
    reads: &R,
    plans: &[Uuid],
) -> Result<Vec<(RewardPlanId, RewardGroupId, i64)>, R::Error> {
    use reward_group::Column as G;
    let at = At::TOP;
    let mut select = all_rows::<reward_group::Entity>(at);
    select
        .columns([(at.alias(), G::PlanId), (at.alias(), G::Id), (at.alias(), G::TargetAwardMinor)])
        .and_where(find::any_of(reads.scope().backend(), at.col(G::PlanId), plans))
        .order_by((at.alias(), G::Id), Order::Asc);
    let rows = reads.read(&select).await?;
    let target = |row: &QueryResult| {
        Ok((row.try_get("", "plan_id")?, row.try_get("", "id")?, row.try_get("", "target_award_minor")?))
    };
    Ok(rows.iter().map(target).collect::<Result<_, sea_orm::DbErr>>()?)
}

/// The same inside a transaction.
///
/// # Errors
/// When the database cannot be read.
pub async fn targets(tx: &Tx<'_>, plan: RewardPlanId) -> Outcome<HashMap<RewardGroupId, i64>> {
    let rows = targets_of(tx, &[plan.uuid()]).await?;
    Ok(rows.into_iter().map(|(_, group, target)| (group, target)).collect())
}

/// Somebody who takes part, and the award that is to be taken back.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Taker {
    /// The participation.
    pub id: ParticipationId,
    /// Who takes part.
    pub person_id: PersonId,
    /// The group.
    pub group_id: RewardGroupId,
    /// The first day.
    pub from_day: chrono::NaiveDate,
    /// The last day.
    pub to_day: chrono::NaiveDate,
    /// The award of the run that is corrected; none where it has none for them.
    pub before_minor: Option<i64>,
    /// The target award that it was made of.
    pub before_target: Option<i64>,
    /// The days that it was made of.
    pub before_days: Option<i32>,
}

/// The next so many of those who take part in a plan on days of a period, or had an award in the run that is
/// corrected, by id.
///
/// # Errors
/// When the database cannot be read.
pub async fn takers(
    tx: &Tx<'_>,
    plan: RewardPlanId,
    period: Span,
    corrects: Option<PayoutRunId>,
    after: ParticipationId,
    most: u64,
) -> Outcome<Vec<Taker>> {
    let (at, line) = (At::TOP, At::TOP.inner());
    let there = on_days_of(at, period);
    let mut select = all_rows::<participation::Entity>(at);
    select
        .columns([P::Id, P::PersonId, P::GroupId, P::FromDay, P::ToDay].map(|column| (at.alias(), column)))
        .and_where(at.col(P::PlanId).eq(plan))
        .and_where(at.col(P::Id).gt(after))
        .order_by((at.alias(), P::Id), Order::Asc)
        .limit(most);
    match corrects {
        None => {
            select
                .expr_as(Expr::val(None::<i64>).cast_as("bigint"), "before_minor")
                .expr_as(Expr::val(None::<i64>).cast_as("bigint"), "before_target")
                .expr_as(Expr::val(None::<i32>).cast_as("integer"), "before_days")
                .cond_where(there);
        }
        Some(run) => {
            let theirs = Condition::all()
                .add(line.col(L::RunId).eq(run))
                .add(line.col(L::Kind).eq(LineKind::Award.to_value()))
                .add(line.col(L::ParticipationId).equals((at.alias(), P::Id)));
            select
                .join_as(JoinType::LeftJoin, payout_line::Entity, line.alias(), theirs)
                .expr_as(line.col(L::AmountMinor), "before_minor")
                .expr_as(line.col(L::TargetMinor), "before_target")
                .expr_as(line.col(L::ServiceDays), "before_days")
                .cond_where(Condition::any().add(there).add(line.col(L::Id).is_not_null()));
        }
    }
    let rows = tx.rows(&select).await?;
    Ok(rows.iter().map(|row| Taker::from_query_result(row, "")).collect::<Result<_, _>>()?)
}

/// The participations of these people in these plans, as they are, seen or not.
///
/// # Errors
/// When the database cannot be read.
pub async fn of_people(
    tx: &Tx<'_>,
    plans: &[RewardPlanId],
    people: &[PersonId],
) -> Outcome<Vec<participation::Model>> {
    let backend = tx.scope().backend();
    let uuids = |ids: &mut dyn Iterator<Item = Uuid>| ids.collect::<Vec<_>>();
    let plans = uuids(&mut plans.iter().map(|id| id.uuid()));
    let people = uuids(&mut people.iter().map(|id| id.uuid()));
    let mut select = seen::<participation::Entity>(tx.scope().viewer());
    select.and_where(find::any_of(backend, At::TOP.col(P::PlanId), &plans)).and_where(find::any_of(
        backend,
        At::TOP.col(P::PersonId),
        &people,
    ));
    let rows = tx.rows(&select).await?;
    Ok(rows.iter().map(|row| participation::Model::from_query_result(row, "")).collect::<Result<_, _>>()?)
}

/// The plan of a participation; none where there is no such participation for the viewer.
///
/// # Errors
/// When the database cannot be read.
pub async fn plan_of(tx: &Tx<'_>, id: ParticipationId) -> Outcome<Option<RewardPlanId>> {
    let at = At::TOP;
    let mut select = find::visible_only::<participation::Entity>(tx.scope().viewer(), at);
    select.expr(at.col(P::PlanId)).and_where(at.col(P::Id).eq(id));
    let rows = tx.rows(&select).await?;
    Ok(rows.first().map(|row| row.try_get("", "plan_id")).transpose()?)
}

/// Whether anybody takes part in a group, or in a plan on days beyond these.
///
/// # Errors
/// When the database cannot be read.
pub async fn is_used(tx: &Tx<'_>, plan: RewardPlanId, which: Used) -> Outcome<bool> {
    let at = At::TOP;
    let mut select = all_rows::<participation::Entity>(at);
    select.expr(Expr::val(1)).and_where(at.col(P::PlanId).eq(plan)).limit(1);
    match which {
        Used::Group(group) => select.and_where(at.col(P::GroupId).eq(group)),
        Used::Beyond(days) => {
            select.cond_where(Condition::all().add(stands(at)).add(
                Condition::any().add(at.col(P::FromDay).lt(days.from)).add(at.col(P::ToDay).gt(days.to)),
            ))
        }
    };
    Ok(!tx.rows(&select).await?.is_empty())
}

/// What is asked of participations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Used {
    /// Whether there are any in this group, also such as were taken back: they go on telling of it.
    Group(RewardGroupId),
    /// Whether there are any on days beyond these that were not taken back.
    Beyond(Span),
}

/// The viewer's own participations, the latest first.
///
/// # Errors
/// When the database cannot be read.
pub async fn own(scope: &Scope, person: PersonId) -> Result<Vec<participation::Model>, Fault> {
    let mine = At::TOP.col(P::PersonId).eq(person);
    let mut rows = scope.find::<participation::Entity>().filter(mine).all().await?;
    rows.sort_by_key(|row| std::cmp::Reverse((row.from_day, row.id)));
    scope.produce(rows.len())?;
    Ok(rows)
}
