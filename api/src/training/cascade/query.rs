//! Root fields that read the cascade.

use async_graphql::{Context, Object};
use tutti_entity::ids::{CurriculumId, PersonId};

use super::types::Cascade;
use crate::graphql::Fault;
use crate::graphql::gate::needs;

/// Root fields about the cascade.
#[derive(Debug, Default)]
pub struct CascadeQuery;

#[Object]
impl CascadeQuery {
    /// Who trained whom in a curriculum and how far it reached, as it stands today. With `without` it is as it would be
    /// without these people: who does not hang on them keeps their trainer; who does counts as reached by the earliest of
    /// their other sessions whose trainer has a place without them; the others are `hanging` and left out. What the people
    /// who are left out attended and held is not counted. BAD_USER_INPUT where there is no such curriculum.
    #[graphql(directive = needs::apply("training.read".to_owned()))]
    async fn cascade(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The curriculum: `cur_…`.")] curriculum_id: CurriculumId,
        #[graphql(desc = "Without these people, `per_…`, at most 50; with everybody by default.")]
        without: Option<Vec<PersonId>>,
    ) -> Result<Cascade, Fault> {
        Cascade::of(ctx, curriculum_id, without.unwrap_or_default()).await
    }
}
