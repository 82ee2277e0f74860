//! People, org units and roles.
//!
//! Always: one address belongs to one person, whatever its case; nobody reports to themselves and no org
//! unit is part of itself, directly or through others; whoever has left keeps their history, holds no role
//! and has nobody report to them; and somebody is left who is administrator for good.

mod commands;
pub mod inputs;
mod leaving;
pub mod mutation;
pub mod query;
mod roles;
pub mod rules;
pub mod store;
pub mod types;
