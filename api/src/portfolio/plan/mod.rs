//! Milestones, the baselines in which they were agreed, and how far they are.
//!
//! Always: how far a milestone is, and where it stands, is a fact with the day from which it holds and the moment
//! at which it was recorded, and the milestone itself says what is in force today; a due date moves only with a
//! reason that is kept; a baseline never changes, its milestones weigh exactly 100 % together, and the baselines
//! of an initiative are numbered from 1 without a gap.

pub mod commands;
pub mod inputs;
pub mod mutation;
pub mod query;
pub mod rules;
pub mod store;
pub mod types;
