//! The root field that reads how leaders communicate.

use async_graphql::{Context, Object};

use super::rules::Window;
use super::store::cadences;
use super::types::LeaderCadence;
use crate::graphql::Fault;
use crate::graphql::gate::needs;
use crate::graphql::scalars::Date;
use crate::store::Scope;

/// Root fields about how leaders communicate.
#[derive(Debug, Default)]
pub struct CadenceQuery;

#[Object]
impl CadenceQuery {
    /// How each leader communicates within a time, by name, also whoever planned and said nothing: ACTIVE people of the
    /// tiers EXECUTIVE and LEADER or with the role LEADER today, and whoever sent something on a day of the window or was
    /// to. All of them for the programme office and auditors; for a leader only themselves. BAD_USER_INPUT where the window
    /// ends before it begins.
    #[graphql(directive = needs::apply("communication.oversee".to_owned()))]
    async fn leader_cadence(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first day of the window.")] from: Date,
        #[graphql(desc = "The last day of the window.")] to: Date,
    ) -> Result<Vec<LeaderCadence>, Fault> {
        let scope = Scope::of(ctx)?;
        let window = Window { from: from.0, to: to.0 };
        if window.from > window.to {
            return Err(Fault::bad_input("`to` is before `from`."));
        }
        let rows = cadences(scope, window).await?;
        scope.produce(rows.len())?;
        Ok(rows.into_iter().map(|row| LeaderCadence::new(row, window, scope.today())).collect())
    }
}
