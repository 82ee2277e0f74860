//! Key messages are entered and changed.

use tutti_entity::communication::key_message;
use tutti_entity::ids::InitiativeId;
use tutti_entity::portfolio::initiative;
use tutti_entity::value::fold;

use crate::access::{Capability, Place};
use crate::communication::inputs::{KeyMessageCreateInput, KeyMessageUpdateInput};
use crate::communication::rules::{MESSAGE, TARGET_EXPOSURES, target_exposures};
use crate::communication::store;
use crate::graphql::problem::cleared;
use crate::graphql::{Check, ProblemCode};
use crate::store::{Command, Outcome, Tx};

/// Refuses whoever may not say what there is to say about this initiative, or about the whole organisation without one.
async fn may_plan(tx: &Tx<'_>, of: Option<InitiativeId>, field: &str) -> Outcome<()> {
    let portfolio = match of {
        Some(id) => Some(tx.get::<initiative::Entity>(id, field).await?.portfolio_id),
        None => None,
    };
    tx.require(Capability::CommunicationSend, Place { portfolio, ..Place::default() }, field)
}

impl Command for KeyMessageCreateInput {
    type Entity = key_message::Entity;

    async fn run(&self, tx: &Tx<'_>) -> Outcome<key_message::Model> {
        may_plan(tx, self.initiative_id, "initiativeId").await?;
        let mut check = Check::default();
        let text = check.line("text", &self.text, 1..=MESSAGE);
        let target = self.target_exposures.unwrap_or(TARGET_EXPOSURES);
        target_exposures(&mut check, target);
        check.done()?;
        let row = key_message::Model {
            id: tx.new_id(),
            version: 1,
            initiative_id: self.initiative_id,
            text_folded: fold(&text),
            text,
            purpose: self.purpose,
            target_exposures: target,
            created_at: tx.now(),
            updated_at: tx.now(),
        };
        tx.insert::<key_message::Entity>(row, "key_message.created".into()).await
    }
}

impl Command for KeyMessageUpdateInput {
    type Entity = key_message::Entity;

    async fn run(&self, tx: &Tx<'_>) -> Outcome<key_message::Model> {
        let before = tx.subject::<key_message::Entity>(self.id, "id").await?;
        may_plan(tx, before.initiative_id, "id").await?;
        let mut check = Check::default();
        let mut after = before.clone();
        after.initiative_id = cleared(&self.initiative_id, before.initiative_id);
        if after.initiative_id != before.initiative_id {
            may_plan(tx, after.initiative_id, "initiativeId").await?;
        }
        let text = check.kept("text", &self.text, before.text.clone());
        after.text = check.line("text", &text, 1..=MESSAGE);
        after.text_folded = fold(&after.text);
        after.purpose = check.kept("purpose", &self.purpose, before.purpose);
        after.target_exposures =
            check.kept("targetExposures", &self.target_exposures, before.target_exposures);
        target_exposures(&mut check, after.target_exposures);
        let meant = |row: &key_message::Model| (row.text.clone(), row.purpose, row.initiative_id);
        if meant(&after) != meant(&before) {
            tx.exclusive(&store::saying(before.id)).await?;
            let said = store::is_said(tx, before.id).await?;
            let message = "It was said already, and what people heard stays. Enter another one.";
            check.that(!said, ProblemCode::Conflict, "id", message);
        }
        check.done()?;
        tx.update::<key_message::Entity>(&before, after, "key_message.updated".into()).await
    }
}
