//! What becomes of somebody's open work when they leave: it goes to somebody else, in the transaction of
//! their leaving.

use tutti_entity::ids::PersonId;
use tutti_entity::portfolio::{action_item, initiative, milestone, portfolio, raid_item};

use super::actions::store::open_actions_of;
use super::raid::store::open_items_of;
use super::{plan, rules, store};
use crate::store::tx::Action;
use crate::store::{Outcome, Tx};

/// Gives what one person has open to another, each thing with an event of its own: the portfolios that they
/// own and that are not archived, their part in initiatives that have not ended and in the milestones of
/// these that are still to be reached, the risks, assumptions and issues that they look after, and the actions
/// that they have to do.
///
/// # Errors
/// When the database refuses.
pub async fn hand_over(tx: &Tx<'_>, from: PersonId, to: PersonId, reason: Option<&str>) -> Outcome<()> {
    // The parts first: whoever changes one holds it before its initiative, and nobody waits in a circle.
    let milestones = tx.hold_all::<milestone::Entity>(plan::store::open_milestones_of(from)).await?;
    let reassigned = Action { name: "milestone.updated", reason };
    tx.update_all::<milestone::Entity>(milestones, |milestone| milestone.owner_id = to, reassigned).await?;
    let items = tx.hold_all::<raid_item::Entity>(open_items_of(from)).await?;
    let updated = Action { name: "raid_item.updated", reason };
    tx.update_all::<raid_item::Entity>(items, |item| item.owner_id = to, updated).await?;
    let actions = tx.hold_all::<action_item::Entity>(open_actions_of(from)).await?;
    let updated = Action { name: "action_item.updated", reason };
    tx.update_all::<action_item::Entity>(actions, |action| action.assignee_id = to, updated).await?;
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
