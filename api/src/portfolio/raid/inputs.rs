//! What mutations of dependencies, risks, assumptions and issues take.

use async_graphql::{InputObject, MaybeUndefined};
use tutti_entity::ids::{DependencyId, InitiativeId, PersonId, RaidItemId};
use tutti_entity::portfolio::raid_item::{Kind, Status};

use crate::graphql::scalars::{Date, MoneyInput};

/// That one initiative needs another.
#[derive(Clone, Debug, InputObject)]
pub struct DependencyAddInput {
    /// The initiative that has to finish first; neither archived nor ended.
    pub giver_id: InitiativeId,
    /// The initiative that waits for it; neither archived nor ended.
    pub taker_id: InitiativeId,
    /// The day on which the taker needs it.
    pub needed_on: Date,
    /// What is needed, at most 1 000 characters.
    pub note: Option<String>,
}

/// Which dependency to remove.
#[derive(Clone, Debug, InputObject)]
pub struct DependencyRemoveInput {
    /// The dependency.
    pub id: DependencyId,
    /// Why, at most 1 000 characters; kept in the log.
    pub reason: Option<String>,
}

/// A new risk, assumption or issue.
#[derive(Clone, Debug, InputObject)]
pub struct RaidItemCreateInput {
    /// The initiative it is about; neither archived nor ended.
    pub initiative_id: InitiativeId,
    /// What kind it is.
    pub kind: Kind,
    /// What it is, 1 to 200 characters.
    pub title: String,
    /// Who looks after it; somebody who is ACTIVE.
    pub owner_id: PersonId,
    /// How likely it is, 1 to 5. An ISSUE has happened: 5 by default; needed for the others.
    pub probability: Option<i32>,
    /// How much it would harm, 1 to 5.
    pub impact: i32,
    /// What it would cost, in the currency of the portfolio; more than nothing, at most 10 000 000 000 000 minor
    /// units.
    pub impact_cost: Option<MoneyInput>,
    /// What is done about it, at most 5 000 characters.
    pub response: Option<String>,
    /// By when something has to be done about it.
    pub due_on: Option<Date>,
}

/// What to change of a risk, an assumption or an issue.
#[derive(Clone, Debug, InputObject)]
pub struct RaidItemUpdateInput {
    /// The item.
    pub id: RaidItemId,
    /// What it is, as when it was created; cannot be cleared.
    pub title: MaybeUndefined<String>,
    /// Who looks after it, as when it was created; cannot be cleared.
    pub owner_id: MaybeUndefined<PersonId>,
    /// How likely it is, 1 to 5; cannot be cleared.
    pub probability: MaybeUndefined<i32>,
    /// How much it would harm, 1 to 5; cannot be cleared.
    pub impact: MaybeUndefined<i32>,
    /// What it would cost, as when it was created; null clears.
    pub impact_cost: MaybeUndefined<MoneyInput>,
    /// What is done about it, at most 5 000 characters; null clears.
    pub response: MaybeUndefined<String>,
    /// By when something has to be done about it; null clears.
    pub due_on: MaybeUndefined<Date>,
    /// Where it stands; cannot be cleared. OPEN, MITIGATING and ACCEPTED follow one another as they may, each can be
    /// CLOSED, and what is CLOSED can be OPEN again. For MATERIALISED there is `raidItemMaterialise`.
    pub status: MaybeUndefined<Status>,
    /// Why, at most 1 000 characters; kept in the log.
    pub reason: Option<String>,
}

/// Which risk or assumption has happened, and what is to be said of the issue that takes its place.
#[derive(Clone, Debug, InputObject)]
pub struct RaidItemMaterialiseInput {
    /// The risk or assumption; OPEN, MITIGATING or ACCEPTED.
    pub id: RaidItemId,
    /// What the issue is, 1 to 200 characters; as the item by default.
    pub title: Option<String>,
    /// Who looks after the issue; whoever looks after the item by default. Somebody who is ACTIVE.
    pub owner_id: Option<PersonId>,
    /// By when something has to be done about the issue.
    pub due_on: Option<Date>,
    /// What happened, at most 1 000 characters; kept in the log.
    pub reason: Option<String>,
}
