//! The only SQL about portfolios and initiatives.

use std::collections::HashMap;

use sea_orm::ActiveEnum;
use sea_orm::sea_query::{Condition, Expr, ExprTrait, SelectStatement};
use tutti_entity::ids::{InitiativeId, PortfolioId, TypedId};
use tutti_entity::portfolio::{date_move, initiative, portfolio};
use tutti_entity::value::fold;
use uuid::Uuid;

use crate::access::Viewer;
use crate::access::visible::{Visible, everyone};
use crate::graphql::{Fault, batch::Loader};
use crate::store::{At, Outcome, Scope, Tx};

impl Visible for portfolio::Entity {
    fn visible(_: &Viewer, _: At) -> Condition {
        everyone()
    }
}

impl Visible for initiative::Entity {
    fn visible(_: &Viewer, _: At) -> Condition {
        everyone()
    }
}

impl Visible for date_move::Entity {
    fn visible(_: &Viewer, _: At) -> Condition {
        everyone()
    }
}

/// The initiative with this code, whatever its case.
///
/// # Errors
/// When the database cannot be read.
pub async fn by_code(scope: &Scope, code: &str) -> Result<Option<initiative::Model>, Fault> {
    let code = At::TOP.col(initiative::Column::CodeFolded).eq(fold(code));
    scope.find::<initiative::Entity>().filter(code).one().await
}

/// Whether the portfolio has any initiative, seen by the caller or not.
///
/// # Errors
/// When the database cannot be read.
pub async fn has_initiatives(tx: &Tx<'_>, portfolio: PortfolioId) -> Outcome<bool> {
    Ok(!tx.rows(&of_portfolio(portfolio)).await?.is_empty())
}

/// Whether the portfolio has an initiative in one of these statuses.
///
/// # Errors
/// When the database cannot be read.
pub async fn has_initiatives_in(
    tx: &Tx<'_>,
    portfolio: PortfolioId,
    statuses: &[initiative::Status],
) -> Outcome<bool> {
    let mut select = of_portfolio(portfolio);
    let statuses = statuses.iter().map(ActiveEnum::to_value);
    select.and_where(Expr::col(initiative::Column::Status).is_in(statuses));
    Ok(!tx.rows(&select).await?.is_empty())
}

fn of_portfolio(portfolio: PortfolioId) -> SelectStatement {
    let mut select = SelectStatement::new();
    select
        .column(initiative::Column::Id)
        .from(initiative::Entity)
        .and_where(Expr::col(initiative::Column::PortfolioId).eq(portfolio))
        .limit(1);
    select
}

/// The moves of the due dates of initiatives, oldest first.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct DateMoves;

impl Loader for DateMoves {
    type Key = InitiativeId;
    type Value = Vec<date_move::Model>;

    async fn load(
        &self,
        scope: &Scope,
        initiatives: &[InitiativeId],
    ) -> Result<HashMap<InitiativeId, Vec<date_move::Model>>, Fault> {
        let ids: Vec<Uuid> = initiatives.iter().map(|initiative| initiative.uuid()).collect();
        let rows = scope
            .find::<date_move::Entity>()
            .any_of(date_move::Column::InitiativeId, &ids)
            .order_by(date_move::Column::Id)
            .all()
            .await?;
        let mut of_initiative: HashMap<InitiativeId, Vec<date_move::Model>> = HashMap::new();
        for row in rows {
            of_initiative.entry(row.initiative_id).or_default().push(row);
        }
        Ok(of_initiative)
    }
}
