//! Reward plans with their groups and participations, payout runs, and the lines that they pay.

pub mod participation;
pub mod payout_line;
pub mod payout_run;
pub mod reward_group;
pub mod reward_plan;
pub mod terms;
