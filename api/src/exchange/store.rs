//! The only SQL about calendars.

use sea_orm::sea_query::Condition;
use tutti_entity::exchange::calendar_feed;

use crate::access::visible::{Visible, about_people};
use crate::access::{Capability, Viewer};
use crate::store::At;

impl Visible for calendar_feed::Entity {
    /// One's own; those of others for whoever may see their keys.
    fn visible(viewer: &Viewer, at: At) -> Condition {
        about_people(viewer, Capability::AccountsRead, &at.col(calendar_feed::Column::PersonId))
    }
}
