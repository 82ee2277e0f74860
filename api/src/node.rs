//! Everything that has an id: the list of types behind `node`, `nodes` and the subjects of events.

use async_graphql::{Context, Interface, Object};
use tutti_entity::Keyed;
use tutti_entity::accounts::{api_key, session};
use tutti_entity::communication::{communication, key_message};
use tutti_entity::events::event;
use tutti_entity::feedback::upward_feedback;
use tutti_entity::ids::{
    ActionItemId, AnyId, ApiKeyId, BaselineId, BudgetLineId, CostEntryId, DependencyId, EventId,
    InitiativeId, Kind, KpiId, KpiLinkId, KpiTargetId, MeasurementId, MilestoneId, OrgUnitId, PersonId,
    PortfolioId, RaidItemId, RoleGrantId, SessionId, StatusReportId, TypedId as _,
};
use tutti_entity::metrics::{kpi, kpi_link, kpi_target, measurement};
use tutti_entity::people::{org_unit, person, role_grant};
use tutti_entity::portfolio::{
    action_item, baseline, budget_line, cost_entry, dependency, initiative, milestone, portfolio, raid_item,
    status_report,
};
use tutti_entity::rewards::{participation, payout_line, payout_run, reward_group, reward_plan};
use tutti_entity::training::{
    adoption_assessment, attendance, certification, change_agent, curriculum, training_session,
};
use tutti_entity::webhooks::{webhook, webhook_delivery};
use uuid::Uuid;

use crate::access::{Capability, Place, Visible};
use crate::accounts::types::{ApiKey, Session};
use crate::communication::types::{Communication, KeyMessage};
use crate::events::types::Event;
use crate::feedback::types::UpwardFeedback;
use crate::graphql::Fault;
use crate::graphql::gate::needs;
use crate::graphql::page::LONGEST_PAGE;
use crate::metrics::types::{Kpi, KpiLink, KpiTarget, Measurement};
use crate::people::types::{OrgUnit, Person, RoleGrant};
use crate::portfolio::actions::types::ActionItem;
use crate::portfolio::costs::types::{BudgetLine, CostEntry};
use crate::portfolio::plan::types::{Baseline, Milestone};
use crate::portfolio::raid::types::{Dependency, RaidItem};
use crate::portfolio::reports::types::StatusReport;
use crate::portfolio::types::{Initiative, Portfolio};
use crate::rewards::types::{Participation, PayoutLine, PayoutRun, RewardGroup, RewardPlan};
use crate::store::Scope;
use crate::training::adoption::types::AdoptionAssessment;
use crate::training::types::{Attendance, Certification, ChangeAgent, Curriculum, TrainingSession};
use crate::webhooks::types::{Webhook, WebhookDelivery};

/// Anything that has an id.
#[derive(Clone, Debug, Interface)]
#[graphql(field(name = "id", ty = "async_graphql::ID", desc = "Its id; the prefix says what it is."))]
pub enum Node {
    /// A person.
    Person(Person),
    /// An org unit.
    OrgUnit(OrgUnit),
    /// A role that somebody holds.
    RoleGrant(RoleGrant),
    /// A portfolio.
    Portfolio(Portfolio),
    /// An initiative.
    Initiative(Initiative),
    /// A milestone.
    Milestone(Milestone),
    /// A baseline.
    Baseline(Baseline),
    /// A line of a budget.
    BudgetLine(BudgetLine),
    /// A cost.
    CostEntry(CostEntry),
    /// That one initiative needs another.
    Dependency(Dependency),
    /// A risk, an assumption or an issue.
    RaidItem(RaidItem),
    /// An action.
    ActionItem(ActionItem),
    /// A report on an initiative.
    StatusReport(StatusReport),
    /// A KPI.
    Kpi(Kpi),
    /// A target of a KPI.
    KpiTarget(KpiTarget),
    /// What was measured of a KPI.
    Measurement(Measurement),
    /// That an initiative is to move a KPI.
    KpiLink(KpiLink),
    /// A key message.
    KeyMessage(KeyMessage),
    /// A communication.
    Communication(Communication),
    /// A curriculum.
    Curriculum(Curriculum),
    /// A training session.
    TrainingSession(TrainingSession),
    /// That somebody attends a training session.
    Attendance(Attendance),
    /// A certificate.
    Certification(Certification),
    /// A change agent.
    ChangeAgent(ChangeAgent),
    /// A plan of shared rewards.
    RewardPlan(RewardPlan),
    /// A group of a plan.
    RewardGroup(RewardGroup),
    /// That somebody takes part in a plan.
    Participation(Participation),
    /// What a plan pays for one period, or corrects.
    PayoutRun(PayoutRun),
    /// What a run pays one person, or takes back.
    PayoutLine(PayoutLine),
    /// An event.
    Event(Event),
    /// A sign-in.
    Session(Session),
    /// A key.
    ApiKey(ApiKey),
    /// How far you have come with a change.
    AdoptionAssessment(AdoptionAssessment),
    /// A question, an idea or a concern from below.
    UpwardFeedback(UpwardFeedback),
    /// A webhook.
    Webhook(Webhook),
    /// That a webhook is to be told of an event.
    WebhookDelivery(WebhookDelivery),
}

impl Node {
    /// The node with this id, for the request that is resolved.
    pub(crate) async fn maybe(ctx: &Context<'_>, id: AnyId) -> Result<Option<Self>, Fault> {
        Self::load(Scope::of(ctx)?, id).await
    }

    /// The node with this id, if the viewer may see it; asked for together with its siblings.
    ///
    /// # Errors
    /// When the database cannot be read.
    #[expect(clippy::too_many_lines, reason = "a list with an arm for each kind")]
    pub async fn load(scope: &Scope, AnyId { kind, uuid }: AnyId) -> Result<Option<Self>, Fault> {
        if !readable(kind).is_some_and(|capability| scope.viewer().may(capability, Place::default())) {
            return Ok(None);
        }
        Ok(match kind {
            Kind::Person => {
                scope.one::<person::Entity>(PersonId(uuid)).await?.map(|row| Self::Person(row.into()))
            }
            Kind::OrgUnit => {
                scope.one::<org_unit::Entity>(OrgUnitId(uuid)).await?.map(|row| Self::OrgUnit(row.into()))
            }
            Kind::RoleGrant => scope
                .one::<role_grant::Entity>(RoleGrantId(uuid))
                .await?
                .map(|row| Self::RoleGrant(row.into())),
            Kind::Portfolio => scope
                .one::<portfolio::Entity>(PortfolioId(uuid))
                .await?
                .map(|row| Self::Portfolio(row.into())),
            Kind::Initiative => {
                let row = scope.one::<initiative::Entity>(InitiativeId(uuid)).await?;
                row.map(|row| Self::Initiative(row.into()))
            }
            Kind::BudgetLine => {
                let row = scope.one::<budget_line::Entity>(BudgetLineId(uuid)).await?;
                row.map(|row| Self::BudgetLine(row.into()))
            }
            Kind::CostEntry => {
                let row = scope.one::<cost_entry::Entity>(CostEntryId(uuid)).await?;
                row.map(|row| Self::CostEntry(row.into()))
            }
            Kind::Kpi => scope.one::<kpi::Entity>(KpiId(uuid)).await?.map(|row| Self::Kpi(row.into())),
            Kind::KpiTarget => {
                let row = scope.one::<kpi_target::Entity>(KpiTargetId(uuid)).await?;
                row.map(|row| Self::KpiTarget(row.into()))
            }
            Kind::Measurement => {
                let row = scope.one::<measurement::Entity>(MeasurementId(uuid)).await?;
                row.map(|row| Self::Measurement(row.into()))
            }
            Kind::KpiLink => {
                let row = scope.one::<kpi_link::Entity>(KpiLinkId(uuid)).await?;
                row.map(|row| Self::KpiLink(row.into()))
            }
            Kind::RewardPlan => row::<reward_plan::Entity, _>(scope, uuid).await?.map(Self::RewardPlan),
            Kind::RewardGroup => row::<reward_group::Entity, _>(scope, uuid).await?.map(Self::RewardGroup),
            Kind::Participation => {
                row::<participation::Entity, _>(scope, uuid).await?.map(Self::Participation)
            }
            Kind::PayoutRun => row::<payout_run::Entity, _>(scope, uuid).await?.map(Self::PayoutRun),
            Kind::PayoutLine => row::<payout_line::Entity, _>(scope, uuid).await?.map(Self::PayoutLine),
            Kind::Event => {
                scope.one::<event::Entity>(EventId(uuid)).await?.map(|row| Self::Event(row.into()))
            }
            Kind::Session => {
                scope.one::<session::Entity>(SessionId(uuid)).await?.map(|row| Self::Session(row.into()))
            }
            Kind::ApiKey => {
                scope.one::<api_key::Entity>(ApiKeyId(uuid)).await?.map(|row| Self::ApiKey(row.into()))
            }
            Kind::KeyMessage => row::<key_message::Entity, _>(scope, uuid).await?.map(Self::KeyMessage),
            Kind::Communication => {
                row::<communication::Entity, _>(scope, uuid).await?.map(Self::Communication)
            }
            Kind::Curriculum => row::<curriculum::Entity, _>(scope, uuid).await?.map(Self::Curriculum),
            Kind::TrainingSession => {
                row::<training_session::Entity, _>(scope, uuid).await?.map(Self::TrainingSession)
            }
            Kind::Attendance => row::<attendance::Entity, _>(scope, uuid).await?.map(Self::Attendance),
            Kind::Certification => {
                row::<certification::Entity, _>(scope, uuid).await?.map(Self::Certification)
            }
            Kind::ChangeAgent => row::<change_agent::Entity, _>(scope, uuid).await?.map(Self::ChangeAgent),
            Kind::AdoptionAssessment => {
                row::<adoption_assessment::Entity, _>(scope, uuid).await?.map(Self::AdoptionAssessment)
            }
            Kind::UpwardFeedback => {
                row::<upward_feedback::Entity, _>(scope, uuid).await?.map(Self::UpwardFeedback)
            }
            Kind::Webhook => row::<webhook::Entity, _>(scope, uuid).await?.map(Self::Webhook),
            Kind::WebhookDelivery => {
                row::<webhook_delivery::Entity, _>(scope, uuid).await?.map(Self::WebhookDelivery)
            }
            // These are parts of other nodes and not asked for by themselves.
            Kind::DateMove | Kind::StatusMove | Kind::MilestoneFact | Kind::CalendarFeed | Kind::Password => {
                None
            }
            Kind::Milestone => {
                let row = scope.one::<milestone::Entity>(MilestoneId(uuid)).await?;
                row.map(|row| Self::Milestone(row.into()))
            }
            Kind::Baseline => {
                let row = scope.one::<baseline::Entity>(BaselineId(uuid)).await?;
                row.map(|row| Self::Baseline(row.into()))
            }
            Kind::StatusReport => {
                let row = scope.one::<status_report::Entity>(StatusReportId(uuid)).await?;
                row.map(|row| Self::StatusReport(row.into()))
            }
            Kind::Dependency => {
                let row = scope.one::<dependency::Entity>(DependencyId(uuid)).await?;
                row.map(|row| Self::Dependency(row.into()))
            }
            Kind::RaidItem => {
                let row = scope.one::<raid_item::Entity>(RaidItemId(uuid)).await?;
                row.map(|row| Self::RaidItem(row.into()))
            }
            Kind::ActionItem => {
                let row = scope.one::<action_item::Entity>(ActionItemId(uuid)).await?;
                row.map(|row| Self::ActionItem(row.into()))
            }
        })
    }
}

/// The row of an entity with this id, as callers see it.
async fn row<E: Keyed + Visible, T: From<E::Model>>(scope: &Scope, uuid: Uuid) -> Result<Option<T>, Fault> {
    Ok(scope.one::<E>(E::Id::from_uuid(uuid)).await?.map(T::from))
}

/// What one has to be allowed to read, so that asking by id is no way around it; none for what is only a
/// part of other nodes.
const fn readable(kind: Kind) -> Option<Capability> {
    match kind {
        // Whose roles one sees, one's own among them, is the condition on the rows, and that of answers one's own alone.
        Kind::Person | Kind::OrgUnit | Kind::RoleGrant | Kind::AdoptionAssessment => {
            Some(Capability::PeopleRead)
        }
        // Whose money one sees is the condition on the rows as well.
        Kind::Portfolio
        | Kind::Initiative
        | Kind::Milestone
        | Kind::Baseline
        | Kind::BudgetLine
        | Kind::CostEntry
        | Kind::StatusReport
        | Kind::Dependency
        | Kind::RaidItem
        | Kind::ActionItem => Some(Capability::PortfolioRead),
        Kind::Kpi | Kind::KpiTarget | Kind::Measurement | Kind::KpiLink => Some(Capability::MetricsRead),
        // Whose awards and which groups one sees is the condition on the rows.
        Kind::RewardPlan | Kind::RewardGroup | Kind::Participation | Kind::PayoutRun | Kind::PayoutLine => {
            Some(Capability::RewardsRead)
        }
        // Which of them one sees is the condition on the rows.
        Kind::KeyMessage | Kind::Communication => Some(Capability::CommunicationRead),
        // Which of it is for the condition on the rows.
        Kind::UpwardFeedback => Some(Capability::FeedbackRead),
        Kind::Event => Some(Capability::EventsRead),
        // Which of them is for the condition on the rows as well.
        Kind::Session | Kind::ApiKey => Some(Capability::OwnAccount),
        Kind::Webhook | Kind::WebhookDelivery => Some(Capability::WebhooksRead),
        Kind::Curriculum
        | Kind::TrainingSession
        | Kind::Attendance
        | Kind::Certification
        | Kind::ChangeAgent => Some(Capability::TrainingRead),
        Kind::DateMove | Kind::StatusMove | Kind::MilestoneFact | Kind::CalendarFeed | Kind::Password => None,
    }
}

/// Root fields about anything that has an id.
#[derive(Debug, Default)]
pub struct NodeQuery;

fn read(id: &str) -> Result<AnyId, Fault> {
    id.parse().map_err(|error: tutti_entity::ids::BadId| Fault::bad_input(error.to_string()))
}

#[Object]
impl NodeQuery {
    /// Whatever has this id; null when there is nothing for you. BAD_USER_INPUT for what is no id.
    #[graphql(directive = needs::apply("portfolio.read".to_owned()))]
    async fn node(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "An id of any kind.")] id: async_graphql::ID,
    ) -> Option<Result<Node, Fault>> {
        match read(&id) {
            Ok(id) => Node::maybe(ctx, id).await.transpose(),
            Err(fault) => Some(Err(fault)),
        }
    }

    /// Whatever has these ids, in their order and number; null where there is nothing for you. BAD_USER_INPUT for
    /// what is no id, and for more than 200.
    #[graphql(directive = needs::apply("portfolio.read".to_owned()))]
    async fn nodes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Ids of any kind; at most 200.")] ids: Vec<async_graphql::ID>,
    ) -> Result<Vec<Option<Node>>, Fault> {
        let scope = Scope::of(ctx)?;
        if ids.len() > usize::try_from(LONGEST_PAGE).unwrap_or_default() {
            return Err(Fault::bad_input(format!("`ids` takes at most {LONGEST_PAGE} ids.")));
        }
        let ids = ids.iter().map(|id| read(id)).collect::<Result<Vec<_>, _>>()?;
        futures_util::future::try_join_all(ids.into_iter().map(|id| Node::load(scope, id))).await
    }
}
