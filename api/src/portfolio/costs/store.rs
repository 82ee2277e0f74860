//! The only SQL about budgets and costs.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::ActiveEnum;
use sea_orm::sea_query::{CaseStatement, Condition, Expr, ExprTrait, Func, SelectStatement};
use tutti_entity::ids::{CostEntryId, InitiativeId, TypedId};
use tutti_entity::portfolio::cost_entry::CostKind;
use tutti_entity::portfolio::{budget_line, budget_move, cost_entry};
use uuid::Uuid;

use super::rules::Position;
use crate::access::visible::{Visible, about_initiatives};
use crate::access::{Capability, Viewer};
use crate::graphql::{Fault, batch::Loader};
use crate::store::{At, Outcome, Scope, Tx, find};

const SEE: Capability = Capability::MoneyRead;

impl Visible for budget_line::Entity {
    fn visible(viewer: &Viewer, at: At) -> Condition {
        about_initiatives(viewer, SEE, at, &at.col(budget_line::Column::InitiativeId))
    }
}

impl Visible for budget_move::Entity {
    fn visible(viewer: &Viewer, at: At) -> Condition {
        about_initiatives(viewer, SEE, at, &at.col(budget_move::Column::InitiativeId))
    }
}

impl Visible for cost_entry::Entity {
    fn visible(viewer: &Viewer, at: At) -> Condition {
        about_initiatives(viewer, SEE, at, &at.col(cost_entry::Column::InitiativeId))
    }
}

/// A sum of amounts, as 64 bits on both databases: PostgreSQL would answer a decimal.
fn sum(amounts: impl Into<Expr>) -> Expr {
    Func::coalesce([Func::cast_as(Func::sum(amounts.into()), "bigint").into(), Expr::val(0_i64)]).into()
}

/// The amounts of entries of this kind, nothing for the others.
fn amounts(kind: CostKind) -> Expr {
    let of_kind = At::TOP.col(cost_entry::Column::Kind).eq(kind.to_value());
    CaseStatement::new().case(of_kind, At::TOP.col(cost_entry::Column::AmountMinor)).finally(0_i64).into()
}

/// What spent and promised come to, as the columns `actual` and `committed`.
fn spent(select: &mut SelectStatement) -> &mut SelectStatement {
    select
        .expr_as(sum(amounts(CostKind::Actual)), "actual")
        .expr_as(sum(amounts(CostKind::Commitment)), "committed")
}

/// What an initiative has now, inside the transaction, entries of later days included.
///
/// # Errors
/// When the database cannot be read.
pub async fn position(tx: &Tx<'_>, initiative: InitiativeId) -> Outcome<Position> {
    let at = At::TOP;
    let mut moves = find::visible_only::<budget_move::Entity>(tx.scope().viewer(), at);
    moves
        .expr_as(sum(at.col(budget_move::Column::AmountMinor)), "approved")
        .and_where(at.col(budget_move::Column::InitiativeId).eq(initiative));
    let mut costs = find::visible_only::<cost_entry::Entity>(tx.scope().viewer(), at);
    spent(&mut costs).and_where(at.col(cost_entry::Column::InitiativeId).eq(initiative));
    let mut position = Position::default();
    for row in tx.rows(&moves).await? {
        position.approved = row.try_get("", "approved")?;
    }
    for row in tx.rows(&costs).await? {
        position.actual = row.try_get("", "actual")?;
        position.committed = row.try_get("", "committed")?;
    }
    Ok(position)
}

/// The entry that takes this one back, if there is one.
///
/// # Errors
/// When the database cannot be read.
pub async fn reversal_of(tx: &Tx<'_>, entry: CostEntryId) -> Outcome<Option<CostEntryId>> {
    let mut select = SelectStatement::new();
    select
        .column(cost_entry::Column::Id)
        .from(cost_entry::Entity)
        .and_where(Expr::col(cost_entry::Column::ReversalOfId).eq(entry));
    let rows = tx.rows(&select).await?;
    Ok(rows.first().map(|row| row.try_get("", "id")).transpose()?)
}

/// What initiatives had, had spent and had promised on a day, as it was known when that day was over.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Positions {
    /// The day.
    pub as_of: NaiveDate,
    /// When that day is over; none for a day of which more may still become known.
    pub known_before: Option<DateTime<Utc>>,
}

impl Loader for Positions {
    type Key = InitiativeId;
    type Value = Position;

    async fn load(
        &self,
        scope: &Scope,
        initiatives: &[InitiativeId],
    ) -> Result<HashMap<InitiativeId, Position>, Fault> {
        let ids: Vec<Uuid> = initiatives.iter().map(|initiative| initiative.uuid()).collect();
        let at = At::TOP;
        let of = |column: Expr| find::any_of(scope.backend(), column, &ids);
        let mut moves = find::visible_only::<budget_move::Entity>(scope.viewer(), at);
        moves
            .expr(at.col(budget_move::Column::InitiativeId))
            .expr_as(sum(at.col(budget_move::Column::AmountMinor)), "approved")
            .and_where(of(at.col(budget_move::Column::InitiativeId)))
            .and_where_option(self.known_before.map(|end| at.col(budget_move::Column::At).lt(end)))
            .group_by_col((at.alias(), budget_move::Column::InitiativeId));
        let mut costs = find::visible_only::<cost_entry::Entity>(scope.viewer(), at);
        spent(costs.expr(at.col(cost_entry::Column::InitiativeId)))
            .and_where(of(at.col(cost_entry::Column::InitiativeId)))
            .and_where(at.col(cost_entry::Column::IncurredOn).lte(self.as_of))
            .and_where_option(self.known_before.map(|end| at.col(cost_entry::Column::RecordedAt).lt(end)))
            .group_by_col((at.alias(), cost_entry::Column::InitiativeId));
        let mut positions: HashMap<InitiativeId, Position> = HashMap::new();
        for row in scope.rows(&moves).await? {
            let of: InitiativeId = row.try_get("", "initiative_id")?;
            positions.entry(of).or_default().approved = row.try_get("", "approved")?;
        }
        for row in scope.rows(&costs).await? {
            let of: InitiativeId = row.try_get("", "initiative_id")?;
            let position = positions.entry(of).or_default();
            position.actual = row.try_get("", "actual")?;
            position.committed = row.try_get("", "committed")?;
        }
        Ok(positions)
    }
}

/// The entries that take others back, by what they take back.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Reversals;

impl Loader for Reversals {
    type Key = CostEntryId;
    type Value = cost_entry::Model;

    async fn load(
        &self,
        scope: &Scope,
        entries: &[CostEntryId],
    ) -> Result<HashMap<CostEntryId, cost_entry::Model>, Fault> {
        let ids: Vec<Uuid> = entries.iter().map(|entry| entry.uuid()).collect();
        let rows = scope.find::<cost_entry::Entity>().any_of(cost_entry::Column::ReversalOfId, &ids);
        let rows = rows.all().await?;
        Ok(rows.into_iter().filter_map(|row| Some((row.reversal_of_id?, row))).collect())
    }
}
