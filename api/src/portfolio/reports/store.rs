//! The only SQL about status reports.

use sea_orm::sea_query::Condition;
use tutti_entity::portfolio::status_report;

use crate::access::Viewer;
use crate::access::visible::{Visible, everyone};
use crate::store::At;

impl Visible for status_report::Entity {
    fn visible(_: &Viewer, _: At) -> Condition {
        everyone()
    }
}
