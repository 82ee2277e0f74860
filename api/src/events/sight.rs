//! Which of some events somebody may see and wants to be told of: the one question that everybody asks who tells of events
//! as they happen.

use std::collections::HashSet;

use sea_orm::sea_query::{Condition, Query};
use tutti_entity::events::event;
use tutti_entity::ids::{Kind, TypedId as _};

use super::store::seen_of;
use crate::graphql::Fault;
use crate::store::{At, Scope, find};

/// The kind of thing that an event is about; none for a kind that this release does not know, of which nobody is told.
fn kind_of(event: &event::Model) -> Option<Kind> {
    Kind::ALL.into_iter().find(|kind| kind.prefix() == event.subject_kind)
}

/// The places of those of these events that the viewer sees and for which this holds, which speaks of the table of events by
/// the name [`At::TOP`].
///
/// # Errors
/// When the database cannot be read.
pub async fn seen(scope: &Scope, events: &[&event::Model], which: Condition) -> Result<HashSet<i64>, Fault> {
    let known: Vec<_> = events.iter().filter_map(|event| Some((kind_of(event)?, *event))).collect();
    if known.is_empty() {
        return Ok(HashSet::new());
    }
    let mut kinds: Vec<Kind> = known.iter().map(|(kind, _)| *kind).collect();
    kinds.sort_unstable();
    kinds.dedup();
    let sight = seen_of(&kinds, scope.viewer(), At::TOP);
    if sight.is_empty() && which.is_empty() {
        return Ok(known.iter().map(|(_, event)| event.position).collect());
    }
    let ids: Vec<_> = known.iter().map(|(_, event)| event.id.uuid()).collect();
    let select = Query::select()
        .expr_as(At::TOP.col(event::Column::Position), "place")
        .from_as(event::Entity, At::TOP.alias())
        .and_where(find::any_of(scope.backend(), At::TOP.col(event::Column::Id), &ids))
        .cond_where(sight)
        .cond_where(which)
        .to_owned();
    let rows = scope.guarded_rows(&select).await?;
    Ok(rows.iter().map(|row| row.try_get("", "place")).collect::<Result<_, _>>()?)
}
