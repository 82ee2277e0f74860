//! What is read to find what needs somebody.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;
use sea_orm::ActiveEnum;
use sea_orm::sea_query::{ExprTrait, Order, SelectStatement, SubQueryStatement};
use tutti_entity::events::event;
use tutti_entity::ids::{InitiativeId, PersonId, PortfolioId, TypedId};
use tutti_entity::people::person::{self, PersonStatus};
use tutti_entity::portfolio::figure::AttentionKind;
use tutti_entity::portfolio::{initiative, portfolio};
use uuid::Uuid;

use super::{Which, moment, standings};
use crate::graphql::Fault;
use crate::graphql::scalars::CurrencyCode;
use crate::portfolio::figures::rules::attention::{Finding, Watched, listens};
use crate::store::{At, Scope, find};

/// What needs somebody of the initiatives in use that have not ended, the worst first, in a constant number of
/// statements.
///
/// # Errors
/// When the database cannot be read.
pub async fn attention(
    scope: &Scope,
    kinds: &[AttentionKind],
    portfolio: Option<PortfolioId>,
) -> Result<Vec<(InitiativeId, Finding)>, Fault> {
    let which = Which::Open(portfolio);
    let stood = standings(scope, &which, moment(scope, None)).await?;
    let away = away(scope, stood.iter().map(|stood| stood.owner_id)).await?;
    let currencies = currencies(scope, stood.iter().filter_map(|stood| stood.place.portfolio)).await?;
    let heard =
        if kinds.iter().any(|kind| listens(*kind)) { heard(scope, &which).await? } else { HashMap::new() };
    let mut found = Vec::new();
    for stood in &stood {
        let currency = stood.place.portfolio.and_then(|portfolio| currencies.get(&portfolio).copied());
        let watched = Watched {
            standing: &stood.standing,
            owner_at_work: !away.contains(&stood.owner_id),
            heard_on: heard.get(&stood.id).copied(),
            money: currency.filter(|_| stood.shows_money(scope)),
        };
        found.extend(watched.findings(kinds).map(|finding| (stood.id, finding)));
    }
    // Of two that are as bad the one that has waited longer.
    found.sort_by_cached_key(|(id, finding)| (finding.rank(), id.uuid()));
    Ok(found)
}

/// Those of these people who are not at work.
async fn away(scope: &Scope, people: impl Iterator<Item = PersonId>) -> Result<HashSet<PersonId>, Fault> {
    let at = At::TOP;
    let ids: HashSet<Uuid> = people.map(TypedId::uuid).collect();
    let ids: Vec<Uuid> = ids.into_iter().collect();
    let mut select = find::visible_only::<person::Entity>(scope.viewer(), at);
    select
        .expr(at.col(person::Column::Id))
        .and_where(find::any_of(scope.backend(), at.col(person::Column::Id), &ids))
        .and_where(at.col(person::Column::Status).ne(PersonStatus::Active.to_value()));
    let rows = scope.rows(&select).await?;
    Ok(rows.iter().map(|row| row.try_get("", "id")).collect::<Result<_, _>>()?)
}

/// The currencies of these portfolios.
async fn currencies(
    scope: &Scope,
    portfolios: impl Iterator<Item = PortfolioId>,
) -> Result<HashMap<PortfolioId, CurrencyCode>, Fault> {
    let ids: HashSet<Uuid> = portfolios.map(TypedId::uuid).collect();
    let ids: Vec<Uuid> = ids.into_iter().collect();
    let rows = scope.find::<portfolio::Entity>().any_of(portfolio::Column::Id, &ids).all().await?;
    Ok(rows.into_iter().map(|row| (row.id, row.currency)).collect())
}

/// The days on which initiatives or their parts last changed, as far as the viewer sees it: when they were
/// entered where nothing has been told of them since.
async fn heard(scope: &Scope, which: &Which) -> Result<HashMap<InitiativeId, NaiveDate>, Fault> {
    let (at, log) = (At::TOP, At::TOP.inner());
    let mut last = find::visible_only::<event::Entity>(scope.viewer(), log);
    last.expr(log.col(event::Column::At))
        .and_where(log.col(event::Column::WithinId).equals((at.alias(), initiative::Column::Id)))
        .order_by((log.alias(), event::Column::Position), Order::Desc)
        .limit(1);
    let mut select: SelectStatement = find::visible_only::<initiative::Entity>(scope.viewer(), at);
    select
        .expr(at.col(initiative::Column::Id))
        .expr(at.col(initiative::Column::CreatedAt))
        .expr_as(
            sea_orm::sea_query::Expr::SubQuery(None, Box::new(SubQueryStatement::SelectStatement(last))),
            "heard_at",
        )
        .cond_where(which.initiatives(scope, at));
    let mut days = HashMap::new();
    for row in scope.rows(&select).await? {
        let heard: Option<_> = row.try_get("", "heard_at")?;
        let entered = row.try_get("", "created_at")?;
        days.insert(row.try_get("", "id")?, scope.world().day(heard.unwrap_or(entered)));
    }
    Ok(days)
}
