//! Imports and calendars as callers see them.

use async_graphql::SimpleObject;
use tutti_entity::exchange::calendar_feed;
use tutti_entity::ids::CalendarFeedId;
use tutti_entity::portfolio::initiative;

use crate::events::types::Event;
use crate::graphql::scalars::DateTime;
use crate::graphql::{Fault, Problem};
use crate::portfolio::types::Initiative;
use crate::store::Scope;
use crate::{payload, payload_of_many};

payload_of_many! {
    /// What an import of initiatives answers.
    InitiativesImportPayload of
    /// What became of one row of an import.
    InitiativesImportResult {
        /// The initiative as written; null when something has to be mended, and when nothing was written because
        /// of another row.
        initiative: Initiative = initiative
    }
}

/// The secret address under which a calendar program reads somebody's deadlines. The address itself is shown once,
/// when it is made.
#[derive(Clone, Debug, SimpleObject)]
pub struct CalendarFeed {
    /// Its id: `cal_…`.
    pub id: CalendarFeedId,
    /// Counts the changes, from 1. Send it as `expectedVersion`.
    pub version: i32,
    /// When it was made.
    pub created_at: DateTime,
}

impl From<calendar_feed::Model> for CalendarFeed {
    fn from(row: calendar_feed::Model) -> Self {
        let calendar_feed::Model {
            id,
            version,
            person_id: _,
            hash: _,
            revoked_at: _,
            created_at,
            updated_at: _,
        } = row;
        Self { id, version, created_at: DateTime(created_at) }
    }
}

impl CalendarFeed {
    /// The one of whoever calls that is good. A key is nobody to it.
    pub(crate) async fn mine(scope: &Scope) -> Result<Option<Self>, Fault> {
        let Some(me) = scope.viewer().related_as() else { return Ok(None) };
        let good = scope.find::<calendar_feed::Entity>().filter(super::store::good_feeds_of(me));
        Ok(good.one().await?.map(Into::into))
    }
}

/// A new address for one's calendar.
#[derive(Debug, SimpleObject)]
pub struct CalendarFeedCreatePayload {
    /// The path of the calendar on this server, `/calendar/….ics`, shown this once. Whoever knows it reads the
    /// deadlines without signing in; null when something has to be mended.
    pub path: Option<String>,
    /// What there is to know of it; null when something has to be mended.
    pub calendar_feed: Option<CalendarFeed>,
    /// What you have to mend. Where there is anything in it nothing was written.
    pub user_errors: Vec<Problem>,
    /// What the log says of it.
    pub event: Option<Event>,
}

payload! {
    /// What revoking an address answers.
    CalendarFeedPayload {
        /// The address that is not good any more; null when something has to be mended.
        calendar_feed: CalendarFeed = calendar_feed
    }
}
