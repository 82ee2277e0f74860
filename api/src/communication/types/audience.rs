//! Whom a communication is for, and how far it came.

use async_graphql::{ComplexObject, Context, SimpleObject};
use tutti_entity::communication::communication::{Channel, State};
use tutti_entity::ids::CommunicationId;
use tutti_entity::people::person::Tier;

use crate::communication::rules::reach::Reached;
use crate::communication::store::{NamedPeople, NamedUnits, Sizes};
use crate::graphql::{Fault, Figure};
use crate::people::types::{OrgUnit, Person};
use crate::store::Scope;

/// Whom a communication is for.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct Audience {
    /// To which tiers the units are narrowed; empty for every tier.
    pub tiers: Vec<Tier>,
    /// Whether it was for everyone: when it was sent, every unit at the top of the organisation was named, and no tier.
    /// Whoever is signed in sees it then. False while it was not sent.
    pub is_everyone: bool,
    /// Whether it is also for everybody ACTIVE who was in the audience of what it corrects.
    pub as_corrected: bool,
    #[graphql(skip)]
    pub(super) of: CommunicationId,
    #[graphql(skip)]
    pub(super) state: State,
    #[graphql(skip)]
    pub(super) frozen: Option<i32>,
}

impl Audience {
    /// How many people it is for.
    pub(super) async fn size(&self, scope: &Scope) -> Result<i32, Fault> {
        match self.state {
            State::Sent => Ok(self.frozen.unwrap_or_default()),
            State::Cancelled => Ok(0),
            State::Planned => {
                let size = scope.load(&Sizes, self.of).await?.unwrap_or_default();
                Ok(i32::try_from(size).unwrap_or(i32::MAX))
            }
        }
    }
}

#[ComplexObject]
impl Audience {
    /// The units that are named, with all below them, by name.
    async fn org_units(&self, ctx: &Context<'_>) -> Result<Vec<OrgUnit>, Fault> {
        let rows = Scope::of(ctx)?.load_list(&NamedUnits, self.of).await?;
        Ok(rows.into_iter().map(Into::into).collect())
    }

    /// The people who are named one by one, by name; for whoever may not see the receipts at most themselves.
    async fn people(&self, ctx: &Context<'_>) -> Result<Vec<Person>, Fault> {
        let rows = Scope::of(ctx)?.load_list(&NamedPeople, self.of).await?;
        Ok(rows.into_iter().map(Into::into).collect())
    }

    /// How many people it was for when it was sent; while it is PLANNED how many it would be for today; 0 for one that was
    /// CANCELLED.
    #[graphql(name = "size")]
    async fn how_many(&self, ctx: &Context<'_>) -> Result<i32, Fault> {
        self.size(Scope::of(ctx)?).await
    }
}

/// How far a communication came. Nothing is guessed: a receipt counts as delivered when the mail server took the mail, when
/// somebody recorded it, or when the person acknowledged it.
#[derive(Clone, Debug, SimpleObject)]
pub struct CommunicationReach {
    /// How many people it is for, as `audience.size`.
    pub audience: i32,
    /// To how many of them it is known to have come.
    pub delivered: i32,
    /// How many of them acknowledged it.
    pub acknowledged: i32,
    /// Delivered of the audience, in percent; NOT_APPLICABLE while it was not sent; NO_DATA for what was not sent as a mail
    /// while nobody has recorded whom it reached.
    pub delivered_share: Figure,
    /// Acknowledged of the audience, not of those to whom it was delivered, in percent; NOT_APPLICABLE while it was not sent.
    pub acknowledged_share: Figure,
}

impl CommunicationReach {
    pub(super) fn new(audience: i32, reached: Reached, channel: Channel, sent: bool, open: bool) -> Self {
        let reached = Reached { audience: audience.into(), ..reached };
        let [delivered_share, acknowledged_share] = reached.shares(channel, sent, open);
        let int = |number: i64| i32::try_from(number).unwrap_or(i32::MAX);
        Self {
            audience,
            delivered: int(reached.delivered),
            acknowledged: int(reached.acknowledged),
            delivered_share,
            acknowledged_share,
        }
    }
}
