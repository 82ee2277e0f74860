//! Whether somebody may train, practised and is certified, as conditions on rows. What [`super::rules`] says of one
//! certificate is said here of all of them at once.

use chrono::NaiveDate;
use sea_orm::ActiveEnum;
use sea_orm::sea_query::{CaseStatement, Condition, Expr, ExprTrait, Func, SelectStatement};
use tutti_entity::training::certification::{self, Column as C, Level, State};
use tutti_entity::training::training_session::{self, Column as S};
use tutti_entity::training::{attendance, co_trainer};

use super::rules::certificate::EXPIRING_DAYS;
use crate::access::Viewer;
use crate::store::At;

/// The certificates, in the table that goes by the name `at`, that hold on this day.
#[must_use]
pub fn holds_on(at: At, day: &Expr) -> Condition {
    let open = |column: C, ends: Expr| Condition::any().add(at.col(column).is_null()).add(ends);
    Condition::all()
        .add(at.col(C::IssuedOn).lte(day.clone()))
        .add(open(C::ExpiresOn, at.col(C::ExpiresOn).gte(day.clone())))
        .add(open(C::RevokedOn, at.col(C::RevokedOn).gt(day.clone())))
        .add(open(C::ReplacedOn, at.col(C::ReplacedOn).gt(day.clone())))
}

/// The certificates, in the table that goes by the name `at`, that nothing ended but perhaps their last day.
#[must_use]
pub fn unended(at: At) -> Condition {
    Condition::all().add(at.col(C::RevokedOn).is_null()).add(at.col(C::ReplacedOn).is_null())
}

/// Whether a person may train a curriculum on a day, all three as some row has them. `inner` names the certificates.
#[must_use]
pub fn may_train(inner: At, person: Expr, curriculum: Expr, day: &Expr) -> Expr {
    let rows = SelectStatement::new()
        .expr(Expr::val(1))
        .from_as(certification::Entity, inner.alias())
        .and_where(inner.col(C::CurriculumId).eq(curriculum))
        .and_where(inner.col(C::PersonId).eq(person))
        .and_where(inner.col(C::Level).is_in([Level::Trainer.to_value(), Level::Master.to_value()]))
        .cond_where(holds_on(inner, day))
        .to_owned();
    Expr::exists(rows)
}

/// The day of a session: that on which it was held, or for which it is planned.
#[must_use]
pub fn day_of(at: At) -> Expr {
    Func::coalesce([at.col(S::HeldOn), at.col(S::ScheduledOn)]).into()
}

/// The sessions whose trainer may train on its day, as is known now.
#[must_use]
pub fn trainer_certified(_: &Viewer, at: At) -> Condition {
    let may = may_train(at.inner(), at.col(S::TrainerId), at.col(S::CurriculumId), &day_of(at));
    Condition::all().add(may)
}

/// Where a certificate stands today.
#[must_use]
pub fn state(today: NaiveDate, at: At) -> Expr {
    let reached = |column: C| at.col(column).is_not_null().and(at.col(column).lte(today));
    let lasts = |until: NaiveDate| at.col(C::ExpiresOn).is_not_null().and(at.col(C::ExpiresOn).lt(until));
    let soon = today.checked_add_days(chrono::Days::new(EXPIRING_DAYS.unsigned_abs() + 1));
    let told = |state: State| Expr::val(state.to_value());
    CaseStatement::new()
        .case(reached(C::RevokedOn), told(State::Revoked))
        .case(lasts(today).or(reached(C::ReplacedOn)), told(State::Expired))
        .case(lasts(soon.unwrap_or(NaiveDate::MAX)), told(State::Expiring))
        .finally(told(State::Valid))
        .into()
}

/// The attendances of those who completed a curriculum, had to train others by a day that is over, did not, and did not
/// complete it again since.
#[must_use]
pub fn practice_overdue(_: &Viewer, today: NaiveDate, at: At) -> Condition {
    use attendance::Column as A;
    let (one, other) = (at.inner(), at.inner().inner());
    let completed = attendance::Status::Completed.to_value();
    let trained = |who: Condition| {
        SelectStatement::new()
            .expr(Expr::val(1))
            .from_as(training_session::Entity, one.alias())
            .and_where(one.col(S::CurriculumId).eq(at.col(A::CurriculumId)))
            .and_where(one.col(S::State).eq(training_session::State::Held.to_value()))
            .and_where(one.col(S::HeldOn).gte(at.col(A::HeldOn)))
            .cond_where(who)
            .to_owned()
    };
    let helped = SelectStatement::new()
        .expr(Expr::val(1))
        .from_as(co_trainer::Entity, other.alias())
        .and_where(other.col(co_trainer::Column::SessionId).eq(one.col(S::Id)))
        .and_where(other.col(co_trainer::Column::PersonId).eq(at.col(A::PersonId)))
        .to_owned();
    let again = SelectStatement::new()
        .expr(Expr::val(1))
        .from_as(attendance::Entity, one.alias())
        .and_where(one.col(A::PersonId).eq(at.col(A::PersonId)))
        .and_where(one.col(A::CurriculumId).eq(at.col(A::CurriculumId)))
        .and_where(one.col(A::Status).eq(completed.clone()))
        .and_where(one.col(A::HeldOn).gt(at.col(A::HeldOn)))
        .to_owned();
    let as_trainer = Condition::all().add(one.col(S::TrainerId).eq(at.col(A::PersonId)));
    Condition::all()
        .add(at.col(A::Status).eq(completed))
        .add(at.col(A::PractiseBy).is_not_null())
        .add(at.col(A::PractiseBy).lt(today))
        .add(Expr::exists(trained(as_trainer)).not())
        .add(Expr::exists(trained(Condition::all().add(Expr::exists(helped)))).not())
        .add(Expr::exists(again).not())
}
