//! Baselines as callers see them.

use async_graphql::{ComplexObject, Context, SimpleObject};
use tutti_entity::ids::{BaselineId, InitiativeId, Kind, MilestoneId, PersonId};
use tutti_entity::portfolio::milestone::CreditRule;
use tutti_entity::portfolio::{baseline, baseline_milestone, initiative, milestone};

use super::Milestone;
use crate::access::Capability;
use crate::graphql::Fault;
use crate::graphql::filter::{Col, DateFilter, DateTimeFilter, Id, IdFilter, IntFilter, One};
use crate::graphql::scalars::{Date, DateTime, Money, Percent};
use crate::people::types::{Person, PersonFilter};
use crate::portfolio::commands::here;
use crate::portfolio::plan::store::Parts;
use crate::portfolio::types::Initiative;
use crate::store::Scope;
use crate::{filter, payload};

/// What was agreed of an initiative, as it was planned that day; it never changes.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct Baseline {
    /// Its id: `bas_…`.
    pub id: BaselineId,
    /// Always 1, as it never changes.
    pub version: i32,
    /// Counts the baselines of the initiative, from 1; the highest is the current one.
    pub number: i32,
    /// When it was approved.
    pub approved_at: DateTime,
    /// Why, in words.
    pub reason: String,
    /// The first day of work, as agreed.
    pub starts_on: Date,
    /// The day the initiative is to be finished, as agreed.
    pub due_on: Date,
    #[graphql(skip)]
    initiative_id: InitiativeId,
    #[graphql(skip)]
    approved_by_id: PersonId,
    #[graphql(skip)]
    agreed: Money,
}

impl From<baseline::Model> for Baseline {
    fn from(row: baseline::Model) -> Self {
        let baseline::Model {
            id,
            version,
            initiative_id,
            number,
            approved_by_id,
            approved_at,
            reason,
            starts_on,
            due_on,
            budget_minor,
            currency,
        } = row;
        Self {
            id,
            version,
            number,
            approved_at: DateTime(approved_at),
            reason,
            starts_on: Date(starts_on),
            due_on: Date(due_on),
            initiative_id,
            approved_by_id,
            agreed: Money::from_minor(budget_minor, currency),
        }
    }
}

#[ComplexObject]
impl Baseline {
    /// The initiative that was agreed on.
    async fn initiative(&self, ctx: &Context<'_>) -> Result<Initiative, Fault> {
        Ok(Scope::of(ctx)?.the::<initiative::Entity>(self.initiative_id).await?.into())
    }

    /// Who approved it.
    async fn approved_by(&self, ctx: &Context<'_>) -> Result<Person, Fault> {
        Person::the(ctx, self.approved_by_id).await
    }

    /// The budget lines together, that day; null where you may not see the money of the initiative.
    async fn budget(&self, ctx: &Context<'_>) -> Result<Option<Money>, Fault> {
        let scope = Scope::of(ctx)?;
        let initiative = scope.the::<initiative::Entity>(self.initiative_id).await?;
        Ok(scope.may(Capability::MoneyRead, here(&initiative)).then_some(self.agreed))
    }

    /// The milestones that it holds, by the due date that was agreed.
    async fn milestones(&self, ctx: &Context<'_>) -> Result<Vec<BaselineMilestone>, Fault> {
        let rows = Scope::of(ctx)?.load_list(&Parts, self.id).await?;
        Ok(rows.into_iter().map(Into::into).collect())
    }
}

/// A milestone as it was agreed in a baseline.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct BaselineMilestone {
    /// The day it was to be reached.
    pub due_on: Date,
    /// Its share of the work.
    pub weight: Percent,
    /// How it earns that, until another baseline is approved.
    pub credit_rule: CreditRule,
    #[graphql(skip)]
    milestone_id: MilestoneId,
}

impl From<baseline_milestone::Model> for BaselineMilestone {
    fn from(row: baseline_milestone::Model) -> Self {
        let baseline_milestone::Model {
            baseline_id: _,
            milestone_id,
            initiative_id: _,
            due_on,
            weight_bp,
            credit_rule,
        } = row;
        let weight = Percent::from_basis_points(weight_bp);
        Self { due_on: Date(due_on), weight, credit_rule, milestone_id }
    }
}

#[ComplexObject]
impl BaselineMilestone {
    /// The milestone, as it stands now.
    async fn milestone(&self, ctx: &Context<'_>) -> Result<Milestone, Fault> {
        Ok(Scope::of(ctx)?.the::<milestone::Entity>(self.milestone_id).await?.into())
    }
}

filter! {
    /// Which baselines.
    BaselineFilter for baseline {
        /// By id.
        id: IdFilter = Id(baseline::Column::Id, Kind::Baseline),
        /// By number; 1 is the first.
        number: IntFilter = Col(baseline::Column::Number),
        /// By when it was approved.
        approved_at: DateTimeFilter = Col(baseline::Column::ApprovedAt),
        /// By the id of who approved it.
        approved_by_id: IdFilter = Id(baseline::Column::ApprovedById, Kind::Person),
        /// By who approved it.
        approved_by: Box<PersonFilter> = One(baseline::Column::ApprovedById),
        /// By the first day of work, as agreed.
        starts_on: DateFilter = Col(baseline::Column::StartsOn),
        /// By the day the initiative is to be finished, as agreed.
        due_on: DateFilter = Col(baseline::Column::DueOn),
    }
}

payload! {
    /// What a mutation of a baseline answers.
    BaselinePayload {
        /// The baseline as written; null when something has to be mended.
        baseline: Baseline = baseline
    }
}
