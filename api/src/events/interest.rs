//! What a subscription wants to be told of.
//!
//! A subscription's field is resolved once when somebody subscribes, to check what they ask for and to find out what
//! it is about, and once for each event that it is about, with the eyes that they have then. So nothing of it waits
//! in memory, and what one is told is told alike to all who ask the same with the same rights.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use async_graphql::Context;
use sea_orm::sea_query::Condition;
use tutti_entity::events::event;
use uuid::Uuid;

use super::rules::Since;
use crate::graphql::Fault;
use crate::store::Scope;

type Which = Arc<dyn Fn(&Scope) -> Result<Condition, Fault> + Send + Sync>;

/// Which events somebody wants to be told of, among those that they may see.
#[derive(Clone)]
pub struct Interest {
    /// From where on; from now on where nothing is said.
    pub since: Option<Since>,
    /// Only what was done to this initiative or a part of it.
    pub within: Option<Uuid>,
    /// Whether one message is enough for several events that have come together.
    pub together: bool,
    which: Option<Which>,
}

impl fmt::Debug for Interest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Interest")
            .field("since", &self.since)
            .field("within", &self.within)
            .finish_non_exhaustive()
    }
}

impl Interest {
    /// Every event, each by itself.
    #[must_use]
    pub fn each(since: Option<Since>) -> Self {
        Self { since, within: None, together: false, which: None }
    }

    /// That something has changed, however many events tell of it.
    #[must_use]
    pub fn changes() -> Self {
        Self { together: true, ..Self::each(None) }
    }

    /// Only what was done to this initiative or a part of it.
    #[must_use]
    pub fn within(self, initiative: Uuid) -> Self {
        Self { within: Some(initiative), ..self }
    }

    /// Only those for which this holds. The condition speaks of the table of events by the name
    /// [`At::TOP`](crate::store::At::TOP).
    #[must_use]
    pub fn only(self, which: impl Fn(&Scope) -> Result<Condition, Fault> + Send + Sync + 'static) -> Self {
        Self { which: Some(Arc::new(which)), ..self }
    }

    /// The condition, if there is one.
    ///
    /// # Errors
    /// What is wrong with a filter.
    pub fn condition(&self, scope: &Scope) -> Result<Option<Condition>, Fault> {
        self.which.as_ref().map(|which| which(scope)).transpose()
    }
}

/// Why the field of a subscription is resolved.
#[derive(Clone, Debug)]
pub enum Turn {
    /// Somebody wants to subscribe, and here goes what to.
    Asked(Arc<Mutex<Option<Interest>>>),
    /// This has happened.
    Told(Arc<event::Model>),
}

impl Turn {
    /// Somebody asks.
    #[must_use]
    pub fn asked() -> (Self, Arc<Mutex<Option<Interest>>>) {
        let slot = Arc::new(Mutex::new(None));
        (Self::Asked(Arc::clone(&slot)), slot)
    }

    /// What has happened; none where somebody asks, whose interest is noted.
    ///
    /// # Errors
    /// What is wrong with what they ask.
    pub fn take(
        ctx: &Context<'_>,
        interest: impl FnOnce() -> Result<Interest, Fault>,
    ) -> Result<Option<Arc<event::Model>>, Fault> {
        match ctx.data_opt::<Self>() {
            Some(Self::Told(event)) => Ok(Some(Arc::clone(event))),
            Some(Self::Asked(slot)) => {
                *slot.lock().unwrap_or_else(PoisonError::into_inner) = Some(interest()?);
                Ok(None)
            }
            None => Err(Fault::internal("a subscription without a turn")),
        }
    }
}
