//! How far the mails of a communication have come, as callers see it.

use async_graphql::{ComplexObject, Context, Enum, SimpleObject};
use tutti_entity::ids::{CommunicationId, PersonId};
use tutti_entity::mail::queued::MailState;

use super::store::{Deliveries, Missing, Missings, Progress};
use crate::graphql::Fault;
use crate::people::types::Person;
use crate::store::Scope;

/// How far the mails of a communication have come together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum DeliveryState {
    /// No mail server is configured: mails wait until one is, and nobody has got one.
    NotConfigured,
    /// Some are still to be handed to the mail server.
    Delivering,
    /// The mail server took all of them.
    Delivered,
    /// Some failed or are in doubt, and none waits.
    Incomplete,
}

/// How far the mails of a communication have come. Seen by its sender, the programme office and auditors.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct CommunicationDelivery {
    /// How far they have come together.
    pub state: DeliveryState,
    /// How many wait, or are just being handed over.
    pub queued: i32,
    /// How many the mail server took: these receipts are delivered.
    pub sent: i32,
    /// How many failed.
    pub failed: i32,
    /// Of how many nobody knows whether the mail server took them. They are not sent again by themselves.
    pub in_doubt: i32,
    /// Why mails wait, in the words of the mail server where it has some; null where none waits, or for nothing special.
    pub reason: Option<String>,
    #[graphql(skip)]
    communication: CommunicationId,
}

/// A mail that has not arrived, as far as is known.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct UndeliveredMail {
    /// Whether it failed, or is in doubt.
    pub state: MailState,
    /// How often it was tried.
    pub attempts: i32,
    /// Why, in the words of the mail server where it has some.
    pub reason: Option<String>,
    #[graphql(skip)]
    person_id: PersonId,
}

/// How many are told of at most.
const MOST: i32 = 200;

impl CommunicationDelivery {
    /// That of this communication, asked for together with those of others; none where it goes by no mail, or is not there for
    /// whoever asks.
    pub(crate) async fn of(ctx: &Context<'_>, communication: CommunicationId) -> Result<Option<Self>, Fault> {
        let scope = Scope::of(ctx)?;
        let Some(progress) = scope.load(&Deliveries, communication).await? else { return Ok(None) };
        Ok(Some(Self::new(communication, progress, scope.world().sends_mail)))
    }

    fn new(communication: CommunicationId, progress: Progress, sends_mail: bool) -> Self {
        let Progress { queued, sent, failed, in_doubt, reason } = progress;
        let state = match (queued, failed + in_doubt) {
            (0, 0) => DeliveryState::Delivered,
            (0, _) => DeliveryState::Incomplete,
            _ if sends_mail => DeliveryState::Delivering,
            _ => DeliveryState::NotConfigured,
        };
        let count = |mails| i32::try_from(mails).unwrap_or(i32::MAX);
        let none = "No mail server is configured (`mail_server`): nothing is sent by mail.";
        Self {
            state,
            queued: count(queued),
            sent: count(sent),
            failed: count(failed),
            in_doubt: count(in_doubt),
            reason: if state == DeliveryState::NotConfigured { Some(none.to_owned()) } else { reason },
            communication,
        }
    }
}

#[ComplexObject]
impl CommunicationDelivery {
    /// The mails that failed or are in doubt, the failed ones first. BAD_USER_INPUT for more than 200.
    async fn undelivered(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first so many: 0 to 200, 50 by default.")] first: Option<i32>,
    ) -> Result<Vec<UndeliveredMail>, Fault> {
        let most =
            u32::try_from(first.unwrap_or(50)).ok().filter(|_| first.is_none_or(|first| first <= MOST));
        let most = most.ok_or_else(|| Fault::bad_input(format!("`first` is 0 to {MOST}.")))?;
        let missing = Scope::of(ctx)?.load_list(&Missings { most }, self.communication).await?;
        Ok(missing.into_iter().map(Into::into).collect())
    }
}

impl From<Missing> for UndeliveredMail {
    fn from(missing: Missing) -> Self {
        let Missing { communication_id: _, person_id, state, attempts, reason } = missing;
        Self { state, attempts, reason, person_id }
    }
}

#[ComplexObject]
impl UndeliveredMail {
    /// To whom it goes.
    async fn person(&self, ctx: &Context<'_>) -> Result<Person, Fault> {
        Person::the(ctx, self.person_id).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn what_waits_says_why() {
        let told = |queued, sent, failed, in_doubt, sends| {
            let progress = Progress { queued, sent, failed, in_doubt, reason: None };
            let delivery = CommunicationDelivery::new(CommunicationId(Uuid::nil()), progress, sends);
            (delivery.state, delivery.reason.is_some())
        };
        assert_eq!(told(3, 0, 0, 0, false), (DeliveryState::NotConfigured, true));
        assert_eq!(told(3, 1, 1, 1, true), (DeliveryState::Delivering, false));
        assert_eq!(told(0, 4, 0, 0, false), (DeliveryState::Delivered, false));
        assert_eq!(told(0, 4, 1, 0, true), (DeliveryState::Incomplete, false));
        assert_eq!(told(0, 4, 0, 1, true), (DeliveryState::Incomplete, false));
    }
}
