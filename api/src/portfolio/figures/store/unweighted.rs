//! Milestones that earn nothing, because nothing was agreed of them.

use std::collections::HashMap;

use sea_orm::ActiveEnum;
use sea_orm::sea_query::{Condition, Expr, ExprTrait, JoinType};
use tutti_entity::ids::{InitiativeId, TypedId};
use tutti_entity::portfolio::milestone::Status;
use tutti_entity::portfolio::{baseline, baseline_milestone, milestone};
use uuid::Uuid;

use super::now::latest_number;
use crate::access::Visible;
use crate::graphql::Fault;
use crate::graphql::batch::{Loader, grouped};
use crate::store::{At, Scope, find};

/// The milestones of initiatives that are not cancelled and that the current baseline has no weight for, by due date;
/// none of those without a baseline.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Unweighted;

impl Loader for Unweighted {
    type Key = InitiativeId;
    type Value = Vec<milestone::Model>;

    async fn load(
        &self,
        scope: &Scope,
        initiatives: &[InitiativeId],
    ) -> Result<HashMap<InitiativeId, Vec<milestone::Model>>, Fault> {
        use baseline::Column as B;
        use baseline_milestone::Column as W;
        use milestone::Column as M;
        let ids: Vec<Uuid> = initiatives.iter().map(|initiative| initiative.uuid()).collect();
        let at = At::TOP;
        let agreed = at.inner();
        let (weight, last) = (agreed.inner(), agreed.inner().inner());
        let mut without = find::visible_only::<baseline::Entity>(scope.viewer(), agreed);
        let of_milestone = Condition::all()
            .add(baseline_milestone::Entity::visible(scope.viewer(), weight))
            .add(weight.col(W::BaselineId).eq(agreed.col(B::Id)))
            .add(weight.col(W::MilestoneId).eq(at.col(M::Id)));
        without
            .expr(Expr::val(1))
            .join_as(JoinType::LeftJoin, baseline_milestone::Entity, weight.alias(), of_milestone)
            .and_where(agreed.col(B::InitiativeId).eq(at.col(M::InitiativeId)))
            .and_where(agreed.col(B::Number).in_subquery(latest_number(
                scope,
                last,
                agreed.col(B::InitiativeId),
            )))
            .and_where(weight.col(W::MilestoneId).is_null());
        let rows = scope
            .find::<milestone::Entity>()
            .any_of(M::InitiativeId, &ids)
            .filter(at.col(M::Status).ne(Status::Cancelled.to_value()))
            .filter(Expr::exists(without))
            .order_by(M::DueOn)
            .order_by(M::Id)
            .all()
            .await?;
        Ok(grouped(rows, |row| row.initiative_id))
    }
}
