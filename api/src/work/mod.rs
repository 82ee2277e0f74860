//! What waits for whoever asks, across everything, and what changed in what they follow.
//!
//! Always: nothing is in it that they may not see; the most urgent comes first, in one order that every page keeps;
//! and a page takes one statement, however many kinds of work there are. A feature that adds a kind adds a
//! [`rules::Part`] and the rows of it in `store`.

pub mod rules;
pub mod store;
pub mod types;
