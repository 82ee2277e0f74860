//! The only SQL of reminders: what is due and was not told of yet, written down and answered by one statement.

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::sea_query::{Condition, Expr, ExprTrait, JoinType, OnConflict, Order, Query, SelectStatement};
use sea_orm::{ActiveEnum as _, DbErr, QueryResult};
use tutti_entity::feedback::upward_feedback;
use tutti_entity::ids::PersonId;
use tutti_entity::people::person;
use tutti_entity::portfolio::{action_item, initiative, milestone};
use tutti_entity::reminders::reminder::{self, Column as R, What};
use tutti_entity::training::certification;
use uuid::Uuid;

use super::rules::{Matter, Stage};
use crate::access::Visible;
use crate::feedback::open::is_open as is_unanswered;
use crate::graphql::Fault;
use crate::portfolio::plan::store::ahead;
use crate::store::{At, Outcome, Tx, find};
use crate::training::standing::unended;

const HERE: At = At::TOP;
/// Who has it.
const WHO: At = HERE.inner();
/// To whom that one reports.
const MANAGER: At = WHO.inner();
/// To whom that one reports in turn.
const DIRECTOR: At = MANAGER.inner();
/// What was told before.
const BEFORE: At = DIRECTOR.inner();

/// One cause that was not told of before.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cause {
    /// What is due.
    pub subject: Uuid,
    /// The initiative of which it is a part.
    pub within: Option<Uuid>,
    /// By when.
    pub due_on: NaiveDate,
    /// Whom it concerns; none for the programme office.
    pub concerned: Option<PersonId>,
}

/// What of a matter is open, and what is told of it.
struct Open {
    rows: SelectStatement,
    id: Expr,
    within: Expr,
    due_on: Expr,
    /// Who has it.
    who: Expr,
}

/// The rows of an entity, as far as the system sees them: all.
fn rows<E: Visible>(tx: &Tx<'_>) -> SelectStatement {
    find::visible_only::<E>(tx.scope().viewer(), HERE)
}

/// No id.
fn nothing(tx: &Tx<'_>) -> Expr {
    find::selected(tx.scope().backend(), Expr::val(None::<Uuid>), "uuid")
}

/// What waits to be done.
fn open(tx: &Tx<'_>, matter: Matter) -> Open {
    match matter {
        Matter::Report => {
            use initiative::Column as I;
            Open {
                rows: rows::<initiative::Entity>(tx),
                id: HERE.col(I::Id),
                within: HERE.col(I::Id),
                due_on: HERE.col(I::NextReportDueOn),
                who: HERE.col(I::OwnerId),
            }
        }
        Matter::Action => {
            use action_item::Column as A;
            let mut rows = rows::<action_item::Entity>(tx);
            rows.and_where(HERE.col(A::Status).eq(action_item::Status::Open.to_value()));
            Open {
                rows,
                id: HERE.col(A::Id),
                within: HERE.col(A::InitiativeId),
                due_on: HERE.col(A::DueOn),
                who: HERE.col(A::AssigneeId),
            }
        }
        Matter::Milestone => {
            use initiative::Column as I;
            use milestone::Column as M;
            // Under a name that no other part of the statement has.
            let of = BEFORE.inner();
            let mut rows = rows::<milestone::Entity>(tx);
            rows.join_as(
                JoinType::InnerJoin,
                initiative::Entity,
                of.alias(),
                of.col(I::Id).eq(HERE.col(M::InitiativeId)),
            )
            .cond_where(ahead(HERE, of));
            Open {
                rows,
                id: HERE.col(M::Id),
                within: HERE.col(M::InitiativeId),
                due_on: HERE.col(M::DueOn),
                who: HERE.col(M::OwnerId),
            }
        }
        Matter::Certificate => {
            use certification::Column as C;
            let mut rows = rows::<certification::Entity>(tx);
            rows.cond_where(unended(HERE));
            Open {
                rows,
                id: HERE.col(C::Id),
                within: nothing(tx),
                due_on: HERE.col(C::ExpiresOn),
                who: HERE.col(C::PersonId),
            }
        }
        Matter::Question => {
            use upward_feedback::Column as F;
            let mut rows = rows::<upward_feedback::Entity>(tx);
            rows.and_where(is_unanswered(HERE));
            Open {
                rows,
                id: HERE.col(F::Id),
                within: nothing(tx),
                due_on: HERE.col(F::DueOn),
                who: HERE.col(F::AskedId),
            }
        }
    }
}

/// Joins the person with this id.
fn join(rows: &mut SelectStatement, at: At, id: Expr) {
    rows.join_as(JoinType::InnerJoin, person::Entity, at.alias(), at.col(person::Column::Id).eq(id));
}

/// Whom this concerns: who has it; and where it is escalated, the one to whom they report, or that one's manager. Where there
/// is nobody above, or they have left, nothing is escalated until there is somebody. A question that nobody answers goes to the programme office.
fn concerned(rows: &mut SelectStatement, matter: Matter, stage: &Stage, who: Expr, nothing: Expr) -> Expr {
    let reports_to = |at: At| at.col(person::Column::ManagerId);
    match (stage.what, matter) {
        (What::Escalated, Matter::Question) => {
            rows.and_where(who.is_not_null());
            nothing
        }
        (What::Escalated, _) => {
            join(rows, WHO, who);
            join(rows, MANAGER, reports_to(WHO));
            let above = if stage.step == 1 {
                MANAGER
            } else {
                join(rows, DIRECTOR, reports_to(MANAGER));
                DIRECTOR
            };
            rows.and_where(above.col(person::Column::Status).ne(person::PersonStatus::Left.to_value()));
            above.col(person::Column::Id)
        }
        (What::DueSoon | What::Due | What::Overdue, _) => who,
    }
}

/// Writes down what of a matter is told now and was not before, at most so many, and answers it. One statement, and another
/// process that comes to the same at the same moment writes nothing.
pub(super) async fn tell(tx: &Tx<'_>, matter: Matter, stage: &Stage, most: u64) -> Outcome<Vec<Cause>> {
    let typed = |value: Expr, kind| find::selected(tx.scope().backend(), value, kind);
    let Open { mut rows, id, within, due_on, who } = open(tx, matter);
    let concerned = concerned(&mut rows, matter, stage, who, nothing(tx));
    let (kind, what) = (matter.kind().prefix(), stage.what.to_value());
    let before = Query::select()
        .expr(Expr::val(1))
        .from_as(reminder::Entity, BEFORE.alias())
        .and_where(BEFORE.col(R::SubjectId).eq(id.clone()))
        .and_where(BEFORE.col(R::SubjectKind).eq(kind))
        .and_where(BEFORE.col(R::What).eq(what.as_str()))
        .and_where(BEFORE.col(R::Step).eq(stage.step))
        .and_where(BEFORE.col(R::DueOn).eq(due_on.clone()))
        .to_owned();
    let days = Condition::all()
        .add(due_on.clone().lte(stage.to))
        .add_option(stage.from.map(|from| due_on.clone().gte(from)));
    let now: DateTime<Utc> = tx.now();
    rows.expr(id.clone())
        .expr(typed(Expr::val(kind), "text"))
        .expr(typed(Expr::val(what), "text"))
        .expr(typed(Expr::val(stage.step), "integer"))
        .expr(due_on)
        .expr(within)
        .expr(concerned)
        .expr(typed(Expr::val(now), "timestamptz"))
        .cond_where(days)
        .and_where(Expr::exists(before).not())
        .order_by_expr(id, Order::Asc)
        .limit(most);
    let mut insert = Query::insert();
    insert
        .into_table(reminder::Entity)
        .columns([
            R::SubjectId,
            R::SubjectKind,
            R::What,
            R::Step,
            R::DueOn,
            R::WithinId,
            R::ConcernedId,
            R::ToldAt,
        ])
        .select_from(rows)
        .map_err(Fault::internal)?
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .returning(Query::returning().columns([R::SubjectId, R::WithinId, R::DueOn, R::ConcernedId]));
    let read = |row: &QueryResult| {
        Ok(Cause {
            subject: row.try_get("", "subject_id")?,
            within: row.try_get("", "within_id")?,
            due_on: row.try_get("", "due_on")?,
            concerned: row.try_get("", "concerned_id")?,
        })
    };
    let rows = tx.take(&insert).await?;
    Ok(rows.iter().map(read).collect::<Result<_, DbErr>>()?)
}
