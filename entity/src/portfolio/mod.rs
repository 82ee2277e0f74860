//! Portfolios, their initiatives, how due dates moved, and the money.

pub mod budget_line;
pub mod budget_move;
pub mod cost_entry;
pub mod date_move;
pub mod initiative;
#[expect(clippy::module_inception, reason = "the table is called as the feature is")]
pub mod portfolio;
