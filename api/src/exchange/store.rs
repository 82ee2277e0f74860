//! The only SQL about imports, exports and calendars.

use std::collections::{BTreeSet, HashMap};

use chrono::NaiveDate;
use sea_orm::sea_query::{Condition, Expr, ExprTrait};
use sea_orm::{ActiveEnum, DbErr, Iterable, QueryResult};
use tutti_entity::Keyed;
use tutti_entity::exchange::calendar_feed;
use tutti_entity::ids::{InitiativeId, KpiId, OrgUnitId, PersonId, PortfolioId, TypedId};
use tutti_entity::metrics::kpi;
use tutti_entity::people::{org_unit, person};
use tutti_entity::portfolio::{action_item, budget_line, initiative, milestone, portfolio};
use uuid::Uuid;

use crate::access::visible::{Visible, about_people};
use crate::access::{Capability, Viewer};
use crate::graphql::Fault;
use crate::portfolio::rules::is_final;
use crate::store::{At, Scope, Tx, find};

impl Visible for calendar_feed::Entity {
    /// One's own; those of others for whoever may see their keys.
    fn visible(viewer: &Viewer, at: At) -> Condition {
        about_people(viewer, Capability::AccountsRead, &at.col(calendar_feed::Column::PersonId))
    }
}

fn uuids<I: TypedId>(ids: &[I]) -> Vec<Uuid> {
    ids.iter().map(|id| id.uuid()).collect()
}

fn texts(texts: &[String]) -> Vec<&str> {
    texts.iter().map(String::as_str).collect()
}

/// The people with these ids or folded addresses.
#[must_use]
pub fn people(tx: &Tx<'_>, ids: &[PersonId], addresses: &[String]) -> Condition {
    let (backend, col) = (tx.scope().backend(), |column| At::TOP.col::<person::Column>(column));
    Condition::any().add(find::any_of(backend, col(person::Column::Id), &uuids(ids))).add(find::any_of_texts(
        backend,
        col(person::Column::EmailFolded),
        &texts(addresses),
    ))
}

/// The portfolios with these ids or folded names.
#[must_use]
pub fn portfolios(tx: &Tx<'_>, ids: &[PortfolioId], names: &[String]) -> Condition {
    let (backend, col) = (tx.scope().backend(), |column| At::TOP.col::<portfolio::Column>(column));
    Condition::any()
        .add(find::any_of(backend, col(portfolio::Column::Id), &uuids(ids)))
        .add(find::any_of_texts(backend, col(portfolio::Column::NameFolded), &texts(names)))
}

/// The KPIs with these ids or folded codes.
#[must_use]
pub fn kpis(tx: &Tx<'_>, ids: &[KpiId], codes: &[String]) -> Condition {
    let (backend, col) = (tx.scope().backend(), |column| At::TOP.col::<kpi::Column>(column));
    Condition::any().add(find::any_of(backend, col(kpi::Column::Id), &uuids(ids))).add(find::any_of_texts(
        backend,
        col(kpi::Column::CodeFolded),
        &texts(codes),
    ))
}

/// The org units with these ids or folded names.
#[must_use]
pub fn units(tx: &Tx<'_>, ids: &[OrgUnitId], names: &[String]) -> Condition {
    let (backend, col) = (tx.scope().backend(), |column| At::TOP.col::<org_unit::Column>(column));
    Condition::any()
        .add(find::any_of(backend, col(org_unit::Column::Id), &uuids(ids)))
        .add(find::any_of_texts(backend, col(org_unit::Column::NameFolded), &texts(names)))
}

/// The addresses of a person's calendar that are good; one at most.
#[must_use]
pub fn good_feeds_of(person: PersonId) -> Condition {
    let col = |column: calendar_feed::Column| At::TOP.col(column);
    Condition::all()
        .add(col(calendar_feed::Column::PersonId).eq(person))
        .add(col(calendar_feed::Column::RevokedAt).is_null())
}

/// The address of which this hash is kept, if it is good.
#[must_use]
pub fn good_feed(hash: &str) -> Condition {
    let col = |column: calendar_feed::Column| At::TOP.col(column);
    Condition::all()
        .add(col(calendar_feed::Column::Hash).eq(hash))
        .add(col(calendar_feed::Column::RevokedAt).is_null())
}

/// What somebody has to do, and by when.
#[derive(Debug)]
pub struct Deadlines {
    /// The first day that is looked at, and the last.
    window: (NaiveDate, NaiveDate),
    /// The initiatives that they own, sponsor or review and that have not ended.
    pub initiatives: Vec<initiative::Model>,
    /// Their milestones that are neither reached nor cancelled.
    pub milestones: Vec<milestone::Model>,
    /// Their open actions.
    pub actions: Vec<action_item::Model>,
    /// The initiatives of those milestones and actions.
    pub named: HashMap<InitiativeId, initiative::Model>,
}

impl Deadlines {
    /// Whether the calendar tells of this day.
    #[must_use]
    pub fn holds(&self, day: NaiveDate) -> bool {
        (self.window.0..=self.window.1).contains(&day)
    }
}

/// Initiatives, under this name, that have not ended and are not put away.
fn under_way(at: At) -> Condition {
    let open = initiative::Status::iter().filter(|status| !is_final(*status));
    Condition::all()
        .add(at.col(initiative::Column::Status).is_in(open.map(|status| status.to_value())))
        .add(at.col(initiative::Column::ArchivedAt).is_null())
}

/// What this person has to do from a year ago to two years from now, of each kind so many at most, in four
/// statements.
///
/// # Errors
/// When the database cannot be read.
pub async fn deadlines(scope: &Scope, person: PersonId, most: usize) -> Result<Deadlines, Fault> {
    let most = u64::try_from(most).unwrap_or(u64::MAX);
    let months = |months| chrono::Months::new(months);
    let today = scope.today();
    let first = today.checked_sub_months(months(12)).unwrap_or(today);
    let last = today.checked_add_months(months(24)).unwrap_or(today);
    let within = |column: Expr| column.between(first, last);
    let (at, inner) = (At::TOP, At::TOP.inner());
    let parts = [initiative::Column::OwnerId, initiative::Column::SponsorId, initiative::Column::ReviewerId];
    let mine = parts.into_iter().fold(Condition::any(), |any, part| any.add(at.col(part).eq(person)));
    let dated =
        within(at.col(initiative::Column::DueOn)).or(within(at.col(initiative::Column::NextReportDueOn)));
    let initiatives = scope
        .find::<initiative::Entity>()
        .filter(mine)
        .filter(under_way(at))
        .filter(dated)
        .order_by(initiative::Column::DueOn)
        .order_by(initiative::Column::Id)
        .limit(most)
        .all()
        .await?;
    let of_one_under_way = find::visible_only::<initiative::Entity>(scope.viewer(), inner)
        .expr(Expr::val(1))
        .and_where(inner.col(initiative::Column::Id).equals((at.alias(), milestone::Column::InitiativeId)))
        .cond_where(under_way(inner))
        .to_owned();
    let open = [milestone::Status::Planned, milestone::Status::InProgress].map(|status| status.to_value());
    let milestones = scope
        .find::<milestone::Entity>()
        .filter(at.col(milestone::Column::OwnerId).eq(person))
        .filter(at.col(milestone::Column::Status).is_in(open))
        .filter(within(at.col(milestone::Column::DueOn)))
        .filter(Expr::exists(of_one_under_way))
        .order_by(milestone::Column::DueOn)
        .order_by(milestone::Column::Id)
        .limit(most)
        .all()
        .await?;
    let actions = scope
        .find::<action_item::Entity>()
        .filter(at.col(action_item::Column::AssigneeId).eq(person))
        .filter(at.col(action_item::Column::Status).eq(action_item::Status::Open.to_value()))
        .filter(within(at.col(action_item::Column::DueOn)))
        .order_by(action_item::Column::DueOn)
        .order_by(action_item::Column::Id)
        .limit(most)
        .all()
        .await?;
    let ids = milestones.iter().map(|row| row.initiative_id);
    let ids = ids.chain(actions.iter().filter_map(|row| row.initiative_id)).map(TypedId::uuid);
    let named = by_id::<initiative::Entity>(scope, ids).await?;
    Ok(Deadlines { window: (first, last), initiatives, milestones, actions, named })
}

/// The rows with these ids that the viewer may see.
///
/// # Errors
/// When the database cannot be read.
pub async fn by_id<E: Keyed + Visible>(
    scope: &Scope,
    ids: impl Iterator<Item = Uuid>,
) -> Result<HashMap<E::Id, E::Model>, Fault> {
    let ids: Vec<_> = ids.collect::<BTreeSet<_>>().into_iter().collect();
    let rows = scope.find::<E>().any_of(E::ID, &ids).all().await?;
    Ok(rows.into_iter().map(|row| (E::id(&row), row)).collect())
}

/// The next rows after this one, in the order in which they were made.
///
/// # Errors
/// When the database cannot be read.
pub async fn page<E: Keyed + Visible>(
    scope: &Scope,
    after: Option<Uuid>,
    most: u64,
) -> Result<Vec<E::Model>, Fault> {
    let mut find = scope.find::<E>().order_by(E::ID).limit(most);
    if let Some(after) = after {
        find = find.filter(At::TOP.col(E::ID).gt(after));
    }
    find.all().await
}

/// What the lines of the budgets of these initiatives come to, in minor units, as far as the viewer may see them.
///
/// # Errors
/// When the database cannot be read.
pub async fn budgets(scope: &Scope, initiatives: &[Uuid]) -> Result<HashMap<InitiativeId, i64>, Fault> {
    let at = At::TOP;
    let mut select = find::visible_only::<budget_line::Entity>(scope.viewer(), at);
    let sum = Expr::col((at.alias(), budget_line::Column::AmountMinor)).sum().cast_as("bigint");
    select
        .expr(at.col(budget_line::Column::InitiativeId))
        .expr_as(sum, "approved")
        .and_where(find::any_of(scope.backend(), at.col(budget_line::Column::InitiativeId), initiatives))
        .and_where(at.col(budget_line::Column::RemovedAt).is_null())
        .group_by_col((at.alias(), budget_line::Column::InitiativeId));
    let rows = scope.rows(&select).await?;
    let sum =
        |row: &QueryResult| Ok::<_, DbErr>((row.try_get("", "initiative_id")?, row.try_get("", "approved")?));
    Ok(rows.iter().map(sum).collect::<Result<_, _>>()?)
}
