//! What mutations of actions take.

use async_graphql::{InputObject, MaybeUndefined};
use tutti_entity::ids::{ActionItemId, InitiativeId, PersonId, RaidItemId};

use crate::graphql::scalars::Date;

/// Who is to do what by when.
#[derive(Clone, Debug, InputObject)]
pub struct ActionItemCreateInput {
    /// What is to be done, 1 to 200 characters.
    pub title: String,
    /// Who does it; somebody who is ACTIVE.
    pub assignee_id: PersonId,
    /// By when.
    pub due_on: Date,
    /// The initiative for which it is done; neither archived nor ended. That of `raidItemId` by default, and none
    /// where that is left out too: for the programme office itself.
    pub initiative_id: Option<InitiativeId>,
    /// The risk, assumption or issue about which it does something.
    pub raid_item_id: Option<RaidItemId>,
    /// More about it, at most 5 000 characters.
    pub note: Option<String>,
}

/// What to change of an action.
#[derive(Clone, Debug, InputObject)]
pub struct ActionItemUpdateInput {
    /// The action; OPEN.
    pub id: ActionItemId,
    /// What is to be done, as when it was created; cannot be cleared.
    pub title: MaybeUndefined<String>,
    /// Who does it, as when it was created; cannot be cleared.
    pub assignee_id: MaybeUndefined<PersonId>,
    /// By when; cannot be cleared.
    pub due_on: MaybeUndefined<Date>,
    /// More about it, at most 5 000 characters; null clears.
    pub note: MaybeUndefined<String>,
}

/// Which action is done.
#[derive(Clone, Debug, InputObject)]
pub struct ActionItemCompleteInput {
    /// The action; OPEN.
    pub id: ActionItemId,
}

/// Which action is not wanted any more.
#[derive(Clone, Debug, InputObject)]
pub struct ActionItemDropInput {
    /// The action; OPEN.
    pub id: ActionItemId,
    /// Why, 1 to 1 000 characters; kept in the log.
    pub reason: String,
}
