//! Who sees what of rewards.
//!
//! Always: a plan that was never frozen is there for those alone who build, approve and audit; what tells what a
//! person gets (their participation, their lines, the target award of a group of few) is there for them and for those
//! who may see awards; and who may see totals alone sees of sums only what at least five people have alike, so that no
//! difference of two sums tells of one of them.

use sea_orm::ActiveEnum;
use sea_orm::sea_query::{Condition, Expr, ExprTrait, IntoCondition, Query, SelectStatement};
use tutti_entity::rewards::payout_run::RunState;
use tutti_entity::rewards::{participation, payout_line, payout_run, reward_group, reward_plan};

use crate::access::visible::{Visible, about_people, everyone};
use crate::access::{Capability, Place, Viewer};
use crate::rewards::rules::roster::FEWEST;
use crate::store::{At, find};

/// Whether a viewer sees everybody's awards.
#[must_use]
pub fn sees_all(viewer: &Viewer) -> bool {
    viewer.may(Capability::AwardRead, Place::default())
}

/// Whether a viewer sees totals of groups.
#[must_use]
pub fn sees_totals(viewer: &Viewer) -> bool {
    viewer.may(Capability::AwardTotalsRead, Place::default())
}

/// Whether a plan was frozen once.
fn frozen(at: At) -> Expr {
    at.col(reward_plan::Column::ActivatedAt).is_not_null()
}

/// That there is such a row.
fn exists(rows: SelectStatement) -> Condition {
    Expr::exists(rows).into_condition()
}

/// That the plan with this id was frozen once.
fn of_frozen(at: At, plan: &Expr) -> Condition {
    let inner = at.inner();
    let plans = Query::select()
        .expr(Expr::val(1))
        .from_as(reward_plan::Entity, inner.alias())
        .and_where(inner.col(reward_plan::Column::Id).eq(plan.clone()))
        .and_where(frozen(inner))
        .to_owned();
    exists(plans)
}

/// What is told of a plan to everybody: what happens before it is frozen stays among those who see drafts.
const PUBLIC_ACTIONS: [&str; 2] = ["reward_plan.activated", "reward_plan.closed"];

impl Visible for reward_plan::Entity {
    fn visible(viewer: &Viewer, at: At) -> Condition {
        if sees_all(viewer) { everyone() } else { frozen(at).into_condition() }
    }

    fn told(viewer: &Viewer, at: At, action: &Expr) -> Condition {
        if sees_all(viewer) {
            return everyone();
        }
        Condition::all().add(frozen(at)).add(action.clone().is_in(PUBLIC_ACTIONS))
    }
}

/// That a participation was not taken back: what ends before it begins never was.
pub(super) fn stands(at: At) -> Expr {
    at.col(participation::Column::FromDay).lte(at.col(participation::Column::ToDay))
}

/// Participations in the group of the row that goes by the name `at`.
fn members(at: At) -> SelectStatement {
    let inner = at.inner();
    let group = (at.alias(), reward_group::Column::Id);
    Query::select()
        .from_as(participation::Entity, inner.alias())
        .and_where(inner.col(participation::Column::GroupId).equals(group))
        .to_owned()
}

impl Visible for reward_group::Entity {
    fn visible(viewer: &Viewer, at: At) -> Condition {
        let there = Condition::all().add(at.col(reward_group::Column::RemovedAt).is_null());
        if sees_all(viewer) {
            return there;
        }
        let inner = at.inner();
        let mine = about_people(viewer, Capability::AwardRead, &inner.col(participation::Column::PersonId));
        let mine = members(at).expr(Expr::val(1)).cond_where(mine).to_owned();
        let mut any = Condition::any().add(exists(mine));
        if sees_totals(viewer) {
            // That there is a fifth person in it, of those whose participation was not taken back.
            let people = members(at)
                .and_where(stands(inner))
                .distinct()
                .expr(inner.col(participation::Column::PersonId))
                .limit(1)
                .offset(u64::try_from(FEWEST - 1).unwrap_or_default())
                .to_owned();
            any = any.add(exists(people));
        }
        there.add(of_frozen(at, &at.col(reward_group::Column::PlanId))).add(any)
    }

    /// Groups change in drafts alone, and what was meant there stays among those who see drafts.
    fn told(viewer: &Viewer, _: At, _: &Expr) -> Condition {
        if sees_all(viewer) { everyone() } else { find::never() }
    }
}

impl Visible for participation::Entity {
    fn visible(viewer: &Viewer, at: At) -> Condition {
        if sees_all(viewer) {
            return everyone();
        }
        let column = |column| at.col(column);
        Condition::all()
            .add(about_people(viewer, Capability::AwardRead, &column(participation::Column::PersonId)))
            .add(of_frozen(at, &column(participation::Column::PlanId)))
    }
}

/// The states in which a run is signed by an approver.
fn approved() -> [String; 2] {
    [RunState::Approved, RunState::Paid].map(|state| state.to_value())
}

impl Visible for payout_run::Entity {
    fn visible(viewer: &Viewer, at: At) -> Condition {
        if sees_all(viewer) {
            return everyone();
        }
        at.col(payout_run::Column::State).is_in(approved()).into_condition()
    }
}

impl Visible for payout_line::Entity {
    fn visible(viewer: &Viewer, at: At) -> Condition {
        if sees_all(viewer) {
            return everyone();
        }
        let inner = at.inner();
        let runs = Query::select()
            .expr(Expr::val(1))
            .from_as(payout_run::Entity, inner.alias())
            .and_where(inner.col(payout_run::Column::Id).equals((at.alias(), payout_line::Column::RunId)))
            .and_where(inner.col(payout_run::Column::State).is_in(approved()))
            .to_owned();
        Condition::all()
            .add(about_people(viewer, Capability::AwardRead, &at.col(payout_line::Column::PersonId)))
            .add(exists(runs))
    }
}

/// One where this holds, and nothing where it does not: for sums.
#[must_use]
pub fn counts(holds: Condition) -> Expr {
    if holds.is_empty() {
        return Expr::val(1);
    }
    sea_orm::sea_query::CaseStatement::new().case(holds, Expr::val(1)).finally(Expr::val(0)).into()
}

/// Rows of an entity whoever sees them: for sums of which a viewer is told no more than they may see.
pub(super) fn all_rows<E: Visible>(at: At) -> SelectStatement {
    SelectStatement::new().from_as(E::default(), at.alias()).to_owned()
}

/// Which lines of runs a viewer sees, as a condition without a look at the runs: where those are seen already.
pub(super) fn own_lines(viewer: &Viewer, at: At) -> Condition {
    about_people(viewer, Capability::AwardRead, &at.col(payout_line::Column::PersonId))
}

/// The same of participations.
pub(super) fn own_participations(viewer: &Viewer, at: At) -> Condition {
    about_people(viewer, Capability::AwardRead, &at.col(participation::Column::PersonId))
}

/// A select of rows that the viewer sees.
pub(super) fn seen<E: Visible>(viewer: &Viewer) -> SelectStatement {
    find::visible::<E>(viewer)
}
