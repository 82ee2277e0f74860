//! Who does what by when.

pub mod store;
