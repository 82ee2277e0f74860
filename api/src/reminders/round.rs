//! One round: everything that is to be told today and was not told before, a few hundred at a time.

use serde::{Deserialize, Serialize};

use super::rules::{Matter, Stage};
use super::store;
use crate::graphql::Fault;
use crate::store::tx::changes::Change;
use crate::store::tx::{Known, Reply, Work};
use crate::store::{Outcome, Scope, Tx, WriteOptions};

/// How many causes one transaction tells of: the one writer of an SQLite file is not kept for long.
const AT_ONCE: u64 = 500;

/// Of how many causes the log was told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told(pub usize);

impl Reply for Told {
    fn wrote(&self) -> bool {
        self.0 > 0
    }

    fn keep(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string(self)
    }

    async fn again(_: &Tx<'_>, kept: &str) -> Outcome<Self> {
        Ok(serde_json::from_str(kept).map_err(Fault::internal)?)
    }
}

/// What is told of a matter at a stage.
struct Lot {
    matter: Matter,
    stage: Stage,
}

impl Work for Lot {
    type Reply = Told;

    async fn run(&self, tx: &Tx<'_>) -> Outcome<Told> {
        // Two processes tell one after the other, so that neither takes the end of the other for its own.
        tx.exclusive("reminders").await?;
        let causes = store::tell(tx, self.matter, &self.stage, AT_ONCE).await?;
        let told = |cause: &store::Cause| {
            let said = |field: &str, after: String| Change {
                field: field.to_owned(),
                before: None,
                after: Some(after),
            };
            let mut changes = vec![said("dueOn", cause.due_on.to_string())];
            changes.extend(cause.concerned.map(|who| said("concerned", who.to_string())));
            Known { id: cause.subject, within: cause.within, changes }
        };
        let known: Vec<_> = causes.iter().map(told).collect();
        tx.note_known(self.matter.kind(), &known, self.matter.action(&self.stage).as_str().into()).await?;
        Ok(Told(known.len()))
    }
}

/// Tells the log of everything that is to be told today and was not told before. What was told stays told when it ends in
/// the middle; the next round tells the rest.
///
/// # Errors
/// When the database cannot be written.
pub async fn round(scope: &Scope) -> Result<Told, Fault> {
    let mut all = 0;
    for matter in Matter::ALL {
        for stage in matter.stages(scope.today()) {
            let lot = Lot { matter, stage };
            loop {
                let done = scope.carry_out(&lot, &WriteOptions::default(), String::new).await?;
                let told = done.reply.map_or(0, |Told(told)| told);
                all += told;
                if u64::try_from(told).unwrap_or(u64::MAX) < AT_ONCE {
                    break;
                }
            }
        }
    }
    Ok(Told(all))
}
