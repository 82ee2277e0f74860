//! Root fields that read portfolios and initiatives.

use async_graphql::{Context, Object, OneofObject};
use tutti_entity::ids::{InitiativeId, PortfolioId};
use tutti_entity::portfolio::initiative;

use super::store;
use super::types::{
    Initiative, InitiativeFilter, InitiativeOrder, Portfolio, PortfolioFilter, PortfolioOrder,
};
use crate::graphql::gate::needs;
use crate::graphql::{Connection, Fault, Page};
use crate::store::Scope;

/// One way to name an initiative.
#[derive(Clone, Debug, OneofObject)]
pub enum InitiativeLookup {
    /// By id.
    Id(InitiativeId),
    /// By code, whatever its case.
    Code(String),
}

/// Root fields about portfolios.
#[derive(Debug, Default)]
pub struct PortfolioQuery;

#[Object]
impl PortfolioQuery {
    /// The portfolios, also archived ones.
    #[graphql(directive = needs::apply("portfolio.read".to_owned()))]
    #[expect(clippy::too_many_arguments, reason = "a list takes six arguments")]
    async fn portfolios(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first so many rows after `after`: 0 to 200, 50 by default.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Where the page starts: a cursor of this list.")] after: Option<String>,
        #[graphql(desc = "The last so many rows before `before`: 0 to 200.")] last: Option<i32>,
        #[graphql(desc = "Where the page ends: a cursor of this list.")] before: Option<String>,
        #[graphql(
            desc = "Which rows; all by default. At most 200 comparisons, 3 relations inside one another."
        )]
        filter: Option<PortfolioFilter>,
        #[graphql(desc = "In which order, at most 5 keys; by creation by default.")] order_by: Option<
            Vec<PortfolioOrder>,
        >,
    ) -> Result<Connection<Portfolio>, Fault> {
        Page { first, after, last, before, filter, order_by }.of_all(Scope::of(ctx)?).await
    }

    /// The portfolio with this id; null when there is none for you.
    #[graphql(directive = needs::apply("portfolio.read".to_owned()))]
    async fn portfolio(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id: `pfo_…`.")] id: PortfolioId,
    ) -> Option<Result<Portfolio, Fault>> {
        Portfolio::maybe(ctx, Some(id)).await.transpose()
    }

    /// The initiatives of all portfolios, also archived and ended ones.
    #[graphql(directive = needs::apply("portfolio.read".to_owned()))]
    #[expect(clippy::too_many_arguments, reason = "a list takes six arguments")]
    async fn initiatives(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first so many rows after `after`: 0 to 200, 50 by default.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Where the page starts: a cursor of this list.")] after: Option<String>,
        #[graphql(desc = "The last so many rows before `before`: 0 to 200.")] last: Option<i32>,
        #[graphql(desc = "Where the page ends: a cursor of this list.")] before: Option<String>,
        #[graphql(
            desc = "Which rows; all by default. At most 200 comparisons, 3 relations inside one another."
        )]
        filter: Option<InitiativeFilter>,
        #[graphql(desc = "In which order, at most 5 keys; by creation by default.")] order_by: Option<
            Vec<InitiativeOrder>,
        >,
    ) -> Result<Connection<Initiative>, Fault> {
        Page { first, after, last, before, filter, order_by }.of_all(Scope::of(ctx)?).await
    }

    /// One initiative; null when there is none for you.
    #[graphql(directive = needs::apply("portfolio.read".to_owned()))]
    async fn initiative(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one: its id or its code.")] by: InitiativeLookup,
    ) -> Result<Option<Initiative>, Fault> {
        let scope = Scope::of(ctx)?;
        let row = match by {
            InitiativeLookup::Id(id) => scope.one::<initiative::Entity>(id).await?,
            InitiativeLookup::Code(code) => store::by_code(scope, &code).await?,
        };
        Ok(row.map(Into::into))
    }
}
