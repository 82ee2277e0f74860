//! The only SQL about adoption.

use std::collections::HashMap;
use std::sync::Arc;

use sea_orm::sea_query::{Condition, Expr, ExprTrait, Func, JoinType, Query, SelectStatement};
use tutti_entity::ids::OrgUnitId;
use tutti_entity::people::{org_unit, person};
use tutti_entity::training::adoption_assessment;

use super::rules::suppression::{Counts, Unit, told};
use crate::access::visible::{Visible, about_people};
use crate::access::{Capability, Viewer};
use crate::graphql::Fault;
use crate::graphql::batch::{Loader, grouped};
use crate::store::{At, Scope, find};

impl Visible for adoption_assessment::Entity {
    /// Those of the viewer themselves, whatever roles they hold.
    fn visible(viewer: &Viewer, at: At) -> Condition {
        about_people(viewer, Capability::AdoptionRead, &at.col(adoption_assessment::Column::PersonId))
    }
}

/// What may be told of every org unit of the organisation, whoever asks: what of it they see is for who asks to decide.
#[derive(Debug, Default)]
pub struct Organisation {
    /// How many people have which barrier, of units of which it may be told.
    pub told: HashMap<OrgUnitId, Counts>,
    /// The units directly below each, by name.
    pub children: HashMap<OrgUnitId, Vec<org_unit::Model>>,
}

/// The organisation, worked out once a request.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Adoption;

impl Loader for Adoption {
    type Key = ();
    type Value = Arc<Organisation>;

    async fn load(&self, scope: &Scope, keys: &[()]) -> Result<HashMap<(), Arc<Organisation>>, Fault> {
        let mut own: HashMap<OrgUnitId, Counts> = HashMap::new();
        for row in scope.rows(&counted(scope)).await? {
            let people: i64 = row.try_get("", "people")?;
            let of = own.entry(row.try_get("", "org_unit_id")?).or_default();
            of.add(row.try_get("", "barrier")?, u64::try_from(people).unwrap_or_default());
        }
        let rows = scope
            .find::<org_unit::Entity>()
            .order_by(org_unit::Column::NameFolded)
            .order_by(org_unit::Column::Id)
            .all()
            .await?;
        let unit = |row: &org_unit::Model| Unit {
            id: row.id,
            parent: row.parent_id,
            own: own.get(&row.id).cloned().unwrap_or_default(),
        };
        let told = told(rows.iter().map(unit).collect());
        let organisation = Arc::new(Organisation { told, children: grouped(rows, |row| row.parent_id) });
        Ok(keys.iter().map(|key| (*key, Arc::clone(&organisation))).collect())
    }
}

/// How many people who have not left have which barrier by their latest answer, by the unit in which they work.
///
/// This reads past who may see an answer, and is the only place that does: groups are told of to those who may see no
/// answer. What it reads leaves this file only by way of `told`, which holds back what would tell of fewer than five.
fn counted(scope: &Scope) -> SelectStatement {
    use adoption_assessment::Column as A;
    use person::Column as P;
    let (at, answer, later) = (At::TOP, At::TOP.inner(), At::TOP.inner().inner());
    let newer = later.col(A::AssessedOn).gt(answer.col(A::AssessedOn)).or(later
        .col(A::AssessedOn)
        .eq(answer.col(A::AssessedOn))
        .and(later.col(A::Id).gt(answer.col(A::Id))));
    let newer = Query::select()
        .expr(Expr::val(1))
        .from_as(adoption_assessment::Entity, later.alias())
        .and_where(later.col(A::PersonId).eq(answer.col(A::PersonId)))
        .and_where(newer)
        .to_owned();
    let mut select = find::visible_only::<person::Entity>(scope.viewer(), at);
    select
        .expr(at.col(P::OrgUnitId))
        .expr(answer.col(A::Barrier))
        .expr_as(Func::count(answer.col(A::Id)), "people")
        .join_as(
            JoinType::InnerJoin,
            adoption_assessment::Entity,
            answer.alias(),
            answer.col(A::PersonId).eq(at.col(P::Id)),
        )
        .and_where(at.col(P::Status).ne(person::PersonStatus::Left))
        .and_where(at.col(P::OrgUnitId).is_not_null())
        .and_where(Expr::exists(newer).not())
        .group_by_col((at.alias(), P::OrgUnitId))
        .group_by_col((answer.alias(), A::Barrier));
    select
}
