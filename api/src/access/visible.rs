//! Which rows a viewer sees: one condition an entity, and no default, so that a new entity forces the
//! question.

use sea_orm::{
    EntityTrait,
    sea_query::{Condition, Expr, ExprTrait, IntoCondition, Query},
};
use tutti_entity::people::person;
use tutti_entity::portfolio::initiative;

use super::{Capability, Place, Viewer};
use crate::store::{At, find::never};

/// The rows of an entity that a viewer may see.
pub trait Visible: EntityTrait {
    /// The condition on the rows, where the table goes by the name `at`. One without parts says that the
    /// viewer sees every row.
    fn visible(viewer: &Viewer, at: At) -> Condition;

    /// The condition on the rows of which the viewer is told that this was done to them, where the table goes by the
    /// name `at`: those that they see, unless some of what happens to a thing is for fewer eyes than the thing, or it is
    /// told of a thing that is there no more.
    #[must_use]
    fn told(viewer: &Viewer, at: At, _action: &Expr) -> Condition {
        Self::visible(viewer, at)
    }
}

/// The condition of a table that everybody who is signed in may read.
#[must_use]
pub fn everyone() -> Condition {
    Condition::all()
}

/// The condition of rows that are about a person, whose id this is: those about whom the viewer may do
/// this. Everybody where they may do it in the whole organisation; else themselves where the table lets the
/// subject, and the people of the units in which they hold a role that may.
#[must_use]
pub fn about_people(viewer: &Viewer, capability: Capability, person: &Expr) -> Condition {
    if viewer.may(capability, Place::default()) {
        return everyone();
    }
    let mut any = Condition::any().add(never());
    if let Some(me) = viewer.related_as().filter(|me| viewer.may(capability, Place::about(*me))) {
        any = any.add(person.clone().eq(me));
    }
    let units = viewer.units_where(capability);
    if !units.is_empty() {
        let theirs = Query::select()
            .column(person::Column::Id)
            .from(person::Entity)
            .and_where(Expr::col(person::Column::OrgUnitId).is_in(units))
            .to_owned();
        any = any.add(person.clone().in_subquery(theirs));
    }
    any
}

/// The condition of rows that belong to an initiative, whose id this is, in the table that goes by the name
/// `at`: those of the initiatives of which the viewer may do this. All where they may do it in the whole
/// organisation; else those of the portfolios in which they hold a role that may, and those that they own, back
/// or review where the table lets them.
#[must_use]
pub fn about_initiatives(viewer: &Viewer, capability: Capability, at: At, id: &Expr) -> Condition {
    if viewer.may(capability, Place::default()) {
        return everyone();
    }
    let inner = at.inner();
    let mut theirs = Condition::any();
    let portfolios = viewer.portfolios_where(capability);
    if !portfolios.is_empty() {
        theirs = theirs.add(inner.col(initiative::Column::PortfolioId).is_in(portfolios));
    }
    if let Some(me) = viewer.related_as() {
        let place = Place::default();
        for (column, place) in [
            (initiative::Column::OwnerId, Place { owner: Some(me), ..place }),
            (initiative::Column::SponsorId, Place { sponsor: Some(me), ..place }),
            (initiative::Column::ReviewerId, Place { reviewer: Some(me), ..place }),
        ] {
            if viewer.may(capability, place) {
                theirs = theirs.add(inner.col(column).eq(me));
            }
        }
    }
    if theirs.is_empty() {
        return never();
    }
    let rows = Query::select()
        .expr(Expr::val(1))
        .from_as(initiative::Entity, inner.alias())
        .and_where(inner.col(initiative::Column::Id).eq(id.clone()))
        .cond_where(theirs)
        .to_owned();
    Expr::exists(rows).into_condition()
}
