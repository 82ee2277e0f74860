//! How people and machines sign in: passwords, sessions and keys.
//!
//! Always: a secret is shown once and kept as a digest alone; an unknown address and a wrong password
//! get the same answer after the same work; a refresh token is good once, and its second use ends the
//! session; whoever loses a role, a session or their account has lost it by the next request; and a key
//! never may more than the person who made it.

pub mod commands;
pub mod doorkeeper;
pub mod inputs;
pub mod mutation;
pub mod query;
pub mod rules;
pub mod sign_in;
pub mod store;
pub mod types;
