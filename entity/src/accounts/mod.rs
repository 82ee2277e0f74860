//! How people and machines sign in: passwords, sessions and keys.
//!
//! No row here holds a secret: only what a secret can be checked against, which events and answers
//! leave out.

pub mod api_key;
pub mod password;
pub mod refresh_token;
pub mod session;
