//! The only SQL about how leaders communicate: four statements, however many leaders there are.

use std::collections::HashMap;

use chrono::NaiveDate;
use sea_orm::sea_query::{Condition, Expr, ExprTrait, Func, JoinType, Query, SelectStatement};
use sea_orm::{ActiveEnum as _, FromQueryResult as _};
use tutti_entity::communication::communication::{self, State};
use tutti_entity::communication::receipt;
use tutti_entity::ids::{PersonId, TypedId as _};
use tutti_entity::people::person::PersonStatus;
use tutti_entity::people::role_grant::Role;
use tutti_entity::people::{person, role_grant};
use uuid::Uuid;

use super::rules::{Tally, Window};
use crate::access::Capability;
use crate::access::visible::about_people;
use crate::communication::rules::reach::LEADING;
use crate::communication::store::{another, from_whom_it_should, has_preferred_sender, one_where, sum};
use crate::graphql::Fault;
use crate::store::{At, Scope, find};

use communication::Column as C;

const HERE: At = At::TOP;

/// Somebody who leads, and what their communications come to.
#[derive(Clone, Debug)]
pub struct Led {
    /// Who.
    pub leader: person::Model,
    /// What they planned and sent.
    pub tally: Tally,
}

/// Those who lead: ACTIVE people of the tiers EXECUTIVE and LEADER or with the role LEADER today, and whoever sent something
/// within the window or was to; as far as the viewer oversees what they send. By name.
async fn leaders(scope: &Scope, window: Window) -> Result<Vec<person::Model>, Fault> {
    use person::Column as P;
    use role_grant::Column as G;
    let today = scope.today();
    let granted = |column| Expr::col((role_grant::Entity, column));
    let holds = Query::select()
        .expr(Expr::val(1))
        .from(role_grant::Entity)
        .and_where(granted(G::PersonId).equals((HERE.alias(), P::Id)))
        .and_where(granted(G::Role).eq(Role::Leader.to_value()))
        .and_where(granted(G::RevokedAt).is_null())
        .and_where(granted(G::Since).lte(today))
        .and_where(granted(G::Until).is_null().or(granted(G::Until).gte(today)))
        .to_owned();
    let leads = Condition::any()
        .add(HERE.col(P::Tier).is_in(LEADING.map(|tier| tier.to_value())))
        .add(Expr::exists(holds));
    let at_work = Condition::all().add(HERE.col(P::Status).eq(PersonStatus::Active.to_value())).add(leads);
    let senders = |day: C, more: Condition| {
        Query::select()
            .column(C::SenderId)
            .from(communication::Entity)
            .and_where(Expr::col(day).between(window.from, window.to))
            .cond_where(more)
            .to_owned()
    };
    let not_cancelled = Condition::all().add(Expr::col(C::State).ne(State::Cancelled.to_value()));
    let mut select = find::visible::<person::Entity>(scope.viewer());
    select
        .cond_where(
            Condition::any()
                .add(at_work)
                .add(HERE.col(P::Id).in_subquery(senders(C::SentOn, Condition::all())))
                .add(HERE.col(P::Id).in_subquery(senders(C::PlannedFor, not_cancelled))),
        )
        .cond_where(about_people(scope.viewer(), Capability::CommunicationOversee, &HERE.col(P::Id)))
        .order_by((HERE.alias(), P::NameFolded), sea_orm::sea_query::Order::Asc)
        .order_by((HERE.alias(), P::Id), sea_orm::sea_query::Order::Asc);
    let rows = scope.rows(&select).await?;
    Ok(rows.iter().map(|row| person::Model::from_query_result(row, "")).collect::<Result<_, _>>()?)
}

/// The communications of these leaders.
fn theirs(scope: &Scope, leaders: &[Uuid], at: At) -> SelectStatement {
    let mut select = SelectStatement::new();
    select
        .from_as(communication::Entity, at.alias())
        .expr_as(at.col(C::SenderId), "sender_id")
        .and_where(find::any_of(scope.backend(), at.col(C::SenderId), leaders))
        .group_by_col((at.alias(), C::SenderId));
    select
}

/// What was planned for days of the window. One that was called off counts where its day was over by then.
fn planned(scope: &Scope, leaders: &[Uuid], window: Window) -> SelectStatement {
    let on_time = || HERE.col(C::SentOn).lte(HERE.col(C::PlannedFor));
    let due = Condition::any()
        .add(HERE.col(C::SentOn).is_not_null())
        .add(HERE.col(C::PlannedFor).lt(scope.today()));
    let stands = Condition::any()
        .add(HERE.col(C::CancelledOn).is_null())
        .add(HERE.col(C::CancelledOn).gt(HERE.col(C::PlannedFor)));
    let mut select = theirs(scope, leaders, HERE);
    select
        .expr_as(Func::count(HERE.col(C::Id)), "planned")
        .expr_as(sum(one_where(due)), "due")
        .expr_as(sum(one_where(Condition::all().add(on_time()))), "on_time")
        .and_where(HERE.col(C::PlannedFor).between(window.from, window.to))
        .cond_where(stands);
    select
}

/// What was sent on each day of the window.
fn sent(scope: &Scope, leaders: &[Uuid], window: Window) -> SelectStatement {
    let mut select = theirs(scope, leaders, HERE);
    select
        .expr_as(HERE.col(C::SentOn), "sent_on")
        .expr_as(Func::count(HERE.col(C::Id)), "sent")
        .and_where(HERE.col(C::SentOn).between(window.from, window.to))
        .group_by_col((HERE.alias(), C::SentOn));
    select
}

/// How what was sent on days of the window landed.
fn landed(scope: &Scope, leaders: &[Uuid], window: Window) -> SelectStatement {
    use receipt::Column as R;
    let to = HERE.inner();
    let particular = Condition::all().add(has_preferred_sender(HERE)).add(another(HERE, to));
    let mut select = theirs(scope, leaders, HERE);
    select
        .join_as(
            JoinType::InnerJoin,
            receipt::Entity,
            to.alias(),
            to.col(R::CommunicationId).equals((HERE.alias(), C::Id)),
        )
        .expr_as(Func::count(to.col(R::PersonId)), "audience")
        .expr_as(Func::count(to.col(R::AcknowledgedAt)), "acknowledged")
        .expr_as(sum(one_where(particular)), "particular")
        .expr_as(sum(one_where(from_whom_it_should(HERE, to))), "preferred")
        .and_where(HERE.col(C::SentOn).between(window.from, window.to));
    select
}

/// What the communications of all whom the viewer oversees come to.
///
/// # Errors
/// When the database cannot be read.
pub async fn cadences(scope: &Scope, window: Window) -> Result<Vec<Led>, Fault> {
    let leaders = leaders(scope, window).await?;
    let ids: Vec<Uuid> = leaders.iter().map(|leader| leader.id.uuid()).collect();
    let mut tallies: HashMap<PersonId, Tally> = HashMap::new();
    for row in scope.rows(&planned(scope, &ids, window)).await? {
        let tally = tallies.entry(row.try_get("", "sender_id")?).or_default();
        tally.planned = row.try_get("", "planned")?;
        tally.due = row.try_get("", "due")?;
        tally.on_time = row.try_get("", "on_time")?;
    }
    for row in scope.rows(&sent(scope, &ids, window)).await? {
        let tally = tallies.entry(row.try_get("", "sender_id")?).or_default();
        let (day, sent): (NaiveDate, i64) = (row.try_get("", "sent_on")?, row.try_get("", "sent")?);
        tally.sent = tally.sent.saturating_add(sent);
        tally.days.insert(day);
    }
    for row in scope.rows(&landed(scope, &ids, window)).await? {
        let tally = tallies.entry(row.try_get("", "sender_id")?).or_default();
        tally.audience = row.try_get("", "audience")?;
        tally.acknowledged = row.try_get("", "acknowledged")?;
        tally.particular = row.try_get("", "particular")?;
        tally.preferred = row.try_get("", "preferred")?;
    }
    let led = |leader: person::Model| {
        let tally = tallies.remove(&leader.id).unwrap_or_default();
        Led { leader, tally }
    };
    Ok(leaders.into_iter().map(led).collect())
}
