//! Queueing: follows the log in its order, and writes a row for each event and each webhook that is to be told of it.
//!
//! Always: the rows of some events are written in the transaction that moves the place up to which events were queued, and
//! only where nobody else has moved it. A webhook is told of what comes in the log after it was made, or enabled again.

use std::time::{Duration, Instant};

use tokio::sync::Notify;
use tutti_entity::events::event;
use tutti_entity::ids::{WebhookDeliveryId, WebhookId};
use tutti_entity::webhooks::webhook_delivery::{self, DeliveryState};

use super::commands::Disable;
use super::office::Office;
use super::store::{self, Listener};
use super::{rules, stored};
use crate::access::{Shown, Viewer};
use crate::events::follow::Follow;
use crate::events::sight::seen;
use crate::graphql::filter::{Asked, Filter as _};
use crate::graphql::{Fault, FaultCode};
use crate::store::tx::{Once, Work};
use crate::store::{At, Outcome, Tx, find};

/// How many events are queued at once.
const AT_ONCE: u64 = 256;
/// How long nobody looks who is not woken.
const LOOK: Duration = Duration::from_secs(1);
/// How long to wait for somebody who may still write before what is there.
const GAP: Duration = Duration::from_millis(50);
/// How often a webhook is asked in vain before the fault is taken for its own.
const TRIES: u32 = 3;
/// After how long nobody is asked again, because the others wait.
const AGAIN: Duration = Duration::from_secs(30);
/// How long to wait before it is asked again.
const TROUBLE: Duration = Duration::from_secs(1);

impl Office {
    /// Who has the rights of the key of a webhook; none, and the webhook disabled, where nobody has them any more.
    pub(super) async fn viewer_of(&self, listener: &Listener) -> Result<Option<Viewer>, Fault> {
        let today = self.world.day(self.world.now());
        let viewer = Viewer::read(self.database.reader(), Shown::Key(&listener.key_hash), today).await?;
        if viewer.is_none() {
            self.disable(listener.webhook.id, "Its key is not good any more, or whoever made it has left.")
                .await?;
        }
        Ok(viewer)
    }

    /// Disables a webhook, with an event that says why.
    pub(super) async fn disable(&self, id: WebhookId, why: &str) -> Result<(), Fault> {
        tracing::info!(webhook = %id, why, "a webhook is disabled");
        self.scope(Viewer::system()).see_to(&Disable { id, why: &rules::short(why) }).await.map(drop)
    }
}

/// Writes rows, and the place that was reached with them.
struct Queue {
    from: Option<i64>,
    to: i64,
    rows: Vec<webhook_delivery::Model>,
}

impl Work for Queue {
    type Reply = Once<()>;

    async fn run(&self, tx: &Tx<'_>) -> Outcome<Once<()>> {
        store::move_on(tx, self.from, self.to).await?;
        let mut ids: Vec<WebhookId> = self.rows.iter().map(|row| row.webhook_id).collect();
        ids.sort_unstable();
        ids.dedup();
        if !ids.is_empty() {
            // Who was deleted or disabled meanwhile waits for nothing.
            let active = store::still_active(tx, &ids).await?;
            let rows = self.rows.iter().filter(|row| active.contains(&row.webhook_id)).cloned().collect();
            tx.append_all::<webhook_delivery::Entity>(rows).await?;
        }
        Ok(Once { answer: (), wrote: true })
    }
}

/// Whoever queues.
pub(super) struct Spreader<'o> {
    office: &'o Office,
    log: Follow,
    /// The place as it is written down.
    kept: Option<i64>,
}

impl<'o> Spreader<'o> {
    /// Goes on where queueing has come to. While nobody listens nothing is written: then it begins where the log ends.
    pub(super) async fn begin(office: &'o Office) -> Result<Self, Fault> {
        let database = &office.database;
        // In this order: a webhook that is made meanwhile is made after the end that was found.
        let end = Follow::joining(database.clone()).await?;
        let kept = store::place(database).await?;
        let active = store::active(database).await?;
        let first = active.iter().map(|listener| listener.webhook.after_place).min();
        let log = match first {
            Some(first) => Follow::after(database.clone(), Ord::max(first, kept.unwrap_or(0))),
            None => end,
        };
        Ok(Self { office, log, kept })
    }

    /// Queues the next events. Whether there were any.
    pub(super) async fn queue(&mut self) -> Result<bool, Fault> {
        let events = self.log.read(AT_ONCE).await?;
        if events.is_empty() {
            return Ok(false);
        }
        // After the events: whoever was made before one of them is there.
        let active = store::active(&self.office.database).await?;
        if active.is_empty() {
            return Ok(true);
        }
        let rows = self.rows_of_all(active, &events).await?;
        let to = self.log.reached();
        let system = self.office.scope(Viewer::system());
        system.see_to(&Queue { from: self.kept, to, rows }).await?;
        self.kept = Some(to);
        Ok(true)
    }

    /// What these webhooks are to be told of these events. One that cannot be asked is asked again, since the database may be
    /// busy, as it stands then: somebody may have mended it. In the end it is disabled, so that the others go on.
    async fn rows_of_all(
        &self,
        listeners: Vec<Listener>,
        events: &[event::Model],
    ) -> Result<Vec<webhook_delivery::Model>, Fault> {
        let (mut rows, mut unasked, began) = (Vec::new(), listeners, Instant::now());
        for attempt in 1.. {
            let mut again = Vec::new();
            for listener in unasked {
                match self.rows_of(&listener, events, &mut rows).await {
                    Ok(()) => {}
                    Err(fault) if fault.code != FaultCode::Unavailable => {
                        tracing::warn!(code = fault.code.as_str(), webhook = %listener.webhook.id, attempt, "a filter cannot be asked");
                        again.push(listener.webhook.id);
                    }
                    Err(fault) => return Err(fault),
                }
            }
            if again.is_empty() {
                break;
            }
            if attempt >= TRIES || began.elapsed() >= AGAIN {
                for id in again {
                    let why = "Its filter takes too long, or cannot be asked: make it simpler, and enable it again.";
                    self.office.disable(id, why).await?;
                }
                break;
            }
            tokio::time::sleep(TROUBLE).await;
            unasked = store::active(&self.office.database).await?;
            unasked.retain(|listener| again.contains(&listener.webhook.id));
        }
        Ok(rows)
    }

    /// What one webhook is to be told of these events.
    async fn rows_of(
        &self,
        listener: &Listener,
        events: &[event::Model],
        rows: &mut Vec<webhook_delivery::Model>,
    ) -> Result<(), Fault> {
        let webhook = &listener.webhook;
        let ahead: Vec<_> = events.iter().filter(|event| event.position > webhook.after_place).collect();
        if ahead.is_empty() {
            return Ok(());
        }
        let Some(viewer) = self.office.viewer_of(listener).await? else { return Ok(()) };
        let scope = self.office.scope(viewer);
        let filter = webhook.filter.as_deref().map(stored::read).transpose();
        let which = filter.and_then(|filter| {
            filter.map_or(Ok(find::always()), |filter| filter.condition(&Asked::new(&scope), At::TOP))
        });
        let which = match which {
            Ok(which) => which,
            Err(fault) if matches!(fault.code, FaultCode::BadUserInput | FaultCode::Forbidden) => {
                let why = format!("Its filter cannot be used any more: {}", fault.message);
                return self.office.disable(webhook.id, &why).await;
            }
            Err(fault) => return Err(fault),
        };
        let places = seen(&scope, &ahead, which).await?;
        let now = self.office.world.now();
        rows.extend(ahead.into_iter().filter(|event| places.contains(&event.position)).map(|event| {
            webhook_delivery::Model {
                id: WebhookDeliveryId(self.office.world.new_id(now)),
                version: 1,
                webhook_id: webhook.id,
                event_id: event.id,
                position: event.position,
                state: DeliveryState::Queued,
                attempts: 0,
                first_at: None,
                next_at: Some(now),
                last_at: None,
                status_code: None,
                duration_ms: None,
                error: None,
                created_at: now,
                updated_at: now,
            }
        }));
        Ok(())
    }
}

/// Queues for as long as nothing goes wrong.
pub(super) async fn spread(office: &Office, queued: &Notify) -> Result<(), Fault> {
    let mut calls = office.database.waking.calls();
    let mut spreader = Spreader::begin(office).await?;
    loop {
        calls.mark_unchanged();
        while spreader.queue().await? {
            queued.notify_one();
        }
        let pause = if spreader.log.waits() { GAP } else { LOOK };
        tokio::select! {
            _ = calls.changed() => {}
            () = tokio::time::sleep(pause) => {}
        }
    }
}
