//! The only SQL about training, but for the conditions in `standing`.

use std::collections::{BTreeSet, HashMap};

use chrono::NaiveDate;
use sea_orm::sea_query::{
    CaseStatement, CommonTableExpression, Condition, Expr, ExprTrait, Func, JoinType, Query, SelectStatement,
    UnionType,
};
use sea_orm::{ActiveEnum, FromQueryResult as _};
use tutti_entity::Keyed;
use tutti_entity::ids::{
    CertificationId, ChangeAgentId, CurriculumId, OrgUnitId, PersonId, TrainingSessionId, TypedId as _,
};
use tutti_entity::people::{org_unit, person};
use tutti_entity::training::{
    attendance, certification, change_agent, co_trainer, curriculum, training_session,
};
use uuid::Uuid;

use super::rules::certificate::Span;
use crate::access::visible::{Visible, about_people, everyone};
use crate::access::{Capability, Viewer};
use crate::graphql::batch::{Loader, grouped};
use crate::graphql::{Fault, Problem, ProblemCode};
use crate::store::{At, Outcome, Reads, Scope, Tx, find};

impl Visible for curriculum::Entity {
    fn visible(_: &Viewer, _: At) -> Condition {
        everyone()
    }
}

impl Visible for training_session::Entity {
    fn visible(_: &Viewer, _: At) -> Condition {
        everyone()
    }
}

impl Visible for co_trainer::Entity {
    fn visible(_: &Viewer, _: At) -> Condition {
        everyone()
    }
}

impl Visible for attendance::Entity {
    fn visible(_: &Viewer, _: At) -> Condition {
        everyone()
    }

    /// What happened to an attendance tells scores.
    fn told(viewer: &Viewer, at: At, _action: &Expr) -> Condition {
        about_people(viewer, Capability::ScoresRead, &at.col(attendance::Column::PersonId))
    }
}

impl Visible for certification::Entity {
    fn visible(_: &Viewer, _: At) -> Condition {
        everyone()
    }
}

impl Visible for change_agent::Entity {
    fn visible(_: &Viewer, _: At) -> Condition {
        everyone()
    }
}

/// A new value of some curriculum's name, in use by another one.
///
/// # Errors
/// When the database cannot be read.
pub async fn is_taken(tx: &Tx<'_>, name_folded: &str, by_other_than: Option<CurriculumId>) -> Outcome<bool> {
    let at = At::TOP;
    let mut select = SelectStatement::new();
    select
        .expr(at.col(curriculum::Column::Id))
        .from_as(curriculum::Entity, at.alias())
        .and_where(at.col(curriculum::Column::NameFolded).eq(name_folded))
        .and_where_option(by_other_than.map(|id| at.col(curriculum::Column::Id).ne(id)));
    Ok(!tx.rows(&select).await?.is_empty())
}

/// The curriculum that a row is of, as this column has it, before the row itself is held.
async fn curriculum_of<E: Keyed + Visible>(
    tx: &Tx<'_>,
    id: E::Id,
    column: E::Column,
    field: &str,
) -> Outcome<CurriculumId> {
    let at = At::TOP;
    let mut select = find::visible_only::<E>(tx.scope().viewer(), at);
    select.expr_as(at.col(column), "curriculum_id").and_where(at.col(E::ID).eq(id.uuid()));
    let rows = tx.rows(&select).await?;
    let row = rows.first().ok_or_else(|| {
        let kind = E::Id::KIND.type_name();
        Problem::new(ProblemCode::NotFound, field, format!("There is no {kind} with this id."))
    })?;
    Ok(row.try_get("", "curriculum_id")?)
}

/// The curriculum of a session.
///
/// # Errors
/// NOT_FOUND at this field.
pub async fn curriculum_of_session(tx: &Tx<'_>, id: TrainingSessionId, field: &str) -> Outcome<CurriculumId> {
    use training_session::{Column, Entity};
    curriculum_of::<Entity>(tx, id, Column::CurriculumId, field).await
}

/// The curriculum of a certificate.
///
/// # Errors
/// NOT_FOUND at this field.
pub async fn curriculum_of_certificate(
    tx: &Tx<'_>,
    id: CertificationId,
    field: &str,
) -> Outcome<CurriculumId> {
    use certification::{Column, Entity};
    curriculum_of::<Entity>(tx, id, Column::CurriculumId, field).await
}

/// All certificates of somebody of a curriculum, the earliest first.
///
/// # Errors
/// When the database cannot be read.
pub async fn certificates<R: Reads>(
    reads: &R,
    person: PersonId,
    curriculum: CurriculumId,
) -> Result<Vec<certification::Model>, R::Error> {
    use certification::Column as C;
    let mut select = find::visible::<certification::Entity>(reads.scope().viewer());
    select
        .and_where(At::TOP.col(C::PersonId).eq(person))
        .and_where(At::TOP.col(C::CurriculumId).eq(curriculum))
        .order_by((At::TOP.alias(), C::IssuedOn), sea_orm::sea_query::Order::Asc)
        .order_by((At::TOP.alias(), C::Id), sea_orm::sea_query::Order::Asc);
    let rows = reads.read(&select).await?;
    let rows = rows.iter().map(|row| certification::Model::from_query_result(row, ""));
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The sessions of a curriculum that somebody held.
#[must_use]
pub fn held_by(trainer: PersonId, curriculum: CurriculumId) -> Condition {
    use training_session::Column as S;
    Condition::all()
        .add(At::TOP.col(S::CurriculumId).eq(curriculum))
        .add(At::TOP.col(S::TrainerId).eq(trainer))
        .add(At::TOP.col(S::State).eq(training_session::State::Held.to_value()))
}

/// The attendances of these sessions.
#[must_use]
pub fn attendances_of(tx: &Tx<'_>, sessions: &[TrainingSessionId]) -> Condition {
    let ids: Vec<Uuid> = sessions.iter().map(|session| session.uuid()).collect();
    let column = At::TOP.col(attendance::Column::SessionId);
    Condition::all().add(find::any_of(tx.scope().backend(), column, &ids))
}

/// Who helps at a session.
///
/// # Errors
/// When the database cannot be read.
pub async fn co_trainers(tx: &Tx<'_>, session: TrainingSessionId) -> Outcome<BTreeSet<PersonId>> {
    let at = At::TOP;
    let mut select = find::visible_only::<co_trainer::Entity>(tx.scope().viewer(), at);
    select
        .expr_as(at.col(co_trainer::Column::PersonId), "person_id")
        .and_where(at.col(co_trainer::Column::SessionId).eq(session));
    let rows = tx.rows(&select).await?;
    Ok(rows.iter().map(|row| row.try_get("", "person_id")).collect::<Result<_, _>>()?)
}

/// Nobody helps at a session any more.
///
/// # Errors
/// When the database refuses.
pub async fn dismiss_co_trainers(tx: &Tx<'_>, session: TrainingSessionId) -> Outcome<()> {
    let mut delete = Query::delete();
    delete.from_table(co_trainer::Entity).and_where(Expr::col(co_trainer::Column::SessionId).eq(session));
    tx.mark(&delete).await
}

/// Whether an attendance was completed, as an update of attendances has it.
fn completed() -> Expr {
    Expr::col(attendance::Column::Status).eq(attendance::Status::Completed.to_value())
}

/// Brings up what the attendances of a session keep of it: its trainer, its day and whether it creates lineage; and by
/// when whoever completed it has to train others, where that moved.
///
/// # Errors
/// When the database refuses.
pub async fn keep_lineage(
    tx: &Tx<'_>,
    session: &training_session::Model,
    practise_by: Option<Option<NaiveDate>>,
) -> Outcome<()> {
    use attendance::Column as A;
    let creates = session.state == training_session::State::Held && session.flag.is_none();
    let mut update = Query::update();
    update
        .table(attendance::Entity)
        .value(A::TrainerId, session.trainer_id)
        .value(A::HeldOn, session.held_on)
        .value(A::Lineage, if creates { completed() } else { Expr::val(false) })
        .and_where(Expr::col(A::SessionId).eq(session.id));
    if let Some(day) = practise_by {
        let by = CaseStatement::new().case(completed(), day).finally(None::<NaiveDate>);
        update.value(A::PractiseBy, by);
    }
    tx.mark(&update).await
}

/// Brings up whether the attendances of these sessions create lineage, after the flags of the sessions changed.
///
/// # Errors
/// When the database refuses.
pub async fn keep_judgement(tx: &Tx<'_>, sessions: &[training_session::Model]) -> Outcome<()> {
    use attendance::Column as A;
    for creates in [true, false] {
        let judged = sessions.iter().filter(|session| session.flag.is_none() == creates);
        let ids: Vec<Uuid> = judged.map(|session| session.id.uuid()).collect();
        if ids.is_empty() {
            continue;
        }
        let mut update = Query::update();
        update
            .table(attendance::Entity)
            .value(A::Lineage, creates)
            .and_where(find::any_of(tx.scope().backend(), Expr::col(A::SessionId), &ids))
            .and_where(completed());
        tx.mark(&update).await?;
    }
    Ok(())
}

/// The agency of somebody for a unit.
///
/// # Errors
/// When the database cannot be read.
pub async fn agency(tx: &Tx<'_>, person: PersonId, unit: OrgUnitId) -> Outcome<Option<ChangeAgentId>> {
    let at = At::TOP;
    let mut select = SelectStatement::new();
    select
        .expr_as(at.col(change_agent::Column::Id), "id")
        .from_as(change_agent::Entity, at.alias())
        .and_where(at.col(change_agent::Column::PersonId).eq(person))
        .and_where(at.col(change_agent::Column::OrgUnitId).eq(unit));
    let rows = tx.rows(&select).await?;
    Ok(rows.first().map(|row| row.try_get("", "id")).transpose()?)
}

/// Those who help at sessions, by name.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct CoTrainers;

impl Loader for CoTrainers {
    type Key = TrainingSessionId;
    type Value = Vec<person::Model>;

    async fn load(
        &self,
        scope: &Scope,
        sessions: &[TrainingSessionId],
    ) -> Result<HashMap<TrainingSessionId, Vec<person::Model>>, Fault> {
        let (at, of) = (At::TOP, At::TOP.inner());
        let ids: Vec<Uuid> = sessions.iter().map(|session| session.uuid()).collect();
        let mut select = find::visible::<person::Entity>(scope.viewer());
        let helps = of.col(co_trainer::Column::PersonId).equals((at.alias(), person::Column::Id));
        let helps = Condition::all().add(co_trainer::Entity::visible(scope.viewer(), of)).add(helps);
        select
            .join_as(JoinType::InnerJoin, co_trainer::Entity, of.alias(), helps)
            .expr_as(of.col(co_trainer::Column::SessionId), "session_id")
            .and_where(find::any_of(scope.backend(), of.col(co_trainer::Column::SessionId), &ids))
            .order_by((at.alias(), person::Column::NameFolded), sea_orm::sea_query::Order::Asc)
            .order_by((at.alias(), person::Column::Id), sea_orm::sea_query::Order::Asc);
        let mut all: HashMap<TrainingSessionId, Vec<person::Model>> = HashMap::new();
        for row in scope.rows(&select).await? {
            let person = person::Model::from_query_result(&row, "")?;
            all.entry(row.try_get("", "session_id")?).or_default().push(person);
        }
        Ok(all)
    }
}

/// When certificates hold that people have of curricula.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Certified;

impl Loader for Certified {
    type Key = (PersonId, CurriculumId);
    type Value = Vec<Span>;

    async fn load(
        &self,
        scope: &Scope,
        keys: &[(PersonId, CurriculumId)],
    ) -> Result<HashMap<(PersonId, CurriculumId), Vec<Span>>, Fault> {
        let ids = |ids: BTreeSet<Uuid>| ids.into_iter().collect::<Vec<_>>();
        let people = ids(keys.iter().map(|(person, _)| person.uuid()).collect());
        let curricula = ids(keys.iter().map(|(_, curriculum)| curriculum.uuid()).collect());
        let rows = scope
            .find::<certification::Entity>()
            .any_of(certification::Column::PersonId, &people)
            .any_of(certification::Column::CurriculumId, &curricula)
            .all()
            .await?;
        let groups = grouped(rows, |row| Some((row.person_id, row.curriculum_id)));
        Ok(groups.into_iter().map(|(key, rows)| (key, rows.iter().map(Span::from).collect())).collect())
    }
}

/// How many different people completed sessions that somebody gave, of whatever curriculum.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct PeopleTrained;

impl Loader for PeopleTrained {
    type Key = PersonId;
    type Value = i64;

    async fn load(&self, scope: &Scope, trainers: &[PersonId]) -> Result<HashMap<PersonId, i64>, Fault> {
        use attendance::Column as A;
        let at = At::TOP;
        let ids: Vec<Uuid> = trainers.iter().map(|trainer| trainer.uuid()).collect();
        let mut select = find::visible_only::<attendance::Entity>(scope.viewer(), at);
        select
            .expr_as(at.col(A::TrainerId), "trainer_id")
            .expr_as(Func::count_distinct(at.col(A::PersonId)), "people")
            .and_where(find::any_of(scope.backend(), at.col(A::TrainerId), &ids))
            .and_where(at.col(A::Status).eq(attendance::Status::Completed.to_value()))
            .group_by_col((at.alias(), A::TrainerId));
        let rows = scope.rows(&select).await?;
        rows.iter().map(|row| Ok((row.try_get("", "trainer_id")?, row.try_get("", "people")?))).collect()
    }
}

/// A unit, and how many people and ACTIVE agents are in it and in the units below it.
#[derive(Clone, Debug)]
pub struct Covered {
    /// The unit.
    pub unit: org_unit::Model,
    /// How many people work there who have not left.
    pub headcount: i64,
    /// How many different people of them, or of others, are ACTIVE agents there and have not left.
    pub agents: i64,
}

/// The coverage of a unit and of all below it, or of every unit; by name.
///
/// # Errors
/// When the database cannot be read.
pub async fn coverage(scope: &Scope, of: Option<OrgUnitId>) -> Result<Vec<Covered>, Fault> {
    use org_unit::Column as U;
    let at = At::TOP;
    let viewer = scope.viewer();
    // Which units are asked for.
    let mut asked = find::visible_only::<org_unit::Entity>(viewer, at);
    asked.expr_as(at.col(U::Id), "id").and_where_option(of.map(|of| at.col(U::Id).eq(of)));
    let mut deeper = find::visible_only::<org_unit::Entity>(viewer, at);
    deeper.expr(at.col(U::Id)).join(
        JoinType::InnerJoin,
        "asked",
        at.col(U::ParentId).equals(("asked", "id")),
    );
    asked.union(UnionType::Distinct, deeper);
    // Each of them with itself and all below it.
    let mut below = SelectStatement::new();
    below.expr_as(Expr::col(("asked", "id")), "root").expr_as(Expr::col(("asked", "id")), "id").from("asked");
    let mut next = find::visible_only::<org_unit::Entity>(viewer, at);
    next.column(("below", "root")).expr(at.col(U::Id)).join(
        JoinType::InnerJoin,
        "below",
        at.col(U::ParentId).equals(("below", "id")),
    );
    below.union(UnionType::Distinct, next);
    let named = |query: SelectStatement, columns: &[&'static str], name: &'static str| {
        CommonTableExpression::new().query(query).columns(columns.iter().copied()).table_name(name).to_owned()
    };
    // People of each unit and agents of each unit are counted apart, and joined to the units.
    let not_left = |at: At| at.col(person::Column::Status).ne(person::PersonStatus::Left.to_value());
    let mut people = find::visible_only::<person::Entity>(viewer, at);
    people
        .column(("below", "root"))
        .expr(Func::count(at.col(person::Column::Id)))
        .join(JoinType::InnerJoin, "below", at.col(person::Column::OrgUnitId).equals(("below", "id")))
        .and_where(not_left(at))
        .group_by_col(("below", "root"));
    let who = at.inner();
    let mut agents = find::visible_only::<change_agent::Entity>(viewer, at);
    let is = who.col(person::Column::Id).equals((at.alias(), change_agent::Column::PersonId));
    let is = Condition::all().add(is).add(person::Entity::visible(viewer, who)).add(not_left(who));
    agents
        .column(("below", "root"))
        .expr(Func::count_distinct(at.col(change_agent::Column::PersonId)))
        .join(JoinType::InnerJoin, "below", at.col(change_agent::Column::OrgUnitId).equals(("below", "id")))
        .join_as(JoinType::InnerJoin, person::Entity, who.alias(), is)
        .and_where(at.col(change_agent::Column::State).eq(change_agent::State::Active.to_value()))
        .group_by_col(("below", "root"));
    let with = Query::with()
        .recursive(true)
        .cte(named(asked, &["id"], "asked"))
        .cte(named(below, &["root", "id"], "below"))
        .cte(named(people, &["root", "headcount"], "people_of"))
        .cte(named(agents, &["root", "agents"], "agents_of"))
        .to_owned();
    let mut units = find::visible::<org_unit::Entity>(viewer);
    let none = |column: (&'static str, &'static str)| Func::coalesce([Expr::col(column), Expr::val(0_i64)]);
    units
        .join(JoinType::InnerJoin, "asked", at.col(U::Id).equals(("asked", "id")))
        .join(JoinType::LeftJoin, "people_of", at.col(U::Id).equals(("people_of", "root")))
        .join(JoinType::LeftJoin, "agents_of", at.col(U::Id).equals(("agents_of", "root")))
        .expr_as(none(("people_of", "headcount")), "headcount")
        .expr_as(none(("agents_of", "agents")), "agents")
        .order_by((at.alias(), U::NameFolded), sea_orm::sea_query::Order::Asc)
        .order_by((at.alias(), U::Id), sea_orm::sea_query::Order::Asc);
    let rows = scope.rows(&units.with(with)).await?;
    let read = |row: &sea_orm::QueryResult| {
        Ok::<_, sea_orm::DbErr>(Covered {
            unit: org_unit::Model::from_query_result(row, "")?,
            headcount: row.try_get("", "headcount")?,
            agents: row.try_get("", "agents")?,
        })
    };
    Ok(rows.iter().map(read).collect::<Result<_, _>>()?)
}
