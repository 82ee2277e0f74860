//! What hangs on communications, asked for together: how far they came, whom they name, what they serve.

use std::collections::HashMap;

use sea_orm::ActiveEnum as _;
use sea_orm::sea_query::{Condition, Expr, ExprTrait, Func, JoinType, Order, SelectStatement};
use tutti_entity::communication::communication::State;
use tutti_entity::communication::{
    audience_person, audience_unit, communication, receipt, served_initiative,
};
use tutti_entity::ids::{CommunicationId, PersonId, TypedId as _};
use tutti_entity::people::{org_unit, person};
use tutti_entity::portfolio::initiative;
use uuid::Uuid;

use super::{another, below, from_whom_it_should, members, one_where, sum};
use crate::access::Visible;
use crate::communication::rules::reach::Reached;
use crate::communication::sight::oversees;
use crate::graphql::Fault;
use crate::graphql::batch::{Loader, grouped};
use crate::store::{At, Scope, find};

fn uuids(communications: &[CommunicationId]) -> Vec<Uuid> {
    communications.iter().map(|communication| communication.uuid()).collect()
}

/// How many people communications are for that were not sent, as things stand.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Sizes;

impl Loader for Sizes {
    type Key = CommunicationId;
    type Value = i64;

    async fn load(
        &self,
        scope: &Scope,
        communications: &[CommunicationId],
    ) -> Result<HashMap<CommunicationId, i64>, Fault> {
        let ids = uuids(communications);
        let mut select = SelectStatement::new();
        select
            .from_subquery(members(scope.backend(), &ids), "members")
            .column("communication_id")
            .expr_as(Func::count(Expr::col("person_id")), "size")
            .group_by_col("communication_id")
            .with_cte(below(scope.backend(), &ids));
        let rows = scope.rows(&select).await?;
        rows.iter().map(|row| Ok((row.try_get("", "communication_id")?, row.try_get("", "size")?))).collect()
    }
}

/// How many receipts communications have, and how many of them say what: how many, and of nobody in particular. Asked of
/// communications that the viewer sees.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Reaches;

impl Loader for Reaches {
    type Key = CommunicationId;
    type Value = Reached;

    async fn load(
        &self,
        scope: &Scope,
        communications: &[CommunicationId],
    ) -> Result<HashMap<CommunicationId, Reached>, Fault> {
        use receipt::Column as R;
        let (at, of) = (At::TOP, At::TOP.inner());
        let mut select = SelectStatement::new();
        select
            .from_as(receipt::Entity, at.alias())
            .join_as(
                JoinType::InnerJoin,
                communication::Entity,
                of.alias(),
                of.col(communication::Column::Id).equals((at.alias(), R::CommunicationId)),
            )
            .expr_as(at.col(R::CommunicationId), "communication_id")
            .expr_as(Func::count(at.col(R::PersonId)), "audience")
            .expr_as(Func::count(at.col(R::DeliveredAt)), "delivered")
            .expr_as(Func::count(at.col(R::AcknowledgedAt)), "acknowledged")
            .expr_as(sum(one_where(another(of, at))), "others")
            .expr_as(sum(one_where(from_whom_it_should(of, at))), "preferred")
            .and_where(find::any_of(scope.backend(), at.col(R::CommunicationId), &uuids(communications)))
            .group_by_col((at.alias(), R::CommunicationId));
        let rows = scope.rows(&select).await?;
        let read = |row: &sea_orm::QueryResult| {
            let reached = Reached {
                audience: row.try_get("", "audience")?,
                delivered: row.try_get("", "delivered")?,
                acknowledged: row.try_get("", "acknowledged")?,
                others: row.try_get("", "others")?,
                preferred: row.try_get("", "preferred")?,
            };
            Ok((row.try_get("", "communication_id")?, reached))
        };
        rows.iter().map(read).collect()
    }
}

/// Which communications the viewer oversees.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Overseen;

impl Loader for Overseen {
    type Key = CommunicationId;
    type Value = ();

    async fn load(
        &self,
        scope: &Scope,
        communications: &[CommunicationId],
    ) -> Result<HashMap<CommunicationId, ()>, Fault> {
        use communication::Column as C;
        let at = At::TOP;
        let mut select = SelectStatement::new();
        select
            .from_as(communication::Entity, at.alias())
            .expr_as(at.col(C::Id), "id")
            .and_where(find::any_of(scope.backend(), at.col(C::Id), &uuids(communications)))
            .cond_where(oversees(scope.viewer(), at));
        let rows = scope.rows(&select).await?;
        rows.iter().map(|row| Ok((row.try_get("", "id")?, ()))).collect()
    }
}

/// The receipts of the viewer themselves.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct MyReceipts(pub PersonId);

impl Loader for MyReceipts {
    type Key = CommunicationId;
    type Value = receipt::Model;

    async fn load(
        &self,
        scope: &Scope,
        communications: &[CommunicationId],
    ) -> Result<HashMap<CommunicationId, receipt::Model>, Fault> {
        let rows = scope
            .find::<receipt::Entity>()
            .filter(At::TOP.col(receipt::Column::PersonId).eq(self.0))
            .any_of(receipt::Column::CommunicationId, &uuids(communications))
            .all()
            .await?;
        Ok(rows.into_iter().map(|row| (row.communication_id, row)).collect())
    }
}

/// The communications that people are to send, the earliest day first; those without one last.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct PlannedBy;

impl Loader for PlannedBy {
    type Key = PersonId;
    type Value = Vec<communication::Model>;

    async fn load(
        &self,
        scope: &Scope,
        people: &[PersonId],
    ) -> Result<HashMap<PersonId, Vec<communication::Model>>, Fault> {
        use communication::Column as C;
        let ids: Vec<Uuid> = people.iter().map(|person| person.uuid()).collect();
        let rows = scope
            .find::<communication::Entity>()
            .any_of(C::SenderId, &ids)
            .filter(At::TOP.col(C::State).eq(State::Planned.to_value()))
            .order_by(C::PlannedFor)
            .order_by(C::Id)
            .all()
            .await?;
        Ok(grouped(rows, |row| row.sender_id))
    }
}

/// The corrections of communications, the earliest first.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Corrections;

impl Loader for Corrections {
    type Key = CommunicationId;
    type Value = Vec<communication::Model>;

    async fn load(
        &self,
        scope: &Scope,
        communications: &[CommunicationId],
    ) -> Result<HashMap<CommunicationId, Vec<communication::Model>>, Fault> {
        let rows = scope
            .find::<communication::Entity>()
            .any_of(communication::Column::CorrectsId, &uuids(communications))
            .order_by(communication::Column::Id)
            .all()
            .await?;
        Ok(grouped(rows, |row| row.corrects_id))
    }
}

/// The rows of an entity that hang on communications by a table of pairs, as far as the viewer sees both, in the order of
/// these columns.
async fn joined<E, J>(
    scope: &Scope,
    communications: &[CommunicationId],
    (id, other, of): (E::Column, J::Column, J::Column),
    orders: &[E::Column],
) -> Result<HashMap<CommunicationId, Vec<E::Model>>, Fault>
where
    E: Visible,
    J: Visible,
{
    use sea_orm::FromQueryResult;
    let (at, pair) = (At::TOP, At::TOP.inner());
    let mut select = find::visible::<E>(scope.viewer());
    let on = pair.col(other).equals((at.alias(), id));
    let on = Condition::all().add(J::visible(scope.viewer(), pair)).add(on);
    select
        .join_as(JoinType::InnerJoin, J::default(), pair.alias(), on)
        .expr_as(pair.col(of), "of_communication")
        .and_where(find::any_of(scope.backend(), pair.col(of), &uuids(communications)));
    for order in orders {
        select.order_by((at.alias(), *order), Order::Asc);
    }
    let mut all: HashMap<CommunicationId, Vec<E::Model>> = HashMap::new();
    for row in scope.rows(&select).await? {
        let model = E::Model::from_query_result(&row, "")?;
        all.entry(row.try_get("", "of_communication")?).or_default().push(model);
    }
    Ok(all)
}

/// The initiatives that communications serve, by code.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Served;

impl Loader for Served {
    type Key = CommunicationId;
    type Value = Vec<initiative::Model>;

    async fn load(
        &self,
        scope: &Scope,
        communications: &[CommunicationId],
    ) -> Result<HashMap<CommunicationId, Vec<initiative::Model>>, Fault> {
        use initiative::Column as I;
        use served_initiative::Column as S;
        let columns = (I::Id, S::InitiativeId, S::CommunicationId);
        let orders = [I::CodeNumber, I::Id];
        joined::<initiative::Entity, served_initiative::Entity>(scope, communications, columns, &orders).await
    }
}

/// The units that communications name, by name.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct NamedUnits;

impl Loader for NamedUnits {
    type Key = CommunicationId;
    type Value = Vec<org_unit::Model>;

    async fn load(
        &self,
        scope: &Scope,
        communications: &[CommunicationId],
    ) -> Result<HashMap<CommunicationId, Vec<org_unit::Model>>, Fault> {
        use audience_unit::Column as A;
        use org_unit::Column as U;
        let columns = (U::Id, A::OrgUnitId, A::CommunicationId);
        let orders = [U::NameFolded, U::Id];
        joined::<org_unit::Entity, audience_unit::Entity>(scope, communications, columns, &orders).await
    }
}

/// The people whom communications name, by name.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct NamedPeople;

impl Loader for NamedPeople {
    type Key = CommunicationId;
    type Value = Vec<person::Model>;

    async fn load(
        &self,
        scope: &Scope,
        communications: &[CommunicationId],
    ) -> Result<HashMap<CommunicationId, Vec<person::Model>>, Fault> {
        use audience_person::Column as A;
        use person::Column as P;
        let columns = (P::Id, A::PersonId, A::CommunicationId);
        let orders = [P::NameFolded, P::Id];
        joined::<person::Entity, audience_person::Entity>(scope, communications, columns, &orders).await
    }
}
