//! The only SQL about dependencies, risks, assumptions and issues.

use std::collections::HashMap;

use sea_orm::sea_query::{
    CommonTableExpression, Condition, Expr, ExprTrait, Func, JoinType, Query, SelectStatement, UnionType,
};
use sea_orm::{ActiveEnum, Iterable};
use tutti_entity::ids::{InitiativeId, PersonId, RaidItemId, TypedId};
use tutti_entity::portfolio::{dependency, initiative, raid_item};
use uuid::Uuid;

use super::rules::{chain, is_open};
use crate::access::Viewer;
use crate::access::visible::{Visible, everyone};
use crate::graphql::{Fault, batch::Loader};
use crate::portfolio::rules::is_final;
use crate::store::{At, Outcome, Scope, Tx, find};

impl Visible for dependency::Entity {
    fn visible(_: &Viewer, _: At) -> Condition {
        everyone()
    }
}

impl Visible for raid_item::Entity {
    fn visible(_: &Viewer, _: At) -> Condition {
        everyone()
    }
}

/// Who gives, and to whom.
type Edge = (InitiativeId, InitiativeId);

/// The dependencies in force along which one gets from this initiative to whatever waits for it, directly or
/// through others, whoever may see them.
///
/// # Errors
/// When the database cannot be read.
pub async fn chains_from(tx: &Tx<'_>, first: InitiativeId) -> Outcome<Vec<Edge>> {
    let at = At::TOP;
    let in_force = at.col(dependency::Column::RemovedAt).is_null();
    let mut given = SelectStatement::new();
    given.from_as(dependency::Entity, at.alias()).and_where(in_force).join(
        JoinType::InnerJoin,
        "reached",
        at.col(dependency::Column::GiverId).equals(("reached", "id")),
    );
    let next = given.clone().expr(at.col(dependency::Column::TakerId)).to_owned();
    let mut reached = Query::select().expr_as(Expr::val(first.uuid()), "id").to_owned();
    // Distinct, so that it ends even where they ran in a circle.
    reached.union(UnionType::Distinct, next);
    let reached =
        CommonTableExpression::new().query(reached).columns(["id"]).table_name("reached").to_owned();
    given
        .expr(at.col(dependency::Column::GiverId))
        .expr(at.col(dependency::Column::TakerId))
        .with_cte(Query::with().recursive(true).cte(reached).to_owned());
    let rows = tx.rows(&given).await?;
    let edge = |row: &sea_orm::QueryResult| Ok((row.try_get("", "giver_id")?, row.try_get("", "taker_id")?));
    Ok(rows.iter().map(edge).collect::<Result<_, sea_orm::DbErr>>()?)
}

/// Whether this giver gives to this taker already.
///
/// # Errors
/// When the database cannot be read.
pub async fn gives(tx: &Tx<'_>, (giver, taker): Edge) -> Outcome<bool> {
    let mut select = SelectStatement::new();
    select
        .column(dependency::Column::Id)
        .from(dependency::Entity)
        .and_where(Expr::col(dependency::Column::GiverId).eq(giver))
        .and_where(Expr::col(dependency::Column::TakerId).eq(taker))
        .and_where(Expr::col(dependency::Column::RemovedAt).is_null());
    Ok(!tx.rows(&select).await?.is_empty())
}

/// The codes of these initiatives in their order, as far as the viewer may see them.
///
/// # Errors
/// When the database cannot be read.
pub async fn codes(tx: &Tx<'_>, initiatives: &[InitiativeId]) -> Outcome<Vec<String>> {
    let ids: Vec<Uuid> = initiatives.iter().map(|id| id.uuid()).collect();
    let at = At::TOP;
    let mut select = find::visible_only::<initiative::Entity>(tx.scope().viewer(), at);
    select
        .expr(at.col(initiative::Column::Id))
        .expr(at.col(initiative::Column::Code))
        .and_where(find::any_of(tx.scope().backend(), at.col(initiative::Column::Id), &ids));
    let mut codes: HashMap<InitiativeId, String> = HashMap::new();
    for row in tx.rows(&select).await? {
        codes.insert(row.try_get("", "id")?, row.try_get("", "code")?);
    }
    Ok(initiatives.iter().map(|id| codes.get(id).cloned().unwrap_or("…".to_owned())).collect())
}

/// The condition of dependencies in which something comes too late or never, and something waits for it: what
/// [`chain::Need::conflict`] says of one.
#[must_use]
pub fn in_conflict(viewer: &Viewer, at: At) -> Condition {
    use initiative::Column as C;
    let other = at.inner();
    let one_of = |statuses: Vec<initiative::Status>| {
        other.col(C::Status).is_in(statuses.iter().map(ActiveEnum::to_value))
    };
    let row = |link: dependency::Column| {
        let mut select = find::visible_only::<initiative::Entity>(viewer, other);
        select.expr(Expr::val(1)).and_where(other.col(C::Id).equals((at.alias(), link)));
        select
    };
    let day = Func::coalesce([other.col(C::CompletedOn), other.col(C::DueOn)]);
    let late = Expr::from(day).gt(at.col(dependency::Column::NeededOn));
    let never = one_of(initiative::Status::iter().filter(|status| chain::never_gives(*status)).collect());
    let waits = one_of(initiative::Status::iter().filter(|status| !is_final(*status)).collect());
    Condition::all()
        .add(at.col(dependency::Column::RemovedAt).is_null())
        .add(Expr::exists(row(dependency::Column::GiverId).and_where(never.or(late)).to_owned()))
        .add(Expr::exists(row(dependency::Column::TakerId).and_where(waits).to_owned()))
}

/// On which side of its dependencies an initiative stands.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Side {
    /// It waits for others.
    Takes,
    /// Others wait for it.
    Gives,
}

/// The dependencies in force in which initiatives stand on one side, the earliest needed first. Both sides are
/// asked for together.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Dependencies;

impl Loader for Dependencies {
    type Key = (Side, InitiativeId);
    type Value = Vec<dependency::Model>;

    async fn load(
        &self,
        scope: &Scope,
        asked: &[(Side, InitiativeId)],
    ) -> Result<HashMap<(Side, InitiativeId), Vec<dependency::Model>>, Fault> {
        let of = |side: Side, column: dependency::Column| {
            let ids: Vec<Uuid> =
                asked.iter().filter(|(asked, _)| *asked == side).map(|(_, id)| id.uuid()).collect();
            (!ids.is_empty()).then(|| find::any_of(scope.backend(), At::TOP.col(column), &ids))
        };
        let either = Condition::any()
            .add_option(of(Side::Takes, dependency::Column::TakerId))
            .add_option(of(Side::Gives, dependency::Column::GiverId));
        let rows = scope
            .find::<dependency::Entity>()
            .filter(either)
            .filter(At::TOP.col(dependency::Column::RemovedAt).is_null())
            .order_by(dependency::Column::NeededOn)
            .order_by(dependency::Column::Id)
            .all()
            .await?;
        let mut of_side: HashMap<(Side, InitiativeId), Vec<dependency::Model>> = HashMap::new();
        for row in rows {
            of_side.entry((Side::Gives, row.giver_id)).or_default().push(row.clone());
            of_side.entry((Side::Takes, row.taker_id)).or_default().push(row);
        }
        Ok(of_side)
    }
}

/// The issues that took the place of risks and assumptions, by what they came of.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Issues;

impl Loader for Issues {
    type Key = RaidItemId;
    type Value = raid_item::Model;

    async fn load(
        &self,
        scope: &Scope,
        items: &[RaidItemId],
    ) -> Result<HashMap<RaidItemId, raid_item::Model>, Fault> {
        let ids: Vec<Uuid> = items.iter().map(|item| item.uuid()).collect();
        let rows = scope.find::<raid_item::Entity>().any_of(raid_item::Column::CameOfId, &ids).all().await?;
        Ok(rows.into_iter().filter_map(|row| Some((row.came_of_id?, row))).collect())
    }
}

/// Items in a status in which somebody has to look after them.
#[must_use]
pub fn open() -> Expr {
    let open = raid_item::Status::iter().filter(|status| is_open(*status));
    At::TOP.col(raid_item::Column::Status).is_in(open.map(|status| status.to_value()))
}

/// The items that this person looks after.
#[must_use]
pub fn open_items_of(person: PersonId) -> Condition {
    Condition::all().add(At::TOP.col(raid_item::Column::OwnerId).eq(person)).add(open())
}
