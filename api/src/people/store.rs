//! The only SQL about people and org units.

use std::collections::HashMap;

use sea_orm::sea_query::{
    CommonTableExpression, Condition, Expr, ExprTrait, Func, JoinType, Query, SelectStatement, UnionType,
};
use tutti_entity::ids::{OrgUnitId, TypedId};
use tutti_entity::people::{org_unit, person, role_grant};
use uuid::Uuid;

use crate::access::Viewer;
use crate::access::visible::{Visible, everyone};
use crate::graphql::{Fault, batch::Loader};
use crate::store::{At, Outcome, Scope, Tx, find};

impl Visible for person::Entity {
    fn visible(_: &Viewer, _: At) -> Condition {
        everyone()
    }
}

impl Visible for org_unit::Entity {
    fn visible(_: &Viewer, _: At) -> Condition {
        everyone()
    }
}

impl Visible for role_grant::Entity {
    fn visible(_: &Viewer, _: At) -> Condition {
        everyone()
    }
}

/// Whether somebody has this address already, whatever its case.
///
/// # Errors
/// When the database cannot be read.
pub async fn is_taken(tx: &Tx<'_>, email_folded: &str) -> Outcome<bool> {
    let mut select = SelectStatement::new();
    select
        .column(person::Column::Id)
        .from(person::Entity)
        .and_where(Expr::col(person::Column::EmailFolded).eq(email_folded));
    Ok(!tx.rows(&select).await?.is_empty())
}

/// The units directly below others.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Children;

impl Loader for Children {
    type Key = OrgUnitId;
    type Value = Vec<org_unit::Model>;

    async fn load(
        &self,
        scope: &Scope,
        parents: &[OrgUnitId],
    ) -> Result<HashMap<OrgUnitId, Vec<org_unit::Model>>, Fault> {
        let parents: Vec<Uuid> = parents.iter().map(|parent| parent.uuid()).collect();
        let rows = scope
            .find::<org_unit::Entity>()
            .any_of(org_unit::Column::ParentId, &parents)
            .order_by(org_unit::Column::NameFolded)
            .order_by(org_unit::Column::Id)
            .all()
            .await?;
        let mut of_parent: HashMap<OrgUnitId, Vec<org_unit::Model>> = HashMap::new();
        for row in rows {
            if let Some(parent) = row.parent_id {
                of_parent.entry(parent).or_default().push(row);
            }
        }
        Ok(of_parent)
    }
}

/// How many people who have not left work in a unit or below it.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Headcount;

impl Loader for Headcount {
    type Key = OrgUnitId;
    type Value = i64;

    async fn load(&self, scope: &Scope, units: &[OrgUnitId]) -> Result<HashMap<OrgUnitId, i64>, Fault> {
        let units: Vec<Uuid> = units.iter().map(|unit| unit.uuid()).collect();
        let at = At::TOP;
        let mut roots = find::visible_only::<org_unit::Entity>(scope.viewer(), at);
        roots
            .expr_as(at.col(org_unit::Column::Id), "root")
            .expr_as(at.col(org_unit::Column::Id), "id")
            .and_where(find::any_of(scope.backend(), at.col(org_unit::Column::Id), &units));
        let mut below = find::visible_only::<org_unit::Entity>(scope.viewer(), at);
        below.column(("below", "root")).expr(at.col(org_unit::Column::Id)).join(
            JoinType::InnerJoin,
            "below",
            at.col(org_unit::Column::ParentId).equals(("below", "id")),
        );
        // Distinct, so that it ends even where units ran in a circle.
        roots.union(UnionType::Distinct, below);
        let tree =
            CommonTableExpression::new().query(roots).columns(["root", "id"]).table_name("below").to_owned();
        let mut counted = find::visible_only::<person::Entity>(scope.viewer(), at);
        counted
            .column(("below", "root"))
            .expr_as(Func::count(at.col(person::Column::Id)), "headcount")
            .join(JoinType::InnerJoin, "below", at.col(person::Column::OrgUnitId).equals(("below", "id")))
            .and_where(at.col(person::Column::Status).ne(person::PersonStatus::Left))
            .group_by_col(("below", "root"));
        let with = Query::with().recursive(true).cte(tree).to_owned();
        let rows = scope.rows(&counted.with(with)).await?;
        rows.iter().map(|row| Ok((row.try_get("", "root")?, row.try_get("", "headcount")?))).collect()
    }
}
