//! What runs in the background, in one process for all.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Notify, watch};

use super::deliver::deliver;
use super::office::Office;
use super::spread::spread;
use super::store;
use crate::graphql::Fault;

/// How long to wait before work is begun again.
const TROUBLE: Duration = Duration::from_secs(1);
/// How often secrets are looked at that were sealed under a former key.
const LOOK: Duration = Duration::from_mins(5);

/// Queues and tells until it is to stop, while no other process does. What is on its way when it stops, or loses the
/// lock, is sent again by whoever goes on.
pub async fn keep_telling(office: &Arc<Office>, stop: watch::Receiver<bool>) {
    let work = || async {
        let queued = Notify::new();
        let spreading = again("queueing for webhooks", || spread(office, &queued));
        let sealing = again("sealing secrets of webhooks anew", || keep_sealed(office));
        tokio::join!(spreading, sealing, deliver(office, &queued));
    };
    office.database.alone("webhooks", stop, work).await;
}

/// Begins work again that has ended in a fault. What else is done goes on meanwhile.
async fn again<F: Future<Output = Result<(), Fault>>>(what: &'static str, work: impl Fn() -> F) {
    loop {
        if let Err(fault) = work().await {
            tracing::warn!(work = what, code = fault.code.as_str(), "it is begun again in a moment");
        }
        tokio::time::sleep(TROUBLE).await;
    }
}

/// Seals anew what was sealed under a former signing key, as long as that is known.
async fn keep_sealed(office: &Office) -> Result<(), Fault> {
    loop {
        for webhook in store::kept(&office.database).await? {
            let Some(newest) = office.safe.open(webhook.id, &webhook.secret) else { continue };
            if newest.is_current {
                continue;
            }
            let secret = office.safe.seal(webhook.id, &newest.secret)?;
            let former = webhook.former_secret.as_deref().and_then(|kept| office.safe.open(webhook.id, kept));
            let former = former.map(|former| office.safe.seal(webhook.id, &former.secret)).transpose()?;
            office.database.mark(&store::sealed_anew(&webhook, secret, former)).await?;
        }
        tokio::time::sleep(LOOK).await;
    }
}
