//! Root fields that tell what needs somebody.

use async_graphql::{Context, Object};
use sea_orm::Iterable;
use tutti_entity::ids::PortfolioId;
use tutti_entity::portfolio::figure::AttentionKind;

use super::store;
use super::types::Attention;
use crate::graphql::Fault;
use crate::graphql::gate::needs;
use crate::graphql::page::{DEFAULT_PAGE, LONGEST_PAGE};
use crate::store::Scope;

/// Root fields about figures.
#[derive(Debug, Default)]
pub struct FigureQuery;

#[Object]
impl FigureQuery {
    /// The initiatives that need somebody today, the worst first: red before amber, then by kind in the order of the
    /// enum, then the more of it. Of those in use that have not ended; one is there once for each kind that it is.
    #[graphql(directive = needs::apply("portfolio.read".to_owned()))]
    async fn attention(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only these kinds; all by default.")] kinds: Option<Vec<AttentionKind>>,
        #[graphql(desc = "Only in this portfolio: `pfo_…`; in all by default.")] portfolio_id: Option<
            PortfolioId,
        >,
        #[graphql(desc = "The first so many: 0 to 200, 50 by default.")] first: Option<i32>,
    ) -> Result<Vec<Attention>, Fault> {
        let scope = Scope::of(ctx)?;
        let wanted = |kind: &AttentionKind| kinds.as_ref().is_none_or(|kinds| kinds.contains(kind));
        let kinds: Vec<_> = AttentionKind::iter().filter(wanted).collect();
        let first = first.map_or(Ok(DEFAULT_PAGE), u32::try_from).ok().filter(|first| *first <= LONGEST_PAGE);
        let first = first.ok_or_else(|| Fault::bad_input(format!("`first` is 0 to {LONGEST_PAGE}.")))?;
        let found = store::attention(scope, &kinds, portfolio_id).await?;
        let found = found.into_iter().take(usize::try_from(first).unwrap_or_default());
        let told: Vec<_> = found.map(|(initiative, finding)| Attention::new(initiative, finding)).collect();
        scope.produce(told.len())?;
        Ok(told)
    }
}
