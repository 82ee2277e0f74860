//! How lists of initiatives are filtered and sorted.

use tutti_entity::ids::Kind;
use tutti_entity::metrics::kpi_link;
use tutti_entity::portfolio::initiative::{self, Status, ValueChainStage};
use tutti_entity::portfolio::{
    action_item, baseline, budget_line, cost_entry, dependency, milestone, raid_item, status_report,
};

use super::{Initiative, PortfolioFilter};
use crate::graphql::Listed;
use crate::graphql::filter::{
    ChoicesFilter, Col, DateFilter, DateTimeFilter, EnumFilter, Id, IdFilter, IntFilter, ListFilter, Many,
    One, StringFilter, Text,
};
use crate::graphql::needed::{Columns, Named};
use crate::metrics::types::KpiLinkFilter;
use crate::people::types::PersonFilter;
use crate::portfolio::actions::types::ActionItemFilter;
use crate::portfolio::costs::types::{BudgetLineFilter, CostEntryFilter};
use crate::portfolio::plan::types::{BaselineFilter, MilestoneFilter};
use crate::portfolio::raid::types::{DependencyFilter, RaidItemFilter};
use crate::portfolio::reports::types::StatusReportFilter;
use crate::{filter, order};

filter! {
    /// Which initiatives.
    InitiativeFilter for initiative {
        /// By id.
        id: IdFilter = Id(initiative::Column::Id, Kind::Initiative),
        /// By code.
        code: StringFilter = Text(initiative::Column::Code, initiative::Column::CodeFolded),
        /// By title.
        title: StringFilter = Text(initiative::Column::Title, initiative::Column::TitleFolded),
        /// By the id of its portfolio.
        portfolio_id: IdFilter = Id(initiative::Column::PortfolioId, Kind::Portfolio),
        /// By its portfolio.
        portfolio: Box<PortfolioFilter> = One(initiative::Column::PortfolioId),
        /// By the id of its owner.
        owner_id: IdFilter = Id(initiative::Column::OwnerId, Kind::Person),
        /// By its owner.
        owner: Box<PersonFilter> = One(initiative::Column::OwnerId),
        /// By the id of its sponsor, or by whether it has one.
        sponsor_id: IdFilter = Id(initiative::Column::SponsorId, Kind::Person),
        /// By its sponsor; an initiative without one has none who could match.
        sponsor: Box<PersonFilter> = One(initiative::Column::SponsorId),
        /// By the id of its reviewer, or by whether it has one.
        reviewer_id: IdFilter = Id(initiative::Column::ReviewerId, Kind::Person),
        /// By its reviewer; an initiative without one has none who could match.
        reviewer: Box<PersonFilter> = One(initiative::Column::ReviewerId),
        /// By where it stands.
        status: EnumFilter<Status> = Col(initiative::Column::Status),
        /// By the first day of work.
        starts_on: DateFilter = Col(initiative::Column::StartsOn),
        /// By the day it was closed; `isNull: true` for those that were not.
        completed_on: DateFilter = Col(initiative::Column::CompletedOn),
        /// By the day on which its next report falls due; `isNull: true` for those of which none does.
        next_status_report_due_on: DateFilter = Col(initiative::Column::NextReportDueOn),
        /// By the day it is to be finished.
        due_on: DateFilter = Col(initiative::Column::DueOn),
        /// By where in the value chain it works.
        value_chain_stages: ChoicesFilter<ValueChainStage> = Col(initiative::Column::ValueChainStages),
        /// By its milestones.
        milestones: ListFilter<MilestoneFilter> = Many(milestone::Column::InitiativeId),
        /// By its baselines; `none: {}` for those of which nothing is agreed.
        baselines: ListFilter<BaselineFilter> = Many(baseline::Column::InitiativeId),
        /// By the lines of its budget, as far as you may see them.
        budget_lines: ListFilter<BudgetLineFilter> = Many(budget_line::Column::InitiativeId),
        /// By what it cost, as far as you may see it.
        costs: ListFilter<CostEntryFilter> = Many(cost_entry::Column::InitiativeId),
        /// By what it needs of others, also removed ones.
        dependencies: ListFilter<DependencyFilter> = Many(dependency::Column::TakerId),
        /// By what others need of it, also removed ones.
        dependents: ListFilter<DependencyFilter> = Many(dependency::Column::GiverId),
        /// By its risks, assumptions and issues.
        raid_items: ListFilter<RaidItemFilter> = Many(raid_item::Column::InitiativeId),
        /// By who does what by when for it.
        action_items: ListFilter<ActionItemFilter> = Many(action_item::Column::InitiativeId),
        /// By the reports on it, as far as you may see them.
        status_reports: ListFilter<StatusReportFilter> = Many(status_report::Column::InitiativeId),
        /// By which KPIs it is to move: `none: {}` for those that are to move none.
        kpi_links: ListFilter<KpiLinkFilter> = Many(kpi_link::Column::InitiativeId),
        /// By how often it changed.
        version: IntFilter = Col(initiative::Column::Version),
        /// By when it was put away; `isNull: true` for those in use.
        archived_at: DateTimeFilter = Col(initiative::Column::ArchivedAt),
        /// By when it was entered.
        created_at: DateTimeFilter = Col(initiative::Column::CreatedAt),
        /// By when it last changed.
        updated_at: DateTimeFilter = Col(initiative::Column::UpdatedAt),
    }
}

order! {
    /// Sorts initiatives.
    InitiativeOrder, InitiativeOrderField "What initiatives can be sorted by.", initiative {
        /// By the number in the code: CX-9 before CX-10.
        Code => [CodeNumber],
        /// By title, case ignored.
        Title => [TitleFolded],
        /// By the name of the status.
        Status => [Status],
        /// By the first day of work.
        StartsOn => [StartsOn],
        /// By the day it is to be finished.
        DueOn => [DueOn],
        /// By the day it was closed.
        CompletedOn => [CompletedOn],
        /// By the day on which its next report falls due.
        NextStatusReportDueOn => [NextReportDueOn],
        /// By when it was put away.
        ArchivedAt => [ArchivedAt],
        /// By when it was entered.
        CreatedAt => [CreatedAt],
        /// By when it last changed.
        UpdatedAt => [UpdatedAt],
    }
}

impl Listed for Initiative {
    const NAME: &'static str = "Initiative";
    type Entity = initiative::Entity;
    type Filter = InitiativeFilter;
    type Order = InitiativeOrder;
    const ID: initiative::Column = initiative::Column::Id;

    fn columns(named: &Named) -> Columns<Self> {
        Columns::needed(named)
    }
}
