//! The only SQL about KPIs.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::sea_query::{
    Asterisk, CommonTableExpression, Condition, Expr, ExprTrait, Func, JoinType, Order, OverStatement, Query,
    SelectStatement, UnionType, WindowStatement,
};
use sea_orm::{DatabaseBackend, FromQueryResult, QueryResult};
use tutti_entity::ids::{InitiativeId, KpiId, MeasurementId, OrgUnitId, PersonId, TypedId};
use tutti_entity::metrics::{kpi, kpi_link, kpi_target, measurement};
use tutti_entity::people::org_unit;
use uuid::Uuid;

use measurement::Column as M;

use super::readings::{AsKnown, History};
use crate::access::Viewer;
use crate::access::visible::{Visible, everyone};
use crate::graphql::Fault;
use crate::graphql::batch::{Loader, grouped};
use crate::store::{At, Outcome, Reads, Scope, Tx, find};

impl Visible for kpi::Entity {
    fn visible(_: &Viewer, _: At) -> Condition {
        everyone()
    }
}

impl Visible for kpi_target::Entity {
    fn visible(_: &Viewer, _: At) -> Condition {
        everyone()
    }
}

impl Visible for measurement::Entity {
    fn visible(_: &Viewer, _: At) -> Condition {
        everyone()
    }
}

impl Visible for kpi_link::Entity {
    /// A link that was taken away is there for nobody.
    fn visible(_: &Viewer, at: At) -> Condition {
        Condition::all().add(at.col(kpi_link::Column::RemovedAt).is_null())
    }

    /// The log tells everybody of it.
    fn told(_: &Viewer, _: At, _: &Expr) -> Condition {
        everyone()
    }
}

fn read<E: FromQueryResult>(rows: &[QueryResult]) -> Result<Vec<E>, sea_orm::DbErr> {
    rows.iter().map(|row| E::from_query_result(row, "")).collect()
}

fn uuids<I: TypedId>(ids: &[I]) -> Vec<Uuid> {
    ids.iter().map(|id| id.uuid()).collect()
}

/// Whether another KPI has this code, whatever its case.
///
/// # Errors
/// When the database cannot be read.
pub async fn is_taken(tx: &Tx<'_>, code_folded: &str, but: KpiId) -> Outcome<bool> {
    let at = At::TOP;
    let mut select = find::visible_only::<kpi::Entity>(tx.scope().viewer(), at);
    select
        .expr(at.col(kpi::Column::Id))
        .and_where(at.col(kpi::Column::CodeFolded).eq(code_folded))
        .and_where(at.col(kpi::Column::Id).ne(but));
    Ok(!tx.rows(&select).await?.is_empty())
}

/// Whether anything was measured of a KPI.
///
/// # Errors
/// When the database cannot be read.
pub async fn is_measured(tx: &Tx<'_>, kpi: KpiId) -> Outcome<bool> {
    let at = At::TOP;
    let mut select = find::visible_only::<measurement::Entity>(tx.scope().viewer(), at);
    select.expr(at.col(M::Id)).and_where(at.col(M::KpiId).eq(kpi)).limit(1);
    Ok(!tx.rows(&select).await?.is_empty())
}

/// The targets of a KPI, inside the transaction.
///
/// # Errors
/// When the database cannot be read.
pub async fn targets(tx: &Tx<'_>, kpi: KpiId) -> Outcome<Vec<kpi_target::Model>> {
    let mut select = find::visible::<kpi_target::Entity>(tx.scope().viewer());
    select.and_where(At::TOP.col(kpi_target::Column::KpiId).eq(kpi));
    Ok(read(&tx.rows(&select).await?)?)
}

/// The link from an initiative to a KPI, if there is one.
///
/// # Errors
/// When the database cannot be read.
pub async fn link(tx: &Tx<'_>, initiative: InitiativeId, kpi: KpiId) -> Outcome<Option<kpi_link::Model>> {
    let mut select = find::visible::<kpi_link::Entity>(tx.scope().viewer());
    select
        .and_where(At::TOP.col(kpi_link::Column::InitiativeId).eq(initiative))
        .and_where(At::TOP.col(kpi_link::Column::KpiId).eq(kpi));
    Ok(read(&tx.rows(&select).await?)?.pop())
}

/// The revisions of these KPIs in periods that start on one of these days.
#[must_use]
pub fn revisions_of(backend: DatabaseBackend, kpis: &[KpiId], starts: &BTreeSet<NaiveDate>) -> Condition {
    let at = At::TOP;
    Condition::all()
        .add(find::any_of(backend, at.col(M::KpiId), &uuids(kpis)))
        .add(at.col(M::PeriodStart).is_in(starts.iter().copied()))
}

/// This unit and all units below it, by id.
fn below(unit: OrgUnitId) -> SelectStatement {
    let at = At::TOP;
    let units = SelectStatement::new().from_as(org_unit::Entity, at.alias()).to_owned();
    let mut top = units.clone();
    top.expr_as(at.col(org_unit::Column::Id), "id").and_where(at.col(org_unit::Column::Id).eq(unit));
    let mut next = units;
    next.expr(at.col(org_unit::Column::Id)).join(
        JoinType::InnerJoin,
        "below",
        at.col(org_unit::Column::ParentId).equals(("below", "id")),
    );
    // Distinct, so that it ends even where units ran in a circle.
    top.union(UnionType::Distinct, next);
    let tree = CommonTableExpression::new().query(top).columns(["id"]).table_name("below").to_owned();
    let with = Query::with().recursive(true).cte(tree).to_owned();
    SelectStatement::new().column("id").from("below").with_cte(with).to_owned()
}

/// How many periods are read at once: the last and the one before, so that a value, the progress and the trend of a
/// KPI cost one statement together.
const PERIODS: i64 = 2;

/// The revisions of these KPIs that are in force, of the last so many periods that begin on the day or before: the
/// later period first, and in it by unit.
fn last_periods(scope: &Scope, kpis: &[KpiId], asked: AsKnown, most: i64) -> SelectStatement {
    let at = At::TOP;
    let of_kpi = || WindowStatement::partition_by((at.alias(), M::KpiId));
    let mut one = of_kpi();
    one.add_partition_by(at.col(M::OrgUnitId))
        .add_partition_by(at.col(M::PeriodStart))
        .order_by((at.alias(), M::Revision), Order::Desc);
    let mut periods = of_kpi();
    periods.order_by((at.alias(), M::PeriodStart), Order::Desc);
    let mut rows = find::visible::<measurement::Entity>(scope.viewer());
    rows.and_where(find::any_of(scope.backend(), at.col(M::KpiId), &uuids(kpis)))
        .and_where(at.col(M::PeriodStart).lte(asked.on))
        .and_where(known(asked.known_at))
        .and_where_option(asked.unit.map(|unit| at.col(M::OrgUnitId).in_subquery(below(unit))))
        .expr_window_as(Func::cust("ROW_NUMBER"), one, "later_revisions")
        .expr_window_as(Func::cust("DENSE_RANK"), periods, "later_periods");
    SelectStatement::new()
        .column(Asterisk)
        .from_subquery(rows, "known")
        .and_where(Expr::col("later_revisions").eq(1))
        .and_where(Expr::col("later_periods").lte(most))
        .order_by("period_start", Order::Desc)
        .order_by("org_unit_id", Order::Asc)
        .order_by("id", Order::Asc)
        .to_owned()
}

/// Whether a revision was in force at a moment, or is now.
fn known(known_at: Option<DateTime<Utc>>) -> Expr {
    let since = At::TOP.col(M::InForceAt);
    match known_at {
        Some(known_at) => since.lte(known_at),
        None => since.is_not_null(),
    }
}

fn by_kpi(rows: &[QueryResult]) -> Result<HashMap<KpiId, Arc<Vec<measurement::Model>>>, Fault> {
    let of_kpi = grouped(read::<measurement::Model>(rows)?, |row| row.kpi_id);
    Ok(of_kpi.into_iter().map(|(kpi, rows)| (kpi, Arc::new(rows))).collect())
}

impl Loader for AsKnown {
    type Key = KpiId;
    type Value = Arc<Vec<measurement::Model>>;

    async fn load(
        &self,
        scope: &Scope,
        kpis: &[KpiId],
    ) -> Result<HashMap<KpiId, Arc<Vec<measurement::Model>>>, Fault> {
        by_kpi(&scope.rows(&last_periods(scope, kpis, *self, PERIODS)).await?)
    }
}

/// What is in force of these KPIs in the whole organisation, in the last so many periods that begin on a day or
/// before: the later period first, and in it by unit.
///
/// # Errors
/// When the database cannot be read.
pub async fn history<R: Reads>(
    reads: &R,
    kpis: &[KpiId],
    History { on, most }: History,
) -> Result<HashMap<KpiId, Vec<measurement::Model>>, R::Error> {
    let asked = AsKnown { on, known_at: None, unit: None };
    let rows = reads.read(&last_periods(reads.scope(), kpis, asked, most)).await?;
    Ok(grouped(read::<measurement::Model>(&rows)?, |row| row.kpi_id))
}

impl Loader for History {
    type Key = KpiId;
    type Value = Arc<Vec<measurement::Model>>;

    async fn load(
        &self,
        scope: &Scope,
        kpis: &[KpiId],
    ) -> Result<HashMap<KpiId, Arc<Vec<measurement::Model>>>, Fault> {
        let of_kpi = history(scope, kpis, *self).await?;
        Ok(of_kpi.into_iter().map(|(kpi, rows)| (kpi, Arc::new(rows))).collect())
    }
}

/// The KPIs for which this person answers.
#[must_use]
pub fn kpis_of(person: PersonId) -> Condition {
    Condition::all().add(At::TOP.col(kpi::Column::OwnerId).eq(person))
}

/// The KPIs for which people answer, by code.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Owned;

impl Loader for Owned {
    type Key = PersonId;
    type Value = Vec<kpi::Model>;

    async fn load(
        &self,
        scope: &Scope,
        people: &[PersonId],
    ) -> Result<HashMap<PersonId, Vec<kpi::Model>>, Fault> {
        let rows = scope.find::<kpi::Entity>().any_of(kpi::Column::OwnerId, &uuids(people));
        let rows = rows.order_by(kpi::Column::CodeFolded).order_by(kpi::Column::Id).all().await?;
        Ok(grouped(rows, |row| row.owner_id))
    }
}

/// The targets of KPIs, the earliest first.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Targets;

impl Loader for Targets {
    type Key = KpiId;
    type Value = Vec<kpi_target::Model>;

    async fn load(
        &self,
        scope: &Scope,
        kpis: &[KpiId],
    ) -> Result<HashMap<KpiId, Vec<kpi_target::Model>>, Fault> {
        let rows = scope.find::<kpi_target::Entity>().any_of(kpi_target::Column::KpiId, &uuids(kpis));
        Ok(grouped(rows.order_by(kpi_target::Column::FromDay).all().await?, |row| row.kpi_id))
    }
}

/// Which initiatives are to move KPIs, in the order in which that was said.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct LinksOfKpi;

impl Loader for LinksOfKpi {
    type Key = KpiId;
    type Value = Vec<kpi_link::Model>;

    async fn load(
        &self,
        scope: &Scope,
        kpis: &[KpiId],
    ) -> Result<HashMap<KpiId, Vec<kpi_link::Model>>, Fault> {
        let rows = scope.find::<kpi_link::Entity>().any_of(kpi_link::Column::KpiId, &uuids(kpis));
        Ok(grouped(rows.order_by(kpi_link::Column::Id).all().await?, |row| row.kpi_id))
    }
}

/// Which KPIs initiatives are to move, in the order in which that was said.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct LinksOfInitiative;

impl Loader for LinksOfInitiative {
    type Key = InitiativeId;
    type Value = Vec<kpi_link::Model>;

    async fn load(
        &self,
        scope: &Scope,
        initiatives: &[InitiativeId],
    ) -> Result<HashMap<InitiativeId, Vec<kpi_link::Model>>, Fault> {
        let rows =
            scope.find::<kpi_link::Entity>().any_of(kpi_link::Column::InitiativeId, &uuids(initiatives));
        Ok(grouped(rows.order_by(kpi_link::Column::Id).all().await?, |row| row.initiative_id))
    }
}

/// What tells the revisions of one number from those of another: the KPI, the unit and the period.
pub type Slot = (KpiId, Option<OrgUnitId>, NaiveDate);

/// Of which number a row is a revision.
#[must_use]
pub fn slot(row: &measurement::Model) -> Slot {
    (row.kpi_id, row.org_unit_id, row.period_start)
}

/// Of which number the row with this id is a revision.
///
/// # Errors
/// When the database cannot be read.
pub async fn slot_of(tx: &Tx<'_>, id: MeasurementId) -> Outcome<Option<Slot>> {
    let mut select = find::visible::<measurement::Entity>(tx.scope().viewer());
    select.and_where(At::TOP.col(M::Id).eq(id));
    Ok(read(&tx.rows(&select).await?)?.first().map(slot))
}

/// All revisions of numbers, the first one first.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Revisions;

impl Loader for Revisions {
    type Key = Slot;
    type Value = Vec<measurement::Model>;

    async fn load(
        &self,
        scope: &Scope,
        slots: &[Slot],
    ) -> Result<HashMap<Slot, Vec<measurement::Model>>, Fault> {
        let kpis: BTreeSet<Uuid> = slots.iter().map(|(kpi, ..)| kpi.uuid()).collect();
        let starts: BTreeSet<NaiveDate> = slots.iter().map(|(.., start)| *start).collect();
        let kpis: Vec<_> = kpis.into_iter().collect();
        let rows = scope
            .find::<measurement::Entity>()
            .any_of(M::KpiId, &kpis)
            .filter(Condition::all().add(At::TOP.col(M::PeriodStart).is_in(starts)));
        Ok(grouped(rows.order_by(M::Revision).all().await?, slot))
    }
}

/// What is known of these KPIs, inside the transaction: as [`AsKnown`] loads it.
///
/// # Errors
/// When the database cannot be read.
pub async fn known_by(
    tx: &Tx<'_>,
    kpis: &[KpiId],
    asked: AsKnown,
) -> Outcome<HashMap<KpiId, Arc<Vec<measurement::Model>>>> {
    Ok(by_kpi(&tx.rows(&last_periods(tx.scope(), kpis, asked, PERIODS)).await?)?)
}

/// The KPIs that an initiative is to move, by code.
///
/// # Errors
/// When the database cannot be read.
pub async fn moved_by(tx: &Tx<'_>, initiative: InitiativeId) -> Outcome<Vec<kpi::Model>> {
    let (at, viewer) = (At::TOP, tx.scope().viewer());
    let link = |column: kpi_link::Column| at.inner().col(column);
    let mut links = find::visible_only::<kpi_link::Entity>(viewer, at.inner());
    links.expr(link(kpi_link::Column::KpiId)).and_where(link(kpi_link::Column::InitiativeId).eq(initiative));
    let mut select = find::visible::<kpi::Entity>(viewer);
    select
        .and_where(at.col(kpi::Column::Id).in_subquery(links))
        .order_by((at.alias(), kpi::Column::CodeFolded), Order::Asc);
    Ok(read(&tx.rows(&select).await?)?)
}
