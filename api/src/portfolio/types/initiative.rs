//! An initiative as callers see it.

use async_graphql::{ComplexObject, Context, SimpleObject};
use tutti_entity::ids::{InitiativeId, PersonId, PortfolioId, TypedId};
use tutti_entity::portfolio::figure::EacMethod;
use tutti_entity::portfolio::initiative::{self, Action, Status, ValueChainStage};
use tutti_entity::portfolio::{
    action_item, budget_line, cost_entry, milestone, portfolio, raid_item, status_report,
};
use tutti_entity::training::training_session;

use super::{DateMove, Portfolio};
use crate::access::{Capability, Place};
use crate::communication::types::{Communication, CommunicationFilter, CommunicationOrder};
use crate::events::types::{Event, EventFilter, EventOrder};
use crate::graphql::needed::Needed;
use crate::graphql::scalars::{Date, DateTime, Markdown};
use crate::graphql::{Connection, Fault, Page};
use crate::metrics::types::KpiLink;
use crate::narrow;
use crate::people::types::Person;
use crate::portfolio::actions::types::{ActionItem, ActionItemFilter, ActionItemOrder};
use crate::portfolio::costs::types::{
    BudgetLine, BudgetLineFilter, BudgetLineOrder, BudgetPosition, CostEntry, CostEntryFilter, CostEntryOrder,
};
use crate::portfolio::figures::store::Unweighted;
use crate::portfolio::figures::types::{EarnedValue, HealthAssessment};
use crate::portfolio::plan::store::Baselines;
use crate::portfolio::plan::types::{Baseline, Milestone, MilestoneFilter, MilestoneOrder, Slippage};
use crate::portfolio::raid::store::Side;
use crate::portfolio::raid::types::{Dependency, RaidItem, RaidItemFilter, RaidItemOrder};
use crate::portfolio::reports::store::Latest;
use crate::portfolio::reports::types::{StatusReport, StatusReportFilter, StatusReportOrder};
use crate::portfolio::rules;
use crate::portfolio::store::DateMoves;
use crate::store::Scope;
use crate::training::types::{TrainingSession, TrainingSessionFilter, TrainingSessionOrder};

/// An initiative: one owner, one due date, one status.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct Initiative {
    /// Its id: `ini_…`.
    pub id: InitiativeId,
    /// Counts the changes, from 1. Send it as `expectedVersion`.
    pub version: Needed<i32>,
    /// Short human key, unique, e.g. CX-42.
    pub code: Needed<String>,
    /// What it is called.
    pub title: Needed<String>,
    /// What it is about.
    pub description: Needed<Option<Markdown>>,
    /// Where it stands.
    pub status: Needed<Status>,
    /// The first day of work.
    pub starts_on: Needed<Date>,
    /// The day it is to be finished.
    pub due_on: Needed<Date>,
    /// The day it was closed; null until then.
    pub completed_on: Needed<Option<Date>>,
    /// The day on which its next report falls due: one cadence after it became ACTIVE, came back from ON_HOLD, or
    /// the last period that was reported; null while none does.
    pub next_status_report_due_on: Needed<Option<Date>>,
    /// Where in the value chain it works, in the order of the chain.
    pub value_chain_stages: Needed<Vec<ValueChainStage>>,
    /// When it was put away; null while it is in use.
    pub archived_at: Needed<Option<DateTime>>,
    /// When it was entered.
    pub created_at: Needed<DateTime>,
    /// When it last changed.
    pub updated_at: Needed<DateTime>,
    #[graphql(skip)]
    portfolio_id: PortfolioId,
    #[graphql(skip)]
    owner_id: PersonId,
    #[graphql(skip)]
    sponsor_id: Option<PersonId>,
    #[graphql(skip)]
    reviewer_id: Option<PersonId>,
    #[graphql(skip)]
    status_before_hold: Needed<Option<Status>>,
}

narrow! {
    Initiative of initiative {
        always { id, portfolio_id, owner_id, sponsor_id, reviewer_id }
        plain {
            version;
            code;
            title;
            status for [viewer_can];
            status_before_hold for [viewer_can];
        }
        made {
            description: (description) => description.map(Markdown);
            starts_on: (starts_on) => Date(starts_on);
            due_on: (due_on) => Date(due_on), for [slippage];
            completed_on: (completed_on) => completed_on.map(Date), for [slippage];
            next_status_report_due_on: (next_report_due_on) => next_report_due_on.map(Date);
            value_chain_stages: (value_chain_stages) => value_chain_stages.as_slice().to_vec();
            archived_at: (archived_at) => archived_at.map(DateTime), for [viewer_can];
            created_at: (created_at) => DateTime(created_at);
            updated_at: (updated_at) => DateTime(updated_at);
        }
    }
}

impl Initiative {
    /// Where something is done that is done to it.
    pub(crate) fn place(&self) -> Place {
        Place {
            portfolio: Some(self.portfolio_id),
            owner: Some(self.owner_id),
            sponsor: self.sponsor_id,
            reviewer: self.reviewer_id,
            ..Place::default()
        }
    }
}

#[ComplexObject]
impl Initiative {
    /// The portfolio it belongs to.
    async fn portfolio(&self, ctx: &Context<'_>) -> Result<Portfolio, Fault> {
        Ok(Scope::of(ctx)?.the::<portfolio::Entity>(self.portfolio_id).await?.into())
    }

    /// Exactly one accountable person.
    async fn owner(&self, ctx: &Context<'_>) -> Result<Person, Fault> {
        Person::the(ctx, self.owner_id).await
    }

    /// Who wants it and pays for it.
    async fn sponsor(&self, ctx: &Context<'_>) -> Option<Result<Person, Fault>> {
        Person::maybe(ctx, self.sponsor_id).await.transpose()
    }

    /// Acknowledges reports; never the owner.
    async fn reviewer(&self, ctx: &Context<'_>) -> Option<Result<Person, Fault>> {
        Person::maybe(ctx, self.reviewer_id).await.transpose()
    }

    /// What you can do with it as it stands, in the order of the enum; a key that only reads can do nothing.
    async fn viewer_can(&self, ctx: &Context<'_>) -> Result<Vec<Action>, Fault> {
        let viewer = Scope::of(ctx)?.viewer();
        if viewer.only_reads() {
            return Ok(Vec::new());
        }
        let archived = self.archived_at.get()?.is_some();
        let may = |capability| viewer.may(capability, self.place());
        Ok(rules::actions(*self.status.get()?, *self.status_before_hold.get()?, archived, may))
    }

    /// How its due date moved, oldest first.
    async fn moves(&self, ctx: &Context<'_>) -> Result<Vec<DateMove>, Fault> {
        let rows = Scope::of(ctx)?.load_list(&DateMoves, self.id).await?;
        Ok(rows.into_iter().map(Into::into).collect())
    }

    /// Its milestones, also those that were given up.
    #[expect(clippy::too_many_arguments, reason = "a list takes six arguments")]
    async fn milestones(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first so many rows after `after`: 0 to 200, 50 by default.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Where the page starts: a cursor of this list.")] after: Option<String>,
        #[graphql(desc = "The last so many rows before `before`: 0 to 200.")] last: Option<i32>,
        #[graphql(desc = "Where the page ends: a cursor of this list.")] before: Option<String>,
        #[graphql(
            desc = "Which rows; all by default. At most 200 comparisons, 3 relations inside one another."
        )]
        filter: Option<MilestoneFilter>,
        #[graphql(desc = "In which order, at most 5 keys; by creation by default.")] order_by: Option<
            Vec<MilestoneOrder>,
        >,
    ) -> Result<Connection<Milestone>, Fault> {
        let page = Page { first, after, last, before, filter, order_by };
        page.of_parent(ctx, milestone::Column::InitiativeId, self.id.uuid()).await
    }

    /// The current baseline, that with the highest number; null where nothing is agreed.
    async fn baseline(&self, ctx: &Context<'_>) -> Option<Result<Baseline, Fault>> {
        let baselines = Scope::of(ctx).ok()?.load(&Baselines, self.id).await;
        baselines.map(|all| all.unwrap_or_default().pop().map(Into::into)).transpose()
    }

    /// All its baselines, the first one first.
    async fn baselines(&self, ctx: &Context<'_>) -> Result<Vec<Baseline>, Fault> {
        let rows = Scope::of(ctx)?.load_list(&Baselines, self.id).await?;
        Ok(rows.into_iter().map(Into::into).collect())
    }

    /// How far its due date has slipped: from its baselines to the day on which it was closed, or is due now.
    async fn slippage(&self, ctx: &Context<'_>) -> Result<Slippage, Fault> {
        let now = self.completed_on.get()?.unwrap_or(*self.due_on.get()?);
        Slippage::of_initiative(ctx, self.id, now).await
    }

    /// The lines of its budget, also removed ones; none where you may not see its money.
    #[expect(clippy::too_many_arguments, reason = "a list takes six arguments")]
    async fn budget_lines(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first so many rows after `after`: 0 to 200, 50 by default.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Where the page starts: a cursor of this list.")] after: Option<String>,
        #[graphql(desc = "The last so many rows before `before`: 0 to 200.")] last: Option<i32>,
        #[graphql(desc = "Where the page ends: a cursor of this list.")] before: Option<String>,
        #[graphql(
            desc = "Which rows; all by default. At most 200 comparisons, 3 relations inside one another."
        )]
        filter: Option<BudgetLineFilter>,
        #[graphql(desc = "In which order, at most 5 keys; by creation by default.")] order_by: Option<
            Vec<BudgetLineOrder>,
        >,
    ) -> Result<Connection<BudgetLine>, Fault> {
        let page = Page { first, after, last, before, filter, order_by };
        page.of_parent(ctx, budget_line::Column::InitiativeId, self.id.uuid()).await
    }

    /// What it cost, reversals included; none where you may not see its money.
    #[expect(clippy::too_many_arguments, reason = "a list takes six arguments")]
    async fn costs(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first so many rows after `after`: 0 to 200, 50 by default.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Where the page starts: a cursor of this list.")] after: Option<String>,
        #[graphql(desc = "The last so many rows before `before`: 0 to 200.")] last: Option<i32>,
        #[graphql(desc = "Where the page ends: a cursor of this list.")] before: Option<String>,
        #[graphql(
            desc = "Which rows; all by default. At most 200 comparisons, 3 relations inside one another."
        )]
        filter: Option<CostEntryFilter>,
        #[graphql(desc = "In which order, at most 5 keys; as they were recorded by default.")]
        order_by: Option<Vec<CostEntryOrder>>,
    ) -> Result<Connection<CostEntry>, Fault> {
        let page = Page { first, after, last, before, filter, order_by };
        page.of_parent(ctx, cost_entry::Column::InitiativeId, self.id.uuid()).await
    }

    /// The training sessions that are held for it.
    #[expect(clippy::too_many_arguments, reason = "a list takes six arguments")]
    async fn training_sessions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first so many rows after `after`: 0 to 200, 50 by default.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Where the page starts: a cursor of this list.")] after: Option<String>,
        #[graphql(desc = "The last so many rows before `before`: 0 to 200.")] last: Option<i32>,
        #[graphql(desc = "Where the page ends: a cursor of this list.")] before: Option<String>,
        #[graphql(
            desc = "Which rows; all by default. At most 200 comparisons, 3 relations inside one another."
        )]
        filter: Option<TrainingSessionFilter>,
        #[graphql(desc = "In which order, at most 5 keys; by creation by default.")] order_by: Option<
            Vec<TrainingSessionOrder>,
        >,
    ) -> Result<Connection<TrainingSession>, Fault> {
        let page = Page { first, after, last, before, filter, order_by };
        page.of_parent(ctx, training_session::Column::InitiativeId, self.id.uuid()).await
    }

    /// The communications that serve it, as far as you see them.
    #[expect(clippy::too_many_arguments, reason = "a list takes six arguments")]
    async fn communications(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first so many rows after `after`: 0 to 200, 50 by default.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Where the page starts: a cursor of this list.")] after: Option<String>,
        #[graphql(desc = "The last so many rows before `before`: 0 to 200.")] last: Option<i32>,
        #[graphql(desc = "Where the page ends: a cursor of this list.")] before: Option<String>,
        #[graphql(
            desc = "Which rows; all by default. At most 200 comparisons, 3 relations inside one another."
        )]
        filter: Option<CommunicationFilter>,
        #[graphql(desc = "In which order, at most 5 keys; by creation by default.")] order_by: Option<
            Vec<CommunicationOrder>,
        >,
    ) -> Result<Connection<Communication>, Fault> {
        let page = Page { first, after, last, before, filter, order_by };
        Communication::of_initiative(ctx, page, self.id).await
    }

    /// What it may spend, has spent and has promised; null where you may not see its money. Of a past day it says
    /// what was known when that day was over: lines as they stood then, and costs of that day or before which had
    /// been recorded by then. So the position of a past day never changes, whatever is recorded later.
    async fn budget(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The day; today by default.")] as_of: Option<Date>,
    ) -> Result<Option<BudgetPosition>, Fault> {
        if !Scope::of(ctx)?.may(Capability::MoneyRead, self.place()) {
            return Ok(None);
        }
        let portfolio = self.portfolio(ctx).await?;
        BudgetPosition::of(ctx, self.id, portfolio.currency, as_of).await.map(Some)
    }

    /// What it needs of others, the earliest needed first; without removed ones.
    async fn dependencies(&self, ctx: &Context<'_>) -> Result<Vec<Dependency>, Fault> {
        Dependency::of(ctx, Side::Takes, self.id).await
    }

    /// What others need of it, the earliest needed first; without removed ones.
    async fn dependents(&self, ctx: &Context<'_>) -> Result<Vec<Dependency>, Fault> {
        Dependency::of(ctx, Side::Gives, self.id).await
    }

    /// Its risks, assumptions and issues, also those that are over.
    #[expect(clippy::too_many_arguments, reason = "a list takes six arguments")]
    async fn raid_items(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first so many rows after `after`: 0 to 200, 50 by default.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Where the page starts: a cursor of this list.")] after: Option<String>,
        #[graphql(desc = "The last so many rows before `before`: 0 to 200.")] last: Option<i32>,
        #[graphql(desc = "Where the page ends: a cursor of this list.")] before: Option<String>,
        #[graphql(
            desc = "Which rows; all by default. At most 200 comparisons, 3 relations inside one another."
        )]
        filter: Option<RaidItemFilter>,
        #[graphql(desc = "In which order, at most 5 keys; by creation by default.")] order_by: Option<
            Vec<RaidItemOrder>,
        >,
    ) -> Result<Connection<RaidItem>, Fault> {
        let page = Page { first, after, last, before, filter, order_by };
        page.of_parent(ctx, raid_item::Column::InitiativeId, self.id.uuid()).await
    }

    /// Who does what by when for it, also what is done or dropped.
    #[expect(clippy::too_many_arguments, reason = "a list takes six arguments")]
    async fn action_items(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first so many rows after `after`: 0 to 200, 50 by default.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Where the page starts: a cursor of this list.")] after: Option<String>,
        #[graphql(desc = "The last so many rows before `before`: 0 to 200.")] last: Option<i32>,
        #[graphql(desc = "Where the page ends: a cursor of this list.")] before: Option<String>,
        #[graphql(
            desc = "Which rows; all by default. At most 200 comparisons, 3 relations inside one another."
        )]
        filter: Option<ActionItemFilter>,
        #[graphql(desc = "In which order, at most 5 keys; by creation by default.")] order_by: Option<
            Vec<ActionItemOrder>,
        >,
    ) -> Result<Connection<ActionItem>, Fault> {
        let page = Page { first, after, last, before, filter, order_by };
        page.of_parent(ctx, action_item::Column::InitiativeId, self.id.uuid()).await
    }

    /// Earned value; null where you may not see its money. Of a past day it says what was known when that day was
    /// over, and so never changes. Of what was cancelled or rejected only the actual cost is told.
    async fn earned_value(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The day; today by default.")] as_of: Option<Date>,
        #[graphql(desc = "How the end is estimated; TYPICAL by default.")] method: Option<EacMethod>,
    ) -> Result<Option<EarnedValue>, Fault> {
        if !Scope::of(ctx)?.may(Capability::MoneyRead, self.place()) {
            return Ok(None);
        }
        let portfolio = self.portfolio(ctx).await?;
        EarnedValue::of_initiative(ctx, self.id, portfolio.currency, as_of, method).await.map(Some)
    }

    /// Its milestones that earn nothing, because its current baseline has no weight for them; by due date, without
    /// cancelled ones. None where it has no baseline: then nothing is earned.
    async fn milestones_without_weight(&self, ctx: &Context<'_>) -> Result<Vec<Milestone>, Fault> {
        let rows = Scope::of(ctx)?.load_list(&Unweighted, self.id).await?;
        Ok(rows.into_iter().map(Into::into).collect())
    }

    /// How it goes: as its last report says and as its figures say, each with its evidence. Of a past day it says
    /// what was known when that day was over.
    async fn health(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The day; today by default.")] as_of: Option<Date>,
    ) -> Result<HealthAssessment, Fault> {
        HealthAssessment::of_initiative(ctx, self.id, as_of).await
    }

    /// The reports on it, also those that were corrected; drafts where you may publish them or are an auditor.
    #[expect(clippy::too_many_arguments, reason = "a list takes six arguments")]
    async fn status_reports(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first so many rows after `after`: 0 to 200, 50 by default.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Where the page starts: a cursor of this list.")] after: Option<String>,
        #[graphql(desc = "The last so many rows before `before`: 0 to 200.")] last: Option<i32>,
        #[graphql(desc = "Where the page ends: a cursor of this list.")] before: Option<String>,
        #[graphql(
            desc = "Which rows; all by default. At most 200 comparisons, 3 relations inside one another."
        )]
        filter: Option<StatusReportFilter>,
        #[graphql(desc = "In which order, at most 5 keys; by creation by default.")] order_by: Option<
            Vec<StatusReportOrder>,
        >,
    ) -> Result<Connection<StatusReport>, Fault> {
        let page = Page { first, after, last, before, filter, order_by };
        page.of_parent(ctx, status_report::Column::InitiativeId, self.id.uuid()).await
    }

    /// The report on the latest period that is out and was not corrected; null before the first.
    async fn latest_status_report(&self, ctx: &Context<'_>) -> Result<Option<StatusReport>, Fault> {
        Ok(Scope::of(ctx)?.load(&Latest, self.id).await?.map(Into::into))
    }

    /// Which KPIs it is to move, in the order in which that was said.
    async fn kpi_links(&self, ctx: &Context<'_>) -> Result<Vec<KpiLink>, Fault> {
        KpiLink::of(ctx, self.id).await
    }

    /// What happened to it and to its parts, as far as you see them, oldest first unless sorted otherwise.
    #[expect(clippy::too_many_arguments, reason = "a list takes six arguments")]
    async fn events(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first so many rows after `after`: 0 to 200, 50 by default.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Where the page starts: a cursor of this list.")] after: Option<String>,
        #[graphql(desc = "The last so many rows before `before`: 0 to 200.")] last: Option<i32>,
        #[graphql(desc = "Where the page ends: a cursor of this list.")] before: Option<String>,
        #[graphql(
            desc = "Which rows; all by default. At most 200 comparisons, 3 relations inside one another."
        )]
        filter: Option<EventFilter>,
        #[graphql(desc = "In which order, at most 5 keys; as it happened by default.")] order_by: Option<
            Vec<EventOrder>,
        >,
    ) -> Result<Connection<Event>, Fault> {
        let page = Page { first, after, last, before, filter, order_by };
        page.of_parent(ctx, tutti_entity::events::event::Column::WithinId, self.id.uuid()).await
    }
}
