//! The lock of periods, of many KPIs at once.

use std::collections::HashMap;

use sea_orm::sea_query::Condition;
use tutti_entity::ids::{KpiId, TypedId};
use tutti_entity::metrics::kpi;

use crate::access::{Capability, Place};
use crate::graphql::{Problem, ProblemCode};
use crate::metrics::inputs::KpiPeriodLockInput;
use crate::metrics::rules::revision;
use crate::portfolio::commands::today;
use crate::store::tx::{Item, Many, Work};
use crate::store::{At, Outcome, Tx, find};

/// The most KPIs of one call.
const MOST: usize = 200;

/// The KPIs with these ids, which nobody changes until the end.
async fn held(tx: &Tx<'_>, ids: &[KpiId]) -> Outcome<Vec<kpi::Model>> {
    let ids: Vec<_> = ids.iter().map(|id| id.uuid()).collect();
    let those = find::any_of(tx.scope().backend(), At::TOP.col(kpi::Column::Id), &ids);
    tx.hold_all::<kpi::Entity>(Condition::all().add(those)).await
}

impl Work for KpiPeriodLockInput {
    type Reply = Many<kpi::Entity>;

    async fn run(&self, tx: &Tx<'_>) -> Outcome<Many<kpi::Entity>> {
        tx.require(Capability::MetricsManage, Place::default(), "kpiIds")?;
        if self.kpi_ids.is_empty() {
            return Err(Problem::new(ProblemCode::Required, "kpiIds", "There are no KPIs.").into());
        }
        if self.kpi_ids.len() > MOST {
            let message = format!("{} KPIs are too many; a call takes {MOST}.", self.kpi_ids.len());
            return Err(Problem::new(ProblemCode::LimitExceeded, "kpiIds", message).into());
        }
        let through = self.through.0;
        revision::lockable(through, today(tx))?;
        let rows = held(tx, &self.kpi_ids).await?;
        let missing: Vec<_> = self
            .kpi_ids
            .iter()
            .enumerate()
            .filter(|(_, id)| !rows.iter().any(|row| row.id == **id))
            .map(|(place, _)| {
                let path = ["input", "kpiIds", &place.to_string()];
                Problem::at(ProblemCode::NotFound, &path, "There is no Kpi with this id.")
            })
            .collect();
        if !missing.is_empty() {
            return Err(missing.into());
        }
        // Never back: what is locked further stays so.
        let lock = |row: &mut kpi::Model| row.locked_through = row.locked_through.max(Some(through));
        tx.update_all::<kpi::Entity>(rows, lock, "kpi.period_locked".into()).await?;
        let rows = held(tx, &self.kpi_ids).await?;
        let rows: HashMap<KpiId, kpi::Model> = rows.into_iter().map(|row| (row.id, row)).collect();
        let item = |id: &KpiId| Item { row: rows.get(id).cloned(), problems: Vec::new() };
        Ok(Many(self.kpi_ids.iter().map(item).collect()))
    }
}
