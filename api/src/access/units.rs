//! Which org units lie below which: what a role in a unit reaches.

use std::collections::HashMap;

use sea_orm::{
    ConnectionTrait,
    sea_query::{CommonTableExpression, ExprTrait, JoinType, Query, SelectStatement, UnionType},
};
use tutti_entity::ids::{OrgUnitId, TypedId};
use tutti_entity::people::org_unit;
use uuid::Uuid;

use crate::graphql::Fault;
use crate::store::{At, find};

/// Each of these units with itself and all units below it.
///
/// # Errors
/// When the database cannot be read.
pub async fn below(
    db: &impl ConnectionTrait,
    roots: impl Iterator<Item = OrgUnitId>,
) -> Result<HashMap<OrgUnitId, Vec<OrgUnitId>>, Fault> {
    let roots: Vec<Uuid> = roots.map(OrgUnitId::uuid).collect();
    let at = At::TOP;
    let units = SelectStatement::new().from_as(org_unit::Entity, at.alias()).to_owned();
    let mut top = units.clone();
    top.expr_as(at.col(org_unit::Column::Id), "root")
        .expr_as(at.col(org_unit::Column::Id), "id")
        .and_where(find::any_of(db.get_database_backend(), at.col(org_unit::Column::Id), &roots));
    let mut next = units;
    next.column(("below", "root")).expr(at.col(org_unit::Column::Id)).join(
        JoinType::InnerJoin,
        "below",
        at.col(org_unit::Column::ParentId).equals(("below", "id")),
    );
    // Distinct, so that it ends even where units ran in a circle.
    top.union(UnionType::Distinct, next);
    let tree = CommonTableExpression::new().query(top).columns(["root", "id"]).table_name("below").to_owned();
    let all =
        Query::select().columns(["root", "id"]).from("below").order_by("id", sea_orm::Order::Asc).to_owned();
    let rows = db.query_all(&all.with(Query::with().recursive(true).cte(tree).to_owned())).await?;
    let mut of_root: HashMap<OrgUnitId, Vec<OrgUnitId>> = HashMap::new();
    for row in rows {
        of_root.entry(row.try_get("", "root")?).or_default().push(row.try_get("", "id")?);
    }
    Ok(of_root)
}
