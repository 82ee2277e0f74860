//! Portfolios, their initiatives, and how due dates moved.

pub mod date_move;
pub mod initiative;
#[expect(clippy::module_inception, reason = "the table is called as the feature is")]
pub mod portfolio;
