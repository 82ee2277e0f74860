//! Which events are seen.

use sea_orm::sea_query::Condition;
use tutti_entity::events::event;

use crate::access::Viewer;
use crate::access::visible::{Visible, everyone};
use crate::store::At;

impl Visible for event::Entity {
    /// Every kind of subject that there is so far is read by everybody who is signed in.
    fn visible(_: &Viewer, _: At) -> Condition {
        everyone()
    }
}
