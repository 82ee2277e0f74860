//! Root fields that change what is known of adoption. What they do is in `commands`.

use async_graphql::{Context, Object};

use super::inputs::AdoptionAssessInput;
use super::types::AdoptionAssessmentPayload;
use crate::graphql::gate::needs;
use crate::graphql::{Fault, payload};
use crate::store::WriteOptions;

/// Mutations of adoption.
#[derive(Debug, Default)]
pub struct AdoptionMutation;

#[Object]
impl AdoptionMutation {
    /// Records how far you have come with the change. An answer is never changed: of several the one of the latest day
    /// counts, and of one day the last. FORBIDDEN for anybody but yourself, INVALID for a score that is not 1 to 5 and for
    /// a day that is still to come.
    #[graphql(directive = needs::apply("adoption.assess".to_owned()))]
    async fn adoption_assess(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Your answers.")] input: AdoptionAssessInput,
        #[graphql(desc = "How to carry it out.")] options: Option<WriteOptions>,
    ) -> Result<AdoptionAssessmentPayload<AdoptionAssessInput>, Fault> {
        Ok(payload::run(ctx, &input, options).await?.into())
    }
}
