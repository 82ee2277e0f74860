//! Being told of events as they happen.

use async_graphql::{Context, Subscription};
use futures_util::stream::{self, Stream};

use super::interest::{Interest, Turn};
use super::types::{Event, EventFilter};
use crate::graphql::Fault;
use crate::graphql::connection::Edge;
use crate::graphql::filter::{Asked, Filter as _};
use crate::graphql::gate::needs;
use crate::store::{At, Scope};

/// Root subscriptions about events.
#[derive(Debug, Default)]
pub struct EventsSubscription;

#[Subscription]
impl EventsSubscription {
    /// Everything that happens and that you may see when it does, each event once, in the order of the log, which is
    /// the same for everybody. After a cursor it begins with what has happened since; without one it begins now. Keep
    /// the cursor of what you were last told: whenever and wherever you go on after it, nothing is missed and nothing
    /// comes twice. Send the cursor as a variable. BAD_USER_INPUT for a cursor that is not one of `events` in its own
    /// order, or after which events were given up since.
    #[graphql(directive = needs::apply("events.read".to_owned()))]
    async fn events(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Begin after this: a cursor of `events`, of the list or of this subscription.")]
        after: Option<String>,
        #[graphql(
            desc = "Which events; all by default. At most 200 comparisons, 3 relations inside one another."
        )]
        filter: Option<EventFilter>,
    ) -> Result<impl Stream<Item = Edge<'static, Event>>, Fault> {
        let told = Turn::take(ctx, || {
            let since = after.as_deref().map(Event::since).transpose()?;
            let interest = Interest::each(since);
            let Some(filter) = filter else { return Ok(interest) };
            // What is wrong with it is told now.
            filter.condition(&Asked::new(Scope::of(ctx)?), At::TOP)?;
            Ok(interest.only(move |scope| filter.condition(&Asked::new(scope), At::TOP)))
        })?;
        let edge = told.map(|event| {
            let cursor = Event::cursor(event.position, event.id);
            Edge::owned(Event::from(event.as_ref().clone()), cursor)
        });
        Ok(stream::iter(edge))
    }
}
