//! The only SQL about dependencies, risks, assumptions and issues.

use sea_orm::sea_query::Condition;
use tutti_entity::portfolio::{dependency, raid_item};

use crate::access::Viewer;
use crate::access::visible::{Visible, everyone};
use crate::store::At;

impl Visible for dependency::Entity {
    fn visible(_: &Viewer, _: At) -> Condition {
        everyone()
    }
}

impl Visible for raid_item::Entity {
    fn visible(_: &Viewer, _: At) -> Condition {
        everyone()
    }
}
