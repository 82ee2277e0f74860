//! Reward plans, runs and what they pay as callers see them.

mod group;
mod outlook;
mod plan;
mod proof;
mod run;
mod statement;

pub use group::{
    Participation, ParticipationFilter, ParticipationOrder, ParticipationPayload, ParticipationsAddPayload,
    RewardGroup,
};
pub use outlook::{AssumedValue, GateResult, GroupAmount, MetricPayout, Projection, ReplayPeriod};
pub use plan::{
    CurvePoint, PlanGate, PlanMetric, RewardPlan, RewardPlanFilter, RewardPlanOrder, RewardPlanPayload,
};
pub use proof::{CorrectedValue, Parity, RewardCorrection};
pub use run::{
    PayoutLine, PayoutLineFilter, PayoutLineOrder, PayoutRun, PayoutRunPayload, SnapshotValue, TraceStep,
};
pub use statement::{RewardDriver, RewardStatement};
