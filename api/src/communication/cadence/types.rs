//! How leaders communicate, as callers see it.

use async_graphql::{ComplexObject, Context, SimpleObject};
use chrono::NaiveDate;
use tutti_entity::ids::PersonId;

use super::rules::Window;
use super::store::Led;
use crate::feedback::open::Unanswered;
use crate::graphql::{Fault, Figure};
use crate::people::types::Person;
use crate::store::Scope;

/// What a leader planned and said within a time, and how it landed.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct LeaderCadence {
    /// Who leads.
    pub leader: Person,
    /// How many communications of theirs were planned for a day of the window. One that was CANCELLED counts where its day
    /// was over by then.
    pub planned: i32,
    /// How many of these should have been sent by now: those that were, and those whose day is over.
    pub due: i32,
    /// How many of these were sent on their day or before.
    pub sent_on_time: i32,
    /// Sent on time of what should have been sent by now, in percent; NOT_APPLICABLE where there is no plan.
    pub on_time_share: Figure,
    /// How many they sent on days of the window, planned or not.
    pub sent: i32,
    /// Acknowledged of all for whom these were, in percent; NOT_APPLICABLE where nothing was sent.
    pub acknowledged_share: Figure,
    /// How many of those to whom they said WHY or what it means for them (PERSONAL_IMPACT) heard it from whom they should, in
    /// percent and without themselves: as `preferredSender` of the communications that they sent on days of the window, taken together.
    pub preferred_sender: Figure,
    /// The most days between one sending and the next. The first day of the window stands for a sending before, and its last,
    /// or today where that is before, for one after: silence at either end counts, and whoever said nothing was silent for
    /// the whole window. Null where the window has not begun.
    pub longest_gap_days: Option<i32>,
    #[graphql(skip)]
    leader_id: PersonId,
}

#[ComplexObject]
impl LeaderCadence {
    /// How many questions, ideas and concerns are OPEN with them now, as far as you see them.
    async fn open_questions(&self, ctx: &Context<'_>) -> Result<i32, Fault> {
        let open = Scope::of(ctx)?.load(&Unanswered, self.leader_id).await?.unwrap_or_default();
        Ok(i32::try_from(open).unwrap_or(i32::MAX))
    }
}

impl LeaderCadence {
    pub(super) fn new(Led { leader, tally }: Led, window: Window, today: NaiveDate) -> Self {
        let int = |number: i64| i32::try_from(number).unwrap_or(i32::MAX);
        Self {
            leader_id: leader.id,
            leader: leader.into(),
            planned: int(tally.planned),
            due: int(tally.due),
            sent_on_time: int(tally.on_time),
            on_time_share: tally.on_time_share(),
            sent: int(tally.sent),
            acknowledged_share: tally.acknowledged_share(),
            preferred_sender: tally.preferred_sender(),
            longest_gap_days: tally.longest_gap(window, today).map(int),
        }
    }
}
