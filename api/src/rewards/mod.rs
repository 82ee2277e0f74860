//! Shared rewards: everybody is paid on the same customer numbers, and can see them.
//!
//! Always: the groups of a plan have the same metrics, weights, curves and gates, because these hang on the plan; a
//! plan that pays is frozen; a run is approved by somebody else than who calculated it; the same numbers give the same
//! lines, to the minor unit; a corrected number corrects the money with a trace; and what a person gets is seen by
//! them and by those who may see awards, whichever way somebody looks.

pub mod basis;
pub mod commands;
pub mod inputs;
pub mod mutation;
pub mod outlook;
pub mod query;
pub mod rules;
pub mod store;
pub mod types;
