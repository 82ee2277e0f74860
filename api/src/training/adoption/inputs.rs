//! What mutations of adoption take.

use async_graphql::InputObject;
use tutti_entity::ids::PersonId;

use crate::graphql::scalars::Date;

/// How far you have come with the change.
#[derive(Clone, Debug, InputObject)]
pub struct AdoptionAssessInput {
    /// Whom it is about: yourself, also by default.
    pub person_id: Option<PersonId>,
    /// Whether you know why, from 1 (not at all) to 5 (fully).
    pub awareness: i32,
    /// Whether you want to, 1 to 5.
    pub desire: i32,
    /// Whether you know how, 1 to 5.
    pub knowledge: i32,
    /// Whether you can, 1 to 5.
    pub ability: i32,
    /// Whether it will last, 1 to 5.
    pub reinforcement: i32,
    /// The day for which you answer; today by default, never a later one.
    pub assessed_on: Option<Date>,
}
