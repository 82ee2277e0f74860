//! The only SQL about actions.

use sea_orm::sea_query::Condition;
use tutti_entity::portfolio::action_item;

use crate::access::Viewer;
use crate::access::visible::{Visible, everyone};
use crate::store::At;

impl Visible for action_item::Entity {
    fn visible(_: &Viewer, _: At) -> Condition {
        everyone()
    }
}
