//! Who is calling, what they may do, and which rows they see.
//!
//! What they may do is one table ([`table::TABLE`]). Which rows they see is one condition an entity
//! ([`Visible`]), and every read goes through it. Nothing here knows a feature.

pub mod sso;
pub mod table;
pub mod token;
pub mod viewer;
pub mod visible;

pub use table::{Capability, Place};
pub use viewer::{Grant, Viewer};
pub use visible::Visible;
