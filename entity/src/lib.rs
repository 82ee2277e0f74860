//! The rows of Tutti and the value types in them: no rules, no queries.
//!
//! One folder a feature, one file a table. Ids and enums are the only types here that GraphQL knows
//! too, because they read the same on both sides; rows never are GraphQL types.

pub mod accounts;
pub mod communication;
pub mod events;
pub mod exchange;
pub mod feedback;
pub mod ids;
pub mod mail;
pub mod metrics;
pub mod people;
pub mod portfolio;
pub mod reminders;
pub mod rewards;
pub mod row;
pub mod search;
pub mod text;
pub mod training;
pub mod value;
pub mod webhooks;

pub use row::{Keyed, Row, Stamp};
