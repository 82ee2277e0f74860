//! Tells in the log that certificates end: 90, 60, 30 and 7 days before their last day, each once.
//!
//! Nothing in the house does this by itself: `tutti remind` does, whenever it is run. What was missed is told by the next
//! run, the closest reminder alone; and a second run on the same day tells nothing.

use std::collections::BTreeSet;

use sea_orm::sea_query::{Condition, Expr, ExprTrait as _, SelectStatement};
use serde::{Deserialize, Serialize};
use tutti_entity::events::event;
use tutti_entity::ids::TypedId as _;
use tutti_entity::training::certification;
use uuid::Uuid;

use super::rules::certificate::{EXPIRING_DAYS, REMINDERS, Span, reminder};
use crate::graphql::Fault;
use crate::store::tx::changes::Change;
use crate::store::tx::{Reply, Work};
use crate::store::{At, Outcome, Tx, find};

/// What an event is called that tells that a certificate ends within so many days.
fn action(days: i64) -> String {
    format!("certification.ends_in_{days}_days")
}

/// Tells of the certificates that end, and were not told of.
#[derive(Clone, Copy, Debug)]
pub struct Remind;

/// How many certificates were told of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reminded(pub usize);

impl Reply for Reminded {
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

/// What was told already of these certificates, as the certificate and the name of the event.
async fn told(tx: &Tx<'_>, certificates: &[certification::Model]) -> Outcome<BTreeSet<(Uuid, String)>> {
    let at = At::TOP;
    let ids: Vec<Uuid> = certificates.iter().map(|row| row.id.uuid()).collect();
    let mut select = SelectStatement::new();
    select
        .expr_as(at.col(event::Column::SubjectId), "subject_id")
        .expr_as(at.col(event::Column::Action), "action")
        .from_as(event::Entity, at.alias())
        .and_where(find::any_of(tx.scope().backend(), at.col(event::Column::SubjectId), &ids))
        .and_where(at.col(event::Column::Action).is_in(REMINDERS.map(action)));
    let rows = tx.rows(&select).await?;
    let read = |row: &sea_orm::QueryResult| Ok((row.try_get("", "subject_id")?, row.try_get("", "action")?));
    Ok(rows.iter().map(read).collect::<Result<_, sea_orm::DbErr>>()?)
}

impl Work for Remind {
    type Reply = Reminded;

    async fn run(&self, tx: &Tx<'_>) -> Outcome<Reminded> {
        use certification::Column as C;
        tx.exclusive("reminders of certificates").await?;
        let today = tx.scope().today();
        let days = chrono::Days::new(EXPIRING_DAYS.unsigned_abs());
        let last = today.checked_add_days(days).unwrap_or(today);
        let col = |column: C| At::TOP.col(column);
        let ending = Condition::all()
            .add(col(C::ExpiresOn).between(Expr::val(today), Expr::val(last)))
            .add(col(C::RevokedOn).is_null())
            .add(col(C::ReplacedOn).is_null());
        let ending = tx.get_all::<certification::Entity>(ending).await?;
        let told = told(tx, &ending).await?;
        let mut count = 0;
        for days in REMINDERS {
            let due: Vec<certification::Model> = ending
                .iter()
                .filter(|row| Span::from(*row).days_left(today).and_then(reminder) == Some(days))
                .filter(|row| !told.contains(&(row.id.uuid(), action(days))))
                .cloned()
                .collect();
            let change = |row: &certification::Model| {
                let last = row.expires_on.map(|day| day.to_string());
                vec![Change { field: "expiresOn".to_owned(), before: last.clone(), after: last }]
            };
            tx.note_all::<certification::Entity>(&due, change, action(days).as_str().into()).await?;
            count += due.len();
        }
        Ok(Reminded(count))
    }
}
