//! The only SQL about milestones and baselines.

use sea_orm::sea_query::Condition;
use tutti_entity::portfolio::{baseline, baseline_milestone, milestone, milestone_fact, status_move};

use crate::access::Viewer;
use crate::access::visible::{Visible, everyone};
use crate::store::At;

impl Visible for baseline::Entity {
    fn visible(_: &Viewer, _: At) -> Condition {
        everyone()
    }
}

impl Visible for baseline_milestone::Entity {
    fn visible(_: &Viewer, _: At) -> Condition {
        everyone()
    }
}

impl Visible for milestone::Entity {
    fn visible(_: &Viewer, _: At) -> Condition {
        everyone()
    }
}

impl Visible for milestone_fact::Entity {
    fn visible(_: &Viewer, _: At) -> Condition {
        everyone()
    }
}

impl Visible for status_move::Entity {
    fn visible(_: &Viewer, _: At) -> Condition {
        everyone()
    }
}
