//! One round: everything that is to be told today and was not told before, a few hundred at a time.

use super::rules::{Matter, Stage};
use super::store;
use crate::graphql::Fault;
use crate::store::tx::changes::Change;
use crate::store::tx::{Known, Once, Work};
use crate::store::{Outcome, Scope, Tx};

/// How many causes one transaction tells of: the one writer of an SQLite file is not kept for long.
const AT_ONCE: u64 = 500;

/// What is told of a matter at a stage.
struct Lot {
    matter: Matter,
    stage: Stage,
}

impl Work for Lot {
    type Reply = Once<usize>;

    async fn run(&self, tx: &Tx<'_>) -> Outcome<Once<usize>> {
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
        Ok(Once { answer: known.len(), wrote: !known.is_empty() })
    }
}

/// Tells the log of everything that is to be told today and was not told before, and answers of how many causes. What was
/// told stays told when it ends in the middle; the next round tells the rest.
///
/// # Errors
/// When the database cannot be written.
pub async fn round(scope: &Scope) -> Result<usize, Fault> {
    let mut all = 0;
    for matter in Matter::ALL {
        for stage in matter.stages(scope.today()) {
            let lot = Lot { matter, stage };
            loop {
                let told = scope.see_to(&lot).await?.answer;
                all += told;
                if u64::try_from(told).unwrap_or(u64::MAX) < AT_ONCE {
                    break;
                }
            }
        }
    }
    Ok(all)
}
