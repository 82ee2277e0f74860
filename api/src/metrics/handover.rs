//! What becomes of the KPIs of somebody who leaves: they go to somebody else, in the transaction of their leaving.

use tutti_entity::ids::PersonId;
use tutti_entity::metrics::kpi;

use super::store;
use crate::store::tx::Action;
use crate::store::{Outcome, Tx};

/// Gives the KPIs for which one person answers to another, each with an event of its own.
///
/// # Errors
/// When the database refuses.
pub async fn hand_over(tx: &Tx<'_>, from: PersonId, to: PersonId, reason: Option<&str>) -> Outcome<()> {
    let kpis = tx.hold_all::<kpi::Entity>(store::kpis_of(from)).await?;
    let updated = Action { name: "kpi.updated", reason };
    tx.update_all::<kpi::Entity>(kpis, |kpi| kpi.owner_id = to, updated).await
}
