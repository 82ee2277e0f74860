//! What initiatives may spend, have spent and have promised.
//!
//! Always: every amount is in the currency of the portfolio; an entry is never edited, a correction is its
//! reversal; every change of a line leaves a move of the budget, so that the budget of a past day is a sum; a
//! threshold is told once for each time it is crossed; and money is seen by those alone who may see it of the
//! initiative.

pub mod commands;
pub mod inputs;
pub mod mutation;
pub mod query;
pub mod rules;
pub mod store;
pub mod types;
