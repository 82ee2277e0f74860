//! Milestones, the baselines in which they were agreed, and how far they are.

pub mod store;
