//! The only SQL about budgets and costs.

use std::collections::HashMap;
use std::hash::Hash;

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::sea_query::{CaseStatement, Condition, Expr, ExprTrait, Func, JoinType, SelectStatement};
use sea_orm::{ActiveEnum, TryGetable};
use tutti_entity::ids::{CostEntryId, InitiativeId, PortfolioId, TypedId};
use tutti_entity::portfolio::cost_entry::CostKind;
use tutti_entity::portfolio::{budget_line, budget_move, cost_entry, initiative};
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
pub(in crate::portfolio) fn sum(amounts: impl Into<Expr>) -> Expr {
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

/// What counts on a day: what was incurred until then, and every promise, which holds from when it is made, whatever the
/// day on which it is to be paid.
fn counts_by(at: At, day: NaiveDate) -> Expr {
    let promised = at.col(cost_entry::Column::Kind).eq(CostKind::Commitment.to_value());
    promised.or(at.col(cost_entry::Column::IncurredOn).lte(day))
}

/// What an initiative has now, inside the transaction: all entries, or those up to a day.
///
/// # Errors
/// When the database cannot be read.
pub async fn position(tx: &Tx<'_>, initiative: InitiativeId, until: Option<NaiveDate>) -> Outcome<Position> {
    let at = At::TOP;
    let mut moves = find::visible_only::<budget_move::Entity>(tx.scope().viewer(), at);
    moves
        .expr_as(sum(at.col(budget_move::Column::AmountMinor)), "approved")
        .and_where(at.col(budget_move::Column::InitiativeId).eq(initiative));
    let mut costs = find::visible_only::<cost_entry::Entity>(tx.scope().viewer(), at);
    spent(&mut costs)
        .and_where(at.col(cost_entry::Column::InitiativeId).eq(initiative))
        .and_where_option(until.map(|day| counts_by(at, day)));
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

impl Positions {
    /// The positions of those of which these selects are asked: what was approved, and what was spent and promised, with
    /// a column for whose it is.
    async fn read<K: Eq + Hash + TryGetable>(
        &self,
        scope: &Scope,
        mut moves: SelectStatement,
        mut costs: SelectStatement,
        whose: &str,
    ) -> Result<HashMap<K, Position>, Fault> {
        let at = At::TOP;
        moves
            .expr_as(sum(at.col(budget_move::Column::AmountMinor)), "approved")
            .and_where_option(self.known_before.map(|end| at.col(budget_move::Column::At).lt(end)));
        spent(&mut costs)
            .and_where(counts_by(at, self.as_of))
            .and_where_option(self.known_before.map(|end| at.col(cost_entry::Column::RecordedAt).lt(end)));
        let mut positions: HashMap<K, Position> = HashMap::new();
        for row in scope.rows(&moves).await? {
            positions.entry(row.try_get("", whose)?).or_default().approved = row.try_get("", "approved")?;
        }
        for row in scope.rows(&costs).await? {
            let position = positions.entry(row.try_get("", whose)?).or_default();
            position.actual = row.try_get("", "actual")?;
            position.committed = row.try_get("", "committed")?;
        }
        Ok(positions)
    }
}

/// The visible rows of a table by the initiative that they belong to, of these.
fn by_initiative<E: Visible>(scope: &Scope, column: E::Column, ids: &[Uuid]) -> SelectStatement {
    let at = At::TOP;
    let mut select = find::visible_only::<E>(scope.viewer(), at);
    select
        .expr(at.col(column))
        .and_where(find::any_of(scope.backend(), at.col(column), ids))
        .group_by_col((at.alias(), column));
    select
}

/// The visible rows of a table by the portfolio of the initiative that they belong to, of these.
fn by_portfolio<E: Visible>(scope: &Scope, column: E::Column, ids: &[Uuid]) -> SelectStatement {
    let (at, of) = (At::TOP, At::TOP.inner().inner());
    let portfolio = of.col(initiative::Column::PortfolioId);
    let theirs = Condition::all()
        .add(initiative::Entity::visible(scope.viewer(), of))
        .add(of.col(initiative::Column::Id).equals((at.alias(), column)));
    let mut select = find::visible_only::<E>(scope.viewer(), at);
    select
        .join_as(JoinType::InnerJoin, initiative::Entity, of.alias(), theirs)
        .expr(portfolio.clone())
        .and_where(find::any_of(scope.backend(), portfolio, ids))
        .group_by_col((of.alias(), initiative::Column::PortfolioId));
    select
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
        let moves = by_initiative::<budget_move::Entity>(scope, budget_move::Column::InitiativeId, &ids);
        let costs = by_initiative::<cost_entry::Entity>(scope, cost_entry::Column::InitiativeId, &ids);
        self.read(scope, moves, costs, "initiative_id").await
    }
}

/// The same of all initiatives of portfolios together whose money the viewer sees.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct PortfolioPositions(pub Positions);

impl Loader for PortfolioPositions {
    type Key = PortfolioId;
    type Value = Position;

    async fn load(
        &self,
        scope: &Scope,
        portfolios: &[PortfolioId],
    ) -> Result<HashMap<PortfolioId, Position>, Fault> {
        let ids: Vec<Uuid> = portfolios.iter().map(|portfolio| portfolio.uuid()).collect();
        let moves = by_portfolio::<budget_move::Entity>(scope, budget_move::Column::InitiativeId, &ids);
        let costs = by_portfolio::<cost_entry::Entity>(scope, cost_entry::Column::InitiativeId, &ids);
        self.0.read(scope, moves, costs, "portfolio_id").await
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
