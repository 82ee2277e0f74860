//! From a kind, which an id or a row of the log names, to the table of that kind.

use tutti_entity::Row;
use tutti_entity::accounts::{api_key, password, session};
use tutti_entity::communication::{communication, key_message};
use tutti_entity::exchange::calendar_feed;
use tutti_entity::feedback::upward_feedback;
use tutti_entity::ids::Kind;
use tutti_entity::metrics::{kpi, kpi_link, kpi_target, measurement};
use tutti_entity::people::{org_unit, person, role_grant};
use tutti_entity::portfolio::{
    action_item, baseline, budget_line, cost_entry, dependency, initiative, milestone, portfolio, raid_item,
    status_report,
};
use tutti_entity::rewards::{participation, payout_run, reward_group, reward_plan};
use tutti_entity::training::{
    adoption_assessment, attendance, certification, change_agent, curriculum, training_session,
};
use tutti_entity::webhooks::{webhook, webhook_delivery};

use crate::access::Visible;

/// Something that is done with the table of a kind, whichever it is.
pub trait WithTable {
    /// What it comes to.
    type Out;

    /// Does it with this table.
    fn with<E: Row + Visible>(self) -> Self::Out;
}

/// Does something with the table of this kind; none for a kind that people do not change by itself.
pub fn with_table<W: WithTable>(kind: Kind, what: W) -> Option<W::Out> {
    Some(match kind {
        Kind::Person => what.with::<person::Entity>(),
        Kind::OrgUnit => what.with::<org_unit::Entity>(),
        Kind::RoleGrant => what.with::<role_grant::Entity>(),
        Kind::Portfolio => what.with::<portfolio::Entity>(),
        Kind::Initiative => what.with::<initiative::Entity>(),
        Kind::Milestone => what.with::<milestone::Entity>(),
        Kind::Baseline => what.with::<baseline::Entity>(),
        Kind::StatusReport => what.with::<status_report::Entity>(),
        Kind::Dependency => what.with::<dependency::Entity>(),
        Kind::RaidItem => what.with::<raid_item::Entity>(),
        Kind::ActionItem => what.with::<action_item::Entity>(),
        Kind::BudgetLine => what.with::<budget_line::Entity>(),
        Kind::CostEntry => what.with::<cost_entry::Entity>(),
        Kind::Kpi => what.with::<kpi::Entity>(),
        Kind::KpiTarget => what.with::<kpi_target::Entity>(),
        Kind::Measurement => what.with::<measurement::Entity>(),
        Kind::KpiLink => what.with::<kpi_link::Entity>(),
        Kind::KeyMessage => what.with::<key_message::Entity>(),
        Kind::Communication => what.with::<communication::Entity>(),
        Kind::Curriculum => what.with::<curriculum::Entity>(),
        Kind::TrainingSession => what.with::<training_session::Entity>(),
        Kind::Attendance => what.with::<attendance::Entity>(),
        Kind::Certification => what.with::<certification::Entity>(),
        Kind::ChangeAgent => what.with::<change_agent::Entity>(),
        Kind::AdoptionAssessment => what.with::<adoption_assessment::Entity>(),
        Kind::UpwardFeedback => what.with::<upward_feedback::Entity>(),
        Kind::RewardPlan => what.with::<reward_plan::Entity>(),
        Kind::RewardGroup => what.with::<reward_group::Entity>(),
        Kind::Participation => what.with::<participation::Entity>(),
        Kind::PayoutRun => what.with::<payout_run::Entity>(),
        Kind::Session => what.with::<session::Entity>(),
        Kind::ApiKey => what.with::<api_key::Entity>(),
        Kind::CalendarFeed => what.with::<calendar_feed::Entity>(),
        Kind::Password => what.with::<password::Entity>(),
        Kind::Webhook => what.with::<webhook::Entity>(),
        Kind::WebhookDelivery => what.with::<webhook_delivery::Entity>(),
        Kind::DateMove | Kind::StatusMove | Kind::MilestoneFact | Kind::Event | Kind::PayoutLine => {
            return None;
        }
    })
}
