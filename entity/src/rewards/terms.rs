//! What a plan pays for, and what was known when a run was calculated, as rows keep it: texts of JSON that never
//! change once the plan is active, or the run is calculated.

use std::{fmt, str::FromStr};

use chrono::NaiveDate;
use sea_orm::{DbErr, DeriveValueType, prelude::StringLen};
use serde::{Deserialize, Serialize};

use crate::ids::{KpiId, MeasurementId};
use crate::metrics::kpi::Direction;
use crate::value::{Quantity, choice};

choice! {
    /// What happens where a gate is not passed.
    GateEffect {
        /// Nothing is paid.
        Zero,
        /// No more than the factor of the gate is paid.
        Cap,
        /// What would be paid is multiplied by the factor of the gate.
        Multiply,
    }
}

choice! {
    /// Whether a KPI had a number that could be paid on.
    SnapshotState {
        /// It had one.
        Ok,
        /// It had none, and the last one before stands in for it.
        Carried,
        /// It had none.
        Missing,
    }
}

/// A point of a curve.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Point {
    /// The value of the KPI.
    pub value: Quantity,
    /// What it pays, in hundredths of a percent.
    pub payout_bp: i32,
}

/// A KPI that a plan pays for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MetricTerm {
    /// The KPI.
    pub kpi: KpiId,
    /// Which way is good for it, as it was when the plan was written.
    pub direction: Direction,
    /// Its part of the whole, in hundredths of a percent.
    pub weight_bp: i32,
    /// From values to what they pay, from the worst value to the best.
    pub curve: Vec<Point>,
}

/// A condition on a KPI, without which less is paid.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GateTerm {
    /// The KPI.
    pub kpi: KpiId,
    /// Which way is good for it, as it was when the plan was written.
    pub direction: Direction,
    /// What it has to be at least as good as.
    pub minimum: Quantity,
    /// What happens where it is not.
    pub effect: GateEffect,
    /// To what is capped or by what is multiplied, in hundredths of a percent; none for ZERO.
    pub factor_bp: Option<i32>,
}

/// One revision that went into a value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// The measurement.
    pub measurement: MeasurementId,
    /// Its revision.
    pub revision: i32,
    /// Its own value as a fraction in lowest terms, such as `511/6`; none where it has none.
    pub value: Option<String>,
}

/// What was known of one KPI.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Known {
    /// The KPI.
    pub kpi: KpiId,
    /// Whether it had a number that could be paid on.
    pub state: SnapshotState,
    /// The number as a fraction in lowest terms; none where there was none.
    pub value: Option<String>,
    /// The first day of the period of the KPI in which it was measured; none where there was none.
    pub period_start: Option<NaiveDate>,
    /// The revisions that it is made of.
    pub parts: Vec<Part>,
}

/// Declares a column that holds a list as JSON.
macro_rules! json_list {
    ($(#[$doc:meta])* $name:ident of $item:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Default, PartialEq, Eq, DeriveValueType, Serialize, Deserialize)]
        #[sea_orm(value_type = "String")]
        #[serde(transparent)]
        pub struct $name(pub Vec<$item>);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&serde_json::to_string(&self.0).map_err(|_| fmt::Error)?)
            }
        }

        impl FromStr for $name {
            type Err = DbErr;

            fn from_str(text: &str) -> Result<Self, DbErr> {
                serde_json::from_str(text).map(Self).map_err(|error| DbErr::Json(error.to_string()))
            }
        }
    };
}

json_list! {
    /// The KPIs that a plan pays for, in their order.
    Metrics of MetricTerm
}

json_list! {
    /// The gates of a plan, in the order in which they apply.
    Gates of GateTerm
}

json_list! {
    /// What was known of each KPI of a plan, by id.
    Snapshot of Known
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn terms_read_back_as_they_were_written() {
        let metrics = Metrics(vec![MetricTerm {
            kpi: KpiId(Uuid::from_u128(7)),
            direction: Direction::Up,
            weight_bp: 4_000,
            curve: vec![
                Point { value: Quantity(30_000_000), payout_bp: 5_000 },
                Point { value: Quantity(40_500_000), payout_bp: 10_000 },
            ],
        }]);
        assert_eq!(metrics.to_string().parse::<Metrics>().unwrap(), metrics);
        assert!(metrics.to_string().contains("\"40.5\""));
        assert!("[{}]".parse::<Gates>().is_err());
    }
}
