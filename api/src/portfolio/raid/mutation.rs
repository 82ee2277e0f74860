//! Root fields that change dependencies, risks, assumptions and issues. What they do is in `commands`.

use async_graphql::{Context, Object};

use super::inputs::{
    DependencyAddInput, DependencyRemoveInput, RaidItemCreateInput, RaidItemMaterialiseInput,
    RaidItemUpdateInput,
};
use super::types::{DependencyPayload, RaidItemPayload};
use crate::graphql::gate::needs;
use crate::graphql::{Fault, payload};
use crate::store::WriteOptions;

/// Mutations of dependencies, risks, assumptions and issues.
#[derive(Debug, Default)]
pub struct RaidMutation;

#[Object]
impl RaidMutation {
    /// Adds that one initiative needs another; said by whoever answers for the one that needs it. CONFLICT when one
    /// of them is archived or has ended, when it is there already, and when each would come to wait for the other:
    /// the message names the circle by codes, `CX-1 → CX-4 → CX-1`, each giving to the next. INVALID for an
    /// initiative that needs itself.
    #[graphql(directive = needs::apply("raid.manage".to_owned()))]
    async fn dependency_add(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What needs what.")] input: DependencyAddInput,
        #[graphql(desc = "How to carry it out.")] options: Option<WriteOptions>,
    ) -> Result<DependencyPayload<DependencyAddInput>, Fault> {
        Ok(payload::run(ctx, &input, options).await?.into())
    }

    /// Removes a dependency; it stays in the list of all, marked. CONFLICT when the initiative that needs the other
    /// is archived.
    #[graphql(directive = needs::apply("raid.manage".to_owned()))]
    async fn dependency_remove(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which dependency.")] input: DependencyRemoveInput,
        #[graphql(desc = "How to carry it out.")] options: Option<WriteOptions>,
    ) -> Result<DependencyPayload<DependencyRemoveInput>, Fault> {
        Ok(payload::run(ctx, &input, options).await?.into())
    }

    /// Enters a risk, an assumption or an issue, which is OPEN. CONFLICT when the initiative is archived or has
    /// ended; INVALID for a probability or an impact that is not from 1 to 5, for somebody who is not ACTIVE, and
    /// for a cost in another currency, with more decimals than it has, of nothing or less, or too large.
    #[graphql(directive = needs::apply("raid.manage".to_owned()))]
    async fn raid_item_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The item.")] input: RaidItemCreateInput,
        #[graphql(desc = "How to carry it out.")] options: Option<WriteOptions>,
    ) -> Result<RaidItemPayload<RaidItemCreateInput>, Fault> {
        Ok(payload::run(ctx, &input, options).await?.into())
    }

    /// Changes a risk, an assumption or an issue, and closes it; also for who looks after it. ILLEGAL_TRANSITION for
    /// a status that cannot follow; CONFLICT when it is over, or the initiative is archived; INVALID as when it was
    /// entered.
    #[graphql(directive = needs::apply("raid.manage".to_owned()))]
    async fn raid_item_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to change.")] input: RaidItemUpdateInput,
        #[graphql(desc = "How to carry it out.")] options: Option<WriteOptions>,
    ) -> Result<RaidItemPayload<RaidItemUpdateInput>, Fault> {
        Ok(payload::run(ctx, &input, options).await?.into())
    }

    /// Says that a risk or an assumption has happened: it becomes MATERIALISED, and an OPEN issue takes its place,
    /// with the same impact and cost and a probability of 5, in `issue`. Also for who looks after it. CONFLICT for
    /// an issue, and when the initiative is archived; ILLEGAL_TRANSITION for what is over; INVALID where whoever is
    /// to look after the issue is not ACTIVE.
    #[graphql(directive = needs::apply("raid.manage".to_owned()))]
    async fn raid_item_materialise(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which item, and what to say of the issue.")] input: RaidItemMaterialiseInput,
        #[graphql(desc = "How to carry it out.")] options: Option<WriteOptions>,
    ) -> Result<RaidItemPayload<RaidItemMaterialiseInput>, Fault> {
        Ok(payload::run(ctx, &input, options).await?.into())
    }
}
