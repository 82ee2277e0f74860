//! Portfolios and initiatives as callers see them.

mod costs;

use async_graphql::{ComplexObject, Context, Enum, SimpleObject};
use tutti_entity::ids::{InitiativeId, Kind, PersonId, PortfolioId, TypedId};
use tutti_entity::portfolio::date_move::{self, MoveReason};
use tutti_entity::portfolio::initiative::{self, Action, Status, ValueChainStage};
use tutti_entity::portfolio::{budget_line, cost_entry, portfolio};

use super::rules;
use super::store::{self, DateMoves, Work};
use crate::access::{Capability, Place};
use crate::events::types::{Event, EventFilter, EventOrder};
use crate::graphql::filter::{
    ChoicesFilter, Col, CurrencyCodeFilter, DateFilter, DateTimeFilter, EnumFilter, Id, IdFilter, IntFilter,
    ListFilter, Many, One, StringFilter, Text,
};
use crate::graphql::scalars::{CurrencyCode, Date, DateTime, Duration, Markdown};
use crate::graphql::{Connection, Fault, Listed, Page};
use crate::node::Node;
use crate::people::types::{Person, PersonFilter};
use crate::store::Scope;
use crate::{filter, order, payload};

pub use costs::{
    BudgetLine, BudgetLineFilter, BudgetLineOrder, BudgetLinePayload, BudgetPosition, CostEntry,
    CostEntryFilter, CostEntryOrder, CostEntryPayload,
};

/// A portfolio of initiatives with one owner and one currency.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct Portfolio {
    /// Its id: `pfo_…`.
    pub id: PortfolioId,
    /// Counts the changes, from 1. Send it as `expectedVersion`.
    pub version: i32,
    /// What it is called.
    pub name: String,
    /// What it is about.
    pub description: Option<Markdown>,
    /// Every amount in the portfolio is in this currency.
    pub currency: CurrencyCode,
    /// How often reports fall due.
    pub report_cadence: Duration,
    /// When it was put away; null while it is in use.
    pub archived_at: Option<DateTime>,
    /// When it was entered.
    pub created_at: DateTime,
    /// When it last changed.
    pub updated_at: DateTime,
    #[graphql(skip)]
    owner_id: PersonId,
}

impl From<portfolio::Model> for Portfolio {
    fn from(row: portfolio::Model) -> Self {
        let portfolio::Model {
            id,
            version,
            name,
            name_folded: _,
            description,
            owner_id,
            currency,
            report_cadence,
            archived_at,
            created_at,
            updated_at,
        } = row;
        Self {
            id,
            version,
            name,
            description: description.map(Markdown),
            currency: CurrencyCode::stored(&currency),
            report_cadence: Duration::stored(&report_cadence),
            archived_at: archived_at.map(DateTime),
            created_at: DateTime(created_at),
            updated_at: DateTime(updated_at),
            owner_id,
        }
    }
}

impl Portfolio {
    /// The portfolio with this id, if there is one for the viewer.
    pub(crate) async fn maybe(ctx: &Context<'_>, id: Option<PortfolioId>) -> Result<Option<Self>, Fault> {
        let Some(id) = id else { return Ok(None) };
        Ok(Scope::of(ctx)?.one::<portfolio::Entity>(id).await?.map(Into::into))
    }
}

#[ComplexObject]
impl Portfolio {
    /// Who answers for it.
    async fn owner(&self, ctx: &Context<'_>) -> Result<Person, Fault> {
        Person::the(ctx, self.owner_id).await
    }

    /// Its initiatives, also archived and ended ones.
    #[expect(clippy::too_many_arguments, reason = "a list takes six arguments")]
    async fn initiatives(
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
        filter: Option<InitiativeFilter>,
        #[graphql(desc = "In which order, at most 5 keys; by creation by default.")] order_by: Option<
            Vec<InitiativeOrder>,
        >,
    ) -> Result<Connection<Initiative>, Fault> {
        let page = Page { first, after, last, before, filter, order_by };
        page.of_parent(ctx, initiative::Column::PortfolioId, self.id.uuid()).await
    }
}

filter! {
    /// Which portfolios.
    PortfolioFilter for portfolio {
        /// By id.
        id: IdFilter = Id(portfolio::Column::Id, Kind::Portfolio),
        /// By name.
        name: StringFilter = Text(portfolio::Column::Name, portfolio::Column::NameFolded),
        /// By the id of its owner.
        owner_id: IdFilter = Id(portfolio::Column::OwnerId, Kind::Person),
        /// By its owner.
        owner: Box<PersonFilter> = One(portfolio::Column::OwnerId),
        /// By the code of its currency.
        currency: CurrencyCodeFilter = Col(portfolio::Column::Currency),
        /// By when it was put away; `isNull: true` for those in use.
        archived_at: DateTimeFilter = Col(portfolio::Column::ArchivedAt),
        /// By when it was entered.
        created_at: DateTimeFilter = Col(portfolio::Column::CreatedAt),
        /// By when it last changed.
        updated_at: DateTimeFilter = Col(portfolio::Column::UpdatedAt),
        /// By its initiatives.
        initiatives: ListFilter<InitiativeFilter> = Many(initiative::Column::PortfolioId),
    }
}

order! {
    /// Sorts portfolios.
    PortfolioOrder, PortfolioOrderField "What portfolios can be sorted by.", portfolio {
        /// By name, case ignored.
        Name => [NameFolded],
        /// By when they were entered.
        CreatedAt => [CreatedAt],
        /// By when they last changed.
        UpdatedAt => [UpdatedAt],
    }
}

impl Listed for Portfolio {
    const NAME: &'static str = "Portfolio";
    type Entity = portfolio::Entity;
    type Filter = PortfolioFilter;
    type Order = PortfolioOrder;
    const ID: portfolio::Column = portfolio::Column::Id;
}

/// An initiative: one owner, one due date, one status.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct Initiative {
    /// Its id: `ini_…`.
    pub id: InitiativeId,
    /// Counts the changes, from 1. Send it as `expectedVersion`.
    pub version: i32,
    /// Short human key, unique, e.g. CX-42.
    pub code: String,
    /// What it is called.
    pub title: String,
    /// What it is about.
    pub description: Option<Markdown>,
    /// Where it stands.
    pub status: Status,
    /// The first day of work.
    pub starts_on: Date,
    /// The day it is to be finished.
    pub due_on: Date,
    /// Where in the value chain it works, in the order of the chain.
    pub value_chain_stages: Vec<ValueChainStage>,
    /// When it was put away; null while it is in use.
    pub archived_at: Option<DateTime>,
    /// When it was entered.
    pub created_at: DateTime,
    /// When it last changed.
    pub updated_at: DateTime,
    #[graphql(skip)]
    portfolio_id: PortfolioId,
    #[graphql(skip)]
    owner_id: PersonId,
    #[graphql(skip)]
    sponsor_id: Option<PersonId>,
    #[graphql(skip)]
    reviewer_id: Option<PersonId>,
    #[graphql(skip)]
    status_before_hold: Option<Status>,
}

impl From<initiative::Model> for Initiative {
    fn from(row: initiative::Model) -> Self {
        let initiative::Model {
            id,
            version,
            code,
            code_folded: _,
            code_number: _,
            title,
            title_folded: _,
            description,
            portfolio_id,
            owner_id,
            sponsor_id,
            reviewer_id,
            status,
            status_before_hold,
            starts_on,
            due_on,
            value_chain_stages,
            archived_at,
            created_at,
            updated_at,
        } = row;
        Self {
            id,
            version,
            code,
            title,
            description: description.map(Markdown),
            status,
            starts_on: Date(starts_on),
            due_on: Date(due_on),
            value_chain_stages: value_chain_stages.as_slice().to_vec(),
            archived_at: archived_at.map(DateTime),
            created_at: DateTime(created_at),
            updated_at: DateTime(updated_at),
            portfolio_id,
            owner_id,
            sponsor_id,
            reviewer_id,
            status_before_hold,
        }
    }
}

impl Initiative {
    /// Where something is done that is done to it.
    fn place(&self) -> Place {
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
        let archived = self.archived_at.is_some();
        let may = |capability| viewer.may(capability, self.place());
        Ok(rules::actions(self.status, self.status_before_hold, archived, may))
    }

    /// How its due date moved, oldest first.
    async fn moves(&self, ctx: &Context<'_>) -> Result<Vec<DateMove>, Fault> {
        let rows = Scope::of(ctx)?.load_list(&DateMoves, self.id).await?;
        Ok(rows.into_iter().map(Into::into).collect())
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

    /// What happened to it, oldest first unless sorted otherwise.
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
        page.of_parent(ctx, tutti_entity::events::event::Column::SubjectId, self.id.uuid()).await
    }
}

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
        /// By the day it is to be finished.
        due_on: DateFilter = Col(initiative::Column::DueOn),
        /// By where in the value chain it works.
        value_chain_stages: ChoicesFilter<ValueChainStage> = Col(initiative::Column::ValueChainStages),
        /// By the lines of its budget, as far as you may see them.
        budget_lines: ListFilter<BudgetLineFilter> = Many(budget_line::Column::InitiativeId),
        /// By what it cost, as far as you may see it.
        costs: ListFilter<CostEntryFilter> = Many(cost_entry::Column::InitiativeId),
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
}

/// One move of a due date, kept for good.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct DateMove {
    /// The date before.
    pub from: Date,
    /// The date after.
    pub to: Date,
    /// Why, as a code.
    pub reason: MoveReason,
    /// Why, in words.
    pub note: String,
    /// When it was moved.
    pub at: DateTime,
    #[graphql(skip)]
    by_id: PersonId,
}

impl From<date_move::Model> for DateMove {
    fn from(row: date_move::Model) -> Self {
        let date_move::Model { id: _, initiative_id: _, from_on, to_on, reason, note, by_id, at } = row;
        Self { from: Date(from_on), to: Date(to_on), reason, note, at: DateTime(at), by_id }
    }
}

#[ComplexObject]
impl DateMove {
    /// Who moved it.
    async fn by(&self, ctx: &Context<'_>) -> Result<Person, Fault> {
        Person::the(ctx, self.by_id).await
    }
}

/// As what somebody is part of a thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum OpenWorkRole {
    /// They answer for it.
    Owner,
    /// They want it and pay for it.
    Sponsor,
    /// They acknowledge its reports.
    Reviewer,
}

/// Something that is open with somebody.
#[derive(Clone, Debug, SimpleObject)]
pub struct OpenWork {
    /// What it is: a portfolio or an initiative.
    pub subject: Node,
    /// As what they are part of it.
    pub roles: Vec<OpenWorkRole>,
}

impl OpenWork {
    /// What is open with this person.
    pub(crate) async fn of(ctx: &Context<'_>, person: PersonId) -> Result<Vec<Self>, Fault> {
        let scope = Scope::of(ctx)?;
        let Some(Work { portfolios, initiatives }) = scope.load(&store::OpenWork, person).await? else {
            return Ok(Vec::new());
        };
        scope.produce(portfolios.len().saturating_add(initiatives.len()))?;
        let owned = portfolios
            .into_iter()
            .map(|row| Self { subject: Node::Portfolio(row.into()), roles: vec![OpenWorkRole::Owner] });
        let parts = initiatives.into_iter().map(|row| {
            let parts = [
                (Some(row.owner_id), OpenWorkRole::Owner),
                (row.sponsor_id, OpenWorkRole::Sponsor),
                (row.reviewer_id, OpenWorkRole::Reviewer),
            ];
            let theirs = parts.into_iter().filter(|(who, _)| *who == Some(person));
            Self { roles: theirs.map(|(_, role)| role).collect(), subject: Node::Initiative(row.into()) }
        });
        Ok(owned.chain(parts).collect())
    }
}

payload! {
    /// What a mutation of a portfolio answers.
    PortfolioPayload {
        /// The portfolio as written; null when something has to be mended.
        portfolio: Portfolio = portfolio
    }
}

payload! {
    /// What a mutation of an initiative answers.
    InitiativePayload {
        /// The initiative as written; null when something has to be mended.
        initiative: Initiative = initiative
    }
}
