//! The root field that searches.

use async_graphql::{Context, Object};
use futures_util::future::try_join_all;
use tutti_entity::ids::PortfolioId;

use super::types::SearchHit;
use super::{rules, store};
use crate::graphql::Fault;
use crate::graphql::gate::needs;
use crate::store::Scope;

/// The root field that searches.
#[derive(Debug, Default)]
pub struct SearchQuery;

#[Object]
impl SearchQuery {
    /// Where somebody wrote about something: initiatives, milestones, status reports, risks, assumptions, issues,
    /// actions, portfolios and people that hold every word of the query, best first, and of equally good ones what
    /// was made last. Upper and lower case are the same; `æ`, `ø` and `å` are letters of their own; a word finds
    /// itself, what begins with it, and itself with another English or Danish ending; a single letter finds only itself.
    /// Nothing in it is syntax: signs stand between words. A query without any word finds nothing.
    #[graphql(directive = needs::apply("portfolio.read".to_owned()))]
    async fn search(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "The words, at most 200 characters and 10 different words: BAD_USER_INPUT beyond that."
        )]
        query: String,
        #[graphql(desc = "How many hits at most: 1 to 100, 20 by default; BAD_USER_INPUT for others.")] first: Option<
            i32,
        >,
        #[graphql(
            desc = "Only this portfolio, its initiatives and what belongs to them; everything by default."
        )]
        portfolio_id: Option<PortfolioId>,
    ) -> Result<Vec<SearchHit>, Fault> {
        let scope = Scope::of(ctx)?;
        let most = rules::hits(first).map_err(Fault::bad_input)?;
        let asked = rules::read(&query).map_err(Fault::bad_input)?;
        let hits = store::hits(scope, &asked, portfolio_id, most).await?;
        scope.produce(hits.len())?;
        let shown = try_join_all(hits.into_iter().map(|hit| SearchHit::of(scope, hit, &asked))).await?;
        Ok(shown.into_iter().flatten().collect())
    }
}
