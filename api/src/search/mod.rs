//! Search: where somebody wrote about something, and who is called how.
//!
//! Always: a hit holds every word that was asked for; nobody finds what they may not see, nor learns that there is
//! more; both databases answer the same hits in the same order; nothing in a question is syntax to a database.
//! What is found is declared where the rows are (`found by`), and the write envelope keeps the index
//! (`store::index`).

pub mod beginnings;
pub mod query;
pub mod rules;
pub mod store;
pub mod types;
