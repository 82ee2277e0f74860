//! Portfolios, their initiatives, what was agreed of them and how they go: dates, money, reports, risks, actions.

pub mod action_item;
pub mod baseline;
pub mod baseline_milestone;
pub mod budget_line;
pub mod budget_move;
pub mod cadence_move;
pub mod cost_entry;
pub mod date_move;
pub mod dependency;
pub mod figure;
pub mod initiative;
pub mod milestone;
pub mod milestone_fact;
#[expect(clippy::module_inception, reason = "the table is called as the feature is")]
pub mod portfolio;
pub mod raid_item;
pub mod report_picture;
pub mod status_move;
pub mod status_report;
