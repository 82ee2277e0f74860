//! Status reports as callers see them.

mod changes;

use async_graphql::{ComplexObject, Context, SimpleObject};
use chrono::NaiveDate;
use tutti_entity::ids::{InitiativeId, Kind, PersonId, StatusReportId};
use tutti_entity::portfolio::status_report::{Health, OverrideReason, State};
use tutti_entity::portfolio::{initiative, report_picture, status_report};

use super::rules::picture::Picture;
use super::store::{Corrections, Holding};
use crate::access::Capability;
use crate::graphql::filter::{BooleanFilter, Col, DateFilter, DateTimeFilter, EnumFilter, Id, IdFilter, One};
use crate::graphql::scalars::{Date, DateTime, Markdown};
use crate::graphql::{Fault, Listed};
use crate::people::types::{Person, PersonFilter};
use crate::portfolio::types::{Initiative, InitiativeFilter};
use crate::store::Scope;
use crate::{filter, order, payload};

pub use changes::ReportChange;

/// A report on an initiative: how it goes, in the words of who answers for it. Once it is out it never changes, and it
/// keeps a picture of the initiative as it was. A draft, and one that was discarded, is there only for those who may
/// publish it and for auditors.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct StatusReport {
    /// Its id: `rep_…`.
    pub id: StatusReportId,
    /// Counts the changes, from 1. Send it as `expectedVersion`.
    pub version: i32,
    /// Whether it is out.
    pub state: State,
    /// The last day that it speaks of.
    pub period_end: Date,
    /// How it goes, as the author sees it.
    pub health: Health,
    /// How it went by the figures when it was published, and that of the report that it corrects where it corrects
    /// one; null for a draft.
    pub computed_health: Option<Health>,
    /// Whether it says that it goes better than the figures did, or could say: GREEN is better than GREY, which nobody
    /// knows, GREY than AMBER, AMBER than RED. False for a draft.
    pub better_than_computed: bool,
    /// What happened.
    pub summary: Markdown,
    /// What comes next; null where nothing was said.
    pub next_steps: Option<Markdown>,
    /// What is asked of others; null where nothing was said.
    pub help_needed: Option<Markdown>,
    /// Why it says that it goes better than the figures did; null where it does not.
    pub override_reason: Option<OverrideReason>,
    /// The last day on which that holds; null where it says no such thing.
    pub override_until: Option<Date>,
    /// When it was published; null for a draft.
    pub published_at: Option<DateTime>,
    /// When it was acknowledged; null until then.
    pub acknowledged_at: Option<DateTime>,
    /// Whether it is the report on the latest period that is out and not corrected: one of each initiative.
    pub is_latest: bool,
    /// When the draft was discarded; null for what is wanted.
    pub discarded_at: Option<DateTime>,
    /// When it was drafted.
    pub created_at: DateTime,
    /// When it last changed.
    pub updated_at: DateTime,
    #[graphql(skip)]
    initiative_id: InitiativeId,
    #[graphql(skip)]
    author_id: PersonId,
    #[graphql(skip)]
    published_by_id: Option<PersonId>,
    #[graphql(skip)]
    acknowledged_by_id: Option<PersonId>,
    #[graphql(skip)]
    supersedes_id: Option<StatusReportId>,
}

impl From<status_report::Model> for StatusReport {
    fn from(row: status_report::Model) -> Self {
        let status_report::Model {
            id,
            version,
            initiative_id,
            author_id,
            state,
            period_end,
            health,
            computed_health,
            better_than_computed,
            summary,
            next_steps,
            help_needed,
            override_reason,
            override_until,
            published_at,
            published_by_id,
            acknowledged_by_id,
            acknowledged_at,
            supersedes_id,
            is_latest,
            discarded_at,
            created_at,
            updated_at,
        } = row;
        Self {
            id,
            version,
            state,
            period_end: Date(period_end),
            health,
            computed_health,
            better_than_computed,
            summary: Markdown(summary),
            next_steps: next_steps.map(Markdown),
            help_needed: help_needed.map(Markdown),
            override_reason,
            override_until: override_until.map(Date),
            published_at: published_at.map(DateTime),
            acknowledged_at: acknowledged_at.map(DateTime),
            is_latest,
            discarded_at: discarded_at.map(DateTime),
            created_at: DateTime(created_at),
            updated_at: DateTime(updated_at),
            initiative_id,
            author_id,
            published_by_id,
            acknowledged_by_id,
            supersedes_id,
        }
    }
}

impl StatusReport {
    /// What orders the reports that are out: by period, and corrections after what they correct.
    fn place(&self) -> (NaiveDate, Option<DateTime>, StatusReportId) {
        (self.period_end.0, self.published_at, self.id)
    }

    /// The report of the same initiative with this id, if it is out and was before this one.
    async fn earlier(&self, scope: &Scope, id: StatusReportId) -> Result<StatusReportId, Fault> {
        let row = scope.one::<status_report::Entity>(id).await?.map(Self::from);
        let before = row.filter(|other| {
            let of_the_same = other.initiative_id == self.initiative_id;
            of_the_same && other.state == State::Published && other.place() < self.place()
        });
        let refused = || {
            Fault::bad_input("`since` is an earlier report of the same initiative that is out.".to_owned())
        };
        before.map(|other| other.id).ok_or_else(refused)
    }

    /// The report on the last period before that is out and was not corrected.
    async fn previous(&self, scope: &Scope) -> Result<Option<StatusReportId>, Fault> {
        let reports = scope.load(&Holding, self.initiative_id).await?.unwrap_or_default();
        let before = reports.into_iter().rev().find(|(end, _)| *end < self.period_end.0);
        Ok(before.map(|(_, id)| id))
    }
}

/// The picture of the initiative that was kept with a report.
async fn picture(scope: &Scope, report: StatusReportId) -> Result<Picture, Fault> {
    let kept = scope.the::<report_picture::Entity>(report).await?;
    Picture::read(&kept.picture).map_err(Fault::internal)
}

#[ComplexObject]
impl StatusReport {
    /// The initiative it is on.
    async fn initiative(&self, ctx: &Context<'_>) -> Result<Initiative, Fault> {
        Ok(Scope::of(ctx)?.the::<initiative::Entity>(self.initiative_id).await?.into())
    }

    /// Who wrote it.
    async fn author(&self, ctx: &Context<'_>) -> Result<Person, Fault> {
        Person::the(ctx, self.author_id).await
    }

    /// Who published it; null for a draft.
    async fn published_by(&self, ctx: &Context<'_>) -> Option<Result<Person, Fault>> {
        Person::maybe(ctx, self.published_by_id).await.transpose()
    }

    /// Who acknowledged it; null until then.
    async fn acknowledged_by(&self, ctx: &Context<'_>) -> Option<Result<Person, Fault>> {
        Person::maybe(ctx, self.acknowledged_by_id).await.transpose()
    }

    /// The report that it corrects; null where it corrects none.
    async fn supersedes(&self, ctx: &Context<'_>) -> Option<Result<Self, Fault>> {
        let row = Scope::of(ctx).ok()?.one::<status_report::Entity>(self.supersedes_id?).await.transpose()?;
        Some(row.map(Into::into))
    }

    /// The report that is out and corrects it; null while it holds.
    async fn superseded_by(&self, ctx: &Context<'_>) -> Result<Option<Self>, Fault> {
        Ok(Scope::of(ctx)?.load(&Corrections, self.id).await?.map(Into::into))
    }

    /// What changed of the initiative since the report before it (the last period before that is out and was not
    /// corrected), or since another one: from the picture that was kept when that one was published to the picture
    /// that was kept with this one. In this order: health, status, owner, due date, milestones by due date, the
    /// KPIs that it is to move by code, and the money, which only those see who may see the money of the initiative. Empty for the first report and for a
    /// draft, which has no picture yet. A correction keeps the picture of what it corrects. BAD_USER_INPUT for a
    /// `since` that is not an earlier report of the same initiative.
    async fn changes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "An earlier report of the same initiative that is out; the one before by default.")]
        since: Option<StatusReportId>,
    ) -> Result<Vec<ReportChange>, Fault> {
        let scope = Scope::of(ctx)?;
        if self.state != State::Published {
            return Ok(Vec::new());
        }
        let earlier = match since {
            Some(id) => Some(self.earlier(scope, id).await?),
            None => self.previous(scope).await?,
        };
        let Some(earlier) = earlier else { return Ok(Vec::new()) };
        let (earlier, later) = futures_util::try_join!(picture(scope, earlier), picture(scope, self.id))?;
        let initiative = self.initiative(ctx).await?;
        let sees_money = scope.may(Capability::MoneyRead, initiative.place());
        ReportChange::between(scope, &earlier, &later, sees_money)
    }
}

filter! {
    /// Which status reports.
    StatusReportFilter for status_report {
        /// By id.
        id: IdFilter = Id(status_report::Column::Id, Kind::StatusReport),
        /// By the id of the initiative it is on.
        initiative_id: IdFilter = Id(status_report::Column::InitiativeId, Kind::Initiative),
        /// By the initiative it is on, and so by its portfolio.
        initiative: Box<InitiativeFilter> = One(status_report::Column::InitiativeId),
        /// By the id of who wrote it.
        author_id: IdFilter = Id(status_report::Column::AuthorId, Kind::Person),
        /// By who wrote it.
        author: Box<PersonFilter> = One(status_report::Column::AuthorId),
        /// By whether it is out.
        state: EnumFilter<State> = Col(status_report::Column::State),
        /// By the last day that it speaks of.
        period_end: DateFilter = Col(status_report::Column::PeriodEnd),
        /// By how it goes, as the author sees it.
        health: EnumFilter<Health> = Col(status_report::Column::Health),
        /// By how it went by the figures; `isNull: true` for what is not out.
        computed_health: EnumFilter<Health> = Col(status_report::Column::ComputedHealth),
        /// By whether it says that it goes better than the figures did.
        better_than_computed: BooleanFilter = Col(status_report::Column::BetterThanComputed),
        /// By whether it is the latest of its initiative.
        is_latest: BooleanFilter = Col(status_report::Column::IsLatest),
        /// By why it says that it goes better than the figures did.
        override_reason: EnumFilter<OverrideReason> = Col(status_report::Column::OverrideReason),
        /// By the last day on which that holds.
        override_until: DateFilter = Col(status_report::Column::OverrideUntil),
        /// By when it was published.
        published_at: DateTimeFilter = Col(status_report::Column::PublishedAt),
        /// By the id of who acknowledged it.
        acknowledged_by_id: IdFilter = Id(status_report::Column::AcknowledgedById, Kind::Person),
        /// By when it was acknowledged; `isNull: true` for those that were not.
        acknowledged_at: DateTimeFilter = Col(status_report::Column::AcknowledgedAt),
        /// By the id of what it corrects; `isNull: true` for all but corrections.
        supersedes_id: IdFilter = Id(status_report::Column::SupersedesId, Kind::StatusReport),
        /// By when the draft was discarded; `isNull: true` for what is wanted.
        discarded_at: DateTimeFilter = Col(status_report::Column::DiscardedAt),
        /// By when it was drafted.
        created_at: DateTimeFilter = Col(status_report::Column::CreatedAt),
        /// By when it last changed.
        updated_at: DateTimeFilter = Col(status_report::Column::UpdatedAt),
    }
}

order! {
    /// Sorts status reports.
    StatusReportOrder, StatusReportOrderField "What status reports can be sorted by.", status_report {
        /// By the last day that they speak of.
        PeriodEnd => [PeriodEnd],
        /// By when they were published.
        PublishedAt => [PublishedAt],
        /// By the name of the state.
        State => [State],
        /// By the name of the health.
        Health => [Health],
        /// By when they were drafted.
        CreatedAt => [CreatedAt],
        /// By when they last changed.
        UpdatedAt => [UpdatedAt],
    }
}

impl Listed for StatusReport {
    const NAME: &'static str = "StatusReport";
    type Entity = status_report::Entity;
    type Filter = StatusReportFilter;
    type Order = StatusReportOrder;
    const ID: status_report::Column = status_report::Column::Id;
}

payload! {
    /// What a mutation of a status report answers.
    StatusReportPayload {
        /// The report as written; null when something has to be mended.
        status_report: StatusReport = status_report
    }
}
