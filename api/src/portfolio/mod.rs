//! Portfolios and their initiatives: who does what by when.
//!
//! Always: an initiative has exactly one owner, and its reviewer is somebody else; it is due no earlier
//! than it starts; its status moves only along the table in [`rules::next`]; its due date moves only by
//! rescheduling, which keeps the move with a reason. A portfolio keeps its currency once it has an
//! initiative. Budget lines and costs are in that currency, costs are never edited, and money is seen by those
//! alone who may see it of the initiative.

pub mod actions;
pub mod commands;
pub mod costs;
pub mod draft;
pub mod figures;
pub mod handover;
pub mod inputs;
pub mod mutation;
pub mod plan;
pub mod query;
pub mod raid;
pub mod reports;
pub mod rules;
pub mod store;
pub mod subscription;
pub mod types;
