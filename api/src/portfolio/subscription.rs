//! Being told that an initiative, or what a portfolio adds up to, has changed.

use async_graphql::{Context, Subscription};
use futures_util::stream::{self, Stream};
use sea_orm::sea_query::{Condition, ExprTrait as _, Query};
use tutti_entity::events::event::Column as E;
use tutti_entity::ids::{InitiativeId, Kind, PortfolioId, TypedId as _};
use tutti_entity::portfolio::initiative;

use super::figures::types::PortfolioSummary;
use super::types::{Initiative, Portfolio};
use crate::events::interest::{Interest, Turn};
use crate::graphql::Fault;
use crate::graphql::gate::needs;
use crate::store::{At, Scope};

/// Root subscriptions about portfolios.
#[derive(Debug, Default)]
pub struct PortfolioSubscription;

#[Subscription]
impl PortfolioSubscription {
    /// An initiative as it is after something was done to it, or to a part of it, of which you are told: after each
    /// change, or once after several that came together. It is silent while nothing is done, also where time alone
    /// makes something late. BAD_USER_INPUT when there is no such initiative for you.
    #[graphql(directive = needs::apply("portfolio.read".to_owned()))]
    async fn initiative_changed(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id: `ini_…`.")] id: InitiativeId,
    ) -> Result<impl Stream<Item = Initiative>, Fault> {
        let row = Scope::of(ctx)?.one::<initiative::Entity>(id).await?;
        let told = Turn::take(ctx, || match row {
            Some(_) => Ok(Interest::changes().within(id.uuid())),
            None => Err(Fault::bad_input(format!("`{id}` is no initiative that is there for you."))),
        })?;
        Ok(stream::iter(told.and(row).map(Initiative::from)))
    }

    /// What a portfolio adds up to after something was done to it, to one of its initiatives or to a part of one, of
    /// which you are told: after each change, or once after several that came together. It is silent while nothing is
    /// done, also where time alone makes something late. BAD_USER_INPUT when there is no such portfolio for you.
    #[graphql(directive = needs::apply("portfolio.read".to_owned()))]
    async fn portfolio_summary_changed(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The id of the portfolio: `pfo_…`.")] id: PortfolioId,
    ) -> Result<impl Stream<Item = PortfolioSummary>, Fault> {
        let portfolio = Portfolio::maybe(ctx, Some(id)).await?;
        let told = Turn::take(ctx, || match portfolio {
            Some(_) => Ok(Interest::changes().only(move |_| Ok(about(id)))),
            None => Err(Fault::bad_input(format!("`{id}` is no portfolio that is there for you."))),
        })?;
        let summary = match told.and(portfolio) {
            Some(portfolio) => Some(PortfolioSummary::of(ctx, id, portfolio.currency, None).await?),
            None => None,
        };
        Ok(stream::iter(summary))
    }
}

/// Events about a portfolio and about what is in it, which it is for good.
fn about(id: PortfolioId) -> Condition {
    let (at, inside) = (At::TOP, At::TOP.inner());
    let theirs = Query::select()
        .expr(inside.col(initiative::Column::Id))
        .from_as(initiative::Entity, inside.alias())
        .and_where(inside.col(initiative::Column::PortfolioId).eq(id))
        .to_owned();
    let itself = Condition::all()
        .add(at.col(E::SubjectKind).eq(Kind::Portfolio.prefix()))
        .add(at.col(E::SubjectId).eq(id.uuid()));
    Condition::any().add(at.col(E::WithinId).in_subquery(theirs)).add(itself)
}
