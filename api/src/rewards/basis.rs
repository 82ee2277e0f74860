//! A plan with everything that has to be known to compute with it: the KPIs that it pays for, and what was measured
//! of them.
//!
//! Always: queries and commands compute with the same, so that a projection and the run on the same values agree to
//! the minor unit.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::NaiveDate;
use futures_util::future::try_join_all;
use tutti_entity::ids::{KpiId, TypedId};
use tutti_entity::metrics::kpi;
use tutti_entity::rewards::reward_plan;
use tutti_entity::rewards::terms::{Known, Part, Snapshot};

use super::rules::factor::Terms;
use super::rules::period::{Span, measured};
use super::rules::snapshot::{self, Reading, Wanted, spelled};
use crate::graphql::Fault;
use crate::graphql::figure::FigureState;
use crate::metrics::readings::{self, History};
use crate::metrics::rules::measure::Measure;
use crate::store::{Outcome, Scope, Tx};

/// How many periods of a KPI are read for one period of a plan: a year of weeks and more, of which the last locked one
/// may be carried.
const NEAR: i64 = 60;
/// How many are read to look back over many.
pub const FAR: i64 = 400;

/// A plan and its KPIs.
#[derive(Clone, Debug)]
pub struct Basis {
    /// The plan.
    pub plan: reward_plan::Model,
    /// Its KPIs.
    pub kpis: BTreeMap<KpiId, kpi::Model>,
    /// What it pays for.
    pub terms: Terms,
}

/// What was measured of each KPI, the last period first.
pub type Measured = HashMap<KpiId, Vec<readings::Reading>>;

/// The KPIs that a plan pays for or that are in its gates.
#[must_use]
pub fn kpis_of(plan: &reward_plan::Model) -> Vec<KpiId> {
    let paid = plan.metrics.0.iter().map(|metric| metric.kpi);
    let all: BTreeSet<_> = paid.chain(plan.gates.0.iter().map(|gate| gate.kpi)).collect();
    all.into_iter().collect()
}

/// The days of a plan.
#[must_use]
pub fn days(plan: &reward_plan::Model) -> Span {
    Span { from: plan.from_day, to: plan.to_day }
}

/// What was measured in one period of a KPI, as rewards look at it: a value counts where it can be relied on.
fn reading(measure: &Measure, reading: &readings::Reading) -> Reading {
    let value = reading.value(measure);
    let part = |row: &tutti_entity::metrics::measurement::Model| Part {
        measurement: row.id,
        revision: row.revision,
        value: readings::Reading::from(row.clone()).value(measure).exact.as_ref().map(spelled),
    };
    Reading {
        period: Span { from: reading.last().period_start, to: reading.last().period_end },
        payable: value.exact.filter(|_| value.state == FigureState::Ok),
        parts: reading.parts().iter().map(part).collect(),
    }
}

impl Basis {
    fn new(plan: reward_plan::Model, kpis: impl IntoIterator<Item = kpi::Model>) -> Self {
        let terms = Terms::new(&plan.metrics.0, &plan.gates.0, plan.cap_bp, plan.missing_kpi_policy);
        Self { plan, kpis: kpis.into_iter().map(|kpi| (kpi.id, kpi)).collect(), terms }
    }

    /// That of a plan, loaded together with those of its siblings.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn of(scope: &Scope, plan: reward_plan::Model) -> Result<Self, Fault> {
        let kpis = kpis_of(&plan).into_iter().map(|kpi| scope.the::<kpi::Entity>(kpi));
        Ok(Self::new(plan, try_join_all(kpis).await?))
    }

    /// The same inside a transaction, until whose end nobody changes the KPIs.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn held(tx: &Tx<'_>, plan: reward_plan::Model) -> Outcome<Self> {
        let kpis = tx.by_ids::<kpi::Entity>(kpis_of(&plan).into_iter().map(TypedId::uuid)).await?;
        Ok(Self::new(plan, kpis.into_values()))
    }

    /// How a KPI is called.
    #[must_use]
    pub fn code(&self, kpi: KpiId) -> String {
        self.kpis.get(&kpi).map_or_else(|| kpi.to_string(), |kpi| kpi.code.clone())
    }

    /// The KPIs that are not locked through this day.
    pub fn open(&self, through: NaiveDate) -> impl Iterator<Item = &kpi::Model> {
        self.kpis.values().filter(move |kpi| kpi.locked_through.is_none_or(|locked| locked < through))
    }

    /// What was measured until this day, loaded together with that of other plans.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn measured(&self, scope: &Scope, on: NaiveDate, most: i64) -> Result<Measured, Fault> {
        let history = History { on, most };
        let of = async |kpi: &KpiId| Ok::<_, Fault>((*kpi, history.of(scope, *kpi).await?));
        Ok(try_join_all(self.kpis.keys().map(of)).await?.into_iter().collect())
    }

    /// What counts of each KPI in a period of the plan: exactly the period of the KPI that is over when that is, or the
    /// last one that was measured by this day, for how it stands.
    #[must_use]
    pub fn snapshot(&self, measured_of: &Measured, period: Span, stands_on: Option<NaiveDate>) -> Snapshot {
        let known = |kpi: &kpi::Model| {
            let measure = Measure::from(kpi);
            let readings = measured_of.get(&kpi.id).map(Vec::as_slice).unwrap_or_default();
            let readings: Vec<_> = readings.iter().map(|one| reading(&measure, one)).collect();
            let wanted = match (stands_on, measured(kpi.cadence, period.to)) {
                (None, Some(exactly)) => Wanted::Exactly(exactly),
                (Some(day), _) => Wanted::Last(day),
                (None, None) => Wanted::Last(period.to),
            };
            snapshot::known(kpi.id, wanted, &readings, self.terms.missing, kpi.locked_through)
        };
        let mut known: Vec<Known> = self.kpis.values().map(known).collect();
        known.sort_by_key(|known| known.kpi);
        Snapshot(known)
    }

    /// What counts of each KPI in a period that is over, as it is in force now.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn in_force(&self, tx: &Tx<'_>, period: Span) -> Outcome<Snapshot> {
        let kpis: Vec<_> = self.kpis.keys().copied().collect();
        let measured = History { on: period.to, most: NEAR }.within(tx, &kpis).await?;
        Ok(self.snapshot(&measured, period, None))
    }

    /// What counts of each KPI in a period: what it stands at today while anything of the period is open. Whether that
    /// is so comes with it.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn stands(&self, scope: &Scope, period: Span) -> Result<(Snapshot, bool), Fault> {
        let open = period.to > scope.today() || self.open(period.to).next().is_some();
        let day = period.to.min(scope.today());
        let measured = self.measured(scope, day, NEAR).await?;
        Ok((self.snapshot(&measured, period, open.then_some(day)), open))
    }
}
