//! Portfolios and initiatives as callers see them.

mod initiative;
mod initiative_list;

use async_graphql::{ComplexObject, Context, Enum, SimpleObject};
use tutti_entity::ids::{Kind, PersonId, PortfolioId, TypedId};
use tutti_entity::portfolio::date_move::{self, MoveReason};
use tutti_entity::portfolio::{initiative as initiatives, portfolio};

use super::figures::types::PortfolioSummary;
use super::plan::store::OpenMilestones;
use super::store::{self, Work};
use crate::communication::types::Communication;
use crate::feedback::types::UpwardFeedback;
use crate::graphql::filter::{
    Col, CurrencyCodeFilter, DateTimeFilter, Id, IdFilter, ListFilter, Many, One, StringFilter, Text,
};
use crate::graphql::scalars::{CurrencyCode, Date, DateTime, Duration, Markdown};
use crate::graphql::{Connection, Fault, Listed, Page};
use crate::metrics::types::Kpi;
use crate::node::Node;
use crate::people::types::{Person, PersonFilter};
use crate::store::Scope;
use crate::{filter, order, payload};

pub use initiative::Initiative;
pub use initiative_list::{InitiativeFilter, InitiativeOrder};

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
            currency,
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

    /// What its initiatives add up to: how many stand where and go how, money, earned value, and what is overdue.
    async fn summary(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The day; today by default.")] as_of: Option<Date>,
    ) -> Result<PortfolioSummary, Fault> {
        PortfolioSummary::of(ctx, self.id, self.currency, as_of).await
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
        page.of_parent(ctx, initiatives::Column::PortfolioId, self.id.uuid()).await
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
        initiatives: ListFilter<InitiativeFilter> = Many(initiatives::Column::PortfolioId),
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

/// One move of a due date, kept for good.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct DateMove {
    /// The date before.
    pub from: Date,
    /// The date after.
    pub to: Date,
    /// By how many days it moved; less than 0 for an earlier date.
    pub days: i32,
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
        let date_move::Model {
            id: _,
            initiative_id: _,
            milestone_id: _,
            from_on,
            to_on,
            days,
            reason,
            note,
            by_id,
            at,
        } = row;
        Self { from: Date(from_on), to: Date(to_on), days, reason, note, at: DateTime(at), by_id }
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
    /// They do it.
    Assignee,
    /// They are to say it.
    Sender,
    /// They are asked.
    Asked,
}

/// Something that is open with somebody.
#[derive(Clone, Debug, SimpleObject)]
pub struct OpenWork {
    /// What it is: a portfolio, an initiative, a milestone, a risk, assumption or issue, an action, a KPI, a communication
    /// that is to be sent, or a question, idea or concern.
    pub subject: Node,
    /// As what they are part of it.
    pub roles: Vec<OpenWorkRole>,
}

impl OpenWork {
    /// What is open with this person.
    pub(crate) async fn of(ctx: &Context<'_>, person: PersonId) -> Result<Vec<Self>, Fault> {
        let scope = Scope::of(ctx)?;
        let Work { portfolios, initiatives, raid_items, actions } =
            scope.load(&store::OpenWork, person).await?.unwrap_or_default();
        scope.produce(portfolios.len() + initiatives.len() + raid_items.len() + actions.len())?;
        let milestones = scope.load_list(&OpenMilestones, person).await?;
        let kpis = Kpi::owned_by(scope, person).await?;
        let communications = Communication::planned_by(scope, person).await?;
        let asked = UpwardFeedback::open_with(scope, person).await?;
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
        let reached = milestones
            .into_iter()
            .map(|row| Self { subject: Node::Milestone(row.into()), roles: vec![OpenWorkRole::Owner] });
        let looked_after = raid_items
            .into_iter()
            .map(|row| Self { subject: Node::RaidItem(row.into()), roles: vec![OpenWorkRole::Owner] });
        let to_do = actions
            .into_iter()
            .map(|row| Self { subject: Node::ActionItem(row.into()), roles: vec![OpenWorkRole::Assignee] });
        let answered =
            kpis.into_iter().map(|kpi| Self { subject: Node::Kpi(kpi), roles: vec![OpenWorkRole::Owner] });
        let to_say = communications
            .into_iter()
            .map(|row| Self { subject: Node::Communication(row), roles: vec![OpenWorkRole::Sender] });
        let to_answer = asked
            .into_iter()
            .map(|asked| Self { subject: Node::UpwardFeedback(asked), roles: vec![OpenWorkRole::Asked] });
        let parts = owned.chain(parts).chain(reached).chain(looked_after).chain(to_do);
        Ok(parts.chain(answered).chain(to_say).chain(to_answer).collect())
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
        initiative: Initiative = initiatives
    }
}
