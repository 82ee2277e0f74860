//! The only SQL about actions.

use sea_orm::ActiveEnum;
use sea_orm::sea_query::{Condition, Expr, ExprTrait};
use tutti_entity::ids::PersonId;
use tutti_entity::portfolio::action_item;

use crate::access::Viewer;
use crate::access::visible::{Visible, everyone};
use crate::store::At;

impl Visible for action_item::Entity {
    fn visible(_: &Viewer, _: At) -> Condition {
        everyone()
    }
}

/// Actions that are still to be done.
#[must_use]
pub fn open() -> Expr {
    At::TOP.col(action_item::Column::Status).eq(action_item::Status::Open.to_value())
}

/// The actions that this person has to do.
#[must_use]
pub fn open_actions_of(person: PersonId) -> Condition {
    Condition::all().add(At::TOP.col(action_item::Column::AssigneeId).eq(person)).add(open())
}
