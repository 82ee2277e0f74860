//! What becomes of somebody's open work when they leave: it goes to somebody else, in the transaction of
//! their leaving.

use tutti_entity::ids::PersonId;
use tutti_entity::portfolio::{initiative, portfolio};

use super::{rules, store};
use crate::store::tx::Action;
use crate::store::{Outcome, Tx};

/// Gives what one person has open to another, each thing with an event of its own: the portfolios that they
/// own and that are not archived, and their part in initiatives that have not ended.
///
/// # Errors
/// When the database refuses.
pub async fn hand_over(tx: &Tx<'_>, from: PersonId, to: PersonId, reason: Option<&str>) -> Outcome<()> {
    let portfolios = tx.hold_all::<portfolio::Entity>(store::open_portfolios_of(from)).await?;
    let updated = Action { name: "portfolio.updated", reason };
    tx.update_all::<portfolio::Entity>(portfolios, |portfolio| portfolio.owner_id = to, updated).await?;
    let initiatives = tx.hold_all::<initiative::Entity>(store::open_initiatives_of(from)).await?;
    let (owned, other): (Vec<_>, Vec<_>) = initiatives.into_iter().partition(|row| row.owner_id == from);
    for (rows, name) in [(owned, "initiative.reassigned"), (other, "initiative.updated")] {
        let change = |row: &mut initiative::Model| rules::hand_over(row, from, to);
        tx.update_all::<initiative::Entity>(rows, change, Action { name, reason }).await?;
    }
    Ok(())
}
