//! The only SQL about communications, but for the conditions in `sight`.

mod exposures;
mod relations;

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use sea_orm::sea_query::{
    CaseStatement, CommonTableExpression, Condition, Expr, ExprTrait, Func, JoinType, LockType, OnConflict,
    Query, SelectStatement, UnionType, WithClause,
};
use sea_orm::{ActiveEnum as _, DatabaseBackend, FromQueryResult as _, Iterable as _};
use tutti_entity::communication::communication::{Purpose, State, Tiers};
use tutti_entity::communication::{
    audience_person, audience_unit, communication, receipt, served_initiative,
};
use tutti_entity::ids::{CommunicationId, InitiativeId, KeyMessageId, OrgUnitId, PersonId, TypedId as _};
use tutti_entity::people::person::{PersonStatus, Tier};
use tutti_entity::people::{org_unit, person};
use uuid::Uuid;

use super::rules::audience::Named;
use super::rules::reach::{LEADING, Preferred, preferred};
use crate::graphql::page::Through;
use crate::graphql::{Fault, Problem, ProblemCode};
use crate::store::{At, Outcome, Tx, find};

pub use exposures::{Exposure, Exposures};
pub use relations::{
    Corrections, MyReceipts, NamedPeople, NamedUnits, Overseen, PlannedBy, Reaches, Served, Sizes,
};

/// Which communications serve an initiative.
pub const OF_INITIATIVE: Through =
    Through { table: "served_initiatives", parent: "initiative_id", row: "communication_id" };

/// A sum of whole numbers, as 64 bits on both databases: PostgreSQL would answer a decimal.
pub(super) fn sum(numbers: impl Into<Expr>) -> Expr {
    Func::coalesce([Func::cast_as(Func::sum(numbers.into()), "bigint").into(), Expr::val(0_i64)]).into()
}

/// One where this holds, nothing where it does not.
pub(super) fn one_where(holds: impl Into<Condition>) -> Expr {
    CaseStatement::new().case(holds.into(), 1_i64).finally(0_i64).into()
}

/// The purposes of communications that should come from somebody in particular.
pub(super) fn has_preferred_sender(of: At) -> Expr {
    let purposes = Purpose::iter().filter(|purpose| preferred(*purpose).is_some());
    of.col(communication::Column::Purpose).is_in(purposes.map(|purpose| purpose.to_value()))
}

/// Whether the person of a receipt is somebody else than who sent the communication.
pub(super) fn another(of: At, receipt: At) -> Condition {
    let is_it = receipt.col(receipt::Column::PersonId).equals((of.alias(), communication::Column::SenderId));
    Condition::all().add(is_it).not()
}

/// Whether the person of a receipt heard the communication from whom they should.
pub(super) fn from_whom_it_should(of: At, receipt: At) -> Condition {
    use communication::Column as C;
    let mut any = Condition::any().add(find::never());
    for purpose in Purpose::iter() {
        let is_so = match preferred(purpose) {
            None => continue,
            Some(Preferred::Manager) => {
                receipt.col(receipt::Column::ManagerId).equals((of.alias(), C::SenderId))
            }
            Some(Preferred::Leader) => of.col(C::SenderTier).is_in(LEADING.map(|tier| tier.to_value())),
        };
        any = any.add(of.col(C::Purpose).eq(purpose.to_value()).and(is_so));
    }
    Condition::all().add(another(of, receipt)).add(any)
}

/// The name of the table of units with all below them, in the statements that `members` is part of.
const BELOW: &str = "below";

/// The units that these audiences name, with all below them.
fn below(backend: DatabaseBackend, communications: &[Uuid]) -> WithClause {
    use audience_unit::Column as N;
    use org_unit::Column as U;
    let at = At::TOP;
    let mut top = SelectStatement::new();
    top.from_as(audience_unit::Entity, at.alias())
        .expr_as(at.col(N::CommunicationId), "communication_id")
        .expr_as(at.col(N::OrgUnitId), "unit_id")
        .and_where(find::any_of(backend, at.col(N::CommunicationId), communications));
    let mut next = SelectStatement::new();
    next.from_as(org_unit::Entity, at.alias())
        .expr(Expr::col((BELOW, "communication_id")))
        .expr(at.col(U::Id))
        .join(JoinType::InnerJoin, BELOW, at.col(U::ParentId).equals((BELOW, "unit_id")));
    // Distinct, so that it ends even where units ran in a circle.
    top.union(UnionType::Distinct, next);
    let tree = CommonTableExpression::new()
        .query(top)
        .columns(["communication_id", "unit_id"])
        .table_name(BELOW)
        .to_owned();
    Query::with().recursive(true).cte(tree).to_owned()
}

/// Whether a tier is among those to which a communication is narrowed, of which there may be none.
fn within_tiers(backend: DatabaseBackend, of: At, person: At) -> Condition {
    let (tiers, tier) = (of.col(communication::Column::Tiers), person.col(person::Column::Tier));
    let like = match backend {
        DatabaseBackend::Postgres => "$1 LIKE '%,' || $2 || ',%'",
        _ => "? LIKE '%,' || ? || ',%'",
    };
    Condition::any().add(tiers.clone().eq(Tiers::default())).add(Expr::cust_with_exprs(like, [tiers, tier]))
}

/// Whom these communications are for as things stand: their ids and those of the people, each once. The table of
/// [`below`] belongs to the statement.
fn members(backend: DatabaseBackend, communications: &[Uuid]) -> SelectStatement {
    use audience_person::Column as N;
    use communication::Column as C;
    use person::Column as P;
    let (who, of, named) = (At::TOP, At::TOP.inner(), At::TOP.inner().inner());
    let at_work = who.col(P::Status).eq(PersonStatus::Active.to_value());
    let those = |column| find::any_of(backend, column, communications);
    let mut by_unit = SelectStatement::new();
    by_unit
        .from(BELOW)
        .join_as(
            JoinType::InnerJoin,
            person::Entity,
            who.alias(),
            who.col(P::OrgUnitId).equals((BELOW, "unit_id")),
        )
        .join_as(
            JoinType::InnerJoin,
            communication::Entity,
            of.alias(),
            of.col(C::Id).equals((BELOW, "communication_id")),
        )
        .expr_as(of.col(C::Id), "communication_id")
        .expr_as(who.col(P::Id), "person_id")
        .and_where(at_work.clone())
        .cond_where(within_tiers(backend, of, who));
    let mut by_name = SelectStatement::new();
    by_name
        .from_as(audience_person::Entity, named.alias())
        .join_as(
            JoinType::InnerJoin,
            person::Entity,
            who.alias(),
            who.col(P::Id).equals((named.alias(), N::PersonId)),
        )
        .expr(named.col(N::CommunicationId))
        .expr(who.col(P::Id))
        .and_where(at_work.clone())
        .and_where(those(named.col(N::CommunicationId)));
    let mut as_corrected = SelectStatement::new();
    as_corrected
        .from_as(communication::Entity, of.alias())
        .join_as(
            JoinType::InnerJoin,
            receipt::Entity,
            named.alias(),
            named.col(receipt::Column::CommunicationId).equals((of.alias(), C::CorrectsId)),
        )
        .join_as(
            JoinType::InnerJoin,
            person::Entity,
            who.alias(),
            who.col(P::Id).equals((named.alias(), receipt::Column::PersonId)),
        )
        .expr(of.col(C::Id))
        .expr(who.col(P::Id))
        .and_where(of.col(C::AsCorrected))
        .and_where(at_work)
        .and_where(those(of.col(C::Id)));
    by_unit.union(UnionType::Distinct, by_name).union(UnionType::Distinct, as_corrected);
    by_unit
}

/// Makes the receipts of a communication, one for everybody whom it is for as things stand, in one statement. Answers how
/// many.
///
/// # Errors
/// When the database refuses.
pub async fn make_receipts(tx: &Tx<'_>, id: CommunicationId) -> Outcome<u64> {
    use person::Column as P;
    use receipt::Column as R;
    let backend = tx.scope().backend();
    let who = At::TOP;
    let mut rows = SelectStatement::new();
    rows.from_subquery(members(backend, &[id.uuid()]), "members")
        .join_as(
            JoinType::InnerJoin,
            person::Entity,
            who.alias(),
            who.col(P::Id).equals(("members", "person_id")),
        )
        .expr(Expr::col(("members", "communication_id")))
        .exprs([P::Id, P::OrgUnitId, P::Tier, P::ManagerId].map(|column| who.col(column)))
        .with_cte(below(backend, &[id.uuid()]));
    let mut insert = Query::insert();
    insert
        .into_table(receipt::Entity)
        .columns([R::CommunicationId, R::PersonId, R::OrgUnitId, R::Tier, R::ManagerId])
        .select_from(rows)
        .map_err(Fault::internal)?;
    tx.mark_all(&insert).await
}

/// The units at the top of the organisation.
///
/// # Errors
/// When the database cannot be read.
pub async fn at_the_top(tx: &Tx<'_>) -> Outcome<Vec<OrgUnitId>> {
    let at = At::TOP;
    let mut select = SelectStatement::new();
    select
        .from_as(org_unit::Entity, at.alias())
        .expr_as(at.col(org_unit::Column::Id), "id")
        .and_where(at.col(org_unit::Column::ParentId).is_null());
    let rows = tx.rows(&select).await?;
    Ok(rows.iter().map(|row| row.try_get("", "id")).collect::<Result<_, _>>()?)
}

/// The ids in one column of the rows of a table that belong to a communication.
async fn ids_of<E, I>(
    tx: &Tx<'_>,
    of: E::Column,
    column: E::Column,
    id: CommunicationId,
) -> Outcome<BTreeSet<I>>
where
    E: sea_orm::EntityTrait,
    I: sea_orm::TryGetable + Ord,
{
    let at = At::TOP;
    let mut select = SelectStatement::new();
    select.from_as(E::default(), at.alias()).expr_as(at.col(column), "id").and_where(at.col(of).eq(id));
    let rows = tx.rows(&select).await?;
    Ok(rows.iter().map(|row| row.try_get("", "id")).collect::<Result<_, _>>()?)
}

/// Whom a communication names.
///
/// # Errors
/// When the database cannot be read.
pub async fn named(tx: &Tx<'_>, row: &communication::Model) -> Outcome<Named> {
    use audience_person::Column as P;
    use audience_unit::Column as U;
    Ok(Named {
        units: ids_of::<audience_unit::Entity, _>(tx, U::CommunicationId, U::OrgUnitId, row.id).await?,
        tiers: row.tiers.clone(),
        people: ids_of::<audience_person::Entity, _>(tx, P::CommunicationId, P::PersonId, row.id).await?,
    })
}

/// Which initiatives a communication serves.
///
/// # Errors
/// When the database cannot be read.
pub async fn served(tx: &Tx<'_>, id: CommunicationId) -> Outcome<BTreeSet<InitiativeId>> {
    use served_initiative::Column as S;
    ids_of::<served_initiative::Entity, _>(tx, S::CommunicationId, S::InitiativeId, id).await
}

/// Keeps whom a communication names.
///
/// # Errors
/// When the database refuses.
pub async fn name(tx: &Tx<'_>, id: CommunicationId, named: &Named) -> Outcome<()> {
    let unit = |unit: &OrgUnitId| audience_unit::Model { communication_id: id, org_unit_id: *unit };
    tx.append_all::<audience_unit::Entity>(named.units.iter().map(unit).collect()).await?;
    let person = |person: &PersonId| audience_person::Model { communication_id: id, person_id: *person };
    tx.append_all::<audience_person::Entity>(named.people.iter().map(person).collect()).await
}

/// A communication names nobody any more.
///
/// # Errors
/// When the database refuses.
pub async fn name_nobody(tx: &Tx<'_>, id: CommunicationId) -> Outcome<()> {
    let mut units = Query::delete();
    units
        .from_table(audience_unit::Entity)
        .and_where(Expr::col(audience_unit::Column::CommunicationId).eq(id));
    tx.mark(&units).await?;
    let mut people = Query::delete();
    people
        .from_table(audience_person::Entity)
        .and_where(Expr::col(audience_person::Column::CommunicationId).eq(id));
    tx.mark(&people).await
}

/// Keeps which initiatives a communication serves.
///
/// # Errors
/// When the database refuses.
pub async fn serve(tx: &Tx<'_>, id: CommunicationId, initiatives: &BTreeSet<InitiativeId>) -> Outcome<()> {
    let row = |of: &InitiativeId| served_initiative::Model { communication_id: id, initiative_id: *of };
    tx.append_all::<served_initiative::Entity>(initiatives.iter().map(row).collect()).await
}

/// A communication serves no initiative any more.
///
/// # Errors
/// When the database refuses.
pub async fn serve_none(tx: &Tx<'_>, id: CommunicationId) -> Outcome<()> {
    let mut delete = Query::delete();
    delete
        .from_table(served_initiative::Entity)
        .and_where(Expr::col(served_initiative::Column::CommunicationId).eq(id));
    tx.mark(&delete).await
}

/// The communications of somebody that are to be sent.
#[must_use]
pub fn planned_by(person: PersonId) -> Condition {
    use communication::Column as C;
    Condition::all()
        .add(At::TOP.col(C::SenderId).eq(person))
        .add(At::TOP.col(C::State).eq(State::Planned.to_value()))
}

/// What is held by whoever says a key message or changes it.
#[must_use]
pub fn saying(message: KeyMessageId) -> String {
    format!("say {message}")
}

/// Whether a key message was said in anything that was sent, whoever sees that.
///
/// # Errors
/// When the database refuses.
pub async fn is_said(tx: &Tx<'_>, message: KeyMessageId) -> Outcome<bool> {
    let at = At::TOP;
    let mut select = SelectStatement::new();
    select
        .from_as(communication::Entity, at.alias())
        .expr_as(Expr::val(1), "said")
        .and_where(at.col(communication::Column::KeyMessageId).eq(message))
        .and_where(at.col(communication::Column::State).eq(State::Sent.to_value()))
        .limit(1);
    Ok(!tx.rows(&select).await?.is_empty())
}

/// A communication, whoever may see it, which nobody changes until the end.
///
/// # Errors
/// NOT_FOUND at `id`.
pub async fn held(tx: &Tx<'_>, id: CommunicationId) -> Outcome<communication::Model> {
    let at = At::TOP;
    let mut select = SelectStatement::new();
    select
        .from_as(communication::Entity, at.alias())
        .columns(communication::Column::iter().map(|column| (at.alias(), column)))
        .and_where(at.col(communication::Column::Id).eq(id));
    if tx.scope().backend() == DatabaseBackend::Postgres {
        select.lock(LockType::Share);
    }
    let rows = tx.rows(&select).await?;
    let row = rows.first().ok_or_else(|| {
        Problem::new(ProblemCode::NotFound, "id", "There is no Communication with this id.")
    })?;
    Ok(communication::Model::from_query_result(row, "")?)
}

/// The receipts of these people of a communication, whoever may see them.
///
/// # Errors
/// When the database cannot be read.
pub async fn receipts(
    tx: &Tx<'_>,
    id: CommunicationId,
    people: &[PersonId],
) -> Outcome<HashMap<PersonId, receipt::Model>> {
    let at = At::TOP;
    let mut select = SelectStatement::new();
    select
        .from_as(receipt::Entity, at.alias())
        .columns(receipt::Column::iter().map(|column| (at.alias(), column)));
    read_receipts(tx, select, id, people).await
}

/// The same, as far as the viewer sees them.
///
/// # Errors
/// When the database cannot be read.
pub async fn seen_receipts(
    tx: &Tx<'_>,
    id: CommunicationId,
    people: &[PersonId],
) -> Outcome<HashMap<PersonId, receipt::Model>> {
    read_receipts(tx, find::visible::<receipt::Entity>(tx.scope().viewer()), id, people).await
}

async fn read_receipts(
    tx: &Tx<'_>,
    mut select: SelectStatement,
    id: CommunicationId,
    people: &[PersonId],
) -> Outcome<HashMap<PersonId, receipt::Model>> {
    let at = At::TOP;
    let ids: Vec<Uuid> = people.iter().map(|person| person.uuid()).collect();
    select.and_where(at.col(receipt::Column::CommunicationId).eq(id)).and_where(find::any_of(
        tx.scope().backend(),
        at.col(receipt::Column::PersonId),
        &ids,
    ));
    let rows = tx.rows(&select).await?;
    let read = |row| Ok(receipt::Model::from_query_result(row, "")?);
    let rows: Vec<receipt::Model> = rows.iter().map(read).collect::<Outcome<_>>()?;
    Ok(rows.into_iter().map(|row| (row.person_id, row)).collect())
}

/// How many receipts one statement writes.
const ROWS_AT_ONCE: usize = 500;

/// Writes what is known of receipts that are there, each its own.
///
/// # Errors
/// When the database refuses.
pub async fn keep_receipts(tx: &Tx<'_>, rows: &[receipt::Model]) -> Outcome<()> {
    use receipt::Column as R;
    for some in rows.chunks(ROWS_AT_ONCE) {
        let mut insert = Query::insert();
        insert.into_table(receipt::Entity).columns(R::iter()).on_conflict(
            OnConflict::columns([R::CommunicationId, R::PersonId])
                .update_columns([R::DeliveredAt, R::OpenedAt, R::AcknowledgedAt, R::RecordedById])
                .to_owned(),
        );
        for row in some.iter().cloned() {
            let receipt::Model {
                communication_id,
                person_id,
                org_unit_id,
                tier,
                manager_id,
                delivered_at,
                opened_at,
                acknowledged_at,
                recorded_by_id,
            } = row;
            let values: [Expr; 9] = [
                communication_id.into(),
                person_id.into(),
                org_unit_id.into(),
                Tier::to_value(&tier).into(),
                manager_id.into(),
                delivered_at.into(),
                opened_at.into(),
                acknowledged_at.into(),
                recorded_by_id.into(),
            ];
            insert.values(values).map_err(Fault::internal)?;
        }
        tx.mark(&insert).await?;
    }
    Ok(())
}

/// Keeps that a communication reached these people, where that was not known. Answers of how many.
///
/// # Errors
/// When the database refuses.
pub async fn delivered(
    tx: &Tx<'_>,
    id: CommunicationId,
    people: &[PersonId],
    at: DateTime<Utc>,
) -> Outcome<u64> {
    use receipt::Column as R;
    let ids: Vec<Uuid> = people.iter().map(|person| person.uuid()).collect();
    let mut update = Query::update();
    update
        .table(receipt::Entity)
        .value(R::DeliveredAt, at)
        .and_where(Expr::col(R::CommunicationId).eq(id))
        .and_where(Expr::col(R::DeliveredAt).is_null())
        .and_where(find::any_of(tx.scope().backend(), Expr::col(R::PersonId), &ids));
    tx.mark_all(&update).await
}

/// Keeps that somebody acknowledged a communication themselves; whoever does has it. Answers whether that was not known: what
/// others recorded for them is theirs from then on.
///
/// # Errors
/// When the database refuses.
pub async fn acknowledged(
    tx: &Tx<'_>,
    id: CommunicationId,
    person: PersonId,
    at: DateTime<Utc>,
) -> Outcome<bool> {
    use receipt::Column as R;
    let mut update = Query::update();
    update
        .table(receipt::Entity)
        .value(R::AcknowledgedAt, Func::coalesce([Expr::col(R::AcknowledgedAt), Expr::val(at)]))
        // What others recorded for them is theirs from now on.
        .value(R::RecordedById, Option::<Uuid>::None)
        .value(R::DeliveredAt, Func::coalesce([Expr::col(R::DeliveredAt), Expr::val(at)]))
        .and_where(Expr::col(R::CommunicationId).eq(id))
        .and_where(Expr::col(R::PersonId).eq(person))
        .cond_where(
            Condition::any()
                .add(Expr::col(R::AcknowledgedAt).is_null())
                .add(Expr::col(R::RecordedById).is_not_null()),
        );
    Ok(tx.mark_all(&update).await? > 0)
}
