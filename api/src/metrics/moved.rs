//! Where the KPIs stand that an initiative is to move, as a mutation of it sees them.

use rust_decimal::Decimal;
use tutti_entity::ids::{InitiativeId, KpiId};

use super::readings::{AsKnown, Readings};
use super::rules::measure::Measure;
use super::store;
use crate::store::{Outcome, Tx};

/// The KPIs that this initiative is to move, by code, and the number of each in the whole organisation: that of the last
/// measured period, rounded as it is shown; none where nothing was measured or it makes no number.
///
/// # Errors
/// When the database cannot be read.
pub async fn moved_by(tx: &Tx<'_>, initiative: InitiativeId) -> Outcome<Vec<(KpiId, Option<Decimal>)>> {
    let kpis = store::moved_by(tx, initiative).await?;
    if kpis.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<_> = kpis.iter().map(|kpi| kpi.id).collect();
    let asked = AsKnown { on: tx.scope().world().day(tx.now()), known_at: None, unit: None };
    let rows = store::known_by(tx, &ids, asked).await?;
    let number = |kpi: &tutti_entity::metrics::kpi::Model| {
        let reading = Readings::of(rows.get(&kpi.id)?).now?;
        let measure = Measure::from(kpi);
        Some(reading.value(&measure).figure(&measure).value?.0)
    };
    Ok(kpis.iter().map(|kpi| (kpi.id, number(kpi))).collect())
}
