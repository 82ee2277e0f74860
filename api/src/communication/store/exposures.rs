//! How often key messages reached people, unit by unit, added up by the database.

use std::collections::{HashMap, HashSet};

use sea_orm::ActiveEnum as _;
use sea_orm::sea_query::{Condition, Expr, ExprTrait, Func, JoinType, Order, SelectStatement};
use tutti_entity::communication::communication::State;
use tutti_entity::communication::{communication, key_message, receipt};
use tutti_entity::ids::{KeyMessageId, OrgUnitId, TypedId as _};
use tutti_entity::people::person::PersonStatus;
use tutti_entity::people::{org_unit, person};
use uuid::Uuid;

use super::{one_where, sum};
use crate::communication::sight::{oversees, oversees_all};
use crate::graphql::Fault;
use crate::graphql::batch::Loader;
use crate::store::{At, Scope, find};

use communication::Column as C;
use person::Column as P;
use receipt::Column as R;

/// How often a key message reached the people of one unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exposure {
    /// The unit.
    pub unit: OrgUnitId,
    /// How many ACTIVE people work in it.
    pub people: i64,
    /// How often the message reached them, all together.
    pub exposures: i64,
    /// How many of them it reached as often as it is to.
    pub on_target: i64,
}

/// How often key messages reached the people of each unit, by the name of the unit: counted of the communications that the
/// viewer oversees, and nothing where they oversee none that carries the message.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Exposures;

/// Of a person who works in a unit.
fn works(at: At) -> Condition {
    Condition::all()
        .add(at.col(P::Status).eq(PersonStatus::Active.to_value()))
        .add(at.col(P::OrgUnitId).is_not_null())
}

/// Communications that were sent with these messages and that the viewer oversees.
fn sent(scope: &Scope, messages: &[Uuid], of: At) -> Condition {
    Condition::all()
        .add(find::any_of(scope.backend(), of.col(C::KeyMessageId), messages))
        .add(of.col(C::State).eq(State::Sent.to_value()))
        .add(oversees(scope.viewer(), of))
}

/// The units in which people work, by name, and how many.
async fn units(scope: &Scope) -> Result<Vec<(OrgUnitId, i64)>, Fault> {
    use org_unit::Column as U;
    let (at, who) = (At::TOP, At::TOP.inner());
    let mut select = find::visible_only::<org_unit::Entity>(scope.viewer(), at);
    let theirs = works(who).add(who.col(P::OrgUnitId).equals((at.alias(), U::Id)));
    select
        .join_as(JoinType::InnerJoin, person::Entity, who.alias(), theirs)
        .expr_as(at.col(U::Id), "unit_id")
        .expr_as(Func::count(who.col(P::Id)), "people")
        .group_by_col((at.alias(), U::Id))
        .group_by_col((at.alias(), U::NameFolded))
        .order_by((at.alias(), U::NameFolded), Order::Asc)
        .order_by((at.alias(), U::Id), Order::Asc);
    let rows = scope.rows(&select).await?;
    rows.iter().map(|row| Ok((row.try_get("", "unit_id")?, row.try_get("", "people")?))).collect()
}

/// Which of these messages were sent with a communication that the viewer oversees.
async fn told(scope: &Scope, messages: &[Uuid]) -> Result<HashSet<KeyMessageId>, Fault> {
    let at = At::TOP;
    let mut select = SelectStatement::new();
    select
        .from_as(communication::Entity, at.alias())
        .distinct()
        .expr_as(at.col(C::KeyMessageId), "message_id")
        .cond_where(sent(scope, messages, at));
    let rows = scope.rows(&select).await?;
    rows.iter().map(|row| Ok(row.try_get("", "message_id")?)).collect()
}

/// How often each person was reached by each message, as the table `heard`.
fn heard(scope: &Scope, messages: &[Uuid]) -> SelectStatement {
    let (at, of) = (At::TOP, At::TOP.inner());
    let mut select = SelectStatement::new();
    select
        .from_as(communication::Entity, of.alias())
        .join_as(
            JoinType::InnerJoin,
            receipt::Entity,
            at.alias(),
            at.col(R::CommunicationId).equals((of.alias(), C::Id)),
        )
        .expr_as(of.col(C::KeyMessageId), "message_id")
        .expr_as(at.col(R::PersonId), "person_id")
        .expr_as(Func::count(at.col(R::CommunicationId)), "times")
        .cond_where(sent(scope, messages, of))
        .and_where(at.col(R::DeliveredAt).is_not_null())
        .group_by_col((of.alias(), C::KeyMessageId))
        .group_by_col((at.alias(), R::PersonId));
    select
}

impl Loader for Exposures {
    type Key = KeyMessageId;
    type Value = Vec<Exposure>;

    async fn load(
        &self,
        scope: &Scope,
        messages: &[KeyMessageId],
    ) -> Result<HashMap<KeyMessageId, Vec<Exposure>>, Fault> {
        let ids: Vec<Uuid> = messages.iter().map(|message| message.uuid()).collect();
        let shown = if oversees_all(scope.viewer()) {
            messages.iter().copied().collect()
        } else {
            told(scope, &ids).await?
        };
        if shown.is_empty() {
            return Ok(HashMap::new());
        }
        let (who, message) = (At::TOP, At::TOP.inner());
        let times = || Expr::col(("heard", "times"));
        let often = times().gte(message.col(key_message::Column::TargetExposures));
        let mut select = SelectStatement::new();
        select
            .from_subquery(heard(scope, &ids), "heard")
            .join_as(
                JoinType::InnerJoin,
                person::Entity,
                who.alias(),
                works(who).add(who.col(P::Id).equals(("heard", "person_id"))),
            )
            .join_as(
                JoinType::InnerJoin,
                key_message::Entity,
                message.alias(),
                message.col(key_message::Column::Id).equals(("heard", "message_id")),
            )
            .expr_as(Expr::col(("heard", "message_id")), "message_id")
            .expr_as(who.col(P::OrgUnitId), "unit_id")
            .expr_as(sum(times()), "exposures")
            .expr_as(sum(one_where(Condition::all().add(often))), "on_target")
            .group_by_col(("heard", "message_id"))
            .group_by_col((who.alias(), P::OrgUnitId));
        let mut reached: HashMap<(KeyMessageId, OrgUnitId), (i64, i64)> = HashMap::new();
        for row in scope.rows(&select).await? {
            let key = (row.try_get("", "message_id")?, row.try_get("", "unit_id")?);
            reached.insert(key, (row.try_get("", "exposures")?, row.try_get("", "on_target")?));
        }
        let units = units(scope).await?;
        let of = |message: KeyMessageId| {
            let one = |(unit, people): &(OrgUnitId, i64)| {
                let (exposures, on_target) = reached.get(&(message, *unit)).copied().unwrap_or_default();
                Exposure { unit: *unit, people: *people, exposures, on_target }
            };
            (message, units.iter().map(one).collect())
        };
        Ok(shown.into_iter().map(of).collect())
    }
}
