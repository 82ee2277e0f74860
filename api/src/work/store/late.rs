//! What is overdue for so long that it concerns somebody else than who has it: the one to whom they report, and of what is asked
//! the programme office.

use sea_orm::ActiveEnum as _;
use sea_orm::sea_query::{Expr, ExprTrait, SelectStatement};
use tutti_entity::feedback::upward_feedback;
use tutti_entity::ids::PersonId;
use tutti_entity::people::person;
use tutti_entity::portfolio::{action_item, milestone};
use tutti_entity::training::certification;

use super::super::rules::Part;
use super::{HERE, Told, ahead, has_left, join, questions as asked_and_open, renewals, seen};
use crate::access::{self, Capability};
use crate::reminders::rules::escalates_through;
use crate::store::{At, Scope};
use crate::training::rules::certificate::ending;

/// Who has it, under a name that no other part of the statement has.
const WHO: At = HERE.inner().inner();

/// Only what somebody has who reports to this person.
fn of_report(rows: &mut SelectStatement, scope: &Scope, who: Expr, me: PersonId) {
    join::<person::Entity>(rows, scope, WHO, WHO.col(person::Column::Id).eq(who));
    rows.and_where(WHO.col(person::Column::ManagerId).eq(me));
}

/// Actions of the people who report to the viewer.
pub(super) fn actions(scope: &Scope, me: PersonId) -> SelectStatement {
    use action_item::Column as A;
    let mut rows = seen::<action_item::Entity>(scope, HERE);
    of_report(&mut rows, scope, HERE.col(A::AssigneeId), me);
    rows.and_where(HERE.col(A::Status).eq(action_item::Status::Open.to_value()))
        .and_where(HERE.col(A::DueOn).lte(escalates_through(scope.today())));
    let (code, name) = (WHO.col(person::Column::Name), HERE.col(A::Title));
    Told { id: HERE.col(A::Id), due_on: HERE.col(A::DueOn), code, name }.by(Part::LateAction, rows)
}

/// Milestones of the people who report to the viewer.
pub(super) fn milestones(scope: &Scope, me: PersonId) -> SelectStatement {
    use milestone::Column as M;
    let (mut rows, told) = ahead(scope);
    of_report(&mut rows, scope, HERE.col(M::OwnerId), me);
    rows.and_where(HERE.col(M::DueOn).lte(escalates_through(scope.today())));
    told.by(Part::LateMilestone, rows)
}

/// Certificates of the people who report to the viewer, as long as they are to be renewed.
pub(super) fn certificates(scope: &Scope, me: PersonId) -> SelectStatement {
    let (from, _) = ending(scope.today());
    let (mut rows, told) = renewals(scope, (from, escalates_through(scope.today())));
    of_report(&mut rows, scope, HERE.col(certification::Column::PersonId), me);
    Told { code: WHO.col(person::Column::Name), ..told }.by(Part::LateRenewal, rows)
}

/// What is asked of somebody who is still there, where the viewer answers as the programme office.
pub(super) fn questions(scope: &Scope) -> Option<SelectStatement> {
    use upward_feedback::Column as F;
    if !scope.may(Capability::FeedbackAnswer, access::Place::default()) {
        return None;
    }
    let asked = HERE.col(F::AskedId);
    let late = asked
        .clone()
        .is_not_null()
        .and(HERE.col(F::DueOn).lte(escalates_through(scope.today())))
        .and(has_left(asked).not());
    // What they are asked themselves waits for them anyway.
    let late = match scope.viewer().related_as() {
        Some(me) => late.and(HERE.col(F::AskedId).ne(me)),
        None => late,
    };
    Some(asked_and_open(scope, Part::LateAnswer, late))
}
