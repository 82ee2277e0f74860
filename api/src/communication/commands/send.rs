//! Communications are sent: whom they are for is worked out, and stays.

use tutti_entity::communication::communication::{self, Channel, State};

use super::{may_send, today};
use crate::communication::inputs::CommunicationSendInput;
use crate::communication::rules::{self, audience::somebody};
use crate::communication::{sight, store};
use crate::graphql::Check;
use crate::mail;
use crate::store::{Command, Outcome, Tx};

impl Command for CommunicationSendInput {
    type Entity = communication::Entity;

    async fn run(&self, tx: &Tx<'_>) -> Outcome<communication::Model> {
        let before = tx.subject::<communication::Entity>(self.id, "id").await?;
        let sender = may_send(tx, &before, "id").await?.sender;
        rules::goes(before.state, State::Sent)?;
        let mut check = Check::default();
        rules::speaks(&mut check, sender.status, "id");
        check.done()?;
        if let Some(message) = before.key_message_id {
            // Nobody changes what it says while it is said.
            tx.exclusive(&store::saying(message)).await?;
        }
        let named = store::named(tx, &before).await?;
        let for_everyone = named.is_everyone(&store::at_the_top(tx).await?);
        let size = somebody(store::make_receipts(tx, before.id).await?)?;
        if before.channel == Channel::Email {
            mail::queue(tx, before.id).await?;
        }
        let after = communication::Model {
            state: State::Sent,
            sent_at: Some(tx.now()),
            sent_on: Some(today(tx)),
            sender_tier: Some(sender.tier),
            audience_size: Some(size),
            for_everyone,
            ..before.clone()
        };
        tx.update::<communication::Entity>(&before, after, sight::SENT.into()).await
    }
}
