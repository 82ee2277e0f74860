//! What needs somebody, as callers see it.

use async_graphql::{ComplexObject, Context, SimpleObject};
use tutti_entity::ids::InitiativeId;
use tutti_entity::portfolio::figure::AttentionKind;
use tutti_entity::portfolio::initiative;
use tutti_entity::portfolio::status_report::Health;

use crate::graphql::{Fault, Figure};
use crate::portfolio::figures::rules::attention::{Finding, rule};
use crate::portfolio::types::Initiative;
use crate::store::Scope;

/// Why an initiative needs somebody.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct Attention {
    /// What it is.
    pub kind: AttentionKind,
    /// How pressing it is: AMBER or RED.
    pub severity: Health,
    /// The figure that says so: an index, percent, days, an amount or a number, as `rule` says.
    pub figure: Figure,
    /// The rule, in words.
    pub rule: String,
    #[graphql(skip)]
    initiative_id: InitiativeId,
}

impl Attention {
    /// What was found of this initiative.
    #[must_use]
    pub fn new(initiative_id: InitiativeId, finding: Finding) -> Self {
        let Finding { kind, severity, weight: _, figure } = finding;
        Self { kind, severity, figure, rule: rule(kind).to_owned(), initiative_id }
    }
}

#[ComplexObject]
impl Attention {
    /// The initiative.
    async fn initiative(&self, ctx: &Context<'_>) -> Result<Initiative, Fault> {
        Ok(Scope::of(ctx)?.the::<initiative::Entity>(self.initiative_id).await?.into())
    }
}
